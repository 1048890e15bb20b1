"""Verdicts by arithmetic, evidence by the interval: two statements, never one."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd
import pytest

from evalkit.errors import DeclarationError
from evalkit.estimation.attainment import assess, assess_targets
from evalkit.estimation.indicators import estimate_indicators
from evalkit.programme.models import Target
from tests.builders import PROGRAMME, fact, facts_table


def target(**changes: Any) -> Target:
    fields: dict[str, Any] = {
        "id": "T",
        "indicator": "reports_resolved",
        "wording": {"vi": "trên 90 %", "en": "over 90 %"},
        "comparator": "greater_than",
        "value": 90.0,
        "unit": "percent",
        "valid_from": date(2021, 2, 9),
        "valid_to": date(2025, 12, 31),
        "source": "invented",
    }
    return Target(**(fields | changes))


UNQUANTIFIED = {"comparator": None, "value": None, "unit": None}


@pytest.mark.parametrize(
    ("numerator", "denominator", "limits", "verdict", "evidence", "gap"),
    [  # limits by Wilson, worked out apart
        (7, 9, (45.3, 93.7), "not_met", "chance_could_explain", -12.2),
        (65, 100, (55.3, 73.6), "not_met", "clear", -25.0),
        (90, 100, (82.6, 94.5), "not_met", "chance_could_explain", 0.0),
        (91, 100, (83.8, 95.2), "met", "chance_could_explain", 1.0),
        (980, 1000, (96.9, 98.7), "met", "clear", 8.0),
        (11, 10, (math.nan, math.nan), "met", "no_interval", 20.0),
    ],
)
def test_a_share_against_over_ninety_per_cent(
    numerator: float, denominator: float, limits: tuple[float, float], verdict: str, evidence: str, gap: float
):
    found = assess(100 * numerator / denominator, *limits, numerator, denominator, target())
    assert (found.verdict, found.evidence) == (verdict, evidence)
    assert found.gap == pytest.approx(gap, abs=0.05)


@pytest.mark.parametrize(
    ("comparator", "verdicts"),
    [
        ("greater_than", ["not_met", "not_met", "met"]),
        ("at_least", ["not_met", "met", "met"]),
        ("less_than", ["met", "not_met", "not_met"]),
        ("at_most", ["met", "met", "not_met"]),
    ],
)
def test_over_is_strict_and_at_least_is_not(comparator: str, verdicts: list[str]):
    promise = target(comparator=comparator)
    found = [assess(100 * n / 10, math.nan, math.nan, n, 10, promise) for n in (8, 9, 10)]
    assert [assessment.verdict for assessment in found] == verdicts


@pytest.mark.parametrize(
    ("numerator", "denominator", "promised"), [(7, 25, 28.0), (57, 100, 57.0), (29, 50, 58.0)]
)
def test_no_rounding_of_a_percentage_tips_the_verdict(numerator: int, denominator: int, promised: float):
    value = numerator / denominator * 100
    assert value != promised or numerator == 7
    promise = target(value=promised, comparator="at_least")
    assert assess(value, 0.0, 100.0, numerator, denominator, promise).verdict == "met"
    strict = target(value=promised)
    assert assess(value, 0.0, 100.0, numerator, denominator, strict).verdict == "not_met"


def test_a_count_is_held_against_a_count():
    promise = target(indicator="cases", comparator="at_most", value=20.0, unit="count")
    found = assess(23, 14.58, 34.51, 23, math.nan, promise)
    assert (found.verdict, found.evidence, found.gap) == ("not_met", "chance_could_explain", 3)
    assert assess(41, 29.4, 55.6, 41, math.nan, promise).evidence == "clear"


def test_no_figure_has_no_verdict_and_a_promise_without_a_number_is_not_judged():
    nothing = (math.nan,) * 5
    assert assess(*nothing, target()).verdict == "not_applicable"
    assert assess(*nothing, target()).evidence == "none"
    assert assess(95.0, 90.0, 98.0, 95, 100, target(**UNQUANTIFIED)).verdict == "unquantified"


# ---- tables


def estimates(*rows: dict[str, Any]) -> pd.DataFrame:
    return estimate_indicators(facts_table(*rows), PROGRAMME)


def year(
    number: int, resolved: float | None, due: float | None, place: str = "01", **changes: Any
) -> list[dict[str, Any]]:
    return [
        fact(place, resolved, year=number, measure="crime_reports_resolved", **changes),
        fact(place, due, year=number, measure="crime_reports_due", **changes),
    ]


def test_the_spec_of_the_style_guide():
    shares = estimates(
        *(fact("97", value, year=2025, measure=name) for name, value in _received(7, 9)),
        *(fact("98", value, year=2025, measure=name) for name, value in _received(0, 0)),
        *(fact("99", value, year=2025, measure=name) for name, value in _received(65, 100)),
    )
    table = assess_targets(shares, [target(indicator="reports_classified")])
    assert table["value"].round(1).tolist() == pytest.approx([77.8, math.nan, 65.0], nan_ok=True)
    assert table["lower"].round(1).tolist() == pytest.approx([45.3, math.nan, 55.3], nan_ok=True)
    assert table["upper"].round(1).tolist() == pytest.approx([93.7, math.nan, 73.6], nan_ok=True)
    assert table["verdict"].tolist() == ["not_met", "not_applicable", "not_met"]
    assert table["evidence"].tolist() == ["chance_could_explain", "none", "clear"]


def _received(classified: float, received: float) -> list[tuple[str, float]]:
    return [("crime_reports_classified", classified), ("crime_reports_received", received)]


def test_a_year_counts_if_its_last_day_lies_in_the_validity():
    rows = [row for number in (2020, 2021, 2025, 2026) for row in year(number, 8, 10)]
    table = assess_targets(estimates(*rows), [target()])
    assert table["period_end"].dt.year.tolist() == [2021, 2025]


def test_a_longer_period_counts_if_all_of_it_lies_in_the_validity():
    for first, held in (("2021-01-01", False), ("2022-01-01", True)):
        rows = [row | {"period_start": first, "period_end": "2025-12-31"} for row in year(2025, 8, 10)]
        table = assess_targets(estimates(*rows), [target()])
        assert (table["verdict"] == "not_met").tolist() == [held]


def test_a_national_target_binds_every_place_and_a_provincial_one_its_own():
    shares = estimates(*year(2024, 9, 10, "01"), *year(2024, 10, 10, "02"))
    own = target(
        id="P", level="provincial", province_code="02", scheme="old", value=100.0, comparator="at_least"
    )
    table = assess_targets(shares, [target(), own])
    assert list(zip(table["target_id"], table["province_code"], table["verdict"], strict=True)) == [
        ("T", "01", "not_met"),
        ("T", "02", "met"),
        ("P", "02", "met"),
    ]


def test_a_promise_without_a_number_or_without_a_figure_still_has_its_row():
    shares = estimates(*year(2019, 9, 10))
    promises = [target(), target(id="U", **UNQUANTIFIED), target(id="N", indicator=None, **UNQUANTIFIED)]
    table = assess_targets(shares, promises)
    assert table["verdict"].tolist() == ["not_applicable", "unquantified", "unquantified"]
    assert table["status"].tolist() == ["not_reported", "", ""]
    assert table["province_code"].tolist() == ["01", "01", "01"]
    assert table["value"].isna().all()
    assert table["indicator"].tolist() == ["reports_resolved", "reports_resolved", ""]


def test_hidden_figures_have_no_verdict():
    rows = year(2024, 9, 10)
    rows[0] |= {"value": math.nan, "status": "suppressed"}
    table = assess_targets(estimates(*rows), [target()])
    assert table[["verdict", "evidence", "status"]].to_numpy().tolist() == [
        ["not_applicable", "none", "suppressed"]
    ]
    assert table["gap"].isna().all()


def test_a_ratio_with_carry_over_is_judged_without_an_interval():
    table = assess_targets(estimates(*year(2024, 11, 10)), [target()])
    assert table[["value", "gap"]].to_numpy().tolist() == [[pytest.approx(110), pytest.approx(20)]]
    assert table[["verdict", "evidence"]].to_numpy().tolist() == [["met", "no_interval"]]


def test_percent_and_counts_are_never_compared():
    with pytest.raises(DeclarationError, match="same unit"):
        assess_targets(estimates(fact("01", 7, year=2022)), [target(indicator="cases")])
    with pytest.raises(DeclarationError, match="same unit"):
        assess_targets(estimates(*year(2024, 9, 10)), [target(unit="count")])


def test_the_targets_of_the_catalogue_can_be_held_against_figures():
    shares = estimates(*year(2024, 9, 10), *(fact("01", v, year=2024, measure=m) for m, v in _received(9, 9)))
    table = assess_targets(shares, PROGRAMME.targets_binding("01", "old")).set_index("target_id")
    assert table.loc["T1-2024", "verdict"] == "met"
    assert table.loc["T1-2021", "verdict"] == "not_applicable"  # no figure of 2021 to 2023
    assert table.loc["T2", "verdict"] == "not_met"  # 9 of 10 is not over 90 %
    assert table.loc["T6", "verdict"] == "unquantified"
