"""Cells of one place, period and measure that say different figures: held where headings that are not declared tell them apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from evalkit.facts.forms.counted import Counted
from evalkit.facts.forms.draft_headings import Parting, breakdown_text, heading_of_values, labels_of_values
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.grid import At, Sheet, cell_at, cell_name, column_at
from evalkit.facts.forms.head_rows import named_rows
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.narrowing_words import words_within
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.forms.table_reading import HeldCell, TableReading, Taken
from evalkit.facts.forms.undeclared_headings import without_narrowed
from evalkit.messages import listed, worded
from evalkit.programme.models import Programme

Read = tuple[TableMapping, Sheet, TableReading]
SheetCell = tuple[str, At]
_A_YEAR = 364  # days from the first to the last
_YEAR = re.compile(r"(?<!từ đầu )(?<!đầu )(?<!cuối )(?<!nửa )(?<!\w)năm(?!\w)(?! học| trước)")


def hold_conflicting(
    readings: Iterable[Read], programme: Programme
) -> list[tuple[TableMapping, TableReading]]:
    """Return the readings with the cells held that are of one place, period and measure, differ, and stand under different headings.

    Parameters
    ----------
    readings : iterable of (mapping, sheet, reading)
    programme : Programme
        Declares the breakdowns that a row of headings may part the cells by.
    """
    readings = list(readings)
    of_key: dict[tuple[object, ...], list[Taken]] = defaultdict(list)
    for mapping, _, reading in readings:
        for one in reading.taken:
            day = (mapping.edition_date, mapping.published)
            of_key[one.place, one.span.start, one.span.end, one.counted, day].append(one)
    unlike = [same for same in of_key.values() if _differ(same)]
    others = _of_other_periods(readings, programme) if unlike else set()
    beside: dict[SheetCell, list[Taken]] = {}
    for same in unlike:
        rest = [one for one in same if (one.sheet, one.cell) not in others]
        if not rest or _differ(rest) or not all(_of_the_year(readings, one) for one in rest):
            beside |= {(one.sheet, one.cell): same for one in same}
    return [
        (mapping, _without(reading, _told(mapping, sheet, reading, beside, programme)))
        for mapping, sheet, reading in readings
    ]


def _differ(same: list[Taken]) -> bool:
    return len({(one.figure.value, one.figure.status) for one in same}) > 1


def _of_other_periods(readings: list[Read], programme: Programme) -> set[SheetCell]:
    """Return the cells that are held for their own headings, such as "Lũy kế": they are no other figure of the cells beside them."""
    found: set[SheetCell] = set()
    for mapping, sheet, reading in readings:
        kept = without_narrowed(mapping, sheet, reading, programme).taken_cells
        found |= {cell for cell in reading.taken_cells - kept if _says_otherwise(mapping, sheet, cell[1])}
    return found


def _says_otherwise(mapping: TableMapping, sheet: Sheet, at: At) -> bool:
    """Tell whether a heading above a cell says a sum over years, a plan or a comparison."""
    return any(words_within(text) for text in _headings(mapping, sheet, at))


def _of_the_year(readings: list[Read], one: Taken) -> bool:
    """Tell whether the heading right above a cell says that it is of the whole year: "Trong năm"."""
    if one.span.end.year != one.span.start.year or (one.span.end - one.span.start).days < _A_YEAR:
        return False
    for mapping, sheet, reading in readings:
        if sheet.name == one.sheet and (one.sheet, one.cell) in reading.taken_cells:
            texts = _headings(mapping, sheet, one.cell)
            return bool(texts) and _YEAR.search(texts[0]) is not None and not words_within(texts[0])
    return False


def _headings(mapping: TableMapping, sheet: Sheet, at: At) -> list[str]:
    """Return the headings above a cell that the mapping does not name, the lowest first."""
    known = named_rows(mapping)
    rows = [row for row in range(cell_at(mapping.corner)[0] - 1, 0, -1) if row not in known]
    texts = (same_word(sheet.spread(row, at[1]).text) for row in rows)
    return [text for text in texts if text]


def _without(reading: TableReading, held: dict[SheetCell, Held]) -> TableReading:
    taken = [one for one in reading.taken if (one.sheet, one.cell) not in held]
    return replace(
        reading, taken=taken, held=[*reading.held, *(HeldCell(*cell, why) for cell, why in held.items())]
    )


def _told(
    mapping: TableMapping,
    sheet: Sheet,
    reading: TableReading,
    beside: dict[SheetCell, list[Taken]],
    programme: Programme,
) -> dict[SheetCell, Held]:
    """Return why cells are held; those that no heading tells apart are told of by a warning, and not held."""
    found: dict[SheetCell, Held] = {}
    for cell in sorted(reading.taken_cells & beside.keys()):
        here = [one.cell for one in beside[cell] if one.sheet == sheet.name]
        why = (
            _by_headings(mapping, sheet, here, programme)
            or _by_labels(mapping, sheet, here, programme)
            or _by_entries(mapping, sheet, beside[cell], programme)
            or _by_merged(mapping, sheet, here)
        )
        if why is not None:
            found[cell] = why
    return found


def _by_headings(mapping: TableMapping, sheet: Sheet, cells: list[At], programme: Programme) -> Held | None:
    """Return the row of headings that tells the columns of some cells apart, and that the mapping does not declare."""
    columns = sorted({column for _, column in cells})
    axes = [mapping.place, mapping.period, mapping.by_columns, *mapping.dimensions.values()]
    known = {getattr(axis, "row", None) for axis in axes}
    for row in range(cell_at(mapping.corner)[0] - 1, 0, -1):
        texts = {sheet.spread(row, column).text for column in columns}
        if row in known or len(texts) < 2:
            continue
        return Held(
            worded("columns give one figure unlike: the headings in row {row} are not declared", row=row),
            _to_declare(heading_of_values(sheet, row, columns, programme))
            or worded(
                "say in the mapping what row {row} means: columns, dimensions, items or period", row=row
            ),
            in_mapping=True,
        )
    return None


def _by_labels(mapping: TableMapping, sheet: Sheet, cells: list[At], programme: Programme) -> Held | None:
    """Return the column of labels that tells the rows of some cells apart, and that the mapping does not declare."""
    rows = sorted({row for row, _ in cells})
    columns = sorted({*range(1, cell_at(mapping.corner)[1])} - mapping.label_columns())
    found = labels_of_values(sheet, rows, columns, programme) if len(rows) > 1 else None
    if found is None:
        return None
    rule = worded(
        "rows give one figure unlike: their labels by {name} are not declared", name=found.dimension
    )
    return Held(rule, _to_declare(found), in_mapping=found is not None)


def _by_merged(mapping: TableMapping, sheet: Sheet, cells: list[At]) -> Held | None:
    """Return the merged cell that gives the rows of some cells one label, where nothing else tells them apart."""
    rows = {row for row, _ in cells}
    for column in sorted(mapping.label_columns()):
        areas = {sheet.area((row, column)) for row in rows}
        area = areas.pop()
        if len(rows) > 1 and not areas and area is not None:
            return Held(
                worded(
                    "rows give one figure unlike: the merged cell {name} is the label of them all",
                    name=cell_name((area.top, area.left)),
                ),
                worded("part the merged cell, and write in each row what its figures are"),
            )
    return None


def _by_entries(mapping: TableMapping, sheet: Sheet, same: list[Taken], programme: Programme) -> Held | None:
    """Return that rows of unlike labels are one figure by the mapping, such as a total and the part of it in the row below."""
    where = mapping.by_rows
    if where is None or where.column is None:
        return None
    column, rows = column_at(where.column), [one.cell[0] for one in same if one.sheet == sheet.name]
    labels = {row: " ".join(sheet.spread(row, column).text.split()) for row in sorted(set(rows))}
    if len(labels) < 2:
        return None
    rule = worded(
        "the mapping gives these rows one and the same figure, and they differ: {labels}",
        labels=listed([f"{cell_name((row, column))} {text!r}" for row, text in labels.items()]),
    )
    if len({same_word(text) for text in labels.values()}) == 1:
        return Held(rule, _to_whole(same[0].counted), in_mapping=True)
    return Held(rule, _to_part(same[0].counted.measure, programme), in_mapping=True)


def _to_whole(counted: Counted) -> str:
    """Return how rows of one label are written that are parts of unlike rows."""
    values = ",".join(f"{name}={value}" for name, value in counted.values) or "sex=female"
    return worded(
        'where each is a part of the row above it, write the breakdown alone: "[{values}]"; else leave the other one by its cell, as in skip = ["B13"]',
        values=values,
    )


def _to_part(measure: str, programme: Programme) -> str:
    """Return how a row that is a part of another is written, by the first breakdown that the measure has."""
    parts = (
        f"{measure}[{name}={value}]"
        for name in programme.measures[measure].dimensions
        for value in programme.dimensions[name].values
    )
    if (part := next(parts, None)) is None:
        return worded("correct the measure of one of them, or leave it by skip")
    return worded(
        'a row that is a part of another has its breakdown behind the measure, as in "{part}"; else correct its measure or leave it by skip',
        part=part,
    )


def _to_declare(found: Parting | None) -> str:
    if found is None:
        return ""
    return worded(
        "add to the mapping: dimensions.{name} = {text}", name=found.dimension, text=breakdown_text(found)
    )
