"""Run one job's notebook in a kernel of its own, and make sure that it really ran."""

from __future__ import annotations

import copy
import logging
import re
import shutil
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from evalkit.batch.kernel import register
from evalkit.batch.outcome import CELL_SECONDS, JobFailure, Reason
from evalkit.batch.plan import BUNDLE_FOLDER, Job
from evalkit.batch.rooms import KERNEL, ReportKernelManager, kernel_settings, private_room
from evalkit.facts.bundle import Bundle

START_SECONDS = 120
INJECTED = "injected-parameters"
_ERROR_MARK = "papermill-error-cell-tag"  # on cells that papermill adds when it writes a failure down
_TYPE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")


def execute(job: Job, facts: Bundle, *, cell_seconds: int = CELL_SECONDS) -> NotebookNode | JobFailure:
    """Run a job's notebook over the facts it may see.

    Parameters
    ----------
    job : Job
    facts : Bundle
        The job's slice; it is written into the kernel's room.
    cell_seconds : int
        How long one cell may take.

    Returns
    -------
    NotebookNode or JobFailure
        The executed notebook without times and paths; or why there is none. No exception of the notebook gets out.
    """
    logging.getLogger("papermill").setLevel(
        logging.CRITICAL
    )  # it repeats our failures, paths included, on the terminal
    with private_room() as room:
        facts.write(room / "desk" / BUNDLE_FOLDER)
        executed = room / "executed.ipynb"
        try:
            notebook = _run(job, room, executed, cell_seconds=cell_seconds)
        except PapermillExecutionError as fault:
            place = _place(_read(executed), fault.cell_index)
            return JobFailure(job.stem, job.code, "cell_error", _type_name(fault.ename), place)
        except (CellTimeoutError, DeadKernelError) as fault:
            reason: Reason = "cell_timeout" if isinstance(fault, CellTimeoutError) else "kernel_died"
            return JobFailure(job.stem, job.code, reason, cell=_last_started(_read(executed)))
        except Exception as fault:  # noqa: BLE001  whatever went wrong, the other provinces go on and this one is listed
            return JobFailure(job.stem, job.code, "not_started", type(fault).__name__)
    unfinished = _first_unfinished(notebook)
    if unfinished is not None:
        return JobFailure(job.stem, job.code, "not_all_cells_ran", cell=unfinished)
    return scrub(notebook)


def _run(job: Job, room: Path, executed: Path, *, cell_seconds: int) -> NotebookNode:
    """Run papermill on a copy in the room: it fills in braces in the paths it is given, and writes them down."""
    source = room / "notebook.ipynb"
    shutil.copyfile(job.notebook, source)
    register()
    ran: NotebookNode = papermill.execute_notebook(
        str(source),
        str(executed),
        parameters=dict(job.parameters),
        kernel_name=KERNEL,
        language="python",
        progress_bar=False,
        start_timeout=START_SECONDS,
        execution_timeout=cell_seconds,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        kernel_manager_class=ReportKernelManager,
        shutdown_kernel="immediate",
        config=kernel_settings(room),
    )
    return ran


def scrub(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without what tells when, where and by whom it was run.

    Kept: cells, tags, counters, outputs. Removed: papermill's paths, times and parameters, nbclient's times, the exact
    Python version, and the random name papermill gives the cell it inserts.
    """
    clean: NotebookNode = copy.deepcopy(notebook)
    clean.metadata = {
        "kernelspec": {"display_name": KERNEL, "language": "python", "name": KERNEL},
        "language_info": {"name": "python"},
    }
    for cell in clean.cells:
        tags = list(cell.metadata.get("tags", []))
        cell.metadata = {"tags": tags} if tags else {}
        if INJECTED in tags:
            cell.id = INJECTED
    return clean


def _first_unfinished(notebook: NotebookNode) -> int | None:
    """Return the place of the first code cell that did not run to its end; ``sys.exit(0)`` ends a notebook early."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None or any(output.output_type == "error" for output in cell.outputs):
            return _place(notebook, index)
    return None


def _last_started(notebook: NotebookNode | None) -> int | None:
    if notebook is None:
        return None
    started = [
        index for index, cell in enumerate(notebook.cells) if cell.metadata.papermill.get("start_time")
    ]
    return _place(notebook, started[-1]) if started else None


def _place(notebook: NotebookNode | None, index: int) -> int | None:
    """Turn an index in the executed notebook into a place in the one people see: without the cell papermill inserted."""
    if notebook is None:
        return None
    cells = [cell for cell in notebook.cells if _ERROR_MARK not in cell.metadata.get("tags", [])]
    inserted = sum(INJECTED in cell.metadata.get("tags", []) for cell in cells[:index])
    return index + 1 - inserted


def _read(path: Path) -> NotebookNode | None:
    return nbformat.read(path, as_version=4) if path.is_file() else None  # type: ignore[no-untyped-call]


def _type_name(text: str) -> str:
    return text if _TYPE_NAME.fullmatch(text) else "error"
