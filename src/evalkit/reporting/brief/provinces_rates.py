"""The rates of the provinces on the nation's page: each with its interval beside the rate of all together, and what that allows to say."""

from __future__ import annotations

from math import isnan

from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Cell, Column, Figure, Section, Table
from evalkit.reporting.brief.among_all import PER
from evalkit.reporting.brief.topics import Topic
from evalkit.reporting.drawing.funnel_plot import marks
from evalkit.reporting.drawing.rate_intervals import Mark, RateDrawn, highest, rate_intervals
from evalkit.reporting.sections.shared_words import NOTHING, both, sentences
from evalkit.reporting.wording import say
from evalkit.statistics.provinces.funnel import Funnel
from evalkit.statistics.provinces.heterogeneity import Heterogeneity
from evalkit.statistics.provinces.ranks import RankIntervals
from evalkit.statistics.provinces.shrinkage import ShrunkenRates

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
        if (
            item is not None
            and isinstance(item.shrunken, ShrunkenRates)
            and isinstance(item.differs, Heterogeneity)
        ):
            return _section(item, item.shrunken, item.differs, result)
    return None


def _section(
    item: ProvinceComparison, shrunken: ShrunkenRates, differs: Heterogeneity, result: Summary
) -> Section:
    common = PER * differs.rate
    rows = _rows(item, shrunken, common, result)
    wide, phone = rate_intervals(rows, common)
    counts = {mark: sum(row.mark == mark for row in rows if row.rate is not None) for mark in _MARKS}
    label = both(result.area.programme.indicators[item.indicator].label)
    period = both(next(one.label for one in result.area.programme.periods if one.id == item.period))
    title = say(
        "{label}: {apart} provinces differ from the common rate, {reaches} cannot be told apart from it",
        label=label,
        reaches=str(counts["reaches"]),
        apart=str(counts["apart"] + counts["unusual"]),
    )
    alt = say(
        "{title}. A year per 100,000 inhabitants, {period}; all together {common}.",
        title=title,
        period=period,
        common=formats.number(common, 2),
    )
    figure = Figure(
        "rates-of-provinces",
        wide,
        alt,
        _caption(item, shrunken, period, common),
        phone,
        _table(rows, common),
    )
    return Section("provinces-rates", title, (figure,), layer="brief")


_MARKS: tuple[Mark, ...] = ("reaches", "apart", "unusual")


def _rows(
    item: ProvinceComparison, shrunken: ShrunkenRates, common: float, result: Summary
) -> list[RateDrawn]:
    """Return the provinces in official order; by rate where ranks are told apart so well that an order says something."""
    rates = {str(row["province_code"]): row for row in shrunken.frame.to_dict("records")}
    unusual = set()
    if isinstance(item.funnel, Funnel):
        frame = item.funnel.frame
        unusual = set(frame.loc[frame["verdict"] == "unusual", "province_code"])
    rows = []
    for place in result.area.places:  # type: ignore[union-attr]  # of the nation alone
        name = Bilingual(**({"vi": place.name, "en": place.name_en} | place.name_in))
        told = rates.get(place.code)
        if told is None or isnan(told["shrunken"]):
            rows.append(RateDrawn(name))
            continue
        rate, low, high = (PER * told[key] for key in ("shrunken", "lower", "upper"))
        mark: Mark = "reaches" if low <= common <= high else "unusual" if place.code in unusual else "apart"
        rows.append(RateDrawn(name, rate, low, high, mark))
    if isinstance(item.ranks, RankIntervals) and item.ranks.league_table_allowed:
        rows.sort(key=lambda row: -(row.rate if row.rate is not None else -1.0))
    return rows


def _caption(
    item: ProvinceComparison, shrunken: ShrunkenRates, period: Bilingual, common: float
) -> Bilingual:
    text = say(
        "A year per 100,000 inhabitants, {period}; vertical line: all together, {common}. Ring: the 95% interval contains it; disc: it does not; large disc: unusual even given how much provinces differ. Not a ranking.",
        period=period,
        common=formats.number(common, 2),
    )
    helped = (
        say(
            "Rates are estimated with the help of the other provinces; their intervals allow for extra variation between years."
        )
        if shrunken.years_law is not None
        else say(
            "Rates are estimated with the help of the other provinces; their intervals hold if yearly counts vary by chance alone."
        )
    )
    by_rate = isinstance(item.ranks, RankIntervals) and item.ranks.league_table_allowed
    return sentences(text, helped, *((say("Ordered by rate."),) if by_rate else ()))


def _table(rows: list[RateDrawn], common: float) -> Table:
    """Return the figures drawn: rate and limits of each province, and whether they hold the common rate; then the marks of the scale."""
    columns = (
        Column("province", say("Province or city")),
        Column("rate", say("Per 100,000 a year (95% limits)"), numeric=True),
        Column("verdict", say("Against the common rate")),
    )
    words = {
        "reaches": say("not told apart"),
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
    return Table("rates-of-provinces-figures", say("The rates drawn"), columns, (*cells, last))


def _word(row: RateDrawn, common: float) -> str:
    if row.mark == "reaches":
        return "reaches"
    side = "above" if (row.rate or 0.0) > common else "below"
    return f"unusual_{side}" if row.mark == "unusual" else side


def _written(row: RateDrawn) -> Bilingual:
    if row.rate is None:
        return NOTHING
    numbers = [formats.number(one, 2) for one in (row.rate, row.low, row.high)]
    return say("{value} ({low} to {high})", value=numbers[0], low=numbers[1], high=numbers[2])
