"""An invented country in which some counties take a measure that halves what is recorded there: figures, declaration, bundle."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from evalkit.batch.prepare import make_bundle, receive
from evalkit.facts.bundle import Bundle
from evalkit.languages import speaking
from evalkit.workspace import open_workspace
from tests.made_country import FIRST, Shape, made_country

SHAPE = Shape(units=20, groups=4, years=10, cases=30)
CODES = tuple(f"{place:02}" for place in range(1, 21))
SIX = CODES[:6]
START, LAST = FIRST + 5, FIRST + 9
TRUE = 0.5
DAY = date(LAST + 2, 1, 1)
Change = Callable[[str, int, int], int]

BEFORE_ITS_FIGURES = date(START, 6, 1)
AFTER = date(LAST, 6, 1)


def declared(**changes: str) -> str:
    """Return the TOML of a comparison, keys of it changed; an empty one is left out."""
    codes = ", ".join(f'"{code}"' for code in SIX)
    keys = {
        "id": '"cameras"',
        "label.en": '"Speed cameras"',
        "measure": '"road_crashes"',
        "who": f"[{codes}]",
        "scheme": '"counties"',
        "since": f"{START}-01-01",
        "compared_with": '"others"',
        "first_year": str(FIRST),
        "last_year": str(LAST),
        "expected": '"fall"',
        "registered_on": str(BEFORE_ITS_FIGURES),
        "source": '"Act 3"',
    }
    told = keys | {name.replace("label_en", "label.en"): text for name, text in changes.items()}
    return "[[comparison]]\n" + "".join(f"{name} = {text}\n" for name, text in told.items() if text)


def crashes(code: str, year: int, treated: tuple[str, ...] = SIX, start: int = START) -> int:
    """Draw a count from a seed of its own: mean 20 to 58 by county, a common course of years, half of it since the start."""
    place = int(code)
    mean = (18 + 2 * place) * (1 + 0.05 * (year - FIRST))
    mean *= TRUE if code in treated and year >= start else 1.0
    return int(np.random.default_rng([place, year]).poisson(mean))


def country(folder: Path, *comparisons: str, figure: Change | None = None) -> Path:
    """Write the workspace; ``figure`` gives the crashes of a county in a year (below 0: no row)."""
    made_country(folder, SHAPE)
    path = folder / "facts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["measure"] == "road_crashes" and row["province_code"] != "NR"]
    counts = {id(row): (figure or crashes)(row["province_code"], _year(row)) for row in own}
    told = [row for row in rows if counts.get(id(row), 0) >= 0]
    for row in own:
        row.update(_figure(counts[id(row)]))
    for row in told:
        if row["measure"] == "road_crashes" and row["province_code"] == "NR":
            of_year = (max(counts[id(one)], 0) for one in own if _year(one) == _year(row))
            row.update(_figure(sum(of_year)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(told)
    if comparisons:
        (folder / "programme" / "comparisons.toml").write_text("\n".join(comparisons), encoding="utf-8")
    return folder


def _year(row: dict[str, str]) -> int:
    return int(row["period_start"][:4])


def _figure(count: int) -> dict[str, str]:
    return {"value": str(count), "status": "reported" if count else "zero_reported"}


def bundle(folder: Path) -> Bundle:
    """Protect the workspace."""
    with speaking(("en",)):
        return make_bundle(receive(open_workspace(folder), day=DAY), day=DAY)
