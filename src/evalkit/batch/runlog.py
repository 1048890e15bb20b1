"""The log of runs, for people: who asked for what when, each page's state and seconds, why a page failed, how it ended.

It lies in the workspace, under ``.evalkit``, for its owner alone. It holds no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from evalkit.batch.options import Event, RunOptions
from evalkit.batch.receipt import OWN_FOLDER, reports_folder
from evalkit.batch.staleness import CURRENT
from evalkit.errors import EvalkitError
from evalkit.workspace import Workspace

LOG = "runs.log"


@contextmanager
def logged(
    workspace: Workspace, options: RunOptions, *, clock: Callable[[], datetime]
) -> Iterator[Callable[[Event], None]]:
    """Keep a log of a run, and give the function that is told its events.

    Where the workspace cannot be written there is no log.

    Parameters
    ----------
    workspace : Workspace
    options : RunOptions
    clock : callable
        Gives the moment of each line.
    """
    folder = reports_folder(workspace, options)

    def note(*texts: str) -> None:
        moment = f"{clock():%Y-%m-%d %H:%M:%S}"
        _append(
            workspace.folder / OWN_FOLDER, "".join(f"{moment}  {folder.name}: {text}\n" for text in texts)
        )

    asked = (*options.provinces, *(["the nation"] if options.nation else []))
    provinces = ", ".join(asked) or "all provinces"
    note(f"run for {provinces}, {options.audience}, {' and '.join(options.languages)}, into {folder}")
    try:
        yield lambda event: note(*lines(event))
    except EvalkitError as refusal:
        note(f"ended with exit code {refusal.exit_code}: {refusal.rule}; {refusal.do}")
        raise
    except BaseException as fault:
        note(f"ended by {type(fault).__name__}")
        raise


def lines(event: Event) -> list[str]:
    """Return what the log says of an event.

    Examples
    --------
    >>> lines(Event("made", {"stem": "22-quang-ninh", "seconds": 3.41}))
    ['22-quang-ninh made in 3.4 s']
    """
    told = event.details
    if event.kind == "planned":
        why: dict[str, str] = told["why"]
        reasons = [f"{stem} will be made: {reason}" for stem, reason in why.items() if reason != CURRENT]
        return [*reasons, f"pages to make: {len(reasons)}; current: {len(why) - len(reasons)}"]
    if event.kind == "made":
        lost = [f"NOT COMPUTED {told['stem']}: {line}" for line in told.get("lapses", ())]
        return [f"{told['stem']} made in {told['seconds']:.1f} s", *lost]
    if event.kind == "kept":
        return [f"{told['stem']} finished by the run before"]
    if event.kind in ("failed", "whole", "mended", "in_part"):
        return [f"FAILED {told['message']}" if event.kind == "failed" else told["message"]]
    if event.kind == "published" and event.report is not None:
        report = event.report
        counts = f"{len(report.made)} made, {len(report.current)} current, {len(report.failed)} failed"
        return [f"published: {counts}; {report.hidden_cells} figures hidden, {report.warnings} warnings"]
    return []


def _append(folder: Path, line: str) -> None:
    try:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)  # nobody else gets to what lies within
        with (folder / LOG).open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError:
        return
