"""What a page tells whoever opens it: its tables, what is read aloud of a figure, the marks and words of each drawing.

A page is parsed anew, by the standard library and not by what wrote it: as XML, which evalkit's pages are but for the short
tags and named characters of HTML. A page that is not, is refused: what cannot be read strictly is not published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.parsers import expat

from evalkit.review.reading import as_xml, cleaned

TEXTS = 2**14  # the cells of a page have few different texts, and those of the next page have them again
_UNHEARD = "vh"
_HEARD = ("alt", "aria-label", "title")
_PLACES = ("d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy")
_SENTENCES = {"h1", "h2", "p", "li", "dt", "dd", "caption", "figcaption", "summary"}
_LABELS = {"b", "strong"}  # "Table 3.", "Caution.": the page's own words before a sentence
_LABEL = re.compile(r"[^\W\d][^\d.]*(?: \d{1,3})?\.")
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a page.

    Attributes
    ----------
    tables : dict of list by table id
        Rows of cells as text, the head first.
    drawings : dict of list by figure id
        Where each mark stands, as the drawing says it.
    heard : set of str
        Every text of a figure: its words, its description, what is read aloud.
    sentences : list of str
        Headings, paragraphs, items and captions of the page's body in their order, without labels such as "Table 3.".
    around : list of str
        The same of what stands before and after the body.
    """

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    drawings: dict[str, list[str]] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)


def read_page(page: str) -> Seen:
    """Return what a page tells; its drawings, which are most of its length, are cut out and read for themselves.

    Parameters
    ----------
    page : str
        The HTML.

    Raises
    ------
    ValueError
        If it or a drawing in it cannot be read strictly.
    """
    reader = _Reader(iter(_DRAWING.findall(page)))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(as_xml(_DRAWING.sub("<svg></svg>", page)), True)  # noqa: FBT003  the function's signature
    except expat.ExpatError as fault:
        raise ValueError("the page cannot be read") from fault
    return reader.seen


def read_drawing(svg: str) -> tuple[list[str], set[str]]:
    """Return where the marks of a drawing stand, in the order of the drawing, and its words.

    Parameters
    ----------
    svg : str
        The drawing, as it was computed or as it stands in a page.

    Raises
    ------
    ValueError
        If it is no drawing that can be read.

    Examples
    --------
    >>> read_drawing('<svg><title>A line</title><path d="M0 1L2 3"/></svg>')
    (['M0 1L2 3'], {'A line'})
    """
    try:
        elements = list(ET.fromstring(svg).iter())  # noqa: S314  entities are refused when a drawing is made
    except ET.ParseError as fault:
        raise ValueError("the drawing cannot be read") from fault
    places = (" ".join(filter(None, map(one.get, _PLACES))) for one in elements)
    words = {cleaned(text) for one in elements for text in (one.text, one.get("aria-label")) if text}
    return [place for place in places if place], words


class _Reader:
    """Collects what a page tells: its tables, what is read aloud for a figure, the marks and words of each drawing."""

    def __init__(self, drawings: Iterator[str]) -> None:
        self._drawings = drawings
        self.seen = Seen()
        self._rows: list[list[str]] | None = None
        self._group: dict[
            int, str
        ] = {}  # what the rows below share, told once in a row above them, by column
        self._spanned = 0  # columns that the name of such a row takes
        self._letters: dict[str, str] = {}  # what letters in the cells stand for, told under the table
        self._figure = ""
        self._open: list[str] = []
        self._tags: list[str] = []
        self._sentence, self._label = "", ""

    def start(self, tag: str, given: dict[str, str]) -> None:
        self._open_block(tag, given.get("id", ""), spans=int(given.get("colspan", 0)))
        self.seen.heard.update(cleaned(given[name]) for name in _HEARD if name in given)
        self._sentence = "" if tag in _SENTENCES else self._sentence
        self._label = "" if tag in _LABELS else self._label
        self._open.append(given.get("class", ""))
        self._tags.append(tag)

    def _open_block(self, tag: str, name: str, *, spans: int) -> None:
        if tag == "table":
            self._rows, self._group, self._letters = self.seen.tables.setdefault(name, []), {}, {}
        elif tag == "figure":
            self._figure = name
        elif tag == "svg":
            places, words = read_drawing(next(self._drawings, ""))
            self.seen.drawings.setdefault(self._figure, []).extend(places)
            self.seen.heard.update(words)
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("th", "td") and self._rows:
            self._rows[-1].append("")
            self._spanned = spans if tag == "th" and spans else self._spanned

    def end(self, tag: str) -> None:
        self._open.pop()
        self._tags.pop()
        if tag in _LABELS and not _LABEL.fullmatch(cleaned(self._label)):
            self._sentence += self._label
        elif tag in _SENTENCES and (sentence := cleaned(self._sentence)):
            (self.seen.sentences if "main" in self._tags else self.seen.around).append(sentence)
            self._sentence = ""
        if tag == "tr" and self._rows:
            self._close_row(self._rows)
        elif tag == "table":
            for row in self._rows or ():
                row[:] = [self._letters.get(cleaned(cell), cell) for cell in row]
            self._rows = None
        elif tag == "figure":
            self._figure = ""

    def _close_row(self, rows: list[list[str]]) -> None:
        """Take out a row that heads a group or tells of a letter, and give its text to the rows that it is about."""
        if "tfoot" in self._tags:
            letter, _, text = cleaned("".join(rows.pop())).partition(" ")
            self._letters[letter] = text
        elif self._spanned:
            name, *shared = rows.pop()
            self._group = {0: name, **dict(enumerate(shared, start=self._spanned))}
            self._spanned = 0
        elif rows[-1] and not rows[-1][0]:
            rows[-1][:] = [text or self._group.get(place, "") for place, text in enumerate(rows[-1])]

    def text(self, data: str) -> None:
        if "sup" in self._tags:  # numbers of sources: links, no figures
            return
        if self._rows and self._rows[-1] and _UNHEARD not in self._open:
            self._rows[-1][-1] += data
        if self._tags and self._tags[-1] in _LABELS:
            self._label += data
        else:
            self._sentence += data
