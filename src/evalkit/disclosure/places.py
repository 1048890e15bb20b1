"""How places are made of others: the nation of regions and units, regions of units, units of former units."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from evalkit.disclosure.equations import Split
from evalkit.programme.provinces import Registry
from evalkit.table import NATION_SCHEME

REGION_SCHEME = "region"
Place = tuple[str, str]


def place_splits(places: Sequence[Place], registry: Registry, *, schemes: Container[str]) -> list[Split]:
    """Return how some places are made of others among them.

    Parameters
    ----------
    places : sequence of pair of str
        Code and scheme of every place that a measure is reported for anywhere, as :func:`same_place` gives them. A region's
        scheme is its boundary set, or "region".
    registry : Registry
        Tells which units form a region and which former units form a unit.
    schemes : container of str
        The boundary sets by which something is reported: sums over the units of others are left out.

    Returns
    -------
    list of Split
        Positions in ``places``; not complete where a part was never reported.
    """
    at = {place: position for position, place in enumerate(places)}
    splits = []
    for total, members in _structure(registry, schemes):
        own = [same_place(place, registry) for place in members]
        parts = tuple(at[place] for place in own if place in at)
        if total in at and parts and own != [total]:
            splits.append(Split(at[total], parts, complete=len(parts) == len(members)))
    return splits


def same_place(place: Place, registry: Registry) -> Place:
    """Return the earliest place of the same extent: a unit made of one former unit is that one.

    Parameters
    ----------
    place : pair of str
        Code and scheme.
    registry : Registry
    """
    code, scheme = place
    if scheme not in registry.schemes or code not in {unit.code for unit in registry.units(scheme)}:
        return place
    parts = registry.components(code, scheme)
    return same_place((parts[0].code, parts[0].scheme), registry) if len(parts) == 1 else place


def _structure(registry: Registry, schemes: Container[str]) -> Iterator[tuple[Place, list[Place]]]:
    """Yield every place that is made of others, with those."""
    nation = (registry.nation.code, NATION_SCHEME)
    for scheme in filter(schemes.__contains__, registry.schemes):
        units = registry.units(scheme)
        regions: dict[str, list[Place]] = {}
        for unit in units:
            regions.setdefault(unit.region_code, []).append((unit.code, scheme))
        yield nation, [(unit.code, scheme) for unit in units]
        for own in (scheme, REGION_SCHEME):
            yield nation, [(code, own) for code in regions]
            for code, members in regions.items():
                yield (code, own), members
        for unit in units:
            parts = registry.components(unit.code, scheme)
            if parts:
                yield (unit.code, scheme), [(part.code, part.scheme) for part in parts]
