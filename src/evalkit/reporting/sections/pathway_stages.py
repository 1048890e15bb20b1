"""The stages from reception to reintegration: side by side, each with its basis, and never drawn as a funnel."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.programme.models import Stage
from evalkit.records import Pathway
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.limits import SMALL_BASE
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    either,
    fact_cell,
    in_groups,
    period_cell,
    place_basis,
    sentence_start,
    span,
)
from evalkit.reporting.sections.shares import limits_words, no_share, share_words
from evalkit.reporting.wording import say

YEARS = 5


@headed("pathway", lambda: say("From reception to reintegration"))
def _(result: Pathway) -> tuple[Block, ...]:
    frame, area = _latest(result.frame), result.area
    if not area.programme.stages:
        return ()
    if frame.empty:
        text = say("For no year have two stages or more been reported for this place.")
        return (Paragraph(text, tone="gap"),)
    blocks: list[Block] = [
        Paragraph(
            say(
                "The stages stand side by side. The totals of one year are not the same persons: who was received late in a year is verified in the next. A later stage may therefore exceed an earlier one, and here no stage is given as a share of a total before it. An indicator that is read as two yearly totals of different persons is a ratio of them, not such a share."
            ),
            tone="caution",
        ),
        _stages_table(frame, area),
        *_exceeding(frame, area),
    ]
    nobody = (frame["base_value"] == 0) & (frame["value"] == 0)
    cohorts = frame[frame["share"].notna() | nobody]
    if not cohorts.empty:
        blocks.append(_cohort_table(cohorts, area))
    blocks += _left_out(frame, area)
    blocks.append(Bullets(tuple(_meaning(stage, area) for stage in area.programme.stages)))
    return tuple(blocks)


def _latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the latest periods; a table of every year would be read by nobody."""
    if frame.empty:
        return frame
    ends = sorted(frame["period_end"].unique())[-YEARS:]
    return frame[frame["period_end"].isin(ends)]


def _stages_table(frame: pd.DataFrame, area: Area) -> Table:
    stages = area.programme.stages
    columns = (
        Column("period", say("Period")),
        *(Column(stage.id, _heading(stage, area), numeric=True) for stage in stages),
    )
    rows = []
    for _, lines in frame.groupby(["period_start", "period_end"], sort=True):
        told = {row["stage"]: row for row in lines.to_dict("records")}
        rows.append(
            (
                period_cell(lines["period_start"].iloc[0], lines["period_end"].iloc[0]),
                *(_stage_cell(told[stage.id]) for stage in stages),
            )
        )
    differ = say("Where sources differ, both figures stand; no share is made of them.")
    notes = (differ,) if frame["figures"].map(len).any() else ()
    return Table("pathway-table", say("Persons at each stage, by year"), columns, tuple(rows), notes)


def _stage_cell(row: Row) -> Cell:
    if row["figures"]:
        return Cell(say("{figures} (sources differ)", figures=either(row["figures"])))
    return fact_cell(row)


def _heading(stage: Stage, area: Area) -> Bilingual:
    basis = area.programme.measures[stage.measure].place_basis
    return say("{stage} ({basis})", stage=both(stage.label), basis=place_basis(basis))


def _exceeding(frame: pd.DataFrame, area: Area) -> list[Block]:
    """Say where a later stage exceeds the one before, so that nobody takes it for an error."""
    labels = {stage.id: both(stage.label) for stage in area.programme.stages}
    items = tuple(
        say(
            "{period}: more persons at the stage “{later}” than at “{earlier}”.",
            period=sentence_start(span(row["period_start"], row["period_end"])),
            later=labels[row["stage"]],
            earlier=labels[row["exceeded"]],
        )
        for row in frame[frame["exceeds_earlier"]].to_dict("records")
    )
    if not items:
        return []
    text = say(
        "Where a later stage exceeds an earlier one; this follows from counting by year or by another place and is no error in itself:"
    )
    return [Paragraph(text), Bullets(items)]


def _cohort_table(frame: pd.DataFrame, area: Area) -> Table:
    labels = {stage.id: both(stage.label) for stage in area.programme.stages}
    columns = (
        Column("stage", say("Stage")),
        Column("period", say("Period")),
        Column("cohort", say("Of")),
        Column("share", say("Share"), numeric=True),
        Column("interval", say("95% interval"), numeric=True),
    )
    ordered = frame.sort_values(["position", "period_end"], kind="stable")
    rows = tuple(_cohort_row(row, labels, area) for row in ordered.to_dict("records"))
    notes = (
        say("Both numbers of a share come from one source, which counts the same persons: Wilson interval."),
    )
    return Table("cohorts-table", say("Shares of a cohort"), columns, rows, notes)


def _left_out(frame: pd.DataFrame, area: Area) -> list[Block]:
    """Say of which periods no share of a cohort is made, and why."""
    labels = {stage.id: both(stage.label) for stage in area.programme.stages}
    rows = frame[frame["left_out"] != ""].sort_values(["position", "period_end"], kind="stable")
    items = [
        say(
            "{stage}, {periods}: {reason}.",
            stage=labels[one[0]["stage"]],
            periods=formats.listed([span(row["period_start"], row["period_end"]) for row in one]),
            reason=_why_left_out(one[0]["left_out"]),
        )
        for one in in_groups(rows.to_dict("records"), ["stage", "left_out"])
    ]
    return (
        [
            Paragraph(say("Stages and periods without a share of the same persons, each with the reason:")),
            Bullets(tuple(items)),
        ]
        if items
        else []
    )


def _why_left_out(reason: str) -> Bilingual:
    return {
        "untold": lambda: say("one of its two numbers is not told, or is confidential"),
        "sources_differ": lambda: say("sources differ on one of its two numbers"),
        "two_sources": lambda: say("its two numbers come from two sources"),
        "same_figure": lambda: say(
            "both numbers are alike in what was published, and may be one number given twice"
        ),
        "exceeds": lambda: say("the part is larger than its base"),
    }[reason]()


def _cohort_row(row: Row, labels: dict[str, Bilingual], area: Area) -> tuple[Cell, ...]:
    return (
        Cell(labels[row["stage"]]),
        period_cell(row["period_start"], row["period_end"]),
        Cell(both(area.programme.measures[row["base_measure"]].label)),
        _cohort_share(row),
        Cell(_cohort_limits(row)),
    )


def _cohort_share(row: Row) -> Cell:
    if pd.isna(row["share"]):
        return Cell(no_share(row["value"], row["base_value"]))
    words = share_words(row["value"], row["base_value"], row["share"])
    return Cell(words, round(float(row["share"]), 4))


def _cohort_limits(row: Row) -> Bilingual:
    """Write the limits of a share; none over fewer than five persons, nor of figures that are not exact."""
    if pd.isna(row["lower"]) or row["base_value"] < SMALL_BASE:
        return NOTHING
    return limits_words(row["lower"], row["upper"])


def _meaning(stage: Stage, area: Area) -> Bilingual:
    return say(
        "{stage}: {measure}. {note}",
        stage=both(stage.label),
        measure=both(area.programme.measures[stage.measure].label),
        note=both(stage.note),
    )
