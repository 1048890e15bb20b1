"""What must rise with a figure: the figure and every sum over it, told from the sums alone and without a solver.

A *part* here is a figure that is the sum of no others. Where one part goes up and no other part moves, every sum over it goes up as
much; where no part below a sum can go down, that sum goes up in every exchange that raises a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from evalkit.disclosure.network import Flags, Network, Numbers

Places = npt.NDArray[np.int64]


class Rising:
    """Tells of each part which figures rise with it, and of each figure how far it can fall at most.

    Parameters
    ----------
    network : Network

    Attributes
    ----------
    room : array of float
        How far each figure can fall if every part below it falls as far as its class allows; without end where its parts are not told.

    Examples
    --------
    Of two small parts and their total, none of them large, all hidden: the first rises with the total alone.

    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from evalkit.disclosure.network import Network
    >>> flags = np.ones(3, dtype=bool)
    >>> network = Network(
    ...     matrix=csr_array(np.array([[1.0, 1.0, -1.0]])), floor=np.array([0.0, 0.0, np.inf]), large=~flags,
    ...     need=np.full(3, 4.0), partners=((), (), ()), shared=np.zeros(3), must=flags, guarded=flags,
    ...     cost=np.ones(3), cells=((0,), (1,), (2,)), order=np.zeros(3),
    ... )
    >>> rising = Rising(network)
    >>> rising.cheapest(0, flags, np.ones(3)).tolist()
    [0, 2]
    >>> rising.room.tolist()
    [0.0, 0.0, 0.0]
    """

    def __init__(self, network: Network) -> None:
        below = _parts_below(network)
        self._over = _counts(below, len(network.must))
        falls = np.where(np.isfinite(network.floor), network.floor, 0.0)
        self.room: Numbers = self._over @ falls
        self.room[[one not in below for one in range(len(falls))]] = np.inf
        balanced = abs(network.matrix @ self._over).sum(axis=0) == 0
        once = self._over.max(axis=0).toarray().ravel() == 1
        self._alone: Flags = balanced & once
        self._below = self._over.tocsr()

    def cheapest(self, figure: int, hidden: Flags, price: Numbers) -> Places | None:
        """Return what rises with the part by which a figure rises at least cost, where no exchange can raise it for less.

        Where nothing below a figure can fall, its parts rise by as much as it does, and with them at least the sums over them below
        which nothing can fall. None where another sum over the cheapest part is not hidden: an exchange might leave it as it is.
        """
        ends = slice(*self._below.indptr[figure : figure + 2])
        parts = self._below.indices[ends]
        if not len(parts) or self.room[figure] > 0 or (self._below.data[ends] > 1).any():
            return None
        asked = np.where(hidden, 0.0, price)
        cost = self._over[:, parts].T @ np.where(self.room == 0, asked, 0.0)
        part = int(parts[np.argmin(cost)])
        over = self._all_over(part)
        return over if self._alone[part] and not asked[over[self.room[over] > 0]].any() else None

    def closed(self, hidden: Flags, wanted: Flags) -> Iterator[Places]:
        """Yield what rises with a part, for each part where all that is hidden and some of it wanted.

        Each of these figures can rise as far as it must: they all do together, and nothing else moves.
        """
        shown, asked = (self._over.T @ figures.astype(float) for figures in (~hidden, wanted))
        for figure in np.flatnonzero(self._alone & (shown == 0) & (asked > 0)).tolist():
            yield self._all_over(figure)

    def _all_over(self, figure: int) -> Places:
        start, end = self._over.indptr[figure : figure + 2]
        return np.asarray(self._over.indices[start:end], dtype=np.int64)


def _parts_below(network: Network) -> dict[int, list[int]]:
    """Return the parts below each figure, by the first sum that tells them; a figure whose parts are not told is left out."""
    waiting = list(_sums(network))
    totals = {total for total, _ in waiting}
    below = {one: [one] for one in range(len(network.must)) if one not in totals}
    before = len(waiting) + 1
    while before > (before := len(waiting)):
        left = []
        for total, parts in waiting:
            if all(part in below for part in parts):
                below.setdefault(total, [leaf for part in parts for leaf in below[part]])
            else:
                left.append((total, parts))
        waiting = left
    return below


def _sums(network: Network) -> Iterator[tuple[int, list[int]]]:
    """Yield each total that is a figure of the network, with its parts."""
    matrix = network.matrix
    for start, end in pairwise(matrix.indptr.tolist()):
        inside, sign = matrix.indices[start:end], matrix.data[start:end]
        for total in inside[sign < 0].tolist():
            yield total, inside[sign > 0].tolist()


def _counts(below: dict[int, list[int]], size: int) -> csc_array:
    """Say how often each part (a column) is counted in each figure (a row)."""
    row = np.array([figure for figure, parts in below.items() for _ in parts], dtype=np.int64)
    column = np.array([part for parts in below.values() for part in parts], dtype=np.int64)
    counts = csc_array((np.ones(len(row)), (row, column)), shape=(size, size))
    counts.sum_duplicates()
    return counts
