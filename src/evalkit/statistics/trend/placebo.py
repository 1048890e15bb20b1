"""Steps sought at dates where nothing is declared: how easily this series gives one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.interruption import FEWEST_EACH_SIDE, Interruption, interrupted_series


@dataclass(frozen=True, slots=True)
class PlaceboDates:
    """The declared date's step held against the steps at dates where nothing is declared.

    Attributes
    ----------
    steps : DataFrame
        ``year``, ``log_ratio``, ``p``: one row for each year before the declared date that has 3 points on each side.
    declared : float
        Log rate ratio at the declared date.
    as_large : int
        Placebo steps at least as large, whatever their direction.
    rank_p : float
        (as_large + 1) / (placebos + 1): the smallest value it can take is 1 / (placebos + 1).
    """

    steps: pd.DataFrame
    declared: float
    as_large: int
    rank_p: float

    @property
    def frame(self) -> pd.DataFrame:
        """The placebo steps, one row a year."""
        return self.steps


def placebo_dates(
    series: pd.DataFrame, *, at: date, law: ScatterLaw | None = None, level: float = 0.95
) -> PlaceboDates | NotEstimable:
    """Look for steps before the declared date, where there should be none.

    Parameters
    ----------
    series, at, law, level
        As in :func:`evalkit.statistics.trend.interruption.interrupted_series`.

    Returns
    -------
    PlaceboDates or NotEstimable
        Not estimable for the reasons of the declared date; ``too_few_points`` where no earlier year leaves three points
        on each side.

    Notes
    -----
    Only points before the declared date are used for a placebo, so that a true step cannot leak into it.

    References
    ----------
    Abadie (2021), J. Econ. Lit. 59, 391-425, on placebos in time; Bertrand, Duflo and Mullainathan (2004), Q. J. Econ. 119,
    249-275.

    Examples
    --------
    >>> counts = [12, 9, 14, 11, 10, 13, 8, 12, 6, 5, 7, 4, 5]
    >>> series = pd.DataFrame({"year": range(2008, 2021), "count": counts, "status": "reported"})
    >>> found = placebo_dates(series, at=date(2016, 1, 1))
    >>> found.steps["year"].tolist(), found.as_large, found.rank_p
    ([2011, 2012, 2013], 0, 0.25)
    """
    declared = interrupted_series(series, at=at, law=law, level=level)
    if isinstance(declared, NotEstimable):
        return declared
    year = series["year"] if "year" in series.columns else series["period_end"].dt.year
    before = series[year < at.year]
    tried = {
        int(start): interrupted_series(before, at=date(int(start), 1, 1), law=law, level=level)
        for start in sorted(year[year < at.year].unique())
    }
    rows = [
        (start, math.log(step.ratio), step.p)
        for start, step in tried.items()
        if isinstance(step, Interruption)
    ]
    if not rows:
        return NotEstimable(
            "too_few_points", {"points_before": declared.points_before, "needed": 2 * FEWEST_EACH_SIDE}
        )
    steps = pd.DataFrame(rows, columns=["year", "log_ratio", "p"])
    found = math.log(declared.ratio)
    as_large = int((steps["log_ratio"].abs() >= abs(found)).sum())
    return PlaceboDates(steps, found, as_large, (as_large + 1) / (len(steps) + 1))
