"""How far the total of several years scatters about what the lasting rate behind it would give, under a law of years."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from evalkit.estimation.counts import Numbers
from evalkit.estimation.law import ScatterLaw

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


def effective_degrees(yearly: Numbers, law: ScatterLaw) -> float:
    """Return the degrees of freedom of the chi-square law that errs as a law of years does, estimated from long-tailed years.

    Parameters
    ----------
    yearly : ndarray
        Expected yearly counts.
    law : ScatterLaw
        Known; with no degrees it is taken to be exact.

    Notes
    -----
    A mean of squared residuals over d degrees has relative variance (2 + k) / d, with k the residuals' excess kurtosis: of a negative
    binomial year with dispersion a about mean m it is 6 a + 1 / (m + a m**2).

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0)
    >>> round(effective_degrees(np.array([10.0]), law))
    251
    """
    if not law.degrees > 0:
        return np.inf
    factors = period_factors(yearly, np.ones_like(yearly), law)
    kurtosis = 6 * (factors - 1) / yearly + 1 / (yearly * factors)
    return 2 * law.degrees / (2 + float(kurtosis.mean()))


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
