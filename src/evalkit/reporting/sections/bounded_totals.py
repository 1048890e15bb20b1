"""Totals of the nation that lack reports of provinces: which, what the totals may be at least and at most, and whether the verdict holds."""

from __future__ import annotations

import math

from evalkit.facts.areas import NationFacts
from evalkit.indicators.missing_reports import BoundedChange, BoundedTotal, spoken
from evalkit.records import Comparisons
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.sections.limits import change_limits, change_written
from evalkit.reporting.sections.shared_words import both, place_name, sentences, span
from evalkit.reporting.sections.verdict_words import verdict_words
from evalkit.reporting.wording import say

MOST_IN_A_SENTENCE = 3


def missing_reports(result: Comparisons) -> list[Block]:
    """Tell of each pair of periods that lacks reports; nothing where none is missing."""
    if not isinstance(result.area, NationFacts):
        return []
    blocks: list[Block] = []
    for item in result.bounded:
        blocks.append(Paragraph(_sentences(item, result.area), tone="caution"))
        if len(_by_place(item)) > MOST_IN_A_SENTENCE:
            blocks.append(_table(item, result.area))
    return [*blocks, _ends(result.bounded, result.area)] if result.bounded else blocks


def _sentences(item: BoundedChange, area: NationFacts) -> Bilingual:
    return sentences(_which(item, area), _bounds(item), _verdict(item))


def _by_place(item: BoundedChange) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for one in item.missing:
        places.setdefault(one.place, []).append(one.year)
    return places


def _which(item: BoundedChange, area: NationFacts) -> Bilingual:
    words = {
        "indicator": both(area.programme.indicators[item.indicator].label),
        "early": span(item.earlier.start, item.earlier.end),
        "late": span(item.later.start, item.later.end),
    }
    places = _by_place(item)
    if len(places) > MOST_IN_A_SENTENCE:
        number = formats.number(len(item.missing))
        return say(
            "{indicator}, {early} and {late}: {number} yearly reports of provinces are missing.",
            number=number,
            **words,
        )
    named = [_place(code, years, area) for code, years in places.items()]
    return say(
        "{indicator}, {early} and {late}: not reported by {places}.", places=formats.listed(named), **words
    )


def _place(code: str, years: list[int], area: NationFacts) -> Bilingual:
    return say("{place} ({years})", place=_name(code, area), years=_years(years))


def _name(code: str, area: NationFacts) -> Bilingual:
    found = next((place for place in area.places if place.code == code), None)
    return same(code) if found is None else place_name(found, found.full_name)


def _years(years: list[int]) -> Bilingual:
    return formats.listed([same(str(year)) for year in years])


def _bounds(item: BoundedChange) -> Bilingual:
    """Say what the totals may be, and by which rule."""
    words = {"earlier": _total(item.earlier), "later": _total(item.later)}
    least, most = item.change
    if math.isnan(least):
        return say(
            "Each missing report is taken as none at all, then as the largest number that its place ever reported or, where that is more, could have by chance (97.5%): the country's total is {earlier}, then {later}.",
            **words,
        )
    return say(
        "Each missing report is taken as none at all, then as the largest number that its place ever reported or, where that is more, could have by chance (97.5%): the country's total is {earlier}, then {later}; the yearly average changes by {change}.",
        change=change_limits(least, most),
        **words,
    )


def _total(total: BoundedTotal) -> Bilingual:
    least, most = formats.number(total.least), formats.number(total.most)
    return least if total.least == total.most else say("{lower} to {upper}", lower=least, upper=most)


def _verdict(item: BoundedChange) -> Bilingual:
    if item.is_same:
        return say("The verdict is the same at all ends: {verdict}.", verdict=verdict_words(item.verdicts[0]))
    told = [*item.verdicts, *([item.printed] if item.printed is not None else [])]
    words = {spoken(one): verdict_words(one) for one in told}
    return say(
        "The verdict hangs on what is missing: {verdicts}.",
        verdicts=formats.listed(list(words.values())),
    )


def _ends(items: tuple[BoundedChange, ...], area: NationFacts) -> Table:
    columns = (
        Column("what", say("Value")),
        Column("least", say("At least"), numeric=True),
        Column("most", say("At most"), numeric=True),
    )
    rows = tuple(row for item in items for row in _ends_of(item, area))
    return Table("missing-table", say("With the missing reports"), columns, rows)


def _ends_of(item: BoundedChange, area: NationFacts) -> list[tuple[Cell, ...]]:
    label = both(area.programme.indicators[item.indicator].label)
    rows = [
        (
            Cell(say("{indicator}, {period}", indicator=label, period=span(total.start, total.end))),
            *(Cell(formats.number(one), one) for one in (total.least, total.most)),
        )
        for total in (item.earlier, item.later)
    ]
    if not math.isnan(item.change[0]):
        changes = (Cell(change_written(one), round(one, 1)) for one in item.change)
        rows.append((Cell(say("Change of the yearly average")), *changes))
    return rows


def _table(item: BoundedChange, area: NationFacts) -> Table:
    columns = (
        Column("place", say("Province or city")),
        Column("years", say("Years without a report")),
        Column("most", say("The most that is plausible of a year"), numeric=True),
    )
    most = {one.place: one.most for one in item.missing}
    rows = tuple(
        (Cell(_name(code, area)), Cell(_years(years)), Cell(formats.number(most[code]), most[code]))
        for code, years in _by_place(item).items()
    )
    name = f"missing-{area.programme.indicators[item.indicator].id}-{item.later.period}".lower()
    caption = say(
        "Reports missing: {indicator}, {early} and {late}",
        indicator=both(area.programme.indicators[item.indicator].label),
        early=span(item.earlier.start, item.earlier.end),
        late=span(item.later.start, item.later.end),
    )
    note = say(
        "The most that is plausible: the largest number that the place ever reported in a year, or the bound that a further year stays within in 97.5 of 100 cases, whichever is more."
    )
    return Table(name, caption, columns, rows, (note,))
