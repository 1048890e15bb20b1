"""Look at published reports as a stranger would: everything is there, unchanged, and nothing tells too much.

A finding names the file and the rule. It never repeats what was found: a report that leaks must not leak again in a log. Only where a
page contradicts itself is its sentence told, and only of a page that is as it was published and tells nothing it must not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalkit.batch.contradicted import page_contradictions
from evalkit.batch.fingerprint import file_digest
from evalkit.batch.folder import LOCK, PENDING, WORK_PREFIX
from evalkit.batch.leaks import file_faults
from evalkit.batch.manifest import MANIFEST, Manifest, read_manifest
from evalkit.batch.page_names import INDEX, page_files
from evalkit.batch.plan import OWN
from evalkit.batch.self_contained import has_policy, page_faults
from evalkit.facts.audiences import file_stem
from evalkit.facts.findings import Finding
from evalkit.languages import speak
from evalkit.messages import worded
from evalkit.reporting.index_tools import script, script_hash

_PAGE = ".html"


def verify(folder: Path) -> list[Finding]:
    """Return everything that is wrong with a folder of reports.

    Parameters
    ----------
    folder : Path
        A folder made by ``evalkit run``.

    Returns
    -------
    list of Finding
        Empty where the folder holds exactly what its manifest lists, every page is there in every language, no page asks
        another address for anything, no file tells of paths, users, machines or errors, and no page contradicts itself. A page that failed in the run
        is a finding too; pages never asked for are a note.

    Raises
    ------
    SettingsError
        If the manifest cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        return [
            _finding(
                folder,
                worded("a folder of reports has a {manifest}", manifest=MANIFEST),
                worded("give a folder made by evalkit run"),
            )
        ]
    speak(manifest.spoken)
    return [
        *_hashes(folder, manifest),
        *_completeness(folder, manifest),
        *_lapses(folder, manifest),
        *_unlisted(folder, manifest),
        *_contents(folder, manifest),
        *_contradictions(folder, manifest),
    ]


def _finding(path: Path, rule: str, do: str) -> Finding:
    return Finding("error", where=str(path), rule=rule, do=do)


def _hashes(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    for name, sha in sorted(manifest.files.items()):
        path = folder / name
        if not path.is_file():
            yield _finding(
                path,
                worded("a file that the manifest lists is missing"),
                worded("run again: it will be made anew"),
            )
        elif file_digest(path) != sha:
            yield _finding(
                path,
                worded("the file is not the one that was published"),
                worded("run again: it will be made anew"),
            )


def _completeness(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    languages = list(manifest.languages)
    for stem, page in sorted(manifest.pages.items()):
        for name in page_files(stem, languages):
            if name not in page.files:
                yield _finding(
                    folder / name,
                    worded("every page exists in every language of the run"),
                    worded("run again"),
                )
    for name in page_files(file_stem(INDEX, manifest.audience), languages):
        if name not in manifest.shared:
            yield _finding(folder / name, worded("reports have a list of all pages"), worded("run again"))
    for stem, failure in sorted(manifest.failed.items()):
        yield _finding(
            folder / stem,
            worded("the run failed for this page ({reason})", reason=failure.reason),
            worded("run again with --retry"),
        )
    if manifest.missing:
        rule = worded(
            "{number} pages of the plan were never asked for",
            number=len(manifest.missing),
        )
        yield Finding(
            "note", where=str(folder), rule=rule, do=worded("run without --province for all of them")
        )


def _lapses(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    for stem, page in sorted(manifest.pages.items()):
        if page.lapses:
            rule = worded(
                "lines of this page that could not be computed: {number}; the page says which",
                number=len(page.lapses),
            )
            yield Finding("warning", where=str(folder / stem), rule=rule, do=worded("run again with --retry"))


def _unlisted(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    listed = {*manifest.files, MANIFEST, LOCK, PENDING}
    left = {path.parts[len(folder.parts)] for path in folder.glob(f"{WORK_PREFIX}*")}
    for name in sorted(left):
        yield _finding(
            folder / name,
            worded("a run that was cut off left this folder behind"),
            worded("run again: it will be removed"),
        )
    if (folder / PENDING).exists():
        yield _finding(
            folder / PENDING,
            worded("a run was cut off while it published"),
            worded("run again: what it left half done is put right"),
        )
    for path in _files(folder):
        if path.relative_to(folder).as_posix() not in listed:
            yield _finding(
                path,
                worded("the manifest does not list this file"),
                worded("take it away: it was not made by the run"),
            )


def _contents(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    lists = page_files(file_stem(INDEX, manifest.audience), list(manifest.languages))
    names = {path.relative_to(folder).as_posix() for path in _files(folder)}
    for path in _files(folder):
        for where, rule in file_faults({str(path): path.read_bytes()}):
            yield _finding(
                Path(where), rule, worded("find out how it got there before anybody sees the reports")
            )
        if path.suffix == _PAGE:
            is_list = path.relative_to(folder).as_posix() in lists
            yield from _page(path, names, script_hash(script()) if is_list else "")


def _page(path: Path, names: set[str], allowed: str) -> Iterator[Finding]:
    html = path.read_text(encoding="utf-8", errors="replace")
    for rule in page_faults(html, neighbours=names, script=allowed):
        yield _finding(path, rule, worded("find out how it got there before anybody sees the reports"))
    if not has_policy(html, script=allowed):
        yield _finding(
            path,
            worded("a page forbids its reader's browser to fetch or run anything"),
            worded("run again with --force"),
        )


def _contradictions(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """Yield what a page says against itself, of pages that are as they were published and hold no leak."""
    own = {name for page in manifest.pages.values() if OWN in page.ingredients for name in page.files}
    for name, sha in sorted(manifest.files.items()):
        path = folder / name
        if path.suffix != _PAGE or not path.is_file() or file_digest(path) != sha:
            continue
        files = {name: path.read_bytes()}
        if any(file_faults(files)):
            continue
        try:
            found = list(page_contradictions(files, lacking=name in own))
        except ValueError:
            yield _finding(path, worded("a page can be read again"), worded("run again with --force"))
            continue
        for _, one in found:
            told = worded("{rule}: {sentence}", rule=one.rule, sentence=one.sentence)
            yield _finding(path, told, one.do)


def _files(folder: Path) -> list[Path]:
    """Return every file of the folder, leftovers of runs left out."""
    inside = (path for path in folder.rglob("*") if path.is_file() and path.name != LOCK)
    return sorted(path for path in inside if not path.relative_to(folder).parts[0].startswith(WORK_PREFIX))
