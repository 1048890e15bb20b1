"""What was reported and what was not: measure by measure, and figures of different bases beside each other."""

from __future__ import annotations

import pandas as pd

from evalkit.programme.models import Programme
from evalkit.table import MARK, STATUSES, TOLD, totals_only

IN_PART = "in_part"
_PARTIAL = "partial"  # how the source_cell of a total begins of which a part is missing


def completeness(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Tell for each measure how many figures were reported, and for which span.

    Parameters
    ----------
    facts : DataFrame
        Rows of one area: ``measure``, ``status``, ``period_start``, ``period_end``, ``source_id`` and, where there is one, ``source_cell``.
        Breakdowns are left aside, but for measures that are never given in total.
    programme : Programme
        Every measure it declares gets a row, reported or not.

    Returns
    -------
    DataFrame
        ``measure``; one column of counts per status (``reported``, ``zero_reported``, ``derived``, ``not_reported``,
        ``not_applicable``, ``suppressed``); ``first``, ``last`` (datetime, missing where no figure has a value or is
        hidden); ``sources`` (number of sources); ``in_part`` (of those ``not_reported``, how many are sums of which a part was
        reported: some of the former units, months or provinces).

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> facts = pd.DataFrame(
    ...     {
    ...         "measure": ["cases_recorded"] * 2,
    ...         "status": ["reported", "zero_reported"],
    ...         "period_start": pd.to_datetime(["2016-01-01", "2021-01-01"]),
    ...         "period_end": pd.to_datetime(["2020-12-31", "2022-12-31"]),
    ...         "source_id": ["s", "s"],
    ...     }
    ... )
    >>> row = completeness(facts, load_programme("vn-trafficking")).set_index("measure").loc["cases_recorded"]
    >>> [int(row[name]) for name in ("reported", "zero_reported", "derived", "sources")]
    [1, 1, 0, 1]
    """
    facts = _asked(facts, programme)
    counts = pd.crosstab(facts["measure"], facts["status"])
    counts = counts.reindex(index=list(programme.measures), columns=list(STATUSES), fill_value=0)
    told = facts[facts["status"].isin(TOLD)].groupby("measure")
    spans = told.agg(
        first=("period_start", "min"), last=("period_end", "max"), sources=("source_id", "nunique")
    )
    table = counts.join(spans)
    table["sources"] = table["sources"].fillna(0).astype(int)
    table[IN_PART] = _in_part(facts).reindex(table.index, fill_value=0)
    return table.rename_axis(index="measure", columns=None).reset_index()


def told_by_provinces(frame: pd.DataFrame, places: pd.DataFrame) -> frozenset[str]:
    """Return the measures without any figure of the whole country that a province has one of, hidden ones included.

    Parameters
    ----------
    frame : DataFrame
        As :func:`completeness` returns it for the whole country.
    places : DataFrame
        As :func:`completeness_by_place` returns it; without rows for a province.

    Examples
    --------
    >>> frame = pd.DataFrame({"measure": ["cases", "days"], **dict.fromkeys(STATUSES, [0, 0])}).assign(reported=[2, 0])
    >>> sorted(told_by_provinces(frame, pd.DataFrame({"measure": ["cases", "days"], "last": pd.Timestamp("2025-12-31")})))
    ['days']
    """
    untold = frame.loc[frame[list(STATUSES)].sum(axis=1) == 0, "measure"]
    if places.empty:
        return frozenset()
    return frozenset(untold) & frozenset(places.loc[places["last"].notna(), "measure"])


def _in_part(facts: pd.DataFrame) -> pd.Series:
    """Return by measure how many sums are not given because only a part of them was reported."""
    if "source_cell" not in facts:
        return pd.Series(dtype=int)
    partly = facts["status"].eq("not_reported") & facts["source_cell"].str.startswith(_PARTIAL)
    counted: pd.Series = facts.loc[partly, "measure"].value_counts()
    return counted


def completeness_by_place(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Tell for each place and measure how many figures were reported, were zero, derived, missing or did not apply.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of many places.
    programme : Programme

    Returns
    -------
    DataFrame
        ``province_code``, ``scheme`` and the columns of :func:`completeness`, for every place and declared measure.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> none = pd.DataFrame(columns=["province_code", "scheme", "measure", "status"])
    >>> completeness_by_place(none, load_programme("vn-trafficking")).empty
    True
    """
    tables = [
        completeness(rows, programme).assign(province_code=str(code), scheme=str(scheme))
        for (code, scheme), rows in facts.groupby(["province_code", "scheme"])
    ]
    columns = ["province_code", "scheme", "measure", *STATUSES, "first", "last", "sources", IN_PART]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def late_reporters(facts: pd.DataFrame, *, days: int = 365) -> pd.DataFrame:
    """Tell who reported late: a figure whose first edition came more than so many days after its period ended.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one or many places. Figures that were officially published are left aside: the day of a newspaper
        is not the day of a report.
    days : int
        How long an agency has.

    Returns
    -------
    DataFrame
        ``province_code``, ``scheme``, ``source_id``, ``measure``, ``period_end``, ``edition_date``, ``days_late`` (beyond the
        days allowed), by place and period.

    Examples
    --------
    >>> day = pd.to_datetime(["2018-12-31", "2018-12-31"])
    >>> facts = pd.DataFrame({"province_code": ["08", "09"], "scheme": "x", "source_id": "s", "measure": "m", "period_end": day})
    >>> facts = facts.assign(edition_date=pd.to_datetime(["2020-05-15", "2019-03-15"]), published=False)
    >>> late_reporters(facts)[["province_code", "days_late"]].to_dict("list")
    {'province_code': ['08'], 'days_late': [136]}
    """
    figure = ["province_code", "scheme", "source_id", "measure", "period_end"]
    own = facts[~facts["published"].astype(bool)]
    first = own.groupby(figure, as_index=False)["edition_date"].min()
    waited = (first["edition_date"] - first["period_end"]).dt.days - days
    late = first.assign(days_late=waited)[waited > 0]
    order = ["province_code", "scheme", "period_end", "source_id", "measure"]
    ordered: pd.DataFrame = late.sort_values(order, kind="stable", ignore_index=True)
    return ordered


def reconciliation(estimates: pd.DataFrame) -> pd.DataFrame:
    """Put two holders' figures for the same kind of persons beside each other, with their difference.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.indicators.estimates.estimate_indicators` returns it; kind "consistency" is taken.

    Returns
    -------
    DataFrame
        The estimates' rows with ``difference`` (the first holder's figure less the second's, missing where one is) and
        ``agrees`` (whether both say the same). Neither holder is taken to be right.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["consistency"], "status": ["estimated"], "numerator": [7.0], "denominator": [9.0]})
    >>> reconciliation(rows)[["difference", "agrees"]].to_dict("list")
    {'difference': [-2.0], 'agrees': [False]}
    """
    rows = estimates[estimates["kind"] == "consistency"]
    shown = rows["status"] != "suppressed"
    difference = (rows["numerator"] - rows["denominator"]).where(shown)
    return rows.assign(difference=difference, agrees=difference == 0)


def _asked(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the totals, and the parts of measures that are never given in total."""
    separate = [
        name
        for name, measure in programme.measures.items()
        if any(programme.dimensions[dimension].separate for dimension in measure.dimensions)
    ]
    only_parts = facts["measure"].isin(separate)
    return pd.concat([totals_only(facts[~only_parts], programme.dimensions), facts[only_parts]])


def side_by_side(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Put figures that count cases or persons on different bases beside each other, period by period.

    Parameters
    ----------
    facts : DataFrame
        The total rows of one area, all sources.
    programme : Programme
        The measures are the numerators of its indicators of kind "count" that count cases or persons.

    Returns
    -------
    DataFrame
        One row per period, source and measure, by period and then in the programme's order: ``period_start``,
        ``period_end``, ``source_id``, ``measure``, ``place_basis``, ``value``, ``status``, ``qualifier``. Never summed:
        these figures count different things.
    """
    wanted = [
        indicator.numerator
        for indicator in programme.indicators.values()
        if indicator.kind == "count" and programme.measures[indicator.numerator].disclosure != "activity"
    ]
    order = {name: n for n, name in enumerate(dict.fromkeys(wanted))}
    rows = facts[facts["measure"].isin(list(order)) & facts["status"].isin(TOLD)]
    columns = [
        "period_start",
        "period_end",
        "source_id",
        "measure",
        "place_basis",
        "value",
        "status",
        "qualifier",
    ]
    rank = rows["measure"].map(order).rename("rank")
    ordered = rows.assign(rank=rank).sort_values(
        ["period_start", "period_end", "rank", "source_id"], kind="stable"
    )
    columns += [MARK] if MARK in ordered else []
    return ordered[columns].reset_index(drop=True)
