"""Which declared date gets the one step, and what the study of a trend leaves to others."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.interruption import Interruption, interrupted_series
from evalkit.statistics.trend.latest_year import LatestYear, latest_year
from evalkit.statistics.trend.nonparametric import MonotoneTrend, mann_kendall
from evalkit.statistics.trend.trend_study import TrendStudy, study_trend

COUNTS = [12, 9, 14, 11, 10, 13, 6, 5, 7, 4, 5]


def studied(counts: list[int], dates: list[date], **columns: object) -> TrendStudy:
    years = range(2010, 2010 + len(counts))
    series = pd.DataFrame({"year": years, "count": counts, "status": "reported", **columns})
    fit = fit_trend(series)
    assert isinstance(fit, TrendFit)
    return study_trend(series, fit, dates=dates)


def test_the_first_declared_date_with_three_years_either_side_gets_the_step():
    dates = [date(2012, 1, 1), date(2016, 1, 1), date(2014, 1, 1)]
    study = studied(COUNTS, dates)
    assert study.step_at == date(2016, 1, 1)
    series = pd.DataFrame({"year": range(2010, 2021), "count": COUNTS, "status": "reported"})
    alone = interrupted_series(series, at=date(2016, 1, 1))
    assert isinstance(study.step, Interruption)
    assert isinstance(alone, Interruption)
    assert (study.step.ratio, study.step.p) == (alone.ratio, alone.p)


@pytest.mark.parametrize("dates", [[], [date(2011, 1, 1)], [date(2019, 6, 1)], [date(2030, 1, 1)]])
def test_no_date_that_fits_means_no_step(dates: list[date]):
    study = studied(COUNTS, dates)
    assert (study.step, study.step_at) == (None, None)


def test_a_side_without_a_case_is_a_reason_and_not_another_date():
    study = studied([9, 8, 12, 7, 9, 11, 0, 0, 0, 0, 0], [date(2016, 1, 1), date(2014, 1, 1)])
    assert study.step_at == date(2016, 1, 1)
    assert isinstance(study.step, NotEstimable)
    assert study.step.reason == "separation"


def test_short_series_are_not_bent_and_not_ranked():
    study = studied([5, 3, 6, 2, 4, 1], [])
    assert isinstance(study.bends, NotEstimable)
    assert isinstance(study.monotone, NotEstimable)


def test_rates_are_taken_where_the_population_grows():
    """Counts that rise exactly as the population does are no trend: Mann-Kendall sees equal rates."""
    people = [1000.0 * 1.1**n for n in range(10)]
    counts = [round(person / 100) for person in people]
    exact = [count * 100.0 for count in counts]
    study = studied(counts, [], exposure=exact)
    assert isinstance(study.monotone, MonotoneTrend)
    assert study.monotone.p == 1
    assert isinstance(study.bends, JoinpointFit)
    assert study.bends.aapc == pytest.approx(0, abs=1e-6)


def test_equal_counts_of_a_growing_population_are_no_fall():
    counts = [1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1]
    growing = [1_000_000.0 * 1.01**year for year in range(len(counts))]
    study = studied([*counts], [], exposure=growing)
    assert isinstance(study.monotone, MonotoneTrend)
    assert study.monotone == mann_kendall(counts)  # its rates alone: tau -.56
    falling = [40, 35, 33, 30, 28, 22, 20, 15, 12, 9, 8]
    of_rates = [count / lived for count, lived in zip(falling, growing, strict=False)]
    study = studied(falling, [], exposure=growing[: len(falling)])
    assert isinstance(study.monotone, MonotoneTrend)
    assert study.monotone.p == mann_kendall(of_rates).p < 0.001


def latest_of(counts: list[int]) -> LatestYear:
    years = range(2010, 2010 + len(counts))
    found = latest_year(pd.DataFrame({"year": years, "count": counts, "status": "reported"}))
    assert isinstance(found, LatestYear)
    return found


def test_a_year_where_a_steady_trend_leads_is_not_unusual():
    falling = [60, 54, 50, 45, 39, 36, 30, 26, 21, 15, 12, 8]
    found = latest_of([*falling, 5])
    assert (found.lies_outside, found.along_trend, found.is_unusual) == (True, True, False)
    back = latest_of([*falling, 70])
    assert (back.lies_outside, back.along_trend, back.is_unusual) == (True, False, True)
    rising = latest_of([10, 12, 11, 14, 15, 17, 18, 21, 22, 25, 200])
    assert (rising.along_trend, rising.is_unusual) == (False, True)  # far beyond the trend
    level = latest_of([10, 12, 11, 9, 10, 11, 12, 10, 30])
    assert (level.along_trend, level.is_unusual) == (False, True)


def test_a_bend_can_stand_among_all_the_series_looked_at():
    """No p of 999 simulated series is below .001, and 51 times that is above .05: such a bend could never have been told."""
    counts = [5, 7, 12, 18, 30, 44, 70, 110, 90, 60, 40, 25, 17, 11, 7]
    series = pd.DataFrame({"year": range(2011, 2026), "count": counts, "status": "reported"})
    fit = fit_trend(series)
    assert isinstance(fit, TrendFit)
    alone, among = (study_trend(series, fit, tests=tests).bends for tests in (1, 51))
    assert isinstance(alone, JoinpointFit)
    assert isinstance(among, JoinpointFit)
    assert (alone.p, alone.years) == (0.001, among.years)
    assert among.p * 51 <= 0.05
