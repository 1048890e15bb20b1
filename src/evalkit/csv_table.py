"""The one reader of every CSV table of a workspace: rows and columns by one strict rule.

A row stands on one line; a message names file, row and column and never quotes what stands there. What a cell may hold is said
by :mod:`evalkit.plain_cells`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.declaration import nearest
from evalkit.errors import EvalkitError
from evalkit.input_file import read_text, text_fault
from evalkit.messages import worded
from evalkit.plain_cells import Fault

LONGEST = 10_000
_LINES = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'(?:[^",]*|"(?:[^"]|"")*")(?:,(?:[^",]*|"(?:[^"]|"")*"))*')
_NAME = re.compile(r"[^\W\d]\w{0,40}")

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table as written: its columns, its rows with the line each stands on, and the rows that cannot be read."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: tuple[EvalkitError, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table must look like.

    Parameters
    ----------
    known : sequence of str or None
        The columns it may have; None where that could not be read.
    required : sequence of str
        Those it must have.
    error : type of EvalkitError
        What to raise.
    line : str
        What a message calls a line: "row" or "line".
    absent : str
        The rule that an absent file breaks.
    may_be_empty : bool
        Whether a heading alone will do.
    by_language : callable
        Tells of a column that is not known whether it is one that comes once a language.
    """

    known: Sequence[str] | None
    required: Sequence[str]
    error: type[EvalkitError]
    line: str = "row"
    absent: str = worded("the file must exist")
    may_be_empty: bool = False
    by_language: Callable[[str], bool] = str.isspace


def read_csv(path: Path, layout: Layout) -> CsvTable:
    """Read a table: UTF-8, cells parted by commas, a row a line, column names in the first.

    Parameters
    ----------
    path : Path
    layout : Layout

    Returns
    -------
    CsvTable
        Cells without spaces around them, in Unicode form C. Rows of blank cells are left out; rows that cannot be read are
        told in ``faults``.

    Raises
    ------
    EvalkitError
        If the file cannot be read at all, or a column is unknown, missing or named twice.
    """
    text = read_text(path, error=layout.error, absent=layout.absent, mark=True)
    lines = _LINES.split(text)
    header = _header(path, lines[0], layout)
    rows: list[Row] = []
    faults: list[EvalkitError] = []
    for number, line in enumerate(lines[1:], start=2):
        cells = _cells(line)
        where = f"{path}, {layout.line} {number}"
        if isinstance(cells, tuple):
            faults.append(layout.error(where=where, rule=cells[0], do=cells[1]))
        elif any(cells):
            found = list(_row_faults(cells, header, where, layout.error))
            faults += found
            rows += [] if found else [(number, cells)]
    if not rows and not faults and not layout.may_be_empty:
        raise layout.error(
            where=str(path),
            rule=worded("the table has a heading and no row below it"),
            do=worded("fill it in, or remove the file"),
        )
    return CsvTable(path, tuple(header), tuple(rows), tuple(faults))


def _header(path: Path, line: str, layout: Layout) -> list[str]:
    where, error = f"{path}, {layout.line} 1", layout.error
    if not line.strip(", \t;\ufeff"):
        raise error(
            where=where,
            rule=worded("the file has no header"),
            do=worded("write the column names in the first row"),
        )
    _refuse_other_separators(line, where, layout)
    header = _cells(line)
    if isinstance(header, tuple):
        raise error(where=where, rule=header[0], do=header[1])
    refuse_columns(header, where, layout)
    return header


def refuse_columns(header: Sequence[str], where: str, layout: Layout) -> None:
    """Refuse a table whose columns are not those of its layout.

    Raises
    ------
    EvalkitError
        For a column that is unknown, missing or named twice.
    """
    error = layout.error
    for name in header:
        if layout.known is not None and name not in layout.known and not layout.by_language(name):
            raise _unknown(name, where, layout)
        if header.count(name) > 1:
            raise error(
                where=f"{where}, column {name!r}",
                rule=worded("column {name} stands twice", name=repr(name)),
                do=worded("keep one of the two"),
            )
    for name in layout.required:
        if name not in header:
            raise error(
                where=f"{where}, column {name!r}",
                rule=worded("the column {name} is missing", name=repr(name)),
                do=worded("add it; data/README.md tells the columns"),
            )


def _refuse_other_separators(line: str, where: str, layout: Layout) -> None:
    known = set(layout.required)
    for separator, name in (
        (";", worded("semicolons")),
        ("\t", worded("tabs")),
        ("|", worded("upright strokes")),
    ):
        names = [cell.strip(' "') for cell in line.split(separator)]
        if len(names) > 1 and len(set(names) & known) > len(set(line.split(",")) & known):
            raise layout.error(
                where=where,
                rule=worded("cells are parted by commas; this file parts them by {name}", name=name),
                do=worded(
                    "save it as CSV with commas (Excel uses the list separator of the system's region settings)"
                ),
            )


def _unknown(name: str, where: str, layout: Layout) -> EvalkitError:
    """Return the refusal of a column; a name that may be a figure (a file without heading) is not quoted."""
    if not _NAME.fullmatch(name):
        return layout.error(
            where=where,
            rule=worded("unknown column: a cell of the first row is no name of a column"),
            do=worded("write the column names in the first row; data/README.md tells them"),
        )
    return layout.error(
        where=f"{where}, column {name!r}",
        rule=worded("unknown column {name}", name=repr(name)),
        do=worded("correct or remove it; {nearest}", nearest=nearest(name, list(layout.known or ()))),
    )


def _cells(line: str) -> list[str] | Fault:
    """Return the cells of one line, or rule and remedy where its quotation marks do not pair."""
    if len(line) > LONGEST * 10:
        return (
            worded("a row has at most {most} characters", most=LONGEST * 10),
            worded("look for a quotation mark or a line end that is missing"),
        )
    if '"' not in line:
        cells = line.split(",")
    elif _balanced(line):
        cells = next(csv.reader([line], strict=True))
    else:
        return (
            worded("a quotation mark opens here and is not closed in this row, or stands inside a cell"),
            worded(
                "close it; a cell with a quotation mark stands in quotation marks, and has the mark twice"
            ),
        )
    return [unicodedata.normalize("NFC", cell.strip(" \xa0")) for cell in cells]


def _balanced(line: str) -> bool:
    return line.count('"') % 2 == 0 and _QUOTED.fullmatch(line) is not None


def _row_faults(
    cells: list[str], header: list[str], where: str, error: type[EvalkitError]
) -> Iterator[EvalkitError]:
    if len(cells) != len(header):
        yield error(
            where=where,
            rule=worded(
                "a row has as many cells as the header ({wanted}), not {found} cells",
                wanted=len(header),
                found=len(cells),
            ),
            do=worded(
                "put a cell that holds a comma in quotation marks, and write nothing between the commas of an empty one"
            ),
        )
        return
    for name, cell in zip(header, cells, strict=True):
        if len(cell) > LONGEST:
            yield error(
                where=f"{where}, column {name}",
                rule=worded("a cell has at most {most} characters", most=LONGEST),
                do=worded("shorten the cell"),
            )
        elif not cell.isprintable() and (fault := text_fault(cell)):
            yield error(where=f"{where}, column {name}", rule=fault[0], do=fault[1])
