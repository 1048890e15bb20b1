"""A place among all: a dot a place by population and rate, the limits of pure chance as a band, the widened ones dashed. No ranks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.reporting.bilingual import Bilingual, by_language
from evalkit.reporting.drawing.pen import PHONE, Anchor, Pen, long
from evalkit.reporting.formats import number
from evalkit.reporting.wording import say

WIDTH_BESIDE = 540.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 10.0, 10.0, 34.0
_SIZE = 11.0

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class FunnelDrawn:
    """What is drawn: people (exposure a year) and rate of each dot, in the unit of the axis.

    ``lines`` has the keys ``people``, ``chance_lower``, ``chance_upper``, ``wide_lower``, ``wide_upper``, lists of one length.
    """

    name: Bilingual
    own: tuple[float, float]
    region: Points
    rest: Points
    target: float
    lines: Mapping[str, Sequence[float]]

    @property
    def people(self) -> tuple[float, float]:
        """The smallest and the largest population drawn."""
        every = [x for x, _ in (self.own, *self.region, *self.rest)]
        return min(every), max(every)

    @property
    def high(self) -> float:
        """The upper end of the scale of rates: all dots lie below it, and the widened limit as far as twice the highest."""
        rates = [y for _, y in (self.own, *self.region, *self.rest)]
        return 1.08 * max([*rates, min(max(self.lines["wide_upper"]), 2 * max(rates))])


def funnel_plot(told: FunnelDrawn) -> tuple[Bilingual, Bilingual]:
    """Return the drawing of a place among all: beside other blocks, and for a phone.

    Examples
    --------
    >>> lines = {"people": [1.0, 4.0]} | {name: [0.1, 0.2] for name in ("chance_lower", "wide_lower")}
    >>> lines |= {name: [0.9, 0.6] for name in ("chance_upper", "wide_upper")}
    >>> name = Bilingual("Tỉnh A", "Province A")
    >>> told = FunnelDrawn(name, (2.0, 0.5), [], [(1.0, 0.3)], 0.4, lines)
    >>> wide, phone = funnel_plot(told)
    >>> "Province A" in wide.en, wide.vi.count("<circle")
    (True, 2)
    """
    return (
        by_language(lambda language: _drawn(told, language, width=WIDTH_BESIDE, height=300.0)),
        by_language(lambda language: _drawn(told, language, width=PHONE, height=178.0)),
    )


@dataclass(frozen=True, slots=True)
class _Axes:
    least: float
    most: float
    high: float
    width: float
    height: float

    def x(self, people: float) -> float:
        share = (math.sqrt(people) - math.sqrt(self.least)) / (
            math.sqrt(self.most) - math.sqrt(self.least) or 1
        )
        return _LEFT + 8 + share * (self.width - _LEFT - _RIGHT - 16)

    def y(self, rate: float) -> float:
        return _TOP + (1 - min(rate, self.high) / self.high) * (self.height - _TOP - _BOTTOM)


def _drawn(told: FunnelDrawn, language: str, *, width: float, height: float) -> str:
    pen = Pen(width)
    axes = _Axes(*told.people, told.high, width, height)
    _limits(pen, axes, told)
    _scale(pen, axes, told, language)
    for x, y in told.rest:
        pen.dot(axes.x(x), axes.y(y), 3, fill="bar")
    for x, y in told.region:
        pen.dot(axes.x(x), axes.y(y), 3.5, fill="paper", stroke="accent", width=1.8)
    x, y = axes.x(told.own[0]), axes.y(told.own[1])
    pen.dot(x, y, 6, fill="accent")
    words = told.name.of(language)
    left = x + 10 + long(words, 12) > width - _RIGHT
    pen.text(
        x - 10 if left else x + 10, y + 4, words, anchor="end" if left else "start", bold=True, fill="accent"
    )
    return pen.svg(height)


def _limits(pen: Pen, axes: _Axes, told: FunnelDrawn) -> None:
    people = [min(max(one, axes.least), axes.most) for one in told.lines["people"]]

    def line(name: str) -> list[tuple[float, float]]:
        return [(axes.x(x), axes.y(y)) for x, y in zip(people, told.lines[name], strict=True)]

    pen.path(
        [*line("chance_upper"), *reversed(line("chance_lower"))], fill="band", stroke="none", closed=True
    )
    for name in ("wide_upper", "wide_lower"):
        pen.path(line(name), stroke="soft", dash="4 3")
    y = axes.y(told.target)
    pen.line(_LEFT, y, pen.width - _RIGHT, y, stroke="ink")


def _scale(pen: Pen, axes: _Axes, told: FunnelDrawn, language: str) -> None:
    """Write the ends of both scales, and the national rate at its line."""
    bottom = axes.height - _BOTTOM
    pen.line(_LEFT, bottom, pen.width - _RIGHT, bottom, stroke="rule")
    for mark, words in marks(axes.high):
        pen.text(_LEFT - 5, axes.y(mark) + 4, words.of(language), anchor="end", size=_SIZE, fill="soft")
    for people in (axes.least, axes.most):
        end: Anchor = "start" if people == axes.least else "end"
        told_people = people_words(people).of(language)
        pen.text(axes.x(people), bottom + 14, told_people, anchor=end, size=_SIZE, fill="soft")
    pen.text(
        pen.width - _RIGHT,
        bottom + 28,
        say("population, million").of(language),
        anchor="end",
        size=_SIZE,
        fill="soft",
    )
    rate = say("all provinces {rate}", rate=number(told.target, 2)).of(language)
    pen.text(pen.width - _RIGHT, axes.y(told.target) - 4, rate, anchor="end", size=_SIZE)


def marks(high: float) -> list[tuple[float, Bilingual]]:
    """Return where a scale from 0 to ``high`` is marked, and what stands there."""
    step = _step(high)
    return [(place * step, number(place * step, _digits(step))) for place in range(int(high / step) + 1)]


def people_words(people: float) -> Bilingual:
    """Write a population in millions."""
    return number(people / 1_000_000, 1 if people >= 100_000 else 2)


def _step(high: float) -> float:
    """Return the distance of marks on a scale that ends at ``high``: 1, 2 or 5 times a power of ten, at most six."""
    power = 10.0 ** math.floor(math.log10(high))
    return next(step for step in (power / 5, power / 2, power, 2 * power) if high / step <= 6)


def _digits(step: float) -> int:
    return max(0, -math.floor(math.log10(step)))
