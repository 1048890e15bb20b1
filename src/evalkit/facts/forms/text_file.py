"""Read a form that is a text file: its coding, the mark between its cells, its quotation marks."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from evalkit.errors import FactsError
from evalkit.facts.forms.grid import Form, Sheet, text_cell
from evalkit.facts.forms.legacy_fonts import modern
from evalkit.messages import worded

TextCoding = Literal["utf-8", "utf-16", "cp1258", "cp1252", "tcvn3", "vni"]
MOST_CELLS = 500_000
MOST_COLUMNS = 16_384
MOST_LINES = 1_000  # of one cell in quotation marks
_MARKS = ("\t", ";", "|", ",")  # in the order in which they are taken where several would do
_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAID = re.compile(r'"?sep=(?P<mark>.)"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_WRAPPED = re.compile(r'"(?:[^"]|"")+"')
Row = tuple[int, list[str]]  # the line it begins on, and its cells


def read_text_form(path: Path, data: bytes, *, coding: str = "", mark: str = "") -> Form:
    """Return a text file as a form of one sheet.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        What the file holds.
    coding : str, optional
        The coding its mapping declares; a byte order mark and UTF-8 are seen without it.
    mark : str, optional
        The mark between cells; counted outside quotation marks over all lines where left out.

    Returns
    -------
    Form
        Every cell as text.

    Raises
    ------
    FactsError
        If the coding is not told and is not UTF-8, a quotation mark is not closed, or there are more cells than a form has.
    """
    text, said = _without_first_line(decoded(path, data, coding))
    text = _unwrapped(text, mark or said)
    mark = mark or said or mark_of(text)
    if text.count(mark) > MOST_CELLS:
        raise _too_large(path)
    rows = list(rows_of(path, text, mark))
    if sum(len(cells) for _, cells in rows) > MOST_CELLS or any(len(row) > MOST_COLUMNS for _, row in rows):
        raise _too_large(path)
    cells = {
        (row, column): cell
        for row, (_, texts) in enumerate(rows, start=1)
        for column, text in enumerate(texts, start=1)
        if (cell := text_cell(text)).kind != "blank"
    }
    return Form((Sheet(path.stem, cells, mark=mark),))


def _without_first_line(text: str) -> tuple[str, str]:
    r"""Return a text without a first line that tells Excel the mark between cells, and that mark: Excel shows no such line.

    Examples
    --------
    >>> _without_first_line("sep=;\nTỉnh;2023\n"), _without_first_line("Tỉnh;2023\n")
    (('Tỉnh;2023\n', ';'), ('Tỉnh;2023\n', ''))
    """
    found = _SAID.match(text)
    return (text[found.end() :], found["mark"]) if found and found["mark"] in _MARKS else (text, "")


def _unwrapped(text: str, mark: str) -> str:
    r"""Return a text whose lines each stand in quotation marks as a whole with the lines as they were before; any other as it is.

    Examples
    --------
    >>> _unwrapped('Tỉnh;2023\n"Hà Nội;5"\n"Sơn La;6"\n', "")
    'Tỉnh;2023\nHà Nội;5\nSơn La;6\n'
    >>> _unwrapped('"Tỉnh";"2023"\n"Hà Nội";"5"\n', "")
    '"Tỉnh";"2023"\n"Hà Nội";"5"\n'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    inside = {at: line[1:-1].replace('""', '"') for at, line in enumerate(lines) if _WRAPPED.fullmatch(line)}
    others = [line for at, line in enumerate(lines) if at not in inside and line.strip(' "')]
    if not inside or len(inside) < len(others):
        return text
    mark = mark or mark_of("\n".join([*others, *inside.values()]))
    if not all(mark in line for line in inside.values()):
        return text
    return "\n".join(inside.get(at, line) for at, line in enumerate(lines))


def _too_large(path: Path) -> FactsError:
    return FactsError(
        where=str(path),
        rule=worded("a form has at most {cells} cells", cells=MOST_CELLS),
        do=worded("send the sheet with the figures alone"),
    )


def decoded(path: Path, data: bytes, coding: str = "") -> str:
    """Return a file's text in Unicode.

    Raises
    ------
    FactsError
        If its coding is not declared and is none that can be seen.
    """
    marked = next((name for start, name in _ORDER_MARKS if data.startswith(start)), "")
    legacy = coding if coding in ("tcvn3", "vni") else ""
    attempts = [marked] if marked else [*_guesses(data), *([] if legacy else [coding] if coding else [])]
    if coding and not legacy and not marked:
        attempts = [coding]
    if legacy:
        attempts += ["cp1252", "latin-1"]
    for name in attempts:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        text = modern(text, legacy) if legacy else text  # type: ignore[arg-type]
        return unicodedata.normalize("NFC", text)
    raise FactsError(
        where=str(path),
        rule=worded("the file is not in UTF-8, and its coding is not declared")
        if not coding
        else worded("the file is not in the coding {coding}", coding=coding),
        do=worded(
            "save it as CSV UTF-8, or write encoding = in the mapping: {known}",
            known=", ".join(get_args(TextCoding)),
        ),
    )


def _guesses(data: bytes) -> list[str]:
    """Return the codings that a file without a byte order mark shows by itself."""
    begun = data[:4000]
    zeros = begun.count(0)
    if zeros > len(begun) // 5:
        even = sum(1 for position, byte in enumerate(begun) if byte == 0 and position % 2 == 0)
        return ["utf-16-be" if even > zeros / 2 else "utf-16-le"]
    return ["utf-8"]


def mark_of(text: str) -> str:
    r"""Return the mark between cells: the one that stands equally often in most lines, quotation marks aside.

    Examples
    --------
    >>> mark_of('Tỉnh;2022\n"A; B";8435,65\nC;7\n')
    ';'
    """
    counts = {mark: Counter[int]() for mark in _MARKS}
    lines = 0
    for line in _plain_lines(text):
        if line.strip():
            lines += 1
            for mark in _MARKS:
                counts[mark][line.count(mark)] += 1
    best, score = "\t", 0
    for mark in _MARKS:
        of_some = [(number, often) for often, number in counts[mark].items() if often]
        most = max(of_some, default=(0, 0))
        if most[0] > score:
            best, score = mark, most[0]
    return best


def _plain_lines(text: str) -> Iterator[str]:
    """Yield the lines without what stands in quotation marks; a line end inside them does not end a line."""
    outside = text.split('"')[::2]
    yield from "".join(outside).replace("\r\n", "\n").replace("\r", "\n").split("\n")


def rows_of(path: Path, text: str, mark: str) -> Iterator[Row]:
    """Yield the rows of a text file with the line each begins on.

    Raises
    ------
    FactsError
        If a quotation mark opens and never closes, closes before more text, or holds lines that look like rows.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    number = 0
    while number < len(lines):
        first, line = number + 1, lines[number]
        cells, open_cell = _split(path, first, line, mark)
        number += 1
        while open_cell is not None:
            if number >= min(len(lines), first + MOST_LINES) or (
                mark in lines[number] and not _closes_first(lines[number], mark)
            ):
                raise _unclosed(path, first)
            rest, again = _split(path, first, '"' + lines[number], mark)
            cells += [f"{open_cell}\n{rest[0]}", *rest[1:]] if rest else []
            open_cell = again if rest else f"{open_cell}\n{again}"
            number += 1
        if first <= len(lines) and (any(cells) or number < len(lines)):
            yield first, cells


def _closes_first(line: str, mark: str) -> bool:
    """Tell whether the open quotation mark is closed before the first mark between cells."""
    return 0 <= line.replace('""', "  ").find('"') < line.find(mark)


def _split(path: Path, number: int, line: str, mark: str) -> tuple[list[str], str | None]:
    """Return the finished cells of a line, and the text of a cell whose quotation mark is still open."""
    if '"' not in line:
        return line.split(mark), None
    cells: list[str] = []
    at = 0
    while True:
        quoted = line.startswith('"', at)
        end = _closing(line, at + 1) if quoted else line.find(mark, at)
        if quoted and end < 0:
            return cells, line[at + 1 :].replace('""', '"')
        end = len(line) if end < 0 else end
        cells.append(line[at + 1 : end].replace('""', '"') if quoted else line[at:end])
        at = end + 1 if quoted else end
        if at >= len(line):
            return cells, None
        if not line.startswith(mark, at):
            raise _unclosed(path, number)
        at += 1


def _closing(line: str, at: int) -> int:
    """Return where the closing quotation mark stands, those written twice aside; -1 where it does not close."""
    while (at := line.find('"', at)) >= 0 and line.startswith('"', at + 1):
        at += 2
    return at


def _unclosed(path: Path, number: int) -> FactsError:
    return FactsError(
        where=f"{path}, row {number}",
        rule=worded("a quotation mark opens and never closes"),
        do=worded("close it; a cell with a quotation mark stands in quotation marks, and has the mark twice"),
    )
