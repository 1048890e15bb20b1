"""Choose what is hidden besides the small figures: the least that gives every hidden one an exchange, by integer programming.

The programme knows classes, sums and known figures, no values; ties fall by the order of the figures, which is that of their
keys. Nothing here looks at the result of the attack.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from evalkit.disclosure.exchange import TOLERANCE, Known, Shortage, shortages
from evalkit.disclosure.network import Flags, Network, Numbers

NODES = 2000
ROUNDS = 25


@dataclass(frozen=True, slots=True)
class Choice:
    """Which figures of a network are hidden, and how that was found.

    ``method`` is ``"optimal"`` where the integer programme ended, ``"closure"`` where it was cut short and what was lacking
    was hidden step by step, ``"whole"`` where no choice protects some figure and all that is not known is hidden.
    """

    hidden: Flags
    method: str


def choose(network: Network, *, nodes: int = NODES) -> Choice:
    """Return which figures of a network to hide.

    Parameters
    ----------
    network : Network
    nodes : int
        How many nodes the search of each integer programme may take: a limit that does not depend on the machine.

    Notes
    -----
    Constraints are added as they are found to be broken, as in Fischetti and Salazar (2001), Management Science 47(7).
    """
    rows, known = [_complements(network)], Known(network)
    hidden = network.must
    for _ in range(ROUNDS):
        solved = _solve(network, rows, nodes)
        if solved is None:
            return _closure(network, hidden, known)
        hidden = solved
        lacking = _lacking(network, hidden, known)
        if lacking is None:
            return _whole(network)
        if not lacking:
            return Choice(hidden, "optimal")
        rows.append(_cuts(lacking, len(hidden)))
    return _closure(network, hidden, known)


def _solve(network: Network, rows: list[csr_array], nodes: int) -> Flags | None:
    """Return the cheapest choice that keeps all constraints; None where the search was cut short or finds none."""
    matrix = vstack(rows)
    order = np.arange(len(network.must)) / (len(network.must) + 1) / 1000
    solved = milp(
        network.cost * (1 + order),
        constraints=LinearConstraint(matrix, lb=0.0),
        bounds=Bounds(network.must.astype(float), 1.0),
        integrality=np.ones(len(network.must)),
        options={"node_limit": nodes, "mip_rel_gap": 0.0},
    )
    return np.asarray(solved.x > 0.5, dtype=np.bool_) if solved.status == 0 else None


def _complements(network: Network) -> csr_array:
    """Say that a sum with a hidden figure hides another one, large where there is a large one."""
    found: list[tuple[Numbers, int]] = []
    for start, end in zip(network.matrix.indptr[:-1], network.matrix.indptr[1:], strict=True):
        inside = network.matrix.indices[start:end]
        for figure in inside[network.guarded[inside]].tolist():
            others = inside[inside != figure]
            large = others[network.large[others]]
            enough = large if len(large) and not network.large[figure] else others
            row = np.zeros(len(network.must))
            row[enough], row[figure] = 1.0, -1.0
            if len(others):
                found.append((row, figure))
    return csr_array(np.array([row for row, _ in found]).reshape(-1, len(network.must)))


def _cuts(lacking: Iterable[Shortage], count: int) -> csr_array:
    rows = np.array([one.weight for one in lacking]).reshape(-1, count)
    for row, one in zip(rows, lacking, strict=True):
        row[one.figure] -= one.need
    return csr_array(rows)


def _lacking(network: Network, hidden: Flags, known: Known) -> list[Shortage] | None:
    """Return what the hidden figures lack; None as soon as there is one that nothing can protect."""
    found: list[Shortage] = []
    for one in shortages(network, hidden, known):
        if _is_hopeless(one):
            return None
        found.append(one)
    return found


def _is_hopeless(short: Shortage) -> bool:
    return bool(short.weight.sum() < short.need - TOLERANCE)


def _closure(network: Network, hidden: Flags, known: Known) -> Choice:
    """Hide whatever would relieve a shortage, until there is none."""
    hidden = hidden | network.must
    while lacking := _lacking(network, hidden, known):
        hidden = hidden | np.any([one.weight > 0 for one in lacking], axis=0)
    return Choice(hidden, "closure") if lacking is not None else _whole(network)


def _whole(network: Network) -> Choice:
    return Choice(np.ones(len(network.must), dtype=np.bool_), "whole")
