"""Two counts compared: worked example, slow recomputation, another library, edges, and p that agrees with the interval."""

from __future__ import annotations

import math
from fractions import Fraction
from time import perf_counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from evalkit.errors import FactsError
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.conditional import conditional_p, null_share, ratio_limits
from evalkit.statistics.odds import fisher_exact
from evalkit.statistics.power import baseline_needed, comparison_power, minimum_detectable_fall
from evalkit.statistics.results import RateComparison


def five_years(later: float, earlier: float) -> RateComparison:
    return compare_counts(later, earlier, later_exposure=5, earlier_exposure=5)


def after_zero() -> RateComparison:
    return compare_counts(0, 23, later_exposure=2, earlier_exposure=5)


# ---- the worked example: 39 cases in five years, then 23, then none in two


def test_the_fall_from_39_to_23_is_not_distinguishable_from_chance():
    change = five_years(23, 39)
    assert change.percent_change == pytest.approx(-41.03, abs=0.005)
    assert (change.percent_lower, change.percent_upper) == pytest.approx((-66.374, 1.231), abs=5e-4)
    assert change.p_central == pytest.approx(0.0558972, abs=1e-7)
    assert change.p_central == change.p_minlike
    assert (change.dispersed_lower, change.dispersed_upper) == pytest.approx((-72, 22), abs=0.6)
    assert change.flags == ()


def test_no_case_in_two_years_after_23_in_five_is_more_than_chance():
    change = after_zero()
    assert (change.percent_change, change.percent_lower) == (-100, -100)
    assert change.percent_upper == pytest.approx(-56.509, abs=1e-3)
    assert change.p_central == pytest.approx(0.00087, abs=5e-6)
    assert change.p_minlike == pytest.approx(0.00072, abs=5e-6)
    assert change.surprise_known == pytest.approx(math.exp(-9.2))
    assert change.surprise_predictive == pytest.approx((5 / 7) ** 23.5)
    assert change.later_upper == pytest.approx(3.688879 / 2)
    assert change.flags == ("fall_to_zero",)
    assert math.isnan(change.dispersed_lower)


def test_central_p_and_minlike_p_can_disagree_and_the_interval_sides_with_the_central_one():
    change = compare_counts(2, 9, later_exposure=17_877, earlier_exposure=16_660)
    assert change.p_minlike == pytest.approx(0.033, abs=5e-4)
    assert change.p_central == pytest.approx(0.0501, abs=5e-5)
    assert change.ratio_upper > 1


# ---- by hand


def tails(later: int, total: int, share: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Return P(X <= later), P(X >= later) and the sum of what is not likelier, in exact fractions."""
    chance = [math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1)]
    unlikely = sum(p for p in chance if p <= chance[later])
    return sum(chance[: later + 1], Fraction(0)), sum(chance[later:], Fraction(0)), Fraction(unlikely)


@pytest.mark.parametrize(("later", "earlier", "years"), [(3, 7, (2, 5)), (4, 1, (1, 3)), (6, 6, (5, 5))])
def test_every_p_is_the_sum_of_binomial_probabilities(later: int, earlier: int, years: tuple[int, int]):
    share = Fraction(years[0], sum(years))
    less, greater, unlikely = tails(later, later + earlier, share)
    half = (less + greater - 1) / 2
    found = conditional_p(later, earlier, null=float(share))
    assert found["less"] == pytest.approx(float(less))
    assert found["greater"] == pytest.approx(float(greater))
    assert found["central"] == pytest.approx(float(min(1, 2 * min(less, greater))))
    assert found["minlike"] == pytest.approx(float(unlikely))
    assert found["midp"] == pytest.approx(float(min(1, 2 * (min(less, greater) - half))))


@pytest.mark.parametrize("years", [(5, 5), (2, 5)])
def test_at_an_exact_limit_the_tail_is_two_and_a_half_per_cent(years: tuple[int, int]):
    change = compare_counts(8, 21, later_exposure=years[0], earlier_exposure=years[1])
    for ratio, side in ((change.ratio_lower, 1), (change.ratio_upper, 0)):
        share = ratio * years[0] / (ratio * years[0] + years[1])
        assert float(tails(8, 29, Fraction(share))[side]) == pytest.approx(0.025)


def test_at_a_midp_limit_the_tail_less_half_the_observed_is_two_and_a_half_per_cent():
    change = five_years(8, 21)
    share = Fraction(change.midp_upper / (1 + change.midp_upper))
    less, greater, _ = tails(8, 29, share)
    assert float(less - (less + greater - 1) / 2) == pytest.approx(0.025)


def test_the_difference_of_rates_by_hand():
    change = compare_counts(2, 9, later_exposure=2, earlier_exposure=3)
    low, high = (
        (0.24220928 / 2, 4.11537359 / 3),
        (7.22468767 / 2, 17.0848034 / 3),
    )  # Garwood limits of 2 and of 9
    assert change.rate_difference == -2
    assert change.difference_lower == pytest.approx(-2 - math.hypot(1 - low[0], high[1] - 3))
    assert change.difference_upper == pytest.approx(-2 + math.hypot(high[0] - 1, 3 - low[1]))


# ---- another library, properties

COUNTS = st.integers(0, 60)
YEARS = st.floats(0.5, 20)


@given(COUNTS, st.integers(1, 60), YEARS, YEARS)
def test_minlike_agrees_with_statsmodels_where_that_can_answer(
    later: int, earlier: int, first: float, second: float
):
    found = conditional_p(later, earlier, null=first / (first + second))
    exact = poisson_2indep(later, first, earlier, second, method="exact-cond")
    assert found["minlike"] == pytest.approx(exact.pvalue, rel=1e-6)


@settings(deadline=None)
@given(COUNTS, COUNTS, YEARS, YEARS)
def test_p_is_under_five_per_cent_just_where_the_interval_leaves_out_no_change(
    later: int, earlier: int, first: float, second: float
):
    change = compare_counts(later, earlier, later_exposure=first, earlier_exposure=second)
    assume(abs(change.p_central - 0.05) > 1e-9)
    assert (change.p_central < 0.05) == (not change.ratio_lower <= 1 <= change.ratio_upper)


@settings(deadline=None)
@given(COUNTS, st.integers(1, 60), YEARS, YEARS)
def test_every_interval_holds_the_estimate(later: int, earlier: int, first: float, second: float):
    change = compare_counts(later, earlier, later_exposure=first, earlier_exposure=second)
    assert change.ratio_lower <= change.ratio <= change.ratio_upper
    assert change.ratio_lower <= change.midp_lower <= change.ratio <= change.midp_upper <= change.ratio_upper
    assert change.percent_lower <= change.percent_change <= change.percent_upper
    assert change.difference_lower <= change.rate_difference <= change.difference_upper


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), YEARS, YEARS)
def test_turning_the_periods_round_turns_the_ratio_round(
    later: int, earlier: int, first: float, second: float
):
    one = compare_counts(later, earlier, later_exposure=first, earlier_exposure=second)
    other = compare_counts(earlier, later, later_exposure=second, earlier_exposure=first)
    assert one.ratio_lower * other.ratio_upper == pytest.approx(1)
    assert one.midp_lower * other.midp_upper == pytest.approx(1)
    assert one.p_central == pytest.approx(other.p_central)


# ---- edges


def test_a_rise_from_zero_has_no_percentage_but_a_lower_limit_and_a_difference():
    change = compare_counts(23, 0, later_exposure=5, earlier_exposure=2)
    assert all(
        math.isnan(number)
        for number in (change.ratio, change.percent_change, change.percent_lower, change.percent_upper)
    )
    assert change.ratio_lower == pytest.approx(2.299326, abs=1e-6)
    assert change.ratio_upper == math.inf
    assert change.difference_lower > 0
    assert change.flags == ("rise_from_zero",)


def test_no_case_in_either_period():
    change = compare_counts(0, 0, later_exposure=2, earlier_exposure=5)
    assert (change.p_central, change.p_minlike, change.p_midp) == (1, 1, 1)
    assert (change.ratio_lower, change.ratio_upper) == (0, math.inf)
    assert math.isnan(change.percent_change)
    assert (change.later_upper, change.earlier_upper) == pytest.approx((1.844440, 0.737776), abs=1e-6)
    assert change.flags == ("no_cases_in_either",)


@pytest.mark.parametrize("years", [(0, 5), (5, 0), (math.nan, 5), (5, math.nan), (-1, 5)])
def test_without_exposure_there_is_no_comparison_and_no_infinity(years: tuple[float, float]):
    change = compare_counts(3, 5, later_exposure=years[0], earlier_exposure=years[1])
    assert change.flags == ("no_exposure",)
    assert math.isnan(change.ratio_upper)
    assert math.isnan(change.p_central)


def test_a_missing_count_is_no_zero():
    change = five_years(math.nan, 5)
    assert change.flags == ("no_count",)
    assert math.isnan(change.p_central)


@pytest.mark.parametrize("count", [-1, 2.5])
def test_what_is_no_count_is_refused(count: float):
    with pytest.raises(FactsError, match="whole number"):
        five_years(count, 39)


def test_the_level_widens_every_interval():
    narrow, wide = (
        five_years(23, 39),
        compare_counts(23, 39, later_exposure=5, earlier_exposure=5, level=0.998),
    )
    assert wide.ratio_lower < narrow.ratio_lower
    assert wide.ratio_upper > narrow.ratio_upper
    assert wide.dispersed_upper > narrow.dispersed_upper
    assert wide.minimum_detectable_fall > narrow.minimum_detectable_fall


# ---- power: what the comparison could have shown


def power_by_double_sum(earlier_mean: float, later_mean: float, *, tail: Fraction, share: Fraction) -> float:
    """Add up the Poisson chances of every pair of counts whose lower tail is within ``tail``."""

    def chance(count: int, mean: float) -> float:
        return math.exp(-mean) * mean**count / math.factorial(count)

    return sum(
        chance(later, later_mean) * chance(earlier, earlier_mean)
        for later in range(25)
        for earlier in range(35)
        if later + earlier > 0 and tails(later, later + earlier, share)[0] <= tail
    )


def test_power_is_the_double_sum_over_both_counts():
    slow = power_by_double_sum(12, 12 * 0.3 * 0.4, tail=Fraction(1, 40), share=Fraction(2, 7))
    assert comparison_power(12, 0.7, later_per_earlier=0.4) == pytest.approx(slow, abs=1e-6)


@pytest.mark.parametrize(("fall", "two_sided", "one_sided"), [(0.41, 78, 63), (0.6, 33, 26), (0.8, 16, 13)])
def test_the_base_that_a_fall_needs(fall: float, two_sided: int, one_sided: int):
    assert (baseline_needed(fall), baseline_needed(fall, tail=0.05)) == (two_sided, one_sided)
    assert comparison_power(two_sided, fall) >= 0.8 > comparison_power(two_sided - 1, fall)


def test_the_smallest_fall_that_39_cases_show():
    assert minimum_detectable_fall(39) == 0.56
    assert minimum_detectable_fall(39, tail=0.05) == 0.51
    assert comparison_power(39, 0.56) >= 0.8 > comparison_power(39, 0.55)


def test_a_base_too_small_for_any_fall_says_so():
    change = five_years(0, 5)
    assert math.isnan(change.minimum_detectable_fall)
    assert change.flags == ("fall_to_zero", "no_detectable_fall")
    assert comparison_power(5, 1.0) < 0.8


def test_a_rise_needs_no_base_for_a_fall():
    assert math.isnan(five_years(39, 23).baseline_needed)


def test_the_normal_approximation_of_large_bases_meets_the_exact_one():
    exact, approximate = comparison_power(15_000, 0.032), comparison_power(25_000, 0.025)
    assert (exact, approximate) == pytest.approx((0.8, 0.8), abs=0.03)
    assert minimum_detectable_fall(15_000) == 0.04
    assert minimum_detectable_fall(25_000) == 0.03


def test_a_comparison_is_fast_enough_for_a_page():
    minimum_detectable_fall.cache_clear()
    baseline_needed.cache_clear()
    start = perf_counter()
    for later in range(10):
        five_years(later, 39)
    assert perf_counter() - start < 1


# ---- any null ratio, one side, any exposure


def test_a_null_ratio_moves_the_share_that_is_tested():
    """The binomial law elsewhere: 18 in 4 against 6 in 4, ratio 1.5 under the null, larger."""
    share = null_share(4, 4, ratio=1.5)
    assert share == pytest.approx(0.6)
    p = conditional_p(18, 6, null=share)
    assert (p["greater"], p["midp_greater"]) == pytest.approx((0.09596147137, 0.06796620445))
    by_sum = sum(math.comb(24, k) * 0.6**k * 0.4 ** (24 - k) for k in range(18, 25))
    assert p["greater"] == pytest.approx(by_sum)
    assert p["midp_less"] + p["midp_greater"] == pytest.approx(1)
    assert conditional_p(0, 0, null=0.5)["midp_less"] == 1


def test_limits_of_a_ratio_at_any_level_and_on_one_side():
    """The beta law elsewhere: 0 in 3 against 9 in 4; the one-sided limit leaves the whole 5 % above it."""
    lower, upper = ratio_limits(0, 9, exposures=(3, 4))
    assert (lower, upper) == pytest.approx((0, 0.6755069204))
    assert ratio_limits(0, 9, exposures=(3, 4), level=0.9)[1] == pytest.approx(0.5266010586)
    odds = upper * 3 / 4
    assert (1 / (1 + odds)) ** 9 == pytest.approx(0.025)
    assert ratio_limits(5, 0)[1] == math.inf
    assert ratio_limits(0, 0) == (0, math.inf)


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.2, 5), st.floats(0.2, 5))
def test_limits_of_a_ratio_are_those_of_the_comparison(later: int, earlier: int, first: float, second: float):
    compared = compare_counts(later, earlier, later_exposure=first, earlier_exposure=second)
    limits = ratio_limits(later, earlier, exposures=(first, second))
    assert limits == pytest.approx((compared.ratio_lower, compared.ratio_upper))


# ---- two groups by two outcomes


def test_fishers_test_and_its_odds_ratio_are_those_of_r():
    """R 4.2.2, solved to 1e-14."""
    found = fisher_exact([[4, 6], [1, 11]])
    assert (found.p_minlike, found.ratio) == pytest.approx((0.1353383459, 6.675566753), rel=1e-7)
    assert (found.lower, found.upper) == pytest.approx((0.5086536216, 393.1277784), rel=1e-7)


def test_fishers_odds_ratio_of_millions_of_cases_is_that_of_large_numbers():
    """Woolf's limits, which are exact where counts are large; a search value by value takes hours for so many."""
    table = np.array([[455_000, 808_000], [4_316_000, 3_536_000]])
    found = fisher_exact(table)
    reach = np.exp(1.959964 * np.sqrt((1 / table).sum()))
    odds = 455 * 3536 / (808 * 4316)
    assert (found.ratio, found.lower, found.upper) == pytest.approx(
        (odds, odds / reach, odds * reach), rel=1e-5
    )


@pytest.mark.parametrize(
    "table", [[[3, 9], [14, 5]], [[0, 7], [5, 2]], [[8, 0], [3, 6]], [[21, 17], [30, 44]]]
)
@pytest.mark.parametrize("null", [1.0, 0.4, 2.7])
def test_fishers_numbers_are_those_of_scipy(table: list[list[int]], null: float):
    found, (row, column) = fisher_exact(table, null=null), np.array(table)
    wanted = scipy_odds_ratio(np.array(table))
    limits = wanted.confidence_interval(0.95)
    law = stats.nchypergeom_fisher(sum(row) + sum(column), sum(row), row[0] + column[0], null)
    chances = law.pmf(np.arange(sum(row) + 1))
    tail = min(chances[: row[0] + 1].sum(), chances[row[0] :].sum())
    assert (found.ratio, found.lower, found.upper) == pytest.approx(
        (wanted.statistic, limits.low, limits.high), rel=1e-9
    )
    assert found.p_central == pytest.approx(min(1.0, 2 * tail), rel=1e-9)


def test_fishers_p_is_the_sum_over_all_tables_with_these_margins():
    ways = {k: math.comb(10, k) * math.comb(12, 5 - k) for k in range(6)}
    total = sum(ways.values())
    found = fisher_exact([[4, 6], [1, 11]])
    assert found.p_minlike == pytest.approx(sum(w for w in ways.values() if w <= ways[4]) / total)
    assert found.p_central == pytest.approx(2 * (ways[4] + ways[5]) / total)


def test_an_empty_cell_and_an_empty_margin():
    none = fisher_exact([[0, 6], [5, 7]])
    assert (none.ratio, none.lower) == (0, 0)
    assert 0 < none.upper < math.inf
    nothing = fisher_exact([[0, 6], [0, 7]])
    assert math.isnan(nothing.ratio)
    assert (nothing.lower, nothing.upper, nothing.p_central) == (0, math.inf, 1)
    with pytest.raises(FactsError, match="two rows"):
        fisher_exact([[1, 2, 3], [1, 2, 3]])
