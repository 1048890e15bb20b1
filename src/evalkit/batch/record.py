"""What the manifest says after a run: pages made now, pages that stay, pages that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalkit.batch.fingerprint import kit_version, library_versions
from evalkit.batch.manifest import FailureRecord, Manifest, PageRecord
from evalkit.batch.options import RunOptions
from evalkit.batch.outcome import JobFailure
from evalkit.batch.plan import Job
from evalkit.facts.bundle import Bundle

Outcomes = Mapping[str, PageRecord | JobFailure]


def manifest_after(
    before: Manifest | None, *, bundle: Bundle, jobs: Sequence[Job], outcomes: Outcomes, options: RunOptions
) -> Manifest:
    """Return the manifest of what is to be published, the index files left out.

    Parameters
    ----------
    before : Manifest or None
        What was published.
    bundle : Bundle
    jobs : sequence of Job
        The whole plan: a page that is no longer in it goes.
    outcomes : mapping of PageRecord or JobFailure by stem
        What this run made. A page that failed goes, even where an earlier one stands.
    options : RunOptions
    """
    about = bundle.about
    pages, failed = _pages(before, jobs, outcomes), _failures(before, jobs, outcomes)
    return Manifest(
        workspace=about.workspace,
        audience=options.audience,
        scheme=about.scheme,
        edition=options.edition or about.date,
        bundle_date=about.date,
        bundle_sha256=bundle.content_hash,
        languages=options.languages,
        spoken=about.languages,
        evalkit=kit_version(),
        versions=dict(library_versions()),
        rules={"k": about.k, "k_sensitive": about.k_sensitive},
        pages=pages,
        failed=failed,
        missing=tuple(job.stem for job in jobs if job.stem not in pages and job.stem not in failed),
    )


def _pages(before: Manifest | None, jobs: Sequence[Job], outcomes: Outcomes) -> dict[str, PageRecord]:
    pages = dict(before.pages) if before is not None else {}
    pages |= {stem: outcome for stem, outcome in outcomes.items() if isinstance(outcome, PageRecord)}
    failed = {stem for stem, outcome in outcomes.items() if isinstance(outcome, JobFailure)}
    return {job.stem: pages[job.stem] for job in jobs if job.stem in pages and job.stem not in failed}


def _failures(before: Manifest | None, jobs: Sequence[Job], outcomes: Outcomes) -> dict[str, FailureRecord]:
    earlier = before.failed if before is not None else {}
    failures = {
        job.stem: earlier[job.stem] for job in jobs if job.stem in earlier and job.stem not in outcomes
    }
    for outcome in outcomes.values():
        if isinstance(outcome, JobFailure):
            record = FailureRecord(
                code=outcome.code, reason=outcome.reason, exception=outcome.exception, cell=outcome.cell
            )
            failures[outcome.stem] = record
    return failures
