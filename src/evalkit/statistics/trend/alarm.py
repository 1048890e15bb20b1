"""How large the count of a next year may be before it is unusual."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.points import observed_points
from evalkit.statistics.posterior import bound_of_next, chance_of_at_most
from evalkit.statistics.results import NotEstimable

FEWEST_YEARS = 3

YEARLY = "yearly, Jeffreys predictive, years taken to scatter as pure chance would make them"
YEARLY_BY_LAW = "yearly, Jeffreys predictive, years scattering by the law of the panel"


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
        ``yearly, Jeffreys predictive`` and how years are taken to scatter.
    points : int
        Baseline points.
    dispersion : float
        Variance factor of a count about its expectation, never below 1 (1 without a law).
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
