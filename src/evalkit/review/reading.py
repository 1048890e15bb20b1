"""A page as its reader has it before them: tables, sentences and the labels of drawings, in their order.

Parsed by the standard library as XML, which evalkit's pages are but for the short tags and named characters of HTML.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal, cast
from xml.parsers import expat

Language = Literal["vi", "en"]
LANGUAGES = ("vi", "en")

_DOCTYPE = re.compile(r"\A\s*<!doctype html>", re.IGNORECASE)
_SHORT = re.compile(r"<((?:br|col|hr|img|input|link|meta|wbr)\b[^<>]*?)/?>", re.IGNORECASE)
_OPEN_CELL = re.compile(r"<(t[dh])\b(?>(?:[^<]|<(?!/?t[dhr]\b))*)(?=<t[dh]\b|</tr>)", re.IGNORECASE)
_SCOPE = re.compile(r"<th scope=(\w+)", re.IGNORECASE)
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]*;")
_SENTENCES = {"h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "caption", "figcaption", "summary", "desc"}
_TOLD = _SENTENCES | {"th", "td", "text"}
_SECTIONS = {"section", "footer", "header", "nav"}
_AROUND = _SECTIONS | {"html", "thead", "tfoot", "table"}
_SILENT = {"style", "script", "sup", "head"}
_UNSEEN = "vh"
_NOTES = "notes"
_LIST = "sources-table"  # every source of the page by its title, each with its number
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_WORDS_OF_A_DRAWING = re.compile(r"<(desc|text)\b.*?</\1>", re.DOTALL)
_END = re.compile(r"(?<=[.?!])\s+(?=[^\W\d_a-zà-ỹ]|\d)(?<!TP\. )")
_TEXTS = 2**14


@lru_cache(maxsize=_TEXTS)
def cleaned(text: str) -> str:
    r"""Return a text as it is compared: composed letters, single spaces.

    Examples
    --------
    >>> cleaned(" two\n words ")
    'two words'
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def as_xml(page: str) -> str:
    r"""Return a page with its doctype left out, short tags and open cells closed, named characters written out.

    Examples
    --------
    >>> as_xml("<!doctype html><p>a<br>b&nbsp;&lt;c</p>")
    '<p>a<br/>b\xa0&lt;c</p>'
    >>> as_xml("<tr><th>a<td>1<td class='n'><b>2</b></tr>")
    "<tr><th>a</th><td>1</td><td class='n'><b>2</b></td></tr>"
    """
    closed = _SHORT.sub(r"<\1/>", _DOCTYPE.sub("", page, count=1))
    closed = _SCOPE.sub(r'<th scope="\1"', closed)
    closed = _OPEN_CELL.sub(r"\g<0></\1>", closed)
    return _NAMED.sub(lambda found: html.unescape(found[0]), closed)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that can be read or heard: in which section, under which tag, after how many tables, whether in a table's note."""

    text: str
    section: str
    tag: str
    tables_before: int
    noted: bool = False


@dataclass(slots=True)
class Table:
    """A table: its section, caption without its number, head and rows; all cells are text."""

    section: str
    caption: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    places: dict[str, list[int]] = field(
        default_factory=dict, repr=False, compare=False
    )  # columns by what they hold


@dataclass
class Page:
    """What a page tells.

    ``sentences`` are split at full stops; ``wholes`` are the paragraphs and items as they stand; ``labels`` are the words in
    drawings.
    """

    language: Language = "vi"
    tables: list[Table] = field(default_factory=list)
    wholes: list[Sentence] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    kept: dict[str, list[Any]] = field(
        default_factory=dict, repr=False, compare=False
    )  # what two rules ask for

    @cached_property
    def sentences(self) -> list[Sentence]:
        """The sentences one by one."""
        return [
            Sentence(text, whole.section, whole.tag, whole.tables_before, whole.noted)
            for whole in self.wholes
            for text in split(whole.text)
        ]

    def notes(self, place: int) -> list[str]:
        """Return what stands after a table and before the next one of its section."""
        section = self.tables[place].section
        return [
            one.text
            for one in self.wholes
            if one.tables_before == place + 1 and one.section == section and one.tag in ("p", "li")
        ]


def split(text: str) -> list[str]:
    """Return the sentences of a paragraph.

    Examples
    --------
    >>> split("Caution. Cases fell by 3.5% (Fay 2010). 12 were tried.")
    ['Caution.', 'Cases fell by 3.5% (Fay 2010).', '12 were tried.']
    """
    return _END.split(text)


def read(page: str) -> Page:
    """Return what a page tells.

    Parameters
    ----------
    page : str
        The HTML.

    Raises
    ------
    ValueError
        If it cannot be read.

    Examples
    --------
    >>> page = read('<html lang="en"><main><p>3 cases.</p><table><thead><tr><th>Year</th></tr></thead></table></main></html>')
    >>> page.language, page.wholes[0].text, page.tables[0].head
    ('en', '3 cases.', ['Year'])
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(as_xml(_DRAWING.sub(_words_alone, page)), True)  # noqa: FBT003  the function's signature
    except expat.ExpatError as fault:
        raise ValueError("the page cannot be read") from fault
    reader.name_sources()
    return reader.page


def _words_alone(drawing: re.Match[str]) -> str:
    """Return a drawing without its marks, which are most of a page's length."""
    return f"<svg>{''.join(found[0] for found in _WORDS_OF_A_DRAWING.finditer(drawing[0]))}</svg>"


class _Reader:
    """Collects tables, sentences and labels while the page is parsed."""

    def __init__(self) -> None:
        self.page = Page()
        self._section = ""
        self._silent, self._in_head, self._noted = 0, False, False
        self._told: list[str] | None = None
        self._table: Table | None = None
        self._numbers: list[str] = []  # of sources, in a cell
        self._are_sources = False
        self._group: dict[
            int, str
        ] = {}  # what the rows below share, told once in a row above them, by column
        self._spanned = 0  # columns that the name of such a row takes
        self._in_foot = False
        self._letters: dict[str, str] = {}  # what letters in the cells stand for, told under the table
        self._titles: dict[str, str] = {}  # of sources by their numbers
        self._by_number: list[
            tuple[list[str], int, list[str]]
        ] = []  # cells that have numbers of sources alone

    def start(self, tag: str, given: dict[str, str]) -> None:
        if self._silent or tag in _SILENT or (tag == "span" and given.get("class") == _UNSEEN):
            self._silent += 1
        elif tag in _TOLD:
            self._told, self._numbers = [], []
            self._spanned = (
                int(given.get("colspan", 0)) if tag == "th" and not self._spanned else self._spanned
            )
        elif tag == "div":
            self._noted = given.get("class") == _NOTES
        elif tag == "tr":
            if self._table and not self._in_head:
                self._table.rows.append([])
        elif tag in _AROUND:
            self._enter(tag, given)

    def _enter(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("thead", "tfoot"):
            self._in_head, self._in_foot = tag == "thead", tag == "tfoot"
        elif tag == "html":
            self.page.language = cast(
                "Language", given.get("lang", "vi").split("-")[0]
            )  # others are read by no rule
        elif tag == "table":
            self._table, self._are_sources = Table(self._section), given.get("id") == _LIST
            self._group, self._spanned, self._letters = {}, 0, {}
            self.page.tables.append(self._table)
        else:
            self._section = given.get("aria-labelledby") or given.get("id") or tag

    def text(self, data: str) -> None:
        if self._told is not None and not self._silent:
            self._told.append(data)
        elif self._told is not None and data.isdigit():
            self._numbers.append(data)

    def end(self, tag: str) -> None:
        if self._silent:
            self._silent -= 1
        elif tag in _TOLD:
            if self._told is not None:
                text, self._told = cleaned("".join(self._told)), None
                self._take(tag, text)
        elif tag == "tr":
            self._close_row()
        else:
            self._leave(tag)

    def _leave(self, tag: str) -> None:
        if tag == "div":
            self._noted = False
        elif tag in ("thead", "tfoot"):
            self._in_head = self._in_foot = False
        elif tag == "table":
            for row in self._table.rows if self._table else ():
                row[:] = [self._letters.get(cell, cell) for cell in row]
            self._table = None
        elif tag in _SECTIONS:
            self._section = ""

    def _close_row(self) -> None:
        """Drop a row without cells; take out one that heads a group or tells of a letter, and give its text to the rows that it is about."""
        rows = self._table.rows if self._table else []
        if rows and not rows[-1]:
            rows.pop()
        elif rows and self._in_foot:
            letter, _, text = "".join(rows.pop()).partition(" ")
            self._letters[letter] = text
        elif rows and self._spanned:
            name, *shared = rows.pop()
            self._group = {0: name, **dict(enumerate(shared, start=self._spanned))}
            self._spanned = 0
        elif rows and not rows[-1][0]:
            rows[-1][:] = [text or self._group.get(place, "") for place, text in enumerate(rows[-1])]

    def _take(self, tag: str, text: str) -> None:
        if tag in ("th", "td"):
            self._take_cell(text)
        elif tag == "text":
            self.page.labels.append(text)
        elif text:
            if tag == "caption" and self._table is not None:
                self._table.caption = text
            self.page.wholes.append(Sentence(text, self._section, tag, len(self.page.tables), self._noted))

    def _take_cell(self, text: str) -> None:
        if self._table is None:
            return
        if self._in_head or not self._table.rows:
            self._table.head.append(text)
            return
        row = self._table.rows[-1]
        row.append(text)
        if self._are_sources and len(row) == 1:
            self._titles.update(dict.fromkeys(self._numbers, text))
        elif self._numbers and not text:
            self._by_number.append((row, len(row) - 1, self._numbers))

    def name_sources(self) -> None:
        """Write the titles of sources where a table has their numbers alone."""
        for row, place, numbers in self._by_number:
            row[place] = ", ".join(self._titles.get(number, "") for number in numbers)
