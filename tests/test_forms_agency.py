"""A form of an agency's own, as an officer brings it in: draft of a mapping, import, the returned form, and what is told in between."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.form_workspaces import read_declarations_once
from tests.test_forms_template import facts, run, told

ROWS = (("Lào Cai", 5, 22, 9, 30), ("Yên Bái", 3, 8, 4, 11), ("Hà Giang", 7, 19, 8, "-"))
TOTAL = (15, 49, 21, 41)
ANSWERS = {
    'scheme = "?"': 'scheme = "63"',
    'published = "?"': "published = false",
    'edition_date = "?"': "edition_date = 2024-01-20",
    '"-" = "?"': '"-" = "zero_reported"',
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
    mapping = answered(draft_of(form, workspace), 'until = "F12"')
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
