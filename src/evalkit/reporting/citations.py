"""Numbers of sources at what they are the source of: written into a text as marks, turned into links when a page is rendered."""

from __future__ import annotations

import re

from evalkit.reporting.bilingual import Bilingual, each, same

_OPEN, _CLOSE = "\ue000", "\ue001"  # no text of a workspace holds them: they are in no alphabet
MARK = re.compile(f"{_OPEN}(#?\\d+){_CLOSE}")


def mark(number: int) -> str:
    """Return the mark of a source's number: a link to where the source is named."""
    return f"{_OPEN}{number}{_CLOSE}"


def anchor(number: int) -> str:
    """Return the mark of a source's number where the source is named: what such links lead to."""
    return f"{_OPEN}#{number}{_CLOSE}"


class Citations:
    """The sources of one page, numbered in the order in which they are first cited.

    Examples
    --------
    >>> cites = Citations()
    >>> without_marks(cites.after(Bilingual("7 vụ", "7 cases"), "police").en), cites.order
    ('7 cases', ('police',))
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def order(self) -> tuple[str, ...]:
        """The sources cited, by number."""
        return tuple(self._numbers)

    def after(self, text: Bilingual, *sources: str) -> Bilingual:
        """Return a text with the numbers of its sources behind it."""
        named = [source for source in dict.fromkeys(sources) if source]
        numbers = [self._numbers.setdefault(source, len(self._numbers) + 1) for source in named]
        marks = "".join(map(mark, numbers))
        return each("{}{}".format, text, same(marks)) if marks else text


def without_marks(text: str) -> str:
    """Return a text without the numbers of its sources."""
    return MARK.sub("", text)
