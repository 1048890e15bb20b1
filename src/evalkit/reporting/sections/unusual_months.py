"""Months or quarters beside their alarm bound: which lie above it, on what the bound stands, how many would by chance alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.indicators.alarms import Alarms, WatchedMeasure
from evalkit.records import MonthsWatched
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    counted,
    fact_cell,
    sentences,
)
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.surveillance.farrington import (
    FEW_CASES,
    NO_EVENTS,
    NOT_REPORTED,
    TOO_FEW_POINTS,
)

Words = Callable[[], Bilingual]
_WHY: dict[str, Callable[[Bilingual], Bilingual]] = {
    TOO_FEW_POINTS: lambda measures: say(
        "Not tested, since a bound needs the five years before with at most a third of their figures missing: {measures}.",
        measures=measures,
    ),
    FEW_CASES: lambda measures: say(
        "Not tested, since fewer than 5 were recorded in any four running: {measures}.", measures=measures
    ),
    NOT_REPORTED: lambda measures: say(
        "Not tested, since the latest ones are not known: {measures}.", measures=measures
    ),
    "suppressed": lambda measures: say(
        "Not tested, since some are confidential; these are the small ones, and without them the usual number would seem larger than it is: {measures}.",
        measures=measures,
    ),
}
_SHORT: dict[str, Words] = {
    TOO_FEW_POINTS: lambda: say("not tested: too few figures before it"),
    FEW_CASES: lambda: say("not tested: fewer than 5 in four of them"),
    NOT_REPORTED: lambda: say("not tested: the latest ones are not known"),
}


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was tested of one measure."""

    measure: str
    alarms: Alarms


@headed("alarms", lambda: say("Alarms: months or quarters above their alarm bound"))
def _(result: MonthsWatched) -> tuple[Block, ...]:
    judged = [
        _Judged(item.measure, item.found)
        for item in result.items
        if isinstance(item.found, Alarms) and len(item.found.judged)
    ]
    blocks: list[Block] = []
    for step in ("months", "quarters"):
        blocks += _of_step([one for one in judged if one.alarms.step == step], step, result.area)
    told = {one.measure for one in judged}
    return (*blocks, *_untold([item for item in result.items if item.measure not in told], result.area))


def _of_step(judged: Sequence[_Judged], step: str, area: Area) -> list[Block]:
    """Say what was tested of months, or of quarters; nothing where none was."""
    if not judged:
        return []
    return [
        Paragraph(_found(judged, step, area), tone="finding"),
        Paragraph(_by_chance(judged, step)),
        Paragraph(_no_finding(area), tone="caution"),
        _tests(judged, step, area),
        *(_table(one, area) for one in judged),
        Paragraph(_law(step), tone="aside"),
    ]


def _found(judged: Sequence[_Judged], step: str, area: Area) -> Bilingual:
    """Say how many were tested, and which lie above their bound, with their counts."""
    above = [_alarm(row, one.measure, area) for one in judged for row in _above(one.alarms)]
    tested = formats.number(_tested(judged))
    if not above:
        return {
            "months": say("None of {tested} months tested lies above its alarm bound.", tested=tested),
            "quarters": say("None of {tested} quarters tested lies above its alarm bound.", tested=tested),
        }[step]
    listed = each(lambda *texts: "; ".join(texts), *above)
    words: dict[str, Bilingual | str] = {
        "number": formats.number(len(above)),
        "tested": tested,
        "alarms": listed,
    }
    return {
        "months": say("Months tested: {tested}; above their alarm bound: {number}. {alarms}.", **words),
        "quarters": say("Quarters tested: {tested}; above their alarm bound: {number}. {alarms}.", **words),
    }[step]


def _alarm(row: Row, measure: str, area: Area) -> Bilingual:
    return say(
        "{measure}, {period}: {count}, where {expected} were expected and the bound is {bound}",
        measure=both(area.programme.measures[measure].label),
        period=_when(row),
        count=counted(row["count"], measure, area.programme),
        expected=formats.number(row["expected"], 1),
        bound=formats.number(row["upper"]),
    )


def _above(alarms: Alarms) -> list[Row]:
    judged = alarms.judged
    return judged[judged["alarm"]].to_dict("records")


def _tested(judged: Sequence[_Judged]) -> int:
    return sum(len(one.alarms.judged) for one in judged)


def _expected(judged: Sequence[_Judged]) -> float:
    """Return how many false alarms a year the months, or quarters, tested of one year are expected to give."""
    return sum(one.alarms.alpha * len(one.alarms.judged) for one in judged)


def _by_chance(judged: Sequence[_Judged], step: str) -> Bilingual:
    """Say how many false alarms a year so many tests are expected to give."""
    words = {
        "share": formats.percent(100 * judged[0].alarms.alpha),
        "tested": formats.number(_tested(judged)),
        "expected": formats.number(_expected(judged), 2),
    }
    return {
        "months": say(
            "Where nothing changes, {share} of months lie above their bound all the same: of {tested} months tested in a year, {expected} false alarms a year are to be expected on this page; pages of other places add theirs.",
            **words,
        ),
        "quarters": say(
            "Where nothing changes, {share} of quarters lie above their bound all the same: of {tested} quarters tested in a year, {expected} false alarms a year are to be expected on this page; pages of other places add theirs.",
            **words,
        ),
    }[step]


def _tests(judged: Sequence[_Judged], step: str, area: Area) -> Table:
    """Return how many were tested of each measure, how many lie above their bound, and how many would by chance alone."""
    months = step == "months"
    columns = (
        Column("measure", say("Measure")),
        Column("tested", say("Months tested") if months else say("Quarters tested"), numeric=True),
        Column("above", say("Above their alarm bound"), numeric=True),
        Column("share", say("Share above it where nothing changes"), numeric=True),
        Column("false_alarms", say("False alarms to be expected a year"), numeric=True),
    )
    rows = [_of_tests(both(area.programme.measures[one.measure].label), [one]) for one in judged]
    if len(judged) > 1:
        rows.append(_of_tests(say("All measures"), judged))
    caption = say("Months tested in the latest year") if months else say("Quarters tested in the latest year")
    return Table(f"alarms-of-{step}", caption, columns, tuple(rows))


def _of_tests(label: Bilingual, judged: Sequence[_Judged]) -> tuple[Cell, ...]:
    above, share = sum(len(_above(one.alarms)) for one in judged), 100 * judged[0].alarms.alpha
    numbers = (_number(_tested(judged), 0), _number(above, 0), Cell(formats.percent(share), share))
    return (Cell(label), *numbers, _number(_expected(judged), 2))


def _no_finding(area: Area) -> Bilingual:
    """Say what an alarm is: a reason to look."""
    text = say(
        "An alarm is a reason to look at what was recorded and why; it is not a finding. No alarm does not mean that nothing changed."
    )
    if not area.programme.counts_detection:
        return text
    return sentences(text, say("It does not tell a rise of crime from a rise of detection or of reporting."))


def _law(step: str) -> Bilingual:
    """Say by which law the bound is drawn."""
    return {
        "months": say(
            "The bound of a month: negative binomial law. Its mean is that of the same season in the five years before, its variance the mean times the dispersion in the table (never below 1, which is pure chance); that both are estimated is allowed for. The six months before it do not enter, no trend is fitted (Farrington et al. 1996; Noufaily et al. 2013)."
        ),
        "quarters": say(
            "The bound of a quarter: negative binomial law. Its mean is that of the same season in the five years before, its variance the mean times the dispersion in the table (never below 1, which is pure chance); that both are estimated is allowed for. The two quarters before it do not enter, no trend is fitted (Farrington et al. 1996; Noufaily et al. 2013)."
        ),
    }[step]


def _table(one: _Judged, area: Area) -> Table:
    """Return the latest year's months or quarters of a measure: count, expectation, bound, dispersion, alarm or why it is not tested."""
    label = both(area.programme.measures[one.measure].label)
    columns = (
        Column("period", say("Month") if one.alarms.step == "months" else say("Quarter")),
        Column("count", say("Number"), numeric=True),
        Column("expected", say("Expected"), numeric=True),
        Column("bound", say("Alarm bound"), numeric=True),
        Column("dispersion", say("Dispersion"), numeric=True),
        Column("alarm", say("Alarm")),
    )
    rows = tuple(_row(row) for row in one.alarms.frame.to_dict("records"))
    caption = {
        "months": say("{measure}: the latest months beside their alarm bound", measure=label),
        "quarters": say("{measure}: the latest quarters beside their alarm bound", measure=label),
    }[one.alarms.step]
    return Table(f"alarms-{one.measure.replace('_', '-')}", caption, columns, rows)


def _row(row: Row) -> tuple[Cell, ...]:
    count = fact_cell({"status": row["status"], "value": row["count"], "qualifier": "exact"})
    if pd.isna(row["upper"]):
        return (Cell(_when(row)), count, *([Cell(NOTHING)] * 3), Cell(_SHORT[row["reason"]]()))
    by_law = row["reason"] != NO_EVENTS
    numbers = [_number(row["expected"], 1), _number(row["upper"], 0)]
    scatter = _number(row["dispersion"], 2) if by_law else Cell(NOTHING)
    verdict = NOTHING if pd.isna(row["count"]) else say("yes") if row["alarm"] else say("no")
    return (Cell(_when(row)), count, *numbers, scatter, Cell(verdict))


def _number(value: float, decimals: int) -> Cell:
    return Cell(formats.number(value, decimals), round(float(value), 6) if decimals else int(value))


def _when(row: Row) -> Bilingual:
    return formats.month_or_quarter(row["period_start"].date(), row["period_end"].date())


def _untold(items: Sequence[WatchedMeasure], area: Area) -> list[Block]:
    """Say of which measures no month or quarter could be tested, and why: a line a reason."""
    by_reason: dict[str, list[WatchedMeasure]] = {}
    for item in items:
        by_reason.setdefault(_reason(item), []).append(item)
    return [
        Paragraph(
            _WHY[reason](
                formats.listed([both(area.programme.measures[item.measure].label) for item in told])
            ),
            tone="gap",
        )
        for reason, told in by_reason.items()
    ]


def _reason(item: WatchedMeasure) -> str:
    """Return why nothing of a measure could be tested: the reason of most of its months."""
    if isinstance(item.found, NotEstimable):
        return item.found.reason
    return str(item.found.frame["reason"].mode().iloc[0])
