"""The edge cases of METHODS.md, section 4: a test for each row of its table that is in the kit, with the row's words."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evalkit.additivity.totals import with_totals
from evalkit.errors import FactsError
from evalkit.indicators.estimates import estimate_indicators
from evalkit.indicators.period_totals import PeriodTotal, compare_periods, indicator_totals
from evalkit.indicators.zeros import find_zero_period
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.joinpoint.joinpoint import joinpoint
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.rates import estimate_rate, garwood_interval
from evalkit.statistics.results import NotEstimable, RateComparison, TrendFit
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.nonparametric import mann_kendall
from evalkit.statistics.trend.tipping import tipping_point
from evalkit.statistics.trend.trend_study import study_trend
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry


def series(*counts: float | None, first: int = 2010) -> pd.DataFrame:
    """Return one place's yearly counts."""
    return pd.DataFrame(
        {
            "province_code": "01",
            "year": range(first, first + len(counts)),
            "count": [math.nan if count is None else float(count) for count in counts],
            "status": ["not_reported" if count is None else "reported" for count in counts],
        }
    )


def reason(fit: object) -> str:
    assert isinstance(fit, NotEstimable)
    return fit.reason


def estimate(name: str, *rows: dict) -> dict:
    found = estimate_indicators(facts_table(*rows), PROGRAMME)
    (row,) = found[found["indicator"] == name].to_dict("records")
    return row


def test_no_event_over_some_exposure():
    """Row "y=0, T>0": rate 0, CI (0, 3.689/T two-sided), one-sided bound 2.996/T."""
    row = estimate_rate(pd.DataFrame({"y": [0.0], "t": [2.0]}), count="y", exposure="t").iloc[0]
    assert (row["value"], row["lower"]) == (0, 0)
    assert row["upper"] == pytest.approx(3.688879 / 2, abs=1e-6)
    assert row["upper_one_sided"] == pytest.approx(2.995732 / 2, abs=1e-6)


def test_a_fall_to_zero():
    """Row "y1=0, y0>0": change −100%, CI lower -100, upper exact (QN 2 y vs 5 y: −56.5%); label "fall to zero"."""
    found = compare_counts(0, 23, later_exposure=2, earlier_exposure=5)
    assert (found.percent_change, found.percent_lower) == (-100, -100)
    assert found.percent_upper == pytest.approx(-56.5, abs=0.05)
    assert "fall_to_zero" in found.flags


def test_a_rise_from_zero():
    """Row "y1>0, y0=0": percent not defined, RR lower bound finite, upper inf; the rate difference instead."""
    found = compare_counts(5, 0, later_exposure=5, earlier_exposure=5)
    assert math.isnan(found.percent_change)
    assert 0 < found.ratio_lower < math.inf == found.ratio_upper
    assert found.rate_difference == 1
    assert "rise_from_zero" in found.flags


def test_nothing_in_either_period():
    """Row "0 and 0": percent NaN, p=1, RR CI (0, inf), both upper bounds."""
    found = compare_counts(0, 0, later_exposure=2, earlier_exposure=5)
    assert math.isnan(found.percent_change)
    assert (found.p_central, found.ratio_lower, found.ratio_upper) == (1, 0, math.inf)
    assert (found.later_upper, found.earlier_upper) == pytest.approx((3.688879 / 2, 3.688879 / 5), abs=1e-6)


def test_no_exposure_or_no_population():
    """Row "T=0 or population missing": NA and flag; never inf or 0; the other rows go on."""
    rows = estimate_rate(pd.DataFrame({"y": [3.0, 3.0], "t": [0.0, 1.0]}), count="y", exposure="t")
    assert rows["value"].isna().tolist() == [True, False]
    without = estimate("case_rate", fact("01", 7))
    assert (without["status"], without["flag"]) == ("not_estimable", "no_population")
    assert math.isnan(without["value"])


def test_a_missing_year_is_no_zero():
    """Row "missing year": T counts observed years only; period totals under 80% coverage refused."""
    told = [fact("01", 4, year=year) for year in (2016, 2017, 2018)]
    later = fact("01", 4, year=2021)
    period = next(one for one in PROGRAMME.periods if one.id == "2016-2020")
    at = PROGRAMME.periods.index(period)
    three, four = (
        indicator_totals(facts_table(*rows, later), "cases", PROGRAMME)[at]
        for rows in (told, [*told, fact("01", 4, year=2019)])
    )
    assert reason(three) == "partial_period"
    assert isinstance(four, PeriodTotal)
    assert (four.count, four.years) == (16, 4)
    assert four.years_used == (2016, 2017, 2018, 2019)


def test_unequal_periods_are_compared_as_rates_per_year():
    """Row "unequal periods": rates per year always; percent change of totals refused."""
    found = compare_counts(8, 20, later_exposure=2, earlier_exposure=5)
    assert found.percent_change == pytest.approx(0)  # 4 a year in both


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        pytest.param((0, 0, 0, 0, 0, 0), "no_events", id="all-zero series: skip GLM, trend no information"),
        pytest.param((0, 0, 3, 0, 0, 0), "insufficient_events", id="one non-zero year / total <= 3: no GLM"),
        pytest.param((7,), "too_few_years", id="single year: no change, no trend"),
        pytest.param((7, 6, 5, 4), "too_few_years", id="n < 5 years: no trend slope"),
        pytest.param((7, 6, None, None, 4), "too_few_years", id="missing years are not counted"),
    ],
)
def test_a_series_without_a_trend(counts: tuple[float | None, ...], said: str):
    """Rows "all-zero series", "one non-zero year / total <= 3", "single year", "n<5 years"."""
    assert reason(fit_trend(series(*counts))) == said


def test_separation():
    """Row "separation (all post zero)": exact limits; never a slope of -24."""
    found = compare_counts(0, 40, later_exposure=5, earlier_exposure=5)
    assert math.isfinite(found.percent_upper)
    fit = fit_trend(series(9, 8, 7, 0, 0, 0, 0))
    if isinstance(fit, TrendFit):
        assert -100 <= fit.apc < 0
        assert math.isfinite(fit.lower)


def test_underdispersion_never_narrows_an_interval():
    """Row "underdispersion phi<1": report phi, use phi=1."""
    fit = fit_trend(series(10, 10, 11, 10, 9, 10, 10, 11))
    assert isinstance(fit, TrendFit)
    assert fit.dispersion < 1
    assert "underdispersed" in fit.flags


def test_exposure_that_changes():
    """Row "exposure changes": offset log pop; a change of the population's source is flagged, with a row without offset."""
    years, counts = np.arange(2010, 2022), np.array([31, 28, 33, 30, 29, 32, 30, 31, 28, 33, 30, 29])
    people = 1e6 * 1.05 ** np.arange(12)
    source = ["census"] * 6 + ["register"] * 6
    told = series(*counts).assign(exposure=people, exposure_source=source)
    fit = fit_trend(told)
    model = sm.GLM(
        counts, sm.add_constant(years - 2010.0), family=sm.families.Poisson(), offset=np.log(people)
    )
    assert isinstance(fit, TrendFit)
    assert fit.apc == pytest.approx(100 * math.expm1(model.fit(tol=1e-12).params[1]), abs=1e-6)
    study = study_trend(told, fit)
    assert study.exposure_sources == ("census", "register")
    assert isinstance(study.counts_alone, TrendFit)
    assert fit.lower < fit.upper < 0 < study.counts_alone.upper
    assert study_trend(told.drop(columns="exposure"), fit_trend(series(*counts))).counts_alone is None


def test_overdispersion_is_pooled_and_the_negative_binomial_asked_for():
    """Row "overdispersion": phi pooled; NB if LR p<.05 at panel level."""
    draw = np.random.default_rng(11)
    shape = 1 / 0.5
    mean = np.repeat(draw.uniform(4, 40, size=34), 12)
    drawn = draw.negative_binomial(shape, shape / (shape + mean))
    panel = pd.DataFrame(
        {
            "province_code": np.repeat([f"{n:02d}" for n in range(34)], 12),
            "year": np.tile(range(2010, 2022), 34),
        }
    ).assign(count=drawn.astype(float), status="reported")
    found = panel_law(panel)
    assert found.phi > 2
    one = panel[panel["province_code"] == "00"].drop(columns="province_code")
    alone, pooled = fit_trend(one), fit_trend(one, law=found)
    assert isinstance(alone, TrendFit)
    assert isinstance(pooled, TrendFit)
    assert "negative binomial" in pooled.method
    assert "negative binomial" not in alone.method


def test_underreporting_is_answered_by_a_tipping_ratio():
    """Row "underreporting": the change of detection that alone would explain the change seen, and that would hide it."""
    found = tipping_point(23 / 39, 0.336, 1.012)
    assert found.percent == pytest.approx(
        100 * (23 / 39 - 1), abs=0.05
    )  # -41 % of detection explains -41 % of cases


@pytest.mark.parametrize("years", [5, 6])
def test_no_bend_is_looked_for_in_fewer_than_seven_years(years: int):
    """Row "n<5 years": n<7 no joinpoint."""
    assert reason(joinpoint(series(*([20] * years)))) == "too_few_years"


def test_no_rank_test_in_fewer_than_eight_years():
    """Row "n<5 years": n<8 no MK."""
    assert reason(mann_kendall([9, 8, 7, 6, 5, 4, 3])) == "too_few_years"
    assert mann_kendall([9, 8, 7, 6, 5, 4, 3, 2]).p < 0.05


def test_counts_that_are_no_counts_are_refused_with_their_rows():
    """Rows "non-integer counts", "negative, duplicated province-year": error with row list."""
    for wrong in (2.5, -1.0):
        with pytest.raises(FactsError, match="row") as error:
            estimate_indicators(facts_table(fact("01", wrong)), PROGRAMME)
        assert str(wrong) not in str(error.value)
    with pytest.raises(FactsError, match="one figure per place"):
        estimate_indicators(facts_table(fact("01", 2), fact("01", 3)), PROGRAMME)


def test_a_merger_adds_counts_and_never_splits_them(tmp_path):
    """Row "province merge/split": counts add, rates recomputed; a median of several parts is not carried over."""
    registry = tiny_registry(tmp_path)
    rows = [fact("02", 3), fact("03", 4)]
    rows += [fact(code, 20, measure="days_report_to_institution") for code in ("01", "02", "03")]
    merged = with_totals(facts_table(*rows), registry=registry, programme=PROGRAMME, scheme="new")
    new = merged[merged["scheme"] == "new"].set_index(["province_code", "measure"])["value"]
    assert new.to_dict() == {("03", "cases_recorded"): 7, ("01", "days_report_to_institution"): 20}


def test_a_hidden_cell_is_neither_zero_nor_filled_in():
    """Row "suppressed cells [c]": NotEstimable with that reason."""
    hidden = fact("01", None, status="suppressed")
    assert estimate("cases", hidden)["status"] == "suppressed"
    items = compare_periods(
        facts_table(hidden | {"period_start": "2011-01-01"}, fact("01", 23, year=2016)), "cases", PROGRAMME
    )
    assert not any(isinstance(item.result, RateComparison) for item in items)


def test_breaks_are_named_where_they_touch():
    """Row "legal redefinition, border closure": "zero in 2021-22" carries the closure as a rival explanation."""
    touched = PROGRAMME.breaks_between(date(2021, 1, 1), date(2022, 12, 31), measure="cases_recorded")
    assert "border-closure" in {event.id for event in touched}


def test_an_event_of_another_measure_explains_no_zero():
    """A closure that bends the count of victims alone was once named as what may lie behind no case."""
    calls = [
        event.model_copy(update={"measures": ("victims_identified",)})
        if event.id == "border-closure"
        else event
        for event in PROGRAMME.breaks
    ]
    facts = pd.DataFrame(
        {
            "measure": ["cases_recorded"],
            "status": ["zero_reported"],
            "period_start": pd.to_datetime(["2021-01-01"]),
            "period_end": pd.to_datetime(["2022-12-31"]),
        }
    )
    named = [
        [event.id for event in run.rivals]
        for programme in (PROGRAMME, PROGRAMME.model_copy(update={"breaks": tuple(calls)}))
        if (run := find_zero_period(facts, "cases", programme, totals=())) is not None
    ]
    assert named == [["border-closure"], []]


def test_ratios_at_the_edge():
    """DOMAIN.md: 0 of 0 is not applicable, never 100%; carry-over may lift a period ratio above 100%."""
    nothing = [fact("01", 0, measure=name) for name in ("victims_supported", "victims_identified")]
    assert estimate("victims_supported", *nothing)["status"] == "not_applicable"
    no_base = [fact("01", n, measure=name) for n, name in ((2, "cases_cleared"), (0, "cases_instituted"))]
    row = estimate("cases_cleared", *no_base)
    assert (row["status"], row["flag"]) == ("not_estimable", "no_base")
    over = [fact("01", n, measure=name) for n, name in ((11, "cases_cleared"), (10, "cases_instituted"))]
    assert estimate("cases_cleared", *over)["value"] == pytest.approx(110)


def test_limits_of_few_events_are_those_of_the_tables():
    """Garwood (1936): 3 events, 0.6187 to 8.7673."""
    assert [round(float(limit), 4) for limit in garwood_interval(3, 1)] == [0.6187, 8.7673]
