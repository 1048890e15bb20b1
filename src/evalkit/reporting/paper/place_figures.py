"""Figures of places beside each other, and of places with a measure against places without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from evalkit.indicators.sources import preferred
from evalkit.records import Effects, PlacesCompared, ProvincesCompared
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.paper.drawn_points import POINTS, draw_intervals, mark_notes
from evalkit.reporting.paper.record_figures import chosen, drawing_of
from evalkit.reporting.paper.sheet import (
    OKABE,
    Asked,
    Words,
    axes_for,
    number_scale,
    written_around,
)
from evalkit.reporting.sections.places_compared import compared_name, comparison_title, ratio_sentences
from evalkit.reporting.sections.shared_words import both, sentence_start
from evalkit.reporting.svg import INK
from evalkit.reporting.wording import say
from evalkit.table import totals_only

PER = 100_000
_A_PLACE, _AROUND = 0.2, 1.9  # inches a place, and for what is written around


@drawing_of.register
def _(record: ProvincesCompared, asked: Asked) -> Figure:
    frame, area = record.frame, record.area
    name = chosen(record, asked, list(dict.fromkeys(frame["indicator"])) if len(frame) else [])
    rows = frame[frame["indicator"].eq(name)].reset_index(drop=True)
    rows = rows.rename(columns={"shrunken": "value"})
    numbers = ["value", "lower", "upper", "rate"]
    rows = rows.assign(**{one: PER * rows[one] for one in numbers})
    places = {one.code: one.name for one in area.places}
    axes = axes_for(asked, size=(6.5, _AROUND + _A_PLACE * len(rows)))
    lasting = say("lasting rate, estimated with the help of the others").of(asked.language)
    draw_places(axes, rows, [places.get(code, code) for code in rows["province_code"]], label=lasting)
    _counted_rates(axes, rows, say("rate as counted").of(asked.language))
    number_scale(axes, asked.language, upright=False)
    period = both(next(one.label for one in area.programme.periods if one.id == rows["period"].iloc[0]))
    title = say(
        "{indicator}, {period}: a year per 100,000 inhabitants",
        indicator=both(area.programme.indicators[name].label),
        period=period,
    )
    measure = area.programme.indicators[name].numerator
    words = Words(title, [_order(), *mark_notes(rows)], _of_measure(measure, record))
    return written_around(axes, area, words, asked)


def _counted_rates(axes: Axes, rows: pd.DataFrame, label: str) -> None:
    hollow: dict[str, Any] = {
        "marker": "o",
        "linestyle": "none",
        "markerfacecolor": "none",
        "markersize": 5,
        "zorder": 1,
    }
    axes.plot(rows["rate"], rows["at"], color=INK, gid="counted", label=label, **hollow)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, borderaxespad=0.2)


def _order() -> Bilingual:
    return say(
        "Bars: 95% intervals of the lasting rate. Provinces stand in official order, which is no rank; intervals that overlap rank nobody."
    )


def draw_places(axes: Axes, rows: pd.DataFrame, names: list[str], *, label: str = "_") -> None:
    """Draw ``value`` with its limits, one place below the other in the order of the rows; ``at`` is added to them."""
    rows["at"] = np.arange(len(rows), dtype=float)
    axes.plot(rows["value"], rows["at"], "o", color=OKABE[0], markersize=6, gid=POINTS, label=label, zorder=3)
    draw_intervals(axes, rows, colour=OKABE[0], upright=False)
    for row in rows[rows["value"].isna()].itertuples():
        mark = "[c]" if row.status == "suppressed" else "[x]"
        axes.annotate(mark, (0, float(str(row.at))), xycoords=("axes fraction", "data"), va="center")
    axes.set_yticks(rows["at"], names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(left=0)


@drawing_of.register
def _(record: PlacesCompared, asked: Asked) -> Figure:
    chosen(record, asked, [record.indicator])
    rows = record.frame.copy()
    axes = axes_for(asked, size=(6.5, 2.8))
    names = [compared_name(record, area) for area in (record.area, record.beside)]
    draw_places(axes, rows, [sentence_start(name).of(asked.language) for name in names])
    number_scale(axes, asked.language, upright=False)
    notes = [say("Bars: exact 95% intervals (Garwood), if yearly counts vary by chance alone.")]
    sources = [name for ids in rows["source_id"] for name in ids.split(";")]
    words = Words(comparison_title(record), [*notes, *ratio_sentences(record)], sources)
    return written_around(axes, record.area, words, asked)


@drawing_of.register
def _(record: Effects, asked: Asked) -> Figure:
    frame = record.frame
    events = frame[frame["kind"].eq("event")] if "kind" in frame else frame.iloc[:0]
    name = chosen(record, asked, list(dict.fromkeys(events["comparison"])) if len(events) else [])
    item = next(one for one in record.items if one.comparison.id == name)
    rows = events[events["comparison"].eq(name)].rename(columns={"estimate": "value"})
    axes = axes_for(asked)
    draw_intervals(axes, rows, colour=OKABE[0])
    axes.plot(rows["at"], rows["value"], "o", color=OKABE[0], markersize=6, gid=POINTS)
    ratio = getattr(item.found, "scale", "ratio") == "ratio"
    axes.axhline(1 if ratio else 0, color=INK, linewidth=1.0)
    axes.axvline(-0.5, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    if ratio and rows["value"].gt(0).all():
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    number_scale(axes, asked.language)
    axes.set_ylabel((say("ratio of rates") if ratio else say("difference of rates")).of(asked.language))
    measure = item.comparison.measure
    title, notes = _effect_title(record, measure), _effect_notes(is_ratio=ratio, exploratory=item.exploratory)
    words = Words(title, notes, _of_measure(measure, record))
    return written_around(axes, record.area, words, asked)


def _effect_title(record: Effects, measure: str) -> Bilingual:
    label = both(record.area.programme.measures[measure].label)
    return say(
        "{measure}: places with the measure against those without it, by years since its start", measure=label
    )


def _effect_notes(*, is_ratio: bool, exploratory: bool) -> list[Bilingual]:
    none = (
        say("Bars: 95% intervals. At 1 there is no effect.")
        if is_ratio
        else say("Bars: 95% intervals. At 0 there is no effect.")
    )
    start = say(
        "The dashed line is the start of the measure; the points before it show how unlike the places were without it."
    )
    return [none, start, *([say("Exploratory: chosen when the figures were known.")] if exploratory else [])]


def _of_measure(measure: str, record: Effects | ProvincesCompared) -> list[str]:
    """Return the sources that the provinces' totals of a measure are taken from."""
    shown = preferred(totals_only(record.area.province_facts), record.area.programme)
    return shown.loc[shown["measure"].eq(measure), "source_id"].tolist()
