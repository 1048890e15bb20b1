"""Write a small file so that a crash leaves the old text or the new one, on the disk and not only in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any


def write_lasting(path: Path, text: str) -> None:
    """Replace a file's text as a whole: written beside it, under a hidden name, and then renamed.

    Parameters
    ----------
    path : Path
    text : str

    Raises
    ------
    OSError
        If it cannot be written; the file is then as it was.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_lasting(Path(folder) / "head", "7")
    ...     [one.name for one in Path(folder).iterdir()]
    ['head']
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            keep(file)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    keep_names(path.parent)


def keep(file: IO[Any]) -> None:
    """Have the disk take in what was written to an open file."""
    file.flush()
    os.fsync(file.fileno())


def keep_names(folder: Path) -> None:
    """Have the disk take in which files a folder holds; Windows keeps that by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
