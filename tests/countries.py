"""Random small countries with linked tables, for attacks on their protection. All invented."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from evalkit.additivity.totals import with_totals
from evalkit.disclosure.equations import Tables
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protection_rules import protected_cells, sizes
from evalkit.places.registry import Registry
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table

PLACES = ("01", "02", "03")
SEXES = ("female", "male")
AGES = ("child", "adult")
HALVES = (("2015-01-01", "2015-06-30"), ("2015-07-01", "2015-12-31"))
YEAR = ("2015-01-01", "2015-12-31")
HIDDEN_TOTALS = DisclosurePolicy()
STANDING_TOTALS = DisclosurePolicy(person_totals_stand=True, custodian="Invented office")
MOST = 200
IDENTIFIED, OFFERED = "victims_identified", "victims_offered_support"  # the second is part of the first
Inmost = tuple[str, str, int, bool]


@dataclass(frozen=True)
class Country:
    """Counts by place, attribute and half-year, and which tables of them are reported.

    ``breakdown`` is "sex" (adds up), "age_group" (need not) or "" (totals only); ``left_out`` numbers the rows not reported.
    With ``offered`` a second measure is reported, which is part of the first: the first 12 counts are then those who were
    offered support, the other 12 those who were not.
    """

    counts: tuple[int, ...]
    breakdown: str = "sex"
    halves: bool = True
    nation: bool = True
    published_nation: bool = False
    carried_over: bool = True
    standing: bool = True
    left_out: tuple[int, ...] = ()
    offered: bool = False

    @property
    def policy(self) -> DisclosurePolicy:
        return STANDING_TOTALS if self.standing else HIDDEN_TOTALS

    @property
    def values(self) -> tuple[str, ...]:
        return AGES if self.breakdown == "age_group" else SEXES

    def inmost(self) -> list[Inmost]:
        offered = (True, False) if self.offered else (False,)
        return [(p, a, h, o) for o in offered for p, a, h in itertools.product(PLACES, self.values, (0, 1))]

    def moved(self, *steps: tuple[int, int]) -> Country:
        """Return the country with some counts changed."""
        counts = list(self.counts)
        for position, by in steps:
            counts[position] += by
        return replace(self, counts=tuple(counts))

    def facts(self, registry: Registry) -> pd.DataFrame:
        """Return the facts table, carried over to the new boundary set where the country says so."""
        count = dict(zip(self.inmost(), self.counts, strict=True))
        attributes = ("all", *self.values) if self.breakdown else ("all",)
        times = (0, 1, 2) if self.halves else (2,)
        places = (*PLACES, "VN") if self.nation else PLACES
        measures = (IDENTIFIED, OFFERED) if self.offered else (IDENTIFIED,)
        rows = []
        for position, (measure, place, one, time) in enumerate(
            itertools.product(measures, places, attributes, times)
        ):
            value = sum(
                n
                for (p, a, h, o), n in count.items()
                if place in (p, "VN")
                and one in (a, "all")
                and time in (h, 2)
                and (o or measure == IDENTIFIED)
            )
            start, end = (*HALVES, YEAR)[time]
            row = fact(place, value, measure=measure, period_start=start, period_end=end)
            row |= {self.breakdown or "sex": one}
            row["published"] = (
                self.published_nation and place == "VN" and one == "all" and measure == IDENTIFIED
            )
            if position not in self.left_out:
                rows.append(row)
        facts = facts_table(*rows)
        return (
            with_totals(facts, registry=registry, programme=PROGRAMME, scheme="new")
            if self.carried_over
            else facts
        )

    def tables(self, registry: Registry) -> Tables:
        """Return the country's linked tables; rows are the same whatever the counts, so they are made once."""
        cells, made_of = _rows(replace(self, counts=(0,) * len(self.counts)), registry)
        value = pd.Series(made_of @ np.array(self.counts), dtype=float)
        cells = cells.assign(value=value, size=sizes(value, cells["threshold"]))
        return linked_tables(cells, PROGRAMME, registry)

    def slow_tables(self, registry: Registry) -> Tables:
        """Return the same from the facts, as a run does."""
        return linked_tables(
            labelled(protected_cells(self.facts(registry), PROGRAMME, self.policy)), PROGRAMME, registry
        )


@cache
def _rows(blank: Country, registry: Registry) -> tuple[pd.DataFrame, np.ndarray]:
    cells = labelled(protected_cells(blank.facts(registry), PROGRAMME, blank.policy))
    return cells, makeup(blank, cells)


def makeup(country: Country, cells: pd.DataFrame) -> np.ndarray:
    """Return which inmost counts each cell is the sum of: one row a cell."""
    parts = {("nation", "VN"): PLACES, ("new", "01"): ("01",), ("new", "03"): ("02", "03")}
    attribute = cells[country.breakdown] if country.breakdown else pd.Series("all", index=cells.index)
    first, last = cells["period_start"].dt.month <= 6, cells["period_end"].dt.month > 6
    whole = cells["measure"] == IDENTIFIED
    rows = zip(cells["scheme"], cells["province_code"], attribute, first, last, whole, strict=True)
    made_of = [
        [
            place in parts.get((scheme, code), (code,))
            and one in (a, "all")
            and (late if half else early)
            and (offered or both)
            for place, a, half, offered in country.inmost()
        ]
        for scheme, code, one, early, late, both in rows
    ]
    return np.array(made_of, dtype=int)


def random_country(seed: int) -> Country:
    """Return one of many countries, small counts being frequent."""
    rng = np.random.default_rng(seed)
    counts = rng.choice([0, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 30], size=12)
    left_out = np.flatnonzero(rng.random(36) < rng.choice([0.0, 0.0, 0.15]))
    return Country(
        tuple(counts.tolist()),
        breakdown=str(rng.choice(["sex", "sex", "age_group", ""])),
        halves=bool(rng.random() < 0.6),
        nation=bool(rng.random() < 0.8),
        published_nation=bool(rng.random() < 0.3),
        carried_over=bool(rng.random() < 0.6),
        standing=bool(rng.random() < 0.5),
        left_out=tuple(left_out.tolist()),
    )


def with_a_part(seed: int) -> Country:
    """Return one of many countries in which a second measure is part of the first; whole years."""
    rng = np.random.default_rng(20_000 + seed)
    counts = rng.choice([0, 0, 0, 1, 2, 3, 5, 8, 30], size=24)
    left_out = np.flatnonzero(rng.random(48) < rng.choice([0.0, 0.0, 0.15]))
    whole = replace(random_country(seed), halves=False, offered=True)
    return replace(whole, counts=tuple(counts.tolist()), left_out=tuple(left_out.tolist()))


def width(goal: np.ndarray, shown: np.ndarray, counts: np.ndarray) -> float:
    """Return how closely a sum of inmost counts can be worked out from others that are shown."""
    sums = LinearConstraint(shown, shown @ counts, shown @ counts) if len(shown) else ()
    ends = [milp(sign * goal, constraints=sums, bounds=Bounds(0, MOST)) for sign in (1, -1)]
    return float(-ends[1].fun - ends[0].fun)
