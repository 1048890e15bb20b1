"""Defects of statsmodels that the kit walks around, each beside the kit's own answer to the same input.

A test of the first kind fails when statsmodels mends the defect: its message names the guard that may then go.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels
import statsmodels.api as sm
from statsmodels.discrete.discrete_model import NegativeBinomial, NegativeBinomialP
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep, test_poisson_2indep
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.proportions import wilson_interval
from evalkit.statistics.rates import garwood_interval
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.interruption import interrupted_series
from evalkit.statistics.trend.loglinear import loglinear_trend
from evalkit.statistics.trend.loglinear_regression import loglinear_regression
from evalkit.statistics.trend.penalised import firth_poisson

poisson_pair_test = test_poisson_2indep
poisson_pair_test.__test__ = False
del test_poisson_2indep  # its name would make pytest collect it

ZEROS = np.zeros(10)
SEPARATED = np.array([3.0, 5, 4, 6, 5, 0, 0, 0, 0, 0])
EVEN = np.array([5.0, 6, 5, 6, 5, 6, 5, 6, 5, 6])  # years that scatter less than chance
STEP = sm.add_constant((np.arange(10) >= 5).astype(float))
TREND = sm.add_constant(np.arange(10.0))


def quietly(ask: Callable[[], Any]) -> Any:
    """Return what statsmodels answers, or the error it raises; its warnings are part of the defect."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ask()
        except (ValueError, ZeroDivisionError) as error:
            return error


def mended(guard: str) -> str:
    return f"statsmodels {statsmodels.__version__} has mended this: {guard} may go"


def series_of(counts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"year": range(2010, 2010 + len(counts)), "count": counts, "status": "reported"})


def poisson(counts: np.ndarray, design: np.ndarray, **given: Any) -> Any:
    return quietly(lambda: sm.GLM(counts, design, family=sm.families.Poisson(), **given).fit())


# ---- a series of zeros


def test_statsmodels_cannot_fit_zeros():
    found = poisson(ZEROS, np.ones((10, 1)))
    assert isinstance(found, ValueError), mended("the check for no events before a fit")


def test_zeros_have_a_bound_no_trend_and_firths_rate():
    found = fit_trend(series_of(ZEROS))
    assert isinstance(found, NotEstimable)
    assert found.reason == "no_events"
    assert found.detail["upper_per_exposure"] == pytest.approx(3.688879 / 10)
    assert loglinear_regression(ZEROS, pd.DataFrame(index=range(10))) is None
    assert firth_poisson(ZEROS, np.ones((10, 1))).coefficients[0] == pytest.approx(math.log(0.05))


# ---- separation


def test_statsmodels_prints_an_estimate_where_one_side_has_no_case():
    found = poisson(SEPARATED, STEP)
    silent = found.converged and found.params[1] < -20 and found.bse[1] > 1000
    assert silent, mended("the check for a side without cases in loglinear_regression")


def test_a_side_without_cases_gets_exact_limits_instead():
    assert loglinear_regression(SEPARATED, pd.DataFrame({"after": STEP[:, 1]})) is None
    found = interrupted_series(series_of(SEPARATED), at=date(2015, 1, 1))
    assert isinstance(found, NotEstimable)
    assert found.reason == "separation"
    assert found.detail["ratio_lower"] == 0
    assert found.detail["ratio_upper"] == pytest.approx(compare_upper(23))
    assert firth_poisson(SEPARATED, STEP).coefficients[1] == pytest.approx(math.log(0.5 / 23.5))


def compare_upper(earlier: int) -> float:
    """Clopper-Pearson's upper limit of 0 of n is 1 - .025 ** (1 / n); as odds."""
    share = 1 - 0.025 ** (1 / earlier)
    return share / (1 - share)


# ---- counts of 0 in one-sample limits


@pytest.mark.parametrize(
    ("method", "wrong"),
    [
        ("midp-c", lambda low, high: abs(high - low) < 1e-6),
        ("sqrt", lambda low, high: abs(high - low) < 1e-6),
        ("jeff", lambda low, high: low > 0),
    ],
)
def test_statsmodels_limits_of_zero_are_wrong(method: str, wrong: Callable[[float, float], bool]):
    low, high = quietly(lambda: confint_poisson(0, 1, method=method))
    assert wrong(low, high), mended("the kit's own Garwood limits")


def test_exact_limits_of_zero():
    low, high = garwood_interval(0, 1)
    assert (float(low), float(high)) == (0, pytest.approx(3.688879454))


# ---- counts of 0 in two-sample limits and tests


def ratio_limits(method: str, *counts: float) -> Any:
    return quietly(lambda: confint_poisson_2indep(*counts, method=method, compare="ratio"))


def test_statsmodels_score_limits_of_a_fall_to_zero_are_one_point():
    low, high = ratio_limits("score", 0, 2, 23, 5)
    assert abs(high - low) < 1e-6, mended("the kit's own exact ratio limits")


def test_statsmodels_log_limits_divide_by_zero():
    found = ratio_limits("wald-log", 0, 2, 23, 5)
    assert isinstance(found, ZeroDivisionError), mended("the kit's own exact ratio limits")


def test_statsmodels_mover_limits_of_a_rise_from_zero_are_missing():
    _, high = ratio_limits("mover", 23, 5, 0, 2)
    assert math.isnan(high), mended("the kit's own exact ratio limits")


def test_a_fall_to_zero_and_a_rise_from_zero_have_exact_limits():
    fall = compare_counts(0, 23, later_exposure=2, earlier_exposure=5)
    assert (fall.ratio_lower, fall.ratio_upper) == (0, pytest.approx(1 / 2.299326194, rel=1e-6))
    rise = compare_counts(23, 0, later_exposure=5, earlier_exposure=2)
    assert (rise.ratio_lower, rise.ratio_upper) == (pytest.approx(2.299326194, rel=1e-6), math.inf)


@pytest.mark.parametrize(("method", "error"), [("exact-cond", True), ("wald", False), ("score", False)])
def test_statsmodels_has_no_p_for_no_case_in_either_period(method: str, error: bool):  # noqa: FBT001
    found = quietly(lambda: poisson_pair_test(0, 5, 0, 5, method=method).pvalue)
    broken = isinstance(found, ValueError) if error else isinstance(found, float) and math.isnan(found)
    assert broken, mended("the answer of p = 1 in conditional_p")


def test_statsmodels_gives_score_limits_of_nothing():
    low, high = ratio_limits("score", 0, 5, 0, 5)
    assert 0 < low < high < math.inf, mended("the kit's own exact ratio limits")


def test_no_case_in_either_period_shows_nothing_and_excludes_nothing():
    found = compare_counts(0, 0, later_exposure=5, earlier_exposure=5)
    assert (found.p_central, found.ratio_lower, found.ratio_upper) == (1, 0, math.inf)
    assert math.isnan(found.percent_change)


# ---- a p that contradicts its limits


def test_statsmodels_exact_p_is_minlike_and_has_no_limits():
    found = quietly(lambda: poisson_pair_test(2, 1.7877, 9, 1.666, method="exact-cond").pvalue)
    assert found == pytest.approx(0.033094, rel=1e-4), mended("the central p in conditional_p")
    limits = quietly(
        lambda: confint_poisson_2indep(2, 1.7877, 9, 1.666, method="exact-cond", compare="ratio")
    )
    assert isinstance(limits, ValueError), mended("the kit's own exact ratio limits")


def test_the_printed_p_agrees_with_the_limits():
    """Fay (2010): 2 in 17877 and 9 in 16660; minlike .033, though the limits hold no change."""
    found = compare_counts(2, 9, later_exposure=1.7877, earlier_exposure=1.666)
    assert found.p_central == pytest.approx(0.0501065, rel=1e-5)
    assert found.ratio_upper == pytest.approx(1.000549, rel=1e-5)


# ---- negative binomial of years that scatter less than chance


def test_statsmodels_negative_binomial_has_no_errors_and_says_it_converged():
    found = quietly(lambda: NegativeBinomial(EVEN, TREND).fit(disp=0))
    broken = np.isnan(found.bse).all() and found.mle_retvals["converged"]
    assert broken, mended("alpha by moments in panel_law")


def test_statsmodels_other_negative_binomial_runs_away():
    found = quietly(lambda: NegativeBinomialP(EVEN, TREND).fit(disp=0))
    broken = np.isnan(found.bse).any() and not found.mle_retvals["converged"]
    assert broken, mended("alpha by moments in panel_law")


def test_years_that_scatter_less_than_chance_have_alpha_0_and_a_trend():
    cells = [pd.DataFrame({"province_code": f"{place}", **series_of(EVEN)}) for place in range(4)]
    panel = panel_law(pd.concat(cells))
    assert (panel.form, panel.alpha) == ("linear", 0.0)
    found = fit_trend(series_of(EVEN), law=panel)
    assert isinstance(found, TrendFit)
    assert found.lower < found.apc < found.upper
    assert "underdispersed" in found.flags


# ---- smaller ones


def test_statsmodels_cannot_fit_a_year_without_people():
    found = poisson(SEPARATED + 1, TREND, exposure=np.r_[0.0, np.ones(9)])
    assert isinstance(found, ValueError), mended("leaving out years whose exposure is not positive")


def test_a_year_without_people_is_left_out():
    found = fit_trend(series_of(SEPARATED + 1).assign(exposure=np.r_[0.0, np.ones(9)]))
    assert isinstance(found, TrendFit)
    assert found.years_used == tuple(range(2011, 2020))


def test_statsmodels_warns_of_separation_where_counts_are_equal():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        sm.GLM(np.full(6, 3.0), TREND[:6], family=sm.families.Poisson()).fit()
    warned = any(issubclass(one.category, PerfectSeparationWarning) for one in said)
    assert warned, mended("the filter of PerfectSeparationWarning in loglinear")


def test_equal_counts_have_no_trend_and_raise_no_warning():
    fit = loglinear_trend(np.full(6, 3.0), years=range(6))
    assert (fit.apc, fit.p) == pytest.approx((0, 1), abs=1e-6)


def test_statsmodels_warns_of_a_share_of_nobody():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        proportion_confint(0, 0, method="wilson")
    assert bool(said), mended("the kit's own Wilson limits")


def test_a_share_of_nobody_is_missing_without_a_warning():
    low, high = wilson_interval(0, 0)
    assert math.isnan(float(low))
    assert math.isnan(float(high))
