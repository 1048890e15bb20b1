"""The ledger of what was released: when, by which rules, who signed. It only grows, and holds no hidden value.

An entry lists the figures that are new since the entry before, with the value where it was shown, and names the SHA-256 of the
entry before. How it lies on the disk: :mod:`evalkit.disclosure.ledger_file`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from evalkit.declaration import Declared
from evalkit.errors import DisclosureError
from evalkit.messages import worded

START = "0" * 64
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

    ``figures`` are those new since the entry before: a figure's name, its state, its value or none; ``coarser`` the tables that were not
    shown: measure, attributes, level of places, length of periods.
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
    coarser: tuple[tuple[str, str, str, str], ...] = ()
    sha256: str = ""

    def sealed(self) -> Entry:
        """Return the entry with its own SHA-256."""
        return self.model_copy(update={"sha256": self.seal()})

    def seal(self) -> str:
        """Return the SHA-256 of the entry's content."""
        content = self.model_dump(mode="json", exclude={"sha256"} if self.coarser else {"sha256", "coarser"})
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


def next_entry(ledger: Ledger, figures: dict[Figure, Told], *, about: dict[str, Any]) -> Entry | None:
    """Return the entry of a release; none where it tells nothing new.

    Parameters
    ----------
    ledger : Ledger
    figures : dict of Told by Figure
        What is about to be released.
    about : dict
        ``workspace``, ``edition``, ``date``, ``rules``, ``signed``, ``bundle`` and ``coarser`` of :class:`Entry`.

    Raises
    ------
    DisclosureError
        If the release would show a figure that an earlier one hid.

    Examples
    --------
    >>> next_entry(Ledger(), {}, about={}) is None
    True
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
        return None
    number, previous = len(ledger.entries) + 1, ledger.head or START
    return Entry(number=number, previous=previous, figures=tuple(new), **about).sealed()


def _is_news(before: Told | None, told: Told) -> bool:
    return before is None or (before.state == "hidden" and told.state == "known")
