"""Everything said of one series beside its headline trend: checks of it, a bend found by the data, a step at a declared date."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from evalkit.statistics.joinpoint.joinpoint import joinpoint
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.joinpoint.joinpoint_settings import JoinpointSettings
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import POOLED, fit_trend
from evalkit.statistics.trend.interruption import Interruption, interrupted_series
from evalkit.statistics.trend.leave_out import LeaveOneOut
from evalkit.statistics.trend.nonparametric import MonotoneTrend, mann_kendall
from evalkit.statistics.trend.recent import RecentTrend, recent_trend
from evalkit.statistics.trend.sensitivity import Sensitivity, sensitivity_of_trend
from evalkit.statistics.verdicts import NO_COMPARISON, SURE, ChangeVerdict, Checks, Family, weigh_change

NEAR_LEAST = 0.003  # of 999 simulated series, at most two looked as bent
SECOND_SEED, MOST_REPLICATES = (
    20_301_232,
    20_000,
)  # draws of their own: the first ones chose who is drawn again
BY_LAW = ("negative binomial", POOLED)  # methods that take years to scatter by the law of the panel


@dataclass(frozen=True, slots=True)
class TrendStudy:
    """What stands beside a headline trend.

    Attributes
    ----------
    sensitivity : Sensitivity
    monotone : MonotoneTrend or NotEstimable
        Mann-Kendall's test, a check without a model: of the yearly rates or of the counts, whichever is less sure. Equal counts of a
        growing population are falling rates, and no fall.
    bends : JoinpointFit or NotEstimable
        Exploratory: the data choose whether and where the trend bends.
    step : Interruption or NotEstimable or None
        The change at the one declared date that the rule chose; None where no declared date has three years either side.
    step_at : date or None
    recent : RecentTrend
    counts_alone : TrendFit or NotEstimable or None
        The trend without the population, where the headline takes it into account; None where it does not.
    exposure_sources : tuple of str
        The sources of the population, in the order of the years; more than one means that its source changes in the series.
    """

    sensitivity: Sensitivity
    monotone: MonotoneTrend | NotEstimable
    bends: JoinpointFit | NotEstimable
    step: Interruption | NotEstimable | None
    step_at: date | None
    recent: RecentTrend
    counts_alone: TrendFit | NotEstimable | None = None
    exposure_sources: tuple[str, ...] = ()


def study_trend(
    series: pd.DataFrame,
    fit: TrendFit,
    *,
    dates: Sequence[date] = (),
    law: ScatterLaw | None = None,
    tests: int = 1,
) -> TrendStudy:
    """Check a headline trend, and look for a bend in it and for a step at one declared date.

    Parameters
    ----------
    series : DataFrame
        The series that was fitted: ``year``, ``count``, ``status`` and, for a trend of rates, ``exposure`` and, where known,
        ``exposure_source``.
    fit : TrendFit
        Its trend.
    dates : sequence of date
        Declared dates in the order of the programme. The first with three years of figures either side gets the one step
        that rule R3 allows; the others are named on the page, not estimated.
    law : ScatterLaw, optional
        As it was given to the fit.
    tests : int
        How many series are looked at at once: a bend that as few simulated series reach as could stand among so many is simulated
        anew and more often.

    Examples
    --------
    >>> from evalkit.statistics.trend.headline import POOLED, fit_trend
    >>> counts = [12, 9, 14, 11, 10, 13, 6, 5, 7, 4, 5]
    >>> series = pd.DataFrame({"year": range(2010, 2021), "count": counts, "status": "reported"})
    >>> study = study_trend(series, fit_trend(series), dates=[date(2011, 1, 1), date(2016, 1, 1)])
    >>> study.step_at, study.recent.recent, study.bends.exploratory
    (datetime.date(2016, 1, 1), 'no_evidence', True)
    """
    steps = ((day, interrupted_series(series, at=day, law=law, simulated=False)) for day in dates)
    chosen = next(((day, step) for day, step in steps if not _is_at_the_edge(step)), None)
    told = series[series["count"].notna()]
    exposure = "exposure" if "exposure" in series.columns else None
    return TrendStudy(
        sensitivity=sensitivity_of_trend(series, fit, law=law),
        monotone=_monotone(told, fit.level),
        bends=_bends(series, exposure, tests),
        step=chosen[1] if chosen else None,
        step_at=chosen[0] if chosen else None,
        recent=recent_trend(series, law=law, level=fit.level, fit=fit),
        counts_alone=_counts_alone(series, law, fit.level) if exposure else None,
        exposure_sources=_exposure_sources(told),
    )


def trend_verdict(
    fit: TrendFit | NotEstimable,
    study: TrendStudy | None,
    *,
    events: Sequence[str] = (),
    family: Family | None = None,
    sources: int = 1,
    is_exact: bool = True,
) -> ChangeVerdict:
    """Return how surely a series rises or falls.

    Parameters
    ----------
    fit : TrendFit or NotEstimable
    study : TrendStudy, optional
        Tells whether a single year carries the trend.
    events : sequence of str
        Ids of the declared events inside the series.
    family : Family, optional
        All trends looked at.
    sources : int
        How many sources tell the years.
    is_exact : bool
        No year is told only approximately.

    Examples
    --------
    >>> trend_verdict(NotEstimable("too_few_years"), None).grade
    'none'
    """
    if isinstance(fit, NotEstimable):
        return NO_COMPARISON
    left_out = study.sensitivity.leave_one_out if study is not None else NotEstimable("too_few_years")
    sure = not max(fit.p, 0.0 if math.isnan(fit.exact_p) else fit.exact_p) >= SURE
    checks = Checks(
        change=fit.apc,
        p=fit.p,
        exact_p=fit.exact_p,
        years_known=isinstance(left_out, LeaveOneOut),
        law_known=fit.method in BY_LAW,
        year=_carrying(left_out, fit.apc) if sure and isinstance(left_out, LeaveOneOut) else None,
        events=tuple(events),
        sources=sources,
        is_exact=is_exact,
    )
    return replace(weigh_change(checks, family), of="trends")


def _bends(series: pd.DataFrame, exposure: str | None, tests: int) -> JoinpointFit | NotEstimable:
    """Return the bends; a p so near the least that the simulation can give is told by draws that can stand among all series."""
    found = joinpoint(series, exposure=exposure)
    if isinstance(found, NotEstimable) or not found.joins or found.p * tests <= SURE or found.p > NEAR_LEAST:
        return found
    finer = JoinpointSettings(seed=SECOND_SEED, replicates=min(round(4 * tests / SURE), MOST_REPLICATES) - 1)
    return joinpoint(series, exposure=exposure, settings=finer)


def _monotone(told: pd.DataFrame, level: float) -> MonotoneTrend | NotEstimable:
    of_counts = mann_kendall(told["count"], years=told["year"], level=level)
    if "exposure" not in told.columns or isinstance(of_counts, NotEstimable):
        return of_counts
    of_rates = mann_kendall(told["count"] / told["exposure"], years=told["year"], level=level)
    return of_counts if isinstance(of_rates, NotEstimable) or of_counts.p > of_rates.p else of_rates


def _carrying(left_out: LeaveOneOut, change: float) -> int | None:
    """Return the year without which the trend could be chance, turns round or cannot be told, if there is one."""
    fits = left_out.fits
    p = fits["p"].where((fits["apc"] > 0) == (change > 0), 1.0).fillna(1.0).to_numpy()
    return int(fits["year"].iloc[int(p.argmax())]) if p.max() >= SURE else None


def _counts_alone(series: pd.DataFrame, law: ScatterLaw | None, level: float) -> TrendFit | NotEstimable:
    return fit_trend(series.drop(columns="exposure"), law=law, level=level)


def _exposure_sources(told: pd.DataFrame) -> tuple[str, ...]:
    if "exposure_source" not in told.columns:
        return ()
    return tuple(str(name) for name in told.sort_values("year")["exposure_source"].dropna().unique())


def _is_at_the_edge(step: Interruption | NotEstimable) -> bool:
    return isinstance(step, NotEstimable) and step.reason == "too_few_points"
