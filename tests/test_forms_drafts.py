"""What a draft of a mapping finds written in a form of several provinces, and what an import tells of rows of totals and of its next step."""

import json
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from evalkit.batch.prepare import receive
from evalkit.cli import app
from evalkit.workspace import open_workspace
from tests.form_workspaces import read_declarations_once
from tests.workspaces import tiny_workspace

SIX = (
    ("Lào Cai", 9, 7),
    ("Hà Giang", 6, "5"),
    ("Cao Bằng", 4, 4),
    ("Lạng Sơn", 5, 6),
    ("Quảng Ninh", 3, "-"),
)
ANSWERS = {
    'published = "?"': "published = false",
    'edition_date = "?"': "edition_date = 2024-01-15",
    'measure = "?"': 'measure = "cases_instituted"',
}


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    return folder


def form(path: Path, rows: Sequence[tuple[Any, ...]], notes: Sequence[str]) -> Path:
    book = Workbook()
    sheet = book.active
    for line in (("BIỂU TỔNG HỢP (số liệu giả định)",), (), ("STT", "Địa phương", "2022", "2023")):
        sheet.append(line)
    sheet.append(("", "", "Vụ án", "Vụ án"))
    for number, row in enumerate(rows):
        sheet.append((number or "", *row))
    sheet.append(())
    for note in notes:
        sheet.append((note,))
    book.save(path)
    return path


def draft_of(path: Path, workspace: Path) -> str:
    result = CliRunner().invoke(app, ["import", str(path), str(workspace), "--suggest", "--json"])
    assert result.exit_code == 0
    return Path(json.loads(result.stdout)["draft"]).read_text(encoding="utf-8")


def imported(path: Path, workspace: Path, mapping: str) -> tuple[dict[str, Any], str]:
    """Return what an import tells programs, and its last line."""
    file = path.with_suffix(".toml")
    file.write_text(mapping, encoding="utf-8")
    words = ["import", str(path), str(workspace), "--mapping", str(file)]
    told = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert told["refused"] is None, told
    return told, CliRunner().invoke(app, words).stdout.splitlines()[-1]


def filled(draft: str) -> str:
    for hole, answer in ANSWERS.items():
        draft = draft.replace(hole, answer)
    return draft


TOTAL = ("Tổng số", 27, 22)
NOTES = ("Ghi chú: dấu (-) là không phát sinh.", "Hà Nội, ngày 15 tháng 01 năm 2024")


@pytest.mark.parametrize(
    ("note", "written"),
    [
        ("Ghi chú: dấu (-) là không phát sinh.", "không phát sinh"),
        ("Chú giải: - : chưa có số liệu; 0: không phát sinh", "chưa có số liệu"),
        ('"-" không áp dụng', "không áp dụng"),
        ("Ghi chú: (...) chưa có số liệu", "?"),  # another sign
        ("Số liệu 2022 - không phát sinh thêm", "không phát sinh"),
        ("Ghi chú: dấu (-) là xem phụ lục", "?"),
    ],
)
def test_a_sign_means_what_the_legend_of_the_form_says(
    note: str, written: str, tmp_path: Path, workspace: Path
):
    draft = draft_of(form(tmp_path / "b.xlsx", (TOTAL, *SIX), (note,)), workspace)
    (line,) = [line for line in draft.splitlines() if line.startswith("marks")]
    assert line.startswith(f'marks = {{ "-" = "{written}" }}')


def test_the_day_that_stands_below_a_form_is_named_with_its_cell(tmp_path: Path, workspace: Path):
    draft = draft_of(form(tmp_path / "b.xlsx", (TOTAL, *SIX), NOTES), workspace)
    (line,) = [line for line in draft.splitlines() if line.startswith("edition_date")]
    assert line.startswith('edition_date = "?"')
    assert line.endswith("cell A13: 2024-01-15")


@pytest.mark.parametrize(
    ("total", "is_of_these"), [(("Tổng số", 27, 22), 1), (("Tổng số", 30, 22), 0)], ids=["sum", "more"]
)
def test_a_total_of_the_places_of_the_form_is_no_country(
    total: tuple[Any, ...], is_of_these: int, tmp_path: Path, workspace: Path
):
    path = form(tmp_path / "b.xlsx", (total, *SIX), NOTES)
    draft = filled(draft_of(path, workspace))
    assert any(line.startswith('total = ["Tổng số"]') for line in draft.splitlines()) == bool(is_of_these)
    as_nation = (
        draft.replace('total = ["Tổng số"]', "# ")
        .replace('scheme = "63" }', 'scheme = "63", "Tổng số" = "VN" }')
        .replace('"Tổng số" = "?"', '"Tổng số" = "VN"')
    )
    told, _ = imported(path, workspace, as_nation)
    few = [one for one in told["findings"] if "just the sum of the 5 places" in one["rule"]]
    assert (told["held"], len(few)) == (0, is_of_these)


def test_the_next_command_makes_the_pages_of_the_places_that_have_figures(tmp_path: Path, workspace: Path):
    """It once made all 63."""
    path = form(tmp_path / "b.xlsx", (TOTAL, *SIX), NOTES)
    told, last = imported(path, workspace, filled(draft_of(path, workspace)))
    assert (told["taken"], told["held"], told["left"]) == (10, 0, 2)
    codes = ("02", "04", "10", "20", "22")
    assert last.endswith(" --scheme 63" + "".join(f" --province {code}" for code in codes))


@pytest.mark.parametrize(
    ("day", "wanted"), [("2024-02", "2024-02-29"), ("2023", "2023-12-31"), ("2024-02-03", "2024-02-03")]
)
def test_figures_without_a_day_bear_that_of_their_source_the_last_one_of_a_month_or_year(
    day: str, wanted: str, tmp_path: Path, workspace: Path
):
    path = form(tmp_path / "b.xlsx", SIX, ())
    draft = filled(draft_of(path, workspace)).replace('"-" = "?"', '"-" = "không phát sinh"')
    imported(path, workspace, draft.replace("edition_date = 2024-01-15", ""))
    sources = workspace / "sources.toml"
    text = sources.read_text(encoding="utf-8")
    (name,) = tomllib.loads(text)
    text = text.replace('date = "?"', f'date = "{day}"').replace('agency = "?"', 'agency = "giả định"')
    sources.write_text(text.replace('confidence = "?"', 'confidence = "có"'), encoding="utf-8")
    settings = workspace / "evalkit.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('title.vi = "?"', 'title.vi = "Thử"'))
    facts = receive(open_workspace(workspace)).facts
    own = facts[facts["source_id"] == name]
    assert len(own) == 10
    assert {moment.date() for moment in own["edition_date"]} == {date.fromisoformat(wanted)}


@pytest.mark.parametrize(
    ("texts", "decimal", "group"),
    [
        (("1.250", "12,5"), ",", "."),
        (("1,234,567", "12"), ".", ","),
        (("1.250", "980"), "?", "?"),  # thousands, or decimals
        (("12,5", "12.5"), "?", "?"),
        (("0,125", "7"), ",", "."),
    ],
)
def test_the_marks_of_digits_are_proposed_where_the_form_shows_them(
    texts: tuple[str, str], decimal: str, group: str, tmp_path: Path, workspace: Path
):
    rows = (("Lào Cai", texts[0], 7), ("Hà Giang", 6, texts[1]))
    lines = draft_of(form(tmp_path / "b.xlsx", (TOTAL, *rows), ()), workspace).splitlines()
    found = {
        line.split(" = ")[0]: line.split('"')[1] for line in lines if line.startswith(("decimal", "group"))
    }
    assert found == {"decimal": decimal, "group": group}


@pytest.mark.parametrize(
    ("head", "agency"),
    [
        (("BỘ CÔNG AN", "CÔNG AN TỈNH LÀO CAI", "Số: 12/BC-CAT"), "CÔNG AN TỈNH LÀO CAI"),
        (("SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI",), "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI"),
        (("Số vụ án theo địa phương",), "?"),
        ((), "?"),
    ],
)
def test_the_agency_of_the_letterhead_is_proposed_as_the_one_that_issued_the_form(
    head: tuple[str, ...], agency: str, tmp_path: Path, workspace: Path
):
    path = form(tmp_path / "b.xlsx", (TOTAL, *SIX), NOTES)
    book = load_workbook(path)
    book.active.insert_rows(1, len(head) + 1)
    for row, text in enumerate(head, 1):
        book.active.cell(row, 1, text)
    book.save(path)
    mapping = filled(draft_of(path, workspace))
    imported(path, workspace, mapping)
    entry = tomllib.loads(mapping)["table"]["source_id"]
    sources = tomllib.loads((workspace / "sources.toml").read_text(encoding="utf-8"))
    assert sources[entry]["agency"] == agency
    title = head[-1] if agency == "?" and head else "BIỂU TỔNG HỢP (số liệu giả định)"
    assert sources[entry]["title"] == title


def test_a_code_that_was_written_over_in_a_form_of_evalkit_is_put_back_there(tmp_path: Path):
    """That form has no mapping to correct, and its head no letterhead."""
    ws = tiny_workspace(tmp_path / "ws").folder
    path = tmp_path / "b.xlsx"
    words = ["template", str(ws), "--province", "01", "--years", "2015", "--out", str(path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    book = load_workbook(path)
    sheet = book.worksheets[0]
    (row,) = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "cases_recorded"]
    sheet.cell(row, 1, "cases_recorde")
    sheet.cell(row, 5, 7)
    book.save(path)
    told = CliRunner().invoke(app, ["import", str(path), str(ws)]).stdout
    assert f"'cases_recorde' in A{row} is no code of a figure" in told
    assert "put back what the form had there" in told
    assert "mapping" not in told


LETTERHEAD = (
    ("CÔNG AN TỈNH",),
    ("PHÒNG NGHIỆP VỤ SỐ HAI",),
    ("THỐNG KÊ 6 THÁNG ĐẦU NĂM 2025 (số liệu giả định)",),
    ("(Kèm theo Báo cáo số 123)",),
)
CRIMES = (
    ("STT", "Tội danh", "6 tháng đầu năm 2024", "", "6 tháng đầu năm 2025", "", "Ghi chú"),
    ("", "", "Số vụ", "Bị can", "Số vụ", "Bị can", ""),
    ("A", "B", 1, 2, 3, 4, 5),
    (1, "Mua bán người (Điều 150 BLHS)", 5, 8, 7, 11, ""),
    (2, "Mua bán người dưới 16 tuổi (Điều 151 BLHS)", 2, 3, "1", 2, ""),
    ("", "Tổng cộng", 7, 11, 8, 13, ""),
)
BELOW = (("Ghi chú: số liệu tính đến cuối kỳ",), ("NGƯỜI LẬP BIỂU",), ("(Ký tên, đóng dấu)",))


def crimes(path: Path) -> Path:
    book = Workbook()
    for line in (*LETTERHEAD, *CRIMES, *BELOW):
        book.active.append(line)
    for area in ("A1:C1", "A3:G3", "C5:D5", "E5:F5"):
        book.active.merge_cells(area)
    book.save(path)
    return path


def test_labels_are_found_beside_the_figures_and_not_in_the_letterhead(tmp_path: Path, workspace: Path):
    drafted = tomllib.loads(draft_of(crimes(tmp_path / "toi-danh.xlsx"), workspace))["table"]
    assert (drafted["corner"], drafted["until"], drafted["period"]) == ("C8", "F10", {"row": 5})
    assert drafted["dimensions"]["article"] == {
        "column": "B",
        "Mua bán người (Điều 150 BLHS)": "150",
        "Mua bán người dưới 16 tuổi (Điều 151 BLHS)": "151",
        "Tổng cộng": "all",
    }
    assert drafted["columns"] == {"row": 6, "Số vụ": "?", "Bị can": "?"}


def test_headings_that_part_rows_of_measures_are_named_for_their_reader(tmp_path: Path, workspace: Path):
    path = tmp_path / "ke-hoach.xlsx"
    book = Workbook()
    for line in (
        ("Nội dung", "Năm 2023", "", "Năm 2024", ""),
        ("", "Kế hoạch", "Thực hiện", "Kế hoạch", "Thực hiện"),
        ("Nạn nhân được hỗ trợ", 5, 4, 6, 7),
        ("Nạn nhân được xác định", 8, 9, 6, 9),
    ):
        book.active.append(line)
    book.save(path)
    draft = draft_of(path, workspace)
    (line,) = (line for line in draft.splitlines() if "dòng 2" in line)
    assert '"Kế hoạch"; "Thực hiện"' in line
    assert "columns" not in tomllib.loads(draft)["table"]


def test_a_draft_for_a_text_file_names_no_sheet_so_the_next_one_is_read_by_it(
    tmp_path: Path, workspace: Path
):
    path = tmp_path / "thang-1.csv"
    path.write_text("Tỉnh;2022;2023\nLào Cai;9;7\nCao Bằng;6;5\nHà Giang;5;3\n", encoding="utf-8")
    mapping = filled(draft_of(path, workspace)).replace('scheme = "?"', 'scheme = "63"')
    later = path.rename(tmp_path / "thang-2.csv")
    assert imported(later, workspace, mapping)[0]["taken"] == 6


def test_figures_of_a_breakdown_that_their_measure_has_not_are_left_and_the_others_taken(
    tmp_path: Path, workspace: Path
):
    path = crimes(tmp_path / "toi-danh.xlsx")
    answers = {"place": '"22"', "scheme": '"34"', "published": "false", "edition_date": '"15/7/2025"'}
    mapping = draft_of(path, workspace)
    for key, answer in answers.items():
        mapping = mapping.replace(f'{key} = "?"', f"{key} = {answer}")
    mapping = mapping.replace('"Số vụ" = "?"', '"Số vụ" = "cases_instituted"')
    mapping = mapping.replace('"Bị can" = "?"', '"Bị can" = "accused_instituted"')
    told, last = imported(path, workspace, mapping.replace('"cases_instituted"', '"cases_recorded"'))
    assert (told["read"], told["taken"], told["held"]) == (12, 8, 4)
    assert {one["cell"] for one in told["held_cells"]} == {"D8", "F8", "D9", "F9"}
    assert all("--take-the-rest" in one["remedy"] for one in told["held_cells"])
    assert "mapping" in last
    assert {one["sum"] for one in told["totals"] if one["measure"] == "accused_instituted"} == {"11", "13"}
