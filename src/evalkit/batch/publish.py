"""Put finished pages in their place: what is stale taken away, each page by a rename, the manifest, the index last."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from evalkit.batch.datapackage import datapackage
from evalkit.batch.fingerprint import file_digest
from evalkit.batch.finished_pages import drop_records
from evalkit.batch.folder import FINISHED, PENDING
from evalkit.batch.index_rows import listing
from evalkit.batch.manifest import MANIFEST, Manifest, is_inside, read_manifest
from evalkit.batch.page_names import INDEX, TABLES, footer_lines, neighbours, page_file, page_files
from evalkit.batch.plan import Job
from evalkit.facts.areas import About
from evalkit.facts.audiences import file_stem
from evalkit.facts.bundle import Bundle
from evalkit.languages import spoken
from evalkit.lasting_file import write_lasting
from evalkit.reporting.blocks import Bilingual, Language, PageHead
from evalkit.reporting.index_page import index_page
from evalkit.reporting.wording import say


def write_index(stage: Path, bundle: Bundle, manifest: Manifest, jobs: Sequence[Job]) -> dict[str, str]:
    """Write the list of pages in each language that has pages, and return its files with their SHA-256.

    Parameters
    ----------
    stage : Path
        The work folder the files are written to.
    bundle : Bundle
    manifest : Manifest
        What will be published.
    jobs : sequence of Job
        The whole plan: a page whose content key is no longer that of the plan says which figures it was made from.
    """
    rows = listing(bundle, manifest, jobs)
    index = file_stem(INDEX, bundle.about.audience)
    files = {}
    languages: Sequence[Language] = [language for language in spoken() if language in manifest.languages]
    for language in languages:
        page = index_page(
            rows,
            head=_index_head(bundle.about),
            language=language,
            resources={
                "footer": footer_lines(bundle.about, content_key="", edition=_named(manifest)),
                **neighbours(index, language, languages),
            },
        )
        name = page_file(index, language)
        files[name] = _write(stage / name, page)
    return files


def write_datapackage(folder: Path, stage: Path, bundle: Bundle, manifest: Manifest) -> dict[str, str]:
    """Write the description of all tables, those made now and those that stay; return its file with its SHA-256."""
    tables = {
        root / name: sha
        for name, sha in manifest.files.items()
        for root in [stage if (stage / name).is_file() else folder]
        if name.endswith(".csv") and (root / name).is_file()
    }
    name = f"{TABLES}/datapackage.json"
    return {name: _write(stage / name, datapackage(bundle, tables))} if tables else {}


def publish(folder: Path, stage: Path, *, before: Manifest | None, after: Manifest) -> None:
    """Make a reports folder hold exactly what the new manifest lists.

    Parameters
    ----------
    folder : Path
        The reports folder.
    stage : Path
        Holds the new files, on the same file system.
    before, after : Manifest
        What was published and what is to be. Only files listed in ``before`` are ever removed.
    """
    (stage / MANIFEST).write_text(after.text(), encoding="utf-8", newline="\n")
    drop_records(stage)
    last = (MANIFEST, *page_files(file_stem(INDEX, after.audience), spoken()))
    files = (path.relative_to(stage) for path in stage.rglob("*") if path.is_file())
    new = sorted(path.as_posix() for path in files if path.parts[0] != FINISHED)
    write_lasting(folder / PENDING, json.dumps(new))  # from here on nothing needs room
    _remove(folder, set(before.files if before else ()) - set(after.files))
    for name in (*(name for name in new if name not in last), *(name for name in last if name in new)):
        _move(stage / name, folder / name)
    (folder / PENDING).unlink()


def settle(folder: Path) -> None:
    """Clear away what a publication that was cut off had put in place, as far as no manifest lists it.

    What it replaced and the manifest still lists is found to be changed by the next run, and made again.

    Parameters
    ----------
    folder : Path
        The reports folder, in which nobody else is at work.
    """
    path = folder / PENDING
    if not path.is_file():
        return
    begun: list[str] = json.loads(path.read_text(encoding="utf-8"))
    standing = read_manifest(folder)
    listed = {MANIFEST, *standing.files} if standing else set()
    _remove(folder, (name for name in begun if is_inside(name) and name not in listed))
    path.unlink()


def _write(path: Path, text: str) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return file_digest(path)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    source.replace(target)


def _remove(folder: Path, names: Iterable[str]) -> None:
    for name in sorted(names):
        path = folder / name
        path.unlink(missing_ok=True)
        if path.parent != folder and path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _index_head(about: About) -> PageHead:
    return PageHead(
        title=Bilingual(**about.title),
        subtitle=say("Evaluation reports by province"),
        slug=file_stem(INDEX, about.audience),
        facts=(),
        invented=about.invented,
        audience="internal" if about.audience == "internal" else "public",
        bundle_date=about.date,
        invented_places=about.invented_places,
    )


def _named(manifest: Manifest) -> str:
    return "" if manifest.edition == manifest.bundle_date else manifest.edition
