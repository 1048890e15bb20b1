"""One count held against the number expected: exact p and the standardised ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.rates import estimate_rate

_TIE = 1 + 1e-7  # R's poisson.test: outcomes as likely as the observed one, but for rounding


def expected_p(count: ArrayLike, expected: ArrayLike) -> dict[str, Numbers]:
    """Return the exact p of counts held against the number expected, by each rule.

    Parameters
    ----------
    count, expected : array-like of float
        Events, and how many there should have been; missing, zero or negative expectations give missing.

    Returns
    -------
    dict of ndarray
        ``less``, ``greater`` (one-sided), ``central`` (twice the smaller, at most 1: agrees with Garwood limits), ``minlike``
        (sum of what is not likelier, R's ``poisson.test``).

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    References
    ----------
    Fay (2010), R Journal 2, 53-58.

    Examples
    --------
    >>> p = expected_p([3, 12], [8.5, 6])
    >>> p["central"].round(4).tolist(), p["minlike"].round(4).tolist()
    ([0.0602, 0.0402], [0.0575, 0.0226])
    """
    given, means = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(expected, dtype=float))
    events = whole_counts(given, where="a count and its expectation")
    with np.errstate(invalid="ignore"):
        means = np.where((means > 0) & np.isfinite(means), means, np.nan)
    less, greater = stats.poisson.cdf(events, means), stats.poisson.sf(events - 1, means)
    pairs = zip(np.ravel(events), np.ravel(means), strict=True)
    return {
        "less": np.asarray(less),
        "greater": np.asarray(greater),
        "central": np.asarray(np.minimum(1.0, 2 * np.minimum(less, greater))),
        "minlike": np.array([_minlike(one, mean) for one, mean in pairs]).reshape(np.shape(events)),
    }


@dataclass(frozen=True, slots=True)
class RatioToExpected:
    """Observed over expected cases.

    Attributes
    ----------
    observed, expected : float
        Cases.
    ratio, lower, upper : float
        Observed over expected with exact limits; missing without an expectation.
    p : float
        Exact central p of a ratio of 1: agrees with the limits.
    level : float
        Confidence level.
    """

    observed: float
    expected: float
    ratio: float
    lower: float
    upper: float
    p: float
    level: float


def ratio_to_expected(observed: float, expected: float, *, level: float = 0.95) -> RatioToExpected:
    """Return the standardised ratio (SMR) of observed over expected cases with exact limits.

    Parameters
    ----------
    observed, expected : float
        Cases counted, and cases expected at reference rates. An expectation that is missing or not positive gives
        missing numbers, never infinite ones.
    level : float
        Confidence level, strictly between 0 and 1.

    Raises
    ------
    FactsError
        If the observed count is negative or not whole.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 69-71.

    Examples
    --------
    >>> smr = ratio_to_expected(12, 6)
    >>> smr.ratio, round(smr.lower, 2), round(smr.upper, 2), round(smr.p, 3)
    (2.0, 1.03, 3.49, 0.04)
    """
    frame = pd.DataFrame({"observed": [observed], "expected": [expected]}, dtype=float)
    row = estimate_rate(frame, count="observed", exposure="expected", level=level).iloc[0]
    p = float(expected_p(observed, expected)["central"])
    return RatioToExpected(
        float(observed),
        float(expected),
        float(row["value"]),
        float(row["lower"]),
        float(row["upper"]),
        p,
        level,
    )


def _minlike(events: float, mean: float) -> float:
    """Sum the probabilities of all counts that are no likelier than the one observed."""
    if np.isnan(events) or np.isnan(mean):
        return np.nan
    most = int(max(events, mean) + 20 * np.sqrt(max(events, mean)) + 60)
    chances = stats.poisson.pmf(np.arange(most + 1), mean)
    unlikely = chances <= stats.poisson.pmf(events, mean) * _TIE
    return float(min(1.0, chances[unlikely].sum() + stats.poisson.sf(most, mean)))
