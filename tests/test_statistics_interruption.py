"""Interruption: the step against closed forms and another fit, the cases averted, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.points import observed_points
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.season import season_columns
from evalkit.statistics.trend.counterfactual import averted_cases
from evalkit.statistics.trend.interruption import Interruption, interrupted_series
from evalkit.statistics.trend.loglinear_regression import loglinear_regression

LINEAR = ScatterLaw("linear", 2.0, 0.2, series=60, cells=600, degrees=480, p=0.0)
QUADRATIC = ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0)
POISSON_LIKE = ScatterLaw("linear", 0.9, 0.0, series=60, cells=600, degrees=480, p=0.9)
START = date(2016, 1, 1)
ELEVEN = [12, 9, 14, 11, 10, 13, 6, 5, 7, 4, 5]
TWELVE = [8, *ELEVEN]


def series_of(counts: Sequence[float], **columns: object) -> pd.DataFrame:
    """Return yearly counts that end in 2020."""
    years = range(2021 - len(counts), 2021)
    return pd.DataFrame({"year": years, "count": counts, "status": "reported"} | columns)


def changed(series: pd.DataFrame, **asked: object) -> Interruption:
    found = interrupted_series(series, **({"at": START} | asked))
    assert isinstance(found, Interruption)
    return found


def refused(counts: Sequence[float], at: date = START) -> NotEstimable:
    found = interrupted_series(series_of(counts), at=at)
    assert isinstance(found, NotEstimable)
    return found


# ---- the step


def test_the_step_is_that_of_statsmodels_with_the_series_own_dispersion():
    years = np.arange(11.0)
    after = years >= 6
    design = np.column_stack([np.ones(11), years - 6, after])
    model = sm.GLM(ELEVEN, design, family=sm.families.Poisson())
    fit, change = model.fit(), changed(series_of(ELEVEN))
    assert change.series_dispersion == pytest.approx(fit.pearson_chi2 / 8)
    assert change.dispersion == max(1.0, change.series_dispersion)
    reach = stats.t(8).ppf(0.975) * fit.bse[2] * math.sqrt(change.dispersion)
    assert change.ratio == pytest.approx(math.exp(fit.params[2]))
    assert (change.lower, change.upper) == pytest.approx(
        (math.exp(fit.params[2] - reach), math.exp(fit.params[2] + reach))
    )
    assert change.apc_before == pytest.approx(100 * math.expm1(fit.params[1]))
    assert (change.points_before, change.points_after, change.degrees) == (6, 5, 8)


def test_a_rate_takes_the_growth_of_people_out_of_the_step():
    people = np.where(np.arange(11) >= 6, 2e6, 1e6)
    count, rate = changed(series_of(ELEVEN)), changed(series_of(ELEVEN, exposure=people))
    assert rate.ratio == pytest.approx(count.ratio / 2)


def test_two_slopes_meet_the_points_of_each_side_as_if_they_were_fitted_alone():
    change = changed(series_of(TWELVE), slope=True)
    before = sm.GLM(TWELVE[:7], sm.add_constant(np.arange(-7.0, 0)), family=sm.families.Poisson()).fit()
    after = sm.GLM(TWELVE[7:], sm.add_constant(np.arange(5.0)), family=sm.families.Poisson()).fit()
    assert change.model == "step and change of slope"
    assert change.ratio == pytest.approx(math.exp(after.params[0] - before.params[0]))
    assert change.slope_ratio == pytest.approx(math.exp(after.params[1] - before.params[1]))
    assert change.points["fitted"].to_numpy() == pytest.approx(np.r_[before.mu, after.mu])


def test_a_change_of_slope_needs_twelve_points_and_says_so():
    change = changed(series_of(ELEVEN), slope=True)
    assert change.model == "step in a trend"
    assert "slope_refused" in change.flags
    assert math.isnan(change.slope_ratio)
    assert changed(series_of(ELEVEN)).ratio == change.ratio


@pytest.mark.parametrize(
    ("panel", "factor"), [(LINEAR, 2.0), (POISSON_LIKE, 1.0), (QUADRATIC, 1 + 0.3 * 96 / 11)]
)
def test_the_panel_gives_the_dispersion_and_z(panel: ScatterLaw, factor: float):
    change = changed(series_of(ELEVEN), law=panel)
    assert (change.dispersion, change.degrees) == (pytest.approx(factor), math.inf)
    half = (math.log(change.upper) - math.log(change.lower)) / 2
    plain = loglinear_regression(ELEVEN, pd.DataFrame({"time": range(11), "after": np.arange(11) >= 6}))
    assert plain is not None
    assert half == pytest.approx(1.959964 * plain.error("after", dispersion=factor), rel=1e-5)
    assert "own_dispersion" not in change.flags


def test_the_period_in_which_the_day_falls_belongs_to_neither_side():
    change = changed(series_of(ELEVEN), at=date(2016, 7, 1))
    assert (change.points_before, change.points_after) == (6, 4)
    assert "transition_left_out" in change.flags
    assert "points_missing" not in change.flags


def test_a_year_that_was_not_reported_is_left_out_and_said():
    series = series_of(ELEVEN)
    series.loc[2, ["count", "status"]] = [np.nan, "not_reported"]
    change = changed(series)
    assert (change.points_before, change.points_after) == (5, 5)
    assert "points_missing" in change.flags


def test_periods_may_be_told_by_their_days():
    series = series_of(ELEVEN)
    days = series.assign(
        period_start=pd.to_datetime((series["year"] - 1).astype(str) + "-12-15"),
        period_end=pd.to_datetime(series["year"].astype(str) + "-12-14"),
    ).drop(columns="year")
    assert changed(days, at=date(2015, 12, 15)).ratio == pytest.approx(changed(series).ratio)
    assert changed(days, at=START).points_after == 4


def test_quarters_carry_their_season():
    season = np.tile([1.5, 0.5, 1.2, 0.8], 8)
    counts = np.round(20 * season * np.where(np.arange(32) >= 16, 0.5, 1))
    quarters = pd.DataFrame({"year": np.repeat(range(2012, 2020), 4), "quarter": np.tile([1, 2, 3, 4], 8)})
    change = changed(quarters.assign(count=counts, status="reported"))
    assert change.ratio == pytest.approx(0.5, abs=0.01)
    assert change.points["fitted"].to_numpy() == pytest.approx(counts, rel=0.02)
    assert change.points_before == 16


def test_few_years_of_quarters_carry_one_wave():
    assert list(season_columns(np.tile([1, 2, 3, 4], 3)).columns) == ["cos1", "sin1"]
    assert season_columns(np.zeros(5, dtype=int)).shape == (5, 0)


# ---- cases averted


def test_what_the_earlier_course_leads_to_is_the_fit_without_its_step():
    change = changed(series_of(ELEVEN))
    after = change.points[change.points["after"]]
    assert after["counterfactual"].to_numpy() == pytest.approx(after["fitted"].to_numpy() / change.ratio)
    assert change.averted.expected == pytest.approx(after["counterfactual"].sum())
    assert change.averted.observed == sum(ELEVEN[6:])
    assert change.averted.averted == pytest.approx(change.averted.expected - change.averted.observed)
    assert change.points.loc[~change.points["after"], "counterfactual"].isna().all()


def test_simulated_limits_are_those_of_a_known_distribution():
    """A level of many cases known for sure leaves the noise of counts alone: variance dispersion * mean."""
    fit = loglinear_regression([40_000] * 50 + [30_000] * 2, pd.DataFrame({"after": [0] * 50 + [1] * 2}))
    assert fit is not None
    found = averted_cases(
        fit, pd.DataFrame({"after": [0]}), observed=30_000, exposure=np.array([1.0]), dispersion=4.0
    )
    spread = 1.959964 * math.sqrt(4 * 40_000 * (1 + 1 / 50))
    assert found.lower == pytest.approx(10_000 - spread, abs=4 * found.monte_carlo_error)
    assert found.upper == pytest.approx(10_000 + spread, abs=4 * found.monte_carlo_error)
    assert 0 < found.monte_carlo_error < 0.02 * spread


def test_the_simulation_repeats_with_its_seed_and_differs_within_its_error_without():
    one, same, other = (changed(series_of(ELEVEN), seed=seed).averted for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert one.lower == pytest.approx(other.lower, abs=6 * one.monte_carlo_error)
    assert (one.seed, other.seed) == (1, 2)


def test_the_frame_holds_one_row_per_quantity():
    frame = changed(series_of(TWELVE), slope=True).frame
    assert frame["quantity"].tolist() == ["step_ratio", "slope_ratio", "cases_averted"]
    assert (frame["lower"] < frame["estimate"]).all()
    assert (frame["estimate"] < frame["upper"]).all()


# ---- what is refused


def test_too_few_points_on_a_side_are_refused():
    assert refused(ELEVEN, at=date(2019, 1, 1)).reason == "too_few_points"
    assert refused(ELEVEN, at=date(2012, 1, 1)).detail["points_before"] == 2
    assert refused(ELEVEN, at=date(2030, 1, 1)).reason == "too_few_points"
    assert refused([]).reason == "not_reported"


def test_a_side_without_a_case_gets_exact_limits_and_firths_estimate():
    found = refused([3, 5, 4, 6, 5, 0, 0, 0, 0, 0])
    assert found.reason == "separation"
    assert found.detail["ratio_lower"] == 0
    assert found.detail["ratio_upper"] == pytest.approx(1 / (0.025 ** (-1 / 23) - 1) ** -1, rel=1e-9)
    assert found.detail["exact_p"] == pytest.approx(2 * 0.5**23)
    assert found.detail["firth_ratio"] == pytest.approx(0.5 / 23.5)


def test_no_case_at_all_and_too_few_cases_are_refused():
    assert refused([0] * 10).reason == "no_events"
    assert refused([0, 0, 1, 0, 0, 0, 1, 0, 1, 0]).reason == "insufficient_events"


def test_a_hidden_year_is_neither_zero_nor_guessed():
    series = series_of(ELEVEN)
    series.loc[3, ["count", "status"]] = [np.nan, "suppressed"]
    assert interrupted_series(series, at=START) == NotEstimable("suppressed")


def test_a_quarter_that_never_has_a_case_determines_no_season():
    quarters = pd.DataFrame({"year": np.repeat(range(2012, 2020), 4), "quarter": np.tile([1, 2, 3, 4], 8)})
    series = quarters.assign(count=np.tile([3, 0, 2, 4], 8), status="reported")
    found = interrupted_series(series, at=START)
    assert isinstance(found, NotEstimable)
    assert found.reason == "insufficient_events"


@pytest.mark.parametrize("wrong", [-1.0, 1.5, math.inf])
def test_what_is_no_count_is_refused_by_its_year(wrong: float):
    with pytest.raises(FactsError, match="rows 2012"):
        interrupted_series(series_of([*ELEVEN[:2], wrong, *ELEVEN[3:]]), at=START)


def test_a_year_that_stands_twice_is_refused():
    twice = pd.concat([series_of(ELEVEN), series_of([7])])
    with pytest.raises(FactsError, match="2020"):
        interrupted_series(twice, at=START)


def test_a_quarter_is_one_of_four():
    with pytest.raises(FactsError, match="quarter"):
        observed_points(pd.DataFrame({"year": [2020], "quarter": [5], "count": [1], "status": ["reported"]}))


@pytest.mark.parametrize(
    "counts",
    [
        [0, 0, 0, 0, 9, 3, 0, 0, 0, 0],
        [0, 0, 0, 0, 5, 0, 0, 0, 0, 5],
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 3],
        [900, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        [0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    ],
)
def test_awkward_counts_give_a_finite_answer_or_none(counts: list[int]):
    found = interrupted_series(series_of(counts), at=START, slope=True)
    if isinstance(found, Interruption):
        assert 1e-4 < found.ratio < 1e4
        assert found.upper / found.lower < 1e12
