"""Rates as they would be with the country's mix of ages: crude, direct and indirect, with exact and Byar's limits."""

from __future__ import annotations

import math

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.indicators.standardised import Standardised
from evalkit.records import StandardisedRates
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.shared_words import NOTHING, both, fact_cell, span, within_sentence
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable


@headed("standardised", lambda: say("Standardised rates"))
def _(result: StandardisedRates) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for item in result.items:
        if isinstance(item.rates, NotEstimable):
            blocks.append(Paragraph(_refused(item, item.rates, result.area), tone="gap"))
        else:
            told = Paragraph(_found(item, item.rates, result.area), tone="finding")
            blocks += [told, _strata(item, result.area), _rates(item, item.rates, result.area)]
    if any(isinstance(block, Table) for block in blocks):
        blocks.append(Paragraph(_method(), tone="aside"))
    return tuple(blocks)


def _about(item: Standardised, area: Area) -> dict[str, Bilingual | str]:
    return {
        "measure": both(area.programme.measures[item.measure].label),
        "breakdown": within_sentence(both(area.programme.dimensions[item.dimension].label)),
        "period": span(item.start, item.end),
    }


def _found(item: Standardised, rates: pd.DataFrame, area: Area) -> Bilingual:
    """Say the rates in one sentence; the direct one where enough are counted."""
    crude, direct, indirect = rates.to_dict("records")
    words = _about(item, area) | {
        "crude": formats.number(crude["value"], 2),
        "ratio": formats.number(indirect["value"], 2),
        "limits": _limits(indirect["lower"], indirect["upper"]),
    }
    if math.isnan(direct["value"]):
        return say(
            "As counted {crude} per 100,000 person-years, too few for a direct rate by {breakdown}; {ratio} times as many as the whole country's rates lead one to expect, if years scatter as pure chance would make them with a 95% interval of {limits} ({measure}, {period}).",
            **words,
        )
    return say(
        "As counted {crude} per 100,000 person-years, {direct} if the inhabitants were mixed by {breakdown} as the whole country's are; {ratio} times as many as the whole country's rates lead one to expect, if years scatter as pure chance would make them with a 95% interval of {limits} ({measure}, {period}).",
        direct=formats.number(direct["value"], 2),
        **words,
    )


def _refused(item: Standardised, why: NotEstimable, area: Area) -> Bilingual:
    """Say why a measure is not standardised."""
    about = _about(item, area)
    return {
        "suppressed": lambda: say(
            "{measure}, {period}: not standardised by {breakdown}, since some of its figures are confidential.",
            **about,
        ),
        "not_reported": lambda: say(
            "{measure}, {period}: not standardised by {breakdown}, since not every value of it has a figure.",
            **about,
        ),
        "no_exposure": lambda: say(
            "{measure}, {period}: not standardised by {breakdown}, since the inhabitants of the same days are not known in every value of it.",
            **about,
        ),
        "no_reference": lambda: say(
            "{measure}, {period}: not standardised by {breakdown}, since the whole country's figures are not known in every value of it.",
            **about,
        ),
    }[why.reason]()


def _method() -> Bilingual:
    return say(
        "Direct: the rate here if the inhabitants were mixed as the whole country's are (limits of Dobson et al. 1991; not given for fewer than 10). Indirect: counted here over what the whole country's rates lead one to expect (Breslow and Day 1987). Exact limits after Garwood 1936, beside them Byar's; both if years scatter as pure chance would make them. A difference that remains is not due to the mix; it proves nothing else."
    )


def _strata(item: Standardised, area: Area) -> Table:
    dimension = area.programme.dimensions[item.dimension]
    labels = dict(dimension.values)
    columns = (
        Column(item.dimension, both(dimension.label)),
        Column("count", say("Counted here"), numeric=True),
        Column("exposure", say("Inhabitants here"), numeric=True),
        Column("reference_count", say("Counted in the country"), numeric=True),
        Column("standard", say("Inhabitants of the country"), numeric=True),
    )
    rows = tuple(
        (
            Cell(both(labels[row["category"]])),
            fact_cell({"status": row["status"], "value": row["count"], "qualifier": "exact"}),
            *(_number(row[name], 0) for name in ("exposure", "reference_count", "standard")),
        )
        for row in item.strata.to_dict("records")
    )
    caption = say("{measure} and inhabitants by {breakdown}, {period}", **_about(item, area))
    return Table(f"strata-{_id(item)}", caption, columns, rows)


def _rates(item: Standardised, rates: pd.DataFrame, area: Area) -> Table:
    columns = (
        Column("rate", say("Rate")),
        Column("value", say("Value"), numeric=True),
        Column("limits", say("95% interval, exact")),
        Column("byar", say("95% interval, Byar")),
    )
    words = {
        "crude": say("as counted, per 100,000 person-years"),
        "direct": say("direct, per 100,000 person-years"),
        "indirect": say(
            "indirect: counted over {expected} expected", expected=formats.number(item.expected, 1)
        ),
    }
    rows = tuple(
        (
            Cell(words[row["rate"]]),
            _number(row["value"], 2),
            Cell(_limits(row["lower"], row["upper"])),
            Cell(_limits(row["byar_lower"], row["byar_upper"])),
        )
        for row in rates.to_dict("records")
    )
    caption = say("{measure}, standardised by {breakdown}, {period}", **_about(item, area))
    return Table(f"standardised-{_id(item)}", caption, columns, rows)


def _id(item: Standardised) -> str:
    return f"{item.measure}-{item.dimension}".replace("_", "-")


def _number(value: float, decimals: int) -> Cell:
    if math.isnan(value):
        return Cell(NOTHING)
    return Cell(formats.number(value, decimals), round(float(value), 6) if decimals else int(value))


def _limits(lower: float, upper: float) -> Bilingual:
    if math.isnan(lower):
        return NOTHING
    return say("{lower} to {upper}", lower=formats.number(lower, 2), upper=formats.number(upper, 2))
