"""The periods: which are made of which, whether or not their ends touch, down to the days that nobody reported by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.additivity.axis import Axis, Partition, unique_partitions

Span = tuple[int, int]  # first day, and the day after the last, as days since 1970


def days(start: pd.Series, end: pd.Series) -> NDArray[np.int64]:
    """Return the spans of periods given by their first and last days: one row each, as days since 1970, the end excluded.

    Examples
    --------
    >>> day = pd.to_datetime(pd.Series(["1970-01-03"]))
    >>> days(day, day).tolist()
    [[2, 3]]
    """
    first, last = (one.to_numpy("datetime64[D]").astype(np.int64) for one in (start, end))
    return np.column_stack([first, last + 1])


def periods_axis(spans: Sequence[Span]) -> Axis:
    """Return periods, and the pieces between them, as an axis.

    Parameters
    ----------
    spans : sequence of pair of int
        First day and the day after the last of each period.

    Returns
    -------
    Axis
        Its elements are the periods and then the pieces that they leave or cut. A period is made of the largest periods
        inside it that do not overlap, and of the pieces between those; where others overlap it, of pieces alone.

    Examples
    --------
    >>> axis = periods_axis([(0, 365), (90, 181)])
    >>> axis.elements, axis.partitions
    (((0, 365), (90, 181), (0, 90), (181, 365)), (Partition(whole=0, parts=(1, 2, 3)),))
    """
    found = dict.fromkeys(spans)
    order = {span: place for place, span in enumerate(found)}
    cuts = sorted({day for span in found for day in span})
    wholes: list[tuple[Span, list[Span]]] = []
    for span, inside in _largest_inside(list(found)):
        chains = _chains(inside) or ([[]] if len(_pieces(span, cuts)) > 1 else [])
        wholes += [(span, _filled(span, chain, cuts)) for chain in chains]
    for _, parts in wholes:
        for part in parts:
            order.setdefault(part, len(order))
    partitions = (Partition(order[span], tuple(order[part] for part in parts)) for span, parts in wholes)
    return Axis(tuple(order), unique_partitions(partitions))


def _largest_inside(spans: list[Span]) -> Iterator[tuple[Span, list[Span]]]:
    """Yield each period with those inside it that are inside no other inside it, in order of time."""
    ends = np.array(spans, dtype=np.int64).reshape(-1, 2)
    start, end = ends[:, 0], ends[:, 1]
    inside = (start[:, None] >= start) & (end[:, None] <= end)
    np.fill_diagonal(inside, val=False)
    between = (inside.astype(np.float32) @ inside.astype(np.float32)) > 0
    direct = inside & ~between
    for place, span in enumerate(spans):
        yield span, sorted(spans[part] for part in np.flatnonzero(direct[:, place]))


def _chains(spans: list[Span]) -> list[list[Span]]:
    """Put periods in order of time into as few chains as need be, none of which overlaps itself."""
    chains: list[list[Span]] = []
    for span in spans:
        free = next((chain for chain in chains if chain[-1][1] <= span[0]), None)
        if free is None:
            chains.append([span])
        else:
            free.append(span)
    return chains


def _filled(span: Span, chain: list[Span], cuts: list[int]) -> list[Span]:
    """Return a chain of periods with the pieces before, between and after them."""
    ends = [span[0], *(day for part in chain for day in part), span[1]]
    gaps = list(zip(ends[::2], ends[1::2], strict=True))
    return sorted([*chain, *(piece for gap in gaps for piece in _pieces(gap, cuts))])


def _pieces(span: Span, cuts: list[int]) -> list[Span]:
    return list(pairwise(day for day in cuts if span[0] <= day <= span[1]))
