"""How places are made of others: the nation of regions and units, regions of units, units of former units, at every level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from evalkit.additivity.axis import Axis, Partition
from evalkit.additivity.places import Places
from evalkit.disclosure.equations import Split
from evalkit.places.registry import Registry


@cache
def places_of(registry: Registry) -> Places:
    """Return the places of a registry as an axis, once."""
    return Places(registry)


def place_splits(places: Sequence[int], axis: Axis) -> tuple[list[int], list[Split]]:
    """Return places with those between and above them that nobody reported, and how they are made of each other.

    Parameters
    ----------
    places : sequence of int
        Positions on the axis of every place that a measure is reported for anywhere.
    axis : Axis
        The places of a registry.

    Returns
    -------
    tuple of list
        The places given, then others: what contains one of them, and what stands in two sums of such; and positions among
        them. A split is not complete where a part is none of these.
    """
    reported = set(places)
    above = {int(whole) for part, whole in axis.containing() if part in reported}
    heard = [one for one in axis.partitions if one.whole in above and above.intersection(one.parts)]
    telling = _telling([one for one in heard if not _told_by_units(one, heard, reported)], reported)
    used = Counter(place for one in telling for place in (one.whole, *one.parts))
    known = [*places, *sorted({place for place, times in used.items() if times > 1} - reported)]
    at = {place: position for position, place in enumerate(known)}
    splits = []
    for one in [one for one in telling if one.whole in at]:
        parts = tuple(at[part] for part in one.parts if part in at)
        if parts and (len(parts) == len(one.parts) or not _told_by_another(one, telling, at)):
            splits.append(Split(at[one.whole], parts, complete=len(parts) == len(one.parts)))
    return known, splits


def _told_by_units(one: Partition, heard: Sequence[Partition], reported: set[int]) -> bool:
    """Tell whether a place is made of reported places alone in another way, which has all that is reported in this one."""
    own = reported.intersection(one.parts)
    return len(own) < len(one.parts) and any(
        other.whole == one.whole and own <= set(other.parts) <= reported for other in heard
    )


def _telling(heard: Sequence[Partition], reported: set[int]) -> list[Partition]:
    """Leave out what makes up a place that can be of any size: nothing above it is reported, and some part of it is not known."""
    bounded, before = set(reported), -1
    while before != (before := len(bounded)):
        for one in heard:
            if one.whole in bounded:
                bounded.update(one.parts)
            elif bounded.issuperset(one.parts):
                bounded.add(one.whole)
    return [one for one in heard if one.whole in bounded]


def _told_by_another(one: Partition, heard: Sequence[Partition], at: dict[int, int]) -> bool:
    """Tell whether another partition of the same place has every part that this one has, and more."""
    parts = set(at).intersection(one.parts)
    return any(other.whole == one.whole and parts < set(at).intersection(other.parts) for other in heard)
