"""What the figures shown leave to each hidden one: the range that any reader can work out from a sum and its other terms.

The law of scatter takes a hidden figure for a range, never for a missing one. Only what is shown enters, so the range tells a
reader nothing new. Sums are gone through one at a time until nothing narrows any more; several sums together may narrow a
range further, which the attack before publication looks at.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.disclosure.audit import Vector
from evalkit.disclosure.equations import Tables, dimensions
from evalkit.table import RANGE_KEY

ROUNDS = 12


def left_to_hidden(tables: Tables, hidden: set[int]) -> pd.DataFrame:
    """Return the range left to each hidden total.

    Parameters
    ----------
    tables : Tables
        All cells, with the sums that hold among them.
    hidden : set of int
        Labels of the hidden cells.

    Returns
    -------
    DataFrame
        The columns of a total's key, ``low`` and ``high``; infinite where no sum bounds it. Rows of breakdowns are left out.
    """
    cells = tables.cells
    names = [*RANGE_KEY, "low", "high"]
    totals = (cells[dimensions(cells)] == "all").all(axis=1) & cells.index.isin(hidden) & (cells["row"] >= 0)
    if not totals.any():
        return pd.DataFrame(columns=names)
    low, high = _bounds(tables, hidden)
    found = cells[totals].assign(low=low[totals.to_numpy()], high=high[totals.to_numpy()])
    return found[[name for name in names if name in found.columns]].reset_index(drop=True)


def _bounds(tables: Tables, hidden: set[int]) -> tuple[Vector, Vector]:
    cells = tables.cells
    shown = ~cells.index.isin(hidden) & ~cells["implicit"].to_numpy() & cells["value"].notna().to_numpy()
    value = cells["value"].to_numpy(float)
    low, high = np.where(shown, value, 0.0), np.where(shown, value, np.inf)
    sums = [equation for equation in tables.equations if equation.sound]
    number = np.repeat(np.arange(len(sums)), [len(equation.parts) for equation in sums])
    part = np.array([cell for equation in sums for cell in equation.parts], dtype=int)
    total = np.array([equation.total for equation in sums], dtype=int)
    for _ in range(ROUNDS):
        before = low.sum(), np.isfinite(high).sum(), high[np.isfinite(high)].sum()
        least = np.bincount(number, low[part], len(sums))
        open_ends = np.bincount(number, np.isinf(high[part]), len(sums))
        most = np.bincount(number, np.where(np.isinf(high[part]), 0.0, high[part]), len(sums))
        np.maximum.at(low, total, least)
        np.minimum.at(high, total, np.where(open_ends > 0, np.inf, most))
        rest = np.where(
            open_ends[number] - np.isinf(high[part]) > 0,
            np.inf,
            most[number] - np.where(np.isinf(high[part]), 0.0, high[part]),
        )
        np.maximum.at(low, part, low[total][number] - rest)
        np.minimum.at(high, part, high[total][number] - (least[number] - low[part]))
        np.maximum(high, low, out=high)
        if before == (low.sum(), np.isfinite(high).sum(), high[np.isfinite(high)].sum()):
            break
    return low, high
