"""Curves, scatter by maximum likelihood, steps with a slope, rates about covariates: against R, other libraries, slow sums.

Values marked R 4.2.2 are of invented series, computed there with glm, MASS glm.nb or by the formula written out.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import integrate, stats

from evalkit.errors import FactsError, SettingsError
from evalkit.statistics.law.lognormal_rates import log_normal_rates
from evalkit.statistics.panel.covariate_rates import CovariateRates, rates_given_covariates
from evalkit.statistics.panel.random_effects import PooledLogRatios, pool_log_ratios
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.season import harmonic_columns
from evalkit.statistics.trend.changepoint_year import ShiftYear, shift_year
from evalkit.statistics.trend.loglinear_regression import LoglinearRegression, loglinear_regression
from evalkit.statistics.trend.negative_binomial import (
    NegativeBinomialRegression,
    negative_binomial_regression,
)
from evalkit.statistics.trend.nested_models import CurvedTrend, compare_nested, curved_trend
from evalkit.statistics.trend.penalised import firth_poisson
from evalkit.statistics.trend.step_regression import StepRegression, step_regression

RISE_AND_FALL = [6, 9, 11, 17, 14, 21, 19, 18, 15, 16, 10, 9]
SCATTERED = [21, 9, 34, 17, 12, 40, 28, 11, 25, 8, 19, 31, 6, 14, 22, 5, 16, 9, 3, 12]
MONTHS = [14, 11, 12, 9, 10, 8, 9, 11, 12, 13, 15, 17, 13, 12, 10, 8, 9, 9, 8, 10, 11, 12, 16, 15]
MONTHS += [9, 8, 7, 5, 7, 4, 6, 6, 7, 8, 9, 10, 8, 6, 5, 5, 4, 4, 3, 5, 5, 6, 8, 7]
OBSERVED = [0, 3, 9, 2, 1, 22, 1, 4, 19, 2, 7, 10]
EXPECTED = [1.3, 2.4, 2.9, 3.1, 3.8, 4.4, 2.2, 5.1, 4.7, 6, 3.3, 5.8]
COVARIATE = [4, 8, 2, 15, 5, 22, 1, 9, 18, 7, 3, 25]


def regression(counts: list[int], columns: pd.DataFrame) -> LoglinearRegression:
    fit = loglinear_regression(counts, columns)
    assert fit is not None
    return fit


# ---- nested models


def test_a_quadratic_trend_and_its_test_are_those_of_r():
    """R 4.2.2 glm, anova(test = "Chisq")."""
    found = curved_trend(RISE_AND_FALL, years=range(2010, 2022))
    assert isinstance(found, CurvedTrend)
    assert found.curve.coefficients.tolist() == pytest.approx([1.834564844, 0.3772815202, -0.03187603792])
    assert found.curve.deviance == pytest.approx(1.90452539)
    assert (found.curve.error("t"), found.curve.error("t2")) == pytest.approx((0.09851276341, 0.008430564205))
    assert (found.test.statistic, found.test.p) == pytest.approx((15.80427415, 7.024364934e-05))


def test_the_origin_and_the_exposure_of_a_curve():
    years = list(range(2010, 2022))
    here, there = (curved_trend(RISE_AND_FALL, years=years, origin=origin) for origin in (None, 2005))
    assert isinstance(here, CurvedTrend)
    assert isinstance(there, CurvedTrend)
    assert there.test.statistic == pytest.approx(here.test.statistic, rel=1e-6)
    level, slope, bend = here.curve.coefficients
    assert there.curve.coefficients["t"] == pytest.approx(slope - 10 * bend, rel=1e-5)
    doubled = curved_trend(RISE_AND_FALL, years=years, exposure=[2.0] * 12)
    assert isinstance(doubled, CurvedTrend)
    assert doubled.curve.coefficients["level"] == pytest.approx(level - math.log(2))


def test_f_of_nested_models_is_that_of_a_sum_of_squares_about_the_fits():
    points = pd.DataFrame({"after": [0] * 6 + [1] * 6, "time": range(12)})
    smaller, larger = regression(RISE_AND_FALL, points[["time"]]), regression(RISE_AND_FALL, points)
    deviances = [
        2
        * sum(y * math.log(y / mean) - (y - mean) for y, mean in zip(RISE_AND_FALL, fit.fitted, strict=True))
        for fit in (smaller, larger)
    ]
    pearson = sum((y - m) ** 2 / m for y, m in zip(RISE_AND_FALL, larger.fitted, strict=True)) / 9
    found = compare_nested(smaller, larger, scattered=True)
    assert found.statistic == pytest.approx((deviances[0] - deviances[1]) / pearson)
    assert found.p == pytest.approx(stats.t(9).sf(math.sqrt(found.statistic)) * 2)  # F(1, 9) is t(9) squared
    with pytest.raises(SettingsError, match="nested"):
        compare_nested(larger, smaller)


def test_a_curve_without_cases_is_refused():
    assert isinstance(curved_trend([0] * 6, years=range(6)), NotEstimable)
    with pytest.raises(FactsError):
        curved_trend([1, 2, 2.5, 3, 4], years=range(5))


# ---- scatter by maximum likelihood


def test_a_negative_binomial_trend_is_that_of_r():
    """R 4.2.2, MASS glm.nb; the standard error takes theta as known."""
    fit = negative_binomial_regression(SCATTERED, pd.DataFrame({"t": range(20)}))
    assert isinstance(fit, NegativeBinomialRegression)
    assert fit.coefficients["t"] == pytest.approx(-0.04941392167, rel=1e-5)
    assert math.sqrt(fit.covariance["t"]["t"]) == pytest.approx(0.02101606159, rel=1e-5)
    assert (fit.theta, fit.log_likelihood) == pytest.approx((4.357940369, -70.3723683), rel=1e-6)


def test_with_exposure_it_is_what_statsmodels_fits_by_another_way():
    lived = np.linspace(1, 3, 20)
    fit = negative_binomial_regression(SCATTERED, pd.DataFrame({"t": range(20)}), exposure=lived)
    assert fit is not None
    design = sm.add_constant(np.arange(20.0))
    other = sm.NegativeBinomialP(SCATTERED, design, exposure=lived).fit(disp=0, maxiter=500, gtol=1e-9)
    assert [*fit.coefficients, 1 / fit.theta] == pytest.approx(list(other.params), rel=1e-4)


def test_counts_that_scatter_less_than_chance_get_poissons_model():
    counts = [10, 9, 10, 11, 10, 9, 10, 10]
    fit = negative_binomial_regression(counts, pd.DataFrame({"t": range(8)}))
    assert fit is not None
    assert math.isinf(fit.theta)
    poisson = regression(counts, pd.DataFrame({"t": range(8)}))
    assert list(fit.coefficients) == pytest.approx(list(poisson.coefficients))
    assert negative_binomial_regression([0] * 8, pd.DataFrame({"t": range(8)})) is None


# ---- a step and a slope


def monthly() -> pd.DataFrame:
    step = np.r_[np.zeros(24), np.ones(24)]
    return pd.DataFrame({"count": MONTHS, "time": np.arange(1.0, 49), "step": step})


def test_a_step_with_a_slope_is_the_regression_written_out():
    """The columns by hand, fitted by another routine."""
    points, month = monthly(), np.tile(np.arange(1, 13), 4)
    season = harmonic_columns(month, period=12, pairs=2)
    found = step_regression(points, season=season, slope_origin=25)
    assert isinstance(found, StepRegression)
    waves = [f(2 * math.pi * k * month / 12) for k in (1, 2) for f in (np.sin, np.cos)]
    since = (points["time"] - 25) * points["step"]
    design = np.column_stack([np.ones(48), points["step"], points["time"], since, *waves])
    other = sm.Poisson(points["count"], design).fit(disp=0, tol=1e-12, maxiter=200)
    names = ["level", "step", "time", "slope_change"]
    assert [found.fit.coefficients[name] for name in names] == pytest.approx(list(other.params[:4]), rel=1e-5)
    assert found.fit.error("slope_change") == pytest.approx(other.bse.iloc[3], rel=1e-5)
    pearson = float(((points["count"] - other.predict()) ** 2 / other.predict()).sum())
    assert found.fit.dispersion == pytest.approx(pearson / 40)
    without = sm.Poisson(points["count"], np.delete(design, 3, axis=1)).fit(disp=0, tol=1e-12, maxiter=200)
    test = found.bend_test()
    assert test.statistic == pytest.approx(2 * (other.llf - without.llf) / (pearson / 40), rel=1e-4)
    assert (test.degrees, test.residual_degrees) == (1, 40)


def test_what_a_step_averted_is_counted_without_the_slope():
    points = monthly()
    found = step_regression(points, slope_origin=25)
    assert isinstance(found, StepRegression)
    design = np.column_stack([np.ones(48), points["step"], points["time"]])
    other = sm.Poisson(points["count"], design).fit(disp=0, tol=1e-12, maxiter=200)
    without = np.exp(design[24:] @ (np.asarray(other.params) * [1, 0, 1])).sum()
    averted, observed = found.averted, sum(MONTHS[24:])
    assert averted.observed == observed
    assert averted.counterfactual == pytest.approx(without, rel=1e-6)
    assert averted.averted == pytest.approx(without - observed, rel=1e-5)
    assert averted.percent == pytest.approx(100 * (observed / without - 1), rel=1e-5)


def test_a_change_of_a_rate_is_no_change_of_the_exposure():
    points = monthly().assign(exposure=np.r_[np.ones(24), np.full(24, 0.5)])
    plain, by_rate = step_regression(monthly()), step_regression(points)
    assert isinstance(plain, StepRegression)
    assert isinstance(by_rate, StepRegression)
    half = by_rate.fit.coefficients["step"] - plain.fit.coefficients["step"]
    assert half == pytest.approx(math.log(2), rel=1e-6)


def test_a_step_into_nothing_is_refused():
    assert isinstance(step_regression(monthly().assign(count=[3] * 24 + [0] * 24)), NotEstimable)


# ---- all cases on one side


def test_firth_with_a_step_into_nothing_is_that_of_the_closed_form_and_of_modified_scores():
    """log(31.5 / 7) and log(0.5 / 4) alone; with a trend the values that reproduce R's brglm2 elsewhere to 6 digits."""
    counts, step = [3, 6, 4, 2, 5, 7, 4, 0, 0, 0, 0], np.r_[np.zeros(7), np.ones(4)]
    alone = firth_poisson(counts, np.column_stack([np.ones(11), step]))
    assert alone.coefficients == pytest.approx([math.log(31.5 / 7), math.log(0.5 / 4) - math.log(31.5 / 7)])
    assert alone.errors == pytest.approx([1 / math.sqrt(31.5), math.sqrt(1 / 31.5 + 1 / 0.5)])
    both = firth_poisson(counts, np.column_stack([np.ones(11), np.arange(11), step]))
    assert both.coefficients == pytest.approx([1.372663568, 0.04752424543, -3.852583051], rel=1e-6)
    assert both.errors == pytest.approx([0.3328722014, 0.08842374577, 1.498978032], rel=1e-6)


# ---- laws of rates


def test_rates_about_a_covariate_are_those_of_r():
    """R 4.2.2, MASS glm.nb with offset log(expected), and (O + shape) / (E + shape / mean)."""
    columns = pd.DataFrame({"x": np.array(COVARIATE) / 10})
    found = rates_given_covariates(OBSERVED, EXPECTED, columns)
    assert isinstance(found, CovariateRates)
    assert found.shape == pytest.approx(1.972976106, rel=1e-5)
    assert found.coefficients.tolist() == pytest.approx([-0.08777831446, 0.5087592975], rel=1e-5)
    first = [0.6453183148, 1.297147124, 2.264524478, 0.9680289905, 0.5434860803, 4.697529259]
    assert found.rate[:6] == pytest.approx(first, rel=1e-5)
    shape, scale = OBSERVED[0] + found.shape, 1 / (EXPECTED[0] + found.shape / found.expected_rate[0])
    below = integrate.quad(lambda rate: stats.gamma.pdf(rate, shape, scale=scale), 0, found.median[0])[0]
    assert below == pytest.approx(0.5)


def test_rates_that_a_covariate_explains_are_its_own():
    found = rates_given_covariates([10, 20, 10, 20, 11, 19], np.ones(6), pd.DataFrame({"x": [0, 1] * 3}))
    assert isinstance(found, CovariateRates)
    assert math.isinf(found.shape)
    assert found.rate == pytest.approx([31 / 3, 59 / 3] * 3)
    assert isinstance(
        rates_given_covariates([0] * 4, np.ones(4), pd.DataFrame({"x": range(4)})), NotEstimable
    )


def test_a_log_normal_law_is_that_of_the_published_steps_in_r():
    """The EM of Clayton and Kaldor (1987) written in R, which reproduces DCluster's elsewhere, converged."""
    found = log_normal_rates(OBSERVED, EXPECTED)
    assert (found.mean, found.variance) == pytest.approx((0.295720088, 0.6608368611), rel=1e-7)
    assert found.log_risks[[0, 1, 5, -1]] == pytest.approx(
        [-0.2633885149, 0.2529352207, 1.526886694, 0.5143848879], rel=1e-7
    )


def test_a_log_normal_law_lies_at_a_fixed_point_of_its_steps():
    found = log_normal_rates([4, 15, 6, 1], [5.0, 5, 5, 5])
    o = np.array([4.5, 15.5, 6.5, 1.5])
    pull = 1 + o * found.variance
    again = (found.mean + o * found.variance * np.log(o / 5) - found.variance / 2) / pull
    assert found.log_risks == pytest.approx(again, abs=1e-9)
    assert found.mean == pytest.approx(again.mean(), abs=1e-9)


def test_risks_alike_are_one_risk_and_the_steps_do_not_go_on_for_ever():
    found, o = log_normal_rates([4, 5, 6, 3], [5.0, 5, 5, 5]), np.array([4.5, 5.5, 6.5, 3.5])
    assert found.variance == 0
    assert found.log_risks == pytest.approx([found.mean] * 4)
    mean, variance = 0.0, 0.05
    for _ in range(20_000):
        pull = 1 + o * variance
        risks = (mean + o * variance * np.log(o / 5) - variance / 2) / pull
        mean = risks.mean()
        variance = (variance * (1 / pull).sum() + ((risks - mean) ** 2).sum()) / 4
    assert variance < 2e-5
    assert found.mean == pytest.approx(mean, abs=2e-4)


# ---- the year of a shift, with any prior

SHIFTED = [7, 9, 6, 11, 8, 10, 7, 9, 8, 4, 5, 3, 2, 4, 3, 1, 3, 2, 4, 2]


def shifted(prior: tuple[float, float], **columns: object) -> ShiftYear:
    frame = pd.DataFrame({"year": range(2001, 2021), "count": SHIFTED} | columns)
    found = shift_year(frame, prior=prior, exposure="lived" if columns else None)
    assert isinstance(found, ShiftYear)
    return found


@pytest.mark.parametrize(
    ("prior", "mode", "mean", "between", "quantiles"),
    [
        ((1, 1), 0.3636241308, 2010.179166, 0.568956666, (2009, 2013)),
        ((0.5, 0), 0.5318127496, 2009.668193, 0.7493031419, (2008, 2012)),
    ],
)
def test_the_year_of_a_shift_is_that_of_the_closed_form_elsewhere(
    prior: tuple[float, float], mode: float, mean: float, between: float, quantiles: tuple[int, int]
):
    """Marginal likelihoods in closed form, by code that agrees with R to 1e-9."""
    found = shifted(prior)
    assert (found.most_likely, found.quantile(0.025), found.quantile(0.975)) == (2009, *quantiles)
    assert (found.chances.max(), found.mean, found.between(2008, 2010)) == pytest.approx(
        (mode, mean, between)
    )
    assert found.frame["probability"].sum() == pytest.approx(1)


def test_the_year_of_a_shift_by_integrating_both_rates_out():
    lived = np.linspace(1, 2, 20)
    found, prior = shifted((2, 3), lived=lived), stats.gamma(2, scale=1 / 3)

    def marginal(rows: slice) -> float:
        def density(rate: float) -> float:
            return prior.pdf(rate) * math.exp(
                stats.poisson.logpmf(SHIFTED[rows], rate * lived[rows]).sum() + 40
            )

        return integrate.quad(density, 0, 20, points=[1, 3, 6], limit=200)[0]

    weights = np.array([marginal(slice(0, k)) * marginal(slice(k, 20)) for k in range(1, 20)])
    assert found.chances == pytest.approx(weights / weights.sum(), rel=1e-6)


def test_a_prior_must_be_a_law_and_the_regimes_must_fit():
    frame = pd.DataFrame({"year": range(5), "count": [3, 2, 4, 1, 0]})
    for wrong in itertools.product([0, -1], [0.0, 1.0]):
        with pytest.raises(SettingsError, match="prior"):
            shift_year(frame, prior=wrong)
    with pytest.raises(SettingsError, match="outside"):
        shift_year(frame, outside=3)
    hidden = frame.assign(status=["suppressed", *["reported"] * 4])
    assert shift_year(hidden) == NotEstimable("suppressed")


# ---- ratios of strata by random effects


SEVEN = {
    "later": [14, 3, 0, 21, 6, 9, 2],
    "earlier": [30, 4, 3, 19, 15, 8, 7],
    "later_exposure": [5, 5, 5, 5, 4, 5, 3],
    "earlier_exposure": [5, 5, 5, 5, 5, 5, 4],
}


def test_ratios_of_strata_are_pooled_as_by_metafor():
    """R 4.2.2, metafor 3.8.1: rma(method = "DL"), "REML", test = "knha", on invented counts."""
    found = pool_log_ratios(**SEVEN)
    assert isinstance(found, PooledLogRatios)
    moments, likely = found.moments, found.likelihood
    assert (moments.estimate, moments.error, moments.variance) == pytest.approx(
        (-0.3753061968, 0.1963200091, 0.03175267464), rel=1e-6
    )
    assert (likely.estimate, likely.error, likely.variance) == pytest.approx(
        (-0.3865394646, 0.2176778353, 0.07452632835), rel=1e-5
    )
    assert (found.lower, found.upper) == pytest.approx((-0.8618306383, 0.08875170904), rel=1e-5)
    assert (found.q, found.i_squared) == pytest.approx((6.775609785, 11.44708461), rel=1e-6)


def test_the_variance_of_strata_is_the_largest_restricted_likelihood_of_a_fine_grid():
    found = pool_log_ratios(**SEVEN)
    assert isinstance(found, PooledLogRatios)
    grid = np.linspace(0, 0.5, 50_001)
    weights = 1 / (found.variances + grid[:, None])
    means = (weights * found.log_ratios).sum(axis=1) / weights.sum(axis=1)
    left = (weights * (found.log_ratios - means[:, None]) ** 2).sum(axis=1)
    likelihood = np.log(weights).sum(axis=1) - np.log(weights.sum(axis=1)) - left
    assert found.likelihood.variance == pytest.approx(grid[likelihood.argmax()], abs=2e-5)


def test_strata_without_a_case_are_left_out_and_one_alone_or_a_missing_count_is_refused():
    more = {name: [*values, 0 if "exposure" not in name else 5] for name, values in SEVEN.items()}
    found, without = pool_log_ratios(**more), pool_log_ratios(**SEVEN)
    assert isinstance(found, PooledLogRatios)
    assert isinstance(without, PooledLogRatios)
    assert found.without_cases == 1
    assert found.likelihood == without.likelihood
    alone = pool_log_ratios([3, 0], [4, 0])
    assert isinstance(alone, NotEstimable)
    assert alone.reason == "too_few_provinces"
    with pytest.raises(FactsError, match="two positive exposures"):
        pool_log_ratios([3, np.nan], [4, 1])
    with pytest.raises(FactsError, match="two positive exposures"):
        pool_log_ratios([3, 2], [4, 1], later_exposure=0)
