"""Supports, pathway, mid-term view, follow-up, gaps, DAC view and completeness: expected values by hand or from published tables."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from evalkit.errors import FactsError
from evalkit.indicators.attainment import assess_targets
from evalkit.indicators.by_attribute import seldom_reported
from evalkit.indicators.completeness import (
    completeness,
    completeness_by_place,
    late_reporters,
    reconciliation,
)
from evalkit.indicators.estimates import estimate_indicators
from evalkit.indicators.evidence import dac_view
from evalkit.indicators.followup import follow_up
from evalkit.indicators.gaps import class_gaps, group_gaps, place_gaps
from evalkit.indicators.midterm import mid_term_view
from evalkit.indicators.pathway import pathway
from evalkit.indicators.support import support_table, waiting_rows
from evalkit.programme.models import Programme, Target
from evalkit.reporting.sections.indicators import latest_rows
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.proportions import newcombe_difference
from tests.builders import PROGRAMME, fact, facts_table

LAW = {"period_start": "2025-07-01", "period_end": "2025-12-31"}
REVIEWED = next(period for period in PROGRAMME.periods if period.mid_term)


def supports(
    person_class: str, *figures: float | None, support: str = "medical", **changes: Any
) -> list[dict]:
    names = ("support_eligible", "support_accepting", "support_received")
    part = {"support": support, "person_class": person_class} | LAW | changes
    return [fact("01", value, measure=name, **part) for name, value in zip(names, figures, strict=True)]


def estimates(*rows: dict[str, Any]) -> pd.DataFrame:
    return estimate_indicators(facts_table(*rows), PROGRAMME)


def years(measure: str, *values: float | None, first: int = 2021) -> list[dict[str, Any]]:
    return [fact("01", value, measure=measure, year=first + n) for n, value in enumerate(values)]


# ---- supports


def test_a_support_is_held_against_those_who_accept_it_class_by_class():
    """Hand calculation: 9 of 10 who accept, of 14 eligible: 90%, Wilson 59.6 to 98.2."""
    table = support_table(
        facts_table(*supports("victim", 14, 10, 9), *supports("in_process", 5, 0, 0)), PROGRAMME
    )
    assert len(table) == 10 * 5
    cells = table.set_index(["person_class", "support"])
    row = cells.loc[("victim", "medical")]
    assert (row["eligible"], row["value"], row["status"], row["regime"]) == (
        14,
        90,
        "estimated",
        "law-53-2024",
    )
    assert (round(row["lower"], 1), round(row["upper"], 1)) == (59.6, 98.2)
    assert cells.loc[("in_process", "medical"), "status"] == "not_applicable"  # nobody accepted: 0 of 0
    assert cells.loc[("in_process", "hardship"), "entitlement"] == "none"
    assert cells.loc[("foreign", "medical"), "entitlement"] == "case_by_case"
    assert not set(table["person_class"]) - set(PROGRAMME.support.classes)


def test_the_matrix_of_article_37_has_the_marks_of_the_law():
    """Read off the table in the law: full, case by case, none, by class."""
    matrix = PROGRAMME.support
    day = date(2025, 7, 1)
    marks = {
        name: [matrix.entitlement(support, name, on=day) for support in matrix.supports]
        for name in matrix.classes
    }
    counts = {name: (cells.count("full"), cells.count("case_by_case")) for name, cells in marks.items()}
    assert counts == {
        "victim": (10, 0),
        "accompanying_child": (8, 0),
        "in_process": (7, 0),
        "in_process_abroad": (4, 0),
        "foreign": (0, 6),
    }
    assert matrix.entitlement("travel", "foreign", on=day) == "none"
    before = date(2025, 6, 30)
    assert matrix.entitlement("medical", "victim", on=before) == "full"
    assert matrix.entitlement("hardship", "victim", on=before) == "to_be_checked"
    assert matrix.entitlement("medical", "in_process", on=before) == "none"


def test_a_hidden_part_hides_the_support_and_a_total_over_classes_is_refused():
    hidden = supports("victim", 14, 10, None, status="suppressed")
    table = support_table(facts_table(*hidden), PROGRAMME).set_index(["person_class", "support"])
    assert table.loc[("victim", "medical"), "status"] == "suppressed"
    with pytest.raises(FactsError, match="never added up"):
        support_table(facts_table(*supports("all", 14, 10, 9)), PROGRAMME)
    with pytest.raises(FactsError, match="received must not exceed accepting"):
        support_table(facts_table(*supports("victim", 14, 9, 10)), PROGRAMME)


def test_persons_who_wait_have_their_days_and_costs_apart_from_victims():
    """Hand calculation: 84 days for 12 persons is 7 days each; costs met for 9 of 12."""
    rows = [
        fact("01", n, measure=name)
        for name, n in (("persons_waiting", 12), ("waiting_days", 84), ("waiting_costs_met", 9))
    ]
    found = waiting_rows(estimates(*rows), PROGRAMME).set_index("indicator")
    assert found["value"].to_dict() == {
        "persons_waiting": 12,
        "waiting_days_mean": 7,
        "waiting_costs_met": 75,
    }


# ---- pathway


def test_stages_of_totals_have_no_share_and_may_exceed_each_other():
    names = ("persons_received", "persons_verified", "victims_identified", "victims_supported")
    rows = [fact("01", n, measure=name) for name, n in zip(names, (9, 11, 8, 6), strict=True)]
    table = pathway(facts_table(*rows), PROGRAMME).set_index("stage")
    assert table.loc["verified", "exceeds_earlier"]
    assert table.loc[["received", "verified", "identified"], "share"].isna().all()
    assert table.loc["supported", "share"] == 75  # of the 8 identified in the year: a cohort
    assert table.loc["reintegrated", "status"] == "not_reported"
    assert table.loc["reintegrated", "other_place_basis"]


def test_a_stage_that_exceeds_the_one_before_a_gap_is_told_as_well():
    """Published for the country in 2018: 449 received, 490 identified, nothing of those verified."""
    rows = [fact("01", 449, measure="persons_received"), fact("01", 490, measure="victims_identified")]
    table = pathway(facts_table(*rows), PROGRAMME).set_index("stage")
    assert table.loc["identified", ["exceeds_earlier", "exceeded"]].tolist() == [True, "received"]
    assert not table.loc[["received", "verified", "supported"], "exceeds_earlier"].any()
    assert set(table["exceeded"]) == {"", "received"}


# ---- gaps


def test_the_difference_of_two_shares_has_newcombes_limits():
    """Newcombe (1998), table II: 56/70 against 48/80, 0.0524 to 0.3339; the rest against statsmodels."""
    lower, upper = newcombe_difference((56, 70), (48, 80))
    assert (round(float(lower), 4), round(float(upper), 4)) == (0.0524, 0.3339)
    for one, other in (((9, 10), (3, 10)), ((5, 56), (0, 29)), ((10, 10), (0, 20))):
        wanted = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
        assert [float(limit) for limit in newcombe_difference(one, other)] == pytest.approx(wanted, abs=1e-9)


def test_a_group_stands_beside_everybody_else():
    """Hand calculation: 20 of 40 women supported, 27 of 30 others: 50% against 90%, a gap of 40 points."""
    rows = [fact("01", 70, measure="victims_identified"), fact("01", 47, measure="victims_supported")]
    rows += [
        fact("01", n, measure=f"victims_{name}", sex="female")
        for name, n in (("identified", 40), ("supported", 20))
    ]
    (gap,) = group_gaps(facts_table(*rows), PROGRAMME).to_dict("records")
    assert (gap["indicator"], gap["dimension"], gap["group"], gap["beside"]) == (
        "victims_supported",
        "sex",
        "female",
        "rest",
    )
    assert (gap["value"], gap["beside_value"], gap["difference"]) == pytest.approx((50, 90, -40))
    assert gap["difference_lower"] < -40 < gap["difference_upper"] < 0


def test_a_gap_with_a_hidden_group_is_hidden_and_no_group_gives_none():
    rows = [fact("01", 70, measure="victims_identified"), fact("01", 47, measure="victims_supported")]
    part = {"sex": "female", "status": "suppressed"}
    rows += [fact("01", None, measure=f"victims_{name}", **part) for name in ("identified", "supported")]
    (gap,) = group_gaps(facts_table(*rows), PROGRAMME).to_dict("records")
    assert gap["status"] == "suppressed"
    assert math.isnan(gap["difference"])
    assert group_gaps(facts_table(*rows[:2]), PROGRAMME).empty


def test_a_gap_of_own_doings_is_told_without_limits():
    """METHODS 9.9. By hand: 10 of 20 screened against 80 of 100: told, and not judged by chance."""
    names = ("returnees_screened", "returnees_registered")
    province, nation = (
        estimates(*(fact(code, n, measure=name) for name, n in zip(names, figures, strict=True)))
        for code, figures in (("01", (10, 20)), ("VN", (90, 120)))
    )
    (gap,) = place_gaps(province, nation, PROGRAMME).to_dict("records")
    assert (gap["value"], gap["beside_value"], gap["difference"]) == pytest.approx((50, 80, -30))
    limits = ("lower", "upper", "difference_lower", "difference_upper")
    assert all(math.isnan(gap[name]) for name in limits)
    assert {"returnees_screened"} == {gap["indicator"]}


def test_a_province_stands_beside_the_rest_of_the_nation_and_a_class_beside_the_first():
    """Hand calculation: 10 of 20 against (90 - 10) of (120 - 20) = 80%."""
    names = ("victims_supported", "victims_identified")
    province, nation = (
        estimates(*(fact(code, n, measure=name) for name, n in zip(names, figures, strict=True)))
        for code, figures in (("01", (10, 20)), ("VN", (90, 120)))
    )
    gap = place_gaps(province, nation, PROGRAMME).set_index("indicator").loc["victims_supported"]
    assert (gap["value"], gap["beside_value"], gap["difference"]) == pytest.approx((50, 80, -30))
    table = support_table(
        facts_table(*supports("victim", 20, 20, 18), *supports("in_process", 20, 20, 10)), PROGRAMME
    )
    gaps = class_gaps(table, PROGRAMME).set_index(["group", "indicator"])
    assert gaps.loc[("in_process", "medical"), "difference"] == pytest.approx(-40)


# ---- mid-term view


def target(name: str, comparator: str, value: float, unit: str = "percent") -> Target:
    words = {"id": "T", "indicator": name, "wording": {"vi": "-", "en": "-"}, "source": "invented"}
    days = {"valid_from": date(2021, 1, 1), "valid_to": date(2025, 12, 31)}
    return Target(**words, **days, comparator=comparator, value=value, unit=unit)


def test_the_pace_still_required_is_what_is_missing_over_the_years_left():
    """Hand calculation: 60% in 2020, 66% in 2021, 70% in 2023: +10/3 a year so far; (90 - 70) / 2 = 10 a year needed."""
    rows = years("communes_reached", 60, 66, None, 70, first=2020) + years(
        "communes_total", 100, 100, 100, 100, first=2020
    )
    (row,) = mid_term_view(estimates(*rows), PROGRAMME, [target("communes_reached", "at_least", 90)]).to_dict(
        "records"
    )
    assert (row["baseline_value"], row["mid_value"], row["last_value"]) == pytest.approx((60, 66, 70))
    assert row["mid_end"] == pd.Timestamp("2021-12-31")
    assert (row["pace_so_far"], row["required_pace"], row["years_left"]) == pytest.approx((10 / 3, 10, 2))
    assert (row["reason"], row["period"]) == ("no_method_for_kind", "2021-2025")
    assert math.isnan(row["chance"])


def test_a_target_that_is_met_needs_no_pace_and_a_strict_one_is_not_met_by_its_own_number():
    rows = years("communes_reached", 90, 90) + years("communes_total", 100, 100)
    paces = {
        comparator: mid_term_view(estimates(*rows), PROGRAMME, [target("communes_reached", comparator, 90)])[
            "required_pace"
        ].iloc[0]
        for comparator in ("at_least", "greater_than")
    }
    assert paces == {"at_least": 0, "greater_than": 0}  # nothing is missing, though 90 % is not over 90 %


def test_a_chance_is_given_for_counts_from_five_years_on_alone():
    """Five years with 10 cases: Gamma(10.5, 5); a year without a case has probability (5/6)**10.5 = 0.1474."""
    goal = Target(
        id="T", indicator="cases", wording={"vi": "-", "en": "-"}, comparator="less_than", value=1, unit="count",
        valid_from=date(2016, 1, 1), valid_to=date(2025, 12, 31), source="invented",
    )  # fmt: skip
    frame = mid_term_view(estimates(*years("cases_recorded", 2, 2, 2, 2, 2, first=2018)), PROGRAMME, [goal])
    assert frame["chance"].iloc[0] == pytest.approx((5 / 6) ** 10.5)
    few = mid_term_view(estimates(*years("cases_recorded", 2, 2, 2, 2, first=2018)), PROGRAMME, [goal])
    assert few["reason"].iloc[0] == "too_few_years"


def test_the_half_of_a_year_is_neither_the_latest_figure_nor_one_of_five_years():
    goal = Target(
        id="T", indicator="cases", wording={"vi": "-", "en": "-"}, comparator="less_than", value=1, unit="count",
        valid_from=date(2016, 1, 1), valid_to=date(2025, 12, 31), source="invented",
    )  # fmt: skip
    half = [row | {"period_end": "2022-06-30"} for row in years("cases_recorded", 1, first=2022)]
    rows = [*years("cases_recorded", 2, 2, 2, 2, first=2018), *half]
    (row,) = mid_term_view(estimates(*rows), PROGRAMME, [goal]).to_dict("records")
    assert (row["last_end"].year, row["last_value"]) == (2021, 2)
    assert row["reason"] == "too_few_years"
    assert math.isnan(row["chance"])


def test_years_that_scatter_more_than_chance_leave_a_chance_less_sure_and_the_view_says_which_was_supposed():
    """Means drawn from their posterior, years from the law: 400,000 draws beside the closed form."""
    goal = Target(
        id="T", indicator="cases", wording={"vi": "-", "en": "-"}, comparator="at_most", value=5, unit="count",
        valid_from=date(2016, 1, 1), valid_to=date(2025, 12, 31), source="invented",
    )  # fmt: skip
    frame = estimates(*years("cases_recorded", 10, 4, 9, 12, 5, first=2018))
    law = ScatterLaw("quadratic", 2.0, 0.41, series=63, cells=630, degrees=504, p=0.0)
    (plain,) = mid_term_view(frame, PROGRAMME, [goal]).to_dict("records")
    (scattered,) = mid_term_view(frame, PROGRAMME, [goal], laws={"cases": law}).to_dict("records")
    assert (plain["supposes"], scattered["supposes"]) == ("pure_chance", "law")
    rng = np.random.default_rng(7)
    share = rng.beta(
        5 / 0.41, 40.5, size=400_000
    )  # of a negative binomial with alpha .41 and Jeffreys' prior
    drawn = rng.negative_binomial(1 / 0.41, share)
    assert scattered["chance"] == pytest.approx((drawn <= 5).mean(), abs=0.004)
    assert scattered["chance"] > plain["chance"] + 0.1


def test_a_count_of_own_doings_has_no_chance():
    rows = years("leaflets_distributed", 10, 10, 10, 10, 10, first=2018)
    goal = target("leaflets", "at_least", 5, "count").model_copy(update={"valid_from": date(2016, 1, 1)})
    (row,) = mid_term_view(estimates(*rows), PROGRAMME, [goal]).to_dict("records")
    assert (row["reason"], row["last_verdict"]) == ("own_doing", "met")
    assert math.isnan(row["chance"])


def test_a_promised_change_has_no_pace_but_a_count_for_the_next_year():
    """Hand calculation: 20 after 40; the year after needs 22 for ten per cent more."""
    rows = years("citizen_reports", 40, 20)
    (row,) = mid_term_view(
        estimates(*rows), PROGRAMME, [target("citizen_reports_change", "at_least", 10)]
    ).to_dict("records")
    assert (row["last_verdict"], row["last_needed"], row["next_needed"]) == ("not_met", 44, 22)
    assert math.isnan(row["required_pace"])
    assert math.isnan(row["pace_so_far"])


def test_the_mid_term_view_and_the_assessment_show_one_record():
    rows = years("communes_reached", 60, 66, None, 70, first=2020) + years(
        "communes_total", 100, 100, 100, 100, first=2020
    )
    found, goals = estimates(*rows), [target("communes_reached", "at_least", 90)]
    judged = assess_targets(found, PROGRAMME, goals).iloc[-1]
    seen = mid_term_view(found, PROGRAMME, goals).iloc[0]
    assert seen["last_end"] == judged["period_end"]
    for name in ("verdict", "evidence", "gap", "needed"):
        assert seen[f"last_{name}"] == judged[name]


def test_an_older_0_of_0_is_no_latest_figure_where_a_later_base_is_too_small():
    """9 days of 1 person in 2025 give no mean, but that nobody waited in 2022 is not the latest; 47 days of 5 persons are 9.4."""

    def latest(days: list[float], persons: list[float]) -> pd.DataFrame:
        rows = years("waiting_days", *days) + years("persons_waiting", *persons)
        return latest_rows(estimates(*rows)).set_index("indicator")

    assert "waiting_days_mean" not in latest([19, 0, 31, 9, 9], [1, 0, 2, 1, 1]).index
    assert latest([19, 31, 0], [1, 2, 0]).loc["waiting_days_mean", "period_end"] == pd.Timestamp("2023-12-31")
    assert latest([47, 9], [5, 1]).loc["waiting_days_mean", "value"] == pytest.approx(9.4)


# ---- recommendations


def followed(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = follow_up(estimates(*rows), PROGRAMME, period=REVIEWED)
    return frame.set_index(["recommendation", "indicator"])


def test_before_and_after_a_review_are_sums_of_whole_years_and_its_own_year_is_neither():
    """Hand calculation: 10/40 in 2021-22, 36/60 in 2024-25: 25% to 60%, +35 points."""
    rows = years("waiting_costs_met", 4, 6, 99, 16, 20) + years("persons_waiting", 20, 20, 100, 30, 30)
    row = followed(*rows).loc[("R1", "waiting_costs_met")]
    assert (row["before_years"], row["after_years"]) == ((2021, 2022), (2024, 2025))
    assert (row["before_value"], row["after_value"], row["change"]) == pytest.approx((25, 60, 35))
    wanted = confint_proportions_2indep(36, 60, 10, 40, method="newcomb", compare="diff")
    assert (row["change_lower"], row["change_upper"]) == pytest.approx(tuple(100 * limit for limit in wanted))
    assert row["said"] == "distinguishable"
    z, wanted_p = proportions_ztest([36, 10], [60, 40])
    assert z > 0
    assert row["p"] == pytest.approx(wanted_p)


def test_the_half_of_a_year_is_in_no_sum_before_a_review():
    half = [row | {"period_end": "2022-06-30"} for row in years("persons_waiting", 99, first=2022)]
    rows = [*years("persons_waiting", 20, first=2021), *half, *years("persons_waiting", 30, 30, first=2024)]
    row = followed(*rows).loc[("R1", "persons_waiting")]
    assert (row["before_years"], row["before_value"]) == ((2021,), 20)


def test_what_the_programme_did_itself_is_no_sample():
    rows = years("returnees_screened", 4, 6, 99, 16, 20) + years("returnees_registered", 20, 20, 100, 30, 30)
    row = followed(*rows).loc[("R4", "returnees_screened")]
    assert row["change"] == pytest.approx(35)
    assert row["said"] == "no_limits"


def test_a_share_over_a_share_is_made_from_the_sums_of_all_years_and_not_from_the_last():
    """Hand calculation: (20 + 11)/(152 + 139) over a population share of 0.1 is 1.07; (21 + 21)/(253 + 160) is 1.02.

    The last years alone, 11/139 and 21/160, would give 0.79 and 1.31, and a rise.
    """
    rows = (
        years("sessions_minority_communes", 20, 11, 22, 21, 21)
        + years("communication_sessions", 152, 139, 219, 253, 160)
        + years("population_minority_communes", *[100_000] * 5)
        + years("population_average", *[1_000_000] * 5)
    )
    row = followed(*rows).loc[("R2", "minority_share")]
    assert (row["before_years"], row["after_years"]) == ((2021, 2022), (2024, 2025))
    assert (row["before_value"], row["after_value"]) == pytest.approx((310 / 291, 420 / 413))
    assert row["change"] == pytest.approx(420 / 413 - 310 / 291)
    assert row["said"] == "no_limits"


def test_a_mean_over_too_few_says_so_and_its_years_go_into_the_sums():
    """Hand calculation: 19 days of 1 person and none of 0 are too few; (31 + 9)/(4 + 3) is 5.7 days, of 2024 and 2025."""
    rows = years("waiting_days", 19, 0, 50, 31, 9) + years("persons_waiting", 1, 0, 9, 4, 3)
    row = followed(*rows).loc[("R1", "waiting_days_mean")]
    assert (row["before_status"], row["before_years"], row["reason"]) == (
        "too_few",
        (2021,),
        "too_few_before",
    )
    assert (row["before_numerator"], row["before_denominator"]) == (19, 1)
    assert math.isnan(row["before_value"])
    assert (row["after_status"], row["after_years"]) == ("estimated", (2024, 2025))
    assert row["after_value"] == pytest.approx(40 / 7)


def test_a_difference_must_stand_among_all_that_are_looked_at():
    """By itself 13/40 to 34/60 has p = .018; beside three shares that do not move it has to reach .0125."""
    moved = years("waiting_costs_met", 6, 7, 99, 16, 18) + years("persons_waiting", 20, 20, 100, 30, 30)
    still = [
        row
        for name, base in (
            ("export_firms_sanctioned", "export_firms_inspected"),
            ("foreign_employers_in_violation", "foreign_employers_inspected"),
            ("victims_supported", "victims_identified"),
        )
        for row in years(name, 10, 10, 10, 10, 10) + years(base, 20, 20, 20, 20, 20)
    ]
    alone, among = (followed(*rows).loc[("R1", "waiting_costs_met")] for rows in (moved, moved + still))
    assert alone["p"] == among["p"] == pytest.approx(proportions_ztest([34, 13], [60, 40])[1])
    assert (alone["said"], among["said"]) == ("distinguishable", "not_among_all")


def test_what_cannot_be_compared_says_why():
    rows = years("returnees_screened", 4, None, None, None, None) + years(
        "returnees_registered", 20, None, None, None, None
    )
    frame = followed(*rows)
    assert frame.loc[("R4", "returnees_screened"), "reason"] == "not_reported_after"
    assert frame.loc[("R4", "reintegrated_6"), "reason"] == "not_reported_before"
    spent = followed(*years("waiting_spending", 4, 4, 4, 9, 9)).loc[("R1", "waiting_spending")]
    assert (spent["change"], spent["said"]) == (5, "no_limits")  # money is decided, not drawn by chance


# ---- DAC view, completeness


def test_every_criterion_says_what_evidence_there_is():
    view = dac_view(estimates(fact("01", 7)), PROGRAMME)
    assert set(view.loc[view["has_evidence"], "criterion"]) == {"impact"}
    bare = PROGRAMME.model_copy(update={"indicators": {}})
    assert isinstance(bare, Programme)
    assert dac_view(estimates(fact("01", 7)), bare)["indicator"].tolist() == [""] * 6


def test_completeness_counts_what_does_not_apply_and_measures_never_given_in_total():
    rows = [
        fact("01", None, measure="citizen_reports", status="not_applicable"),
        *supports("victim", 14, 10, 9),
    ]
    table = completeness(facts_table(*rows), PROGRAMME).set_index("measure")
    assert table.loc["citizen_reports", "not_applicable"] == 1
    assert table.loc["support_received", "reported"] == 1
    places = completeness_by_place(facts_table(fact("01", 7), fact("02", 0)), PROGRAMME).set_index("measure")
    assert places.loc[
        "cases_recorded", ["province_code", "reported", "zero_reported"]
    ].to_numpy().tolist() == [
        ["01", 1, 0],
        ["02", 0, 1],
    ]


def test_figures_of_a_measure_without_an_indicator_are_shown_however_many_there_are():
    """No series tells the accused persons prosecuted of 2014 to 2019; crime reports have their indicators."""
    six = [
        row
        for name in ("accused_prosecuted", "crime_reports_received")
        for row in years(name, 472, 442, 295, 245, 194, 180, first=2014)
    ]
    rows = seldom_reported(facts_table(*six), PROGRAMME, shown=[])
    assert rows["measure"].unique().tolist() == ["accused_prosecuted"]
    assert rows["value"].tolist() == [472, 442, 295, 245, 194, 180]


def test_who_reported_late_is_told_with_the_days_and_a_published_figure_is_not_late():
    rows = [
        fact("01", 7, year=2018, edition_date="2020-01-10"),
        fact("02", 7, year=2018, edition_date="2019-12-31"),
    ]
    rows.append(fact("03", 7, year=2018, edition_date="2022-01-01", published=True))
    late = late_reporters(facts_table(*rows))
    assert late[["province_code", "days_late"]].to_numpy().tolist() == [["01", 10]]


def test_two_holders_stand_beside_each_other_with_their_difference():
    rows = [fact("01", 14, measure="victims_identified_police"), fact("01", 12, measure="victims_identified")]
    (row,) = reconciliation(estimates(*rows)).to_dict("records")
    assert (row["difference"], row["agrees"], row["denominator"]) == (2, False, 12)


def test_two_holders_are_compared_by_what_both_identify_not_by_who_was_supported():
    """Who was supported is a part of who was identified: a ratio to it would mix a lack of support with a difference."""
    indicator = PROGRAMME.indicators["holders_agree"]
    assert (indicator.numerator, indicator.denominator) == ("victims_identified_police", "victims_identified")


def test_a_ratio_of_yearly_totals_is_not_called_a_part_of_the_ones_below_it():
    """Totals of one year are different persons: “of those” would say that the same were followed."""
    ratios = [
        one for one in PROGRAMME.indicators.values() if one.kind == "conversion" and one.basis == "totals"
    ]
    assert ratios
    assert not [one.id for one in ratios if "of those" in one.label.en or "trong số" in one.label.vi]
