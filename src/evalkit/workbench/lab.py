"""``evalkit lab``: JupyterLab on a workspace's protected figures, opened at the first notebook to explore."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evalkit.batch.clock import now
from evalkit.batch.plan import notebooks_folder
from evalkit.batch.prepared import prepare
from evalkit.errors import SettingsError
from evalkit.facts.audiences import file_stem
from evalkit.facts.bundle import LAB_BUNDLE
from evalkit.kernels.private_folder import kernel_path
from evalkit.messages import worded
from evalkit.workspace import Audience, Workspace

EXPLORE = "explore"
LANGUAGE = "EVALKIT_LANG"
FIRST_NOTEBOOK = "01_first_look.ipynb"
_OWN_FOLDER = ".evalkit"


@dataclass(frozen=True, slots=True)
class LabOptions:
    """What the lab is opened on, and for whom.

    Attributes
    ----------
    audience : "public" or "internal"
        Whose figures the notebooks open; internal ones are not protected, and everything made from them says so.
    scheme : str or None
        The boundary set; the workspace's own where None.
    language : str
        Of results and messages; the workspace's first one where empty.
    browser : bool
        Open a browser, or only print the address.
    """

    audience: Audience = "public"
    scheme: str | None = None
    language: str = ""
    browser: bool = True


_PUBLIC = LabOptions()


def open_lab(
    workspace: Workspace,
    options: LabOptions = _PUBLIC,
    *,
    clock: Callable[[], datetime] = now,
    start: Callable[..., int] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Start JupyterLab and return its exit code.

    Parameters
    ----------
    workspace : Workspace
        Its bundle is what notebooks open.
    options : LabOptions
    clock, start : callable
        Give the time and start the program.
    tell : callable
        Is told what is being done.

    Raises
    ------
    EvalkitError
        If the workspace's facts are refused: nothing is started then.
    """
    here = Path.cwd()
    bundle = prepare_lab(workspace, options, clock=clock, tell=tell)
    notebooks = explore_folder(here)
    tell(worded("starting JupyterLab in {folder}; Ctrl-C stops it", folder=here))
    return (start or run_program)(
        lab_command(notebooks, browser=options.browser),
        env=lab_environment(os.environ, bundle=bundle, language=options.language),
    )


def prepare_lab(
    workspace: Workspace,
    options: LabOptions = _PUBLIC,
    *,
    clock: Callable[[], datetime] = now,
    tell: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the bundle that the lab's notebooks open, without starting JupyterLab, and return its folder, seen from here.

    Raises
    ------
    EvalkitError
        If the workspace's facts are refused: the bundle of an earlier lab stays.
    """
    tell(worded("preparing the figures of {workspace}", workspace=workspace.name))
    return write_bundle(workspace, Path(_OWN_FOLDER) / "bundles", options, clock=clock)


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


def write_bundle(
    workspace: Workspace,
    folder: Path,
    options: LabOptions = _PUBLIC,
    *,
    clock: Callable[[], datetime] = now,
) -> Path:
    """Write a workspace's bundle into a folder and return where it is; an earlier one is replaced.

    Raises
    ------
    SettingsError
        If the bundle would take the place of the workspace itself, which would be removed.
    """
    target = folder / file_stem(workspace.name, options.audience)
    if workspace.folder.resolve().is_relative_to(target.resolve()):
        raise SettingsError(
            where=str(target),
            rule=worded("the bundle would take the place of the workspace itself"),
            do=worded("name another folder for the bundle"),
        )
    bundle = prepare(workspace, day=clock().date(), audience=options.audience, scheme=options.scheme).bundle
    shutil.rmtree(target, ignore_errors=True)
    bundle.write(target)
    return target


def explore_folder(here: Path) -> Path:
    """Return the folder of notebooks to work in: copies of those that come with evalkit, beside the workspace.

    A notebook that is there already is left as it is: it may hold somebody's work.
    """
    mine = here / EXPLORE
    mine.mkdir(exist_ok=True)
    for notebook in sorted((notebooks_folder() / EXPLORE).glob("*.ipynb")):
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


def lab_environment(outside: Mapping[str, str], *, bundle: Path, language: str = "") -> dict[str, str]:
    """Return the environment of JupyterLab: it finds the kernel, and its notebooks find the bundle."""
    paths = [str(kernel_path()), *filter(None, outside.get("JUPYTER_PATH", "").split(os.pathsep))]
    spoken = {LANGUAGE: language} if language else {}
    return {**outside, **spoken, "JUPYTER_PATH": os.pathsep.join(paths), LAB_BUNDLE: str(bundle.resolve())}
