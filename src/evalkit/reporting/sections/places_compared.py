"""Two places in words: both rates, the ratio with its interval, and no more than these carry."""

from __future__ import annotations

import math

import pandas as pd

from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.records import PlacesCompared
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.bases import source_line
from evalkit.reporting.sections.limits import SMALL_BASE, limits_written
from evalkit.reporting.sections.shared_words import (
    Row,
    area_name,
    area_within,
    both,
    counted,
    sentence_start,
    sentences,
    span,
    within_sentence,
)
from evalkit.reporting.wording import say


@headed("places-compared", lambda: say("Two places compared"))
def _(result: PlacesCompared) -> tuple[Block, ...]:
    first, second = result.frame.to_dict("records")
    told = Paragraph(sentences(*rate_sentences(result)))
    finding = Paragraph(sentences(*ratio_sentences(result)), tone="finding")
    names = [name for row in (first, second) for name in row["source_id"].split(";")]
    sources = source_line(names, result.area)
    asides = [Paragraph(sources, tone="aside")] if sources else []
    return (told, finding, *_cautions(result, first, second), *_tables(result), *asides)


def _tables(result: PlacesCompared) -> list[Table]:
    """Return both rates with what they are made of; and their ratio, where one is said."""
    rows = result.frame.to_dict("records")
    columns = (
        Column("place", say("Place")),
        Column("count", say("Number"), numeric=True),
        Column("person_years", say("Person-years"), numeric=True),
        Column(
            "rate", say("A year per {base} inhabitants", base=formats.number(rows[0]["per"])), numeric=True
        ),
        Column("interval", say("95% interval"), numeric=True),
    )
    areas = (result.area, result.beside)
    names = [sentence_start(compared_name(result, area)) for area in areas]
    cells = tuple(_cells(name, row) for name, row in zip(names, rows, strict=True))
    base = say(
        "The base of a rate is person-years: the average populations of the years of the period, added up."
    )
    rates = Table("places-compared-rates", comparison_title(result), columns, cells, notes=(base,))
    return [rates, *([_ratio_table(result, names[0])] if _has_ratio(result) else [])]


def _cells(name: Bilingual, row: Row) -> tuple[Cell, ...]:
    return (
        Cell(name),
        Cell(formats.figure(row["count"]), row["count"]),
        Cell(formats.number(row["person_years"]), row["person_years"]),
        Cell(formats.number(row["value"], 2), row["value"]),
        Cell(_limits(row["lower"], row["upper"])),
    )


def _ratio_table(result: PlacesCompared, name: Bilingual) -> Table:
    row = result.frame.to_dict("records")[0]
    interval = (
        say("95% interval, if yearly counts vary by chance alone")
        if math.isnan(result.result.factor)
        else say("95% interval, allowing for how years scatter")
    )
    columns = (
        Column("ratio_of", say("Ratio of the rates")),
        Column("ratio", say("Value"), numeric=True),
        Column("interval", interval, numeric=True),
    )
    cells = (
        Cell(say("{place} over {other}", place=name, other=compared_name(result, result.beside))),
        Cell(formats.number(row["ratio"], 2), row["ratio"]),
        Cell(_limits(row["ratio_lower"], row["ratio_upper"])),
    )
    title = say("{indicator}: ratio of the two rates", indicator=_label(result))
    return Table("places-compared-ratio", title, columns, (cells,))


def _limits(lower: float, upper: float) -> Bilingual:
    return limits_written(lower, upper, write=lambda value: formats.number(value, 2))


def _label(result: PlacesCompared) -> Bilingual:
    return both(result.area.programme.indicators[result.indicator].label)


def _has_ratio(result: PlacesCompared) -> bool:
    """Tell whether enough was counted in the second place for a ratio to be said."""
    return bool(result.frame["count"].iloc[1] >= SMALL_BASE)


def compared_name(result: PlacesCompared, area: Area) -> Bilingual:
    """Name a place of a comparison as it stands within a sentence; the nation as the rest of the country."""
    if isinstance(area, ProvinceFacts):
        return area_within(area)
    return say("the rest of the country") if _has_province(result) else within_sentence(area_name(area))


def _has_province(result: PlacesCompared) -> bool:
    return isinstance(result.area, ProvinceFacts) or isinstance(result.beside, ProvinceFacts)


def rate_sentences(result: PlacesCompared) -> list[Bilingual]:
    """Say of both places what was counted, and the rate with its interval."""
    rows = result.frame.to_dict("records")
    label = both(result.area.programme.indicators[result.indicator].label)
    head = say(
        "{indicator}, {period}, a year per {base} inhabitants:",
        indicator=label,
        period=span(rows[0]["period_start"], rows[0]["period_end"]),
        base=formats.number(rows[0]["per"]),
    )
    pairs = zip((result.area, result.beside), rows, strict=True)
    return [head, *(_rate(row, compared_name(result, area), result) for area, row in pairs)]


def _rate(row: Row, place: Bilingual, result: PlacesCompared) -> Bilingual:
    programme = result.area.programme
    measure = programme.indicators[result.indicator].numerator
    words = {
        "place": place,
        "rate": formats.number(row["value"], 2),
        "limits": _limits(row["lower"], row["upper"]),
        "count": counted(row["count"], measure, programme),
    }
    if row["status"] == "derived":
        return say("In {place} {rate}, 95% interval {limits} ({count}, derived).", **words)
    return say("In {place} {rate}, 95% interval {limits} ({count}).", **words)


def ratio_sentences(result: PlacesCompared) -> list[Bilingual]:
    """Say the ratio with its interval, and whether chance alone can explain it; nothing where too little was counted."""
    first, second = result.frame.to_dict("records")
    place, other = (compared_name(result, area) for area in (result.area, result.beside))
    if first["count"] == second["count"] == 0:
        return [say("Nothing was counted in either place; there is no ratio of their rates.")]
    if second["count"] == 0:
        return [say("Nothing was counted in {other}; a ratio over zero is not defined.", other=other)]
    if second["count"] < SMALL_BASE:
        return [say("Too little was counted in {other} for a ratio: read the counts.", other=other)]
    words = {
        "place": place,
        "other": other,
        "ratio": formats.number(first["ratio"], 2),
        "limits": _limits(first["ratio_lower"], first["ratio_upper"]),
    }
    if math.isnan(result.result.factor):
        ratio = say(
            "The rate of {place} is {ratio} times that of {other}; if yearly counts vary by chance alone, the 95% interval is {limits}.",
            **words,
        )
        return [ratio, _verdict_if_poisson(first)]
    ratio = say(
        "The rate of {place} is {ratio} times that of {other}, 95% interval {limits}, which allows for extra variation between years.",
        **words,
    )
    return [ratio, _verdict(first)]


def is_apart(row: Row) -> bool:
    """Tell whether the interval of the ratio leaves out 1."""
    return bool(row["ratio_lower"] > 1 or row["ratio_upper"] < 1)


def _verdict(row: Row) -> Bilingual:
    if is_apart(row):
        return say(
            "Chance and extra variation between years hardly explain the difference of the lasting rates, if this pair was chosen before its figures were seen."
        )
    return say("Chance and extra variation between years can explain the difference.")


def _verdict_if_poisson(row: Row) -> Bilingual:
    if is_apart(row):
        return say(
            "If yearly counts vary by chance alone, chance alone hardly explains the difference, if this pair was chosen before its figures were seen."
        )
    return say("Chance alone can explain the difference.")


def _cautions(result: PlacesCompared, first: Row, second: Row) -> list[Block]:
    """Say what else the two figures do not carry."""
    found = []
    if result.area.programme.counts_detection:
        found.append(say("What is counted depends on what is found: detection may differ as much as crime."))
    if len({first["scheme"], second["scheme"]}) > 1:
        found.append(say("The rest of the country is the whole country without the province beside it."))
    if set(first["source_id"].split(";")) != set(second["source_id"].split(";")):
        found.append(say("The two figures come from different sources, which may count differently."))
    if any("inexact" in row["flag"].split(";") for row in (first, second)):
        found.append(say("A source gives one of the counts only about."))
    return [Paragraph(sentences(*found), tone="caution")] if found else []


def comparison_title(result: PlacesCompared) -> Bilingual:
    """Return the title of a drawing of both rates."""
    row: pd.Series = result.frame.iloc[0]
    return say(
        "{indicator}, {period}: a year per {base} inhabitants",
        indicator=both(result.area.programme.indicators[result.indicator].label),
        period=span(row["period_start"], row["period_end"]),
        base=formats.number(row["per"]),
    )
