"""Claims are checked or not made: whose persons a share counts, what was not found, which code means what, which words are gone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

import evalkit.reporting.every_section  # noqa: F401
from evalkit.indicators.pathway import pathway
from evalkit.indicators.sources import differing
from evalkit.reporting.blocks import Section, Table
from evalkit.reporting.display import plain_text, section_of
from evalkit.reporting.wording import catalogue
from evalkit.steps import trace_pathway
from tests.builders import PROGRAMME, fact, facts_table
from tests.shipped import bundle_of, evaluation_of

# words that pages do not use any more, with what they were replaced by in mind: a reader who is no statistician
BANNED_VI = (
    "Không khớp mô hình trên các số đã ẩn",
    "hai lần đuôi nhỏ hơn",
    "điểm số Wilson",
    "phía bên kia",
    "theo các căn cứ khác nhau, đặt cạnh nhau",
    "mức mà riêng yếu tố ngẫu nhiên có thể giải thích",
    "chưa được công bố hoặc báo cáo",
    "Chưa được công bố hoặc báo cáo",
)
BANNED_EN = (
    "what is known, and how surely",
    "What is known, and how surely",
    "Nothing published or reported",
    "the way of victims",
    "Wilson score interval (Wilson",
)


@pytest.mark.parametrize("phrase", BANNED_VI)
def test_no_vietnamese_sentence_uses_a_banned_phrase(phrase: str):
    assert [sentence for sentence in catalogue().values() if phrase in sentence] == []


@pytest.mark.parametrize("phrase", BANNED_EN)
def test_no_english_sentence_uses_a_banned_phrase(phrase: str):
    assert [sentence for sentence in catalogue() if phrase in sentence] == []


def test_one_number_used_as_both_is_no_share_and_sources_that_differ_both_stand():
    """First half of 2023: 82 identified; 82 supported by one source, 65 by another."""
    section = section_of(trace_pathway(bundle_of("vn-published").nation()))
    tables = [block for block in section.blocks if isinstance(block, Table)]
    last = tables[0].rows[-1]
    assert [cell.text.en for cell in last][3:5] == ["82", "82 or 65 (sources differ)"]
    assert [table.id for table in tables] == ["pathway-table"]
    assert "82/82" not in plain_text(section, "en")


def stages(**changes: Any) -> float:
    """Return the share of victims supported: 8 of 10, with the second figure changed."""
    rows = [
        fact(value=10, measure="victims_identified"),
        fact(**({"value": 8, "measure": "victims_supported"} | changes)),
    ]
    table = pathway(facts_table(*rows), PROGRAMME).set_index("stage")
    return float(table.loc["supported", "share"])


def test_a_share_of_the_same_persons_needs_one_source_for_both_numbers():
    assert stages() == 80
    assert stages(source_id="other") != stages(source_id="other"), "missing"
    assert stages(value=10) == 100
    assert stages(value=10, published=True) != stages(value=10, published=True), "missing"


@pytest.mark.parametrize("source", ["other", "z"], ids=["shown first", "shown second"])
def test_a_number_that_another_source_contradicts_carries_no_share(source: str):
    """Where the other source is shown second, one source still gives both numbers, and no share may be made of them."""
    rows = [
        fact(value=10, measure="victims_identified"),
        fact(value=8, measure="victims_supported"),
        fact(value=7, measure="victims_supported", source_id=source),
    ]
    row = pathway(facts_table(*rows), PROGRAMME).set_index("stage").loc["supported"]
    assert row["source_id"] == min("s", source)
    assert sorted(row["figures"]) == [7, 8]
    assert row[["share", "lower", "upper"]].isna().all()


def test_a_base_that_another_source_contradicts_carries_no_share():
    other = fact(value=9, measure="victims_identified", source_id="z")
    rows = [fact(value=10, measure="victims_identified"), other, fact(value=8, measure="victims_supported")]
    row = pathway(facts_table(*rows), PROGRAMME).set_index("stage").loc["supported"]
    assert row[["share", "lower", "upper"]].isna().all()


def test_a_share_of_a_cohort_has_wilsons_limits():
    rows = [fact(value=10, measure="victims_identified"), fact(value=8, measure="victims_supported")]
    row = pathway(facts_table(*rows), PROGRAMME).set_index("stage").loc["supported"]
    low, high = proportion_confint(8, 10, method="wilson")
    assert [row["lower"], row["upper"]] == pytest.approx([100 * low, 100 * high])


@pytest.mark.parametrize("word", ["about", "more_than", "nearly", "at_least"])
def test_an_inexact_figure_contradicts_no_other(word: str):
    rows = [fact(value=8), fact(value=7, source_id="other", qualifier=word)]
    assert differing(facts_table(*rows), PROGRAMME).empty
    exact = [fact(value=8), fact(value=7, source_id="other")]
    assert sorted(differing(facts_table(*exact), PROGRAMME)["figures"].iloc[0]) == [7, 8]


def codes(section: Section) -> list[str]:
    """Return what a section writes of codes such as V01 without a name behind them."""
    ids = {indicator.id for indicator in PROGRAMME.indicators.values()}
    text = plain_text(section, "en")
    found = re.findall(r"\b([A-Z]\d{2}[A-Z]?)\b([ ,;.)]*)(\S*)", text)
    return [
        code for code, between, name in found if code in ids and (between != " " or not name[:1].isalpha())
    ]


@pytest.mark.parametrize("name", ["evidence", "follow_up", "completeness", "summary"])
def test_no_code_stands_without_its_name(name: str):
    assert codes(section_of(getattr(evaluation_of("vn-published"), name))) == []


def test_population_is_counted_as_no_measure():
    result = evaluation_of("vn-published", "22")
    number = len(PROGRAMME.measures) - 1
    assert f" of {number} measures" in plain_text(section_of(result.completeness), "en")
