"""Which places and starts of a panel an effect on counts can be told from; a reason where it cannot be told at all."""

from __future__ import annotations

import numpy as np

from evalkit.statistics.panel.effect import LeftOut
from evalkit.statistics.panel.panel import Mask, Panel
from evalkit.statistics.panel.untreated_fit import tied_together
from evalkit.statistics.results import NotEstimable

FEWEST_TREATED = 5  # below them errors and ranks tell nothing of several places; a synthetic control may
FEWEST_COMPARED = 5
FEWEST_CASES = 30  # of the places that start together


def comparable(
    panel: Panel, *, treated: int = FEWEST_TREATED, compared: int = FEWEST_COMPARED
) -> tuple[Panel, tuple[LeftOut, ...]] | NotEstimable:
    """Return the panel without what tells nothing of an effect on counts, and what was left out.

    Parameters
    ----------
    panel : Panel
    treated, compared : int
        The fewest places with and without the programme.

    Returns
    -------
    (Panel, tuple of LeftOut) or NotEstimable
        Left out: places without a case, places treated from the first period, treated places without a figure from before their start
        or since, places that start together with fewer than 30 cases. Not estimable: ``none_treated``, ``all_treated``,
        ``treated_from_start`` and ``no_before_or_since`` (nothing else is left), ``no_comparison``
        (no untreated place has a case, or the untreated cells do not tie places and periods together), ``too_few_cases``
        (fewer than 30 in every start), ``too_few_treated``, ``too_few_compared``, ``no_cases_before``, ``no_cases_after``,
        ``no_comparison_cases`` (none in the comparison before, or after, the first start).

    Examples
    --------
    >>> panel = Panel(np.full((12, 4), 5.0), np.ones((12, 4)), (2022,) * 6 + (None,) * 6, tuple("ABCDEFGHIJKL"), (2020, 2021, 2022, 2023))
    >>> comparable(panel)[1]
    ()
    """
    if not panel.ever.any():
        return NotEstimable("none_treated")
    if panel.ever.all():
        return NotEstimable("all_treated", {"treated": len(panel.places)})
    early, empty, one_sided = panel.starts == 0, np.nansum(panel.counts, axis=1) == 0, _one_sided(panel)
    few = _thin_starts(panel, ~(early | empty | one_sided))
    kept = panel.kept(~(early | empty | one_sided | few))
    refusal = _nothing_left(panel, early, one_sided, few | empty) or _refusal(
        kept, treated=treated, compared=compared
    )
    return refusal or (kept, _left_out(panel, early, empty, one_sided, few))


def _one_sided(panel: Panel) -> Mask:
    """Return the treated places that have no figure from before their start, or none since: they show no change."""
    before, since = ((panel.reported & cells).any(axis=1) for cells in (~panel.treated, panel.treated))
    return np.asarray(panel.ever & ~(before & since))


def _thin_starts(panel: Panel, among: Mask) -> Mask:
    """Return the places whose start has too few cases in all periods together."""
    few = np.zeros(len(panel.places), dtype=bool)
    for start in np.unique(panel.starts[panel.ever & among]):
        together = among & (panel.starts == start)
        few |= together & (np.nansum(panel.counts[together]) < FEWEST_CASES)
    return few


def _nothing_left(panel: Panel, early: Mask, one_sided: Mask, out: Mask) -> NotEstimable | None:
    ever = panel.ever
    if not (ever & ~early).any():
        return NotEstimable("treated_from_start", {"treated": int(ever.sum())})
    if not (~ever & (np.nansum(panel.counts, axis=1) > 0)).any():
        return NotEstimable("no_comparison")
    if not (ever & ~early & ~one_sided).any():
        return NotEstimable("no_before_or_since", {"treated": int(ever.sum())})
    if not (ever & ~early & ~one_sided & ~out).any():
        cases = float(np.nansum(panel.counts[ever & ~early]))
        return NotEstimable("too_few_cases", {"cases": cases, "needed": FEWEST_CASES})
    return None


def _refusal(panel: Panel, *, treated: int, compared: int) -> NotEstimable | None:
    ever, cells, known = panel.ever, panel.treated, panel.reported
    if ever.sum() < treated:
        return NotEstimable("too_few_treated", {"treated": int(ever.sum()), "needed": treated})
    if (~ever).sum() < compared:
        return NotEstimable("too_few_compared", {"compared": int((~ever).sum()), "needed": compared})
    if not tied_together(known & ~cells):
        return NotEstimable("no_comparison")
    after = np.broadcast_to(cells.any(axis=0), cells.shape)
    asked = {
        "no_cases_before": ever[:, None] & ~cells,
        "no_cases_after": cells,
        "no_comparison_cases": ~ever[:, None] & after,
    }
    none = [why for why, where in asked.items() if panel.cases(where) == 0]
    if not none and panel.cases(~ever[:, None] & ~after) == 0:
        none = ["no_comparison_cases"]
    return NotEstimable(none[0]) if none else None


def _left_out(panel: Panel, early: Mask, empty: Mask, one_sided: Mask, few: Mask) -> tuple[LeftOut, ...]:
    reasons = (
        (early, "treated_from_start"),
        (empty & ~early, "no_cases"),
        (one_sided & ~early & ~empty, "no_before_or_since"),
        (few, "too_few_cases"),
    )
    return tuple(LeftOut(panel.places[k], why) for mask, why in reasons for k in np.flatnonzero(mask))
