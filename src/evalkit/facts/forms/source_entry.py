"""The entry of sources.toml for a form: proposed from the file, with what only its sender knows left open."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from evalkit.facts.findings import Finding
from evalkit.facts.forms.filing import quoted
from evalkit.facts.forms.grid import Form
from evalkit.facts.forms.mapping import HOLE
from evalkit.messages import worded
from evalkit.workspace import Workspace

_LONGEST = 160


def add_source_entry(
    workspace: Workspace, source_id: str, path: Path, form: Form, *, known: Collection[str]
) -> Finding | None:
    """Add an entry for a form's source to sources.toml where there is none; return what is to be filled in.

    Parameters
    ----------
    workspace : Workspace
    source_id : str
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
    file = workspace.sources_file
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if source_id in known:
        return None
    if f"[{source_id}]" not in text:
        file.write_text(
            f"{text.rstrip()}\n\n{source_entry(source_id, path, form)}".lstrip(), encoding="utf-8"
        )
    return Finding(
        "warning",
        where=f"{file}, [{source_id}]",
        rule=worded(
            'the source of the form is described by its sender: agency, date and confidence stand as "?"'
        ),
        do=worded("fill them in; the pages name the source beside each figure"),
    )


def source_entry(source_id: str, path: Path, form: Form) -> str:
    """Return the entry proposed for a form: the title of its first cell, the file's name and digest."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    title = next((cell.text for sheet in form.sheets[:1] if (cell := sheet.at(1, 1)).kind == "text"), "")
    lines = [
        f"[{source_id}]",
        f"title = {quoted((title or path.stem)[:_LONGEST])}",
        f'agency = "{HOLE}"      # who issued the form',
        f'date = "{HOLE}"        # the day it was issued, as 2024-03-15',
        f'confidence = "{HOLE}"  # "verified" if you saw the original, else "to be checked"',
        f"# from the file {path.name.encode('unicode_escape').decode()}, sha256 {digest[:16]}",
    ]
    return "\n".join(lines) + "\n"
