"""The mapping of a form: in the form's own nouns, where its figures stand and what its headings and labels mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from evalkit.declaration import Declared, read_toml, validated
from evalkit.errors import FactsError
from evalkit.facts.forms.figures import MarkMeaning, mark_meaning
from evalkit.facts.forms.grid import cell_at, column_at, is_cell_name, is_column_name
from evalkit.facts.forms.period_texts import Calendar
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.forms.text_file import TextCoding
from evalkit.facts.forms.toml_writing import quoted
from evalkit.facts.issue_days import issue_day
from evalkit.input_file import plain_name
from evalkit.messages import worded
from evalkit.toml_slips import open_lines

HOLE = "?"
_LEAST, _MOST = Decimal("1e-12"), Decimal("1e12")
_REFERENCE = re.compile(r"(\w+)(?:\[([^\]]*)\])?")
_TRUTHS = {"true": True, "có": True, "yes": True, "false": False, "chưa": False, "không": False, "no": False}
_YEAR_STARTS = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})")


def _cell(text: str) -> str:
    if not is_cell_name(text):
        raise ValueError(worded('a cell is named as Excel names it, for example "B5"'))
    return text


def _column(text: str) -> str:
    if not is_column_name(text):
        raise ValueError(worded('a column is named by its letters, for example "B"'))
    return text


def _source(text: str) -> str:
    if not plain_name(text):
        raise ValueError(
            worded(
                "letters without diacritics, digits, hyphens and underscores only: it is part of file names"
            )
        )
    return text


def _truth(written: object) -> object:
    """Return yes or no as people write it in quotation marks as a truth value."""
    return _TRUTHS.get(same_word(written), written) if isinstance(written, str) else written


def _day(written: object) -> object:
    """Return a day in quotation marks, 2024-01-15 or 15/1/2024, as a day."""
    if not isinstance(written, str):
        return written
    try:
        return date.fromisoformat(str(issue_day(written)))
    except ValueError:
        raise ValueError(worded('the value is a day, such as 2024-01-15 or "15/1/2024"')) from None


_OF_THE_TABLE = frozenset(
    (
        "skip",
        "until",
        "corner",
        "marks",
        "decimal",
        "group",
        "scale",
        "published",
        "edition_date",
        "source_id",
    )
)
CellName = Annotated[str, AfterValidator(_cell)]
ColumnName = Annotated[str, AfterValidator(_column)]
SourceId = Annotated[str, AfterValidator(_source)]


class Labels(Declared):
    """A row or a column of a form with what its labels mean: every key that is none of the fixed ones is a label."""

    row: int | None = Field(default=None, ge=1)
    column: ColumnName | None = None
    labels: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _part(cls, content: Any) -> Any:
        if isinstance(content, dict) and (misplaced := sorted(_OF_THE_TABLE & content.keys())):
            raise ValueError(
                worded("{key} is said of the whole table: write it right below [table]", key=misplaced[0])
            )
        return _with_labels(content, cls.model_fields)

    @model_validator(mode="after")
    def _stands_somewhere(self) -> Self:
        if (self.row is None) == (self.column is None):
            raise ValueError(worded("labels stand in one row or in one column: give row = or column ="))
        if _twice(self.labels):
            raise ValueError(worded("a label stands twice, for different things"))
        return self


class Labelled(Labels):
    """Where labels stand that say what is counted, or a value of a breakdown; ``unit`` is the column of their units."""

    unit: ColumnName | None = None


class PlaceAxis(Labels):
    """Where the places stand. ``by`` says whether names or codes stand there; every further key is a label with its code."""

    scheme: str | None = None
    by: Literal["name", "code"] = "name"


class PeriodAxis(Declared):
    """Where the periods stand: in a row of headings, a column, one cell, or two columns of days."""

    row: int | None = Field(default=None, ge=1)
    column: ColumnName | None = None
    cell: CellName | None = None
    from_column: ColumnName | None = None
    to_column: ColumnName | None = None
    order: Literal["dmy", "mdy", "ymd"] = "dmy"

    @model_validator(mode="after")
    def _stands_somewhere(self) -> Self:
        days = self.from_column is not None and self.to_column is not None
        ways = [self.row is not None, self.column is not None, self.cell is not None, days]
        if sum(ways) != 1 or (self.from_column is None) != (self.to_column is None):
            raise ValueError(
                worded("periods stand in one row, column or cell, or in from_column and to_column together")
            )
        return self


class TableMapping(Declared):
    """One table of a form. docs/forms.md tells each key with an example."""

    sheet: str | None = None
    corner: CellName
    until: CellName | None = None
    place: str | PlaceAxis
    scheme: str | None = None
    period: str | int | PeriodAxis
    measure: str | Labelled | None = None
    items: dict[str, str] = Field(default_factory=dict)
    columns: Labelled | None = None
    rows: Labelled | None = None
    dimensions: dict[str, str | Labelled] = Field(default_factory=dict)
    marks: dict[str, Annotated[MarkMeaning, BeforeValidator(mark_meaning)]] = Field(default_factory=dict)
    kind: Literal["count", "quantity", "money"] | None = None
    decimal: Literal["", ",", "."] = ""
    group: Literal["", ",", ".", " ", "'"] = ""
    scale: int | float | str = 1
    unit_said: str = ""
    unit_cell: CellName | None = None
    unit_words: tuple[str, ...] = ()
    split: dict[str, str] = Field(default_factory=dict)
    year_starts: str = "01/01"
    skip: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    hidden: Literal["take", "leave"] | None = None
    encoding: TextCoding | None = None
    delimiter: Literal["", ",", ";", "|", "\t"] = ""
    blank: Literal["hold", "leave"] = "hold"
    _own_form: bool = PrivateAttr(
        default=False
    )  # of the form that evalkit gives out: there is no mapping to correct
    source_id: SourceId | None = None
    published: Annotated[bool, BeforeValidator(_truth)] = False
    edition_date: Annotated[date | None, BeforeValidator(_day)] = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.decimal and self.decimal == self.group:
            raise ValueError(worded("decimal and group are two different marks"))
        ways = [self.measure, self.rows, self.columns, self.split or None, self.items or None]
        if all(way is None for way in ways):
            raise ValueError(worded("a table says what it counts: measure, rows, columns, items or split"))
        if any(not text.strip() for text in (*self.skip, *self.total)):
            raise ValueError(worded("a label in skip or total has at least one letter"))
        if not _LEAST <= self.factor <= _MOST:
            raise ValueError(worded("scale is a number above zero"))
        if _twice(self.items):
            raise ValueError(worded("a label stands twice, for different things"))
        if _year_start(self.year_starts) is None:
            raise ValueError(worded('year_starts is a day and a month, for example "15/12"'))
        if self.until is not None and any(
            last < first for last, first in zip(cell_at(self.until), cell_at(self.corner), strict=True)
        ):
            raise ValueError(worded("until is the last cell of the table, right of or below its corner"))
        return self

    @property
    def own_form(self) -> bool:
        """Whether the form is evalkit's own, which has no mapping that could be corrected."""
        return self._own_form

    def as_own_form(self) -> TableMapping:
        """Return the table as one of evalkit's own form."""
        self._own_form = True
        return self

    @property
    def factor(self) -> Decimal:
        """What every figure is multiplied by, exactly."""
        try:
            factor = Decimal(str(self.scale))
        except ArithmeticError:
            return Decimal(0)
        return factor if factor.is_finite() else Decimal(0)

    @property
    def calendar(self) -> Calendar:
        """How the periods of the form are read."""
        order = self.period.order if isinstance(self.period, PeriodAxis) else "dmy"
        return Calendar(order, _year_start(self.year_starts) or (1, 1))

    @property
    def by_rows(self) -> Labelled | None:
        """Where the labels of rows stand that say what is counted."""
        named = self.measure if isinstance(self.measure, Labelled) and self.measure.column else None
        return self.rows or named

    @property
    def by_columns(self) -> Labelled | None:
        """Where the headings of columns stand that say what is counted."""
        named = self.measure if isinstance(self.measure, Labelled) and self.measure.row else None
        return self.columns or named

    @property
    def fixed_values(self) -> dict[str, str]:
        """The values of breakdowns that are those of all figures of the table."""
        return {name: given for name, given in self.dimensions.items() if isinstance(given, str)}

    @property
    def place_scheme(self) -> str | None:
        """The boundary set declared, if any."""
        return (self.place.scheme if isinstance(self.place, PlaceAxis) else None) or self.scheme

    def label_columns(self) -> set[int]:
        """Return the columns in which labels stand, which are no figures."""
        axes = [self.place, self.period, self.measure, self.rows, *self.dimensions.values()]
        names = [
            getattr(axis, key, None)
            for axis in axes
            for key in ("column", "unit", "from_column", "to_column")
        ]
        return {column_at(name) for name in names if isinstance(name, str)}


class KnownSource(Declared):
    """What is known of the source of a known form: who issued it, and whether such a file is the original."""

    agency: str
    confidence: Literal["verified", "to be checked"]


class Recognised(Declared):
    """By what a known form is told: what stands in some of its cells; and what is known of its source."""

    cells: dict[CellName, str] = Field(min_length=1)
    title: str = ""
    source: KnownSource | None = None


class FormMapping(Declared):
    """A mapping file: its tables, and for the forms on the shelf how they are recognised."""

    table: tuple[TableMapping, ...] = Field(min_length=1)
    recognise: Recognised | None = None
    _known: bool = PrivateAttr(default=False)  # it comes with evalkit: the officer has none to correct

    @property
    def known(self) -> bool:
        """Whether the mapping comes with evalkit."""
        return self._known

    def as_known(self) -> FormMapping:
        """Return the mapping as one that comes with evalkit."""
        self._known = True
        return self

    def known_source(self) -> dict[str, str]:
        """Return what the mapping answers of agency, date and confidence of the source, as sources.toml holds them."""
        source = self.recognise.source if self.recognise else None
        days = {table.edition_date for table in self.table}
        day = next(iter(days)) if len(days) == 1 else None
        return {**(source.model_dump() if source else {}), **({"date": day.isoformat()} if day else {})}


def read_mapping(path: Path) -> FormMapping:
    """Return the mapping a TOML file declares; ``[table]`` is a single table, ``[[table]]`` one of several.

    Raises
    ------
    FactsError
        If it is no TOML, has an unknown key or a value that cannot be, or a "?" has not been filled in.
    """
    content = read_toml(path, error=FactsError)
    if isinstance(content.get("table"), dict):
        content["table"] = [content["table"]]
    holes = list(_holes(content, ""))
    if holes:
        first = next(iter(open_lines(path.read_text(encoding="utf-8"))), 0)
        raise FactsError(
            where=f"{path}, line {first}, key {holes[0]}" if first else f"{path}, key {holes[0]}",
            rule=worded('still to be filled in: a draft does not run until each "?" is answered'),
            do=worded("fill in: {holes}", holes=", ".join(holes)),
        )
    return validated(content, FormMapping, path=path, error=FactsError)


def _holes(content: Any, key: str) -> list[str]:
    if isinstance(content, Mapping):
        return [
            hole
            for name, inner in content.items()
            for hole in _holes(inner, f"{key}.{_key_text(name)}".removeprefix("."))
        ]
    if isinstance(content, list):
        return [hole for inner in content for hole in _holes(inner, key)]
    return [key] if content == HOLE else []


def _key_text(name: str) -> str:
    """Return a key as TOML writes it: bare, or in quotation marks."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]*[A-Za-z0-9_][A-Za-z0-9_-]*", name) else quoted(name)


def _with_labels(content: Any, fields: Mapping[str, Any]) -> Any:
    """Move every key that is none of the fixed ones into ``labels``."""
    if not isinstance(content, dict):
        return content
    fixed = {name: inner for name, inner in content.items() if name in fields and name != "labels"}
    others = {name: inner for name, inner in content.items() if name not in fixed and name != "labels"}
    if not isinstance(content.get("labels", {}), Mapping):
        return content
    return {**fixed, "labels": {**content.get("labels", {}), **others}}


def _twice(labels: Mapping[str, str]) -> bool:
    """Tell whether a label stands for two things, written in small and in capital letters."""
    return len({same_word(label) for label in labels}) < len(
        {(same_word(label), of) for label, of in labels.items()}
    )


def _year_start(text: str) -> tuple[int, int] | None:
    """Return month and day of the first day of a form's year, written as day and month."""
    found = _YEAR_STARTS.fullmatch(text)
    if not found:
        return None
    day, month = int(found[1]), int(found[2])
    if month > 12:
        day, month = month, day
    return (month, day) if 1 <= month <= 12 and 1 <= day <= 28 else None


def measure_named(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the measure and the values of its breakdowns that a mapping names; None where it is badly written.

    Examples
    --------
    >>> measure_named("cases_recorded[article=151]"), measure_named("suspects")
    (('cases_recorded', {'article': '151'}), ('suspects', {}))
    """
    found = _REFERENCE.fullmatch(text.strip())
    if not found:
        return None
    pairs = [part.partition("=") for part in (found[2] or "").split(",") if part.strip()]
    if any(not (name.strip() and value.strip()) for name, _, value in pairs):
        return None
    return found[1], {name.strip(): value.strip() for name, _, value in pairs}
