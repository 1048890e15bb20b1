"""The whole country at one look: a tile a place, roughly where it lies, with its latest count and its years on one scale.

No map and no shades: a large province is no larger than a small one, and a tile tells a zero from a blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evalkit.reporting.bilingual import Bilingual, by_language
from evalkit.reporting.drawing.pen import PHONE, WIDE, Box, Pen, long
from evalkit.reporting.formats import number

State = Literal["value", "zero", "hidden", "none"]

_GAP, _BORDER = 3.0, 3.0
_SMALLEST = 11.0  # letters on a phone are no smaller
_PHONE_HEIGHT = 54.0  # of a row: a name of two lines and the years below it
_LINES = 3
_NEARLY = 0.3  # so little smaller that nobody sees it


@dataclass(frozen=True, slots=True)
class TileDrawn:
    """One tile: its cell of the grid, name, state and latest count, the years before (None where not told); insets have no state."""

    row: int
    column: int
    name: Bilingual
    state: State | None
    count: float = 0.0
    years: tuple[float | None, ...] = ()
    has_land_border: bool = False


def tile_grid(tiles: Sequence[TileDrawn]) -> tuple[Bilingual, Bilingual]:
    """Return the drawing of the grid: wide, and for a phone.

    Examples
    --------
    >>> one = TileDrawn(1, 1, Bilingual("Tỉnh A", "Province A"), "value", 7.0, (3.0, 7.0))
    >>> wide, phone = tile_grid([one])
    >>> "Province A" in wide.en, ">7</text>" in phone.en
    (True, True)
    """
    return (
        by_language(lambda language: _drawn(tiles, language, width=WIDE, height=_height(tiles), size=11.5)),
        by_language(lambda language: _drawn(tiles, language, width=PHONE, height=_PHONE_HEIGHT, size=11.0)),
    )


def _height(tiles: Sequence[TileDrawn]) -> float:
    """Return the height of a row: lower where there are many, so that all are seen at one look."""
    return min(46.0, max(34.0, 480.0 / max(tile.row for tile in tiles)))


def _drawn(tiles: Sequence[TileDrawn], language: str, *, width: float, height: float, size: float) -> str:
    pen = Pen(width)
    columns, rows = max(tile.column for tile in tiles), max(tile.row for tile in tiles)
    wide = float(int((width - _BORDER) / columns))  # whole numbers are shorter to write
    most = max([year for tile in tiles for year in tile.years if year is not None] + [1.0])
    placed = [
        (tile, (_BORDER + (tile.column - 1) * wide, (tile.row - 1) * height, wide - _GAP, height - _GAP))
        for tile in tiles
    ]
    _grounds(pen, placed)
    borders = [(x - _BORDER, y, _BORDER, high) for tile, (x, y, _, high) in placed if tile.has_land_border]
    pen.boxes(borders, fill="ink")
    for tile, box in placed:
        _name(pen, tile, box, language, size=size)
    told = [(tile, box) for tile, box in placed if tile.state is not None]
    rooms = [(tile, _told(pen, tile, box, language, size=size)) for tile, box in told]
    runs = [run for tile, room in rooms for run in _runs(tile, room, most=most)]
    pen.paths(runs, stroke="bar", width=1.2)
    return pen.svg(rows * height)


def _grounds(pen: Pen, placed: Sequence[tuple[TileDrawn, Box]]) -> None:
    """Draw the grounds of tiles that look alike as one shape."""

    def of(*states: State | None) -> list[Box]:
        return [box for tile, box in placed if tile.state in states]

    pen.boxes(of("value"), fill="band", stroke="rule")
    pen.boxes(of("zero", "hidden"), fill="paper", stroke="rule")
    pen.boxes(of("none"), stroke="soft", dash="2 2")
    pen.boxes(of(None), stroke="soft", dash="3 2")


def _told(pen: Pen, tile: TileDrawn, box: Box, language: str, *, size: float) -> Box:
    """Write a tile's latest count; return the room that is left for its years."""
    x, y, width, height = box
    words, has_count = _count(tile).of(language), tile.state == "value"
    pen.text(
        x + width - 4,
        y + height - 5,
        words,
        anchor="end",
        size=size + 2,
        bold=has_count,
        fill="accent" if has_count else "soft",
    )
    return (x + 5, y + height * 0.48, width - 14 - long(words, size + 2), height * 0.42)


def _count(tile: TileDrawn) -> Bilingual:
    if tile.state == "hidden":
        return Bilingual("[c]", "[c]")
    return Bilingual("–", "–") if tile.state == "none" else number(tile.count)


def _name(pen: Pen, tile: TileDrawn, box: Box, language: str, *, size: float) -> None:
    """Write the name as large as its tile lets it be, in more lines where one would be too small to read."""
    x, y, width, height = box
    lines = _lines(tile.name.of(language), width - 6, size, most=min(_LINES, int(height / (size + 1))))
    fitted = round(max(_fitted(lines, width - 6, size), _SMALLEST), 1)
    for place, line in enumerate(lines):
        pen.text(
            x + 4,
            y + size + place * (fitted + 1),
            line,
            size=fitted,
            fill="soft" if tile.state is None else "ink",
        )


def _lines(name: str, room: float, size: float, *, most: int) -> list[str]:
    """Return a name in as few lines as let it be read, parted before a bracket and at spaces."""
    head, bracket, rest = name.partition(" (")
    words, last = head.split(" "), [f"({rest}"] if bracket else []
    if last and _fitted(last, room, size) < _SMALLEST:
        last = f"({rest}".split(" ", 1)
        most += len(words) > 2  # a place that is no province has no figure below its name
    lines = [name]
    for number_of_lines in range(max(2, len(last) + 1), min(most, len(words) + len(last)) + 1):
        further = [*_parted(words, number_of_lines - len(last)), *last]
        if min(size - _NEARLY, _fitted(further, room, size)) <= _fitted(lines, room, size):
            break
        lines = further
    return lines


def _parted(words: Sequence[str], parts: int) -> list[str]:
    """Return words in some number of lines, the longest as short as can be."""
    if parts == 1:
        return [" ".join(words)]
    ways = (
        [" ".join(words[:place]), *_parted(words[place:], parts - 1)]
        for place in range(1, len(words) - parts + 2)
    )
    return min(ways, key=lambda lines: max(len(line) for line in lines))


def _fitted(lines: Sequence[str], room: float, size: float) -> float:
    """Return the size at which every line has room, never above the size wanted."""
    return min([size, *(size * room / max(1.1 * long(line, size), 1) for line in lines)])


def _runs(tile: TileDrawn, box: Box, *, most: float) -> list[list[tuple[float, float]]]:
    """Return the lines through the years of a tile, broken where one is missing."""
    x, y, width, height = box
    if len(tile.years) < 2 or width < 12:
        return []
    # whole units: a line of a few is as true, and shorter to write
    step = max(1, int(width / (len(tile.years) - 1)))
    runs: list[list[tuple[float, float]]] = [[]]
    for place, year in enumerate(tile.years):
        if year is None:
            runs.append([])
        else:
            runs[-1].append((round(x) + place * step, round(y + height * (1 - year / most))))
    return [run for run in runs if len(run) > 1]
