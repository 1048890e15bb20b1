"""Which sources may be added up with each other: those that contradict each other in no figure."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evalkit.indicators.sources import in_order
from evalkit.indicators.windows import Figure
from evalkit.table import MARK


def agreeing_groups(rows: pd.DataFrame, order: Sequence[str]) -> list[list[Figure]]:
    """Split figures into groups of sources that contradict each other nowhere.

    Parameters
    ----------
    rows : DataFrame
        Facts rows of one measure, place and place basis, latest editions only.
    order : sequence of str
        Source ids in declared order.

    Returns
    -------
    list of list of Figure
        The group of the source to be shown first in front; inside a group, figures by source in that order.

    Examples
    --------
    >>> days = pd.to_datetime(["2019-12-31", "2019-12-31", "2020-12-31"])
    >>> rows = pd.DataFrame({"period_start": days, "period_end": days, "edition_date": days, "value": [5.0, 6.0, 7.0]})
    >>> rows = rows.assign(status="reported", qualifier="exact", place_basis="occurrence", source_id=["a", "b", "c"])
    >>> [[figure.source for figure in group] for group in agreeing_groups(rows, ["a", "b", "c"])]
    [['a', 'c'], ['b']]
    """
    figures = figures_of(rows)
    sources = {figure.source for figure in figures}
    return grouped(figures, list(sources) if len(sources) < 2 else in_order(rows, order))


def figures_of(rows: pd.DataFrame) -> list[Figure]:
    """Return facts rows as figures, in their order."""
    columns = ["period_start", "period_end", "value", "status", "qualifier", "source_id", "place_basis"]
    columns += [MARK] if MARK in rows else []
    return [Figure(*row) for row in rows[columns].itertuples(index=False, name=None)]


def grouped(figures: Sequence[Figure], sources: Sequence[str]) -> list[list[Figure]]:
    """Return figures in groups of sources that contradict each other nowhere, the sources being in the order to be shown."""
    by_source: dict[str, list[Figure]] = {source: [] for source in sources}
    for figure in figures:
        by_source[figure.source].append(figure)
    groups: list[list[Figure]] = []
    while by_source:
        group = by_source.pop(next(iter(by_source)))
        for source in list(by_source):
            if not _contradict(group, by_source[source]):
                group = group + by_source.pop(source)
        groups.append(group)
    return groups


def _contradict(some: list[Figure], others: list[Figure]) -> bool:
    """Tell whether two sets of figures differ for one period."""
    known = {(figure.start, figure.end): figure.value for figure in some if figure.is_told}
    return any(
        known.get((other.start, other.end), other.value) != other.value for other in others if other.is_told
    )
