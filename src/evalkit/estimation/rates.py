"""Counts and rates with exact Poisson limits."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.estimation.counts import Numbers, whole_counts

EXACT = "exact Poisson (Garwood)"
BYAR = "Byar from 10 events, exact below (PHE)"


def garwood_interval(
    count: ArrayLike, exposure: ArrayLike, *, level: float = 0.95
) -> tuple[Numbers, Numbers]:
    """Return the exact two-sided limits of a Poisson rate per unit of exposure.

    Parameters
    ----------
    count : array-like of float
        Events; missing gives missing.
    exposure : array-like of float
        Years or person-years; missing, zero or negative gives missing limits, never infinite ones.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    lower, upper : ndarray
        The lower limit of a count of 0 is exactly 0.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442; in chi-square form Ulm (1990), Am. J. Epidemiol. 131, 373-375.

    Examples
    --------
    >>> lower, upper = garwood_interval([0, 23], 1)
    >>> lower.round(2).tolist(), upper.round(2).tolist()
    ([0.0, 14.58], [3.69, 34.51])
    """
    events, time = np.asarray(count, dtype=float), _positive(exposure)
    tail = (1 - level) / 2
    lower = np.where(events == 0, 0.0, stats.chi2.ppf(tail, 2 * events)) / (2 * time)
    upper = stats.chi2.ppf(1 - tail, 2 * events + 2) / (2 * time)
    return lower, upper


def one_sided_upper(count: ArrayLike, exposure: ArrayLike, *, level: float = 0.95) -> Numbers:
    """Return the exact one-sided upper limit of a Poisson rate: 2.996 / exposure for a count of 0.

    Parameters
    ----------
    count, exposure, level
        As in :func:`garwood_interval`.

    Examples
    --------
    >>> round(float(one_sided_upper(0, 2)), 3)
    1.498
    """
    events = np.asarray(count, dtype=float)
    return np.asarray(stats.chi2.ppf(level, 2 * events + 2) / (2 * _positive(exposure)), dtype=float)


def byar_interval(count: ArrayLike, exposure: ArrayLike, *, level: float = 0.95) -> tuple[Numbers, Numbers]:
    """Return Byar's approximate limits of a Poisson rate, in the variant of PHE (23 events: 14.58 to 34.51).

    Parameters
    ----------
    count, exposure, level
        As in :func:`garwood_interval`.

    Notes
    -----
    A shortcut from before exact limits were cheap, kept for parity with English public-health tables. R's epitools has
    another variant (14.97 to 33.91 for 23 events).

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 69; APHO Technical Briefing 3.

    Examples
    --------
    >>> lower, upper = byar_interval(23, 1)
    >>> round(float(lower), 2), round(float(upper), 2)
    (14.58, 34.51)
    """
    events, time = np.asarray(count, dtype=float), _positive(exposure)
    z = stats.norm.ppf(0.5 + level / 2)
    above, some = events + 1, np.where(events > 0, events, np.nan)
    lower = np.where(events == 0, 0.0, some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3)
    upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return lower / time, upper / time


def estimate_rate(
    frame: pd.DataFrame,
    *,
    count: str,
    exposure: str,
    scale: float = 1,
    level: float = 0.95,
    method: Literal["exact", "phe"] = "exact",
) -> pd.DataFrame:
    """Return the same rows with rates and their limits appended.

    Parameters
    ----------
    frame : DataFrame
        One row per rate.
    count, exposure : str
        Columns of events and of years or person-years; missing means not reported.
    scale : float
        Rates are per ``scale`` units of exposure: 100000 for inhabitants.
    level : float
        Confidence level, strictly between 0 and 1.
    method : {"exact", "phe"}
        Garwood's exact limits, or Byar's from 10 events on for parity with PHEindicatormethods.

    Returns
    -------
    DataFrame, same rows and order
        ``value``, ``lower``, ``upper``, ``upper_one_sided`` (per ``scale``), ``level``, ``method``, ``flag``
        (``no_exposure`` where the exposure is missing or not positive; such a row has no rate, never 0 or infinity).

    Raises
    ------
    FactsError
        If a count is negative or not whole. The message gives row numbers, never the counts.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442.

    Examples
    --------
    >>> frame = pd.DataFrame({"cases": [23, 0, 4], "years": [5, 2, 0]})
    >>> estimate_rate(frame, count="cases", exposure="years")[["value", "lower", "upper", "flag"]].round(2)
       value  lower  upper         flag
    0    4.6   2.92   6.90
    1    0.0   0.00   1.84
    2    NaN    NaN    NaN  no_exposure
    """
    events = whole_counts(frame[count], where=count)
    time = _positive(frame[exposure])
    lower, upper = garwood_interval(events, time, level=level)
    if method == "phe":
        byar = byar_interval(events, time, level=level)
        lower, upper = np.where(events >= 10, byar[0], lower), np.where(events >= 10, byar[1], upper)
    return frame.assign(
        value=scale * events / time,
        lower=scale * lower,
        upper=scale * upper,
        upper_one_sided=scale * one_sided_upper(events, time, level=level),
        level=level,
        method=EXACT if method == "exact" else BYAR,
        flag=np.where(np.isnan(time), "no_exposure", ""),
    )


def _positive(exposure: ArrayLike) -> Numbers:
    """Return exposures with everything that is no time at all set to missing."""
    time = np.asarray(exposure, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.where(time > 0, time, np.nan)
