"""Which records have a figure, and how what is asked of one is found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from evalkit.declaration import nearest
from evalkit.errors import FactsError
from evalkit.messages import worded
from evalkit.reporting.paper.sheet import Asked


@singledispatch
def drawing_of(record: Any, _asked: Asked) -> Figure:
    """Draw what a record holds.

    Raises
    ------
    FactsError
        If a record of this type draws nothing, or nothing of what was asked for.
    """
    drawn = sorted(kind.__name__ for kind in drawing_of.registry if kind is not object)
    raise FactsError(
        where=f"{type(record).__name__}.figure()",
        rule=worded("this record holds nothing that a figure is drawn of"),
        do=worded("these have one: {records}", records=", ".join(drawn)),
    )


def chosen(record: Any, asked: Asked, names: Sequence[str]) -> str:
    """Return which of a record's items is drawn: the one asked for, or the first.

    Raises
    ------
    FactsError
        If there is none to draw, or none of that name; the nearest names are told.
    """
    where = (
        f"{type(record).__name__}.figure({asked.of!r})" if asked.of else f"{type(record).__name__}.figure()"
    )
    if not names:
        raise FactsError(
            where=where,
            rule=worded("this place has no figure to draw here"),
            do=worded("read the record's text: it says why"),
        )
    if not asked.of:
        return names[0]
    if asked.of not in names:
        raise FactsError(
            where=where,
            rule=worded("nothing of this name is drawn here"),
            do=nearest(asked.of, list(names)),
        )
    return asked.of


def told_first(frame: pd.DataFrame, key: str) -> list[str]:
    """Return the names in a column, in their order, of which something is told; those that are hidden throughout last."""
    if frame.empty:
        return []
    told, hidden = frame["value"].notna(), frame["status"].eq("suppressed")
    names = [*frame.loc[told, key], *frame.loc[hidden, key]]
    return list(dict.fromkeys(names))
