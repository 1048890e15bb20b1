"""The exact test of a trend in counts: given their total, how unusual is the way the cases lie in time.

Given the total, Poisson counts are multinomial, and under a log-linear trend the sum of the years of all cases is all that
matters. Its distribution without trend, found by convolution, tilted by ``exp(slope * sum)`` is its distribution with one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from evalkit.statistics.counts import Numbers, whole_counts

LARGEST_TOTAL = 1000  # beyond this no exact test is needed, and convolution takes long


@dataclass(frozen=True, slots=True)
class ExactTrend:
    """The exact conditional test of a log-linear trend and its limits.

    Attributes
    ----------
    statistic : float
        Sum of the scores of all cases; scores start at 0 in the first year.
    z : float
        The statistic standardised under no trend.
    p_less, p_greater : float
        One-sided p: as low, as high a statistic as observed.
    p_central, p_midp, p_two_sided_absdev : float
        Twice the smaller tail; the same with the observed value at half weight; everything as far from its expectation.
    slope, slope_lower, slope_upper : float
        Log rate ratio per year, by maximum likelihood, and its limits by inversion of the central test.
    apc, apc_lower, apc_upper : float
        The same as annual percent change.
    """

    statistic: float
    z: float
    p_less: float
    p_greater: float
    p_central: float
    p_midp: float
    p_two_sided_absdev: float
    slope: float
    slope_lower: float
    slope_upper: float

    @property
    def apc(self) -> float:
        """Annual percent change."""
        return annual_percent_change(self.slope)

    @property
    def apc_lower(self) -> float:
        """Lower limit of the annual percent change."""
        return annual_percent_change(self.slope_lower)

    @property
    def apc_upper(self) -> float:
        """Upper limit of the annual percent change."""
        return annual_percent_change(self.slope_upper)


def exact_trend(
    counts: ArrayLike,
    *,
    years: Sequence[int] | None = None,
    exposure: ArrayLike | None = None,
    level: float = 0.95,
) -> ExactTrend:
    """Test counts for a log-linear trend, given their total.

    Parameters
    ----------
    counts : array-like of float
        Cases in each year; no missing values.
    years : sequence of int, optional
        The years; one after the other by default.
    exposure : array-like of float, optional
        Person-years or length of each year; equal by default.
    level : float
        Confidence level of the limits, strictly between 0 and 1.

    Returns
    -------
    ExactTrend
        With no case every p is 1 and the limits are infinite: nothing is known of the slope.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    References
    ----------
    Cox and Lewis (1966), The Statistical Analysis of Series of Events, ch. 3; Fay (2010), R Journal 2, 53-58, for limits
    that agree with the central p.

    Examples
    --------
    >>> trend = exact_trend([5, 3, 4, 1, 0])
    >>> round(trend.p_central, 4), round(trend.apc), round(trend.apc_lower), round(trend.apc_upper)
    (0.0226, -40, -64, -6)
    """
    cases = whole_counts(np.asarray(counts, dtype=float), where="trend")
    scores = np.arange(len(cases)) if years is None else np.asarray(years, dtype=int) - min(years)
    weights = np.ones(len(cases)) if exposure is None else np.asarray(exposure, dtype=float)
    total, statistic = int(cases.sum()), int(cases @ scores)
    sums = _sum_distribution(scores, weights, total)
    lower, upper = _limits(scores, weights, total, statistic, tail=(1 - level) / 2)
    return ExactTrend(
        statistic=statistic,
        **_tails(sums, statistic),
        slope=poisson_slope(cases, scores, weights),
        slope_lower=lower,
        slope_upper=upper,
    )


def poisson_slope(cases: Numbers, scores: np.ndarray, weights: Numbers) -> float:
    """Return the maximum-likelihood slope of a Poisson log-linear trend; infinite or missing where there is none.

    Parameters
    ----------
    cases, scores, weights : ndarray
        Counts, years and exposures.

    Notes
    -----
    The conditional likelihood given the total has the same maximum as the Poisson model with an intercept.

    Examples
    --------
    >>> round(poisson_slope(np.array([4.0, 2.0, 1.0]), np.arange(3), np.ones(3)), 3)
    -0.693
    """
    total = cases.sum()
    if total == 0 or len(scores) < 2:
        return math.nan
    mean = cases @ scores / total
    if mean in (scores.min(), scores.max()):
        return math.inf if mean == scores.max() else -math.inf
    return _slope_with_mean(mean, scores, weights)


def annual_percent_change(slope: float) -> float:
    """Turn a log rate ratio per year into an annual percent change.

    Examples
    --------
    >>> round(annual_percent_change(-0.105), 1)
    -10.0
    """
    return 100 * math.expm1(slope) if slope < 700 else math.inf


def _sum_distribution(scores: np.ndarray, weights: Numbers, total: int) -> Numbers:
    """Return the probability of each sum of scores of ``total`` cases without trend, by repeated convolution."""
    one = np.zeros(int(scores.max()) + 1)
    one[scores] = weights / weights.sum()
    sums, power, left = np.ones(1), one, total
    while left:
        if left % 2:
            sums = np.convolve(sums, power)
        left //= 2
        if left:
            power = np.convolve(power, power)
    return sums


def _tails(sums: Numbers, statistic: int) -> dict[str, float]:
    values = np.arange(len(sums))
    mean = float(values @ sums)
    spread = math.sqrt(float((values - mean) ** 2 @ sums))
    less, greater = float(sums[: statistic + 1].sum()), float(sums[statistic:].sum())
    half = float(sums[statistic]) / 2
    far = np.abs(values - mean) >= abs(statistic - mean) - 1e-9
    return {
        "z": (statistic - mean) / spread if spread > 0 else math.nan,
        "p_less": less,
        "p_greater": greater,
        "p_central": min(1.0, 2 * min(less, greater)),
        "p_midp": min(1.0, 2 * min(less - half, greater - half)),
        "p_two_sided_absdev": min(1.0, float(sums[far].sum())),
    }


def _limits(
    scores: np.ndarray, weights: Numbers, total: int, statistic: int, *, tail: float
) -> tuple[float, float]:
    """Return the slopes at which the statistic observed lies just in the tails.

    The distribution is tilted from a slope near the limits, not from no trend: a strong trend's statistic lies so far in
    the tail of no trend that its probability is no number any more.
    """
    highest = total * int(scores.max())
    if highest == 0:
        return -math.inf, math.inf
    mean = min(max(statistic, 0.5), highest - 0.5) / total
    centre = _slope_with_mean(mean, scores, weights)
    sums = _sum_distribution(scores, _tilted(np.log(weights), scores, centre), total)
    values = np.arange(len(sums))
    with np.errstate(divide="ignore"):
        log_sums = np.log(sums)

    def above(slope: float) -> float:
        return float(_tilted(log_sums, values, slope)[statistic:].sum()) - tail

    def below(slope: float) -> float:
        return float(_tilted(log_sums, values, slope)[: statistic + 1].sum()) - tail

    lower = -math.inf if statistic == 0 else centre + _root(above)
    upper = math.inf if statistic == highest else centre + _root(below)
    return lower, upper


def _slope_with_mean(mean: float, scores: np.ndarray, weights: Numbers) -> float:
    return _root(lambda slope: _tilted(np.log(weights), scores, slope) @ scores - mean)


def _tilted(log_weights: Numbers, values: np.ndarray, slope: float) -> Numbers:
    logs = log_weights + slope * values
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _root(function: Callable[[float], float]) -> float:
    """Return the zero of a monotone function of a slope, widening the bracket as long as needed."""
    reach = 1.0
    while function(-reach) * function(reach) > 0:
        reach *= 2
    return float(optimize.brentq(function, -reach, reach, xtol=1e-12))
