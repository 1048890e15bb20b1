"""How the true rates of provinces scatter about their mean: a gamma law, by maximum likelihood or by moments.

A count whose rate is drawn from a gamma law is negative binomial. The law is fitted here and not by statsmodels, whose
negative binomial reports convergence with missing standard errors where the counts scatter less than chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from evalkit.errors import EvalkitError
from evalkit.statistics.counts import Numbers

_ALPHAS = np.exp(np.linspace(math.log(1e-6), math.log(1e3), 45))
_GAIN = 1e-7  # log-likelihood above Poisson's that counts as one


@dataclass(frozen=True, slots=True)
class GammaPoisson:
    """A gamma law of rates.

    Attributes
    ----------
    mean : float
        Mean of the rates.
    shape : float
        Shape of the gamma law, so that the rates' variance is mean**2 / shape; infinite where all rates are equal.
    alpha, alpha_se : float
        1 / shape, the negative binomial dispersion; its standard error is missing where ``alpha`` is 0 or by moments.
    log_likelihood, poisson_log_likelihood : float
        Of the counts under this law, and if all provinces had one rate; missing by moments.
    """

    mean: float
    shape: float
    alpha: float
    alpha_se: float = math.nan
    log_likelihood: float = math.nan
    poisson_log_likelihood: float = math.nan


def gamma_poisson_ml(counts: Numbers, exposure: Numbers) -> GammaPoisson:
    """Fit a gamma law of rates by maximum likelihood.

    Parameters
    ----------
    counts, exposure : ndarray
        Events, not all zero, and positive exposures; no missing values.

    Returns
    -------
    GammaPoisson
        ``shape`` is infinite where no scatter beyond chance makes the counts likelier.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681; Lawless (1987), Can. J. Stat. 15, 209-225.

    Examples
    --------
    >>> law = gamma_poisson_ml(np.array([2.0, 9.0, 1.0, 14.0, 4.0, 0.0]), np.ones(6))
    >>> round(law.mean, 2), round(law.shape, 2)
    (5.0, 0.95)
    """
    rate = float(counts.sum() / exposure.sum())
    poisson = float(stats.poisson.logpmf(counts, rate * exposure).sum())

    def misfit(log_alpha: float) -> float:
        alpha = math.exp(log_alpha)
        return -log_likelihood(alpha, likeliest_mean(alpha, counts, exposure) * exposure, counts)

    tried = [misfit(math.log(alpha)) for alpha in _ALPHAS]
    best = int(np.argmin(tried))
    around = _ALPHAS[[max(best - 1, 0), min(best + 1, len(_ALPHAS) - 1)]]
    found = optimize.minimize_scalar(misfit, bounds=np.log(around), method="bounded", options={"xatol": 1e-9})
    if -found.fun <= poisson + _GAIN:
        return GammaPoisson(rate, math.inf, 0.0, math.nan, poisson, poisson)
    alpha = math.exp(found.x)
    mean = likeliest_mean(alpha, counts, exposure)
    error = _alpha_error(alpha, counts, mean * exposure)
    return GammaPoisson(mean, 1 / alpha, alpha, error, -float(found.fun), poisson)


def marshall_moments(counts: Numbers, exposure: Numbers) -> GammaPoisson:
    """Fit a gamma law of rates by Marshall's moments.

    Parameters
    ----------
    counts, exposure : ndarray
        As in :func:`gamma_poisson_ml`.

    Returns
    -------
    GammaPoisson
        ``shape`` is infinite where the rates vary no more than chance makes them.

    References
    ----------
    Marshall (1991), Appl. Stat. 40, 283-294; as in R's ``spdep::EBest``.

    Examples
    --------
    >>> law = marshall_moments(np.array([2.0, 9.0, 1.0, 14.0, 4.0, 0.0]), np.ones(6))
    >>> round(law.mean, 2), round(law.shape, 2)
    (5.0, 1.27)
    """
    mean = float(counts.sum() / exposure.sum())
    spread = float(exposure @ (counts / exposure - mean) ** 2 / exposure.sum())
    variance = spread - mean / float(exposure.mean())
    return _of_moments(mean, variance)


def clayton_kaldor_moments(counts: Numbers, exposure: Numbers) -> GammaPoisson:
    """Fit a gamma law of rates by Clayton and Kaldor's iterated moments.

    Parameters
    ----------
    counts, exposure : ndarray
        As in :func:`gamma_poisson_ml`; at least two provinces.

    Raises
    ------
    EvalkitError
        If the iteration does not settle.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681; as in R's ``DCluster::empbaysmooth``, iterated until it settles
    (that function stops after 20 steps).

    Examples
    --------
    >>> law = clayton_kaldor_moments(np.array([2.0, 9.0, 1.0, 14.0, 4.0, 0.0]), np.ones(6))
    >>> round(law.mean, 2), round(law.shape, 2)
    (5.0, 1.02)
    """
    rates, law = counts / exposure, marshall_moments(counts, exposure)
    law = law if law.alpha > 0 else GammaPoisson(law.mean, 1.0, 1.0)
    for _ in range(10_000):
        before, scale = law, law.shape / law.mean
        smooth = (counts + law.shape) / (exposure + scale)
        mean = float(smooth.mean())
        variance = float(((1 + scale / exposure) * (smooth - mean) ** 2).sum() / (len(rates) - 1))
        law = _of_moments(mean, variance)
        if not law.shape < 1e9:
            return _of_moments(float(counts.sum() / exposure.sum()), 0.0)
        if abs(law.mean / before.mean - 1) + abs(law.shape / before.shape - 1) < 1e-12:
            return law
    raise EvalkitError(
        where="gamma law of rates",
        rule="the iterated moments must settle",
        do="use Marshall's moments or maximum likelihood",
    )


def likeliest_mean(alpha: float, counts: Numbers, exposure: Numbers) -> float:
    """Return the likeliest mean rate given alpha: the one root of a falling function.

    Parameters
    ----------
    alpha : float
        Negative binomial dispersion, positive.
    counts, exposure : ndarray
        As in :func:`gamma_poisson_ml`.

    Examples
    --------
    >>> likeliest_mean(0.5, np.array([2.0, 4.0]), np.ones(2))
    3.0
    """

    def score(mean: float) -> float:
        return float(((counts - mean * exposure) / (1 + alpha * mean * exposure)).sum())

    high = float((counts / exposure).max())
    return (
        high if score(high) >= 0 else float(optimize.brentq(score, 0.0, high, xtol=1e-15 * high, rtol=1e-14))
    )


def log_likelihood(alpha: float, expected: Numbers, counts: Numbers) -> float:
    """Return the negative binomial log-likelihood of counts.

    Parameters
    ----------
    alpha : float
        Negative binomial dispersion, positive.
    expected, counts : ndarray
        Positive expectations, and events.

    Examples
    --------
    >>> round(log_likelihood(1.0, np.array([1.0]), np.array([0.0])), 4) == round(math.log(0.5), 4)
    True
    """
    shape = 1 / alpha
    chances = special.gammaln(counts + shape) - special.gammaln(shape) - special.gammaln(counts + 1)
    chances -= shape * np.log1p(alpha * expected) + counts * np.log1p(shape / expected)
    return float(chances.sum())


def _of_moments(mean: float, variance: float) -> GammaPoisson:
    alpha = max(variance, 0.0) / mean**2
    return GammaPoisson(mean, 1 / alpha if alpha > 0 else math.inf, alpha)


def _alpha_error(alpha: float, counts: Numbers, expected: Numbers) -> float:
    """Return the standard error of alpha from the observed information of the shape, as in MASS's ``theta.ml``."""
    shape = 1 / alpha
    information = special.polygamma(1, shape) - special.polygamma(1, counts + shape) - alpha
    information += 2 / (expected + shape) - (counts + shape) / (expected + shape) ** 2
    total = float(information.sum())
    return alpha**2 / math.sqrt(total) if total > 0 else math.nan
