"""The four numbers of the first screen: each with its period, the year before, what was to be expected and who says so."""

from __future__ import annotations

from dataclasses import replace

from evalkit.indicators.completeness import told_by_provinces
from evalkit.indicators.judging import JUDGED
from evalkit.indicators.news import Told
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import CONFIDENTIAL, Bilingual, KeyNumber, KeyNumbers, Section
from evalkit.reporting.brief.followed_counts import Topic, year_before
from evalkit.reporting.brief.promises_kept import latest_verdicts, unjudged
from evalkit.reporting.citations import Citations
from evalkit.reporting.sections.news_sentences import unlike
from evalkit.reporting.sections.shared_words import both, qualified, qualified_count, span, within_sentence
from evalkit.reporting.wording import say
from evalkit.statistics.trend.latest_year import LatestYear
from evalkit.table import MARK, PRELIMINARY, STATUSES


def key_numbers(result: Summary, topics: tuple[Topic, ...], cites: Citations) -> Section:
    """Return the newest count of each topic, the targets met and the items without a figure."""
    items = [_count_of(topic, result, cites) for topic in topics]
    if len(topics) > 1 and _other_place(topics, result):
        note = say("counted where received: not only from these cases")
        items[1] = replace(items[1], details=(*items[1].details, note))
    items += [number for number in (_targets_met(result), _silent(result)) if number is not None]
    return Section("key-numbers", say("Key figures"), (KeyNumbers(tuple(items)),), layer="brief")


def _other_place(topics: tuple[Topic, ...], result: Summary) -> bool:
    """Tell whether cases where they occurred stand beside persons received in the same year: these are not the persons of those cases."""
    told = [one for topic in topics if topic.latest is not None and (one := topic.latest.year) is not None]
    bases = [result.area.programme.measures[one.measure].place_basis for one in told]
    return bases == ["occurrence", "reception"] and len({one.end.year for one in told}) == 1


def _count_of(topic: Topic, result: Summary, cites: Citations) -> KeyNumber:
    programme = result.area.programme
    told = topic.latest.year if topic.latest is not None else None
    if told is None:
        return KeyNumber(
            same("–"),
            same(""),
            both(programme.measures[topic.measure].label),
            (_without_year(topic, result, cites),),
        )
    unit = programme.units[programme.measures[told.measure].unit]
    label = say(
        "{measure}, {year}",
        measure=both(programme.measures[told.measure].label),
        year=span(told.start, told.end),
    )
    figure, unlike_words = qualified(told.value, told.qualifier, mark=told.mark), _unlike(told, result)
    preliminary = [say("[p]: preliminary, by its source")] if told.mark == PRELIMINARY else []
    details = [
        *preliminary,
        *unlike_words,
        *_since(topic, result, cites),
        *_before(told, result),
        *_usual(topic, told),
    ]
    return KeyNumber(
        figure,
        both(unit.one if told.value == 1 else unit.label),
        cites.after(label, told.source),
        tuple(details),
    )


def _without_year(topic: Topic, result: Summary, cites: Citations) -> Bilingual:
    """Say that no whole year has a figure; an older one is named with its days, never in its place."""
    newest = topic.latest.newest if topic.latest is not None else None
    if newest is None:
        hidden = topic.measure in set(
            result.area.facts.loc[result.area.facts["status"] == "suppressed", "measure"]
        )
        return say("confidential") if hidden else say("no figure in the sources used")
    told = say(
        "no whole year in the sources used; newest: {count} ({period})",
        count=qualified_count(
            newest.value, newest.qualifier, newest.measure, result.area.programme, mark=newest.mark
        ),
        period=span(newest.start, newest.end),
    )
    return cites.after(told, newest.source)


def _unlike(told: Told, result: Summary) -> list[Bilingual]:
    rows = result.news.differing
    hit = rows[
        (rows["measure"] == told.measure)
        & (rows["period_start"] == told.start)
        & (rows["period_end"] == told.end)
    ]
    return [
        say("sources differ: {figures}", figures=unlike(row["figures"], told.measure, result.area))
        for _, row in hit.head(1).iterrows()
    ]


def _since(topic: Topic, result: Summary, cites: Citations) -> list[Bilingual]:
    """Give the newest count of less or more than a year that begins after the year told."""
    newest = topic.latest.newest if topic.latest is not None else None
    if newest is None:
        return []
    measure = (
        []
        if newest.measure == topic.measure
        else [both(result.area.programme.measures[newest.measure].label)]
    )
    told = say(
        "{period}: {count}",
        period=formats.within_year(newest.start.date(), newest.end.date()),
        count=qualified(newest.value, newest.qualifier, mark=newest.mark),
    )
    for label in measure:
        told = say("{told} ({measure})", told=told, measure=within_sentence(label))
    return [cites.after(told, newest.source)]


def _before(told: Told, result: Summary) -> list[Bilingual]:
    row = year_before(told, result.area)
    if row is None:
        return []
    year = span(row["period_start"], row["period_end"])
    if row["status"] == "suppressed":
        return [say("{year}: confidential {mark}", year=year, mark=CONFIDENTIAL)]
    return [
        say(
            "{year}: {count}",
            year=year,
            count=qualified(row["value"], row["qualifier"], mark=str(row.get(MARK, ""))),
        )
    ]


def _usual(topic: Topic, told: Told) -> list[Bilingual]:
    found = topic.trend.latest if topic.trend is not None else None
    if not isinstance(found, LatestYear) or found.year != told.end.year or told.measure != topic.measure:
        return []
    words: dict[str, Bilingual | str] = {
        "before": str(found.before),
        "low": formats.number(found.low),
        "high": formats.number(found.high),
    }
    if found.along_trend:
        return [
            say(
                "outside {low} to {high}, the 95% range expected from the {before} years before, to where their trend leads: not called unusual",
                **words,
            )
        ]
    if not found.inside_without:
        return [say("95% range expected from the {before} years before: {low} to {high}", **words)]
    return [
        say(
            "just outside {low} to {high}, the 95% range expected from the {before} years before, and inside it without one of them: not called unusual",
            **words,
        )
    ]


def _targets_met(result: Summary) -> KeyNumber | None:
    """Count the targets met of those judged in the latest year; nothing where a programme has none."""
    if not result.area.programme.targets:
        return None
    rows = latest_verdicts(result.assessments.frame)
    label = say("targets met, of those that can be judged")
    if rows.empty:
        is_bound = len(result.assessments.frame) > 0
        return KeyNumber(same("–"), same(""), label, (say("no target can be judged"),)) if is_bound else None
    judged = rows[rows["verdict"].isin(JUDGED)]
    met, others = int((judged["verdict"] == "met").sum()), len(unjudged(result, judged))
    details = [say("in {year}", year=str(judged["period_end"].dt.year.max()))]
    if others:
        details.append(say("not judged: {count}", count=str(others)))
    return KeyNumber(
        say("{met} of {judged}", met=str(met), judged=str(len(judged))), same(""), label, tuple(details)
    )


def _silent(result: Summary) -> KeyNumber:
    frame = result.completeness.frame
    frame = frame[frame["measure"] != result.area.programme.population]
    silent = frame["last"].isna()
    elsewhere = told_by_provinces(frame, result.completeness.places)
    partly = int((silent & (frame[list(STATUSES)].sum(axis=1) > 0)).sum()) + len(elsewhere)
    return KeyNumber(
        say("{met} of {judged}", met=str(int(silent.sum())), judged=str(len(frame))),
        same(""),
        say("items without a figure"),
        (say("in part, or said to be missing: {partly}", partly=str(partly)),) if partly else (),
    )
