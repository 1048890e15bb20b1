"""The entry of sources.toml for a form: proposed from the file and from what the form says of its source, the rest left open."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evalkit.facts.findings import Finding
from evalkit.facts.forms.form_reading import FormReading
from evalkit.facts.forms.form_source import SOURCE_CELLS, SourceSaid, source_said
from evalkit.facts.forms.form_title import form_title, issuing_agency
from evalkit.facts.forms.grid import Form
from evalkit.facts.forms.mapping import HOLE
from evalkit.facts.forms.toml_writing import quoted
from evalkit.facts.issue_days import issue_day, seen_said
from evalkit.messages import worded
from evalkit.workspace import Workspace

_LONGEST = 160
_ROUNDED = re.compile(r"rounded_to = \S+ {2}# làm tròn đến · its figures are rounded to this")
_ASKED = re.compile(rf'(\s*({"|".join(SOURCE_CELLS)})\s*=\s*)"\?"(.*)', re.DOTALL)


def add_source_entry(workspace: Workspace, reading: FormReading, path: Path, form: Form) -> list[Finding]:
    """Add an entry for a form's source to sources.toml where there is none; return what is to be filled in.

    Parameters
    ----------
    workspace : Workspace
    reading : FormReading
    path : Path
        The form's file.
    form : Form
        What it says of its source answers what is still open in the entry; what somebody wrote there stays.

    Returns
    -------
    list of Finding
        What is open, what cannot be read in the form, and what the form says otherwise than the entry.
    """
    file, source_id, said = workspace.sources_file, reading.source_id, source_said(form)
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if f"[{source_id}]" not in text and not _entry(text, source_id):
        known = {**reading.known_source, **said.answers}
        entry = source_entry(source_id, path, form, known=known, rounded_to=reading.rounded_to)
        written = f"{text.rstrip()}\n\n{entry}".lstrip()
    else:
        answered = _answered(text, source_id, {**reading.known_source, **said.answers})
        written = _rounded(answered, source_id, reading.rounded_to)
    if written != text:
        file.write_text(written, encoding="utf-8")
    where = f"{file}, [{source_id}]"
    return [*_unread(said, path), *_open(written, source_id, said, where)]


def _answered(text: str, source_id: str, answers: Mapping[str, str]) -> str:
    """Return sources.toml with the questions of an entry answered that a form answers."""
    lines, inside = text.splitlines(keepends=True), False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("["):
            inside = line.strip().startswith(f"[{source_id}]")
        found = _ASKED.match(line) if inside else None
        if found and found[2] in answers:
            lines[number] = f"{found[1]}{quoted(answers[found[2]])}{found[3]}"
    return "".join(lines)


def _rounded(text: str, source_id: str, rounded_to: float) -> str:
    """Return sources.toml with what an earlier import wrote of an entry's rounding as this one found it; what somebody wrote stays."""
    lines, inside = [], False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            inside = line.strip().startswith(f"[{source_id}]")
        if not (inside and _ROUNDED.fullmatch(line.strip())):
            lines.append(line)
        elif rounded_to:
            lines.append(f"{_rounding(rounded_to)}\n")
    return "".join(lines)


def rounding_is_written(workspace: Workspace, source_id: str) -> bool:
    """Tell whether the rounding of a source stands in sources.toml as an import wrote it."""
    file = workspace.sources_file
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return _rounded(text, source_id, 0) != text


def _rounding(rounded_to: float) -> str:
    return f"rounded_to = {rounded_to:g}  # làm tròn đến · its figures are rounded to this"


def _unread(said: SourceSaid, path: Path) -> Iterator[Finding]:
    for cell, rule, do in said.unread:
        yield Finding("warning", f"{path.name}, {cell}", rule, do)


def _open(text: str, source_id: str, said: SourceSaid, where: str) -> Iterator[Finding]:
    """Yield which questions of an entry are open, and where a form says otherwise than the entry; all are where the file cannot be read."""
    entry = _entry(text, source_id)
    keys = [name for name in SOURCE_CELLS if entry.get(name, HOLE) == HOLE]
    if keys:
        rule = worded(
            'the source of the form is described by its sender: still to be filled in ("?"): {keys}',
            keys=", ".join(keys),
        )
        yield Finding(
            "warning", where, rule, worded("fill them in; the pages name the source beside each figure")
        )
    unlike = [
        name for name, answer in said.answers.items() if name not in keys and _kept(entry[name]) != answer
    ]
    if unlike:
        rule = worded(
            "the head of the form says otherwise than this entry, which stays as it is: {keys}",
            keys=", ".join(unlike),
        )
        yield Finding("note", where, rule, worded("correct the entry if the form is right"))


def _entry(text: str, source_id: str) -> dict[str, Any]:
    try:
        entry = tomllib.loads(text).get(source_id)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _kept(value: object) -> object:
    """Return what stands in an entry as it is kept: a day, or that the original was seen, in one way of writing."""
    try:
        return seen_said(issue_day(value))
    except ValueError:
        return seen_said(value)


def source_entry(
    source_id: str, path: Path, form: Form, *, known: Mapping[str, str], rounded_to: float = 0
) -> str:
    """Return the entry proposed for a form: its title, the file's name and digest, what is known of its source and it is rounded to."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    title = form_title(form)
    agency = issuing_agency(form)
    named = {"agency": agency[:_LONGEST]} if agency else {}
    said = {name: quoted(answer) for name, answer in {**named, **known}.items()}
    agency, day, seen = (said.get(name, quoted(HOLE)) for name in SOURCE_CELLS)
    lines = [
        f"[{source_id}]",
        f"title = {quoted((title or path.stem)[:_LONGEST])}",
        f"agency = {agency}      # cơ quan ban hành biểu · who issued the form",
        f'date = {day}        # ngày ban hành, viết trong ngoặc kép: "2024-03-15" hoặc "15/3/2024" · the day it was issued, in quotation marks',
        f'confidence = {seen}  # đã xem bản gốc: "có" hoặc "chưa" · was the original seen: "yes" or "no"',
        *([_rounding(rounded_to)] if rounded_to else []),
        f"# {path.name.encode('unicode_escape').decode()}, sha256 {digest[:16]}",
    ]
    return "\n".join(lines) + "\n"
