"""What a worker does: make one page after another, and leave no kernel behind when it has to stop."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from multiprocessing import parent_process
from typing import Any

from nbformat import NotebookNode

from evalkit.batch import contradicted
from evalkit.batch.clock import ticks
from evalkit.batch.execute import execute
from evalkit.batch.leaks import refuse_leaks
from evalkit.batch.notebook_words import in_languages
from evalkit.batch.outcome import JobFailure, PageMade, PageOrder, Reason
from evalkit.batch.page_files import render
from evalkit.batch.page_names import NOTEBOOKS
from evalkit.batch.plan import OWN
from evalkit.batch.printing import printed
from evalkit.batch.reread import refuse_differences, refuse_unlike_facts
from evalkit.errors import DisclosureError, EvalkitError
from evalkit.kernels.forked import OBJECTS_BETWEEN_COLLECTIONS
from evalkit.kernels.warm_server import use_servers
from evalkit.messages import placed, worded
from evalkit.reporting.blocks import Content
from evalkit.reporting.lapsed import lapses_told

_SECONDS_TO_LEAVE = 3.0
_stopping = threading.Event()


def make_page(order: PageOrder) -> PageMade | JobFailure:
    """Execute a job's notebook and return the page's files; a failure comes back as a record, never as an exception."""
    job, started = order.job, ticks()
    order.facts.speak()
    if _stopping.is_set():
        return JobFailure(job.stem, job.code, "interrupted")
    notebook = execute(job, order.facts, source=order.source, cell_seconds=order.cell_seconds)
    if isinstance(notebook, JobFailure):
        return notebook
    read: dict[int, Content] = {}
    try:
        contents = page_contents(notebook, order, read=read)
    except DisclosureError as refusal:
        named = DisclosureError(where=f"{job.stem}, {refusal.where}", rule=refusal.rule, do=refusal.do)
        return JobFailure(job.stem, job.code, "not_rendered", type(refusal).__name__, refusal=named)
    except EvalkitError as refusal:
        told = worded("{where}: {rule}; {do}", where=placed(refusal.where), rule=refusal.rule, do=refusal.do)
        against_itself = isinstance(refusal, contradicted.ContradictionError)
        reason: Reason = "contradicts_itself" if against_itself else "not_rendered"
        return JobFailure(job.stem, job.code, reason, type(refusal).__name__, told=told)
    except Exception as fault:  # noqa: BLE001  the other provinces go on and this one is listed
        return JobFailure(job.stem, job.code, "not_rendered", type(fault).__name__)
    return PageMade(job.stem, ticks() - started, contents, lapses_told(read.values()))


def page_contents(
    notebook: NotebookNode, order: PageOrder, *, read: dict[int, Content] | None = None
) -> dict[str, bytes]:
    """Return the files of a page, read again before anybody gets them.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    order : PageOrder
    read : dict of PageHead or Section, optional
        What was read from the notebook is added to it.

    Raises
    ------
    DisclosureError
        If a file tells something else than the computation and the protected facts, or more than a page may tell.
    ContradictionError
        If a page contradicts itself, and such pages are not published.
    """
    stem, read = order.job.stem, {} if read is None else read
    files = render(
        notebook,
        stem=stem,
        languages=order.languages,
        audience=order.facts.about.audience,
        footer=order.footer,
        country=order.country,
        forms=order.forms,
        read=read,
    )
    files |= order.forms
    if order.keep_notebook:
        files[f"{NOTEBOOKS}/{stem}.ipynb"] = as_text(
            in_languages(notebook, order.facts.about.languages)
        ).encode()
    _read_again(files, notebook, order, read)
    return files | (printed(files) if order.pdf else {})


def _read_again(
    files: Mapping[str, bytes], notebook: NotebookNode, order: PageOrder, read: dict[int, Content]
) -> None:
    """Refuse files that tell something else than the computation and the facts, or more than a page may tell."""
    refuse_differences(files, notebook, languages=order.languages, footer=order.footer, read=read)
    refuse_unlike_facts(notebook, order.facts, code=order.job.code, read=read)
    refuse_leaks(files)
    if contradicted.CONTRADICTIONS_STOP_A_PAGE:
        named = order.facts.about.audience == "public"
        lacking = OWN in order.job.ingredients or bool(lapses_told(read.values()))
        contradicted.refuse_contradictions(files, named=named, lacking=lacking)


def as_text(notebook: NotebookNode) -> str:
    """Return a notebook as a file, a cell on each line: indented like other notebooks, it would take ten times as long.

    Examples
    --------
    >>> import nbformat
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> text = as_text(new_notebook(cells=[new_markdown_cell("Số vụ", id="a")]))
    >>> print(text.splitlines()[1])
    {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "Số vụ"}
    >>> nbformat.reads(text, as_version=4).cells[0].source
    'Số vụ'
    """
    around = {name: notebook[name] for name in ("metadata", "nbformat", "nbformat_minor")}
    cells = ",\n".join(_line(cell) for cell in notebook.cells)
    return f'{{"cells": [\n{cells}\n], {_line(around)[1:]}\n'


def _line(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def start_worker(servers: Mapping[str, str]) -> None:
    """Prepare a worker process of this machine.

    Ctrl-C is the driver's business; SIGTERM ends the page under way, kernel included. ``servers`` are the driver's, which
    kernels are forked from.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    sys.argv = sys.argv[:1]
    use_servers(servers)
    threading.Thread(target=_leave_with_the_driver, daemon=True).start()
    import_module("evalkit.reporting.exporter")
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


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
