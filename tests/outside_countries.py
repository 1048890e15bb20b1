"""Random countries as workspaces on disk, with what is added to them or revised from one release to the next. All invented."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]
DAY_OF_RELEASE = "2026-05-01"
MONTHS = 24
BASES = ("residence", "reception")
SEXES = ("woman", "man")
AGES: tuple[frozenset[str], ...] = tuple(map(frozenset, ((), ("minor",), ("grown",), ("minor", "infant"))))
WAYS: tuple[frozenset[str], ...] = tuple(map(frozenset, ((), ("sea",), ("land",), ("sea", "land"))))
CHAIN = ("persons_met", "persons_offered", "persons_housed")
SPANS = {
    "year": [(0, 12), (12, 24)],
    "half": [(0, 6), (6, 12), (12, 18), (18, 24)],
    "quarter": [(0, 3), (3, 6), (6, 9), (9, 12), (12, 15)],
    "month": [(0, 1), (1, 2), (5, 6), (11, 12)],
    "term": [(0, 24), (3, 15), (6, 18)],
    "odd": [(2, 9), (4, 13)],
    "police year": [(10, 22)],
}


@dataclass(frozen=True)
class Person:
    """Somebody who is counted: where, by place basis; in which month; with what attributes; in how many measures of the chain."""

    places: tuple[str, str]
    month: int
    sex: str
    ages: frozenset[str]
    ways: frozenset[str]
    counted: int


@dataclass(frozen=True)
class Step:
    """One release: the rows in the workspace then, and for which boundary set it is made."""

    rows: tuple[Row, ...]
    scheme: str


@dataclass(frozen=True)
class Country:
    """Places, declarations, and the releases one after the other."""

    merged: dict[str, str]
    regions: dict[str, dict[str, str]]
    kind: str
    stock: bool
    stands: bool
    sensitive: bool
    steps: tuple[Step, ...]

    def reduced(self, kept: Iterable[tuple[int, int]]) -> Country:
        """Return the country with some rows of its steps alone, named by the numbers of step and row."""
        chosen = set(kept)
        steps = [
            replace(step, rows=tuple(row for m, row in enumerate(step.rows) if (n, m) in chosen))
            for n, step in enumerate(self.steps)
        ]
        return replace(self, steps=tuple(step for step in steps if step.rows))


def random_country(seed: int) -> Country:
    """Return one of many countries."""
    rng = np.random.default_rng([2026, seed])
    units = [f"{n:02}" for n in range(1, int(rng.integers(3, 7)) + 1)]
    groups = rng.integers(0, max(2, len(units) - 1), len(units))
    merged = {unit: units[int(np.argmax(groups == groups[n]))] for n, unit in enumerate(units)}
    regions = {
        "former": {unit: f"F{rng.integers(1, 4)}" for unit in units},
        "today": {unit: f"T{rng.integers(1, 3)}" for unit in sorted(set(merged.values()))},
    }
    bare = Country(
        merged,
        regions,
        kind=str(rng.choice(["person", "person", "case"])),
        stock=bool(rng.random() < 0.1),
        stands=bool(rng.random() < 0.3),
        sensitive=bool(rng.random() < 0.5),
        steps=(),
    )
    return replace(bare, steps=tuple(_steps(bare, rng)))


def covers(country: Country) -> dict[tuple[str, str], frozenset[str]]:
    """Return the former units of each place."""
    found = {("XX", "nation"): frozenset(country.merged)}
    for scheme, of in country.regions.items():
        for code, region in of.items():
            own = {unit for unit in country.merged if code in (unit, country.merged[unit])}
            own = own if scheme == "today" else {code}
            own = {unit for unit in own if scheme == "former" or country.merged[unit] == code}
            found[code, scheme] = frozenset(own)
            found[region, scheme] = found.get((region, scheme), frozenset()) | found[code, scheme]
    return found


def _steps(country: Country, rng: np.random.Generator) -> Iterator[Step]:
    """Yield the releases: a later one adds rows or a level, or revises what is known, or is for another boundary set."""
    persons, boxes = _persons(country, rng), _boxes(country, rng)
    published = {box for box in boxes if _is_published(box, country, rng)}
    story = str(rng.choice(["more", "level", "revised", "scheme", "once"]))
    schemes = [str(one) for one in rng.choice(["former", "today"], 3)]
    if story == "scheme":
        schemes[1] = {"former": "today", "today": "former"}[schemes[0]]
    rows: dict[Box, Row] = {}
    older: list[Row] = []
    for turn in range(1 if story == "once" else int(rng.integers(2, 4))):
        if story == "revised" and turn:
            persons = _changed(persons, country, rng)
        for box in boxes if turn else _first(boxes, story, rng):
            new = _row(box, persons, country, f"{2019 + turn}-03-01") | {"published": box in published}
            if box not in rows or rows[box]["value"] != new["value"]:
                older += [rows[box]] if box in rows else []
                rows[box] = new
        yield Step((*older, *rows.values()), schemes[turn])


def _first(boxes: list[Box], story: str, rng: np.random.Generator) -> list[Box]:
    """Return the figures of the first release."""
    level = boxes[int(rng.integers(len(boxes)))][0][1]
    chosen = {
        "more": [box for box in boxes if rng.random() < 0.6],
        "level": [box for box in boxes if box[0][1] != level],
    }
    return chosen.get(story) or boxes


Box = tuple[tuple[str, str], str, tuple[int, int], tuple[str, str, str], int]


def _persons(country: Country, rng: np.random.Generator) -> list[Person]:
    """Return few persons in some places and months, many in others."""
    found, size = [], int(rng.choice([1, 1, 1, 3]))
    for unit in country.merged:
        for half in range(4):
            many = size * int(rng.choice([0, 0, 0, 1, 1, 2, 3, 4, 6, 9, 14, 30]))
            found += [_person(unit, half, country, rng) for _ in range(many)]
    return found


def _person(unit: str, half: int, country: Country, rng: np.random.Generator) -> Person:
    units = list(country.merged)
    other = unit if rng.random() < 0.6 else str(rng.choice(units))
    return Person(
        (unit, other),
        6 * half + int(rng.choice([0, 0, 1, 2, 3, 4, 5, 5])),
        str(rng.choice(SEXES, p=[0.8, 0.2])),
        AGES[int(rng.choice(4, p=[0.1, 0.2, 0.6, 0.1]))],
        WAYS[int(rng.choice(4, p=[0.1, 0.5, 0.3, 0.1]))],
        int(rng.choice([1, 2, 3], p=[0.3, 0.2, 0.5])),
    )


def _changed(persons: list[Person], country: Country, rng: np.random.Generator) -> list[Person]:
    """Take some persons away and add some."""
    unit, half = str(rng.choice(list(country.merged))), int(rng.integers(4))
    left = [one for one in persons if one.places[0] != unit or rng.random() < 0.8]
    return left + [_person(unit, half, country, rng) for _ in range(int(rng.integers(1, 7)))]


def _boxes(country: Country, rng: np.random.Generator) -> list[Box]:
    """Return the figures that are reported some time: some levels, calendars, breakdowns and measures; some lack."""
    places = _levels(country, rng)
    names = rng.permutation(list(SPANS))[: rng.integers(1, 4)]
    spans = [span for name in names for span in SPANS[name]]
    spans = [spans[n] for n in rng.permutation(len(spans))[: rng.integers(1, 6)]]
    broken = _broken(rng)
    measures = range(int(rng.choice([1, 1, 2, 3])))
    bases = BASES[: 2 if rng.random() < 0.3 else 1]
    every = list(itertools.product(places, bases, spans, broken, measures))
    share = float(rng.choice([1.0, 0.9, 0.7, 0.45]))
    kept = [every[n] for n in np.flatnonzero(rng.random(len(every)) < share)] or every[:1]
    most = int(rng.choice([12, 20, 30, 45, 90]))
    return [kept[n] for n in sorted(rng.permutation(len(kept))[:most])]


def _levels(country: Country, rng: np.random.Generator) -> list[tuple[str, str]]:
    levels: dict[str, list[tuple[str, str]]] = {}
    for code, scheme in covers(country):
        kind = "region" if code[0] in "FT" else "unit"
        levels.setdefault(f"{scheme} {kind}", []).append((code, scheme))
    chosen = [name for name in levels if rng.random() < 0.55] or ["former unit"]
    return [place for name in chosen for place in levels[name]]


def _broken(rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Return the breakdowns: totals, values of one attribute, or a crossing."""
    sexes, ages, ways = ("all", *SEXES), ("all", "minor", "grown", "infant"), ("all", "sea", "land")
    match rng.choice(["none", "none", "sex", "sex", "age", "way", "crossed", "both"]):
        case "none":
            return [("all", "all", "all")]
        case "sex":
            return [(sex, "all", "all") for sex in sexes]
        case "age":
            return [("all", age, "all") for age in ages]
        case "way":
            return [("all", "all", way) for way in ways]
        case "crossed":
            return [(sex, age, "all") for sex in sexes for age in ages]
        case _:
            return [*((sex, "all", "all") for sex in sexes), *(("all", age, "all") for age in ages[1:])]


def _is_published(box: Box, country: Country, rng: np.random.Generator) -> bool:
    total = box[3] == ("all", "all", "all")
    wide = len(covers(country)[box[0]]) > 1
    return bool(rng.random() < (0.25 if total and wide else 0.01))


def count(box: Box, persons: list[Person], country: Country) -> int:
    """Count persons: the only arithmetic of this file."""
    place, basis, (first, after), (sex, age, way), measure = box
    inside = covers(country)[place]
    return sum(
        one.places[BASES.index(basis)] in inside
        and first <= one.month < after
        and sex in ("all", one.sex)
        and (age == "all" or age in one.ages)
        and (way == "all" or way in one.ways)
        and one.counted > measure
        for one in persons
    )


def _row(box: Box, persons: list[Person], country: Country, edition: str) -> Row:
    (code, scheme), basis, (first, after), (sex, age, way), measure = box
    value = count(box, persons, country)
    year, month = 2015 + first // 12, first % 12 + 1
    end = np.datetime64("2015-01") + np.timedelta64(after, "M")
    return {
        "province_code": code,
        "scheme": scheme,
        "place_basis": basis,
        "period_start": f"{year}-{month:02}-01",
        "period_end": str(end.astype("datetime64[D]") - 1),
        "measure": CHAIN[measure],
        "sex_of": sex,
        "age_of": age,
        "way_of": way,
        "value": value,
        "unit": "person",
        "status": "reported" if value else "zero_reported",
        "qualifier": "exact",
        "published": False,
        "source_id": "office",
        "edition_date": edition,
        "source_cell": "",
    }


def write_country(folder: Path, country: Country) -> Path:
    """Write all of a workspace but its facts."""
    (folder / "programme").mkdir(parents=True, exist_ok=True)
    files = {"evalkit": _settings(country), "sources": _SOURCES, "registry": _REGISTRY}
    files |= {f"programme/{name}": text for name, text in _programme(country).items()}
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "protection.key").write_text("0123456789abcdef" * 2, encoding="ascii")
    units = [
        {"scheme": scheme, "code": code, "name": f"Mar{code}", "slug": f"mar-{code}", "region_code": region}
        | {"region_en": f"Part {region}", "source": "invented"}
        for scheme, of in country.regions.items()
        for code, region in of.items()
    ]
    _table(folder / "units.csv", units)
    named = [
        {"scheme": one["scheme"], "code": one["code"], "full_name": f"Shire of {one['name']}"}
        for one in units
    ]
    _table(folder / "names.csv", [one | {"unit_type": "shire", "source": "invented"} for one in named])
    links = [
        {"from_scheme": "former", "from_code": old, "to_scheme": "today", "to_code": new}
        for old, new in country.merged.items()
    ]
    _table(
        folder / "crosswalk.csv",
        [one | {"effective_from": "2014-01-01", "source": "invented"} for one in links],
    )
    (folder / "aliases.csv").write_text("alias,scheme,code,kind,source,candidates\n", encoding="utf-8")
    return folder


def write_facts(folder: Path, step: Step) -> None:
    """Write the facts of one release."""
    _table(folder / "facts.csv", [row | {"published": str(row["published"]).lower()} for row in step.rows])


def _table(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


_SOURCES = (
    '[office]\ntitle = "Returns"\nagency = "Office"\ndate = "2019"\naddress = "1"\nconfidence = "verified"\n'
)


_REGISTRY = 'code = "XX"\nname.en = "Marland"\n[unit_type.shire]\nname.en = "shire"\nbefore = ["Shire of"]\n'


def _settings(country: Country) -> str:
    stands = 'person_totals_stand = true\ncustodian = "Office"\n' if country.stands else ""
    return (
        'title.en = "Marland, invented"\nlanguages = ["en"]\nprogramme = "programme"\nscheme = "today"\nplaces = "."\n'
        'invented = true\npopulation = false\n[disclosure]\nsigned_by = "Invented officer"\n' + stands
    )


def _programme(country: Country) -> dict[str, str]:
    def measure(name: str, base: str) -> str:
        part = f'part_of = ["{base}"]\n' if base else ""
        stock = 'time_basis = "stock"\n' if country.stock else ""
        return (
            f'[measure.{name}]\nunit = "person"\nstrand = "one"\nplace_basis = "residence"\ndisclosure = "{country.kind}"\n{part}{stock}'
            f'dimensions = ["sex_of", "age_of", "way_of"]\nlabel.en = "{name}"\ndefinition.en = "{name}"\n'
        )

    sensitive = f"sensitive = {str(country.sensitive).lower()}\n"
    dimensions = (
        '[dimension.sex_of]\nlabel.en = "sex"\nvalues.woman.en = "woman"\nvalues.man.en = "man"\n'
        f'[dimension.age_of]\nlabel.en = "age"\n{sensitive}exhaustive = false\ndisjoint = [["minor", "grown"]]\n'
        'within = { infant = "minor" }\nvalues.minor.en = "minor"\nvalues.grown.en = "grown"\nvalues.infant.en = "infant"\n'
        '[dimension.way_of]\nlabel.en = "way"\nsensitive = true\nexhaustive = false\ndisjoint = []\n'
        'values.sea.en = "by sea"\nvalues.land.en = "by land"\n'
    )
    measures = "".join(map(measure, CHAIN, ("", *CHAIN)))
    return {
        "programme": 'id = "trial"\nlabel.en = "Trial"\n[[period]]\nid = "first"\nlabel.en = "First"\nvalid_from = 2015-01-01\n'
        'valid_to = 2020-12-31\nlegal_basis = "Act"\nsource = "Act"\n[[strand]]\nid = "one"\nlabel.en = "One"\n',
        "measures": '[unit.person]\nlabel.en = "persons"\nsingular = "person"\n' + dimensions + measures,
        "indicators": '[indicator.met]\nid = "M1"\nkind = "count"\nnumerator = "persons_met"\npolarity = "neutral"\nlevel = "impact"\n'
        'criterion = "impact"\nstrand = "one"\nsource = "Act"\nlabel.en = "Met"\nwhy.en = "Why"\ncaveat.en = "Caveat"\n',
    }
