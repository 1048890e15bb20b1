"""The entry of sources.toml for a form: proposed from the file, with what only its sender knows left open."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from evalkit.facts.findings import Finding
from evalkit.facts.forms.form_reading import FormReading
from evalkit.facts.forms.grid import Form
from evalkit.facts.forms.mapping import HOLE
from evalkit.facts.forms.toml_writing import quoted
from evalkit.messages import worded
from evalkit.workspace import Workspace

_LONGEST = 160


def add_source_entry(
    workspace: Workspace, reading: FormReading, path: Path, form: Form, *, known: Collection[str]
) -> Finding | None:
    """Add an entry for a form's source to sources.toml where there is none; return what is to be filled in.

    Parameters
    ----------
    workspace : Workspace
    reading : FormReading
    path : Path
        The form's file.
    form : Form
    known : collection of str
        The sources that could be read.

    Returns
    -------
    Finding or None
        None where the source is declared.
    """
    file, source_id = workspace.sources_file, reading.source_id
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if source_id in known:
        return None
    if f"[{source_id}]" not in text:
        entry = source_entry(source_id, path, form, rounded_to=reading.rounded_to)
        file.write_text(f"{text.rstrip()}\n\n{entry}".lstrip(), encoding="utf-8")
    return Finding(
        "warning",
        where=f"{file}, [{source_id}]",
        rule=worded(
            'the source of the form is described by its sender: agency, date and confidence stand as "?"'
        ),
        do=worded("fill them in; the pages name the source beside each figure"),
    )


def source_entry(source_id: str, path: Path, form: Form, *, rounded_to: float = 0) -> str:
    """Return the entry proposed for a form: the title of its first cell, the file's name and digest, what its figures are rounded to."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    title = next((cell.text for sheet in form.sheets[:1] if (cell := sheet.at(1, 1)).kind == "text"), "")
    rounding = f"rounded_to = {rounded_to:g}  # làm tròn đến · its figures are rounded to this"
    lines = [
        f"[{source_id}]",
        f"title = {quoted((title or path.stem)[:_LONGEST])}",
        f'agency = "{HOLE}"      # cơ quan ban hành biểu · who issued the form',
        f'date = "{HOLE}"        # ngày ban hành, viết trong ngoặc kép: "2024-03-15" hoặc "15/3/2024" · the day it was issued, in quotation marks',
        f'confidence = "{HOLE}"  # "verified": đã xem bản gốc · the original was seen; "to be checked": chưa · it was not',
        *([rounding] if rounded_to else []),
        f"# {path.name.encode('unicode_escape').decode()}, sha256 {digest[:16]}",
    ]
    return "\n".join(lines) + "\n"
