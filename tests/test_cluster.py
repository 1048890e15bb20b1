"""A real scheduler and two worker processes on this machine: the same pages, and a killed worker costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from evalkit.batch.options import Event
from evalkit.batch.run import run_batch
from evalkit.batch.verify import verify
from evalkit.errors import SettingsError
from tests.workspaces import at, options, tiny_notebooks, tiny_workspace

distributed = pytest.importorskip(
    "distributed", reason="dask.distributed, of the extra `cluster`, is not installed"
)
dask = pytest.importorskip("dask")
pytestmark = [pytest.mark.end_to_end, pytest.mark.filterwarnings("ignore")]


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers, each a process of its own that knows no folder of ours."""
    folder.mkdir()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    file = folder / "scheduler.json"
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        "--scheduler-file",
        str(file),
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    with ExitStack() as stack:
        processes = []
        for command in ([*scheduler, "--no-dashboard", "--scheduler-file", str(file)], worker, worker):
            process = stack.enter_context(subprocess.Popen(command, **quiet))
            stack.callback(process.kill)
            processes.append(process)
        with distributed.Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            yield client.scheduler.address, processes[1:]


def pages(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_cluster_makes_the_same_pages_and_a_worker_killed_in_mid_run_costs_none(tmp_path: Path):
    mark = tmp_path / "mark"
    cell = f"import os, time\nif province_code == '01' and not os.path.exists({str(mark)[::-1]!r}[::-1]):\n    open({str(mark)[::-1]!r}[::-1], 'x').close(); time.sleep(60)"
    tiny_notebooks(tmp_path / "notebooks", cell)
    workspace = tiny_workspace(tmp_path / "ws")
    told: list[Event] = []

    def kill_the_worker_that_hangs(event: Event) -> None:
        told.append(event)
        if event.kind == "made" and len([one for one in told if one.kind == "made"]) == 2:
            assert mark.exists()
            with distributed.Client(address, set_as_default=False) as client:
                busy = {worker for worker, tasks in client.processing().items() if tasks}
                pids = client.run(os.getpid, workers=list(busy))
            for process in workers:
                if process.pid in pids.values():
                    process.kill()

    with cluster(tmp_path / "cluster") as (address, workers):
        settings = options(tmp_path, out=tmp_path / "far", scheduler=address)
        report = run_batch(workspace, settings, clock=at("2026-05-01"), progress=kill_the_worker_that_hangs)
        assert sum(worker.poll() is not None for worker in workers) == 1
    assert report.made == ("01-an-thu", "03-cao-thu", "national")
    run_batch(workspace, options(tmp_path, out=tmp_path / "near", jobs=1), clock=at("2026-05-01"))
    assert pages(tmp_path / "far") == pages(tmp_path / "near")
    assert verify(tmp_path / "far") == []


def test_a_scheduler_that_does_not_answer_is_refused_with_its_address(tmp_path: Path):
    workspace, settings = tiny_workspace(tmp_path / "ws"), options(tmp_path, scheduler="tcp://127.0.0.1:9")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(SettingsError, match="a dask scheduler must answer"),
    ):
        run_batch(workspace, settings, clock=at("2026-05-01"))
    assert not (tmp_path / "out").exists()
