"""Figures of different place bases and sources beside each other: both can be true, and they are never added up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.labels import Gloss
from evalkit.records import PlaceBases
from evalkit.reporting import formats
from evalkit.reporting.bilingual import by_language, same
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    fact_cell,
    in_groups,
    period_cell,
    place_basis,
    span,
)
from evalkit.reporting.sections.unlike import Unlike
from evalkit.reporting.source_numbers import of_all_rows, told_by
from evalkit.reporting.wording import say


def _long() -> tuple[Column, ...]:
    return (
        Column("measure", say("Measure")),
        Column("period", say("Period")),
        Column("value", say("Value"), numeric=True),
        Column("source", say("Source")),
    )


def _empty() -> Bilingual:
    return say(
        "An empty place (–) means that this source gives no such figure for the period; it is no zero."
    )


@headed("bases", lambda: say("Cases and persons: why two numbers are not the same"))
def _(result: PlaceBases) -> tuple[Block, ...]:
    frame, area = result.frame, result.area
    unlike = Unlike(area)
    blocks: list[Block] = (
        [_basis_sentence(frame, area), _table(frame, area, unlike)] if not frame.empty else []
    )
    if not result.seldom.empty:
        blocks.append(_seldom_table(result.seldom, area, unlike))
    if not blocks:
        text = say("The sources used hold no count of cases or persons for this place.")
        blocks.append(Paragraph(text, tone="gap"))
    return tuple(blocks)


def _basis_sentence(frame: pd.DataFrame, area: Area) -> Paragraph:
    if len(set(frame["place_basis"])) > 1 and not area.programme.counts_detection:
        text = say(
            "These figures count different things, by different places. They stand side by side, are not a contradiction, and are never added up."
        )
        return Paragraph(text, tone="caution")
    if len(set(frame["place_basis"])) > 1:
        return Paragraph(
            say(
                "These figures count different things: cases by where they occurred, persons by where they were received. A place can have no case and still receive victims of cases elsewhere. They stand side by side, are not a contradiction, and are never added up."
            ),
            tone="caution",
        )
    return Paragraph(
        say("Each column counts something else, as each source reports it; the columns are never added up.")
    )


def _table(frame: pd.DataFrame, area: Area, unlike: Unlike) -> Table:
    order = [name for name in area.programme.measures if name in set(frame["measure"])]
    basis = frame.drop_duplicates("measure").set_index("measure")["place_basis"]
    periods = in_groups(frame.to_dict("records"), ["period_start", "period_end"], ordered=True)
    lines = [rows for period in periods for rows in _lines(period)]
    shared = len({frozenset(row["source_id"] for row in rows) for rows in lines}) == 1
    columns = [
        Column("period", say("Period")),
        *(Column(name, _heading(name, basis[name], area), numeric=True) for name in order),
    ]
    cells = [_row(rows, order, unlike) for rows in lines]
    notes = [_empty()]
    if shared:
        notes += source_notes(frame, area)
    else:
        columns.append(Column("source", say("Source")))
        cells = [
            (*row, Cell(named_sources([one["source_id"] for one in rows], area)))
            for row, rows in zip(cells, lines, strict=True)
        ]
    caption = say("Counts of cases and persons by period, basis and source")
    return Table("bases-table", caption, tuple(columns), tuple(cells), tuple(notes))


def _seldom_table(frame: pd.DataFrame, area: Area, unlike: Unlike) -> Table:
    """Give a line to each measure and source, its periods side by side; a line to each figure where that is shorter."""
    caption = say("Other figures in the sources used")
    rows = frame.to_dict("records")
    periods = sorted({_days(row) for row in rows})
    lines = in_groups(rows, ["measure", "source_id"])
    wide = len(periods) > 1 and len(lines) * (len(periods) + 3) < len(frame) * len(_long())
    if not wide or frame.duplicated(["measure", "source_id", "period_start", "period_end"]).any():
        cells = tuple(_long_row(row, area, unlike) for row in rows)
        return _with_one_source(Table("seldom-table", caption, _long(), cells), frame, area)
    measure, *_, source = _long()
    columns = (measure, *(_period_column(*period) for period in periods), source)
    cells = tuple(_wide_row(line, periods, area, unlike) for line in lines)
    notes = (_empty(),) if len(frame) < len(lines) * len(periods) else ()
    return _with_one_source(Table("seldom-table", caption, columns, cells, notes), frame, area)


def _with_one_source(table: Table, frame: pd.DataFrame, area: Area) -> Table:
    """Say the source below the table where all rows have one; its column is the last."""
    if len(set(frame["source_id"])) > 1:
        return table
    rows = tuple(row[:-1] for row in table.rows)
    notes = (*table.notes, *source_notes(frame, area))
    return replace(table, columns=table.columns[:-1], rows=rows, notes=notes)


def _days(row: Row) -> tuple[pd.Timestamp, pd.Timestamp]:
    return row["period_start"], row["period_end"]


def _period_column(start: pd.Timestamp, end: pd.Timestamp) -> Column:
    """Return the column of a period; a year's key and heading are its number."""
    year = f"{start:%Y}"
    if span(start, end).en == year:
        return Column(year, Bilingual(year, year), numeric=True)
    return Column(f"{start:%Y-%m-%d}/{end:%Y-%m-%d}", span(start, end), numeric=True)


def _wide_row(
    rows: list[Row], periods: list[tuple[pd.Timestamp, pd.Timestamp]], area: Area, unlike: Unlike
) -> tuple[Cell, ...]:
    told = {_days(row): row for row in rows}
    name, _, _, source = _long_row(next(iter(told.values())), area, unlike)
    return (
        name,
        *(
            unlike.beside(fact_cell(told[period]), told[period]) if period in told else Cell(NOTHING)
            for period in periods
        ),
        source,
    )


def _long_row(row: Row, area: Area, unlike: Unlike) -> tuple[Cell, ...]:
    measure = area.programme.measures[row["measure"]]
    return (
        Cell(_in_units(both(measure.label), both(area.programme.units[measure.unit].label))),
        period_cell(row["period_start"], row["period_end"]),
        unlike.beside(fact_cell(row), row),
        Cell(source_title(row["source_id"], area)),
    )


def _in_units(label: Bilingual, unit: Bilingual) -> Bilingual:
    """Return what was counted with its unit in brackets, unless its name says it."""
    return by_language(
        lambda one: (
            label.of(one)
            if unit.of(one).lower() in label.of(one).lower()
            else f"{label.of(one)} ({unit.of(one)})"
        )
    )


def source_notes(rows: pd.DataFrame, area: Area) -> tuple[Bilingual, ...]:
    """Return the note under a table that names the sources of its rows."""
    return (of_all_rows(named_sources(rows["source_id"], area)),)


def _heading(measure: str, basis: str, area: Area) -> Bilingual:
    return say(
        "{measure} ({basis})", measure=both(area.programme.measures[measure].label), basis=place_basis(basis)
    )


def _lines(period: list[Row]) -> list[list[Row]]:
    """Give one line to a period, or one to each source where two of them tell the same measure."""
    if len({row["measure"] for row in period}) == len(period):
        return [period]
    return in_groups(period, ["source_id"])


def _row(rows: list[Row], order: list[str], unlike: Unlike) -> tuple[Cell, ...]:
    told = {row["measure"]: row for row in rows}
    cells = [
        unlike.beside(fact_cell(told[name]), told[name]) if name in told else Cell(NOTHING) for name in order
    ]
    first = rows[0]
    return (period_cell(first["period_start"], first["period_end"]), *cells)


def named_sources(ids: Iterable[str], area: Area) -> Bilingual:
    """Return sources by their titles, each once."""
    return formats.listed([source_title(name, area) for name in dict.fromkeys(ids)])


def explained(title: str, meaning: Gloss) -> Bilingual:
    """Return a title with what it means: first the meaning in the page's language, then the title itself in brackets."""
    return by_language(lambda one: f"{told} [{title}]" if (told := meaning.of(one)) else title)


def source_line(ids: Iterable[str], area: Area) -> Bilingual | None:
    """Return the line below a drawing or a comparison: its sources, each once, with what their titles mean in the page's language.

    None where none of them is a source of the place.
    """
    known = [area.sources[name] for name in dict.fromkeys(ids) if name in area.sources]
    if not known:
        return None
    return told_by(formats.listed([explained(one.title, one.title_in) for one in known]))


def translated(name: str, meaning: Gloss) -> Bilingual:
    """Return a name in the page's language where that is told, else as it is."""
    return by_language(lambda one: meaning.of(one) or name)


def source_title(source_id: str, area: Area) -> Bilingual:
    """Return how a source is named in a table: its title, and that it is still to be checked where that is so."""
    source = area.sources.get(source_id)
    if source is None:
        return Bilingual(source_id, source_id)
    name = Bilingual(source.title, source.title)
    return name if source.confidence == "verified" else say("{source} (to be checked)", source=name)


def source_day(text: str) -> Bilingual:
    """Write the day of a source as far as it is known: a day, a month, a year, or that it is not known."""
    if text in ("", "n.d."):
        return say("day not known")
    try:
        return formats.day(date.fromisoformat(text))
    except ValueError:
        year, _, month = text.partition("-")
    return same(f"{month}/{year}" if month else text)
