"""Whether the latest year is unusual beside the years before it: the range to be expected, and what leaving one year out does to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.points import Points, observed_points
from evalkit.statistics.posterior import bound_of_next
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.headline import fit_trend

FEWEST_BEFORE = 8
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class LatestYear:
    """The latest year beside the range to be expected from the years before it.

    Attributes
    ----------
    year : int
    count : float
    low, high : float
        The counts within which the year was to be expected with 95 % probability, if nothing had changed.
    before : int
        How many years it is held against.
    is_unusual : bool
        The count lies outside, still does when any single year before is left out, and is not where the trend of the years before
        leads.
    by_law : bool
        Years were taken to scatter by the law of the panel, else as pure chance would make them.
    inside_without : tuple of int
        The years without any one of which a count outside would lie inside; empty where there are none, or it lies inside anyway.
    along_trend : bool
        The count lies outside on the side to which a trend of the years before leads (95 %), and inside the range
        of years at the level to which it leads.
    """

    year: int
    count: float
    low: float
    high: float
    before: int
    is_unusual: bool
    by_law: bool
    inside_without: tuple[int, ...] = ()
    along_trend: bool = False

    @property
    def lies_outside(self) -> bool:
        """The count lies outside the range, be it unusual or not."""
        return not self.low <= self.count <= self.high


def latest_year(series: pd.DataFrame, *, law: ScatterLaw | None = None) -> LatestYear | NotEstimable:
    """Return whether the latest year of a series is unusual.

    Parameters
    ----------
    series : DataFrame, one row per year
        ``year``, ``count``, ``status``, and ``exposure`` where there is one. Years without a figure are dropped, not taken as 0.
    law : ScatterLaw, optional
        How years scatter; without one, or with an unknown one, as pure chance would make them.

    Returns
    -------
    LatestYear or NotEstimable
        Not estimable: ``suppressed``, ``too_few_years`` (fewer than 8 before the latest), ``no_bound`` (years scatter so much that no
        count would be too large).

    Notes
    -----
    The range is that of the predictive law of :func:`~evalkit.statistics.trend.alarm.yearly_alarm`, with 2.5 % on either side.

    Examples
    --------
    >>> counts = [9, 8, 10, 7, 5, 8, 9, 6, 31]
    >>> found = latest_year(pd.DataFrame({"year": range(2016, 2025), "count": counts, "status": "reported"}))
    >>> found.year, found.low, found.high, found.is_unusual
    (2024, 3.0, 14.0, True)
    """
    if (series["status"] == "suppressed").any():
        return NotEstimable("suppressed")
    told = series[series["count"].notna()].sort_values("year")
    if len(told) <= FEWEST_BEFORE:
        return NotEstimable("too_few_years", {"years": max(len(told) - 1, 0), "needed": FEWEST_BEFORE})
    before, latest = told.iloc[:-1], told.iloc[-1]
    count, exposure = float(latest["count"]), float(latest.get("exposure", 1.0))
    points = observed_points(before)
    low, high = _usual(points.total, float(points.exposure.sum()), exposure, law)
    if not (math.isfinite(low) and math.isfinite(high)):
        return NotEstimable("no_bound", {"years": len(before)})
    outside = not low <= count <= high
    inside_without = _inside_without(points, count, exposure, law) if outside else ()
    along_trend = outside and _is_along_trend(before, points, latest, (low, high), law)
    return LatestYear(
        year=int(latest["year"]),
        count=count,
        low=low,
        high=high,
        before=len(before),
        is_unusual=outside and not inside_without and not along_trend,
        by_law=law is not None and law.is_known,
        inside_without=inside_without,
        along_trend=along_trend,
    )


def _is_along_trend(
    before: pd.DataFrame,
    points: Points,
    latest: pd.Series,
    usual: tuple[float, float],
    law: ScatterLaw | None,
) -> bool:
    """Tell whether a count outside is where a trend of the years before leads: in the range of years at the level it leads to."""
    fit = fit_trend(before, law=law)
    if isinstance(fit, NotEstimable) or not fit.p < 1 - LEVEL:
        return False
    yearly = 1 + fit.apc / 100
    level = sum(yearly ** (float(year) - float(latest["year"])) for year in points.time) / len(points.time)
    lived, exposure = float(points.exposure.sum()), float(latest.get("exposure", 1.0))
    low, high = _usual(round(points.total / level), lived, exposure, law)
    count = float(latest["count"])
    return bool(usual[1] < count <= high if count > usual[1] else low <= count < usual[0])


def _inside_without(points: Points, count: float, exposure: float, law: ScatterLaw | None) -> tuple[int, ...]:
    """Return the years without any one of which a count would lie in the range of the others."""
    total, lived = points.total, float(points.exposure.sum())
    found = []
    for year, own, own_lived in zip(points.time, points.counts, points.exposure, strict=True):
        low, high = _usual(total - own, lived - own_lived, exposure, law)
        if low <= count <= high:
            found.append(int(year))
    return tuple(found)


def _usual(total: float, lived: float, exposure: float, law: ScatterLaw | None) -> tuple[float, float]:
    """Return the range of the next year, after some years with a total count and exposure."""
    years = lived / exposure  # years as large as the one judged
    tail = (1 - LEVEL) / 2
    low, high = (bound_of_next(share, count=total, years=years, law=law) for share in (tail, 1 - tail))
    return low, high
