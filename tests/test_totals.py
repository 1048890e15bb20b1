"""Totals that follow from what was reported: given where every part is there, and never else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evalkit.additivity.totals import with_totals
from evalkit.places.registry import Registry
from evalkit.table import latest_editions
from tests.atoms import boxes, counted, country, facts_of, persons, programme
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    (tmp_path / "places").mkdir()
    return tiny_registry(tmp_path / "places")


def totals(registry: Registry, *rows: dict[str, Any]) -> pd.DataFrame:
    """Return what is added to a table."""
    facts = latest_editions(facts_table(*rows))
    whole = with_totals(facts, registry=registry, programme=PROGRAMME, scheme="new")
    pd.testing.assert_frame_equal(whole.iloc[: len(facts)], facts, check_dtype=False)
    return whole.iloc[len(facts) :]


def months(place: str, *numbers: int, value: float = 1, **changes: Any) -> list[dict[str, Any]]:
    ends = [pd.Period(f"2015-{month:02}", "M").end_time.date().isoformat() for month in numbers]
    starts = [f"2015-{month:02}-01" for month in numbers]
    return [
        fact(place, value, period_start=a, period_end=b, **changes) for a, b in zip(starts, ends, strict=True)
    ]


def year_of(registry: Registry, *rows: dict[str, Any], place: str = "01") -> list[Any]:
    found = totals(registry, *rows)
    found = found[(found["province_code"] == place) & (found["scheme"] != "nation")]
    found = found[(found["period_end"] - found["period_start"]).dt.days > 300]
    return found[["value", "status", "source_cell"]].to_numpy().tolist()


def test_a_table_of_which_nothing_adds_up_gains_nothing(registry: Registry):
    assert totals(registry, fact("VN", 63)).empty


def test_twelve_months_are_a_year_and_eleven_are_none(registry: Registry):
    assert year_of(registry, *months("01", *range(1, 13))) == [[12.0, "derived", "sum of 12 months"]]
    ((value, status, said),) = year_of(registry, *months("01", *range(1, 12)))
    assert (np.isnan(value), status, said) == (True, "not_reported", "partial: 11 of 12 months")
    assert year_of(registry, *months("01", *range(1, 13), value=0))[0][:2] == [0.0, "zero_reported"]


def test_a_month_not_reported_is_missing_and_a_year_reported_stands(registry: Registry):
    eleven = months("01", *range(1, 12))
    silent = fact("01", None, period_start="2015-12-01", period_end="2015-12-31", status="not_reported")
    assert year_of(registry, *eleven, silent)[0][1:] == ["not_reported", "partial: 11 of 12 months"]
    for source in ("s", "t"):
        found = year_of(registry, *months("01", *range(1, 13)), fact("01", 13, source_id=source))
        assert [13.0, "reported", ""] in found  # under the new code
        assert source == "t" or len(found) == 1


def test_quarters_and_halves_make_a_year_whatever_others_report(registry: Registry):
    half = {"period_start": "2015-01-01", "period_end": "2015-06-30"}
    rest = {"period_start": "2015-07-01", "period_end": "2015-12-31"}
    rows = [fact("01", 4, **half), fact("01", 5, **rest), *months("02", *range(1, 13))]
    assert year_of(registry, *rows) == [[9.0, "derived", "sum of 2 half-years"]]
    assert year_of(registry, *rows, place="02") == [[12.0, "derived", "sum of 12 months"]]
    assert year_of(registry, fact("01", 4, **half)) == []
    partial = year_of(registry, *rows[:1], *months("02", *range(1, 12)), place="02")
    assert partial[0][1:] == ["not_reported", "partial: 11 of 12 months"]
    odd = fact("01", 5, period_start="2015-01-01", period_end="2015-02-14")
    odd_too = fact("01", 5, period_start="2015-02-15", period_end="2015-03-31")
    assert year_of(registry, odd, odd_too)[0][1:] == ["not_reported", "partial: 90 of 365 days"]


def test_a_stock_is_never_added_over_days_and_a_median_never_at_all(registry: Registry):
    stock = next(
        name for name, one in PROGRAMME.measures.items() if one.time_basis == "stock" and not one.dimensions
    )
    assert year_of(registry, *months("01", *range(1, 13), measure=stock)) == []
    assert totals(
        registry, *[fact(place, 20, measure="days_report_to_institution") for place in ("02", "03")]
    ).empty


def test_the_nation_is_the_sum_of_all_provinces_and_of_no_fewer(registry: Registry):
    every = [fact("01", 3), fact("02", 2), fact("03", 0)]
    found = totals(registry, *every)
    nation = found[found["scheme"] == "nation"]
    assert nation[["province_code", "value", "status", "source_cell"]].to_numpy().tolist() == [
        ["VN", 5.0, "derived", "sum of all units"]
    ]
    assert not (totals(registry, *every, fact("VN", 9))["scheme"] == "nation").any()
    assert not (totals(registry, *every, fact("VN", 9, source_id="t"))["scheme"] == "nation").any()
    partial = totals(registry, *every[:2])
    assert partial.loc[partial["scheme"] == "nation", "source_cell"].tolist() == ["partial: 1 of 2 provinces"]
    apart = totals(registry, *every[:2], fact("03", 0, source_id="t"))
    assert not (apart["status"] == "derived").any()


def test_former_units_by_month_make_the_year_of_the_merged_one_and_of_the_nation(registry: Registry):
    found = totals(
        registry, *months("01", *range(1, 13)), *months("02", *range(1, 13)), *months("03", *range(1, 13))
    )
    year = found[(found["period_end"] - found["period_start"]).dt.days > 300].set_index(
        ["province_code", "scheme"]
    )
    assert year["value"].to_dict() == {
        ("02", "old"): 12,
        ("03", "old"): 12,
        ("01", "new"): 12,
        ("03", "new"): 24,
        ("VN", "nation"): 36,
    }


@pytest.mark.parametrize("seed", range(25))
def test_every_total_is_a_count_of_persons(seed: int, tmp_path: Path):
    """On random countries spelt out person by person, whatever is added is what counting the persons gives."""
    rng = np.random.default_rng(seed)
    registry, covers = country(tmp_path, rng)
    figures = boxes(rng, covers, many=150)
    every = persons(sorted(covers["VN", "nation"]))
    world = rng.poisson(0.02, len(every.unit))
    values = [float(counted(box, every) @ world) for box in figures]
    facts = facts_of(figures, values)
    added = with_totals(facts, registry=registry, programme=programme(), scheme="new").iloc[len(facts) :]
    for row in added[added["status"] != "not_reported"].to_dict("records"):
        first, after = row["period_start"].month - 1, row["period_end"].month
        box = type(figures[0])(
            row["measure"],
            ("", ""),
            covers[row["province_code"], row["scheme"]],
            (first, after),
            (row["sex"], row["age"], row["way"]),
        )
        assert row["value"] == counted(box, every) @ world


def carried(registry: Registry, *rows: dict) -> pd.DataFrame:
    table = with_totals(
        latest_editions(facts_table(*rows)), registry=registry, programme=PROGRAMME, scheme="new"
    )
    return table[table["scheme"] == "new"].set_index("province_code")


def test_a_new_province_is_the_sum_of_its_parts(registry: Registry):
    new = carried(registry, fact("01", 4), fact("02", 5), fact("03", 7))
    assert new.loc["03", ["value", "status"]].tolist() == [12.0, "derived"]
    assert new.loc["01", ["value", "status"]].tolist() == [4.0, "reported"]


def test_a_missing_part_gives_no_sum(registry: Registry):
    for missing in ([fact("02", 5)], [fact("02", 5), fact("03", None)]):
        new = carried(registry, *missing)
        assert pd.isna(new.loc["03", "value"])
        assert new.loc["03", "status"] == "not_reported"
        assert new.loc["03", "source_cell"] == "partial: 1 of 2 former units"


def test_two_reported_zeros_make_a_reported_zero(registry: Registry):
    assert carried(registry, fact("02", 0), fact("03", 0)).loc["03", "status"] == "zero_reported"
    assert carried(registry, fact("02", 0), fact("03", 2)).loc["03", ["value", "status"]].tolist() == [
        2.0,
        "derived",
    ]


def test_sources_and_place_bases_are_never_added_to_each_other(registry: Registry):
    new = carried(registry, fact("02", 5), fact("03", 7, source_id="t"))
    assert new["value"].isna().all()
    assert len(new) == 2


def test_a_figure_reported_for_the_new_province_is_not_replaced(registry: Registry):
    new = carried(registry, fact("02", 5), fact("03", 7), fact("03", 20, scheme="new"))
    assert new["value"].tolist() == [20.0]


def test_an_inexact_part_makes_an_inexact_sum_and_publication_needs_all_parts(registry: Registry):
    new = carried(registry, fact("02", 5, qualifier="more_than", published=True), fact("03", 7))
    assert new.loc["03", "qualifier"] == "about"
    assert not new.loc["03", "published"]
