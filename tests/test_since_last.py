"""What is new since the last edition: told by what was released, the same however often a release is made again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.releasing import ledger_of, record_release
from evalkit.evaluation import evaluate
from evalkit.facts.bundle import Bundle, open_bundle
from evalkit.facts.editions import Changed, Since, facts_before
from evalkit.reporting.brief.followed_counts import topics_of
from evalkit.reporting.brief.since_last import since_last_edition
from tests.builders import fact, facts_table
from tests.workspaces import tiny_workspace

FIRST, SECOND, LATER = date(2021, 6, 1), date(2022, 6, 1), date(2022, 9, 1)
VISITS = {"measure": "establishments_inspected"}
STANDING = (fact("02", 30), fact("03", 60), fact("02", 31, year=2016), fact("03", 0, year=2016))
OLD = (fact("01", 70), fact("01", 80, year=2016), fact("01", 40, **VISITS), *STANDING)
NEW = (
    *OLD,
    fact("01", 75, edition_date="2022-05-01"),
    fact("01", 90, year=2017, edition_date="2022-05-01"),
    fact("01", 44, edition_date="2022-05-01", **VISITS),
)


def released(folder: Path, facts: tuple[dict[str, Any], ...], day: date) -> Bundle:
    """Make the bundle of a day and record its release."""
    workspace = tiny_workspace(folder, facts=facts)
    since = ledger_of(workspace).head
    bundle = make_bundle(receive(workspace, day=day), day=day, scheme="old")
    record_release(workspace, bundle, edition="", since=since)
    return bundle


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle, Bundle]:
    folder = tmp_path_factory.mktemp("since") / "ws"
    return released(folder, OLD, FIRST), released(folder, NEW, SECOND), released(folder, NEW, LATER)


def test_a_first_edition_has_none_before_it(editions: tuple[Bundle, Bundle, Bundle]):
    assert editions[0].since is None
    assert editions[0].province("01").since is None


def test_new_and_revised_totals_are_told_with_what_they_were(editions: tuple[Bundle, Bundle, Bundle]):
    since = editions[1].province("01").since
    assert since is not None
    assert (since.edition, since.date) == ("2021-06-01", "2021-06-01")
    told = {(one.measure, one.period_end[:4]): one.before for one in since.changed}
    assert told == {
        ("cases_recorded", "2015"): 70.0,
        ("cases_recorded", "2017"): None,
        ("establishments_inspected", "2015"): 40.0,
    }
    assert editions[1].province("02").since is None


def test_the_same_release_made_again_on_another_day_is_the_same(editions: tuple[Bundle, Bundle, Bundle]):
    assert editions[2].since == editions[1].since
    assert editions[2].content_hash == editions[1].content_hash


def test_what_is_new_is_written_and_read_with_the_bundle(
    editions: tuple[Bundle, Bundle, Bundle], tmp_path: Path
):
    editions[1].slice_for("01").write(tmp_path)
    opened = open_bundle(tmp_path)
    assert opened.since == editions[1].province("01").since
    assert opened.province("01").since == opened.since


def test_the_brief_says_it_and_an_unchanged_place_says_nothing(editions: tuple[Bundle, Bundle, Bundle]):
    summary = evaluate(editions[1].province("01")).summary
    section = since_last_edition(summary, topics_of(summary))
    assert section is not None
    assert section.title.en == "Since the edition of 1 June 2021"
    said = str(section.blocks)
    assert "New figures, of 2017: 1. Figures revised: 2." in said
    assert "Trafficking cases recorded, 2015: 75 cases; 70 before." in said
    assert "Establishments inspected" in said
    quiet = evaluate(editions[1].province("02")).summary
    assert since_last_edition(quiet, topics_of(quiet)) is None


def test_a_figure_hidden_then_and_now_is_neither_new_nor_revised(tmp_path: Path):
    hidden = {"measure": "victims_identified"}
    first = (*OLD, fact("01", 3, **hidden), fact("02", 40, **hidden), fact("03", 2, **hidden))
    second = (*first, fact("01", 2, edition_date="2022-05-01", **hidden))
    released(tmp_path / "ws", first, FIRST)
    bundle = released(tmp_path / "ws", second, SECOND)
    rows = bundle.facts[bundle.facts["measure"] == "victims_identified"]
    assert "suppressed" in set(rows["status"])
    assert bundle.since is not None
    assert [one for one in bundle.since.changed if one.measure == "victims_identified"] == []


def test_the_facts_of_then_have_the_old_value_and_lack_what_is_new(editions: tuple[Bundle, Bundle, Bundle]):
    area = editions[1].province("01")
    assert area.since is not None
    then = facts_before(area.facts, area.since)
    cases = then[then["measure"] == "cases_recorded"]
    assert dict(zip(cases["period_end"].dt.year, cases["value"], strict=True)) == {2015: 70.0, 2016: 80.0}


def test_facts_before_keep_breakdowns_and_turn_a_new_zero_back():
    rows = [fact("01", 0), fact("01", 9, year=2016)]
    table = facts_table(*rows)
    named = ("01", "old", "occurrence", "2015-01-01", "2015-12-31", "cases_recorded", "s")
    then = facts_before(table, Since("a", "2020-01-01", (Changed(*named, before=2.0),)))
    assert then.loc[0, ["value", "status"]].tolist() == [2.0, "reported"]
    assert then.loc[1, ["value", "status"]].tolist() == [9.0, "reported"]


def test_a_verdict_that_is_another_by_the_revised_figure_is_told(tmp_path: Path):
    """In the first edition 40 of 43 reports were resolved, over 90 %; the revised one says 36."""
    reports = {"measure": "crime_reports_due"}
    resolved = {"measure": "crime_reports_resolved"}
    year = {"year": 2024, "edition_date": "2025-03-01"}
    first = (fact("01", 43, **reports, **year), fact("01", 40, **resolved, **year))
    second = (*first, fact("01", 36, **resolved, **(year | {"edition_date": "2026-03-01"})))
    released(tmp_path / "ws", first, date(2025, 6, 1))
    summary = evaluate(released(tmp_path / "ws", second, date(2026, 6, 1)).province("01")).summary
    assert summary.since is not None
    changed = summary.since.verdicts
    assert changed[["verdict", "before"]].to_numpy().tolist() == [["not_met", "met"]] * len(changed)
    assert len(changed) >= 1
    section = since_last_edition(summary, topics_of(summary))
    assert "now “not met”, “met” before." in str(section)
