"""A code and a name that stand beside each other: figures whose code is one place and whose name is another are held."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.form_places import FormPlaces, Placed, place_name
from evalkit.facts.forms.grid import At, Cell, Sheet, cell_at, cell_name
from evalkit.facts.forms.mapping import PlaceAxis, TableMapping
from evalkit.facts.forms.plain_words import plain_words, same_word
from evalkit.messages import worded
from evalkit.table import NATION_SCHEME

_CODES = ("ma", "ma so", "ma tinh", "ma dia phuong", "ma don vi", "ma dvhc", "ma hanh chinh", "code")
_CODE_BEGINS = ("ma tinh", "ma dia phuong", "ma don vi hanh chinh", "province code", "code of")


class CodeBesideName:
    """Tells where the label of a place is contradicted by the cells beside it, which the mapping does not name.

    Parameters
    ----------
    sheet : Sheet
    mapping : TableMapping
    places : FormPlaces
        How this form names places: by names, then codes are looked for beside them, or by codes, then names.
    """

    def __init__(self, sheet: Sheet, mapping: TableMapping, places: FormPlaces) -> None:
        self.sheet, self.mapping, self.places = sheet, mapping, places
        self.top, self.first = cell_at(mapping.corner)
        self.given = {same_word(label) for label in places.labels}
        self.names = [FormPlaces(places.registry, one) for one in self._schemes()]
        self.codes = [FormPlaces(places.registry, one, by_code=True) for one in self._schemes()]
        self._lines: dict[int, bool] = {}

    def _schemes(self) -> list[str]:
        """Return the boundary sets, that of the table first."""
        own = self.places.scheme
        return [own, *(one for one in self.places.registry.schemes if one != own)]

    def of(self, at: At) -> Held | None:
        """Return why the figures of a label are held; None where nothing beside it contradicts it."""
        label = self.sheet.spread(*at)
        placed = self.places.read(label)
        if self.mapping.own_form or not isinstance(placed, Placed) or same_word(label.text) in self.given:
            return None
        for beside in self._beside(at):
            cell = self.sheet.spread(*beside)
            other = None if cell.kind == "blank" else self._other(cell, beside, placed)
            if other is not None:
                return self._held(at, placed, beside, other)
        return None

    def _beside(self, at: At) -> Iterator[At]:
        """Yield the cells left of the figures in the row of a label, or above them in its column, that the mapping does not name."""
        place = self.mapping.place
        if isinstance(place, PlaceAxis) and place.column:
            known = self.mapping.label_columns()
            yield from ((at[0], column) for column in range(1, self.first) if column not in known)
        else:
            yield from ((row, at[1]) for row in range(1, self.top) if row != at[0])

    def _other(self, cell: Cell, at: At, placed: Placed) -> Placed | None:
        """Return the place that a cell beside a label names, where it is another one."""
        found = self._by_name(cell) if self.places.by_code else self._by_code(cell, at, placed)
        return None if found is None or found == placed or self._is_larger(found) else found

    def _is_larger(self, placed: Placed) -> bool:
        """Tell the nation or a region: a column of regions may stand beside provinces."""
        return placed.scheme == NATION_SCHEME or placed.code in self.places.registry.regions(placed.scheme)

    def _by_name(self, cell: Cell) -> Placed | None:
        if cell.kind != "text":
            return None
        found = (reader.read(cell) for reader in self.names)
        return next((one for one in found if isinstance(one, Placed)), None)

    def _by_code(self, cell: Cell, at: At, placed: Placed) -> Placed | None:
        """Return the place of a code; that of the label, where the code is its own in another boundary set."""
        if not self._are_codes(at):
            return None
        found = [one for reader in self.codes if isinstance(one := reader.read(cell), Placed)]
        name = place_name(self.places.registry, placed)
        same = any(place_name(self.places.registry, one) == name for one in found)
        return placed if same else next((one for one in found if one.scheme == placed.scheme), None)

    def _are_codes(self, at: At) -> bool:
        """Tell whether a column, or a row, is headed as one of codes, and is no running number."""
        by_column = isinstance(self.mapping.place, PlaceAxis) and self.mapping.place.column is not None
        line = at[1] if by_column else at[0]
        if line not in self._lines:
            across = range(1, self.top) if by_column else range(1, self.first)
            heads = [self.sheet.spread(*((one, line) if by_column else (line, one))) for one in across]
            words = {plain_words(cell.text) for cell in heads}
            headed = any(word in _CODES or word.startswith(_CODE_BEGINS) for word in words)
            self._lines[line] = headed and not self._is_running(line, by_column=by_column)
        return self._lines[line]

    def _is_running(self, line: int, *, by_column: bool) -> bool:
        """Tell whether the numbers of a column, or a row, go up by one each."""
        along, first = (0, self.top) if by_column else (1, self.first)
        cells = sorted(
            (at[along], cell.text) for at, cell in self.sheet.cells.items() if at[1 - along] == line
        )
        numbers = [int(text) for where, text in cells if where >= first and text.isdecimal()]
        return numbers == list(range(1, len(numbers) + 1))

    def _held(self, at: At, placed: Placed, beside: At, other: Placed) -> Held:
        registry = self.places.registry
        return Held(
            worded(
                "{label} is {place}, and {beside} beside it is {other}: the code and the name are two places",
                label=cell_name(at),
                place=place_name(registry, placed),
                beside=cell_name(beside),
                other=place_name(registry, other),
            ),
            worded("correct the code or the name in the form"),
        )
