"""From the joins chosen to what is shown: each segment's annual percent change, their average, the joins' intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.joinpoint.joinpoint_grid import Joins, bent_design, slopes_of
from evalkit.statistics.joinpoint.joinpoint_models import BentFit, Model
from evalkit.statistics.joinpoint.joinpoint_results import Join, Segment
from evalkit.statistics.trend.exact_trends import annual_percent_change

BEYOND_ESTIMATE = (
    10.0  # standard error of a slope per year no real series has: zeros let it run to minus infinity
)


@dataclass(frozen=True, slots=True)
class BentTrend:
    """One fitted series, its dispersion and the slopes of its segments.

    ``covariance`` is that of the coefficients and, where they were searched for, of the joins' steps; ``contrast`` turns
    them into slopes.
    """

    years: np.ndarray
    joins: Joins
    fit: BentFit
    dispersion: float
    degrees: int
    slopes: Numbers
    contrast: Numbers
    covariance: Numbers
    searched: bool
    level: float

    @property
    def bounds(self) -> list[tuple[int, int]]:
        """First and last year of each segment."""
        turns = [int(self.years[place]) for place in (0, *self.joins, len(self.years) - 1)]
        return list(pairwise(turns))

    @property
    def is_estimable(self) -> np.ndarray:
        """Which segments have a finite slope."""
        variances = np.diag(self.contrast @ self.covariance @ self.contrast.T)
        return np.asarray(variances < BEYOND_ESTIMATE**2)


def bent_trend(model: Model, joins: Joins, *, series: int, level: float, searched: bool = True) -> BentTrend:
    """Fit one series with given joins; the dispersion is Pearson's, never below the model's floor.

    Notes
    -----
    Where the joins were searched for, the covariance of the slopes allows for it: each join's year counts as a parameter
    (a step that is 0 up to the year of the join and 1 from the next year on is its derivative), as in Lerman (1980) and the
    NCI's program, whose published significance no other value in the year of the join reproduces. Joins declared
    beforehand are known, and the limits narrower.

    Examples
    --------
    >>> from evalkit.statistics.joinpoint.joinpoint_models import QuasiPoisson
    >>> years = np.arange(2011.0, 2021)
    >>> counts = np.array([[4.0, 5, 7, 8, 11, 10, 8, 7, 5, 4]]).T
    >>> trend = bent_trend(QuasiPoisson(years, counts, np.zeros((10, 1))), (4,), series=0, level=0.95)
    >>> [round(segment.apc) for segment in segments_of(trend)]
    [31, -18]
    """
    fit = model.fit(joins, series=series)
    degrees = len(model.times) - 2 - (2 if searched else 1) * len(joins)
    dispersion = fit.pearson / degrees
    steps = len(joins) if searched else 0
    slopes = slopes_of(model.times, joins)
    covariance = _inverse_information(model.times, joins, fit.weights, searched=searched)
    return BentTrend(
        years=model.times.astype(int),
        joins=joins,
        fit=fit,
        dispersion=dispersion,
        degrees=degrees,
        slopes=slopes @ fit.coefficients,
        contrast=np.pad(slopes, ((0, 0), (0, steps))),
        covariance=max(dispersion, model.floor) * covariance,
        searched=searched,
        level=level,
    )


def _inverse_information(times: Numbers, joins: Joins, weights: Numbers, *, searched: bool) -> Numbers:
    """Return the covariance of the coefficients before dispersion; huge, not infinite, where zeros leave one open."""
    design = bent_design(times, joins)
    if searched and joins:
        turns = times[list(joins)]
        design = np.hstack([design, _steps(times, turns)])
    values, vectors = np.linalg.eigh(design.T @ (design * weights[:, None]))
    return np.asarray(vectors @ np.diag(1 / np.maximum(values, 1e-15 * values.max())) @ vectors.T)


def _steps(times: Numbers, turns: Numbers) -> Numbers:
    """Return the derivative of the trend by each join's year, up to a factor: a step, 0 in that year and 1 after it."""
    return np.asarray(times[:, None] > turns, dtype=float)


def segments_of(trend: BentTrend) -> tuple[Segment, ...]:
    """Return each segment's annual percent change with t limits."""
    found = []
    for place, (first, last) in enumerate(trend.bounds):
        weights = np.eye(len(trend.slopes))[place]
        error = _error(trend, trend.contrast[place])
        apc, lower, upper, p = _percent(trend, weights, error, degrees=trend.degrees)
        found.append(Segment(first=first, last=last, apc=apc, lower=lower, upper=upper, p=p))
    return tuple(found)


def average_change(
    trend: BentTrend, window: tuple[int, int], *, as_the_nci: bool
) -> tuple[float, float, float, float]:
    """Return the average annual percent change over a window of years, its limits and p.

    Notes
    -----
    The mean of the slopes, weighted by the years each segment has in the window (Clegg et al. 2009), its variance by the
    delta method: a join within the window that moves changes slopes and weights together, which the variance allows for;
    limits by t with the residual degrees of freedom. The NCI holds the weights fixed and takes z where the window spans a join.
    """
    overlap = [min(last, window[1]) - max(first, window[0]) for first, last in trend.bounds]
    weights = np.maximum(np.array(overlap, dtype=float), 0.0)
    weights /= weights.sum()
    contrast = weights @ trend.contrast
    if trend.searched and not as_the_nci:
        turns = trend.years[list(trend.joins)]
        within = (window[0] < turns) & (turns < window[1])
        contrast[len(trend.fit.coefficients) :] = within / (window[1] - window[0])
    by_z = as_the_nci and (weights > 0).sum() > 1
    return _percent(trend, weights, _error(trend, contrast), degrees=math.inf if by_z else trend.degrees)


def _error(trend: BentTrend, contrast: Numbers) -> float:
    return math.sqrt(max(float(contrast @ trend.covariance @ contrast), 0.0))


def _percent(
    trend: BentTrend, weights: Numbers, error: float, *, degrees: float
) -> tuple[float, float, float, float]:
    """Return a weighted mean of slopes as annual percent change, its limits and p."""
    if not trend.is_estimable[weights > 0].all():
        return (math.nan,) * 4
    slope = float(weights @ trend.slopes)
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
