"""The province registry: which units there are, what they are called, what they became, and how many people live there.

A code without its scheme is meaningless: in July 2025 seven of the 63 codes were given to other places, and names moved
too. Everything here is therefore asked with a scheme ("63" to 30 June 2025, "34" since, or a workspace's own).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from evalkit.declaration import nearest
from evalkit.errors import FactsError
from evalkit.messages import worded
from evalkit.places.nation import Nation, read_nation, reference_folder
from evalkit.places.place_names import Spelling, read_spelling
from evalkit.places.place_search import find_unit, unknown_code
from evalkit.places.population import population_facts
from evalkit.places.registry_checks import check_registry
from evalkit.places.registry_tables import (
    AliasRow,
    FormerUnitRow,
    GridRow,
    NameRow,
    Place,
    PopulationRow,
    RegistryTables,
    read_registry_tables,
)
from evalkit.places.units import Unit, units_of

__all__ = ["Registry", "Unit", "load_registry", "reference_folder"]


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """All units of all schemes, with their names in time, their other spellings and their population.

    Attributes
    ----------
    nation : Nation
        The country: its code in the facts table, its name, its types of unit.
    schemes : tuple of str
        The boundary sets, oldest first.
    ambiguous : tuple of AliasRow
        Spellings that stand for more than one unit and are always refused.
    former : tuple of FormerUnitRow
        Units of before the oldest boundary set: known by name, and always refused.

    Examples
    --------
    >>> registry = load_registry(reference_folder())
    >>> registry.find("quang ninh", "34").code
    '22'
    >>> [unit.name for unit in registry.components("24", "34")]
    ['Bắc Giang', 'Bắc Ninh']
    """

    nation: Nation
    schemes: tuple[str, ...]
    ambiguous: tuple[AliasRow, ...]
    former: tuple[FormerUnitRow, ...]
    _units: dict[str, dict[str, Unit]] = field(repr=False)
    _names: dict[Place, tuple[NameRow, ...]] = field(repr=False)
    _successors: dict[Place, Place] = field(repr=False)
    _spellings: dict[str, tuple[tuple[Spelling, Unit], ...]] = field(repr=False)
    _population: tuple[PopulationRow, ...] = field(repr=False)
    _grid: tuple[GridRow, ...] = field(repr=False)

    def units(self, scheme: str) -> tuple[Unit, ...]:
        """Return the units of a scheme in the order of their codes; an unknown scheme is a FactsError."""
        if scheme not in self._units:
            raise FactsError(
                where=f"scheme {scheme!r}",
                rule=worded("the registry has no such scheme"),
                do=nearest(scheme, list(self.schemes)),
            )
        return tuple(self._units[scheme].values())

    def unit(self, code: str, scheme: str) -> Unit:
        """Return the unit with a code.

        Raises
        ------
        FactsError
            If the scheme has no such code; the message says whether a leading zero is lost or another scheme has it.
        """
        self.units(scheme)
        if code in self._units[scheme]:
            return self._units[scheme][code]
        raise unknown_code(self, code, scheme)

    def regions(self, scheme: str) -> list[str]:
        """Return the codes of a scheme's regions, sorted.

        Examples
        --------
        >>> load_registry(reference_folder()).regions("63")
        ['R1', 'R2', 'R3', 'R4', 'R5', 'R6']
        """
        return sorted({unit.region_code for unit in self.units(scheme) if unit.region_code})

    def find(self, text: str, scheme: str) -> Unit:
        """Return the unit of a scheme that a code, a name or an alias stands for.

        Letter case, diacritics, Unicode form, spaces, hyphens and the words for the type of unit do not matter.

        Raises
        ------
        FactsError
            If the text is ambiguous (with the candidates), is a code without its leading zero, is the name of a unit
            of another scheme (with what became of it), or is unknown (with the nearest names).

        Examples
        --------
        >>> load_registry(reference_folder()).find("Bắc Giang", "34")
        Traceback (most recent call last):
        evalkit.errors.FactsError: FactsError [exit 3]
          where  province 'Bắc Giang', scheme 34
          rule   scheme 34 has no unit of this name
          do     Bắc Giang (24 of scheme 63) is now part of Bắc Ninh (24); ask for that, or use --scheme 63
        """
        return find_unit(self, text, scheme)

    def full_name(self, code: str, scheme: str, day: date) -> str:
        """Return the official name in force on a day; before the first known one the first, after the last the last.

        Examples
        --------
        >>> registry = load_registry(reference_folder())
        >>> registry.full_name("22", "34", date(2026, 8, 31)), registry.full_name("22", "34", date(2026, 9, 1))
        ('Tỉnh Quảng Ninh', 'Thành phố Quảng Ninh')
        """
        names = self.names(code, scheme)
        begun = [name for name in names if (name.valid_from or date.min) <= day]
        return (begun[-1] if begun else names[0]).full_name

    def names(self, code: str, scheme: str) -> tuple[NameRow, ...]:
        """Return the dated official names of a unit, earliest first."""
        unit = self.unit(code, scheme)
        return self._names[unit.scheme, unit.code]

    def components(self, code: str, scheme: str) -> tuple[Unit, ...]:
        """Return the units of the older scheme that a unit was made of; none in the oldest scheme.

        Examples
        --------
        >>> [part.name for part in load_registry(reference_folder()).components("25", "34")]
        ['Hòa Bình', 'Phú Thọ', 'Vĩnh Phúc']
        """
        unit = self.unit(code, scheme)
        return tuple(self._units[unit.component_scheme or ""][part] for part in unit.components)

    def successor(self, code: str, scheme: str) -> Unit | None:
        """Return the unit of the next scheme that a unit went into; None in the newest scheme.

        Examples
        --------
        >>> load_registry(reference_folder()).successor("15", "63").name
        'Lào Cai'
        """
        unit = self.unit(code, scheme)
        after = self._successors.get((unit.scheme, unit.code))
        return self._units[after[0]][after[1]] if after else None

    def spellings(self, scheme: str) -> tuple[tuple[Spelling, Unit], ...]:
        """Return every known spelling in a scheme with its unit: names, English names, official names, aliases."""
        self.units(scheme)
        return self._spellings[scheme]

    def tiles(self, code: str, scheme: str) -> tuple[GridRow, ...]:
        """Return where the tiles of a unit stand on the page of the whole country: its own, then its insets; none without a grid.

        Examples
        --------
        >>> [(tile.row, tile.column) for tile in load_registry(reference_folder()).tiles("22", "34")]
        [(3, 5)]
        """
        own = [row for row in self._grid if (row.scheme, row.code) == (scheme, code)]
        return tuple(sorted(own, key=lambda row: bool(row.inset_in)))

    def population_frame(self) -> pd.DataFrame:
        """Return average population as rows of the facts table, all published; no rows where none is held.

        Columns and units are those of `population_facts`; the reference registry names the source "nso-population".

        Examples
        --------
        >>> population = load_registry(reference_folder()).population_frame()
        >>> population.query("province_code == '22'")["value"].tail(1).item()
        1396500.0
        """
        people = self.nation.population
        return population_facts(
            self._population, **({"measure": people.measure, "unit": people.unit} if people else {})
        )


def load_registry(folder: Path) -> Registry:
    """Return the registry kept in a folder of CSV tables.

    Parameters
    ----------
    folder : Path
        Holds units.csv, names.csv, crosswalk.csv, aliases.csv and, where there are such, population.csv, grid.csv, former_units.csv and registry.toml:
        the reference folder, or a workspace's own with the same columns.

    Raises
    ------
    DeclarationError
        If a table cannot be read or contradicts another; the message gives file, line, rule and remedy.
    """
    nation = read_nation(folder)
    tables = read_registry_tables(folder, population=nation.population.file if nation.population else None)
    check_registry(tables, nation)
    units = units_of(tables)
    return Registry(
        nation=nation,
        schemes=tuple(units),
        ambiguous=tuple(row for row in tables.aliases if row.kind == "ambiguous"),
        former=tuple(tables.former),
        _units=units,
        _names=_names_of(tables),
        _successors={
            (row.from_scheme, row.from_code): (row.to_scheme, row.to_code) for row in tables.crosswalk
        },
        _spellings=_spellings_of(tables, units, nation),
        _population=tuple(tables.population),
        _grid=tuple(tables.grid),
    )


def _names_of(tables: RegistryTables) -> dict[Place, tuple[NameRow, ...]]:
    names: dict[Place, tuple[NameRow, ...]] = {}
    for row in sorted(tables.names, key=lambda row: row.valid_from or date.min):
        place = (row.scheme, row.code)
        names[place] = (*names.get(place, ()), row)
    return names


def _spellings_of(
    tables: RegistryTables, units: dict[str, dict[str, Unit]], nation: Nation
) -> dict[str, tuple[tuple[Spelling, Unit], ...]]:
    written = [
        (row.scheme, row.code, name) for row in tables.units for name in (row.name, *row.name_in.values())
    ]
    written += [(row.scheme, row.code, row.full_name) for row in tables.names]
    written += [(row.scheme, row.code, row.alias) for row in tables.aliases if row.kind != "ambiguous"]
    known = [(read_spelling(text, nation.unit_type), units[scheme][code]) for scheme, code, text in written]
    return {scheme: tuple(pair for pair in known if pair[1].scheme == scheme) for scheme in units}
