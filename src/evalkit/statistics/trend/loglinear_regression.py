"""A Poisson log-linear regression of counts on any few columns, guarded: what cannot be estimated is told, never printed.

statsmodels fits a step into nothing but zeros at -24 with a standard error of 12 000 and says that it converged; a column
whose cases are all on one side is therefore found before, and a fit that runs away is refused after.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.law.scatter import ScatterLaw

RUNAWAY = (
    10.0  # a standard error, over a column's whole range and on the log scale, that leaves nothing known
)


@dataclass(frozen=True, slots=True)
class LoglinearRegression:
    """A fitted log-linear regression.

    Attributes
    ----------
    coefficients : Series
        Log rate, and log rate ratio per unit of each column.
    covariance : DataFrame
        Of the coefficients, at dispersion 1.
    dispersion : float
        Pearson chi-square over its degrees of freedom, as found: it may lie below 1.
    deviance : float
    degrees : int
        Residual degrees of freedom.
    fitted : ndarray
        Expected counts.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    dispersion: float
    deviance: float
    degrees: int
    fitted: Numbers

    def error(self, column: str, *, dispersion: float = 1.0) -> float:
        """Return the standard error of a coefficient."""
        return math.sqrt(dispersion * float(self.covariance[column].loc[column]))

    def ratio(
        self, column: str, *, dispersion: float = 1.0, degrees: float = math.inf, level: float = 0.95
    ) -> tuple[float, float, float, float]:
        """Return the rate ratio of a column with its lower and upper limit and its two-sided p.

        Parameters
        ----------
        column : str
        dispersion : float
            Variance factor.
        degrees : float
            Degrees of freedom of that factor; infinite where it is given.
        level : float
            Confidence level, strictly between 0 and 1.
        """
        law = stats.t(degrees) if math.isfinite(degrees) else stats.norm()
        estimate, error = float(self.coefficients[column]), self.error(column, dispersion=dispersion)
        reach = float(law.ppf(0.5 + level / 2)) * error
        p = 2 * float(law.sf(abs(estimate / error)))
        return math.exp(estimate), math.exp(estimate - reach), math.exp(estimate + reach), p


def loglinear_regression(
    counts: ArrayLike, columns: pd.DataFrame, *, exposure: ArrayLike | None = None
) -> LoglinearRegression | None:
    """Fit a Poisson log-linear regression.

    Parameters
    ----------
    counts : array-like of float
        Cases of each point; no missing values.
    columns : DataFrame
        One row a point; an intercept is added as ``level``.
    exposure : array-like of float, optional
        Person-years or length of each point; equal by default.

    Returns
    -------
    LoglinearRegression or None
        None where there is no estimate: no case at all, no more points than coefficients, a column that the others
        determine, or a likelihood without a maximum (separation).

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, ch. 6 and 9.

    Examples
    --------
    >>> step = pd.DataFrame({"after": [0, 0, 0, 1, 1, 1]})
    >>> fit = loglinear_regression([8, 12, 10, 5, 6, 4], step)
    >>> [round(value, 3) for value in fit.ratio("after")]
    [0.5, 0.269, 0.929, 0.028]
    >>> loglinear_regression([8, 12, 10, 0, 0, 0], step) is None
    True
    """
    cases = whole_counts(np.asarray(counts, dtype=float), where="regression")
    design = sm.add_constant(columns.astype(float), has_constant="raise").rename(columns={"const": "level"})
    if not _is_estimable(cases, design.to_numpy()):
        return None
    offset = None if exposure is None else np.log(np.asarray(exposure, dtype=float))
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # what they warn of is refused below, or is a perfect fit, which is right
        tolerance = max(1e-10, 1e-15 * float(cases.sum()))  # a deviance of many cases rounds at no less
        fit = sm.GLM(cases, design, family=sm.families.Poisson(), offset=offset).fit(tol=tolerance)
    dispersion = float(fit.pearson_chi2 / fit.df_resid)
    errors = fit.bse * math.sqrt(max(1.0, dispersion)) * np.ptp(design, axis=0)
    if not fit.converged or not (errors < RUNAWAY).all():
        return None
    return LoglinearRegression(
        coefficients=fit.params,
        covariance=fit.cov_params(),
        dispersion=dispersion,
        deviance=float(fit.deviance),
        degrees=int(fit.df_resid),
        fitted=np.asarray(fit.fittedvalues),
    )


def variance_factor(
    fit: LoglinearRegression, law: ScatterLaw | None, *, mean: float
) -> tuple[float, float, bool]:
    """Return the variance factor of a series' limits, its degrees of freedom, and whether it is the series' own.

    Parameters
    ----------
    fit : LoglinearRegression
        Of the series.
    law : ScatterLaw, optional
        Scatter of the whole panel, where there is one.
    mean : float
        Mean count of the series.

    Returns
    -------
    factor, degrees, own : float, float, bool
        Never below 1. The panel's pooled dispersion where its variance is linear, 1 + alpha * mean where quadratic.

    Examples
    --------
    >>> fit = loglinear_regression([8, 12, 10, 5, 6, 4], pd.DataFrame({"after": [0, 0, 0, 1, 1, 1]}))
    >>> law = ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0)
    >>> variance_factor(fit, law, mean=7.5), variance_factor(fit, None, mean=7.5)
    ((3.25, inf, False), (1.0, 4.0, True))
    """
    if law is None or not law.is_known:
        return max(1.0, fit.dispersion), float(fit.degrees), True
    return law.variance_factor(mean), law.trend_degrees, False


def _is_estimable(cases: Numbers, design: Numbers) -> bool:
    """Tell whether there are cases, points to spare, independent columns, and cases on both sides of every step."""
    points, size = design.shape
    steps = [column for column in design.T if set(np.unique(column)) == {0.0, 1.0}]
    return bool(
        cases.sum() > 0
        and points > size
        and np.linalg.matrix_rank(design - np.r_[0.0, design[:, 1:].mean(axis=0)]) == size
        and all(cases[step == side].sum() > 0 for step in steps for side in (0.0, 1.0))
    )
