"""The tables of a comparison with places without the measure: the ratio, who started when, year by year since the start, who was left out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.indicators.effects import ComparedEffect
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Cell, Column, Table
from evalkit.reporting.sections.effect_words import LEFT_OUT
from evalkit.reporting.sections.shared_words import NOTHING, both, place_name
from evalkit.reporting.wording import say

if TYPE_CHECKING:
    from evalkit.statistics.panel.effect import Effect


def tables(item: ComparedEffect, found: Effect, area: NationFacts) -> tuple[Table, ...]:
    """Return the tables of one comparison; each caption says where the comparison is exploratory."""
    return (_whole(item, found), _starts(item, area), _years(item, found))


def limits(lower: float, upper: float) -> Bilingual:
    """Return a range of ratios; a missing one as a dash."""
    if math.isnan(lower) or math.isnan(upper):
        return NOTHING
    return say("{lower} to {upper}", lower=formats.number(lower, 2), upper=formats.number(upper, 2))


def left_out(item: ComparedEffect, found: Effect, area: NationFacts) -> tuple[Bilingual, ...]:
    """Return a line for each place, or start, that the ratio does without: which, and why."""
    silent = [(code, "no_figure") for code in (*item.treated.silent, *item.compared.silent)]
    why = [*silent, *((one.what, one.reason) for one in found.left_out)]
    lines = [say("{place}: {why}", place=_name(what, area), why=LEFT_OUT[reason]()) for what, reason in why]
    broken = [
        say("{place}, {year}: {why}", place=_name(code, area), year=str(year), why=LEFT_OUT["broken_year"]())
        for code, year in item.broken
    ]
    return (*lines, *broken)


def _name(code: str, area: NationFacts) -> Bilingual:
    """Return the name of a place; of a start its year."""
    found = next((place for place in area.places if place.code == code), None)
    return same(code) if found is None else place_name(found, found.full_name)


def _caption(item: ComparedEffect, what: Bilingual) -> Bilingual:
    label = both(item.comparison.label)
    if item.exploratory:
        return say("{comparison} (exploratory, chosen after the fact): {table}", comparison=label, table=what)
    return say("{comparison}: {table}", comparison=label, table=what)


def _id(item: ComparedEffect, name: str) -> str:
    words = "".join(one if one.isascii() and one.isalnum() else "-" for one in item.comparison.id.lower())
    return f"without-{name}-{words.strip('-')}"


def _whole(item: ComparedEffect, found: Effect) -> Table:
    columns = (
        Column("ratio", say("Ratio to what was expected"), numeric=True),
        Column("limits", say("95% interval of the ratio")),
        Column("p", say("p by drawing the starts anew"), numeric=True),
        Column("smallest", say("Smallest p possible"), numeric=True),
        Column("with", say("Places with the measure"), numeric=True),
        Column("without", say("Places without it"), numeric=True),
        Column("before", say("Counted before the start"), numeric=True),
        Column("after", say("Counted since the start"), numeric=True),
    )
    chance = found.chance
    by_chance = (chance.p, chance.smallest) if chance else (math.nan, math.nan)
    counts = (found.treated, found.comparison, found.cases_before, found.cases_after)
    row = (
        _number(found.estimate, 2),
        Cell(limits(found.lower, found.upper)),
        *(Cell(formats.p_value(p), round(p, 6)) if not math.isnan(p) else Cell(NOTHING) for p in by_chance),
        *(_number(float(one), 0) for one in counts),
    )
    return Table(_id(item, "ratio"), _caption(item, say("the ratio")), columns, (row,))


def _starts(item: ComparedEffect, area: NationFacts) -> Table:
    columns = (
        Column("start", say("First whole year with the measure")),
        Column("number", say("Number of places"), numeric=True),
        Column("places", say("Places with the measure")),
    )
    rows = tuple(
        (
            Cell(same(str(year))),
            Cell(formats.number(len(codes)), len(codes)),
            Cell(formats.listed([_name(code, area) for code in codes])),
        )
        for year, codes in item.starts.items()
    )
    return Table(_id(item, "starts"), _caption(item, say("who started when")), columns, rows)


def _years(item: ComparedEffect, found: Effect) -> Table:
    columns = (
        Column("at", say("Years since the start (first whole year: 0)")),
        Column("places", say("Places with the measure"), numeric=True),
        Column("cases", say("Counted there"), numeric=True),
        Column("expected", say("Expected from the others"), numeric=True),
        Column("ratio", say("Ratio to what was expected"), numeric=True),
        Column("limits", say("95% interval of the ratio")),
    )
    rows = tuple(_year(row) for row in found.events.to_dict("records"))
    return Table(_id(item, "years"), _caption(item, say("year by year")), columns, rows)


def _year(row: dict[Any, Any]) -> tuple[Cell, ...]:
    return (
        Cell(formats.number(int(row["at"])), int(row["at"])),
        Cell(formats.number(int(row["places"])), int(row["places"])),
        _number(row["cases"], 0),
        _number(row["expected"], 1),
        _number(row["estimate"], 2),
        Cell(limits(row["lower"], row["upper"])),
    )


def _number(value: float, decimals: int) -> Cell:
    return Cell(NOTHING) if pd.isna(value) else Cell(formats.number(value, decimals), round(float(value), 4))
