"""A log-linear regression of counts that scatter beyond chance: negative binomial, its dispersion by maximum likelihood."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike
from scipy import optimize

from evalkit.statistics.counts import Numbers
from evalkit.statistics.trend.loglinear_regression import loglinear_regression

_ALPHAS = np.exp(np.linspace(math.log(1e-6), math.log(1e3), 31))
_GAIN = 1e-7  # log-likelihood above Poisson's that counts as one


@dataclass(frozen=True, slots=True)
class NegativeBinomialRegression:
    """A fitted regression, variance mean + mean**2 / theta.

    Attributes
    ----------
    coefficients : Series
        Log rate (``level``), and log rate ratio per unit of each column.
    covariance : DataFrame
        Of the coefficients, theta taken as known (as R's ``glm.nb`` has it).
    theta : float
        The size; infinite where no scatter beyond chance makes the counts likelier: the model is then Poisson's.
    log_likelihood, deviance, pearson_chi2 : float
    degrees : int
        Residual degrees of freedom.
    fitted : ndarray
        Expected counts.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    theta: float
    log_likelihood: float
    deviance: float
    pearson_chi2: float
    degrees: int
    fitted: Numbers


def negative_binomial_regression(
    counts: ArrayLike, columns: pd.DataFrame, *, exposure: ArrayLike | None = None
) -> NegativeBinomialRegression | None:
    """Fit a negative binomial log-linear regression, its dispersion by maximum likelihood.

    Parameters
    ----------
    counts, columns, exposure
        As in :func:`~evalkit.statistics.trend.loglinear_regression.loglinear_regression`; expected cases serve as exposure.

    Returns
    -------
    NegativeBinomialRegression or None
        None where the Poisson regression has no estimate either.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Notes
    -----
    One series of ten or fifteen years tells its own dispersion badly; where there is a panel, its law is taken
    (:func:`~evalkit.statistics.trend.loglinear.loglinear_trend` with ``alpha``).

    References
    ----------
    Lawless (1987), Can. J. Stat. 15, 209-225; Venables and Ripley (2002), Modern Applied Statistics with S, 7.4.

    Examples
    --------
    >>> years = pd.DataFrame({"t": range(10)})
    >>> fit = negative_binomial_regression([21, 9, 34, 17, 12, 40, 28, 11, 25, 8], years)
    >>> round(fit.theta, 2), fit.coefficients.round(3).tolist()
    (4.64, [3.111, -0.02])
    """
    if loglinear_regression(counts, columns, exposure=exposure) is None:
        return None
    cases = np.asarray(counts, dtype=float)
    design = sm.add_constant(columns.astype(float), has_constant="raise").rename(columns={"const": "level"})
    offset = None if exposure is None else np.log(np.asarray(exposure, dtype=float))

    def misfit(log_alpha: float) -> float:
        return -float(_fit(cases, design, offset, math.exp(log_alpha)).llf)

    tried = [misfit(math.log(alpha)) for alpha in _ALPHAS]
    best = int(np.argmin(tried))
    around = np.log(_ALPHAS[[max(best - 1, 0), min(best + 1, len(_ALPHAS) - 1)]])
    found = optimize.minimize_scalar(misfit, bounds=around, method="bounded", options={"xatol": 1e-9})
    poisson = _fit(cases, design, offset, 0.0)
    if -found.fun <= float(poisson.llf) + _GAIN:
        return _record(poisson, math.inf)
    alpha = math.exp(found.x)
    return _record(_fit(cases, design, offset, alpha), 1 / alpha)


def _fit(cases: Numbers, design: pd.DataFrame, offset: Numbers | None, alpha: float) -> Any:
    family = sm.families.NegativeBinomial(alpha=alpha) if alpha > 0 else sm.families.Poisson()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a perfect fit, which is right, and of steps on the way
        return sm.GLM(cases, design, family=family, offset=offset).fit(tol=1e-11, maxiter=300)


def _record(fit: Any, theta: float) -> NegativeBinomialRegression:
    return NegativeBinomialRegression(
        coefficients=fit.params,
        covariance=fit.cov_params(),
        theta=theta,
        log_likelihood=float(fit.llf),
        deviance=float(fit.deviance),
        pearson_chi2=float(fit.pearson_chi2),
        degrees=int(fit.df_resid),
        fitted=np.asarray(fit.fittedvalues),
    )
