"""Many log-linear trends of one series with some of its years left out, fitted at once: what leaving one out needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.trend.score_trend import STEEPEST

Function = Callable[[Numbers], Numbers]

MOST_STEPS = 200
PRECISION = 1e-13
WIDEST = 64.0  # log rate ratio per year: no series that has a slope has a steeper one


@dataclass(frozen=True, slots=True)
class PartialTrends:
    """Log-linear trends of one series, each from some of its years.

    Attributes
    ----------
    cases, since, exposure : ndarray
        Counts, years since the first, person-years or length of each year; no missing values.
    kept : ndarray of bool, years by trends
        Which years each trend is fitted to; in each of them at least two years have a case.
    alpha : ndarray
        Negative binomial dispersion of each trend: variance mean + alpha * mean**2; 0 is Poisson.

    Examples
    --------
    >>> counts, years = np.array([12.0, 9, 10, 7, 5, 6]), np.arange(6.0)
    >>> trends = PartialTrends(counts, years, np.ones(6), ~np.eye(6, dtype=bool), np.full(6, 0.1))
    >>> slopes = trends.slopes()
    >>> slopes.round(2).tolist()
    [-0.15, -0.17, -0.16, -0.16, -0.14, -0.19]
    >>> [limits.round(2).tolist()[0] for limits in trends.score_limits(slopes)]
    [-0.46, 0.15]
    """

    cases: Numbers
    since: Numbers
    exposure: Numbers
    kept: np.ndarray
    alpha: Numbers

    def slopes(self) -> Numbers:
        """Return the slope of maximum likelihood of each trend."""
        reach = np.ones(len(self.alpha))
        while (open_ends := (self.scores(reach) > 0) | (self.scores(-reach) < 0)).any():
            reach = np.where(open_ends & (reach < WIDEST), 2 * reach, reach)
            if (reach[open_ends] >= WIDEST).all():
                break
        return _falling_root(self.scores, -reach, reach)

    def scores(self, slopes: Numbers) -> Numbers:
        """Return the standard normal score statistic of a slope in each trend, as :func:`score_trend.score_test` does."""
        expected = self.expected(slopes)
        spread = 1 + self.alpha * expected
        weight = expected / spread
        away = self.since[:, None] - (weight * self.since[:, None]).sum(axis=0) / weight.sum(axis=0)
        score = (self.kept * (self.cases[:, None] - expected) / spread * away).sum(axis=0)
        return np.asarray(score / np.sqrt((weight * away**2).sum(axis=0)))

    def score_limits(self, slopes: Numbers, *, level: float = 0.95) -> tuple[Numbers, Numbers]:
        """Return the slopes that the score test of each trend just does not reject; infinite where there is none."""
        bound = float(stats.norm.ppf(0.5 + level / 2))
        both = PartialTrends(
            self.cases, self.since, self.exposure, np.hstack([self.kept] * 2), np.tile(self.alpha, 2)
        )
        at, side = np.tile(slopes, 2), np.repeat([-1.0, 1.0], len(slopes))

        def within(away: Numbers) -> Numbers:
            return bound - np.abs(both.scores(at + side * away))

        reach = np.full(len(at), 0.1)
        while (short := (within(reach) > 0) & (reach < STEEPEST)).any():
            reach = np.where(short, 2 * reach, reach)
        away = np.where(reach < STEEPEST, _falling_root(within, np.zeros(len(at)), reach), np.inf)
        lower, upper = (at + side * away).reshape(2, -1)
        return lower, upper

    def standard_errors(self, slopes: Numbers) -> Numbers:
        """Return the standard error of each slope under its own variance, dispersion left out."""
        expected = self.expected(slopes)
        weight = expected / (1 + self.alpha * expected)
        away = self.since[:, None] - (weight * self.since[:, None]).sum(axis=0) / weight.sum(axis=0)
        return np.asarray(1 / np.sqrt((weight * away**2).sum(axis=0)))

    def pearson(self, slopes: Numbers) -> Numbers:
        """Return Pearson's misfit of each trend under its own variance."""
        expected = np.where(self.kept, self.expected(slopes), 1.0)
        spread = expected * (1 + self.alpha * expected)
        return np.asarray((self.kept * (self.cases[:, None] - expected) ** 2 / spread).sum(axis=0))

    def expected(self, slopes: Numbers) -> Numbers:
        """Return the expected counts at given slopes, years by trends, level of maximum likelihood; 0 in years left out."""
        shape = np.log(self.exposure)[:, None] + slopes * (self.since - self.since.mean())[:, None]
        total = (self.kept * self.cases[:, None]).sum(axis=0)
        highest = np.where(self.kept, shape, -np.inf).max(axis=0)
        shape = np.where(self.kept, shape - highest, -np.inf)
        poisson = np.log(total / np.exp(shape).sum(axis=0))
        if not self.alpha.any():
            return np.asarray(np.exp(poisson + shape))

        def excess(level: Numbers) -> Numbers:
            means = np.exp(np.minimum(level + shape, 700))
            return np.asarray(
                (self.kept * (self.cases[:, None] - means) / (1 + self.alpha * means)).sum(axis=0)
            )

        low, high = poisson.copy(), poisson.copy()
        while (below := excess(low) < 0).any():
            low = np.where(below, low - 2, low)
        while (above := excess(high) > 0).any():
            high = np.where(above, high + 2, high)
        level = _falling_root(excess, low, high)
        return np.asarray(np.exp(np.minimum(level + shape, 700)))


def _falling_root(function: Function, low: Numbers, high: Numbers) -> Numbers:
    """Return where falling functions are 0, each between its two ends: regula falsi, by the rule of Anderson and Bjorck."""
    at_low, at_high, middle = function(low), function(high), low
    for step in range(MOST_STEPS):
        fall = at_low - at_high
        share = np.where((fall > 0) & (step % 8 < 7), at_low / np.where(fall > 0, fall, 1.0), 0.5)
        middle = low + np.clip(share, 0.0, 1.0) * (high - low)
        found = function(middle)
        rising = found > 0
        kept, moved = np.where(rising, at_low, at_high), np.abs(middle - np.where(rising, low, high))
        shrunk = 1 - found / np.where(kept == 0, 1.0, kept)
        shrunk = np.where((kept != 0) & (shrunk > 0), shrunk, 0.5)
        at_low, at_high = np.where(rising, found, at_low * shrunk), np.where(rising, at_high * shrunk, found)
        low, high = np.where(rising | (found == 0), middle, low), np.where(rising, high, middle)
        if (np.minimum(moved, high - low) <= PRECISION * (1 + np.abs(middle))).all():
            break
    return np.asarray(middle)
