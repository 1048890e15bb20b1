"""The CSV tables of a province registry: their columns, and how they are read.

units.csv, names.csv, crosswalk.csv and aliases.csv are required; population.csv, grid.csv and former_units.csv are optional. Every table is UTF-8 with a
header row, ISO dates and codes as text; an empty cell means "none". data/README.md describes each column.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from evalkit.csv_table import Layout, read_csv
from evalkit.declaration import Declared, rule_of
from evalkit.errors import DeclarationError, EvalkitError, Refusals, together
from evalkit.input_file import plain_name, refuse_outside
from evalkit.labels import label_languages
from evalkit.messages import worded
from evalkit.places.language_columns import by_language, filled_cells
from evalkit.plain_cells import day_fault, number_fault, read_by

Place = tuple[str, str]


def _plain(text: str) -> str:
    if not plain_name(text):
        raise ValueError(
            worded(
                "letters without diacritics, digits, hyphens and underscores only: it is part of file names"
            ),
            worded("write it plainly"),
        )
    return text


Code = Annotated[str, AfterValidator(_plain)]
Day = Annotated[date, BeforeValidator(read_by(day_fault, date.fromisoformat))]
Whole = Annotated[int, BeforeValidator(read_by(number_fault, int))]


class UnitRow(Declared):
    """A row of units.csv: one unit of one scheme.

    ``name_in`` and ``region_in`` are the columns by language, ``name_en``, ``region_vi`` and the like.
    """

    scheme: Code
    code: Code
    name: str
    name_in: dict[str, str] = Field(default_factory=dict)
    slug: Code
    region_code: Code
    region_in: dict[str, str] = Field(default_factory=dict)
    land_border: str = ""
    valid_from: Day | None = None
    valid_to: Day | None = None
    source: str


class NameRow(Declared):
    """A row of names.csv: what a unit is officially called between two days, both included."""

    scheme: Code
    code: Code
    full_name: str
    unit_type: str
    valid_from: Day | None = None
    valid_to: Day | None = None
    source: str


class CrosswalkRow(Declared):
    """A row of crosswalk.csv: a whole unit of the older scheme goes into one unit of the newer."""

    from_scheme: Code
    from_code: Code
    to_scheme: Code
    to_code: Code
    effective_from: Day
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

    scheme: Code
    code: Code
    year: Whole = Field(ge=1900, le=2100)
    population: Whole = Field(ge=0)
    status: Literal["official", "preliminary"]
    source_id: str = "population"
    edition_date: Day
    source: str


class GridRow(Declared):
    """A row of grid.csv: where the tile of a unit stands on the page of the whole country, rows and columns counted from 1.

    With ``inset_in`` (columns ``inset_vi``, ``inset_en``) the tile is an inset of the unit, such as islands, under that label.
    """

    scheme: Code
    code: Code
    row: Whole = Field(ge=1, le=60)
    column: Whole = Field(ge=1, le=12)
    inset_in: dict[str, str] = Field(default_factory=dict)
    source: str


class FormerUnitRow(Declared):
    """A row of former_units.csv: a unit that was gone before the oldest scheme began, and the unit of a scheme it became part of."""

    name: str
    scheme: Code
    code: Code
    since: Day
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
    """The tables of one registry folder."""

    units: Table[UnitRow]
    names: Table[NameRow]
    crosswalk: Table[CrosswalkRow]
    aliases: Table[AliasRow]
    population: Table[PopulationRow]
    grid: Table[GridRow]
    former: Table[FormerUnitRow]


def read_registry_tables(folder: Path, *, population: str | None = "population.csv") -> RegistryTables:
    """Return the tables of a registry folder, each row checked by itself.

    Parameters
    ----------
    folder : Path
        Holds units.csv, names.csv, crosswalk.csv, aliases.csv and, where there are such, grid.csv, former_units.csv and the table of population.
    population : str, optional
        That table's name; None where the registry has none.

    Raises
    ------
    DeclarationError
        For an absent file, an unknown or missing column, a row that is too long or too short, or a cell that cannot
        be read. The message gives file, line and column.

    Examples
    --------
    >>> from evalkit.places.registry import reference_folder
    >>> next(iter(read_registry_tables(reference_folder()).crosswalk)).to_code
    '01'
    """
    refusals = Refusals()
    people, grid, former = (folder / name for name in (population or "", "grid.csv", "former_units.csv"))
    refuse_outside(folder, population or ".", where=f"{folder / 'registry.toml'}, key population.file")
    tables = RegistryTables(
        units=_read(folder / "units.csv", UnitRow, refusals),
        names=_read(folder / "names.csv", NameRow, refusals),
        crosswalk=_read(folder / "crosswalk.csv", CrosswalkRow, refusals),
        aliases=_read(folder / "aliases.csv", AliasRow, refusals),
        population=_read(people, PopulationRow, refusals)
        if population and os.path.lexists(people)
        else Table(people, ()),
        grid=_read(grid, GridRow, refusals) if os.path.lexists(grid) else Table(grid, ()),
        former=_read(former, FormerUnitRow, refusals) if os.path.lexists(former) else Table(former, ()),
    )
    refusals.refuse()
    return tables


def _read(path: Path, model: type[Row], refusals: Refusals) -> Table[Row]:
    """Return the rows of a table; what is wrong with them is added to the refusals."""
    layout = Layout(
        known=list(model.model_fields),
        by_language=lambda name: by_language(name, model) is not None,
        required=[
            *(name for name, field in model.model_fields.items() if field.is_required()),
            *(f"region_{one}" for one in (label_languages() if "region_in" in model.model_fields else ())),
        ],
        error=DeclarationError,
        line="line",
        absent=worded("a province registry needs this file"),
        may_be_empty=model in (CrosswalkRow, AliasRow),
    )
    read = refusals.of(read_csv, path, layout)
    if read is None:
        return Table(path, ())
    refusals.found += read.faults
    rows = [
        (line, refusals.of(_row, path, line, dict(zip(read.columns, cells, strict=True)), model))
        for line, cells in read.rows
    ]
    return Table(path, tuple((line, row) for line, row in rows if row is not None))


def _row(path: Path, line: int, cells: dict[str, str], model: type[Row]) -> Row:
    try:
        return model.model_validate(filled_cells(list(cells), list(cells.values()), model), strict=True)
    except ValidationError as faults:
        raise together(
            _cell_fault(f"{path}, line {line}, column {fault['loc'][0]}", fault)
            for fault in faults.errors(include_url=False)
        ) from None


def _cell_fault(where: str, fault: ErrorDetails) -> EvalkitError:
    if fault["type"] == "missing":
        return DeclarationError(
            where=where, rule=worded("the cell may not be empty"), do=worded("fill it in")
        )
    raised = fault.get("ctx", {}).get("error")
    remedies = raised.args[1:] if isinstance(raised, ValueError) else ()
    return DeclarationError(
        where=where, rule=rule_of(fault), do=next(iter(remedies), worded("correct the cell"))
    )
