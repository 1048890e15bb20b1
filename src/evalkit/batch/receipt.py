"""What the last whole run stood on. If nothing of it has changed there is nothing to do, and nothing need be read again.

A receipt is written when every page of a folder has been published, by a run that read, checked, protected and audited the
facts. It lists the digest of every file that run depended on. It lies in the workspace, under ``.evalkit``, and not beside the
pages: a digest of unprotected figures would let an attacker try values. In any doubt there is no receipt: a file more, less
or changed, another version of anything, another order, a failed page, another hand in the reports folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from evalkit.batch.fingerprint import digest, file_digest
from evalkit.batch.folder import default_folder
from evalkit.batch.manifest import MANIFEST
from evalkit.declaration import Declared
from evalkit.workspace import SETTINGS_FILE

if TYPE_CHECKING:
    from evalkit.batch.options import RunOptions
    from evalkit.workspace import Workspace

OWN_FOLDER = ".evalkit"
FORMAT = 1
_GROWS = (
    "ledger.jsonl",
    "ledger.head",
    "protection.key",
)  # a release writes these, after the facts were read
_MOST_FILES = 5000


class Receipt(Declared):
    """What a whole run stood on, and what its report said.

    ``order`` is the digest of what was asked for and by which versions; ``inputs`` gives for each folder its files with their
    SHA-256; ``manifest`` is the SHA-256 of the manifest it left; places bear the same names from ``named_from`` to the day
    before ``named_until``.
    """

    format: int = FORMAT
    order: str
    inputs: dict[str, dict[str, str]]
    manifest: str
    named_from: date
    named_until: date
    hidden_cells: int
    warnings: int


def reports_folder(workspace: Workspace, options: RunOptions) -> Path:
    """Return where a run's reports go."""
    scheme = options.scheme or workspace.scheme
    return options.out or default_folder(workspace, audience=options.audience, scheme=scheme)


def order_digest(workspace: Workspace, options: RunOptions) -> str:
    """Return a digest of what is asked for and of everything installed: settings, options, Python, every package's version."""
    return digest(
        {
            "workspace": workspace.model_dump(mode="json"),
            "options": [options.audience, options.languages, options.scheme, options.edition, options.pdf],
            "notebooks": [str(options.notebooks or ""), str(options.notebook or ""), options.parameters],
            "python": sys.version,
            "installed": sorted(installed()),
        }
    )


def take_stock(folders: Iterable[Path], files: Iterable[Path] = ()) -> dict[str, dict[str, str]]:
    """Return the digests of the files in some folders, hidden ones and folders within left out.

    Parameters
    ----------
    folders : iterable of Path
        All their files count, so that one more or less is noticed.
    files : iterable of Path
        Single files of other folders.

    Raises
    ------
    OSError
        If there are too many files to look at, or one cannot be read.
    """
    stock = {str(folder.absolute()): _digests(folder) for folder in folders}
    for file in files:
        known = stock.setdefault(str(file.parent.absolute()), {"": ""})
        known[file.name] = file_digest(file)
    return stock


def still_stands(inputs: Mapping[str, Mapping[str, str]]) -> bool:
    """Tell whether the files of a stock are still as they were."""
    try:
        return all(_stands(Path(folder), known) for folder, known in inputs.items())
    except OSError:
        return False


def same_but_for_the_ledger(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Any]) -> bool:
    """Tell whether two stocks are alike: nobody changed a file while the run was at work."""
    return without_ledger(before) == without_ledger(after)


def package_folders() -> list[Path]:
    """Return evalkit's own folders: code, templates, wording, catalogue."""
    root = Path(str(resources.files("evalkit")))
    inside = (Path(place) for place, _, _ in os.walk(root) if "__pycache__" not in place)
    return sorted(inside)


def read_receipt(workspace: Workspace, folder: Path) -> Receipt | None:
    """Return the receipt of a reports folder; none where there is none that can be read."""
    try:
        receipt = Receipt.model_validate_json(_path(workspace, folder).read_bytes())
    except (OSError, ValidationError):
        return None
    return receipt if receipt.format == FORMAT and _has_settings(receipt, workspace) else None


def write_receipt(workspace: Workspace, folder: Path, receipt: Receipt) -> None:
    """Put a receipt in its place; where the workspace cannot be written there is none."""
    path = _path(workspace, folder)
    beside = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        beside.write_text(receipt.model_dump_json(), encoding="utf-8")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)


def manifest_digest(folder: Path) -> str:
    """Return the SHA-256 of a folder's manifest; empty where it has none."""
    path = folder / MANIFEST
    return file_digest(path) if path.is_file() else ""


def _path(workspace: Workspace, folder: Path) -> Path:
    name = digest(str(folder.resolve()))[:16]
    return workspace.folder / OWN_FOLDER / f"receipt-{name}.json"


def _has_settings(receipt: Receipt, workspace: Workspace) -> bool:
    return SETTINGS_FILE in receipt.inputs.get(str(workspace.folder.absolute()), {})


def _digests(folder: Path) -> dict[str, str]:
    names = _names(folder)
    if len(names) > _MOST_FILES:
        raise OSError("too many files to look at")
    return {name: file_digest(folder / name) for name in names}


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if entry.is_file() and not entry.name.startswith("."))


def _stands(folder: Path, known: Mapping[str, str]) -> bool:
    """Compare a folder's files; a stock of single files has an empty name among them."""
    named = sorted(name for name in known if name)
    if "" not in known and _names(folder) != named:
        return False
    return all(file_digest(folder / name) == known[name] for name in named)


def without_ledger(stock: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return a stock without what a release writes into the workspace."""
    return {
        folder: {name: sha for name, sha in files.items() if name not in _GROWS}
        for folder, files in stock.items()
    }


def installed() -> set[str]:
    """Return the names of what is installed, with versions: the metadata folders on the path."""
    found: set[str] = set()
    for entry in sys.path:
        if entry and Path(entry).is_dir():
            found |= {
                path.name for path in Path(entry).iterdir() if path.suffix in (".dist-info", ".egg-info")
            }
    return found
