"""Which figures cannot stand beside each other: a sum is above its whole or unlike it, also by way of figures that nobody reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.additivity.axis import Positions
from evalkit.additivity.lattice import Lattice, Sums
from evalkit.additivity.space import Flags

Numbers = NDArray[np.float64]
NO_SUM = -1
_TOLERANCE = 1e-9
_MOST_STEPS = 12  # rounds: a sum of sums of sums
_MOST_STARTS = 6


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Figures of which at least one is wrong.

    Attributes
    ----------
    sum : int
        The sum that cannot hold, by its number in the lattice; -1 where one figure is given twice and unlike.
    above : bool
        The parts are above their whole; else all parts are there and the whole is above them.
    whole : tuple of int
        The rows that give the whole.
    parts : tuple of int
        The rows that the parts follow from.
    """

    sum: int
    above: bool
    whole: tuple[int, ...]
    parts: tuple[int, ...]


def contradictions(lattice: Lattice, low: Numbers, high: Numbers) -> list[Contradiction]:
    """Return the sums that cannot hold, each told once.

    Parameters
    ----------
    lattice : Lattice
    low, high : array of float
        What each row's figure is at least and at most: both its value where it is exact; a missing figure has 0 and infinity.

    Notes
    -----
    A figure that was reported stands for itself. What nobody reported is bounded by the sums that it stands in, in rounds, and
    a bound that crosses another names the rows that both follow from.
    """
    found = list(_given_twice(lattice, low, high))
    bounds = _Bounds(lattice, low, high)
    sums = lattice.sums
    for number in np.flatnonzero(bounds.broken(bounds.fixed)):
        above = bounds.parts_low()[number] > bounds.high[sums.whole[number]]
        found.append(_of_sum(lattice, bounds, int(number), above=bool(above)))
    for _ in range(_MOST_STARTS):
        crossed = bounds.crossed()
        found += [_of_cell(lattice, bounds, cell) for cell in crossed]
        bounds.forget(crossed)
        if not crossed:
            break
    return _each_once(found)


def _each_once(found: list[Contradiction]) -> list[Contradiction]:
    """Leave out what follows from rows that hold a contradiction already told."""
    told: dict[frozenset[int], Contradiction] = {}
    of_row: dict[int, list[frozenset[int]]] = {}
    for one in found:
        rows = frozenset((*one.whole, *one.parts))
        if not any(known <= rows for row in rows for known in of_row.get(row, ())):
            told[rows] = one
            for row in rows:
                of_row.setdefault(row, []).append(rows)
    return list(told.values())


class _Bounds:
    """What each cell is at least and at most, and the sum that says so."""

    def __init__(self, lattice: Lattice, low: Numbers, high: Numbers) -> None:
        size = len(lattice.reported)
        self.sums: Sums = lattice.sums
        self.low, self.high = np.zeros(size), np.full(size, np.inf)
        placed = np.flatnonzero((lattice.row_cell >= 0) & ((low > 0) | np.isfinite(high)))
        np.maximum.at(self.low, lattice.row_cell[placed], low[placed])
        np.minimum.at(self.high, lattice.row_cell[placed], high[placed])
        self.low = np.minimum(self.low, self.high)  # a figure given twice is told by itself
        self.fixed: Flags = np.zeros(size, dtype=bool)
        self.fixed[lattice.row_cell[placed]] = True
        self.forgotten: Flags = np.zeros(size, dtype=bool)
        self.low_by, self.high_by = np.full(size, NO_SUM), np.full(size, NO_SUM)
        self._order = np.argsort(lattice.row_cell, kind="stable")
        self._cells = lattice.row_cell[self._order]

    def parts_low(self) -> Numbers:
        """Return what the parts of each sum are at least."""
        return self._added(self.low)

    def parts_high(self) -> Numbers:
        """Return what the parts of each sum are at most."""
        return self._added(self.high)

    def _added(self, bound: Numbers) -> Numbers:
        added = np.bincount(self.sums.number, weights=bound[self.sums.cell], minlength=len(self.sums.whole))
        return added.astype(np.float64)

    def rows(self, cells: Iterable[int]) -> tuple[int, ...]:
        """Return the rows that stand for some cells, in order."""
        return tuple(sorted(int(row) for cell in cells for row in self._rows_of(cell)))

    def _rows_of(self, cell: int) -> Positions:
        first, after = np.searchsorted(self._cells, [cell, cell + 1])
        return self._order[first:after]

    def parts(self, number: int) -> Positions:
        """Return the parts of a sum."""
        first, after = np.searchsorted(self.sums.number, [number, number + 1])
        return self.sums.cell[first:after]

    def broken(self, among: Flags) -> Flags:
        """Tell which sums over certain cells alone cannot hold."""
        whole, size = self.sums.whole, len(self.sums.whole)
        others = np.bincount(self.sums.number, weights=~among[self.sums.cell], minlength=size)
        low, high = self.parts_low(), self.parts_high()
        above = _exceeds(low, self.high[whole])
        below = self.sums.complete & _exceeds(self.low[whole], high)
        broken: Flags = among[whole] & (others == 0) & (above | below)
        return broken

    def crossed(self) -> list[int]:
        """Narrow all bounds, and return the first cells that would have to be above what they can be at most."""
        for _ in range(_MOST_STEPS):
            changed = False
            for step in (self._wholes_least, self._wholes_most, self._parts_most, self._parts_least):
                if step(~self.fixed & ~self.forgotten):
                    changed = True
                    crossed = np.flatnonzero(_exceeds(self.low, self.high) & ~self.fixed & ~self.forgotten)
                    if len(crossed):
                        return [int(cell) for cell in crossed]
            if not changed:
                break
        return []

    def _wholes_least(self, free: Flags) -> bool:
        """Let a whole be at least its parts."""
        return self._raise(self.sums.whole, self.parts_low(), np.arange(len(self.sums.whole)), free)

    def _wholes_most(self, free: Flags) -> bool:
        """Let a whole of which every part is there be at most those."""
        most = np.where(self.sums.complete, self.parts_high(), np.inf)
        return self._lower(self.sums.whole, most, np.arange(len(self.sums.whole)), free)

    def _parts_most(self, free: Flags) -> bool:
        """Let a part be at most what the whole leaves beside the other parts."""
        number, cell = self.sums.number, self.sums.cell
        most = self.high[self.sums.whole][number] - (self.parts_low()[number] - self.low[cell])
        return self._lower(cell, most, number, free)

    def _parts_least(self, free: Flags) -> bool:
        """Let a part be at least what the whole is beyond the other parts."""
        number, cell, size = self.sums.number, self.sums.cell, len(self.sums.whole)
        endless = np.isinf(self.high[cell])
        finite = np.where(endless, 0.0, self.high[cell])
        others = np.bincount(number, weights=finite, minlength=size)[number] - finite
        others[np.bincount(number, weights=endless, minlength=size)[number] - endless > 0] = np.inf
        least = np.where(self.sums.complete[number], self.low[self.sums.whole][number] - others, 0.0)
        return self._raise(cell, least, number, free)

    def _raise(self, cell: Positions, value: Numbers, by: Positions, free: Flags) -> bool:
        better = free[cell] & _exceeds(value, self.low[cell])
        return self._set(self.low, self.low_by, cell[better], value[better], by[better])

    def _lower(self, cell: Positions, value: Numbers, by: Positions, free: Flags) -> bool:
        better = free[cell] & _exceeds(self.high[cell], value)
        return self._set(self.high, self.high_by, cell[better], value[better], by[better], sign=-1)

    def _set(
        self,
        bound: Numbers,
        cause: Positions,
        cell: Positions,
        value: Numbers,
        by: Positions,
        *,
        sign: int = 1,
    ) -> bool:
        order = np.argsort(sign * value, kind="stable")  # the last assignment, the tightest, stands
        bound[cell[order]], cause[cell[order]] = value[order], by[order]
        return len(cell) > 0

    def forget(self, cells: list[int]) -> None:
        """Take cells for unknown, since what bounds them contradicts itself, and start anew with all others."""
        self.forgotten[cells] = True
        free = ~self.fixed
        self.low[free], self.high[free] = 0.0, np.inf
        self.low_by[free], self.high_by[free] = NO_SUM, NO_SUM


def _exceeds(one: Numbers, other: Numbers) -> Flags:
    """Tell where a number is above another by more than sums of decimals may be off."""
    with np.errstate(invalid="ignore"):
        more: Flags = one > other + _TOLERANCE * np.maximum(
            1.0, np.abs(np.where(np.isfinite(other), other, 1.0))
        )
    return more


def _given_twice(lattice: Lattice, low: Numbers, high: Numbers) -> Iterator[Contradiction]:
    """Yield the rows that give one figure unlike: places or periods of one extent under two names."""
    size = len(lattice.reported)
    most, least = np.zeros(size), np.full(size, np.inf)
    rows = np.flatnonzero(lattice.row_cell >= 0)
    np.maximum.at(most, lattice.row_cell[rows], low[rows])
    np.minimum.at(least, lattice.row_cell[rows], high[rows])
    unlike = np.isin(lattice.row_cell, np.flatnonzero(_exceeds(most, least)))
    for cell in dict.fromkeys(lattice.row_cell[unlike].tolist()):
        same = np.flatnonzero(lattice.row_cell == cell).tolist()
        yield Contradiction(NO_SUM, above=False, whole=(same[0],), parts=tuple(same[1:]))


def _of_sum(lattice: Lattice, bounds: _Bounds, number: int, *, above: bool) -> Contradiction:
    parts = [int(part) for part in bounds.parts(number) if not above or bounds.low[part] > 0]
    return Contradiction(number, above, bounds.rows([int(lattice.sums.whole[number])]), bounds.rows(parts))


def _of_cell(lattice: Lattice, bounds: _Bounds, cell: int) -> Contradiction:
    """Tell the rows from which it follows that a cell is at least more than it can be at most."""
    by_high, by_low = int(bounds.high_by[cell]), int(bounds.low_by[cell])
    most = set(_traced(bounds, cell, low=False, seen=set()))
    least = set(_traced(bounds, cell, low=True, seen=set()))
    number = by_high if by_high != NO_SUM else by_low
    is_part = bool(lattice.sums.whole[number] != cell)
    return Contradiction(number, is_part, tuple(sorted(most)), tuple(sorted(least - most)))


def _traced(bounds: _Bounds, cell: int, *, low: bool, seen: set[tuple[int, bool]]) -> Iterator[int]:
    """Yield the rows that a bound of a cell follows from."""
    number = int((bounds.low_by if low else bounds.high_by)[cell])
    if (cell, low) in seen:
        return
    seen.add((cell, low))
    if bounds.fixed[cell]:
        yield from bounds.rows([cell])
    elif number != NO_SUM and not bounds.forgotten[cell]:
        whole = int(bounds.sums.whole[number])
        if whole != cell:
            yield from _traced(bounds, whole, low=low, seen=seen)
        side = low if whole == cell else not low
        for part in bounds.parts(number):
            if part != cell and not (side and bounds.low[part] == 0):
                yield from _traced(bounds, int(part), low=side, seen=seen)
