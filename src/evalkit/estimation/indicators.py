"""Every indicator of the programme in every period it was reported for, with its limits or the reason why it has none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.estimation.counts import period_names, whole_counts
from evalkit.estimation.fractions import counted, over_base, over_person_years
from evalkit.estimation.proportions import estimate_proportion, estimate_ratio
from evalkit.estimation.rates import estimate_rate
from evalkit.estimation.sources import FIGURE, latest_editions, preferred, totals_of
from evalkit.programme.models import Kind, Programme

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
]
SMALL_NUMBER = 20
AS_REPORTED = "count as reported"
NO_LIMITS = dict.fromkeys(("lower", "upper", "bound_one_sided", "level"), np.nan)


def estimate_indicators(facts: pd.DataFrame, programme: Programme, *, level: float = 0.95) -> pd.DataFrame:
    """Estimate every indicator for every place, period and source in a facts table.

    Parameters
    ----------
    facts : DataFrame
        A facts table of one or many provinces and the nation; breakdowns are left aside.
    programme : Programme
        Declares the indicators, the measures and the order of sources.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    DataFrame, one row per indicator, place, place basis, period and source
        ``indicator``, ``indicator_id``, ``kind``; place, place basis, period, ``source_id`` of the numerator;
        ``numerator``, ``denominator`` (persons, cases, ...; person-years for a rate); ``value``, ``lower``, ``upper``,
        ``bound_one_sided`` (exact one-sided bound where the numerator is 0, or the whole base); ``level``, ``method``,
        ``unit``; ``status``: ``estimated``, ``suppressed``, ``not_reported``, ``not_applicable`` (0 of 0 too) or
        ``not_estimable``; ``flag``: codes joined by ";" such as ``small_number`` (rate on fewer than 20),
        ``small_base`` (base under the indicator's ``min_base``), ``no_population``, ``no_base``, ``no_denominator``,
        ``different_bases``, ``sources_contradict``, ``two_sources``, ``derived``, ``inexact``. A value is missing unless the status is ``estimated``.

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
      indicator_id  value  lower  upper         status           flag
    0          J06   23.0   14.6   34.5      estimated
    1         J06R    NaN    NaN    NaN  not_estimable  no_population
    """
    rows = latest_editions(totals_of(facts, programme), FIGURE)
    shown = preferred(rows, programme)
    tables = [_estimate(rows, shown, names, programme, level) for names in _alike(programme)]
    table = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    place = table["indicator"].map({name: n for n, name in enumerate(programme.indicators)})
    order = ["_place", "province_code", "scheme", "period_start", "period_end", "place_basis", "source_id"]
    return table.assign(_place=place).sort_values(order, kind="stable", ignore_index=True)[COLUMNS]


def _alike(programme: Programme) -> list[list[str]]:
    """Return the names of the indicators in groups that are computed together: by kind, rates by their denominator too."""
    groups: dict[tuple[str, str | None], list[str]] = {}
    for name, indicator in programme.indicators.items():
        below = indicator.denominator if indicator.kind == "rate" else None
        groups.setdefault((indicator.kind, below), []).append(name)
    return list(groups.values())


def _estimate(
    facts: pd.DataFrame, shown: pd.DataFrame, names: list[str], programme: Programme, level: float
) -> pd.DataFrame:
    kind = programme.indicators[names[0]].kind
    rows = _parts(facts, shown, names, programme)
    _refuse_no_counts(rows, kind)
    rows["estimable"] = rows["numerator"].where(rows["state"] == "estimated")
    declared = pd.DataFrame.from_dict({name: _declared(name, programme) for name in names}, orient="index")
    rows = rows.drop(columns="unit").join(declared, on="indicator")
    estimated = _with_status(_numbers(rows, kind, level))
    return estimated.assign(kind=kind, flag=_flags(estimated, kind))


def _parts(facts: pd.DataFrame, shown: pd.DataFrame, names: list[str], programme: Programme) -> pd.DataFrame:
    kind = programme.indicators[names[0]].kind
    if kind == "count":
        return counted(facts, names, programme)
    if kind == "rate":
        return over_person_years(facts, shown, names, programme)
    return over_base(facts, shown, names, programme)


def _refuse_no_counts(rows: pd.DataFrame, kind: Kind) -> None:
    def labels() -> pd.Series:
        return rows["indicator"] + " " + period_names(rows)

    whole_counts(rows["numerator"], where="numerators", labels=labels)
    if kind != "rate":
        whole_counts(rows["denominator"], where="denominators", labels=labels)


def _declared(name: str, programme: Programme) -> dict[str, str | float | bool]:
    """Return what the programme says of an indicator, as columns of its rows."""
    indicator = programme.indicators[name]
    units = {
        "count": programme.measures[indicator.numerator].unit,
        "rate": f"per {indicator.scale:.0f} person-years",
        "proportion": "percent" if indicator.scale == 100 else f"per {indicator.scale:.0f}",
    }
    return {
        "indicator_id": indicator.id,
        "unit": units.get(indicator.kind, units["proportion"]),
        "scale": indicator.scale,
        "min_base": indicator.min_base,
        "is_decided": indicator.kind == "count" and indicator.level == "output",
    }


def _numbers(rows: pd.DataFrame, kind: Kind, level: float) -> pd.DataFrame:
    """Append value, limits, level and method by the kind of the indicators."""
    if kind == "proportion":
        found = estimate_proportion(rows, numerator="estimable", denominator="denominator", level=level)
        return _scaled(found, rows["scale"] / 100)
    if kind == "period_ratio":
        found = estimate_ratio(rows, numerator="estimable", denominator="denominator")
        return _scaled(found.assign(**NO_LIMITS), rows["scale"] / 100)
    timed = rows.assign(exposure=1.0 if kind == "count" else rows["denominator"])
    found = estimate_rate(timed, count="estimable", exposure="exposure", level=level)
    found["bound_one_sided"] = found["upper_one_sided"].where(found["estimable"] == 0)
    if kind == "rate":
        return _scaled(found, rows["scale"])
    decided = rows["is_decided"].astype(bool)
    found[list(NO_LIMITS)] = found[list(NO_LIMITS)].mask(decided)
    return found.assign(method=found["method"].mask(decided, AS_REPORTED))


def _scaled(rows: pd.DataFrame, scale: pd.Series) -> pd.DataFrame:
    numbers = ["value", "lower", "upper", "bound_one_sided"]
    return rows.assign(**{name: rows[name] * scale for name in numbers})


def _with_status(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn what the parts allow into the status of the estimate: a base of zero gives no share."""
    no_base = (rows["state"] == "estimated") & (rows["denominator"] == 0)
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


def _flags(rows: pd.DataFrame, kind: Kind) -> pd.Series:
    made = rows["status"] == "estimated"
    said = {
        "small_number": made & (rows["numerator"] < SMALL_NUMBER) & (kind == "rate"),
        "small_base": made
        & (rows["denominator"] < rows["min_base"])
        & (kind in ("proportion", "period_ratio")),
        "no_base": rows["no_base"],
        "derived": made & rows["derived"],
        "inexact": made & rows["inexact"],
        "two_sources": made & rows["borrowed"].astype(bool),
    }
    flag = rows["problem"].astype("str")
    for code, holds in said.items():
        flag = flag.where(~holds, flag + ";" + code)
    return flag.str.strip(";")
