"""The tables of a comparison with places without the measure: the ratio, who started when, year by year since the start, who was left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.indicators.compared_effect import ComparedEffect
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Cell, Column, Figure, Table
from evalkit.reporting.drawing.ratios_by_year import RatioDrawn, ratios_by_year
from evalkit.reporting.sections.effect_words import HERE, LEFT_OUT, moves_withstood
from evalkit.reporting.sections.shared_words import NOTHING, both, place_name, reason
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable

if TYPE_CHECKING:
    from evalkit.statistics.panel.effect import Effect


PER = 100_000


def tables(item: ComparedEffect, found: Effect, area: NationFacts) -> tuple[Table | Figure, ...]:
    """Return the tables of one comparison, year by year behind its drawing; each caption says where the comparison is exploratory."""
    shown = (_whole(item, found), _counts(item, found), _starts(item, area), _drawn_years(item, found))
    checks = _checks(item, found)
    return (*shown, checks) if checks.rows else shown


def places(number: int) -> Bilingual:
    """Return how many places, one written as one."""
    return say("one place") if number == 1 else say("{count} places", count=formats.number(number))


def limits(lower: float, upper: float) -> Bilingual:
    """Return a range of ratios; a missing one as a dash."""
    if math.isnan(lower) or math.isnan(upper):
        return NOTHING
    digits = (
        3 if any(one != 1 and round(one, 2) == 1 for one in (lower, upper)) else 2
    )  # which side of 1 it is on
    return say("{lower} to {upper}", lower=formats.number(lower, digits), upper=formats.number(upper, digits))


def left_out(item: ComparedEffect, found: Effect, area: NationFacts) -> tuple[Bilingual, ...]:
    """Return a line for each place, or start, that the ratio does without: which, and why."""
    silent = [(code, "no_figure") for code in (*item.treated.silent, *item.compared.silent)]
    later = [(code, "not_yet") for code in item.later]
    why = [*silent, *later, *((one.what, one.reason) for one in found.left_out)]
    lines = [say("{place}: {why}", place=_name(what, area), why=LEFT_OUT[reason]()) for what, reason in why]
    years = [year for _, year in item.broken]
    broken = [
        say(
            "{year}: {why} ({places})",
            year=str(year),
            why=LEFT_OUT["broken_year"](),
            places=places(years.count(year)),
        )
        for year in sorted(set(years))
    ]
    return (*lines, *broken)


def _name(code: str, area: NationFacts) -> Bilingual:
    """Return the name of a place; of a start its year."""
    found = next((place for place in area.places if place.code == code), None)
    return same(code) if found is None else place_name(found, found.full_name)


def _caption(item: ComparedEffect, what: Bilingual) -> Bilingual:
    label = both(item.comparison.label)
    if item.exploratory:
        return say("{comparison} (exploratory, chosen after the fact): {table}", comparison=label, table=what)
    return say("{comparison}: {table}", comparison=label, table=what)


def _id(item: ComparedEffect, name: str) -> str:
    words = "".join(one if one.isascii() and one.isalnum() else "-" for one in item.comparison.id.lower())
    return f"without-{name}-{words.strip('-')}"


def _whole(item: ComparedEffect, found: Effect) -> Table:
    """Return the ratio; of a mixture of other places two rows, what it ran as and what it ran parallel to."""
    columns = (
        Column("ratio", say("Ratio to what was expected"), numeric=True),
        Column("limits", say("95% interval of the ratio")),
        Column("p", say("p by drawing the starts anew"), numeric=True),
        Column("smallest", say("Smallest p possible"), numeric=True),
        Column("with", say("Places with the measure"), numeric=True),
        Column("without", say("Places without it"), numeric=True),
    )
    name, caption = _id(item, "ratio"), _caption(item, say("the ratio"))
    if item.parallel is None:
        return Table(name, caption, columns, (_ratio_row(found),))
    alike = say("A mixture of other places that ran alike (synthetic control)")
    rows = ((Cell(alike), *_ratio_row(found)), _parallel_row(item.parallel))
    return Table(name, caption, (Column("against", say("Held against")), *columns), rows)


def _ratio_row(found: Effect) -> tuple[Cell, ...]:
    chance = found.chance
    by_chance = (chance.p, chance.smallest) if chance else (math.nan, math.nan)
    counts = (found.treated, found.comparison)
    return (
        _number(found.estimate, 2),
        Cell(limits(found.lower, found.upper)),
        *(Cell(formats.p_value(p), round(p, 6)) if not math.isnan(p) else Cell(NOTHING) for p in by_chance),
        *(_number(float(one), 0) for one in counts),
    )


def _parallel_row(found: Effect | NotEstimable) -> tuple[Cell, ...]:
    """Return the row of synthetic difference-in-differences; why it has no ratio where it cannot be told."""
    name = say("A mixture that ran parallel, the years before weighted (synthetic difference-in-differences)")
    if not isinstance(found, NotEstimable):
        return (Cell(name), *_ratio_row(found))
    why = HERE[found.reason]() if found.reason in HERE else reason(found.reason)
    return (Cell(say("{method}: no ratio is given. {why}", method=name, why=why)), *[Cell(NOTHING)] * 6)


def _counts(item: ComparedEffect, found: Effect) -> Table:
    """Return what was counted with the measure, never without its rate, and what was expected."""
    per, decimals = (PER, 2) if item.per_person else (1, 1)
    rate = say("Per 100,000 person-years") if item.per_person else say("A place and year")
    columns = (
        Column("when", say("Places and years")),
        Column("counted", say("Number"), numeric=True),
        Column("rate", rate, numeric=True),
    )
    before, since = item.rates
    expected = float(found.cohorts["expected"].sum())
    rows = (
        (
            say("with the measure: counted before the start"),
            _number(found.cases_before, 0),
            _number(before * per, decimals),
        ),
        (
            say("with the measure: counted since the start"),
            _number(found.cases_after, 0),
            _number(since * per, decimals),
        ),
        (
            say("with the measure: expected since the start"),
            _number(expected, decimals_of(expected)),
            _number(_expected_rate(item, found) * per, decimals),
        ),
        *(
            (name, _number(count, 0), _number(one * per, decimals))
            for name, count, one in (*_early(item), *_without(item))
        ),
    )
    told = tuple((Cell(name), *numbers) for name, *numbers in rows)
    return Table(_id(item, "counts"), _caption(item, say("counts and rates")), columns, told)


def _early(item: ComparedEffect) -> list[tuple[Bilingual, float, float]]:
    """Give what was counted with the measure in the same years as without it, where places started at different times."""
    if len(item.starts) == 1:
        return []
    return [(say("with the measure: counted before the first start of all"), *item.early)]


def _without(item: ComparedEffect) -> Iterator[tuple[Bilingual, float, float]]:
    """Give what was counted without the measure: before the start and since it, or the first start of all."""
    names = (
        (say("without it: counted before the start"), say("without it: counted since the start"))
        if len(item.starts) == 1
        else (
            say("without it: counted before the first start"),
            say("without it: counted since the first start"),
        )
    )
    return zip(names, item.beside[:2], item.beside[2:], strict=True)


def decimals_of(expected: float) -> int:
    """Return the decimals of an expected count: none where it is a hundred or more."""
    return 0 if expected >= 100 else 1


def _expected_rate(item: ComparedEffect, found: Effect) -> float:
    """Return the rate expected since the start: the one counted, without the ratio; missing where none was counted."""
    return item.rates[1] / found.estimate if found.estimate > 0 else math.nan


def _starts(item: ComparedEffect, area: NationFacts) -> Table:
    columns = (
        Column("start", say("First whole year with the measure")),
        Column("number", say("Number of places"), numeric=True),
        Column("places", say("Places with the measure")),
    )
    rows = tuple(
        (
            Cell(same(str(year))),
            Cell(formats.number(len(codes)), len(codes)),
            Cell(formats.listed([_name(code, area) for code in codes])),
        )
        for year, codes in item.starts.items()
    )
    return Table(_id(item, "starts"), _caption(item, say("who started when")), columns, rows)


def _drawn_years(item: ComparedEffect, found: Effect) -> Table | Figure:
    """Return the ratios year by year drawn, with their table one tap away; the table alone where there is nothing to draw."""
    table, events = _years(item, found), found.events[found.events["places"] > 0]
    told = events[events["estimate"] > 0]
    if told.empty:
        return table
    names = {"cases": "count", "estimate": "ratio", "lower": "low", "upper": "high"}
    rows = events.rename(columns=names)[["at", "count", "ratio", "low", "high"]].to_dict("records")
    drawn = [RatioDrawn(int(row["at"]), row["count"], row["ratio"], row["low"], row["high"]) for row in rows]
    wide, phone = ratios_by_year(drawn)
    caption = _caption(
        item,
        say(
            "ratio to what was expected from the others, year by year, with its 95% interval, on a log scale; dotted: the start"
        ),
    )
    return Figure(_id(item, "drawn"), wide, _read_aloud(item, found, told), caption, phone, table)


def _read_aloud(item: ComparedEffect, found: Effect, told: pd.DataFrame) -> Bilingual:
    """Say what is to be seen: the ratio of the whole, and how far single years lie apart before the start and since."""
    sides = [told.loc[told["at"] < 0, "estimate"], told.loc[told["at"] >= 0, "estimate"]]
    before, since = (limits(float(side.min()), float(side.max())) if len(side) else NOTHING for side in sides)
    return say(
        "{comparison}: {ratio} times what was expected since the start. Single years before it: {before}; since: {since}.",
        comparison=both(item.comparison.label),
        ratio=formats.number(found.estimate, 2),
        before=before,
        since=since,
    )


def _years(item: ComparedEffect, found: Effect) -> Table:
    columns = (
        Column("at", say("Years since the start (first whole year: 0)")),
        Column("places", say("Places counted"), numeric=True),
        Column("cases", say("Counted there"), numeric=True),
        Column("expected", say("Expected from the others"), numeric=True),
        Column("ratio", say("Ratio to what was expected"), numeric=True),
        Column("limits", say("95% interval of the ratio")),
    )
    events = found.events[found.events["places"] > 0]
    rows = tuple(_year(row) for row in events.to_dict("records"))
    return Table(_id(item, "years"), _caption(item, say("year by year")), columns, rows)


def _year(row: dict[Any, Any]) -> tuple[Cell, ...]:
    return (
        Cell(formats.number(int(row["at"])), int(row["at"])),
        Cell(formats.number(int(row["places"])), int(row["places"])),
        _number(row["cases"], 0),
        _number(row["expected"], decimals_of(row["expected"])),
        _number(row["estimate"], 2),
        Cell(limits(row["lower"], row["upper"])),
    )


def _checks(item: ComparedEffect, found: Effect) -> Table:
    """Return what was tried beside the ratio, as far as the design allows."""
    rows: list[tuple[Cell, ...]] = []
    if found.chance is not None:
        ways = say("Ways of giving the starts to places that were gone through, the true one among them")
        rows.append((Cell(ways), _number(float(found.chance.assignments), 0)))
    if not math.isnan(found.least):
        one_less = say("Each place with the measure left out in turn: smallest and largest ratio")
        rows.append((Cell(one_less), Cell(limits(found.least, found.most))))
    if not math.isnan(found.without_others[0]):
        other_less = say("Each place without the measure left out in turn: smallest and largest ratio")
        rows.append((Cell(other_less), Cell(limits(*found.without_others))))
    if found.design != "synthetic_control":
        before = found.events[found.events["at"] < 0].dropna(subset=["lower", "upper"])
        off = int(((before["lower"] > 1) | (before["upper"] < 1)).sum())
        none = say("Years before the start with an interval: in how many it excludes 1")
        told = say("{off} of {all}", off=formats.number(off), all=formats.number(len(before)))
        rows.append((Cell(none), Cell(told)))
    rows += _withstood(found)
    if not isinstance(item.each_alike, NotEstimable):
        mean = say(
            "Each place alike, whatever its size, against places that never had the measure, from the last whole year before it: average ratio by start and year; it hangs on that one year"
        )
        rows.append((Cell(mean), Cell(_ratio_of_logs(item.each_alike))))
    if not isinstance(item.two_way, NotEstimable):
        said = (
            say("Two-way fixed effects, for comparison alone")
            if len(item.starts) == 1
            else say("Two-way fixed effects, for comparison alone: they mislead where starts differ")
        )
        rows.append((Cell(said), Cell(_ratio(item.two_way.estimate, item.two_way.lower, item.two_way.upper))))
    columns = (Column("check", say("Check")), Column("result", say("Result")))
    return Table(_id(item, "checks"), _caption(item, say("checks")), columns, tuple(rows))


def _withstood(found: Effect) -> list[tuple[Cell, ...]]:
    """Return how far the gap may move by itself; of an effect that could be chance, or of too few years and places, that it is not asked."""
    if found.design != "count_imputation":
        return []
    if found.honest is None:
        unknown = say("How far the gap between the places may move by itself (Rambachan and Roth 2023)")
        needed = say(
            "not told: it takes three places with the measure, two years before the start in which three of them are reported, and a case in each of these years"
        )
        return [(Cell(unknown), Cell(needed))]
    withstood = say(
        "From the last year before the start alone: how many times the largest move that the years before allow for ({moved} times a year) the gap between the places may move by itself, from year to year, and the interval still excludes 1",
        moved=formats.number(math.exp(min(found.honest.moved, 20.0)), 2),
    )
    times = moves_withstood(found)
    told = (
        say("not asked of a difference that could be chance") if times is None else formats.number(times, 1)
    )
    return [(Cell(withstood), Cell(told))]


def _ratio_of_logs(mean: Effect) -> Bilingual:
    """Return a mean difference of log rates as the ratio that it is."""
    return _ratio(*(math.exp(one) for one in (mean.estimate, mean.lower, mean.upper)))


def _ratio(estimate: float, lower: float, upper: float) -> Bilingual:
    return say("{ratio} ({limits})", ratio=formats.number(estimate, 2), limits=limits(lower, upper))


def _number(value: float, decimals: int) -> Cell:
    return Cell(NOTHING) if pd.isna(value) else Cell(formats.number(value, decimals), round(float(value), 4))
