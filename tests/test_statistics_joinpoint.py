"""Joinpoint: the search against a loop of single fits, the test against another simulation, parity with the NCI's program."""

from __future__ import annotations

import doctest
import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evalkit.errors import FactsError, SettingsError
from evalkit.statistics.joinpoint.joinpoint import joinpoint, joinpoint_panel
from evalkit.statistics.joinpoint.joinpoint_grid import allowed_joins, bent_design
from evalkit.statistics.joinpoint.joinpoint_models import QuasiPoisson
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.joinpoint.joinpoint_selection import LOOKED_FOR, Selection
from evalkit.statistics.joinpoint.joinpoint_settings import JoinpointSettings, years_allow
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.poisson_batch import fit_batch

CASES = Path(__file__).parents[2] / "shared" / "reference-2"
PAGE = Path(__file__).parents[1] / "docs" / "joinpoint.md"
QUICK = JoinpointSettings(replicates=99)

AIDS = [12, 14, 33, 50, 67, 74, 123, 141, 165, 204, 253, 246, 240]  # Belgium, 1981 to 1993
BENT = [5, 7, 6, 9, 12, 14, 17, 16, 13, 9, 8, 5, 4, 5, 2]  # invented
TWICE_BENT = [40, 32, 27, 20, 15, 18, 25, 30, 41, 50, 42, 33, 25, 20, 14]  # invented
PEOPLE = np.linspace(0.9, 1.6, 15)


def series_of(counts: Sequence[float], *, first: int = 2001, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"year": range(first, first + len(counts)), "count": counts} | columns)


def bent(counts: Sequence[float], *, settings: JoinpointSettings = QUICK, **given: Any) -> JoinpointFit:
    columns = {name: given.pop(name) for name in ("people", "status") if name in given}
    if "people" in columns:
        given["exposure"] = "people"
    fit = joinpoint(series_of(counts, **columns), settings=settings, **given)
    assert isinstance(fit, JoinpointFit)
    return fit


def reason(counts: Sequence[float], **columns: object) -> NotEstimable:
    fit = joinpoint(series_of(counts, **columns), settings=QUICK)
    assert isinstance(fit, NotEstimable)
    return fit


# ---- the slow, obvious way


def design_of(years: int, joins: Sequence[int]) -> np.ndarray:
    since = np.arange(years, dtype=float)
    return np.column_stack([np.ones(years), since, *[np.clip(since - join, 0, None) for join in joins]])


def single_fit(counts: Sequence[float], joins: Sequence[int], people: Any = None) -> Any:
    design = design_of(len(counts), joins)
    return sm.GLM(counts, design, family=sm.families.Poisson(), exposure=people).fit(tol=1e-10)


def ways_to_lay(years: int, joins: int) -> list[tuple[int, ...]]:
    """At least 2 years strictly before the first join, after the last, and between two: written down, not computed."""
    every = itertools.combinations(range(years), joins)
    return [
        way
        for way in every
        if all(len(range(a + 1, b)) >= 2 for a, b in itertools.pairwise([-1, *way, years]))
    ]


def best_by_loop(counts: Sequence[float], joins: int, people: Any = None) -> tuple[tuple[int, ...], float]:
    fits = {way: single_fit(counts, way, people).deviance for way in ways_to_lay(len(counts), joins)}
    way = min(fits, key=lambda one: fits[one])
    return way, fits[way]


@pytest.mark.parametrize(("counts", "people"), [(BENT, None), (TWICE_BENT, PEOPLE), (BENT[:11], None)])
def test_the_search_finds_what_a_loop_of_single_fits_finds(counts: list[int], people: Any):
    fit = bent(counts) if people is None else bent(counts, people=people)
    assert len(fit.candidates) == (3 if len(counts) == 15 else 2)
    for joins, candidate in enumerate(fit.candidates):
        way, deviance = best_by_loop(counts, joins, people)
        assert candidate.years == tuple(2001 + place for place in way)
        assert candidate.misfit == pytest.approx(deviance, rel=1e-7)


def test_segments_are_those_of_the_fitted_model():
    fit = bent(TWICE_BENT, people=PEOPLE)
    assert fit.years == (2005, 2010)
    slopes = single_fit(TWICE_BENT, (4, 9), PEOPLE).params[1:].cumsum()
    assert [segment.apc for segment in fit.segments] == pytest.approx(100 * np.expm1(slopes), rel=1e-6)
    assert [(s.first, s.last) for s in fit.segments] == [(2001, 2005), (2005, 2010), (2010, 2015)]
    assert fit.aapc == pytest.approx(100 * math.expm1(slopes @ [4, 5, 5] / 14), rel=1e-6)
    assert fit.fitted == pytest.approx(single_fit(TWICE_BENT, (4, 9), PEOPLE).mu, rel=1e-6)
    assert [test.rejected for test in fit.tests] == [True, True]


def test_limits_count_a_searched_join_as_a_parameter():
    """As Lerman: the derivative by the join's year, 1 after it, stands in the design; t with n - 4 degrees of freedom."""
    fit = bent(BENT)
    (join,) = (year - 2001 for year in fit.years)
    model = single_fit(BENT, (join,))
    step = np.r_[np.zeros(join + 1), np.ones(14 - join)]
    wide = np.column_stack([design_of(15, (join,)), step])
    covariance = np.linalg.inv(wide.T @ (wide * model.mu[:, None])) * max(1.0, model.pearson_chi2 / 11)
    reach = stats.t(11).ppf(0.975)
    for segment, contrast in zip(fit.segments, ([0, 1, 0, 0], [0, 1, 1, 0]), strict=True):
        error = math.sqrt(contrast @ covariance @ contrast)
        slope = math.log1p(segment.apc / 100)
        assert math.log1p(segment.lower / 100) == pytest.approx(slope - reach * error, rel=1e-5)
        assert math.log1p(segment.upper / 100) == pytest.approx(slope + reach * error, rel=1e-5)
        assert segment.p == pytest.approx(2 * stats.t(11).sf(abs(slope / error)), rel=1e-5)
    ends = np.array([0, 14, 14 - join, 1.0]) / 14
    error = math.sqrt(ends @ covariance @ ends)
    assert math.log1p(fit.aapc_upper / 100) == pytest.approx(math.log1p(fit.aapc / 100) + reach * error)


def test_the_interval_of_a_join_holds_the_years_that_fit_nearly_as_well():
    fit = bent(BENT)
    deviances = {way[0]: single_fit(BENT, way).deviance for way in ways_to_lay(15, 1)}
    phi = max(1.0, single_fit(BENT, (fit.years[0] - 2001,)).pearson_chi2 / 11)
    limit = min(deviances.values()) + phi * stats.f(1, 11).ppf(0.95)
    near = [2001 + place for place, deviance in deviances.items() if deviance <= limit]
    assert (fit.joins[0].lower, fit.joins[0].upper) == (min(near), max(near))
    assert min(near) < fit.years[0] < max(near)


def test_both_criteria_by_hand():
    fit = bent(BENT)
    for joins, candidate in enumerate(fit.candidates):
        spent = math.log(candidate.misfit / 15)
        assert candidate.bic == pytest.approx(spent + 2 * (joins + 1) / 15 * math.log(15))
        assert candidate.bic3 == pytest.approx(spent + (3 * joins + 2) / 15 * math.log(15))


# ---- the test of the number of joins


def f_by_loop(counts: Sequence[float]) -> float:
    flat, (_, bent_once) = single_fit(counts, ()).deviance, best_by_loop(counts, 1)
    return (flat - bent_once) / 2 / (bent_once / (len(counts) - 4))


def test_p_is_that_of_another_simulation():
    counts = [9, 12, 7, 11, 14, 10, 9, 6, 8, 4]
    ours = bent(counts, settings=JoinpointSettings(replicates=1999)).tests[0]
    assert ours.statistic == pytest.approx(f_by_loop(counts), rel=1e-6)
    line, rng = single_fit(counts, ()), np.random.default_rng(11)
    assert line.pearson_chi2 / 8 < 1  # no scatter beyond chance: Poisson series are drawn
    larger = sum(f_by_loop(rng.poisson(line.mu)) >= ours.statistic for _ in range(150))
    theirs = larger / 150
    assert 0.05 < ours.p < 0.6
    assert abs(ours.p - theirs) < 4 * math.sqrt(ours.p * (1 - ours.p) * (1 / 150 + 1 / 1999))
    assert ours.monte_carlo_error == pytest.approx(math.sqrt(ours.p * (1 - ours.p) / 1999))


@pytest.mark.parametrize(("years", "mean", "alpha"), [(10, 2.0, 0.0), (10, 8.0, 0.0), (12, 8.0, 0.5)])
def test_a_straight_trend_is_seldom_called_bent(years: int, mean: float, alpha: float):
    """5 % of 300; more than 26 would come by chance once in 300 such tests. Information criteria find up to 35 %."""
    rng = np.random.default_rng(3)
    means = np.full((years, 300), mean)
    counts = rng.poisson(means if alpha == 0 else rng.gamma(1 / alpha, alpha * means)).astype(float)
    model = QuasiPoisson(np.arange(float(years)), counts, np.zeros((years, 300)))
    ways = tuple(allowed_joins(years, joins) for joins in (0, 1))
    chosen = Selection(model, ways, spent=LOOKED_FOR, replicates=199, seed=1, level=0.05).choose()
    assert 2 <= sum(choice.joins for choice in chosen) <= 26


def test_the_level_is_shared_among_the_steps():
    levels = {(test.null, test.alternative): test.level for test in bent(TWICE_BENT).tests}
    assert levels == {(0, 2): pytest.approx(0.025), (1, 2): pytest.approx(0.05)}
    straight = bent([8, 7, 9, 8, 7, 8, 9, 8, 8, 7, 9, 8, 7, 9, 8])
    assert [(test.null, test.alternative) for test in straight.tests] == [(0, 2), (0, 1)]
    assert (straight.years, straight.p, straight.flags) == ((), straight.tests[-1].p, ("underdispersed",))


def test_the_same_seed_gives_the_same_answer_alone_and_in_a_panel():
    panel = pd.concat(
        [series_of(counts, province=f"{at:02d}") for at, counts in enumerate([BENT, TWICE_BENT, BENT[::-1]])]
        + [series_of(BENT, first=2003, province="03"), series_of([0] * 15, province="04")]
    )
    found = joinpoint_panel(panel.sample(frac=1, random_state=1), by="province", settings=QUICK)
    assert list(found) == ["00", "01", "02", "03", "04"]
    for name, rows in panel.groupby("province"):
        assert found[name] == joinpoint(rows, settings=QUICK)
    assert found["04"] == reason([0] * 15)
    other = bent([9, 12, 7, 11, 14, 10, 9, 6, 8, 4], settings=JoinpointSettings(replicates=99, seed=2))
    assert other.p != bent([9, 12, 7, 11, 14, 10, 9, 6, 8, 4]).p


def test_a_choice_that_more_replicates_could_turn_is_flagged():
    counts = [9, 12, 7, 11, 14, 10, 9, 6, 8, 4]
    p = bent(counts).p
    near, far = (JoinpointSettings(replicates=99, level=1 - level) for level in (p + 0.01, p / 20))
    assert "near_the_line" in bent(counts, settings=near).flags
    assert "near_the_line" not in bent(counts, settings=far).flags


def test_an_interval_that_reaches_the_last_year_allowed_is_flagged():
    fit = bent(AIDS)
    assert fit.joins[0].upper == 2001 + ways_to_lay(13, 1)[-1][0]
    assert "join_at_the_edge" in fit.flags
    assert "join_at_the_edge" not in bent(BENT).flags


# ---- what must not matter, and what must


def test_the_unit_of_the_exposure_does_not_matter():
    one, thousand = bent(BENT, people=PEOPLE), bent(BENT, people=PEOPLE * 1000)
    assert one.years == thousand.years
    assert one.p == thousand.p
    assert one.frame.drop(columns=["join_year"]).astype(float).to_numpy() == pytest.approx(
        thousand.frame.drop(columns=["join_year"]).astype(float).to_numpy(), rel=1e-5, nan_ok=True
    )


def test_time_run_backwards_turns_the_signs_of_what_is_estimated():
    """Not the limits: the year of a join that was searched for belongs to the run before it, as in the NCI's program."""
    there, back = bent(BENT), bent(BENT[::-1])
    assert [4016 - year for year in back.years] == list(there.years)
    for forward, backward in zip(there.segments, reversed(back.segments), strict=True):
        assert math.log1p(forward.apc / 100) == pytest.approx(-math.log1p(backward.apc / 100), rel=1e-6)
    assert math.log1p(there.aapc / 100) == pytest.approx(-math.log1p(back.aapc / 100), rel=1e-6)
    year = there.years[0]
    known, reversed_known = bent(BENT, dates=(year,)), bent(BENT[::-1], dates=(4016 - year,))
    lower = math.log1p(known.segments[0].lower / 100)
    assert lower == pytest.approx(-math.log1p(reversed_known.segments[1].upper / 100), rel=1e-6)


def test_a_bend_of_the_population_is_no_bend_of_the_rate():
    people = np.array([100, 100, 100, 100, 100, 150, 200, 260, 320, 400, 480, 560.0])
    counts = np.round(people / 10)
    assert bent(counts).years != ()
    assert bent(counts, people=people).years == ()


def test_the_window_of_the_average():
    whole = bent(TWICE_BENT)
    within = bent(TWICE_BENT, settings=JoinpointSettings(replicates=99, window=(2006, 2009)))
    middle = whole.segments[1]
    assert (within.aapc, within.aapc_lower, within.aapc_upper, within.aapc_p) == pytest.approx(
        (middle.apc, middle.lower, middle.upper, middle.p)
    )
    assert (within.window, whole.window) == ((2006, 2009), (2001, 2015))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_average_over_one_segment_is_that_segment(place: int):
    segment = bent(TWICE_BENT).segments[place]
    settings = JoinpointSettings(replicates=99, window=(segment.first, segment.last))
    fit = bent(TWICE_BENT, settings=settings)
    assert (fit.aapc, fit.aapc_lower, fit.aapc_upper, fit.aapc_p) == pytest.approx(
        (segment.apc, segment.lower, segment.upper, segment.p)
    )


def test_the_frame_has_a_row_per_segment():
    fit = bent(TWICE_BENT)
    assert fit.frame["join_year"].tolist()[1:] == [2005, 2010]
    assert fit.frame[["first", "last"]].to_numpy().tolist() == [[2001, 2005], [2005, 2010], [2010, 2015]]
    assert fit.frame.loc[0, ["join_year", "join_lower", "join_upper"]].isna().all()
    assert bent([8, 7, 9, 8, 7, 8, 9, 8, 8, 7]).frame.shape == (1, 9)


# ---- dates declared beforehand


def test_declared_dates_are_fitted_whatever_their_p_and_are_not_exploratory():
    quiet = [8, 7, 9, 8, 7, 8, 9, 8, 8, 7]
    fit = bent(quiet, dates=(2006,))
    assert (fit.years, fit.exploratory, fit.joins[0].lower) == ((2006,), False, None)
    assert fit.p > 0.2
    flat, knick = single_fit(quiet, ()), single_fit(quiet, (5,))
    assert fit.tests[0].statistic == pytest.approx((flat.deviance - knick.deviance) / (knick.deviance / 7))


def test_a_declared_join_is_known_so_its_limits_are_those_of_a_quasi_poisson_model():
    fit = bent(BENT, dates=(2007,))
    model = sm.GLM(BENT, design_of(15, (6,)), family=sm.families.Poisson())
    low, high = model.fit(scale=max(1.0, model.fit().pearson_chi2 / 12), use_t=True).conf_int()[1]
    assert (fit.segments[0].lower, fit.segments[0].upper) == pytest.approx(
        (100 * math.expm1(low), 100 * math.expm1(high)), rel=1e-5
    )
    searched = bent(BENT)
    assert searched.years == (2007,)
    assert searched.segments[0].lower < fit.segments[0].lower


@pytest.mark.parametrize("dates", [(2002,), (1999,), (2005, 2007), (2004, 2007, 2010)])
def test_a_declared_date_needs_room(dates: tuple[int, ...]):
    with pytest.raises(SettingsError, match="dates"):
        bent(BENT, dates=dates)


# ---- zeros


def test_a_segment_without_cases_has_no_rate_of_change():
    fit = bent([8, 9, 7, 8, 9, 8, 7, 0, 0, 0], dates=(2007,))
    assert "segment_without_cases" in fit.flags
    assert math.isnan(fit.segments[1].apc)
    assert math.isnan(fit.aapc)
    assert -20 < fit.segments[0].lower < fit.segments[0].apc < fit.segments[0].upper < 20


def test_few_cases_and_many_zeros_give_an_answer_without_a_warning():
    fit = bent([0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0])
    assert fit.years == ()
    assert fit.segments[0].lower < 0 < fit.segments[0].upper


def test_a_batch_goes_on_past_series_without_a_finite_fit():
    counts = np.array([[0.0] * 8, [9, 8, 9, 9, 0, 0, 0, 0], [1e6, 9e5, 8e5, 7e5, 6e5, 5e5, 4e5, 3e5]]).T
    design = design_of(8, (3,))
    _, deviances = fit_batch(design, counts, offset=np.zeros((1, 1)))
    upto = sm.GLM([9, 8, 9, 9], design[:4, :2], family=sm.families.Poisson()).fit().deviance
    assert deviances[:2] == pytest.approx([0, upto], abs=1e-5)
    assert deviances[2] == pytest.approx(single_fit(counts[:, 2], (3,)).deviance, rel=1e-6)


def test_a_batch_is_a_loop_of_single_fits():
    rng = np.random.default_rng(8)
    counts = rng.poisson(np.resize([1.0, 4, 30], 60), size=(12, 60)).astype(float)
    people = rng.uniform(0.5, 2, size=(12, 60))
    design = design_of(12, (4, 8))
    coefficients, deviances = fit_batch(design, counts, offset=np.log(people))
    for at in range(60):
        one = sm.GLM(counts[:, at], design, family=sm.families.Poisson(), exposure=people[:, at]).fit(
            tol=1e-11
        )
        assert deviances[at] == pytest.approx(one.deviance, abs=2e-6)
        if np.abs(one.params).max() < 5:
            assert coefficients[:, at] == pytest.approx(one.params, abs=1e-3)


# ---- the NCI's program


def nci_cases() -> dict[str, dict[str, Any]]:
    """Return the program's published panels: both sexes, women, men, of each its inputs and what was published."""
    file = CASES / "public__joinpoint.json"
    if not file.exists():
        pytest.skip("the folder of reference cases does not stand beside this checkout")
    cases = json.loads(file.read_text(encoding="utf-8"))
    return {case["inputs"]["sex"]: case for case in cases if "published_sig" in case["expected"]}


@pytest.mark.parametrize("sex", ["Both", "Female", "Male"])
def test_parity_with_the_published_series_to_two_decimals(sex: str):
    """The step of a join is 0 in its year: at one half the first rise of women, at one that of both, would lose its star."""
    case = nci_cases()[sex]
    rates = pd.read_csv(CASES / "data" / case["inputs"]["data"]).query("sex == @sex")
    settings = JoinpointSettings(standard_error="se", most=3, replicates=499)
    fit = joinpoint(rates, count="rate", parity="nci", settings=settings)
    assert isinstance(fit, JoinpointFit)
    wanted = case["expected"]
    assert list(fit.years) == wanted["published_joinpoints"]
    assert [round(segment.apc, 2) for segment in fit.segments] == wanted["published_apc"]
    assert [int(segment.p < 0.05) for segment in fit.segments] == wanted["published_sig"]
    assert [segment.p for segment in fit.segments] == pytest.approx(wanted["segment_p"], rel=1e-4)
    assert math.isnan(fit.total)


def weighted_misfit(counts: np.ndarray, joins: Sequence[int], responses: np.ndarray) -> float:
    root = np.sqrt(counts)
    design = design_of(len(counts), joins) * root[:, None]
    return float(np.linalg.lstsq(design, responses * root)[1][0])


def test_the_permutation_test_is_that_of_a_loop():
    counts = np.array([30, 34, 31, 38, 36, 41, 37, 42, 38, 37, 39.0])
    fit = bent(counts.tolist(), parity="nci", settings=JoinpointSettings(replicates=1999))

    def statistic(responses: np.ndarray) -> float:
        once = min(weighted_misfit(counts, way, responses) for way in ways_to_lay(11, 1))
        return (weighted_misfit(counts, (), responses) - once) / 2 / (once / 7)

    assert fit.tests[0].statistic == pytest.approx(statistic(np.log(counts)))
    root, line = np.sqrt(counts), design_of(11, ())
    fitted = line @ np.linalg.lstsq(line * root[:, None], np.log(counts) * root)[0]
    residuals, rng = (np.log(counts) - fitted) * root, np.random.default_rng(5)
    drawn = [statistic(fitted + rng.permutation(residuals) / root) for _ in range(400)]
    theirs = np.mean(np.array(drawn) >= fit.tests[0].statistic)
    assert 0.02 < theirs < 0.9
    assert abs(fit.p - theirs) < 4 * math.sqrt(theirs * (1 - theirs) * (1 / 400 + 1 / 1999))


def test_parity_on_counts_weights_each_year_by_its_count():
    fit = bent(AIDS, parity="nci", settings=JoinpointSettings(replicates=99))
    best = min(ways_to_lay(13, 1), key=lambda way: weighted_misfit(np.array(AIDS), way, np.log(AIDS)))
    assert fit.candidates[1].years == (2001 + best[0],)
    assert fit.candidates[1].misfit == pytest.approx(weighted_misfit(np.array(AIDS), best, np.log(AIDS)))
    assert (fit.method, fit.most, fit.total) == ("log-linear, weighted", 2, sum(AIDS))


def test_how_many_joins_the_years_allow():
    """The NCI's table, and one slope per five years with two joins at most."""
    nci = {6: 0, 7: 1, 11: 1, 12: 2, 16: 2, 17: 3, 21: 3, 22: 4, 27: 5, 60: 5}
    assert {years: years_allow(years, nci=True) for years in nci} == nci
    own = {7: 0, 9: 0, 10: 1, 14: 1, 15: 2, 30: 2}
    assert {years: years_allow(years) for years in own} == own


# ---- bad input


def test_reasons_why_there_is_no_answer():
    assert reason([5] * 9) == NotEstimable("too_few_years", {"years": 9, "total": 45, "needed": 10})
    assert reason([0] * 12).reason == "no_events"
    assert reason([0] * 12).detail["upper_per_exposure"] == pytest.approx(3.688879454 / 12)
    assert reason([0, 0, 0, 0, 0, 40, 0, 0, 0, 0]).reason == "insufficient_events"
    assert reason([1, 0, 0, 1, 0, 0, 0, 1, 0, 0]).reason == "insufficient_events"
    assert reason([5, np.nan] * 10).reason == "years_missing"
    assert reason([np.nan] * 12).reason == "not_reported"
    assert reason([5] * 11 + [np.nan], status=["reported"] * 11 + ["suppressed"]).reason == "suppressed"
    assert joinpoint(series_of([]), settings=QUICK) == NotEstimable("not_reported")


def test_parity_refuses_what_has_no_logarithm():
    fit = joinpoint(series_of([5, 4, 0, 3, 6, 5, 7]), parity="nci")
    assert fit == NotEstimable("zero_in_log_model", {"years": 7, "zeros": 1})
    assert joinpoint(series_of([5, 4, 2, 3, 6, 5]), parity="nci").reason == "too_few_years"


def test_a_missing_year_is_left_out_and_said():
    holes = [float(count) for count in BENT]
    holes[4] = np.nan
    fit = bent(holes)
    assert 2005 not in fit.years_used
    assert "years_missing" in fit.flags
    gone = joinpoint(series_of(BENT).drop(index=4), settings=QUICK)
    assert gone == fit
    unexposed = bent(BENT, people=[1.0] * 4 + [0.0] + [1.0] * 10)
    assert unexposed.years_used == fit.years_used
    untold = bent(BENT, status=["reported"] * 4 + ["not_reported"] + ["reported"] * 10)
    assert untold == fit


@pytest.mark.parametrize("wrong", [-1, 2.5, math.inf])
def test_what_is_no_count_is_refused_by_its_year(wrong: float):
    with pytest.raises(FactsError, match="rows 2003"):
        joinpoint(series_of([5, 4, wrong, *[6] * 8]))


def test_other_faults_are_named():
    with pytest.raises(FactsError, match="rows 2003"):
        joinpoint(pd.concat([series_of([5] * 12), series_of([7], first=2003)]))
    with pytest.raises(FactsError, match="people: rows 2002"):
        joinpoint(series_of([5] * 10, people=[1, -1, *[1] * 8]), exposure="people")
    with pytest.raises(FactsError, match="joinpoint: cases"):
        joinpoint(series_of([5] * 10), count="cases")
    with pytest.raises(FactsError, match="a year is a whole number"):
        joinpoint(series_of([5] * 10).assign(year=[2001.5, *range(2002, 2011)]))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"most": 3}, "most"),
        ({"window": (1999, 2005)}, "window"),
        ({"window": (2005, 2005)}, "window"),
        ({"standard_error": "count"}, "standard_error"),
        ({"replicates": 9}, "replicates"),
        ({"level": 95}, "level"),
        ({"outside": 0}, "outside"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], named: str):
    with pytest.raises(SettingsError, match=named):
        joinpoint(series_of(BENT), settings=JoinpointSettings(**{"replicates": 19} | settings))


def test_there_is_one_parity():
    with pytest.raises(SettingsError, match="parity"):
        joinpoint(series_of(BENT), parity="ncl")


def test_years_may_be_dates():
    dated = series_of(BENT).assign(year=pd.to_datetime([f"{year}-12-14" for year in range(2001, 2016)]))
    assert joinpoint(dated, settings=QUICK) == bent(BENT)


# ---- the page


def test_the_examples_of_the_page_are_true():
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 12
    assert found.failed == 0


# ---- what is saved may change nothing


@pytest.mark.parametrize("mean", [0.4, 3.0, 40.0])
def test_a_deviance_asked_for_alone_is_that_of_the_fit_taken_to_its_end(mean: float):
    counts = np.random.default_rng(5).poisson(mean, (13, 400)).astype(float)
    design = bent_design(np.arange(2010.0, 2023), (3, 8))
    alone = fit_batch(design, counts, offset=np.zeros((13, 1)), deviance_alone=True)[1]
    whole = fit_batch(design, counts, offset=np.zeros((13, 1)))[1]
    np.testing.assert_allclose(alone, whole, rtol=1e-6, atol=1e-6)


def test_the_p_of_a_bend_counts_the_simulated_series_whose_best_way_of_all_gains_as_much():
    """Every way is fitted to every simulated series here; the kit stops at the first that gains enough."""
    cases = np.array([[14.0, 9, 12, 8, 11, 6, 7, 9, 4, 8, 3, 7, 5]]).T
    model = QuasiPoisson(np.arange(2010.0, 2023), cases, np.zeros((13, 1)))
    ways = allowed_joins(13, 1)
    found = Selection(model, (((),), ways), spent=2, replicates=199, seed=3, level=0.05).test(0, 1, [0])[0]
    drawn = model.imitate((), series=0, times=199, rng=np.random.default_rng((3, 0)))

    def gain(counts: np.ndarray) -> np.ndarray:
        least = [
            np.min(
                [
                    fit_batch(bent_design(model.times, way), counts, offset=np.zeros((13, 1)))[1]
                    for way in some
                ],
                axis=0,
            )
            for some in (((),), ways)
        ]
        return (least[0] - least[1]) / 2 / (least[1] / 9)

    larger = int((gain(drawn) >= gain(cases)[0]).sum())
    assert 0 < larger < 199
    assert found.p == (larger + 1) / 200
