"""What a change in recorded cases would mean if detection had changed instead of the cases."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """By how much detection would have to differ between two periods to explain their difference alone.

    Attributes
    ----------
    ratio : float
        Share of cases detected later over the share detected earlier that explains the estimate alone: the rate ratio
        itself.
    percent : float
        The same as a change in percent: -41 reads "if detection alone had fallen by 41 %, that would explain it all".
    limit_ratio, limit_percent : float
        What suffices to bring the nearer limit to no change; missing where the interval holds no change already, so that
        no difference in detection is needed.
    """

    ratio: float
    percent: float
    limit_ratio: float
    limit_percent: float

    @property
    def is_needed(self) -> bool:
        """Whether the interval leaves no change out, so that detection would be needed to explain the difference."""
        return not math.isnan(self.limit_ratio)

    def true_ratio(self, *, detected_earlier: float, detected_later: float) -> float:
        """Return the rate ratio of all cases if these shares of them were detected.

        Examples
        --------
        >>> round(tipping_point(0.59, 0.336, 1.012).true_ratio(detected_earlier=0.4, detected_later=0.3), 3)
        0.787
        """
        return self.ratio * detected_earlier / detected_later


def tipping_point(ratio: float, lower: float, upper: float) -> TippingPoint:
    """Return the change of detection that would explain a rate ratio alone.

    Parameters
    ----------
    ratio, lower, upper : float
        Rate ratio, later over earlier, and its limits. A missing or infinite ratio (nothing earlier) gives missing values.

    Notes
    -----
    Recorded rate = true rate * share detected, hence true ratio = recorded ratio * (share earlier / share later). It is 1
    when the shares' ratio equals the recorded one.

    References
    ----------
    Lash, Fox and Fink (2009), Applying Quantitative Bias Analysis to Epidemiologic Data, ch. 6 and 9.

    Examples
    --------
    >>> from evalkit.statistics.comparisons import compare_counts
    >>> change = compare_counts(23, 39, later_exposure=5, earlier_exposure=5)
    >>> found = tipping_point(change.ratio, change.ratio_lower, change.ratio_upper)
    >>> round(found.percent), found.is_needed
    (-41, False)
    """
    known = math.isfinite(ratio)
    nearest = upper if upper < 1 else lower if lower > 1 else math.nan
    explains, limit = ratio if known else math.nan, nearest if known else math.nan
    return TippingPoint(explains, 100 * (explains - 1), limit, 100 * (limit - 1))
