"""The protected bundle of a workspace, kept from the last time: the same facts, rules and ledger need not be protected twice.

It lies in ``.evalkit/bundle-SCHEME`` and holds what pages may show, nothing else. It holds good for one day, for the digests of all that a run reads
(facts, declarations, code, the secret key, what is installed) and for one state of the ledger; the release of this very bundle carries it
over to the ledger's next state. In any doubt it is not used.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from evalkit.batch.fingerprint import digest
from evalkit.batch.inputs import declared_in
from evalkit.batch.receipt import OWN_FOLDER, installed
from evalkit.declaration import Declared
from evalkit.disclosure.secret_key import secret_key
from evalkit.errors import EvalkitError
from evalkit.facts.bundle import Bundle, open_bundle
from evalkit.lasting_file import write_lasting
from evalkit.workspace import Workspace

FORMAT, _HEAD = 1, "kept.json"


class Asked(NamedTuple):
    """What a bundle is asked for: boundary set, day, and what had been released before."""

    scheme: str
    day: date
    ledger: str


class Kept(Declared):
    """What a kept bundle stands on: ``inputs`` are digests of all that was read, ``bundle`` that of the bundle itself."""

    format: int = FORMAT
    inputs: str
    day: date
    ledger: str
    bundle: str
    warnings: int


def inputs_of(workspace: Workspace) -> str:
    """Return the digest of all that the bundle of a workspace is made from but the ledger; nothing where that cannot be told."""
    try:
        return digest([declared_in(workspace), secret_key(workspace.folder).hex(), sorted(installed())])
    except (OSError, EvalkitError):
        return ""


def kept_bundle(workspace: Workspace, asked: Asked, *, inputs: str) -> tuple[Bundle, int] | None:
    """Return the bundle kept, and how many warnings the facts had; none where it stands on anything else.

    Parameters
    ----------
    workspace : Workspace
    asked : Asked
    inputs : str
        What :func:`inputs_of` returns now.
    """
    folder = _folder(workspace, asked.scheme)
    kept = _read(folder)
    if (
        kept is None
        or not inputs
        or (kept.inputs, kept.day, kept.ledger) != (inputs, asked.day, asked.ledger)
    ):
        return None
    try:
        bundle = open_bundle(folder)
    except (OSError, ValueError, KeyError, TypeError, EvalkitError):
        return None
    return (bundle, kept.warnings) if bundle.content_hash == kept.bundle else None


def keep_bundle(workspace: Workspace, asked: Asked, bundle: Bundle, *, inputs: str, warnings: int) -> None:
    """Keep a bundle, unless something was changed since ``inputs`` were noted; where nothing can be written nothing is kept."""
    if not inputs or inputs != inputs_of(workspace):
        return
    folder = _folder(workspace, asked.scheme)
    kept = Kept(
        inputs=inputs, day=asked.day, ledger=asked.ledger, bundle=bundle.content_hash, warnings=warnings
    )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.parent.chmod(0o700)
        with tempfile.TemporaryDirectory(prefix=".bundle-", dir=folder.parent) as beside:
            made = Path(beside) / "made"
            bundle.write(made)
            write_lasting(made / _HEAD, kept.model_dump_json())
            if folder.exists():
                folder.rename(Path(beside) / "former")
            made.rename(folder)
    except OSError:
        return


def carry_over(workspace: Workspace, bundle: Bundle, *, since: str, ledger: str) -> None:
    """Note that the release of a bundle is in the ledger by now: protected against it, it is what it was.

    Parameters
    ----------
    workspace : Workspace
    bundle : Bundle
        What was released.
    since, ledger : str
        The last entry of the ledger before the release and after it.
    """
    folder = _folder(workspace, bundle.about.scheme)
    kept = _read(folder)
    if kept is None or (kept.ledger, kept.bundle) != (since, bundle.content_hash):
        return
    try:
        write_lasting(folder / _HEAD, kept.model_copy(update={"ledger": ledger}).model_dump_json())
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def _folder(workspace: Workspace, scheme: str) -> Path:
    return workspace.folder / OWN_FOLDER / f"bundle-{scheme}"


def _read(folder: Path) -> Kept | None:
    try:
        kept = Kept.model_validate_json((folder / _HEAD).read_bytes())
    except (OSError, ValidationError):
        return None
    return kept if kept.format == FORMAT else None
