"""Tidy frames of what the items of a record hold: every number that a table of the page prints, with its name and its unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from evalkit.indicators.missing_reports import BoundedChange
from evalkit.indicators.period_comparison import PeriodComparison
from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.indicators.standardised import Standardised
from evalkit.indicators.trends import Trend
from evalkit.indicators.windows import PeriodTotal
from evalkit.indicators.zeros import ZeroPeriod
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.law.scatter import TWICE_CHANCE, ScatterLaw
from evalkit.statistics.law.yearly_mean import mean_limits
from evalkit.statistics.provinces.funnel import Funnel
from evalkit.statistics.provinces.heterogeneity import Heterogeneity
from evalkit.statistics.provinces.shrinkage import ShrunkenRates
from evalkit.statistics.results import NotEstimable, RateComparison, TrendFit
from evalkit.statistics.trend.interruption import Interruption
from evalkit.statistics.trend.leave_out import LeaveOneOut
from evalkit.statistics.trend.nonparametric import MonotoneTrend
from evalkit.statistics.trend.trend_study import TrendStudy
from evalkit.statistics.verdicts import ChangeVerdict

Row = dict[str, object]
LawOf = Callable[[str], ScatterLaw | None]  # of an indicator

_SIDE = ("count", "years", "value", "lower", "upper")
_CHANGES = [
    *("indicator", "earlier", "later", "supposes"),
    *(f"{side}_{name}" for side in ("earlier", "later") for name in _SIDE),
    *("change", "lower", "upper", "p", "scatter", "detectable_fall", "grade", "tests"),
]
_BOUNDS = [
    *("indicator", "earlier", "later", "earlier_least", "earlier_most", "later_least", "later_most"),
    *("change_least", "change_most"),
]
_MISSING = ["indicator", "earlier", "later", "province_code", "year", "most"]
_ZEROS = [
    *("indicator", "period_start", "period_end", "years", "upper"),
    *("earlier", "earlier_count", "chance_known", "chance_predictive", "supposes"),
]
_CHECKS = ["indicator", "check", "first", "last", "value", "lower", "upper", "p", "level", "grade", "tests"]
_ABOUT_MEASURE = ["measure", "dimension", "period_start", "period_end"]
_RATES = [*_ABOUT_MEASURE, "rate", "value", "lower", "upper", "byar_lower", "byar_upper", "expected"]
_STRATA = [*_ABOUT_MEASURE, "category", "count", "exposure", "status", "reference_count", "standard"]
_PROVINCES = [
    *(
        "indicator",
        "period",
        "province_code",
        "count",
        "exposure",
        "status",
        "rate",
        "rate_lower",
        "rate_upper",
    ),
    *("shrunken", "lower", "upper", "expected", "chance_lower", "chance_upper", "wide_lower", "wide_upper"),
    *("verdict", "side"),
]
_TESTS = ["indicator", "period", "provinces", "rate", "p", "method", "outside_by_chance"]


def changes_frame(items: Sequence[PeriodComparison], law_of: LawOf) -> pd.DataFrame:
    """Return the pairs of periods compared; see :attr:`evalkit.records.Comparisons.changes`."""
    rows = [row for item in items for row in _change_rows(item, law_of)]
    return pd.DataFrame(rows, columns=_CHANGES).astype({"tests": "Int64"})


def _change_rows(item: PeriodComparison, law_of: LawOf) -> Iterator[Row]:
    """Yield the rows of one pair: under the law where it is known, if years vary by chance alone, and with twice that variance."""
    exact = item.result
    if not isinstance(exact, RateComparison) or item.earlier is None or item.later is None:
        return
    about = {"indicator": item.indicator, "earlier": item.earlier.period, "later": item.later.period}
    plain = _sides(item.earlier, item.later, None) | about | {"change": exact.percent_change}
    if (law := item.under_law) is not None:
        limits = {"lower": law.percent_lower, "upper": law.percent_upper, "p": law.p}
        told = {"scatter": law.factor, "detectable_fall": 100 * law.minimum_detectable_fall}
        of_law = _sides(item.earlier, item.later, law_of(item.indicator))
        yield plain | of_law | limits | told | {"supposes": "law"} | _verdict(item.verdict)
    limits = {"lower": exact.percent_lower, "upper": exact.percent_upper, "p": exact.p_central}
    told = {"scatter": 1.0, "detectable_fall": 100 * exact.minimum_detectable_fall}
    verdict = {"grade": ""} if law is not None else _verdict(item.verdict)
    yield plain | limits | told | {"supposes": "pure_chance"} | verdict
    doubled = {"lower": exact.dispersed_lower, "upper": exact.dispersed_upper, "scatter": 2.0}
    wider = _sides(item.earlier, item.later, TWICE_CHANCE)
    yield plain | wider | doubled | {"supposes": "twice_the_scatter", "grade": ""}


def _verdict(verdict: ChangeVerdict) -> Row:
    return {"grade": verdict.grade, "tests": verdict.tests}


def _sides(earlier: PeriodTotal, later: PeriodTotal, law: ScatterLaw | None) -> Row:
    sides: Row = {}
    for side, total in (("earlier", earlier), ("later", later)):
        lower, upper = mean_limits(total.count, total.years, law)
        told = (total.count, total.years, total.count / total.years, lower, upper)
        sides |= {f"{side}_{name}": value for name, value in zip(_SIDE, told, strict=True)}
    return sides


def bounds_frame(items: Sequence[BoundedChange]) -> pd.DataFrame:
    """Return what totals without the missing reports may be; see :attr:`evalkit.records.Comparisons.bounds`."""
    rows = []
    for item in items:
        ends = (item.earlier.least, item.earlier.most, item.later.least, item.later.most, *item.change)
        rows.append((item.indicator, item.earlier.period, item.later.period, *ends))
    return pd.DataFrame(rows, columns=_BOUNDS)


def missing_frame(items: Sequence[BoundedChange]) -> pd.DataFrame:
    """Return the reports that are missing; see :attr:`evalkit.records.Comparisons.missing`."""
    rows = [
        (item.indicator, item.earlier.period, item.later.period, one.place, one.year, one.most)
        for item in items
        for one in item.missing
    ]
    return pd.DataFrame(rows, columns=_MISSING)


def zeros_frame(items: Sequence[ZeroPeriod]) -> pd.DataFrame:
    """Return the runs of zeros; see :attr:`evalkit.records.ZeroPeriods.frame`."""
    return pd.DataFrame([_zero_row(item) for item in items], columns=_ZEROS)


def _zero_row(item: ZeroPeriod) -> Row:
    before = item.earlier
    return {
        "indicator": item.indicator,
        "period_start": pd.Timestamp(item.start),
        "period_end": pd.Timestamp(item.end),
        "years": item.years,
        "upper": item.upper_per_year,
        "earlier": "" if before is None else before.period,
        "earlier_count": math.nan if before is None else before.count,
        "chance_known": item.chance_known,
        "chance_predictive": item.chance_predictive,
        "supposes": "law" if item.by_law else "pure_chance",
    }


def checks_frame(items: Sequence[Trend]) -> pd.DataFrame:
    """Return the trends and the checks beside them; see :attr:`evalkit.records.Trends.checks`."""
    rows = [
        {"indicator": item.indicator, **row}
        for item in items
        if isinstance(item.fit, TrendFit)
        for row in _trend_rows(item, item.fit)
    ]
    numbers = dict.fromkeys(["value", "lower", "upper", "p", "level"], "float64")
    whole = dict.fromkeys(["first", "last", "tests"], "Int64")
    frame = pd.DataFrame(rows, columns=_CHECKS).astype(numbers | whole)
    return frame.assign(grade=frame["grade"].fillna(""))


def _trend_rows(item: Trend, fit: TrendFit) -> Iterator[Row]:
    yield _fit_row("trend", fit) | _verdict(item.verdict)
    if item.study is not None:
        yield from _study_rows(item.study, item.verdict.year)


def _study_rows(study: TrendStudy, decisive: int | None) -> Iterator[Row]:
    """Yield the checks of a trend; ``decisive`` is the year that its verdict hangs on."""
    sensitivity = study.sensitivity
    yield {"check": "detectable_fall", "value": sensitivity.detectable_fall}
    yield {"check": "detection_alone", "value": sensitivity.tipping.percent}
    yield {"check": "detection_alone_whole", "value": sensitivity.tipping_whole}
    if isinstance(found := sensitivity.leave_one_out, LeaveOneOut):
        year = dict.fromkeys(["first", "last"], decisive or found.decisive)
        yield {"check": "without_a_year", "lower": found.least, "upper": found.most, **year}
    if isinstance(study.counts_alone, TrendFit):
        yield _fit_row("counts_alone", study.counts_alone)
    recent = study.recent
    if isinstance(recent.recent_fit, TrendFit):
        yield _fit_row("last_five_years", recent.recent_fit) | {"first": recent.first, "last": recent.last}
    if isinstance(study.monotone, MonotoneTrend):
        yield {"check": "monotone", "value": study.monotone.tau, "p": study.monotone.p}
    yield from _bend_rows(study)


def _bend_rows(study: TrendStudy) -> Iterator[Row]:
    """Yield the bends that the data choose, and the step at a declared date."""
    bends, step = study.bends, study.step
    if isinstance(bends, JoinpointFit):
        level = next(test.level for test in reversed(bends.tests) if test.null == 0)
        yield {"check": "bends", "value": len(bends.joins), "p": bends.p, "level": level}
        for piece in bends.segments if bends.joins else ():
            change = {"value": piece.apc, "lower": piece.lower, "upper": piece.upper}
            yield {"check": "piece", "first": piece.first, "last": piece.last, **change}
    if isinstance(step, Interruption):
        limits = {"lower": 100 * (step.lower - 1), "upper": 100 * (step.upper - 1), "p": step.p}
        yield {"check": "step", "first": step.at.year, "value": step.percent_change, **limits}


def _fit_row(check: str, fit: TrendFit) -> Row:
    change = {"value": fit.apc, "lower": fit.lower, "upper": fit.upper, "p": fit.p}
    return {"check": check, "first": fit.first, "last": fit.last, **change}


def rates_frame(items: Sequence[Standardised]) -> pd.DataFrame:
    """Return the rates of all items; see :attr:`evalkit.records.StandardisedRates.frame`."""
    frames = [
        item.rates.assign(**_about(item), expected=item.expected)[_RATES]
        for item in items
        if isinstance(item.rates, pd.DataFrame)
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_RATES)


def strata_frame(items: Sequence[Standardised]) -> pd.DataFrame:
    """Return what the rates are made of; see :attr:`evalkit.records.StandardisedRates.strata`."""
    frames = [item.strata.assign(**_about(item))[_STRATA] for item in items]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_STRATA)


def _about(item: Standardised) -> dict[str, Any]:
    days = {"period_start": pd.Timestamp(item.start), "period_end": pd.Timestamp(item.end)}
    return {"measure": item.measure, "dimension": item.dimension, **days}


def provinces_frame(items: Sequence[ProvinceComparison]) -> pd.DataFrame:
    """Return the provinces of all items; see :attr:`evalkit.records.ProvincesCompared.frame`."""
    frames = [_provinces(item) for item in items if not isinstance(item.differs, NotEstimable)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_PROVINCES)


def _provinces(item: ProvinceComparison) -> pd.DataFrame:
    told = item.frame[["province_code", "count", "exposure", "status"]]
    rates = item.shrunken.frame if isinstance(item.shrunken, ShrunkenRates) else None
    limits = item.funnel.frame if isinstance(item.funnel, Funnel) else None
    for frame in (rates, limits):
        if frame is not None:
            own = [name for name in _PROVINCES if name in frame and name not in told]
            told = told.merge(frame[["province_code", *own]], on="province_code", how="left")
    told = told.assign(indicator=item.indicator, period=item.period, rate=told["count"] / told["exposure"])
    return told.reindex(columns=_PROVINCES)


def differences_frame(items: Sequence[ProvinceComparison]) -> pd.DataFrame:
    """Return whether provinces differ, item by item; see :attr:`evalkit.records.ProvincesCompared.tests`."""
    rows = [
        {"indicator": item.indicator, "period": item.period, **_test(item.differs)}
        for item in items
        if isinstance(item.differs, Heterogeneity)
    ]
    return pd.DataFrame(rows, columns=_TESTS)


def _test(found: Heterogeneity) -> Row:
    told = {"provinces": found.provinces, "rate": found.rate, "p": found.p, "method": found.method}
    return {**told, "outside_by_chance": 0.05 * found.provinces}
