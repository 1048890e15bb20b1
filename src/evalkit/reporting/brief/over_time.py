"""Figure 1: the counts over time, with the figures drawn as a table behind it."""

from __future__ import annotations

import calendar
import math
from dataclasses import replace
from datetime import date

import pandas as pd

from evalkit.facts.areas import Area, NationFacts
from evalkit.facts.laws_of_area import law_of
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.indicators.trends import Trend
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import CONFIDENTIAL, Bilingual, Cell, Column, Figure, Section, Table
from evalkit.reporting.brief.topics import TIMELINE, Topic, shown_totals
from evalkit.reporting.citations import Citations
from evalkit.reporting.drawing.pen import FULL, WIDE
from evalkit.reporting.drawing.timeline import Bar, Event, Panel, Step, step_days, timeline
from evalkit.reporting.sections.compared import yearly_limits
from evalkit.reporting.sections.shared_words import (
    NOT_AVAILABLE,
    Row,
    both,
    lasting,
    qualified,
    sentences,
    span,
    within_sentence,
)
from evalkit.reporting.wording import say
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_mean import varies_more_than_chance
from evalkit.statistics.results import TrendFit
from evalkit.statistics.trend.latest_year import LatestYear


def over_time(result: Summary, topics: tuple[Topic, ...], cites: Citations) -> Section | None:
    """Return the section with the counts over time; None where there is neither a year nor a period to draw."""
    pairs = [(topic, panel) for topic in topics if (panel := _panel(topic, result)) is not None]
    if not pairs:
        return None
    panels = [panel for _, panel in pairs]
    is_alone = isinstance(result.area, NationFacts)  # beside nothing: over the whole page
    events = _events(result, [topic for topic, _ in pairs])
    wide, phone = timeline(panels, events, width=FULL if is_alone else WIDE)
    title = say(
        "Year by year: {topics}", topics=formats.listed([within_sentence(panel.title) for panel in panels])
    )
    alt = say("{title}. {panels}", title=title, panels=_read_aloud(panels))
    told_by = [_sources_by_year(topic, result.area) for topic, _ in pairs]
    caption = sentences(_caption(pairs, result), _whose(panels, told_by, cites))
    figure = Figure(TIMELINE, wide, alt, caption, phone, _table(pairs, told_by, result.area, cites))
    return Section("over-time", title, (figure,), layer="brief", width="wide")


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


def _sources_by_year(topic: Topic, area: Area) -> dict[int, list[str]]:
    """Return who tells the figures of a count that are drawn, by the year in which they end."""
    rows = shown_totals(area)
    rows = rows[(rows["measure"] == topic.measure) & rows["value"].notna()]
    found: dict[int, list[str]] = {}
    for year, source in zip(rows["period_end"].dt.year, rows["source_id"], strict=True):
        found.setdefault(int(year), []).append(str(source))
    return found


def _whose(panels: list[Panel], told_by: list[dict[int, list[str]]], cites: Citations) -> Bilingual:
    """Name the sources of what is drawn: once where all is of one, else for each count."""
    sources = [[name for names in found.values() for name in names] for found in told_by]
    if len({name for names in sources for name in names}) < 2:
        return cites.after(say("Source:"), *sources[0])
    counts = [
        cites.after(within_sentence(panel.title), *names)
        for panel, names in zip(panels, sources, strict=True)
    ]
    return say("Sources: {counts}.", counts=formats.listed(counts))


def _bars(topic: Topic, result: Summary) -> tuple[Bar, ...]:
    """Return a bar for each year from the first to the last told, an empty one where there is no figure."""
    series = topic.trend.series if topic.trend is not None else pd.DataFrame()
    told = {int(row["year"]): row for row in series.to_dict("records")}
    known = [year for year, row in told.items() if row["status"] == "suppressed" or not pd.isna(row["count"])]
    if not known:
        return ()
    unlike = _unlike(topic, result)
    return tuple(_bar(year, told.get(year), unlike.get(year)) for year in range(min(known), max(known) + 1))


def _with_later(bars: tuple[Bar, ...], topic: Topic) -> tuple[Bar, ...]:
    """Add the newest year where a wider count alone has a figure: no series ends on a zero while one is known."""
    told = topic.latest.year if topic.latest is not None else None
    ends = [bar.year for bar in bars if bar.state != "none"]
    ends += [int(total.end.year) for total in topic.trend.totals] if topic.trend is not None else []
    if told is None or told.measure == topic.measure or not ends or told.end.year <= max(ends):
        return bars
    words = qualified(told.value, told.qualifier)
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
    rows = result.news.differing
    rows = rows[rows["measure"] == topic.measure]
    return {
        row["period_end"].year: float(row["figures"][1])
        for row in rows.to_dict("records")
        if row["period_end"].year == row["period_start"].year and len(row["figures"]) > 1
    }


def _step(total: PeriodTotal, trend: Trend, bars: tuple[Bar, ...], law: ScatterLaw | None) -> Step:
    low, high = _limits(total, trend, law)
    years = {bar.year for bar in bars if bar.state in ("value", "zero", "hidden")}
    start, end = _place(total.start.date()), _place(total.end.date(), after=1)
    has_bars = any(start <= year < end for year in years)
    return Step(start, end, total.count / total.years, low, high, has_bars)


def _limits(total: PeriodTotal, trend: Trend, law: ScatterLaw | None) -> tuple[float, float]:
    """Return the limits of a period's average: none where its own years vary by more than chance and no law says by how much."""
    if law is None or not law.is_known:
        inside = trend.series["year"].between(total.start.year, total.end.year)
        if varies_more_than_chance(list(trend.series.loc[inside, "count"].dropna())):
            return math.nan, math.nan
    return yearly_limits(total, law)


def _place(day: date, *, after: int = 0) -> float:
    """Return where a day stands on an axis of years; ``after`` counts its end."""
    length = 366 if calendar.isleap(day.year) else 365
    return day.year + (day.timetuple().tm_yday - 1 + after) / length


def _events(result: Summary, topics: list[Topic]) -> list[Event]:
    measures = {topic.measure for topic in topics}
    return [
        Event(
            _place(event.valid_from),
            _place(event.valid_to, after=1),
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
    if any(math.isnan(step.high) for panel in panels for step in panel.steps):
        parts.append(say("No band where the years of a period vary by more than chance."))
    if any(bar.state == "none" for panel in panels for bar in panel.bars):
        parts.append(say("–: no figure in the sources used."))
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
    if any(not step.has_bars for panel in panels for step in panel.steps):
        parts.append(say("Where single years are not told, the average stands for the period."))
    if any(_has_doubtful_trend(topic) for topic, _ in pairs):
        parts.append(say("No trend line is drawn: none passed every check."))
    return sentences(*parts)


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


def _read_aloud(panels: list[Panel]) -> Bilingual:
    lines = []
    for panel in panels:
        years = [_bar_words(bar) for bar in panel.bars if bar.state != "none"]
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


def _bar_words(bar: Bar) -> Bilingual:
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


def _table(
    pairs: list[tuple[Topic, Panel]], told_by: list[dict[int, list[str]]], area: Area, cites: Citations
) -> Table:
    """Return the figures drawn: a row a year, with its source where there are several, then a row a period with its mean and limits."""
    several = len({name for found in told_by for names in found.values() for name in names}) > 1
    columns = [Column("period", say("Period"))]
    columns += [Column(topic.indicator, panel.title, numeric=True) for topic, panel in pairs]
    years = sorted({bar.year for _, panel in pairs for bar in panel.bars})
    rows = [
        (
            Cell(same(str(year)), year),
            *(
                _cited(_year_cell(panel, year), found.get(year, []) if several else [], cites)
                for (_, panel), found in zip(pairs, told_by, strict=True)
            ),
        )
        for year in years
    ]
    rows += [_expected(pairs)] if any(panel.usual for _, panel in pairs) else []
    spans = dict.fromkeys((t.start, t.end) for topic, _ in pairs if topic.trend for t in topic.trend.totals)
    rows += [(Cell(_days(days)), *(_period_cell(topic, days, area) for topic, _ in pairs)) for days in spans]
    return Table(
        "timeline-figures",
        say("The figures drawn: years, then periods with their yearly average"),
        tuple(columns),
        tuple(rows),
    )


def _days(days: tuple[pd.Timestamp, pd.Timestamp]) -> Bilingual:
    """Name a period as the drawing does where it begins or ends within a year."""
    edges = _place(days[0].date()), _place(days[1].date(), after=1)
    words = step_days(Step(*edges, 0.0, 0.0, 0.0, has_bars=False))
    return same(words) if "/" in words else span(*days)


def _expected(pairs: list[tuple[Topic, Panel]]) -> tuple[Cell, ...]:
    """Return the row with the range that the latest year was to be expected in."""
    cells = [
        Cell(say("{low} to {high}", low=formats.number(panel.usual[0]), high=formats.number(panel.usual[1])))
        if panel.usual
        else Cell(NOT_AVAILABLE)
        for _, panel in pairs
    ]
    return (Cell(say("To be expected in the latest year")), *cells)


def _cited(cell: Cell, sources: list[str], cites: Citations) -> Cell:
    """Return a cell with the numbers of its sources, where it holds a figure."""
    return replace(cell, text=cites.after(cell.text, *sources)) if cell.value is not None else cell


def _year_cell(panel: Panel, year: int) -> Cell:
    bar = next((bar for bar in panel.bars if bar.year == year), None)
    if bar is None or bar.state == "none":
        return Cell(NOT_AVAILABLE)
    if bar.state == "hidden":
        return Cell(same(CONFIDENTIAL))
    if bar.words is not None:
        return Cell(bar.words, bar.count)
    if bar.other is not None:
        return Cell(say("{one} or {other}", one=formats.number(bar.count), other=formats.number(bar.other)))
    return Cell(formats.number(bar.count), bar.count)


def _period_cell(topic: Topic, days: tuple[pd.Timestamp, pd.Timestamp], area: Area) -> Cell:
    trend = topic.trend
    total = next((one for one in trend.totals if (one.start, one.end) == days), None) if trend else None
    if trend is None or total is None:
        return Cell(NOT_AVAILABLE)
    low, high = _limits(total, trend, law_of(area, topic.indicator))
    words = {
        "count": formats.number(total.count),
        "years": lasting(total.years),
        "mean": formats.number(total.count / total.years, 1),
    }
    if math.isnan(high):
        return Cell(say("{count} in {years}; {mean} a year", **words))
    words |= {"low": formats.number(low, 1), "high": formats.number(high, 1)}
    return Cell(say("{count} in {years}; {mean} a year, {low} to {high}", **words))
