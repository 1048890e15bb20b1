"""All sums that hold among the rows of a facts table, also by way of figures that nobody reported.

A figure is a count over a place, a period and a breakdown, of one measure and place basis. Each of the three lies on an axis on
which some elements are made of others; a *cell* is one element of each. What was reported are cells; so are the totals above
them, and whatever stands in two sums. Everything is arrays: 100,000 rows are linked in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalkit.additivity.axis import Positions
from evalkit.additivity.cells import Sums, among, cells_and_sums
from evalkit.additivity.cells import every_total as all_totals
from evalkit.additivity.space import AXES, MEASURE, Flags, Space, placed
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme

__all__ = ["AXES", "MEASURE", "Lattice", "Sums", "lattice_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """The cells of a set of rows, and every sum that holds among them.

    Attributes
    ----------
    row_cell : array of int
        The cell of each row; -1 for a row that adds up to nothing (a median, an unknown place or measure).
    reported : array of bool
        For each cell, whether a row stands for it.
    family, place, period, breakdown : array of int
        The coordinates of each cell: positions in the families and on the axes of ``space``.
    space : Space
    sums : Sums
    """

    row_cell: Positions
    reported: Flags
    family: Positions
    place: Positions
    period: Positions
    breakdown: Positions
    space: Space
    sums: Sums


def lattice_of(
    facts: pd.DataFrame,
    *,
    registry: Registry,
    programme: Programme,
    apart: Sequence[str] = (),
    asked: Sequence[tuple[int, int]] = (),
    every_total: bool = False,
) -> Lattice:
    """Return all sums that hold among rows of a facts table.

    Parameters
    ----------
    facts : DataFrame
        A facts table; what a row's value or status is plays no part.
    registry, programme
        Tell which places and values there are.
    apart : sequence of str
        Columns of which no two values are ever added up, such as source and edition.
    asked : sequence of pair of int
        Further periods that a sum may be wanted for, as :func:`evalkit.additivity.periods.days` gives them.
    every_total : bool
        Keep the totals above what was reported even where they tell nothing of it: those that could be shown.

    Notes
    -----
    Measures declared ``additive = false`` add up to nothing. A stock adds over places and breakdowns, never over days. Another
    place basis is another figure.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> from evalkit.places.registry import load_registry, reference_folder
    >>> row = {"scheme": "63", "place_basis": "occurrence", "measure": "cases_recorded"}
    >>> facts = pd.DataFrame([row | {"province_code": "24"}, row | {"province_code": "27"}, row | {"province_code": "24", "scheme": "34"}])
    >>> facts["period_start"], facts["period_end"] = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")
    >>> found = lattice_of(facts, registry=load_registry(reference_folder()), programme=load_programme("vn-trafficking"))
    >>> first = found.sums.number == 0
    >>> found.row_cell.tolist(), int(found.sums.whole[0]), found.sums.cell[first].tolist(), bool(found.sums.complete[0])
    ([0, 1, 2], 2, [0, 1], True)
    """
    space, row_cell = placed(facts, registry=registry, programme=programme, apart=apart, asked=asked)
    reported = np.unique(row_cell[row_cell >= 0])
    if every_total:
        cells, sums = all_totals(reported, space)
    else:
        cells, sums = cells_and_sums(reported, space)
        cells, sums = _pruned(cells, np.isin(cells, reported), sums)
    family, place, period, breakdown = space.coordinates(cells)
    return Lattice(
        row_cell=np.where(row_cell >= 0, np.searchsorted(cells, row_cell), -1),
        reported=np.isin(cells, reported),
        family=family,
        place=place,
        period=period,
        breakdown=breakdown,
        space=space,
        sums=sums,
    )


def _pruned(cells: Positions, reported: Flags, sums: Sums) -> tuple[Positions, Sums]:
    """Leave out cells that nobody reported and that stand in one sum only: these tell nothing of any other."""
    while True:
        size = len(cells)
        used = np.bincount(sums.whole, minlength=size) + np.bincount(sums.cell, minlength=size)
        kept = reported | (used > 1)
        if kept.all():
            return cells, sums
        cells, reported, sums = cells[kept], reported[kept], among(sums, kept)
