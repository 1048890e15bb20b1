"""One series' choice of joins as the record that is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from evalkit.errors import SettingsError
from evalkit.statistics.joinpoint.joinpoint_results import Candidate, Join, JoinpointFit, SelectionTest
from evalkit.statistics.joinpoint.joinpoint_segments import (
    BentTrend,
    average_change,
    bent_trend,
    joins_of,
    segments_of,
)
from evalkit.statistics.joinpoint.joinpoint_selection import Choice, Selection
from evalkit.statistics.joinpoint.joinpoint_series import YearlySeries
from evalkit.statistics.joinpoint.joinpoint_settings import JoinpointSettings


@dataclass(frozen=True, slots=True)
class Analysed:
    """What the series of a group share: how they were tested, and the settings."""

    selection: Selection
    settings: JoinpointSettings
    exploratory: bool
    nci: bool


def report(analysed: Analysed, choice: Choice, series: YearlySeries, *, place: int) -> JoinpointFit:
    """Return the record of one series of a group; ``place`` is its column there.

    Raises
    ------
    SettingsError
        If the window of the average leaves the series.
    """
    selection, settings = analysed.selection, analysed.settings
    joins, _ = selection.best(choice.joins, place)
    trend = bent_trend(
        selection.model, joins, series=place, level=settings.level, searched=analysed.exploratory
    )
    turns = _joins(analysed, trend, choice.joins, place)
    window = _window(settings, series)
    aapc, lower, upper, p = average_change(trend, window, as_the_nci=analysed.nci)
    decided = [test for test in choice.tests if test.null == 0]
    return JoinpointFit(
        method="log-linear, weighted" if analysed.nci else "quasi-Poisson",
        exploratory=analysed.exploratory,
        joins=turns,
        segments=segments_of(trend),
        aapc=aapc,
        aapc_lower=lower,
        aapc_upper=upper,
        aapc_p=p,
        window=window,
        tests=choice.tests,
        p=decided[-1].p if decided else math.nan,
        monte_carlo_error=decided[-1].monte_carlo_error if decided else math.nan,
        candidates=_candidates(selection, series, place),
        dispersion=trend.dispersion,
        **_told(series),
        fitted=tuple(trend.fit.fitted.tolist()),
        most=selection.most,
        level=settings.level,
        seed=settings.seed,
        flags=_flags(analysed, trend, turns, choice.tests, gaps=series.has_gaps),
    )


def _told(series: YearlySeries) -> dict[str, Any]:
    return {
        "years_used": tuple(series.years.tolist()),
        "first": int(series.years[0]),
        "last": int(series.years[-1]),
        "total": series.total if np.isnan(series.errors).all() else math.nan,
    }


def _joins(analysed: Analysed, trend: BentTrend, joins: int, place: int) -> tuple[Join, ...]:
    if not joins:
        return ()
    if not analysed.exploratory:
        return tuple(Join(int(trend.years[join]), None, None) for join in trend.joins)
    return joins_of(analysed.selection.model, trend, analysed.selection.ways[joins], series=place)


def _window(settings: JoinpointSettings, series: YearlySeries) -> tuple[int, int]:
    first, last = settings.window or (int(series.years[0]), int(series.years[-1]))
    if not series.years[0] <= first < last <= series.years[-1]:
        raise SettingsError(
            where=f"joinpoint, window {first}-{last}",
            rule="the average is taken over years the series spans, at least two",
            do=f"choose it within {series.years[0]}-{series.years[-1]}",
        )
    return first, last


def _candidates(selection: Selection, series: YearlySeries, place: int) -> tuple[Candidate, ...]:
    """Return the best model for each number of joins weighed; with declared joins, none and all of them."""
    years = len(series.years)
    found = []
    for joins, ways in enumerate(selection.ways):
        if not ways:
            continue
        way, misfit = selection.best(joins, place)
        least = math.log(max(misfit, 1e-12) / years)
        bic, bic3 = (least + spent * math.log(years) / years for spent in (2 * (joins + 1), 3 * joins + 2))
        found.append(
            Candidate(years=tuple(series.years[list(way)].tolist()), misfit=misfit, bic=bic, bic3=bic3)
        )
    return tuple(found)


def _flags(
    analysed: Analysed,
    trend: BentTrend,
    turns: tuple[Join, ...],
    tests: tuple[SelectionTest, ...],
    *,
    gaps: bool,
) -> tuple[str, ...]:
    outside = analysed.settings.outside
    edges = {int(trend.years[outside]), int(trend.years[-1 - outside])}
    said = {
        "years_missing": gaps,
        "underdispersed": trend.dispersion < analysed.selection.model.floor,
        "near_the_line": any(abs(test.p - test.level) < 2 * test.monte_carlo_error for test in tests),
        "segment_without_cases": not trend.is_estimable.all(),
        "join_at_the_edge": any(edges & {join.lower, join.upper} for join in turns),
    }
    return tuple(flag for flag, holds in said.items() if holds)
