"""What pages know of the whole panel: the law of scatter from what is shown alone, hidden figures as ranges, and families."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evalkit.disclosure.protect import Protected, protect
from evalkit.indicators.yearly import yearly_series
from evalkit.panel_context import panel_context
from evalkit.places.registry import Registry
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.table import RANGE_KEY
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry

VICTIMS = {"measure": "victims_identified"}
YEARS = range(2010, 2020)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def country(counts: np.ndarray, measure: dict[str, str] = VICTIMS) -> pd.DataFrame:
    """Three provinces and their nation, one figure a year."""
    rows = [
        fact(code, float(count), year=year, **measure)
        for code, line in zip(("01", "02", "03"), counts, strict=True)
        for year, count in zip(YEARS, line, strict=True)
    ]
    totals = [
        fact("VN", float(sum(column)), year=year, **measure)
        for year, column in zip(YEARS, counts.T, strict=True)
    ]
    return facts_table(*rows, *totals)


def protected(facts: pd.DataFrame, registry: Registry) -> Protected:
    return protect(
        facts, programme=PROGRAMME, registry=registry, policy=DisclosurePolicy(), audience="public"
    )


def context(facts: pd.DataFrame, found: Protected) -> dict:
    return panel_context(found.facts, PROGRAMME, scheme="old", ranges=found.ranges)


SMALL = np.array(
    [
        [2, 9, 14, 3, 20, 8, 0, 12, 7, 9],
        [30, 25, 41, 28, 36, 19, 33, 27, 22, 31],
        [40, 52, 38, 61, 44, 49, 57, 36, 42, 50],
    ]
)


def test_a_hidden_total_is_left_the_range_that_its_sum_leaves_it(registry: Registry):
    found = protected(country(SMALL), registry)
    first = found.ranges[found.ranges["period_start"] == "2010-01-01"].set_index("province_code")
    assert sorted(first.index) == ["01", "02"]  # 2, and 30 beside it; 40 of 72 is shown
    assert first[["low", "high"]].to_numpy().tolist() == [[0, 32], [0, 32]]


def test_every_hidden_value_lies_in_its_range_and_the_range_tells_nothing_of_it(registry: Registry):
    facts = country(SMALL)
    found = protected(facts, registry)
    key = ["province_code", "period_start"]
    truth = facts.merge(found.ranges[[*key, "low", "high"]], on=key)
    truth = truth[truth["province_code"] != "VN"]
    assert len(truth) >= 4
    assert truth["value"].between(truth["low"], truth["high"]).all()
    moved = SMALL.copy()
    moved[:2, 0] += (1, -1)  # both stay in their class, and the sum stays
    other = protected(country(moved), registry)
    pd.testing.assert_frame_equal(found.ranges, other.ranges)


def test_the_law_comes_from_what_is_shown_alone(registry: Registry):
    moved = SMALL.copy()
    moved[:2, 0] += (1, -1)
    contexts = []
    for counts in (SMALL, moved):
        facts = country(counts)
        contexts.append(context(facts, protected(facts, registry)))
    assert contexts[0] == contexts[1]
    assert contexts[0]["laws"]["victims_identified"]["form"] != "unknown"


def test_a_hidden_figure_is_a_range_and_not_missing(registry: Registry):
    facts = country(SMALL)
    found = protected(facts, registry)
    rows = found.facts.merge(found.ranges, how="left")
    rows = rows[rows["province_code"] != "VN"]
    law = ScatterLaw.from_record(context(facts, found)["laws"]["victims_identified"])
    series = yearly_series(rows, "victims_identified", PROGRAMME)
    assert law.cells == len(series) == 30
    shown = panel_law(series[series["status"] != "suppressed"])
    assert shown.cells < law.cells
    columns = ["province_code", "value", "status", "low", "high"]
    by_hand = rows[columns].rename(columns={"value": "count"}).assign(year=rows["period_start"].dt.year)
    assert panel_law(by_hand) == law
    assert panel_law(by_hand.drop(columns=["low", "high"])) != law


def test_the_family_counts_every_comparison_of_these_pages_once(registry: Registry):
    del registry
    rows = [
        fact(code, float(count), **days)
        for code, counts in {"01": (12, 30), "02": (40, 44), "VN": (90, 95)}.items()
        for count, days in zip(
            counts,
            (
                {"period_start": "2011-01-01", "period_end": "2015-12-31"},
                {"period_start": "2016-01-01", "period_end": "2020-12-31"},
            ),
            strict=True,
        )
    ]
    other = [row | {"scheme": "new"} for row in rows if row["province_code"] != "VN"]
    facts = facts_table(*rows, *other)
    none = pd.DataFrame(columns=["low", "high"])
    found = panel_context(facts, PROGRAMME, scheme="old", ranges=none)["families"]["comparisons"]
    assert found["tests"] == 3
    assert found["line"] == pytest.approx(0.05 / 3)  # only 12 to 30 (p = .008) stands


def test_without_yearly_figures_the_law_is_not_known(tmp_path: Path):
    del tmp_path
    rows = [
        fact(code, 12.0, period_start="2011-01-01", period_end="2015-12-31") for code in ("01", "02", "03")
    ]
    none = pd.DataFrame(columns=["low", "high"])
    found = panel_context(facts_table(*rows), PROGRAMME, scheme="old", ranges=none)
    assert found["laws"]["cases"]["form"] == "unknown"
    assert found["nation"]["cases"]["form"] == "unknown"


def test_the_half_of_a_year_is_no_year_of_a_series_and_a_police_year_is():
    rows = [fact("01", 8.0, year=year) for year in (2021, 2022)]
    rows.append(fact("01", 7.0, period_start="2022-12-15", period_end="2023-12-14"))
    rows.append(fact("01", 4.0, period_start="2024-01-01", period_end="2024-06-30"))
    series = yearly_series(facts_table(*rows), "cases_recorded", PROGRAMME)
    assert series[["year", "count"]].to_numpy().tolist() == [[2021, 8], [2022, 8], [2023, 7]]


def test_a_place_whose_count_goes_over_fewer_years_has_its_own_years_in_the_funnel():
    """Six places, 2021-2025; of one 2025 was not reported: its count goes over four years, that of the others over five."""
    years = range(2021, 2026)
    cases = [
        fact(code, 8 + place, year=year)
        for place, code in enumerate(("01", "02", "03", "04", "05", "06"))
        for year in years
        if (code, year) != ("03", 2025)
    ]
    people = [
        fact(code, 1_000_000, year=year, measure=PROGRAMME.population)
        for code in ("01", "02", "03", "04", "05", "06")
        for year in years
    ]
    ranges = pd.DataFrame(columns=[*RANGE_KEY, "low", "high"])
    told = panel_context(facts_table(*cases, *people), PROGRAMME, scheme="old", ranges=ranges)["funnels"]
    record = told["cases"]
    assert {place: point["years"] for place, point in record["points"].items()} == {
        f"old:0{place}": 4 if place == 3 else 5 for place in range(1, 7)
    }
    assert record["points"]["old:03"]["count"] == 4 * 10
    assert record["years"] == 5
