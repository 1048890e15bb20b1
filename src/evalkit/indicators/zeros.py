"""A period without a single case: how many there may have been all the same, and what else could explain it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.programme.models import Break, Programme
from evalkit.short_form import ShortForm
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_mean import chance_of_no_case, largest_mean


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ZeroPeriod(ShortForm):
    """The latest unbroken run of reported zeros of one indicator.

    Attributes
    ----------
    indicator : str
    start, end : Timestamp
        First and last day of the run.
    years : float
        Its length.
    upper_per_year : float
        Upper 95 % limit (two-sided) of the yearly number that a run of zeros still allows.
    earlier : PeriodTotal or None
        The programme period before the run, where it has a total.
    chance_known, chance_predictive : float
        How probable such a run is had the pace of that period gone on: taken as exactly known, and with its own uncertainty. Missing
        where there is no such period.
    by_law : bool
        Years were taken to scatter by the law of the panel, else as pure chance would make them.
    rivals : tuple of Break
        Dated events that touch the run and could explain it as well.
    """

    indicator: str
    start: pd.Timestamp
    end: pd.Timestamp
    years: float
    upper_per_year: float
    earlier: PeriodTotal | None
    chance_known: float
    chance_predictive: float
    by_law: bool
    rivals: tuple[Break, ...]


def find_zero_period(
    facts: pd.DataFrame,
    indicator: str,
    programme: Programme,
    *,
    totals: tuple[PeriodTotal, ...],
    law: ScatterLaw | None = None,
) -> ZeroPeriod | None:
    """Return the run of zeros with which an area's series ends, if it ends with one.

    Parameters
    ----------
    facts : DataFrame
        One area's total rows, one per period (the preferred source): ``measure``, ``status``, ``period_start``,
        ``period_end``.
    indicator : str
        The name of an indicator of kind "count".
    programme : Programme
        Names the measure and the dated events.
    totals : tuple of PeriodTotal
        The area's totals by programme period, in order of time.
    law : ScatterLaw, optional
        How years scatter; without one, or with an unknown one, as pure chance would make them.

    Returns
    -------
    ZeroPeriod or None
        None where the latest figure is no reported zero. A year that was not reported ends the run: missing is not zero.

    Notes
    -----
    Limit and probabilities come from :mod:`evalkit.statistics.law.yearly_mean`; without a law the limit is Garwood's (1936) exact one
    for a count of zero, 3.689 / years.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> facts = pd.DataFrame(
    ...     {
    ...         "measure": ["cases_recorded"],
    ...         "status": ["zero_reported"],
    ...         "period_start": pd.to_datetime(["2021-01-01"]),
    ...         "period_end": pd.to_datetime(["2022-12-31"]),
    ...     }
    ... )
    >>> run = find_zero_period(facts, "cases", load_programme("vn-trafficking"), totals=())
    >>> run.years, round(run.upper_per_year, 2), [event.id for event in run.rivals]
    (2.0, 1.84, ['border-closure'])
    """
    measure = programme.indicators[indicator].numerator
    rows = facts[facts["measure"] == measure]
    start, end = _run_of_zeros(rows)
    if start is None or end is None:
        return None
    years = exposure_years(start, end)
    before = [total for total in totals if total.end < start and total.count > 0]
    earlier = before[-1] if before else None
    chances = (math.nan, math.nan)
    if earlier is not None:
        chances = chance_of_no_case(earlier.count, earlier_years=earlier.years, years=years, law=law)
    return ZeroPeriod(
        indicator=indicator,
        start=start,
        end=end,
        years=years,
        upper_per_year=largest_mean(years, law),
        earlier=earlier,
        chance_known=chances[0],
        chance_predictive=chances[1],
        by_law=law is not None and law.is_known,
        rivals=programme.breaks_between(start.date(), end.date(), measure=measure),
    )


def _run_of_zeros(rows: pd.DataFrame) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Walk back from the last day covered as long as reported zeros follow each other without a gap."""
    told = rows[rows["status"] != "not_applicable"]
    if told.empty:
        return None, None
    end = told.loc[told["status"] != "not_reported", "period_end"].max()
    start, at = None, end
    while True:
        last = told[told["period_end"] == at]
        zeros = last[last["status"] == "zero_reported"]
        if last.empty or len(zeros) < len(last):
            break
        start = zeros["period_start"].min()
        at = start - pd.Timedelta(days=1)
    return start, (end if start is not None else None)
