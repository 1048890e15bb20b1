"""How the value of each kind of indicator is written, and what a reader is told of its method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalkit.programme.kinds import IN_PERCENT
from evalkit.programme.models import Indicator, Programme
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.wording import say

LARGE_BASE = 1_000


def value_words(kind: str, value: float) -> Bilingual:
    """Write an indicator's value in the unit of its kind: a count, days, a rate, a ratio, or a percentage.

    Examples
    --------
    >>> value_words("share_of_shares", 1.254).en, value_words("median_days", 45.0).en
    ('1.25', '45')
    """
    if kind in ("count", "median_days"):
        return formats.figure(value)
    if kind == "mean":
        return formats.number(value, 1)
    return (
        formats.number(value, 2)
        if kind in ("rate", "per_thousand", "share_of_shares")
        else formats.percent(value)
    )


def value_with_unit(indicator: Indicator, value: float, programme: Programme) -> Bilingual:
    """Write an indicator's value with its unit, a rate with what it is per.

    Parameters
    ----------
    indicator : Indicator
    value : float
    programme : Programme
        Has the names of units.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> [value_with_unit(programme.indicators[name], 2.0, programme).en for name in ("cases", "days_to_trial", "waiting_days_mean")]
    ['2 cases', '2 days', '2.0 days']
    """
    written, kind = value_words(indicator.kind, value), indicator.kind
    if kind == "rate":
        return say("{value} per {base} inhabitants", value=written, base=formats.number(indicator.scale))
    if kind == "per_thousand":
        return say("{value} per {base} activities", value=written, base=formats.number(indicator.scale))
    if kind == "median_days":
        return say("{value} days", value=written)
    if kind not in ("count", "mean"):
        return written
    unit = programme.units[programme.measures[indicator.numerator].unit].label
    return each("{} {}".format, written, Bilingual(**unit.root))


def share_in_brief(indicator: Indicator, row: Mapping[str, Any], programme: Programme) -> Bilingual:
    """Write an indicator's value for a brief: a percentage of fewer than 1,000 without decimals, unless that would touch its target.

    Parameters
    ----------
    indicator : Indicator
    row : mapping
        ``value``, ``denominator`` and, where there is one, ``target_value``.
    programme : Programme

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> one = programme.indicators["victims_supported"]
    >>> row = {"value": 90.09, "denominator": 444.0}
    >>> share_in_brief(one, row, programme).en, share_in_brief(one, row | {"target_value": 90.0}, programme).en
    ('90%', '90.1%')
    """
    if indicator.kind not in IN_PERCENT or indicator.kind == "change" or row["denominator"] >= LARGE_BASE:
        return value_with_unit(indicator, row["value"], programme)
    whole, target = round(row["value"]), row.get("target_value")
    if row["value"] != whole and whole in (target, 0, 100):
        return value_with_unit(indicator, row["value"], programme)
    return formats.percent(row["value"], 0)


def method_words(kind: str, *, has_limits: bool) -> Bilingual:
    """Say by which method a value of a kind was made, and why it has no interval where it has none.

    Parameters
    ----------
    kind : str
        A kind of indicator.
    has_limits : bool
        Whether the value has an interval.
    """
    if kind in ("proportion", "carried_over") or (kind == "conversion" and has_limits):
        return say("Wilson score interval")
    if kind == "count" and not has_limits:
        return say("a count of what was done")
    methods = {
        "count": say("Garwood exact interval"),
        "rate": say("per 100,000 inhabitants; Garwood exact interval"),
        "period_ratio": say(
            "ratio of yearly totals; cases carried over can lift it above 100%, so it has no interval"
        ),
        "per_thousand": say("per 1,000 activities; Garwood exact interval"),
        "mean": say("an amount over a number, as reported: no interval"),
        "share_of_shares": say("a share over another share, 1 means in proportion: no interval"),
        "change": say("change on the period before; exact conditional interval"),
        "median_days": say("median of the days as the agency reports it: no interval"),
        "conversion": say("two yearly totals of different persons: it may exceed 100% and has no interval"),
        "consistency": say("figures of two agencies for the same persons; 100% means that they agree"),
    }
    return methods[kind]
