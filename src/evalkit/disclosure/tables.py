"""All linked tables of a country at once: its cells, the implicit ones, and the sums among them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.disclosure.breakdowns import ALL, breakdown_splits
from evalkit.disclosure.equations import Sums, Tables, dimensions
from evalkit.disclosure.grid import sums_of_grid
from evalkit.disclosure.periods import period_splits
from evalkit.disclosure.places import place_splits, same_place
from evalkit.programme.models import Programme
from evalkit.programme.provinces import Registry

DAY = pd.Timedelta(days=1)


def labelled(cells: pd.DataFrame) -> pd.DataFrame:
    """Label protected cells 0, 1, ... in the order of their keys, so that the order of rows decides nothing.

    Parameters
    ----------
    cells : DataFrame
        What :func:`evalkit.disclosure.rules.protected_cells` returns.

    Returns
    -------
    DataFrame
        With a column ``row``: the label of the facts row.
    """
    key = [*_lasting(cells), "edition_date"]
    return cells.rename_axis("row").reset_index().sort_values(key, kind="stable", ignore_index=True)


def _lasting(cells: pd.DataFrame) -> list[str]:
    """Return the columns that name a figure in all its editions."""
    names = ["measure", "source_id", "place_basis", "province_code", "scheme", "period_start", "period_end"]
    return [*names, *dimensions(cells)]


def linked_tables(
    cells: pd.DataFrame,
    programme: Programme,
    registry: Registry,
    *,
    releases: Sequence[Sequence[int]] = (),
) -> Tables:
    """Return every sum that holds among the cells.

    Parameters
    ----------
    cells : DataFrame
        What :func:`labelled` returns; one edition of each figure, and those of earlier releases.
    programme : Programme
        Tells which breakdowns add up to their total.
    registry : Registry
        Tells which units form the nation and its regions, and which former units form a unit.
    releases : sequence of sequences of int
        Labels of the cells that stood side by side in one release; by default all of them.

    Returns
    -------
    Tables
        Sums over places, periods and breakdowns, with the implicit cells they need. Stocks, such as persons in process at
        the end of a year, are not added over time. One figure given by two sources is one figure; one given by two editions
        is the earlier one and what was added or taken away; and of two measures one may be part of the other.
    """
    sums = Sums(cells)
    together = [set(labels) for labels in releases] or [set(cells.index)]
    for _, family in cells.groupby(["measure", "place_basis"], sort=True):
        done: set[frozenset[int]] = set()
        for labels in together:
            inside = frozenset(labels.intersection(family.index))
            if inside and inside not in done:
                done.add(inside)
                _add_family(family.loc[sorted(inside)], programme, registry, sums)
    _add_editions(cells, sums)
    for labels in together:
        _add_parts(cells.loc[sorted(labels)], programme, sums)
    sums.settle()
    return Tables(_with_implicit(cells, sums), tuple(sums.equations))


def _add_family(family: pd.DataFrame, programme: Programme, registry: Registry, sums: Sums) -> None:
    """Add the sums of one measure, counted on one place basis."""
    measure = programme.measures[str(family["measure"].iloc[0])]
    names = [name for name in dimensions(family) if (family[name] != ALL).any()]
    codes = zip(family["province_code"], family["scheme"], strict=True)
    places, at_place = _numbered_rows([same_place(place, registry) for place in codes])
    given, at_period = _numbered(family.assign(after=family["period_end"] + DAY), ["period_start", "after"])
    own, at_breakdown = _numbered(family, names)
    periods, over_time = period_splits(given)
    breakdowns, over_values = breakdown_splits(own, {name: programme.dimensions[name] for name in names})
    over_places = place_splits(places, registry, schemes=set(family["scheme"]))
    splits = (over_places, over_time if measure.time_basis != "stock" else [], over_values)
    shape = (len(places), len(periods), len(breakdowns))
    nodes = _Nodes(family, np.ravel_multi_index((at_place, at_period, at_breakdown), shape), len(breakdowns))
    nodes.join(sums)
    if measure.additive:
        for found in sums_of_grid(shape, splits, nodes.reported(shape)):
            parts = [nodes.label(part, sums) for part in found.parts]
            sums.add(
                nodes.label(found.total, sums),
                parts,
                complete=found.complete,
                group=found.group,
                nearly=found.nearly,
            )


class _Nodes:
    """The cells at each node of a grid; implicit ones are made where a sum needs them."""

    def __init__(self, family: pd.DataFrame, node: npt.NDArray[np.int64], breakdowns: int) -> None:
        labels: list[int] = family.index.tolist()
        self._pairs = list(zip(node.tolist(), labels, strict=True))
        self._label: dict[int, int] = dict(reversed(self._pairs))  # the first of several sources
        self._breakdowns = breakdowns
        lowest = labels[int(family["threshold"].argmin())]
        self._like = dict.fromkeys(range(breakdowns), lowest)
        self._like |= {at % breakdowns: label for at, label in self._pairs}

    def join(self, sums: Sums) -> None:
        """Note that cells at one node are one figure."""
        for at, label in self._pairs:
            if self._label[at] != label:
                sums.add(self._label[at], [label])

    def reported(self, shape: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
        """Tell which nodes have a cell."""
        found = np.zeros(np.prod(shape), dtype=np.bool_)
        found[list(self._label)] = True
        return found

    def label(self, at: int, sums: Sums) -> int:
        """Return the label of the cell at a node."""
        if at not in self._label:
            self._label[at] = sums.implicit(like=self._like[at % self._breakdowns])
        return self._label[at]


def _numbered(cells: pd.DataFrame, columns: list[str]) -> tuple[list[tuple[Any, ...]], npt.NDArray[np.int64]]:
    """Return the different rows of some columns, in order, and which of them each cell has."""
    return _numbered_rows(
        list(zip(*(cells[name].tolist() for name in columns), strict=True)) or [()] * len(cells)
    )


def _numbered_rows(rows: Sequence[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], npt.NDArray[np.int64]]:
    at = {row: position for position, row in enumerate(sorted(set(rows)))}
    return list(at), np.array([at[row] for row in rows])


def _add_editions(cells: pd.DataFrame, sums: Sums) -> None:
    """Note what later editions of a figure add to earlier ones or take away: who keeps both knows it."""
    lasting = _lasting(cells)
    older = cells.duplicated(lasting, keep=False) & cells["value"].notna()
    if not older.any():
        return
    for _, editions in cells[older].sort_values("edition_date", kind="stable").groupby(lasting, sort=True):
        labels: list[int] = editions.index.tolist()
        for one, other in pairwise(labels):
            low, high = sorted((one, other), key=lambda label: sums.value[label])
            sums.add(high, [low], complete=sums.value[low] == sums.value[high])


def parts_and_bases(programme: Programme) -> list[tuple[str, str]]:
    """Return which measures are part of which: declared, by an indicator that is a share, or by way of a third.

    Parameters
    ----------
    programme : Programme

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> pairs = parts_and_bases(load_programme("vn-trafficking"))
    >>> ("victims_supported", "victims_offered_support") in pairs, ("victims_supported", "victims_identified") in pairs
    (True, True)
    """
    pairs = {(name, base) for name, measure in programme.measures.items() for base in measure.part_of}
    pairs |= {
        (one.numerator, one.denominator)
        for one in programme.indicators.values()
        if one.is_share and one.denominator is not None and one.part == one.base_part
    }
    while further := {(part, whole) for part, base in pairs for one, whole in pairs if one == base} - pairs:
        pairs |= further
    return sorted((part, base) for part, base in pairs if part != base)


def _add_parts(cells: pd.DataFrame, programme: Programme, sums: Sums) -> None:
    """Note which figures are part of others of the same place, period, breakdown and source."""
    key, given = [name for name in _lasting(cells) if name != "measure"], set(cells["measure"])
    for part, base in parts_and_bases(programme):
        if not {part, base} <= given:
            continue
        lower, upper = (
            cells.loc[cells["measure"] == name, key].reset_index(names="label") for name in (part, base)
        )
        pairs = upper.merge(lower, on=key, suffixes=("_upper", "_lower"))
        for above, below in zip(pairs["label_upper"].tolist(), pairs["label_lower"].tolist(), strict=True):
            sums.add(above, [below], complete=False)


def _with_implicit(cells: pd.DataFrame, sums: Sums) -> pd.DataFrame:
    made = sums.implicit_cells()
    told = {name: cells.get(name, default=False) for name in ("released", "before")}
    own = cells.assign(implicit=False, fixed=False, **told)
    if made.empty:
        return own
    named = cells.loc[
        made["like"], [*dimensions(cells), "measure", "province_code", "scheme", "period_start"]
    ]
    rest = named.reset_index(drop=True).assign(
        value=made["value"],
        threshold=made["threshold"],
        size=made["size"],
        known=False,
        released=False,
        before=False,
        implicit=True,
        fixed=made["fixed"],
        row=-1,
    )
    return pd.concat([own, rest], ignore_index=True)
