"""Figures that share a known total: who their partners are, and which exchanges between partners were found before."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from evalkit.disclosure.cheapest import Move
from evalkit.disclosure.linear import TOLERANCE
from evalkit.disclosure.network import Flags, Network, Numbers


class Known:
    """Exchanges against a falling figure found so far: one stays good while all the figures it moves are hidden.

    What a figure and its partner leave to the others is the difference of their columns; the others' part of an exchange
    is as good for every pair with that difference.
    """

    def __init__(self, network: Network) -> None:
        matrix = network.matrix.tocsc()
        inside = [slice(*ends) for ends in pairwise(matrix.indptr.tolist())]
        self._column = [dict(zip(matrix.indices[at], matrix.data[at], strict=True)) for at in inside]
        self._need = network.need
        self._rests: dict[tuple[float, frozenset[tuple[int, float]]], list[Flags]] = {}

    def moved(self, up: int, falling: int, hidden: Flags) -> Flags | None:
        """Return the figures moved by a known exchange that moves hidden ones alone."""
        if not (hidden[up] and hidden[falling]):
            return None
        for rest in self._rests.get(self._key(up, falling), []):
            if not rest[~hidden].any() and not rest[[up, falling]].any():
                moved = rest.copy()
                moved[[up, falling]] = True
                return moved
        return None

    def keep(self, move: Move, moved: Numbers) -> None:
        """Keep an exchange in which the one falls by what the other rises."""
        figure, sign, falling = move
        if sign > 0 and falling is not None and abs(moved[figure] + moved[falling]) < TOLERANCE:
            rest = moved != 0
            rest[[figure, falling]] = False
            self._rests.setdefault(self._key(figure, falling), []).append(rest)

    def _key(self, up: int, falling: int) -> tuple[float, frozenset[tuple[int, float]]]:
        apart = Counter(self._column[up])
        apart.subtract(self._column[falling])
        return float(self._need[up]), frozenset((row, by) for row, by in apart.items() if by)


class Sharing:
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

    def shares(self, figure: int) -> bool:
        """Tell whether these figures and their partners have together what the figure needs."""
        room = float(sum(self._network.shared[leaf] for leaf in self.leaves(figure)))
        return bool(room >= self._network.need[figure] - TOLERANCE)
