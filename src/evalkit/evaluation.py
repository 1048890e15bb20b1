"""THE RECIPE: what is done with one province's protected facts, or with the nation's, in the order of its page.

Each step takes an area (a province or the nation), or what an earlier step gave, and returns a record that a researcher can
hold, whose ``frame`` is a tidy table, and that shows itself as one section of the page. ``RECIPE`` lists the steps; the report
notebook calls the same ones in plain sight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts, at_its_level
from evalkit.facts.laws_of_area import family_of, law_of, laws_of, laws_of_provinces
from evalkit.indicators import completeness as reported
from evalkit.indicators.attainment import assess_targets as hold_against_targets
from evalkit.indicators.by_attribute import breakdowns, seldom_reported
from evalkit.indicators.changes_under_law import widened_changes
from evalkit.indicators.estimates import estimate_indicators as estimate
from evalkit.indicators.evidence import dac_view
from evalkit.indicators.followup import follow_up, without_lost
from evalkit.indicators.gaps import class_gaps, group_gaps, place_gaps, shares_of_persons
from evalkit.indicators.midterm import mid_term_view
from evalkit.indicators.news import find_news
from evalkit.indicators.pathway import pathway
from evalkit.indicators.period_comparison import Beside
from evalkit.indicators.period_totals import PeriodComparison, found_totals
from evalkit.indicators.period_totals import compare_periods as compare
from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.indicators.province_comparison import compare_provinces as compare_rates
from evalkit.indicators.province_totals import province_totals
from evalkit.indicators.sources import preferred
from evalkit.indicators.support import support_table, waiting_rows
from evalkit.indicators.trends import Trend, trend_of
from evalkit.indicators.yearly import yearly_series
from evalkit.indicators.zeros import ZeroPeriod, find_zero_period
from evalkit.lapses import inherited, names_of, one_by_one, step, table_of
from evalkit.programme.models import Target
from evalkit.records import (
    Assessments,
    Breakdowns,
    Comparisons,
    Completeness,
    Evaluation,
    Evidence,
    FollowUp,
    Gaps,
    Indicators,
    Methods,
    MidTerm,
    Pathway,
    PlaceBases,
    ProvincesCompared,
    ProvincesSideBySide,
    Record,
    Summary,
    SupportGiven,
    Trends,
    ZeroPeriods,
)
from evalkit.table import totals_only


@step(Comparisons)
def compare_periods(area: Area) -> Comparisons:
    """Compare successive programme periods for each indicator that asks for it, under the law of scatter and exactly."""
    facts, shown = totals_only(area.facts), _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.compare_periods]

    def compared(name: str) -> tuple[PeriodComparison, ...]:
        years = yearly_series(shown, area.programme.indicators[name].numerator, area.programme)
        beside = Beside(law_of(area, name), years, family_of(area, "comparisons"))
        return compare(facts, name, area.programme, beside=beside)

    found, lapses = one_by_one(wanted, compared, step=Comparisons.__name__)
    return Comparisons(area, tuple(item for items in found for item in items), lapses)


@step(ZeroPeriods)
def examine_zeros(area: Area) -> ZeroPeriods:
    """Look at the run of zeros, if any, with which each compared series ends."""
    facts = _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.compare_periods]
    every = totals_only(area.facts)

    def run_of(name: str) -> ZeroPeriod | None:
        totals = found_totals(every, name, area.programme)
        return find_zero_period(facts, name, area.programme, totals=totals)

    found, lapses = one_by_one(wanted, run_of, step=ZeroPeriods.__name__)
    return ZeroPeriods(area, tuple(item for item in found if item is not None), lapses)


@step(PlaceBases)
def place_bases(area: Area) -> PlaceBases:
    """Put figures of different place bases and sources beside each other."""
    totals = totals_only(area.facts)
    frame = reported.side_by_side(totals, area.programme)
    shown = frame["measure"].unique().tolist()
    return PlaceBases(area, frame, seldom_reported(totals, area.programme, shown=shown))


@step(Breakdowns)
def break_down(area: Area) -> Breakdowns:
    """Give the figures by one attribute of persons, such as sex, as far as they may be shown."""
    return Breakdowns(area, breakdowns(at_its_level(area), area.programme))


@step(Indicators)
def estimate_indicators(area: Area) -> Indicators:
    """Estimate every indicator from the preferred source of each figure."""
    facts = preferred(area.facts, area.programme)
    frame, lapses = table_of(
        list(area.programme.indicators),
        lambda names: estimate(facts, area.programme.only(names)),
        step=Indicators.__name__,
    )
    changes = {
        name: law for name, law in laws_of(area).items() if area.programme.indicators[name].kind == "change"
    }
    return Indicators(area, widened_changes(frame, changes), lapses)


@step(Assessments)
def assess_targets(indicators: Indicators) -> Assessments:
    """Hold the estimates against the targets in force in their period."""
    area, lost = indicators.area, names_of(indicators.lapses)
    promised = _promised(area)
    frame, lapses = table_of(
        [name for name in promised if name not in lost],
        lambda names: hold_against_targets(indicators.frame, area.programme, _targets_of(area, names)),
        step=Assessments.__name__,
    )
    return Assessments(area, frame, lapses + inherited(indicators.lapses, promised, Assessments))


@step(MidTerm)
def view_mid_term(indicators: Indicators) -> MidTerm:
    """Tell where each target with a number stands: baseline, mid-point, latest figure, and the pace still required."""
    area, lost = indicators.area, names_of(indicators.lapses)
    promised = _promised(area)
    frame, lapses = table_of(
        [name for name in promised if name not in lost],
        lambda names: mid_term_view(
            indicators.frame, area.programme, _targets_of(area, names), laws=laws_of(area)
        ),
        step=MidTerm.__name__,
    )
    return MidTerm(area, frame, lapses + inherited(indicators.lapses, promised, MidTerm))


@step(Pathway)
def trace_pathway(area: Area) -> Pathway:
    """Put the stages from reception to reintegration side by side; totals of different persons make no funnel."""
    return Pathway(area, pathway(area.facts, area.programme))


@step(SupportGiven)
def review_support(indicators: Indicators) -> SupportGiven:
    """Hold each support against those eligible and accepting it, legal class by legal class."""
    area = indicators.area
    return SupportGiven(
        area,
        support_table(area.facts, area.programme),
        waiting_rows(indicators.frame, area.programme),
    )


@step(Gaps)
def find_gaps(indicators: Indicators, support: SupportGiven) -> Gaps:
    """Look for those whom the programme may miss: differences between groups, places and legal classes, never ranks."""
    area = indicators.area
    groups, lapses = table_of(
        list(area.programme.indicators),
        lambda names: group_gaps(area.facts, area.programme.only(names)),
        step=Gaps.__name__,
    )
    classes = class_gaps(support.frame, area.programme)
    shares = shares_of_persons(area.programme)
    if not isinstance(area, ProvinceFacts) or not shares.indicators:
        return Gaps(area, groups, pd.DataFrame(), classes, lapses)
    used = {measure for indicator in shares.indicators.values() for measure in indicator.measures}
    facts = area.nation[area.nation["measure"].isin(used)]
    nation = estimate(preferred(facts, shares), shares)
    shown = indicators.frame[indicators.frame["indicator"].isin(list(shares.indicators))]
    lapses += inherited(indicators.lapses, set(shares.indicators) - names_of(lapses), Gaps)
    return Gaps(area, groups, place_gaps(shown, nation), classes, lapses)


@step(FollowUp)
def follow_recommendations(indicators: Indicators) -> FollowUp:
    """Put the indicators of each recommendation of the latest review beside each other, before it and after it."""
    area = indicators.area
    reviewed = [period for period in area.programme.periods if period.mid_term is not None]
    last = max(reviewed, key=lambda period: period.valid_from, default=None)
    if last is None:
        return FollowUp(area, pd.DataFrame(), None)
    followed = {name for asked in area.programme.recommendations for name in asked.indicators}
    lapses = inherited(indicators.lapses, followed, FollowUp)
    area = replace(area, programme=without_lost(area.programme, names_of(lapses)))
    return FollowUp(
        area,
        follow_up(indicators.frame, area.programme, period=last, laws=laws_of(area)),
        last.mid_term,
        lapses,
    )


@step(Evidence)
def weigh_evidence(indicators: Indicators) -> Evidence:
    """Tell for each of the six DAC criteria which figures speak of it, or that none does."""
    area, lost = indicators.area, names_of(indicators.lapses)
    kept = {name: one for name, one in area.programme.indicators.items() if name not in lost}
    frame = dac_view(indicators.frame, area.programme.model_copy(update={"indicators": kept}))
    return Evidence(area, frame, inherited(indicators.lapses, lost, Evidence))


@step(Trends)
def fit_trends(area: Area) -> Trends:
    """Fit the headline trend of each indicator that asks for one, with the dispersion of the whole panel."""
    facts = _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.trend]
    items, lapses = one_by_one(wanted, lambda name: _trend(facts, name, area), step=Trends.__name__)
    return Trends(area, items, lapses)


@step(Trends)
def fit_one_trend(area: Area, indicator: str) -> Trends:
    """Fit the trend of one indicator, whether or not the programme asks for it."""
    facts = _preferred_totals(area)
    items, lapses = one_by_one([indicator], lambda name: _trend(facts, name, area), step=Trends.__name__)
    return Trends(area, items, lapses)


@step(Completeness)
def report_completeness(indicators: Indicators) -> Completeness:
    """Tell what was reported and what was not, measure by measure; for the nation, province by province too."""
    area = indicators.area
    frame = reported.completeness(area.facts, area.programme)
    places, late = pd.DataFrame(), pd.DataFrame()
    if isinstance(area, NationFacts):
        places = reported.completeness_by_place(area.province_facts, area.programme)
        late = reported.late_reporters(area.province_facts)
    agencies = reported.reconciliation(indicators.frame)
    held = {name for name, one in area.programme.indicators.items() if one.kind == "consistency"}
    lapses = inherited(indicators.lapses, held, Completeness)
    return Completeness(area, frame, area.findings, agencies, places, late, lapses)


def sum_up(
    comparisons: Comparisons,
    zeros: ZeroPeriods,
    assessments: Assessments,
    trends: Trends,
    completeness: Completeness,
    *others: Indicators | Pathway | SupportGiven,
) -> Summary:
    """Say in short what is known, how surely, what is not and what to ask for: the brief that a page begins with.

    ``others`` are records that the brief has a block for; one that is not given leaves its block out.
    """
    area = comparisons.area
    given = (comparisons, zeros, assessments, trends, completeness)
    of_kind = {type(record): record for record in others}
    news = find_news(area.facts, area.programme, nation=isinstance(area, NationFacts))
    lapses = tuple(lapse for record in given for lapse in record.lapses)
    indicators, stages, support = (of_kind.get(kind) for kind in (Indicators, Pathway, SupportGiven))
    return Summary(area, *given, news, lapses, indicators, stages, support)  # type: ignore[arg-type]  # by their own kinds


@step(ProvincesSideBySide)
def provinces_side_by_side(nation: NationFacts) -> ProvincesSideBySide:
    """Put the provinces' totals by programme period beside each other, in official order and without a rank."""
    facts = totals_only(nation.province_facts)
    wanted = [name for name, indicator in nation.programme.indicators.items() if indicator.compare_periods]
    codes = [place.code for place in nation.places]
    return ProvincesSideBySide(nation, province_totals(facts, wanted, nation.programme, codes=codes))


@step(ProvincesCompared)
def compare_provinces(nation: NationFacts) -> ProvincesCompared:
    """Compare the provinces' rates: whether they differ at all, before anything finer is said."""
    facts = totals_only(nation.province_facts)
    wanted = [name for name, indicator in nation.programme.indicators.items() if indicator.compare_periods]

    def compared(name: str) -> ProvinceComparison:
        return compare_rates(facts, name, nation.programme, law=laws_of_provinces(nation, name))

    items, lapses = one_by_one(wanted, compared, step=ProvincesCompared.__name__)
    return ProvincesCompared(nation, items, lapses)


@step(Methods)
def methods_used(area: Area) -> Methods:
    """Name the methods and the sources behind an area's page."""
    return Methods(area)


AREA = "area"


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the recipe: what is given, by which function, of the area or of what earlier lines gave (names parted by spaces).

    ``for_nation`` marks what stands on the national page alone.
    """

    gives: str
    by: Callable[..., Record]
    of: str = AREA
    for_nation: bool = False


RECIPE = (
    Step("comparisons", compare_periods),
    Step("zeros", examine_zeros),
    Step("place_bases", place_bases),
    Step("breakdowns", break_down),
    Step("indicators", estimate_indicators),
    Step("assessments", assess_targets, "indicators"),
    Step("mid_term", view_mid_term, "indicators"),
    Step("pathway", trace_pathway),
    Step("support", review_support, "indicators"),
    Step("gaps", find_gaps, "indicators support"),
    Step("follow_up", follow_recommendations, "indicators"),
    Step("evidence", weigh_evidence, "indicators"),
    Step("trends", fit_trends),
    Step("side_by_side", provinces_side_by_side, for_nation=True),
    Step("compared", compare_provinces, for_nation=True),
    Step("completeness", report_completeness, "indicators"),
    Step("summary", sum_up, "comparisons zeros assessments trends completeness indicators pathway support"),
    Step("methods", methods_used),
)


def recipe_of(area: Area) -> tuple[Step, ...]:
    """Return the steps of an area's page, in its order: a province's, or the nation's, which are two more."""
    return tuple(line for line in RECIPE if isinstance(area, NationFacts) or not line.for_nation)


def evaluate(area: Area) -> Evaluation:
    """Evaluate one area from its protected facts: the steps of the report notebook, as one value.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts

    Returns
    -------
    Evaluation
        What each step gives, by its name.
    """
    found: dict[str, Any] = {AREA: area}
    for line in recipe_of(area):
        found[line.gives] = line.by(*(found[name] for name in line.of.split()))
    return Evaluation(**found)


def _preferred_totals(area: Area) -> pd.DataFrame:
    return preferred(totals_only(area.facts), area.programme)


def _trend(facts: pd.DataFrame, name: str, area: Area) -> Trend:
    return trend_of(facts, name, area.programme, law=law_of(area, name), family=family_of(area, "trends"))


def _targets(area: Area) -> tuple[Target, ...]:
    """Return the targets that bind a province, or those of the nation."""
    if isinstance(area, ProvinceFacts):
        return area.programme.targets_binding(area.place.code, area.place.scheme)
    return tuple(target for target in area.programme.targets if target.level == "national")


def _promised(area: Area) -> list[str]:
    """Return the indicators of which something was promised; an empty name stands for promises without one."""
    return list(dict.fromkeys(target.indicator or "" for target in _targets(area)))


def _targets_of(area: Area, names: list[str]) -> list[Target]:
    return [target for target in _targets(area) if (target.indicator or "") in names]
