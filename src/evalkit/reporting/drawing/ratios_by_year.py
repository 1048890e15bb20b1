"""Ratios to what was expected, year by year before and since a start: points with their intervals on a log scale, counts under each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.reporting import formats
from evalkit.reporting.bilingual import Bilingual, by_language
from evalkit.reporting.drawing.pen import PHONE, WIDE, Pen
from evalkit.reporting.wording import say

_TOP, _PLOT, _LEFT, _LETTERS = 8.0, 150.0, 34.0, 11.0
_MARKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_FURTHEST = 20.0  # times or parts of 1; what lies beyond is drawn as far


@dataclass(frozen=True, slots=True)
class RatioDrawn:
    """One year since the start (negative before it): how many were counted, the ratio and its limits, missing where it has none."""

    at: int
    count: float
    ratio: float
    low: float = math.nan
    high: float = math.nan


def ratios_by_year(rows: Sequence[RatioDrawn]) -> tuple[Bilingual, Bilingual]:
    """Return the drawing of ratios: one for beside other blocks, and one for a phone.

    Parameters
    ----------
    rows : sequence of RatioDrawn
        In order of time; years before the start are drawn as those since.

    Examples
    --------
    >>> wide, phone = ratios_by_year([RatioDrawn(-1, 40, 1.02, 0.8, 1.3), RatioDrawn(0, 21, 0.5, 0.4, 0.7)])
    >>> ">40</text>" in wide.en, "M" in phone.vi
    (True, True)
    """
    return (
        by_language(lambda language: _drawn(rows, language, width=WIDE)),
        by_language(lambda language: _drawn(rows, language, width=PHONE)),
    )


def scale_marks(rows: Sequence[RatioDrawn]) -> tuple[float, ...]:
    """Return the ratios that the scale is marked at: from the one below all that is drawn to the one above it."""
    told = [value for row in rows for value in (row.ratio, row.low, row.high) if value > 0]
    lowest = max(min([0.5, *told]), 1 / _FURTHEST)
    highest = min(max([2.0, *told]), _FURTHEST)
    first = max(mark for mark in _MARKS if mark <= lowest)
    last = min(mark for mark in _MARKS if mark >= highest)
    return tuple(mark for mark in _MARKS if first <= mark <= last)


def _drawn(rows: Sequence[RatioDrawn], language: str, *, width: float) -> str:
    pen, marks = Pen(width), scale_marks(rows)
    step = (width - _LEFT) / max(len(rows), 1)
    bottom, height = _TOP + _PLOT, _PLOT / math.log(marks[-1] / marks[0])

    def level(ratio: float) -> float:
        return bottom - height * math.log(min(max(ratio, marks[0]), marks[-1]) / marks[0])

    for mark in marks:
        y = level(mark)
        pen.line(_LEFT, y, width, y, stroke="ink" if mark == 1 else "rule")
        pen.text(_LEFT - 4, y + 4, _mark(mark, language), anchor="end", size=_LETTERS, fill="soft")
    places = [(_LEFT + (n + 0.5) * step, row) for n, row in enumerate(rows)]
    start = next((x for x, row in places if row.at >= 0), None)
    if start is not None:
        pen.line(start - step / 2, _TOP, start - step / 2, bottom, stroke="soft", dash="3 3")
    told = [(x, row) for x, row in places if row.ratio > 0]
    spans = [[(x, level(row.low)), (x, level(row.high))] for x, row in told if not math.isnan(row.low)]
    pen.paths(spans, stroke="bar", width=1.6)
    pen.dots([(x, level(row.ratio)) for x, row in told], 4, fill="accent")
    _under(pen, places, language, y=bottom, step=step)
    return pen.svg(bottom + 46)


def _mark(mark: float, language: str) -> str:
    digits = 0 if mark >= 1 else len(f"{mark:g}") - 2
    return formats.number(mark, digits).of(language)


def _under(
    pen: Pen, places: Sequence[tuple[float, RatioDrawn]], language: str, *, y: float, step: float
) -> None:
    """Write the years and the counts; every second one, or fewer, where there is no room for all."""
    longest = max(len(formats.number(row.count).of(language)) for _, row in places)
    every = max(1, math.ceil((longest + 1) * _LETTERS * 0.6 / step))
    for x, row in places:
        if row.at % every:
            continue
        year = formats.number(row.at).of(language)
        pen.text(x, y + 16, year, anchor="middle", size=_LETTERS, fill="soft")
        count = formats.number(row.count).of(language)
        pen.text(x, y + 30, count, anchor="middle", size=_LETTERS)
    words = say("above: years since the start; below: counted").of(language)
    pen.text(pen.width, y + 44, words, anchor="end", size=_LETTERS, fill="soft")
