"""The rows of totals that a mapping declares: they are no facts, and each is held against the sum of the rows it stands over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from evalkit.facts.findings import Finding
from evalkit.facts.forms.grid import At, cell_name, cell_ranges
from evalkit.facts.forms.period_texts import Span
from evalkit.facts.period_said import period_said
from evalkit.facts.sum_checks import with_figures
from evalkit.messages import named, worded
from evalkit.programme.models import Programme
from evalkit.table import ALL, NATION_SCHEME

EXACT = "exact"  # the qualifier of a figure that stands for itself


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
    label: str
    span: Span
    measure: str
    figure: Decimal
    sums: tuple[RowSum, ...]

    @property
    def can_be_compared(self) -> bool:
        """Whether the rows could contradict the cell either way, or agree with it."""
        return any(one.complete or one.total >= self.figure for one in self.sums)

    def agrees(self, rounded: Decimal) -> bool:
        """Tell whether one of the sums is the cell's own figure, each figure rounded; an incomplete one may be less than it."""
        return any(abs(one.total - self.figure) <= rounded * (len(one.cells) + 1) / 2 for one in self.sums)

    def unlike(self, rounded: Decimal) -> RowSum | None:
        """Return the sum that the cell contradicts; None where it agrees with one of them, each figure rounded."""
        for one in self.sums:
            gap, allowed = one.total - self.figure, rounded * (len(one.cells) + 1) / 2
            if gap <= allowed and (not one.complete or -gap <= allowed):
                return None
        return self.sums[0]


@dataclass(frozen=True, slots=True)
class WrongTotal:
    """A cell of a row of totals that its rows contradict, as the record of an import keeps it.

    Attributes
    ----------
    cell, label, measure : str
    start, end : str
        The days of its period.
    rows : str
        The cells that are added up.
    more : bool
        Whether they are more than the total; else less.
    figures : tuple of str
        The total and the sum, where an authority has published them; else nothing.
    """

    cell: str
    label: str
    measure: str
    start: str
    end: str
    rows: str
    more: bool
    figures: tuple[str, ...] = ()


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


def wrong_totals(
    cells: Iterable[TotalCell], *, rounded: Decimal, several: bool, published: Mapping[str, bool]
) -> tuple[list[WrongTotal], int]:
    """Return the cells of rows of totals that their rows contradict, and how many agree.

    Parameters
    ----------
    cells : iterable of TotalCell
    rounded : Decimal
        What the last digit of the figures stands for.
    several : bool
        Whether cells are named with their sheet.
    published : mapping of bool
        Of each sheet whether an authority has published its figures: else they are not told.
    """
    wrong, agreed = [], 0
    for one in cells:
        unlike = one.unlike(rounded)
        agreed += unlike is None and one.agrees(rounded)
        if unlike is not None:
            wrong.append(_wrong(one, unlike, several=several, figures=published[one.sheet]))
    return wrong, agreed


def _wrong(one: TotalCell, unlike: RowSum, *, several: bool, figures: bool) -> WrongTotal:
    return WrongTotal(
        cell=f"{one.sheet}!{cell_name(one.at)}" if several else cell_name(one.at),
        label=" ".join(one.label.split()),
        measure=one.measure,
        start=one.span.start.isoformat(),
        end=one.span.end.isoformat(),
        rows=cell_ranges(unlike.cells),
        more=unlike.total > one.figure,
        figures=(f"{one.figure:f}", f"{unlike.total:f}") if figures else (),
    )


def agreeing_totals(number: int, file: str) -> list[Finding]:
    """Tell how many cells of rows of totals agree with their rows; nothing where there are none."""
    if not number:
        return []
    rule = worded(
        "the rows of totals agree with the sums of the rows they stand over in {number} cells", number=number
    )
    return [Finding("note", file, rule, worded("nothing"))]


def told_total(one: WrongTotal, programme: Programme, file: str) -> Finding:
    """Return the warning of a wrong total: the same when the form is imported and as long as its figures stand.

    Parameters
    ----------
    one : WrongTotal
    programme : Programme
    file : str
        The form's name.
    """
    declared = programme.measures.get(one.measure)
    label = declared.label.root if declared else {}
    english = label.get("en", one.measure)
    gaps = {
        "item": named(english, label.get("vi", english)),
        "period": period_said(date.fromisoformat(one.start), date.fromisoformat(one.end)),
        "label": one.label,
        "rows": one.rows,
    }
    rule = (
        worded("{item}, {period}, row {label}: the rows ({rows}) add up to more than their total", **gaps)
        if one.more
        else worded(
            "{item}, {period}, row {label}: the rows ({rows}) add up to less than their total", **gaps
        )
    )
    do = worded(
        "look at the paper, correct the total or a row, and import the form again; or take the label from total to skip where it counts other rows"
    )
    rule = with_figures(rule, *map(float, one.figures)) if one.figures else rule
    return Finding("warning", f"{file}, at {one.cell}", rule, do, cells=(one.cell,))
