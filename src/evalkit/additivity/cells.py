"""The cells that tell something of what was reported: totals above it, and what stands in two sums though nobody reported it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalkit.additivity.axis import Positions
from evalkit.additivity.space import MEASURE, Flags, Space


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over cells: the cells of sum ``n`` are ``cell[number == n]``, and they lie in ``whole[n]`` without overlap.

    Attributes
    ----------
    whole : array of int
        The cell that contains the parts.
    axis : array of int
        Over what is summed: a position in :data:`AXES`. Over measures there is one part, and it is part of its base.
    partition : array of int
        Which partition of the axis, or which link of the measures.
    declared : array of int
        How many parts the whole is made of.
    complete : array of bool
        Every part is a cell: the whole is their sum, and not only as large.
    number, cell : array of int
        The parts.
    """

    whole: Positions
    axis: Positions
    partition: Positions
    declared: Positions
    complete: Flags
    number: Positions
    cell: Positions

    def parts(self, number: int) -> Positions:
        """Return the parts of a sum."""
        first, after = np.searchsorted(self.number, [number, number + 1])
        return self.cell[first:after]


def cells_and_sums(reported: Positions, space: Space) -> tuple[Positions, Sums]:
    """Return the cells and the sums that tell something of what was reported.

    A cell that nobody reported is added where it stands in two sums or more: whoever knows one sum learns of the other. A cell
    above which nothing is known, and of which some part is not, can have any size: sums of it tell nothing, and it is left out.
    """
    cells = np.unique(_containing(reported, space)[1])
    while True:
        sums = _sums(cells, space)
        bounded = _bounded(np.isin(cells, reported), sums)
        wholes = cells[bounded]
        found = [_partitions(cells, axis, space) for axis in range(3)]
        part = np.concatenate([one.part[~one.there] for one in found])
        whole = np.concatenate([one.whole[one.number[~one.there]] for one in found])
        further = _telling(part, whole, wholes=wholes, cells=cells, reported=reported, space=space)
        if not len(further):
            return wholes, among(sums, bounded)
        cells = np.unique(np.concatenate([cells, further]))


def every_total(reported: Positions, space: Space) -> tuple[Positions, Sums]:
    """Return cells with every cell above them, and every sum among these, whether or not it tells anything."""
    cells = np.unique(_containing(reported, space)[1])
    return cells, _sums(cells, space)


def _telling(
    part: Positions,
    whole: Positions,
    *,
    wholes: Positions,
    cells: Positions,
    reported: Positions,
    space: Space,
) -> Positions:
    """Return which missing parts tell something, with what contains them: those that are bounded by more than one whole."""
    _, base, _ = _bases(wholes, space)
    of_known = part[_inside(whole, wholes)]
    wanted, times = np.unique(np.concatenate([of_known, base[~_inside(base, cells)]]), return_counts=True)
    linked, base, _ = _bases(wanted, space)
    times += np.bincount(linked[_inside(base, wholes)], minlength=len(wanted))
    twice = wanted[times > 1]
    left = np.unique(np.column_stack([part, whole])[~_inside(part, twice)], axis=0)
    named, at = np.unique(left, return_inverse=True)
    times_part, times_whole = _times_bounded(named, reported, space)[at.reshape(left.shape)].T
    more = times_part > times_whole
    above = _containing(np.unique(left[more, 0]), space)[1]
    return np.setdiff1d(np.concatenate([twice, above]), cells)


def _containing(cells: Positions, space: Space) -> tuple[Positions, Positions]:
    """Return every cell that contains one of some cells, themselves included, and for each which of them."""
    of, wider = np.arange(len(cells)), cells
    for axis, table in enumerate(space.tables):
        some = space.adding(wider, axis)
        element = space.coordinates(wider[some])[axis + 1]
        owner, whole = table.containing.of(element)
        steps = (whole - element[owner]) * space.strides[axis]
        alone = np.setdiff1d(np.arange(len(wider)), some, assume_unique=True)
        of = np.concatenate([of[some][owner], of[alone]])
        wider = np.concatenate([wider[some][owner] + steps, wider[alone]])
    return of, wider


def _times_bounded(cells: Positions, reported: Positions, space: Space) -> Positions:
    """Return in how many reported cells each of some cells lies, those of measures that it is part of included."""
    of, wider = _containing(cells, space)
    part, base, _ = _bases(wider, space)
    inside = np.concatenate([of[_inside(wider, reported)], of[part[_inside(base, reported)]]])
    return np.bincount(inside, minlength=len(cells))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Partitions of cells as they stand: the parts by number of cell, whether or not the cell is there."""

    whole: Positions
    axis: int
    partition: Positions
    declared: Positions
    number: Positions
    part: Positions
    there: Flags


def _partitions(cells: Positions, axis: int, space: Space) -> _Found:
    """Return the partitions of cells over one axis of which at least one part is there."""
    table, stride = space.tables[axis], space.strides[axis]
    some = cells[space.adding(cells, axis)]
    owner, partition = table.partitions.of(space.coordinates(some)[axis + 1])
    whole = some[owner]
    number, part = table.parts.of(partition)
    element = space.coordinates(whole)[axis + 1]
    part = whole[number] + (part - element[number]) * stride
    there = _inside(part, cells)
    declared = np.bincount(number, minlength=len(whole))
    kept = np.bincount(number, weights=there, minlength=len(whole)) > 0
    renumbered = np.cumsum(kept) - 1
    mine = kept[number]
    return _Found(
        whole[kept], axis, partition[kept], declared[kept], renumbered[number[mine]], part[mine], there[mine]
    )


def _bases(cells: Positions, space: Space) -> tuple[Positions, Positions, Positions]:
    """Return which cells are part of a cell of another measure: their positions, that cell, and the number of the link."""
    family, _, _, breakdown = space.coordinates(cells)
    nothing = np.empty(0, dtype=np.int64)
    part, base, link = [nothing], [nothing], [nothing]
    for mine, other, number, mapped in space.linked:
        some = np.flatnonzero((family == mine) & (mapped[breakdown] >= 0))
        part.append(some)
        base.append(
            cells[some] + (other - mine) * space.strides[3] + mapped[breakdown[some]] - breakdown[some]
        )
        link.append(np.full(len(some), number))
    return np.concatenate(part), np.concatenate(base), np.concatenate(link)


def _inside(wanted: Positions, cells: Positions) -> Flags:
    at = np.minimum(np.searchsorted(cells, wanted), max(len(cells) - 1, 0))
    return cells[at] == wanted if len(cells) else np.zeros(len(wanted), dtype=bool)


def _bounded(reported: Flags, sums: Sums) -> Flags:
    """Tell of which cells something is known that they cannot exceed."""
    bounded = reported.copy()
    while True:
        known = bounded.sum()
        bounded[sums.cell[bounded[sums.whole][sums.number]]] = True
        parts = np.bincount(sums.number, weights=~bounded[sums.cell], minlength=len(sums.whole))
        bounded[sums.whole[sums.complete & (parts == 0)]] = True
        if bounded.sum() == known:
            return bounded


def _sums(cells: Positions, space: Space) -> Sums:
    """Return every sum among cells, cells by their position."""
    part, base, link = _bases(cells, space)
    there = _inside(base, cells)
    found = [_partitions(cells, axis, space) for axis in range(3)]
    found.append(
        _Found(
            base[there],
            MEASURE,
            link[there],
            np.full(int(there.sum()), 2),
            np.arange(int(there.sum())),
            cells[part[there]],
            np.ones(int(there.sum()), dtype=bool),
        )
    )
    shifts = np.cumsum([0, *(len(one.whole) for one in found)])
    number = np.concatenate(
        [one.number[one.there] + shift for one, shift in zip(found, shifts, strict=False)]
    )
    declared = np.concatenate([one.declared for one in found])
    return Sums(
        whole=np.searchsorted(cells, np.concatenate([one.whole for one in found])),
        axis=np.concatenate([np.full(len(one.whole), one.axis) for one in found]),
        partition=np.concatenate([one.partition for one in found]),
        declared=declared,
        complete=np.bincount(number, minlength=len(declared)) == declared,
        number=number,
        cell=np.searchsorted(cells, np.concatenate([one.part[one.there] for one in found])),
    )


def among(sums: Sums, kept: Flags) -> Sums:
    """Return the sums among the cells that are kept."""
    place = np.cumsum(kept) - 1
    part_stays = kept[sums.cell] & kept[sums.whole][sums.number]
    stays = np.bincount(sums.number[part_stays], minlength=len(sums.whole)) > 0
    number = (np.cumsum(stays) - 1)[sums.number[part_stays]]
    return Sums(
        whole=place[sums.whole[stays]],
        axis=sums.axis[stays],
        partition=sums.partition[stays],
        declared=sums.declared[stays],
        complete=np.bincount(number, minlength=int(stays.sum())) == sums.declared[stays],
        number=number,
        cell=place[sums.cell[part_stays]],
    )
