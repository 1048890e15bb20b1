"""Yearly series and their headline trend, or the reason why there is none."""

from __future__ import annotations

from datetime import date

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.indicators.trends import Trend
from evalkit.records import Trends
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Figure, Paragraph
from evalkit.reporting.brief.followed_counts import drawn_over_time
from evalkit.reporting.display import headed
from evalkit.reporting.drawn_figures import Band, draw_both, yearly_counts
from evalkit.reporting.sections.limits import change_limits, change_written
from evalkit.reporting.sections.shared_words import Row, both, p_words, reason, sentences, span, total_words
from evalkit.reporting.sections.trend_checks import checks_tables
from evalkit.reporting.sections.trend_words import method_words
from evalkit.reporting.sections.verdict_words import verdict_sentence
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable


@headed("trends", lambda: say("Trends of yearly figures"))
def _(result: Trends) -> tuple[Block, ...]:
    programme = result.area.programme
    blocks: list[Block] = []
    crossed = {item.indicator: _events(item, result.area) for item in _fitted(result)}
    told_once = len(crossed) > 1 and len(set(crossed.values())) == 1
    for item in result.items:
        blocks += _blocks(item, result.area, () if told_once else crossed.get(item.indicator, ()))
    if told_once:
        blocks += _crossing(next(iter(crossed.values())), several=True)
    blocks += checks_tables(result.items, result.area)
    together = say("The effects of events that fall together cannot be told apart.")
    if programme.counts_detection:
        together = say(
            "Counts of cases and of victims are neutral: neither a rise nor a fall is coloured as progress. The effects of events that fall together cannot be told apart."
        )
    if any(indicator.trend for indicator in programme.indicators.values()):
        blocks.append(Paragraph(together))
    return tuple(blocks)


def _fitted(result: Trends) -> list[Trend]:
    return [item for item in result.items if not isinstance(item.fit, NotEstimable)]


def _blocks(item: Trend, area: Area, events: tuple[Bilingual, ...]) -> list[Block]:
    label = both(area.programme.indicators[item.indicator].label)
    figures = [_figure(item, area)] if len(item.series) >= 3 else []
    if isinstance(item.fit, NotEstimable):
        return [
            Paragraph(say("{indicator}: no trend. {why}", indicator=label, why=_why(item.fit)), tone="gap"),
            *_what_totals_carry(item, area),
            *figures,
        ]
    return [
        Paragraph(trend_sentence(item, area), tone="finding"),
        *_crossing(events, several=False),
        *figures,
    ]


def _what_totals_carry(item: Trend, area: Area) -> list[Block]:
    """Say what a handful of totals by programme period can and cannot carry, where there is nothing by year."""
    if len(item.series) or len(item.totals) < 2:
        return []
    measure = area.programme.indicators[item.indicator].numerator
    told = [
        say(
            "{count} in {period}",
            count=total_words(total, measure, area.programme),
            period=span(total.start, total.end),
        )
        for total in item.totals
    ]
    text = say(
        "There are only {number} figures by period: {figures}. They allow the yearly averages of the periods to be compared, each with its interval. They do not tell in which year the number changed, whether bit by bit or at once, whether it still goes on, or why; no line may be drawn through them and nothing may be forecast from them.",
        number=formats.number(len(told)),
        figures=formats.listed(told),
    )
    return [Paragraph(text, tone="caution")]


def _why(refused: NotEstimable) -> Bilingual:
    if refused.reason in ("not_reported", "no_data"):
        return say("No figure of a single year has been reported.")
    return reason(refused.reason)


def _events(item: Trend, area: Area) -> tuple[Bilingual, ...]:
    """Return the dated events inside a series."""
    start, end = date(int(item.series["year"].min()), 1, 1), date(int(item.series["year"].max()), 12, 31)
    measure = area.programme.indicators[item.indicator].numerator
    return tuple(both(event.label) for event in area.programme.breaks_between(start, end, measure=measure))


def _crossing(events: tuple[Bilingual, ...], *, several: bool) -> list[Block]:
    """Say that dated events may have bent a trend, which is fitted across them; of several trends at once where all cross the same."""
    if not events:
        return []
    named = formats.listed(events)
    text = (
        say("All trends are fitted across these events, which may have bent them: {events}.", events=named)
        if several
        else say("The trend is fitted across these events, which may have bent it: {events}.", events=named)
    )
    return [Paragraph(text, tone="caution")]


def trend_sentence(item: Trend, area: Area) -> Bilingual:
    """Return the reading of one trend: change a year, interval, p, method, and how surely the series rises or falls."""
    fit = item.fit
    if isinstance(fit, NotEstimable):
        raise TypeError("a trend that is not estimable has no reading, only a reason")
    label = both(area.programme.indicators[item.indicator].label)
    words: dict[str, Bilingual | str] = {
        "indicator": say("{indicator} per inhabitant", indicator=label)
        if "exposure" in item.series
        else label,
        "first": str(fit.first),
        "last": str(fit.last),
        "change": change_written(fit.apc),
        "limits": change_limits(fit.lower, fit.upper),
        "p": p_words(fit.p),
        "method": method_words(item.method),
    }
    numbers = say(
        "{indicator}, {first} to {last}: {change} a year, 95% interval {limits}, {p} ({method}).", **words
    )
    return sentences(numbers, verdict_sentence(item.verdict, area.programme))


def _figure(item: Trend, area: Area) -> Figure:
    indicator = area.programme.indicators[item.indicator]
    series = item.series.rename(columns={"count": "value"})[["year", "value", "status"]]
    title = say("{indicator} by year", indicator=both(indicator.label))
    drawing = draw_both(
        yearly_counts, series, title=title, breaks=_bands(item, area), invented=area.about.invented
    )
    return Figure(
        f"trend-{indicator.id.lower()}",
        drawing,
        _alt(item, title),
        say("{title}; a missing or confidential year is a gap", title=title),
        unless=drawn_over_time(item.indicator, area.programme),
    )


def _bands(item: Trend, area: Area) -> tuple[Band, ...]:
    return tuple(
        Band(_years(event.valid_from), _years(event.valid_to), both(event.label))
        for event in area.programme.breaks_of(area.programme.indicators[item.indicator].numerator)
    )


def _years(day: date) -> float:
    return float(day.year + (day.timetuple().tm_yday - 1) / 365.25)


def _alt(item: Trend, title: Bilingual) -> Bilingual:
    points = [_point(row) for row in item.series.to_dict("records")]
    return say("{title}: {points}.", title=title, points=formats.listed(points))


def _point(row: Row) -> Bilingual:
    year = str(row["year"])
    if row["status"] == "suppressed":
        return say("{year} confidential", year=year)
    if pd.isna(row["count"]):
        return say("{year} not reported", year=year)
    return say("{year}: {count}", year=year, count=formats.number(row["count"]))
