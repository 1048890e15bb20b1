"""The sums, containments and coverages of additivity equal those of small countries spelt out person by person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array

from evalkit.additivity.breakdowns import REST
from evalkit.additivity.conflicts import conflicts
from evalkit.additivity.lattice import Lattice, lattice_of
from tests.atoms import MONTHS, Persons, boxes, counted, country, facts_of, persons, programme

COUNTRIES = 25
PRIME = 2**31 - 1


@pytest.fixture(scope="module", params=range(COUNTRIES))
def spelt_out(request, tmp_path_factory):
    """A random country: its figures' kinds of person, one row a figure, and the lattice of its facts table."""
    rng = np.random.default_rng(request.param)
    registry, covers = country(tmp_path_factory.mktemp("country"), rng)
    figures = boxes(rng, covers, many=int(rng.integers(4, 40)))
    every = persons(sorted(covers["VN", "nation"]))
    matrix = np.array([counted(box, every) for box in figures])
    lattice = lattice_of(facts_of(figures), registry=registry, programme=programme())
    return figures, every, matrix, lattice, covers


def cell_counts(lattice: Lattice, every: Persons, covers) -> np.ndarray:
    """Tell of each cell which kinds of person it counts, from its coordinates alone."""
    space = lattice.space
    inside = {
        position: np.isin(every.unit, list(covers[place]))
        for place, position in space.places._position.items()
        if place in covers
    }
    starts = pd.date_range("2015-01-01", periods=MONTHS, freq="MS").to_numpy()
    day = starts.astype("datetime64[D]").astype(int)[every.month]
    found = []
    for family, place, period, breakdown in zip(
        lattice.family, lattice.place, lattice.period, lattice.breakdown, strict=True
    ):
        first, end = space.period_axis[period]
        counts = inside[place] & (first <= day) & (day < end)
        for value in space.breakdown_axis[breakdown]:
            counts &= _bears(value, every)
        found.append(counts & every.second if space.families[family][0] == "some_persons" else counts)
    return np.array(found).reshape(len(found), len(every.unit))


def _bears(value: str, every: Persons) -> np.ndarray:
    if not value.startswith(REST):
        return every.has[value]
    named = value.removeprefix(REST)
    if " in " in named:
        narrow, wide = named.split(" in ")
        return every.has[wide] & ~every.has[narrow]
    return ~np.any([every.has[one] for one in named.split("/")], axis=0)


def test_every_sum_is_one_of_persons(spelt_out):
    _, every, matrix, lattice, covers = spelt_out
    counts, sums = cell_counts(lattice, every, covers), lattice.sums
    assert (counts[lattice.row_cell] == matrix).all()
    parts = coo_array(
        (np.ones(len(sums.cell), dtype=int), (sums.number, sums.cell)), shape=(len(sums.whole), len(counts))
    )
    added = parts.tocsr() @ counts.astype(int)
    assert (added <= counts[sums.whole]).all()  # no person is in two parts, none is outside the whole
    whole = (added == counts[sums.whole]).all(axis=1)
    of_measures = sums.axis == 3
    assert (whole[sums.complete]).all()
    assert not whole[~sums.complete & ~of_measures].any()


def test_no_other_sum_holds_among_the_figures(spelt_out):
    _, _, matrix, lattice, _ = spelt_out
    sums = lattice.sums
    equations = np.zeros((int(sums.complete.sum()), len(lattice.reported)))
    place = np.cumsum(sums.complete) - 1
    equations[place[sums.complete], sums.whole[sums.complete]] += 1
    of = sums.complete[sums.number]
    np.add.at(equations, (place[sums.number[of]], sums.cell[of]), -1)
    told = _rank(equations) - _rank(equations[:, ~lattice.reported])
    assert told == len(matrix) - _rank(np.unique(matrix.astype(float), axis=1))


def test_every_containment_is_found_and_no_other(spelt_out):
    _, _, matrix, lattice, _ = spelt_out
    size = len(lattice.reported)
    above = np.eye(size, dtype=bool)
    above[lattice.sums.cell, lattice.sums.whole[lattice.sums.number]] = True
    reached = np.eye(size, dtype=bool)[lattice.row_cell]
    for _ in range(size):
        further = reached | ((reached.astype(np.float32) @ above) > 0)
        if (further == reached).all():
            break
        reached = further
    found = reached[:, lattice.row_cell]
    inside = ~(matrix.astype(np.float32) @ ~matrix.T > 0)  # no person of the one is outside the other
    assert (found == inside).all()


@pytest.mark.parametrize("seed", range(25))
def test_a_figure_that_cannot_be_is_named_and_no_other(seed, tmp_path):
    rng = np.random.default_rng(1000 + seed)
    registry, covers = country(tmp_path, rng)
    figures = boxes(rng, covers, many=int(rng.integers(4, 40)))
    every = persons(sorted(covers["VN", "nation"]))
    matrix = np.array([counted(box, every) for box in figures])
    values = (matrix @ rng.poisson(0.02, matrix.shape[1])).astype(float)
    lattice = lattice_of(facts_of(figures), registry=registry, programme=programme())
    assert conflicts(lattice, values, values) == []
    wrong = int(rng.integers(len(values)))
    values[wrong] = max(0.0, values[wrong] + rng.choice([-3, -1, 1, 5, 40]))
    kinds = np.unique(matrix, axis=1).astype(float)
    can_be = (
        linprog(np.zeros(kinds.shape[1]), A_eq=kinds, b_eq=values, bounds=(0, None), method="highs").status
        == 0
    )
    found = conflicts(lattice, values, values)
    assert bool(found) != can_be
    assert can_be or any(wrong in (*one.whole, *one.parts) for one in found)


def _rank(matrix: np.ndarray) -> int:
    """Return the rank by elimination in whole numbers modulo a prime, which nothing is rounded in."""
    left, rank = matrix.astype(np.int64) % PRIME, 0
    for column in range(left.shape[1]):
        rows = np.flatnonzero(left[:, column])
        if rows.size:
            shortest = left[rows[np.count_nonzero(left[rows], axis=1).argmin()]]
            pivot = shortest * pow(int(shortest[column]), -1, PRIME) % PRIME
            left[rows] = (left[rows] - left[rows, column][:, None] * pivot) % PRIME
            rank += 1
    return rank
