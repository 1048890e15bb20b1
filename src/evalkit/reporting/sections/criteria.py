"""The six criteria of the OECD-DAC: what evidence the figures hold for each, or that they hold none."""

from __future__ import annotations

import pandas as pd

from evalkit.programme.models import Programme
from evalkit.records import Evidence
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.shared_words import NOTHING, named_codes
from evalkit.reporting.wording import say


@headed("dac", lambda: say("The six evaluation criteria"))
def _(result: Evidence) -> tuple[Block, ...]:
    text = say(
        "An evaluation asks six questions of a programme (OECD-DAC 2019). The table says which figures speak of each, not how the answer turns out; none of them shows an effect by itself. What figures cannot answer needs interviews, files and visits."
    )
    tables = tuple(
        _row(str(name), rows, result.area.programme)
        for name, rows in result.frame.groupby("criterion", sort=False)
    )
    columns = (
        Column("criterion", say("Criterion")),
        Column("evidence", say("Evidence")),
        Column("span", say("From – to")),
        Column("with", say("Indicators with figures")),
        Column("without", _without(result.frame)),
    )
    table = Table("dac-table", say("Evidence by criterion"), columns, tables)
    return (Paragraph(text), table)


def _without(frame: pd.DataFrame) -> Bilingual:
    """Head the last column: an indicator whose figures are all hidden has figures, though none is shown."""
    if (~frame["has_evidence"] & (frame["suppressed"] > 0)).any():
        return say("Without a figure, or confidential")
    return say("Without a figure")


def criterion_words(name: str) -> Bilingual:
    """Write a criterion with the question it asks."""
    return {
        "relevance": say("Relevance: is it doing the right things?"),
        "coherence": say("Coherence: how well does it fit with the work of others?"),
        "effectiveness": say("Effectiveness: is it achieving its objectives?"),
        "efficiency": say("Efficiency: how well are resources used?"),
        "impact": say("Impact: what difference does it make?"),
        "sustainability": say("Sustainability: will the benefits last?"),
    }[name]


def _row(name: str, rows: pd.DataFrame, programme: Programme) -> tuple[Cell, ...]:
    declared = rows[rows["indicator"] != ""]
    told = declared[declared["has_evidence"]]
    silent = declared[~declared["has_evidence"]]
    first, last = told["first"].min(), told["last"].max()
    return (
        Cell(criterion_words(name)),
        Cell(_evidence(told, declared)),
        Cell(formats.years(first.year, last.year) if len(told) else NOTHING),
        Cell(_named(told, programme)),
        Cell(_named(silent, programme)),
    )


def _evidence(told: pd.DataFrame, declared: pd.DataFrame) -> Bilingual:
    if declared.empty:
        return say("none: the programme has no indicator for it")
    if told.empty:
        return say("none: no indicator has a figure")
    if len(told) == 1:
        return say("1 of {all} indicators has a figure", all=formats.number(len(declared)))
    return say(
        "{told} of {all} indicators have a figure",
        told=formats.number(len(told)),
        all=formats.number(len(declared)),
    )


def _named(rows: pd.DataFrame, programme: Programme) -> Bilingual:
    return NOTHING if rows.empty else named_codes([str(name) for name in rows["indicator"]], programme)
