"""Verdicts by arithmetic, evidence by the interval: two statements, never one."""

from __future__ import annotations

import math
import operator
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evalkit.errors import DeclarationError
from evalkit.indicators.attainment import assess_targets
from evalkit.indicators.estimates import estimate_indicators
from evalkit.indicators.judging import Assessment, assess
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


def row(numerator: float, denominator: float = math.nan, **changes: Any) -> dict[str, Any]:
    """Return an estimate as far as a verdict reads it."""
    plain = {"lower": math.nan, "upper": math.nan, "value": math.nan, "status": "estimated", "flag": ""}
    return plain | {"numerator": numerator, "denominator": denominator} | changes


def judged(estimate: dict[str, Any], promise: Target) -> Assessment:
    return assess(estimate, promise, PROGRAMME.indicators[str(promise.indicator)])


@pytest.mark.parametrize(
    ("qualifier", "verdict"), [("exact", "not_met"), ("about", "approximate"), ("at_least", "approximate")]
)
def test_an_approximate_figure_gives_no_verdict(qualifier: str, verdict: str):
    """8 of about 10: nobody can say that a promise of over 90 % was missed, nor by how much."""
    part, whole = year(2024, 8, 10)
    for rows in ([part, whole | {"qualifier": qualifier}], [part | {"qualifier": qualifier}, whole]):
        table = assess_targets(estimates(*rows), PROGRAMME, [target()])
        assert table["verdict"].tolist() == [verdict]
        assert table["gap"].isna().tolist() == [verdict == "approximate"]


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
    found = judged(row(numerator, denominator, lower=limits[0], upper=limits[1]), target())
    assert (found.verdict, found.evidence) == (verdict, evidence)
    assert found.gap == pytest.approx(gap, abs=0.05)
    assert found.is_small_base == (denominator < 20)


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
    assert [judged(row(n, 10), promise).verdict for n in (8, 9, 10)] == verdicts


@pytest.mark.parametrize(
    ("numerator", "denominator", "promised"),
    [(7, 25, 28.0), (57, 100, 57.0), (29, 50, 58.0), (283, 1000, 28.3)],
)
def test_no_rounding_of_a_percentage_tips_the_verdict(numerator: int, denominator: int, promised: float):
    promise = target(value=promised, comparator="at_least")
    assert judged(row(numerator, denominator), promise).verdict == "met"
    assert judged(row(numerator, denominator), target(value=promised)).verdict == "not_met"


def test_a_count_is_held_against_a_count():
    promise = target(indicator="cases", comparator="at_most", value=20.0, unit="count")
    found = judged(row(23, lower=14.58, upper=34.51), promise)
    assert (found.verdict, found.evidence, found.gap) == ("not_met", "chance_could_explain", 3)
    assert judged(row(41, lower=29.4, upper=55.6), promise).evidence == "clear"


GROWTH = {"indicator": "citizen_reports_change", "comparator": "at_least", "value": 10.0}


@pytest.mark.parametrize(
    ("later", "earlier", "verdict", "gap", "needed"),
    [  # 26 + 10 % is 28.6, so 29 were needed; 22 of 20 is 10 % exactly; a fall by a half is no rise
        (23, 26, "not_met", 100 * (23 / 26 - 1) - 10, 29),
        (22, 20, "met", 0, 22),
        (21, 20, "not_met", -5, 22),
        (20, 40, "not_met", -60, 44),
        (8, 7, "met", 100 / 7 - 10, 8),
    ],
)
def test_a_promised_change_is_judged_on_the_count_that_had_to_be_reached(
    later: float, earlier: float, verdict: str, gap: float, needed: float
):
    found = judged(row(later, earlier), target(**GROWTH))
    assert (found.verdict, found.needed) == (verdict, needed)
    assert found.gap == pytest.approx(gap)


def test_a_fall_by_half_in_the_table_is_not_met_for_a_promise_of_a_rise():
    rows = [
        fact("01", value, year=year, measure="citizen_reports") for year, value in ((2021, 40), (2022, 20))
    ]
    table = assess_targets(estimates(*rows), PROGRAMME, [target(**GROWTH)])
    (found,) = table[table["verdict"].isin(["met", "not_met"])].to_dict("records")
    assert (found["value"], found["verdict"], found["gap"], found["needed"]) == (-50, "not_met", -60, 44)


@pytest.mark.parametrize(
    ("base", "verdict", "is_small"),
    [(4, "too_few", False), (5, "met", True), (19, "met", True), (20, "met", False)],
)
def test_a_base_under_five_is_too_few_and_one_under_twenty_is_called_small(
    base: int, verdict: str, *, is_small: bool
):
    found = judged(row(base, base), target())
    assert (found.verdict, found.is_small_base) == (verdict, is_small)
    grown = judged(row(2 * base, base), target(**GROWTH))
    assert (grown.verdict, grown.is_small_base) == (verdict, is_small)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("victims_supported", {"value": 100.0, "comparator": "at_least"}),  # a promise of all
        ("retrafficked", {"value": 0.0, "comparator": "at_most"}),  # a promise of none
        ("establishments_inspected", {"value": 60.0}),  # own doings, whatever the promise
    ],
)
def test_a_census_is_judged_by_arithmetic_without_a_word_on_chance(name: str, changes: dict[str, Any]):
    found = judged(row(16, 17, lower=73.0, upper=99.0), target(indicator=name, **changes))
    assert found.evidence == "arithmetic"


def test_chance_has_a_say_where_exceptions_were_allowed():
    promise = target(indicator="victims_supported", value=90.0)
    assert judged(row(16, 17, lower=73.0, upper=99.0), promise).evidence == "chance_could_explain"


def test_no_figure_has_no_verdict_and_a_promise_without_a_number_is_not_judged():
    nothing = judged(row(math.nan, status="not_reported"), target())
    assert (nothing.verdict, nothing.evidence) == ("not_applicable", "none")
    assert judged(row(95, 100, lower=90.0, upper=98.0), target(**UNQUANTIFIED)).verdict == "unquantified"


def slow_verdict(value: Fraction, comparator: str, promised: Fraction) -> bool:
    """Return the obvious verdict: the value itself beside the promise."""
    compared = {
        "greater_than": operator.gt,
        "at_least": operator.ge,
        "less_than": operator.lt,
        "at_most": operator.le,
    }
    return compared[comparator](value, promised)


NAME_OF_KIND = {
    indicator.kind: name for name, indicator in PROGRAMME.indicators.items() if not indicator.is_own_doing
}


@pytest.mark.parametrize("kind", sorted(NAME_OF_KIND))
@pytest.mark.parametrize("comparator", ["greater_than", "at_least", "less_than", "at_most"])
def test_the_sign_of_the_gap_agrees_with_the_verdict_whatever_the_kind(kind: str, comparator: str):
    rng = np.random.default_rng(len(comparator) + 100 * len(kind))
    indicator = PROGRAMME.indicators[NAME_OF_KIND[kind]]
    for _ in range(200):
        n, base, whole, part = (int(number) for number in rng.integers(5, 40, size=4))
        worth = {
            "count": Fraction(n),
            "median_days": Fraction(part, 2),
            "change": Fraction(100 * (n - base), base),
            "share_of_shares": Fraction(n, base) / Fraction(part, whole),
        }.get(kind, Fraction(int(indicator.scale) * n, base))
        near = worth if rng.random() < 0.3 and worth.denominator in (1, 2, 4, 5, 10) else None
        promised = float(near) if near is not None else float(rng.integers(-60, 200))
        promise = target(indicator=NAME_OF_KIND[kind], comparator=comparator, value=promised, unit="percent")
        estimate = row(n, base, value=part / 2, against_numerator=part, against_denominator=whole)
        found = judged(estimate, promise)
        is_met = slow_verdict(worth, comparator, Fraction(str(promised)))
        assert found.verdict == ("met" if is_met else "not_met")
        upward = comparator in ("greater_than", "at_least")
        signed = found.gap if upward else -found.gap
        assert signed >= 0 if is_met else signed <= 0
        assert found.reached <= 1
        if not math.isnan(found.needed) and kind != "count":
            reached = {"numerator": found.needed}
            assert judged(estimate | reached, promise).verdict == "met"
            beyond = {"numerator": found.needed + (-1 if upward else 1)}
            assert judged(estimate | beyond, promise).verdict == "not_met"


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
    table = assess_targets(shares, PROGRAMME, [target(indicator="reports_classified")])
    assert table["value"].round(1).tolist() == pytest.approx([77.8, math.nan, 65.0], nan_ok=True)
    assert (
        table[["lower", "upper"]].isna().all(axis=None)
    )  # classifying is one's own doing: no sample, no limits
    assert table["verdict"].tolist() == ["not_met", "not_applicable", "not_met"]
    assert table["evidence"].tolist() == [
        "arithmetic",
        "none",
        "arithmetic",
    ]
    assert table["is_small_base"].tolist() == [True, False, False]


def _received(classified: float, received: float) -> list[tuple[str, float]]:
    return [("crime_reports_classified", classified), ("crime_reports_received", received)]


def test_a_year_counts_if_its_last_day_lies_in_the_validity():
    rows = [row for number in (2020, 2021, 2025, 2026) for row in year(number, 8, 10)]
    table = assess_targets(estimates(*rows), PROGRAMME, [target()])
    assert table["period_end"].dt.year.tolist() == [2021, 2025]


def test_a_promise_for_each_year_is_not_judged_on_five_years_and_one_for_the_term_is():
    for first, wanted in (("2021-01-01", ["not_met"]), ("2022-01-01", ["so_far"])):
        rows = [line | {"period_start": first, "period_end": "2025-12-31"} for line in year(2025, 8, 10)]
        table = assess_targets(estimates(*rows), PROGRAMME, [target(per="term")])
        assert table["verdict"].tolist() == wanted
        yearly = assess_targets(estimates(*rows), PROGRAMME, [target(valid_from=date(2021, 1, 1))])
        assert yearly["verdict"].tolist() == ["other_window"]
        assert yearly["gap"].isna().all()


def test_a_part_of_a_year_is_so_far_until_its_whole_year_is_known():
    half = [line | {"period_end": "2024-06-30"} for line in year(2024, 3, 10)]
    table = assess_targets(estimates(*half), PROGRAMME, [target()])
    assert table[["verdict", "evidence"]].to_numpy().tolist() == [["so_far", "none"]]
    assert table["gap"].isna().all()
    table = assess_targets(estimates(*half, *year(2024, 10, 10)), PROGRAMME, [target()])
    assert table[["numerator", "verdict"]].to_numpy().tolist() == [[10, "met"]]


def test_one_record_stands_for_a_target_and_a_year():
    """The measure is counted by place of occurrence: what another basis says of the year is no second verdict."""
    other = [line | {"place_basis": "detection", "source_id": "t"} for line in year(2024, 10, 10)]
    police = [
        line | {"period_start": "2023-12-15", "period_end": "2024-12-14", "source_id": "u"}
        for line in year(2024, 10, 10)
    ]
    table = assess_targets(estimates(*other, *year(2024, 8, 10), *police), PROGRAMME, [target()])
    assert table[["numerator", "place_basis", "verdict"]].to_numpy().tolist() == [
        [8, "occurrence", "not_met"]
    ]


def test_0_of_0_is_shown_and_is_neither_met_nor_missed():
    table = assess_targets(estimates(*year(2024, 0, 0)), PROGRAMME, [target()])
    assert table[["numerator", "denominator", "verdict"]].to_numpy().tolist() == [[0, 0, "not_applicable"]]


def test_a_national_target_binds_every_place_and_a_provincial_one_its_own():
    shares = estimates(*year(2024, 9, 10, "01"), *year(2024, 10, 10, "02"))
    own = target(
        id="P", level="provincial", province_code="02", scheme="old", value=100.0, comparator="at_least"
    )
    table = assess_targets(shares, PROGRAMME, [target(), own])
    assert list(zip(table["target_id"], table["province_code"], table["verdict"], strict=True)) == [
        ("T", "01", "not_met"),
        ("T", "02", "met"),
        ("P", "02", "met"),
    ]


def test_a_promise_without_a_number_or_without_a_figure_still_has_its_row():
    shares = estimates(*year(2019, 9, 10))
    promises = [target(), target(id="U", **UNQUANTIFIED), target(id="N", indicator=None, **UNQUANTIFIED)]
    table = assess_targets(shares, PROGRAMME, promises)
    assert table["verdict"].tolist() == ["not_applicable", "unquantified", "unquantified"]
    assert table["status"].tolist() == ["not_reported", "", ""]
    assert table["province_code"].tolist() == ["01", "01", "01"]
    assert table["value"].isna().all()
    assert table["indicator"].tolist() == ["reports_resolved", "reports_resolved", ""]


def test_hidden_figures_have_no_verdict():
    rows = year(2024, 9, 10)
    rows[0] |= {"value": math.nan, "status": "suppressed"}
    table = assess_targets(estimates(*rows), PROGRAMME, [target()])
    assert table[["verdict", "evidence", "status"]].to_numpy().tolist() == [
        ["not_applicable", "none", "suppressed"]
    ]
    assert table["gap"].isna().all()


def test_a_ratio_with_carry_over_is_judged_without_an_interval():
    table = assess_targets(estimates(*year(2024, 11, 10)), PROGRAMME, [target()])
    assert table[["value", "gap"]].to_numpy().tolist() == [[pytest.approx(110), pytest.approx(20)]]
    assert table[["verdict", "evidence"]].to_numpy().tolist() == [["met", "no_interval"]]


def test_percent_and_counts_are_never_compared():
    with pytest.raises(DeclarationError, match="same unit"):
        assess_targets(estimates(fact("01", 7, year=2022)), PROGRAMME, [target(indicator="cases")])
    with pytest.raises(DeclarationError, match="same unit"):
        assess_targets(estimates(*year(2024, 9, 10)), PROGRAMME, [target(unit="count")])


def test_the_targets_of_the_catalogue_can_be_held_against_figures():
    shares = estimates(*year(2024, 9, 10), *(fact("01", v, year=2024, measure=m) for m, v in _received(9, 9)))
    table = assess_targets(shares, PROGRAMME, PROGRAMME.targets_binding("01", "old")).set_index("target_id")
    assert table.loc["T1-2024", "verdict"] == "met"
    assert table.loc["T1-2021", "verdict"] == "not_applicable"  # no figure of 2021 to 2023
    assert table.loc["T2", "verdict"] == "not_met"  # 9 of 10 is not over 90 %
    assert table.loc["T6", "verdict"] == "unquantified"
