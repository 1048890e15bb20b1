"""Where pages are made: as many processes as there are cores, or whatever executor is given."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager

from evalkit.batch.outcome import JobFailure, PageMade, PageOrder


def cores() -> int:
    """Return how many processes may run at the same time: the cores this process is allowed to use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def local_pool(workers: int) -> Iterator[Executor]:
    """Give an executor of fresh processes; when the run is broken off, its processes and their kernels are ended.

    Parameters
    ----------
    workers : int
        How many pages are made at the same time.
    """
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
    )
    try:
        yield pool
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def make_pages(orders: list[PageOrder], executor: Executor) -> Iterator[PageMade | JobFailure]:
    """Make pages, each in the executor, and yield them as they are finished.

    Parameters
    ----------
    orders : list of PageOrder
    executor : concurrent.futures.Executor
        Local processes, or a cluster's.
    """
    futures = {executor.submit(_make_page, order): order for order in orders}
    try:
        for future in as_completed(futures):
            yield _outcome(future, futures[future])
    finally:
        for future in futures:
            future.cancel()


def _start_worker() -> None:
    from evalkit.batch.worker import start_worker  # noqa: PLC0415  papermill and nbconvert load in workers only

    start_worker()


def _make_page(order: PageOrder) -> PageMade | JobFailure:
    from evalkit.batch.worker import make_page  # noqa: PLC0415  see above

    return make_page(order)


def _outcome(future: Future[PageMade | JobFailure], order: PageOrder) -> PageMade | JobFailure:
    try:
        return future.result()
    except (BrokenExecutor, SystemExit):
        return JobFailure(order.job.stem, order.job.code, "worker_died")
    except Exception as fault:  # noqa: BLE001  an executor's own trouble: this page is listed as failed, the others go on
        return JobFailure(order.job.stem, order.job.code, "not_started", type(fault).__name__)
