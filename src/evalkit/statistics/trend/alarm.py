"""How large a next count may be before it is unusual: for a year, and for a quarter with its season."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.points import Points, observed_points
from evalkit.statistics.posterior import bound_of_next, chance_of_at_most
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.season import season_columns
from evalkit.statistics.trend.loglinear_regression import (
    LoglinearRegression,
    loglinear_regression,
    variance_factor,
)

FEWEST_YEARS = 3
FEWEST_QUARTERS = 8

YEARLY = "yearly, Jeffreys predictive, years taken to scatter as pure chance would make them"
YEARLY_BY_LAW = "yearly, Jeffreys predictive, years scattering by the law of the panel"
QUARTERLY = "quarterly with season, negative binomial predictive"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the next count may be if nothing changes.

    Attributes
    ----------
    expected : float
        Expected count.
    bound_95, bound_99 : float
        Counts above these have a chance of at most 5 % and 1 %.
    observed : float
        The count held against them; missing where none was given.
    chance : float
        Chance of so large a count or a larger one; missing without one.
    method : str
        ``yearly, Jeffreys predictive`` and how years are taken to scatter, or ``quarterly with season, negative binomial
        predictive``.
    points : int
        Baseline points.
    dispersion : float
        Variance factor of a count about its expectation, never below 1 (1 for yearly counts without a law).
    """

    expected: float
    bound_95: float
    bound_99: float
    observed: float
    chance: float
    method: str
    points: int
    dispersion: float

    @property
    def is_unusual(self) -> bool:
        """Whether the observed count lies above the 99 % bound."""
        return self.observed > self.bound_99

    @property
    def frame(self) -> pd.DataFrame:
        """One row: ``expected``, ``bound_95``, ``bound_99``, ``observed``, ``chance``."""
        names = ["expected", "bound_95", "bound_99", "observed", "chance"]
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def yearly_alarm(
    series: pd.DataFrame,
    *,
    observed: float = math.nan,
    exposure: float = 1.0,
    law: ScatterLaw | None = None,
) -> Alarm | NotEstimable:
    """Return what the next year's count may be, from a baseline of yearly counts.

    Parameters
    ----------
    series : DataFrame, one row per year
        The baseline: ``year``, ``count``, ``status``, and ``exposure`` where there is one; without the year to be judged.
    observed : float
        The count to be judged, if any.
    exposure : float
        Of the year to be judged.
    law : ScatterLaw, optional
        How years scatter; without one, or with an unknown one, as pure chance would make them, and the method says so. Where
        they do not, one quiet year in ten or more then lies above the 99 % bound.

    Returns
    -------
    Alarm or NotEstimable
        Not estimable: ``suppressed``, ``too_few_years`` (fewer than 3).

    Raises
    ------
    FactsError
        If a year stands twice, or a count is negative or not whole.

    Notes
    -----
    Gamma posterior of the rate with Jeffreys' prior and negative binomial prediction; under a law beta negative binomial
    (:func:`~evalkit.statistics.posterior.chance_of_at_most`). Without trend. A baseline of zeros has a bound too.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 2.6; how often quiet years lie above the bounds: benchmarks/calibration.py.

    Examples
    --------
    >>> series = pd.DataFrame({"year": range(2015, 2020), "count": [9, 8, 10, 7, 5], "status": "reported"})
    >>> alarm = yearly_alarm(series, observed=15)
    >>> alarm.bound_95, alarm.bound_99, round(alarm.chance, 3), alarm.is_unusual
    (13.0, 16.0, 0.026, False)
    >>> law = ScatterLaw("quadratic", 4.0, 0.41, series=60, cells=600, degrees=480, p=0.0)
    >>> yearly_alarm(series, observed=15, law=law).bound_99
    34.0
    """
    points = observed_points(series)
    if (series["status"] == "suppressed").any():
        return NotEstimable("suppressed")
    if len(points.time) < FEWEST_YEARS:
        return NotEstimable("too_few_years", {"years": len(points.time), "needed": FEWEST_YEARS})
    count, years = points.total, float(points.exposure.sum()) / exposure  # years as large as the one judged
    known = law is not None and law.is_known
    expected = (count + 0.5) / years
    at_least = math.nan
    if not math.isnan(observed):
        at_least = 1 - chance_of_at_most(math.ceil(observed) - 1, count=count, years=years, law=law)
    return Alarm(
        expected=expected,
        bound_95=bound_of_next(0.95, count=count, years=years, law=law),
        bound_99=bound_of_next(0.99, count=count, years=years, law=law),
        observed=observed,
        chance=at_least,
        method=YEARLY_BY_LAW if known else YEARLY,
        points=len(points.time),
        dispersion=law.variance_factor(expected) if law is not None and known else 1.0,
    )


def quarterly_alarm(
    series: pd.DataFrame,
    *,
    quarter: int,
    observed: float = math.nan,
    exposure: float = 1.0,
    law: ScatterLaw | None = None,
) -> Alarm | NotEstimable:
    """Return what the count of the next such quarter may be, from a baseline of quarters.

    Parameters
    ----------
    series : DataFrame, one row per quarter
        The baseline: ``year``, ``quarter`` (1 to 4), ``count``, ``status``, and ``exposure`` where there is one; without
        the quarter to be judged.
    quarter : int
        The quarter to be judged, 1 to 4.
    observed : float
        Its count, if any.
    exposure : float
        Its exposure.
    law : ScatterLaw, optional
        Scatter of a panel of quarters; without it the dispersion is the series' own.

    Returns
    -------
    Alarm or NotEstimable
        Not estimable: ``suppressed``, ``too_few_points`` (fewer than 8 quarters), ``no_events``, ``insufficient_events``
        (no season can be told, for instance because one quarter never had a case).

    Raises
    ------
    FactsError
        If a quarter stands twice or is none, or a count is negative or not whole.

    Notes
    -----
    Quasi-Poisson regression on the season (each quarter its own level from 4 years on, one yearly wave below), without
    trend: an alarm asks whether the count is unusual beside what has been. Negative binomial with the variance of the count
    about its expectation and of the expectation itself.

    References
    ----------
    Farrington et al. (1996), J. R. Stat. Soc. A 159, 547-563; Noufaily et al. (2013), Stat. Med. 32, 1206-1222.

    Examples
    --------
    >>> quarters = pd.DataFrame({"year": np.repeat(range(2016, 2020), 4), "quarter": np.tile([1, 2, 3, 4], 4)})
    >>> series = quarters.assign(count=[9, 2, 5, 4, 8, 3, 6, 4, 11, 2, 4, 5, 8, 1, 5, 3], status="reported")
    >>> first, second = (quarterly_alarm(series, quarter=number, observed=9) for number in (1, 2))
    >>> first.is_unusual, second.is_unusual, round(first.expected), round(second.expected)
    (False, True, 9, 2)
    """
    if (series["status"] == "suppressed").any():
        return NotEstimable("suppressed")
    points = observed_points(series)
    known: dict[str, float | int | str] = {"points": len(points.time), "total": points.total}
    if len(points.time) < FEWEST_QUARTERS or not points.is_quarterly:
        return NotEstimable("too_few_points", known | {"needed": FEWEST_QUARTERS})
    if points.total == 0:
        return NotEstimable("no_events", known)
    season = season_columns(points.quarter)
    fit = loglinear_regression(points.counts, season, exposure=points.exposure)
    if fit is None:
        return NotEstimable("insufficient_events", known)
    factor, _, _ = variance_factor(fit, law, mean=float(points.counts.mean()))
    expected, error = _next(fit, points, quarter)
    expected *= exposure
    prediction = _predictive(expected, factor * (expected + (error * expected) ** 2))
    return Alarm(
        expected=expected,
        bound_95=float(prediction.ppf(0.95)),
        bound_99=float(prediction.ppf(0.99)),
        observed=observed,
        chance=float(prediction.sf(observed - 1)) if not math.isnan(observed) else math.nan,
        method=QUARTERLY,
        points=len(points.time),
        dispersion=factor,
    )


def _next(fit: LoglinearRegression, points: Points, quarter: int) -> tuple[float, float]:
    """Return the expected count of a quarter per exposure, and the standard error of its logarithm at dispersion 1."""
    season = season_columns(np.array([quarter]), points=len(points.time)).assign(level=1.0)
    row, covariance = season[fit.coefficients.index].to_numpy()[0], fit.covariance.to_numpy()
    return math.exp(row @ fit.coefficients.to_numpy()), math.sqrt(row @ covariance @ row)


def _predictive(mean: float, variance: float) -> stats.distributions.rv_frozen:
    """Return the negative binomial distribution of that mean and variance."""
    size = mean**2 / (variance - mean)
    return stats.nbinom(size, size / (size + mean))
