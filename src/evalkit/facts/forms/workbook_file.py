"""Read a form that is a workbook of Excel (xlsx): values as shown, raised digits, old fonts, what is hidden or merged."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.errors import FactsError
from evalkit.facts.forms.grid import BLANK, Area, At, Cell, Form, Sheet, day_cell, number_cell, text_cell
from evalkit.facts.forms.legacy_fonts import coding_of_font, modern
from evalkit.messages import worded

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as BookCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_UNPACKED = 80_000_000
MOST_PARTS = 2_000
MOST_SHEETS = 100
MOST_CELLS = 500_000
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RAISED = "superscript"
_MOST_NUMBER = 1e300


def read_workbook_form(path: Path, data: bytes) -> Form:
    """Return a workbook as a form.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        What the file holds: an xlsx archive.

    Returns
    -------
    Form
        Sheets of cells; chart sheets are not among them.

    Raises
    ------
    FactsError
        If the archive is damaged, unpacks to more than a form has, or declares entities.
    """
    formulas = _look_inside(path, data)
    try:
        book = _opened(data, values=True)
        written = _opened(data, values=False) if formulas else None
        sheets = [_sheet(sheet, written[sheet.title] if written else None) for sheet in book.worksheets]
    except Exception as fault:  # noqa: BLE001  openpyxl raises whatever a damaged part makes it stumble over
        raise _damaged(path, type(fault).__name__) from None
    return Form(tuple(sheets))


def _opened(data: bytes, *, values: bool) -> Workbook:
    from openpyxl import load_workbook  # noqa: PLC0415  loaded when a workbook is read

    return load_workbook(io.BytesIO(data), data_only=values, rich_text=True, keep_links=False)


def _look_inside(path: Path, data: bytes) -> bool:
    """Refuse an archive that unpacks to too much, before it is unpacked; tell whether it holds formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            sheets = [part for part in parts if part.filename.startswith("xl/worksheets/")]
            if (
                sum(part.file_size for part in parts) > MOST_UNPACKED
                or len(parts) > MOST_PARTS
                or len(sheets) > MOST_SHEETS
            ):
                raise _too_large(path)
            return _formulas(path, archive, parts)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise _damaged(path, type(fault).__name__) from None


def _formulas(path: Path, archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    cells, formulas = 0, False
    for part in parts:
        if not part.filename.endswith((".xml", ".rels")):
            continue
        content = archive.read(part)
        if _DECLARES.search(content):
            raise _damaged(path, "DOCTYPE")
        if part.filename.startswith("xl/worksheets/"):
            cells += sum(1 for _ in _CELL.finditer(content))
            formulas = formulas or _FORMULA.search(content) is not None
    if cells > MOST_CELLS:
        raise _too_large(path)
    return formulas


def _too_large(path: Path) -> FactsError:
    return FactsError(
        where=str(path),
        rule=worded(
            "a workbook has at most {sheets} sheets and {cells} cells, and unpacks to at most {most} MB",
            sheets=MOST_SHEETS,
            cells=MOST_CELLS,
            most=MOST_UNPACKED // 1_000_000,
        ),
        do=worded("send the sheet with the figures alone"),
    )


def _damaged(path: Path, fault: str) -> FactsError:
    return FactsError(
        where=str(path),
        rule=worded("the workbook cannot be read ({fault})", fault=fault),
        do=worded("open it in Excel, save it anew as .xlsx, and send that file"),
    )


def _sheet(sheet: Worksheet, written: Worksheet | None) -> Sheet:
    cells: dict[At, Cell] = {}
    for at, book_cell in sheet._cells.items():  # noqa: SLF001  the cells there are; iter_rows walks a million blank ones
        cell = _cell(book_cell)
        if written is not None and cell is BLANK and _is_formula(written._cells.get(at)):  # noqa: SLF001
            cell = Cell("formula")
        if cell is not BLANK:
            cells[at] = cell
    merged = tuple(Area(one.min_row, one.min_col, one.max_row, one.max_col) for one in _merged(sheet))
    return Sheet(
        sheet.title,
        cells,
        hidden=sheet.sheet_state != "visible",
        hidden_rows=frozenset(row for row, about in sheet.row_dimensions.items() if about.hidden),
        hidden_columns=frozenset(_hidden_columns(sheet)),
        merged=merged,
    )


def _merged(sheet: Worksheet) -> list[Any]:
    """Return the merged areas; a sheet with absurdly large ones has none: its headings are then read cell by cell."""
    areas = list(sheet.merged_cells.ranges)
    size = sum((one.max_row - one.min_row + 1) * (one.max_col - one.min_col + 1) for one in areas)
    return areas if size <= MOST_CELLS else []


def _hidden_columns(sheet: Worksheet) -> Iterator[int]:
    for about in sheet.column_dimensions.values():
        if about.hidden and about.min and about.max:
            yield from range(about.min, min(about.max, sheet.max_column) + 1)


def _is_formula(cell: BookCell | None) -> bool:
    return cell is not None and cell.data_type == "f"


def _cell(cell: Any) -> Cell:
    """Return a cell of openpyxl as a cell of ours."""
    value, shape = getattr(cell, "value", None), getattr(cell, "number_format", "") or ""
    if value is None:
        return BLANK
    if cell.data_type == "e" or isinstance(value, time | timedelta):
        return Cell("error", str(value))
    if isinstance(value, bool | int | float | date):
        return plain_cell(value, shape)
    return _text(cell, value, shape)


def plain_cell(value: bool | float | date, shape: str = "") -> Cell:  # noqa: FBT001  a cell's value
    """Return the cell of a truth value, a number or a day.

    Examples
    --------
    >>> plain_cell(True).kind, plain_cell(12.5).text
    ('truth', '12.5')
    """
    if isinstance(value, bool):
        return Cell("truth", str(value).upper())
    if isinstance(value, date):
        return day_cell(value, shape)
    return number_cell(value, shape) if abs(value) < _MOST_NUMBER else Cell("error", "#NUM!")


def _text(cell: Any, value: Any, shape: str) -> Cell:
    own = coding_of_font(getattr(cell.font, "name", "") or "") if cell.has_style else None
    text = raised = ""
    for run in value if isinstance(value, list) else [value]:
        font = getattr(run, "font", None)
        coding = coding_of_font(font.rFont) if font is not None and font.rFont else own
        letters = run if isinstance(run, str) else run.text
        letters = modern(letters, coding) if coding else letters
        if font is not None and font.vertAlign == _RAISED:
            raised += letters.strip()
        else:
            text += letters
    return text_cell(text, raised=raised, shape=shape)
