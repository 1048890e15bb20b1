"""Make the pages of a run and keep each as it comes: a failure is one page's own, a refusal ends the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from evalkit.batch.finished_pages import keep_page, take_over
from evalkit.batch.folder import left_behind
from evalkit.batch.manifest import PageRecord
from evalkit.batch.options import Event, RunOptions
from evalkit.batch.outcome import JobFailure, PageMade, PageOrder
from evalkit.batch.page_names import footer_lines, page_files
from evalkit.batch.plan import Job, facts_for
from evalkit.batch.pool import cluster, cores, local_pool, make_pages
from evalkit.batch.requested_form import requested_forms
from evalkit.facts.bundle import Bundle
from evalkit.places.registry import Registry

Progress = Callable[[Event], None]
_ROOM_BYTES = 2**20
_ROOM_BYTES_A_PAGE = 2**15


@dataclass(frozen=True, slots=True)
class Making:
    """What making pages needs to know: what for, from what, whom to tell, whether there is a country's page, and where if not on this machine.

    ``registry`` tells of the places in the forms that go with pages without figures.
    """

    options: RunOptions
    bundle: Bundle
    progress: Progress
    executor: Executor | None = None
    country: bool = False
    registry: Registry | None = None


def make_and_keep(jobs: Sequence[Job], stage: Path, making: Making) -> dict[str, PageRecord | JobFailure]:
    """Make pages, each kept in the work folder when it is finished.

    Parameters
    ----------
    jobs : sequence of Job
        The pages to make; what an earlier run that was cut off had finished is taken over, unless all is made by force.
    stage : Path
        The run's work folder.
    making : Making

    Returns
    -------
    dict of PageRecord or JobFailure by stem

    Raises
    ------
    DisclosureError
        If a page would show what may not be seen.
    """
    if not jobs:
        return {}
    with _room_for_the_index(stage, len(jobs)):
        outcomes = _taken_over(jobs, stage, making)
        left = {job.stem: job for job in jobs if job.stem not in outcomes}
        for outcome in _outcomes(list(left.values()), making):
            outcomes[outcome.stem] = _kept(outcome, left[outcome.stem], stage, making)
    return outcomes


def _taken_over(jobs: Sequence[Job], stage: Path, making: Making) -> dict[str, PageRecord | JobFailure]:
    if making.options.force:
        return {}
    left = [folder for folder in left_behind(stage.parent) if folder != stage]
    taken = take_over(stage, left, jobs, files=page_files("", making.options.languages))
    for stem in taken:
        making.progress(Event("kept", {"stem": stem}))
    return {**taken}


def _kept(outcome: PageMade | JobFailure, job: Job, stage: Path, making: Making) -> PageRecord | JobFailure:
    """Put a finished page into the work folder and tell of it; a refusal ends the run before anything is published."""
    if isinstance(outcome, PageMade):
        try:
            record = keep_page(stage, job, outcome, bundle=making.bundle)
        except OSError as fault:
            outcome = JobFailure(job.stem, job.code, "not_stored", type(fault).__name__)
        else:
            told = {"seconds": round(outcome.seconds, 2), "lapses": list(outcome.lapses)}
            making.progress(Event("made", {"stem": job.stem, **told}))
            return record
    if outcome.refusal is not None:
        raise outcome.refusal
    told = {"stem": job.stem, "reason": outcome.reason, "message": str(outcome)}
    making.progress(Event("failed", told))
    return outcome


def _outcomes(jobs: Sequence[Job], making: Making) -> Iterator[PageMade | JobFailure]:
    if not jobs:
        return
    with _workers(making, len(jobs)) as pool:
        yield from make_pages(
            (_order(job, making) for job in jobs),
            pool,
            started=lambda stem: making.progress(Event("started", {"stem": stem})),
        )


def _workers(making: Making, pages: int) -> AbstractContextManager[Executor]:
    if making.executor is not None:
        return nullcontext(making.executor)
    if making.options.scheduler:
        return cluster(making.options.scheduler)
    return local_pool(min(making.options.jobs or cores(), pages))


def _order(job: Job, making: Making) -> PageOrder:
    options, about = making.options, making.bundle.about
    return PageOrder(
        job=job,
        facts=facts_for(job, making.bundle),
        source=job.notebook.read_text(encoding="utf-8"),
        languages=options.languages,
        footer=footer_lines(about, content_key=job.content_key, edition=options.edition),
        keep_notebook=options.audience == "public",
        cell_seconds=options.cell_seconds,
        pdf=options.pdf,
        country=making.country,
        forms={}
        if making.registry is None
        else requested_forms(job, making.bundle, making.registry, languages=options.languages),
    )


@contextmanager
def _room_for_the_index(stage: Path, pages: int) -> Iterator[None]:
    """Hold room on the disk while pages are made, so that a run that fills it can still say what is missing."""
    held = stage / "room"
    held.write_bytes(bytes(_ROOM_BYTES + _ROOM_BYTES_A_PAGE * pages))
    try:
        yield
    finally:
        held.unlink(missing_ok=True)
