"""Programme periods compared: both counts, the exact interval and p, and what the comparison cannot tell."""

from __future__ import annotations

import math
from dataclasses import replace

from evalkit.facts.areas import Area
from evalkit.facts.laws_of_area import law_of
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.records import Comparisons
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.display import headed, section_of
from evalkit.reporting.sections.bounded_totals import missing_reports
from evalkit.reporting.sections.compared import Compared, compared, comparison_figures, yearly_limits
from evalkit.reporting.sections.comparison_words import (
    caution_sentence,
    comparison_sentence,
    exact_caution,
    interval_words,
    says_dispersed,
    unlike_figures,
    window_words,
)
from evalkit.reporting.sections.detectable import detectable_table
from evalkit.reporting.sections.limits import SMALL_BASE, change_limits, change_written
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    both,
    reason,
    sentences,
    span,
)
from evalkit.reporting.sections.verdict_words import family_note, verdict_words
from evalkit.reporting.wording import say
from evalkit.statistics.law.scatter import TWICE_CHANCE, ScatterLaw
from evalkit.statistics.results import NotEstimable, RateComparison
from evalkit.table import totals_only


@headed("periods", lambda: say("Programme periods compared"))
def _(result: Comparisons) -> tuple[Block, ...]:
    blocks: list[Block] = []
    made = compared(result)
    for item in made:
        blocks += [
            Paragraph(comparison_sentence(item, result.area), tone="finding"),
            Paragraph(sentences(caution_sentence(item), *unlike_figures(item)), tone="caution"),
        ]
        blocks += _derived_note(item, result.area)
    if made:
        blocks += [_table(made, result.area), *detectable_table(made, result.area)]
        blocks += [*comparison_figures(made, result.area), *_detected(result.area)]
    blocks += [*_refusals(result), *missing_reports(result)]
    if not result.items:
        blocks.append(
            Paragraph(
                say(
                    "No figure by programme period has been published for this place; there is nothing to compare."
                ),
                tone="gap",
            )
        )
    return tuple(blocks)


@section_of.register
def _(result: RateComparison) -> Section:
    columns = (Column("what", say("Comparison")), Column("value", say("Value"), numeric=True))
    numbers = [
        (say("Earlier count"), formats.number(result.earlier)),
        (say("Later count"), formats.number(result.later)),
        (say("p (exact, two-sided)"), formats.p_value(result.p_central)),
    ]
    if math.isfinite(result.percent_change):
        limits = change_limits(result.percent_lower, result.percent_upper)
        numbers += [
            (say("Change of the yearly average"), change_written(result.percent_change)),
            (say("95% interval, if yearly counts vary by chance alone"), limits),
        ]
    rows = tuple((Cell(name), Cell(value)) for name, value in numbers)
    table = Table("comparison-table", say("Two counts compared, exactly"), columns, rows)
    return Section("comparison", say("Comparison"), (table, Paragraph(exact_caution(result), tone="caution")))


def _detected(area: Area) -> list[Block]:
    if not area.programme.counts_detection:
        return []
    text = say(
        "Recorded cases are detected cases: a fall can mean fewer crimes or less detection. It is neither coloured nor counted as success."
    )
    return [Paragraph(text)]


def _refusals(result: Comparisons) -> list[Block]:
    """Say once for each programme period why it is not compared."""
    area = result.area
    periods = {period.id: both(period.label) for period in area.programme.periods}
    said: dict[tuple[str, str], Block] = {}
    for item in result.items:
        if isinstance(item.result, NotEstimable):
            period = str(item.result.detail.get("period", ""))
            words = {
                "indicator": both(area.programme.indicators[item.indicator].label),
                "why": reason(item.result.reason),
            }
            text = (
                say("{indicator}, {period}: not compared. {why}", period=periods[period], **words)
                if period in periods
                else say("{indicator}: not compared. {why}", **words)
            )
            said.setdefault((item.indicator, period), Paragraph(text, tone="gap"))
    return list(said.values())


def _derived_note(item: Compared, area: Area) -> list[Block]:
    """Show the arithmetic of a base that was worked out, not published."""
    rows = totals_only(area.facts)
    measure = area.programme.indicators[item.indicator].numerator
    derived = rows[
        (rows["measure"] == measure)
        & (rows["status"] == "derived")
        & (rows["period_start"] == item.earlier.start)
        & (rows["period_end"] == item.earlier.end)
    ]
    blocks: list[Block] = []
    for source_id in derived["source_id"].unique():
        source = area.sources.get(source_id)
        if source is not None and source.note is not None:
            text = say(
                "{count} ({period}) is derived, not published. {note}",
                count=formats.number(item.earlier.count),
                period=span(item.earlier.start, item.earlier.end),
                note=both(source.note),
            )
            blocks.append(Paragraph(text, tone="caution"))
    return blocks


def _table(items: list[Compared], area: Area) -> Table:
    columns = (
        Column("comparison", say("Comparison")),
        Column("earlier", say("Earlier period"), numeric=True),
        Column("later", say("Later period"), numeric=True),
        Column("change", say("Change of the yearly average"), numeric=True),
        Column("interval", say("95% interval"), numeric=True),
        Column("p", say("p (two-sided)"), numeric=True),
        Column("verdict", say("Verdict")),
    )
    rows = tuple(row for item in items for row in _rows(item, area))
    return Table("periods-table", say("Successive periods compared"), columns, rows, _notes(items))


def _notes(items: list[Compared]) -> tuple[Bilingual, ...]:
    notes = []
    if any(item.under_law is not None for item in items):
        notes.append(
            say(
                "Row without a condition: score test of the ratio, and limits of a number a year, under the law of scatter of the measure, estimated from all provinces together."
            )
        )
    notes += [
        say(
            "Row “if yearly counts vary by chance alone”: exact conditional comparison of two Poisson rates (Przyborowski and Wilenski 1940), Clopper-Pearson limits, p is twice the probability of the smaller tail (Fay 2010). Its limits of a number a year: exact (Garwood)."
        ),
        say(
            "A change is per year of observation, so periods of different length can stand beside each other."
        ),
    ]
    tests = items[0].verdict.tests
    return (*notes, family_note(tests)) if tests > 1 else tuple(notes)


def _rows(item: Compared, area: Area) -> list[tuple[Cell, ...]]:
    """Return the row under the law of scatter and the exact one; where no law is known, the exact one and one for twice the scatter."""
    names = {
        "indicator": both(area.programme.indicators[item.indicator].label),
        "early": span(item.earlier.start, item.earlier.end),
        "late": span(item.later.start, item.later.end),
    }
    exact = say(
        "{indicator}, {early} to {late}, if yearly counts vary by chance alone",
        **names,
    )
    verdict = Cell(verdict_words(item.verdict))
    alone = replace(item, under_law=None)
    if item.under_law is not None:
        first = _row(item, say("{indicator}, {early} to {late}", **names), verdict, area)
        return [first, _row(alone, exact, Cell(NOTHING), area)]
    rows = [_row(alone, exact, verdict, area)]
    if item.result.earlier >= SMALL_BASE and says_dispersed(item.result):
        name = say("{indicator}, {early} to {late}, if yearly counts had twice the variance", **names)
        measure = area.programme.indicators[item.indicator].numerator
        sides = (_count_cell(one, measure, area, TWICE_CHANCE) for one in (item.earlier, item.later))
        limits = change_limits(item.result.dispersed_lower, item.result.dispersed_upper)
        rows.append((Cell(name), *sides, rows[0][3], Cell(limits), Cell(NOTHING), Cell(NOTHING)))
    return rows


def _row(item: Compared, name: Bilingual, verdict: Cell, area: Area) -> tuple[Cell, ...]:
    result, measure = item.result, area.programme.indicators[item.indicator].numerator
    law = None if item.under_law is None else law_of(area, item.indicator)
    told = result.earlier >= SMALL_BASE
    missing = Cell(say("not defined")) if result.earlier == 0 else Cell(say("base under five"))
    change = Cell(change_written(result.percent_change), round(result.percent_change, 1)) if told else missing
    return (
        Cell(name),
        _count_cell(item.earlier, measure, area, law),
        _count_cell(item.later, measure, area, law),
        change,
        Cell(interval_words(item)) if told else missing,
        Cell(formats.p_value(item.p), round(item.p, 4)),
        verdict,
    )


def _count_cell(total: PeriodTotal, measure: str, area: Area, law: ScatterLaw | None) -> Cell:
    """Write a count, its years, and the number a year with its limits, under the law of its row."""
    lower, upper = yearly_limits(total, law)
    text = say(
        "{count}; {average} a year ({low} to {high})",
        count=window_words(total, measure, area.programme, unlike=True),
        average=formats.number(total.count / total.years, 1),
        low=formats.number(lower, 1),
        high=formats.number(upper, 1),
    )
    return Cell(text, total.count)
