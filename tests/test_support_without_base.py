"""Support that was received is shown where nobody told how many were eligible and accepted: as a count, without a share."""

from __future__ import annotations

from datetime import date

import pytest

import evalkit.reporting.every_section  # noqa: F401
from evalkit.batch.prepare import make_bundle, receive
from evalkit.programme.load import load_programme
from evalkit.reporting.blocks import Paragraph, Table
from evalkit.reporting.display import section_of
from evalkit.steps import estimate_indicators, review_support
from tests.builders import fact
from tests.workspaces import tiny_workspace


def received(
    year: int, value: float, support: str = "essential", person_class: str = "victim"
) -> dict[str, object]:
    return fact(
        "01", value, year=year, measure="support_received", support=support, person_class=person_class
    ) | {"edition_date": "2026-01-15"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, Table]]:
    """The sentences and tables of a page: 26 persons in 2024; in 2025, a year of two laws, 24; 18 of a class that no law entitled."""
    facts = [received(2024, 26), received(2025, 24), received(2024, 18, "schooling", "in_process")]
    workspace = tiny_workspace(tmp_path_factory.mktemp("support"), facts=facts)
    bundle = make_bundle(receive(workspace), day=date(2026, 5, 1), audience="internal")
    section = section_of(review_support(estimate_indicators(bundle.province("01"))))
    words = [one.text.en for one in section.blocks if isinstance(one, Paragraph)]
    return words, {one.id: one for one in section.blocks if isinstance(one, Table)}


def row(table: Table, support: str) -> list[str]:
    return next([cell.text.en for cell in one] for one in table.rows if support in one[0].text.en)


def test_the_number_who_received_stands_without_a_share_and_the_missing_base_is_named(shown):
    words, tables = shown
    table = tables["support-law-66-2011-victim"]
    assert row(table, "essential needs")[3:] == ["26", "–"]
    assert any("given without a share" in note.en for note in table.notes)
    assert not any(text.startswith("Victims of Vietnamese nationality: no figure") for text in words)


def test_a_year_of_two_laws_is_shown_too_and_said_to_be_one(shown):
    words, tables = shown
    assert row(tables["support-two-laws-victim"], "essential needs")[3:] == ["24", "–"]
    assert "2025, in which one law gave way to another: what is due may have changed." in words


def test_support_received_by_a_class_without_entitlement_is_shown_and_marked(shown):
    _, tables = shown
    table = tables["support-law-66-2011-in-process"]
    assert row(table, "schooling")[0].endswith("***")
    assert any("persons were reported although the law gives" in note.en for note in table.notes)


def test_the_base_of_the_shares_is_requested_with_what_was_received():
    (request,) = [
        one for one in load_programme("vn-trafficking").requests if "support_received" in one.measures
    ]
    assert "support_accepting" in request.measures
