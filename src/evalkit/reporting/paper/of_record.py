"""The figure of a record, for a paper: drawn on request, from the record's own frame."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evalkit.reporting.display import language_asked
from evalkit.reporting.jupyter_display import teach_figures
from evalkit.reporting.paper import place_figures, series_figures
from evalkit.reporting.paper.record_figures import drawing_of
from evalkit.reporting.paper.sheet import Asked, print_style

__all__ = ["place_figures", "record_figure", "series_figures"]


def record_figure(
    record: Any, *, of: str, language: str | None, size: tuple[float, float] | None, ax: Axes | None
) -> Figure:
    """Draw a record; see :meth:`evalkit.records.Record.figure`."""
    teach_figures()
    with print_style():
        return drawing_of(record, Asked(of, language_asked(language), size, ax))
