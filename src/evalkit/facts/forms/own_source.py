"""Under which source the figures of a form go in, and of which day: its file's name, and the head of evalkit's own form held against sources.toml."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from evalkit.errors import EvalkitError, FactsError
from evalkit.facts.findings import Finding
from evalkit.facts.forms.form_source import SOURCE_CELLS, source_said
from evalkit.facts.forms.grid import Form, cell_name
from evalkit.facts.forms.mapping import HOLE
from evalkit.facts.forms.plain_words import plain_words
from evalkit.facts.issue_days import RECORD, issue_day
from evalkit.messages import worded
from evalkit.places.place_names import without_diacritics
from evalkit.plain_cells import day_fault
from evalkit.toml_text import read_toml
from evalkit.workspace import IMPORTED, Workspace

_MOST_AGENCIES = 1_000
_RETURNED = re.compile(r"(?P<source>.+?)\.returned(?:[ _(-].*)?", re.IGNORECASE)


def source_of_file(workspace: Workspace, path: Path) -> str:
    """Return the source that a form's file names where its mapping names none.

    Parameters
    ----------
    workspace : Workspace
    path : Path
        The form. One that an import returned, a copy of it too, is of the source it was returned for.
    """
    returned = _RETURNED.fullmatch(path.stem)
    if returned is None:
        return slug(path.stem)
    source = returned["source"]
    return source if _has_files(workspace, source) else slug(source)


def slug(text: str) -> str:
    """Return a text as part of a file's name: small letters without diacritics, digits and hyphens.

    Examples
    --------
    >>> slug("Biểu 01 – năm 2023")
    'bieu-01-nam-2023'
    """
    return re.sub(r"[^a-z0-9]+", "-", without_diacritics(text).casefold()).strip("-") or "form"


def own_source(workspace: Workspace, named: str, form: Form, path: Path) -> tuple[str, list[Finding]]:
    """Return the source of a form that evalkit gave out: the one it names, unless that is another agency's.

    Parameters
    ----------
    workspace : Workspace
    named : str
        The source that stands in the form.
    form : Form
    path : Path
        The form's file.

    Returns
    -------
    source_id : str
        Where sources.toml has another agency for the source named: the source of the form's agency, or the next one that is free.
    findings : list of Finding
        Says so; nothing where the source is the one named.

    Raises
    ------
    FactsError
        If figures of the source named are there and sources.toml cannot be read: nobody knows whose they are.
    """
    agency = source_said(form).answers.get("agency", "")
    entries = _entries(workspace, named)
    if not agency or _agency(entries.get(named)) in ("", plain_words(agency)):
        return named, []
    numbered = [f"{named}-{number}" for number in range(2, _MOST_AGENCIES)]
    same = (one for one in numbered if _agency(entries.get(one)) == plain_words(agency))
    free = (one for one in numbered if one not in entries and not _has_files(workspace, one))
    source = next(same, None) or next(free)
    return source, [_told(named, source, path)]


def edition_day(workspace: Workspace, source_id: str, form: Form) -> date | None:
    """Return the day that sources.toml has for a source, else the one in the form's head; None where neither is a full day.

    Parameters
    ----------
    workspace : Workspace
    source_id : str
    form : Form
    """
    try:
        entry = _entries(workspace, source_id).get(source_id)
    except EvalkitError:
        entry = None
    declared = entry.get("date", HOLE) if isinstance(entry, dict) else HOLE
    written = source_said(form).answers.get("date", "") if declared == HOLE else _day_text(declared)
    return None if day_fault(written) else date.fromisoformat(written)


def _day_text(declared: object) -> str:
    try:
        return str(issue_day(declared))
    except ValueError:
        return ""


def _entries(workspace: Workspace, source_id: str) -> dict[str, Any]:
    """Return the entries of sources.toml; none where it cannot be read and there is nothing yet that could be replaced."""
    if not workspace.sources_file.is_file():
        return {}
    try:
        return read_toml(workspace.sources_file, error=FactsError)
    except FactsError:
        if _has_files(workspace, source_id):
            raise
        return {}


def _has_files(workspace: Workspace, source_id: str) -> bool:
    return any((workspace.folder / IMPORTED / f"{source_id}{end}").exists() for end in (".csv", RECORD))


def _agency(entry: object) -> str:
    """Return the agency of an entry as agencies are compared; nothing where it is open or there is no entry."""
    said = entry.get("agency") if isinstance(entry, dict) else None
    return plain_words(said) if isinstance(said, str) and said != HOLE else ""


def _told(named: str, source: str, path: Path) -> Finding:
    return Finding(
        "warning",
        f"{path.name}, {cell_name(SOURCE_CELLS['agency'])}",
        worded(
            "the head names another agency than the source {named} has: the figures of {named} stay, and those of this form are the source {source}",
            named=named,
            source=source,
        ),
        worded(
            "nothing, if there are two agencies; if it is the same one, write its name alike in the form and in sources.toml, remove the files of {source} from imported, and import again",
            source=source,
        ),
    )
