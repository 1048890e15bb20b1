"""Small countries spelt out person by person: what adds up to what there, by counting alone. Knows nothing of evalkit's sums."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evalkit.places.registry import Registry, load_registry
from evalkit.programme.models import Dimension, Programme
from tests.builders import PROGRAMME

MONTHS = 12
WORDS = {"vi": "từ", "en": "word"}
SEX = {"values": {"female": WORDS, "male": WORDS}}
AGE = {
    "values": dict.fromkeys(("child", "adult", "under_16"), WORDS),
    "exhaustive": False,
    "disjoint": [["child", "adult"]],
    "within": {"under_16": "child"},
}
WAY = {"values": dict.fromkeys(("rescue", "handover"), WORDS), "exhaustive": False, "disjoint": []}
DIMENSIONS = {
    name: Dimension.model_validate({"label": WORDS} | one)
    for name, one in (("sex", SEX), ("age", AGE), ("way", WAY))
}
AGES = [set(), {"child"}, {"adult"}, {"child", "under_16"}]  # what a person can be at once
WAYS = [set(), {"rescue"}, {"handover"}, {"rescue", "handover"}]


@dataclass(frozen=True)
class Box:
    """A figure: of which units, months and persons."""

    measure: str
    place: tuple[str, str]
    units: frozenset[str]
    months: tuple[int, int]
    broken: tuple[str, str, str]


@dataclass(frozen=True)
class Persons:
    """Kinds of person, one a place of each array: unit, month, which values it bears, whether the second measure counts it."""

    unit: np.ndarray
    month: np.ndarray
    has: dict[str, np.ndarray]
    second: np.ndarray


def programme() -> Programme:
    """Return a programme of two measures, the second part of the first, and a stock."""
    base = PROGRAMME.measures["victims_identified"].model_dump()
    own = {"dimensions": tuple(DIMENSIONS), "part_of": ()}
    measures = {
        "all_persons": base | own,
        "some_persons": base | own | {"part_of": ("all_persons",)},
        "beds": base | own | {"time_basis": "stock"},
    }
    made = {
        name: PROGRAMME.measures["victims_identified"].model_validate(one) for name, one in measures.items()
    }
    return PROGRAMME.model_copy(
        update={"measures": made, "dimensions": DIMENSIONS, "indicators": {}, "targets": ()}
    )


def country(folder: Path, rng: np.random.Generator) -> tuple[Registry, dict[tuple[str, str], frozenset[str]]]:
    """Return a registry of six old units, fewer new ones, regions of both, and the old units that each place covers."""
    old = [f"{n:02}" for n in range(1, 7)]
    merged = rng.integers(0, 4, 6)
    merged[0] = 0
    new = {unit: old[int(np.flatnonzero(merged == merged[n])[0])] for n, unit in enumerate(old)}
    regions = {"old": dict(zip(old, rng.integers(1, 4, 6), strict=True))}
    regions["new"] = {unit: rng.integers(1, 3) for unit in sorted(set(new.values()))}
    covers = {("VN", "nation"): frozenset(old)} | {(unit, "old"): frozenset([unit]) for unit in old}
    covers |= {(unit, "new"): frozenset(one for one in old if new[one] == unit) for unit in regions["new"]}
    for scheme, of in regions.items():
        for number in set(of.values()):
            inside = [covers[unit, scheme] for unit, region in of.items() if region == number]
            covers[f"{scheme[0].upper()}{number}", scheme] = frozenset().union(*inside)
    write_registry(folder, regions, new)
    return load_registry(folder), covers


def write_registry(folder: Path, regions: dict[str, dict[str, int]], new: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    units = ["scheme,code,name,name_en,slug,region_code,region_vi,region_en,source"]
    names = ["scheme,code,full_name,unit_type,source"]
    for scheme, of in regions.items():
        for code, region in of.items():
            units.append(
                f"{scheme},{code},Nơi {code},Place {code},place-{code},{scheme[0].upper()}{region},Vùng,Region,invented"
            )
            names.append(f"{scheme},{code},Tỉnh Nơi {code},province,invented")
    links = ["from_scheme,from_code,to_scheme,to_code,effective_from,source"]
    links += [f"old,{one},new,{into},2020-01-01,invented" for one, into in new.items()]
    aliases = ["alias,scheme,code,kind,source,candidates"]
    for name, lines in (("units", units), ("names", names), ("crosswalk", links), ("aliases", aliases)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def boxes(rng: np.random.Generator, covers: dict[tuple[str, str], frozenset[str]], *, many: int) -> list[Box]:
    """Return some figures of a country, no two of one measure and extent."""
    spans = [(0, 12), (0, 6), (6, 12), (0, 3), (3, 6), (6, 9), (9, 12), (0, 1), (1, 2), (2, 3)]
    start = int(rng.integers(0, 10))
    spans = [spans[n] for n in rng.permutation(len(spans))[:4]] + [(start, int(rng.integers(start + 1, 13)))]
    crossed = rng.permutation(3)[: rng.integers(0, 3)]
    values = [
        ["all", *dict(dimension)["values"]] if n in crossed else ["all"]
        for n, dimension in enumerate(DIMENSIONS.values())
    ]
    measures = ["all_persons", "some_persons"][: rng.integers(1, 3)]
    every = list(itertools.product(measures, list(covers), spans, itertools.product(*values)))
    found: dict[object, Box] = {}
    for n in rng.permutation(len(every))[:many]:
        measure, place, months, broken = every[n]
        found.setdefault(
            (measure, covers[place], months, broken), Box(measure, place, covers[place], months, broken)
        )
    return list(found.values())


def persons(units: list[str]) -> Persons:
    """Return every kind of person there can be."""
    every = itertools.product(units, range(MONTHS), ("female", "male"), AGES, WAYS, (True, False))
    unit, month, sex, ages, ways, second = (np.array(one, dtype=object) for one in zip(*every, strict=True))
    has = {"all": np.ones(len(unit), dtype=bool)} | {value: sex == value for value in SEX["values"]}
    has |= {value: np.array([value in of for of in ages]) for value in AGE["values"]}
    has |= {value: np.array([value in of for of in ways]) for value in WAY["values"]}
    return Persons(unit.astype(str), month.astype(int), has, second.astype(bool))


def counted(box: Box, every: Persons) -> np.ndarray:
    """Tell which kinds of person a figure counts."""
    found = np.isin(every.unit, list(box.units))
    found &= (box.months[0] <= every.month) & (every.month < box.months[1])
    for value in box.broken:
        found &= every.has[value]
    return found & every.second if box.measure == "some_persons" else found


def facts_of(figures: list[Box], values: list[float] | None = None) -> pd.DataFrame:
    """Return figures as a facts table."""
    first = [pd.Timestamp(2015, 1 + box.months[0], 1) for box in figures]
    last = [pd.Timestamp(2015, box.months[1], 1) + pd.offsets.MonthEnd() for box in figures]
    table = pd.DataFrame(
        {
            "province_code": [box.place[0] for box in figures],
            "scheme": [box.place[1] for box in figures],
            "place_basis": "reception",
            "period_start": pd.to_datetime(first).astype("datetime64[s]"),
            "period_end": pd.to_datetime(last).normalize().astype("datetime64[s]"),
            "measure": [box.measure for box in figures],
            "value": values if values is not None else 0.0,
            "unit": "nguoi",
            "status": "reported",
            "qualifier": "exact",
            "published": False,
            "source_id": "s",
            "edition_date": pd.Timestamp("2021-01-01"),
            "source_cell": "",
        }
    )
    return table.assign(**{name: [box.broken[n] for box in figures] for n, name in enumerate(DIMENSIONS)})
