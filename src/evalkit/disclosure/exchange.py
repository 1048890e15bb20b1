"""Exchanges: how far a hidden figure can move for all that classes tell, and which further figures would let it move.

In an exchange some hidden figures go up and others down, so that no sum changes. A figure goes down only where it is large,
by no more than its threshold; whatever the values are within their classes, the exchange leaves no figure negative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

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


class Known:
    """Exchanges found so far in a network: one stays good while all the figures it moves are hidden.

    What a figure and its partner leave to the others is the difference of their columns; the others' part of an exchange
    is as good for every pair with that difference.
    """

    def __init__(self, network: Network) -> None:
        matrix = network.matrix.tocsc()
        inside = [slice(*ends) for ends in pairwise(matrix.indptr.tolist())]
        self._column = [dict(zip(matrix.indices[at], matrix.data[at], strict=True)) for at in inside]
        self._need = network.need
        self._rests: dict[tuple[float, frozenset[tuple[int, float]]], list[Numbers]] = {}

    def has(self, up: int, falling: int, hidden: Flags) -> bool:
        """Tell whether a figure can rise against a falling one by its need, hidden figures alone being moved."""
        found = self._rests.get(self._key(up, falling), [])
        both = hidden[up] and hidden[falling]
        return both and any(not rest[~hidden].any() and not rest[[up, falling]].any() for rest in found)

    def keep(self, up: int, falling: int, moved: Numbers) -> None:
        """Keep an exchange in which the one falls by what the other rises."""
        if abs(moved[up] + moved[falling]) < TOLERANCE:
            rest = np.where(abs(moved) < TOLERANCE, 0.0, moved)
            rest[[up, falling]] = 0.0
            self._rests.setdefault(self._key(up, falling), []).append(rest)

    def _key(self, up: int, falling: int) -> tuple[float, frozenset[tuple[int, float]]]:
        apart = Counter(self._column[up])
        apart.subtract(self._column[falling])
        return float(self._need[up]), frozenset((row, by) for row, by in apart.items() if by)


def shortages(network: Network, hidden: Flags, known: Known) -> Iterator[Shortage]:
    """Yield what each hidden figure lacks to be protected; nothing where all are.

    Parameters
    ----------
    network : Network
    hidden : array of bool
        Which figures are hidden.
    known : Known
        Exchanges of this network found before; those found now are added.

    Notes
    -----
    A figure needs up and down together as much as its width. Where it, or every part it is made of, shares a known total
    with others none of which is large, what one cannot go down the others have: an exchange with each of them must then be
    open, in both directions, to the full width, and how far it can run is known from the total.
    Method: the capacity constraints of Fischetti and Salazar (2001), with capacities taken from classes instead of values.
    """
    search, pairs = _Search(network, hidden, known), _Sharing(network)
    search.widen_together()
    for figure in np.flatnonzero(search.asked).tolist():
        if search.wide[figure]:
            continue
        shares = pairs.room(figure) >= network.need[figure] - TOLERANCE
        short = [] if shares and pairs.is_stiff(figure) else search.both_ways(figure)
        if shares and (short or pairs.is_stiff(figure)):
            short = []
            for one in search.with_each(figure, pairs.of(figure)):
                short.append(one)
                yield one
            search.wide[pairs.twin(figure)] |= not short
        else:
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


class _Search:
    """Looks for exchanges of the figures hidden; those that one moves far enough are noted as ``wide``."""

    def __init__(self, network: Network, hidden: Flags, known: Known) -> None:
        self._network, self._hidden, self._known = network, hidden, known
        self._balance = LinearConstraint(network.matrix, 0.0, 0.0)
        self.asked = hidden & network.guarded & (network.need > 0)
        self.wide = np.zeros(len(hidden), dtype=np.bool_)

    def widen_together(self) -> None:
        """Note figures that are wide enough, many at a time; those left out are looked at one by one."""
        most = self._network.need.max(initial=0.0)
        for sign in (-1.0, 1.0):
            before, left = len(self.wide) + 2, int((self.asked & ~self.wide).sum())
            while left and before - left > 1:
                goal = np.where(self.asked & ~self.wide, sign, 0.0)
                moved = self._moved(goal, most, falling=None)
                self.wide |= abs(moved) >= self._network.need - TOLERANCE
                before, left = left, int((self.asked & ~self.wide).sum())

    def with_each(self, figure: int, pairs: list[tuple[int, int]]) -> Iterator[Shortage]:
        """Yield what the exchange of a figure with each partner lacks, in both directions."""
        for _, partner in pairs:
            if not self._known.has(figure, partner, self._hidden):
                yield from self._lacks(figure, 1.0, falling=partner)
        for leaf in dict.fromkeys(leaf for leaf, _ in pairs):
            rising = (partner for one, partner in pairs if one == leaf == figure)
            enough = (
                partner for partner in rising if self._network.need[partner] >= self._network.need[leaf]
            )
            if not any(self._known.has(partner, leaf, self._hidden) for partner in enough):
                yield from self._lacks(figure, -1.0, falling=leaf)

    def _lacks(self, figure: int, sign: float, *, falling: int) -> Iterator[Shortage]:
        short = self._limit(figure, sign, falling=falling)
        if short is not None:
            yield short

    def both_ways(self, figure: int) -> list[Shortage]:
        """Return what a figure lacks to move by its width, up and down together."""
        up = self._limit(figure, 1.0)
        down = self._limit(figure, -1.0) if up is not None else None
        if up is None or down is None:
            return []
        weight = np.minimum(up.weight + down.weight, up.need)
        short = weight[self._hidden].sum() < up.need - TOLERANCE
        return [Shortage(figure, weight, up.need)] if short else []

    def _limit(self, figure: int, sign: float, *, falling: int | None = None) -> Shortage | None:
        """Return None if the figure can move in one direction by its need, else what limits it.

        ``falling`` is a figure that goes down as far as needed whatever its class.
        """
        need = float(self._network.need[figure])
        goal = np.zeros(len(self._hidden))
        goal[figure] = -sign
        if falling is not None:
            moved = self._moved(goal, need, falling=falling)
            if sign * moved[figure] >= need - TOLERANCE:
                if sign > 0:
                    self._known.keep(figure, falling, moved)
                return None
        return self._lacking(goal, figure, falling=falling)

    def _moved(self, goal: Numbers, need: float, *, falling: int | None) -> Numbers:
        down = self._down(need, falling)
        bounds = Bounds(np.where(self._hidden, -down, 0.0), np.where(self._hidden, need, 0.0))
        return np.asarray(milp(goal, constraints=self._balance, bounds=bounds).x)

    def _down(self, need: float, falling: int | None) -> Numbers:
        down = np.minimum(self._network.floor, need)
        if falling is not None:
            down[falling] = need
        return down

    def _lacking(self, goal: Numbers, figure: int, *, falling: int | None) -> Shortage | None:
        """Return what the dual of the exchange asks for; None where it is open."""
        matrix, need = self._network.matrix, float(self._network.need[figure])
        down = self._down(need, falling)
        bounds = np.column_stack((np.where(self._hidden, -down, 0.0), np.where(self._hidden, need, 0.0)))
        solved = linprog(goal, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=bounds)
        if falling is None:
            self.wide |= abs(solved.x) >= self._network.need - TOLERANCE
        if -solved.fun >= need - TOLERANCE:
            return None
        slope = goal - matrix.T @ solved.eqlin.marginals
        weight = np.where(slope > 0, slope * down, -slope * need)
        weight[weight < TOLERANCE] = 0.0
        return Shortage(figure, np.minimum(weight, need), need)
