"""How targets are written wherever a page speaks of them: name, promise, verdict, evidence, and growth in counts."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.programme.kinds import KINDS
from evalkit.programme.models import Programme, Target
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Paragraph
from evalkit.reporting.sections.shared_words import Row, both
from evalkit.reporting.wording import say

WHOLE = 100.0  # per cent: nothing is more


def binding_targets(area: Area) -> tuple[Target, ...]:
    """Return the targets that bind a province, or the country's own."""
    if isinstance(area, ProvinceFacts):
        return area.programme.targets_binding(area.place.code, area.place.scheme)
    return tuple(target for target in area.programme.targets if target.level == "national")


def no_target() -> Paragraph:
    """Say that nothing is promised, so that nobody looks for its figures."""
    return Paragraph(say("No target is declared for it."), tone="gap")


def target_name(target: Target, programme: Programme) -> Bilingual:
    """Write a target's code with its name: that of its indicator, or its own words where it has none."""
    indicator = programme.indicators.get(str(target.indicator))
    label = indicator.label if indicator else target.wording
    return say("{id} {label}", id=target.id, label=both(label))


def promise_words(target: Target, kind: str) -> Bilingual:
    """Write a target's number with its comparator: "over 90%" is strict and is not "at least 90%"."""
    value = float(target.value or 0)
    digits = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    if kind == "change":
        return _growth_promised(target, value, digits)
    written = formats.percent(value, digits) if target.unit == "percent" else formats.number(value, digits)
    is_part = KINDS[kind].formula == "share" if kind in KINDS else False
    if is_part and value == WHOLE and target.comparator in (None, "at_least"):
        return written
    return _compared(target, written)


def _growth_promised(target: Target, value: float, digits: int) -> Bilingual:
    if target.comparator == "at_least" and value > 0:
        return say("up by {value} or more", value=formats.percent(value, digits))
    if target.comparator == "at_most" and value < 0:
        return say("down by {value} or more", value=formats.percent(-value, digits))
    return _compared(target, formats.signed_percent(value, digits))


def _compared(target: Target, value: Bilingual) -> Bilingual:
    return {
        "greater_than": say("over {value}", value=value),
        "at_least": say("{value} or more", value=value),
        "less_than": say("under {value}", value=value),
        "at_most": say("{value} or less", value=value),
    }[target.comparator or "at_least"]


def verdict_words(verdict: str, *, is_small_base: bool) -> Bilingual:
    """Write the verdict; one on a base of 5 to 19 says so."""
    if is_small_base and verdict == "met":
        return say("met, small base")
    if is_small_base and verdict == "not_met":
        return say("not met, small base")
    return {
        "met": say("met"),
        "not_met": say("not met"),
        "too_few": say("too few to judge"),
        "approximate": say("not judged"),
        "so_far": say("so far; not judged"),
        "other_window": say("not judged"),
        "not_applicable": say("not applicable"),
    }[verdict]


def evidence_words(row: Row, target: Target, programme: Programme) -> Bilingual:
    """Write what is to be said beside a verdict: what chance could do, or why nothing is said of it."""
    why = {
        "too_few": say("the base is under 5"),
        "approximate": say("the source gives an approximate figure"),
        "so_far": say("a part of the time that the promise is for"),
        "other_window": say("another time than the promise is for"),
        "not_applicable": nothing_due(row) or say("nothing to judge by"),
    }
    if row["verdict"] in why:
        return why[row["verdict"]]
    if row["evidence"] == "arithmetic":
        return _arithmetic(row, target, programme)
    if row["evidence"] == "no_interval":
        return _no_interval(row)
    return _chance(row)


def _no_interval(row: Row) -> Bilingual:
    if row["kind"] == "period_ratio":
        return say("no interval: yearly totals with cases carried over")
    if "sources_differ" in str(row["flag"]).split(";"):
        return say("sources differ on its figures: no interval")
    if "small_base" in str(row["flag"]).split(";"):
        return say("the base is too small for a percentage or an interval")
    return say("no interval for a figure of this kind")


def nothing_due(row: Row) -> Bilingual | None:
    """Say that 0 of 0 gives no share; nothing where that is not so."""
    if "no_base" not in str(row["flag"]).split(";") or row["status"] != "not_applicable":
        return None
    if row["kind"] == "change":
        return say("none in either period, so no change in percent")
    return say("nothing to take a share of")


def _arithmetic(row: Row, target: Target, programme: Programme) -> Bilingual:
    """Count whom a promise of all left out; say of own doings that chance has no part in them."""
    indicator = programme.indicators[str(target.indicator)]
    left = row["denominator"] - row["numerator"] if indicator.is_share else -1
    if target.value != indicator.scale or target.comparator != "at_least" or left < 0:
        return (
            say("arithmetic alone: a count of what was done, not of chance events")
            if indicator.is_own_doing
            else say("arithmetic alone: the promise allows no exception")
        )
    base = formats.figure(row["denominator"])
    if left == 0:
        return say("all {base} of {base}", base=base)
    if left == 1:
        return say("1 of {base} was not", base=base)
    return say("{left} of {base} were not", left=formats.number(left), base=base)


def _chance(row: Row) -> Bilingual:
    if row["evidence"] == "chance_could_explain":
        if row["gap"] == 0:
            return say("exactly on the number promised, so it cannot be said with certainty")
        return say("chance alone could explain the distance")
    if KINDS[row["kind"]].by_chance:
        return say("clear, if yearly counts vary by chance alone")
    return say("clear: the whole interval lies on this side")


def growth_sentence(row: Row, target: Target, programme: Programme) -> Bilingual:
    """Write a target on growth in counts: from which to which, and the count that had to be reached."""
    measure = programme.measures[programme.indicators[str(target.indicator)].numerator]
    names: dict[str, Bilingual | str] = {
        "what": both(measure.label),
        "earlier": formats.figure(row["denominator"]),
        "later": formats.figure(row["numerator"]),
        "year": str(pd.Timestamp(row["period_end"]).year),
        "needed": needed_words(row, target),
    }
    if row["numerator"] < row["denominator"]:
        return say(
            "{what} fell from {earlier} to {later} in {year}; the target called for {needed}.", **names
        )
    if row["numerator"] > row["denominator"]:
        return say(
            "{what} rose from {earlier} to {later} in {year}; the target called for {needed}.", **names
        )
    del names["earlier"]
    return say("{what} stayed at {later} in {year}; the target called for {needed}.", **names)


def needed_words(row: Row, target: Target, *, of: str = "needed") -> Bilingual:
    """Write the count that had to be reached, or not to be passed."""
    count = formats.number(row[of])
    if target.comparator in ("at_least", "greater_than"):
        return say("{count} or more", count=count)
    return say("{count} or fewer", count=count)
