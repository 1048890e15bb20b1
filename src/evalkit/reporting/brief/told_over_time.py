"""What is told of the counts over time and by whom, and the figures of their drawing as a table."""

from __future__ import annotations

import calendar
import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.facts.laws_of_area import law_of
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.indicators.trends import Trend
from evalkit.indicators.yearly import whole_years
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import CONFIDENTIAL, Bilingual, Cell, Column, Table
from evalkit.reporting.brief.followed_counts import Topic, shown_totals
from evalkit.reporting.brief.part_years import part_years
from evalkit.reporting.citations import Citations
from evalkit.reporting.drawing.timeline import Bar, Panel, Step, step_days
from evalkit.reporting.sections.compared import yearly_limits
from evalkit.reporting.sections.shared_words import (
    NOT_AVAILABLE,
    Row,
    as_sure,
    both,
    lasting_beside_mean,
    qualified,
    span,
    within_sentence,
)
from evalkit.reporting.wording import say
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_mean import varies_more_than_chance
from evalkit.table import PRELIMINARY


class Told:
    """What is told of one count: what is drawn, years told in part, and who says so, by year and by period."""

    def __init__(self, topic: Topic, panel: Panel, result: Summary) -> None:
        self.topic, self.panel, self.result = topic, panel, result
        self.totals = topic.trend.totals if topic.trend is not None else ()
        years = [bar.year for bar in panel.bars if bar.state != "none"]
        covered = {total.end.year for total in self.totals if not years}
        self.parts = {part.year: part for part in part_years(topic, {*years, *covered}, result)}
        self.of_years = _sources_by_year(topic, years, result)

    @property
    def wider(self) -> Bilingual | None:
        """The wider count that stands for the latest year where the own one has no figure; None without one."""
        latest = self.topic.latest.year if self.topic.latest is not None else None
        if latest is None or latest.measure == self.topic.measure:
            return None
        return within_sentence(both(self.result.area.programme.measures[latest.measure].label))

    @property
    def unlike_sums(self) -> tuple[tuple[PeriodTotal, float], ...]:
        """The periods whose total is not what their years and parts of years add up to, each with that sum."""
        told = {
            bar.year: bar.count for bar in self.panel.bars if bar.state in ("value", "zero") and not bar.other
        }
        found = []
        for total in self.totals:
            years = range(total.start.year, total.end.year + 1)
            values = [self.parts[year].value if year in self.parts else told.get(year) for year in years]
            ends = [self.parts[year].end for year in years if year in self.parts]
            if None in values or any(end != total.end for end in ends):
                continue
            summed = sum(value for value in values if value is not None)
            if summed != total.count:
                found.append((total, summed))
        return tuple(found)

    @property
    def sources(self) -> list[str]:
        """Everybody who tells something that is drawn or named, in order of time."""
        of_years = [name for year in sorted(self.of_years) for name in self.of_years[year]]
        of_periods = [name for total in self.totals for name in total.sources]
        return [*of_years, *of_periods, *(part.source for part in self.parts.values())]


def _sources_by_year(topic: Topic, years: Collection[int], result: Summary) -> dict[int, list[str]]:
    """Return who tells the figures that are drawn as bars, by year: whoever tells another figure of it beside."""
    rows = shown_totals(result.area)
    rows = rows[(rows["measure"] == topic.measure) & rows["value"].notna()]
    told = topic.latest.year if topic.latest is not None else None
    found = {told.end.year: [told.source]} if told is not None and told.end.year in years else {}
    found |= {int(row["year"]): [str(row["source_id"])] for row in whole_years(rows).to_dict("records")}
    for row in differing(topic, result):
        found[row["period_end"].year] = [str(name) for name in row["sources"][:2]]
    return {year: names for year, names in found.items() if year in years}


def differing(topic: Topic, result: Summary) -> list[Row]:
    """Return the years of which two sources give unlike figures."""
    rows = result.news.differing
    rows = rows[rows["measure"] == topic.measure]
    return [
        row
        for row in rows.to_dict("records")
        if row["period_end"].year == row["period_start"].year and len(row["figures"]) > 1
    ]


def limits(total: PeriodTotal, trend: Trend, law: ScatterLaw | None) -> tuple[float, float]:
    """Return the limits of a period's average: none where its own years vary by more than chance and no law says by how much."""
    if law is None or not law.is_known:
        inside = trend.series["year"].between(total.start.year, total.end.year)
        if varies_more_than_chance(list(trend.series.loc[inside, "count"].dropna())):
            return math.nan, math.nan
    return yearly_limits(total, law)


def place(day: date, *, after: int = 0) -> float:
    """Return where a day stands on an axis of years; ``after`` counts its end."""
    length = 366 if calendar.isleap(day.year) else 365
    return day.year + (day.timetuple().tm_yday - 1 + after) / length


def figures_drawn(told: list[Told], area: Area, cites: Citations) -> Table:
    """Return the figures drawn: a row a year, with its source where there are several, then a row a period with its mean and limits."""
    cited = cites if len({name for one in told for name in one.sources}) > 1 else None
    columns = [Column("period", say("Period"))]
    columns += [Column(one.topic.indicator, one.panel.title, numeric=True) for one in told]
    years = {bar.year for one in told for bar in one.panel.bars if bar.state != "none"}
    years |= {year for one in told for year in one.parts}
    inner = range(min(years), max(years) + 1) if years else ()
    rows = [(Cell(same(str(year)), year), *(_year_cell(one, year, cited) for one in told)) for year in inner]
    rows += [_expected(told)] if any(one.panel.usual for one in told) else []
    spans = dict.fromkeys((total.start, total.end) for one in told for total in one.totals)
    rows += [
        (Cell(period_words(days)), *(_period_cell(one, days, area, cited) for one in told)) for days in spans
    ]
    return Table(
        "timeline-figures",
        say("The figures drawn: years, then periods with their yearly average"),
        tuple(columns),
        tuple(rows),
    )


def period_words(days: tuple[pd.Timestamp, pd.Timestamp]) -> Bilingual:
    """Name a period as the drawing does where it begins or ends within a year."""
    edges = place(days[0].date()), place(days[1].date(), after=1)
    words = step_days(Step(*edges, 0.0, 0.0, 0.0, has_bars=False))
    return same(words) if "/" in words else span(*days)


def _expected(told: list[Told]) -> tuple[Cell, ...]:
    """Return the row with the range that the latest year was to be expected in."""
    cells = [
        Cell(say("{low} to {high}", low=formats.number(panel.usual[0]), high=formats.number(panel.usual[1])))
        if panel.usual
        else Cell(NOT_AVAILABLE)
        for panel in (one.panel for one in told)
    ]
    return (Cell(say("To be expected in the latest year")), *cells)


def _cited(cell: Cell, sources: Sequence[str], cites: Citations | None) -> Cell:
    """Return a cell with the numbers of its sources, where each cell has its own."""
    return replace(cell, text=cites.after(cell.text, *sources)) if cites is not None else cell


def _year_cell(told: Told, year: int, cites: Citations | None) -> Cell:
    bar = next((bar for bar in told.panel.bars if bar.year == year), None)
    if part := told.parts.get(year):
        return _cited(Cell(part.words), [part.source], cites)
    if bar is None or bar.state == "none":
        return Cell(NOT_AVAILABLE)
    if bar.state == "hidden":
        return Cell(same(CONFIDENTIAL))
    return _cited(_bar_cell(bar, told.wider), told.of_years.get(year, []), cites)


def _bar_cell(bar: Bar, measure: Bilingual | None = None) -> Cell:
    if bar.is_hollow and measure is not None:
        words = say("{count} ({measure})", count=bar.words or formats.number(bar.count), measure=measure)
        return Cell(words, bar.count)
    if bar.words is not None:
        return Cell(bar.words, bar.count)
    if bar.other is not None:
        return Cell(say("{one} or {other}", one=formats.number(bar.count), other=formats.number(bar.other)))
    return Cell(formats.number(bar.count), bar.count)


def _period_cell(
    told: Told, days: tuple[pd.Timestamp, pd.Timestamp], area: Area, cites: Citations | None
) -> Cell:
    total = next((one for one in told.totals if (one.start, one.end) == days), None)
    if told.topic.trend is None or total is None:
        return Cell(NOT_AVAILABLE)
    words = _period_words(total, told.topic.trend, area)
    for summed in [summed for one, summed in told.unlike_sums if one is total]:
        words = say("{told} (its years add up to {summed})", told=words, summed=formats.number(summed))
    return _cited(Cell(words), total.sources, cites)


def _period_words(total: PeriodTotal, trend: Trend, area: Area) -> Bilingual:
    low, high = limits(total, trend, law_of(area, trend.indicator))
    count = qualified(total.count, "exact", mark=PRELIMINARY if "preliminary" in total.flags else "")
    words = {
        "count": as_sure(count, total.status, set(total.flags) - {"preliminary"}),
        "years": lasting_beside_mean(total.count, total.years),
        "mean": formats.number(total.count / total.years, 1),
    }
    if math.isnan(high):
        return say("{count} in {years}; {mean} a year", **words)
    words |= {"low": formats.number(low, 1), "high": formats.number(high, 1)}
    return say("{count} in {years}; {mean} a year, {low} to {high}", **words)
