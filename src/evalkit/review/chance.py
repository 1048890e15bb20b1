"""Words on chance agree with the interval and the p value that are printed beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.messages import worded
from evalkit.review.changes import counts
from evalkit.review.contradiction import Contradiction, cell, columns, of_row
from evalkit.review.intervals import Interval, estimates, intervals, limits
from evalkit.review.numerals import NUMERAL, numerals
from evalkit.review.reading import Language, Page, Table
from evalkit.review.vocabulary import pattern, says

RULE = worded("words on chance agree with the interval and the p value beside them")
_DO = worded("choose the word from the limits that are printed, or print those that the word rests on")
_LEVEL = 0.05
_NEAR_LEVEL = 0.001


def grade(text: str, language: Language) -> bool | None:
    """Return whether a text says that there is more than chance, or that it could be chance; None where neither or both.

    Examples
    --------
    >>> grade("khó có thể chỉ do ngẫu nhiên", "vi"), grade("not distinguishable from chance", "en"), grade("a fall", "en")
    (True, False, None)
    """
    rest, chance = pattern("could be chance", language).subn("", text)
    more = says(rest, "more than chance", language)
    if says(text, "leaning", language) or bool(chance) == more:
        return None
    return more


def against_their_evidence(page: Page) -> Iterator[Contradiction]:
    """Yield each sentence and row whose word on chance is not that of its limits or of its p."""
    for one in page.sentences:
        if _fails(one.text, intervals(one.text, page.language), page.language):
            yield Contradiction(RULE, one.text, _DO)
    common = _common_rate(page)
    known = _known_limits(page)
    for table in page.tables:
        for row in table.rows:
            if (
                _row_fails(page, table, row)
                or _rate_fails(page, table, row, common)
                or _target_fails(page, table, row, known)
            ):
                yield Contradiction(RULE, of_row(table, row), _DO)


def p_values(text: str, language: Language) -> list[tuple[float, bool]]:
    """Return the p values in a text, and whether each is only an upper bound.

    Examples
    --------
    >>> p_values("p = 0.302 and p < 0.001", "en")
    [(0.302, False), (0.001, True)]
    """
    if "p " not in text:
        return []
    return [(numerals(found[2], language)[0].value, found[1] == "<") for found in _p(language).finditer(text)]


def _fails(text: str, found: tuple[Interval, ...] | list[Interval], language: Language) -> bool:
    changes = [one.holds(0.0) for one in found if _of_change(one)]
    low_p = [_below_level(*one) for one in p_values(text, language)]
    if not (changes or low_p) or says(text, "bend", language):
        return False
    if (
        len(changes) == 1
        and len(low_p) == 1
        and None not in (changes[0], low_p[0])
        and changes[0] == low_p[0]
    ):
        return True
    more = grade(text, language)
    if more is None:
        return False
    if more:
        return True in changes or False in low_p
    return (bool(changes) and not ({True, None} & set(changes))) or (
        bool(low_p) and not ({False, None} & set(low_p))
    )


def _of_change(one: Interval) -> bool:
    return one.low.signed or (one.estimate is not None and one.estimate.signed)


def _below_level(p: float, upto: bool) -> bool | None:  # noqa: FBT001  unpacked from a pair
    if upto:
        return True if p <= _LEVEL else None
    return None if abs(p - _LEVEL) <= _NEAR_LEVEL else p < _LEVEL


def _row_fails(page: Page, table: Table, row: list[str]) -> bool:
    """Tell whether a row says of chance what its interval, in a cell or a column of its own, does not bear out.

    Where a cell has both a word and what it rests on, the row tells of one thing a cell, and each is read by itself.
    """
    language = page.language
    if columns(page, table, "promised") or any(says(text, "common rate", language) for text in table.head):
        return False
    if not columns(page, table, "p") and any(_says_all(text, language) for text in row[1:]):
        return any(_fails(text, intervals(text, language), language) for text in row[1:])
    own = [interval for estimate, interval in estimates(page, table, row) if estimate.signed]
    p = cell(row, columns(page, table, "p"))
    text = " | ".join([*row, f"p = {p}" if p and p[0].isdigit() else f"p {p}"])
    return _fails(text, [*intervals(text, language), *own], language)


def _says_all(text: str, language: Language) -> bool:
    """Whether a text has a word on chance, and an interval or a p value beside it."""
    return grade(text, language) is not None and bool(intervals(text, language) or p_values(text, language))


def _common_rate(page: Page) -> dict[str, float]:
    """Return, by section, the rate that its provinces are held against."""
    told: dict[str, float] = {}
    for one in page.sentences:
        found = pattern("common rate", page.language).search(one.text)
        if found:
            told[one.section] = numerals(one.text[found.end() :], page.language)[0].value
    return told


def _rate_fails(page: Page, table: Table, row: list[str], common: dict[str, float]) -> bool:
    """Tell whether a province is called unlike the common rate, or not, against its own limits."""
    if not columns(page, table, "place"):
        return False
    said = cell(row, columns(page, table, "evidence"))
    if columns(page, table, "plain"):
        return _place_fails(page, table, row, said)
    found = next((one for text in row for one in intervals(text, page.language)), None)
    if table.section not in common or found is None or found.holds(common[table.section]) is None:
        return False
    if says(said, "could be chance", page.language):
        return not found.holds(common[table.section])
    above = says(said, "above", page.language) and found.low.value < common[table.section]
    return above or (says(said, "below", page.language) and found.top > common[table.section])


def _place_fails(page: Page, table: Table, row: list[str], said: str) -> bool:
    """Tell whether the word for a province is not that of the limits in which its count lies."""
    count = numerals(cell(row, columns(page, table, "counts")), page.language)
    plain, wide = (limits(cell(row, columns(page, table, name)), page.language) for name in ("plain", "wide"))
    if not count or plain is None:
        return False
    inside = plain.holds(count[0].value), wide.holds(count[0].value) if wide else None
    if says(said, "within the spread", page.language):
        return inside[0] is True or inside[1] is False
    if says(said, "unusual", page.language):
        return True in inside
    return says(said, "could be chance", page.language) and inside[0] is False


def _known_limits(page: Page) -> dict[tuple[str, str], list[Interval]]:
    """Return the intervals of shares by period and counts."""
    known: dict[tuple[str, str], list[Interval]] = {}
    for table in page.tables:
        for row in table.rows if columns(page, table, "interval") else ():
            interval = limits(cell(row, columns(page, table, "interval")), page.language)
            key = (cell(row, columns(page, table, "period")), cell(row, columns(page, table, "counts")))
            if interval and counts(key[1], page.language):
                known.setdefault(key, []).append(interval)
    return known


def _target_fails(
    page: Page, table: Table, row: list[str], known: dict[tuple[str, str], list[Interval]]
) -> bool:
    """Tell whether a target's evidence is not that of the interval which the page gives for the same counts."""
    said = cell(row, columns(page, table, "evidence"))
    promise = numerals(cell(row, columns(page, table, "promised")), page.language)
    key = (cell(row, columns(page, table, "period")), cell(row, columns(page, table, "counts")))
    if not promise or key not in known:
        return False
    holds = [one.holds(promise[0].value) for one in known[key]]
    if says(said, "whole interval", page.language):
        return all(one is True for one in holds)
    return says(said, "could be chance", page.language) and all(one is False for one in holds)


@cache
def _p(language: Language) -> re.Pattern[str]:
    return re.compile(rf"\bp ([=<]) ({NUMERAL[language]})")
