"""A common scale for estimates one below the other: strips with a dot and an interval, words kept clear of lines."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from evalkit.reporting.canvas import BLUE, SKY, WIDTH, Canvas
from evalkit.reporting.svg import INK, PAPER

Row = Mapping[Hashable, Any]
LEFT, RIGHT = 6.0, 6.0
SPAN = WIDTH - LEFT - RIGHT
STRIP = 26.0


def scale(canvas: Canvas, top: float, height: float, *, highest: float) -> Axes:
    """Return axes from zero to ``highest`` across the whole drawing; downwards one unit is one pixel."""
    axes = canvas.axes(left=LEFT, top=top, width=SPAN, height=height)
    axes.set(xlim=(0, highest), ylim=(height, 0), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=highest >= 4))
    axes.tick_params(axis="x", pad=1)
    return axes


def ruler(axes: Axes, *, at: float) -> None:
    """Mark the scale behind one strip only, so that no line runs through words."""
    ticks = [tick for tick in axes.get_xticks() if tick > 0]
    axes.vlines(ticks, at - 10, at + 10, colors=INK, alpha=0.16, linewidth=0.8, clip_on=False)
    axes.vlines([0], at - 10, at + 10, colors=INK, alpha=0.9, linewidth=1.2, clip_on=False)


def align_ticks(axes: Axes) -> None:
    """Keep the outermost words of the scale inside the drawing."""
    ticks = [tick for tick in axes.get_xticks() if tick <= axes.get_xlim()[1]]
    axes.set_xticks(ticks)
    labels = axes.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    if ticks[-1] > 0.95 * axes.get_xlim()[1]:
        labels[-1].set_horizontalalignment("right")


def whisker(axes: Axes, value: float, lower: float, upper: float, *, at: float) -> None:
    """Draw an estimate as a dot and its interval, where there is one, as a bar."""
    if not (pd.isna(lower) or pd.isna(upper)):
        axes.plot([lower, upper], [at, at], color=SKY, linewidth=6, solid_capstyle="butt", clip_on=False)
    axes.plot(
        value, at, "o", color=BLUE, markersize=8, markeredgecolor=PAPER, markeredgewidth=1.2, clip_on=False
    )
