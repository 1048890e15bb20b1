"""Sums over measures that nobody declares to hold and a reader tries all the same: those that do hold, as reported.

Those verified need not be the victims and the others, for some were received in the year before; two holders need not count the same
victims. Where the figures do agree, whoever subtracts one from another is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from evalkit.additivity.apparent import holding
from evalkit.additivity.places import NATION
from evalkit.disclosure.equations import Sums
from evalkit.disclosure.family import EVERY, Family, Node
from evalkit.disclosure.parts import parts_and_bases
from evalkit.programme.models import Measure, Programme

Made = Mapping[tuple[str, str], Family]
_Readings = Mapping[object, Mapping[Node, int]]
_Tried = Callable[[tuple[str, ...]], tuple[tuple[str, ...], ...]]


class Parts:
    """Which measures a reader may take to make up another: its parts, and those that are subtracted from it.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> parts = Parts(load_programme("vn-trafficking"))
    >>> parts.of("persons_verified")
    ('persons_not_victims', 'victims_identified')
    >>> parts.tried("persons_received", ("persons_in_process", "persons_verified", "victims_identified"))
    (('persons_in_process', 'persons_verified'),)
    """

    def __init__(self, programme: Programme) -> None:
        self._likely = {
            (name, base) for name, one in programme.measures.items() for base in one.subtracted_from
        }
        self._every = sorted({*parts_and_bases(programme), *self._likely})
        self._tried: dict[tuple[str, tuple[str, ...]], tuple[tuple[str, ...], ...]] = {}

    @property
    def bases(self) -> list[str]:
        """The measures that have several parts."""
        bases = [base for _, base in self._every]
        return sorted({one for one in bases if bases.count(one) > 1})

    def of(self, base: str) -> tuple[str, ...]:
        """Return the parts of a measure."""
        return tuple(part for part, by in self._every if by == base)

    def tried(self, base: str, given: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Return the sets of parts that are tried where some are given, the likeliest first.

        Notes
        -----
        None that lies within another of them: all; all that are not surely parts; all but one, which may overlap them.
        """
        if (base, given) not in self._tried:
            widest = tuple(one for one in given if not any((one, other) in self._every for other in given))
            unsure = tuple(one for one in widest if (one, base) in self._likely)
            but_one = [tuple(one for one in widest if one != other) for other in reversed(widest)]
            sets = dict.fromkeys([widest, unsure, *but_one])
            self._tried[base, given] = tuple(one for one in sets if len(one) > 1)
        return self._tried[base, given]


def add_measure_sums(made: Made, source: Sequence[object], programme: Programme, sums: Sums) -> None:
    """Note where the figures of measures add up to another's, or two holders' are the same, though nothing says that they must.

    Parameters
    ----------
    made : mapping
        By measure and place basis: the cells of one release.
    source : sequence
        The source of each label that was reported.
    programme : Programme
    sums : Sums
        The sums are added to it.
    """
    readings = {name: family.readings(source) for name, family in made.items()}
    every = Parts(programme)
    for base, basis in [name for name in sorted(made) if name[0] in every.bases]:
        found = {one: _on(basis, one, readings) for one in every.of(base)}
        parts = {one: reading for one, reading in found.items() if reading}
        tried = partial(every.tried, base)
        _add_parts(readings[base, basis], parts, tried, sums)
    for stock, one in programme.measures.items():
        for basis in sorted({basis for measure, basis in made if measure == stock and one.grows_by}):
            labels = {measure: family.labels for (measure, own), family in made.items() if own == basis}
            _add_moves(labels, stock, one, sums)
    for indicator in programme.indicators.values():
        if (
            indicator.kind == "consistency"
            and indicator.part == indicator.base_part
            and indicator.denominator
        ):
            _add_same(_of(readings, indicator.numerator), _of(readings, indicator.denominator), sums)


def _on(basis: str, measure: str, readings: Mapping[tuple[str, str], _Readings]) -> _Readings:
    """Return the figures of a measure on a place basis; where it has none on it, the nation's, which has one by whatever basis."""
    if (measure, basis) in readings:
        return readings[measure, basis]
    others = _of(readings, measure)
    return {
        name: {node: label for node, label in own.items() if node[0] == NATION}
        for name, own in (others[0].items() if others else ())
    }


def _of(readings: Mapping[tuple[str, str], _Readings], measure: str) -> list[_Readings]:
    return [one for (name, _), one in sorted(readings.items()) if name == measure]


def _add_parts(base: _Readings, parts: Mapping[str, _Readings], tried: _Tried, sums: Sums) -> None:
    """Note which measures add up to a base, at each place, period and breakdown, by whatever reading."""
    names = dict.fromkeys(name for one in parts.values() for name in one)
    for node in base[EVERY]:
        groups = [
            {part: one[name][node] for part, one in parts.items() if node in one.get(name, {})}
            for name in names
        ]
        sets = [{one: group[one] for one in own} for group in groups for own in tried(tuple(group))]
        for amount, total in _amounts(base, node, sums) if sets else ():
            for found in holding(sets, amount, sums.value):
                sums.add(total, found, assumed=True)


def _amounts(base: _Readings, node: Node, sums: Sums) -> list[tuple[float, int]]:
    """Return what a figure amounts to by each reading, with its label; a total of nothing is left out, for its parts are nothing."""
    labels = [one[node] for one in base.values() if node in one]
    known = {sums.value[label]: label for label in reversed(labels) if sums.value[label] > 0}
    return sorted(known.items())


def _add_same(some: Sequence[_Readings], others: Sequence[_Readings], sums: Sums) -> None:
    """Note where two holders give the same figure, whatever place each counts at."""
    for one in some:
        for other in others:
            for node, label in one[EVERY].items():
                same = other[EVERY].get(node)
                if same is not None and np.isclose(sums.value[label], sums.value[same]):
                    sums.add(same, [label], assumed=True)


def _add_moves(labels: Mapping[str, Mapping[Node, int]], stock: str, one: Measure, sums: Sums) -> None:
    """Note where a stock and what came in are the next stock and what went out, over one period."""
    of_day = {(place, after, pairs): label for (place, (_, after), pairs), label in labels[stock].items()}
    for node in labels.get(one.grows_by[0], {}):
        place, (start, after), pairs = node
        came, went = (
            [labels.get(name, {}).get(node) for name in flows] for flows in (one.grows_by, one.falls_by)
        )
        sides = (
            [of_day.get((place, start, pairs)), *came],
            [of_day.get((place, after, pairs)), *went],
        )
        first, second = ([label for label in side if label is not None] for side in sides)
        every = len(first) + len(second) == 2 + len(came) + len(went)
        if every and np.isclose(_amount(first, sums), _amount(second, sums)):
            both = sums.implicit(like=second[0])
            sums.add(both, first, assumed=True)
            sums.add(both, second, assumed=True)


def _amount(labels: Sequence[int], sums: Sums) -> float:
    return sum(sums.value[label] for label in labels)
