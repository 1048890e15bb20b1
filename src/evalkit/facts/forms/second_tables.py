"""A second table inside the area of a first, below it or beside it: its figures are not those of the first one's headings and places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import Cell, Sheet, cell_name, column_at, column_name
from evalkit.facts.forms.mapping import PlaceAxis, TableMapping
from evalkit.facts.forms.outside_table import knows_row
from evalkit.facts.forms.period_texts import Span, period_of
from evalkit.facts.forms.plain_words import is_total, plain_words, same_word
from evalkit.facts.forms.table_headings import Headings, Line
from evalkit.messages import worded

_TITLE = re.compile(r"(?:bang|bieu|bieu so|phu luc|table|form|annex)\s*(?:so\s*)?[0-9ivx]")


class FurtherHeadings:
    """Tells, row by row, whether the headings of the table still hold.

    Parameters
    ----------
    sheet : Sheet
    mapping : TableMapping
    top : int
        The first row of figures.
    headings : Headings
        Of the table, which tell a row of figures by its labels.
    """

    def __init__(self, sheet: Sheet, mapping: TableMapping, *, top: int, headings: Headings) -> None:
        self.sheet, self.mapping, self.top, self.headings = sheet, mapping, top, headings
        columns = mapping.label_columns()
        self.heads = {same_word(sheet.spread(row, one).text) for row in range(1, top) for one in columns} - {
            ""
        }
        self.other: Held | None = None  # why what lies below is not read

    def look(self, row: int, label: str, filled: Mapping[int, Cell], lines: Mapping[int, Line]) -> None:
        """Look at a row that may head what lies below it.

        Parameters
        ----------
        row : int
        label : str
            Of the row.
        filled : mapping of int to Cell
            Its cells, by column.
        lines : mapping of int to Line
            What the columns say of their figures.
        """
        if self.mapping.own_form or not filled:
            return
        repeated = same_word(label) in self.heads
        if not repeated and (len(filled) < 2 or not self._other_periods(filled, lines)):
            return
        if is_total(label) or knows_row(self.headings, row):
            return
        differs = any(same_word(cell.text) not in self._above(column) for column, cell in filled.items())
        self.other = self._held(row) if differs or self._other_title(row) else None

    def _other_title(self, row: int) -> bool:
        """Tell whether the row above a repeated heading is the title of another table, and not of a further page of this one."""
        texts = {same_word(cell.text) for at, cell in self.sheet.cells.items() if at[0] == row - 1}
        above = {same_word(cell.text) for at, cell in self.sheet.cells.items() if at[0] < self.top}
        titles = [text for text in texts - above if _TITLE.match(plain_words(text))]
        return any("tiep" not in plain_words(text) and "continued" not in text for text in titles)

    def _above(self, column: int) -> set[str]:
        """Return what stands above the figures of a column."""
        return {same_word(self.sheet.spread(row, column).text) for row in range(1, self.top)}

    def _other_periods(self, filled: Mapping[int, Cell], lines: Mapping[int, Line]) -> bool:
        """Tell whether all cells of a row are periods, and not those of their columns."""
        pairs = [
            (period_of(cell, self.mapping.calendar), lines[column].span) for column, cell in filled.items()
        ]
        spans = [(here, above) for here, above in pairs if here is not None and isinstance(above, Span)]
        same = any((here.start, here.end) == (above.start, above.end) for here, above in spans)
        return len(spans) == len(pairs) and not same

    def _held(self, row: int) -> Held:
        first = cell_name((row - 1, max((column for _, column in self.sheet.cells), default=1)))
        return Held(
            worded(
                "row {row} has other headings than the table: what lies below it is read by those", row=row
            ),
            worded(
                'end the table with until = "{cell}", and write a [[table]] of its own for what lies below',
                cell=first,
            ),
            in_mapping=True,
        )


def parted_by_places(
    sheet: Sheet,
    mapping: TableMapping,
    lines: Mapping[int, Line],
    *,
    rows: Sequence[int],
    places: FormPlaces,
) -> tuple[int, Held] | None:
    """Return the first column of figures that names places of its own, and why it and those right of it are held; None where none does.

    Parameters
    ----------
    sheet : Sheet
    mapping : TableMapping
    lines : mapping of int to Line
        The columns of figures.
    rows : sequence of int
        The rows of the table.
    places : FormPlaces
    """
    place = mapping.place
    if not isinstance(place, PlaceAxis) or place.column is None or mapping.own_form:
        return None
    named = FormPlaces(places.registry, places.scheme)
    own = column_at(place.column)
    for column in sorted(lines):
        texts = {row: cell for row in rows if (cell := sheet.at(row, column)).kind != "blank"}
        if _names_others(texts, named, {row: places.read(sheet.spread(row, own)) for row in texts}):
            rule = worded(
                "column {name} names other places than column {own}: what lies right of it is theirs",
                name=column_name(column),
                own=place.column,
            )
            do = worded(
                'end the table with until = "{cell}", and write a [[table]] of its own for what lies right of it',
                cell=cell_name((rows[-1], column - 1)),
            )
            return column, Held(rule, do, in_mapping=True)
    return None


def _names_others(cells: Mapping[int, Cell], named: FormPlaces, own: Mapping[int, object]) -> bool:
    """Tell whether cells are names of places, and not of those of their rows."""
    if not cells or any(cell.kind != "text" or any(map(str.isdigit, cell.text)) for cell in cells.values()):
        return False
    found = {row: named.read(cell) for row, cell in cells.items()}
    return any(isinstance(one, Placed) and one != own[row] for row, one in found.items())
