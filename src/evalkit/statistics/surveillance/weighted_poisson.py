"""Many small quasi-Poisson regressions with weights, each with a design of its own, fitted at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from evalkit.statistics.counts import Numbers

LARGEST_LOG_MEAN = 30.0  # where cases run out a level falls without end; e^-30 is no case at all
TOLERANCE = 1e-10
MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class WeightedFits:
    """Fitted regressions, one per series.

    Attributes
    ----------
    coefficients : ndarray, series by coefficients
    covariance : ndarray, series by coefficients by coefficients
        At dispersion 1.
    means, leverage : ndarray, series by points
    scatter : ndarray, one per series
        Pearson chi-square over its degrees of freedom, as found; 1 where no degree is left.
    degrees : ndarray, one per series
        Points with a weight less coefficients.
    """

    coefficients: Numbers
    covariance: Numbers
    means: Numbers
    leverage: Numbers
    scatter: Numbers
    degrees: Numbers

    @property
    def dispersion(self) -> Numbers:
        """The scatter, never below 1."""
        return np.maximum(self.scatter, 1.0)

    def p_of(self, column: int) -> Numbers:
        """Return the two-sided p of a coefficient: t, with the scatter as found."""
        error = np.sqrt(self.scatter * self.covariance[:, column, column])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(self.coefficients[:, column] / error)
        return np.asarray(2 * stats.t.sf(t, np.maximum(self.degrees, 1)))

    def predict(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Return the mean at one row of the design per series, and its standard error on the log scale at dispersion 1."""
        log_mean = np.clip(
            np.einsum("kp,kp->k", rows, self.coefficients), -LARGEST_LOG_MEAN, LARGEST_LOG_MEAN
        )
        return np.exp(log_mean), np.sqrt(np.einsum("kp,kpq,kq->k", rows, self.covariance, rows))


def fit_weighted(design: Numbers, counts: Numbers, weights: Numbers) -> WeightedFits:
    """Fit a log-linear quasi-Poisson regression to each series.

    Parameters
    ----------
    design : ndarray, series by points by coefficients
        A coefficient of which a series knows nothing stays at 0.
    counts, weights : ndarray, series by points
        No missing values; a point of weight 0 takes no part.

    Returns
    -------
    WeightedFits

    Notes
    -----
    Iteratively reweighted least squares; log means are kept within 30 of 0, so that a series or a group without a case ends at a
    mean of nothing.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, ch. 2.5 and 9.2.

    Examples
    --------
    >>> design = np.ones((1, 4, 1))
    >>> fit = fit_weighted(design, np.array([[3.0, 5, 1, 90]]), np.array([[1.0, 1, 1, 0]]))
    >>> fit.means.round(6)[0, 0], fit.scatter.round(6)[0], fit.degrees[0]
    (np.float64(3.0), np.float64(1.333333), np.float64(2.0))
    """
    log_means = np.log(counts + 0.1)
    used = (weights > 0).sum(axis=1)
    deviances = np.full(len(counts), np.inf)
    for _ in range(MOST_STEPS):
        means = np.exp(log_means)
        covariance = _inverse(design, weights * means)
        right = np.einsum("knp,kn->kp", design, weights * (means * log_means + counts - means))
        coefficients = np.einsum("kpq,kq->kp", covariance, right)
        log_means = np.einsum("knp,kp->kn", design, coefficients).clip(-LARGEST_LOG_MEAN, LARGEST_LOG_MEAN)
        before, deviances = deviances, _deviance(counts, log_means, weights)
        if (np.abs(deviances - before) <= TOLERANCE * (np.abs(deviances) + 0.1)).all():
            break
    means = np.exp(log_means)
    covariance = _inverse(design, weights * means)
    leverage = weights * means * np.einsum("knp,kpq,knq->kn", design, covariance, design)
    degrees = (used - design.shape[2]).astype(float)
    pearson = (weights * (counts - means) ** 2 / means).sum(axis=1)
    scatter = np.where(degrees > 0, pearson / np.maximum(degrees, 1), 1.0)
    return WeightedFits(coefficients, covariance, means, leverage, scatter, degrees)


def _inverse(design: Numbers, weights: Numbers) -> Numbers:
    """Return the inverse information of each series; of what a series knows nothing it holds 0."""
    information = np.einsum("knp,kn,knq->kpq", design, weights, design)
    scale = np.sqrt(np.maximum(np.einsum("kpp->kp", information), 1e-300))
    inner = information / (scale[:, :, None] * scale[:, None, :])
    return np.asarray(
        np.linalg.pinv(inner, hermitian=True, rcond=1e-11) / (scale[:, :, None] * scale[:, None, :])
    )


def _deviance(counts: Numbers, log_means: Numbers, weights: Numbers) -> Numbers:
    log_counts = np.log(np.where(counts > 0, counts, 1.0))
    unit = counts * (log_counts - log_means) - counts + np.exp(log_means)
    return np.asarray(2 * (weights * unit).sum(axis=1))
