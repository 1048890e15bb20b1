"""Classes of figures: what counts as a total, what follows the rule for persons, and that no programme weakens it."""

from __future__ import annotations

import pandas as pd
import pytest

from evalkit.disclosure.protect import protect
from evalkit.programme.models import Programme
from evalkit.programme.provinces import Registry
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry

POLICY = DisclosurePolicy()
STANDING = DisclosurePolicy(person_totals_stand=True, custodian="Invented office")
SUSPECTS = {"measure": "suspects"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def protected(
    registry: Registry, *rows: dict, policy: DisclosurePolicy = POLICY, programme: Programme = PROGRAMME
) -> pd.DataFrame:
    facts = facts_table(*rows)
    return protect(facts, programme=programme, registry=registry, policy=policy, audience="public").facts


def marks(facts: pd.DataFrame) -> str:
    return "".join(mark or "." for mark in facts["mark"])


def with_dimension(name: str, **changes: object) -> Programme:
    """Return the programme with one dimension declared otherwise."""
    changed = PROGRAMME.dimensions[name].model_copy(update=changes)
    return PROGRAMME.model_copy(update={"dimensions": {**PROGRAMME.dimensions, name: changed}})


OF_NO_PERSON = with_dimension("article", of_person=False, sensitive=False)


def by_article(measure: str, *values: int) -> list[dict]:
    return [fact("01", sum(values), measure=measure)] + [
        fact("01", value, measure=measure, article=article)
        for article, value in zip(("150", "151"), values, strict=True)
    ]


def test_persons_by_a_dimension_of_no_person_are_no_total_that_stands(registry: Registry):
    rows = by_article("suspects", 28, 2)
    assert marks(protected(registry, *rows, policy=STANDING, programme=OF_NO_PERSON)) == ".cc"
    assert marks(protected(registry, *rows[:1], policy=STANDING, programme=OF_NO_PERSON)) == "."


def test_cases_by_a_dimension_of_no_person_stand(registry: Registry):
    rows = by_article("cases_recorded", 28, 2)
    crossed = fact("01", 3, measure="cases_recorded", victim_age="under_16")
    assert marks(protected(registry, *rows, crossed, programme=OF_NO_PERSON)) == "...c"


def test_cases_by_article_tell_the_victims_age_and_follow_the_rule_for_persons(registry: Registry):
    assert marks(protected(registry, *by_article("cases_recorded", 28, 2))) == ".cc"
    published = [row | {"published": True} for row in by_article("cases_recorded", 28, 2)]
    assert marks(protected(registry, *published)) == "..."


def test_a_hidden_row_keeps_no_words_of_its_source(registry: Registry):
    cell = {"measure": "victims_identified", "source_cell": "row 4: two persons", "qualifier": "about"}
    facts = protected(registry, fact("01", 2, **cell), fact("02", 30, **cell), fact("03", 0, **cell))
    assert facts["source_cell"].tolist() == ["", "row 4: two persons", "row 4: two persons"]
    assert facts["qualifier"].tolist() == ["exact", "about", "about"]
