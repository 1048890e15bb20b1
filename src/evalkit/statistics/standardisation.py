"""Rates as they would be if every area had the same mix of ages (or another breakdown): direct and indirect."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.statistics.counts import whole_counts
from evalkit.statistics.expectation import expected_p
from evalkit.statistics.rates import Method, byar_interval, estimate_rate, garwood_interval
from evalkit.table import named_rows, refuse_repeated

FEWEST_EVENTS = 10


def standardise_directly(
    frame: pd.DataFrame,
    *,
    area: str = "province_code",
    stratum: str = "age_group",
    scale: float = 100_000,
    level: float = 0.95,
    method: Literal["exact", "phe"] = "exact",
) -> pd.DataFrame:
    """Return directly standardised rates with Dobson's limits.

    Parameters
    ----------
    frame : DataFrame, one row per area and stratum
        The columns named by ``area`` and ``stratum``; ``count``, ``exposure`` (person-years) and ``standard`` (persons of
        the standard population in that stratum, on the row itself: never joined by position).
    area, stratum : str
        Columns of areas and of strata.
    scale : float
        Rates are per ``scale`` units of exposure.
    level : float
        Confidence level, strictly between 0 and 1.
    method : {"exact", "phe"}
        Limits of the total count: exact, or Byar's from 10 events for parity with PHEindicatormethods.

    Returns
    -------
    DataFrame, one row per area in order of appearance
        The area; ``count``, ``exposure``, ``value``, ``lower``, ``upper``, ``level``, ``flag``: ``suppressed`` (a
        stratum's count is hidden, where a ``status`` says so), ``not_reported`` (a stratum has no count), ``no_exposure`` (a stratum has no exposure or standard population), ``fewer_than_10_events``. A
        flagged area has no rate.

    Raises
    ------
    FactsError
        If a stratum stands twice, areas have different strata, or a count is negative or not whole.

    References
    ----------
    Dobson et al. (1991), Stat. Med. 10, 457-462.

    Examples
    --------
    >>> rows = {"province_code": "97", "age_group": ["0-17", "18+"], "count": [8, 15], "exposure": [4000, 9000], "standard": [3, 7]}
    >>> standardise_directly(pd.DataFrame(rows), scale=1000)[["value", "lower", "upper"]].round(2)
       value  lower  upper
    0   1.77   1.12   2.65
    """
    refuse_repeated(frame, [area, stratum], where="standardisation")
    whole_counts(frame["count"], where="standardisation", labels=lambda: frame[area].astype(str))
    _refuse_different_strata(frame, area, stratum)
    interval = garwood_interval if method == "exact" else byar_interval
    sums = _weighted_sums(frame, area)
    lower, upper = interval(sums["count"], 1, level=level)
    stretch = np.sqrt(sums["variance"] / sums["count"].where(sums["count"] > 0))
    shown = sums["flag"] == ""
    limits = {"lower": lower - sums["count"], "upper": upper - sums["count"]}
    found = {name: (scale * (sums["value"] + stretch * away)).where(shown) for name, away in limits.items()}
    return (
        sums[[area, "count", "exposure"]]
        .assign(value=(scale * sums["value"]).where(shown), **found, level=level, flag=sums["flag"])
        .reset_index(drop=True)
    )


def standardise_indirectly(
    frame: pd.DataFrame,
    *,
    area: str = "province_code",
    stratum: str = "age_group",
    without_itself: bool = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return observed over expected cases, expected at the rates of all areas together in each stratum.

    Parameters
    ----------
    frame : DataFrame, one row per area and stratum
        The columns named by ``area`` and ``stratum``; ``count``, ``exposure``.
    area, stratum : str
        Columns of areas and of strata.
    without_itself : bool
        Hold each area against the others only.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    DataFrame, one row per area in order of appearance
        The area; ``count``, ``expected``, ``value`` (their ratio), ``lower``, ``upper`` (exact), ``p`` (central, agrees with
        the limits), ``indirect_rate`` (the ratio times the rate of all), ``level``, ``flag`` (``suppressed``,
        ``not_reported`` or ``no_exposure``, if a stratum lacks its figure: the area has no ratio and is left out of the expectations).

    Raises
    ------
    FactsError
        If a stratum stands twice, areas have different strata, or a count is negative or not whole.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 65-71.

    Examples
    --------
    >>> rows = [("97", "0-17", 2, 4000), ("97", "18+", 9, 9000), ("98", "0-17", 6, 3000), ("98", "18+", 30, 6000)]
    >>> given = pd.DataFrame(rows, columns=["province_code", "age_group", "count", "exposure"])
    >>> standardise_indirectly(given)[["province_code", "expected", "value", "lower", "upper"]].round(2)
      province_code  expected  value  lower  upper
    0            97     27.97   0.39   0.20   0.70
    1            98     19.03   1.89   1.33   2.62
    """
    refuse_repeated(frame, [area, stratum], where="standardisation")
    whole_counts(frame["count"], where="standardisation", labels=lambda: frame[area].astype(str))
    _refuse_different_strata(frame, area, stratum)
    flags = _flags(frame, area)
    rows = frame[frame[area].map(flags) == ""]
    cases, lived = (rows.groupby(stratum)[name].transform("sum") for name in ("count", "exposure"))
    if without_itself:
        cases, lived = cases - rows["count"], lived - rows["exposure"]
    rows = rows.assign(expected=rows["exposure"] * cases / lived.where(lived > 0))
    sums = rows.groupby(area, sort=False)[["count", "expected"]].sum(min_count=rows[stratum].nunique())
    sums = sums.reindex(flags.index).rename_axis(area).reset_index()
    found = estimate_rate(sums, count="count", exposure="expected", level=level)
    overall = rows["count"].sum() / rows["exposure"].sum() if len(rows) else np.nan
    p = expected_p(found["count"], found["expected"])["central"]
    columns = [area, "count", "expected", "value", "lower", "upper"]
    return found[columns].assign(
        p=p, indirect_rate=found["value"] * overall, level=level, flag=flags.to_numpy()
    )


def standardise_to_reference(
    frame: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    area: str = "province_code",
    stratum: str = "age_group",
    scale: float = 100_000,
    level: float = 0.95,
    method: Method = "exact",
) -> pd.DataFrame:
    """Return observed over expected cases, and rates, expected at the rates of a reference population in each stratum.

    Parameters
    ----------
    frame : DataFrame, one row per area and stratum
        The columns named by ``area`` and ``stratum``; ``count``, ``exposure``.
    reference : DataFrame, one row per stratum
        ``stratum``'s column, ``count``, ``exposure`` (positive).
    area, stratum : str
        Columns of areas and of strata.
    scale : float
        Rates are per ``scale`` units of exposure.
    level : float
        Confidence level, strictly between 0 and 1.
    method : {"exact", "byar", "phe"}
        Limits of the ratio (:func:`~evalkit.statistics.rates.rate_interval`).

    Returns
    -------
    DataFrame, one row per area in order of appearance
        The area; ``count``, ``expected``, ``value`` (their ratio), ``lower``, ``upper``, ``rate`` (the ratio times the crude
        rate of the reference), ``rate_lower``, ``rate_upper``, ``level``, ``flag`` (as in :func:`standardise_indirectly`).

    Raises
    ------
    FactsError
        If a stratum stands twice or has no reference, areas have different strata, or a count is negative or not whole.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 65-71; R package PHEindicatormethods.

    Examples
    --------
    >>> rows = [("97", "0-17", 2, 4000), ("97", "18+", 9, 9000)]
    >>> given = pd.DataFrame(rows, columns=["province_code", "age_group", "count", "exposure"])
    >>> country = pd.DataFrame({"age_group": ["0-17", "18+"], "count": [40, 300], "exposure": [50_000, 150_000]})
    >>> standardise_to_reference(given, country)[["expected", "value", "lower", "upper", "rate"]].round(2)
       expected  value  lower  upper   rate
    0      21.2   0.52   0.26   0.93  88.21
    """
    refuse_repeated(frame, [area, stratum], where="standardisation")
    refuse_repeated(reference, [stratum], where="reference population")
    whole_counts(frame["count"], where="standardisation", labels=lambda: frame[area].astype(str))
    _refuse_different_strata(frame, area, stratum)
    rates = (reference["count"] / reference["exposure"]).set_axis(reference[stratum])
    _refuse_no_reference(frame[stratum], rates)
    flags = _flags(frame, area)
    rows = frame.assign(expected=frame["exposure"] * frame[stratum].map(rates))
    sums = rows.groupby(area, sort=False)[["count", "expected"]].sum().reset_index()
    sums = sums.mask(np.asarray(flags != "")[:, None] & (sums.columns != area))
    found = estimate_rate(sums, count="count", exposure="expected", level=level, method=method)
    crude = scale * float(reference["count"].sum() / reference["exposure"].sum())
    columns = [area, "count", "expected", "value", "lower", "upper"]
    return found[columns].assign(
        rate=crude * found["value"],
        rate_lower=crude * found["lower"],
        rate_upper=crude * found["upper"],
        level=level,
        flag=flags.to_numpy(),
    )


def _refuse_no_reference(strata: pd.Series, rates: pd.Series) -> None:
    known = rates.index[np.isfinite(rates)]
    if not strata.isin(known).all():
        raise FactsError(
            where=f"reference population: {named_rows(strata[~strata.isin(known)].unique())}",
            rule="every stratum has a rate in the reference population",
            do="add its count and exposure",
        )


def _weighted_sums(frame: pd.DataFrame, area: str) -> pd.DataFrame:
    """Return per area the weighted rate and its variance, count and exposure, and the flag."""
    flags = _flags(frame, area)
    lived, standard = frame["exposure"].where(frame["exposure"] > 0), frame["standard"].astype(float)
    weight = standard / standard.groupby(frame[area]).transform("sum")
    parts = frame.assign(
        value=weight * frame["count"] / lived, variance=weight**2 * frame["count"] / lived**2
    )
    columns = ["count", "exposure", "value", "variance"]
    sums = parts.groupby(area, sort=False)[columns].sum().reindex(flags.index).reset_index(names=area)
    few = (flags.to_numpy() == "") & (sums["count"] < FEWEST_EVENTS).to_numpy()
    return sums.assign(flag=np.where(few, "fewer_than_10_events", flags.to_numpy()))


def _flags(frame: pd.DataFrame, area: str) -> pd.Series:
    """Return per area, in order of appearance, why it has no rate; empty where it has one."""
    lacking = ~((frame["exposure"] > 0) & np.isfinite(frame["exposure"]))
    if "standard" in frame.columns:
        lacking |= ~(frame["standard"] >= 0)
    hidden = frame["status"] == "suppressed" if "status" in frame.columns else lacking & False
    reasons = [hidden, frame["count"].isna(), lacking]
    flag = np.select(reasons, ["3suppressed", "2not_reported", "1no_exposure"], default="")
    worst: pd.Series = pd.Series(flag, index=frame.index).groupby(frame[area], sort=False).max()
    return worst.str.lstrip("123")


def _refuse_different_strata(frame: pd.DataFrame, area: str, stratum: str) -> None:
    strata = frame.groupby(area)[stratum].size()
    if not (strata == frame[stratum].nunique()).all():
        raise FactsError(
            where="standardisation",
            rule=f"every {area} has one row for every {stratum}",
            do="add the missing rows; leave their cells blank where nothing was reported",
        )
