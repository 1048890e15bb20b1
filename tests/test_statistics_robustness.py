"""Robustness: Mann-Kendall by all pairs, Firth's equations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.nonparametric import MonotoneTrend, mann_kendall
from evalkit.statistics.trend.penalised import firth_group_rate, firth_poisson

# ---- Mann-Kendall and Sen


def monotone(values: list[float], **given: object) -> MonotoneTrend:
    found = mann_kendall(values, **given)
    assert isinstance(found, MonotoneTrend)
    return found


def test_the_variance_with_ties_is_that_of_all_orders():
    """Eight values in two groups of ties: every order of them is written down."""
    values = [1, 1, 1, 1, 1, 1, 2, 2]
    sums = [
        sum(
            1 if second > first else -1 if second < first else 0
            for first, second in itertools.combinations(o, 2)
        )
        for o in (
            [2 if place in pair else 1 for place in range(8)] for pair in itertools.combinations(range(8), 2)
        )
    ]
    assert monotone(values).variance == pytest.approx(np.var(sums))
    assert monotone(values).statistic == max(sums)


def test_the_exact_p_is_that_of_all_orders():
    """Six of eight values rise in order: the share of the 40320 orders whose statistic is as far from 0."""
    values = [2, 1, 3, 4, 5, 6, 8, 7]
    statistic = 28 - 2 * 2
    row = np.ones(1)
    for size in range(2, 9):  # orders by number of inversions
        row = np.convolve(row, np.ones(size))
    orders = sum(number for inversions, number in enumerate(row) if abs(28 - 2 * inversions) >= statistic)
    found = monotone(values)
    assert (found.statistic, found.method) == (statistic, "exact")
    assert found.p == pytest.approx(orders / math.factorial(8))


def test_sen_is_the_median_of_all_pairs_and_takes_years_apart():
    values, years = [3.0, 5, 4, 8, 9, 7, 12, 11], [2000, 2001, 2003, 2004, 2005, 2008, 2010, 2011]
    slopes = [
        (b - a) / (s - r) for (r, a), (s, b) in itertools.combinations(zip(years, values, strict=True), 2)
    ]
    found = monotone(values, years=years)
    assert found.sen == pytest.approx(np.median(slopes))
    assert found.sen_lower <= found.sen <= found.sen_upper
    assert {round(found.sen_lower, 9), round(found.sen_upper, 9)} <= {round(slope, 9) for slope in slopes}


def test_a_missing_year_is_no_zero():
    values = [9.0, 8, math.nan, 7, 5, 6, 4, 3, 2]
    kept = [value for value in values if not math.isnan(value)]
    assert monotone(values).statistic == monotone(kept).statistic
    assert monotone(values).sen != monotone(kept).sen


def test_equal_values_show_no_trend():
    found = monotone([3] * 9)
    assert (found.p, found.z, found.tau, found.sen, found.tied) == (1, 0, 0, 0, 9)


def test_a_floor_of_zeros_is_said():
    assert monotone([5, 4, 3, 2, 1, 0, 0, 0]).flags == ("many_zeros",)
    assert monotone([5, 4, 3, 2, 1, 6, 0, 0]).flags == ()


def test_seven_years_are_too_few():
    assert mann_kendall([1, 2, 3, 4, 5, 6, 7]) == NotEstimable("too_few_years", {"years": 7, "needed": 8})


# ---- Firth


def test_firth_of_two_groups_is_the_closed_form():
    design = np.column_stack([np.ones(8), np.arange(8) >= 4])
    fit = firth_poisson([3, 5, 4, 6, 0, 0, 0, 0], design, exposure=[2.0] * 8)
    assert fit.coefficients[0] == pytest.approx(math.log(firth_group_rate(18, 8)))
    assert fit.coefficients.sum() == pytest.approx(math.log(firth_group_rate(0, 8)))


def test_firth_maximises_the_penalised_likelihood():
    counts, years = np.array([7, 4, 5, 2, 0, 0, 0, 0]), np.arange(8.0)
    design = np.column_stack([np.ones(8), years])

    def penalised(beta: np.ndarray) -> float:
        mean = np.exp(design @ beta)
        information = design.T @ (mean[:, None] * design)
        return float(stats.poisson.logpmf(counts, mean).sum() + np.linalg.slogdet(information)[1] / 2)

    fit = firth_poisson(counts, design)
    best = penalised(fit.coefficients)
    for away in ([1e-3, 0], [-1e-3, 0], [0, 1e-3], [0, -1e-3]):
        assert penalised(fit.coefficients + away) < best
    assert fit.rounds < 200


def test_columns_that_repeat_each_other_are_refused():
    with pytest.raises(FactsError, match="design"):
        firth_poisson([1, 2, 3], np.ones((3, 2)))


def test_few_values_are_answered_where_that_is_asked_and_three_are_the_fewest():
    """Four values in order but for one pair: 4 of the 24 orders rise as much or more, and as many fall."""
    found = mann_kendall([1, 3, 2, 5], fewest=3)
    assert isinstance(found, MonotoneTrend)
    assert (found.statistic, found.method) == (4, "exact")
    assert found.p == pytest.approx(2 * 4 / 24)
    assert mann_kendall([1, 2], fewest=1) == NotEstimable("too_few_years", {"years": 2, "needed": 3})


def test_beyond_fifty_values_the_normal_law_is_taken():
    rng = np.random.default_rng(3)
    fifty, more = (mann_kendall(rng.normal(size=size)) for size in (50, 51))
    assert isinstance(fifty, MonotoneTrend)
    assert isinstance(more, MonotoneTrend)
    assert (fifty.method, more.method) == ("exact", "normal, tie corrected")
    assert more.p == pytest.approx(2 * stats.norm.sf(abs(more.z)))
    assert more.variance == pytest.approx(51 * 50 * 107 / 18)
