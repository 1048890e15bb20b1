"""Use once, before any kernel is forked, what takes long when it is first used: words, fonts, a drawing, a table, a fit.

Nothing here knows a figure. What stays behind are caches that depend on evalkit's own files alone, and how text is kept.
"""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

import pandas as pd

from evalkit.reporting.blocks import LANGUAGES, Bilingual
from evalkit.reporting.canvas import Canvas, drawing_style, text_width
from evalkit.reporting.drawn_words import DrawnWords
from evalkit.reporting.formats import day, listed, number
from evalkit.reporting.wording import catalogue

_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy 0123456789 %.,−–×"


def keep_text_plain() -> None:
    """Let pandas keep text as Python's own strings: in tables of a few thousand rows Arrow's take a fifth longer for a page."""
    pd.set_option("mode.string_storage", "python")


def use_once() -> None:
    """Load both languages, measure a text in both weights, draw an empty figure, group a table and fit a line through it."""
    keep_text_plain()
    catalogue()
    _fit_and_group()
    listed([number(1.5, 1), day(date(2000, 1, 1)), Bilingual("c", "c")])
    for bold in (False, True):
        text_width(_LETTERS, bold=bold)
    for language in LANGUAGES:
        with drawing_style():
            canvas = Canvas(40, words=DrawnWords(language), invented=True)
            canvas.axes(left=10, top=0, width=300, height=20).plot([0, 1], [0, 1], marker="o")
            canvas.text(10, 30, _LETTERS)
            canvas.svg()


def _fit_and_group() -> None:
    """Fit and group figures that are none: statsmodels and pandas load and set up a good deal on first use."""
    sm: Any = import_module(
        "statsmodels.api"
    )  # loaded by the server long ago, and by nobody else who imports this
    table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "group": ["a", "a", "b", "b"], "y": [1, 1, 2, 2]})
    sm.GLM(table["y"], sm.add_constant(table[["x"]]), family=sm.families.Poisson()).fit()
    table.groupby("group")["y"].agg(["mean", "std", "min", "max", "median"])
    pd.get_dummies(table[["group"]], dtype=float)
