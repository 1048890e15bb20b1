"""The two models a joinpoint analysis can stand on, each able to fit and to imitate many series at once.

``QuasiPoisson`` is the kit's own: zeros are figures like any other. ``LogLinear`` is the one of the National Cancer
Institute's Joinpoint: straight pieces through the logarithms of rates, weighted by their precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evalkit.statistics.counts import Numbers
from evalkit.statistics.joinpoint.joinpoint_grid import Joins, bent_design
from evalkit.statistics.trend.poisson_batch import fit_batch

CHUNK = 4096  # series per batch: their arrays stay in the processor's cache


@dataclass(frozen=True, slots=True)
class BentFit:
    """One series' model with given joins: coefficients, expected values, each year's information, Pearson's misfit."""

    coefficients: Numbers
    fitted: Numbers
    weights: Numbers
    pearson: float


class Model(Protocol):
    """What the choice of joins needs of a model for several series over the same years."""

    @property
    def times(self) -> Numbers:
        """The years."""

    @property
    def observed(self) -> Numbers:
        """The responses, years by series."""

    @property
    def floor(self) -> float:
        """Least dispersion that limits are computed with."""

    def misfits(self, ways: Sequence[Joins], responses: Numbers, *, series: np.ndarray) -> Numbers:
        """Return the misfit of each way to lay the joins, for each column; ``series`` tells whose exposure holds."""

    def imitate(self, joins: Joins, *, series: int, times: int, rng: np.random.Generator) -> Numbers:
        """Draw series as they would come if these joins, and no others, were true."""

    def fit(self, joins: Joins, *, series: int) -> BentFit:
        """Fit one series."""


@dataclass(frozen=True, slots=True)
class QuasiPoisson:
    """Counts whose variance is a multiple of their mean; log link, logarithm of the exposure as offset."""

    times: Numbers
    observed: Numbers
    offset: Numbers
    floor: float = 1.0

    def misfits(self, ways: Sequence[Joins], responses: Numbers, *, series: np.ndarray) -> Numbers:
        """Return deviances, ways by columns."""
        found = np.empty((len(ways), responses.shape[1]))
        for start in range(0, responses.shape[1], CHUNK):
            part = slice(start, start + CHUNK)
            offset = self.offset[:, series[part]]
            for row, joins in enumerate(ways):
                design = bent_design(self.times, joins)
                found[row, part] = fit_batch(design, responses[:, part], offset=offset, deviance_alone=True)[
                    1
                ]
        return found

    def imitate(self, joins: Joins, *, series: int, times: int, rng: np.random.Generator) -> Numbers:
        """Draw counts about the fitted trend with the series' own dispersion, never below 1."""
        fit = self.fit(joins, series=series)
        means = np.broadcast_to(fit.fitted[:, None], (len(self.times), times))
        excess = fit.pearson / (len(self.times) - len(fit.coefficients)) - 1
        if excess > 1e-6:
            means = rng.gamma(means / excess + 1e-12, excess)
        return rng.poisson(means).astype(float)

    def fit(self, joins: Joins, *, series: int) -> BentFit:
        """Fit one series by Newton's method."""
        design, counts = bent_design(self.times, joins), self.observed[:, [series]]
        offset = self.offset[:, [series]]
        found, _ = fit_batch(design, counts, offset=offset)
        means = np.exp(design @ found + offset)[:, 0]
        pearson = float(((counts[:, 0] - means) ** 2 / np.maximum(means, 1e-12)).sum())
        return BentFit(found[:, 0], means, means, pearson)


@dataclass(frozen=True, slots=True)
class LogLinear:
    """Rates whose logarithms scatter with known relative precision: weighted least squares."""

    times: Numbers
    observed: Numbers
    weights: Numbers
    floor: float = 0.0

    def misfits(self, ways: Sequence[Joins], responses: Numbers, *, series: np.ndarray) -> Numbers:
        """Return weighted sums of squares, ways by columns."""
        found = np.empty((len(ways), responses.shape[1]))
        for one in np.unique(series):
            mine = series == one
            found[:, mine] = self._misfits(ways, responses[:, mine], root=np.sqrt(self.weights[:, one]))
        return found

    def _misfits(self, ways: Sequence[Joins], responses: Numbers, *, root: Numbers) -> Numbers:
        line, _ = np.linalg.qr(root[:, None] * bent_design(self.times, ()))
        rest = root[:, None] * responses
        rest = rest - line @ (line.T @ rest)
        total = (rest**2).sum(axis=0)
        bases = np.linalg.qr(np.stack([root[:, None] * bent_design(self.times, way) for way in ways]))[0]
        across = np.swapaxes(bases, 1, 2).reshape(-1, len(root)) @ rest
        explained = (across.reshape(len(ways), -1, rest.shape[1]) ** 2).sum(axis=1)
        return np.asarray(np.maximum(total - explained, 0.0))

    def imitate(self, joins: Joins, *, series: int, times: int, rng: np.random.Generator) -> Numbers:
        """Lay the weighted residuals about the fitted trend in a new order each time, as the NCI does."""
        fitted = np.log(self.fit(joins, series=series).fitted)
        root = np.sqrt(self.weights[:, series])
        residuals = np.repeat(((self.observed[:, series] - fitted) * root)[:, None], times, axis=1)
        return np.asarray(fitted[:, None] + rng.permuted(residuals, axis=0) / root[:, None])

    def fit(self, joins: Joins, *, series: int) -> BentFit:
        """Fit one series by weighted least squares."""
        design, weights = bent_design(self.times, joins), self.weights[:, series]
        root = np.sqrt(weights)
        found = np.linalg.lstsq(design * root[:, None], self.observed[:, series] * root)[0]
        coefficients = np.asarray(found, dtype=float)
        fitted = design @ coefficients
        misfit = float((weights * (self.observed[:, series] - fitted) ** 2).sum())
        return BentFit(coefficients, np.exp(fitted), weights, misfit)
