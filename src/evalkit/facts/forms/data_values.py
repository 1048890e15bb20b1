"""A table of data values as DHIS2 exports it: rows that were deleted, and rows of one option of a category, are no totals."""

from __future__ import annotations

from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.grid import Sheet, cell_at, cell_name, column_name
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.plain_words import plain_words
from evalkit.messages import worded

_ELEMENT = ("dataelement", "dataelementname", "dataelementid", "dataelementcode")
_OPTIONS = ("categoryoptioncombo", "attributeoptioncombo")
_WHOLE = ("", "default", "mac dinh", "total", "tong so", "hllvx50cxc0")
_DELETED = ("true", "1", "yes", "co")


class DataValues:
    """The columns of such a table that say which rows are figures of all there is.

    Parameters
    ----------
    sheet : Sheet
    mapping : TableMapping
    """

    def __init__(self, sheet: Sheet, mapping: TableMapping) -> None:
        self.sheet = sheet
        head = cell_at(mapping.corner)[0] - 1
        heads = {
            "".join(filter(str.isalpha, plain_words(cell.text))): column
            for (row, column), cell in sorted(sheet.cells.items())
            if row == head
        }
        named = mapping.label_columns() if any(word in heads for word in _ELEMENT) else set(heads.values())
        known = {word: column for word, column in heads.items() if column not in named}
        self.deletions = known.get("deleted")
        self.options = [column for word, column in known.items() if word.startswith(_OPTIONS)]

    def deleted(self, row: int) -> bool:
        """Tell whether a row is marked as deleted."""
        return self.deletions is not None and plain_words(self.sheet.at(row, self.deletions).text) in _DELETED

    def of_a_part(self, row: int) -> Held | None:
        """Return why the figure of a row is held: it is one of a category option alone."""
        for column in self.options:
            if plain_words(self.sheet.at(row, column).text) not in _WHOLE:
                return Held(
                    worded(
                        "{name} names an option of a category: the figure is that of a part, and no total",
                        name=cell_name((row, column)),
                    ),
                    worded(
                        "export the total as well; or read the parts by a mapping of your own (--mapping) with a breakdown in column {column}, such as dimensions.sex = {example}",
                        column=column_name(column),
                        example=f'{{ column = "{column_name(column)}", Female = "female", Male = "male" }}',
                    ),
                )
        return None


def told_deleted(sheet: str, rows: int) -> str:
    """Return how many rows were left because they are marked as deleted."""
    return worded(
        "sheet {sheet}: rows marked as deleted (deleted = true), which were left: {rows}",
        sheet=sheet,
        rows=rows,
    )
