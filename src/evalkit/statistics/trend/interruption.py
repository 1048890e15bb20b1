"""What happened to a series at a declared date: a programme's start, a new law, a closed border.

The date comes from a document, never from the figures. The model is a step on the log scale in a log-linear trend; a change of
slope is added only where there are twelve points to carry it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.points import Points, observed_points
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.season import season_columns
from evalkit.statistics.trend.counterfactual import averted_cases
from evalkit.statistics.trend.exact_trends import annual_percent_change
from evalkit.statistics.trend.interruption_result import BENDING, STEP, Interruption
from evalkit.statistics.trend.loglinear_regression import (
    LoglinearRegression,
    loglinear_regression,
    variance_factor,
)
from evalkit.statistics.trend.penalised import firth_group_rate

FEWEST_EACH_SIDE = 3
FEWEST_FOR_SLOPE = 12
SMALLEST_TOTAL = 4

__all__ = ["Interruption", "interrupted_series"]


def interrupted_series(
    series: pd.DataFrame,
    *,
    at: date,
    slope: bool = False,
    law: ScatterLaw | None = None,
    level: float = 0.95,
    seed: int = 1,
    simulated: bool = True,
) -> Interruption | NotEstimable:
    """Estimate the change of a series at a declared date, or say why there is none.

    Parameters
    ----------
    series : DataFrame, one row per year or quarter
        ``count``, ``status``, and ``year`` (with ``quarter``, 1 to 4, in a quarterly series) or ``period_start`` and
        ``period_end``; ``exposure`` (person-years) where the change is one of rates. A period without a figure is left
        out, never taken as 0.
    at : date
        The declared day: periods that start on it or later are after.
    slope : bool
        Whether the slope may change too; needs 12 points, and is refused by a flag below.
    law : ScatterLaw, optional
        Scatter of the whole panel; without it the dispersion is the series' own, with t limits.
    level : float
        Confidence level, strictly between 0 and 1.
    seed : int
        Of the simulation of the cases averted.
    simulated : bool
        Whether the cases averted are simulated at all.

    Returns
    -------
    Interruption or NotEstimable
        Not estimable: ``suppressed``, ``not_reported``, ``too_few_points`` (fewer than 3 on a side), ``no_events``,
        ``separation`` (no case at all on one side: ``detail`` holds the exact limits and p of the rate ratio, and Firth's
        estimate of it), ``insufficient_events`` (fewer than 4 cases, or counts that determine no step and trend).

    Raises
    ------
    FactsError
        If a period stands twice, or a count is negative or not whole.

    Notes
    -----
    log E(count) = level + trend * time + step * after (+ bend * years since the date * after) + season + log exposure,
    quasi-Poisson. With a panel the dispersion is its pooled one, or 1 + alpha * mean where its variance is quadratic.
    A series that was bound to turn, or another event at the same time, looks the same: only a comparison can tell.

    References
    ----------
    Lopez Bernal, Cummins and Gasparrini (2017), Int. J. Epidemiol. 46, 348-355; Wagner et al. (2002), J. Clin. Pharm. Ther.
    27, 299-309.

    Examples
    --------
    >>> counts = [12, 9, 14, 11, 10, 13, 6, 5, 7, 4, 5]
    >>> series = pd.DataFrame({"year": range(2010, 2021), "count": counts, "status": "reported"})
    >>> change = interrupted_series(series, at=date(2016, 1, 1))
    >>> round(change.ratio, 2), round(change.lower, 2), round(change.upper, 2), change.points_before
    (0.47, 0.18, 1.23, 6)
    """
    if (series["status"] == "suppressed").any():
        return NotEstimable("suppressed")
    points = observed_points(series, at=at)
    refused = _why_not(points)
    if refused is not None:
        return refused
    asked = _Asked(at, slope, level, seed, simulated)
    bends = slope and len(points.time) >= FEWEST_FOR_SLOPE
    fit = loglinear_regression(points.counts, _columns(points, bends=bends), exposure=points.exposure)
    if fit is None:
        return NotEstimable("insufficient_events", {"points": len(points.time), "total": points.total})
    return _result(points, fit, asked, law=law)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller asked for."""

    at: date
    slope: bool
    level: float
    seed: int
    simulated: bool


def _why_not(points: Points) -> NotEstimable | None:
    """Return why no step can be estimated; a side without a case is answered by exact limits instead."""
    (after, time_after), (before, time_before) = points.sum_of(after=True), points.sum_of(after=False)
    sizes = {"points_before": int((~points.after).sum()), "points_after": int(points.after.sum())}
    known: dict[str, float | int | str] = {**sizes, "cases_before": before, "cases_after": after}
    if not len(points.time):
        return NotEstimable("not_reported")
    if min(sizes.values()) < FEWEST_EACH_SIDE:
        return NotEstimable("too_few_points", known)
    if points.total == 0:
        return NotEstimable("no_events", known)
    if min(before, after) == 0:
        exact = compare_counts(after, before, later_exposure=time_after, earlier_exposure=time_before)
        firth = firth_group_rate(after, time_after) / firth_group_rate(before, time_before)
        limits = {"ratio_lower": exact.ratio_lower, "ratio_upper": exact.ratio_upper}
        return NotEstimable("separation", known | limits | {"exact_p": exact.p_central, "firth_ratio": firth})
    return NotEstimable("insufficient_events", known) if points.total < SMALLEST_TOTAL else None


def _columns(points: Points, *, bends: bool) -> pd.DataFrame:
    """Return time since the date (so that the step is the one at the date), the step, the bend and the season."""
    since = points.time - points.at
    columns = pd.DataFrame({"time": since, "after": points.after.astype(float)})
    if bends:
        columns["bend"] = since * points.after
    return columns.join(season_columns(points.quarter))


def _result(
    points: Points, fit: LoglinearRegression, asked: _Asked, *, law: ScatterLaw | None
) -> Interruption:
    dispersion, degrees, own = variance_factor(fit, law, mean=float(points.counts.mean()))
    given = {"dispersion": dispersion, "degrees": degrees, "level": asked.level}
    bends = "bend" in fit.coefficients.index
    ratio, lower, upper, p = fit.ratio("after", **given)
    slope_ratio, slope_lower, slope_upper, slope_p = fit.ratio("bend", **given) if bends else (math.nan,) * 4
    without = _columns(points, bends=bends).assign(**{"after": 0.0} | ({"bend": 0.0} if bends else {}))
    return Interruption(
        at=asked.at,
        model=BENDING if bends else STEP,
        ratio=ratio,
        lower=lower,
        upper=upper,
        p=p,
        slope_ratio=slope_ratio,
        slope_lower=slope_lower,
        slope_upper=slope_upper,
        slope_p=slope_p,
        apc_before=annual_percent_change(float(fit.coefficients["time"])),
        dispersion=dispersion,
        series_dispersion=fit.dispersion,
        degrees=degrees,
        points_before=int((~points.after).sum()),
        points_after=int(points.after.sum()),
        averted=averted_cases(
            fit,
            without[points.after],
            observed=points.sum_of(after=True)[0],
            exposure=points.exposure[points.after],
            seed=asked.seed,
            **given,
        )
        if asked.simulated
        else None,
        points=_as_frame(points, fit, without),
        level=asked.level,
        flags=_flags(points, fit, own=own, slope_refused=asked.slope and not bends),
    )


def _as_frame(points: Points, fit: LoglinearRegression, without: pd.DataFrame) -> pd.DataFrame:
    otherwise = np.exp(without.assign(level=1.0)[fit.coefficients.index] @ fit.coefficients) * points.exposure
    return pd.DataFrame(
        {
            "time": points.time,
            "after": points.after,
            "count": points.counts,
            "exposure": points.exposure,
            "fitted": fit.fitted,
            "counterfactual": otherwise.where(points.after),
        }
    )


def _flags(points: Points, fit: LoglinearRegression, *, own: bool, slope_refused: bool) -> tuple[str, ...]:
    said = {
        "own_dispersion": own,
        "underdispersed": own and fit.dispersion < 1,
        "points_missing": points.missing > 0,
        "transition_left_out": points.left_out > 0,
        "slope_refused": slope_refused,
    }
    return tuple(flag for flag, holds in said.items() if holds)
