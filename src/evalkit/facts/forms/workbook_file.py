"""Read a form that is a workbook of Excel (xlsx): values as shown, raised digits, old fonts, what is hidden or merged."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.errors import FactsError
from evalkit.facts.forms.grid import (
    BLANK,
    Area,
    At,
    Cell,
    Doubt,
    Form,
    Sheet,
    cell_at,
    day_cell,
    is_cell_name,
    number_cell,
    text_cell,
)
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
MOST_TAGS = 8_000_000
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s+ref=[\"']([^\"']*)[\"']")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RAISED, _LOWERED = "superscript", "subscript"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".bin")
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
        book = opened(data, values=True)
        written = opened(data, values=False) if formulas else None
        sheets = [_sheet(sheet, written[sheet.title] if written else None) for sheet in book.worksheets]
    except FactsError:
        raise
    except Exception as fault:  # noqa: BLE001  openpyxl raises whatever a damaged part makes it stumble over
        raise _damaged(path, type(fault).__name__) from None
    return Form(tuple(sheets))


def opened(data: bytes, *, values: bool) -> Workbook:
    """Return a workbook of openpyxl: with the results of its formulas, or with the formulas."""
    from openpyxl import load_workbook  # noqa: PLC0415  loaded when a workbook is read

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out: none of it is a figure
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
    cells = tags = merged = 0
    formulas = False
    for part in parts:
        content = archive.read(part)
        if part.filename.endswith(_PICTURES) or not content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(
            b"<"
        ):
            continue
        if _DECLARES.search(content) or b"\x00" in content:
            raise _damaged(path, "DOCTYPE")
        tags += content.count(b"<")
        if tags > MOST_TAGS:
            raise _too_large(path)
        cells += sum(1 for _ in _CELL.finditer(content))
        merged += _merged_cells(path, content)
        formulas = formulas or _FORMULA.search(content) is not None
        if cells > MOST_CELLS or merged > MOST_CELLS:
            raise _too_large(path)
    return formulas


def _merged_cells(path: Path, content: bytes) -> int:
    """Return how many cells the merged areas of a sheet cover; refuse areas that overlap, which leave open what stands where."""
    areas = [_area(path, found[1].decode("ascii", "replace")) for found in _MERGED.finditer(content)]
    size = sum((one.bottom - one.top + 1) * (one.right - one.left + 1) for one in areas)
    if size <= MOST_CELLS and len({at for one in areas for at in one.cells()}) < size:
        raise _damaged(path, worded("merged areas overlap"))
    return size


def _area(path: Path, name: str) -> Area:
    ends = name.replace("$", "").split(":")
    if len(ends) > 2 or not all(is_cell_name(end) for end in ends):
        raise _damaged(path, worded("a merged area is badly written"))
    (top, left), (bottom, right) = cell_at(ends[0]), cell_at(ends[-1])
    if bottom < top or right < left:
        raise _damaged(path, worded("a merged area is badly written"))
    return Area(top, left, bottom, right)


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
    merged = tuple(
        Area(one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges
    )
    return Sheet(
        sheet.title,
        cells,
        hidden=sheet.sheet_state != "visible",
        hidden_rows=frozenset(
            row for row, about in sheet.row_dimensions.items() if about.hidden or about.height == 0
        ),
        hidden_columns=frozenset(_hidden_columns(sheet)),
        merged=merged,
        comments={at: one.comment.text or "" for at, one in sheet._cells.items() if one.comment},  # noqa: SLF001
    )


def _hidden_columns(sheet: Worksheet) -> Iterator[int]:
    for about in sheet.column_dimensions.values():
        if (about.hidden or about.width == 0) and about.min and about.max:
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
        plain = plain_cell(value, shape)
        return replace(plain, doubt="struck") if cell.has_style and cell.font.strike else plain
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
    doubt: Doubt = "struck" if cell.has_style and cell.font.strike else ""
    for run in value if isinstance(value, list) else [value]:
        font = getattr(run, "font", None)
        coding = coding_of_font(font.rFont) if font is not None and font.rFont else own
        letters = run if isinstance(run, str) else run.text
        letters = modern(letters, coding) if coding else letters
        doubt = doubt or _doubt_of(font, letters)
        if font is not None and font.vertAlign == _RAISED:
            raised += letters.strip()
        else:
            text += letters
    return text_cell(text, raised=raised, shape=shape, doubt=doubt)


def _doubt_of(font: Any, letters: str) -> Doubt:
    if font is None or not letters.strip():
        return ""
    if font.strike:
        return "struck"
    return "lowered" if font.vertAlign == _LOWERED and any(letter.isdigit() for letter in letters) else ""
