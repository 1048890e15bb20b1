"""Cells of one place, period and measure that say different figures: held where headings that are not declared tell them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from evalkit.facts.forms.counted import Counted
from evalkit.facts.forms.draft_headings import Parting, breakdown_text, heading_of_values, labels_of_values
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.grid import At, Sheet, cell_at, cell_name, column_at
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.forms.table_reading import HeldCell, TableReading, Taken
from evalkit.messages import listed, worded
from evalkit.programme.models import Programme

Read = tuple[TableMapping, Sheet, TableReading]
SheetCell = tuple[str, At]


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
    beside: dict[SheetCell, list[Taken]] = {}
    for same in of_key.values():
        if len({(one.figure.value, one.figure.status) for one in same}) > 1:
            beside |= {(one.sheet, one.cell): same for one in same}
    return [
        (mapping, _without(reading, _told(mapping, sheet, reading, beside, programme)))
        for mapping, sheet, reading in readings
    ]


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


def _by_entries(mapping: TableMapping, sheet: Sheet, same: list[Taken], programme: Programme) -> Held | None:
    """Return that rows of unlike labels are one figure by the mapping, such as a total and the part of it in the row below."""
    where = mapping.by_rows
    if where is None or where.column is None:
        return None
    column, rows = column_at(where.column), [one.cell[0] for one in same if one.sheet == sheet.name]
    labels = {row: " ".join(sheet.label(row, column).text.split()) for row in sorted(set(rows))}
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
