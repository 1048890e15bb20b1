"""Which figures cannot stand beside each other: a sum is above its whole or unlike it, also by way of figures that nobody reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evalkit.additivity.bounds import NO_SUM, Bounds, Numbers, exceeds
from evalkit.additivity.lattice import Lattice

_MOST_STARTS = 6
_MOST_NAMED = 500  # beyond these only sums of reported figures are told: more would follow from the same rows


@dataclass(frozen=True, slots=True)
class Conflict:
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


def conflicts(lattice: Lattice, low: Numbers, high: Numbers) -> list[Conflict]:
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
    bounds = Bounds(lattice, low, high)
    above_whole = bounds.parts_low() > bounds.high[lattice.sums.whole]
    for number in np.flatnonzero(bounds.broken(bounds.fixed)):
        above = above_whole[number]
        found.append(_of_sum(lattice, bounds, int(number), above=bool(above)))
    for _ in range(_MOST_STARTS):
        crossed = bounds.crossed()[: _MOST_NAMED - len(found)]
        found += [_of_cell(lattice, bounds, cell) for cell in crossed]
        bounds.forget(crossed)
        if not crossed:
            break
    return _each_once(found)


def _each_once(found: list[Conflict]) -> list[Conflict]:
    """Leave out what follows from rows that hold a contradiction already told."""
    told: dict[frozenset[int], Conflict] = {}
    of_row: dict[int, list[frozenset[int]]] = {}
    for one in found:
        rows = frozenset((*one.whole, *one.parts))
        if not any(known <= rows for row in rows for known in of_row.get(row, ())):
            told[rows] = one
            for row in rows:
                of_row.setdefault(row, []).append(rows)
    return list(told.values())


def _given_twice(lattice: Lattice, low: Numbers, high: Numbers) -> Iterator[Conflict]:
    """Yield the rows that give one figure unlike: places or periods of one extent under two names."""
    size = len(lattice.reported)
    most, least = np.zeros(size), np.full(size, np.inf)
    rows = np.flatnonzero(lattice.row_cell >= 0)
    np.maximum.at(most, lattice.row_cell[rows], low[rows])
    np.minimum.at(least, lattice.row_cell[rows], high[rows])
    unlike = np.isin(lattice.row_cell, np.flatnonzero(exceeds(most, least)))
    for cell in dict.fromkeys(lattice.row_cell[unlike].tolist()):
        same = np.flatnonzero(lattice.row_cell == cell).tolist()
        yield Conflict(NO_SUM, above=False, whole=(same[0],), parts=tuple(same[1:]))


def _of_sum(lattice: Lattice, bounds: Bounds, number: int, *, above: bool) -> Conflict:
    parts = [int(part) for part in bounds.sums.parts(number) if not above or bounds.low[part] > 0]
    return Conflict(number, above, bounds.rows([int(lattice.sums.whole[number])]), bounds.rows(parts))


def _of_cell(lattice: Lattice, bounds: Bounds, cell: int) -> Conflict:
    """Tell the rows from which it follows that a cell is at least more than it can be at most."""
    by_high, by_low = int(bounds.high_by[cell]), int(bounds.low_by[cell])
    most = set(_traced(bounds, cell, low=False, seen=set()))
    least = set(_traced(bounds, cell, low=True, seen=set()))
    number = by_high if by_high != NO_SUM else by_low
    is_part = bool(lattice.sums.whole[number] != cell)
    return Conflict(number, is_part, tuple(sorted(most)), tuple(sorted(least - most)))


def _traced(bounds: Bounds, cell: int, *, low: bool, seen: set[tuple[int, bool]]) -> Iterator[int]:
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
        for part in bounds.sums.parts(number):
            if part != cell and not (side and bounds.low[part] == 0):
                yield from _traced(bounds, int(part), low=side, seen=seen)
