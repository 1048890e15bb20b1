"""The attacker's arithmetic: what can be worked out about each hidden figure from everything that is shown.

For each hidden cell the smallest and largest value that fits all sums, all shown figures, all published ones and all that
earlier releases showed are found by linear programming. A cell that comes out narrower than its threshold less one is
refused, unless what is published or standing anyway already narrows it as much. The attack knows nothing of how the hidden
cells were chosen, and its result chooses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from evalkit.disclosure.equations import Tables
from evalkit.disclosure.network import known_values
from evalkit.disclosure.rules import SMALL
from evalkit.errors import DisclosureError

Vector = npt.NDArray[np.float64]
TOLERANCE = 1e-6


def refuse_recoverable(tables: Tables, hidden: set[int]) -> None:
    """Refuse the release if a hidden figure can be worked out more closely than the rules allow.

    Parameters
    ----------
    tables : Tables
        All cells, with the sums that hold among them.
    hidden : set of int
        Labels of the hidden cells; implicit ones are hidden anyway, and what was shown before is not.

    Raises
    ------
    DisclosureError
        Naming the measure, the place and the remedy; never the figure.
    """
    narrow = recoverable(tables, hidden)
    if narrow:
        row = tables.cells.loc[min(narrow)]
        raise DisclosureError(
            where=f"{row['measure']}, {row['scheme']}:{row['province_code']}, {row['period_start']:%Y-%m-%d}",
            rule="a hidden figure could be worked out from the figures shown, now or in an earlier release",
            do="pool years, drop the breakdown or go to region for this measure",
        )


def recoverable(tables: Tables, hidden: set[int]) -> list[int]:
    """Return the cells that can be worked out more closely than the rules allow.

    Parameters
    ----------
    tables, hidden
        As for :func:`refuse_recoverable`.

    Returns
    -------
    list of int
        Labels of hidden cells, and of implicit ones that are small; empty where the release is safe.
    """
    cells = tables.cells
    hidden = hidden - set(cells.index[cells["released"]])
    implicit = set(cells.index[cells["implicit"]])
    small = set(cells.index[cells["size"] == SMALL])
    threshold, known = cells["threshold"].tolist(), cells["known"].tolist()
    guarded = {label for label in hidden | (implicit & small) if not known[label]}
    most = _known_bounds(tables)
    needed = {label: min(threshold[label] - 1.0, most.get(label, np.inf)) for label in guarded}
    follows = set(known_values(tables, released=False))
    closed, unknown = (hidden | implicit) - follows, set(cells.index.tolist()) - follows
    told = guarded - follows - _as_given(tables, closed, unknown)
    asked = {label: needed[label] for label in told}
    width = widths(tables, closed, asked)
    narrow = [label for label in sorted(asked) if width[label] < needed[label] - TOLERANCE]
    if not narrow:
        return []
    given = widths(tables, unknown, {label: needed[label] for label in narrow})
    return [label for label in narrow if width[label] < min(needed[label], given[label]) - TOLERANCE]


def _as_given(tables: Tables, hidden: set[int], unknown: set[int]) -> set[int]:
    """Return the cells of systems in which nothing is shown beyond what is known anyway: the release tells nothing of them."""
    before = {frozenset(labels) for labels, _, _ in _systems(tables, unknown)}
    now = (labels for labels, _, _ in _systems(tables, hidden))
    return {label for labels in now if frozenset(labels) in before for label in labels}


def _known_bounds(tables: Tables) -> dict[int, float]:
    """Return for parts of a published or standing total what it leaves to them: nothing hides them better than that."""
    known = dict(zip(tables.cells.index.tolist(), tables.cells["known"].tolist(), strict=True))
    value = tables.cells["value"].to_dict()
    most: dict[int, float] = {}
    for equation in tables.equations:
        if known[equation.total]:
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
    for labels, matrix, right in _systems(tables, hidden):
        wanted = np.array([needed.get(label, -1.0) for label in labels])
        if (wanted > 0).any():
            start = tables.cells.loc[labels, "value"].to_numpy(float)
            low, high = _bounds(matrix, right, start=start, needed=wanted)
            found = zip(labels, high - low, strict=True)
            result.update({label: width for label, width in found if label in needed})
    return result


def _systems(tables: Tables, hidden: set[int]) -> Iterator[tuple[list[int], csr_array, Vector]]:
    """Yield one linear system for each set of hidden cells that are linked by sums.

    The right side is what the hidden terms of a sum add up to. Where figures contradict each other it is the true sum that
    the attacker is granted, so that a contradiction hides nothing.
    """
    labels = sorted(hidden)
    column = {label: position for position, label in enumerate(labels)}
    value = tables.cells["value"].to_dict()
    entries: list[tuple[int, int, float]] = []
    rights: list[float] = []
    for equation in tables.equations:
        terms = [(cell, 1.0) for cell in equation.parts] + [(equation.total, -1.0)]
        inside = [(cell, sign) for cell, sign in terms if cell in column]
        if inside:
            entries += [(len(rights), column[cell], sign) for cell, sign in inside]
            true = sum(sign * value[cell] for cell, sign in inside)
            shown = -sum(sign * value[cell] for cell, sign in terms if cell not in column)
            rights.append(shown if np.isnan(true) else true)
    if rights:
        row, at, sign = np.array(entries, dtype=float).T
        shape = (len(rights), len(labels))
        matrix = csr_array((sign, (row.astype(int), at.astype(int))), shape=shape)
        yield from _linked(labels, matrix, np.array(rights))


def _linked(
    labels: list[int], matrix: csr_array, right: Vector
) -> Iterator[tuple[list[int], csr_array, Vector]]:
    _, group = connected_components(abs(matrix.T @ matrix), directed=False)
    owner = group[matrix.indices[matrix.indptr[:-1]]]
    for name in np.unique(owner):
        columns, rows = np.flatnonzero(group == name), np.flatnonzero(owner == name)
        yield [labels[position] for position in columns], matrix[rows][:, columns].tocsr(), right[rows]


def _bounds(matrix: csr_array, right: Vector, *, start: Vector, needed: Vector) -> tuple[Vector, Vector]:
    """Widen the range of every cell from the true point on; a cell that is wide enough already is not solved for.

    Every solution is a world the attacker cannot tell from the true one, so it widens the range of all cells at once.
    """
    if np.isnan(start).any():
        matrix, right, start = _some_world(matrix, right)
    sums = LinearConstraint(matrix, right, right)
    low, high = start.copy(), start.copy()

    def widen(goal: Vector, most: Vector) -> None:
        found = milp(goal, constraints=sums, bounds=Bounds(0.0, most))
        if found.x is not None:
            np.minimum(low, found.x, out=low)
            np.maximum(high, found.x, out=high)

    narrow = needed > 0
    for sign in (-1.0, 1.0):
        widen(np.where(narrow, sign, 0.0), np.where(narrow, low + needed, np.inf))
    for cell in np.flatnonzero(narrow).tolist():
        for sign in (-1.0, 1.0):
            if high[cell] - low[cell] < needed[cell] - TOLERANCE:
                goal, most = np.zeros(len(start)), np.full(len(start), np.inf)
                goal[cell], most[cell] = sign, low[cell] + needed[cell]
                widen(goal, most)
    return low, high


def _some_world(matrix: csr_array, right: Vector) -> tuple[csr_array, Vector, Vector]:
    """Return the system with a point that fits it; sums that contradict the others are left out, the last first.

    Needed where an earlier release hid a figure that is no longer among the facts.
    """
    for kept in range(len(right), 0, -1):
        found = linprog(
            np.zeros(matrix.shape[1]), A_eq=matrix[:kept], b_eq=right[:kept], bounds=(0, None), method="highs"
        )
        if found.status == 0:
            return matrix[:kept], right[:kept], found.x
    return matrix[:0], right[:0], np.zeros(matrix.shape[1])
