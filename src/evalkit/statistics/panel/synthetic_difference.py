"""Synthetic difference-in-differences: a place held against a mixture of others that ran parallel, from the years before that foretell those after."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.effect import Effect, LeftOut, basis_of
from evalkit.statistics.panel.panel import Mask, Panel, treated_cells
from evalkit.statistics.panel.randomisation import DRAWS, Starts, chance_of
from evalkit.statistics.panel.synthetic import FEWEST_BEFORE, FEWEST_DONORS, mixture
from evalkit.statistics.panel.synthetic_effect import Gap, expected_by_others, ratio_to_others
from evalkit.statistics.results import NotEstimable

DESIGN = "synthetic_difference"
_LEAST_RIDGE = 1e-6  # of the years, in units of the noise: it alone decides between years that foretell alike


def synthetic_difference(panel: Panel, *, level: float = 0.95, draws: int = DRAWS) -> Effect | NotEstimable:
    """Estimate an effect in one or a few places by synthetic difference-in-differences.

    Parameters
    ----------
    panel : Panel
        Counts: the ratio of the cases counted to those expected. A measured value: its mean difference from what is expected.
    level : float
        Carried along: no limits are given, chance is told by the placebo places.
    draws : int
        Assignments drawn where there are more than 2,000; one treated place of 39 has 39.

    Returns
    -------
    Effect or NotEstimable
        Counts are refused as :func:`evalkit.statistics.panel.synthetic_effect.synthetic_effect` says. Values: ``none_treated``,
        ``all_treated``, ``treated_from_start``, ``not_reported`` (a treated place lacks a period), ``too_few_compared`` (under 5
        others), ``too_few_years`` (fewer than 5 before a start), ``no_match``. Here ``no_match`` is of the course alone: the gap to the
        mixture, less its own mean, scatters more than the place did.

    Notes
    -----
    Each treated place by itself, from its own start. What is expected of it is the mixture of the others' rates, put higher or lower by
    the gap to it in the years before, weighted (:func:`shares_of_places`, :func:`shares_of_years`). Distance of the placebo places: of
    counts as for a synthetic control, of a value its difference. A mixture put lower may expect less than none in a year.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), Am. Econ. Rev. 111, 4088-4118.

    Examples
    --------
    >>> place, year = np.arange(8)[:, None], np.arange(2000, 2012)[None, :]
    >>> values = 10.0 + 5 * place + (year * (place + 2)) % 7 - 8.0 * ((place == 7) & (year > 2007))
    >>> since, years = (*[None] * 7, 2008), tuple(range(2000, 2012))
    >>> found = synthetic_difference(Panel(values, np.ones((8, 12)), since, tuple("ABCDEFGH"), years, whole=False))
    >>> round(found.estimate, 1), round(found.chance.p, 3), found.chance.assignments
    (-8.0, 0.143, 7)
    """
    if panel.whole:
        return ratio_to_others(panel, parallel, design=DESIGN, level=level, draws=draws)
    usable = _usable(panel)
    if isinstance(usable, NotEstimable):
        return usable
    kept, left_out = usable
    expected = expected_by_others(kept, parallel)
    if isinstance(expected, NotEstimable):
        return expected
    apart = (kept.counts - expected) / kept.exposure
    return Effect(
        design=DESIGN,
        scale="difference",
        estimate=float(apart[kept.treated].mean()),
        lower=np.nan,
        upper=np.nan,
        level=level,
        chance=chance_of(kept.starts, partial(_distances, kept), draws=draws, seed=kept.seed),
        **basis_of(kept),
        events=_events(kept, apart),
        cohorts=_cohorts(kept, apart),
        left_out=left_out,
    )


def parallel(others: Numbers, place: Numbers, at: int) -> tuple[Numbers, float]:
    """Return what others expect of a place in all periods, and how far their course missed its own before the start.

    Parameters
    ----------
    others : ndarray, others x periods
    place : ndarray
    at : int
        Column of the first period since the start.

    Examples
    --------
    >>> others = np.array([[1.0, 2, 1, 3], [2, 1, 2, 2]])
    >>> expected, missed = parallel(others, others[0] + 10, 3)
    >>> expected.round(1).tolist(), bool(missed < 0.5)
    ([11.7, 12.0, 11.7, 13.0], True)
    """
    mixed = shares_of_places(others, place[:at]) @ others
    gap = (place - mixed)[:at]
    return mixed + float(shares_of_years(others, at) @ gap), float(gap.std())


def shares_of_places(others: Numbers, before: Numbers) -> Numbers:
    """Return the shares of others whose mixture ran most nearly parallel to a place before its start.

    Parameters
    ----------
    others : ndarray, others x periods
    before : ndarray
        The place's figures up to its start.

    Notes
    -----
    The level is free; the ridge is zeta squared times the periods before, zeta the fourth root of the periods since the start times the
    standard deviation of the others' moves from one period to the next before it.

    Examples
    --------
    >>> others = np.array([[1.0, 2, 1, 3], [2, 1, 2, 2]])
    >>> shares_of_places(others, others[0, :3] + 10).round(2).tolist()
    [0.62, 0.38]
    """
    at = len(before)
    zeta = (others.shape[1] - at) ** 0.25 * _noise(others[:, :at])
    courses = others[:, :at] - others[:, :at].mean(axis=1, keepdims=True)
    return mixture(courses.T, before - before.mean(), ridge=at * zeta**2)


def shares_of_years(others: Numbers, at: int) -> Numbers:
    """Return the shares of the periods before a start whose mixture foretells, up to one constant, the others' mean since.

    Parameters
    ----------
    others : ndarray, others x periods
    at : int
        Column of the first period since the start.

    Examples
    --------
    >>> shares_of_years(np.array([[1.0, 5, 1], [4, 6, 4], [2, 2, 2], [7, 1, 7]]), 2).round(3).tolist()
    [1.0, 0.0]
    """
    before, since = others[:, :at], others[:, at:].mean(axis=1)
    ridge = len(others) * (_LEAST_RIDGE * _noise(before)) ** 2
    return mixture(before - before.mean(axis=0), since - since.mean(), ridge=ridge)


def _noise(before: Numbers) -> float:
    return float(np.diff(before, axis=1).std(ddof=1))


def _usable(panel: Panel) -> tuple[Panel, tuple[LeftOut, ...]] | NotEstimable:
    ever, whole, early = panel.ever, np.asarray(panel.reported.all(axis=1)), panel.starts == 0
    if not ever.any() or ever.all():
        return NotEstimable("all_treated" if ever.any() else "none_treated")
    if not (ever & ~early).any():
        return NotEstimable("treated_from_start", {"treated": int(ever.sum())})
    if not whole[ever & ~early].all():
        return NotEstimable("not_reported")
    kept = panel.kept(whole & ~early)
    others = int((~kept.ever).sum())
    if others < FEWEST_DONORS:
        return NotEstimable("too_few_compared", {"compared": others, "needed": FEWEST_DONORS})
    if kept.starts.min() < FEWEST_BEFORE:
        return NotEstimable("too_few_years", {"before": int(kept.starts.min()), "needed": FEWEST_BEFORE})
    gone = [LeftOut(panel.places[k], "treated_from_start") for k in np.flatnonzero(early)]
    gone += [LeftOut(panel.places[k], "years_missing") for k in np.flatnonzero(~whole & ~early)]
    return kept, tuple(gone)


def _distances(panel: Panel, ways: Starts) -> Numbers:
    """Return the size of each assignment's mean difference; missing where a mixture misses its place."""
    return np.array([_distance(panel, way) for way in ways])


def _distance(panel: Panel, way: Starts) -> float:
    places = np.flatnonzero(way < len(panel.periods))
    gaps = [Gap.of(panel, int(k), way, parallel) for k in places]
    if not all(gap.matches for gap in gaps):
        return np.nan
    apart = (panel.counts / panel.exposure)[places] - np.array([gap.expected for gap in gaps])
    return float(abs(apart[treated_cells(way, len(panel.periods))[places]].mean()))


def _events(panel: Panel, apart: Numbers) -> pd.DataFrame:
    first = np.array([(*panel.periods, 0)[at] for at in panel.starts])
    since = np.array(panel.periods) - first[:, None]
    cells = {int(event): panel.ever[:, None] & (since == event) for event in np.unique(since[panel.ever])}
    return pd.DataFrame([_row(apart, one) | {"at": event} for event, one in cells.items()])


def _cohorts(panel: Panel, apart: Numbers) -> pd.DataFrame:
    starts = np.unique(panel.starts[panel.ever])
    rows = [_row(apart, panel.treated & (panel.starts == at)[:, None]) for at in starts]
    return pd.DataFrame(rows).assign(at=panel.cohorts)


def _row(apart: Numbers, cells: Mask) -> dict[str, float]:
    limits = {"lower": np.nan, "upper": np.nan}
    return {"estimate": float(apart[cells].mean()), **limits, "places": int(cells.any(axis=1).sum())}
