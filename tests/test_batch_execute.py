"""Real kernels: a notebook runs in a room of its own, every way it can fail is told apart, nothing of it stays behind."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from evalkit.batch.execute import execute, scrub
from evalkit.batch.manifest import read_manifest
from evalkit.batch.options import Event
from evalkit.batch.outcome import JobFailure
from evalkit.batch.plan import Job
from evalkit.batch.run import run_batch
from evalkit.batch.verify import verify
from evalkit.errors import DisclosureError
from evalkit.kernels.private_folder import kernel_environment, private_room
from tests.builders import fact
from tests.workspaces import FACTS, at, options, tiny_notebooks, tiny_workspace, write_notebook

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("server_stays")]


class Marker:
    """Stands for a slice of the bundle: execution only asks it to write itself."""

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "here").write_text("the slice")


def run_cells(folder: Path, *cells: str, cell_seconds: int = 30) -> NotebookNode | JobFailure:
    notebook = write_notebook(folder / "{strange} name" / "n.ipynb", *cells)
    given = {"bundle": "bundle", "province_code": "04"}
    job = Job("province", "04", "Cao Thử", "04-cao-thu", notebook, given, {})
    return execute(job, Marker(), cell_seconds=cell_seconds)


def text_of(notebook: NotebookNode, cell: int) -> str:
    return "".join(output.text for output in notebook.cells[cell].outputs)


def test_what_is_printed_reaches_its_own_cell_from_threads_too(tmp_path: Path):
    """The kernel's streams are flushed only where something was printed: nothing is lost or comes late for that."""
    notebook = run_cells(
        tmp_path,
        "import sys, threading; print('one', end=' '); print('two', end='', file=sys.stderr)",
        "pass",
        "t = threading.Thread(target=print, args=('three',)); t.start(); t.join(); sys.stdout.write('four')",
    )
    assert isinstance(notebook, NotebookNode), notebook
    first, last = (
        {(one.name, one.text) for one in notebook.cells[at].outputs if one.output_type == "stream"}
        for at in (-3, -1)
    )
    assert (first, last) == ({("stdout", "one "), ("stderr", "two")}, {("stdout", "three\nfour")})


def test_a_kernel_sees_its_slice_and_no_path_to_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("PWD", "OLDPWD", "EVALKIT_BUNDLE", "SOME_SECRET"):
        monkeypatch.setenv(name, str(tmp_path / "secret"))
    notebook = run_cells(
        tmp_path,
        "import os, sys\nprint([dict(os.environ), sys.argv, os.getcwd()])",
        'print(open(f"{bundle}/here").read(), province_code + "!")',
    )
    environment, arguments, folder = ast.literal_eval(text_of(notebook, 2))
    assert str(tmp_path) not in str([environment, arguments, folder])
    assert not {"PWD", "OLDPWD", "EVALKIT_BUNDLE", "SOME_SECRET"} & set(environment)
    assert environment["OMP_NUM_THREADS"] == "1"
    assert text_of(notebook, 3) == "the slice 04!\n"
    assert not Path(folder).exists()


def test_an_executed_notebook_tells_neither_when_nor_where_it_was_run(tmp_path: Path):
    first, second = (run_cells(tmp_path, "1 + 1") for _ in range(2))
    text = nbformat.writes(first)
    assert text == nbformat.writes(second)
    assert not re.search(r"/(tmp|home)|\d\d:\d\d:\d\d|papermill|execution\"|version\"", text)
    assert [cell.id for cell in first.cells] == ["cell-00", "injected-parameters", "cell-01"]


FAILURES = [
    (("1", "1 / 0"), "cell_error", "ZeroDivisionError", 3),
    (("import sys; sys.exit(0)", "1"), "not_all_cells_ran", "", 2),
    (("1", "import sys; sys.exit(0)"), "not_all_cells_ran", "", 3),
    (("import sys; sys.exit(3)", "1"), "cell_error", "SystemExit", 2),
    (("import os; os._exit(0)", "1", "2"), "kernel_died", "", 2),
    (("class Gone(Exception):\n    pass", "raise Gone('39 victims')"), "cell_error", "Gone", 3),
]


@pytest.mark.parametrize(("cells", "reason", "exception", "cell"), FAILURES)
def test_a_notebook_that_did_not_run_to_its_end_is_a_failure(
    tmp_path: Path, cells: tuple[str, ...], reason: str, exception: str, cell: int
):
    failure = run_cells(tmp_path, *cells)
    assert isinstance(failure, JobFailure), "the notebook passed for a success"
    assert (failure.reason, failure.exception, failure.cell) == (reason, exception, cell)
    assert "39" not in str(failure)
    assert str(tmp_path) not in str(failure)


def test_what_evalkit_itself_refused_in_a_cell_is_told_with_its_remedy(tmp_path: Path):
    failure = run_cells(tmp_path, "from evalkit.facts.bundle import open_bundle\nopen_bundle('none')")
    assert isinstance(failure, JobFailure)
    assert (failure.exception, failure.cell) == ("FactsError", 2)
    told = str(failure)
    assert "no bundle here" in told
    assert "--prepare" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("colour: Literal['blue'] = 'blue'", "write the type in quotation marks"),
        ("import evalkit as ek\nek.fit_trend(1)", "evalkit has no 'fit_trend'; did you mean \"fit_trends\"?"),
        ("frame.head()", "name 'frame' is not defined"),
        ("province_code.haed()", "what stands before it has no 'haed'"),
    ],
)
def test_a_name_that_the_cell_misspells_is_told(tmp_path: Path, cell: str, told: str):
    failure = run_cells(tmp_path, cell)
    assert isinstance(failure, JobFailure)
    assert told in failure.told


def test_a_name_that_stands_in_no_cell_is_not_told_for_it_may_be_a_figure(tmp_path: Path):
    failure = run_cells(tmp_path, "getattr(province_code, 'victims_' + str(30 + 9))")
    assert isinstance(failure, JobFailure)
    assert (failure.exception, failure.told) == ("AttributeError", "")


def test_an_error_that_only_bears_the_name_of_a_refusal_is_not_quoted(tmp_path: Path):
    failure = run_cells(tmp_path, "class FactsError(Exception):\n    pass", "raise FactsError('39 victims')")
    assert isinstance(failure, JobFailure)
    assert failure.exception == "FactsError"
    assert "39" not in str(failure)


def test_a_drawing_that_was_left_open_is_not_kept(tmp_path: Path):
    notebook = run_cells(tmp_path, "import matplotlib.pyplot as plt\n_ = plt.figure().subplots()", "1 + 1")
    assert [len(cell.outputs) for cell in notebook.cells[2:]] == [0, 1]


def test_a_cell_that_takes_too_long_is_ended(tmp_path: Path):
    started = time.monotonic()
    failure = run_cells(tmp_path, "1", "import time; time.sleep(60)", "2", cell_seconds=1)
    assert isinstance(failure, JobFailure)
    assert (failure.reason, failure.cell) == ("cell_timeout", 3)
    assert time.monotonic() - started < 30


def test_a_missing_notebook_is_a_failure_of_its_page_only(tmp_path: Path):
    job = Job("province", "04", "Cao Thử", "04-cao-thu", tmp_path / "none.ipynb", {}, {})
    failure = execute(job, Marker())
    assert isinstance(failure, JobFailure)
    assert (failure.reason, failure.exception) == ("not_started", "FileNotFoundError")


def test_a_room_is_private_short_and_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 90)))
    with private_room() as room:
        assert len(str(room)) < 80
        assert room.stat().st_mode & 0o777 == 0o700
    assert not room.exists()


def test_relative_entries_of_the_python_path_still_lead_to_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    environment = kernel_environment({"PYTHONPATH": f"src{os.pathsep}{os.pathsep}/abs"}, room=tmp_path)
    assert environment["PYTHONPATH"] == f"{tmp_path / 'src'}{os.pathsep}/abs"


def test_scrubbing_leaves_the_notebook_it_was_given_alone(tmp_path: Path):
    notebook = nbformat.read(write_notebook(tmp_path / "n.ipynb", "1"), as_version=4)
    notebook.metadata["papermill"] = {"input_path": "/home/lan/n.ipynb"}
    assert "papermill" not in scrub(notebook).metadata
    assert "papermill" in notebook.metadata


def test_a_run_makes_every_page_once_and_afterwards_only_what_changed(tmp_path: Path):
    workspace, settings = tiny_workspace(tmp_path / "ws"), options(tmp_path)
    first = run_batch(workspace, settings, clock=at("2026-05-01"))
    assert first.made == ("01-an-thu", "03-cao-thu", "national")
    assert verify(tmp_path / "out") == []
    page = tmp_path / "out" / "03-cao-thu.html"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("01-an-thu.html", "01-an-thu.en.html", "03-cao-thu.html", "03-cao-thu.en.html"),
        *(
            "national.html",
            "national.en.html",
            "index.html",
            "index.en.html",
            "manifest.json",
            "tables",
            "notebooks",
        ),
    }
    assert "Trang thử 03-cao-thu" in page.read_text(encoding="utf-8")
    assert 'href="national.html"' in page.read_text(encoding="utf-8")
    again = run_batch(workspace, settings, clock=at("2026-05-02"))
    assert (again.made, len(again.current)) == ((), 3)
    before = {path: path.read_bytes() for path in (tmp_path / "out").glob("01-*.html")}
    changed = tiny_workspace(tmp_path / "ws", facts=[*FACTS[:2], fact("03", 5), *FACTS[3:]])
    third = run_batch(changed, settings, clock=at("2026-05-03"))
    assert third.made == ("03-cao-thu", "national")
    assert {path: path.read_bytes() for path in before} == before
    manifest = read_manifest(tmp_path / "out")
    assert manifest is not None
    assert {stem: record.bundle_date for stem, record in manifest.pages.items()} == {
        "01-an-thu": "2026-05-01",
        "03-cao-thu": "2026-05-03",
        "national": "2026-05-03",
    }


def test_a_page_that_shows_a_raw_frame_ends_the_run_and_publishes_nothing(tmp_path: Path):
    notebooks = tiny_notebooks(tmp_path / "notebooks", "import pandas as pd\npd.DataFrame({'x': [39]})")
    settings = options(tmp_path, notebooks=notebooks, provinces=("01",))
    told: list[Event] = []
    with pytest.raises(DisclosureError) as refusal:
        run_batch(tiny_workspace(tmp_path / "ws"), settings, clock=at("2026-05-01"), progress=told.append)
    assert "01-an-thu, cell 2 of the notebook" in refusal.value.where
    assert "39" not in str(refusal.value)
    assert not (tmp_path / "out").exists()
    assert [event.kind for event in told] == ["planned", "started"]


DRIVER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is started deaf to it
from pathlib import Path
from evalkit.batch.options import RunOptions
from evalkit.batch.run import run_batch
from evalkit.workspace import open_workspace
if __name__ == "__main__":
    here = Path(sys.argv[1])
    run_batch(open_workspace(here / "ws"), RunOptions(out=here / "out", notebooks=here / "notebooks", provinces=("01",)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_run_that_is_interrupted_before_its_first_page_leaves_no_folder_and_no_kernel(tmp_path: Path):
    tiny_workspace(tmp_path / "ws")
    mark = tmp_path / "pid"
    sleeps = f"import os, time\nopen({str(mark)!r}, 'x').write(str(os.getpid()))\ntime.sleep(60)"
    tiny_notebooks(tmp_path / "notebooks", sleeps)
    (tmp_path / "driver.py").write_text(DRIVER)
    command = [sys.executable, "-W", "ignore", str(tmp_path / "driver.py"), str(tmp_path)]
    driver = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_until(lambda: mark.exists() and mark.read_text() != "", seconds=60)
    driver.send_signal(signal.SIGINT)
    driver.wait(timeout=30)
    wait_until(lambda: not is_alive(int(mark.read_text())), seconds=15)
    assert not (tmp_path / "out").exists()


def wait_until(happens, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
