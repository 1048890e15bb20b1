"""A facts table in a workbook: the documented columns in the first row of its first sheet, codes as text, real days."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from evalkit.csv_table import CsvTable, Layout, Row, refuse_columns
from evalkit.facts.forms.form_file import open_form
from evalkit.facts.forms.grid import Cell, Sheet
from evalkit.messages import worded
from evalkit.plain_cells import padded

WORKBOOK = ".xlsx"
_TRUTH = ("published", "preliminary")


def read_facts_workbook(path: Path, layout: Layout) -> CsvTable:
    """Read a facts table from a workbook, as strictly as from a CSV file.

    Parameters
    ----------
    path : Path
    layout : Layout
        The columns it may and must have.

    Returns
    -------
    CsvTable
        Cells as text: days as YYYY-MM-DD, numbers in digits, truth values as true and false. Rows of blank cells are left out.

    Raises
    ------
    EvalkitError
        If the workbook cannot be read, has no sheet with a heading, or a column is unknown, missing or named twice.
    """
    sheet = next((one for one in open_form(path).sheets if one.cells and not one.hidden), None)
    if sheet is None:
        raise layout.error(
            where=str(path),
            rule=worded("the form has no sheet with anything on it"),
            do=worded("fill it in, or remove the file"),
        )
    names = [sheet.at(1, column).text for column in range(1, sheet.columns + 1)]
    refuse_columns(names, f"{path}, {layout.line} 1", layout)
    return CsvTable(path, tuple(names), tuple(_rows(sheet, names)), ())


def _rows(sheet: Sheet, names: list[str]) -> list[Row]:
    rows = [
        (row, [facts_cell_text(sheet.at(row, column), name) for column, name in enumerate(names, start=1)])
        for row in range(2, sheet.rows + 1)
    ]
    return [(row, texts) for row, texts in rows if any(texts)]


def facts_cell_text(cell: Cell, name: str) -> str:
    """Return a cell of a facts table's column as the CSV file writes it; what cannot be read as "#", which no column takes.

    Examples
    --------
    >>> from evalkit.facts.forms.grid import number_cell
    >>> facts_cell_text(number_cell(20.125), "value"), facts_cell_text(number_cell(4, "00"), "province_code")
    ('20.1250', '04')
    """
    if cell.kind == "number" and cell.number is not None:
        return value_text(cell.number) if name == "value" else _digits(cell)
    if cell.kind == "truth" or name in _TRUTH:
        return cell.text.lower()
    return cell.text if cell.kind in ("text", "blank", "date") else "#"


def _digits(cell: Cell) -> str:
    """Return a number among words as its digits, with the zeros its format shows."""
    whole = cell.number is not None and cell.number == cell.number.to_integral_value()
    text = f"{cell.number or Decimal(0):.0f}" if whole else cell.text
    return text.zfill(len(cell.format)) if cell.format and not cell.format.strip("0") else text


def value_text(value: Decimal) -> str:
    """Write a value so that the facts table reads it back exactly.

    Examples
    --------
    >>> value_text(Decimal("8435650")), value_text(Decimal("20.125"))
    ('8435650', '20.1250')
    """
    return f"{value:.0f}" if value == value.to_integral_value() else padded(f"{value:f}")
