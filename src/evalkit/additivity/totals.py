"""Totals that follow from what was reported: years from months, merged units from former ones, the nation from its provinces.

Figures are added up within one source, measure and place basis, and never where a part is missing: then the row says
``not_reported``, and its ``source_cell`` how many parts there are ("partial: 11 of 12 months").
"""

from __future__ import annotations

import pandas as pd

from evalkit.additivity.lattice import lattice_of
from evalkit.additivity.periods import days
from evalkit.additivity.places import Places
from evalkit.additivity.total_rows import total_rows
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.table import REGION_SCHEME, dimensions_of


def with_totals(
    facts: pd.DataFrame, *, registry: Registry, programme: Programme, scheme: str
) -> pd.DataFrame:
    """Add the totals that follow from a facts table and that no source gives.

    Parameters
    ----------
    facts : DataFrame
        A facts table, latest editions only.
    registry : Registry
        Tells which unit became part of which, and what the nation is made of.
    programme : Programme
        Tells what adds up: medians do not, stocks not over days.
    scheme : str
        The boundary set of the pages.

    Returns
    -------
    DataFrame
        The table and further rows: calendar years of places that give months, quarters or halves; units of ``scheme``; the
        nation. Status ``derived``, or ``zero_reported`` where every part is a reported zero; ``not_reported`` where a part is
        missing. A unit that was made of one former unit has that unit's row. A figure that any source reports is never
        replaced.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> from evalkit.places.registry import load_registry, reference_folder
    >>> row = {"scheme": "63", "place_basis": "occurrence", "measure": "cases_recorded", "unit": "vu", "status": "reported"}
    >>> row |= {"qualifier": "exact", "published": False, "source_id": "s", "source_cell": "", "edition_date": pd.Timestamp("2025-03-01")}
    >>> row |= {"period_start": pd.Timestamp("2024-01-01"), "period_end": pd.Timestamp("2024-12-31")}
    >>> facts = pd.DataFrame([row | {"province_code": "24", "value": 3.0}, row | {"province_code": "27", "value": 4.0}])
    >>> whole = with_totals(facts, registry=load_registry(reference_folder()), programme=load_programme("vn-trafficking"), scheme="34")
    >>> whole.loc[whole["scheme"] == "34", ["province_code", "scheme", "value", "status", "source_cell"]].values.tolist()
    [['24', '34', 7.0, 'derived', 'sum of 2 former units']]
    """
    linked = facts[~_of_regions(facts, registry)].reset_index(drop=True)
    if linked.empty:
        return facts
    lattice = lattice_of(
        linked,
        registry=registry,
        programme=programme,
        apart=("source_id",),
        asked=_years(linked),
        every_total=True,
    )
    further = [
        _carried(linked, lattice.space.places, registry, scheme),
        total_rows(linked, lattice, registry=registry, scheme=scheme),
    ]
    new = pd.concat([one for one in further if len(one)] or [facts.iloc[:0]], ignore_index=True)
    same = [name for name in _figure(facts) if name != "source_id"]
    keys, derived = pd.MultiIndex.from_frame(new[same]), new["status"] != "not_reported"
    given = keys.isin(pd.MultiIndex.from_frame(facts[same])) | ~derived & keys.isin(keys[derived])
    return pd.concat([facts, new.loc[~given, list(facts.columns)]], ignore_index=True)


def _of_regions(facts: pd.DataFrame, registry: Registry) -> pd.Series:
    """Tell which rows are of regions, which hold their provinces once more and stand on no page."""
    regions = {(code, scheme) for scheme in registry.schemes for code in registry.regions(scheme)}
    pair = pd.MultiIndex.from_frame(facts[["province_code", "scheme"]])
    return pd.Series(pair.isin(list(regions)), index=facts.index) | (facts["scheme"] == REGION_SCHEME)


def _figure(facts: pd.DataFrame) -> list[str]:
    named = ["province_code", "scheme", "place_basis", "period_start", "period_end", "measure", "source_id"]
    return [*named, *dimensions_of(facts)]


def _years(facts: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the calendar years of which some part was reported by itself."""
    spans = facts[["period_start", "period_end"]].drop_duplicates()
    short = spans[spans["period_start"].dt.year.eq(spans["period_end"].dt.year)]
    years = pd.Series(sorted(set(short["period_start"].dt.year)), dtype="int64").astype(str)
    ends = days(pd.to_datetime(years + "-01-01"), pd.to_datetime(years + "-12-31"))
    return [(int(start), int(end)) for start, end in ends]


def _carried(facts: pd.DataFrame, places: Places, registry: Registry, scheme: str) -> pd.DataFrame:
    """Return the rows of older units whose extent did not change, medians included, under their new code."""
    units = {places.position(unit.code, scheme): unit.code for unit in registry.units(scheme)}
    older = registry.schemes[: registry.schemes.index(scheme)]
    rows = facts[facts["scheme"].isin(older)]
    pairs = rows[["province_code", "scheme"]].itertuples(index=False, name=None)
    code = [units.get(places.position(*pair), "") for pair in pairs]
    moved = rows.assign(province_code=code, scheme=scheme)
    return moved[moved["province_code"] != ""]
