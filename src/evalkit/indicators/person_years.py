"""Person-years: the average population of each year a period covers, added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.statistics.counts import Numbers
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
    told = _of_whole_years(population)
    both = pd.concat([periods[list(by)], told[list(by)]], ignore_index=True)
    group = both.groupby(list(by), sort=False).ngroup().to_numpy()
    span = periods.groupby(PERIOD, sort=False).ngroup().to_numpy()
    covered = [years_covered(*days) for days in periods[PERIOD].drop_duplicates().itertuples(index=False)]
    years = pd.Index(sorted({year for some in covered for year in some}), dtype="int64")
    weights = np.array([[some.get(year, 0.0) for year in years] for some in covered]).reshape(-1, len(years))
    year = years.get_indexer(told["period_end"].dt.year)
    people = np.full((len(both), len(years) + 1), np.nan)
    owner = group[len(periods) :]
    _, first = np.unique(
        np.stack([owner, year]), axis=1, return_index=True
    )  # of two for one year the first counts
    people[owner[first], year[first]] = told["value"].to_numpy(dtype=float)[first]
    lived = _added_up(weights[span], people[group[: len(periods)], :-1])
    return pd.Series(lived, index=periods.index, name="person_years")


def _added_up(weights: Numbers, people: Numbers) -> Numbers:
    """Return the sum of each row's weighted years, missing where a year that counts is; with Kahan's compensation."""
    parts = np.where(weights > 0, weights * people, 0.0)
    total, lost = np.zeros(len(parts)), np.zeros(len(parts))
    for part in parts.T:
        added = part - lost
        grown = total + added
        lost, total = (grown - total) - added, grown
    return total


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


def _of_whole_years(population: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of inhabitants that are of one year, of the calendar or of the police."""
    told = population[population["status"].isin(WITH_VALUE) & (population["value"] > 0)]
    spans = told[PERIOD].drop_duplicates()
    is_one = [exposure_years(start, end) == 1 for start, end in spans.itertuples(index=False)]
    return told[np.array(is_one, dtype=bool)[told.groupby(PERIOD, sort=False).ngroup()]]
