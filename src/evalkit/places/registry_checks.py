"""What must hold between the tables of a province registry: no unit twice, none unknown, none split, one name a day."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from datetime import date
from itertools import pairwise

from evalkit.declaration import Declared
from evalkit.errors import DeclarationError, together
from evalkit.messages import worded
from evalkit.places.nation import REGISTRY_FILE, Nation
from evalkit.places.registry_tables import NameRow, Place, RegistryTables, Row, Table


def check_registry(tables: RegistryTables, nation: Nation) -> None:
    """Refuse a registry whose tables contradict each other.

    Parameters
    ----------
    tables : RegistryTables
        As read by ``read_registry_tables``.
    nation : Nation
        Declares the types of unit.

    Raises
    ------
    DeclarationError
        For a unit, a year of population or a crosswalk start given twice; a place that units.csv does not have; an
        ambiguous alias without candidates or a clear one without a unit; a unit without a name or with two names on
        one day, or of a type that is not declared; a tile given twice; a crosswalk that leaves a unit out, splits it or runs backwards. The message gives file and line.
    """
    faults = [
        *_repeated(
            tables.units, lambda row: (row.scheme, row.code), what=worded("a unit stands once in its scheme")
        ),
        *_repeated(
            tables.population,
            lambda row: (row.scheme, row.code, row.year),
            what=worded("a unit has one population figure a year"),
        ),
        *_repeated(
            tables.crosswalk,
            lambda row: (row.from_scheme, row.from_code, row.to_scheme),
            what=worded("a unit goes whole into one unit of the next scheme and is never split"),
        ),
        *_repeated(
            tables.grid,
            lambda row: (row.scheme, row.row, row.column),
            what=worded("a cell of the grid has one tile in its scheme"),
        ),
        *_repeated(
            tables.grid,
            lambda row: (row.scheme, row.code, *row.inset_in.values()),
            what=worded("a unit has one tile in its scheme"),
        ),
        *_unclear_aliases(tables),
        *_unknown_places(tables),
        *_unknown_types(tables, nation),
        *_bad_names(tables),
    ]
    if not faults:
        faults += _bad_crosswalk(tables)
    if faults:
        raise together(faults)


def _repeated(
    table: Table[Row], key_of: Callable[[Row], Hashable], *, what: str
) -> Iterator[DeclarationError]:
    first: dict[Hashable, int] = {}
    for line, row in table.lines:
        earlier = first.setdefault(key_of(row), line)
        if earlier != line:
            yield table.refusal(
                line,
                rule=worded("{what}; the same stands on line {earlier}", what=what, earlier=earlier),
                do=worded("remove one of the two rows"),
            )


def _unclear_aliases(tables: RegistryTables) -> Iterator[DeclarationError]:
    for line, row in tables.aliases.lines:
        ambiguous = row.kind == "ambiguous"
        if ambiguous and (row.code or len(row.places) < 2):
            yield tables.aliases.refusal(
                line,
                rule=worded("an ambiguous alias has no code and at least two candidates"),
                do=worded('leave code empty and list the candidates, for example "63:02;63:93"'),
            )
        if not ambiguous and (row.candidates or not (row.scheme and row.code)):
            yield tables.aliases.refusal(
                line,
                rule=worded("an alias names one unit by scheme and code and has no candidates"),
                do=worded('fill in scheme and code, or give it the kind "ambiguous"'),
            )


def _unknown_places(tables: RegistryTables) -> Iterator[DeclarationError]:
    known = {(unit.scheme, unit.code) for unit in tables.units}
    for table, line, (scheme, code) in _named_places(tables):
        if (scheme, code) not in known:
            yield table.refusal(
                line,
                rule=worded(
                    "units.csv has no unit {code} in scheme {scheme}", code=repr(code), scheme=repr(scheme)
                ),
                do=worded("correct scheme and code, or add the unit to units.csv"),
            )


def _named_places(tables: RegistryTables) -> Iterator[tuple[Table[Declared], int, Place]]:
    """Yield every place that a table names, with the table and the line."""
    for line, name in tables.names.lines:
        yield tables.names, line, (name.scheme, name.code)
    for line, link in tables.crosswalk.lines:
        yield tables.crosswalk, line, (link.from_scheme, link.from_code)
        yield tables.crosswalk, line, (link.to_scheme, link.to_code)
    for line, alias in tables.aliases.lines:
        for place in alias.places or ((alias.scheme, alias.code),):
            yield tables.aliases, line, place
    for line, figure in tables.population.lines:
        yield tables.population, line, (figure.scheme, figure.code)
    for line, tile in tables.grid.lines:
        yield tables.grid, line, (tile.scheme, tile.code)
    for line, former in tables.former.lines:
        yield tables.former, line, (former.scheme, former.code)


def _unknown_types(tables: RegistryTables, nation: Nation) -> Iterator[DeclarationError]:
    known = ", ".join(repr(name) for name in nation.unit_type)
    for line, row in tables.names.lines:
        if row.unit_type not in nation.unit_type:
            yield tables.names.refusal(
                line,
                column="unit_type",
                rule=worded(
                    "{unit_type} is no declared type of unit; there is {known}",
                    unit_type=repr(row.unit_type),
                    known=known or worded("none"),
                ),
                do=worded(
                    "correct the cell, or declare the type in {registry_file}", registry_file=REGISTRY_FILE
                ),
            )


def _bad_names(tables: RegistryTables) -> Iterator[DeclarationError]:
    """Refuse a unit without an official name, or with two in force on the same day."""
    names: dict[Place, list[tuple[int, NameRow]]] = {}
    for line, row in tables.names.lines:
        names.setdefault((row.scheme, row.code), []).append((line, row))
    for line, unit in tables.units.lines:
        if (unit.scheme, unit.code) not in names:
            yield tables.units.refusal(
                line,
                rule=worded("every unit has a full name"),
                do=worded("add {name} ({code}) to names.csv", name=repr(unit.name), code=unit.code),
            )
    for spans in names.values():
        ordered = sorted(spans, key=lambda span: span[1].valid_from or date.min)
        for (_, earlier), (line, later) in pairwise(ordered):
            if (earlier.valid_to or date.max) >= (later.valid_from or date.min):
                yield tables.names.refusal(
                    line,
                    rule=worded(
                        "{earlier} and {later} are names of one unit on the same day",
                        earlier=repr(earlier.full_name),
                        later=repr(later.full_name),
                    ),
                    do=worded("end the earlier name the day before the later one starts"),
                )


def _bad_crosswalk(tables: RegistryTables) -> Iterator[DeclarationError]:
    """Refuse a crosswalk that runs backwards, mixes sources, or forgets a unit on either side."""
    age = {scheme: n for n, scheme in enumerate(dict.fromkeys(unit.scheme for unit in tables.units))}
    older: dict[str, str] = {}
    for line, link in tables.crosswalk.lines:
        before = older.setdefault(link.to_scheme, link.from_scheme)
        if before != link.from_scheme or age[link.from_scheme] >= age[link.to_scheme]:
            yield tables.crosswalk.refusal(
                line,
                rule=worded("a scheme is made from one older scheme, listed before it in units.csv"),
                do=worded("correct from_scheme and to_scheme, or the order of units.csv"),
            )
    linked = {(link.from_scheme, link.from_code, link.to_scheme) for link in tables.crosswalk}
    made = {(link.to_scheme, link.to_code) for link in tables.crosswalk}
    for line, unit in tables.units.lines:
        forgotten = [
            new for new, old in older.items() if old == unit.scheme and (old, unit.code, new) not in linked
        ]
        if forgotten or (unit.scheme in older and (unit.scheme, unit.code) not in made):
            yield tables.units.refusal(
                line,
                rule=worded(
                    "crosswalk.csv says nothing of {name} ({code} of scheme {scheme})",
                    name=repr(unit.name),
                    code=unit.code,
                    scheme=unit.scheme,
                ),
                do=worded("add its row to crosswalk.csv"),
            )
