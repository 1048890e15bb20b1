"""Rates of provinces beside each other: whether they differ at all, each with its limits and what these allow to be said."""

from __future__ import annotations

from functools import partial
from math import isinf, isnan

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.records import ProvincesCompared
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.fewer_years import fewer_years_note
from evalkit.reporting.sections.limits import parted_by_rounding, rounding_note
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    p_words,
    reason,
    sentences,
    within_sentence,
)
from evalkit.reporting.wording import say
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces.funnel import Funnel
from evalkit.statistics.provinces.heterogeneity import Heterogeneity
from evalkit.statistics.provinces.shrinkage import ShrunkenRates
from evalkit.statistics.results import NotEstimable

PER = 100_000
LIMITS = ["rate_lower", "rate_upper", "chance_lower", "chance_upper", "wide_lower", "wide_upper"]


@headed("rates", lambda: say("Rates of the provinces compared"))
def _(result: ProvincesCompared) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for item in result.items:
        blocks += _blocks(item, result.area)
    return tuple(blocks)


def _blocks(item: ProvinceComparison, area: NationFacts) -> list[Block]:
    label = both(area.programme.indicators[item.indicator].label)
    if isinstance(item.differs, NotEstimable):
        text = say("{indicator}: provinces are not compared. {why}", indicator=label, why=_why(item.differs))
        return [Paragraph(text, tone="gap")]
    period = within_sentence(both(next(one.label for one in area.programme.periods if one.id == item.period)))
    blocks: list[Block] = [Paragraph(_told(item.differs, label, period, area), tone="finding")]
    if isinstance(item.funnel, Funnel):
        blocks.append(Paragraph(_outside(item.funnel)))
    return [
        *blocks,
        *_test_table(item.differs, item.indicator, label, period),
        _table(item, area, label, period),
    ]


def _test_table(found: Heterogeneity, name: str, label: Bilingual, period: Bilingual) -> list[Block]:
    """Return the test of whether rates differ as a table."""
    if isnan(found.p):
        return []
    columns = (
        Column("provinces", say("Provinces compared"), numeric=True),
        Column("rate", say("Common rate per 100,000 person-years"), numeric=True),
        Column("p", say("p of the test that all have it"), numeric=True),
        Column("by_chance", say("Outside the limits of chance by chance"), numeric=True),
    )
    row = (
        Cell(formats.number(found.provinces), found.provinces),
        Cell(formats.number(found.rate * PER, 2), round(found.rate * PER, 4)),
        Cell(formats.p_value(found.p), round(found.p, 6)),
        Cell(formats.number(0.05 * found.provinces, 1), round(0.05 * found.provinces, 4)),
    )
    caption = say("{indicator}, {period}: whether the provinces differ", indicator=label, period=period)
    return [Table(f"differ-{name.replace('_', '-')}", caption, columns, (row,))]


def _why(refused: NotEstimable) -> Bilingual:
    known = {
        "too_few_provinces": lambda: say("Fewer than five provinces have a total for any programme period."),
        "no_exposure": lambda: say(
            "Of the provinces with a total, fewer than five also have a population for the same years, so rates cannot be compared."
        ),
        "suppressed": lambda: say(
            "Some totals are confidential; those are the small ones, and the others alone are no fair picture."
        ),
        "no_events": lambda: say(
            "No province recorded a case in the period, so there is no rate to compare."
        ),
    }
    return known[refused.reason]() if refused.reason in known else reason(refused.reason)


def _told(found: Heterogeneity, label: Bilingual, period: Bilingual, area: NationFacts) -> Bilingual:
    """Say whether rates differ, and what a difference may be where recorded cases are detected ones."""
    difference = _difference(found, label, period)
    if found.differs and area.programme.counts_detection:
        return sentences(difference, say("Detection may differ as much as crime."))
    return difference


def _difference(found: Heterogeneity, label: Bilingual, period: Bilingual) -> Bilingual:
    words = {
        "indicator": label,
        "period": period,
        "count": formats.number(found.provinces),
        "rate": formats.number(found.rate * PER, 2),
        "p": p_words(found.p),
    }
    if found.law is None:
        return _difference_if_poisson(found, words)
    if found.differs:
        return say(
            "{indicator}, {period}: chance alone hardly explains how the lasting rates of {count} provinces differ, even allowing for extra variation between years in the whole panel ({p}). Together: {rate} per 100,000 person-years.",
            **words,
        )
    return say(
        "{indicator}, {period}: chance and extra variation between years in the whole panel can explain how the rates of {count} provinces differ ({p}). Together: {rate} per 100,000 person-years.",
        **words,
    )


def _difference_if_poisson(found: Heterogeneity, words: dict[str, Bilingual]) -> Bilingual:
    """Say whether rates differ where it is not known how years scatter: the condition stands in the sentence."""
    if found.differs:
        return say(
            "{indicator}, {period}: if yearly counts vary by chance alone, chance alone hardly explains how the lasting rates of {count} provinces differ ({p}). Together: {rate} per 100,000 person-years.",
            **words,
        )
    return say(
        "{indicator}, {period}: if yearly counts vary by chance alone, chance alone can explain how the rates of {count} provinces differ ({p}). Together: {rate} per 100,000 person-years.",
        **words,
    )


def _scatter(law: ScatterLaw, frame: pd.DataFrame) -> Bilingual:
    """Name the law of years by what it does to a year of the typical province."""
    typical = max(1.0, round(float((frame["count"] / frame["years"]).median())))
    return say(
        "How years scatter, from all provinces and years: where a count of {mean} a year is expected, the variance of a year is {factor} times what pure chance gives. The rates compared are the lasting ones behind such years.",
        mean=formats.number(typical),
        factor=formats.number(max(1.0, law.variance_factor(typical)), 1),
    )


def _wider(found: Heterogeneity | NotEstimable) -> tuple[Bilingual, ...]:
    """Say how many provinces have a law of their own, wider than the panel's; nothing where none has."""
    own = 0 if isinstance(found, NotEstimable) else int((found.frame["own"] > 1).sum())
    if own == 0:
        return ()
    if own == 1:
        words = say(
            "The years of one province scatter more than that; its limits allow for its own scatter, as far as so few years show it."
        )
        return (words,)
    words = say(
        "The years of {count} provinces scatter more than that; their limits allow for their own scatter, as far as so few years show it.",
        count=formats.number(own),
    )
    return (words,)


def _outside(found: Funnel) -> Bilingual:
    """Say how many provinces lie outside which limits: three sentences, each with its number."""
    verdicts = found.frame["verdict"]
    outside = int(verdicts.isin(["within_spread", "unusual"]).sum())
    unusual = int((verdicts == "unusual").sum())
    return sentences(_plainly(found, outside), _unusually(unusual), _apart(found.shown))


def _plainly(found: Funnel, outside: int) -> Bilingual:
    words = {
        "tests": formats.number(found.tests),
        "expected": formats.number(0.05 * found.tests, 1),
    }
    if outside == 1:
        return say(
            "Of {tests} provinces, one lies outside the 95% limits of chance about the common rate, where chance would put about {expected}.",
            **words,
        )
    return say(
        "Of {tests} provinces, {outside} lie outside the 95% limits of chance about the common rate, where chance would put about {expected}.",
        outside=formats.number(outside),
        **words,
    )


def _unusually(unusual: int) -> Bilingual:
    if unusual == 1:
        return say("One lies outside the widened limits too.")
    return say("{unusual} lie outside the widened limits too.", unusual=formats.number(unusual))


def _apart(shown: int) -> Bilingual:
    if shown == 1:
        return say("Allowing for so many comparisons (Benjamini-Hochberg), one stands apart.")
    return say(
        "Allowing for so many comparisons (Benjamini-Hochberg), {shown} stand apart.",
        shown=formats.number(shown),
    )


def _table(item: ProvinceComparison, area: NationFacts, label: Bilingual, period: Bilingual) -> Table:
    columns = (
        Column("province", say("Province or city")),
        Column("count", label, numeric=True),
        Column("rate", say("Per 100,000 person-years (95% limits)"), numeric=True),
        Column(
            "shrunken",
            say("Per 100,000 person-years, estimated with the help of the other provinces"),
            numeric=True,
        ),
        Column("expected", say("Count expected at the common rate"), numeric=True),
        Column("chance", say("95% limits of chance of the count"), numeric=True),
        Column("wide", say("Widened 95% limits of the count"), numeric=True),
        Column("verdict", say("Against the common rate")),
    )
    merged = _merged(item)
    rows = tuple(
        (
            Cell(say("{code} {name}", code=place.code, name=place.name)),
            *_cells(merged.get(place.code)),
        )
        for place in area.places
    )
    caption = say("{indicator}, {period}: rates of the provinces", indicator=label, period=period)
    return Table(
        f"rates-{item.indicator.replace('_', '-')}",
        caption,
        columns,
        rows,
        (
            *_notes(item, detected=area.programme.counts_detection),
            *_rounded(item.funnel),
            *fewer_years_note(item.frame, area),
        ),
    )


def _notes(item: ProvinceComparison, *, detected: bool) -> tuple[Bilingual, ...]:
    known = isinstance(item.shrunken, ShrunkenRates) and item.shrunken.years_law is not None
    helped = (
        say(
            "95% limits of a rate: of the lasting rate behind its count, allowing for extra variation between years. Estimated with the help of the other provinces: a province with few cases borrows from all (empirical Bayes, Clayton and Kaldor 1987)."
        )
        if known
        else say(
            "95% limits of a rate: of the lasting rate behind its count, if yearly counts vary by chance alone. Estimated with the help of the other provinces: a province with few cases borrows from all (empirical Bayes, Clayton and Kaldor 1987)."
        )
    )
    law = None if isinstance(item.differs, NotEstimable) else item.differs.law
    return (
        *(() if law is None else (_scatter(law, item.frame),)),
        *_wider(item.differs),
        helped,
        say(
            "Limits of chance: where 95 of 100 counts would lie at the common rate; they allow for extra variation between years where that is known. Widened limits: these also allow for how unequal the provinces are."
        ),
        *((say("A high rate may mean much crime or much detection."),) if detected else ()),
    )


def _rounded(found: Funnel | NotEstimable) -> tuple[Bilingual, ...]:
    """Say why limits that end on the common rate, as it is written, may yet leave it out; nothing where none do."""
    if isinstance(found, NotEstimable):
        return ()
    ends = zip(found.frame["rate_lower"], found.frame["rate_upper"], strict=True)
    write = partial(formats.number, decimals=2)
    common = PER * found.target
    parted = any(parted_by_rounding(PER * low, PER * high, common, write=write) for low, high in ends)
    return (rounding_note(),) if parted else ()


def _merged(item: ProvinceComparison) -> dict[str, Row]:
    table = item.frame.set_index("province_code")[["count", "exposure"]]
    parts: list[tuple[ShrunkenRates | Funnel | NotEstimable, list[str]]] = [
        (item.shrunken, ["shrunken"]),
        (item.funnel, ["expected", *LIMITS, "verdict", "side"]),
    ]
    for found, names in parts:
        if isinstance(found, NotEstimable):
            table = table.reindex(columns=[*table.columns, *names])
        else:
            table = table.join(found.frame.set_index("province_code")[names])
    return {str(code): row for code, row in zip(table.index, table.to_dict("records"), strict=True)}


def _cells(row: Row | None) -> tuple[Cell, ...]:
    if row is None or pd.isna(row["count"]) or pd.isna(row["exposure"]):
        return (Cell(NOTHING),) * 7
    rate = PER * row["count"] / row["exposure"]
    return (
        Cell(formats.figure(row["count"]), row["count"]),
        Cell(_interval(rate, PER * row["rate_lower"], PER * row["rate_upper"]), round(rate, 4)),
        Cell(NOTHING if pd.isna(row["shrunken"]) else formats.number(PER * row["shrunken"], 2)),
        Cell(NOTHING if pd.isna(row["expected"]) else formats.number(row["expected"], 1)),
        Cell(_between(row["chance_lower"], row["chance_upper"])),
        Cell(_between(row["wide_lower"], row["wide_upper"])),
        Cell(_verdict(row)),
    )


def _between(lower: float, upper: float) -> Bilingual:
    if pd.isna(lower):
        return NOTHING
    return say("{low} to {high}", low=formats.number(lower), high=formats.number(upper))


def _interval(value: float, lower: float, upper: float) -> Bilingual:
    """Write a rate with its limits; the rate alone where there are none."""
    written = formats.number(value, 2)
    if pd.isna(lower):
        return written
    if isinf(upper):
        return say("{value} (from {low}, no upper limit)", value=written, low=formats.number(lower, 2))
    return say(
        "{value} ({low} to {high})",
        value=written,
        low=formats.number(lower, 2),
        high=formats.number(upper, 2),
    )


def _verdict(row: Row) -> Bilingual:
    """Say what the limits allow: the words of the verdict that estimation gave."""
    words = {
        ("not_clearly_different", ""): lambda: say("not clearly different"),
        ("within_spread", "above"): lambda: say(
            "above: chance hardly explains it, but within the spread of provinces"
        ),
        ("within_spread", "below"): lambda: say(
            "below: chance hardly explains it, but within the spread of provinces"
        ),
        ("unusual", "above"): lambda: say("above: unusual among provinces as unequal as these"),
        ("unusual", "below"): lambda: say("below: unusual among provinces as unequal as these"),
    }
    found = (row["verdict"], row["side"])
    return words[found]() if found in words else NOTHING
