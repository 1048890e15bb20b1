"""Figures of different place bases and sources beside each other: both can be true, and they are never added up."""

from __future__ import annotations

import pandas as pd

from evalkit.records import Area, PlaceBases
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.words import NOTHING, both, fact_cell, place_basis, span
from evalkit.reporting.wording import say


@section_of.register
def _(result: PlaceBases) -> Section:
    frame, area = result.frame, result.area
    title = say("Figures of different bases side by side")
    if frame.empty:
        return Section(
            "bases",
            title,
            (Paragraph(say("No count of cases or persons has been published for this place."), tone="gap"),),
        )
    blocks: list[Block] = [_basis_sentence(frame), _table(frame, area)]
    return Section("bases", title, tuple(blocks))


def _basis_sentence(frame: pd.DataFrame) -> Paragraph:
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


def _table(frame: pd.DataFrame, area: Area) -> Table:
    order = [name for name in area.programme.measures if name in set(frame["measure"])]
    basis = frame.drop_duplicates("measure").set_index("measure")["place_basis"]
    columns = (
        Column("period", say("Period")),
        *(Column(name, _heading(name, basis[name], area), numeric=True) for name in order),
        Column("source", say("Source")),
    )
    rows = tuple(
        _row(rows, order, area)
        for _, period in frame.groupby(["period_start", "period_end"], sort=True)
        for rows in _lines(period)
    )
    notes = (
        say("An empty place (–) means that this source gives no such figure for the period; it is no zero."),
    )
    return Table(
        "bases-table", say("Counts of cases and persons by period, basis and source"), columns, rows, notes
    )


def _heading(measure: str, basis: str, area: Area) -> Bilingual:
    return say(
        "{measure} ({basis})", measure=both(area.programme.measures[measure].label), basis=place_basis(basis)
    )


def _lines(period: pd.DataFrame) -> list[pd.DataFrame]:
    """Give one line to a period, or one to each source where two of them tell the same measure."""
    if period["measure"].is_unique:
        return [period]
    return [rows for _, rows in period.groupby("source_id", sort=False)]


def _row(rows: pd.DataFrame, order: list[str], area: Area) -> tuple[Cell, ...]:
    told = {row["measure"]: row for row in rows.to_dict("records")}
    cells = [
        fact_cell(told[name]["value"], told[name]["status"], told[name]["qualifier"])
        if name in told
        else Cell(NOTHING)
        for name in order
    ]
    sources = [source_title(name, area) for name in dict.fromkeys(rows["source_id"])]
    first = rows.iloc[0]
    return (Cell(span(first["period_start"], first["period_end"])), *cells, Cell(formats.listed(sources)))


def source_title(source_id: str, area: Area) -> Bilingual:
    """Return how a source is named in a table: its title, and that it is still to be checked where that is so."""
    source = area.sources.get(source_id)
    if source is None:
        return Bilingual(source_id, source_id)
    name = Bilingual(source.title, source.title)
    return name if source.confidence == "verified" else say("{source} (to be checked)", source=name)
