"""Read a form that is a workbook of an older or other kind (xls, xlsb, ods): values alone, by calamine."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from evalkit.errors import FactsError
from evalkit.facts.forms.grid import BLANK, Area, At, Cell, Doubt, Form, Sheet, text_cell
from evalkit.facts.forms.open_document import SheetSeen
from evalkit.facts.forms.workbook_file import MOST_CELLS, MOST_SHEETS, plain_cell
from evalkit.messages import worded

MOST_WRITTEN_OUT = 2_000_000  # cells from the first to the last of a sheet, blank ones included


def read_older_form(path: Path, data: bytes, seen: Sequence[SheetSeen] = ()) -> Form:
    """Return a workbook as a form, as far as its kind lets it be seen.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        What the file holds.
    seen : sequence of SheetSeen, optional
        What else an OpenDocument workbook tells of its sheets, in their order.

    Returns
    -------
    Form
        With a note on what this reader cannot see.

    Raises
    ------
    FactsError
        If the file cannot be read or has more cells than a form has.
    """
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  loaded when such a workbook is read

    try:
        with quiet():
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            names = [about for about in book.sheets_metadata if "Work" in str(about.typ)]
            sheets = [_sheet(book, about) for about in names[:MOST_SHEETS]]
        if seen:
            sheets = [_with_seen(sheet, one) for sheet, one in zip(sheets, seen, strict=True)]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # noqa: BLE001  calamine raises several kinds of its own; what Rust panics with is no Exception
        raise FactsError(
            where=str(path),
            rule=worded("the workbook cannot be read ({fault})", fault=type(fault).__name__),
            do=worded("open it in Excel, save it anew as .xlsx, and send that file"),
        ) from None
    if sum(len(sheet.cells) for sheet in sheets) > MOST_CELLS:
        raise FactsError(
            where=str(path),
            rule=worded("a form has at most {cells} cells", cells=MOST_CELLS),
            do=worded("send the sheet with the figures alone"),
        )
    return Form(tuple(sheets), (_unseen(open_document=bool(seen)),))


def _unseen(*, open_document: bool) -> str:
    if open_document:
        return worded(
            "in a workbook of this kind errors and old fonts are not seen: save it as .xlsx where it has any"
        )
    return worded(
        "in a workbook of this kind hidden rows and columns, raised footnote digits, errors and old fonts are not seen: save it as .xlsx where it has any"
    )


def _with_seen(sheet: Sheet, seen: SheetSeen) -> Sheet:
    """Return a sheet with what is merged and hidden on it, its comments, and its cells as they are shown."""
    if sum((one.bottom - one.top + 1) * (one.right - one.left + 1) for one in seen.merged) > MOST_CELLS:
        raise ValueError("size")
    return replace(
        sheet,
        cells={at: _shown(cell, at, seen) for at, cell in sheet.cells.items()},
        merged=tuple(seen.merged),
        hidden_rows=frozenset(seen.hidden_rows),
        hidden_columns=frozenset(seen.hidden_columns),
        comments=seen.comments,
        _areas={},
    )


def _shown(cell: Cell, at: At, seen: SheetSeen) -> Cell:
    """Return a cell as it is shown: its raised letters apart, a sum of money with its currency, another number than it holds as a percentage."""
    written = seen.written.get(at)
    if cell.kind == "text" and written is not None:
        return text_cell(written.text, raised=written.raised, doubt=written.doubt)
    if cell.kind != "number":
        return cell
    doubt: Doubt = written.doubt if written is not None else ""
    if at in seen.scaled:
        return replace(cell, format="0%", doubt=doubt)
    if at in seen.currencies:
        return replace(cell, format=f"#,##0 [${seen.currencies[at] or 'VND'}]", doubt=doubt)
    return replace(cell, doubt=doubt) if doubt else cell


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what Rust prints when it panics from the officer's screen: the refusal says it in words."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _sheet(book: Any, about: Any) -> Sheet:
    sheet = book.get_sheet_by_name(about.name)
    if sheet.total_height * sheet.total_width > MOST_WRITTEN_OUT:
        raise ValueError("size")
    cells: dict[At, Cell] = {}
    for row, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        for column, value in enumerate(values, start=1):
            if (cell := _cell(value)) is not BLANK:
                cells[row, column] = cell
    areas = getattr(sheet, "merged_cell_ranges", None) or ()
    merged = tuple(Area(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in areas)
    if sum((one.bottom - one.top + 1) * (one.right - one.left + 1) for one in merged) > MOST_CELLS:
        raise ValueError("size")
    return Sheet(about.name, cells, hidden="Visible" not in str(about.visible), merged=merged)


def _cell(value: Any) -> Cell:
    if isinstance(value, time | timedelta):
        return Cell("error", str(value))
    if isinstance(value, bool | int | float | date):
        return plain_cell(value)
    return text_cell(str(value)) if value is not None else BLANK
