"""What a check found: where, which rule, what to do; never a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evalkit.errors import FactsError

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


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Raise the first error found, and say how many more there are.

    Raises
    ------
    FactsError
        If any finding is an error.
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        return
    first = errors[0]
    more = f" (and {len(errors) - 1} more: `evalkit check` lists them all)" if len(errors) > 1 else ""
    raise FactsError(where=first.where, rule=first.rule, do=first.do + more)
