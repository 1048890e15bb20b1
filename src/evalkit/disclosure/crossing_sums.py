"""Sums by which a value of one breakdown is read as a crossing of others: women, as adults who are female.

Nothing says that they are the same persons: some sources count girls as women. Where the figures do not contradict it, whoever
subtracts women from adults is right as far as anybody can tell, and what is left are the men.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evalkit.additivity.breakdowns import exclusive_values
from evalkit.disclosure.equations import TOLERANCE, Sums
from evalkit.disclosure.family import Family, Node
from evalkit.programme.models import Programme

Pair = tuple[str, str]
_At = Mapping[frozenset[Pair], int]  # the label of each breakdown of one place and period


class Crossings:
    """What a reader may take the values of breakdowns for.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> crossings = Crossings(load_programme("vn-trafficking"))
    >>> [sorted(one) for one in crossings.said["age_group", "women"]]
    [[('age_group', 'adult'), ('sex', 'female')], [('sex', 'female')]]
    >>> [sorted(one) for one in crossings.tried(("age_group", "under_16"), ["age_group", "sex"])]
    [[('age_group', 'child'), ('sex', 'female')], [('age_group', 'child'), ('sex', 'male')]]
    """

    def __init__(self, programme: Programme) -> None:
        self._dimensions = {name: one for name, one in programme.dimensions.items() if not one.separate}
        self.said: dict[Pair, list[frozenset[Pair]]] = {
            (name, value): [frozenset(one.items()) for one in crossings]
            for name, dimension in self._dimensions.items()
            for value, crossings in dimension.read_as.items()
        }

    def tried(self, own: Pair, names: Collection[str]) -> list[frozenset[Pair]]:
        """Return the crossings of the wider value with one of another breakdown, for a value of which no crossing is named."""
        name, value = own
        wider = self._dimensions[name].within.get(value) if name in self._dimensions else None
        if wider is None or own in self.said:
            return []
        others = [other for other in names if other != name and other in self._dimensions]
        return [
            frozenset({(name, wider), (other, one)})
            for other in others
            for one in self._dimensions[other].values
        ]

    def beside(self, pair: Pair) -> Iterator[tuple[list[Pair], bool]]:
        """Yield values that nobody has together with one, and whether with it they are all there are."""
        name, value = pair
        for values in exclusive_values(self._dimensions[name]):
            if value in values:
                yield [(name, one) for one in values if one != value], self._dimensions[name].exhaustive


def add_crossing_sums(
    made: Sequence[Family], source: Sequence[object], programme: Programme, sums: Sums
) -> None:
    """Note which figures are those of a crossing, and what they leave of a wider one, unless the figures say otherwise.

    Parameters
    ----------
    made : sequence of Family
        The cells of each measure on each place basis.
    source : sequence
        The source of each label that was reported.
    programme : Programme
    sums : Sums
        The sums are added to it.

    Notes
    -----
    A crossing that a declaration names is held to where it contradicts no figure, though what it leaves was never reported. Other
    values that lie within a wider one are tried as its crossing with each value of another breakdown, and held to where the
    figures agree.
    """
    crossings = Crossings(programme)
    for family in made:
        for reading in family.readings(source).values() if family.given else ():
            for at in _by_place(reading, sums):
                _add_at(at, crossings, sums)


def _by_place(reading: Mapping[Node, int], sums: Sums) -> list[_At]:
    found: dict[object, dict[frozenset[Pair], int]] = {}
    for (place, period, pairs), label in reading.items():
        if sums.value[label] >= 0:
            found.setdefault((place, period), {})[frozenset(pairs)] = label
    return [at for at in found.values() if len(at) > 1]


def _add_at(at: _At, crossings: Crossings, sums: Sums) -> None:
    names = sorted({name for pairs in at for name, _ in pairs})
    for pairs, label in at.items():
        for own in sorted(pairs):
            said = crossings.said.get(own, [])
            for crossing in [*said, *crossings.tried(own, names)]:
                inside = crossing | (pairs - {own})
                if len(dict(inside)) == len(inside) and _may_be(inside, label, at, sums):
                    for found in _leavings(label, crossing, inside, at, crossings):
                        _add(found, sums, open_too=crossing in said and len(crossing) > 1)


def _may_be(inside: frozenset[Pair], label: int, at: _At, sums: Sums) -> bool:
    """Tell whether a figure may be that of a crossing, and note it where that one is known."""
    same = at.get(inside)
    if same is None:
        return True
    if not np.isclose(sums.value[same], sums.value[label]):
        return False
    sums.add(same, [label], assumed=True)
    return True


class _Leaving(NamedTuple):
    """A wider figure, what is known of it, that of the crossing first, and whether there is nothing else."""

    whole: int
    parts: tuple[int, ...]
    every: bool


def _leavings(
    label: int, crossing: frozenset[Pair], inside: frozenset[Pair], at: _At, crossings: Crossings
) -> Iterator[_Leaving]:
    """Yield the figures that are wider than a crossing by one of its breakdowns."""
    for pair in sorted(crossing):
        rest = inside - {pair}
        for values, exhaustive in crossings.beside(pair) if rest in at else ():
            others = [at[one] for value in values if (one := rest | {value}) in at]
            yield _Leaving(at[rest], (label, *others), exhaustive and len(others) == len(values))


def _add(found: _Leaving, sums: Sums, *, open_too: bool) -> None:
    left = sums.value[found.whole] - sum(sums.value[one] for one in found.parts)
    several = len(found.parts) > 1
    if abs(left) < TOLERANCE and several:
        sums.add(found.whole, found.parts, group=True, assumed=True)
    elif open_too and not found.every and left > -TOLERANCE:
        sums.add(found.whole, found.parts, complete=False, group=True, assumed=True)
