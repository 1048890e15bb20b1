"""Figures by one attribute of persons or cases, and figures reported too seldom for any other table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evalkit.programme.models import Programme
from evalkit.table import MARK, TOLD

LATEST = 5
SELDOM = 5
_COLUMNS = ["measure", "period_start", "period_end", "value", "status", "qualifier", "source_id"]


def breakdowns(facts: pd.DataFrame, programme: Programme, *, latest: int = LATEST) -> pd.DataFrame:
    """Return the figures by one attribute, for the latest periods of each breakdown.

    Parameters
    ----------
    facts : DataFrame
        All rows of one area, protected: columns of the facts table and one column per dimension ("all" for totals).
    programme : Programme
        Declares measures, dimensions and the order of their values.
    latest : int
        How many of the last periods are kept for each measure and dimension.

    Returns
    -------
    DataFrame
        ``measure``, ``dimension``, ``category``, ``period_start``, ``period_end``, ``value`` (missing where hidden or not
        reported), ``status``, ``qualifier``, ``source_id``; in the programme's order, later periods last. Rows that cross
        two attributes are left out: a small table of persons crossed twice is nearly all hidden.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> facts = pd.DataFrame(
    ...     {
    ...         "measure": ["persons_received"] * 3,
    ...         "sex": ["all", "female", "male"],
    ...         "period_start": pd.Timestamp("2020-01-01"),
    ...         "period_end": pd.Timestamp("2020-12-31"),
    ...         "value": [30.0, 21.0, 9.0],
    ...         "status": "reported",
    ...         "qualifier": "exact",
    ...         "source_id": "s",
    ...     }
    ... )
    >>> breakdowns(facts, load_programme("vn-trafficking"))[["dimension", "category", "value"]].values.tolist()
    [['sex', 'female', 21.0], ['sex', 'male', 9.0]]
    """
    names = [name for name in programme.dimensions if name in facts.columns]
    crossed = (facts[names] != "all").sum(axis=1)
    rows = facts[(crossed == 1) & facts["measure"].isin(list(programme.measures))]
    parts = [
        _latest(own.assign(dimension=name, category=own[name]), latest)
        for name in names
        for own in [rows[rows[name] != "all"]]
        if not own.empty
    ]
    columns = ["measure", "dimension", "category", *_columns(facts)[1:]]
    if not parts:
        return pd.DataFrame(columns=columns)
    found = pd.concat(parts, ignore_index=True)
    order = [value for name in names for value in programme.dimensions[name].values]  # noqa: PD011
    return (
        found.assign(rank=found["category"].map(order.index))
        .sort_values(["measure", "dimension", "period_start", "period_end", "rank"], kind="stable")
        .reset_index(drop=True)[columns]
    )


def seldom_reported(
    facts: pd.DataFrame, programme: Programme, *, shown: Sequence[str], most: int = SELDOM
) -> pd.DataFrame:
    """Return the total figures of measures that no series and no comparison would show: told at most a few times, or of no indicator.

    Parameters
    ----------
    facts : DataFrame
        The total rows of one area, all sources.
    programme : Programme
    shown : sequence of str
        Measures that another table shows already.
    most : int
        A measure told more often is left to its indicator and its series, where it has one.

    Returns
    -------
    DataFrame
        ``measure``, ``period_start``, ``period_end``, ``value``, ``status``, ``qualifier``, ``source_id``, in the
        programme's order of measures and then by period.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> facts = pd.DataFrame(
    ...     {
    ...         "measure": ["suspects"],
    ...         "period_start": pd.Timestamp("2023-01-01"),
    ...         "period_end": pd.Timestamp("2023-12-31"),
    ...         "value": [3.0],
    ...         "status": "reported",
    ...         "qualifier": "at_least",
    ...         "source_id": "s",
    ...     }
    ... )
    >>> programme = load_programme("vn-trafficking")
    >>> len(seldom_reported(facts, programme, shown=[])), len(seldom_reported(facts, programme, shown=["suspects"]))
    (1, 0)
    """
    order = [name for name in programme.measures if name not in {*shown, programme.population}]
    rows = facts[facts["measure"].isin(order) & facts["status"].isin(TOLD)]
    elsewhere = {name for indicator in programme.indicators.values() for name in indicator.measures}
    is_seldom = rows.groupby("measure")["value"].transform("size") <= most
    rows = rows[is_seldom | ~rows["measure"].isin(elsewhere)]
    rank = rows["measure"].map(order.index)
    return (
        rows.assign(rank=rank)
        .sort_values(["rank", "period_start", "period_end", "source_id"], kind="stable")[_columns(facts)]
        .reset_index(drop=True)
    )


def _columns(facts: pd.DataFrame) -> list[str]:
    """Return the columns of a table of figures, with the marks of preliminary and revised ones where they are kept."""
    return [*_COLUMNS, MARK] if MARK in facts else _COLUMNS


def _latest(rows: pd.DataFrame, latest: int) -> pd.DataFrame:
    """Keep the last periods of each measure that hold a figure, a hidden one included."""
    told = rows[rows["status"].isin(TOLD)]
    ends = told.groupby("measure")["period_end"].transform(
        lambda end: end.rank(method="dense", ascending=False)
    )
    return told[ends <= latest]
