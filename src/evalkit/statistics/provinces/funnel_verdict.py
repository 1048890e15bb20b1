"""The words a funnel allows of one province: three verdicts, each tied to the limits that made it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from evalkit.statistics.provinces.control_limits import funnel_limits

Verdict = Literal["not_clearly_different", "within_spread", "unusual"]
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class FunnelVerdict:
    """What may be said of a count held against the number expected at the target.

    Attributes
    ----------
    verdict : {"not_clearly_different", "within_spread", "unusual"}
        Inside the plain limits: pure chance explains the distance; outside them and inside the widened ones: chance hardly explains
        it, but it is within the spread of provinces; outside the widened ones: unusual among provinces as unequal as these.
    side : {"above", "below", ""}
        Where the count lies; empty inside the plain limits.
    expected : float
        Count expected at the target.
    plain_lower, plain_upper : int
        Smallest and largest count inside the plain limits: chance alone, as if years scattered no more than it makes them.
    wide_lower, wide_upper : int
        Smallest and largest count inside the widened limits: they also allow for the spread of provinces and of years.
    """

    verdict: Verdict
    side: Literal["above", "below", ""]
    expected: float
    plain_lower: int
    plain_upper: int
    wide_lower: int
    wide_upper: int


def funnel_verdict(
    count: float, expected: float, *, tau2: float = 0.0, factor: float = 1.0, level: float = 0.95
) -> FunnelVerdict:
    """Decide which of the three verdicts holds of a count.

    Parameters
    ----------
    count, expected : float
        Cases, and cases expected at the target (positive).
    tau2 : float
        Variance between provinces on the square-root scale.
    factor : float
        Variance of the total over its mean, from the law of years.
    level : float
        Of both limits.

    Examples
    --------
    >>> found = funnel_verdict(23, 7.0, tau2=0.3)
    >>> found.verdict, found.side, (found.plain_lower, found.plain_upper), (found.wide_lower, found.wide_upper)
    ('within_spread', 'above', (2, 13), (0, 31))
    """
    plain_lower, plain_upper = _counts(expected, level=level)
    lower, upper = _counts(expected, level=level, tau2=tau2, factor=factor)
    side: Literal["above", "below", ""] = "above" if count > plain_upper else "below"
    verdict: Verdict = "within_spread" if lower <= count <= upper else "unusual"
    if plain_lower <= count <= plain_upper:
        side, verdict = "", "not_clearly_different"
    return FunnelVerdict(verdict, side, expected, plain_lower, plain_upper, lower, upper)


def _counts(expected: float, *, level: float, tau2: float = 0.0, factor: float = 1.0) -> tuple[int, int]:
    """Return the smallest and the largest count inside the limits."""
    lower, upper = funnel_limits(expected, level=level, tau2=tau2, factor=factor)
    return math.ceil(float(lower) * expected - _ROUNDING), math.floor(float(upper) * expected + _ROUNDING)
