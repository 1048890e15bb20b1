"""How breakdowns are made of others: a total of its values by sex, age, ethnicity, form, each crossed with the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from evalkit.disclosure.equations import Split
from evalkit.programme.models import Dimension

Breakdown = tuple[str, ...]
ALL = "all"


def breakdown_splits(
    breakdowns: Sequence[Breakdown], dimensions: Mapping[str, Dimension]
) -> tuple[list[Breakdown], list[Split]]:
    """Return breakdowns with the totals that they belong to, and how those are made of them.

    Parameters
    ----------
    breakdowns : sequence of tuple of str
        The value of each dimension, "all" for the total, of every breakdown that a measure is reported for anywhere.
    dimensions : mapping of Dimension
        The dimensions, in the order of the values.

    Returns
    -------
    tuple of list
        The breakdowns given, then the totals over each of their dimensions that nobody reported, then what stands beside a
        crossing: men under 16, where women under 16 and men who are minors are given; and positions among them. Values that add up to their total are complete where all are there. Of values that need not, those that no
        person has two of are parts beside a rest, and each other value is a part by itself.
    """
    names = list(dimensions)
    at = {one: position for position, one in enumerate(breakdowns)}
    for one in breakdowns:
        for coarser in product(
            *(_over(value, dimensions[name]) for value, name in zip(one, names, strict=True))
        ):
            at.setdefault(coarser, len(at))
    for one in _beside_crossings(breakdowns, dimensions):
        at.setdefault(one, len(at))
    splits: list[Split] = []
    for place, name in enumerate(names):
        for base in [one for one in at if one[place] == ALL]:
            inside = {
                value: at[one]
                for value in dimensions[name].values
                if (one := (*base[:place], value, *base[place + 1 :])) in at
            }
            if not dimensions[name].separate:
                splits += _splits(at[base], inside, dimensions[name])
    return list(at), splits


def _beside_crossings(
    breakdowns: Sequence[Breakdown], dimensions: Mapping[str, Dimension]
) -> Iterator[Breakdown]:
    """Yield every combination of the attributes of which some combination is given; values never added stay as given."""
    for one in breakdowns:
        if sum(value != ALL for value in one) > 1:
            yield from product(
                *(
                    (value,) if value == ALL or dimension.separate else tuple(dimension.values)
                    for value, dimension in zip(one, dimensions.values(), strict=True)
                )
            )


def _over(value: str, dimension: Dimension) -> tuple[str, ...]:
    """Return a value and, where values add up to something, its total."""
    return (value,) if dimension.separate or value == ALL else (value, ALL)


def _splits(total: int, inside: Mapping[str, int], dimension: Dimension) -> Iterator[Split]:
    """Yield how a total is made of the values that are there, and values of narrower ones."""
    if inside and dimension.exhaustive:
        yield Split(total, tuple(inside.values()), len(inside) == len(dimension.values), group=True)
        return
    apart = [[value for value in values if value in inside] for values in dimension.apart()]
    for values, declared in zip(apart, dimension.apart(), strict=True):
        if values:
            parts, nearly = tuple(inside[value] for value in values), 1 < len(values) == len(declared)
            yield Split(total, parts, complete=False, group=True, nearly=nearly)
    for value, position in inside.items():
        if not any(value in values for values in apart):
            yield Split(total, (position,), complete=False, group=True)
        if (wider := dimension.within.get(value, "")) in inside:
            yield Split(inside[wider], (position,), complete=False, group=True)
