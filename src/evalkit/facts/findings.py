"""What a check found: where, which rule, what to do; never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evalkit.errors import EvalkitError, FactsError, and_more
from evalkit.messages import placed, shown, worded

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation on the facts.

    ``where`` names file, row and column; ``province_code`` and ``scheme`` let a page show the finding where it belongs.
    A finding never holds a figure: it is printed, logged and shown.
    """

    severity: Severity
    where: str
    rule: str
    do: str
    province_code: str = ""
    scheme: str = ""


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
    told = list(findings)
    lines = [shown(_finding_text(one)) for one in told]
    return "\n".join([*lines, shown(_counts(Counter(one.severity for one in told)))])


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
