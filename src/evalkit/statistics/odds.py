"""Two groups and two outcomes: Fisher's exact test, with the odds ratio and the limits that belong to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts

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
    law = _GivenMargins.of(cells)
    chances, seen = law.chances(math.log(null)), law.seen
    tail = min(float(chances[: seen + 1].sum()), float(chances[seen:].sum()))
    unlikely = float(chances[chances <= chances[seen] * _TIE].sum())
    return OddsRatio(*law.odds(level), min(1.0, 2 * tail), min(1.0, unlikely), level)


@dataclass(frozen=True, slots=True, eq=False)
class _GivenMargins:
    """The first cell of a table given its margins, Fisher's noncentral hypergeometric: all values that it may take, from the least on.

    Sums over all values stay quick with millions of cases, where a search value by value does not end.
    """

    log_ways: Numbers
    seen: int

    @classmethod
    def of(cls, cells: NDArray[np.int_]) -> _GivenMargins:
        row, column, total = int(cells[0].sum()), int(cells[:, 0].sum()), int(cells.sum())
        least = max(0, row + column - total)
        first = np.arange(least, min(row, column) + 1, dtype=float)
        four = np.array([first, row - first, column - first, total - row - column + first])
        return cls(-special.gammaln(1 + four).sum(axis=0), int(cells[0, 0]) - least)

    def chances(self, log_odds: float) -> Numbers:
        """Return the probability of each value."""
        raised = self.log_ways + log_odds * np.arange(len(self.log_ways))
        shares = np.exp(raised - raised.max())
        return np.asarray(shares / shares.sum())

    def odds(self, level: float) -> tuple[float, float, float]:
        """Return the odds ratio under which the value seen is the mean, and its exact limits."""
        rare, values = (1 - level) / 2, np.arange(len(self.log_ways))
        is_least, is_most = self.seen == 0, self.seen == values[-1]
        return (
            0.0
            if is_least
            else math.inf
            if is_most
            else self._where(lambda one: float(one @ values), self.seen),
            0.0 if is_least else self._where(lambda one: float(one[self.seen :].sum()), rare),
            math.inf if is_most else self._where(lambda one: -float(one[: self.seen + 1].sum()), -rare),
        )

    def _where(self, told: Callable[[Numbers], float], wanted: float) -> float:
        """Return the odds at which something told by the chances, and rising with the odds, is as wanted."""

        def off(log_odds: float) -> float:
            return float(told(self.chances(log_odds)) - wanted)

        reach = 1.0
        while off(-reach) > 0 or off(reach) < 0:
            reach *= 2
        return math.exp(optimize.brentq(off, -reach, reach, xtol=1e-13))
