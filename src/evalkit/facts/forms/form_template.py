"""The form that evalkit gives out: a row a measure, a column a year, signs to choose from; filled in, it imports without a mapping."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.figures import SIGNS
from evalkit.facts.forms.form_source import SOURCE_RANGE, SOURCE_VERSION, VERSION_CELL, write_source_cells
from evalkit.facts.forms.grid import Form, Sheet, cell_at
from evalkit.facts.forms.mapping import FormMapping, TableMapping
from evalkit.facts.forms.own_form_heads import refuse_unlike_heads
from evalkit.labels import Label
from evalkit.messages import shown, told_in, worded
from evalkit.places.units import Unit
from evalkit.programme.models import Measure, Programme

Asked = Mapping[str, Collection[str]]  # the values asked for, by breakdown; none named for all
VERSION = SOURCE_VERSION
OLDER_VERSIONS = ("evalkit-form 1",)  # without the cells that ask for the source
CORNER = "E8"
_HEAD_ROW = 7
_CODE, _SCHEME, _SOURCE = (3, 2), (3, 3), (4, 2)


@dataclass(frozen=True, slots=True)
class FormOrder:
    """What a form is made for.

    Attributes
    ----------
    unit : Unit
        The province; its code and boundary set stand in the form.
    years : sequence of int
        The columns.
    measures : mapping of str to mapping, or None
        The measures asked for, each with the breakdowns that are and the values asked for of them, none named for all values; every
        figure of the programme where None.
    language : str
        Of the labels.
    source : str
        The source's name; by boundary set and code where left out.
    made : str
        The day that the file says it was made, YYYY-MM-DD; today's where left out.
    """

    unit: Unit
    years: Sequence[int]
    measures: Mapping[str, Asked] | None = None
    language: str = "vi"
    source: str = ""
    made: str = ""


def asked_for(programme: Programme) -> dict[str, Asked]:
    """Return the measures of a programme's request list, each with the breakdowns asked for and their values."""
    asked: dict[str, Asked] = {}
    for request in programme.requests:
        wanted: Asked = {**dict.fromkeys(request.by, ()), **request.only}
        for name in request.measures:
            asked[name] = {**asked.get(name, {}), **wanted}
    return asked


def form_rows(
    programme: Programme, measures: Mapping[str, Asked] | None, *, parts: bool
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the rows of a form: key, measure and the values of its breakdowns.

    Parameters
    ----------
    programme : Programme
    measures : mapping of str to mapping, or None
        As in :class:`FormOrder`.
    parts : bool
        Whether the rows of the breakdowns are meant, or those of the totals. A measure whose values are never added up has no
        total: its rows are among the breakdowns.
    """
    for name in measures if measures is not None else programme.measures:
        measure = programme.measures[name]
        separate = [one for one in measure.dimensions if programme.dimensions[one].separate]
        if not parts and not separate:
            yield name, name, {}
        asked = dict.fromkeys(measure.dimensions, ()) if measures is None else measures[name]
        for values in _breakdowns(programme, measure, separate, asked=asked) if parts else ():
            inside = ",".join(f"{dimension}={value}" for dimension, value in values.items())
            yield f"{name}[{inside}]", name, values


def _breakdowns(
    programme: Programme, measure: Measure, separate: list[str], *, asked: Asked
) -> Iterator[dict[str, str]]:
    """Yield each value of each breakdown by itself, always at one value of those that are never added up."""

    def wanted(dimension: str) -> Iterable[str]:
        values = programme.dimensions[dimension].values
        return [one for one in values if one in asked[dimension]] if asked.get(dimension) else values

    fixed = [dict(zip(separate, values, strict=True)) for values in product(*map(wanted, separate))]
    free = [one for one in measure.dimensions if one in asked and one not in separate]
    for apart in fixed:
        if apart:
            yield apart
        for dimension in free:
            yield from ({**apart, dimension: value} for value in wanted(dimension))


def template_workbook(vocabulary: Vocabulary, order: FormOrder) -> bytes:
    """Return a form to fill in, as an xlsx file.

    Parameters
    ----------
    vocabulary : Vocabulary
    order : FormOrder

    Returns
    -------
    bytes
        Two sheets, totals and breakdowns: key, label, unit, definition, then a column a year. A cell takes a figure, or one of the
        signs to choose from; what is left blank is not imported. No cell holds a formula.
    """
    with told_in(order.language):
        return _workbook(vocabulary, order)


def _workbook(vocabulary: Vocabulary, order: FormOrder) -> bytes:
    from xlsxwriter import Workbook  # noqa: PLC0415  loaded when a form is written

    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    if order.made:
        book.set_properties({"created": datetime.fromisoformat(order.made).replace(tzinfo=UTC)})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF2"}
        ),
        "key": book.add_format({"font_color": "#6B7280", "valign": "top", "font_size": 9}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "code": book.add_format({"num_format": "@", "bold": True}),
        "figure": book.add_format(
            {"bg_color": "#FFFBEA", "border": 1, "border_color": "#D1D5DB", "valign": "top"}
        ),
        "answer": book.add_format(
            {
                "bg_color": "#FFFBEA",
                "border": 1,
                "border_color": "#D1D5DB",
                "num_format": "@",  # typed text stays as typed: no spreadsheet turns day and month
                "text_wrap": True,
            }
        ),
    }
    for parts in (False, True):
        rows = list(form_rows(vocabulary.programme, order.measures, parts=parts))
        if rows:
            first = not book.worksheets()
            sheet = _write_sheet(book, styles, vocabulary, order, rows, parts=parts)
            if first:
                write_source_cells(sheet, styles)
                book.define_name("evalkit_source", f"='{sheet.name}'!{SOURCE_RANGE}")
    book.close()
    return stream.getvalue()


def _write_sheet(
    book: Any,
    styles: dict[str, Any],
    vocabulary: Vocabulary,
    order: FormOrder,
    rows: list[tuple[str, str, dict[str, str]]],
    *,
    parts: bool,
) -> Any:
    name = shown(worded("Breakdowns")) if parts else shown(worded("Figures"))
    sheet = book.add_worksheet(name)
    _write_head(sheet, styles, vocabulary, order)
    last = len(order.years) + 3
    for position, (key, measure, values) in enumerate(rows, start=_HEAD_ROW):
        texts = _row_texts(vocabulary.programme, measure, values, order.language)
        sheet.write_string(position, 0, key, styles["key"])
        for column, text in enumerate(texts, start=1):
            sheet.write_string(position, column, text, styles["text"])
        for column in range(4, last + 1):
            sheet.write_blank(position, column, None, styles["figure"])
    signs = [sign for sign in SIGNS if sign.isascii() == (order.language != "vi")]
    choice = {"validate": "list", "source": signs, "ignore_blank": True, "show_error": False}
    sheet.data_validation(_HEAD_ROW, 4, _HEAD_ROW + len(rows) - 1, last, choice)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 2, 24)
    sheet.set_column(3, 3, 60)
    sheet.set_column(4, last, 13)
    sheet.freeze_panes(_HEAD_ROW, 4)
    _name_ranges(book, name, rows=len(rows), last=last, suffix="_2" if parts else "")
    return sheet


def _write_head(sheet: Any, styles: dict[str, Any], vocabulary: Vocabulary, order: FormOrder) -> None:
    """Write title, version, place and source above the table; the import reads them from there."""
    unit = order.unit
    title = worded(
        "{programme}: figures of {place}",
        programme=_in(vocabulary.programme.label, order.language),
        place=unit.name_in.get(order.language, unit.name),
    )
    sheet.write_string(0, 0, shown(title), styles["title"])
    sheet.write_string(1, 0, VERSION, styles["key"])
    sheet.write_string(2, 0, shown(worded("Place")), styles["head"])
    sheet.write_string(2, 1, unit.code, styles["code"])
    sheet.write_string(2, 2, unit.scheme, styles["code"])
    sheet.write_string(3, 0, shown(worded("Source")), styles["head"])
    sheet.write_string(3, 1, order.source or f"form-{unit.scheme}-{unit.code}", styles["code"])
    rule = worded(
        "Write whole numbers without marks; a zero is a figure. Choose a sign where there is none. Leave blank what you do not report. No names and no particulars of persons."
    )
    sheet.merge_range(4, 0, 5, 1, shown(rule), styles["text"])
    sheet.set_row(4, 45)
    sheet.set_row(5, 30)
    heads = [worded("Key"), worded("Figure"), worded("Unit"), worded("Definition")]
    for column, head in enumerate(heads):
        sheet.write_string(_HEAD_ROW - 1, column, shown(head), styles["head"])
    for column, year in enumerate(order.years, start=4):
        sheet.write_string(_HEAD_ROW - 1, column, str(year), styles["head"])


def _name_ranges(book: Any, name: str, *, rows: int, last: int, suffix: str) -> None:
    quoted = f"'{name}'"
    top, bottom, right = _HEAD_ROW + 1, _HEAD_ROW + rows, chr(65 + last)
    book.define_name(f"evalkit_version{suffix}", f"={quoted}!$A$2")
    book.define_name(f"evalkit_place{suffix}", f"={quoted}!$B$3:$C$3")
    book.define_name(f"evalkit_keys{suffix}", f"={quoted}!$A${top}:$A${bottom}")
    book.define_name(f"evalkit_figures{suffix}", f"={quoted}!$E${top}:${right}${bottom}")


def _row_texts(
    programme: Programme, name: str, values: dict[str, str], language: str
) -> tuple[str, str, str]:
    """Return label, unit and definition of a row."""
    measure = programme.measures[name]
    parts = [_in(programme.dimensions[one].values[value], language) for one, value in values.items()]
    label = _in(measure.label, language) + (f" – {', '.join(parts)}" if parts else "")
    return label, _in(programme.units[measure.unit].label, language), _in(measure.definition, language)


def _in(label: Label, language: str) -> str:
    return label.root.get(language) or next(iter(label.root.values()))


def template_mapping(form: Form, vocabulary: Vocabulary) -> tuple[FormMapping, str] | None:
    """Return the mapping of a form that evalkit gave out, and what the record says of it; None where it is another.

    Parameters
    ----------
    form : Form
    vocabulary : Vocabulary

    Raises
    ------
    FactsError
        If its sheets name different places or periods.
    """
    known = (VERSION, *OLDER_VERSIONS)
    sheets = [sheet for sheet in form.sheets if sheet.at(*VERSION_CELL).text in known]
    if not sheets:
        return None
    refuse_unlike_heads(sheets, place=(_CODE, _SCHEME), corner=cell_at(CORNER))
    version = sheets[0].at(*VERSION_CELL).text
    return FormMapping(table=tuple(_table(sheet, vocabulary) for sheet in sheets)), version


def _table(sheet: Sheet, vocabulary: Vocabulary) -> TableMapping:
    known = {
        key: key
        for parts in (False, True)
        for key, _, _ in form_rows(vocabulary.programme, None, parts=parts)
    }
    return TableMapping.model_validate(
        {
            "sheet": sheet.name,
            "corner": CORNER,
            "place": sheet.at(*_CODE).text,
            "scheme": sheet.at(*_SCHEME).text or None,
            "period": {"row": _HEAD_ROW},
            "rows": {"column": "A", "unit": "C", **known},
            "marks": SIGNS,
            "blank": "leave",
            "source_id": sheet.at(*_SOURCE).text or None,
        }
    ).as_own_form()
