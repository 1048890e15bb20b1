"""The registry declares its population, whatever its name; a file of a workspace that nothing reads is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evalkit.batch.prepare import make_bundle, receive
from evalkit.errors import DeclarationError
from evalkit.workspace import open_workspace
from tests.made_country import Shape, made_country

SMALL = Shape(units=6, groups=2, years=4, cases=20)


def changed(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def country(tmp_path: Path) -> Path:
    return made_country(tmp_path / "norland", SMALL)


def warnings(folder: Path) -> list[tuple[str, str]]:
    found = receive(open_workspace(folder)).findings
    return [(Path(one.where).name, one.rule) for one in found if one.severity == "warning"]


def test_the_population_has_the_name_and_the_unit_that_the_registry_gives_it(country: Path):
    assert warnings(country) == []
    bundle = make_bundle(receive(open_workspace(country)), day=date(2026, 1, 1))
    facts = bundle.facts
    people = facts[(facts["measure"] == "inhabitants") & (facts["period_end"].dt.year == 2020)]
    assert people.loc[people["province_code"] == "02", "value"].item() == 201_000
    assert people.loc[people["province_code"] == "NR", "value"].item() == sum(
        200_000 + 1000 * n for n in range(6)
    )
    assert set(people["unit"]) == {"person"}
    assert bundle.programme.population == "inhabitants"


def test_a_population_in_two_units_is_refused(country: Path):
    changed(country, "registry.toml", 'unit = "person"', 'unit = "crash"')
    with pytest.raises(DeclarationError, match="counts 'inhabitants' in 'crash', the programme in 'person'"):
        receive(open_workspace(country))


def test_a_population_that_is_not_used_is_told(country: Path):
    changed(country, "evalkit.toml", "invented = true", "invented = true\npopulation = false")
    assert warnings(country) == [
        ("inhabitants.csv", "the population is not used: evalkit.toml says population = false")
    ]


def test_a_population_that_no_measure_names_is_told(country: Path):
    changed(country, "registry.toml", 'measure = "inhabitants"', 'measure = "residents"')
    assert warnings(country) == [
        ("inhabitants.csv", "the population is not used: the programme has no measure 'residents'")
    ]


def test_files_that_nothing_reads_are_told(country: Path):
    (country / "facts-2024.csv").write_text("x\n", encoding="utf-8")
    (country / "programme" / "indicator.toml").write_text("", encoding="utf-8")
    (country / "programme" / "indicators-more.toml").write_text("[indicator]\n", encoding="utf-8")
    assert warnings(country) == [
        ("facts-2024.csv", "no table that is read"),
        ("indicator.toml", "no part of a programme that is read"),
    ]
