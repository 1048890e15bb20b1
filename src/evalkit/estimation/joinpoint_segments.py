"""From the joins chosen to what is shown: each segment's annual percent change, their average, the joins' intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from evalkit.estimation.counts import Numbers
from evalkit.estimation.exact_trends import annual_percent_change
from evalkit.estimation.joinpoint_grid import Joins, bent_design, slopes_of
from evalkit.estimation.joinpoint_models import BentFit, Model
from evalkit.estimation.joinpoint_results import Join, Segment

BEYOND_ESTIMATE = (
    10.0  # standard error of a slope per year no real series has: zeros let it run to minus infinity
)


@dataclass(frozen=True, slots=True)
class BentTrend:
    """One fitted series, its dispersion and the slopes of its segments with their covariance."""

    years: np.ndarray
    joins: Joins
    fit: BentFit
    dispersion: float
    degrees: int
    slopes: Numbers
    covariance: Numbers
    level: float

    @property
    def bounds(self) -> list[tuple[int, int]]:
        """First and last year of each segment."""
        turns = [int(self.years[place]) for place in (0, *self.joins, len(self.years) - 1)]
        return list(pairwise(turns))

    @property
    def is_estimable(self) -> np.ndarray:
        """Which segments have a finite slope."""
        return np.asarray(np.diag(self.covariance) < BEYOND_ESTIMATE**2)


def bent_trend(model: Model, joins: Joins, *, series: int, level: float, searched: bool = True) -> BentTrend:
    """Fit one series with given joins; the dispersion is Pearson's, never below the model's floor.

    Notes
    -----
    Where the joins were searched for, the covariance of the slopes allows for it: each join's year counts as a parameter
    (half a step in the year of the join, a whole one after it, is its derivative), as in Hudson (1966) and the NCI's
    program. Joins declared beforehand are known, and the limits narrower.

    Examples
    --------
    >>> from evalkit.estimation.joinpoint_models import QuasiPoisson
    >>> years = np.arange(2011.0, 2021)
    >>> counts = np.array([[4.0, 5, 7, 8, 11, 10, 8, 7, 5, 4]]).T
    >>> trend = bent_trend(QuasiPoisson(years, counts, np.zeros((10, 1))), (4,), series=0, level=0.95)
    >>> [round(segment.apc) for segment in segments_of(trend)]
    [31, -18]
    """
    fit = model.fit(joins, series=series)
    degrees = len(model.times) - 2 - (2 if searched else 1) * len(joins)
    dispersion = fit.pearson / degrees
    contrast = slopes_of(model.times, joins)
    known = _inverse_information(model.times, joins, fit.weights, searched=searched)
    return BentTrend(
        years=model.times.astype(int),
        joins=joins,
        fit=fit,
        dispersion=dispersion,
        degrees=degrees,
        slopes=contrast @ fit.coefficients,
        covariance=max(dispersion, model.floor) * contrast @ known @ contrast.T,
        level=level,
    )


def _inverse_information(times: Numbers, joins: Joins, weights: Numbers, *, searched: bool) -> Numbers:
    """Return the covariance of the coefficients before dispersion; huge, not infinite, where zeros leave one open."""
    design = bent_design(times, joins)
    if searched and joins:
        turns = times[list(joins)]
        design = np.hstack([design, np.heaviside(times[:, None] - turns, 0.5)])
    values, vectors = np.linalg.eigh(design.T @ (design * weights[:, None]))
    inverse = vectors @ np.diag(1 / np.maximum(values, 1e-15 * values.max())) @ vectors.T
    size = len(joins) + 2
    return np.asarray(inverse[:size, :size])


def segments_of(trend: BentTrend) -> tuple[Segment, ...]:
    """Return each segment's annual percent change with t limits."""
    found = []
    for place, (first, last) in enumerate(trend.bounds):
        weights = np.eye(len(trend.slopes))[place]
        apc, lower, upper, p = _percent(trend, weights, degrees=trend.degrees)
        found.append(Segment(first=first, last=last, apc=apc, lower=lower, upper=upper, p=p))
    return tuple(found)


def average_change(
    trend: BentTrend, window: tuple[int, int], *, as_the_nci: bool
) -> tuple[float, float, float, float]:
    """Return the average annual percent change over a window of years, its limits and p.

    Notes
    -----
    Clegg et al. (2009): the mean of the slopes, weighted by the years each segment has in the window, its variance by the
    delta method. Limits by t with the residual degrees of freedom; the NCI takes z where the window spans a join.
    """
    overlap = [min(last, window[1]) - max(first, window[0]) for first, last in trend.bounds]
    weights = np.maximum(np.array(overlap, dtype=float), 0.0)
    spans = (weights > 0).sum() > 1
    return _percent(
        trend, weights / weights.sum(), degrees=math.inf if as_the_nci and spans else trend.degrees
    )


def _percent(trend: BentTrend, weights: Numbers, *, degrees: float) -> tuple[float, float, float, float]:
    """Return a weighted mean of slopes as annual percent change, its limits and p."""
    if not trend.is_estimable[weights > 0].all():
        return (math.nan,) * 4
    slope = float(weights @ trend.slopes)
    error = math.sqrt(max(float(weights @ trend.covariance @ weights), 0.0))
    law = stats.t(degrees) if math.isfinite(degrees) else stats.norm()
    reach = float(law.ppf(0.5 + trend.level / 2)) * error
    p = 2 * float(law.sf(abs(slope) / error)) if error > 0 else math.nan
    change, lower, upper = (annual_percent_change(slope + sign * reach) for sign in (0, -1, 1))
    return change, lower, upper, p


def joins_of(model: Model, trend: BentTrend, ways: tuple[Joins, ...], *, series: int) -> tuple[Join, ...]:
    """Return each join with the years whose best model, the other joins free, fits nearly as well.

    Notes
    -----
    Lerman (1980): all years at which the misfit exceeds its least by no more than the dispersion times the quantile of
    F(1, residual degrees of freedom). Where they are not consecutive the interval spans them all.
    """
    misfits = model.misfits(ways, model.observed[:, [series]], series=np.array([series]))[:, 0]
    room = max(trend.dispersion, model.floor) * float(stats.f.ppf(trend.level, 1, trend.degrees))
    near = np.array(ways)[misfits <= misfits.min() + room]
    return tuple(
        Join(year=int(trend.years[join]), lower=int(trend.years[low]), upper=int(trend.years[high]))
        for join, low, high in zip(trend.joins, near.min(axis=0), near.max(axis=0), strict=True)
    )
