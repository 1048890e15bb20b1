"""Figures that came late: each that was reported is counted once, whatever page it stands on and whatever is made from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evalkit.batch.prepare import make_bundle, receive
from evalkit.facts.findings import Finding
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
