"""The observed points of a yearly or quarterly series: when each was, and on which side of a declared day it lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.table import WITH_VALUE, refuse_repeated

_SHORT = 300  # days: a shorter period is part of a year


@dataclass(frozen=True, slots=True)
class Points:
    """Points with a figure, in order of time.

    Attributes
    ----------
    time : ndarray
        Year, with a quarter of a year for each quarter passed.
    quarter : ndarray of int
        1 to 4 in a quarterly series, else 0.
    after : ndarray of bool
        Whether the point lies after the declared day.
    counts, exposure : ndarray
    at : float
        Time of the first point after the day; missing where there is none.
    left_out : int
        Points left out because the day falls within them.
    missing : int
        Points between the first and the last that have no figure.
    """

    time: Numbers
    quarter: np.ndarray
    after: np.ndarray
    counts: Numbers
    exposure: Numbers
    left_out: int
    missing: int

    @property
    def total(self) -> float:
        """Sum of the counts."""
        return float(self.counts.sum())

    @property
    def at(self) -> float:
        """Time of the first point after the day; missing where there is none."""
        return float(self.time[self.after].min()) if self.after.any() else float("nan")

    @property
    def is_quarterly(self) -> bool:
        """Whether the points are quarters."""
        return bool((self.quarter > 0).any())

    def sum_of(self, *, after: bool) -> tuple[float, float]:
        """Return the count and the exposure of one side."""
        side = self.after == after
        return float(self.counts[side].sum()), float(self.exposure[side].sum())


def observed_points(series: pd.DataFrame, *, at: date | None = None) -> Points:
    """Return the points of a series that have a figure.

    Parameters
    ----------
    series : DataFrame, one row per year or quarter
        ``count``, ``status``, and ``year`` (with ``quarter``, 1 to 4, in a quarterly series) or ``period_start`` and
        ``period_end``; ``exposure`` where there is one: a point whose exposure is not positive is left out.
    at : date, optional
        The declared day; without it every point lies before.

    Raises
    ------
    FactsError
        If a point stands twice, a count is negative or not whole, or a quarter is none.

    Examples
    --------
    >>> series = pd.DataFrame({"year": [2014, 2015, 2016], "count": [3, 4, 2], "status": "reported"})
    >>> observed_points(series, at=date(2015, 7, 1)).after.tolist()
    [False, True]
    """
    rows = _timed(series)
    refuse_repeated(rows[rows["count"].notna()], ["year", "quarter"], where="series")
    day = pd.Timestamp(at) if at is not None else pd.Timestamp.max
    within = (rows["start"] < day) & (rows["end"] >= day)
    kept = rows[rows["status"].isin(WITH_VALUE) & rows["count"].notna() & (rows["exposure"] > 0) & ~within]
    kept = kept.sort_values("start")
    time = kept["year"] + (kept["quarter"] - 1).clip(lower=0) / 4
    return Points(
        time=time.to_numpy(dtype=float),
        quarter=kept["quarter"].to_numpy(),
        after=(kept["start"] >= day).to_numpy(),
        counts=whole_counts(kept["count"], where="series", labels=lambda: kept["year"]),
        exposure=kept["exposure"].to_numpy(dtype=float),
        left_out=int((within & rows["count"].notna()).sum()),
        missing=_holes(time, quarterly=bool((kept["quarter"] > 0).any())) - int(within.sum()),
    )


def _timed(series: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the start and end of each, its year, its quarter (0 for a year) and its exposure."""
    rows = series.assign(exposure=series.get("exposure", 1.0))
    if "year" in rows.columns:
        quarter = rows.get("quarter", pd.Series(0, index=rows.index)).astype(int)
        if not quarter.isin(range(5)).all():
            raise FactsError(where="series", rule="a quarter is 1, 2, 3 or 4", do="correct the quarters")
        year = rows["year"].astype(int)
        first = 12 * (year - 1970) + 3 * (quarter - 1).clip(lower=0)  # months since January 1970
        start = _month_begins(first)
        end = _month_begins(first + np.where(quarter > 0, 3, 12)) - pd.Timedelta(days=1)
        return rows.assign(year=year, quarter=quarter, start=start, end=end)
    start, end = rows["period_start"], rows["period_end"]
    short = (end - start).dt.days < _SHORT
    return rows.assign(year=end.dt.year, quarter=end.dt.quarter.where(short, 0), start=start, end=end)


def _month_begins(months: pd.Series) -> pd.Series:
    """Return the first day of months counted from January 1970."""
    return pd.Series(months.to_numpy().astype("datetime64[M]").astype("datetime64[ns]"), index=months.index)


def _holes(time: pd.Series, *, quarterly: bool) -> int:
    """Return how many points lie between the first and the last without being there."""
    if time.empty:
        return 0
    return round(float(time.max() - time.min()) * (4 if quarterly else 1)) + 1 - len(time)
