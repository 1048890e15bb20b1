"""What a province's page may know of the places around it: the sums of its region, and, where it has no figure itself, the provinces most like it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log
from typing import Any

import pandas as pd

from evalkit.additivity.coarser_sums import over_wholes
from evalkit.facts.named_places import Place
from evalkit.programme.kinds import BESIDE_OTHERS, KINDS
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
    wanted = _compared(programme)
    measures = {name for names in wanted for name in names}
    rows = facts[facts["measure"].isin(measures) & facts["province_code"].isin(list(whole))]
    rows = totals_only(rows[(rows["period_end"] - rows["period_start"]).dt.days < _A_YEAR])
    sums = over_wholes(rows, whole, scheme=place.scheme, to=REGION_SCHEME)
    own = rows[(rows["province_code"] == place.code) & (rows["scheme"] == place.scheme)]
    return sums[_used(sums, own[own["status"].isin(WITH_VALUE)], wanted)]


def _compared(programme: Programme) -> list[frozenset[str]]:
    """Return the measures of each share and rate that adds up, the population with those of a rate; medians and the like are left out."""
    measures = [
        {*one.measures, *([programme.population] if KINDS[one.kind].parts == "person_years" else [])}
        for one in programme.indicators.values()
        if one.kind in BESIDE_OTHERS
    ]
    added = {name for name, one in programme.measures.items() if one.additive}
    return [frozenset(names) for names in measures if names <= added]


def _used(sums: pd.DataFrame, own: pd.DataFrame, wanted: Sequence[frozenset[str]]) -> list[bool]:
    """Tell which sums some share or rate needs of which the place has all figures, and the region too."""
    there = _told(own) & _told(sums)
    periods = {period for _, period in there}
    used = {
        (name, period)
        for period in periods
        for names in wanted
        if all((name, period) in there for name in names)
        for name in names
    }
    return [row in used for row in _named(sums)]


def _named(rows: pd.DataFrame) -> list[tuple[str, tuple[pd.Timestamp, pd.Timestamp]]]:
    return [
        (name, (start, end))
        for name, start, end in zip(rows["measure"], rows["period_start"], rows["period_end"], strict=True)
    ]


def _told(rows: pd.DataFrame) -> set[tuple[str, tuple[pd.Timestamp, pd.Timestamp]]]:
    return set(_named(rows))


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
