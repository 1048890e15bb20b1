"""Sums over places: the nation and its regions, regions and their units, units and the former units they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from evalkit.disclosure.equations import Key, Sums, keys, labels_by
from evalkit.facts.schema import NATION, NATION_SCHEME
from evalkit.programme.provinces import Registry

REGION_SCHEME = "region"
Place = tuple[str, str]
Named = dict[str, dict[Place, int]]


def add_places(cells: pd.DataFrame, registry: Registry, sums: Sums) -> None:
    """Add the sums over places.

    Parameters
    ----------
    cells : DataFrame
        Protected cells, one edition of each figure. A region's row has the region's code and its boundary set as scheme,
        or the scheme "region".
    registry : Registry
        Tells which units form a region and which former units form a unit.
    sums : Sums
        Takes the equations.

    Notes
    -----
    Parts are those of the total's own source; where it gives none, those of each other source that gives no total. Parts
    that were not reported are one implicit cell together.
    """
    by_key: dict[Key, Named] = {}
    columns = ["source_id", "province_code", "scheme", *keys(cells, "source_id", "province_code", "scheme")]
    for (source, code, scheme, *key), label in labels_by(cells, columns):
        by_source = by_key.setdefault(tuple(key), {})
        by_source.setdefault(str(source), {})[str(code), str(scheme)] = label
    structure = list(_structure(registry))
    for by_source in by_key.values():
        for total, members in structure:
            _add(sums, by_source, total=total, members=members)


def _structure(registry: Registry) -> Iterator[tuple[Place, list[Place]]]:
    """Yield every place that is made of others, with those."""
    for scheme in registry.schemes:
        units = registry.units(scheme)
        regions: dict[str, list[Place]] = {}
        for unit in units:
            regions.setdefault(unit.region_code, []).append((unit.code, scheme))
        yield (NATION, NATION_SCHEME), [(unit.code, scheme) for unit in units]
        for own in (scheme, REGION_SCHEME):
            yield (NATION, NATION_SCHEME), [(code, own) for code in regions]
            for code, members in regions.items():
                yield (code, own), members
        for unit in units:
            parts = registry.components(unit.code, scheme)
            if parts:
                yield (unit.code, scheme), [(part.code, part.scheme) for part in parts]


def _add(sums: Sums, by_source: Named, *, total: Place, members: Sequence[Place]) -> None:
    for source, own in by_source.items():
        if total not in own:
            continue
        given = [own[place] for place in members if place in own]
        tables = [given] if given else list(_of_others(by_source, source, total=total, members=members))
        for parts in tables:
            sums.add(own[total], parts, complete=len(parts) == len(members))


def _of_others(
    by_source: Named, source: str, *, total: Place, members: Sequence[Place]
) -> Iterator[list[int]]:
    for name in sorted(by_source):
        other = by_source[name]
        parts = [other[place] for place in members if place in other]
        if name != source and parts and total not in other:
            yield parts
