"""Counts over time: a bar a year, a step where only a period's total is known, declared events, the range that was usual.

Every value is labelled, so there is no grid and no scale; a year without a figure stays an empty slot, and a zero is a digit on
the line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evalkit.reporting.bilingual import Bilingual, by_language, same
from evalkit.reporting.drawing.pen import PHONE, WIDE, Pen, long
from evalkit.reporting.formats import number
from evalkit.reporting.wording import say

State = Literal["value", "zero", "none", "hidden"]

_LEFT, _TOP, _TITLE, _UNDER = 6.0, 4.0, 24.0, 18.0
_LABEL = 11.0
_NEXT = 14.0  # from one row of labels to the next
_DAY = 0.004  # of a year
_FEWEST_PIXELS = 26.0  # a year's label needs so much room


@dataclass(frozen=True, slots=True)
class Bar:
    """One year: its count, or why there is none.

    ``other`` is what another source says of it; a hollow bar is of a wider count, told where the own one is not.
    """

    year: int
    state: State
    count: float = 0.0
    other: float | None = None
    is_hollow: bool = False
    words: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One programme period: its days as years with fractions, its mean a year with limits, and whether its years are drawn.

    Limits are missing where there are none to give; no band is drawn then. ``told`` is how many of its years the mean is of, where
    that is not all.
    """

    start: float
    end: float
    mean: float
    low: float
    high: float
    has_bars: bool
    told: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One count over time; ``usual`` is the range that the latest year was to be expected in, where it can be told."""

    title: Bilingual
    bars: tuple[Bar, ...]
    steps: tuple[Step, ...]
    usual: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A dated event: its days as years with fractions; ``lasts`` that it bent the figures as long as it went on."""

    start: float
    end: float
    label: Bilingual
    lasts: bool = True


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where years stand."""

    first: int
    last: int
    left: float
    right: float

    def at(self, year: float) -> float:
        return self.left + (year - self.first) * self.slot

    @property
    def slot(self) -> float:
        return (self.right - self.left) / (self.last - self.first + 1)


def timeline(
    panels: Sequence[Panel], events: Sequence[Event] = (), *, width: float = WIDE
) -> tuple[Bilingual, Bilingual]:
    """Return the drawing of counts over time: wide, and for a phone.

    Parameters
    ----------
    panels : sequence of Panel
        One under the other on one axis of years; at least one has a bar or a step.
    events : sequence of Event
    width : float
        Of the wide drawing.

    Examples
    --------
    >>> panel = Panel(Bilingual("Số vụ", "Cases"), (Bar(2024, "value", 7.0), Bar(2025, "zero")), ())
    >>> wide, phone = timeline([panel])
    >>> ">7</text>" in wide.en, ">0</text>" in phone.en, ">2025</text>" in wide.en
    (True, True, True)
    """
    return (
        by_language(lambda language: _drawn(panels, events, language, width=width)),
        by_language(lambda language: _drawn(panels, events, language, width=PHONE)),
    )


def _drawn(panels: Sequence[Panel], events: Sequence[Event], language: str, *, width: float) -> str:
    pen, axis = Pen(width), _axis(panels, width)
    height = 76.0 if width == PHONE else 96.0 if len(panels) > 1 else 150.0
    seen = [event for event in events if event.end > axis.first and event.start < axis.last + 1]
    seen = [event for event in seen if event.lasts or event.start > axis.first]
    labels = _label_places(pen, axis, seen, language)
    further = _NEXT * max((row for _, row in labels), default=0)
    y = _TOP + further + (_LABEL + 5 if seen else 0)
    bottom = y + len(panels) * (height + _TITLE + _UNDER)
    _events(pen, axis, seen, top=_TOP + further, bottom=bottom)
    for event, (start, row) in zip(_in_order(seen), labels, strict=True):
        pen.text(start, _TOP + _LABEL + _NEXT * row, event.label.of(language), size=_LABEL, fill="soft")
    for panel in panels:
        pen.text(_LEFT, y + 13, panel.title.of(language), bold=True)
        y += _TITLE + height
        _panel(pen, axis, panel, base=y, height=height, language=language)
        y += _UNDER
    _years(pen, axis, y + _LABEL)
    return pen.svg(y + _LABEL + 6)


def _axis(panels: Sequence[Panel], width: float) -> _Axis:
    years = [bar.year for panel in panels for bar in panel.bars]
    years += [int(edge) for panel in panels for step in panel.steps for edge in (step.start, step.end - 0.01)]
    return _Axis(min(years), max(years), _LEFT, width - _LEFT)


def _in_order(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.start)


def _label_places(pen: Pen, axis: _Axis, events: Sequence[Event], language: str) -> list[tuple[float, int]]:
    """Return where each event's label begins, at its own day, and in which row: the first in which it touches no other."""
    taken: list[float] = []
    places = []
    for event in _in_order(events):
        width = long(event.label.of(language), _LABEL)
        left, end = axis.at(max(event.start, axis.first)), pen.width - _LEFT - width
        start = min(left, end)
        row = next((row for row, before in enumerate(taken) if start >= before), len(taken))
        taken += [0.0] * (row == len(taken))
        taken[row] = start + width + 8
        places.append((start, row))
    return places


def _events(pen: Pen, axis: _Axis, events: Sequence[Event], *, top: float, bottom: float) -> None:
    for event in _in_order(events):
        left, right = axis.at(max(event.start, axis.first)), axis.at(min(event.end, axis.last + 1))
        if not event.lasts or right - left < axis.slot / 2:
            pen.line(left, top + _LABEL + 4, left, bottom - _UNDER, stroke="soft", dash="2 3")
        else:
            pen.rect(
                left, top + _LABEL + 4, right - left, bottom - _LABEL - 8 - top - _UNDER + 8, fill="event"
            )


def _panel(pen: Pen, axis: _Axis, panel: Panel, *, base: float, height: float, language: str) -> None:
    scale = (height - 14) / _most(panel)
    for step in panel.steps:
        _step(pen, axis, step, base=base, scale=scale, language=language)
    latest = max(
        (bar.year for bar in panel.bars if bar.state in ("value", "zero") and not bar.is_hollow), default=0
    )
    for bar in panel.bars:
        _bar(pen, axis, bar, base=base, scale=scale, language=language, is_latest=bar.year == latest)
    if panel.usual is not None:
        _usual(pen, axis, panel.usual, year=latest, base=base, scale=scale)
    pen.line(axis.left, base, axis.right, base, stroke="soft")
    for step in panel.steps:
        _under(pen, axis, step, y=base + _LABEL + 2, language=language)


def _most(panel: Panel) -> float:
    heights = [max(bar.count, bar.other or 0) for bar in panel.bars if bar.state == "value"]
    heights += [
        step.high if step.has_bars and not math.isnan(step.high) else step.mean * 1.5 for step in panel.steps
    ]
    heights += [panel.usual[1]] if panel.usual else []
    return max([*heights, 1.0])


def _step(pen: Pen, axis: _Axis, step: Step, *, base: float, scale: float, language: str) -> None:
    left, right = axis.at(step.start) + 2, axis.at(step.end) - 2
    if not math.isnan(step.high):
        top = max(base - step.high * scale, base - scale * 1e6)
        pen.rect(left, top, right - left, (step.high - step.low) * scale, fill="band")
    if not step.has_bars:
        pen.rect(left, base - step.mean * scale, right - left, step.mean * scale, fill="bar", opacity=0.55)
    if not step.has_bars and not _words_under(axis, step, language):
        words = number(step.mean, 1).of(language)
        pen.text((left + right) / 2, base - step.mean * scale - 4, words, anchor="middle", size=_LABEL)
    pen.line(left, base - step.mean * scale, right, base - step.mean * scale, stroke="accent", width=1.5)


def _bar(
    pen: Pen,
    axis: _Axis,
    bar: Bar,
    *,
    base: float,
    scale: float,
    language: str,
    is_latest: bool,
) -> None:
    """Draw a year, its figure over the bar."""
    middle, width = axis.at(bar.year + 0.5), min(axis.slot * 0.62, 30.0)
    if bar.state == "hidden":
        pen.text(middle, base - 4, "[c]", anchor="middle", size=_LABEL, fill="soft")
        return
    if bar.state == "none":
        pen.text(middle, base - 4, "–", anchor="middle", size=_LABEL, fill="soft")
        return
    top = base - bar.count * scale
    if bar.is_hollow:
        pen.rect(middle - width / 2, top, width, bar.count * scale, stroke="accent", dash="3 2")
    else:
        pen.rect(middle - width / 2, top, width, bar.count * scale, fill="accent" if is_latest else "bar")
    words = (bar.words or number(bar.count)).of(language)
    if bar.other is not None:
        low, high = sorted((bar.count, bar.other))
        pen.rect(
            middle - width / 2, base - high * scale, width, (high - low) * scale, stroke="warm", dash="3 2"
        )
        words = say("{one} or {other}", one=number(bar.count), other=number(bar.other)).of(language)
        top = min(top, base - high * scale)
    is_last = middle + long(words, _LABEL) * 0.6 > pen.width - _LEFT / 2  # it would be cut off at the edge
    pen.text(
        pen.width - 1 if is_last else middle,
        top - 4,
        words,
        anchor="end" if is_last else "middle",
        size=_LABEL,
        bold=is_latest,
        fill="accent" if is_latest else "ink",
    )


def _usual(
    pen: Pen, axis: _Axis, usual: tuple[float, float], *, year: int, base: float, scale: float
) -> None:
    low, high = usual
    middle, width = axis.at(year + 0.5), min(axis.slot * 0.9, 40.0)
    pen.rect(middle - width / 2, base - high * scale, width, (high - low) * scale, stroke="soft", dash="2 2")


def _under(pen: Pen, axis: _Axis, step: Step, *, y: float, language: str) -> None:
    """Write a period's mean under the line, as much of it as there is room for."""
    if text := _words_under(axis, step, language):
        middle = (axis.at(step.start) + axis.at(step.end)) / 2
        pen.text(middle, y, text, anchor="middle", size=_LABEL, fill="accent")


def _words_under(axis: _Axis, step: Step, language: str) -> str:
    mean = number(step.mean, 1)
    room = axis.at(step.end) - axis.at(step.start) - 4
    years = same(step_days(step))
    if step.told is not None:
        years = say("{years} ({told} years)", years=years, told=str(step.told))
    ways = (
        say("{years}: {mean} a year", years=years, mean=mean),
        say("{years}: {mean}", years=years, mean=mean),
        say("{mean} a year", mean=mean),
        mean,
    )
    return next((text for words in ways if long(text := words.of(language), _LABEL) <= room), "")


def step_days(step: Step) -> str:
    """Return the years of a period; where it begins or ends within a year, with the month.

    Examples
    --------
    >>> step_days(Step(2016.0, 2021.0, 1.0, 0.0, 2.0, False)), step_days(Step(2021.0, 2023.5, 1.0, 0.0, 2.0, False))
    ('2016–2020', '2021–6/2023')
    """
    first, last = int(step.start + _DAY), int(step.end - _DAY)
    begins, ends = step.start - first, step.end - last
    start = str(first) if begins < _DAY else f"{1 + round(12 * begins)}/{first}"
    return f"{start}–{last}" if ends > 1 - _DAY else f"{start}–{round(12 * ends)}/{last}"


def _years(pen: Pen, axis: _Axis, y: float) -> None:
    every = max(1, -int(-_FEWEST_PIXELS * 1.25 // axis.slot))
    for year in range(axis.last, axis.first - 1, -every):
        pen.text(axis.at(year + 0.5), y, str(year), anchor="middle", size=_LABEL, fill="soft")
