"""What a province's page may know of the places around it: the sums of its region, and, where it has no figure itself, the provinces most like it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log
from typing import Any

import pandas as pd

from evalkit.additivity.coarser_sums import over_wholes
from evalkit.facts.named_places import Place
from evalkit.programme.kinds import BESIDE_OTHERS
from evalkit.programme.models import Programme
from evalkit.table import REGION_SCHEME, TOLD, WITH_VALUE, totals_only

MOST_NEAREST = 3
_A_YEAR = 366  # days


def region_sums(
    facts: pd.DataFrame, place: Place, places: Sequence[Place], programme: Programme
) -> pd.DataFrame:
    """Return the yearly totals of a place's region: of what all its provinces have a shown figure of, from one source.

    Parameters
    ----------
    facts : DataFrame
        Protected facts of all provinces.
    place : Place
    places : sequence of Place
        All places of the pages.
    programme : Programme
        Its shares and rates are what provinces are put beside others by.
    """
    whole = {
        one.code: one.region_code
        for one in places
        if one.region_code == place.region_code and one.scheme == place.scheme
    }
    if len(whole) < 2 or not place.region_code:
        return facts.iloc[:0]
    rows = facts[facts["measure"].isin(_compared(programme)) & facts["province_code"].isin(list(whole))]
    rows = totals_only(rows[(rows["period_end"] - rows["period_start"]).dt.days < _A_YEAR])
    return over_wholes(rows, whole, scheme=place.scheme, to=REGION_SCHEME)


def _compared(programme: Programme) -> set[str]:
    """Return the measures that shares and rates are made of, medians and the like left out."""
    used = {programme.population} | {
        measure
        for one in programme.indicators.values()
        if one.kind in BESIDE_OTHERS
        for measure in one.measures
    }
    return {name for name in used if name in programme.measures and programme.measures[name].additive}


def nearest(
    facts: pd.DataFrame, place: Place, places: Sequence[Place], programme: Programme
) -> list[dict[str, Any]]:
    """Return the places most like one: of its region, with a land border as it has or has not, then the nearest in population.

    Parameters
    ----------
    facts, place, places, programme
        As in :func:`region_sums`.

    Returns
    -------
    list of dict
        At most three, each with its name, ``slug``, ``population`` and the number of ``items`` that have a figure.
    """
    totals = totals_only(facts[facts["scheme"] == place.scheme])
    people = _people(totals, programme)
    told = totals[totals["status"].isin(TOLD) & (totals["measure"] != programme.population)]
    items = told.groupby("province_code")["measure"].nunique()
    mine = people.get(place.code)

    def far(other: Place) -> tuple[bool, bool, float]:
        there = people.get(other.code)
        gap = abs(log(there / mine)) if there and mine else inf
        return other.region_code != place.region_code, bool(other.land_border) != bool(place.land_border), gap

    others = sorted((one for one in places if one.code != place.code), key=far)
    return [
        {
            "name": {"vi": one.name, "en": one.name_en} | one.name_in,
            "page": f"{one.code}-{one.slug}",
            "population": people.get(one.code),
            "items": int(items.get(one.code, 0)),
        }
        for one in others[:MOST_NEAREST]
    ]


def has_figures(facts: pd.DataFrame, place: Place, programme: Programme) -> bool:
    """Tell whether a place has a figure of anything but its population."""
    own = (facts["province_code"] == place.code) & (facts["scheme"] == place.scheme)
    return bool((own & facts["status"].isin(TOLD) & (facts["measure"] != programme.population)).any())


def _people(totals: pd.DataFrame, programme: Programme) -> dict[str, float]:
    """Return each place's newest population."""
    rows = totals[(totals["measure"] == programme.population) & totals["status"].isin(WITH_VALUE)]
    newest = rows.sort_values("period_end", kind="stable").drop_duplicates("province_code", keep="last")
    return dict(zip(newest["province_code"], newest["value"].astype(float), strict=True))
