"""Headings and labels that the mapping does not declare and that say less, or other, than it does: a part, another period, a plan, a share."""

from __future__ import annotations

import re
from dataclasses import replace

from evalkit.facts.forms.counted import Counted, other_kind
from evalkit.facts.forms.draft_headings import (
    OF_WHICH,
    Parting,
    breakdown_text,
    heading_of_values,
    labels_of_values,
    values_of,
)
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.grid import Cell, Sheet, cell_at, cell_name, column_name
from evalkit.facts.forms.head_rows import head_rows, named_rows
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.narrowing_words import (
    is_other_part,
    parts_alone,
    parts_within,
    says_some,
    words_alone,
    words_within,
)
from evalkit.facts.forms.period_texts import Calendar, Span, period_of
from evalkit.facts.forms.person_names import like_a_name
from evalkit.facts.forms.plain_words import same_word, without_mark
from evalkit.facts.forms.runs_of_parts import row_of_parts
from evalkit.facts.forms.table_reading import HeldCell, TableReading, Taken
from evalkit.facts.forms.toml_writing import quoted
from evalkit.messages import worded
from evalkit.programme.models import Programme
from evalkit.table import ALL

_LONGEST, _TOLD = 200, 60
_A_YEAR = 366  # days
_NO_NUMBER = 4  # letters: the running numbers of columns, "(1)", are shorter
_UNIT = re.compile(r"\s*\([^()]*\)$")
_VALUE = re.compile(r"[1-9][0-9]{2}")  # the number of an article; those of columns are shorter
_PERSONS = re.compile(
    r"^(?:tổng )?(?:số )?(?:lượng )?(?:người|nạn nhân|đối tượng|bị can|bị cáo)?(?: là)? ?(?:(?:có |theo )?(?:giới(?: tính)?|phái|nhóm tuổi|độ tuổi) ?[:-]? ?)?|^number of "
)


def without_narrowed(
    mapping: TableMapping, sheet: Sheet, reading: TableReading, programme: Programme
) -> TableReading:
    """Return the reading with the cells held whose figures an undeclared heading or label makes others than the mapping says.

    Parameters
    ----------
    mapping : TableMapping
    sheet : Sheet
    reading : TableReading
    programme : Programme
        Declares the breakdowns whose values a heading may name, and what measures are called.
    """
    if mapping.own_form:
        return reading
    table = _Table(mapping, sheet, reading, programme)
    held = {one.cell: why for one in reading.taken if (why := table.why(one)) is not None}
    return replace(
        reading,
        taken=[one for one in reading.taken if one.cell not in held],
        held=[*reading.held, *(HeldCell(sheet.name, at, why) for at, why in held.items())],
    )


class _Table:
    """A table whose undeclared headings and labels are read, each once for all figures of one kind."""

    def __init__(
        self, mapping: TableMapping, sheet: Sheet, reading: TableReading, programme: Programme
    ) -> None:
        self.mapping, self.sheet, self.programme = mapping, sheet, programme
        self.words = _Words(programme, mapping.calendar, split=bool(mapping.split))
        self.columns = sorted({one.cell[1] for one in reading.taken})
        self.lines = sorted({one.cell[0] for one in reading.taken})
        self.rows = head_rows(mapping, sheet, self.columns)
        self.beside = sorted({*range(1, cell_at(mapping.corner)[1])} - mapping.label_columns())
        self.above: dict[tuple[int, Span, Counted], Held | None] = {}
        self.partings: dict[int, Parting | None] = {}

    def why(self, one: Taken) -> Held | None:
        """Return why a figure is held; None where nothing above or beside it makes it another."""
        key = (one.cell[1], one.span, one.counted)
        if key not in self.above:
            row = _heading(self.mapping, self.sheet, self.rows, one, self.words)
            if row is None:
                row = row_of_parts(self.mapping, self.sheet, one.cell, one.span)
            self.above[key] = (
                None if row is None else _by_heading(self.sheet, self.columns, row, one, self.programme)
            )
        return self.above[key] or self._by_label(one)

    def _by_label(self, one: Taken) -> Held | None:
        column = _label(self.sheet, self.beside, one, self.words)
        if column is None:
            return None
        if column not in self.partings:
            self.partings[column] = labels_of_values(self.sheet, self.lines, [column], self.programme)
        return _by_label(column, one, self.partings[column], self.programme)


def _heading(mapping: TableMapping, sheet: Sheet, rows: list[int], one: Taken, words: _Words) -> int | None:
    """Return the row of an undeclared heading of a figure that narrows it, the lowest one.

    Between the headings that the mapping names and the figures any word counts, and so in the lowest heading where it names
    none; above them a heading that says nothing else.
    """
    known, first = named_rows(mapping), cell_at(mapping.corner)[1]
    highest, lowest = min(known, default=0), max(known, default=0)
    if not known:
        headed = _lowest_heading(mapping, sheet, rows, one.cell[1])
        highest = lowest = headed - 1 if headed else cell_at(mapping.corner)[0]
    for row in rows:
        area = sheet.area((row, one.cell[1]))
        if row in known or (area is not None and not known.isdisjoint(range(area.top, area.bottom + 1))):
            continue
        is_title = area is not None and area.left < first and row < highest
        cell = sheet.spread(row, one.cell[1])
        if not is_title and words.narrow(cell, one, anywhere=row > highest, lowest=row > lowest):
            return row
    return None


def _lowest_heading(mapping: TableMapping, sheet: Sheet, rows: list[int], column: int) -> int | None:
    """Return the lowest row with a heading over a column, numbers of columns aside, and one over the labels beside it; None where there is none."""
    for row in rows:
        cell = sheet.spread(row, column)
        if len(cell.text) >= _NO_NUMBER or (len(cell.text) > 1 and any(map(str.isalpha, cell.text))):
            labels = mapping.label_columns()
            headed = any(sheet.spread(row, one).kind != "blank" for one in labels)
            return row if headed and len(cell.text) <= _TOLD else None
    return None


def _label(sheet: Sheet, columns: list[int], one: Taken, words: _Words) -> int | None:
    """Return the undeclared column left of a figure whose label narrows it and says nothing else."""
    for column in columns:
        cell = sheet.spread(one.cell[0], column)
        if cell.kind == "text" and words.narrow(cell, one, anywhere=False, lowest=False):
            return column
    return None


class _Words:
    """What headings say that narrows a figure, each heading read once."""

    def __init__(self, programme: Programme, calendar: Calendar, *, split: bool) -> None:
        self.programme, self.calendar, self.split = programme, calendar, split
        self.read: dict[tuple[object, ...], bool] = {}

    def narrow(self, cell: Cell, one: Taken, *, anywhere: bool, lowest: bool) -> bool:
        """Tell whether a heading says less, or other, than what the mapping says of a figure; ``anywhere`` also among other words, ``lowest`` where no heading of the mapping stands below it."""
        if cell.kind == "blank" or len(cell.text) > _LONGEST:
            return False
        key = (cell.kind, cell.text, one.span, one.counted, anywhere, lowest)
        if key not in self.read:
            self.read[key] = self._narrow(cell, one, anywhere=anywhere, lowest=lowest)
        return self.read[key]

    def _narrow(self, cell: Cell, one: Taken, *, anywhere: bool, lowest: bool) -> bool:
        if (named := period_of(cell, self.calendar)) is not None:
            inside = named.start <= one.span.start and one.span.end <= named.end
            return not inside or (lowest and _lasts_longer(named, one.span))
        if cell.kind != "text" and not _VALUE.fullmatch(cell.text):
            return False
        said = same_word(without_mark(cell.text)[0])
        short = _UNIT.sub("", said) or said.strip("()")
        own = self._own_words(one.counted.measure)
        return (
            self._says(said, short, one, own, anywhere=anywhere)
            or self._is_value(said, short, one, own)
            or self._is_part(said, short, one, own, lowest=lowest)
            or (not self.split and other_kind(short, one.counted.measure, self.programme))
        )

    def _says(self, said: str, short: str, one: Taken, own: str, *, anywhere: bool) -> bool:
        """Tell whether a heading says a plan, a share, a remainder or another period."""
        if anywhere:
            found, parts = [*words_within(said), *words_alone(short)], parts_within(said)
        else:
            found = [word for text in (said, short) for word in words_alone(text)]
            parts = [part for text in (said, short) for part in parts_alone(text)]
        return any(not _within(text, own) for text in found) or any(
            not _within(text, own) and is_other_part(text, one.span, self.calendar) for text in parts
        )

    def _is_part(self, said: str, short: str, one: Taken, own: str, *, lowest: bool) -> bool:
        """Tell whether a heading says "of which" or some of a figure that the mapping takes for a whole; "of which" alone may stand over those that say of which."""
        found = OF_WHICH.match(said)
        if any(value != ALL for _, value in one.counted.values):
            return False
        if found is None:
            return says_some(short) and not _within(short, own)
        rest = said[found.end() :]
        return lowest if not rest else not _within(rest, own)

    def _own_words(self, measure: str) -> str:
        """Return what a measure and its unit are called: words of theirs narrow nothing."""
        declared = self.programme.measures[measure]
        unit = self.programme.units[declared.unit]
        labels = [*declared.label.root.values(), *unit.label.root.values()]
        return " | ".join(same_word(text).replace("việt nam", "") for text in labels)

    def _is_value(self, said: str, short: str, one: Taken, own: str) -> bool:
        """Tell whether a heading is the value of a breakdown that the figure is not of."""
        bare = _PERSONS.sub("", OF_WHICH.sub("", short))
        values = dict(one.counted.values)
        for text in (said, short, bare):
            for name in self.programme.dimensions:
                found = values_of([text], name, self.programme) if text else None
                if found and values.get(name) not in found.values() and not _within(bare, own):
                    return True
        return False


def _lasts_longer(named: Span, span: Span) -> bool:
    """Tell whether a heading names several years, and a figure is of fewer."""
    return (named.end - named.start).days > _A_YEAR and (named.start, named.end) != (span.start, span.end)


def _within(text: str, own: str) -> bool:
    return bool(text) and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", own) is not None


def _by_heading(sheet: Sheet, columns: list[int], row: int, one: Taken, programme: Programme) -> Held:
    cell = sheet.spread(row, one.cell[1])
    label = " ".join(cell.text.split())
    rule = worded(
        "the headings in row {row} are not declared, and {name} says a part, another period, a plan or a share",
        row=row,
        name=cell_name((row, one.cell[1])),
    )
    leave = worded(
        "say in the mapping what row {row} means: columns, dimensions, items or period; or leave what it is over: skip = [{label}]",
        row=row,
        label="..." if like_a_name(label) or len(label) > _TOLD else quoted(label),
    )
    return Held(
        rule,
        _declared(heading_of_values(sheet, row, columns, programme), one, programme) or leave,
        in_mapping=True,
    )


def _by_label(column: int, one: Taken, found: Parting | None, programme: Programme) -> Held:
    name = column_name(column)
    rule = worded(
        "the labels in column {column} are not declared, and {name} says a part, another period, a plan or a share",
        column=name,
        name=cell_name((one.cell[0], column)),
    )
    leave = worded(
        "say in the mapping what column {column} means: rows, dimensions or period; or take these rows out of the form",
        column=name,
    )
    return Held(rule, _declared(found, one, programme) or leave, in_mapping=True)


def _declared(found: Parting | None, one: Taken, programme: Programme) -> str:
    """Return how a breakdown is declared, where the measure has it."""
    if found is None or found.dimension not in programme.measures[one.counted.measure].dimensions:
        return ""
    return worded(
        "add to the mapping: dimensions.{name} = {text}", name=found.dimension, text=breakdown_text(found)
    )
