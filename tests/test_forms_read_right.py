"""Forms whose figures could go in as others without a word: each cell is taken as what it shows, or held, or told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from evalkit.cli import app
from evalkit.places.registry import load_registry, reference_folder
from tests.form_workspaces import read_declarations_once

HEAD = """\
[table]
source_id = "case"
corner = "B2"
place = { column = "A", scheme = "63" }
period = { row = 1 }
published = false
edition_date = 2024-01-20
"""
MAPPING = HEAD + 'measure = "cases_recorded"\n'
Rows = Sequence[Sequence[object]]


class Run:
    """What an import told, and the figures it wrote, by cell, each with place, year and value."""

    def __init__(self, code: int, told: dict[str, Any]) -> None:
        self.code, self.told = code, told
        files = told.get("written", {}).get("facts", [])
        rows = [one for file in files for one in pd.read_csv(file, dtype=str).to_dict("records")]
        self.facts = {
            row["source_cell"].rpartition("!")[2]: (
                row["province_code"],
                row["period_start"][:4],
                row["value"],
            )
            for row in rows
        }

    @property
    def figures(self) -> dict[str, str]:
        return {cell: value for cell, (_, _, value) in self.facts.items()}

    @property
    def held(self) -> dict[str, str]:
        return {one["cell"]: f"{one['rule']}. {one['remedy']}" for one in self.told.get("held_cells", [])}

    @property
    def words(self) -> str:
        return json.dumps(self.told, ensure_ascii=False)


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "figures"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    return folder


def book(rows: Rows, change: Callable[[Worksheet], None] | None = None) -> bytes:
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def imported(
    workspace: Path, content: bytes | Rows, mapping: str | None = MAPPING, name: str = "form.xlsx"
) -> Run:
    """Import a form, given as a file's content or as the rows of a sheet."""
    form = workspace.parent / name
    form.write_bytes(content if isinstance(content, bytes) else book(content))
    command = ["import", str(form), str(workspace), "--json", "--take-the-rest"]
    if mapping is not None:
        (workspace.parent / "mapping.toml").write_text(mapping, encoding="utf-8")
        command += ["--mapping", str(workspace.parent / "mapping.toml")]
    result = CliRunner().invoke(app, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return Run(result.exit_code, json.loads(result.stdout) if result.stdout.strip() else {})


# --- sheets of an OpenDocument workbook ---------------------------------------------------------------------------------------------

ODS_HEAD = '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Sheet"><table:table-column table:number-columns-repeated="16384"/>'
ODS_FOOT = '<table:table-row table:number-rows-repeated="1048572"><table:table-cell table:number-columns-repeated="16384"/></table:table-row><table:table-row><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>'


def ods(rows: Rows) -> bytes:
    """Return a workbook as LibreOffice writes one that was an xlsx: each row and the sheet are filled up with blank cells."""

    def cell(value: object) -> str:
        if str(value).startswith("<table:"):
            return str(value)
        kind = f'float" office:value="{value}' if isinstance(value, int) else "string"
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    blank = '<table:table-cell table:number-columns-repeated="16381"/>'
    written = "".join(f"<table:table-row>{''.join(map(cell, row))}{blank}</table:table-row>" for row in rows)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", ODS_HEAD + written + ODS_FOOT)
        archive.writestr("META-INF/manifest.xml", listed)
    return stream.getvalue()


def test_blank_rows_and_columns_behind_an_ods_sheet_do_not_count(workspace: Path):
    run = imported(
        workspace, ods([("Tỉnh", "2022", "2023"), ("Hà Nội", 1, 2), ("Sơn La", 3, 4)]), name="form.ods"
    )
    assert run.figures == {"B2": "1", "C2": "2", "B3": "3", "C3": "4"}


def spanned(value: str, columns: int, rows: int) -> str:
    """Return a merged cell of an OpenDocument workbook."""
    area = f'table:number-columns-spanned="{columns}" table:number-rows-spanned="{rows}"'
    return f'<table:table-cell {area} office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'


def shown(kind: str, value: str, text: str) -> str:
    """Return a cell of an OpenDocument workbook that shows a text of its own."""
    return f'<table:table-cell office:value-type="{kind}" office:value="{value}"><text:p>{text}</text:p></table:table-cell>'


COVERED = "<table:covered-table-cell/>"


def test_years_that_are_numbers_head_the_columns_of_an_ods(workspace: Path):
    run = imported(workspace, ods([("Tỉnh", 2022, 2023), ("Hà Nội", 1, 2)]), name="form.ods")
    assert run.facts == {"B2": ("01", "2022", "1"), "C2": ("01", "2023", "2")}


@pytest.mark.parametrize(
    ("rows", "held", "taken"),
    [
        ([("Hà Nội", spanned("5", 1, 2), 1), ("Sơn La", COVERED, 2)], {"B2", "B3"}, {"C2": "1", "C3": "2"}),
        ([("Hà Nội", spanned("5", 2, 1), COVERED), ("Sơn La", 3, 4)], {"B2", "C2"}, {"B3": "3", "C3": "4"}),
        ([("Hà Nội", shown("percentage", "1", "100%"), 2)], {"B2"}, {"C2": "2"}),
        ([("Hà Nội", shown("float", "12000", "12"), 2)], {"B2"}, {"C2": "2"}),
        ([("Hà Nội", shown("float", "1234", "1.234,00"), shown("float", "0", "-"))], set(), {"B2": "1234", "C2": "0"}),
    ],
)  # fmt: skip
def test_a_merged_figure_and_a_percentage_of_an_ods_are_held(
    workspace: Path, rows: Rows, held: set[str], taken: dict[str, str]
):
    run = imported(workspace, ods([("Tỉnh", 2022, 2023), *rows]), name="form.ods")
    assert (set(run.held), run.figures) == (held, taken)


STYLES = "".join(
    f'<style:style style:name="{name}" style:family="text"><style:text-properties {what}/></style:style>'
    for name, what in (
        ("T1", 'style:text-position="super 58%"'),
        ("T2", 'style:text-position="-33% 58%"'),
        ("T3", 'style:text-line-through-style="solid"'),
        ("T4", 'fo:font-weight="bold"'),
    )
)


def styled(made: bytes) -> bytes:
    """Return an ods with automatic styles of text: raised, lowered, struck through, bold."""
    spaces = 'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    head = f"<office:automatic-styles {spaces}>{STYLES}</office:automatic-styles><office:body>"
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as archive, zipfile.ZipFile(stream, "w") as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name).replace(b"<office:body>", head.encode()))
    return stream.getvalue()


def spans(kind: str, *pieces: tuple[str, str], more: str = "") -> str:
    """Return a cell of an ods whose text is written in pieces, each in a style."""
    text = "".join(f'<text:span text:style-name="{style}">{one}</text:span>' for one, style in pieces)
    return f'<table:table-cell office:value-type="{kind}"{more}><text:p>{text}</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("cell", "taken", "told"),
    [
        (spans("string", ("12", "T4"), ("1", "T1")), {"B2": "12"}, ""),
        (spans("string", ("12", "T4"), ("1", "T2")), {}, "lowered"),
        (spans("string", ("12", "T3"), ("15", "T4")), {}, "struck through"),
        (spans("string", ("12", "T4"), ("1", "T4")), {"B2": "121"}, ""),
        (spans("float", ("12", "T4"), ("1", "T1"), more=' office:value="121"'), {}, "another number"),
        (
            spans("currency", ("12 ₫", "T4"), more=' office:value="12" office:currency="VND"'),
            {},
            "shows money",
        ),
    ],
)
def test_raised_struck_and_money_cells_of_an_ods_are_read_as_they_are_shown(
    cell: str, taken: dict[str, str], told: str, workspace: Path
):
    run = imported(workspace, styled(ods([("Tỉnh", 2022), ("Hà Nội", cell)])), name="form.ods")
    assert (run.figures, told in "".join(run.held.values())) == (taken, True)
    assert len(run.held) == 1 - len(taken)


def test_money_in_currency_cells_of_an_ods_is_taken(workspace: Path):
    cell = spans(
        "currency", ("12.000 ₫", "T4"), more=' office:value="12000000" office:currency="VND"'
    ).replace("12.000 ₫", "12.000.000 ₫")
    run = imported(
        workspace,
        styled(ods([("Tỉnh", 2022), ("Hà Nội", cell)])),
        HEAD + 'measure = "budget_spent"\n',
        name="form.ods",
    )
    assert (run.held, run.figures) == ({}, {"B2": "12000000"})


def test_a_comment_of_an_ods_that_names_a_person_stops_the_import(workspace: Path):
    note = "<office:annotation><text:p>Nạn nhân Nguyễn Thị Mẫu, sinh 2003</text:p></office:annotation>"
    cell = shown("float", "5", "5").replace("<text:p>", f"{note}<text:p>")
    run = imported(workspace, ods([("Tỉnh", 2022), ("Hà Nội", cell)]), name="form.ods")
    assert "cell B2" in run.told["refused"]
    assert "Mẫu" not in run.words
    cell = cell.replace("Nạn nhân Nguyễn Thị Mẫu, sinh 2003", "theo báo cáo năm")
    assert imported(workspace, ods([("Tỉnh", 2022), ("Hà Nội", cell)]), name="form.ods").figures == {
        "B2": "5"
    }


def test_a_hidden_row_of_an_ods_is_held(workspace: Path):
    made = ods([("Tỉnh", 2022, 2023), ("Hà Nội", 1, 2), ("Sơn La", 3, 4)])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    begun, row, rest = parts["content.xml"].rpartition(b"<table:table-row><table:table-cell office")
    parts["content.xml"] = begun + row.replace(b"row>", b'row table:visibility="filter">', 1) + rest
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    run = imported(workspace, stream.getvalue(), name="form.ods")
    assert (set(run.held), run.figures) == ({"B3", "C3"}, {"B2": "1", "C2": "2"})


# --- number formats -----------------------------------------------------------------------------------------------------------------

ACCOUNTS = '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-'
OTHERWISE = [
    (3, '[<5]"*";0'),
    (12, '[<15]"<15";0'),
    (12, '0"%"'),
    (12, '0"/100.000"'),
    (12, '0"0"'),
    (12, '"1"0'),
    (12, "10"),
    (12, 'General"00"'),
    (12, r"0\1"),
    (12, '#,##0".000"'),
    (12, r"0\.000"),
    (12, "(0)"),
    (12, "-0"),
    (12, "+0"),
    (12, '">"0'),
    (12, '0"*"'),
    (12, "0**"),
    (12, '"~"0'),
    (12, "[$<-409]0"),
    (0, '#,##0;-#,##0;"…"'),
    (0, '#,##0;-#,##0;"x"'),
    (0, "0;-0;;@"),
    (12, ";;;"),
    (12, "0%"),
    (12, "0,"),
    (12, '0" nghìn"'),
]
AS_IT_IS = [
    (12, '0" vụ"'),
    (12, '#,##0 "vụ"'),
    (7, '[<5]"*";0'),
    (12, ACCOUNTS),
    (0, ACCOUNTS),
    (0, '#,##0;-#,##0;"-"'),
    (12, '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)'),
    (12, "#,##0_);(#,##0)"),
    (12, "[Red]0;[Blue]-0"),
    (12, "00000"),
    (12, "0.00E+00"),
    (12, "# ?/100"),
    (12, "@"),
    (1234, r"#\.000"),
    (1234567, '#"."000"."000'),
    (12, "[$-42A]0"),
    (12, "#,##0 [$₫-42A]"),
    (12, "General"),
]


def shaped(number: int, shape: str) -> bytes:
    def change(sheet: Worksheet) -> None:
        sheet["B2"].number_format = shape

    return book([("Tỉnh", "2023"), ("Hà Nội", number)], change)


@pytest.mark.parametrize(("number", "shape"), OTHERWISE)
def test_a_number_that_its_format_shows_otherwise_is_held(number: int, shape: str, workspace: Path):
    run = imported(workspace, shaped(number, shape))
    assert (run.figures, set(run.held)) == ({}, {"B2"})


@pytest.mark.parametrize(("number", "shape"), AS_IT_IS)
def test_a_number_that_its_format_shows_as_it_is_is_taken(number: int, shape: str, workspace: Path):
    assert imported(workspace, shaped(number, shape)).figures == {"B2": str(number)}


def test_a_sign_that_a_format_shows_is_read_by_the_legend(workspace: Path):
    legend = 'marks = { "…" = "not_reported", "-" = "not_reported", "x" = "zero_reported" }\n'
    for number, shape in ((0, '0;-0;"…"'), (0, ACCOUNTS), (3, '[<5]"…";0')):
        run = imported(workspace, shaped(number, shape), MAPPING + legend)
        assert (list(run.facts), run.held) == (["B2"], {})
        assert pd.isna(run.figures["B2"])
    run = imported(workspace, shaped(3, '[<5]"x";0'), MAPPING + legend)
    assert (run.facts, set(run.held)) == ({}, {"B2"})


# --- headings -----------------------------------------------------------------------------------------------------------------------

UNDER_YEARS = [
    ("Tỉnh", "2022", None, None),
    (None, "Số vụ", "Số nạn nhân", "Số bị can"),
    ("Hà Nội", 1, 2, 3),
]
TWO_LEVELS = HEAD.replace("B2", "B3") + (
    'columns = { row = 2, "Số vụ" = "cases_recorded", "Số nạn nhân" = "victims_identified", "Số bị can" = "suspects" }\n'
)


def test_a_merged_heading_ends_where_its_area_ends(workspace: Path):
    run = imported(workspace, book(UNDER_YEARS, lambda sheet: sheet.merge_cells("B1:C1")), TWO_LEVELS)
    assert (run.figures, set(run.held)) == ({"B3": "1", "C3": "2"}, {"D3"})
    run = imported(workspace, UNDER_YEARS, TWO_LEVELS, "unmerged.xlsx")
    assert run.figures == {"B3": "1", "C3": "2", "D3": "3"}


# --- text files ---------------------------------------------------------------------------------------------------------------------


def test_a_row_with_more_cells_than_its_heading_is_held(workspace: Path):
    text = "Tỉnh,Số vụ\nHà Nội,1,234\nSơn La,4\nLào Cai,12,5\nYên Bái,7,ghi chú\nHà Giang,8,,\n"
    mapping = MAPPING.replace("{ row = 1 }", "2023")
    run = imported(workspace, text.encode(), mapping, "form.csv")
    assert run.figures == {"B3": "4", "B5": "7", "B6": "8"}
    assert set(run.held) == {"B2", "B4"}
    assert all("comma" in told for told in run.held.values())


def test_a_total_that_a_comma_parts_is_not_compared(workspace: Path):
    text = "Tỉnh,2022,2023\nTổng số,1,234,5\nHà Nội,700,2\nSơn La,534,3\n"
    run = imported(workspace, text.encode(), MAPPING + 'total = ["Tổng số"]\n', "form.csv")
    assert run.figures == {"B3": "700", "C3": "2", "B4": "534", "C4": "3"}
    assert "adds up" not in run.words


# --- a second table -----------------------------------------------------------------------------------------------------------------

STACKED = [("Tỉnh", "2020", "2021"), ("Hà Nội", 1, 2), ("Tỉnh", "2022", "2023"), ("Sơn La", 7, 8)]
PAGES = [("Tỉnh", "2020", "2021"), ("Hà Nội", 1, 2), ("Tỉnh", "2020", "2021"), ("Sơn La", 7, 8)]


@pytest.mark.parametrize("skip", ['skip = ["Tỉnh"]\n', ""])
def test_what_lies_below_other_headings_is_held(skip: str, workspace: Path):
    run = imported(workspace, STACKED, MAPPING + skip)
    assert run.figures == {"B2": "1", "C2": "2"}
    assert {"B4", "C4"} <= set(run.held)
    assert 'until = "C2"' in run.held["B4"]


def test_other_measures_in_a_repeated_heading_hold_what_lies_below(workspace: Path):
    rows = [("Tỉnh", "Số vụ"), ("Hà Nội", 1), ("Tỉnh", "Số nạn nhân"), ("Sơn La", 7)]
    run = imported(workspace, rows, MAPPING.replace("{ row = 1 }", "2023") + 'skip = ["Tỉnh"]\n')
    assert (run.figures, set(run.held)) == ({"B2": "1"}, {"B4"})


def test_a_row_of_other_years_without_a_label_holds_what_lies_below(workspace: Path):
    rows = [*STACKED[:2], ("Địa phương", "2022", "2023"), ("Sơn La", 7, 8)]
    run = imported(workspace, rows, MAPPING + 'skip = ["Địa phương"]\n')
    assert (run.figures, set(run.held)) == ({"B2": "1", "C2": "2"}, {"B4", "C4"})


def test_headings_that_are_repeated_on_each_page_change_nothing(workspace: Path):
    run = imported(workspace, PAGES, MAPPING + 'skip = ["Tỉnh"]\n')
    assert (run.figures, run.held) == ({"B2": "1", "C2": "2", "B4": "7", "C4": "8"}, {})
    rows = [*PAGES[:2], ("Tổng số", 2022, 2031), PAGES[3]]
    assert imported(workspace, rows, MAPPING + 'skip = ["Tổng số"]\n', "sum.xlsx").held == {}


def test_the_title_of_another_table_above_the_same_headings_holds_what_lies_below(workspace: Path):
    rows = [("Bảng 1. Số vụ",), *PAGES[:2], ("Bảng 2. Số nạn nhân",), *PAGES[2:]]
    mapping = MAPPING.replace("B2", "B3").replace("row = 1", "row = 2") + 'skip = ["Tỉnh"]\n'
    run = imported(workspace, rows, mapping)
    assert (run.figures, set(run.held)) == ({"B3": "1", "C3": "2"}, {"B6", "C6"})
    rows[3] = ("Bảng 1. Số vụ (tiếp theo)",)
    assert imported(workspace, rows, mapping, "further-page.xlsx").held == {}


def test_a_place_that_the_head_names_too_is_no_heading(workspace: Path):
    rows = [("Hà Nội",), ("Tỉnh", "2020", "2021"), ("Sơn La", 7, 8), ("Hà Nội", 1, 2), ("Lào Cai", 3, 4)]
    mapping = MAPPING.replace("B2", "B3").replace("row = 1", "row = 2")
    run = imported(workspace, rows, mapping)
    assert (len(run.facts), run.held) == (6, {})


def test_what_lies_right_of_further_places_is_held(workspace: Path):
    rows = [("Tỉnh", "2022", "Tỉnh", "2023"), ("Hà Nội", 1, "Sơn La", 3), ("Lào Cai", 2, "Yên Bái", 4)]
    run = imported(workspace, rows)
    assert run.figures == {"B2": "1", "B3": "2"}
    assert set(run.held) == {"C2", "D2", "C3", "D3"}
    assert 'until = "B3"' in run.held["D2"]
    left = imported(workspace, rows, MAPPING + 'skip = ["Tỉnh"]\n', "left.xlsx")
    assert (left.figures, set(left.held)) == ({"B2": "1", "B3": "2"}, {"D2", "D3"})


def test_the_same_places_again_part_no_table(workspace: Path):
    rows = [("Tỉnh", "2022", "Tỉnh", "2023"), ("Hà Nội", 1, "Hà Nội", 3), ("Lào Cai", 2, "Lào Cai", 4)]
    run = imported(workspace, rows, MAPPING + 'skip = ["Tỉnh"]\n')
    assert run.figures == {"B2": "1", "D2": "3", "B3": "2", "D3": "4"}


def test_two_tables_that_read_a_cell_as_different_figures_are_refused(workspace: Path):
    rows = [("Tỉnh", "2022"), ("Hà Nội", 1), ("Số nạn nhân",), ("Tỉnh", "2022"), ("Lào Cai", 3)]
    first = MAPPING.replace("[table]", "[[table]]") + 'skip = ["Tỉnh"]\n'
    second = (
        first.replace("B2", "B5")
        .replace("row = 1", "row = 4")
        .replace("cases_recorded", "victims_identified")
    )
    second = second.replace('skip = ["Tỉnh"]\n', "")
    run = imported(workspace, rows, first + second)
    assert (run.code, run.facts) == (3, {})
    assert 'until = \\"B4\\"' in run.words
    ended = first.replace('skip = ["Tỉnh"]\n', 'until = "B2"\n')
    assert imported(workspace, rows, ended + second).figures == {"B2": "1", "B5": "3"}


# --- outside the table --------------------------------------------------------------------------------------------------------------

YEARS = [("Tỉnh", "2021", "2022"), ("Hà Nội", 1, 5), ("Sơn La", 2, 9), ("Lào Cai", 3, 7)]


def test_rows_above_the_corner_with_a_place_and_figures_are_told(workspace: Path):
    run = imported(workspace, YEARS, MAPPING.replace("B2", "B3"))
    assert set(run.facts) == {"B3", "C3", "B4", "C4"}
    assert any("rows 2 " in one["rule"] for one in run.told["findings"] if one["severity"] == "warning")


def test_rows_below_the_end_with_a_place_and_figures_are_told(workspace: Path):
    run = imported(workspace, YEARS, MAPPING + 'until = "C2"\n')
    assert set(run.facts) == {"B2", "C2"}
    assert any("rows 3, 4 " in one["rule"] for one in run.told["findings"] if one["severity"] == "warning")


def test_rows_that_another_table_reads_or_that_are_left_are_not_told(workspace: Path):
    rows = [*YEARS, ("Tổng số", 6, 21), ("Người lập biểu", None, None)]
    first = MAPPING.replace("[table]", "[[table]]") + 'until = "C2"\n'
    second = MAPPING.replace("[table]", "[[table]]").replace("B2", "B3") + 'until = "C4"\n'
    run = imported(workspace, rows, first + second)
    assert len(run.facts) == 6
    assert "were not read" not in run.words


@pytest.mark.parametrize(
    ("head", "numbers", "told"),
    [
        ("2022", (5, 6, 7), True),
        ("2022", (1, 2, 3), True),
        ("STT", (5, 6, 7), False),
        ("Số thứ tự", (1, 2, 3), False),
        (None, (1, 2, 3), False),
        ("Số nạn nhân", (4, 5, 6), True),
    ],
)
def test_a_column_beside_the_table_that_runs_on_is_told_unless_it_numbers_the_rows(
    head: str | None, numbers: tuple[int, ...], workspace: Path, *, told: bool
):
    rows = [(*row[:2], number) for row, number in zip(YEARS, (head, *numbers), strict=True)]
    run = imported(workspace, rows, MAPPING.replace("{ row = 1 }", "2021"))
    assert set(run.facts) == {"B2", "B3", "B4"}
    assert ("columns C hold figures" in run.words) == told


# --- a known form -------------------------------------------------------------------------------------------------------------------

OFFICE = "Diện tích, dân số và mật độ dân số phân theo địa phương chia theo Địa phương, Năm và Chỉ tiêu"
PEOPLE, DENSITY = "Dân số trung bình (Nghìn người)", "Mật độ dân số (Người/km2)"


def places_of(workspace: Path, rows: Rows, name: str) -> Run:
    return imported(workspace, [(OFFICE,), (), *rows], None, name)


def test_a_column_of_another_heading_in_a_known_form_is_held(workspace: Path):
    rows = [(None, "2021", "2022"), (None, PEOPLE, DENSITY), ("Hà Nội", 8330.8, 2511), ("Sơn La", 1287.7, 92)]
    run = places_of(workspace, rows, "office.xlsx")
    assert run.figures == {"B5": "8330800", "B6": "1287700"}
    assert set(run.held) == {"C5", "C6"}
    rows = [(None, "2021", None), (None, PEOPLE, DENSITY), *rows[2:]]
    assert set(places_of(workspace, rows, "under-years.xlsx").facts) == {"B5", "B6"}


def test_a_remedy_for_a_known_form_asks_for_no_mapping_that_nobody_wrote(workspace: Path):
    rows = [(None, "2022", "2022"), (None, PEOPLE, "Diện tích"), ("Hà Nội", 8330.8, 2511), ("Ghi chú", 5, 6)]
    held = places_of(workspace, rows, "office.xlsx").held
    assert {"C5", "B6"} <= set(held)
    assert not [text for text in held.values() if "skip" in text or "add the label" in text]
    assert all("correct it in the form" in held[cell] for cell in ("C5", "B6"))


def schemes(run: Run) -> set[str]:
    (file,) = run.told["written"]["facts"]
    return set(pd.read_csv(file, dtype=str)["scheme"]) - {"nation"}


@pytest.mark.parametrize(
    ("year", "names", "scheme"),
    [
        ("2025", ("Hà Nội", "Lào Cai", "Tuyên Quang"), "34"),
        ("2022", ("Hà Nội", "Lào Cai", "Tuyên Quang"), "63"),
        ("2025", ("Hà Nội", "Lào Cai", "Yên Bái"), "63"),
        ("2022", ("Huế", "Lào Cai"), "34"),
    ],
)
def test_a_known_form_is_read_by_the_boundaries_of_its_places_and_years(
    year: str, names: tuple[str, ...], scheme: str, workspace: Path
):
    if "Huế" in names:  # every unit of the later boundaries
        names = tuple(unit.name for unit in load_registry(reference_folder()).units("34"))
    rows = [(None, year), (None, PEOPLE), *((name, 1000 + place) for place, name in enumerate(names))]
    assert schemes(places_of(workspace, rows, "office.xlsx")) == {scheme}


# --- text files -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nTỉnh;2023\nHà Nội;12\n",
        "\ufeffsep=;\r\nTỉnh;2023\r\nHà Nội;12\r\n",
        '"sep=,"\nTỉnh,2023\nHà Nội,12\n',
        "SEP=\t\nTỉnh\t2023\nHà Nội\t12\n",
        '"Tỉnh;2023"\n"Hà Nội;12"\n',
        'Tỉnh,2023\n"Hà Nội,12"\n',
        '"Tỉnh,2023"\r\n"Hà Nội,""12"""\r\n',
    ],
)
def test_a_text_file_is_read_as_excel_shows_it(text: str, workspace: Path):
    run = imported(workspace, text.encode(), name="form.csv")
    assert run.facts == {"B2": ("01", "2023", "12")}


# --- numbers that are no counts -----------------------------------------------------------------------------------------------------


NUMBERED = [("Tỉnh", "2022"), ("Hà Nội", "?"), ("Sơn La", "05"), ("Lào Cai", "12345678")]


@pytest.mark.parametrize("text", ["000000012", "012345678 vụ"])
def test_many_digits_that_begin_with_a_zero_are_no_figure(text: str, workspace: Path):
    run = imported(workspace, [NUMBERED[0], ("Hà Nội", text), *NUMBERED[2:]])
    assert (run.figures, set(run.held)) == ({"B3": "5", "B4": "12345678"}, {"B2"})


@pytest.mark.parametrize("text", ["001190001234", "0912345678"])
def test_a_number_of_a_person_in_the_place_of_a_figure_refuses_the_form(text: str, workspace: Path):
    run = imported(workspace, [NUMBERED[0], ("Hà Nội", text), *NUMBERED[2:]])
    assert (run.code, run.facts) == (3, {})
    assert "particulars" in run.words
    assert text not in run.words


def test_a_number_that_its_format_shows_as_that_of_a_person_is_no_figure(workspace: Path):
    run = imported(workspace, shaped(1190001234, "000000000000"))
    assert (run.figures, set(run.held)) == ({}, {"B2"})


# --- labels that are no places ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label", ["Tỉnh", "Địa phương", "N/A", "Nam", "Nữ", "Thành thị", "Nông thôn", "A", "B.", "Tỉnh/TP", "x"]
)
def test_a_word_of_headings_is_no_misspelt_place(label: str, workspace: Path):
    run = imported(workspace, [("Nơi", "2022"), (label, 1), ("Hà Nội", 2)])
    assert (run.figures, set(run.held)) == ({"B3": "2"}, {"B2"})
    assert "did you mean" not in run.held["B2"]


def test_a_misspelt_place_has_its_suggestion(workspace: Path):
    run = imported(workspace, [("Nơi", "2022"), ("Hà Tỉnk", 1), ("Quảng Ninhh", 2), ("Sơn Laa", 3)])
    assert "did you mean Quảng Ninh" in run.held["B3"]
    assert "did you mean Sơn La" in run.held["B4"]


def test_a_place_that_looks_like_a_name_has_the_hint_of_a_place(workspace: Path):
    rows = [("Nơi", "2022"), ("Hà Tây", 1), ("Hà Giang", 2), ("Hà Văn Giả", 3)]
    held = imported(workspace, rows, MAPPING.replace("63", "34")).held
    assert "part of Hà Nội since 2008-08-01" in held["B2"]
    assert 'scheme = "63"' in held["B3"]
    assert "Giả" not in held["B4"]
    assert "is no place" in held["B4"]


# --- periods ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "first", "preliminary"),
    [
        ("2022 (sơ bộ)", "2022-01-01", "true"),
        ("Năm 2021 (Sơ bộ)", "2021-01-01", "true"),
        ("Sơ bộ 2022", "2022-01-01", "true"),
        ("Sơ bộ 2022 (1)", "2022-01-01", "true"),
        ("2022 (*)", "2022-01-01", "true"),
        ("2022 (p)", "2022-01-01", "true"),
        ("2022 (1)", "2022-01-01", "false"),
        ("Năm 2022 (a)", "2022-01-01", "false"),
        ("2022²", "2022-01-01", "false"),
        ("T3.2023", "2023-03-01", "false"),
        ("3-2023", "2023-03-01", "false"),
        ("Quý II.2023", "2023-04-01", "false"),
    ],
)
def test_a_heading_names_its_period_in_one_of_several_ways(
    head: str, first: str, preliminary: str, workspace: Path
):
    run = imported(workspace, [("Tỉnh", head), ("Hà Nội", 1)])
    assert run.figures == {"B2": "1"}
    (row,) = pd.read_csv(run.told["written"]["facts"][0], dtype=str).to_dict("records")
    assert (row["period_start"], row.get("preliminary", "false")) == (first, preliminary)


@pytest.mark.parametrize(
    ("note", "preliminary"), [("(1) Số liệu sơ bộ", "true"), ("(1) Không tính trẻ em", "false")]
)
def test_a_numbered_footnote_makes_a_year_preliminary_where_it_says_so(
    note: str, preliminary: str, workspace: Path
):
    run = imported(workspace, [("Tỉnh", "2022 (1)"), ("Hà Nội", 1), (note,)])
    (row,) = pd.read_csv(run.told["written"]["facts"][0], dtype=str).to_dict("records")
    assert row.get("preliminary", "false") == preliminary


def test_a_heading_with_an_item_is_preliminary_too(workspace: Path):
    mapping = HEAD + 'items = { "Số vụ" = "cases_recorded" }\n'
    run = imported(workspace, [("Tỉnh", "Số vụ 2022 (sơ bộ)"), ("Hà Nội", 1)], mapping)
    assert (run.figures, run.held) == ({"B2": "1"}, {})


def test_the_number_of_a_form_in_its_title_is_no_month(workspace: Path):
    rows = [("Biểu số 3-2023",), ("Tỉnh", "Số vụ"), ("Hà Nội", 1)]
    mapping = MAPPING.replace("B2", "B3").replace("{ row = 1 }", '{ cell = "A1" }')
    assert imported(workspace, rows, mapping).code == 3


@pytest.mark.parametrize(
    ("shape", "first", "last", "preliminary"),
    [
        ('"Quý I/"yyyy', "2022-01-01", "2022-03-31", "false"),
        ('[$-42A]"6 tháng đầu năm "yyyy;@', "2022-01-01", "2022-06-30", "false"),
        ('"Sơ bộ "yyyy', "2022-01-01", "2022-12-31", "true"),
        ("yyyy\\*", "2022-01-01", "2022-12-31", "true"),
        ('"Tháng "mm\\/yyyy', "2022-01-01", "2022-01-31", "false"),
        ('"năm "yyyy', "2022-01-01", "2022-12-31", "false"),
    ],
)
def test_a_day_in_a_heading_is_the_period_that_its_format_shows(
    shape: str, first: str, last: str, preliminary: str, workspace: Path
):
    def shown(sheet: Worksheet) -> None:
        sheet["B1"].number_format = shape

    content = book([("Tỉnh", date(2022, 1, 1)), ("Hà Nội", 1)], shown)
    (row,) = pd.read_csv(imported(workspace, content).told["written"]["facts"][0], dtype=str).to_dict(
        "records"
    )
    assert (row["period_start"], row["period_end"]) == (first, last)
    assert row.get("preliminary", "false") == preliminary


@pytest.mark.parametrize(
    "shape", ['yyyy" (kế hoạch)"', '"Đến ngày "dd/mm/yyyy', 'yyyy"1"', '"Tháng "mmm yyyy']
)
def test_a_day_whose_format_shows_no_clear_period_holds_its_column(shape: str, workspace: Path):
    def shown(sheet: Worksheet) -> None:
        sheet["B1"].number_format = shape

    run = imported(workspace, book([("Tỉnh", date(2022, 1, 1)), ("Hà Nội", 1)], shown))
    assert (run.figures, list(run.held)) == ({}, ["B2"])


@pytest.mark.parametrize(
    ("shape", "last", "preliminary"),
    [
        ('"Sơ bộ "0', "2022-12-31", "true"),
        ('0"*"', "2022-12-31", "true"),
        ('"Quý I/"0', "2022-03-31", "false"),
        ('"Năm "0', "2022-12-31", "false"),
        ("0", "2022-12-31", "false"),
    ],
)
def test_a_year_in_a_heading_is_the_period_that_its_format_shows(
    shape: str, last: str, preliminary: str, workspace: Path
):
    def shown(sheet: Worksheet) -> None:
        sheet["B1"].number_format = shape

    run = imported(workspace, book([("Tỉnh", 2022), ("Hà Nội", 1)], shown))
    (row,) = pd.read_csv(run.told["written"]["facts"][0], dtype=str).to_dict("records")
    assert (row["period_end"], row.get("preliminary", "false")) == (last, preliminary)


@pytest.mark.parametrize("shape", ['0"1"', "0%", ";;;"])
def test_a_year_whose_format_shows_another_number_holds_its_column(shape: str, workspace: Path):
    def shown(sheet: Worksheet) -> None:
        sheet["B1"].number_format = shape

    run = imported(workspace, book([("Tỉnh", 2022), ("Hà Nội", 1)], shown))
    assert (run.figures, list(run.held)) == ({}, ["B2"])


# --- the names of sheets ------------------------------------------------------------------------------------------------------------

ONE_PLACE = (
    HEAD.replace('{ column = "A", scheme = "63" }', '"14"\nscheme = "63"')
    + 'rows = { column = "A", "Số vụ" = "cases_recorded" }\n'
)


@pytest.mark.parametrize(
    ("name", "mapping", "label", "told"),
    [
        ("2022", MAPPING.replace("{ row = 1 }", '"2023"'), "Hà Nội", "2022"),
        ("Năm 2022", MAPPING, "Hà Nội", "2022"),
        ("2023", MAPPING, "Hà Nội", ""),
        ("Biểu 1", MAPPING, "Hà Nội", ""),
        ("Lào Cai", ONE_PLACE, "Số vụ", "Lào Cai"),
        ("Sơn La", ONE_PLACE, "Số vụ", ""),
    ],
)
def test_a_sheet_named_for_another_year_or_province_is_told(
    workspace: Path, name: str, mapping: str, label: str, told: str
):
    def rename(sheet: Worksheet) -> None:
        sheet.title = name

    run = imported(workspace, book([("", "2023"), (label, 5)], rename), mapping)
    rules = [one["rule"] for one in run.told["findings"] if "sheet is named" in one["rule"]]
    assert run.figures == {"B2": "5"}
    assert len(rules) == bool(told)
    assert not told or told in rules[0]


# --- names of places with more than the name ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    ["1 Sơn La", "1. Sơn La", "1.Sơn La", "01 - Sơn La", "63) Sơn La", "I. Sơn La", "12 Sơn La"],
)
def test_a_running_number_before_a_place_is_no_part_of_its_name(label: str, workspace: Path):
    run = imported(workspace, [("Tỉnh", 2022), (label, 5), ("2. Thủ đô Hà Nội", 7)])
    assert run.facts == {"B2": ("14", "2022", "5"), "B3": ("01", "2022", "7")}


@pytest.mark.parametrize("label", ["151 Sơn La", "5 tỉnh Tây Nguyên", "2 Bộ Công an", "3 - 5"])
def test_a_number_of_places_or_an_article_before_a_name_is_held(label: str, workspace: Path):
    run = imported(workspace, [("Tỉnh", 2022), (label, 5), ("Hà Nội", 7)])
    assert (run.figures, set(run.held)) == ({"B3": "7"}, {"B2"})


@pytest.mark.parametrize(
    ("label", "name", "code"),
    [
        ("Công an tỉnh Sơn La", "Sơn La", "14"),
        ("TAND tỉnh Sơn La", "Sơn La", "14"),
        ("Viện kiểm sát nhân dân tỉnh Sơn La", "Sơn La", "14"),
        ("Công an TP Hà Nội", "Hà Nội", "01"),
        ("3. Sở LĐTBXH Sơn La", "Sơn La", "14"),
    ],
)
def test_an_office_in_the_column_of_places_is_held_with_the_line_to_write(
    label: str, name: str, code: str, workspace: Path
):
    rows = [("Tỉnh", 2022), (label, 5), ("Cao Bằng", 7)]
    run = imported(workspace, rows)
    assert run.figures == {"B3": "7"}
    line = f'"{label}" = "{code}"'
    assert f"{name} ({code})" in run.held["B2"]
    assert f"write {line} in place" in run.held["B2"]
    run = imported(workspace, rows, MAPPING.replace("place = { ", f"place = {{ {line}, "))
    assert run.facts["B2"] == (code, "2022", "5")


@pytest.mark.parametrize("label", ["Công an huyện Sơn La", "Bộ Công an", "Công an các tỉnh Sơn La", "Hội An"])
def test_an_office_of_no_province_is_told_no_place(label: str, workspace: Path):
    run = imported(workspace, [("Tỉnh", 2022), (label, 5), ("Hà Nội", 7)])
    assert (run.figures, "names an office" in run.held["B2"]) == ({"B3": "7"}, False)


def test_the_remedy_for_a_numbered_total_names_the_label_as_it_stands(workspace: Path):
    rows = [("Tỉnh", 2022), ("I. Tổng số", 12), ("1. Hà Nội", 7)]
    line = '"I. Tổng số" = "VN"'
    assert line in imported(workspace, rows).held["B2"]
    run = imported(workspace, rows, MAPPING.replace("place = { ", f"place = {{ {line}, "))
    assert run.facts["B2"] == ("VN", "2022", "12")


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        ("I. Thực hiện", "II. Kế hoạch", {"B3": "1"}),
        ("Kế hoạch", "Thực hiện", {"B5": "3"}),
        ("Nữ", "Chung", {"B5": "3"}),
        ("I", "II", {"B3": "1"}),
        ("Chung", "Bảng 2. Tỷ lệ (%)", {"B3": "1"}),
    ],
)
def test_rows_below_a_row_without_figures_are_read_once_and_not_as_another_thing(
    first: str, second: str, taken: dict[str, str], workspace: Path
):
    rows = [("Tỉnh", "2023"), (first,), ("Hà Nội", 1), (second,), ("TP. Hà Nội", 3)]
    assert imported(workspace, rows, MAPPING).figures == taken


def test_regions_and_places_without_figures_part_nothing(workspace: Path):
    rows = [("Tỉnh", "2023"), ("Trong đó:",), ("Hà Nội", 1), ("Tây Nguyên",), ("Gia Lai", 3), ("Sơn La",)]
    assert imported(workspace, rows, MAPPING).figures == {"B3": "1", "B5": "3"}
