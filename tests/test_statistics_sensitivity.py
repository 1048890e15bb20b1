"""What a headline rests on: detection, single years, other dates, the smallest change it could show; labels and alarms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from evalkit.errors import FactsError
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.posterior import bound_of_next
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.alarm import Alarm, yearly_alarm
from evalkit.statistics.trend.headline import exact_trend, fit_trend
from evalkit.statistics.trend.interruption import Interruption, interrupted_series
from evalkit.statistics.trend.leave_out import LeaveOneOut, leave_one_year_out
from evalkit.statistics.trend.placebo import PlaceboDates, placebo_dates
from evalkit.statistics.trend.recent import recent_trend
from evalkit.statistics.trend.sensitivity import detectable_fall, sensitivity_of_change, sensitivity_of_trend
from evalkit.statistics.trend.tipping import tipping_point

LINEAR = ScatterLaw("linear", 2.0, 0.2, series=60, cells=600, degrees=480, p=0.0)
POISSON_LIKE = ScatterLaw("linear", 1.0, 0.0, series=60, cells=600, degrees=480, p=0.5)
TEN_YEARS = [9, 14, 8, 12, 5, 9, 4, 7, 2, 3]


def series_of(counts: Sequence[float], *, first: int = 2010, **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"year": range(first, first + len(counts)), "count": counts, "status": "reported"} | columns
    )


# ---- detection alone


def test_the_fall_of_41_percent_is_explained_by_a_fall_of_41_percent_in_detection():
    change = compare_counts(23, 39, later_exposure=5, earlier_exposure=5)
    found = tipping_point(change.ratio, change.ratio_lower, change.ratio_upper)
    assert found.percent == pytest.approx(-41.03, abs=0.01)
    assert not found.is_needed
    same_cases = found.true_ratio(detected_earlier=1.0, detected_later=found.ratio)
    assert same_cases == pytest.approx(1)


@pytest.mark.parametrize(("limits", "nearest"), [((0.2, 0.8), 0.8), ((1.3, 4.0), 1.3)])
def test_the_limit_nearer_to_no_change_is_the_one_that_tips(limits: tuple[float, float], nearest: float):
    found = tipping_point(math.prod(limits) ** 0.5, *limits)
    assert found.limit_ratio == nearest
    assert found.limit_percent == pytest.approx(100 * (nearest - 1))
    assert found.is_needed


def test_nothing_earlier_has_no_tipping_point():
    change = compare_counts(5, 0, later_exposure=5, earlier_exposure=5)
    found = sensitivity_of_change(change).tipping
    assert math.isnan(found.percent)
    assert math.isnan(found.limit_percent)
    assert not found.is_needed


def test_half_as_many_cases_at_half_the_detection_are_as_many():
    assert tipping_point(0.5, 0.3, 0.9).true_ratio(detected_earlier=0.4, detected_later=0.2) == 1


# ---- single years


LAWS = {
    "not given": None,
    "linear": LINEAR,
    "linear, few series": replace(LINEAR, series=12, degrees=80),
    "near chance": POISSON_LIKE,
    "quadratic": ScatterLaw("quadratic", 2.6, 0.3, series=60, cells=600, degrees=480, p=0.0),
    "quadratic, own": ScatterLaw("quadratic", 2.6, 0.3, series=60, cells=600, degrees=480, p=0.0, own=1.7),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
@pytest.mark.parametrize(
    "counts", [TEN_YEARS, [3, 0, 6, 11, 4, 11, 9, 1, 2, 0, 2, 3], [2, 0, 0, 3, 1, 0, 0, 9, 0, 1]]
)
def test_leaving_a_year_out_is_fitting_the_others(counts: list[int], law: ScatterLaw | None):
    """All years at once by roots of the score, against one statsmodels fit for each year left out."""
    series = series_of(counts).assign(exposure=[900.0 + 13 * place for place in range(len(counts))])
    found = leave_one_year_out(series, law=law)
    assert isinstance(found, LeaveOneOut)
    for row in found.frame.itertuples():
        rest = fit_trend(series[series["year"] != row.year], law=law)
        assert isinstance(rest, TrendFit)
        fitted = (rest.apc, rest.lower, rest.upper, rest.p)
        assert (row.apc, row.lower, row.upper, row.p) == pytest.approx(fitted, rel=1e-4, abs=1e-5)
    assert (found.least, found.most) == (found.frame["apc"].min(), found.frame["apc"].max())
    assert len(found.frame) == len(counts)


def test_a_trend_that_was_fitted_is_not_fitted_again(monkeypatch: pytest.MonkeyPatch):
    series = series_of(TEN_YEARS)
    fit = fit_trend(series, law=LINEAR)
    assert isinstance(fit, TrendFit)
    alone = leave_one_year_out(series, law=LINEAR), recent_trend(series, law=LINEAR)
    fitted: list[int] = []

    def counted(some: pd.DataFrame, **given: Any) -> Any:
        fitted.append(len(some))
        return fit_trend(some, **given)

    monkeypatch.setattr("evalkit.statistics.trend.leave_out.fit_trend", counted)
    monkeypatch.setattr("evalkit.statistics.trend.recent.fit_trend", counted)
    without = leave_one_year_out(series, law=LINEAR, fit=fit)
    assert isinstance(without, LeaveOneOut)
    assert isinstance(alone[0], LeaveOneOut)
    pd.testing.assert_frame_equal(without.frame, alone[0].frame)
    assert recent_trend(series, law=LINEAR, fit=fit) == alone[1]
    assert fitted == [5]


def test_the_year_that_carries_a_trend_is_named():
    found = leave_one_year_out(series_of([5, 4, 6, 5, 4, 5, 6, 40]), law=POISSON_LIKE)
    assert isinstance(found, LeaveOneOut)
    assert found.decisive == 2017
    assert not found.same_verdict
    steady = leave_one_year_out(series_of([60, 50, 42, 36, 30, 26, 21, 18]), law=POISSON_LIKE)
    assert isinstance(steady, LeaveOneOut)
    assert steady.same_verdict
    assert steady.same_sign


def test_five_years_leave_four_which_carry_no_trend():
    assert leave_one_year_out(series_of([9, 8, 7, 5, 3])) == NotEstimable("too_few_years", {"years": 5})
    assert leave_one_year_out(series_of([0] * 8)).reason == "no_events"


# ---- other dates

STEPPED = [12, 9, 14, 11, 10, 13, 8, 12, 6, 5, 7, 4, 5]


def test_a_placebo_uses_the_points_before_the_date_alone():
    series = series_of(STEPPED, first=2008)
    found = placebo_dates(series, at=date(2016, 1, 1), law=LINEAR)
    assert isinstance(found, PlaceboDates)
    changed = series.assign(count=[*STEPPED[:8], 90, 80, 70, 60, 50])
    other = placebo_dates(changed, at=date(2016, 1, 1), law=LINEAR)
    assert isinstance(other, PlaceboDates)
    pd.testing.assert_frame_equal(found.frame, other.frame)
    alone = interrupted_series(series[:8], at=date(2012, 1, 1), law=LINEAR)
    assert isinstance(alone, Interruption)
    row = found.frame.set_index("year").loc[2012]
    assert (row["log_ratio"], row["p"]) == (pytest.approx(math.log(alone.ratio)), pytest.approx(alone.p))


def test_the_rank_counts_steps_as_large_in_either_direction():
    found = placebo_dates(series_of(STEPPED, first=2008), at=date(2016, 1, 1))
    assert isinstance(found, PlaceboDates)
    larger = (found.steps["log_ratio"].abs() >= abs(found.declared)).sum()
    assert (found.as_large, found.rank_p) == (larger, (larger + 1) / (len(found.steps) + 1))


def test_too_few_points_before_the_date_leave_no_placebo():
    found = placebo_dates(series_of(TEN_YEARS), at=date(2015, 1, 1))
    assert isinstance(found, NotEstimable)
    assert found.reason == "too_few_points"


# ---- the smallest change


def test_a_true_fall_of_that_size_is_shown_in_four_of_five_series():
    """Poisson counts about 20 a year for ten years: 2000 drawn series with the fall that one of them calls detectable."""
    flat = fit_trend(series_of([20] * 10), law=POISSON_LIKE)
    assert isinstance(flat, TrendFit)
    fall = detectable_fall(flat)
    shape = (1 - fall / 100) ** np.arange(10)
    drawn = np.random.default_rng(4).poisson(200 * shape / shape.sum(), size=(2000, 10))
    when = np.arange(10) - 4.5
    z = drawn @ when / np.sqrt(drawn.mean(axis=1) * (when**2).sum())
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.04)


def test_what_a_trend_rests_on_is_told_in_one_frame():
    series = series_of(TEN_YEARS)
    fit = fit_trend(series, law=LINEAR)
    assert isinstance(fit, TrendFit)
    found = sensitivity_of_trend(series, fit, law=LINEAR)
    frame = found.frame.set_index("check")
    assert frame.loc["detection_alone", "value"] == pytest.approx(fit.apc)
    without = [
        exact_trend(TEN_YEARS[:out] + TEN_YEARS[out + 1 :], years=[*range(out), *range(out + 1, 10)]).apc
        for out in range(10)
    ]
    assert frame.loc["leave_one_year_out", ["lower", "upper"]].tolist() == pytest.approx(
        [min(without), max(without)]
    )
    assert found.tipping_whole == pytest.approx(100 * ((1 + fit.apc / 100) ** 9 - 1))


def test_an_open_limit_has_no_detectable_fall():
    fit = fit_trend(series_of([0, 0, 0, 0, 1, 5]), law=POISSON_LIKE)
    assert isinstance(fit, TrendFit)
    assert math.isnan(detectable_fall(fit)) == math.isinf(fit.upper)


# ---- labels


def test_labels_follow_the_limits():
    steep = recent_trend(series_of([30, 31, 29, 30, 31, 30, 21, 14, 9, 4]), law=POISSON_LIKE)
    assert (steep.recent, steep.whole, steep.first, steep.last) == ("down", "down", 2015, 2019)
    rising = recent_trend(series_of([1, 2, 4, 7, 12, 20, 33]), law=POISSON_LIKE)
    assert (rising.recent, rising.whole) == ("up", "up")
    level = recent_trend(series_of([4, 5, 3, 6, 4, 5, 4]), law=POISSON_LIKE)
    assert (level.recent, level.whole) == ("no_evidence", "no_evidence")
    assert level.frame["label"].tolist() == ["no_evidence", "no_evidence"]


def test_the_window_is_of_calendar_years():
    series = series_of(TEN_YEARS)
    series.loc[7, ["count", "status"]] = [np.nan, "not_reported"]
    found = recent_trend(series, law=LINEAR)
    assert (found.first, found.last, found.recent) == (2015, 2019, "insufficient")
    assert found.whole != "insufficient"


def test_a_hidden_year_in_the_window_makes_it_insufficient():
    series = series_of(TEN_YEARS)
    series.loc[9, ["count", "status"]] = [np.nan, "suppressed"]
    found = recent_trend(series, law=LINEAR)
    assert (found.last, found.recent, found.whole) == (2019, "insufficient", "insufficient")
    assert found.frame["apc"].isna().all()


def test_nothing_reported_has_no_window():
    found = recent_trend(series_of([np.nan] * 6, status="not_reported"))
    assert (found.recent, found.first, found.last) == ("insufficient", None, None)


# ---- alarms


def test_a_year_beside_its_baseline_and_zeros_have_a_bound_too():
    alarm = yearly_alarm(series_of([9, 8, 10, 7, 5]), observed=15)
    assert isinstance(alarm, Alarm)
    assert (alarm.bound_95, alarm.bound_99) == (13, 16)  # R's qnbinom
    zeros = yearly_alarm(series_of([0, 0, 0, 0, 0]), observed=1)
    assert isinstance(zeros, Alarm)
    assert zeros.chance == pytest.approx(1 - (5 / 6) ** 0.5)
    assert zeros.frame["bound_95"].item() == zeros.bound_95
    assert yearly_alarm(series_of([3, 4])).reason == "too_few_years"


def scattered(alpha: float, *, form: str = "quadratic", phi: float = 4.0) -> ScatterLaw:
    return ScatterLaw(form, phi, alpha, series=60, cells=600, degrees=480, p=0.0)


@pytest.mark.parametrize("alpha", [0.1, 0.41, 1.0])
def test_under_a_law_the_next_year_is_beta_negative_binomial(alpha: float):
    """Slowly: a year is negative binomial of size 1 / alpha, its p has the posterior that five such years and half a case leave."""
    alarm = yearly_alarm(series_of([9, 8, 10, 7, 5]), observed=15, law=scattered(alpha))
    assert isinstance(alarm, Alarm)
    posterior = stats.beta(5 / alpha, 39.5)

    def at_most(count: float) -> float:
        return integrate.quad(
            lambda p: stats.nbinom.cdf(count, 1 / alpha, p) * posterior.pdf(p),
            0,
            1,
            points=[posterior.mean()],
        )[0]

    for share, bound in ((0.95, alarm.bound_95), (0.99, alarm.bound_99)):
        assert at_most(bound - 1) < share <= at_most(bound)
    assert alarm.chance == pytest.approx(1 - at_most(14), rel=1e-4)
    assert alarm.dispersion == pytest.approx(1 + alpha * 39.5 / 5)
    assert "law of the panel" in alarm.method


def test_a_linear_law_is_met_at_the_expected_count_and_a_place_that_scatters_more_has_higher_bounds():
    series = series_of([9, 8, 10, 7, 5])
    linear = yearly_alarm(series, law=scattered(0.0, form="linear", phi=1 + 0.41 * 39.5 / 5))
    quadratic = yearly_alarm(series, law=scattered(0.41))
    assert isinstance(linear, Alarm)
    assert isinstance(quadratic, Alarm)
    assert (linear.bound_95, linear.bound_99) == (quadratic.bound_95, quadratic.bound_99)
    wider = yearly_alarm(series, law=replace(scattered(0.41), own=2.0))
    assert isinstance(wider, Alarm)
    assert wider.bound_99 > quadratic.bound_99


@pytest.mark.parametrize("law", [None, ScatterLaw.unknown()])
def test_without_a_law_the_words_of_the_method_say_what_is_supposed(law: ScatterLaw | None):
    alarm = yearly_alarm(series_of([9, 8, 10, 7, 5]), law=law)
    assert isinstance(alarm, Alarm)
    assert "as pure chance would make them" in alarm.method
    assert (alarm.bound_99, alarm.dispersion) == (16, 1.0)


def test_a_year_of_twice_the_exposure_may_have_about_twice_the_count():
    baseline = series_of([9, 8, 10, 7, 5], exposure=2.0)
    for law in (None, scattered(0.41)):
        same = yearly_alarm(series_of([9, 8, 10, 7, 5]), law=law)
        assert yearly_alarm(baseline, exposure=2.0, law=law) == same
    half = yearly_alarm(baseline, exposure=1.0, law=scattered(0.41))
    assert isinstance(half, Alarm)
    assert half.expected == pytest.approx(39.5 / 10)


@pytest.mark.parametrize("alpha", [0.0, 0.41, 1.0])
@pytest.mark.parametrize("mean", [3.0, 8.0, 20.0])
def test_under_the_law_at_most_2_percent_of_quiet_years_lie_above_the_99_percent_bound(
    alpha: float, mean: float
):
    random = np.random.default_rng(round(100 * alpha + mean))
    rates = random.gamma(1 / alpha, alpha * mean, (2000, 6)) if alpha else np.full((2000, 6), mean)
    years = random.poisson(rates)
    bound = cache(lambda count: bound_of_next(0.99, count=count, years=5, law=scattered(alpha)))
    above = [
        later > bound(int(before))
        for later, before in zip(years[:, 5], years[:, :5].sum(axis=1), strict=True)
    ]
    assert np.mean(above) <= 0.02


def test_hidden_figures_and_wrong_counts_carry_no_alarm():
    assert yearly_alarm(series_of(TEN_YEARS, status="suppressed")) == NotEstimable("suppressed")
    with pytest.raises(FactsError):
        yearly_alarm(series_of([*TEN_YEARS, -1]))
