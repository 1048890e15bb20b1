"""How the value of each kind of indicator is written, and what a reader is told of its method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evalkit.programme.kinds import IN_PERCENT, KINDS, Kind, KindRule, Written
from evalkit.programme.models import Indicator, Programme
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.wording import say

LARGE_BASE = 1_000
_WRITTEN: Mapping[Written, Callable[[float], Bilingual]] = {
    "figure": formats.figure,
    "tenths": lambda value: formats.number(value, 1),
    "hundredths": lambda value: formats.number(value, 2),
    "percent": formats.percent,
}


def value_words(kind: Kind, value: float) -> Bilingual:
    """Write an indicator's value in the unit of its kind: a count, days, a rate, a ratio, or a percentage.

    Examples
    --------
    >>> value_words("share_of_shares", 1.254).en, value_words("median_days", 45.0).en
    ('1.25', '45')
    """
    return _WRITTEN[KINDS[kind].written](value)


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
    >>> value_with_unit(programme.indicators["cases"], 1.0, programme).en
    '1 case'
    """
    written, rule = value_words(indicator.kind, value), KINDS[indicator.kind]
    base = formats.number(indicator.scale)
    if rule.parts == "person_years":
        return say("{value} per {base} inhabitants", value=written, base=base)
    if rule.formula == "events" and rule.has_base:
        return say("{value} per {base} activities", value=written, base=base)
    if rule.formula == "as_reported":
        return say("{value} day", value=written) if value == 1 else say("{value} days", value=written)
    if rule.written not in ("figure", "tenths"):
        return written
    unit = programme.units[programme.measures[indicator.numerator].unit]
    label = unit.one if value == 1 and rule.written == "figure" else unit.label
    return each("{} {}".format, written, Bilingual(**label.root))


def unit_words(indicator: Indicator, programme: Programme) -> Bilingual:
    """Name the unit of an indicator's value, as it stands beside a scale or in a column.

    Parameters
    ----------
    indicator : Indicator
    programme : Programme
        Has the names of units.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> names = ("cases", "case_rate", "victims_supported", "days_to_trial", "waiting_days_mean", "found_per_inspections")
    >>> [unit_words(programme.indicators[name], programme).en for name in names]
    ['cases', 'per 100,000 inhabitants', 'percent', 'days', 'days per person', 'per 1,000 activities']
    """
    rule, base = KINDS[indicator.kind], formats.number(indicator.scale)
    if rule.parts == "person_years":
        return say("per {base} inhabitants", base=base)
    if rule.formula == "events" and rule.has_base:
        return say("per {base} activities", base=base)
    if rule.written == "percent":
        return say("percent")
    if rule.formula in ("as_reported", "share_of_shares"):
        return say("days") if rule.formula == "as_reported" else say("ratio")
    return _amount_words(indicator, programme)


def _amount_words(indicator: Indicator, programme: Programme) -> Bilingual:
    """Name the unit of a count, or of an amount per person."""
    above = programme.units[programme.measures[indicator.numerator].unit]
    if KINDS[indicator.kind].formula != "amount" or indicator.denominator is None:
        return Bilingual(**above.label.root)
    below = programme.units[programme.measures[indicator.denominator].unit]
    return say("{unit} per {one}", unit=Bilingual(**above.label.root), one=Bilingual(**below.one.root))


def share_in_brief(indicator: Indicator, row: Mapping[Any, Any], programme: Programme) -> Bilingual:
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
    if indicator.kind not in IN_PERCENT or indicator.kind == "change":
        return value_with_unit(indicator, row["value"], programme)
    decimals = decimals_of_percent(row["value"], row["denominator"], but=(0, 100, row.get("target_value")))
    return (
        formats.percent(row["value"], 0)
        if not decimals
        else value_with_unit(indicator, row["value"], programme)
    )


def decimals_of_percent(value: float, base: float, *, but: Sequence[float | None] = (0, 100)) -> int:
    """Return how many decimals a percentage is written with: none of a base under 1,000, unless it would read as another one.

    Examples
    --------
    >>> decimals_of_percent(21.17, 137), decimals_of_percent(36.23, 4676), decimals_of_percent(99.8, 600)
    (0, 1, 1)
    """
    parted = value != round(value) and round(value) in but
    return 1 if base >= LARGE_BASE or parted else 0


_DECIDED: dict[str, Callable[[], Bilingual]] = {
    "events": lambda: say("a count of what was done"),
    "share": lambda: say("a share of what was done"),
    "change": lambda: say("a change in what was done"),
}


def method_words(
    indicator: Indicator, programme: Programme, *, has_limits: bool, under_law: bool = False
) -> Bilingual:
    """Say by which method a value of an indicator was made, and why it has no interval where it has none.

    Parameters
    ----------
    indicator : Indicator
    programme : Programme
        Whether chance has a part in it.
    has_limits : bool
        Whether the value has an interval.
    under_law : bool
        Whether a change has the limits of the law of scatter.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> rate = programme.indicators["case_rate"]
    >>> method_words(rate.model_copy(update={"scale": 1_000.0}), programme, has_limits=True).en
    'per 1,000 inhabitants; Garwood exact interval'
    >>> method_words(programme.indicators["establishments_inspected"], programme, has_limits=False).en
    'a share of what was done'
    """
    rule, kind = KINDS[indicator.kind], indicator.kind
    if programme.is_decided(indicator) and rule.formula in _DECIDED:
        return _DECIDED[rule.formula]()
    if rule.formula == "share" or (kind == "conversion" and has_limits):
        return say("Wilson score interval")
    if rule.formula == "change" and under_law:
        return say("change on the period before; interval under the law of scatter")
    if rule.parts == "figure" and not has_limits:
        return say("a count as reported")
    methods = {
        "period_ratio": say("a ratio of totals of the year [o]"),
        "conversion": say("two yearly totals of different persons: it may exceed 100% and has no interval"),
        "consistency": say("two agencies' counts of the same kind of persons; 100% means the same number"),
    }
    return methods.get(kind) or _by_formula(rule, formats.number(indicator.scale))


def _by_formula(rule: KindRule, base: Bilingual) -> Bilingual:
    """Say the method of a kind that has no sentence of its own."""
    if rule.formula == "events":
        return {
            "figure": say("Garwood exact interval"),
            "person_years": say("per {base} inhabitants; Garwood exact interval", base=base),
            "base": say("per {base} activities; Garwood exact interval", base=base),
        }[rule.parts]
    return {
        "ratio": say("a ratio of two totals: it may exceed 100% and has no interval"),
        "amount": say("an amount over a number, as reported: no interval"),
        "share_of_shares": say("a share over another share, 1 means in proportion: no interval"),
        "change": say("change on the period before; exact conditional interval"),
        "as_reported": say("median of the days as the agency reports it: no interval"),
    }[rule.formula]
