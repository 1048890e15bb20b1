"""Every figure in a sentence stands in a table, in a figure's labels or in a definition of the page, or is a count of what it shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from evalkit.messages import worded
from evalkit.review.changes import shares_told
from evalkit.review.contradiction import Contradiction, columns
from evalkit.review.numerals import Numeral, numerals
from evalkit.review.reading import Language, Page, Sentence
from evalkit.review.verdict_signs import verdict
from evalkit.review.vocabulary import MASKS, WORDS, says

RULE = worded("a figure in a sentence stands in a table, a figure or a definition of the page")
_DO = worded("show it in a table or a figure too, or leave it out of the sentence")
_TOLD = {"p", "li", "desc", "figcaption", "h1", "h2", "h3"}
_DEFINED = {"dt", "dd", "summary"}
_DEFINING = {"place", "methods", "footer", "header", "nav", ""}
_REGION = "region-"
_DECIMALS = range(4)
_DIGIT = re.compile(r"\d")
_TEXTS = 2**14
_LISTED = "; "
_NOTHING = "–"
_MARK = re.compile(r"\[[cxzurp]\]")  # what is said of hidden figures counts what no table can show


class Standing:
    """The figures that stand on a page, each also as it looks when rounded further."""

    def __init__(self) -> None:
        self._percent: set[tuple[int, float]] = set()
        self._plain: set[tuple[int, float]] = set()

    def add(self, one: Numeral, *, percent: bool = False) -> None:
        """Let a figure stand; a percentage also where a sentence has it without its sign."""
        shown = _shown(abs(one.value), one.decimals)
        self._plain |= shown
        if one.percent or percent:
            self._percent |= shown

    def add_count(self, number: int) -> None:
        """Let a count of what the page shows stand."""
        self._plain.add((0, float(number)))

    def holds(self, one: Numeral) -> bool:
        """Tell whether a figure of a sentence stands."""
        known = self._percent if one.percent else self._plain
        return (min(one.decimals, 3), round(abs(one.value), 3)) in known


def standing_nowhere(page: Page) -> Iterator[Contradiction]:
    """Yield each sentence with a figure that stands nowhere on its page."""
    known = _known(page)
    for one in page.sentences:
        if one.tag not in _TOLD or not _DIGIT.search(one.text):
            continue
        if one.section in _DEFINING or _MARK.search(one.text) or _is_name_of_region(one):
            continue
        if (one.tag == "li" and not page.tables) or _is_list_of_names(one.text, page.language):
            continue
        lone = (
            []
            if says(one.text, "defines", page.language)
            else [figure.text for figure in told_figures(one.text, page.language) if not known.holds(figure)]
        )
        lone = lone and [
            text for text in lone if text not in _shares_of_counts(one.text, page.language, known)
        ]
        if lone:
            yield Contradiction(RULE, f"{', '.join(lone)} – {one.text}"[:400], _DO)


def _shares_of_counts(text: str, language: Language, known: Standing) -> set[str]:
    """Return the percentages of a text that are the shares of two counts beside them, where both counts stand."""
    return {
        told.text
        for _, (above, below), told in shares_told(text, language)
        if known.holds(above)
        and known.holds(below)
        and below.value
        and abs(100 * above.value / below.value - told.value) <= told.half
    }


def told_figures(text: str, language: Language) -> list[Numeral]:
    """Return the figures of a sentence: no years and dates, articles and numbers of laws, levels, numbers of tables.

    Examples
    --------
    >>> [one.text for one in told_figures("In 2021, 3 of 12 cases (Article 150; 95% interval 1 to 9)", "en")]
    ['3', '12', '1', '9']
    """
    masked = _masks(language).sub(lambda found: "_" * len(found[0]), text)
    return [one for one in numerals(masked, language) if not one.is_year]


def _known(page: Page) -> Standing:
    known = Standing()
    for table in page.tables:
        for place, head in enumerate(table.head):
            texts = [head, *(row[place] for row in table.rows if place < len(row))]
            percent = "%" in head or says(head, "points", page.language)
            _add(known, texts, page.language, percent=percent)
    _add(known, page.labels, page.language)
    _add(known, (one.text for one in page.wholes if _is_definition(one, page)), page.language)
    for number in _counts(page):
        known.add_count(number)
    return known


def _add(known: Standing, texts: Iterable[str], language: Language, *, percent: bool = False) -> None:
    for text in set(texts):
        for one in numerals(text, language):
            known.add(one, percent=percent or (one.percent is False and "%" in text[one.end :][:12]))


def _is_definition(one: Sentence, page: Page) -> bool:
    """Tell whether a text defines: the page and its place, its methods, its marks, a table's note; a list without any table is one."""
    defining = one.tag in _TOLD and (one.section in _DEFINING or says(one.text, "defines", page.language))
    return one.noted or one.tag in _DEFINED or defining


def _is_name_of_region(one: Sentence) -> bool:
    """Tell whether a text is the heading under which the index lists a region's provinces: "Region 4" is a name."""
    return one.tag == "h2" and one.section.startswith(_REGION)


def _is_list_of_names(text: str, language: Language) -> bool:
    """Tell whether a sentence lists what is missing: its numbers belong to names."""
    return text.count(_LISTED) > 1 and says(text, "missing", language)


def _counts(page: Page) -> Iterator[int]:
    """Yield the counts of what is shown: rows, names put together in rows, marks, verdicts, items of lists, and two such counts together."""
    lists = [whole.text.count(_LISTED) + 1 for whole in page.wholes if whole.text.count(_LISTED) > 1]
    yield from _without_figure(page)
    rows = [len(table.rows) for table in page.tables]
    rows += [sum(row[0].count(_LISTED) + 1 for row in table.rows if row) for table in page.tables]
    yield from rows
    yield from lists
    yield from (number + more for number in lists for more in rows)
    for table in page.tables:
        yield sum(text == "[c]" for row in table.rows for text in row)
        yield from _verdict_counts(page, table.rows, columns(page, table, "verdict"))
        for place in (*columns(page, table, "verdict"), *columns(page, table, "evidence")):
            alike = Counter(row[place] for row in table.rows if place < len(row))
            yield from alike.values()
            yield from (len(table.rows) - number for number in alike.values())


def _without_figure(page: Page) -> Iterator[int]:
    """Yield how many names a table has in rows that end without a figure, and these with those that a sentence lists as missing."""
    listed = {
        whole.text.count(_LISTED) + 1
        for whole in page.wholes
        if ": " in whole.text and says(whole.text, "missing", page.language)
    }
    for table in page.tables:
        number = sum(row[0].count(_LISTED) + 1 for row in table.rows if row and row[-1] == _NOTHING)
        if number:
            yield from (number, *(number + more for more in listed))


def _verdict_counts(page: Page, rows: list[list[str]], places: list[int]) -> Iterator[int]:
    years: dict[str, list[bool]] = {}
    for row in rows if places else ():
        met = verdict(row[places[0]], page.language)
        year = re.search(r"\d{4}(?!.*\d{4})", row[1])
        if met is not None and year:
            years.setdefault(year[0], []).append(met)
    for kept in years.values():
        yield from (sum(kept), len(kept) - sum(kept), len(kept))


@lru_cache(maxsize=_TEXTS)
def _shown(value: float, decimals: int) -> frozenset[tuple[int, float]]:
    """Return how a value may be shown: with its decimals or fewer, rounded both ways where it lies half between."""
    shown = {(decimals, round(value, 3))} if decimals in _DECIMALS else set()
    for fewer in _DECIMALS[:decimals]:
        near = 10.0**-fewer * 1e-6
        shown |= {(fewer, round(round(value + more, fewer), 3)) for more in (-near, 0.0, near)}
    return frozenset(shown)


@cache
def _masks(language: Language) -> re.Pattern[str]:
    interval = WORDS["interval"][0 if language == "vi" else 1]
    return re.compile("|".join((*MASKS[language], rf"(?:{interval})")))
