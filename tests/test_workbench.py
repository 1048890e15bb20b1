"""The shop window is light, the kernel can be installed and removed, and the lab opens on protected figures."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from typer.testing import CliRunner

import evalkit
from evalkit.batch.plan import notebooks_folder
from evalkit.cli import app
from evalkit.errors import FactsError, SettingsError
from evalkit.facts.bundle import open_bundle
from evalkit.kernels.private_folder import kernel_path
from evalkit.workbench.kernelspec import chosen_prefix, install_kernel, remove_kernel
from evalkit.workbench.lab import LabOptions, explore_folder, lab_command, open_lab, write_bundle
from tests.builders import fact
from tests.workspaces import FACTS, at, tiny_workspace

PERSONS = {"measure": "victims_in_cases", "unit": "nguoi"}


def test_importing_evalkit_loads_no_library():
    """What makes an import slow is what it loads; its seconds are measured by benchmarks/lab.py."""
    code = (
        "import sys\nbefore = set(sys.modules)\nimport evalkit\n"
        "print({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "{'evalkit'}"


@pytest.mark.parametrize("name", sorted(set(evalkit.__all__)))
def test_every_name_of_the_shop_window_is_there(name: str):
    assert name in dir(evalkit)
    assert getattr(evalkit, name) is not None
    assert getattr(evalkit, name).__doc__


def test_an_unknown_name_is_told_with_what_there_is():
    with pytest.raises(AttributeError, match='did you mean "open_bundle"'):
        _ = evalkit.open_bundel


def test_tab_offers_the_shop_window_alone():
    assert dir(evalkit) == sorted(evalkit.__all__)


def test_star_import_gives_the_shop_window_only():
    names: dict[str, object] = {}
    exec("from evalkit import *", names)  # noqa: S102  the statement under test
    assert set(names) - {"__builtins__"} == set(evalkit.__all__)


def test_the_kernel_is_found_without_being_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JUPYTER_PATH", str(kernel_path()))
    spec = KernelSpecManager().get_kernel_spec("evalkit")
    assert (spec.display_name, spec.language) == ("evalkit", "python")
    assert spec.argv == ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    assert spec.metadata["kernel_provisioner"]["provisioner_name"] == "evalkit-warm"


def test_the_kernel_is_installed_with_this_python_and_removed_again(tmp_path: Path):
    where = install_kernel(tmp_path)
    assert where == tmp_path / "share" / "jupyter" / "kernels" / "evalkit"
    spec = json.loads((where / "kernel.json").read_text())
    assert spec["argv"][0] == sys.executable
    assert "kernel_provisioner" not in spec["metadata"], "another environment could not start it"
    assert install_kernel(tmp_path) == where
    assert remove_kernel(tmp_path) == where
    assert not where.exists()
    with pytest.raises(SettingsError, match="no kernel evalkit is installed here"):
        remove_kernel(tmp_path)
    assert (kernel_path() / "kernels" / "evalkit" / "kernel.json").exists()


def test_the_kernel_of_this_user_goes_to_the_user_s_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    where = install_kernel(chosen_prefix(user=True))
    assert where == tmp_path / "kernels" / "evalkit"
    assert remove_kernel(chosen_prefix(user=True)) == where


def test_a_kernel_goes_to_this_environment_unless_told_otherwise(tmp_path: Path):
    assert chosen_prefix() == chosen_prefix(sys_prefix=True) == Path(sys.prefix)
    assert chosen_prefix(prefix=tmp_path) == tmp_path
    assert chosen_prefix(user=True) is None


class Started:
    """Stands for the program that is started."""

    def __call__(self, command: list[str], *, env: dict[str, str]) -> int:
        self.command, self.env = command, env
        return 7


def test_the_lab_opens_the_first_notebook_on_protected_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", "/others")
    persons = [fact("01", 2, **PERSONS), fact("02", 30, **PERSONS), fact("03", 40, **PERSONS)]
    workspace, started = tiny_workspace(tmp_path / "ws", facts=[*FACTS, *persons]), Started()
    assert open_lab(workspace, LabOptions(browser=False), clock=at("2026-05-01"), start=started) == 7
    folder = Path(started.env["EVALKIT_BUNDLE"])
    assert folder == tmp_path / ".evalkit" / "bundles" / "ws"
    bundle = open_bundle(folder)
    assert (bundle.about.audience, bundle.about.date) == ("public", "2026-05-01")
    assert bundle.about.hidden_cells > 0
    assert started.env["JUPYTER_PATH"] == f"{kernel_path()}{os.pathsep}/others"
    assert "--LabApp.default_url=/lab/tree/explore/01_first_look.ipynb" in started.command
    assert started.command[-1] == "--no-browser"
    assert "--no-browser" not in lab_command(tmp_path, browser=True)


CHILD = """
import signal, sys, time
def told(number, frame):
    print("told", number, flush=True)
    sys.exit(number)
signal.signal(signal.SIGINT, told)
signal.signal(signal.SIGTERM, told)
print("ready", flush=True)
time.sleep(30)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_is_left_to_jupyter_and_a_termination_is_passed_on(number: signal.Signals):
    call = "import os, sys; from evalkit.workbench.lab import run_program; "
    call += f"sys.exit(run_program([sys.executable, '-c', {CHILD!r}], env=os.environ))"
    command = [sys.executable, "-c", call]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        if number == signal.SIGINT:
            os.killpg(parent.pid, number)  # a terminal sends it to both
        else:
            parent.send_signal(number)
        assert parent.stdout.read() == f"told {number.value}\n"
        assert parent.wait(timeout=20) == number.value


@pytest.mark.parametrize("user", [0, 1000])
def test_only_root_is_told_to_jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in lab_command(tmp_path, browser=True)) == (user == 0)


def test_a_bundle_of_an_earlier_lab_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    started = Started()
    for value in (7, 8):
        workspace = tiny_workspace(tmp_path / "ws", facts=[fact("01", value)])
        open_lab(workspace, clock=at("2026-05-01"), start=started)
    assert open_bundle(started.env["EVALKIT_BUNDLE"]).facts["value"].dropna().unique().tolist() == [8.0]


def test_no_lab_is_started_on_rejected_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    started = Started()
    with pytest.raises(FactsError):
        open_lab(tiny_workspace(tmp_path / "ws", facts=[fact("01", -1)]), start=started)
    assert not hasattr(started, "command")
    assert not (tmp_path / ".evalkit").exists()


def test_the_lab_works_on_copies_so_that_running_them_changes_no_checkout(tmp_path: Path):
    assert explore_folder(tmp_path) == tmp_path / "explore"
    shipped = sorted((notebooks_folder() / "explore").glob("*.ipynb"))
    assert [path.name for path in sorted((tmp_path / "explore").iterdir())] == [path.name for path in shipped]
    assert "/explore/" in Path(".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_lab_opens_internal_figures_and_another_language_where_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    persons = [fact("01", 2, **PERSONS), fact("02", 30, **PERSONS), fact("03", 40, **PERSONS)]
    workspace, started, told = tiny_workspace(tmp_path / "ws", facts=persons), Started(), []
    options = LabOptions("internal", "old", "en")
    open_lab(workspace, options, clock=at("2026-05-01"), start=started, tell=told.append)
    bundle = open_bundle(started.env["EVALKIT_BUNDLE"])
    assert (bundle.about.audience, bundle.about.scheme, bundle.about.hidden_cells) == ("internal", "old", 0)
    assert Path(started.env["EVALKIT_BUNDLE"]).name == "ws-luu-hanh-noi-bo"
    assert started.env["EVALKIT_LANG"] == "en"
    assert told[0] == "preparing the figures of ws"


def test_a_bundle_never_takes_the_place_of_its_workspace(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws")
    with pytest.raises(SettingsError, match="the workspace itself"):
        write_bundle(workspace, tmp_path)
    assert (tmp_path / "ws" / "facts.csv").is_file()
    assert write_bundle(workspace, tmp_path / "bundles").parent == tmp_path / "bundles"


def test_prepared_figures_are_those_the_lab_opens_and_nothing_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Prepared again after a change, a notebook that is open sees it by ``reload``; refused facts leave what there was."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("evalkit.workbench.lab.run_program", lambda *_, **__: pytest.fail("started"))
    opened = None
    for value in (7, 8):
        tiny_workspace(tmp_path / "ws", facts=[fact("01", value)])
        done = CliRunner().invoke(app, ["--messages", "en", "lab", "ws", "--prepare"])
        assert (done.exit_code, done.stdout) == (0, f"{Path('.evalkit/bundles/ws')}\n")
        assert done.stderr == "preparing the figures of ws\n"
        opened = opened.reload() if opened else evalkit.open_bundle(done.stdout.strip())
        assert opened.facts["value"].dropna().unique().tolist() == [float(value)]
    assert not (tmp_path / "explore").exists()
    tiny_workspace(tmp_path / "ws", facts=[fact("01", -1)])
    assert CliRunner().invoke(app, ["lab", "ws", "--prepare"]).exit_code == 3
    assert opened.reload().facts["value"].dropna().unique().tolist() == [8.0]


def test_nobody_s_work_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shipped = tmp_path / "_shipped" / "notebooks" / "explore"
    shipped.mkdir(parents=True)
    for name in ("01_first_look.ipynb", "02_more.ipynb"):
        (shipped / name).write_text("shipped")
    monkeypatch.setattr("evalkit.workbench.lab.notebooks_folder", lambda: shipped.parent)
    here = tmp_path / "here"
    (here / "explore").mkdir(parents=True)
    (here / "explore" / "01_first_look.ipynb").write_text("mine")
    assert explore_folder(here) == here / "explore"
    assert [(here / "explore" / name).read_text() for name in ("01_first_look.ipynb", "02_more.ipynb")] == [
        "mine",
        "shipped",
    ]
