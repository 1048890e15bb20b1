"""In which year did a rate shift, given that it did once: the probability of each year, with any gamma prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalkit.errors import SettingsError
from evalkit.statistics.counts import Numbers
from evalkit.statistics.joinpoint.joinpoint_series import Columns
from evalkit.statistics.posterior import JEFFREYS
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.changepoint_scan import Scan


@dataclass(frozen=True, slots=True, eq=False)
class ShiftYear:
    """The last year before the shift, as the counts and the prior tell it.

    Attributes
    ----------
    years : ndarray of int
        Years that could be the last before the shift.
    chances : ndarray
        Their probabilities, which add up to 1.
    """

    years: np.ndarray
    chances: Numbers

    @property
    def most_likely(self) -> int:
        """The year of the largest probability; the first of several."""
        return int(self.years[self.chances.argmax()])

    @property
    def mean(self) -> float:
        """Mean year."""
        return float(self.years @ self.chances)

    def quantile(self, share: float) -> int:
        """Return the first year up to which the probabilities add up to ``share``."""
        return int(self.years[np.searchsorted(self.chances.cumsum(), share)])

    def between(self, first: int, last: int) -> float:
        """Return the probability of the years from ``first`` to ``last``, both included."""
        return float(self.chances[(self.years >= first) & (self.years <= last)].sum())

    @property
    def frame(self) -> pd.DataFrame:
        """One row per year: ``last_before``, ``probability``."""
        return pd.DataFrame({"last_before": self.years, "probability": self.chances})


def shift_year(
    frame: pd.DataFrame,
    *,
    count: str = "count",
    exposure: str | None = None,
    time: str = "year",
    outside: int = 1,
    prior: tuple[float, float] = JEFFREYS,
) -> ShiftYear | NotEstimable:
    """Return the probability of each year to be the last before a single shift of level.

    Parameters
    ----------
    frame, count, exposure, time
        As in :func:`~evalkit.statistics.trend.changepoint.changepoint`.
    outside : int
        Years each regime has at least.
    prior : tuple of float
        Shape and rate of the gamma law of both rates before the counts were seen; Jeffreys' by default.

    Returns
    -------
    ShiftYear or NotEstimable
        Not estimable: ``suppressed``, ``not_reported``.

    Raises
    ------
    FactsError
        If a year stands twice, or a count is negative, infinite or not whole.
    SettingsError
        If the regimes do not fit into the series, or the prior is no gamma law.

    Notes
    -----
    Equal chances beforehand and both rates integrated out: Gamma(y1 + a) (T1 + b)^-(y1 + a) times the same of the second
    regime, up to a factor. It is asked only after a test has found a shift: the years always share a probability of 1.

    References
    ----------
    Raftery and Akman (1986), Biometrika 73, 85-89; Carlin, Gelfand and Smith (1992), Applied Statistics 41, 389-405.

    Examples
    --------
    >>> series = pd.DataFrame({"year": range(2011, 2021), "count": [9, 7, 8, 10, 6, 2, 1, 3, 2, 1]})
    >>> found = shift_year(series, prior=(1, 1))
    >>> found.most_likely, round(found.between(2014, 2016), 3), found.quantile(0.975)
    (2015, 0.981, 2016)
    """
    series = Columns(count, time, exposure).read(frame, where="year of a shift")
    if isinstance(series, NotEstimable):
        return series
    if not 1 <= outside <= len(series.years) // 2:
        raise SettingsError(
            where=f"year of a shift, outside = {outside}",
            rule=f"each of two regimes has at least one and at most half of the {len(series.years)} years",
            do="1 is the default",
        )
    if not (prior[0] > 0 and prior[1] >= 0):
        raise SettingsError(
            where="year of a shift, prior",
            rule="a gamma law has a positive shape and a rate that is not negative",
            do="leave it out for Jeffreys' (0.5, 0)",
        )
    scan = Scan(series, outside)
    return ShiftYear(series.years[scan.places], scan.posterior(prior))
