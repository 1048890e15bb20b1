"""Read facts files into one table: every cell parsed or reported, nothing dropped, nothing guessed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BeforeValidator, Field

from evalkit.csv_table import Layout, read_csv
from evalkit.declaration import Declared, line_of, read_toml, validated
from evalkit.errors import EvalkitError, FactsError, Refusals
from evalkit.facts.facts_workbook import WORKBOOK, read_facts_workbook
from evalkit.facts.findings import Finding, refuse_errors
from evalkit.facts.issue_days import issue_day, seen_said
from evalkit.labels import Gloss, Label
from evalkit.messages import worded
from evalkit.plain_cells import Fault, day_fault, number_fault, number_of
from evalkit.programme.models import Programme
from evalkit.table import COLUMNS, DATES

BOOLEANS = {"true": True, "false": False}
PRELIMINARY = "preliminary"
FROM_FORMS = (PRELIMINARY, "mark")  # what a form's heading or a footnote said of a figure
ROW = "row"
FILE = "file"
Located = tuple[int, Finding]  # with the position of its row


class Source(Declared):
    """Where a figure comes from. ``confidence`` says whether the original itself was seen.

    ``tells`` is what the source says, in one sentence, where its figure of cases is none or a single one. ``title_in`` and ``agency_in``
    say in other languages what the title and the agency mean; the source itself is always named in its own.
    """

    title: str = Field(min_length=1)
    agency: str
    date: Annotated[str, BeforeValidator(issue_day)]
    address: str = ""
    confidence: Annotated[Literal["verified", "to be checked"], BeforeValidator(seen_said)]
    note: Label | None = None
    tells: Label | None = None
    title_in: Gloss = Gloss({})
    agency_in: Gloss = Gloss({})
    due: str = ""
    received: str = ""
    rounded_to: float = Field(default=0.0, ge=0)
    confirmed: Label | None = None


def read_facts(files: Iterable[Path], programme: Programme) -> pd.DataFrame:
    """Read facts files into one table, or refuse them.

    Parameters
    ----------
    files, programme
        As in :func:`read_facts_told`.

    Returns
    -------
    DataFrame
        As in :func:`read_facts_told`; every row could be read.

    Raises
    ------
    FindingsError
        For an absent or unreadable file, a missing or unknown column, or a cell that does not parse.
    """
    table, findings = read_facts_told(files, programme)
    refuse_errors(findings)
    return table


def read_facts_told(
    files: Iterable[Path], programme: Programme | None
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Read facts files into one table of the rows that can be read, and tell of the others why they cannot.

    Parameters
    ----------
    files : iterable of Path
        CSV files in UTF-8 with the columns of :mod:`evalkit.table`, and one column per dimension used.
    programme : Programme or None
        Tells which dimension columns exist, and what a number may be; None where it could not be read itself.

    Returns
    -------
    table : DataFrame
        The facts table, with two more columns, ``file`` and ``row`` (1-based, the header is row 1), that checks name and
        :func:`without_origin` drops. A blank dimension cell is "all"; a blank value is missing, never zero. A third one,
        ``preliminary``, tells which figures their source calls so.
    findings : tuple of Finding
        An error for each file, row or cell that cannot be read.
    """
    findings: list[Located] = []
    refusals = Refusals()
    read = [one for path in files if (one := refusals.of(_read_file, path, programme))]
    empty = pd.DataFrame(columns=[*COLUMNS, FILE, ROW], dtype="str")
    table = pd.concat([table for table, _ in read] or [empty], ignore_index=True)
    refusals.found += [fault for _, faults in read for fault in faults]
    dimensions = [name for name in (programme.dimensions if programme else ()) if name in table.columns]
    table[dimensions] = table[dimensions].replace("", "all").fillna("all")
    dates: dict[str, pd.Series] = {name: _dates(table, name, findings) for name in DATES}
    parsed = table.assign(
        **dates,
        value=_values(table, programme, findings),
        published=_booleans(table, "published", findings),
        preliminary=_booleans(table, PRELIMINARY, findings),
    )
    told = [Finding("error", where=one.where, rule=one.rule, do=one.do) for one in refusals.found]
    rows = parsed.drop(index=[position for position, _ in findings])
    ordered = sorted((one for _, one in findings), key=_place)
    return rows[[*COLUMNS, *dimensions, PRELIMINARY, FILE, ROW]].reset_index(drop=True), (*told, *ordered)


def without_origin(table: pd.DataFrame) -> pd.DataFrame:
    """Drop the columns that tell file and row, and what is preliminary: the facts proper."""
    return table.drop(columns=[FILE, ROW, PRELIMINARY], errors="ignore")


def read_sources(path: Path) -> dict[str, Source]:
    """Read sources.toml: one table per source, keyed by its id.

    Raises
    ------
    FactsError
        If the file is absent or malformed, or a source has an unknown or missing key.
    """
    refusals = Refusals()
    content = read_toml(path, error=FactsError)
    for name, entry in content.items():
        for key in [key for key, value in entry.items() if value == "?"] if isinstance(entry, dict) else []:
            refusals.add(_hole(path, name, key))
    sources = {
        name: refusals.of(validated, _answered(fields), Source, path=path, key=(name,), error=FactsError)
        for name, fields in content.items()
    }
    refusals.refuse()
    return {name: source for name, source in sources.items() if source is not None}


def _answered(fields: object) -> object:
    """Return an entry with its questions answered for the moment, so that what else is wrong with it is told beside them."""
    if not isinstance(fields, dict):
        return fields
    answers = {"date": "n.d.", "confidence": "to be checked"}
    return {key: answers.get(key, "-") if value == "?" else value for key, value in fields.items()}


def _hole(path: Path, name: str, key: str) -> FactsError:
    """Return the refusal of a question about a source that was not answered."""
    line = line_of(path.read_text(encoding="utf-8"), (name, key))
    return FactsError(
        where=f"{path}, line {line}, key {name}.{key}",
        rule=worded('still to be filled in by who sends the source: "?" stands here'),
        do=worded("fill it in; the pages name the source beside each figure"),
    )


def place_of(row: pd.Series, column: str = "") -> str:
    """Say where a row stands: file, row and, where given, column."""
    return f"{row[FILE]}, row {row[ROW]}" + (f", column {column}" if column else "")


def _place(finding: Finding) -> tuple[str, int]:
    """Return what findings are ordered by: the file, and the row as a number."""
    file, _, rest = finding.where.rpartition(", row ")
    return file, int(rest.partition(",")[0])


def _read_file(path: Path, programme: Programme | None) -> tuple[pd.DataFrame, tuple[EvalkitError, ...]]:
    """Return a file's rows as text, with file and row, and the refusals of rows that cannot be read."""
    layout = Layout(
        known=[*COLUMNS, *programme.dimensions, *FROM_FORMS] if programme else None,
        required=COLUMNS,
        error=FactsError,
        absent=worded("the facts file must exist"),
    )
    read = (read_facts_workbook if path.suffix.lower() == WORKBOOK else read_csv)(path, layout)
    table = pd.DataFrame([cells for _, cells in read.rows], columns=list(read.columns), dtype="str")
    table[FILE], table[ROW] = str(path), [number for number, _ in read.rows]
    return table, read.faults


def _dates(table: pd.DataFrame, name: str, findings: list[Located]) -> pd.Series:
    faults = {text: day_fault(text) for text in table[name].unique()}
    good = table[name].map({text: fault is None for text, fault in faults.items()}).astype(bool)
    _report(table, name, table[name].map(faults.get), findings)
    return pd.to_datetime(table[name].where(good), format="%Y-%m-%d").astype("datetime64[s]")


def _values(table: pd.DataFrame, programme: Programme | None, findings: list[Located]) -> pd.Series:
    """Return the figures as numbers; what a number may be is said by its measure, and an unknown one may be all."""
    measures = programme.measures if programme else {}
    kinds = {name: (measure.whole, measure.negative) for name, measure in measures.items()}
    asked = list(
        zip(table["value"], table["measure"].map(lambda name: kinds.get(name, (False, True))), strict=True)
    )
    known = {one: _value_fault(one[0], *one[1]) for one in set(asked)}
    faults = pd.Series([known[one] for one in asked], index=table.index, dtype=object)
    _report(table, "value", faults, findings)
    figures = [
        number_of(text) if text and fault is None else float("nan")
        for text, fault in zip(table["value"], faults, strict=True)
    ]
    return pd.Series(figures, index=table.index, dtype="float64")


def _value_fault(text: str, whole: bool, negative: bool) -> Fault | None:  # noqa: FBT001  one figure's kind
    return number_fault(text, whole=whole, negative=negative) if text else None


def _booleans(table: pd.DataFrame, name: str, findings: list[Located]) -> pd.Series:
    """Return a column of truth values; one that need not be there is false where it is blank."""
    written = table[name] if name in table else pd.Series("", index=table.index, dtype="str")
    known = BOOLEANS if name in COLUMNS else {**BOOLEANS, "": False}
    parsed = written.fillna("").str.lower().map(known)
    wrong = (worded("{column} is true or false", column=name), worded("correct the cell"))
    _report(table, name, parsed.map(lambda one: None if isinstance(one, bool) else wrong), findings)
    return parsed.eq(other=True)


def _report(table: pd.DataFrame, column: str, faults: pd.Series, findings: list[Located]) -> None:
    for position, fault in enumerate(faults):
        if fault is not None:
            where = place_of(table.iloc[position], column)
            findings.append((position, Finding("error", where=where, rule=fault[0], do=fault[1])))
