"""The page of a place without figures: what that does not mean, what binds it, where we looked, and what to ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts
from evalkit.facts.audiences import file_stem
from evalkit.programme.models import Target
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.brief.closing import missing_requests
from evalkit.reporting.sections.former_units import former_units, of_parts_alone, table_of_units
from evalkit.reporting.sections.no_totals import breakdowns_alone
from evalkit.reporting.sections.place import place_paragraphs
from evalkit.reporting.sections.shared_words import NOTHING, area_within, both
from evalkit.reporting.wording import say

MOST_REQUESTS = 10


def has_figures(result: Summary) -> bool:
    """Tell whether any measure but the population has a figure."""
    frame = result.completeness.frame
    return bool((frame["last"].notna() & (frame["measure"] != result.area.programme.population)).any())


def nothing_told(result: Summary) -> tuple[Section, ...]:
    """Return the brief of a place of which the sources used tell nothing, or of whose former units alone."""
    area = result.area
    bound = _binding(result)
    title, blocks = _told_of_parts(area) or _told_of_breakdowns(area) or _told_of_nobody(area)
    if bound:
        blocks.append(Paragraph(_bound(bound, date.fromisoformat(area.about.date))))
    blocks += _nearest(area)
    head = Section("headline", title, tuple(blocks), layer="brief", width="wide")
    asked = _requests(result)
    return (head, _looked(result), *([asked] if asked is not None else []))


def _told_of_nobody(area: Area) -> tuple[Bilingual, list[Block]]:
    text = say(
        "The sources used hold no figure on this programme for {place}; that does not mean there were no cases.",
        place=area_within(area),
    )
    return say("No figure in the sources used yet"), [Paragraph(text)]


def _told_of_breakdowns(area: Area) -> tuple[Bilingual, list[Block]] | None:
    text = breakdowns_alone(area)
    return None if text is None else (say("Figures of breakdowns only, no total yet"), [Paragraph(text)])


def _told_of_parts(area: Area) -> tuple[Bilingual, list[Block]] | None:
    """Say of which former units there are figures, and where they stand; None where there is none of any."""
    text = of_parts_alone(area) if isinstance(area, ProvinceFacts) else None
    if text is None or not isinstance(area, ProvinceFacts):
        return None
    where = say(
        "What was reported of a former unit stands on its own page, made for the boundaries before the merger: {units}.",
        units=formats.listed([one.name for one in former_units(area, every=True) if one.measures]),
    )
    title = say("Figures of former units only, not of the whole place yet")
    return title, [Paragraph(text), Paragraph(where), table_of_units(area)]


def _binding(result: Summary) -> Sequence[Target]:
    """Return the targets that bind the place: the national ones and those of its own."""
    area, programme = result.area, result.area.programme
    if isinstance(area, ProvinceFacts):
        return tuple(programme.targets_binding(area.place.code, area.place.scheme))
    return tuple(one for one in programme.targets if one.level == "national")


def _bound(targets: Sequence[Target], today: date) -> Bilingual:
    """Say how many targets bind the place and when; that their time is over, where it is."""
    years = formats.period(
        date(min(one.valid_from for one in targets).year, 1, 1),
        date(max(one.valid_to for one in targets).year, 12, 31),
    )
    if len(targets) == 1:
        return say(
            "One target of the programme applies here ({years}); without figures it cannot be judged.",
            years=years,
        )
    words: dict[str, Bilingual | str] = {"bound": str(len(targets)), "years": years}
    if all(one.valid_to < today for one in targets):
        return say(
            "{bound} targets of the programme applied here in {years}, all now expired; without figures none can be judged.",
            **words,
        )
    return say(
        "{bound} targets of the programme apply here in {years}; without figures none can be judged.",
        **words,
    )


def _nearest(area: Area) -> list[Block]:
    """Name the provinces most like this one, with a link to those that have figures: to look at, not to stand in for its own.

    Nothing where none of them has any.
    """
    if not isinstance(area, ProvinceFacts) or not any(told["items"] for told in area.nearest):
        return []
    columns = (
        Column("province", say("Province or city")),
        Column("population", say("Population, million"), numeric=True),
        Column("items", say("Items with a figure"), numeric=True),
    )
    text = say(
        "Most similar, for reference only: of the same region, alike in land border, then nearest in population."
    )
    rows = tuple(_like_it(told, area.about.audience) for told in area.nearest)
    return [Paragraph(text, tone="aside"), Table("nearest", say("The provinces most like it"), columns, rows)]


def _like_it(told: dict[str, Any], audience: str) -> tuple[Cell, ...]:
    people, items = told["population"], told["items"]
    return (
        Cell(Bilingual(**told["name"]), page=file_stem(told["page"], audience) if items else ""),
        Cell(NOTHING) if people is None else Cell(formats.number(people / 1e6, 2), people),
        Cell(formats.number(items), items),
    )


def _looked(result: Summary) -> Section:
    """Say who lives there, and where the sources looked in are listed."""
    area = result.area
    blocks: list[Block] = place_paragraphs(area) if isinstance(area, ProvinceFacts) else []
    blocks.append(
        Paragraph(
            say("The sources looked in are listed on the country’s page.")
            if isinstance(area, ProvinceFacts)
            else say("The sources looked in are listed in the annex, under “Methods and sources”.")
        )
    )
    return Section(
        "looked-in", say("The place, and where we looked"), tuple(blocks), layer="brief", width="narrow"
    )


def _years_asked(result: Summary) -> Bilingual:
    asked = result.area.programme.period_asked_for(date.fromisoformat(result.area.about.date))
    return formats.period(asked.valid_from, asked.valid_to)


def _requests(result: Summary) -> Section | None:
    requests = missing_requests(result)[:MOST_REQUESTS]
    if not requests:
        return None
    columns = (
        Column("number", say("No.")),
        Column("figure", say("Figure, for each year")),
        Column("ask", say("Agency that keeps it")),
    )
    nation = isinstance(result.area, NationFacts)
    rows = tuple(
        (Cell(same(str(place)), place), Cell(both(request.label)), Cell(both(request.agency(nation=nation))))
        for place, request in enumerate(requests, start=1)
    )
    note = say(
        "For each year of {period}, the whole place: 0 where there was none, “not known” where it is not known; no names and no files of persons.",
        period=_years_asked(result),
    )
    table = Table("requests", say("The figures to ask for first"), columns, rows)
    return Section("ask-for", say("What to ask for"), (Paragraph(note, tone="aside"), table), layer="brief")
