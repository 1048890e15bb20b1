"""How periods are made of others: a year of its halves and quarters, a programme period of its years, and what lies between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pandas as pd

from evalkit.disclosure.equations import Split

Span = tuple[pd.Timestamp, pd.Timestamp]


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
        and positions among them.

    Examples
    --------
    >>> january, july, next_year = map(pd.Timestamp, ("2015-01-01", "2015-07-01", "2016-01-01"))
    >>> periods, splits = period_splits([(january, next_year), (january, july)])
    >>> len(periods), splits[0].total, splits[0].parts
    (3, 0, (1, 2))
    """
    at = {span: position for position, span in enumerate(spans)}
    splits = []
    for days in _linked(spans):
        pieces = set(pairwise(days))
        for span in [span for span in spans if span[0] in days and span not in pieces]:
            inside = list(pairwise(day for day in days if span[0] <= day <= span[1]))
            for piece in inside:
                at.setdefault(piece, len(at))
            splits.append(Split(at[span], tuple(at[piece] for piece in inside), complete=True))
    return list(at), splits


def _linked(spans: Sequence[Span]) -> Iterator[list[pd.Timestamp]]:
    """Yield the first and last days of periods that hang together by common ones, in order."""
    group: dict[pd.Timestamp, set[pd.Timestamp]] = {}
    for span in spans:
        together = group.get(span[0], {span[0]}) | group.get(span[1], {span[1]})
        group.update(dict.fromkeys(together, together))
    for days in {id(days): days for days in group.values()}.values():
        yield sorted(days)
