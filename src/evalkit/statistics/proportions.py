"""Proportions with Wilson limits, exact binomial limits, and ratios that carry-over may lift above 100 %."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, amounts, whole_counts
from evalkit.table import named_rows

WILSON = "Wilson score"
CARRY_OVER = "ratio of yearly totals with carry-over"


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95
) -> tuple[Numbers, Numbers]:
    """Return the Wilson score limits of a proportion, without continuity correction.

    Parameters
    ----------
    successes, trials : array-like of float
        Parts and their base; a missing or zero base gives missing limits.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    lower, upper : ndarray
        Fractions, never outside 0 and 1.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; Newcombe (1998), Stat. Med. 17, 857-872.

    Examples
    --------
    >>> lower, upper = wilson_interval([0, 7], [10, 9])
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.0, 0.453], [0.278, 0.937])
    """
    parts, base = _with_base(successes, trials)
    lower, upper = proportion_confint(parts, base, alpha=1 - level, method="wilson")
    # without rounding errors the lower limit of none is 0, and the upper limit of all is 1
    return np.where(parts == 0, 0.0 * base, lower), np.where(parts == base, 1.0, upper)


def clopper_pearson_interval(
    successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95
) -> tuple[Numbers, Numbers]:
    """Return the exact two-sided limits of a proportion, from quantiles of the beta distribution.

    Parameters
    ----------
    successes, trials, level
        As in :func:`wilson_interval`.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> lower, upper = clopper_pearson_interval(0, 10)
    >>> float(lower), round(float(upper), 3)
    (0.0, 0.308)
    """
    parts, base = _with_base(successes, trials)
    tail = (1 - level) / 2
    lower = np.where(parts == 0, 0.0, stats.beta.ppf(tail, parts, base - parts + 1))
    upper = np.where(parts == base, 1.0, stats.beta.ppf(1 - tail, parts + 1, base - parts))
    return np.where(np.isnan(base), np.nan, lower), np.where(np.isnan(base), np.nan, upper)


def one_sided_bound(successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95) -> Numbers:
    """Return the exact one-sided bound of a share of none (from above) or of all (from below); missing otherwise.

    Parameters
    ----------
    successes, trials, level
        As in :func:`wilson_interval`.

    References
    ----------
    Hanley and Lippman-Hand (1983), JAMA 249, 1743-1745: 1 - .05 ** (1 / n), of which the rule of three is a shortcut.

    Examples
    --------
    >>> one_sided_bound([0, 10, 4], [10, 10, 10]).round(3).tolist()
    [0.259, 0.741, nan]
    """
    parts, base = _with_base(successes, trials)
    room = (1 - level) ** (1 / base)
    return np.where(parts == 0, 1 - room, np.where(parts == base, room, np.nan))


def newcombe_difference(
    one: tuple[ArrayLike, ArrayLike], other: tuple[ArrayLike, ArrayLike], *, level: float = 0.95
) -> tuple[Numbers, Numbers]:
    """Return the hybrid score limits of a difference of two independent proportions, one minus the other.

    Parameters
    ----------
    one, other : tuple of array-like
        Parts and base of each; a missing or zero base gives missing limits.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    lower, upper : ndarray
        Fractions between -1 and 1.

    References
    ----------
    Newcombe (1998), Stat. Med. 17, 873-890, method 10.

    Examples
    --------
    >>> lower, upper = newcombe_difference((56, 70), (48, 80))
    >>> round(float(lower), 4), round(float(upper), 4)
    (0.0524, 0.3339)
    """
    shares = [np.divide(*_with_base(*pair)) for pair in (one, other)]
    limits = [wilson_interval(*pair, level=level) for pair in (one, other)]
    difference = shares[0] - shares[1]
    below = np.hypot(shares[0] - limits[0][0], limits[1][1] - shares[1])
    above = np.hypot(limits[0][1] - shares[0], shares[1] - limits[1][0])
    return difference - below, difference + above


def estimate_proportion(
    frame: pd.DataFrame, *, numerator: str, denominator: str, level: float = 0.95
) -> pd.DataFrame:
    """Return the same rows with proportions in percent and their limits appended.

    Parameters
    ----------
    frame : DataFrame
        One row per proportion.
    numerator, denominator : str
        Columns of parts and of their base; missing means not reported.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    DataFrame, same rows and order
        ``value``, ``lower``, ``upper``, ``bound_one_sided`` (percent; the last only for 0 and for 100 %), ``level``,
        ``method``, ``flag`` (``no_base`` where nothing was asked: 0 of 0 is no share).

    Raises
    ------
    FactsError
        If a numerator exceeds its denominator, or a count is negative or not whole. The message gives row numbers,
        never the counts.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.

    Examples
    --------
    >>> frame = pd.DataFrame({"resolved": [7, 0, 65], "due": [9, 0, 100]})
    >>> shares = estimate_proportion(frame, numerator="resolved", denominator="due")
    >>> shares[["value", "lower", "upper", "flag"]].round(1)
       value  lower  upper     flag
    0   77.8   45.3   93.7
    1    NaN    NaN    NaN  no_base
    2   65.0   55.3   73.6
    """
    parts = whole_counts(frame[numerator], where=numerator)
    base = whole_counts(frame[denominator], where=denominator)
    if (parts > base).any():
        raise FactsError(
            where=f"{numerator} / {denominator}: {named_rows(frame.index[parts > base])}",
            rule=f"{numerator} must not exceed {denominator}",
            do="ask the source to confirm both figures; where carry-over can lift it above, the kind is period_ratio",
        )
    lower, upper = wilson_interval(parts, base, level=level)
    return frame.assign(
        value=100 * _over(parts, base),
        lower=100 * lower,
        upper=100 * upper,
        bound_one_sided=100 * one_sided_bound(parts, base, level=level),
        level=level,
        method=WILSON,
        flag=np.where(base == 0, "no_base", ""),
    )


def equal_shares_p(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the two-sided p of two equal shares, by their score test with the pooled share.

    Parameters
    ----------
    one, other : tuple of float
        A part and its base.

    Returns
    -------
    float
        Missing where a base is 0; 1 where neither or both shares are whole.

    Examples
    --------
    >>> round(equal_shares_p((56, 70), (48, 80)), 4)
    0.008
    """
    (a, n), (b, m) = one, other
    if n <= 0 or m <= 0:
        return math.nan
    pooled = (a + b) / (n + m)
    if not 0 < pooled < 1:
        return 1.0
    return 2 * float(stats.norm.sf(abs(a / n - b / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))))


def exact_shares_p(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the two-sided p of two equal shares, by Fisher's exact test.

    Examples
    --------
    >>> round(exact_shares_p((3, 10), (8, 10)), 4)
    0.0698
    """
    return float(stats.fisher_exact([[part, base - part] for part, base in (one, other)]).pvalue)


def estimate_ratio(
    frame: pd.DataFrame, *, numerator: str, denominator: str, whole: bool = True
) -> pd.DataFrame:
    """Return the same rows with ratios in percent: a yearly figure over a base that carry-over lets it exceed.

    Parameters
    ----------
    frame : DataFrame
    numerator, denominator : str
        Columns of the two yearly totals; missing means not reported.
    whole : bool
        Whether both are counts; money has decimals.

    Returns
    -------
    DataFrame, same rows and order
        ``value`` (percent, may exceed 100), ``method``, ``flag`` (``no_base`` where the base is 0). There is no interval:
        the numerator is no part of the denominator, so no binomial model holds.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Examples
    --------
    >>> frame = pd.DataFrame({"cleared": [11, 3], "instituted": [10, 0]})
    >>> estimate_ratio(frame, numerator="cleared", denominator="instituted")[["value", "flag"]].round(1)
       value     flag
    0  110.0
    1    NaN  no_base
    """
    read = whole_counts if whole else amounts
    parts, base = read(frame[numerator], where=numerator), read(frame[denominator], where=denominator)
    return frame.assign(
        value=100 * _over(parts, base), method=CARRY_OVER, flag=np.where(base == 0, "no_base", "")
    )


def _with_base(successes: ArrayLike, trials: ArrayLike) -> tuple[Numbers, Numbers]:
    parts, base = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    return parts, np.where(base > 0, base, np.nan)


def _over(parts: Numbers, base: Numbers) -> Numbers:
    return parts / np.where(base > 0, base, np.nan)
