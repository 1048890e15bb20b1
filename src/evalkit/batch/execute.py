"""Run one job's notebook in a kernel of its own, and make sure that it really ran."""

from __future__ import annotations

import copy
import logging
import re
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.notebooknode import from_dict
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import raise_for_execution_errors
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

import evalkit
from evalkit.batch.outcome import CELL_SECONDS, JobFailure, Reason
from evalkit.batch.plan import BUNDLE_FOLDER, Job
from evalkit.declaration import nearest
from evalkit.errors import EvalkitError
from evalkit.facts.bundle import Bundle
from evalkit.kernels import streams
from evalkit.kernels.forks import WarmKernel
from evalkit.kernels.private_folder import KERNEL, ReportKernelManager, kernel_settings, private_room
from evalkit.kernels.provisioner import register
from evalkit.messages import worded
from evalkit.reporting.exporter import INJECTED, is_left_open

START_SECONDS = 120
_KERNEL_ARGUMENTS = [
    "--HistoryManager.enabled=False",
    f"--IPKernelApp.outstream_class={streams.CLASS}",
    "--IPKernelApp.capture_fd_output=False",  # what libraries print on their own is on no page
]
NOTEBOOK = "notebook.ipynb"
_PARAGRAPH = 3  # lines: where, rule, do; see EvalkitError
_NEVER = re.compile(r"(?P<name>)(?!)")
_OF_EVALKIT = re.compile(r"\Amodule 'evalkit' has no attribute|\n *where +evalkit\.")
_UNKNOWN = {
    "NameError": re.compile(r"name '(?P<name>\w+)' is not defined"),
    "NoSuchNameError": re.compile(r"[^\n]*\n *where +(?:[\w.]+\.)?(?P<name>\w+)\n"),
    "AttributeError": re.compile(r"(?:module '[\w.]+'|'\w+' object) has no attribute '(?P<name>\w+)'"),
}
_TYPES = {"Literal", "Optional", "List", "typing", "date", "datetime"}  # of annotations of parameters
_TYPE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")


class _Progress:
    """Which cell is running, counted as people see the notebook: without the cell that papermill inserts."""

    def __init__(self) -> None:
        self.place: int | None = None
        self._inserted = 0

    def __call__(self, cell: NotebookNode, cell_index: int) -> None:
        if INJECTED in cell.metadata.get("tags", []):
            self._inserted = 1
        else:
            self.place = cell_index + 1 - self._inserted


def execute(
    job: Job, facts: Bundle, *, source: str | None = None, cell_seconds: int = CELL_SECONDS
) -> NotebookNode | JobFailure:
    """Run a job's notebook over the facts it may see.

    Parameters
    ----------
    job : Job
    facts : Bundle
        The job's slice; it is written into the kernel's room.
    source : str, optional
        The notebook's text, where it was sent here; it is read from the job's notebook otherwise.
    cell_seconds : int
        How long one cell may take.

    Returns
    -------
    NotebookNode or JobFailure
        The executed notebook without times and paths; or why there is none. No exception of the notebook gets out.

    Notes
    -----
    Kernels share the server they are forked from. A notebook that kills it ends the others' kernels too, so a job whose
    kernel went down with its server, or before the first cell, is run once more, forked from a server of its own.
    """
    bereft = WarmKernel.bereft
    outcome, began = _attempt(job, facts, source=source, cell_seconds=cell_seconds)
    if isinstance(outcome, JobFailure) and (WarmKernel.bereft > bereft or not began):
        outcome, _ = _attempt(job, facts, source=source, cell_seconds=cell_seconds)
    return outcome


def _attempt(
    job: Job, facts: Bundle, *, source: str | None, cell_seconds: int
) -> tuple[NotebookNode | JobFailure, bool]:
    """Run the notebook; also tell whether its first cell was reached."""
    progress = _Progress()
    outcome = _guarded(job, facts, progress, source=source, cell_seconds=cell_seconds)
    return outcome, progress.place is not None


def _guarded(
    job: Job, facts: Bundle, progress: _Progress, *, source: str | None, cell_seconds: int
) -> NotebookNode | JobFailure:
    """Run the notebook in a room; whatever goes wrong becomes a record."""
    logging.getLogger("papermill").setLevel(
        logging.CRITICAL
    )  # it repeats our failures, paths included, on the terminal
    with private_room() as room:
        try:
            facts.write(room / "desk" / BUNDLE_FOLDER)
            (room / NOTEBOOK).write_text(source or job.notebook.read_text("utf-8"), encoding="utf-8")
            notebook = _run(job, room, progress, cell_seconds=cell_seconds)
        except PapermillExecutionError as fault:
            kind = _type_name(fault.ename)
            return JobFailure(job.stem, job.code, "cell_error", kind, progress.place, told=_paragraph(fault))
        except (CellTimeoutError, DeadKernelError) as fault:
            reason: Reason = "cell_timeout" if isinstance(fault, CellTimeoutError) else "kernel_died"
            return JobFailure(job.stem, job.code, reason, cell=progress.place)
        except Exception as fault:  # noqa: BLE001  whatever went wrong, the other provinces go on and this one is listed
            return JobFailure(job.stem, job.code, "not_started", type(fault).__name__)
    unfinished = _first_unfinished(notebook)
    if unfinished is not None:
        return JobFailure(job.stem, job.code, "not_all_cells_ran", cell=unfinished)
    return scrub(notebook)


def _run(job: Job, room: Path, progress: _Progress, *, cell_seconds: int) -> NotebookNode:
    """Run papermill's steps on the copy in the room.

    Its function ``execute_notebook`` would also put the finished notebook into words and throw them away, which takes longer
    than to start the kernel.
    """
    register()
    prepared = parameterize_notebook(
        load_notebook_node(str(room / NOTEBOOK)),
        dict(job.parameters),
        kernel_name=KERNEL,
        language="python",
    )
    ran: NotebookNode = papermill_engines.execute_notebook_with_engine(
        None,
        prepared,
        kernel_name=KERNEL,
        output_path=None,
        progress_bar=False,
        start_timeout=START_SECONDS,
        execution_timeout=cell_seconds,
        autosave_cell_every=0,
        on_cell_execute=progress,
        extra_arguments=_KERNEL_ARGUMENTS,
        kernel_manager_class=ReportKernelManager,
        shutdown_kernel="immediate",  # nothing in a room is to be kept, and nobody waits for a kernel's farewell
        config=kernel_settings(room),
    )
    raise_for_execution_errors(ran, None)
    return ran


def scrub(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without what tells when, where and by whom it was run.

    Kept: cells, tags, counters, outputs. Removed: papermill's paths, times and parameters, nbclient's times, the exact
    Python version, the random name papermill gives the cell it inserts, and drawings that were left open, which are on no page.
    """
    clean: NotebookNode = copy.copy(notebook)  # outputs are shared: they are large and stay as they are
    clean.cells = [copy.copy(cell) for cell in notebook.cells]
    kernel = {"display_name": KERNEL, "language": "python", "name": KERNEL}
    clean.metadata = _plain({"kernelspec": kernel, "language_info": {"name": "python"}})
    for cell in clean.cells:
        tags = list(cell.metadata.get("tags", []))
        cell.metadata = _plain({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not is_left_open(output)]
        if INJECTED in tags:
            cell.id = INJECTED
    return clean


def _plain(content: dict[str, object]) -> NotebookNode:
    return from_dict(content)  # type: ignore[no-untyped-call,no-any-return]


def _first_unfinished(notebook: NotebookNode) -> int | None:
    """Return the place of the first code cell that did not run to its end; ``sys.exit(0)`` ends a notebook early."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None or any(output.output_type == "error" for output in cell.outputs):
            return _place(notebook, index)
    return None


def _place(notebook: NotebookNode, index: int) -> int:
    """Turn an index in the executed notebook into a place in the one people see: without the cell papermill inserted."""
    inserted = sum(INJECTED in cell.metadata.get("tags", []) for cell in notebook.cells[:index])
    return index + 1 - inserted


def _paragraph(fault: PapermillExecutionError) -> str:
    """Return where, which rule and what to do, where evalkit itself refused in the cell; of any other error a misspelt name alone, for it may quote values."""
    told = fault.traceback
    refusals = {kind.__name__ for kind in EvalkitError.__subclasses__()}
    if fault.ename not in refusals or len(told) <= _PARAGRAPH or told[0] != fault.ename:
        return _unknown_name(fault)
    return "; ".join(" ".join(line.split()) for line in told[1 : _PARAGRAPH + 1])


def _unknown_name(fault: PapermillExecutionError) -> str:
    """Return which name is not known, where the cell itself spells it: then it is the notebook's own word and no figure."""
    found = _UNKNOWN.get(fault.ename, _NEVER).match(fault.evalue)
    name = found["name"] if found else ""
    if not name or not re.search(rf"\b{name}\b", fault.source):
        return ""
    if fault.ename == "NameError":
        return (
            worded(
                "name '{name}' is not defined: write the type in quotation marks, or import it in a cell above",
                name=name,
            )
            if name in _TYPES
            else worded("name '{name}' is not defined", name=name)
        )
    if name not in dir(evalkit) and _OF_EVALKIT.search(fault.evalue):
        return worded("evalkit has no '{name}'; {nearest}", name=name, nearest=nearest(name, dir(evalkit)))
    return worded("what stands before it has no '{name}'", name=name)


def _type_name(text: str) -> str:
    return text if _TYPE_NAME.fullmatch(text) else "error"
