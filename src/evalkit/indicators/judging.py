"""How each kind of indicator is held against a promise: one table, exact arithmetic on whole counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from evalkit.programme.kinds import KINDS, Formula, Kind, Parts
from evalkit.programme.models import Indicator, Target

Verdict = Literal[
    "met", "not_met", "too_few", "approximate", "so_far", "other_window", "not_applicable", "unquantified"
]
Evidence = Literal["clear", "chance_could_explain", "no_interval", "arithmetic", "none"]
Row = Mapping[Any, Any]

JUDGED: tuple[Verdict, ...] = ("met", "not_met")
FEWEST_BASE = 5
SMALL_BASE = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind is judged.

    Attributes
    ----------
    value : callable
        The exact value, in the unit of the promise, from an estimate's row and its indicator.
    base : str
        The column whose smallness forbids a verdict; "" where the kind has none.
    needed : callable or None
        The exact numerator at which the promise is just reached; None where it is no whole count.
    """

    value: Callable[[Row, Indicator], Fraction]
    base: str = ""
    needed: Callable[[Row, Indicator, Fraction], Fraction] | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """An estimate held against a target.

    Attributes
    ----------
    verdict : str
        ``met``, ``not_met``; ``too_few`` (a base under 5); ``approximate`` (a source says "about", "at least" and the like); ``so_far`` (a part of the time that the promise is for);
        ``other_window`` (several years, where the promise is for each); ``not_applicable`` (no figure, or 0 of 0);
        ``unquantified`` (a promise without a number).
    evidence : str
        ``clear`` (the whole interval lies on the verdict's side), ``chance_could_explain``, ``no_interval``;
        ``arithmetic`` where chance has no say: own doings, and promises that allow no exception; ``none``.
    gap : float
        Estimate minus promise in the promise's unit; missing without a verdict of met or not met.
    is_small_base : bool
        Judged on a base of 5 to 19.
    needed : float
        The count that had to be reached (or not to be passed) on this base; missing where the kind has none.
    reached : float
        Which part of the promise was reached, never above 1: how far off targets of unlike kinds are.
    """

    verdict: Verdict
    evidence: Evidence = "none"
    gap: float = math.nan
    is_small_base: bool = False
    needed: float = math.nan
    reached: float = math.nan


def exact(value: float) -> Fraction:
    """Return a number as it is written: 28.3 is 283 tenths, not the nearest binary fraction.

    Examples
    --------
    >>> exact(28.3)
    Fraction(283, 10)
    """
    return Fraction(repr(float(value)))


def _over_base(row: Row, indicator: Indicator) -> Fraction:
    return exact(indicator.scale) * exact(row["numerator"]) / exact(row["denominator"])


def _part_of_base(row: Row, indicator: Indicator, promised: Fraction) -> Fraction:
    return promised * exact(row["denominator"]) / exact(indicator.scale)


def _change(row: Row, _: Indicator) -> Fraction:
    return 100 * (exact(row["numerator"]) / exact(row["denominator"]) - 1)


def _grown(row: Row, _: Indicator, promised: Fraction) -> Fraction:
    return exact(row["denominator"]) * (1 + promised / 100)


def _promised(_: Row, __: Indicator, promised: Fraction) -> Fraction:
    return promised


def _against(row: Row, _: Indicator) -> Fraction:
    share = exact(row["numerator"]) / exact(row["denominator"])
    return share / (exact(row["against_numerator"]) / exact(row["against_denominator"]))


_SHARE = Rule(_over_base, "denominator", _part_of_base)
_BY_FORMULA: Mapping[Formula, Rule] = {
    "share": _SHARE,
    "ratio": _SHARE,
    "amount": Rule(_over_base, "denominator"),
    "share_of_shares": Rule(_against, "denominator"),
    "change": Rule(_change, "denominator", _grown),
    "as_reported": Rule(lambda row, _: exact(row["value"]), "numerator"),
}
_EVENTS: Mapping[Parts, Rule] = {
    "figure": Rule(lambda row, _: exact(row["numerator"]), needed=_promised),
    "person_years": Rule(_over_base),
    "base": Rule(_over_base, "denominator"),
}


def rule_of(kind: Kind) -> Rule:
    """Return how a kind is judged: its formula tells, of events what they are held against."""
    rule = KINDS[kind]
    return _EVENTS[rule.parts] if rule.formula == "events" else _BY_FORMULA[rule.formula]


def assess(row: Row, target: Target, indicator: Indicator) -> Assessment:
    """Hold one estimate against one target, whatever time it is of.

    Parameters
    ----------
    row : mapping
        An estimate as :func:`evalkit.indicators.estimates.estimate_indicators` gives it.
    target : Target
    indicator : Indicator
        The one the target is set on: its kind says what is exact, its level whether chance has a say.

    Returns
    -------
    Assessment

    Notes
    -----
    The verdict is taken on whole counts, where no rounding can tip it, and "over 90 %" is strict: 90 of 100 does not meet
    it. A change is 100 (later / earlier - 1), and so is its promise. On a base under 5 nothing is judged (of a change the
    earlier count). What the programme itself does (level ``output``) and a promise of all, or of none, is a census: its
    verdict is arithmetic alone, without a word on chance.

    Examples
    --------
    >>> from datetime import date
    >>> from evalkit.programme.load import load_programme
    >>> indicators = load_programme("vn-trafficking").indicators
    >>> words = {"wording": {"vi": "tăng 10 %", "en": "up by 10 %"}, "source": "invented", "indicator": "citizen_reports_change"}
    >>> days = {"valid_from": date(2021, 1, 1), "valid_to": date(2025, 12, 31)}
    >>> promise = Target(id="T", comparator="at_least", value=10, unit="percent", **days, **words)
    >>> fell = {"numerator": 23, "denominator": 26, "lower": -51.8, "upper": 61.1, "status": "estimated", "flag": ""}
    >>> found = assess(fell, promise, indicators["citizen_reports_change"])
    >>> found.verdict, found.evidence, round(found.gap, 1), found.needed
    ('not_met', 'chance_could_explain', -21.5, 29.0)
    """
    if target.value is None:
        return Assessment("unquantified")
    rule, promised = rule_of(indicator.kind), exact(target.value)
    if (refusal := _refusal(row, rule, indicator.kind)) is not None:
        return Assessment(refusal)
    distance = rule.value(row, indicator) - promised
    is_met = holds(distance, target)
    return Assessment(
        verdict="met" if is_met else "not_met",
        evidence=_evidence(row, target, indicator, is_met=is_met),
        gap=float(distance),
        is_small_base=bool(rule.base) and row[rule.base] < SMALL_BASE,
        needed=_needed(rule, row, target, indicator),
        reached=1.0 if is_met else _reached(promised + distance, promised, indicator.kind),
    )


def holds(distance: Fraction | float, target: Target) -> bool:
    """Tell whether a value that lies ``distance`` above the promise keeps it."""
    return {
        "greater_than": distance > 0,
        "at_least": distance >= 0,
        "less_than": distance < 0,
        "at_most": distance <= 0,
    }[str(target.comparator)]


def is_census(target: Target, indicator: Indicator) -> bool:
    """Tell whether a promise is judged by arithmetic alone: on own doings, or one that allows no exception."""
    whole = {"at_least": indicator.scale, "at_most": 0.0}.get(str(target.comparator))
    return indicator.is_own_doing or (rule_of(indicator.kind) is _SHARE and target.value == whole)


def _refusal(row: Row, rule: Rule, kind: Kind) -> Verdict | None:
    """Return why nothing is judged: no figure, nothing due, a base that is too small, or an approximate figure; None where it can be."""
    flags = str(row["flag"]).split(";")
    if row["status"] != "estimated" and not {"no_base", "small_base"} & set(flags):
        return "not_applicable"
    if row["status"] == "not_applicable" and kind != "change":
        return "not_applicable"
    if rule.base and row[rule.base] < FEWEST_BASE:
        return "too_few"
    if row["status"] != "estimated" and kind != "change":
        return "too_few"
    return "approximate" if "inexact" in flags else None


def _evidence(row: Row, target: Target, indicator: Indicator, *, is_met: bool) -> Evidence:
    """Say whether every value in the interval would give the same verdict, where chance has a say."""
    if is_census(target, indicator):
        return "arithmetic"
    limits = row["lower"], row["upper"]
    if any(math.isnan(limit) for limit in limits):
        return "no_interval"
    agrees = all(holds(limit - float(target.value or 0), target) == is_met for limit in limits)
    return "clear" if agrees else "chance_could_explain"


def _needed(rule: Rule, row: Row, target: Target, indicator: Indicator) -> float:
    if rule.needed is None:
        return math.nan
    return _whole(rule.needed(row, indicator, exact(target.value or 0)), target)


def growth_needed(earlier: float, target: Target) -> float:
    """Return the count that has to be reached after an earlier one for a promised change; missing after no count.

    Examples
    --------
    >>> words = {"wording": {"vi": "-", "en": "-"}, "source": "-", "indicator": "-", "comparator": "at_least", "unit": "percent"}
    >>> growth_needed(26, Target(id="T", value=10, valid_from="2021-01-01", valid_to="2025-12-31", **words))
    29.0
    """
    if math.isnan(earlier):
        return math.nan
    return _whole(exact(earlier) * (1 + exact(target.value or 0) / 100), target)


def _whole(just: Fraction, target: Target) -> float:
    """Return the last whole count that still keeps a promise that is just reached at ``just``."""
    return float(
        {
            "greater_than": math.floor(just) + 1,
            "at_least": math.ceil(just),
            "less_than": math.ceil(just) - 1,
            "at_most": math.floor(just),
        }[str(target.comparator)]
    )


def _reached(value: Fraction, promised: Fraction, kind: Kind) -> float:
    """Return the smaller of value and promise over the larger; a change as what there is over what there should be."""
    if kind == "change":
        value, promised = value + 100, promised + 100
    low, high = sorted((value, promised))
    return float(max(low, Fraction(0)) / high) if high > 0 else 0.0
