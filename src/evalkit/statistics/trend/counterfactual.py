"""How many cases an earlier course would have brought, and how sure that is: by simulation, with a seed and its own error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalkit.statistics.counts import Numbers
from evalkit.statistics.trend.loglinear_regression import LoglinearRegression

DRAWS = 20_000
BATCHES = 20


@dataclass(frozen=True, slots=True)
class Averted:
    """Cases that did not come, had the earlier course otherwise gone on.

    Attributes
    ----------
    observed : float
        Cases after the date.
    expected : float
        Cases the earlier course leads to.
    averted, lower, upper : float
        Expected minus observed, with simulated limits; negative where more came than expected.
    chance_of_fewer : float
        Share of the simulated courses that bring no more cases than were observed.
    monte_carlo_error : float
        Standard error, by the number of draws, of the less certain limit: in cases.
    draws, seed : int
    """

    observed: float
    expected: float
    averted: float
    lower: float
    upper: float
    chance_of_fewer: float
    monte_carlo_error: float
    draws: int
    seed: int


def averted_cases(
    fit: LoglinearRegression,
    otherwise: pd.DataFrame,
    *,
    observed: float,
    exposure: Numbers,
    dispersion: float,
    degrees: float = math.inf,
    level: float = 0.95,
    seed: int = 1,
) -> Averted:
    """Simulate the cases of the points after a date, had the earlier course gone on.

    Parameters
    ----------
    fit : LoglinearRegression
    otherwise : DataFrame
        The regression's columns at those points, without the step.
    observed : float
        The cases that came.
    exposure : ndarray
        Of those points.
    dispersion, degrees
        Variance factor (at least 1), and its degrees of freedom: finite ones make the draws multivariate t.
    level : float
        Confidence level, strictly between 0 and 1.
    seed : int

    Notes
    -----
    Coefficients are drawn from their multivariate normal (or t) distribution, then counts about the expected ones with
    variance ``dispersion * mean``: Poisson, or Poisson mixed over a gamma.

    References
    ----------
    King, Tomz and Wittenberg (2000), Am. J. Polit. Sci. 44, 347-361.

    Examples
    --------
    >>> from evalkit.statistics.trend.loglinear_regression import loglinear_regression
    >>> fit = loglinear_regression([8, 12, 10, 5, 6, 4], pd.DataFrame({"after": [0, 0, 0, 1, 1, 1]}))
    >>> without = pd.DataFrame({"after": [0, 0, 0]})
    >>> found = averted_cases(fit, without, observed=15, exposure=np.ones(3), dispersion=1.0)
    >>> round(found.averted), found.lower > 0, found.monte_carlo_error < 0.5
    (15, True, True)
    """
    random = np.random.default_rng(seed)
    design = otherwise.assign(level=1.0)[fit.coefficients.index].to_numpy(dtype=float)
    means = np.exp(_coefficients(fit, dispersion, degrees, random) @ design.T) * exposure
    totals = _counts(means, dispersion, random).sum(axis=1)
    expected = float((np.exp(design @ fit.coefficients.to_numpy()) * exposure).sum())
    tails = np.array([0.5 - level / 2, 0.5 + level / 2])
    lower, upper = np.quantile(totals, tails) - observed
    parts = np.quantile(totals.reshape(BATCHES, -1), tails, axis=1)
    return Averted(
        observed=observed,
        expected=expected,
        averted=expected - observed,
        lower=float(lower),
        upper=float(upper),
        chance_of_fewer=float((totals <= observed).mean()),
        monte_carlo_error=float(parts.std(axis=1, ddof=1).max() / math.sqrt(BATCHES)),
        draws=DRAWS,
        seed=seed,
    )


def _coefficients(
    fit: LoglinearRegression, dispersion: float, degrees: float, random: np.random.Generator
) -> Numbers:
    away = random.multivariate_normal(
        np.zeros(len(fit.coefficients)), dispersion * fit.covariance.to_numpy(), size=DRAWS
    )
    if math.isfinite(degrees):
        away /= np.sqrt(random.chisquare(degrees, size=(DRAWS, 1)) / degrees)
    return np.asarray(fit.coefficients.to_numpy() + away)


def _counts(means: Numbers, dispersion: float, random: np.random.Generator) -> Numbers:
    """Draw counts with variance ``dispersion * mean``."""
    means = np.minimum(means, 1e12)  # a wild draw of a long extrapolation: far outside every limit as it is
    if dispersion > 1 + 1e-9:
        means = random.gamma(means / (dispersion - 1), dispersion - 1)
    return np.asarray(random.poisson(means), dtype=float)
