"""Who reported what, on the country's page: what its sentence says of items, and of which years it speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from evalkit.facts.areas import NationFacts
from evalkit.records import Summary
from evalkit.reporting.blocks import Paragraph, Section
from evalkit.reporting.brief.who_reported import who_reported
from tests.compared_country import bundle, country


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> NationFacts:
    return bundle(country(tmp_path_factory.mktemp("country"))).nation()


def section_for(area: NationFacts) -> Section:
    section = who_reported(cast("Summary", SimpleNamespace(area=area)))
    assert section is not None
    return section


def said(area: NationFacts) -> str:
    return " ".join(block.text.en for block in section_for(area).blocks if isinstance(block, Paragraph))


def test_where_every_item_has_its_figure_nothing_is_said_to_lack(nation: NationFacts):
    told = said(nation)
    assert told == "All 20 provinces have a figure of every year on every item. Subjects: roads."


def test_where_an_item_lacks_a_figure_the_sentence_says_so_and_not_that_the_subject_lacks(
    nation: NationFacts,
):
    facts = nation.province_facts
    lacks = facts["measure"].eq("persons_helped") & facts["province_code"].eq("03")
    told = said(replace(nation, province_facts=facts[~lacks]))
    assert told == (
        "All 20 provinces have a figure of every year on every subject: roads. "
        "Yet on each of them some items have no figure of some provinces or years."
    )


def test_the_years_are_those_of_the_latest_period_that_is_over(nation: NationFacts):
    """The first period has more years, all of them told: it is not the one a reader asks for."""
    first, second = nation.programme.periods
    ends = second.valid_to.replace(year=second.valid_to.year - 3)
    periods = (
        first.model_copy(update={"valid_to": ends}),
        second.model_copy(update={"valid_from": ends + timedelta(days=1)}),
    )
    parted = replace(nation, programme=nation.programme.model_copy(update={"periods": periods}))
    last = str(second.valid_to.year)
    assert last in section_for(parted).title.en
    midway = replace(parted, about=replace(parted.about, date=f"{last}-06-30"))
    assert last not in section_for(midway).title.en


def test_few_provinces_with_figures_are_said_to_have_them_for_these_years(nation: NationFacts):
    facts = nation.province_facts
    for codes, start in (
        (["03"], "1 of 20 provinces has figures for these years: "),
        (["03", "04"], "2 of 20 provinces have figures for these years: "),
    ):
        told = said(replace(nation, province_facts=facts[facts["province_code"].isin(codes)]))
        assert told.startswith(start)
        assert told.endswith("Of the others the sources used have none for these years.")
