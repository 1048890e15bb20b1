"""Where a province lies among all: its rate against that of all together, within two named limits; never a rank."""

from __future__ import annotations

from typing import Any

from evalkit.facts.areas import ProvinceFacts
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Cell, Column, Figure, Paragraph, Section, Table
from evalkit.reporting.brief.followed_counts import Topic
from evalkit.reporting.drawing.funnel_plot import FunnelDrawn, funnel_plot, marks, people_words
from evalkit.reporting.sections.shared_words import both, counted, lasting, short_name, units_of
from evalkit.reporting.wording import say

PER = 100_000.0


def among_all(result: Summary, topics: tuple[Topic, ...]) -> Section | None:
    """Return the province among all provinces, for the first count of the page that can be compared so; else None."""
    area = result.area
    if not isinstance(area, ProvinceFacts):
        return None
    told = next(
        ((topic, area.funnels[topic.indicator]) for topic in topics if topic.indicator in area.funnels), None
    )
    if told is None:
        return None
    topic, record = told
    (own,) = record["points"].values()
    drawn = _drawn(area, record, own)
    wide, phone = funnel_plot(drawn)
    figure = Figure(
        "among-all",
        wide,
        _read(topic, record, own, result),
        _caption(own, record, topic, result),
        phone,
        _table(own, record, drawn, units_of(topic.measure, area.programme)),
    )
    how = say(
        "Dots: provinces, {units} a year per 100,000 inhabitants; rings: the same region. Band: limits of chance; dashed: with the spread of provinces. Not a ranking.",
        units=units_of(topic.measure, area.programme),
    )
    blocks = (figure, Paragraph(how, tone="aside"))
    return Section(
        "among-all-provinces",
        _title(own, record["period"], topic, result),
        blocks,
        layer="brief",
        width="half",
    )


def _drawn(area: ProvinceFacts, record: dict[str, Any], own: dict[str, Any]) -> FunnelDrawn:
    years = record["years"]

    def dots(points: list[list[float]]) -> list[tuple[float, float]]:
        return [(exposure / years, PER * rate) for exposure, rate in points]

    lines = {
        name: [PER * value for value in column]
        for name, column in record["lines"].items()
        if name != "exposure"
    }
    lines["people"] = [value / years for value in record["lines"]["exposure"]]
    place = area.place
    return FunnelDrawn(
        short_name(place),
        (own["exposure"] / own["years"], PER * own["count"] / own["exposure"]),
        dots(record["others"]["region"]),
        dots(record["others"]["rest"]),
        PER * record["target"],
        lines,
    )


def _rate(value: float) -> Bilingual:
    return formats.number(PER * value, 2)


def _title(own: dict[str, Any], period: str, topic: Topic, result: Summary) -> Bilingual:
    label = say(
        "{indicator}, {period}",
        indicator=both(result.area.programme.indicators[topic.indicator].label),
        period=_days(period, result),
    )
    words = {
        ("not_clearly_different", ""): lambda: say(
            "{label}: not clearly different from all provinces together", label=label
        ),
        ("within_spread", "above"): lambda: say(
            "{label}: above the common rate, yet within the spread of provinces", label=label
        ),
        ("within_spread", "below"): lambda: say(
            "{label}: below the common rate, yet within the spread of provinces", label=label
        ),
        ("unusual", "above"): lambda: say("{label}: unusually many for so unlike provinces", label=label),
        ("unusual", "below"): lambda: say("{label}: unusually few for so unlike provinces", label=label),
    }
    return words[own["verdict"], own["side"]]()


def _caption(own: dict[str, Any], record: dict[str, Any], topic: Topic, result: Summary) -> Bilingual:
    """Say the count beside what the common rate would give, and both limits."""
    return say(
        "{count}, where the common rate would give {expected}. {chance}: {low} to {high}; with the spread of provinces: {least} to {most}.",
        chance=_chance_words(record),
        count=_count_told(own, record, topic, result),
        expected=formats.number(own["expected"], 1),
        low=formats.number(own["chance_lower"]),
        high=formats.number(own["chance_upper"]),
        least=formats.number(own["wide_lower"]),
        most=formats.number(own["wide_upper"]),
    )


def _count_told(own: dict[str, Any], record: dict[str, Any], topic: Topic, result: Summary) -> Bilingual:
    """Write the count of a place; with its years where it is told of fewer than the others."""
    count = counted(own["count"], topic.measure, result.area.programme)
    if not _is_of_fewer_years(own, record):
        return count
    return say("{count} in {years}", count=count, years=lasting(own["years"]))


def _is_of_fewer_years(own: dict[str, Any], record: dict[str, Any]) -> bool:
    """Tell whether the count of a place goes over fewer years than those of the others."""
    return bool(own["years"] < record["years"])


def count_of_years(own: dict[str, Any], record: dict[str, Any]) -> Bilingual:
    """Write the count of a place as a number, with its years where it is told of fewer than the others."""
    count = formats.number(own["count"])
    if not _is_of_fewer_years(own, record):
        return count
    return say("{count} in {years}", count=count, years=lasting(own["years"]))


def _chance_words(record: dict[str, Any]) -> Bilingual:
    """Name the limits of chance by what they allow for."""
    return (
        say("Limits of chance, with extra variation between years")
        if record["law"]
        else say("Limits of chance alone")
    )


def _read(topic: Topic, record: dict[str, Any], own: dict[str, Any], result: Summary) -> Bilingual:
    words = {
        "title": _title(own, record["period"], topic, result),
        "units": units_of(topic.measure, result.area.programme),
        "own": _rate(own["count"] / own["exposure"]),
        "all": _rate(record["target"]),
    }
    if not _is_of_fewer_years(own, record):
        return say(
            "{title}. Number of {units} a year per 100,000 inhabitants: {own} here, {all} in all provinces together.",
            **words,
        )
    return say(
        "{title}. Number of {units} a year per 100,000 inhabitants: {own} here, from {years} alone, {all} in all provinces together.",
        years=lasting(own["years"]),
        **words,
    )


def _days(period: str, result: Summary) -> Bilingual:
    """Write the days of a programme period, whatever it is called."""
    told = next(one for one in result.area.programme.periods if one.id == period)
    return formats.period(told.valid_from, told.valid_to)


def _table(own: dict[str, Any], record: dict[str, Any], drawn: FunnelDrawn, units: Bilingual) -> Table:
    """Return what is said of the place: its count, rate, what was expected, and both limits."""
    columns = (Column("what", say("What")), Column("value", say("Figure"), numeric=True))
    words = [
        ("count", say("Number of {units}", units=units), count_of_years(own, record), own["count"]),
        ("rate", say("A year per 100,000 inhabitants"), _rate(own["count"] / own["exposure"]), None),
        ("all", say("All provinces together"), _rate(record["target"]), None),
        ("expected", say("Expected at the common rate"), formats.number(own["expected"], 1), None),
        ("chance", _chance_words(record), _limits(own, "chance"), None),
        ("wide", say("Limits with the spread of provinces"), _limits(own, "wide"), None),
        (
            "people",
            say("Population, million"),
            formats.number(own["exposure"] / own["years"] / 1e6, 2),
            None,
        ),
        ("smallest", say("Smallest and largest province, million inhabitants"), _ends(drawn), None),
        ("scale", say("Marks of the scale, a year per 100,000 inhabitants"), _marks(drawn), None),
    ]
    rows = tuple((Cell(label), Cell(text, value)) for _, label, text, value in words)
    return Table("among-all-figures", say("The province among all"), columns, rows)


def _ends(drawn: FunnelDrawn) -> Bilingual:
    low, high = (people_words(one) for one in drawn.people)
    return say("{low} to {high}", low=low, high=high)


def _marks(drawn: FunnelDrawn) -> Bilingual:
    return each(lambda *texts: "; ".join(texts), *(words for _, words in marks(drawn.high)))


def _limits(own: dict[str, Any], name: str) -> Bilingual:
    return say(
        "{low} to {high}", low=formats.number(own[f"{name}_lower"]), high=formats.number(own[f"{name}_upper"])
    )
