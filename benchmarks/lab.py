"""What a researcher waits for: `import evalkit`, `evalkit lab` to its server, a new notebook to its first rendered section.

    python benchmarks/lab.py                 the invented country, data/demo
    python benchmarks/lab.py data/vn-published
    python benchmarks/lab.py --rounds 5

Works on a copy of the workspace. The lab is started once to make the bundle that is kept, then in rounds on the unchanged copy; a notebook
whose first cell opens the bundle and shows a section is run by JupyterLab's own way to a kernel, once cold and then on the warm
server. The least of each is printed: seconds by the clock, and of processor where a process of its own does the work.
Seconds are this machine's; what may be quoted are ratios of one run on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.manager import KernelManager

from evalkit.batch.clock import now
from evalkit.workbench.lab import lab_environment, write_bundle
from evalkit.workspace import open_workspace

ROOT = Path(__file__).parents[1]
KEPT = shutil.ignore_patterns("ledger*", ".evalkit", "imported")
CELL = """import resource, time
import evalkit as ek
ek.compare_periods(ek.open_bundle().provinces["22"])"""
SPENT = "_used = resource.getrusage(resource.RUSAGE_SELF); print(_used.ru_utime + _used.ru_stime)"
IMPORT = "import time; start = time.perf_counter(); import evalkit; print(time.perf_counter() - start)"


def importing() -> float:
    """Seconds of ``import evalkit`` in a Python just started."""
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    return float(done.stdout)


def spent_by_others() -> float:
    """Processor seconds of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def to_the_server(workspace: Path, folder: Path) -> tuple[float, float]:
    """Seconds from the command to the address of JupyterLab's server; and of processor until it was told to end at once."""
    command = [sys.executable, "-m", "evalkit", "lab", str(workspace), "--no-browser"]
    began, before, elapsed = time.monotonic(), spent_by_others(), 0.0
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=folder, **told) as program:
        try:
            for line in program.stdout:
                if re.search(r"http://127\.0\.0\.1:\d+/", line):
                    elapsed = time.monotonic() - began
                    break
        finally:
            program.send_signal(signal.SIGTERM)
            program.stdout.read()
    if not elapsed:
        raise RuntimeError("the lab ended before its server answered")
    return elapsed, spent_by_others() - before


@contextmanager
def kernel_of(environment: dict[str, str], folder: Path) -> Iterator[tuple[KernelManager, float]]:
    """Start a kernel by its name, as JupyterLab does; give it, and when it was asked for."""
    began = time.monotonic()
    manager = KernelManager(kernel_name="evalkit")
    manager.start_kernel(env=environment, cwd=str(folder))
    try:
        yield manager, began
    finally:
        manager.shutdown_kernel(now=True)


def to_a_section(environment: dict[str, str], folder: Path) -> tuple[float, float]:
    """Seconds by the clock from a new kernel to its first section, and the processor's in that kernel."""
    with kernel_of(environment, folder) as (manager, began):
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=120)
        shown: list[dict] = []
        client.execute_interactive(CELL, output_hook=shown.append, timeout=120)
        elapsed = time.monotonic() - began
        if not any("text/html" in one["content"].get("data", {}) for one in shown):
            raise RuntimeError(str(shown))
        told: list[dict] = []
        client.execute_interactive(SPENT, output_hook=told.append, timeout=60)
        client.stop_channels()
    return elapsed, float(next(one["content"]["text"] for one in told if "text" in one["content"]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspace", nargs="?", type=Path, default=ROOT / "data" / "demo")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    rounds = range(given.rounds)
    print(f"import evalkit: {min(importing() for _ in rounds):.3f} s")
    with tempfile.TemporaryDirectory() as where:
        copy = shutil.copytree(given.workspace, Path(where) / given.workspace.name, ignore=KEPT)
        if (reference := given.workspace.parent / "reference").is_dir():
            shutil.copytree(reference, Path(where) / "reference")
        clock, processor = to_the_server(copy, Path(where))
        print(f"lab to its server, the bundle made: {clock:.1f} s, of processor {processor:.1f} s")
        clock, processor = map(min, zip(*(to_the_server(copy, Path(where)) for _ in rounds), strict=True))
        print(f"lab to its server, nothing changed: {clock:.1f} s, of processor {processor:.1f} s")
        bundle = write_bundle(open_workspace(copy), Path(where) / "bundles", clock=now)
        environment = lab_environment(os.environ, bundle=bundle)
        os.environ["JUPYTER_PATH"] = environment["JUPYTER_PATH"]
        cold = to_a_section(environment, Path(where))
        print(f"notebook to its first section, the kernels' server not yet started: {cold[0]:.1f} s")
        clock, processor = zip(*(to_a_section(environment, Path(where)) for _ in rounds), strict=True)
        print(f"on the warm kernel: {min(clock):.2f} s, of processor {min(processor):.2f} s")


if __name__ == "__main__":
    main()
