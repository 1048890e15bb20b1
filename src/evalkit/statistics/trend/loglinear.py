"""A log-linear trend in yearly counts, with the scatter of the years taken from the panel or from the series itself."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.trend.exact_trends import annual_percent_change
from evalkit.statistics.trend.score_trend import score_limits, score_test

NO_ALPHA = 1e-8


@dataclass(frozen=True, slots=True)
class LoglinearTrend:
    """A fitted log-linear trend.

    Attributes
    ----------
    intercept, slope : float
        Log rate in the first year, and log rate ratio per year.
    slope_se : float
        Standard error of the slope, dispersion included.
    apc, apc_lower, apc_upper : float
        Annual percent change with its limits: of the score test where alpha is given, else Wald limits.
    p : float
        Two-sided p of no change, of the same test as the limits.
    dispersion : float
        The variance factor used.
    pearson_chi2, deviance : float
        Of the fit, under the variance of its model.
    degrees : int
        Residual degrees of freedom: years minus 2.
    fitted : ndarray
        Expected counts.
    """

    intercept: float
    slope: float
    slope_se: float
    apc: float
    apc_lower: float
    apc_upper: float
    p: float
    dispersion: float
    pearson_chi2: float
    deviance: float
    degrees: int
    fitted: Numbers


def loglinear_trend(
    counts: ArrayLike,
    *,
    years: Sequence[int],
    exposure: ArrayLike | None = None,
    alpha: float = 0.0,
    dispersion: float | None = 1.0,
    degrees: float = math.inf,
    level: float = 0.95,
) -> LoglinearTrend:
    """Fit a log-linear trend to yearly counts.

    Parameters
    ----------
    counts : array-like of float
        Cases in each year, in at least two years more than none; no missing values.
    years : sequence of int
        The years.
    exposure : array-like of float, optional
        Person-years or length of each year; equal by default.
    alpha : float
        Negative binomial dispersion: variance mean + alpha * mean**2; 0 is Poisson.
    dispersion : float, optional
        Variance factor of a quasi-Poisson model. None estimates it from this series (Pearson chi-square over its degrees
        of freedom, never below 1) and uses t with years - 2 degrees of freedom.
    degrees : float
        Degrees of freedom of a given dispersion; infinite (z) where it was pooled over many series.
    level : float
        Confidence level, strictly between 0 and 1.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, ch. 6 and 9; Hilbe (2011), Negative Binomial Regression; score
    test and limits: Rao (1948), Proc. Camb. Phil. Soc. 44, 50-57.

    Examples
    --------
    >>> fit = loglinear_trend([12, 9, 10, 7, 5, 6], years=range(2015, 2021))
    >>> round(fit.apc, 1), round(fit.apc_lower, 1), round(fit.apc_upper, 1)
    (-14.8, -27.9, 0.8)
    """
    cases = whole_counts(np.asarray(counts, dtype=float), where="trend")
    since = np.asarray(years, dtype=float) - min(years)
    fit = _fit(cases, since, exposure, alpha)
    pearson, left = float(fit.pearson_chi2), len(cases) - 2
    if dispersion is None:
        dispersion, degrees = max(1.0, pearson / left), left
    error, slope = float(fit.bse[1]) * math.sqrt(dispersion), float(fit.params[1])
    given = {"cases": cases, "since": since, "exposure": _exposure(exposure, cases), "alpha": alpha}
    lower, upper, p = (
        _by_score(given, slope, level) if alpha > NO_ALPHA else _by_wald(slope, error, degrees, level)
    )
    return LoglinearTrend(
        intercept=float(fit.params[0]),
        slope=slope,
        slope_se=error,
        apc=annual_percent_change(slope),
        apc_lower=annual_percent_change(lower),
        apc_upper=annual_percent_change(upper),
        p=p,
        dispersion=dispersion,
        pearson_chi2=pearson,
        deviance=float(fit.deviance),
        degrees=left,
        fitted=np.asarray(fit.fittedvalues),
    )


def _by_wald(slope: float, error: float, degrees: float, level: float) -> tuple[float, float, float]:
    law = stats.t(degrees) if math.isfinite(degrees) else stats.norm()
    reach = float(law.ppf(0.5 + level / 2)) * error
    return slope - reach, slope + reach, 2 * float(law.sf(abs(slope / error)))


def _by_score(given: dict[str, Any], slope: float, level: float) -> tuple[float, float, float]:
    lower, upper = score_limits(**given, slope=slope, level=level)
    return lower, upper, 2 * float(stats.norm.sf(abs(score_test(**given))))


def _exposure(exposure: ArrayLike | None, cases: Numbers) -> Numbers:
    return np.ones(len(cases)) if exposure is None else np.asarray(exposure, dtype=float)


def _fit(cases: Numbers, since: Numbers, exposure: ArrayLike | None, alpha: float) -> Any:
    """Return the fitted generalised linear model: Poisson, or negative binomial with a given alpha."""
    family = sm.families.NegativeBinomial(alpha=alpha) if alpha > NO_ALPHA else sm.families.Poisson()
    offset = np.log(_exposure(exposure, cases))
    with warnings.catch_warnings():
        # statsmodels warns where every year is fitted exactly; for equal counts that is the right answer
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        return sm.GLM(cases, sm.add_constant(since), family=family, offset=offset).fit(tol=1e-10)
