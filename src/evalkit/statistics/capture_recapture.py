"""How many there are in all, from the overlap of two lists: only where the overlap is large enough to say."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.counts import whole_counts
from evalkit.statistics.results import NotEstimable

FEWEST_IN_BOTH = 7


@dataclass(frozen=True, slots=True)
class HiddenTotal:
    """An estimate of all persons, on either list or on none.

    Attributes
    ----------
    total, se : float
        Chapman's estimate and Seber's standard error.
    lower, upper : float
        Log-normal limits of the persons on neither list, added to those seen: never below the persons seen.
    seen : float
        Persons on at least one list.
    level : float
        Confidence level.
    """

    total: float
    se: float
    lower: float
    upper: float
    seen: float
    level: float


def two_lists(
    first: float, second: float, *, both: float, level: float = 0.95, fewest: int = FEWEST_IN_BOTH
) -> HiddenTotal | NotEstimable:
    """Estimate how many there are in all from two lists.

    Parameters
    ----------
    first, second : float
        Persons on each list.
    both : float
        Persons on both, matched one by one.
    level : float
        Confidence level, strictly between 0 and 1.
    fewest : int
        Persons on both lists below which nothing is said.

    Returns
    -------
    HiddenTotal or NotEstimable
        Not estimable: ``not_reported`` (a figure is missing); ``small_overlap`` (fewer than ``fewest`` persons on both
        lists: with fewer than 7 the estimate is biased and hardly bounded).

    Raises
    ------
    FactsError
        If a figure is negative or not whole, or more persons are on both lists than on one.

    Notes
    -----
    Holds only if being on one list makes nobody likelier or less likely to be on the other. Lists of one police and one
    border guard who refer to each other break this, and two lists cannot show it.

    References
    ----------
    Chapman (1951), Univ. Calif. Publ. Stat. 1, 131-160; Seber (1982), The Estimation of Animal Abundance, 60; Robson and
    Regier (1964), Trans. Am. Fish. Soc. 93, 215-226 (at least 7 in both); Chao (1989), Biometrics 45, 427-438 (limits).

    Examples
    --------
    >>> found = two_lists(54, 37, both=12)
    >>> round(found.total, 1), round(found.se, 1), found.seen
    (159.8, 30.5, 79.0)
    """
    a, b, m = (float(one) for one in whole_counts([first, second, both], where="two lists"))
    if math.isnan(a + b + m):
        return NotEstimable("not_reported")
    if m > min(a, b):
        raise FactsError(
            where="two lists",
            rule="nobody is on both lists without being on each",
            do="correct the figures, or match the persons again",
        )
    if m < fewest:
        return NotEstimable("small_overlap", {"both": m, "seen": a + b - m})
    total = (a + 1) * (b + 1) / (m + 1) - 1
    variance = (a + 1) * (b + 1) * (a - m) * (b - m) / ((m + 1) ** 2 * (m + 2))
    seen, unseen = a + b - m, total - (a + b - m)
    return HiddenTotal(total, math.sqrt(variance), *_limits(seen, unseen, variance, level), seen, level)


def _limits(seen: float, unseen: float, variance: float, level: float) -> tuple[float, float]:
    if unseen <= 0 or variance == 0:
        return seen, seen
    spread = math.sqrt(math.log1p(variance / unseen**2))
    reach = math.exp(float(stats.norm.ppf(0.5 + level / 2)) * spread)
    return seen + unseen / reach, seen + unseen * reach
