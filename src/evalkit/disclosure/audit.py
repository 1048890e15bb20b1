"""The attacker's arithmetic: what can be worked out about each hidden figure from everything that is shown.

For each hidden cell the smallest and largest value that fits all sums, all shown figures and all published ones are found
by linear programming. A cell that comes out narrower than its threshold less one is refused, unless what is published or
standing anyway already narrows it as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from evalkit.disclosure.equations import Equation, room_of
from evalkit.errors import DisclosureError

Vector = npt.NDArray[np.float64]
TOLERANCE = 1e-6


def refuse_recoverable(cells: pd.DataFrame, equations: list[Equation], hidden: set[int]) -> None:
    """Refuse the release if a hidden figure can be worked out more closely than the rules allow.

    Parameters
    ----------
    cells : DataFrame
        The rows that count persons, with ``value``, ``known`` and ``threshold``.
    equations : list of Equation
        The sums that hold among them.
    hidden : set of int
        Row labels of the hidden cells.

    Raises
    ------
    DisclosureError
        Naming the measure, the place and the remedy; never the figure.
    """
    width = widths(cells, equations, hidden)
    needed = {cell: need for cell, (_, need) in room_of(cells, equations).items()}
    narrow = [cell for cell in sorted(hidden) if width[cell] < needed[cell] - TOLERANCE]
    if not narrow:
        return
    known = set(cells.index[cells["known"]])
    given = widths(cells, equations, set(cells.index) - known)
    for cell in narrow:
        if width[cell] < min(needed[cell], given[cell]) - TOLERANCE:
            row = cells.loc[cell]
            raise DisclosureError(
                where=f"{row['measure']}, {row['scheme']}:{row['province_code']}, {row['period_start']:%Y-%m-%d}",
                rule="a hidden figure could be worked out from the figures shown",
                do="pool years, drop the breakdown or go to region for this measure",
            )


def widths(cells: pd.DataFrame, equations: Iterable[Equation], hidden: set[int]) -> dict[int, float]:
    """Return how closely each hidden cell can be worked out: the largest less the smallest value that fits.

    Parameters
    ----------
    cells, equations, hidden
        As for :func:`refuse_recoverable`.

    Returns
    -------
    dict
        Row label to width; infinite where nothing bounds the cell from above.
    """
    equations = list(equations)
    result = dict.fromkeys(hidden, np.inf)
    needed = {cell: need for cell, (_, need) in room_of(cells, equations).items()}
    for labels, matrix, right in _systems(cells, equations, hidden):
        low, high = _bounds(
            matrix,
            right,
            start=cells.loc[labels, "value"].to_numpy(float),
            needed=[needed[cell] for cell in labels],
        )
        result.update(zip(labels, high - low, strict=True))
    return result


def _systems(
    cells: pd.DataFrame, equations: Iterable[Equation], hidden: set[int]
) -> Iterator[tuple[list[int], csr_array, Vector]]:
    """Yield one linear system for each set of hidden cells that are linked by sums."""
    labels = sorted(hidden)
    column = {label: position for position, label in enumerate(labels)}
    value = cells["value"].to_dict()
    rows: list[int] = []
    cols: list[int] = []
    signs: list[float] = []
    rights: list[float] = []
    for equation in equations:
        terms = [(cell, 1.0) for cell in equation.parts] + [(equation.total, -1.0)]
        inside = [(column[cell], sign) for cell, sign in terms if cell in column]
        if inside:
            shown = sum(sign * value[cell] for cell, sign in terms if cell not in column)
            rows += [len(rights)] * len(inside)
            cols += [position for position, _ in inside]
            signs += [sign for _, sign in inside]
            rights.append(-shown)
    if not rights:
        return
    matrix, right = csr_array((signs, (rows, cols)), shape=(len(rights), len(labels))), np.array(rights)
    yield from _linked(labels, matrix, right)


def _linked(
    labels: list[int], matrix: csr_array, right: Vector
) -> Iterator[tuple[list[int], csr_array, Vector]]:
    links = abs(matrix.T @ matrix)
    _, group = connected_components(links, directed=False)
    touched = np.diff(matrix.tocsc().indptr) > 0
    for name in np.unique(group[touched]):
        columns = np.flatnonzero((group == name) & touched)
        part = matrix[:, columns].tocsr()
        used = np.diff(part.indptr) > 0
        yield [labels[position] for position in columns], part[used], right[used]


def _bounds(matrix: csr_array, right: Vector, *, start: Vector, needed: list[float]) -> tuple[Vector, Vector]:
    """Widen the range of every cell from the true point on; a cell that is wide enough already is not solved for.

    Every solution is a world the attacker cannot tell from the true one, so it widens the range of all cells at once.
    """
    low, high = start.copy(), start.copy()
    for cell in range(len(start)):
        for sign in (1.0, -1.0):
            if high[cell] - low[cell] >= needed[cell] - TOLERANCE:
                break
            goal = np.zeros(len(start))
            goal[cell] = -sign
            found = linprog(goal, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
            if found.status == 3:
                high[cell] = np.inf
            elif found.status == 0:
                low, high = np.minimum(low, found.x), np.maximum(high, found.x)
    return low, high
