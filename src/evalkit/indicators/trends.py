"""The trend of one indicator: its yearly series, the headline fit under the law of scatter, the checks beside it, and what may be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from evalkit.indicators.period_comparison import lies_inside
from evalkit.indicators.period_totals import PeriodTotal, found_totals
from evalkit.indicators.yearly import how_told, yearly_series
from evalkit.programme.models import Programme
from evalkit.short_form import ShortForm
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import OWN, POOLED, fit_trend
from evalkit.statistics.trend.latest_year import LatestYear, latest_year
from evalkit.statistics.trend.trend_study import TrendStudy, study_trend, trend_verdict
from evalkit.statistics.verdicts import NO_COMPARISON, ChangeVerdict, Family

_NOT_ASKED = NotEstimable("not_asked")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Trend(ShortForm):
    """The yearly series of one indicator and the trend fitted to it, or the reason why there is none.

    Attributes
    ----------
    indicator : str
        Its name in the programme; its numerator is what is fitted.
    series : DataFrame, one row per year
        A year that nobody reported may have no row.

        - ``province_code`` (str): the place.
        - ``year`` (int): calendar and police years alike by the year they end in.
        - ``count`` (float, events or persons): missing where it is hidden or not reported, never 0 for it.
        - ``status`` (str): of the count: reported, zero_reported, derived, not_reported, not_applicable or suppressed.
        - ``exposure`` (float or absent, person-years): the population of the year; absent unless every year has one.
        - ``exposure_source`` (str or absent): the source of the population; absent with it.
    fit : TrendFit or NotEstimable
        Annual percent change with its limits, or the reason why the series carries no trend; see
        :class:`evalkit.statistics.results.TrendFit`.
    study : TrendStudy or None
        The checks beside a trend; None where there is no trend.
    totals : tuple of PeriodTotal
        The programme periods that have a figure.
    verdict : ChangeVerdict
        How surely the series rises or falls.
    latest : LatestYear or NotEstimable
        Whether the latest year is unusual beside those before it.
    by_own_years : bool
        The law by which years were taken to scatter was told by this series alone, as a country's is where no province has yearly figures.

    Examples
    --------
    >>> import evalkit as ek
    >>> cases = ek.fit_trends(ek.open_bundle().provinces["04"]).items[0]
    >>> cases.series[["year", "count", "status"]].tail(2)
        year  count    status
    13  2024   16.0  reported
    14  2025   23.0  reported
    >>> cases.fit.method, cases.verdict.grade, cases.latest.is_unusual
    ('negative binomial', 'open', False)
    """

    indicator: str
    series: pd.DataFrame
    fit: TrendFit | NotEstimable
    study: TrendStudy | None
    totals: tuple[PeriodTotal, ...]
    verdict: ChangeVerdict = NO_COMPARISON
    latest: LatestYear | NotEstimable = _NOT_ASKED
    by_own_years: bool = False

    @property
    def method(self) -> str:
        """How the trend was fitted, see :class:`evalkit.statistics.results.TrendFit`; empty where there is none."""
        if isinstance(self.fit, NotEstimable):
            return ""
        return OWN if self.by_own_years and self.fit.method == POOLED else self.fit.method


def trend_of(
    facts: pd.DataFrame, name: str, programme: Programme, *, law: ScatterLaw | None, family: Family | None
) -> Trend:
    """Return the trend of one indicator of a place.

    Parameters
    ----------
    facts : DataFrame
        The place's totals, one row per figure: those of :func:`evalkit.indicators.sources.preferred`.
    name : str
        The indicator; its numerator is what is fitted.
    programme : Programme
        Its breaks are the days on which a step is looked for.
    law : ScatterLaw, optional
        How the yearly counts scatter, where the panel tells it.
    family : Family, optional
        The trends that are judged at once on all pages.

    Returns
    -------
    Trend
        Without a study where no trend can be fitted; ``fit`` then says why.
    """
    measure = programme.indicators[name].numerator
    series = yearly_series(facts, measure, programme)
    totals, latest = found_totals(facts, name, programme), latest_year(series, law=law)
    fit = fit_trend(series, law=law)
    if isinstance(fit, NotEstimable):
        return Trend(name, series, fit, None, totals, latest=latest)
    events = programme.breaks_of(measure)
    dates, tests = [event.valid_from for event in events], family.tests if family is not None else 1
    study = study_trend(series, fit, dates=dates, law=law, tests=tests)
    span = date(fit.first, 1, 1), date(fit.last, 12, 31)
    inside = [event.id for event in events if lies_inside(event, *span)]
    sources, is_exact = how_told(facts, measure, programme)
    most = max(sources.values(), default=1)
    verdict = trend_verdict(fit, study, events=inside, family=family, sources=most, is_exact=is_exact)
    by_own = law is not None and law.is_known and law.series == 1
    return Trend(name, series, fit, study, totals, verdict, latest, by_own)
