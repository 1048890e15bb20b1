"""Another country, made of TOML and CSV alone: its places, its programme of two measures, its facts. All invented."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from babel.messages import Catalog
from babel.messages.pofile import write_po

SYLLABLES = ("bra", "dun", "fel", "gor", "hal", "kes", "lom", "mar", "nor", "pel", "rud", "sol", "tam", "wes")
FIRST = 2020


@dataclass(frozen=True)
class Shape:
    """How large a country is, and how it reports: each month or each year, so many cases in a place and year."""

    units: int
    groups: int
    years: int
    cases: float
    monthly: bool = False
    languages: tuple[str, ...] = ("en",)
    seed: int = 7


def made_country(folder: Path, shape: Shape, *, mark: str = "") -> Path:
    """Write a workspace; ``mark`` stands around every label in other languages than English."""
    folder.mkdir(parents=True, exist_ok=True)
    names = _names(shape)
    _write(folder / "evalkit.toml", _settings(shape, mark))
    _write(folder / "registry.toml", _registry(shape, mark))
    _write(folder / "sources.toml", _SOURCES)
    (folder / "programme").mkdir(exist_ok=True)
    for name, text in _programme(shape, mark).items():
        _write(folder / "programme" / f"{name}.toml", text)
    _table(folder / "units.csv", _units(shape, names, mark))
    _table(folder / "names.csv", _official(shape, names))
    _write(folder / "crosswalk.csv", "from_scheme,from_code,to_scheme,to_code,effective_from,source\n")
    _write(folder / "aliases.csv", "alias,scheme,code,kind,source,candidates\n")
    _table(folder / "inhabitants.csv", _inhabitants(shape))
    _table(folder / "facts.csv", _facts(shape))
    return folder


def write_catalogue(folder: Path, language: str, sentences: dict[str, str]) -> Path:
    """Write a workspace's own catalogue."""
    catalogue = Catalog(charset="utf-8")
    for english, text in sentences.items():
        catalogue.add(english, text)
    path = folder / "locale" / language / "LC_MESSAGES" / "evalkit.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue)
    return path


def label(key: str, text: str, shape: Shape, mark: str = "") -> str:
    """Return the lines of one label in the country's languages."""
    return "".join(
        f'{key}.{language} = "{text if language == "en" else mark + text + mark}"\n'
        for language in shape.languages
    )


_SOURCES = """
[road-office]
title = "Road office, returns"
agency = "Road office"
date = "2025-02-01"
address = "Return 7"
confidence = "verified"

[population]
title = "Count of inhabitants"
agency = "Census office"
date = "2025-02-01"
address = "Table 1"
confidence = "verified"
"""


def _settings(shape: Shape, mark: str) -> str:
    languages = ", ".join(f'"{language}"' for language in shape.languages)
    return (
        label("title", "Norland, invented figures", shape, mark)
        + f"languages = [{languages}]\n"
        + 'programme = "programme"\nscheme = "counties"\nplaces = "."\ninvented = true\n'
        + '[disclosure]\nperson_totals_stand = true\ncustodian = "Census office"\n'
    )


def _registry(shape: Shape, mark: str) -> str:
    return (
        'code = "NR"\n'
        + label("name", "Norland", shape, mark)
        + "[unit_type.county]\n"
        + label("name", "county", shape, mark)
        + 'before = ["County of"]\n'
        + '[population]\nfile = "inhabitants.csv"\nmeasure = "inhabitants"\nunit = "person"\n'
    )


def _programme(shape: Shape, mark: str) -> dict[str, str]:
    def words(key: str, text: str) -> str:
        return label(key, text, shape, mark)

    return {
        "programme": 'id = "roads"\ncounts_detection = false\n'
        + words("label", "Safe roads")
        + f'[[period]]\nid = "first"\n{words("label", "First half")}valid_from = {FIRST}-01-01\n'
        + f'valid_to = {FIRST + 1}-12-31\nlegal_basis = "Act 1"\nsource = "Act 1"\n'
        + f'[[period]]\nid = "second"\n{words("label", "Second half")}valid_from = {FIRST + 2}-01-01\n'
        + f'valid_to = {FIRST + shape.years - 1}-12-31\nlegal_basis = "Act 2"\nsource = "Act 2"\n'
        + '[[strand]]\nid = "roads"\n'
        + words("label", "Roads"),
        "measures": "[unit.crash]\n"
        + words("label", "crashes")
        + 'singular = "crash"\n[unit.person]\n'
        + words("label", "people")
        + "".join(_measure(*one, shape, mark) for one in MEASURES),
        "indicators": "".join(_indicator(one, shape, mark) for one in INDICATORS),
        "targets": '[[target]]\nid = "R1"\nindicator = "help"\n'
        + words("wording", "At least 50 people helped a year")
        + f'comparator = "at_least"\nvalue = 50\nunit = "count"\nvalid_from = {FIRST}-01-01\n'
        + f'valid_to = {FIRST + shape.years - 1}-12-31\nlevel = "national"\nsource = "Act 1"\n',
    }


MEASURES = (
    ("road_crashes", "Road crashes", "crash", "occurrence", "case"),
    ("persons_helped", "People helped", "person", "residence", "activity"),
    ("inhabitants", "Inhabitants", "person", "residence", "activity"),
)
INDICATORS = (
    (
        "crashes",
        "C1",
        "Crashes on roads",
        "count",
        "road_crashes",
        "lower",
        "impact",
        "compare_periods = true\ntrend = true\n",
    ),
    (
        "crash_rate",
        "C2",
        "Crashes per inhabitant",
        "rate",
        "road_crashes",
        "lower",
        "impact",
        'denominator = "inhabitants"\nscale = 100000\n',
    ),
    ("help", "H1", "People given help", "count", "persons_helped", "higher", "output", ""),
)


def _measure(name: str, text: str, unit: str, basis: str, kind: str, shape: Shape, mark: str) -> str:
    head = f'[measure.{name}]\nunit = "{unit}"\nstrand = "roads"\nplace_basis = "{basis}"\ndisclosure = "{kind}"\n'
    return head + label("label", text, shape, mark) + label("definition", f"{text}, as recorded", shape, mark)


def _indicator(one: tuple[str, ...], shape: Shape, mark: str) -> str:
    name, code, text, kind, measure, polarity, level, more = one
    return (
        f'[indicator.{name}]\nid = "{code}"\nkind = "{kind}"\nnumerator = "{measure}"\npolarity = "{polarity}"\n'
        f'level = "{level}"\ncriterion = "{"impact" if level == "impact" else "effectiveness"}"\nstrand = "roads"\nsource = "Act 1"\n{more}'
        + label("label", text, shape, mark)
        + label("why", "Tells how safe the roads are", shape, mark)
        + label("caveat", "Traffic grows too", shape, mark)
    )


def _names(shape: Shape) -> list[str]:
    chosen = np.random.default_rng(shape.seed)
    made: dict[str, None] = {}
    while len(made) < shape.units:
        made["".join(chosen.choice(SYLLABLES, 2, replace=False)).capitalize()] = None
    return list(made)


def _codes(shape: Shape) -> list[str]:
    return [f"{place:02}" for place in range(1, shape.units + 1)]


def _units(shape: Shape, names: Sequence[str], mark: str) -> list[dict[str, object]]:
    return [
        {
            "scheme": "counties",
            "code": code,
            "name": name,
            "slug": name.lower(),
            "region_code": f"G{place % shape.groups + 1}",
        }
        | {
            f"region_{language}": f"{mark if language != 'en' else ''}Part {place % shape.groups + 1}{mark if language != 'en' else ''}"
            for language in shape.languages
        }
        | {"source": "Act 1"}
        for place, (code, name) in enumerate(zip(_codes(shape), names, strict=True))
    ]


def _official(shape: Shape, names: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "scheme": "counties",
            "code": code,
            "full_name": f"County of {name}",
            "unit_type": "county",
            "source": "Act 1",
        }
        for code, name in zip(_codes(shape), names, strict=True)
    ]


def _inhabitants(shape: Shape) -> list[dict[str, object]]:
    return [
        {
            "scheme": "counties",
            "code": code,
            "year": year,
            "population": 200_000 + 1000 * place,
            "status": "official",
        }
        | {"edition_date": "2025-02-01", "source": "Table 1"}
        for place, code in enumerate(_codes(shape))
        for year in range(FIRST, FIRST + shape.years)
    ]


def _facts(shape: Shape) -> list[dict[str, object]]:
    chosen, rows = np.random.default_rng(shape.seed), []
    for year in range(FIRST, FIRST + shape.years):
        for measure, basis, unit, mean in (
            ("road_crashes", "occurrence", "crash", shape.cases),
            ("persons_helped", "residence", "person", 60.0),
        ):
            whole = 0
            for code in _codes(shape):
                parts = 12 if shape.monthly else 1
                counts = [_count(mean / parts, chosen) for _ in range(parts)]
                spans = _months(year) if shape.monthly else [(f"{year}-01-01", f"{year}-12-31")]
                rows += [
                    _fact(code, span, measure, basis, unit, count)
                    for span, count in zip(spans, counts, strict=True)
                ]
                if shape.monthly:
                    rows.append(
                        _fact(code, (f"{year}-01-01", f"{year}-12-31"), measure, basis, unit, sum(counts))
                    )
                whole += sum(counts)
            rows.append(_fact("NR", (f"{year}-01-01", f"{year}-12-31"), measure, basis, unit, whole))
    return rows


def _count(mean: float, chosen: np.random.Generator) -> int:
    return int(chosen.poisson(mean))


def _months(year: int) -> list[tuple[str, str]]:
    last = (31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return [(f"{year}-{month:02}-01", f"{year}-{month:02}-{day}") for month, day in enumerate(last, start=1)]


def _fact(
    code: str, span: tuple[str, str], measure: str, basis: str, unit: str, count: int
) -> dict[str, object]:
    return {
        "province_code": code,
        "scheme": "nation" if code == "NR" else "counties",
        "place_basis": basis,
        "period_start": span[0],
        "period_end": span[1],
        "measure": measure,
        "value": count,
        "unit": unit,
        "status": "reported" if count else "zero_reported",
        "qualifier": "exact",
        "published": "false",
        "source_id": "road-office",
        "edition_date": f"{int(span[1][:4]) + 1}-02-01",
        "source_cell": "Return 7",
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _table(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
