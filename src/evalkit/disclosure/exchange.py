"""Exchanges: how far a hidden figure can move for all that classes tell, and which further figures would let it move.

In an exchange some hidden figures go up and others down, so that no sum changes. A figure goes down only where it is large,
by no more than its threshold; whatever the values are within their classes, the exchange leaves no figure negative.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog

from evalkit.disclosure.network import Flags, Network, Numbers

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Shortage:
    """A figure that cannot move as far as it must: it needs ``sum(weight[j] for hidden j) >= need`` at least.

    The inequality is the dual of the exchange, so no choice of hidden figures that protects this one breaks it.
    """

    figure: int
    weight: Numbers
    need: float


def shortages(network: Network, hidden: Flags) -> Iterator[Shortage]:
    """Yield what each hidden figure lacks to be protected; nothing where all are.

    Parameters
    ----------
    network : Network
    hidden : array of bool
        Which figures are hidden.

    Notes
    -----
    A figure needs up and down together as much as its width. Where it, or every part it is made of, shares a known total
    with others none of which is large, what one cannot go down the others have: an exchange with each of them must then be
    open, in both directions, to the full width, and how far it can run is known from the total.
    Method: the capacity constraints of Fischetti and Salazar (2001), with capacities taken from classes instead of values.
    """
    pairs = _Sharing(network)
    wide = np.zeros(len(hidden), dtype=np.bool_)
    for figure in np.flatnonzero(hidden & network.guarded & (network.need > 0)).tolist():
        if wide[figure]:
            continue
        shares = pairs.room(figure) >= network.need[figure] - TOLERANCE
        short = [] if shares and pairs.is_stiff(figure) else _both_ways(network, hidden, figure, wide)
        if shares and (short or pairs.is_stiff(figure)):
            short = _with_each(network, hidden, figure, pairs.of(figure))
            wide[pairs.twin(figure)] |= not short
        yield from short


class _Sharing:
    """For each figure the figures it is made of that share known totals, each with a partner."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._made_of: dict[int, list[list[int]]] = {}
        matrix = network.matrix
        for start, end in pairwise(matrix.indptr.tolist()):
            inside, signs = matrix.indices[start:end].tolist(), matrix.data[start:end].tolist()
            total = [figure for figure, sign in zip(inside, signs, strict=True) if sign < 0]
            if total:
                parts = [figure for figure, sign in zip(inside, signs, strict=True) if sign > 0]
                self._made_of.setdefault(total[0], []).append(parts)

    def leaves(self, figure: int) -> tuple[int, ...]:
        """Return the figures a figure is made of, if all of them share known totals."""
        for parts in self._made_of.get(figure, []):
            below = [self.leaves(part) for part in parts]
            if all(below):
                return tuple(leaf for one in below for leaf in one)
        return (figure,) if self._network.partners[figure] and figure not in self._made_of else ()

    def of(self, figure: int) -> list[tuple[int, int]]:
        """Return each such figure with each of its partners."""
        return [(leaf, other) for leaf in self.leaves(figure) for other in self._network.partners[leaf]]

    def is_stiff(self, figure: int) -> bool:
        """Tell whether neither the figure nor a partner can go down but against each other."""
        own = self.leaves(figure) == (figure,)
        return own and not self._network.floor[[figure, *self._network.partners[figure]]].any()

    def twin(self, figure: int) -> list[int]:
        """Return the one partner, itself no sum, whose exchange is the figure's own the other way round."""
        partners = self._network.partners[figure] if self.leaves(figure) == (figure,) else ()
        one = partners[0] if len(partners) == 1 else figure
        return [one] if self._network.partners[one] == (figure,) and self.leaves(one) == (one,) else []

    def room(self, figure: int) -> float:
        """Return what these figures and their partners have together."""
        return float(sum(self._network.shared[leaf] for leaf in self.leaves(figure)))


def _with_each(network: Network, hidden: Flags, figure: int, pairs: list[tuple[int, int]]) -> list[Shortage]:
    """Return what the exchange of a figure with each partner lacks, in both directions."""
    ups = [_limit(network, hidden, figure, sign=1.0, falling=partner) for _, partner in pairs]
    downs = [_limit(network, hidden, figure, sign=-1.0, falling=leaf) for leaf, _ in pairs]
    return [one for one in ups + downs if one is not None]


def _both_ways(network: Network, hidden: Flags, figure: int, wide: Flags) -> list[Shortage]:
    """Return what a figure lacks to move by its width, up and down together.

    An exchange that moves one figure moves others with it; those it moves far enough are noted as ``wide``.
    """
    up = _limit(network, hidden, figure, sign=1.0, wide=wide)
    down = _limit(network, hidden, figure, sign=-1.0, wide=wide) if up is not None else None
    if up is None or down is None:
        return []
    weight = np.minimum(up.weight + down.weight, up.need)
    return [Shortage(figure, weight, up.need)] if weight[hidden].sum() < up.need - TOLERANCE else []


def _limit(
    network: Network,
    hidden: Flags,
    figure: int,
    *,
    sign: float,
    falling: int | None = None,
    wide: Flags | None = None,
) -> Shortage | None:
    """Return None if the figure can move in one direction by its need, else what limits it.

    ``falling`` is a figure that goes down as far as needed whatever its class.
    """
    need = network.need[figure]
    down = np.minimum(network.floor, need)
    if falling is not None:
        down[falling] = need
    goal = np.zeros(len(hidden))
    goal[figure] = -sign
    bounds = np.column_stack((np.where(hidden, -down, 0.0), np.where(hidden, need, 0.0)))
    solved = linprog(goal, A_eq=network.matrix, b_eq=np.zeros(network.matrix.shape[0]), bounds=bounds)
    if wide is not None:
        wide |= abs(solved.x) >= network.need - TOLERANCE
    if -solved.fun >= need - TOLERANCE:
        return None
    slope = goal - network.matrix.T @ solved.eqlin.marginals
    weight = np.where(slope > 0, slope * down, -slope * need)
    weight[weight < TOLERANCE] = 0.0
    return Shortage(figure, np.minimum(weight, need), need)
