"""The total of each province in each programme period, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from evalkit.indicators.period_totals import PeriodTotal, indicator_totals
from evalkit.indicators.place_totals import totals_of_places
from evalkit.programme.models import Programme
from evalkit.statistics.results import NotEstimable


def province_totals(
    facts: pd.DataFrame, indicators: Sequence[str], programme: Programme, *, codes: Sequence[str]
) -> pd.DataFrame:
    """Return the total of each province in each programme period, or the reason why there is none.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of the provinces, totals only.
    indicators : sequence of str
        Their names in the programme; the numerators are counted.
    programme : Programme
    codes : sequence of str
        The provinces, in the order of the rows.

    Returns
    -------
    DataFrame, one row per indicator, province and programme period
        ``province_code``, ``indicator``, ``period``, ``count``, ``years`` (missing where there is no total), ``status``,
        ``reason`` ("" where there is a total).

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> from evalkit.table import COLUMNS
    >>> none = pd.DataFrame(columns=list(COLUMNS))
    >>> frame = province_totals(none, ["cases"], load_programme("vn-trafficking"), codes=["97"])
    >>> set(frame["reason"])
    {'not_reported'}
    """
    rows = [
        {"province_code": code, "indicator": indicator, "period": period.id} | _told(total)
        for indicator in indicators
        for code, totals in _totals(facts, indicator, programme, codes=codes)
        for period, total in zip(programme.periods, totals, strict=True)
    ]
    names = ["province_code", "indicator", "period", "count", "years", "status", "reason"]
    return pd.DataFrame(rows, columns=names)


def _totals(
    facts: pd.DataFrame, indicator: str, programme: Programme, *, codes: Sequence[str]
) -> list[tuple[str, tuple[PeriodTotal | NotEstimable, ...]]]:
    """Return the totals of each province; one that stands under two schemes is refused."""
    own = facts[facts["province_code"].isin(codes)]
    totals = totals_of_places(own, indicator, programme)
    found = {code: told for (code, _), told in totals.items()}
    if len(found) < len(totals):
        return [
            (code, indicator_totals(own[own["province_code"] == code], indicator, programme))
            for code in codes
        ]
    silent = indicator_totals(facts.iloc[:0], indicator, programme)
    return [(code, found.get(code, silent)) for code in codes]


def _told(total: PeriodTotal | NotEstimable) -> dict[str, Any]:
    if isinstance(total, PeriodTotal):
        return {"count": total.count, "years": total.years, "status": total.status, "reason": ""}
    return {"count": math.nan, "years": math.nan, "status": "", "reason": total.reason}
