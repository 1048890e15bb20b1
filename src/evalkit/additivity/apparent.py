"""Sums that nobody declares and a reader tries all the same: parts of a figure that do add up to it, as reported.

One person may come by two ways, so the ways to reception need not add up to those received. Where they do, whoever subtracts
from the total is right, and cannot tell from the declaration that it was luck.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from evalkit.additivity.breakdowns import exclusive_values
from evalkit.programme.models import Dimension
from evalkit.table import ALL

Pairs = tuple[tuple[str, str], ...]
Node = tuple[Any, Any, Pairs]  # place, period, and the values by which it is broken down
Reading = Mapping[Node, int]
Group = dict[str, int]  # the label of each value of one dimension
_NEAR = 1e-6


def apparent_sums(
    readings: Sequence[Reading], value: Sequence[float], dimensions: Mapping[str, Dimension]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the figures that are the sum of parts given for them though no declaration says so: a total and its parts.

    Parameters
    ----------
    readings : sequence of mapping
        The label of the figure at each place, period and breakdown: first as a reader meets them, then by other sources.
    value : sequence of float
        The figure of each label; NaN where it is not known.
    dimensions : mapping of Dimension

    Notes
    -----
    What is tried is told by :func:`tried_sums`. A total of nothing is left out, for its parts are nothing anyway, and so is a
    single part: as large as its total it is a whole group. Of several sums over one figure one is left out if with those
    before it some part would follow from the total alone: nobody takes all of them to hold.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> ways = {"channel": load_programme("vn-trafficking").dimensions["channel"]}
    >>> at = {(): 0, (("channel", "rescue"),): 1, (("channel", "handover"),): 2, (("channel", "discovered"),): 3}
    >>> reading = {("15", "2022", values): label for values, label in at.items()}
    >>> list(apparent_sums([reading], [29, 12, 12, 5], ways)), list(apparent_sums([reading], [28, 12, 12, 5], ways))
    ([(0, (1, 2, 3))], [])
    """
    for node, name, groups in _groups(readings, value):
        dimension = dimensions[name]
        for whole in dict.fromkeys((ALL, *dimension.within.values())):
            by_all, by_whole = [one.get(node) for one in readings], [one.get(whole) for one in groups]
            totals = by_all if whole == ALL else by_whole
            known = {value[label]: label for label in reversed(totals) if label is not None}
            for amount, label in sorted(known.items()):
                tried = _tried(groups, whole, dimension) if amount > _NEAR else ()
                yield from ((label, parts) for parts in holding(tried, amount, value))


def tried_sums(given: Collection[str], dimension: Dimension, whole: str = ALL) -> Iterator[tuple[str, ...]]:
    """Yield the values of one dimension that a reader may add up, the likeliest sum first; declared sums are left out.

    Parameters
    ----------
    given : collection of str
        The values that are given for one figure.
    dimension : Dimension
    whole : str
        What they are held against: "all", or a value that holds narrower ones.

    Notes
    -----
    Against the total: all values that lie within none of the others; those of which no person has two; all that are given; and,
    where values are added at all, all of the first but one, which may overlap them. Against a wider value: those within it.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> age = load_programme("vn-trafficking").dimensions["age_group"]
    >>> list(tried_sums(["child", "adult", "under_16"], age))
    [('child', 'adult'), ('adult', 'under_16'), ('child', 'adult', 'under_16')]
    """
    values = tuple(one for one in dimension.values if one in given)
    if whole != ALL:
        tried = [tuple(one for one in values if dimension.within.get(one) == whole)]
    else:
        widest = tuple(one for one in values if dimension.within.get(one) not in values)
        exclusive = [tuple(one for one in values if one in apart) for apart in exclusive_values(dimension)]
        tried = [widest, *exclusive, values]
        if not dimension.exhaustive and not dimension.separate and len(widest) > 2:
            tried += [tuple(one for one in widest if one != other) for other in reversed(widest)]
    declared = dimension.exhaustive and not dimension.separate and len(values) == len(dimension.values)
    yield from (one for one in dict.fromkeys(tried) if len(one) > 1 and not declared)


def _groups(readings: Sequence[Reading], value: Sequence[float]) -> Iterator[tuple[Node, str, list[Group]]]:
    """Yield each figure that is broken down by a dimension, the dimension, and the parts known by each reading."""
    found: dict[tuple[Node, str], list[Group]] = {}
    for number, reading in enumerate(readings):
        for (place, period, pairs), label in reading.items():
            for name, own in pairs if value[label] >= 0 else ():
                total: Node = (place, period, tuple(one for one in pairs if one[0] != name))
                groups = found.setdefault((total, name), [{} for _ in readings])
                groups[number][own] = label
    for (total, name), groups in found.items():
        if any(len(one) > 1 for one in groups):
            yield total, name, groups


def _tried(groups: Sequence[Group], whole: str, dimension: Dimension) -> Iterator[Group]:
    for group in groups:
        for values in tried_sums(group, dimension, whole):
            yield {one: group[one] for one in values}


def holding(tried: Iterable[Group], amount: float, value: Sequence[float]) -> Iterator[tuple[int, ...]]:
    """Yield the sums that hold, but those with which a part would follow from what they amount to alone.

    Parameters
    ----------
    tried : iterable of mapping
        Labels of parts by name, the likeliest sum first.
    amount : float
        What they are held against.
    value : sequence of float
        The figure of each label.
    """
    held: list[Group] = []
    for parts in tried:
        if abs(sum(value[one] for one in parts.values()) - amount) < _NEAR and not _settles([*held, parts]):
            held.append(parts)
            yield tuple(parts.values())


def _settles(sums: Sequence[Group]) -> bool:
    """Tell whether sums whose totals are known tell one of their parts."""
    if len(sums) == 1:
        return False
    parts = sorted({one for own in sums for one in own})
    matrix = np.array([[one in own for one in parts] for own in sums], dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    return any(np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank for unit in np.eye(len(parts)))
