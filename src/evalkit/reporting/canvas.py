"""A drawing surface as wide as a phone: places in pixels from the top left, text never below 12 units, small SVG out.

Uses matplotlib's Figure directly; nothing global is touched, so figures of two provinces can never share a state.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from evalkit.reporting.drawn_words import Drawing, DrawnWords
from evalkit.reporting.svg import INK, clean_svg
from evalkit.reporting.wording import say

WIDTH = 360.0
SMALL, NORMAL = 12.0, 13.0
LINE = 16.0
BLUE, SKY, ORANGE = "#0072b2", "#56b4e9", "#e69f00"
_FACE = "DejaVu Sans"
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "evalkit",
    "font.family": [_FACE],
    "font.size": SMALL,
    "text.color": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.unicode_minus": False,
    "path.simplify": False,
}


class Canvas:
    """A figure of ``WIDTH`` by ``height`` units, one unit a pixel on a phone.

    Parameters
    ----------
    height : float
        Height of the drawing proper.
    words : DrawnWords
        The languages of what is written.
    invented : bool
        Write at the foot that the figures are invented.
    """

    def __init__(self, height: float, *, words: DrawnWords, invented: bool = False) -> None:
        self.height = height + (LINE + 6 if invented else 0)
        self.words = words
        self.figure = Figure(figsize=(WIDTH / 72, self.height / 72), dpi=72)
        self.figure.patch.set_visible(False)
        if invented:
            told = words.of(say("Invented figures"))
            self.text(WIDTH / 2, self.height - 6, told, ha="center", weight="bold")

    def axes(self, *, left: float, top: float, width: float, height: float) -> Axes:
        """Return bare axes at a place given in pixels."""
        box = (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        axes = self.figure.add_axes(box)
        axes.patch.set_visible(False)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=SMALL, pad=4)
        return axes

    def text(self, x: float, y: float, words: str, **style: Any) -> None:
        """Write words with their baseline at ``y`` pixels from the top."""
        style = {"fontsize": SMALL, "va": "baseline", "color": INK, **style}
        self.figure.text(x / WIDTH, 1 - y / self.height, words, **style)

    def lines(self, x: float, y: float, lines: list[str], **style: Any) -> float:
        """Write lines one below the other; return the baseline after the last."""
        for line in lines:
            self.text(x, y, line, **style)
            y += LINE
        return y

    def svg(self) -> Drawing:
        """Return the drawing as clean SVG: the same bytes for the same figures, whenever and wherever drawn.

        Raises
        ------
        UnlikeDrawingsError
            If what is written cannot be put into the other languages as it stands.
        """
        stream = io.StringIO()
        self.figure.savefig(
            stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
        return self.words.drawing(clean_svg(stream.getvalue()))


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw with our own settings, whatever the notebook has set, and leave its settings as they were."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # type: ignore[arg-type]  # keys are names of settings
        yield


@cache
def text_width(words: str, *, size: float = SMALL, bold: bool = False) -> float:
    """Return the width of a text in units, by a face wider than most system faces.

    Examples
    --------
    >>> text_width("2024") < text_width("2024", bold=True) < 40
    True
    """
    face = get_font(_face_file("bold" if bold else "normal"))
    face.set_size(10 * size, 72)  # ten times larger: small sizes are rounded to whole pixels
    face.set_text(words)
    return float(face.get_width_height()[0]) / 640


def wrapped(text: str, *, width: float, size: float = SMALL, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than ``width``; a longer single word stays whole.

    Examples
    --------
    >>> wrapped("Bộ luật Hình sự 2015", width=80)
    ['Bộ luật Hình', 'sự 2015']
    """
    lines: list[str] = []
    for word in text.split():
        candidate = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(candidate, size=size, bold=bold) <= width:
            lines[-1] = candidate
        else:
            lines.append(word)
    return lines


@cache
def _face_file(weight: str) -> str:
    return str(findfont(FontProperties(family=_FACE, weight=weight)))
