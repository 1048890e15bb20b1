"""Choose what is hidden besides the small figures: the least that gives every hidden one an exchange.

First a safe choice, figure by figure: what a cheapest exchange moves is hidden, and what proves not to be needed is shown again. Then an
integer programme over what these exchanges lacked betters it within a stated amount of work. Both know classes, sums and known
figures, no values; ties fall by the order of the figures, which a secret key draws. Nothing here looks at the result of the attack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from evalkit.disclosure.cuts import complements, cuts
from evalkit.disclosure.exchanges import Exchanges, Shortage
from evalkit.disclosure.linear import TOLERANCE
from evalkit.disclosure.network import Flags, Network, Numbers

NODES = 500
WORK = 2_000_000  # questions to the solver, times figures: beyond it the choice is not bettered any more
ROUNDS = 6
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which figures of a network are hidden, and how that was found.

    ``method`` is ``"optimal"`` where the integer programme ended, ``"heuristic"`` where the work allowed did not suffice to prove
    that nothing less will do, ``"whole"`` where no choice protects some figure and all that is not known is hidden.
    """

    hidden: Flags
    method: str


def choose(network: Network, *, nodes: int = NODES, work: float = WORK) -> Choice:
    """Return which figures of a network to hide.

    Parameters
    ----------
    network : Network
    nodes : int
        How many nodes the search of each integer programme may take; without any the first safe choice stands.
    work : float
        How many questions may be asked, times the figures of the network. Neither limit depends on the machine.

    Notes
    -----
    The safe choice is found as in Kelly, Golden and Assad (1992), Networks 22(4); the integer programme gets a constraint for each
    shortage, as in Fischetti and Salazar (2001), Management Science 47(7).
    """
    exchanges = Exchanges(network)
    first = _Trial(network, exchanges, network.must)
    if not first.protect():
        return _whole(network)
    first.spare()
    best, rows, within = first, [complements(network), cuts(first.lacked, len(network.must))], ROUNDS
    while within and nodes and exchanges.asked * len(network.must) < work:
        within -= 1
        solved = _solve(network, rows, nodes)
        if solved is None or _cost(network, solved) >= best.cost:
            return Choice(best.hidden, "heuristic" if solved is None else "optimal")
        trial = _Trial(network, exchanges, solved)
        lacked = trial.lacks()
        if not lacked:
            return Choice(solved, "optimal")
        trial.protect()
        trial.spare()
        best = min(best, trial, key=lambda one: one.cost)
        rows.append(cuts([*lacked, *trial.lacked], len(solved)))
    return Choice(best.hidden, "heuristic")


class _Trial:
    """A choice that is being made: what is hidden, and for each figure that must move what proves that it can.

    Attributes
    ----------
    hidden : array of bool
    lacked : list of Shortage
        What figures lacked where one was shown again in vain.
    """

    def __init__(self, network: Network, exchanges: Exchanges, hidden: Flags) -> None:
        self._network, self._exchanges, self.hidden = network, exchanges, hidden.copy()
        self.lacked: list[Shortage] = []
        self._proof: dict[int, Flags] = {}
        self._price, self._grown = _price(network), False

    @property
    def cost(self) -> float:
        """What hiding takes from the reader."""
        return _cost(self._network, self.hidden)

    def lacks(self) -> list[Shortage]:
        """Return what the hidden figures lack."""
        self._together(self._open())
        return [short for figure in self._figures() for short in self._asked(figure)]

    def protect(self) -> bool:
        """Hide what cheapest exchanges need until every hidden figure is protected; tell whether that can be."""
        self._take_closed()
        self._prove(self._exchanges.raising(self._open(), self.hidden))
        before = -1
        while (figures := self._figures()) and before != (
            before := int(self.hidden.sum()) + len(self._proof)
        ):
            if not all(self._mend(figure) for figure in figures):
                return False
        return not figures

    def _mend(self, figure: int) -> bool:
        """Hide what lets a figure move; tell whether anything does."""
        if figure in self._proof:
            return True
        raised = self._exchanges.raised(figure, self.hidden, self._price)
        if raised is not None:
            self._take(raised)
            return True
        for short in self._asked(figure):
            moved = self._exchanges.mended(short, self.hidden, self._price)
            if moved is None:
                return False
            self.hidden |= moved
            if len(short.moves) > 1:
                self._proof[figure] = moved
        return True

    def spare(self) -> None:
        """Show again what is not needed, the dearest first."""
        further = np.flatnonzero(self.hidden & ~self._network.must).tolist()
        for figure in sorted(further, key=lambda one: (-self._price[one], one)):
            self._without(figure)

    def _without(self, figure: int) -> None:
        """Show a figure again if all others stay protected."""
        before, self.hidden[figure] = self._proof, False
        self._proof = {one: moved for one, moved in before.items() if not moved[figure] and one != figure}
        affected = np.zeros(len(self.hidden), dtype=np.bool_)
        affected[[one for one, moved in before.items() if moved[figure] and one != figure]] = True
        for turn, one in enumerate(np.flatnonzero(affected).tolist()):
            short = self._asked(one)
            if short:
                self.lacked += short
                self._proof, self.hidden[figure] = before, True
                return
            if turn == _ALONE:
                self._together(affected)

    def _asked(self, figure: int) -> list[Shortage]:
        """Return what a figure lacks; where it lacks nothing what proves that is kept."""
        if figure in self._proof:
            return []
        found = self._exchanges.open_for(figure, self.hidden)
        if isinstance(found, list):
            return found
        for one in (figure, *self._exchanges.twin(figure)):
            self._proof.setdefault(one, found)
        return []

    def _figures(self) -> list[int]:
        """Return the hidden figures that are not known to be protected, those that need most first."""
        need, order = self._network.need, self._network.order
        figures: list[int] = np.flatnonzero(self._open()).tolist()
        return sorted(figures, key=lambda one: (-need[one], order[one], one))

    def _prove(self, moved: Numbers) -> None:
        """Keep an exchange as the proof of all figures that it moves as far as they must."""
        far = self._open() & (abs(moved) >= self._network.need - TOLERANCE)
        self._proof |= dict.fromkeys(np.flatnonzero(far).tolist(), moved != 0)

    def _take(self, moved: Numbers) -> None:
        """Hide what an exchange moves; where that hides nothing more, look what else earlier ones let move."""
        grows = bool((moved != 0)[~self.hidden].any())
        self.hidden |= moved != 0
        self._prove(moved)
        if grows:
            self._take_closed()
        elif self._grown:
            self._prove(self._exchanges.raising(self._open(), self.hidden))
        self._grown = grows

    def _take_closed(self) -> None:
        """Take the parts that are hidden with all sums over them as proof of them all."""
        wanted = self._open()
        for over in self._exchanges.closed(self.hidden, wanted):
            moved = np.zeros(len(wanted), dtype=np.bool_)
            moved[over] = True
            for one in over[wanted[over]].tolist():
                self._proof.setdefault(one, moved)

    def _open(self) -> Flags:
        figures = self.hidden & self._network.guarded & (self._network.need > 0)
        figures[list(self._proof)] = False
        return figures

    def _together(self, figures: Flags) -> None:
        """Look for exchanges that prove of many figures at a time that they can move; those left out are asked one by one."""
        for sign in (1.0, -1.0):
            before, left = len(figures) + 2, self._open() & figures
            while left.any() and before - left.sum() > 1:
                before = int(left.sum())
                moved = self._exchanges.together(left, sign, self.hidden)
                self._prove(moved)
                left = self._open() & figures


_ALONE = 2  # after so many figures asked one by one, the rest are looked at together


def _price(network: Network) -> Numbers:
    """Return the cost of hiding each figure, made unequal by so little that only ties fall by it."""
    return network.cost * (1 + network.order / 1000)


def _cost(network: Network, hidden: Flags) -> float:
    return float(_price(network)[hidden].sum())


def _solve(network: Network, rows: list[csr_array], nodes: int) -> Flags | None:
    """Return the cheapest choice that keeps all constraints; None where the search was cut short or finds none."""
    solved = milp(
        _price(network),
        constraints=LinearConstraint(vstack(rows), lb=0.0),
        bounds=Bounds(network.must.astype(float), 1.0),
        integrality=np.ones(len(network.must)),
        options={"node_limit": nodes, "mip_rel_gap": 0.0},
    )
    return np.asarray(solved.x > 0.5, dtype=np.bool_) if solved.status == 0 else None


def _whole(network: Network) -> Choice:
    return Choice(np.ones(len(network.must), dtype=np.bool_), WHOLE)
