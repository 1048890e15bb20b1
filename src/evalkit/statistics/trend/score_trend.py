"""The score test of a negative binomial trend with a given dispersion, and limits that agree with it.

A Wald test takes the variance of the slope from the fitted trend itself and is too sure of it in eight or ten years: with
alpha .5 and a mean of 16 it rejects 7 % of true nulls, the score test 5 % (benchmarks/calibration.py).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats

from evalkit.statistics.counts import Numbers

STEEPEST = 20.0  # log rate ratio per year: beyond it a limit is no limit


def score_test(
    cases: Numbers, since: Numbers, exposure: Numbers, *, alpha: float, slope: float = 0.0
) -> float:
    """Return the standard normal score statistic of a slope, level estimated.

    Parameters
    ----------
    cases, since, exposure : ndarray
        Counts, years since the first, person-years or length of each year; no missing values, some case.
    alpha : float
        Negative binomial dispersion: variance mean + alpha * mean**2.
    slope : float
        Log rate ratio per year that is tested.

    Returns
    -------
    float
        Positive where the counts rise faster than the slope says.

    References
    ----------
    Rao (1948), Proc. Camb. Phil. Soc. 44, 50-57; Cameron and Trivedi (2013), Regression Analysis of Count Data, 3.3.

    Examples
    --------
    >>> counts, years = np.array([12.0, 9, 10, 7, 5, 6]), np.arange(6.0)
    >>> round(score_test(counts, years, np.ones(6), alpha=0.1), 2)
    -1.4
    """
    expected = _expected(cases, np.log(exposure) + slope * (since - since.mean()), alpha)
    weight = expected / (1 + alpha * expected)
    centre = float(weight @ since / weight.sum())
    score = (cases - expected) / (1 + alpha * expected) @ (since - centre)
    return float(score / math.sqrt(weight @ (since - centre) ** 2))


def score_limits(
    cases: Numbers, since: Numbers, exposure: Numbers, *, alpha: float, slope: float, level: float = 0.95
) -> tuple[float, float]:
    """Return the slopes that the score test just does not reject.

    Parameters
    ----------
    cases, since, exposure, alpha
        As in :func:`score_test`.
    slope : float
        The fitted slope, which lies between the limits.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    lower, upper : float
        Infinite where no slope on that side is rejected.

    Examples
    --------
    >>> counts, years = np.array([12.0, 9, 10, 7, 5, 6]), np.arange(6.0)
    >>> lower, upper = score_limits(counts, years, np.ones(6), alpha=0.1, slope=-0.16)
    >>> round(lower, 2), round(upper, 2)
    (-0.39, 0.06)
    """
    bound = float(stats.norm.ppf(0.5 + level / 2))

    def beyond(away: float) -> float:
        tested = score_test(cases, since, exposure, alpha=alpha, slope=slope + away)
        return abs(tested) - bound

    limits = []
    for side in (-1.0, 1.0):
        reach = 0.1
        while reach < STEEPEST and beyond(side * reach) < 0:
            reach *= 2
        found = reach < STEEPEST
        limits.append(slope + float(optimize.brentq(beyond, 0, side * reach)) if found else side * math.inf)
    return limits[0], limits[1]


def _expected(cases: Numbers, shape: Numbers, alpha: float) -> Numbers:
    """Return the expected counts of a given shape (log scale) at the level of maximum likelihood."""

    def excess(level: float) -> float:
        expected = np.exp(np.clip(level + shape, -700, 700))
        return float(((cases - expected) / (1 + alpha * expected)).sum())

    start = math.log(cases.mean())
    low = high = start - float(shape.mean())
    while excess(low) < 0:
        low -= 2
    while excess(high) > 0:
        high += 2
    level = float(optimize.brentq(excess, low, high, xtol=1e-12)) if low < high else low
    return np.asarray(np.exp(np.clip(level + shape, -700, 700)))
