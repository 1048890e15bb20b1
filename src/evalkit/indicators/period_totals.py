"""Totals of programme periods, and successive periods compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from evalkit.errors import DeclarationError, FactsError
from evalkit.indicators.agreement import agreeing_groups
from evalkit.indicators.period_comparison import NOTHING_BESIDE, Beside, PeriodComparison, judged_change
from evalkit.indicators.windows import Figure, PeriodTotal, period_total
from evalkit.programme.models import Programme, ProgrammePeriod
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.counts import whole_counts
from evalkit.statistics.results import NotEstimable
from evalkit.table import latest_editions, period_names, refuse_mixed_units, refuse_repeated, totals_only

__all__ = [
    "PeriodComparison",
    "PeriodTotal",
    "compare_periods",
    "indicator_totals",
    "period_totals",
]


def period_totals(
    facts: pd.DataFrame,
    *,
    measure: str,
    periods: Sequence[ProgrammePeriod],
    place_basis: str | None = None,
    source_order: Sequence[str] = (),
    allow_partial: bool = False,
) -> tuple[PeriodTotal | NotEstimable, ...]:
    """Return the total of each programme period for one place.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one place, totals only (every dimension "all").
    measure : str
        What is counted.
    periods : sequence of ProgrammePeriod
    place_basis : str, optional
        Which of several place bases; without it, figures on two bases give ``different_bases``.
    source_order : sequence of str
        Source ids, the one to be trusted first in front.
    allow_partial : bool
        Add up years even where fewer than four fifths of them were reported.

    Returns
    -------
    tuple of PeriodTotal or NotEstimable, one per period
        See :func:`evalkit.indicators.windows.period_total` for what makes a total. Sources are added up with each other
        only where they contradict each other in no figure.

    Raises
    ------
    FactsError
        If rows of several places, two units, a repeated figure or a count that is none stand in the table.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> row = {"province_code": "97", "scheme": "x", "place_basis": "occurrence", "measure": "cases_recorded", "unit": "vu"}
    >>> row |= {"status": "reported", "qualifier": "exact", "source_id": "s", "edition_date": "2023-01-01"}
    >>> facts = pd.DataFrame(
    ...     [
    ...         row | {"period_start": "2011-01-01", "period_end": "2015-12-31", "value": 12},
    ...         row | {"period_start": "2021-01-01", "period_end": "2022-12-31", "value": 3},
    ...     ]
    ... )
    >>> for day in ("period_start", "period_end", "edition_date"):
    ...     facts[day] = pd.to_datetime(facts[day])
    >>> totals = period_totals(facts, measure="cases_recorded", periods=load_programme("vn-trafficking").periods)
    >>> [(total.count, total.years) if isinstance(total, PeriodTotal) else total.reason for total in totals]
    [(12.0, 5.0), 'not_reported', (3.0, 2.0), 'not_reported']
    """
    rows = _checked(facts[(facts["measure"] == measure) & (facts["status"] != "not_applicable")], measure)
    if place_basis is not None:
        rows = rows[rows["place_basis"] == place_basis]
    if len(rows["place_basis"].unique()) > 1:
        return tuple(NotEstimable("different_bases", {"period": period.id}) for period in periods)
    groups, until = agreeing_groups(rows, source_order), rows["period_end"].max()
    return totals_of_groups(groups, periods, until, allow_partial=allow_partial)


def totals_of_groups(
    groups: list[list[Figure]],
    periods: Sequence[ProgrammePeriod],
    until: pd.Timestamp,
    *,
    allow_partial: bool = False,
) -> tuple[PeriodTotal | NotEstimable, ...]:
    """Return the total of each period from the first group of sources that has one."""
    return tuple(
        _from_first(
            [period_total(group, period, until=until, allow_partial=allow_partial) for group in groups],
            period,
        )
        for period in periods
    )


def indicator_totals(
    facts: pd.DataFrame, indicator: str, programme: Programme
) -> tuple[PeriodTotal | NotEstimable, ...]:
    """Return the totals of an indicator's numerator by programme period, on its own place basis.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one place, from any sources.
    indicator : str
        Its name in the programme.
    programme : Programme

    Returns
    -------
    tuple of PeriodTotal or NotEstimable, one per programme period
        On the place basis declared for the measure; where no row has it, on the one basis there is.

    Raises
    ------
    FactsError
        As :func:`period_totals`.
    """
    measure = programme.indicators[indicator].numerator
    rows = totals_only(facts, programme.dimensions)
    bases = set(rows.loc[rows["measure"] == measure, "place_basis"])
    declared = programme.measures[measure].place_basis
    return period_totals(
        rows,
        measure=measure,
        periods=programme.periods,
        place_basis=declared if declared in bases else None,
        source_order=programme.source_order,
    )


def found_totals(facts: pd.DataFrame, indicator: str, programme: Programme) -> tuple[PeriodTotal, ...]:
    """Return the totals of an indicator by programme period, those alone that could be made; arguments as for :func:`indicator_totals`."""
    totals = indicator_totals(facts, indicator, programme)
    return tuple(total for total in totals if isinstance(total, PeriodTotal))


def compare_periods(
    facts: pd.DataFrame, indicator: str, programme: Programme, *, beside: Beside = NOTHING_BESIDE
) -> tuple[PeriodComparison, ...]:
    """Compare each programme period of an indicator with the one before.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one place, from any sources.
    indicator : str
        The name of an indicator of kind "count".
    programme : Programme
    beside : Beside
        The law of scatter, the yearly figures and the other comparisons; without them years are taken to scatter as pure
        chance would make them, and the verdict says so.

    Returns
    -------
    tuple of PeriodComparison
        One per pair of successive periods, from the first period with a figure (or a hidden one) to the last; a single
        one with the reason ``single_period`` where only one period has a figure; empty where none has.

    Raises
    ------
    DeclarationError
        If the indicator is no count: shares and ratios are not added up over years.
    FactsError
        As :func:`period_totals`.
    """
    if programme.indicators[indicator].kind != "count":
        raise DeclarationError(
            where=f"indicator {indicator}",
            rule="compare_periods is for indicators of kind count",
            do="remove compare_periods from the indicator",
        )
    totals = _without_silent_ends(indicator_totals(facts, indicator, programme))
    if len(totals) == 1:
        return (_alone(indicator, totals[0]),)
    found = (_compared(indicator, earlier, later) for earlier, later in pairwise(totals))
    measure = programme.indicators[indicator].numerator
    events = programme.breaks_of(measure)
    return tuple(judged_change(item, beside, events) for item in found)


def _checked(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the latest editions after refusing what cannot be added up."""
    if len(rows[["province_code", "scheme"]].drop_duplicates()) > 1:
        raise FactsError(
            where=f"totals of {measure}",
            rule="period totals are made for one place at a time",
            do="pass the rows of one province, or of the nation",
        )
    return checked_figures(rows, measure)


def checked_figures(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the latest editions of each place's figures after refusing what cannot be added up."""
    if len(rows["unit"].unique()) > 1:
        for _, own in rows.groupby(["province_code", "scheme"]):
            refuse_mixed_units(own, where=measure)
    whole_counts(rows["value"], where=measure, labels=lambda: period_names(rows))
    figure = ["province_code", "scheme", "place_basis", "period_start", "period_end"]
    refuse_repeated(rows, [*figure, "source_id", "edition_date"], where=measure)
    return latest_editions(rows, figure)


def _from_first(
    found: Sequence[PeriodTotal | NotEstimable], period: ProgrammePeriod
) -> PeriodTotal | NotEstimable:
    """Return the first total of the groups of sources, else the first reason that says more than nothing reported."""
    told = [total for total in found if isinstance(total, PeriodTotal)]
    if told:
        return told[0]
    nothing = NotEstimable("not_reported", {"period": period.id})
    return next((reason for reason in found if reason != nothing), nothing)


def _without_silent_ends(
    totals: Sequence[PeriodTotal | NotEstimable],
) -> Sequence[PeriodTotal | NotEstimable]:
    told = [
        place
        for place, total in enumerate(totals)
        if isinstance(total, PeriodTotal) or total.reason != "not_reported"
    ]
    return totals[told[0] : told[-1] + 1] if told else ()


def _alone(indicator: str, total: PeriodTotal | NotEstimable) -> PeriodComparison:
    if isinstance(total, NotEstimable):
        return PeriodComparison(indicator, None, None, total)
    return PeriodComparison(indicator, None, total, NotEstimable("single_period", {"period": total.period}))


def _compared(
    indicator: str, earlier: PeriodTotal | NotEstimable, later: PeriodTotal | NotEstimable
) -> PeriodComparison:
    if isinstance(earlier, PeriodTotal) and isinstance(later, PeriodTotal):
        result = compare_counts(
            later.count, earlier.count, later_exposure=later.years, earlier_exposure=earlier.years
        )
        return PeriodComparison(indicator, earlier, later, result)
    windows = [total if isinstance(total, PeriodTotal) else None for total in (earlier, later)]
    reason = next(total for total in (earlier, later) if isinstance(total, NotEstimable))
    return PeriodComparison(indicator, windows[0], windows[1], reason)
