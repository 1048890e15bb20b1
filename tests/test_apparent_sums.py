"""Which parts add up to their figure though no declaration says so: small cases worked out by hand."""

from __future__ import annotations

from math import nan

import pytest

from evalkit.additivity.apparent import apparent_sums
from evalkit.programme.models import Dimension

LABEL = {"en": "x", "vi": "x"}


def dimension(*values: str, **changes: object) -> Dimension:
    named = {"label": LABEL, "values": dict.fromkeys(values, LABEL), "exhaustive": False, "disjoint": []}
    return Dimension.model_validate(named | changes)


WAYS = dimension("sea", "land", "air", "rail")
AGES = dimension(
    "child",
    "adult",
    "women",
    "under_6",
    "from_6",
    disjoint=[["child", "adult"]],
    within={"under_6": "child", "from_6": "child"},
)
FORMS = dimension("labour", "sexual", "other", exhaustive=True, disjoint=None)
SUPPORTS = dimension("food", "travel", "school", separate=True)
Found = set[tuple[str, frozenset[str]]]


def found(of: Dimension, **figures: float) -> Found:
    """Return the sums over one place and year, by the names of values; "all" is the total."""
    at = {(): "all"} | {(("by", value),): value for value in of.values}
    labels = {values: label for label, (values, name) in enumerate(at.items()) if name in figures}
    reading = {("01", "2022", values): label for values, label in labels.items()}
    value = [figures.get(name, nan) for name in at.values()]
    names = list(at.values())
    sums = list(apparent_sums([reading], value, {"by": of}))
    assert len(sums) == len(set(sums))
    return {(names[total], frozenset(names[part] for part in parts)) for total, parts in sums}


def over(total: str, *parts: str) -> tuple[str, frozenset[str]]:
    return total, frozenset(parts)


@pytest.mark.parametrize(
    ("of", "figures", "sums"),
    [
        (WAYS, {"all": 44, "sea": 15, "land": 12, "air": 12, "rail": 5}, {over("all", *WAYS.values)}),
        (WAYS, {"all": 39, "sea": 15, "land": 12, "air": 12}, {over("all", "sea", "land", "air")}),
        (WAYS, {"all": 43, "sea": 15, "land": 12, "air": 12, "rail": 5}, set()),
        (WAYS, {"all": 45, "sea": 15, "land": 12, "air": 12, "rail": 5}, set()),
        # all but one, which overlaps the others
        (
            WAYS,
            {"all": 39, "sea": 15, "land": 12, "air": 12, "rail": 5},
            {over("all", "sea", "land", "air")},
        ),
        # a single part; nothing at all; a zero beside what is everybody
        (WAYS, {"all": 15, "sea": 15}, set()),
        (WAYS, {"all": 0, "sea": 0, "land": 0}, set()),
        (WAYS, {"all": 15, "sea": 15, "land": 0}, {over("all", "sea", "land")}),
        (WAYS, {"sea": 15, "land": 0}, set()),
        # each two of three would add up: with all three of these sums each is 12, which nobody guesses
        (
            WAYS,
            {"all": 24, "sea": 12, "land": 12, "air": 12},
            {over("all", "sea", "land"), over("all", "sea", "air")},
        ),
        # a narrower value is left out; narrower ones make up the wider; women and children
        (AGES, {"all": 30, "child": 8, "adult": 22, "under_6": 3}, {over("all", "child", "adult")}),
        (AGES, {"child": 8, "under_6": 3, "from_6": 5}, {over("child", "under_6", "from_6")}),
        (
            AGES,
            {"all": 30, "child": 8, "adult": 22, "women": 22},
            {over("all", "child", "adult"), over("all", "child", "women")},
        ),
        # declared to add up: with every value there the sum is no guess, with one left out it is
        (FORMS, {"all": 30, "labour": 8, "sexual": 22, "other": 0}, set()),
        (FORMS, {"all": 30, "labour": 8, "sexual": 22}, {over("all", "labour", "sexual")}),
        (FORMS, {"all": 30, "labour": 8, "sexual": 20}, set()),
        # values never added: all that are given, and no other
        (SUPPORTS, {"all": 30, "food": 8, "travel": 22}, {over("all", "food", "travel")}),
        (SUPPORTS, {"all": 30, "food": 8, "travel": 22, "school": 1}, set()),
        # a figure that is not known is no part
        (WAYS, {"all": 27, "sea": 15, "land": 12, "air": nan}, {over("all", "sea", "land")}),
    ],
)
def test_sums_that_hold_are_found(of: Dimension, figures: dict[str, float], sums: Found):
    assert found(of, **figures) == sums


def test_each_figure_is_held_against_its_own_parts():
    """Those of a year by ways, and the women of it by ways; 12 of another year are no part."""
    women = ("sex", "female")
    at = [
        ("2022", ()),
        ("2022", (("by", "sea"),)),
        ("2022", (("by", "land"),)),
        ("2022", (women,)),
        ("2022", (("by", "sea"), women)),
        ("2022", (("by", "land"), women)),
        ("2023", ()),
        ("2023", (("by", "sea"),)),
    ]
    value = [27, 15, 12, 20, 11, 9, 27, 15]
    reading = {("01", year, values): label for label, (year, values) in enumerate(at)}
    sexes = dimension("female", "male", exhaustive=True, disjoint=None)
    sums = set(apparent_sums([reading], value, {"by": WAYS, "sex": sexes}))
    assert sums == {(0, (1, 2)), (3, (4, 5))}


def test_another_source_s_total_and_parts_are_tried():
    """One source says 30, 15 and 12; another says 27 and gives no parts; a third 15 and 15."""
    total, sea, land = (("01", "2022", values) for values in ((), (("by", "sea"),), (("by", "land"),)))
    value = [30, 15, 12, 27, 15, 15]
    first, second, third = {total: 0, sea: 1, land: 2}, {total: 3}, {sea: 4, land: 5}
    sums = set(apparent_sums([first, first, second, third], value, {"by": WAYS}))
    assert sums == {(3, (1, 2)), (0, (4, 5))}
