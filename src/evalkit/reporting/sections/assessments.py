"""Targets: their words and dates, and yearly figures held against them with verdict and evidence as two statements."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import ProvinceFacts
from evalkit.programme.models import Target
from evalkit.records import Area, Assessments
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.indicators import counts_cell, value_cell
from evalkit.reporting.sections.words import CONFIDENTIAL, Row, both, span
from evalkit.reporting.wording import say


@section_of.register
def _(result: Assessments) -> Section:
    judged = result.frame[result.frame["verdict"] != "unquantified"]
    judged = judged[judged["verdict"].isin(["met", "not_met"]) | (judged["status"] == "suppressed")]
    title = say("Targets: verdict and evidence")
    blocks: list[Block] = []
    if judged.empty:
        blocks.append(
            Paragraph(
                say(
                    "No target with a number can be judged: the figures it needs have not been published for this place."
                ),
                tone="gap",
            )
        )
    else:
        blocks.append(
            Paragraph(
                say(
                    "The verdict is arithmetic on the figures reported. The evidence says what the interval adds: whether chance alone could explain the distance to the target."
                )
            )
        )
        blocks.append(_assessment_table(judged, result.area))
    blocks += _targets(_binding(result.area))
    return Section("assessment", title, tuple(blocks))


def _assessment_table(frame: pd.DataFrame, area: Area) -> Table:
    targets = {target.id: target for target in area.programme.targets}
    columns = (
        Column("target", say("Target")),
        Column("period", say("Period")),
        Column("promise", say("Promised")),
        Column("counts", say("Counts"), numeric=True),
        Column("value", say("Value"), numeric=True),
        Column("verdict", say("Verdict")),
        Column("evidence", say("Evidence")),
    )
    ordered = frame.sort_values(["target_id", "period_end"], kind="stable")
    rows = tuple(_assessment_row(row, targets[row["target_id"]]) for row in ordered.to_dict("records"))
    return Table("assessment-table", say("Yearly figures held against the targets in force"), columns, rows)


def _assessment_row(row: Row, target: Target) -> tuple[Cell, ...]:
    hidden = row["status"] == "suppressed"
    row = row | {"kind": "proportion" if target.unit == "percent" else "count"}
    return (
        Cell(Bilingual(target.id, target.id)),
        Cell(span(row["period_start"], row["period_end"])),
        Cell(promise_words(target)),
        Cell(CONFIDENTIAL) if hidden else counts_cell(row),
        Cell(CONFIDENTIAL) if hidden else value_cell(row),
        Cell(CONFIDENTIAL) if hidden else Cell(verdict_words(row["verdict"])),
        Cell(CONFIDENTIAL) if hidden else Cell(_evidence(row, target)),
    )


def promise_words(target: Target) -> Bilingual:
    """Write a target's number with its comparator: "over 90 %" is strict and is not "at least 90 %"."""
    value = (
        formats.percent(target.value or 0, 0)
        if target.unit == "percent"
        else formats.number(target.value or 0)
    )
    return {
        "greater_than": say("over {value}", value=value),
        "at_least": say("{value} or more", value=value),
        "less_than": say("under {value}", value=value),
        "at_most": say("{value} or less", value=value),
    }[target.comparator or "at_least"]


def verdict_words(verdict: str) -> Bilingual:
    """Write the arithmetic verdict."""
    words = {"met": say("met"), "not_met": say("not met"), "not_applicable": say("not applicable")}
    return words[verdict]


def _evidence(row: Row, target: Target) -> Bilingual:
    if row["evidence"] == "chance_could_explain" and row["value"] == target.value:
        return say("exactly on the target; the interval reaches to its other side")
    return evidence_words(row["evidence"])


def evidence_words(evidence: str) -> Bilingual:
    """Write what the interval adds to the verdict."""
    return {
        "clear": say("clear: the whole interval lies on this side"),
        "chance_could_explain": say("chance alone could explain the distance"),
        "no_interval": say("no interval: yearly totals with cases carried over"),
        "none": say("nothing to judge by"),
    }[evidence]


def _binding(area: Area) -> tuple[Target, ...]:
    if isinstance(area, ProvinceFacts):
        return area.programme.targets_binding(area.place.code, area.place.scheme)
    return tuple(target for target in area.programme.targets if target.level == "national")


def _targets(targets: tuple[Target, ...]) -> list[Block]:
    if not targets:
        return [Paragraph(say("No target is declared for it."), tone="gap")]
    columns = (
        Column("target", say("Target")),
        Column("wording", say("In its own words")),
        Column("valid", say("In force")),
        Column("set_by", say("Set by")),
        Column("source", say("Source")),
    )
    rows = tuple(
        (
            Cell(Bilingual(target.id, target.id)),
            Cell(both(target.wording)),
            Cell(formats.period(target.valid_from, target.valid_to)),
            Cell(say("central government") if target.level == "national" else say("the province")),
            Cell(Bilingual(target.source, target.source)),
        )
        for target in targets
    )
    note = say("A target without a number is qualitative: it is shown in its words and never judged.")
    return [
        Table("targets-table", say("Targets in force, with their wording and source"), columns, rows, (note,))
    ]
