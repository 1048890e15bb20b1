"""The sums of one measure on one place basis, over places, periods and breakdowns at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.disclosure.all_sums import sums_of_grid
from evalkit.disclosure.breakdown_sums import ALL, Breakdown, breakdown_splits
from evalkit.disclosure.equations import Split, Sums, dimensions
from evalkit.disclosure.period_sums import Span, last_day_splits, period_splits
from evalkit.disclosure.place_sums import place_splits, places_of
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme

DAY = pd.Timedelta(days=1)
Place = int  # its position among the places of the registry
Node = tuple[Place, Span, tuple[tuple[str, str], ...]]
EVERY = ""


class Family(NamedTuple):
    """The cells of one measure: the label of each node's, and the sums that leave a rest, each a total and its parts.

    ``given`` is the node of each cell reported, of all sources.
    """

    labels: dict[Node, int]
    open_sums: list[tuple[Node, tuple[Node, ...]]]
    given: dict[int, Node]

    def readings(self, source: Sequence[object]) -> dict[object, dict[Node, int]]:
        """Return the label of each figure as a reader meets it first, named EVERY, and as each source gives it."""
        found: dict[object, dict[Node, int]] = {EVERY: dict(self.labels)}
        for label, node in self.given.items():
            found.setdefault(source[label], {})[node] = label
        return found


def add_family(
    family: pd.DataFrame, beside: pd.DataFrame, programme: Programme, registry: Registry, sums: Sums
) -> Family:
    """Add the sums of one measure, counted on one place basis.

    Parameters
    ----------
    family : DataFrame
        The measure's cells.
    beside : DataFrame
        Cells of measures that it is held against; what it amounts to there is a figure, though it was never reported.
    programme : Programme
    registry : Registry
    sums : Sums
        The sums are added to it.

    Returns
    -------
    Family
        The label of the cell at each place, period and breakdown that has one.

    Notes
    -----
    Whether a measure says of itself that its figures are never added does not matter: whoever subtracts does not ask.
    """
    names = [name for name in dimensions(family) if (family[name] != ALL).any()]
    beside = _comparable(beside, family)
    cells = family if beside.empty else pd.concat([family, beside])
    grid = _grid(cells, names, programme, registry)
    nodes = _Nodes(family, grid.node[: len(family)], len(grid.breakdowns))
    nodes.join(sums)
    left: list[tuple[Node, tuple[Node, ...]]] = []
    for found in sums_of_grid(grid.shape, grid.splits, grid.flags(grid.node)):
        parts = [nodes.label(part, sums) for part in found.parts]
        sums.add(
            nodes.label(found.total, sums),
            parts,
            complete=found.complete,
            group=found.group,
            nearly=found.nearly,
            assumed=found.assumed,
        )
        if not found.complete:
            left.append((grid.named(found.total), tuple(map(grid.named, found.parts))))
    given = {label: grid.named(at) for at, label in nodes.given}
    return Family({grid.named(at): label for at, label in nodes.labels.items()}, left, given)


def _comparable(beside: pd.DataFrame, family: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that a measure has something to hold against: totals, and breakdowns it is given by at that time.

    Of a breakdown that it is not given by anywhere any split of its total fits, so the other's parts tell nothing of it.
    """
    if beside.empty:
        return beside
    names = dimensions(family)
    key = ["period_start", "period_end", *names]
    given, theirs = (
        list(zip(*(cells[name].tolist() for name in key), strict=True)) for cells in (family, beside)
    )
    known, total = set(given), (ALL,) * len(names)
    return beside[[one in known or one[2:] == total for one in theirs]]


@dataclass(frozen=True, slots=True)
class _Grid:
    """All places, periods and breakdowns of some cells, how they are made of each other, and the node of each cell."""

    places: list[Place]
    periods: list[Span]
    breakdowns: list[Breakdown]
    names: list[str]
    splits: tuple[list[Split], list[Split], list[Split]]
    node: npt.NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many there are of each."""
        return len(self.places), len(self.periods), len(self.breakdowns)

    def flags(self, nodes: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Mark some nodes."""
        found = np.zeros(np.prod(self.shape), dtype=np.bool_)
        found[list(nodes)] = True
        return found

    def named(self, at: int) -> Node:
        """Return place, period and breakdown of a node."""
        rest, breakdown = divmod(at, len(self.breakdowns))
        place, period = divmod(rest, len(self.periods))
        values = zip(self.names, self.breakdowns[breakdown], strict=True)
        return self.places[place], self.periods[period], tuple(one for one in values if one[1] != ALL)


def _grid(cells: pd.DataFrame, names: list[str], programme: Programme, registry: Registry) -> _Grid:
    measure = programme.measures[str(cells["measure"].iloc[0])]
    every = places_of(registry)
    codes = list(zip(cells["province_code"], cells["scheme"], strict=True))
    of = {pair: every.position(*pair) for pair in set(codes)}
    given_places, at_place = _numbered_rows([(of[pair],) for pair in codes])
    given, at_period = _numbered(cells.assign(after=cells["period_end"] + DAY), ["period_start", "after"])
    own, at_breakdown = _numbered(cells, names)
    stock = measure.time_basis == "stock"
    periods, over_time = (given, last_day_splits(given)) if stock else period_splits(given)
    breakdowns, over_values = breakdown_splits(own, {name: programme.dimensions[name] for name in names})
    places, over_places = place_splits([place for (place,) in given_places], every.guarded)
    splits = (over_places, over_time, over_values)
    shape = (len(places), len(periods), len(breakdowns))
    node = np.ravel_multi_index((at_place, at_period, at_breakdown), shape)
    return _Grid(places, periods, breakdowns, names, splits, node)


class _Nodes:
    """The cells at each node of a grid; implicit ones are made where a sum needs them."""

    def __init__(self, family: pd.DataFrame, node: npt.NDArray[np.int64], breakdowns: int) -> None:
        labels: list[int] = family.index.tolist()
        self.given = list(zip(node.tolist(), labels, strict=True))
        self.labels: dict[int, int] = dict(reversed(self.given))  # the first of several sources
        self._breakdowns = breakdowns
        lowest = labels[int(family["threshold"].argmin())]
        self._like = dict.fromkeys(range(breakdowns), lowest)
        self._like |= {at % breakdowns: label for at, label in self.given}

    def join(self, sums: Sums) -> None:
        """Note that cells at one node are one figure."""
        for at, label in self.given:
            if self.labels[at] != label:
                sums.add(self.labels[at], [label])

    def label(self, at: int, sums: Sums) -> int:
        """Return the label of the cell at a node."""
        if at not in self.labels:
            self.labels[at] = sums.implicit(like=self._like[at % self._breakdowns])
        return self.labels[at]


def _numbered(cells: pd.DataFrame, columns: list[str]) -> tuple[list[tuple[Any, ...]], npt.NDArray[np.int64]]:
    """Return the different rows of some columns, in order, and which of them each cell has."""
    return _numbered_rows(
        list(zip(*(cells[name].tolist() for name in columns), strict=True)) or [()] * len(cells)
    )


def _numbered_rows(rows: Sequence[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], npt.NDArray[np.int64]]:
    at = {row: position for position, row in enumerate(sorted(set(rows)))}
    return list(at), np.array([at[row] for row in rows])
