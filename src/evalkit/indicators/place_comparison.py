"""Two places beside each other in one programme period: a rate each, and the ratio of both under the law of scatter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.person_years import person_years
from evalkit.indicators.sources import preferred
from evalkit.indicators.windows import PeriodTotal
from evalkit.programme.models import Programme
from evalkit.short_form import ShortForm
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.law.law_comparison import ratio_limits
from evalkit.statistics.law.law_score import Window
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.rates import garwood_interval
from evalkit.statistics.results import RateComparison
from evalkit.table import totals_only


@dataclass(frozen=True, slots=True)
class PlaceRate:
    """What was counted in a place, over which years, and over how many person-years.

    Attributes
    ----------
    count, years, person_years : float
    """

    count: float
    years: float
    person_years: float

    def without(self, part: PlaceRate) -> PlaceRate:
        """Return the rest of a place without a part of it, counted over the same years.

        Examples
        --------
        >>> PlaceRate(571.0, 5.0, 3e8).without(PlaceRate(69.0, 5.0, 6e6))
        PlaceRate(count=502.0, years=5.0, person_years=294000000.0)
        """
        return replace(
            self, count=self.count - part.count, person_years=self.person_years - part.person_years
        )

    def limits(self, *, level: float = 0.95) -> tuple[float, float]:
        """Return the exact (Garwood) limits of the rate a person-year."""
        lower, upper = garwood_interval(self.count, self.person_years, level=level)
        return float(lower), float(upper)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RatioOfRates(ShortForm):
    """The rate of one place over that of another.

    Attributes
    ----------
    exact : RateComparison
        Exact, if yearly counts vary by chance alone.
    lower, upper : float
        Limits under the law of scatter, never narrower than the exact ones; missing where the law is not known.
    factor : float
        How many times as much as pure chance years scatter by that law, at the mean of all years; missing with the limits.
    """

    exact: RateComparison
    lower: float
    upper: float
    factor: float


def place_rate(facts: pd.DataFrame, total: PeriodTotal, programme: Programme) -> PlaceRate:
    """Return the rate of a place from its total and its population.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of the place alone.
    total : PeriodTotal
    programme : Programme

    Returns
    -------
    PlaceRate
        ``person_years`` is missing where the population of a year is; years that were not reported do not count.
    """
    shown = preferred(totals_only(facts, programme.dimensions), programme)
    population = shown[shown["measure"].eq(programme.population)]
    if population.empty:
        return PlaceRate(total.count, total.years, math.nan)
    where = population.iloc[[0]][["province_code", "scheme"]]
    lived = person_years(where.assign(period_start=total.start, period_end=total.end), population)
    share = total.years / exposure_years(total.start, total.end)
    return PlaceRate(total.count, total.years, float(lived.iloc[0]) * share)


def wider_law(laws: Sequence[ScatterLaw | None], *, mean: float) -> ScatterLaw | None:
    """Return the law under which years scatter more at a mean; None where one of them is not known.

    Examples
    --------
    >>> narrow = ScatterLaw("quadratic", 2.0, 0.1, series=34, cells=340, degrees=272, p=0.0)
    >>> wide = ScatterLaw("linear", 4.0, 0.0, series=34, cells=340, degrees=272, p=0.0)
    >>> wider_law([narrow, wide], mean=10.0) is wide, wider_law([narrow, wide], mean=90.0) is narrow, wider_law([wide, None], mean=1.0)
    (True, True, None)
    """
    known = [law for law in laws if law is not None and law.is_known]
    if len(known) < len(laws):
        return None
    return max(known, key=lambda law: law.variance_factor(mean))


def ratio_of_rates(one: PlaceRate, other: PlaceRate, laws: Sequence[ScatterLaw | None]) -> RatioOfRates:
    """Compare the rates of two places that were counted over the same years.

    Parameters
    ----------
    one, other : PlaceRate
        The first over the second.
    laws : sequence of ScatterLaw or None
        How the yearly counts of each scatter; the wider one holds for both.

    Returns
    -------
    RatioOfRates

    Notes
    -----
    Limits of the ratio of yearly counts (:func:`evalkit.statistics.law.law_comparison.ratio_limits`), times the ratio of inhabitants.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    >>> found = ratio_of_rates(PlaceRate(20.0, 5.0, 2e6), PlaceRate(40.0, 5.0, 8e6), [law, law])
    >>> found.exact.ratio, round(found.lower, 2), round(found.upper, 2), round(found.factor, 1)
    (2.0, 0.78, 5.35, 3.4)
    """
    exact = compare_counts(
        one.count, other.count, later_exposure=one.person_years, earlier_exposure=other.person_years
    )
    mean = (one.count + other.count) / (one.years + other.years)
    law = wider_law(laws, mean=mean)
    limits = ratio_limits(Window(one.count, one.years), Window(other.count, other.years), law)
    if law is None or limits is None:
        return RatioOfRates(exact, math.nan, math.nan, math.nan)
    people = (other.person_years / other.years) / (one.person_years / one.years)
    lower, upper = min(limits[0] * people, exact.ratio_lower), max(limits[1] * people, exact.ratio_upper)
    return RatioOfRates(exact, lower, upper, law.variance_factor(mean))
