"""Where an import goes: facts, held cells, the returned form, the picture and a record of what was read, in WORKSPACE/imported."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from evalkit.facts.forms.form_reading import FormReading
from evalkit.facts.forms.grid import Form, cell_name
from evalkit.facts.forms.picture import picture
from evalkit.facts.forms.returned_form import returned_form
from evalkit.facts.forms.standing_totals import kept_totals, kept_words, totals_text, words_text
from evalkit.facts.forms.toml_writing import quoted
from evalkit.facts.issue_days import RECORD
from evalkit.lasting_file import write_lasting
from evalkit.messages import shown
from evalkit.workspace import IMPORTED

QUARANTINE_COLUMNS = ("file", "sheet", "cell", "rule", "remedy")


@dataclass(frozen=True, slots=True)
class Filed:
    """The files an import wrote, by what they are: facts, quarantine, returned, picture, record; and how many earlier figures went."""

    files: dict[str, Path] = field(default_factory=dict)
    replaced: int = 0


def file_import(
    workspace: Path,
    form: Form,
    reading: FormReading,
    *,
    path: Path,
    mapping_text: str,
    with_facts: bool,
    day: date,
    languages: tuple[str, str],
    names: Mapping[str, str],
) -> Filed:
    """Write what became of a form into a workspace; what an earlier import of the same source left is replaced.

    Parameters
    ----------
    workspace : Path
    form, reading
    path : Path
        The form's file.
    mapping_text : str
        The mapping as written, for the record.
    with_facts : bool
        Whether the facts are written; held cells always are.
    day : date
    languages : tuple of str
        Of the picture, and of the comments in the returned form.
    names : mapping of str
        What measures and values of breakdowns are called on the picture.
    """
    folder = workspace / IMPORTED
    folder.mkdir(exist_ok=True)
    stem = folder / reading.source_id
    files = {
        "picture": stem.with_suffix(".html"),
        "record": stem.with_suffix(RECORD),
        "facts": stem.with_suffix(".csv"),
        "quarantine": stem.with_suffix(".quarantine.csv"),
        "returned": stem.with_suffix(".returned.xlsx"),
    }
    written = ["picture", "record"]
    write_lasting(
        files["picture"], picture(form, reading, title=path.name, language=languages[0], names=names)
    )
    earlier = _rows(files["facts"]) if with_facts else 0
    if with_facts:
        write_lasting(files["facts"], _csv(list(reading.facts.columns), _rows_of(reading.facts)))
        written.append("facts")
    edited = _is_edited(files)
    commented = (*reading.held, *reading.doubted)
    if commented:
        data = returned_form(
            path, form, commented, language=languages[1]
        )  # before its own file is written over
        files["returned"] = _free(files["returned"]) if edited else files["returned"]
        files["returned"].write_bytes(data)
        written.append("returned")
    elif not edited:
        files["returned"].unlink(missing_ok=True)
    if reading.held:
        write_lasting(files["quarantine"], _csv(list(QUARANTINE_COLUMNS), _held_rows(path, reading)))
        written.append("quarantine")
    else:
        files["quarantine"].unlink(missing_ok=True)
    wrong = reading.wrong_totals if with_facts else kept_totals(files["record"])
    words = reading.otherwise if with_facts else kept_words(files["record"])
    record = _record(path, reading, mapping_text, day, with_facts=with_facts)
    record += f'returned_sha256 = "{_digest(files["returned"])}"\n' if commented else ""
    record += totals_text(wrong) + words_text(words)
    write_lasting(files["record"], record)
    return Filed({name: files[name] for name in written}, earlier)


def _rows(facts: Path) -> int:
    """Return how many figures an earlier import left; none where there was none or its file cannot be read."""
    try:
        with facts.open(encoding="utf-8", newline="") as stream:
            return max(sum(1 for row in csv.reader(stream) if row) - 1, 0)
    except (OSError, ValueError, csv.Error):
        return 0


def _is_edited(files: dict[str, Path]) -> bool:
    """Tell whether a returned form is no longer as it was written: somebody has worked on it."""
    if not files["returned"].is_file():
        return False
    try:
        before = tomllib.loads(files["record"].read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    return before.get("returned_sha256") != _digest(files["returned"])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _free(path: Path) -> Path:
    """Return a name for a returned form beside one that somebody has worked on."""
    numbered = (path.with_name(path.name.replace(".xlsx", f"-{number}.xlsx")) for number in range(2, 1000))
    return next(one for one in numbered if not one.exists())


def _held_rows(path: Path, reading: FormReading) -> list[list[str]]:
    return [
        [path.name, one.sheet, cell_name(one.cell), shown(one.held.rule), shown(one.held.do)]
        for one in reading.held
    ]


def _rows_of(facts: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    return zip(*(facts[name].tolist() for name in facts), strict=True)


def _csv(columns: list[str], rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    plain = cache(_plain)  # most texts of a table stand in many of its rows
    writer.writerows([plain(text) for text in row] for row in rows)
    return stream.getvalue()


def _plain(text: str) -> str:
    """Return a text on one line that no spreadsheet takes for a formula."""
    line = " ".join(str(text).split())
    negative = line[:1] == "-" and line[1:].replace(".", "", 1).isdigit()
    return f"'{line}" if line[:1] in "=+-@" and not negative and len(line) > 1 else line


def _record(path: Path, reading: FormReading, mapping_text: str, day: date, *, with_facts: bool) -> str:
    """Return what is kept of an import: the file's name and digest, the day, the counts, the mapping."""
    digest = _digest(path)
    lines = [
        f"file = {quoted(path.name)}",
        f'sha256 = "{digest}"',
        f"imported = {day.isoformat()}",
        f"source_id = {quoted(reading.source_id)}",
        f"read = {reading.read}",
        f"taken = {len(reading.taken)}",
        f"held = {len(reading.held)}",
        f"left = {len(reading.left)}",
        f"facts_written = {'true' if with_facts else 'false'}",
        f"edition_named = {'true' if reading.edition_named else 'false'}",
        f"mapping = {quoted(mapping_text)}",
    ]
    return "\n".join(lines) + "\n"
