"""Statements that cannot stand on one page: what one says, the other denies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalkit.messages import worded
from evalkit.review.chance import grade, p_values
from evalkit.review.claims import Claim, claims, longer_names, plain_period
from evalkit.review.contradiction import Contradiction, cell, columns, of_row
from evalkit.review.missing import caption_name, plain_name
from evalkit.review.numerals import numerals
from evalkit.review.reading import Page, Sentence, Table
from evalkit.review.vocabulary import says

RULE = worded("no two statements of a page deny each other")
_LEVEL = 0.05
_FIVE = 5
_HINTS = (
    "năm",
    "thận trọng",
    "year",
    "with care",
    "rests largely",
)  # one is in each wording: quick to look for
_SHORT = 25  # a caution is longer
_PERIOD = re.compile(r"\d{4}")


def no_ranking_beside_ranks(page: Page) -> Iterator[Contradiction]:
    """Yield a column of ranks on a page that says it gives no ranking."""
    denied = next((one for one in page.wholes if says(one.text, "no ranking", page.language)), None)
    for table in page.tables if denied else ():
        places = columns(page, table, "rank")
        if places and any(numerals(cell(row, places), page.language) for row in table.rows):
            told = f"{denied.text if denied else ''} – {table.caption}: {table.head[places[0]]}"
            yield Contradiction(
                RULE, told, worded("leave out the column of ranks, or do not say that there is none")
            )


def bend_against_its_p(page: Page) -> Iterator[Contradiction]:
    """Yield a bend denied beside a p below .05, or claimed beside one above it, where no other level is named."""
    for text, table, row in _texts(page):
        values = p_values(text, page.language)
        ways = [way for way in ("no bend", "bend") if values and says(text, way, page.language)]
        if not ways or says(text, "level", page.language):
            continue
        low = values[0][0] < _LEVEL
        if low == (ways[0] == "no bend"):
            told = of_row(table, row) if table else text
            yield Contradiction(RULE, told, worded("name the level at which a bend is looked for"))


def trend_without_its_caution(page: Page) -> Iterator[Contradiction]:
    """Yield a trend called more than chance where a table of the page says that it hangs on single years."""
    for table in page.tables:
        hangs = [row for row in table.rows if any(len(text) > _SHORT and _hangs(text, page) for text in row)]
        label = caption_name(table).partition(":")[0]
        for place, one in enumerate(page.wholes) if hangs and label else ():
            beside = [one, *page.wholes[place + 1 : place + 2]]
            if _is_sure_trend(one, label, page) and not any(_hangs(next_.text, page) for next_ in beside):
                told = f"{one.text} – {hangs[0][-1]}"
                yield Contradiction(
                    RULE, told, worded("carry the caution of the table in the same or the next sentence")
                )


def same_persons_of_unlike_sources(page: Page) -> Iterator[Contradiction]:
    """Yield a share said to be of the same persons whose two counts come from sources that differ."""
    longer = longer_names(page)
    known: list[Claim] = []
    for place, table in enumerate(page.tables):
        said = [note for note in page.notes(place) if says(note, "same persons", page.language)]
        known = claims(page) if said else known
        for row in table.rows if said else ():
            names = {plain_name(text) for text in row}
            names |= {longer[name] for name in names if name in longer}
            period = plain_period(cell(row, columns(page, table, "period")))
            mine = [one for one in known if one.period == period and one.source and one.label in names]
            if _sources_differ(mine):
                told = f"{said[0]} – {of_row(table, row)}"
                yield Contradiction(
                    RULE,
                    told,
                    worded("say which source gives each count, and not that the persons are the same"),
                )


def fewer_than_five_beside_more(page: Page) -> Iterator[Contradiction]:
    """Yield a claim that fewer than five provinces have totals beside a table in which five or more have."""
    claim = next((one for one in page.sentences if says(one.text, "fewer than five", page.language)), None)
    for table in page.tables if claim else ():
        if 0 not in columns(page, table, "place"):
            continue
        for place, head in enumerate(table.head):
            told = [row for row in table.rows if place < len(row) and numerals(row[place], page.language)]
            if place and _PERIOD.search(head) and len(told) >= _FIVE:
                text = f"{claim.text if claim else ''} – {table.caption}: {head}"
                yield Contradiction(
                    RULE, text, worded("say what else keeps the provinces from being compared")
                )


def denied_elsewhere(page: Page) -> Iterator[Contradiction]:
    """Yield everything that one statement of the page says and another denies."""
    for rule in (
        no_ranking_beside_ranks,
        bend_against_its_p,
        trend_without_its_caution,
        same_persons_of_unlike_sources,
        fewer_than_five_beside_more,
    ):
        yield from rule(page)


def _texts(page: Page) -> Iterator[tuple[str, Table | None, list[str]]]:
    for one in page.sentences:
        yield one.text, None, []
    for table in page.tables:
        for row in table.rows:
            yield from ((text, table, row) for text in row[1:] if "p " in text)


def _hangs(text: str, page: Page) -> bool:
    if not any(hint in text for hint in _HINTS):
        return False
    return says(text, "hangs on years", page.language) and not says(text, "does not hang", page.language)


def _is_sure_trend(one: Sentence, label: str, page: Page) -> bool:
    text = one.text
    return (
        one.tag in ("p", "li")
        and label.casefold() in text.casefold()
        and says(text, "trend a year", page.language)
        and grade(text, page.language) is True
    )


def _sources_differ(mine: list[Claim]) -> bool:
    """Tell whether two measures have no source in common, or one measure has two figures.

    A cell may name the sources of several figures of its row, so that a source is in common where a cell of each measure has its words.
    """
    by_label: dict[str, set[str]] = {}
    figures: dict[str, set[float]] = {}
    for one in mine:
        by_label.setdefault(one.label, set()).add(one.source)
        figures.setdefault(one.label, set()).add(one.value)
    cells = list(by_label.values())
    in_common = any(
        all(any(source in cell for cell in own) for own in cells) for source in set().union(*cells)
    )
    apart = len(cells) > 1 and not in_common
    return apart or any(len(values) > 1 for values in figures.values())
