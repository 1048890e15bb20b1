"""Every indicator of the programme in every period it was reported for, with its limits or the reason why it has none."""

from __future__ import annotations

from datetime import date

import pandas as pd

from evalkit.estimation.beside import held_against, over_period_before, with_files
from evalkit.estimation.counts import refuse_no_counts
from evalkit.estimation.fractions import counted, over_base, over_person_years
from evalkit.estimation.kinds import unit_of, with_numbers
from evalkit.estimation.slices import denominator_of, totals_and_slices
from evalkit.estimation.sources import FIGURE, preferred
from evalkit.programme.models import Kind, Programme
from evalkit.table import latest_editions

COLUMNS = [
    "indicator",
    "indicator_id",
    "kind",
    "province_code",
    "scheme",
    "place_basis",
    "period_start",
    "period_end",
    "source_id",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "bound_one_sided",
    "level",
    "method",
    "unit",
    "status",
    "flag",
    "against_numerator",
    "against_denominator",
]
SMALL_NUMBER = 20
SHOWN_ON_A_BASE = (
    "proportion",
    "period_ratio",
    "conversion",
    "carried_over",
    "consistency",
    "mean",
    "median_days",
)
EVER = (date(1900, 1, 1), date(2200, 1, 1))


def estimate_indicators(facts: pd.DataFrame, programme: Programme, *, level: float = 0.95) -> pd.DataFrame:
    """Estimate every indicator for every place, period and source in a facts table.

    Parameters
    ----------
    facts : DataFrame
        A facts table of one or many provinces and the nation; breakdowns serve the indicators that name one of them.
    programme : Programme
        Declares the indicators, the measures and the order of sources.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    DataFrame, one row per indicator, place, place basis, period and source
        ``indicator``, ``indicator_id``, ``kind``; place, place basis, period, ``source_id`` of the numerator;
        ``numerator``, ``denominator`` (persons, cases, ...; person-years for a rate; the earlier figure for a change;
        numerator is the number of files for a median, and what was not new for a carried-over share); ``value``, ``lower``, ``upper``,
        ``bound_one_sided`` (exact one-sided bound where the numerator is 0, or the whole base); ``level``, ``method``,
        ``unit``; ``status``: ``estimated``, ``suppressed``, ``not_reported``, ``not_applicable`` (0 of 0 too) or
        ``not_estimable``; ``flag``: codes joined by ";" such as ``small_number`` (rate on fewer than 20),
        ``small_base`` (base under the indicator's ``min_base``), ``no_population``, ``no_base``, ``no_denominator``,
        ``different_bases``, ``sources_contradict``, ``two_sources``, ``derived``, ``inexact``, ``no_period_before``,
        ``outside_validity``. A value is missing unless the status is ``estimated``. ``against_numerator`` and
        ``against_denominator`` hold the second share of a share of shares; missing for other kinds.

    Raises
    ------
    FactsError
        If a part exceeds its base in one source, a count is negative or not whole, or a figure stands twice. Rows are
        named, never figures.

    Notes
    -----
    A count has the exact limits of its expectation in its own period; a count of kind "output" has none, because leaflets
    and visits are decided, not drawn by chance. Rates: Garwood (1936) on person-years. Proportions: Wilson (1927). Period
    ratios have no limits and may exceed 100.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> row = {"province_code": "97", "scheme": "x", "place_basis": "occurrence", "unit": "vu", "qualifier": "exact"}
    >>> row |= {"measure": "cases_recorded", "status": "reported", "source_id": "s", "value": 23.0}
    >>> facts = pd.DataFrame([row | {"period_start": "2016-01-01", "period_end": "2020-12-31", "edition_date": "2023-01-01"}])
    >>> facts = facts.astype(dict.fromkeys(["period_start", "period_end", "edition_date"], "datetime64[s]"))
    >>> table = estimate_indicators(facts, load_programme("vn-trafficking"))
    >>> table[["indicator_id", "value", "lower", "upper", "status", "flag"]].round(1)
      indicator_id  value  lower  upper         status            flag
    0          J06   23.0   14.6   34.5      estimated
    1         J06R    NaN    NaN    NaN  not_estimable   no_population
    2          J07    NaN    NaN    NaN   not_reported  no_denominator
    """
    told = totals_and_slices(facts, programme)
    rows = latest_editions(told.drop(columns=[name for name in programme.dimensions if name in told]), FIGURE)
    shown = preferred(rows, programme)
    tables = [_estimate(rows, shown, names, programme, level) for names in _alike(programme)]
    table = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    place = table["indicator"].map({name: n for n, name in enumerate(programme.indicators)})
    order = ["_place", "province_code", "scheme", "period_start", "period_end", "place_basis", "source_id"]
    return (
        table.assign(_place=place)
        .sort_values(order, kind="stable", ignore_index=True)
        .reindex(columns=COLUMNS)
    )


def _alike(programme: Programme) -> list[list[str]]:
    """Return the names of the indicators in groups that are computed together: by kind, rates by their denominator too."""
    groups: dict[tuple[str, str | None], list[str]] = {}
    for name, indicator in programme.indicators.items():
        also = {"rate": denominator_of(indicator), "conversion": indicator.basis}.get(indicator.kind)
        groups.setdefault((indicator.kind, also), []).append(name)
    return list(groups.values())


def _estimate(
    facts: pd.DataFrame, shown: pd.DataFrame, names: list[str], programme: Programme, level: float
) -> pd.DataFrame:
    one = programme.indicators[names[0]]
    rows = _parts(facts, shown, names, programme)
    refuse_no_counts(rows, programme)
    declared = pd.DataFrame.from_dict({name: _declared(name, programme) for name in names}, orient="index")
    rows = _not_in_its_days(rows.drop(columns="unit").join(declared, on="indicator"))
    if one.kind == "carried_over":
        rows["numerator"] = rows["denominator"] - rows["numerator"]
    rows["few"] = _too_few(rows, one.kind)
    rows["state"] = rows["state"].mask(rows["few"], "not_estimable")
    rows["estimable"] = rows["numerator"].where(rows["state"] == "estimated")
    estimated = _with_status(with_numbers(rows, one, level))
    return estimated.assign(kind=one.kind, flag=_flags(estimated, one.kind))


def _parts(facts: pd.DataFrame, shown: pd.DataFrame, names: list[str], programme: Programme) -> pd.DataFrame:
    kind = programme.indicators[names[0]].kind
    if kind == "count":
        return counted(facts, names, programme)
    if kind == "rate":
        return over_person_years(facts, shown, names, programme)
    if kind == "change":
        return over_period_before(facts, names, programme)
    if kind == "median_days":
        return with_files(facts, shown, names, programme)
    rows = over_base(facts, shown, names, programme)
    return held_against(rows, shown, names, programme) if kind == "share_of_shares" else rows


def _declared(name: str, programme: Programme) -> dict[str, str | float | bool | pd.Timestamp]:
    """Return what the programme says of an indicator, as columns of its rows."""
    indicator = programme.indicators[name]
    return {
        "indicator_id": indicator.id,
        "unit": unit_of(indicator, programme),
        "scale": indicator.scale,
        "min_base": indicator.min_base,
        "fewest": indicator.fewest,
        "is_decided": indicator.kind == "count"
        and (indicator.is_own_doing or not programme.is_counted(indicator)),
        "is_counted": programme.is_counted(indicator),
        "exists_from": pd.Timestamp(indicator.valid_from or EVER[0]),
        "exists_to": pd.Timestamp(indicator.valid_to or EVER[1]),
    }


def _not_in_its_days(rows: pd.DataFrame) -> pd.DataFrame:
    """Give no value for a period that lies, wholly or in part, outside the days in which the indicator exists."""
    outside = (rows["period_start"] < rows["exists_from"]) | (rows["period_end"] > rows["exists_to"])
    return rows.assign(
        state=rows["state"].mask(outside, "not_applicable"),
        problem=rows["problem"].mask(outside, "outside_validity"),
    )


def _too_few(rows: pd.DataFrame, kind: Kind) -> pd.Series:
    """Tell where a base is too small for any value: declared for means, and for changes in percent their ``min_base``."""
    base = rows["numerator"] if kind == "median_days" else rows["denominator"]
    least = rows["min_base"] if kind == "change" else rows["fewest"]
    return (rows["state"] == "estimated") & (base > 0) & (base < least)


def _with_status(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn what the parts allow into the status of the estimate: a base of zero gives no share."""
    no_base = (rows["state"] == "estimated") & _is_empty(rows)
    status = (
        rows["state"]
        .mask(no_base, "not_estimable")
        .mask(no_base & (rows["numerator"] == 0), "not_applicable")
    )
    without = status != "estimated"
    return rows.assign(
        status=status,
        no_base=no_base,
        method=rows["method"].mask(without, ""),
        level=rows["level"].mask(without),
    )


def _is_empty(rows: pd.DataFrame) -> pd.Series:
    """Tell where nothing stands below the line: a denominator of zero, or a second share that is zero or over zero."""
    empty: pd.Series = rows["denominator"] == 0
    if "against_numerator" in rows:
        empty = empty | (rows["against_numerator"] == 0) | (rows["against_denominator"] == 0)
    return empty


def _flags(rows: pd.DataFrame, kind: Kind) -> pd.Series:
    made = rows["status"] == "estimated"
    small = rows["numerator"] if kind == "median_days" else rows["denominator"]
    said = {
        "small_number": made & (rows["numerator"] < SMALL_NUMBER) & (kind in ("rate", "per_thousand")),
        "small_base": rows["few"] | (made & (small < rows["min_base"]) & (kind in SHOWN_ON_A_BASE)),
        "no_base": rows["no_base"],
        "derived": made & rows["derived"],
        "inexact": made & rows["inexact"],
        "two_sources": made & rows["borrowed"].astype(bool),
    }
    flag = rows["problem"].astype("str")
    for code, holds in said.items():
        flag = flag.where(~holds, flag + ";" + code)
    return flag.str.strip(";")
