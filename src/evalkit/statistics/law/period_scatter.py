"""How far the total of several years scatters about what the lasting rate behind it would give, under a law of years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.scatter import ScatterLaw

LawOfYears = ScatterLaw | Mapping[str, ScatterLaw]
"""How years scatter: one law for all provinces, or that of each (:func:`~evalkit.statistics.law.law_of_places.place_laws`)."""

_NODES = 400  # beyond so many factors, those between are interpolated


def period_factors(means: Numbers, years: Numbers, law: ScatterLaw | None) -> Numbers:
    """Return the variance of the totals of several years over their mean: 1 without a known law.

    Parameters
    ----------
    means : ndarray
        Expected totals of the periods.
    years : ndarray
        Years behind each total.
    law : ScatterLaw or None
        How single years scatter; years are independent under it.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0)
    >>> period_factors(np.array([50.0]), np.array([5.0]), law).tolist(), period_factors(np.array([50.0]), np.array([5.0]), None).tolist()
    ([4.0], [1.0])
    """
    shape = np.broadcast_shapes(np.shape(means), np.shape(years))
    if law is None or not law.is_known:
        return np.ones(shape)
    yearly = np.broadcast_to(means / years, shape).ravel()
    known = np.array([])
    if yearly.size > _NODES:
        known = np.geomspace(max(yearly.min(), 1e-9), max(yearly.max(), 2e-9), _NODES)
        factors = np.interp(yearly, known, [law.variance_factor(float(mean)) for mean in known])
    else:
        factors = np.array([law.variance_factor(float(mean)) for mean in yearly])
    return np.maximum(1.0, factors).reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class YearScatter:
    """How the years of provinces scatter: one law, and how many times its variance each province has.

    Attributes
    ----------
    law : ScatterLaw
        Of the panel; known.
    own : ndarray
        Of each province: 1, or more where its own years scatter more than the panel's.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0)
    >>> YearScatter(law, np.array([1.0, 1.5])).factors(np.array([50.0, 50.0]), np.array([5.0, 5.0])).tolist()
    [4.0, 6.0]
    """

    law: ScatterLaw
    own: Numbers

    def factors(self, means: Numbers, years: Numbers) -> Numbers:
        """Return the variance of totals over their mean; the last axis is that of the provinces."""
        return np.asarray(self.own * period_factors(means, years, self.law))


def log_chances(counts: Numbers, means: Numbers, factors: Numbers) -> Numbers:
    """Return the log probabilities of totals: negative binomial with this variance over mean, Poisson at 1.

    Parameters
    ----------
    counts, means, factors : ndarray
        Totals, their expectations, and the variance of each over its mean.

    Notes
    -----
    The sum of negative binomial years of one mean and one dispersion is negative binomial itself: nothing is approximated.

    Examples
    --------
    >>> log_chances(np.array([2.0]), np.array([2.0]), np.array([3.0])).round(4).tolist()  # geometric, 4/27
    [-1.9095]
    """
    more = np.maximum(factors - 1, 1e-9)
    size = means / more
    chances = special.gammaln(counts + size) - special.gammaln(size) - special.gammaln(counts + 1)
    chances += counts * np.log(more / factors) - size * np.log(factors)
    return np.asarray(np.where(factors > 1 + 1e-8, chances, stats.poisson.logpmf(counts, means)))


def draw_totals(rng: np.random.Generator, means: Numbers, factors: Numbers, draws: int) -> Numbers:
    """Return random totals under that law, one row per draw."""
    size = means / np.maximum(factors - 1, 1e-12)
    lifted = rng.gamma(size, 1.0, size=(draws, len(means))) / size
    return np.asarray(rng.poisson(means * np.where(factors > 1 + 1e-8, lifted, 1.0)))
