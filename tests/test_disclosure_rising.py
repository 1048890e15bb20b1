"""What is told of an exchange from the sums alone, against linear programmes written down afresh for each question by another solver call."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from evalkit.disclosure.choice import choose
from evalkit.disclosure.exchanges import Exchanges
from evalkit.disclosure.network import Network
from evalkit.disclosure.rising import Rising

ROOMY = 1e4
SEEDS = range(40)


def crossed(seed: int) -> Network:
    """Return a table of three ways with all its margins, a few parts of it large, some figures hidden; no value is known."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(2, 4, 3).tolist())
    at = np.arange(np.prod([size + 1 for size in shape])).reshape([size + 1 for size in shape])
    rows = []
    for way in range(3):
        lines = np.moveaxis(at, way, -1).reshape(-1, shape[way] + 1)
        for line in lines:
            row = np.zeros(at.size)
            row[line[:-1]], row[line[-1]] = 1.0, -1.0
            rows.append(row)
    matrix, size = np.array(rows), at.size
    total = (matrix < 0).any(axis=0)
    large = ~total & (rng.random(size) < rng.choice([0.0, 0.1, 0.3]))
    return Network(
        matrix=csr_array(matrix),
        floor=np.where(total, np.inf, np.where(large, 10.0, 0.0)),
        large=large,
        need=np.where(rng.random(size) < 0.2, 4.0, 9.0),
        partners=((),) * size,
        shared=np.zeros(size),
        must=rng.random(size) < rng.choice([0.3, 0.6, 0.8]),
        guarded=np.ones(size, dtype=bool),
        cost=np.where(total, 3.0, 1.0),
        cells=tuple((one,) for one in range(size)),
        order=rng.random(size),
    )


def dearness(network: Network) -> np.ndarray:
    return network.cost * (1 + network.order)


def afresh(network: Network, cost: np.ndarray, low: np.ndarray, high: np.ndarray):
    """Minimise ``cost @ abs(x)`` over exchanges within bounds."""
    sums = np.hstack((network.matrix.toarray(), -network.matrix.toarray()))
    bounds = [
        *zip(np.maximum(low, 0.0), np.maximum(high, 0.0), strict=True),
        *((0.0, -min(one, 0.0)) for one in low),
    ]
    return linprog(np.concatenate((cost, cost)), A_eq=sums, b_eq=np.zeros(len(sums)), bounds=bounds)


def farthest(network: Network, figure: int, sign: float, hidden: np.ndarray) -> float:
    """Return how far a figure can go up, or down, by hidden figures alone."""
    most = np.where(hidden, ROOMY, 0.0)
    low = -np.minimum(np.where(hidden, network.floor, 0.0), ROOMY)
    goal = np.zeros(len(hidden))
    goal[figure] = -sign
    found = linprog(
        goal,
        A_eq=network.matrix.toarray(),
        b_eq=np.zeros(network.matrix.shape[0]),
        bounds=[*zip(low, most, strict=True)],
    )
    return -found.fun


@pytest.mark.parametrize("seed", SEEDS)
def test_what_must_rise_is_a_cheapest_exchange(seed: int):
    """Where the sums alone tell what hides least, a linear programme over all exchanges finds nothing that hides less, or else."""
    network = crossed(seed)
    rising, price, told = Rising(network), dearness(network), 0
    for figure in np.flatnonzero(network.must).tolist():
        over = rising.cheapest(figure, network.must, price)
        if over is None:
            continue
        told += 1
        cost, low = np.where(network.must, 0.0, price), -np.minimum(network.floor, 9.0)
        low[figure] = 9.0
        found = afresh(network, cost, low, np.full(len(cost), 9.0))
        assert found.fun == pytest.approx(9.0 * cost[over].sum(), abs=1e-6)
        up, fall = np.split(found.x, 2)
        assert set(np.flatnonzero(cost * abs(up - fall) > 1e-6)) == set(over[cost[over] > 0])
    assert told or network.large.any()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_figure_falls_no_farther_than_its_room(seed: int):
    """With all figures hidden none can fall farther than what the parts below it can."""
    network = crossed(seed)
    rising, hidden = Rising(network), np.ones(len(network.must), dtype=bool)
    for figure in range(0, len(hidden), 3):
        assert farthest(network, figure, -1.0, hidden) <= rising.room[figure] + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_hidden_figures_with_all_their_sums_rise_by_themselves(seed: int):
    """What is told to be closed is an exchange that moves hidden figures up and nothing else."""
    network = crossed(seed)
    wanted = np.random.default_rng(seed).random(len(network.must)) < 0.3
    hidden = network.must | (network.floor == np.inf)
    found = list(Rising(network).closed(hidden, wanted))
    parts = set(np.flatnonzero(hidden & (network.floor < np.inf)).tolist())
    for over in found:
        moved = np.zeros(len(wanted))
        moved[over] = 1.0
        assert not (network.matrix @ moved).any()
        assert hidden[over].all()
        assert wanted[over].any()
    assert len(found) <= len(parts)
    assert {one for over in found for one in over.tolist()} >= {one for one in parts if wanted[one]}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_exchange_that_raises_a_figure_hides_least(seed: int):
    """Asked of the solver or told from the sums, what comes back is an exchange, and no other one is cheaper."""
    network = crossed(seed)
    exchanges, price = Exchanges(network), dearness(network)
    for figure in np.flatnonzero(network.must).tolist():
        moved = exchanges.raised(figure, network.must, price)
        if moved is None:
            continue
        need, cost = float(network.need[figure]), np.where(network.must, 0.0, price)
        assert moved[figure] >= need - 1e-6
        assert abs(network.matrix @ moved).max() < 1e-6
        assert (moved >= -network.floor - 1e-6).all()
        low = -np.minimum(network.floor, need)
        low[figure] = need
        least = afresh(network, cost, low, np.full(len(cost), need)).fun
        assert cost @ abs(moved) == pytest.approx(least, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_safe_choice_is_safe(seed: int):
    """Without any integer search every hidden figure can still move by its need, by a programme of its own for each."""
    network = crossed(seed)
    if not network.must.any():
        return
    hidden = choose(network, nodes=0).hidden
    for figure in np.flatnonzero(hidden).tolist():
        room = sum(farthest(network, figure, sign, hidden) for sign in (1.0, -1.0))
        assert room >= network.need[figure] - 1e-5


def summed(*rows: list[float]) -> Network:
    """Return a small network of small figures, all of them hidden."""
    matrix = np.array(rows)
    size, flags = matrix.shape[1], np.ones(matrix.shape[1], dtype=bool)
    return Network(
        matrix=csr_array(matrix),
        floor=np.where((matrix < 0).any(axis=0), np.inf, 0.0),
        large=~flags,
        need=np.full(size, 4.0),
        partners=((),) * size,
        shared=np.zeros(size),
        must=flags,
        guarded=flags,
        cost=np.ones(size),
        cells=tuple((one,) for one in range(size)),
        order=np.zeros(size),
    )


def test_a_part_counted_twice_is_left_to_the_solver():
    """A sum of two sums that both hold a part rises twice as far as the part: nothing is told of it, but of the others."""
    rising = Rising(
        summed([1, 1, 0, -1, 0, 0], [1, 0, 1, 0, -1, 0], [0, 0, 0, 1, 1, -1]),
    )
    found = [rising.cheapest(one, np.ones(6, dtype=bool), np.ones(6)) for one in range(3)]
    assert found[0] is None
    assert [one.tolist() for one in found[1:] if one is not None] == [[1, 3, 5], [2, 4, 5]]
