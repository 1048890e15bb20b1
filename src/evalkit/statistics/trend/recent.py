"""The label of a recent trend: up, down, no evidence, or too little to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import fit_trend

Label = Literal["up", "down", "no_evidence", "insufficient"]

RECENT_YEARS = 5


@dataclass(frozen=True, slots=True)
class RecentTrend:
    """Where a series has been going: in its last five years, and in all of them.

    Attributes
    ----------
    recent, whole : {"up", "down", "no_evidence", "insufficient"}
        A direction only where the limits of the trend leave no change out. "no_evidence" is not "stable": it means not
        distinguishable from chance. A label judges nothing: fewer detected cases may be less crime or less detection.
    recent_fit, whole_fit : TrendFit or NotEstimable
        What each label rests on.
    first, last : int or None
        The years of the recent window; none where nothing was reported.
    """

    recent: Label
    whole: Label
    recent_fit: TrendFit | NotEstimable
    whole_fit: TrendFit | NotEstimable
    first: int | None
    last: int | None

    @property
    def frame(self) -> pd.DataFrame:
        """Two rows: ``window``, ``label``, ``apc``, ``lower``, ``upper``, ``p``; missing where there is no trend."""
        rows: list[dict[str, str | float]] = [
            {"window": window, "label": label} | trend_numbers(fit)
            for window, label, fit in (
                ("recent", self.recent, self.recent_fit),
                ("whole", self.whole, self.whole_fit),
            )
        ]
        return pd.DataFrame(rows, columns=["window", "label", "apc", "lower", "upper", "p"])


def recent_trend(
    series: pd.DataFrame,
    *,
    law: ScatterLaw | None = None,
    level: float = 0.95,
    fit: TrendFit | NotEstimable | None = None,
) -> RecentTrend:
    """Label the last five years of a series, and all of it.

    Parameters
    ----------
    series, law, level
        As in :func:`evalkit.statistics.trend.headline.fit_trend`. The window is the last five calendar years up to the last one
        that has a figure; one of them missing makes it insufficient.
    fit : TrendFit or NotEstimable, optional
        The trend of the whole series, where it has been fitted already.

    Notes
    -----
    Two windows are two tests: where both are shown, say so. Five years seldom show anything but a very steep change.

    References
    ----------
    After the recent-trend labels of the Fingertips public health profiles (Public Health England), with an exact or
    dispersed test in place of theirs.

    Examples
    --------
    >>> counts = [30, 34, 28, 33, 31, 30, 21, 14, 9, 6]
    >>> series = pd.DataFrame({"year": range(2011, 2021), "count": counts, "status": "reported"})
    >>> label = recent_trend(series)
    >>> label.recent, label.whole, label.first, label.last
    ('down', 'down', 2016, 2020)
    """
    year = (series["year"] if "year" in series.columns else series["period_end"].dt.year).astype(int)
    told = year[series["count"].notna() | (series["status"] == "suppressed")]
    whole = fit if fit is not None else fit_trend(series, law=law, level=level)
    if told.empty:
        return RecentTrend("insufficient", "insufficient", whole, whole, first=None, last=None)
    last = int(told.max())
    first = last - RECENT_YEARS + 1
    recent = fit_trend(series[year.between(first, last)], law=law, level=level)
    return RecentTrend(_label(recent), _label(whole), recent, whole, first=first, last=last)


def _label(fit: TrendFit | NotEstimable) -> Label:
    if isinstance(fit, NotEstimable):
        return "insufficient"
    if fit.lower > 0:
        return "up"
    return "down" if fit.upper < 0 else "no_evidence"


def trend_numbers(fit: TrendFit | NotEstimable) -> dict[str, float]:
    """Return a trend's estimate, limits and p for a row of a table; nothing where there is no trend.

    Examples
    --------
    >>> trend_numbers(NotEstimable("too_few_years"))
    {}
    """
    if isinstance(fit, NotEstimable):
        return {}
    return {"apc": fit.apc, "lower": fit.lower, "upper": fit.upper, "p": fit.p}
