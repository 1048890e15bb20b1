"""What the cells of a column have in common, said once at the head of their table and not at each of a few thousand cells.

``n3`` says that the third column of a page's table holds numbers, ``l1`` that the first holds long texts; ``template/page.css``
sets them. A number's column may hold a long text here and there, and a table may have more columns than the style sheet knows:
such cells bear a class of their own.
"""

from __future__ import annotations

from evalkit.reporting.blocks import Cell, Column, Language, Table

LONG = 22  # letters: longer texts get room to break in
KNOWN = 14  # columns that the style sheet has a rule for


def table_classes(table: Table, language: Language) -> str:
    """Return the classes of a table; none where no column needs one.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual
    >>> year, cases = Column("year", Bilingual("Năm", "Year")), Column("n", Bilingual("Số vụ", "Cases"), numeric=True)
    >>> rows = ((Cell(Bilingual("2025", "2025")), Cell(Bilingual("6", "6"))),)
    >>> table_classes(Table("t", Bilingual("Số vụ", "Cases"), (year, cases), rows), "en")
    'n2'
    """
    marks = [_mark(table, place, language) for place in range(len(table.columns))]
    return " ".join(mark for mark in marks if mark)


def _mark(table: Table, place: int, language: Language) -> str:
    """Return the class of one column; a drawing before it moves it on by one."""
    shown = place + 1 + (table.drawn is not None and place >= table.drawn_at)
    if shown > KNOWN:
        return ""
    if table.columns[place].numeric:
        return f"n{shown}"
    return f"l{shown}" if any(is_long(row[place], language) for row in table.rows) else ""


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
