"""What each cell is at least and at most, as it follows from the sums that it stands in."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from evalkit.additivity.axis import Positions
from evalkit.additivity.lattice import Lattice, Sums
from evalkit.additivity.space import Flags

Numbers = NDArray[np.float64]
NO_SUM = -1
_TOLERANCE = 1e-9
_MOST_STEPS = 12  # rounds: a sum of sums of sums


class Bounds:
    """What each cell is at least and at most, and the sum that says so.

    Parameters
    ----------
    lattice : Lattice
    low, high : array of float
        What each row's figure is at least and at most; a missing figure has 0 and infinity. A cell that a row stands for has
        the row's limits and keeps them: ``fixed``.
    """

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

    def broken(self, among: Flags) -> Flags:
        """Tell which sums over certain cells alone cannot hold."""
        whole, size = self.sums.whole, len(self.sums.whole)
        others = np.bincount(self.sums.number, weights=~among[self.sums.cell], minlength=size)
        low, high = self.parts_low(), self.parts_high()
        above = exceeds(low, self.high[whole])
        below = self.sums.complete & exceeds(self.low[whole], high)
        broken: Flags = among[whole] & (others == 0) & (above | below)
        return broken

    def crossed(self) -> list[int]:
        """Narrow all bounds, and return the first cells that would have to be above what they can be at most."""
        for _ in range(_MOST_STEPS):
            changed = False
            for step in (self._wholes_least, self._wholes_most, self._parts_most, self._parts_least):
                if step(~self.fixed & ~self.forgotten):
                    changed = True
                    crossed = np.flatnonzero(exceeds(self.low, self.high) & ~self.fixed & ~self.forgotten)
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
        better = free[cell] & exceeds(value, self.low[cell])
        return self._set(self.low, self.low_by, cell[better], value[better], by[better])

    def _lower(self, cell: Positions, value: Numbers, by: Positions, free: Flags) -> bool:
        better = free[cell] & exceeds(self.high[cell], value)
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


def exceeds(one: Numbers, other: Numbers) -> Flags:
    """Tell where a number is above another by more than sums of decimals may be off."""
    with np.errstate(invalid="ignore"):
        more: Flags = one > other + _TOLERANCE * np.maximum(
            1.0, np.abs(np.where(np.isfinite(other), other, 1.0))
        )
    return more
