"""The words of a drawing in several languages at once: what is drawn for one is translated where the others fit its places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Self, TypeVar
from xml.sax.saxutils import escape, unescape

from evalkit.reporting.bilingual import Bilingual

T = TypeVar("T")
_TEXT = re.compile(r">([^<>]*)</text>")
_OWN_MARKS = re.compile(r"[$\\\n]")  # matplotlib reads these as formulas and line breaks


class UnlikeDrawingsError(Exception):
    """A drawing has other words, lines or places in another language: each language is drawn by itself."""


class Drawing(str):
    """A drawing, and the same in other languages.

    Attributes
    ----------
    others : dict of str by language
    """

    others: dict[str, str]

    def __new__(cls, svg: str, others: dict[str, str]) -> Self:
        """Take the drawing and its translations."""
        made = super().__new__(cls, svg)
        made.others = others
        return made


class DrawnWords:
    """What is written into a drawing, and what it is in the other languages.

    Parameters
    ----------
    language : str
        The language that is drawn.
    also : sequence of str
        Languages into which the drawing is translated.

    Examples
    --------
    >>> words = DrawnWords("vi", also=["en"])
    >>> words.of(Bilingual("vụ", "cases")), words.drawing("<text>vụ</text>").others
    ('vụ', {'en': '<text>cases</text>'})
    >>> words.agreed(lambda language: len(Bilingual("vụ", "cases").of(language)) > 3)
    Traceback (most recent call last):
    ...
    evalkit.reporting.drawn_words.UnlikeDrawingsError
    """

    def __init__(self, language: str, *, also: Sequence[str] = ()) -> None:
        self.language, self.also = language, tuple(also)
        self._told: dict[str, tuple[str, ...]] = {}

    def of(self, wording: Bilingual) -> str:
        """Return the text to draw, and remember what it is in the other languages."""
        return self._remembered(wording.of(self.language), [wording.of(other) for other in self.also])

    def lines(self, broken: Callable[[str], list[str]], wording: Bilingual) -> list[str]:
        """Return the lines to draw; in the other languages there are as many."""
        drawn, *others = (broken(wording.of(language)) for language in (self.language, *self.also))
        if any(len(lines) != len(drawn) for lines in others):
            raise UnlikeDrawingsError
        return [
            self._remembered(line, [lines[place] for lines in others]) for place, line in enumerate(drawn)
        ]

    def agreed(self, decide: Callable[[str], T]) -> T:
        """Return what all languages decide alike about places."""
        drawn, *others = (decide(language) for language in (self.language, *self.also))
        if any(other != drawn for other in others):
            raise UnlikeDrawingsError
        return drawn

    def drawing(self, svg: str) -> Drawing:
        """Return the finished drawing with its translations."""
        return Drawing(svg, {language: self._translated(svg, at) for at, language in enumerate(self.also)})

    def _remembered(self, text: str, others: list[str]) -> str:
        each = [unicodedata.normalize("NFC", one) for one in (text, *others)]
        blank = [not one.strip() for one in each]
        strange = any(map(_OWN_MARKS.search, each)) or any(blank) != all(blank)
        if others and (strange or self._told.setdefault(each[0], tuple(each[1:])) != tuple(each[1:])):
            raise UnlikeDrawingsError
        return text

    def _translated(self, svg: str, at: int) -> str:
        def put(found: re.Match[str]) -> str:
            others = self._told.get(unescape(found[1]))
            if others is None:
                raise UnlikeDrawingsError
            return f">{escape(others[at])}</text>"

        return _TEXT.sub(put, svg)
