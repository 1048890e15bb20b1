"""A list of what is missing holds nothing that a table of the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from evalkit.messages import worded
from evalkit.review.code_names import CODE, codes
from evalkit.review.contradiction import Contradiction, cell, columns, of_row
from evalkit.review.numerals import numerals
from evalkit.review.reading import Language, Page, Table
from evalkit.review.vocabulary import pattern, role, says

RULE = worded("what is called missing is shown nowhere on the page")
_DO = worded("take it off the list, or say for which years or groups it is missing")
_TEXTS = 2**13
_LABEL = re.compile(r"^[^\W\d]+ \d+\. ")
_BASIS = re.compile(r" \([^()]*\)$")


def shown_after_all(page: Page) -> Iterator[Contradiction]:
    """Yield each sentence or row that calls something missing which a table shows with a figure."""
    names, attributes, counted = _shown(page)
    for one in page.wholes:
        if one.tag not in ("p", "li") or not says(one.text, "missing", page.language):
            continue
        listed = {name.casefold() for name in _listed(one.text)} & names
        listed |= set(_attributes(one.text, page.language)) & attributes
        if listed:
            yield Contradiction(RULE, f"{'; '.join(sorted(listed))} – {one.text}"[:400], _DO)
    for table in page.tables:
        yield from _listed_codes(page, table, counted)


def _listed_codes(page: Page, table: Table, counted: set[str]) -> Iterator[Contradiction]:
    """Yield each row that lists an indicator as without a figure though a row of another table gives it one."""
    places = columns(page, table, "without")
    for row in table.rows if places else ():
        again = [code for code in codes(cell(row, places)) if code in counted]
        if again:
            yield Contradiction(RULE, f"{', '.join(again)} – {of_row(table, row)}"[:400], _DO)


@lru_cache(maxsize=_TEXTS)
def plain_name(text: str) -> str:
    """Return a name as it is compared: without its code, the basis in brackets and capitals.

    Examples
    --------
    >>> plain_name("V01 Victims identified (by place of reception)")
    'victims identified'
    """
    name = _BASIS.sub("", text)
    found = CODE.match(name)
    return (name[found.end() :].lstrip(" .:") if found else name).casefold()


def caption_name(table: Table) -> str:
    """Return a table's caption without its number.

    Examples
    --------
    >>> caption_name(Table("", "Table 3. Victims identified by sex"))
    'Victims identified by sex'
    """
    return _LABEL.sub("", table.caption)


def _shown(page: Page) -> tuple[set[str], set[str], set[str]]:
    """Return what the tables show with a figure: names of rows and columns, attributes, codes."""
    names: set[str] = set()
    attributes: set[str] = set()
    counted: set[str] = set()
    for table in page.tables:
        rows = _figures(page, table)
        if not rows:
            continue
        names |= {plain_name(text) for text in rows}
        counted |= {found[0] for text in rows if (found := CODE.match(text))}
        caption = caption_name(table)
        if not says(caption, "population", page.language):
            attributes |= set(_attributes(caption, page.language)[-1:])
    return names, attributes, counted


def _figures(page: Page, table: Table) -> set[str]:
    """Return the heads of rows and columns under which a figure other than zero stands."""
    told: set[str] = set()
    own = columns(page, table, "item")
    for row in table.rows:
        for place, text in enumerate(row[1:], start=1):
            head = table.head[place] if place < len(table.head) else ""
            found = numerals(text, page.language)
            if not found or found[0].start > len(" more than ") or not found[0].value:
                continue
            if own == [0] and not _says_nothing(head, page.language):
                told.add(row[0])
            elif not own:
                told.add(head)
    return told


def _says_nothing(head: str, language: Language) -> bool:
    """Tell whether a column holds no figures: periods, promises, words on method and evidence."""
    return bool(
        role(head, language)
        & {"period", "promised", "defined", "method", "evidence", "source", "without", "required"}
    )


def _listed(text: str) -> list[str]:
    """Return the items of a list after a colon."""
    _, colon, after = text.partition(": ")
    return [item.strip(" .") for item in after.split("; ")] if colon and "; " in after else []


def _attributes(text: str, language: Language) -> list[str]:
    """Return what figures are said to be broken down by."""
    found = pattern("by attribute", language).search(text)
    if not found:
        return []
    return [part.strip().casefold() for part in re.split(r", | and | và | or | hoặc ", found[1])]
