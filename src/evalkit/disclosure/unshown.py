"""Figures of tables that are not shown, and the tables above them.

They are hidden whatever they are, and no choice is made among them: it is made in the tables that are shown, where a total over
such figures counts as small below their threshold too, so that nothing shown bounds them more closely than that.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evalkit.disclosure.equations import Tables
from evalkit.disclosure.protection_rules import sizes


def thresholds_above(tables: Tables, unshown: set[int]) -> list[int]:
    """Return each cell's threshold, raised to that of every figure not shown that lies in it.

    Parameters
    ----------
    tables : Tables
        All cells, with the sums that hold among them.
    unshown : set of int
        Labels of the figures of tables that are not shown.
    """
    threshold: list[int] = tables.cells["threshold"].tolist()
    holds, changed = set(unshown), True
    while changed:
        changed = False
        for equation in tables.equations:
            inside = [part for part in equation.parts if part in holds]
            most = max((threshold[part] for part in inside), default=0)
            if inside and (equation.total not in holds or threshold[equation.total] < most):
                holds.add(equation.total)
                threshold[equation.total] = max(threshold[equation.total], most)
                changed = True
    return threshold


def shown_cells(
    cells: pd.DataFrame, threshold: Sequence[int], unshown: set[int], releases: Sequence[Sequence[int]]
) -> tuple[pd.DataFrame, list[list[int]], list[int]]:
    """Return the cells of the tables that are shown, labelled anew, with the releases and the labels they had.

    Parameters
    ----------
    cells : DataFrame
        Cells labelled 0, 1, ..., implicit ones left out.
    threshold : sequence of int
        As :func:`thresholds_above` returns it, those of the cells first.
    unshown : set of int
    releases : sequence of sequences of int
        Labels of the cells that stood side by side in one release.
    """
    kept = [label for label in cells.index.tolist() if label not in unshown]
    at = {label: position for position, label in enumerate(kept)}
    shown = cells.assign(threshold=list(threshold[: len(cells)])).loc[kept].reset_index(drop=True)
    shown["size"] = sizes(shown["value"], shown["threshold"])
    return shown, [[at[label] for label in one if label in at] for one in releases], kept


def told_anyway(tables: Tables, hidden: set[int], unshown: set[int]) -> set[int]:
    """Return the figures of tables not shown that coarser ones tell by themselves: parts of nothing, and the same figure.

    Parameters
    ----------
    tables : Tables
    hidden : set of int
        Labels of the figures hidden, those of ``unshown`` included.
    unshown : set of int
    """
    value, implicit = tables.cells["value"].tolist(), tables.cells["implicit"].tolist()
    nothing = {at for at, figure in enumerate(value) if figure == 0 and at not in hidden and not implicit[at]}
    told, before = set[int](), -1
    while before != (before := len(told) + len(nothing)):
        for equation in tables.equations:
            if equation.total in nothing:
                nothing.update(equation.parts)
            elif nothing.issuperset(equation.parts):
                nothing.add(equation.total)
            if (
                len(equation.parts) == 1
                and not equation.assumed
                and any(one in told or not (one in hidden or implicit[one]) for one in equation.cells)
            ):
                told.update(unshown.intersection(equation.cells))
        told |= unshown & nothing
    return told - set(tables.cells.index[tables.cells["before"]])  # what was hidden stays hidden
