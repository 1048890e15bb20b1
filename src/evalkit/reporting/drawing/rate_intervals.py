"""Rates of places with their intervals, one under the other, against the rate of all together: in the order given, no ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evalkit.reporting.bilingual import Bilingual, by_language
from evalkit.reporting.drawing.funnel_plot import marks
from evalkit.reporting.drawing.pen import FULL, PHONE, Pen, fitted, long

Mark = Literal["reaches", "apart", "unusual"]

_ROW, _TOP, _LETTERS, _GAP = 15.0, 16.0, 10.5, 14.0
_FURTHEST = 1.6  # an interval is drawn as far as so many times the highest rate


@dataclass(frozen=True, slots=True)
class RateDrawn:
    """One place: its rate, the limits, and whether they reach the rate of all together; no rate where it has none."""

    name: Bilingual
    rate: float | None = None
    low: float = 0.0
    high: float = 0.0
    mark: Mark = "reaches"


def rate_intervals(rows: Sequence[RateDrawn], common: float) -> tuple[Bilingual, Bilingual]:
    """Return the drawing of rates: two columns wide, and one for a phone.

    Parameters
    ----------
    rows : sequence of RateDrawn
        In the order drawn; at least one has a rate.
    common : float
        The rate of all together, in the same unit.

    Examples
    --------
    >>> wide, phone = rate_intervals([RateDrawn(Bilingual("Tỉnh A", "Province A"), 0.4, 0.2, 0.7)], 0.3)
    >>> "Province A" in wide.en, phone.vi.count("h0")
    (True, 2)
    """
    return (
        by_language(lambda language: _drawn(rows, common, language, width=FULL, columns=2)),
        by_language(lambda language: _drawn(rows, common, language, width=PHONE, columns=1)),
    )


def highest(rows: Sequence[RateDrawn]) -> float:
    """Return the upper end of the scale."""
    told = [row for row in rows if row.rate is not None]
    most = max(row.rate or 0.0 for row in told)
    return min(max(row.high for row in told), _FURTHEST * most) or 1.0


def _drawn(rows: Sequence[RateDrawn], common: float, language: str, *, width: float, columns: int) -> str:
    pen, each = Pen(width), -(-len(rows) // columns)
    wide = (width - _GAP * (columns - 1)) / columns
    names = max(long(row.name.of(language), _LETTERS) for row in rows)
    left = min(names + 10, wide * 0.5)
    for column in range(columns):
        some = rows[column * each : (column + 1) * each]
        start = column * (wide + _GAP)
        _column(pen, some, common, language, box=(start, start + left, start + wide), most=highest(rows))
    return pen.svg(_TOP + each * _ROW + 2)


def _column(
    pen: Pen,
    rows: Sequence[RateDrawn],
    common: float,
    language: str,
    *,
    box: tuple[float, float, float],
    most: float,
) -> None:
    start, left, right = box
    scale = (right - left - 4) / most
    bottom = _TOP + len(rows) * _ROW
    for mark, words in marks(most):
        x = left + mark * scale
        pen.text(x, 10, words.of(language), anchor="middle", size=_LETTERS, fill="soft")
    pen.line(left + common * scale, _TOP, left + common * scale, bottom, stroke="ink")
    middles = [_TOP + (place + 0.5) * _ROW for place in range(len(rows))]
    for row, y in zip(rows, middles, strict=True):
        pen.text(start, y + 4, fitted(row.name.of(language), left - start - 4, _LETTERS), size=_LETTERS)
    told = [(row, y) for row, y in zip(rows, middles, strict=True) if row.rate is not None]
    spans = [(left + row.low * scale, left + min(row.high, most) * scale, y) for row, y in told]
    pen.spans(spans, stroke="bar", width=1.6)
    end = left + most * scale
    cut = [[(end - 5, y - 3), (end, y), (end - 5, y + 3)] for row, y in told if row.high > most]
    pen.paths(cut, stroke="bar", width=1.6)

    def of(mark: Mark) -> list[tuple[float, float]]:
        return [(left + (row.rate or 0.0) * scale, y) for row, y in told if row.mark == mark]

    pen.dots([*of("reaches"), *of("apart")], 3.8, fill="accent")
    pen.dots(of("reaches"), 2.2, fill="paper")
    pen.dots(of("unusual"), 5.5, fill="accent")
    for row, y in zip(rows, middles, strict=True):
        if row.rate is None:
            pen.text(left, y + 4, "–", size=_LETTERS, fill="soft")
