"""The tables of a page as files: one CSV per table, one XLSX per page with a cover and one table a sheet.

Numbers are real numbers, texts are texts and never formulas, ``[c]`` stays ``[c]``. The same tables give the same bytes:
no clock is read, the workbook bears the date of its facts. Where figures are invented, or for internal use, the words
stand in the name of each file, on the cover, on each sheet, and in a last column ``note`` of each row: a row copied out of a file keeps them.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from evalkit.languages import ending
from evalkit.plain_cells import padded
from evalkit.reporting.blocks import Cell, Language, PageHead, Section, Table
from evalkit.reporting.citations import without_marks
from evalkit.reporting.formats import typed
from evalkit.reporting.page import about_lines, running_words
from evalkit.reporting.render import table_notes
from evalkit.reporting.wording import say

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n]")
_SIGNED_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?: ?%)?")
_DIGITS = re.compile(r"\.(\d+)(?!.*\d)")


def table_files(head: PageHead, sections: Iterable[Section], *, language: Language) -> dict[str, bytes]:
    """Return the tables of one page as files.

    Parameters
    ----------
    head : PageHead
        Names the files and the cover.
    sections : iterable of Section
        The page's sections in order: tables bear the numbers they have on the page.
    language : {"vi", "en"}
        The language of the words. Files in another than the workspace's first have it before their kind: ``.en.csv``.

    Returns
    -------
    dict of bytes by file name
        The CSVs in order, then the workbook; nothing where the page has no table.
    """
    tables = [table for section in sections for table in section.tables]
    if not tables:
        return {}
    stem = head.slug + (".invented" if head.invented else "")
    end = ending(language)
    texts = {
        f"{stem}.{table.id}{end}.csv": table_csv(table, head, language=language).encode() for table in tables
    }
    return texts | {f"{stem}{end}.xlsx": tables_xlsx(tables, head, language=language)}


def table_csv(table: Table, head: PageHead, *, language: Language) -> str:
    r"""Return a table as CSV: the columns' keys, numbers that read back, words in the language of the page.

    A text that a spreadsheet would take for a formula is put behind an apostrophe.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual, Column
    >>> name = Bilingual("Số vụ", "Cases")
    >>> rows = ((Cell(Bilingual("1.234,5", "1,234.5"), 1234.5),), (Cell(Bilingual("[c]", "[c]")),))
    >>> head = PageHead(name, name, "97", (), False, "public", "2026-11-01")
    >>> table_csv(Table("cases", name, (Column("cases", name, True),), rows), head, language="vi")
    'cases\r\n1234.5\r\n[c]\r\n'
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    note = [words] if (words := running_words(head).of(language)) else []
    writer.writerow([*(column.key for column in table.columns), *(["note"] if note else [])])
    for row in table.rows:
        writer.writerow([*(_csv_value(cell, language) for cell in row), *note])
    return stream.getvalue()


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; plain signed numbers are left as they are.

    Examples
    --------
    >>> guarded("=HYPERLINK(1)"), guarded("-41,0%"), guarded("Quảng Ninh")
    ("'=HYPERLINK(1)", '-41,0%', 'Quảng Ninh')
    """
    return f"'{text}" if _FORMULA.match(text) and not _SIGNED_NUMBER.fullmatch(text) else text


def tables_xlsx(tables: Iterable[Table], head: PageHead, *, language: Language) -> bytes:
    """Return a workbook: a cover that lists the sheets, then one table a sheet."""
    tables, stream = list(tables), io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as workbook:
        created = datetime.fromisoformat(head.bundle_date).replace(tzinfo=UTC)
        workbook.set_properties({"title": _text(head.title.of(language)), "created": created})
        bold = workbook.add_format({"bold": True})
        top = workbook.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})
        _cover(workbook.add_worksheet(say("Cover").of(language)), tables, head, language=language, bold=bold)
        for place, table in enumerate(tables, start=1):
            sheet = workbook.add_worksheet(_sheet_name(place, language))
            first = _sheet_head(sheet, table, head, language=language, bold=bold)
            _sheet_body(
                sheet, table, first, language=language, top=top, formats=_number_formats(workbook, table)
            )
    return stream.getvalue()


def _cover(
    sheet: Worksheet, tables: list[Table], head: PageHead, *, language: Language, bold: Format
) -> None:
    facts = [f"{label.of(language)}: {text.of(language)}" for label, text in head.facts]
    about = [line.of(language) for line in about_lines(head)]
    contents = [
        f"{_sheet_name(place, language)}. {table.caption.of(language)}"
        for place, table in enumerate(tables, start=1)
    ]
    lines = [*_warning(head, language), head.subtitle.of(language), *facts, *about, "", *contents]
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, _text(head.title.of(language)), bold)
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, _text(line))


def _sheet_head(sheet: Worksheet, table: Table, head: PageHead, *, language: Language, bold: Format) -> int:
    """Write caption, warning and notes; return the row the table starts at."""
    notes = [note.of(language) for note in table_notes(table)]
    sheet.write_string(0, 0, _text(table.caption.of(language)), bold)
    lines = [*_warning(head, language), *notes]
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, _text(line))
    return len(lines) + 1


def _sheet_body(
    sheet: Worksheet, table: Table, first: int, *, language: Language, top: Format, formats: dict[str, Format]
) -> None:
    for place, column in enumerate(table.columns):
        texts = [column.header.of(language), *(row[place].text.of(language) for row in table.rows)]
        sheet.set_column(place, place, min(max(map(len, texts)) + 2, 45))
        sheet.write_string(first, place, _text(column.header.of(language)), top)
    for at, row in enumerate(table.rows, start=first + 1):
        for place, cell in enumerate(row):
            if isinstance(cell.value, int | float):
                sheet.write_number(at, place, cell.value, formats[_pattern(cell)])
            else:
                sheet.write_string(at, place, _text(_word(cell, language)))
    sheet.freeze_panes(first + 1, 1)


def _number_formats(workbook: xlsxwriter.Workbook, table: Table) -> dict[str, Format]:
    patterns = {
        _pattern(cell): None for row in table.rows for cell in row if isinstance(cell.value, int | float)
    }
    return {pattern: workbook.add_format({"num_format": pattern}) for pattern in patterns}


def _pattern(cell: Cell) -> str:
    """Return the number format that shows as many decimals as the page does; years and codes get no thousands mark."""
    found = _DIGITS.search(cell.text.en)
    grouped = "," in cell.text.en
    return ("#,##0" if grouped else "0") + ("." + "0" * len(found[1]) if found else "")


def _csv_value(cell: Cell, language: Language) -> str:
    if isinstance(cell.value, int | float):
        return padded(str(cell.value))
    return guarded(_text(_word(cell, language)))


def _word(cell: Cell, language: Language) -> str:
    return cell.value if isinstance(cell.value, str) else cell.text.of(language)


def _warning(head: PageHead, language: Language) -> list[str]:
    words = running_words(head).of(language)
    return [words] if words else []


def _sheet_name(place: int, language: Language) -> str:
    return say("Table {number}", number=str(place)).of(language)


def _text(text: str) -> str:
    return typed(unicodedata.normalize("NFC", without_marks(text)))
