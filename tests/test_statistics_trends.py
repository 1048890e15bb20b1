"""Trends: the exact test by enumeration, the models against another fit, and which of them a series gets."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import exact_trend, fit_trend, loglinear_trend
from evalkit.statistics.trend.leave_out import LeaveOneOut, leave_one_year_out

POISSON_LIKE = ScatterLaw("linear", 1.1, 0.02, series=60, cells=600, degrees=480, p=0.3)
LINEAR = ScatterLaw("linear", 2.0, 0.2, series=60, cells=600, degrees=480, p=0.0)
QUADRATIC = ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0)


def series_of(counts: Sequence[float], *, first: int = 2010, **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"year": range(first, first + len(counts)), "count": counts, "status": "reported"} | columns
    )


def fitted(counts: Sequence[float], panel: ScatterLaw | None = None, **columns: object) -> TrendFit:
    fit = fit_trend(series_of(counts, **columns), law=panel)
    assert isinstance(fit, TrendFit)
    return fit


def reason(counts: Sequence[float], **columns: object) -> NotEstimable:
    fit = fit_trend(series_of(counts, **columns), law=POISSON_LIKE)
    assert isinstance(fit, NotEstimable)
    return fit


# ---- the exact test, by writing down every way the cases could lie in time


def chances_of_sums(total: int, weights: Sequence[float], slope: float = 0.0) -> dict[int, float]:
    """Return the chance of each sum of scores by enumerating the year of every single case."""
    tilted = [weight * math.exp(slope * score) for score, weight in enumerate(weights)]
    shares = [weight / sum(tilted) for weight in tilted]
    chances: dict[int, float] = {}
    for years in itertools.product(range(len(weights)), repeat=total):
        chances[sum(years)] = chances.get(sum(years), 0) + math.prod(shares[year] for year in years)
    return chances


@pytest.mark.parametrize(
    ("counts", "weights"), [([3, 2, 1, 0], [1, 1, 1, 1]), ([1, 0, 2, 3], [1.0, 1.5, 1.2, 0.8])]
)
def test_exact_p_and_limits_by_enumeration(counts: list[int], weights: list[float]):
    total, statistic = sum(counts), sum(score * count for score, count in enumerate(counts))
    trend = exact_trend(counts, exposure=weights)
    chances = chances_of_sums(total, weights)
    less = sum(chance for value, chance in chances.items() if value <= statistic)
    greater = sum(chance for value, chance in chances.items() if value >= statistic)
    assert (trend.p_less, trend.p_greater) == pytest.approx((less, greater))
    assert trend.p_central == pytest.approx(min(1, 2 * min(less, greater)))
    assert trend.p_midp == pytest.approx(2 * (min(less, greater) - chances[statistic] / 2))
    lower = chances_of_sums(total, weights, trend.slope_lower)
    upper = chances_of_sums(total, weights, trend.slope_upper)
    assert sum(chance for value, chance in lower.items() if value >= statistic) == pytest.approx(0.025)
    assert sum(chance for value, chance in upper.items() if value <= statistic) == pytest.approx(0.025)


def test_years_need_not_follow_each_other():
    apart = exact_trend([4, 2, 1], years=[2010, 2012, 2015])
    chances = chances_of_sums(7, [1, 0, 1, 0, 0, 1])
    assert apart.p_less == pytest.approx(sum(p for value, p in chances.items() if value <= 2 * 2 + 5))


COUNTS = st.lists(st.integers(0, 12), min_size=5, max_size=15)


@settings(deadline=None)
@given(COUNTS, st.data())
def test_the_slope_is_that_of_the_poisson_model(counts: list[int], data: st.DataObject):
    assume(sum(count > 0 for count in counts) >= 2)
    assume(len(set(counts)) > 1)  # statsmodels warns where every year is fitted exactly
    exposure = data.draw(st.lists(st.floats(0.5, 2), min_size=len(counts), max_size=len(counts)))
    trend = exact_trend(counts, exposure=exposure)
    design = sm.add_constant(np.arange(len(counts), dtype=float))
    model = sm.GLM(counts, design, family=sm.families.Poisson(), exposure=np.array(exposure)).fit(tol=1e-12)
    assert trend.slope == pytest.approx(model.params[1], abs=1e-5)
    assert trend.slope_lower < trend.slope < trend.slope_upper
    if abs(trend.p_central - 0.05) > 1e-9:
        assert (trend.p_central < 0.05) == (not trend.slope_lower <= 0 <= trend.slope_upper)


def test_without_any_case_nothing_is_known_of_the_slope():
    trend = exact_trend([0, 0, 0, 0, 0])
    assert (trend.p_central, trend.slope_lower, trend.slope_upper) == (1, -math.inf, math.inf)
    assert math.isnan(trend.slope)


def test_a_steep_trend_of_many_cases_still_has_limits():
    counts = [600, 250, 90, 40, 12, 5, 2, 1, 0, 0]
    exact, model = exact_trend(counts), loglinear_trend(counts, years=range(10))
    assert exact.p_central < 1e-100
    assert (exact.apc_lower, exact.apc_upper) == pytest.approx((model.apc_lower, model.apc_upper), rel=0.01)


def test_cases_in_the_last_year_alone_leave_the_slope_open_above():
    trend = exact_trend([0, 0, 0, 0, 4])
    assert (trend.apc, trend.apc_upper) == (math.inf, math.inf)
    assert trend.p_central == pytest.approx(2 * 0.2**4)


# ---- the models

TEN_YEARS = [9, 14, 8, 12, 5, 9, 4, 7, 2, 3]


def test_quasi_poisson_is_that_of_statsmodels():
    design = sm.add_constant(np.arange(10.0))
    model = sm.GLM(TEN_YEARS, design, family=sm.families.Poisson()).fit(scale="X2", use_t=True)
    assert model.scale > 1
    fit = loglinear_trend(TEN_YEARS, years=range(2010, 2020), dispersion=None)
    low, high = model.conf_int()[1]
    assert (fit.apc_lower, fit.apc_upper) == pytest.approx((100 * math.expm1(low), 100 * math.expm1(high)))
    assert fit.p == pytest.approx(model.pvalues[1])


def test_the_negative_binomial_solves_its_score_equations():
    fit = loglinear_trend(TEN_YEARS, years=range(2010, 2020), alpha=0.3)
    residual = (np.array(TEN_YEARS) - fit.fitted) / (1 + 0.3 * fit.fitted)
    assert residual.sum() == pytest.approx(0, abs=1e-5)
    assert residual @ np.arange(10) == pytest.approx(0, abs=1e-4)
    weight = fit.fitted / (1 + 0.3 * fit.fitted)
    information = np.array([[(weight * np.arange(10) ** (i + j)).sum() for i in range(2)] for j in range(2)])
    assert fit.slope_se == pytest.approx(math.sqrt(np.linalg.inv(information)[1, 1]), rel=1e-5)


def score_chi2(slope: float, exposure: np.ndarray, alpha: float) -> float:
    """Return the score statistic of a slope from statsmodels' score vector and expected information."""
    family, years = sm.families.NegativeBinomial(alpha=alpha), np.arange(10.0)
    offset = np.log(exposure) + slope * years
    level = sm.GLM(TEN_YEARS, np.ones((10, 1)), family=family, offset=offset).fit(tol=1e-13).params[0]
    model = sm.GLM(TEN_YEARS, sm.add_constant(years), family=family, offset=np.log(exposure))
    score, information = model.score([level, slope]), -model.hessian([level, slope], observed=False)
    return float(score @ np.linalg.solve(information, score))


def test_the_negative_binomial_is_tested_by_its_score():
    exposure = np.linspace(1, 2, 10)
    fit = loglinear_trend(TEN_YEARS, years=range(2010, 2020), exposure=exposure, alpha=0.3)
    assert fit.p == pytest.approx(stats.chi2.sf(score_chi2(0.0, exposure, 0.3), 1), rel=1e-5)
    for limit in (fit.apc_lower, fit.apc_upper):
        slope = math.log1p(limit / 100)
        assert score_chi2(slope, exposure, 0.3) == pytest.approx(stats.chi2.ppf(0.95, 1), rel=1e-4)
    assert fit.apc_lower < fit.apc < fit.apc_upper


@settings(deadline=None, max_examples=50)
@given(COUNTS, st.floats(0.01, 5))
def test_score_limits_surround_the_slope_whatever_the_counts(counts: list[int], alpha: float):
    assume(sum(count > 0 for count in counts) >= 2)
    fit = loglinear_trend(counts, years=range(len(counts)), alpha=alpha)
    assert fit.apc_lower < fit.apc < fit.apc_upper
    if abs(fit.p - 0.05) > 1e-6:
        assert (fit.p < 0.05) == (not fit.apc_lower <= 0 <= fit.apc_upper)


def test_a_rate_that_falls_while_people_grow_falls_faster_than_the_count():
    people = np.linspace(1e6, 2e6, 10)
    count = fitted(TEN_YEARS, LINEAR)
    rate = fitted(TEN_YEARS, LINEAR, exposure=people)
    assert rate.apc < count.apc < 0


def test_equal_counts_have_no_trend_and_raise_no_warning():
    fit = fitted([3] * 6, LINEAR)
    assert (fit.apc, fit.p) == pytest.approx((0, 1), abs=1e-6)


# ---- which method a series gets


def test_few_cases_in_a_poisson_like_panel_get_the_exact_test():
    fit = fitted([6, 5, 3, 3, 1, 1], POISSON_LIKE)
    assert fit.method == "exact conditional"
    assert (fit.p, fit.lower, fit.upper) == (fit.exact_p, fit.exact_lower, fit.exact_upper)
    exact = exact_trend([6, 5, 3, 3, 1, 1])
    assert (fit.apc, fit.p) == (exact.apc, exact.p_central)


@pytest.mark.parametrize(
    ("counts", "panel", "method"),
    [
        ([6, 5, 3, 3, 1, 11], POISSON_LIKE, "exact conditional"),
        ([6, 5, 3, 3, 1, 12], POISSON_LIKE, "quasi-Poisson, pooled dispersion"),
        ([6, 5, 3, 3, 1, 1], LINEAR, "quasi-Poisson, pooled dispersion"),
        ([6, 5, 3, 3, 1, 1], QUADRATIC, "negative binomial"),
        (TEN_YEARS, QUADRATIC, "negative binomial"),
        (TEN_YEARS, None, "quasi-Poisson, own dispersion"),
        ([6, 5, 3, 3, 1, 1], None, "quasi-Poisson, own dispersion"),
    ],
)
def test_the_panel_and_the_total_decide_the_method(counts: list[int], panel: ScatterLaw | None, method: str):
    fit = fitted(counts, panel)
    assert fit.method == method
    assert fit.lower < fit.apc < fit.upper
    assert fit.exact_p == pytest.approx(exact_trend(counts).p_central)


def test_the_pooled_dispersion_widens_the_limits_by_its_root():
    fit, plain = fitted(TEN_YEARS, LINEAR), loglinear_trend(TEN_YEARS, years=range(10))

    def width(lower: float, upper: float) -> float:
        return math.log1p(upper / 100) - math.log1p(lower / 100)

    stretched = math.sqrt(2) * width(plain.apc_lower, plain.apc_upper)
    assert width(fit.lower, fit.upper) == pytest.approx(stretched)
    assert fit.dispersion == 2


def test_underdispersion_is_shown_and_narrows_nothing():
    tight = ScatterLaw("linear", 0.6, 0.0, series=60, cells=600, degrees=480, p=1.0)
    fit, plain = fitted(TEN_YEARS, tight), loglinear_trend(TEN_YEARS, years=range(10))
    assert (fit.lower, fit.upper) == pytest.approx((plain.apc_lower, plain.apc_upper))
    assert fit.dispersion == 0.6
    assert fit.flags == ("underdispersed",)


def test_a_dispersion_pooled_over_few_series_uses_t():
    few = ScatterLaw("linear", 2.0, 0.2, series=4, cells=40, degrees=32, p=0.0)
    assert fitted(TEN_YEARS, few).p > fitted(TEN_YEARS, LINEAR).p


def test_the_range_without_one_year_is_found_by_leaving_each_out():
    found = leave_one_year_out(series_of(TEN_YEARS), law=LINEAR)
    assert isinstance(found, LeaveOneOut)
    years = list(range(10))
    slopes = [
        exact_trend(TEN_YEARS[:out] + TEN_YEARS[out + 1 :], years=years[:out] + years[out + 1 :]).apc
        for out in years
    ]
    assert (found.least, found.most) == pytest.approx((min(slopes), max(slopes)))


def test_what_the_fit_says_of_its_series():
    series = series_of([9, 14, 8, 12, 5, 9, 0, 7, 2, 3])
    series.loc[4, ["count", "status"]] = [np.nan, "not_reported"]
    fit = fit_trend(series, law=LINEAR)
    assert isinstance(fit, TrendFit)
    assert fit.years_used == (2010, 2011, 2012, 2013, 2015, 2016, 2017, 2018, 2019)
    assert (fit.first, fit.last, fit.total, fit.zeros) == (2010, 2019, 64, 1)
    assert fit.flags == ("years_missing",)
    assert 0 < fit.zeros_expected < 1


def test_years_may_be_told_by_the_end_of_their_period():
    series = series_of(TEN_YEARS)
    ends = pd.to_datetime(series["year"].astype(str) + "-12-14")
    police = series.drop(columns="year").assign(period_end=ends)
    assert fit_trend(police, law=LINEAR) == fit_trend(series, law=LINEAR)


# ---- why there is none


def test_a_hidden_year_is_neither_zero_nor_guessed():
    series = series_of(TEN_YEARS)
    series.loc[3, ["count", "status"]] = [np.nan, "suppressed"]
    assert fit_trend(series, law=LINEAR) == NotEstimable("suppressed")


def test_reasons_why_a_series_has_no_trend():
    assert reason([5, 3, 4, 1]).reason == "too_few_years"
    assert reason([2, 1, 0, 0, 0, 0]).reason == "insufficient_events"
    assert reason([0, 0, 0, 9, 0, 0]).reason == "insufficient_events"
    assert reason([0] * 6).reason == "no_events"
    assert fit_trend(series_of([]), law=LINEAR) == NotEstimable("not_reported")
    assert reason([np.nan] * 6, status="not_reported").reason == "not_reported"


def test_the_exact_p_and_the_upper_bound_are_still_told():
    assert reason([0, 0, 0, 4, 0]).detail["exact_p"] == pytest.approx(exact_trend([0, 0, 0, 4, 0]).p_central)
    detail = reason([0] * 6).detail
    assert detail["exact_p"] == 1
    assert detail["upper_per_exposure"] == pytest.approx(3.688879454 / 6)


@pytest.mark.parametrize("counts", [[3, 2, -1, 4, 5], [3, 2, 1.5, 4, 5]])
def test_what_is_no_count_is_refused_by_its_year(counts: list[float]):
    with pytest.raises(FactsError, match="rows 2012"):
        fit_trend(series_of(counts))


def test_a_year_that_stands_twice_is_refused():
    series = pd.concat([series_of([3, 2, 1, 4, 5]), series_of([7], first=2012)])
    with pytest.raises(FactsError, match="rows 2012"):
        fit_trend(series)
