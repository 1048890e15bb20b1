"""Years, of the calendar and of the police: how long a period is, what spans it, and which of its years were reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import pandas as pd

_POLICE_LEAD = pd.Timedelta(
    days=17
)  # the police year begins on 15 December: 17 days before the calendar year

Days = tuple[pd.Timestamp, pd.Timestamp]  # first and last, both inclusive


@lru_cache(maxsize=65536)  # the same few periods are asked for again and again
def exposure_years(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the length of a period in years: whole calendar or police years exactly, the rest in days of 365.25.

    Parameters
    ----------
    start, end : Timestamp
        First and last day, both inclusive.

    Examples
    --------
    >>> exposure_years(pd.Timestamp("2011-01-01"), pd.Timestamp("2015-12-31"))
    5.0
    >>> exposure_years(pd.Timestamp("2020-12-15"), pd.Timestamp("2021-12-14"))
    1.0
    >>> round(exposure_years(pd.Timestamp("2023-01-01"), pd.Timestamp("2023-06-30")), 3)
    0.496
    """
    after = end + pd.Timedelta(days=1)
    whole = after.year - start.year
    anniversary = start + pd.DateOffset(years=whole)
    if anniversary > after:
        whole -= 1
        anniversary = start + pd.DateOffset(years=whole)
    return float(whole + (after - anniversary).days / 365.25)


def firsts(first: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first days of what begins with a calendar year: by the calendar, and by police years.

    Examples
    --------
    >>> [f"{day:%Y-%m-%d}" for day in firsts(pd.Timestamp("2021-01-01"))]
    ['2021-01-01', '2020-12-15']
    """
    return first, first - _POLICE_LEAD


def is_whole(days: Days, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    """Tell whether days are all of a period, by the calendar or by police years.

    Examples
    --------
    >>> first, last = pd.Timestamp("2021-01-01"), pd.Timestamp("2025-12-31")
    >>> police = pd.Timestamp("2020-12-15"), pd.Timestamp("2025-12-14")
    >>> is_whole((first, last), first, last), is_whole(police, first, last), is_whole((first, police[1]), first, last)
    (True, True, False)
    """
    return days in zip(firsts(first), firsts(last), strict=True)


def is_year(days: Days) -> bool:
    """Tell whether days are one whole year, of the calendar or of the police.

    Examples
    --------
    >>> is_year((pd.Timestamp("2020-12-15"), pd.Timestamp("2021-12-14")))
    True
    """
    year = days[1].year
    return is_whole(days, pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was reported of a period.

    Attributes
    ----------
    whole : tuple of Days
        The spans that are all of it, with a value or without, in order of their ends.
    years : tuple of Days
        The years inside it, with a value or without, none of which overlaps another, in order of time.
    passed : int
        How many of its years have passed.
    missing : tuple of int
        Those of them of which there is no value.
    longer : tuple of Days
        What is longer than a year, lies inside it and has a value, the longest first.
    """

    whole: tuple[Days, ...]
    years: tuple[Days, ...]
    passed: int
    missing: tuple[int, ...]
    longer: tuple[Days, ...]


def coverage(
    told: Sequence[Days],
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    until: pd.Timestamp,
    untold: Sequence[Days] = (),
) -> Coverage:
    """Return what was reported of a period.

    Parameters
    ----------
    told : sequence of Days
        Spans for which there is a value.
    first, last : Timestamp
        First and last day of the period.
    until : Timestamp
        The last day that anything speaks of: years after it have not passed yet.
    untold : sequence of Days
        Spans that were reported without a value.

    Notes
    -----
    A year belongs to the period in which it ends, so the police year 15 December to 14 December needs no splitting. Two kinds of
    year that overlap are not added up: the kind of which more have a value is taken, the calendar year where both have as many.

    Examples
    --------
    >>> years = [(pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)) for year in (2016, 2017, 2019)]
    >>> found = coverage(years, pd.Timestamp("2016-01-01"), pd.Timestamp("2020-12-31"), until=pd.Timestamp("2020-12-31"))
    >>> len(found.years), found.passed, found.missing
    (3, 5, (2018, 2020))
    """
    spans = [days for days in sorted({*told, *untold}, key=_by_end) if first <= days[1] <= last]
    known = set(told)
    years = _of_one_kind([days for days in spans if exposure_years(*days) == 1], known)
    passed = round(exposure_years(first, min(last, until))) if spans else 0
    begin = (first + pd.DateOffset(years=1) - pd.Timedelta(days=1)).year
    there = {days[1].year for days in years if days in known}
    longer = (days for days in spans if days in known and exposure_years(*days) > 1)
    inside = (days for days in longer if days[0] >= min(firsts(first)))
    return Coverage(
        whole=tuple(days for days in spans if is_whole(days, first, last)),
        years=tuple(years),
        passed=passed,
        missing=tuple(year for year in range(begin, begin + passed) if year not in there),
        longer=tuple(sorted(inside, key=lambda days: -exposure_years(*days))),
    )


def _by_end(days: Days) -> Days:
    return days[1], days[0]


def _of_one_kind(years: Sequence[Days], known: set[Days]) -> Sequence[Days]:
    """Keep one kind of year where two overlap: the one with more values, the calendar year where both have as many."""
    if all(earlier[1] < later[0] for earlier, later in pairwise(years)):
        return years
    kinds = Counter((start.month, start.day) for start, end in years if (start, end) in known)
    kind = min(kinds, key=lambda day: (-kinds[day], day), default=(1, 1))
    return [days for days in years if (days[0].month, days[0].day) == kind]
