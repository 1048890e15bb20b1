"""Measures of which one is part of another: persons offered support, of those identified.

A part is never above its base, at any place and time, and what lies between is a figure too: those not offered support.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from evalkit.additivity.measures import parts_of_measures
from evalkit.disclosure.equations import Sums
from evalkit.disclosure.family import Family, Node
from evalkit.programme.models import Programme
from evalkit.table import NATION_SCHEME

Pairs = Sequence[tuple[str, str]]


def parts_and_bases(programme: Programme) -> list[tuple[str, str]]:
    """Return which measures are part of which: declared, by an indicator that is a share, or by way of a third.

    Parameters
    ----------
    programme : Programme

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> pairs = parts_and_bases(load_programme("vn-trafficking"))
    >>> ("victims_supported", "victims_offered_support") in pairs, ("victims_supported", "victims_identified") in pairs
    (True, True)
    """
    links = [one for one in parts_of_measures(programme) if not one.at and not one.base_at]
    return sorted((one.part, one.base) for one in links)


def families(cells: pd.DataFrame, pairs: Pairs) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield the cells of each measure on each place basis, and what it is held against.

    That is: the measures that it is part of or that are part of it, and what the nation has of all these on other bases.
    """
    linked: dict[str, set[str]] = {}
    for part, base in pairs:
        linked.setdefault(part, set()).add(base)
        linked.setdefault(base, set()).add(part)
    nation = cells["scheme"] == NATION_SCHEME
    for (measure, basis), family in cells.groupby(["measure", "place_basis"], sort=True):
        others = linked.get(str(measure), set())
        own = cells["place_basis"] == basis
        beside = (own & cells["measure"].isin(others)) | (
            ~own & nation & cells["measure"].isin({measure, *others})
        )
        yield family, cells[beside]


def add_parts(made: Mapping[tuple[str, str], Family], pairs: Pairs, sums: Sums) -> None:
    """Note which figures are part of others of the same place, period and breakdown, reported or following from sums.

    Parameters
    ----------
    made : mapping
        By measure and place basis: its cells.
    pairs : sequence of pair of str
        Part and base.
    sums : Sums
        The sums are added to it.

    Notes
    -----
    What lies between a base and its part (persons not offered support) adds up like a measure: those of a value are no more than all of
    them. Where values leave a rest that follows from neither of the two.
    """
    for part, base in pairs:
        for basis in sorted({basis for _, basis in made}):
            if (part, basis) in made and (base, basis) in made:
                _add_between(made[part, basis], made[base, basis], sums)


def add_parts_at(made: Mapping[tuple[str, str], Family], programme: Programme, sums: Sums) -> None:
    """Note which figures are part of others of another breakdown: women in a shelter, of the women identified.

    Parameters
    ----------
    made, sums
        As for :func:`add_parts`.
    programme : Programme
        Its shares of which the two sides are taken at breakdowns that differ say so.
    """
    for link in [one for one in parts_of_measures(programme) if one.at or one.base_at]:
        for basis in sorted({basis for _, basis in made}):
            if (link.part, basis) in made and (link.base, basis) in made:
                base = {_unordered(node): label for node, label in made[link.base, basis].labels.items()}
                for (place, period, pairs), label in made[link.part, basis].labels.items():
                    inside = ({*pairs} - {*link.at}) | {*link.base_at}
                    above = base.get((place, period, frozenset(inside)))
                    if above is not None and {*link.at} <= {*pairs}:
                        sums.add(above, [label], complete=False, assumed=True)


def _unordered(node: Node) -> tuple[object, object, frozenset[tuple[str, str]]]:
    place, period, pairs = node
    return place, period, frozenset(pairs)


def _add_between(part: Family, base: Family, sums: Sums) -> None:
    between: dict[Node, int] = {}
    for node in [node for node in part.labels if node in base.labels]:
        rest = sums.add(base.labels[node], [part.labels[node]], complete=False)
        if rest is not None:
            between[node] = rest
    for total, nodes in dict.fromkeys([*part.open_sums, *base.open_sums]):
        inside = [between[node] for node in nodes if node in between]
        if total in between and inside:
            sums.add(between[total], inside, complete=False)
