"""Lists of unlike length kept end to end in one array, and what is done with many of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evalkit.additivity.axis import Axis, Positions


class Ragged(NamedTuple):
    """Lists by number: list ``n`` is ``items[starts[n] : starts[n + 1]]``."""

    starts: Positions
    items: Positions

    def of(self, lists: Positions) -> tuple[Positions, Positions]:
        """Return the items of the lists named, one list after the other, and for each item which of the lists it is from.

        Examples
        --------
        >>> owners, items = ragged([[7, 8], [], [9]]).of(np.array([2, 0, 0]))
        >>> owners.tolist(), items.tolist()
        ([0, 1, 1, 2, 2], [9, 7, 8, 7, 8])
        """
        lengths = self.starts[lists + 1] - self.starts[lists]
        owners = np.repeat(np.arange(len(lists)), lengths)
        before = np.repeat(np.cumsum(lengths) - lengths, lengths)
        return owners, self.items[np.arange(len(owners)) - before + np.repeat(self.starts[lists], lengths)]


def ragged(lists: Sequence[Sequence[int]]) -> Ragged:
    """Return lists end to end.

    Examples
    --------
    >>> ragged([[7, 8], [], [9]]).starts.tolist()
    [0, 2, 2, 3]
    """
    starts = np.concatenate([[0], np.cumsum([len(one) for one in lists], dtype=np.int64)])
    return Ragged(starts.astype(np.int64), np.array([item for one in lists for item in one], dtype=np.int64))


class AxisTables(NamedTuple):
    """An axis as arrays: for each element those that contain it and its partitions; for each partition its parts."""

    containing: Ragged
    partitions: Ragged
    parts: Ragged


def axis_tables(axis: Axis) -> AxisTables:
    """Return an axis as arrays.

    Examples
    --------
    >>> from evalkit.additivity.axis import Partition
    >>> axis_tables(Axis(("a", "b", "c"), (Partition(0, (1, 2)),))).parts.items.tolist()
    [1, 2]
    """
    pairs, size = axis.containing(), len(axis.elements)
    starts = np.searchsorted(pairs[:, 0], np.arange(size + 1)).astype(np.int64)
    of: list[list[int]] = [[] for _ in range(size)]
    for number, partition in enumerate(axis.partitions):
        of[partition.whole].append(number)
    return AxisTables(
        Ragged(starts, pairs[:, 1]), ragged(of), ragged([list(one.parts) for one in axis.partitions])
    )
