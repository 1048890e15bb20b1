"""Who might be missed: a group beside all others, as a difference with its interval, and never as a rank."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.programme.models import Dimension
from evalkit.programme.supports import SupportMatrix
from evalkit.records import Gaps
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.shared_words import (
    Row,
    area_name,
    both,
    period_cell,
    sentences,
    within_sentence,
)
from evalkit.reporting.sections.shares import difference_cell, share_cell
from evalkit.reporting.wording import say

SHOWN = ("estimated", "suppressed")


@headed("gaps", lambda: say("Who might be missed"))
def _(result: Gaps) -> tuple[Block, ...]:
    groups, places, classes = (_latest(frame) for frame in (result.groups, result.places, result.classes))
    hidden = sum(_hidden(frame) for frame in (groups, places, classes))
    groups, places, classes = (_told(frame) for frame in (groups, places, classes))
    blocks: list[Block] = []
    if len(groups) or len(places) or len(classes):
        blocks.append(_how_to_read([frame for frame in (groups, places, classes) if len(frame)]))
    if len(groups):
        blocks.append(_groups_table(groups, result.area))
    if len(places) and isinstance(result.area, ProvinceFacts):
        blocks.append(_places_table(places, result.area))
    if len(classes) and result.area.programme.support is not None:
        blocks.append(_classes_table(classes, result.area.programme.support))
    return (*blocks, *_silent(groups, result.area), *_confidential(hidden))


def _how_to_read(frames: list[pd.DataFrame]) -> Paragraph:
    """Say what a row is, and of rows with an interval what chance could explain."""
    held = say("Each row holds a group against all others. The difference is in percentage points.")
    by_chance = say(
        "Where its interval holds zero, chance alone could explain it. Many rows are compared at once: one in twenty would stand apart by chance."
    )
    order = say("The order is that of the declarations, not a rank.")
    has_limits = any(frame["difference_lower"].notna().any() for frame in frames)
    return Paragraph(sentences(held, by_chance, order) if has_limits else sentences(held, order))


def _latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the latest period of each comparison that was made or is hidden."""
    if frame.empty:
        return frame
    told = frame[frame["status"].isin(SHOWN)].sort_values("period_end", kind="stable")
    key = ["indicator", "dimension", "group", "beside"]
    return told.drop_duplicates(key, keep="last").sort_index()


def _hidden(frame: pd.DataFrame) -> int:
    return int((frame["status"] == "suppressed").sum()) if len(frame) else 0


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["status"] == "estimated"] if len(frame) else frame


def _confidential(hidden: int) -> list[Block]:
    """Say how many comparisons are hidden; a table of marks alone would tell nobody anything."""
    if not hidden:
        return []
    if hidden == 1:
        return [
            Paragraph(say("1 more comparison is confidential [c]: it needs a hidden figure."), tone="gap")
        ]
    text = say("{count} more comparisons are confidential [c]: they need hidden figures.", count=str(hidden))
    return [Paragraph(text, tone="gap")]


def _table(
    frame: pd.DataFrame,
    heads: list[tuple[Bilingual, Bilingual]],
    *,
    name: str,
    caption: Bilingual,
    group: Bilingual,
) -> Table:
    has_limits = frame["difference_lower"].notna()
    heading = (
        say("Difference in percentage points, 95% interval")
        if has_limits.any()
        else say("Difference in percentage points")
    )
    columns = (
        Column("what", say("Share")),
        Column("group", group),
        Column("period", say("Period")),
        Column("value", say("In the group"), numeric=True),
        Column("others", say("Others"), numeric=True),
        Column("difference", heading, numeric=True),
    )
    rows = tuple(
        (Cell(what), Cell(who), *_figures(row))
        for (what, who), row in zip(heads, frame.to_dict("records"), strict=True)
    )
    return Table(name, caption, columns, rows, _notes(frame, has_limits))


def _notes(frame: pd.DataFrame, has_limits: pd.Series) -> tuple[Bilingual, ...]:
    notes = []
    if has_limits.any():
        notes.append(say("Intervals of differences: Newcombe (1998)."))
    if not has_limits.all():
        notes.append(
            say("Without an interval: arithmetic alone, a share of what was done, not of chance events.")
        )
    if (frame["flag"] == "small_base").any():
        notes.append(say("Where fewer than 10 persons are in a group or beside it, read the counts first."))
    return tuple(notes)


def _figures(row: Row) -> tuple[Cell, ...]:
    return (
        period_cell(row["period_start"], row["period_end"]),
        share_cell(row),
        share_cell(row | {"beside_status": row["status"]}, prefix="beside_"),
        difference_cell(row),
    )


def _indicator(name: str, area: Area) -> Bilingual:
    indicator = area.programme.indicators[name]
    return say("{id} {label}", id=indicator.id, label=both(indicator.label))


def _groups_table(frame: pd.DataFrame, area: Area) -> Table:
    dimensions = area.programme.dimensions
    heads = [
        (_indicator(name, area), _member(dimension, group, dimensions))
        for name, dimension, group in frame[["indicator", "dimension", "group"]].itertuples(index=False)
    ]
    caption = say("Groups beside all others")
    return _table(frame, heads, name="groups-table", caption=caption, group=say("Group"))


def _member(dimension: str, group: str, dimensions: dict[str, Dimension]) -> Bilingual:
    declared = dimensions[dimension]
    member = declared.values[group]  # noqa: PD011
    return say("{attribute}: {group}", attribute=both(declared.label), group=both(member))


def _places_table(frame: pd.DataFrame, area: ProvinceFacts) -> Table:
    name = area_name(area)
    heads = [(_indicator(indicator, area), name) for indicator in frame["indicator"]]
    caption = say("{place} beside the rest of the country", place=name)
    return _table(frame, heads, name="places-table", caption=caption, group=say("Place"))


def _classes_table(frame: pd.DataFrame, matrix: SupportMatrix) -> Table:
    heads = [
        (
            both(matrix.supports[name].label),
            say(
                "{group}, beside {other}",
                group=both(matrix.classes[group].label),
                other=both(matrix.classes[beside].label),
            ),
        )
        for name, group, beside in frame[["indicator", "group", "beside"]].itertuples(index=False)
    ]
    caption = say("Legal classes of persons beside each other, support by support")
    return _table(frame, heads, name="classes-table", caption=caption, group=say("Class"))


def _silent(groups: pd.DataFrame, area: Area) -> list[Block]:
    """Name the attributes for which no gap can be told: who is missed there, nobody knows."""
    asked = [
        name
        for name, dimension in area.programme.dimensions.items()
        if name in ("sex", "age_group", "ethnicity") and not dimension.separate
    ]
    told = set(groups["dimension"]) if len(groups) else set()
    missing = [both(area.programme.dimensions[name].label) for name in asked if name not in told]
    if not missing:
        return []
    lower = [within_sentence(label) for label in missing]
    text = say(
        "By {attributes} no difference between groups can be shown from the figures above. Whether a group is missed there is not known.",
        attributes=formats.listed(lower),
    )
    return [Paragraph(text, tone="gap")]
