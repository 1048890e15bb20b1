"""The yearly mean that a count over some years allows, and how probable years without a case are at an earlier pace: under the law of scatter."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import optimize, special

from evalkit.statistics.comparisons import surprise_of_zero
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.rates import garwood_interval

LARGEST_MEAN = 1e9


def mean_limits(
    count: float, years: float, law: ScatterLaw | None = None, *, level: float = 0.95
) -> tuple[float, float]:
    """Return the limits of the yearly mean behind a count over some years.

    Parameters
    ----------
    count : float
        Events, whole; missing gives missing limits.
    years : float
        Over which they were counted, above 0.
    law : ScatterLaw, optional
        How years scatter about their mean; where there is none, or it is not known, as pure chance makes them.
    level : float
        Two-sided: at either limit a count as far off has a probability of (1 - level) / 2.

    Returns
    -------
    low, high : float
        Events a year; the upper one is infinite where years scatter so much that no mean is too large.

    Notes
    -----
    A year is negative binomial about its mean m with the alpha that gives the law's variance there, and years are independent, so that
    their sum is negative binomial too; tails are those of Garwood (1936), to whose exact limits these come down without scatter.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442; how often such limits hold the mean: tests/test_yearly_mean.py.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
    >>> [round(one, 1) for one in mean_limits(23, 5)], [round(one, 1) for one in mean_limits(23, 5, law)]
    ([2.9, 6.9], [2.4, 10.1])
    """
    if law is None or not law.is_known or math.isnan(count):
        low, high = garwood_interval(count, years, level=level)
        return float(low), float(high)
    tail = (1 - level) / 2

    def lacks(log_mean: float) -> float:
        """Return by how much a count of at most this one is too probable for the upper limit."""
        return _at_most(count, math.exp(log_mean), years, law) - tail

    def reaches(log_mean: float) -> float:
        return _at_least(count, math.exp(log_mean), years, law) - tail

    least, most = math.log(1e-9), math.log(LARGEST_MEAN)
    upper = math.inf if lacks(most) > 0 else math.exp(float(optimize.brentq(lacks, least, most, xtol=1e-12)))
    if count <= 0:
        return 0.0, upper
    return math.exp(float(optimize.brentq(reaches, least, most, xtol=1e-12))), upper


def _at_most(count: float, mean: float, years: float, law: ScatterLaw) -> float:
    """Return the probability of at most a count over years of one mean."""
    alpha = law.alpha_at(mean)
    if alpha <= 0:
        return float(special.gammaincc(count + 1, years * mean))
    return float(special.betainc(years / alpha, count + 1, 1 / (1 + alpha * mean)))


def _at_least(count: float, mean: float, years: float, law: ScatterLaw) -> float:
    """Return the probability of at least a count, above 0, over years of one mean."""
    alpha = law.alpha_at(mean)
    if alpha <= 0:
        return float(special.gammainc(count, years * mean))
    return float(special.betainc(count, years / alpha, alpha * mean / (1 + alpha * mean)))


def varies_more_than_chance(counts: Sequence[float], *, level: float = 0.05) -> bool:
    """Tell whether years differ by more than counts of one mean do by chance: their index of dispersion is beyond its limit.

    Parameters
    ----------
    counts : sequence of float
        Events of single years; under two, or all zero, they tell nothing.
    level : float
        How often years of one mean may be called so.

    References
    ----------
    Fisher, Thornton and Mackenzie (1922), Annals of Applied Biology 9, 325-359: the index is chi-squared with a degree less than years.

    Examples
    --------
    >>> varies_more_than_chance([670, 490, 300, 121]), varies_more_than_chance([4, 6, 5, 3])
    (True, False)
    """
    if len(counts) < 2 or sum(counts) <= 0:
        return False
    mean = sum(counts) / len(counts)
    index = float(np.sum((np.asarray(counts) - mean) ** 2)) / mean
    return float(special.chdtrc(len(counts) - 1, index)) < level


def largest_mean(years: float, law: ScatterLaw | None = None, *, level: float = 0.95) -> float:
    """Return the largest yearly mean that a run of years without a case still allows: the upper one of :func:`mean_limits`.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
    >>> round(largest_mean(2), 2), round(largest_mean(2, law), 2)
    (1.84, 2.76)
    """
    return mean_limits(0.0, years, law, level=level)[1]


def chance_of_no_case(
    earlier: float, *, earlier_years: float, years: float, law: ScatterLaw | None = None
) -> tuple[float, float]:
    """Return the probability of a run of years without a case had an earlier pace gone on.

    Parameters
    ----------
    earlier : float
        Events of the earlier years.
    earlier_years, years : float
        Length of the earlier years and of the run.
    law : ScatterLaw, optional
        As in :func:`mean_limits`.

    Returns
    -------
    known, predictive : float
        With the earlier pace taken as exactly known; and with its own uncertainty, which makes the run beta negative binomial.

    References
    ----------
    As :func:`evalkit.statistics.posterior.chance_of_at_most`, of which the second is the chance of none over several years.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
    >>> [round(one, 4) for one in chance_of_no_case(23, earlier_years=5, years=2)]
    [0.0001, 0.0004]
    >>> [round(one, 4) for one in chance_of_no_case(23, earlier_years=5, years=2, law=law)]
    [0.0057, 0.0083]
    """
    mean = earlier / earlier_years
    alpha = law.alpha_at(mean) if law is not None and law.is_known and mean > 0 else 0.0
    if law is None or alpha <= 0.0:
        return surprise_of_zero(earlier, earlier_years, years)
    above, below = earlier_years / alpha, earlier + 0.5
    predictive = math.exp(special.betaln(above + years / alpha, below) - special.betaln(above, below))
    return math.exp(years * _log_of_no_case(mean, law)), predictive


def _log_of_no_case(mean: float, law: ScatterLaw) -> float:
    """Return the logarithm of the probability that a year of this mean has no case."""
    alpha = law.alpha_at(mean)
    return -math.log1p(alpha * mean) / alpha if alpha > 0 else -mean
