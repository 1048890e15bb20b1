"""Figure 1: the counts over time, with the figures drawn as a table behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.facts.laws_of_area import law_of
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.indicators.trends import Trend
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each, same
from evalkit.reporting.blocks import Bilingual, Figure, Paragraph, Section
from evalkit.reporting.brief.followed_counts import TIMELINE, Topic
from evalkit.reporting.brief.part_years import vague_years
from evalkit.reporting.brief.told_over_time import Told, differing, figures_drawn, limits, period_words, place
from evalkit.reporting.citations import Citations
from evalkit.reporting.drawing.pen import FULL, WIDE
from evalkit.reporting.drawing.timeline import Bar, Event, Panel, Step, step_days, timeline
from evalkit.reporting.sections.shared_words import (
    Row,
    both,
    qualified,
    sentences,
    within_sentence,
)
from evalkit.reporting.wording import say
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import TrendFit
from evalkit.statistics.trend.latest_year import LatestYear


def over_time(result: Summary, topics: tuple[Topic, ...], cites: Citations) -> Section | None:
    """Return the section with the counts over time; None where there is neither a year nor a period to draw."""
    pairs = _drawn(topics, result)
    if not pairs:
        return None
    panels = [panel for _, panel in pairs]
    is_alone = isinstance(result.area, NationFacts)  # beside nothing: over the whole page
    events = _events(result, [topic for topic, _ in pairs])
    wide, phone = timeline(panels, events, width=FULL if is_alone else WIDE)
    title = say(
        "Year by year: {topics}", topics=formats.listed([within_sentence(panel.title) for panel in panels])
    )
    told = [Told(topic, panel, result) for topic, panel in pairs]
    alt = say("{title}. {panels}", title=title, panels=_read_aloud(told))
    caption = sentences(_caption(pairs, result), _whose(told, cites))
    figure = Figure(TIMELINE, wide, alt, caption, phone, figures_drawn(told, result.area, cites))
    beside = [
        Paragraph(sentences(*notes), tone="aside") for notes in (_not_drawn(pairs), _of_parts(told)) if notes
    ]
    return Section("over-time", title, (figure, *beside), layer="brief", width="wide")


def _drawn(topics: tuple[Topic, ...], result: Summary) -> list[tuple[Topic, Panel]]:
    """Return what is drawn of each topic, over the same years: one without a figure or a period's average is an empty bar."""
    pairs = [(topic, panel) for topic in topics if (panel := _panel(topic, result)) is not None]
    years = [year for _, panel in pairs for year in _years_of(panel)]
    return [
        (topic, _over(panel, range(min(years), max(years) + 1)) if panel.bars else panel)
        for topic, panel in pairs
    ]


def _years_of(panel: Panel) -> list[int]:
    edges = [int(edge) for step in panel.steps for edge in (step.start, step.end - 0.01)]
    return [bar.year for bar in panel.bars] + edges


def _over(panel: Panel, years: Sequence[int]) -> Panel:
    """Return a panel with an empty bar for each year that has neither a figure nor an average standing for it."""
    told = {bar.year for bar in panel.bars}
    averaged = {
        year
        for year in years
        for step in panel.steps
        if not step.has_bars and step.start <= year + 0.5 < step.end
    }
    empty = [Bar(year, "none") for year in years if year not in told | averaged]
    return replace(panel, bars=tuple(sorted((*panel.bars, *empty), key=lambda bar: bar.year)))


def _panel(topic: Topic, result: Summary) -> Panel | None:
    if topic.trend is None:
        return None
    bars = _with_later(_bars(topic, result), topic)
    law = law_of(result.area, topic.indicator)
    steps = tuple(_step(total, topic.trend, bars, law) for total in topic.trend.totals)
    if not bars and not steps:
        return None
    title = both(result.area.programme.measures[topic.measure].label)
    found = topic.trend.latest
    usual = (found.low, found.high) if isinstance(found, LatestYear) else None
    return Panel(title, bars, steps, usual)


def _of_parts(told: list[Told]) -> list[Bilingual]:
    """Say what is told of years without a figure of the whole year, and which periods are told other than their years add up to."""
    counts = [
        say("{measure}: {counts}", measure=within_sentence(one.panel.title), counts=formats.listed(parts))
        for one in told
        if (parts := [part.words for part in one.parts.values()])
    ]
    joined = each(lambda *texts: "; ".join(texts), *counts) if counts else None
    unlike = [
        say(
            "{measure}: the total told of {period} is {total}, while its years add up to {summed}.",
            measure=one.panel.title,
            period=period_words((total.start, total.end)),
            total=formats.number(total.count),
            summed=formats.number(summed),
        )
        for one in told
        for total, summed in one.unlike_sums
    ]
    parts = [say("Part of a year alone is told of {counts}.", counts=joined)] if joined is not None else []
    return [*parts, *unlike]


def _whose(told: list[Told], cites: Citations) -> Bilingual:
    """Name the sources of what is drawn: once where all is of one, else for each count."""
    if len({name for one in told for name in one.sources}) < 2:
        return cites.after(say("All from one source."), *told[0].sources)
    counts = [cites.after(within_sentence(one.panel.title), *one.sources) for one in told]
    return say("Sources: {counts}.", counts=formats.listed(counts))


def _bars(topic: Topic, result: Summary) -> tuple[Bar, ...]:
    """Return a bar for each year from the first to the last told, an empty one where there is no figure."""
    series = topic.trend.series if topic.trend is not None else pd.DataFrame()
    told = {int(row["year"]): row for row in series.to_dict("records")}
    known = [year for year, row in told.items() if row["status"] == "suppressed" or not pd.isna(row["count"])]
    if not known:
        return ()
    unlike, vague = _unlike(topic, result), vague_years(topic, result)
    bars = (_bar(year, told.get(year), unlike.get(year)) for year in range(min(known), max(known) + 1))
    return tuple(
        replace(bar, words=vague[bar.year])
        if bar.year in vague and bar.other is None and bar.state in ("value", "zero")
        else bar
        for bar in bars
    )


def _with_later(bars: tuple[Bar, ...], topic: Topic) -> tuple[Bar, ...]:
    """Add the newest year where a wider count alone has a figure: no series ends on a zero while one is known."""
    told = topic.latest.year if topic.latest is not None else None
    ends = [bar.year for bar in bars if bar.state != "none"]
    ends += [int(total.end.year) for total in topic.trend.totals] if topic.trend is not None else []
    if told is None or told.measure == topic.measure or not ends or told.end.year <= max(ends):
        return bars
    words = qualified(told.value, told.qualifier, mark=told.mark)
    return (*bars, Bar(told.end.year, "value", told.value, is_hollow=True, words=words))


def _bar(year: int, row: Row | None, other: float | None) -> Bar:
    if row is None or (row["status"] != "suppressed" and pd.isna(row["count"])):
        return Bar(year, "none")
    if row["status"] == "suppressed":
        return Bar(year, "hidden")
    count = float(row["count"])
    return Bar(year, "value" if count else "zero", count, other)


def _unlike(topic: Topic, result: Summary) -> dict[int, float]:
    """Return what another source says of a year, where two differ."""
    return {row["period_end"].year: float(row["figures"][1]) for row in differing(topic, result)}


def _step(total: PeriodTotal, trend: Trend, bars: tuple[Bar, ...], law: ScatterLaw | None) -> Step:
    low, high = limits(total, trend, law)
    years = {bar.year for bar in bars if bar.state in ("value", "zero", "hidden")}
    start, end = place(total.start.date()), place(total.end.date(), after=1)
    has_bars = any(start <= year < end for year in years)
    told = round(total.years) if total.years < end - start - 0.5 else None
    return Step(start, end, total.count / total.years, low, high, has_bars, told)


def _events(result: Summary, topics: list[Topic]) -> list[Event]:
    measures = {topic.measure for topic in topics}
    return [
        Event(
            place(event.valid_from),
            place(event.valid_to, after=1),
            both(event.short or event.label),
            lasts=event.kind == "detection",
        )
        for event in result.area.programme.breaks
        if not event.measures or measures & set(event.measures)
    ]


def _caption(pairs: list[tuple[Topic, Panel]], result: Summary) -> Bilingual:
    """Say what a bar, a line and a band are, as far as they are drawn."""
    parts = [_of_periods(pairs, result)]
    panels = [panel for _, panel in pairs]
    if any(bar.state == "none" for panel in panels for bar in panel.bars):
        parts.append(say("–: no figure of the whole year."))
    if any(bar.words is not None and "[p]" in bar.words.en for panel in panels for bar in panel.bars):
        parts.append(say("[p]: preliminary."))
    if any(panel.usual for panel in panels):
        parts.append(say("Dotted: the range to be expected from the years before."))
    for topic, panel in pairs:
        if (
            any(bar.is_hollow for bar in panel.bars)
            and topic.latest is not None
            and topic.latest.year is not None
        ):
            wider = result.area.programme.measures[topic.latest.year.measure].label
            parts.append(say("Dashed bar: {measure}.", measure=within_sentence(both(wider))))
    return sentences(*parts)


def _not_drawn(pairs: list[tuple[Topic, Panel]]) -> list[Bilingual]:
    """Say what is not drawn and why: single years, bands, trend lines."""
    steps, parts = [step for _, panel in pairs for step in panel.steps], []
    if any(not step.has_bars for step in steps):
        parts.append(say("Where single years are not told, the average stands for the period."))
    if any(math.isnan(step.high) for step in steps):
        parts.append(say("No band where years vary by more than chance and the amount is not known."))
    if any(_has_doubtful_trend(topic) for topic, _ in pairs):
        parts.append(say("No trend line is drawn: none passed every check."))
    return parts


def _of_periods(pairs: list[tuple[Topic, Panel]], result: Summary) -> Bilingual:
    """Say what line and band of a period are, and what the band stands on."""
    laws = [law_of(result.area, topic.indicator) for topic, _ in pairs]
    known = [law is not None and law.is_known for law in laws]
    if all(known):
        return say(
            "Line: average a year of each period; band: its 95% interval, allowing for extra variation between years."
        )
    if any(known):
        return say(
            "Line: average a year of each period; band: its 95% interval, allowing for extra variation between years where that is known."
        )
    return say(
        "Line: average a year of each period; band: its 95% interval, if yearly counts vary by chance alone."
    )


def _has_doubtful_trend(topic: Topic) -> bool:
    """Tell whether a trend could be fitted and does not stand; where none could be fitted there is nothing to be said of it."""
    trend = topic.trend
    return trend is not None and isinstance(trend.fit, TrendFit) and trend.verdict.grade != "clear"


def _read_aloud(told: list[Told]) -> Bilingual:
    lines = []
    for one in told:
        panel = one.panel
        years = [_bar_words(bar, one.wider) for bar in panel.bars if bar.state != "none"]
        years += [
            say(
                "{years} on average {mean} a year",
                years=same(step_days(step)),
                mean=formats.number(step.mean, 1),
            )
            for step in panel.steps
            if not step.has_bars
        ]
        if years:
            lines.append(say("{measure}: {years}.", measure=panel.title, years=formats.listed(years)))
    return sentences(*lines)


def _bar_words(bar: Bar, wider: Bilingual | None) -> Bilingual:
    if bar.is_hollow and wider is not None:
        count = bar.words or formats.number(bar.count)
        return say("{year} {count} ({measure})", year=str(bar.year), count=count, measure=wider)
    if bar.state == "hidden":
        return say("{year} confidential", year=str(bar.year))
    if bar.words is not None:
        return say("{year} {count}", year=str(bar.year), count=bar.words)
    if bar.other is not None:
        return say(
            "{year} {one} or {other}",
            year=str(bar.year),
            one=formats.number(bar.count),
            other=formats.number(bar.other),
        )
    return say("{year} {count}", year=str(bar.year), count=formats.number(bar.count))
