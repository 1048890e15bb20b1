"""How periods are made of others, whether or not their ends touch: a year of its quarters, a programme period of its years.

A stock is counted on the last day of its period: at the end of a year and of its second half it is one figure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evalkit.additivity.periods import periods_axis
from evalkit.disclosure.equations import Split

Span = tuple[pd.Timestamp, pd.Timestamp]
_DAY = pd.Timedelta(days=1)
_START = pd.Timestamp("1970-01-01")


def period_splits(spans: Sequence[Span]) -> tuple[list[Span], list[Split]]:
    """Return periods with the pieces that they cut each other into, and how they are made of them.

    Parameters
    ----------
    spans : sequence of pair of Timestamp
        First day, and the day after the last, of every period that a measure is reported for anywhere.

    Returns
    -------
    tuple of list
        The periods given and then the pieces that nobody reported, such as the second half of a year given with its first;
        and positions among them. Every sum comes from :func:`evalkit.additivity.periods.periods_axis`.

    Examples
    --------
    >>> first, april, july, next_year = map(pd.Timestamp, ("2015-01-01", "2015-04-01", "2015-07-01", "2016-01-01"))
    >>> periods, splits = period_splits([(first, next_year), (april, july)])
    >>> len(periods), splits[0].total, splits[0].parts
    (4, 0, (1, 2, 3))
    """
    days = [(int((start - _START) / _DAY), int((after - _START) / _DAY)) for start, after in spans]
    axis = periods_axis(days)
    made = np.array(axis.elements[len(days) :], dtype=np.int64).reshape(-1, 2).tolist()
    pieces = [(_START + start * _DAY, _START + after * _DAY) for start, after in made]
    return [*spans, *pieces], [Split(whole, parts, complete=True) for whole, parts in axis.partitions]


def last_day_splits(spans: Sequence[Span]) -> list[Split]:
    """Return which periods end on one day, so that a stock is the same figure at each: pairs of positions, as totals of one part.

    Parameters
    ----------
    spans : sequence of pair of Timestamp
        As for :func:`period_splits`.

    Examples
    --------
    >>> first, july, next_year = map(pd.Timestamp, ("2015-01-01", "2015-07-01", "2016-01-01"))
    >>> [(one.total, one.parts) for one in last_day_splits([(first, july), (first, next_year), (july, next_year)])]
    [(1, (2,))]
    """
    first: dict[pd.Timestamp, int] = {}
    pairs = [(first.setdefault(after, position), position) for position, (_, after) in enumerate(spans)]
    return [Split(one, (other,), complete=True, assumed=True) for one, other in pairs if one != other]
