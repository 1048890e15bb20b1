"""Tidy frames of what stands beside an effect: what was counted and expected, and what was tried."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from evalkit.indicators.compared_effect import ComparedEffect
from evalkit.statistics.results import NotEstimable

if TYPE_CHECKING:  # no method of panels is loaded where no comparison is declared
    from evalkit.statistics.panel.effect import Effect

Row = dict[str, object]

_COUNTS = ["comparison", "when", "places", "places_without", "count", "rate", "per_person"]
_CHECKS = ["comparison", "check", "value", "lower", "upper", "years"]


def counts_frame(items: Sequence[ComparedEffect]) -> pd.DataFrame:
    """Return what was counted with the measure; see :attr:`evalkit.records.Effects.counts`."""
    rows = [
        row for item in items if not isinstance(item.found, NotEstimable) for row in _counts(item, item.found)
    ]
    return pd.DataFrame(rows, columns=_COUNTS)


def _counts(item: ComparedEffect, found: Effect) -> Iterator[Row]:
    about = {"comparison": item.comparison.id, "per_person": item.per_person}
    places = {"places": found.treated, "places_without": found.comparison}
    before, since = item.rates
    expected = since / found.estimate if found.estimate > 0 else math.nan
    told = (
        ("before", found.cases_before, before),
        ("since", found.cases_after, since),
        ("expected", float(found.cohorts["expected"].sum()), expected),
        ("early", *item.early),
        ("before_without", item.beside[0], item.beside[2]),
        ("since_without", item.beside[1], item.beside[3]),
    )
    for when, count, rate in told:
        yield {**about, **places, "when": when, "count": count, "rate": rate}


def effect_checks_frame(items: Sequence[ComparedEffect]) -> pd.DataFrame:
    """Return what was tried beside the effect; see :attr:`evalkit.records.Effects.checks`."""
    rows = [
        {"comparison": item.comparison.id, **row}
        for item in items
        if not isinstance(item.found, NotEstimable)
        for row in _checks(item, item.found)
    ]
    numbers = dict.fromkeys(["value", "lower", "upper"], "float64")
    return pd.DataFrame(rows, columns=_CHECKS).astype(numbers | {"years": "Int64"})


def _checks(item: ComparedEffect, found: Effect) -> Iterator[Row]:
    if found.chance is not None:
        yield {"check": "assignments", "value": found.chance.assignments}
    if not math.isnan(found.least):
        yield {"check": "each_place_left_out", "lower": found.least, "upper": found.most}
    if not math.isnan(found.without_others[0]):
        lower, upper = found.without_others
        yield {"check": "each_other_left_out", "lower": lower, "upper": upper}
    if found.design != "synthetic_control":
        before = found.events[found.events["at"] < 0].dropna(subset=["lower", "upper"])
        off = (before["lower"] > 1) | (before["upper"] < 1)
        yield {"check": "years_before_apart", "value": int(off.sum()), "years": len(before)}
    if found.design == "count_imputation":
        yield {
            "check": "moves_withstood",
            "value": math.nan if found.honest is None else found.honest.breakdown,
        }
    if not isinstance(mean := item.each_alike, NotEstimable):
        ratio = [math.exp(one) for one in (mean.estimate, mean.lower, mean.upper)]
        yield {"check": "each_place_alike", **dict(zip(("value", "lower", "upper"), ratio, strict=True))}
    if not isinstance(two := item.two_way, NotEstimable):
        yield {"check": "two_way", "value": two.estimate, "lower": two.lower, "upper": two.upper}
