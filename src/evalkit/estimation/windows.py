"""The total of one programme period: from one row, from its years, or from the part of it that a longer row covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pandas as pd

from evalkit.estimation.results import NotEstimable
from evalkit.programme.models import ProgrammePeriod
from evalkit.table import WITH_VALUE

FEWEST_SHARE = 0.8
POLICE_LEAD = pd.Timedelta(days=17)  # the police year begins on 15 December: 17 days before the calendar year

Made = Literal["one_row", "sum_of_years", "part_of_period"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One facts row of one measure and place, as far as a total needs it."""

    start: pd.Timestamp
    end: pd.Timestamp
    value: float
    status: str
    qualifier: str
    source: str
    place_basis: str

    @property
    def is_told(self) -> bool:
        """It has a value."""
        return self.status in WITH_VALUE

    @property
    def is_hidden(self) -> bool:
        """Disclosure control took its value away."""
        return self.status == "suppressed"

    @property
    def years(self) -> float:
        """Its length."""
        return exposure_years(self.start, self.end)


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """What was counted in one programme period, or in the part of it that was reported.

    Attributes
    ----------
    period : str
        Id of the programme period.
    start, end : Timestamp
        First and last day counted, both inclusive.
    count : float
        Events or persons.
    years : float
        Years observed: the exposure of a rate per year.
    status : {"reported", "zero_reported", "derived"}
        ``derived`` where any part of it is.
    made : {"one_row", "sum_of_years", "part_of_period"}
        From one row that spans the period; from its yearly rows; from one longer row inside it.
    years_used : tuple of int
        The years added up; empty where there was one row.
    place_basis : str
        On which place it was counted.
    sources : tuple of str
        Ids of the sources used.
    flags : tuple of str
        ``years_missing`` (of those that have passed), ``several_sources``, ``inexact`` (a source says "about", "more
        than", ...).
    missing : tuple of int
        The years of the period that have passed and are not in the sum of years.
    """

    period: str
    start: pd.Timestamp
    end: pd.Timestamp
    count: float
    years: float
    status: Literal["reported", "zero_reported", "derived"]
    made: Made
    years_used: tuple[int, ...]
    place_basis: str
    sources: tuple[str, ...]
    flags: tuple[str, ...]
    missing: tuple[int, ...] = ()


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


def period_total(
    figures: Sequence[Figure],
    period: ProgrammePeriod,
    *,
    until: pd.Timestamp,
    allow_partial: bool = False,
) -> PeriodTotal | NotEstimable:
    """Return the total of one programme period.

    Parameters
    ----------
    figures : sequence of Figure
        All figures of one measure, place, place basis and unit, from sources that do not contradict each other, the
        preferred source in front.
    period : ProgrammePeriod
    until : Timestamp
        The last day that any row of the measure, reported or not, from any source, speaks of: years after it have not
        passed yet.
    allow_partial : bool
        Add up years even where fewer than four fifths of them were reported.

    Returns
    -------
    PeriodTotal or NotEstimable
        In this order: the figure that spans the period; the sum of its yearly figures, if at least four fifths of the
        years that have passed are reported; the longest figure of more than a year that lies inside it, with its own
        dates. Else ``suppressed`` (a figure needed is hidden), ``partial_period`` or ``not_reported``.

    Notes
    -----
    A year belongs to the period in which it ends, so the police year 15 December to 14 December needs no splitting. Two
    kinds of year that overlap (calendar and police) are not mixed: the kind with more years is taken.
    """
    first, last = pd.Timestamp(period.valid_from), pd.Timestamp(period.valid_to)
    inside = _one_each([figure for figure in figures if first <= figure.end <= last])
    spanning = [figure for figure in inside if _spans(figure, first, last)]
    if spanning and spanning[0].is_told:
        return _total(spanning[:1], period, "one_row")
    if any(figure.is_hidden for figure in spanning):
        return NotEstimable("suppressed", {"period": period.id})
    yearly = _one_kind_of_year([figure for figure in inside if figure.years == 1])
    passed = round(exposure_years(first, min(last, until))) if inside else 0
    told = [figure for figure in yearly if figure.is_told]
    if _is_enough(yearly, len(told), passed, allow_partial=allow_partial):
        used = {figure.end.year for figure in told}
        begin = (first + pd.DateOffset(years=1) - pd.Timedelta(days=1)).year
        missing = tuple(year for year in range(begin, begin + passed) if year not in used)
        return _total(told, period, "sum_of_years", missing=missing)
    longer = [
        figure
        for figure in inside
        if figure.is_told and figure.years > 1 and figure.start >= first - POLICE_LEAD
    ]
    if longer:
        return _total([max(longer, key=lambda figure: figure.years)], period, "part_of_period")
    return NotEstimable(_reason(inside), {"period": period.id})


def _one_each(figures: Sequence[Figure]) -> list[Figure]:
    """Keep one figure per span, one with a value where any source has it, in order of time."""
    kept: dict[tuple[pd.Timestamp, pd.Timestamp], Figure] = {}
    for figure in sorted(figures, key=lambda figure: not figure.is_told):
        kept.setdefault((figure.end, figure.start), figure)
    return [kept[span] for span in sorted(kept)]


def _spans(figure: Figure, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    """Tell whether a figure spans the period, by the calendar or by police years."""
    days = (figure.start, figure.end)
    return days in ((first, last), (first - POLICE_LEAD, last - POLICE_LEAD))


def _one_kind_of_year(yearly: list[Figure]) -> list[Figure]:
    """Keep one kind of year where two kinds overlap: the one with more figures, the calendar year if equal."""
    if all(earlier.end < later.start for earlier, later in pairwise(yearly)):
        return yearly
    kinds = Counter((figure.start.month, figure.start.day) for figure in yearly if figure.is_told)
    kind = min(kinds, key=lambda day: (-kinds[day], day), default=(1, 1))
    return [figure for figure in yearly if (figure.start.month, figure.start.day) == kind]


def _is_enough(yearly: Sequence[Figure], told: int, passed: int, *, allow_partial: bool) -> bool:
    if told == 0 or any(figure.is_hidden for figure in yearly):
        return False
    return allow_partial or told >= FEWEST_SHARE * passed


def _total(
    used: Sequence[Figure], period: ProgrammePeriod, made: Made, *, missing: tuple[int, ...] = ()
) -> PeriodTotal:
    count, sources = (
        sum(figure.value for figure in used),
        tuple(dict.fromkeys(figure.source for figure in used)),
    )
    derived = any(figure.status == "derived" for figure in used)
    said = {
        "years_missing": bool(missing),
        "several_sources": len(sources) > 1,
        "inexact": any(figure.qualifier != "exact" for figure in used),
    }
    return PeriodTotal(
        period=period.id,
        start=used[0].start,
        end=used[-1].end,
        count=float(count),
        years=sum(figure.years for figure in used),
        status="derived" if derived else "zero_reported" if count == 0 else "reported",
        made=made,
        years_used=tuple(figure.end.year for figure in used) if made == "sum_of_years" else (),
        place_basis=used[0].place_basis,
        sources=sources,
        flags=tuple(flag for flag, holds in said.items() if holds),
        missing=missing,
    )


def _reason(inside: Sequence[Figure]) -> str:
    if any(figure.is_hidden for figure in inside):
        return "suppressed"
    return "partial_period" if any(figure.is_told for figure in inside) else "not_reported"
