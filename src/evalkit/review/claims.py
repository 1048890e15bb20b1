"""What the page claims of each measure and period, wherever it stands: in rows, in columns of years, in what is read aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from evalkit.review.contradiction import cell, columns, of_row
from evalkit.review.missing import caption_name, plain_name
from evalkit.review.numerals import NUMERAL, numerals
from evalkit.review.reading import Language, Page, Table
from evalkit.review.vocabulary import pattern, role, says

_DAY = r"\d{1,2}/\d{1,2}/\d{4}|\d{1,2} [A-Z][a-z]+ \d{4}"
_PERIOD = re.compile(
    rf"(?:năm |giai đoạn )?(?:\d{{4}}(?:\s?–\s?\d{{4}})?|(?:{_DAY})\s?–\s?(?:{_DAY}))", re.IGNORECASE
)
_BASIS = re.compile(
    r"\((theo nơi [^()]+|by place of [^()]+)\)$|(theo nơi [^;()]+|by place of [^;()]+)(?:;|$)"
)
_OF = re.compile(r"^số ", re.IGNORECASE)
_FIRST = 12  # "more than 31,000", "khoảng 7.500": a figure stands at the beginning of its cell


class Claim(NamedTuple):
    """One figure as it is claimed: of what, when, on which basis, by which source, and where it says so; about or at least, or as it is."""

    label: str
    period: str
    basis: str
    source: str
    kind: str
    value: float
    told: str
    is_exact: bool = True


def claims(page: Page) -> list[Claim]:
    """Return every claim of a page.

    Examples
    --------
    >>> table = Table("", "Table 1. Counts", ["Period", "Cases (by place of occurrence)"], [["2021", "3"]])
    >>> [(one.label, one.period, one.value) for one in claims(Page("en", [table]))]
    [('cases', '2021', 3.0)]
    """
    if "claims" not in page.kept:
        page.kept["claims"] = list(_claims(page))
    return page.kept["claims"]


def _claims(page: Page) -> Iterator[Claim]:
    for place, table in enumerate(page.tables):
        source = _source_of_all(page, place)
        own = [next(iter(columns(page, table, name)), -1) for name in ("item", "period")]
        if columns(page, table, "place"):
            continue
        if own[0] == 0 and own[1] > 0:
            yield from _of_rows(page, table)
        elif own[0] == 0:
            yield from _of_columns(page, table, source)
        elif own[1] == 0:
            yield from _of_measures(page, table, source)
    for whole in page.wholes:
        if whole.tag in ("desc", "p", "li"):
            yield from _of_text(whole.text, page.language)


def plain_period(text: str) -> str:
    """Return a period as it is compared.

    Examples
    --------
    >>> plain_period("năm 2021"), plain_period("Giai đoạn 2011–2015")
    ('2021', '2011–2015')
    """
    return re.sub(r"^(?:năm|giai đoạn) ", "", text.strip(), flags=re.IGNORECASE).replace(" – ", "–")


def longer_names(page: Page) -> dict[str, str]:
    """Return the longer names that a page gives for the short ones that head its columns.

    Examples
    --------
    >>> from evalkit.review.reading import Sentence
    >>> note = Sentence("Supported: Victims supported. Of those identified.", "pathway", "li", 1)
    >>> longer_names(Page("en", [Table("pathway", head=["Year", "Supported"])], [note]))
    {'supported': 'victims supported'}
    """
    heads = {plain_name(head) for table in page.tables for head in table.head}
    told = (one.text.partition(": ") for one in page.wholes if one.tag in ("p", "li"))
    return {
        plain_name(short): plain_name(rest.partition(". ")[0])
        for short, _, rest in told
        if rest and plain_name(short) in heads
    }


def _source_of_all(page: Page, place: int) -> str:
    form = pattern("source of all", page.language)
    notes = (note for note in page.notes(place) if form.match(note))
    return next((form.sub("", note).rstrip(".") for note in notes), "")


def _figure(text: str, language: Language) -> float | None:
    told = numerals(text, language)
    return told[0].value if told and told[0].start < _FIRST and "/" not in text[told[0].end :][:1] else None


def _is_exact(text: str, language: Language) -> bool:
    """Tell whether no word before a figure, such as "about" or "at least", leaves room beside it."""
    return not says(text[: numerals(text, language)[0].start], "not exact", language)


def _of_rows(page: Page, table: Table) -> Iterator[Claim]:
    """Yield the claims of rows that name a measure and a period."""
    language = page.language
    for row in table.rows:
        text = cell(row, columns(page, table, "value"))
        value = _figure(text, language)
        period = plain_period(cell(row, columns(page, table, "period")))
        if value is None or columns(page, table, "promised"):
            continue
        kind = "percent" if numerals(text, language)[0].percent else "figure"
        basis = _basis(cell(row, columns(page, table, "method")))
        source = cell(row, columns(page, table, "source"))
        exact = _is_exact(text, language)
        yield Claim(_label(row[0]), period, basis, source, kind, value, of_row(table, row), exact)


def _of_columns(page: Page, table: Table, source: str) -> Iterator[Claim]:
    """Yield the claims of rows that name a measure, under columns that are periods."""
    periods = [(place, head) for place, head in enumerate(table.head) if place and _PERIOD.fullmatch(head)]
    for row in table.rows if periods else ():
        told = cell(row, columns(page, table, "source")) or source
        label, words = _label(row[0]), of_row(table, row)
        for place, head in periods:
            value = _figure(row[place], page.language) if place < len(row) else None
            if value is not None:
                exact = _is_exact(row[place], page.language)
                yield Claim(label, plain_period(head), "", told, "figure", value, words, exact)


def _of_measures(page: Page, table: Table, source: str) -> Iterator[Claim]:
    """Yield the claims of rows that are periods, under columns that name measures, or categories of the caption's measure."""
    for row in table.rows:
        for place, head in enumerate(table.head[: len(row)]):
            value = _figure(row[place], page.language)
            if not place or value is None or role(head, page.language):
                continue
            basis = _basis(head)
            label = _label(head) if basis else f"{caption_name(table)}: {head}".casefold()
            told = cell(row, columns(page, table, "source")) or source
            exact = _is_exact(row[place], page.language)
            yield Claim(label, plain_period(row[0]), basis, told, "figure", value, of_row(table, row), exact)


def _of_text(text: str, language: Language) -> Iterator[Claim]:
    """Yield the claims of texts like "Cases by year: 2021: 3, 2022: 4" and "Cases, 2011–2015: 3 cases; 2016–2020: 4 cases"."""
    found = _yearly(language).match(text)
    if found:
        label = _label(found["label"])
        for period, value in _pair(language).findall(text[found.end() - len(found["rest"]) :]):
            yield Claim(label, period, "", "", "figure", numerals(value, language)[0].value, text)


def _label(text: str) -> str:
    return _OF.sub("", plain_name(text))


def _basis(text: str) -> str:
    found = _BASIS.search(text)
    return (found[1] or found[2]).strip() if found else ""


@cache
def _yearly(language: Language) -> re.Pattern[str]:
    words = (
        r" theo năm:|:? số bình quân một năm[^.]*\."
        if language == "vi"
        else r" by year:|: number a year[^.]*\."
    )
    first = rf"(?P<rest> ?(?:\d{{4}}(?:–\d{{4}})?): {NUMERAL[language]})"
    return re.compile(rf"(?:[^\W\d]+\. )?(?P<label>[^.:]+?)(?:{words}|,){first}")


@cache
def _pair(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(\d{{4}}(?:–\d{{4}})?): ({NUMERAL[language]})")
