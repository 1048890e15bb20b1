"""The invented country's first half year under its new law: verification in time, and supports by legal class of person."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.demo.demo_figures import binomial, poisson
from tools.demo.demo_places import OldUnit

SUPPORTS = ("essential", "medical", "interpretation", "legal_advice", "legal_aid", "travel", "psychological")
ENTITLED = {
    "victim": (*SUPPORTS, "schooling", "vocational", "hardship"),
    "accompanying_child": (*SUPPORTS, "schooling"),
    "in_process": SUPPORTS,
    "in_process_abroad": SUPPORTS[:4],
    "foreign": (*SUPPORTS[:5], "psychological"),
}
CLASS_MEANS = {
    "victim": 9.0,
    "accompanying_child": 1.5,
    "in_process": 4.0,
    "in_process_abroad": 1.0,
    "foreign": 0.6,
}

Figure = tuple[str, int, dict[str, str]]  # measure, value, breakdown


def new_law(rng: np.random.Generator, place: OldUnit, totals: dict[str, int]) -> Iterator[Figure]:
    """Draw what the new law's first half year brought to a unit; classes are never added up.

    Parameters
    ----------
    rng : Generator
    place : OldUnit
    totals : dict
        The unit's figures of the whole year, by measure.

    Examples
    --------
    >>> from tools.demo.demo_places import OLD_UNITS
    >>> drawn = list(new_law(np.random.default_rng(1), OLD_UNITS[0], {"persons_received": 4}))
    >>> drawn[0][0], len(drawn)
    ('persons_received', 107)
    """
    received = binomial(rng, totals["persons_received"], 0.5)
    yield "persons_received", received, {}
    yield "persons_verified_in_time", binomial(rng, received, 0.7), {}
    busy = 1.6 if place.neighbour else 0.7
    for person_class, supports in ENTITLED.items():
        persons = poisson(rng, busy * CLASS_MEANS[person_class])
        for support in supports:
            cell = {"support": support, "person_class": person_class}
            accepting = binomial(rng, persons, 0.8)
            yield "support_eligible", persons, cell
            yield "support_accepting", accepting, cell
            yield "support_received", binomial(rng, accepting, 0.85), cell
