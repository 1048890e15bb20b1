"""Wrong totals of imported forms, and words that say otherwise than the mapping does: kept in the record, and told as long as the figures beside them stand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evalkit.facts.findings import Finding
from evalkit.facts.forms.declared_totals import WrongTotal, told_total
from evalkit.facts.forms.toml_writing import quoted
from evalkit.facts.issue_days import RECORD
from evalkit.messages import ENGLISH, VIETNAMESE, Worded, named
from evalkit.plain_cells import day_fault
from evalkit.programme.models import Programme

_KEY, _WORDS = "wrong_total", "otherwise"
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


def words_text(told: Iterable[Finding]) -> str:
    """Return what a form says otherwise than its mapping as tables of a record; nothing where it says nothing."""
    lines = []
    for one in told:
        lines += ["", f"[[{_WORDS}]]", f"where = {quoted(one.where)}"]
        lines += [f"rule = {_message(one.rule)}", f"do = {_message(one.do)}"]
    return "\n".join([*lines, ""]) if lines else ""


def kept_words(record: Path) -> list[Finding]:
    """Return the warnings of words that a record keeps; none where it cannot be read."""
    tables = _content(record).get(_WORDS)
    found = [one for one in tables if isinstance(one, dict)] if isinstance(tables, list) else []
    texts = [[_read_message(table.get(key)) for key in ("where", "rule", "do")] for table in found]
    return [Finding("warning", where, rule, do) for where, rule, do in texts if where and rule and do]


def standing_words(facts: Iterable[Path]) -> list[Finding]:
    """Return the warnings of words that say otherwise, of the forms whose figures stand."""
    return [one for file in facts for one in kept_words(file.with_suffix(RECORD))]


def _message(text: str) -> str:
    """Return a message as a record holds it: what it is made of, so that it can be told in each language."""
    if not isinstance(text, Worded):
        return quoted(text)
    gaps = ", ".join(f"{name} = {_message(gap)}" for name, gap in text.gaps.items())
    return f"{{ template = {quoted(text.template)}, gaps = {{ {gaps} }} }}"


def _read_message(held: object) -> str:
    """Return a message as it is kept; "" where somebody has made something else of it."""
    if not isinstance(held, dict):
        return held if isinstance(held, str) else ""
    template, gaps = held.get("template"), held.get("gaps")
    if not isinstance(template, str) or not isinstance(gaps, dict):
        return ""
    texts = {name: _read_message(gap) for name, gap in gaps.items()}
    return (
        named(texts[ENGLISH], texts[VIETNAMESE])
        if {*texts} == {ENGLISH, VIETNAMESE}
        else Worded(template, texts)
    )


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
