"""The reports folder: whose it is, that one run at a time works in it, and that a run leaves nothing half done."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evalkit.batch.manifest import MANIFEST, Manifest, is_reports_folder
from evalkit.errors import EvalkitError, SettingsError
from evalkit.messages import worded
from evalkit.workspace import Audience, Workspace

LOCK = ".lock"
WORK_PREFIX = ".work-"
FINISHED = "finished"  # the records of finished pages, in a work folder
PENDING = ".publishing"  # what a publication is about to put in place, while it does


def default_folder(workspace: Workspace, *, audience: Audience, scheme: str) -> Path:
    """Return where a workspace's reports go: another audience or another boundary set has a folder of its own."""
    other = "" if scheme == workspace.scheme else f"-{scheme}"
    return Path("reports") / f"{workspace.name}{other}{'-internal' if audience == 'internal' else ''}"


def refuse_foreign(
    folder: Path, published: Manifest | None, *, workspace: str, audience: Audience, scheme: str
) -> None:
    """Refuse a folder that holds something else than this workspace's reports for this audience.

    Raises
    ------
    SettingsError
        If the folder is in other use: nothing in it would then be safe from being replaced or removed, and internal
        reports would lie one click from public ones.
    """
    for parent in folder.resolve().parents:
        if is_reports_folder(parent):
            raise SettingsError(
                where=str(folder),
                rule=worded("reports never lie inside other reports ({name})", name=parent.name),
                do=worded("choose a folder beside them"),
            )
    if published is None:
        if (folder / PENDING).is_file():
            return  # a first publication was cut off: the next one clears away what it put there
        if folder.exists() and (
            not folder.is_dir() or any(not path.name.startswith(".") for path in folder.iterdir())
        ):
            raise SettingsError(
                where=str(folder),
                rule=worded(
                    "reports go into an empty folder or one made by evalkit; this one has no {manifest}",
                    manifest=MANIFEST,
                ),
                do=worded("choose another folder with --out, or empty this one"),
            )
        return
    held = (published.workspace, published.audience, published.scheme)
    if held != (workspace, audience, scheme):
        raise SettingsError(
            where=str(folder),
            rule=worded(
                "one folder holds one workspace, audience and boundary set; this one holds {held}",
                held=", ".join(held),
            ),
            do=worded("choose another folder with --out"),
        )


@contextmanager
def locked(
    folder: Path, *, private: bool, refusal: Callable[[Path, OSError], SettingsError] | None = None
) -> Iterator[None]:
    """Work alone in a folder, which is created; a folder left empty is taken away again.

    Parameters
    ----------
    folder : Path
    private : bool
        Only this user may enter the folder.
    refusal : callable, optional
        Makes the refusal of a folder that cannot be written; by default it is told of as a reports folder.

    Raises
    ------
    SettingsError
        If another run is at work there. A run that was killed leaves no lock behind: the system drops it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if private:
            folder.chmod(0o700)
        lock = _take_lock(folder)
    except OSError as fault:
        raise (refusal or not_writable)(folder, fault) from fault
    try:
        yield
    finally:
        with suppress(OSError):  # the lock's file holds nobody up: the system's lock goes with the descriptor
            (folder / LOCK).unlink(missing_ok=True)
        os.close(lock)
        with suppress(OSError):
            if not any(folder.iterdir()):
                folder.rmdir()


def not_writable(folder: Path, fault: OSError) -> SettingsError:
    """Return the refusal for a folder that cannot be written: read-only, somebody else's, or on a disk that is full."""
    return SettingsError(
        where=str(folder),
        rule=worded(
            "the reports folder must be writable and have room ({fault})",
            fault=fault.strerror or type(fault).__name__,
        ),
        do=worded(
            "make room or give yourself the right to write, or choose another folder with --out; then run again"
        ),
    )


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """Give a private folder on the file system of the reports, so that a finished page takes its place by a rename.

    It is removed at the end, and so are those of earlier runs. Where the run is cut off, and not refused, it stays if it
    holds finished pages: the next run takes them over.
    """
    left = left_behind(folder)
    work = Path(tempfile.mkdtemp(prefix=WORK_PREFIX, dir=folder))
    try:
        yield work
    except EvalkitError:
        _remove([work])
        raise
    except BaseException:
        _remove([] if any((work / FINISHED).glob("*.json")) else [work])
        raise
    _remove([work, *left])


def left_behind(folder: Path) -> list[Path]:
    """Return the work folders of runs that were cut off."""
    return sorted(folder.glob(f"{WORK_PREFIX}*"))


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _take_lock(folder: Path) -> int:
    path = folder / LOCK
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _lock_file(descriptor):
            os.close(descriptor)
            raise SettingsError(
                where=str(folder),
                rule=worded("another run is at work in this folder"),
                do=worded("wait until it has ended, then run again"),
            )
        try:
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)  # the other run ended and removed the file between our opening and locking it


def _lock_file(descriptor: int) -> bool:
    """Take the system's lock on an open file without waiting."""
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415  this module exists on Windows only

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl  # noqa: PLC0415  and this one everywhere else

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
