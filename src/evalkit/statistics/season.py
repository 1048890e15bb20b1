"""The columns of a regression that carry the season of a quarterly series."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.statistics.counts import Numbers

YEARS_FOR_QUARTERS = 4


def season_columns(quarter: np.ndarray) -> pd.DataFrame:
    """Return the season's columns: none for yearly points.

    Parameters
    ----------
    quarter : ndarray of int
        1 to 4, or 0 for a year.

    Returns
    -------
    DataFrame
        ``q2``, ``q3``, ``q4`` (1 in that quarter) from 4 years of quarters on; fewer carry one yearly wave only, ``cos1`` and
        ``sin1``.

    References
    ----------
    Lopez Bernal, Cummins and Gasparrini (2017), Int. J. Epidemiol. 46, 348-355.

    Examples
    --------
    >>> list(season_columns(np.tile([1, 2, 3, 4], 4))), list(season_columns(np.tile([1, 2, 3, 4], 2)))
    (['q2', 'q3', 'q4'], ['cos1', 'sin1'])
    """
    if not (quarter > 0).any():
        return pd.DataFrame(index=range(len(quarter)))
    if len(quarter) >= 4 * YEARS_FOR_QUARTERS:
        return pd.DataFrame({f"q{number}": (quarter == number).astype(float) for number in (2, 3, 4)})
    return harmonic_columns(quarter - 1, period=4, pairs=1)


def harmonic_columns(step: Numbers, *, period: int, pairs: int) -> pd.DataFrame:
    """Return cosine and sine waves: the first goes round once in ``period`` steps.

    Parameters
    ----------
    step : ndarray
        Position of each point, for instance its month.
    period : int
        Steps in a year.
    pairs : int
        Waves; the k-th goes round k times a year.

    Examples
    --------
    >>> harmonic_columns(np.array([0, 1, 2, 3]), period=4, pairs=1).round(2).abs().to_numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """
    turn = 2 * np.pi * np.asarray(step, dtype=float) / period
    waves: dict[str, Numbers] = {}
    for pair in range(1, pairs + 1):
        waves |= {f"cos{pair}": np.cos(pair * turn), f"sin{pair}": np.sin(pair * turn)}
    return pd.DataFrame(waves)
