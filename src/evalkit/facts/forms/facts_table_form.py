"""A facts table saved by a spreadsheet: the documented columns in the first row, real days, codes that lost their zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from evalkit.facts.facts_workbook import facts_cell_text
from evalkit.facts.forms.control_totals import control_totals
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.form_reading import MARK, PRELIMINARY, FormReading
from evalkit.facts.forms.grid import Sheet
from evalkit.facts.forms.table_reading import HeldCell
from evalkit.input_file import plain_name
from evalkit.messages import worded
from evalkit.places.registry import Registry
from evalkit.plain_cells import Fault, day_fault, number_fault
from evalkit.table import COLUMNS, DATES, NATION_SCHEME

_NEEDED = {"province_code", "scheme", "period_start", "period_end", "measure", "value", "source_id"}


@dataclass(frozen=True, slots=True)
class _Header:
    """The columns of a facts table by their names."""

    columns: dict[str, int]

    def text(self, sheet: Sheet, row: int, name: str) -> str:
        return sheet.at(row, self.columns[name]).text if name in self.columns else ""


def is_facts_table(sheet: Sheet) -> bool:
    """Tell whether a sheet is a facts table: its first row names the documented columns.

    Examples
    --------
    >>> from evalkit.facts.forms.grid import text_cell
    >>> is_facts_table(Sheet("1", {(1, 1): text_cell("province_code")}))
    False
    """
    return _header(sheet).columns.keys() >= _NEEDED


def read_facts_table(sheet: Sheet, *, vocabulary: Vocabulary) -> tuple[FormReading, ...]:
    """Return the rows of a facts table, one reading a source.

    Parameters
    ----------
    sheet : Sheet
    vocabulary : Vocabulary

    Returns
    -------
    tuple of FormReading
        A code that lost its leading zero has it again where the boundary set has the longer code and not the shorter; days and
        truth values are written as the facts table has them. A row with a cell that cannot be read is held at that cell.
    """
    header = _header(sheet)
    dimensions = [name for name in vocabulary.programme.dimensions if name in header.columns]
    rows: dict[str, list[tuple[int, dict[str, str]]]] = defaultdict(list)
    held: dict[str, list[HeldCell]] = defaultdict(list)
    for row in range(2, sheet.rows + 1):
        if all(sheet.at(row, column).kind == "blank" for column in header.columns.values()):
            continue
        source = header.text(sheet, row, "source_id")
        read = _row(sheet, row, header, vocabulary, dimensions)
        if isinstance(read, HeldCell):
            held[source if plain_name(source) else "unknown"].append(read)
        else:
            rows[source].append((row, read))
    return tuple(
        _reading(source, rows[source], held[source], sheet, header, dimensions)
        for source in dict.fromkeys([*rows, *held])
    )


def together(readings: Iterable[FormReading]) -> list[FormReading]:
    """Return one reading a source: a file may have the figures of a source on several sheets."""
    by_source: dict[str, list[FormReading]] = defaultdict(list)
    for reading in readings:
        by_source[reading.source_id].append(reading)
    return [same[0] if len(same) == 1 else _joined(same) for same in by_source.values()]


def _joined(same: list[FormReading]) -> FormReading:
    facts = pd.concat([one.facts for one in same], ignore_index=True)
    breakdowns = [name for name in facts if name not in (*COLUMNS, PRELIMINARY, MARK)]
    facts = facts.fillna(dict.fromkeys(breakdowns, "all")).fillna("")
    return FormReading(
        same[0].source_id,
        facts,
        tuple(cell for one in same for cell in one.taken),
        tuple(cell for one in same for cell in one.held),
        tuple(cell for one in same for cell in one.left),
        tuple(row for one in same for row in one.rows_left),
        tuple(finding for one in same for finding in one.findings),
        control_totals(facts),
        doubted=tuple(cell for one in same for cell in one.doubted),
    )


def _header(sheet: Sheet) -> _Header:
    names = {sheet.at(1, column).text: column for column in range(1, min(sheet.columns, 100) + 1)}
    return _Header({name: column for name, column in names.items() if name})


def _reading(
    source: str,
    rows: list[tuple[int, dict[str, str]]],
    held: list[HeldCell],
    sheet: Sheet,
    header: _Header,
    dimensions: list[str],
) -> FormReading:
    facts = pd.DataFrame(
        [one for _, one in rows], columns=[*COLUMNS, *dimensions, PRELIMINARY, MARK], dtype="str"
    )
    facts[dimensions] = facts[dimensions].replace("", "all")
    value = header.columns["value"]
    taken = tuple((sheet.name, (row, value)) for row, _ in rows)
    return FormReading(source, facts, taken, tuple(held), (), (), (), control_totals(facts))


def _row(
    sheet: Sheet, row: int, header: _Header, vocabulary: Vocabulary, dimensions: list[str]
) -> dict[str, str] | HeldCell:
    """Return a row as text, or the first of its cells that cannot be read."""
    texts: dict[str, str] = {}
    for name in [*COLUMNS, *dimensions, PRELIMINARY, MARK]:
        if name not in header.columns:
            texts[name] = "false" if name == PRELIMINARY else ""
            continue
        texts[name] = facts_cell_text(sheet.at(row, header.columns[name]), name)
    texts["province_code"] = whole_code(texts["province_code"], texts["scheme"], vocabulary.registry)
    for name, fault in _faults(texts, vocabulary):
        return HeldCell(sheet.name, (row, header.columns.get(name, 1)), Held(*fault))
    return texts


def _faults(texts: dict[str, str], vocabulary: Vocabulary) -> Iterator[tuple[str, Fault]]:
    for name in DATES:
        if fault := day_fault(texts[name]):
            yield name, fault
    yield from _place_fault(texts, vocabulary.registry)
    measure = vocabulary.programme.measures.get(texts["measure"])
    if measure is None:
        yield (
            "measure",
            (
                worded("the programme has no such measure"),
                worded("correct the name; evalkit indicators lists them"),
            ),
        )
    elif texts["value"] and (
        fault := number_fault(texts["value"], whole=measure.whole, negative=measure.negative)
    ):
        yield "value", fault
    if not plain_name(texts["source_id"]):
        yield (
            "source_id",
            (worded("a figure has a source"), worded("name an entry of sources.toml")),
        )


def _place_fault(texts: dict[str, str], registry: Registry) -> Iterator[tuple[str, Fault]]:
    scheme, code = texts["scheme"], texts["province_code"]
    if scheme == NATION_SCHEME:
        known = {registry.nation.code}
    elif scheme in registry.schemes:
        known = {*(unit.code for unit in registry.units(scheme)), *registry.regions(scheme)}
    else:
        do = worded("write one of {schemes}", schemes=", ".join(registry.schemes))
        yield "scheme", (worded("there is no such boundary set"), do)
        return
    if code not in known:
        rule = worded("the boundary set has no place of this code")
        yield "province_code", (rule, worded("correct the code; a name is no code"))


def whole_code(code: str, scheme: str, registry: Registry) -> str:
    """Return a code with the zeros a spreadsheet took from it, where only the longer one is a code of the boundary set.

    Examples
    --------
    >>> from evalkit.places.registry import load_registry, reference_folder
    >>> whole_code("4", "34", load_registry(reference_folder()))
    '04'
    """
    if scheme not in registry.schemes or not code.isdecimal():
        return code
    known = {unit.code for unit in registry.units(scheme)}
    longer = code.zfill(max(map(len, known)))
    return longer if code not in known and longer in known else code
