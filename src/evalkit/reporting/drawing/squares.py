"""Who reported what: a row a place, a column a subject, a square full, half or empty. No order but the official one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evalkit.reporting.bilingual import Bilingual, by_language
from evalkit.reporting.drawing.pen import PHONE, WIDE, Pen, long

Share = Literal["every", "some", "none"]

_ROW, _SQUARE, _SIZE, _HEAD = 17.0, 11.0, 11.0, 20.0


@dataclass(frozen=True, slots=True)
class SquaresDrawn:
    """The matrix: names of its rows, heads of its columns (short, with a letter each for phones), a share for each of both."""

    places: tuple[Bilingual, ...]
    subjects: tuple[Bilingual, ...]
    shares: tuple[tuple[Share, ...], ...]


def squares(told: SquaresDrawn) -> tuple[Bilingual, Bilingual]:
    """Return the drawing of a matrix: wide, in two halves side by side, and for a phone, one under the other.

    Examples
    --------
    >>> name = Bilingual("Tỉnh A", "Province A")
    >>> told = SquaresDrawn((name,), (Bilingual("Vụ", "Cases"),), (("every",),))
    >>> wide, phone = squares(told)
    >>> "Province A" in wide.en, "1" in phone.en
    (True, True)
    """
    return (
        by_language(lambda language: _drawn(told, language, width=WIDE * 1.4, halves=2)),
        by_language(lambda language: _drawn(told, language, width=PHONE, halves=1)),
    )


def _drawn(told: SquaresDrawn, language: str, *, width: float, halves: int) -> str:
    pen = Pen(width)
    rows = -(-len(told.places) // halves)
    each = width / halves
    for half in range(halves):
        _half(
            pen,
            told,
            range(half * rows, min((half + 1) * rows, len(told.places))),
            language,
            box=(half * each, each - 16),
        )
    return pen.svg(_HEAD + rows * _ROW + 4)


def _half(
    pen: Pen, told: SquaresDrawn, rows: Sequence[int], language: str, *, box: tuple[float, float]
) -> None:
    """Draw some rows with numbers over their columns; what the numbers mean stands in the words beside the drawing."""
    left, width = box
    names = min(max(long(place.of(language), _SIZE) for place in told.places) + 8, width * 0.45)
    step = (width - names) / max(len(told.subjects), 1)
    for place in range(len(told.subjects)):
        pen.text(
            left + names + (place + 0.5) * step, 12, str(place + 1), anchor="middle", size=_SIZE, fill="soft"
        )
    corners: dict[Share, list[tuple[float, float]]] = {"every": [], "some": [], "none": []}
    for line, row in enumerate(rows):
        y = _HEAD + line * _ROW
        pen.text(left, y + _SIZE, told.places[row].of(language), size=_SIZE)
        for column, share in enumerate(told.shares[row]):
            corners[share].append((left + names + (column + 0.5) * step - _SQUARE / 2, y))
    pen.squares(corners["every"], _SQUARE, fill="accent")
    pen.squares(corners["some"] + corners["none"], _SQUARE, fill="paper", stroke="bar")
    for x, y in corners["some"]:
        pen.rect(x, y + _SQUARE / 2, _SQUARE, _SQUARE / 2, fill="accent")
