"""All sums of one measure: each place in each period by each breakdown, reported or not, and the sums that can tell something.

Where a total is reported and its parts are reported by something else as well (the nation's year, and provinces by half),
the figures between them are nodes of the grid too: nobody wrote them down, and whoever adds up knows them. Sums in which they
tell nothing are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalkit.disclosure.equations import Split

Nodes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_PERIODS = 1  # places, periods, breakdowns


@dataclass(frozen=True, slots=True)
class Found:
    """One sum over nodes; parts that are in no other sum are left to the rest."""

    total: int
    parts: tuple[int, ...]
    complete: bool
    group: bool
    nearly: bool
    assumed: bool


@dataclass(slots=True)
class _Block:
    """The sums that one split gives along all lines of the grid: a row each."""

    axis: int
    total: Nodes
    parts: Nodes
    split: Split
    alive: Flags


def sums_of_grid(
    shape: tuple[int, int, int], splits: Sequence[Sequence[Split]], reported: Flags
) -> Iterator[Found]:
    """Yield the sums of a grid of places, periods and breakdowns.

    Parameters
    ----------
    shape : triple of int
        How many places, periods and breakdowns there are; a node's number counts breakdowns first, then periods.
    splits : three sequences of Split
        How places, periods and breakdowns are made of each other.
    reported : array of bool
        Which nodes are reported.
    """
    number = np.arange(np.prod(shape)).reshape(shape)
    blocks = []
    for axis, of_axis in enumerate(splits):
        lines = np.moveaxis(number, axis, 0).reshape(shape[axis], -1)
        blocks += [
            _Block(
                axis, lines[one.total], lines[list(one.parts)].T, one, np.ones(lines.shape[1], dtype=np.bool_)
            )
            for one in of_axis
        ]
    degree = _without_idle(blocks, reported)
    for block in blocks:
        met = reported[block.parts] | (degree[block.parts] > 1)
        for row in np.flatnonzero(block.alive).tolist():
            parts = tuple(block.parts[row][met[row]].tolist())
            every = len(parts) == len(block.split.parts)
            yield Found(
                int(block.total[row]),
                parts,
                complete=block.split.complete and every,
                group=block.split.group,
                nearly=block.split.nearly and every,
                assumed=block.split.assumed,
            )
    yield from _left_together([one for one in blocks if one.axis == _PERIODS], reported, degree)


def _left_together(blocks: Sequence[_Block], reported: Flags, degree: Nodes) -> Iterator[Found]:
    """Yield what periods reported leave of a longer one where the rest is cut in pieces, one of which stands in another sum.

    Each piece is a figure of its own, which nobody can tell; all of them together are one, too: the second half of a year, where
    nine months are reported elsewhere.
    """
    rows = [(block, row) for block in blocks for row in np.flatnonzero(block.alive).tolist()]
    below: dict[int, list[int]] = {}
    for block, row in rows:
        if not reported[block.total[row]]:
            below.setdefault(int(block.total[row]), block.parts[row].tolist())

    def pieces(node: int) -> list[int]:
        inside = below.get(node, []) if not reported[node] else []
        return [one for part in inside for one in pieces(part)] or [node]

    for block, row in rows:
        if reported[block.total[row]]:
            parts: list[int] = block.parts[row].tolist()
            every = [one for part in parts for one in pieces(part)]
            told, left = ([one for one in every if reported[one] == want] for want in (True, False))
            apart = len(every) > len(parts) or (degree[left] > 1).any()
            if told and len(left) > 1 and apart:
                yield Found(
                    int(block.total[row]),
                    tuple(told),
                    complete=False,
                    group=False,
                    nearly=False,
                    assumed=block.split.assumed,
                )


def _without_idle(blocks: Sequence[_Block], reported: Flags) -> Nodes:
    """Take away the sums that tell nothing, and return in how many of those left each node is.

    A sum tells nothing if its total is neither reported nor in another sum, or if none of its parts is; but several parts
    of one group tell of it whether their total is reported or not.
    """
    while True:
        degree = np.zeros(len(reported), dtype=np.int64)
        for block in blocks:
            for nodes in (block.total, *block.parts.T):
                degree += np.bincount(nodes[block.alive], minlength=len(reported))
        before = sum(int(block.alive.sum()) for block in blocks)
        met = reported | (degree > 1)
        for block in blocks:
            several = block.split.group & (reported[block.parts].sum(axis=1) > 1)
            block.alive &= (met[block.total] & met[block.parts].any(axis=1)) | several
        if before == sum(int(block.alive.sum()) for block in blocks):
            return degree
