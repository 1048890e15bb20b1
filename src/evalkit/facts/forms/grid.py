"""A sheet as it was sent, whatever its file: cells with what stands in them, what is hidden, what is merged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

CellKind = Literal["blank", "text", "number", "date", "truth", "error", "formula"]
Doubt = Literal["", "broken", "struck", "lowered"]
At = tuple[int, int]

_NAME = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_COLUMN = re.compile(r"[A-Z]{1,3}")
_BROKEN = re.compile(r"[0-9][^\S\n\r\t]*[\n\r\t\v\f\x85\u2028\u2029]\s*[0-9]")
_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell.

    Attributes
    ----------
    kind : str
        "blank", "text", "number", "date", "truth", "error" (of the spreadsheet) or "formula" (without a stored result).
    text : str
        The text, composed (NFC), blanks collapsed; of a number its digits.
    number : Decimal or None
    day : datetime or None
    raised : str
        What is written raised behind the text: the sign of a footnote.
    format : str
        The number format, which tells 1 shown as 01 and a day shown as a month.
    doubt : str
        Why what stands there may not be what is meant: "broken" where a line break parts two digits, "struck" where something
        is struck through, "lowered" where a digit is written lowered.
    """

    kind: CellKind = "blank"
    text: str = ""
    number: Decimal | None = None
    day: datetime | None = None
    raised: str = ""
    format: str = ""
    doubt: Doubt = ""


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class Area:
    """A merged area, both corners included."""

    top: int
    left: int
    bottom: int
    right: int

    def cells(self) -> Iterator[At]:
        """Yield the cells of the area."""
        yield from _cells_of(self)

    def holds(self, at: At) -> bool:
        """Tell whether a cell is in the area."""
        return self.top <= at[0] <= self.bottom and self.left <= at[1] <= self.right


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its cells by (row, column), counted from 1; what is not there is blank; of a text file the mark between its cells."""

    name: str
    cells: dict[At, Cell]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()
    comments: dict[At, str] = field(default_factory=dict)
    mark: str = ""
    _areas: dict[At, Area] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for area in self.merged:
            for at in _cells_of(area):
                self._areas[at] = area

    @property
    def rows(self) -> int:
        """The last row with something in it."""
        return max((row for row, _ in self.cells), default=0)

    @property
    def columns(self) -> int:
        """The last column with something in it."""
        return max((column for _, column in self.cells), default=0)

    def at(self, row: int, column: int) -> Cell:
        """Return a cell."""
        return self.cells.get((row, column), BLANK)

    def spread(self, row: int, column: int) -> Cell:
        """Return a cell of a heading or a label: of a merged area, what stands in its first cell."""
        area = self._areas.get((row, column))
        return self.at(area.top, area.left) if area else self.at(row, column)

    def goes_on(self, row: int, column: int) -> bool:
        """Tell whether a cell belongs to a merged area that begins in a row above it."""
        area = self._areas.get((row, column))
        return area is not None and area.top < row

    def area(self, at: At) -> Area | None:
        """Return the merged area a cell belongs to, if any."""
        return self._areas.get(at)


@dataclass(frozen=True, slots=True)
class Form:
    """A file as it was sent: its sheets, and what the reading could not see."""

    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


def _cells_of(area: Area) -> Iterator[At]:
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    yield from ((row, column) for row in rows for column in columns)


def cell_name(at: At) -> str:
    """Return a cell's name as Excel writes it.

    Examples
    --------
    >>> cell_name((5, 28))
    'AB5'
    """
    return f"{column_name(at[1])}{at[0]}"


def column_name(column: int) -> str:
    """Return a column's letters.

    Examples
    --------
    >>> column_name(1), column_name(26), column_name(27)
    ('A', 'Z', 'AA')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_cell_name(text: str) -> bool:
    """Tell whether a text names a cell, as "B5" does."""
    return _NAME.fullmatch(text) is not None


def is_column_name(text: str) -> bool:
    """Tell whether a text names a column, as "AB" does."""
    return _COLUMN.fullmatch(text) is not None


def cell_at(name: str) -> At:
    """Return row and column of a cell's name.

    Examples
    --------
    >>> cell_at("AB5")
    (5, 28)

    Raises
    ------
    ValueError
        If it is no cell's name; a mapping has checked its own.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(name)
    letters, digits = found.groups()
    return int(digits), column_at(letters)


def column_at(letters: str) -> int:
    """Return the number of a column.

    Examples
    --------
    >>> column_at("AB")
    28
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def text_cell(text: str, *, raised: str = "", shape: str = "", doubt: Doubt = "") -> Cell:
    r"""Return a cell of text: composed letters, blanks collapsed; blank where nothing is left.

    Examples
    --------
    >>> text_cell(" Qua\u0309ng\u00a0 Ninh ").text
    'Quảng Ninh'
    """
    clean = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if not clean and not raised:
        return BLANK
    return Cell(
        "text", clean, raised=raised, format=shape, doubt=doubt or ("broken" if _BROKEN.search(text) else "")
    )


def number_cell(number: float, shape: str = "") -> Cell:
    """Return a cell of a number: its fifteen digits, as a spreadsheet holds them, and no more.

    Examples
    --------
    >>> number_cell(8246.540000000001).text
    '8246.54'
    """
    exact = Decimal(number) if isinstance(number, int) else Decimal(f"{number:.15g}")
    return Cell("number", f"{exact:f}", exact, format=shape)


def day_cell(day: date, shape: str = "") -> Cell:
    """Return a cell of a day."""
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001  a day of the calendar has no zone
    return Cell("date", moment.date().isoformat(), day=moment, format=shape)


def cell_ranges(cells: Iterable[At]) -> str:
    """Return cells by name, those that stand below each other as a range.

    Examples
    --------
    >>> cell_ranges([(9, 3), (10, 3), (11, 3), (13, 3)])
    'C9:C11, C13'
    """
    runs: list[list[At]] = []
    for row, column in sorted(cells, key=lambda at: at[::-1]):
        if runs and runs[-1][-1] == (row - 1, column):
            runs[-1].append((row, column))
        else:
            runs.append([(row, column)])
    return ", ".join(
        f"{cell_name(run[0])}:{cell_name(run[-1])}" if len(run) > 1 else cell_name(run[0]) for run in runs
    )
