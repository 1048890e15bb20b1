"""Figures of two measures, of several periods that hold each other, by place and attribute: any of them may lack.

The attacker knows nothing of the kit's own sums: a linear programme over the inmost counts of a country.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import hidden_cells
from evalkit.disclosure.protection_rules import protected_cells
from evalkit.places.registry import Registry
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.countries import IDENTIFIED, OFFERED, PLACES, width

DAYS = pd.to_datetime(["2015-01-01", "2015-07-01", "2016-01-01", "2016-07-01", "2017-01-01"])
SPANS = ((0, 1), (1, 2), (2, 3), (3, 4), (0, 2), (2, 4), (0, 4))  # halves, years, and both years
FEW = (0, 0, 0, 1, 2, 3, 5, 8, 30)
VALUES = {"": (), "sex": ("female", "male"), "age_group": ("child", "adult")}


@dataclass(frozen=True)
class Sample:
    """The rows of a random country that were reported; of which inmost counts each is the sum; and these."""

    facts: pd.DataFrame
    made_of: np.ndarray
    counts: np.ndarray

    def narrow(self, registry: Registry, *, small_alone: bool = False) -> tuple[int, int, int]:
        """Return how many figures are hidden; how many come out too closely; and exactly."""
        cells = labelled(protected_cells(self.facts, PROGRAMME, DisclosurePolicy()))
        hidden = set(cells.index[cells["size"] == 1])
        if not small_alone:
            hidden, _ = hidden_cells(linked_tables(cells, PROGRAMME, registry))
        need = dict(zip(cells["row"][sorted(hidden)], cells["threshold"][sorted(hidden)] - 1, strict=True))
        shown = self.made_of[[row for row in range(len(self.facts)) if row not in need]]
        found = {row: width(self.made_of[row], shown, self.counts) for row in need}
        narrow = [row for row in need if found[row] < need[row] - 1e-6]
        return len(need), len(narrow), sum(found[row] < 1e-6 for row in narrow)


def sample(seed: int, *, measures: tuple[str, ...], breakdown: str = "") -> Sample:
    """Return some rows of a random country; with a breakdown, of one year and its halves."""
    rng = np.random.default_rng(seed)
    spans = SPANS if not breakdown else ((0, 1), (1, 2), (0, 2))
    halves, values = range(4 if not breakdown else 2), VALUES[breakdown] or ("all",)
    inmost = list(itertools.product(PLACES, halves, values, (True, False)[: len(measures)]))
    counts = rng.choice(FEW, size=len(inmost))
    reported = rng.choice([0.35, 0.55, 0.75])
    rows, made_of = [], []
    for measure, place, (start, end), one in itertools.product(
        measures, (*PLACES, "VN"), spans, ("all", *VALUES[breakdown])
    ):
        if rng.random() > reported:
            continue
        inside = [
            place in (p, "VN")
            and start <= half < end
            and one in (a, "all")
            and (offered or measure == IDENTIFIED)
            for p, half, a, offered in inmost
        ]
        days = {"period_start": DAYS[start], "period_end": DAYS[end] - pd.Timedelta(days=1)}
        rows.append(
            fact(place, int(np.dot(inside, counts)), measure=measure, **days) | {breakdown or "sex": one}
        )
        made_of.append(inside)
    return Sample(facts_table(*rows), np.array(made_of, dtype=float), counts.astype(float))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


@pytest.mark.parametrize(
    ("measures", "breakdown", "seeds"),
    [
        ((IDENTIFIED,), "", (9, 107, 155, 163, *range(20, 30))),
        ((IDENTIFIED, OFFERED), "", range(16)),
        ((IDENTIFIED, OFFERED), "sex", range(4)),
        ((IDENTIFIED, OFFERED), "age_group", range(3)),
    ],
    ids=["one measure", "two", "by sex", "by age"],
)
def test_no_figure_follows_from_any_periods_measures_and_places_together(
    registry: Registry, measures: tuple[str, ...], breakdown: str, seeds: list[int]
):
    samples = [sample(seed, measures=measures, breakdown=breakdown) for seed in seeds]
    hidden, narrow, exact = np.sum([one.narrow(registry) for one in samples], axis=0)
    assert hidden > 50
    assert (narrow, exact) == (0, 0)
    assert np.sum([one.narrow(registry, small_alone=True) for one in samples[:3]], axis=0)[2] > 0
