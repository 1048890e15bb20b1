"""Years without a case: the largest yearly mean they still allow, and how probable they are at an earlier pace, both under the law of scatter."""

from __future__ import annotations

import math

from scipy import optimize, special

from evalkit.statistics.comparisons import surprise_of_zero
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.rates import garwood_interval

LARGEST_MEAN = 1e9


def largest_mean(years: float, law: ScatterLaw | None = None, *, level: float = 0.95) -> float:
    """Return the largest yearly mean that a run of years without a case still allows.

    Parameters
    ----------
    years : float
        Length of the run, above 0.
    law : ScatterLaw, optional
        How years scatter about their mean; where there is none, or it is not known, as pure chance makes them.
    level : float
        Two-sided: the run has a probability of (1 - level) / 2 at the mean returned.

    Returns
    -------
    float
        Events a year; infinite where years scatter so much that no mean is too large.

    Notes
    -----
    A year is negative binomial about its mean m with the alpha that gives the law's variance there, and has no case with probability
    ``(1 + alpha * m) ** (-1 / alpha)``; without scatter this is Garwood's (1936) exact limit.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
    >>> round(largest_mean(2), 2), round(largest_mean(2, law), 2)
    (1.84, 2.76)
    """
    if law is None or not law.is_known or law.variance_factor(1.0) <= 1.0:
        return float(garwood_interval(0, years, level=level)[1])
    wanted = -math.log((1 - level) / 2)

    def lacks(mean: float) -> float:
        return -years * _log_of_no_case(mean, law) - wanted

    if lacks(LARGEST_MEAN) < 0:
        return math.inf
    return float(optimize.brentq(lacks, 1e-9, LARGEST_MEAN, rtol=1e-12))


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
        As in :func:`largest_mean`.

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
