"""What `evalkit check` tells: every fault of settings, programme, registry, sources and facts that can be found together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evalkit.batch.prepare import receive
from evalkit.errors import EvalkitError, FactsError
from evalkit.facts.findings import Finding, findings_text
from evalkit.messages import shown, worded
from evalkit.workspace import open_as_far


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a workspace found: the text to show, and the exit code."""

    text: str
    exit_code: int


def check_workspace(folder: Path) -> Checked:
    """Look at everything in a workspace; make nothing.

    Parameters
    ----------
    folder : Path
        The folder that holds evalkit.toml.

    Returns
    -------
    Checked
        Every finding in lines, each with place, rule and remedy, and no value but a published one.
    """
    workspace, refusals = open_as_far(folder)
    if workspace is None:
        return _checked(refusals)
    try:
        received = receive(workspace)
    except EvalkitError as refusal:
        return _checked([*refusals, *refusal.every])
    return _checked(refusals, received.findings, rows=len(received.facts))


def _checked(
    refusals: Iterable[EvalkitError], findings: Iterable[Finding] = (), *, rows: int | None = None
) -> Checked:
    refusals = list(refusals)
    told = [Finding("error", where=one.where, rule=one.rule, do=one.do) for one in refusals]
    every = [*told, *findings]
    code = max([one.exit_code for one in refusals], default=0)
    if not code and any(one.severity == "error" for one in every):
        code = FactsError.exit_code
    lines = [shown(worded("rows read: {number}", number=rows))] if rows is not None else []
    more = [shown(worded("the other checks run once these files can be read"))] if rows is None else []
    return Checked("\n".join([*lines, findings_text(every), *more]), code)
