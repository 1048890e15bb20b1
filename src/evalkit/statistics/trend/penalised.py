"""Firth's bias-reduced Poisson regression: finite where all cases lie on one side. For estimates, not for significance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts

ROUNDS = 500


@dataclass(frozen=True, slots=True)
class FirthFit:
    """A bias-reduced Poisson regression.

    Attributes
    ----------
    coefficients, errors : ndarray
        Log rate ratios in the order of the design's columns, and their standard errors: for sizes, never for limits of a
        separated series, which are exact (:func:`evalkit.statistics.comparisons.compare_counts`).
    fitted : ndarray
        Expected counts.
    rounds : int
        Rounds of the iteration.
    """

    coefficients: Numbers
    errors: Numbers
    fitted: Numbers
    rounds: int


def firth_poisson(counts: ArrayLike, design: ArrayLike, *, exposure: ArrayLike | None = None) -> FirthFit:
    """Fit a Poisson regression with Firth's penalty.

    Parameters
    ----------
    counts : array-like of float
        Cases; no missing values.
    design : array-like, points by columns
        With its column of ones.
    exposure : array-like of float, optional
        Person-years or length of each point; equal by default.

    Raises
    ------
    FactsError
        If a count is negative or not whole, or the columns of the design determine each other.

    Notes
    -----
    The score's bias of order 1 is removed by adding to each count half its leverage and solving again until nothing moves.

    References
    ----------
    Firth (1993), Biometrika 80, 27-38; Kosmidis and Firth (2009), Biometrika 96, 793-804 (R package brglm2, AS_mean).

    Examples
    --------
    >>> firth_poisson([0] * 10, np.ones((10, 1))).coefficients.round(4).tolist()
    [-2.9957]
    """
    cases = whole_counts(np.asarray(counts, dtype=float), where="penalised regression")
    columns = np.asarray(design, dtype=float)
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise FactsError(
            where="penalised regression",
            rule="no column of the design is determined by the others",
            do="leave out the column that repeats what the others say",
        )
    time = np.ones(len(cases)) if exposure is None else np.asarray(exposure, dtype=float)
    beta = np.linalg.lstsq(columns, np.log((cases + 0.5) / time), rcond=None)[0]
    rounds, step = 0, np.ones(columns.shape[1])
    while rounds < ROUNDS and np.abs(step).max() > 1e-10:
        step, _, _ = _step(cases, columns, time, beta)
        beta, rounds = beta + step * min(1.0, 2 / max(2.0, float(np.abs(columns @ step).max()))), rounds + 1
    _, covariance, fitted = _step(cases, columns, time, beta)
    return FirthFit(beta, np.sqrt(np.diag(covariance)), fitted, rounds)


def firth_group_rate(count: float, exposure: float) -> float:
    """Return Firth's rate of one group: half a case more than was counted.

    Parameters
    ----------
    count : float
        Events of the group.
    exposure : float
        Years or person-years over which they were counted.

    Notes
    -----
    In a comparison of groups each has leverage 1, so the penalised maximum is (count + 1/2) / exposure.

    References
    ----------
    Firth (1993), Biometrika 80, 27-38.

    Examples
    --------
    >>> firth_group_rate(0, 10)
    0.05
    """
    return (count + 0.5) / exposure


def _step(cases: Numbers, columns: Numbers, time: Numbers, beta: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the next step of the adjusted scoring, the inverse information and the expected counts."""
    fitted = time * np.exp(columns @ beta)
    covariance = np.linalg.inv(columns.T @ (fitted[:, None] * columns))
    leverage = fitted * np.einsum("ij,jk,ik->i", columns, covariance, columns)
    step = covariance @ (columns.T @ (cases + leverage / 2 - fitted))
    return np.asarray(step), np.asarray(covariance), np.asarray(fitted)
