"""Programme periods one below the other: counts a year with exact intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from evalkit.reporting.blocks import Bilingual, Language
from evalkit.reporting.canvas import LINE, NORMAL, WIDTH, Canvas, drawing_style, text_width, wrapped
from evalkit.reporting.drawn_words import Drawing, DrawnWords
from evalkit.reporting.figure_scale import LEFT, SPAN, STRIP, Row, align_ticks, ruler, scale, whisker
from evalkit.reporting.formats import number
from evalkit.reporting.wording import say


def period_comparison(
    windows: pd.DataFrame,
    *,
    title: Bilingual,
    unit: Bilingual,
    language: Language,
    also: Sequence[Language] = (),
    invented: bool = False,
) -> Drawing:
    """Draw the yearly count of two or three programme periods with exact intervals.

    Parameters
    ----------
    windows : DataFrame, one row per period, in the order drawn
        ``label`` (Bilingual), ``count`` (float), ``years`` (float), ``rate``, ``lower``, ``upper`` (counts per year;
        missing where there is no figure), ``note`` (Bilingual, why there is none; None otherwise).
    title : Bilingual
        What the scale shows: "Số vụ mỗi năm, khoảng tin cậy 95%".
    unit : Bilingual
        What is counted: "vụ", "cases".
    language : {"vi", "en"}
        The language of the words.
    also : sequence of str
        Languages into which the drawing is translated.
    invented : bool
        Write into the drawing that the figures are invented.

    Returns
    -------
    Drawing
        Clean SVG, 360 units wide.

    Raises
    ------
    UnlikeDrawingsError
        If the drawing differs in another language by more than its words.
    """
    words = DrawnWords(language, also=also)
    rows = [_Window.of(row, unit, words) for row in windows.to_dict("records")]
    head = words.lines(partial(wrapped, width=WIDTH - 4, size=NORMAL, bold=True), title)
    top, height = len(head) * LINE + 6, sum(row.height for row in rows)
    highest = max([*windows["upper"].dropna(), *windows["rate"].dropna(), 1.0])
    digits = 0 if highest >= 4 else 1
    with drawing_style():
        canvas = Canvas(top + height + 26, words=words, invented=invented)
        canvas.lines(0, 12, head, fontsize=NORMAL, weight="bold")
        axes = scale(canvas, top, height, highest=highest * 1.12)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.of(number(value, digits))))
        align_ticks(axes)
        at = 0.0
        for row in rows:
            _period(canvas, axes, row, at=at, top=top)
            at += row.height
        return canvas.svg()


@dataclass(frozen=True, slots=True)
class _Window:
    """One period laid out: its name and its count, on one line where both fit."""

    row: Row
    label: str
    counted: list[str]
    shares_line: bool

    @classmethod
    def of(cls, row: Row, unit: Bilingual, words: DrawnWords) -> Self:
        label, counted = row["label"], _counted(row, unit)
        fits = words.agreed(
            lambda told: text_width(label.of(told), bold=True) + text_width(counted.of(told)) + 14 < WIDTH
        )
        lines = [words.of(counted)] if fits else words.lines(partial(wrapped, width=WIDTH - 4), counted)
        return cls(row, words.of(label), lines, fits)

    @property
    def head(self) -> float:
        """Height of the words."""
        return LINE * (len(self.counted) + (0 if self.shares_line else 1))

    @property
    def height(self) -> float:
        return self.head + (12 if pd.isna(self.row["rate"]) else STRIP + 6)


def _period(canvas: Canvas, axes: Axes, window: _Window, *, at: float, top: float) -> None:
    row, baseline, middle = window.row, top + at + LINE - 2, at + window.head + STRIP / 2
    canvas.text(0, baseline, window.label, weight="bold")
    if window.shares_line:
        canvas.text(WIDTH - 2, baseline, window.counted[0], ha="right")
    else:
        canvas.lines(0, baseline + LINE, window.counted)
    if not pd.isna(row["rate"]):
        ruler(axes, at=middle)
        whisker(axes, row["rate"], row["lower"], row["upper"], at=middle)
        _rate_label(axes, row, at=middle, words=canvas.words)


def _counted(row: Row, unit: Bilingual) -> Bilingual:
    """Return "39 vụ / 5 năm", or why there is no count."""
    if pd.isna(row["count"]):
        return row.get("note") or say("no figure found")
    count, years = number(row["count"]), row["years"]
    if years == 1:
        return say("{count} {unit} / 1 year", count=count, unit=unit)
    length = number(years, 0 if float(years).is_integer() else 1)
    return say("{count} {unit} / {years} years", count=count, unit=unit, years=length)


def _rate_label(axes: Axes, row: Row, *, at: float, words: DrawnWords) -> None:
    """Write the estimate beside its interval, on the left of it where the right has no room."""
    rate, unit = number(row["rate"], 1), SPAN / axes.get_xlim()[1]
    edges = [float(edge) for edge in (row["rate"], row["lower"], row["upper"]) if not pd.isna(edge)]
    fits = words.agreed(lambda told: LEFT + max(edges) * unit + 10 + text_width(rate.of(told)) < WIDTH)
    x, offset, side = (max(edges), 8, "left") if fits else (min(edges), -8, "right")
    axes.annotate(
        words.of(rate), (x, at), (offset, 0), textcoords="offset points", ha=side, va="center_baseline"
    )
