"""Sentences of one page that speak of the same thing do not contradict each other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from evalkit.evaluation import Evaluation, evaluate
from evalkit.reporting.brief.compose import brief_sections
from evalkit.reporting.display import plain_text
from evalkit.reporting.every_section import section_of
from evalkit.reporting.sections.shared_words import lasting_beside_mean
from tests.compared_country import bundle, country


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(bundle(country(tmp_path_factory.mktemp("country"))).nation())


def test_an_order_by_rate_is_not_said_to_be_none_and_tables_name_their_own(nation: Evaluation):
    """Rates lie far apart, so the drawing goes by rate: it says why that gives no ranks."""
    rates = next(one for one in brief_sections(nation.summary) if one.id == "provinces-rates")
    told = plain_text(rates, "en")
    assert (
        "Ordered by rate; neighbours in this order may differ by chance alone, so no ranks are given." in told
    )
    assert "Not a ranking" not in told
    assert "These tables keep the order of the official codes" in plain_text(
        section_of(nation.side_by_side), "en"
    )


def test_where_no_target_is_declared_none_is_said_to_lack_its_figures(nation: Evaluation):
    programme = nation.area.programme.model_copy(update={"targets": ()})
    area = replace(nation.area, programme=programme)
    for record in (nation.assessments, nation.mid_term):
        told = plain_text(section_of(replace(record, area=area, frame=record.frame.iloc[:0])), "en")
        assert told.endswith("No target is declared for it.")
        assert "the sources used" not in told.lower()


def test_confidential_indicators_are_not_headed_as_without_a_figure(nation: Evaluation):
    evidence = nation.evidence
    first = evidence.frame.index == evidence.frame.index[0]
    hidden = evidence.frame.assign(
        has_evidence=evidence.frame["has_evidence"] & ~first, suppressed=first.astype(int)
    )
    head = section_of(replace(evidence, frame=hidden)).blocks[1].columns[-1].header.en
    assert head == "Without a figure, or confidential"
    plain = section_of(replace(evidence, frame=hidden.assign(suppressed=0))).blocks[1].columns[-1].header.en
    assert plain == "Without a figure"


@pytest.mark.parametrize(
    ("count", "days", "printed"),
    [(447, 911, "2.496 years"), (16, 911, "2.5 years"), (7, 3 * 365, "3 years"), (2, 10, "0.0274 years")],
)
def test_a_length_beside_a_mean_gives_the_mean_by_hand(count: int, days: int, printed: str):
    """447 in the 911 days of 2021 to June 2023 are 179.1 a year; 447 / 2.5 would be 178.8."""
    told = lasting_beside_mean(count, days / 365).en
    assert told == printed
    assert f"{count / float(told.partition(' ')[0]):.1f}" == f"{count / (days / 365):.1f}"


def test_the_brief_and_the_methods_say_the_same_of_hidden_figures(nation: Evaluation):
    """Their values are used nowhere; the range left to them is, where the scatter of years is estimated: both say both."""
    area = replace(nation.area, about=replace(nation.area.about, hidden_cells=7))
    summary = replace(nation.summary, area=area)
    limits = next(one for one in brief_sections(summary) if one.id == "cannot-tell")
    for told in (plain_text(limits, "en"), plain_text(section_of(nation.methods), "en")):
        assert re.search(r"[Nn]o calculation uses (their values|the value of a hidden figure)", told)
        assert "the range that the figures shown leave to" in told
    assert "No model is fitted to hidden figures" not in plain_text(section_of(nation.methods), "en")
