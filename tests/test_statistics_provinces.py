"""Provinces side by side: scatter, shrinkage, funnel, places and many tests, against slow recomputation and other libraries."""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.discrete.discrete_model import NegativeBinomialP

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers
from evalkit.statistics.expectation import expected_p, ratio_to_expected
from evalkit.statistics.law.gamma_poisson import gamma_poisson_ml, marshall_moments
from evalkit.statistics.multiplicity import AdjustedTests, adjust_tests
from evalkit.statistics.provinces.control_limits import (
    funnel_limits,
    funnel_significance,
    overdispersion,
    proportion_limits,
)
from evalkit.statistics.provinces.funnel import Funnel, funnel
from evalkit.statistics.provinces.heterogeneity import Heterogeneity, heterogeneity
from evalkit.statistics.provinces.ranks import RankIntervals, rank_intervals
from evalkit.statistics.provinces.shrinkage import MOMENTS, POOLED, ShrunkenRates, shrink_rates
from evalkit.statistics.results import NotEstimable

COUNTS = [2, 9, 1, 14, 4, 0, 23, 3, 5, 7]
PEOPLE = [1.1, 2.0, 0.7, 1.6, 1.2, 0.9, 3.1, 1.4, 1.0, 1.9]


def provinces(counts: list[float], exposure: list[float] | float = 1.0, **columns: Any) -> pd.DataFrame:
    codes = [f"{90 + k}" for k in range(len(counts))]
    return pd.DataFrame({"province_code": codes, "count": counts, "exposure": exposure} | columns)


def reason(result: object) -> str:
    assert isinstance(result, NotEstimable)
    return result.reason


def scatter_of(frame: pd.DataFrame) -> Heterogeneity:
    found = heterogeneity(frame)
    assert isinstance(found, Heterogeneity)
    return found


def shrunken(frame: pd.DataFrame) -> ShrunkenRates:
    found = shrink_rates(frame)
    assert isinstance(found, ShrunkenRates)
    return found


def ranked(frame: pd.DataFrame, **options: int) -> RankIntervals:
    found = rank_intervals(frame, **options)
    assert isinstance(found, RankIntervals)
    return found


def funnelled(frame: pd.DataFrame, **options: float) -> Funnel:
    found = funnel(frame, **options)
    assert isinstance(found, Funnel)
    return found


ALL = [heterogeneity, shrink_rates, funnel, rank_intervals]

# ---- bad input: every function the same


@pytest.mark.parametrize("ask", ALL)
@pytest.mark.parametrize("count", [-1, 2.5, math.inf])
def test_what_is_no_count_is_refused_by_the_code_of_its_province_and_never_by_the_figure(
    ask: Any, count: float
):
    with pytest.raises(FactsError, match="93") as refused:
        ask(provinces([4, 5, 6, count, 7, 8]))
    assert str(count) not in str(refused.value)


@pytest.mark.parametrize("ask", ALL)
def test_an_infinite_exposure_and_a_province_that_stands_twice_are_refused(ask: Any):
    with pytest.raises(FactsError, match="92"):
        ask(provinces(COUNTS, [*PEOPLE[:2], math.inf, *PEOPLE[3:]]))
    with pytest.raises(FactsError, match="one figure per place"):
        ask(pd.concat([provinces(COUNTS), provinces([1])]))


@pytest.mark.parametrize("ask", ALL)
def test_without_an_exposure_column_provinces_are_not_compared(ask: Any):
    with pytest.raises(FactsError, match="exposure"):
        ask(provinces(COUNTS).drop(columns="exposure"))


@pytest.mark.parametrize("ask", ALL)
def test_a_hidden_province_is_neither_zero_nor_left_out(ask: Any):
    status = ["reported"] * 9 + ["suppressed"]
    assert reason(ask(provinces([*COUNTS[:9], math.nan], status=status))) == "suppressed"


@pytest.mark.parametrize("ask", ALL)
def test_a_panel_without_a_case_says_so(ask: Any):
    assert reason(ask(provinces([0] * 8))) == "no_events"


@pytest.mark.parametrize(
    ("ask", "fewest"), [(heterogeneity, 2), (shrink_rates, 5), (funnel, 3), (rank_intervals, 5)]
)
def test_fewer_provinces_than_a_method_needs_are_refused(ask: Any, fewest: int):
    assert reason(ask(provinces(COUNTS[: fewest - 1]))) == "too_few_provinces"
    assert not isinstance(ask(provinces(COUNTS[:fewest])), NotEstimable)


@pytest.mark.parametrize("exposure", [0.0, -1.0, math.nan])
@pytest.mark.parametrize("ask", ALL)
def test_a_province_without_exposure_is_flagged_and_the_others_go_on(ask: Any, exposure: float):
    without = ask(provinces(COUNTS, [*PEOPLE[:9], exposure])).frame
    alone = ask(provinces(COUNTS[:9], PEOPLE[:9])).frame
    assert without["flag"].tolist() == [""] * 9 + ["no_exposure"]
    numbers = alone.select_dtypes("number").columns
    pd.testing.assert_frame_equal(without[numbers].head(9), alone[numbers])
    assert without.loc[9, numbers.drop(["count", "exposure"])].isna().all()


def test_a_missing_count_is_flagged_and_is_not_zero():
    frame = provinces([*COUNTS, math.nan], [*PEOPLE, 1.0])
    assert scatter_of(frame).frame["flag"].tolist()[-1] == "not_reported"
    assert scatter_of(frame).chi2 == scatter_of(provinces(COUNTS, PEOPLE)).chi2


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 0, 0, 1, 2, 7, 40, 3000]), st.sampled_from([0.0, 1e-3, 0.5, 1.0, 8.0, 5e6])
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_panel_however_odd_gives_a_warning_or_limits_out_of_order(rows: list[tuple[int, float]]):
    frame = provinces([count for count, _ in rows], [exposure for _, exposure in rows])
    scatter, rates, points = heterogeneity(frame), shrink_rates(frame), funnel(frame)
    if isinstance(scatter, Heterogeneity):
        assert 0 <= scatter.p <= 1
        assert 0 <= scatter.likelihood_p <= 1
    if isinstance(rates, ShrunkenRates):
        used = rates.frame[rates.frame["flag"] == ""]
        assert (used["lower"] <= used["upper"]).all()
        assert np.isfinite(used[["shrunken", "lower", "upper", "above_mean"]]).all(axis=None)
    if isinstance(points, Funnel):
        used = points.frame[points.frame["flag"] == ""]
        assert (used["lower_998"] <= used["lower_95"]).all()
        assert (used["upper_95"] <= used["upper_998"]).all()
        assert used["position"].ne("").all()


# ---- one count and its expectation


def test_the_p_of_a_count_is_what_summing_poisson_chances_gives():
    chances = [math.exp(-6) * 6**k / math.factorial(k) for k in range(80)]
    p = expected_p(12, 6)
    assert float(p["greater"]) == pytest.approx(sum(chances[12:]))
    assert float(p["less"]) == pytest.approx(sum(chances[:13]))
    assert float(p["minlike"]) == pytest.approx(sum(c for c in chances if c <= chances[12]))
    assert float(p["central"]) == pytest.approx(2 * sum(chances[12:]))


def test_no_case_where_few_were_expected_is_no_news():
    assert float(expected_p(0, 1)["central"]) == pytest.approx(2 * math.exp(-1))


@pytest.mark.parametrize("observed", [0, 1, 7, 40])
@pytest.mark.parametrize("expected", [0.4, 6.0, 22.0])
def test_p_and_limits_of_a_standardised_ratio_agree(observed: int, expected: float):
    smr = ratio_to_expected(observed, expected)
    assert (smr.p < 0.05) == (not smr.lower <= 1 <= smr.upper)


@pytest.mark.parametrize("expected", [0.0, -2.0, math.nan, math.inf])
def test_nothing_is_said_of_a_count_without_an_expectation(expected: float):
    assert np.isnan(expected_p(3, expected)["central"])
    assert np.isnan(expected_p(3, expected)["minlike"])


# ---- scatter


def test_the_chi_square_and_deans_score_are_what_a_loop_gives():
    found, rate = scatter_of(provinces(COUNTS, PEOPLE)), sum(COUNTS) / sum(PEOPLE)
    expected = [rate * people for people in PEOPLE]
    pairs = list(zip(COUNTS, expected, strict=True))
    assert found.chi2 == pytest.approx(sum((o - e) ** 2 / e for o, e in pairs))
    assert found.degrees == 9
    scale = math.sqrt(2 * sum(e * e for e in expected))
    assert found.dean_b == pytest.approx(sum((o - e) ** 2 - o for o, e in pairs) / scale)
    leverage = sum(e * e for e in expected) / sum(expected)
    assert found.dean_b_adjusted == pytest.approx(found.dean_b + leverage / scale)


def test_the_simulated_p_is_that_of_all_ways_to_deal_the_cases_out():
    counts, people, total = [4, 0, 1], [1.0, 2.0, 1.5], 5
    expected = [total * one / sum(people) for one in people]

    def chi2(dealt: tuple[int, ...]) -> float:
        return sum((o - e) ** 2 / e for o, e in zip(dealt, expected, strict=True))

    ways = [way for way in itertools.product(range(total + 1), repeat=3) if sum(way) == total]
    law = stats.multinomial(total, np.array(people) / sum(people))
    exact = sum(law.pmf(way) for way in ways if chi2(way) >= chi2((4, 0, 1)) - 1e-9)
    found = scatter_of(provinces(counts, people))
    assert found.method == "simulation"
    assert abs(found.simulated_p - exact) < 4 * found.simulation_error
    assert found.p == found.simulated_p


def test_the_simulation_is_repeatable_and_large_counts_need_none():
    frame = provinces(COUNTS, PEOPLE)
    assert scatter_of(frame).simulated_p == scatter_of(frame).simulated_p
    large = scatter_of(provinces([40, 50, 60]))
    assert (large.method, large.p) == ("chi-square", large.chi2_p)


@pytest.mark.parametrize(("counts", "people"), [(COUNTS, PEOPLE), ([0, 0, 30, 1, 2, 5], [1.0] * 6)])
def test_the_negative_binomial_is_the_one_statsmodels_fits(counts: list[float], people: list[float]):
    fit = NegativeBinomialP(counts, np.ones(len(counts)), exposure=people).fit(disp=False, maxiter=500)
    law = gamma_poisson_ml(np.array(counts, dtype=float), np.array(people))
    assert law.mean == pytest.approx(math.exp(fit.params[0]), rel=1e-4)
    assert law.alpha == pytest.approx(fit.params[1], rel=1e-3)
    assert law.log_likelihood == pytest.approx(fit.llf, abs=1e-6)
    assert law.poisson_log_likelihood < law.log_likelihood


def test_provinces_alike_show_no_scatter_and_half_of_nothing_is_one():
    found = scatter_of(provinces([5, 5, 6, 5, 5, 4]))
    assert (found.alpha, found.likelihood_ratio, found.likelihood_p) == (0.0, 0.0, 1.0)
    assert not found.differs


def test_the_scatter_test_keeps_its_size_where_two_cases_a_province_are_expected():
    rng = np.random.default_rng(7)
    differing = [scatter_of(provinces(rng.poisson(2.0, 20).tolist())).differs for _ in range(60)]
    assert sum(differing) <= 9  # 5 % of 60 is 3; more than 9 has a chance below 1 in 1000


# ---- shrinkage


def test_a_shrunken_rate_is_the_mean_of_its_posterior():
    found = shrunken(provinces(COUNTS, PEOPLE))
    law = stats.gamma(found.law.shape, scale=found.law.mean / found.law.shape)

    def chance(rate: float) -> float:
        return float(law.pdf(rate) * stats.poisson.pmf(14, 1.6 * rate))

    whole, _ = integrate.quad(chance, 0, 60)
    mean, _ = integrate.quad(lambda rate: rate * chance(rate), 0, 60)
    below, _ = integrate.quad(chance, 0, found.frame.loc[3, "known_lower"])
    assert found.frame.loc[3, "shrunken"] == pytest.approx(mean / whole, rel=1e-6)
    assert below / whole == pytest.approx(0.025, rel=1e-4)


def test_a_province_lies_between_its_own_rate_and_the_mean_and_the_smaller_one_moves_more():
    frame = shrunken(provinces(COUNTS, PEOPLE)).frame
    mean = shrunken(provinces(COUNTS, PEOPLE)).law.mean
    inside = (frame["shrunken"] - frame["rate"]) * (mean - frame["shrunken"])
    assert (inside >= 0).all()
    mixed = frame["weight"] * frame["rate"] + (1 - frame["weight"]) * mean
    assert frame["shrunken"].tolist() == pytest.approx(mixed.tolist())
    assert frame.sort_values("exposure")["weight"].is_monotonic_increasing


def test_a_province_without_a_case_keeps_a_rate_above_zero():
    frame = shrunken(provinces(COUNTS, PEOPLE)).frame
    assert frame.loc[5, "rate"] == 0
    assert frame.loc[5, "lower"] > 0
    assert math.isnan(frame.loc[5, "return_percent"])


def test_a_province_high_by_chance_is_expected_to_fall_by_itself():
    frame = shrunken(provinces(COUNTS, PEOPLE)).frame
    assert frame.loc[3, "return_percent"] == pytest.approx(100 * (frame.loc[3, "shrunken"] / (14 / 1.6) - 1))
    assert frame.loc[3, "return_percent"] < 0


def test_provinces_alike_are_pooled_with_the_limits_of_their_common_rate():
    found = shrunken(provinces([5, 5, 6, 5, 5, 4]))
    assert found.method == POOLED
    assert found.frame["shrunken"].tolist() == pytest.approx([5.0] * 6)
    common = stats.gamma.ppf(0.975, 30.5, scale=1 / 6)
    assert found.frame["known_upper"].tolist() == pytest.approx([common] * 6)
    assert (found.frame["upper"] > common).all()  # that they are alike is not known
    assert (found.frame["weight"] == 0).all()


def test_where_likelihood_sees_no_scatter_and_moments_do_the_moments_are_taken():
    counts, people = [3, 4, 13, 10, 2, 5], [2.0, 1.4, 11.9, 16.0, 2.3, 7.1]
    assert gamma_poisson_ml(np.array(counts, dtype=float), np.array(people)).alpha == 0
    found = shrunken(provinces(counts, people))
    rate = sum(counts) / sum(people)
    spread = sum(t * (y / t - rate) ** 2 for y, t in zip(counts, people, strict=True)) / sum(people)
    variance = spread - rate / (sum(people) / 6)
    assert variance > 0
    assert found.method == MOMENTS
    assert found.law.shape == pytest.approx(rate**2 / variance)


def test_marshalls_moments_never_give_a_negative_variance():
    law = marshall_moments(np.array([5.0, 5.0, 5.0, 4.0]), np.ones(4))
    assert math.isinf(law.shape)
    assert law.alpha == 0


# ---- funnel


def test_a_province_without_a_case_where_one_was_expected_is_within():
    found = funnelled(provinces([0, 3, 4, 2]), target=1.0)
    assert found.frame.loc[0, "position"] == "within"
    assert found.frame.loc[0, "lower_998"] == 0


@pytest.mark.parametrize(
    ("expected", "level", "tail"), [(4.2, 0.95, 0.025), (23, 0.998, 0.001), (0.3, 0.95, 0.025)]
)
def test_beyond_an_exact_limit_the_tail_is_smaller_than_half_the_rest(
    expected: float, level: float, tail: float
):
    lower, upper = (round(float(limit) * expected) for limit in funnel_limits(expected, level=level))
    assert stats.poisson.cdf(lower - 1, expected) < tail <= stats.poisson.cdf(lower, expected)
    assert stats.poisson.sf(upper, expected) <= tail < stats.poisson.sf(upper - 1, expected)


@pytest.mark.parametrize("counts", [COUNTS, [2, 0, 1, 44, 4, 0, 90, 3, 5, 7]])
def test_position_and_p_say_the_same(counts: list[float]):
    frame = funnelled(provinces(counts, PEOPLE)).frame
    assert (frame["position"] != "within").tolist() == (frame["p"] < 0.05).tolist()
    assert frame["position"].str.endswith("998").tolist() == (frame["p"] < 0.002).tolist()


def test_the_scatter_between_provinces_is_what_a_loop_gives():
    counts, expected = [2, 0, 1, 44, 4, 9], [3.0, 2.0, 5.0, 18.0, 6.0, 12.0]
    z = [2 * (math.sqrt(o) - math.sqrt(e)) for o, e in zip(counts, expected, strict=True)]
    low, high = np.percentile(z, [10, 90])
    squares = sum(min(max(one, low), high) ** 2 for one in z)
    weight = [4 * e for e in expected]
    tau2 = (squares - 5) / (sum(weight) - sum(w * w for w in weight) / sum(weight))
    found = overdispersion(counts, expected)
    assert found.phi == pytest.approx(squares / 6)
    assert found.tau2 == pytest.approx(tau2)
    assert tau2 > 0


def test_limits_widen_with_the_scatter_between_provinces_and_never_narrow():
    for expected in (0.5, 4.0, 40.0):
        narrow, wide = funnel_limits(expected), funnel_limits(expected, tau2=0.2)
        assert wide[0] <= narrow[0]
        assert wide[1] > narrow[1]
        assert float(wide[1]) == pytest.approx((1 + 1.959964 * math.sqrt(0.25 / expected + 0.2)) ** 2)


def test_a_zero_is_taken_in_its_stride_by_the_root_and_left_out_by_the_logarithm():
    counts, expected = [0, 5, 7, 9, 4], [4.0, 5.0, 5.0, 8.0, 5.0]
    assert overdispersion(counts, expected).used == 5
    assert overdispersion(counts, expected, transform="log").used == 4
    assert math.isnan(overdispersion([0, 0], [1.0, 2.0], transform="log").phi)


def test_a_declared_target_lets_hidden_provinces_stand_aside_and_zeros_speak():
    status = ["reported"] * 5 + ["suppressed"]
    found = funnelled(provinces([4, 5, 6, 5, 7, math.nan], status=status), target=5.0)
    assert (found.hidden, found.provinces, found.declared) == (1, 5, True)
    assert found.frame["position"].tolist()[-1] == ""
    assert funnelled(provinces([0, 0]), target=9.0).frame["position"].tolist() == ["below_998"] * 2


@pytest.mark.parametrize("target", [0.0, -1.0, math.nan, math.inf])
def test_a_target_is_a_positive_rate(target: float):
    with pytest.raises(FactsError, match="positive rate"):
        funnel(provinces(COUNTS), target=target)


def test_provinces_alike_rarely_lie_outside_the_outer_limits():
    rng, outside = np.random.default_rng(11), 0
    for _ in range(40):
        outside += funnelled(provinces(rng.poisson(3.0, 50).tolist())).outside
    assert outside <= 10  # 0.2 % of 2000 is 4; the exact limits give less


def test_with_few_provinces_nothing_is_said_of_their_scatter():
    found = funnelled(provinces([1, 30, 9]))
    assert math.isnan(found.phi)
    assert found.tau2 == 0


def test_the_funnel_carries_how_many_provinces_were_tested():
    found = funnelled(provinces([*COUNTS, math.nan], [*PEOPLE, 1.0]))
    assert found.tests == found.provinces == 10
    assert found.frame["p_adjusted"].isna().tolist() == [False] * 10 + [True]


# ---- places


@cache
def weighed_draws() -> tuple[Numbers, Numbers]:
    """True rates drawn from laws that are drawn evenly, and the weight the counts give each law: slow and simple."""
    rng, draws = np.random.default_rng(99), 150_000
    shapes, means = rng.uniform(0, 3, draws) ** -2.0, np.exp(rng.uniform(0.3, 3.0, draws))
    expected = means[:, None] * np.array(PEOPLE)
    chances = stats.nbinom.logpmf(COUNTS, shapes[:, None], shapes[:, None] / (shapes[:, None] + expected))
    height = chances.sum(axis=1)
    rates = rng.gamma(shapes[:, None] + COUNTS) / ((shapes / means)[:, None] + PEOPLE)
    weight = np.exp(height - height.max())
    return rates, weight / weight.sum()


def test_limits_and_places_are_what_slow_simulation_over_all_laws_gives():
    rates, weight = weighed_draws()
    assert 1 / (weight**2).sum() > 10_000  # draws that count
    found = ranked(provinces(COUNTS, PEOPLE), top=3).frame
    limits = shrunken(provinces(COUNTS, PEOPLE)).frame
    places = (-rates).argsort(axis=1).argsort(axis=1) + 1
    for k in (1, 5, 6):
        assert weight @ (rates[:, k] < limits.loc[k, "upper"]) == pytest.approx(0.975, abs=0.006)
        assert weight @ (rates[:, k] < limits.loc[k, "lower"]) == pytest.approx(0.025, abs=0.006)
        assert weight @ (places[:, k] <= 3) == pytest.approx(found.loc[k, "in_top"], abs=0.02)


def test_provinces_far_apart_may_be_listed_and_alike_ones_may_not():
    apart = ranked(provinces([10, 100, 1000, 10_000, 100_000, 1]))
    assert apart.frame["rank"].tolist() == [5, 4, 3, 2, 1, 6]
    assert apart.league_table_allowed
    assert apart.median_width == 1
    alike = ranked(provinces([5, 5, 6, 5, 5, 4]), top=2)
    assert not alike.league_table_allowed
    assert alike.frame["in_top"].tolist() == pytest.approx([2 / 6] * 6, abs=0.1)


def test_places_are_repeatable_and_carry_their_monte_carlo_error():
    frame = provinces(COUNTS, PEOPLE)
    first, again, other = ranked(frame), ranked(frame), ranked(frame, seed=2)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    gap = (first.frame["in_top"] - other.frame["in_top"]).abs()
    assert gap.max() > 0
    assert (gap <= 6 * first.frame["in_top_error"] + 1e-9).all()
    assert 0 <= first.rank_error < 0.5


# ---- many tests


def test_what_is_adjusted_counts_only_tests_that_were_made():
    found = adjust_tests(pd.Series([0.02, math.nan, 0.01, 0.5], index=["a", "b", "c", "d"]), rule="holm")
    assert isinstance(found, AdjustedTests)
    assert found.tests == 3
    assert found.frame["adjusted"].tolist() == pytest.approx([0.04, math.nan, 0.03, 0.5], nan_ok=True)
    assert found.frame["shown"].tolist() == [True, False, True, False]


def test_a_family_without_a_test_and_a_p_that_is_none_are_refused():
    assert reason(adjust_tests([math.nan, math.nan])) == "no_tests"
    assert reason(adjust_tests([])) == "no_tests"
    with pytest.raises(FactsError, match="between 0 and 1"):
        adjust_tests([0.1, 1.2])


# ---- funnels of proportions, and the words of PHE


def test_limits_of_a_proportion_are_those_of_the_published_formula():
    """PHEindicatormethods to 1e-6: a baseline of 34.5 %, kept within 0 and 100."""
    lower, upper = proportion_limits(0.345, [2, 8, 20, 9000])
    assert 100 * lower == pytest.approx([0, 1.559264257, 13.66644945, 33.51789701])
    assert 100 * upper == pytest.approx([100, 67.44073574, 55.33355055, 35.48210299])
    outer = proportion_limits(0.345, [20, 0], level=0.998)
    assert 100 * outer[0][0] == pytest.approx(1.652196944)
    assert np.isnan(outer[0][1])
    assert np.isnan(outer[1][1])


def test_significance_in_a_funnel_is_that_of_code_that_agrees_with_the_published_classes():
    observed = [0, 0, 3, 7, 9, 12, 30, 41, 18, 65, 22, 5]
    expected = [2.1, 8.4, 3.9, 1.4, 21, 11, 17, 20.5, 30.2, 61, 36, 4.8]
    no, low, high = "Not significant", "Low (0.025)", "High (0.025)"
    wanted = [no, "Low (0.001)", no, "High (0.001)", low, no, high, "High (0.001)", low, no, low, no]
    assert funnel_significance(observed, expected) == wanted
    assert funnel_significance([30], [17], tails=[0.025]) == [high]
