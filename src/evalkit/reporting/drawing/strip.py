"""A target as a strip: the promise as an upright line, the latest figure as a large dot, earlier years as pale dots."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.reporting.drawing.pen import Pen

WIDTH, HEIGHT = 200.0, 20.0
_EDGE = 8.0


def target_strip(latest: float, promise: float, earlier: Sequence[float] = (), *, most: float) -> str:
    """Return the strip of one target, without words: what it shows stands in the row as text.

    Parameters
    ----------
    latest, promise : float
        In the unit of the target.
    earlier : sequence of float
        The years before; missing ones are left out by the caller.
    most : float
        The right end of the scale, positive; what lies beyond it is an arrow head at the end.

    Examples
    --------
    >>> target_strip(21.0, 60.0, [30.0], most=100.0).count("<circle")
    2
    """
    pen, middle = Pen(WIDTH), HEIGHT / 2
    pen.line(_EDGE, middle, WIDTH - _EDGE, middle, stroke="rule", width=2)
    for value in earlier:
        pen.dot(_at(min(value, most), most), middle, 4, fill="bar")
    pen.line(_at(promise, most), 2, _at(promise, most), HEIGHT - 2, stroke="ink", width=2)
    if latest > most:
        tip = WIDTH - _EDGE + 6
        pen.path([(tip - 7, middle - 5), (tip, middle), (tip - 7, middle + 5)], stroke="accent", width=2)
    else:
        pen.dot(_at(latest, most), middle, 6, fill="accent")
    return pen.svg(HEIGHT)


def bare_strip() -> str:
    """Return the strip of a target that is not judged, for nothing can be put on it."""
    pen = Pen(WIDTH)
    pen.line(_EDGE, HEIGHT / 2, WIDTH - _EDGE, HEIGHT / 2, stroke="rule", width=2, dash="2 3")
    return pen.svg(HEIGHT)


def sparkline(values: Sequence[float | None]) -> str:
    """Return a line through yearly values, broken where one is missing, its last point marked; without words.

    Examples
    --------
    >>> sparkline([1.0, None, 3.0, 4.0]).count("<path")
    1
    """
    pen = Pen(WIDTH / 2)
    known = [value for value in values if value is not None]
    if known:
        low, high = min(known), max(known)
        step = (pen.width - 2 * _EDGE) / max(len(values) - 1, 1)
        scale = (HEIGHT - 2 * 4) / (high - low) if high > low else 0.0
        points = [
            None if value is None else (_EDGE + place * step, HEIGHT - 4 - (value - low) * scale)
            for place, value in enumerate(values)
        ]
        for run in _runs(points):
            if len(run) > 1:
                pen.path(run, stroke="bar", width=1.5)
            else:
                pen.dot(*run[0], 1.5, fill="bar")
        if points[-1] is not None:
            pen.dot(*points[-1], 3, fill="accent")
    return pen.svg(HEIGHT)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _at(value: float, most: float) -> float:
    return _EDGE + max(value, 0.0) / most * (WIDTH - 2 * _EDGE)
