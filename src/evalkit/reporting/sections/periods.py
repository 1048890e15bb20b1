"""Programme periods compared: both counts, the exact interval and p, and what the comparison cannot tell."""

from __future__ import annotations

import math

from evalkit.estimation.periods import PeriodTotal
from evalkit.estimation.results import NotEstimable, RateComparison
from evalkit.estimation.sensitivity import sensitivity_of_change
from evalkit.facts.schema import totals_only
from evalkit.records import Area, Comparisons
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.compared import Compared, compared, comparison_figures
from evalkit.reporting.sections.words import both, lasting, p_words, reason, span, total_words
from evalkit.reporting.wording import say


@section_of.register
def _(result: Comparisons) -> Section:
    blocks: list[Block] = []
    made = compared(result)
    for item in made:
        blocks += [
            Paragraph(comparison_sentence(item, result.area), tone="finding"),
            Paragraph(caution_sentence(item.result), tone="caution"),
            *_detection(item),
        ]
        blocks += _derived_note(item, result.area)
    if made:
        blocks += [_table(made, result.area), *comparison_figures(made, result.area)]
        blocks.append(
            Paragraph(
                say(
                    "Recorded cases are detected cases: a fall can mean fewer crimes or less detection. It is neither coloured nor counted as success."
                )
            )
        )
    blocks += _refusals(result)
    if not result.items:
        blocks.append(
            Paragraph(
                say(
                    "No figure by programme period has been published for this place; there is nothing to compare."
                ),
                tone="gap",
            )
        )
    return Section("periods", say("Programme periods compared"), tuple(blocks))


@section_of.register
def _(result: RateComparison) -> Section:
    columns = (Column("what", say("Comparison")), Column("value", say("Value"), numeric=True))
    numbers = [
        (say("Earlier count"), formats.number(result.earlier)),
        (say("Later count"), formats.number(result.later)),
        (say("p (exact, two-sided)"), formats.p_value(result.p_central)),
    ]
    if math.isfinite(result.percent_change):
        numbers += [
            (say("Change of the yearly average"), formats.signed_percent(result.percent_change)),
            (say("95 % interval"), _interval(result)),
        ]
    rows = tuple((Cell(name), Cell(value)) for name, value in numbers)
    table = Table("comparison-table", say("Two counts compared, exactly"), columns, rows)
    return Section(
        "comparison", say("Comparison"), (table, Paragraph(caution_sentence(result), tone="caution"))
    )


def comparison_sentence(item: Compared, area: Area) -> Bilingual:
    """Return the reading of one comparison: both counts, the change, its interval, p, and whether chance explains it."""
    result, earlier, later = item.result, item.earlier, item.later
    measure = area.programme.indicators[item.indicator].numerator
    counts = {
        "indicator": both(area.programme.indicators[item.indicator].label),
        "before": total_words(earlier, measure, area.programme),
        "early": span(earlier.start, earlier.end),
        "after": total_words(later, measure, area.programme),
        "late": span(later.start, later.end),
    }
    if earlier.count == 0:
        if later.count == 0:
            return say(
                "{indicator}, {early}: {before}; {late}: {after}. There was no case in either period; a change in percent is not defined.",
                **counts,
            )
        return say(
            "{indicator}, {early}: {before}; {late}: {after}. A change in percent is not defined on a base of zero.",
            **counts,
        )
    numbers = {
        "change": formats.signed_percent(result.percent_change),
        "low": formats.signed_percent(result.percent_lower),
        "high": formats.signed_percent(result.percent_upper),
        "p": p_words(result.p_central),
    }
    if result.p_central >= 0.05:
        return say(
            "{indicator}, {early}: {before}; {late}: {after}. Change of the yearly average {change}, 95 % interval {low} to {high}, {p}: not distinguishable from chance.",
            **counts,
            **numbers,
        )
    return say(
        "{indicator}, {early}: {before}; {late}: {after}. Change of the yearly average {change}, 95 % interval {low} to {high}, {p}: larger than chance alone would explain.",
        **counts,
        **numbers,
    )


def caution_sentence(result: RateComparison) -> Bilingual:
    """Return what the interval assumes and what so small a base could have shown at all."""
    if not math.isfinite(result.dispersed_lower) or not math.isfinite(result.minimum_detectable_fall):
        return say(
            "The interval assumes that cases come independently of each other; a few totals cannot check that. More scatter between years would widen it."
        )
    return say(
        "The interval assumes that cases come independently of each other; a few totals cannot check that. If yearly counts varied twice as much, it would run from {low} to {high}. With {base} cases as base, only a fall of about {fall} or more would be found in four of five such comparisons.",
        low=formats.signed_percent(result.dispersed_lower),
        high=formats.signed_percent(result.dispersed_upper),
        base=formats.number(result.earlier),
        fall=formats.percent(100 * result.minimum_detectable_fall, 0),
    )


def _detection(item: Compared) -> list[Block]:
    """Say how much less detection would explain a fall of the yearly average alone."""
    rests = sensitivity_of_change(item.result)
    if not -100 < rests.tipping.percent < 0:
        return []
    text = say(
        "If detection alone had fallen by {fall} between the periods, that would explain the whole fall.",
        fall=formats.percent(-rests.tipping.percent, 0),
    )
    return [Paragraph(text, tone="caution")]


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
        Column("interval", say("95 % interval"), numeric=True),
        Column("p", say("p (exact, two-sided)"), numeric=True),
    )
    rows = tuple(_row(item, area) for item in items)
    notes = (
        say(
            "Exact conditional comparison of two Poisson rates (Przyborowski and Wilenski 1940), Clopper-Pearson limits, p = twice the smaller tail (Fay 2010)."
        ),
        say(
            "A change is per year of observation, so periods of different length can stand beside each other."
        ),
    )
    return Table("periods-table", say("Successive periods compared, exactly"), columns, rows, notes)


def _row(item: Compared, area: Area) -> tuple[Cell, ...]:
    result = item.result
    defined = math.isfinite(result.percent_change)
    name = say(
        "{indicator}, {early} to {late}",
        indicator=both(area.programme.indicators[item.indicator].label),
        early=span(item.earlier.start, item.earlier.end),
        late=span(item.later.start, item.later.end),
    )
    return (
        Cell(name),
        _count_cell(item.earlier),
        _count_cell(item.later),
        Cell(formats.signed_percent(result.percent_change), round(result.percent_change, 1))
        if defined
        else Cell(say("not defined")),
        Cell(_interval(result)) if defined else Cell(say("not defined")),
        Cell(formats.p_value(result.p_central), round(result.p_central, 4)),
    )


def _interval(result: RateComparison) -> Bilingual:
    return say(
        "{low} to {high}",
        low=formats.signed_percent(result.percent_lower),
        high=formats.signed_percent(result.percent_upper),
    )


def _count_cell(total: PeriodTotal) -> Cell:
    years = lasting(total.years)
    count = formats.number(total.count)
    if total.status == "derived":
        return Cell(say("{count} (derived) in {years}", count=count, years=years), total.count)
    return Cell(say("{count} in {years}", count=count, years=years), total.count)
