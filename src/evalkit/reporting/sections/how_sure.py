"""How sure each sentence of the brief is that judges something: a row each, from the record that decided it, never from its text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.indicators.group_shifts import GroupShift
from evalkit.indicators.news import Latest, ZeroNews
from evalkit.indicators.trends import Trend
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each, same
from evalkit.reporting.blocks import Bilingual, Cell, Column, Table
from evalkit.reporting.brief.among_all import count_of_years
from evalkit.reporting.brief.beside_country import direction, held_against_the_country, law_of_rate
from evalkit.reporting.brief.followed_counts import Topic, topics_of
from evalkit.reporting.brief.promises_kept import latest_verdicts
from evalkit.reporting.kind_words import value_words
from evalkit.reporting.sections.compared import Compared, compared
from evalkit.reporting.sections.comparison_words import interval_words, window_words
from evalkit.reporting.sections.limits import (
    SMALL_BASE,
    change_limits,
    change_written,
    limits_written,
    parted_by_rounding,
    rounding_note,
)
from evalkit.reporting.sections.news_sentences import share_of_year, telling_shifts, told_words
from evalkit.reporting.sections.shared_words import NOTHING, both, chance, counted, p_words, span
from evalkit.reporting.sections.verdict_words import checks_words, verdict_words
from evalkit.reporting.wording import say
from evalkit.statistics.results import TrendFit
from evalkit.statistics.trend.latest_year import LatestYear

FEW = 10  # a change on a smaller base is read with care


@dataclass(frozen=True, slots=True)
class _Sure:
    """One sentence: what it is about, what came out, and what that rests on."""

    about: Bilingual
    result: Bilingual
    limits: Bilingual = NOTHING
    p: Bilingual = NOTHING
    model: Bilingual = NOTHING
    checks: Bilingual = NOTHING


def how_sure(result: Summary) -> Table | None:
    """Return the table of all sentences of the brief that judge something; None where none does."""
    topics = topics_of(result)
    rows = [
        *(_shift(shift, result.area) for shift in telling_shifts(result)),
        *_changes(topics, result),
        *(_zero(item, result.area) for item in result.news.zeros),
        *_targets(result),
        *_beside(result),
        *_among_all(result.area, topics),
    ]
    if not rows:
        return None
    columns = (
        Column("sentence", say("What the sentence is about")),
        Column("result", say("Change or result")),
        Column("interval", say("95% interval")),
        Column("p", say("p")),
        Column("model", say("Years scatter by")),
        Column("checks", say("Checks")),
    )
    cells = [(row.about, row.result, row.limits, row.p, row.model, row.checks) for row in rows]
    return Table(
        "how-sure",
        say("What each sentence that judges something rests on"),
        columns,
        tuple(tuple(Cell(text) for text in row) for row in cells),
    )


def is_latest_year_told(item: Latest, result: Summary) -> bool:
    """Tell whether a row says the newest count of a whole year."""
    for topic in topics_of(result):
        found = topic.trend.latest if topic.trend is not None else None
        if topic.latest == item and item.year is not None and isinstance(found, LatestYear):
            return item.year.measure == topic.measure and item.year.end.year == found.year
    return False


def _changes(topics: Sequence[Topic], result: Summary) -> list[_Sure]:
    found = []
    for topic in topics:
        pairs = compared(result.comparisons)
        found += [_pair(item, result.area) for item in pairs if item.indicator == topic.indicator]
        trend = topic.trend
        if trend is not None and isinstance(trend.fit, TrendFit):
            found.append(_trend(trend, trend.fit, result.area))
        if trend is not None and isinstance(trend.latest, LatestYear):
            found.append(_latest(trend.latest, topic, result.area))
    return found


def _pair(item: Compared, area: Area) -> _Sure:
    programme = area.programme
    measure = programme.indicators[item.indicator].numerator
    early, late = (
        say(
            "{count} ({period})",
            count=window_words(one, measure, programme, unlike=item.earlier.years != item.later.years),
            period=span(one.start, one.end),
        )
        for one in (item.earlier, item.later)
    )
    about = say(
        "{indicator}: {early}, {late}", indicator=_label(item.indicator, area), early=early, late=late
    )
    verdict, checks = verdict_words(item.verdict), checks_words(item.verdict, programme)
    if 0 < item.earlier.count < FEW:
        base = counted(item.earlier.count, measure, programme)
        checks = _together([checks, say("small base: {base}", base=base)])
    if item.earlier.count < SMALL_BASE:
        return _Sure(about, verdict, checks=checks)
    start = item.earlier.count
    change = change_written(item.result.percent_change, base=start)
    words = say("{change}: {verdict}", change=change, verdict=verdict)
    return _Sure(
        about,
        words,
        interval_words(item, base=start),
        p_words(item.p),
        _law(is_known=item.under_law is not None),
        checks,
    )


def _trend(item: Trend, fit: TrendFit, area: Area) -> _Sure:
    label = _label(item.indicator, area)
    about = say(
        "{indicator}: trend {first}–{last}",
        indicator=say("{indicator} per inhabitant", indicator=label) if "exposure" in item.series else label,
        first=str(fit.first),
        last=str(fit.last),
    )
    words = say(
        "{change} a year: {verdict}", change=change_written(fit.apc), verdict=verdict_words(item.verdict)
    )
    model = {
        "exact conditional": say("pure chance"),
        "negative binomial": say("the law of scatter"),
        "quasi-Poisson, pooled dispersion": say("the law of scatter"),
        "quasi-Poisson, own dispersion": say("their own dispersion"),
    }[item.method]
    checks = [checks_words(item.verdict, area.programme)]
    missing = sorted(set(range(fit.first, fit.last)) - set(fit.years_used))
    if missing:
        checks.append(
            say("no figure for {years}", years=formats.listed([same(str(year)) for year in missing]))
        )
    return _Sure(about, words, change_limits(fit.lower, fit.upper), p_words(fit.p), model, _together(checks))


def _latest(found: LatestYear, topic: Topic, area: Area) -> _Sure:
    about = say(
        "{indicator}: {count} in {year}",
        indicator=_label(topic.indicator, area),
        count=formats.number(found.count),
        year=str(found.year),
    )
    years = str(found.before)
    if not found.lies_outside:
        words, checks = say("as was to be expected"), NOTHING
    elif found.is_unusual:
        words = say("unusual")
        checks = say("outside whichever of the {years} years before is left out", years=years)
    elif found.along_trend:
        words, checks = say("not called unusual"), say("outside, where the trend of the years before leads")
    else:
        words = say("not called unusual")
        without = formats.listed([same(str(year)) for year in found.inside_without])
        checks = say("outside, but inside without any one of these years: {years}", years=without)
    limits = _expected(found.low, found.high)
    return _Sure(about, words, limits, model=_law(is_known=found.by_law), checks=checks)


def _zero(item: ZeroNews, area: Area) -> _Sure:
    """Return a run of zeros: what it leaves open, how probable it is at the pace before, and what came later."""
    run = item.run
    about = say(
        "{indicator}: none in {period}",
        indicator=_label(run.indicator, area),
        period=span(run.start, run.end),
    )
    limits = (
        say("no limits can be given")
        if math.isinf(run.upper_per_year)
        else say("0 to {upper} a year", upper=formats.number(run.upper_per_year, 1))
    )
    checks = []
    if run.earlier is not None:
        words = chance(run.chance_predictive)
        checks.append(say("probability at the pace before: {chance}", chance=words))
    if run.rivals:
        checks.append(
            say("events: {events}", events=formats.listed([both(event.label) for event in run.rivals]))
        )
    meanwhile = [told for told in (item.against, item.received) if told is not None]
    checks += [say("meanwhile: {figure}", figure=told_words(told, area)) for told in meanwhile]
    if item.later is not None:
        checks.append(say("later: {figure}", figure=told_words(item.later, area)))
    result = say("more than zero a year is not ruled out")
    law = _law(is_known=run.by_law)
    return _Sure(about, result, limits, model=law, checks=_together(checks))


def _together(parts: Sequence[Bilingual]) -> Bilingual:
    return each(lambda *texts: "; ".join(texts), *parts) if parts else NOTHING


def _shift(shift: GroupShift, area: Area) -> _Sure:
    group = area.programme.dimensions[shift.dimension].values[shift.group]
    about = say(
        "{measure}, {group}: {early}, {late}",
        measure=both(area.programme.measures[shift.measure].label),
        group=both(group),
        early=span(shift.before.start, shift.before.end),
        late=span(shift.after.start, shift.after.end),
    )
    share_before, share_after = map(share_of_year, (shift.before, shift.after))
    words = say(
        "{before}, then {after}; chance alone hardly explains it", before=share_before, after=share_after
    )
    low, high = formats.number(shift.lower, 1), formats.number(shift.upper, 1)
    limits = say("{low} to {high} percentage points", low=low, high=high)
    checks = say("interval and word allow for {tried} groups looked at (Bonferroni)", tried=str(shift.tried))
    return _Sure(about, words, limits, p_words(shift.p), checks=checks)


def _targets(result: Summary) -> list[_Sure]:
    """Return what the targets' verdicts rest on: their bases; no chance is in them."""
    rows = latest_verdicts(result.assessments.frame)
    if rows.empty:
        return []
    counts = {name: int((rows["verdict"] == name).sum()) for name in ("met", "not_met", "too_few")}
    small = int(rows["is_small_base"].astype(bool).sum())
    about = say("Targets in {year}", year=str(rows["period_end"].dt.year.max()))
    words = say("{met} met, {missed} not met", met=str(counts["met"]), missed=str(counts["not_met"]))
    checks = say(
        "bases of 5 to 19: {small}; under 5, not judged: {few}", small=str(small), few=str(counts["too_few"])
    )
    return [_Sure(about, words, checks=checks)]


def _beside(result: Summary) -> list[_Sure]:
    found = []
    for name, here, there in held_against_the_country(result):
        kind = result.area.programme.indicators[name].kind
        about = say(
            "{indicator}: here and in the country, {year}",
            indicator=_label(name, result.area),
            year=str(here["year"]),
        )
        words = say(
            "{value}, country {other}: {word}",
            value=value_words(kind, here["value"]),
            other=value_words(kind, there["value"]),
            word=direction(here, there),
        )
        limits = limits_written(here["lower"], here["upper"], write=partial(value_words, kind))
        is_known = law_of_rate(result.area, name) is not None
        model = _law(is_known=is_known) if kind == "rate" else NOTHING
        write = partial(value_words, kind)
        is_close = parted_by_rounding(here["lower"], here["upper"], there["value"], write=write)
        checks = rounding_note() if is_close else NOTHING
        found.append(_Sure(about, words, limits, model=model, checks=checks))
    return found


def _among_all(area: Area, topics: Sequence[Topic]) -> list[_Sure]:
    """Return the place of a province among all: the count, its limits of chance, and those with the spread of provinces."""
    names = [topic.indicator for topic in topics]
    if not isinstance(area, ProvinceFacts) or not (told := [name for name in names if name in area.funnels]):
        return []
    record = area.funnels[told[0]]
    (own,) = record["points"].values()
    about = say(
        "{indicator}: {count} here, among all provinces",
        indicator=_label(told[0], area),
        count=count_of_years(own, record),
    )
    words = {
        "not_clearly_different": say("not clearly different"),
        "within_spread": say("apart, yet within the spread of provinces"),
        "unusual": say("unusual even for so unlike provinces"),
    }[own["verdict"]]
    checks = say(
        "with the spread of provinces: {low} to {high}",
        low=formats.number(own["wide_lower"]),
        high=formats.number(own["wide_upper"]),
    )
    limits = _expected(own["chance_lower"], own["chance_upper"])
    return [_Sure(about, words, limits, model=_law(is_known=record["law"]), checks=checks)]


def _expected(low: float, high: float) -> Bilingual:
    return say("{low} to {high} to be expected", low=formats.number(low), high=formats.number(high))


def _law(*, is_known: bool) -> Bilingual:
    return say("the law of scatter") if is_known else say("pure chance")


def _label(indicator: str, area: Area) -> Bilingual:
    return both(area.programme.indicators[indicator].label)
