"""What every headline carries beside it: the smallest change it could show, and how little would explain it otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.power import TARGET_POWER
from evalkit.statistics.results import NotEstimable, RateComparison, TrendFit
from evalkit.statistics.trend.leave_out import LeaveOneOut, leave_one_year_out
from evalkit.statistics.trend.tipping import TippingPoint, tipping_point


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a headline rests on.

    Attributes
    ----------
    detectable_fall : float
        Smallest fall, in percent (of a period against another, or a year), that data like these show in four of five
        cases; missing where even a fall to zero would not be shown that often.
    tipping : TippingPoint
        The change of detection that explains the headline alone; for a trend the change every year.
    tipping_whole : float
        For a trend: the same over all its years, in percent; else that of ``tipping``.
    leave_one_out : LeaveOneOut, NotEstimable or None
        For a trend: what is left of it without each year.
    """

    detectable_fall: float
    tipping: TippingPoint
    tipping_whole: float
    leave_one_out: LeaveOneOut | NotEstimable | None

    @property
    def frame(self) -> pd.DataFrame:
        """One row per check: ``check``, ``value``, ``lower``, ``upper``, all in percent."""
        rows = [
            ("detectable_fall", self.detectable_fall, math.nan, math.nan),
            ("detection_alone", self.tipping.percent, math.nan, math.nan),
            ("detection_alone_to_limit", self.tipping.limit_percent, math.nan, math.nan),
        ]
        if isinstance(self.leave_one_out, LeaveOneOut):
            rows.append(("leave_one_year_out", math.nan, self.leave_one_out.least, self.leave_one_out.most))
        return pd.DataFrame(rows, columns=["check", "value", "lower", "upper"])


def sensitivity_of_change(change: RateComparison) -> Sensitivity:
    """Return what the comparison of two periods rests on.

    Parameters
    ----------
    change : RateComparison

    Examples
    --------
    >>> from evalkit.statistics.comparisons import compare_counts
    >>> rests_on = sensitivity_of_change(compare_counts(23, 39, later_exposure=5, earlier_exposure=5))
    >>> rests_on.detectable_fall, round(rests_on.tipping.percent)
    (56.0, -41)
    """
    tipping = tipping_point(change.ratio, change.ratio_lower, change.ratio_upper)
    return Sensitivity(
        detectable_fall=round(100 * change.minimum_detectable_fall, 6),
        tipping=tipping,
        tipping_whole=tipping.percent,
        leave_one_out=None,
    )


def sensitivity_of_trend(
    series: pd.DataFrame, fit: TrendFit, *, law: ScatterLaw | None = None
) -> Sensitivity:
    """Return what a trend rests on.

    Parameters
    ----------
    series : DataFrame
        The series that was fitted.
    fit : TrendFit
        Its trend.
    law : ScatterLaw, optional
        As it was given to the fit.

    Notes
    -----
    The smallest fall that would be shown is taken from the width of the trend's own limits, as if the true trend were
    none: (z of the level + z of the power) standard errors on the log scale.

    Examples
    --------
    >>> from evalkit.statistics.trend.headline import fit_trend
    >>> counts = [9, 14, 8, 12, 5, 9, 4, 7, 2, 3]
    >>> series = pd.DataFrame({"year": range(2010, 2020), "count": counts, "status": "reported"})
    >>> fit = fit_trend(series)
    >>> rests_on = sensitivity_of_trend(series, fit)
    >>> round(fit.apc, 1), round(rests_on.detectable_fall, 1), round(rests_on.tipping_whole)
    (-13.0, 13.3, -72)
    """
    tipping = tipping_point(*(1 + percent / 100 for percent in (fit.apc, fit.lower, fit.upper)))
    return Sensitivity(
        detectable_fall=detectable_fall(fit),
        tipping=tipping,
        tipping_whole=100 * (tipping.ratio ** (fit.last - fit.first) - 1),
        leave_one_out=leave_one_year_out(series, law=law, level=fit.level, fit=fit),
    )


def detectable_fall(fit: TrendFit, *, power: float = TARGET_POWER) -> float:
    """Return the smallest yearly fall, in percent, that a trend with limits as wide as these would show.

    Parameters
    ----------
    fit : TrendFit
    power : float
        Probability wanted of showing it.

    Returns
    -------
    float
        Missing where a limit is open (-100 % or infinite).

    Examples
    --------
    >>> from evalkit.statistics.trend.headline import fit_trend
    >>> counts = [9, 14, 8, 12, 5, 9, 4, 7, 2, 3]
    >>> series = pd.DataFrame({"year": range(2010, 2020), "count": counts, "status": "reported"})
    >>> round(detectable_fall(fit_trend(series)), 1)
    13.3
    """
    if fit.lower <= -100 or math.isinf(fit.upper):
        return math.nan
    bound = float(stats.norm.ppf(0.5 + fit.level / 2))
    error = (math.log1p(fit.upper / 100) - math.log1p(fit.lower / 100)) / (2 * bound)
    return -100 * math.expm1(-(bound + float(stats.norm.ppf(power))) * error)
