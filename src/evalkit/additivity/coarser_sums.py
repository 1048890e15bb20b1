"""One step coarser: the sums of a table's rows over values, over places, over the years of a longer period, where every part is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evalkit.places.registry import Registry
from evalkit.table import ALL, NATION_SCHEME, WITH_VALUE, dimensions_of

Span = tuple[pd.Timestamp, pd.Timestamp]
_PLACE = ["province_code", "scheme"]
_PERIOD = ["period_start", "period_end"]
_WORKING = ("_part", "_needed", "_zero", "_exact")  # columns of the sums alone


def over_values(rows: pd.DataFrame, dimension: str, values: Sequence[str]) -> pd.DataFrame:
    """Return the totals over one dimension whose values add up.

    Parameters
    ----------
    rows : DataFrame
        Rows of a facts table, one measure at one level.
    dimension : str
    values : sequence of str
        All values of the dimension.

    Returns
    -------
    DataFrame
        Rows of a facts table, status ``derived``, or ``zero_reported`` where every part is a reported zero; none where a part is
        missing.

    Examples
    --------
    >>> row = {"province_code": "24", "scheme": "34", "source_id": "s", "status": "reported", "qualifier": "exact", "published": False}
    >>> rows = pd.DataFrame([row | {"sex": "female", "value": 3.0}, row | {"sex": "male", "value": 4.0}])
    >>> over_values(rows.assign(edition_date=0, source_cell=""), "sex", ["female", "male"])[["sex", "value", "status"]].values.tolist()
    [['all', 7.0, 'derived']]
    """
    inside = rows[rows[dimension].isin(values)]
    return _summed(inside.assign(**{dimension: ALL}), _each(inside), needed=len(values))


def over_places(rows: pd.DataFrame, registry: Registry, *, scheme: str, region: bool) -> pd.DataFrame:
    """Return the totals of a boundary set's regions, or of the nation.

    Parameters
    ----------
    rows : DataFrame
        Rows of a facts table, one measure at one level.
    registry : Registry
    scheme : str
        The boundary set whose units are added up.
    region : bool
        To regions; else to the nation.

    Returns
    -------
    DataFrame
        As for :func:`over_values`.
    """
    units, nation = registry.units(scheme), registry.nation.code
    whole = {unit.code: unit.region_code if region else nation for unit in units}
    return over_wholes(rows, whole, scheme=scheme, to=scheme if region else NATION_SCHEME)


def over_wholes(rows: pd.DataFrame, whole: Mapping[str, str], *, scheme: str, to: str) -> pd.DataFrame:
    """Return the totals of wholes that some places of a boundary set make up.

    Parameters
    ----------
    rows : DataFrame
        Rows of a facts table.
    whole : mapping of str
        The code of the whole for that of each of its places; places without one are left out.
    scheme : str
        The boundary set whose places are added up.
    to : str
        What the totals have as their boundary set.

    Returns
    -------
    DataFrame
        As for :func:`over_values`.
    """
    size = pd.Series(list(whole.values())).value_counts()
    inside = rows[(rows["scheme"] == scheme) & rows["province_code"].map(whole).fillna("").ne("")]
    code = inside["province_code"].map(whole)
    summed = inside.assign(province_code=code, scheme=to)
    return _summed(summed, _each(inside), needed=code.map(size))


def over_years(rows: pd.DataFrame, spans: Sequence[Span]) -> pd.DataFrame:
    """Return the totals of longer periods that are made of the periods of some rows without a gap or an overlap.

    Parameters
    ----------
    rows : DataFrame
        Rows of a facts table, one measure at one level; no stock.
    spans : sequence of pair of Timestamp
        First and last day of the longer periods.

    Returns
    -------
    DataFrame
        As for :func:`over_values`.
    """
    found = [rows.iloc[:0]]
    for first, last in spans:
        inside = rows[(rows["period_start"] >= first) & (rows["period_end"] <= last)]
        days = (inside["period_end"] - inside["period_start"]).dt.days + 1
        longer = inside.assign(period_start=first, period_end=last)
        found.append(_summed(longer, days, needed=(last - first).days + 1))
    return pd.concat(found, ignore_index=True).astype(rows.dtypes[_PERIOD].to_dict())


def _each(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(1, index=rows.index)


def _summed(rows: pd.DataFrame, part: pd.Series, *, needed: int | pd.Series) -> pd.DataFrame:
    """Add up rows of one name; only where what they are parts of is made of them."""
    held = rows["status"].isin(WITH_VALUE)
    rows = rows[held].assign(_part=part, _needed=needed)
    rows = rows.assign(_zero=rows["status"] == "zero_reported", _exact=rows["qualifier"] == "exact")
    names = [
        name for name in (*_PLACE, "place_basis", *_PERIOD, "measure", "unit", "source_id") if name in rows
    ]
    key = [*names, *(name for name in dimensions_of(rows) if name not in _WORKING)]
    how = {
        "value": ("value", "sum"),
        "zero": ("_zero", "all"),
        "exact": ("_exact", "all"),
        "published": ("published", "all"),
        "edition_date": ("edition_date", "max"),
        "_part": ("_part", "sum"),
        "_needed": ("_needed", "first"),
        "number": ("value", "size"),
    }
    whole = rows.groupby(key, sort=False).agg(**how).reset_index()
    whole = whole[whole["_part"] == whole["_needed"]]
    said = whole.assign(
        status=np.where(whole["zero"], "zero_reported", "derived"),
        qualifier=np.where(whole["exact"], "exact", "about"),
        source_cell="sum of " + whole["number"].astype(str) + " figures",
    )
    return said.reindex(columns=[name for name in rows.columns if name not in _WORKING])
