"""The head of a page, and what is known of the place: names, region, border, population, former units, targets."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts
from evalkit.facts.audiences import file_stem
from evalkit.facts.named_places import Place
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, PageHead, Paragraph
from evalkit.reporting.display import headed
from evalkit.reporting.sections.shared_words import area_name, both, counted, place_name
from evalkit.reporting.wording import say
from evalkit.step_arguments import checked
from evalkit.table import TOLD, totals_only


@checked
def page_head(area: Area) -> PageHead:
    """Return the head of an area's page.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    PageHead
        Title and subtitle by language, the stem of the file's name, for whom the page is, and whether its figures are invented. A report
        notebook shows it first.

    Examples
    --------
    >>> import evalkit as ek
    >>> head = ek.page_head(ek.open_bundle().provinces["04"])
    >>> head.title.en, head.slug, head.invented
    ('Tuyet Linh', '04-tuyet-linh', True)
    """
    slug = f"{area.place.code}-{area.place.slug}" if isinstance(area, ProvinceFacts) else "national"
    return PageHead(
        title=area_name(area),
        subtitle=_subtitle(area),
        slug=file_stem(slug, area.about.audience),
        facts=(),
        invented=area.about.invented,
        audience="internal" if area.about.audience == "internal" else "public",
        bundle_date=area.about.date,
        invented_places=area.about.invented_places,
    )


def _subtitle(area: Area) -> Bilingual:
    """Return the line under the name: the programme, the workspace, the years that have figures."""
    told = area.facts[area.facts["status"].isin(TOLD) & (area.facts["measure"] != area.programme.population)]
    words = {"programme": both(area.programme.label), "workspace": Bilingual(**area.about.title)}
    if told.empty:
        return say("{programme} · {workspace}", **words)
    years = formats.years(told["period_start"].dt.year.min(), told["period_end"].dt.year.max())
    return say("{programme} · {workspace} · figures of {years}", years=years, **words)


@headed("place", lambda: say("The place"))
def _(province: ProvinceFacts) -> tuple[Block, ...]:
    place = province.place
    told = place_paragraphs(province)
    return (told[0], *_names(place), *_former_units(place), *told[1:])


def place_paragraphs(province: ProvinceFacts) -> list[Block]:
    """Say where a province lies and how many people live there."""
    blocks: list[Block] = [Paragraph(_place_sentence(province.place))]
    population = _latest_population(province)
    if population is not None:
        count = counted(population["value"], province.programme.population, province.programme)
        year = str(population["period_end"].year)
        blocks.append(Paragraph(say("Average population in {year}: {count}.", year=year, count=count)))
    return blocks


@headed("place", lambda: say("The country"))
def _(nation: NationFacts) -> tuple[Block, ...]:
    text = say("The pages are made for {count} provinces and cities.", count=str(len(nation.places)))
    return (Paragraph(text),)


def _place_sentence(place: Place) -> Bilingual:
    name = place_name(place, place.full_name)
    if place.land_border is None:
        return say(
            "{name} (code {code}) lies in the region {region}.",
            name=name,
            code=place.code,
            region=both(place.region),
        )
    if not place.land_border:
        return say(
            "{name} (code {code}) lies in the region {region}; it has no land border.",
            name=name,
            code=place.code,
            region=both(place.region),
        )
    border = formats.listed([formats.country(code) for code in place.land_border])
    return say(
        "{name} (code {code}) lies in the region {region} and has a land border with {border}.",
        name=name,
        code=place.code,
        region=both(place.region),
        border=border,
    )


def _names(place: Place) -> list[Block]:
    since = place.names[-1].valid_from if len(place.names) > 1 else None
    if since is None:
        return []
    before, now = place.names[-2], place.names[-1]
    day = formats.day(since)
    return [
        Paragraph(
            say(
                "Up to {last_day} its official name was {before}; since {day} it is {now}.",
                last_day=formats.day(since - timedelta(days=1)),
                day=day,
                before=Bilingual(before.within or before.full_name, before.full_name),
                now=Bilingual(now.within or now.full_name, now.full_name),
            )
        )
    ]


def _former_units(place: Place) -> list[Block]:
    parts = [Bilingual(part.within or part.full_name, part.name) for part in place.components]
    if len(parts) < 2:
        return [Paragraph(say("Its boundary did not change with the merger of provinces."))] if parts else []
    text = say(
        "It was formed from {parts}. Counts of former units are added up; where one of them is missing, no sum is given.",
        parts=formats.listed(parts),
    )
    return [Paragraph(text)]


def _latest_population(province: ProvinceFacts) -> pd.Series | None:
    rows = totals_only(province.facts)
    rows = rows[(rows["measure"] == province.programme.population) & rows["value"].notna()]
    return None if rows.empty else rows.sort_values("period_end").iloc[-1]
