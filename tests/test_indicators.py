"""Every indicator of a facts table: kinds, statuses, flags, person-years, sources that meet in one fraction."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evalkit.errors import FactsError
from evalkit.indicators.estimates import COLUMNS, estimate_indicators, shown_estimates
from evalkit.indicators.formulas import FORMULAS
from evalkit.indicators.person_years import years_covered
from evalkit.programme.kinds import KINDS, SUMMED, Kind
from tests.builders import PROGRAMME, fact, facts_table

HIDDEN = {"status": "suppressed"}
YEARS = range(2018, 2022)
CHANGE = next(name for name, item in PROGRAMME.indicators.items() if item.kind == "change")
CHANGED = {"measure": PROGRAMME.indicators[CHANGE].numerator}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return estimate_indicators(facts_table(*rows), PROGRAMME)


def rows_of(indicator: str, *rows: dict[str, Any]) -> list[dict[Any, Any]]:
    found = table(*rows)
    return found[found["indicator"] == indicator].to_dict("records")


def row_of(indicator: str, *rows: dict[str, Any]) -> dict[Any, Any]:
    (row,) = rows_of(indicator, *rows)
    return row


def people(value: float | None, year: int = 2015, **changes: Any) -> dict[str, Any]:
    return fact("01", value, year=year, measure="population_average", **changes)


def classified(part: float | None, base: float | None, **changes: Any) -> list[dict[str, Any]]:
    return [
        fact("01", part, measure="crime_reports_classified", **changes),
        fact("01", base, measure="crime_reports_received", **changes),
    ]


def cleared(part: float | None, base: float | None, **changes: Any) -> list[dict[str, Any]]:
    return [
        fact("01", part, measure="cases_cleared", **changes),
        fact("01", base, measure="cases_instituted", **changes),
    ]


# ---- counts


def test_a_count_has_the_exact_limits_of_its_own_period():
    row = row_of("cases", fact("01", 23, period_start="2016-01-01", period_end="2020-12-31"))
    assert (row["value"], round(row["lower"], 1), round(row["upper"], 1)) == (23, 14.6, 34.5)
    assert (row["unit"], row["method"], row["status"], row["flag"], row["level"]) == (
        "vu",
        "exact Poisson (Garwood)",
        "estimated",
        "",
        0.95,
    )
    assert (row["indicator_id"], row["kind"], row["source_id"]) == ("J06", "count", "s")


def test_a_reported_zero_has_an_upper_limit_and_a_one_sided_bound():
    row = row_of("cases", fact("01", 0))
    assert (row["value"], row["lower"]) == (0, 0)
    assert (row["upper"], row["bound_one_sided"]) == pytest.approx((3.688879, 2.995732), abs=1e-6)


def test_what_agencies_decide_has_no_chance_limits():
    row = row_of("leaflets", fact("01", 12_000, measure="leaflets_distributed"))
    assert (row["value"], row["method"]) == (12_000, "count as reported")
    assert math.isnan(row["lower"])
    assert math.isnan(row["level"])


@pytest.mark.parametrize(
    ("status", "said"),
    [("suppressed", "suppressed"), ("not_reported", "not_reported"), ("not_applicable", "not_applicable")],
)
def test_a_figure_that_is_not_there_has_a_status_and_no_numbers(status: str, said: str):
    row = row_of("cases", fact("01", None, status=status))
    assert row["status"] == said
    assert all(math.isnan(row[name]) for name in ("value", "lower", "upper", "numerator", "level"))
    assert row["method"] == ""


def test_the_sources_own_doubt_is_flagged():
    about = row_of("cases", fact("01", 244, qualifier="more_than"))
    assert about["flag"] == "inexact"
    assert all(math.isnan(about[name]) for name in ("lower", "upper", "bound_one_sided")), (
        "more than 244: of no count"
    )
    assert row_of("cases", fact("01", 39, status="derived"))["flag"] == "derived"


@pytest.mark.parametrize("part", ["victims_identified", "victims_supported"])
def test_an_estimate_on_whose_figures_sources_differ_has_no_limits(part: str):
    """31 of 34 by one source, another number of the one or the other by a second: no interval of chance holds both."""
    told = {"victims_identified": 34, "victims_supported": 31}
    rows = [
        fact(place, value, measure=name, source_id="a")
        for place in ("01", "02")
        for name, value in told.items()
    ]
    other = fact("01", told[part] - 4, measure=part, source_id="b", edition_date="2020-01-01")
    frame = shown_estimates(facts_table(*rows, other), PROGRAMME)
    share = frame[frame["indicator"] == "victims_supported"].set_index("province_code")
    assert share["value"].round(1).tolist() == [91.2, 91.2]
    assert share.loc["01", ["lower", "upper"]].isna().all()
    assert share.loc["02", ["lower", "upper"]].notna().all()
    assert ["sources_differ" in flag.split(";") for flag in share["flag"]] == [True, False]


# ---- rates


def test_a_rate_stands_on_the_person_years_of_its_period():
    years = [people(500_000 + 1000 * n, year=2016 + n) for n in range(5)]
    row = row_of("case_rate", fact("01", 23, period_start="2016-01-01", period_end="2020-12-31"), *years)
    lower, upper = stats.chi2.ppf([0.025, 0.975], [46, 48]) / 2
    assert row["denominator"] == 2_510_000
    assert row["value"] == pytest.approx(23 / 25.1)
    assert (row["lower"], row["upper"]) == pytest.approx((lower / 25.1, upper / 25.1))
    assert (row["unit"], row["flag"], row["place_basis"]) == ("per 100000 person-years", "", "occurrence")


def test_a_rate_on_fewer_than_twenty_is_flagged():
    assert row_of("case_rate", fact("01", 19), people(1e6))["flag"] == "small_number"
    assert row_of("case_rate", fact("01", 20), people(1e6))["flag"] == ""


@pytest.mark.parametrize(
    "inhabitants", [[], [people(None)], [people(1e6, year=2014)], [people(1e6, **HIDDEN)]]
)
def test_without_population_there_is_no_rate(inhabitants: list[dict[str, Any]]):
    row = row_of("case_rate", fact("01", 23), *inhabitants)
    assert (row["status"], row["flag"]) == ("not_estimable", "no_population")
    assert math.isnan(row["value"])
    assert row_of("cases", fact("01", 23), *inhabitants)["value"] == 23  # the others go on


def test_one_missing_year_of_population_leaves_no_rate():
    years = [people(500_000, year=year) for year in (2016, 2017, 2019, 2020)]
    row = row_of("case_rate", fact("01", 23, period_start="2016-01-01", period_end="2020-12-31"), *years)
    assert row["flag"] == "no_population"


def test_the_population_of_another_scheme_or_place_does_not_serve():
    row = row_of("case_rate", fact("01", 23), people(1e6, scheme="new"), people(1e6, province_code="02"))
    assert row["flag"] == "no_population"


def test_population_of_two_sources_is_never_averaged():
    programme = PROGRAMME.model_copy(update={"source_order": ("nso",)})
    facts = facts_table(fact("01", 23), people(1e6, source_id="nso"), people(2e6, source_id="a"))
    rates = estimate_indicators(facts, programme).query("indicator == 'case_rate'")
    assert rates["denominator"].tolist() == [1e6]


def test_a_police_year_takes_the_population_of_the_year_it_ends_in():
    police = fact("01", 23, period_start="2014-12-15", period_end="2015-12-14")
    assert row_of("case_rate", police, people(1e6))["denominator"] == 1e6


def test_half_a_year_is_half_the_person_years():
    assert years_covered(pd.Timestamp("2023-07-01"), pd.Timestamp("2024-03-31")) == {
        2023: pytest.approx(184 / 365),
        2024: pytest.approx(91 / 366),
    }


# ---- proportions


def test_a_share_has_wilson_limits_in_percent():
    parts = (("establishments_in_violation", 81), ("establishments_inspected", 263))
    row = row_of("establishments_in_violation", *(fact("01", n, measure=name) for name, n in parts))
    assert row["value"] == pytest.approx(30.798, abs=1e-3)
    assert (row["lower"], row["upper"]) == pytest.approx((25.52886, 36.62096), abs=1e-5)
    assert (row["unit"], row["method"], row["numerator"], row["denominator"]) == (
        "percent",
        "Wilson score",
        81,
        263,
    )


def test_shares_and_changes_of_own_doings_are_no_sample():
    """METHODS 9.9. By hand: 51 of 145 is 35.1724%; chance has no part in it, so nothing bounds it, nor a share of 0 or of all."""
    row = row_of("reports_classified", *classified(51, 145))
    assert row["value"] == pytest.approx(35.1724, abs=1e-4)
    assert (row["numerator"], row["denominator"], row["method"]) == (51, 145, "share as reported")
    limits = ("lower", "upper", "bound_one_sided", "level")
    assert all(math.isnan(row[name]) for name in limits)
    for part in (0, 145):
        assert math.isnan(row_of("reports_classified", *classified(part, 145))["bound_one_sided"])
    reports = PROGRAMME.indicators["citizen_reports_change"].model_copy(update={"level": "output"})
    programme = PROGRAMME.model_copy(update={"indicators": {"reports": reports}})
    facts = facts_table(
        *(fact("01", n, measure="citizen_reports", year=y) for n, y in ((40, 2021), (60, 2022)))
    )
    change = estimate_indicators(facts, programme).iloc[-1]
    assert (change["value"], change["method"]) == (pytest.approx(50), "change as reported")
    assert math.isnan(change["lower"])


def test_a_small_base_is_flagged_by_the_indicators_own_bound():
    assert PROGRAMME.indicators["reports_classified"].min_base == 10
    assert row_of("reports_classified", *classified(9, 9))["flag"] == "small_base"
    assert row_of("reports_classified", *classified(10, 10))["flag"] == ""


def test_nothing_asked_is_no_share():
    row = row_of("reports_classified", *classified(0, 0))
    assert (row["status"], row["flag"]) == ("not_applicable", "no_base")
    assert math.isnan(row["value"])


def test_a_part_above_its_base_is_refused_and_no_figure_printed():
    with pytest.raises(FactsError, match=r"01 2015-01-01\.\.2015-12-31") as refusal:
        table(*classified(4711, 4242))
    assert "crime_reports_classified must not exceed crime_reports_received" in str(refusal.value)
    assert "4711" not in str(refusal.value)


@pytest.mark.parametrize("hidden", [0, 1])
def test_with_a_hidden_part_there_is_no_share(hidden: int):
    rows = classified(7, 9)
    rows[hidden] |= HIDDEN | {"value": None}
    row = row_of("reports_classified", *rows)
    assert row["status"] == "suppressed"
    assert all(math.isnan(row[name]) for name in ("value", "lower", "upper", "bound_one_sided"))


@pytest.mark.parametrize("hidden", [0, 1])
def test_a_hidden_part_beside_one_never_reported_is_not_what_is_lacking(hidden: int):
    rows = classified(7, 9)
    rows[hidden] |= HIDDEN | {"value": None}
    rows[1 - hidden] |= {"status": "not_reported", "value": None}
    assert row_of("reports_classified", *rows)["status"] == "not_reported"
    del rows[1 - hidden]
    assert row_of("reports_classified", *rows)["status"] == "not_reported"


def test_a_share_with_one_part_alone_is_not_reported():
    above, below = classified(7, 9)
    row = row_of("reports_classified", above)
    assert (row["status"], row["flag"], row["numerator"]) == ("not_reported", "no_denominator", 7)
    row = row_of("reports_classified", below)
    assert (row["status"], row["flag"], row["denominator"]) == ("not_reported", "", 9)


def test_parts_of_different_place_bases_are_no_share():
    above, below = classified(7, 9)
    found = rows_of("reports_classified", above, below | {"place_basis": "detection"})
    assert [(row["place_basis"], row["status"], row["flag"]) for row in found] == [
        ("detection", "not_reported", ""),
        ("occurrence", "not_reported", "different_bases"),
    ]


def test_parts_of_different_units_are_no_share():
    above, below = classified(7, 9)
    row = row_of("reports_classified", above, below | {"unit": "vu"})
    assert (row["status"], row["flag"]) == ("not_estimable", "different_units")


def test_parts_of_different_periods_or_schemes_are_no_share():
    above, below = classified(7, 9)
    for change in ({"period_end": "2015-12-30"}, {"scheme": "new"}, {"province_code": "02"}):
        statuses = {row["status"] for row in rows_of("reports_classified", above, below | change)}
        assert statuses == {"not_reported"}


def test_each_source_keeps_its_own_fraction():
    found = rows_of("reports_classified", *classified(7, 9, source_id="a"), *classified(5, 10, source_id="b"))
    assert [(row["source_id"], row["denominator"]) for row in found] == [("a", 9), ("b", 10)]


def test_a_base_borrowed_from_another_source_is_told():
    above, below = classified(7, 9)
    row = row_of("reports_classified", above, below | {"source_id": "t"})
    assert (row["status"], row["flag"], row["source_id"]) == ("estimated", "small_base;two_sources", "s")
    row = row_of("reports_classified", above, below | {"source_id": "t", "value": 5.0})
    assert (row["status"], row["flag"]) == ("not_estimable", "sources_contradict")


# ---- period ratios


def test_a_ratio_with_carry_over_may_exceed_a_hundred_and_has_no_limits():
    row = row_of("cases_cleared", *cleared(11, 10))
    assert row["value"] == pytest.approx(110)
    assert (row["method"], row["status"]) == ("ratio of yearly totals with carry-over", "estimated")
    assert all(math.isnan(row[name]) for name in ("lower", "upper", "level"))


def test_a_ratio_over_nothing_is_not_estimable_and_nothing_over_nothing_not_applicable():
    row = row_of("cases_cleared", *cleared(3, 0))
    assert (row["status"], row["flag"]) == ("not_estimable", "no_base")
    assert math.isnan(row["value"])
    assert row_of("cases_cleared", *cleared(0, 0))["status"] == "not_applicable"


# ---- the table


def test_a_revision_replaces_the_figure():
    row = row_of("cases", fact("01", 7), fact("01", 8, edition_date="2022-01-01"))
    assert row["value"] == 8


def test_a_repeated_figure_is_refused():
    with pytest.raises(FactsError, match="one figure per place"):
        table(fact("01", 7), fact("01", 8))


@pytest.mark.parametrize("count", [-4, 2.5])
def test_what_is_no_count_is_refused_by_indicator_place_and_period(count: float):
    with pytest.raises(FactsError, match=r"cases 01 2015-01-01\.\.2015-12-31") as refusal:
        table(fact("01", count))
    assert str(count) not in str(refusal.value)


def test_breakdowns_are_left_aside_and_the_nation_stands_among_the_places():
    found = rows_of("cases", fact("01", 7), fact("01", 4, article="150"), fact("VN", 300))
    assert [(row["province_code"], row["scheme"], row["value"]) for row in found] == [
        ("01", "old", 7),
        ("VN", "nation", 300),
    ]


def test_no_facts_give_an_empty_table_with_its_columns():
    empty = table(fact("01", 7)).iloc[:0]
    found = estimate_indicators(facts_table(fact("01", 7)).iloc[:0], PROGRAMME)
    assert found.columns.tolist() == empty.columns.tolist() == COLUMNS
    assert found.empty


def test_rows_follow_the_programme_then_place_then_time():
    found = table(fact("02", 5), fact("01", 6, year=2016), fact("01", 7), *classified(7, 9))
    order = list(dict.fromkeys(found["indicator"]))
    assert order == [name for name in PROGRAMME.indicators if name in order]
    cases = found[found["indicator"] == "cases"]
    assert cases["value"].tolist() == [7, 6, 5]


def test_every_indicator_of_a_country_of_63_provinces_and_15_years_has_a_row():
    measures = {name for item in PROGRAMME.indicators.values() for name in item.measures}
    cells = pd.MultiIndex.from_product(
        [sorted(measures), range(63), range(2010, 2025)], names=["measure", "place", "year"]
    )
    facts = cells.to_frame(index=False)
    facts["value"] = np.where(facts["measure"].isin(["population_average", "victims_identified"]), 1e6, 5.0)
    facts.loc[facts["measure"].isin(["crime_reports_received", "communes_total"]), "value"] = 9.0
    facts = facts.assign(
        province_code=facts["place"].map("{:02d}".format),
        scheme="63",
        place_basis=facts["measure"].map(lambda name: PROGRAMME.measures[name].place_basis),
        unit=facts["measure"].map(lambda name: PROGRAMME.measures[name].unit),
        status="reported",
        qualifier="exact",
        source_id="s",
        edition_date=pd.Timestamp("2025-06-01"),
        period_start=pd.to_datetime(facts["year"].astype(str) + "-01-01"),
        period_end=pd.to_datetime(facts["year"].astype(str) + "-12-31"),
    )
    found = estimate_indicators(facts, PROGRAMME)
    crossed = [
        one
        for one in PROGRAMME.indicators.values()
        if one.part and (one.kind in ("count", "rate") or one.base_part)
    ]
    assert len(found) == 63 * 15 * (len(PROGRAMME.indicators) - len(crossed))
    shown = found[
        ~found["indicator"].isin(
            [
                name
                for name, one in PROGRAMME.indicators.items()
                if one.kind == "change" or one.valid_from or one.part
            ]
        )
    ]
    assert (shown["status"] == "estimated").all()


def test_all_places_at_once_have_what_each_has_alone():
    rng = np.random.default_rng(34)
    measures = {name for item in PROGRAMME.indicators.values() for name in item.measures}
    cells = [(code, name, year) for code in ("01", "02", "VN") for name in sorted(measures) for year in YEARS]
    told = [
        fact(code, float(rng.integers(1, 9)), measure=name, year=year, unit=PROGRAMME.measures[name].unit)
        for code, name, year in cells
        if rng.random() < 0.8
    ]
    whole = {item.denominator for item in PROGRAMME.indicators.values() if item.is_share}
    for row in told:
        row["value"] += 100.0 * (row["measure"] in whole)
    facts = facts_table(*told)
    facts = facts[~facts["measure"].isin(_parts_of_wholes())]
    together = estimate_indicators(facts, PROGRAMME)
    assert set(together["province_code"]) == {"01", "02", "VN"}
    for code, rows in facts.groupby("province_code"):
        alone = estimate_indicators(rows, PROGRAMME)
        mine = together[together["province_code"] == code].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone, check_exact=True)


def _parts_of_wholes() -> set[str]:
    """Return the measures that are a part of one base and themselves the base of another part."""
    shares = [item for item in PROGRAMME.indicators.values() if item.is_share]
    return {item.numerator for item in shares} & {str(item.denominator) for item in shares}


def test_half_a_year_is_never_set_beside_the_year_after_it():
    half = fact("01", 4, period_start="2014-07-01", period_end="2014-12-31", **CHANGED)
    years = [fact("01", count, year=year, **CHANGED) for year, count in ((2014, 60), (2015, 90))]
    assert not [row for row in rows_of(CHANGE, half, years[1]) if row["status"] == "estimated"]
    both = rows_of(CHANGE, half, *years)
    assert [row["value"] for row in both if row["status"] == "estimated"] == [50.0]


def test_a_base_told_on_two_place_bases_is_that_of_its_own():
    """Visits are counted where they happen; where somebody counts them by place of detection too, there is one answer."""
    above = fact("01", 7, measure="suspected_victims_screened")
    visits = [
        fact("01", 10, measure="inspection_visits"),
        fact("01", 20, measure="inspection_visits", place_basis="detection"),
    ]
    for some in (visits, visits[::-1]):
        assert row_of("screened_per_inspections", above, *some)["value"] == 700.0


def test_of_two_figures_of_inhabitants_for_one_year_the_first_in_the_facts_counts():
    police = people(2_000_000, period_start="2014-12-15", period_end="2015-12-14")
    both = [people(1_000_000), police]
    for order, inhabitants in ((both, 1_000_000), (both[::-1], 2_000_000)):
        assert row_of("case_rate", fact("01", 7), *order)["denominator"] == inhabitants


# ---- the table of kinds


def test_every_kind_has_its_record_and_every_record_a_formula():
    assert tuple(KINDS) == get_args(Kind)
    assert {rule.formula for rule in KINDS.values()} == set(FORMULAS)


def test_what_sums_over_years_is_what_has_two_counts():
    """By hand: medians, changes and two holders' figures of one year are no sums; a share over a share is made from the sums of all years."""
    assert set(KINDS) - set(SUMMED) == {"change", "median_days", "consistency"}


def test_a_part_that_may_be_the_whole_gives_no_share_and_is_no_fault():
    """About 16 of 15 may be all fifteen: the source was not exact, and nothing stands in its way."""
    rows = [
        fact("01", 15, measure="victims_identified"),
        fact("01", 16, measure="victims_supported", qualifier="about"),
    ]
    table = estimate_indicators(facts_table(*rows), PROGRAMME).set_index("indicator")
    row = table.loc["victims_supported"]
    assert (row["status"], bool(pd.isna(row["value"]))) == ("not_estimable", True)
    assert "sources_contradict" in row["flag"]
