"""A change agrees with the two figures it is of, and a share with the two counts it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from evalkit.messages import worded
from evalkit.review.contradiction import Contradiction, cell, columns, of_row
from evalkit.review.numerals import BODY, NUMERAL, Numeral, numerals
from evalkit.review.reading import Language, Page, Table
from evalkit.review.vocabulary import pattern, says

RULE = worded("a change or a share agrees with the two figures it is of")
_DO = worded("compute it from the figures shown, and say over how many years each of them goes")
_SCALES = (1_000.0, 100_000.0)


class Span(NamedTuple):
    """Between which values a figure lies, given how it is rounded."""

    low: float
    high: float

    def meets(self, other: Span) -> bool:
        """Tell whether two spans have a value in common."""
        return self.low <= other.high and other.low <= self.high


def rounded(figure: Numeral) -> Span:
    """Return where a shown figure may lie; a whole number that is no percentage is itself."""
    half = figure.half if figure.decimals or figure.percent else 0.0
    return Span(figure.value - half, figure.value + half)


def counts(text: str, language: Language) -> tuple[float, float] | None:
    """Return the two counts of a text like 18/14.

    Examples
    --------
    >>> counts("69/1,106: 6.2%", "en")
    (69.0, 1106.0)
    """
    found = _ratio(language).match(text)
    if not found:
        return None
    above, below = (numerals(part, language)[0].value for part in found.groups())
    return above, below


def shares(pair: tuple[float, float], figure: Numeral) -> bool:
    """Tell whether a percentage is one count over another, or the change from one to the other."""
    above, below = pair
    if not below:
        return False
    exact = 100.0 * above / below
    return any(abs(figure.value - value) <= figure.half for value in (exact, exact - 100.0))


def shares_told(text: str, language: Language) -> Iterator[tuple[int, tuple[Numeral, Numeral], Numeral]]:
    """Yield where each percentage stands that a text gives after its two counts, the counts, and the percentage.

    Examples
    --------
    >>> [(place, one.text) for place, _, one in shares_told("12 of 126 persons in 2021 (9.5%)", "en")]
    [(27, '9.5%')]
    """
    if "%" in text and ("/" in text or " of " in text or " trên " in text):
        for found in _counted(language).finditer(text):
            above, below, told = (numerals(part, language)[0] for part in found.groups())
            yield found.start(3), (above, below), told


def unlike_their_figures(page: Page) -> Iterator[Contradiction]:
    """Yield each change that is not the one between the two figures beside it, and each share that is not of its counts."""
    for table in page.tables:
        for row in table.rows:
            if _change_fails(page, table, row) or _share_fails(page, table, row):
                yield Contradiction(RULE, of_row(table, row), _DO)
    for one in page.wholes:
        if one.tag != "caption" and (
            _told_change_fails(one.text, page.language) or _falls_upwards(one.text, page.language)
        ):
            yield Contradiction(RULE, one.text, _DO)


def _change_fails(page: Page, table: Table, row: list[str]) -> bool:
    language = page.language
    places = columns(page, table, "change")
    texts = [cell(row, columns(page, table, name)) for name in ("earlier", "later")]
    change = numerals(cell(row, places), language)
    points = bool(places) and says(table.head[places[0]] + cell(row, places), "points", language)
    shared = points or any("%" in text for text in texts)
    before, after = (_quantity(text, language, percent=shared) for text in texts)
    if not change or change[0].start or before is None or after is None:
        return False  # a change that is a bound or is told in counts does not begin its cell
    if not change[0].signed and change[0].value:
        return False
    expected = _change(before, after, relative=change[0].percent and not points)
    return expected is not None and not expected.meets(rounded(change[0]))


def _change(before: Span, after: Span, *, relative: bool) -> Span | None:
    if not relative:
        return Span(after.low - before.high, after.high - before.low)
    if before.low <= 0:
        return None
    return Span(100 * (after.low / before.high - 1), 100 * (after.high / before.low - 1))


def _quantity(text: str, language: Language, *, percent: bool) -> Span | None:
    """Return what a cell gives: a share of two counts, a yearly average of so many years, or the number itself.

    Two counts alone are a percentage where the figure beside them is one, or the change is in points: 1/1 beside 35/54 (64.8%).
    """
    told = [one for one in numerals(text, language) if not one.is_year]
    pair = counts(text, language)
    if pair and pair[1]:
        scale = 100.0 if percent else 1.0
        return Span(scale * pair[0] / pair[1], scale * pair[0] / pair[1])
    if not told:
        return None
    years = _years(language).search(text)
    span = rounded(told[0])
    number = float(years[1]) if years else 1.0
    return Span(span.low / number, span.high / number)


def _share_fails(page: Page, table: Table, row: list[str]) -> bool:
    language = page.language
    if any(_percent_fails(text, language) for text in row):
        return True
    pair = counts(cell(row, columns(page, table, "counts")), language)
    value = numerals(cell(row, columns(page, table, "value")), language)
    if pair is None or not value or not pair[1]:
        return False
    if value[0].percent:
        return not shares(pair, value[0])
    scales = {one.value for text in row for one in numerals(text, language)} & set(_SCALES)
    near = [abs(scale * pair[0] / pair[1] - value[0].value) <= value[0].half for scale in scales]
    return bool(near) and not any(near)


def _percent_fails(text: str, language: Language) -> bool:
    """Tell whether a text gives two counts and another percentage than theirs."""
    return any(
        below.value and not shares((above.value, below.value), told)
        for _, (above, below), told in shares_told(text, language)
    )


def _told_change_fails(text: str, language: Language) -> bool:
    if _percent_fails(text, language):
        return True
    if "%" not in text or "; " not in text:
        return False
    for found in _compared(language).finditer(text):
        before, after = (_average(found[name], found[f"{name}_period"], language) for name in ("a", "b"))
        levels = [(level.start(), level.end()) for level in pattern("interval", language).finditer(text)]
        change = next(
            (
                one
                for one in numerals(text, language)
                if one.start >= found.end()
                and one.percent
                and not any(start <= one.start < end for start, end in levels)
            ),
            None,
        )
        if change is None or not says(text[found.end() : change.start], "change", language):
            continue
        expected = _change(before, after, relative=True)
        if expected and not expected.meets(rounded(change)):
            return True
    return False


def _average(text: str, period: str, language: Language) -> Span:
    """Return the yearly average of a figure: over the years it says, otherwise over all years of its period."""
    first, _, last = period.partition("–")
    told = _years(language).search(text)
    years = float(told[1]) if told else int(last or first) - int(first) + 1
    span = rounded(numerals(text, language)[0])
    return Span(span.low / years, span.high / years)


def _falls_upwards(text: str, language: Language) -> bool:
    """Tell whether something is said to fall from a lower to a higher figure, or to rise the other way."""
    for found in _moved(language).finditer(text):
        before, after = (numerals(found[name], language)[0] for name in ("a", "b"))
        fell = pattern("fell", language).match(found[0]) is not None
        if (
            before.percent == after.percent
            and before.value != after.value
            and fell != (after.value < before.value)
        ):
            return True
    return False


@cache
def _ratio(language: Language) -> re.Pattern[str]:
    return re.compile(rf"({BODY[language]})/({BODY[language]})(?!\w)")


@cache
def _years(language: Language) -> re.Pattern[str]:
    words = r"trong (\d+)(?: trên \d+)? năm" if language == "vi" else r"in (?:the )?(\d+)(?: of \d+)? years?"
    return re.compile(words)


@cache
def _counted(language: Language) -> re.Pattern[str]:
    body, over = BODY[language], "trên" if language == "vi" else "of"
    year = r"(?: (?:in|trong|năm)){1,2} \d{4}"
    between = rf"(?:: | \(|[^.;:()%\d]{{1,40}}?(?:{year} )?\()"
    return re.compile(rf"(?<![\w.,/])({body})(?:/| {over} )({body}){between}({NUMERAL[language]})(?<=%)")


@cache
def _compared(language: Language) -> re.Pattern[str]:
    period, number = r"\d{4}(?:–\d{4})?", NUMERAL[language]
    first, second = (rf"(?P<{name}_period>{period}): (?P<{name}>{number}[^;:.]*)" for name in "ab")
    return re.compile(f"{first}; {second}")


@cache
def _moved(language: Language) -> re.Pattern[str]:
    number = NUMERAL[language]
    if language == "vi":
        return re.compile(
            rf"(?:giảm|tăng) từ (?P<a>{number})[^.;]{{0,60}}? (?:xuống|lên|còn) (?P<b>{number})"
        )
    return re.compile(rf"(?:fell|rose) from (?P<a>{number})[^.;]{{0,60}}? to (?P<b>{number})")
