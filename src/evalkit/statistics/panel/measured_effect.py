"""The effect on a measured value: effects by group and time, gathered into one, with the chance of as much elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.comparable import FEWEST_COMPARED, FEWEST_TREATED
from evalkit.statistics.panel.effect import Effect, LeftOut, basis_of
from evalkit.statistics.panel.group_time import group_time_effects
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.randomisation import DRAWS, Starts, chance_of
from evalkit.statistics.results import NotEstimable

MANY_PLACES = 20  # from which on the limits are normal, as they are published


def measured_effect(
    panel: Panel, *, level: float = 0.95, draws: int = DRAWS, anticipation: int = 0
) -> Effect | NotEstimable:
    """Estimate the mean difference that a programme made to a value, over all treated places and periods.

    Parameters
    ----------
    panel : Panel
        Values over exposure; starts may differ.
    level : float
        Confidence level of the limits.
    draws : int
        Assignments drawn for the randomisation p where there are more than 2,000.
    anticipation : int
        Periods before the start that are no base and count on neither side.

    Returns
    -------
    Effect or NotEstimable
        Left out: places that lack a period or were treated from the first one. Not estimable: ``none_treated``, ``all_treated``,
        ``treated_from_start``, ``no_comparison`` (no untreated place has every period), ``too_few_treated``, ``too_few_compared``
        (under 5), ``not_reported`` (no treated place has every period).

    Notes
    -----
    The headline is the simple aggregation of Callaway and Sant'Anna. Limits: normal from 20 places with and 20 without the programme on, else t with
    one less than the smaller of the two numbers; with a single place in a start its own effect has none. Randomisation: distance the difference.

    References
    ----------
    Callaway and Sant'Anna (2021), J. Econometrics 225, 200-230.

    Examples
    --------
    >>> values = np.array([[k, k + 1.0, k + 1 - 2 * (k < 5) + k % 3 / 10] for k in range(12)])
    >>> names, since = tuple("ABCDEFGHIJKL"), (2022,) * 5 + (None,) * 7
    >>> found = measured_effect(Panel(values, np.ones((12, 3)), since, names, (2020, 2021, 2022), whole=False))
    >>> round(found.estimate, 2), round(found.lower, 2), round(found.upper, 2), round(found.chance.p, 3)
    (-2.03, -2.16, -1.91, 0.001)
    """
    usable = _usable(panel, anticipation)
    if isinstance(usable, NotEstimable):
        return usable
    kept, left_out = usable
    found = group_time_effects(kept, anticipation=anticipation)
    if isinstance(found, NotEstimable):
        return found
    ever = kept.ever
    fewest = int(min(ever.sum(), (~ever).sum()))
    reach = float(stats.t.ppf(0.5 + level / 2, fewest - 1 if fewest < MANY_PLACES else np.inf))
    estimate, error = found.simple()
    starts, many = np.unique(kept.starts[ever], return_counts=True)
    lonely = tuple(LeftOut(str(kept.periods[at]), "cohort_of_one") for at in starts[many == 1])
    return Effect(
        design="group_time",
        scale="difference",
        estimate=estimate,
        lower=estimate - reach * error,
        upper=estimate + reach * error,
        level=level,
        chance=chance_of(
            kept.starts, lambda ways: np.abs(_simple(kept, ways, anticipation)), draws=draws, seed=kept.seed
        ),
        **basis_of(kept),
        events=_rows({at: found.event(at) for at in found.events()}, _by_event(kept), reach),
        cohorts=_rows({at: found.group(at) for at in kept.cohorts}, _by_cohort(kept), reach),
        left_out=(*left_out, *lonely),
    )


def _usable(panel: Panel, anticipation: int) -> tuple[Panel, tuple[LeftOut, ...]] | NotEstimable:
    if not panel.ever.any() or panel.ever.all():
        return NotEstimable("all_treated" if panel.ever.any() else "none_treated")
    whole, early = panel.reported.all(axis=1), panel.starts <= anticipation
    kept = panel.kept(whole & ~early)
    own, others = int(kept.ever.sum()), int((~kept.ever).sum())
    if not own or not others:
        early_only = bool((panel.ever & ~early).any())
        return NotEstimable(
            "no_comparison" if own else "not_reported" if early_only else "treated_from_start"
        )
    if own < FEWEST_TREATED:
        return NotEstimable("too_few_treated", {"treated": own, "needed": FEWEST_TREATED})
    if others < FEWEST_COMPARED:
        return NotEstimable("too_few_compared", {"compared": others, "needed": FEWEST_COMPARED})
    gone = [LeftOut(panel.places[k], "treated_from_start") for k in np.flatnonzero(early)]
    gone += [LeftOut(panel.places[k], "years_missing") for k in np.flatnonzero(~whole & ~early)]
    return kept, tuple(gone)


def _simple(panel: Panel, ways: Starts, anticipation: int) -> Numbers:
    """Return the simple aggregation under each assignment."""
    values, periods = panel.counts / panel.exposure, len(panel.periods)
    never = (ways == periods).astype(float)
    total, cells = np.zeros(len(ways)), 0
    for start in np.unique(panel.starts[panel.ever]):
        change = (values[:, start:] - values[:, start - 1 - anticipation, None]).sum(axis=1)
        together = (ways == start).astype(float)
        total += together @ change - together.sum(axis=1) * (never @ change) / never.sum(axis=1)
        cells += int((panel.starts == start).sum()) * (periods - int(start))
    return total / cells


def _by_event(panel: Panel) -> dict[int, int]:
    """Return how many treated places each period since the start rests on."""
    first = [panel.periods[at] for at in panel.starts[panel.ever]]
    since = [period - start for period in panel.periods[1:] for start in first]
    return dict(zip(*np.unique(since, return_counts=True), strict=True))


def _by_cohort(panel: Panel) -> dict[int, int]:
    starts, many = np.unique(panel.starts[panel.ever], return_counts=True)
    return {panel.periods[at]: int(number) for at, number in zip(starts, many, strict=True)}


def _rows(found: dict[int, tuple[float, float]], places: dict[int, int], reach: float) -> pd.DataFrame:
    """Return a row for each part; without limits where it rests on one place, whose own error cannot be seen."""
    rows = []
    for at, (estimate, error) in found.items():
        far = reach * error if places[at] > 1 else np.nan
        limits = {"lower": estimate - far, "upper": estimate + far}
        rows.append({"at": at, "estimate": estimate, **limits, "places": int(places[at])})
    return pd.DataFrame(rows)
