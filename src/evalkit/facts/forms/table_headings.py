"""What the rows and columns of a form's table say of their figures, by their headings and labels: place, period, what is counted, values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from evalkit.facts.forms.code_beside_name import CodeBesideName
from evalkit.facts.forms.counted import Counted, Vocabulary
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import At, Cell, Sheet, cell_at, cell_name, column_at, column_name, is_cell_name
from evalkit.facts.forms.head_rows import named_rows
from evalkit.facts.forms.mapping import Labelled, Labels, PeriodAxis, PlaceAxis, TableMapping, measure_named
from evalkit.facts.forms.period_texts import Span, by_its_note, calls_preliminary, period_of
from evalkit.facts.forms.person_names import like_a_name
from evalkit.facts.forms.plain_words import same_word, without_mark
from evalkit.messages import worded


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the figures of a table stand: its first row, its first and last column, and the columns that hold anything."""

    top: int
    first: int
    last: int
    filled: frozenset[int]


@dataclass(frozen=True, slots=True)
class Line:
    """What a row or a column of the table says of its figures: a part of their meaning, or why they are held; ``unit`` as it stands there."""

    place: Placed | Held | None = None
    span: Span | Held | None = None
    counted: Counted | Held | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    fault: Held | None = None
    unit: str = ""
    left: bool = False
    hidden: str = ""


class Headings:
    """The headings and labels of one table.

    Parameters
    ----------
    sheet : Sheet
    mapping : TableMapping
    vocabulary : Vocabulary
        The measures, units and places of the workspace.
    places : FormPlaces
        How this form names places.
    extent : Extent
    """

    def __init__(
        self,
        sheet: Sheet,
        mapping: TableMapping,
        vocabulary: Vocabulary,
        *,
        places: FormPlaces,
        extent: Extent,
    ) -> None:
        self.sheet, self.mapping, self.words, self.places = sheet, mapping, vocabulary, places
        self.top, self.first, self.last, self.filled = extent.top, extent.first, extent.last, extent.filled
        self.skipped, self.skips_met = {same_word(text) for text in mapping.skip}, set[str]()
        self.totals = {same_word(text) for text in mapping.total}
        self._rows = named_rows(mapping)
        self._width: int | None = None
        self.skips_met |= {text for text in self.skipped if self._is_title(text)}
        self._notes: list[str] | None = None
        self.beside = CodeBesideName(sheet, mapping, places)

    @property
    def skips_not_met(self) -> list[str]:
        """The labels to be left that stand nowhere, once the table has been gone through."""
        declared = (*self.mapping.skip, *self.mapping.total)
        return [text for text in declared if same_word(text) not in self.skips_met]

    def _is_title(self, text: str) -> bool:
        """Tell whether what is to be left is the cell of a text above the table: it speaks of other figures."""
        name = text.upper()
        return (
            is_cell_name(name)
            and cell_at(name)[0] < self.top
            and self.sheet.at(*cell_at(name)).kind == "text"
        )

    def leaves(self, row: int) -> bool:
        """Tell whether a row is left by the mapping, by its label, by the cell of its label or with the row that it is a part of; what was met is noted."""
        columns = self._label_columns()
        cells = {at for one in columns for at in ((row, one), self._first_cell(row, one))}
        names = {same_word(self.row_label(row)), *(same_word(cell_name(at)) for at in cells)}
        met = names & self.skipped
        self.skips_met |= met
        whole = None if met else self._whole_of(row)
        return bool(met) or (whole is not None and self.leaves(whole))

    def _first_cell(self, row: int, column: int) -> At:
        """Return a cell, or the first one of the merged area it belongs to."""
        area = self.sheet.area((row, column))
        return (area.top, area.left) if area else (row, column)

    def has_label(self, row: int) -> bool:
        """Tell whether a row has a label, and one of its own: no more than a merged cell of a row above it makes no row."""
        columns = self.mapping.label_columns()
        own = any(
            self.sheet.spread(row, one).kind != "blank" and not self.sheet.goes_on(row, one)
            for one in columns
        )
        return own and bool(self.row_label(row))

    def _label_columns(self) -> list[int]:
        """Return the columns in which the labels of rows stand: places, and what is counted."""
        axes = [self.mapping.place, self.mapping.by_rows]
        return [column_at(axis.column) for axis in axes if isinstance(axis, Labels) and axis.column]

    def _whole_of(self, row: int) -> int | None:
        """Return the row that a row is a part of, by a breakdown alone in the mapping: the nearest one above that is no part itself; None for any other row."""
        axis = self.mapping.by_rows
        if axis is None or axis.column is None or not _is_part(self._named(axis, row)):
            return None
        column = column_at(axis.column)
        above = (
            one for one in range(row - 1, self.top - 1, -1) if self.sheet.spread(one, column).text.strip()
        )
        return next((one for one in above if not _is_part(self._named(axis, one))), None)

    def _named(self, axis: Labelled, row: int) -> str | None:
        """Return what the mapping names for the label of a row; None where it does not know it."""
        return self._measure(axis, self.sheet.spread(row, column_at(axis.column or "A")).text)

    def _measure(self, axis: Labelled, text: str) -> str | None:
        """Return the measure that a label stands for, by the mapping or by its own name."""
        known = {same_word(label): measure for label, measure in axis.labels.items()}
        label = same_word(without_mark(text)[0])
        return known.get(same_word(text)) or known.get(label) or self.words.measure_called(label)

    def _label(self, axis: Labelled, row: int, column: int) -> tuple[Cell, At]:
        """Return the label of a row, or the heading of a column, and where it stands."""
        at = (row, column_at(axis.column)) if axis.column else (axis.row or 1, column)
        return (self._heading(*at) if axis.row else self.sheet.spread(*at)), at

    def sums_up(self, label: str) -> bool:
        """Tell whether a row of this label is declared as one of totals, and note that it was met."""
        if same_word(label) not in self.totals:
            return False
        self.skips_met.add(same_word(label))
        return True

    def of_column(self, column: int) -> Line | None:
        """Return what a column says of its figures; None where it is a column of labels or empty."""
        if column in self.mapping.label_columns():
            return None
        if column not in self.filled and not self._headed(column):
            return None
        line = self._line_of_column(column)
        hidden = column in self.sheet.hidden_columns
        name = column_name(column)
        return replace(line, hidden=worded("column {name} is hidden", name=name) if hidden else "")

    def _headed(self, column: int) -> bool:
        """Tell whether a column has a heading of its own."""
        return any(self.sheet.spread(row, column).kind != "blank" for row in self._rows)

    def overlong(self, row: int) -> Held | None:
        """Return that a row of a text file has figures beyond its heading: a comma in a figure parts it in two."""
        if self.sheet.mark != ",":
            return None
        if self._width is None:
            self._width = self._heading_width()
        behind = (
            self.sheet.at(row, column).text for column in range(self._width + 1, self.sheet.columns + 1)
        )
        if not self._width or not any(text[:1].isdecimal() for text in behind):
            return None
        return Held(
            worded("the row has more cells than the heading: a comma in a figure parts it in two"),
            worded("write the figure in quotation marks or without its comma, or save the form as .xlsx"),
        )

    def _heading_width(self) -> int:
        """Return the last column that a heading stands in; 0 where nothing stands above the table."""
        above = {row for row, _ in self.sheet.cells if row < self.top}
        rows = self._rows or {max(above, default=0)}
        return max((column for row, column in self.sheet.cells if row in rows), default=0)

    def _line_of_column(self, column: int) -> Line:
        mapping = self.mapping
        texts = {same_word(self.sheet.spread(row, column).text) for row in range(1, self.top)}
        if found := texts & self.skipped:
            self.skips_met |= found
            return Line(left=True)
        place = mapping.place
        placed: Placed | Held | None = None
        if isinstance(place, PlaceAxis) and place.row:
            placed = self.beside.of((place.row, column)) or self.places.read(self._heading(place.row, column))
        counted = self._labelled(mapping.by_columns, column=column)
        span = None
        if isinstance(mapping.period, PeriodAxis) and mapping.period.row:
            span, named = self._span_and_item(
                self._heading(mapping.period.row, column), mapping.period.row, column
            )
            counted = counted or named
        values, fault = self._values(column=column)
        return Line(placed, span, counted, values, fault)

    def _heading(self, row: int, column: int) -> Cell:
        """Return a heading: of a blank one above another level, the nearest to its left, unless a merged area says where that one ends."""
        cell = self.sheet.spread(row, column)
        if cell.kind == "blank" and row != max(self._rows) and self._begins_headed(row):
            for before in range(column - 1, self.first - 1, -1):
                if (other := self.sheet.spread(row, before)).kind != "blank":
                    return cell if self.sheet.area((row, before)) else other
        return cell

    def _begins_headed(self, row: int) -> bool:
        """Tell whether the first column has a heading in this row: else its headings may stand over the middle of their columns."""
        labels = self.mapping.label_columns()
        first = next(column for column in range(self.first, self.last + 2) if column not in labels)
        return self.sheet.spread(row, first).kind != "blank"

    def _span_and_item(self, cell: Cell, row: int, column: int) -> tuple[Span | Held, Counted | Held | None]:
        """Return the period of a heading, and what is counted where the heading says that as well."""
        named: Counted | Held | None = None
        said = same_word(cell.text)
        for item, measure in sorted(self.mapping.items.items(), key=lambda one: -len(one[0])):
            if found := re.search(rf"(?<!\w){re.escape(same_word(item))}(?!\w)", said):
                rest = f"{said[: found.start()]} {said[found.end() :]}".strip(" :-–,;()")
                named = self.words.counted(measure, self.mapping.fixed_values)
                cell = replace(cell, text=rest)
                break
        span = self._span(cell)
        if self.mapping.items and named is None:
            named = Held(
                worded(
                    "the heading {name} names none of the items of the mapping", name=cell_name((row, column))
                ),
                worded("add it to items"),
                in_mapping=True,
            )
        return span or self._no_period(cell, (row, column)), named

    def _span(self, cell: Cell) -> Span | None:
        """Return the period of a heading, preliminary where the note behind its sign says so."""
        span = period_of(cell, self.mapping.calendar, stock=self._stock())
        if span is None or not span.mark:
            return span
        if self._notes is None:
            self._notes = [one.text for one in self.sheet.cells.values() if calls_preliminary(one)]
        return by_its_note(span, self._notes)

    def _no_period(self, cell: Cell, at: At) -> Held:
        if cell.kind == "number":
            rule = worded(
                "the heading {name} names no period (a day number without a date format?)", name=cell_name(at)
            )
        else:
            rule = worded("the heading {name} names no dated period", name=cell_name(at))
        return Held(rule, worded("write the period with its year or its first and last day"))

    def _stock(self) -> bool:
        measure = self.mapping.measure if isinstance(self.mapping.measure, str) else ""
        return self.words.is_stock(measure)

    def _labelled(self, axis: Labelled | None, *, row: int = 0, column: int = 0) -> Counted | Held | None:
        """Return what a row or column counts, by its label."""
        if axis is None:
            return None
        cell, at = self._label(axis, row, column)
        measure = self._measure(axis, cell.text)
        if measure is None:
            return self._unknown(cell, at)
        if row and _is_part(measure):
            return self._part(axis, at, measure)
        return self.words.counted(measure, self.mapping.fixed_values)

    def _unknown(self, cell: Cell, at: At) -> Held:
        """Return that a label is none of the mapping's; evalkit's own form has none, and its labels are codes."""
        if not cell.text:
            rule = worded("no label stands in {name}", name=cell_name(at))
        elif self.mapping.own_form:
            rule = worded(
                "'{label}' in {name} is no code of a figure", label=_told(cell.text), name=cell_name(at)
            )
        else:
            rule = worded("'{label}' is not in the mapping", label=_told(cell.text))
        return Held(rule, worded("add the label to the mapping, or leave it by skip"), in_mapping=True)

    def _part(self, axis: Labelled, at: At, values: str) -> Counted | Held:
        """Return what a row counts that is a part of a row above it."""
        above = self._whole_of(at[0])
        whole = self._named(axis, above) if above is not None else None
        if whole is None:
            return Held(
                worded("{name} is a part of a row above it that is not in the mapping", name=cell_name(at)),
                worded(
                    'add that row to the mapping, or leave this one: write skip = ["{name}"] right below [table]',
                    name=cell_name(at),
                ),
                in_mapping=True,
            )
        named = measure_named(f"part{values}")
        if named is None:
            return self.words.counted(values, {})
        found = self.words.with_values(self.words.counted(whole, self.mapping.fixed_values), named[1])
        if isinstance(found, Counted):
            return found
        leave = worded(
            'leave this row of the form: write skip = ["{name}"] right below [table]', name=cell_name(at)
        )
        return Held(found.rule, leave, in_mapping=True)

    def _values(self, *, row: int = 0, column: int = 0) -> tuple[dict[str, str], Held | None]:
        """Return the values of the breakdowns that the labels of a row or column say."""
        values: dict[str, str] = {}
        for name, axis in self.mapping.dimensions.items():
            if isinstance(axis, str) or bool(axis.column) != bool(row):
                continue
            cell, at = self._label(axis, row, column)
            known = {same_word(label): value for label, value in axis.labels.items()}
            label = same_word(without_mark(cell.text)[0])
            if label not in known and axis.row and self._reaches_down(at):
                continue
            if label not in known:
                return values, _no_value(cell, at, name)
            values[name] = known[label]
        return values, None

    def _reaches_down(self, at: At) -> bool:
        """Tell whether a heading is merged with that of what is counted, above it: it names no part of it."""
        mapping, area = self.mapping, self.sheet.area(at)
        rows = [mapping.by_columns.row if mapping.by_columns is not None else None]
        if mapping.items and isinstance(mapping.period, PeriodAxis):
            rows.append(mapping.period.row)
        return area is not None and any(row is not None and area.top <= row < at[0] for row in rows)

    def row_label(self, row: int) -> str:
        """Return the label of a row: what stands in the column of its place or of what it counts."""
        texts = (self.sheet.spread(row, column).text for column in self._label_columns())
        return next((text for text in texts if text), "")

    def of_row(self, row: int) -> Line:
        """Return what a row says of its figures."""
        mapping = self.mapping
        place = mapping.place
        placed = (
            self._place_of_row(row, place.column) if isinstance(place, PlaceAxis) and place.column else None
        )
        counted = self._labelled(mapping.by_rows, row=row)
        values, fault = self._values(row=row)
        span = self._row_span(row)
        fault = next((one for one in (placed, counted, fault) if isinstance(one, Held)), None)
        unit = self._unit(row)
        if fault is None and isinstance(counted, Counted) and unit is not None:
            fault = self.words.unit_fault(unit, counted.measure, self.mapping.unit_words)
        return Line(placed, span, counted, values, fault, unit=unit or "")

    def _place_of_row(self, row: int, column: str) -> Placed | Held:
        """Return the place of a row, by its label."""
        at = (row, column_at(column))
        cell = self.sheet.spread(*at)
        if cell.kind != "blank" or self.mapping.own_form:
            return self.beside.of(at) or self.places.read(cell)
        name = cell_name(at)
        return Held(
            worded("no place stands in {name}", name=name),
            worded(
                'write the place in each row, also of cells that are merged; of a row of no place: skip = ["{name}"] leaves it, total compares a row of totals, until ends the table',
                name=name,
            ),
            in_mapping=True,
        )

    def _unit(self, row: int) -> str | None:
        """Return the unit that stands in a row; None where the mapping names no column of units."""
        axis = self.mapping.by_rows
        return self.sheet.spread(row, column_at(axis.unit)).text if axis is not None and axis.unit else None

    def _row_span(self, row: int) -> Span | Held | None:
        period = self.mapping.period
        if not isinstance(period, PeriodAxis):
            return None
        if period.column:
            at = (row, column_at(period.column))
            cell = self.sheet.spread(*at)
            return self._span(cell) or self._no_period(cell, at)
        if period.from_column and period.to_column:
            first, last = (
                self._day((row, column_at(name))) for name in (period.from_column, period.to_column)
            )
            return _from_day_to_day(first, last)
        return None

    def _day(self, at: At) -> date | Held:
        cell = self.sheet.spread(*at)
        day = cell.day.date() if cell.day is not None else self.mapping.calendar.day(cell.text)
        if day is not None:
            return day
        return Held(
            worded("{name} is no day of the calendar with a year of four digits", name=cell_name(at)),
            worded("write it as day/month/year, for example 03/04/2023"),
        )


def _from_day_to_day(first: date | Held, last: date | Held) -> Span | Held:
    if isinstance(first, Held):
        return first
    if isinstance(last, Held):
        return last
    if last < first:
        return Held(worded("the period ends before it begins"), worded("correct the two days"))
    return Span(first, last)


def _no_value(cell: Cell, at: At, name: str) -> Held:
    """Return that a label is no value of a breakdown, or that none stands there."""
    if not cell.text:
        return Held(
            worded("no value of {name} stands in {cell}", name=name, cell=cell_name(at)),
            worded(
                'write it in the form; or, where a blank there is the figure of all, add "" = "all" to dimensions.{name}',
                name=name,
            ),
            in_mapping=True,
        )
    return Held(
        worded("'{label}' is no value of {name} in the mapping", label=_told(cell.text), name=name),
        worded("add the label to the mapping, or leave it by skip"),
        in_mapping=True,
    )


def _is_part(measure: str | None) -> bool:
    """Tell a breakdown alone: a part of the row above."""
    return measure is not None and measure.lstrip().startswith("[")


def _told(label: str) -> str:
    """Return a label as it is told: one that could be a person's name is not."""
    return "..." if like_a_name(label) else "".join(one for one in label[:60] if one.isprintable())
