"""Several sources may report one figure. One is shown first, the others beside it; nobody is averaged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evalkit.programme.models import Programme
from evalkit.table import TOLD, WITH_VALUE, latest_editions

FIGURE = ("province_code", "scheme", "place_basis", "period_start", "period_end", "measure")


def preferred(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return one row per figure: the one of the source to be shown first.

    Parameters
    ----------
    facts : DataFrame
        A facts table of any places, totals and breakdowns.
    programme : Programme
        Its ``source_order`` comes first, by exact ``source_id``; then the latest edition, then the id.

    Returns
    -------
    DataFrame
        Rows of ``facts`` in their order. Within a source the latest edition counts. A source that gives a figure or hides
        one comes before one that reports nothing.

    Raises
    ------
    FactsError
        If one edition of one source gives a figure twice.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> day = pd.to_datetime("2015-12-31")
    >>> row = {"province_code": "97", "scheme": "x", "place_basis": "occurrence", "measure": "cases_recorded"}
    >>> row |= {"period_start": day, "period_end": day, "status": "reported", "edition_date": day}
    >>> facts = pd.DataFrame([row | {"source_id": "tip", "value": 8}, row | {"source_id": "mps", "value": 7}])
    >>> preferred(facts, load_programme("vn-trafficking"))["source_id"].tolist()
    ['mps']
    """
    shown, _ = _first_and_others(facts, programme)
    return shown


def beside(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the rows that :func:`preferred` leaves out because another source comes first.

    Parameters
    ----------
    facts, programme
        As in :func:`preferred`.

    Returns
    -------
    DataFrame
        Latest editions only, in the order of ``facts``.
    """
    _, others = _first_and_others(facts, programme)
    return others


def differing(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the figures that two sources give unlike; nobody is averaged.

    Parameters
    ----------
    facts, programme
        As in :func:`preferred`. Only figures that their sources give exactly are held against each other: "about 80"
        and 82 are no contradiction.

    Returns
    -------
    DataFrame
        One row per figure: the columns that name it, ``figures`` (the unlike values, the one shown first in front) and
        ``sources`` (who gives each of them), in order of time.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> day = pd.to_datetime("2015-12-31")
    >>> row = {"province_code": "97", "scheme": "x", "place_basis": "occurrence", "measure": "cases_recorded"}
    >>> row |= {"period_start": day, "period_end": day, "status": "reported", "edition_date": day, "qualifier": "exact"}
    >>> facts = pd.DataFrame([row | {"source_id": "tip", "value": 8.0}, row | {"source_id": "mps", "value": 7.0}])
    >>> differing(facts, load_programme("vn-trafficking"))[["figures", "sources"]].values.tolist()
    [[(7.0, 8.0), ('mps', 'tip')]]
    """
    figure = [*FIGURE, *(name for name in programme.dimensions if name in facts.columns)]
    exact = facts[facts["status"].isin(WITH_VALUE) & (facts["qualifier"] == "exact")]
    exact = exact[exact.duplicated(figure, keep=False)]
    if exact.empty:
        return pd.DataFrame(columns=[*figure, "figures", "sources"])
    rows = pd.concat(_first_and_others(exact, programme))
    unlike = rows.drop_duplicates([*figure, "value"])
    unlike = unlike[unlike.duplicated(figure, keep=False)]
    if unlike.empty:
        return pd.DataFrame(columns=[*figure, "figures", "sources"])
    table = unlike.groupby(figure, sort=False).agg(figures=("value", tuple), sources=("source_id", tuple))
    return table.reset_index().sort_values(["period_end", "period_start"], kind="stable", ignore_index=True)


def in_order(facts: pd.DataFrame, order: Sequence[str]) -> list[str]:
    """Return the sources of facts rows, the one to be shown first in front.

    Parameters
    ----------
    facts : DataFrame
        Facts rows with ``source_id`` and ``edition_date``.
    order : sequence of str
        Source ids in declared order; the others follow by latest edition, then by id.

    Examples
    --------
    >>> facts = pd.DataFrame({"source_id": ["b", "a", "c"], "edition_date": pd.to_datetime(["2020", "2021", "2020"])})
    >>> in_order(facts, ["c"])
    ['c', 'a', 'b']
    """
    newest = (
        facts[["source_id", "edition_date"]]
        .sort_values("edition_date")
        .drop_duplicates("source_id", keep="last")
    )
    ranked = newest.assign(_rank=newest["source_id"].map(_ranks(order)).fillna(len(order)))
    by = ["_rank", "edition_date", "source_id"]
    return [str(source) for source in ranked.sort_values(by, ascending=[True, False, True])["source_id"]]


def _first_and_others(facts: pd.DataFrame, programme: Programme) -> tuple[pd.DataFrame, pd.DataFrame]:
    figure = [*FIGURE, *(name for name in programme.dimensions if name in facts.columns)]
    places = np.flatnonzero(facts.duplicated(figure, keep=False))  # of figures told more than once
    if not len(places):
        return facts.copy(deep=False), facts.iloc[:0]
    latest = latest_editions(facts.iloc[places].reset_index(drop=True), figure)
    ranks = latest["source_id"].map(_ranks(programme.source_order)).fillna(len(programme.source_order))
    ranked = latest.assign(_rank=ranks, _silent=~latest["status"].isin(TOLD))
    by = ["_silent", "_rank", "edition_date", "source_id"]
    ranked = ranked.sort_values(by, ascending=[True, True, False, True], kind="stable")
    others = ranked.duplicated(figure, keep="first").to_numpy()
    first, beside_it = (np.sort(places[ranked.index[rows]]) for rows in (~others, others))
    left_out = np.setdiff1d(places, first)
    return facts.iloc[np.setdiff1d(np.arange(len(facts)), left_out)], facts.iloc[beside_it]


def _ranks(order: Sequence[str]) -> dict[str, int]:
    return {source: place for place, source in enumerate(order)}
