"""A second source that tells otherwise: the page is made, names both, and its reader finds nothing that cannot be."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from evalkit.evaluation import evaluate
from evalkit.facts.areas import ProvinceFacts
from evalkit.languages import DEFAULT
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from evalkit.review.page_rules import contradictions
from tests.shipped import bundle_of, sections_of

MORE, DAY = 7.0, pd.Timestamp("2026-09-01")


def told_otherwise(area: ProvinceFacts, measures: tuple[str, ...], years: tuple[int, ...]) -> ProvinceFacts:
    """Return the area with a second source that gives a few more for each shown figure of some measures and years."""
    facts = area.facts
    rows = facts[facts["measure"].isin(measures) & facts["period_end"].dt.year.isin(years)]
    rows = rows[rows["value"].notna()]
    first = area.sources[rows["source_id"].iloc[0]]
    other = rows.assign(
        value=rows["value"] + MORE, status="reported", source_id="second", edition_date=DAY, mark=""
    )
    sources = area.sources | {"second": first.model_copy(update={"title": "Second book (invented)"})}
    return replace(area, facts=pd.concat([facts, other], ignore_index=True), sources=sources)


@pytest.mark.parametrize(
    ("measures", "years"),
    [
        (("cases_recorded",), (2021, 2022, 2023, 2024, 2025)),
        (
            ("victims_identified", "victims_supported", "persons_received", "crime_reports_resolved"),
            (2024, 2025),
        ),
    ],
)
def test_a_page_with_two_tales_of_one_figure_contradicts_itself_nowhere(
    measures: tuple[str, ...], years: tuple[int, ...]
):
    area = told_otherwise(bundle_of("demo").slice_for("11").province("11"), measures, years)
    sections = sections_of(evaluate(area))
    for language in DEFAULT:
        page = page_from_sections(page_head(area), sections, language=language)
        assert [(one.rule, one.sentence) for one in contradictions(page)] == []


def test_a_breakdown_told_by_two_sources_names_the_source_of_each_row():
    area = told_otherwise(bundle_of("demo").slice_for("27").province("27"), ("victims_identified",), (2025,))
    (section,) = (one for one in sections_of(evaluate(area)) if one.id == "breakdowns")
    told = [table for table in section.tables if table.columns[-1].key == "source"]
    assert told
    for table in told:
        last = [row for row in table.rows if row[0].text.en == "2025"]
        assert len({row[-1].text.en for row in last}) == len(last) == 2
