"""One axis of a figure: its elements (places, periods or breakdowns), and how some are made of others that do not overlap."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]


class Partition(NamedTuple):
    """An element and elements that make it up: they do not overlap, and nothing is left over."""

    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The elements of one axis by position, and their partitions.

    Attributes
    ----------
    elements : tuple of hashable
        What stands at each position.
    partitions : tuple of Partition
        Every element that is made of others leads, from partition to partition, down to elements that are made of none: so
        each sum that holds on the axis follows from these.
    at : dict
        The position of each element.

    Examples
    --------
    >>> axis = Axis(("year", "first half", "second half"), (Partition(0, (1, 2)),))
    >>> axis.containing().tolist()
    [[0, 0], [1, 0], [1, 1], [2, 0], [2, 2]]
    """

    elements: tuple[Hashable, ...]
    partitions: tuple[Partition, ...]
    at: dict[Hashable, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", {element: place for place, element in enumerate(self.elements)})

    def containing(self) -> Positions:
        """Return pairs of positions, an element and one that contains it, itself first, ordered by both."""
        wholes: dict[int, set[int]] = {}
        for whole, parts in self.partitions:
            for part in parts:
                wholes.setdefault(part, set()).add(whole)
        found: dict[int, set[int]] = {}

        def above(element: int) -> set[int]:
            if element not in found:
                found[element] = {element}.union(*(above(whole) for whole in wholes.get(element, ())))
            return found[element]

        pairs = [
            (element, whole) for element in range(len(self.elements)) for whole in sorted(above(element))
        ]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def unique_partitions(found: Iterable[Partition]) -> tuple[Partition, ...]:
    """Return partitions without repetition and without those that say that an element is itself.

    Examples
    --------
    >>> unique_partitions([Partition(0, (0,)), Partition(0, (2, 1)), Partition(0, (1, 2))])
    (Partition(whole=0, parts=(1, 2)),)
    """
    ordered = (Partition(whole, tuple(sorted(parts))) for whole, parts in found)
    return tuple(dict.fromkeys(one for one in ordered if one.parts and one.parts != (one.whole,)))
