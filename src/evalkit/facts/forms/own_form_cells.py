"""Why a cell of the form that evalkit gives out is held, and what to do: that form has no mapping to correct, and a list of signs in each cell."""

from __future__ import annotations

import re

from evalkit.facts.forms.grid import Cell
from evalkit.facts.forms.person_names import may_be_quoted
from evalkit.messages import named, worded

Told = tuple[str, str]
_BELOW = re.compile(r"\s*(?:[<>≤≥]|dưới\b|trên\b|under\b|over\b|less than\b|more than\b)", re.IGNORECASE)
_PLAIN_FIGURE = re.compile(r"[0-9][0-9.,\s\u00a0]*")


def told_of_own_form(cell: Cell, rule: str) -> Told:
    """Return rule and remedy of a held cell of evalkit's own form.

    Parameters
    ----------
    cell : Cell
    rule : str
        What is wrong with the cell in any form.

    Examples
    --------
    >>> from evalkit.facts.forms.grid import text_cell
    >>> told_of_own_form(text_cell("412,500"), "")[1]
    'type the figure anew, so that Excel takes it for a number (it then stands at the right of the cell)'
    """
    if cell.kind == "text" and _BELOW.match(cell.text):
        return worded("{text} is no figure", text=_quoted(cell.text)), worded(
            'ask who made the form for the figure itself (public pages hide small ones by themselves), or choose "{sign}"',
            sign=_NOT_REPORTED,
        )
    if cell.kind == "text" and not any(map(str.isdigit, cell.text)):
        return worded("{text} is no figure, and no sign of the list", text=_quoted(cell.text)), _choose()
    if cell.kind == "text" and _PLAIN_FIGURE.fullmatch(cell.text.strip()):
        return worded("the cell holds text, and no number"), worded(
            "type the figure anew, so that Excel takes it for a number (it then stands at the right of the cell)"
        )
    if cell.kind == "date":
        return rule, worded("give the cell the format of a plain number, and type the figure")
    if cell.kind == "number":
        return rule, worded("look at the figure, and type it anew; its unit stands in column C")
    return rule, worded(
        "type the figure anew in digits, without marks, or choose a sign from the list of the cell"
    )


def _quoted(text: str) -> str:
    return repr(text) if may_be_quoted(text) else worded("what stands in the cell")


_ZERO = named("none", "không phát sinh")
_NOT_REPORTED = named("not reported", "chưa có số liệu")
_NOT_APPLICABLE = named("not applicable", "không áp dụng")


def _choose() -> str:
    return worded(
        'choose "{zero}" (a zero), "{missing}" or "{without}" from the list of the cell',
        zero=_ZERO,
        missing=_NOT_REPORTED,
        without=_NOT_APPLICABLE,
    )
