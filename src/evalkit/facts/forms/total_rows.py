"""The rows of totals that a mapping declares: they are no facts, and each is held against the sum of the rows it stands over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evalkit.facts.findings import Finding
from evalkit.facts.forms.grid import At, cell_name
from evalkit.facts.sum_checks import with_figures
from evalkit.messages import named, worded
from evalkit.programme.models import Programme
from evalkit.table import ALL, NATION_SCHEME

EXACT = "exact"  # the qualifier of a figure that stands for itself
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class RowSum:
    """What some rows add up to in one column.

    Attributes
    ----------
    total : Decimal
    cells : tuple of (row, column)
    complete : bool
        Whether every row has a figure there and all of a whole is there; else they may be less than their total.
    """

    total: Decimal
    cells: tuple[At, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class TotalCell:
    """A cell of a row of totals, with the sums of the rows it may stand over: several where the form can be read both ways."""

    sheet: str
    at: At
    measure: str
    figure: Decimal
    sums: tuple[RowSum, ...]

    def unlike(self, rounded: Decimal) -> RowSum | None:
        """Return the sum that the cell contradicts; None where it agrees with one of them, each figure rounded."""
        for one in self.sums:
            gap, allowed = one.total - self.figure, rounded * (len(one.cells) + 1) / 2
            if gap <= allowed and (not one.complete or -gap <= allowed):
                return None
        return self.sums[0]


def rows_under(totals: Sequence[int], parts: Sequence[int]) -> dict[int, list[list[int]]]:
    """Return of each row of totals the rows it may stand over.

    Parameters
    ----------
    totals, parts : sequence of int
        The rows of totals, and those of figures.

    Returns
    -------
    dict of list
        One list of rows where totals stand above their rows or below them; a total next to another stands over all rows. Where
        a total stands both at the top and at the bottom, each way to read it.

    Examples
    --------
    >>> rows_under([2, 5], [3, 4, 6])
    {2: [[3, 4]], 5: [[6]]}
    >>> rows_under([3, 5, 6], [1, 2, 4])
    {3: [[1, 2]], 5: [[4]], 6: [[1, 2, 4]]}
    """
    every = list(parts)
    found = {}
    for row in totals:
        until = min((one for one in totals if one > row), default=max([row, *every]) + 1)
        since = max((one for one in totals if one < row), default=0)
        below = [one for one in every if row < one < until] or every
        above = [one for one in every if since < one < row] or every
        heads, feet = min(totals) < min(every, default=0), max(totals) > max(every, default=0)
        ways = [below, above, every] if heads and feet else [below] if heads else [above]
        found[row] = [way for number, way in enumerate(ways) if way and way not in ways[:number]]
    return found


def sum_of_rows(taken: Sequence[Any], *, programme: Programme, complete: bool) -> RowSum | None:
    """Return what the figures of some rows add up to in one column; None where they are no parts of one whole.

    Parameters
    ----------
    taken : sequence of Taken
    programme : Programme
        Tells what adds up.
    complete : bool
        Whether every row gave a figure.
    """
    whole = _of_one_level(taken)
    if len({(one.place, one.span, one.counted) for one in whole}) < len(whole):
        return None
    measures, broken = {one.counted.measure for one in whole}, {_broken_by(one) for one in whole}
    if len(measures) != 1 or len(broken) != 1 or any(one.figure.qualifier != EXACT for one in whole):
        return None
    measure = programme.measures[next(iter(measures))]
    varied = _varied(whole, next(iter(broken)))
    over_days = len({one.span for one in whole}) > 1 and measure.time_basis == "stock"
    if not measure.additive or over_days or any(programme.dimensions[name].separate for name in varied):
        return None
    values = [one.figure.value for one in whole if one.figure.value is not None]
    every = complete and len(values) == len(whole)
    every &= all(programme.dimensions[name].exhaustive for name in varied)
    return RowSum(sum(values, Decimal(0)), tuple(one.cell for one in whole), every)


def _of_one_level(taken: Sequence[Any]) -> list[Any]:
    """Return the figures of units, or of regions where there are no others; the nation's is no part."""
    inside = [one for one in taken if one.place.scheme != NATION_SCHEME]
    units = [one for one in inside if not one.place.code[:1].isalpha()]
    return units or inside or list(taken)


def _broken_by(one: Any) -> frozenset[str]:
    return frozenset(name for name, value in one.counted.values if value != ALL)


def _varied(whole: Sequence[Any], names: Iterable[str]) -> list[str]:
    return [name for name in names if len({dict(one.counted.values)[name] for one in whole}) > 1]


def told_totals(
    cells: Iterable[TotalCell],
    *,
    programme: Programme,
    rounded: Decimal,
    file: str,
    several: bool,
    published: Mapping[str, bool],
) -> Iterator[Finding]:
    """Tell of rows of totals that are not the sum of their rows, and how many are.

    Parameters
    ----------
    cells : iterable of TotalCell
    programme : Programme
    rounded : Decimal
        What the last digit of the figures stands for.
    file : str
    several : bool
        Whether cells are named with their sheet.
    published : mapping of bool
        Of each sheet whether an authority has published its figures: else they are not told.
    """
    agreed = 0
    for one in cells:
        unlike = one.unlike(rounded)
        agreed += unlike is None
        if unlike is not None:
            yield _finding(one, unlike, programme, file, several=several, figures=published[one.sheet])
    if agreed:
        rule = worded(
            "the rows of totals agree with the sums of the rows they stand over in {number} cells",
            number=agreed,
        )
        yield Finding("note", file, rule, worded("nothing"))


def _finding(
    one: TotalCell, unlike: RowSum, programme: Programme, file: str, *, several: bool, figures: bool
) -> Finding:
    before = f"{one.sheet}!" if several else ""
    names = tuple(f"{before}{cell_name(at)}" for at in (one.at, *unlike.cells))
    label = programme.measures[one.measure].label.root
    english = label.get("en", one.measure)
    rule = (
        worded("the rows add up to more than their row of totals")
        if unlike.total > one.figure
        else worded("the rows add up to less than their row of totals")
    )
    rule = worded("{item}: {rule}", item=named(english, label.get("vi", english)), rule=rule)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return Finding(
        "error",
        f"{file}, at {', '.join(names[:_MOST_NAMED])}{more}",
        with_figures(rule, float(one.figure), float(unlike.total)) if figures else rule,
        worded(
            "look at the paper: correct the total or a row; or take its label from total to skip where it counts other rows"
        ),
        cells=names,
    )
