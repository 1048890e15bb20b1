"""Yearly figures as dots over a zero line, with gaps that say why, dated events and a fitted trend."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import CONFIDENTIAL, Bilingual, Language, block
from evalkit.reporting.canvas import BLUE, LINE, NORMAL, WIDTH, Canvas, drawing_style, text_width, wrapped
from evalkit.reporting.drawn_words import Drawing, DrawnWords
from evalkit.reporting.formats import number
from evalkit.reporting.svg import INK, PAPER
from evalkit.reporting.wording import say

_LEFT, _RIGHT, _PLOT = 34.0, 12.0, 170.0
_KEY_INDENT = 18.0


@block
class Band:
    """A dated event that bends a series: from ``start`` to ``end`` in years with fractions (2018.0 is 1 January 2018)."""

    start: float
    end: float
    label: Bilingual


def yearly_counts(
    series: pd.DataFrame,
    *,
    title: Bilingual,
    language: Language,
    also: Sequence[Language] = (),
    breaks: Sequence[Band] = (),
    trend: pd.DataFrame | None = None,
    decimals: int = 0,
    invented: bool = False,
) -> Drawing:
    """Draw one figure a year.

    Parameters
    ----------
    series : DataFrame, one row per year
        ``year`` (int), ``value`` (float, missing where the status says so), ``status`` (of the facts table; a hidden
        year is "suppressed"), optionally ``partial`` (bool: the figure covers only part of its year; drawn hollow and
        joined to nothing). Years absent between the first and the last are drawn as gaps.
    title : Bilingual
        What is counted, in what unit: "Số vụ mỗi năm".
    language : {"vi", "en"}
        The language of the words.
    also : sequence of str
        Languages into which the drawing is translated.
    breaks : sequence of Band
        Events marked across the plot and named below it; those that lie before or after the years drawn are left out.
    trend : DataFrame, optional
        ``year``, ``value`` and, for the band, ``lower`` and ``upper``: a fitted line, drawn over the years it gives.
    decimals : int
        Digits of the figures.
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
    years, words = _every_year(series), DrawnWords(language, also=also)
    first, after = years["year"].min(), years["year"].max() + 1
    shown = [
        band for band in breaks if band.end > first and band.start < after
    ]  # a mark beside the plot is at no year
    lanes = _lanes(shown)
    keys = [words.lines(partial(wrapped, width=WIDTH - _KEY_INDENT - 4), band.label) for band in shown]
    head = words.lines(partial(wrapped, width=WIDTH - 4, size=NORMAL, bold=True), title)
    top = len(head) * LINE + (LINE + 2 if trend is not None else 0) + (max(lanes, default=-1) + 1) * LINE + 8
    height = top + _PLOT + 24 + sum(len(lines) for lines in keys) * LINE + (6 if keys else 0)
    with drawing_style():
        canvas = Canvas(height, words=words, invented=invented)
        below = canvas.lines(0, 12, head, fontsize=NORMAL, weight="bold")
        if trend is not None:
            _trend_key(canvas, below, banded="lower" in trend)
        axes = canvas.axes(left=_LEFT, top=top, width=WIDTH - _LEFT - _RIGHT, height=_PLOT)
        _scales(axes, years, trend, words=words, decimals=decimals)
        _bands(canvas, axes, shown, lanes)
        _trend(axes, trend)
        _dots(axes, years, decimals=decimals, words=words)
        _gaps(axes, years, words=words)
        _band_key(canvas, top + _PLOT + 24 + LINE, keys)
        return canvas.svg()


def _every_year(series: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each year from the first to the last; years without a row have the status "absent"."""
    columns = [column for column in ("year", "value", "status", "partial") if column in series]
    span = range(int(series["year"].min()), int(series["year"].max()) + 1)
    full = series[columns].set_index("year").reindex(pd.Index(span, name="year")).reset_index()
    full["status"] = full["status"].fillna("absent")
    full["partial"] = full["partial"].eq(other=True) if "partial" in full else False
    joined = full["value"].notna() & ~full["partial"]
    return full.assign(run=(~joined).cumsum(), joined=joined)


def _lanes(bands: Sequence[Band]) -> list[int]:
    """Give each event the lowest lane free at its start, so that marks of overlapping events stand apart."""
    ends: list[float] = []
    lanes = []
    for band in bands:
        lane = next((place for place, end in enumerate(ends) if end + 0.4 <= band.start), len(ends))
        ends[lane : lane + 1] = [max(band.end, band.start + 0.7)]
        lanes.append(lane)
    return lanes


def _scales(
    axes: Axes, years: pd.DataFrame, trend: pd.DataFrame | None, *, words: DrawnWords, decimals: int
) -> None:
    highest = years["value"].max()
    highest = 1.0 if pd.isna(highest) or highest == 0 else float(highest)
    if trend is not None:
        highest = max(highest, min(float(trend.drop(columns="year").to_numpy().max()), 1.5 * highest))
    first, last = int(years["year"].min()), int(years["year"].max())
    axes.set_xlim(first - 0.6, last + 0.6)
    axes.set_ylim(0, highest * 1.16)
    spacing = (WIDTH - _LEFT - _RIGHT) / (last - first + 1.2)
    step = int(np.ceil((text_width("2024") + 6) / spacing))
    axes.set_xticks(range(last - (last - first) // step * step, last + 1, step))
    whole = decimals == 0 or highest >= 4
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=whole))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: words.of(same(f"{year:.0f}"))))
    digits = 0 if whole else 1
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.of(number(value, digits))))
    axes.grid(axis="y", color=INK, alpha=0.14, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.axhline(0, color=INK, linewidth=1.2, clip_on=False)


def _dots(axes: Axes, years: pd.DataFrame, *, decimals: int, words: DrawnWords) -> None:
    joined = years[years["joined"]]
    if not joined.empty:  # seaborn 0.13 cannot draw an empty line
        line = {"x": "year", "y": "value", "units": "run", "estimator": None}
        sns.lineplot(data=joined, ax=axes, color=BLUE, linewidth=1.2, **line)
        axes.set(xlabel="", ylabel="")
    known = years[years["value"].notna()]
    for hollow, dots in known.groupby("partial"):
        face = PAPER if hollow else BLUE
        axes.plot(
            dots["year"], dots["value"], "o", color=BLUE, markerfacecolor=face, markersize=6.5, clip_on=False
        )
    _value_labels(axes, known, decimals=decimals, words=words)


def _value_labels(axes: Axes, known: pd.DataFrame, *, decimals: int, words: DrawnWords) -> None:
    """Print every figure where there is room, else the first, the last and the highest."""
    labels = [number(value, decimals) for value in known["value"]]
    low, high = axes.get_xlim()
    room = (WIDTH - _LEFT - _RIGHT) / (high - low)
    every = words.agreed(
        lambda language: max((text_width(label.of(language)) for label in labels), default=0) < room
    )
    told = {0, len(labels) - 1, int(known["value"].argmax())} if labels else set()
    values, unit = known["value"].to_list(), axes.get_ylim()[1] / _PLOT
    for place, (year, value) in enumerate(zip(known["year"], values, strict=True)):
        if every or place in told:
            around = values[max(place - 1, 0) : place + 2]
            dips = value < sum(around) / len(around) and value > 20 * unit
            offset = -16 if dips else 7
            axes.annotate(
                words.of(labels[place]), (year, value), (0, offset), textcoords="offset points", ha="center"
            )


def _gaps(axes: Axes, years: pd.DataFrame, *, words: DrawnWords) -> None:
    """Say in its place why a year has no figure; neighbouring years without one share the words."""
    missing = years[years["value"].isna()]
    for row in missing[missing["status"] == "suppressed"].itertuples():
        axes.annotate(
            words.of(same(CONFIDENTIAL)),
            (row.year, 0),
            (0, 5),
            textcoords="offset points",
            ha="center",
            va="baseline",
        )
    others = missing[missing["status"] != "suppressed"]
    spacing = (WIDTH - _LEFT - _RIGHT) / (len(years) + 0.2)
    keyed = zip(others["year"], others["status"], strict=True)
    for (_, status), group in groupby(enumerate(keyed), key=lambda pair: (pair[1][0] - pair[0], pair[1][1])):
        span = [year for _, (year, _) in group]
        why, room = _why(status), spacing * len(span) - 4
        upright = words.agreed(partial(_is_wider, why, room))
        axes.annotate(
            words.of(why),
            ((span[0] + span[-1]) / 2, 0),
            (4 if upright else 0, 8),
            textcoords="offset points",
            rotation=90 if upright else 0,
            rotation_mode="anchor",
            ha="left" if upright else "center",
            va="baseline",
            style="italic",
        )


def _is_wider(wording: Bilingual, room: float, language: Language) -> bool:
    return text_width(wording.of(language)) > room


def _why(status: str) -> Bilingual:
    if status == "not_reported":
        return say("not reported")
    return say("not applicable") if status == "not_applicable" else say("no figure found")


def _trend(axes: Axes, trend: pd.DataFrame | None) -> None:
    if trend is None:
        return
    if "lower" in trend:
        ceiling = axes.get_ylim()[1]
        upper = trend["upper"].clip(upper=ceiling)
        axes.fill_between(trend["year"], trend["lower"], upper, color=INK, alpha=0.1, linewidth=0)
    axes.plot(trend["year"], trend["value"], color=INK, linewidth=1.4, linestyle=(0, (4, 2)))


def _trend_key(canvas: Canvas, y: float, *, banded: bool) -> None:
    axes = canvas.axes(left=0, top=y - 10, width=24, height=12)
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    if banded:
        axes.axhspan(0, 1, color=INK, alpha=0.1, linewidth=0)
    axes.plot([0, 1], [0.5, 0.5], color=INK, linewidth=1.4, linestyle=(0, (4, 2)))
    told = say("fitted trend and its 95% interval") if banded else say("fitted trend")
    canvas.text(30, y, canvas.words.of(told))


def _bands(canvas: Canvas, axes: Axes, bands: Sequence[Band], lanes: Sequence[int]) -> None:
    """Mark events: a numbered bar above the plot, a light tint across it. A year's dot stands in the middle of its year."""
    low, high = axes.get_xlim()
    top = (1 - axes.get_position().y1) * canvas.height
    for place, (band, lane) in enumerate(zip(bands, lanes, strict=True), start=1):
        start, end = max(band.start - 0.5, low), min(band.end - 0.5, high)
        axes.axvspan(start, end, color=INK, alpha=0.06, linewidth=0)
        offset = (max(lanes) - lane) * LINE + 4
        left = _LEFT + (start - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)
        width = max((end - start) / (high - low) * (WIDTH - _LEFT - _RIGHT), 14.0)
        bar = canvas.axes(left=left, top=top - offset - 13, width=width, height=13)
        bar.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(0, 1))
        bar.axhspan(0, 1, color=INK, alpha=0.16, linewidth=0)
        canvas.text(left + width / 2, top - offset - 2.5, canvas.words.of(same(str(place))), ha="center")


def _band_key(canvas: Canvas, y: float, keys: Sequence[list[str]]) -> None:
    for place, lines in enumerate(keys, start=1):
        canvas.text(0, y, canvas.words.of(same(str(place))), weight="bold")
        y = canvas.lines(_KEY_INDENT, y, lines)
