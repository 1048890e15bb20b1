"""The ledger on the disk: an entry is there as a whole or not at all, and nobody loses or alters one unnoticed.

``ledger.jsonl`` lies in the workspace, one entry a line; ``ledger.head`` names the last one, so that a ledger which was lost, cut
or altered is noticed. A release writes its line, then the head, and is shown after that. So what a crash leaves behind is no
loss: an unfinished last line is of a release that nobody saw, and one finished line after the head counts as seen.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evalkit.disclosure.ledger import START, Entry, Figure, Ledger, Told, next_entry
from evalkit.errors import DisclosureError
from evalkit.lasting_file import keep, keep_names, write_lasting
from evalkit.messages import worded

LEDGER, HEAD = "ledger.jsonl", "ledger.head"


@dataclass(frozen=True, slots=True)
class _Found:
    """What lies on the disk: the ledger it stands for, the head and the ledger as written, and its finished lines."""

    ledger: Ledger
    head: str
    written: bytes
    lines: bytes


def read_ledger(folder: Path, workspace: str) -> Ledger:
    """Return the ledger of a workspace; an empty one before the first release. Nothing is written.

    Parameters
    ----------
    folder : Path
        The workspace's folder.
    workspace : str
        What names the workspace: a ledger bears the name of its own.

    Raises
    ------
    DisclosureError
        If the ledger was lost or altered, or belongs to another workspace.
    """
    ledger = _found(folder).ledger
    if any(entry.workspace != workspace for entry in ledger.entries):
        raise DisclosureError(
            where=str(folder / LEDGER),
            rule=worded("the ledger belongs to another workspace, or this one was renamed"),
            do=worded(
                "put back this workspace's own ledger, or its name; in a copy to practise with, from which nothing is published, "
                "remove ledger.jsonl, ledger.head and .evalkit"
            ),
        )
    return ledger


def mend(folder: Path) -> list[str]:
    """Finish or take back what a run that was cut off had begun to write.

    Parameters
    ----------
    folder : Path
        The workspace's folder; its ledger has been read, and is not lost.

    Returns
    -------
    list of str
        A sentence for each thing that was put right.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    found, told = _found(folder), []
    if found.lines != found.written:
        with (folder / LEDGER).open("r+b") as file:
            file.truncate(len(found.lines))
            file.seek(max(0, len(found.lines) - 1))
            file.write(found.lines[-1:])  # the end of the last line, where it lacked only that
            keep(file)
    if len(found.lines) < len(found.written):
        told.append(
            worded(
                "{ledger}: the last line was half written, by a run that was cut off before it showed anything; it was removed",
                ledger=LEDGER,
            )
        )
    if found.ledger.head != found.head:
        write_lasting(folder / HEAD, found.ledger.head + "\n")
        told.append(
            worded(
                "{ledger}: a run was cut off while it wrote its last release down; that release counts as seen",
                ledger=LEDGER,
            )
        )
    return told


def append(folder: Path, ledger: Ledger, figures: dict[Figure, Told], *, about: dict[str, Any]) -> Ledger:
    """Add a release to the ledger; nothing is added where nothing new is told.

    Parameters
    ----------
    folder : Path
        The workspace's folder.
    ledger : Ledger
        As read before.
    figures, about
        As for :func:`evalkit.disclosure.ledger.next_entry`.

    Returns
    -------
    Ledger
        With the new entry, if there is one.

    Raises
    ------
    DisclosureError
        If the release would show a figure that an earlier one hid.
    OSError
        If it cannot be written; as far as the disk still lets us, the ledger is then as it was.
    """
    entry = next_entry(ledger, figures, about=about)
    if entry is None:
        return ledger
    mend(folder)
    _write(folder, entry)
    return Ledger((*ledger.entries, entry))


def _write(folder: Path, entry: Entry) -> None:
    line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=False, sort_keys=True) + "\n"
    path = folder / LEDGER
    before = path.stat().st_size if path.exists() else 0
    try:
        if not (folder / HEAD).exists():
            write_lasting(folder / HEAD, "")  # so that a ledger without a head is one that lost it
        with path.open("ab") as file:
            file.write(line.encode())
            keep(file)
        keep_names(folder)
        write_lasting(folder / HEAD, entry.sha256 + "\n")
    except OSError:
        _take_back(path, before, entry)
        raise


def _take_back(path: Path, size: int, entry: Entry) -> None:
    """Cut off a line that could not be finished, unless the head names it already; what stays is mended by the next run."""
    try:
        if path.exists() and _text(path.with_name(HEAD)).strip() != entry.sha256.encode():
            os.truncate(path, size)
    except OSError:
        return


def _found(folder: Path) -> _Found:
    """Read what lies on the disk, and refuse what no crash of ours leaves behind."""
    path = folder / LEDGER
    try:
        written, head = _text(path), _text(folder / HEAD).decode().strip()
        lines, rest = _finished(written)
        entries = tuple(Entry.model_validate_json(line) for line in lines.split(b"\n")[:-1])
    except (UnicodeDecodeError, ValidationError) as fault:
        raise _altered(path) from fault
    except OSError as fault:
        raise _unreadable(path, fault) from fault
    previous = START
    for number, entry in enumerate(entries, start=1):
        if (entry.number, entry.previous, entry.sha256) != (number, previous, entry.seal()):
            raise _altered(path)
        previous = entry.sha256
    ledger = Ledger(entries)
    begun = bool(entries) and not rest and head == entries[-1].previous.replace(START, "")
    lost = bool(written) and not (folder / HEAD).exists()
    if lost or (head != ledger.head and not begun):
        raise _altered(path)
    return _Found(ledger, head, written, lines)


def _finished(written: bytes) -> tuple[bytes, bytes]:
    """Return the finished lines, and what stands after them; a last line that lacks only its end is finished."""
    place = written.rfind(b"\n") + 1
    lines, rest = written[:place], written[place:]
    try:
        Entry.model_validate_json(rest)
    except ValidationError:
        return lines, rest
    return written + b"\n", b""


def _text(path: Path) -> bytes:
    """Return a file's content; nothing where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _unreadable(path: Path, fault: OSError) -> DisclosureError:
    return DisclosureError(
        where=str(path),
        rule=worded(
            "the ledger of earlier releases cannot be read ({fault})",
            fault=fault.strerror or type(fault).__name__,
        ),
        do=worded("give yourself the right to read it, or look after the disk; then run again"),
    )


def _altered(path: Path) -> DisclosureError:
    return DisclosureError(
        where=str(path),
        rule=worded("the ledger of earlier releases is lost, cut or altered"),
        do=worded(
            "put back {ledger} and {head} as the last run left them; without them nobody knows what an attacker has seen",
            ledger=LEDGER,
            head=HEAD,
        ),
    )
