"""Provinces compared where years scatter more than chance: against slow recomputation, other code and simulation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from evalkit.errors import FactsError
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.law.period_scatter import YearScatter, draw_totals, log_chances, period_factors
from evalkit.statistics.law.plausible_laws import plausible_laws
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces import heterogeneity as heterogeneity_module
from evalkit.statistics.provinces.equal_rates import EqualRates
from evalkit.statistics.provinces.funnel import Funnel, funnel
from evalkit.statistics.provinces.funnel_verdict import funnel_verdict
from evalkit.statistics.provinces.heterogeneity import Heterogeneity, heterogeneity
from evalkit.statistics.provinces.lasting import lasting_rates, likeliest_law, under_one_law
from evalkit.statistics.provinces.province_counts import province_counts, year_scatter
from evalkit.statistics.provinces.ranks import RankIntervals, rank_intervals
from evalkit.statistics.provinces.shrinkage import ShrunkenRates, shrink_rates
from evalkit.statistics.stratified import PooledRatio, pooled_ratio

COUNTS = [2, 9, 1, 14, 4, 0, 23, 3, 5, 7]
PEOPLE = [1.1, 2.0, 0.7, 1.6, 1.2, 0.9, 3.1, 1.4, 1.0, 1.9]
UNKNOWN = ScatterLaw("unknown", math.nan, math.nan, 2, 10, degrees=0, p=math.nan)


def quadratic(alpha: float, degrees: int = 0) -> ScatterLaw:
    return ScatterLaw("quadratic", 2.0, alpha, series=34, cells=340, degrees=degrees, p=0.0)


def provinces(counts: list[float], exposure: list[float] | float = 1.0, years: float = 5.0) -> pd.DataFrame:
    codes = [f"{k:02d}" for k in range(len(counts))]
    return pd.DataFrame({"province_code": codes, "count": counts, "exposure": exposure, "years": years})


# ---- totals of years that scatter


def test_a_total_of_scattering_years_has_the_chances_of_years_added_one_by_one():
    alpha, yearly = 0.41, 3.0
    one = stats.nbinom.pmf(np.arange(400), 1 / alpha, 1 / (1 + alpha * yearly))
    five = one
    for _ in range(4):
        five = np.convolve(five, one)
    totals = np.array([0.0, 4.0, 15.0, 60.0])
    means = np.full(4, 5 * yearly)
    factors = period_factors(means, np.full(4, 5.0), quadratic(alpha))
    assert np.exp(log_chances(totals, means, factors)) == pytest.approx(five[totals.astype(int)], rel=1e-8)


def test_many_factors_are_those_of_each_mean_alone():
    means, law = np.linspace(0.01, 300, 1000), quadratic(0.3)
    assert period_factors(means, np.full(1000, 5.0), law) == pytest.approx(1 + 0.3 * means / 5, rel=1e-6)
    assert (period_factors(means, np.full(1000, 5.0), UNKNOWN) == 1).all()


def test_drawn_totals_have_the_mean_and_the_variance_of_the_law():
    means, factors = np.array([40.0, 40.0]), np.array([1.0, 4.28])
    drawn = draw_totals(np.random.default_rng(3), means, factors, 40_000)
    assert drawn.mean(axis=0) == pytest.approx(means, rel=0.01)
    assert drawn.var(axis=0) == pytest.approx(means * factors, rel=0.04)


# ---- the law decides, and is asked for its years


def test_an_unknown_law_is_none():
    frame = provinces(COUNTS, PEOPLE)
    for ask in (heterogeneity, shrink_rates, rank_intervals, funnel):
        pd.testing.assert_frame_equal(ask(frame, law=UNKNOWN).frame, ask(frame).frame)
    assert heterogeneity(frame, law=UNKNOWN).law is None


@pytest.mark.parametrize("ask", [heterogeneity, shrink_rates, rank_intervals, funnel])
def test_a_law_of_years_needs_the_years_and_names_the_province_without(ask):
    frame = provinces(COUNTS, PEOPLE)
    with pytest.raises(FactsError, match="00"):
        ask(frame.drop(columns="years"), law=quadratic(0.3))
    frame.loc[3, "years"] = math.nan
    with pytest.raises(FactsError, match="03"):
        ask(frame, law=quadratic(0.3))


def test_laws_of_provinces_alike_are_one_law():
    frame, law = provinces(COUNTS, PEOPLE), quadratic(0.3, 136)
    each = dict.fromkeys(frame["province_code"], law)
    for ask in (heterogeneity, shrink_rates, rank_intervals, funnel):
        pd.testing.assert_frame_equal(ask(frame, law=each).frame, ask(frame, law=law).frame)


def test_a_province_whose_years_scatter_more_has_wider_limits_and_the_others_hardly_others():
    frame, law = provinces([10 * one for one in COUNTS], PEOPLE), quadratic(0.3, 136)
    each = dict.fromkeys(frame["province_code"], law) | {"03": replace(law, own=3.0)}
    wide, narrow = (shrink_rates(frame, law=one).frame.eval("upper - lower") for one in (each, law))
    assert wide[3] > 1.3 * narrow[3]
    assert (wide / narrow).drop(3).between(0.9, 1.1).all()
    limits = [funnel(frame, law=one).frame.eval("upper_95 - lower_95") for one in (each, law)]
    assert limits[0][3] > 1.1 * limits[1][3]
    factors = [heterogeneity(frame, law=one).frame["factor"] for one in (each, law)]
    assert (factors[0] / factors[1]).tolist() == pytest.approx([3.0 if k == 3 else 1.0 for k in range(10)])


def test_laws_of_provinces_that_lack_one_or_come_from_two_panels_are_refused_by_name():
    frame, law = provinces(COUNTS, PEOPLE), quadratic(0.3)
    each = dict.fromkeys(frame["province_code"], law)
    with pytest.raises(FactsError, match="04"):
        heterogeneity(frame, law={code: one for code, one in each.items() if code != "04"})
    with pytest.raises(FactsError, match="05"):
        heterogeneity(frame, law=each | {"05": quadratic(0.4)})


# ---- do lasting rates differ


def equal_rates(seed: int, *, mean: float, alpha: float) -> pd.DataFrame:
    rng, size = np.random.default_rng(seed), np.exp(0.6 * stats.norm.ppf((np.arange(34) + 0.5) / 34))
    years = rng.negative_binomial(1 / alpha, 1 / (1 + alpha * mean * size[:, None]), size=(34, 5))
    return provinces(years.sum(axis=1).tolist(), (5 * size).tolist())


def test_years_that_scatter_are_not_taken_for_lasting_differences():
    found = [heterogeneity(equal_rates(seed, mean=8, alpha=0.41), law=quadratic(0.41)) for seed in range(40)]
    assert sum(one.plain_p < 0.05 for one in found) >= 38  # what pure chance would say of equal rates
    assert sum(one.differs for one in found) <= 6  # 5 % of 40 is 2; more than 6 has a chance below 1 in 200


def test_the_p_under_a_law_is_that_of_totals_drawn_by_scipy():
    frame, law = provinces([22, 9, 11, 54, 4], [2.0, 2.0, 1.0, 3.0, 1.0]), quadratic(0.3)
    exposure, total = frame["exposure"].to_numpy(), 100
    expected = total * exposure / 9

    def chi2(counts: np.ndarray) -> float:
        about = counts.sum() * exposure / 9
        return float(((counts - about) ** 2 / (about + 0.3 * about**2 / 5)).sum())

    rng, size = np.random.default_rng(8), 5 / 0.3
    drawn = [chi2(rng.negative_binomial(size, size / (size + expected))) for _ in range(4000)]
    slow = np.mean(np.array(drawn) >= chi2(frame["count"].to_numpy(dtype=float)))
    found = heterogeneity(frame, law=law)
    assert found.method == "simulation"
    assert found.p == found.simulated_p == pytest.approx(slow, abs=0.03)
    assert found.frame["factor"].tolist() == pytest.approx((1 + 0.3 * expected / 5).tolist())


def test_a_law_estimated_from_few_years_says_less_surely_that_rates_differ():
    frame = provinces([22, 9, 11, 54, 4], [2.0, 2.0, 1.0, 3.0, 1.0])
    few, exact = heterogeneity(frame, law=quadratic(0.3, 12)), heterogeneity(frame, law=quadratic(0.3))
    assert few.chi2 == exact.chi2
    assert few.p > exact.p + 0.01


@pytest.mark.parametrize(("form", "phi"), [("quadratic", 2.0), ("linear", 3.0)])
def test_the_law_of_each_drawn_panel_is_what_the_panels_own_law_would_be(form, phi):
    rng, size = np.random.default_rng(6), np.exp(0.6 * stats.norm.ppf((np.arange(34) + 0.5) / 34))
    mean = 8 * size[:, None]
    alpha = 0.4 if form == "quadratic" else (phi - 1) / mean
    years = rng.negative_binomial(1 / alpha, 1 / (1 + alpha * mean), size=(3, 34, 5)).astype(float)
    law = ScatterLaw(form, phi, 0.4, series=34, cells=170, degrees=136, p=0.0)
    ready = province_counts(provinces(years[0].sum(axis=1).tolist(), (5 * size).tolist()))
    found = EqualRates(ready, YearScatter(law, np.ones(34)))._estimated(years)
    for panel, told in zip(years, found, strict=True):
        cells = [(str(k), 2016 + n, panel[k, n]) for k in range(34) for n in range(5)]
        own = panel_law(pd.DataFrame(cells, columns=["province_code", "year", "count"]))
        # panel_law also takes one slope common to all series
        assert told == pytest.approx(own.alpha if form == "quadratic" else own.phi, rel=0.05)


@pytest.mark.parametrize("mean", [8, 20])
def test_panels_whose_provinces_scatter_each_in_its_own_way_seldom_lie_beyond_what_is_drawn_for_equal_rates(
    mean: int,
):
    """Drawn by numpy: alphas of mean .41 that differ as much as that. Provinces drawn alike would leave 9 to 11 % beyond."""
    rng, size = np.random.default_rng(2), np.exp(0.6 * stats.norm.ppf((np.arange(34) + 0.5) / 34))
    law = ScatterLaw("quadratic", 2.0, 0.41, series=34, cells=170, degrees=136, p=0.0)
    ready = province_counts(provinces(np.round(5 * mean * size).tolist(), (5 * size).tolist()))
    equal = EqualRates(ready, YearScatter(law, np.ones(34)))
    bound = np.quantile(equal.drawn_sums(2000, seed=1), 0.95)
    alpha = rng.exponential(0.41, (2000, 34, 1))
    years = rng.poisson(mean * size[:, None] * rng.gamma(1 / alpha, alpha, (2000, 34, 5))).astype(float)
    beyond = (equal.sums(years.sum(axis=2), equal._estimated(years)) > bound).mean()
    assert 0.02 < beyond <= 0.07


def test_lasting_differences_are_still_seen_where_the_law_is_an_estimate(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(heterogeneity_module, "DRAWS_OF_YEARS", 199)
    rng, found = np.random.default_rng(10), []
    for _ in range(10):
        mean = 8 * rng.gamma(2, 0.5, 34)[:, None]
        years = rng.negative_binomial(1 / 0.2, 1 / (1 + 0.2 * mean), size=(34, 5))
        found.append(heterogeneity(provinces(years.sum(axis=1).tolist(), 5.0), law=quadratic(0.2, 136)))
    assert sum(one.differs for one in found) >= 9


# ---- lasting rates


def test_with_years_as_chance_makes_them_the_grid_gives_what_the_closed_form_gives():
    ready = province_counts(provinces(COUNTS, PEOPLE))
    closed = plausible_laws(ready.counts, ready.exposure)
    grid = lasting_rates(ready, year_scatter(ready, ScatterLaw("linear", 1.0, 0.0, 34, 340, 272, 0.5)))
    for share in (0.025, 0.5, 0.975):
        assert grid.quantile(share) == pytest.approx(closed.quantile(share), rel=0.01, abs=0.01)
    assert grid.above_mean() == pytest.approx(closed.above_mean(), abs=0.01)
    assert likeliest_law(grid).mean == pytest.approx(4.1046, rel=1e-3)
    assert likeliest_law(grid).shape == pytest.approx(4.137, rel=0.01)


def test_a_lasting_rate_under_one_law_is_what_quadrature_gives():
    law, ready = quadratic(0.41), province_counts(provinces(COUNTS, PEOPLE))
    rates = lasting_rates(ready, year_scatter(ready, law))
    between = likeliest_law(rates)
    one = under_one_law(rates, between)
    size = 5 / 0.41

    def chance(rate: float) -> float:
        prior = stats.gamma.pdf(rate, between.shape, scale=between.mean / between.shape)
        return float(prior * stats.nbinom.pmf(14, size, size / (size + 1.6 * rate)))

    whole = integrate.quad(chance, 0, 80, limit=200)[0]
    mean = integrate.quad(lambda rate: rate * chance(rate), 0, 80, limit=200)[0] / whole
    below = integrate.quad(chance, 0, float(one.quantile(0.025)[3]), limit=200)[0] / whole
    assert one.mean()[3] == pytest.approx(mean, rel=1e-3)
    assert below == pytest.approx(0.025, rel=0.02)
    shown = shrink_rates(provinces(COUNTS, PEOPLE), law=law)
    assert shown.frame.loc[3, "shrunken"] == pytest.approx(mean, rel=1e-3)


def test_the_more_years_scatter_the_wider_are_limits_and_the_less_a_province_speaks_for_itself():
    frame = provinces([10 * one for one in COUNTS], PEOPLE)
    found = [shrink_rates(frame, law=quadratic(alpha)) for alpha in (0.0, 0.2, 0.8)]
    widths = [(one.frame["upper"] - one.frame["lower"]).mean() for one in found]
    assert widths == sorted(widths)
    weights = [one.frame["weight"].mean() for one in found]
    assert weights == sorted(weights, reverse=True)


def test_random_rates_lie_as_their_limits_say():
    ready = province_counts(provinces(COUNTS, PEOPLE))
    rates = lasting_rates(ready, year_scatter(ready, quadratic(0.41)))
    drawn = rates.draw(20_000, seed=5)
    assert np.quantile(drawn, 0.5, axis=0) == pytest.approx(rates.quantile(0.5), rel=0.05, abs=0.05)
    assert (drawn < rates.quantile(0.975)).mean(axis=0) == pytest.approx(np.full(10, 0.975), abs=0.006)


def test_limits_hold_the_lasting_rate_and_the_place_where_years_scatter():
    rng, size, rate, place = np.random.default_rng(12), np.linspace(0.5, 2.5, 20), [], []
    for _ in range(6):
        true = 20 * rng.gamma(4, 0.25, 20)
        mean = true * size
        years = rng.negative_binomial(1 / 0.41, 1 / (1 + 0.41 * mean[:, None]), size=(20, 5)).sum(axis=1)
        frame = provinces(years.tolist(), (5 * size).tolist())
        rates, ranks = shrink_rates(frame, law=quadratic(0.41)), rank_intervals(frame, law=quadratic(0.41))
        assert isinstance(rates, ShrunkenRates)
        assert isinstance(ranks, RankIntervals)
        rate += pd.Series(true).between(rates.frame["lower"], rates.frame["upper"]).tolist()
        own = pd.Series(stats.rankdata(-true))
        place += own.between(ranks.frame["rank_lower"], ranks.frame["rank_upper"]).tolist()
    assert np.mean(rate) > 0.9  # of 120; without the law about 0.65
    assert np.mean(place) > 0.9


# ---- before and after


def pairs(later: list[float], earlier: list[float]) -> pd.DataFrame:
    codes = [f"{k:02d}" for k in range(len(later))]
    frame = pd.DataFrame({"province_code": codes, "later": later, "earlier": earlier})
    return frame.assign(later_exposure=4.0, earlier_exposure=5.0, later_years=4.0, earlier_years=5.0)


def test_pooled_limits_under_a_law_lie_where_the_sum_is_two_errors_from_what_is_expected():
    later, earlier, alpha = [23, 40, 7, 12], [39, 90, 6, 20], 0.3
    found = pooled_ratio(pairs(later, earlier), law=quadratic(alpha))
    assert isinstance(found, PooledRatio)

    def distance(ratio: float) -> float:
        gap, variance = 0.0, 0.0
        for after, before in zip(later, earlier, strict=True):
            share, total = 4 * ratio / (4 * ratio + 5), after + before
            gap += after - total * share
            late, early = total * share, total * (1 - share)
            variance += (1 - share) ** 2 * (late + alpha * late**2 / 4)
            variance += share**2 * (early + alpha * early**2 / 5)
        return gap / math.sqrt(variance)

    assert distance(found.lower) == pytest.approx(1.959964, rel=1e-5)
    assert distance(found.upper) == pytest.approx(-1.959964, rel=1e-5)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(distance(1.0))))
    plain = pooled_ratio(pairs(later, earlier))
    assert (found.plain_lower, found.plain_upper, found.plain_p) == (plain.lower, plain.upper, plain.p)
    assert found.ratio == plain.ratio


def test_a_fall_to_zero_keeps_an_upper_limit_under_a_law_and_years_are_asked_for():
    found = pooled_ratio(pairs([0, 0], [9, 4]), law=quadratic(0.3))
    assert (found.ratio, found.lower) == (0, 0)
    assert found.plain_upper <= found.upper < math.inf
    with pytest.raises(FactsError, match="later_years"):
        pooled_ratio(pairs([3], [4]).drop(columns="later_years"), law=quadratic(0.3))


# ---- the words of the funnel


@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(0.01, 50)), min_size=3, max_size=40),
    st.sampled_from([None, 0.1, 0.41, 1.5]),
)
@settings(max_examples=150, deadline=None)
def test_a_verdict_never_contradicts_the_rows_own_limits(panel: list[tuple[int, float]], alpha: float | None):
    frame = provinces([count for count, _ in panel], [people for _, people in panel])
    found = funnel(frame, law=None if alpha is None else quadratic(alpha))
    if not isinstance(found, Funnel):
        assert frame["count"].sum() == 0
        return
    for row in found.frame.to_dict("records"):
        count, mean = row["count"], row["expected"]
        chance = (  # of five years that scatter so, their sum by scipy
            stats.poisson(mean) if alpha is None else stats.nbinom(5 / alpha, 1 / (1 + alpha * mean / 5))
        )
        tails = chance.cdf(count), chance.sf(count - 1)
        if min(abs(tail - 0.025) for tail in tails) < 1e-7:
            continue
        excluded = min(tails) < 0.025
        assert (row["verdict"] == "not_clearly_different") != excluded
        assert (row["rate_lower"] <= found.target <= row["rate_upper"]) != excluded
        assert row["plain_lower"] >= row["chance_lower"] >= row["wide_lower"]
        assert row["plain_upper"] <= row["chance_upper"] <= row["wide_upper"]
        inside = row["wide_lower"] <= row["count"] <= row["wide_upper"]
        assert (row["verdict"] == "unusual") == (not inside)
        assert row["verdict"] != "unusual" or excluded
        assert row["side"] == ("" if not excluded else "above" if row["count"] > row["expected"] else "below")


def test_four_times_the_common_rate_is_never_said_to_be_like_it():
    found = funnel(provinces([62, *[12] * 33], [1.0, *[0.8] * 33]))
    first = found.frame.iloc[0]
    assert first["ratio"] > 3
    assert (first["verdict"], first["side"]) == ("unusual", "above")


def test_the_three_verdicts_are_those_of_their_limits():
    assert funnel_verdict(7, 7.0).verdict == "not_clearly_different"
    assert funnel_verdict(23, 7.0).verdict == "unusual"
    assert funnel_verdict(23, 7.0, factor=2.0, tau2=0.5).verdict == "within_spread"
    assert funnel_verdict(15, 7.0).verdict == "unusual"
    assert funnel_verdict(15, 7.0, factor=2.0).verdict == "not_clearly_different"  # P(X >= 15) is .039
    assert funnel_verdict(0, 7.0, tau2=0.4).side == "below"
    assert funnel_verdict(80, 7.0, tau2=0.3).verdict == "unusual"


def test_a_law_of_years_leaves_to_provinces_only_what_years_do_not_explain():
    frame = equal_rates(5, mean=20, alpha=0.41)
    plain, ruled = funnel(frame), funnel(frame, law=quadratic(0.41))
    assert ruled.tau2 < plain.tau2 / 2
    assert ruled.phi < 2 < plain.phi
    assert isinstance(heterogeneity(frame, law=quadratic(0.41)), Heterogeneity)
