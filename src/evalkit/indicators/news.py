"""What is news in an area's figures: the newest ones, zeros and what came after them, groups whose share moved, unlike sources.

Pure: tables in, records out. One door: the summary of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.group_shifts import GroupShift, group_shifts
from evalkit.indicators.period_totals import PeriodTotal, indicator_totals
from evalkit.indicators.sources import beside, differing, preferred
from evalkit.indicators.topics import measures_of_topic, topics
from evalkit.indicators.zeros import ZeroPeriod, find_zero_period
from evalkit.programme.models import Programme
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.table import MARK, TOLD, WITH_VALUE, totals_only

NO_LAWS: Mapping[str, ScatterLaw] = MappingProxyType({})
LONG_ZERO = 2.0  # years: a single year at zero inside a series is no news, a run of two is


@dataclass(frozen=True, slots=True)
class Told:
    """One figure as its source gives it, with its days; ``mark`` is "p" where the source calls it preliminary."""

    measure: str
    value: float
    start: pd.Timestamp
    end: pd.Timestamp
    qualifier: str
    place_basis: str
    source: str
    mark: str = ""

    @property
    def is_whole_year(self) -> bool:
        """It covers one calendar or police year."""
        return exposure_years(self.start, self.end) == 1


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest figures on one topic.

    Attributes
    ----------
    indicator : str
        The count that names the topic.
    year : Told or None
        The newest count of a whole year, from any source.
    newest : Told or None
        A figure of a window that begins after that year; without such a year, the newest of any window.
    """

    indicator: str
    year: Told | None
    newest: Told | None


@dataclass(frozen=True, slots=True)
class ZeroNews:
    """A run of reported zeros with what belongs beside it.

    Attributes
    ----------
    run : ZeroPeriod
        The zero, its bound, the dated events that touch it.
    against : Told or None
        A figure of the same count above zero inside the run, from another source.
    later : Told or None
        The first later figure above zero on the same topic, from any source.
    received : Told or None
        Persons received in the same years, counted on another place basis.
    """

    run: ZeroPeriod
    against: Told | None
    later: Told | None
    received: Told | None


@dataclass(frozen=True, slots=True)
class News:
    """What the summary may call news; every part may be empty.

    ``differing`` has a row for each figure that two sources give unlike: see
    :func:`evalkit.indicators.sources.differing`.
    """

    latest: tuple[Latest, ...]
    zeros: tuple[ZeroNews, ...]
    shifts: tuple[GroupShift, ...]
    differing: pd.DataFrame

    def __repr__(self) -> str:
        """Say how much is news."""
        several = f"{len(self.zeros)} runs of zeros, {len(self.shifts)} shifts"
        return f"<News: {len(self.latest)} latest figures, {several}, {len(self.differing)} figures that sources tell unlike>"


def find_news(
    facts: pd.DataFrame, programme: Programme, *, nation: bool, laws: Mapping[str, ScatterLaw] = NO_LAWS
) -> News:
    """Return what is news in one area's figures.

    Parameters
    ----------
    facts : DataFrame
        The area's facts rows, protected: totals and breakdowns, all sources.
    programme : Programme
        Its counts that are compared or followed over time are the topics.
    nation : bool
        Only a nation's groups are large enough to be told apart.
    laws : mapping of indicator to ScatterLaw
        How years scatter, where that is known.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> row = {"province_code": "97", "scheme": "x", "place_basis": "occurrence", "unit": "vu", "status": "reported"}
    >>> row |= {"qualifier": "exact", "source_id": "s", "edition_date": "2024-01-01", "measure": "cases_recorded"}
    >>> facts = pd.DataFrame(
    ...     [
    ...         row | {"period_start": "2021-01-01", "period_end": "2022-12-31", "value": 0.0, "status": "zero_reported"},
    ...         row | {"period_start": "2023-01-01", "period_end": "2023-12-31", "value": 1.0},
    ...     ]
    ... )
    >>> for day in ("period_start", "period_end", "edition_date"):
    ...     facts[day] = pd.to_datetime(facts[day])
    >>> news = find_news(facts, load_programme("vn-trafficking"), nation=False)
    >>> news.zeros[0].run.years, news.zeros[0].later.value, news.latest[0].year.end.year
    (2.0, 1.0, 2023)
    """
    totals = totals_only(facts, programme.dimensions)
    shown = preferred(totals, programme)
    every = pd.concat([shown, beside(totals, programme)])
    wanted = topics(programme)
    latest = (_latest(_on_topic(every, name, programme), name) for name in wanted)
    runs = (
        _zero_run(facts, shown, name, programme, laws.get(name))
        for name in wanted
        if programme.indicators[name].compare_periods
    )
    return News(
        latest=tuple(item for item in latest if item is not None),
        zeros=tuple(_zero_news(every, run, programme) for run in runs if run is not None),
        shifts=group_shifts(facts, _persons(wanted, programme), programme) if nation else (),
        differing=differing(totals, programme),
    )


def _persons(wanted: tuple[str, ...], programme: Programme) -> tuple[str, ...]:
    measures = (programme.indicators[name].numerator for name in wanted)
    return tuple(name for name in measures if programme.measures[name].disclosure == "person")


def _on_topic(totals: pd.DataFrame, indicator: str, programme: Programme) -> pd.DataFrame:
    """Return the figures on a topic, with ``rank`` (of the measure) and ``years``."""
    names = measures_of_topic(indicator, programme)
    rows = totals[totals["measure"].isin(names) & totals["status"].isin(WITH_VALUE)]
    spans = zip(rows["period_start"], rows["period_end"], strict=True)
    return rows.assign(
        rank=rows["measure"].map(names.index).astype(int),
        years=[exposure_years(start, end) for start, end in spans],
    )


def _latest(rows: pd.DataFrame, indicator: str) -> Latest | None:
    rows = rows.sort_values(["period_end", "rank", "years"], ascending=[False, True, True], kind="stable")
    if rows.empty:
        return None
    whole = rows[rows["years"] == 1]
    if whole.empty:
        return Latest(indicator, None, _told(rows.iloc[0]))
    year = _told(whole.iloc[0])
    after = rows[rows["period_start"] > year.end]
    return Latest(indicator, year, None if after.empty else _told(after.iloc[0]))


def _zero_news(every: pd.DataFrame, run: ZeroPeriod, programme: Programme) -> ZeroNews:
    rows = _on_topic(every, run.indicator, programme)
    above = rows[rows["value"] > 0].sort_values(["period_end", "rank"], kind="stable")
    inside = (above["period_start"] >= run.start) & (above["period_end"] <= run.end)
    return ZeroNews(
        run,
        against=_first(above[inside & (above["rank"] == 0)]),
        later=_first(above[above["period_start"] > run.end]),
        received=_received(every, run, programme),
    )


def _zero_run(
    facts: pd.DataFrame, shown: pd.DataFrame, indicator: str, programme: Programme, law: ScatterLaw | None
) -> ZeroPeriod | None:
    """Return the run of zeros the series ends with, else the latest one of two years or more."""
    measure = programme.indicators[indicator].numerator
    rows = shown[(shown["measure"] == measure) & shown["status"].isin(TOLD)]
    found = indicator_totals(facts, indicator, programme)
    periods = tuple(total for total in found if isinstance(total, PeriodTotal))
    zeros = rows.loc[rows["status"] == "zero_reported", "period_end"]
    for end in sorted(zeros.unique(), reverse=True):
        run = find_zero_period(rows[rows["period_end"] <= end], indicator, programme, totals=periods, law=law)
        if run is not None and (run.years >= LONG_ZERO or end == rows["period_end"].max()):
            return run
    return None


def _received(totals: pd.DataFrame, run: ZeroPeriod, programme: Programme) -> Told | None:
    """Return persons who entered the pathway during a run of zeros: no contradiction, another place basis."""
    if not programme.stages:
        return None
    first = programme.stages[0].measure
    if programme.measures[first].place_basis == programme.measures[_measure(run, programme)].place_basis:
        return None
    rows = totals[(totals["measure"] == first) & (totals["value"] > 0)]
    rows = rows[(rows["period_start"] >= run.start) & (rows["period_end"] <= run.end)]
    return _first(rows.sort_values("value", ascending=False, kind="stable"))


def _measure(run: ZeroPeriod, programme: Programme) -> str:
    return programme.indicators[run.indicator].numerator


def _first(rows: pd.DataFrame) -> Told | None:
    return None if rows.empty else _told(rows.iloc[0])


def _told(row: pd.Series[Any]) -> Told:
    return Told(
        measure=str(row["measure"]),
        value=float(row["value"]),
        start=row["period_start"],
        end=row["period_end"],
        qualifier=str(row["qualifier"]),
        place_basis=str(row["place_basis"]),
        source=str(row["source_id"]),
        mark=str(row.get(MARK, "")),
    )
