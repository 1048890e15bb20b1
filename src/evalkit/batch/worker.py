"""What a worker process does: make one page after another, and leave no kernel behind when it has to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from evalkit.batch.clock import now
from evalkit.batch.execute import CELL_SECONDS, JobFailure, execute
from evalkit.batch.fingerprint import file_digest
from evalkit.batch.plan import Job
from evalkit.batch.render import render, require_own_head, write_page_tables
from evalkit.errors import DisclosureError, EvalkitError
from evalkit.facts.bundle import Bundle
from evalkit.reporting.blocks import Bilingual, Language

NOTEBOOKS = "notebooks"
TABLES = "tables"
_SECONDS_TO_LEAVE = 5.0
_stopping = threading.Event()


@dataclass(frozen=True, slots=True)
class PageOrder:
    """Everything a worker needs for one page.

    ``facts`` are the job's slice; ``folder`` is where the finished files are put, under the names they are published
    with; ``keep_notebook`` says that the executed notebook is published beside the pages.
    """

    job: Job
    facts: Bundle
    languages: Sequence[Language]
    footer: Sequence[Bilingual]
    folder: Path
    keep_notebook: bool
    cell_seconds: int = CELL_SECONDS


@dataclass(frozen=True, slots=True)
class PageMade:
    """A page that is finished: its files with their SHA-256, and how long it took."""

    stem: str
    seconds: float
    files: dict[str, str] = field(default_factory=dict)


def make_page(order: PageOrder) -> PageMade | JobFailure:
    """Execute a job's notebook and write the page's files; a failure comes back as a record, never as an exception."""
    job, started = order.job, now()
    if _stopping.is_set():
        return JobFailure(job.stem, job.code, "interrupted")
    notebook = execute(job, order.facts, cell_seconds=order.cell_seconds)
    if isinstance(notebook, JobFailure):
        return notebook
    try:
        names = _write_files(notebook, order)
    except DisclosureError as refusal:
        named = DisclosureError(where=f"{job.stem}, {refusal.where}", rule=refusal.rule, do=refusal.do)
        return JobFailure(job.stem, job.code, "not_rendered", type(refusal).__name__, refusal=named)
    except EvalkitError as refusal:
        told = f"{refusal.where}: {refusal.rule}"
        return JobFailure(job.stem, job.code, "not_rendered", type(refusal).__name__, told=told)
    except Exception as fault:  # noqa: BLE001  the other provinces go on and this one is listed
        return JobFailure(job.stem, job.code, "not_rendered", type(fault).__name__)
    files = {name: file_digest(order.folder / name) for name in names}
    return PageMade(job.stem, (now() - started).total_seconds(), files)


def _write_files(notebook: NotebookNode, order: PageOrder) -> list[str]:
    require_own_head(notebook, stem=order.job.stem, audience=order.facts.about.audience)
    texts = render(notebook, stem=order.job.stem, languages=order.languages, footer=order.footer)
    if order.keep_notebook:
        texts[f"{NOTEBOOKS}/{order.job.stem}.ipynb"] = _as_text(notebook)
    for name, text in texts.items():
        path = order.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    tables = write_page_tables(notebook, order.folder / TABLES, languages=order.languages)
    return [*texts, *(f"{TABLES}/{name}" for name in tables)]


def _as_text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call,no-any-return]


def start_worker() -> None:
    """Prepare a worker process: Ctrl-C is the driver's business, SIGTERM ends the page under way, kernel included."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_leave_with_the_driver, daemon=True).start()


def _leave(number: int, _frame: Any) -> None:
    """Unwind what is under way, so that papermill shuts its kernel down; a second signal must not cut that short."""
    signal.signal(number, signal.SIG_IGN)
    _stopping.set()
    raise SystemExit(number)


def _leave_with_the_driver() -> None:
    """Wait for the end of the driver, however it comes, and go too: an orphan would wait for work for ever."""
    driver = parent_process()
    if driver is None:
        return
    driver.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_LEAVE)
    os._exit(1)
