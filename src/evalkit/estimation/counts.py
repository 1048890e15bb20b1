"""What a count must be before anything is computed from it: whole, never negative, one per place and period."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.errors import FactsError

WITH_VALUE = ("reported", "zero_reported", "derived")

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


def refuse_repeated(rows: pd.DataFrame, key: list[str], *, where: str) -> None:
    """Raise if two rows stand for one place and period.

    Parameters
    ----------
    rows : DataFrame
    key : list of str
        The columns that together name a row.
    where : str
        Which table or measure, for the message.

    Raises
    ------
    FactsError
        Naming the rows by their key.

    Examples
    --------
    >>> refuse_repeated(pd.DataFrame({"year": [2019, 2020]}), ["year"], where="series")
    """
    again = rows[rows.duplicated(key, keep=False)]
    if not again.empty:
        names = again[key].astype(str).agg(" ".join, axis=1).unique()
        raise FactsError(
            where=f"{where}: {named_rows(names)}",
            rule="one figure per place, period and source edition",
            do="remove the repeated row, or give the edition date that tells the two apart",
        )


def refuse_mixed_units(rows: pd.DataFrame, *, where: str) -> None:
    """Raise if one measure is given in two units: cases and persons are never added up.

    Examples
    --------
    >>> refuse_mixed_units(pd.DataFrame({"unit": ["vu", "vu"]}), where="cases_recorded")
    """
    units = sorted(rows["unit"].unique())
    if len(units) > 1:
        raise FactsError(
            where=f"{where}: {named_rows(period_names(rows).unique())}",
            rule="one measure has one unit",
            do=f"correct the unit of these rows: {', '.join(units)} stand side by side",
        )


def period_names(rows: pd.DataFrame) -> pd.Series:
    """Return a name for each facts row: place and period, without its figure.

    Examples
    --------
    >>> day = pd.to_datetime(["2020-01-01"])
    >>> period_names(pd.DataFrame({"province_code": ["04"], "period_start": day, "period_end": day})).tolist()
    ['04 2020-01-01..2020-01-01']
    """
    first, last = (rows[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    names: pd.Series = rows["province_code"].astype(str) + " " + first + ".." + last
    return names


def named_rows(names: object) -> str:
    """Write a list of row names, the first dozen of them.

    Examples
    --------
    >>> named_rows([3, 14])
    'rows 3, 14'
    """
    listed = [str(name) for name in np.asarray(names).tolist()]
    more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
    return f"rows {', '.join(listed[:12])}{more}"
