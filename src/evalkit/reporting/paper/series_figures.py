"""Figures over time: indicators, targets, trends, programme periods and the stages of the pathway."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evalkit.facts.areas import Area
from evalkit.indicators.changes_under_law import METHOD as UNDER_LAW
from evalkit.indicators.sources import preferred
from evalkit.records import Assessments, Comparisons, Indicators, Pathway, Trends
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.kind_words import method_words, unit_words
from evalkit.reporting.paper.drawn_points import are_years, draw_points, mark_notes, spots
from evalkit.reporting.paper.record_figures import chosen, drawing_of, told_first
from evalkit.reporting.paper.sheet import OKABE, Asked, Words, axes_for, number_scale, written_around
from evalkit.reporting.sections.bases import translated
from evalkit.reporting.sections.promises import promise_words
from evalkit.reporting.sections.shared_words import Row, both, place_basis, reason, span
from evalkit.reporting.sections.trend_words import trend_numbers
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable
from evalkit.table import totals_only


@drawing_of.register
def _(record: Indicators, asked: Asked) -> Figure:
    name = chosen(record, asked, told_first(record.frame, "indicator"))
    indicator = record.area.programme.indicators[name]
    rows = spots(record.frame[record.frame["indicator"].eq(name)], language=asked.language)
    axes = axes_for(asked)
    rows = rows.assign(series=_series_of(rows, record.area, asked.language))
    names = list(dict.fromkeys(rows.loc[rows["value"].notna() | rows["status"].eq("suppressed"), "series"]))
    rows = rows[rows["series"].isin(names)]
    draw_points(axes, rows, hue="series", names=names)
    number_scale(axes, asked.language)
    axes.set_ylabel(unit_words(indicator, record.area.programme).of(asked.language))
    has_limits = bool(rows["lower"].notna().any())
    under_law = bool(rows["method"].eq(UNDER_LAW).any())
    method = method_words(indicator, record.area.programme, has_limits=has_limits, under_law=under_law)
    notes = [say("Bars: 95% intervals ({method}).", method=method)] if has_limits else []
    words = Words(_title(both(indicator.label), rows), [*notes, *mark_notes(rows)], _sources(rows))
    return written_around(axes, record.area, words, asked)


@drawing_of.register
def _(record: Assessments, asked: Asked) -> Figure:
    frame = record.frame
    frame = frame[frame["target_value"].notna() & frame["period_start"].notna()] if len(frame) else frame
    name = chosen(record, asked, told_first(frame, "target_id"))
    target = next(one for one in record.area.programme.targets if one.id == name)
    indicator = record.area.programme.indicators[str(target.indicator)]
    rows = spots(frame[frame["target_id"].eq(name)], language=asked.language)
    axes = axes_for(asked)
    draw_points(axes, rows)
    _target_lines(axes, rows, promise_words(target, indicator.kind).of(asked.language))
    number_scale(axes, asked.language)
    axes.set_ylabel(unit_words(indicator, record.area.programme).of(asked.language))
    notes = [say("Bars: 95% intervals.")] if rows["lower"].notna().any() else []
    title = say(
        "{target}: {indicator}, held against the target", target=name, indicator=both(indicator.label)
    )
    words = Words(title, [*notes, *mark_notes(rows)], _sources(rows))
    return written_around(axes, record.area, words, asked)


def _target_lines(axes: Axes, rows: pd.DataFrame, promised: str) -> None:
    """Draw what was promised over each period that it binds."""
    style: dict[str, Any] = {"color": OKABE[1], "linewidth": 1.8, "label": promised}
    axes.hlines(rows["target_value"], rows["at"] - 0.4, rows["at"] + 0.4, gid="target", **style)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderaxespad=0.2)
    lowest, highest = axes.get_ylim()
    axes.set_ylim(min(lowest, rows["target_value"].min()), max(highest, 1.06 * rows["target_value"].max()))


@drawing_of.register
def _(record: Trends, asked: Asked) -> Figure:
    frame = record.frame.rename(columns={"count": "value"})
    name = chosen(record, asked, told_first(frame, "indicator"))
    item = next(one for one in record.items if one.indicator == name)
    indicator = record.area.programme.indicators[name]
    rows = frame[frame["indicator"].eq(name)]
    rows = rows.assign(at=rows["year"].astype(float), label=rows["year"].astype(str))
    axes = axes_for(asked)
    draw_points(axes, rows)
    number_scale(axes, asked.language)
    axes.set_ylabel(_counted_in(indicator.numerator, record.area).of(asked.language))
    trend = reason(item.fit.reason) if isinstance(item.fit, NotEstimable) else trend_numbers(item)
    notes = [say("Trend: {trend}", trend=trend), _by_chance(), *mark_notes(rows)]
    title = say("{indicator} by year", indicator=both(indicator.label))
    words = Words(title, notes, _sources_of(indicator.numerator, record.area))
    return written_around(axes, record.area, words, asked)


@drawing_of.register
def _(record: Comparisons, asked: Asked) -> Figure:
    frame = record.frame
    name = chosen(record, asked, told_first(frame, "indicator"))
    indicator = record.area.programme.indicators[name]
    rows = frame[frame["indicator"].eq(name)].reset_index(drop=True)
    labels = [_days_of(row, record.area).of(asked.language) for row in rows.to_dict("records")]
    rows = rows.assign(at=rows.index.astype(float), label=labels)
    axes = axes_for(asked)
    draw_points(axes, rows)
    number_scale(axes, asked.language)
    axes.set_ylabel(_counted_in(indicator.numerator, record.area).of(asked.language))
    title = say("{indicator}: number a year with its 95% interval", indicator=both(indicator.label))
    words = Words(title, [_by_chance(), *mark_notes(rows)], _sources_of(indicator.numerator, record.area))
    return written_around(axes, record.area, words, asked)


@drawing_of.register
def _(record: Pathway, asked: Asked) -> Figure:
    frame = record.frame
    chosen(record, asked, [""] if len(frame) and frame["value"].notna().any() else [])
    programme = record.area.programme
    labels = {
        one.id: both(programme.measures[one.measure].label).of(asked.language) for one in programme.stages
    }
    rows = spots(frame.assign(lower=float("nan"), upper=float("nan")), language=asked.language)
    rows = rows.assign(series=rows["stage"].map(labels))
    axes = axes_for(asked)
    names = [labels[one.id] for one in programme.stages if one.id in set(rows["stage"])]
    draw_points(axes, rows, hue="series", names=names)
    number_scale(axes, asked.language)
    axes.set_ylabel(say("persons").of(asked.language))
    note = say(
        "The stages stand side by side: totals of a year are not the same persons at each stage, and none is a share of the one before."
    )
    words = Words(say("Persons at each stage, by year"), [note, *mark_notes(rows)], _sources(rows))
    return written_around(axes, record.area, words, asked)


def _days_of(row: Row, area: Area) -> Bilingual:
    """Name the days that were counted; of a period without a total, the period."""
    if pd.notna(row["period_start"]):
        return span(row["period_start"], row["period_end"])
    return both(next(one.label for one in area.programme.periods if one.id == row["period"]))


def _title(label: Bilingual, rows: pd.DataFrame) -> Bilingual:
    if are_years(rows):
        return say("{indicator} by year", indicator=label)
    return say("{indicator} by period", indicator=label)


def _series_of(rows: pd.DataFrame, area: Area, language: str) -> list[str]:
    """Name for each row the series it belongs to: figures of two sources, or of two place bases, are never one line."""
    names, one_basis = [], len(rows["place_basis"].unique()) == 1
    for source, basis in zip(rows["source_id"], rows["place_basis"], strict=True):
        known = area.sources.get(source)
        title = translated(known.title, known.title_in).of(language) if known else source
        counted = "" if one_basis else place_basis(basis).of(language)
        names.append(", ".join(filter(None, [title, counted])))
    return names


def _sources(rows: pd.DataFrame) -> list[str]:
    told = rows.loc[rows["value"].notna() | rows["status"].eq("suppressed"), "source_id"]
    return [name for ids in told for name in ids.split(";") if name]


def _sources_of(measure: str, area: Area) -> list[str]:
    """Return the sources that a measure's totals are taken from."""
    shown = preferred(totals_only(area.facts), area.programme)
    return shown.loc[shown["measure"].eq(measure), "source_id"].tolist()


def _counted_in(measure: str, area: Area) -> Bilingual:
    return both(area.programme.units[area.programme.measures[measure].unit].label)


def _by_chance() -> Bilingual:
    return say("Bars: exact 95% intervals (Garwood), if yearly counts vary by chance alone.")
