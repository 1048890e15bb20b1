"""Years of which only a part is told: a half year beside a missing year, or after the newest one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from evalkit.indicators.yearly import whole_years
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.brief.followed_counts import Topic, shown_totals
from evalkit.reporting.sections.shared_words import Row, qualified
from evalkit.reporting.wording import say
from evalkit.table import MARK, PRELIMINARY, WITH_VALUE


@dataclass(frozen=True, slots=True)
class PartYear:
    """A figure of some months of a year, as its source gives it."""

    year: int
    value: float
    end: pd.Timestamp | None  # none where days in between are not told
    count: Bilingual
    days: Bilingual
    source: str

    @property
    def words(self) -> Bilingual:
        """The count with its months: ``88 (first 6 months of 2023)``."""
        return each("{} ({})".format, self.count, self.days)


def vague_years(topic: Topic, result: Summary) -> dict[int, Bilingual]:
    """Return the figures of whole years that are preliminary or not told exactly, as their source tells them."""
    rows, basis = shown_totals(result.area), result.area.programme.measures[topic.measure].place_basis
    rows = rows[(rows["measure"] == topic.measure) & (rows["place_basis"] == basis) & rows["value"].notna()]
    return {
        int(row["period_end"].year): qualified(row["value"], row["qualifier"], mark=str(row.get(MARK, "")))
        for row in whole_years(rows).to_dict("records")
        if row["qualifier"] != "exact" or row.get(MARK) == PRELIMINARY
    }


def preliminary_years(topic: Topic, result: Summary) -> set[int]:
    """Return the whole years whose figure its source calls preliminary."""
    rows = shown_totals(result.area)
    if MARK not in rows:
        return set()
    rows = whole_years(rows[(rows["measure"] == topic.measure) & (rows[MARK] == PRELIMINARY)])
    return {int(end.year) for end in rows["period_end"]}


def part_years(topic: Topic, told: Collection[int], result: Summary) -> tuple[PartYear, ...]:
    """Return what is told within each year that is not told as a whole; nothing of years before the first told.

    Of a year its longest figure counts, with what else its source tells of other days of the year.

    Parameters
    ----------
    topic : Topic
    told : collection of int
        The years that have a figure of their own, or a confidential one.
    result : Summary
    """
    rows, basis = shown_totals(result.area), result.area.programme.measures[topic.measure].place_basis
    rows = rows[(rows["measure"] == topic.measure) & (rows["place_basis"] == basis)]
    rows = rows[rows["status"].isin(WITH_VALUE)]
    rows = rows.assign(
        year=rows["period_end"].dt.year, days=(rows["period_end"] - rows["period_start"]).dt.days
    )
    rows = rows[(rows["period_start"].dt.year == rows["year"]) & (rows["days"] < 364)]
    rows = rows[~rows["year"].isin(told) & (rows["year"] > min(told, default=0))]
    rows = rows.sort_values(["year", "days"], ascending=[True, False], kind="stable")
    return tuple(_part_year(int(str(year)), of_year) for year, of_year in rows.groupby("year"))


def _part_year(year: int, rows: pd.DataFrame) -> PartYear:
    """Return the longest figure of a year, and what its source tells of other days; with a gap between them it ends on no day."""
    taken: list[Row] = []
    for row in rows[rows["source_id"] == rows["source_id"].iloc[0]].to_dict("records"):
        if all(
            row["period_end"] < one["period_start"] or row["period_start"] > one["period_end"]
            for one in taken
        ):
            taken.append(row)
    taken.sort(key=lambda row: row["period_start"])
    is_gapless = all(
        before["period_end"] + pd.Timedelta(days=1) == after["period_start"]
        for before, after in pairwise(taken)
    )
    first, last = taken[0]["period_start"], taken[-1]["period_end"]
    value = sum(float(row["value"]) for row in taken)
    inexact = [row["qualifier"] for row in taken if row["qualifier"] != "exact"]
    marks = [str(row.get(MARK, "")) for row in taken]
    return PartYear(
        year,
        value,
        last if is_gapless else None,
        qualified(value, inexact[0] if inexact else "exact", mark=max(marks)),
        formats.within_year(first.date(), last.date()) if is_gapless else _months(taken, year),
        str(taken[0]["source_id"]),
    )


def _months(taken: list[Row], year: int) -> Bilingual:
    """Write how many months of a year are told."""
    days = sum((row["period_end"] - row["period_start"]).days + 1 for row in taken)
    return say("{told} of 12 months of {year}", told=str(round(12 * days / 365)), year=str(year))
