"""The rates of the provinces on the nation's page: each with its interval beside the rate of all together, and what that allows to say.

Rates, intervals and marks are those of the funnel, so that what is said of a province here is what its own page says.
"""

from __future__ import annotations

from math import isinf

from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Cell, Column, Figure, Paragraph, Section, Table
from evalkit.reporting.brief.among_all import PER
from evalkit.reporting.brief.followed_counts import Topic
from evalkit.reporting.drawing.funnel_plot import marks
from evalkit.reporting.drawing.rate_intervals import Mark, RateDrawn, highest, rate_intervals
from evalkit.reporting.sections.fewer_years import fewer_years_note
from evalkit.reporting.sections.limits import parted_by_rounding, rounding_note
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    both,
    sentences,
    short_name,
    units_of,
    within_sentence,
)
from evalkit.reporting.wording import say
from evalkit.statistics.provinces.funnel import Funnel
from evalkit.statistics.provinces.ranks import RankIntervals

MOST_PLACES = 70  # more are a table in the annex


def rates_of_provinces(result: Summary, topics: tuple[Topic, ...]) -> Section | None:
    """Return the provinces' rates with their intervals, for the first count of the page that can be compared so; else None.

    More places than can be seen at one look are not drawn.
    """
    if result.compared is None or len(result.compared.area.places) > MOST_PLACES:
        return None
    items = {item.indicator: item for item in result.compared.items}
    for topic in topics:
        item = items.get(topic.indicator)
        if item is not None and isinstance(item.funnel, Funnel):
            return _section(item, item.funnel, result)
    return None


def _section(item: ProvinceComparison, found: Funnel, result: Summary) -> Section:
    common = PER * found.target
    rows = _rows(item, found, result)
    wide, phone = rate_intervals(rows, common)
    inside = sum(row.mark == "reaches" for row in rows if row.rate is not None)
    label = both(result.area.programme.indicators[item.indicator].label)
    units = units_of(result.area.programme.indicators[item.indicator].numerator, result.area.programme)
    period = within_sentence(
        both(next(one.label for one in result.area.programme.periods if one.id == item.period))
    )
    title = say(
        "{label}: {outside} provinces outside the limits of chance about the common rate, {inside} within",
        label=label,
        inside=str(inside),
        outside=str(found.provinces - inside),
    )
    alt = say(
        "{title}. Number of {units} a year per 100,000 inhabitants, {period}; all together {common}.",
        title=title,
        units=units,
        period=period,
        common=formats.number(common, 2),
    )
    few = fewer_years_note(item.frame, result.area)  # type: ignore[arg-type]  # of the nation alone
    few += (rounding_note(),) if any(_ends_on(row, common) for row in rows) else ()
    figure = Figure(
        "rates-of-provinces", wide, alt, _caption(found, period, units), phone, _table(rows, common, few)
    )
    order = (
        say("Ordered by rate; neighbours in this order may differ by chance alone, so no ranks are given.")
        if _ordered(item)
        else say("Not a ranking.")
    )
    beside = (
        Paragraph(sentences(*_how_to_read(rows), order), tone="aside"),
        Paragraph(_apart(found, result), tone="aside"),
    )
    return Section("provinces-rates", title, (figure, *beside), layer="brief")


_MARKS: dict[str, Mark] = {
    "not_clearly_different": "reaches",
    "within_spread": "apart",
    "unusual": "unusual",
}


def _rows(item: ProvinceComparison, found: Funnel, result: Summary) -> list[RateDrawn]:
    """Return the provinces in official order; by rate where ranks are told apart so well that an order says something."""
    rates = {str(row["province_code"]): row for row in found.frame.to_dict("records")}
    rows = []
    for place in result.area.places:  # type: ignore[union-attr]  # of the nation alone
        name = short_name(place)
        told = rates.get(place.code)
        if told is None or told["verdict"] not in _MARKS:
            rows.append(RateDrawn(name))
            continue
        rate = PER * told["count"] / told["exposure"]
        low, high = PER * told["rate_lower"], PER * told["rate_upper"]
        rows.append(RateDrawn(name, rate, low, high, _MARKS[told["verdict"]]))
    if _ordered(item):
        rows.sort(key=lambda row: -(row.rate if row.rate is not None else -1.0))
    return rows


def _ordered(item: ProvinceComparison) -> bool:
    return isinstance(item.ranks, RankIntervals) and item.ranks.league_table_allowed


def _caption(found: Funnel, period: Bilingual, units: Bilingual) -> Bilingual:
    """Say what dots, lines and the line across are."""
    common = PER * found.target
    words: dict[str, Bilingual | str] = {
        "period": period,
        "units": units,
        "common": formats.number(common, 2),
    }
    return (
        say(
            "Number of {units} a year per 100,000 inhabitants, {period}, with 95% intervals that allow for extra variation between years; vertical line: all together, {common}.",
            **words,
        )
        if found.law is not None
        else say(
            "Number of {units} a year per 100,000 inhabitants, {period}, with 95% intervals if yearly counts vary by chance alone; vertical line: all together, {common}.",
            **words,
        )
    )


def _how_to_read(rows: list[RateDrawn]) -> list[Bilingual]:
    """Say what the marks mean."""
    marks_told = say(
        "Ring: the interval contains it; disc: it does not; large disc: unusual even given how much provinces differ, looked at alone."
    )
    cut = any(row.rate is not None and row.high > highest(rows) for row in rows)
    arrow = [say("Arrow: the interval goes on.")] if cut else []
    return [marks_told, *arrow]


def _apart(found: Funnel, result: Summary) -> Bilingual:
    """Say how many places stand apart from all others, every comparison allowed for; a single one by its name."""
    tests = str(found.tests)
    if not found.shown:
        return say(
            "Allowing for {tests} provinces compared at once and for how much provinces differ, no province stands apart.",
            tests=tests,
        )
    return (
        say(
            "Allowing for {tests} provinces compared at once and for how much provinces differ, one province stands apart: {name}.",
            tests=tests,
            name=_farthest(found, result),
        )
        if found.shown == 1
        else say(
            "Allowing for {tests} provinces compared at once and for how much provinces differ, {shown} provinces stand apart.",
            tests=tests,
            shown=str(found.shown),
        )
    )


def _farthest(found: Funnel, result: Summary) -> Bilingual:
    """Return the name of the place whose adjusted p is the smallest: the one that stands apart where a single one does."""
    code = str(found.frame.sort_values("p_adjusted", kind="stable")["province_code"].iloc[0])
    return short_name(next(place for place in result.area.places if place.code == code))  # type: ignore[union-attr]  # of the nation alone


def _table(rows: list[RateDrawn], common: float, notes: tuple[Bilingual, ...]) -> Table:
    """Return the figures drawn: rate and limits of each province, and whether they hold the common rate; then the marks of the scale."""
    columns = (
        Column("province", say("Province or city")),
        Column("rate", say("Per 100,000 a year (95% limits)"), numeric=True),
        Column("verdict", say("Against the common rate")),
    )
    words = {
        "reaches": NOTHING,
        "above": say("above"),
        "below": say("below"),
        "unusual_above": say("unusually high"),
        "unusual_below": say("unusually low"),
    }
    cells = tuple(
        (
            Cell(row.name),
            Cell(_written(row)),
            Cell(words[_word(row, common)] if row.rate is not None else NOTHING),
        )
        for row in rows
    )
    scale = each(lambda *texts: "; ".join(texts), *(told for _, told in marks(highest(rows))))
    last = (Cell(say("Marks of the scale")), Cell(scale), Cell(NOTHING))
    alike = say("A dash beside a rate: not clearly different from the common rate.")
    return Table(
        "rates-of-provinces-figures", say("The rates drawn"), columns, (*cells, last), (alike, *notes)
    )


def _ends_on(row: RateDrawn, common: float) -> bool:
    """Tell whether limits that leave the common rate out are written with it."""
    return row.rate is not None and parted_by_rounding(row.low, row.high, common, write=_decimals)


def _decimals(rate: float) -> Bilingual:
    return formats.number(rate, 2)


def _word(row: RateDrawn, common: float) -> str:
    if row.mark == "reaches":
        return "reaches"
    side = "above" if (row.rate or 0.0) > common else "below"
    return f"unusual_{side}" if row.mark == "unusual" else side


def _written(row: RateDrawn) -> Bilingual:
    if row.rate is None:
        return NOTHING
    if isinf(row.high):
        return say(
            "{value} (from {low}, no upper limit)",
            value=formats.number(row.rate, 2),
            low=formats.number(row.low, 2),
        )
    numbers = [_decimals(one) for one in (row.rate, row.low, row.high)]
    return say("{value} ({low} to {high})", value=numbers[0], low=numbers[1], high=numbers[2])
