"""Long texts that come back in a table: told once under it, with a letter in the cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from string import ascii_lowercase

from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Cell, Language, Table
from evalkit.reporting.column_classes import LONG, ROOM, VERDICT

OFTEN = {
    LONG * 3 // 2: 2,
    LONG: 3,
    ROOM: 5,
}  # letters, and in how many rows a longer text stands where it gets a letter


def with_letters(table: Table, language: Language, *, beside: int) -> tuple[Table, tuple[str, ...]]:
    """Return the table as a page has it, and the texts its letters stand for, each behind its letter.

    Parameters
    ----------
    table : Table
    language : str
        Texts are long, and the same, in this language.
    beside : int
        How many columns say what a row is about; they keep their words, as do numbers and short verdicts.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual, Column
    >>> said = Bilingual("không có khoảng tin cậy", "no confidence interval: carried over")
    >>> columns = tuple(Column(key, Bilingual(key, key)) for key in ("year", "method"))
    >>> rows = tuple((Cell(Bilingual(year, year)), Cell(said)) for year in ("2023", "2024", "2025"))
    >>> shown, told = with_letters(Table("t", Bilingual("t", "t"), columns, rows), "en", beside=1)
    >>> shown.rows[0][1].text.en, told
    ('(a)', ('(a) no confidence interval: carried over',))
    """
    open_to = {
        place: LONG if column.key == VERDICT else ROOM
        for place, column in enumerate(table.columns)
        if place >= beside and not column.numeric
    }
    counted = Counter(
        text
        for row in table.rows
        for text in {
            row[place].text: None
            for place, room in open_to.items()
            if _has_no_room(row[place], room, language)
        }
    )
    often = [text for text, number in counted.items() if _is_often(len(text.of(language)), number)]
    often = often[: len(ascii_lowercase)]
    marks = {text: f"({letter})" for text, letter in zip(often, ascii_lowercase, strict=False)}

    def shown(place: int, cell: Cell) -> Cell:
        mark = marks.get(cell.text) if place in open_to else None
        return replace(cell, text=same(mark)) if mark else cell

    rows = tuple(tuple(shown(place, cell) for place, cell in enumerate(row)) for row in table.rows)
    told = tuple(f"{mark} {text.of(language)}" for text, mark in marks.items())
    return replace(table, rows=rows) if marks else table, told


def _has_no_room(cell: Cell, room: int, language: Language) -> bool:
    return len(cell.text.of(language)) > room and not cell.page


def _is_often(length: int, rows: int) -> bool:
    return any(length > letters and rows >= fewest for letters, fewest in OFTEN.items())
