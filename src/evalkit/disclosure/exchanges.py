"""Exchanges: how far a hidden figure can move for all that classes tell, and which further figures would let it move.

In an exchange some hidden figures go up and others down, so that no sum changes. A figure goes down only where it is large,
by no more than its threshold; whatever the values are within their classes, the exchange leaves no figure negative.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import numpy as np

from evalkit.disclosure.cheapest import Cheapest, Move
from evalkit.disclosure.linear import TOLERANCE, Linear
from evalkit.disclosure.network import Flags, Network, Numbers
from evalkit.disclosure.rising import Places, Rising
from evalkit.disclosure.sharing import Known, Sharing


@dataclass(frozen=True, slots=True)
class Shortage:
    """A figure that cannot move as far as it must: it needs ``sum(weight[j] for hidden j) >= need`` at least.

    The inequality is the dual of the exchange, so no choice of hidden figures that protects this one breaks it. ``moves`` are
    those any of which would do.
    """

    figure: int
    weight: Numbers
    need: float
    moves: tuple[Move, ...]


class Reach(NamedTuple):
    """How far a figure can move: the farthest exchange, how far that is, and what limits it where it is not far enough."""

    moved: Numbers
    by: float
    weight: Numbers | None


class Exchanges:
    """Looks for exchanges in a network, by two linear programmes kept open.

    Parameters
    ----------
    network : Network

    Attributes
    ----------
    asked : int
        How many questions were put to the solver so far: a measure of work that does not depend on the machine.

    Notes
    -----
    A figure needs up and down together as much as its width. Where it, or every part it is made of, shares a known total
    with others none of which is large, what one cannot go down the others have: an exchange with each of them must then be
    open, in both directions, to the full width, and how far it can run is known from the total.
    Method: the capacity constraints of Fischetti and Salazar (2001), with capacities taken from classes instead of values.
    """

    def __init__(self, network: Network) -> None:
        self._network, self.asked = network, 0
        self._farthest = Linear(network.matrix, primal=True)
        self._cheapest, self._rising = Cheapest(network), Rising(network)
        self._known, self._sharing = Known(network), Sharing(network)

    def together(self, figures: Flags, sign: float, hidden: Flags) -> Numbers:
        """Return an exchange that moves many figures at once, up or down, as far as may be."""
        most = float(self._network.need.max(initial=0.0))
        self._bound(hidden, self._down(most, None), most)
        self.asked += 1
        answer = self._farthest.minimise(np.where(figures, -sign, 0.0))
        return _clean(answer.values) if answer else np.zeros(len(hidden))

    def raising(self, figures: Flags, hidden: Flags) -> Numbers:
        """Return an exchange that raises as many as may be of some figures that are no sums, each as far as it must; sums go along."""
        floor, need = self._network.floor, self._network.need
        raised = figures & np.isfinite(floor)
        self._farthest.bound(
            np.where(hidden, -floor, 0.0), np.where(raised, need, np.where(hidden, inf, 0.0))
        )
        self.asked += 1
        answer = self._farthest.minimise(np.where(raised, -1.0, 0.0))
        return _clean(answer.values) if answer else np.zeros(len(hidden))

    def twin(self, figure: int) -> list[int]:
        """Return the figure, if there is one, for which an exchange found for this one is as good."""
        return self._sharing.twin(figure)

    def closed(self, hidden: Flags, wanted: Flags) -> Iterator[Places]:
        """Yield figures that can all rise, some of them wanted, for they are a part and all sums over it, and hidden."""
        return self._rising.closed(hidden, wanted)

    def raised(self, figure: int, hidden: Flags, price: Numbers) -> Numbers | None:
        """Return a cheapest exchange that lets a figure go up, where going down need not be looked at; else None.

        It need not where going up costs nothing, or where nothing below the figure can fall.
        """
        need = float(self._network.need[figure])
        if self._sharing.shares(figure):
            return None
        over = self._rising.cheapest(figure, hidden, price)
        if over is not None:
            return _at(over, need, len(hidden))
        self.asked += 1
        cost, move = np.where(hidden, 0.0, price), Move(figure, 1.0)
        moved = self._cheapest.exchange(move, need, down=self._down(need, None), price=cost)
        enough = moved is not None and (not cost[moved != 0].any() or self._rising.room[figure] == 0)
        return moved if enough else None

    def open_for(self, figure: int, hidden: Flags) -> Flags | list[Shortage]:
        """Return the figures that exchanges move by which a hidden figure is wide enough, or else what it lacks."""
        shares = self._sharing.shares(figure)
        found: Flags | list[Shortage] = []
        if not (shares and self._sharing.is_stiff(figure)):
            found = self._either_way(figure, hidden)
            if not shares or not isinstance(found, list):
                return found
        return self._with_each(figure, hidden)

    def _either_way(self, figure: int, hidden: Flags) -> Flags | list[Shortage]:
        """Ask that a figure can move by its width, up and down together."""
        need = float(self._network.need[figure])
        moves = Move(figure, 1.0), Move(figure, -1.0)
        up = self._reach(moves[0], hidden)
        if up.weight is None:
            return _moved(up)
        down = self._reach(moves[1], hidden)
        if down.weight is None:
            return _moved(down)
        if up.by + down.by >= need - TOLERANCE:
            return _moved(up) | _moved(down)
        return [Shortage(figure, np.minimum(up.weight + down.weight, need), need, moves)]

    def _with_each(self, figure: int, hidden: Flags) -> Flags | list[Shortage]:
        """Ask that a figure can be exchanged with each partner, in both directions."""
        moved, short = np.zeros(len(hidden), dtype=np.bool_), list[Shortage]()
        for move, known in self._exchanges(figure, hidden):
            if known is not None:
                moved |= known
                continue
            reach = self._reach(move, hidden)
            if reach.weight is None:
                moved |= _moved(reach)
                self._known.keep(move, reach.moved)
            else:
                short.append(Shortage(figure, reach.weight, float(self._network.need[figure]), (move,)))
        return short or moved

    def _exchanges(self, figure: int, hidden: Flags) -> Iterator[tuple[Move, Flags | None]]:
        """Yield the exchanges with partners that must be open, each with one that is known to be."""
        pairs, need = self._sharing.of(figure), self._network.need
        for _, partner in pairs:
            yield Move(figure, 1.0, partner), self._known.moved(figure, partner, hidden)
        for leaf in dict.fromkeys(leaf for leaf, _ in pairs):
            rising = [one for first, one in pairs if first == leaf == figure and need[one] >= need[leaf]]
            known = (self._known.moved(one, leaf, hidden) for one in rising)
            yield Move(figure, -1.0, leaf), next((one for one in known if one is not None), None)

    def mended(self, short: Shortage, hidden: Flags, price: Numbers) -> Flags | None:
        """Return the figures that a cheapest exchange moves by which a shortage ends; None where nothing ends it."""
        found = [self._bought(move, short.need, hidden, price) for move in short.moves]
        bought = [one for one in found if one is not None]
        if not bought:
            return self._in_two(short, hidden, price)
        return min(bought, key=lambda moved: float(price[moved & ~hidden].sum()))

    def _in_two(self, short: Shortage, hidden: Flags, price: Numbers) -> Flags | None:
        """Return what two exchanges move, one up and one down, that are wide enough together."""
        if len(short.moves) == 1:
            return None
        up, down = short.moves
        by = self._reach(up, np.ones(len(hidden), dtype=np.bool_)).by - TOLERANCE / 4
        rising = self._bought(up, by, hidden, price) if by > 0 else np.zeros(len(hidden), dtype=np.bool_)
        falling = self._bought(down, short.need - max(by, 0.0) - TOLERANCE / 2, hidden, price)
        return None if rising is None or falling is None else rising | falling

    def _reach(self, move: Move, hidden: Flags) -> Reach:
        """Return how far a figure can move, up to its need, and what the dual asks for where it is not far enough."""
        figure, sign, falling = move
        need = float(self._network.need[figure])
        down = self._down(need, falling)
        self._bound(hidden, down, need)
        goal = np.zeros(len(hidden))
        goal[figure] = -sign
        self.asked += 1
        answer = self._farthest.minimise(goal)
        if answer is None:  # nothing moves at all is an exchange: the solver has failed
            return Reach(np.zeros(len(hidden)), 0.0, np.zeros(len(hidden)))
        if -answer.goal >= need - TOLERANCE:
            return Reach(_clean(answer.values), need, None)
        slope = goal - self._network.matrix.T @ answer.duals
        weight = np.where(slope > 0, slope * down, -slope * need)
        weight[weight < TOLERANCE] = 0.0
        return Reach(_clean(answer.values), -answer.goal, np.minimum(weight, need))

    def _bought(self, move: Move, by: float, hidden: Flags, price: Numbers) -> Flags | None:
        """Return the figures that a cheapest exchange moves in which a figure moves by so much."""
        if move.sign < 0 and move.falling is None and self._rising.room[move.figure] < by - TOLERANCE:
            return None
        down = self._down(by, move.falling)
        if move.sign < 0 and down[move.figure] < by - TOLERANCE:
            return None
        self.asked += 1
        moved = self._cheapest.exchange(move, by, down=down, price=np.where(hidden, 0.0, price))
        return None if moved is None else moved != 0

    def _bound(self, hidden: Flags, down: Numbers, most: float) -> None:
        self._farthest.bound(np.where(hidden, -down, 0.0), np.where(hidden, most, 0.0))

    def _down(self, need: float, falling: int | None) -> Numbers:
        down = np.minimum(self._network.floor, need)
        if falling is not None:
            down[falling] = need
        return down


def _at(figures: Places, by: float, size: int) -> Numbers:
    moved = np.zeros(size)
    moved[figures] = by
    return moved


def _clean(moved: Numbers) -> Numbers:
    return np.where(abs(moved) < TOLERANCE, 0.0, moved)


def _moved(reach: Reach) -> Flags:
    return np.asarray(reach.moved != 0, dtype=np.bool_)
