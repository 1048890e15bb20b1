"""Years of which only a part is told: a half year beside a missing year, or after the newest one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from evalkit.indicators.yearly import whole_years
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.brief.topics import Topic, shown_totals
from evalkit.reporting.sections.shared_words import qualified
from evalkit.table import MARK, PRELIMINARY, WITH_VALUE


@dataclass(frozen=True, slots=True)
class PartYear:
    """A figure of some months of a year, as its source gives it."""

    year: int
    value: float
    end: pd.Timestamp
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
    """Return the longest figure within each year that is not told as a whole; nothing of years before the first told.

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
    rows = rows.sort_values(["year", "days"]).drop_duplicates("year", keep="last")
    return tuple(
        PartYear(
            int(row["year"]),
            float(row["value"]),
            row["period_end"],
            qualified(row["value"], row["qualifier"], mark=str(row.get(MARK, ""))),
            formats.within_year(row["period_start"].date(), row["period_end"].date()),
            str(row["source_id"]),
        )
        for row in rows.to_dict("records")
    )
