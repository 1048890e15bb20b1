"""The head of the annex: a row for each sentence that judges something, from the records that decided it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalkit.batch.contradicted import page_contradictions
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.blocks import Table
from evalkit.reporting.every_section import page_head, section_of
from evalkit.reporting.page import page_from_sections
from evalkit.statistics.results import TrendFit
from tests.shipped import evaluation_of

PLACES = [("demo", ""), ("demo", "11"), ("vn-published", ""), ("vn-published", "22")]


def table_of(summary: Summary) -> Table:
    return next(table for table in section_of(summary).tables if table.id == "how-sure")


def column(table: Table, key: str) -> list[str]:
    place = [one.key for one in table.columns].index(key)
    return [row[place].text.en for row in table.rows]


@pytest.mark.parametrize(("name", "code"), PLACES)
def test_every_p_of_a_change_in_the_brief_stands_in_a_row_of_its_own(name: str, code: str):
    summary = evaluation_of(name, code).summary
    fits = [item.fit for item in summary.trends.items if isinstance(item.fit, TrendFit)]
    told = column(table_of(summary), "p")
    assert len(fits) == sum(" trend " in about for about in column(table_of(summary), "sentence"))
    for fit in fits:
        written = formats.p_value(fit.p).en
        assert f"p {written}" in told if written.startswith("<") else f"p = {written}" in told


def test_a_row_names_the_checks_that_fail_and_those_that_hold():
    """Fall of 2011 to 2025 in place 11 of the demo: it hangs on 2011, whose 21 cases are twice those of any other year."""
    table = table_of(evaluation_of("demo", "11").summary)
    place = next(n for n, about in enumerate(column(table, "sentence")) if "trend 2011–2025" in about)
    checks = column(table, "checks")[place]
    assert "this hangs on 2011 alone" in checks
    assert checks.endswith("holds: the interval")


def test_bases_of_targets_are_counted_from_the_verdicts():
    result = evaluation_of("demo", "11")
    frame = result.assessments.frame
    rows = frame[(frame["period_end"].dt.year == 2025) & frame["verdict"].isin(["met", "not_met", "too_few"])]
    small = int(((rows["denominator"] >= 5) & (rows["denominator"] < 20)).sum())
    few = int((rows["denominator"] < 5).sum())
    table = table_of(result.summary)
    place = column(table, "sentence").index("Targets in 2025")
    assert column(table, "checks")[place] == f"bases of 5 to 19: {small}; under 5, not judged: {few}"


def test_the_reader_of_a_page_finds_a_row_whose_word_its_numbers_do_not_bear_out():
    result = evaluation_of("demo", "11")
    item = result.summary.comparisons.items[-1]
    sure = replace(item.verdict, grade="clear", could_be_chance=False, failed=())
    items = (*result.summary.comparisons.items[:-1], replace(item, verdict=sure))
    wrong = replace(result.summary, comparisons=replace(result.summary.comparisons, items=items))
    for summary, is_sound in ((result.summary, True), (wrong, False)):
        for language in ("vi", "en"):
            page = page_from_sections(page_head(result.area), [section_of(summary)], language=language)
            assert (list(page_contradictions({"a.html": page.encode()})) == []) is is_sound


@pytest.mark.parametrize(("name", "code"), PLACES)
def test_nothing_of_the_section_is_said_by_another_section_of_the_annex(name: str, code: str):
    result = evaluation_of(name, code)
    texts = {cell.text.en for row in table_of(result.summary).rows for cell in row if len(cell.text.en) > 60}
    others = {
        cell.text.en
        for record in (result.comparisons, result.trends, result.zeros, result.assessments)
        for table in section_of(record).tables
        for row in table.rows
        for cell in row
    }
    assert texts
    assert not texts & others
