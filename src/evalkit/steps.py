"""The steps of an evaluation, in the order of a page; :mod:`evalkit.evaluation` lists them.

Each step takes an area (a province or the nation), or what an earlier step gave, and returns a record that a researcher can
hold, whose ``frame`` is a tidy table, and that shows itself as one section of the page. The columns of the frames stand in
:mod:`evalkit.records`, once.

An unexpected error does not stop a step: the record says in ``lapses`` what it took, see :mod:`evalkit.lapses`. What is refused, such as
a bundle in place of a place, is raised. The examples open the bundle of data/demo, an invented country: what ``evalkit lab data/demo``
prepares.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial

import pandas as pd

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts, at_its_level
from evalkit.facts.editions import Changed, Since, facts_before
from evalkit.facts.laws_of_area import family_of, law_of, law_of_measure, laws_of, laws_of_provinces
from evalkit.indicators import completeness as reported
from evalkit.indicators.alarms import measures_to_watch, watch_measure
from evalkit.indicators.attainment import assess_targets as hold_against_targets
from evalkit.indicators.by_attribute import breakdowns, seldom_reported
from evalkit.indicators.changes_under_law import widened_changes
from evalkit.indicators.compared_effect import ComparedEffect
from evalkit.indicators.effects import effect_of
from evalkit.indicators.estimates import shown_estimates
from evalkit.indicators.evidence import dac_view
from evalkit.indicators.followup import follow_up, without_lost
from evalkit.indicators.gaps import class_gaps, group_gaps, place_gaps, shares_of_persons
from evalkit.indicators.midterm import mid_term_view
from evalkit.indicators.missing_reports import BoundedChange, Reports, bounded_changes
from evalkit.indicators.news import find_news
from evalkit.indicators.pathway import pathway
from evalkit.indicators.period_comparison import Beside
from evalkit.indicators.period_totals import PeriodComparison, found_totals
from evalkit.indicators.period_totals import compare_periods as compare
from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.indicators.province_comparison import compare_provinces as compare_rates
from evalkit.indicators.province_totals import province_totals
from evalkit.indicators.sources import preferred
from evalkit.indicators.standardised import Standardised, ages_of_inhabitants, measures_by, standardised
from evalkit.indicators.support import support_table, waiting_rows
from evalkit.indicators.trends import Trend, trend_of
from evalkit.indicators.yearly import yearly_series
from evalkit.indicators.zeros import ZeroPeriod, find_zero_period
from evalkit.lapses import Lapse, inherited, names_of, one_by_one, step, table_of
from evalkit.programme.comparison import Comparison
from evalkit.programme.models import Programme, Target
from evalkit.records import (
    Assessments,
    Breakdowns,
    Comparisons,
    Completeness,
    Effects,
    Evidence,
    FollowUp,
    Gaps,
    Indicators,
    Methods,
    MidTerm,
    MonthsWatched,
    Pathway,
    PlaceBases,
    ProvincesCompared,
    ProvincesSideBySide,
    SinceLast,
    StandardisedRates,
    Summary,
    SupportGiven,
    Trends,
    ZeroPeriods,
)
from evalkit.statistics.results import NotEstimable
from evalkit.step_arguments import checked
from evalkit.table import totals_only


@step(Comparisons)
def compare_periods(area: Area) -> Comparisons:
    """Compare each programme period with the one before it, for every indicator that asks for it.

    The comparison is made twice: exactly, as if yearly counts varied by chance alone, and under the law of scatter of the
    whole panel, which a page prints first. The verdict on each change allows for the number of comparisons made on all pages at once.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    Comparisons
        One item per pair of successive periods, see there. A period that is hidden, not reported or told in parts alone has no total, and
        its pair no result but the reason: a missing year is never taken as 0.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Notes
    -----
    The exact test is conditional on the sum of both counts. Its interval and the central p agree. Under the law of scatter the
    limits are the ratios that a score test does not reject.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Fay (2010), R Journal 2, 53-58; Rao (1948), Proc. Camb. Phil. Soc. 44, 50-57;
    Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> latest = ek.compare_periods(province).items[-1]
    >>> latest.earlier.count, latest.later.count, round(latest.result.percent_change, 1), round(latest.p, 2)
    (86.0, 69.0, -19.8, 0.63)
    >>> latest.verdict.grade, latest.verdict.failed
    ('open', ('interval', 'declared_event'))
    """
    facts, shown = totals_only(area.facts), _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.compare_periods]

    def compared(name: str) -> tuple[PeriodComparison, ...]:
        years = yearly_series(shown, area.programme.indicators[name].numerator, area.programme)
        beside = Beside(law_of(area, name), years, family_of(area, "comparisons"))
        return compare(facts, name, area.programme, beside=beside)

    found, lapses = one_by_one(wanted, compared, step=Comparisons.__name__)
    items = tuple(item for items in found for item in items)
    if not isinstance(area, NationFacts):
        return Comparisons(area, items, lapses)
    bounded, more = one_by_one(wanted, lambda name: _bounded(area, name, items), step=Comparisons.__name__)
    return Comparisons(area, items, (*lapses, *more), tuple(one for some in bounded for one in some))


@step(ZeroPeriods)
def examine_zeros(area: Area) -> ZeroPeriods:
    """Look at the run of zeros, if any, with which each compared series ends.

    A zero is no proof of nothing: the step tells how many events a year the run still allows, how it compares with the period before,
    and which declared events touch it.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    ZeroPeriods
        One item per series that ends with reported zeros, see there. A year that was not reported ends the run: missing is not zero.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442: the exact upper limit for a count of zero, 3.689 over the years of the run, where it is not known
    how years scatter; where it is, :func:`evalkit.statistics.law.yearly_mean.largest_mean`.

    Examples
    --------
    >>> import evalkit as ek
    >>> run = ek.examine_zeros(ek.open_bundle().provinces["22"]).items[0]
    >>> f"{run.start:%Y}-{run.end:%Y}", round(run.upper_per_year, 2), [event.id for event in run.rivals]
    ('2022-2025', 1.14, ['demo-border-closure', 'demo-merger'])
    """
    facts = _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.compare_periods]
    every = totals_only(area.facts)

    def run_of(name: str) -> ZeroPeriod | None:
        totals = found_totals(every, name, area.programme)
        return find_zero_period(facts, name, area.programme, totals=totals, law=law_of(area, name))

    found, lapses = one_by_one(wanted, run_of, step=ZeroPeriods.__name__)
    return ZeroPeriods(area, tuple(item for item in found if item is not None), lapses)


@step(PlaceBases)
def place_bases(area: Area) -> PlaceBases:
    """Put figures of different place bases and sources beside each other.

    A case counted where it occurred and a person counted where she was received are not the same thing; nothing is added up.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    PlaceBases
        The columns stand there. Hidden and unreported figures keep their row, without a value.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> frame = ek.place_bases(province).frame
    >>> sorted(frame["place_basis"].unique())
    ['detection', 'occurrence', 'reception']
    """
    totals = totals_only(area.facts)
    frame = reported.side_by_side(totals, area.programme)
    shown = frame["measure"].unique().tolist()
    return PlaceBases(area, frame, seldom_reported(totals, area.programme, shown=shown))


@step(Breakdowns)
def break_down(area: Area) -> Breakdowns:
    """Give the figures by one attribute of persons or cases, such as sex, as far as they may be shown.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    Breakdowns
        The columns stand there. A hidden figure has status ``suppressed`` and no value; those of a breakdown that is not
        shown at this level of places have no row.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> frame = ek.break_down(province).frame
    >>> frame.loc[frame["dimension"].eq("sex"), "status"].value_counts().to_dict()
    {'suppressed': 20, 'derived': 6, 'reported': 4}
    """
    return Breakdowns(area, breakdowns(at_its_level(area), area.programme))


@step(Indicators)
def estimate_indicators(area: Area) -> Indicators:
    """Estimate every indicator of the programme from the preferred source of each figure.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    Indicators
        One row per indicator and period; the columns stand there. A row without an estimate says in ``status`` why: a share of a
        hidden figure is ``suppressed``, 0 of 0 is ``not_applicable``; nothing is imputed.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Notes
    -----
    Counts and rates have exact limits (Garwood), shares of a part in its own base Wilson's. Period ratios, and what the programme itself does,
    be it a count or a share, have none: that is decided, not drawn by chance. A change between years has the limits of the law of scatter, where it is known.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442; Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> frame = ek.estimate_indicators(province).frame
    >>> shares = frame[frame["indicator"].eq("victims_supported")]
    >>> shares[["numerator", "denominator", "value", "lower", "upper"]].tail(2).round(1)
         numerator  denominator  value  lower  upper
    139       17.0         17.0  100.0   81.6  100.0
    140       32.0         34.0   94.1   80.9   98.4
    """
    frame, lapses = table_of(
        list(area.programme.indicators),
        lambda names: shown_estimates(area.facts, area.programme.only(names)),
        step=Indicators.__name__,
    )
    changes = {
        name: law for name, law in laws_of(area).items() if area.programme.indicators[name].kind == "change"
    }
    return Indicators(area, widened_changes(frame, changes), lapses)


@step(Assessments)
def assess_targets(indicators: Indicators) -> Assessments:
    """Hold the estimates against the targets in force in their period.

    Verdict and evidence are two statements: whether the promise was kept, on whole counts, and whether chance could explain the distance.

    Parameters
    ----------
    indicators : Indicators
        What :func:`estimate_indicators` gave for the place.

    Returns
    -------
    Assessments
        The columns stand there. Without a figure the verdict is ``not_applicable``, on a base under 5 ``too_few``: neither is judged.

    Raises
    ------
    FactsError
        If it is given anything but that record, such as the place itself.
    DeclarationError
        If a target in percent is set on an indicator that is none, or the reverse.

    Notes
    -----
    The verdict is taken in exact arithmetic: no rounding can tip it, and "over 90 %" is strict. Evidence is ``clear`` where every value
    within the limits gives the same verdict. Own doings and promises of all or of none are judged by arithmetic alone.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> ek.assess_targets(indicators).frame["verdict"].value_counts().to_dict()
    {'met': 21, 'not_met': 21, 'unquantified': 2, 'too_few': 2, 'not_applicable': 1}
    """
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
    """Tell where each target with a number stands: baseline, mid-point, latest figure, and the pace still required.

    Parameters
    ----------
    indicators : Indicators
        What :func:`estimate_indicators` gave for the place.

    Returns
    -------
    MidTerm
        One row per target with a number; the columns stand there. A point without a figure is missing, and so is every pace made from it.

    Raises
    ------
    FactsError
        If it is given anything but that record, such as the place itself.

    Notes
    -----
    A chance of attainment is given for counts of what befalls alone, from five yearly figures on: the probability that the count of the
    last year keeps the promise if the mean of these years goes on. Jeffreys' prior stands on that mean, and years scatter by the law where it
    is known (beta negative binomial), else as pure chance would make them.

    References
    ----------
    Jeffreys (1961), Theory of Probability, 3.10; Gelman et al. (2013), Bayesian Data Analysis, 2.6.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.view_mid_term(indicators).frame.set_index("target_id")
    >>> frame.loc[["T2", "T9"], ["last_value", "target_value", "last_gap", "last_verdict"]].round(1)
               last_value  target_value  last_gap last_verdict
    target_id
    T2               89.7          90.0      -0.3      not_met
    T9               28.7          60.0     -31.3      not_met
    """
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
    """Put the stages from reception to reintegration side by side; totals of different persons make no funnel.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    Pathway
        One row per period and stage; the columns stand there. A share is given of a cohort alone, where one source tells both numbers; it is
        missing for totals.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212: the limits of a share.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> frame = ek.trace_pathway(province).frame
    >>> frame.loc[frame["basis"].eq("cohort"), ["stage", "share", "lower", "upper"]].tail(2).round(1)
               stage  share  lower  upper
    73     supported   94.1   80.9   98.4
    74  reintegrated   62.5   42.7   78.8
    """
    return Pathway(area, pathway(area.facts, area.programme))


@step(SupportGiven)
def review_support(indicators: Indicators) -> SupportGiven:
    """Hold each support against those eligible and accepting it, legal class by legal class.

    Parameters
    ----------
    indicators : Indicators
        What :func:`estimate_indicators` gave for the place.

    Returns
    -------
    SupportGiven
        The columns stand there. A class that is not entitled, or of which nobody accepted, is ``not_applicable``, never 0 %.

    Raises
    ------
    FactsError
        If it is given anything but that record, such as the place itself.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212: the limits of a share.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.review_support(indicators).frame
    >>> frame["entitlement"].value_counts().to_dict()
    {'full': 29, 'none': 15, 'case_by_case': 6}
    """
    area = indicators.area
    return SupportGiven(
        area,
        support_table(area.facts, area.programme),
        waiting_rows(indicators.frame, area.programme),
    )


@step(Gaps)
def find_gaps(indicators: Indicators, support: SupportGiven) -> Gaps:
    """Look for those whom the programme may miss: differences between groups, places and legal classes, never ranks.

    Parameters
    ----------
    indicators : Indicators
        What :func:`estimate_indicators` gave for the place.
    support : SupportGiven
        What :func:`review_support` gave for the same place.

    Returns
    -------
    Gaps
        Three frames of the same columns, which stand there. A gap that needs a hidden figure is ``suppressed``. The nation is compared with
        nobody: its ``places`` is empty.

    Raises
    ------
    FactsError
        If it is given anything but that record, such as the place itself.

    References
    ----------
    Newcombe (1998), Stat. Med. 17, 873-890, method 10.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> gaps = ek.find_gaps(indicators, ek.review_support(indicators))
    >>> gaps.groups["dimension"].unique().tolist(), gaps.classes["beside"].unique().tolist()
    (['sex', 'ethnicity'], ['victim'])
    """
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
    shown = indicators.frame[indicators.frame["indicator"].isin(list(shares.indicators))]
    nation = _of_nation(shown, area, shares)
    lapses += inherited(indicators.lapses, set(shares.indicators) - names_of(lapses), Gaps)
    return Gaps(area, groups, place_gaps(shown, nation, area.programme), classes, lapses)


def _of_nation(shown: pd.DataFrame, area: ProvinceFacts, shares: Programme) -> pd.DataFrame:
    """Return the nation's estimates of those shares that the province has a value of; of no others is there a gap."""
    names = shown.loc[shown["status"] == "estimated", "indicator"].unique()
    if not len(names):
        return shown.iloc[:0]
    asked = shares.only(names)
    used = {measure for indicator in asked.indicators.values() for measure in indicator.measures}
    return shown_estimates(area.nation[area.nation["measure"].isin(used)], asked)


@step(FollowUp)
def follow_recommendations(indicators: Indicators) -> FollowUp:
    """Put the indicators of each recommendation of the latest review beside each other, before it and after it.

    What differs is told; that the recommendation caused it is not.

    Parameters
    ----------
    indicators : Indicators
        What :func:`estimate_indicators` gave for the place.

    Returns
    -------
    FollowUp
        The columns stand there. Where a side has no figure the row is ``not_comparable``, with the reason. Empty where no programme period was
        reviewed.

    Raises
    ------
    FactsError
        If it is given anything but that record, such as the place itself.

    Notes
    -----
    Rates and counts of what befalls are compared under the law of scatter where it is known, and exactly; shares by Newcombe's limits. A
    difference that stands alone but not among all rows (Benjamini and Hochberg) is ``not_among_all``.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Newcombe (1998), Stat. Med. 17, 873-890; Benjamini and Hochberg (1995),
    J. R. Stat. Soc. B 57, 289-300.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.follow_recommendations(indicators).frame
    >>> frame.loc[frame["said"].eq("not_among_all"), ["recommendation", "indicator", "change", "change_unit"]].round(1)
       recommendation        indicator  change change_unit
    0              R1  persons_waiting  1466.7     percent
    14             R4  reintegrated_12    34.9      points
    """
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
    """Tell for each of the six DAC criteria which figures speak of it, or that none does.

    Parameters
    ----------
    indicators : Indicators
        What :func:`estimate_indicators` gave for the place.

    Returns
    -------
    Evidence
        The columns stand there. A criterion without an indicator keeps its row: that nothing speaks of it is a finding.

    Raises
    ------
    FactsError
        If it is given anything but that record, such as the place itself.

    References
    ----------
    OECD-DAC Network on Development Evaluation (2019), Better Criteria for Better Evaluation.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.weigh_evidence(indicators).frame
    >>> frame.groupby("criterion", sort=False)["has_evidence"].sum().to_dict()
    {'relevance': 6, 'coherence': 8, 'effectiveness': 23, 'efficiency': 14, 'impact': 6, 'sustainability': 4}
    """
    area, lost = indicators.area, names_of(indicators.lapses)
    kept = {name: one for name, one in area.programme.indicators.items() if name not in lost}
    frame = dac_view(indicators.frame, area.programme.model_copy(update={"indicators": kept}))
    return Evidence(area, frame, inherited(indicators.lapses, lost, Evidence))


@step(Trends)
def fit_trends(area: Area) -> Trends:
    """Fit the headline trend of each indicator that asks for one, with the dispersion of the whole panel.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    Trends
        One item per indicator, see there. A year that is hidden or not reported is left out, never taken as 0; a series that carries no trend
        says why.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Notes
    -----
    The trend is log-linear: a yearly percent change of the count, or of the rate where every year has its population. Checks stand beside it:
    each year left out in turn, Mann-Kendall, bends, a step at a declared date.

    References
    ----------
    Fay (2010), R Journal 2, 53-58; McCullagh and Nelder (1989), Generalized Linear Models, ch. 9.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> cases = ek.fit_trends(province).items[0]
    >>> round(cases.fit.apc, 1), round(cases.fit.lower, 1), round(cases.fit.upper, 1), cases.verdict.grade
    (-1.2, -8.9, 7.4, 'open')
    """
    facts = _preferred_totals(area)
    wanted = [name for name, indicator in area.programme.indicators.items() if indicator.trend]
    items, lapses = one_by_one(wanted, lambda name: _trend(facts, name, area), step=Trends.__name__)
    return Trends(area, items, lapses)


@step(Trends)
def fit_one_trend(area: Area, indicator: str) -> Trends:
    """Fit the trend of one indicator, whether or not the programme asks for it.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle.
    indicator : str
        Its name in the programme; :func:`evalkit.explore.trend` says which there are.

    Returns
    -------
    Trends
        With one item, or with a lapse.
    """
    facts = _preferred_totals(area)
    items, lapses = one_by_one([indicator], lambda name: _trend(facts, name, area), step=Trends.__name__)
    return Trends(area, items, lapses)


@step(MonthsWatched)
def watch_months(area: Area) -> MonthsWatched:
    """Hold the latest year's months or quarters of each measure against the same season of the years before.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    MonthsWatched
        One item per measure of which months or quarters are reported, see there; none where years alone are, and then nothing is computed.
        Measures of what the programme itself does are left out. A hidden or missing month is a gap; where a bound would rest on hidden
        ones there is none, and the reason says so.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Notes
    -----
    One of a hundred quiet months lies above its bound. :func:`evalkit.alarms` does the same for one measure and another share.

    References
    ----------
    Farrington et al. (1996), J. R. Stat. Soc. A 159, 547-563; Noufaily et al. (2013), Stat. Med. 32, 1206-1222.

    Examples
    --------
    >>> import evalkit as ek
    >>> ek.watch_months(ek.open_bundle().provinces["04"])  # the invented agencies report years alone
    <MonthsWatched of Tuyết Lĩnh (04): 0 items>
    """
    wanted = measures_to_watch(area.facts, area.programme)
    found, lapses = one_by_one(
        wanted, lambda name: watch_measure(area.facts, name, area.programme), step=MonthsWatched.__name__
    )
    return MonthsWatched(area, tuple(item for item in found if item is not None), lapses)


@step(StandardisedRates)
def standardise_rates(area: Area) -> StandardisedRates:
    """Standardise what a province reports by age by the inhabitants and by the rates of the whole country.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    StandardisedRates
        One item per measure and breakdown by age (named ``age``, or beginning with it) by which the inhabitants are known, see there; where there is none
        nothing is computed, and ``why`` says so. Ages that do not add up are not standardised.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    References
    ----------
    Dobson et al. (1991), Stat. Med. 10, 457-462; Breslow and Day (1987), Statistical Methods in Cancer Research II, 65-71.

    Examples
    --------
    >>> import evalkit as ek
    >>> ek.standardise_rates(ek.open_bundle().provinces["04"])  # the invented inhabitants are not told by age
    <StandardisedRates of Tuyết Lĩnh (04): 0 items>
    """
    by = ages_of_inhabitants(area.facts, area.programme) if isinstance(area, ProvinceFacts) else ()
    if isinstance(area, NationFacts) or not by:
        none = None if isinstance(area, NationFacts) else NotEstimable("no_population_by_age")
        return StandardisedRates(area, (), why=none)
    items: list[Standardised] = []
    lost: list[Lapse] = []
    for name in by:
        one = partial(standardised, area.facts, area.nation, dimension=name, programme=area.programme)
        wanted = measures_by(area.facts, name, area.programme)
        found, lapses = one_by_one(wanted, one, step=StandardisedRates.__name__)
        items, lost = [*items, *found], [*lost, *lapses]
    return StandardisedRates(area, tuple(items), tuple(lost))


@step(Completeness)
def report_completeness(indicators: Indicators) -> Completeness:
    """Tell what was reported and what was not, measure by measure; for the nation, province by province too.

    Parameters
    ----------
    indicators : Indicators
        What :func:`estimate_indicators` gave for the place.

    Returns
    -------
    Completeness
        The columns stand there. A hidden figure counts as told; a measure that nobody reported keeps its row, with zeros.

    Raises
    ------
    FactsError
        If it is given anything but that record, such as the place itself.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.report_completeness(indicators).frame
    >>> int(frame["sources"].eq(0).sum()), len(frame)
    (9, 88)
    """
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


@checked
def sum_up(
    comparisons: Comparisons,
    zeros: ZeroPeriods,
    assessments: Assessments,
    trends: Trends,
    completeness: Completeness,
    *others: Indicators | Pathway | SupportGiven | ProvincesCompared,
) -> Summary:
    """Say in short what is known, how surely, what is not and what to ask for: the brief that a page begins with.

    Parameters
    ----------
    comparisons : Comparisons
        What :func:`compare_periods` gave.
    zeros : ZeroPeriods
        What :func:`examine_zeros` gave.
    assessments : Assessments
        What :func:`assess_targets` gave.
    trends : Trends
        What :func:`fit_trends` gave.
    completeness : Completeness
        What :func:`report_completeness` gave.
    *others : Indicators or Pathway or SupportGiven or ProvincesCompared
        Records that the brief has a block for; one that is not given leaves its block out.

    Returns
    -------
    Summary
        The records given and what is news in the figures. It has no frame: ``text()`` reads it out.

    Raises
    ------
    FactsError
        If one is missing or another record than these.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> early = ek.compare_periods(province), ek.examine_zeros(province), ek.assess_targets(indicators)
    >>> summary = ek.sum_up(*early, ek.fit_trends(province), ek.report_completeness(indicators), indicators)
    >>> summary
    <Summary of Tuyết Lĩnh (04): comparisons, zeros, assessments, trends, completeness, indicators>
    """
    area = comparisons.area
    given = (comparisons, zeros, assessments, trends, completeness)
    of_kind = {type(record): record for record in others}
    news = find_news(area.facts, area.programme, nation=isinstance(area, NationFacts), laws=laws_of(area))
    lapses = tuple(lapse for record in given for lapse in record.lapses)
    kinds = (Indicators, Pathway, SupportGiven, ProvincesCompared)
    indicators, stages, support, side = (of_kind.get(kind) for kind in kinds)
    since = _since_last(area, assessments)
    return Summary(area, *given, news, lapses, indicators, stages, support, side, since)  # type: ignore[arg-type]  # by their own kinds


@step(ProvincesSideBySide)
def provinces_side_by_side(nation: NationFacts) -> ProvincesSideBySide:
    """Put the provinces' totals by programme period beside each other, in official order and without a rank.

    Parameters
    ----------
    nation : NationFacts
        The nation of a bundle: ``bundle.nation()``.

    Returns
    -------
    ProvincesSideBySide
        One row per indicator that compares periods, province and period; the columns stand there. Where a total cannot be made it is missing,
        with the reason.

    Raises
    ------
    FactsError
        If it is given anything but the nation, such as a province.

    Examples
    --------
    >>> import evalkit as ek
    >>> frame = ek.provinces_side_by_side(ek.open_bundle().nation()).frame
    >>> frame.pivot(index="province_code", columns="period", values="count").head(3)
    period         2011-2015  2016-2020  2021-2025  2026-2030
    province_code
    01                  67.0       48.0       52.0        NaN
    02                  71.0       32.0       19.0        NaN
    04                  74.0       86.0       69.0        NaN
    """
    facts = totals_only(nation.province_facts)
    wanted = [name for name, indicator in nation.programme.indicators.items() if indicator.compare_periods]
    codes = [place.code for place in nation.places]
    return ProvincesSideBySide(nation, province_totals(facts, wanted, nation.programme, codes=codes))


@step(ProvincesCompared)
def compare_provinces(nation: NationFacts) -> ProvincesCompared:
    """Compare the provinces' rates: whether they differ at all, before anything finer is said.

    Parameters
    ----------
    nation : NationFacts
        The nation of a bundle: ``bundle.nation()``.

    Returns
    -------
    ProvincesCompared
        One item per indicator that compares periods, see there. A province without a total is left out; where one is hidden nothing is
        compared, for the hidden ones are the small ones.

    Raises
    ------
    FactsError
        If it is given anything but the nation, such as a province.

    References
    ----------
    Dean (1992), J. Am. Stat. Assoc. 87, 451-457; Clayton and Kaldor (1987), Biometrics 43, 671-681; Spiegelhalter (2005),
    Stat. Med. 24, 1185-1202; Marshall and Spiegelhalter (1998), BMJ 316, 1701-1704.

    Examples
    --------
    >>> import evalkit as ek
    >>> item = ek.compare_provinces(ek.open_bundle().nation()).items[0]
    >>> item.period, item.funnel.frame["verdict"].value_counts().to_dict()
    ('2021-2025', {'not_clearly_different': 20, 'within_spread': 11, 'unusual': 3})
    """
    facts = totals_only(nation.province_facts)
    wanted = [name for name, indicator in nation.programme.indicators.items() if indicator.compare_periods]

    def compared(name: str) -> ProvinceComparison:
        return compare_rates(facts, name, nation.programme, law=laws_of_provinces(nation, name))

    items, lapses = one_by_one(wanted, compared, step=ProvincesCompared.__name__)
    return ProvincesCompared(nation, items, lapses)


@step(Effects)
def compare_with_others(nation: NationFacts) -> Effects:
    """Hold places with a measure against places without it, for each comparison that the programme declares.

    Parameters
    ----------
    nation : NationFacts
        The nation of a bundle: ``bundle.nation()``.

    Returns
    -------
    Effects
        One item per comparison; none where the programme declares none. A comparison that was laid down when its figures were known is
        marked exploratory.

    Raises
    ------
    FactsError
        If it is given anything but the nation, such as a province.

    References
    ----------
    Borusyak, Jaravel and Spiess (2024), Rev. Econ. Stud. 91, 3253-3285; Abadie, Diamond and Hainmueller (2010), J. Am. Stat.
    Assoc. 105, 493-505.

    Examples
    --------
    >>> import evalkit as ek
    >>> ek.compare_with_others(ek.open_bundle().nation()).items  # the invented programme declares none
    ()
    """
    declared = {one.id: one for one in nation.programme.comparisons}
    items, lapses = one_by_one(declared, lambda name: _effect(nation, declared[name]), step=Effects.__name__)
    return Effects(nation, items, lapses)


@step(Effects)
def compare_once(nation: NationFacts, comparison: Comparison) -> Effects:
    """Hold places with a measure against places without it, whether or not the programme declares it."""
    return Effects(nation, (_effect(nation, comparison),))


@step(Methods)
def methods_used(area: Area) -> Methods:
    """Name the methods and the sources behind an area's page.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    methods : Methods
        It has no frame: ``text()`` reads it out, ``sources`` holds the sources by their id.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> ek.methods_used(province).sources["invented-police"].title
    'Báo cáo năm của cơ quan điều tra (số liệu giả định)'
    """
    return Methods(area)


def _since_last(area: Area, assessments: Assessments) -> SinceLast | None:
    """Return what is new since the last edition; targets are judged once more by the figures of then, where any has changed."""
    since = area.since
    if since is None:
        return None
    rows = pd.DataFrame([asdict(one) for one in since.changed], columns=list(Changed.__slots__))
    rows = rows.astype({"period_start": "datetime64[us]", "period_end": "datetime64[us]", "before": float})
    names = ["place_basis", "period_start", "period_end", "measure", "source_id"]
    values = totals_only(area.facts)[[*names, "value"]]
    values = values.astype({"period_start": "datetime64[us]", "period_end": "datetime64[us]"})
    told = rows.merge(values, on=names, how="inner")
    columns = ["measure", "period_start", "period_end", "source_id"]
    new, revised = told[told["before"].isna()], told[told["before"].notna()]
    verdicts = _verdicts_changed(area, since, assessments) if len(told) else pd.DataFrame()
    return SinceLast(
        since.edition, since.date, new[columns], revised[[*columns, "value", "before"]], verdicts
    )


def _verdicts_changed(area: Area, since: Since, assessments: Assessments) -> pd.DataFrame:
    """Return the targets and periods whose verdict is another than it was by the figures of the last edition."""
    then = replace(area, facts=facts_before(area.facts, since))
    keys = ["target_id", "period_start", "period_end"]
    before = assess_targets(estimate_indicators(then)).frame[[*keys, "verdict"]]
    both = assessments.frame[[*keys, "verdict"]].merge(before, on=keys, suffixes=("", "_before"))
    both = both.rename(columns={"verdict_before": "before"})
    return both[both["verdict"] != both["before"]].reset_index(drop=True)


def _preferred_totals(area: Area) -> pd.DataFrame:
    return preferred(totals_only(area.facts), area.programme)


def _bounded(
    nation: NationFacts, name: str, items: tuple[PeriodComparison, ...]
) -> tuple[BoundedChange, ...]:
    """Return what the totals of the periods may be where reports of provinces are missing."""
    reports = Reports(
        figures=totals_only(nation.facts),
        nation=_preferred_totals(nation),
        provinces=preferred(totals_only(nation.province_facts), nation.programme),
        places=tuple(place.code for place in nation.places),
        laws=laws_of_provinces(nation, name) or {},
    )
    law = Beside(law_of(nation, name), family=family_of(nation, "comparisons"))
    printed = [item for item in items if item.indicator == name]
    return bounded_changes(reports, name, nation.programme, law=law, printed=printed)


def _trend(facts: pd.DataFrame, name: str, area: Area) -> Trend:
    return trend_of(facts, name, area.programme, law=law_of(area, name), family=family_of(area, "trends"))


def _effect(nation: NationFacts, comparison: Comparison) -> ComparedEffect:
    codes = [place.code for place in nation.places if place.scheme == comparison.scheme]
    law = law_of_measure(nation, comparison.measure)
    return effect_of(nation.province_facts, comparison, nation.programme, places=codes, law=law)


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
