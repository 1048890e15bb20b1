"""The rows above a table that belong to it: its headings, and what stands over them up to the figures of another table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evalkit.facts.forms.grid import Sheet, cell_at
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.plain_words import plain_words

_FIGURE = re.compile(r"-?[0-9][0-9., ]{0,40}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LABELS = re.compile(
    r"(?:ten )?(?:tinh|thanh pho|tinh thanh|dia phuong|don vi|province|locality)(?:$|\W*(?:tp|thanh pho|city)?\W*$)"
)
_TOLD = 40


def named_rows(mapping: TableMapping) -> set[int]:
    """Return the rows of headings that a mapping names."""
    axes = [mapping.place, mapping.period, mapping.by_columns, *mapping.dimensions.values()]
    return {axis.row for axis in axes if not isinstance(axis, str | int | None) and axis.row is not None}


def head_rows(mapping: TableMapping, sheet: Sheet, columns: Sequence[int]) -> list[int]:
    """Return the rows of a table's head, the lowest first.

    Parameters
    ----------
    mapping : TableMapping
    sheet : Sheet
    columns : sequence of int
        Those of the figures.

    Examples
    --------
    >>> from evalkit.facts.forms.grid import text_cell
    >>> rows = [["", "2023"], ["An", "5"], ["ĐVT: người"]]
    >>> cells = {(i, j): text_cell(t) for i, row in enumerate(rows, 1) for j, t in enumerate(row, 1)}
    >>> said = {"corner": "B4", "place": {"column": "A"}, "period": {"row": 1}, "measure": "victims"}
    >>> head_rows(TableMapping.model_validate(said), Sheet("1", cells), [2])
    [3, 1]
    """
    named = named_rows(mapping)
    top = cell_at(mapping.corner)[0]
    rows: list[int] = []
    for row in range(top - 1, 0, -1):
        if row not in named and holds_figures(sheet, row, columns) and not _heads_places(mapping, sheet, row):
            return [*rows, *sorted((one for one in named if one < row), reverse=True)]
        rows.append(row)
    return rows


def _heads_places(mapping: TableMapping, sheet: Sheet, row: int) -> bool:
    """Tell whether the heading of the labels stands in a row: "Tỉnh", "Địa phương"."""
    texts = (sheet.at(row, column).text for column in mapping.label_columns())
    return any(len(text) <= _TOLD and _LABELS.match(plain_words(text)) for text in texts)


def holds_figures(sheet: Sheet, row: int, columns: Sequence[int]) -> bool:
    """Tell a row of figures from one of headings, of years and of running numbers of the columns."""
    texts = [sheet.at(row, column).text for column in columns]
    found = [text for text in texts if _FIGURE.fullmatch(text)]
    if not found or all(_YEAR.fullmatch(text) for text in found):
        return False
    first = int(found[0]) if found[0].isdecimal() and len(found[0]) <= 3 else -1
    return found != [str(number) for number in range(first, first + len(found))] or len(found) == 1 < first
