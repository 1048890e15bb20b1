"""The pen: shapes and words of a drawing as SVG, in the colours that the page declares.

A colour is the name of one of the page's variables (``template/page.css``), so that dark pages, print and forced colours
change it in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from markupsafe import escape

from evalkit.reporting.svg import clean_svg

Colour = Literal["ink", "soft", "rule", "bar", "band", "accent", "warm", "paper", "event", "none"]
Anchor = Literal["start", "middle", "end"]
Box = tuple[float, float, float, float]

WIDE, FULL, PHONE = 660.0, 820.0, 343.0  # beside other blocks, over the whole page, on a phone
SIZE = 12.0
_PLAIN = {"none": "none", "ink": "currentColor"}  # ink is the colour of the words around
_LETTER = 0.56  # of the size: the mean advance of a letter of common sans faces


def _colour(name: Colour) -> str:
    return _PLAIN.get(name, f"var(--{name})")


def long(text: str, size: float = SIZE) -> float:
    """Return about how long a text is drawn, in units of the drawing.

    Examples
    --------
    >>> long("12") < long("1.234")
    True
    """
    return len(text) * size * _LETTER


def fitted(text: str, room: float, size: float = SIZE) -> str:
    """Return as much of a text as there is room for; the whole text stands in the table behind the drawing.

    Examples
    --------
    >>> fitted("Received", 100), fitted("Received for verification", 60)
    ('Received', 'Receive…')
    """
    if long(text, size) <= room:
        return text
    while text and long(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


class Pen:
    """Draws on a sheet of some width; the height is told at the end.

    Examples
    --------
    >>> pen = Pen(100)
    >>> pen.line(0, 5, 100, 5)
    >>> pen.svg(10).startswith('<svg viewBox="0 0 100 10"')
    True
    """

    def __init__(self, width: float) -> None:
        self.width = width
        self._parts: list[str] = []
        self._words: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: Anchor = "start",
        fill: Colour = "ink",
        size: float = SIZE,
        bold: bool = False,
    ) -> None:
        """Write words with their baseline at y; they stand over all shapes, so that none runs through them."""
        weight = ' font-weight="700"' if bold else ""
        self._words.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" fill="{_colour(fill)}"{weight}>'
            f"{escape(words)}</text>"
        )

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: Colour = "none",
        stroke: Colour = "none",
        dash: str = "",
        opacity: float = 1,
    ) -> None:
        """Draw a rectangle from its upper left corner."""
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
            f'fill="{_colour(fill)}" stroke="{_colour(stroke)}"{_dashed(dash)}{_faded(opacity)}/>'
        )

    def squares(
        self, corners: Sequence[tuple[float, float]], side: float, *, fill: Colour, stroke: Colour = "none"
    ) -> None:
        """Draw squares alike from their upper left corners as one shape; nothing where there is none."""
        if not corners:
            return
        around = f"h{side:g}v{side:g}h-{side:g}z"
        steps = " ".join(f"M{x:.1f} {y:.1f}{around}" for x, y in corners)
        self._parts.append(f'<path d="{steps}" fill="{_colour(fill)}" stroke="{_colour(stroke)}"/>')

    def boxes(
        self, boxes: Sequence[Box], *, fill: Colour = "none", stroke: Colour = "none", dash: str = ""
    ) -> None:
        """Draw rectangles alike, each from its upper left corner with width and height, as one shape; nothing where there is none."""
        if not boxes:
            return
        steps = "".join(f"M{x:.4g} {y:.4g}h{wide:.4g}v{high:.4g}h-{wide:.4g}z" for x, y, wide, high in boxes)
        self._parts.append(
            f'<path d="{steps}" fill="{_colour(fill)}" stroke="{_colour(stroke)}"{_dashed(dash)}/>'
        )

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        stroke: Colour = "ink",
        width: float = 1,
        dash: str = "",
    ) -> None:
        """Draw a straight line."""
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_colour(stroke)}" '
            f'stroke-width="{width:g}"{_dashed(dash)}/>'
        )

    def spans(
        self, spans: Sequence[tuple[float, float, float]], *, stroke: Colour = "ink", width: float = 1
    ) -> None:
        """Draw level lines alike, each from x to x at y, as one shape; nothing where there is none."""
        if not spans:
            return
        steps = "".join(f"M{first:.0f} {y:.4g}H{last:.0f}" for first, last, y in spans)
        self._parts.append(
            f'<path d="{steps}" fill="none" stroke="{_colour(stroke)}" stroke-width="{width:g}"/>'
        )

    def path(
        self,
        points: list[tuple[float, float]],
        *,
        stroke: Colour = "ink",
        fill: Colour = "none",
        width: float = 1,
        dash: str = "",
        closed: bool = False,
    ) -> None:
        """Draw a line through points; closed, the area within it."""
        self._parts.append(
            f'<path d="{_steps(points)}{"Z" if closed else ""}" fill="{_colour(fill)}" stroke="{_colour(stroke)}" '
            f'stroke-width="{width:g}"{_dashed(dash)}/>'
        )

    def paths(
        self, runs: Sequence[list[tuple[float, float]]], *, stroke: Colour = "ink", width: float = 1
    ) -> None:
        """Draw lines alike, each through its points, as one shape; nothing where there is none."""
        if not runs:
            return
        steps = "".join(map(_steps, runs))
        self._parts.append(
            f'<path d="{steps}" fill="none" stroke="{_colour(stroke)}" stroke-width="{width:g}"/>'
        )

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: Colour = "accent",
        stroke: Colour = "none",
        width: float = 1,
    ) -> None:
        """Draw a disc, or a ring where it has no filling."""
        self._parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{_colour(fill)}" stroke="{_colour(stroke)}" stroke-width="{width:g}"/>'
        )

    def dots(self, centres: Sequence[tuple[float, float]], radius: float, *, fill: Colour) -> None:
        """Draw discs alike as one shape: the round ends of lines without length; nothing where there is none."""
        if not centres:
            return
        steps = "".join(f"M{x:.0f} {y:.4g}h0" for x, y in centres)
        self._parts.append(
            f'<path d="{steps}" fill="none" stroke="{_colour(fill)}" stroke-width="{2 * radius:g}" stroke-linecap="round"/>'
        )

    def svg(self, height: float) -> str:
        """Return the drawing, cleaned as every drawing of a page is."""
        return clean_svg(
            f'<svg viewBox="0 0 {self.width:g} {height:g}">{"".join(self._parts + self._words)}</svg>'
        )


def _steps(points: list[tuple[float, float]]) -> str:
    """Return the way through points: a place, then the steps from each to the next, which are shorter to write.

    Steps lie between rounded places, so that rounding does not add up.
    """
    places = [(round(10 * x), round(10 * y)) for x, y in points]
    steps = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(places)]
    start = f"M{places[0][0] / 10:g} {places[0][1] / 10:g}"
    written = " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps).replace(
        " -", "-"
    )  # a sign parts numbers, too
    return f"{start}l{written}" if steps else start


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _faded(opacity: float) -> str:
    return f' opacity="{opacity:g}"' if opacity != 1 else ""
