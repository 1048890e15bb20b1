"""JupyterLab as a researcher opens it by ``evalkit lab``: notebooks run in a browser, completed by Tab, restarted, dark, in English.

EVALKIT_PICTURES=FOLDER keeps pictures of what the browser showed. The notebook on the castle-doctrine panel, which takes a minute and a
published table, has a test of its own (tests/test_castle_notebook.py).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.devtools import Tab, browser_tab

ROOT = Path(__file__).parents[1]
WORKSPACE = "data/vn-published"
NOTEBOOK = "jupyterapp.shell.currentWidget"
CODE = f"{NOTEBOOK}.content.widgets.filter(one => one.model.type === 'code' && one.model.sharedModel.source.trim())"
IDLE = f"{NOTEBOOK}.sessionContext.session?.kernel?.status === 'idle'"
DONE = f"{IDLE} && {CODE}.every(one => one.model.executionCount && one.model.executionState !== 'running')"
OFFERED = ".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item"
ALIGNED = f"""[...{NOTEBOOK}.node.querySelectorAll('.evalkit table.n2 tbody')].slice(-1).flatMap(
    one => ['th', 'td'].map(name => getComputedStyle(one.querySelector(name)).textAlign))"""
INK_ON_GROUND = f"""(svg => [svg.querySelector('path[fill*=paper], [fill*=paper] path'), svg.querySelector('text')].map(
    one => getComputedStyle(one).fill))({NOTEBOOK}.node.querySelector('.evalkit figure svg'))"""
OUTPUTS = f"{CODE}.map(one => one.model.outputs.toJSON())"


@dataclass
class Lab:
    """A JupyterLab on a copy of the published workspace, in a checkout of its own, and the tab that shows it."""

    folder: Path
    tab: Tab
    pictures: Path

    def open(self, notebook: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        self.tab.ask(
            f"jupyterapp.commands.execute('docmanager:open', {{path: 'explore/{notebook}.ipynb'}}).then(() => 1)"
        )
        self.tab.wait(f"{NOTEBOOK}.context.path === 'explore/{notebook}.ipynb' && {IDLE}")

    def run_all(self) -> list[list[dict[str, Any]]]:
        """Run all cells, wait until the kernel is idle again, and return the outputs of each."""
        self.tab.ask("void jupyterapp.commands.execute('notebook:run-all-cells')")
        return self.finished()

    def finished(self) -> list[list[dict[str, Any]]]:
        self.tab.wait(DONE, seconds=100)
        return self.tab.ask(OUTPUTS)

    def picture(self, name: str) -> None:
        self.tab.picture(self.pictures / f"{name}.png")


@contextlib.contextmanager
def lab(folder: Path, chromium: str, *options: str) -> Iterator[Lab]:
    """Start ``evalkit lab`` as from a shell, open the address it prints, and end both."""
    checkout, own = folder / "checkout", folder / "own"
    copied(checkout)
    settle(own)
    command = [sys.executable, "-m", "evalkit", "lab", WORKSPACE, "--no-browser", *options]
    with (folder / "told").open("w") as told:
        program = subprocess.Popen(
            command, cwd=checkout, env=outside(own), stdout=told, stderr=told, start_new_session=True
        )
        try:
            address = printed_address(folder / "told", program)
            with browser_tab(chromium, folder / "profile") as tab:
                tab.call("Page.navigate", url=address)
                tab.wait(f"{NOTEBOOK}.context.path === 'explore/01_first_look.ipynb' && {IDLE}")
                yield Lab(checkout, tab, pictures(folder))
        finally:
            ended(program)


def copied(checkout: Path) -> None:
    """Make a checkout that holds the published workspace and what git is told to pass over, and nothing else."""
    for part in (WORKSPACE, "data/reference"):
        shutil.copytree(
            ROOT / part, checkout / part, ignore=shutil.ignore_patterns("ledger*", ".evalkit", "imported")
        )
    shutil.copyfile(ROOT / ".gitignore", checkout / ".gitignore")
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "as it came"]):
        asked = ["git", *words]
        subprocess.run(asked, cwd=checkout, check=True)


def settle(own: Path) -> None:
    """Let the page be asked what it shows, and nothing be asked from outside."""
    exposed = {"LabApp": {"expose_app_in_browser": True}}
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    for file, settings in {
        own / "config" / "jupyter_lab_config.json": exposed,
        own / "lab" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings": quiet,
    }.items():
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings), encoding="utf-8")


def outside(own: Path) -> dict[str, str]:
    """Return an environment in which Jupyter finds no settings of whoever runs the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "EVALKIT"))}
    source = f"{ROOT / 'src'}"
    jupyter = {f"JUPYTER_{name}_DIR": str(own / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    return {
        **kept,
        **jupyter,
        "PYTHONPATH": source,
        "IPYTHONDIR": str(own / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "lab"),
    }


def pictures(folder: Path) -> Path:
    kept = Path(os.environ.get("EVALKIT_PICTURES", folder / "pictures"))
    kept.mkdir(parents=True, exist_ok=True)
    return kept


def printed_address(told: Path, program: subprocess.Popen[bytes]) -> str:
    """Return the address that JupyterLab prints."""
    end = time.monotonic() + 90
    while time.monotonic() < end and program.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+/\S+", told.read_text()):
            return found[0]
        time.sleep(0.2)
    raise AssertionError(told.read_text())


def ended(program: subprocess.Popen[bytes]) -> None:
    """Ask the lab to end, as a shell does, and wait; end what is left of what it started."""
    program.send_signal(signal.SIGTERM)
    try:
        program.wait(timeout=30)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)


def faults(outputs: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [one for cell in outputs for one in cell if one["output_type"] in ("error", "stream")]


def completed(tab: Tab, typed: str) -> tuple[list[str], str]:
    """Type into a new cell, press Tab, take the first of what is offered, and return all of it and what stands in the cell then."""
    tab.ask(
        "jupyterapp.commands.execute('notebook:insert-cell-below')"
        ".then(() => jupyterapp.commands.execute('notebook:enter-edit-mode')).then(() => 1)"
    )
    tab.wait(f"{NOTEBOOK}.content.mode === 'edit' && document.activeElement.closest('.cm-editor') !== null")
    tab.write(typed)
    tab.press("Tab")
    offered = tab.wait(
        f"[...document.querySelectorAll({OFFERED!r})].map(one => one.innerText).length > 0"
        f" && [...document.querySelectorAll({OFFERED!r})].map(one => one.innerText)"
    )
    tab.press("Enter")
    stands = f"{NOTEBOOK}.content.activeCell.model.sharedModel.source"
    tab.wait(f"{stands} !== {json.dumps(typed)}")
    return offered, tab.ask(stands)


def run_again(opened: Lab) -> list[list[dict[str, Any]]]:
    """Restart the kernel and run all cells, as the button with two arrows does, and return the outputs."""
    opened.tab.ask("void jupyterapp.commands.execute('notebook:restart-run-all')")
    opened.tab.wait("document.querySelector('.jp-Dialog .jp-mod-accept') !== null")
    opened.tab.ask(f"window.before = {NOTEBOOK}.sessionContext.session.kernel.id, window.restarted = 0")
    opened.tab.ask(
        f"void {NOTEBOOK}.sessionContext.statusChanged.connect((_, now) => {{window.restarted += now === 'restarting'}})"
    )
    opened.tab.ask("document.querySelector('.jp-Dialog .jp-mod-accept').click()")
    opened.tab.wait(f"window.restarted > 0 && {CODE}.some(one => one.model.executionState === 'running')")
    return opened.finished()


def plain(outputs: list[list[dict[str, Any]]]) -> list[str]:
    """Return the text of what was shown."""
    return ["".join(one["data"]["text/plain"]) for cell in outputs for one in cell]


def changed_files(opened: Lab) -> str:
    asked = ["git", "status", "--porcelain"]
    return subprocess.run(asked, cwd=opened.folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.browser
def test_notebooks_run_are_completed_by_tab_and_run_again_after_a_restart(tmp_path: Path, chromium: str):
    with lab(tmp_path, chromium) as opened:
        tab = opened.tab
        first = opened.run_all()
        opened.picture("first-look")
        assert faults(first) == []
        assert "So sánh chính xác hai số đếm" in "".join(plain(first))
        assert tab.ask(ALIGNED) == ["left", "right"], "names of rows to the left, numbers to the right"
        offered, stands = completed(tab, 'bundle.provinces["Quảng N')
        assert ["Ngãi" in offered[0], "Ninh" in offered[1], len(offered)] == [True, True, 2]
        assert stands == 'bundle.provinces["Quảng Ngãi'
        tab.write('"]')
        opened.picture("completed")
        assert completed(tab, "ek.estimate_")[1] == "ek.estimate_indicators"
        again = run_again(opened)
        assert faults(again) == []
        assert plain(again)[: len(plain(first))] == plain(first)
        assert "Quảng Ngãi (mã 51)" in plain(again)[-2]
        opened.open("02_compare_and_model")
        drawn = opened.run_all()
        opened.picture("compared")
        assert faults(drawn) == []
        assert sum("image/png" in one["data"] for cell in drawn for one in cell) == 3
        assert changed_files(opened) == ""


@pytest.mark.browser
def test_dark_and_in_english_everything_is_read_and_nothing_in_git_is_touched(tmp_path: Path, chromium: str):
    with lab(tmp_path, chromium, "--lang", "en") as opened:
        tab = opened.tab
        tab.ask("void jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
        tab.wait("document.body.dataset.jpThemeLight === 'false'")
        opened.open("03_from_exploration_to_batch")
        own = opened.run_all()
        tab.wait(f"{NOTEBOOK}.node.querySelector('.evalkit figure svg') !== null")
        opened.picture("own-drawing-dark")
        assert faults(own) == []
        assert "Cases, a table of one's own" in "".join(plain(own))
        ground, ink = tab.ask(INK_ON_GROUND)
        assert brightness(ink) - brightness(ground) > 150, "an own drawing takes the colours of the notebook"
        opened.open("04_own_indicator")
        indicator = opened.run_all()
        opened.picture("own-indicator-dark")
        assert faults(indicator) == []
        assert (opened.folder / "explore" / "own" / "leaflets_a_session_en.pdf").read_bytes()[:5] == b"%PDF-"
        assert changed_files(opened) == ""


def brightness(colour: str) -> float:
    """Return the mean of red, green and blue of a colour as a browser tells it."""
    parts = [float(one) for one in re.findall(r"[\d.]+", colour)[:3]]
    return sum(parts) / len(parts)
