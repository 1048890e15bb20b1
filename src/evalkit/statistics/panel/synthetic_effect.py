"""The effect in one or a few places, held against mixtures of places without the programme: chance by giving it to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.panel.comparable import FEWEST_CASES, comparable
from evalkit.statistics.panel.count_imputation import variance_factors
from evalkit.statistics.panel.effect import Effect, LeftOut, basis_of
from evalkit.statistics.panel.panel import Mask, Panel, treated_cells
from evalkit.statistics.panel.randomisation import DRAWS, Starts, chance_of
from evalkit.statistics.panel.synthetic import FEWEST_BEFORE, FEWEST_DONORS, mixture
from evalkit.statistics.panel.synthetic import FEWEST_CASES as FEWEST_A_YEAR
from evalkit.statistics.results import NotEstimable

Likeness = Callable[[Numbers, Numbers, int], tuple[Numbers, float]]
"""From rates of others (a row each), those of a place and the column of its start: what they expect of the place, and by how much it missed before."""


def synthetic_effect(panel: Panel, *, level: float = 0.95, draws: int = DRAWS) -> Effect | NotEstimable:
    """Estimate the ratio of the cases counted to those of a mixture of places that ran alike before.

    Parameters
    ----------
    panel : Panel
        Counts. The only design for fewer than five places with the programme.
    level : float
        Carried along: no limits are given, chance is told by the placebo places.
    draws : int
        Assignments drawn where there are more than 2,000; one treated place of 34 has 34.

    Returns
    -------
    Effect or NotEstimable
        Refused as :func:`evalkit.statistics.panel.comparable.comparable` says with one treated place, and ``not_reported`` (a treated
        place lacks a period), ``too_few_years`` (fewer than 5 before a start), ``insufficient_events`` (below 2 cases a period
        before), ``no_match`` (a mixture misses its place by more than the place's own scatter before).

    Notes
    -----
    Mixtures are of rates, matched in all periods before the start. Distance: the log ratio over its standard error under the law; the
    growth of the gap, as :func:`evalkit.statistics.panel.synthetic.synthetic_control` ranks it, seldom finds an effect where years
    scatter. Placebo places that would have been refused are not counted, nor are the treated ones in their mixtures. A place
    chosen because it stood high falls by itself: a small p does not rule that out.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), J. Am. Stat. Assoc. 105, 493-505; Cavallo et al. (2013), Rev. Econ. Stat. 95, 1549-1561.

    Examples
    --------
    >>> place, year = np.arange(8)[:, None], np.arange(2000, 2012)[None, :]
    >>> counts = (30.0 + place + (year * (place + 2)) % 7) * np.where((place == 3) & (year > 2007), 0.5, 1)
    >>> since = (None, None, None, 2008, None, None, None, None)
    >>> found = synthetic_effect(Panel(counts.round(), np.ones((8, 12)), since, tuple("ABCDEFGH"), tuple(range(2000, 2012))))
    >>> round(found.estimate, 2), found.chance.p, found.chance.smallest
    (0.5, 0.2, 0.2)
    """
    return ratio_to_others(panel, _alike, design="synthetic_control", level=level, draws=draws)


def _alike(others: Numbers, place: Numbers, at: int) -> tuple[Numbers, float]:
    mixed = mixture(others[:, :at].T, place[:at]) @ others
    return mixed, float(np.sqrt(((place - mixed)[:at] ** 2).mean()))


def ratio_to_others(
    panel: Panel, likeness: Likeness, *, design: str, level: float, draws: int
) -> Effect | NotEstimable:
    """Return the ratio of the cases counted to those that a mixture of other places expects of each treated one.

    Returns
    -------
    Effect or NotEstimable
        As :func:`synthetic_effect` refuses, and ``no_comparison_cases`` (nothing is expected since the start).

    Examples
    --------
    >>> place, year = np.arange(8)[:, None], np.arange(2000, 2012)[None, :]
    >>> counts, since = (30.0 + place + (year * (place + 2)) % 7).round(), (2008, *[None] * 7)
    >>> panel = Panel(counts, np.ones((8, 12)), since, tuple("ABCDEFGH"), tuple(range(2000, 2012)))
    >>> def plain_mean(others, place, at):
    ...     return others.mean(axis=0), 0.0
    >>> found = ratio_to_others(panel, plain_mean, design="mean", level=0.95, draws=9)
    >>> round(found.estimate, 3), round(float(counts[0, 8:].sum() / counts[1:, 8:].mean(axis=0).sum()), 3)
    (0.903, 0.903)
    """
    kept = _usable(panel)
    if isinstance(kept, NotEstimable):
        return kept
    rows, left_out = kept
    expected = expected_by_others(rows, likeness)
    if isinstance(expected, NotEstimable):
        return expected
    if not expected[rows.treated].sum() > 0:
        return NotEstimable("no_comparison_cases")
    distance = partial(_distance, rows, likeness)
    return Effect(
        design=design,
        scale="ratio",
        estimate=rows.cases(rows.treated) / float(expected[rows.treated].sum()),
        lower=np.nan,
        upper=np.nan,
        level=level,
        chance=chance_of(rows.starts, distance, draws=draws, seed=rows.seed),
        **basis_of(rows),
        events=_events(rows, expected),
        cohorts=_cohorts(rows, expected),
        left_out=left_out,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Rates that others expect of a place, and by how much they missed it before the start.

    Attributes
    ----------
    expected : ndarray
    before : float
    matches : bool
        Whether they missed by no more than the place's own scatter.
    """

    expected: Numbers
    before: float
    matches: bool

    @classmethod
    def of(cls, panel: Panel, place: int, starts: Starts, likeness: Likeness) -> Gap:
        """Match one place, from its start on, to the places that are treated neither by these starts nor in truth.

        Examples
        --------
        >>> counts, since = np.array([[4.0, 6, 1], [5, 6, 7]]), (2022, None)
        >>> panel = Panel(counts, np.ones((2, 3)), since, ("A", "B"), (2020, 2021, 2022))
        >>> Gap.of(panel, 0, panel.starts, lambda others, place, at: (others[0], 0.7)).expected.tolist()
        [5.0, 6.0, 7.0]
        """
        rates, at = panel.counts / panel.exposure, int(starts[place])
        donors = ~panel.ever & (starts >= len(panel.periods))
        expected, before = likeness(rates[donors], rates[place], at)
        return cls(expected, before, bool(before <= rates[place, :at].std(ddof=1)))


def expected_by_others(panel: Panel, likeness: Likeness) -> Numbers | NotEstimable:
    """Return the figures expected in the rows of treated places, others 0; not estimable, ``no_match``, where one is missed.

    Examples
    --------
    >>> counts, since = np.array([[4.0, 6, 1], [5, 6, 7]]), (2022, None)
    >>> panel = Panel(counts, np.ones((2, 3)), since, ("A", "B"), (2020, 2021, 2022))
    >>> expected_by_others(panel, lambda others, place, at: (others[0] - 0.5, 0.5)).tolist()
    [[4.5, 5.5, 6.5], [0.0, 0.0, 0.0]]
    """
    gaps = [Gap.of(panel, int(k), panel.starts, likeness) for k in np.flatnonzero(panel.ever)]
    if not all(gap.matches for gap in gaps):
        return NotEstimable("no_match", {"misfit": max(gap.before for gap in gaps)})
    expected = np.zeros(panel.counts.shape)
    expected[panel.ever] = [gap.expected for gap in gaps]
    return expected * panel.exposure


def _usable(panel: Panel) -> tuple[Panel, tuple[LeftOut, ...]] | NotEstimable:
    whole = np.asarray(panel.reported.all(axis=1))
    if not whole[panel.ever].all():
        return NotEstimable("not_reported")
    gaps = tuple(LeftOut(panel.places[k], "years_missing") for k in np.flatnonzero(~whole))
    found = comparable(panel.kept(whole), treated=1, compared=FEWEST_DONORS)
    if isinstance(found, NotEstimable):
        return found
    rows, left_out = found
    if rows.starts.min() < FEWEST_BEFORE:
        return NotEstimable("too_few_years", {"before": int(rows.starts.min()), "needed": FEWEST_BEFORE})
    means = [rows.counts[k, : rows.starts[k]].mean() for k in np.flatnonzero(rows.ever)]
    if min(means) < FEWEST_A_YEAR:
        return NotEstimable("insufficient_events", {"mean": float(min(means)), "needed": FEWEST_A_YEAR})
    return rows, (*gaps, *left_out)


def _distance(panel: Panel, likeness: Likeness, ways: Starts) -> Numbers:
    """Return how far from none each assignment's effect is; missing where it would have been refused."""
    return np.array([_one_distance(panel, likeness, way) for way in ways])


def _one_distance(panel: Panel, likeness: Likeness, way: Starts) -> float:
    periods = len(panel.periods)
    places = np.flatnonzero(way < periods)
    if any(panel.counts[k, : way[k]].mean() < FEWEST_A_YEAR for k in places):
        return np.nan
    together = [panel.counts[way == at].sum() for at in np.unique(way[places])]
    if min(together) < FEWEST_CASES or not sum(panel.counts[k, way[k] :].sum() for k in places):
        return np.nan
    gaps = [Gap.of(panel, int(k), way, likeness) for k in places]
    if not all(gap.matches for gap in gaps):
        return np.nan
    after = treated_cells(way, periods)[places]
    expected = (np.array([gap.expected for gap in gaps]) * panel.exposure[places])[after]
    if not expected.sum() > 0:
        return np.nan
    return _far(panel.counts[places][after], expected, panel.law)


def _far(seen: Numbers, expected: Numbers, law: ScatterLaw) -> float:
    """Return the log ratio, half a case added, in standard errors of the sum expected under the law."""
    expected = np.maximum(expected, 0.0)
    error = np.sqrt(0.5 + (expected * variance_factors(law, expected)).sum()) / (0.5 + expected.sum())
    return float(abs(np.log((seen.sum() + 0.5) / (expected.sum() + 0.5))) / error)


def _events(panel: Panel, expected: Numbers) -> pd.DataFrame:
    """Return the ratio by period since the start; before it the mixture was matched, so that 1 is no finding there."""
    ever = np.flatnonzero(panel.ever)
    since = (
        np.array(panel.periods)[None, :] - np.array([panel.periods[at] for at in panel.starts[ever]])[:, None]
    )
    rows = []
    for event in np.unique(since):
        cells = np.zeros(panel.counts.shape, dtype=bool)
        cells[ever] = since == event
        rows.append(_row(panel, expected, cells) | {"at": int(event)})
    return pd.DataFrame(rows)


def _cohorts(panel: Panel, expected: Numbers) -> pd.DataFrame:
    starts = np.unique(panel.starts[panel.ever])
    cells = [panel.treated & (panel.starts == at)[:, None] for at in starts]
    return pd.DataFrame([_row(panel, expected, one) for one in cells]).assign(at=panel.cohorts)


def _row(panel: Panel, expected: Numbers, cells: Mask) -> dict[str, float]:
    seen, wanted = panel.cases(cells), float(expected[cells].sum())
    return {
        "estimate": seen / wanted if wanted > 0 else np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "places": int(cells.any(axis=1).sum()),
        "cases": seen,
        "expected": wanted,
    }
