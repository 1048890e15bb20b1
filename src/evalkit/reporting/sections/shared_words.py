"""Words that several sections share: names of areas and measures, counts with their units, reasons for no number."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any

import pandas as pd

from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.facts.named_places import Place
from evalkit.indicators.windows import PeriodTotal
from evalkit.labels import Label
from evalkit.programme.models import Programme
from evalkit.reporting import formats
from evalkit.reporting.bilingual import by_language, each, same
from evalkit.reporting.blocks import Bilingual, Cell
from evalkit.reporting.sections.effect_words import NO_EFFECT
from evalkit.reporting.wording import say
from evalkit.table import MARK, PRELIMINARY, REVISED

Row = dict[Hashable, Any]
CONFIDENTIAL = Bilingual("[c]", "[c]")
NOT_AVAILABLE = Bilingual("[x]", "[x]")
NOT_APPLICABLE = Bilingual("[z]", "[z]")
NOTHING = Bilingual("–", "–")


def both(label: Label) -> Bilingual:
    """Return a declared label as wording."""
    return Bilingual(**label.root)


def within_sentence(label: Bilingual) -> Bilingual:
    """Return a label as it stands inside a sentence: with a small first letter."""
    return each(lambda text: text[:1].lower() + text[1:], label)


def sentence_start(words: Bilingual) -> Bilingual:
    """Return words as they stand at the start of a sentence: with a capital."""
    return each(lambda text: text[:1].upper() + text[1:], words)


def area_name(area: Area) -> Bilingual:
    """Return the name of a province as officially styled, or the words for the nation."""
    if isinstance(area, ProvinceFacts):
        return place_name(area.place, area.place.full_name)
    return say("The whole country")


def place_name(place: Place, full_name: str) -> Bilingual:
    """Return a place's name: its short one in the languages the registry has it in, else the official one that is given."""
    return by_language(lambda language: place.name_in.get(language, full_name))


def area_within(area: Area) -> Bilingual:
    """Return the name of a province as it is written within a sentence: ``tỉnh Quảng Ninh``; or the words for the nation."""
    if isinstance(area, ProvinceFacts):
        return place_name(area.place, area.place.within or area.place.full_name)
    return area_name(area)


def short_name(place: Place) -> Bilingual:
    """Return a place's name without the kind of unit, in every language."""
    return Bilingual(**({"vi": place.name, "en": place.name_en} | place.name_in))


def span(start: pd.Timestamp, end: pd.Timestamp) -> Bilingual:
    """Return a period's wording from two timestamps."""
    return formats.period(start.date(), end.date())


def period_cell(start: pd.Timestamp, end: pd.Timestamp) -> Cell:
    """Return the cell of a period in a column of periods: a calendar year is its number alone.

    Examples
    --------
    >>> period_cell(pd.Timestamp(2022, 1, 1), pd.Timestamp(2022, 12, 31)).text
    Bilingual(vi='2022', en='2022')
    """
    words = span(start, end)
    return Cell(same(words.en) if words.en.isdecimal() else words)


def sentences(*parts: Bilingual) -> Bilingual:
    """Return whole sentences one after the other.

    Examples
    --------
    >>> sentences(Bilingual("Một.", "One."), Bilingual("Hai.", "Two.")).en
    'One. Two.'
    """
    return each(lambda *texts: " ".join(texts), *parts)


def counted(value: float, measure: str, programme: Programme) -> Bilingual:
    """Return a count with its unit: ``23 vụ``, ``23 cases``."""
    return qualified_count(value, "exact", measure, programme)


def units_of(measure: str, programme: Programme) -> Bilingual:
    """Name what a measure counts: cases, persons."""
    return both(programme.units[programme.measures[measure].unit].label)


def qualified_count(
    value: float, qualifier: str, measure: str, programme: Programme, *, mark: str = ""
) -> Bilingual:
    """Return a count with its unit, as surely as its source said it: ``ít nhất 1 vụ``, ``at least 1 case (preliminary)``."""
    unit = programme.units[programme.measures[measure].unit]
    digits = qualified(value, qualifier)
    words = each("{} {}".format, digits, both(unit.one if value == 1 else unit.label))
    return say("{count} (preliminary)", count=words) if mark == PRELIMINARY else words


def asks_for_comparisons(area: Area) -> bool:
    """Tell whether an indicator of the programme asks for programme periods to be compared."""
    return any(indicator.compare_periods for indicator in area.programme.indicators.values())


def lasting(years: float, *, digits: int = 1) -> Bilingual:
    """Return a length in years: ``1 year``, ``2.5 years``; ``digits`` are of a length that is no whole number."""
    if years == 1:
        return say("1 year")
    return say("{count} years", count=formats.number(years, 0 if float(years).is_integer() else digits))


def lasting_beside_mean(count: float, years: float) -> Bilingual:
    """Return a length in years that gives the yearly mean printed beside it when the count is divided by it: ``2.496 years``."""
    mean = round(count / years, 1)
    lengths = ((digits, round(years, digits)) for digits in range(1, 5))
    fitting = (digits for digits, length in lengths if length and round(count / length, 1) == mean)
    return lasting(years, digits=next(fitting, 5))


def p_words(value: float) -> Bilingual:
    """Return a p-value with its sign, ``p = 0.056``, ``p < 0.001``; a missing one in words."""
    if math.isnan(value):
        return say("p cannot be given")
    written = formats.p_value(value)
    return each(lambda text: f"p {text}" if text.startswith("<") else f"p = {text}", written)


def chance(probability: float) -> Bilingual:
    """Return a probability in percent, small ones as a bound, a missing one in words."""
    if math.isnan(probability):
        return say("a value that cannot be given")
    if probability < 0.0001:
        return say("less than {bound}", bound=formats.percent(0.01, 2))
    return formats.percent(100 * probability, 2 if probability < 0.1 else 0)


def total_words(total: PeriodTotal, measure: str, programme: Programme) -> Bilingual:
    """Return a period's count with its unit, that it was derived, and its years where some are missing."""
    words = as_sure(counted(total.count, measure, programme), total.status, total.flags)
    if total.missing:
        return say(
            "{count} in {told} of {all} years reported ({missing} missing)",
            count=words,
            told=str(len(total.years_used)),
            all=str(len(total.years_used) + len(total.missing)),
            missing=formats.listed([same(str(year)) for year in total.missing]),
        )
    return words


def as_sure(count: Bilingual, status: str, flags: Collection[str]) -> Bilingual:
    """Write behind a count all that makes it less sure: derived, preliminary, approximate.

    Examples
    --------
    >>> as_sure(formats.number(39), "derived", ("inexact",)).en
    '39 (derived) (approximate)'
    """
    words = say("{count} (derived)", count=count) if status == "derived" else count
    if "preliminary" in flags:
        words = say("{count} (preliminary)", count=words)
    return say("{count} (approximate)", count=words) if "inexact" in flags else words


def qualified(value: float, qualifier: str, *, mark: str = "") -> Bilingual:
    """Return a count as surely as its source said it: about, more than, nearly, at least; [p] beside a preliminary one."""
    digits = formats.figure(value)
    templates: dict[str, Callable[[Bilingual], Bilingual]] = {
        "about": lambda count: say("about {count}", count=count),
        "more_than": lambda count: say("more than {count}", count=count),
        "nearly": lambda count: say("nearly {count}", count=count),
        "at_least": lambda count: say("at least {count}", count=count),
    }
    words = templates[qualifier](digits) if qualifier in templates else digits
    return say("{value} [p]", value=words) if mark == PRELIMINARY else words


def marked(text: Bilingual, row: Row) -> Bilingual:
    """Return an estimate's value with [p] behind it where a part of it is preliminary."""
    return say("{value} [p]", value=text) if "preliminary" in str(row["flag"]).split(";") else text


def either(figures: Sequence[float]) -> Bilingual:
    """Write the unlike figures of sources that differ: ``82 or 65``.

    Examples
    --------
    >>> either([82, 65, 60]).en
    '82 or 65 or 60'
    """
    first, *others = (formats.figure(value) for value in figures)
    for other in others:
        first = say("{one} or {other}", one=first, other=other)
    return first


def named_codes(indicators: Sequence[str], programme: Programme) -> Bilingual:
    """Write indicators with their codes and names, one behind the other: a code never stands alone."""
    names = [
        say("{id} {label}", id=programme.indicators[name].id, label=both(programme.indicators[name].label))
        for name in indicators
    ]
    return each(lambda *texts: "; ".join(texts), *names)


def fact_cell(row: Row) -> Cell:
    """Return the table cell of one fact: its figure, [r] beside one that its source revised, [p] beside a preliminary one; or [c], [z], [x] for none."""
    if row["status"] == "suppressed":
        return Cell(CONFIDENTIAL)
    if pd.isna(row["value"]):
        return Cell(NOT_APPLICABLE if row["status"] == "not_applicable" else NOT_AVAILABLE)
    text = qualified(row["value"], row["qualifier"])
    if row["status"] == "derived":
        text = say("{count} (derived)", count=text)
    if row.get(MARK) == REVISED:
        text = say("{value} [r]", value=text)
    if row.get(MARK) == PRELIMINARY:
        text = say("{value} [p]", value=text)
    return Cell(text, row["value"])


def in_groups(rows: Sequence[Row], names: Sequence[str], *, ordered: bool = False) -> list[list[Row]]:
    """Return rows that are alike in some columns together; groups by their first row, or in the order of those columns.

    Examples
    --------
    >>> rows = [{"year": 2021, "n": 1}, {"year": 2020, "n": 2}, {"year": 2021, "n": 3}]
    >>> [[row["n"] for row in group] for group in in_groups(rows, ["year"])]
    [[1, 3], [2]]
    >>> [[row["n"] for row in group] for group in in_groups(rows, ["year"], ordered=True)]
    [[2], [1, 3]]
    """
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return [found[key] for key in (sorted(found) if ordered else found)]


def place_basis(name: str) -> Bilingual:
    """Return how a figure is counted by place."""
    return {
        "occurrence": say("by place of occurrence"),
        "residence": say("by place of residence"),
        "detection": say("by place of detection"),
        "reception": say("by place of reception"),
    }[name]


def status_word(name: str) -> Bilingual:
    """Return the word for the state of a figure."""
    return {
        "reported": say("reported"),
        "zero_reported": say("reported as zero"),
        "derived": say("derived"),
        "not_reported": say("not reported"),
        "not_applicable": say("not applicable"),
        "suppressed": say("confidential"),
        "in_part": say("reported for a part only"),
    }[name]


def reason(code: str) -> Bilingual:
    """Return the sentence for a reason why there is no number."""
    known: dict[str, Callable[[], Bilingual]] = {
        **NO_EFFECT,
        "not_reported": lambda: say("No figure has been reported."),
        "no_data": lambda: say("No figure has been reported."),
        "suppressed": lambda: say(
            "Some of the figures needed are confidential; what is hidden is not estimated."
        ),
        "partial_period": lambda: say(
            "Fewer than four fifths of the years of the period were reported; they are not added up."
        ),
        "too_few_years": lambda: say(
            "Fewer than five years were reported; a trend cannot be told from so few."
        ),
        "insufficient_events": lambda: say(
            "There are too few cases for a trend; any line through them would be chance."
        ),
        "no_events": lambda: say("No case was recorded in any year; there is no trend to estimate."),
        "single_period": lambda: say("Only one period has a figure; there is nothing to compare it with."),
        "no_population_by_age": lambda: say(
            "The inhabitants are not known by ages that add up; no rate can be standardised."
        ),
        "different_bases": lambda: say("The figures are counted on different bases and may not be compared."),
    }
    return known[code]() if code in known else say("It cannot be estimated from the figures reported.")
