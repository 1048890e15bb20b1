"""Figures that cannot stand beside each other are told: where, which rule, what to do; those that can are not."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evalkit.facts.checks import check_facts
from evalkit.facts.findings import Finding
from evalkit.facts.intake import Source, read_facts
from evalkit.messages import placed, shown, told_in
from evalkit.places.registry import Registry
from tests.builders import PROGRAMME, fact, tiny_registry, write_csv

DAY = date(2026, 11, 28)
VICTIMS = "victims_identified"
JANUARY = {"period_start": "2015-01-01", "period_end": "2015-01-31"}
HALF = {"period_start": "2015-01-01", "period_end": "2015-06-30"}
POLICE = {"period_start": "2014-12-15", "period_end": "2015-12-14"}
NEW = {"scheme": "new"}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    (tmp_path / "places").mkdir()
    return tiny_registry(tmp_path / "places")


def told(
    tmp_path: Path, registry: Registry, *rows: dict[str, Any], **sources: dict[str, Any]
) -> list[Finding]:
    known = {"title": "Invented report", "agency": "nobody", "date": "2021", "confidence": "verified"}
    table = read_facts([write_csv(tmp_path / "facts.csv", *rows)], PROGRAMME)
    named = {name: Source.model_validate(known | sources.get(name, {})) for name in ("s", "t")}
    return check_facts(table, programme=PROGRAMME, registry=registry, sources=named, day=DAY)


def victims(place: str, value: float, **changes: Any) -> dict[str, Any]:
    return fact(place, value, **{"measure": VICTIMS} | changes)


IMPOSSIBLE = {
    "more women than victims": (
        [victims("01", 42, sex="female"), victims("01", 15, sex="male"), victims("01", 30)],
        "must not be below its parts by sex",
        [2, 3, 4],
    ),
    "women and men fewer than victims": (
        [victims("01", 12, sex="female"), victims("01", 15, sex="male"), victims("01", 30)],
        "add up to their total",
        [2, 3, 4],
    ),
    "one part above its total": (
        [victims("01", 30), victims("01", 42, sex="female")],
        "must not be below its parts by sex",
        [3, 2],
    ),
    "provinces above their nation": (
        [fact("01", 30), fact("02", 22), fact("VN", 20)],
        "the nation must not be below",
        [2, 3, 4],
    ),
    "provinces unlike their nation": (
        [fact("01", 3), fact("02", 2), fact("03", 1), fact("VN", 20)],
        "make up the nation add up",
        [2, 3, 4, 5],
    ),
    "provinces above their region": (
        [fact("01", 30), fact("02", 22), fact("R1", 20)],
        "must not be below",
        [2, 3, 4],
    ),
    "former units unlike the merged one": (
        [fact("02", 7), fact("03", 5), fact("03", 15, **NEW)],
        "former units that make up a merged unit add up",
        [2, 3, 4],
    ),
    "one extent under two codes": ([fact("01", 7), fact("01", 8, **NEW)], "one extent", [3, 2]),
    "a half-year above its year": ([fact("01", 10), fact("01", 14, **HALF)], "periods inside it", [3, 2]),
    "halves unlike their year": (
        [
            fact("01", 10),
            fact("01", 4, **HALF),
            fact("01", 5, period_start="2015-07-01", period_end="2015-12-31"),
        ],
        "make up another add up",
        [3, 4, 2],
    ),
    "a sum of years above a longer period": (
        [
            fact("01", 10, period_start="2014-01-01", period_end="2016-12-31"),
            fact("01", 7),
            fact("01", 7, year=2016),
        ],
        "periods inside it",
        [3, 4, 2],
    ),
    "a breakdown of places that nobody totalled": (
        [victims("VN", 9), victims("01", 4, sex="female"), victims("01", 4, sex="male"), victims("02", 4)],
        "the nation must not be below",
        [3, 4, 5, 2],
    ),
    "a share above all": (
        [
            fact("01", 5, measure="crime_reports_classified"),
            fact("01", 4, measure="crime_reports_received"),
        ],
        "crime_reports_classified must not exceed crime_reports_received",
        [2, 3],
    ),
    "a share of a month above the year": (
        [
            fact("01", 5, measure="crime_reports_classified", **JANUARY),
            fact("01", 4, measure="crime_reports_received"),
        ],
        "must not exceed",
        [2, 3],
    ),
}


@pytest.mark.parametrize("name", list(IMPOSSIBLE))
def test_what_one_edition_of_one_source_cannot_say_is_an_error(name: str, tmp_path: Path, registry: Registry):
    rows, rule, numbers = IMPOSSIBLE[name]
    findings = [one for one in told(tmp_path, registry, *rows) if one.severity == "error"]
    assert len(findings) == 1
    assert rule in findings[0].rule
    first, *others = numbers
    assert f"facts.csv, row {first}, column value" in findings[0].where
    assert all(str(other) in findings[0].where.partition("beside row")[2] for other in others)
    assert "confirmed" in findings[0].do


@pytest.mark.parametrize("name", list(IMPOSSIBLE))
def test_between_two_sources_it_is_a_warning_and_so_it_is_where_the_source_confirms_it(
    name: str, tmp_path: Path, registry: Registry
):
    rows, _, _ = IMPOSSIBLE[name]
    apart = [*rows[:-1], rows[-1] | {"source_id": "t"}]
    assert {one.severity for one in told(tmp_path, registry, *apart)} == {"warning"}
    confirmed = {"confirmed": {"vi": "Nguồn xác nhận", "en": "The source stands by it"}}
    assert {one.severity for one in told(tmp_path, registry, *rows, s=confirmed)} == {"warning"}


POSSIBLE = {
    "a nation above the provinces that report": [fact("01", 3), fact("02", 2), fact("VN", 20)],
    "more by one way and another than in all": [
        fact("01", 5, measure="persons_received"),
        fact("01", 5, measure="persons_received", channel="rescue"),
        fact("01", 4, measure="persons_received", channel="handover"),
    ],
    "police years beside calendar years": [fact("01", 5), fact("01", 9, **POLICE)],
    "another place basis": [victims("VN", 5), victims("01", 9, place_basis="detection")],
    "about": [fact("01", 30, qualifier="about"), fact("VN", 20)],
    "more than": [fact("01", 10), fact("02", 12), fact("03", 1), fact("VN", 20, qualifier="more_than")],
    "medians": [
        fact("01", 30, measure="days_report_to_institution"),
        fact("VN", 20, measure="days_report_to_institution"),
    ],
}


@pytest.mark.parametrize("name", list(POSSIBLE))
def test_what_can_be_is_no_error(name: str, tmp_path: Path, registry: Registry):
    assert not [one for one in told(tmp_path, registry, *POSSIBLE[name]) if one.severity == "error"]


def test_a_source_that_rounds_is_allowed_its_rounding(tmp_path: Path, registry: Registry):
    rows = [fact("01", 1000), fact("02", 2000), fact("03", 1000), fact("VN", 5000)]
    assert told(tmp_path, registry, *rows)
    assert not told(tmp_path, registry, *rows, s={"rounded_to": 1000})
    far = [*rows[:-1], fact("VN", 7000)]
    assert told(tmp_path, registry, *far, s={"rounded_to": 1000})


DATES = {
    "a figure of the future": (
        {"year": 2042, "edition_date": "2043-03-15"},
        "error",
        "period_start",
        "in the future",
    ),
    "an edition of the future": ({"edition_date": "2043-03-15"}, "error", "edition_date", "in the future"),
    "a year that has not ended": (
        {"year": 2026, "edition_date": "2026-08-01"},
        "warning",
        "period_end",
        "not ended",
    ),
    "published before its end": (
        {"edition_date": "2015-11-30"},
        "warning",
        "edition_date",
        "before its period ended",
    ),
    "before its boundary set began": (
        {"year": 2019, "province_code": "03", **NEW},
        "warning",
        "scheme",
        "had not begun",
    ),
    "after its boundary set had ended": (
        {"year": 2020, "province_code": "02"},
        "warning",
        "scheme",
        "had ended",
    ),
    "counted elsewhere": ({"place_basis": "detection"}, "warning", "place_basis", "is counted at occurrence"),
}


@pytest.mark.parametrize("name", list(DATES))
def test_days_and_places_that_want_a_second_look(name: str, tmp_path: Path, registry: Registry):
    changes, severity, column, rule = DATES[name]
    found = [
        one for one in told(tmp_path, registry, fact("01", 3, **changes)) if f"column {column}" in one.where
    ]
    assert [(one.severity, rule in one.rule) for one in found] == [(severity, True)]


def test_periods_that_overlap_are_told_once_for_the_later(tmp_path: Path, registry: Registry):
    found = told(tmp_path, registry, fact("01", 5), fact("01", 9, **POLICE), fact("02", 4))
    assert [(one.severity, one.where.rpartition("facts.csv, ")[2]) for one in found] == [
        ("warning", "row 2, column period_start")
    ]


REGION_OFF = [fact("01", 1_000), fact("02", 2_000), fact("03", 1_000), fact("R1", 4_070)]
BOTH = {"published": True, "preliminary": True}


@pytest.mark.parametrize(
    ("also", "severity"), [({}, "error"), ({"published": True}, "error"), (BOTH, "warning")]
)
def test_figures_published_as_preliminary_contradict_each_other_in_a_warning_alone(
    also: dict[str, Any], severity: str, tmp_path: Path, registry: Registry
):
    found = told(tmp_path, registry, *(one | {"preliminary": False} | also for one in REGION_OFF))
    assert [one.severity for one in found] == [severity]


def test_one_final_figure_among_preliminary_ones_makes_it_an_error(tmp_path: Path, registry: Registry):
    rows = [one | BOTH for one in REGION_OFF]
    rows[1] |= {"preliminary": False}
    assert [one.severity for one in told(tmp_path, registry, *rows)] == ["error"]


def test_both_sides_are_told_of_published_figures_and_of_no_others(tmp_path: Path, registry: Registry):
    published = told(tmp_path, registry, *(one | {"published": True} for one in REGION_OFF))[0].rule
    assert published.endswith("4,070 against a sum of 4,000, off by 70")
    with told_in("vi"):
        assert shown(told(tmp_path, registry, *(one | BOTH for one in REGION_OFF))[0].rule).endswith(
            "4.070 so với tổng 4.000, lệch 70"
        )
    for among in range(4):
        rows = [one | {"published": place != among} for place, one in enumerate(REGION_OFF)]
        assert not re.search(r"[0-9]", told(tmp_path, registry, *rows)[0].rule.replace("(2015)", ""))


def test_a_contradiction_names_item_breakdown_and_the_cells_of_the_form(tmp_path: Path, registry: Registry):
    rows = [
        victims("01", 20, source_cell="Số liệu!I32"),
        victims("01", 17, sex="female", source_cell="Phân tổ!I40"),
        victims("01", 5, sex="male", source_cell="Phân tổ!I41"),
    ]
    found = told(tmp_path, registry, *rows)[0]
    with told_in("vi"):
        assert "nạn nhân" in shown(found.rule).lower()
        assert "giới tính" in shown(found.rule)
        assert "tại ô Phân tổ!I40, Phân tổ!I41, Số liệu!I32" in shown(placed(found.where))
    assert set(found.cells) == {"Số liệu!I32", "Phân tổ!I40", "Phân tổ!I41"}
    assert not {"20", "17", "22"} & set(re.findall(r"[0-9]+", found.rule))


@pytest.mark.parametrize(
    ("place", "scheme", "year", "number"),
    [("03", "new", 2018, 1), ("01", "new", 2018, 0), ("02", "old", 2021, 1), ("01", "old", 2021, 0)],
)
def test_years_of_another_boundary_set_are_told_once_a_place_and_not_where_boundaries_are_the_same(
    place: str, scheme: str, year: int, number: int, tmp_path: Path, registry: Registry
):
    also = {"scheme": scheme, "edition_date": "2026-01-01"}
    rows = [fact(place, 7 + more, year=year + more, **also) for more in range(2)]
    found = [one for one in told(tmp_path, registry, *rows) if "scheme" in one.rule]
    assert len(found) == number
    assert all("(rows of this place: 2)" in one.rule for one in found)


def test_a_part_above_its_whole_is_told_by_the_labels_that_the_form_bears(tmp_path: Path, registry: Registry):
    rows = [
        fact("01", 5, measure="crime_reports_classified"),
        fact("01", 4, measure="crime_reports_received"),
    ]
    (one,) = (one for one in told(tmp_path, registry, *rows) if "must not exceed" in one.rule)
    labels = [PROGRAMME.measures[str(row["measure"])].label.root["vi"] for row in rows]
    with told_in("vi"):
        assert all(f"“{label}”" in shown(one.rule) for label in labels)
        assert "crime_reports" not in shown(one.rule)
