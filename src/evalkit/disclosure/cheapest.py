"""The exchange that hides least beside what is hidden: one linear programme kept open over all figures of a network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, hstack

from evalkit.disclosure.linear import TOLERANCE, Linear
from evalkit.disclosure.network import Network, Numbers


class Move(NamedTuple):
    """A question: by how much a figure can go up (or down, where ``sign`` is -1).

    ``falling`` is a figure that goes down as far as needed whatever its class.
    """

    figure: int
    sign: float
    falling: int | None = None


class Cheapest:
    """Looks for exchanges that move a figure by so much and cost least: each other figure its price, times how far it moves.

    Parameters
    ----------
    network : Network

    Notes
    -----
    What costs nothing may fall by its own column; what costs something and may fall has a second one for that.
    """

    def __init__(self, network: Network) -> None:
        self._size = len(network.must)
        falls = network.floor > 0
        falls[[other for partners in network.partners for other in partners]] = True
        self._falls = np.flatnonzero(falls & ~network.must)
        columns = (network.matrix, -network.matrix.tocsc()[:, self._falls])
        self._model = Linear(csr_array(hstack(columns)))

    def exchange(self, move: Move, by: float, *, down: Numbers, price: Numbers) -> Numbers | None:
        """Return by how much each figure moves in a cheapest exchange; None where there is none.

        Parameters
        ----------
        move : Move
            The figure, which costs nothing itself, and whether it goes up or down.
        by : float
            How far it goes; no figure goes farther.
        down : array of float
            How far each figure can go down.
        price : array of float
            What each costs; 0 for what is hidden.
        """
        free, cost = price == 0, price.copy()
        low, high = np.where(free, -down, 0.0), np.full(self._size, by)
        fall = np.where(free[self._falls], 0.0, down[self._falls])
        low[move.figure] = high[move.figure] = move.sign * by
        fall[self._falls == move.figure], cost[move.figure] = 0.0, 0.0
        self._model.bound(np.concatenate((low, np.zeros(len(fall)))), np.concatenate((high, fall)))
        answer = self._model.minimise(np.concatenate((cost, cost[self._falls])))
        if answer is None:
            return None
        moved = answer.values[: self._size]
        moved[self._falls] -= answer.values[self._size :]
        return np.where(abs(moved) < TOLERANCE, 0.0, moved)
