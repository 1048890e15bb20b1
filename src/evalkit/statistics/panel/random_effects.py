"""Ratios of several strata that need not be one: their mean and how far they scatter, by random effects of the log ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.results import NotEstimable

MOST_ROUNDS = 1000
CLOSE = 1e-12


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean log ratio, its standard error, and the variance of the strata's own ones about it."""

    estimate: float
    error: float
    variance: float


@dataclass(frozen=True, slots=True, eq=False)
class PooledLogRatios:
    """Log ratios of strata, and their mean.

    Attributes
    ----------
    log_ratios, variances : ndarray
        Of the strata used; half a case added to both counts where one is 0.
    without_cases : int
        Strata left out, for they have no case at all.
    moments, likelihood : Mean
        By DerSimonian and Laird's moments, and by restricted maximum likelihood.
    lower, upper : float
        Limits of the mean log ratio by likelihood, with Knapp and Hartung's error and t.
    q, i_squared : float
        Chi-square of the strata differing, and the percent of their scatter that chance does not explain.
    level : float
    """

    log_ratios: Numbers
    variances: Numbers
    without_cases: int
    moments: Mean
    likelihood: Mean
    lower: float
    upper: float
    q: float
    i_squared: float
    level: float


def pool_log_ratios(
    later: ArrayLike,
    earlier: ArrayLike,
    *,
    later_exposure: ArrayLike = 1.0,
    earlier_exposure: ArrayLike = 1.0,
    level: float = 0.95,
) -> PooledLogRatios | NotEstimable:
    """Pool the rate ratios of strata by random effects.

    Parameters
    ----------
    later, earlier : array-like
        Counts of each stratum.
    later_exposure, earlier_exposure : array-like
        Years or person-years.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    PooledLogRatios or NotEstimable
        Not estimable: ``too_few_provinces`` (fewer than 2 strata with a case), ``no_convergence``.

    Raises
    ------
    FactsError
        If a count is negative or not whole, or an exposure is not positive.

    Notes
    -----
    Of few cases the half a case decides much: :func:`~evalkit.statistics.stratified.pooled_ratio` adds nothing and comes first.

    References
    ----------
    DerSimonian and Laird (1986), Control. Clin. Trials 7, 177-188; Knapp and Hartung (2003), Stat. Med. 22, 2693-2710;
    Viechtbauer (2005), J. Educ. Behav. Stat. 30, 261-293.

    Examples
    --------
    >>> found = pool_log_ratios([23, 4, 0, 7], [39, 9, 2, 6], later_exposure=5, earlier_exposure=5)
    >>> round(found.moments.estimate, 2), round(found.q, 2), round(found.likelihood.variance, 2)
    (-0.48, 2.17, 0.0)
    """
    counts = np.array([later, earlier], dtype=float)
    lived = np.array([np.broadcast_to(one, counts.shape[1:]) for one in (later_exposure, earlier_exposure)])
    _refuse(counts, lived)
    told = counts.sum(axis=0) > 0
    if told.sum() < 2:
        return NotEstimable("too_few_provinces", {"others": int(told.sum())})
    more = counts[:, told] + 0.5 * (counts[:, told] == 0).any(axis=0)
    logs, variances = np.log(more / lived[:, told]), (1 / more).sum(axis=0)
    ratios = logs[0] - logs[1]
    likely = _restricted(ratios, variances)
    if likely is None:
        return NotEstimable("no_convergence")
    q, moments = _moments(ratios, variances)
    lower, upper = _limits(ratios, variances, likely, level)
    return PooledLogRatios(
        log_ratios=ratios,
        variances=variances,
        without_cases=int((~told).sum()),
        moments=moments,
        likelihood=likely,
        lower=lower,
        upper=upper,
        q=q,
        i_squared=max(0.0, 100 * (q - len(ratios) + 1) / q) if q > 0 else 0.0,
        level=level,
    )


def _refuse(counts: Numbers, lived: Numbers) -> None:
    whole_counts(counts.ravel(), where="pool_log_ratios")
    if not (np.isfinite(lived) & (lived > 0)).all() or np.isnan(counts).any():
        raise FactsError(
            where="pool_log_ratios",
            rule="each stratum has two counts and two positive exposures",
            do="leave out what is not reported",
        )


def _mean(ratios: Numbers, variances: Numbers, between: float) -> Mean:
    weights = 1 / (variances + between)
    return Mean(float(weights @ ratios / weights.sum()), float(weights.sum() ** -0.5), between)


def _moments(ratios: Numbers, variances: Numbers) -> tuple[float, Mean]:
    """Return the chi-square of the strata differing, and the mean with the variance that it tells."""
    weights, alike = 1 / variances, _mean(ratios, variances, 0.0)
    q = float(weights @ (ratios - alike.estimate) ** 2)
    spread = weights.sum() - (weights**2).sum() / weights.sum()
    return q, _mean(ratios, variances, max(0.0, float((q - len(ratios) + 1) / spread)))


def _restricted(ratios: Numbers, variances: Numbers) -> Mean | None:
    """Return the mean by restricted maximum likelihood, by scoring; None where it does not settle."""
    between = _moments(ratios, variances)[1].variance
    for _ in range(MOST_ROUNDS):
        weights = 1 / (variances + between)
        left = ratios - _mean(ratios, variances, between).estimate
        shrunk = np.diag(weights) - np.outer(weights, weights) / weights.sum()
        step = float(((weights * left) ** 2).sum() - np.trace(shrunk)) / float((shrunk**2).sum())
        before, between = between, max(0.0, between + step)
        if abs(between - before) <= CLOSE:
            return _mean(ratios, variances, between)
    return None


def _limits(ratios: Numbers, variances: Numbers, mean: Mean, level: float) -> tuple[float, float]:
    degrees = len(ratios) - 1
    scatter = float(((ratios - mean.estimate) ** 2 / (variances + mean.variance)).sum()) / degrees
    reach = float(stats.t.ppf(0.5 + level / 2, degrees)) * mean.error * scatter**0.5
    return mean.estimate - reach, mean.estimate + reach
