"""The effect of a programme on a panel, held against other programs, slow recomputations and simulation."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

from evalkit.errors import DeclarationError, FactsError
from evalkit.statistics.panel.comparable import comparable
from evalkit.statistics.panel.controlled import ControlledChange, controlled_change
from evalkit.statistics.panel.controlled_effect import controlled_effect
from evalkit.statistics.panel.count_imputation import count_imputation
from evalkit.statistics.panel.effect import Effect, LeftOut
from evalkit.statistics.panel.group_time import GroupTime, group_time_effects
from evalkit.statistics.panel.measured_effect import measured_effect
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.randomisation import assignments, number_of_assignments
from evalkit.statistics.panel.synthetic import SyntheticControl, synthetic_control
from evalkit.statistics.panel.synthetic_difference import (
    shares_of_places,
    shares_of_years,
    synthetic_difference,
)
from evalkit.statistics.panel.synthetic_effect import synthetic_effect
from evalkit.statistics.panel.two_way import TwoWay, two_way, two_way_effect
from evalkit.statistics.panel.untreated_fit import expected_counts
from evalkit.statistics.panel.value_imputation import ImputedDifference, value_imputation
from evalkit.statistics.results import NotEstimable
from tests.castle import castle, log_rates, starts
from tests.panels import LAW, STAGGERED, YEARS, drawn, ruled


def reason(found: object) -> str:
    assert isinstance(found, NotEstimable)
    return found.reason


# ---- the panel


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"counts": np.ones((2, 8))}, "one row per place"),
        ({"treated_since": (2014,)}, "each place stands once"),
        ({"places": ("A",) * 12}, "each place stands once"),
        ({"periods": (2010, 2012, 2011, 2013, 2014, 2015, 2016, 2017)}, "periods rise"),
        ({"counts": np.full((12, 8), 0.5)}, "whole number"),
        ({"counts": np.full((12, 8), -1.0)}, "never negative"),
        ({"exposure": np.zeros((12, 8))}, "positive exposure"),
    ],
)
def test_a_panel_that_cannot_be_is_refused_in_words(change: dict[str, Any], rule: str):
    with pytest.raises(FactsError, match=rule) as refused:
        replace(ruled(), **change)
    assert not re.search(r"0\.5|-1", str(refused.value))


def test_a_design_that_names_an_unknown_place_is_refused():
    frame = pd.DataFrame({"province_code": ["01", "02"], "year": [2020, 2020], "count": [1, 2]})
    with pytest.raises(DeclarationError, match="99"):
        Panel.from_frame(frame, {"99": 2020})


def test_a_missing_row_and_a_missing_count_are_one_thing():
    rows = [("01", 2020, 1.0), ("01", 2021, np.nan), ("02", 2020, 3.0)]
    panel = Panel.from_frame(pd.DataFrame(rows, columns=["province_code", "year", "count"]), {"02": 2021})
    assert panel.reported.tolist() == [[True, False], [True, False]]


def test_a_start_outside_the_periods_is_from_the_first_or_never():
    panel = ruled((2005, 2030, *[None] * 10))
    assert panel.starts.tolist() == [0, 8, *[8] * 10]
    assert panel.ever.sum() == 1


def effect(found: object) -> Effect:
    assert isinstance(found, Effect)
    return found


# ---- effects by group and time

# csdid 0.4.3 (est_method "reg", never treated) and diff-diff 3.13 (CallawaySantAnna) on ruled(), rates
OUTSIDE = {
    "simple": (0.9909084196, 1.0770255514),
    "groups": (0.1867340311, 1.2148762273),
    "dynamic": (1.3916690354, 0.8441449442),
}
OUTSIDE_CELLS = {
    (2014, 2011): (1.6530415889, 2.8030209071),
    (2014, 2013): (-4.6140768790, 0.8464805655),
    (2014, 2014): (3.4424184434, 0.3831383744),
    (2016, 2013): (0.5584323137, 2.2217143211),
    (2016, 2017): (-2.9898819503, 1.2403286754),
}
OUTSIDE_EVENTS = {
    -5: (-1.8161442037, 0.97884912),
    -1: (-1.8536994619, 1.24790905),
    1: (-0.6115866861, 1.13424862),
}


@pytest.fixture(scope="module")
def group_time() -> GroupTime:
    found = group_time_effects(ruled())
    assert isinstance(found, GroupTime)
    return found


def test_effects_by_group_and_time_are_those_of_two_other_programs(group_time: GroupTime):
    cells = group_time.cells.set_index(["group", "time"])
    for at, wanted in OUTSIDE_CELLS.items():
        assert cells.loc[at, ["att", "se"]].tolist() == pytest.approx(wanted, rel=1e-6)
    for name, wanted in OUTSIDE.items():
        assert getattr(group_time, name)() == pytest.approx(wanted, rel=1e-6)
    for event, wanted in OUTSIDE_EVENTS.items():
        assert group_time.event(event) == pytest.approx(wanted, rel=1e-6)
    assert group_time.group(2014) == pytest.approx((2.5992572, 0.59762699), rel=1e-6)


def test_an_effect_is_the_change_of_a_group_less_that_of_the_never_treated(group_time: GroupTime):
    rates = ruled().counts / ruled().exposure

    def slowly(group: int, time: int) -> float:
        base = group - 1 if time >= group else time - 1
        t, b = YEARS.index(time), YEARS.index(base)
        own = [rates[k, t] - rates[k, b] for k in range(12) if STAGGERED[k] == group]
        never = [rates[k, t] - rates[k, b] for k in range(12) if STAGGERED[k] is None]
        return sum(own) / len(own) - sum(never) / len(never)

    wanted = [slowly(group, time) for group in (2014, 2016) for time in YEARS[1:]]
    assert group_time.cells["att"].tolist() == pytest.approx(wanted)


MPDTA = Path(__file__).parents[2] / "shared" / "reference-2" / "data" / "mpdta.csv"


@pytest.mark.skipif(not MPDTA.exists(), reason="the data file may not be distributed")
def test_county_teen_employment_is_as_published():
    """Callaway and Sant'Anna 2021, and the two-way coefficient by R's lm."""
    rows = pd.read_csv(MPDTA).rename(columns={"countyreal": "province_code", "lemp": "count"})
    first = rows.drop_duplicates("province_code").set_index("province_code")["first.treat"]
    panel = Panel.from_frame(
        rows[["province_code", "year", "count"]], first[first > 0].to_dict(), whole=False
    )
    found = group_time_effects(panel)
    assert isinstance(found, GroupTime)
    assert [round(value, 4) for value in found.simple()] == [-0.0400, 0.0120]
    assert round(found.groups()[0], 4) == -0.0310
    assert round(found.dynamic()[0], 4) == -0.0772
    assert len(found.cells) == 12
    assert two_way(panel).coefficient == pytest.approx(-0.03654894, rel=1e-6)


@pytest.mark.parametrize(
    ("panel", "why"),
    [
        (ruled((None,) * 12), "none_treated"),
        (ruled((2014,) * 12), "all_treated"),
        (ruled((2010, *[None] * 11)), "treated_from_start"),
        (replace(ruled(), counts=np.where(np.eye(12, 8) > 0, np.nan, ruled().counts)), "years_missing"),
    ],
)
def test_effects_by_group_and_time_are_refused_with_a_reason(panel: Panel, why: str):
    assert reason(group_time_effects(panel)) == why


# ---- counts: what the untreated cells expect

ONE_START = (*[2014] * 6, *[None] * 6)


def plain(since: tuple[int | None, ...] = ONE_START, **fields: Any) -> Panel:
    """The ruled panel with exposures that stay: ratios of ratios can be worked out by hand."""
    exposure = np.repeat(1 + 0.1 * np.arange(12)[:, None], 8, axis=1)
    return replace(ruled(since), exposure=exposure, **fields)


def ratio_of_ratios(counts: np.ndarray, ever: np.ndarray, after: np.ndarray) -> float:
    own, others = counts[ever], counts[~ever]
    return float(
        own[:, after].sum() / own[:, ~after].sum() / (others[:, after].sum() / others[:, ~after].sum())
    )


def expected_by_glm(panel: Panel, untreated: np.ndarray) -> np.ndarray:
    """A dummy for each place and period, fitted by statsmodels to the untreated cells."""
    place, period = np.indices(panel.counts.shape).reshape(2, -1)
    design = np.column_stack([place == k for k in range(12)] + [period == k for k in range(1, 8)]).astype(
        float
    )
    offset, keep = np.log(panel.exposure.ravel()), untreated.ravel()
    model = sm.GLM(
        panel.counts.ravel()[keep], design[keep], family=sm.families.Poisson(), offset=offset[keep]
    )
    return np.asarray(model.fit(tol=1e-12, maxiter=200).predict(design, offset=offset)).reshape(12, 8)


def with_gaps() -> Panel:
    counts = ruled().counts.copy()
    counts[[1, 4, 9, 11], [6, 2, 0, 7]] = np.nan
    return replace(ruled(), counts=counts)


@pytest.mark.parametrize("panel", [ruled(), with_gaps()], ids=["whole", "gaps"])
def test_the_ratio_of_staggered_starts_is_that_of_a_poisson_model_of_the_untreated_cells(panel: Panel):
    found = effect(count_imputation(panel))
    fitted = expected_by_glm(panel, panel.reported & ~panel.treated)
    cells = panel.treated & panel.reported
    assert found.estimate == pytest.approx(panel.counts[cells].sum() / fitted[cells].sum(), rel=1e-7)
    first = cells & (np.arange(12) < 3)[:, None]
    row = found.cohorts.set_index("at").loc[2014]
    assert row["estimate"] == pytest.approx(panel.counts[first].sum() / fitted[first].sum(), rel=1e-7)
    assert (row["cases"], row["expected"]) == pytest.approx((panel.counts[first].sum(), fitted[first].sum()))
    assert (found.treated, found.comparison, found.cases_after) == (6, 6, panel.counts[cells].sum())


def test_a_point_before_the_start_is_estimated_as_if_the_programme_had_been_then():
    panel = ruled()
    found = effect(count_imputation(panel)).events.set_index("at")
    assert found.index.tolist() == list(range(-6, 4))
    year_before = np.zeros((12, 8), dtype=bool)
    year_before[[0, 1, 2], 3] = year_before[[3, 4, 5], 5] = True
    fitted = expected_by_glm(panel, ~panel.treated & ~year_before)
    wanted = panel.counts[year_before].sum() / fitted[year_before].sum()
    assert found.loc[-1, "estimate"] == pytest.approx(wanted, rel=1e-7)
    assert found.loc[-1, "places"] == 6


def test_with_one_start_the_ratio_and_its_limits_are_worked_out_by_hand():
    panel = plain()
    ever, after = panel.ever, np.array(YEARS) >= 2014
    found = effect(count_imputation(panel))
    whole = ratio_of_ratios(panel.counts, ever, after)
    without = [ratio_of_ratios(np.delete(panel.counts, k, 0), np.delete(ever, k), after) for k in range(12)]
    moved = (np.log(without) - np.log(whole)) ** 2 * 11 / 12
    own, others = moved[:6].sum(), moved[6:].sum()
    degrees = (own + others) ** 2 / (own**2 / 5 + others**2 / 5)
    reach = stats.t.ppf(0.975, degrees) * np.sqrt(own + others)
    limits = np.exp(np.log(whole) + np.array([-reach, reach]))
    assert (found.estimate, found.lower, found.upper) == pytest.approx((whole, *limits), rel=1e-6)
    assert (found.least, found.most) == pytest.approx((min(without[:6]), max(without[:6])), rel=1e-6)
    assert found.without_others == pytest.approx((min(without[6:]), max(without[6:])), rel=1e-6)


def test_the_randomisation_p_is_that_of_all_assignments_gone_through_one_by_one():
    panel = plain(law=LAW)
    after, found = np.array(YEARS) >= 2014, effect(count_imputation(panel))

    def far(treated: tuple[int, ...]) -> float:
        ever = np.isin(np.arange(12), treated)
        own, others = panel.counts[ever], panel.counts[~ever]
        seen = own[:, after].sum()
        grown = others[:, after].sum(axis=0) / others[:, ~after].sum()  # a year after over the years before
        expected = np.outer(own[:, ~after].sum(axis=1), grown)
        share = panel.counts[:, ~after].sum(axis=0) / panel.counts[:, ~after].sum()
        fitted = np.outer(own[:, ~after].sum(axis=1), share)
        spread = [(0.5 + (one + 0.41 * one**2).sum()) / (0.5 + one.sum()) ** 2 for one in (expected, fitted)]
        return abs(np.log((seen + 0.5) / (expected.sum() + 0.5))) / np.sqrt(sum(spread))

    ways = list(itertools.combinations(range(12), 6))
    true = far((0, 1, 2, 3, 4, 5))
    wanted = sum(far(way) >= true * (1 - 1e-9) for way in ways) / len(ways)
    assert found.chance is not None
    assert (found.chance.p, found.chance.assignments, found.chance.complete) == (wanted, 924, True)
    assert found.chance.smallest == 1 / 924


def test_an_assignment_that_would_be_refused_or_leave_a_place_out_is_not_counted():
    """A place of which nothing is known before the start can be no place with the programme: it took its place in the p, with 0 expected."""
    late = zero(plain(), slice(8, 9), slice(0, 4), to=np.nan)
    gone = zero(plain(), slice(8, 9), slice(4, 8), to=np.nan)
    for panel in (late, gone):
        chance = effect(count_imputation(panel)).chance
        assert chance is not None
        assert (chance.assignments, chance.smallest) == (462, 1 / 462)  # six of the other eleven places
    early = zero(
        plain(), slice(1, 7), slice(0, 4)
    )  # these six would have no case before, nor would they as the others
    chance = effect(count_imputation(early)).chance
    assert chance is not None
    assert chance.assignments == 922


def test_what_no_chain_of_untreated_cells_ties_together_is_not_expected():
    """Two blocks of places that share no year: how the levels of one stand to the years of the other cannot be known."""
    untreated = np.zeros((4, 4), dtype=bool)
    untreated[:2, :2] = untreated[2:, 2:] = True
    counts = np.array([[4.0, 6, 1, 1], [8, 12, 1, 1], [1, 1, 5, 5], [1, 1, 2, 2]])
    found = expected_counts(counts, np.ones((4, 4)), untreated[None])[0]
    assert found[:2, :2] == pytest.approx(counts[:2, :2])
    assert found[2:, 2:] == pytest.approx(counts[2:, 2:])
    assert np.isnan(found[:2, 2:]).all()
    assert np.isnan(found[2:, :2]).all()


def test_a_treated_place_with_figures_on_one_side_of_its_start_alone_is_left_out():
    """It shows no change: it once refused the whole in words about the others, or was counted among those that the ratio rests on."""
    seven = ruled((*[2014] * 7, *[None] * 5))
    for columns in (slice(0, 4), slice(4, 8)):
        panel = zero(seven, slice(0, 1), columns, to=np.nan)
        found, without = (
            effect(count_imputation(panel)),
            effect(count_imputation(seven.kept(np.arange(12) > 0))),
        )
        assert found.left_out == (LeftOut("00", "no_before_or_since"),)
        assert (found.treated, found.estimate) == (6, without.estimate)
    gone = zero(zero(plain(), slice(0, 3), slice(0, 4), to=np.nan), slice(3, 6), slice(4, 8), to=np.nan)
    assert reason(count_imputation(gone)) == "no_before_or_since"


def test_one_of_34_places_gives_no_p_below_one_in_34():
    assert number_of_assignments(np.array([5] + [15] * 33)) == 34
    ways, complete = assignments(np.array([5] + [15] * 33))
    assert (len({tuple(way) for way in ways.tolist()}), complete) == (34, True)


def test_an_effect_that_is_there_is_found_and_told_with_what_it_rests_on():
    since = (*[2014] * 4, *[2016] * 4, *[None] * 26)
    found = effect(count_imputation(drawn(np.random.default_rng(4), since, mean=12, ratio=0.4)))
    assert found.lower < 0.4 < found.upper < 0.8
    assert found.chance is not None
    assert found.chance.p == found.chance.smallest == 0.001
    frame = found.frame
    assert frame.columns.tolist() == [
        "kind", "at", "estimate", "lower", "upper", "places", "cases", "expected",
    ]  # fmt: skip
    assert frame["kind"].value_counts().to_dict() == {"event": 17, "cohort": 2, "overall": 1}
    after = frame[(frame["kind"] == "event") & (frame["at"] >= 0)]
    assert after["cases"].sum() == found.cases_after == frame["cases"].iloc[0]


def test_a_start_of_one_place_has_no_interval_and_is_named_and_one_of_few_cases_is_left_out():
    one = effect(count_imputation(ruled((2013, *[2015] * 5, *[None] * 6))))
    assert LeftOut("2013", "cohort_of_one") in one.left_out
    row = one.cohorts.set_index("at").loc[2013]
    assert row["estimate"] > 0
    assert np.isnan(row[["lower", "upper"]].to_numpy(float)).all()
    counts = ruled().counts.copy()
    counts[0] = [1, 0, 2, 1, 0, 3, 1, 1]
    few = effect(count_imputation(replace(ruled((2013, *[2015] * 5, *[None] * 6)), counts=counts)))
    assert (few.left_out, few.treated) == ((LeftOut("00", "too_few_cases"),), 5)
    counts[7] = 0
    empty = effect(count_imputation(replace(ruled((2010, *[2015] * 5, *[None] * 6)), counts=counts)))
    assert empty.left_out == (LeftOut("00", "treated_from_start"), LeftOut("07", "no_cases"))
    assert empty.comparison == 5


def zero(panel: Panel, rows: slice, columns: slice, *, to: float = 0.0) -> Panel:
    counts = panel.counts.copy()
    counts[rows, columns] = to
    return replace(panel, counts=counts)


REFUSED = {
    "none_treated": ruled((None,) * 12),
    "all_treated": ruled((*[2013] * 6, *[2015] * 6)),
    "treated_from_start": ruled((*[2010] * 6, *[None] * 6)),
    "too_few_treated": ruled((2014, *[None] * 11)),
    "too_few_compared": ruled((*[2014] * 8, *[None] * 4)),
    "no_cases_before": zero(plain(), slice(0, 6), slice(0, 4)),
    "no_cases_after": zero(plain(), slice(0, 6), slice(4, 8)),
    "no_comparison_cases": zero(plain(), slice(6, 12), slice(0, 4)),
    "no_comparison": zero(plain(), slice(6, 12), slice(0, 8)),
    "too_few_cases": replace(plain(), counts=np.eye(12, 8) + np.eye(12, 8, 2) + np.eye(12, 8, -6)),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_told_is_refused_with_a_reason_and_what_would_be_needed(why: str):
    assert reason(count_imputation(REFUSED[why])) == why
    found = comparable(REFUSED[why])
    assert isinstance(found, NotEstimable)
    assert ("needed" in found.detail) == why.startswith("too_few")


def test_a_comparison_of_which_nothing_was_reported_after_the_start_is_none():
    panel = zero(plain(), slice(6, 12), slice(4, 8), to=np.nan)
    assert reason(count_imputation(panel)) == "no_comparison"


# ---- two-way fixed effects: what they would have said


def test_two_way_fixed_effects_of_counts_and_values_are_those_of_another_program():
    """pyfixest 0.60: fepois with offset, feols; CRV1, and CRV3 of feols. That of fepois forgets the offset: fepois without each
    place in turn, its squares added up and multiplied by 11 / 12, gave .0876057171; the factor of feols stands beside it."""
    counts, values = two_way(ruled()), two_way(replace(ruled(), whole=False))
    assert isinstance(counts, TwoWay)
    assert isinstance(values, TwoWay)
    assert counts.coefficient == pytest.approx(-0.04900634, rel=1e-6)
    assert counts.clustered == pytest.approx(0.08389441, rel=1e-6)
    assert counts.left_out == pytest.approx(0.0876057171 * 12 / 11 * np.sqrt(95 / 87), rel=1e-6)
    assert values.left_out == pytest.approx(0.66617073, rel=1e-6)
    assert (values.coefficient, values.clustered) == pytest.approx((-0.27225702, 0.55890322), rel=1e-6)


def test_with_one_start_two_way_effects_say_what_the_untreated_cells_do_and_with_several_they_do_not():
    one, several = plain(), plain(STAGGERED)
    assert effect(two_way_effect(one)).estimate == pytest.approx(
        effect(count_imputation(one)).estimate, rel=1e-7
    )
    apart = effect(two_way_effect(several)).estimate / effect(count_imputation(several)).estimate
    assert abs(np.log(apart)) > 0.005


@pytest.mark.parametrize("panel", [ruled((2014,) * 12), zero(plain(), slice(0, 6), slice(4, 8))])
def test_two_way_effects_that_periods_hide_or_zeros_drive_to_infinity_are_refused(panel: Panel):
    assert reason(two_way(panel)) == "no_comparison"


def test_weights_are_least_squares_weights_and_weigh_poisson_cells():
    """statsmodels: weighted least squares, and a Poisson model with weights, each with a dummy per place and period."""
    panel = ruled()
    weights = 1.0 + np.arange(12)[:, None] * 0.3
    place, period = (part.ravel() for part in np.indices((12, 8)))
    dummies = np.column_stack([np.eye(12)[place], np.eye(8)[period][:, 1:]])
    columns = np.column_stack([panel.treated.ravel(), dummies]).astype(float)
    heavy = np.broadcast_to(weights, (12, 8)).ravel()
    values = sm.WLS((panel.counts / panel.exposure).ravel(), columns, weights=heavy).fit()
    family, offset = sm.families.Poisson(), np.log(panel.exposure.ravel())
    counts = sm.GLM(panel.counts.ravel(), columns, family=family, offset=offset, var_weights=heavy).fit()
    for one, wanted in ((replace(panel, whole=False), values), (panel, counts)):
        found = two_way(one, weights=weights)
        assert isinstance(found, TwoWay)
        assert found.coefficient == pytest.approx(wanted.params[0], rel=1e-6)


@pytest.mark.parametrize(
    "weights", [np.ones((11, 1)), np.zeros((12, 1)), np.full((12, 8), np.nan), np.ones(12)]
)
def test_weights_that_are_none_are_refused(weights: Any):
    with pytest.raises(FactsError, match="one positive number a place"):
        two_way(ruled(), weights=weights)


# ---- one or a few places


def one_of_34(ratio: float = 0.3, treated: int = 1, *, places: int = 34) -> Panel:
    since = (*[2016] * treated, *[None] * (places - treated))
    return drawn(np.random.default_rng(16), since, mean=40, ratio=ratio)


def as_frame(panel: Panel) -> pd.DataFrame:
    rows = [
        (place, year, panel.counts[k, t])
        for k, place in enumerate(panel.places)
        for t, year in enumerate(panel.periods)
    ]
    return pd.DataFrame(rows, columns=["province_code", "year", "value"])


def test_one_place_against_a_mixture_is_the_synthetic_control_with_its_placebos():
    panel = one_of_34(places=12)
    found, wanted = (
        effect(synthetic_effect(panel)),
        synthetic_control(as_frame(panel), treated="00", first_year=2016),
    )
    assert isinstance(wanted, SyntheticControl)
    years = wanted.frame.set_index("year")
    assert found.events.set_index("at").loc[0, "expected"] == pytest.approx(years.loc[2016, "synthetic"])
    after = years.loc[2016:]
    assert found.estimate == pytest.approx(after["observed"].sum() / after["synthetic"].sum())
    matched = [place for place in panel.places if matches(panel, place)]  # the others would have been refused
    assert found.chance is not None
    assert found.chance.assignments == len(matched) <= 12
    assert found.chance.smallest == 1 / len(matched)
    far = [placebo_distance(panel, place) for place in matched]
    assert found.chance.p == np.mean(np.array(far) >= placebo_distance(panel, "00") - 1e-9)
    assert np.isnan([found.lower, found.upper]).all()


def placebo(panel: Panel, place: str) -> object:
    others = as_frame(panel)
    others = others[(others["province_code"] != "00") | (place == "00")]
    return synthetic_control(others, treated=place, first_year=2016)


def matches(panel: Panel, place: str) -> bool:
    return isinstance(placebo(panel, place), SyntheticControl)


def placebo_distance(panel: Panel, place: str) -> float:
    """The log ratio over its error under the law, from the years of a synthetic control."""
    found = placebo(panel, place)
    assert isinstance(found, SyntheticControl)
    after = found.frame[found.frame["year"] >= 2016]
    seen, mixed = after["observed"], after["synthetic"]
    error = np.sqrt(0.5 + (mixed + 0.41 * mixed**2).sum()) / (0.5 + mixed.sum())
    return float(abs(np.log((seen.sum() + 0.5) / (mixed.sum() + 0.5))) / error)


def test_three_places_are_found_by_mixtures_and_refused_by_what_needs_five():
    panel = one_of_34(0.2, treated=3)
    found = effect(synthetic_effect(panel, draws=199))
    assert 0.1 < found.estimate < 0.4
    assert found.chance is not None
    assert found.chance.p <= 0.05
    assert not found.chance.complete
    assert (found.treated, found.comparison) == (3, 31)
    assert reason(count_imputation(panel)) == "too_few_treated"


@pytest.mark.parametrize(
    ("panel", "why"),
    [
        (replace(one_of_34(), treated_since=(2011, *[None] * 33)), "too_few_years"),
        (zero(one_of_34(), slice(0, 1), slice(0, 8), to=1.0), "insufficient_events"),
        (zero(one_of_34(), slice(0, 1), slice(2, 3), to=np.nan), "not_reported"),
        (zero(one_of_34(), slice(0, 1), slice(0, 8), to=9000.0), "no_match"),
        (zero(one_of_34(), slice(0, 1), slice(8, 15)), "no_cases_after"),
    ],
)
def test_a_mixture_is_refused_with_a_reason(panel: Panel, why: str):
    assert reason(synthetic_effect(panel, draws=9)) == why


# ---- a mixture that runs parallel


def courses(*, others: int = 8, years: int = 12) -> np.ndarray:
    """Levels far apart, one common course, and moves of their own."""
    rng = np.random.default_rng(21)
    common = rng.normal(0, 2, years).cumsum()
    return 20 * rng.random((others, 1)) + common + rng.normal(0, 1, (others, years))


def frank_wolfe(columns: np.ndarray, wanted: np.ndarray, ridge: float) -> np.ndarray:
    """Shares nearest to what is wanted up to a constant: one step to a corner at a time, as the authors' program goes."""
    a, b = columns - columns.mean(axis=0), wanted - wanted.mean()
    shares = np.full(a.shape[1], 1 / a.shape[1])
    for _ in range(20_000):
        slope = a.T @ (a @ shares - b) + ridge * shares
        step = np.eye(len(shares))[slope.argmin()] - shares
        moved = a @ step
        shares = shares + step * np.clip(-slope @ step / (moved @ moved + ridge * step @ step), 0, 1)
    return shares


def objective(shares: np.ndarray, columns: np.ndarray, wanted: np.ndarray, ridge: float) -> float:
    left = columns @ shares - wanted
    return float(((left - left.mean()) ** 2).sum() + ridge * (shares**2).sum())


def test_shares_of_places_and_years_are_those_of_a_slow_search_in_no_other_level():
    """Frank-Wolfe, and SLSQP; ridge and noise as Arkhangelsky et al. (2021) define them, page 4091."""
    figures, at = courses(), 8
    place, others = figures[0], figures[1:]
    moves = [row[t + 1] - row[t] for row in others for t in range(at - 1)]
    noise = np.sqrt(sum((m - np.mean(moves)) ** 2 for m in moves) / (len(moves) - 1))
    zeta = (1 * 4) ** 0.25 * noise
    found = shares_of_places(others, place[:at] + 300)
    assert found == pytest.approx(frank_wolfe(others[:, :at].T, place[:at], at * zeta**2), abs=1e-3)
    problem = others[:, :at].T, place[:at], at * zeta**2
    slsqp = optimize.minimize(
        objective, np.full(7, 1 / 7), problem, "SLSQP", bounds=[(0, 1)] * 7, tol=1e-13,
        constraints={"type": "eq", "fun": lambda shares: shares.sum() - 1},
    )  # fmt: skip
    assert found == pytest.approx(slsqp.x, abs=1e-5)
    years = shares_of_years(others, at)
    slow = frank_wolfe(others[:, :at], others[:, at:].mean(axis=1), 7 * (1e-6 * noise) ** 2)
    assert years == pytest.approx(slow, abs=1e-3)
    assert years.min() >= 0
    assert years.sum() == pytest.approx(1)


def slow_difference(figures: np.ndarray, place: int, out: int, at: int) -> float:
    """The estimate as a difference of two weighted gaps."""
    others = np.delete(figures, [place, out], axis=0)
    gap = figures[place] - shares_of_places(others, figures[place, :at]) @ others
    return float(gap[at:].mean() - shares_of_years(others, at) @ gap[:at])


def parallel_panel(fall: float = 6.0) -> tuple[Panel, np.ndarray]:
    figures = courses(others=10)
    figures[2, 8:] -= fall
    since = (None, None, 2018, *[None] * 7)
    names = tuple("ABCDEFGHIJ")
    panel = Panel(figures, np.ones((10, 12)), since, names, tuple(range(2010, 2022)), whole=False)
    return panel, figures


def test_the_difference_is_two_weighted_gaps_and_its_p_the_rank_among_the_others_put_in_its_stead():
    panel, figures = parallel_panel()
    found = effect(synthetic_difference(panel))
    far = [abs(slow_difference(figures, place, 2, 8)) for place in range(10)]
    assert found.estimate == pytest.approx(slow_difference(figures, 2, 2, 8))
    assert found.estimate == pytest.approx(-6, abs=1.5)
    assert found.chance is not None
    assert (found.chance.assignments, found.chance.smallest, found.chance.complete) == (10, 0.1, True)
    assert found.chance.p == np.mean(np.array(far) >= far[2] - 1e-9)
    assert (found.design, found.scale, found.treated, found.comparison) == (
        "synthetic_difference", "difference", 1, 9,
    )  # fmt: skip
    events = found.events.set_index("at")["estimate"]
    assert events.index.tolist() == list(range(-8, 4))
    assert events.loc[0:].mean() == pytest.approx(found.estimate)
    assert found.cohorts[["at", "estimate", "places"]].to_numpy().tolist() == [
        [2018, pytest.approx(found.estimate), 1]
    ]
    higher = replace(panel, counts=figures + 1000.0 * (np.arange(10) == 2)[:, None])
    assert effect(synthetic_difference(higher)).estimate == pytest.approx(found.estimate)


def test_of_counts_it_is_the_ratio_to_the_rates_expected_under_the_conditions_of_a_synthetic_control():
    panel = one_of_34(places=12)
    panel = replace(panel, exposure=panel.exposure * np.arange(1, 13)[:, None])
    found = effect(synthetic_difference(panel))
    rates = panel.counts / panel.exposure
    expected = rates[0, 8:].mean() - slow_difference(rates, 0, 0, 8)
    assert found.estimate == pytest.approx(rates[0, 8:].mean() / expected)
    assert (found.design, found.scale) == ("synthetic_difference", "ratio")
    assert found.chance is not None
    assert found.chance.smallest == 1 / found.chance.assignments


def values_of(since: tuple[int | None, ...]) -> Panel:
    return replace(parallel_panel()[0], treated_since=since)


@pytest.mark.parametrize(
    ("panel", "why"),
    [
        (values_of((None,) * 10), "none_treated"),
        (values_of((2018,) * 10), "all_treated"),
        (values_of((2010, *[None] * 9)), "treated_from_start"),
        (values_of((2011, *[None] * 9)), "too_few_years"),
        (values_of((2022, *[None] * 9)), "none_treated"),
        (parallel_panel()[0].kept(np.arange(10) < 4), "too_few_compared"),
        (zero(parallel_panel()[0], slice(2, 3), slice(4, 5), to=np.nan), "not_reported"),
        (replace(one_of_34(), treated_since=(2011, *[None] * 33)), "too_few_years"),
        (zero(one_of_34(), slice(0, 1), slice(0, 8), to=1.0), "insufficient_events"),
        (zero(one_of_34(), slice(0, 1), slice(8, 15)), "no_cases_after"),
        (zero(one_of_34(), slice(0, 1), slice(0, 15)), "too_few_cases"),
        (zero(one_of_34(), slice(8, 34), slice(0, 15)), "no_match"),
    ],
)
def test_a_parallel_mixture_is_refused_with_a_reason(panel: Panel, why: str):
    assert reason(synthetic_difference(panel, draws=9)) == why


# ---- measured values, and before and after in two groups


def test_a_value_is_imputed_from_untreated_cells_and_its_error_is_that_of_theorem_3():
    """Weights of the cells by moving each by one; then Borusyak, Jaravel and Spiess (2024), theorem 3, with the means of starts."""
    panel = replace(zero(ruled(), slice(8, 9), slice(2, 3), to=np.nan), whole=False)
    told, treated = panel.reported, panel.treated & panel.reported
    untreated = told & ~treated
    place, period = np.indices((12, 8))
    columns = np.concatenate([np.eye(12)[place], np.eye(8)[period][..., 1:]], axis=2)

    def differences(values: np.ndarray) -> np.ndarray:
        fit = sm.OLS(values[untreated], columns[untreated]).fit()
        return values - columns @ fit.params

    values = panel.counts / panel.exposure
    left = differences(values)
    weights = np.zeros((12, 8))
    for k, t in np.argwhere(told):
        moved = values.copy()
        moved[k, t] += 1
        weights[k, t] = differences(moved)[treated].mean() - left[treated].mean()
    estimate = left[treated].mean()
    for start in (4, 6):
        together = treated & (panel.starts == start)[:, None]
        left[together] -= left[together].mean()
    found = value_imputation(panel)
    assert isinstance(found, ImputedDifference)
    assert found.estimate == pytest.approx(estimate)
    assert found.error == pytest.approx(np.sqrt((np.where(told, weights * left, 0).sum(axis=1) ** 2).sum()))


def test_periods_that_may_show_the_measure_already_are_no_base():
    """As csdid and did have it: the base of a group is the last period before its start and the anticipation."""
    panel = replace(ruled(), whole=False)
    rates = panel.counts / panel.exposure
    found = group_time_effects(panel, anticipation=2)
    assert isinstance(found, GroupTime)
    for group, time, base in ((2014, 2011, 2010), (2014, 2012, 2011), (2014, 2013, 2011), (2016, 2017, 2013)):
        change = rates[:, YEARS.index(time)] - rates[:, YEARS.index(base)]
        wanted = change[panel.starts == YEARS.index(group)].mean() - change[~panel.ever].mean()
        told = found.cells.query("group == @group and time == @time")["att"].item()
        assert told == pytest.approx(wanted)
    assert effect(measured_effect(panel, anticipation=2, draws=9)).estimate == pytest.approx(
        found.simple()[0]
    )
    assert reason(group_time_effects(panel, anticipation=4)) == "treated_from_start"


@pytest.mark.parametrize(
    ("since", "why"),
    [
        ((None,) * 12, "none_treated"),
        ((2010, *[None] * 11), "treated_from_start"),
        ((2014,) * 12, "no_comparison"),
    ],
)
def test_a_value_that_cannot_be_imputed_has_its_reason(since: Any, why: str):
    assert reason(value_imputation(replace(ruled(since), whole=False))) == why


# ---- the castle-doctrine panel: Cheng and Hoekstra (2013), and what other methods say of the same table


def test_the_castle_panel_says_what_was_published_of_it_and_what_other_programs_find():
    """.0755 (.0332), weighted by population; .0694 not weighted; diff-diff 3.13: imputation .0669 (.057), group-time .0194 (.038)."""
    frame = castle()
    panel = log_rates(frame)
    people = frame.groupby("province_code")["popwt"].first().to_numpy()[:, None]
    weighted, plain_, imputed = two_way(panel, weights=people), two_way(panel), value_imputation(panel)
    assert isinstance(weighted, TwoWay)
    assert isinstance(plain_, TwoWay)
    assert isinstance(imputed, ImputedDifference)
    assert (round(weighted.coefficient, 4), round(weighted.clustered, 4)) == (0.0755, 0.0332)
    assert round(plain_.coefficient, 4) == 0.0694
    assert (round(imputed.estimate, 4), round(imputed.error, 3)) == (0.0669, 0.057)
    mean_state = effect(measured_effect(panel, draws=99))
    assert round(mean_state.estimate, 4) == 0.0194
    assert round((mean_state.upper - mean_state.estimate) / 1.959964, 3) == 0.038
    as_percent = (np.exp([mean_state.estimate, mean_state.lower, mean_state.upper]) - 1) * 100
    assert as_percent.round().tolist() == [2, -5, 10]


def test_counts_of_the_castle_panel_with_population_as_offset_are_those_of_another_program():
    """pyfixest 0.60, fepois with offset: .0794; CRV1 .0313, CRV3 .0371."""
    frame = castle()
    counts = (frame["homicide"] * frame["popwt"] / 100_000).round()
    panel = Panel.from_frame(frame.assign(count=counts, exposure=frame["popwt"]), starts(frame))
    found = two_way(panel)
    assert isinstance(found, TwoWay)
    rounded = round(found.coefficient, 4), round(found.clustered, 4), round(found.left_out, 4)
    assert rounded == (0.0794, 0.0313, 0.0371)


def test_a_measured_value_has_the_headline_of_the_group_time_effects_and_their_randomisation_p():
    panel = replace(ruled(), whole=False)
    found = effect(measured_effect(panel))
    assert found.estimate == pytest.approx(OUTSIDE["simple"][0], rel=1e-6)
    reach = stats.t.ppf(0.975, 5) * OUTSIDE["simple"][1]
    assert (found.upper - found.lower) / 2 == pytest.approx(reach, rel=1e-6)
    assert found.events.set_index("at")["places"].to_dict() == {
        **dict.fromkeys((-5, -4), 3), **dict.fromkeys((-3, -2, -1, 0, 1), 6), **dict.fromkeys((2, 3), 3),
    }  # fmt: skip
    ways, complete = assignments(panel.starts, seed=panel.seed)
    far = []
    for way in ways:
        since = tuple(YEARS[at] if at < 8 else None for at in way)
        again = group_time_effects(replace(panel, treated_since=since))
        assert isinstance(again, GroupTime)
        far.append(abs(again.simple()[0]))
    assert found.chance is not None
    assert found.chance.p == np.mean(np.array(far) >= far[0] - 1e-9)
    assert not complete


def test_a_measured_value_is_refused_or_does_without_what_tells_nothing():
    panel = replace(ruled((2010, *[2014] * 5, *[None] * 6)), whole=False)
    found = effect(measured_effect(zero(panel, slice(11, 12), slice(0, 1), to=np.nan)))
    assert found.left_out == (LeftOut("00", "treated_from_start"), LeftOut("11", "years_missing"))
    for since, why in {
        (None,) * 12: "none_treated",
        (2014,) * 12: "all_treated",
        (*[2010] * 6, *[None] * 6): "treated_from_start",
        (2014, *[None] * 11): "too_few_treated",
        (*[2014] * 8, *[None] * 4): "too_few_compared",
    }.items():
        assert reason(measured_effect(replace(ruled(since), whole=False))) == why
    unreported = zero(replace(ruled(), whole=False), slice(6, 12), slice(0, 1), to=np.nan)
    assert reason(measured_effect(unreported)) == "no_comparison"


def test_two_groups_before_and_after_have_the_exact_limits_where_no_law_is_known_and_wider_ones_under_it():
    panel = plain()
    found, under = effect(controlled_effect(panel)), effect(controlled_effect(replace(panel, law=LAW)))
    counts, lived = panel.counts, panel.exposure
    wanted = controlled_change(
        (counts[:6, 4:].sum(), counts[:6, :4].sum()),
        (counts[6:, 4:].sum(), counts[6:, :4].sum()),
        place_exposure=(lived[:6, 4:].sum(), lived[:6, :4].sum()),
        comparison_exposure=(lived[6:, 4:].sum(), lived[6:, :4].sum()),
    )
    assert isinstance(wanted, ControlledChange)
    assert (found.estimate, found.lower, found.upper) == pytest.approx(
        (wanted.ratio, wanted.lower, wanted.upper)
    )
    assert under.lower < found.lower < found.estimate < found.upper < under.upper
    assert found.cohorts["expected"].item() * found.estimate == pytest.approx(found.cases_after)
    assert found.events["at"].tolist() == [-4, -3, -2, -1, 0, 1, 2, 3]
    assert reason(controlled_effect(plain(STAGGERED))) == "different_starts"


def test_limits_under_the_law_are_those_of_its_variance_worked_out_place_by_place():
    panel = plain(law=LAW)
    found, spread = effect(controlled_effect(panel)), 0.0
    for rows, columns in itertools.product((slice(0, 6), slice(6, 12)), (slice(0, 4), slice(4, 8))):
        part = panel.counts[rows, columns]
        spread += sum(4 * (m := row.mean()) * (1 + 0.41 * m) for row in part) / part.sum() ** 2
    reach = 1.959963985 * np.sqrt(spread)
    assert np.log([found.lower, found.upper]) == pytest.approx(
        [np.log(found.estimate) - reach, np.log(found.estimate) + reach]
    )


@pytest.mark.parametrize("method", [count_imputation, two_way_effect, controlled_effect])
@pytest.mark.parametrize("why", REFUSED)
def test_every_method_for_counts_refuses_alike(method: Any, why: str):
    assert reason(method(REFUSED[why])) == why
