"""Where an import goes: facts, held cells, the returned form, the picture and a record of what was read, in WORKSPACE/imported."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evalkit.facts.forms.form_reading import FormReading
from evalkit.facts.forms.grid import Form, cell_name
from evalkit.facts.forms.picture import picture
from evalkit.facts.forms.returned_form import returned_form
from evalkit.lasting_file import write_lasting
from evalkit.messages import shown
from evalkit.workspace import IMPORTED

QUARANTINE_COLUMNS = ("file", "sheet", "cell", "rule", "remedy")


@dataclass(frozen=True, slots=True)
class Filed:
    """The files an import wrote, by what they are: facts, quarantine, returned, picture, record."""

    files: dict[str, Path] = field(default_factory=dict)


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
    """
    folder = workspace / IMPORTED
    folder.mkdir(exist_ok=True)
    stem = folder / reading.source_id
    files = {
        "picture": stem.with_suffix(".html"),
        "record": stem.with_suffix(".record.toml"),
        "facts": stem.with_suffix(".csv"),
        "quarantine": stem.with_suffix(".quarantine.csv"),
        "returned": stem.with_suffix(".returned.xlsx"),
    }
    write_lasting(files["picture"], picture(form, reading, title=path.name, language=languages[0]))
    write_lasting(files["record"], _record(path, reading, mapping_text, day, with_facts=with_facts))
    written = ["picture", "record"]
    if with_facts:
        write_lasting(files["facts"], _csv(list(reading.facts.columns), reading.facts.to_numpy().tolist()))
        written.append("facts")
    if reading.held:
        write_lasting(files["quarantine"], _csv(list(QUARANTINE_COLUMNS), _held_rows(path, reading)))
        files["returned"].write_bytes(returned_form(path, form, reading.held, language=languages[1]))
        written += ["quarantine", "returned"]
    else:
        for name in ("quarantine", "returned"):
            files[name].unlink(missing_ok=True)
    return Filed({name: files[name] for name in written})


def _held_rows(path: Path, reading: FormReading) -> list[list[str]]:
    return [
        [path.name, one.sheet, cell_name(one.cell), shown(one.held.rule), shown(one.held.do)]
        for one in reading.held
    ]


def _csv(columns: list[str], rows: list[list[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_plain(text) for text in row] for row in rows])
    return stream.getvalue()


def _plain(text: str) -> str:
    """Return a text on one line that no spreadsheet takes for a formula."""
    line = " ".join(str(text).split())
    negative = line[:1] == "-" and line[1:].replace(".", "", 1).isdigit()
    return f"'{line}" if line[:1] in "=+-@" and not negative and len(line) > 1 else line


def _record(path: Path, reading: FormReading, mapping_text: str, day: date, *, with_facts: bool) -> str:
    """Return what is kept of an import: the file's name and digest, the day, the counts, the mapping."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
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
        f"mapping = {quoted(mapping_text)}",
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    r"""Return a text as a TOML string on one line.

    Examples
    --------
    >>> quoted('a "b"')
    '"a \\"b\\""'
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{"".join(map(_printed, escaped))}"'


def _printed(letter: str) -> str:
    return letter if letter.isprintable() else f"\\u{ord(letter):04X}"
