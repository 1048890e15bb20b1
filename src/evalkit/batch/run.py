"""A whole run: protect once, plan, make what is not current, publish, and say plainly what failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evalkit.batch.clock import now
from evalkit.batch.folder import locked, not_writable, refuse_foreign, work_folder
from evalkit.batch.in_part import told_in_part
from evalkit.batch.inputs import Ground, days_named_alike, keep_receipt, stock_of
from evalkit.batch.last_release import refuse_lost
from evalkit.batch.leaks import refuse_leaks
from evalkit.batch.making import Making, Progress, make_and_keep
from evalkit.batch.manifest import Manifest, PageRecord, read_manifest
from evalkit.batch.options import Event, RunOptions, RunReport, hidden_whole, lapsed
from evalkit.batch.outcome import JobFailure
from evalkit.batch.page_names import INDEX, NATIONAL, page_files
from evalkit.batch.plan import Job, notebooks_folder, plan
from evalkit.batch.pool import kernels_loaded_early
from evalkit.batch.prepared import prepare
from evalkit.batch.printing import browser, pdf_name
from evalkit.batch.publish import publish, settle, write_datapackage, write_index
from evalkit.batch.receipt import reports_folder
from evalkit.batch.record import manifest_after
from evalkit.batch.releasing import ledger_of, mended, record_release, releasing
from evalkit.batch.staleness import CURRENT, why_made
from evalkit.errors import BatchError, SettingsError
from evalkit.facts.audiences import file_stem
from evalkit.facts.bundle import Bundle
from evalkit.messages import listed, worded
from evalkit.places.registry import Registry
from evalkit.workspace import Workspace

_NAMED_IN_MESSAGE = 5


@dataclass(frozen=True, slots=True)
class _Task:
    """A run once the facts are accepted: ``codes`` are the provinces asked for, none for all pages; ``since`` the last release; ``country``: its page is there, or is made now."""

    workspace: Workspace
    options: RunOptions
    bundle: Bundle
    jobs: tuple[Job, ...]
    codes: frozenset[str]
    folder: Path
    warnings: int
    since: str
    ground: Ground
    country: bool = False
    registry: Registry | None = None

    @property
    def is_whole(self) -> bool:
        """All pages are asked for."""
        return not self.codes and not self.options.nation

    def asks_for(self, job: Job) -> bool:
        """Tell whether a page is asked for."""
        wanted = job.code in self.codes if job.kind == "province" else self.options.nation
        return self.is_whole or wanted

    def refuse_foreign(self, published: Manifest | None) -> None:
        about = self.bundle.about
        refuse_foreign(
            self.folder,
            published,
            workspace=about.workspace,
            audience=self.options.audience,
            scheme=about.scheme,
        )


def run_batch(
    workspace: Workspace,
    options: RunOptions | None = None,
    *,
    clock: Callable[[], datetime] = now,
    progress: Progress = lambda _: None,
    executor: Executor | None = None,
) -> RunReport:
    """Make the reports of a workspace.

    Parameters
    ----------
    workspace : Workspace
    options : RunOptions
    clock : callable
        Gives the moment of the run; its date is that of a bundle whose content is new.
    progress : callable
        Is told each :class:`evalkit.batch.options.Event`.
    executor : concurrent.futures.Executor, optional
        Where pages are made; local processes by default.

    Raises
    ------
    SettingsError, DeclarationError, FactsError
        Before anything is written.
    DisclosureError
        If a page would show what may not be seen; nothing is published then.
    BatchError
        If some pages failed, or were made without some of their lines. What was made is published by then.
    """
    options = options or RunOptions(languages=workspace.languages)
    elsewhere = executor is not None or options.scheduler
    public = options.audience == "public"
    with releasing(workspace) if public else nullcontext(), kernels_loaded_early() as load:
        task = _accept(workspace, options, clock, progress, (lambda: None) if elsewhere else load)
        for sentence in mended(workspace) if public else ():
            progress(Event("mended", {"message": sentence}))
        with locked(task.folder, private=options.audience == "internal"), work_folder(task.folder) as stage:
            report = _make_and_publish(task, stage, progress, executor)
            keep_receipt(workspace, options, ground=task.ground, jobs=task.jobs, report=report)
    progress(Event("published", {"folder": str(report.folder)}, report))
    _refuse_failures(report)
    return report


def page_settings(options: RunOptions, *, country: bool = False) -> dict[str, str]:
    """Return what pages depend on beside their figures, notebook and code; ``country``: whether its page is there to link to."""
    settings = {"edition": options.edition, "languages": ",".join(options.languages)}
    settings |= {"country": "linked"} if country else {}
    return settings | ({"print": "pdf"} if options.pdf else {})


def _accept(
    workspace: Workspace,
    options: RunOptions,
    clock: Callable[[], datetime],
    progress: Progress,
    load: Callable[[], None],
) -> _Task:
    """Read, check, protect and plan; whatever is wrong is refused here, before the reports folder is touched.

    ``load`` is called where something has changed since the last run: kernels load while the figures are protected.
    """
    if options.pdf:
        browser()
    stock, day = stock_of(workspace, options), clock().date()
    scheme = options.scheme or workspace.scheme
    made = prepare(
        workspace,
        day=day,
        audience=options.audience,
        scheme=scheme,
        tell=lambda far: progress(_of_protection(**far._asdict())),
        begin=load,
    )
    codes = frozenset(made.registry.find(text, scheme).code for text in options.provinces)
    folder = reports_folder(workspace, options)
    published = read_manifest(folder)
    country = options.nation or not codes or _has_country(published, options)
    task = _Task(
        workspace=workspace,
        options=options,
        bundle=made.bundle,
        jobs=plan(
            made.bundle,
            notebooks=options.notebooks or notebooks_folder(),
            notebook=options.notebook,
            own=dict(options.parameters),
            settings=page_settings(options, country=country),
        ),
        codes=codes,
        folder=folder,
        warnings=made.warnings,
        since=made.since,
        ground=Ground(stock, *days_named_alike(made.registry, day)),
        country=country,
        registry=made.registry,
    )
    task.refuse_foreign(published)
    if published is not None and options.audience == "public":
        refuse_lost(ledger_of(workspace), published.ledger, where=str(task.folder))
    return task


def _of_protection(*, whole: int, total: int, **told: int) -> Event:
    if whole:
        return Event("whole", {"message": hidden_whole(whole, total)})
    return Event("protecting", {**told, "total": total})


def _has_country(published: Manifest | None, options: RunOptions) -> bool:
    """Tell whether the country's page is published in the folder, so that pages made beside it can link to it."""
    return published is not None and file_stem(NATIONAL, options.audience) in published.pages


def _make_and_publish(task: _Task, stage: Path, progress: Progress, executor: Executor | None) -> RunReport:
    before = read_manifest(task.folder)
    settle(task.folder)
    task.refuse_foreign(before)
    task = replace(task, bundle=_dated(task.bundle, before))
    chosen = _chosen(task, before)
    why = {job.stem: _why(job, task, before) for job in chosen}
    to_make = [job for job in chosen if why[job.stem] != CURRENT]
    for sentence in told_in_part(task.bundle, [job.code for job in chosen if job.kind == "province"]):
        progress(Event("in_part", {"message": sentence}))
    progress(
        Event(
            "planned",
            {
                "why": why,
                "to_make": [job.stem for job in to_make],
                "names": {job.stem: job.name for job in to_make},
            },
        )
    )
    try:
        outcomes = make_and_keep(
            to_make, stage, Making(task.options, task.bundle, progress, executor, task.country, task.registry)
        )
        _publish(task, stage, before, outcomes)
    except OSError as fault:
        raise not_writable(task.folder, fault) from fault
    stands = [job.stem for job in chosen if not isinstance(outcomes.get(job.stem), JobFailure)]
    return RunReport(
        folder=task.folder,
        index=tuple(
            task.folder / name
            for name in page_files(file_stem(INDEX, task.options.audience), task.options.languages)
        ),
        made=tuple(stem for stem in why if isinstance(outcomes.get(stem), PageRecord)),
        current=tuple(stem for stem, reason in why.items() if reason == CURRENT),
        failed=tuple(outcome for outcome in map(outcomes.get, why) if isinstance(outcome, JobFailure)),
        hidden_cells=task.bundle.about.hidden_cells,
        warnings=task.warnings,
        why=why,
        pages=tuple(
            task.folder / name for stem in stands for name in page_files(stem, task.options.languages)
        )
        if not task.is_whole
        else (),
        lapses={
            stem: outcome.lapses
            for stem, outcome in outcomes.items()
            if isinstance(outcome, PageRecord) and outcome.lapses
        },
    )


def _dated(bundle: Bundle, before: Manifest | None) -> Bundle:
    """Keep the date of a bundle whose content has not changed."""
    if before is None or before.bundle_sha256 != bundle.content_hash:
        return bundle
    return replace(bundle, about=replace(bundle.about, date=before.bundle_date))


def _chosen(task: _Task, before: Manifest | None) -> list[Job]:
    """Return the jobs of this run: all, the provinces asked for, or what failed before."""
    jobs = [job for job in task.jobs if task.asks_for(job)]
    if task.options.retry:
        if before is None:
            raise SettingsError(
                where=str(task.folder),
                rule=worded("--retry makes what failed before; nothing was made here"),
                do=worded("run without --retry"),
            )
        jobs = [job for job in jobs if job.stem in before.lacking]
    others = before is not None and len(jobs) < len(task.jobs) and bool(before.pages)
    if before is not None and others and before.languages != task.options.languages:
        raise SettingsError(
            where=str(task.folder),
            rule=worded(
                "all pages of a folder are in the same languages; those that stay are in {languages}",
                languages=", ".join(before.languages),
            ),
            do=worded("give the same --lang, choose another folder with --out, or make all provinces"),
        )
    return jobs


def _why(job: Job, task: _Task, before: Manifest | None) -> str:
    files = [*page_files(job.stem, task.options.languages)]
    files += [pdf_name(name) for name in tuple(files)] if task.options.pdf else []
    return why_made(job, before, task.folder, files=files, force=task.options.force)


def _publish(
    task: _Task, stage: Path, before: Manifest | None, outcomes: Mapping[str, PageRecord | JobFailure]
) -> None:
    after = manifest_after(
        before, bundle=task.bundle, jobs=task.jobs, outcomes=outcomes, options=task.options
    )
    shared = write_index(stage, task.bundle, after, task.jobs)
    shared |= write_datapackage(task.folder, stage, task.bundle, after)
    refuse_leaks({name: (stage / name).read_bytes() for name in shared})
    ledger = record_release(task.workspace, task.bundle, edition=task.options.edition, since=task.since)
    told = {"shared": shared, "ledger": ledger.head if task.options.audience == "public" else ""}
    publish(task.folder, stage, before=before, after=after.model_copy(update=told))


def _refuse_failures(report: RunReport) -> None:
    faults = [
        *([_named([str(one) for one in report.failed], report, lapsed=False)] if report.failed else []),
        *([_named(lapsed(report), report, lapsed=True)] if report.lapses else []),
    ]
    if faults:
        raise BatchError(
            where=str(report.folder),
            rule=listed(faults),
            do=worded(
                "all that was made is published; `EVALKIT_TRACEBACK=1 evalkit lab` shows the error where the notebook is run by hand; then run with --retry"
            ),
        )


def _named(faults: list[str], report: RunReport, *, lapsed: bool) -> str:
    more = len(faults) - _NAMED_IN_MESSAGE
    rest = [worded("and {number} more", number=more)] if more > 0 else []
    gaps = {
        "number": len(faults),
        "pages": len(report.why),
        "named": listed([*faults[:_NAMED_IN_MESSAGE], *rest]),
    }
    if lapsed:
        return worded("{number} of {pages} pages were made without some lines: {named}", **gaps)
    return worded("{number} of {pages} pages could not be made: {named}", **gaps)
