"""Carry figures from an older boundary set to a newer one: by addition, never by splitting.

A new province's figure is the sum of its former parts. Where a part is missing the sum is not given: the row says
``not_reported`` and its ``source_cell`` begins with ``partial``. A province whose boundary did not change keeps its figures
as they were reported.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from evalkit.programme.provinces import Registry
from evalkit.table import (
    MARK,
    NATION_SCHEME,
    REGION_SCHEME,
    REVISED,
    WITH_VALUE,
    dimensions_of,
    key_of,
)

PARTIAL = "partial"


def with_revisions(facts: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Mark the shown figures that their source gave in an earlier edition, too.

    Parameters
    ----------
    facts : DataFrame
        Protected facts, latest editions only, with the column ``mark``.
    history : DataFrame
        All editions.
    """
    same = [name for name in key_of(history) if name != "edition_date"]
    revised = history.loc[history.duplicated(same), same].drop_duplicates()
    known = pd.MultiIndex.from_frame(facts.reindex(columns=same, fill_value="all"))
    found = known.isin(pd.MultiIndex.from_frame(revised)) & (facts[MARK] == "") & facts["value"].notna()
    return facts.assign(**{MARK: facts[MARK].mask(found, REVISED)})


def carry_over(
    facts: pd.DataFrame, registry: Registry, *, scheme: str, never_added: Collection[str] = ()
) -> pd.DataFrame:
    """Add the figures of older boundary sets, summed to ``scheme``, to a facts table.

    Parameters
    ----------
    facts : DataFrame
        A facts table, latest editions only.
    registry : Registry
        Tells which unit became part of which.
    scheme : str
        The boundary set of the pages.
    never_added : collection of str
        Measures that are no sums, such as medians: a unit made of several parts has none of them.

    Returns
    -------
    DataFrame
        The table with further rows. Sums are within one source and place basis; status ``derived`` for a sum of two parts
        or more (``zero_reported`` when all parts are reported zeros). A row that was reported in ``scheme`` itself is never
        replaced.

    Notes
    -----
    Counts add; ratios are recomputed from summed counts later; medians and percentages are never carried over.
    """
    parts = {
        (part.code, part.scheme): unit.code
        for unit in registry.units(scheme)
        for part in registry.components(unit.code, scheme)
    }
    pair = pd.MultiIndex.from_frame(facts[["province_code", "scheme"]])
    inside = pair.isin(list(parts))
    older = facts[inside].assign(new_code=[parts[place] for place in pair[inside]])
    if older.empty:
        return facts
    expected = pd.Series(parts).groupby(pd.Series(parts)).size()
    is_median = older["measure"].isin(list(never_added)) & (older["new_code"].map(expected) > 1)
    older = older[~is_median]
    group = [
        "new_code",
        *(name for name in key_of(facts) if name not in ("province_code", "scheme", "edition_date")),
    ]
    summed = (
        _summed(older, group, expected).assign(scheme=scheme).rename(columns={"new_code": "province_code"})
    )
    summed = summed[~_already_reported(summed, facts)]
    return pd.concat([facts, summed[list(facts.columns)]], ignore_index=True)


def without_regions(facts: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """Leave out the rows of regions, which hold their provinces once more.

    Parameters
    ----------
    facts : DataFrame
        A facts table.
    registry : Registry
        Tells which codes are those of regions.
    """
    regions = {(code, scheme) for scheme in registry.schemes for code in registry.regions(scheme)}
    pair = pd.MultiIndex.from_frame(facts[["province_code", "scheme"]])
    return facts[~pair.isin(list(regions)) & (facts["scheme"] != REGION_SCHEME)]


def national_population(facts: pd.DataFrame, *, nation: str, measure: str) -> pd.DataFrame:
    """Return the nation's yearly population as the sum of all units of the scheme it is given in.

    Parameters
    ----------
    facts : DataFrame
        Facts that hold the measure for every unit of one scheme, and none of regions.
    nation : str
        The nation's code.
    measure : str
        The population measure.
    """
    rows = facts[(facts["measure"] == measure) & (facts["scheme"] != NATION_SCHEME)]
    group = [name for name in key_of(facts) if name not in ("province_code", "scheme", "edition_date")]
    total = rows.groupby(group, as_index=False, sort=True).agg(
        value=("value", "sum"),
        unit=("unit", "first"),
        published=("published", "all"),
        edition_date=("edition_date", "max"),
    )
    return total.assign(
        province_code=nation,
        scheme=NATION_SCHEME,
        status="derived",
        qualifier="exact",
        source_cell="sum of all units",
    )


def _summed(older: pd.DataFrame, group: list[str], expected: pd.Series) -> pd.DataFrame:
    """Sum parts; a unit of one part keeps that part's row."""
    held = older["status"].isin(WITH_VALUE)
    older = older.assign(
        held=held, zero=older["status"] == "zero_reported", inexact=older["qualifier"] != "exact"
    )
    sums = older.groupby(group, as_index=False, sort=True).agg(
        value=("value", "sum"),
        held=("held", "sum"),
        zeros=("zero", "sum"),
        inexact=("inexact", "sum"),
        unit=("unit", "first"),
        status=("status", "first"),
        qualifier=("qualifier", "first"),
        published=("published", "all"),
        edition_date=("edition_date", "max"),
        source_cell=("source_cell", "first"),
    )
    needed = sums["new_code"].map(expected)
    several, whole = needed > 1, sums["held"] == needed
    sums["status"] = sums["status"].where(~several, "derived")
    sums.loc[several & (sums["zeros"] == needed), "status"] = "zero_reported"
    sums.loc[several & (sums["inexact"] > 0), "qualifier"] = "about"
    sums.loc[several, "source_cell"] = "sum of " + needed[several].astype(int).astype(str) + " former units"
    sums.loc[several & ~whole, "status"] = "not_reported"
    sums.loc[several & ~whole, "source_cell"] = (
        PARTIAL
        + ": "
        + sums["held"].astype(int).astype(str)
        + " of "
        + needed.astype(int).astype(str)
        + " former units"
    )
    sums["value"] = sums["value"].where(sums["status"].isin(WITH_VALUE))
    return sums


def _already_reported(summed: pd.DataFrame, facts: pd.DataFrame) -> pd.Series:
    same = [
        "province_code",
        "scheme",
        "place_basis",
        "period_start",
        "period_end",
        "measure",
        *dimensions_of(facts),
    ]
    reported = pd.MultiIndex.from_frame(facts[same])
    return pd.Series(pd.MultiIndex.from_frame(summed[same]).isin(reported), index=summed.index)
