"""The headline trend of one yearly series: which method, decided by the panel and never by the series' own look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.rates import garwood_interval
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.exact_trends import (
    LARGEST_TOTAL,
    ExactTrend,
    exact_trend,
)
from evalkit.statistics.trend.loglinear import loglinear_trend
from evalkit.table import WITH_VALUE, refuse_repeated

__all__ = ["exact_trend", "fit_trend", "loglinear_trend"]

FEWEST_YEARS = 5
FEWEST_EVENTS = 4
SMALL_TOTAL = 30
POISSON_LIKE = 1.2

EXACT = "exact conditional"
NEGATIVE_BINOMIAL = "negative binomial"
POOLED = "quasi-Poisson, pooled dispersion"
OWN = "quasi-Poisson, own dispersion"


def fit_trend(
    series: pd.DataFrame, *, law: ScatterLaw | None = None, level: float = 0.95
) -> TrendFit | NotEstimable:
    """Fit the trend of one yearly series, or say why there is none.

    Parameters
    ----------
    series : DataFrame, one row per year
        ``year`` (int; or ``period_end``, whose year counts), ``count``, ``status``; ``exposure`` (person-years) where the
        trend is one of rates. A year without a figure is left out, never taken as 0.
    law : ScatterLaw, optional
        Scatter of the whole panel; without it the dispersion is the series' own.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    TrendFit or NotEstimable
        Not estimable: ``suppressed`` (a hidden year is neither 0 nor guessed), ``not_reported``, ``too_few_years``
        (fewer than 5), ``no_events``, ``insufficient_events`` (fewer than 4, or all in one year; ``detail`` holds the
        exact p).

    Raises
    ------
    FactsError
        If a year stands twice, or a count is negative or not whole.

    Notes
    -----
    Fewer than 30 cases and a panel dispersion of at most 1.2: the exact conditional test and its limits. Otherwise a
    log-linear model, negative binomial (tested by its score) where the panel's variance is quadratic in the mean,
    quasi-Poisson with the pooled dispersion (never below 1) where it is linear; quasi-Poisson with the series' own dispersion and t limits where no panel
    tells. Dependence between years cannot be seen or mended in so short a series.

    References
    ----------
    Fay (2010), R Journal 2, 53-58; McCullagh and Nelder (1989), Generalized Linear Models, ch. 9.

    Examples
    --------
    >>> series = pd.DataFrame({"year": range(2015, 2021), "count": [6, 5, 3, 3, 1, 1], "status": "reported"})
    >>> fit = fit_trend(series, law=ScatterLaw("linear", 1.1, 0.0, series=60, cells=600, degrees=480, p=0.2))
    >>> fit.method, round(fit.apc), round(fit.lower), round(fit.upper), round(fit.p, 3)
    ('exact conditional', -30, -49, -6, 0.015)
    """
    if (series["status"] == "suppressed").any():
        return NotEstimable("suppressed")
    years = observed_years(series)
    return why_no_trend(years) or _fit(years, law, level)


@dataclass(frozen=True, slots=True)
class ObservedYears:
    """The years observed: their numbers, counts and exposures."""

    years: np.ndarray
    counts: Numbers
    exposure: Numbers

    @property
    def total(self) -> float:
        return float(self.counts.sum())

    @property
    def scores(self) -> np.ndarray:
        return np.asarray(self.years - self.years.min())

    def as_arguments(self) -> dict[str, Any]:
        """Return what the trend functions take."""
        return {"counts": self.counts, "years": self.years.tolist(), "exposure": self.exposure}

    def without(self, place: int) -> ObservedYears:
        keep = np.arange(len(self.years)) != place
        return ObservedYears(self.years[keep], self.counts[keep], self.exposure[keep])


@dataclass(frozen=True, slots=True)
class WayToFit:
    """How a trend is fitted: its method, the negative binomial alpha, the variance factor (None is the series' own) and its degrees."""

    method: str
    alpha: float = 0.0
    dispersion: float | None = 1.0
    degrees: float = math.inf


def way_to_fit(law: ScatterLaw | None, *, total: float, mean: float) -> WayToFit:
    """Return how a series is fitted: decided by the panel's law of scatter, its total and its mean, never by its own look.

    Examples
    --------
    >>> way_to_fit(None, total=50, mean=5.0).method, way_to_fit(None, total=50, mean=5.0).dispersion
    ('quasi-Poisson, own dispersion', None)
    """
    if law is None or not law.is_known:
        return WayToFit(OWN, dispersion=None)
    if total < SMALL_TOTAL and law.own * law.phi <= POISSON_LIKE:
        return WayToFit(EXACT)
    if law.form == "quadratic":
        return WayToFit(NEGATIVE_BINOMIAL, alpha=law.alpha_at(mean) if law.own > 1 else law.alpha)
    return WayToFit(POOLED, dispersion=law.own * max(1.0, law.phi), degrees=law.trend_degrees)


def observed_years(series: pd.DataFrame) -> ObservedYears:
    """Return the years of a series that have a figure and an exposure, in order; a year that stands twice is refused."""
    rows = series[series["status"].isin(WITH_VALUE) & series["count"].notna()]
    year = rows["year"] if "year" in rows.columns else rows["period_end"].dt.year
    rows = rows.assign(year=year.astype(int)).sort_values("year")
    refuse_repeated(rows, ["year"], where="trend")
    exposure = rows["exposure"].to_numpy(dtype=float) if "exposure" in rows.columns else np.ones(len(rows))
    counted = exposure > 0
    counts = whole_counts(rows["count"], where="trend", labels=lambda: rows["year"])
    return ObservedYears(rows["year"].to_numpy()[counted], counts[counted], exposure[counted])


def why_no_trend(years: ObservedYears) -> NotEstimable | None:
    """Return why years carry no trend, or None."""
    known: dict[str, float | int | str] = {"years": len(years.years), "total": years.total}
    if not len(years.years):
        return NotEstimable("not_reported")
    if len(years.years) < FEWEST_YEARS:
        return NotEstimable("too_few_years", known)
    if years.total == 0:
        _, upper = garwood_interval(0, float(years.exposure.sum()))
        return NotEstimable("no_events", known | {"exact_p": 1.0, "upper_per_exposure": float(upper)})
    if years.total < FEWEST_EVENTS or (years.counts > 0).sum() < 2:
        return NotEstimable(
            "insufficient_events", known | {"exact_p": exact_trend(**years.as_arguments()).p_central}
        )
    return None


def _fit(years: ObservedYears, law: ScatterLaw | None, level: float) -> TrendFit:
    exact = exact_trend(**years.as_arguments(), level=level) if years.total <= LARGEST_TOTAL else None
    poisson = loglinear_trend(**years.as_arguments(), level=level)
    own = poisson.pearson_chi2 / poisson.degrees
    pooled = law.phi if law is not None and law.is_known else math.nan
    return TrendFit(
        **_headline(years, exact, law, level),
        dispersion=own if math.isnan(pooled) else pooled,
        series_dispersion=own,
        dispersion_p=float(stats.chi2.sf(poisson.pearson_chi2, poisson.degrees)),
        years_used=tuple(years.years.tolist()),
        first=int(years.years[0]),
        last=int(years.years[-1]),
        total=years.total,
        exact_p=exact.p_central if exact else math.nan,
        exact_lower=exact.apc_lower if exact else math.nan,
        exact_upper=exact.apc_upper if exact else math.nan,
        zeros=int((years.counts == 0).sum()),
        zeros_expected=float(np.exp(-poisson.fitted).sum()),
        level=level,
        flags=_flags(years, pooled, own),
    )


def _headline(
    years: ObservedYears, exact: ExactTrend | None, law: ScatterLaw | None, level: float
) -> dict[str, Any]:
    """Return the estimate, limits and p of the method that the panel and the total choose."""
    way = way_to_fit(law, total=years.total, mean=float(years.counts.mean()))
    if exact is not None and way.method == EXACT:
        return {
            "apc": exact.apc,
            "lower": exact.apc_lower,
            "upper": exact.apc_upper,
            "p": exact.p_central,
            "method": EXACT,
        }
    fit = loglinear_trend(
        **years.as_arguments(),
        alpha=way.alpha,
        dispersion=way.dispersion,
        degrees=way.degrees,
        level=level,
    )
    return {
        "apc": fit.apc,
        "lower": fit.apc_lower,
        "upper": fit.apc_upper,
        "p": fit.p,
        "method": way.method,
    }


def _flags(years: ObservedYears, pooled: float, own: float) -> tuple[str, ...]:
    said = {
        "own_dispersion": math.isnan(pooled),
        "underdispersed": (own if math.isnan(pooled) else pooled) < 1,
        "years_missing": int(np.ptp(years.years)) + 1 > len(years.years),
    }
    return tuple(flag for flag, holds in said.items() if holds)
