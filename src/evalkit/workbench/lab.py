"""``evalkit lab``: JupyterLab on a workspace's protected figures, opened at the first notebook to explore."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from evalkit.batch.clock import now
from evalkit.batch.plan import notebooks_folder
from evalkit.batch.prepared import prepare
from evalkit.facts.bundle import LAB_BUNDLE
from evalkit.kernels.private_folder import kernel_path
from evalkit.workspace import Workspace

EXPLORE = "explore"
FIRST_NOTEBOOK = "01_first_look.ipynb"
_OWN_FOLDER = ".evalkit"


def open_lab(
    workspace: Workspace,
    *,
    browser: bool = True,
    clock: Callable[[], datetime] = now,
    start: Callable[..., int] | None = None,
) -> int:
    """Start JupyterLab and return its exit code.

    Parameters
    ----------
    workspace : Workspace
        Its protected bundle, for the public, is what notebooks open.
    browser : bool
        Open a browser, or only print the address.
    clock, start : callable
        Give the time and start the program.

    Raises
    ------
    EvalkitError
        If the workspace's facts are refused: nothing is started then.
    """
    here = Path.cwd()
    bundle = write_bundle(workspace, here / _OWN_FOLDER / "bundles", clock=clock)
    notebooks = explore_folder(here)
    return (start or run_program)(
        lab_command(notebooks, browser=browser), env=lab_environment(os.environ, bundle=bundle)
    )


def run_program(command: Sequence[str], *, env: Mapping[str, str]) -> int:
    """Run a program that answers to Ctrl-C itself (Jupyter asks whether to stop), and return its exit code."""
    with subprocess.Popen(command, env=env) as program:  # noqa: S603  our own command, made in lab_command
        before = (
            signal.signal(signal.SIGINT, signal.SIG_IGN),
            signal.signal(signal.SIGTERM, lambda *_: program.terminate()),
        )
        try:
            return program.wait()
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])


def write_bundle(workspace: Workspace, folder: Path, *, clock: Callable[[], datetime] = now) -> Path:
    """Write a workspace's protected bundle into a folder and return where it is; an earlier one is replaced."""
    bundle = prepare(workspace, day=clock().date()).bundle
    target = folder / workspace.name
    shutil.rmtree(target, ignore_errors=True)
    bundle.write(target)
    return target


def explore_folder(here: Path) -> Path:
    """Return the folder of notebooks to work in: the checkout's own, else a copy of the packaged ones.

    A notebook that is there already is left as it is: it may hold somebody's work.
    """
    shipped = notebooks_folder() / EXPLORE
    if "_shipped" not in shipped.parts:
        return shipped
    mine = here / EXPLORE
    mine.mkdir(exist_ok=True)
    for notebook in sorted(shipped.glob("*.ipynb")):
        if not (mine / notebook.name).exists():
            shutil.copyfile(notebook, mine / notebook.name)
    return mine


def lab_command(notebooks: Path, *, browser: bool) -> Sequence[str]:
    """Return the command that starts JupyterLab with the first notebook open."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={notebooks.parent.resolve()}",
        f"--LabApp.default_url=/lab/tree/{notebooks.name}/{FIRST_NOTEBOOK}",
        "--KernelManager.transport_encryption=auto",  # ipykernel warns on every start where messages travel in the clear
        *(["--allow-root"] if _is_root() else []),
        *([] if browser else ["--no-browser"]),
    ]


def _is_root() -> bool:
    """Tell whether this is root, as in most containers: Jupyter wants to be told; it listens on this machine only."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def lab_environment(outside: Mapping[str, str], *, bundle: Path) -> dict[str, str]:
    """Return the environment of JupyterLab: it finds the kernel, and its notebooks find the bundle."""
    paths = [str(kernel_path()), *filter(None, outside.get("JUPYTER_PATH", "").split(os.pathsep))]
    return {**outside, "JUPYTER_PATH": os.pathsep.join(paths), LAB_BUNDLE: str(bundle.resolve())}
