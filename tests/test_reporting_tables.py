"""Downloads hold the page's tables: real numbers, texts that are never formulas, the same bytes each time."""

import csv
import io
import re
import zipfile
from dataclasses import replace

import pytest
from python_calamine import CalamineWorkbook

from evalkit.reporting.blocks import Bilingual, Cell, Column, PageHead, Section, Table
from evalkit.reporting.table_files import guarded, table_csv, table_files, tables_xlsx

B = Bilingual
HEAD = PageHead(
    title=B("Tỉnh Giả Định", "Invented Province"),
    subtitle=B("Báo cáo", "Report"),
    slug="97-gia-dinh",
    facts=((B("Mã", "Code"), B("97", "97")),),
    invented=True,
    audience="public",
    bundle_date="2026-11-01",
    invented_places=True,
)
WARNING = "SỐ LIỆU GIẢ ĐỊNH – một quốc gia không có thật"
FORMULAS = [
    '=HYPERLINK("http://evil.test","x")',
    "+1+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1+1",
    "\n=1",
]


def table(*texts, name="cases"):
    columns = (Column("period", B("Kỳ", "Period")), Column("cases", B("Số vụ", "Cases"), numeric=True))
    rows = [
        (Cell(B("2016–2020", "2016–2020")), Cell(B("1.234,5", "1,234.5"), 1234.5)),
        (Cell(B("2021", "2021"), "2021"), Cell(B("[c]", "[c]"))),
        (Cell(B("2022", "2022"), 2022), Cell(B("-41,0%", "-41.0%"), -41.0)),
    ]
    rows += [(Cell(B(text, text)), Cell(B("7", "7"), 7)) for text in texts]
    return Table(
        name, B("Số vụ theo kỳ", "Cases by period"), columns, tuple(rows), (B("Nguồn: X.", "Source: X."),)
    )


def read_csv(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_csv_holds_keys_real_numbers_marks_and_the_warning():
    assert read_csv(table_csv(table(), HEAD, language="vi")) == [
        ["period", "cases", "note"],
        ["2016–2020", "1234.5", WARNING],
        ["2021", "[c]", WARNING],
        ["2022", "-41.0", WARNING],
    ]
    assert read_csv(table_csv(table(), replace(HEAD, invented=False), language="vi"))[0] == [
        "period",
        "cases",
    ]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_of_a_csv_is_a_formula(formula):
    cell = read_csv(table_csv(table(formula), HEAD, language="vi"))[4][0]
    assert cell == f"'{formula}"


@pytest.mark.parametrize("text", ["-41,0%", "+1.2%", "-3", "2016–2020", "a=b", "[c]", ""])
def test_plain_texts_and_signed_numbers_stay(text):
    assert guarded(text) == text


def test_the_workbook_has_a_cover_and_one_table_a_sheet():
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(tables_xlsx([table(), table(name="more")], HEAD, language="vi"))
    )
    assert book.sheet_names == ["Bìa", "Bảng 1", "Bảng 2"]
    cover = [row[0] for row in book.get_sheet_by_name("Bìa").to_python()]
    assert cover[:2] == ["Tỉnh Giả Định", WARNING]
    assert "Bảng 2. Số vụ theo kỳ" in cover
    rows = book.get_sheet_by_name("Bảng 1").to_python()
    assert [row[0] for row in rows[:2]] == ["Số vụ theo kỳ", WARNING]
    at = rows.index(["Kỳ", "Số vụ"])
    assert rows[at + 1 :] == [["2016–2020", 1234.5], ["2021", "[c]"], [2022.0, -41.0]]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_of_a_workbook_is_a_formula_or_a_link(formula):
    with zipfile.ZipFile(io.BytesIO(tables_xlsx([table(formula)], HEAD, language="vi"))) as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name)
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets


def test_the_same_tables_give_the_same_bytes_and_bear_the_date_of_the_facts():
    first, again = (tables_xlsx([table()], HEAD, language="vi") for _ in range(2))
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        core = archive.read("docProps/core.xml").decode()
        stamps = {entry.date_time for entry in archive.infolist()}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-11-01T00:00:00Z"}
    assert len(stamps) == 1


def test_number_formats_show_the_decimals_of_the_page():
    with zipfile.ZipFile(io.BytesIO(tables_xlsx([table()], HEAD, language="vi"))) as archive:
        styles = archive.read("xl/styles.xml").decode()
    assert 'formatCode="#,##0.0"' in styles
    assert 'formatCode="0.0"' in styles


def test_files_bear_page_table_warning_and_language():
    section = Section("s", B("Mục", "Section"), (table(), table(name="more")))
    files = table_files(HEAD, [section], language="vi")
    assert list(files) == [
        "97-gia-dinh.invented.cases.csv",
        "97-gia-dinh.invented.more.csv",
        "97-gia-dinh.invented.xlsx",
    ]
    english = table_files(replace(HEAD, invented=False), [section], language="en")
    assert list(english) == ["97-gia-dinh.cases.en.csv", "97-gia-dinh.more.en.csv", "97-gia-dinh.en.xlsx"]
    assert files["97-gia-dinh.invented.cases.csv"] != english["97-gia-dinh.cases.en.csv"]
    assert all((files | english).values())
    assert table_files(HEAD, [Section("s", B("Mục", "Section"), ())], language="vi") == {}
