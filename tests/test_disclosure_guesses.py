"""Parts that nobody declares to add up to their total, and that do: whoever tries to subtract them is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evalkit.disclosure import linked_tables
from tests.lengths import at_length
from tests.outside_attacker import attack
from tests.outside_countries import Country, Row, Step, random_country, write_country, write_facts
from tests.outside_releases import attacked, release, true_figures

WAYS = ("sea", "land", "air", "rail")
BARE = Country(
    merged={one: one for one in ("01", "02", "03")},
    regions={scheme: dict.fromkeys(("01", "02", "03"), "T1") for scheme in ("former", "today")},
    kind="person",
    stock=False,
    stands=False,
    sensitive=True,
    steps=(),
)
Figures = dict[tuple[str, int], tuple[int, tuple[int | None, ...]]]


def country(*steps: Figures, name: str = "way_of", values: tuple[str, ...] = WAYS) -> Country:
    """Return a country that reports totals by place and year, and the parts of each."""
    made = [
        tuple(row for one, of in figures.items() for row in _rows(*one, *of, name, values, edition))
        for edition, figures in enumerate(steps)
    ]
    return replace(BARE, steps=tuple(Step(rows, "today") for rows in made))


def _rows(
    place: str,
    year: int,
    total: int,
    parts: tuple[int | None, ...],
    name: str,
    values: tuple[str, ...],
    edition: int,
) -> Iterator[Row]:
    named = {"sex_of": "all", "age_of": "all", "way_of": "all"}
    known = [(one, value) for one, value in zip(values, parts, strict=False) if value is not None]
    for own, value in (("all", total), *known):
        yield {
            "province_code": place,
            "scheme": "nation" if place == "XX" else "today",
            "place_basis": "residence",
            "period_start": f"{year}-01-01",
            "period_end": f"{year}-12-31",
            "measure": "persons_met",
            **(named | {name: own}),
            "value": value,
            "unit": "person",
            "status": "reported" if value else "zero_reported",
            "qualifier": "exact",
            "published": False,
            "source_id": "office",
            "edition_date": f"{2019 + edition}-03-01",
            "source_cell": "",
        }


def written(folder: Path, made: Country) -> Path:
    """Write a country of which one person may come by two of four ways."""
    write_country(folder, made)
    file = folder / "programme" / "measures.toml"
    more = 'values.air.en = "by air"\nvalues.rail.en = "by rail"\n[measure.persons_met]'
    file.write_text(
        file.read_text(encoding="utf-8").replace("[measure.persons_met]", more, 1), encoding="utf-8"
    )
    return folder


def told(folder: Path, made: Country) -> list[pd.DataFrame]:
    """Release all steps of a country."""
    found = []
    for number, step in enumerate(made.steps):
        write_facts(folder, step)
        found.append(release(folder, edition=f"e{number}", scheme=step.scheme))
    return found


def by_way(table: pd.DataFrame, place: str = "01", year: int = 2015) -> list[Any]:
    """Return total and parts as a reader meets them; None for what is hidden."""
    own = table[(table["province_code"] == place) & (table["period_start"].dt.year == year)]
    own = own[own["edition_date"] == own["edition_date"].max()]
    own = own.set_index("way_of")["value"].reindex(["all", *WAYS]).dropna()
    return [own.get(one) for one in ("all", *WAYS)]


RECEIVED: Figures = {
    ("01", 2015): (44, (15, 12, 12, 5)),
    ("01", 2016): (52, (17, 15, 14, 6)),
    ("01", 2017): (40, (13, 11, 11, 5)),
}


def test_what_parts_leave_of_a_total_that_they_do_add_up_to_is_not_told(tmp_path: Path):
    """Ways to reception: 44 less 15, 12 and 12 was the hidden 5, each year anew."""
    made = country(RECEIVED)
    folder = written(tmp_path / "marland", made)
    (table,) = told(folder, made)
    found = attack(folder, [table], truth=true_figures(made))
    assert set(found["found"]) == {"safe"}
    for year, (total, parts) in ((when, of) for (_, when), of in RECEIVED.items()):
        shown = by_way(table, year=year)
        assert shown[0] == total
        assert shown[1:].count(None) == 2
        assert shown[4] is None
        assert {one for one in shown[1:] if one is not None} <= set(parts)


@pytest.mark.parametrize("total", [43, 45, 60])
def test_where_parts_overlap_or_one_is_left_out_nothing_more_is_hidden(total: int, tmp_path: Path):
    """Whoever subtracts is wrong."""
    made = country({("01", 2015): (total, (15, 12, 12, 5))})
    (table,) = told(written(tmp_path / "marland", made), made)
    assert by_way(table) == [total, 15, 12, 12, None]


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        (39, (15, 19, 5)),  # one is not reported
        (30, (30, 0, 0, 0)),  # the whole group came by one way: a zero shown tells of it
        (24, (19, 5, 0, 0)),
        (8, (4, 4, 0, 0)),
        (30, (30,)),
    ],
)
def test_parts_left_out_zeros_and_a_single_part_tell_nothing(
    total: int, parts: tuple[int, ...], tmp_path: Path
):
    made = country({("01", 2015): (total, parts)})
    folder = written(tmp_path / "marland", made)
    found = attack(folder, told(folder, made), truth=true_figures(made))
    assert set(found["found"]) == {"safe"}


def _random(seed: int) -> Figures:
    """Return three places and the nation in two years; parts add up often, not always."""
    rng = np.random.default_rng([7, seed])
    found: Figures = {}
    for year in (2015, 2016):
        every = rng.choice([0, 1, 3, 5, 8, 12, 15, 19, 30], (3, len(WAYS)))
        for place, parts in zip(("01", "02", "03"), every.tolist(), strict=True):
            overlap = int(rng.choice([0, 0, 0, 1, 4]))
            found[place, year] = (max(sum(parts) - overlap, *parts), tuple(parts))
        totals = [found[place, year][0] for place in ("01", "02", "03")]
        if rng.random() < 0.6:
            found["XX", year] = (sum(totals), tuple(every.sum(axis=0).tolist()))
    return found


@pytest.mark.parametrize("seed", range(at_length(3, 20)))
def test_no_guess_at_a_sum_tells_a_figure_of_a_country(seed: int, tmp_path: Path):
    made = country(_random(seed))
    folder = written(tmp_path / "marland", made)
    found = attack(folder, told(folder, made), truth=true_figures(made))
    assert set(found["found"]) == {"safe"}
    assert len(found) > 3


@pytest.mark.parametrize("seed", range(at_length(3, 20)))
def test_random_countries_withstand_guesses(seed: int):
    counts = attacked(random_country(seed), guess=True).counts
    assert (counts["exact"], counts["narrow"]) == (0, 0)


def test_a_total_revised_to_the_sum_of_parts_shown_before_is_hidden(tmp_path: Path):
    """60 became 44; 15, 12 and 12 were shown: the new total would tell the 5."""
    made = country({("01", 2015): (60, (15, 12, 12, 5))}, {("01", 2015): (44, (15, 12, 12, 5))})
    rows = [row for row in made.steps[1].rows if row["way_of"] == "all"]
    kept = (*made.steps[0].rows, *rows)
    made = replace(made, steps=(made.steps[0], Step(kept, "today")))
    folder = written(tmp_path / "marland", made)
    first, second = told(folder, made)
    assert by_way(first) == [60, 15, 12, 12, None]
    newest = second[second["edition_date"] == second["edition_date"].max()]
    assert newest["value"].isna().all()


def test_what_an_earlier_release_told_by_such_a_sum_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """An older copy of the code showed 44, 15, 12 and 12. That cannot be taken back; a further year is protected."""
    later: Figures = {("01", 2016): RECEIVED["01", 2016]}
    made = country(RECEIVED | later)
    first = {one: of for one, of in RECEIVED.items() if one[1] == 2015}
    made = replace(made, steps=(country(first).steps[0], made.steps[0]))
    folder = written(tmp_path / "marland", made)
    with monkeypatch.context() as older:
        older.setattr(linked_tables, "apparent_sums", lambda *_: ())
        write_facts(folder, made.steps[0])
        assert by_way(release(folder, edition="old", scheme="today")) == [44, 15, 12, 12, None]
    write_facts(folder, made.steps[1])
    table = release(folder, edition="new", scheme="today")
    assert by_way(table) == [44, 15, 12, 12, None]
    assert by_way(table, year=2016)[1:].count(None) == 2
