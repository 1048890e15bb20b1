"""What was reported and what was not: measure by measure, and figures of different bases beside each other."""

from __future__ import annotations

import pandas as pd

from evalkit.programme.models import Programme

WITH_VALUE = ("reported", "zero_reported", "derived")
STATES = ("reported", "zero_reported", "derived", "not_reported", "not_applicable", "suppressed")


def completeness(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Tell for each measure how many figures were reported, and for which span.

    Parameters
    ----------
    facts : DataFrame
        The total rows (every dimension "all") of one area: ``measure``, ``status``, ``period_start``, ``period_end``,
        ``source_id``.
    programme : Programme
        Every measure it declares gets a row, reported or not.

    Returns
    -------
    DataFrame
        ``measure``; one column of counts per status (``reported``, ``zero_reported``, ``derived``, ``not_reported``,
        ``not_applicable``, ``suppressed``); ``first``, ``last`` (datetime, missing where no figure has a value or is
        hidden); ``sources`` (number of sources).

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
    counts = pd.crosstab(facts["measure"], facts["status"])
    counts = counts.reindex(index=list(programme.measures), columns=list(STATES), fill_value=0)
    told = facts[facts["status"].isin([*WITH_VALUE, "suppressed"])].groupby("measure")
    spans = told.agg(
        first=("period_start", "min"), last=("period_end", "max"), sources=("source_id", "nunique")
    )
    table = counts.join(spans)
    table["sources"] = table["sources"].fillna(0).astype(int)
    return table.rename_axis(index="measure", columns=None).reset_index()


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
    rows = facts[facts["measure"].isin(list(order)) & facts["status"].isin([*WITH_VALUE, "suppressed"])]
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
    return ordered[columns].reset_index(drop=True)
