"""Years without a case: what they still allow, and how probable they are at an earlier pace, under the law of scatter."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from evalkit.evaluation import evaluate
from evalkit.reporting.brief.beside_country import held_against_the_country, law_of_rate
from evalkit.reporting.brief.compose import brief_sections
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_mean import chance_of_no_case, largest_mean, mean_limits
from evalkit.steps import examine_zeros
from tests.shipped import bundle_of

LAW = ScatterLaw("quadratic", 2.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
LINEAR = ScatterLaw("linear", 3.0, 0.2, series=60, cells=600, degrees=480, p=0.0)
UNKNOWN = ScatterLaw.unknown()


@pytest.mark.parametrize("years", [1, 2, 4, 7.5])
def test_without_a_law_the_limit_is_the_exact_one(years: float):
    exact = stats.chi2.ppf(0.975, 2) / 2 / years
    assert largest_mean(years) == pytest.approx(exact)
    assert largest_mean(years, UNKNOWN) == pytest.approx(exact)


@pytest.mark.parametrize("law", [LAW, LINEAR, replace(LAW, own=1.6)])
@pytest.mark.parametrize("years", [2, 4])
def test_at_the_limit_a_run_of_zeros_has_the_probability_of_one_tail(law: ScatterLaw, years: int):
    mean = largest_mean(years, law)
    variance = mean * law.variance_factor(mean)
    year = stats.nbinom(mean**2 / (variance - mean), mean / variance)
    assert year.pmf(0) ** years == pytest.approx(0.025, rel=1e-6)
    assert mean > largest_mean(years)


def test_years_that_scatter_without_bound_set_no_limit():
    wild = replace(LAW, alpha=40.0)
    assert largest_mean(1, wild) == math.inf


def test_the_chance_of_a_run_is_that_of_drawn_years():
    """The earlier pace has its own uncertainty: drawn from the same prior by weights, years from the negative binomial itself."""
    rng = np.random.default_rng(4)
    alpha, before, count, run = 0.41, 5, 23, 2
    size = 1 / alpha
    share = rng.beta(size * before, count + 0.5, 400_000)
    drawn = stats.nbinom.rvs(size * run, share, random_state=rng)
    known, predictive = chance_of_no_case(count, earlier_years=before, years=run, law=LAW)
    assert predictive == pytest.approx((drawn == 0).mean(), abs=4 * math.sqrt(0.0083 / 400_000))
    assert known == pytest.approx(stats.nbinom.pmf(0, size, size / (size + count / before)) ** run)


def test_without_a_law_the_chance_is_that_of_poisson_years():
    known, predictive = chance_of_no_case(23, earlier_years=5, years=2, law=UNKNOWN)
    assert known == pytest.approx(math.exp(-9.2))
    assert predictive == pytest.approx(stats.nbinom.pmf(0, 23.5, 5 / 7))


def test_a_page_takes_the_law_of_its_panel_where_it_is_known():
    run = examine_zeros(bundle_of("demo").provinces["22"]).items[0]
    assert run.by_law
    assert run.upper_per_year > stats.chi2.ppf(0.975, 2) / 2 / run.years
    bare = examine_zeros(bundle_of("vn-published").provinces["22"]).items
    assert not any(item.by_law for item in bare)


@pytest.mark.parametrize("law", [None, LAW, LINEAR, replace(LAW, own=1.6)])
@pytest.mark.parametrize(("count", "years"), [(0, 1), (1, 1), (6, 1), (43, 1), (23, 5), (646, 4)])
def test_at_either_limit_a_count_as_far_off_has_the_probability_of_one_tail(
    law: ScatterLaw | None, count: int, years: int
):
    low, high = mean_limits(count, years, law)

    def years_of(mean: float) -> stats.distributions.rv_frozen:
        variance = mean * (law.variance_factor(mean) if law else 1.0)
        if variance <= mean:
            return stats.poisson(years * mean)
        return stats.nbinom(years * mean**2 / (variance - mean), mean / variance)

    assert years_of(high).cdf(count) == pytest.approx(0.025, rel=1e-5)
    assert low < count / years < high or count == 0
    if count:
        assert years_of(low).sf(count - 1) == pytest.approx(0.025, rel=1e-5)


def test_limits_under_the_law_hold_the_mean_of_years_that_scatter_by_it_and_exact_ones_do_not():
    rng = np.random.default_rng(11)
    mean, alpha, size = 8.0, 0.41, 1_500
    years = rng.poisson(rng.gamma(1 / alpha, alpha * mean, (size, 5))).sum(axis=1)
    totals, times = np.unique(years, return_counts=True)
    held = {}
    for law in (None, LAW):
        limits = [mean_limits(one, 5, law) for one in totals]
        held[law] = sum(n for (low, high), n in zip(limits, times, strict=True) if low <= mean <= high) / size
    assert held[LAW] >= 0.94
    assert held[None] < 0.75


def test_above_the_country_is_said_under_the_law_of_the_years():
    """The same year and the same country's rate: apart by pure chance alone, not so where years scatter as in this panel."""
    area = bundle_of("demo").slice_for("11").province("11")
    summary = evaluate(area).summary
    told = {name: (here, there) for name, here, there in held_against_the_country(summary)}
    for name, (here, _) in told.items():
        if area.programme.indicators[name].kind == "rate":
            low, high = mean_limits(here["numerator"], 1.0, law_of_rate(area, name))
            scale = here["value"] / here["numerator"]
            assert [here["lower"], here["upper"]] == pytest.approx([scale * low, scale * high])
            assert law_of_rate(area, name) is not None
    section = next(one for one in brief_sections(summary) if one.id == "over-time")
    (figure,) = section.figures
    assert "allowing for extra variation between years" in figure.caption.en
