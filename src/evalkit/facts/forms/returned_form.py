"""The officer's own sheet, returned with a comment in each held cell: corrected there, it imports again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.facts.forms.grid import Form, Sheet
from evalkit.facts.forms.table_reading import HeldCell
from evalkit.facts.forms.workbook_file import opened
from evalkit.messages import shown, told_in

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_AUTHOR = "evalkit"
_RED = "FFF4C7AB"
_LONGEST = 32_000
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def returned_form(path: Path, form: Form, held: Iterable[HeldCell], *, language: str) -> bytes:
    """Return the form as a workbook with a comment in each held cell.

    Parameters
    ----------
    path : Path
        The file as it was sent. A workbook keeps its look; of a text file, or an older workbook, the cells are written.
    form : Form
    held : iterable of HeldCell
    language : str
        The language of the comments.

    Returns
    -------
    bytes
        An xlsx file. Formulas stand as the values they had.
    """
    from openpyxl.cell.cell import MergedCell  # noqa: PLC0415
    from openpyxl.comments import Comment  # noqa: PLC0415  loaded when a form is returned
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    fill = PatternFill("solid", fgColor=_RED)
    painted: dict[bytes, Any] = {}
    book = _book(path, form)
    _clear(book)
    places = {sheet.name: place for place, sheet in enumerate(form.sheets)}
    with told_in(language):
        for one in held:
            cell = book.worksheets[places[one.sheet]].cell(*one.cell)
            rule, do = (text[:1].upper() + text[1:] for text in (shown(one.held.rule), shown(one.held.do)))
            text = _clean(f"{rule}. {do}.")
            _paint(cell, fill, painted)
            if not isinstance(cell, MergedCell):
                cell.comment = Comment(text, _AUTHOR, height=180, width=360)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _clear(book: Workbook) -> None:
    """Take away the comments and the colour of an earlier return, so that what was corrected no longer bears them."""
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    for sheet in book.worksheets:
        for cell in list(sheet._cells.values()):  # noqa: SLF001  the cells there are
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()


def _paint(cell: Any, fill: Any, painted: dict[bytes, Any]) -> None:
    """Colour a cell; of cells that look alike, the first alone is worked out."""
    look = cell._style.tobytes() if cell._style else b""  # noqa: SLF001  the numbers of its fonts, borders and formats
    if look in painted:
        cell._style = copy(painted[look])  # noqa: SLF001
        return
    cell.fill = fill
    painted[look] = cell._style  # noqa: SLF001


def _book(path: Path, form: Form) -> Workbook:
    from openpyxl import Workbook as NewBook  # noqa: PLC0415

    if path.read_bytes()[:2] == b"PK" and not form.notes:
        return opened(path.read_bytes(), values=True)
    book = NewBook()
    book.remove(book.worksheets[0])
    for sheet in form.sheets:
        _write(book, sheet)
    return book


def _write(book: Workbook, sheet: Sheet) -> None:
    """Write a sheet's cells into a workbook; text stays text, also where it begins like a formula."""
    written = book.create_sheet(_title(sheet.name))
    for (row, column), cell in sheet.cells.items():
        one = written.cell(row, column)
        if cell.kind == "number" and cell.number is not None:
            one.value = float(cell.number)
        elif cell.kind == "date":
            one.value, one.number_format = cell.day, cell.format or "dd/mm/yyyy"
        else:
            one.value, one.data_type = _clean(cell.text), "s"


def _clean(text: str) -> str:
    """Return a text without the signs a workbook cannot hold, and no longer than a cell."""
    return _FORBIDDEN.sub("\ufffd", text)[:_LONGEST]


def _title(name: str) -> str:
    """Return a sheet's name as Excel allows it."""
    return "".join("_" if letter in "[]:*?/\\" else letter for letter in name)[:31] or "1"
