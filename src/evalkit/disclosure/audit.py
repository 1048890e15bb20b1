"""The attacker's arithmetic: what can be worked out about each hidden figure from everything that is shown.

For each hidden cell the smallest and largest value that fits all sums, all shown figures, all published ones and all that
earlier releases showed are found by linear programming. A cell that comes out narrower than its threshold less one is
refused, unless what is published or standing anyway already narrows it as much. The attack knows nothing of how the hidden
cells were chosen, and its result chooses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack
from scipy.sparse.csgraph import connected_components

from evalkit.disclosure.equations import Tables
from evalkit.disclosure.linear import TOLERANCE, Linear
from evalkit.disclosure.network import known_values
from evalkit.disclosure.protection_rules import SMALL
from evalkit.errors import DisclosureError
from evalkit.messages import worded

Vector = npt.NDArray[np.float64]


def refuse_recoverable(tables: Tables, narrow: list[int]) -> None:
    """Refuse the release if a hidden figure can be worked out more closely than the rules allow.

    Parameters
    ----------
    tables : Tables
        All cells, with the sums that hold among them.
    narrow : list of int
        What :func:`recoverable` found.

    Raises
    ------
    DisclosureError
        Naming the measure, the place and the remedy; never the figure.
    """
    if narrow:
        row = tables.cells.loc[min(narrow)]
        raise DisclosureError(
            where=f"{row['measure']}, {row['scheme']}:{row['province_code']}, {row['period_start']:%Y-%m-%d}",
            rule=worded(
                "a hidden figure could be worked out from the figures shown, now or in an earlier release"
            ),
            do=worded(
                "pool years, drop the breakdown, or show it coarser: [[disclosure.coarser]] in evalkit.toml"
            ),
        )


def recoverable(tables: Tables, hidden: set[int]) -> list[int]:
    """Return the cells that can be worked out more closely than the rules allow.

    Parameters
    ----------
    tables : Tables
        All cells, with the sums that hold among them.
    hidden : set of int
        Labels of the hidden cells; implicit ones are hidden anyway, and what was shown before is not.

    Returns
    -------
    list of int
        Labels of hidden cells, and of implicit ones that are small; empty where the release is safe, both for those who take
        assumed sums to hold and for those who do not. What earlier releases told by an assumed sum this one does not tell.
    """
    cells = tables.cells
    hidden = hidden - set(cells.index[cells["released"]])
    implicit = set(cells.index[cells["implicit"]])
    small = set(cells.index[cells["size"] == SMALL])
    threshold, known = cells["threshold"].tolist(), cells["known"].tolist()
    guarded = {label for label in hidden | (implicit & small) if not known[label]}
    left = _known_bounds(tables)
    needed = {label: min(threshold[label] - 1.0, left.get(label, np.inf)) for label in guarded}
    follows = set(known_values(tables, released=False))
    closed, unknown = (hidden | implicit) - follows, set(cells.index.tolist()) - follows
    told = guarded - follows - _as_given(tables, closed, unknown)
    width = widths(tables, closed, {label: needed[label] for label in told})
    asked = {label: needed[label] for label in sorted(told) if width[label] < needed[label] - TOLERANCE}
    sure = replace(tables, equations=tuple(one for one in tables.equations if not one.assumed))
    before = unknown - set(cells.index[cells["released"]])
    found = {
        one
        for by, anyway in ((tables, before), (sure, unknown))
        if asked
        for one in _narrowed(by, asked, closed, anyway)
    }
    return sorted(found)


def _narrowed(tables: Tables, asked: dict[int, float], closed: set[int], unknown: set[int]) -> list[int]:
    """Return the cells that the release leaves narrower than the rule, and than what is known anyway leaves them."""
    width, given = widths(tables, closed, asked), widths(tables, unknown, asked)
    return [label for label in asked if width[label] < min(asked[label], given[label]) - TOLERANCE]


def _as_given(tables: Tables, hidden: set[int], unknown: set[int]) -> set[int]:
    """Return the cells of systems in which nothing is shown beyond what is known anyway: the release tells nothing of them."""
    value = np.zeros(len(tables.cells))
    before = {frozenset(labels) for labels, _, _ in _systems(tables, unknown, value)}
    now = (labels for labels, _, _ in _systems(tables, hidden, value))
    return {label for labels in now if frozenset(labels) in before for label in labels}


def _known_bounds(tables: Tables) -> dict[int, float]:
    """Return for parts of a published or standing total what it leaves to them: nothing hides them better than that."""
    known = dict(zip(tables.cells.index.tolist(), tables.cells["known"].tolist(), strict=True))
    value = tables.cells["value"].to_dict()
    most: dict[int, float] = {}
    for equation in tables.equations:
        if known[equation.total] and equation.sound:
            rest = value[equation.total] - sum(value[part] for part in equation.parts if known[part])
            for part in equation.parts:
                most[part] = min(most.get(part, np.inf), max(rest, 0.0))
    return most


def widths(tables: Tables, hidden: set[int], needed: dict[int, float]) -> dict[int, float]:
    """Return how closely cells can be worked out: the largest less the smallest value that fits.

    Parameters
    ----------
    tables : Tables
    hidden : set of int
        Labels of all cells whose value the attacker lacks.
    needed : dict of float by int
        The cells asked for, and the width from which on it is not looked at more closely.

    Returns
    -------
    dict
        Label to width, for the cells asked for; infinite where no sum holds the cell.
    """
    result = dict.fromkeys(needed, np.inf)
    value = _true_world(tables)
    for labels, matrix, right in _systems(tables, hidden, value):
        wanted = np.array([needed.get(label, -1.0) for label in labels])
        if (wanted > 0).any():
            ranges = _Ranges(matrix, right, start=value[labels], needed=wanted)
            ranges.widen_all()
            found = zip(labels, ranges.high - ranges.low, strict=True)
            result.update({label: width for label, width in found if label in needed})
    return result


def _systems(
    tables: Tables, hidden: set[int], value: Vector
) -> Iterator[tuple[list[int], csr_array, Vector]]:
    """Yield one linear system for each set of hidden cells that are linked by sums.

    The right side is what the hidden terms of a sum add up to. Where figures contradict each other it is the true sum that
    the attacker is granted, so that a contradiction hides nothing.
    """
    labels = sorted(hidden)
    matrix, right = _rows(tables, labels, value, settled=True)
    if len(right):
        yield from _linked(labels, matrix, right)


def _rows(tables: Tables, labels: list[int], value: Vector, *, settled: bool) -> tuple[csr_array, Vector]:
    """Return the sums over some cells: what these add up to by themselves, or, not ``settled``, by what is left to them."""
    column = {label: position for position, label in enumerate(labels)}
    entries: list[tuple[int, int, float]] = []
    rights: list[float] = []
    for equation in tables.equations:
        terms = [(cell, 1.0) for cell in equation.parts] + [(equation.total, -1.0)]
        inside = [(cell, sign) for cell, sign in terms if cell in column]
        if inside:
            entries += [(len(rights), column[cell], sign) for cell, sign in inside]
            outside = sum(sign * value[cell] for cell, sign in terms if cell not in column)
            rights.append(sum(sign * value[cell] for cell, sign in inside) if settled else -outside)
    row, at, sign = np.array(entries, dtype=float).reshape(-1, 3).T
    matrix = csr_array((sign, (row.astype(int), at.astype(int))), shape=(len(rights), len(labels)))
    return matrix, np.array(rights)


def _linked(
    labels: list[int], matrix: csr_array, right: Vector
) -> Iterator[tuple[list[int], csr_array, Vector]]:
    _, group = connected_components(abs(matrix.T @ matrix), directed=False)
    owner = group[matrix.indices[matrix.indptr[:-1]]]
    for name in np.unique(owner):
        columns, rows = np.flatnonzero(group == name), np.flatnonzero(owner == name)
        yield [labels[position] for position in columns], matrix[rows][:, columns].tocsr(), right[rows]


class _Ranges:
    """The range of every cell, widened from the true point on; a cell that is wide enough already is not solved for.

    Every solution is a world the attacker cannot tell from the true one, so it widens the range of all cells at once.
    """

    def __init__(self, matrix: csr_array, right: Vector, *, start: Vector, needed: Vector) -> None:
        self._model, self._needed = Linear(matrix, right, primal=True), needed
        self.low, self.high = start.copy(), start.copy()

    def widen_all(self) -> None:
        """Widen many cells at a time, and those left out one by one."""
        for sign in (-1.0, 1.0):
            before, left = len(self.low) + 2, self._narrow()
            while left.any() and before - left.sum() > 1:
                before = int(left.sum())
                self._widen(left, sign)
                left = self._narrow()
        for cell in np.flatnonzero(self._narrow()).tolist():
            for sign in (-1.0, 1.0):
                if self._narrow()[cell]:
                    self._widen(np.arange(len(self.low)) == cell, sign)

    def _widen(self, cells: npt.NDArray[np.bool_], sign: float) -> None:
        self._model.bound(np.zeros(len(cells)), np.where(cells, self.low + self._needed, np.inf))
        answer = self._model.minimise(np.where(cells, sign, 0.0))
        if answer is not None:
            np.minimum(self.low, np.maximum(answer.values, 0.0), out=self.low)
            np.maximum(self.high, answer.values, out=self.high)

    def _narrow(self) -> npt.NDArray[np.bool_]:
        return (self._needed > 0) & (self.high - self.low < self._needed - TOLERANCE)


def _true_world(tables: Tables) -> Vector:
    """Return all values; for those that we do not know either, some that fit.

    Unknown are figures that were never reported and do not follow, and figures that an earlier release hid and the facts
    no longer hold. Where figures contradict each other they fit as nearly as can be.
    """
    value = tables.cells["value"].to_numpy(float, copy=True)
    labels = np.flatnonzero(np.isnan(value)).tolist()
    matrix, right = _rows(tables, labels, value, settled=False)
    if len(right):
        slack = eye_array(len(right))
        cost = np.concatenate((np.zeros(len(labels)), np.ones(2 * len(right))))
        found = linprog(
            cost, A_eq=hstack((matrix, slack, -slack)), b_eq=right, bounds=(0, None), method="highs"
        )
        value[labels] = found.x[: len(labels)]
    return value
