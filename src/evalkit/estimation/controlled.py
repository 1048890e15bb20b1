"""A change in one place held against the change elsewhere: the exact ratio of two rate ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats.contingency import odds_ratio

from evalkit.estimation.counts import Numbers, whole_counts
from evalkit.estimation.results import NotEstimable

DISPERSED = 2.0  # variance factor of the second interval


@dataclass(frozen=True, slots=True)
class ControlledChange:
    """The change of a place over the change of those it is compared with.

    Attributes
    ----------
    ratio : float
        Rate ratio here (later over earlier) over the rate ratio there; infinite or 0 where a count is 0, missing where
        both its parts are.
    lower, upper : float
        Exact limits.
    p_central : float
        Exact two-sided p, twice the smaller tail: it agrees with the limits.
    dispersed_lower, dispersed_upper : float
        Limits if years scattered twice as much as chance (Wald, variance factor 2); missing where a count is 0.
    here, there : float
        The two rate ratios; missing where the earlier count is 0.
    level : float
        Confidence level of all limits.
    """

    ratio: float
    lower: float
    upper: float
    p_central: float
    dispersed_lower: float
    dispersed_upper: float
    here: float
    there: float
    level: float

    @property
    def frame(self) -> pd.DataFrame:
        """One row: ``quantity``, ``estimate``, ``lower``, ``upper``, ``p``."""
        row = ("ratio_of_rate_ratios", self.ratio, self.lower, self.upper, self.p_central)
        return pd.DataFrame([row], columns=["quantity", "estimate", "lower", "upper", "p"])


def controlled_change(
    here: tuple[float, float],
    there: tuple[float, float],
    *,
    here_exposure: tuple[float, float] = (1.0, 1.0),
    there_exposure: tuple[float, float] = (1.0, 1.0),
    level: float = 0.95,
) -> ControlledChange | NotEstimable:
    """Compare the change in a place with the change in others, exactly.

    Parameters
    ----------
    here, there : (later, earlier)
        Counts of the place and of those it is compared with; they share no case.
    here_exposure, there_exposure : (later, earlier)
        Years or person-years, all positive.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    ControlledChange or NotEstimable
        Not estimable: ``no_events`` where a place has no case in either period, or no place has one in one of them.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Notes
    -----
    Given the sums by place and by period, the four Poisson counts have one degree of freedom: Fisher's noncentral
    hypergeometric distribution, with the ratio of rate ratios times that of the exposures as its odds ratio. With matching
    exposures this is Fisher's exact test. It takes the years to scatter as chance makes them.

    References
    ----------
    Fisher (1935), J. R. Stat. Soc. 98, 39-82; Breslow and Day (1980), Statistical Methods in Cancer Research I, 4.2.

    Examples
    --------
    >>> change = controlled_change((12, 39), (60, 71))
    >>> round(change.ratio, 2), round(change.lower, 2), round(change.upper, 2), round(change.p_central, 4)
    (0.36, 0.16, 0.79, 0.0083)
    """
    table = whole_counts([*here, *there], where="a controlled comparison").reshape(2, 2)
    if (table.sum(axis=0) == 0).any() or (table.sum(axis=1) == 0).any():
        return NotEstimable("no_events", {"here": float(table[0].sum()), "there": float(table[1].sum())})
    time = np.array([here_exposure, there_exposure], dtype=float)
    offset = float(_cross(time))
    limits = odds_ratio(table.astype(int), kind="conditional").confidence_interval(level)
    rates = table / time
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(table[:, 1] > 0, rates[:, 0] / rates[:, 1], math.nan)
        ratio = float(_cross(rates))
    return ControlledChange(
        ratio=ratio,
        lower=float(limits.low) / offset,
        upper=float(limits.high) / offset,
        p_central=_p_central(table, offset),
        **_dispersed(table, ratio, level),
        here=float(ratios[0]),
        there=float(ratios[1]),
        level=level,
    )


def _cross(table: Numbers) -> Any:
    return table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])


def _p_central(table: Numbers, odds: float) -> float:
    """Return twice the smaller tail of the later count here, given all margins."""
    law = stats.nchypergeom_fisher(int(table.sum()), int(table[0].sum()), int(table[:, 0].sum()), odds)
    less, greater = float(law.cdf(table[0, 0])), float(law.sf(table[0, 0] - 1))
    return min(1.0, 2 * min(less, greater))


def _dispersed(table: Numbers, ratio: float, level: float) -> dict[str, float]:
    if table.min() == 0:
        return {"dispersed_lower": math.nan, "dispersed_upper": math.nan}
    reach = float(stats.norm.ppf(0.5 + level / 2)) * math.sqrt(DISPERSED * float((1 / table).sum()))
    return {"dispersed_lower": ratio * math.exp(-reach), "dispersed_upper": ratio * math.exp(reach)}
