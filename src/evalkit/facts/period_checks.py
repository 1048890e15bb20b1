"""Check the periods of a facts table: their days, what has not ended, what overlaps, and boundary sets not in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from evalkit.additivity.periods import days
from evalkit.facts.intake import FILE
from evalkit.messages import worded
from evalkit.places.registry import Registry
from evalkit.places.units import Unit
from evalkit.programme.models import Programme
from evalkit.table import dimensions_of

Misdated = tuple[str, pd.Series, str, str, str]
_UNENDED = worded("a period that has not ended is shown as so far, and compared with nothing")


def misdated(
    table: pd.DataFrame, registry: Registry, programme: Programme, *, day: date
) -> Iterator[Misdated]:
    """Yield severity, row, column, rule and remedy for each row whose days cannot be, or want a second look.

    Parameters
    ----------
    table : DataFrame
        A facts table with ``file`` and ``row``.
    registry : Registry
        Tells from when to when a boundary set was in force.
    programme : Programme
        Tells which measures are stocks: theirs overlap nothing.
    day : date
        The day of the check.
    """
    today = pd.Timestamp(day)
    start, end, edition = table["period_start"], table["period_end"], table["edition_date"]
    cases = [
        (
            "error",
            end < start,
            "period_end",
            worded("a period ends on or after the day it starts"),
            worded("correct the dates"),
        ),
        (
            "error",
            start > today,
            "period_start",
            worded("a period lies in the future"),
            worded("correct the year"),
        ),
        (
            "error",
            edition > today,
            "edition_date",
            worded("an edition lies in the future"),
            worded("give the day it was published"),
        ),
        (
            "warning",
            (start <= today) & (end > today),
            "period_end",
            _UNENDED,
            worded("give the days that the figure is for"),
        ),
        (
            "warning",
            (edition <= today) & (edition < end),
            "edition_date",
            worded("a figure was published before its period ended"),
            worded("give the days that the figure is for, or the day of the edition"),
        ),
    ]
    for severity, wrong, column, rule, do in cases:
        for _, row in table[wrong].iterrows():
            yield severity, row, column, rule, do
    yield from _not_in_force(table, registry)
    yield from _overlapping(table, programme)


def _not_in_force(table: pd.DataFrame, registry: Registry) -> Iterator[Misdated]:
    """Yield the first row of each place whose boundary set was not in force, where its boundaries are others in the one that was."""
    for scheme in registry.schemes:
        units = registry.units(scheme)
        same = {unit.code for unit in units if _same_boundaries(registry, unit)}
        rows = table[(table["scheme"] == scheme) & ~table["province_code"].isin(same)]
        ends = [unit.valid_to for unit in units if unit.valid_to is not None]
        starts = [unit.valid_from for unit in units if unit.valid_from is not None]
        if ends:
            late = rows[rows["period_start"] > pd.Timestamp(max(ends))]
            yield from _once_a_place(
                late, worded("scheme {scheme} had ended when this period began", scheme=repr(scheme))
            )
        if starts:
            early = rows[rows["period_end"] < pd.Timestamp(min(starts))]
            yield from _once_a_place(
                early, worded("scheme {scheme} had not begun when this period ended", scheme=repr(scheme))
            )


def _once_a_place(rows: pd.DataFrame, rule: str) -> Iterator[Misdated]:
    do = worded(
        "nothing where the source put its figures together for these units; else write them under the boundary set then in force, in a form made with --scheme"
    )
    for _, same in rows.groupby([FILE, "province_code"], sort=False):
        first = same.iloc[0]
        told = worded("{rule} (rows of this place: {number})", rule=rule, number=len(same))
        yield "warning", first, "scheme", told if len(same) > 1 else rule, do


def _same_boundaries(registry: Registry, unit: Unit) -> bool:
    """Tell whether a unit was made of one other alone, and went into one that was made of nothing else."""
    after = registry.successor(unit.code, unit.scheme)
    before = registry.components(unit.code, unit.scheme)
    return len(before) <= 1 and (after is None or len(registry.components(after.code, after.scheme)) == 1)


def _overlapping(table: pd.DataFrame, programme: Programme) -> Iterator[Misdated]:
    """Yield the later of two periods of one figure that overlap while neither contains the other."""
    flows = [name for name, one in programme.measures.items() if one.additive and one.time_basis != "stock"]
    rows = table[table["measure"].isin(flows)]
    spans, at = np.unique(days(rows["period_start"], rows["period_end"]), axis=0, return_inverse=True)
    start, end = spans[:, 0], spans[:, 1]
    across = (start[:, None] < start) & (start < end[:, None]) & (end[:, None] < end)
    rows = rows.assign(_span=at.reshape(-1))[
        np.isin(at.reshape(-1), np.flatnonzero((across | across.T).any(axis=0)))
    ]
    figure = ["province_code", "scheme", "place_basis", "measure", "source_id", "edition_date"]
    dimensions = [name for name in dimensions_of(table) if name in programme.dimensions]
    for _, group in rows.groupby([*figure, *dimensions], sort=False):
        held = group["_span"].to_numpy()
        for _, row in group[across[np.ix_(held, held)].any(axis=0)].iterrows():
            rule = worded(
                "{measure} is given for periods that overlap, such as police years beside calendar years",
                measure=row["measure"],
            )
            yield (
                "warning",
                row,
                "period_start",
                rule,
                worded("such figures are never added up or compared: give one kind of year"),
            )
