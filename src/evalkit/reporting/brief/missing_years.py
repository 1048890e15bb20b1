"""The years of a count that are to be asked for: those without a figure, and what is left of those told in part."""

from __future__ import annotations

from datetime import date
from itertools import groupby

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.indicators.yearly import whole_years
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.brief.followed_counts import Topic
from evalkit.reporting.brief.part_years import PartYear, part_years
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
    parts = {part.year: part for part in part_years(topic, single, result)} if single else {}
    words: list[Bilingual] = []
    for in_part, run in groupby(missing, key=lambda year: year in parts):
        years = list(run)
        words += [_rest(parts[year]) for year in years] if in_part else _runs(years, topic, result)
    return words


def _rest(part: PartYear) -> Bilingual:
    if part.end is None:
        return say("the missing months of {year}", year=str(part.year))
    return say("the rest of {year}", year=str(part.year))


def _covered(rows: pd.DataFrame) -> set[int]:
    """Return the years that lie whole within a figure's days."""
    return {
        year
        for start, end in zip(rows["period_start"], rows["period_end"], strict=True)
        for year in range(
            start.year + ((start.month, start.day) > (1, 1)), end.year + ((end.month, end.day) == (12, 31))
        )
    }


def _runs(years: list[int], topic: Topic, result: Summary) -> list[Bilingual]:
    """Write years, those that follow each other as one run, with the few places that lack them: 2017, 2019–2020."""
    pairs = enumerate(years)
    runs = [[year for _, year in run] for _, run in groupby(pairs, key=lambda pair: pair[1] - pair[0])]
    return [_run(run, topic, result) for run in runs]


def _run(run: list[int], topic: Topic, result: Summary) -> Bilingual:
    """Write one run of years with the few places that lack them all, or those of its years that only a few lack."""
    written = formats.years(run[0], run[-1])
    parts = [
        (list(part), silent)
        for silent, part in groupby(run, key=lambda year: _silent_places(topic, year, result))
    ]
    if len(parts) == 1:
        silent = parts[0][1]
        if not silent:
            return written
        return say("{years} (missing: {places})", years=written, places=formats.listed(silent))
    few = [
        say(
            "missing in {years}: {places}",
            years=formats.years(part[0], part[-1]),
            places=formats.listed(silent),
        )
        for part, silent in parts
        if silent
    ]
    return say("{years} ({parts})", years=written, parts=each(lambda *texts: "; ".join(texts), *few))


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
