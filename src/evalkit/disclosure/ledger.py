"""The ledger of what was released: when, by which rules, who signed. It only grows, and holds no hidden value.

``ledger.jsonl`` lies in the workspace, one entry a line; each names the SHA-256 of the one before. ``ledger.head`` holds the
last one, so that a ledger which was lost, cut or altered is noticed. An entry lists the figures that are new since the entry
before, with the value where it was shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from evalkit.declaration import Declared
from evalkit.errors import DisclosureError
from evalkit.messages import worded

LEDGER, HEAD = "ledger.jsonl", "ledger.head"
_START = "0" * 64
State = Literal["known", "shown", "hidden"]


class Figure(NamedTuple):
    """What names a figure: place, time, measure, source, edition and breakdown ("sex=female"; empty for a total)."""

    province_code: str
    scheme: str
    place_basis: str
    period_start: str
    period_end: str
    measure: str
    source_id: str
    breakdown: str
    edition_date: str

    @property
    def lasting(self) -> tuple[str, ...]:
        """The name without the edition: what a revision keeps."""
        return tuple(self[:-1])

    @property
    def counted(self) -> tuple[str, ...]:
        """What is counted, where and when, whoever gives it and in whatever edition."""
        return (*self[:6], self.breakdown)


class Told(NamedTuple):
    """How a figure was released: ``known`` (published, or a total that stands), ``shown`` or ``hidden``; its value if told."""

    state: State
    value: float | None = None


class Entry(Declared):
    """One release.

    ``figures`` are those new since the entry before: a figure's name, its state, its value or none.
    """

    number: int
    previous: str
    workspace: str
    edition: str
    date: date
    rules: dict[str, int]
    signed: str
    bundle: str
    figures: tuple[tuple[Figure, State, float | None], ...]
    sha256: str = ""

    def sealed(self) -> Entry:
        """Return the entry with its own SHA-256."""
        return self.model_copy(update={"sha256": self.seal()})

    def seal(self) -> str:
        """Return the SHA-256 of the entry's content."""
        content = self.model_dump(mode="json", exclude={"sha256"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything released so far, the earliest first."""

    entries: tuple[Entry, ...] = ()

    @property
    def head(self) -> str:
        """The SHA-256 of the last entry; empty where nothing was released."""
        return self.entries[-1].sha256 if self.entries else ""

    def told(self) -> dict[Figure, Told]:
        """Return how each figure was released, all editions; what was told once stays told."""
        found: dict[Figure, Told] = {}
        for entry in self.entries:
            found.update({name: Told(state, value) for name, state, value in entry.figures})
        return found

    def releases(self) -> Iterator[set[Figure]]:
        """Yield for each entry the figures that stood side by side then: the latest edition of each."""
        latest: dict[tuple[str, ...], Figure] = {}
        for entry in self.entries:
            latest.update({name.lasting: name for name, _, _ in entry.figures})
            yield set(latest.values())


def read_ledger(folder: Path, workspace: str) -> Ledger:
    """Return the ledger of a workspace; an empty one before the first release.

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
    path, head = folder / LEDGER, folder / HEAD
    if not path.exists() and not head.exists():
        return Ledger()
    ledger = Ledger(tuple(_entries(path)))
    last = head.read_text(encoding="utf-8").strip() if head.exists() else ""
    previous = _START
    for number, entry in enumerate(ledger.entries, start=1):
        if (entry.number, entry.previous, entry.sha256) != (number, previous, entry.seal()):
            raise _altered(path)
        previous = entry.sha256
    if not ledger.entries or ledger.head != last:
        raise _altered(path)
    if any(entry.workspace != workspace for entry in ledger.entries):
        raise DisclosureError(
            where=str(path),
            rule=worded("the ledger belongs to another workspace, or this one was renamed"),
            do=worded(
                "put back this workspace's own ledger, or its name; in a copy to practise with, from which nothing is published, "
                "remove ledger.jsonl, ledger.head and .evalkit"
            ),
        )
    return ledger


def refuse_lost(ledger: Ledger, head: str, *, where: str) -> None:
    """Refuse a ledger that does not know of a release which is published, or remembered.

    Parameters
    ----------
    ledger : Ledger
    head : str
        The SHA-256 of an entry that the ledger had; empty where none is known.
    where : str
        What names it.

    Raises
    ------
    DisclosureError
        If the ledger has no such entry.
    """
    if head and head not in {entry.sha256 for entry in ledger.entries}:
        raise DisclosureError(
            where=where,
            rule=worded("the release named here is one that the workspace's ledger does not have"),
            do=worded(
                "put back {ledger} and {head}; without them nobody knows what an attacker has seen",
                ledger=LEDGER,
                head=HEAD,
            ),
        )


def append(folder: Path, ledger: Ledger, figures: dict[Figure, Told], *, about: dict[str, Any]) -> Ledger:
    """Add a release to the ledger; nothing is added where nothing new is told.

    Parameters
    ----------
    folder : Path
        The workspace's folder.
    ledger : Ledger
        As read before.
    figures : dict of Told by Figure
        What is about to be released.
    about : dict
        ``workspace``, ``edition``, ``date``, ``rules``, ``signed`` and ``bundle`` of :class:`Entry`.

    Returns
    -------
    Ledger
        With the new entry, if there is one.

    Raises
    ------
    DisclosureError
        If the release would show a figure that an earlier one hid.
    """
    before = ledger.told()
    for name, told in figures.items():
        if before.get(name, told).state == "hidden" and told.state == "shown":
            raise DisclosureError(
                where=f"{name.measure}, {name.scheme}:{name.province_code}, {name.period_start}",
                rule=worded("a figure hidden by an earlier release would be shown"),
                do=worded("run again; another run may have released figures meanwhile"),
            )
    new = [(name, *told) for name, told in sorted(figures.items()) if _is_news(before.get(name), told)]
    if not new:
        return ledger
    number, previous = len(ledger.entries) + 1, ledger.head or _START
    entry = Entry(number=number, previous=previous, figures=tuple(new), **about).sealed()
    _write(folder, entry)
    return Ledger((*ledger.entries, entry))


def _is_news(before: Told | None, told: Told) -> bool:
    return before is None or (before.state == "hidden" and told.state == "known")


def _write(folder: Path, entry: Entry) -> None:
    with (folder / LEDGER).open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False, sort_keys=True) + "\n")
    beside = folder / (HEAD + ".new")
    beside.write_text(entry.sha256 + "\n", encoding="utf-8")
    beside.replace(folder / HEAD)


def _entries(path: Path) -> Iterator[Entry]:
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Entry.model_validate_json(line)
    except (OSError, UnicodeDecodeError, ValidationError) as fault:
        raise _altered(path) from fault


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
