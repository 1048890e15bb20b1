"""What a notebook costs: the ways people run many of them, side by side, on the same notebook of ten cells.

    python benchmarks/batch.py                      all ways, 8 notebooks each (2 for the slow ones)
    python benchmarks/batch.py --scale 34 63 705    ours at these numbers of notebooks, and what is left over afterwards
    python benchmarks/batch.py --demo               the invented country's own pages, ours and the limits
    python benchmarks/batch.py --cluster            ours on a dask cluster of one worker and of two, in turn
    python benchmarks/batch.py --nothing            a whole run of the invented country with nothing to do

The limit is the cells' own code in one warm process a core: no Jupyter, no page. With ``--demo`` there are two more: such
processes set up as evalkit sets up its kernels; and these, when they also write the same pages and downloads and read them
again. Seconds are this machine's; what may be quoted are ratios of one run.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
import numpy as np
import papermill
from IPython.utils.capture import capture_output
from nbformat.v4 import new_code_cell, new_notebook

from evalkit.batch.clock import now
from evalkit.batch.outcome import PageMade, PageOrder
from evalkit.batch.page_names import NOTEBOOKS, footer_lines
from evalkit.batch.plan import Job, facts_for, notebooks_folder, plan
from evalkit.batch.pool import LocalWorkers, cores, local_pool, make_pages
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.worker import make_page, page_contents
from evalkit.facts.bundle import Bundle
from evalkit.kernels.forked import OBJECTS_BETWEEN_COLLECTIONS
from evalkit.kernels.forkserver import PRELOADED
from evalkit.kernels.private_folder import kernel_path
from evalkit.kernels.warm_server import early_environment
from evalkit.reporting.blocks import LANGUAGES
from evalkit.reporting.exporter import EvalkitExporter
from evalkit.reporting.first_use import use_once
from evalkit.workspace import open_workspace

DEMO = Path(__file__).parents[1] / "data" / "demo"
SLUG = "benchmark"
ROUNDS = 3  # of ours and of the limit, in turn: the machine may have other work
DEMO_ROUNDS = 2  # so many pages one after the other need no more
SOURCE = """
bundle = "bundle"
province_code = "01"
#---
import numpy as np, pandas as pd, statsmodels.api as sm
from matplotlib.figure import Figure as Drawing
#---
import io
import evalkit as ek
from evalkit.reporting.blocks import Bilingual, Figure, PageHead, Section
from evalkit.reporting.svg import clean_svg
def words(text):
    return Bilingual(text, text)
#---
draws = np.random.default_rng(int(province_code))
table = pd.DataFrame({"x": np.arange(160_000) % 40, "g": np.arange(160_000) % 7})
table["y"] = draws.poisson(np.exp(0.5 + 0.02 * table["x"]))
#---
dummies = pd.get_dummies(table[["x", "g"]], columns=["g"], drop_first=True, dtype=float)
model = sm.GLM(table["y"], sm.add_constant(dummies), family=sm.families.Poisson()).fit()
slope = float(model.params["x"])
#---
def drawing(name, values):
    figure = Drawing(figsize=(5, 3))
    axes = figure.add_subplot()
    axes.plot(values)
    axes.set_title(name)
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return Figure(name, words(clean_svg(stream.getvalue())), words(f"{name}: slope {slope:.4f}"), words(name))
#---
means = table.groupby("x")["y"].agg(["mean", "std", "max", "min", "median"])
#---
figures = [drawing(name, means[name]) for name in ["mean", "std"]]
#---
figures += [drawing(name, means[name]) for name in ["max", "min", "median"]]
#---
title = words("Invented figures")
ek.show(PageHead(title, title, "benchmark", (), True, "public", "2026-01-01"), Section("figures", title, tuple(figures)))
"""
CELLS = [cell.strip() for cell in SOURCE.split("#---")]


def main() -> None:
    """Run what was asked for and print it."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--scale", type=int, nargs="+", metavar="N", default=[])
    arguments.add_argument("--demo", action="store_true")
    arguments.add_argument("--cluster", action="store_true")
    arguments.add_argument("--nothing", action="store_true")
    arguments.add_argument("--count", type=int, default=8, help="notebooks of each of the quick ways")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="evalkit-benchmark-") as folder:
        here = Path(folder)
        if given.demo:
            demo_pages(here)
        elif given.cluster:
            cluster_pages(here, given.count * 2)
        elif given.nothing:
            nothing_to_do(here)
        elif given.scale:
            scale(here, given.scale)
        else:
            slow = max(2, given.count // 4)
            ways = {
                "shell loop": shell_loop,
                "papermill serial": papermill_serial,
                "papermill pool": papermill_pool,
            }
            compare(here, given.count, {**ways, "ours": ours, "limit": limit}, slow=slow)


def compare(here: Path, count: int, ways: dict[str, Callable[[Path, int], float]], *, slow: int = 0) -> None:
    """Print seconds a notebook, ratios and peak memory of each way.

    Memory is watched in the first round alone: to add it up takes time, and the more of it the more processes there are. Of
    ours and of the limit only the rounds that nobody watched count.
    """
    write_notebook(here)
    print(f"\n{count} notebooks ({slow} of the slow ways), {cores()} cores")
    print(f"{'way':18} {'s/notebook':>10} {'start-up s':>10} {'driver MB':>9} {'all MB':>8}")
    seen: dict[str, list[float]] = {}
    rounds = [
        *ways.items(),
        *[item for item in ways.items() if item[0] in ("ours", "limit")] * (ROUNDS if slow else 0),
    ]
    for name, way in rounds:
        started = time.perf_counter()
        number = slow if slow and name not in ("ours", "limit", "papermill pool") else count
        with watched() if name not in seen else contextlib.nullcontext({}) as peak:
            seconds = way(here, number)
        seen.setdefault(name, []).append(seconds / number)
        start_up = time.perf_counter() - started - seconds
        memory = "".join(f" {peak[who]:8.0f}" for who in peak)
        print(f"{name:18} {seen[name][-1]:10.3f} {start_up:10.2f} {memory}", flush=True)
    results = {name: median(values[1:] or values) for name, values in seen.items()}
    for name, seconds in results.items():
        limits, ours_too = seconds / results["limit"], seconds / results["ours"]
        print(f"{name:18} {limits:.2f} times the limit; ours is {ours_too:.1f} times as fast (medians)")
    over = (results["ours"] - results["limit"]) * cores()
    print(
        f"ours costs {over:.3f} s a notebook more than its cells (wall time times workers, less the limit's)"
    )


def scale(here: Path, counts: list[int]) -> None:
    """Print what a notebook costs at several numbers of them, and what our engine leaves behind.

    Processor seconds are those of all processes, start-up taken off: unlike the others they do not depend on what else the
    machine has to do.
    """
    write_notebook(here)
    tempfile.tempdir = os.environ["TMPDIR"] = str(here / "tmp")  # nobody else's files lie there
    (here / "tmp").mkdir()
    ours(here, cores())  # what Python itself opens once
    orders = fixed_orders(here, cores())
    at_first = processor_seconds()
    timed_pages(iter(orders))
    start_up = processor_seconds() - at_first
    print(
        f"{'notebooks':>9} {'s/notebook':>10} {'processor s':>11} {'driver MB':>9} {'all MB':>8}  left over"
    )
    for count in counts:
        orders = fixed_orders(here, count)
        before, worked = holdings(), processor_seconds()
        with watched() as peak:
            seconds = timed_pages(iter(orders))
        worked = (processor_seconds() - worked - start_up) / (count - cores())
        left = {name: number - before[name] for name, number in holdings().items()}
        line = f"{count:9} {seconds / count:10.3f} {worked:11.3f} {peak['driver']:9.0f} {peak['all']:8.0f}  {left}"
        print(line, flush=True)


def processor_seconds() -> float:
    """Return the processor time of this process and of all it started that have ended."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def holdings() -> dict[str, int]:
    """Count this process's open descriptors, sockets among them, its family, and what lies in its temporary folder."""
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "processes": len(family(os.getpid())),
        "temporary files": len(list(Path(tempfile.gettempdir()).iterdir())),
    }


def cluster_pages(here: Path, count: int) -> None:
    """Print how much more two workers of a dask cluster make than one."""
    from distributed import Client  # noqa: PLC0415  an extra: the other benchmarks do without

    write_notebook(here)
    seen: dict[int, list[float]] = {1: [], 2: []}
    orders = fixed_orders(here, count)
    for turn in range(ROUNDS):
        for workers, seconds in seen.items():
            with (
                dask_cluster(here / f"cluster-{turn}-{workers}", workers) as address,
                Client(address, set_as_default=False) as client,
            ):
                seconds.append(timed_orders(orders, client.get_executor(pure=False)) / count)
    print(
        f"{count} notebooks on dask, {cores()} cores, {ROUNDS} times in turn: s a notebook by workers:", seen
    )
    print(f"two workers make {median(seen[1]) / median(seen[2]):.2f} times as much as one (medians)")


@contextlib.contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[str]:
    """Start a scheduler and some workers of one thread each, all on this machine; give the scheduler's address."""
    from distributed import Client  # noqa: PLC0415  an extra: the other benchmarks do without

    folder.mkdir()
    file = str(folder / "scheduler.json")
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    where = ["--scheduler-file", file, "--no-dashboard"]
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *where]
    worker = ["distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", *where]
    with contextlib.ExitStack() as stack:
        for command in (scheduler, *[worker] * workers):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-m", *command], **quiet))
            stack.callback(process.kill)
        with Client(scheduler_file=file, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            yield client.scheduler.address


def nothing_to_do(here: Path) -> None:
    """Make the invented country's pages, then run again: what the run itself takes, and with Python's own start."""
    command = [sys.executable, "-m", "evalkit", "run", str(DEMO), "--out", str(here / "reports")]
    inside = (
        "import sys, time; from pathlib import Path; from evalkit.batch.options import RunOptions; "
        "from evalkit.batch.rerun import run; from evalkit.workspace import open_workspace; started = time.perf_counter(); "
        "report = run(open_workspace(Path(sys.argv[1])), RunOptions(out=Path(sys.argv[2]))); "
        "print(time.perf_counter() - started, len(report.current), 'pandas' in sys.modules, 'zmq' in sys.modules)"
    )
    subprocess.run(command, check=True, capture_output=True)
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        whole = time.perf_counter() - started
        ran = subprocess.run(
            [sys.executable, "-c", inside, str(DEMO), str(here / "reports")],
            check=True,
            capture_output=True,
            text=True,
        )
        seconds, current, pandas_loaded, jupyter_loaded = ran.stdout.split()
        print(
            f"nothing to do, {current} pages current: {float(seconds):.3f} s after start-up, {whole:.2f} s in all; "
            f"pandas loaded: {pandas_loaded}, Jupyter loaded: {jupyter_loaded}"
        )


def write_notebook(here: Path) -> Path:
    """Write the fixed notebook of ten cells."""
    cells = [new_code_cell(source, id=f"cell-{n:02}") for n, source in enumerate(CELLS)]
    cells[0].metadata["tags"] = ["parameters"]
    path = here / "notebook.ipynb"
    metadata = {"kernelspec": {"name": "python3", "display_name": "python3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


# ---- the ways; each returns the seconds of its work, without what it does once at the start


def shell_loop(here: Path, count: int) -> float:
    """Run papermill's command, then nbconvert's for each language, one notebook after the other."""
    started = time.perf_counter()
    for number in range(count):
        out = here / f"shell-{number}.ipynb"
        papermill = [
            sys.executable,
            "-m",
            "papermill",
            str(here / "notebook.ipynb"),
            str(out),
            "-r",
            "province_code",
            code(number),
        ]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(papermill, check=True, **quiet)
        for language in LANGUAGES:
            export = [
                "--to",
                "evalkit",
                f"--EvalkitExporter.language={language}",
                "--output",
                f"shell-{number}-{language}",
            ]
            subprocess.run([sys.executable, "-m", "nbconvert", *export, str(out)], check=True, **quiet)
    return time.perf_counter() - started


def papermill_serial(here: Path, count: int) -> float:
    """papermill in this process, one cold kernel after the other."""
    started = time.perf_counter()
    for number in range(count):
        papermill_one(here, number)
    return time.perf_counter() - started


def papermill_pool(here: Path, count: int) -> float:
    """papermill in a pool of processes, each notebook a cold kernel."""
    with ProcessPoolExecutor(cores(), multiprocessing.get_context("spawn")) as pool:
        started = time.perf_counter()
        list(pool.map(papermill_one, [here] * count, range(count)))
        return time.perf_counter() - started


def papermill_one(here: Path, number: int) -> None:
    """One notebook by papermill's function, and its page by nbconvert."""
    with contextlib.redirect_stderr(io.StringIO()):
        ran = papermill.execute_notebook(
            str(here / "notebook.ipynb"),
            str(here / f"{os.getpid()}-{number}.ipynb"),
            parameters={"province_code": code(number)},
            progress_bar=False,
        )
        for language in LANGUAGES:
            EvalkitExporter(language=language).from_notebook_node(ran)


def ours(here: Path, count: int) -> float:
    """evalkit's own workers and warm kernels: pages in both languages, tables, executed notebook."""
    return timed_pages(iter(fixed_orders(here, count)))


@cache
def demo_bundle() -> Bundle:
    """Return the protected facts of the invented country."""
    return make_bundle(receive(open_workspace(DEMO)), day=now().date())


def fixed_orders(here: Path, count: int) -> list[PageOrder]:
    """The orders of the fixed notebook, each with another parameter."""
    bundle = demo_bundle()
    facts = bundle.slice_for(bundle.places[0].code)
    source = (here / "notebook.ipynb").read_text(encoding="utf-8")

    def order(number: int) -> PageOrder:
        given = {"bundle": "bundle", "province_code": code(number)}
        job = Job("province", code(number), code(number), SLUG, here / "notebook.ipynb", given, {})
        return PageOrder(
            job, facts, source, ("vi", "en"), footer_lines(bundle.about, content_key=""), keep_notebook=True
        )

    return [order(number) for number in range(count)]


def timed_orders(orders: list[PageOrder], pool: Executor) -> float:
    """Make pages; the clock starts when every worker has made some."""
    for outcome in make_pages(orders[: 2 * cores()] * 2, pool):
        assert isinstance(outcome, PageMade), outcome
    started = time.perf_counter()
    for outcome in make_pages(orders, pool):
        assert isinstance(outcome, PageMade), outcome
    return time.perf_counter() - started


def timed_pages(orders: Iterator[PageOrder]) -> float:
    """Make pages; the clock starts when every worker has made one."""
    with local_pool(cores()) as pool:
        warm = [next(orders)] * cores()
        for outcome in make_pages(warm, pool):
            assert isinstance(outcome, PageMade), outcome
        started = time.perf_counter()
        for outcome in make_pages([warm[0], *orders], pool):
            assert isinstance(outcome, PageMade), outcome
        return time.perf_counter() - started


def limit(here: Path, count: int) -> float:
    """The cells' own code in one warm process a core."""
    cells = [cell.source for cell in nbformat.read(here / "notebook.ipynb", as_version=4).cells]
    return timed(
        [partial(bare_cells, cells, {"province_code": code(number)}, str(here)) for number in range(count)]
    )


class BareWorkers(LocalWorkers):
    """Processes side by side that know nothing of evalkit's workers; ``tuned`` ones are set up as its kernels are."""

    def __init__(self, *, tuned: bool = False) -> None:
        self._tuned = tuned
        os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        super().__init__(cores(), {})

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        if not self._tuned:
            return ProcessPoolExecutor(1, context)
        with settings(early_environment(os.environ)):
            pool = ProcessPoolExecutor(1, context, tune)
            pool.submit(os.getpid).result()  # it is started when first asked for something
        return pool


def timed(work: list[Callable[[], None]]) -> float:
    """Do pieces of work in processes that have each done one before."""
    with BareWorkers() as pool:
        list(pool.map(call, [work[0]] * cores()))
        started = time.perf_counter()
        list(pool.map(call, work))
        return time.perf_counter() - started


def call(piece: Callable[[], object]) -> object:
    """Do a piece of work."""
    return piece()


@contextlib.contextmanager
def settings(wanted: Mapping[str, str]) -> Iterator[None]:
    """Have other settings of the system for a while."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def tune() -> None:
    """Do in a process what the warm server does before it forks kernels."""
    for name in PRELOADED:
        import_module(name)
    use_once()
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def bare_cells(cells: list[str], parameters: dict[str, str], folder: str) -> None:
    """Run the code of cells as a plain script would."""
    os.chdir(folder)
    names: dict[str, object] = {}
    with capture_output():
        for place, source in enumerate(cells):
            exec(source, names)
            if place == 0:
                names.update(parameters)


def cells_and_page(cells: list[str], order: PageOrder, folder: str) -> None:
    """Run the code of cells as a plain script would, then write and read again the page of the notebook in the folder."""
    bare_cells(cells, dict(order.job.parameters), folder)
    page_contents(nbformat.read(Path(folder) / "executed.ipynb", as_version=4), order)


def demo_pages(here: Path) -> None:
    """Every page of the invented country, both languages: ours and the limits, a few pages at a time in turn.

    The machine may become faster or slower within a minute. So all ways are ready at once, each makes the same few pages
    before the next few are begun, and what is compared is the time of the same page.
    """
    work = demo_work(here)
    with contextlib.ExitStack() as stack:
        bare, tuned = BareWorkers(), BareWorkers(tuned=True)
        pools = {
            "ours": stack.enter_context(local_pool(cores())),
            "limit": stack.enter_context(bare),
            "limit, tuned": stack.enter_context(tuned),
            "tuned, with pages": tuned,
        }
        for name, pool in pools.items():
            busy_seconds(pool, work[name][: cores()])
        took: dict[str, list[float]] = {name: [] for name in pools}
        few = 2 * cores()
        for turn, at in enumerate(list(range(0, len(work["ours"]), few)) * DEMO_ROUNDS):
            for name in sorted(pools, key=lambda name: (list(pools).index(name) + turn) % len(pools)):
                took[name] += busy_seconds(pools[name], work[name][at : at + few])
    print(
        f"{len(work['ours'])} pages of the demo, {cores()} cores, {DEMO_ROUNDS} times; seconds of a worker a page"
    )
    print(f"{'ours':18} {median(took['ours']):.3f}")
    for name, seconds in list(took.items())[1:]:
        over = np.subtract(took["ours"], seconds)
        draws = np.random.default_rng(1).choice(over, (2000, len(over)))
        low, high = np.quantile(np.median(draws, axis=1), (0.025, 0.975))
        print(
            f"{name:18} {median(seconds):.3f}; ours is {median(took['ours']) / median(seconds):.2f} times that, "
            f"{median(over):+.3f} s for the same page (95 % interval {low:+.3f} to {high:+.3f})"
        )


def busy_seconds(pool: Executor, pieces: Sequence[Callable[[], object]]) -> list[float]:
    """Return how long a worker was busy with each piece, all workers being so."""

    def one(piece: Callable[[], object]) -> float:
        started = time.perf_counter()
        pool.submit(call, piece).result()
        return time.perf_counter() - started

    with ThreadPoolExecutor(cores()) as lanes:
        return list(lanes.map(one, pieces))


def demo_work(here: Path) -> dict[str, list[Callable[[], object]]]:
    """Return for each way the pieces of work, one a page of the invented country."""
    bundle = demo_bundle()
    jobs = [job for job in plan(bundle, notebooks=notebooks_folder()) if job.kind == "province"]
    source = jobs[0].notebook.read_text(encoding="utf-8")
    cells = [cell.source for cell in nbformat.reads(source, as_version=4).cells if cell.cell_type == "code"]
    footer = footer_lines(bundle.about, content_key="")
    orders = [
        PageOrder(job, facts_for(job, bundle), source, LANGUAGES, footer, keep_notebook=True) for job in jobs
    ]
    folders = [str(here / job.stem) for job in jobs]
    for order, folder, made in zip(orders, folders, pages_of(orders), strict=True):
        order.facts.write(Path(folder) / "bundle")
        written = made.contents[f"{NOTEBOOKS}/{made.stem}.ipynb"]
        (here / made.stem / "executed.ipynb").write_bytes(written)
    places = list(zip(orders, folders, strict=True))
    bare = [partial(bare_cells, cells, dict(order.job.parameters), folder) for order, folder in places]
    return {
        "ours": [partial(one_page, order) for order in orders],
        "limit": bare,
        "limit, tuned": bare,
        "tuned, with pages": [partial(cells_and_page, cells, order, folder) for order, folder in places],
    }


def one_page(order: PageOrder) -> PageMade:
    """Make a page as evalkit's workers do; what comes back is sent to the driver."""
    made = make_page(order)
    assert isinstance(made, PageMade), made
    return made


def pages_of(orders: list[PageOrder]) -> Iterator[PageMade]:
    """Make pages once, outside any clock."""
    with local_pool(cores()) as pool:
        yield from pool.map(one_page, orders)


# ---- measuring


def code(number: int) -> str:
    """Return a province code of two digits or more."""
    return f"{number:02}"


@contextlib.contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Give the peak memory (MB, proportional shares) of this process and of it with all it started, when it is over."""
    peak, over = {"driver": 0.0, "all": 0.0}, threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            sizes = [memory(pid) for pid in family(os.getpid())]
            peak["driver"] = max(peak["driver"], sizes[0])
            peak["all"] = max(peak["all"], sum(sizes))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            children += [int(child) for child in (task / "children").read_text().split()]
    return [pid, *(member for child in children for member in family(child))]


def memory(pid: int) -> float:
    """Return the proportional share of memory of a process, in MB: pages that several share are counted once in all."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    os.environ["JUPYTER_PATH"] = str(kernel_path())
    if shutil.which("true") is None or not Path("/proc/self/smaps_rollup").exists():
        print("memory is measured on Linux only")
    main()
