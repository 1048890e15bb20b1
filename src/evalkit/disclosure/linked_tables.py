"""All linked tables of a country at once: its cells, the implicit ones, and the sums among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from evalkit.additivity.apparent import apparent_sums
from evalkit.additivity.places import NATION
from evalkit.disclosure.crossing_sums import add_crossing_sums
from evalkit.disclosure.equations import Sums, Tables, dimensions
from evalkit.disclosure.family import Family, Node, add_family
from evalkit.disclosure.measure_sums import add_measure_sums
from evalkit.disclosure.parts import Pairs, add_parts, add_parts_at, families, parts_and_bases
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme


def labelled(cells: pd.DataFrame) -> pd.DataFrame:
    """Label protected cells 0, 1, ... in the order of their keys, so that the order of rows decides nothing.

    Parameters
    ----------
    cells : DataFrame
        What :func:`evalkit.disclosure.protection_rules.protected_cells` returns.

    Returns
    -------
    DataFrame
        With a column ``row``: the label of the facts row.
    """
    key = [*_lasting(cells), "edition_date"]
    return cells.rename_axis("row").reset_index().sort_values(key, kind="stable", ignore_index=True)


def _lasting(cells: pd.DataFrame) -> list[str]:
    """Return the columns that name a figure in all its editions."""
    names = ["measure", "source_id", "place_basis", "province_code", "scheme", "period_start", "period_end"]
    return [*names, *dimensions(cells)]


def linked_tables(
    cells: pd.DataFrame,
    programme: Programme,
    registry: Registry,
    *,
    releases: Sequence[Sequence[int]] = (),
) -> Tables:
    """Return every sum that holds among the cells.

    Parameters
    ----------
    cells : DataFrame
        What :func:`labelled` returns; one edition of each figure, and those of earlier releases.
    programme : Programme
        Tells which breakdowns add up to their total.
    registry : Registry
        Tells which units form the nation and its regions, and which former units form a unit.
    releases : sequence of sequences of int
        Labels of the cells that stood side by side in one release; by default all of them.

    Returns
    -------
    Tables
        Sums over places, periods and breakdowns, with the implicit cells they need. Stocks, such as persons in process at
        the end of a year, are not added over time. One figure given by two sources is one figure, and where they differ each
        source's sums are its own, too; one given by two editions
        is the earlier one and what was added or taken away; of two measures one may be part of the other; and the nation's
        persons are taken to be the same by whatever place basis they are counted, unless their figures differ. Parts that do
        add up to their total are taken to, whatever is declared (:mod:`evalkit.additivity.apparent`,
        :mod:`evalkit.disclosure.crossing_sums`, :mod:`evalkit.disclosure.measure_sums`).
    """
    sums, pairs = Sums(cells), parts_and_bases(programme)
    done: dict[tuple[object, ...], Family] = {}
    together_made: list[dict[tuple[str, str], Family]] = []
    for together in _readings(cells, releases or [cells.index.tolist()], pairs):
        made = dict[tuple[str, str], Family]()
        for family, beside in families(together, pairs):
            key = (tuple(family.index), tuple(beside.index))
            if key not in done:
                done[key] = add_family(family, beside, programme, registry, sums)
            made[str(family["measure"].iloc[0]), str(family["place_basis"].iloc[0])] = done[key]
        add_parts(made, pairs, sums)
        add_parts_at(made, programme, sums)
        together_made.append(made)
    _add_editions(cells, sums)
    sums.settle()
    _add_nation(together_made, pairs, sums)
    sums.settle()
    _add_apparent(list(done.values()), cells, programme, sums)
    add_crossing_sums(list(done.values()), cells["source_id"].tolist(), programme, sums)
    for made in together_made:
        add_measure_sums(made, cells["source_id"].tolist(), programme, sums)
    sums.settle()
    return Tables(_with_implicit(cells, sums), tuple(sums.equations))


def _readings(cells: pd.DataFrame, releases: Sequence[Sequence[int]], pairs: Pairs) -> Iterator[pd.DataFrame]:
    """Yield what stood side by side in each release, and apart what each source gives that contradicts another there.

    Of two totals that differ the second, too, has parts that its own source gives: with the first they leave something else.
    """
    linked = dict[str, set[str]]()
    for part, base in pairs:
        linked.setdefault(part, set()).add(base)
        linked.setdefault(base, set()).add(part)
    for labels in releases:
        together = cells.loc[sorted(set(labels))]
        yield together
        figure = [name for name in _lasting(cells) if name != "source_id"]
        unlike = together[together.groupby(figure)["value"].transform("nunique") > 1]
        for source, own in unlike.groupby("source_id", sort=True):
            measures = {other for name in own["measure"] for other in (name, *linked.get(name, ()))}
            yield together[(together["source_id"] == source) & together["measure"].isin(measures)]


_OfNation = Mapping[str, int]  # the label of one figure of the nation by place basis


def _add_nation(releases: Sequence[Mapping[tuple[str, str], Family]], pairs: Pairs, sums: Sums) -> None:
    """Note that the nation has one figure, whether persons are counted where they live or where they were found.

    Where the two differ they are not the same persons, and neither tells of the other. One that was given on no such basis is taken
    to be the one that was, unless its parts exceed that; and a part of the nation's persons is one on whatever basis it is counted.
    """
    least = _least(sums)
    for made in releases:
        found: dict[tuple[str, Node], dict[str, int]] = {}
        for (measure, basis), family in sorted(made.items()):
            for node, label in family.labels.items():
                if node[0] == NATION:
                    found.setdefault((measure, node), {})[basis] = label
        for labels in found.values():
            _add_same(list(labels.values()), least, sums)
        for part, base in pairs:
            for node in [node for measure, node in found if measure == part]:
                _add_part(found[part, node], found.get((base, node), {}), sums)


def _add_same(labels: Sequence[int], least: Mapping[int, float], sums: Sums) -> None:
    """Note which of one figure's labels, a place basis each, are the same: those of one value, and those of none."""
    known = [label for label in labels if not isnan(sums.value[label])]
    for label in labels:
        value = sums.value[label]
        may_be = (
            one
            for one in known
            if sums.value[one] == value or (isnan(value) and sums.value[one] >= least.get(label, 0.0))
        )
        same = next(may_be, label)
        if same != label:
            sums.add(same, [label], assumed=True)


def _least(sums: Sums) -> dict[int, float]:
    """Return what the known parts of each figure that nobody reported amount to."""
    least: dict[int, float] = {}
    for one in sums.equations:
        if isnan(sums.value[one.total]):
            parts = sum(sums.value[part] for part in one.parts if not isnan(sums.value[part]))
            least[one.total] = max(least.get(one.total, 0.0), parts)
    return least


def _add_part(part: _OfNation, base: _OfNation, sums: Sums) -> None:
    """Note that the nation's figure is part of another that is given on other place bases alone."""
    for basis, label in part.items() if base else ():
        for other in base.values() if basis not in base else ():
            if sums.value[label] <= sums.value[other]:
                sums.add(other, [label], complete=False, assumed=True)


def _add_apparent(made: Sequence[Family], cells: pd.DataFrame, programme: Programme, sums: Sums) -> None:
    """Note which parts add up to their total in fact: whoever tries that is right."""
    source = cells["source_id"].tolist()
    for family in made:
        by_source: dict[object, dict[Node, int]] = {}
        for label, node in family.given.items():
            by_source.setdefault(source[label], {})[node] = label
        reported = {node: family.labels[node] for node in family.given.values()}
        others = list(by_source.values()) if len(by_source) > 1 else []
        readings = [reported, family.labels, *others] if reported else []
        for total, parts in apparent_sums(readings, sums.value, programme.dimensions):
            sums.add(total, parts, group=True, assumed=True)


def _add_editions(cells: pd.DataFrame, sums: Sums) -> None:
    """Note what each later edition of a figure adds to each earlier one or takes away: who keeps both knows it."""
    lasting = _lasting(cells)
    older = cells.duplicated(lasting, keep=False) & cells["value"].notna()
    if not older.any():
        return
    for _, editions in cells[older].sort_values("edition_date", kind="stable").groupby(lasting, sort=True):
        labels: list[int] = editions.index.tolist()
        for (at, one), (then, other) in combinations(enumerate(labels), 2):
            low, high = sorted((one, other), key=lambda label: sums.value[label])
            apart = (
                then - at > 1
            )  # earlier copies held only neighbours together: what two others told does not stop a release
            sums.add(high, [low], complete=sums.value[low] == sums.value[high], assumed=apart)


def _with_implicit(cells: pd.DataFrame, sums: Sums) -> pd.DataFrame:
    """Return the cells, and the implicit ones with the place, period and breakdown of a cell like each."""
    made, count = sums.implicit_cells(), len(cells)
    implicit = np.arange(count + len(made)) >= count
    own = {name: cells[name] if name in cells else np.zeros(count, bool) for name in ("released", "before")}
    own |= {name: cells[name] for name in ("known", "value", "threshold", "size", "row") if name in cells}
    beyond: dict[str, Any] = {"known": False, "released": False, "before": False, "row": -1}
    beyond |= {name: made[name].to_numpy() for name in ("value", "threshold", "size")}
    columns = {
        name: np.concatenate([np.asarray(values), np.broadcast_to(beyond[name], len(made))])
        for name, values in own.items()
    }
    fixed = np.concatenate([np.zeros(count, dtype=bool), made["fixed"].to_numpy(bool)])
    like = [*range(count), *made["like"].tolist()]
    return cells.take(like).reset_index(drop=True).assign(**columns, implicit=implicit, fixed=fixed)
