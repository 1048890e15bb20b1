"""The two counts that a brief follows, and how their figures are written: cases first, then persons, as the programme orders them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.facts.areas import Area
from evalkit.indicators.news import Latest, Told
from evalkit.indicators.sources import preferred
from evalkit.indicators.topics import topics
from evalkit.indicators.trends import Trend
from evalkit.programme.models import Programme
from evalkit.records import Summary
from evalkit.reporting.last_asked import last_asked
from evalkit.table import TOLD, totals_only

MOST_TOPICS = 2
TIMELINE = "timeline"  # the name of the drawing of the counts over time


@dataclass(frozen=True, slots=True)
class Topic:
    """One count that the brief follows: its indicator, the measure counted, its newest figures and its yearly series."""

    indicator: str
    measure: str
    latest: Latest | None
    trend: Trend | None


def topics_of(result: Summary) -> tuple[Topic, ...]:
    """Return the counts that the brief follows, at most two."""
    programme = result.area.programme
    latest = {item.indicator: item for item in result.news.latest}
    trends = {item.indicator: item for item in result.trends.items}
    return tuple(
        Topic(name, programme.indicators[name].numerator, latest.get(name), trends.get(name))
        for name in topics(programme)[:MOST_TOPICS]
    )


def drawn_over_time(indicator: str, programme: Programme) -> str:
    """Return the name of the drawing in which a brief shows a count over time; nothing where it follows others."""
    followed = topics(programme)[:MOST_TOPICS]
    return TIMELINE if indicator in followed and programme.indicators[indicator].trend else ""


@last_asked
def shown_totals(area: Area) -> pd.DataFrame:
    """Return the area's totals, of each figure the source that is shown first."""
    return preferred(totals_only(area.facts), area.programme)


def year_before(told: Told, area: Area) -> pd.Series | None:
    """Return the row of the same count one year earlier, hidden ones too; None where there is none."""
    rows = shown_totals(area)
    rows = rows[(rows["measure"] == told.measure) & rows["status"].isin(TOLD)]
    rows = rows[rows["place_basis"] == told.place_basis]
    for _, row in rows.iterrows():
        ended = row["period_end"].year == told.end.year - 1
        if ended and exposure_years(row["period_start"], row["period_end"]) == 1:
            return row
    return None


def sources_of(measure: str, area: Area, *, year: int | None = None) -> tuple[str, ...]:
    """Return the sources of a measure's shown figures, the newest first; of one year only, where it is given."""
    rows = shown_totals(area)
    rows = rows[(rows["measure"] == measure) & rows["status"].isin(TOLD)]
    if year is not None:
        rows = rows[rows["period_end"].dt.year == year]
    return tuple(rows.sort_values("period_end", ascending=False)["source_id"].drop_duplicates())
