"""The facts table: one row is one reported figure.

Columns
-------
province_code : str, text such as "04"; "VN" for the nation, "R2" for a region
scheme : str, the boundary set the code belongs to ("63", "34", or a workspace's own); "nation" for the nation; for a region
    its boundary set or "region"
place_basis : str, where a figure is counted: occurrence, residence, detection, reception
period_start, period_end : datetime64, both days inclusive
measure : str, a name of measures.toml
(one column per dimension) : str, the value of the breakdown, "all" for the total; an absent column means "all"
value : float, missing where the status says so
unit : str, a name of the units in measures.toml
status : str, one of STATUSES
qualifier : str, one of QUALIFIERS: how exact the source's own wording is
published : bool, officially published: never suppressed, and known to every attacker
source_id : str, a key of sources.toml
edition_date : datetime64, when the source published it
source_cell : str, where in the source
"""

from __future__ import annotations

import pandas as pd

STATUSES = ("reported", "zero_reported", "derived", "not_reported", "not_applicable", "suppressed")
QUALIFIERS = ("exact", "about", "more_than", "nearly", "at_least")
PLACE_BASES = ("occurrence", "residence", "detection", "reception")
WITH_VALUE = ("reported", "zero_reported", "derived")
RANGE_KEY = ("province_code", "scheme", "place_basis", "measure", "period_start", "period_end", "source_id")
NATION = "VN"
NATION_SCHEME = "nation"
REGION_SCHEME = "region"

COLUMNS = (
    "province_code",
    "scheme",
    "place_basis",
    "period_start",
    "period_end",
    "measure",
    "value",
    "unit",
    "status",
    "qualifier",
    "published",
    "source_id",
    "edition_date",
    "source_cell",
)
DATES = ("period_start", "period_end", "edition_date")
KEY = (
    "province_code",
    "scheme",
    "place_basis",
    "period_start",
    "period_end",
    "measure",
    "source_id",
    "edition_date",
)
MARK = "mark"
REVISED = "r"  # the mark of a shown figure that its source gave otherwise in an earlier edition


def dimensions_of(facts: pd.DataFrame) -> list[str]:
    """Return the names of the dimension columns of a facts table, in their order.

    Examples
    --------
    >>> dimensions_of(pd.DataFrame(columns=[*COLUMNS, "sex", "mark"]))
    ['sex']
    """
    return [column for column in facts.columns if column not in COLUMNS and column != MARK]


def key_of(facts: pd.DataFrame) -> list[str]:
    """Return the columns that together name one row."""
    return [*KEY, *dimensions_of(facts)]


def totals_only(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in which every dimension is "all"."""
    keep = pd.Series(data=True, index=facts.index)
    for dimension in dimensions_of(facts):
        keep &= facts[dimension] == "all"
    return facts[keep]


def without_empty_dimensions(facts: pd.DataFrame) -> pd.DataFrame:
    """Drop the dimension columns that are "all" in every row: keys and hashes ignore them."""
    empty = [name for name in dimensions_of(facts) if (facts[name] == "all").all()]
    return facts.drop(columns=empty)
