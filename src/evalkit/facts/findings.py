"""What a check found: where, which rule, what to do; never a value that is not published."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from evalkit.errors import EvalkitError, FactsError, and_more
from evalkit.messages import placed, shown, worded

Severity = Literal["error", "warning", "note"]
CONFIRMED = (
    "confirmed"  # the rule of a finding on a figure that contradicts others of a source that stands by them
)
_MOST_TOLD = 60  # three lines each
_ROW = re.compile(r"(?P<file>.*), row (?P<row>\d+)(?P<column>, column \S+)?(?: (?P<beside>\(beside .*\)))?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation on the facts.

    ``where`` names file, row and column; ``province_code`` and ``scheme`` let a page show the finding where it belongs.
    A finding holds no figure but such as an authority has published: it is printed, logged and shown. ``cells`` names the cells
    of the form that its rows came from.
    """

    severity: Severity
    where: str
    rule: str
    do: str
    province_code: str = ""
    scheme: str = ""
    cells: tuple[str, ...] = ()


class FindingsError(FactsError):
    """Facts refused for several reasons: the message tells the first, ``findings`` holds all."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        first = findings[0]
        super().__init__(where=first.where, rule=first.rule, do=and_more(first.do, len(findings) - 1))
        self.findings = findings

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.findings,)

    @property
    def every(self) -> tuple[EvalkitError, ...]:
        """Every finding as a refusal of its own."""
        return tuple(FactsError(where=one.where, rule=one.rule, do=one.do) for one in self.findings)


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Raise the first error found, and say how many more there are.

    Raises
    ------
    FindingsError
        If any finding is an error.
    """
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise FindingsError(errors)


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings of one fault in one column of one file as one, with how many rows it has.

    Examples
    --------
    >>> rows = [Finding("error", f"facts.csv, row {n}, column value", "a count is never negative", "correct it") for n in (17, 9, 4)]
    >>> grouped(rows)[0].where
    'facts.csv, 3 rows, first row 17, column value'
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        place = _ROW.fullmatch(one.where)
        where = (place["file"], place["column"] or "") if place else (one.where,)
        groups.setdefault((one.severity, one.rule, one.do, *where), []).append(one)
    return [_together(same) for same in groups.values()]


def _together(same: list[Finding]) -> Finding:
    first, place = same[0], _ROW.fullmatch(same[0].where)
    if len(same) == 1 or place is None:
        return first
    beside = f" {place['beside']}" if place["beside"] else ""
    where = f"{place['file']}, {len(same)} rows, first row {place['row']}{place['column'] or ''}{beside}"
    return replace(first, where=where)


def findings_text(findings: Iterable[Finding]) -> str:
    """Return findings as lines for a terminal, and how many there are of each severity.

    Examples
    --------
    >>> print(findings_text([Finding("error", where="facts.csv, row 2", rule="a count is never negative", do="correct it")]))
    error    facts.csv, row 2
             rule  a count is never negative
             do    correct it
    1 error, 0 warnings, 0 notes
    """
    every = list(findings)
    told = grouped(every)
    further = len(told) - _MOST_TOLD
    lines = [shown(_finding_text(one)) for one in told[:_MOST_TOLD]]
    if further > 0:
        more = worded(
            "and {further} further kinds of finding: correct these, and look again", further=further
        )
        lines.append(shown(more))
    return "\n".join([*lines, shown(_counts(Counter(one.severity for one in every)))])


def _finding_text(one: Finding) -> str:
    gaps = {"where": placed(one.where), "rule": one.rule, "do": one.do}
    if one.severity == "error":
        return worded("error    {where}\n         rule  {rule}\n         do    {do}", **gaps)
    if one.severity == "warning":
        return worded("warning  {where}\n         rule  {rule}\n         do    {do}", **gaps)
    return worded("note     {where}\n         rule  {rule}\n         do    {do}", **gaps)


def _counts(numbers: Counter[Severity]) -> str:
    errors, warnings, notes = numbers["error"], numbers["warning"], numbers["note"]
    return worded(
        "{errors}, {warnings}, {notes}",
        errors=worded("1 error") if errors == 1 else worded("{number} errors", number=errors),
        warnings=worded("1 warning") if warnings == 1 else worded("{number} warnings", number=warnings),
        notes=worded("1 note") if notes == 1 else worded("{number} notes", number=notes),
    )
