"""Figures that came late: each that was reported is counted once, whatever page it stands on and whatever is made from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evalkit.batch.prepare import make_bundle, receive
from evalkit.facts.findings import Finding
from evalkit.reporting.display import plain_text
from evalkit.reporting.every_section import section_of
from evalkit.steps import estimate_indicators, report_completeness
from tests.builders import fact
from tests.workspaces import tiny_workspace

LATE = {"edition_date": "2021-01-01"}
IN_TIME = {"edition_date": "2016-03-01"}


def late(
    folder: Path, code: str, *facts: dict[str, object], scheme: str = "new"
) -> list[tuple[str, str, str]]:
    """Return place and subject of what is called late on the page of a place."""
    workspace = tiny_workspace(folder, facts=facts)
    bundle = make_bundle(receive(workspace), day=date(2026, 5, 1), scheme=scheme)
    found: tuple[Finding, ...] = bundle.province(code).findings
    return sorted((one.province_code, one.scheme, one.where) for one in found if one.rule == "reported_late")


def test_a_sum_and_what_lacks_a_part_are_no_further_late_figures(tmp_path):
    """Three reports of former units: cases of both (a sum is made), crime reports of one (none is)."""
    facts = [
        fact("02", 7, **LATE),
        fact("03", 9, **LATE),
        fact("03", 20, measure="crime_reports_received", **LATE),
    ]
    told = [
        ("02", "old", "cases_recorded, 2015"),
        ("03", "old", "cases_recorded, 2015"),
        ("03", "old", "crime_reports_received, 2015"),
    ]
    assert late(tmp_path / "new", "03", *facts) == told
    assert late(tmp_path / "old", "03", *facts, scheme="old") == told[1:]


def test_a_figure_carried_to_the_new_code_of_an_unchanged_unit_is_late_once(tmp_path):
    assert late(tmp_path, "01", fact("01", 7, **LATE)) == [("01", "old", "cases_recorded, 2015")]


def test_the_breakdowns_of_a_figure_are_that_figure(tmp_path):
    facts = [
        fact("01", 30, measure="victims_identified", sex="all", **LATE),
        fact("01", 20, measure="victims_identified", sex="female", **LATE),
        fact("01", 10, measure="victims_identified", sex="male", **LATE),
    ]
    assert late(tmp_path, "01", *facts) == [("01", "old", "victims_identified, 2015")]


def test_a_figure_revised_later_was_not_late(tmp_path):
    assert late(tmp_path, "01", fact("01", 7, **IN_TIME), fact("01", 8, **LATE)) == []


def test_what_is_said_to_be_unknown_is_no_late_figure(tmp_path):
    assert late(tmp_path, "01", fact("01", None, **LATE)) == []


def test_the_countrys_page_counts_late_figures_of_the_country_and_of_provinces_apart(tmp_path):
    """One figure of the country and two of a province came late: no number stands for both without saying of whom."""
    facts = [
        fact("VN", 30, **LATE),
        fact("01", 7, **LATE),
        fact("01", 9, measure="crime_reports_received", **LATE),
    ]
    workspace = tiny_workspace(tmp_path, facts=facts)
    bundle = make_bundle(receive(workspace), day=date(2026, 5, 1), scheme="new")
    nation = plain_text(section_of(report_completeness(estimate_indicators(bundle.nation()))), "en")
    assert "Of 1 figure reported for the whole country the sources used hold no edition" in nation
    assert "those reported for the whole country are not among them" in nation
    province = plain_text(section_of(report_completeness(estimate_indicators(bundle.province("01")))), "en")
    assert "Of 2 figures the sources used hold no edition" in province


def test_a_measure_reported_for_a_part_only_is_not_counted_with_those_of_which_nothing_is_known(tmp_path):
    """Cases of both former units, crime reports of one: a sum of the first alone; of all other measures no figure."""
    facts = [fact("02", 7), fact("03", 9), fact("03", 20, measure="crime_reports_received")]
    bundle = make_bundle(receive(tiny_workspace(tmp_path, facts=facts)), day=date(2026, 5, 1), scheme="new")
    record = report_completeness(estimate_indicators(bundle.province("03")))
    every = len(record.frame) - 1  # without the population
    told = plain_text(section_of(record), "en")
    assert f"1 of {every} measures have a figure." in told
    assert "so that no figure is given: 1." in told
    assert f"Not in the sources used at all: {every - 2}, which is not the same as zero." in told
    unknown = told.partition("No figure in the sources used: ")[2].partition(".")[0]
    assert len(unknown.split("; ")) == every - 2
