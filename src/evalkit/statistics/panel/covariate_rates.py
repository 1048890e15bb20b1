"""Rates of provinces drawn towards what is known of them otherwise, not towards one mean of all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.negative_binomial import negative_binomial_regression


@dataclass(frozen=True, slots=True, eq=False)
class CovariateRates:
    """Empirical-Bayes rates about a regression.

    Attributes
    ----------
    coefficients : Series
        Log rate (``level``), and log rate ratio per unit of each column.
    shape : float
        Shape of the gamma law of the rates about the regression; infinite where chance explains their scatter.
    expected_rate, rate, median : ndarray
        By the regression alone; mean and median of each province's own gamma posterior.
    """

    coefficients: pd.Series
    shape: float
    expected_rate: Numbers
    rate: Numbers
    median: Numbers


def rates_given_covariates(
    counts: ArrayLike, exposure: ArrayLike, columns: pd.DataFrame
) -> CovariateRates | NotEstimable:
    """Draw rates towards a log-linear regression on covariates, by maximum likelihood.

    Parameters
    ----------
    counts : array-like of float
        Cases of each province; no missing values.
    exposure : array-like of float
        Person-years, or cases expected: rates are then relative risks.
    columns : DataFrame
        One row a province, in the order of the counts; none for a gamma law about one mean.

    Returns
    -------
    CovariateRates or NotEstimable
        Not estimable: ``insufficient_events`` (the cases do not determine the regression).

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Notes
    -----
    rate = (count + shape) / (exposure + shape / expected_rate). A covariate that a programme may have changed hides what
    the programme did.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681; Lawless (1987), Can. J. Stat. 15, 209-225.

    Examples
    --------
    >>> border = pd.DataFrame({"border": [0, 0, 0, 1, 1, 1, 0, 1]})
    >>> found = rates_given_covariates([2, 19, 1, 14, 44, 6, 3, 31], [2.0, 3, 2, 3, 4, 2, 3, 5], border)
    >>> found.rate.round(1).tolist()
    [1.5, 5.3, 1.1, 4.9, 10.6, 3.5, 1.3, 6.2]
    """
    events, lived = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    fit = negative_binomial_regression(events, columns, exposure=lived)
    if fit is None:
        return NotEstimable("insufficient_events", {"provinces": len(events), "total": math.fsum(events)})
    expected = fit.fitted / lived
    if math.isinf(fit.theta):
        return CovariateRates(fit.coefficients, fit.theta, expected, expected, expected)
    shapes, scales = events + fit.theta, 1 / (lived + fit.theta / expected)
    median = np.asarray(stats.gamma.ppf(0.5, shapes, scale=scales))
    return CovariateRates(fit.coefficients, fit.theta, expected, shapes * scales, median)
