"""An invented country that reports crashes by month or by quarter for six years, one of them far above the others: its workspace and bundle."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.made_country import FIRST, Shape, made_country

SHAPE = Shape(units=6, groups=2, years=6, cases=120, monthly=True, languages=("vi", "en"))
LAST = FIRST + SHAPE.years - 1
HIGH = (LAST, 9)  # September of the latest year
Counts = Mapping[tuple[int, int], int]


def crashes(code: str) -> dict[tuple[int, int], int]:
    """Draw the crashes of a county by year and month, with a season: about 10 a month, 60 in one month of county 01."""
    chosen = np.random.default_rng(int(code))
    season = 10 + 4 * np.sin(2 * np.pi * np.arange(12) / 12)
    drawn = {
        (year, month): int(chosen.poisson(season[month - 1]))
        for year in range(FIRST, LAST + 1)
        for month in range(1, 13)
    }
    return drawn | ({HIGH: 60} if code == "01" else {})


def watched_country(folder: Path, *, counts: Counts | None = None, shape: Shape = SHAPE) -> Path:
    """Write the workspace; ``counts`` of county 01 in place of the drawn ones, where a month below 0 has no row."""
    made_country(folder, shape)
    path = folder / "facts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {f"{place:02}": crashes(f"{place:02}") for place in range(1, shape.units + 1)}
    told["01"] |= counts or {}
    kept = [row for row in rows if row["measure"] == "road_crashes" and row["province_code"] in told]
    kept = [row for row in kept if row["period_start"][5:7] == row["period_end"][5:7]]
    for row in kept:
        value = told[row["province_code"]][int(row["period_start"][:4]), int(row["period_start"][5:7])]
        row |= {"value": str(value), "status": "reported" if value else "zero_reported"}
    others = [row for row in rows if row["measure"] != "road_crashes"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([*(row for row in kept if int(row["value"]) >= 0), *others])
    return folder
