"""Before and after in many provinces, with a comparison, standardised, hidden totals and synthetic controls."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.capture_recapture import HiddenTotal, two_lists
from evalkit.statistics.panel.controlled import ControlledChange, controlled_change
from evalkit.statistics.panel.synthetic import SyntheticControl, synthetic_control
from evalkit.statistics.rates import garwood_interval
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.standardisation import (
    standardise_directly,
    standardise_indirectly,
    standardise_to_reference,
)
from evalkit.statistics.strata import Strata
from evalkit.statistics.stratified import PooledRatio, pooled_ratio

LATER, EARLIER = [23, 4, 0, 7, 12, 0], [39, 9, 2, 6, 20, 0]
LATER_YEARS, EARLIER_YEARS = [5.0, 4.0, 5.0, 5.0, 2.0, 5.0], [5.0, 5.0, 5.0, 3.0, 5.0, 5.0]


def pairs(later: list[float], earlier: list[float], **columns: object) -> pd.DataFrame:
    codes = [f"{90 + k}" for k in range(len(later))]
    frame = pd.DataFrame({"province_code": codes, "later": later, "earlier": earlier})
    return frame.assign(**({"later_exposure": 5.0, "earlier_exposure": 5.0} | columns))


def unequal() -> pd.DataFrame:
    return pairs(LATER, EARLIER, later_exposure=LATER_YEARS, earlier_exposure=EARLIER_YEARS)


def pooled(frame: pd.DataFrame, **options: float) -> PooledRatio:
    found = pooled_ratio(frame, **options)
    assert isinstance(found, PooledRatio)
    return found


def reason(result: object) -> str:
    assert isinstance(result, NotEstimable)
    return result.reason


# ---- before and after, pooled


def test_the_pooled_ratio_is_that_of_a_poisson_model_with_a_dummy_per_province():
    some = [k for k in range(6) if LATER[k] + EARLIER[k] > 0]
    counts = [LATER[k] for k in some] + [EARLIER[k] for k in some]
    years = [LATER_YEARS[k] for k in some] + [EARLIER_YEARS[k] for k in some]
    design = np.column_stack([np.repeat([1, 0], len(some)), np.vstack([np.eye(len(some))] * 2)])
    fit = sm.GLM(counts, design, family=sm.families.Poisson(), exposure=years).fit(tol=1e-12)
    found = pooled(unequal())
    assert found.log_ratio == pytest.approx(fit.params[0], rel=1e-7)
    assert found.log_se == pytest.approx(fit.bse[0], rel=1e-6)
    assert found.deviance == pytest.approx(fit.deviance, rel=1e-7)
    assert found.without_cases == 1
    assert "provinces_without_cases" in found.flags


def test_with_equal_years_the_exact_test_is_the_binomial_of_the_sums():
    found = pooled(pairs(LATER, EARLIER))
    later, total = sum(LATER), sum(LATER) + sum(EARLIER)
    exact = stats.binomtest(later, total).proportion_ci(method="exact")
    assert found.lower == pytest.approx(exact.low / (1 - exact.low))
    assert found.upper == pytest.approx(exact.high / (1 - exact.high))
    assert found.p == pytest.approx(2 * stats.binom.cdf(later, total, 0.5))
    assert found.ratio == found.mantel_haenszel == pytest.approx(later / sum(EARLIER))


def test_with_unequal_years_the_tails_are_those_of_all_possible_tables():
    later, earlier = np.array([2.0, 1.0, 0.0]), np.array([1.0, 3.0, 2.0])
    strata = Strata(later, earlier, np.array([5.0, 2.0, 5.0]), np.array([5.0, 5.0, 3.0]))
    shares = strata.shares(0.7)
    tables = list(itertools.product(*(range(int(total) + 1) for total in strata.total)))
    chances = [math.prod(stats.binom.pmf(table, strata.total, shares)) for table in tables]
    few = sum(chance for table, chance in zip(tables, chances, strict=True) if sum(table) <= 3)
    many = sum(chance for table, chance in zip(tables, chances, strict=True) if sum(table) >= 3)
    assert strata.tails(math.log(0.7)) == pytest.approx((few, many))


def test_the_exact_limits_leave_half_the_rest_in_each_tail():
    used = unequal().iloc[:5]
    columns = ("later", "earlier", "later_exposure", "earlier_exposure")
    strata = Strata(*(used[name].to_numpy(dtype=float) for name in columns))
    lower, upper = strata.exact_limits(0.9)
    assert strata.tails(math.log(lower))[1] == pytest.approx(0.05)
    assert strata.tails(math.log(upper))[0] == pytest.approx(0.05)


def test_provinces_that_differ_in_their_change_are_told_and_widen_the_limits():
    found = pooled(pairs([40, 2, 30, 1], [10, 30, 12, 25]))
    expected = [(a + b) * 73 / 150 for a, b in ((40, 10), (2, 30), (30, 12), (1, 25))]
    variance = [one * 77 / 150 for one in expected]
    later = (40, 2, 30, 1)
    q = sum((o - e) ** 2 / v for o, e, v in zip(later, expected, variance, strict=True))
    assert found.q == pytest.approx(q)
    assert "provinces_differ" in found.flags
    reach = 1.959964 * math.sqrt(q / 3 / sum(variance))
    assert found.spread_upper == pytest.approx(found.ratio * math.exp(reach), rel=1e-6)


def test_a_fall_to_zero_everywhere_has_an_exact_upper_limit_and_no_correction():
    found = pooled(pairs([0, 0, 0], [3, 4, 2]))
    assert (found.ratio, found.lower, found.mantel_haenszel) == (0, 0, 0)
    share = 1 - 0.025 ** (1 / 9)  # exact upper limit of 0 of 9
    assert found.upper == pytest.approx(share / (1 - share))
    assert found.p == pytest.approx(2 * 0.5**9)
    assert math.isnan(found.log_ratio)
    assert found.flags == ("fall_to_zero",)


def test_provinces_whose_exposures_contradict_each_other_widen_the_limits_without_end_or_error():
    found = pooled(pairs([900, 3], [2, 800], later_exposure=[1e-4, 1e4], earlier_exposure=[1e4, 1e-4]))
    assert found.spread_lower < 1e-6
    assert found.spread_upper > 1e6
    assert "provinces_differ" in found.flags


def test_a_rise_from_zero_has_an_exact_lower_limit():
    found = pooled(pairs([3, 4, 2], [0, 0, 0]))
    assert math.isinf(found.ratio)
    assert math.isinf(found.upper)
    assert found.lower == pytest.approx(1 / pooled(pairs([0, 0, 0], [3, 4, 2])).upper)


def test_one_province_alone_is_pooled_with_itself():
    found = pooled(pairs([23], [39]))
    assert (found.degrees, found.dispersion) == (0, 1.0)
    assert math.isnan(found.q_p)
    assert found.p == pytest.approx(2 * sum(math.comb(62, k) for k in range(24)) / 2**62)


def test_large_totals_take_the_limits_of_the_likelihood():
    found = pooled(pairs([2000, 900], [2100, 1000]))
    reach = math.exp(1.959964 * math.sqrt(1 / 2900 + 1 / 3100))
    assert found.upper == pytest.approx(2900 / 3100 * reach, rel=1e-6)


def test_pooling_refuses_what_it_may_not_pool():
    assert reason(pooled_ratio(pairs([0, 0], [0, 0]))) == "no_events"
    assert reason(pooled_ratio(pairs([3], [4], later_exposure=0.0))) == "no_exposure"
    assert reason(pooled_ratio(pairs([math.nan], [4]))) == "not_reported"
    hidden = pairs([3, math.nan], [4, 9], status=["reported", "suppressed"])
    assert reason(pooled_ratio(hidden)) == "suppressed"
    for bad in (-1, 1.5, math.inf):
        with pytest.raises(FactsError, match="91"):
            pooled_ratio(pairs([3, bad], [4, 9]))
    with pytest.raises(FactsError, match="finite"):
        pooled_ratio(pairs([3], [4], later_exposure=math.inf))


def test_a_province_that_cannot_be_used_is_flagged_and_the_others_go_on():
    found = pooled(pairs([3, 2, 0], [4, math.nan, 0]))
    assert found.frame["flag"].tolist() == ["", "not_reported", "no_cases_in_either"]
    assert found.frame["expected_later"].isna().tolist() == [False, True, True]
    assert found.ratio == 0.75


# ---- with a comparison


def compared(place: tuple[float, float], other: tuple[float, float], **options: object) -> ControlledChange:
    found = controlled_change(place, other, **options)
    assert isinstance(found, ControlledChange)
    return found


def test_the_controlled_change_is_the_interaction_of_a_poisson_model():
    design = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]])
    counts, years = np.array([23, 39, 58, 60]), np.array([4.0, 5.0, 4.5, 5.5])
    coefficients = np.linalg.solve(design, np.log(counts / years))  # four counts, four coefficients
    covariance = np.linalg.inv(design.T @ np.diag(counts) @ design)
    found = compared((23, 39), (58, 60), place_exposure=(4.0, 5.0), comparison_exposure=(4.5, 5.5))
    assert math.log(found.ratio) == pytest.approx(coefficients[3])
    assert found.log_se == pytest.approx(math.sqrt(covariance[3, 3]))


def test_unequal_years_shift_the_exact_test_to_where_the_rates_are_equal():
    found = compared((4, 9), (12, 10), place_exposure=(2.0, 5.0), comparison_exposure=(5.0, 5.0))
    # given 13 and 22 cases and 16 later ones, at equal changes a case is later with odds 2/5 here and 1 there
    chances = {k: stats.binom.pmf(k, 13, 2 / 7) * stats.binom.pmf(16 - k, 22, 1 / 2) for k in range(14)}
    whole = sum(chances.values())
    few = sum(chance for k, chance in chances.items() if k <= 4) / whole
    many = sum(chance for k, chance in chances.items() if k >= 4) / whole
    assert found.p_central == pytest.approx(min(1, 2 * min(few, many)))
    assert found.lower < 1 < found.upper


@pytest.mark.parametrize(
    ("place", "other"), [((2, 14), (20, 15)), ((0, 9), (12, 10)), ((5, 0), (6, 8)), ((7, 9), (8, 9))]
)
def test_p_and_limits_of_a_controlled_change_agree(place: tuple[int, int], other: tuple[int, int]):
    found = compared(place, other)
    assert (found.p_central < 0.05) == (not found.lower <= 1 <= found.upper)


def test_zero_cells_leave_exact_limits_and_no_wald_ones():
    found = compared((0, 9), (12, 10))
    assert (found.ratio, found.exact_ratio, found.lower) == (0, 0, 0)
    assert 0 < found.upper < 1
    assert math.isnan(found.wald_upper)
    assert math.isinf(compared((5, 0), (6, 8)).upper)


def test_a_comparison_without_cases_or_years_is_refused():
    assert reason(controlled_change((0, 0), (4, 5))) == "no_events"
    assert reason(controlled_change((0, 3), (0, 5))) == "no_events"
    assert reason(controlled_change((math.nan, 3), (4, 5))) == "not_reported"
    assert reason(controlled_change((2, 3), (4, 5), place_exposure=(0.0, 5.0))) == "no_exposure"
    with pytest.raises(FactsError):
        controlled_change((-2, 3), (4, 5))


# ---- standardised


def ages(**changes: object) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "province_code": ["97"] * 3 + ["98"] * 3,
            "age_group": ["0-17", "18-30", "31+"] * 2,
            "count": [3, 8, 5, 1, 12, 9],
            "exposure": [4000.0, 5000.0, 9000.0, 7000.0, 3000.0, 6000.0],
            "standard": [25.0, 20.0, 55.0] * 2,
        }
    )
    return rows.assign(**changes)


def test_a_direct_rate_and_dobsons_limits_are_what_pencil_and_paper_give():
    found = standardise_directly(ages(), scale=1000).iloc[0]
    parts = [(0.25, 3, 4000), (0.20, 8, 5000), (0.55, 5, 9000)]
    rate = sum(w * y / t for w, y, t in parts)
    variance = sum(w * w * y / t**2 for w, y, t in parts)
    lower, upper = (float(limit) for limit in garwood_interval(16, 1))
    assert found["value"] == pytest.approx(1000 * rate)
    assert found["lower"] == pytest.approx(1000 * (rate + math.sqrt(variance / 16) * (lower - 16)))
    assert found["upper"] == pytest.approx(1000 * (rate + math.sqrt(variance / 16) * (upper - 16)))


def test_with_one_stratum_a_direct_rate_is_the_plain_rate_with_exact_limits():
    frame = ages().query("age_group == '31+'").assign(count=[15, 19], exposure=[9000.0, 6000.0])
    found = standardise_directly(frame, scale=1)
    lower, _ = garwood_interval([15, 19], [9000, 6000])
    assert found["lower"].tolist() == pytest.approx(lower.tolist())


def test_the_order_of_rows_changes_nothing():
    mixed = ages().sample(frac=1, random_state=3)
    found = standardise_directly(mixed).set_index("province_code").sort_index()
    wanted = standardise_directly(ages()).set_index("province_code")
    pd.testing.assert_frame_equal(found, wanted)


@pytest.mark.parametrize(
    ("column", "value", "flag"),
    [
        ("count", math.nan, "not_reported"),
        ("exposure", 0.0, "no_exposure"),
        ("exposure", math.nan, "no_exposure"),
        ("exposure", math.inf, "no_exposure"),
        ("standard", math.nan, "no_exposure"),
        ("count", 0, "fewer_than_10_events"),
    ],
)
def test_an_area_that_cannot_be_standardised_is_flagged_and_the_other_goes_on(
    column: str, value: float, flag: str
):
    rows = ages().astype({"count": float})
    rows.loc[1, column] = value
    found = standardise_directly(rows)
    assert found["flag"].tolist() == [flag, ""]
    assert found.loc[0, ["value", "lower", "upper"]].isna().all()
    assert found.loc[1, "value"] == standardise_directly(ages()).loc[1, "value"]


def test_a_hidden_stratum_hides_the_area_and_is_no_zero():
    rows = ages(status=["suppressed"] + ["reported"] * 5).astype({"count": float})
    rows.loc[0, "count"] = math.nan
    assert standardise_directly(rows)["flag"].tolist() == ["suppressed", ""]
    assert standardise_indirectly(rows)["flag"].tolist() == ["suppressed", ""]


def test_strata_must_be_the_same_and_stand_once():
    with pytest.raises(FactsError, match="one row for every"):
        standardise_directly(ages().drop(index=2))
    with pytest.raises(FactsError, match="97"):
        standardise_directly(ages(age_group=["0-17", "0-17", "31+"] * 2))
    with pytest.raises(FactsError, match="98"):
        standardise_directly(ages(count=[3, 8, 5, -1, 12, 9]))


@pytest.mark.parametrize("without_itself", [False, True])
def test_expected_cases_are_those_at_the_rates_of_all_or_of_the_others(without_itself: bool):  # noqa: FBT001
    rows = ages()
    expected = 0.0
    for age in ("0-17", "18-30", "31+"):
        same = rows[rows["age_group"] == age]
        held = same[same["province_code"] == "98"] if without_itself else same
        own = same[same["province_code"] == "97"]
        expected += float(own["exposure"].sum() * held["count"].sum() / held["exposure"].sum())
    found = standardise_indirectly(rows, without_itself=without_itself).iloc[0]
    assert found["expected"] == pytest.approx(expected)
    assert found["value"] == pytest.approx(16 / expected)
    assert found["upper"] == pytest.approx(stats.chi2.ppf(0.975, 34) / 2 / expected)


def test_all_areas_together_have_as_many_cases_as_expected():
    found = standardise_indirectly(ages())
    assert found["expected"].sum() == pytest.approx(found["count"].sum())


def test_an_area_without_a_stratum_is_left_out_of_the_expectations():
    rows = ages().astype({"count": float})
    rows.loc[4, "count"] = math.nan
    found = standardise_indirectly(rows)
    assert found["flag"].tolist() == ["", "not_reported"]
    assert found.loc[0, "value"] == pytest.approx(1)
    assert math.isnan(found.loc[1, "value"])


# ---- two lists


def test_two_lists_give_chapmans_total_and_limits_that_hold_those_seen():
    found = two_lists(54, 37, both=12)
    assert isinstance(found, HiddenTotal)
    assert found.total == pytest.approx(55 * 38 / 13 - 1)
    unseen = found.total - 79
    reach = math.exp(1.959964 * math.sqrt(math.log(1 + found.se**2 / unseen**2)))
    assert (found.lower, found.upper) == pytest.approx((79 + unseen / reach, 79 + unseen * reach), rel=1e-6)
    assert found.lower > found.seen


def test_a_list_within_the_other_leaves_nobody_unseen():
    found = two_lists(54, 12, both=12)
    assert isinstance(found, HiddenTotal)
    assert (found.total, found.lower, found.upper) == (54, 54, 54)


def test_a_small_overlap_and_impossible_lists_are_refused():
    assert reason(two_lists(54, 37, both=6)) == "small_overlap"
    assert reason(two_lists(54, math.nan, both=12)) == "not_reported"
    with pytest.raises(FactsError, match="both lists"):
        two_lists(54, 11, both=12)


# ---- a mixture of others


def mixture(effect: float = -3.0) -> pd.DataFrame:
    rng, years = np.random.default_rng(5), range(2005, 2017)
    others = {f"{90 + k}": 10 + rng.normal(0, 3, 12).cumsum() for k in range(6)}
    others["89"] = 0.3 * others["90"] + 0.7 * others["93"] + effect * (np.array(years) >= 2013)
    wide = pd.DataFrame(others, index=pd.Index(years, name="year"))
    return wide.melt(var_name="province_code", ignore_index=False).reset_index()


def controlled_by(panel: pd.DataFrame, **options: object) -> SyntheticControl:
    found = synthetic_control(panel, treated="89", first_year=2013)
    assert isinstance(found, SyntheticControl)
    return found


def test_the_mixture_a_place_was_made_of_is_found_again():
    found = controlled_by(mixture())
    assert found.weights[["90", "93"]].tolist() == pytest.approx([0.3, 0.7], abs=1e-6)
    assert found.effect == pytest.approx(-3, abs=1e-5)
    assert found.placebo_p == pytest.approx(1 / 7)
    assert found.frame["gap"].tolist()[-4:] == pytest.approx([-3] * 4, abs=1e-5)


def test_no_other_mixture_on_a_grid_lies_nearer():
    panel = mixture()
    panel.loc[panel["province_code"] == "89", "value"] += np.tile([0.4, -0.7, 0.5], 4)
    found = controlled_by(panel)
    wide = panel.pivot_table(index="year", columns="province_code", values="value").loc[:2012]
    names = [name for name in wide.columns if name != "89"]
    best = min(
        float(np.sqrt(((wide["89"] - wide[names] @ (np.array(part) / 8)) ** 2).mean()))
        for part in itertools.product(range(9), repeat=len(names))
        if sum(part) == 8
    )
    assert found.misfit_before <= best


def test_without_a_match_before_there_is_no_control():
    panel = mixture()
    panel.loc[panel["province_code"] == "89", "value"] += 100
    assert reason(synthetic_control(panel, treated="89", first_year=2013)) == "no_match"


def test_a_control_is_refused_with_few_years_few_places_or_few_cases():
    panel = mixture()
    assert reason(synthetic_control(panel, treated="89", first_year=2009)) == "too_few_years"
    assert reason(synthetic_control(panel, treated="89", first_year=2030)) == "too_few_years"
    few = panel[~panel["province_code"].isin(["94", "95"])]
    assert reason(synthetic_control(few, treated="89", first_year=2013)) == "too_few_provinces"
    rare = panel.assign(count=1.0)
    assert reason(synthetic_control(rare, treated="89", first_year=2013)) == "insufficient_events"
    assert reason(synthetic_control(panel, treated="01", first_year=2013)) == "not_reported"
    gap = panel.drop(index=panel.index[(panel["province_code"] == "89") & (panel["year"] == 2008)])
    assert reason(synthetic_control(gap, treated="89", first_year=2013)) == "not_reported"
    with pytest.raises(FactsError, match="finite"):
        synthetic_control(panel.assign(value=math.inf), treated="89", first_year=2013)
    with pytest.raises(FactsError, match="one figure per place"):
        synthetic_control(pd.concat([panel, panel.head(1)]), treated="89", first_year=2013)


# ---- against a reference population, the rank of a mixture, few on both lists


def two_areas() -> pd.DataFrame:
    counts, lived = [4, 21, 7, 1, 5, 2], [9000, 12000, 11000, 4000, 6000, 8000]
    bands = ["0-17", "18-39", "40+"] * 2
    return pd.DataFrame(
        {"area": ["East"] * 3 + ["West"] * 3, "band": bands, "count": counts, "exposure": lived}
    )


def country() -> pd.DataFrame:
    bands = ["0-17", "18-39", "40+"]
    return pd.DataFrame({"band": bands, "count": [30, 120, 45], "exposure": [90_000, 110_000, 100_000]})


def test_ratio_and_rate_against_a_reference_population_are_those_computed_elsewhere():
    """In scipy, from the definitions: exact below 10 observed events, else Byar's limits."""
    found = standardise_to_reference(two_areas(), country(), area="area", stratum="band", method="phe")
    assert found["area"].tolist() == ["East", "West"]
    assert found["expected"].tolist() == pytest.approx([21.04090909, 11.47878788])
    assert found["value"].tolist() == pytest.approx([1.520846835, 0.696937698])
    assert found["rate"].tolist() == pytest.approx([98.85504429, 45.30095037])
    assert found["lower"].tolist() == pytest.approx([1.040078538, 0.3008882308])
    assert found["rate_upper"].tolist() == pytest.approx([139.5584534, 89.26093157])
    outer = standardise_to_reference(
        two_areas(), country(), area="area", stratum="band", method="phe", level=0.998
    )
    assert outer["upper"].tolist() == pytest.approx([2.550422255, 1.843069006])


def test_against_the_sum_of_the_areas_it_is_the_indirect_standardisation():
    both = two_areas().groupby("band", as_index=False)[["count", "exposure"]].sum()
    columns = {"area": "area", "stratum": "band"}
    against, among = (
        standardise_to_reference(two_areas(), both, **columns),
        standardise_indirectly(two_areas(), **columns),
    )
    for name in ("expected", "value", "lower", "upper"):
        assert against[name].tolist() == pytest.approx(among[name].tolist())


def test_a_stratum_without_reference_is_refused_and_an_area_without_figure_flagged():
    with pytest.raises(FactsError, match="rows 40"):
        standardise_to_reference(two_areas(), country().iloc[:2], area="area", stratum="band")
    lacking = two_areas().assign(count=[4, np.nan, 7, 1, 5, 2])
    found = standardise_to_reference(lacking, country(), area="area", stratum="band")
    assert found["flag"].tolist() == ["not_reported", ""]
    assert found.loc[0, ["expected", "value", "rate"]].isna().all()


def test_the_rank_among_places_is_that_of_a_loop_over_them():
    panel = mixture()
    fallen = (panel["province_code"] == "89") & (panel["year"] >= 2013)
    found = controlled_by(panel.assign(value=panel["value"] - 3 * fallen))
    larger = [place for place, growth in found.placebos.items() if growth > found.placebos["89"]]
    assert (found.rank, found.places) == (1 + len(larger), panel["province_code"].nunique())
    assert found.placebo_p == found.rank / found.places
    third = sorted(found.placebos, reverse=True)[2]
    assert replace(found, placebo_p=(found.placebos >= third).mean()).rank == 3


def test_few_on_both_lists_are_answered_where_that_is_asked():
    """Chapman by hand: 6 * 8 / 3 - 1."""
    found = two_lists(5, 7, both=2, fewest=1)
    assert isinstance(found, HiddenTotal)
    assert found.total == pytest.approx(15)
    assert reason(two_lists(5, 7, both=2)) == "small_overlap"
