"""Releases of random countries are attacked from outside; and the attacker finds leaks that were made by hand."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evalkit.errors import DisclosureError
from tests import outside_attacker
from tests.lengths import at_length
from tests.outside_attacker import DATES, attack, read_release
from tests.outside_countries import CHAIN, Country, random_country, write_country, write_facts
from tests.outside_releases import attacked, release

SEEDS, CHUNK = at_length(20, 50), 10  # benchmarks/outside_attack.py goes on from there
FORMER = (
    284,
    311,
    665,
    762,
    1149,
    1308,
    1364,
)  # a figure came out: what figures that nobody reported tell of each other
YEAR = ("2015-01-01", "2015-12-31")


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_figure_hidden_in_random_countries_comes_out(first: int):
    """Every second one with tables shown at the level they were reported at."""
    seeds = range(first, first + CHUNK)
    total = sum((attacked(random_country(seed), coarsen=seed % 2 == 0).counts for seed in seeds), Counter())
    assert (total["exact"], total["narrow"]) == (0, 0)
    assert total["hidden"] > 3 * CHUNK
    assert (
        total["released"] > 2 * total["refused"]
    )  # of ten countries; of five hundred, one release in twenty-eight is refused


@pytest.mark.parametrize(("seed", "number"), [(8000, 1)])
def test_what_a_refusal_offers_works(seed: int, number: int, tmp_path: Path):
    """A release is refused; the breakdowns declared coarser in evalkit.toml, it goes through, after all that was released before."""
    country = random_country(seed)
    folder = write_country(tmp_path / "marland", country)
    for turn, step in enumerate(country.steps[:number]):
        write_facts(folder, step)
        release(folder, edition=f"e{turn}", scheme=step.scheme)
    write_facts(folder, country.steps[number])
    with pytest.raises(DisclosureError, match=r"show it coarser: \[\[disclosure.coarser\]\]"):
        release(folder, edition="refused", scheme=country.steps[number].scheme)
    with (folder / "evalkit.toml").open("a", encoding="utf-8") as settings:
        for measure in CHAIN:
            settings.write(f'\n[[disclosure.coarser]]\nmeasure = "{measure}"\nshown = "nowhere"\n')
    assert (release(folder, edition="coarser", scheme=country.steps[number].scheme)["mark"] == "c").any()


def test_a_year_of_periods_that_were_added_up_over_places_is_told():
    """No part of it was reported for its own place: the kit ended in an error of its own."""
    counts = attacked(random_country(8017), coarsen=False).counts
    assert (counts["released"], counts["refused"], counts["exact"], counts["narrow"]) == (3, 0, 0, 0)


def test_what_a_release_hid_stays_hidden_though_a_coarser_table_tells_it_later():
    """A zero hidden by the second release, and told by a region's zero of the third, ended the third in a refusal."""
    counts = attacked(random_country(38)).counts
    assert (counts["released"], counts["refused"]) == (3, 0)


@pytest.mark.parametrize("seed", FORMER)
def test_no_figure_comes_out_where_one_did(seed: int):
    counts = attacked(random_country(seed)).counts
    assert (counts["exact"], counts["narrow"]) == (0, 0)


BY_HAND = Country(
    merged={"01": "01", "02": "02", "03": "04", "04": "04"},
    regions={
        "former": {"01": "F1", "02": "F1", "03": "F2", "04": "F2"},
        "today": {"01": "T1", "02": "T1", "04": "T1"},
    },
    kind="person",
    stock=False,
    stands=False,
    sensitive=False,
    steps=(),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_country(tmp_path / "marland", BY_HAND)


def shows(place: str, value: float | None, span: tuple[str, str] = YEAR, **changes: Any) -> dict[str, Any]:
    """Return a released row; one without a value is hidden."""
    scheme = {"X": "nation", "F": "former", "T": "today"}.get(place[0], "former")
    row = {"province_code": place, "scheme": scheme, "place_basis": "residence", "measure": "persons_met"}
    row |= {"period_start": span[0], "period_end": span[1], "sex_of": "all", "age_of": "all", "way_of": "all"}
    row |= {"value": value, "unit": "person", "qualifier": "exact", "published": False, "source_id": "office"}
    row |= {"status": "suppressed" if value is None else "reported", "mark": "c" if value is None else ""}
    return row | {"edition_date": "2019-03-01"} | changes


def released(*rows: dict[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows))
    return table.assign(**{name: pd.to_datetime(table[name]) for name in DATES})


def ends(found: pd.DataFrame) -> list[tuple[float, float, str]]:
    return list(zip(found["low"].round(6), found["high"].round(6), found["found"], strict=True))


def month(first: int, last: int, year: int = 2015) -> tuple[str, str]:
    return f"{year}-{first:02}-01", f"{year}-{last:02}-{30 if last in (4, 6, 9, 11) else 31}"


LEAKS = {
    "a place is what its whole has beyond the others": (
        [shows("F1", 24), shows("01", 21), shows("02", None)],
        3,
    ),
    "years inside a period": (
        [
            shows("01", 12, ("2011-01-01", "2015-12-31")),
            shows("01", 6, month(1, 12, 2012)),
            shows("01", 5, month(1, 12, 2013)),
            shows("01", None, month(1, 12, 2014)),
        ],
        (0, 1),
    ),
    "quarters inside a year": (
        [shows("01", 7), shows("01", 6, month(4, 6)), shows("01", None, month(10, 12))],
        (0, 1),
    ),
    "a level that nobody reported": (
        [shows("XX", 24), shows("F1", 12), shows("03", 9), shows("04", None)],
        3,
    ),
    "a unit of today and its former ones": (
        [shows("04", 9, scheme="today"), shows("03", 8), shows("04", None)],
        1,
    ),
    "calendars that overlap": (
        [
            shows("01", 9, month(1, 6)),
            shows("01", 6, month(4, 9)),
            shows("01", 11, month(1, 9)),
            shows("01", None, month(4, 6)),
        ],
        4,
    ),
    "values that make up their total": (
        [shows("01", 9), shows("01", 7, sex_of="woman"), shows("01", None, sex_of="man")],
        2,
    ),
    "a narrower value of a wider one": (
        [shows("01", 2, age_of="minor"), shows("01", None, age_of="infant")],
        (0, 2),
    ),
    "values of which no person has two": (
        [shows("01", 8), shows("01", 6, age_of="infant"), shows("01", None, age_of="grown")],
        (0, 2),
    ),
    "a part of what is part of the whole, with nothing told between": (
        [shows("01", 2), shows("01", None, measure="persons_housed")],
        (0, 2),
    ),
    "a crossing": (
        [
            shows("01", 8, age_of="minor"),
            shows("01", 5, age_of="minor", sex_of="woman"),
            shows("01", None, age_of="minor", sex_of="man"),
        ],
        3,
    ),
    "two attributes of the same persons": (
        [
            shows("01", 10),
            shows("01", 9, sex_of="woman"),
            shows("01", 9, age_of="minor"),
            shows("01", None, age_of="minor", sex_of="woman"),
        ],
        (8, 9),
    ),
    "a part of a part": (
        [
            shows("01", 7),
            shows("01", 6, measure="persons_housed"),
            shows("01", None, measure="persons_offered"),
        ],
        (6, 7),
    ),
    "at least as many": (
        [shows("F1", 24), shows("01", 22, qualifier="at_least"), shows("02", None)],
        (0, 2),
    ),
}


@pytest.mark.parametrize("name", list(LEAKS))
def test_a_leak_made_by_hand_is_found(name: str, folder: Path):
    rows, range_ = LEAKS[name]
    low, high = range_ if isinstance(range_, tuple) else (range_, range_)
    assert ends(attack(folder, [released(*rows)])) == [(low, high, "exact" if low == high else "narrow")]


def test_persons_who_can_be_two_things_and_other_bases_and_stocks_tell_nothing(folder: Path, tmp_path: Path):
    """By land and by sea can be one person; who lives here need not be received here; and who is here in May was in April."""
    ways = [shows("01", 9), shows("01", 8, way_of="sea"), shows("01", None, way_of="land")]
    bases = [shows("XX", 9), shows("01", 8, place_basis="reception"), shows("02", None)]
    stocks = [shows("01", 9), shows("01", 8, month(1, 6)), shows("01", None, month(7, 12))]
    held = write_country(tmp_path / "held", replace(BY_HAND, stock=True))
    for place, rows in ((folder, ways), (folder, bases), (held, stocks)):
        assert set(attack(place, [released(*rows)])["found"]) == {"safe"}


def test_a_guess_that_parts_add_up_tells_a_figure_where_it_is_right(folder: Path):
    """9 received, 6 by sea: the 3 by land are told if nobody came by both ways, and not if two of five did, whatever is guessed."""
    table = released(shows("01", 9), shows("01", 6, way_of="sea"), shows("01", None, way_of="land"))
    name = "01|former|residence|2015-01-01|2015-12-31|persons_met|office|all|all|land|2019-03-01"
    assert ends(attack(folder, [table], truth={name: 3})) == [(3, 3, "exact")]
    for truth in ({name: 5}, {}, None):
        assert set(attack(folder, [table], truth=truth)["found"]) == {"safe"}


def test_what_is_published_or_stands_is_no_leak(folder: Path, tmp_path: Path):
    rows = [shows("F1", 24), shows("01", 21), shows("02", None)]
    published = [row | {"published": row["value"] is not None} for row in rows]
    assert set(attack(folder, [released(*published)])["found"]) == {"safe"}
    standing = write_country(tmp_path / "standing", replace(BY_HAND, stands=True))
    assert set(attack(standing, [released(*rows)])["found"]) == {"safe"}


def test_two_releases_tell_what_neither_does(folder: Path):
    first = [shows("F1", 24), shows("01", None), shows("02", None)]
    second = [shows("T1", 60), shows("04", 36, scheme="today"), shows("01", 21), shows("02", None)]
    for alone in (first, second[:2] + second[3:]):
        assert set(attack(folder, [released(*alone)])["found"]) == {"safe"}
    assert ends(attack(folder, [released(*first), released(*second)])) == [(3, 3, "exact")]


def test_a_figure_that_was_not_revised_links_two_editions(folder: Path):
    """The old total less the part that did not change is the part that did, as it was: hidden then, 3."""
    new = {"edition_date": "2020-03-01"}
    first = released(shows("F1", 24), shows("01", None), shows("02", None))
    second = released(shows("F1", 30, **new), shows("01", 21), shows("02", 9, **new))
    found = attack(folder, [first, second])
    assert found["edition_date"].astype(str).tolist() == ["2019-03-01"]
    assert ends(found) == [(3, 3, "exact")]
    revised = released(shows("F1", 30, **new), shows("01", 21, **new), shows("02", 9, **new))
    assert set(attack(folder, [first, revised])["found"]) == {"safe"}


def test_the_same_nation_by_every_place_basis_tells_more(folder: Path):
    rows = [shows("XX", 9), *(shows(f"0{n}", 2, place_basis="reception") for n in (1, 2, 3))]
    rows += [shows("04", None, place_basis="reception")]
    assert ends(attack(folder, [released(*rows)], same_nation=True)) == [(3, 3, "exact")]
    assert set(attack(folder, [released(*rows)])["found"]) == {"safe"}


def test_whole_persons_tell_more_than_fractions(folder: Path):
    """Three places, each two of them with at least one person: three halves would do, of whole persons it takes two."""
    pairs = {"P": ("03", "04"), "Q": ("01", "03"), "R": ("01", "04")}
    with (folder / "units.csv").open("a") as units, (folder / "crosswalk.csv").open("a") as links:
        for code, parts in pairs.items():
            units.write(f"{code}s,{code},{code},{code},{code}g,Part,invented\n")
            links.writelines(f"former,{part},{code}s,{code},2014-01-01,invented\n" for part in parts)
    rows = [shows("XX", 3), *(shows(code, 1, scheme=f"{code}s", qualifier="at_least") for code in pairs)]
    rows += [shows("02", None)]
    assert ends(attack(folder, [released(*rows)])) == [(0, 1.5, "narrow")]
    assert ends(attack(folder, [released(*rows)], whole=True)) == [(0, 1, "narrow")]


def test_figures_that_no_country_has_are_refused(folder: Path):
    rows = [shows("F1", 4), shows("01", 21), shows("02", None)]
    with pytest.raises(ValueError, match="no country"):
        attack(folder, [released(*rows)])


def test_a_release_written_as_csv_is_read_the_same(folder: Path, tmp_path: Path):
    table = released(shows("F1", 24), shows("01", 21), shows("02", None))
    table.to_csv(tmp_path / "facts.csv", index=False)
    again = read_release(tmp_path / "facts.csv")
    assert ends(attack(folder, [again])) == ends(attack(folder, [table]))


def test_the_attacker_imports_nothing_of_the_project():
    tree = ast.parse(Path(outside_attacker.__file__).read_text(encoding="utf-8"))
    names = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names}.isdisjoint({"evalkit", "tests", "benchmarks"})
