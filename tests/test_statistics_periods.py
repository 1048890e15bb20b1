"""Totals of programme periods, which source comes first, and successive periods compared."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from evalkit.additivity.years import exposure_years
from evalkit.errors import DeclarationError, FactsError
from evalkit.indicators.period_totals import (
    PeriodTotal,
    compare_periods,
    indicator_totals,
    period_totals,
)
from evalkit.indicators.place_totals import totals_of_places
from evalkit.indicators.sources import beside, preferred
from evalkit.statistics.results import NotEstimable, RateComparison
from tests.builders import PROGRAMME, fact, facts_table


def span(start: str, end: str, value: float | None, **changes: Any) -> dict[str, Any]:
    return fact("01", value, period_start=start, period_end=end, **changes)


def years(first: int, values: list[float | None], **changes: Any) -> list[dict[str, Any]]:
    return [fact("01", value, year=first + n, **changes) for n, value in enumerate(values)]


def totals(*rows: dict[str, Any], **options: Any) -> dict[str, PeriodTotal | NotEstimable]:
    found = period_totals(facts_table(*rows), measure="cases_recorded", periods=PROGRAMME.periods, **options)
    return {period.id: total for period, total in zip(PROGRAMME.periods, found, strict=True)}


def total_of(period: str, *rows: dict[str, Any], **options: Any) -> PeriodTotal:
    total = totals(*rows, **options)[period]
    assert isinstance(total, PeriodTotal), total
    return total


def reason_of(period: str, *rows: dict[str, Any], **options: Any) -> str:
    total = totals(*rows, **options)[period]
    assert isinstance(total, NotEstimable), total
    return total.reason


SUPPRESSED = {"status": "suppressed"}


# ---- exposure


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ("2011-01-01", "2015-12-31", 5.0),
        ("2019-12-15", "2020-12-14", 1.0),
        ("2016-02-29", "2017-02-27", 1.0),
        ("2021-01-01", "2023-06-30", 2 + 181 / 365.25),
        ("2023-05-05", "2023-05-05", 1 / 365.25),
    ],
)
def test_the_length_of_a_period_in_years(start: str, end: str, length: float):
    assert exposure_years(pd.Timestamp(start), pd.Timestamp(end)) == pytest.approx(length)


# ---- one total per period


def test_a_row_that_spans_the_period_is_taken_as_it_is():
    total = total_of(
        "2016-2020", span("2016-01-01", "2020-12-31", 23), *years(2016, [9, 9, 9, 9, 9], source_id="t")
    )
    assert (total.count, total.years, total.made, total.sources) == (23, 5.0, "one_row", ("s",))


def test_five_police_years_span_the_period():
    total = total_of("2016-2020", span("2015-12-15", "2020-12-14", 23))
    assert (total.count, total.years, total.made) == (23, 5.0, "one_row")


def test_yearly_rows_are_added_up_when_four_fifths_are_reported():
    total = total_of("2016-2020", *years(2016, [7, 5, None, 0, 4]))
    assert (total.count, total.years) == (16, 4.0)
    assert (total.years_used, total.made, total.flags) == (
        (2016, 2017, 2019, 2020),
        "sum_of_years",
        ("years_missing",),
    )


def test_fewer_than_four_fifths_are_not_added_up_unless_asked_for():
    rows = years(2016, [7, 5, None, None, 4])
    assert reason_of("2016-2020", *rows) == "partial_period"
    total = total_of("2016-2020", *rows, allow_partial=True)
    assert (total.count, total.years) == (16, 3.0)


def test_years_still_to_come_are_not_missing():
    total = total_of("2021-2025", *years(2021, [3, 2]))
    assert (total.count, total.years, total.end, total.flags) == (5, 2.0, pd.Timestamp("2022-12-31"), ())


def test_a_year_reported_later_shows_that_earlier_ones_are_missing():
    assert reason_of("2021-2025", *years(2021, [3, None, None, 2])) == "partial_period"
    assert reason_of("2016-2020", fact("01", 3, year=2018), fact("01", 2, year=2022)) == "partial_period"


def test_a_police_year_belongs_to_the_year_in_which_it_ends():
    rows = [span(f"{y - 1}-12-15", f"{y}-12-14", y - 2010) for y in range(2015, 2021)]
    assert total_of("2016-2020", *rows).count == 6 + 7 + 8 + 9 + 10
    assert total_of("2016-2020", *rows).years == 5.0


def test_calendar_and_police_years_that_overlap_are_not_added_up():
    police = [span(f"{y - 1}-12-15", f"{y}-12-14", 100, source_id="p") for y in range(2016, 2018)]
    total = total_of("2016-2020", *years(2016, [1, 1, 1, 1, 1]), *police)
    assert total.count == 5


def test_a_longer_row_inside_the_period_is_a_window_of_its_own():
    total = total_of("2021-2025", span("2021-01-01", "2022-12-31", 0))
    assert (total.count, total.years, total.made, total.status) == (0, 2.0, "part_of_period", "zero_reported")
    longest = total_of("2021-2025", span("2021-01-01", "2022-12-31", 3), span("2021-01-01", "2023-06-30", 4))
    assert (longest.count, longest.end) == (4, pd.Timestamp("2023-06-30"))
    assert longest.years == pytest.approx(2.4956, abs=1e-4)


def test_part_of_a_year_is_no_window():
    assert reason_of("2021-2025", span("2023-01-01", "2023-06-30", 4)) == "partial_period"


def test_a_row_that_reaches_into_two_periods_belongs_to_neither():
    found = totals(span("2018-01-01", "2022-12-31", 4))
    assert {total.reason for total in found.values() if isinstance(total, NotEstimable)} == {
        "not_reported",
        "partial_period",
    }


def test_nothing_reported_is_no_zero():
    assert reason_of("2016-2020", *years(2016, [None] * 5)) == "not_reported"
    assert reason_of("2016-2020", fact("01", 3, measure="suspects")) == "not_reported"


@pytest.mark.parametrize(
    "rows",
    [
        [span("2016-01-01", "2020-12-31", None, **SUPPRESSED)],
        [*years(2016, [7, 5, 3, 2]), fact("01", None, year=2020, **SUPPRESSED)],
        [span("2016-01-01", "2020-12-31", None, **SUPPRESSED), *years(2016, [7, 5, 3, 2, 1])],
    ],
)
def test_a_hidden_figure_makes_no_total(rows: list[dict[str, Any]]):
    assert reason_of("2016-2020", *rows) == "suppressed"


def test_what_a_total_says_of_its_parts():
    rows = years(2016, [7, 5, 3, 2])
    total = total_of(
        "2016-2020", *rows, fact("01", 4, year=2020, status="derived", qualifier="about", source_id="t")
    )
    assert (total.status, total.sources) == ("derived", ("s", "t"))
    assert total.flags == ("several_sources", "inexact")


# ---- sources and place bases


def test_sources_that_contradict_each_other_are_never_mixed():
    ours, theirs = years(2016, [7, 5, 3]), years(2018, [4, 2, 2, 9], source_id="t")
    assert reason_of("2016-2020", *ours, *theirs) == "partial_period"
    total = total_of("2016-2020", *ours, *years(2017, [5, 4, 2, 2], source_id="t"), source_order=["s", "t"])
    assert (total.count, total.years_used, total.sources) == (13, (2017, 2018, 2019, 2020), ("t",))


def test_sources_that_agree_complete_each_other_without_counting_twice():
    total = total_of("2016-2020", *years(2016, [7, 5, 3]), *years(2018, [3, 2, 2], source_id="t"))
    assert (total.count, total.years, total.sources) == (19, 5.0, ("s", "t"))


def test_of_two_sources_the_declared_first_one_counts():
    rows = [span("2016-01-01", "2020-12-31", 23), span("2016-01-01", "2020-12-31", 29, source_id="a")]
    assert total_of("2016-2020", *rows, source_order=["s"]).count == 23
    assert total_of("2016-2020", *rows).count == 29  # equal editions: by id


def test_within_a_source_the_latest_edition_counts():
    first, revised = years(2016, [7, 5, 3, 2, 1]), years(2016, [8], edition_date="2022-06-01")
    assert total_of("2016-2020", *first, *revised).count == 19


def test_two_place_bases_are_never_mixed():
    rows = [
        span("2016-01-01", "2020-12-31", 23),
        span("2016-01-01", "2020-12-31", 29, place_basis="detection", source_id="t"),
    ]
    assert reason_of("2016-2020", *rows) == "different_bases"
    assert total_of("2016-2020", *rows, place_basis="detection").count == 29
    found = indicator_totals(facts_table(*rows), "cases", PROGRAMME)[1]
    assert isinstance(found, PeriodTotal)
    assert (found.count, found.place_basis) == (23, "occurrence")  # the basis declared for the measure


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([fact("01", 3), fact("02", 4)], "one place at a time"),
        ([fact("01", 3), fact("01", 4, year=2016, unit="nguoi")], "one measure has one unit"),
        ([fact("01", -3)], "never negative"),
        ([fact("01", 2.5)], "whole number"),
        ([fact("01", 3), fact("01", 4)], "one figure per place, period and source edition"),
    ],
)
def test_what_cannot_be_added_up_is_refused_by_row(rows: list[dict[str, Any]], rule: str):
    with pytest.raises(FactsError, match=rule) as refusal:
        totals(*rows)
    assert "-3" not in str(refusal.value).replace("2015-", "").replace("-31", "")
    assert "2.5" not in str(refusal.value)


# ---- which row is shown first


def sources_of(table: pd.DataFrame) -> list[str]:
    return table["source_id"].tolist()


def test_the_declared_order_comes_before_the_date_and_matches_whole_ids():
    rows = [
        fact("01", 7, source_id="mps"),
        fact("01", 8, source_id="mps-2023", edition_date="2023-05-01"),
        fact("01", 9, source_id="zz", edition_date="2022-01-01"),
    ]
    table, programme = facts_table(*rows), PROGRAMME.model_copy(update={"source_order": ("first", "mps")})
    assert sources_of(preferred(table, programme)) == ["mps"]
    assert sources_of(beside(table, programme)) == ["mps-2023", "zz"]
    assert sources_of(preferred(table.iloc[1:], programme)) == ["mps-2023"]


def test_a_source_that_reports_nothing_does_not_hide_one_that_does():
    programme = PROGRAMME.model_copy(update={"source_order": ("mps",)})
    table = facts_table(fact("01", None, source_id="mps"), fact("01", 5, source_id="zz"))
    assert sources_of(preferred(table, programme)) == ["zz"]
    hidden = facts_table(fact("01", None, source_id="mps", **SUPPRESSED), fact("01", 5, source_id="zz"))
    assert sources_of(preferred(hidden, programme)) == ["mps"]


def test_a_revision_replaces_and_is_not_shown_beside():
    table = facts_table(fact("01", 7), fact("01", 8, edition_date="2022-01-01"))
    assert preferred(table, PROGRAMME)["value"].tolist() == [8]
    assert beside(table, PROGRAMME).empty


def test_every_figure_keeps_one_row_in_its_order():
    rows = [fact("02", 1), fact("01", 2), fact("01", 3, sex="female"), fact("01", 4, place_basis="detection")]
    assert preferred(facts_table(*rows), PROGRAMME)["value"].tolist() == [1, 2, 3, 4]


# ---- successive periods

QUANG_NINH_LIKE = [
    span("2011-01-01", "2015-12-31", 39, status="derived"),
    span("2016-01-01", "2020-12-31", 23),
    span("2021-01-01", "2022-12-31", 0),
]


def test_each_period_is_compared_with_the_one_before_per_year():
    first, second = compare_periods(facts_table(*QUANG_NINH_LIKE), "cases", PROGRAMME)
    assert isinstance(first.result, RateComparison)
    assert isinstance(second.result, RateComparison)
    assert first.result.percent_change == pytest.approx(-41.0, abs=0.03)
    assert first.result.p_central == pytest.approx(0.0559, abs=5e-5)
    assert second.result.percent_upper == pytest.approx(-56.5, abs=0.05)
    assert (second.result.later_exposure, second.result.earlier_exposure) == (2, 5)
    assert (first.earlier.status, first.later.count, second.later.end) == (
        "derived",
        23,
        pd.Timestamp("2022-12-31"),
    )


def test_one_period_alone_is_compared_with_nothing():
    (only,) = compare_periods(facts_table(QUANG_NINH_LIKE[1]), "cases", PROGRAMME)
    assert isinstance(only.result, NotEstimable)
    assert only.result.reason == "single_period"
    assert (only.earlier, only.later.count) == (None, 23)


def test_without_figures_there_is_no_comparison():
    assert compare_periods(facts_table(fact("01", 3, measure="suspects")), "cases", PROGRAMME) == ()


def test_a_gap_between_two_periods_is_told_and_not_jumped_over():
    found = compare_periods(facts_table(QUANG_NINH_LIKE[0], QUANG_NINH_LIKE[2]), "cases", PROGRAMME)
    reasons = [item.result.reason for item in found if isinstance(item.result, NotEstimable)]
    assert reasons == ["not_reported", "not_reported"]
    assert [(item.earlier is None, item.later is None) for item in found] == [(False, True), (True, False)]


def test_a_hidden_period_is_not_compared():
    hidden = span("2016-01-01", "2020-12-31", None, **SUPPRESSED)
    (item,) = compare_periods(facts_table(QUANG_NINH_LIKE[0], hidden), "cases", PROGRAMME)
    assert isinstance(item.result, NotEstimable)
    assert item.result == NotEstimable("suppressed", {"period": "2016-2020"})


def test_breakdowns_are_left_aside():
    rows = [row | {"article": "all"} for row in QUANG_NINH_LIKE]
    rows.append(span("2016-01-01", "2020-12-31", 20) | {"article": "150"})
    first, _ = compare_periods(facts_table(*rows), "cases", PROGRAMME)
    assert first.later.count == 23


def test_only_counts_are_added_up_over_years():
    with pytest.raises(DeclarationError, match="kind count"):
        compare_periods(facts_table(fact()), "reports_resolved", PROGRAMME)


def test_totals_of_all_places_in_one_pass_are_those_of_each_place():
    """Places of unlike sources, editions, bases and breakdowns; one without a row of the measure, one with none that applies."""
    table = facts_table(
        *(fact("01", value, year=2016 + at) for at, value in enumerate([7, 5, 3, 2, 1])),
        fact("01", 9, year=2016, edition_date="2022-01-01"),
        *(fact("02", 4, year=year, source_id=source) for year in range(2016, 2021) for source in ("a", "b")),
        fact("02", 6, year=2018, source_id="c", edition_date="2022-01-01"),
        *(fact("03", 3, year=year, place_basis="detection") for year in range(2016, 2021)),
        *(
            fact("04", 3, year=year, place_basis=basis)
            for year in (2017,)
            for basis in ("detection", "occurrence")
        ),
        *(fact("05", 3, year=2019, place_basis=basis) for basis in ("detection", "residence")),
        fact("06", 5, measure="victims_identified"),
        fact("07", None, status="not_applicable"),
        fact("08", None, status="suppressed", year=2019),
        fact("01", 2, year=2016, sex="female"),
    ).sample(frac=1, random_state=3)
    found = totals_of_places(table, "cases", PROGRAMME)
    assert list(found) == [(f"0{place}", "old") for place in range(1, 9)]
    for (code, _), totals in found.items():
        assert totals == indicator_totals(table[table["province_code"] == code], "cases", PROGRAMME)
    assert len({str(totals) for totals in found.values()}) > 4
