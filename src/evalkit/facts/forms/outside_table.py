"""Figures that stand beside, above or below a table: whether they may have been meant, so that none is lost without a word."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evalkit.facts.forms.counted import Counted
from evalkit.facts.forms.form_places import Placed
from evalkit.facts.forms.grid import Cell, Sheet
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_texts import Span, period_of
from evalkit.facts.forms.plain_words import plain_words, same_word
from evalkit.facts.forms.table_headings import Headings

_FIRST_YEAR_WRITTEN = 1000  # a running number is smaller, and years in a column are no running numbers
_FIGURE = re.compile(r"-?[0-9][0-9.,]{0,40}")
_RUNNING = ("stt", "tt", "so tt", "so thu tu", "no", "no.", "nr", "nr.", "#")


def holds_figures(sheet: Sheet, column: int, rows: Iterable[int], mapping: TableMapping) -> bool:
    """Tell whether a column holds figures and no running number of the rows: such numbers begin at 1, stand before the labels, or their heading says so.

    Parameters
    ----------
    sheet : Sheet
    column : int
    rows : iterable of int
        The rows of the table.
    mapping : TableMapping
    """
    rows = list(rows)
    texts = [cell.text for row in rows if _FIGURE.fullmatch((cell := sheet.at(row, column)).text)]
    first = int(texts[0]) if texts and texts[0].isdecimal() else 0
    begins = first if first < _FIRST_YEAR_WRITTEN and len(texts) > 1 else 1
    if not texts or texts != [str(number) for number in range(begins, begins + len(texts))]:
        return bool(texts)
    heads = [cell for row in range(1, rows[0]) if (cell := sheet.spread(row, column)).kind != "blank"]
    if any(plain_words(cell.text) in _RUNNING for cell in heads):
        return False
    is_before_labels = column < min(
        mapping.label_columns(), default=0
    )  # numbers of a form's rows may go on from another page
    return (begins != 1 and not is_before_labels) or any(
        period_of(cell, mapping.calendar) for cell in heads[-2:]
    )


def rows_outside(sheet: Sheet, headings: Headings, rows: Iterable[int], columns: range) -> list[int]:
    """Return the rows that are none of the table's, and yet have labels that its mapping knows and figures in its columns.

    Parameters
    ----------
    sheet : Sheet
    headings : Headings
    rows : iterable of int
        Those above and below the table.
    columns : range
        The columns of the table.
    """
    left = {*headings.skipped, *headings.totals}
    return [
        row
        for row in rows
        if any(_is_figure(sheet.at(row, column)) for column in columns)
        and same_word(headings.row_label(row)) not in left
        and knows_row(headings, row)
    ]


def _is_figure(cell: Cell) -> bool:
    return cell.kind == "number" or _FIGURE.fullmatch(cell.text) is not None


def knows_row(headings: Headings, row: int) -> bool:
    """Tell whether the mapping knows all that the labels of a row say, and they say something."""
    line = headings.of_row(row)
    said = [one for one in (line.place, line.counted, line.span) if one is not None]
    return bool(said) and line.fault is None and all(isinstance(one, Placed | Counted | Span) for one in said)
