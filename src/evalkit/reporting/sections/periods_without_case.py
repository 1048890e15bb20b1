"""A period without a case: how many there may have been all the same, and what else could explain it."""

from __future__ import annotations

import math

from evalkit.facts.areas import Area
from evalkit.indicators.zeros import ZeroPeriod
from evalkit.programme.models import Break
from evalkit.records import ZeroPeriods
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.news_sentences import came_with_a_fall
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    asks_for_comparisons,
    both,
    chance,
    counted,
    lasting,
    period_cell,
    span,
)
from evalkit.reporting.wording import say


@headed("zeros", lambda: say("Periods without a case"))
def _(result: ZeroPeriods) -> tuple[Block, ...]:
    blocks: list[Block] = []
    programme = result.area.programme
    if not asks_for_comparisons(result.area):
        return ()
    for item in result.items:
        blocks.append(Paragraph(zero_sentence(item, result.area), tone="finding"))
        blocks += _readings(item, result.area)
        blocks += _surprise(item, result.area)
        blocks.append(zero_table(item, result.area))
        blocks += _rivals(item, result.area)
    if not blocks:
        blocks.append(
            Paragraph(
                say(
                    "Of what is compared over periods ({names}) no series ends with a reported zero. Nothing reported does not mean zero.",
                    names=formats.listed(
                        [both(one.label) for one in programme.indicators.values() if one.compare_periods]
                    ),
                )
            )
        )
    return tuple(blocks)


def zero_sentence(item: ZeroPeriod, area: Area) -> Bilingual:
    """Return what a run of zeros says: the zero, and the yearly number it still allows."""
    words = {
        "indicator": both(area.programme.indicators[item.indicator].label),
        "unit": _unit(item, area),
        "period": span(item.start, item.end),
        "years": lasting(item.years),
    }
    if math.isinf(item.upper_per_year):
        return say(
            "{indicator}: 0 {unit} in {period} ({years}). Years scatter so much that such a run sets no upper limit.",
            **words,
        )
    words["upper"] = formats.number(item.upper_per_year, 1)
    if item.by_law:
        return say(
            "{indicator}: 0 {unit} in {period} ({years}). A true average of up to {upper} {unit} a year fits such a run as well (upper 95% limit, allowing for extra variation between years).",
            **words,
        )
    return say(
        "{indicator}: 0 {unit} in {period} ({years}). A true average of up to {upper} {unit} a year fits such a run as well (upper 95% limit, if yearly counts vary by chance alone).",
        **words,
    )


def _unit(item: ZeroPeriod, area: Area) -> Bilingual:
    measure = area.programme.measures[area.programme.indicators[item.indicator].numerator]
    return both(area.programme.units[measure.unit].label)


def _readings(item: ZeroPeriod, area: Area) -> list[Block]:
    """Repeat what the sources of the zero leave open: whose reading its period is."""
    measure = area.programme.indicators[item.indicator].numerator
    rows = area.facts
    zero = (rows["measure"] == measure) & (rows["value"] == 0)
    rows = rows[zero & (rows["period_start"] >= item.start) & (rows["period_end"] <= item.end)]
    notes = [area.sources[name].note for name in rows["source_id"].unique() if name in area.sources]
    return [
        Paragraph(say("Source of the zero: {note}", note=both(note)), tone="caution")
        for note in notes
        if note is not None
    ]


def _surprise(item: ZeroPeriod, area: Area) -> list[Block]:
    """Tell how surprising the zero is if nothing had changed since the period before."""
    if item.earlier is None:
        return []
    measure = area.programme.indicators[item.indicator].numerator
    words = {
        "count": counted(item.earlier.count, measure, area.programme),
        "period": span(item.earlier.start, item.earlier.end),
        "poisson": chance(item.chance_known),
        "predictive": chance(item.chance_predictive),
    }
    if item.by_law:
        text = say(
            "Had the pace of {period} ({count}) gone on, such a run would have a probability of {poisson} taken as exactly known, {predictive} with its own uncertainty, allowing for extra variation between years. A small probability says that something changed, not what.",
            **words,
        )
        return [Paragraph(text)]
    text = say(
        "Had the pace of {period} ({count}) gone on, such a run would have a probability of {poisson} taken as exactly known, {predictive} with its own uncertainty. More scatter between years would raise both. A small probability says that something changed, not what.",
        **words,
    )
    return [Paragraph(text)]


def zero_table(item: ZeroPeriod, area: Area) -> Table:
    """Return the figures of a run of zeros: its length, its limit, and how probable it is at the pace of the period before."""
    columns = (
        Column("period", say("Period")),
        Column("years", say("Length")),
        Column("upper", say("Upper 95% limit a year"), numeric=True),
        Column("known", say("Probability at the pace before, taken as known"), numeric=True),
        Column("uncertain", say("Probability with the uncertainty of that pace"), numeric=True),
    )
    row = (
        period_cell(item.start, item.end),
        Cell(lasting(item.years)),
        Cell(NOTHING)
        if math.isinf(item.upper_per_year)
        else Cell(formats.number(item.upper_per_year, 1), round(item.upper_per_year, 4)),
        Cell(NOTHING if item.earlier is None else chance(item.chance_known)),
        Cell(NOTHING if item.earlier is None else chance(item.chance_predictive)),
    )
    caption = say(
        "{indicator}: a time at zero",
        indicator=both(area.programme.indicators[item.indicator].label),
    )
    return Table(f"zero-{item.indicator.replace('_', '-')}", caption, columns, (row,))


def _rivals(item: ZeroPeriod, area: Area) -> list[Block]:
    items = [_rival(event, item, area) for event in item.rivals]
    items += _other_bases(item, area)
    detected = area.programme.counts_detection
    items += [
        say("Fewer crimes: possible, but not shown by the count alone.")
        if detected
        else say("Fewer of them: possible, but not shown by the count alone."),
        say("Another definition or another way of counting."),
        say("Less detection or less reporting: a zero counts what was recorded.")
        if detected
        else say("Less reporting: a zero counts what was recorded."),
    ]
    return [
        Paragraph(say("Rival explanations, none of which the count alone can rule out:"), tone="caution"),
        Bullets(tuple(items)),
    ]


def _rival(event: Break, item: ZeroPeriod, area: Area) -> Bilingual:
    """Name an event with its effect; one with which no fall came only as what happened meanwhile."""
    if came_with_a_fall(event, item, area):
        return say("{event}: {effect}", event=both(event.label), effect=both(event.effect))
    return say("{event} lies in these years, but no fall to zero came with it.", event=both(event.label))


def _other_bases(item: ZeroPeriod, area: Area) -> list[Bilingual]:
    """Name persons received around the run: another place basis, not a contradiction."""
    rows = area.facts
    near = (rows["period_end"] >= item.start) & (
        rows["period_start"] <= item.end.replace(year=item.end.year + 1)
    )
    rows = rows[near & (rows["measure"] == "persons_received") & (rows["value"] > 0)]
    if rows.empty or len(rows) > 6:
        return []
    top = rows.sort_values("value").iloc[-1]
    return [
        say(
            "Another place basis: {count} received in {period}, counted by place of reception. Both can be true at once.",
            count=counted(top["value"], "persons_received", area.programme),
            period=span(top["period_start"], top["period_end"]),
        )
    ]
