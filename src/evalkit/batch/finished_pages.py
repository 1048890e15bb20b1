"""Finished pages wait in the run's work folder, each with a record of what it was made from, until all are published.

A run that is cut off leaves them there. The next one takes over those that it would make just the same: content key and
files' hashes must stand. Nobody sees a page before the run that publishes it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from evalkit.batch.fingerprint import bytes_digest, file_digest
from evalkit.batch.folder import FINISHED
from evalkit.batch.manifest import PageRecord, is_inside
from evalkit.batch.outcome import PageMade
from evalkit.batch.plan import Job, facts_for
from evalkit.facts.bundle import Bundle


def keep_page(stage: Path, job: Job, made: PageMade, *, bundle: Bundle) -> PageRecord:
    """Write a finished page's files, then its record, which counts.

    Parameters
    ----------
    stage : Path
        The run's work folder.
    job : Job
    made : PageMade
    bundle : Bundle
        What the page was made from.

    Raises
    ------
    OSError
        If a file cannot be written; nothing of the page is left then.
    """
    record = PageRecord(
        code=job.code,
        content_key=job.content_key,
        ingredients=dict(job.ingredients),
        bundle_date=bundle.about.date,
        hidden_cells=facts_for(job, bundle).about.hidden_cells,
        files={name: bytes_digest(content) for name, content in made.contents.items()},
        lapses=made.lapses,
    )
    text = record.model_dump_json().encode()
    try:
        for name, content in (*made.contents.items(), (_record_name(job), text)):
            _write(stage / name, content)
    except OSError:
        for name in (*made.contents, _record_name(job)):
            (stage / name).unlink(missing_ok=True)
        raise
    return record


def take_over(
    stage: Path, left: Iterable[Path], jobs: Iterable[Job], *, files: Sequence[str]
) -> dict[str, PageRecord]:
    """Move into the work folder what runs that were cut off had finished, as far as it is what this run would make.

    Parameters
    ----------
    stage : Path
        The work folder of this run.
    left : iterable of Path
        Work folders of earlier runs.
    jobs : iterable of Job
        What this run is to make.
    files : sequence of str
        Endings of the files a page must have, after its stem.

    Returns
    -------
    dict of PageRecord by stem
    """
    folders, taken = list(left), {}
    for job in jobs:
        for folder in folders:
            record = _standing_record(folder, job, files)
            if record is not None:
                for name in (*record.files, _record_name(job)):
                    (stage / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).replace(stage / name)
                taken[job.stem] = record
                break
    return taken


def drop_records(stage: Path) -> None:
    """Remove the records of a work folder: its pages are about to be published."""
    shutil.rmtree(stage / FINISHED, ignore_errors=True)


def _standing_record(folder: Path, job: Job, files: Sequence[str]) -> PageRecord | None:
    try:
        record = PageRecord.model_validate_json((folder / _record_name(job)).read_bytes())
    except (OSError, ValidationError):
        return None
    complete = all(job.stem + ending in record.files for ending in files) and all(
        map(is_inside, record.files)
    )
    if record.content_key != job.content_key or not complete or record.lapses:
        return None
    stands = all(_digest(folder / name) == sha for name, sha in record.files.items())
    return record if stands else None


def _digest(path: Path) -> str:
    return file_digest(path) if path.is_file() else ""


def _record_name(job: Job) -> str:
    return f"{FINISHED}/{job.stem}.json"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
