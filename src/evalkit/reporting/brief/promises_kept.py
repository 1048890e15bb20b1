"""The targets of the latest year: a row each, its count and promise in words, a strip for the eye, the verdict."""

from __future__ import annotations

import math

import pandas as pd

from evalkit.indicators.judging import JUDGED
from evalkit.programme.kinds import IN_PERCENT
from evalkit.programme.models import Target
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.citations import Citations
from evalkit.reporting.drawing.strip import bare_strip, target_strip
from evalkit.reporting.kind_words import share_in_brief
from evalkit.reporting.sections.promises import needed_words, promise_words, verdict_words
from evalkit.reporting.sections.shared_words import Row, both, counted, marked, sentences
from evalkit.reporting.wording import say

SMALLEST_BASE_IN_PERCENT = 5
MARKS = {"met": "✓", "not_met": "◇", "too_few": "–"}
_ORDER = {"not_met": 0, "met": 1, "too_few": 2}


def targets_of_the_year(result: Summary, cites: Citations) -> Section | None:
    """Return the targets judged in the latest year, those not met first; None where none was."""
    rows = latest_verdicts(result.assessments.frame)
    if rows.empty:
        return None
    rows = rows.assign(order=rows["verdict"].map(_ORDER)).sort_values(["order", "reached"], kind="stable")
    records = rows.to_dict("records")
    year = str(rows["period_end"].dt.year.max())
    columns = (
        Column("target", say("Target")),
        Column("figure", say("In {year}", year=year)),
        Column("verdict", say("Result")),
    )
    table = Table(
        "targets-of-the-year",
        say("Targets judged by the figures of {year}", year=year),
        columns,
        tuple(_row(row, result, cites) for row in records),
        drawings=tuple(_strip(row, result) for row in records),
        drawn=say("Against the target"),
        drawn_at=2,
    )
    return Section(
        "targets",
        _title(rows, year),
        (_how_to_read(rows), table, *_not_judged(result, rows)),
        layer="brief",
    )


def latest_verdicts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest year in which a target was judged, the unjudged of that year too."""
    judged = frame[frame["verdict"].isin(JUDGED)]
    if judged.empty:
        return judged
    year = judged["period_end"].dt.year.max()
    rows: pd.DataFrame = frame[
        (frame["period_end"].dt.year == year) & frame["verdict"].isin([*JUDGED, "too_few"])
    ]
    return rows


def unjudged(result: Summary, rows: pd.DataFrame) -> list[tuple[Bilingual, bool]]:
    """Return what binds a place and is not among some verdicts, and whether it promises a number; once where a replaced decision promised the same.

    A target without a number can never be judged; it is named beside one with a number on the same indicator.
    """
    targets = {target.id: target for target in result.area.programme.targets}
    told = {_named(targets[one], result) for one in rows["target_id"]}
    names = [_named(targets[one], result) for one in result.assessments.frame["target_id"].unique()]
    return [name for name in dict.fromkeys(names) if name not in told]


def _named(target: Target, result: Summary) -> tuple[Bilingual, bool]:
    """Return how a target is called, and whether it promises a number."""
    return _name(target, result), target.value is not None


def _title(rows: pd.DataFrame, year: str) -> Bilingual:
    counts = {name: int((rows["verdict"] == name).sum()) for name in _ORDER}
    words = {"year": year, "met": str(counts["met"]), "missed": str(counts["not_met"])}
    if counts["too_few"]:
        return say(
            "Targets in {year}: {met} met, {missed} not met, {few} with too few cases to judge",
            few=str(counts["too_few"]),
            **words,
        )
    return say("Targets in {year}: {met} met, {missed} not met", **words)


def _how_to_read(rows: pd.DataFrame) -> Paragraph:
    """Say what the strip shows, and which bases are small."""
    how = say(
        "Vertical line: the target. Large dot: this year; pale dots: the years before that could be judged."
    )
    parts = [how]
    if (rows["verdict"] == "too_few").any() or rows["is_small_base"].astype(bool).any():
        parts.append(say("Base under 5: too few; under 20: small."))
    if rows["flag"].str.contains("preliminary").any():
        parts.append(say("[p]: preliminary."))
    return Paragraph(sentences(*parts), tone="aside")


def _not_judged(result: Summary, rows: pd.DataFrame) -> list[Paragraph]:
    """Name the targets that are not judged, in one line; those without a number in another."""
    left, parts = unjudged(result, rows), []
    if names := [name for name, has_number in left if has_number]:
        parts.append(say("Not judged: {names}.", names=formats.listed(names)))
    if names := [name for name, has_number in left if not has_number]:
        parts.append(
            say(
                "Further targets name no number and cannot be judged: on {names}.",
                names=formats.listed(names),
            )
        )
    return [Paragraph(text, tone="aside") for text in parts]


def _name(target: Target, result: Summary) -> Bilingual:
    indicator = result.area.programme.indicators.get(str(target.indicator))
    return both(indicator.label if indicator else target.wording)


def _target(row: Row, result: Summary) -> Target:
    return next(target for target in result.area.programme.targets if target.id == row["target_id"])


def _row(row: Row, result: Summary, cites: Citations) -> tuple[Cell, ...]:
    target = _target(row, result)
    mark = same(MARKS[row["verdict"]])
    verdict = say(
        "{mark} {verdict}",
        mark=mark,
        verdict=verdict_words(row["verdict"], is_small_base=bool(row["is_small_base"])),
    )
    return (
        Cell(cites.after(_name(target, result), row["source_id"])),
        Cell(marked(_figure(row, target, result), row)),
        Cell(verdict),
    )


def _figure(row: Row, target: Target, result: Summary) -> Bilingual:
    """Write what was reached over its base with the promise: of a growth both counts, never a percentage on a small base."""
    programme = result.area.programme
    indicator = programme.indicators[row["indicator"]]
    later = counted(row["numerator"], indicator.numerator, programme)
    promise = promise_words(target, row["kind"])
    if row["kind"] == "change":
        words = {"later": later, "earlier": formats.figure(row["denominator"])}
        if pd.isna(row["needed"]):
            return say("{later}, {earlier} the year before; target {promise}", promise=promise, **words)
        return say(
            "{later}, {earlier} the year before; the target called for {needed}",
            needed=needed_words(row, target),
            **words,
        )
    if pd.isna(row["denominator"]):
        return say("{later}; target {promise}", later=later, promise=promise)
    words = {
        "n": formats.figure(row["numerator"]),
        "base": counted(row["denominator"], str(indicator.denominator), programme),
    }
    if row["denominator"] < SMALLEST_BASE_IN_PERCENT or row["kind"] not in IN_PERCENT:
        return say("{n} of {base}; target {promise}", promise=promise, **words)
    value = share_in_brief(indicator, row, programme)
    return say("{n} of {base} ({value}); target {promise}", value=value, promise=promise, **words)


def _strip(row: Row, result: Summary) -> str:
    """Draw the row on the scale of its kind: shares to 100, growth as the part of the count needed that was reached, each year by its own."""
    frame = result.assessments.frame
    before = frame[
        (frame["target_id"] == row["target_id"])
        & (frame["period_end"] < row["period_end"])
        & frame["verdict"].isin(JUDGED)
        & (frame["source_id"] == row["source_id"])
    ]
    earlier = [_on_strip(one) for one in before.to_dict("records")]
    earlier = [value for value in earlier if not math.isnan(value)]
    latest, promise = _on_strip(row), 1.0 if row["kind"] == "change" else float(row["target_value"])
    if math.isnan(promise) or math.isnan(latest):
        return bare_strip()
    most = max(latest, *earlier, promise)
    is_share = row["kind"] in IN_PERCENT and row["kind"] != "change"
    return target_strip(latest, promise, earlier, most=max(100.0, most) if is_share else 1.1 * most or 1.0)


def _on_strip(row: Row) -> float:
    """Return where a year stands on the strip: a growth by the count that was needed, all else by its value."""
    if row["kind"] != "change":
        return float(row["value"])
    return float(row["numerator"]) / float(row["needed"]) if row["needed"] else math.nan
