"""Targets one below the other: shares on a scale with their intervals against what was promised, growth in counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from evalkit.reporting.blocks import Bilingual, Language
from evalkit.reporting.canvas import LINE, NORMAL, WIDTH, Canvas, drawing_style, text_width, wrapped
from evalkit.reporting.drawn_words import Drawing, DrawnWords, UnlikeDrawingsError
from evalkit.reporting.figure_scale import LEFT, SPAN, STRIP, Row, align_ticks, ruler, scale, whisker
from evalkit.reporting.formats import percent
from evalkit.reporting.svg import INK


def target_strip(
    rows: pd.DataFrame,
    *,
    title: Bilingual,
    language: Language,
    also: Sequence[Language] = (),
    invented: bool = False,
) -> Drawing:
    """Draw percentages with their intervals against what was promised.

    Parameters
    ----------
    rows : DataFrame, one row per indicator, in the order drawn
        ``label`` (Bilingual), ``value``, ``lower``, ``upper`` (percent; missing where there is no figure or no
        interval), ``target`` (percent, missing where none was set), ``target_words`` (Bilingual: "trên 90%"; None
        where there is none), ``note`` (Bilingual: why there is no value, or the verdict; None for nothing); ``counts``
        (Bilingual, optional: "23; 29 needed"): a target on growth, which is written in counts and never put on the scale.
    title : Bilingual
        What the scale shows.
    language : {"vi", "en"}
        The language of the words.
    also : sequence of str
        Languages into which the drawing would be translated: it never can, for the targets' words are centred by their width.
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
    if also:
        raise UnlikeDrawingsError
    blocks = [_Block.of(row, language) for row in rows.to_dict("records")]
    head = wrapped(title.of(language), width=WIDTH - 4, size=NORMAL, bold=True)
    top, height = len(head) * LINE + 6, sum(block.height for block in blocks)
    with drawing_style():
        canvas = Canvas(top + height + 26, words=DrawnWords(language), invented=invented)
        canvas.lines(0, 12, head, fontsize=NORMAL, weight="bold")
        axes = scale(canvas, top, height, highest=100)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0).of(language)))
        align_ticks(axes)
        at = 0.0
        for block in blocks:
            _indicator(canvas, axes, block, at=at, top=top)
            at += block.height
        return canvas.svg()


@dataclass(frozen=True, slots=True)
class _Block:
    """One indicator laid out: its lines of words and the height they need."""

    row: Row
    label: list[str]
    note: list[str]
    target: str

    @classmethod
    def of(cls, row: Row, language: Language) -> Self:
        beside = text_width(_words(row.get("counts"), language)) + 12
        label = wrapped(row["label"].of(language), width=WIDTH - max(70, beside), bold=True)
        note, target = _words(row.get("note"), language), _words(row.get("target_words"), language)
        if isinstance(row.get("counts"), Bilingual):
            row, target = {**row, "value": math.nan, "target": math.nan}, ""
        return cls(row, label, wrapped(note, width=WIDTH - 4), "" if pd.isna(row["target"]) else target)

    @property
    def strip(self) -> float:
        """How far the strip's middle lies below the block's top."""
        return len(self.label) * LINE + STRIP / 2

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything to put on the scale."""
        return not (pd.isna(self.row["value"]) and pd.isna(self.row["target"]))

    @property
    def target_left(self) -> float:
        """Where the target's words start: centred below its mark, inside the drawing."""
        width = text_width(self.target)
        return float(min(max(LEFT + self.row["target"] / 100 * SPAN - width / 2, 0), WIDTH - 2 - width))

    @property
    def below(self) -> int:
        """Lines below the strip: the target's words and the note share one where both fit."""
        beside = self.target and len(self.note) == 1 and text_width(self.note[0]) + 12 < self.target_left
        return len(self.note) + bool(self.target) - bool(beside)

    @property
    def height(self) -> float:
        """What the block needs, with the white below it."""
        return len(self.label) * LINE + (STRIP if self.is_drawn else 2) + self.below * LINE + 12


def _indicator(canvas: Canvas, axes: Axes, block: _Block, *, at: float, top: float) -> None:
    row, baseline, middle = block.row, top + at + LINE - 3, at + block.strip
    canvas.lines(0, baseline, block.label, weight="bold")
    if isinstance(row.get("counts"), Bilingual):
        canvas.text(WIDTH - 2, baseline, row["counts"].of(canvas.words.language), ha="right", weight="bold")
    elif not pd.isna(row["value"]):
        canvas.text(
            WIDTH - 2, baseline, percent(row["value"]).of(canvas.words.language), ha="right", weight="bold"
        )
    if block.is_drawn:
        ruler(axes, at=middle)
        if not pd.isna(row["value"]):
            whisker(axes, row["value"], row["lower"], row["upper"], at=middle)
    if block.target:
        axes.plot([row["target"]] * 2, [middle - 10, middle + 10], color=INK, linewidth=2.6, clip_on=False)
        canvas.text(block.target_left, top + middle + 23, block.target)
    last = top + at + block.height - 12 - 6
    canvas.lines(0, last - (len(block.note) - 1) * LINE, block.note)


def _words(text: Bilingual | None, language: Language) -> str:
    return text.of(language) if isinstance(text, Bilingual) else ""
