"""Where pages are made: as many processes as there are cores, or whatever executor is given."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from evalkit.batch.outcome import JobFailure, PageMade, PageOrder
from evalkit.errors import SettingsError
from evalkit.messages import worded

AHEAD = 64  # orders under way at a time, where an executor does not say how many it takes
_KILLED = {"KilledWorker", "CommClosedError", "TimeoutError"}  # a cluster's words for a worker that is gone


def cores() -> int:
    """Return how many processes may run at the same time: the cores this process is allowed to use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LocalWorkers(Executor):
    """Worker processes side by side; where one is killed, the work it had is lost and the others go on.

    A pool of processes breaks as a whole when one of them dies. Here each process is a pool of its own.
    """

    def __init__(self, workers: int, servers: Mapping[str, str]) -> None:
        self.workers, self.ahead = workers, 2 * workers
        self._servers = servers
        self._lanes = ThreadPoolExecutor(workers)
        self._pools: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()
        for _ in range(workers):
            self._pools.put(self._new_pool())

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called in the next process that is free."""
        return self._lanes.submit(self._call, fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002  the base class's signature
        """End the processes."""
        self._lanes.shutdown(wait=wait, cancel_futures=cancel_futures)
        while not self._pools.empty():
            self._pools.get().shutdown(wait=wait, cancel_futures=cancel_futures)

    def _call(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        pool = self._pools.get()
        try:
            return pool.submit(fn, *args, **kwargs).result()
        except BrokenExecutor:
            pool.shutdown(wait=False)
            pool = self._new_pool()
            raise
        finally:
            self._pools.put(pool)

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, context, _start_worker, (dict(self._servers),))


@contextmanager
def kernels_loaded_early() -> Iterator[Callable[[], None]]:
    """Give a function that has the server which kernels are forked from load meanwhile; with the block it ends, used or not."""
    started: list[bool] = []

    def load() -> None:
        from evalkit.kernels.private_folder import kernel_environment  # noqa: PLC0415  not loaded where no page is made
        from evalkit.kernels.warm_server import can_fork, warm_up  # noqa: PLC0415

        if not started and can_fork():
            warm_up(kernel_environment(os.environ, room=Path(os.sep)))
        started.append(True)

    try:
        yield load
    finally:
        if started:
            from evalkit.kernels.warm_server import stop_servers  # noqa: PLC0415

            stop_servers()


@contextmanager
def local_pool(workers: int) -> Iterator[Executor]:
    """Give an executor of fresh processes; when the run is broken off, its processes and their kernels are ended.

    Parameters
    ----------
    workers : int
        How many pages are made at the same time.
    """
    from evalkit.kernels.private_folder import kernel_environment  # noqa: PLC0415  not loaded where no page is made
    from evalkit.kernels.warm_server import can_fork, stop_servers, warm_up  # noqa: PLC0415

    others = set(multiprocessing.active_children())
    servers = warm_up(kernel_environment(os.environ, room=Path(os.sep))) if can_fork() else {}
    pool = LocalWorkers(workers, servers)
    try:
        yield pool
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        if servers:
            stop_servers()


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give the executor of a dask cluster.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://10.0.0.5:8786``. evalkit must be installed on its workers.

    Raises
    ------
    SettingsError
        If dask is not installed here, or nobody answers at the address.
    """
    try:
        from distributed import Client  # noqa: PLC0415  an extra: most do without
    except ImportError as missing:
        do = worded("pip install -e '.[cluster]' in evalkit's folder, or leave --scheduler out")
        raise SettingsError(
            where="--scheduler", rule=worded("dask.distributed must be installed"), do=do
        ) from missing
    try:
        client = Client(address, set_as_default=False)
    except (OSError, ValueError) as fault:
        do = worded("start a scheduler, or correct the address")
        raise SettingsError(
            where=f"--scheduler {address}", rule=worded("a dask scheduler must answer there"), do=do
        ) from fault
    with client:
        yield client.get_executor(pure=False)


def make_pages(
    orders: Iterable[PageOrder], executor: Executor, *, started: Callable[[str], object] = lambda _: None
) -> Iterator[PageMade | JobFailure]:
    """Make pages, each in the executor, and yield them as they are finished.

    Only a few orders are under way at a time, and none is held after it is done: what the driver holds does not grow.

    Parameters
    ----------
    orders : iterable of PageOrder
    executor : concurrent.futures.Executor
        Local processes, or a cluster's.
    started : callable
        Is told the stem of a page when a worker takes it up; of a cluster, when it has been sent there.
    """
    waiting = iter(orders)
    futures: dict[Future[PageMade | JobFailure], tuple[str, str]] = {}
    told: set[str] = set()
    try:
        while True:
            for order in islice(waiting, max(0, getattr(executor, "ahead", AHEAD) - len(futures))):
                futures[executor.submit(_make_page, order)] = (order.job.stem, order.job.code)
            at_work = [stem for stem, _ in islice(futures.values(), getattr(executor, "workers", AHEAD))]
            for stem in [stem for stem in at_work if stem not in told]:
                told.add(stem)
                started(stem)
            if not futures:
                return
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                yield _outcome(future, *futures.pop(future))
    finally:
        for future in futures:
            future.cancel()


def _start_worker(servers: Mapping[str, str]) -> None:
    with _without_grammar_of_addresses():
        from evalkit.batch.worker import start_worker  # noqa: PLC0415  papermill and nbconvert load in workers only

    start_worker(servers)


@contextmanager
def _without_grammar_of_addresses() -> Iterator[None]:
    """Keep nbformat's checker from compiling a grammar of international addresses, a second of every worker; no notebook is checked for them."""
    grammar = "rfc3987_syntax"
    if grammar in sys.modules:
        yield
        return
    sys.modules[grammar] = None  # type: ignore[assignment]  # as Python marks what cannot be imported; jsonschema goes on without
    try:
        yield
    finally:
        del sys.modules[grammar]


def _make_page(order: PageOrder) -> PageMade | JobFailure:
    from evalkit.batch.worker import make_page  # noqa: PLC0415  see above

    return make_page(order)


def _outcome(future: Future[PageMade | JobFailure], stem: str, code: str) -> PageMade | JobFailure:
    try:
        return future.result()
    except (BrokenExecutor, SystemExit):
        return JobFailure(stem, code, "worker_died")
    except Exception as fault:  # noqa: BLE001  an executor's own trouble: this page is listed as failed, the others go on
        name = type(fault).__name__
        return JobFailure(stem, code, "worker_died" if name in _KILLED else "not_started", name)
