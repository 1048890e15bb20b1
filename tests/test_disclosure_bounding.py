"""What each of some persons has at least one of: few referrals, or days, tell that the hidden persons are no more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scipy.optimize import linprog

from evalkit.disclosure.protect import protect
from evalkit.places.registry import Registry
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry

PLACES = ("01", "02", "03", "VN")
WIDE = 4.0  # the threshold of 5, less one
Figures = Mapping[str, tuple[float, ...]]
REFERRED: Figures = {"hotline_referrals": (2, 20, 30, 52), "hotline_persons_referred": (2, 15, 20, 37)}
WAITING: Figures = {"waiting_days": (3, 60, 90, 153), "persons_waiting": (1, 12, 14, 27)}
STANDING = DisclosurePolicy(person_totals_stand=True, custodian="A. Custodian")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def told(figures: Figures, registry: Registry, policy: DisclosurePolicy) -> dict[str, list[float]]:
    rows = [
        fact(place, value, measure=measure)
        for measure, values in figures.items()
        for place, value in zip(PLACES, values, strict=False)
    ]
    table = protect(
        facts_table(*rows), programme=PROGRAMME, registry=registry, policy=policy, audience="public"
    ).facts
    shown = iter(table["value"].tolist())
    return {name: [next(shown) for _ in values] for name, values in figures.items()}


def narrowest(shown: Mapping[str, Sequence[float]]) -> float:
    """Return the narrowest range left to hidden persons who are no more than what is counted beside them, all added up to the nation."""
    counted, persons = shown.values()
    known = [*counted, *persons]
    equal = [(np.eye(8)[at], value) for at, value in enumerate(known) if not math.isnan(value)]
    equal += [(np.array([1, 1, 1, -1, 0, 0, 0, 0]), 0.0), (np.array([0, 0, 0, 0, 1, 1, 1, -1]), 0.0)]
    matrix, right = np.array([row for row, _ in equal]), [value for _, value in equal]
    no_more = np.hstack([-np.eye(4), np.eye(4)])

    def end(at: int, sign: float) -> float:
        goal = sign * np.eye(8)[at]
        found = linprog(goal, A_eq=matrix, b_eq=right, A_ub=no_more, b_ub=np.zeros(4), bounds=(0, 500))
        return float(sign * found.fun)

    return min(end(at, -1.0) - end(at, 1.0) for at in range(4, 8) if math.isnan(known[at]))


@pytest.mark.parametrize("figures", [REFERRED, WAITING], ids=["referrals", "days"])
def test_few_referrals_do_not_bound_the_persons(figures: Figures, registry: Registry):
    """2 referrals are of at most 2 persons, who are hidden."""
    shown = told(figures, registry, DisclosurePolicy())
    assert math.isnan(list(shown.values())[1][0])
    assert narrowest(shown) >= WIDE - 1e-6


@pytest.mark.parametrize("figures", [REFERRED, WAITING], ids=["referrals", "days"])
def test_the_attack_is_one(figures: Figures, registry: Registry):
    """The control: persons protected by themselves, and the referrals as reported."""
    shown = told(figures, registry, DisclosurePolicy())
    counted = next(iter(figures))
    assert narrowest(shown | {counted: list(figures[counted])}) < WIDE


@pytest.mark.parametrize("figures", [REFERRED, WAITING], ids=["referrals", "days"])
def test_where_totals_of_persons_stand_nothing_is_hidden(figures: Figures, registry: Registry):
    assert told(figures, registry, STANDING) == {name: [*values] for name, values in figures.items()}
