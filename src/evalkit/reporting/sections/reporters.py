"""Who reported: two agencies' figures for the same kind of persons, and, for the nation, each province's reporting."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from evalkit.facts.areas import Area, NationFacts
from evalkit.records import Completeness
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.sections.shared_words import (
    CONFIDENTIAL,
    NOTHING,
    Row,
    both,
    in_groups,
    period_cell,
)
from evalkit.reporting.wording import say
from evalkit.table import TOLD

YEARS = 5


def agencies(result: Completeness) -> list[Block]:
    """Put the figures of two agencies for the same kind of persons beside each other; neither is taken to be right."""
    rows = result.agencies[result.agencies["status"].isin(["estimated", "suppressed", "not_applicable"])]
    if rows.empty:
        return []
    ends = sorted(rows["period_end"].unique())[-YEARS:]
    rows = rows[rows["period_end"].isin(ends)]
    columns = (
        Column("indicator", say("Figures")),
        Column("period", say("Period")),
        Column("first", say("First agency"), numeric=True),
        Column("second", say("Second agency"), numeric=True),
        Column("agrees", say("Reading")),
    )
    cells = tuple(_reconciled(row, result.area) for row in rows.to_dict("records"))
    notes = tuple(_who(name, result.area) for name in dict.fromkeys(rows["indicator"]))
    text = say(
        "Where two agencies count the same kind of persons, a difference is a question to both, not an error of one."
    )
    caption = say("Figures of two agencies side by side")
    return [Paragraph(text), Table("agencies-table", caption, columns, cells, notes)]


def _who(name: str, area: Area) -> Bilingual:
    indicator = area.programme.indicators[name]
    return say(
        "{id} {label}: first {first}; second {second}.",
        id=indicator.id,
        label=both(indicator.label),
        first=both(area.programme.measures[indicator.numerator].label),
        second=both(area.programme.measures[str(indicator.denominator)].label),
    )


def _reconciled(row: Row, area: Area) -> tuple[Cell, ...]:
    head = Cell(both(area.programme.indicators[str(row["indicator"])].label))
    period = period_cell(row["period_start"], row["period_end"])
    if row["status"] == "suppressed":
        return (head, period, *(Cell(CONFIDENTIAL) for _ in range(3)))
    counts = [
        Cell(NOTHING) if pd.isna(row[part]) else Cell(formats.figure(row[part]), row[part])
        for part in ("numerator", "denominator")
    ]
    return (head, period, *counts, Cell(_agreement(row)))


def _agreement(row: Row) -> Bilingual:
    if pd.isna(row["difference"]):
        return say("one figure only")
    if row["agrees"]:
        return say("they agree")
    if row["difference"] > 0:
        return say("the first is higher by {count}", count=formats.figure(row["difference"]))
    return say("the second is higher by {count}", count=formats.figure(-row["difference"]))


def places(result: Completeness) -> list[Block]:
    """Tell province by province how much was reported, and who reported more than a year late."""
    if result.places.empty or not isinstance(result.area, NationFacts):
        return []
    kinds = [(state, heading) for state, heading in _headings() if result.places[state].sum()]
    columns = (
        Column("province", say("Province or city")),
        Column("measures", say("Measures with a figure"), numeric=True),
        *(Column(state, heading, numeric=True) for state, heading in kinds),
        Column("late", say("More than a year late"), numeric=True),
    )
    population = result.area.programme.population
    counted = result.places[result.places["measure"] != population].to_dict("records")
    states = {own[0]["province_code"]: own for own in in_groups(counted, ["province_code"])}
    late = Counter(result.late["province_code"]) if len(result.late) else Counter[str]()
    measures = len(set(result.area.programme.measures) - {population})
    rows = tuple(
        (
            Cell(say("{code} {name}", code=place.code, name=place.name)),
            *_reporting(states.get(place.code, []), measures, [state for state, _ in kinds]),
            _count(late[place.code]),
        )
        for place in result.area.places
    )
    caption = say("Reporting by province: number of figures of each kind")
    notes = (
        say(
            "Totals only, of all years and sources; a kind that no province has a figure of is left out. A figure that is missing is not zero; zero is reported as zero."
        ),
        *([_whose_late()] if late else []),
    )
    return [Table("reporting-table", caption, columns, rows, notes)]


def _whose_late() -> Bilingual:
    """Say that figures of the whole country that came late are counted elsewhere."""
    return say(
        "More than a year late: figures of the province itself, each source counted; those reported for the whole country are not among them."
    )


def _reporting(own: list[Row], measures: int, kinds: list[str]) -> tuple[Cell, ...]:
    """Return of how many measures a province tells a figure, and its figures of each kind."""
    told = sum(any(row[state] > 0 for state in TOLD) for row in own)
    return (
        Cell(say("{n}/{base}", n=str(told), base=str(measures)), told),
        *(_count(sum(int(row[state]) for row in own)) for state in kinds),
    )


def _headings() -> tuple[tuple[str, Bilingual], ...]:
    return (
        ("reported", say("Reported")),
        ("zero_reported", say("Reported as zero")),
        ("derived", say("Derived")),
        ("not_reported", say("Not reported")),
        ("not_applicable", say("Not applicable")),
        ("suppressed", say("Confidential")),
    )


def _count(value: int) -> Cell:
    return Cell(formats.figure(value), value)
