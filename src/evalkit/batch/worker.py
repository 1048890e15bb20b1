"""What a worker process does: make one page after another, and leave no kernel behind when it has to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from importlib import import_module
from multiprocessing import parent_process
from typing import Any

import nbformat
from nbformat import NotebookNode

from evalkit.batch.clock import now
from evalkit.batch.execute import execute
from evalkit.batch.fingerprint import file_digest
from evalkit.batch.imprint import NOTEBOOKS, TABLES
from evalkit.batch.outcome import JobFailure, PageMade, PageOrder
from evalkit.batch.render import render, require_own_head, write_page_tables
from evalkit.batch.reread import refuse_differences, refuse_leaks, refuse_unlike_facts
from evalkit.errors import DisclosureError, EvalkitError

_SECONDS_TO_LEAVE = 5.0
_stopping = threading.Event()


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
    names = [*texts, *(f"{TABLES}/{name}" for name in tables)]
    refuse_differences(order.folder, notebook, languages=order.languages)
    refuse_unlike_facts(notebook, order.facts, code=order.job.code)
    refuse_leaks(order.folder, names)
    return names


def _as_text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call,no-any-return]


def start_worker() -> None:
    """Prepare a worker process: Ctrl-C is the driver's business, SIGTERM ends the page under way, kernel included."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_leave_with_the_driver, daemon=True).start()
    import_module(
        "evalkit.reporting.canvas"
    )  # matplotlib's first listing of fonts may print: here, and not in a kernel


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
