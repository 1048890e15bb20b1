"""Former units of a province of which figures are known that add up to none of the province: figures of a part are not those of the whole."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.facts.areas import ProvinceFacts
from evalkit.facts.named_places import Part
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Cell, Column, Table
from evalkit.reporting.formats import listed, number
from evalkit.reporting.sections.shared_words import NOTHING, area_within, both, sentences, span
from evalkit.reporting.wording import say
from evalkit.table import TOLD, dimensions_of

_KEY = ["measure", "period_start", "period_end"]
_OF_UNITS = r"^partial: \d+ of \d+ former units$"


@dataclass(frozen=True, slots=True)
class FormerUnit:
    """A former unit: its name, the measures of which it has a figure that no sum could be made of, and from when to when."""

    name: Bilingual
    measures: tuple[str, ...]
    period: Bilingual

    def listed(self, area: ProvinceFacts) -> Bilingual:
        """Return the names of the measures, one after the other."""
        names = [both(area.programme.measures[name].label) for name in self.measures]
        return each(lambda *texts: "; ".join(texts), *names)


def former_units(area: ProvinceFacts, *, every: bool = False) -> tuple[FormerUnit, ...]:
    """Return the units that a province was formed from, each with what is known of it where no sum is; none of one that was not merged.

    Parameters
    ----------
    area : ProvinceFacts
        Its own rows say of which sums a former unit is missing, its parts what was told of the others, hidden figures included.
    every : bool
        All that is told of the units, of a province that has no figure itself.

    Examples
    --------
    >>> import evalkit as ek
    >>> former_units(ek.open_bundle().provinces["04"])
    ()
    """
    components = area.place.components
    if len(components) < 2 or area.parts.empty:
        return ()
    counted = [name for name in area.programme.measures if name != area.programme.population]
    told = area.parts[area.parts["status"].isin(TOLD) & area.parts["measure"].isin(counted)]
    if not every:
        key = [*_KEY, *dimensions_of(area.facts)]
        lacking = area.facts[area.facts["source_cell"].str.contains(_OF_UNITS)]
        told = told.merge(lacking[key].drop_duplicates(), on=key)
    return tuple(_unit(part, told, area) for part in components) if len(told) else ()


def of_parts_alone(area: ProvinceFacts) -> Bilingual | None:
    """Say which former units have figures and which have none, where none of them adds up to one of the province; None where no unit has any.

    To be asked of a province without a figure of its own.
    """
    units = former_units(area, every=True)
    there = [one.name for one in units if one.measures]
    missing = [one.name for one in units if not one.measures]
    words = {"place": area_within(area), "told": listed(there)} if there else {}
    if missing and there:
        return sentences(
            say(
                "The sources used hold figures on this programme of {told}, now a part of {place}, but none of {missing}; that does not mean there were no cases there.",
                missing=listed(missing),
                **words,
            ),
            say("Figures of a part are not figures of {place}, so no sum is given.", place=area_within(area)),
        )
    if there:
        return say(
            "The sources used hold figures on this programme of {told}, now parts of {place}, but none that all of them give of one period; so no sum is given.",
            **words,
        )
    return None


def table_of_units(area: ProvinceFacts) -> Table:
    """Return how many items each former unit has a figure of, and of which years."""
    columns = (
        Column("unit", say("Former unit")),
        Column("items", say("Items with a figure"), numeric=True),
        Column("span", say("From – to")),
    )
    rows = tuple(
        (Cell(one.name), Cell(number(len(one.measures)), len(one.measures)), Cell(one.period))
        for one in former_units(area, every=True)
    )
    return Table("former-units", say("What the sources hold of each former unit"), columns, rows)


def _unit(part: Part, told: pd.DataFrame, area: ProvinceFacts) -> FormerUnit:
    mine = told[(told["province_code"] == part.code) & (told["scheme"] == part.scheme)]
    there = set(mine["measure"])
    return FormerUnit(
        say("the former {unit}", unit=Bilingual(part.within or part.full_name, part.name)),
        tuple(name for name in area.programme.measures if name in there),
        span(mine["period_start"].min(), mine["period_end"].max()) if there else NOTHING,
    )
