"""Support: who received it of those eligible and accepting, legal class by legal class; and persons who still wait."""

from __future__ import annotations

import pandas as pd

from evalkit.indicators.support import PARTS
from evalkit.programme.supports import SupportMatrix
from evalkit.records import SupportGiven
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.coarser import coarser_sentences
from evalkit.reporting.sections.indicators import latest_rows
from evalkit.reporting.sections.shared_words import (
    CONFIDENTIAL,
    NOT_AVAILABLE,
    NOTHING,
    Row,
    both,
    named_codes,
    sentence_start,
    span,
)
from evalkit.reporting.sections.shares import limits_words, no_share, share_words
from evalkit.reporting.wording import say


@headed("support", lambda: say("Support: received by those entitled who accept it"))
def _(result: SupportGiven) -> tuple[Block, ...]:
    matrix = result.area.programme.support
    if matrix is None:
        return ()
    blocks: list[Block] = [*_supports(result, matrix), *_waiting(result)]
    return tuple(blocks)


def _supports(result: SupportGiven, matrix: SupportMatrix) -> list[Block]:
    frame = result.frame
    measures = (matrix.eligible, matrix.accepting, matrix.received)
    left_out = coarser_sentences(result.area, measures=measures, crossed=True)
    if left_out and frame["status"].isin(["suppressed", "not_applicable"]).all():
        return list(left_out)
    if frame.empty:
        text = say("No figure on supports, by kind of support and class of person, is in the sources used.")
        return [Paragraph(text, tone="gap")]
    blocks: list[Block] = [
        Paragraph(
            say(
                "The base of each share is the persons who are eligible and accept; who declines is not counted against the programme. Eligible are all entitled in the period, whenever they were identified: they may be more than those identified in it. The legal classes of persons have different entitlements and are never added up."
            )
        ),
        *left_out,
    ]
    for regime in matrix.regimes:
        rows = _latest(frame[frame["regime"] == regime.id])
        if len(rows):
            when = span(rows["period_start"].iloc[0], rows["period_end"].iloc[0])
            text = say("{period}, under: {regime}.", period=when, regime=both(regime.label))
            blocks.append(Paragraph(sentence_start(text)))
        for name in matrix.classes if len(rows) else ():
            blocks += _one_class(rows[rows["person_class"] == name], name, regime.id, matrix)
    return [*blocks, *_across_regimes(_latest(frame[frame["regime"] == ""]), matrix)]


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    newest: pd.DataFrame = rows[rows["period_end"] == rows["period_end"].max()]
    return newest


def _across_regimes(rows: pd.DataFrame, matrix: SupportMatrix) -> list[Block]:
    """Show the latest period in which one law gave way to another, of the classes that have a figure."""
    told = rows[rows[list(PARTS)].notna().any(axis=1) | (rows["status"] == "suppressed")]
    blocks: list[Block] = []
    for name in matrix.classes:
        if (told["person_class"] == name).any():
            blocks += _one_class(told[told["person_class"] == name], name, "two-laws", matrix)
    if not blocks:
        return []
    when = span(told["period_start"].iloc[0], told["period_end"].iloc[0])
    text = say("{period}, in which one law gave way to another: what is due may have changed.", period=when)
    return [Paragraph(sentence_start(text)), *blocks]


def _one_class(rows: pd.DataFrame, name: str, regime: str, matrix: SupportMatrix) -> list[Block]:
    """Show one class: its table, or a sentence where nobody of it was reported, or everything is hidden."""
    label = both(matrix.classes[name].label)
    told = rows[(rows["status"] != "not_applicable") | (rows["eligible"] > 0) | (rows["received"] > 0)]
    if told.empty:
        entitled = (rows["entitlement"] != "none").any()
        none = say("{people}: nobody of this class is reported as entitled in the period.", people=label)
        barred = say("{people}: this class was entitled to no support of the list.", people=label)
        return [Paragraph(sentence_start(none if entitled else barred))]
    if (told["status"] == "suppressed").all():
        text = say("{people}: all figures are confidential [c].", people=label)
        return [Paragraph(sentence_start(text))]
    if (told["status"] == "not_reported").all() and told[list(PARTS)].isna().all(axis=None):
        return [
            Paragraph(
                sentence_start(say("{people}: no figure in the sources used.", people=label)), tone="gap"
            )
        ]
    identifier = f"support-{regime}-{name}".replace("_", "-")
    return [_table(told, identifier, label, matrix)]


def _table(rows: pd.DataFrame, identifier: str, label: Bilingual, matrix: SupportMatrix) -> Table:
    columns = (
        Column("support", say("Support")),
        Column("eligible", say("Eligible"), numeric=True),
        Column("accepting", say("Accepting"), numeric=True),
        Column("received", say("Received, of those accepting"), numeric=True),
        Column("interval", say("95% interval"), numeric=True),
    )
    cells = tuple(_row(row, matrix) for row in rows.to_dict("records"))
    return Table(identifier, say("Support: {people}", people=label), columns, cells, _notes(rows))


def _notes(rows: pd.DataFrame) -> tuple[Bilingual, ...]:
    notes = []
    if (rows["entitlement"] == "case_by_case").any():
        notes.append(say("* decided case by case"))
    if (rows["entitlement"] == "to_be_checked").any():
        notes.append(say("** whether this class is entitled is still to be checked in the law"))
    if (rows["flag"] == "not_entitled").any():
        notes.append(say("*** persons were reported although the law gives this class no such support"))
    if (rows["flag"] == "small_base").any():
        notes.append(say("Fewer than 10 persons accepting: read the counts; the percentage jumps by chance."))
    if (rows["received"].notna() & rows["accepting"].isna()).any():
        notes.append(
            say(
                "How many were eligible and accepted is not in the sources used: the number who received is given without a share."
            )
        )
    return tuple(notes)


def _row(row: Row, matrix: SupportMatrix) -> tuple[Cell, ...]:
    support = matrix.supports[row["support"]]
    mark = {"case_by_case": "*", "to_be_checked": "**"}.get(row["entitlement"], "")
    mark = "***" if row["flag"] == "not_entitled" else mark
    head = say("{letter}) {support}{mark}", letter=support.letter, support=both(support.label), mark=mark)
    if row["status"] == "suppressed":
        return (Cell(head), *(Cell(CONFIDENTIAL) for _ in range(4)))
    share = NOTHING
    if not pd.isna(row["value"]):
        share = share_words(row["received"], row["accepting"], row["value"])
    elif row["received"] == 0 and row["accepting"] == 0:
        share = no_share(0, 0)
    elif not pd.isna(row["received"]):
        share = formats.number(row["received"])
    limits = NOTHING if pd.isna(row["lower"]) else limits_words(row["lower"], row["upper"])
    return (Cell(head), _count(row["eligible"]), _count(row["accepting"]), Cell(share), Cell(limits))


def _count(value: float) -> Cell:
    return Cell(NOT_AVAILABLE) if pd.isna(value) else Cell(formats.number(value), value)


def _waiting(result: SupportGiven) -> list[Block]:
    """Say that persons in identification stand apart, and which indicators tell how many wait, how long, at whose cost."""
    rows = latest_rows(result.waiting)
    if rows.empty:
        gap = say(
            "How many persons wait to be identified, how long, and at whose cost: no figure in the sources used."
        )
        return [Paragraph(gap, tone="gap")]
    text = say(
        "Persons who wait to be identified stand apart: they are not yet victims by decision, and their costs arise while they wait. Their latest figures are among the indicators: {indicators}.",
        indicators=named_codes([str(name) for name in rows["indicator"]], result.area.programme),
    )
    return [Paragraph(text)]
