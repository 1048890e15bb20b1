"""Use once, before any kernel is forked, what takes long when it is first used: words, fonts, a drawing.

Nothing here knows a figure. What stays behind are caches that depend on evalkit's own files alone.
"""

from __future__ import annotations

from datetime import date

from evalkit.reporting.blocks import LANGUAGES, Bilingual
from evalkit.reporting.canvas import Canvas, drawing_style, text_width
from evalkit.reporting.formats import day, listed, number
from evalkit.reporting.wording import catalogue

_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy 0123456789 %.,–×"


def rehearse() -> None:
    """Load both languages, measure a text in both weights and draw an empty figure."""
    catalogue()
    listed([number(1.5, 1), day(date(2000, 1, 1)), Bilingual("c", "c")])
    for bold in (False, True):
        text_width(_LETTERS, bold=bold)
    for language in LANGUAGES:
        with drawing_style():
            canvas = Canvas(40, language=language, invented=True)
            canvas.axes(left=10, top=0, width=300, height=20).plot([0, 1], [0, 1], marker="o")
            canvas.text(10, 30, _LETTERS)
            canvas.svg()
