"""The search for a shift of level: every year tried, the largest gain simulated, the year's probability in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.counts import Numbers
from evalkit.statistics.joinpoint.joinpoint_series import YearlySeries
from evalkit.statistics.posterior import JEFFREYS
from evalkit.statistics.trend.changepoint_results import ChangepointFit

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Simulation:
    """How the test is simulated: variance factor, number of series, seed."""

    dispersion: float
    replicates: int
    seed: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One series and the years that could be the last of its first regime."""

    series: YearlySeries
    outside: int

    @property
    def places(self) -> np.ndarray:
        """Places of those years."""
        return np.arange(self.outside - 1, len(self.series.years) - self.outside)

    @property
    def exposures(self) -> tuple[Numbers, Numbers]:
        """Exposure up to each of those years, and after it."""
        upto = self.series.exposure.cumsum()
        return upto[self.places], (upto[-1] - upto)[self.places]

    def ratios(self, counts: Numbers) -> Numbers:
        """Return the likelihood ratio of every split, for series side by side (years by series)."""
        total, before = counts.sum(axis=0), counts.cumsum(axis=0)[self.places]
        whole = self.series.exposure.sum()
        first, second = (exposure[:, None] / whole for exposure in self.exposures)
        gained = special.xlogy(before, before) - special.xlogy(before, total * first)
        gained += special.xlogy(total - before, total - before) - special.xlogy(
            total - before, total * second
        )
        return np.asarray(2 * gained)

    def simulated(self, simulation: Simulation) -> Numbers:
        """Draw series of one rate with the total observed, and return the largest likelihood ratio of each."""
        rng, exposure = np.random.default_rng(simulation.seed), self.series.exposure
        shares: Numbers = exposure / exposure.sum()
        if simulation.dispersion > 1 + 1e-9:
            concentration = self.series.total * shares / (simulation.dispersion - 1)
            shares = rng.dirichlet(concentration, size=simulation.replicates)
        drawn = rng.multinomial(int(self.series.total), shares, size=simulation.replicates)
        return np.asarray(self.ratios(drawn.T.astype(float)).max(axis=0))

    def posterior(self, prior: tuple[float, float] = JEFFREYS) -> Numbers:
        """Return the probability of each of those years, given one shift and equal chances beforehand.

        Notes
        -----
        With both rates integrated out: Gamma(y1 + a) (T1 + b)^-(y1 + a) Gamma(y2 + a) (T2 + b)^-(y2 + a), up to a factor,
        where ``prior`` is (a, b).
        """
        before = self.series.figures.cumsum()[self.places]
        weight = np.zeros(len(before))
        for count, exposure in zip((before, self.series.total - before), self.exposures, strict=True):
            shape = count + prior[0]
            weight += special.gammaln(shape) - shape * np.log(exposure + prior[1])
        return np.asarray(special.softmax(weight))


def report(scan: Scan, simulation: Simulation) -> ChangepointFit:
    """Return the record of one series.

    Examples
    --------
    >>> counts = np.array([9.0, 7, 8, 10, 6, 2, 1, 3, 2, 1])
    >>> series = YearlySeries(np.arange(2011, 2021), counts, np.ones(10), np.full(10, np.nan), span=10)
    >>> report(Scan(series, 2), Simulation(1.0, 99, 1)).p
    0.01
    """
    series = scan.series
    ratios = scan.ratios(series.figures[:, None])[:, 0]
    place, statistic = int(scan.places[ratios.argmax()]), float(ratios.max())
    larger = int((scan.simulated(simulation) >= statistic * (1 - 1e-9)).sum())
    p = (larger + 1) / (simulation.replicates + 1)
    error = math.sqrt(p * (1 - p) / simulation.replicates)
    regimes = _regimes(series, place)
    scatter = _scatter(series, place, regimes)
    return ChangepointFit(
        exploratory=True,
        **regimes,
        statistic=statistic,
        p=p,
        monte_carlo_error=error,
        replicates=simulation.replicates,
        seed=simulation.seed,
        **_year(scan),
        dispersion=simulation.dispersion,
        **scatter,
        first=int(series.years[0]),
        last=int(series.years[-1]),
        years_used=tuple(series.years.tolist()),
        total=series.total,
        flags=_flags(series, simulation, scatter, is_near=abs(p - (1 - LEVEL)) < 2 * error),
    )


def _regimes(series: YearlySeries, place: int) -> dict[str, Any]:
    """Return the two rates about a split, and their ratio with exact limits."""
    counts, exposures = _halves(series.figures, place), _halves(series.exposure, place)
    compared = compare_counts(
        counts[1], counts[0], later_exposure=exposures[1], earlier_exposure=exposures[0], level=LEVEL
    )
    return {
        "last_before": int(series.years[place]),
        "first_after": int(series.years[place + 1]),
        "rate_before": counts[0] / exposures[0],
        "rate_after": counts[1] / exposures[1],
        "ratio": compared.ratio,
        "ratio_lower": compared.ratio_lower,
        "ratio_upper": compared.ratio_upper,
    }


def _halves(numbers: Numbers, place: int) -> tuple[float, float]:
    return float(numbers[: place + 1].sum()), float(numbers[place + 1 :].sum())


def _scatter(series: YearlySeries, place: int, regimes: dict[str, Any]) -> dict[str, Any]:
    """Return the log likelihood of the two rates, and the scatter of the years about them."""
    rates = np.where(np.arange(len(series.years)) <= place, regimes["rate_before"], regimes["rate_after"])
    means = rates * series.exposure
    pearson = float(((series.figures - means) ** 2 / np.where(means > 0, means, 1.0)).sum())
    degrees = len(series.years) - 2
    return {
        "log_likelihood": float(stats.poisson.logpmf(series.figures, means).sum()),
        "series_dispersion": pearson / degrees,
        "dispersion_p": float(stats.chi2.sf(pearson, degrees)),
    }


def _year(scan: Scan) -> dict[str, Any]:
    """Return the probability of each year, the likeliest, and the fewest that together hold 95 %."""
    years, chances = scan.series.years[scan.places], scan.posterior()
    order = np.argsort(-chances, kind="stable")
    enough = int(np.searchsorted(chances[order].cumsum(), LEVEL)) + 1
    return {
        "posterior": tuple(zip(years.tolist(), chances.tolist(), strict=True)),
        "most_likely": int(years[order[0]]),
        "credible": tuple(sorted(years[order[:enough]].tolist())),
    }


def _flags(
    series: YearlySeries, simulation: Simulation, scatter: dict[str, Any], *, is_near: bool
) -> tuple[str, ...]:
    pearson = scatter["series_dispersion"] * (len(series.years) - 2)
    beyond = stats.chi2.sf(pearson / simulation.dispersion, len(series.years) - 2) < 1 - LEVEL
    said = {
        "years_missing": series.has_gaps,
        "scatter_beyond_chance": bool(beyond),
        "near_the_line": is_near,
    }
    return tuple(flag for flag, holds in said.items() if holds)
