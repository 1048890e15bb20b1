"""Figures by one attribute, such as the sex of victims: hidden ones bear their mark, and none is worked out."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import Area, NationFacts
from evalkit.records import Breakdowns
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import (
    CONFIDENTIAL,
    Bilingual,
    Block,
    Bullets,
    Cell,
    Column,
    Paragraph,
    Table,
)
from evalkit.reporting.display import headed
from evalkit.reporting.sections.bases import named_sources, source_notes, source_title
from evalkit.reporting.sections.coarser import coarser_sentences, region_tables
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    fact_cell,
    in_groups,
    period_cell,
    sentences,
    span,
    within_sentence,
)
from evalkit.reporting.source_numbers import told_by
from evalkit.reporting.wording import say


@headed("breakdowns", lambda: say("Figures by attribute"))
def _(result: Breakdowns) -> tuple[Block, ...]:
    area = result.area
    frame = result.frame[
        result.frame["measure"] != area.programme.population
    ]  # the bases of rates stand with these
    if not area.programme.dimensions:
        return ()
    left_out = coarser_sentences(area, measures=list(area.programme.measures), crossed=False)
    if frame.empty and not left_out:
        text = say("No figure by sex, age or another attribute is in the sources used for this place.")
        return (Paragraph(text, tone="gap"),)
    blocks: list[Block] = [
        Paragraph(
            say(
                "The latest years only. A small number of persons, and every number that would give it away, is confidential unless officially published."
            )
        ),
        *left_out,
    ]
    groups = [
        (_table(rows, str(measure), str(dimension), area), rows)
        for (measure, dimension), rows in frame.groupby(["measure", "dimension"], sort=False)
    ]
    blocks += [table for table, _ in groups if not _is_wholly_hidden(table)]
    hidden = [_in_a_sentence(table, rows, area) for table, rows in groups if _is_wholly_hidden(table)]
    blocks += [Bullets(tuple(hidden))] if hidden else []
    if isinstance(area, NationFacts):
        blocks += region_tables(area)
    return tuple(blocks)


def _table(rows: pd.DataFrame, measure: str, dimension: str, area: Area) -> Table:
    declared = area.programme.dimensions[dimension]
    order = [value for value in declared.values if value in set(rows["category"])]  # noqa: PD011
    columns = (
        Column("period", say("Period")),
        *(Column(value, both(declared.values[value]), numeric=True) for value in order),  # noqa: PD011
    )
    names_sources = (
        len(set(rows["source_id"])) > 1
    )  # sources that differ stand in a row each, which names its own
    columns += (Column("source", say("Source")),) if names_sources else ()
    lines = in_groups(rows.to_dict("records"), ["period_start", "period_end", "source_id"], ordered=True)
    return Table(
        f"breakdown-{measure}-{dimension}".replace("_", "-"),
        say(
            "{measure} by {attribute}",
            measure=both(area.programme.measures[measure].label),
            attribute=within_sentence(both(declared.label)),
        ),
        columns,
        tuple(_row(line, order, area if names_sources else None) for line in lines),
        () if names_sources else source_notes(rows, area),
    )


def _is_wholly_hidden(table: Table) -> bool:
    """Whether a table would hold marks of hidden figures and nothing else."""
    figures = [place for place, column in enumerate(table.columns) if column.numeric]
    told = {row[place].text.en for row in table.rows for place in figures}
    return told <= {CONFIDENTIAL, NOTHING.en} and bool(table.hidden)


def _in_a_sentence(table: Table, rows: pd.DataFrame, area: Area) -> Bilingual:
    """Say of a table of marks alone what is hidden: which figures, of when, from which source."""
    hidden = say(
        "{table}, {period}: every figure is confidential ({values}).",
        table=table.caption,
        values=each(
            lambda *names: "; ".join(names), *(column.header for column in table.columns if column.numeric)
        ),
        period=span(rows["period_start"].min(), rows["period_end"].max()),
    )
    return sentences(hidden, told_by(named_sources(rows["source_id"], area)))


def _row(line: list[Row], order: list[str], area: Area | None) -> tuple[Cell, ...]:
    """Return the row of a period; of an area given, with the source of its figures."""
    told = {row["category"]: row for row in line}
    first = line[0]
    return (
        period_cell(first["period_start"], first["period_end"]),
        *(fact_cell(told[value]) if value in told else Cell(NOTHING) for value in order),
        *((Cell(source_title(first["source_id"], area)),) if area is not None else ()),
    )
