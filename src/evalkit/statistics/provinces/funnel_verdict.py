"""The words a funnel allows of one province: three verdicts, each tied to the limits that made it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from evalkit.statistics.counts import Numbers
from evalkit.statistics.provinces.control_limits import chance_limits, funnel_limits

Verdict = Literal["not_clearly_different", "within_spread", "unusual"]
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class FunnelVerdict:
    """What may be said of a count held against the number expected at the target.

    Attributes
    ----------
    verdict : {"not_clearly_different", "within_spread", "unusual"}
        Inside the limits of chance: chance explains the distance; outside them and inside the widened ones: chance hardly explains
        it, but it is within the spread of provinces; outside the widened ones: unusual among provinces as unequal as these.
    side : {"above", "below", ""}
        Where the count lies; empty inside the limits of chance.
    expected : float
        Count expected at the target.
    plain_lower, plain_upper : int
        Smallest and largest count inside the plain limits: pure chance, as if years scattered no more than it makes them.
    chance_lower, chance_upper : int
        Smallest and largest count inside the limits of chance, which allow for how years scatter: the plain ones where that is not
        known.
    wide_lower, wide_upper : int
        Smallest and largest count inside the widened limits: they also allow for the spread of provinces and of years.
    """

    verdict: Verdict
    side: Literal["above", "below", ""]
    expected: float
    plain_lower: int
    plain_upper: int
    chance_lower: int
    chance_upper: int
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
    >>> found = funnel_verdict(15, 7.0, factor=2.0)  # beyond what pure chance makes, not beyond what such years do
    >>> found.verdict, (found.chance_lower, found.chance_upper)
    ('not_clearly_different', (1, 16))
    """
    plain = _whole(*chance_limits(expected, level=level))
    chance = _whole(*chance_limits(expected, level=level, factor=factor))
    low, high = funnel_limits(expected, level=level, tau2=tau2, factor=factor)
    wide = _whole(low * expected, high * expected)
    wide = min(wide[0], chance[0]), max(wide[1], chance[1])
    side: Literal["above", "below", ""] = "above" if count > chance[1] else "below"
    verdict: Verdict = "within_spread" if wide[0] <= count <= wide[1] else "unusual"
    if chance[0] <= count <= chance[1]:
        side, verdict = "", "not_clearly_different"
    return FunnelVerdict(verdict, side, expected, *plain, *chance, *wide)


def _whole(lower: Numbers, upper: Numbers) -> tuple[int, int]:
    """Return the smallest and the largest count inside limits."""
    return math.ceil(float(lower) - _ROUNDING), math.floor(float(upper) + _ROUNDING)
