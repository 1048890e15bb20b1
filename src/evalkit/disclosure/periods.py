"""Sums over time: a year and its halves and quarters, a programme period and its years, whatever lies between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

import pandas as pd

from evalkit.disclosure.equations import Key, Sums, keys, labels_by

Span = tuple[pd.Timestamp, pd.Timestamp]
Spans = dict[Span, int]
DAY = pd.Timedelta(days=1)


def add_periods(cells: pd.DataFrame, sums: Sums) -> None:
    """Add the sums over periods.

    Parameters
    ----------
    cells : DataFrame
        Protected cells, one edition of each figure.
    sums : Sums
        Takes the equations.

    Notes
    -----
    Days on which periods begin or end cut the time into pieces. A longer period is the sum of its pieces; a piece that
    nobody reported, such as the second half of a year given with its first, is implicit. So is the rest of a period
    after a shorter one that begins or ends with it.
    """
    groups: dict[Key, Spans] = {}
    columns = [*keys(cells, "period_start", "period_end"), "period_start", "period_end"]
    for (*key, start, end), label in labels_by(cells, columns):
        groups.setdefault(tuple(key), {})[pd.Timestamp(start), pd.Timestamp(end) + DAY] = label  # type: ignore[arg-type]
    for spans in groups.values():
        for linked in _linked(spans):
            _add(sums, linked)


def _linked(spans: Spans) -> Iterator[Spans]:
    """Yield the periods that hang together by a common first or last day, where one of them is longer than a piece."""
    group: dict[pd.Timestamp, set[pd.Timestamp]] = {}
    for span in spans:
        together = group.get(span[0], {span[0]}) | group.get(span[1], {span[1]})
        group.update(dict.fromkeys(together, together))
    for days in {id(days): days for days in group.values()}.values():
        linked = {span: label for span, label in spans.items() if span[0] in days}
        if len(linked) > len(days) - 1 or any(span not in linked for span in pairwise(sorted(days))):
            yield linked


def _add(sums: Sums, spans: Spans) -> None:
    pieces, days = dict(spans), sorted({day for span in spans for day in span})
    level = _levels(sums, spans, days[0])
    for piece in pairwise(days):
        if piece not in pieces:
            between = level[piece[1]] - level[piece[0]]
            pieces[piece] = sums.implicit(between, like=next(iter(spans.values())))
    for (start, end), label in spans.items():
        inside = [pieces[piece] for piece in pairwise(day for day in days if start <= day <= end)]
        if inside != [label]:
            sums.add(label, inside)
    for longer, shorter, rest in _rests(spans):
        if rest not in pieces:
            sums.add(spans[longer], [spans[shorter]], complete=False)


def _levels(sums: Sums, spans: Spans, first: pd.Timestamp) -> dict[pd.Timestamp, float]:
    """Return what had been counted by each day, from the first on."""
    level, waiting = {first: 0.0}, dict(spans)
    while waiting:
        for (start, end), label in list(waiting.items()):
            if start in level:
                level.setdefault(end, level[start] + sums.value[label])
            elif end in level:
                level.setdefault(start, level[end] - sums.value[label])
            else:
                continue
            del waiting[start, end]
    return level


def _rests(spans: Iterable[Span]) -> Iterator[tuple[Span, Span, Span]]:
    """Yield each longer period with a shorter one that begins or ends with it, and what is left."""
    for one, other in combinations(sorted(spans), 2):
        longer, shorter = (one, other) if (other[0] >= one[0] and other[1] <= one[1]) else (other, one)
        if longer[0] == shorter[0] and longer[1] > shorter[1]:
            yield longer, shorter, (shorter[1], longer[1])
        elif longer[1] == shorter[1] and longer[0] < shorter[0]:
            yield longer, shorter, (longer[0], shorter[0])
