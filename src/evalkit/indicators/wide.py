"""The facts as a wide table: a row per place, period, place basis and source, a column per measure.

A cell holds where in the facts the figure stands, or :data:`NONE`. Whoever looks for a denominator reads a cell of the same
row, for every indicator and place at once, and filters nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.indicators.person_years import PERIOD, PLACE
from evalkit.programme.models import Programme

Places = NDArray[np.intp]
NONE = -1
NO_COLUMN = -1  # the last column, which is empty


class Column(NamedTuple):
    """A measure, or a part of one, as a column.

    Attributes
    ----------
    name : str
        As the rows bear it: ``measure`` or ``measure[dimension=value]``.
    measure : str
        The measure declared.
    placed : str
        Of a base that may be counted elsewhere (visits, another holder's figure) the place basis of its numerator: figures
        on the measure's own basis are placed there. "" where they stay where they are.
    """

    name: str
    measure: str
    placed: str = ""


@dataclass(frozen=True, slots=True)
class Wide:
    """A table of figures by row and column; every row is of a source, on a place basis (together a site), in a span.

    Attributes
    ----------
    facts : DataFrame
        The figures that any column holds, numbered from 0: totals and parts, latest editions.
    bases, sources : Index
        Names by number.
    own : ndarray, one row per source, column by column
        Every source's figures.
    shown : ndarray, one row per place, period and place basis
        Those of the preferred sources.
    at_home : ndarray, one row per place and period
        Those of the preferred sources, on the place basis that the measure declares.
    there : ndarray of bool, one row per place and period
        Whether there is any row at all, on whatever basis.
    site_of, source_of : ndarray
        Of each row of ``own`` its row of ``shown``, and its source.
    span_of, basis_of : ndarray
        Of each row of ``shown`` its row of ``at_home``, and its place basis.
    fact_of : ndarray
        Of each row of ``at_home`` one of its figures, which has its place and period.
    """

    facts: pd.DataFrame
    bases: pd.Index
    sources: pd.Index
    own: Places
    shown: Places
    at_home: Places
    there: NDArray[np.bool_]
    site_of: Places
    source_of: Places
    span_of: Places
    basis_of: Places
    fact_of: Places


class _Entries(NamedTuple):
    """What stands in the cells: figure, column and place basis of each, those placed elsewhere last."""

    fact: Places
    column: Places
    basis: Places


def wide_of(rows: pd.DataFrame, shown: pd.DataFrame, columns: Sequence[Column], programme: Programme) -> Wide:
    """Return the wide table of some columns.

    Parameters
    ----------
    rows : DataFrame
        Totals and parts, latest editions, with an index of their own.
    shown : DataFrame
        Those of ``rows`` that come from the preferred sources.
    columns : sequence of Column
    programme : Programme
    """
    kept = rows[rows["measure"].isin([column.name for column in columns])]
    preferred = kept.index.isin(shown.index)
    facts = kept.reset_index(drop=True)
    placed = [column.placed for column in columns if column.placed]
    bases = pd.Index(dict.fromkeys([*facts["place_basis"].unique(), *placed]), dtype="str")
    source, sources = pd.factorize(facts["source_id"])
    spans, fact_of = _numbered(facts, [*PLACE, *PERIOD])
    entries = _entries(facts, columns, bases, programme)
    by_basis, by_source = len(bases) or 1, len(sources) or 1
    sites, site = np.unique(spans[entries.fact] * by_basis + entries.basis, return_inverse=True)
    units, unit = np.unique(site * by_source + source[entries.fact], return_inverse=True)
    is_shown = preferred[entries.fact]
    home = is_shown & (entries.basis == _home_bases(columns, bases, programme)[entries.column])
    size, span = len(columns), spans[entries.fact]
    return Wide(
        facts,
        bases,
        pd.Index(sources),
        own=_filled((len(units), size), unit, entries.column, entries.fact),
        shown=_filled((len(sites), size), site[is_shown], entries.column[is_shown], entries.fact[is_shown]),
        at_home=_filled((len(fact_of), size), span[home], entries.column[home], entries.fact[home]),
        there=_filled((len(fact_of), size), span, entries.column, entries.fact) != NONE,
        **dict(zip(("site_of", "source_of"), np.divmod(units, by_source), strict=True)),
        **dict(zip(("span_of", "basis_of"), np.divmod(sites, by_basis), strict=True)),
        fact_of=fact_of,
    )


def days_of(wide: Wide, spans: Places) -> Mapping[str, NDArray[np.datetime64]]:
    """Return the first and the last days of some places and periods."""
    facts = wide.fact_of[spans]
    return {
        name: wide.facts[name].to_numpy().astype("datetime64[D]")[facts]
        for name in ("period_start", "period_end")
    }


def numbers_of(names: pd.Series | Sequence[str], known: pd.Index) -> Places:
    """Return the number of each name among those known; :data:`NONE` for another name."""
    return known.get_indexer(pd.Series(names, dtype="str"))  # type: ignore[arg-type]


def _numbered(facts: pd.DataFrame, key: Sequence[str]) -> tuple[Places, Places]:
    """Return the number of each row's key, and the first row of each key."""
    number = np.zeros(len(facts), dtype=np.intp)
    for name in key:
        codes, values = pd.factorize(facts[name])
        number = np.unique(number * (len(values) + 1) + codes + 1, return_inverse=True)[1]
    return number, np.unique(number, return_index=True)[1]


def _entries(
    facts: pd.DataFrame, columns: Sequence[Column], bases: pd.Index, programme: Programme
) -> _Entries:
    names = pd.Index([column.name for column in columns if not column.placed])
    first = {column.name: place for place, column in enumerate(columns) if not column.placed}
    places = np.array([first[name] for name in names], dtype=np.intp)
    fact, basis = np.arange(len(facts)), numbers_of(facts["place_basis"], bases)
    measure = numbers_of(facts["measure"], names)
    parts = [_Entries(fact, places[measure], basis)]
    for place, column in enumerate(columns):
        if not column.placed:
            continue
        mine = fact[measure == names.get_loc(column.name)]
        home, new = numbers_of([programme.measures[column.measure].place_basis, column.placed], bases)
        at_home = basis[mine] == home
        placed = np.where(at_home, new, basis[mine])
        order = np.argsort(at_home, kind="stable")
        parts.append(_Entries(mine[order], np.full(len(mine), place), placed[order]))
    return _Entries(*(np.concatenate(some) for some in zip(*parts, strict=True)))


def _home_bases(columns: Sequence[Column], bases: pd.Index, programme: Programme) -> Places:
    """Return the declared place basis of each column, by number; another number where no figure has it."""
    homes = [programme.measures[column.measure].place_basis for column in columns]
    found = numbers_of(homes, bases)
    return np.where(found == NONE, len(bases), found)


def _filled(shape: tuple[int, int], row: Places, column: Places, fact: Places) -> Places:
    """Return a table of figures with an empty column at its end; where two would stand in one cell, the later one does."""
    table = np.full((shape[0], shape[1] + 1), NONE, dtype=np.intp)
    table[row, column] = fact
    return table
