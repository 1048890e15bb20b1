"""Shares of persons as a page writes them: the counts first, then the percentage, then its interval."""

from __future__ import annotations

import pandas as pd

from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Cell
from evalkit.reporting.sections.limits import SMALL_BASE, limits_written
from evalkit.reporting.sections.shared_words import CONFIDENTIAL, NOTHING, Row
from evalkit.reporting.wording import say


def share_words(numerator: float, denominator: float, value: float) -> Bilingual:
    """Write a share with its counts first; over fewer than five persons the counts alone.

    Examples
    --------
    >>> share_words(3, 5, 60.0).en, share_words(1, 3, 33.3).en
    ('3/5 (60.0%)', '1/3')
    """
    counts = {"n": formats.figure(numerator), "base": formats.figure(denominator)}
    if denominator < SMALL_BASE:
        return say("{n}/{base}", **counts)
    return say("{n}/{base} ({value})", value=formats.percent(value), **counts)


def no_share(numerator: float, denominator: float) -> Bilingual:
    """Write what is counted over a base of none, which is no share.

    Examples
    --------
    >>> no_share(0, 0).en
    '0/0: nothing to take a share of'
    """
    return say(
        "{n}/{base}: nothing to take a share of",
        n=formats.figure(numerator) if pd.notna(numerator) else NOTHING,
        base=formats.figure(denominator),
    )


def share_cell(row: Row, *, prefix: str = "") -> Cell:
    """Return the cell of a share: counts and percentage, the mark of a hidden one, or the sign for none."""
    if row["status"] == "suppressed":
        return Cell(CONFIDENTIAL)
    n, base, value = (row[f"{prefix}{name}"] for name in ("numerator", "denominator", "value"))
    if pd.isna(value):
        return Cell(NOTHING if pd.isna(base) or base > 0 else no_share(n, base))
    return Cell(share_words(n, base, value), round(float(value), 4))


def limits_words(lower: float, upper: float) -> Bilingual:
    """Write the limits of a percentage.

    Examples
    --------
    >>> limits_words(23.07, 88.24).en
    '23.1% to 88.2%'
    """
    return limits_written(lower, upper, write=formats.percent)


def signed(value: float, decimals: int = 1) -> Bilingual:
    """Write a number with its sign; no difference has none.

    Examples
    --------
    >>> signed(-20.588).en, signed(3.5).vi, signed(0.01).en
    ('−20.6', '+3,5', '0.0')
    """
    written = formats.number(value, decimals)
    return written if written == formats.number(0, decimals) or value < 0 else each("+{}".format, written)


def points_words(value: float) -> Bilingual:
    """Write a difference of percentages, in percentage points with its sign.

    Examples
    --------
    >>> points_words(-20.588).en, points_words(0).en
    ('−20.6 percentage points', '0.0 percentage points')
    """
    return say("{value} percentage points", value=signed(value))


def difference_cell(row: Row) -> Cell:
    """Return the cell of a difference of percentages with its limits, as bare numbers under a heading that says the unit."""
    value, lower, upper = (row[f"difference{end}"] for end in ("", "_lower", "_upper"))
    if pd.isna(value):
        return Cell(NOTHING)
    if pd.isna(lower) and pd.isna(upper):  # a share of own doings: the arithmetic alone
        return Cell(signed(value), round(float(value), 4))
    limits = limits_written(lower, upper, write=signed)
    words = say("{value} ({limits})", value=signed(value), limits=limits)
    return Cell(words, round(float(value), 4))
