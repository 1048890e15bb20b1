"""The sums an attacker can write down: each total with its parts, over all linked tables at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import pandas as pd

from evalkit.facts.schema import NATION_SCHEME, dimensions_of
from evalkit.programme.models import Programme
from evalkit.programme.provinces import Registry

Span = tuple[pd.Timestamp, pd.Timestamp, int]
WHOLE = ["measure", "source_id", "place_basis"]


@dataclass(frozen=True, slots=True)
class Equation:
    """A total and its parts, as row labels of the cells. A single part means that both are one and the same figure."""

    total: int
    parts: tuple[int, ...]

    @property
    def cells(self) -> tuple[int, ...]:
        """The parts and then the total: hiding a part is preferred to hiding a total."""
        return (*self.parts, self.total)


def equations_of(cells: pd.DataFrame, programme: Programme, registry: Registry) -> list[Equation]:
    """Return every sum that holds among the cells.

    Parameters
    ----------
    cells : DataFrame
        The rows that count persons, as :func:`evalkit.disclosure.rules.protected_cells` returns them.
    programme : Programme
        Tells which dimensions add up to their total.
    registry : Registry
        Tells which units form the nation and which former units form a unit.

    Returns
    -------
    list of Equation
        Nation over provinces, new over former provinces, total over breakdown, longer over shorter periods; within one
        source and place basis. A sum with a part that was not reported is no equation.
    """
    return [
        *_breakdowns(cells, programme),
        *_nation(cells, registry),
        *_former_units(cells, registry),
        *_periods(cells),
    ]


def _keys(cells: pd.DataFrame, *without: str) -> list[str]:
    names = [*WHOLE, "province_code", "scheme", "period_start", "period_end", *_dimensions(cells)]
    return [name for name in names if name not in without]


def _dimensions(cells: pd.DataFrame) -> list[str]:
    return [name for name in dimensions_of(cells) if name not in ("known", "threshold", "size")]


def _breakdowns(cells: pd.DataFrame, programme: Programme) -> Iterator[Equation]:
    for name in _dimensions(cells):
        if not programme.dimensions[name].exhaustive:
            continue
        key = _keys(cells, name)
        crossed = cells[cells[name] != "all"]
        totals = cells[cells[name] == "all"]
        total_of = dict(zip(totals[key].itertuples(index=False, name=None), totals.index, strict=True))
        parts: dict[tuple[object, ...], list[int]] = {}
        for values, label in zip(crossed[key].itertuples(index=False, name=None), crossed.index, strict=True):
            parts.setdefault(values, []).append(int(label))
        whole = len(programme.dimensions[name].values)
        for values, labels in parts.items():
            if values in total_of and len(labels) == whole:
                yield Equation(int(total_of[values]), tuple(labels))


def _nation(cells: pd.DataFrame, registry: Registry) -> Iterator[Equation]:
    nation = cells[cells["scheme"] == NATION_SCHEME]
    key = _keys(cells, "province_code", "scheme")
    for scheme in registry.schemes:
        units = {unit.code for unit in registry.units(scheme)}
        groups = dict(iter(cells[cells["scheme"] == scheme].groupby(key, sort=True)))
        for values, total in nation.groupby(key, sort=True):
            parts = groups.get(values)
            if parts is not None and set(parts["province_code"]) == units:
                yield Equation(int(total.index[0]), tuple(parts.index))


def _former_units(cells: pd.DataFrame, registry: Registry) -> Iterator[Equation]:
    key = _keys(cells)
    index = {
        values: label
        for label, values in zip(cells.index, cells[key].itertuples(index=False, name=None), strict=True)
    }
    at = (key.index("province_code"), key.index("scheme"))
    for values, label in index.items():
        if values[at[1]] not in registry.schemes:
            continue
        parts = []
        for part in registry.components(values[at[0]], values[at[1]]):
            old = list(values)
            old[at[0]], old[at[1]] = part.code, part.scheme
            parts.append(index.get(tuple(old)))
        found = [part for part in parts if part is not None]
        if parts and len(found) == len(parts):
            yield Equation(int(label), tuple(found))


def _periods(cells: pd.DataFrame) -> Iterator[Equation]:
    for _, group in cells.groupby(_keys(cells, "period_start", "period_end"), sort=True):
        if len(group) < 3:
            continue
        spans: list[Span] = list(zip(group["period_start"], group["period_end"], group.index, strict=True))
        for start, end, label in spans:
            inner = [span for span in spans if span[0] >= start and span[1] <= end and span[2] != label]
            chain = _tiles(start, end, inner)
            if len(chain) > 1:
                yield Equation(label, tuple(chain))


def _tiles(
    start: pd.Timestamp, end: pd.Timestamp, spans: list[tuple[pd.Timestamp, pd.Timestamp, int]]
) -> list[int]:
    """Return the spans, the longest first at each step, that follow each other from start to end without a gap."""
    chain, at = [], start
    while at <= end:
        next_spans = [span for span in spans if span[0] == at]
        if not next_spans:
            return []
        longest = max(next_spans, key=lambda span: span[1])
        chain.append(longest[2])
        at = longest[1] + pd.Timedelta(days=1)
    return chain


def room_of(cells: pd.DataFrame, equations: list[Equation]) -> dict[int, tuple[float, float]]:
    """Return for each cell how far it could lie from zero for all an outsider knows, and how far it needs to.

    Both follow from what is published or stands anyway: a part of a known total is at most that total.
    """
    value, known, threshold = (cells[name].to_dict() for name in ("value", "known", "threshold"))
    most = dict.fromkeys(cells.index, inf)
    for equation in equations:
        if known[equation.total]:
            given = sum(value[part] for part in equation.parts if known[part])
            for part in equation.parts:
                most[part] = min(most[part], value[equation.total] - given)
    return {cell: (most[cell], min(threshold[cell] - 1, most[cell])) for cell in cells.index}
