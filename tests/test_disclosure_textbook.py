"""Small tables of the literature: ours is protected, and hides no more than the optimum but for a reason that is named."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from evalkit.disclosure.audit import recoverable
from evalkit.disclosure.equations import Equation, Tables
from evalkit.disclosure.linear import Linear
from evalkit.disclosure.protect import hidden_cells
from evalkit.disclosure.protection_rules import LARGE, sizes

STRICTER = (
    "small figures do not protect each other alone: a complement at or above the threshold is hidden too"
)


def grid(rows: list[list[int]], *, threshold: int, primary: tuple[int, ...] = ()) -> Tables:
    """Return a table with its margins; ``primary`` are further cells (counted row by row) hidden in any case."""
    inner = np.array(rows)
    full = np.vstack([inner, inner.sum(axis=0)]) if len(rows) > 1 else inner
    full = np.column_stack([full, full.sum(axis=1)])
    height, width = full.shape
    label = np.arange(full.size).reshape(height, width)
    equations = [Equation(int(row[-1]), tuple(row[:-1].tolist())) for row in label]
    if height > 1:
        equations += [Equation(int(column[-1]), tuple(column[:-1].tolist())) for column in label.T]
    value, limit = pd.Series(full.ravel(), dtype=float), pd.Series(threshold, index=range(full.size))
    flags = dict.fromkeys(("known", "released", "implicit"), False)
    before = pd.Series(range(full.size)).isin(primary)
    cells = pd.DataFrame({"value": value, "threshold": limit, "size": sizes(value, limit), "before": before})
    return Tables(cells.assign(row=range(full.size), **flags), tuple(equations))


def width_of(tables: Tables, hidden: tuple[int, ...], cell: int) -> float:
    """Return how far a cell is known, by a programme of its own: hidden cells from 0 up, all sums kept."""
    value = tables.cells["value"].to_numpy()
    matrix = np.zeros((len(tables.equations), len(value)))
    for row, one in zip(matrix, tables.equations, strict=True):
        row[list(one.parts)], row[one.total] = 1, -1
    bounds = [(0, None) if at in hidden else (v, v) for at, v in enumerate(value)]
    goal = np.eye(len(value))[cell]
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=bounds) for sign in (1, -1)]
    return np.inf if any(end.status == 3 for end in ends) else -ends[1].fun - ends[0].fun


def optimum(tables: Tables, primary: set[int]) -> int:
    """Return the fewest hidden cells that protect the primary ones, by trying sets of growing size on the true values."""
    others = [cell for cell in tables.cells.index if cell not in primary]
    need = tables.cells["threshold"][0] - 1
    for more in range(len(others) + 1):
        for chosen in itertools.combinations(others, more):
            hidden = (*primary, *chosen)
            if all(width_of(tables, hidden, cell) >= need - 1e-6 for cell in primary):
                return len(hidden)
    raise AssertionError("no choice protects the table")


@pytest.mark.parametrize(
    ("name", "tables", "fewest", "ours", "why"),
    [
        ("one hidden in a total", grid([[2, 30, 40]], threshold=5), 2, 2, ""),
        ("two hidden in a total", grid([[2, 3, 40]], threshold=5), 2, 3, STRICTER),
        ("(1, 1, 20) of 22", grid([[1, 1, 20]], threshold=5), 3, 3, ""),
        ("(2, 2, 18) of 22", grid([[2, 2, 18]], threshold=5), 2, 3, STRICTER),
        ("three hidden in a total", grid([[1, 2, 3, 40]], threshold=5), 3, 4, STRICTER),
        (
            "GaussSuppression, example1 of 2014, maxN = 1, the zero primary: 4 hidden in its vignette",
            grid([[5, 2, 0], [6, 3, 4]], threshold=2, primary=(2,)),
            4,
            4,
            "",
        ),
        (
            "Fischetti and Salazar (2001), investment by activity and region, 22 primary: 4 hidden there",
            grid([[20, 50, 10], [8, 19, 22], [17, 32, 12]], threshold=5, primary=(6,)),
            4,
            4,
            "",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) > 40 else None,
)
def test_a_textbook_table_is_protected_near_its_optimum(
    record_property, name: str, tables: Tables, fewest: int, ours: int, why: str
):
    hidden, methods = hidden_cells(tables)
    small = tables.cells["size"].between(1, LARGE - 1) | tables.cells["before"]
    record_property(name, f"{len(hidden)} hidden, optimum {fewest} {why}")
    print(f"{name}: {len(hidden)} hidden, optimum {fewest} {why}")  # noqa: T201  told by pytest -rP
    assert recoverable(tables, hidden) == []
    assert optimum(tables, set(tables.cells.index[small])) == fewest
    assert (len(hidden), methods) == (ours, {"optimal": 1})
    assert (ours > fewest) == bool(why)


def test_a_programme_whose_steps_run_out_is_solved_from_nothing_to_the_same_end():
    """The unperturbed simplex method can go round in circles: with no step allowed, the second way must find what scipy finds."""
    rng = np.random.default_rng(7)
    for _ in range(20):
        matrix = rng.integers(-1, 2, (6, 12)).astype(float)
        low, high = np.zeros(12), rng.integers(1, 9, 12).astype(float)
        right, cost = matrix @ (high / 2), rng.integers(-3, 4, 12).astype(float)
        wanted = linprog(cost, A_eq=matrix, b_eq=right, bounds=list(zip(low, high, strict=True)))
        for primal in (False, True):
            model = Linear(csr_array(matrix), right, primal=primal)
            model._steps = 0
            model.bound(low, high)
            found = model.minimise(cost)
            assert found is not None
            assert found.goal == pytest.approx(wanted.fun, abs=1e-7)
            assert matrix @ found.values == pytest.approx(right, abs=1e-7)  # noqa: PD011  no frame
