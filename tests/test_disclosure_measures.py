"""Measures that nobody declares to add up, or to be the same, and that are: whoever tries to subtract them is right."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from evalkit.disclosure import family, linked_tables
from evalkit.disclosure.protect import protect
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry, write_csv
from tests.outside_releases import release
from tests.workspaces import tiny_workspace

PLACES = ("01", "02", "03")
WIDE = 4.0  # the threshold of 5, less one
Figures = dict[str, tuple[float, ...]]  # by measure: three places, and the nation where it is given
Sum = tuple[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def told(figures: Figures, registry: Registry, programme: Programme = PROGRAMME) -> dict[str, list[float]]:
    """Return what a release shows: by measure, a figure a place; NaN where it is hidden."""
    rows = [
        fact(place, value, measure=measure) | {"place_basis": "reception"}
        for measure, values in figures.items()
        for place, value in zip((*PLACES, "VN"), values, strict=False)
    ]
    table = protect(
        facts_table(*rows),
        programme=programme,
        registry=registry,
        policy=DisclosurePolicy(),
        audience="public",
    ).facts
    return {measure: table.loc[table["measure"] == measure, "value"].tolist() for measure in figures}


def widths(shown: dict[str, list[float]], sums: Sequence[Sum]) -> list[float]:
    """Return how far each hidden figure can lie from itself for who subtracts places from the nation, and measures from each other."""
    at = {name: 4 * place for place, name in enumerate(shown)}
    equal: list[tuple[dict[int, float], float]] = [
        ({at[name] + place: 1.0}, value)
        for name, values in shown.items()
        for place, value in enumerate(values)
        if not math.isnan(value)
    ]
    equal += [({first: 1.0, first + 1: 1.0, first + 2: 1.0, first + 3: -1.0}, 0.0) for first in at.values()]
    equal += [
        ({at[total] + place: -1.0} | {at[part] + place: 1.0 for part in parts}, 0.0)
        for total, parts in sums
        for place in range(4)
    ]
    matrix = np.zeros((len(equal), 4 * len(shown)))
    for row, (terms, _) in enumerate(equal):
        matrix[row, list(terms)] = list(terms.values())
    hidden = [
        at[name] + place
        for name, own in shown.items()
        for place, value in enumerate(own)
        if math.isnan(value)
    ]
    return [_width(matrix, [right for _, right in equal], figure) for figure in hidden]


def _width(matrix: np.ndarray, right: Sequence[float], figure: int) -> float:
    goal = np.zeros(matrix.shape[1])
    goal[figure] = 1.0
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=(0, 200)).fun for sign in (1.0, -1.0)]
    return float(-ends[1] - ends[0])


VERIFIED: Sum = ("persons_verified", ("victims_identified", "persons_not_victims"))
RECEIVED: Sum = ("persons_received", ("persons_verified", "persons_in_process"))
ENDED: Sum = ("persons_received", ("victims_identified", "persons_not_victims", "persons_in_process"))
CASES: dict[str, tuple[Figures, Sum]] = {
    "verified": (
        {
            "persons_verified": (33, 40, 50, 123),
            "persons_not_victims": (30, 20, 25),
            "victims_identified": (3, 20, 25),
        },
        VERIFIED,
    ),
    "received": (
        {
            "persons_received": (30, 41, 52, 123),
            "persons_verified": (27, 31, 37),
            "persons_in_process": (3, 10, 15),
        },
        RECEIVED,
    ),
    "received, by outcome": (
        {
            "persons_received": (30, 41, 52),
            "victims_identified": (17, 11, 20, 48),
            "persons_not_victims": (10, 20, 17),
            "persons_in_process": (3, 10, 15),
        },
        ENDED,
    ),
    "two holders": (
        {"victims_identified": (3, 20, 25, 48), "victims_identified_police": (3, 20, 25)},
        ("victims_identified", ("victims_identified_police",)),
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_what_one_measure_leaves_of_another_is_not_told(name: str, registry: Registry):
    """33 verified less the 30 who were no victims was the hidden 3; where the police count the same victims, their figures told the hidden one."""
    figures, tried = CASES[name]
    shown = told(figures, registry)
    found = widths(shown, [tried])
    assert found
    assert min(found) >= WIDE - 1e-6


def test_small_figures_alone_hidden_are_told_by_another_measure():
    """The control: the attack is one."""
    for figures, tried in CASES.values():
        naive = {
            name: [
                math.nan if 1 <= value < 5 else value for value in (*values, *[math.nan] * (4 - len(values)))
            ]
            for name, values in figures.items()
        }
        assert min(widths(naive, [tried])) < 1e-6


@pytest.mark.parametrize("verified", [32, 34, 60])
def test_where_they_do_not_add_up_nothing_more_is_hidden(verified: int, registry: Registry):
    """Some were received in the year before: whoever subtracts is wrong."""
    figures = {
        "persons_verified": (verified,),
        "persons_not_victims": (30,),
        "victims_identified": (3,),
    }
    shown = told(figures, registry)
    assert [shown["persons_verified"], shown["persons_not_victims"]] == [[verified], [30]]
    assert math.isnan(shown["victims_identified"][0])


def test_where_two_holders_count_others_nothing_more_is_hidden(registry: Registry):
    shown = told({"victims_identified": (3, 20), "victims_identified_police": (9, 22)}, registry)
    assert shown["victims_identified_police"] == [9, 22]
    assert shown["victims_identified"][1] == 20


def _own(**part_of: tuple[str, ...]) -> Programme:
    """Return the shipped programme with measures that are parts of others."""
    like = PROGRAMME.measures["persons_not_victims"]
    made = {
        name: like.model_copy(update={"part_of": bases, "subtracted_from": ()})
        for name, bases in part_of.items()
    }
    return PROGRAMME.model_copy(update={"measures": PROGRAMME.measures | made})


OUTCOMES = ("at_home", "in_shelter", "moved_away")


@pytest.mark.parametrize(("others", "hidden"), [((24, 13), True), ((24, 14), False)])
def test_three_parts_of_one_measure(others: tuple[int, int], hidden: bool, registry: Registry):  # noqa: FBT001  a case
    """Of 40 victims 24 are at home, 13 in a shelter: the 3 who moved away are what is left, where nobody is in two."""
    base = "victims_identified"
    programme = _own(**dict.fromkeys(OUTCOMES, (base,)))
    shown = told(
        {base: (40,), **dict(zip(OUTCOMES, [(one,) for one in (*others, 3)], strict=True))},
        registry,
        programme,
    )
    one_place = pd.DataFrame(shown).iloc[0]
    assert (one_place[[base, "at_home", "in_shelter"]].isna().any()) is np.bool_(hidden)
    assert math.isnan(one_place["moved_away"])


@pytest.mark.parametrize(("verified", "told_more"), [(27, False), (26, True)])
def test_what_comes_in_and_goes_out_does_not_tell_a_stock(
    verified: int,
    told_more: bool,  # noqa: FBT001  a case
    registry: Registry,
):
    """10 in process at the end of 2014, 20 received, 27 verified: the 3 at the end of 2015; where 26 were verified nobody can reckon so."""
    rows = [
        fact("01", 10, measure="persons_in_process", year=2014),
        fact("01", 3, measure="persons_in_process", period_start="2015-12-31", period_end="2015-12-31"),
        fact("01", 20, measure="persons_received"),
        fact("01", verified, measure="persons_verified"),
    ]
    table = protect(
        facts_table(*rows),
        programme=PROGRAMME,
        registry=registry,
        policy=DisclosurePolicy(),
        audience="public",
    ).facts
    start, end, received, ended = table["value"].tolist()
    assert math.isnan(end)
    assert math.isnan(start + received - ended) is not told_more


@pytest.mark.parametrize("sheltered", [36, 37, 20])
def test_a_part_of_one_value_does_not_bound_the_others(sheltered: int, registry: Registry):
    """Of 40 victims 37 are women, who are hidden with the 3 men; 37 women in a shelter leave 0 to 3 men."""
    share = PROGRAMME.indicators["victims_offered"].model_copy(
        update={"numerator": "women_sheltered", "base_part": {"sex": "female"}}
    )
    like = PROGRAMME.measures["persons_not_victims"].model_copy(update={"subtracted_from": ()})
    programme = PROGRAMME.model_copy(
        update={
            "measures": PROGRAMME.measures | {"women_sheltered": like},
            "indicators": PROGRAMME.indicators | {"women_sheltered": share},
        }
    )
    rows = [
        fact("01", 40, measure="victims_identified", sex="all"),
        fact("01", 37, measure="victims_identified", sex="female"),
        fact("01", 3, measure="victims_identified", sex="male"),
        fact("01", sheltered, measure="women_sheltered", sex="all") | {"place_basis": "reception"},
    ]
    table = protect(
        facts_table(*rows),
        programme=programme,
        registry=registry,
        policy=DisclosurePolicy(),
        audience="public",
    ).facts
    total, women, men, inside = table["value"].tolist()
    least = next((one for one in (women, inside) if not math.isnan(one)), 0.0)
    most_men = (math.inf if math.isnan(total) else total) - least
    assert math.isnan(men)
    assert most_men >= WIDE
    women_outside = women - inside
    assert math.isnan(women_outside) or women_outside >= 5 or women_outside == 0


YEARS = (2015, 2016)


def _verified(year: int) -> list[dict[str, Any]]:
    figures = {"persons_verified": 33, "persons_not_victims": 30, "victims_identified": 3}
    return [fact("01", value, measure=name, year=year) for name, value in figures.items()]


def _stock(year: int) -> list[dict[str, Any]]:
    of_year = [
        fact(place, value, measure="persons_in_process", year=year)
        for place, value in (("VN", 48), ("03", 25))
    ]
    day = {"period_start": f"{year}-12-31", "period_end": f"{year}-12-31", "measure": "persons_in_process"}
    return [*of_year, *(fact(place, value, **day) for place, value in (("01", 3), ("02", 20)))]


@pytest.mark.parametrize("rows", [_verified, _stock], ids=["measures", "stock"])
def test_what_an_earlier_release_told_by_such_a_sum_does_not_stop_the_next(
    rows: Callable[[int], list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """An older copy of the code hid the small figure alone. That cannot be taken back; a further year is protected."""
    workspace = tiny_workspace(tmp_path, facts=rows(YEARS[0]))
    with monkeypatch.context() as older:
        older.setattr(linked_tables, "add_measure_sums", lambda *_: None)
        older.setattr(family, "last_day_splits", lambda _: [])
        first = release(workspace.folder, edition="old", scheme="new")
    assert _hidden(first, YEARS[0]) == 1
    write_csv(workspace.folder / "facts.csv", *(row for year in YEARS for row in rows(year)))
    second = release(workspace.folder, edition="new", scheme="new")
    assert [_hidden(second, year) for year in YEARS] == [1, 2]


def _hidden(table: pd.DataFrame, year: int) -> int:
    """Count the figures of a year that are hidden, the sums that follow from others left out."""
    own = table[(table["period_end"] == f"{year}-12-31") & table["scheme"].isin(["old", "nation"])]
    return int((own["mark"] == "c").sum())
