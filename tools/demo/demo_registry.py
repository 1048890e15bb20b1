"""The invented country's registry: the tables of units.csv, names.csv, crosswalk.csv, aliases.csv and population.csv.

The columns are those of data/reference, so that the same code reads both.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from tools.demo.demo_places import (
    CAPITAL,
    DAY_BEFORE,
    MARK,
    MERGERS,
    NEW,
    NEW_STARTS,
    OLD,
    OLD_ENDS,
    OLD_UNITS,
    RAISED,
    RAISED_ON,
    REGIONS,
    YEARS,
    OldUnit,
    new_code_of,
)

ACT = f"Invented act on provinces ({MARK})"


def units() -> pd.DataFrame:
    """Return both schemes, one row a unit, in code order, with the columns of units.csv.

    Examples
    --------
    >>> units().groupby("scheme")["code"].count().to_dict()
    {'d34': 34, 'd40': 40}
    """
    old = [_unit_row(OLD, place.code, place.name, place) for place in OLD_UNITS]
    renamed = {merger.code: merger.name for merger in MERGERS}
    firsts = {new_code_of(place.code): place for place in reversed(OLD_UNITS)}
    new = [
        _unit_row(NEW, code, renamed.get(code, firsts[code].name), firsts[code]) for code in sorted(firsts)
    ]
    return pd.DataFrame([*old, *new])


def names() -> pd.DataFrame:
    """Return the dated full names and types, with the columns of names.csv.

    Examples
    --------
    >>> names().query("scheme == 'd34' and code == '24'")["full_name"].tolist()
    ['Tỉnh Hải Khuê', 'Thành phố Hải Khuê']
    """
    rows = []
    for unit in units().itertuples():
        spans = [(unit.code == CAPITAL, unit.valid_from, unit.valid_to)]
        if (unit.scheme, unit.code) == (NEW, RAISED):
            spans = [(False, unit.valid_from, DAY_BEFORE), (True, RAISED_ON, unit.valid_to)]
        rows += [
            {
                "scheme": unit.scheme,
                "code": unit.code,
                "full_name": f"{'Thành phố' if is_city else 'Tỉnh'} {unit.name}",
                "unit_type": "municipality" if is_city else "province",
                "valid_from": start,
                "valid_to": end,
                "source": ACT,
            }
            for is_city, start, end in spans
        ]
    return pd.DataFrame(rows)


def crosswalk() -> pd.DataFrame:
    """Return which older unit became part of which newer one, with the columns of crosswalk.csv.

    Examples
    --------
    >>> crosswalk().query("to_code == '33'")["from_code"].tolist()
    ['31', '33', '34']
    """
    return pd.DataFrame(
        {
            "from_scheme": OLD,
            "from_code": place.code,
            "to_scheme": NEW,
            "to_code": new_code_of(place.code),
            "effective_from": NEW_STARTS,
            "source": ACT,
        }
        for place in OLD_UNITS
    )


def grid() -> pd.DataFrame:
    """Return where the tile of each newer unit stands on the page of the whole country, with the columns of grid.csv.

    Examples
    --------
    >>> grid()[["row", "column"]].max().tolist()
    [7, 5]
    """
    newer = [str(unit.code) for unit in units().itertuples() if unit.scheme == NEW]
    rows = [(NEW, code, place // 5 + 1, place % 5 + 1, ACT) for place, code in enumerate(sorted(newer))]
    return pd.DataFrame(rows, columns=["scheme", "code", "row", "column", "source"])


def aliases() -> pd.DataFrame:
    """Return other ways of writing a name; an ambiguous one has candidates and no code. Columns of aliases.csv.

    Examples
    --------
    >>> aliases().set_index("alias").loc["HS", "candidates"]
    'd40:34;d34:33'
    """
    usage = f"Usage in invented reports ({MARK})"
    rows = [
        ("V.Nguyệt", OLD, "01", "abbreviation", ""),
        ("V.Nguyệt", NEW, "01", "abbreviation", ""),
        ("Sương Lãnh", OLD, "02", "old_spelling", ""),
        ("Sương Lãnh", NEW, "02", "old_spelling", ""),
        ("Kì Nguyệt", OLD, "60", "old_spelling", ""),
        ("Kì Nguyệt", NEW, "60", "old_spelling", ""),
        ("Thành phố Hải Khuê", OLD, "24", "later_name", ""),
        ("TL", "", "", "ambiguous", "d40:04;d40:11;d40:38;d40:54"),
        ("ĐK", "", "", "ambiguous", "d40:15;d40:36"),
        ("HS", "", "", "ambiguous", "d40:34;d34:33"),
    ]
    return pd.DataFrame(
        [(alias, scheme, code, kind, usage, candidates) for alias, scheme, code, kind, candidates in rows],
        columns=["alias", "scheme", "code", "kind", "source", "candidates"],
    )


def population(*, seed: int) -> pd.DataFrame:
    """Return the yearly population in persons of the forty older units, with the columns of population.csv.

    The invented office went on publishing by older unit after the merger, so all fifteen years are given in ``d40``.

    Parameters
    ----------
    seed : int
        Decides each unit's yearly growth, between 0.2 % and 1.6 %.

    Examples
    --------
    >>> population(seed=20110101)["year"].agg(["min", "max", "count"]).tolist()
    [2011, 2025, 600]
    """
    rows = []
    for place in OLD_UNITS:
        growth = 1.002 + 0.014 * np.random.default_rng([seed, int(place.code), 1]).random()
        people = place.population * 1000.0
        for year in YEARS:
            people *= growth
            rows.append((place.code, year, round(people), _status(year), f"{year + 1}-05-31", _office(year)))
    table = pd.DataFrame(rows, columns=["code", "year", "population", "status", "edition_date", "source"])
    columns = ["scheme", "code", "year", "population", "status", "source_id", "edition_date", "source"]
    return table.assign(scheme=OLD, source_id="invented-population")[columns]


def _status(year: int) -> str:
    return "preliminary" if year == YEARS[-1] else "official"


def _office(year: int) -> str:
    after = "" if f"{year}-12-31" <= OLD_ENDS else ", vẫn theo 40 đơn vị cũ / still by the 40 older units"
    return f"Invented Statistics Office{after} ({MARK})"


def _unit_row(scheme: str, code: str, name: str, place: OldUnit) -> dict[str, str]:
    plain = plain_letters(name)
    region_vi, region_en = REGIONS[place.region]
    return {
        "scheme": scheme,
        "code": code,
        "name": name,
        "name_en": plain,
        "slug": plain.lower().replace(" ", "-"),
        "region_code": place.region,
        "region_vi": region_vi,
        "region_en": region_en,
        "land_border": place.neighbour,
        "valid_from": "" if scheme == OLD else NEW_STARTS,
        "valid_to": OLD_ENDS if scheme == OLD else "",
        "source": ACT,
    }


def plain_letters(text: str) -> str:
    """Return a Vietnamese name without its marks.

    Examples
    --------
    >>> plain_letters("Đằng Vũ")
    'Dang Vu'
    """
    bare = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
