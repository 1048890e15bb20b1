"""An invented country that reports its crashes and its inhabitants by age."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.made_country import FIRST, Shape, made_country

SHAPE = Shape(units=6, groups=2, years=5, cases=60, languages=("vi", "en"))
LAST = FIRST + SHAPE.years - 1
AGES = ("young", "old")
_AGE = """
[dimension.age]
label.vi = "Nhóm tuổi"
label.en = "Age group"
of_person = false
values.young = { vi = "dưới 40", en = "under 40" }
values.old = { vi = "từ 40", en = "40 and over" }
"""


def crashes(code: str) -> tuple[int, int]:
    """Return the crashes of the young and the old of a county, each year."""
    place = int(code)
    return 20 + place, 8 + 2 * place


def people(code: str) -> tuple[int, int]:
    """Return the inhabitants of both ages: more old ones from county to county."""
    place = int(code)
    total, old = 199_000 + 1000 * place, 40_000 + 10_000 * place
    return total - old, old


def codes() -> list[str]:
    return [f"{place:02}" for place in range(1, SHAPE.units + 1)]


def country_by_age(folder: Path, *, inhabitants: bool = True) -> Path:
    """Write the workspace; without ``inhabitants`` they are known in total alone."""
    made_country(folder, SHAPE)
    measures = folder / "programme" / "measures.toml"
    text = measures.read_text(encoding="utf-8")
    for name in ("road_crashes", "inhabitants"):
        text = text.replace(f"[measure.{name}]\n", f'[measure.{name}]\ndimensions = ["age"]\n')
    text = text.replace("[measure.inhabitants]\n", '[measure.inhabitants]\ntime_basis = "stock"\n')
    measures.write_text(text + _AGE, encoding="utf-8")
    path = folder / "facts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row | {"age": "all"} for row in csv.DictReader(file)]
    rows = [row for row in rows if row["measure"] != "road_crashes"]
    model = rows[0]
    for year in range(FIRST, LAST + 1):
        for code in [*codes(), "NR"]:
            here = codes() if code == "NR" else [code]
            cases = [sum(crashes(one)[at] for one in here) for at in (0, 1)]
            lived = [sum(people(one)[at] for one in here) for at in (0, 1)]
            rows += [
                _row(model, code, year, "road_crashes", age, n) for age, n in zip(AGES, cases, strict=True)
            ]
            rows.append(_row(model, code, year, "road_crashes", "all", sum(cases)))
            if inhabitants:
                rows += [
                    _row(model, code, year, "inhabitants", age, n) for age, n in zip(AGES, lived, strict=True)
                ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(model))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def _row(model: dict[str, str], code: str, year: int, measure: str, age: str, count: int) -> dict[str, str]:
    of_crashes = measure == "road_crashes"
    return model | {
        "province_code": code,
        "scheme": "nation" if code == "NR" else "counties",
        "place_basis": "occurrence" if of_crashes else "residence",
        "unit": "crash" if of_crashes else "person",
        "period_start": f"{year}-01-01",
        "period_end": f"{year}-12-31",
        "measure": measure,
        "age": age,
        "value": str(count),
        "status": "reported",
        "edition_date": f"{year + 1}-02-01",
    }
