"""What the cells of a column have in common, said once at the head of their table and not at each of a few thousand cells.

``n3`` says that the third column of a page's table holds numbers, ``l1`` that the first holds long texts; ``template/page.css``
sets them. A number's column may hold a long text here and there, and a table may have more columns than the style sheet knows:
such cells bear a class of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from evalkit.reporting.blocks import Cell, Column, Language, Table
from evalkit.reporting.citations import without_marks

ROOM = 14  # letters: a column of such texts would else break after each word
LONG = 22  # letters: longer texts get room to break in
MOST_BESIDE = 2  # columns: in so few, a first cell is no burden
ROWS_A_GROUP = 2  # and more, on average
VERDICT = "verdict"  # the column that is read for itself, on a phone first
KNOWN = 14  # columns that the style sheet has a rule for


def is_grouped(table: Table, language: Language) -> bool:
    """Whether rows of one first cell follow each other so often that a page names it once, in a row above them.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual
    >>> def cell(text): return Cell(Bilingual(text, text))
    >>> columns = tuple(Column(key, Bilingual(key, key)) for key in ("target", "year", "n"))
    >>> rows = tuple((cell(target), cell(year), cell("6")) for target in ("T1", "T2") for year in ("2024", "2025"))
    >>> is_grouped(Table("t", Bilingual("t", "t"), columns, rows), "en")
    True
    """
    firsts = [row[0].text.of(language) for row in table.rows]
    runs = sum(1 for _ in groupby(firsts))
    return bool(
        len(table.columns) > MOST_BESIDE
        and table.drawn is None
        and len(firsts) >= ROWS_A_GROUP * runs
        and all(firsts)
    )


def told_of_groups(table: Table, groups: Sequence[Sequence[tuple[Cell, ...]]]) -> list[int]:
    """Return the columns of text that read alike in all rows of each group: a page tells them once, in the row above the group.

    What a row is about, its verdict, and sources, which are numbers alone, are left out.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual
    >>> def cell(text): return Cell(Bilingual(text, text))
    >>> columns = tuple(Column(key, Bilingual(key, key)) for key in ("target", "year", "promise", "verdict"))
    >>> groups = [[(cell(one), cell(year), cell("90%"), cell("met")) for year in ("2024", "2025")] for one in ("T1", "T2")]
    >>> told_of_groups(Table("t", Bilingual("t", "t"), columns, (*groups[0], *groups[1])), groups)
    [2]
    """
    several = [rows for rows in groups if len(rows) > 1]
    if len(several) <= 1:
        return []
    open_to = [
        place
        for place, column in enumerate(table.columns)
        if place > 1 and not column.numeric and column.key != VERDICT
    ]
    alike = [
        place for place in open_to if all(len({row[place].text for row in rows}) == 1 for rows in several)
    ]
    return [place for place in alike if all(without_marks(row[place].text.en) for row in table.rows)]


def table_classes(table: Table, language: Language, *, grouped: bool = False) -> str:
    """Return the classes of a table; none where no column needs one. A column of ``grouped`` names has none.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual
    >>> year, cases = Column("year", Bilingual("Năm", "Year")), Column("n", Bilingual("Số vụ", "Cases"), numeric=True)
    >>> rows = ((Cell(Bilingual("2025", "2025")), Cell(Bilingual("6", "6"))),)
    >>> table_classes(Table("t", Bilingual("Số vụ", "Cases"), (year, cases), rows), "en")
    'n2'
    """
    marks = [_mark(table, place, language) for place in range(grouped, len(table.columns))]
    return " ".join(mark for mark in marks if mark)


def _mark(table: Table, place: int, language: Language) -> str:
    """Return the class of one column; a drawing before it moves it on by one."""
    shown = place + 1 + (table.drawn is not None and place >= table.drawn_at)
    if shown > KNOWN:
        return ""
    if table.columns[place].numeric:
        return f"n{shown}"
    return f"l{shown}" if any(len(row[place].text.of(language)) > ROOM for row in table.rows) else ""


def is_long(cell: Cell, language: Language) -> bool:
    """Whether a cell's text is so long that it has to break."""
    return len(cell.text.of(language)) > LONG


def own_class(cell: Cell, column: Column, place: int, language: Language) -> str:
    """Return the class that a cell bears itself, as an attribute: where its column's does not say what it is.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual
    >>> column, text = Column("n", Bilingual("Số vụ", "Cases"), numeric=True), "54 in 5 years; 10.8 a year"
    >>> own_class(Cell(Bilingual(text, text)), column, 3, "en"), own_class(Cell(Bilingual("6", "6")), column, 3, "en")
    (' class="long"', '')
    """
    if is_long(cell, language) and (column.numeric or place >= KNOWN - 1):
        return ' class="long"'
    return ' class="num"' if column.numeric and place >= KNOWN - 1 else ""
