"""The warm kernel: forked, private, alone; it ends as an ordinary kernel does, and with whoever started it."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path

import jupyter_client.session
import nbformat
import pandas as pd
import pytest
from ipykernel.kernelapp import IPKernelApp
from IPython.core.history import HistoryAccessor
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import evalkit.kernels.provisioner
from evalkit.batch.plan import notebooks_folder
from evalkit.kernels.forks import fork_kernel
from evalkit.kernels.kernel_app import KernelApp
from evalkit.kernels.private_folder import kernel_environment, kernel_path
from evalkit.kernels.provisioner import WarmProvisioner, register
from evalkit.kernels.warm_server import can_fork, early_environment, newest_code, stop_servers, warm_up
from tests import shipped

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(not can_fork(), reason="kernels are not forked on this system"),
]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    register()
    monkeypatch.setenv("JUPYTER_PATH", str(kernel_path()))


@pytest.fixture(autouse=True, scope="module")
def servers() -> Iterator[None]:
    yield
    stop_servers()


def outputs_of(*cells: str) -> list[list[dict]]:
    """Run cells on the kernel by its name, as papermill and nbclient do."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="evalkit", timeout=60).execute()
    return [list(cell.outputs) for cell in notebook.cells]


def printed(*cells: str) -> list[str]:
    return ["".join(output.get("text", "") for output in outputs) for outputs in outputs_of(*cells)]


@pytest.mark.parametrize("folder", ["within", "./within", "{here}/within"])
def test_a_kernel_works_in_the_folder_that_its_client_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
):
    (tmp_path / "within").mkdir()
    monkeypatch.chdir(tmp_path)
    notebook = new_notebook(cells=[new_code_cell("import os; print(os.getcwd())")])
    path = {"metadata": {"path": folder.format(here=tmp_path)}}
    NotebookClient(notebook, kernel_name="evalkit", timeout=60, resources=path).execute()
    assert (
        "".join(output.get("text", "") for output in notebook.cells[0].outputs) == f"{tmp_path / 'within'}\n"
    )


def test_nbconvert_runs_a_notebook_by_a_relative_path(tmp_path: Path):
    (tmp_path / "within").mkdir()
    nbformat.write(new_notebook(cells=[new_code_cell("print(6 * 7)")]), tmp_path / "within" / "sum.ipynb")
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--stdout",
        "--execute",
        "within/sum.ipynb",
    ]
    command.append("--ExecutePreprocessor.kernel_name=evalkit")
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "42" in ended.stdout


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(NotADirectoryError, match="no-such-folder"):
        fork_kernel([], environment=dict(os.environ), folder=str(tmp_path / "no-such-folder"))


@contextmanager
def kernel() -> Iterator[tuple[KernelManager, Session]]:
    manager = KernelManager(kernel_name="evalkit")
    manager.start_kernel()
    session = Session(manager)
    try:
        yield manager, session
    finally:
        session.client.stop_channels()
        manager.shutdown_kernel(now=True)


class Session:
    """Says code to a kernel and gives back what it printed, or the name of its error."""

    def __init__(self, manager: KernelManager) -> None:
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def say(self, code: str, *, seconds: float = 60) -> str:
        heard: list[str] = []

        def hear(message: dict) -> None:
            heard.append(message["content"].get("text") or message["content"].get("ename") or "")

        self.client.execute_interactive(code, output_hook=hear, timeout=seconds, allow_stdin=False)
        return "".join(heard).strip()

    def wait_for_output(self) -> None:
        while self.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(happens, *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-f", "/room/kernel-1.json"],
        ["--HistoryAccessor.enabled=False", "--Session.username=a=b", "-f", "k.json"],
        ["-f", "k.json", "--log-level=10"],
        ["--debug", "-f", "k.json"],
    ],
)
def test_arguments_of_a_forked_kernel_set_what_ipykernel_s_own_parser_would(arguments: list[str]):
    ours, theirs = KernelApp(), IPKernelApp()
    for app in (ours, theirs):
        app.parse_command_line(arguments)
    assert told(ours) == told(theirs)


def told(app: IPKernelApp) -> list[object]:
    """Return what a program was told, with what its parts will be told."""
    session = jupyter_client.session.Session(parent=app)
    history = HistoryAccessor(parent=app)
    own = [app.connection_file, app.log_level, app.argv, app.extra_args]
    return [*own, session.username, history.enabled]


def test_the_provisioner_is_announced_to_jupyter():
    (entry,) = entry_points(group="jupyter_client.kernel_provisioners", name="evalkit-warm")
    assert entry.load() is WarmProvisioner


STATE = """
import builtins, os, sys, math, random, numpy as np, pandas as pd, matplotlib as mpl
seen = [hasattr(builtins, "left"), "LEFT" in os.environ, math.pi > 4, pd.get_option("display.precision"),
        mpl.rcParams["font.size"], "/left" in sys.path, "left" in sys.modules, "secret" in globals()]
builtins.left = secret = 1
os.environ["LEFT"] = "1"
math.pi = 5
pd.set_option("display.precision", 3)
mpl.rcParams["font.size"] = 33
sys.path.append("/left")
sys.modules["left"] = sys
print(seen)
print(random.random(), np.random.rand(), hash(np.random.default_rng().random()))
print(os.getppid(), os.getpid())
"""


def test_text_is_kept_as_python_s_own_in_a_kernel_and_in_no_other_process():
    """That pages are the same either way, the papermill command on both kernels shows below."""
    code = "import pandas as pd\nprint(pd.Series(['a']).dtype.storage)"
    assert printed(code) == ["python\n"]
    assert pd.Series(["a"]).dtype.storage == "pyarrow"


def test_no_state_and_no_random_number_passes_from_one_notebook_to_the_next():
    first, second = (printed(STATE)[0].splitlines() for _ in range(2))
    assert first[0] == second[0]
    assert "True" not in first[0]
    assert not set(first[1].split()) & set(second[1].split())
    (server, one), (same_server, other) = first[2].split(), second[2].split()
    assert server == same_server
    assert one != other


def test_a_kernel_is_alone_in_its_group_and_its_server_holds_no_thread_and_no_path(
    monkeypatch: pytest.MonkeyPatch,
):
    code = """
import os
server = os.getppid()
print(os.getpgid(0) == os.getsid(0) == os.getpid())
print(len(os.listdir(f"/proc/{server}/task")), os.readlink(f"/proc/{server}/cwd"))
print(b"SOME_PLACE" in open(f"/proc/{server}/environ", "rb").read())
"""
    stop_servers()
    monkeypatch.setenv("SOME_PLACE", "/data/secret")
    assert printed(code)[0].splitlines() == ["True", "1 /", "False"]


def test_figures_and_results_display_as_in_an_ordinary_kernel():
    plot, section = outputs_of(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "import evalkit as ek\nek.compare_counts(7, 9, later_exposure=1, earlier_exposure=1)",
    )
    assert "image/png" in plot[-1]["data"]
    assert "text/html" in section[-1]["data"]


def test_interrupt_restart_and_shutdown_are_those_of_an_ordinary_kernel():
    with kernel() as (manager, session):
        assert (manager.transport, manager.is_alive()) == ("ipc", True)
        room = Path(manager.ip).parent
        assert room.stat().st_mode & 0o777 == 0o700
        assert max(len(str(path)) for path in room.iterdir()) < 104
        request = session.client.execute(
            "import time; kept = 1; print('on'); time.sleep(60)", stop_on_error=False
        )
        session.wait_for_output()
        manager.interrupt_kernel()
        assert session.client._recv_reply(request, timeout=20)["content"]["ename"] == "KeyboardInterrupt"
        assert session.say("print(kept)", seconds=20) == "1"
        first, file, ip = manager.provisioner.pid, manager.connection_file, manager.ip
        manager.restart_kernel()
        session.client.wait_for_ready(timeout=60)
        assert (manager.connection_file, manager.ip) == (file, ip)
        assert manager.provisioner.pid != first
        assert session.say("print(kept)") == "NameError"
        process = manager.provisioner.process
        manager.shutdown_kernel()
        assert process.returncode == 0
        assert not room.exists()
        assert not Path(file).exists()


@pytest.mark.parametrize(
    ("code", "returncode"),
    [("os._exit(3)", 3), ("os.kill(os.getpid(), 9)", -9), ("os.kill(os.getpid(), 15)", -15)],
)
def test_the_exit_code_is_that_of_an_ordinary_process(code: str, returncode: int):
    with kernel() as (manager, session):
        process = manager.provisioner.process
        session.client.execute(f"import os; {code}")
        wait_until(lambda: not manager.is_alive())
        assert process.poll() == returncode
        assert process.wait() == returncode


DRIVER = """
import os, sys, time
from evalkit.kernels.provisioner import register
from IPython.core.history import HistoryAccessor
from jupyter_client.manager import KernelManager
import jupyter_client.session
register()
manager = KernelManager(kernel_name="evalkit")
manager.start_kernel()
client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=60)
def hear(message):
    if "text" in message["content"]:
        print(message["content"]["text"].strip(), os.path.dirname(manager.ip), flush=True)
client.execute_interactive("import os; print(os.getpid(), os.getppid())", output_hook=hear)
client.execute("while True: pass")
time.sleep(120)
"""


@contextmanager
def driver() -> Iterator[tuple[subprocess.Popen[str], int, int, Path]]:
    with subprocess.Popen([sys.executable, "-c", DRIVER], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            pid, server, room = process.stdout.readline().split()
            yield process, int(pid), int(server), Path(room)
        finally:
            process.kill()


def test_when_the_driver_is_killed_kernel_server_and_sockets_go():
    with driver() as (process, pid, server, room):
        listening = {
            Path(line.split()[-1])
            for line in Path("/proc/net/unix").read_text().splitlines()
            if line.endswith("/warm")
        }
        assert is_alive(pid)
        assert room.exists()
        process.kill()
        wait_until(lambda: not is_alive(pid) and not is_alive(server))
        assert not room.exists()
        wait_until(lambda: not all(path.exists() for path in listening))


def test_when_the_server_is_killed_its_kernels_go_and_the_next_kernel_has_a_new_one():
    with kernel() as (manager, session):
        server = int(session.say("import os; print(os.getppid())"))
        process = manager.provisioner.process
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: not manager.is_alive())
        assert process.returncode == -9
        wait_until(lambda: not is_alive(process.pid))
    with kernel() as (_, session):
        assert int(session.say("import os; print(os.getppid())")) != server


def test_where_there_is_no_fork_the_ordinary_kernel_is_started_and_that_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(evalkit.kernels.provisioner, "can_fork", lambda: False)
    monkeypatch.setattr(evalkit.kernels.provisioner, "_told", set())
    with caplog.at_level(logging.WARNING, logger="evalkit"):
        parents = {printed("import os; print(os.getppid())")[0].strip() for _ in range(2)}
    assert parents == {str(os.getpid())}
    told = [record.getMessage() for record in caplog.records if record.name == "evalkit"]
    assert told == ["kernels start the ordinary way, slower: this system cannot fork kernels"]


def test_papermill_s_own_command_line_runs_the_report_notebook_without_a_word_of_tcp(tmp_path: Path):
    shipped.bundle_of("vn-published").slice_for("04").write(tmp_path / "bundle")
    source = notebooks_folder() / "province_report.ipynb"
    words: dict[str, str] = {}
    outputs = []
    for name in ("evalkit", "python3"):
        target = tmp_path / f"{name}.ipynb"
        given = ["-p", "bundle", str(tmp_path / "bundle"), "-r", "province_code", "04"]
        command = [sys.executable, "-m", "papermill", str(source), str(target), "-k", name, *given]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        words[name] = ran.stderr
        outputs.append([cell.get("outputs") for cell in nbformat.read(target, as_version=4).cells])
    assert "over TCP without encryption" in words["python3"]
    assert "TCP" not in words["evalkit"]
    assert "slower" not in words["evalkit"]
    assert outputs[0] == outputs[1]
    shown = [output for of_cell in outputs[0] for output in of_cell or ()]
    assert len(shown) > 8
    assert '"slug": "04-' in json.dumps(shown)


def test_a_kernel_that_eats_memory_runs_out_of_it_alone():
    environment = kernel_environment({**os.environ, "EVALKIT_MEMORY_MB": "1500"}, room=Path("/"))
    notebook = "import resource; print(resource.getrlimit(resource.RLIMIT_DATA)[0] // 2**20)\ntry:\n    b = bytearray(4 * 2**30)\nexcept MemoryError:\n    print('refused')"
    manager = KernelManager(kernel_name="evalkit")
    manager.start_kernel(env=environment)
    session = Session(manager)
    try:
        assert session.say(notebook).split() == ["1500", "refused"]
    finally:
        session.client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_what_acts_early_decides_which_server_a_kernel_comes_from():
    one = early_environment({"LANG": "C.UTF-8", "PWD": "/data", "OMP_NUM_THREADS": "8"})
    assert one["OMP_NUM_THREADS"] == "1"
    assert "PWD" not in one
    here = warm_up(dict(os.environ))
    assert warm_up({**os.environ, "SOME_PLACE": "x"}) == here
    other = warm_up({**os.environ, "TZ": "Asia/Ho_Chi_Minh"})
    assert set(other.values()).isdisjoint(here.values())
    assert all("SOME_PLACE" not in json.loads(key) for key in other)


@pytest.mark.parametrize("name", ["a.py", "targets.toml", "vi/evalkit.po", "page.html.j2", "page.css"])
def test_what_a_server_has_loaded_is_looked_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    (tmp_path / "vi").mkdir()
    for path in (tmp_path / "b.py", tmp_path / name):
        path.touch()
        os.utime(path, (1000, 1000))
    monkeypatch.setattr("evalkit.kernels.warm_server.resources.files", lambda _: tmp_path)
    before = newest_code()
    os.utime(tmp_path / name, (2000, 2000))
    assert newest_code() > before


def test_a_server_that_is_gone_before_it_answers_is_an_error_that_leads_to_the_ordinary_kernel(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(
        "evalkit.kernels.forks.connect", lambda _: (_ for _ in ()).throw(ConnectionRefusedError())
    )
    with pytest.raises(ConnectionRefusedError):
        fork_kernel([], environment={})
