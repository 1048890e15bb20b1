"""Read one table of a form by its mapping: every figure cell is taken, held or left, and none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from evalkit.errors import FactsError
from evalkit.facts.forms.counted import Counted, Vocabulary
from evalkit.facts.forms.figures import Figure, FigureRules, Held, read_figure, read_split
from evalkit.facts.forms.form_places import FormPlaces, Placed, scheme_of
from evalkit.facts.forms.grid import At, Cell, Sheet, cell_at, cell_name, column_at, column_name
from evalkit.facts.forms.mapping import Labelled, PeriodAxis, PlaceAxis, TableMapping
from evalkit.facts.forms.period_texts import Span, period_of
from evalkit.facts.forms.person_names import like_a_name
from evalkit.facts.forms.plain_words import same_word, without_mark
from evalkit.messages import named, worded

Made = TypeVar("Made")
_FIGURE = re.compile(r"-?[0-9][0-9.,]{0,40}")


@dataclass(frozen=True, slots=True)
class Taken:
    """One figure as a fact, with the cell it stands in."""

    sheet: str
    cell: At
    place: Placed
    span: Span
    counted: Counted
    figure: Figure


@dataclass(frozen=True, slots=True)
class HeldCell:
    """A cell that is held, with rule and remedy."""

    sheet: str
    cell: At
    held: Held


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A row that holds no figure, or that the mapping leaves."""

    sheet: str
    row: int
    why: str


@dataclass(slots=True)
class TableReading:
    """What became of a table: facts, held cells, left cells and rows, and what else is to be told."""

    taken: list[Taken] = field(default_factory=list)
    held: list[HeldCell] = field(default_factory=list)
    left: list[tuple[str, At]] = field(default_factory=list)
    rows_left: list[LeftRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def taken_cells(self) -> set[tuple[str, At]]:
        """The cells that gave facts; one cell may give several."""
        return {(one.sheet, one.cell) for one in self.taken}


@dataclass(frozen=True, slots=True)
class _Line:
    """What a row or a column of the table says of its figures: a part of their meaning, or why they are held."""

    place: Placed | Held | None = None
    span: Span | Held | None = None
    counted: Counted | Held | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    fault: Held | None = None
    left: bool = False
    hidden: str = ""


def read_table(sheet: Sheet, mapping: TableMapping, vocabulary: Vocabulary) -> TableReading:
    """Read a table.

    Parameters
    ----------
    sheet : Sheet
    mapping : TableMapping
    vocabulary : Vocabulary
        The measures, units and places of the workspace.

    Returns
    -------
    TableReading
        Of the cells from the mapping's corner on: those of rows and columns that mean something, and every other one that
        is not blank.

    Raises
    ------
    FactsError
        If the mapping contradicts the form or the programme: the unit said does not stand there, a measure is unknown, the
        boundary set is not told.
    """
    return _Table(sheet, mapping, vocabulary).read()


class _Table:
    """One table while it is read."""

    def __init__(self, sheet: Sheet, mapping: TableMapping, vocabulary: Vocabulary) -> None:
        self.sheet, self.mapping, self.words = sheet, mapping, vocabulary
        self.top, self.first = cell_at(mapping.corner)
        last = cell_at(mapping.until) if mapping.until else (sheet.rows, self._last_column())
        self.bottom, self.last = min(last[0], sheet.rows), min(last[1], sheet.columns)
        if self.top > sheet.rows or self.first > sheet.columns:
            raise _nothing_there(sheet, mapping.corner)
        self.inside = sorted({row for row, _ in sheet.cells if self.top <= row <= self.bottom})
        self.filled = {column for row, column in sheet.cells if self.top <= row <= self.bottom}
        vocabulary.refuse_wrong_unit(sheet, mapping)
        self.skipped, self.skips_met = {same_word(text) for text in mapping.skip}, set[str]()
        self.places = self._places()
        self.fixed = self._fixed()
        self.found = TableReading()
        self.written: dict[str, FigureRules] = {}

    def _last_column(self) -> int:
        """Return the last column: the first, where nothing in the mapping runs across."""
        mapping = self.mapping
        axes = [mapping.place, mapping.period, mapping.measure, mapping.columns, *mapping.dimensions.values()]
        across = any(getattr(axis, "row", None) is not None for axis in axes)
        return self.sheet.columns if across else self.first

    def _places(self) -> FormPlaces:
        place = self.mapping.place
        by_code = isinstance(place, PlaceAxis) and place.by == "code"
        labels = {} if isinstance(place, str) else place.labels
        texts = [place] if isinstance(place, str) else [cell.text for cell in self._place_cells(place)]
        scheme = scheme_of(
            self.words.registry,
            self.mapping.place_scheme,
            [without_mark(text)[0] for text in texts if text],
            by_code=by_code or isinstance(place, str),
        )
        return FormPlaces(self.words.registry, scheme, by_code=by_code, labels=labels)

    def _place_cells(self, place: PlaceAxis) -> Iterator[Cell]:
        if place.column:
            yield from (self.sheet.at(row, column_at(place.column)) for row in self.inside)
        else:
            columns = range(self.first, self.last + 1)
            yield from (self.sheet.spread(place.row or 1, column) for column in columns)

    def _fixed(self) -> _Line:
        """Return what the mapping says of all figures of the table."""
        mapping = self.mapping
        place = self._literal_place(mapping.place) if isinstance(mapping.place, str) else None
        span = (
            None
            if isinstance(mapping.period, PeriodAxis) and not mapping.period.cell
            else self._literal_span()
        )
        measure = mapping.measure if isinstance(mapping.measure, str) else None
        values = {name: given for name, given in mapping.dimensions.items() if isinstance(given, str)}
        counted = self.words.counted(measure, values) if measure else None
        return _Line(place, span, counted, values)

    def _literal_place(self, text: str) -> Placed:
        by_code = FormPlaces(self.words.registry, self.places.scheme, by_code=True).read(Cell("text", text))
        found = by_code if isinstance(by_code, Placed) else self.places.read(Cell("text", text))
        if isinstance(found, Held):
            raise FactsError(where="place", rule=found.rule, do=found.do)
        return found

    def _literal_span(self) -> Span:
        period = self.mapping.period
        if isinstance(period, PeriodAxis):
            cell = self.sheet.spread(*cell_at(period.cell or "A1"))
            span = period_of(cell, self.mapping.calendar, anywhere=True, stock=True)
            where = f"period, cell {period.cell}"
        else:
            span = period_of(Cell("text", str(period)), self.mapping.calendar, stock=True)
            where = "period"
        if span is None:
            raise FactsError(
                where=where,
                rule=worded("no dated period is named there, or more than one"),
                do=worded('write it in the mapping, for example period = "15/12/2022 - 14/12/2023"'),
            )
        return span

    def read(self) -> TableReading:
        """Go through the table row by row."""
        columns = {
            column: line
            for column in range(self.first, self.last + 1)
            if (line := self._column(column)) is not None
        }
        for row in self.inside:
            self._row(row, columns)
        self._tell_others()
        self._refuse_idle_skips()
        return self.found

    def _refuse_idle_skips(self) -> None:
        """Refuse a label to be left that stands nowhere: what was meant by it would be taken."""
        idle = [text for text in self.mapping.skip if same_word(text) not in self.skips_met]
        if idle:
            raise FactsError(
                where=f"sheet {self.sheet.name!r}, skip",
                rule=worded("no heading and no label of the table is {text}", text=repr(idle[0][:60])),
                do=worded("write it as the form has it, or remove it from skip"),
            )

    def _column(self, column: int) -> _Line | None:
        """Return what a column says of its figures; None where it is a column of labels or empty."""
        if column in self.mapping.label_columns():
            return None
        if column not in self.filled and not self._headed(column):
            return None
        line = self._headings(column)
        hidden = column in self.sheet.hidden_columns
        name = column_name(column)
        return replace(line, hidden=worded("column {name} is hidden", name=name) if hidden else "")

    def _headed(self, column: int) -> bool:
        """Tell whether a column has a heading of its own."""
        return any(self.sheet.spread(row, column).kind != "blank" for row in self._heading_rows())

    def _heading_rows(self) -> list[int]:
        mapping = self.mapping
        axes = [mapping.place, mapping.period, mapping.by_columns, *mapping.dimensions.values()]
        return sorted({axis.row for axis in axes if not isinstance(axis, str | int | None) and axis.row})

    def _headings(self, column: int) -> _Line:
        mapping = self.mapping
        texts = {same_word(self.sheet.spread(row, column).text) for row in range(1, self.top)}
        if found := texts & self.skipped:
            self.skips_met |= found
            return _Line(left=True)
        place = mapping.place
        placed = (
            self.places.read(self._heading(place.row, column))
            if isinstance(place, PlaceAxis) and place.row
            else None
        )
        counted = self._labelled(mapping.by_columns, column=column)
        span = None
        if isinstance(mapping.period, PeriodAxis) and mapping.period.row:
            span, named = self._span_and_item(
                self._heading(mapping.period.row, column), mapping.period.row, column
            )
            counted = counted or named
        values, fault = self._values(
            {name: axis for name, axis in mapping.dimensions.items() if getattr(axis, "row", None)},
            column=column,
        )
        return _Line(placed, span, counted, values, fault)

    def _heading(self, row: int, column: int) -> Cell:
        """Return a heading: of a blank one above another level, the nearest to its left."""
        cell = self.sheet.spread(row, column)
        levels = self._heading_rows()
        if cell.kind == "blank" and row != levels[-1] and self._begins_headed(row):
            for before in range(column - 1, self.first - 1, -1):
                if (other := self.sheet.spread(row, before)).kind != "blank":
                    return other
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
                named = self.words.counted(measure, self._fixed_values())
                cell = replace(cell, text=rest)
                break
        span = period_of(cell, self.mapping.calendar, stock=self._stock())
        if self.mapping.items and named is None:
            named = Held(
                worded(
                    "the heading {name} names none of the items of the mapping", name=cell_name((row, column))
                ),
                worded("add it to items"),
            )
        return span or self._no_period(cell, (row, column)), named

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

    def _fixed_values(self) -> dict[str, str]:
        return {name: given for name, given in self.mapping.dimensions.items() if isinstance(given, str)}

    def _labelled(self, axis: Labelled | None, *, row: int = 0, column: int = 0) -> Counted | Held | None:
        """Return what a row or column counts, by its label."""
        if axis is None:
            return None
        at = (row, column_at(axis.column)) if axis.column else (axis.row or 1, column)
        cell = self._heading(*at) if axis.row else self.sheet.at(*at)
        known = {same_word(label): measure for label, measure in axis.labels.items()}
        label = same_word(without_mark(cell.text)[0])
        measure = known.get(same_word(cell.text)) or known.get(label) or self.words.measure_called(label)
        if measure is None:
            return Held(
                worded("'{label}' is not in the mapping", label=_told(cell.text))
                if cell.text
                else worded("no label stands in {name}", name=cell_name(at)),
                worded("add the label to the mapping, or leave it by skip"),
            )
        return self.words.counted(measure, self._fixed_values())

    def _values(
        self, axes: Mapping[str, object], *, row: int = 0, column: int = 0
    ) -> tuple[dict[str, str], Held | None]:
        """Return the values of the breakdowns that the labels of a row or column say."""
        values: dict[str, str] = {}
        for name, axis in axes.items():
            if not isinstance(axis, Labelled):
                continue
            at = (row, column_at(axis.column)) if axis.column else (axis.row or 1, column)
            cell = self._heading(*at) if axis.row else self.sheet.at(*at)
            known = {same_word(label): value for label, value in axis.labels.items()}
            label = same_word(without_mark(cell.text)[0])
            if label not in known:
                return values, Held(
                    worded(
                        "'{label}' is no value of {name} in the mapping", label=_told(cell.text), name=name
                    ),
                    worded("add the label to the mapping, or leave it by skip"),
                )
            values[name] = known[label]
        return values, None

    def _row(self, row: int, columns: Mapping[int, _Line]) -> None:
        cells = {column: self.sheet.at(row, column) for column in columns}
        filled = [column for column, cell in cells.items() if cell.kind != "blank"]
        label = self._row_label(row)
        if not filled and not label:
            return
        if same_word(label) in self.skipped:
            self.skips_met.add(same_word(label))
            self.found.left += [(self.sheet.name, (row, column)) for column in filled]
            self._leave(row, worded("left by the mapping"))
            return
        line = self._row_line(row)
        if line.fault is not None and self._says_nothing(row, [cells[column] for column in filled]):
            self._leave(row, worded("no figure and nothing that is counted") if label else worded("no label"))
            return
        hidden = row in self.sheet.hidden_rows
        line = replace(line, hidden=worded("row {row} is hidden", row=row) if hidden else "")
        for column in filled if line.fault is not None else columns:
            self._cell((row, column), line, columns[column])

    def _row_label(self, row: int) -> str:
        """Return the label of a row: what stands in the column of its place or of what it counts."""
        axes = [self.mapping.place, self.mapping.by_rows]
        names = [axis.column for axis in axes if isinstance(axis, PlaceAxis | Labelled) and axis.column]
        return next((text for name in names if (text := self.sheet.at(row, column_at(name)).text)), "")

    def _says_nothing(self, row: int, filled: list[Cell]) -> bool:
        """Tell whether a row without a known label is a title, a section or a signature: no figure and no unit stands in it."""
        axis = self.mapping.by_rows
        if axis is not None and axis.unit and self.sheet.at(row, column_at(axis.unit)).kind != "blank":
            return False
        if axis is None or not axis.unit:
            return not filled
        signed = not self._row_label(row)  # "Hà Nội, ngày 15 tháng 1": the place and day of a signature
        return all(
            cell.kind == "text"
            and (
                not any(map(str.isdigit, cell.text))
                or (signed and cell.text[:1].isalpha() and "," in cell.text)
            )
            for cell in filled
        )

    def _leave(self, row: int, why: str) -> None:
        self.found.rows_left.append(LeftRow(self.sheet.name, row, why))

    def _row_line(self, row: int) -> _Line:
        """Return what a row says of its figures."""
        mapping = self.mapping
        place = mapping.place
        placed = (
            self.places.read(self.sheet.at(row, column_at(place.column)))
            if isinstance(place, PlaceAxis) and place.column
            else None
        )
        counted = self._labelled(mapping.by_rows, row=row)
        values, fault = self._values(
            {name: axis for name, axis in mapping.dimensions.items() if getattr(axis, "column", None)},
            row=row,
        )
        span = self._row_span(row)
        fault = next((one for one in (placed, counted, fault) if isinstance(one, Held)), None) or fault
        if fault is None and isinstance(counted, Counted):
            fault = self._unit_fault(row, counted)
        return _Line(placed, span, counted, values, fault)

    def _unit_fault(self, row: int, counted: Counted) -> Held | None:
        axis = self.mapping.by_rows
        if axis is None or not axis.unit:
            return None
        said = self.sheet.at(row, column_at(axis.unit)).text
        return self.words.unit_fault(said, counted.measure, self.mapping.unit_words)

    def _row_span(self, row: int) -> Span | Held | None:
        period = self.mapping.period
        if not isinstance(period, PeriodAxis):
            return None
        if period.column:
            at = (row, column_at(period.column))
            return period_of(
                self.sheet.at(*at), self.mapping.calendar, stock=self._stock()
            ) or self._no_period(self.sheet.at(*at), at)
        if period.from_column and period.to_column:
            start, end = (
                self._day((row, column_at(name))) for name in (period.from_column, period.to_column)
            )
            if isinstance(start, Held) or isinstance(end, Held):
                return start if isinstance(start, Held) else end if isinstance(end, Held) else None
            if end < start:
                return Held(worded("the period ends before it begins"), worded("correct the two days"))
            return Span(start, end)
        return None

    def _day(self, at: At) -> date | Held:
        cell = self.sheet.at(*at)
        day = cell.day.date() if cell.day is not None else self.mapping.calendar.day(cell.text)
        if day is not None:
            return day
        return Held(
            worded("{name} is no day of the calendar with a year of four digits", name=cell_name(at)),
            worded("write it as day/month/year, for example 03/04/2023"),
        )

    def _cell(self, at: At, row: _Line, column: _Line) -> None:
        cell, where = self.sheet.at(*at), self.sheet.name
        hidden = self._hidden(row, column)
        if column.left or (hidden and self.mapping.hidden == "leave"):
            self.found.left += [(where, at)] if cell.kind != "blank" else []
            return
        if cell.kind == "blank" and self.mapping.blank == "leave":
            return
        if hidden and self.mapping.hidden is None:
            do = worded('unhide it, or say hidden = "take" or "leave" in the mapping')
            self.found.held.append(HeldCell(where, at, Held(hidden, do)))
            return
        read = self._facts(at, cell, row, column)
        if isinstance(read, Held):
            self.found.held.append(HeldCell(where, at, read))
        else:
            self.found.taken += read

    def _hidden(self, row: _Line, column: _Line) -> str:
        if self.sheet.hidden:
            return worded("the sheet is hidden")
        if row.hidden and column.hidden:
            return worded("{row}, and {column}", row=row.hidden, column=column.hidden)
        return row.hidden or column.hidden

    def _facts(self, at: At, cell: Cell, row: _Line, column: _Line) -> list[Taken] | Held:
        """Return the facts of one cell: place, period and what is counted from its row, its column or the mapping."""
        area = self.sheet.area(at)
        if area is not None and (area.bottom > area.top or area.right > area.left):
            return Held(
                worded("the cell is merged with others: one figure for several places or periods"),
                worded("part the cells, and write a figure or a sign in each"),
            )
        fault = row.fault or column.fault
        place = _first(row.place, column.place, self.fixed.place)
        span = _first(row.span, column.span, self.fixed.span)
        counted = _first(row.counted, column.counted, self.fixed.counted)
        for one in (fault, place, span, counted):
            if isinstance(one, Held):
                return one
        values = {**self.fixed.values, **row.values, **column.values}
        if not isinstance(place, Placed) or not isinstance(span, Span):
            return Held(
                worded("the cell has no place or no period"), worded("say in the mapping where they stand")
            )
        if self.mapping.split:
            return self._split(at, cell, place, span, values)
        return self._one(at, cell, place, span, counted, values)

    def _one(
        self, at: At, cell: Cell, place: Placed, span: Span, counted: object, values: Mapping[str, str]
    ) -> list[Taken] | Held:
        if not isinstance(counted, Counted):
            return Held(worded("nothing says what the cell counts"), worded("say it in the mapping"))
        whole = self.words.with_values(counted, values)
        if isinstance(whole, Held):
            return whole
        figure = read_figure(cell, self.rules(whole.measure))
        if isinstance(figure, Held):
            return figure
        return [Taken(self.sheet.name, at, place, span, whole, figure)]

    def _split(
        self, at: At, cell: Cell, place: Placed, span: Span, values: Mapping[str, str]
    ) -> list[Taken] | Held:
        counted = {
            word: self.words.with_values(self.words.counted(measure, {}), values)
            for word, measure in self.mapping.split.items()
        }
        for one in counted.values():
            if isinstance(one, Held):
                return one
        measures = {word: one for word, one in counted.items() if isinstance(one, Counted)}
        figures = read_split(cell, {word: self.rules(one.measure) for word, one in measures.items()})
        if isinstance(figures, Held):
            return figures
        return [
            Taken(self.sheet.name, at, place, span, measures[word], figure)
            for word, figure in figures.items()
        ]

    def rules(self, measure: str) -> FigureRules:
        """Return how the figures of a measure are written in this table."""
        if measure not in self.written:
            self.written[measure] = self._rules(measure)
        return self.written[measure]

    def _rules(self, measure: str) -> FigureRules:
        mapping = self.mapping
        declared = self.words.programme.measures[measure]
        label = declared.label.root
        return FigureRules(
            named(label.get("en", measure), label.get("vi", label.get("en", measure))),
            remedy=worded(
                "type the figure anew in digits, without marks, or choose a sign from the list of the cell"
            )
            if mapping.own_form
            else "",
            whole=declared.whole,
            negative=declared.negative,
            decimal=mapping.decimal,
            group=mapping.group,
            scale=mapping.factor if mapping.scale != 1 else Decimal(1),
            units=self.words.unit_words(measure, mapping.unit_words)
            if mapping.scale == 1
            else self.words.said(mapping),
            marks={same_word(mark): meaning for mark, meaning in mapping.marks.items()},
        )

    def _holds_figures(self, column: int) -> bool:
        """Tell whether a column holds figures and is no running number of the rows."""
        cells = [cell for row in self.inside if (cell := self.sheet.at(row, column)).kind != "blank"]
        texts = [cell.text for cell in cells if _FIGURE.fullmatch(cell.text)]
        return bool(texts) and texts != [str(number) for number in range(1, len(texts) + 1)]

    def _tell_others(self) -> None:
        """Tell of columns beside the table that hold figures and that the mapping does not name."""
        labels = self.mapping.label_columns()
        beside = [
            column
            for column in sorted(self.filled - labels)
            if not self.first <= column <= self.last and self._holds_figures(column)
        ]
        if beside:
            names = ", ".join(column_name(column) for column in beside)
            self.found.notes.append(
                worded(
                    "sheet {sheet}: columns {names} hold figures that the mapping does not name: they were left",
                    sheet=self.sheet.name,
                    names=names,
                )
            )


def _nothing_there(sheet: Sheet, corner: str) -> FactsError:
    return FactsError(
        where=f"sheet {sheet.name!r}",
        rule=worded("nothing stands in {corner}, or right of and below it", corner=corner),
        do=worded("name the first figure of the table as corner in the mapping"),
    )


def _told(label: str) -> str:
    """Return a label as it is told: one that could be a person's name is not."""
    return "..." if like_a_name(label) else "".join(one for one in label[:60] if one.isprintable())


def _first(*given: Made | None) -> Made | None:
    return next((one for one in given if one is not None), None)
