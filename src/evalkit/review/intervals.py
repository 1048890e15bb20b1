"""Intervals in sentences and rows, the estimate before each, and the rule that it lies within."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from evalkit.messages import worded
from evalkit.review.contradiction import Contradiction, cell, columns, of_row
from evalkit.review.numerals import NUMERAL, Numeral, numerals
from evalkit.review.reading import Language, Page, Table
from evalkit.review.vocabulary import WORDS, says

RULE = worded("an interval holds its estimate")
_DO = worded("compute both from the same figures, or say what else the limits are of")
_NEAR = 45
_PER: dict[Language, str] = {"vi": " trên ", "en": " per "}  # 1.03 per 100,000: the base is no estimate
_TEXTS = 2**13


class Interval(NamedTuple):
    """Two limits, the estimate before them if there is one, and where they stand in the text."""

    low: Numeral
    high: Numeral | None
    estimate: Numeral | None
    start: int
    end: int

    @property
    def top(self) -> float:
        """The upper limit; infinite where the page says that there is none."""
        return math.inf if self.high is None else self.high.value

    def holds(self, value: float, half: float = 0.0) -> bool | None:
        """Tell whether a value lies within; None where rounding leaves it open."""
        low, high = self.low.value, self.top
        near = (self.low.half + half, (self.high.half if self.high else 0.0) + half)
        if abs(value - low) <= near[0] or abs(value - high) <= near[1]:
            return None
        return low < value < high


@lru_cache(maxsize=_TEXTS)
def intervals(text: str, language: Language) -> tuple[Interval, ...]:
    """Return the intervals in a text: in brackets, or after the words for a 95% interval.

    Examples
    --------
    >>> found = intervals("Change -29.6%, 95% interval -63.0% to +31.3%, p = 0.302", "en")
    >>> [(one.estimate.value, one.low.value, one.top) for one in found]
    [(-29.6, -63.0, 31.3)]
    """
    joint = " đến " if language == "vi" else " to "
    if joint not in text:
        return ()
    return tuple(_interval(found, text, language) for found in _form(language).finditer(text))


def limits(text: str, language: Language) -> Interval | None:
    """Return the interval that a cell of a column of intervals holds.

    Examples
    --------
    >>> limits("0.07 to 0.11", "en").holds(0.09)
    True
    """
    found = intervals(f"({text})", language) if text else ()
    return found[0] if found else None


def estimates(page: Page, table: Table, row: list[str]) -> Iterator[tuple[Numeral, Interval]]:
    """Yield each estimate of a row that has a column of its own for its interval."""
    interval = limits(cell(row, columns(page, table, "interval")), page.language)
    if interval is None:
        return
    for name in ("value", "change"):
        told = numerals(cell(row, columns(page, table, name)), page.language)
        text = cell(row, columns(page, table, name))
        alike = [
            one
            for one in told
            if one.percent == interval.low.percent and not text[: one.start].endswith(_PER[page.language])
        ]
        if alike:
            yield alike[-1] if name == "value" else alike[0], interval
            return


def outside_their_interval(page: Page) -> Iterator[Contradiction]:
    """Yield each estimate that lies outside the interval beside it."""
    for whole in page.sentences:
        if _outside(whole.text, page.language) and not says(whole.text, "usual range", page.language):
            yield Contradiction(RULE, whole.text, _DO)
    for table in page.tables:
        for row in table.rows:
            told = any(_outside(text, page.language) for text in row)
            if told or any(
                not _within(interval, estimate) for estimate, interval in estimates(page, table, row)
            ):
                yield Contradiction(RULE, of_row(table, row), _DO)


def _outside(text: str, language: Language) -> bool:
    return any(one.estimate and not _within(one, one.estimate) for one in intervals(text, language))


def _within(interval: Interval, estimate: Numeral) -> bool:
    ordered = interval.low.value <= interval.top
    return ordered and interval.holds(estimate.value, estimate.half) is not False


def _interval(found: re.Match[str], text: str, language: Language) -> Interval:
    low, high = (found["low"], found["high"]) if found["low"] else (found["below"], found["upto"])
    upper = numerals(high, language)
    lower = numerals(low, language)[0]
    before = [one for one in numerals(text, language) if one.end <= found.start() and not one.is_year]
    near = before[-1] if before and found.start() - before[-1].end <= _NEAR else None
    estimate = near if near and near.percent == lower.percent and "/" not in text[near.end :][:1] else None
    return Interval(lower, upper[0] if upper else None, estimate, found.start(), found.end())


@cache
def _form(language: Language) -> re.Pattern[str]:
    place = 0 if language == "vi" else 1
    number, joint, since = NUMERAL[language], ("đến", "to")[place], ("từ ", "from ")[place]
    upper = rf"{number}|{WORDS['no limit'][place]}"
    bracket = rf"\((?:{since})?(?P<low>{number}) {joint} (?P<high>{upper})\)"
    worded = rf"(?:{WORDS['interval'][place]})[^\d(;.+\-\u2212]{{0,12}}(?P<below>{number}) {joint} (?P<upto>{upper})"
    return re.compile(f"{bracket}|{worded}", re.IGNORECASE)
