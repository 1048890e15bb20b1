"""Rows of a facts table set apart: those of regions, and those that their source revised."""

from __future__ import annotations

import pandas as pd

from evalkit.places.registry import Registry
from evalkit.table import (
    MARK,
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
