"""A form of an agency's own, as an officer brings it in: draft of a mapping, import, the returned form, and what is told in between."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from evalkit.workspace import open_workspace
from tests.form_workspaces import read_declarations_once
from tests.test_forms_template import facts, run, told

ROWS = (("Lào Cai", 5, 22, 9, 30), ("Yên Bái", 3, 8, 4, 11), ("Hà Giang", 7, 19, 8, "-"))
TOTAL = (15, 49, 21, 41)
ANSWERS = {
    'published = "?"': "published = false",
    'edition_date = "?"': "edition_date = 2024-01-20",
    '"-" = "?"': '"-" = "không phát sinh"',
    '"Số vụ" = "?"': '"Số vụ" = "cases_recorded"',
    '"Số nạn nhân" = "?"': '"Số nạn nhân" = "victims_identified"',
}


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert run("new", folder)[0] == 0
    return folder


def agency_form(path: Path, total: tuple[int, ...] = TOTAL, **changed: object) -> Path:
    """Write a form as an agency draws it: letterhead, title, years over items, a row of totals, a note, signatures (invented figures)."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Bieu 01"
    for area, text in (
        ("A1:B1", "BỘ CÔNG AN"),
        ("A2:B2", "CỤC NGHIỆP VỤ (giả định)"),
        ("C1:F1", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("C2:F2", "Độc lập - Tự do - Hạnh phúc"),
        ("C3:F3", "Hà Nội, ngày 20 tháng 01 năm 2024"),
        ("A5:F5", "THỐNG KÊ SỐ VỤ, SỐ NẠN NHÂN (SỐ LIỆU GIẢ ĐỊNH)"),
        ("C7:D7", "Năm 2022"),
        ("E7:F7", "Năm 2023"),
        ("A12:B12", "Tổng cộng"),
        ("A13:F13", 'Ghi chú: dấu "-" là không phát sinh.'),
        ("A15:B15", "NGƯỜI LẬP BIỂU"),
        ("D15:F15", "THỦ TRƯỞNG ĐƠN VỊ"),
        ("D16:F16", "(Ký, ghi rõ họ tên)"),
    ):
        sheet.merge_cells(area)
        sheet[area.partition(":")[0]] = text
    for column, text in zip("ABCDEF", ("STT", "Địa phương", *("Số vụ", "Số nạn nhân") * 2), strict=True):
        sheet[f"{column}8"] = text
    for row, texts in enumerate(ROWS, start=9):
        for column, text in zip("ABCDEF", (row - 8, *texts), strict=True):
            sheet[f"{column}{row}"] = text
    for column, figure in zip("CDEF", total, strict=True):
        sheet[f"{column}12"] = figure
    for cell, value in changed.items():
        sheet[cell] = value
    book.save(path)
    return path


def draft_of(form: Path, workspace: Path) -> Path:
    return Path(told("import", form, workspace, "--suggest")[1]["draft"])


def answered(draft: Path, *lines: str) -> Path:
    """Fill in the holes of a draft."""
    text = draft.read_text(encoding="utf-8")
    for hole, answer in ANSWERS.items():
        text = text.replace(hole, answer)
    draft.write_text(text.replace("[table]", "\n".join(["[table]", *lines]), 1), encoding="utf-8")
    return draft


def test_the_returned_form_replaces_what_its_first_import_left_and_is_no_source_beside_it(workspace: Path):
    form = agency_form(workspace.parent / "Biểu cục.xlsx", C9="5 (2)")
    mapping = answered(draft_of(form, workspace))
    assert 'source_id = "bieu-cuc"' in mapping.read_text(encoding="utf-8")
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("source_id", "# source_id"), encoding="utf-8"
    )
    told("import", form, workspace, "--mapping", mapping, "--take-the-rest")
    returned = workspace / "imported" / "bieu-cuc.returned.xlsx"
    book = load_workbook(returned)
    book.worksheets[0]["C9"] = 5
    book.save(returned)
    copies = [
        returned,
        *(returned.with_name(f"bieu-cuc.returned{end}.xlsx") for end in ("-2", " (1)", " - Copy")),
    ]
    for copied in copies[1:]:
        shutil.copy(returned, copied)
    for file in copies:
        code, said = told("import", file, workspace, "--mapping", mapping)
        assert (code, said["source_ids"], said["held"]) == (0, ["bieu-cuc"], 0)
    assert facts(workspace, "bieu-cuc")["value"].tolist()[0] == "5"
    assert [file.name for file in (workspace / "imported").glob("*.csv")] == ["bieu-cuc.csv"]


def test_a_draft_proposes_what_can_be_seen_of_an_agencys_form(workspace: Path):
    draft = draft_of(agency_form(workspace.parent / "bieu.xlsx"), workspace)
    lines = draft.read_text(encoding="utf-8").splitlines()
    by_key = {line.partition(" = ")[0]: line for line in lines}
    assert by_key["until"].startswith('until = "F12"')
    assert by_key["place"].startswith('place = { column = "B", scheme = "63" }')
    assert "Yên Bái, Hà Giang" in by_key["place"]
    assert "closest: cases_recorded: " in by_key['"Số vụ"']
    explained = [line for line in lines if line.startswith("#   victims_")]
    names = [line.split()[1].rstrip(":") for line in explained]
    assert names[:2] == ["victims_identified", "victims_in_cases"]
    assert all(len(line.split()) > 6 for line in explained)


def test_the_source_of_an_agencys_form_bears_its_title_and_the_day_that_was_given(workspace: Path):
    form = agency_form(workspace.parent / "bieu.xlsx")
    mapping = answered(draft_of(form, workspace))
    said = told("import", form, workspace, "--mapping", mapping)[1]
    entry = tomllib.loads((workspace / "sources.toml").read_text(encoding="utf-8"))["bieu"]
    assert entry["title"] == "THỐNG KÊ SỐ VỤ, SỐ NẠN NHÂN (SỐ LIỆU GIẢ ĐỊNH)"
    assert entry["date"] == "2024-01-20"
    asked = [one["rule"] for one in said["findings"] if "sources.toml" in one["where"]]
    assert entry["agency"] == "CỤC NGHIỆP VỤ (giả định)"
    assert [rule.rpartition(": ")[2] for rule in asked] == ["confidence"]


def test_places_of_both_boundary_sets_leave_the_set_open(workspace: Path):
    draft = draft_of(agency_form(workspace.parent / "bieu.xlsx", B10="Sơn La", B11="Lai Châu"), workspace)
    assert 'scheme = "?"' in draft.read_text(encoding="utf-8")


def test_a_draft_ends_with_the_command_that_takes_it(workspace: Path):
    form = agency_form(workspace.parent / "biểu 1.xlsx")
    draft = workspace / "imported" / "bieu-1.mapping.toml"
    last = run("import", form, workspace, "--suggest")[1].splitlines()[-1]
    words = shlex.split(last.partition("evalkit ")[2])
    assert words == ["import", str(form), str(workspace), "--mapping", str(draft)]
    answered(draft)
    code, said = told(*words)
    assert (code, said["held"], said["taken"]) == (0, 0, 12)


def test_a_signature_below_a_table_is_told_as_none_of_its_rows(workspace: Path):
    form = agency_form(workspace.parent / "bieu.xlsx", E18="Trung tá")
    mapping = answered(draft_of(form, workspace))
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("until =", "# until ="), encoding="utf-8")
    held = told("import", form, workspace, "--mapping", mapping)[1]["held_cells"]
    assert {one["rule"] for one in held} == {f"row {row} is not part of the table" for row in (15, 16, 18)}
    assert {one["remedy"] for one in held} == {'write until = "F12" in the mapping'}


def own_form(workspace: Path, place: str = "Lào Cai", *options: str, figures: bool = True) -> Path:
    path = workspace.parent / "own.xlsx"
    assert run("template", workspace, "--province", place, "--out", path, "--requests", *options)[0] == 0
    book = load_workbook(path)
    book.worksheets[0]["E8"] = 7 if figures else None
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("Lào Cai", "--scheme", "63"), ["--scheme", "63", "--province", "10"]),
        (("Lào Cai",), ["--province", "15"]),
    ],
)
def test_the_command_that_is_next_makes_the_page_of_the_forms_own_place(
    options: tuple[str, ...], wanted: list[str], workspace: Path
):
    path = own_form(workspace, *options)
    last = run("import", path, workspace)[1].splitlines()[-1]
    assert shlex.split(last.partition("evalkit ")[2]) == ["run", str(workspace), *wanted]


def test_a_table_of_former_provinces_is_followed_by_a_run_of_their_boundary_set(workspace: Path):
    form = agency_form(workspace.parent / "bieu.xlsx")
    mapping = answered(draft_of(form, workspace))
    last = run("import", form, workspace, "--mapping", mapping)[1].splitlines()[-1]
    assert f"evalkit run {workspace} --scheme 63 --province " in last


def test_a_form_in_which_nothing_is_filled_in_is_told_so_and_asks_for_no_source(workspace: Path):
    path = own_form(workspace, figures=False)
    before = (workspace / "sources.toml").read_text(encoding="utf-8")
    code, text = run("import", path, workspace)
    assert code == 3
    assert text.splitlines()[-1].startswith("no cell of the form is filled in")
    assert "sources.toml" not in text
    assert (workspace / "sources.toml").read_text(encoding="utf-8") == before


def test_a_new_workspace_asks_in_vietnamese_first_and_for_no_english_title(workspace: Path):
    path = workspace / "evalkit.toml"
    text = path.read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("# ") and "=" not in line]
    assert len([line for line in comments if re.search(r"[ạảấầậắệểễịọốồộớợụứừựđ]", line)]) >= 3
    code, told_of = run("check", workspace)
    assert (code, [one for one in ("title.vi", "title.en") if one in told_of]) == (3, ["title.vi"])
    path.write_text(text.replace('title.vi = "?"', 'title.vi = "Bộ thử"'), encoding="utf-8")
    assert open_workspace(workspace).title == {"vi": "Bộ thử", "en": "Bộ thử"}


def test_a_held_cell_is_told_with_what_it_counts_and_never_with_what_stands_in_it(workspace: Path):
    path = own_form(workspace)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    row = next(row for row in range(8, sheet.max_row) if sheet.cell(row, 1).value == "cases_recorded")
    sheet.cell(row, 7).value, sheet.cell(row, 9).value = "1.020,5", "khoảng 20"
    sheet["J9"], sheet["E60"] = "xem lại", 99
    sheet.cell(row, 5).value, sheet.cell(row, 6).value = "năm mươi", "ba"
    label, year = sheet.cell(row, 2).value, sheet["G7"].value
    book.save(path)
    code, text = run("import", path, workspace, "--take-the-rest")
    assert code == 3
    assert f"G{row} ({label}, {year})" in text
    assert not any(said in text for said in ("1.020,5", "năm mươi", "'ba'"))
    outside = [line.split("  ")[-1] for line in text.splitlines() if "outside the form" in line]
    assert outside == ["column J lies outside the form", "row 60 lies outside the form"]
    assert text.count("delete this cell") == 2
    assert f"own.xlsx, at Figures!I{row}" in text
    assert text.count("approximate") == 1
