"""Which place the head of a form names, and whether its boundary set was in force: for the draft of a mapping, and beside what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evalkit.facts.findings import Finding
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.form_places import Placed
from evalkit.facts.forms.grid import Sheet, cell_at, cell_name
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.plain_words import same_word
from evalkit.messages import listed, worded
from evalkit.places.registry import Registry
from evalkit.places.units import Unit

_KIND = r"(?:tỉnh|thành phố|tp\.?|province of|city of|county of)"
_FEW = 6


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that the head of a form names: the cell, and the unit of that name in each boundary set that has one, oldest first."""

    cell: str
    units: tuple[Unit, ...]


def places_named(sheet: Sheet, top: int, registry: Registry) -> list[NamedPlace]:
    """Return the places that the cells above a table name, by their name alone or behind the word for such a place.

    Parameters
    ----------
    sheet : Sheet
    top : int
        The first row of figures.
    registry : Registry
    """
    units: dict[str, list[Unit]] = {}
    for scheme in registry.schemes:
        for unit in registry.units(scheme):
            units.setdefault(same_word(unit.name), []).append(unit)
    found: dict[str, str] = {}
    for at, cell in sorted(sheet.cells.items()):
        if at[0] < top and cell.kind == "text":
            text = same_word(cell.text)
            found |= {name: cell_name(at) for name in units if _names(text, name) and name not in found}
    return [NamedPlace(cell, tuple(units[name])) for name, cell in found.items()]


def _names(text: str, name: str) -> bool:
    """Tell whether a text is a place's name, or has it behind the word for such a place."""
    return text == name or re.search(rf"(?<!\w){_KIND}\s+{re.escape(name)}(?!\w)", text) is not None


def other_place_said(
    table: TableMapping, sheet: Sheet, placed: Placed, vocabulary: Vocabulary, path: Path
) -> list[Finding]:
    """Return a warning where the cells above a table name places, and none of them is the one that the mapping says.

    Parameters
    ----------
    table : TableMapping
        With one place for all its figures; of evalkit's own form, whose head holds the code itself, nothing is said.
    sheet : Sheet
    placed : Placed
        Where the figures go.
    vocabulary : Vocabulary
    path : Path
        The form's file.
    """
    if table.own_form or not isinstance(table.place, str):
        return []
    registry = vocabulary.registry
    own = registry.unit(placed.code, placed.scheme)
    mine = {own.name, *(part.name for part in registry.components(own.code, own.scheme))}
    named = places_named(sheet, cell_at(table.corner)[0], registry)
    if not named or any(same_word(one.units[0].name) in set(map(same_word, mine)) for one in named):
        return []
    rule = worded(
        "the form names {said}, and its figures go to {place} ({scheme} {code})",
        said=named[0].units[0].name,
        place=own.name,
        scheme=placed.scheme,
        code=placed.code,
    )
    do = worded(
        "correct place or scheme in the mapping and import again, unless the figures are of that place"
    )
    return [Finding("warning", f"{path.name}, {named[0].cell}", rule, do)]


def before_their_boundaries(facts: pd.DataFrame, registry: Registry, path: Path) -> Iterator[Finding]:
    """Yield a warning where figures of before a boundary set began are put under units that it merged.

    Parameters
    ----------
    facts : DataFrame
        Rows of text in the columns of a facts file.
    registry : Registry
    path : Path
        The form's file.
    """
    first_ends: dict[tuple[str, str], str] = {}
    for scheme, code, end in zip(
        *(facts[name].tolist() for name in ("scheme", "province_code", "period_end")), strict=True
    ):
        first_ends[scheme, code] = min(end, first_ends.get((scheme, code), end))
    early: dict[str, list[Unit]] = {}
    for (scheme, code), first in sorted(first_ends.items()):
        unit = merged_unit(registry, scheme, code)
        if unit is not None and unit.valid_from is not None and first < unit.valid_from.isoformat():
            early.setdefault(scheme, []).append(unit)
    for units in early.values():
        names = [f"{unit.name} ({unit.code})" for unit in units[:_FEW]]
        further = [worded("and {number} more", number=len(units) - _FEW)] if len(units) > _FEW else []
        yield Finding(
            "warning",
            path.name,
            worded(
                "figures of before {day} are put under units made on that day: {places}",
                day=units[0].valid_from,
                places=listed([*names, *further]),
            ),
            worded(
                "nothing, if the agency put them together for the units of today; if they are those of a former unit, import them with its code and the boundary set {older}",
                older=units[0].component_scheme,
            ),
        )


def merged_unit(registry: Registry, scheme: str, code: str) -> Unit | None:
    """Return a unit that was made of several; None for any other place."""
    if scheme not in registry.schemes or code in registry.regions(scheme):
        return None
    unit = registry.unit(code, scheme)
    return unit if len(unit.components) > 1 else None
