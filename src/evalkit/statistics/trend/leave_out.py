"""A trend fitted again without each year in turn: does one single year carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.exact_trends import annual_percent_change, exact_trend
from evalkit.statistics.trend.headline import (
    EXACT,
    ObservedYears,
    WayToFit,
    fit_trend,
    observed_years,
    way_to_fit,
    why_no_trend,
)
from evalkit.statistics.trend.loglinear import NO_ALPHA
from evalkit.statistics.trend.loglinear_batch import PartialTrends


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """A trend fitted again without each year in turn.

    Attributes
    ----------
    fits : DataFrame
        ``year`` (the one left out), ``apc``, ``lower``, ``upper``, ``p``; a year without which there is no trend to fit has
        missing values.
    least, most : float
        Range of the annual percent change.
    decisive : int
        The year without which it changes most.
    same_sign, same_verdict : bool
        Whether every fit has the headline's sign, and its verdict at the level of its limits.
    """

    fits: pd.DataFrame
    least: float
    most: float
    decisive: int
    same_sign: bool
    same_verdict: bool

    @property
    def frame(self) -> pd.DataFrame:
        """The fits, one row per year left out."""
        return self.fits


def leave_one_year_out(
    series: pd.DataFrame,
    *,
    law: ScatterLaw | None = None,
    level: float = 0.95,
    fit: TrendFit | NotEstimable | None = None,
) -> LeaveOneOut | NotEstimable:
    """Fit a trend again without each year in turn.

    Parameters
    ----------
    series, law, level
        As in :func:`evalkit.statistics.trend.headline.fit_trend`.
    fit : TrendFit or NotEstimable, optional
        The trend of the whole series, where it has been fitted already.

    Returns
    -------
    LeaveOneOut or NotEstimable
        Not estimable for the reasons of the whole series; ``too_few_years`` where leaving one out leaves fewer than 5.

    References
    ----------
    Belsley, Kuh and Welsch (1980), Regression Diagnostics, ch. 2.

    Examples
    --------
    >>> counts = [9, 14, 8, 12, 5, 9, 4, 7, 2, 3]
    >>> series = pd.DataFrame({"year": range(2010, 2020), "count": counts, "status": "reported"})
    >>> found = leave_one_year_out(series)
    >>> round(found.least, 1), round(found.most, 1), found.decisive, found.same_sign
    (-16.3, -11.1, 2010, True)
    """
    whole = fit if fit is not None else fit_trend(series, law=law, level=level)
    if isinstance(whole, NotEstimable):
        return whole
    frame = _fits(observed_years(series), law, level)
    told = frame.dropna()
    if told.empty:
        return NotEstimable("too_few_years", {"years": len(whole.years_used)})
    return LeaveOneOut(
        fits=frame,
        least=float(told["apc"].min()),
        most=float(told["apc"].max()),
        decisive=int(told["year"].iloc[int((told["apc"] - whole.apc).abs().argmax())]),
        same_sign=bool(((told["apc"] > 0) == (whole.apc > 0)).all()),
        same_verdict=bool(((told["p"] < 1 - level) == (whole.p < 1 - level)).all()),
    )


def _fits(years: ObservedYears, law: ScatterLaw | None, level: float) -> pd.DataFrame:
    """Return the headline without each year in turn, all in one batch; missing where there is no trend to fit."""
    rests = [years.without(place) for place in range(len(years.years))]
    fitted = [place for place, rest in enumerate(rests) if why_no_trend(rest) is None]
    ways = [
        way_to_fit(law, total=rests[place].total, mean=float(rests[place].counts.mean())) for place in fitted
    ]
    found = np.full((len(rests), 4), np.nan)
    if fitted:
        found[fitted] = _of_models(years, fitted, ways, level)
    for place, way in zip(fitted, ways, strict=True):
        if way.method == EXACT:
            exact = exact_trend(**rests[place].as_arguments(), level=level)
            found[place] = exact.apc, exact.apc_lower, exact.apc_upper, exact.p_central
    frame = pd.DataFrame(found, columns=["apc", "lower", "upper", "p"])
    frame.insert(0, "year", years.years)
    return frame


def _of_models(years: ObservedYears, places: list[int], ways: list[WayToFit], level: float) -> Numbers:
    """Return change, limits and p of the log-linear models: by the score where an alpha is given, else Wald's."""
    kept = ~np.eye(len(years.years), dtype=bool)[:, places]
    alpha = np.array([way.alpha if way.alpha > NO_ALPHA else 0.0 for way in ways])
    trends = PartialTrends(years.counts, years.scores, years.exposure, kept, alpha)
    slopes, left = trends.slopes(), len(years.years) - 3
    if alpha.any():
        limits = trends.score_limits(slopes, level=level)
        p = 2 * stats.norm.sf(np.abs(trends.scores(np.zeros(len(places)))))
    else:
        own = np.maximum(1.0, trends.pearson(slopes) / left)
        dispersion = np.array([way.dispersion or factor for way, factor in zip(ways, own, strict=True)])
        degrees = np.array([left if way.dispersion is None else way.degrees for way in ways])
        error = trends.standard_errors(slopes) * np.sqrt(dispersion)
        reach = stats.t.ppf(0.5 + level / 2, degrees) * error
        limits, p = (slopes - reach, slopes + reach), 2 * stats.t.sf(np.abs(slopes / error), degrees)
    changes = [[annual_percent_change(slope) for slope in some] for some in (slopes, *limits)]
    return np.column_stack([*changes, p])
