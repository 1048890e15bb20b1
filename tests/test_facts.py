"""Reading, checking and carrying over facts: nothing dropped, nothing guessed, no value in a message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from evalkit.errors import FactsError
from evalkit.facts.boundaries import without_regions
from evalkit.facts.checks import check_facts
from evalkit.facts.findings import Finding, FindingsError, refuse_errors
from evalkit.facts.intake import Source, read_facts, read_sources
from evalkit.places.registry import Registry
from evalkit.table import latest_editions
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry, write_csv

SOURCES = {"s": Source(title="Invented report", agency="nobody", date="2021", confidence="verified")}
SECRET = 4711


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    (tmp_path / "places").mkdir()
    return tiny_registry(tmp_path / "places")


def findings_of(tmp_path: Path, registry: Registry, *rows: dict) -> list[Finding]:
    try:
        table = read_facts([write_csv(tmp_path / "facts.csv", *rows)], PROGRAMME)
    except FindingsError as refusal:
        return list(refusal.findings)
    return check_facts(table, programme=PROGRAMME, registry=registry, sources=SOURCES, day=date(2026, 11, 28))


def test_a_good_table_is_read_with_its_types_and_has_no_findings(tmp_path: Path, registry: Registry):
    rows = [
        fact(value=7),
        fact("02", 0),
        fact("03", None),
        fact("VN", 12, sex="", measure="victims_in_cases"),
    ]
    assert findings_of(tmp_path, registry, *rows) == []
    table = read_facts([tmp_path / "facts.csv"], PROGRAMME)
    assert table["province_code"].tolist() == ["01", "02", "03", "VN"]
    assert table["value"].tolist()[:2] == [7.0, 0.0]
    assert pd.isna(table["value"][2])
    assert table["sex"].tolist() == ["all"] * 4
    assert table["period_end"][0] == pd.Timestamp("2015-12-31")


BAD_ROWS = [
    (
        {"measure": "cases_recorde"},
        "column measure",
        "'cases_recorde' is not a known measure",
        'did you mean "cases_recorded"',
    ),
    ({"province_code": "77"}, "column province_code", "77", ""),
    ({"province_code": "1"}, "column province_code", "", "01"),
    ({"province_code": "An Thử"}, "column province_code", "", 'write the code "01"'),
    ({"province_code": "BT"}, "column province_code", "Bình Thử (02); Cao Thử (03)", "ask by code"),
    ({"scheme": "older"}, "column scheme", "'older' is no scheme", 'did you mean "old"'),
    ({"province_code": "R11"}, "column province_code", "no code of a region", 'did you mean "R1"'),
    (
        {"province_code": "R11", "scheme": "region"},
        "column province_code",
        "no code of a region",
        'did you mean "R1"',
    ),
    ({"province_code": "01", "scheme": "region"}, "column province_code", "no code of a region", "R1"),
    ({"scheme": "regions"}, "column scheme", "'regions' is no scheme", 'did you mean "region"'),
    ({"province_code": "VN"}, "column scheme", "no scheme for code 'VN'", '"nation"'),
    ({"value": -SECRET}, "column value", "a count is never negative", ""),
    ({"value": SECRET + 0.5}, "column value", "whole number", ""),
    ({"period_end": "2014-12-31"}, "column period_end", "ends on or after the day it starts", ""),
    ({"status": "not_reported", "value": SECRET}, "column value", "has no value", ""),
    ({"status": "reported", "value": None}, "column value", "a reported figure has a value", ""),
    ({"status": "zero_reported", "value": SECRET}, "column value", "zero_reported means 0", ""),
    ({"status": "suppressed", "value": None}, "column status", "evalkit's own mark", ""),
    ({"unit": "nguoi"}, "column unit", "counted in 'vu'", "never mixed"),
    ({"source_id": "x"}, "column source_id", "'x' is not a known source_id", ""),
    ({"qualifier": "perhaps"}, "column qualifier", "'perhaps'", "exact"),
    ({"article": "149"}, "column article", "'149' is no declared article", "150"),
    ({"sex": "female"}, "column sex", "no declared sex of cases_recorded", "not broken down by sex"),
    ({"measure": "wells"}, "column measure", "'wells' is not a known measure", "known here, among others: "),
]


@pytest.mark.parametrize(("change", "where", "rule", "do"), BAD_ROWS, ids=[str(row[0]) for row in BAD_ROWS])
def test_a_bad_row_is_one_error_with_place_rule_and_remedy(
    tmp_path: Path, registry: Registry, change: dict, where: str, rule: str, do: str
):
    dimensions = {name: "" for name in ("article", "sex") if name in change}
    findings = findings_of(tmp_path, registry, fact("02", 3) | dimensions, fact(**change))
    errors = [finding for finding in findings if finding.severity == "error"]
    assert len(errors) == 1
    assert f"facts.csv, row 3, {where}" in errors[0].where
    assert rule in errors[0].rule
    assert do in errors[0].do
    assert str(SECRET) not in f"{errors[0]}"


def test_a_region_is_a_place_of_its_own_kind(tmp_path: Path, registry: Registry):
    rows = [fact("R1", 9), fact("R1", 9, scheme="region"), fact("01", 4)]
    assert findings_of(tmp_path, registry, *rows) == []


def test_a_duplicate_row_names_both_rows(tmp_path: Path, registry: Registry):
    (finding,) = findings_of(tmp_path, registry, fact(value=3), fact("02", 4), fact(value=SECRET))
    assert "row 4" in finding.where
    assert "repeats an earlier one" in finding.rule
    assert "beside row 2" in finding.where
    assert str(SECRET) not in str(finding)


def test_a_numerator_above_its_base_is_an_error_in_a_proportion_only(tmp_path: Path, registry: Registry):
    proportion = findings_of(
        tmp_path,
        registry,
        fact(value=SECRET, measure="crime_reports_classified"),
        fact(value=9, measure="crime_reports_received"),
    )
    assert [finding.severity for finding in proportion] == ["error"]
    assert "crime_reports_classified must not exceed crime_reports_received" in proportion[0].rule
    assert str(SECRET) not in str(proportion)
    ratio = findings_of(
        tmp_path, registry, fact(value=11, measure="cases_tried"), fact(value=9, measure="cases_accepted")
    )
    assert ratio == []


def test_a_stage_of_a_cohort_may_not_exceed_it_and_new_cases_not_those_handled(
    tmp_path: Path, registry: Registry
):
    rows = [
        fact(value=4, measure="victims_followed_12_months"),
        fact(value=5, measure="victims_reintegrated_12_months"),
        fact(value=9),
        fact(value=8, measure="cases_handled"),
    ]
    found = findings_of(tmp_path, registry, *rows)
    assert [finding.severity for finding in found] == ["error", "error"]
    assert "stages of one cohort" in " ".join(finding.rule for finding in found)
    assert "new of all handled" in " ".join(finding.rule for finding in found)


def test_legal_classes_of_persons_are_never_added_up(tmp_path: Path, registry: Registry):
    cell = {"measure": "support_received", "support": "medical"}
    good = findings_of(tmp_path, registry, fact(value=4, **cell, person_class="victim"))
    (error,) = findings_of(tmp_path, registry, fact(value=4, **cell, person_class=""))
    assert good == []
    assert error.rule == "figures of support_received are never added up over person_class"


def test_a_zero_not_stated_as_such_is_a_warning(tmp_path: Path, registry: Registry):
    (finding,) = findings_of(tmp_path, registry, fact(value=0, status="reported"))
    assert finding.severity == "warning"
    assert "zero_reported" in finding.rule


def test_a_revision_is_a_note_and_the_latest_edition_counts(tmp_path: Path, registry: Registry):
    rows = [fact(value=3, edition_date="2022-01-01"), fact(value=5, edition_date="2021-01-01")]
    (finding,) = findings_of(tmp_path, registry, *rows)
    assert finding.severity == "note"
    assert latest_editions(facts_table(*rows))["value"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("period_start", "31/12/2015", "YYYY-MM-DD"),
        ("value", "1.128,5", "decimal point"),
        ("value", "inf", "decimal point"),
        ("published", "yes", "true or false"),
    ],
)
def test_a_cell_that_does_not_parse_stops_with_file_row_and_column(
    tmp_path: Path, column: str, text: str, rule: str
):
    path = write_csv(tmp_path / "facts.csv", fact(), fact("02") | {column: text})
    if column == "published":
        path.write_text(path.read_text(encoding="utf-8").replace("False", text), encoding="utf-8")
    with pytest.raises(FactsError) as caught:
        read_facts([path], PROGRAMME)
    assert f"row 3, column {column}" in caught.value.where
    assert rule in caught.value.rule


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (lambda text: text.replace("measure", "mesure", 1), 'did you mean "measure"'),
        (lambda text: text.replace("source_cell", "value", 1), "'source_cell'|'value'"),
        (lambda _: "", "no header"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path: Path, header, message: str):
    path = write_csv(tmp_path / "facts.csv", fact())
    path.write_text(header(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(FactsError, match=message):
        read_facts([path], PROGRAMME)


def test_a_short_row_and_a_wrong_encoding_are_refused(tmp_path: Path):
    path = write_csv(tmp_path / "facts.csv", fact())
    path.write_text(path.read_text(encoding="utf-8") + "01,old\n", encoding="utf-8")
    with pytest.raises(FactsError, match="row 3"):
        read_facts([path], PROGRAMME)
    path.write_bytes("tỉnh".encode("cp1258", errors="replace") + b"\xff")
    with pytest.raises(FactsError, match="UTF-8"):
        read_facts([path], PROGRAMME)


def test_refusing_names_the_first_error_and_counts_the_rest():
    error = Finding("error", "a.csv, row 2", "rule", "remedy")
    with pytest.raises(FactsError, match="2 more"):
        refuse_errors([error, error, error])
    refuse_errors([Finding("warning", "a.csv, row 2", "rule", "remedy")])


def test_sources_have_a_fixed_vocabulary(tmp_path: Path):
    path = tmp_path / "sources.toml"
    path.write_text('[a]\ntitle = "t"\nagency = "x"\ndate = "2020"\nconfidence = "sure"\n', encoding="utf-8")
    with pytest.raises(FactsError, match=r"line 5, key a\.confidence"):
        read_sources(path)


def test_regions_are_left_out_of_sums_and_panels(registry: Registry):
    rows = [fact("R1", 9), fact("R1", 9, scheme="region"), fact("01", 4), fact("VN", 9)]
    assert without_regions(facts_table(*rows), registry)["province_code"].tolist() == ["01", "VN"]
