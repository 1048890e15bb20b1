"""The figure of a record, for a paper: drawn on request, from the record's own frame."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evalkit.reporting.display import language_asked
from evalkit.reporting.jupyter_display import teach_figures
from evalkit.reporting.paper import over_time, places
from evalkit.reporting.paper.registry import drawing_of
from evalkit.reporting.paper.sheet import Asked, print_style

__all__ = ["over_time", "places", "record_figure"]


def record_figure(
    record: Any, *, of: str, language: str | None, size: tuple[float, float] | None, ax: Axes | None
) -> Figure:
    """Draw a record; see :meth:`evalkit.records.Record.figure`."""
    teach_figures()
    with print_style():
        return drawing_of(record, Asked(of, language_asked(language), size, ax))
