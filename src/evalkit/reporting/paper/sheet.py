"""The sheet of a figure for a paper: its axes, its title above, and below it what the marks mean and where the figures come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from evalkit.facts.areas import Area
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.canvas import wrapped
from evalkit.reporting.sections.bases import source_line
from evalkit.reporting.sections.shared_words import area_name
from evalkit.reporting.svg import INK
from evalkit.reporting.wording import say

SIZE = (6.5, 4.2)  # inches: the width of a text column of A4 paper
OKABE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SMALL = 7.5
_TITLE, _NORMAL, _INCH = 10.0, 8.5, 72.0
_PER_UNIT = 12.0  # text is measured at this size
_STYLE: dict[str, object] = {
    "font.family": ["DejaVu Sans"],
    "font.size": _NORMAL,
    "axes.titlesize": _TITLE,
    "axes.labelsize": _NORMAL,
    "xtick.labelsize": _NORMAL,
    "ytick.labelsize": _NORMAL,
    "legend.fontsize": SMALL,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
}
_EMBEDDED: dict[Any, Any] = {"pdf.fonttype": 42, "ps.fonttype": 42}  # TrueType: journals refuse Type 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a figure: which of a record's items, in which language, how large, into which axes."""

    of: str
    language: str
    size: tuple[float, float] | None = None
    ax: Axes | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is written around a drawing: title, sentences below it, and ids of the sources of what is drawn."""

    title: Bilingual
    notes: Sequence[Bilingual] = ()
    sources: Sequence[str] = ()


class PaperFigure(Figure):
    """A figure that embeds its fonts as TrueType whenever it is saved, and leaves the settings of other figures as they are.

    Examples
    --------
    >>> import io
    >>> with mpl.rc_context({"pdf.fonttype": 3}):
    ...     drawing, stream = PaperFigure(figsize=(2, 1)), io.BytesIO()
    ...     drawing.suptitle("Cases") and drawing.savefig(stream, format="pdf")
    ...     b"/Type3" in stream.getvalue(), mpl.rcParams["pdf.fonttype"]
    (False, 3)
    """

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save the figure, as matplotlib's own figures are."""
        with mpl.rc_context(_EMBEDDED):
            super().savefig(fname, **options)


@contextmanager
def print_style() -> Iterator[None]:
    """Draw in print with our own settings, whatever the notebook has set, and leave its settings as they were."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # type: ignore[arg-type]  # keys are names of settings
        yield


def axes_for(asked: Asked, *, size: tuple[float, float] = SIZE) -> Axes:
    """Return the axes asked for, or those of a new figure on white, of ``size`` where none was asked for."""
    if asked.ax is not None:
        return asked.ax
    figure = PaperFigure(figsize=asked.size or size, layout="constrained", facecolor="white")
    return figure.subplots()


def written_around(axes: Axes, area: Area, words: Words, asked: Asked) -> Figure:
    """Write title, notes and sources around a drawing and return its figure; invented figures are said to be so in the title."""
    language, figure = asked.language, axes.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes given belong to no figure")
    title = [words.title.of(language), _about(area).of(language)]
    below = [*words.notes, *filter(None, [source_line(words.sources, area)])]
    if asked.ax is None:
        wide = figure.get_size_inches()[0] * _INCH - 12
        figure.suptitle(
            in_lines(title, wide, _TITLE, bold=True), x=0.01, ha="left", weight="bold", fontsize=_TITLE
        )
        foot = in_lines([note.of(language) for note in below], wide, SMALL)
        figure.supxlabel(foot, x=0.01, ha="left", fontsize=SMALL)
        return figure
    wide = points_wide(axes)
    axes.set_title(in_lines(title, wide, _NORMAL, bold=True), loc="left", weight="bold", fontsize=_NORMAL)
    axes.set_xlabel(in_lines([note.of(language) for note in below], wide, SMALL), loc="left", fontsize=SMALL)
    return figure


def points_wide(axes: Axes) -> float:
    """Return the width of axes in points, as far as they are laid out."""
    figure = axes.get_figure(root=True)
    return axes.get_window_extent().width * _INCH / (figure.dpi if figure is not None else _INCH)


def number_scale(axes: Axes, language: str, *, upright: bool = True) -> None:
    """Write the numbers of a scale as readers of the language do, and draw faint lines across."""
    axis = axes.yaxis if upright else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: formats.figure(value).of(language)))
    axes.grid(axis="y" if upright else "x", color=INK, alpha=0.14, linewidth=0.6)
    axes.set_axisbelow(True)


def _about(area: Area) -> Bilingual:
    """Return the place, and that the figures are invented where they are."""
    if area.about.invented:
        return say("{place} – invented figures", place=area_name(area))
    return area_name(area)


def in_lines(texts: Sequence[str], wide: float, size: float = SMALL, *, bold: bool = False) -> str:
    """Return texts broken into lines no wider than ``wide`` points."""
    lines = [line for text in texts for line in wrapped(text, width=wide * _PER_UNIT / size, bold=bold)]
    return "\n".join(lines)
