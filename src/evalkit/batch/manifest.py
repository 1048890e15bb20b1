"""manifest.json: what is published in a reports folder, from what it was made, and the hash of every file.

It holds digests of protected facts only: a digest of unprotected ones would let an attacker try values against it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from evalkit.declaration import Declared
from evalkit.errors import SettingsError
from evalkit.languages import DEFAULT
from evalkit.messages import worded
from evalkit.workspace import Audience

MANIFEST = "manifest.json"
FORMAT = 1


class PageRecord(Declared):
    """One published page: what it was made from, its figures' date, its files with their SHA-256, its hidden cells.

    ``lapses`` are the lines of it that an error kept from being computed: such a page is made again by the next run.
    """

    code: str
    content_key: str
    ingredients: dict[str, str]
    bundle_date: str
    hidden_cells: int
    files: dict[str, str]
    lapses: tuple[str, ...] = ()


class FailureRecord(Declared):
    """One page that was not made, and why; no value, no path, no traceback."""

    code: str
    reason: str
    exception: str = ""
    cell: int | None = None


class Manifest(Declared):
    """Everything published in one folder: one workspace, one audience, one boundary set.

    ``edition`` is the edition's name, the bundle's date where it was given none; ``rules`` the thresholds of protection;
    ``languages`` those of the pages, ``spoken`` all of the workspace, the first of which names no file; ``shared`` the files that belong to no single page; ``missing`` the pages of the plan not yet made;
    ``ledger`` the SHA-256 of the ledger's entry that released them.
    """

    format: int = FORMAT
    workspace: str
    audience: Audience
    scheme: str
    edition: str
    bundle_date: str
    bundle_sha256: str
    languages: tuple[str, ...]
    spoken: tuple[str, ...] = DEFAULT
    evalkit: str
    versions: dict[str, str]
    rules: dict[str, int]
    pages: dict[str, PageRecord] = Field(default_factory=dict)
    failed: dict[str, FailureRecord] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    shared: dict[str, str] = Field(default_factory=dict)
    ledger: str = ""

    @property
    def files(self) -> dict[str, str]:
        """Every published file with its SHA-256."""
        return {name: sha for page in self.pages.values() for name, sha in page.files.items()} | self.shared

    @property
    def lacking(self) -> tuple[str, ...]:
        """The pages that failed, and those made without some of their lines: what is to be tried again."""
        lapsed = (stem for stem, page in self.pages.items() if page.lapses)
        return (*self.failed, *lapsed)

    def text(self) -> str:
        """Return the file's content."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_manifest(folder: Path) -> Manifest | None:
    """Return what is published in a folder, or None where nothing is.

    Raises
    ------
    SettingsError
        If the manifest cannot be read: what the folder holds is then unknown.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest.model_validate(content)
    except (UnicodeDecodeError, ValueError, ValidationError) as fault:
        raise _unreadable(path) from fault
    if manifest.format != FORMAT or not all(is_inside(name) for name in manifest.files):
        raise _unreadable(path)
    return manifest


def is_reports_folder(folder: Path) -> bool:
    """Tell whether a folder holds reports of ours."""
    try:
        return read_manifest(folder) is not None
    except SettingsError:
        return False


def is_inside(name: str) -> bool:
    """Tell whether a listed file lies in the folder: what is listed may be replaced and removed.

    Examples
    --------
    >>> is_inside("tables/22.csv"), is_inside("../precious.txt")
    (True, False)
    """
    path = Path(name)
    return not path.is_absolute() and bool(path.parts) and ".." not in path.parts


def _unreadable(path: Path) -> SettingsError:
    return SettingsError(
        where=str(path),
        rule=worded("the manifest tells which files are ours; this one cannot be read"),
        do=worded("delete the reports folder, or choose another with --out, and run again"),
    )
