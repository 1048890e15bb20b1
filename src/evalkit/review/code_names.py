"""A code never stands without its name: beside it, or in a list on the page that spells it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from evalkit.messages import worded
from evalkit.review.contradiction import Contradiction, of_row
from evalkit.review.reading import Page

RULE = worded("a code stands with its name, or a list on the page spells it out")
_DO = worded("write the name beside the code")
CODE = re.compile(
    r"(?<![\w./-])(?:D\d+-[A-Z]\d{2}|T\d{1,2}(?:-\d{4})?|[GHIJPV]\d{2}[A-Za-zđ]?|R\d)(?![\w-]|\.\d|/)"
)
_NAME = re.compile(
    r"[:.,]? ?[“(]?(?:\d[\d.,]* % )?[^\W\d_][\w-]*['’]?[ ,]"
)  # a promise in its own words: "100 % of staff trained"
_CAPITAL = re.compile(r" [“(]?(?=[^\W\d_a-zà-ỹ])[^\W\d_]+")
_AFTER_ITS_NAME = re.compile(rf"[^\W\d_]{{2,}} \(({CODE.pattern})\)")
_TEXTS = 2**14
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def without_name(page: Page) -> Iterator[Contradiction]:
    """Yield each sentence or row that holds a code which the page spells out nowhere."""
    spelt = set(_spelt_out(page))
    for one in page.wholes:
        yield from _unnamed(codes(one.text), one.text, spelt)
    for table in page.tables:
        for row in table.rows:
            found = [code for text in row for code in codes(text)]
            if found:
                yield from _unnamed(found, of_row(table, row), spelt)


@lru_cache(maxsize=_TEXTS)
def codes(text: str) -> tuple[str, ...]:
    """Return the codes in a text.

    Examples
    --------
    >>> codes("T9: I01, and V04đ of Law 53/2024/QH15 (V02.01)")
    ('T9', 'I01', 'V04đ')
    """
    return tuple(CODE.findall(text))


def _unnamed(found: Iterable[str], told: str, spelt: set[str]) -> Iterator[Contradiction]:
    missing = [code for code in found if code not in spelt]
    if missing:
        yield Contradiction(RULE, f"{', '.join(dict.fromkeys(missing))} – {told}"[:400], _DO)


def _spelt_out(page: Page) -> Iterator[str]:
    """Yield each code that a cell, an item or a heading begins with, its name after it or in the next cell."""
    for one in page.wholes:
        yield from _begins(one.text)
    for label in page.labels:
        yield from _begins(label)
    for table in page.tables:
        for row in table.rows:
            for text, beside in zip(row, [*row[1:], ""], strict=True):
                yield from _begins(text)
                if (
                    CODE.fullmatch(text)
                    and len(_LETTERS.findall(beside)) > 1
                    and len(row) > 1
                    and text == row[0]
                ):
                    yield text


def _begins(text: str) -> Iterator[str]:
    """Yield each code that is followed by a name, at the beginning of something or by a capital, or follows its name in brackets."""
    if not codes(text):
        return
    for found in CODE.finditer(text):
        rest, before = text[found.end() :], text[: found.start()].rstrip()
        name = _NAME if not before or before[-1] in ".;:" else _CAPITAL
        if name.match(rest) and not CODE.match(rest.lstrip(" ,;:")):
            yield found[0]
    yield from _AFTER_ITS_NAME.findall(text)
