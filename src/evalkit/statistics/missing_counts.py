"""What a report that is missing may have said: none at all, up to the largest number that is plausible of its place."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.statistics.counts import whole_counts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.posterior import bound_of_next

SHARE = 0.975


def largest_plausible(counts: Sequence[float], law: ScatterLaw | None = None) -> float | None:
    """Return the largest count that a year without a report may plausibly have had.

    Parameters
    ----------
    counts : sequence of float
        What the place reported in its other years.
    law : ScatterLaw, optional
        How years scatter; as pure chance would make them by default.

    Returns
    -------
    float or None
        The largest of the other years or, where that is more, the bound that a further year stays within in 97.5 of 100 cases. None
        where the place reported no year, or where no bound can be given.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Notes
    -----
    Nothing is filled in: together with 0 it is an end of what a total may be, as in the bounds of Manski.

    References
    ----------
    Horowitz and Manski (2000), J. Am. Stat. Assoc. 95, 77-84.

    Examples
    --------
    >>> largest_plausible([2, 0, 3, 1]), largest_plausible([0, 0, 30]), largest_plausible([]) is None
    (5.0, 30.0, True)
    """
    told = whole_counts(list(counts), where="missing reports")
    if len(told) == 0:
        return None
    bound = bound_of_next(SHARE, count=float(told.sum()), years=float(len(told)), law=law)
    return None if bound == float("inf") else max(float(told.max()), bound)
