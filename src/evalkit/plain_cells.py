"""What stands in a cell: numbers and days by one strict rule, and how a number is written so that it reads back.

A rule never quotes the cell it was broken by.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from evalkit.messages import worded

MOST = 2**53  # up to here every whole number has a float of its own
FIRST_YEAR, LAST_YEAR = 1900, 2100
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"(-?)([0-9]+)(\.[0-9]+)?")
_THOUSANDS = re.compile(r"[-+]?[0-9]+[.,][0-9]{3}")
_DIGITS = 15
Fault = tuple[str, str]


def number_fault(text: str, *, whole: bool = True, negative: bool = False) -> Fault | None:
    """Return rule and remedy of a cell that is no number as numbers are written here; None where it is one.

    Parameters
    ----------
    text : str
        The cell.
    whole : bool
        Whether decimals are refused.
    negative : bool
        Whether it may have a minus.

    Examples
    --------
    >>> number_fault("12000"), number_fault("20.5", whole=False), number_fault("20.1250", whole=False)
    (None, None, None)
    >>> number_fault("12.000")[0]
    'a point or comma before exactly three digits may part thousands, and may part decimals'
    """
    if _THOUSANDS.fullmatch(text):
        return (
            worded("a point or comma before exactly three digits may part thousands, and may part decimals"),
            worded("write the number without a thousands mark")
            if whole
            else worded(
                "write the number without a thousands mark, or with a point and four decimals if you mean decimals"
            ),
        )
    found = _NUMBER.fullmatch(text)
    if not found:
        return _not_plain(text)
    if found[1] and not negative:
        return worded("a count is never negative"), worded("correct the value")
    if found[3] and whole:
        return worded("a count is a whole number"), worded("correct the value or its decimal mark")
    if (
        len(found[2].lstrip("0")) > _DIGITS + 1
        or int(found[2]) > MOST
        or (found[3] and int(found[2]) >= MOST)
    ):
        return (
            worded("a number beyond 9007199254740992 (2^53) cannot be held exactly"),
            worded("correct it, or use a larger unit"),
        )
    return None


def _not_plain(text: str) -> Fault:
    """Tell why a cell is no plain number."""
    plain = worded("write plain digits, and a decimal point where the measure takes decimals")
    if any(letter.isdigit() and not letter.isascii() for letter in text):
        return worded("digits are 0 to 9, not those of another script"), plain
    rules: tuple[tuple[str, str], ...] = (
        (r"[-+]?[0-9.,]+[eE][-+]?[0-9]+", worded("an exponent is a spreadsheet's rounding, not the figure")),
        (
            r"[-+]?[0-9]{1,3}([., '’_\xa0\u2009\u202f][0-9]{3})+([.,][0-9]+)?",
            worded("thousands are not parted by a mark"),
        ),
        (r"[0-9]+,[0-9]+", worded("decimals stand behind a point, not behind a comma")),
        (r"\+.*", worded("a number has no plus")),
    )
    for pattern, rule in rules:
        if re.fullmatch(pattern, text):
            return worded("{rule}: a value is digits with at most one decimal point", rule=rule), plain
    return worded("a value is plain digits with at most one decimal point and no grouping, or blank"), plain


def number_of(text: str) -> float:
    """Return the number of a cell in which :func:`number_fault` found none.

    Examples
    --------
    >>> number_of("1250.5"), number_of("-0")
    (1250.5, 0.0)
    """
    return float(text) + 0.0


def number_text(value: float) -> str:
    """Write a number so that it reads back: no exponent, and never three decimals, which could be thousands.

    Examples
    --------
    >>> number_text(20.125), number_text(20.5), number_text(7.0), number_text(1e-7)
    ('20.1250', '20.5', '7', '0.0000001')
    """
    exact = Decimal(repr(float(value)))
    if exact == exact.to_integral_value():
        return f"{int(exact)}"
    return padded(f"{exact.normalize():f}")


def padded(text: str) -> str:
    """Return a number as written with a fourth decimal where it has three, which could be thousands.

    Examples
    --------
    >>> padded("20.125"), padded("20.5"), padded("-41.0")
    ('20.1250', '20.5', '-41.0')
    """
    return text + "0" if len(text.partition(".")[2]) == 3 else text


def day_fault(text: str) -> Fault | None:
    """Return rule and remedy of a cell that is no day; None where it is one.

    Examples
    --------
    >>> day_fault("2026-09-01"), day_fault("2026-9-1")
    (None, ('a date is written YYYY-MM-DD', 'correct the cell, for example to the form 2026-09-01'))
    """
    if not _DAY.fullmatch(text):
        return worded("a date is written YYYY-MM-DD"), worded(
            "correct the cell, for example to the form 2026-09-01"
        )
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return worded("a date written YYYY-MM-DD must be in the calendar"), worded("correct the cell")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return worded(
            "a date lies between {first_year} and {last_year}", first_year=FIRST_YEAR, last_year=LAST_YEAR
        ), worded("correct the cell")
    return None


def read_by(
    fault: Callable[[str], Fault | None], made: Callable[[str], object]
) -> Callable[[object], object]:
    """Return a reader of one cell for a row model: it raises ValueError with rule and remedy.

    Examples
    --------
    >>> read_by(day_fault, date.fromisoformat)("2026-09-01")
    datetime.date(2026, 9, 1)
    """

    def read(cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        if found := fault(cell):
            raise ValueError(*found)
        return made(cell)

    return read
