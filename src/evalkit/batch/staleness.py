"""Which pages must be made again, and why: a page is current while its content key and its files stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.batch.fingerprint import file_digest
from evalkit.batch.manifest import Manifest, PageRecord
from evalkit.messages import worded

if TYPE_CHECKING:
    from evalkit.batch.plan import Job

CURRENT = worded("current")
LAPSED = worded("lines not computed before")
_CHANGED = {
    "slice": worded("slice changed"),
    "notebook": worded("notebook changed"),
    "own": worded("notebook changed"),
    "parameters": worded("parameters changed"),
    "kit": worded("evalkit changed"),
    "libraries": worded("libraries changed"),
    "edition": worded("edition changed"),
    "languages": worded("languages changed"),
    "print": worded("printing changed"),
    "country": worded("the country's page is new"),
}


def why_made(
    job: Job, published: Manifest | None, folder: Path, *, files: Sequence[str], force: bool = False
) -> str:
    """Say in a word or two why a page is made again, or that it is current.

    Parameters
    ----------
    job : Job
    published : Manifest or None
        What the folder held before.
    folder : Path
        The reports folder.
    files : sequence of str
        The files the page must have.
    force : bool
        Make it whatever stands there.

    Returns
    -------
    str
        "current", "new", "forced", "failed before", "slice changed" (and so for every ingredient), "output missing",
        "output changed" or "lines not computed before": a page that lacks lines is never current.
    """
    if published is None:
        return worded("new")
    if job.stem in published.failed:
        return worded("failed before")
    if job.stem not in published.pages:
        return worded("new")
    if force:
        return worded("forced")
    record = published.pages[job.stem]
    lapsed = LAPSED if record.lapses else ""
    changed = changed_ingredient(job, record) or changed_output(record.files, folder, files=files)
    return changed or lapsed or CURRENT


def changed_ingredient(job: Job, record: PageRecord) -> str:
    """Return the first thing a page depends on that is no longer as it was; empty where all stands."""
    if job.content_key == record.content_key:
        return ""
    changed: Mapping[str, str] = {
        name: words
        for name, words in _CHANGED.items()
        if job.ingredients.get(name) != record.ingredients.get(name)
    }
    return next(iter(changed.values()), _CHANGED["slice"])


def changed_output(published: Mapping[str, str], folder: Path, *, files: Sequence[str]) -> str:
    """Return how published files differ from what lies in the folder; empty where all stand, ``files`` among them."""
    if any(name not in published for name in files):
        return worded("output missing")
    for name, sha in published.items():
        if not (folder / name).is_file():
            return worded("output missing")
        if file_digest(folder / name) != sha:
            return worded("output changed")
    return ""
