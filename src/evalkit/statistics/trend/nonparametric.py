"""A monotone trend without a model: Mann-Kendall's test and Sen's slope, the robustness row beside the headline trend."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.results import NotEstimable

FEWEST = 8
LARGEST_EXACT = 50  # values: beyond it the normal law is as good


@dataclass(frozen=True, slots=True)
class MonotoneTrend:
    """Mann-Kendall's test of a monotone trend, and Sen's slope.

    Attributes
    ----------
    statistic, variance : float
        Pairs of years that rise minus pairs that fall, and the variance of that number without trend, ties counted.
    tau : float
        Kendall's tau-b: -1 always falling, 1 always rising.
    z : float
        The statistic standardised, one step nearer to 0 (continuity); 0 where nothing varies.
    p : float
        Two-sided p: exact where no values are equal (up to 50 of them), else normal.
    method : str
        ``exact`` or ``normal, tie corrected``.
    sen, sen_lower, sen_upper : float
        Median change a year of all pairs of years, and its limits.
    years, zeros, tied : int
        Values, values that are 0, values that another equals.
    level : float
        Confidence level of the limits.
    flags : tuple of str
        ``many_zeros``: more than a quarter of the values are 0, a floor that hides a fall.
    """

    statistic: float
    variance: float
    tau: float
    z: float
    p: float
    method: str
    sen: float
    sen_lower: float
    sen_upper: float
    years: int
    zeros: int
    tied: int
    level: float
    flags: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row: ``quantity`` (sen_slope), ``estimate``, ``lower``, ``upper``, ``p``."""
        row = ("sen_slope", self.sen, self.sen_lower, self.sen_upper, self.p)
        return pd.DataFrame([row], columns=["quantity", "estimate", "lower", "upper", "p"])


def mann_kendall(
    values: ArrayLike, *, years: ArrayLike | None = None, level: float = 0.95, fewest: int = FEWEST
) -> MonotoneTrend | NotEstimable:
    """Test values for a monotone trend.

    Parameters
    ----------
    values : array-like of float
        Rates or counts in order of time; a missing one is left out with its year.
    years : array-like of float, optional
        When each was; one after the other by default.
    level : float
        Confidence level of the limits of the slope, strictly between 0 and 1.
    fewest : int
        Values below which nothing is said: with fewer than 8 hardly any trend can be seen.

    Returns
    -------
    MonotoneTrend or NotEstimable
        Not estimable: ``too_few_years`` (fewer than ``fewest``, or than 3).

    Notes
    -----
    No model and no dispersion is needed; years must be independent, and equal exposures make counts comparable (else give
    rates). Zeros are ties: a series that has reached 0 cannot be seen to fall on.

    References
    ----------
    Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods; Sen (1968), J. Am. Stat. Assoc. 63,
    1379-1389; limits as in Gilbert (1987), Statistical Methods for Environmental Pollution Monitoring, 16.4.

    Examples
    --------
    >>> trend = mann_kendall([9, 8, 10, 7, 5, 6, 4, 5, 4, 4, 0, 0])
    >>> round(trend.p, 4), trend.sen, trend.sen_lower, trend.sen_upper
    (0.0003, -0.8, -1.0, -0.5)
    """
    every = np.asarray(values, dtype=float)
    when = np.arange(len(every), dtype=float) if years is None else np.asarray(years, dtype=float)
    seen, when = every[~np.isnan(every)], when[~np.isnan(every)]
    if len(seen) < max(fewest, 3):
        return NotEstimable("too_few_years", {"years": len(seen), "needed": max(fewest, 3)})
    first, second = np.triu_indices(len(seen), k=1)
    rises = np.sign((seen[second] - seen[first]) * np.sign(when[second] - when[first]))
    statistic, variance = float(rises.sum()), _variance(seen)
    exact = len(np.unique(seen)) == len(seen) <= LARGEST_EXACT
    z = (statistic - np.sign(statistic)) / math.sqrt(variance) if variance > 0 else 0.0
    slopes = np.sort((seen[second] - seen[first]) / (when[second] - when[first]))
    lower, upper = _sen_limits(slopes, variance, level)
    return MonotoneTrend(
        statistic=statistic,
        variance=variance,
        tau=_tau(seen, when),
        z=float(z),
        p=_p_exact(seen, when) if exact else min(1.0, 2 * float(stats.norm.sf(abs(z)))),
        method="exact" if exact else "normal, tie corrected",
        sen=float(np.median(slopes)),
        sen_lower=lower,
        sen_upper=upper,
        years=len(seen),
        zeros=int((seen == 0).sum()),
        tied=int(((seen[:, None] == seen).sum(axis=1) > 1).sum()),
        level=level,
        flags=("many_zeros",) if (seen == 0).mean() > 0.25 else (),
    )


def _variance(values: Numbers) -> float:
    ties = np.unique(values, return_counts=True)[1]
    years = len(values)
    return float(years * (years - 1) * (2 * years + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18


def _tau(values: Numbers, when: Numbers) -> float:
    """Return tau-b; 0 where nothing varies."""
    return float(stats.kendalltau(when, values).statistic) if np.ptp(values) > 0 else 0.0


def _p_exact(values: Numbers, when: Numbers) -> float:
    return float(stats.kendalltau(when, values, method="exact").pvalue)


def _sen_limits(slopes: Numbers, variance: float, level: float) -> tuple[float, float]:
    reach = float(stats.norm.ppf(0.5 + level / 2)) * math.sqrt(variance)
    below, above = round((len(slopes) - reach) / 2), round((len(slopes) + reach) / 2 + 1)
    return float(slopes[max(below, 1) - 1]), float(slopes[min(above, len(slopes)) - 1])
