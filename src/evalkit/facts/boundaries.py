"""Rows of a facts table set apart: those of regions, and those that their source revised or calls preliminary."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evalkit.places.registry import Registry
from evalkit.table import (
    MARK,
    PRELIMINARY,
    REGION_SCHEME,
    REVISED,
    key_of,
)


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


def with_preliminary(facts: pd.DataFrame, preliminary: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """Mark the shown figures that their source calls preliminary, and those of newer units made from them.

    Parameters
    ----------
    facts : DataFrame
        Protected facts with the column ``mark``; a mark that is there already stays.
    preliminary : DataFrame
        The rows that were marked so when they were read.
    registry : Registry
        Tells which unit of a newer boundary set holds another.
    """
    if preliminary.empty:
        return facts
    same = [name for name in key_of(preliminary) if name != "edition_date"]
    marked = pd.concat([preliminary[same], *_carried_forward(preliminary[same], registry)])
    known = pd.MultiIndex.from_frame(facts.reindex(columns=same, fill_value="all"))
    found = known.isin(pd.MultiIndex.from_frame(marked.drop_duplicates()))
    shown = found & (facts[MARK] == "") & facts["value"].notna()
    return facts.assign(**{MARK: facts[MARK].mask(shown, PRELIMINARY)})


def _carried_forward(rows: pd.DataFrame, registry: Registry) -> Iterator[pd.DataFrame]:
    """Yield the same rows for the unit of each newer boundary set that holds the one they are of; a region or the nation has none."""
    units = {(unit.scheme, unit.code) for scheme in registry.schemes for unit in registry.units(scheme)}
    while len(rows):
        pairs = zip(rows["province_code"], rows["scheme"], strict=True)
        after = [
            registry.successor(code, scheme) if (scheme, code) in units else None for code, scheme in pairs
        ]
        rows = rows[[one is not None for one in after]].assign(
            province_code=[one.code for one in after if one], scheme=[one.scheme for one in after if one]
        )
        yield rows


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
