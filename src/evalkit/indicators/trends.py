"""The trend of one indicator: its yearly series, the headline fit under the law of scatter, the checks beside it, and what may be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from evalkit.indicators.period_comparison import lies_inside
from evalkit.indicators.period_totals import PeriodTotal, found_totals
from evalkit.indicators.yearly import yearly_series
from evalkit.programme.models import Programme
from evalkit.short_form import ShortForm
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.latest_year import LatestYear, latest_year
from evalkit.statistics.trend.trend_study import TrendStudy, study_trend, trend_verdict
from evalkit.statistics.verdicts import NO_COMPARISON, ChangeVerdict, Family

_NOT_ASKED = NotEstimable("not_asked")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Trend(ShortForm):
    """The yearly series of one indicator and the trend fitted to it, or the reason why there is none.

    ``study`` holds the checks beside a trend; ``totals`` the programme periods that have a figure; ``verdict`` says how surely
    the series rises or falls; ``latest`` whether the latest year is unusual beside those before it.
    """

    indicator: str
    series: pd.DataFrame
    fit: TrendFit | NotEstimable
    study: TrendStudy | None
    totals: tuple[PeriodTotal, ...]
    verdict: ChangeVerdict = NO_COMPARISON
    latest: LatestYear | NotEstimable = _NOT_ASKED


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
    events = [event for event in programme.breaks if not event.measures or measure in event.measures]
    study = study_trend(series, fit, dates=[event.valid_from for event in events], law=law)
    span = date(fit.first, 1, 1), date(fit.last, 12, 31)
    inside = [event.id for event in events if lies_inside(event, *span)]
    return Trend(
        name, series, fit, study, totals, trend_verdict(fit, study, events=inside, family=family), latest
    )
