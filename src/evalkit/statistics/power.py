"""What a comparison of two counts could have shown: power, the smallest fall it can show, the base a fall needs."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import optimize, stats

from evalkit.statistics.counts import Numbers

TARGET_POWER = 0.8
_LARGE = 20_000.0  # beyond this base the normal approximation agrees to within one per cent


def comparison_power(
    baseline: float, fall: float, *, later_per_earlier: float = 1.0, tail: float = 0.025
) -> float:
    """Return the probability that the exact conditional test shows a given fall.

    Parameters
    ----------
    baseline : float
        Expected earlier count.
    fall : float
        True fall of the rate, as a fraction: 0.41 for 41 %.
    later_per_earlier : float
        Later exposure over earlier exposure.
    tail : float
        Size of the lower tail: 0.025 for the printed two-sided 5 % test, 0.05 for a one-sided one.

    Notes
    -----
    Given the sum of both counts the later one is binomial; the sum is Poisson. Both are summed over exactly.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Fay (2010), R Journal 2, 53-58.

    Examples
    --------
    >>> round(comparison_power(39, 0.41, tail=0.05), 4)
    0.6085
    """
    later = baseline * (1 - fall) * later_per_earlier
    total = baseline + later
    spread = 7 * math.sqrt(total) + 30
    sums = np.arange(max(0.0, math.floor(total - spread)), math.ceil(total + spread))
    null = later_per_earlier / (1 + later_per_earlier)
    shown = stats.binom.cdf(_critical(sums, null, tail), sums, later / total)
    return float(np.sum(stats.poisson.pmf(sums, total) * shown))


@lru_cache(maxsize=4096)
def minimum_detectable_fall(
    baseline: float, *, later_per_earlier: float = 1.0, tail: float = 0.025, power: float = TARGET_POWER
) -> float:
    """Return the smallest fall that a base of this size shows with the power wanted.

    Parameters
    ----------
    baseline : float
        Earlier count, taken as its expectation.
    later_per_earlier, tail
        As in :func:`comparison_power`.
    power : float
        Probability wanted of showing the fall.

    Returns
    -------
    float
        A fraction, rounded up to a whole per cent; missing where even a fall to zero would not be shown that often.

    Examples
    --------
    >>> minimum_detectable_fall(39)
    0.56
    >>> minimum_detectable_fall(5)
    nan
    """

    def short_of(fall: float) -> float:
        if baseline > _LARGE:
            return baseline - _normal_baseline(min(fall, 0.95), later_per_earlier, tail, power)
        return comparison_power(baseline, fall, later_per_earlier=later_per_earlier, tail=tail) - power

    if not baseline > 0 or short_of(1.0) < 0:
        return math.nan
    smallest = float(optimize.brentq(short_of, 1e-6, 1.0, xtol=1e-5))
    return math.ceil(100 * smallest) / 100


@lru_cache(maxsize=4096)
def baseline_needed(
    fall: float, *, later_per_earlier: float = 1.0, tail: float = 0.025, power: float = TARGET_POWER
) -> float:
    """Return the earlier count needed to show a fall with the power wanted.

    Parameters
    ----------
    fall : float
        The fall, as a fraction; missing, zero or negative (a rise) gives missing.
    later_per_earlier, tail, power
        As in :func:`minimum_detectable_fall`.

    Returns
    -------
    float
        A whole number of cases. Above 20 000 it comes from the normal approximation.

    Examples
    --------
    >>> [baseline_needed(fall) for fall in (0.41, 0.6, 0.8)]
    [78.0, 33.0, 16.0]
    """
    if not 0 < fall <= 1:
        return math.nan
    guess = _normal_baseline(min(fall, 0.95), later_per_earlier, tail, power)
    if guess > _LARGE:
        return float(math.ceil(guess))

    def short_of(log_baseline: float) -> float:
        base = math.exp(log_baseline)
        return comparison_power(base, fall, later_per_earlier=later_per_earlier, tail=tail) - power

    low, high = math.log(guess / 2), math.log(guess * 2)
    while short_of(low) > 0:
        low -= 1
    while short_of(high) < 0:
        high += 1
    return float(math.ceil(math.exp(optimize.brentq(short_of, low, high, xtol=1e-4))))


def _critical(sums: Numbers, null: float, tail: float) -> Numbers:
    """Return for each sum the largest later count whose lower tail is within ``tail``; -1 where there is none."""
    count = stats.binom.ppf(tail, sums, null)
    inside = stats.binom.cdf(count, sums, null) <= tail
    return np.asarray(np.where((sums > 0) & inside, count, count - 1), dtype=float)


def _normal_baseline(fall: float, later_per_earlier: float, tail: float, power: float) -> float:
    """Return the baseline by the normal approximation of the log rate ratio."""
    quantiles = stats.norm.ppf(1 - tail) + stats.norm.ppf(power)
    return float((quantiles / math.log1p(-fall)) ** 2 * (1 + 1 / (later_per_earlier * (1 - fall))))
