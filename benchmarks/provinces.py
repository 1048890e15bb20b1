"""How often the methods for provinces side by side are right: invented panels with known rates, fixed seed.

    python benchmarks/provinces.py [--size PANELS] [--coverage PANELS] [--equal PANELS] [--alpha ALPHA ...]

Panels of 34 invented provinces of unequal size (lognormal, standard deviation .6), five negative binomial years each.
ALPHA is the dispersion of the years, MEAN the yearly cases of a province of size 1. Each panel is read four times: without a law
of years, with the laws that panel_law and place_laws find in its own yearly figures, with the true one, and, drawn anew with an
alpha of each province's own (gamma, coefficient of variation 1), with the laws that panel_law and place_laws find.

--size: all provinces have one lasting rate; in what share of panels are they said to differ (5 wanted, at most 7).
--coverage: lasting rates differ (gamma, coefficient of variation .5); how often 95 % limits of a shrunken rate and of a place hold the
lasting one, over all provinces and in the worst third of them by size (at least 92), and how often the limits of the pooled
before/after ratio hold the true .6.
--equal: the same with one lasting rate; places are then no more than chance, and those held mean nothing.
--alpha: these lines alone.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.law.law_of_places import place_laws
from evalkit.statistics.law.period_scatter import LawOfYears
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces import heterogeneity as module
from evalkit.statistics.provinces import ranks
from evalkit.statistics.provinces.heterogeneity import Heterogeneity, heterogeneity
from evalkit.statistics.provinces.ranks import RankIntervals, rank_intervals
from evalkit.statistics.provinces.shrinkage import ShrunkenRates, shrink_rates
from evalkit.statistics.stratified import PooledRatio, pooled_ratio

PLACES, YEARS, RATIO, SPREAD = 34, 5, 0.6, 0.5
CODES = [f"P{k:02d}" for k in range(PLACES)]
SIZES = np.exp(0.6 * stats.norm.ppf((np.arange(PLACES) + 0.5) / PLACES))
ALPHAS, MEANS = (0.0, 0.2, 0.41, 1.0), (1.0, 3.0, 8.0, 20.0)
READINGS = ("no law", "panel's laws", "true law", "own alphas")


@dataclass(frozen=True, slots=True)
class Panel:
    """One invented panel: totals, the later ones beside them, the true rates, and the yearly figures."""

    frame: pd.DataFrame
    yearly: pd.DataFrame

    @property
    def pairs(self) -> pd.DataFrame:
        """The panel as before and after."""
        shown = self.frame.rename(columns={"count": "earlier", "exposure": "earlier_exposure"})
        shown = shown.assign(later_exposure=shown["earlier_exposure"], later_years=YEARS, earlier_years=YEARS)
        return shown.drop(columns="years")


def draw(rng: np.random.Generator, mean: float, alphas: np.ndarray, spread: float) -> Panel:
    """Draw a panel; ``spread`` is the coefficient of variation of the lasting rates."""
    true = mean * (rng.gamma(spread**-2, spread**2, PLACES) if spread else np.ones(PLACES))
    shape = 1 / np.maximum(alphas, 1e-9)[:, None]

    def years(level: float) -> np.ndarray:
        lifted = rng.gamma(shape, 1 / shape, (PLACES, YEARS))
        return rng.poisson(level * (true * SIZES)[:, None] * np.where(alphas[:, None] > 0, lifted, 1.0))

    earlier, later = years(1.0), years(RATIO)
    frame = pd.DataFrame({"province_code": CODES, "count": earlier.sum(axis=1), "exposure": SIZES * YEARS})
    cells = list(itertools.product(CODES, range(2016, 2016 + YEARS)))
    yearly = pd.DataFrame(cells, columns=["province_code", "year"]).assign(count=earlier.ravel())
    return Panel(frame.assign(years=float(YEARS), later=later.sum(axis=1), true=true), yearly)


def found_laws(panel: Panel) -> dict[str, ScatterLaw]:
    """Return the law of each province, from the panel's own years: what the pages use."""
    law = panel_law(panel.yearly)
    return dict.fromkeys(CODES, law) | place_laws(panel.yearly, law)


def readings(
    rng: np.random.Generator, mean: float, alpha: float, spread: float
) -> list[tuple[Panel, LawOfYears | None]]:
    """Return one panel with each law, and one whose provinces each have an alpha of their own."""
    panel = draw(rng, mean, np.full(PLACES, alpha), spread)
    mixed = draw(rng, mean, rng.exponential(alpha, PLACES) if alpha else np.zeros(PLACES), spread)
    true = ScatterLaw("quadratic", 1.0, alpha, PLACES, PLACES * YEARS, 0, 0.0)
    laws: tuple[LawOfYears | None, ...] = (None, found_laws(panel), true)
    return [*((panel, law) for law in laws), (mixed, found_laws(mixed))]


def size(panels: int, alphas: Sequence[float]) -> None:
    """Print how often equal rates are said to differ."""
    print(f"called different (%), {panels} panels of equal rates a line", "alpha  mean", sep="\n", end="")
    print("".join(f"{name:>14}" for name in READINGS))
    module.DRAWS, module.DRAWS_OF_YEARS = (
        999,
        399,
    )  # fewer than the kit's own: p below .05 then has a chance of .049, .0475
    for alpha, mean in itertools.product(alphas, MEANS):
        rng, said = np.random.default_rng(20), np.zeros(len(READINGS))
        for _ in range(panels):
            for place, (panel, law) in enumerate(readings(rng, mean, alpha, 0.0)):
                found = heterogeneity(panel.frame, law=law)
                said[place] += isinstance(found, Heterogeneity) and found.differs
        print(f"{alpha:5.2f}{mean:6.0f}" + "".join(f"{100 * one / panels:14.1f}" for one in said), flush=True)


def held(panel: Panel, law: LawOfYears | None) -> np.ndarray:
    """Return where the limits hold the truth: rates (row 0) and places (row 1), province by province; row 2 the ratio."""
    rates, places = shrink_rates(panel.frame, law=law), rank_intervals(panel.frame, law=law)
    pooled = pooled_ratio(
        panel.pairs, law=law if isinstance(law, ScatterLaw | None) else replace(law["P00"], own=1.0)
    )
    if (
        not isinstance(rates, ShrunkenRates)
        or not isinstance(places, RankIntervals)
        or not isinstance(pooled, PooledRatio)
    ):
        raise TypeError("an invented panel always has cases")
    true = panel.frame["true"] / 1.0
    rank = pd.Series(stats.rankdata(-true))
    return np.array(
        [
            true.between(rates.frame["lower"], rates.frame["upper"]),
            rank.between(places.frame["rank_lower"], places.frame["rank_upper"]),
            np.full(PLACES, pooled.lower <= RATIO <= pooled.upper),
        ],
        dtype=float,
    )


def coverage(panels: int, alphas: Sequence[float], spread: float) -> None:
    """Print how often limits hold the truth."""
    print(
        f"limits hold the truth (%), rates spread by {spread}, {panels} panels a line: rate (worst third), place (worst third), ratio"
    )
    print("alpha  mean" + "".join(f"{name:>36}" for name in READINGS))
    ranks.DRAWS = 2000
    for alpha, mean in itertools.product(alphas, MEANS):
        rng = np.random.default_rng(21)
        found = [
            [held(panel, law) for panel, law in readings(rng, mean, alpha, spread)] for _ in range(panels)
        ]
        line = f"{alpha:5.2f}{mean:6.0f}"
        for each in np.moveaxis(np.array(found), 1, 0):  # (panel, row, province)
            whole = 100 * each.mean(axis=(0, 2))
            worst = np.min([100 * part.mean(axis=(0, 2)) for part in np.array_split(each, 3, axis=2)], axis=0)
            cell = f"{whole[0]:.1f} ({worst[0]:.1f}), {whole[1]:.1f} ({worst[1]:.1f}), {whole[2]:.0f}"
            line += f"{cell:>36}"
        print(line, flush=True)


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("--size", "--coverage", "--equal"):
        parser.add_argument(name, type=int, default=0)
    parser.add_argument("--alpha", type=float, nargs="+", default=list(ALPHAS))
    asked = parser.parse_args()
    if not (asked.size or asked.coverage or asked.equal):
        asked.size, asked.coverage, asked.equal = 200, 12, 12
    if asked.size:
        size(asked.size, asked.alpha)
    if asked.coverage:
        coverage(asked.coverage, asked.alpha, SPREAD)
    if asked.equal:
        coverage(asked.equal, asked.alpha, 0.0)


if __name__ == "__main__":
    main()
