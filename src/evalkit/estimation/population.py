"""Person-years: the average population of each year a period covers, added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.table import WITH_VALUE

PLACE = ["province_code", "scheme"]
PERIOD = ["period_start", "period_end"]


def person_years(periods: pd.DataFrame, population: pd.DataFrame, *, by: Sequence[str] = PLACE) -> pd.Series:
    """Return the person-years lived in each place and period.

    Parameters
    ----------
    periods : DataFrame
        ``province_code``, ``scheme``, ``period_start``, ``period_end``, one row per answer.
    population : DataFrame
        Facts rows of the population measure, one source per place and year; rows of other lengths than a year are not
        used.
    by : sequence of str
        Columns of both that tell one population from another.

    Returns
    -------
    Series of float, on the index of ``periods``
        Missing where the population of any year covered is missing: a gap is never filled.

    Notes
    -----
    Whole years, police years too, take the population of the years in which they end; other periods take each calendar
    year by its share of days.

    Examples
    --------
    >>> row = {"province_code": "97", "scheme": "x", "status": "reported"}
    >>> years = [row | {"period_start": f"{y}-01-01", "period_end": f"{y}-12-31", "value": 1000.0 + y} for y in (2019, 2020)]
    >>> population = pd.DataFrame(years).astype({"period_start": "datetime64[s]", "period_end": "datetime64[s]"})
    >>> spans = population.iloc[[0, 0]].assign(period_end=pd.to_datetime(["2020-12-31", "2021-12-31"]))
    >>> person_years(spans, population).tolist()
    [6039.0, nan]
    """
    key = [*by, *PERIOD]
    parts = _years_of(periods, key).merge(_yearly(population, by), on=[*by, "year"], how="left")
    parts["person_years"] = parts["weight"] * parts["population"]
    groups = parts.groupby(key)["person_years"]
    lived = groups.sum().where(groups.count() == groups.size()).rename("person_years").reset_index()
    found = periods[key].merge(lived, on=key, how="left")["person_years"]
    return found.set_axis(periods.index)


def years_covered(start: pd.Timestamp, end: pd.Timestamp) -> dict[int, float]:
    """Return the years whose population a period needs, each with the share of it that counts.

    Examples
    --------
    >>> years_covered(pd.Timestamp("2018-12-15"), pd.Timestamp("2020-12-14"))
    {2019: 1.0, 2020: 1.0}
    >>> years_covered(pd.Timestamp("2021-01-01"), pd.Timestamp("2021-03-14"))
    {2021: 0.2}
    """
    length = exposure_years(start, end)
    if length.is_integer():
        return dict.fromkeys(range(end.year - int(length) + 1, end.year + 1), 1.0)
    return {year: _share(year, start, end) for year in range(start.year, end.year + 1)}


def _share(year: int, start: pd.Timestamp, end: pd.Timestamp) -> float:
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    days = (min(end, last) - max(start, first)).days + 1
    return float(days / ((last - first).days + 1))


def _years_of(periods: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Return one row per population, period and year covered."""
    spans = periods[PERIOD].drop_duplicates()
    rows = [
        (start, end, year, weight)
        for start, end in spans.itertuples(index=False)
        for year, weight in years_covered(start, end).items()
    ]
    years = pd.DataFrame(rows, columns=[*PERIOD, "year", "weight"]).astype(dict(spans.dtypes))
    return periods[list(key)].drop_duplicates().merge(years, on=PERIOD)


def _yearly(population: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    told = population[population["status"].isin(WITH_VALUE) & (population["value"] > 0)]
    spans = told[PERIOD].drop_duplicates()
    one_year = [exposure_years(start, end) == 1 for start, end in spans.itertuples(index=False)]
    rows = told.merge(spans[np.array(one_year, dtype=bool)], on=PERIOD)
    rows = rows.assign(year=rows["period_end"].dt.year, population=rows["value"])
    return rows[[*by, "year", "population"]].drop_duplicates([*by, "year"])
