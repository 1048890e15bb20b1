"""The source of a form as the form itself asks for it: cells in the head of its first sheet, and what was written into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from evalkit.facts.forms.grid import Cell, Form, cell_name
from evalkit.facts.forms.mapping import HOLE
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.issue_days import NOT_SEEN, SEEN, issue_day
from evalkit.input_file import text_fault
from evalkit.messages import VIETNAMESE, shown, spoken, worded
from evalkit.plain_cells import FIRST_YEAR, LAST_YEAR

SOURCE_VERSION = "evalkit-form 2"
VERSION_CELL = (2, 1)
SOURCE_CELLS = {"agency": (4, 4), "date": (5, 4), "confidence": (6, 4)}
SOURCE_RANGE = "$D$4:$D$6"
_LONGEST = 200
_SERIAL_YEARS = 1950  # a day before is a year's number, shown as a day
_ANSWERS = {
    "có": SEEN,
    "chưa": NOT_SEEN,
    "yes": SEEN,
    "no": NOT_SEEN,
    "rồi": SEEN,
    "đã xem": SEEN,
    "không": NOT_SEEN,
    "chưa xem": NOT_SEEN,
}


@dataclass(frozen=True, slots=True)
class SourceSaid:
    """What a form says of its source.

    Attributes
    ----------
    answers : dict of str
        Of agency, date and confidence those that are filled in and can be read, as sources.toml holds them.
    unread : tuple of (cell, rule, remedy)
        Cells that are filled in and cannot be read.
    """

    answers: dict[str, str] = field(default_factory=dict)
    unread: tuple[tuple[str, str, str], ...] = ()


def write_source_cells(sheet: Any, styles: dict[str, Any]) -> None:
    """Write the cells that ask for the source into the head of a sheet that is made.

    Parameters
    ----------
    sheet : xlsxwriter worksheet
    styles : dict
        With "text" for what is said and "answer" for what is to be filled in.
    """
    labels = {
        "agency": worded("Agency that issued them"),
        "date": worded("Date of the document, or day the figures were closed (15/3/2024)"),
        "confidence": worded("Original seen (yes/no)"),
    }
    for name, (row, column) in SOURCE_CELLS.items():
        sheet.write_string(row - 1, column - 2, shown(labels[name]), styles["text"])
        sheet.write_blank(row - 1, column - 1, None, styles["answer"])
    signs = ["có", "chưa"] if spoken() == VIETNAMESE else ["yes", "no"]
    row, column = SOURCE_CELLS["confidence"]
    sheet.data_validation(
        row - 1, column - 1, row - 1, column - 1, {"validate": "list", "source": signs, "ignore_blank": True}
    )


def source_said(form: Form) -> SourceSaid:
    """Return what a form that evalkit gave out says of its source; nothing of any other form, nor of an older one.

    Parameters
    ----------
    form : Form
    """
    answers: dict[str, str] = {}
    unread = []
    for sheet in form.sheets:
        if sheet.at(*VERSION_CELL).text != SOURCE_VERSION:
            continue
        for name, at in SOURCE_CELLS.items():
            cell = sheet.at(*at)
            if name in answers or cell.kind == "blank" or (cell.kind == "text" and cell.text in ("", HOLE)):
                continue
            try:
                answers[name] = _READERS[name](cell)
            except ValueError as fault:
                rule, do = fault.args
                unread.append((f"{sheet.name}!{cell_name(at)}", rule, do))
    return SourceSaid(answers, tuple(unread))


def _agency(cell: Cell) -> str:
    if cell.kind != "text" or cell.doubt or text_fault(cell.text) or len(cell.text) > _LONGEST:
        raise ValueError(
            worded("no name of an agency stands there"), worded("write the agency's name as plain text")
        )
    return cell.text.strip()


def _date(cell: Cell) -> str:
    try:
        return str(issue_day(_day_text(cell)))
    except ValueError as fault:
        raise ValueError(
            fault.args[0], worded("write the date as plain text, or leave the cell blank")
        ) from None


def _day_text(cell: Cell) -> str:
    """Return a cell as a day is written; what can be none is no day, either."""
    if cell.kind == "date" and cell.day is not None and cell.day.year >= _SERIAL_YEARS:
        return cell.day.date().isoformat()
    year = cell.kind == "number" and cell.text.isdecimal() and FIRST_YEAR <= int(cell.text) <= LAST_YEAR
    return cell.text if year or (cell.kind == "text" and not cell.doubt) else HOLE


def _confidence(cell: Cell) -> str:
    found = _ANSWERS.get(same_word(cell.text)) if cell.kind == "text" and not cell.doubt else None
    if found is None:
        raise ValueError(
            worded("whether the original was seen is said by yes or no"),
            worded("choose one of the two from the list of the cell"),
        )
    return found


_READERS: dict[str, Callable[[Cell], str]] = {"agency": _agency, "date": _date, "confidence": _confidence}
