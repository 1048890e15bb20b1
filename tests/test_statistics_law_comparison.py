"""Two counts compared under the law of scatter, held against the likelihood worked out slowly and against simulation."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.rates import test_poisson_2indep as two_poisson_rates

from evalkit.statistics.law.law_comparison import LawComparison, compare_under_law
from evalkit.statistics.law.law_power import detectable_fall, power_under_law
from evalkit.statistics.law.law_score import Window, change_p
from evalkit.statistics.law.scatter import ScatterLaw

Years = tuple[int, ...]


def quadratic(alpha: float, **changes: float) -> ScatterLaw:
    fields = {"phi": 3.0, "series": 34, "cells": 340, "degrees": 272, "p": 0.0} | changes
    return ScatterLaw("quadratic", alpha=alpha, **fields)


def linear(phi: float, **changes: float) -> ScatterLaw:
    fields = {"alpha": 0.3, "series": 34, "cells": 340, "degrees": 272, "p": 0.0} | changes
    return ScatterLaw("linear", phi=phi, **fields)


def found(later: tuple[float, float], earlier: tuple[float, float], law: ScatterLaw) -> LawComparison:
    comparison = compare_under_law(Window(*later), Window(*earlier), law)
    assert comparison is not None
    return comparison


def loglikelihood(after: Years, before: Years, log_mean: float, log_ratio: float, *, alpha: float) -> float:
    """Return the logarithm of the probability of these years, each negative binomial by itself."""
    size, total = 1 / alpha, 0.0
    for years, mean in ((before, math.exp(log_mean)), (after, math.exp(log_mean + log_ratio))):
        total += float(stats.nbinom.logpmf(np.array(years), size, size / (size + mean)).sum())
    return total


def slow_p(after: Years, before: Years, *, alpha: float, ratio: float = 1.0) -> float:
    """Return the p of Rao's score test: derivatives by finite differences, the nuisance mean maximised numerically."""
    at = math.log(ratio)
    start = math.log((sum(after) + sum(before)) / (len(after) + len(before)))
    best = optimize.minimize_scalar(
        lambda mean: -loglikelihood(after, before, mean, at, alpha=alpha),
        bracket=(start - 1, start + 1),
        tol=1e-12,
    ).x
    step = 1e-4
    score = (
        loglikelihood(after, before, best, at + step, alpha=alpha)
        - loglikelihood(after, before, best, at - step, alpha=alpha)
    ) / (2 * step)
    information = _expected_information(len(after), len(before), float(best), at, alpha)
    variance = 1 / np.linalg.inv(information)[0, 0]
    return float(2 * stats.norm.sf(abs(score) / math.sqrt(variance)))


def _expected_information(
    after: int, before: int, log_mean: float, log_ratio: float, alpha: float
) -> np.ndarray:
    """Return the expected squared derivatives, summed over every count that a year can have."""
    size = 1 / alpha

    def of_a_year(mean: float) -> float:
        counts = np.arange(stats.nbinom.ppf(1 - 1e-13, size, size / (size + mean)) + 1)
        logs = [
            stats.nbinom.logpmf(counts, size, size / (size + mean * math.exp(h))) for h in (-1e-5, 0, 1e-5)
        ]
        return float(np.exp(logs[1]) @ ((logs[2] - logs[0]) / 2e-5) ** 2)

    later, earlier = after * of_a_year(math.exp(log_mean + log_ratio)), before * of_a_year(math.exp(log_mean))
    return np.array([[later, later], [later, later + earlier]])


CASES: list[tuple[Years, Years, float]] = [
    ((3, 6, 2, 8, 4), (9, 4, 12, 6, 8), 0.4),
    ((3, 6), (9, 4, 12, 6, 8), 0.4),
    ((0, 0, 0), (4, 2, 5, 1), 0.2),
    ((7, 2, 9, 1), (0, 0, 0, 0, 0), 1.0),
    ((140, 90, 310), (60, 45, 120, 80, 20), 0.8),
    ((1, 0), (2, 1), 0.05),
]


# ---- the test and its limits


@pytest.mark.parametrize(("after", "before", "alpha"), CASES)
def test_the_p_is_that_of_the_score_test_worked_out_year_by_year(after: Years, before: Years, alpha: float):
    comparison = found((sum(after), len(after)), (sum(before), len(before)), quadratic(alpha))
    assert comparison.p == pytest.approx(slow_p(after, before, alpha=alpha), rel=1e-4)


@pytest.mark.parametrize(("after", "before", "alpha"), CASES)
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_a_ratio_at_a_limit_is_just_not_rejected(after: Years, before: Years, alpha: float, level: float):
    windows = Window(sum(after), len(after)), Window(sum(before), len(before))
    comparison = compare_under_law(*windows, quadratic(alpha), level=level)
    assert comparison is not None
    for limit in (comparison.ratio_lower, comparison.ratio_upper):
        if 0 < limit < math.inf:
            assert slow_p(after, before, alpha=alpha, ratio=limit) == pytest.approx(1 - level, rel=1e-3)
    assert (comparison.ratio_lower == 0) == (sum(after) == 0)
    assert (comparison.ratio_upper == math.inf) == (sum(before) == 0)


@pytest.mark.parametrize(("later", "earlier"), [((23, 5), (39, 5)), ((4, 2), (60, 5)), ((0, 3), (7, 4))])
def test_without_overdispersion_it_is_the_score_test_of_two_poisson_rates(
    later: tuple[int, int], earlier: tuple[int, int]
):
    outside = two_poisson_rates(later[0], later[1], earlier[0], earlier[1], method="score")
    for law in (quadratic(0.0), quadratic(1e-9), linear(1.0)):
        assert found(later, earlier, law).p == pytest.approx(outside.pvalue, rel=1e-5)


@pytest.mark.parametrize("phi", [1.0, 2.5, 9.0])
def test_a_linear_law_widens_the_score_test_of_two_poisson_rates_by_phi(phi: float):
    def outside(ratio: float) -> float:
        return float(two_poisson_rates(23, 4, 61, 6, method="score", value=ratio).statistic) / math.sqrt(phi)

    comparison = found((23, 4), (61, 6), linear(phi))
    assert comparison.p == pytest.approx(2 * stats.norm.sf(abs(outside(1.0))), rel=1e-9)
    assert outside(comparison.ratio_lower) == pytest.approx(1.959964, rel=1e-5)
    assert outside(comparison.ratio_upper) == pytest.approx(-1.959964, rel=1e-5)


def test_a_place_that_scatters_more_and_few_series_widen_the_limits():
    plain = found((23, 4), (61, 6), linear(2.0))
    wider = found((23, 4), (61, 6), linear(2.0, own=1.5))
    assert wider == found((23, 4), (61, 6), linear(3.0))
    few = found((23, 4), (61, 6), linear(2.0, series=5, degrees=8))
    score = stats.norm.isf(plain.p / 2)
    assert few.p == pytest.approx(2 * stats.t(8).sf(score), rel=1e-9)
    assert few.ratio_upper > plain.ratio_upper


def test_nothing_on_either_side_says_nothing():
    nothing = found((0, 3), (0, 5), quadratic(0.4))
    assert (nothing.ratio_lower, nothing.ratio_upper, nothing.p) == (0.0, math.inf, 1.0)
    assert math.isnan(nothing.percent_lower)
    assert math.isnan(nothing.minimum_detectable_fall)


@pytest.mark.parametrize("law", [quadratic(0.4), quadratic(0.0), linear(3.0)])
def test_zero_cases_on_one_side_have_one_limit(law: ScatterLaw):
    none_left, none_before = found((0, 5), (39, 5), law), found((39, 5), (0, 5), law)
    assert (none_left.ratio_lower, none_left.percent_lower) == (0.0, -100.0)
    assert none_left.ratio_upper < 1
    assert none_before.ratio_upper == math.inf
    assert none_before.ratio_lower == pytest.approx(1 / none_left.ratio_upper, rel=1e-6)
    assert math.isnan(none_before.percent_upper)


def test_huge_counts_leave_the_limits_of_the_logarithms():
    """With alpha and n years on each side the log ratio has variance 2 alpha / n once means are huge, up to its skewness."""
    comparison = found((5_000_000, 50), (5_000_000, 50), quadratic(0.1))
    reach = 1.959964 * math.sqrt(2 * 0.1 / 50)
    assert math.log(comparison.ratio_upper) == pytest.approx(reach, rel=0.01)
    assert math.log(comparison.ratio_lower) == pytest.approx(-reach, rel=0.01)
    assert comparison.p == 1.0
    assert 0 < comparison.minimum_detectable_fall < 1


def test_two_sides_swapped_are_the_same_comparison():
    one, other = found((23, 4), (61, 6), quadratic(0.4)), found((61, 6), (23, 4), quadratic(0.4))
    assert one.p == pytest.approx(other.p, rel=1e-12)
    assert one.ratio_lower == pytest.approx(1 / other.ratio_upper, rel=1e-7)


def test_without_a_known_law_nothing_is_said_and_another_p_decides():
    for law in (None, ScatterLaw.unknown(series=3, cells=12)):
        assert compare_under_law(Window(23, 5), Window(39, 5), law) is None
        assert change_p(Window(23, 5), Window(39, 5), law) == 0.0
    assert compare_under_law(Window(math.nan, 5), Window(39, 5), quadratic(0.4)) is None
    assert compare_under_law(Window(23, 0), Window(39, 5), quadratic(0.4)) is None


# ---- power


def shown(base: float, years: tuple[int, int], fall: float, alpha: float) -> float:
    """Return how often 4,000 simulated pairs show a fall."""
    rng, law = np.random.default_rng(round(base + 100 * alpha)), quadratic(alpha)

    def totals(mean: float, length: int) -> list[int]:
        rates = rng.gamma(1 / alpha, alpha * mean, (4000, length)) if alpha else np.full((4000, length), mean)
        return rng.poisson(rates).sum(axis=1).tolist()

    p = cache(lambda later, earlier: change_p(Window(later, years[1]), Window(earlier, years[0]), law))
    before = totals(base / years[0], years[0])
    after = totals(base / years[0] * (1 - fall), years[1])
    pairs = zip(after, before, strict=True)
    return float(np.mean([p(*pair) < 0.05 and pair[0] / years[1] < pair[1] / years[0] for pair in pairs]))


@pytest.mark.parametrize(
    ("base", "years", "fall", "alpha"),
    [
        (67, (5, 5), 0.44, 0.41),
        (67, (5, 5), 0.76, 0.41),
        (39, (5, 5), 0.54, 0.0),
        (200, (5, 2), 0.75, 0.2),
        (200, (5, 2), 0.5, 0.2),
        (20, (5, 3), 0.9, 0.41),
    ],
)
def test_the_power_is_what_simulation_finds(base: int, years: tuple[int, int], fall: float, alpha: float):
    said = power_under_law(Window(base, years[0]), years[1], fall, quadratic(alpha))
    assert said == pytest.approx(shown(base, years, fall, alpha), abs=0.02)


@pytest.mark.parametrize("alpha", [0.0, 0.41])
@pytest.mark.parametrize("base", [20.0, 67.0, 600.0])
def test_the_smallest_fall_shown_is_the_smallest_whole_percent_with_that_power(base: float, alpha: float):
    fall = detectable_fall(Window(base, 5), 5, quadratic(alpha))
    enough, less = (power_under_law(Window(base, 5), 5, one, quadratic(alpha)) for one in (fall, fall - 0.01))
    assert less < 0.8 + 0.005  # the root is found to a twentieth of a point
    assert enough >= 0.8 - 0.005


def test_a_base_that_could_not_show_its_own_end_has_no_smallest_fall():
    assert math.isnan(detectable_fall(Window(20, 5), 2, quadratic(0.82)))
    assert math.isnan(detectable_fall(Window(0, 5), 5, quadratic(0.0)))
    assert power_under_law(Window(20, 5), 2, 1.0, quadratic(0.82)) < 0.8


def test_large_totals_meet_the_sum_over_all_totals_where_they_take_over():
    exact = power_under_law(Window(19_900, 5), 5, 0.3, quadratic(0.02))
    assert power_under_law(Window(20_100, 5), 5, 0.3, quadratic(0.02)) == pytest.approx(exact, abs=0.02)
