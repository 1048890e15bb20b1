"""The years of a count that are to be asked for: those without a figure, and what is left of those told in part."""

from __future__ import annotations

from datetime import date
from itertools import groupby

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.indicators.yearly import whole_years
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.brief.part_years import part_years
from evalkit.reporting.brief.topics import Topic
from evalkit.reporting.sections.shared_words import short_name
from evalkit.reporting.wording import say
from evalkit.table import TOLD, totals_only

MOST_NAMED = 3  # places that kept a year of the country from being added up


def missing_years(topic: Topic, result: Summary) -> list[Bilingual]:
    """Return the years to be asked for, in order of time, those that follow each other as one run.

    Parameters
    ----------
    topic : Topic
        A year counts as told where it has a figure of its own, hidden ones too; before the first such year, and where there is none,
        a figure of several years stands for each of them.
    result : Summary
        Years are asked for up to the last one that is over; of a year told in part, the rest.
    """
    rows = totals_only(result.area.facts)
    rows = rows[(rows["measure"] == topic.measure) & rows["status"].isin(TOLD)]
    single = set(whole_years(rows)["year"])
    covered = {year for year in _covered(rows) if not single or year < min(single)}
    told = single | covered
    if not told:
        return []
    last = date.fromisoformat(result.area.about.date).year - 1
    missing = [year for year in range(min(told), last + 1) if year not in told]
    parts = {part.year for part in part_years(topic, single, result)} if single else set()
    words: list[Bilingual] = []
    for (in_part, silent), run in groupby(
        missing, key=lambda year: (year in parts, _silent_places(topic, year, result))
    ):
        years = list(run)
        words += [_rest(year) for year in years] if in_part else _runs(years, silent)
    return words


def _rest(year: int) -> Bilingual:
    return say("the rest of {year}", year=str(year))


def _covered(rows: pd.DataFrame) -> set[int]:
    """Return the years that lie whole within a figure's days."""
    return {
        year
        for start, end in zip(rows["period_start"], rows["period_end"], strict=True)
        for year in range(
            start.year + ((start.month, start.day) > (1, 1)), end.year + ((end.month, end.day) == (12, 31))
        )
    }


def _runs(years: list[int], silent: list[Bilingual]) -> list[Bilingual]:
    """Write years, those that follow each other as one run, with the few places that lack them: 2017, 2019–2020."""
    places = enumerate(years)
    runs = [[year for _, year in run] for _, run in groupby(places, key=lambda pair: pair[1] - pair[0])]
    written = [same(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}") for run in runs]
    if not silent:
        return written
    return [say("{years} (missing: {places})", years=one, places=formats.listed(silent)) for one in written]


def _silent_places(topic: Topic, year: int, result: Summary) -> list[Bilingual]:
    """Return the few places that lack a year which all others of the country have; nothing where they are many."""
    area = result.area
    if not isinstance(area, NationFacts):
        return []
    rows = totals_only(area.province_facts)
    rows = whole_years(rows[(rows["measure"] == topic.measure) & rows["status"].isin(TOLD)])
    told = set(rows.loc[rows["year"] == year, "province_code"])
    silent = [short_name(place) for place in area.places if place.code not in told]
    return silent if len(silent) <= MOST_NAMED else []
