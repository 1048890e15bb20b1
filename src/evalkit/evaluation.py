"""THE RECIPE: what is done with one province's protected facts, or with the nation's, in the order of its page.

Each step takes an area (a province or the nation) and returns a record that a researcher can hold, whose ``frame`` is a
tidy table, and that shows itself as one section of the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from evalkit.estimation import completeness as reported
from evalkit.estimation.attainment import assess_targets as hold_against_targets
from evalkit.estimation.breakdowns import breakdowns, seldom_reported
from evalkit.estimation.dispersion import PanelDispersion
from evalkit.estimation.indicators import estimate_indicators as estimate
from evalkit.estimation.periods import PeriodTotal, indicator_totals
from evalkit.estimation.periods import compare_periods as compare
from evalkit.estimation.province_comparison import compare_provinces as compare_rates
from evalkit.estimation.results import NotEstimable
from evalkit.estimation.sources import preferred
from evalkit.estimation.trend_study import study_trend
from evalkit.estimation.trends import fit_trend
from evalkit.estimation.zeros import find_zero_period
from evalkit.facts.areas import NationFacts, ProvinceFacts
from evalkit.facts.schema import totals_only
from evalkit.panel import yearly_series
from evalkit.programme.models import Programme
from evalkit.records import (
    Area,
    Assessments,
    Breakdowns,
    Comparisons,
    Completeness,
    Evaluation,
    Indicators,
    Methods,
    PlaceBases,
    ProvincesCompared,
    ProvincesSideBySide,
    Trend,
    Trends,
    ZeroPeriods,
)


def evaluate(area: Area) -> Evaluation:
    """Evaluate one area from its protected facts: the steps of the report notebook, as one value."""
    indicators = estimate_indicators(area)
    return Evaluation(
        area=area,
        comparisons=compare_periods(area),
        zeros=examine_zeros(area),
        place_bases=place_bases(area),
        breakdowns=break_down(area),
        indicators=indicators,
        assessments=assess_targets(indicators),
        trends=fit_trends(area),
        completeness=report_completeness(area),
    )


def compare_periods(area: Area) -> Comparisons:
    """Compare successive programme periods, exactly, for each indicator that asks for it."""
    facts = totals_only(area.facts)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.compare_periods]
    return Comparisons(area, tuple(item for name in wanted for item in compare(facts, name, area.programme)))


def examine_zeros(area: Area) -> ZeroPeriods:
    """Look at the run of zeros, if any, with which each compared series ends."""
    facts = _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.compare_periods]
    found = (
        find_zero_period(
            facts, name, area.programme, totals=_found_totals(totals_only(area.facts), name, area.programme)
        )
        for name in wanted
    )
    return ZeroPeriods(area, tuple(item for item in found if item is not None))


def place_bases(area: Area) -> PlaceBases:
    """Put figures of different place bases and sources beside each other."""
    totals = totals_only(area.facts)
    frame = reported.side_by_side(totals, area.programme)
    shown = frame["measure"].unique().tolist()
    return PlaceBases(area, frame, seldom_reported(totals, area.programme, shown=shown))


def break_down(area: Area) -> Breakdowns:
    """Give the figures by one attribute of persons, such as sex, as far as they may be shown."""
    return Breakdowns(area, breakdowns(area.facts, area.programme))


def estimate_indicators(area: Area) -> Indicators:
    """Estimate every indicator from the preferred source of each figure."""
    return Indicators(area, estimate(preferred(area.facts, area.programme), area.programme))


def assess_targets(indicators: Indicators) -> Assessments:
    """Hold the estimates against the targets in force in their period."""
    area = indicators.area
    targets = area.programme.targets
    if isinstance(area, ProvinceFacts):
        targets = area.programme.targets_binding(area.place.code, area.place.scheme)
    else:
        targets = tuple(target for target in targets if target.level == "national")
    return Assessments(area, hold_against_targets(indicators.frame, targets))


def fit_trends(area: Area) -> Trends:
    """Fit the headline trend of each indicator that asks for one, with the dispersion of the whole panel."""
    facts = _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.trend]
    return Trends(area, tuple(_trend(facts, name, area) for name in wanted))


def report_completeness(area: Area) -> Completeness:
    """Tell what was reported and what was not, measure by measure."""
    frame = reported.completeness(totals_only(area.facts), area.programme)
    return Completeness(area, frame, area.findings)


def provinces_side_by_side(nation: NationFacts) -> ProvincesSideBySide:
    """Put the provinces' totals by programme period beside each other, in official order and without a rank."""
    facts = totals_only(nation.province_facts)
    wanted = [name for name, indicator in nation.programme.indicators.items() if indicator.compare_periods]
    rows = [row for name in wanted for row in _province_totals(facts, name, nation)]
    return ProvincesSideBySide(
        nation,
        pd.DataFrame(
            rows, columns=["province_code", "indicator", "period", "count", "years", "status", "reason"]
        ),
    )


def compare_provinces(nation: NationFacts) -> ProvincesCompared:
    """Compare the provinces' rates: whether they differ at all, before anything finer is said."""
    facts = totals_only(nation.province_facts)
    wanted = [name for name, indicator in nation.programme.indicators.items() if indicator.compare_periods]
    return ProvincesCompared(nation, tuple(compare_rates(facts, name, nation.programme) for name in wanted))


def methods_used(area: Area) -> Methods:
    """Name the methods and the sources behind an area's page."""
    return Methods(area)


def _preferred_totals(area: Area) -> pd.DataFrame:
    return preferred(totals_only(area.facts), area.programme)


def _found_totals(facts: pd.DataFrame, name: str, programme: Programme) -> tuple[PeriodTotal, ...]:
    return tuple(
        total for total in indicator_totals(facts, name, programme) if isinstance(total, PeriodTotal)
    )


def _province_totals(facts: pd.DataFrame, name: str, nation: NationFacts) -> Iterator[dict[str, Any]]:
    """Yield one row per province and programme period: its total, or the reason why there is none."""
    for place in nation.places:
        own = facts[facts["province_code"] == place.code]
        totals = indicator_totals(own, name, nation.programme)
        for period, total in zip(nation.programme.periods, totals, strict=True):
            row = {"province_code": place.code, "indicator": name, "period": period.id}
            if isinstance(total, PeriodTotal):
                yield row | {
                    "count": total.count,
                    "years": total.years,
                    "status": total.status,
                    "reason": "",
                }
            else:
                yield row | {"count": math.nan, "years": math.nan, "status": "", "reason": total.reason}


def _trend(facts: pd.DataFrame, name: str, area: Area) -> Trend:
    series = yearly_series(facts, area.programme.indicators[name].numerator, area.programme)
    is_province = isinstance(area, ProvinceFacts)  # the nation is no member of the panel of provinces
    panel = PanelDispersion.from_record(area.panel[name]) if is_province and name in area.panel else None
    fit = fit_trend(series, panel=panel)
    measure = area.programme.indicators[name].numerator
    dates = [
        event.valid_from for event in area.programme.breaks if not event.measures or measure in event.measures
    ]
    study = None if isinstance(fit, NotEstimable) else study_trend(series, fit, dates=dates, panel=panel)
    return Trend(name, series, fit, study, _found_totals(facts, name, area.programme))
