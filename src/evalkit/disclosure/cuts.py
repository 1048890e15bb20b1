"""What every safe choice keeps, as rows of an integer programme: ``row @ hidden >= 0``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from evalkit.disclosure.exchanges import Shortage
from evalkit.disclosure.network import Network


def complements(network: Network) -> csr_array:
    """Say that a sum with a hidden figure hides another one, such that the figure can move against it."""
    entries: list[tuple[int, int, float]] = []
    falls, row = network.floor > 0, 0
    for start, end in pairwise(network.matrix.indptr.tolist()):
        inside, sign = network.matrix.indices[start:end], network.matrix.data[start:end]
        for figure in inside[network.guarded[inside] & (network.need[inside] > 0)].tolist():
            others = inside[inside != figure]
            against = inside[(inside != figure) & (falls[inside] | (sign < 0))]
            enough = others if falls[figure] or network.partners[figure] else against
            entries += [(row, figure, -1.0), *((row, one, 1.0) for one in enough.tolist())]
            row += 1
    at, column, weight = np.array(entries, dtype=float).reshape(-1, 3).T
    return csr_array((weight, (at.astype(int), column.astype(int))), shape=(row, len(network.must)))


def cuts(lacking: Iterable[Shortage], count: int) -> csr_array:
    """Say what a choice of hidden figures needs at least, a row for each shortage."""
    rows = np.array([one.weight for one in lacking]).reshape(-1, count)
    for row, one in zip(rows, lacking, strict=True):
        row[one.figure] -= one.need
    return csr_array(rows)
