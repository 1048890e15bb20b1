"""Read facts files into one table: every cell parsed or reported, nothing dropped, nothing guessed."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from pydantic import Field

from evalkit.declaration import Declared, nearest, read_toml
from evalkit.errors import FactsError
from evalkit.facts.findings import Finding, refuse_errors
from evalkit.programme.models import Label, Programme
from evalkit.table import COLUMNS, DATES

BOOLEANS = {"true": True, "false": False}
ROW = "row"
FILE = "file"


class Source(Declared):
    """Where a figure comes from. ``confidence`` says whether the original itself was seen.

    ``tells`` is what the source says, in one sentence, of the single case its figure of cases stands for.
    """

    title: str = Field(min_length=1)
    agency: str
    date: str
    address: str = ""
    confidence: str = Field(pattern="^(verified|to be checked)$")
    note: Label | None = None
    tells: Label | None = None
    due: str = ""
    received: str = ""
    rounded_to: float = Field(default=0.0, ge=0)
    confirmed: Label | None = None


def read_facts(files: Iterable[Path], programme: Programme) -> pd.DataFrame:
    """Read facts files into one table.

    Parameters
    ----------
    files : iterable of Path
        CSV files in UTF-8 with the columns of :mod:`evalkit.table`, and one column per dimension used.
    programme : Programme
        Tells which dimension columns exist.

    Returns
    -------
    DataFrame
        The facts table, with two more columns, ``file`` and ``row`` (1-based, the header is row 1), that checks name and
        :func:`without_origin` drops. A blank dimension cell is "all"; a blank value is missing, never zero.

    Raises
    ------
    FactsError
        For an absent or unreadable file, a missing or unknown column, or a cell that does not parse.
    """
    findings: list[Finding] = []
    tables = [_read_file(path, programme, findings) for path in files]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*COLUMNS, FILE, ROW])
    dimensions = [name for name in programme.dimensions if name in table.columns]
    table[dimensions] = table[dimensions].replace("", "all").fillna("all")
    parsed = table.assign(
        **{name: _dates(table, name, findings) for name in DATES},
        value=_values(table, findings),
        published=_booleans(table, findings),
    )
    refuse_errors(sorted(findings, key=lambda finding: finding.where))
    return parsed[[*COLUMNS, *dimensions, FILE, ROW]]


def without_origin(table: pd.DataFrame) -> pd.DataFrame:
    """Drop the columns that tell file and row: the facts proper."""
    return table.drop(columns=[FILE, ROW], errors="ignore")


def read_sources(path: Path) -> dict[str, Source]:
    """Read sources.toml: one table per source, keyed by its id.

    Raises
    ------
    FactsError
        If the file is absent or malformed, or a source has an unknown or missing key.
    """
    content = read_toml(path, error=FactsError)
    sources = {}
    for name, fields in content.items():
        try:
            sources[name] = Source.model_validate(fields)
        except ValueError as fault:
            raise FactsError(
                where=f"{path}, source [{name}]",
                rule=f"a source has title, agency, date, confidence; {_first_line(fault)}",
                do="correct the entry; confidence is 'verified' or 'to be checked'",
            ) from None
    return sources


def place_of(row: pd.Series, column: str = "") -> str:
    """Say where a row stands: file, row and, where given, column."""
    return f"{row[FILE]}, row {row[ROW]}" + (f", column {column}" if column else "")


def _read_file(path: Path, programme: Programme, findings: list[Finding]) -> pd.DataFrame:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
    except FileNotFoundError:
        raise FactsError(
            where=str(path), rule="the facts file must exist", do="create it or correct evalkit.toml"
        ) from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise FactsError(
            where=str(path), rule=f"the file must be CSV in UTF-8: {fault}", do="save it as CSV UTF-8"
        ) from None
    if not rows:
        raise FactsError(
            where=str(path), rule="the file has no header", do="write the column names in the first row"
        )
    header = [unicodedata.normalize("NFC", name.strip()) for name in rows[0]]
    _refuse_wrong_columns(header, path, programme)
    body = [
        (number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)
    ]
    ragged = [(number, len(row)) for number, row in body if len(row) != len(header)]
    findings += [
        Finding(
            "error",
            where=f"{path}, row {number}",
            rule=f"a row has as many cells as the header ({len(header)}), not {cells}",
            do="quote cells that hold a comma, or add the missing cells",
        )
        for number, cells in ragged
    ]
    body = [(number, row) for number, row in body if len(row) == len(header)]
    table = pd.DataFrame([row for _, row in body], columns=header, dtype="str")
    table = pd.DataFrame({name: table[name].str.strip().str.normalize("NFC") for name in header})
    table[FILE] = str(path)
    table[ROW] = [number for number, _ in body]
    return table


def _refuse_wrong_columns(header: list[str], path: Path, programme: Programme) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise FactsError(
            where=f"{path}, row 1",
            rule="cells are parted by commas; this file parts them by semicolons",
            do="save it as CSV with commas (Excel uses the list separator of the system's region settings)",
        )
    known = [*COLUMNS, *programme.dimensions]
    unknown = [name for name in header if name not in known]
    missing = [name for name in COLUMNS if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    if unknown:
        raise FactsError(
            where=f"{path}, row 1, column {unknown[0]!r}",
            rule="unknown column: columns are those of the facts table and the programme's dimensions",
            do=f"correct or remove it; {nearest(unknown[0], known)}",
        )
    if missing or twice:
        name, rule = (missing[0], "a column is missing") if missing else (twice[0], "a column stands twice")
        raise FactsError(
            where=f"{path}, row 1, column {name!r}", rule=rule, do="see data/README.md for the columns"
        )


def _dates(table: pd.DataFrame, name: str, findings: list[Finding]) -> pd.Series:
    parsed = pd.to_datetime(table[name], format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
    _report(table[parsed.isna()], name, "a date is written YYYY-MM-DD", findings)
    return parsed


def _values(table: pd.DataFrame, findings: list[Finding]) -> pd.Series:
    written = table["value"].where(table["value"] != "", other=None)
    parsed = pd.to_numeric(written, errors="coerce").astype("float64")
    bad = written.notna() & (parsed.isna() | parsed.isin([float("inf"), float("-inf")]))
    _report(
        table[bad], "value", "a value is a number with a decimal point and no grouping, or blank", findings
    )
    return parsed


def _booleans(table: pd.DataFrame, findings: list[Finding]) -> pd.Series:
    parsed = table["published"].str.lower().map(BOOLEANS)
    _report(table[parsed.isna()], "published", "published is true or false", findings)
    return parsed.fillna(value=False).astype(bool)


def _report(rows: pd.DataFrame, column: str, rule: str, findings: list[Finding]) -> None:
    findings.extend(
        Finding("error", where=place_of(row, column), rule=rule, do="correct the cell")
        for _, row in rows.iterrows()
    )


def _first_line(fault: ValueError) -> str:
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    return "; ".join(lines[1:3])
