"""Counts, rates and proportions against slow recomputation, another library and the edges nobody may get wrong."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from evalkit.errors import FactsError
from evalkit.statistics.posterior import rate_posterior
from evalkit.statistics.proportions import (
    clopper_pearson_interval,
    estimate_proportion,
    estimate_ratio,
    one_sided_bound,
    wilson_interval,
)
from evalkit.statistics.rates import (
    byar_interval,
    estimate_rate,
    garwood_interval,
    one_sided_upper,
    phe_interval,
    rate_interval,
)
from evalkit.table import refuse_mixed_units


def poisson_tail(at_most: int, mean: float) -> float:
    return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(at_most + 1))


@pytest.mark.parametrize("count", [1, 3, 23])
def test_garwood_limits_leave_two_and_a_half_per_cent_in_each_tail(count: int):
    lower, upper = garwood_interval(count, 5)
    assert 1 - poisson_tail(count - 1, 5 * float(lower)) == pytest.approx(0.025)
    assert poisson_tail(count, 5 * float(upper)) == pytest.approx(0.025)


@given(st.integers(1, 400), st.floats(0.1, 50), st.sampled_from([0.9, 0.95, 0.998]))
def test_garwood_agrees_with_statsmodels_and_holds_the_estimate(count: int, exposure: float, level: float):
    lower, upper = garwood_interval(count, exposure, level=level)
    assert (lower, upper) == pytest.approx(
        confint_poisson(count, exposure, method="exact-c", alpha=1 - level)
    )
    assert lower < count / exposure < upper


def test_a_zero_count_has_a_lower_limit_of_exactly_zero_and_the_known_bounds():
    lower, upper = garwood_interval(0, 2)
    assert float(lower) == 0
    assert float(upper) == pytest.approx(3.688879454 / 2)
    assert float(one_sided_upper(0, 2)) == pytest.approx(2.995732274 / 2)


@pytest.mark.parametrize("exposure", [0, -1, math.nan])
def test_without_exposure_there_is_no_rate_and_the_other_rows_go_on(exposure: float):
    frame = pd.DataFrame({"cases": [4, 4], "years": [exposure, 2]})
    rates = estimate_rate(frame, count="cases", exposure="years")
    assert rates.loc[0, ["value", "lower", "upper", "upper_one_sided"]].isna().all()
    assert rates["flag"].tolist() == ["no_exposure", ""]
    assert rates.loc[1, "value"] == 2


def test_rates_are_per_scale_and_a_missing_count_stays_missing():
    frame = pd.DataFrame({"cases": [23, np.nan], "people": [500_000.0, 500_000.0]})
    rates = estimate_rate(frame, count="cases", exposure="people", scale=100_000)
    assert rates.loc[0, ["value", "lower", "upper"]].tolist() == pytest.approx([4.6, 2.916005, 6.902259])
    assert rates.loc[1, ["value", "lower", "upper"]].isna().all()
    assert rates["level"].tolist() == [0.95, 0.95]


def test_byar_is_the_variant_of_phe_and_starts_at_ten():
    assert [float(limit) for limit in byar_interval(23, 1)] == pytest.approx([14.58, 34.51], abs=0.005)
    frame = pd.DataFrame({"cases": [9, 10], "years": [1, 1]})
    parity = estimate_rate(frame, count="cases", exposure="years", method="phe")
    exact = estimate_rate(frame, count="cases", exposure="years")
    assert (parity["lower"] == exact["lower"]).tolist() == [True, False]
    assert parity["lower"].tolist() == pytest.approx(exact["lower"].tolist(), rel=0.002)


@pytest.mark.parametrize("count", [-1, 2.5, math.inf])
def test_what_is_no_count_is_refused_by_row_and_never_printed(count: float):
    frame = pd.DataFrame({"cases": [4, count], "years": [1, 1]})
    with pytest.raises(FactsError, match="rows 1") as refusal:
        estimate_rate(frame, count="cases", exposure="years")
    assert str(count) not in str(refusal.value)


def test_two_units_of_one_measure_are_refused():
    day = pd.Timestamp("2020-12-31")
    rows = pd.DataFrame(
        {"unit": ["vu", "nguoi"], "province_code": "97", "period_start": day, "period_end": day}
    )
    with pytest.raises(FactsError, match=r"97 2020-12-31\.\.2020-12-31"):
        refuse_mixed_units(rows, where="cases_recorded")


# ---- proportions


@given(st.integers(0, 200), st.integers(1, 200), st.sampled_from([0.9, 0.95, 0.998]))
def test_limits_of_a_proportion_stay_inside_and_hold_it(part: int, base: int, level: float):
    part = min(part, base)
    for interval in (wilson_interval, clopper_pearson_interval):
        lower, upper = interval(part, base, level=level)
        assert 0 <= lower <= part / base <= upper <= 1
    exact = proportion_confint(part, base, alpha=1 - level, method="beta")
    assert clopper_pearson_interval(part, base, level=level) == pytest.approx(np.nan_to_num(exact, nan=0))


def test_wilson_limits_solve_the_score_equation():
    lower, upper = wilson_interval(7, 9)
    for limit in (float(lower), float(upper)):
        score = (7 / 9 - limit) / math.sqrt(limit * (1 - limit) / 9)
        assert abs(score) == pytest.approx(1.959964, abs=1e-5)


def test_none_and_all_have_exact_one_sided_bounds():
    none, every, some = one_sided_bound([0, 10, 3], [10, 10, 10])
    assert (1 - none) ** 10 == pytest.approx(0.05)
    assert every**10 == pytest.approx(0.05)
    assert math.isnan(some)


def test_shares_of_nothing_and_of_what_is_not_known_are_missing():
    frame = pd.DataFrame({"supported": [0, 3, np.nan], "identified": [0, np.nan, 5]})
    shares = estimate_proportion(frame, numerator="supported", denominator="identified")
    assert shares[["value", "lower", "upper"]].isna().all().all()
    assert shares["flag"].tolist() == ["no_base", "", ""]


def test_a_part_above_its_base_is_refused_by_row_without_figures():
    frame = pd.DataFrame({"resolved": [7, 4711], "due": [9, 4242]}, index=["97 2024", "98 2025"])
    with pytest.raises(FactsError, match="resolved must not exceed due") as refusal:
        estimate_proportion(frame, numerator="resolved", denominator="due")
    assert "98 2025" in str(refusal.value)
    assert "4711" not in str(refusal.value)
    assert "4242" not in str(refusal.value)


def test_a_period_ratio_may_exceed_a_hundred_and_claims_no_interval():
    frame = pd.DataFrame({"cleared": [11, 4], "instituted": [10, 0]})
    ratios = estimate_ratio(frame, numerator="cleared", denominator="instituted")
    assert ratios["value"].tolist() == pytest.approx([110.0, math.nan], nan_ok=True)
    assert "lower" not in ratios.columns


def test_the_chance_of_a_fall_by_a_share_agrees_with_integration():
    later, earlier = rate_posterior(23, 5), rate_posterior(39, 5)
    rates = np.linspace(0, 30, 60_001)
    step = rates[1] - rates[0]

    def density(count: float) -> np.ndarray:
        with np.errstate(divide="ignore"):
            logs = (count - 0.5) * np.log(rates) - 5 * rates
        weights = np.exp(logs - logs.max())
        return weights / (weights.sum() * step)

    below = np.cumsum(density(23)) * step
    chance = (density(39) * np.interp(0.6 * rates, rates, below)).sum() * step
    assert later.below(earlier, times=0.6) == pytest.approx(chance, abs=1e-3)


# ---- Byar's limits, PHE's rule, a level for each row


def test_byars_limits_in_the_variant_of_phe_are_those_of_its_published_formula():
    """PHEindicatormethods: the formula of APHO Technical Briefing 3, evaluated elsewhere; a level to each row."""
    levels = np.array([0.95, 0.95, 0.95, 0.95, 0.998])
    lower, upper = byar_interval([0, 4, 26, 310, 4], 1, level=levels)
    assert lower == pytest.approx([0, 1.076150408, 16.97975581, 276.4469815, 0.3822360535])
    assert upper == pytest.approx([3.668011832, 10.24075274, 38.09754215, 346.5022752, 14.88152515])


def test_byars_limits_in_the_variant_of_epitools():
    """R's pois.byar: 23 events give 14.974 to 33.912."""
    lower, upper = byar_interval([23, 23], [1, 2], variant="epitools")
    assert (round(float(lower[0]), 3), round(float(upper[0]), 3)) == (14.974, 33.912)
    assert (2 * lower[1], 2 * upper[1]) == pytest.approx((lower[0], upper[0]))
    assert float(byar_interval(0, 1, variant="epitools")[0]) == 0


def test_phes_rule_is_exact_below_ten_events_and_byars_from_ten_on():
    lower, upper = phe_interval([9, 10], [3, 3])
    assert (lower[0], upper[0]) == pytest.approx(
        (stats.chi2.ppf(0.025, 18) / 6, stats.chi2.ppf(0.975, 20) / 6)
    )
    z = stats.norm.ppf(0.975)
    by_hand = (
        10 * (1 - 1 / 90 - z / (3 * math.sqrt(10))) ** 3,
        11 * (1 - 1 / 99 + z / (3 * math.sqrt(11))) ** 3,
    )
    assert (3 * lower[1], 3 * upper[1]) == pytest.approx(by_hand)


def test_a_standardised_ratio_has_limits_by_the_rule_named():
    """Elsewhere in scipy: 48 observed where 60 were expected."""
    exact, byar, phe = (rate_interval(48, 60, method=rule) for rule in ("exact", "byar", "phe"))
    assert exact == pytest.approx((0.5898568471, 1.060683936))
    assert byar == pytest.approx((0.589807912, 1.06070731))
    assert phe == byar
    frame = pd.DataFrame({"observed": [3], "expected": [5.5]})
    row = estimate_rate(frame, count="observed", exposure="expected", method="byar").iloc[0]
    assert (row["lower"], row["upper"]) == pytest.approx((0.1096313765, 1.593702618))
    assert row["method"] == "Byar"


def test_a_level_for_each_row_is_that_row_alone():
    lower, upper = garwood_interval([4, 4], 1, level=np.array([0.95, 0.998]))
    assert lower[1] == garwood_interval(4, 1, level=0.998)[0] < lower[0]
    assert upper[1] == garwood_interval(4, 1, level=0.998)[1] > upper[0]


# ---- a gamma prior


def test_a_prior_is_worth_so_many_cases_in_so_much_time():
    with_prior, more_seen = rate_posterior(3, 2, prior=(2.5, 4.0)), rate_posterior(5, 6)
    assert with_prior.mean == pytest.approx(5.5 / 6)
    for share in (0.025, 0.5, 0.975):
        assert with_prior.quantile(share) == pytest.approx(more_seen.quantile(share))
    assert with_prior.next_count().pmf(0) == pytest.approx((6 / 7) ** 5.5)
    other = rate_posterior(4, 3, prior=(1.0, 1.0))
    rng = np.random.default_rng(5)
    first, second = rng.gamma(5.5, 1 / 6, 400_000), rng.gamma(5.0, 1 / 4, 400_000)
    assert with_prior.below(other) == pytest.approx(np.mean(first < second), abs=0.004)
    assert with_prior.ratio_quantile(other, 0.5) == pytest.approx(np.median(first / second), rel=0.01)
