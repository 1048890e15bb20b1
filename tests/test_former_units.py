"""Figures of a former unit are not figures of the province it went into: what such a page says, and that it agrees with itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import evalkit.reporting.every_section  # noqa: F401
from evalkit.batch.in_part import MOST_NAMED, told_in_part
from evalkit.batch.options import Event
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.run import run_batch
from evalkit.evaluation import evaluate
from evalkit.facts.bundle import Bundle
from evalkit.reporting.blocks import Section, Table
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from evalkit.review.page_rules import contradictions
from tests.builders import PROGRAMME, fact
from tests.shipped import sections_of
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

# The province 03 of the tiny country was formed from 02 (Bình Thử) and 03 (Cao Thử).
CASES = [fact(code, 7, year=year) for code in ("02", "03") for year in (2015, 2016)]
REPORTS = [
    fact("03", 30, year=year, measure=name)
    for name in ("crime_reports_received", "crime_reports_due", "crime_reports_resolved")
    for year in (2015, 2016)
]
# As many again as a province's form has: their number is that of no list and no table of the page.
MORE = [
    fact("03", 40, year=2016, measure=name)
    for name in [
        name
        for name, one in PROGRAMME.measures.items()
        if one.disclosure == "activity" and one.additive and one.whole and not one.dimensions
    ][:20]
    if not name.startswith("crime_reports") and name != PROGRAMME.population
]


def bundle(folder: Path, *facts: dict[str, object]) -> Bundle:
    return make_bundle(receive(tiny_workspace(folder, facts=facts)), day=date(2026, 5, 1))


def sections(of: Bundle) -> dict[str, Section]:
    return {one.id: one for one in sections_of(evaluate(of.province("03")))}


def page(of: Bundle, language: str) -> str:
    area = of.province("03")
    return page_from_sections(page_head(area), sections_of(evaluate(area)), language=language)


@pytest.mark.parametrize(
    ("facts", "language"),
    [([*CASES, *REPORTS, *MORE], "vi"), ([*CASES, *REPORTS, *MORE], "en"), (REPORTS, "vi")],
    ids=["some sums", "some sums, English", "no sum"],
)
def test_a_page_with_figures_of_one_former_unit_does_not_contradict_itself(tmp_path, facts, language):
    assert contradictions(page(bundle(tmp_path, *facts), language)) == []


def test_a_number_without_figure_that_the_rows_and_the_list_do_not_make_is_still_refused(tmp_path):
    html = page(bundle(tmp_path, *CASES, *REPORTS), "en")
    assert "<b>86 of 87" in html
    found = contradictions(html.replace("<b>86 of 87", "<b>79 of 87"))
    assert [one.sentence for one in found] == ["79 – 79 of 87"]


def test_what_was_reported_for_a_part_is_not_called_not_reported(tmp_path):
    quality = sections(bundle(tmp_path, *CASES, *REPORTS))["quality"]
    table = next(one for one in quality.blocks if isinstance(one, Table) and one.id == "completeness-table")
    states = {row[0].text.en: row[1].text.en for row in table.rows}
    assert states == {
        "Trafficking cases recorded": "2 figures, all derived",
        "Crime reports received": "2 figures, all reported for a part only",
        "Crime reports due for resolution": "2 figures, all reported for a part only",
        "Crime reports resolved": "2 figures, all reported for a part only",
    }


def test_the_annex_names_a_former_unit_only_with_what_has_no_sum(tmp_path):
    """Cases were reported for both units in both years: their sum stands, and is not said to lack a unit."""
    quality = sections(bundle(tmp_path, *CASES, *REPORTS))["quality"]
    (listed,) = [
        text.en for one in quality.blocks for text in getattr(one, "items", ()) if "former" in text.en
    ]
    assert listed == (
        "the former Cao Thử, 2015–2016: Crime reports received; Crime reports due for resolution; Crime reports resolved"
    )


def test_a_province_of_whose_former_units_one_has_figures_does_not_say_that_there_are_none(tmp_path):
    told = sections(bundle(tmp_path, *REPORTS))
    head = told["headline"]
    words = " ".join(text.vi for one in head.blocks if (text := getattr(one, "text", None)))
    assert head.title.vi == "Mới có số liệu của đơn vị trước sắp xếp, chưa có số liệu của toàn địa phương"
    assert "có số liệu về chương trình này của tỉnh Cao Thử cũ" in words
    assert "chưa có số liệu của tỉnh Bình Thử cũ" in words
    assert "xem trang của tỉnh Cao Thử cũ" in words
    assert "chưa có số liệu nào về chương trình này" not in words
    units = next(one for one in head.blocks if isinstance(one, Table) and one.id == "former-units")
    assert [[cell.text.en for cell in row] for row in units.rows] == [
        ["the former Bình Thử", "0", "–"],
        ["the former Cao Thử", "3", "2015–2016"],
    ]
    assert "chưa có số liệu nào" not in " ".join(text.text.vi for text in told["summary"].blocks)


def test_former_units_with_figures_of_different_years_are_both_named_and_no_sum_is_given(tmp_path):
    told = sections(bundle(tmp_path, fact("02", 7, year=2015), fact("03", 8, year=2016)))["headline"]
    assert told.blocks[0].text.en == (
        "The sources used hold figures on this programme of the former Bình Thử and the former Cao Thử, now parts of "
        "Cao Thu, but none that all of them give of one period; so no sum is given."
    )


def test_a_province_of_which_nothing_at_all_is_known_is_said_to_have_no_figure(tmp_path):
    told = sections(bundle(tmp_path, fact("01", 7)))["headline"]
    assert told.title.en == "No figure in the sources used yet"


def test_a_run_warns_of_a_province_with_figures_of_a_part_only(tmp_path):
    events: list[Event] = []
    workspace = tiny_workspace(tmp_path / "ws", facts=[fact("01", 7), *REPORTS])
    run_batch(
        workspace,
        options(tmp_path),
        clock=at("2026-05-01"),
        progress=events.append,
        executor=PagesWithoutKernel(),
    )
    (told,) = [event.details["message"] for event in events if event.kind == "in_part"]
    assert told == (
        "warning: 03 Cao Thử has figures of a part only, Tỉnh Cao Thử; none of Tỉnh Bình Thử; "
        "its page gives no sum (pages of the former units: --scheme old)"
    )


def test_no_warning_of_a_page_that_is_not_asked_for_or_has_figures(tmp_path):
    assert told_in_part(bundle(tmp_path / "a", *REPORTS), ["01"]) == []
    assert told_in_part(bundle(tmp_path / "b", *REPORTS, *CASES), ["01", "03"]) == []
    assert MOST_NAMED == 5
