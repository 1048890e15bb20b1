"""Protection on the facts: what is hidden cannot be worked out, and hiding never depends on a value within its class."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evalkit.additivity.totals import with_totals
from evalkit.batch.prepare import make_bundle, receive
from evalkit.disclosure.audit import recoverable, widths
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import Progress, hidden_cells, primary, protect
from evalkit.disclosure.protection_rules import protected_cells
from evalkit.errors import DisclosureError, SettingsError
from evalkit.places.registry import Registry
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.countries import random_country
from tests.workspaces import tiny_workspace

POLICY = DisclosurePolicy()
STANDING = DisclosurePolicy(person_totals_stand=True, custodian="Invented office")
VICTIMS = {"measure": "victims_identified"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def protected(
    registry: Registry, *rows: dict, policy: DisclosurePolicy = POLICY, audience="public"
) -> pd.DataFrame:
    facts = facts_table(*rows)
    return protect(facts, programme=PROGRAMME, registry=registry, policy=policy, audience=audience).facts


def marks(facts: pd.DataFrame) -> str:
    return "".join(mark or "." for mark in facts["mark"])


def country(*values: int, total: bool = True, **changes) -> list[dict]:
    rows = [
        fact(code, value, **VICTIMS, **changes)
        for code, value in zip(("01", "02", "03"), values, strict=True)
    ]
    return rows + ([fact("VN", sum(values), **VICTIMS, **changes)] if total else [])


def test_a_small_count_of_persons_and_one_complement_are_hidden(registry: Registry):
    facts = protected(registry, *country(2, 30, 40))
    assert marks(facts) == "cc.."
    hidden = facts[facts["mark"] == "c"]
    assert hidden["value"].isna().all()
    assert set(hidden["status"]) == {"suppressed"}


def test_without_a_national_total_the_small_count_alone_is_hidden(registry: Registry):
    assert marks(protected(registry, *country(2, 30, 40, total=False))) == "c.."


def test_two_small_counts_do_not_protect_each_other_alone(registry: Registry):
    assert marks(protected(registry, *country(2, 3, 40))) == "ccc."


def test_zero_and_the_threshold_itself_are_shown(registry: Registry):
    assert marks(protected(registry, *country(0, 5, 40))) == "...."


def test_cases_stand_and_published_figures_are_never_hidden(registry: Registry):
    assert marks(protected(registry, fact("01", 2))) == "."
    assert marks(protected(registry, *country(2, 3, 1, published=True))) == "...."


def test_totals_stand_only_with_a_named_custodian(registry: Registry):
    assert marks(protected(registry, *country(2, 30, 40), policy=STANDING)) == "...."


def by_sex(place: str, female: int, male: int, **changes) -> list[dict]:
    rows = [fact(place, female + male, **VICTIMS, **changes)]
    return rows + [
        fact(place, n, **VICTIMS, sex=s, **changes) for s, n in (("female", female), ("male", male))
    ]


def test_a_breakdown_of_a_standing_total_is_hidden_whole(registry: Registry):
    assert marks(protected(registry, *by_sex("01", 14, 2), policy=STANDING)) == ".cc"


def test_a_whole_group_is_not_told(registry: Registry):
    assert marks(protected(registry, *by_sex("01", 8, 0), policy=STANDING)) == ".cc"
    assert marks(protected(registry, *by_sex("01", 0, 0), policy=STANDING)) == "..."


def test_a_sensitive_or_second_attribute_raises_the_threshold(registry: Registry):
    rows = [fact("01", 30, **VICTIMS, age_group=""), fact("01", 7, **VICTIMS, age_group="child")]
    assert (
        marks(
            protected(
                registry, *[row | {"age_group": row["age_group"] or "all"} for row in rows], policy=STANDING
            )
        )
        == ".c"
    )
    assert marks(protected(registry, fact("01", 7, **VICTIMS, sex="female"), policy=STANDING)) == "."
    crossed = fact("01", 7, **VICTIMS, sex="female", route="domestic")
    assert marks(protected(registry, crossed, policy=STANDING)) == "c"


def test_a_period_is_the_sum_of_its_years(registry: Registry):
    years = [fact("01", value, year=year, **VICTIMS) for year, value in ((2016, 2), (2017, 9), (2018, 8))]
    period = fact("01", 19, period_start="2016-01-01", period_end="2018-12-31", **VICTIMS)
    assert marks(protected(registry, *years, period)) == "cc.."


def test_old_and_new_provinces_do_not_give_each_other_away(registry: Registry):
    facts = with_totals(facts_table(*country(6, 2, 40)), registry=registry, programme=PROGRAMME, scheme="new")
    result = protect(facts, programme=PROGRAMME, registry=registry, policy=POLICY, audience="public").facts
    cell = result.set_index(["scheme", "province_code"])["mark"]
    assert cell["old", "02"] == "c"
    assert "c" in (cell["old", "03"], cell["new", "03"])
    assert cell["old", "01"] == cell["new", "01"]


@pytest.mark.parametrize(
    ("settings_line", "told"),
    [
        ("k = 4", "may only be raised"),
        ("k_sensitive = 9", "may only be raised"),
        ("person_totals_stand = true", "named custodian"),
        ("threshold = 5", "unknown key"),
    ],
)
def test_a_policy_below_the_floor_or_with_an_unknown_setting_is_refused(
    tmp_path, settings_line: str, told: str
):
    with pytest.raises(SettingsError, match=told):
        tiny_workspace(tmp_path, settings=f"[disclosure]\n{settings_line}\n")


@pytest.mark.parametrize("seed", [0, 4, 10, 13, 19])
def test_a_search_cut_short_is_safe_and_hides_no_less(registry: Registry, seed: int):
    tables = random_country(seed).tables(registry)
    short, methods = hidden_cells(tables, nodes=0)
    assert "heuristic" in methods
    assert recoverable(tables, short) == []
    assert len(short) >= len(hidden_cells(tables)[0])


def test_where_there_is_much_to_choose_it_is_told_how_far_that_is(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    tables, told = random_country(4).tables(registry), list[Progress]()
    hidden_cells(tables, tell=told.append)
    assert told == []
    monkeypatch.setattr("evalkit.disclosure.protect._MANY", 1)
    hidden_cells(tables, tell=told.append)
    assert [far.number for far in told] == list(range(1, told[0].total + 1))
    assert told[0].hidden == len(primary(tables))


def test_an_internal_audience_sees_everything(registry: Registry):
    facts = protected(registry, *country(2, 30, 40), audience="internal")
    assert marks(facts) == "...."
    assert facts["value"].tolist() == [2.0, 30.0, 40.0, 72.0]


def test_a_release_that_gives_a_cell_away_is_refused_without_naming_the_value(
    registry: Registry, monkeypatch
):
    """The audit is independent of the protection: switch complementary suppression off and it must refuse."""
    monkeypatch.setattr(
        "evalkit.disclosure.protect.hidden_cells", lambda tables, **limits: (primary(tables), {})
    )
    with pytest.raises(DisclosureError) as caught:
        protected(registry, *country(3, 3117, 4021))
    assert caught.value.exit_code == 4
    assert "victims_identified" in caught.value.where
    assert "3117" not in str(caught.value)
    assert "7141" not in str(caught.value)


def test_the_attack_agrees_with_trying_every_world(registry: Registry):
    """Widths from linear programming equal those from listing all whole-number tables that fit what is shown."""
    facts = facts_table(*country(2, 6, 3))
    tables = linked_tables(protected_cells(facts, PROGRAMME, POLICY), PROGRAMME, registry)
    found = widths(tables, {0, 1, 2}, dict.fromkeys((0, 1, 2), 4.0))
    worlds = [(a, b, 11 - a - b) for a in range(12) for b in range(12 - a)]
    for cell in range(3):
        possible = [world[cell] for world in worlds]
        assert found[cell] >= min(4, max(possible) - min(possible))


women_counts = st.tuples(*[st.integers(2, 3)] * 3)
men_counts = st.tuples(*[st.integers(6, 12)] * 3)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(women=women_counts, men=men_counts, places=st.permutations([0, 1, 2]))
def test_a_hidden_figure_can_change_within_its_class_and_nothing_visible_moves(registry, women, men, places):
    """Move one woman into one province and one man out of it, and back in another: totals and classes are kept."""
    first, second = places[:2]
    other_women, other_men = list(women), list(men)
    other_women[first], other_women[second] = women[first] + 1, women[second] - 1
    other_men[first], other_men[second] = men[first] - 1, men[second] + 1
    assume(all(n != 0 for n in other_women))
    assume((women[1] + women[2] < 5) == (other_women[1] + other_women[2] < 5))
    assume(all(n >= 5 for n in other_men))
    before, after = sexed_country(registry, women, men), sexed_country(registry, other_women, other_men)
    assert (before.loc[before["sex"] == "female", "mark"] == "c").sum() >= 3
    pd.testing.assert_frame_equal(before, after)


def sexed_country(registry: Registry, women, men) -> pd.DataFrame:
    rows = [
        row for place, f, m in zip(("01", "02", "03"), women, men, strict=True) for row in by_sex(place, f, m)
    ]
    facts = with_totals(
        facts_table(*rows, *by_sex("VN", sum(women), sum(men))),
        registry=registry,
        programme=PROGRAMME,
        scheme="new",
    )
    return protect(facts, programme=PROGRAMME, registry=registry, policy=STANDING, audience="public").facts


def test_a_figure_that_its_source_revised_is_marked_and_a_hidden_one_bears_its_own_mark_alone(tmp_path: Path):
    first = [fact("01", 7), fact("02", 3, measure="victims_identified")]
    later = {"edition_date": "2027-01-01"}
    rows = [*first, fact("01", 9, **later), fact("02", 4, measure="victims_identified", **later)]
    workspace = tiny_workspace(tmp_path / "ws", facts=rows)
    facts = make_bundle(receive(workspace, day=date(2027, 5, 1)), day=date(2027, 5, 1)).facts
    told = {
        (row.measure, row.scheme, row.province_code): (row.mark, row.value)
        for row in facts[facts["province_code"].isin(["01", "02"])].itertuples()
    }
    assert told["cases_recorded", "old", "01"] == ("r", 9.0)
    assert told["victims_identified", "old", "02"][0] == "c"


def test_a_raised_threshold_holds_for_sensitive_breakdowns_too():
    rows = [fact("01", 11, measure="victims_identified", age_group="child")]
    cells = protected_cells(facts_table(*rows), PROGRAMME, DisclosurePolicy(k=12))
    assert cells["threshold"].tolist() == [12]


@pytest.mark.parametrize(("measure", "sums"), [("persons_in_process", 0), ("victims_identified", 1)])
def test_stocks_are_not_added_over_time(registry: Registry, measure: str, sums: int):
    """Persons in identification at the end of two years are not those at the end of both."""
    spans = (("2021-01-01", "2021-12-31"), ("2022-01-01", "2022-12-31"), ("2021-01-01", "2022-12-31"))
    rows = [
        fact("01", value, measure=measure, period_start=start, period_end=end)
        for value, (start, end) in zip((20, 30, 50), spans, strict=True)
    ]
    cells = labelled(protected_cells(facts_table(*rows), PROGRAMME, DisclosurePolicy()))
    over_time = [
        one
        for one in linked_tables(cells, PROGRAMME, registry).equations
        if set(one.cells) <= set(cells.index)
        and len(one.parts) > 1  # a single part: one figure, of one last day
    ]
    assert len(over_time) == sums
