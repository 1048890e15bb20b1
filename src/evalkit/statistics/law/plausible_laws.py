"""All gamma laws that a panel makes plausible, each with its weight: limits of a shrunken rate must allow for them all.

A single fitted law taken as known makes limits far too narrow where cases are few: it may say that all provinces are alike
when it merely cannot see that they differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.gamma_poisson import likeliest_mean, log_likelihood

SPREADS = np.concatenate([np.linspace(0.02, 1.0, 29), np.linspace(1.1, 3.0, 20)])  # sd over mean of the rates
_NODES, _NODE_WEIGHTS = special.roots_hermitenorm(5)
_HALVINGS = 40
_NEGLIGIBLE = 1e-6  # of the largest weight


@dataclass(frozen=True, slots=True, eq=False)
class PlausibleLaws:
    """Gamma laws of rates with their weights.

    Attributes
    ----------
    weights : ndarray
        Sum to one.
    means, shapes : ndarray
        Of the laws.
    counts, exposure : ndarray
        The provinces' events and exposures.
    """

    weights: Numbers
    means: Numbers
    shapes: Numbers
    counts: Numbers
    exposure: Numbers

    @property
    def posterior_shapes(self) -> Numbers:
        """Shapes of the rates' posteriors, one row per law and one column per province."""
        return self.counts + self.shapes[:, None]

    @property
    def posterior_rates(self) -> Numbers:
        """Rate parameters of the same."""
        return self.exposure + (self.shapes / self.means)[:, None]

    def below(self, rates: Numbers) -> Numbers:
        """Return for each province the probability of a true rate below the one given."""
        return np.asarray(
            self.weights @ special.gammainc(self.posterior_shapes, self.posterior_rates * rates)
        )

    def above_mean(self) -> Numbers:
        """Return for each province the probability of a true rate above the mean of all."""
        beyond = special.gammaincc(self.posterior_shapes, self.posterior_rates * self.means[:, None])
        return np.asarray(self.weights @ beyond)

    def quantile(self, share: float) -> Numbers:
        """Return for each province the rate below which the true one lies with probability ``share``."""
        each = special.gammaincinv(self.posterior_shapes, share) / self.posterior_rates
        low, high = each.min(axis=0), each.max(axis=0)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            short = self.below(middle) < share
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray((low + high) / 2)

    def draw(self, draws: int, *, seed: int) -> Numbers:
        """Return random true rates, one row per draw: all provinces of a draw under one law."""
        rng = np.random.default_rng(seed)
        law = rng.choice(len(self.weights), size=draws, p=self.weights)
        return np.asarray(rng.gamma(self.posterior_shapes[law], 1 / self.posterior_rates[law]))


def plausible_laws(counts: Numbers, exposure: Numbers) -> PlausibleLaws:
    """Weigh all gamma laws of rates by what the counts say of them.

    Parameters
    ----------
    counts, exposure : ndarray
        Events, not all zero, and positive exposures; no missing values.

    Notes
    -----
    Before the counts are seen, every spread of the rates (standard deviation over mean) from 0 to 3 is held equally
    plausible, and so is every logarithm of their mean; the mean is then integrated out by Gauss and Hermite's rule about its
    likeliest value.

    References
    ----------
    Gelman (2006), Bayesian Analysis 1, 515-534 (uniform prior of a standard deviation between groups); Morris (1983), J. Am.
    Stat. Assoc. 78, 47-55 (limits of empirical-Bayes estimates).

    Examples
    --------
    >>> laws = plausible_laws(np.array([2.0, 9.0, 1.0, 14.0, 4.0, 0.0]), np.ones(6))
    >>> laws.quantile(0.5).round(1).tolist()
    [2.1, 8.2, 1.2, 12.5, 3.8, 0.3]
    """
    alphas = SPREADS**2
    means = np.array([likeliest_mean(alpha, counts, exposure) for alpha in alphas])
    expected = means[:, None] * exposure
    errors = 1 / np.sqrt((expected / (1 + alphas[:, None] * expected)).sum(axis=1))
    spread_means = means[:, None] * np.exp(errors[:, None] * _NODES)
    pairs = zip(alphas, spread_means, strict=True)
    heights = np.array(
        [[log_likelihood(alpha, mean * exposure, counts) for mean in row] for alpha, row in pairs]
    )
    heights += np.log(np.gradient(SPREADS) * errors)[:, None] + _NODES**2 / 2 + np.log(_NODE_WEIGHTS)
    weights = np.exp(heights - heights.max()).ravel()
    kept = weights > _NEGLIGIBLE
    weights, shapes = weights[kept] / weights[kept].sum(), np.repeat(1 / alphas, len(_NODES))[kept]
    return PlausibleLaws(weights, spread_means.ravel()[kept], shapes, counts, exposure)
