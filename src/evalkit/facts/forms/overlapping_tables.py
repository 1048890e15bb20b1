"""Tables of a mapping that read the same cell as different figures: one of them does not end where it should."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from evalkit.errors import FactsError
from evalkit.facts.forms.counted import Counted
from evalkit.facts.forms.form_places import Placed
from evalkit.facts.forms.grid import At, cell_at, cell_name
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_texts import Span
from evalkit.facts.forms.table_reading import Taken
from evalkit.messages import worded

Meaning = tuple[Placed, Span, Counted]


def refuse_overlaps(readings: Iterable[tuple[TableMapping, Iterable[Taken]]]) -> None:
    """Refuse tables that read the same cell as different figures.

    Parameters
    ----------
    readings : iterable of (TableMapping, iterable of Taken)

    Raises
    ------
    FactsError
        If a cell was taken by two tables as figures of different places, periods or measures.
    """
    known: dict[tuple[str, At], tuple[int, TableMapping, set[Meaning]]] = {}
    for number, (mapping, taken) in enumerate(readings, start=1):
        here: dict[tuple[str, At], set[Meaning]] = defaultdict(set)
        for one in taken:
            here[one.sheet, one.cell].add((one.place, one.span, one.counted))
        for cell, meaning in here.items():
            first, table, before = known.setdefault(cell, (number, mapping, meaning))
            if before != meaning:
                raise _overlapping(cell, (first, table), (number, mapping))


def _overlapping(
    cell: tuple[str, At], first: tuple[int, TableMapping], second: tuple[int, TableMapping]
) -> FactsError:
    one, other = sorted((first, second), key=lambda table: cell_at(table[1].corner))
    (row, column), (top, left) = cell_at(one[1].corner), cell_at(other[1].corner)
    end = (top - 1, cell[1][1]) if top > row else (cell[1][0], max(left - 1, column))
    return FactsError(
        where=f"sheet {cell[0]!r}, {cell_name(cell[1])}",
        rule=worded(
            "tables {first} and {second} of the mapping both read this cell, as different figures",
            first=min(first[0], second[0]),
            second=max(first[0], second[0]),
        ),
        do=worded(
            'end the table with corner {corner} before the other one, for example until = "{cell}"',
            corner=one[1].corner,
            cell=cell_name(end),
        ),
    )
