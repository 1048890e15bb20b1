"""Headings that are the four quarters or the twelve months by their numbers alone, and no running numbers of columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalkit.facts.forms.grid import At, Sheet, cell_at
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_texts import Span

_QUARTERS = ("i", "ii", "iii", "iv")
_A_YEAR = 364  # days from the first to the last
_NUMBER = re.compile(r"0?[1-9]|1[0-2]")


def row_of_parts(mapping: TableMapping, sheet: Sheet, at: At, span: Span) -> int | None:
    """Return the row whose heading of a figure is one of the quarters I to IV, or of the months 1 to 12, under one year; None where there is none.

    Running numbers of columns stand below headings that differ; quarters and months of a year do not.

    Parameters
    ----------
    mapping : TableMapping
    sheet : Sheet
    at : cell
        The figure.
    span : Span
        What the mapping says of its period: a part of a year is declared.
    """
    if (span.end - span.start).days < _A_YEAR:
        return None
    top, first = cell_at(mapping.corner)
    for row in range(top - 1, 0, -1):
        run = _run(sheet, row, at[1], first)
        if run and _alike_above(sheet, top, row, run):
            return row
    return None


def _run(sheet: Sheet, row: int, column: int, first: int) -> range:
    """Return the columns, a column among them, that are headed by all four quarters or all twelve months; none else."""
    number = _number(sheet, row, column)
    if number is None:
        return range(0)
    begun = column - number + 1
    length = len(_QUARTERS) if sheet.at(row, begun).text.casefold() == _QUARTERS[0] else 12
    run = range(begun, begun + length)
    whole = begun >= first and [_number(sheet, row, one) for one in run] == list(range(1, length + 1))
    more = (
        sheet.at(row, run.stop).text.casefold() in ("v", str(length + 1))
        or sheet.at(row, begun - 1).text == "0"
    )
    return run if whole and not more else range(0)


def _number(sheet: Sheet, row: int, column: int) -> int | None:
    text = sheet.at(row, column).text.casefold()
    if text in _QUARTERS:
        return _QUARTERS.index(text) + 1
    return int(text) if _NUMBER.fullmatch(text) else None


def _alike_above(sheet: Sheet, top: int, row: int, run: range) -> bool:
    """Tell whether no other heading tells the columns of a run apart."""
    return all(len(set(_texts(sheet, other, run))) < 2 for other in range(1, top) if other != row)


def _texts(sheet: Sheet, row: int, run: range) -> Iterator[str]:
    return (text for column in run if (text := sheet.spread(row, column).text))
