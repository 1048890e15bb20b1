"""Who reads one source, or one place basis, or a measure that is never added up, subtracts as everybody does."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from evalkit.disclosure.protect import protect
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.outside_releases import release
from tests.workspaces import SOURCES, tiny_workspace

SMALL = range(1, 5)
OTHER = {"source_id": "t"}
RESIDENCE = {"place_basis": "residence"}
FIRST_HALF = {"period_end": "2015-06-30"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def victims(place: str, value: float, measure: str = "victims_identified", **changes: Any) -> dict[str, Any]:
    return fact(place, value, measure=measure, **changes)


def shown(rows: list[dict[str, Any]], registry: Registry, programme: Programme = PROGRAMME) -> list[float]:
    """Return what a release shows of each row; NaN where it is hidden."""
    table = protect(
        facts_table(*rows),
        programme=programme,
        registry=registry,
        policy=DisclosurePolicy(),
        audience="public",
    ).facts
    return table["value"].tolist()


def left(values: list[float]) -> float:
    """Return what the last of some figures, the whole, holds beyond the others: NaN for who lacks one of them."""
    return values[-1] - sum(values[:-1])


OF_ONE_SOURCE: dict[
    str, list[dict[str, Any]]
] = {  # the parts that the second source gives, and its own total
    "women": [victims("01", 38, sex="female")],
    "half of a year": [victims("01", 38, **FIRST_HALF)],
    "part of a measure": [victims("01", 38, "victims_supported")],
    "provinces": [victims("01", 20), victims("02", 18)],
}


@pytest.mark.parametrize("first", [44, 60, 39], ids=lambda first: f"{first} by another")
@pytest.mark.parametrize("name", list(OF_ONE_SOURCE))
def test_what_a_source_leaves_of_its_own_total_is_not_told(name: str, first: int, registry: Registry):
    """40 less 38 women are 2 men by the second source, whatever the first one gives; the first one's total alone was held to it."""
    place = "VN" if name == "provinces" else "01"
    rows = [row | OTHER for row in [*OF_ONE_SOURCE[name], victims(place, 40)]]
    assert left([row["value"] for row in rows]) in SMALL
    told = shown([*rows, victims(place, first)], registry)[:-1]
    assert math.isnan(left(told))


def test_sources_that_agree_hide_nothing_more(registry: Registry):
    rows = [victims("01", 30, sex="female"), victims("01", 40), victims("01", 40, **OTHER)]
    assert shown(rows, registry) == [30, 40, 40]


ON_TWO_BASES: dict[
    str, list[dict[str, Any]]
] = {  # what is counted where persons were received, then the nation by residence
    "women": [victims("VN", 38, sex="female"), victims("VN", 40, **RESIDENCE)],
    "provinces": [
        victims("01", 20),
        victims("02", 18),
        victims("VN", 40, **RESIDENCE),
    ],
    "hidden province": [
        victims("01", 20),
        victims("03", 2),
        victims("02", 18),
        victims("VN", 40, **RESIDENCE),
    ],
    "part of a measure": [victims("VN", 38, "victims_supported"), victims("VN", 40, **RESIDENCE)],
    "what two measures leave": [
        victims("VN", 20),
        victims("VN", 3, "persons_not_victims", **RESIDENCE),
        victims("VN", 23, "persons_verified"),
    ],
}


@pytest.mark.parametrize("name", list(ON_TWO_BASES))
def test_the_nation_is_one_by_whatever_place_its_persons_are_counted(name: str, registry: Registry):
    """40 by residence less provinces of 20 and 18 by reception told the hidden 2 of the third, for nobody had given the nation by reception."""
    rows = ON_TWO_BASES[name]
    told = shown(rows, registry)
    lacking = [value for value in told if math.isnan(value)]
    gap = left([row["value"] for row in rows])
    assert lacking
    assert len(lacking) > 1 or gap in SMALL  # what is left is one of the hidden figures, or nobody's


def test_a_nation_whose_parts_exceed_it_is_another(registry: Registry):
    """55 were received in two of three provinces and 40 of the nation live there: they are not the same persons."""
    rows = [victims("01", 30), victims("02", 25), victims("VN", 40, **RESIDENCE)]
    assert shown(rows, registry) == [30, 25, 40]


def _never_added() -> Programme:
    """Return a programme with a measure of persons each counted once, in however many places and years."""
    once = PROGRAMME.measures["victims_identified"].model_copy(update={"additive": False})
    return PROGRAMME.model_copy(update={"measures": {**PROGRAMME.measures, "persons_once": once}})


@pytest.mark.parametrize("part", [{"sex": "male"}, {"age_group": "child"}], ids=["sex", "age"])
def test_persons_that_are_never_added_up_are_subtracted(part: dict[str, str], registry: Registry):
    """20 less 18 women told the hidden 2 men of a measure that says of itself that its places and years do not add up."""
    other = {"sex": "female"} if "sex" in part else {"age_group": "adult"}
    rows = [victims("01", 18, "persons_once", **other), victims("01", 2, "persons_once", **part)]
    told = shown([*rows, victims("01", 20, "persons_once")], registry, _never_added())
    assert math.isnan(told[1])
    assert any(math.isnan(value) for value in (told[0], told[2]))


def test_a_public_run_holds_to_both(tmp_path: Path):
    """From what is published of a workspace: no source's women leave few men of its own total, and no nation few beside its provinces."""
    rows = [
        *[victims(place, value) for place, value in (("01", 21), ("02", 18))],
        *[victims("01", 30, year=2014, sex="female", **OTHER), victims("01", 33, year=2014, **OTHER)],
        *[victims("01", 41, year=2014), victims("VN", 42, **RESIDENCE)],
    ]
    folder = tmp_path / "marland"
    tiny_workspace(folder, facts=rows)
    (folder / "sources.toml").write_text(SOURCES + SOURCES.replace("[s]", "[t]"), encoding="utf-8")
    told = release(folder, edition="e0", scheme="new", coarsen=False)
    own = told[(told["province_code"] == "01") & (told["source_id"] == "t")]
    assert math.isnan(left(own.sort_values("value", na_position="first")["value"].tolist()))
    of_year = told[(told["period_start"].dt.year == 2015) & told["scheme"].isin(["old", "nation"])]
    assert (of_year["mark"] == "c").any()  # 42 less 21 and 18


NINE_MONTHS = {"period_end": "2015-09-30"}
CUT_IN_PIECES: dict[
    str, list[dict[str, Any]]
] = {  # the first two rows leave 3 persons; what is beyond cuts the rest of the year
    "nine months elsewhere": [victims("02", 30, **NINE_MONTHS)],
    "nine months and a quarter elsewhere": [
        victims("02", 30, **NINE_MONTHS),
        victims("03", 20, period_start="2015-10-01"),
    ],
    "a rolling year": [victims("01", 30, period_start="2014-10-01", **NINE_MONTHS)],
}


@pytest.mark.parametrize("name", list(CUT_IN_PIECES))
def test_the_rest_of_a_year_is_one_figure_in_however_many_pieces(name: str, registry: Registry):
    """24 of a year less 21 of its first half are 3 of the second, though nobody can tell 3 from the quarters apart."""
    told = shown([victims("01", 21, **FIRST_HALF), victims("01", 24), *CUT_IN_PIECES[name]], registry)
    assert math.isnan(left(told[:2]))
