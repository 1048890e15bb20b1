"""How often the headline trend test rejects: true nulls, which it should leave alone, and real falls, which it should find.
With --chances: how often what is said of a count's chance to meet its target comes true.

    python benchmarks/calibration.py [--quick] [--write]        (two minutes; --quick: a quarter of one)
    python benchmarks/calibration.py --chances                  (half a minute)

Panels of 34 invented series are drawn, Poisson and negative binomial, alike and with unequal means side by side. The test is
that of the pages: the panel's dispersion (evalkit.estimation.law) decides the method and gives its dispersion
(evalkit.estimation.trends). Hundreds of thousands of series are too many to fit one by one, so the same arithmetic is
done here on whole arrays; in every setting the first panel also goes through the kit itself, and a difference in a
single p stops the run. --write puts the table into docs/methods.md.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.estimation import trends
from evalkit.estimation.exact_trends import exact_trend
from evalkit.estimation.law import ScatterLaw
from evalkit.estimation.law_of_panel import panel_law
from evalkit.estimation.posterior import chance_of_at_most
from evalkit.estimation.results import NotEstimable
from evalkit.estimation.yearly_panel import FEWEST_EVENTS

SERIES = 34
MEANS = (0.5, 2.0, 8.0, 16.0)
LENGTHS = (8, 10, 15)
ALPHAS = (0.0, 0.5)
FALL = math.log(0.85)  # the real trend of the alternative: 15 % a year
DOCS = Path(__file__).parents[1] / "docs" / "methods.md"
MARKS = ("<!-- calibration: begin -->", "<!-- calibration: end -->")
LARGEST_SIZE, LEAST_SIZE, FROM_MEAN = 0.07, 0.03, 2.0
CHANCES, SCATTERS, YEARLY_MEANS = (
    (0.01, 0.05, 0.16, 0.5, 0.84, 0.95, 0.99),
    (0.0, 0.41, 0.82),
    (3.0, 8.0, 20.0),
)
LARGEST_MISS = 0.05


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table before it is split by mean."""

    years: int
    alpha: float
    means: tuple[float, ...]
    slope: float

    def draw(self, panels: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return counts (panel, series, year) and the mean of each series."""
        mean = np.resize(self.means, SERIES)
        shape = np.exp(self.slope * np.arange(self.years))
        expected = mean[:, None] * shape / shape.mean()
        rates = np.broadcast_to(expected, (panels, SERIES, self.years))
        if self.alpha:
            rates = rng.gamma(1 / self.alpha, self.alpha * rates)
        return rng.poisson(rates).astype(float), mean


@dataclass(frozen=True, slots=True)
class Fits:
    """Log-linear trends of many series at once."""

    slope: np.ndarray
    error: np.ndarray
    fitted: np.ndarray


def fit_all(counts: np.ndarray) -> Fits:
    """Fit a Poisson log-linear trend to every series (rows) by Newton's method."""
    when = np.arange(counts.shape[1]) - (counts.shape[1] - 1) / 2
    level, slope = np.log(counts.mean(axis=1)), np.zeros(len(counts))
    for _ in range(200):
        mean, information = _information(level, slope, when)
        residual = counts - mean
        step = np.linalg.solve(
            information, np.stack([residual.sum(axis=1), residual @ when], axis=1)[..., None]
        )
        step = step[..., 0] * np.minimum(1, 1 / np.abs(step[..., 0]).max(axis=1, keepdims=True).clip(1e-300))
        level, slope = level + step[:, 0], slope + step[:, 1]
        if np.abs(step).max(initial=0) < 1e-10:
            break
    mean, information = _information(level, slope, when)
    return Fits(slope, np.sqrt(np.linalg.inv(information)[:, 1, 1]), mean)


def _information(level: np.ndarray, slope: np.ndarray, when: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = np.exp(level[:, None] + slope[:, None] * when)
    moments = [(mean * when**power).sum(axis=1) for power in range(3)]
    return mean, np.stack(moments[:2] + moments[1:], axis=1).reshape(-1, 2, 2)


def p_values(panel: np.ndarray) -> tuple[np.ndarray, ScatterLaw]:
    """Return the headline p of each series of one panel, missing where the kit refuses it, and the panel's law."""
    tested = (panel.sum(axis=1) >= FEWEST_EVENTS) & ((panel > 0).sum(axis=1) >= 2)
    counts = panel[tested]
    poisson = fit_all(counts)
    found = panel_law(frame_of(panel))
    p = np.full(len(panel), math.nan)
    p[tested] = model_p(counts, poisson, found)
    if found.phi <= trends.POISSON_LIKE:
        few = tested & (panel.sum(axis=1) < trends.SMALL_TOTAL)
        p[few] = [exact_p(row) for row in panel[few]]
    return p, found


def frame_of(panel: np.ndarray) -> pd.DataFrame:
    """Return a panel as the kit's functions take it."""
    codes, years = np.divmod(np.arange(panel.size), panel.shape[1])
    return pd.DataFrame(
        {"province_code": codes, "year": 2000 + years, "count": panel.ravel(), "status": "reported"}
    )


def model_p(counts: np.ndarray, poisson: Fits, found: ScatterLaw) -> np.ndarray:
    """Return the p of the model that the panel's scatter calls for."""
    if found.form == "quadratic":
        return score_p(counts, found.alpha)
    law = stats.norm() if math.isinf(found.trend_degrees) else stats.t(found.trend_degrees)
    return 2 * law.sf(np.abs(poisson.slope / poisson.error) / math.sqrt(max(1.0, found.phi)))


def score_p(counts: np.ndarray, alpha: float) -> np.ndarray:
    """Return the p of the score test: without a trend every year expects the mean, so nothing needs fitting."""
    when = np.arange(counts.shape[1]) - (counts.shape[1] - 1) / 2
    mean = counts.mean(axis=1)
    score = (counts - mean[:, None]) @ when / (1 + alpha * mean)
    return 2 * stats.norm.sf(np.abs(score) / np.sqrt(mean / (1 + alpha * mean) * (when**2).sum()))


def exact_p(row: np.ndarray) -> float:
    """Return the exact p, which total and sum of years alone decide: each is computed once."""
    return _exact_p(len(row), int(row.sum()), int(row @ np.arange(len(row))))


@cache
def _exact_p(years: int, total: int, statistic: int) -> float:
    first, above = divmod(statistic, total)
    counts = np.zeros(years)
    counts[first] += total - above
    counts[min(first + 1, years - 1)] += above
    return exact_trend(counts).p_central


def kit_p_values(panel: np.ndarray) -> np.ndarray:
    """Return the same through the functions the pages call, one series at a time."""
    frame = frame_of(panel)
    found = panel_law(frame)
    fits = [trends.fit_trend(series, law=found) for _, series in frame.groupby("province_code")]
    return np.array([math.nan if isinstance(fit, NotEstimable) else fit.p for fit in fits])


def simulate(setting: Setting, panels: int, seed: int) -> pd.DataFrame:
    """Return one row per mean: share rejected of the series tested, its Monte-Carlo error, share the kit refuses."""
    drawn, mean = setting.draw(panels, np.random.default_rng(seed))
    p = np.stack([p_values(panel)[0] for panel in drawn])
    np.testing.assert_allclose(p[0], kit_p_values(drawn[0]), rtol=1e-4, atol=1e-7)
    return pd.DataFrame([_row(setting, value, p[:, mean == value]) for value in setting.means])


def _row(setting: Setting, mean: float, p: np.ndarray) -> dict[str, object]:
    """Panels are the units of the error: series of one panel share its dispersion."""
    rejected, tested = (p < 0.05).sum(axis=1), (~np.isnan(p)).sum(axis=1)
    share = rejected.sum() / tested.sum()
    error = math.sqrt(((rejected - share * tested) ** 2).sum()) / tested.sum()
    return {
        "trend": "none" if setting.slope == 0 else "-15 %",
        "panel": "alike" if len(setting.means) == 1 else "mixed",
        "alpha": setting.alpha,
        "years": setting.years,
        "mean": mean,
        "rejected": share,
        "error": error,
        "refused": 1 - tested.sum() / p.size,
    }


def settings() -> list[Setting]:
    """Return every setting: true nulls first, then real falls."""
    panels = [(mean,) for mean in MEANS] + [MEANS]
    return [
        Setting(years, alpha, means, slope)
        for slope, alpha, years, means in itertools.product((0.0, FALL), ALPHAS, LENGTHS, panels)
    ]


def chances(alpha: float, mean: float, *, series: int = 2000, years: int = 5) -> pd.DataFrame:
    """Return what is said of the chance that the next year passes no bound, and how often it does not.

    For each series and each nominal chance the bound is the least whose chance, as the kit says it under the law of the
    years, is no smaller. ``pure_chance`` is what the same bound came to when years were taken to scatter as pure chance.
    """
    rng = np.random.default_rng(round(100 * alpha + mean))
    rates = (
        rng.gamma(1 / alpha, alpha * mean, (series, years + 1))
        if alpha
        else np.full((series, years + 1), mean)
    )
    drawn = rng.poisson(rates)
    law = ScatterLaw("quadratic", 1.0, alpha, series=63, cells=630, degrees=504, p=0.0) if alpha else None
    said = {int(total): _said(float(total), years, law) for total in np.unique(drawn[:, :years].sum(axis=1))}
    plain = {total: _said(float(total), years, None) for total in said}
    rows = []
    for nominal in CHANCES:
        bounds = {total: int(np.searchsorted(curve, nominal)) for total, curve in said.items()}
        told = [(total, bounds[total]) for total in drawn[:, :years].sum(axis=1).tolist()]
        happened = np.mean([later <= bound for later, (_, bound) in zip(drawn[:, years], told, strict=True)])
        means = [
            np.mean([(*curves[total], 1.0)[min(bound, len(curves[total]))] for total, bound in told])
            for curves in (said, plain)
        ]
        rows.append(
            {"alpha": alpha, "mean": mean, "said": means[0], "happened": happened, "pure_chance": means[1]}
        )
    return pd.DataFrame(rows)


def _said(total: float, years: int, law: ScatterLaw | None) -> np.ndarray:
    """Return the kit's chance of at most 0, 1, 2, ..., until it is nearly certain."""
    curve = [chance_of_at_most(0, count=total, years=years, law=law)]
    while curve[-1] < CHANCES[-1]:
        curve.append(chance_of_at_most(len(curve), count=total, years=years, law=law))
    return np.array(curve)


def chances_missed(table: pd.DataFrame) -> list[str]:
    """Return the rows where what was said and what happened lie further apart than they may."""
    far = table[(table["said"] - table["happened"]).abs() > LARGEST_MISS]
    return [f"said and happened apart: {row.to_dict()}" for _, row in far.iterrows()]


def _print_chances() -> int:
    tables = [chances(alpha, mean) for alpha in SCATTERS for mean in YEARLY_MEANS]
    table = pd.concat(tables, ignore_index=True)
    print(table.round(3).to_string(index=False))
    faults = chances_missed(table)
    print(*faults or ["what was said came true within 5 points everywhere"], sep="\n")
    return 1 if faults else 0


def judged(table: pd.DataFrame, *, room: float) -> list[str]:
    """Return the rows whose share of rejected nulls breaks the bounds by more than ``room`` Monte-Carlo errors."""
    null = table[table["trend"] == "none"]
    high = null["rejected"] - room * null["error"] > LARGEST_SIZE
    low = (null["rejected"] + room * null["error"] < LEAST_SIZE) & (null["mean"] >= FROM_MEAN)
    return [f"outside the bounds: {row.to_dict()}" for _, row in null[high | low].iterrows()]


def written(page: str, table: pd.DataFrame) -> str:
    """Return the page with the table between its marks."""
    before, _, rest = page.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    head = "| true trend | panel | alpha | years | mean a year | rejected | error | refused |\n|---|---|---|---|---|---|---|---|"
    lines = [
        f"| {row.trend} | {row.panel} | {row.alpha:g} | {row.years} | {row.mean:g} | {100 * row.rejected:.1f} % "
        f"| {100 * row.error:.1f} | {100 * row.refused:.0f} % |"
        for row in table.itertuples()
    ]
    return "\n".join([before + MARKS[0], head, *lines, MARKS[1] + after])


def main() -> int:
    """Run all settings, print the table and judge it."""
    parser = argparse.ArgumentParser(description="size and power of the headline trend test")
    parser.add_argument("--quick", action="store_true", help="a tenth of the panels")
    parser.add_argument("--write", action="store_true", help="put the table into docs/methods.md")
    parser.add_argument("--chances", action="store_true", help="the chances of meeting a target instead")
    given = parser.parse_args()
    if given.chances:
        return _print_chances()
    tables = []
    for number, setting in enumerate(settings()):
        panels = (
            (400 if setting.slope else 1200)
            // (10 if given.quick else 1)
            * (2 if len(setting.means) > 1 else 1)
        )
        tables.append(simulate(setting, panels, seed=number))
        print(tables[-1].round(4).to_string(index=False, header=number == 0), flush=True)
    table = pd.concat(tables, ignore_index=True)
    if given.write:
        DOCS.write_text(written(DOCS.read_text(encoding="utf-8"), table), encoding="utf-8")
    faults = judged(table, room=2.0 if given.quick else 0.0)
    print(*faults or ["all within the bounds"], sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
