"""What protection costs on invented tables of a whole country: 32 places, 11 years, counts as uneven as real ones.

Processor seconds of finding the sums, choosing what is hidden, and attacking the result; how many figures are small by themselves and
how many are hidden beside them. Run it with ``python -m benchmarks.disclosure_scale [TABLE ...]``; without a name all tables in turn.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from evalkit.disclosure.audit import recoverable
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import hidden_cells, primary
from evalkit.disclosure.protection_rules import protected_cells
from evalkit.places.registry import Registry, load_registry
from evalkit.programme.load import load_programme
from evalkit.programme.models import Dimension, Programme
from evalkit.workspace import DisclosurePolicy

PLACES, YEARS, MEASURE = 32, range(2014, 2025), "victims_identified"
SEX, STATED, AGE = (
    {"f": 0.75, "m": 0.25},
    {"f": 0.7, "m": 0.2, "u": 0.1},
    {"a": 0.1, "b": 0.25, "c": 0.45, "d": 0.2},
)
WORDS = {"vi": "từ", "en": "word"}
ALL = {"all": 1.0}
TABLES = {
    "sex": (1, (STATED,), False),
    "margins": (1, (STATED, AGE), False),
    "sex-by-age": (1, (SEX, AGE), True),
    "months": (12, (), False),
    "quarters": (4, (SEX, AGE), True),
}


def programme(name: str) -> Programme:
    """Return a programme of one count of persons, by sex and by age."""
    shipped = load_programme("vn-trafficking")
    values = {"sex": SEX if SEX in TABLES[name][1] else STATED, "age": AGE}
    dimensions = {
        name: Dimension.model_validate(
            {"label": WORDS, "values": dict.fromkeys(one, WORDS), "sensitive": name == "age"}
        )
        for name, one in values.items()
    }
    measure = shipped.measures[MEASURE].model_copy(update={"dimensions": ("sex", "age"), "part_of": ()})
    return shipped.model_copy(
        update={"measures": {MEASURE: measure}, "dimensions": dimensions, "indicators": {}}
    )


def registry(folder: Path) -> Registry:
    """Return an invented country of 32 places."""
    codes = [f"{code:02}" for code in range(1, PLACES + 1)]
    unit = "s,{0},Nơi {0},Place {0},place-{0},R,Vùng,Region,,2000-01-01,,invented"
    lines = {
        "units": [
            "scheme,code,name,name_en,slug,region_code,region_vi,region_en,land_border,valid_from,valid_to,source"
        ],
        "names": ["scheme,code,full_name,unit_type,valid_from,valid_to,source"],
        "crosswalk": ["from_scheme,from_code,to_scheme,to_code,effective_from,source"],
        "aliases": ["alias,scheme,code,kind,source,candidates"],
    }
    lines["units"] += [unit.format(code) for code in codes]
    lines["names"] += [f"s,{code},Tỉnh {code},province,2000-01-01,,invented" for code in codes]
    for name, rows in lines.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load_registry(folder)


def facts(name: str, *, seed: int = 1) -> pd.DataFrame:
    """Return an invented facts table: negative binomial counts, shared out over the parts of the year, sex and age."""
    parts, shares, crossed = TABLES[name]
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(3.0, 1.0, PLACES)
    probability = [product_of(one) for one in product(*(share.values() for share in shares))]
    rows = []
    for place, year in product(range(PLACES), YEARS):
        total = rng.negative_binomial(2, 2 / (2 + mean[place]))
        cells = rng.multinomial(total, np.repeat(probability, parts) / parts)
        fine = dict(zip(product(product(*shares), range(parts)), cells.tolist(), strict=True))
        for wide in product(*([*share, "all"] for share in shares)):
            if not crossed and len(wide) - wide.count("all") > 1:
                continue
            for part in [*range(parts), -1][-1 if parts == 1 else 0 :]:
                value = sum(
                    count
                    for (values, at), count in fine.items()
                    if part in (at, -1) and all(w in (v, "all") for w, v in zip(wide, values, strict=True))
                )
                if part < 0 or not (year == YEARS[-1] and part >= parts // 2):
                    rows.append((place, year, part, wide, value))
    return table(rows, parts)


def product_of(shares: tuple[float, ...]) -> float:
    return float(np.prod(shares))


Row = tuple[int, int, int, tuple[str, ...], int]


def table(rows: list[Row], parts: int) -> pd.DataFrame:
    """Return rows of places and the sums of all places as a facts table."""
    frame = pd.DataFrame(rows, columns=["place", "year", "part", "wide", "value"])
    nation = frame.groupby(["year", "part", "wide"], as_index=False)["value"].sum().assign(place=-1)
    frame = pd.concat([frame, nation], ignore_index=True)
    length = 12 // parts
    first = np.where(frame["part"] < 0, 1, frame["part"] * length + 1)
    start = pd.to_datetime({"year": frame["year"], "month": first, "day": 1})
    months = start.dt.to_period("M") + np.where(frame["part"] < 0, 12, length)
    after = months.dt.to_timestamp()
    of_nation = frame["place"] < 0
    wide = pd.DataFrame([(*one, *("all",) * (2 - len(one))) for one in frame["wide"]])
    return pd.DataFrame(
        {
            "province_code": np.where(of_nation, "VN", (frame["place"] + 1).map("{:02}".format)),
            "scheme": np.where(of_nation, "nation", "s"),
            "place_basis": "detection",
            "period_start": start,
            "period_end": after - pd.Timedelta(days=1),
            "measure": MEASURE,
            "sex": wide[0],
            "age": wide[1],
            "value": frame["value"].astype(float),
            "unit": "person",
            "status": "reported",
            "qualifier": "exact",
            "published": False,
            "source_id": "invented",
            "edition_date": pd.Timestamp("2025-06-01"),
            "source_cell": "",
        }
    )


def measured(name: str, country: Registry) -> Iterator[str]:
    """Yield what one table costs, in words."""
    now = time.process_time
    declared, policy = programme(name), DisclosurePolicy()
    rows = facts(name)
    made = now()
    tables = linked_tables(labelled(protected_cells(rows, declared, policy)), declared, country)
    linked = now()
    hidden, methods = hidden_cells(tables)
    chosen = now()
    narrow = recoverable(tables, hidden)
    attacked = now()
    cells = tables.cells
    own = {label for label in primary(tables) if not cells["implicit"][label]}
    yield f"{name}: {len(rows)} rows, {len(own)} small by themselves, {len(hidden) - len(own)} beside them"
    yield f"  ({(len(hidden) - len(own)) / max(len(own), 1):.0%}); narrow {len(narrow)}; networks {methods}"
    yield f"  processor seconds: sums {linked - made:.1f}, choice {chosen - linked:.1f}, attack {attacked - chosen:.1f}"


def main() -> None:
    with TemporaryDirectory() as folder:
        country = registry(Path(folder))
        for name in sys.argv[1:] or TABLES:
            for line in measured(name, country):
                print(line, flush=True)


if __name__ == "__main__":
    main()
