"""Linked figures as a network in which an exchange can run, by class alone: no value but a known one is read here.

One *figure* may stand in several cells (a province whose boundary did not change has two codes). A figure that is published
or stands is known, and so is one that follows from known ones. The others may be hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from evalkit.disclosure.equations import Equation, Tables, dimensions
from evalkit.disclosure.protection_rules import LARGE, SMALL

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Network:
    """Figures that are linked by sums and not known, as arrays over the figures.

    Attributes
    ----------
    matrix : csr_array
        One row per sum: +1 for a part, -1 for the total.
    floor : array of float
        What a figure can go down by for all its class tells: its threshold where it is large; one where it is small and
        nobody reported it, for such a figure is no part of a table; else nothing. A total is bounded by its parts alone: it
        cannot fall below nothing while they do not.
    large : array of bool
        Of the class at or above the threshold.
    need : array of float
        How wide its range must stay: its threshold less one, or less where known totals bound it anyway.
    partners : tuple of tuples of int
        The figures that with this one make up a known total in which none is large; empty where there is no such total.
    shared : array of float
        What of that known total is theirs together; 0 where there is none.
    must : array of bool
        Hidden in any case: small, of a whole group, hidden before, or implicit.
    guarded : array of bool
        Needs its width whenever hidden; false for an implicit figure that is not small.
    cost : array of float
        What hiding it takes from the reader; none for an implicit figure.
    cells : tuple of tuples of int
        The labels of each figure's cells.
    order : array of float
        From nothing to one: which of two figures goes first where nothing else tells them apart.
    """

    matrix: csr_array
    floor: Numbers
    large: Flags
    need: Numbers
    partners: tuple[tuple[int, ...], ...]
    shared: Numbers
    must: Flags
    guarded: Flags
    cost: Numbers
    cells: tuple[tuple[int, ...], ...]
    order: Numbers

    def part(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Network:
        """Return the network of some figures and all the sums that hold them."""
        place = {int(column): at for at, column in enumerate(columns)}
        return Network(
            self.matrix[rows][:, columns].tocsr(),
            self.floor[columns],
            self.large[columns],
            self.need[columns],
            tuple(tuple(place[other] for other in self.partners[column]) for column in columns),
            self.shared[columns],
            self.must[columns],
            self.guarded[columns],
            self.cost[columns],
            tuple(self.cells[column] for column in columns),
            self.order[columns],
        )


def networks(tables: Tables, must: set[int], *, key: bytes = b"") -> Iterator[Network]:
    """Yield the networks that hold a cell which must be hidden; figures in different ones tell nothing of each other.

    Parameters
    ----------
    tables : Tables
    must : set of int
        Labels of the cells that are hidden in any case.
    key : bytes
        16 bytes that nobody knows, by which figures that are equal otherwise are put in order; without them they are in that of
        the cells.
    """
    figure = _figures(tables)
    whole = _network(tables, figure, must, key)
    _, group = connected_components(abs(whole.matrix.T @ whole.matrix), directed=False)
    order = np.argsort(group, kind="stable")
    owner = group[whole.matrix.indices[whole.matrix.indptr[:-1]]] if whole.matrix.shape[0] else np.array([])
    for columns in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(columns) > 1 and (whole.must & whole.guarded)[columns].any():
            yield whole.part(np.flatnonzero(owner == group[columns[0]]), columns)


def known_values(tables: Tables, *, released: bool) -> dict[int, float]:
    """Return the cells an outsider knows without this release, and their values: published, standing, or following.

    Parameters
    ----------
    tables : Tables
    released : bool
        Count what earlier releases showed as known, too.
    """
    cells = tables.cells
    given = cells["known"] | cells["released"] if released else cells["known"]
    known: dict[int, float] = dict(
        zip(cells.index[given].tolist(), cells.loc[given, "value"].tolist(), strict=True)
    )
    waiting, changed = [one for one in tables.equations if one.sound], True
    while changed:
        changed, left = False, []
        for equation in waiting:
            unknown = [part for part in equation.parts if part not in known]
            if equation.total not in known:
                unknown.append(equation.total)
            found = _following(equation, unknown, known)
            known.update(found)
            changed |= bool(found)
            if len(unknown) > len(found):
                left.append(equation)
        waiting = left
    return known


def _following(equation: Equation, unknown: list[int], known: dict[int, float]) -> dict[int, float]:
    """Return what one sound sum tells outright: the one figure that is not known, or that all parts of nothing are nothing."""
    if not unknown:
        return {}
    if unknown == [equation.total]:
        return {equation.total: sum(known[part] for part in equation.parts)}
    if equation.total in unknown:
        return {}
    rest = _rest(equation, known)
    return dict.fromkeys(unknown, rest) if len(unknown) == 1 or rest == 0 else {}


def _is_one_figure(equation: Equation) -> bool:
    """Tell whether both sides are one and the same figure."""
    return len(equation.parts) == 1 and not equation.assumed


def _figures(tables: Tables) -> npt.NDArray[np.int64]:
    """Return the figure of each cell; cells that are one and the same figure have one."""
    same = [(one.total, one.parts[0]) for one in tables.equations if _is_one_figure(one)]
    count = len(tables.cells)
    rows, columns = np.array(same, dtype=int).reshape(-1, 2).T
    links = csr_array((np.ones(len(same)), (rows, columns)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _network(tables: Tables, figure: npt.NDArray[np.int64], must: set[int], key: bytes) -> Network:
    cells = tables.cells
    fixed = cells.index[cells["fixed"]].tolist() if "fixed" in cells else []
    known = {int(figure[label]) for label in (*known_values(tables, released=True), *fixed)}
    free = [int(one) for one in np.unique(figure) if one not in known]
    column = {one: position for position, one in enumerate(free)}
    members: list[list[int]] = [[] for _ in free]
    for label, one in enumerate(figure.tolist()):
        if one in column:
            members[column[one]].append(label)
    size, threshold, implicit = _of_figures(cells, members)
    at = np.array([column.get(int(one), -1) for one in figure])
    large = size == LARGE
    matrix, partners, shared, most = _sums(tables, at, large)
    is_total = (matrix.tocsc() < 0).sum(axis=0) > 0
    return Network(
        matrix,
        floor=np.where(is_total, inf, np.where(large, threshold, implicit & (size == SMALL))),
        large=large,
        need=np.minimum(threshold - 1.0, most),
        partners=partners,
        shared=shared,
        must=np.array([any(label in must for label in labels) for labels in members], dtype=bool) | implicit,
        guarded=~implicit | (size == SMALL),
        cost=np.where(implicit, 0.0, _cost(tables, members)),
        cells=tuple(tuple(labels) for labels in members),
        order=_order(cells, members, key),
    )


def _order(cells: pd.DataFrame, members: list[list[int]], key: bytes) -> Numbers:
    """Put figures in an order: that of the cells or, with a key, one that nobody can tell without it.

    Method: SipHash of what names the figure's first cell (Aumasson and Bernstein, 2012).
    """
    first = np.array([labels[0] for labels in members], dtype=np.int64)
    if not key:
        return first / (len(cells) + 1)
    names = [
        "measure",
        "place_basis",
        "scheme",
        "province_code",
        "period_start",
        "period_end",
        *dimensions(cells),
    ]
    texts = (cells[name].iloc[first].astype(str).tolist() for name in names)
    named = pd.Series(["|".join(one) for one in zip(*texts, strict=True)], dtype=str)
    drawn = pd.util.hash_pandas_object(named, index=False, hash_key=key.hex()[:16], categorize=False)
    return drawn.to_numpy(np.float64) / 2.0**64


def _of_figures(
    cells: pd.DataFrame, members: list[list[int]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Flags]:
    """Return class and threshold of each figure, and whether nobody reported it; of classes that differ the smaller counts."""
    size, threshold = cells["size"].to_numpy(), cells["threshold"].to_numpy()
    implicit = cells["implicit"].to_numpy()
    reported = [[label for label in labels if not implicit[label]] for labels in members]
    classes = [
        {int(size[label]) for label in own or labels} for own, labels in zip(reported, members, strict=True)
    ]
    return (
        np.array([one.pop() if len(one) == 1 else SMALL for one in classes], dtype=np.int64),
        np.array([threshold[labels].max() for labels in members], dtype=np.int64),
        np.array([not own for own in reported], dtype=np.bool_),
    )


def _sums(
    tables: Tables, at: npt.NDArray[np.int64], large: Flags
) -> tuple[csr_array, tuple[tuple[int, ...], ...], Numbers, Numbers]:
    """Return the sums over free figures, the partners of each figure, what they share, and the most known totals leave."""
    given, released = (known_values(tables, released=flag) for flag in (False, True))
    entries: list[tuple[int, int, float]] = []
    partners: list[tuple[int, ...]] = [()] * len(large)
    most, shared, rows = np.full(len(large), inf), np.zeros(len(large)), 0
    for equation in tables.equations:
        terms = [(int(at[part]), 1.0) for part in equation.parts] + [(int(at[equation.total]), -1.0)]
        inside = [(place, sign) for place, sign in terms if place >= 0]
        if _is_one_figure(equation) or not inside:
            continue
        entries += [(rows, place, sign) for place, sign in inside]
        rows += 1
        places = [place for place, _ in inside]
        if not equation.sound:
            continue
        if equation.total in released and len(places) > 1 and not large[places].any():
            new = [place for place in places if not partners[place]]
            shared[new] = _rest(equation, released)
            for one in new:
                partners[one] = tuple(set(places) - {one})
        if equation.total in given:
            most[places] = np.minimum(most[places], _rest(equation, given))
    row, place, sign = np.array(entries, dtype=float).reshape(-1, 3).T
    matrix = csr_array((sign, (row.astype(int), place.astype(int))), shape=(rows, len(large)))
    return matrix, tuple(partners), shared, most


def _rest(equation: Equation, known: dict[int, float]) -> float:
    """Return what a known total leaves to the parts that are not known."""
    return max(known[equation.total] - sum(known.get(part, 0.0) for part in equation.parts), 0.0)


def _cost(tables: Tables, members: list[list[int]]) -> Numbers:
    """Count the figures that are parts of each one, and one more: a total is dearer than what it is made of."""
    below = np.ones(len(tables.cells))
    for equation in tables.equations:
        below[equation.total] = max(below[equation.total], len(equation.parts))
    return np.array([below[labels].max() for labels in members])
