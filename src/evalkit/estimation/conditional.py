"""The exact conditional test of two Poisson counts, and limits that agree with it.

Given the sum of two Poisson counts the later one is binomial, whatever the rates; only their ratio decides its
probability. Limits of that probability, the later share, are limits of the rate ratio.
"""

from __future__ import annotations

from scipy import optimize, stats

from evalkit.estimation.proportions import clopper_pearson_interval


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
        ``midp`` (twice the smaller tail, the observed count at half weight). With no case in either period all are 1.

    Examples
    --------
    >>> round(conditional_p(2, 9, null=1.7877 / 3.4537)["central"], 4)
    0.0501
    """
    total = later + earlier
    if total == 0:
        return dict.fromkeys(("less", "greater", "central", "minlike", "midp"), 1.0)
    less = float(stats.binom.cdf(later, total, null))
    greater = float(stats.binom.sf(later - 1, total, null))
    half = float(stats.binom.pmf(later, total, null)) / 2
    return {
        "less": less,
        "greater": greater,
        "central": min(1.0, 2 * min(less, greater)),
        "minlike": float(stats.binomtest(int(later), int(total), null).pvalue),
        "midp": min(1.0, 2 * min(less - half, greater - half)),
    }


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
