"""Sums over an attribute: a total and its parts by sex, age, ethnicity, form, each crossed with the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from evalkit.disclosure.equations import Key, Sums, dimensions, keys, labels_by
from evalkit.programme.models import Dimension, Programme

_SUBSETS_UP_TO = 5


def add_breakdowns(cells: pd.DataFrame, programme: Programme, sums: Sums) -> None:
    """Add the sums over each breakdown.

    Parameters
    ----------
    cells : DataFrame
        Protected cells, one edition of each figure.
    programme : Programme
        Tells which values a breakdown has and whether they add up to the total.
    sums : Sums
        Takes the equations.

    Notes
    -----
    Where values overlap or leave some out, nobody outside knows which of them add up: every subset of them that fits into
    the total is taken as parts, the remainder being implicit. A total that nobody reported is implicit as well, so that two
    breakdowns of it do not give each other away.
    """
    label_of = dict(labels_by(cells, keys(cells)))
    for name in dimensions(cells):
        at = keys(cells).index(name)
        for key, parts in _parts(cells, name).items():
            whole = (*key[:at], "all", *key[at:])
            _add(sums, programme.dimensions[name], label_of, whole=whole, parts=parts)


def _parts(cells: pd.DataFrame, name: str) -> dict[Key, list[int]]:
    parts: dict[Key, list[int]] = {}
    crossed = cells[cells[name] != "all"].sort_values(name, kind="stable")
    for key, label in labels_by(crossed, keys(cells, name)):
        parts.setdefault(key, []).append(label)
    return parts


def _add(sums: Sums, dimension: Dimension, label_of: dict[Key, int], *, whole: Key, parts: list[int]) -> None:
    complete = dimension.exhaustive and len(parts) == len(dimension.values)
    if complete and whole not in label_of:
        label_of[whole] = sums.implicit(sum(sums.value[part] for part in parts), like=parts[0])
    if whole not in label_of:
        return
    total = label_of[whole]
    if complete:
        sums.add(total, parts, group=True)
        return
    if dimension.exhaustive:
        sums.add(total, parts, complete=False, group=True)
    else:
        _add_subsets(sums, total, parts)


def _add_subsets(sums: Sums, total: int, parts: list[int]) -> None:
    """Add what a total holds beyond each subset of parts that fits into it.

    The rest beyond a subset is the sum of a further part and the rest beyond both, so that no rest is bounded twice.
    """
    rest: dict[frozenset[int], int] = {}
    for chosen in _subsets(parts):
        further = next(
            (one for one in parts if one not in chosen and frozenset((*chosen, one)) in rest), None
        )
        if further is not None:
            beyond = sums.implicit(sums.beyond(total, chosen), like=chosen[0])
            sums.add(beyond, (further, rest[frozenset((*chosen, further))]))
            rest[frozenset(chosen)] = beyond
        elif len(chosen) == 1 or not sums.beyond(total, chosen) < 0:
            sums.add(total, chosen, complete=False, group=True)
            rest[frozenset(chosen)] = sums.equations[-1].parts[-1]


def _subsets(parts: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield the subsets, the largest first; of many parts only the whole and the single ones."""
    sizes = range(len(parts), 0, -1) if len(parts) <= _SUBSETS_UP_TO else (len(parts), 1)
    for size in sizes:
        yield from combinations(parts, size)
