"""What totals of provinces that share one lasting rate look like, years scattering under a law that is an estimate.

One law is found for all provinces, yet each may scatter in its own way. Where those that scatter most have the cases, totals lie
further apart than the law says, and more so where it was found too narrow. The panels drawn here allow for both: each
province has an alpha of its own, each panel a law as far from the one found as that may be from the true one, and each is
read as the panel was, with the law that its own years would have given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.period_scatter import YearScatter, draw_totals
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_panel import FEWEST_EVENTS
from evalkit.statistics.provinces.province_counts import ProvinceCounts

UNLIKE = 1.0  # coefficient of variation that the scatter of provinces about the panel's law is given
BATCH, HALVINGS = 500, 24
LARGEST_ALPHA = 64.0
FARTHEST = 4.0  # times or parts of the law found that the true one may be
_NONE = 1e-9


@dataclass(frozen=True, eq=False)
class EqualRates:
    """Provinces at their common rate, and the law of their years.

    Attributes
    ----------
    given : ProvinceCounts
    scatter : YearScatter
        Known.

    Examples
    --------
    >>> import pandas as pd
    >>> from evalkit.statistics.provinces.province_counts import province_counts, year_scatter
    >>> frame = pd.DataFrame({"province_code": list("ABCDE"), "count": [8, 21, 9, 14, 8], "exposure": 1.0, "years": 5.0})
    >>> law = ScatterLaw("quadratic", 2.0, 0.41, series=34, cells=170, degrees=136, p=0.0)
    >>> given = province_counts(frame)
    >>> equal = EqualRates(given, year_scatter(given, law))
    >>> float(equal.sums(given.counts[None, :])[0].round(2)), equal.drawn_sums(99, seed=1).shape
    (5.29, (99,))
    """

    given: ProvinceCounts
    scatter: YearScatter

    def sums(self, counts: Numbers, laws: Numbers | None = None) -> Numbers:
        """Return the sum of squared residuals of each row of counts about its own common rate.

        Parameters
        ----------
        counts : ndarray
            Totals, one row per panel and one column per province.
        laws : ndarray, optional
            Per row the alpha or phi that its own years would have been given; by default that of the law.
        """
        total = np.maximum(counts.sum(axis=1, keepdims=True), 0.5)
        expected = total * self.given.exposure / self.given.exposure.sum()
        if laws is None:
            factors = self.scatter.factors(expected, self.given.years)
        else:
            factors = self._factors(expected / self.given.years, laws[:, None], self.scatter.own)
        return np.asarray(((counts - expected) ** 2 / (expected * factors)).sum(axis=1))

    def drawn_sums(self, draws: int, *, seed: int) -> Numbers:
        """Return the same sums of random panels with equal rates, each with a law estimated from its own years."""
        rng = np.random.default_rng(seed)
        if not self.scatter.law.degrees > 0:
            factors = self.scatter.factors(self.given.expected, self.given.years)
            return self.sums(draw_totals(rng, self.given.expected, factors, draws))
        sizes = [min(BATCH, draws - first) for first in range(0, draws, BATCH)]
        return np.concatenate([self._batch(rng, size) for size in sizes])

    def _batch(self, rng: np.random.Generator, draws: int) -> Numbers:
        """Draw panels twice: the first tell how far off the law may be, the second are drawn from laws so far off."""
        totals, found = self._years(rng, np.ones(draws))
        least = 1.0 if self._linear else 0.0
        told = (self._law.phi if self._linear else self._law.alpha) - least
        if told > 0:
            off = np.clip(told / np.maximum(found - least, _NONE), 1 / FARTHEST, FARTHEST)
            totals, found = self._years(rng, off)
        return self.sums(totals, found)

    def _years(self, rng: np.random.Generator, off: Numbers) -> tuple[Numbers, Numbers]:
        """Draw year by year the totals of provinces that scatter each in its own way, and what law would be found.

        Each row has so many times the alpha of the law.
        """
        unlike = rng.gamma(UNLIKE**-2, UNLIKE**2, (len(off), len(self._rows))) * off[:, None]
        shape = 1 / np.maximum(self._alphas[self._rows] * unlike, _NONE)[:, :, None]
        wanted = max(self._own_years, int(self._whole.max()))
        lifted = rng.gamma(shape, 1 / shape, (*unlike.shape, wanted))
        years = rng.poisson(self._means[self._rows] * lifted).astype(float)
        inside = np.arange(wanted) < self._whole[:, None]
        totals = (years[:, : len(self.given.counts)] * inside).sum(axis=2)
        return totals, self._estimated(years[:, :, : self._own_years])

    def _estimated(self, years: Numbers) -> Numbers:
        """Return alpha or phi of each panel as :func:`~evalkit.statistics.law.law_of_panel.panel_law` would, without trends."""
        mean, number = years.mean(axis=2), years.shape[2]
        pearson = ((years - mean[:, :, None]) ** 2).sum(axis=2) / np.maximum(mean, _NONE)
        telling = (years.sum(axis=2) >= FEWEST_EVENTS) & ((years > 0).sum(axis=2) >= 2)
        own = self.scatter.own[self._rows]
        low, high = np.zeros(len(years)), np.full(len(years), LARGEST_ALPHA)
        if self._linear:
            low, high = low + 1, (np.where(telling, pearson, 0).max(axis=1) + 1) * 2
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            factors = self._factors(mean, middle[:, None], own)
            alphas = (factors - 1) / np.maximum(mean, _NONE) if self._linear else middle[:, None]
            excess = pearson / factors - (number - 1) / (1 + alphas / number)
            more = np.where(telling, excess, 0.0).sum(axis=1) > 0
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        return np.asarray((low + high) / 2)

    def _factors(self, means: Numbers, laws: Numbers, own: Numbers) -> Numbers:
        return own * np.maximum(1.0, laws if self._linear else 1 + laws * means)

    @property
    def _law(self) -> ScatterLaw:
        return self.scatter.law

    @property
    def _linear(self) -> bool:
        return self._law.form == "linear"

    @cached_property
    def _whole(self) -> Numbers:
        """Whole years of each total."""
        return np.maximum(1, np.round(self.given.years))

    @cached_property
    def _means(self) -> Numbers:
        """Yearly mean of each province, as a column."""
        return np.asarray(self.given.expected / self._whole)[:, None]

    @cached_property
    def _alphas(self) -> Numbers:
        factors = self.scatter.factors(self.given.expected, self.given.years)
        return np.asarray((factors - 1) / self._means[:, 0])

    @cached_property
    def _rows(self) -> Numbers:
        """Provinces, and again some of them, as many as the law was estimated from."""
        places = len(self.given.counts)
        return np.resize(np.arange(places), max(places, self._law.series))

    @property
    def _own_years(self) -> int:
        """Years of the series behind the law, what their trends took of them left out."""
        return max(2, round(self._law.degrees / self._law.series) + 1)
