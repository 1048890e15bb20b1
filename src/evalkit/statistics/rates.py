"""Counts and rates with exact Poisson limits."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.statistics.counts import Numbers, whole_counts

EXACT = "exact Poisson (Garwood)"
BYAR = "Byar from 10 events, exact below (PHE)"
BYAR_ONLY = "Byar"
ENOUGH_FOR_BYAR = 10

Method = Literal["exact", "byar", "phe"]


def garwood_interval(
    count: ArrayLike, exposure: ArrayLike, *, level: float | Numbers = 0.95
) -> tuple[Numbers, Numbers]:
    """Return the exact two-sided limits of a Poisson rate per unit of exposure.

    Parameters
    ----------
    count : array-like of float
        Events; missing gives missing.
    exposure : array-like of float
        Years or person-years; missing, zero or negative gives missing limits, never infinite ones.
    level : float or array-like of float
        Confidence level, strictly between 0 and 1; one for each rate, or one for all.

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
    tail = (1 - np.asarray(level)) / 2
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


def byar_interval(
    count: ArrayLike,
    exposure: ArrayLike,
    *,
    level: float | Numbers = 0.95,
    variant: Literal["phe", "epitools"] = "phe",
) -> tuple[Numbers, Numbers]:
    """Return Byar's approximate limits of a Poisson rate.

    Parameters
    ----------
    count, exposure, level
        As in :func:`garwood_interval`.
    variant : {"phe", "epitools"}
        PHE's takes the count below and one more above (23 events: 14.58 to 34.51); that of R's epitools takes half a
        case more on both sides (14.97 to 33.91). The lower limit of no case is 0 in both.

    Notes
    -----
    A shortcut from before exact limits were cheap, kept for parity with English public-health tables.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 69; APHO Technical Briefing 3; Rothman and Boice
    (1979), Epidemiologic Analysis with a Programmable Calculator (the variant of epitools).

    Examples
    --------
    >>> lower, upper = byar_interval(23, 1)
    >>> round(float(lower), 2), round(float(upper), 2)
    (14.58, 34.51)
    """
    events, time = np.asarray(count, dtype=float), _positive(exposure)
    z = np.asarray(stats.norm.ppf(0.5 + np.asarray(level) / 2))
    if variant == "epitools":
        return np.maximum(_cube(events + 0.5, -z), 0.0) / time, _cube(events + 0.5, z) / time
    lower = np.where(events == 0, 0.0, _cube(np.where(events > 0, events, np.nan), -z))
    return lower / time, _cube(events + 1, z) / time


def phe_interval(
    count: ArrayLike, exposure: ArrayLike, *, level: float | Numbers = 0.95
) -> tuple[Numbers, Numbers]:
    """Return the limits that Public Health England prints: exact below 10 events, Byar's from 10 on.

    Parameters
    ----------
    count, exposure, level
        As in :func:`garwood_interval`.

    References
    ----------
    APHO Technical Briefing 3; R package PHEindicatormethods.

    Examples
    --------
    >>> lower, upper = phe_interval([9, 10], 1)
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([4.115, 4.787], [17.085, 18.391])
    """
    events = np.asarray(count, dtype=float)
    exact = garwood_interval(events, exposure, level=level)
    byar = byar_interval(events, exposure, level=level)
    lower, upper = (
        np.where(events >= ENOUGH_FOR_BYAR, byar[side], exact[side]).astype(float) for side in (0, 1)
    )
    return lower, upper


def rate_interval(
    count: ArrayLike, exposure: ArrayLike, *, level: float | Numbers = 0.95, method: Method = "exact"
) -> tuple[Numbers, Numbers]:
    """Return the limits of a Poisson rate, or of observed over expected cases, by the method named.

    Parameters
    ----------
    count, exposure, level
        As in :func:`garwood_interval`; expected cases serve as an exposure.
    method : {"exact", "byar", "phe"}
        :func:`garwood_interval`, :func:`byar_interval` or :func:`phe_interval`.

    Examples
    --------
    >>> lower, upper = rate_interval(12, 6, method="byar")
    >>> round(float(lower), 3), round(float(upper), 3)
    (1.032, 3.494)
    """
    interval = {"exact": garwood_interval, "byar": byar_interval, "phe": phe_interval}[method]
    return interval(count, exposure, level=level)


def estimate_rate(
    frame: pd.DataFrame,
    *,
    count: str,
    exposure: str,
    scale: float = 1,
    level: float = 0.95,
    method: Method = "exact",
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
    method : {"exact", "byar", "phe"}
        Garwood's exact limits, Byar's, or Byar's from 10 events on for parity with PHEindicatormethods.

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
    lower, upper = rate_interval(events, time, level=level, method=method)
    return frame.assign(
        value=scale * events / time,
        lower=scale * lower,
        upper=scale * upper,
        upper_one_sided=scale * one_sided_upper(events, time, level=level),
        level=level,
        method={"exact": EXACT, "byar": BYAR_ONLY, "phe": BYAR}[method],
        flag=np.where(np.isnan(time), "no_exposure", ""),
    )


def _cube(events: Numbers, z: Numbers) -> Numbers:
    """Return Wilson and Hilferty's approximate quantile of a count."""
    with np.errstate(invalid="ignore"):
        return np.asarray(events * (1 - 1 / (9 * events) + z / (3 * np.sqrt(events))) ** 3, dtype=float)


def _positive(exposure: ArrayLike) -> Numbers:
    """Return exposures with everything that is no time at all set to missing."""
    time = np.asarray(exposure, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.where(time > 0, time, np.nan)
