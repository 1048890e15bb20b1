"""A second table inside the area of a first, below it or beside it: its figures are not those of the first one's headings and places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evalkit.facts.forms.draft_headings import values_of
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import Cell, Sheet, cell_name, column_at, column_name, text_cell
from evalkit.facts.forms.mapping import PlaceAxis, TableMapping
from evalkit.facts.forms.narrowing_words import is_other_part, parts_alone, words_alone
from evalkit.facts.forms.outside_table import knows_row
from evalkit.facts.forms.period_texts import Span, period_of
from evalkit.facts.forms.plain_words import is_total, plain_words, same_word
from evalkit.facts.forms.table_headings import Headings, Line
from evalkit.messages import worded

_NUMBERED = re.compile(r"^(?:[ivx]+|[a-z]|[0-9]+)[.)/] *")
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
        self.below: Held | None = None  # why what lies below a further heading is not read
        self.section: Held | None = None  # why what lies below a row without figures is not read
        self.met: set[str] = set()  # labels of rows with figures that are read

    @property
    def other(self) -> Held | None:
        """Why what lies below is not read; None where it is."""
        return self.below or self.section

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
        if self.mapping.own_form:
            return
        if not filled:
            self._look_at_section(row, label, lines)
            return
        if self.other is None:
            self.met |= {self._key(label)} - {""}
        repeated = same_word(label) in self.heads
        if not repeated and (len(filled) < 2 or not self._other_periods(filled, lines)):
            return
        if is_total(label) or knows_row(self.headings, row):
            return
        differs = any(same_word(cell.text) not in self._above(column) for column, cell in filled.items())
        self.below = self._held(row) if differs or self._other_title(row) else None

    def _look_at_section(self, row: int, label: str, lines: Mapping[int, Line]) -> None:
        """Look at a row without figures: what lies below it is another figure where its label says so, or rows above are repeated there."""
        if label and not knows_row(self.headings, row):
            self.section = None
            spans = [line.span for line in lines.values() if isinstance(line.span, Span)]
            if self._narrows(label, spans) or not self.met.isdisjoint(self._labels_below(row, lines)):
                self.section = self._heads(row)

    def _key(self, label: str) -> str:
        """Return what a row is of by its label: a place by its code, whatever its spelling; nothing where a place should stand and nobody knows it."""
        placed = self.headings.places.read(text_cell(label))
        if isinstance(placed, Placed):
            return placed.code
        names_places = isinstance(self.mapping.place, PlaceAxis) and self.mapping.place.column is not None
        return "" if names_places else same_word(label)

    def _narrows(self, label: str, spans: Sequence[Span]) -> bool:
        said = _NUMBERED.sub("", same_word(label))
        if (
            words_alone(said)
            or self._is_further_title(same_word(label))
            or any(
                is_other_part(part, span, self.mapping.calendar)
                for part in parts_alone(said)
                for span in spans
            )
        ):
            return True
        programme = self.headings.words.programme
        return any(values_of([said], name, programme) for name in programme.dimensions)

    def _labels_below(self, row: int, lines: Mapping[int, Line]) -> set[str]:
        """Return the labels of the rows with figures below a row, up to the next one without."""
        found: set[str] = set()
        for below in range(row + 1, self.sheet.rows + 1):
            label = self.headings.row_label(below)
            if any(self.sheet.at(below, column).kind != "blank" for column in lines):
                found |= {self._key(label)} - {""} if label and not is_total(label) else set()
            elif label and not knows_row(self.headings, below):
                break
        return found

    def _other_title(self, row: int) -> bool:
        """Tell whether the row above a repeated heading is the title of another table, and not of a further page of this one."""
        texts = {same_word(cell.text) for at, cell in self.sheet.cells.items() if at[0] == row - 1}
        above = {same_word(cell.text) for at, cell in self.sheet.cells.items() if at[0] < self.top}
        return any(map(self._is_further_title, texts - above))

    def _is_further_title(self, text: str) -> bool:
        """Tell whether a text is the title of a table, and not of a further page of one."""
        plain = plain_words(text)
        return bool(_TITLE.match(plain)) and "tiep" not in plain and "continued" not in text

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
        rule = worded(
            "row {row} has other headings than the table: what lies below it is read by those", row=row
        )
        return self._to_end(row, rule)

    def _heads(self, row: int) -> Held:
        rule = worded("row {row} heads what lies below it, and the mapping does not say as what", row=row)
        return self._to_end(row, rule)

    def _to_end(self, row: int, rule: str) -> Held:
        first = cell_name((row - 1, max((column for _, column in self.sheet.cells), default=1)))
        return Held(
            rule,
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
