"""Rates of provinces beside each other: whether they differ at all, each with its interval, and no league table of chance."""

from __future__ import annotations

import pandas as pd

from evalkit.estimation.funnel import Funnel
from evalkit.estimation.heterogeneity import Heterogeneity
from evalkit.estimation.province_comparison import ProvinceComparison
from evalkit.estimation.ranks import RankIntervals
from evalkit.estimation.results import NotEstimable
from evalkit.estimation.shrinkage import ShrunkenRates
from evalkit.facts.areas import NationFacts
from evalkit.records import ProvincesCompared
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.words import NOTHING, Row, both, p_words, reason
from evalkit.reporting.wording import say

PER = 100_000


@section_of.register
def _(result: ProvincesCompared) -> Section:
    blocks: list[Block] = []
    for item in result.items:
        blocks += _blocks(item, result.area)
    if not blocks:
        blocks.append(Paragraph(say("The programme asks for no comparison of provinces."), tone="gap"))
    return Section("rates", say("Rates of the provinces compared"), tuple(blocks))


def _blocks(item: ProvinceComparison, area: NationFacts) -> list[Block]:
    label = both(area.programme.indicators[item.indicator].label)
    if isinstance(item.differs, NotEstimable):
        text = say("{indicator}: provinces are not compared. {why}", indicator=label, why=_why(item.differs))
        return [Paragraph(text, tone="gap")]
    period = both(next(one.label for one in area.programme.periods if one.id == item.period))
    blocks: list[Block] = [Paragraph(_difference(item.differs, label, period), tone="finding")]
    if isinstance(item.ranks, RankIntervals):
        blocks.append(Paragraph(_ranking(item.ranks), tone="caution"))
    if isinstance(item.funnel, Funnel):
        blocks.append(Paragraph(_tests(item.funnel)))
    return [*blocks, _table(item, area, label, period)]


def _why(refused: NotEstimable) -> Bilingual:
    if refused.reason == "too_few_provinces":
        return say("Fewer than five provinces have a total for any programme period.")
    if refused.reason == "suppressed":
        return say(
            "Some totals are confidential; those are the small ones, and the others alone are no fair picture."
        )
    return reason(refused.reason)


def _difference(found: Heterogeneity, label: Bilingual, period: Bilingual) -> Bilingual:
    words = {
        "indicator": label,
        "period": period,
        "count": formats.number(found.provinces),
        "rate": formats.number(found.rate * PER, 2),
        "p": p_words(found.p),
    }
    if found.differs:
        return say(
            "{indicator}, {period}: the rates of {count} provinces differ by more than chance ({p}); together {rate} per 100,000 person-years. Detection may differ as much as crime.",
            **words,
        )
    return say(
        "{indicator}, {period}: chance alone can explain how the rates of {count} provinces differ ({p}); together {rate} per 100,000 person-years.",
        **words,
    )


def _ranking(found: RankIntervals) -> Bilingual:
    width = formats.number(found.median_width)
    count = formats.number(found.provinces)
    if found.league_table_allowed:
        return say(
            "The place of a typical province is known to within {width} of {count} places; even so no league table is given, only intervals.",
            width=width,
            count=count,
        )
    return say(
        "The place of a typical province may lie anywhere within {width} of {count} places: a league table would rank chance, and none is given.",
        width=width,
        count=count,
    )


def _tests(found: Funnel) -> Bilingual:
    return say(
        "{tests} provinces were held against the common rate; allowing for that many tests (Benjamini-Hochberg), {shown} stand apart. By chance alone about {expected} of them would lie outside the plain 95 % limits.",
        tests=formats.number(found.tests),
        shown=formats.number(found.shown),
        expected=formats.number(0.05 * found.tests, 1),
    )


def _table(item: ProvinceComparison, area: NationFacts, label: Bilingual, period: Bilingual) -> Table:
    columns = (
        Column("province", say("Province or city")),
        Column("count", say("Counts"), numeric=True),
        Column("rate", say("Per 100,000 person-years"), numeric=True),
        Column("shrunken", say("Drawn to the mean, 95 % interval"), numeric=True),
        Column("rank", say("Place, 95 % interval"), numeric=True),
        Column("position", say("Against the common rate")),
    )
    merged = _merged(item)
    rows = tuple(
        (Cell(say("{code} {name}", code=place.code, name=place.name)), *_cells(merged.get(place.code)))
        for place in area.places
    )
    notes = (
        say(
            "Drawn to the mean: the empirical-Bayes rate, in which a province with few cases borrows from all (Clayton and Kaldor 1987)."
        ),
        say("Place 1 would be the highest rate; a high rate may mean much crime or much detection."),
    )
    caption = say("{indicator}, {period}: rates of the provinces", indicator=label, period=period)
    return Table(f"rates-{item.indicator.replace('_', '-')}", caption, columns, rows, notes)


def _merged(item: ProvinceComparison) -> dict[str, Row]:
    table = item.frame.set_index("province_code")[["count", "exposure"]]
    parts: list[tuple[ShrunkenRates | RankIntervals | Funnel | NotEstimable, list[str]]] = [
        (item.shrunken, ["shrunken", "lower", "upper"]),
        (item.ranks, ["rank", "rank_lower", "rank_upper"]),
        (item.funnel, ["position", "p_adjusted"]),
    ]
    for found, names in parts:
        if isinstance(found, NotEstimable):
            table = table.reindex(columns=[*table.columns, *names])
        else:
            table = table.join(found.frame.set_index("province_code")[names])
    return {str(code): row for code, row in zip(table.index, table.to_dict("records"), strict=True)}


def _cells(row: Row | None) -> tuple[Cell, ...]:
    if row is None or pd.isna(row["count"]) or pd.isna(row["exposure"]):
        return (Cell(NOTHING),) * 5
    rate = PER * row["count"] / row["exposure"]
    return (
        Cell(formats.number(row["count"]), row["count"]),
        Cell(formats.number(rate, 2), round(rate, 4)),
        Cell(_interval(*(PER * row[name] for name in ("shrunken", "lower", "upper")), digits=2)),
        Cell(_interval(row["rank"], row["rank_lower"], row["rank_upper"], digits=0)),
        Cell(_position(row)),
    )


def _interval(value: float, lower: float, upper: float, *, digits: int) -> Bilingual:
    if pd.isna(value):
        return NOTHING
    numbers = [formats.number(one, digits) for one in (value, lower, upper)]
    return say("{value} ({low} to {high})", value=numbers[0], low=numbers[1], high=numbers[2])


def _position(row: Row) -> Bilingual:
    if not isinstance(row["position"], str) or not row["position"]:
        return NOTHING
    if row["position"] == "within" or row["p_adjusted"] >= 0.05:
        return say("not told apart from it")
    return say("above it") if row["position"].startswith("above") else say("below it")
