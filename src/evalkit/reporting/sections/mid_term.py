"""Where each target stands: baseline, mid-point, latest figure, the pace still required, and what may be said of the end."""

from __future__ import annotations

import pandas as pd

from evalkit.programme.models import Target
from evalkit.records import MidTerm
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.assessments import promise_words
from evalkit.reporting.sections.shares import points_words, share_words
from evalkit.reporting.sections.words import CONFIDENTIAL, NOTHING, Row, chance
from evalkit.reporting.wording import say


@section_of.register
def _(result: MidTerm) -> Section:
    title = say("Targets on the way: baseline, mid-point, latest figure")
    frame = result.frame
    states = frame[[f"{point}_status" for point in ("baseline", "mid", "last")]]
    told = frame[states.isin(["estimated", "suppressed"]).any(axis=1)]
    blocks: list[Block] = []
    if told.empty:
        text = say("No target with a number has a yearly figure for this place, before it or under it.")
        return Section("midterm", title, (Paragraph(text, tone="gap"),))
    blocks.append(
        Paragraph(
            say(
                "The required pace is what must still be gained each year; it is arithmetic and no forecast. A chance of meeting a target is given for counts alone, from five yearly figures on, and supposes that nothing changes."
            )
        )
    )
    blocks.append(_table(told, result))
    silent = [str(name) for name in frame.loc[~frame.index.isin(told.index), "target_id"]]
    if silent:
        names = formats.listed([Bilingual(name, name) for name in dict.fromkeys(silent)])
        blocks.append(Paragraph(say("Without any yearly figure: {targets}.", targets=names), tone="gap"))
    return Section("midterm", title, tuple(blocks))


def _table(frame: pd.DataFrame, result: MidTerm) -> Table:
    targets = {target.id: target for target in result.area.programme.targets}
    columns = (
        Column("target", say("Target")),
        Column("promise", say("Promised")),
        Column("until", say("In force until")),
        Column("baseline", say("Before it"), numeric=True),
        Column("mid", say("At mid-term"), numeric=True),
        Column("last", say("Latest"), numeric=True),
        Column("pace", say("Still required")),
        Column("chance", say("Chance of meeting it")),
    )
    rows = tuple(_row(row, targets[row["target_id"]], result) for row in frame.to_dict("records"))
    caption = say("Where each target stands")
    return Table("midterm-table", caption, columns, rows)


def _row(row: Row, target: Target, result: MidTerm) -> tuple[Cell, ...]:
    indicator = result.area.programme.indicators[str(target.indicator)]
    head = say("{target}: {id}", target=Bilingual(target.id, target.id), id=indicator.id)
    own = result.estimates[
        (result.estimates["indicator"] == target.indicator)
        & (result.estimates["place_basis"] == row["place_basis"])
    ]
    return (
        Cell(head),
        Cell(promise_words(target)),
        Cell(formats.day(target.valid_to)),
        *(_point(row, point, own, target) for point in ("baseline", "mid", "last")),
        Cell(_pace(row, target)),
        Cell(_outlook(row)),
    )


def _point(row: Row, point: str, own: pd.DataFrame, target: Target) -> Cell:
    """Write a figure with its year; a share with its counts first."""
    value, end = row[f"{point}_value"], row[f"{point}_end"]
    if row[f"{point}_status"] == "suppressed":
        return Cell(CONFIDENTIAL)
    if pd.isna(value):
        return Cell(NOTHING)
    behind = own[(own["period_end"] == end) & (own["value"] == value)]
    year = formats.number(end.year).en.replace(",", "")
    words = formats.percent(value) if target.unit == "percent" else formats.number(value)
    if target.unit == "percent" and len(behind) and pd.notna(behind["denominator"].iloc[-1]):
        last = behind.iloc[-1]
        words = share_words(last["numerator"], last["denominator"], value)
    return Cell(say("{year}: {value}", year=year, value=words), round(float(value), 4))


def _pace(row: Row, target: Target) -> Bilingual:
    required, value = row["required_pace"], row["last_value"]
    if row["last_status"] == "suppressed":
        return CONFIDENTIAL
    if pd.isna(value):
        return say("no figure under the target")
    if required == 0:
        strict = target.comparator in ("greater_than", "less_than")
        if strict and value == target.value:
            return say("exactly on the number; the target asks for more than that")
        return say("none: the latest figure meets it")
    if pd.isna(required):
        return say("no time left; the latest figure does not meet it")
    words = points_words(required) if target.unit == "percent" else formats.number(required, 1)
    return say("{pace} a year", pace=words)


def _outlook(row: Row) -> Bilingual:
    if pd.notna(row["chance"]):
        return chance(float(row["chance"]))
    known = {
        "no_method_for_kind": lambda: say("not given: there is no sound method for shares here"),
        "too_few_years": lambda: say("not given: fewer than five yearly figures"),
        "no_time_left": lambda: say("not asked: the term has ended"),
        "suppressed": lambda: say("not given: a figure needed is confidential"),
    }
    return known.get(row["reason"], lambda: say("not given: no figure"))()
