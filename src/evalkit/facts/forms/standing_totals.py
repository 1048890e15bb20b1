"""Wrong totals of imported forms: kept in the record of the import, and told as long as the figures beside them stand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evalkit.facts.findings import Finding
from evalkit.facts.forms.declared_totals import WrongTotal, told_total
from evalkit.facts.forms.toml_writing import quoted
from evalkit.facts.issue_days import RECORD
from evalkit.plain_cells import day_fault
from evalkit.programme.models import Programme

_KEY = "wrong_total"
_TEXTS = ("cell", "label", "measure", "start", "end", "rows")


def totals_text(wrong: Iterable[WrongTotal]) -> str:
    """Return wrong totals as tables of a record; nothing where there are none."""
    lines = []
    for one in wrong:
        lines += ["", f"[[{_KEY}]]", *(f"{name} = {quoted(getattr(one, name))}" for name in _TEXTS)]
        lines += [f"more = {str(one.more).lower()}", f"figures = [{', '.join(map(quoted, one.figures))}]"]
    return "\n".join([*lines, ""]) if lines else ""


def kept_totals(record: Path) -> list[WrongTotal]:
    """Return the wrong totals that a record keeps; none where it cannot be read."""
    content = _content(record)
    tables = content.get(_KEY)
    found = (_read(table) for table in tables) if isinstance(tables, list) else ()
    return [one for one in found if one is not None]


def standing_totals(facts: Iterable[Path], programme: Programme) -> list[Finding]:
    """Return the warnings of wrong totals in the forms whose figures stand.

    Parameters
    ----------
    facts : iterable of Path
        The files of facts that were imported.
    programme : Programme
    """
    records = [file.with_suffix(RECORD) for file in facts]
    return [
        told_total(one, programme, str(_content(record).get("file", record.name)))
        for record in records
        for one in kept_totals(record)
    ]


def _content(record: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _read(table: object) -> WrongTotal | None:
    """Return a wrong total as it is kept; None where somebody has made something else of it."""
    if not isinstance(table, dict):
        return None
    texts = {name: text for name in _TEXTS if isinstance(text := table.get(name), str)}
    figures = table.get("figures")
    if len(texts) < len(_TEXTS) or not isinstance(figures, list):
        return None
    if day_fault(texts["start"]) or day_fault(texts["end"]):
        return None
    numbers = tuple(str(one) for one in figures if _is_number(one))
    return WrongTotal(**texts, more=table.get("more") is True, figures=numbers if len(numbers) == 2 else ())


def _is_number(text: object) -> bool:
    return isinstance(text, str) and text.replace(".", "", 1).removeprefix("-").isdecimal()
