"""Where a log-linear trend may bend: the years allowed as joins, and the model that bends there."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np

from evalkit.statistics.counts import Numbers

Joins = tuple[int, ...]


@lru_cache(maxsize=256)
def allowed_joins(years: int, joins: int, *, outside: int = 2, between: int = 2) -> tuple[Joins, ...]:
    """Return every way to lay joins on the years observed.

    Parameters
    ----------
    years : int
        Number of years observed.
    joins : int
        How many joins.
    outside, between : int
        Years that must lie strictly before the first and after the last join, and strictly between two joins.

    Returns
    -------
    tuple of tuples of int
        Places among the years, from 0; one empty tuple for no join; nothing where the years do not suffice.

    References
    ----------
    Lerman (1980), Applied Statistics 29, 77-84.

    Examples
    --------
    >>> allowed_joins(7, 1)
    ((2,), (3,), (4,))
    >>> allowed_joins(8, 2)
    ((2, 5),)
    """
    places = range(outside, years - outside)
    return tuple(
        chosen
        for chosen in combinations(places, joins)
        if all(later - earlier > between for earlier, later in pairwise(chosen))
    )


def bent_design(times: Numbers, joins: Joins) -> Numbers:
    """Return the design of a trend that bends: a constant, the time, and the time since each join.

    Times are counted from the middle of the series in units of half its length, so that long series stay well
    conditioned; :func:`slopes_of` turns coefficients into slopes per year.

    Examples
    --------
    >>> bent_design(np.arange(2010.0, 2015), (2,)).tolist()[-1]
    [1.0, 1.0, 1.0]
    """
    middle, unit = _scale(times)
    scaled = (times - middle) / unit
    since = [np.maximum(scaled - scaled[join], 0.0) for join in joins]
    return np.column_stack([np.ones(len(times)), scaled, *since])


def slopes_of(times: Numbers, joins: Joins) -> Numbers:
    """Return the matrix that turns coefficients of :func:`bent_design` into the slope per year of each segment.

    Examples
    --------
    >>> slopes_of(np.arange(2010.0, 2015), (2,)).tolist()
    [[0.0, 0.5, 0.0], [0.0, 0.5, 0.5]]
    """
    _, unit = _scale(times)
    segments = len(joins) + 1
    return np.column_stack([np.zeros(segments), np.tri(segments)]) / unit


def _scale(times: Numbers) -> tuple[float, float]:
    return (times[0] + times[-1]) / 2, (times[-1] - times[0]) / 2
