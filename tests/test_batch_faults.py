"""Faults, each really injected: what failed is told, the others are published, the next run completes."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import evalkit.batch.finished_pages
from evalkit.batch.clock import now
from evalkit.batch.manifest import read_manifest
from evalkit.batch.options import Event, RunReport
from evalkit.batch.run import run_batch
from evalkit.batch.verify import verify
from evalkit.errors import BatchError, SettingsError
from evalkit.kernels.private_folder import private_room
from evalkit.kernels.warm_server import can_fork
from evalkit.workspace import open_workspace
from tests.builders import fact
from tests.workspaces import FACTS, PagesWithoutKernel, at, options, tiny_notebooks, tiny_workspace

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.usefixtures("server_stays"),
    pytest.mark.skipif(not can_fork(), reason="kernels are not forked on this system"),
]

# A cell that does harm in one province only, while a file says so: the next run finds the same notebook and no harm.
# Paths stand in it backwards: a page that holds a path of this computer is refused by verify.
HARM = """
import os, signal, sys, time
if province_code == "01" and os.path.exists({trigger!r}[::-1]):
    open({mark!r}[::-1], "a").write(f"{{os.getpid()}} {{os.getppid()}}\\n")
    {harm}
"""


def harmful(tmp_path: Path, harm: str) -> Path:
    """Write notebooks whose first cell does harm while the trigger is there; return the trigger."""
    trigger = tmp_path / "trigger"
    trigger.touch()
    cell = HARM.format(trigger=str(trigger)[::-1], mark=str(tmp_path / "mark")[::-1], harm=harm)
    tiny_notebooks(tmp_path / "notebooks", cell)
    return trigger


def run(tmp_path: Path, **changes) -> RunReport:
    workspace = open_workspace(tmp_path / "ws")
    clock = changes.pop("clock", at("2026-05-01"))
    told = changes.pop("told", [])
    executor = changes.pop("executor", None)
    settings = options(tmp_path, **changes)
    return run_batch(workspace, settings, clock=clock, progress=told.append, executor=executor)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(happens: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def marked(tmp_path: Path) -> list[int]:
    """Return the kernel and its server, as the harmful cell wrote them down."""
    mark = tmp_path / "mark"
    wait_until(lambda: mark.exists() and mark.read_text().endswith("\n"), seconds=60)
    return [int(pid) for pid in mark.read_text().split()[:2]]


HARMS = {
    "kernel killed": ("os.kill(os.getpid(), signal.SIGKILL)", "kernel_died", ""),
    "its server killed": ("os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)", "kernel_died", ""),
    "too much memory": (
        "import resource; resource.setrlimit(resource.RLIMIT_DATA, (2**31, 2**31)); bytearray(2**33)",
        "cell_error",
        "MemoryError",
    ),
    "never ends": ("while True: pass", "cell_timeout", ""),
    "ends too early": ("sys.exit(0)", "not_all_cells_ran", ""),
}


@pytest.mark.parametrize("harm", HARMS)
def test_one_province_fails_the_others_are_published_and_retry_makes_it(tmp_path: Path, harm: str):
    code, reason, exception = HARMS[harm]
    tiny_workspace(tmp_path / "ws")
    trigger = harmful(tmp_path, code)
    trigger.unlink()
    run(tmp_path, executor=PagesWithoutKernel())
    trigger.touch()
    with pytest.raises(BatchError, match="1 of 3 pages"):
        run(tmp_path, force=True, cell_seconds=2 if harm == "never ends" else 60, jobs=1)
    manifest = read_manifest(tmp_path / "out")
    assert manifest is not None
    assert set(manifest.pages) == {"03-cao-thu", "national"}
    record = manifest.failed["01-an-thu"]
    assert (record.reason, record.exception, record.cell) == (reason, exception, 2)
    assert not list((tmp_path / "out").rglob("01-an-thu*"))
    assert 'href="01-an-thu.html"' not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    for pid in marked(tmp_path)[:1]:
        wait_until(lambda pid=pid: not is_alive(pid))
    trigger.unlink()
    executor = (
        None if harm == "its server killed" else PagesWithoutKernel()
    )  # one retry by real kernels is enough
    assert run(tmp_path, retry=True, executor=executor).made == ("01-an-thu",)
    assert verify(tmp_path / "out") == []


def test_a_killed_worker_loses_the_page_it_had_and_no_other(tmp_path: Path):
    tiny_workspace(tmp_path / "ws")
    trigger = harmful(tmp_path, "time.sleep(60)")
    told: list[Event] = []

    def kill_the_worker() -> None:
        marked(tmp_path)
        (worker,) = multiprocessing.active_children()
        worker.kill()

    killer = threading.Thread(target=kill_the_worker)
    killer.start()
    with pytest.raises(BatchError, match="1 of 2 pages"):
        run(tmp_path, told=told, provinces=("01", "03"), jobs=1)
    killer.join()
    assert [
        (event.details["stem"], event.details.get("reason"))
        for event in told
        if event.kind in ("made", "failed")
    ] == [
        ("01-an-thu", "worker_died"),
        ("03-cao-thu", None),
    ]
    kernel, _ = marked(tmp_path)
    wait_until(lambda: not is_alive(kernel))
    trigger.unlink()
    assert run(tmp_path, retry=True, executor=PagesWithoutKernel()).made == ("01-an-thu",)


DRIVER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is started deaf to it
from pathlib import Path
from evalkit.batch.options import RunOptions
from evalkit.batch.run import run_batch
from evalkit.workspace import open_workspace
if __name__ == "__main__":
    here = Path(sys.argv[1])
    options = RunOptions(out=here / "out", notebooks=here / "notebooks", jobs=2)
    run_batch(open_workspace(here / "ws"), options, progress=lambda event: print(event.kind, event.details.get("stem"), flush=True))
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_cut_off_keeps_what_is_finished_and_shows_none_of_it(
    tmp_path: Path, end: signal.Signals
):
    tiny_workspace(tmp_path / "ws")
    trigger = harmful(tmp_path, "time.sleep(120)")
    (tmp_path / "driver.py").write_text(DRIVER)
    rooms = set(Path(tempfile.gettempdir()).glob("evalkit-*"))
    command = [sys.executable, "-W", "ignore", str(tmp_path / "driver.py"), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as driver:
        assert driver.stdout is not None
        made: list[str] = []
        while len(made) < 2:
            kind, stem = driver.stdout.readline().split()
            made += [stem] if kind == "made" else []
        kernel, server = marked(tmp_path)
        driver.send_signal(end)
        sent = time.monotonic()
        driver.wait(timeout=30)
        wait_until(lambda: not is_alive(kernel) and not is_alive(server))
        assert time.monotonic() - sent < 5 * max(1.0, os.getloadavg()[0] / 2)
    assert sorted(made) == ["03-cao-thu", "national"]
    wait_until(
        lambda: (
            not {room for room in Path(tempfile.gettempdir()).glob("evalkit-*") if (room / "desk").exists()}
            - rooms
        )
    )
    assert not list((tmp_path / "out").glob("*.html"))
    assert read_manifest(tmp_path / "out") is None
    trigger.unlink()
    told: list[Event] = []
    executor = None if end == signal.SIGKILL else PagesWithoutKernel()  # one sequel by real kernels is enough
    report = run(tmp_path, told=told, clock=now, executor=executor)
    assert report.made == ("01-an-thu", "03-cao-thu", "national")
    assert {event.details["stem"] for event in told if event.kind == "kept"} == {"03-cao-thu", "national"}
    assert {event.details["stem"] for event in told if event.kind == "made"} == {"01-an-thu"}
    assert verify(tmp_path / "out") == []
    assert not list((tmp_path / "out").glob(".*"))


def test_rooms_that_nobody_was_left_to_remove_are_swept_by_the_next_run(
    tmp_path: Path, server_stays: Callable[[], None]
):
    tiny_workspace(tmp_path / "ws")
    trigger = harmful(tmp_path, "time.sleep(120)")
    (tmp_path / "driver.py").write_text(DRIVER)
    command = [sys.executable, "-W", "ignore", str(tmp_path / "driver.py"), str(tmp_path)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as driver:
        kernel, server = marked(tmp_path)
        room = Path(f"/proc/{kernel}/cwd").readlink().parent
        tasks = Path(f"/proc/{driver.pid}/task").glob("*/children")
        family = [
            server,
            driver.pid,
            *(int(pid) for task in tasks for pid in task.read_text().split()),
            kernel,
        ]
        for number in (signal.SIGSTOP, signal.SIGKILL):  # nobody sees the others go
            for pid in family:
                os.kill(pid, number)
    wait_until(lambda: not any(is_alive(pid) for pid in family))
    assert (room / "desk" / "bundle").is_dir()
    trigger.unlink()
    server_stays()
    with private_room() as own:
        run(tmp_path, force=True, jobs=1)
        assert own.is_dir()
    assert not room.exists()
    assert not own.exists()


def cut_off(tmp_path: Path, **changes) -> None:
    """Have a run finish the first province, then be interrupted."""

    def interrupt(event: Event) -> None:
        if event.kind == "made":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(
            open_workspace(tmp_path / "ws"),
            options(tmp_path, **changes),
            clock=at("2026-05-01"),
            progress=interrupt,
            executor=PagesWithoutKernel(),
        )


@pytest.mark.parametrize("change", ["nothing", "its facts", "its file", "its record", "by force"])
def test_what_a_cut_off_run_finished_is_taken_over_only_as_it_would_be_made_now(tmp_path: Path, change: str):
    tiny_workspace(tmp_path / "ws")
    cut_off(tmp_path)
    (work,) = (tmp_path / "out").glob(".work-*")
    (record,) = (work / "finished").iterdir()
    (page,) = work.glob(f"{record.stem}.html")
    if change == "its facts":
        code = record.stem[:2] if record.stem[:2].isdigit() else "01"  # the national page holds every fact
        others = [row for row in FACTS if row["province_code"] != code]
        tiny_workspace(tmp_path / "ws", facts=[fact(code, 8), *others])
    elif change == "its file":
        page.write_text("half a page")
    elif change == "its record":
        record.write_text(record.read_text()[:-9])
    told: list[Event] = []
    executor = PagesWithoutKernel()
    run(tmp_path, told=told, executor=executor, force=change == "by force", clock=at("2026-05-02"))
    assert [event.details["stem"] for event in told if event.kind == "kept"] == (
        [record.stem] if change == "nothing" else []
    )
    assert len(executor.made) == (2 if change == "nothing" else 3)
    assert verify(tmp_path / "out") == []
    assert not list((tmp_path / "out").glob(".work-*"))


def test_a_record_that_names_a_file_outside_is_not_followed(tmp_path: Path):
    tiny_workspace(tmp_path / "ws")
    cut_off(tmp_path)
    (record,) = (tmp_path / "out").glob(".work-*/finished/*.json")
    (tmp_path / "out" / "precious.txt").write_text("mine")
    content = json.loads(record.read_text())
    content["files"]["../precious.txt"] = evalkit.batch.finished_pages.bytes_digest(b"mine")
    record.write_text(json.dumps(content))
    with pytest.raises(SettingsError, match=r"no manifest\.json"):
        run(tmp_path, executor=PagesWithoutKernel())
    (tmp_path / "out" / "precious.txt").rename(tmp_path / "precious.txt")
    run(tmp_path, executor=PagesWithoutKernel())
    assert (tmp_path / "precious.txt").read_text() == "mine"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB, mounted for this test only."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if (
        mount is None
        or umount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small tmpfs cannot be mounted here: that takes root's rights")
    try:
        yield place
    finally:
        subprocess.run([umount, str(place)], check=True)


def test_a_disk_that_fills_up_fails_its_page_publishes_the_others_and_is_mended_by_retry(
    tmp_path: Path, small_disk: Path
):
    tiny_workspace(tmp_path / "ws")
    out = small_disk / "out"
    fill = small_disk / "fill"

    class Fills(PagesWithoutKernel):
        def page(self, order):
            if order.job.code == "03":
                try:
                    with fill.open("wb", buffering=0) as stream:
                        while True:
                            stream.write(bytes(4096))
                except OSError as full:
                    assert full.errno == errno.ENOSPC  # noqa: PT017  the fault we wanted
            return super().page(order)

    with pytest.raises(BatchError, match="files could not be written"):
        run(tmp_path, out=out, executor=Fills())
    manifest = read_manifest(out)
    assert manifest is not None
    assert "03-cao-thu" in manifest.failed
    assert [finding.rule for finding in verify(out) if finding.severity == "error"] != []
    assert all((out / name).stat().st_size for name in manifest.files)
    fill.unlink()
    run(tmp_path, out=out, executor=PagesWithoutKernel())
    assert verify(out) == []


def test_a_disk_without_room_from_the_start_is_refused_and_nothing_shown(tmp_path: Path, small_disk: Path):
    tiny_workspace(tmp_path / "ws")
    (small_disk / "fill").write_bytes(bytes(3 * 2**20 - 2**17))
    with pytest.raises(SettingsError, match="have room"):
        run(tmp_path, out=small_disk / "out", executor=PagesWithoutKernel())
    assert not list(small_disk.glob("out/*.html"))
    (small_disk / "fill").unlink()
    run(tmp_path, out=small_disk / "out", executor=PagesWithoutKernel())
    assert verify(small_disk / "out") == []


def test_a_read_only_folder_is_refused_before_any_page_is_made(tmp_path: Path, small_disk: Path):
    tiny_workspace(tmp_path / "ws")
    out = small_disk / "out"
    run(tmp_path, out=out, executor=PagesWithoutKernel())
    before = {path.name: path.read_bytes() for path in out.glob("*.html")}
    mount = shutil.which("mount") or ""
    subprocess.run([mount, "-o", "remount,ro", str(small_disk)], check=True)
    executor = PagesWithoutKernel()
    with pytest.raises(SettingsError, match="must be writable"):
        run(tmp_path, out=out, executor=executor, force=True)
    assert executor.made == []
    subprocess.run([mount, "-o", "remount,rw", str(small_disk)], check=True)
    assert {path.name: path.read_bytes() for path in out.glob("*.html")} == before
    run(tmp_path, out=out, executor=PagesWithoutKernel(), force=True)
    assert verify(out) == []


def test_a_clock_that_jumps_back_shows_no_old_page_as_new(tmp_path: Path):
    tiny_workspace(tmp_path / "ws")
    run(tmp_path, clock=at("2026-05-01"), executor=PagesWithoutKernel())
    assert run(tmp_path, clock=at("2026-04-01"), executor=PagesWithoutKernel()).made == ()
    tiny_workspace(tmp_path / "ws", facts=[*FACTS[:2], fact("03", 5), *FACTS[3:]])
    moments = iter([datetime(2026, 5, 2, tzinfo=UTC), *[datetime(2026, 4, 1, tzinfo=UTC)] * 9])
    report = run(tmp_path, clock=lambda: next(moments), executor=PagesWithoutKernel())
    assert report.made == ("03-cao-thu", "national")
    assert verify(tmp_path / "out") == []
