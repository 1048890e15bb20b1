"""Two counts per stratum and one ratio for all strata: the conditional likelihood, exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from evalkit.statistics.counts import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Later and earlier counts of strata, each with a case in either period, and positive exposures.

    Attributes
    ----------
    later, earlier, later_exposure, earlier_exposure : ndarray

    Notes
    -----
    Given its total, the later count of a stratum is binomial; its chance depends on the ratio and the exposures alone.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 3.6.

    Examples
    --------
    >>> strata = Strata(np.array([23.0, 4.0]), np.array([39.0, 9.0]), np.array([5.0, 5.0]), np.array([5.0, 5.0]))
    >>> strata.likeliest() == 27 / 48
    True
    """

    later: Numbers
    earlier: Numbers
    later_exposure: Numbers
    earlier_exposure: Numbers

    @property
    def total(self) -> Numbers:
        """Cases of both periods."""
        return self.later + self.earlier

    def shares(self, ratio: float) -> Numbers:
        """Return the chance that a case of either period is a later one."""
        if math.isinf(ratio):
            return np.ones_like(self.later)
        weighted = ratio * self.later_exposure
        return weighted / (weighted + self.earlier_exposure)

    def expected(self, ratio: float) -> Numbers:
        """Return the later counts to be expected."""
        return self.total * self.shares(ratio)

    def residual(self, ratio: float) -> Numbers:
        """Return observed minus expected later counts in standard errors; 0 where none is possible."""
        variance = self.expected(ratio) * (1 - self.shares(ratio)) * self.widening(ratio)
        return (self.later - self.expected(ratio)) / np.sqrt(np.where(variance > 0, variance, np.inf))

    def variance(self, ratio: float) -> float:
        """Return the variance of the later cases of all strata together, given each one's cases."""
        return float((self.expected(ratio) * (1 - self.shares(ratio)) * self.widening(ratio)).sum())

    def widening(self, ratio: float) -> Numbers:
        """Return how many times that variance is larger than chance alone makes it: 1."""
        return np.ones_like(self.shares(ratio))

    def information(self, ratio: float) -> float:
        """Return the information on the log ratio; 0 where the ratio is 0 or infinite."""
        return float((self.expected(ratio) * (1 - self.shares(ratio))).sum())

    def deviance(self, ratio: float) -> float:
        """Return the deviance, that of a Poisson model with one dummy per stratum."""
        fitted = self.expected(ratio)
        gained = special.rel_entr(self.later, fitted) + special.rel_entr(self.earlier, self.total - fitted)
        return 2 * float(gained.sum())

    def likeliest(self) -> float:
        """Return the conditional maximum-likelihood ratio; 0 or infinite where one period has no case at all."""
        if self.later.sum() == 0 or self.earlier.sum() == 0:
            return 0.0 if self.later.sum() == 0 else math.inf
        single = self.later_exposure / self.earlier_exposure
        if np.ptp(single) == 0:
            return float(self.later.sum() / self.earlier.sum() / single[0])
        return math.exp(
            _root(lambda log_ratio: float((self.later - self.expected(math.exp(log_ratio))).sum()))
        )

    def tails(self, log_ratio: float) -> tuple[float, float]:
        """Return the exact chances of so few, and of so many, later cases in all strata together."""
        shares, chances = self.shares(math.exp(log_ratio)), np.ones(1)
        for share in np.unique(shares):
            total = self.total[shares == share].sum()
            chances = np.convolve(chances, stats.binom.pmf(np.arange(total + 1), total, share))
        seen = int(self.later.sum())
        return float(chances[: seen + 1].sum()), float(chances[seen:].sum())

    def exact_limits(self, level: float) -> tuple[float, float]:
        """Return the limits of the ratio that leave half the rest in each exact tail."""
        tail = (1 - level) / 2
        lower = (
            math.exp(_root(lambda log_ratio: tail - self.tails(log_ratio)[1]))
            if self.later.sum() > 0
            else 0.0
        )
        upper = (
            math.exp(_root(lambda log_ratio: self.tails(log_ratio)[0] - tail))
            if self.earlier.sum() > 0
            else math.inf
        )
        return lower, upper

    def mantel_haenszel(self) -> tuple[float, float]:
        """Return Mantel and Haenszel's ratio and the standard error of its log (Greenland and Robins)."""
        time = self.later_exposure + self.earlier_exposure
        up = float((self.later * self.earlier_exposure / time).sum())
        down = float((self.earlier * self.later_exposure / time).sum())
        if up == 0 or down == 0:
            return (0.0 if up == 0 else math.inf), math.nan
        variance = float((self.total * self.later_exposure * self.earlier_exposure / time**2).sum())
        return up / down, math.sqrt(variance / (up * down))


@dataclass(frozen=True, slots=True, eq=False)
class ScatteredStrata(Strata):
    """Strata whose years scatter more than chance.

    Attributes
    ----------
    factors : callable
        From the expected later and earlier counts, the variance of each over its mean.
    """

    factors: Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]

    def widening(self, ratio: float) -> Numbers:
        """Return how many times the variance of later minus expected later cases is larger than chance makes it."""
        share = self.shares(ratio)
        later, earlier = self.factors(self.total * share, self.total * (1 - share))
        return np.asarray((1 - share) * later + share * earlier)

    def score(self, log_ratio: float) -> float:
        """Return later minus expected later cases, in standard errors."""
        ratio = math.exp(log_ratio)
        return float((self.later - self.expected(ratio)).sum()) / math.sqrt(self.variance(ratio))

    def score_limits(self, reach: float) -> tuple[float, float]:
        """Return the ratios at which the later cases are ``reach`` standard errors from those expected."""
        lower = math.exp(_root(lambda at: self.score(at) - reach)) if self.later.sum() > 0 else 0.0
        upper = math.exp(_root(lambda at: self.score(at) + reach)) if self.earlier.sum() > 0 else math.inf
        return lower, upper


def _root(falling: Callable[[float], float]) -> float:
    """Return where a falling function of the log ratio crosses zero."""
    low, high = -1.0, 1.0
    while falling(low) < 0:
        low -= 2
    while falling(high) > 0:
        high += 2
    return float(optimize.brentq(falling, low, high, xtol=1e-12))
