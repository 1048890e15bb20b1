"""What a count says of its rate and of the next count, with a gamma prior: closed forms, no simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.law.scatter import ScatterLaw

JEFFREYS = (0.5, 0.0)  # shape and rate of the prior
LARGEST_BOUND = 10_000_000  # no count beyond is tried


@dataclass(frozen=True, slots=True)
class RatePosterior:
    """Gamma posterior of a Poisson rate: shape ``count + prior_shape``, rate ``exposure + prior_rate``.

    Attributes
    ----------
    count : float
        Events.
    exposure : float
        Years or person-years over which they were counted.
    prior_shape, prior_rate : float
        Of the gamma prior: Jeffreys' by default.
    """

    count: float
    exposure: float
    prior_shape: float = 0.5
    prior_rate: float = 0.0

    @property
    def shape(self) -> float:
        """Shape of the posterior."""
        return self.count + self.prior_shape

    @property
    def rate(self) -> float:
        """Rate of the posterior: the exposure it is worth."""
        return self.exposure + self.prior_rate

    @property
    def mean(self) -> float:
        """Posterior mean of the rate."""
        return self.shape / self.rate

    def quantile(self, share: float) -> float:
        """Return the rate below which the posterior holds ``share``."""
        return float(stats.gamma.ppf(share, self.shape, scale=1 / self.rate))

    def next_count(self, exposure: float = 1.0) -> stats.distributions.rv_frozen:
        """Return the negative binomial distribution of the next count over ``exposure``."""
        return stats.nbinom(self.shape, self.rate / (self.rate + exposure))

    def below(self, other: RatePosterior, *, times: float = 1.0) -> float:
        """Return the probability that this rate lies below ``times`` the other: 0.6 asks for a fall of 40 % or more."""
        bound = times * self.rate / (times * self.rate + other.rate)
        return float(stats.beta.cdf(bound, self.shape, other.shape))

    def ratio_quantile(self, other: RatePosterior, share: float) -> float:
        """Return the ratio to the other rate below which the posterior holds ``share``."""
        part = float(stats.beta.ppf(share, self.shape, other.shape))
        return part / (1 - part) * other.rate / self.rate


def rate_posterior(count: float, exposure: float, *, prior: tuple[float, float] = JEFFREYS) -> RatePosterior:
    """Return what a count says of its rate, given a gamma prior.

    Parameters
    ----------
    count : float
        Events.
    exposure : float
        Years or person-years, positive.
    prior : tuple of float
        Shape and rate of the gamma law of the rate before the count was seen: the cases it is worth, and the exposure
        over which they would have been counted. Jeffreys' (1/2 and 0) by default.

    Raises
    ------
    FactsError
        If the count is negative or not whole.

    References
    ----------
    Jeffreys (1961), Theory of Probability, 3.10; Gelman et al. (2013), Bayesian Data Analysis, 2.6.

    Examples
    --------
    >>> later, earlier = rate_posterior(23, 5), rate_posterior(39, 5)
    >>> round(later.below(earlier), 2), round(later.below(earlier, times=0.6), 2)
    (0.98, 0.52)
    >>> earlier.next_count().ppf(0.95).item()
    13.0
    """
    return RatePosterior(float(whole_counts([count], where="a count")[0]), float(exposure), *prior)


def chance_of_at_most(most: int, *, count: float, years: float, law: ScatterLaw | None = None) -> float:
    """Return the probability that the next year's count does not pass a bound, if the mean of the years so far goes on.

    Parameters
    ----------
    most : int
        The bound; below 0 the probability is 0.
    count, years : float
        Events so far, and the years over which they were counted.
    law : ScatterLaw, optional
        How years scatter about their mean; where there is none, or it is not known, as pure chance makes them.

    Raises
    ------
    FactsError
        If the count is negative or not whole.

    Notes
    -----
    A year is negative binomial about its mean with the alpha that gives the law's variance there; with Jeffreys' prior on
    the mean the next count is beta negative binomial. Its variance holds the year's own scatter and the uncertainty of the
    mean, both under the law. A negative binomial with the same two moments said up to 8 points too much at 5 years of
    alpha .82; this one stays within 5 (benchmarks/calibration.py). Without scatter it is :meth:`RatePosterior.next_count`.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
    >>> round(chance_of_at_most(5, count=40, years=5), 2), round(chance_of_at_most(5, count=40, years=5, law=law), 2)
    (0.21, 0.39)
    """
    found = rate_posterior(count, years)
    alpha = law.alpha_at(found.mean) if law is not None and law.is_known else 0.0
    if alpha <= 0.0:
        return float(found.next_count().cdf(most))
    return min(1.0, float(_next_chances(np.arange(most + 1.0), count, years, alpha).sum()))


def bound_of_next(share: float, *, count: float, years: float, law: ScatterLaw | None = None) -> float:
    """Return the least bound that the next year's count does not pass with at least this probability.

    Parameters
    ----------
    share : float
        The probability, below 1.
    count, years, law
        As in :func:`chance_of_at_most`.

    Returns
    -------
    float
        Infinite where no count of ten million is likely enough.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
    >>> bound_of_next(0.99, count=40, years=5), bound_of_next(0.99, count=40, years=5, law=law)
    (16.0, 35.0)
    """
    found = rate_posterior(count, years)
    alpha = law.alpha_at(found.mean) if law is not None and law.is_known else 0.0
    if alpha <= 0.0:
        return float(found.next_count().ppf(share))
    most = 16
    while (reached := np.cumsum(_next_chances(np.arange(most + 1.0), count, years, alpha)))[-1] < share:
        most *= 2
        if most > LARGEST_BOUND:
            return math.inf
    return float(np.searchsorted(reached, share))


def _next_chances(counts: Numbers, count: float, years: float, alpha: float) -> Numbers:
    """Return the beta negative binomial probabilities of the next year's counts."""
    size = 1 / alpha
    above, below = size * years, count + 0.5
    ways = special.gammaln(size + counts) - special.gammaln(counts + 1) - special.gammaln(size)
    mixed = special.betaln(above + size, below + counts) - special.betaln(above, below)
    return np.asarray(np.exp(ways + mixed))
