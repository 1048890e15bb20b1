"""The places: the nation, regions, units of every boundary set. Places of one extent are one place."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.additivity.axis import Axis, Partition, unique_partitions
from evalkit.places.registry import Registry
from evalkit.table import NATION_SCHEME, REGION_SCHEME

Place = tuple[str, str]
NATION = 0  # the position of the nation on the axis


class Places:
    """The places of a registry as an axis, and the position of a code with its scheme.

    A unit that was made of one former unit is that unit; a region of a single unit is that unit; what holds every unit of a
    boundary set is the nation. A region may be given with its boundary set or with the scheme "region"; where boundary sets
    give one code to regions of unlike extent, the code with the scheme "region" is a place of its own that adds up to nothing
    (``axis``); for protection it is taken to be each of them (``guarded``).

    Examples
    --------
    >>> from evalkit.places.registry import load_registry, reference_folder
    >>> places = Places(load_registry(reference_folder()))
    >>> places.position("22", "63") == places.position("22", "34"), places.position("24", "63") == places.position("24", "34")
    (True, False)
    """

    def __init__(self, registry: Registry) -> None:
        self._position: dict[Place, int] = {}
        self._elements: dict[object, int] = {}
        self._registry = registry
        found: list[Partition] = []
        self._add((registry.nation.code, NATION_SCHEME), "nation")
        for scheme in registry.schemes:
            found += list(self._of_scheme(scheme))
        guesses: list[Partition] = []
        for code in sorted({code for scheme in registry.schemes for code in registry.regions(scheme)}):
            guesses += self._region_without_scheme(code)
        axis = Axis(tuple(self._elements), unique_partitions(found))
        self.axis = Axis(axis.elements, (*axis.partitions, *self._nested(axis)))
        self.guarded = Axis(axis.elements, (*self.axis.partitions, *guesses))

    def position(self, code: str, scheme: str) -> int:
        """Return the position of a place on the axis; -1 for one that the registry does not know."""
        return self._position.get((code, scheme), -1)

    def _add(self, place: Place, extent: object) -> int:
        position = self._elements.setdefault(extent, len(self._elements))
        self._position[place] = position
        return position

    def _of_scheme(self, scheme: str) -> Iterator[Partition]:
        units = self._registry.units(scheme)
        at = {unit.code: self._add((unit.code, scheme), self._extent([unit.code], scheme)) for unit in units}
        for unit in units:
            parts = self._registry.components(unit.code, scheme)
            yield Partition(at[unit.code], tuple(self._position[part.code, part.scheme] for part in parts))
        members = {
            code: [unit.code for unit in units if unit.region_code == code]
            for code in self._registry.regions(scheme)
        }
        regions = [at[unit.code] for unit in units if not unit.region_code]
        for code, inside in members.items():
            regions.append(self._add((code, scheme), self._extent(inside, scheme)))
            yield Partition(regions[-1], tuple(at[one] for one in inside))
        yield Partition(NATION, tuple(at.values()))
        yield Partition(NATION, tuple(regions))

    def _extent(self, codes: list[str], scheme: str) -> object:
        """Return what some units cover: units of the oldest boundary set theirs was made of, or the nation."""
        oldest = frozenset(one for code in codes for one in self._oldest((code, scheme)))
        root = next(iter(oldest))[1]
        return "nation" if len(oldest) == len(self._registry.units(root)) else oldest

    def _oldest(self, place: Place) -> list[Place]:
        parts = self._registry.components(*place)
        return [one for part in parts for one in self._oldest((part.code, part.scheme))] or [place]

    def _nested(self, axis: Axis) -> Iterator[Partition]:
        """Yield how a place is made of one inside it that no boundary set says is its part, and of the oldest units beside that."""
        known = {(int(part), int(whole)) for part, whole in axis.containing()}
        extents = {place: one for one, place in self._elements.items() if isinstance(one, frozenset)}
        for part, inner in extents.items():
            for whole, outer in extents.items():
                if inner < outer and (part, whole) not in known:
                    yield Partition(
                        whole, tuple(sorted([part, *(self._position[one] for one in outer - inner)]))
                    )

    def _region_without_scheme(self, code: str) -> Iterator[Partition]:
        schemes = [scheme for scheme in self._registry.schemes if (code, scheme) in self._position]
        own = [self._position[code, scheme] for scheme in schemes]
        same = len(set(own)) == 1
        extent = list(self._elements)[own[0]] if same else ("region", code)
        position = self._add((code, REGION_SCHEME), extent)
        for scheme in [] if same else schemes:
            units = [unit.code for unit in self._registry.units(scheme) if unit.region_code == code]
            yield Partition(position, tuple(self._position[unit, scheme] for unit in units))
