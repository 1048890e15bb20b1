"""What a count must be before anything is computed from it: whole and never negative; an amount may have decimals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.errors import FactsError
from evalkit.table import named_rows

Numbers = NDArray[np.float64]


def whole_counts(
    counts: pd.Series | Numbers | list[float],
    *,
    where: str,
    labels: Callable[[], pd.Series] | None = None,
) -> Numbers:
    """Return counts as floats after refusing what no count can be.

    Parameters
    ----------
    counts : sequence of float
        Events or persons; missing values pass, because a missing year is not a zero.
    where : str
        Which table or measure, for the message.
    labels : callable, optional
        Gives the names of the rows, for the message; their numbers by default.

    Returns
    -------
    ndarray of float

    Raises
    ------
    FactsError
        If a count is negative, infinite or not whole. The message names rows, never figures.

    Examples
    --------
    >>> whole_counts([3, 0, float("nan")], where="cases").tolist()
    [3.0, 0.0, nan]
    """
    values = np.asarray(counts, dtype=float)
    with np.errstate(invalid="ignore"):
        wrong = (values < 0) | np.isinf(values) | (np.floor(values) != values) & ~np.isnan(values)
    if wrong.any():
        rows = np.flatnonzero(wrong) if labels is None else labels().to_numpy()[wrong]
        raise FactsError(
            where=f"{where}: {named_rows(rows)}",
            rule="a count is a whole number and never negative",
            do="correct the figure; a weighted or estimated figure is no count",
        )
    return values


def amounts(figures: pd.Series | Numbers | list[float], *, where: str) -> Numbers:
    """Return amounts, such as money, as floats after refusing what none can be; they may have decimals and a minus.

    Raises
    ------
    FactsError
        If an amount is infinite. The message names rows, never figures.

    Examples
    --------
    >>> amounts([1250.5, float("nan")], where="money").tolist()
    [1250.5, nan]
    """
    values = np.asarray(figures, dtype=float)
    if np.isinf(values).any():
        raise FactsError(
            where=f"{where}: {named_rows(np.flatnonzero(np.isinf(values)))}",
            rule="an amount is never infinite",
            do="correct the figure",
        )
    return values
