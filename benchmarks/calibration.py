"""How often what the kit says is wrong where nothing happened, and how often it finds what did: every table by a flag, all by default.

    python benchmarks/calibration.py [--quick] [--write]      all tables (a quarter of an hour; --quick: a tenth of it)
    ... --trend       size and power of the headline trend
    ... --unlike      the same trend where its suppositions fail: places of unlike scatter, years of outbreak
    ... --chances     what is said of a count's chance to meet its target, and how often it is met
    ... --headline    two periods compared: share of true nulls called changed, and called clear
    ... --power       the fall that a base shows in four of five comparisons, and how often it is shown
    ... --alarm       quiet years above the bounds of the yearly alarm
    ... --hidden      the scatter of a panel whose small counts are hidden
    ... --outbreaks   the comparison where one year in ten is fourfold: a panel like that of victims of trafficking

Panels of 34 invented series are drawn, Poisson and negative binomial, alike and with unequal means side by side, and go through the
functions that the pages call. Hundreds of thousands of trends are too many to fit one by one, so the same arithmetic is
done here on whole arrays; in every setting the first panel also goes through the kit itself, and a difference in a
single p stops the run. --write puts the tables into docs/methods.md.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.indicators.period_comparison import (
    Beside,
    PeriodComparison,
    judged_change,
    period_change_p,
    years_left_out,
)
from evalkit.indicators.windows import PeriodTotal
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.conditional import conditional_p
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.law.law_of_places import place_laws
from evalkit.statistics.law.law_power import detectable_fall, power_under_law
from evalkit.statistics.law.law_score import Window, change_p
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_panel import FEWEST_EVENTS
from evalkit.statistics.posterior import bound_of_next, chance_of_at_most
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend import headline as trends
from evalkit.statistics.trend.alarm import Alarm, yearly_alarm
from evalkit.statistics.trend.exact_trends import exact_trend
from evalkit.statistics.verdicts import NEARLY, SURE, Checks, Family, Grade, family_of, weigh_change

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
LARGEST_ALARM = 0.02
HELD_AGAINST = 12  # places of the first panel, smallest p first, whose verdicts the pages' function gives too
SPREAD = 0.7  # standard deviation of the logarithms of the provinces' means
DESIGNS = ((5, 5), (5, 2))  # earlier and later years
HEADLINE_MEANS, HEADLINE_ALPHAS = (1.0, 3.0, 8.0, 20.0), (0.0, 0.2, 0.5, 1.0)
UNLIKE = 0.41  # mean of alphas that differ between places, exponentially
BASES, POWER_ALPHAS = (20.0, 67.0, 200.0, 600.0), (0.0, 0.2, 0.41, 0.82)


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


def p_values(panel: np.ndarray, *, by_place: bool = False) -> tuple[np.ndarray, ScatterLaw]:
    """Return the headline p of each series of one panel, missing where the kit refuses it, and the panel's law.

    By place, a series that scatters more than the panel has a wider law, as on the pages.
    """
    tested = (panel.sum(axis=1) >= FEWEST_EVENTS) & ((panel > 0).sum(axis=1) >= 2)
    counts = panel[tested]
    poisson = fit_all(counts)
    found = panel_law(frame_of(panel))
    wider = place_laws(frame_of(panel), found) if by_place else {}
    own = np.array([wider.get(str(place), found).own for place in range(len(panel))])
    p = np.full(len(panel), math.nan)
    p[tested] = model_p(counts, poisson, found, own[tested])
    few = tested & (panel.sum(axis=1) < trends.SMALL_TOTAL) & (own * found.phi <= trends.POISSON_LIKE)
    p[few] = [exact_p(row) for row in panel[few]]
    return p, found


def frame_of(panel: np.ndarray) -> pd.DataFrame:
    """Return a panel as the kit's functions take it."""
    codes, years = np.divmod(np.arange(panel.size), panel.shape[1])
    return pd.DataFrame(
        {"province_code": codes, "year": 2000 + years, "count": panel.ravel(), "status": "reported"}
    )


def model_p(counts: np.ndarray, poisson: Fits, found: ScatterLaw, own: np.ndarray) -> np.ndarray:
    """Return the p of the model that the panel's scatter calls for, wider by what each place scatters more."""
    if found.form == "quadratic":
        mean = counts.mean(axis=1)
        return score_p(counts, (own * (1 + found.alpha * mean) - 1) / mean)
    law = stats.norm() if math.isinf(found.trend_degrees) else stats.t(found.trend_degrees)
    return 2 * law.sf(np.abs(poisson.slope / poisson.error) / np.sqrt(own * max(1.0, found.phi)))


def score_p(counts: np.ndarray, alpha: np.ndarray) -> np.ndarray:
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


def kit_p_values(panel: np.ndarray, *, by_place: bool = False) -> np.ndarray:
    """Return the same through the functions the pages call, one series at a time."""
    frame = frame_of(panel)
    found = panel_law(frame)
    wider = place_laws(frame, found) if by_place else {}
    fits = [
        trends.fit_trend(series, law=wider.get(str(code), found))
        for code, series in frame.groupby("province_code")
    ]
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


def chance_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return all chances said and what happened, and the rows where they lie apart."""
    tables = [chances(alpha, mean, series=2000 // quick) for alpha in SCATTERS for mean in YEARLY_MEANS]
    table = pd.concat(tables, ignore_index=True)
    return table, chances_missed(table) if quick == 1 else []


# ---- two periods compared


def unequal(mean: float, rng: np.random.Generator, places: int = SERIES) -> np.ndarray:
    """Draw the yearly means of unequal provinces."""
    return mean * np.exp(rng.normal(-(SPREAD**2) / 2, SPREAD, places))


def drawn(means: np.ndarray, alphas: np.ndarray | float, years: int, rng: np.random.Generator) -> np.ndarray:
    """Draw years about the means: variance mean + alpha * mean**2, one alpha or one for each place."""
    wide = np.broadcast_to(means[:, None] if means.ndim == 1 else means, (len(means), years))
    spread = np.broadcast_to(np.asarray(alphas, dtype=float).reshape(-1, 1), wide.shape)
    some = np.maximum(spread, 1e-9)
    return rng.poisson(np.where(spread > 0, rng.gamma(1 / some, some * wide), wide)).astype(float)


def total_of(counts: np.ndarray, first: int) -> PeriodTotal:
    """Return yearly counts as the total of a period."""
    years = tuple(range(first, first + len(counts)))
    return PeriodTotal(
        period=str(first),
        start=pd.Timestamp(f"{first}-01-01"),
        end=pd.Timestamp(f"{years[-1]}-12-31"),
        count=float(counts.sum()),
        years=float(len(counts)),
        status="reported",
        made="sum_of_years",
        years_used=years,
        place_basis="",
        sources=(),
        flags=(),
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparisons of one panel, as its pages would make them."""

    laws: list[ScatterLaw]
    periods: list[tuple[PeriodTotal, PeriodTotal]]
    frame: pd.DataFrame
    p: np.ndarray
    law: ScatterLaw

    def beside(self, place: int, family: Family | None = None) -> Beside:
        """Return what a comparison of one place needs to know beside its totals."""
        return Beside(self.laws[place], self.frame[self.frame["province_code"] == place], family)

    def checks(self, place: int) -> Checks:
        """Return the kit's checks of one place, without its interval and power."""
        (earlier, later), p = self.periods[place], float(self.p[place])
        share = later.years / (earlier.years + later.years)
        exact = conditional_p(later.count, earlier.count, null=share)["central"]
        year = None
        if max(p, exact) < SURE:
            left = years_left_out(earlier, later, self.beside(place)) or {}
            year = next((name for name, without in left.items() if without >= SURE), None)
        change = later.count / later.years - earlier.count / earlier.years
        return Checks(change, p, exact, year=year)

    def kit_grade(self, place: int, family: Family | None) -> Grade:
        """Return the same by the function that the pages call."""
        earlier, later = self.periods[place]
        item = PeriodComparison(
            "cases",
            earlier,
            later,
            compare_counts(
                later.count, earlier.count, later_exposure=later.years, earlier_exposure=earlier.years
            ),
        )
        beside = self.beside(place, family)
        return judged_change(item, beside, ()).verdict.grade


def compared(panel: np.ndarray, before: int) -> Compared:
    """Compare two periods of every place of a panel, under the law that the same panel tells."""
    frame = frame_of(panel)
    law = panel_law(frame)
    wider = place_laws(frame, law)
    laws = [wider.get(str(place), law) for place in range(len(panel))]
    periods = [(total_of(row[:before], 2000), total_of(row[before:], 2000 + before)) for row in panel]
    p = [period_change_p(earlier, later, one) for (earlier, later), one in zip(periods, laws, strict=True)]
    return Compared(laws, periods, frame, np.array(p), law)


def shares(found: list[Compared]) -> dict[str, np.ndarray]:
    """Return per panel and place: p below .05; clear by itself; clear, and clear or leaning, in the family of its panel."""
    names = ("changed", "clear_alone", "clear", "leaning")
    said: dict[str, list[list[bool]]] = {name: [] for name in names}
    for number, panel in enumerate(found):
        family = family_of(panel.p.tolist())
        alone: list[Grade]
        grades: list[Grade]
        alone, grades = ["open"] * len(panel.p), ["open"] * len(panel.p)
        for place in np.flatnonzero(panel.p < NEARLY).tolist():
            checks = panel.checks(place)
            alone[place], grades[place] = weigh_change(checks).grade, weigh_change(checks, family).grade
        seen = np.argsort(panel.p)[: HELD_AGAINST if number == 0 else 0].tolist()
        if [grades[place] for place in seen] != [panel.kit_grade(place, family) for place in seen]:
            raise SystemExit("the benchmark's verdicts are not those of the kit")
        said["changed"].append((panel.p < SURE).tolist())
        said["clear_alone"].append([grade == "clear" for grade in alone])
        said["clear"].append([grade == "clear" for grade in grades])
        said["leaning"].append([grade in ("clear", "leaning") for grade in grades])
    return {name: np.array(values) for name, values in said.items()}


def headline_row(mean: float, alpha: float | None, design: tuple[int, int], panels: int) -> dict[str, object]:
    """Return how often true nulls are called changed in one setting; without alpha it differs between places."""
    rng = np.random.default_rng(round(1000 * mean + 100 * (alpha if alpha is not None else 7) + design[1]))
    found, alphas = [], []
    for _ in range(panels):
        own = np.full(SERIES, alpha) if alpha is not None else rng.gamma(1.0, UNLIKE, SERIES)
        found.append(compared(drawn(unequal(mean, rng), own, sum(design), rng), design[0]))
        alphas.append(own)
    said = shares(found)
    worst = np.array(alphas) >= np.quantile(alphas, 0.9)
    return {
        "years": f"{design[0]} and {design[1]}",
        "alpha": f"{alpha:g}" if alpha is not None else "unlike",
        "mean": mean,
        "changed": said["changed"].mean(),
        "worst tenth": said["changed"][worst].mean() if alpha is None else math.nan,
        "clear alone": said["clear_alone"].mean(),
        "clear": said["clear"].mean(),
    }


def headline_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return all settings of the comparison, and those beyond the bound."""
    rows = []
    for design, alpha, mean in itertools.product(DESIGNS, (*HEADLINE_ALPHAS, None), HEADLINE_MEANS):
        rows.append(headline_row(mean, alpha, design, max(2, 60 // quick)))
        print(rows[-1], file=sys.stderr, flush=True)
    table = pd.DataFrame(rows)
    far = table[table["changed"] > LARGEST_SIZE] if quick == 1 else table[:0]
    return table, [f"called changed too often: {row.to_dict()}" for _, row in far.iterrows()]


# ---- power, alarm, hidden figures, outbreaks, trends where places are unlike


def power_row(base: float, alpha: float, later_years: int, pairs: int) -> dict[str, object]:
    """Return the fall said to be shown in four of five comparisons, and how often it is."""
    law = ScatterLaw("quadratic", 1.0, alpha, series=SERIES, cells=340, degrees=272, p=0.0)
    fall = detectable_fall(Window(base, 5), later_years, law)
    row: dict[str, object] = {"alpha": alpha, "cases": base, "years": f"5 and {later_years}", "fall": fall}
    if math.isnan(fall):
        return row | {"said": math.nan, "shown": math.nan}
    rng = np.random.default_rng(round(base + 1000 * alpha + later_years))
    before = drawn(np.full(pairs, base / 5), alpha, 5, rng).sum(axis=1)
    after = drawn(np.full(pairs, base / 5 * (1 - fall)), alpha, later_years, rng).sum(axis=1)
    p = cache(lambda later, earlier: change_p(Window(later, later_years), Window(earlier, 5), law))
    found = [
        p(later, earlier) < SURE and later / later_years < earlier / 5
        for later, earlier in zip(after.tolist(), before.tolist(), strict=True)
    ]
    return row | {"said": power_under_law(Window(base, 5), later_years, fall, law), "shown": np.mean(found)}


def power_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return what is said of power and what simulation finds, and where they lie apart."""
    settings = itertools.product((5, 2), POWER_ALPHAS, BASES)
    table = pd.DataFrame([power_row(base, alpha, years, 4000 // quick) for years, alpha, base in settings])
    far = table[(table["said"] - table["shown"]).abs() > LARGEST_MISS] if quick == 1 else table[:0]
    return table, [f"said and shown apart: {row.to_dict()}" for _, row in far.iterrows()]


def alarm_row(mean: float, alpha: float, years: int, panels: int) -> dict[str, object]:
    """Return how often the next quiet year lies above the bounds, under the law of its panel and under pure chance."""
    rng = np.random.default_rng(round(100 * alpha + mean + 1000 * years))
    plain = cache(lambda count: bound_of_next(0.99, count=count, years=years))
    above: list[list[bool]] = []
    for _ in range(panels):
        panel = drawn(unequal(mean, rng), alpha, years + 1, rng)
        frame = frame_of(panel[:, :years])
        law = panel_law(frame)
        wider = place_laws(frame, law)
        laws = [wider.get(str(place), law) for place in range(SERIES)]
        counts = panel[:, :years].sum(axis=1).tolist()
        bounds = [
            [bound_of_next(at, count=count, years=years, law=one) for at in (0.95, 0.99)]
            for count, one in zip(counts, laws, strict=True)
        ]
        if not above:
            told = [
                yearly_alarm(series, law=laws[int(str(place))])
                for place, series in frame.groupby("province_code")
            ]
            kit = [[one.bound_95, one.bound_99] for one in told if isinstance(one, Alarm)]
            np.testing.assert_array_equal(bounds, kit)
        above += [
            [newest > bound[0], newest > bound[1], newest > plain(count)]
            for newest, bound, count in zip(panel[:, years].tolist(), bounds, counts, strict=True)
        ]
    share = np.mean(above, axis=0)
    named = dict(zip(("above 95", "above 99", "above 99 by pure chance"), share.tolist(), strict=True))
    return {"alpha": alpha, "baseline": years, "mean": mean} | named


def alarm_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return how often quiet years sound the alarm, and where too often."""
    settings = itertools.product((0.0, 0.2, 0.41, 1.0), (5, 10), YEARLY_MEANS)
    table = pd.DataFrame(
        [alarm_row(mean, alpha, years, max(2, 60 // quick)) for alpha, years, mean in settings]
    )
    far = table[table["above 99"] > LARGEST_ALARM] if quick == 1 else table[:0]
    return table, [f"alarm in a quiet year: {row.to_dict()}" for _, row in far.iterrows()]


def hidden_frame(counts: np.ndarray, threshold: int = 5) -> pd.DataFrame:
    """Hide small counts, and one more where a year or a place would have a single one hidden; ranges by subtraction alone."""
    closed = (counts > 0) & (counts < threshold)
    for _ in range(4):
        for lines, shut in ((counts, closed), (counts.T, closed.T)):
            for line, gone in zip(lines, shut, strict=True):
                large = np.flatnonzero(~gone & (line >= threshold))
                if gone.any() and line[gone].sum() < threshold and large.size:
                    gone[large[line[large].argmin()]] = True
    left = np.where(closed, counts, 0)
    most = np.minimum(left.sum(axis=0)[None, :], left.sum(axis=1)[:, None])
    high = np.broadcast_to(most, counts.shape).ravel().astype(float)
    frame = frame_of(counts).assign(low=0.0, high=high)
    frame["status"] = np.where(closed.ravel(), "suppressed", "reported")
    return frame.assign(count=frame["count"].mask(closed.ravel()))


def hidden_row(mean: float, alpha: float, panels: int) -> dict[str, object]:
    """Return the alpha that panels tell whose small counts are hidden, and how many of them tell one."""
    rng = np.random.default_rng(round(100 * alpha + mean))
    found, gone = [], []
    for _ in range(panels):
        frame = hidden_frame(drawn(mean * np.resize([0.5, 1.0, 1.5], SERIES), alpha, 10, rng))
        found.append(panel_law(frame).alpha)
        gone.append((frame["status"] == "suppressed").mean())
    told = np.array(found)[~np.isnan(found)]
    return {
        "alpha": alpha,
        "mean": mean,
        "hidden": np.mean(gone),
        "known": len(told) / panels,
        "found": told.mean() if len(told) else math.nan,
        "deviation": told.std() if len(told) else math.nan,
    }


def hidden_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return the scatter found where small counts are hidden, and where it is wrong by more than a fifth and .1."""
    settings = itertools.product(HEADLINE_ALPHAS, HEADLINE_MEANS)
    table = pd.DataFrame([hidden_row(mean, alpha, max(2, 40 // quick)) for alpha, mean in settings])
    far = (table["found"] - table["alpha"]).abs() > np.maximum(0.1, 0.2 * table["alpha"])
    return table, [f"scatter not found: {row.to_dict()}" for _, row in table[far].iterrows()]


def outbreak_row(places: int, design: tuple[int, int], panels: int, shuffles: int) -> dict[str, object]:
    """Return what is said of places whose years, one in ten of them fourfold, are shuffled."""
    rng = np.random.default_rng(places + design[1])
    found = []
    for _ in range(panels):
        means = unequal(11.0, rng, places)[:, None] / 1.3
        fourfold = np.where(rng.random((places, sum(design))) < 0.1, 4.0, 1.0)
        panel = drawn(means * fourfold, 0.4, sum(design), rng)
        found += [compared(rng.permuted(panel, axis=1), design[0]) for _ in range(shuffles)]
    said = shares(found)
    return {
        "places": places,
        "years": f"{design[0]} and {design[1]}",
        "phi": np.mean([one.law.phi for one in found]),
        "alpha": np.mean([one.law.alpha for one in found]),
        "changed": said["changed"].mean(),
        "clear or leaning": said["leaning"].mean(),
        "clear": said["clear"].mean(),
    }


def outbreak_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return what is said where years are shuffled and one in ten is fourfold; no bound is promised here."""
    rows = [outbreak_row(32, design, max(1, 25 // quick), 4) for design in ((5, 5), (8, 2))]
    return pd.DataFrame(rows), []


def unlike_row(kind: str, years: int, mean: float, panels: int) -> dict[str, object]:
    """Return how often the headline trend rejects where its suppositions fail: all places, and those that scatter most."""
    rng = np.random.default_rng(round(10 * mean + years + 1000 * len(kind)))
    wide = np.arange(SERIES) % 2 == 0
    alphas = np.where(wide, 1.0, 0.0) if kind == HALVES else np.full(SERIES, 1.0 if kind == EVEN else 0.0)
    p = []
    for number in range(panels):
        fourfold = rng.random((SERIES, years)) < (0.1 if kind == OUTBREAKS else 0.0)
        panel = drawn(np.full(SERIES, mean)[:, None] * np.where(fourfold, 4.0, 1.0), alphas, years, rng)
        p.append(p_values(panel, by_place=True)[0])
        if number == 0:
            np.testing.assert_allclose(p[0], kit_p_values(panel, by_place=True), rtol=1e-4, atol=1e-7)
    rejected = np.array(p)
    most = rejected[:, wide] if kind == HALVES else rejected
    return {
        "panel": kind,
        "years": years,
        "mean": mean,
        "rejected": (rejected < SURE).sum() / (~np.isnan(rejected)).sum(),
        "worst half": (most < SURE).sum() / (~np.isnan(most)).sum() if kind == HALVES else math.nan,
    }


HALVES, OUTBREAKS, EVEN = (
    "half at alpha 1, half at 0",
    "one year in ten fourfold",
    "all at alpha 1",
)


def unlike_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return the size of the headline trend where its suppositions fail; no bound is promised here."""
    settings = itertools.product((EVEN, HALVES, OUTBREAKS), (10, 15), (2.0, 8.0, 16.0))
    return pd.DataFrame([unlike_row(*setting, panels=max(2, 200 // quick)) for setting in settings]), []


def judged(table: pd.DataFrame, *, room: float) -> list[str]:
    """Return the rows whose share of rejected nulls breaks the bounds by more than ``room`` Monte-Carlo errors."""
    null = table[table["trend"] == "none"]
    high = null["rejected"] - room * null["error"] > LARGEST_SIZE
    low = (null["rejected"] + room * null["error"] < LEAST_SIZE) & (null["mean"] >= FROM_MEAN)
    return [f"outside the bounds: {row.to_dict()}" for _, row in null[high | low].iterrows()]


def written(page: str, table: pd.DataFrame) -> str:
    """Return the page with the table of the trend between its marks."""
    head = "| true trend | panel | alpha | years | mean a year | rejected | error | refused |\n|---|---|---|---|---|---|---|---|"
    lines = [
        f"| {row.trend} | {row.panel} | {row.alpha:g} | {row.years} | {row.mean:g} | {100 * row.rejected:.1f} % "
        f"| {100 * row.error:.1f} | {100 * row.refused:.0f} % |"
        for row in table.itertuples()
    ]
    return between(page, MARKS, [head, *lines])


def between(page: str, marks: tuple[str, str], lines: list[str]) -> str:
    """Return the page with these lines between its marks."""
    before, begin, rest = page.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not begin or not end:
        raise SystemExit(f"the page has no marks {marks[0]}")
    return "\n".join([before + marks[0], *lines, marks[1] + after])


def marks_of(name: str) -> tuple[str, str]:
    """Return the marks of a table on the page."""
    return f"<!-- calibration {name}: begin -->", f"<!-- calibration {name}: end -->"


SHARES = {
    "changed", "worst tenth", "clear alone", "clear", "clear or leaning", "said", "shown", "happened", "pure_chance",
    "above 95", "above 99", "above 99 by pure chance", "hidden", "known", "rejected", "worst half",
}  # fmt: skip


def lines_of(table: pd.DataFrame) -> list[str]:
    """Return any other table as lines of the page: shares in per cent, what is missing as a dash."""
    head = "| " + " | ".join(str(name) for name in table.columns) + " |"
    rows = [
        "| " + " | ".join(_cell(name, value) for name, value in row.items()) + " |"
        for row in table.to_dict("records")
    ]
    return [head, "|---" * len(table.columns) + "|", *rows]


def _cell(name: object, value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return "-"
    if name in SHARES:
        return f"{100 * value:.1f} %"
    return f"{100 * value:.0f} %" if name == "fall" else f"{value:.3g}"


TABLES: dict[str, Callable[[int], tuple[pd.DataFrame, list[str]]]] = {
    "unlike": unlike_table,
    "chances": chance_table,
    "headline": headline_table,
    "power": power_table,
    "alarm": alarm_table,
    "hidden": hidden_table,
    "outbreaks": outbreak_table,
}


def trend_table(quick: int) -> tuple[pd.DataFrame, list[str]]:
    """Return size and power of the headline trend in all settings, and those out of bounds."""
    tables = []
    for number, setting in enumerate(settings()):
        panels = (400 if setting.slope else 1200) // quick * (2 if len(setting.means) > 1 else 1)
        tables.append(simulate(setting, panels, seed=number))
        print(tables[-1].round(4).to_string(index=False, header=number == 0), flush=True)
    table = pd.concat(tables, ignore_index=True)
    return table, judged(table, room=2.0 if quick > 1 else 0.0)


def main() -> int:
    """Run the tables asked for, print and judge them."""
    parser = argparse.ArgumentParser(description="how often the kit is wrong where nothing happened")
    parser.add_argument("--quick", action="store_true", help="a tenth of the panels")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/methods.md")
    for name in ("trend", *TABLES):
        parser.add_argument(f"--{name}", action="store_true", help="this table; several may be asked for")
    given = vars(parser.parse_args())
    asked = [name for name in ("trend", *TABLES) if given[name]] or ["trend", *TABLES]
    quick, faults = 10 if given["quick"] else 1, []
    for name in asked:
        table, found = trend_table(quick) if name == "trend" else TABLES[name](quick)
        faults += found
        if name != "trend":
            print(f"\n{name}", table.to_string(index=False, float_format="%.4g"), sep="\n", flush=True)
        if given["write"]:
            page = DOCS.read_text(encoding="utf-8")
            new = written(page, table) if name == "trend" else between(page, marks_of(name), lines_of(table))
            DOCS.write_text(new, encoding="utf-8")
    print(*faults or ["all within the bounds"], sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
