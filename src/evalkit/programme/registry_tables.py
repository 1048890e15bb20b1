"""The five CSV tables of a province registry: their columns, and how they are read.

units.csv, names.csv, crosswalk.csv and aliases.csv are required; population.csv is optional. Every table is UTF-8 with a
header row, ISO dates and codes as text; an empty cell means "none". data/README.md describes each column.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Generic, Literal, TypeVar

from pydantic import Field, ValidationError

from evalkit.declaration import Declared, nearest
from evalkit.errors import DeclarationError
from evalkit.programme.language_columns import by_language, filled_cells
from evalkit.programme.terms import label_languages

Place = tuple[str, str]


class UnitRow(Declared):
    """A row of units.csv: one unit of one scheme.

    ``name_in`` and ``region_in`` are the columns by language, ``name_en``, ``region_vi`` and the like.
    """

    scheme: str
    code: str
    name: str
    name_in: dict[str, str] = Field(default_factory=dict)
    slug: str
    region_code: str
    region_in: dict[str, str] = Field(default_factory=dict)
    land_border: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str


class NameRow(Declared):
    """A row of names.csv: what a unit is officially called between two days, both included."""

    scheme: str
    code: str
    full_name: str
    unit_type: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str


class CrosswalkRow(Declared):
    """A row of crosswalk.csv: a whole unit of the older scheme goes into one unit of the newer."""

    from_scheme: str
    from_code: str
    to_scheme: str
    to_code: str
    effective_from: date
    source: str


class AliasRow(Declared):
    """A row of aliases.csv: another spelling of one unit, or an ambiguous one with its candidates."""

    alias: str
    scheme: str = ""
    code: str = ""
    kind: str
    source: str
    candidates: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """The (scheme, code) pairs of the candidates."""
        return tuple(
            (scheme, code) for scheme, _, code in (c.partition(":") for c in self.candidates.split(";") if c)
        )


class PopulationRow(Declared):
    """A row of population.csv: average population of one unit in one year, in persons.

    ``source_id`` is the entry of the workspace's sources.toml; without the column it is "population".
    """

    scheme: str
    code: str
    year: int = Field(ge=1900, le=2200)
    population: int = Field(ge=0)
    status: Literal["official", "preliminary"]
    source_id: str = "population"
    edition_date: date
    source: str


Row = TypeVar("Row", bound=Declared)
Row_co = TypeVar("Row_co", bound=Declared, covariant=True)


@dataclass(frozen=True, slots=True)
class Table(Generic[Row_co]):
    """The rows of one file with the line each stands on."""

    path: Path
    lines: tuple[tuple[int, Row_co], ...]

    def __iter__(self) -> Iterator[Row_co]:
        return (row for _, row in self.lines)

    def refusal(self, line: int, *, rule: str, do: str, column: str = "") -> DeclarationError:
        """Return the error that names a line of this file, and the column where there is one to name."""
        place = f", column {column}" if column else ""
        return DeclarationError(where=f"{self.path}, line {line}{place}", rule=rule, do=do)


@dataclass(frozen=True, slots=True)
class RegistryTables:
    """The five tables of one registry folder."""

    units: Table[UnitRow]
    names: Table[NameRow]
    crosswalk: Table[CrosswalkRow]
    aliases: Table[AliasRow]
    population: Table[PopulationRow]


def read_registry_tables(folder: Path, *, population: str | None = "population.csv") -> RegistryTables:
    """Return the tables of a registry folder, each row checked by itself.

    Parameters
    ----------
    folder : Path
        Holds units.csv, names.csv, crosswalk.csv, aliases.csv and, where there is one, the table of population.
    population : str, optional
        That table's name; None where the registry has none.

    Raises
    ------
    DeclarationError
        For an absent file, an unknown or missing column, a row that is too long or too short, or a cell that cannot
        be read. The message gives file, line and column.

    Examples
    --------
    >>> from evalkit.programme.provinces import reference_folder
    >>> next(iter(read_registry_tables(reference_folder()).crosswalk)).to_code
    '01'
    """
    people = folder / (population or "")
    return RegistryTables(
        units=_read(folder / "units.csv", UnitRow),
        names=_read(folder / "names.csv", NameRow),
        crosswalk=_read(folder / "crosswalk.csv", CrosswalkRow),
        aliases=_read(folder / "aliases.csv", AliasRow),
        population=_read(people, PopulationRow) if people.is_file() else Table(people, ()),
    )


def _read(path: Path, model: type[Row]) -> Table[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            _refuse_header(path, header, model)
            return Table(
                path,
                tuple(
                    (reader.line_num, _row(path, reader.line_num, header, cells, model))
                    for cells in reader
                    if cells
                ),
            )
    except FileNotFoundError as missing:
        raise DeclarationError(
            where=str(path),
            rule="a province registry needs this file",
            do="create it with the columns in data/README.md",
        ) from missing
    except (UnicodeDecodeError, csv.Error) as fault:
        raise DeclarationError(
            where=str(path),
            rule=f"the file must be CSV in UTF-8: {fault}",
            do="save it again as CSV in UTF-8",
        ) from fault


def _refuse_header(path: Path, header: list[str], model: type[Declared]) -> None:
    """Refuse columns the table does not have, columns given twice, and required ones that are absent."""
    where = f"{path}, line 1"
    for name in header:
        if name not in model.model_fields and by_language(name, model) is None:
            raise DeclarationError(
                where=where,
                rule=f"unknown column {name!r}",
                do=f"remove or rename it; {nearest(name, list(model.model_fields))}",
            )
        if header.count(name) > 1:
            raise DeclarationError(
                where=where, rule=f"column {name!r} stands twice", do="keep one of the two"
            )
    for name, field in model.model_fields.items():
        if field.is_required() and name not in header:
            raise DeclarationError(where=where, rule=f"the column {name!r} is missing", do="add it")
    for language in label_languages() if "region_in" in model.model_fields else ():
        if f"region_{language}" not in header:
            rule = f"the column 'region_{language}' is missing"
            raise DeclarationError(
                where=where, rule=rule, do="add it: the workspace's pages are in this language"
            )


def _row(path: Path, line: int, header: list[str], cells: list[str], model: type[Row]) -> Row:
    if len(cells) != len(header):
        raise DeclarationError(
            where=f"{path}, line {line}",
            rule=f"the row has {len(cells)} cells and the header {len(header)}",
            do="put a cell that holds a comma in double quotes, and write nothing between the commas of an empty one",
        )
    try:
        return model.model_validate(filled_cells(header, cells, model))
    except ValidationError as faults:
        fault = faults.errors(include_url=False)[0]
        empty = fault["type"] == "missing"
        raise DeclarationError(
            where=f"{path}, line {line}, column {fault['loc'][0]}",
            rule="the cell may not be empty" if empty else fault["msg"],
            do="fill it in" if empty else "correct the cell",
        ) from None
