"""Two successive programme periods compared: exactly, under the law of scatter, and how surely they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from evalkit.indicators.windows import PeriodTotal
from evalkit.programme.models import Break
from evalkit.short_form import ShortForm
from evalkit.statistics.conditional import conditional_p
from evalkit.statistics.law.law_comparison import LawComparison, compare_under_law
from evalkit.statistics.law.law_score import Window, change_p
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, RateComparison
from evalkit.statistics.verdicts import NO_COMPARISON, SURE, ChangeVerdict, Checks, Family, weigh_change
from evalkit.table import WITH_VALUE


@dataclass(frozen=True, slots=True)
class Beside:
    """What a comparison of two periods needs to know beside their totals.

    Attributes
    ----------
    law : ScatterLaw or None
        How years scatter.
    years : DataFrame or None
        The yearly figures of the place: ``year``, ``count``, ``status``.
    family : Family or None
        All comparisons made at once.
    """

    law: ScatterLaw | None = None
    years: pd.DataFrame | None = None
    family: Family | None = None


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PeriodComparison(ShortForm):
    """Two successive periods of one indicator.

    Attributes
    ----------
    indicator : str
        Its name in the programme.
    earlier, later : PeriodTotal or None
        What was counted; None where the period has no total.
    result : RateComparison or NotEstimable
        The later total over the earlier one, per year, exact if yearly counts vary by chance alone; or why they
        are not compared.
    under_law : LawComparison or None
        The same under the law of scatter: what is printed first where the law is known.
    verdict : ChangeVerdict
        How surely it changed.
    """

    indicator: str
    earlier: PeriodTotal | None
    later: PeriodTotal | None
    result: RateComparison | NotEstimable
    under_law: LawComparison | None = None
    verdict: ChangeVerdict = NO_COMPARISON

    @property
    def p(self) -> float:
        """The p that is printed first; missing where nothing is compared."""
        if isinstance(self.result, NotEstimable):
            return math.nan
        return self.result.p_central if self.under_law is None else self.under_law.p


def judged_change(item: PeriodComparison, beside: Beside, events: Sequence[Break]) -> PeriodComparison:
    """Return a comparison with its result under the law of scatter and its verdict.

    Parameters
    ----------
    item : PeriodComparison
    beside : Beside
    events : sequence of Break
        The declared events that may touch the measure.

    Examples
    --------
    >>> nothing = PeriodComparison("cases", None, None, NotEstimable("not_reported"))
    >>> judged_change(nothing, NOTHING_BESIDE, ()).verdict.grade
    'none'
    """
    exact, earlier, later = item.result, item.earlier, item.later
    if isinstance(exact, NotEstimable) or earlier is None or later is None:
        return item
    law = _no_surer(compare_under_law(_window(later), _window(earlier), beside.law), exact)
    p = exact.p_central if law is None else law.p
    left_out = years_left_out(earlier, later, beside)
    sure = max(p, exact.p_central) < SURE
    checks = Checks(
        change=exact.rate_difference,
        p=p,
        exact_p=exact.p_central,
        years_known=law is not None and left_out is not None,
        law_known=law is not None,
        year=_decisive(left_out) if sure else None,
        events=tuple(
            event.id for event in events if lies_inside(event, earlier.start.date(), later.end.date())
        ),
        sources=sources_between(earlier, later),
        is_exact=not any("inexact" in total.flags for total in (earlier, later)),
    )
    return replace(item, under_law=law, verdict=weigh_change(checks, beside.family))


def sources_between(earlier: PeriodTotal, later: PeriodTotal) -> int:
    """Return how many sources tell two totals, where they are not the same; else 1.

    What was derived bears a source of its own, and may be worked out from the other's.
    """
    if "derived" in (earlier.status, later.status) or {*earlier.sources} == {*later.sources}:
        return 1
    return len({*earlier.sources, *later.sources})


def _no_surer(law: LawComparison | None, exact: RateComparison) -> LawComparison | None:
    """Return a comparison under a law that is nowhere surer than chance alone lets it be: for few cases its score test is no exact one."""
    if law is None:
        return None
    return replace(
        law,
        ratio_lower=min(law.ratio_lower, exact.ratio_lower),
        ratio_upper=max(law.ratio_upper, exact.ratio_upper),
        percent_lower=min(law.percent_lower, exact.percent_lower),
        percent_upper=max(law.percent_upper, exact.percent_upper),
        p=max(law.p, exact.p_central),
    )


def period_change_p(earlier: PeriodTotal, later: PeriodTotal, law: ScatterLaw | None) -> float:
    """Return the p of a change that is printed first: under the law where it is known, and never below the exact one.

    Parameters
    ----------
    earlier, later : PeriodTotal
    law : ScatterLaw, optional
    """
    share = later.years / (later.years + earlier.years)
    exact = conditional_p(later.count, earlier.count, null=share)["central"]
    if law is not None and law.is_known:
        return max(exact, change_p(_window(later), _window(earlier), law))
    return exact


def years_left_out(earlier: PeriodTotal, later: PeriodTotal, beside: Beside) -> dict[int, float] | None:
    """Return the p of the comparison without each year in turn; None where the yearly figures of a period are not known.

    Parameters
    ----------
    earlier, later : PeriodTotal
    beside : Beside

    Returns
    -------
    dict or None
        Year to the larger of the exact p and that under the law; 1 where the year is all that a period has, or where
        without it the change goes the other way.
    """
    series = [_years_of(total, beside.years) for total in (earlier, later)]
    if any(years is None for years in series):
        return None
    before, after = (dict(years or {}) for years in series)
    direction = _mean(after) - _mean(before)
    found = {}
    for year in (*before, *after):
        rest = [{name: count for name, count in part.items() if name != year} for part in (before, after)]
        found[year] = _p_without(rest[0], rest[1], direction, beside.law)
    return found


def _p_without(
    before: dict[int, float], after: dict[int, float], direction: float, law: ScatterLaw | None
) -> float:
    if not before or not after or (_mean(after) - _mean(before)) * direction <= 0:
        return 1.0
    windows = [Window(sum(part.values()), float(len(part))) for part in (after, before)]
    share = windows[0].years / (windows[0].years + windows[1].years)
    exact = conditional_p(windows[0].cases, windows[1].cases, null=share)["central"]
    return max(exact, change_p(windows[0], windows[1], law))


def _mean(years: dict[int, float]) -> float:
    return sum(years.values()) / len(years)


def _years_of(total: PeriodTotal, years: pd.DataFrame | None) -> dict[int, float] | None:
    """Return the yearly counts of a period, where every year of it has one and they make up its total."""
    if years is None:
        return None
    wanted = total.years_used or range(total.end.year - round(total.years) + 1, total.end.year + 1)
    rows = years[years["year"].isin(list(wanted)) & years["status"].isin(WITH_VALUE)]
    told = dict(zip(rows["year"].tolist(), rows["count"].tolist(), strict=True))
    return told if len(told) == len(wanted) and sum(told.values()) == total.count else None


def _decisive(left_out: dict[int, float] | None) -> int | None:
    """Return the year without which the change could be chance, if there is one: the one that matters most."""
    worst = max(left_out or {}, key=lambda year: (left_out or {})[year], default=None)
    return worst if worst is not None and (left_out or {})[worst] >= SURE else None


def lies_inside(event: Break, start: date, end: date) -> bool:
    """Tell whether an event begins or ends within a span, so that its years are not alike."""
    return start < event.valid_from <= end or start <= event.valid_to < end


def _window(total: PeriodTotal) -> Window:
    return Window(total.count, total.years)
