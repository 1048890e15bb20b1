"""Two groups and two outcomes: Fisher's exact test, with the odds ratio and the limits that belong to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.stats.contingency import odds_ratio

from evalkit.errors import FactsError
from evalkit.statistics.counts import whole_counts

_TIE = 1 + 1e-7  # R's fisher.test: tables as likely as the observed one, but for rounding


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """The odds of the first group over those of the second.

    Attributes
    ----------
    ratio, lower, upper : float
        By conditional maximum likelihood, with exact limits; 0 and infinity are possible. The ratio is missing, and the
        limits are 0 and infinity, where a group or an outcome is empty: nothing is known then.
    p_central, p_minlike : float
        Exact two-sided p: twice the smaller tail, which agrees with the limits; and by Fisher's rule (what is no likelier).
    level : float
        Confidence level.
    """

    ratio: float
    lower: float
    upper: float
    p_central: float
    p_minlike: float
    level: float


def fisher_exact(table: ArrayLike, *, null: float = 1.0, level: float = 0.95) -> OddsRatio:
    """Test a table of two groups by two outcomes, given its margins.

    Parameters
    ----------
    table : array-like of float, 2 by 2
        Rows are groups: the odds ratio is (first row, first column) times (second, second) over the other two.
    null : float
        Odds ratio under the null.
    level : float
        Confidence level, strictly between 0 and 1.

    Raises
    ------
    FactsError
        If the table is not two by two, or a count is negative, missing or not whole.

    References
    ----------
    Fisher (1935), J. R. Stat. Soc. 98, 39-82; Breslow and Day (1980), Statistical Methods in Cancer Research I, 4.2.

    Examples
    --------
    >>> found = fisher_exact([[4, 6], [1, 11]])
    >>> round(found.p_minlike, 3), round(found.ratio, 2), round(found.lower, 2), round(found.upper, 1)
    (0.135, 6.68, 0.51, 393.1)
    """
    counts = whole_counts(np.asarray(table, dtype=float), where="a table of two groups by two outcomes")
    if counts.shape != (2, 2) or np.isnan(counts).any():
        raise FactsError(
            where="a table of two groups by two outcomes",
            rule="two rows, two columns, four counts",
            do="give [[a, b], [c, d]]",
        )
    cells = counts.astype(int)
    if not (cells.sum(axis=0).all() and cells.sum(axis=1).all()):
        return OddsRatio(math.nan, 0.0, math.inf, 1.0, 1.0, level)
    fitted = odds_ratio(cells)
    limits = fitted.confidence_interval(confidence_level=level)
    law = stats.nchypergeom_fisher(cells.sum(), cells[0].sum(), cells[:, 0].sum(), null)
    chances, seen = law.pmf(np.arange(cells[0].sum() + 1)), int(cells[0, 0])
    tail = min(float(chances[: seen + 1].sum()), float(chances[seen:].sum()))
    unlikely = float(chances[chances <= chances[seen] * _TIE].sum())
    numbers = float(fitted.statistic), float(limits.low), float(limits.high)
    return OddsRatio(*numbers, min(1.0, 2 * tail), min(1.0, unlikely), level)
