"""What followed a review's recommendations: each indicator before and after, and what can and cannot be said of it."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.programme.kinds import KINDS
from evalkit.programme.models import Indicator, Programme, Recommendation
from evalkit.records import FollowUp
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each, same
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.kind_words import value_with_unit
from evalkit.reporting.sections.limits import SMALL_BASE, change_limits, change_written, limits_written
from evalkit.reporting.sections.shared_words import (
    CONFIDENTIAL,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    NOTHING,
    Row,
    both,
    named_codes,
)
from evalkit.reporting.sections.shares import points_words, signed
from evalkit.reporting.wording import say

_TOLD = ("estimated", "suppressed", "too_few")
_MARKS = {"suppressed": CONFIDENTIAL, "not_applicable": NOT_APPLICABLE}


@headed("recommendations", lambda: say("Recommendations: what the figures show before and after"))
def _(result: FollowUp) -> tuple[Block, ...]:
    programme = result.area.programme
    if not programme.recommendations:
        return ()
    if result.review is None or result.frame.empty:
        text = say("The programme declares no review with a day and recommendations.")
        return (Paragraph(text, tone="gap"),)
    blocks: list[Block] = [
        Paragraph(
            say(
                "The review looks at {day}. Before: the years of the programme period that ended by then; after: those that began later; the year of the review is neither. A difference does not say that the recommendation brought it about.",
                day=formats.day(result.review),
            ),
            tone="caution",
        )
    ]
    told, silent = _told_and_silent(result)
    if told:
        blocks.append(_table(told, result.area))
    return (*blocks, *silent)


def _told_and_silent(result: FollowUp) -> tuple[list[tuple[Recommendation, Row]], list[Paragraph]]:
    """Return the rows of the recommendations that some figure follows, and what is to be said of each of the others."""
    told: list[tuple[Recommendation, Row]] = []
    silent = []
    for one in result.area.programme.recommendations:
        rows = result.frame[result.frame["recommendation"] == one.id]
        if rows[["before_status", "after_status"]].isin(_TOLD).any(axis=None):
            told += [(one, row) for row in rows.to_dict("records")]
        else:
            silent.append(Paragraph(_nothing_of(one, rows, result.area), tone="gap"))
    return told, silent


def _name(recommendation: Recommendation) -> Bilingual:
    return say("{id}. {text}", id=same(recommendation.id), text=both(recommendation.label))


def _nothing_of(recommendation: Recommendation, rows: pd.DataFrame, area: Area) -> Bilingual:
    """Say why nothing can be said of a recommendation."""
    name = _ended(_name(recommendation))
    if not recommendation.indicators:
        return say("{recommendation} No indicator follows it: nothing can be said.", recommendation=name)
    return say(
        "{recommendation} Its indicators ({ids}) have no yearly figure before or after the review: nothing can be said.",
        recommendation=name,
        ids=named_codes([str(name) for name in rows["indicator"]], area.programme),
    )


def _ended(name: Bilingual) -> Bilingual:
    return each(lambda text: text if text.endswith(".") else f"{text}.", name)


def _table(rows: list[tuple[Recommendation, Row]], area: Area) -> Table:
    columns = (
        Column("recommendation", say("Recommendation")),
        Column("indicator", say("Indicator")),
        Column("before", say("Before the review"), numeric=True),
        Column("after", say("After the review"), numeric=True),
        Column("change", say("Change, 95% interval"), numeric=True),
        Column("said", say("What can be said")),
    )
    programme = area.programme
    cells = tuple(
        (Cell(_name(one)), *_row(row, programme.indicators[str(row["indicator"])], programme))
        for one, row in rows
    )
    return Table(
        "recommendations-table", say("Before and after the review, by recommendation"), columns, cells
    )


def _row(row: Row, indicator: Indicator, programme: Programme) -> tuple[Cell, ...]:
    return (
        Cell(say("{id} {label}", id=indicator.id, label=both(indicator.label))),
        _side(row, "before", indicator, programme),
        _side(row, "after", indicator, programme),
        _change(row, indicator),
        Cell(_said(row, indicator)),
    )


def _side(row: Row, side: str, indicator: Indicator, programme: Programme) -> Cell:
    """Write one side: its counts first where it is a share, its value, and the years it stands for."""
    status, value = row[f"{side}_status"], row[f"{side}_value"]
    if status in _MARKS:
        return Cell(_MARKS[status])
    if status == "too_few":
        return Cell(_counts(row, side))
    if status != "estimated" or pd.isna(value):
        return Cell(NOT_AVAILABLE)
    words = {
        "value": value_with_unit(indicator, value, programme),
        "years": _years(row[f"{side}_years"]),
    }
    if indicator.kind == "count":
        words["value"] = formats.number(value, 1)
        words["unit"] = both(programme.units[programme.measures[indicator.numerator].unit].label)
        return Cell(say("{value} {unit} a year ({years})", **words), round(float(value), 4))
    if indicator.is_share and pd.notna(row[f"{side}_denominator"]):
        counts = [formats.figure(row[f"{side}_{part}"]) for part in ("numerator", "denominator")]
        text = say("{n}/{base}: {value} ({years})", n=counts[0], base=counts[1], **words)
        return Cell(text, round(float(value), 4))
    return Cell(say("{value} ({years})", **words), round(float(value), 4))


def _counts(row: Row, side: str) -> Bilingual:
    """Write the counts of a side whose base is too small for a value."""
    if not row[f"{side}_years"]:
        return NOTHING
    n, base = (formats.figure(row[f"{side}_{part}"]) for part in ("numerator", "denominator"))
    return say("{n}/{base} ({years})", n=n, base=base, years=_years(row[f"{side}_years"]))


def _years(years: tuple[int, ...]) -> Bilingual:
    """Write the years of one side: ``2021–2022``, or each where one is left out."""
    first, last = min(years), max(years)
    text = f"{first}–{last}" if len(years) == last - first + 1 else ", ".join(map(str, sorted(years)))
    text = str(first) if first == last else text
    return Bilingual(text, text)


def _change(row: Row, indicator: Indicator) -> Cell:
    if "suppressed" in (row["before_status"], row["after_status"]):
        return Cell(CONFIDENTIAL)
    if pd.isna(row["change"]):
        return Cell(NOTHING)
    value, lower, upper = row["change"], row["change_lower"], row["change_upper"]
    if row["change_unit"] == "percent":
        return _change_in_percent(row)
    if pd.isna(lower) and pd.isna(upper):
        return Cell(_plain(value, indicator), round(float(value), 4))
    limits = limits_written(lower, upper, write=signed)
    text = say("{value} ({limits})", value=points_words(value), limits=limits)
    return Cell(text, round(float(value), 4))


def _change_in_percent(row: Row) -> Cell:
    """Write a change of counts: in percent, or as the counts themselves where it starts from fewer than five."""
    before, after = row["before_numerator"], row["after_numerator"]
    if before < SMALL_BASE:
        counts = {"before": formats.figure(before), "after": formats.figure(after)}
        return Cell(say("{before} before, {after} after: too few for a percentage", **counts))
    limits = change_limits(row["change_lower"], row["change_upper"])
    text = say("{value} ({limits})", value=change_written(row["change"]), limits=limits)
    return Cell(text, round(float(row["change"]), 4))


def _plain(value: float, indicator: Indicator) -> Bilingual:
    """Write a difference that has no limits, in the unit of its kind."""
    rule = KINDS[indicator.kind]
    if rule.written == "percent":
        return points_words(value)
    return signed(value, 2 if rule.formula == "share_of_shares" else 1)


def _said(row: Row, indicator: Indicator) -> Bilingual:
    known = {
        "distinguishable": lambda: say("more than chance would explain; the cause stays open"),
        "not_among_all": lambda: say(
            "apart from chance by itself, but not among all the differences looked at here"
        ),
        "not_distinguishable": lambda: say("chance alone could explain it"),
        "no_limits": lambda: say("two figures as reported; nothing is said on chance"),
    }
    if row["said"] in known:
        return known[row["said"]]()
    reasons = {
        "suppressed": lambda: say("nothing: a figure needed is confidential"),
        "no_base": lambda: say("no percentage: nothing was counted before"),
        "not_applicable_before": lambda: say(
            "nothing: there was no one and nothing to count before the review"
        ),
        "not_applicable_after": lambda: say(
            "nothing: there was no one and nothing to count after the review"
        ),
        "too_few": lambda: say("nothing: the base is under {count}", count=str(indicator.fewest)),
    }
    code = str(row["reason"])
    side = reasons.get(code) or reasons.get(code.removesuffix("_before").removesuffix("_after"))
    return (side or (lambda: say("nothing: a figure from before or after is missing")))()
