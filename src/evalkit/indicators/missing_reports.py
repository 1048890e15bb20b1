"""Totals of the nation where provinces lack a year: the least and the most that they may be, and whether a verdict holds throughout.

Nothing is filled in. A year that lacks reports lies between the sum of those that came and that sum with the largest plausible number for
each that did not; a total that a source gives by itself, and that is more than the sum, is taken as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import pandas as pd

from evalkit.indicators.period_comparison import Beside, PeriodComparison, judged_change
from evalkit.indicators.period_totals import indicator_totals
from evalkit.indicators.windows import FEWEST_SHARE, PeriodTotal
from evalkit.indicators.yearly import yearly_series
from evalkit.programme.models import Break, Programme, ProgrammePeriod
from evalkit.short_form import ShortForm
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.missing_counts import largest_plausible
from evalkit.statistics.verdicts import ChangeVerdict
from evalkit.table import WITH_VALUE


@dataclass(frozen=True, slots=True)
class MissingReport:
    """A year that a province did not report, and the largest number that it may plausibly have had."""

    place: str
    year: int
    most: float


@dataclass(frozen=True, slots=True)
class BoundedTotal:
    """What a programme period of the nation may come to.

    Attributes
    ----------
    period : str
    start, end : Timestamp
    years : float
    least, most : float
        Alike where nothing is missing.
    """

    period: str
    start: pd.Timestamp
    end: pd.Timestamp
    years: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class BoundedChange(ShortForm):
    """Two successive periods of the nation of which some reports of provinces are missing.

    Attributes
    ----------
    indicator : str
    missing : tuple of MissingReport
    earlier, later : BoundedTotal
    verdicts : tuple of ChangeVerdict
        With both totals at their least; the earlier at its least, the later at its most; the other way round; both at their most.
    printed : ChangeVerdict or None
        What the page says of the periods without the missing years; None where it compares nothing.
    """

    indicator: str
    missing: tuple[MissingReport, ...]
    earlier: BoundedTotal
    later: BoundedTotal
    verdicts: tuple[ChangeVerdict, ...]
    printed: ChangeVerdict | None

    @property
    def is_same(self) -> bool:
        """Whether the verdict is the same at all ends, and the one that the page prints."""
        told = (*self.verdicts, *([self.printed] if self.printed is not None else []))
        return len({spoken(one) for one in told}) == 1

    @property
    def change(self) -> tuple[float, float]:
        """The least and the most that the yearly average may have changed, in percent; missing on a base that may be 0."""
        if self.earlier.least <= 0:
            return float("nan"), float("nan")
        ends = [(self.later.least, self.earlier.most), (self.later.most, self.earlier.least)]
        least, most = (
            100 * (later / self.later.years / (earlier / self.earlier.years) - 1) for later, earlier in ends
        )
        return least, most


def spoken(verdict: ChangeVerdict) -> tuple[str, str]:
    """Return what a verdict says, without its reasons: verdicts alike in it are worded alike."""
    silent = verdict.could_be_chance or verdict.grade in ("open", "none")
    grade = "could be chance" if verdict.could_be_chance else verdict.grade
    return grade, "" if silent else verdict.direction


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """The yearly figures behind a national indicator.

    Attributes
    ----------
    figures : DataFrame
        The nation's total rows of all sources.
    nation, provinces : DataFrame
        Total rows of the preferred source.
    places : tuple of str
        The codes of all provinces.
    laws : mapping
        How the years of each province scatter; those that are not in it as pure chance would make them.
    """

    figures: pd.DataFrame
    nation: pd.DataFrame
    provinces: pd.DataFrame
    places: tuple[str, ...]
    laws: Mapping[str, ScatterLaw]


def bounded_changes(
    reports: Reports,
    indicator: str,
    programme: Programme,
    *,
    law: Beside,
    printed: Sequence[PeriodComparison],
) -> tuple[BoundedChange, ...]:
    """Return the pairs of successive periods of the nation that lack reports of provinces, with their bounds.

    Parameters
    ----------
    reports : Reports
    indicator : str
        Of kind count.
    programme : Programme
    law : Beside
        The law of the nation's years and the family of comparisons; its yearly figures are not used.
    printed : sequence of PeriodComparison
        What the page compares, for its verdicts.

    Returns
    -------
    tuple of BoundedChange
        Empty where nothing is missing. A pair is left out where a year is hidden or reported by under four fifths of the provinces, and
        where a province that lacks a year reported no other one.
    """
    measure = programme.indicators[indicator].numerator
    years = _Years.of(reports, measure, programme)
    totals = indicator_totals(reports.figures, indicator, programme)
    spans = [_Span.of(one, total, years) for one, total in zip(programme.periods, totals, strict=True)]
    told = {
        (one.earlier.period, one.later.period): one.verdict for one in printed if one.earlier and one.later
    }
    events = programme.breaks_of(measure)
    found = []
    for earlier, later in pairwise(spans):
        if earlier is None or later is None or not (earlier.missing or later.missing):
            continue
        ends = product(earlier.ends(), later.ends())
        verdicts = tuple(_verdict(indicator, before, after, law, events) for before, after in ends)
        known = told.get((earlier.total.period, later.total.period))
        missing = (*earlier.missing, *later.missing)
        found.append(BoundedChange(indicator, missing, earlier.total, later.total, verdicts, known))
    return tuple(found)


def _verdict(
    indicator: str, before: _End, after: _End, law: Beside, events: Sequence[Break]
) -> ChangeVerdict:
    (earlier, early), (later, late) = before, after
    result = compare_counts(
        later.count, earlier.count, later_exposure=later.years, earlier_exposure=earlier.years
    )
    both = {**early, **late}
    years = pd.DataFrame({"year": list(both), "count": list(both.values()), "status": "reported"})
    beside = Beside(law.law, years, law.family)
    return judged_change(PeriodComparison(indicator, earlier, later, result), beside, events).verdict


_End = tuple[PeriodTotal, dict[int, float]]


@dataclass(frozen=True, slots=True, eq=False)
class _Years:
    """Year to what the nation had at least and at most, and to the reports that it lacks; a year that cannot be bounded is not in it."""

    bounds: dict[int, tuple[float, float]]
    missing: dict[int, tuple[MissingReport, ...]]
    last: int

    @classmethod
    def of(cls, reports: Reports, measure: str, programme: Programme) -> _Years:
        nation = yearly_series(reports.nation, measure, programme)
        own = yearly_series(reports.provinces, measure, programme)
        own = own[own["province_code"].isin(reports.places)]
        told = nation[nation["status"].isin(WITH_VALUE)].set_index("year")["count"].to_dict()
        most = {
            str(code): largest_plausible(rows["count"].dropna().tolist(), reports.laws.get(str(code)))
            for code, rows in own.groupby("province_code")
        }
        found = cls({}, {}, max([*nation["year"], *own["year"]], default=0))
        for year in sorted({*nation["year"], *own["year"]}):
            found._add(int(year), own[own["year"] == year], told.get(year), most, reports.places)
        return found

    def _add(
        self,
        year: int,
        rows: pd.DataFrame,
        total: float | None,
        most: Mapping[str, float | None],
        places: Sequence[str],
    ) -> None:
        """Take in one year: the nation's own figure where it says more than the sum, else the sum and what may be missing."""
        status = dict(zip(rows["province_code"], rows["status"], strict=True))
        told, summed = rows["count"].notna(), float(rows["count"].sum())
        without = [code for code in places if status.get(code, "not_reported") == "not_reported"]
        hidden = "suppressed" in status.values()
        if total is not None and (hidden or not without or total != summed):
            self.bounds[year] = (total, total)
            return
        bounds = {code: most.get(code) for code in without}
        if hidden or told.sum() < FEWEST_SHARE * len(places) or None in bounds.values():
            if total is not None:
                self.bounds[year] = (total, total)
            return
        self.missing[year] = tuple(
            MissingReport(code, year, up) for code, up in bounds.items() if up is not None
        )
        self.bounds[year] = (summed, summed + sum(one.most for one in self.missing[year]))


@dataclass(frozen=True, slots=True, eq=False)
class _Span:
    """A programme period with its bounds, year by year; of one that a source tells as a whole there is no year."""

    total: BoundedTotal
    years: dict[int, tuple[float, float]]
    missing: tuple[MissingReport, ...]
    whole: PeriodTotal | None

    @classmethod
    def of(cls, period: ProgrammePeriod, total: object, years: _Years) -> _Span | None:
        if isinstance(total, PeriodTotal) and total.made != "sum_of_years":
            bounds = BoundedTotal(total.period, total.start, total.end, total.years, total.count, total.count)
            return cls(bounds, {}, (), total)
        first, last = pd.Timestamp(period.valid_from), pd.Timestamp(period.valid_to)
        wanted = range(first.year, min(last.year, years.last) + 1)
        if not wanted or not all(year in years.bounds for year in wanted):
            return None
        own = {year: years.bounds[year] for year in wanted}
        least, most = (sum(both[end] for both in own.values()) for end in (0, 1))
        end = min(last, pd.Timestamp(wanted[-1], 12, 31))
        missing = tuple(one for year in wanted for one in years.missing.get(year, ()))
        return cls(BoundedTotal(period.id, first, end, float(len(wanted)), least, most), own, missing, None)

    def ends(self) -> tuple[_End, _End]:
        """Return the period at its least and at its most, with the years that make it up."""
        if self.whole is not None:
            return (self.whole, {}), (self.whole, {})
        least, most = ({year: both[end] for year, both in self.years.items()} for end in (0, 1))
        return (self._made(least), least), (self._made(most), most)

    def _made(self, years: dict[int, float]) -> PeriodTotal:
        return PeriodTotal(
            period=self.total.period,
            start=self.total.start,
            end=self.total.end,
            count=float(sum(years.values())),
            years=self.total.years,
            status="derived",
            made="sum_of_years",
            years_used=tuple(years),
            place_basis="",
            sources=(),
            flags=(),
        )
