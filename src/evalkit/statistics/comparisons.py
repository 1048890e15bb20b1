"""Two counts compared as rates, exactly: the interval and the p that is printed come from one test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from evalkit.statistics.conditional import conditional_p, exact_shares, midp_shares
from evalkit.statistics.counts import whole_counts
from evalkit.statistics.power import baseline_needed, minimum_detectable_fall
from evalkit.statistics.rates import garwood_interval
from evalkit.statistics.results import RateComparison

DISPERSED = 2.0  # variance factor of the second interval


def compare_counts(
    later: float, earlier: float, *, later_exposure: float, earlier_exposure: float, level: float = 0.95
) -> RateComparison:
    """Compare a later count with an earlier one as rates.

    Parameters
    ----------
    later, earlier : float
        Counts of events or persons.
    later_exposure, earlier_exposure : float
        Years (or person-years) over which they were counted.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    RateComparison
        A change from zero, and from zero to zero, has no percentage (missing, flagged). Where an exposure is missing or
        not positive, or a count is missing, every number is missing and the flag is ``no_exposure`` or ``no_count``.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Fay (2010), R Journal 2, 53-58 (the central p agrees with
    Clopper-Pearson limits, R's minlike p need not); Li et al. (2011), J. Stat. Comput. Simul. 81 (MOVER).

    Examples
    --------
    >>> change = compare_counts(23, 39, later_exposure=5, earlier_exposure=5)
    >>> round(change.percent_change, 1), round(change.percent_lower, 1), round(change.percent_upper, 1)
    (-41.0, -66.4, 1.2)
    >>> round(change.p_central, 3)
    0.056
    """
    counts = whole_counts([later, earlier], where="a comparison of two counts")
    pair = _Pair(float(counts[0]), float(counts[1]), float(later_exposure), float(earlier_exposure), level)
    if not pair.is_comparable:
        return _nothing(pair)
    numbers = (
        _exact(pair) | _midp(pair) | _dispersed(pair) | _rates(pair) | _surprise(pair) | _sensitivity(pair)
    )
    return RateComparison(**pair.as_fields(), **numbers, flags=_flags(pair, numbers))


def surprise_of_zero(earlier: float, earlier_exposure: float, later_exposure: float) -> tuple[float, float]:
    """Return the probability of no case in a later period had the earlier rate gone on.

    Parameters
    ----------
    earlier : float
        Events of the earlier period, or their expectation.
    earlier_exposure, later_exposure : float
        Years of both.

    Returns
    -------
    known, predictive : float
        With the earlier rate taken as exactly known; and with its own uncertainty, Gamma(earlier + 1/2, exposure), which
        makes the later count negative binomial.

    Examples
    --------
    >>> known, predictive = surprise_of_zero(23, 5, 2)
    >>> round(known, 6), round(predictive, 6)
    (0.000101, 0.000368)
    """
    share = earlier_exposure / (earlier_exposure + later_exposure)
    return math.exp(-earlier * later_exposure / earlier_exposure), share ** (earlier + 0.5)


@dataclass(frozen=True, slots=True)
class _Pair:
    later: float
    earlier: float
    later_exposure: float
    earlier_exposure: float
    level: float

    @property
    def is_comparable(self) -> bool:
        """Both counts are known and both were counted over some time."""
        return self.is_known and self.later_exposure > 0 and self.earlier_exposure > 0

    @property
    def is_known(self) -> bool:
        """Both counts were reported."""
        return not (math.isnan(self.later) or math.isnan(self.earlier))

    @property
    def total(self) -> float:
        return self.later + self.earlier

    @property
    def null(self) -> float:
        return self.later_exposure / (self.later_exposure + self.earlier_exposure)

    @property
    def ratio(self) -> float:
        """Rate ratio; missing on a base of zero."""
        if self.earlier == 0:
            return math.nan
        return (self.later / self.later_exposure) / (self.earlier / self.earlier_exposure)

    def as_ratio(self, share: float) -> float:
        """Turn a share of the later count in both counts into a rate ratio."""
        if share >= 1:
            return math.inf
        return share / (1 - share) * self.earlier_exposure / self.later_exposure

    def as_fields(self) -> dict[str, Any]:
        return {
            "later": self.later,
            "earlier": self.earlier,
            "later_exposure": self.later_exposure,
            "earlier_exposure": self.earlier_exposure,
            "level": self.level,
        }


def _exact(pair: _Pair) -> dict[str, float]:
    shares = exact_shares(pair.later, pair.earlier, level=pair.level)
    lower, upper = (pair.as_ratio(share) for share in shares)
    p = conditional_p(pair.later, pair.earlier, null=pair.null)
    has_base = pair.earlier > 0
    return {
        "ratio": pair.ratio,
        "ratio_lower": lower,
        "ratio_upper": upper,
        "percent_change": 100 * (pair.ratio - 1),
        "percent_lower": 100 * (lower - 1) if has_base else math.nan,
        "percent_upper": 100 * (upper - 1) if has_base else math.nan,
        "p_central": p["central"],
        "p_minlike": p["minlike"],
        "p_midp": p["midp"],
    }


def _midp(pair: _Pair) -> dict[str, float]:
    lower, upper = midp_shares(pair.later, pair.earlier, level=pair.level)
    return {"midp_lower": pair.as_ratio(lower), "midp_upper": pair.as_ratio(upper)}


def _dispersed(pair: _Pair) -> dict[str, float]:
    if min(pair.later, pair.earlier) == 0:
        return {"dispersed_lower": math.nan, "dispersed_upper": math.nan}
    error = math.sqrt(DISPERSED * (1 / pair.later + 1 / pair.earlier))
    reach = float(stats.norm.ppf(0.5 + pair.level / 2)) * error
    return {
        "dispersed_lower": 100 * (pair.ratio * math.exp(-reach) - 1),
        "dispersed_upper": 100 * (pair.ratio * math.exp(reach) - 1),
    }


def _rates(pair: _Pair) -> dict[str, float]:
    counts, years = [pair.later, pair.earlier], [pair.later_exposure, pair.earlier_exposure]
    rate = np.divide(counts, years)
    lower, upper = garwood_interval(counts, years, level=pair.level)
    difference = rate[0] - rate[1]
    return {
        "later_upper": float(upper[0]),
        "earlier_upper": float(upper[1]),
        "rate_difference": float(difference),
        "difference_lower": float(difference - np.hypot(rate[0] - lower[0], upper[1] - rate[1])),
        "difference_upper": float(difference + np.hypot(upper[0] - rate[0], rate[1] - lower[1])),
    }


def _surprise(pair: _Pair) -> dict[str, float]:
    if pair.later > 0:
        return {"surprise_known": math.nan, "surprise_predictive": math.nan}
    known, predictive = surprise_of_zero(pair.earlier, pair.earlier_exposure, pair.later_exposure)
    return {"surprise_known": known, "surprise_predictive": predictive}


def _sensitivity(pair: _Pair) -> dict[str, float]:
    """Return what this base could have shown, by the test at the level printed."""
    times, tail = pair.later_exposure / pair.earlier_exposure, (1 - pair.level) / 2
    return {
        "minimum_detectable_fall": minimum_detectable_fall(pair.earlier, later_per_earlier=times, tail=tail),
        "baseline_needed": baseline_needed(1 - pair.ratio, later_per_earlier=times, tail=tail),
    }


def _flags(pair: _Pair, numbers: dict[str, float]) -> tuple[str, ...]:
    said = {
        "no_cases_in_either": pair.total == 0,
        "fall_to_zero": pair.later == 0 < pair.earlier,
        "rise_from_zero": pair.earlier == 0 < pair.later,
        "no_detectable_fall": pair.earlier > 0 and math.isnan(numbers["minimum_detectable_fall"]),
    }
    return tuple(flag for flag, holds in said.items() if holds)


def _nothing(pair: _Pair) -> RateComparison:
    given = pair.as_fields()
    names = [name for name in RateComparison.__slots__ if name not in given and name != "flags"]
    return RateComparison(
        **given, **dict.fromkeys(names, math.nan), flags=("no_exposure" if pair.is_known else "no_count",)
    )
