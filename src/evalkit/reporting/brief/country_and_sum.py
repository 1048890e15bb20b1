"""The country's own figure beside what its provinces add up to: said where the two cannot both be right."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.indicators.sources import preferred
from evalkit.indicators.yearly import whole_years
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Cell
from evalkit.reporting.sections.shared_words import NOT_AVAILABLE, counted, qualified
from evalkit.reporting.wording import say
from evalkit.table import MARK, WITH_VALUE, totals_only

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class UnlikeSum:
    """A year in which the provinces' figures do not add up to the country's own.

    Attributes
    ----------
    year : int
    told, all : int
        How many provinces have a figure, of how many.
    summed, nation : float
        What they add up to, and the country's own figure.
    mark : str
        "p" where its source calls the country's figure preliminary.
    """

    year: int
    told: int
    all: int
    summed: float
    nation: float
    mark: str = ""


def unlike_sums(area: NationFacts, measure: str, years: list[int]) -> list[UnlikeSum]:
    """Return the years whose figures of provinces do not add up to the country's own, in order of time.

    Parameters
    ----------
    area : NationFacts
    measure : str
        What is counted; nothing is said of one whose figures are never added up.
    years : list of int
        Years to look at. One with a hidden figure, or with one that is not exact, is passed over; so is one in which a province
        has none, unless the others alone add up to more than the country.
    """
    if not area.programme.measures[measure].additive:
        return []
    own, parts = (_exact(rows, measure, area) for rows in (area.facts, area.province_facts))
    codes = {place.code for place in area.places}
    parts = parts[parts["province_code"].isin(codes)]
    found = []
    for row in own[own["year"].isin(years) & (own["status"] != "derived")].to_dict("records"):
        of_year = parts[parts["year"] == row["year"]].drop_duplicates("province_code")
        if not of_year["is_exact"].all() or not row["is_exact"]:
            continue
        one = UnlikeSum(
            int(row["year"]),
            len(of_year),
            len(codes),
            float(of_year["value"].sum()),
            float(row["value"]),
            str(row.get(MARK, "")),
        )
        if one.summed > one.nation or (one.told == one.all and one.summed != one.nation):
            found.append(one)
    return sorted(found, key=lambda one: one.year)


def _exact(rows: pd.DataFrame, measure: str, area: NationFacts) -> pd.DataFrame:
    """Return the figures of whole years as they are shown, and whether each is there and exact."""
    shown = preferred(totals_only(rows), area.programme)
    basis = area.programme.measures[measure].place_basis
    told = [*WITH_VALUE, "suppressed"]
    shown = shown[
        (shown["measure"] == measure) & (shown["place_basis"] == basis) & shown["status"].isin(told)
    ]
    years = whole_years(shown)
    return years.assign(is_exact=years["value"].notna() & (years["qualifier"] == "exact"))


def sum_words(found: list[UnlikeSum], measure: str, area: NationFacts) -> Bilingual:
    """Say both figures of the latest year; the table has those of the others."""
    last = found[-1]
    words: dict[str, Bilingual | str] = {
        "year": str(last.year),
        "summed": formats.number(last.summed),
        "nation": counted(last.nation, measure, area.programme),
    }
    if last.told == last.all:
        return say(
            "In {year} the provinces’ figures add up to {summed}; the whole country’s own figure is {nation}. The figures do not say which is right.",
            **words,
        )
    return say(
        "In {year} the figures of {told} of {all} provinces already add up to {summed}, more than the whole country’s own figure, {nation}. The figures do not say which is right.",
        told=str(last.told),
        all=str(last.all),
        **words,
    )


def sum_rows(found: list[UnlikeSum], years: list[int]) -> tuple[Row, ...]:
    """Return the two rows below the provinces: what they add up to, and the country's own figure, where these are unlike."""
    if not found:
        return ()
    by_year = {one.year: one for one in found}
    summed, nation = [], []
    for year in years:
        one = by_year.get(year)
        summed.append(Cell(NOT_AVAILABLE) if one is None else Cell(_of_all(one), one.summed))
        nation.append(
            Cell(NOT_AVAILABLE)
            if one is None
            else Cell(qualified(one.nation, "exact", mark=one.mark), one.nation)
        )
    return (
        (Cell(say("These provinces together")), *summed),
        (Cell(say("The whole country, its own figure")), *nation),
    )


def _of_all(one: UnlikeSum) -> Bilingual:
    if one.told == one.all:
        return formats.number(one.summed)
    return say(
        "{summed} ({told} of {all} provinces)",
        summed=formats.number(one.summed),
        told=str(one.told),
        all=str(one.all),
    )
