"""The total of one programme period: from one row, from its years, or from the part of it that a longer row covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from evalkit.additivity.years import Days, coverage, exposure_years
from evalkit.programme.models import ProgrammePeriod
from evalkit.statistics.results import NotEstimable
from evalkit.table import PRELIMINARY, WITH_VALUE

FEWEST_SHARE = 0.8

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
    mark: str = ""

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
        than", ...), ``preliminary`` (a source calls a part of it so).
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
    Which years lie in the period, which do not overlap and which are missing: :func:`evalkit.additivity.years.coverage`.
    """
    first, last = pd.Timestamp(period.valid_from), pd.Timestamp(period.valid_to)
    inside = _one_each([figure for figure in figures if first <= figure.end <= last])
    found = coverage(
        [days for days, figure in inside.items() if figure.is_told],
        first,
        last,
        until=until,
        untold=list(inside),
    )
    whole, yearly = ([inside[days] for days in some] for some in (found.whole, found.years))
    if whole and whole[0].is_told:
        return _total(whole[:1], period, "one_row")
    if any(figure.is_hidden for figure in whole):
        return NotEstimable("suppressed", {"period": period.id})
    if _is_enough(yearly, found.passed, allow_partial=allow_partial):
        told = [figure for figure in yearly if figure.is_told]
        return _total(told, period, "sum_of_years", missing=found.missing)
    if found.longer:
        return _total([inside[found.longer[0]]], period, "part_of_period")
    return NotEstimable(_reason(list(inside.values())), {"period": period.id})


def _one_each(figures: Sequence[Figure]) -> dict[Days, Figure]:
    """Keep one figure per span, one with a value where any source has it."""
    kept: dict[Days, Figure] = {}
    for figure in sorted(figures, key=lambda figure: not figure.is_told):
        kept.setdefault((figure.start, figure.end), figure)
    return kept


def _is_enough(yearly: Sequence[Figure], passed: int, *, allow_partial: bool) -> bool:
    told = sum(figure.is_told for figure in yearly)
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
        "preliminary": any(figure.mark == PRELIMINARY for figure in used),
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
