"""The axes that the rows of a table lie on, where each row lies, and how its measures are linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.additivity.axis import Positions
from evalkit.additivity.breakdowns import breakdowns_axis
from evalkit.additivity.measures import PartOf, parts_of_measures
from evalkit.additivity.periods import days, periods_axis
from evalkit.additivity.places import Places
from evalkit.additivity.ragged import AxisTables, axis_tables
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.table import ALL

Flags = NDArray[np.bool_]
Family = tuple[object, ...]
AXES = ("place", "period", "breakdown", "measure")
PLACE, PERIOD, BREAKDOWN, MEASURE = range(4)


@dataclass(frozen=True, eq=False)
class Space:
    """The axes of a table's cells, and its families: measure, place basis, and what is never combined.

    A cell is a number: a step on an axis adds that axis's stride to it, and so does the step from family to family.

    Attributes
    ----------
    places : Places
    period_axis, breakdown_axis : tuple
        The elements of the two other axes: first day and the day after the last; a value of each of ``dimensions``.
    dimensions : tuple of str
    tables : tuple of three AxisTables
        The axes as arrays: places, periods, breakdowns.
    families : list of tuple
    adds, over_days : array of bool
        For each family, whether its figures are added up at all, and over days.
    links : tuple of PartOf
    linked : list of tuple
        Of each pair of families, part and base: their numbers, that of the link, and where the base stands on the axis of
        breakdowns for each of the part's (-1 for nowhere).
    """

    places: Places
    period_axis: tuple[tuple[int, int], ...]
    breakdown_axis: tuple[tuple[str, ...], ...]
    dimensions: tuple[str, ...]
    tables: tuple[AxisTables, AxisTables, AxisTables]
    families: list[Family]
    adds: Flags
    over_days: Flags
    links: tuple[PartOf, ...]

    @cached_property
    def strides(self) -> tuple[int, int, int, int]:
        """What one step on each axis, and from family to family, adds to the number of a cell."""
        places, periods, breakdowns = (len(table.containing.starts) - 1 for table in self.tables)
        return periods * breakdowns, breakdowns, 1, places * periods * breakdowns

    @cached_property
    def linked(self) -> list[tuple[int, int, int, Positions]]:
        """The pairs of families of which one is part of the other."""
        return _linked(self)

    def coordinates(self, cells: Positions) -> tuple[Positions, Positions, Positions, Positions]:
        """Return the coordinates of cells: family, place, period, breakdown."""
        place, period, _, family = self.strides
        of_family, rest = np.divmod(cells, family)
        of_place, rest = np.divmod(rest, place)
        return of_family, of_place, *np.divmod(rest, period)

    def adding(self, cells: Positions, axis: int) -> Positions:
        """Return the positions of the cells that add up over an axis: stocks do not over days."""
        if axis != PERIOD:
            return np.arange(len(cells))
        return np.flatnonzero(self.over_days[cells // self.strides[3]])


def placed(
    facts: pd.DataFrame,
    *,
    registry: Registry,
    programme: Programme,
    apart: Sequence[str] = (),
    asked: Sequence[tuple[int, int]] = (),
) -> tuple[Space, Positions]:
    """Return the axes of a facts table, and the cell of each row; -1 for a row that adds up to nothing.

    Parameters
    ----------
    facts, registry, programme, apart, asked
        As in :func:`evalkit.additivity.lattice.lattice_of`.
    """
    dimensions = tuple(
        name for name in programme.dimensions if name in facts.columns and (facts[name] != ALL).any()
    )
    places = Places(registry)
    spans, at_span = np.unique(days(facts["period_start"], facts["period_end"]), axis=0, return_inverse=True)
    periods = periods_axis([*((int(start), int(end)) for start, end in spans), *asked])
    broken, at_broken = _numbered(facts, dimensions)
    breakdowns = breakdowns_axis(
        [tuple(map(str, one)) for one in broken], {name: programme.dimensions[name] for name in dimensions}
    )
    families, family = _numbered(facts, ["measure", "place_basis", *apart])
    pairs, pair = _numbered(facts, ["province_code", "scheme"])
    at_place = np.array([places.position(str(code), str(scheme)) for code, scheme in pairs], dtype=np.int64)
    adds = np.array([_adds(programme, str(one[0])) for one in families], dtype=bool).reshape(-1, 2)
    space = Space(
        places=places,
        period_axis=tuple((int(one[0]), int(one[1])) for one in periods.elements),  # type: ignore[index]
        breakdown_axis=tuple(tuple(one) for one in breakdowns.elements),  # type: ignore[arg-type]
        dimensions=dimensions,
        tables=(axis_tables(places.axis), axis_tables(periods), axis_tables(breakdowns)),
        families=families,
        adds=adds[:, 0],
        over_days=adds[:, 1],
        links=parts_of_measures(programme),
    )
    cells = np.column_stack([at_place[pair], at_span.reshape(-1), at_broken, family]) @ np.array(
        space.strides
    )
    return space, np.where((at_place[pair] >= 0) & space.adds[family], cells, -1)


def _numbered(facts: pd.DataFrame, columns: Sequence[str]) -> tuple[list[tuple[object, ...]], Positions]:
    """Return the combinations of values that some columns have, in order of appearance, and which of them each row has."""
    if not columns or facts.empty:
        return [()] if not columns else [], np.zeros(len(facts), dtype=np.int64)
    number = facts.groupby(list(columns), sort=False, dropna=False).ngroup().to_numpy().astype(np.int64)
    first = facts[list(columns)].iloc[np.unique(number, return_index=True)[1]]
    return list(first.itertuples(index=False, name=None)), number


def _adds(programme: Programme, name: str) -> tuple[bool, bool]:
    """Tell whether figures of a measure are added up at all, and over days."""
    measure = programme.measures.get(name)
    if measure is None:
        return False, False
    return measure.additive, measure.additive and measure.time_basis != "stock"


def _linked(space: Space) -> list[tuple[int, int, int, Positions]]:
    """Return, for each pair of families linked, part and base, the link and the base's breakdown at each of the part's."""
    at = {family: number for number, family in enumerate(space.families)}
    found = []
    for number, link in enumerate(space.links):
        mapped = _mapped(link, space)
        for family, part in at.items():
            base = at.get((link.base, *family[1:])) if family[0] == link.part else None
            if base is not None:
                found.append((part, base, number, mapped))
    return found


def _mapped(link: PartOf, space: Space) -> Positions:
    """Return, for each breakdown of a part, where the breakdown of its base stands; -1 for none."""
    if not link.at and not link.base_at:
        return np.arange(len(space.breakdown_axis), dtype=np.int64)
    at = {one: place for place, one in enumerate(space.breakdown_axis)}
    named = {name for name, _ in (*link.at, *link.base_at)} - set(space.dimensions)
    changed = dict.fromkeys((name for name, _ in link.at), ALL) | dict(link.base_at)
    found = []
    for one in space.breakdown_axis:
        values = dict(zip(space.dimensions, one, strict=True))
        fits = not named and all(values[name] == value for name, value in link.at)
        found.append(at.get(tuple({**values, **changed}.values()), -1) if fits else -1)
    return np.array(found, dtype=np.int64)
