"""The breakdowns: a total of its values by sex, age, form, each crossed with the others; values that one person can have two of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import product

from evalkit.additivity.axis import Axis, Partition, unique_partitions
from evalkit.programme.models import Dimension
from evalkit.table import ALL

Breakdown = tuple[str, ...]
REST = "the rest beside "


def breakdowns_axis(breakdowns: Collection[Breakdown], dimensions: Mapping[str, Dimension]) -> Axis:
    """Return breakdowns, and the totals above them, as an axis.

    Parameters
    ----------
    breakdowns : collection of tuple of str
        The value of each dimension, "all" for the total.
    dimensions : mapping of Dimension
        The dimensions, in the order of the values.

    Returns
    -------
    Axis
        Its elements are tuples of values; a value that begins with :data:`REST` stands for those who have none of the values
        that it names.

    Notes
    -----
    Values that are declared exhaustive make up the total. Of others, values that no person has two of make it up together
    with a rest, a wider value is made of a narrower one and a rest, and each value that overlaps all others is a part by
    itself. Dimensions whose values are never added have no total.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> sex = {"sex": load_programme("vn-trafficking").dimensions["sex"]}
    >>> axis = breakdowns_axis([("female",)], sex)
    >>> axis.elements, axis.partitions
    ((('female',), ('all',), ('male',)), (Partition(whole=1, parts=(0, 2)),))
    """
    rules = [_rules(dimension) for dimension in dimensions.values()]
    at = {one: place for place, one in enumerate(dict.fromkeys(breakdowns))}
    for known in list(at):
        for wider in product(*(_wider(value, rule) for value, rule in zip(known, rules, strict=True))):
            at.setdefault(wider, len(at))
    crossed = {_crossed(one) for one in at}
    found, waiting = [], list(at)
    while waiting:
        one = waiting.pop()
        for place, rule in enumerate(rules):
            for values in rule.get(one[place], ()):
                parts = [(*one[:place], value, *one[place + 1 :]) for value in values]
                if _crossed(parts[0]) in crossed:
                    waiting += [part for part in parts if part not in at]
                    found.append(Partition(at[one], tuple(at.setdefault(part, len(at)) for part in parts)))
    return Axis(tuple(at), unique_partitions(found))


def _crossed(one: Breakdown) -> tuple[bool, ...]:
    """Tell over which dimensions a figure is broken down."""
    return tuple(value != ALL for value in one)


Rules = dict[str, list[tuple[str, ...]]]


def _rules(dimension: Dimension) -> Rules:
    """Return how values of one dimension are made of others."""
    if dimension.separate:
        return {}
    if dimension.exhaustive:
        return {ALL: [tuple(dimension.values)]}
    sets = exclusive_values(dimension)
    rules: Rules = {ALL: [(*values, REST + "/".join(values)) for values in sets]}
    for narrow, wide in dimension.within.items():
        rules.setdefault(wide, []).append((narrow, f"{REST}{narrow} in {wide}"))
    return rules


def exclusive_values(dimension: Dimension) -> list[tuple[str, ...]]:
    """Return the largest sets of values of which no person has two, however that follows from what is declared.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> exclusive_values(load_programme("vn-trafficking").dimensions["age_group"])
    [('adult', 'under_16'), ('child', 'adult'), ('women',)]
    """
    pairs = {
        frozenset((one, two))
        for values in dimension.apart()
        for one in values
        for two in values
        if one != two
    }
    pairs |= {
        frozenset((one, two))
        for one, two in product(dimension.values, repeat=2)
        if any(
            frozenset((wide, other)) in pairs
            for wide in _widening(one, dimension)
            for other in _widening(two, dimension)
        )
    }
    neighbours = {
        one: {two for two in dimension.values if frozenset((one, two)) in pairs and one != two}
        for one in dimension.values
    }
    return sorted(_cliques([], list(dimension.values), neighbours, set()))


def _widening(value: str, dimension: Dimension) -> Iterator[str]:
    """Yield a value and the wider ones that hold it."""
    seen: set[str] = set()
    while value and value not in seen:
        yield value
        seen.add(value)
        value = dimension.within.get(value, "")


def _cliques(
    chosen: list[str], left: list[str], neighbours: Mapping[str, set[str]], done: set[str]
) -> Iterator[tuple[str, ...]]:
    """Yield the largest sets of values that are all neighbours (Bron and Kerbosch 1973)."""
    if not left and not done:
        yield tuple(chosen)
    while left:
        value = left.pop(0)
        near = neighbours[value]
        yield from _cliques([*chosen, value], [one for one in left if one in near], neighbours, done & near)
        done = done | {value}


def _wider(value: str, rule: Rules) -> list[str]:
    """Return a value of one dimension and every one that contains it."""
    found = [value]
    for known in found:
        found += [
            whole
            for whole, sets in rule.items()
            if whole not in found and any(known in values for values in sets)
        ]
    return found
