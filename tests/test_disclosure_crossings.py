"""Values that a reader takes for a crossing: women for adults who are female, and the men are what is left of the adults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from evalkit.disclosure import linked_tables
from evalkit.disclosure.protect import protect
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry, write_csv
from tests.outside_releases import release
from tests.workspaces import tiny_workspace

PLACES = ("01", "02", "03", "VN")
WIDE = 9.0  # the threshold of 10 for what is sensitive, less one
Values = Mapping[str, str]  # by breakdown
Figures = Mapping[str, tuple[float, ...]]  # a figure a place; the name says of which breakdown
WORDS: dict[str, Values] = {
    "all": {},
    "adults": {"age_group": "adult"},
    "women": {"age_group": "women"},
    "children": {"age_group": "child"},
    "girls": {"age_group": "girls"},
    "boys": {"age_group": "child", "sex": "male"},
    "men": {"age_group": "adult", "sex": "male"},
    "adult and female": {"age_group": "adult", "sex": "female"},
    "female": {"sex": "female"},
    "male": {"sex": "male"},
    "female children": {"age_group": "child", "sex": "female"},
    "under 16": {"victim_age": "under_16"},
    "article 151": {"article": "151"},
    "article 150": {"article": "150"},
}
AGES = PROGRAMME.dimensions["age_group"]
LABELS = dict(AGES.values)
GIRLS = AGES.model_copy(
    update={"values": {**LABELS, "girls": LABELS["women"]}, "within": {**AGES.within, "girls": "child"}}
)
WITH_GIRLS = PROGRAMME.model_copy(update={"dimensions": PROGRAMME.dimensions | {"age_group": GIRLS}})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def told(
    figures: Figures,
    registry: Registry,
    programme: Programme = PROGRAMME,
    measure: str = "victims_identified",
) -> dict[str, list[float]]:
    """Return what a release shows: NaN where a figure is hidden."""
    rows = [
        fact(place, value, measure=measure, **{"sex": "all", "age_group": "all", **WORDS[name]})
        for name, values in figures.items()
        for place, value in zip(PLACES, values, strict=False)
    ]
    table = protect(
        facts_table(*rows),
        programme=programme,
        registry=registry,
        policy=DisclosurePolicy(),
        audience="public",
    ).facts
    shown = iter(table["value"].tolist())
    return {name: [next(shown) for _ in values] for name, values in figures.items()}


def narrowest(shown: Mapping[str, Sequence[float]], sums: Mapping[str, tuple[str, ...]]) -> float:
    """Return the narrowest range left to a hidden figure by sums at each place, and over the places where the nation is given."""
    names = sorted({*shown, *sums, *(part for parts in sums.values() for part in parts)})
    at = {(name, place): 4 * row + place for row, name in enumerate(names) for place in range(4)}
    equal: list[tuple[dict[int, float], float]] = []
    for name, values in shown.items():
        equal += [({at[name, place]: 1.0}, one) for place, one in enumerate(values) if not math.isnan(one)]
    for total, parts in sums.items():
        equal += [
            ({at[total, place]: -1.0} | {at[part, place]: 1.0 for part in parts}, 0.0) for place in range(4)
        ]
    equal += [({at[name, place]: 1.0 for place in range(3)} | {at[name, 3]: -1.0}, 0.0) for name in names]
    matrix = np.zeros((len(equal), len(at)))
    for row, (terms, _) in enumerate(equal):
        matrix[row, list(terms)] = list(terms.values())
    right = [value for _, value in equal]
    hidden = [at[n, p] for n, values in shown.items() for p, one in enumerate(values) if math.isnan(one)]
    return min(_width(matrix, right, figure) for figure in hidden)


def _width(matrix: np.ndarray, right: Sequence[float], figure: int) -> float:
    goal = np.zeros(matrix.shape[1])
    goal[figure] = 1.0
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=(0, 300)).fun for sign in (1.0, -1.0)]
    return float(-ends[1] - ends[0])


ALL: Figures = {"all": (90, 99, 98), "male": (34, 44, 45)}
WHOLE: Figures = {"all": (90, 99, 98, 287), "male": (34, 44, 45, 123)}
CASES: dict[str, tuple[Figures, Mapping[str, tuple[str, ...]], Programme]] = {
    "men": (
        ALL | {"adults": (40, 50, 60), "women": (36, 30, 35), "men": (4, 20, 25)},
        {"adults": ("women", "men")},
        PROGRAMME,
    ),
    "men, beside the nation": (
        WHOLE | {"adults": (40, 50, 60, 150), "women": (36, 30, 35, 101), "men": (4, 20, 25, 49)},
        {"adults": ("women", "men")},
        PROGRAMME,
    ),
    "men of all ages": (
        {"all": (60, 80, 90), "women": (57, 60, 65), "male": (3, 20, 25)},
        {"all": ("women", "male")},
        PROGRAMME,
    ),
    "girls": (
        {"all": (90, 99, 98), "female": (40, 50, 60), "children": (35, 36, 38)}
        | {"women": (36, 30, 35), "female children": (4, 20, 25)},
        {"female": ("women", "female children")},
        PROGRAMME,
    ),
    "boys": (
        ALL | {"children": (40, 50, 60), "girls": (36, 30, 35), "boys": (4, 20, 25)},
        {"children": ("girls", "boys")},
        WITH_GIRLS,
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_what_women_leave_of_adults_is_not_told(name: str, registry: Registry):
    """Of 40 adults 36 are women, and the 4 men are hidden."""
    figures, tried, programme = CASES[name]
    assert narrowest(told(figures, registry, programme), tried) >= WIDE - 1e-6


def test_small_figures_alone_hidden_are_told_by_women():
    """The control: the attack is one."""
    for figures, tried, _ in CASES.values():
        naive = {
            name: [math.nan if value < 10 and name != "all" else value for value in values]
            for name, values in figures.items()
        }
        assert narrowest(naive, tried) < 1e-6


def test_men_that_nobody_reported_are_not_told(registry: Registry):
    """40 adults and 36 women say the 4 men as surely as if they were written down."""
    shown = told({"all": (90, 99), "adults": (40, 50), "women": (36, 30)}, registry)
    assert math.isnan(shown["adults"][0] - shown["women"][0])
    assert shown["adults"][1] - shown["women"][1] == 20


@pytest.mark.parametrize("women", [41, 37, 35])
def test_where_figures_say_that_women_are_no_such_crossing_nothing_more_is_hidden(
    women: int, registry: Registry
):
    """The women hold girls, or leave some adults out."""
    figures = {"all": (90, 99), "male": (34, 44), "female": (56, 55), "adults": (40, 50)}
    figures |= {"men": (4, 20), "adult and female": (36, 30)}
    alone = told(figures, registry)
    shown = told(figures | {"women": (women,)}, registry)
    assert shown.pop("women") == [women]
    assert str(shown) == str(alone)


def test_cases_by_article_do_not_tell_those_by_the_victims_age(registry: Registry):
    """7 cases under article 151 are shown by the threshold of 5, and 7 of victims under 16 hidden by that of 10."""
    figures = {"all": (40,), "under 16": (7,), "article 151": (7,), "article 150": (33,)}
    shown = told(figures, registry, measure="suspects")
    assert math.isnan(shown["article 151"][0])
    assert math.isnan(shown["all"][0] - shown["article 150"][0])


def test_what_an_earlier_release_told_by_women_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """An older copy of the code showed adults and women. That cannot be taken back; a further year is protected."""
    workspace = tiny_workspace(tmp_path, facts=_rows(2015))
    with monkeypatch.context() as older:
        older.setattr(linked_tables, "add_crossing_sums", lambda *_: None)
        first = release(workspace.folder, edition="old", scheme="new")
    assert _men(first, 2015) == 4
    write_csv(workspace.folder / "facts.csv", *_rows(2015), *_rows(2016))
    second = release(workspace.folder, edition="new", scheme="new")
    assert math.isnan(_men(second, 2016))


def _rows(year: int) -> list[dict[str, Any]]:
    return [
        fact("01", values[0], measure="victims_identified", year=year)
        | {"sex": "all", "age_group": "all"}
        | WORDS[name]
        for name, values in CASES["men"][0].items()
    ]


def _men(table: pd.DataFrame, year: int) -> float:
    """Return the adults of a year less the women; NaN where one of the two is hidden."""
    own = table[
        (table["period_end"] == f"{year}-12-31") & (table["scheme"] == "old") & (table["sex"] == "all")
    ]
    of_age = own.set_index("age_group")["value"]
    return float(of_age["adult"] - of_age["women"])
