"""Which declared date gets the one step, and what the study of a trend leaves to others."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.interruption import Interruption, interrupted_series
from evalkit.statistics.trend.nonparametric import MonotoneTrend
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
