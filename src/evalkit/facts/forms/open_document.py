"""What is told of an OpenDocument workbook by its own text: how large its sheets are written out, what is merged or hidden, which cells show another number, what is raised or struck, comments."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from evalkit.facts.forms.grid import Area, At, Doubt

Styles = Mapping[str, Doubt | Literal["raised"]]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CELLS = (
    f"{_TABLE}table-cell",
    f"{_TABLE}covered-table-cell",
)  # covered by a merged area: blank, and it has its column


_BLANK = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_HIDDEN = ("collapse", "filter")
_MOST_REPEATED = 1_000  # cells that are alike and side by side


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a cell, what is written raised in it, and whether something is struck through or a digit lowered."""

    text: str
    raised: str = ""
    doubt: Doubt = ""


@dataclass(slots=True)
class SheetSeen:
    """What is merged and hidden on a sheet, the cells that show another number than they hold (percentages, thousands), money, texts with raised or struck letters, comments."""

    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    scaled: set[At] = field(default_factory=set)
    currencies: dict[At, str] = field(default_factory=dict)
    written: dict[At, Written] = field(default_factory=dict)
    comments: dict[At, str] = field(default_factory=dict)


def sheets_seen(content: bytes) -> list[SheetSeen]:
    """Return what is told of each sheet, in their order.

    Parameters
    ----------
    content : bytes
        The part content.xml, of which :func:`written_out` is known.
    """
    found: list[SheetSeen] = []
    styles: dict[str, Doubt | Literal["raised"]] = {}
    for _, about in ET.iterparse(io.BytesIO(content)):  # noqa: S314
        if about.tag == f"{_STYLE}style" and (kind := _kind_of_style(about)):
            styles[about.get(f"{_STYLE}name", "")] = kind
        if about.tag == f"{_TABLE}table":
            found.append(_seen(about, styles))
            about.clear()
    return found


def _kind_of_style(about: ET.Element) -> Doubt | Literal["raised"]:
    """Tell whether a style writes raised, lowered or struck through."""
    for one in about.iter(f"{_STYLE}text-properties"):
        if one.get(f"{_STYLE}text-line-through-style", "none") != "none":
            return "struck"
        place = one.get(f"{_STYLE}text-position", "").partition(" ")[0]
        if place == "super" or re.fullmatch(r"[1-9][0-9.]*%", place):
            return "raised"
        if place == "sub" or place.startswith("-"):
            return "lowered"
    return ""


def _written(about: ET.Element, styles: Styles) -> Written | None:
    """Return the text of a cell with letters that are raised, lowered or struck through; None for any other."""
    if styles.get(about.get(f"{_TABLE}style-name", "")) == "struck":
        return Written(
            "\n".join("".join(one.itertext()) for one in about.iterfind(f"{_TEXT}p")), doubt="struck"
        )
    pieces: list[tuple[str, str]] = []
    for number, one in enumerate(about.iterfind(f"{_TEXT}p")):
        pieces += [("\n", "")] if number else []
        pieces += _pieces(one, "", styles)
    text = "".join(letters for letters, kind in pieces if kind != "raised")
    raised = "".join(letters.strip() for letters, kind in pieces if kind == "raised")
    lowered = any(kind == "lowered" and any(map(str.isdigit, letters)) for letters, kind in pieces)
    struck = any(kind == "struck" and letters.strip() for letters, kind in pieces)
    if not (raised or lowered or struck):
        return None
    return Written(text, raised, "struck" if struck else "lowered" if lowered else "")


def _pieces(about: ET.Element, kind: str, styles: Styles) -> Iterator[tuple[str, str]]:
    """Yield the letters of a paragraph, each piece with how it is written."""
    yield about.text or "", kind
    for one in about:
        if one.tag in _BLANK:
            yield _BLANK[one.tag], kind
        else:
            yield from _pieces(one, styles.get(one.get(f"{_TEXT}style-name", ""), kind), styles)
        yield one.tail or "", kind


def _seen(about: ET.Element, styles: Styles) -> SheetSeen:
    """Go through the rows of a sheet; those within groups and heads of rows are rows as well."""
    seen, row, column = SheetSeen(), 1, 1
    for one in about.iter(f"{_TABLE}table-column"):
        number = _repeated(one, "columns")
        if one.get(f"{_TABLE}visibility") in _HIDDEN:
            seen.hidden_columns |= set(range(column, column + min(number, _MOST_REPEATED)))
        column += number
    for one in about.iter(f"{_TABLE}table-row"):
        number = _repeated(one, "rows")
        if one.get(f"{_TABLE}visibility") in _HIDDEN:
            seen.hidden_rows |= set(range(row, row + min(number, _MOST_REPEATED)))
        _see_row(one, row, seen, styles)
        row += number
    return seen


def _see_row(about: ET.Element, row: int, seen: SheetSeen, styles: Styles) -> None:
    """Note the merged areas that begin in a row, and what its cells are beside their values."""
    column = 1
    rows = range(row, row + min(_repeated(about, "rows"), _MOST_REPEATED))
    for one in about:
        if one.tag not in _CELLS:
            continue
        across, down = (
            max(int(one.get(f"{_TABLE}number-{what}-spanned", "1")), 1) for what in ("columns", "rows")
        )
        if across > 1 or down > 1:
            seen.merged.append(Area(row, column, row + down - 1, column + across - 1))
        number = _repeated(one, "columns")
        columns = range(column, column + min(number, _MOST_REPEATED))
        if len(one):
            _see_cell(one, [(this, at) for this in rows for at in columns], seen, styles)
        column += number


def _see_cell(about: ET.Element, cells: list[At], seen: SheetSeen, styles: Styles) -> None:
    """Note of cells that are alike what they show beside their value, and the comment on them."""
    written = _written(about, styles)
    if written is not None:
        seen.written |= dict.fromkeys(cells, written)
    if _shows_another(about) or (written is not None and written.raised and about.get(f"{_OFFICE}value")):
        seen.scaled |= set(cells)
    if about.get(f"{_OFFICE}value-type") == "currency":
        seen.currencies |= dict.fromkeys(cells, about.get(f"{_OFFICE}currency", ""))
    for comment in about.iterfind(f"{_OFFICE}annotation"):
        text = "\n".join("".join(one.itertext()) for one in comment.iter(f"{_TEXT}p"))
        seen.comments |= dict.fromkeys(cells, text)


def _shows_another(about: ET.Element) -> bool:
    """Tell a percentage, and a whole number that is shown with other digits."""
    kind, value = about.get(f"{_OFFICE}value-type"), about.get(f"{_OFFICE}value", "")
    if kind == "percentage":
        return True
    shown = "".join(filter(str.isdecimal, "".join(about.findtext(f"{_TEXT}p") or ""))).lstrip("0")
    if kind != "float" or not value.isdecimal() or not shown:
        return False
    digits = value.lstrip("0")
    return not shown.startswith(digits) or shown[len(digits) :].strip("0") != ""


@dataclass(slots=True)
class _Extent:
    """The extent of the sheet that is walked through: its last row so far, and its widest and lowest cell with something in it.

    ``filled`` tells whether anything stands in the row that is walked through: blank rows and columns behind the last cell do not count.
    """

    row: int = 0
    column: int = 0
    lowest: int = 0
    widest: int = 0
    filled: bool = False

    def cell(self, about: ET.Element) -> None:
        self.column += _repeated(about, "columns")
        if about.get(f"{_OFFICE}value-type") or about.get(f"{_TABLE}formula") or len(about):
            self.widest = max(self.widest, self.column)
            self.filled = True

    def close(self, about: ET.Element) -> None:
        self.row += _repeated(about, "rows")
        if self.filled:
            self.lowest = self.row
        self.column, self.filled = 0, False


def written_out(content: bytes) -> int:
    """Return how many cells the largest sheet has from its first cell to its last, blank ones included.

    Parameters
    ----------
    content : bytes
        The part content.xml.

    Raises
    ------
    ValueError
        If it is no XML, declares entities, or repeats something that is no number of times.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content:
        raise ValueError("declares entities")
    largest, sheet = 0, _Extent()
    try:
        for _, about in ET.iterparse(io.BytesIO(content)):  # noqa: S314
            if about.tag in _CELLS:
                sheet.cell(about)
            elif about.tag == f"{_TABLE}table-row":
                sheet.close(about)
                about.clear()
            elif about.tag == f"{_TABLE}table":
                largest, sheet = max(largest, sheet.lowest * sheet.widest), _Extent()
                about.clear()
    except ET.ParseError as fault:
        raise ValueError(str(fault)) from None
    return largest


def _repeated(about: ET.Element, what: str) -> int:
    return max(int(about.get(f"{_TABLE}number-{what}-repeated", "1")), 1)
