"""What is news, in sentences, each with its cautions: groups, zeros and what came after them, unlike sources, the newest figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.indicators.group_shifts import GroupShift, ShareOfYear
from evalkit.indicators.news import Latest, Told, ZeroNews
from evalkit.indicators.zeros import ZeroPeriod
from evalkit.programme.models import Break
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.kind_words import decimals_of_percent
from evalkit.reporting.sections.shared_words import (
    both,
    counted,
    either,
    lasting,
    qualified_count,
    span,
    within_sentence,
)
from evalkit.reporting.sentence import Caution, Sentence, joined
from evalkit.reporting.wording import say
from evalkit.table import totals_only

MOST_SHIFTS = 2
MOST_DIFFERING = 2
SELDOM = 0.025  # a run of zeros less probable is hardly chance: one tail of the two-sided 5 %


def shift_sentences(result: Summary) -> list[Sentence]:
    """Say whose share moved, in counts; then in the caution how surely, and what else could explain it."""
    area, standing = result.area, telling_shifts(result)
    if not standing:
        return []
    text = joined(*(_shift_words(shift, area) for shift in standing), *_as_told(standing, area))
    tried = say(
        "Had victims been identified independently, chance would hardly explain this, even among {tried} groups compared; but one case often has several.",
        tried=str(standing[0].tried),
    )
    return [Sentence(text, (Caution("cause_open", joined(tried, _why_open(standing[0], area))),))]


def _why_open(shift: GroupShift, area: Area) -> Bilingual:
    """Say what could explain a shift: the declared events that touch its years first."""
    events = _events(shift.measure, shift.before.start, shift.after.end, area)
    if not events:
        return say(
            "The figures do not say why: one large case, a more thorough search or a change in recording could each explain it."
        )
    named = [within_sentence(both(event.label)) for event in events]
    return say(
        "The figures do not say why: {events}, one large case, a more thorough search or a change in recording could explain it.",
        events=each(lambda *texts: ", ".join(texts), *named),
    )


def telling_shifts(result: Summary) -> list[GroupShift]:
    """Return the shifts that the summary tells: of those that stand, one group of each attribute."""
    return _telling([shift for shift in result.news.shifts if shift.stands], result.area)


def _telling(shifts: Sequence[GroupShift], area: Area) -> list[GroupShift]:
    """Keep one group of each attribute: the one whose share rose most; what others lost follows from it."""
    best: dict[str, GroupShift] = {}
    for shift in sorted(shifts, key=lambda shift: -shift.points):
        best.setdefault(shift.dimension, shift)
    order = list(area.programme.dimensions)
    largest = sorted(best.values(), key=lambda shift: -abs(shift.points))[:MOST_SHIFTS]
    return sorted(largest, key=lambda shift: order.index(shift.dimension))


def _as_told(shifts: Sequence[GroupShift], area: Area) -> list[Bilingual]:
    """Give what the sources of shares say of their figures that an official is to know."""
    names = dict.fromkeys(year.source for shift in shifts for year in (shift.before, shift.after))
    told = [area.sources[name].tells for name in names if name in area.sources]
    return list({(words := both(one)).en: words for one in told if one is not None}.values())


def _shift_words(shift: GroupShift, area: Area) -> Bilingual:
    text = _counts_of(shift, area)
    before, after = shift.before.unspecified, shift.after.unspecified
    named = area.programme.dimensions[shift.dimension].unspecified
    if not named or named == shift.group or before is None or after is None or before + after == 0:
        return text
    left = say(
        "{group}: {before} ({early}), {after} ({late}).",
        group=both(area.programme.dimensions[shift.dimension].values[named]),  # noqa: PD011
        before=formats.number(before),
        after=formats.number(after),
        early=span(shift.before.start, shift.before.end),
        late=span(shift.after.start, shift.after.end),
    )
    return joined(text, each(lambda words: words[:1].upper() + words[1:], left))


def _counts_of(shift: GroupShift, area: Area) -> Bilingual:
    group = area.programme.dimensions[shift.dimension].values[shift.group]  # noqa: PD011
    return say(
        "{measure}, {group}: {before} of {base} persons in {early} ({share}), {after} of {total} persons in {late} ({later_share}).",
        measure=both(area.programme.measures[shift.measure].label),
        group=both(group),
        before=formats.number(shift.before.part),
        base=formats.number(shift.before.base),
        early=span(shift.before.start, shift.before.end),
        share=share_of_year(shift.before),
        after=formats.number(shift.after.part),
        total=formats.number(shift.after.base),
        late=span(shift.after.start, shift.after.end),
        later_share=share_of_year(shift.after),
    )


def share_of_year(year: ShareOfYear) -> Bilingual:
    """Write a share of a year as the sentences of a brief write it."""
    value = 100 * year.part / year.base
    return formats.percent(value, decimals_of_percent(value, year.base))


def zero_cautions(item: ZeroNews, area: Area) -> tuple[Bilingual, ...]:
    """Say beside a headline on a run of zeros: what it rules out; then whether it could be chance, and what happened meanwhile."""
    run = item.run
    numerator = area.programme.indicators[run.indicator].numerator
    told = [
        both(source.tells)
        for name in sources_of_zeros(run, area)
        if (source := area.sources.get(name)) and source.tells
    ]
    events = [caution.text for caution in _zero_cautions(numerator, run, area)[:1]]
    parts = against_the_pace_before(run, area, is_explained=bool(events)) + events
    parts += [_against_words(item.against, area)] if item.against is not None else []
    first = joined(*told, still_allowed(run, area))
    return (first, joined(*parts)) if parts else (first,)


def sources_of_zeros(run: ZeroPeriod, area: Area) -> tuple[str, ...]:
    """Return who reported the zeros of a run."""
    rows = totals_only(area.facts, area.programme.dimensions)
    rows = rows[rows["measure"] == area.programme.indicators[run.indicator].numerator]
    inside = rows["period_start"].between(run.start, run.end) & (rows["status"] == "zero_reported")
    return tuple(rows.loc[inside, "source_id"].drop_duplicates())


def still_allowed(run: ZeroPeriod, area: Area) -> Bilingual:
    """Say the yearly number that a run of zeros does not rule out."""
    measure = area.programme.measures[area.programme.indicators[run.indicator].numerator]
    words: dict[str, Bilingual] = {
        "years": lasting(run.years),
        "unit": both(area.programme.units[measure.unit].label),
    }
    if math.isinf(run.upper_per_year):
        return say(
            "Years scatter so much that a run of {years} at zero rules out no number of {unit} a year.",
            **words,
        )
    words["upper"] = formats.number(run.upper_per_year, 1)
    return say(
        "After {years} without a case recorded, an average of up to {upper} {unit} a year is not ruled out.",
        **words,
    )


def against_the_pace_before(run: ZeroPeriod, area: Area, *, is_explained: bool) -> list[Bilingual]:
    """Say whether a run of zeros could be chance at the pace of the period before, and under which law; its probability stands in the annex."""
    if run.earlier is None:
        return []
    measure = area.programme.indicators[run.indicator].numerator
    words = {
        "count": counted(run.earlier.count, measure, area.programme),
        "period": span(run.earlier.start, run.earlier.end),
        "years": lasting(run.years),
    }
    if run.chance_predictive >= SELDOM:
        return [
            say(
                "Had the pace of {period} ({count}) gone on, {years} without a case could still be chance.",
                **words,
            )
        ]
    told = (
        say(
            "Had the pace of {period} ({count}) gone on, {years} without a case would hardly happen, even allowing for extra variation between years.",
            **words,
        )
        if run.by_law
        else say(
            "Had the pace of {period} ({count}) gone on, {years} without a case would hardly happen if yearly counts varied by chance alone.",
            **words,
        )
    )
    return [told] if is_explained else [told, say("The figures do not say why.")]


def _against_words(told: Told, area: Area) -> Bilingual:
    return say(
        "Another source has a figure above zero for these years: {measure}, {count} ({period}).",
        **_words(told, area),
    )


def told_words(told: Told, area: Area) -> Bilingual:
    """Write a figure with what it counts and its days."""
    return say("{measure}, {count} ({period})", **_words(told, area))


def latest_sentence(item: Latest, result: Summary, *, year_is_told: bool) -> list[Sentence]:
    """Say the newest figures of a topic, unless the row on a zero has said them; that of a whole year unless it is told beside."""
    zeros = [zero for zero in result.news.zeros if zero.run.indicator == item.indicator]
    year, newest = (None if _is_told(told, zeros) else told for told in (item.year, item.newest))
    year, area = None if year_is_told else year, result.area
    parts = []
    if year is not None:
        parts.append(
            say("Newest count of a whole year: {measure}, {count} ({period}).", **_words(year, area))
        )
    if newest is not None:
        parts.append(
            say("Newer, but not for a whole year: {measure}, {count} ({period}).", **_words(newest, area))
            if item.year is not None
            else say("Newest figure: {measure}, {count} ({period}).", **_words(newest, area))
        )
    return [Sentence(joined(*parts), _differ_cautions([year, newest], result))] if parts else []


def _is_told(told: Told | None, zeros: Sequence[ZeroNews]) -> bool:
    """Tell whether the sentence on a zero of the topic has said a figure: the zero itself, or the first one after it."""
    return told is not None and any(
        told == zero.later or (told.value == 0 and told.start >= zero.run.start and told.end <= zero.run.end)
        for zero in zeros
    )


def _words(told: Told, area: Area) -> dict[str, Bilingual]:
    return {
        "measure": both(area.programme.measures[told.measure].label),
        "count": _count(told, area),
        "period": span(told.start, told.end),
    }


def _count(told: Told, area: Area) -> Bilingual:
    return qualified_count(told.value, told.qualifier, told.measure, area.programme, mark=told.mark)


def differing_sentences(result: Summary) -> list[Sentence]:
    """Say the latest figures of persons and cases that two sources give unlike."""
    rows = result.news.differing
    measures = result.area.programme.measures
    told = rows[[measures[name].disclosure != "activity" for name in rows["measure"]]]
    return [Sentence(_differ_words(row, result.area)) for _, row in told.tail(MOST_DIFFERING).iterrows()]


def _differ_words(row: pd.Series, area: Area) -> Bilingual:
    return say(
        "{measure}, {period}: sources differ ({figures}).",
        measure=both(area.programme.measures[row["measure"]].label),
        period=span(row["period_start"], row["period_end"]),
        figures=unlike(row["figures"], row["measure"], area),
    )


def unlike(figures: Sequence[float], measure: str, area: Area) -> Bilingual:
    """Write the figures of sources that differ: ``82 or 65 persons``."""
    if len(figures) == 1:
        return counted(figures[0], measure, area.programme)
    last = counted(figures[-1], measure, area.programme)
    return say("{one} or {other}", one=either(figures[:-1]), other=last)


def _differ_cautions(told: Sequence[Told | None], result: Summary) -> tuple[Caution, ...]:
    rows = result.news.differing
    found = []
    for one in told:
        if one is None:
            continue
        same = (rows["measure"] == one.measure) & (rows["period_start"] == one.start)
        hit = rows[same & (rows["period_end"] == one.end)]
        found += [
            Caution(
                "sources_differ",
                say(
                    "Sources differ on this figure: {figures}.",
                    figures=unlike(row["figures"], row["measure"], result.area),
                ),
            )
            for _, row in hit.iterrows()
        ]
    return tuple(found)


def break_cautions(
    measure: str, start: pd.Timestamp | date, end: pd.Timestamp | date, area: Area
) -> tuple[Caution, ...]:
    """Name the declared events that touch a window of a measure."""
    events = _events(measure, start, end, area)
    if not events:
        return ()
    text = say(
        "What may have affected the figures of {period}: {events}.",
        period=span(pd.Timestamp(start), pd.Timestamp(end)),
        events=formats.listed([both(event.label) for event in events]),
    )
    return (Caution("break", text),)


def came_with_a_fall(event: Break, run: ZeroPeriod, area: Area) -> bool:
    """Tell whether a figure fell to a run of zeros no earlier than an event began: what was at zero before did not fall with it."""
    rows = totals_only(area.facts, area.programme.dimensions)
    rows = rows[rows["measure"] == area.programme.indicators[run.indicator].numerator]
    above = (rows["value"] > 0) & (rows["period_end"] < run.start)
    return bool(above.any()) and event.valid_from.year <= run.start.year


def _zero_cautions(measure: str, run: ZeroPeriod, area: Area) -> tuple[Caution, ...]:
    """Name the events of a zero; a single one with its effect."""
    events = _events(measure, run.start, run.end, area)
    if len(events) != 1 or not came_with_a_fall(events[0], run, area):
        return break_cautions(measure, run.start, run.end, area)
    text = say(
        "{event}: {effect}", event=both(events[0].label), effect=within_sentence(both(events[0].effect))
    )
    return (Caution("break", text),)


def _events(measure: str, start: pd.Timestamp | date, end: pd.Timestamp | date, area: Area) -> list[Break]:
    first, last = pd.Timestamp(start).date(), pd.Timestamp(end).date()
    return [*area.programme.breaks_between(first, last, measure=measure)]
