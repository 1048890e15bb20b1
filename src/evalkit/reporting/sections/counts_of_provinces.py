"""The provinces beside each other: counts by programme period, in official order, never as a rank."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.programme.models import ProgrammePeriod
from evalkit.records import ProvincesSideBySide
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.shared_words import (
    CONFIDENTIAL,
    NOTHING,
    Row,
    as_sure,
    both,
    counted,
    lasting,
)
from evalkit.reporting.wording import say

STABLE = 20  # events, as for the mark [u]


@headed("provinces", lambda: say("The provinces side by side"))
def _(result: ProvincesSideBySide) -> tuple[Block, ...]:
    frame = result.frame
    blocks: list[Block] = [Paragraph(_order(frame), tone="caution")]
    names = dict.fromkeys(frame["indicator"])
    blocks += [_table(frame[frame["indicator"] == name], name, result.area) for name in names]
    return tuple(blocks)


def _order(frame: pd.DataFrame) -> Bilingual:
    """Say why no rank is given: chance would make it where half of the yearly counts are under 20."""
    yearly = (frame["count"] / frame["years"]).dropna()
    if len(yearly) and yearly.median() >= STABLE:
        return say("These tables keep the order of the official codes; no ranking is given.")
    return say(
        "These tables keep the order of the official codes. With so few cases a ranking would mostly rank chance, so none is given."
    )


def _table(frame: pd.DataFrame, name: str, area: NationFacts) -> Table:
    indicator = area.programme.indicators[name]
    told = set(frame.loc[frame["count"].notna() | (frame["reason"] == "suppressed"), "period"])
    periods = [period for period in area.programme.periods if period.id in told]
    columns = (
        Column("province", say("Province or city")),
        *(Column(period.id, both(period.label), numeric=True) for period in periods),
    )
    by_place = {(row["province_code"], row["period"]): row for row in frame.to_dict("records")}
    rows = tuple(
        (
            Cell(say("{code} {name}", code=place.code, name=place.name)),
            *(_cell(by_place.get((place.code, one.id)), indicator.numerator, area, one) for one in periods),
        )
        for place in area.places
    )
    caption = say("{indicator} by province and programme period", indicator=both(indicator.label))
    notes = (
        say(
            "A count without a number of years is of all years of the period. An empty place (–) means that no total can be given: nothing was reported, or too few years. It is no zero."
        ),
    )
    return Table(f"provinces-{indicator.id.lower()}", caption, columns, rows, notes)


def _cell(row: Row | None, measure: str, area: NationFacts, period: ProgrammePeriod) -> Cell:
    """Return a count with its unit, that it was derived, and its years where they are not those of the whole period."""
    if row is None or row["reason"] not in ("", "suppressed"):
        return Cell(NOTHING)
    if row["reason"] == "suppressed":
        return Cell(CONFIDENTIAL)
    count = as_sure(counted(row["count"], measure, area.programme), row["status"], ())
    if row["years"] == period.valid_to.year - period.valid_from.year + 1:
        return Cell(count, row["count"])
    return Cell(say("{count} in {years}", count=count, years=lasting(row["years"])), row["count"])
