"""The facts table: one row is one reported figure.

Columns
-------
province_code : str, text such as "04"; for the nation the code its registry declares ("VN"), for a region its own ("R2")
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

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.messages import worded

STATUSES = ("reported", "zero_reported", "derived", "not_reported", "not_applicable", "suppressed")
QUALIFIERS = ("exact", "about", "more_than", "nearly", "at_least")
PLACE_BASES = ("occurrence", "residence", "detection", "reception")
WITH_VALUE = ("reported", "zero_reported", "derived")
TOLD = (*WITH_VALUE, "suppressed")  # there is a figure, shown or hidden
RANGE_KEY = ("province_code", "scheme", "place_basis", "measure", "period_start", "period_end", "source_id")
NATION_SCHEME = "nation"
REGION_SCHEME = "region"
ALL = "all"

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
PRELIMINARY = "p"  # the mark of a shown figure that its source calls preliminary
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


def totals_only(facts: pd.DataFrame, dimensions: Collection[str] | None = None) -> pd.DataFrame:
    """Return the rows in which every dimension is "all".

    Parameters
    ----------
    facts : DataFrame
        A facts table; a dimension column that is absent means "all".
    dimensions : collection of str, optional
        The dimensions, where the frame holds other columns than those of a facts table; by default every column that is none
        of those.

    Examples
    --------
    >>> totals_only(pd.DataFrame({"value": [7, 4], "sex": ["all", "female"]}))["value"].tolist()
    [7]
    """
    names = dimensions_of(facts) if dimensions is None else [name for name in dimensions if name in facts]
    is_total = np.ones(len(facts), dtype=bool)
    for name in names:
        is_total &= (facts[name] == "all").to_numpy()
    return facts.copy(deep=False) if is_total.all() else facts[is_total]


def latest_editions(facts: pd.DataFrame, key: Sequence[str] | None = None) -> pd.DataFrame:
    """Keep what each source said last of each figure, in the order of the table.

    Parameters
    ----------
    facts : DataFrame
        Facts rows with ``source_id`` and ``edition_date``.
    key : sequence of str, optional
        The columns that together name a figure, source and edition aside; by default those of the facts table.

    Raises
    ------
    FactsError
        If one edition of one source gives a figure twice.

    Examples
    --------
    >>> facts = pd.DataFrame({"year": [2020, 2020], "source_id": "s", "value": [5, 6]})
    >>> facts["edition_date"] = pd.to_datetime(["2021-03-01", "2022-03-01"])
    >>> latest_editions(facts, ["year"])["value"].tolist()
    [6]
    """
    named = [name for name in key_of(facts) if name != "edition_date"] if key is None else [*key, "source_id"]
    if not facts.duplicated(named).any():
        return facts.copy(deep=False)
    refuse_repeated(facts, [*named, "edition_date"], where="facts")
    places = pd.Series(range(len(facts)), index=facts.index)
    newest = facts.assign(_place=places).sort_values("edition_date", kind="stable", na_position="first")
    kept = newest.drop_duplicates(named, keep="last").sort_values("_place", kind="stable")
    return kept.drop(columns="_place")


def without_empty_dimensions(facts: pd.DataFrame) -> pd.DataFrame:
    """Drop the dimension columns that are "all" in every row: keys and hashes ignore them."""
    empty = [name for name in dimensions_of(facts) if (facts[name] == "all").all()]
    return facts.drop(columns=empty)


def refuse_repeated(rows: pd.DataFrame, key: list[str], *, where: str) -> None:
    """Raise if two rows stand for one place and period.

    Parameters
    ----------
    rows : DataFrame
    key : list of str
        The columns that together name a row.
    where : str
        Which table or measure, for the message.

    Raises
    ------
    FactsError
        Naming the rows by their key.

    Examples
    --------
    >>> refuse_repeated(pd.DataFrame({"year": [2019, 2020]}), ["year"], where="series")
    """
    again = rows[rows.duplicated(key, keep=False)]
    if not again.empty:
        names = again[key].astype(str).agg(" ".join, axis=1).unique()
        raise FactsError(
            where=f"{where}: {named_rows(names)}",
            rule=worded("one figure per place, period and source edition"),
            do=worded("remove the repeated row, or give the edition date that tells the two apart"),
        )


def refuse_mixed_units(rows: pd.DataFrame, *, where: str) -> None:
    """Raise if one measure is given in two units: cases and persons are never added up.

    Examples
    --------
    >>> refuse_mixed_units(pd.DataFrame({"unit": ["vu", "vu"]}), where="cases_recorded")
    """
    units = sorted(rows["unit"].unique())
    if len(units) > 1:
        raise FactsError(
            where=f"{where}: {named_rows(period_names(rows).unique())}",
            rule=worded("one measure has one unit"),
            do=worded("correct the unit of these rows: {units} stand side by side", units=", ".join(units)),
        )


def period_names(rows: pd.DataFrame) -> pd.Series:
    """Return a name for each facts row: place and period, without its figure.

    Examples
    --------
    >>> day = pd.to_datetime(["2020-01-01"])
    >>> period_names(pd.DataFrame({"province_code": ["04"], "period_start": day, "period_end": day})).tolist()
    ['04 2020-01-01..2020-01-01']
    """
    first, last = (rows[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    names: pd.Series = rows["province_code"].astype(str) + " " + first + ".." + last
    return names


def named_rows(names: object) -> str:
    """Write a list of row names, the first dozen of them.

    Examples
    --------
    >>> named_rows([3, 14])
    'rows 3, 14'
    """
    listed = [str(name) for name in np.asarray(names).tolist()]
    more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
    return f"rows {', '.join(listed[:12])}{more}"
