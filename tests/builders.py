"""Small countries and facts tables for tests: a test states only what matters to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.places.registry import Registry, load_registry
from evalkit.programme.load import load_programme
from evalkit.programme.models import Programme
from evalkit.table import COLUMNS, NATION_SCHEME

PROGRAMME: Programme = load_programme("vn-trafficking")

NATION = "VN"

UNITS = """scheme,code,name,name_en,slug,region_code,region_vi,region_en,land_border,valid_from,valid_to,source
old,01,An Thử,An Thu,an-thu,R1,Vùng Một,Region One,,,2019-12-31,invented
old,02,Bình Thử,Binh Thu,binh-thu,R1,Vùng Một,Region One,Nước Láng,,2019-12-31,invented
old,03,Cao Thử,Cao Thu,cao-thu,R1,Vùng Một,Region One,,,2019-12-31,invented
new,01,An Thử,An Thu,an-thu,R1,Vùng Một,Region One,,2020-01-01,,invented
new,03,Cao Thử,Cao Thu,cao-thu,R1,Vùng Một,Region One,Nước Láng,2020-01-01,,invented
"""
NAMES = """scheme,code,full_name,unit_type,valid_from,valid_to,source
old,01,Tỉnh An Thử,province,,2019-12-31,invented
old,02,Tỉnh Bình Thử,province,,2019-12-31,invented
old,03,Tỉnh Cao Thử,province,,2019-12-31,invented
new,01,Tỉnh An Thử,province,2020-01-01,,invented
new,03,Tỉnh Cao Thử,province,2020-01-01,2024-12-31,invented
new,03,Thành phố Cao Thử,municipality,2025-01-01,,invented
"""
CROSSWALK = """from_scheme,from_code,to_scheme,to_code,effective_from,source
old,01,new,01,2020-01-01,invented
old,02,new,03,2020-01-01,invented
old,03,new,03,2020-01-01,invented
"""
ALIASES = "alias,scheme,code,kind,source,candidates\nBT,old,,ambiguous,invented,old:02;old:03\n"


def tiny_registry(folder: Path) -> Registry:
    """Write and load a country of three old units, two of which became one."""
    for name, text in (("units", UNITS), ("names", NAMES), ("crosswalk", CROSSWALK), ("aliases", ALIASES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_registry(folder)


def fact(place: str = "01", value: float | None = 7, **changes: Any) -> dict[str, Any]:
    """Return one row of a facts table; ``place`` is a code of scheme "old", or "VN"."""
    year = changes.pop("year", 2015)
    measure = changes.get("measure", "cases_recorded")
    row = {
        "province_code": place,
        "scheme": NATION_SCHEME if place == NATION else "old",
        "place_basis": PROGRAMME.measures[measure].place_basis
        if measure in PROGRAMME.measures
        else "occurrence",
        "period_start": f"{year}-01-01",
        "period_end": f"{year}-12-31",
        "measure": measure,
        "value": value,
        "unit": PROGRAMME.measures[measure].unit if measure in PROGRAMME.measures else "vu",
        "status": "not_reported" if value is None else "zero_reported" if value == 0 else "reported",
        "qualifier": "exact",
        "published": False,
        "source_id": "s",
        "edition_date": "2021-01-01",
        "source_cell": "",
    }
    return row | changes


def facts_table(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return a facts table as the package holds it in memory."""
    table = pd.DataFrame(list(rows))
    dimensions = [name for name in table.columns if name not in COLUMNS]
    table[dimensions] = table[dimensions].fillna("all")
    for name in ("period_start", "period_end", "edition_date"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return table.astype({"value": "float64", "published": bool})


def _written(value: Any) -> Any:
    """Return a figure as it is written by hand: no decimals where it has none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def write_csv(path: Path, *rows: dict[str, Any]) -> Path:
    """Write rows as a facts file."""
    table = pd.DataFrame(list(rows))
    table["published"] = table["published"].map(lambda flag: str(flag).lower())
    table["value"] = pd.Series([_written(row["value"]) for row in rows], dtype=object)
    table.to_csv(path, index=False)
    return path
