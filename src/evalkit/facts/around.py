"""What a province's page may know of the places around it: the sums of its region, and, where it has no figure itself, the provinces most like it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True)
class PlacesAround:
    """All places of the pages, and what a place's page may know of the others; what holds for all is worked out once.

    Attributes
    ----------
    facts : DataFrame
        Protected facts of all places.
    places : tuple of Place
    programme : Programme
        Its shares and rates are what provinces are put beside others by.
    """

    facts: pd.DataFrame
    places: tuple[Place, ...]
    programme: Programme

    def __reduce__(self) -> tuple[type[PlacesAround], tuple[Any, ...]]:
        """Leave what was worked out behind: whoever gets this works it out when asked."""
        return PlacesAround, (self.facts, self.places, self.programme)

    def region_sums(self, place: Place) -> pd.DataFrame:
        """Return the yearly totals of a place's region: of what all its provinces have a shown figure of, from one source."""
        rows, sums = self._compared_rows, self._sums_of_regions
        own = rows[(rows["province_code"] == place.code) & rows["status"].isin(WITH_VALUE)]
        sums = sums[sums["province_code"] == place.region_code]
        return sums[_used(sums, own, _compared(self.programme))]

    @cached_property
    def _compared_rows(self) -> pd.DataFrame:
        """The rows of at most a year that the places' shares and rates are made of."""
        measures = {name for names in _compared(self.programme) for name in names}
        rows = self._of_places[self._of_places["measure"].isin(measures)]
        return totals_only(rows[(rows["period_end"] - rows["period_start"]).dt.days < _A_YEAR])

    @cached_property
    def _sums_of_regions(self) -> pd.DataFrame:
        """The sums of all regions of more than one province."""
        regions = Counter(one.region_code for one in self.places)
        whole = {
            one.code: one.region_code
            for one in self.places
            if one.region_code and regions[one.region_code] > 1
        }
        if not whole:
            return self._compared_rows.iloc[:0]
        return over_wholes(self._compared_rows, whole, scheme=self.places[0].scheme, to=REGION_SCHEME)

    def nearest(self, place: Place) -> list[dict[str, Any]]:
        """Return the places most like one: of its region, with a land border as it has or has not, then the nearest in population.

        Returns
        -------
        list of dict
            At most three, each with its name, ``slug``, ``population`` and the number of ``items`` that have a figure.
        """
        people, items = self._people, self._items
        mine = people.get(place.code)

        def far(other: Place) -> tuple[bool, bool, float]:
            there = people.get(other.code)
            gap = abs(log(there / mine)) if there and mine else inf
            return (
                other.region_code != place.region_code,
                bool(other.land_border) != bool(place.land_border),
                gap,
            )

        others = sorted((one for one in self.places if one.code != place.code), key=far)
        return [
            {
                "name": {"vi": one.name, "en": one.name_en} | one.name_in,
                "page": f"{one.code}-{one.slug}",
                "population": people.get(one.code),
                "items": items.get(one.code, 0),
            }
            for one in others[:MOST_NEAREST]
        ]

    def has_figures(self, place: Place) -> bool:
        """Tell whether a place has a figure of anything but its population."""
        return place.code in self._with_figures

    @cached_property
    def _of_places(self) -> pd.DataFrame:
        codes = [one.code for one in self.places]
        return self.facts[
            (self.facts["scheme"] == self.places[0].scheme) & self.facts["province_code"].isin(codes)
        ]

    @cached_property
    def _told(self) -> pd.DataFrame:
        """The rows that tell a figure of anything but the population."""
        rows = self._of_places
        return rows[rows["status"].isin(TOLD) & (rows["measure"] != self.programme.population)]

    @cached_property
    def _with_figures(self) -> frozenset[str]:
        return frozenset(self._told["province_code"])

    @cached_property
    def _items(self) -> dict[str, int]:
        """In how many items each place has a figure of a whole."""
        counted = totals_only(self._told).groupby("province_code")["measure"].nunique()
        return {str(code): int(number) for code, number in counted.items()}

    @cached_property
    def _people(self) -> dict[str, float]:
        """Each place's newest population."""
        rows = totals_only(self._of_places[self._of_places["measure"] == self.programme.population])
        rows = rows[rows["status"].isin(WITH_VALUE)]
        newest = rows.sort_values("period_end", kind="stable").drop_duplicates("province_code", keep="last")
        return dict(zip(newest["province_code"], newest["value"].astype(float), strict=True))


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
