"""Lasting rates of provinces where years scatter more than chance: every plausible law of rates, on one grid of rates.

A total of negative binomial years speaks less surely of the lasting rate than as many independent cases would. No
closed form is left then; the rates are a grid of logarithms, on which nothing but the width of a cell is approximated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize, special

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.gamma_poisson import GammaPoisson
from evalkit.statistics.law.period_scatter import YearScatter, log_chances, period_factors
from evalkit.statistics.law.plausible_laws import SPREADS
from evalkit.statistics.provinces.province_counts import ProvinceCounts

_NODES, _NODE_WEIGHTS = special.roots_hermitenorm(9)
_STEP = 0.02
_LOWEST, _BEYOND = 12.0, 30.0
_NEGLIGIBLE = 1e-6
_GAIN = 1e-7


@dataclass(frozen=True, eq=False)
class RateGrid:
    """What each province's total says of each rate.

    Attributes
    ----------
    given : ProvinceCounts
    scatter : YearScatter
        How years scatter.
    edges : ndarray
        Logarithms of the rates between cells.
    """

    given: ProvinceCounts
    scatter: YearScatter
    edges: Numbers

    @property
    def centres(self) -> Numbers:
        """Logarithm of the rate in the middle of each cell."""
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2)

    @cached_property
    def log_likelihood(self) -> Numbers:
        """Log probability of each province's total (row) at each rate (column)."""
        means = np.exp(self.centres) * self.given.exposure[:, None]
        factors = period_factors(means, self.given.years[:, None], self.scatter.law)
        factors *= self.scatter.own[:, None]
        return log_chances(self.given.counts[:, None], means, factors)

    @cached_property
    def scale(self) -> Numbers:
        """Largest log likelihood of each province."""
        return np.asarray(self.log_likelihood.max(axis=1))

    @cached_property
    def likelihood(self) -> Numbers:
        """Likelihoods, the largest of each province being 1."""
        return np.exp(self.log_likelihood - self.scale[:, None])

    def masses(self, means: Numbers, spreads: Numbers) -> Numbers:
        """Return the probability of each cell (column) under gamma laws of these means and spreads (rows)."""
        shapes = (spreads**-2.0)[:, None]
        inner = np.exp(self.edges[1:-1]) * shapes / means[:, None]
        below = np.pad(special.gammainc(shapes, inner), ((0, 0), (1, 1)), constant_values=(0.0, 1.0))
        return np.diff(below, axis=1)

    def evidence(self, means: Numbers, spreads: Numbers) -> Numbers:
        """Return the log probability of all totals together under each law."""
        chances = self.masses(means, spreads) @ self.likelihood.T
        return np.asarray(np.log(np.maximum(chances, 1e-300)).sum(axis=1) + self.scale.sum())


@dataclass(frozen=True, eq=False)
class LastingRates:
    """Plausible lasting rates of provinces; answers the same questions as ``PlausibleLaws``.

    Attributes
    ----------
    grid : RateGrid
    weights, means, spreads : ndarray
        Of the plausible gamma laws of rates; the weights sum to one.
    """

    grid: RateGrid
    weights: Numbers
    means: Numbers
    spreads: Numbers

    @cached_property
    def masses(self) -> Numbers:
        """Probability of each cell (column) under each law (row)."""
        return self.grid.masses(self.means, self.spreads)

    @cached_property
    def chances(self) -> Numbers:
        """Probability of each province's total (column) under each law (row), the largest of a province being 1."""
        return np.asarray(self.masses @ self.grid.likelihood.T)

    @cached_property
    def posterior(self) -> Numbers:
        """Probability of each cell, province by province, over all laws."""
        return np.asarray(((self.weights[:, None] / self.chances).T @ self.masses) * self.grid.likelihood)

    def _cells(self, law: int) -> Numbers:
        """Return the probability of each cell, province by province, under one law."""
        joint = self.masses[[law]] * self.grid.likelihood
        return np.asarray(joint / joint.sum(axis=1, keepdims=True))

    def mean(self) -> Numbers:
        """Return the mean of each province's rate."""
        return np.asarray(self.posterior @ np.exp(self.grid.centres))

    def quantile(self, share: float) -> Numbers:
        """Return for each province the rate below which the lasting one lies with probability ``share``."""
        below = np.pad(self.posterior.cumsum(axis=1), ((0, 0), (1, 0)))
        return np.exp([np.interp(share, row, self.grid.edges) for row in below])

    def above_mean(self) -> Numbers:
        """Return for each province the probability of a lasting rate above the mean of all."""
        above = self.masses * (self.grid.centres > np.log(self.means)[:, None])
        return np.asarray(self.weights @ ((above @ self.grid.likelihood.T) / self.chances))

    def draw(self, draws: int, *, seed: int) -> Numbers:
        """Return random lasting rates, one row per draw: all provinces of a draw under one law."""
        rng = np.random.default_rng(seed)
        laws = rng.choice(len(self.weights), size=draws, p=self.weights)
        rates = np.empty((draws, len(self.grid.given.counts)))
        for law in np.unique(laws):
            rows = np.flatnonzero(laws == law)
            below = np.pad(self._cells(int(law)).cumsum(axis=1), ((0, 0), (1, 0)))
            for place, row in enumerate(below):
                rates[rows, place] = np.exp(np.interp(rng.random(len(rows)), row, self.grid.edges))
        return rates


def rate_grid(given: ProvinceCounts, scatter: YearScatter) -> RateGrid:
    """Return the grid of rates that holds all that the totals make plausible.

    Parameters
    ----------
    given : ProvinceCounts
        At least one case, and the years behind each total.
    scatter : YearScatter
    """
    step = min(_STEP, 0.5 / math.sqrt(float(given.counts.max())))
    top = math.log(_BEYOND * max(float(((given.counts + 8) / given.exposure).max()), given.rate))
    low = math.log(given.rate) - _LOWEST
    return RateGrid(given, scatter, np.linspace(low, top, math.ceil((top - low) / step) + 1))


def lasting_rates(given: ProvinceCounts, scatter: YearScatter) -> LastingRates:
    """Weigh all gamma laws of lasting rates by what the totals say of them, years scattering under ``scatter``.

    Parameters
    ----------
    given : ProvinceCounts
        At least one case, and the years behind each total.
    scatter : YearScatter

    Notes
    -----
    The same prior as :func:`~evalkit.statistics.law.plausible_laws.plausible_laws`: any spread from 0 to 3 alike, any
    logarithm of the mean alike.
    """
    grid = rate_grid(given, scatter)
    centres, errors = _mean_of_each_spread(given, scatter)
    means = centres[:, None] * np.exp(errors[:, None] * _NODES)
    spreads = np.repeat(SPREADS, len(_NODES))
    heights = grid.evidence(means.ravel(), spreads)
    extra = np.log(np.gradient(SPREADS) * errors)[:, None] + _NODES**2 / 2 + np.log(_NODE_WEIGHTS)
    weights = np.exp(heights + extra.ravel() - (heights + extra.ravel()).max())
    kept = weights > _NEGLIGIBLE
    return LastingRates(grid, weights[kept] / weights[kept].sum(), means.ravel()[kept], spreads[kept])


def likeliest_law(rates: LastingRates) -> GammaPoisson:
    """Return the likeliest gamma law of lasting rates; with an infinite shape where one rate for all is as likely.

    Parameters
    ----------
    rates : LastingRates
    """
    grid = rates.grid
    together = grid.log_likelihood.sum(axis=0)
    common, pooled = math.exp(grid.centres[together.argmax()]), float(together.max())
    best = int(grid.evidence(rates.means, rates.spreads).argmax())
    found = optimize.minimize(
        lambda at: -float(grid.evidence(np.exp(at[:1]), np.exp(at[1:]))[0]),
        np.log([rates.means[best], rates.spreads[best]]),
        method="Nelder-Mead",
        bounds=[(None, None), (math.log(SPREADS[0]), math.log(SPREADS[-1]))],
    )
    if -found.fun <= pooled + _GAIN or math.exp(found.x[1]) <= SPREADS[0] * 1.01:
        return GammaPoisson(common, math.inf, 0.0, math.nan, pooled, pooled)
    mean, alpha = math.exp(found.x[0]), math.exp(2 * found.x[1])
    return GammaPoisson(mean, 1 / alpha, alpha, math.nan, -float(found.fun), pooled)


def under_one_law(rates: LastingRates, likely: GammaPoisson) -> LastingRates:
    """Return the rates as if one gamma law were known to hold: too narrow, shown for comparison."""
    spread = max(math.sqrt(likely.alpha), float(SPREADS[0]))
    return LastingRates(rates.grid, np.ones(1), np.array([likely.mean]), np.array([spread]))


def _mean_of_each_spread(given: ProvinceCounts, scatter: YearScatter) -> tuple[Numbers, Numbers]:
    """Return about the likeliest mean under each spread of rates, and the standard error of its logarithm."""
    means = np.full((len(SPREADS), 1), given.rate)
    for _ in range(10):
        expected = means * given.exposure
        factors = scatter.factors(expected, given.years)
        weight = given.exposure / (expected * factors + (expected * SPREADS[:, None]) ** 2)
        means = ((weight * given.counts).sum(axis=1) / (weight * given.exposure).sum(axis=1))[:, None]
    expected = means * given.exposure
    variance = expected * scatter.factors(expected, given.years) + (expected * SPREADS[:, None]) ** 2
    return means[:, 0], np.asarray(1 / np.sqrt((expected**2 / variance).sum(axis=1)))
