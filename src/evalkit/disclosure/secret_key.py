"""The secret key of a workspace, by which it is drawn which of two figures that cost the same is hidden.

Whoever knows the rules by heart, and by which order ties are broken, can tell from *which* figures are hidden what they are: of three
provinces with a shown total of 16 the page 16, [c], 10, [c] could come from one world only. With an order that nobody knows it comes
from several. ``protection.key`` lies beside the ledger, and nowhere else: in no bundle, manifest or kernel.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from evalkit.errors import SettingsError
from evalkit.lasting_file import keep_names
from evalkit.messages import worded

KEY = "protection.key"
_LENGTH = 16
_WRITTEN = re.compile(r"[0-9a-f]{32}\n?")


def secret_key(folder: Path) -> bytes:
    """Return the key of a workspace; the first to ask draws it.

    Parameters
    ----------
    folder : Path
        The workspace's folder.

    Raises
    ------
    SettingsError
        If the file is no key, or cannot be read or written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     one, again = secret_key(Path(folder)), secret_key(Path(folder))
    >>> len(one), one == again
    (16, True)
    """
    path = folder / KEY
    try:
        written = path.read_text(encoding="ascii") if path.exists() else _drawn(path)
    except UnicodeDecodeError:
        written = ""
    except OSError as fault:
        raise SettingsError(
            where=str(path),
            rule=worded(
                "a public run needs the workspace's secret key, and draws it where there is none ({fault})",
                fault=fault.strerror or type(fault).__name__,
            ),
            do=worded("give yourself the right to read and write in the workspace; then run again"),
        ) from fault
    if not _WRITTEN.fullmatch(written):
        raise SettingsError(
            where=str(path),
            rule=worded("the workspace's secret key is 32 digits from 0 to f, as the first run wrote them"),
            do=worded("put the file back as it was; without it remove it, and another key is drawn"),
        )
    return bytes.fromhex(written.strip())


def _drawn(path: Path) -> str:
    """Write a new key, which only its owner may read; of two runs that start together one draws it."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.write(secrets.token_hex(_LENGTH) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    keep_names(path.parent)
    return path.read_text(encoding="ascii")


def _link(beside: Path, path: Path) -> None:
    """Give the new key its name unless there is one by now."""
    try:
        os.link(beside, path)
    except FileExistsError:
        return
    except OSError:  # a disk without links
        beside.rename(path)
