"""Figures by one attribute, such as the sex of victims: hidden ones bear their mark, and none is worked out."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.records import Area, Breakdowns
from evalkit.reporting.blocks import Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.bases import source_notes
from evalkit.reporting.sections.coarser import coarser_sentences, region_tables
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    fact_cell,
    in_groups,
    span,
    within_sentence,
)
from evalkit.reporting.wording import say


@section_of.register
def _(result: Breakdowns) -> Section:
    frame, area = result.frame, result.area
    title = say("Figures by attribute")
    if not area.programme.dimensions:
        return Section("breakdowns", title, ())
    left_out = coarser_sentences(area, measures=list(area.programme.measures), crossed=False)
    if frame.empty and not left_out:
        text = say("No figure by sex, age or another attribute is in the sources used for this place.")
        return Section("breakdowns", title, (Paragraph(text, tone="gap"),))
    blocks: list[Block] = [
        Paragraph(
            say(
                "The latest years only. A small number of persons, and every number that would give it away, is confidential unless officially published."
            )
        ),
        *left_out,
    ]
    blocks += [
        _table(rows, str(measure), str(dimension), area)
        for (measure, dimension), rows in frame.groupby(["measure", "dimension"], sort=False)
    ]
    if isinstance(area, NationFacts):
        blocks += region_tables(area)
    return Section("breakdowns", title, tuple(blocks))


def _table(rows: pd.DataFrame, measure: str, dimension: str, area: Area) -> Table:
    declared = area.programme.dimensions[dimension]
    order = [value for value in declared.values if value in set(rows["category"])]  # noqa: PD011
    columns = (
        Column("period", say("Period")),
        *(Column(value, both(declared.values[value]), numeric=True) for value in order),  # noqa: PD011
    )
    lines = in_groups(rows.to_dict("records"), ["period_start", "period_end", "source_id"], ordered=True)
    return Table(
        f"breakdown-{measure}-{dimension}".replace("_", "-"),
        say(
            "{measure} by {attribute}",
            measure=both(area.programme.measures[measure].label),
            attribute=within_sentence(both(declared.label)),
        ),
        columns,
        tuple(_row(line, order) for line in lines),
        source_notes(rows, area),
    )


def _row(line: list[Row], order: list[str]) -> tuple[Cell, ...]:
    told = {row["category"]: row for row in line}
    first = line[0]
    return (
        Cell(span(first["period_start"], first["period_end"])),
        *(fact_cell(told[value]) if value in told else Cell(NOTHING) for value in order),
    )
