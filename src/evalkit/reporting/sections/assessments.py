"""Targets: yearly figures held against them, with verdict and evidence as two statements."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.indicators.judging import JUDGED
from evalkit.programme.models import Programme, Target
from evalkit.records import Assessments
from evalkit.reporting import formats
from evalkit.reporting.blocks import Block, Bullets, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.indicators import counts_cell, value_cell
from evalkit.reporting.sections.promises import (
    binding_targets,
    evidence_words,
    growth_sentence,
    needed_words,
    no_target,
    nothing_due,
    promise_words,
    target_name,
    verdict_words,
)
from evalkit.reporting.sections.shared_words import CONFIDENTIAL, NOTHING, Row, period_cell, span
from evalkit.reporting.sections.shares import points_words, signed
from evalkit.reporting.wording import say

SHOWN = ("met", "not_met", "too_few", "approximate", "so_far", "other_window")


@headed("assessment", lambda: say("Targets: verdict and evidence"))
def _(result: Assessments) -> tuple[Block, ...]:
    frame, binding = result.frame, binding_targets(result.area)
    if not binding and frame.empty:
        return (no_target(),)
    told = frame["verdict"].isin(SHOWN) | (frame["status"] == "suppressed") | _is_zero_of_zero(frame)
    judged = frame[told & (frame["verdict"] != "unquantified")]
    if judged.empty:
        text = say(
            "No target with a number can be judged: the sources used hold none of the figures it needs."
        )
        return (Paragraph(text, tone="gap"),)
    text = say(
        "The verdict is arithmetic on the figures reported; a yearly promise is judged on whole years alone, and nothing is judged on a base under 5. The evidence says what the interval adds: whether chance alone could explain the distance to the target."
    )
    return Paragraph(text), _assessment_table(judged, result.area), *_in_sentences(judged, result.area)


def _is_zero_of_zero(frame: pd.DataFrame) -> pd.Series:
    has_no_base = frame["flag"].astype("str").str.split(";").map(lambda flags: "no_base" in flags)
    return has_no_base.astype(bool) & (frame["status"] == "not_applicable")


def _assessment_table(frame: pd.DataFrame, area: Area) -> Table:
    targets = {target.id: target for target in area.programme.targets}
    columns = (
        Column("target", say("Target")),
        Column("period", say("Period")),
        Column("promise", say("Promised")),
        Column("counts", say("Counts"), numeric=True),
        Column("value", say("Value"), numeric=True),
        Column("gap", say("Distance to the target"), numeric=True),
        Column("verdict", say("Verdict")),
        Column("evidence", say("Evidence")),
    )
    ordered = frame.sort_values(["target_id", "period_end"], kind="stable")
    rows = tuple(
        _assessment_row(row, targets[row["target_id"]], area.programme) for row in ordered.to_dict("records")
    )
    return Table(
        "assessment-table", say("Yearly figures held against the targets then in force"), columns, rows
    )


def _assessment_row(row: Row, target: Target, programme: Programme) -> tuple[Cell, ...]:
    about = (
        Cell(target_name(target, programme)),
        period_cell(row["period_start"], row["period_end"]),
        Cell(promise_words(target, row["kind"])),
    )
    if row["status"] == "suppressed":
        return about + (Cell(CONFIDENTIAL),) * 5
    return (
        *about,
        _counts(row, target),
        _value(row, programme),
        _gap(row),
        Cell(verdict_words(row["verdict"], is_small_base=row["is_small_base"])),
        Cell(evidence_words(row, target, programme)),
    )


def _counts(row: Row, target: Target) -> Cell:
    """Write the counts; of a change the later one, with the count that had to be reached."""
    if row["kind"] != "change":
        return counts_cell(row)
    later = formats.figure(row["numerator"])
    if pd.isna(row["needed"]):
        words = say("{later} after {earlier}", later=later, earlier=formats.figure(row["denominator"]))
        return Cell(words, row["numerator"])
    words = say("{later}; the target called for {needed}", later=later, needed=needed_words(row, target))
    return Cell(words, row["numerator"])


def _value(row: Row, programme: Programme) -> Cell:
    """Write the value; a change with its sign."""
    if row["kind"] != "change" or pd.isna(row["value"]):
        return value_cell(row, programme)
    return Cell(formats.signed_percent(row["value"]), round(float(row["value"]), 4))


def _gap(row: Row) -> Cell:
    """Write the distance to the promise, in the unit of the kind; a change in percent has its counts instead."""
    if pd.isna(row["gap"]) or row["kind"] == "change":
        return Cell(NOTHING)
    in_points = row["target_unit"] == "percent"
    digits = formats.decimals_of(row["gap"]) if row["kind"] in ("count", "median_days") else 2
    words = points_words(row["gap"]) if in_points else signed(row["gap"], digits)
    return Cell(words, round(float(row["gap"]), 4))


def _in_sentences(frame: pd.DataFrame, area: Area) -> list[Block]:
    """Say of each target on growth its latest counts, and of each without anything due that there was nothing."""
    targets = {target.id: target for target in area.programme.targets}
    latest = frame.sort_values("period_end", kind="stable").drop_duplicates("target_id", keep="last")
    sentences = []
    for row in latest.sort_values("target_id", kind="stable").to_dict("records"):
        target = targets[row["target_id"]]
        name = target_name(target, area.programme)
        if row["kind"] == "change" and row["verdict"] in JUDGED:
            sentences.append(growth_sentence(row, target, area.programme))
        elif nothing_due(row) and row["kind"] != "change":
            when = span(row["period_start"], row["period_end"])
            sentences.append(
                say("{target}, {period}: nothing was due, so no share.", target=name, period=when)
            )
    return [Bullets(tuple(sentences))] if sentences else []
