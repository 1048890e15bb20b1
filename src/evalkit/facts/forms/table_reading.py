"""Read one table of a form by its mapping: every figure cell is taken, held or left, and none is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from evalkit.errors import FactsError
from evalkit.facts.forms.counted import Counted, Vocabulary
from evalkit.facts.forms.data_values import DataValues, told_deleted
from evalkit.facts.forms.declared_totals import EXACT, RowSum, TotalCell, rows_under, sum_of_rows
from evalkit.facts.forms.figures import Figure, FigureRules, Held, read_figure, read_split
from evalkit.facts.forms.form_places import NO_PLACE, FormPlaces, Placed, scheme_of
from evalkit.facts.forms.grid import At, Cell, Sheet, cell_at, cell_name, cell_ranges, column_at, column_name
from evalkit.facts.forms.head_rows import named_rows
from evalkit.facts.forms.mapping import PeriodAxis, PlaceAxis, TableMapping
from evalkit.facts.forms.outside_table import holds_figures, rows_outside
from evalkit.facts.forms.period_texts import Span, period_of
from evalkit.facts.forms.plain_words import same_word, without_mark
from evalkit.facts.forms.second_tables import FurtherHeadings, parted_by_places
from evalkit.facts.forms.table_headings import Extent, Headings, Line
from evalkit.facts.period_said import period_said
from evalkit.messages import beside, named, worded

Made = TypeVar("Made")
_MOST_TOLD = 12


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
    """A cell that is held, with rule and remedy; ``about`` is what it would be the figure of, as far as that is known."""

    sheet: str
    cell: At
    held: Held
    about: str = ""


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A row that holds no figure, or that the mapping leaves."""

    sheet: str
    row: int
    why: str


@dataclass(slots=True)
class TableReading:
    """What became of a table: facts, held cells, left cells and rows, cells of totals, what else is to be told, and rows outside it that its mapping knows."""

    taken: list[Taken] = field(default_factory=list)
    held: list[HeldCell] = field(default_factory=list)
    left: list[tuple[str, At]] = field(default_factory=list)
    rows_left: list[LeftRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    totals: list[TotalCell] = field(default_factory=list)
    rows_outside: list[int] = field(default_factory=list)

    @property
    def taken_cells(self) -> set[tuple[str, At]]:
        """The cells that gave facts; one cell may give several."""
        return {(one.sheet, one.cell) for one in self.taken}

    @property
    def cells(self) -> set[tuple[str, At]]:
        """The cells that were taken, held or left."""
        return {*self.taken_cells, *((one.sheet, one.cell) for one in self.held), *self.left}


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
        self.filled = frozenset(column for row, column in sheet.cells if self.top <= row <= self.bottom)
        vocabulary.refuse_wrong_unit(sheet, mapping)
        self.mapping = vocabulary.with_unit_said(sheet, mapping)
        self.places = self._places()
        extent = Extent(self.top, self.first, self.last, self.filled)
        self.headings = Headings(sheet, mapping, vocabulary, places=self.places, extent=extent)
        self.further = FurtherHeadings(sheet, mapping, top=self.top, headings=self.headings)
        self.values, self.deleted = DataValues(sheet, mapping), 0
        self.fixed = self._fixed()
        self.found = TableReading()
        self.written: dict[tuple[str, str], FigureRules] = {}
        self.total_rows: list[int] = []
        self.left_by_label: dict[str, list[int]] = defaultdict(list)  # rows with figures
        columns = range(self.first, self.last + 1)
        numbers = (at[0] for at, cell in sheet.cells.items() if cell.kind == "number" and at[1] in columns)
        self.lowest = max((row for row in numbers if self.top <= row <= self.bottom), default=sheet.rows)

    def _last_column(self) -> int:
        """Return the last column: the first, where nothing in the mapping runs across."""
        return self.sheet.columns if named_rows(self.mapping) else self.first

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
            yield from (self.sheet.spread(row, column_at(place.column)) for row in self.inside)
        else:
            columns = range(self.first, self.last + 1)
            yield from (self.sheet.spread(place.row or 1, column) for column in columns)

    def _fixed(self) -> Line:
        """Return what the mapping says of all figures of the table."""
        mapping = self.mapping
        place = self._literal_place(mapping.place) if isinstance(mapping.place, str) else None
        is_axis = isinstance(mapping.period, PeriodAxis) and not mapping.period.cell
        span = None if is_axis else self._literal_span()
        values = mapping.fixed_values
        measure = mapping.measure if isinstance(mapping.measure, str) else ""
        counted = self.words.counted(measure, values) if measure else None
        return Line(place, span, counted, values)

    def _literal_place(self, text: str) -> Placed:
        by_code = FormPlaces(self.words.registry, self.places.scheme, by_code=True).read(Cell("text", text))
        is_code = isinstance(by_code, Placed) or text.isdecimal()
        found = by_code if is_code else self.places.read(Cell("text", text))
        if isinstance(found, Held):
            do = worded("write the code of a place in place") if found.do == NO_PLACE else found.do
            raise FactsError(where="place", rule=found.rule, do=do)
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
                rule=worded(
                    "no dated period is named there, more than one, or only a part, a plan or an average of one"
                ),
                do=worded('write it in the mapping, for example period = "15/12/2022 - 14/12/2023"'),
            )
        return span

    def read(self) -> TableReading:
        """Go through the table row by row."""
        columns = {
            column: line
            for column in range(self.first, self.last + 1)
            if (line := self.headings.of_column(column)) is not None
        }
        columns |= self._beside_further_places(columns)
        for row in self.inside:
            self._row(row, columns)
        self._tell_others()
        self._refuse_idle_skips()
        self._refuse_rows_cut_off()
        self.found.totals = list(self._totals(columns))
        self._tell_not_compared(columns)
        return self.found

    def _beside_further_places(self, columns: Mapping[int, Line]) -> dict[int, Line]:
        """Return the columns from the first one on that names places of its own: their figures are held."""
        parted = parted_by_places(self.sheet, self.mapping, columns, rows=self.inside, places=self.places)
        if parted is None:
            return {}
        first, why = parted
        return {column: replace(line, fault=why) for column, line in columns.items() if column >= first}

    def _totals(self, columns: Mapping[int, Line]) -> Iterator[TotalCell]:
        """Yield the cells of declared rows of totals with what the rows they stand over add up to."""
        if not self.total_rows:
            return
        parts = sorted({row for _, (row, _) in self.found.cells} - set(self.total_rows))
        by_cell: dict[At, list[Taken]] = defaultdict(list)
        for one in self.found.taken:
            by_cell[one.cell].append(one)
        for row, ways in rows_under(self.total_rows, parts).items():
            for column, line in columns.items() if self.headings.overlong(row) is None else ():
                yield from self._totals_of((row, column), line, ways, by_cell)

    def _totals_of(
        self, at: At, column: Line, ways: Sequence[Sequence[int]], by_cell: Mapping[At, Sequence[Taken]]
    ) -> Iterator[TotalCell]:
        """Yield the figure of a cell of a row of totals, or each of several in it, with what the rows add up to."""
        parted = self._parted({**self.fixed.values, **column.values})
        if isinstance(parted, Held):
            return
        for word, counted in parted.items() or (("", None),):
            sums = [self._sum(way, at[1], by_cell, counted) for way in ways]
            known = tuple(found for found in sums if found is not None)
            if known:
                first = by_cell[known[0].cells[0]][0]
                measure = (counted or first.counted).measure
                figure = self._figure_of_total(at, word, measure, parted)
                if isinstance(figure, Figure) and figure.value is not None and figure.qualifier == EXACT:
                    label = self.headings.row_label(at[0])
                    yield TotalCell(self.sheet.name, at, label, first.span, measure, figure.value, known)

    def _figure_of_total(
        self, at: At, word: str, measure: str, parted: Mapping[str, Counted]
    ) -> Figure | Held | None:
        if not parted:
            return read_figure(self.sheet.at(*at), self.rules(measure, self.headings.of_row(at[0]).unit))
        figures = read_split(self.sheet.at(*at), {one: self.rules(of.measure) for one, of in parted.items()})
        return figures if isinstance(figures, Held) else figures.get(word)

    def _tell_not_compared(self, columns: Mapping[int, Line]) -> None:
        """Say of a row of totals which of its figures could not be compared."""
        compared = {one.at for one in self.found.totals if one.can_be_compared}
        for place, left in enumerate(self.found.rows_left):
            cells = [] if left.row not in self.total_rows else self._with_figures(left.row, columns)
            if others := [at for at in cells if at not in compared]:
                why = worded(
                    "a row of totals: not taken, and not compared in {cells}: there, the total or a row it stands over has no exact figure, or the rows do not make up one whole",
                    cells=cell_ranges(others),
                )
                self.found.rows_left[place] = replace(left, why=why)

    def _with_figures(self, row: int, columns: Mapping[int, Line]) -> list[At]:
        """Return the cells of a row with figures, in columns that the mapping does not leave."""
        hidden = self.mapping.hidden == "leave"
        read = [column for column, line in columns.items() if not line.left and not (hidden and line.hidden)]
        return [(row, one) for one in read if any(map(str.isdecimal, self.sheet.at(row, one).text))]

    def _sum(
        self,
        rows: Sequence[int],
        column: int,
        by_cell: Mapping[At, Sequence[Taken]],
        counted: Counted | None,
    ) -> RowSum | None:
        """Return what some rows add up to in a column; incomplete where a cell of theirs was held or left, or is blank."""
        cells = [one for row in rows for one in by_cell.get((row, column), ())]
        taken = [one for one in cells if counted is None or one.counted == counted]
        complete = len(taken) == len(rows)
        return sum_of_rows(taken, programme=self.words.programme, complete=complete) if taken else None

    def _refuse_idle_skips(self) -> None:
        """Refuse a label to be left that stands nowhere: what was meant by it would be taken."""
        idle = self.headings.skips_not_met
        if idle:
            key = "skip" if idle[0] in self.mapping.skip else "total"
            raise FactsError(
                where=f"sheet {self.sheet.name!r}, {key}",
                rule=worded("no heading and no label of the table is {text}", text=repr(idle[0][:60])),
                do=worded("write it as the form has it, or remove it from {key}", key=key),
            )

    def _refuse_rows_cut_off(self) -> None:
        """Refuse an end of the table above a row that the mapping names and that has figures: they would be lost without a word."""
        axis = self.mapping.by_rows
        if axis is None or not axis.column or not self.mapping.until:
            return
        named_here, column = {same_word(label) for label in axis.labels}, column_at(axis.column)
        for row in sorted({row for row, _ in self.sheet.cells if row > self.bottom}):
            label = self.sheet.spread(row, column).text
            cells = [self.sheet.at(row, one) for one in range(self.first, self.last + 1)]
            has_figures = any(any(map(str.isdigit, cell.text)) or cell.kind == "number" for cell in cells)
            if has_figures and same_word(without_mark(label)[0]) in named_here:
                raise FactsError(
                    where=f"sheet {self.sheet.name!r}, until",
                    rule=worded(
                        "row {row} is named in rows, and lies below {until}",
                        row=row,
                        until=self.mapping.until,
                    ),
                    do=worded(
                        'write until = "{cell}" or a later cell, or remove the label from rows',
                        cell=cell_name((row, self.last)),
                    ),
                )

    def _row(self, row: int, columns: Mapping[int, Line]) -> None:
        cells = {column: self.sheet.at(row, column) for column in columns}
        filled = [column for column, cell in cells.items() if cell.kind != "blank"]
        label = self.headings.row_label(row)
        if not filled and not self.headings.has_label(row):
            return
        self.further.look(row, label, {column: cells[column] for column in filled}, columns)
        if (why := self._no_facts(row, label, filled)) is not None:
            self._leave(row, why, filled)
            return
        line = self._line(row)
        if line.fault is not None and self._says_nothing(row, [cells[column] for column in filled]):
            self._leave(row, worded("no figure and nothing that is counted") if label else worded("no label"))
            return
        for column in filled if line.fault is not None else columns:
            self._cell((row, column), line, columns[column])

    def _no_facts(self, row: int, label: str, filled: Sequence[int]) -> str | None:
        """Return why the cells of a row are left: totals, what a program marked as deleted, or the mapping's word."""
        if self.headings.sums_up(label):
            self.total_rows += [row] if self.further.other is None else []
            return worded("a row of totals: compared, and not taken")
        if self.values.deleted(row):
            self.deleted += 1
            return worded("marked as deleted")
        if not self.headings.leaves(row):
            return None
        if filled and same_word(label) in self.headings.skipped:
            self.left_by_label[same_word(label)].append(row)
        return worded("left by the mapping")

    def _line(self, row: int) -> Line:
        """Return what a row says of its figures, or why they are held, and whether it is hidden."""
        line = self.headings.of_row(row)
        faults = (self.further.other, self.headings.overlong(row), line.fault, self.values.of_a_part(row))
        hidden = row in self.sheet.hidden_rows
        return replace(
            line,
            fault=next((one for one in faults if one is not None), None),
            hidden=worded("row {row} is hidden", row=row) if hidden else "",
        )

    def _says_nothing(self, row: int, filled: list[Cell]) -> bool:
        """Tell whether a row without a known label is a title, a section or a signature: no figure and no unit stands in it."""
        axis = self.mapping.by_rows
        if axis is None or not axis.unit:
            return not filled
        if self.sheet.at(row, column_at(axis.unit)).kind != "blank":
            return False
        is_signed = not self.headings.row_label(row)
        return all(_is_no_figure(cell, is_signed=is_signed) for cell in filled)

    def _leave(self, row: int, why: str, columns: Iterable[int] = ()) -> None:
        self.found.left += [(self.sheet.name, (row, column)) for column in columns]
        self.found.rows_left.append(LeftRow(self.sheet.name, row, why))

    def _cell(self, at: At, row: Line, column: Line) -> None:
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
        if isinstance(read, Held) and read.in_mapping and self.mapping.own_form:
            read = Held(
                read.rule, worded("put back what the form had there; evalkit template writes the form anew")
            )
        if isinstance(read, Held):
            self.found.held.append(HeldCell(where, at, read, self._about(at, row, column)))
        else:
            self.found.taken += read

    def _about(self, at: At, row: Line, column: Line) -> str:
        """Return place, measure and period of a cell; a label is told only where it is a place, and what stands in the cell never."""
        place, counted = row.place, _first(row.counted, column.counted, self.fixed.counted)
        parts = [" ".join(self.headings.row_label(at[0]).split())] if isinstance(place, Placed) else []
        if isinstance(counted, Counted):
            parts.append(self.rules(counted.measure).measure)
        if isinstance(span := _first(row.span, column.span, self.fixed.span), Span):
            parts.append(period_said(span.start, span.end))
        return beside(parts) if len(parts) > 1 else ""

    def _no_figure_cell(self, at: At, cell: Cell, row: Line, column: Line) -> Held | None:
        """Return why a cell is none of the table's: outside the form, below the table, or merged with others."""
        outside = self._outside(at, column)
        is_unknown = row.fault is not None and not isinstance(row.counted, Counted)
        if outside is None and is_unknown and self._is_below(at, cell):
            return Held(
                worded("row {row} is not part of the table", row=at[0]),
                worded('write until = "{cell}" in the mapping', cell=cell_name((self.lowest, self.last))),
                in_mapping=True,
            )
        area = self.sheet.area(at)
        if outside is None and area is not None and (area.bottom > area.top or area.right > area.left):
            return Held(
                worded("the cell is merged with others: one figure for several places or periods"),
                worded("part the cells, and write a figure or a sign in each"),
            )
        return outside

    def _outside(self, at: At, column: Line) -> Held | None:
        """Return that a cell lies right of evalkit's own form, or below it: that form has no mapping."""
        if not self.mapping.own_form:
            return None
        if isinstance(column.span, Held) and self.sheet.spread(self.top - 1, at[1]).kind == "blank":
            name = column_name(at[1])
            return Held(worded("column {name} lies outside the form", name=name), worded("delete this cell"))
        if not self.headings.row_label(at[0]):
            return Held(worded("row {row} lies outside the form", row=at[0]), worded("delete this cell"))
        return None

    def _is_below(self, at: At, cell: Cell) -> bool:
        """Tell a text below the last number of a table: a signature, or a note; there is no mapping for evalkit's own form."""
        return self.lowest < at[0] and cell.kind == "text" and not self.mapping.own_form

    def _hidden(self, row: Line, column: Line) -> str:
        if self.sheet.hidden:
            return worded("the sheet is hidden")
        if row.hidden and column.hidden:
            return worded("{row}, and {column}", row=row.hidden, column=column.hidden)
        return row.hidden or column.hidden

    def _facts(self, at: At, cell: Cell, row: Line, column: Line) -> list[Taken] | Held:
        """Return the facts of one cell: place, period and what is counted from its row, its column or the mapping."""
        if (none := self._no_figure_cell(at, cell, row, column)) is not None:
            return none
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
                worded("the cell has no place or no period"),
                worded("say in the mapping where they stand"),
                in_mapping=True,
            )
        if self.mapping.split:
            return self._split(at, cell, place, span, values)
        return self._one(at, cell, place, span, counted, values, row.unit)

    def _one(
        self,
        at: At,
        cell: Cell,
        place: Placed,
        span: Span,
        counted: object,
        values: Mapping[str, str],
        unit: str,
    ) -> list[Taken] | Held:
        if not isinstance(counted, Counted):
            rule = worded("nothing says what the cell counts")
            return Held(rule, worded("say it in the mapping"), in_mapping=True)
        whole = self.words.with_values(counted, values)
        if isinstance(whole, Held):
            return whole
        if not unit and (fault := self.words.scale_fault(self.mapping, whole.measure)) is not None:
            return fault
        figure = read_figure(cell, self.rules(whole.measure, unit))
        if isinstance(figure, Held):
            return figure
        return [Taken(self.sheet.name, at, place, span, whole, figure)]

    def _split(
        self, at: At, cell: Cell, place: Placed, span: Span, values: Mapping[str, str]
    ) -> list[Taken] | Held:
        measures = self._parted(values)
        if isinstance(measures, Held):
            return measures
        figures = read_split(cell, {word: self.rules(one.measure) for word, one in measures.items()})
        if isinstance(figures, Held):
            return figures
        return [
            Taken(self.sheet.name, at, place, span, measures[word], figure)
            for word, figure in figures.items()
        ]

    def _parted(self, values: Mapping[str, str]) -> dict[str, Counted] | Held:
        """Return what the several figures of a cell count, by the words of the mapping; nothing where a cell has one figure."""
        found: dict[str, Counted] = {}
        for word, measure in self.mapping.split.items():
            one = self.words.with_values(self.words.counted(measure, {}), values)
            if isinstance(one, Held):
                return one
            if (fault := self.words.scale_fault(self.mapping, one.measure)) is not None:
                return fault
            found[word] = one
        return found

    def rules(self, measure: str, unit: str = "") -> FigureRules:
        """Return how the figures of a measure are written in this table, in a row that says this unit."""
        if (measure, unit) not in self.written:
            self.written[measure, unit] = self._rules(measure, unit)
        return self.written[measure, unit]

    def _rules(self, measure: str, unit: str) -> FigureRules:
        """Read them by a row's own unit first; the scale of the table is for rows that say none."""
        mapping = self.mapping
        times = self.words.times_unit(unit, measure) if unit else None
        plain = mapping.scale == 1 or times == 1
        declared = self.words.programme.measures[measure]
        label = declared.label.root
        return FigureRules(
            named(label.get("en", measure), label.get("vi", label.get("en", measure))),
            own_form=mapping.own_form,
            whole=declared.whole,
            negative=declared.negative,
            decimal=mapping.decimal,
            group=mapping.group,
            scale=times if times is not None else mapping.factor,
            units=self.words.unit_words(measure, mapping.unit_words)
            if plain and times in (None, 1)
            else frozenset({*self.words.said(mapping), *([same_word(unit)] if unit else [])}),
            marks={same_word(mark): meaning for mark, meaning in mapping.marks.items()},
        )

    def _several_left(self) -> Iterator[str]:
        """Yield which rows with figures are left by a label that several of them bear."""
        labels = {same_word(label): label for label in self.mapping.skip}
        for label, rows in self.left_by_label.items():
            if len(rows) > 1:
                yield worded(
                    'sheet {sheet}: skip = ["{label}"] leaves {number} rows with figures: {rows}; to leave one alone, write the cell of its label there',
                    sheet=self.sheet.name,
                    label=labels[label],
                    number=len(rows),
                    rows=_rows_told(rows),
                )

    def _tell_others(self) -> None:
        """Tell of columns beside the table that hold figures and that the mapping does not name, and of rows outside it that it could read."""
        if not self.mapping.own_form:
            others = sorted({row for row, _ in self.sheet.cells if not self.top <= row <= self.bottom})
            columns = range(self.first, self.last + 1)
            self.found.rows_outside = rows_outside(self.sheet, self.headings, others, columns)
        if self.deleted:
            self.found.notes.append(told_deleted(self.sheet.name, self.deleted))
        self.found.notes += self._several_left()
        labels = self.mapping.label_columns()
        beside = [
            column
            for column in sorted(self.filled - labels)
            if not self.first <= column <= self.last
            and holds_figures(self.sheet, column, self.inside, self.mapping)
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


def _is_no_figure(cell: Cell, *, is_signed: bool) -> bool:
    """Tell a text without digits, or the place and day of a signature: "Hà Nội, ngày 15 tháng 1"."""
    is_place_and_day = is_signed and cell.text[:1].isalpha() and "," in cell.text
    return cell.kind == "text" and (is_place_and_day or not any(map(str.isdigit, cell.text)))


def _rows_told(rows: list[int]) -> str:
    """Return the numbers of rows, the first ones of many."""
    return ", ".join(map(str, rows[:_MOST_TOLD])) + (", ..." if len(rows) > _MOST_TOLD else "")


def _nothing_there(sheet: Sheet, corner: str) -> FactsError:
    return FactsError(
        where=f"sheet {sheet.name!r}",
        rule=worded("nothing stands in {corner}, or right of and below it", corner=corner),
        do=worded("name the first figure of the table as corner in the mapping"),
    )


def _first(*given: Made | None) -> Made | None:
    return next((one for one in given if one is not None), None)
