"""The sums that hold among figures: what an attacker subtracts.

A sum holds within one measure and place basis, whichever source gives its terms: whoever reads one source reads the others.
What a total holds beyond the parts reported is a figure too, though nobody wrote it down, and so is a total or part that was
left out between reported ones: an *implicit cell*. It is never shown, but whoever knows the others knows it, so it is
protected like them where the figures reported settle it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import NamedTuple

import pandas as pd

from evalkit.disclosure.protection_rules import ZERO, sizes
from evalkit.table import dimensions_of

OF_RULES = ("known", "released", "threshold", "size", "implicit", "row", "before", "fixed")
TOLERANCE = 1e-6
Key = tuple[object, ...]


class Split(NamedTuple):
    """How one place, period or breakdown is made of others, as positions in a list of them.

    ``complete`` says that the parts are all there are; ``group`` that they are one place's and period's persons by an
    attribute, so that a part as large as the total tells of a whole group; ``nearly`` that a reader may well take them for
    all there are, though some may be left out; ``assumed`` as in :class:`Equation`.
    """

    total: int
    parts: tuple[int, ...]
    complete: bool
    group: bool = False
    nearly: bool = False
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Equation:
    """A total and its parts, as labels of cells; a single part means that both are one and the same figure.

    ``group`` as in :class:`Split`. ``sound`` says that the figures are exact and do add up: only then is a bound that
    published figures give one that everybody knows. ``assumed`` says that a reader may well take the sum to hold: it is reckoned with, and
    makes nothing known.
    """

    total: int
    parts: tuple[int, ...]
    group: bool = False
    sound: bool = True
    assumed: bool = False

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
        :func:`evalkit.disclosure.protection_rules.protected_cells`; ``row`` is the label of the facts row, -1 where there is none;
        ``released`` says that an earlier release showed the value, ``before`` that one hid it. An implicit cell that the
        figures reported do not settle has no value, and the size ``ZERO``: nobody can tell it. ``fixed`` says of one that it
        protects nothing, because a reader may take it for nothing.
    equations : tuple of Equation
        A measure that is part of another one (persons who accepted, of those entitled) makes a sum with it, too: the
        implicit cell is what lies between.
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
    >>> sums = Sums(pd.DataFrame({"value": [9.0, 6.0], "threshold": [5, 5]}))
    >>> sums.add(0, [1], complete=False)
    2
    >>> sums.settle()
    >>> sums.equations[0].parts, sums.implicit_cells()["value"].tolist()
    ((1, 2), [3.0])
    """

    def __init__(self, cells: pd.DataFrame) -> None:
        self.value: list[float] = cells["value"].tolist()
        self.threshold: list[int] = cells["threshold"].tolist()
        self.equations: list[Equation] = []
        self._exact: list[bool] = (~cells.get("qualifier", pd.Series()).isin(_INEXACT)).tolist()
        self._like: list[int] = []
        self._nearly: set[int] = set()
        self._seen: dict[tuple[int, tuple[int, ...], bool], int | None] = {}

    def add(
        self,
        total: int,
        parts: Sequence[int],
        *,
        complete: bool = True,
        group: bool = False,
        nearly: bool = False,
        assumed: bool = False,
    ) -> int | None:
        """Note that a total is the sum of its parts, and of an implicit rest, which is returned, unless they are complete.

        ``complete``, ``group`` and ``nearly`` are as in :class:`Split`, ``assumed`` as in :class:`Equation`.
        """
        named = (total, tuple(parts), assumed)
        if named not in self._seen:
            rest = [] if complete else [self.implicit(like=parts[0])]
            self._seen[named] = rest[0] if rest else None
            self._nearly.update(rest if nearly else ())
            self.equations.append(Equation(total, (*parts, *rest), group, assumed=assumed))
        return self._seen[named]

    def implicit(self, *, like: int) -> int:
        """Return the label of a new implicit cell with the threshold of a cell like it."""
        self.value.append(nan)
        self.threshold.append(self.threshold[like])
        self._like.append(self._origin(like))
        return len(self.value) - 1

    def settle(self) -> None:
        """Give implicit cells the values that follow from the figures reported, and note which sums are sound."""
        first = len(self.value) - len(self._like)
        waiting = [one for one in self.equations if any(isnan(self.value[cell]) for cell in one.cells)]
        left = len(waiting) + 1
        while len(waiting) < left:
            left = len(waiting)
            waiting = [one for one in waiting if not self._settled(one, first)]
        judged = ((one, self._is_sound(one)) for one in self.equations)
        self.equations = [one if one.sound == sound else replace(one, sound=sound) for one, sound in judged]

    def implicit_cells(self) -> pd.DataFrame:
        """Return the implicit cells made so far, with value, threshold, class and ``fixed``; ``like`` names a cell like each."""
        first = len(self.value) - len(self._like)
        frame = pd.DataFrame(
            {"value": self.value[first:], "threshold": self.threshold[first:], "like": self._like}
        ).astype({"value": float})
        size = pd.Series(sizes(frame["value"], frame["threshold"]), index=frame.index)
        size = size.where(frame["value"].notna(), ZERO)
        nearly = pd.Series([first + at in self._nearly for at in frame.index], index=frame.index, dtype=bool)
        return frame.assign(size=size, fixed=nearly & (size == ZERO))

    def _origin(self, label: int) -> int:
        first = len(self.value) - 1 - len(self._like)
        return label if label < first else self._like[label - first]

    def _settled(self, one: Equation, first: int) -> bool:
        """Solve a sum for the one value it lacks; tell whether it lacks none then."""
        lacking = {cell for cell in one.cells if isnan(self.value[cell])}
        if len(lacking) > 1:
            return False
        if not lacking or min(lacking) < first:
            return True
        (cell,) = lacking
        parts = sum(self.value[part] for part in one.parts if part != cell)
        self.value[cell] = max(parts if cell == one.total else self.value[one.total] - parts, 0.0)
        return True

    def _is_sound(self, one: Equation) -> bool:
        exact = all(self._exact[cell] for cell in one.cells if cell < len(self._exact))
        parts = [self.value[part] for part in one.parts]
        beyond = self.value[one.total] - sum(value for value in parts if not isnan(value))
        settled = not any(map(isnan, parts))
        return exact and not one.assumed and not beyond < -TOLERANCE and not (settled and beyond > TOLERANCE)


_INEXACT = ("about", "more_than", "nearly", "at_least")


def dimensions(cells: pd.DataFrame) -> list[str]:
    """Return the breakdowns of the cells."""
    return [name for name in dimensions_of(cells) if name not in OF_RULES]
