"""What is told of a form beside its figures: what was not read, what it calls otherwise, and what its figures say of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from evalkit.errors import EvalkitError
from evalkit.facts.findings import Finding
from evalkit.facts.forms.control_totals import agreements, total_of_a_few, with_agreements
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.days_said import after_its_day
from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.full_names import is_full_name
from evalkit.facts.forms.grid import Form, Sheet, cell_at, cell_name, text_cell
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_above import other_period_said
from evalkit.facts.forms.person_names import like_a_name
from evalkit.facts.forms.persons_in_text import names_a_person
from evalkit.facts.forms.place_said import before_their_boundaries, other_place_said
from evalkit.facts.forms.sheet_names import other_sheet_named
from evalkit.facts.forms.table_reading import TableReading
from evalkit.facts.forms.windows_said import other_windows_said
from evalkit.facts.intake import FILE, FROM_FORMS, ROW, Source
from evalkit.facts.sum_checks import check_sums
from evalkit.messages import worded
from evalkit.table import DATES

PRELIMINARY, MARK = FROM_FORMS
Readings = list[tuple[TableMapping, TableReading]]
_MOST_NAMED = 12


def told_of_form(
    form: Form, readings: Readings, sheets: list[Sheet], *, path: Path, vocabulary: Vocabulary
) -> list[Finding]:
    """Tell which sheets and rows were not read.

    Parameters
    ----------
    form : Form
    readings : list of (TableMapping, TableReading)
    sheets : list of Sheet
        The sheet of each reading.
    path : Path
        The form, to name it.
    vocabulary : Vocabulary
    """
    notes = [note for _, one in readings for note in one.notes]
    look = worded("look whether they belong to the report")
    return [
        *_unread(form, sheets, path, place_names(vocabulary)),
        *(_unread_own(form, sheets, path) if any(table.own_form for table, _ in readings) else ()),
        *(Finding("note", str(path), note, look) for note in notes),
        *_rows_outside(readings, sheets, path),
    ]


def told_otherwise(
    readings: Readings, sheets: list[Sheet], *, path: Path, vocabulary: Vocabulary
) -> tuple[Finding, ...]:
    """Tell what the titles, notes and sheet names of a form say otherwise than its mapping does: as long as its figures stand, every check repeats it.

    Parameters
    ----------
    readings : list of (TableMapping, TableReading)
    sheets : list of Sheet
        The sheet of each reading.
    path : Path
        The form, to name it.
    vocabulary : Vocabulary
    """
    return tuple(
        finding
        for (table, reading), sheet in zip(readings, sheets, strict=True)
        if reading.taken
        for finding in _otherwise(table, reading, sheet, path, vocabulary)
    )


def _otherwise(
    table: TableMapping, reading: TableReading, sheet: Sheet, path: Path, vocabulary: Vocabulary
) -> Iterator[Finding]:
    """Yield what a sheet says of place and period that is not what its figures were taken as."""
    first, spans = reading.taken[0], {one.span for one in reading.taken}
    yield from other_place_said(table, sheet, first.place, vocabulary, path)
    yield from other_sheet_named(table, sheet, first.place, spans, vocabulary, path)
    yield from other_windows_said(table, sheet, spans, path) or other_period_said(table, sheet, spans, path)


def told_of_figures(
    facts: pd.DataFrame, source: Source, *, path: Path, vocabulary: Vocabulary
) -> list[Finding]:
    """Tell what the figures say of each other and of their days: before their boundaries, repeated, sums that cannot be or agree.

    Parameters
    ----------
    facts : DataFrame
        Rows of text as they go into the facts file.
    source : Source
        As declared or as its figures show it: how they are rounded.
    path : Path
        The form, to name it.
    vocabulary : Vocabulary
    """
    return [
        *before_their_boundaries(facts, vocabulary.registry, path),
        *after_its_day(facts, path),
        *_of_each_other(facts, source, file=path.name, vocabulary=vocabulary),
    ]


def _rows_outside(readings: Readings, sheets: list[Sheet], path: Path) -> Iterator[Finding]:
    """Yield a warning of the rows with known labels and figures that lie above or below a table, and that no other table reads."""
    read = {(name, row) for _, one in readings for name, (row, _) in one.cells}
    for (table, reading), sheet in zip(readings, sheets, strict=True):
        rows = [row for row in reading.rows_outside if (sheet.name, row) not in read]
        if rows:
            yield Finding(
                "warning",
                f"{path.name}, {cell_name((rows[0], cell_at(table.corner)[1]))}",
                worded(
                    "sheet {sheet}: rows {rows} have labels of the table and figures, and lie above or below it: they were not read",
                    sheet=sheet.name,
                    rows=_rows_named(rows),
                ),
                worded("correct corner or until in the mapping, unless these rows are to be left"),
            )


def _rows_named(rows: list[int]) -> str:
    """Return rows by number, the first ones of many."""
    named = ", ".join(map(str, rows[:_MOST_NAMED]))
    return f"{named}, ..." if rows[_MOST_NAMED:] else named


def _unread(form: Form, sheets: list[Sheet], path: Path, is_place: Callable[[str], bool]) -> list[Finding]:
    """Tell of sheets that were not read, and of what the reader could not see."""
    names = {sheet.name for sheet in sheets}
    found = [Finding("note", str(path), note, worded("look at the form")) for note in form.notes]
    for sheet in form.sheets:
        if sheet.name in names or not sheet.cells:
            continue
        rule = (
            worded("the sheet {name} is hidden and was not read", name=called(form, sheet, is_place))
            if sheet.hidden
            else worded(
                "the sheet {name} was not read: the mapping does not name it",
                name=called(form, sheet, is_place),
            )
        )
        found.append(Finding("note", str(path), rule, worded("name it in the mapping if it holds figures")))
    return found


def _unread_own(form: Form, sheets: list[Sheet], path: Path) -> Iterator[Finding]:
    """Yield a warning for each sheet of evalkit's own form that holds numbers and was not read, since its head is not whole."""
    names = {sheet.name for sheet in sheets}
    for sheet in form.sheets:
        if sheet.name not in names and any(cell.kind == "number" for cell in sheet.cells.values()):
            yield Finding(
                "warning",
                f"{path.name}, {called(form, sheet)}",
                worded("figures of this sheet were not taken: its head is not that of evalkit's form"),
                worded(
                    "put its cells A2 to C4 and its columns A to D back as on the other sheet, or fill in a new form, and import again; a sheet of your own may stay"
                ),
            )


def called(form: Form, sheet: Sheet, is_place: Callable[[str], bool] = lambda _: False) -> str:
    """Return the name of a sheet in quotation marks, or which one it is where the name may be a person's."""
    name = " ".join(sheet.name.replace("_", " ").split())
    if not (like_a_name(name) or is_full_name(name) or names_a_person(name, is_place)) or is_place(name):
        return repr(sheet.name)
    return worded("no. {number}", number=form.sheets.index(sheet) + 1)


def _of_each_other(
    facts: pd.DataFrame, source: Source, *, file: str, vocabulary: Vocabulary
) -> list[Finding]:
    """Tell what the figures say of each other: repeated ones, sums that cannot be, and totals that agree with their parts."""
    if facts.empty:
        return []
    table = facts.drop(columns=MARK)
    table[PRELIMINARY] = facts[PRELIMINARY] == "true"
    table["value"] = pd.to_numeric(facts["value"].replace("", None))
    table["published"] = facts["published"] == "true"
    for name in DATES:
        table[name] = pd.to_datetime(facts[name]).astype("datetime64[s]")
    table[FILE], table[ROW] = file, facts["source_cell"]
    beside = {"value", "status", "qualifier", "source_cell", PRELIMINARY, FILE, ROW}
    key = [str(name) for name in table if name not in beside]
    again = table.duplicated(key, keep="first")
    sources = {str(facts["source_id"].iloc[0]): source}
    agreed = agreements(table[~again], vocabulary=vocabulary, rounded=source.rounded_to)
    unlike = _sums(table[~again].reset_index(drop=True), sources, vocabulary)
    return [
        *_repeated(table, key, file),
        *_footnotes(facts, file),
        *_approximate(facts, file),
        *with_agreements(unlike, agreed, file),
        *total_of_a_few(
            table[~again],
            vocabulary=vocabulary,
            rounded=source.rounded_to,
            file=file,
        ),
    ]


def _repeated(table: pd.DataFrame, key: list[str], file: str) -> list[Finding]:
    found = []
    for _, rows in table[table.duplicated(key, keep=False)].groupby(key, sort=False, dropna=False):
        rule = (
            worded("these cells are of the same place, period and measure, and differ")
            if len(set(rows["value"].fillna(-1))) > 1
            else worded("these cells are of the same place, period and measure")
        )
        cells = ", ".join(rows[ROW].astype(str))
        do = worded("say which of them holds, and take the other out of the form")
        found.append(Finding("warning", f"{file}, {cells}", rule, do))
    return found


def _approximate(facts: pd.DataFrame, file: str) -> list[Finding]:
    """Tell how many figures were taken with a word that says how exact they are, and where."""
    cells = list(dict.fromkeys(facts.loc[facts["qualifier"] != "exact", "source_cell"]))
    if not cells:
        return []
    more = f" and {len(cells) - _MOST_NAMED} more" if len(cells) > _MOST_NAMED else ""
    return [
        Finding(
            "note",
            f"{file}, at {', '.join(cells[:_MOST_NAMED])}{more}",
            worded(
                'cells taken as approximate, by the word before the figure ("about", "more than"): {number}',
                number=len(cells),
            ),
            worded("nothing; write the figure alone where it is exact"),
        )
    ]


def _footnotes(facts: pd.DataFrame, file: str) -> list[Finding]:
    """Tell of the signs of footnotes behind figures: they are kept, and no page shows them."""
    signed = facts.loc[(facts[MARK] != "") & (facts[PRELIMINARY] != "true"), "source_cell"].unique()
    if not len(signed):
        return []
    more = f" and {len(signed) - _MOST_NAMED} more" if len(signed) > _MOST_NAMED else ""
    return [
        Finding(
            "note",
            f"{file}, at {', '.join(signed[:_MOST_NAMED])}{more}",
            worded(
                "a sign of a footnote stands behind the figure: it is kept in the column mark, and no page shows it"
            ),
            worded("say what the footnote says in note.vi and note.en of the source, in sources.toml"),
        )
    ]


def _sums(table: pd.DataFrame, sources: Mapping[str, Source], vocabulary: Vocabulary) -> list[Finding]:
    try:
        found = check_sums(
            table, programme=vocabulary.programme, registry=vocabulary.registry, sources=sources
        )
    except EvalkitError as refusal:
        return [Finding("warning", refusal.where, refusal.rule, refusal.do)]
    return found


def place_names(vocabulary: Vocabulary) -> _PlaceNames:
    """Return what tells whether a text names a place of the registry, in whatever boundary set."""
    return _PlaceNames([FormPlaces(vocabulary.registry, scheme) for scheme in vocabulary.registry.schemes])


class _PlaceNames:
    def __init__(self, readers: list[FormPlaces]) -> None:
        self.readers = readers

    def __call__(self, text: str) -> bool:
        return any(isinstance(reader.read(text_cell(text)), Placed) for reader in self.readers)
