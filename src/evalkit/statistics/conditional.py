"""The exact conditional test of two Poisson counts, and limits that agree with it.

Given the sum of two Poisson counts the later one is binomial, whatever the rates; only their ratio decides its
probability. Limits of that probability, the later share, are limits of the rate ratio.
"""

from __future__ import annotations

import math

from scipy import optimize, stats

from evalkit.statistics.proportions import clopper_pearson_interval

RULES = ("less", "greater", "central", "minlike", "midp_less", "midp_greater", "midp")


def conditional_p(later: float, earlier: float, *, null: float) -> dict[str, float]:
    """Return the exact p of a later count given the sum of both, by each rule.

    Parameters
    ----------
    later, earlier : float
        Counts.
    null : float
        Share of the later exposure in both exposures.

    Returns
    -------
    dict
        ``less``, ``greater`` (one-sided), ``central`` (twice the smaller), ``minlike`` (sum of what is not likelier),
        ``midp_less``, ``midp_greater`` (one-sided, the observed count at half weight), ``midp`` (twice the smaller of
        these). With no case in either period all are 1.

    Examples
    --------
    >>> round(conditional_p(2, 9, null=1.7877 / 3.4537)["central"], 4)
    0.0501
    """
    total = later + earlier
    if total == 0:
        return dict.fromkeys(RULES, 1.0)
    less = float(stats.binom.cdf(later, total, null))
    greater = float(stats.binom.sf(later - 1, total, null))
    half = float(stats.binom.pmf(later, total, null)) / 2
    return {
        "less": less,
        "greater": greater,
        "central": min(1.0, 2 * min(less, greater)),
        "minlike": float(stats.binomtest(int(later), int(total), null).pvalue),
        "midp_less": less - half,
        "midp_greater": greater - half,
        "midp": min(1.0, 2 * min(less - half, greater - half)),
    }


def null_share(later_exposure: float, earlier_exposure: float, *, ratio: float = 1.0) -> float:
    """Return the share of all cases that falls to the later period where the rate ratio is ``ratio``.

    Parameters
    ----------
    later_exposure, earlier_exposure : float
        Years or person-years of both periods.
    ratio : float
        Later over earlier rate under the null.

    Examples
    --------
    >>> null_share(2, 3), null_share(2, 3, ratio=1.5)
    (0.4, 0.5)
    """
    return ratio * later_exposure / (ratio * later_exposure + earlier_exposure)


def ratio_limits(
    later: float, earlier: float, *, exposures: tuple[float, float] = (1.0, 1.0), level: float = 0.95
) -> tuple[float, float]:
    """Return the exact limits of a rate ratio, later over earlier.

    Parameters
    ----------
    later, earlier : float
        Counts.
    exposures : tuple of float
        Later and earlier years or person-years.
    level : float
        Confidence level, strictly between 0 and 1. A one-sided limit at 95 % is one of the two-sided ones at 90 %.

    Returns
    -------
    lower, upper : float
        ``upper`` is infinite on a base of no case; both say nothing (0 and infinity) where there is no case at all.

    Examples
    --------
    >>> lower, upper = ratio_limits(23, 39)
    >>> round(lower, 3), round(upper, 3)
    (0.336, 1.012)
    """
    odds = [
        share / (1 - share) if share < 1 else math.inf for share in exact_shares(later, earlier, level=level)
    ]
    return odds[0] * exposures[1] / exposures[0], odds[1] * exposures[1] / exposures[0]


def exact_shares(later: float, earlier: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return the Clopper-Pearson limits of the later share; 0 and 1 where there is no case at all.

    Parameters
    ----------
    later, earlier : float
        Counts.
    level : float
        Confidence level, strictly between 0 and 1.

    Examples
    --------
    >>> lower, upper = exact_shares(23, 39)
    >>> round(lower, 3), round(upper, 3)
    (0.252, 0.503)
    """
    if later + earlier == 0:
        return 0.0, 1.0
    lower, upper = clopper_pearson_interval(later, later + earlier, level=level)
    return float(lower), float(upper)


def midp_shares(later: float, earlier: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return the limits of the later share by inversion of the mid-p test.

    Parameters
    ----------
    later, earlier, level
        As in :func:`exact_shares`.

    Examples
    --------
    >>> lower, upper = midp_shares(23, 39)
    >>> round(lower, 3), round(upper, 3)
    (0.258, 0.496)
    """
    tail, total = (1 - level) / 2, later + earlier

    def half(share: float) -> float:
        return float(stats.binom.pmf(later, total, share)) / 2

    def below(share: float) -> float:
        return float(stats.binom.cdf(later, total, share)) - half(share) - tail

    def above(share: float) -> float:
        return float(stats.binom.sf(later, total, share)) + half(share) - tail

    lower = float(optimize.brentq(above, 0, 1, xtol=1e-15)) if later > 0 else 0.0
    upper = float(optimize.brentq(below, 0, 1, xtol=1e-15)) if earlier > 0 else 1.0
    return lower, upper
