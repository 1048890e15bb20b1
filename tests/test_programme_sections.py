"""What pages say of targets on their way, the pathway, support, gaps, recommendations and criteria; docs/article.md kept true."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from evalkit.batch.prepare import make_bundle
from evalkit.records import Indicators
from evalkit.reporting.blocks import Section, Table
from evalkit.reporting.brief.beside_country import beside_the_country
from evalkit.reporting.citations import Citations, without_marks
from evalkit.reporting.display import plain_text
from evalkit.reporting.every_section import section_of
from evalkit.reporting.sections.summary import verdict_sentences
from evalkit.steps import (
    assess_targets,
    estimate_indicators,
    find_gaps,
    follow_recommendations,
    report_completeness,
    review_support,
    trace_pathway,
    view_mid_term,
    weigh_evidence,
)
from tests.builders import fact, facts_table
from tests.shipped import DAY, ROOT, bundle_of, evaluation_of, received

ARTICLE_ROWS = [f"A{number}" for number in range(1, 13)]


@functools.cache
def indicators_of(name: str, code: str = "") -> Indicators:
    bundle = bundle_of(name)
    return estimate_indicators(bundle.province(code) if code else bundle.nation())


@functools.cache
def page_of(code: str) -> dict[str, Section]:
    """Return the sections of one of the demo's pages by their identifiers."""
    result = evaluation_of("demo", code)
    sections = [section_of(one) for one in (result.area, *result.by_step().values())]
    return {section.id: section for section in sections}


def text_of(result: object, language: str = "en") -> str:
    return plain_text(section_of(result), language)


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def test_the_pathway_stands_side_by_side_and_explains_a_later_stage_that_exceeds_an_earlier_one():
    """Unit 22's facts.csv: 2023 received 5, verified 3, identified 2; 2025 none supported, 1 of 3 reintegrated: too few for a share."""
    text = text_of(trace_pathway(bundle_of("demo").province("22")))
    assert line_of(text, "2023").split() == ["2023", "5", "3", "2", "2", "2"]
    assert "- 2025: more persons at the stage “Reintegrated (12 months)” than at “Supported”." in text
    row = next(line for line in text.splitlines() if re.match(r"Reintegrated .* 2025 ", line))
    assert row.split()[-2:] == ["1/3", "–"]


def test_no_stage_is_given_as_a_share_of_a_total_of_other_persons():
    section = section_of(trace_pathway(bundle_of("demo").nation()))
    stages, cohorts = (block for block in section.blocks if isinstance(block, Table))
    assert not any("%" in cell.text.en for row in stages.rows for cell in row)
    assert {row[0].text.en for row in cohorts.rows} == {"Supported", "Reintegrated (12 months)"}


def test_support_is_shown_class_by_class_over_those_who_accept():
    """The nation's facts.csv, July to December 2025: 228 of the 271 victims who accept have essential needs met."""
    section = section_of(review_support(indicators_of("demo")))
    tables = [block for block in section.blocks if isinstance(block, Table)]
    classes = bundle_of("demo").programme.support.classes.values()
    captions = [table.caption.en for table in tables if table.caption.en.startswith("Support: ")]
    assert captions[0] == "Support: victims of Vietnamese nationality"
    assert set(captions) <= {f"Support: {one.label.en}" for one in classes}
    assert len(set(captions)) == len(captions) > 1
    assert [cell.text.en for cell in tables[0].rows[0]][1:4] == ["345", "271", "228/271 (84.1%)"]
    assert not any("all" in table.caption.en.lower().split() for table in tables)


def test_who_is_eligible_may_have_been_identified_earlier_and_the_page_says_so():
    """345 persons eligible in half a year stood beside 201 identified in the whole one, without a word why."""
    text = text_of(review_support(indicators_of("demo")))
    assert "Eligible are all entitled in the period, whenever they were identified" in text


def test_a_confidential_share_names_no_method_of_an_interval_that_it_does_not_show():
    given = indicators_of("demo", "11")
    frame = given.frame.copy()
    row = (frame["indicator"] == "waiting_costs_met") & (frame["period_end"] == frame["period_end"].max())
    assert row.any()
    frame.loc[row, ["value", "lower", "upper", "numerator", "denominator"]] = float("nan")
    frame.loc[row, "status"] = "suppressed"
    hidden = replace(given, frame=frame)
    (line,) = (one for one in text_of(hidden).splitlines() if "V09C" in one)
    assert "confidential are" in line
    assert "Wilson" not in line
    assert "Their latest figures are among the indicators: " in text_of(review_support(hidden))


def test_stages_without_a_share_are_introduced_as_what_they_are():
    text = text_of(trace_pathway(bundle_of("vn-published").nation()))
    said = text.split("Stages and periods without a share of the same persons, each with the reason:")[1]
    assert "- Supported, 1 January 2023 – 30 June 2023: sources differ on one of its two numbers." in said


def test_a_class_whose_figures_are_all_hidden_is_named_without_a_number():
    given = indicators_of("demo", "22")
    fine = replace(given, area=replace(given.area, coarser=()))
    assert "Victims of Vietnamese nationality: all figures are confidential [c]." in text_of(
        review_support(fine)
    )


def test_supports_that_are_mostly_small_are_named_once_with_the_page_that_shows_them():
    text = text_of(review_support(indicators_of("demo", "22")))
    assert text.count("Not shown province by province: persons eligible and accepting, ") == 1
    assert "more than half of the figures of this table are small" in text
    assert "the page of the whole country shows them for all provinces together." in text
    assert "Victims of Vietnamese nationality:" not in text
    here = text_of(review_support(indicators_of("demo")))
    assert "this page shows them for all provinces together." in here
    assert "published itself" not in here


def test_gaps_are_differences_with_intervals_in_declared_order():
    """The nation's facts.csv, 2025: 148 of 159 women and girls supported, 41 of 42 men and boys; an internal page shows both."""
    bundle = make_bundle(received("demo"), day=DAY, audience="internal")
    indicators = estimate_indicators(bundle.nation())
    text = text_of(find_gaps(indicators, review_support(indicators)))
    rows = [line for line in text.splitlines() if line.startswith("V05")]
    assert [re.search(r"(Sex|Age group|Ethnicity): \w+", row)[0] for row in rows][:2] == [
        "Sex: women",
        "Sex: men",
    ]
    low, high = confint_proportions_2indep(148, 159, 41, 42, method="newcomb", compare="diff")
    assert f"-4.5 ({100 * low:+.1f} to {100 * high:+.1f})".replace("-", "−") in rows[0]
    assert not re.search(r"worst|lowest|rank \d", text)


def test_a_public_page_shows_no_difference_that_tells_of_one_man_who_was_not_supported():
    """42 men and boys identified in 2025, 41 supported: the one between is small, so one of the two stays hidden."""
    text = text_of(find_gaps(indicators_of("demo"), review_support(indicators_of("demo"))))
    assert not any(line.startswith("V05") for line in text.splitlines())
    assert "Whether a group is missed there is not known." in text


def test_a_province_is_held_against_the_rest_of_the_nation():
    """41 of unit 22's 59 returnees were screened; the nation's 1,623 of 2,705 less these leave 1,582 of 2,646."""
    text = text_of(find_gaps(indicators_of("demo", "22"), review_support(indicators_of("demo", "22"))))
    assert "41/59 (69.5%)" in line_of(text, "V06R")
    assert "1,582/2,646 (59.8%)" in line_of(text, "V06R")
    assert (
        line_of(text, "V06R").split("  ")[-1].strip() == "+9.7"
    )  # own doings: a difference without an interval
    assert "arithmetic alone, a share of what was done, not of chance events" in text
    assert "By sex, age group and ethnicity no difference between groups can be shown" in text


def test_a_share_of_own_doings_stands_without_an_interval_and_is_not_judged_beside_the_country():
    """Unit 22 in facts.csv, 2025: a share of what offices do themselves is no sample (METHODS 9.9)."""
    evaluation = evaluation_of("demo", "22")
    frame = evaluation.indicators.frame
    programme = evaluation.area.programme
    decided = frame["indicator"].map(lambda name: programme.indicators[name].level == "output")
    assert decided.any()
    assert frame.loc[decided, ["lower", "upper"]].isna().all(axis=None)
    lines = [line for line in text_of(evaluation.indicators).splitlines() if line.startswith("P01 ")]
    assert lines
    assert all("  –  " in line and "a share of what was done" in line for line in lines)
    beside = beside_the_country(evaluation.summary, Citations())
    how, table = beside.blocks
    assert "–: work done, not judged by chance" in how.text.en
    rows = {without_marks(row[0].text.en): row[-1].text.en for row in table.rows}
    own = [one.label.en for one in programme.indicators.values() if one.is_own_doing]
    assert {rows[label] for label in rows if label in own} == {"–"}


def test_a_basis_of_place_is_said_of_cases_and_persons_and_not_of_communes_staff_or_budgets():
    lines = text_of(indicators_of("demo", "22")).splitlines()
    for start, is_said in {"J06 ": True, "V06R ": True, "P01 ": False, "P05 ": False, "G01 ": False}.items():
        told = [line for line in lines if line.startswith(start)]
        assert told
        assert all(("by place of" in line) == is_said for line in told)


def test_each_target_says_what_is_still_required_and_nothing_is_forecast_for_shares():
    text = text_of(view_mid_term(indicators_of("demo", "22")))
    assert "30/31 (96.8%)" in line_of(text, "T10 100 % of staff trained")
    assert "no time left; the latest figure does not meet it" in line_of(text, "T10 100 % of staff trained")
    assert "too few to judge" in line_of(text, "T2 Resolution rate")  # 1 of 1
    assert "nothing was due" in line_of(text, "T11 100 % of victims supported")


def test_one_left_out_of_seventeen_is_counted_and_chance_is_not_spoken_of():
    text = text_of(assess_targets(indicators_of("demo", "22")))
    lines = [line for line in text.splitlines() if line.startswith("T10 Staff trained")]
    (line,) = [line for line in lines if "30/31" in line]
    assert "1 of 31 was not" in line
    assert not any(word in line for word in ("clear", "chance"))


def test_a_target_on_growth_says_the_counts_and_the_count_that_had_to_be_reached():
    """Reports by citizens of unit 22 in facts.csv: 9 in 2024, 1 in 2025; 9 and a tenth is 9.9, so 10 were needed."""
    text = text_of(assess_targets(indicators_of("demo", "22")))
    assert "Reports by citizens fell from 9 to 1 in 2025; the target called for 10 or more." in text
    assert "7 after 3" in text  # a base under 5 is too few, and is given in counts


def test_the_summary_judges_years_and_names_the_one_furthest_off():
    result = evaluation_of("demo")
    counts, furthest = (sentence.en for sentence in verdict_sentences(result.summary))
    frame = result.assessments.frame
    year = frame[(frame["period_end"].dt.year == 2025) & frame["verdict"].isin(["met", "not_met"])]
    met = int((year["verdict"] == "met").sum())
    assert f"In 2025, {len(year)} targets could be judged: {met} met, {len(year) - met} not met." in counts
    assert "Furthest off is identified victims supported: 189 of 201 (94%)" in furthest


def test_0_of_0_says_that_nothing_was_due_wherever_it_stands():
    rows = [fact("01", 0, year=2024, measure=f"crime_reports_{end}") for end in ("due", "resolved")]
    area = replace(bundle_of("demo").province("22"), facts=facts_table(*rows))
    indicators = estimate_indicators(area)
    line = line_of(text_of(indicators), "J02 Crime reports resolved")
    assert "0/0" in line
    assert "[z]" in line
    assert "nothing to take a share of" in line
    text = text_of(assess_targets(indicators))
    assert "T2 Crime reports resolved, 2024: nothing was due, so no share." in text
    assert "published" not in text


def test_the_half_of_a_year_is_so_far_and_counts_nowhere():
    rows = [
        fact("01", value, year=2024, measure=f"crime_reports_{end}", period_end="2024-06-30")
        for end, value in (("due", 59), ("resolved", 43))
    ]
    area = replace(bundle_of("demo").province("22"), facts=facts_table(*rows))
    judged = assess_targets(estimate_indicators(area))
    assert "so far; not judged" in line_of(text_of(judged), "T2 Crime reports resolved")
    assert not judged.frame["verdict"].isin(["met", "not_met"]).any()


def test_a_recommendation_shows_both_sides_and_what_cannot_be_said():
    text = text_of(follow_recommendations(indicators_of("demo", "22")))
    row = next(line for line in text.splitlines() if " V06R " in line)
    assert "41/117: 35.0% (2021–2022)" in row
    assert "+29.8 percentage points" in row
    assert (
        "two figures as reported; nothing is said on chance" in row
    )  # screening is the programme's own doing
    assert "nothing can be said" in line_of(text, "R5.")


def test_days_of_too_few_persons_are_not_said_to_be_of_nobody():
    """Hai Tuyet: 1 person waited 19 days in 2021, 2 persons 18 days in 2024 and 2025."""
    text = text_of(follow_recommendations(indicators_of("demo", "25")))
    row = next(line for line in text.splitlines() if " V09D " in line)
    assert "19/1 (2021)" in row
    assert "18/2 (2024–2025)" in row
    assert "nothing: the base is under 5" in row


def test_that_nobody_waited_is_no_latest_figure_where_somebody_did_later():
    """Hải Tuyết: nobody in 2022, one person for 9 days in 2025, of whom no mean is given."""
    assert "V09D" not in text_of(indicators_of("demo", "25"))


def test_the_side_that_had_nobody_is_named():
    """Dan Lac: nobody waited in 2021 and 2022, one person in 2025, whose costs were met."""
    text = text_of(follow_recommendations(indicators_of("demo", "14")))
    row = next(line for line in text.splitlines() if " V09C " in line)
    assert "1/1: 100.0% (2025)" in row
    assert "nothing: there was no one and nothing to count before the review" in row


def test_the_published_recommendations_say_that_nothing_can_be_compared():
    text = text_of(follow_recommendations(indicators_of("vn-published", "22")))
    assert text.count("nothing can be said") >= 4
    assert "%" not in text


def test_each_criterion_says_what_evidence_there_is_or_that_there_is_none():
    rows = section_of(weigh_evidence(indicators_of("vn-published", "96"))).blocks[1].rows
    assert [row[0].text.en.split(":")[0] for row in rows] == [
        *("Relevance", "Coherence", "Effectiveness", "Efficiency", "Impact", "Sustainability")
    ]
    assert {row[1].text.en for row in rows} == {"none: no indicator has a figure"}


def test_two_agencies_stand_side_by_side_and_neither_is_right():
    section = section_of(report_completeness(indicators_of("demo", "22")))
    table = next(
        block for block in section.blocks if isinstance(block, Table) and block.id == "agencies-table"
    )
    rows = {row[1].text.en: [cell.text.en for cell in row[2:]] for row in table.rows}
    assert rows["2023"] == ["3", "2", "the first is higher by 1"]
    assert rows["2025"] == ["0", "0", "they agree"]


def test_the_nations_page_tells_who_reported_and_who_reported_late():
    """Unit 08 sent its figures of some years more than a year late; the others did not."""
    section = section_of(report_completeness(indicators_of("demo")))
    table = next(
        block for block in section.blocks if isinstance(block, Table) and block.id == "reporting-table"
    )
    late = {row[0].text.en[:2]: row[-1].value for row in table.rows}
    facts = bundle_of("demo").nation().province_facts
    days = (facts["edition_date"] - facts["period_end"]).dt.days
    expected = set(facts.loc[(days > 365) & ~facts["published"], "province_code"])
    assert {code for code, count in late.items() if count} == expected == {"08"}
    assert [row[0].text.en[:2] for row in table.rows] == [place.code for place in bundle_of("demo").places]


def test_medians_that_provinces_tell_are_not_said_to_stand_in_no_source():
    """Days to institution, conclusion and trial: every province of the demo reports them, and they do not add up."""
    text = text_of(report_completeness(indicators_of("demo")))
    assert "Reported for a part only, or said to be missing, so that no figure is given: 14." in text
    assert "Not in the sources used at all: 9," in text
    nowhere, provinces = line_of(text, "No figure in the sources used").split(" Of provinces alone: ")
    assert "median" not in nowhere
    assert provinces.count("(median)") == 3


def test_every_indicator_of_the_catalogue_stands_on_a_page_of_the_demo():
    programme = bundle_of("demo").programme
    seen: set[str] = set()
    for code in ("", *(place.code for place in bundle_of("demo").places)):
        seen |= set(re.findall(r"(?m)(?:^|are |; )(\w+) ", text_of(indicators_of("demo", code))))
        if seen >= {indicator.id for indicator in programme.indicators.values()}:
            break
    assert {indicator.id for indicator in programme.indicators.values()} - seen == set()


@functools.cache
def article_rows() -> dict[str, tuple[list[str], list[str]]]:
    """Return for each row of docs/article.md its sections and the indicators it names."""
    found = {}
    for line in (ROOT / "docs" / "article.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| A"):
            found[cells[0]] = (re.findall(r"`([a-z-]+)`", cells[2]), re.findall(r"\b[A-Z]\d{2}\w*", cells[3]))
    return found


def test_docs_article_has_every_row():
    assert list(article_rows()) == ARTICLE_ROWS


@pytest.mark.parametrize("row", ARTICLE_ROWS)
def test_docs_article_points_to_the_sections_that_answer(row: str):
    """Every section named is on a province's page, and names on some page of the demo every indicator of the row."""
    sections, names = article_rows()[row]
    assert sections
    pages = [page_of(code) for code in ("22", "08", "")]
    text = "\n".join(plain_text(page[name], "en") for page in pages for name in sections)
    declared = {one.id: one.label.en for one in bundle_of("demo").programme.indicators.values()}
    measures = {
        one.id: bundle_of("demo").programme.measures[one.numerator].label.en
        for one in bundle_of("demo").programme.indicators.values()
    }
    missing = {
        name
        for name in names
        if not re.search(rf"\b{name}\b", text) and declared[name] not in text and measures[name] not in text
    }
    assert missing == set()
