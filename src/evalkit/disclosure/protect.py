"""Hide what may not be seen, on the facts, for the whole country at once, before anything is computed for a reader.

Which cells are hidden depends on each cell's class (zero, small, large), on the structure of the tables and on what is
published; never on a value within its class. So a hidden figure can change within its class and nothing visible moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

import pandas as pd

from evalkit.disclosure.audit import refuse_recoverable
from evalkit.disclosure.equations import Equation, equations_of, room_of
from evalkit.disclosure.rules import LARGE, SMALL, ZERO, protected_cells
from evalkit.facts.schema import MARK
from evalkit.programme.models import Programme
from evalkit.programme.provinces import Registry
from evalkit.workspace import Audience, DisclosurePolicy

CONFIDENTIAL = "c"


@dataclass(frozen=True, slots=True)
class Protected:
    """Facts that may leave the room, and how many cells were hidden (primary and complementary alike)."""

    facts: pd.DataFrame
    hidden_cells: int


def protect(
    facts: pd.DataFrame,
    *,
    programme: Programme,
    registry: Registry,
    policy: DisclosurePolicy,
    audience: Audience,
) -> Protected:
    """Return the facts with every figure hidden that may not be seen by the audience.

    Parameters
    ----------
    facts : DataFrame
        The facts of the whole country, latest editions, sums over former units included.
    programme : Programme
        Declares which measures count persons.
    registry : Registry
        Tells which figures add up to which.
    policy : DisclosurePolicy
        Thresholds, and whether a custodian lets totals stand.
    audience : "public" or "internal"
        Nothing is hidden from an internal audience.

    Returns
    -------
    Protected
        The same rows in the same order with a column ``mark``; a hidden row has no value, status ``suppressed`` and mark "c".

    Raises
    ------
    DisclosureError
        If a hidden figure could still be worked out. The message names the measure and the remedy, not the figure.

    Notes
    -----
    Primary: a count of persons from 1 to the threshold less one. Complementary: every sum that holds a hidden cell hides at
    least one more, of the class at or above the threshold where there is one. A zero, or a part as large as its total, is
    hidden where it would tell of a whole group. Method: Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
    """
    marked = facts.assign(**{MARK: ""})
    if audience == "internal":
        return Protected(marked, 0)
    cells = protected_cells(facts, programme, policy)
    equations = equations_of(cells, programme, registry)
    hidden = _closure(cells, equations, _primary(cells, equations))
    refuse_recoverable(cells, equations, hidden)
    rows = marked.index.isin(sorted(hidden))
    marked.loc[rows, "value"] = float("nan")
    marked.loc[rows, "status"] = "suppressed"
    marked.loc[rows, "qualifier"] = "exact"
    marked.loc[rows, MARK] = CONFIDENTIAL
    return Protected(marked, len(hidden))


def _primary(cells: pd.DataFrame, equations: Iterable[Equation]) -> set[int]:
    """Return the small cells, and the parts of every breakdown in which one part is the whole group."""
    free = cells[~cells["known"]]
    hidden = set(free.index[free["size"] == SMALL])
    size, known = cells["size"], cells["known"]
    place = (
        cells["province_code"]
        + cells["scheme"]
        + cells["period_start"].astype("str")
        + cells["period_end"].astype("str")
    )
    for equation in equations:
        parts = list(equation.parts)
        same_place = len(parts) > 1 and (place[parts] == place[equation.total]).all()
        if same_place and size[equation.total] != ZERO and (size[parts] != ZERO).sum() == 1:
            hidden.update(part for part in parts if not known[part])
    return hidden


def _closure(cells: pd.DataFrame, equations: list[Equation], hidden: set[int]) -> set[int]:
    """Hide further cells until every sum with a hidden cell holds enough of them."""
    room = room_of(cells, equations)
    size: dict[int, int] = dict(zip(cells.index, cells["size"], strict=True))
    known: dict[int, bool] = dict(zip(cells.index, cells["known"], strict=True))
    hidden, changed = set(hidden), True
    while changed:
        changed = False
        for equation in equations:
            free = [cell for cell in equation.cells if cell not in hidden and not known[cell]]
            while free and not _is_covered(
                [cell for cell in equation.cells if cell in hidden], size=size, room=room
            ):
                chosen = next((cell for cell in free if size[cell] == LARGE), free[0])
                free.remove(chosen)
                hidden.add(chosen)
                changed = True
    return hidden


def _is_covered(inside: list[int], *, size: dict[int, int], room: dict[int, tuple[float, float]]) -> bool:
    """Tell whether the hidden cells of one sum protect each other.

    There are none; or one at least is large, and whatever each of them needs to move by, the others have room for.
    """
    if not inside:
        return True
    total = sum(room[cell][0] for cell in inside)
    return any(size[cell] == LARGE for cell in inside) and all(
        total - room[cell][0] >= room[cell][1] if room[cell][0] != inf else len(inside) > 1 for cell in inside
    )
