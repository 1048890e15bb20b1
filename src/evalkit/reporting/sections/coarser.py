"""Breakdowns that are not shown at some level: one sentence says so and where to look; the national page has them by region."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from evalkit.facts.areas import Area, Coarser, NationFacts
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Cell, Column, Paragraph, Table
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    fact_cell,
    sentences,
    span,
    within_sentence,
)
from evalkit.reporting.wording import say
from evalkit.table import ALL, WITH_VALUE, totals_only


def coarser_sentences(area: Area, *, measures: Collection[str], crossed: bool) -> list[Paragraph]:
    """Say which breakdowns of some measures are not shown, why, and where there is a coarser table; a sentence for each that differs.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
    measures : collection of str
    crossed : bool
        Breakdowns by several attributes; else those by one.
    """
    own = ("province", "nation") if isinstance(area, NationFacts) else ("province",)
    listed: dict[tuple[str, tuple[str, ...], bool, str], dict[str, None]] = {}
    for one in area.coarser:
        if one.measure in measures and (len(one.by) > 1) == crossed and one.place in own:
            listed.setdefault((one.place, one.by, one.small, _where(one)), {})[one.measure] = None
    return [
        Paragraph(_sentence(area, key, list(names)), tone="caution") for key, names in sorted(listed.items())
    ]


def _where(one: Coarser) -> str:
    """Return what takes the place of a breakdown: attributes alone, the level of places, longer periods, or nothing."""
    if not one.instead:
        return "nothing"
    by, place, period = one.instead[0]
    if len(by) < len(one.by):
        return "attributes"
    return place if place != one.place else "longer" if period != one.period else "nothing"


def _sentence(area: Area, key: tuple[str, tuple[str, ...], bool, str], names: list[str]) -> Bilingual:
    place, by, small, where = key
    programme = area.programme
    level = {
        "province": say("province by province"),
        "nation": say("for the whole country"),
    }[place]
    reason = (
        say("more than half of the figures of this table are small numbers of persons, in the whole country")
        if small
        else say("the custodian of the figures lets this table be shown coarser only")
    )
    coarser = _coarser_words(where, is_here=isinstance(area, NationFacts))
    told = say(
        "Not shown {level}: {measures}, by {attributes}; {reason}; {coarser}.",
        level=level,
        measures=formats.listed([within_sentence(both(programme.measures[name].label)) for name in names]),
        attributes=formats.listed([within_sentence(both(programme.dimensions[name].label)) for name in by]),
        reason=reason,
        coarser=coarser,
    )
    published = say("What an authority has published itself is shown all the same.")
    return sentences(told, published) if _is_shown(area, place, names, by) else told


def _coarser_words(where: str, *, is_here: bool) -> Bilingual:
    """Say what takes the place of a table that is not shown, and whether the page of the whole country is this one."""
    elsewhere = {
        "region": say("the page of the whole country shows them by region"),
        "nation": say("the page of the whole country shows them for all provinces together"),
    }
    here = {
        "region": say("this page shows them by region"),
        "nation": say("this page shows them for all provinces together"),
    }
    words = {
        "attributes": say("they are shown by one of these attributes at a time"),
        "longer": say("they are shown for whole programme periods"),
        "nothing": say("no coarser table can be shown either"),
    }
    return (words | (here if is_here else elsewhere))[where]


def _is_shown(area: Area, place: str, names: Collection[str], by: Collection[str]) -> bool:
    """Tell whether the level that is spoken of has such figures all the same: sums of provinces are none of theirs."""
    facts = area.province_facts if isinstance(area, NationFacts) and place == "province" else area.facts
    rows = facts[facts["measure"].isin(names) & facts["status"].isin(WITH_VALUE)]
    return bool((rows[[*by]] != ALL).all(axis=1).any()) if {*by} <= {*rows.columns} else False


def region_tables(nation: NationFacts) -> Iterator[Table]:
    """Yield a table for each breakdown that is shown by region, where provinces are not: the latest period, a column a region."""
    shown = {
        (one.measure, by)
        for one in nation.coarser
        for by, place, _ in one.instead
        if one.place == "province" and place == "region"
    }
    for measure, by in sorted(shown):
        rows = _rows(nation, measure, by)
        if len(rows):
            yield _table(rows, measure, by, nation)


def _rows(nation: NationFacts, measure: str, by: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of regions by some attributes, of the latest period."""
    others = [name for name in nation.programme.dimensions if name in nation.regions and name not in by]
    rows = nation.regions[nation.regions["measure"] == measure]
    rows = totals_only(rows[(rows[list(by)] != ALL).all(axis=1)], others)
    latest: pd.DataFrame = rows[rows["period_end"] == rows["period_end"].max()]
    return latest


def _table(rows: pd.DataFrame, measure: str, by: tuple[str, ...], nation: NationFacts) -> Table:
    regions = {place.region_code: place.region for place in nation.places if place.region_code}
    codes = [code for code in sorted(regions) if code in set(rows["province_code"])]
    columns = (
        *(Column(name, both(nation.programme.dimensions[name].label)) for name in by),
        *(Column(code, both(regions[code]), numeric=True) for code in codes),
    )
    told = {(row["province_code"], *(row[name] for name in by)): row for row in rows.to_dict("records")}
    lines = [tuple(line) for line in rows[list(by)].drop_duplicates().to_numpy().tolist()]
    first = rows.iloc[0]
    caption = say(
        "{measure} by {attributes}, region by region, {period}",
        measure=both(nation.programme.measures[measure].label),
        attributes=formats.listed(
            [within_sentence(both(nation.programme.dimensions[name].label)) for name in by]
        ),
        period=span(first["period_start"], first["period_end"]),
    )
    name = f"regions-{measure}-{'-'.join(by)}".replace("_", "-")
    return Table(name, caption, columns, tuple(_line(line, by, codes, told, nation) for line in lines))


def _line(
    line: tuple[str, ...],
    by: tuple[str, ...],
    codes: list[str],
    told: dict[tuple[str, ...], Row],
    nation: NationFacts,
) -> tuple[Cell, ...]:
    heads = (
        Cell(both(nation.programme.dimensions[name].values[value]))  # noqa: PD011
        for name, value in zip(by, line, strict=True)
    )
    cells = (fact_cell(told[code, *line]) if (code, *line) in told else Cell(NOTHING) for code in codes)
    return (*heads, *cells)
