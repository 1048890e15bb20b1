"""Read a whole form: particulars of persons first, then each table of its mapping, then what the figures say of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from evalkit.errors import FactsError
from evalkit.facts.facts_workbook import value_text
from evalkit.facts.findings import Finding
from evalkit.facts.forms.conflicting_cells import hold_conflicting
from evalkit.facts.forms.contradicting_units import without_other_units
from evalkit.facts.forms.control_totals import (
    ControlTotal,
    control_totals,
)
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.declared_totals import WrongTotal, agreeing_totals, told_total, wrong_totals
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.form_findings import (
    called,
    place_names,
    told_of_figures,
    told_of_form,
    told_otherwise,
)
from evalkit.facts.forms.grid import At, Form, Sheet, cell_at, cell_name
from evalkit.facts.forms.mapping import FormMapping, TableMapping
from evalkit.facts.forms.overlapping_tables import refuse_overlaps
from evalkit.facts.forms.particulars import refuse_particulars
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.forms.table_reading import HeldCell, LeftRow, TableReading, Taken, read_table
from evalkit.facts.forms.undeclared_headings import without_narrowed
from evalkit.facts.intake import FROM_FORMS, Source
from evalkit.messages import worded
from evalkit.table import COLUMNS

PRELIMINARY, MARK = FROM_FORMS
SheetCell = tuple[str, At]
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class FormReading:
    """What became of a form.

    Attributes
    ----------
    source_id : str
    facts : DataFrame
        Text columns of the facts table, one row per figure, with the columns of its breakdowns, ``preliminary`` and ``mark``.
    taken, left : tuple of (sheet, cell)
        The cells that gave figures, and those the mapping leaves.
    held : tuple of HeldCell
    rows_left : tuple of LeftRow
    findings : tuple of Finding
        What the figures say of each other, and what was not read; never a figure.
    totals : tuple of ControlTotal
    rounded_to : float
        What the last digit of scaled figures stands for; 0 where they are whole.
    doubted : tuple of HeldCell
        Cells that were taken and cannot stand beside each other, with rule and remedy.
    edition_named : bool
        Whether the mapping names the day of the edition; else it is that of the source.
    wrong_totals : tuple of WrongTotal
        Cells of rows of totals that their rows contradict.
    otherwise : tuple of Finding
        What the form says otherwise than its mapping does; among the findings.
    known_source : mapping of str
        Of agency, date and confidence of the source those that the mapping answers.
    """

    source_id: str
    facts: pd.DataFrame
    taken: tuple[SheetCell, ...]
    held: tuple[HeldCell, ...]
    left: tuple[SheetCell, ...]
    rows_left: tuple[LeftRow, ...]
    findings: tuple[Finding, ...]
    totals: tuple[ControlTotal, ...]
    rounded_to: float = 0
    doubted: tuple[HeldCell, ...] = ()
    edition_named: bool = True
    wrong_totals: tuple[WrongTotal, ...] = ()
    otherwise: tuple[Finding, ...] = ()
    known_source: Mapping[str, str] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """How many figure cells were read: those taken, held and left."""
        return len(self.taken) + len(self.held) + len(self.left)


@dataclass(frozen=True, slots=True)
class Sender:
    """Under which name a form's figures go into the workspace.

    ``day`` stands for the day of publication where the mapping names none; ``sources`` are those the workspace declares. What an earlier
    import wrote of a source's rounding (``rounding_written``) is found anew.
    """

    path: Path
    source_id: str
    day: date
    sources: Mapping[str, Source]
    rounding_written: bool = False


def read_form(form: Form, mapping: FormMapping, *, sender: Sender, vocabulary: Vocabulary) -> FormReading:
    """Read a form by its mapping.

    Parameters
    ----------
    form : Form
    mapping : FormMapping
    sender : Sender
    vocabulary : Vocabulary

    Raises
    ------
    FactsError
        If the form holds particulars of persons, or the mapping contradicts the form or the programme.
    """
    chosen = [(table, sheet_of(form, table, sender.path)) for table in mapping.table]
    in_tables = {at for table, sheet in chosen for at in _within(table, sheet)}
    is_place = place_names(vocabulary)
    refuse_particulars(str(sender.path), form, figures=in_tables, is_place=is_place)
    read = [(table, sheet, read_table(sheet, table, vocabulary)) for table, sheet in chosen]
    refuse_overlaps((table, reading.taken) for table, _, reading in read)
    apart = hold_conflicting(read, vocabulary.programme)
    readings = [
        (table, _as_declared(table, sheet, reading, vocabulary))
        for (table, reading), (_, sheet) in zip(apart, chosen, strict=True)
    ]
    taken = {cell for *_, reading in read for cell in reading.taken_cells}
    refuse_particulars(str(sender.path), form, figures=taken, is_place=is_place)
    reading = _put_together(
        form, readings, sender=sender, vocabulary=vocabulary, sheets=[sheet for _, sheet in chosen]
    )
    held = tuple(map(_by_known, reading.held)) if mapping.known else reading.held
    return replace(reading, held=held, known_source=mapping.known_source())


def _by_known(one: HeldCell) -> HeldCell:
    """Return a held cell with a remedy for who has no mapping to correct: it comes with evalkit."""
    if not one.held.in_mapping:
        return one
    do = worded(
        "correct it in the form; the mapping of this form comes with evalkit: for a form that has more, --suggest writes a draft of one of your own"
    )
    return replace(one, held=Held(one.held.rule, do))


def _as_declared(
    table: TableMapping, sheet: Sheet, reading: TableReading, vocabulary: Vocabulary
) -> TableReading:
    """Return the reading without the figures that the form calls something else than the mapping does."""
    narrowed = without_narrowed(table, sheet, reading, vocabulary.programme)
    return without_other_units(table, sheet, narrowed, vocabulary)


def sheet_of(form: Form, table: TableMapping, path: Path) -> Sheet:
    """Return the sheet a table stands on: the one named, else the first that is not hidden and not empty.

    Raises
    ------
    FactsError
        If there is no such sheet.
    """
    if table.sheet is not None:
        named = [sheet for sheet in form.sheets if same_word(sheet.name) == same_word(table.sheet)]
    else:
        named = [sheet for sheet in form.sheets if sheet.cells and not sheet.hidden]
    if named:
        return named[0]
    raise FactsError(
        where=str(path),
        rule=worded("the form has no sheet {sheet}", sheet=repr(table.sheet))
        if table.sheet
        else worded("the form has no sheet with anything on it"),
        do=worded(
            "its sheets: {sheets}",
            sheets=", ".join(called(form, sheet) for sheet in form.sheets[:12]) or "-",
        ),
    )


def _within(table: TableMapping, sheet: Sheet) -> set[SheetCell]:
    """Return the cells right of and below a table's corner that are not in its columns of labels."""
    top, first = cell_at(table.corner)
    bottom, last = cell_at(table.until) if table.until else (sheet.rows, sheet.columns)
    labels = table.label_columns()
    return {
        (sheet.name, (row, column))
        for row, column in sheet.cells
        if top <= row <= bottom and first <= column <= last and column not in labels
    }


def _put_together(
    form: Form,
    readings: list[tuple[TableMapping, TableReading]],
    *,
    sender: Sender,
    vocabulary: Vocabulary,
    sheets: list[Sheet],
) -> FormReading:
    several = len({sheet.name for sheet in sheets}) > 1
    facts = fact_rows(readings, sender=sender, vocabulary=vocabulary, several=several)
    taken = tuple(sorted({cell for _, reading in readings for cell in reading.taken_cells}))
    held = tuple(one for _, reading in readings for one in reading.held)
    wrong, agreed = _totals(facts, readings, sender)
    told = [told_total(one, vocabulary.programme, sender.path.name) for one in wrong]
    source = _rounding(sender, readings)
    otherwise = told_otherwise(readings, sheets, path=sender.path, vocabulary=vocabulary)
    findings = [
        *told_of_form(form, readings, sheets, path=sender.path, vocabulary=vocabulary),
        *otherwise,
        *told_of_figures(facts, source, path=sender.path, vocabulary=vocabulary),
        *agreeing_totals(agreed, sender.path.name),
    ]
    return FormReading(
        sender.source_id,
        facts,
        taken,
        _once(held, taken),
        _left(readings, {*taken, *((one.sheet, one.cell) for one in held)}),
        tuple(row for _, reading in readings for row in reading.rows_left),
        (*findings, *told),
        control_totals(facts),
        source.rounded_to,
        _doubted([*(one for one in findings if one.severity == "error"), *told], sheets),
        all(table.edition_date is not None for table, _ in readings),
        tuple(wrong),
        otherwise,
    )


def _totals(
    facts: pd.DataFrame, readings: list[tuple[TableMapping, TableReading]], sender: Sender
) -> tuple[list[WrongTotal], int]:
    """Return the cells of rows of totals that their rows contradict, and how many agree."""
    return wrong_totals(
        (one for _, reading in readings for one in reading.totals),
        rounded=Decimal(str(_rounding(sender, readings).rounded_to)),
        several=bool(facts["source_cell"].str.contains("!", regex=False).any()),
        published={one.sheet: table.published for table, reading in readings for one in reading.totals},
    )


def _doubted(findings: Iterable[Finding], sheets: list[Sheet]) -> tuple[HeldCell, ...]:
    """Return the cells that findings name, each with the first one."""
    found: dict[SheetCell, HeldCell] = {}
    for one in findings:
        for text in one.cells:
            name, _, cell = text.rpartition("!")
            at = (name or sheets[0].name, cell_at(cell))
            found.setdefault(at, HeldCell(*at, Held(one.rule, one.do)))
    return tuple(found.values())


def _once(held: Iterable[HeldCell], taken: Iterable[SheetCell]) -> tuple[HeldCell, ...]:
    """Return each held cell once; a cell that another table of the mapping takes is not held."""
    known, once = set(taken), []
    for one in held:
        if (one.sheet, one.cell) not in known:
            known.add((one.sheet, one.cell))
            once.append(one)
    return tuple(once)


def _left(
    readings: Iterable[tuple[TableMapping, TableReading]], others: set[SheetCell]
) -> tuple[SheetCell, ...]:
    """Return each cell that is left once; one that another table of the mapping takes or holds is not left."""
    return tuple(
        dict.fromkeys(cell for _, reading in readings for cell in reading.left if cell not in others)
    )


def fact_rows(
    readings: list[tuple[TableMapping, TableReading]],
    *,
    sender: Sender,
    vocabulary: Vocabulary,
    several: bool,
) -> pd.DataFrame:
    """Return figures as rows of text, in the columns of a facts file; ``several`` names the sheet beside the cell."""
    rows = [
        _fact(one, table, sender=sender, vocabulary=vocabulary, several=several)
        for table, reading in readings
        for one in reading.taken
    ]
    dimensions = sorted({name for row in rows for name in row} - {*COLUMNS, PRELIMINARY, MARK})
    columns = [*COLUMNS, *dimensions, PRELIMINARY, MARK]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    table[dimensions] = table[dimensions].fillna("all")
    return table.fillna("")


def _fact(
    one: Taken, table: TableMapping, *, sender: Sender, vocabulary: Vocabulary, several: bool
) -> dict[str, str]:
    measure = vocabulary.programme.measures[one.counted.measure]
    cell = cell_name(one.cell)
    return {
        "province_code": one.place.code,
        "scheme": one.place.scheme,
        "place_basis": measure.place_basis,
        "period_start": one.span.start.isoformat(),
        "period_end": one.span.end.isoformat(),
        "measure": one.counted.measure,
        "value": "" if one.figure.value is None else value_text(one.figure.value),
        "unit": measure.unit,
        "status": one.figure.status,
        "qualifier": one.figure.qualifier,
        "published": "true" if table.published else "false",
        "source_id": sender.source_id,
        "edition_date": (table.edition_date or sender.day).isoformat(),
        "source_cell": f"{one.sheet}!{cell}" if several else cell,
        PRELIMINARY: "true" if one.span.preliminary else "false",
        MARK: one.figure.mark or one.span.mark,
        **dict(one.counted.values),
    }


def _rounding(sender: Sender, readings: list[tuple[TableMapping, TableReading]]) -> Source:
    """Return the source as declared, else one that is rounded to the last digit its figures are written to."""
    declared = sender.sources.get(sender.source_id)
    if declared is not None and not sender.rounding_written:
        return declared
    steps = [_step(table, reading) for table, reading in readings if reading.taken]
    found = float(max(steps, default=0))
    if declared is not None:
        return declared.model_copy(update={"rounded_to": found})
    return Source(title="-", agency="-", date="n.d.", confidence="to be checked", rounded_to=found)


def _step(table: TableMapping, reading: TableReading) -> Decimal:
    """Return what the last digit of a table's figures stands for; nothing where they are whole and not scaled."""
    if table.factor == 1:
        return Decimal(0)
    values = [one.figure.value / table.factor for one in reading.taken if one.figure.value]
    decimals = max((-int(value.normalize().as_tuple().exponent) for value in values), default=0)
    return table.factor * Decimal(1).scaleb(-max(decimals, 0))
