"""The sums that hold among figures: what an attacker subtracts.

A sum holds within one measure and place basis, of one source or, where one source gives the places and another only their
sum, between those two. The latest edition of each figure takes part, and the editions shown before.
What a total holds beyond the parts reported is a figure too, though nobody wrote it down: an *implicit cell*. It is never
shown, but whoever knows the total and the parts knows it, so it is protected like the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import pandas as pd

from evalkit.disclosure.rules import sizes
from evalkit.facts.schema import dimensions_of

WHOLE = ["measure", "source_id", "place_basis"]
OF_RULES = ("known", "released", "threshold", "size", "implicit", "row", "before")
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """A total and its parts, as labels of cells; a single part means that both are one and the same figure.

    ``group`` says that the parts are one place's and period's persons by an attribute, so that a part as large as the
    total tells of a whole group.
    """

    total: int
    parts: tuple[int, ...]
    group: bool = False

    @property
    def cells(self) -> tuple[int, ...]:
        """The parts and then the total."""
        return (*self.parts, self.total)


@dataclass(frozen=True, slots=True)
class Tables:
    """All linked tables at once.

    Attributes
    ----------
    cells : DataFrame
        Labelled 0, 1, ...: the protected cells, then the implicit ones (column ``implicit``). Further columns are those of
        :func:`evalkit.disclosure.rules.protected_cells`; ``row`` is the label of the facts row, -1 where there is none;
        ``released`` says that an earlier release showed the value, ``before`` that one hid it.
    equations : tuple of Equation
    """

    cells: pd.DataFrame
    equations: tuple[Equation, ...]


class Sums:
    """Collects the sums of one set of tables, and makes the implicit cells they need.

    Parameters
    ----------
    cells : DataFrame
        The protected cells, labelled 0, 1, ...

    Examples
    --------
    >>> cells = pd.DataFrame({"value": [9.0, 6.0], "threshold": [5, 5]})
    >>> sums = Sums(cells)
    >>> sums.add(0, [1], complete=False)
    >>> sums.equations[0].parts, sums.implicit_cells()["value"].tolist()
    ((1, 2), [3.0])
    """

    def __init__(self, cells: pd.DataFrame) -> None:
        self.value: list[float] = cells["value"].tolist()
        self.threshold: list[int] = cells["threshold"].tolist()
        self.equations: list[Equation] = []
        self._like: list[int] = []
        self._seen: set[tuple[int, tuple[int, ...]]] = set()

    def add(self, total: int, parts: Sequence[int], *, complete: bool = True, group: bool = False) -> None:
        """Note that a total is the sum of its parts, and of an implicit rest unless they are complete."""
        if (total, tuple(parts)) in self._seen:
            return
        self._seen.add((total, tuple(parts)))
        rest = [] if complete else [self.implicit(self.beyond(total, parts), like=parts[0])]
        self.equations.append(Equation(total, (*parts, *rest), group))

    def beyond(self, total: int, parts: Iterable[int]) -> float:
        """Return what a total holds beyond some parts; negative where they overlap or contradict it."""
        return self.value[total] - sum(self.value[part] for part in parts)

    def implicit(self, value: float, *, like: int) -> int:
        """Return the label of a new implicit cell with the threshold of a cell like it."""
        self.value.append(value if isnan(value) else max(value, 0.0))
        self.threshold.append(self.threshold[like])
        self._like.append(like)
        return len(self.value) - 1

    def implicit_cells(self) -> pd.DataFrame:
        """Return the implicit cells made so far, with value, threshold and class; ``like`` names a cell like each."""
        first = len(self.value) - len(self._like)
        frame = pd.DataFrame({"value": self.value[first:], "threshold": self.threshold[first:]})
        frame["size"] = sizes(frame["value"], frame["threshold"]) if len(frame) else np.array([], dtype=int)
        return frame.assign(like=self._like)


def dimensions(cells: pd.DataFrame) -> list[str]:
    """Return the breakdowns of the cells."""
    return [name for name in dimensions_of(cells) if name not in OF_RULES]


def keys(cells: pd.DataFrame, *without: str) -> list[str]:
    """Return the columns that tell one figure from another, some left out."""
    names = [*WHOLE, "province_code", "scheme", "period_start", "period_end", *dimensions(cells)]
    return [name for name in names if name not in without]


def labels_by(cells: pd.DataFrame, columns: list[str]) -> list[tuple[Key, int]]:
    """Return each cell's values in some columns, with its label."""
    rows = zip(*(cells[name].tolist() for name in columns), strict=True)
    return list(zip(rows, cells.index.tolist(), strict=True))
