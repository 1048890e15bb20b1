"""The heads of the sheets of evalkit's own form: one form is of one place, and its columns are the same periods on each sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalkit.errors import FactsError
from evalkit.facts.forms.grid import At, Sheet, cell_name
from evalkit.facts.forms.plain_words import same_word
from evalkit.messages import worded


def refuse_unlike_heads(sheets: Sequence[Sheet], *, place: Sequence[At], corner: At) -> None:
    """Refuse a form with figures on several sheets whose heads name different places or periods.

    Parameters
    ----------
    sheets : sequence of Sheet
    place : sequence of (row, column)
        The cells of the place.
    corner : (row, column)
        The first cell of figures; the periods stand in the row above it.

    Raises
    ------
    FactsError
        If a sheet names another place, or another period in the same column, than the first one with figures.
    """
    filled = [
        sheet for sheet in sheets if any(at[0] >= corner[0] and at[1] >= corner[1] for at in sheet.cells)
    ]
    for sheet in filled[1:]:
        for at in place:
            if _said(filled[0], at) != _said(sheet, at):
                raise _unlike(filled[0], sheet, at, worded("the sheets of the form name different places"))
        for at in _periods(filled[0], corner):
            if _said(sheet, at) and _said(filled[0], at) != _said(sheet, at):
                raise _unlike(
                    filled[0],
                    sheet,
                    at,
                    worded("a column stands for different periods on the sheets of the form"),
                )


def _periods(sheet: Sheet, corner: At) -> Iterator[At]:
    """Yield the cells of a sheet that name periods."""
    yield from sorted(
        (row, column) for row, column in sheet.cells if row == corner[0] - 1 and column >= corner[1]
    )


def _said(sheet: Sheet, at: At) -> str:
    return same_word(sheet.at(*at).text)


def _unlike(first: Sheet, second: Sheet, at: At, rule: str) -> FactsError:
    return FactsError(
        where=f"{first.name}!{cell_name(at)}, {second.name}!{cell_name(at)}",
        rule=rule,
        do=worded("write the same in both cells, and look whether the figures of both sheets are of it"),
    )
