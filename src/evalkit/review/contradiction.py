"""What the reader found: the rule that a page breaks, where it says so, what to do."""

from __future__ import annotations

from typing import NamedTuple

from evalkit.review.reading import Page, Table
from evalkit.review.vocabulary import role

_LONGEST = 400


class Contradiction(NamedTuple):
    """A sentence or row that cannot stand as it is.

    The sentence is one of a page that protection let through: it may be shown.
    """

    rule: str
    sentence: str
    do: str


def of_row(table: Table, row: list[str]) -> str:
    """Return a row as it is named in a finding: the table's caption, then its cells.

    Examples
    --------
    >>> of_row(Table("cases", "Table 1. Cases"), ["2021", "3"])
    'Table 1. Cases: 2021 | 3'
    """
    return f"{table.caption}: {' | '.join(row)}"[:_LONGEST]


def columns(page: Page, table: Table, name: str) -> list[int]:
    """Return the places of the columns whose head says that they hold something.

    Examples
    --------
    >>> columns(Page("en"), Table("", head=["Target", "Period", "Value"]), "value")
    [2]
    """
    known = table.places.get(name)
    if known is None:
        known = [place for place, head in enumerate(table.head) if name in role(head, page.language)]
        table.places[name] = known
    return known


def cell(row: list[str], places: list[int]) -> str:
    """Return the first of some cells of a row; empty where the row has none of them."""
    return row[places[0]] if places and places[0] < len(row) else ""
