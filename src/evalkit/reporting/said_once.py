"""A page says once what its parts say each for itself: a drawing that the brief has too, a row for each of many names that read alike.

The files beside a page keep a row for each name, and a section shown by itself, as in a notebook, keeps its drawing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Block, Cell, Figure, Section, Table
from evalkit.reporting.render import legend_again
from evalkit.reporting.source_numbers import with_source_numbers

Part = TypeVar("Part")


def as_on_page(parts: Iterable[Section | Part]) -> list[Section | Part]:
    """Return the parts of a page as it shows them: sources by number, nothing drawn twice, names that read alike in one row.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual, Column
    >>> word = lambda text: Cell(Bilingual(text, text))
    >>> columns = tuple(Column(key, Bilingual(key, key)) for key in ("item", "told"))
    >>> rows = tuple((word(name), word(told)) for name, told in (("a", "all"), ("b", "some"), ("c", "all")))
    >>> table = Table("t", Bilingual("t", "t"), columns, rows, is_put_together=True)
    >>> section = as_on_page([Section("s", Bilingual("s", "s"), (table,))])[0]
    >>> [[cell.text.en for cell in row] for row in section.tables[0].rows]
    [['a; c', 'all'], ['b', 'some']]
    """
    given = with_source_numbers(parts)
    drawn = {
        one.id
        for part in given
        if isinstance(part, Section) and part.layer == "brief"
        for one in part.figures
    }
    kept = [_section(part, drawn) if isinstance(part, Section) else part for part in given]
    return _with_one_legend(kept)


def _with_one_legend(parts: list[Section | Part]) -> list[Section | Part]:
    """Return the parts with the meaning of the mark of hidden figures told in full under the first table that has one alone."""
    first = next(
        (one for part in parts if isinstance(part, Section) for one in part.tables if one.hidden), None
    )

    def shortly(table: Table) -> Table:
        if not table.hidden or table is first:
            return table
        return replace(table, notes=(*table.notes, legend_again(table)))

    def told(block: Block) -> Block:
        if isinstance(block, Figure) and block.table is not None:
            return replace(block, table=shortly(block.table))
        return shortly(block) if isinstance(block, Table) else block

    return [
        replace(part, blocks=tuple(map(told, part.blocks))) if isinstance(part, Section) else part
        for part in parts
    ]


def _section(section: Section, drawn: set[str]) -> Section:
    kept = (one for one in section.blocks if not (isinstance(one, Figure) and one.unless in drawn))
    blocks = tuple(_block(one) for one in kept)
    return section if blocks == section.blocks else replace(section, blocks=blocks)


def _block(one: Block) -> Block:
    if isinstance(one, Figure) and one.table is not None and one.table.is_put_together:
        return replace(one, table=_put_together(one.table))
    return _put_together(one) if isinstance(one, Table) and one.is_put_together else one


def _put_together(table: Table) -> Table:
    """Return a table with one row for all first cells that the rest of the row is the same for, in their order."""
    alike: dict[tuple[Cell, ...], list[Cell]] = {}
    for first, *rest in table.rows:
        alike.setdefault(tuple(rest), []).append(first)
    rows = tuple(
        (Cell(each(lambda *names: "; ".join(names), *(cell.text for cell in firsts))), *rest)
        for rest, firsts in alike.items()
    )
    return replace(table, rows=rows)
