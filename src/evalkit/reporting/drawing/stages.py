"""The stages of a way as bars on one scale, side by side and no funnel: different persons may stand behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.reporting.bilingual import Bilingual, by_language
from evalkit.reporting.drawing.pen import PHONE, WIDE, Pen, fitted, long

_ROW, _BAR = 27.0, 15.0


@dataclass(frozen=True, slots=True)
class StageBar:
    """One stage: its name and count; ``of`` is the base it is a part of, where the same persons were followed."""

    label: Bilingual
    count: float
    words: Bilingual
    of: float | None = None


def stages(bars: Sequence[StageBar]) -> tuple[Bilingual, Bilingual]:
    """Return the drawing of the stages: wide, and for a phone.

    Examples
    --------
    >>> wide, phone = stages([StageBar(Bilingual("Tiếp nhận", "Received"), 60, Bilingual("60", "60"))])
    >>> "Received" in wide.en, "60" in phone.vi
    (True, True)
    """
    return (
        by_language(lambda language: _drawn(bars, language, width=WIDE * 0.8)),
        by_language(lambda language: _drawn(bars, language, width=PHONE)),
    )


def _drawn(bars: Sequence[StageBar], language: str, *, width: float) -> str:
    pen = Pen(width)
    labels = max(long(bar.label.of(language)) for bar in bars)
    left = min(labels + 8, width * 0.52)
    words = max(long(bar.words.of(language)) for bar in bars)
    scale = max((width - left - words - 12), 40) / max([max(bar.count, bar.of or 0) for bar in bars] + [1.0])
    for place, bar in enumerate(bars):
        y = place * _ROW
        pen.text(0, y + _BAR - 2, fitted(bar.label.of(language), left - 6), size=12)
        if bar.of is not None:
            pen.rect(left, y + 1, bar.of * scale, _BAR, stroke="soft", dash="2 2")
        pen.rect(left, y + 1, bar.count * scale, _BAR, fill="bar" if place else "accent")
        end = left + max(bar.count, bar.of or 0) * scale
        pen.text(end + 5, y + _BAR - 2, bar.words.of(language), bold=True)
    return pen.svg(len(bars) * _ROW)
