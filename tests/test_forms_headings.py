"""Forms whose headings part the figures further: years over sex, a row of totals, thousands; the draft sees it, and nothing is taken without it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from evalkit.cli import app
from tests.form_workspaces import read_declarations_once

PROVINCES = {"Quảng Ninh": (30, 10, 20), "Lào Cai": (25, 12, 13), "Cao Bằng": (14, 4, 10)}
SEXES = {"Tổng số": "all", "Nam": "male", "Nữ": "female"}
ANSWERS = {
    'scheme = "?"': 'scheme = "34"',
    'measure = "?"': 'measure = "persons_received"',
    'published = "?"': "published = false",
    'edition_date = "?"': "edition_date = 2025-01-15",
    '"Tổng cộng" = "?"': '"Tổng cộng" = "VN"',
}


def told(*words: object) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    return folder


def years_over_sex(path: Path, *, total: str = "Tổng cộng") -> Path:
    """Write a form with three years, each over a total, men and women; its first row of figures is a total of more places than it has."""
    book = Workbook()
    sheet = book.active
    sheet["A1"] = "Biểu số 3. Số người được tiếp nhận, xác minh chia theo giới tính"
    sheet["A3"] = "Địa phương"
    sums = [100 + sum(figures[place] for figures in PROVINCES.values()) for place in range(3)]
    for number, year in enumerate((2022, 2023, 2024)):
        first = 2 + 3 * number
        sheet.cell(3, first).value = year
        sheet.merge_cells(start_row=3, start_column=first, end_row=3, end_column=first + 2)
        for place, heading in enumerate(SEXES):
            sheet.cell(4, first + place).value = heading
            for row, (label, figures) in enumerate([(total, sums), *PROVINCES.items()], start=5):
                sheet.cell(row, 1).value = label
                sheet.cell(row, first + place).value = figures[place]
    book.save(path)
    return path


def filled(draft: Path, answers: dict[str, str] = ANSWERS) -> Path:
    text = draft.read_text(encoding="utf-8")
    for hole, answer in answers.items():
        text = text.replace(hole, answer)
    draft.write_text(text, encoding="utf-8")
    return draft


def test_a_draft_with_its_holes_filled_takes_years_over_sex_and_the_total_row(
    workspace: Path, tmp_path: Path
):
    path = years_over_sex(tmp_path / "bieu.xlsx")
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]))
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["taken"], said["held"]) == (0, 36, 0)
    facts = pd.read_csv(workspace / "imported" / "bieu.csv", dtype=str).set_index("source_cell")
    assert facts.loc[["B5", "C5", "D5"], "scheme"].tolist() == ["nation"] * 3
    assert facts.loc[["B6", "C6", "D6"], "sex"].tolist() == list(SEXES.values())
    assert facts.loc[["B6", "C6", "D6"], "value"].tolist() == ["30", "10", "20"]


def test_the_draft_asks_of_what_a_total_row_is_and_names_close_measures(workspace: Path, tmp_path: Path):
    path = years_over_sex(tmp_path / "bieu.xlsx", total="TỔNG SỐ")
    text = Path(told("import", path, workspace, "--suggest")[1]["draft"]).read_text(encoding="utf-8")
    assert 'corner = "B5"' in text
    assert '"TỔNG SỐ" = "?"' in text
    closest = re.search(r'measure = "\?" .*closest: (\w+)', text)
    assert closest is not None
    assert closest[1] == "persons_received"


def test_headings_that_are_not_declared_hold_what_they_part(workspace: Path, tmp_path: Path):
    path = years_over_sex(tmp_path / "bieu.xlsx")
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]))
    lines = [line for line in draft.read_text(encoding="utf-8").splitlines() if "dimensions" not in line]
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["taken"], said["held"], said["read"]) == (3, 0, 36, 36)
    assert {one["remedy"] for one in said["held_cells"]} == {
        'add to the mapping: dimensions.sex = { row = 4, "Tổng số" = "all", "Nam" = "male", "Nữ" = "female" }'
    }
    assert not (workspace / "imported" / "bieu.csv").exists()


def test_labels_beside_the_places_that_are_not_declared_hold_what_they_part(workspace: Path, tmp_path: Path):
    path = tmp_path / "bieu.csv"
    path.write_text("Tỉnh;Giới;2023\nLào Cai;Nam;12\nLào Cai;Nữ;13\nCao Bằng;Nam;4\nCao Bằng;Nữ;10\n")
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]))
    whole = draft.read_text(encoding="utf-8")
    assert told("import", path, workspace, "--mapping", draft)[1]["taken"] == 4
    facts = pd.read_csv(workspace / "imported" / "bieu.csv", dtype=str)
    assert facts["sex"].tolist() == ["male", "female"] * 2
    draft.write_text(re.sub(r"dimensions\.sex.*\n", "", whole), encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["held"]) == (3, 4)
    assert 'dimensions.sex = { column = "B", "Nam" = "male"' in said["held_cells"][0]["remedy"]


def test_headings_that_name_measures_are_drafted_as_columns(workspace: Path, tmp_path: Path):
    path = tmp_path / "bieu.csv"
    path.write_text(
        "Tỉnh;2023;2023\n;Số vụ;Người được tiếp nhận, xác minh\nLào Cai;3;25\nCao Bằng;4;14\n",
        encoding="utf-8",
    )
    draft = Path(told("import", path, workspace, "--suggest")[1]["draft"])
    text = draft.read_text(encoding="utf-8")
    assert "[table.columns]\nrow = 2\n" in text
    assert '"Người được tiếp nhận, xác minh" = "persons_received"' in text
    filled(draft, ANSWERS | {'"Số vụ" = "?"': '"Số vụ" = "cases_recorded"'})
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["taken"]) == (0, 4)


@pytest.mark.parametrize("label", ["Tổng cộng", "TỔNG SỐ", "Cộng"])
def test_a_total_row_has_a_remedy_of_its_own(label: str, workspace: Path, tmp_path: Path):
    path = years_over_sex(tmp_path / "bieu.xlsx", total=label)
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]))
    whole = draft.read_text(encoding="utf-8")
    draft.write_text(re.sub(rf', "{label}" = "\S+"', "", whole), encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["held"], said["taken"]) == (3, 9, 27)
    assert {one["remedy"] for one in said["held_cells"]} == {
        f'if it is the whole country, write "{label}" = "VN" in place; else leave it: skip = ["{label}"]'
    }


def in_thousands(path: Path, said: str = "Dân số trung bình (Nghìn người)") -> Path:
    book = Workbook()
    sheet = book.active
    sheet["A1"], sheet["A2"], sheet["B2"], sheet["B1"] = "Tỉnh", "", said, 2022
    for row, (place, value) in enumerate({"Hà Nội": 8435.65, "Hà Nam": 878, "Ninh Bình": 1010.7}.items(), 3):
        sheet.cell(row, 1).value, sheet.cell(row, 2).value = place, value
    book.save(path)
    return path


POPULATION = ANSWERS | {'measure = "?"': 'measure = "population_average"', 'scheme = "?"': 'scheme = "63"'}


def test_a_draft_multiplies_where_the_form_says_thousands(workspace: Path, tmp_path: Path):
    path = in_thousands(tmp_path / "bieu.xlsx")
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]), POPULATION)
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["taken"]) == (0, 3)
    facts = pd.read_csv(workspace / "imported" / "bieu.csv", dtype=str)
    assert facts["value"].tolist() == ["8435650", "878000", "1010700"]


@pytest.mark.parametrize("said_so", ["Dân số trung bình (Nghìn người)", "Đơn vị tính: 1.000 nghìn người"])
def test_a_form_in_thousands_is_refused_without_a_scale(said_so: str, workspace: Path, tmp_path: Path):
    path = in_thousands(tmp_path / "bieu.xlsx", said_so)
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]), POPULATION)
    lines = draft.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("scale", "unit_"))]
    draft.write_text("\n".join(kept) + "\n", encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", draft, "--take-the-rest")
    assert (code, said["taken"]) == (3, 0)
    assert "scale = 1000" in said["refused"]
    draft.write_text("\n".join([*kept, "scale = 1"]) + "\n", encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (said["taken"], said["held"]) == (1, 2)
    assert all("scale = 1000" in one["remedy"] for one in said["held_cells"])


def test_a_scale_that_may_hold_for_some_columns_alone_is_asked_for(workspace: Path, tmp_path: Path):
    path = in_thousands(tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    book.active["C1"], book.active["C2"], book.active["C3"] = 2023, "Số vụ", 4
    book.save(path)
    draft = Path(told("import", path, workspace, "--suggest")[1]["draft"])
    assert 'scale = "?"' in draft.read_text(encoding="utf-8")


def test_a_draft_with_signs_names_its_holes_as_toml_writes_them(workspace: Path, tmp_path: Path):
    path = tmp_path / "bieu.csv"
    path.write_text("Tỉnh;2022;2023\nHà Nội;1;..\nQuảng Ninh;-;4\n", encoding="utf-8")
    draft = Path(told("import", path, workspace, "--suggest")[1]["draft"])
    refused = told("import", path, workspace, "--mapping", draft)[1]["refused"]
    assert 'table.marks."-", table.marks.".."' in refused


def test_a_sign_of_a_footnote_is_told_with_its_cell(workspace: Path, tmp_path: Path):
    path = tmp_path / "bieu.csv"
    path.write_text("Tỉnh;2022;2023\nHà Nội;1;12¹\nQuảng Ninh;2;4\n", encoding="utf-8")
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]))
    said = told("import", path, workspace, "--mapping", draft)[1]
    assert [one["where"] for one in said["findings"] if "footnote" in one["rule"]] == ["bieu.csv, at C2"]


def test_an_imported_population_beside_that_of_the_registry_is_told(workspace: Path, tmp_path: Path):
    path = in_thousands(tmp_path / "bieu.xlsx")
    draft = filled(Path(told("import", path, workspace, "--suggest")[1]["draft"]), POPULATION)
    assert any(
        "population = false" in one["do"]
        for one in told("import", path, workspace, "--mapping", draft)[1]["findings"]
    )
    settings = workspace / "evalkit.toml"
    settings.write_text("population = false\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    findings = told("import", path, workspace, "--mapping", draft)[1]["findings"]
    assert not any("population = false" in one["do"] for one in findings)


def test_an_import_ends_with_the_command_that_comes_next(workspace: Path, tmp_path: Path):
    path = tmp_path / "bieu.csv"
    path.write_text("Tỉnh;2022\nHà Nội;1\nQuảng Ninh;2,5\n", encoding="utf-8")
    draft = filled(
        Path(told("import", path, workspace, "--suggest")[1]["draft"]),
        ANSWERS | {'decimal = "?"': 'decimal = ","', 'group = "?"': 'group = ""'},
    )

    def last(*more: str) -> str:
        command = ["import", str(path), str(workspace), "--mapping", str(draft), *more]
        return CliRunner().invoke(app, command).stdout.strip().splitlines()[-1]

    returned = workspace / "imported" / "bieu.returned.xlsx"
    assert last() == f"next: correct {returned}, then evalkit import {returned} {workspace} --mapping {draft}"
    path.write_text("Tỉnh;2022\nHà Nội;1\nQuảng Ninh;2\n", encoding="utf-8")
    assert (
        last()
        == f"next: fill in {workspace / 'sources.toml'}, then evalkit run {workspace} --province 01 --province 22"
    )
    sources = workspace / "sources.toml"
    sources.write_text(
        sources.read_text(encoding="utf-8")
        .replace('confidence = "?"', 'confidence = "verified"')
        .replace('"?"', '"2024"'),
        encoding="utf-8",
    )
    assert last() == f"next: evalkit run {workspace} --province 01 --province 22"
    path.write_text("Tỉnh;2022\nQuảng Ninh;2\n", encoding="utf-8")
    assert last() == f"next: evalkit run {workspace} --province 22"


def test_what_else_is_wrong_with_a_source_is_told_beside_its_questions(workspace: Path):
    sources = workspace / "sources.toml"
    sources.write_text(
        '[a]\ntitle = "t"\nagency = "?"\ndate = "32/1/2024"\nconfidence = "seen"\n', encoding="utf-8"
    )
    settings = workspace / "evalkit.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('= "?"', '= "t"'), encoding="utf-8")
    text = CliRunner().invoke(app, ["check", str(workspace)]).stdout
    assert all(f"key a.{key}" in text for key in ("agency", "date", "confidence"))


def test_a_heading_merged_down_over_a_row_of_breakdowns_has_none(workspace: Path, tmp_path: Path):
    made = Workbook()
    sheet = made.active
    for row in (
        ("Tỉnh", "2022", None, None, "2023", None, None),
        (None, "Số vụ", "Nạn nhân", None, "Số vụ", "Nạn nhân", None),
        (None, None, "Nam", "Nữ", None, "Nam", "Nữ"),
        ("Quảng Ninh", 1, 2, 3, 4, 5, 6),
    ):
        sheet.append(row)
    for area in ("A1:A3", "B1:D1", "E1:G1", "B2:B3", "C2:D2", "E2:E3", "F2:G2"):
        sheet.merge_cells(area)
    made.save(tmp_path / "bieu.xlsx")
    (tmp_path / "m.toml").write_text(
        """[table]
corner = "B4"
place = { column = "A", scheme = "34" }
period = { row = 1 }
columns = { row = 2, "Số vụ" = "cases_recorded", "Nạn nhân" = "victims_identified" }
dimensions.sex = { row = 3, "Nam" = "male", "Nữ" = "female" }
edition_date = 2024-01-20
""",
        encoding="utf-8",
    )
    code, said = told("import", tmp_path / "bieu.xlsx", workspace, "--mapping", tmp_path / "m.toml")
    assert (code, said["taken"], said["held"]) == (0, 6, 0)
    rows = pd.read_csv(said["written"]["facts"][0], dtype=str).to_dict("records")
    sexes = {row["source_cell"].rpartition("!")[2]: row["sex"] for row in rows}
    assert [sexes[f"{column}4"] for column in "BCDEFG"] == ["all", "male", "female"] * 2


def test_a_heading_merged_down_that_is_no_measure_is_held(workspace: Path, tmp_path: Path):
    made = Workbook()
    sheet = made.active
    for row in (("Tỉnh", "2022", "2023"), (None, None, "Nam"), ("Quảng Ninh", 1, 2)):
        sheet.append(row)
    sheet.merge_cells("B1:B2")
    made.save(tmp_path / "bieu.xlsx")
    (tmp_path / "m.toml").write_text(
        """[table]
corner = "B3"
place = { column = "A", scheme = "34" }
period = { row = 1 }
measure = "victims_identified"
dimensions.sex = { row = 2, "Nam" = "male", "Nữ" = "female" }
edition_date = 2024-01-20
""",
        encoding="utf-8",
    )
    said = told("import", tmp_path / "bieu.xlsx", workspace, "--mapping", tmp_path / "m.toml")[1]
    assert [one["cell"] for one in said["held_cells"]] == ["B3"]


def test_words_of_none_that_no_legend_explains_are_held_as_a_sign(workspace: Path, tmp_path: Path):
    path, mapping = tmp_path / "bieu.csv", tmp_path / "m.toml"
    path.write_text("Tỉnh;2022;2023\nQuảng Ninh;không phát sinh;ba vụ\n", encoding="utf-8")
    mapping.write_text(
        """[table]
corner = "B2"
place = { column = "A", scheme = "34" }
period = { row = 1 }
measure = "cases_recorded"
edition_date = 2024-01-20
""",
        encoding="utf-8",
    )
    sign, words = told("import", path, workspace, "--mapping", mapping)[1]["held_cells"]
    assert ("marks" in sign["remedy"], words["remedy"]) == (True, "write it in digits")


@pytest.mark.parametrize(("more", "held"), [("", ["B4"]), ('"" = "all", ', [])])
def test_a_blank_in_a_row_of_breakdowns_is_asked_for_with_what_to_write(
    more: str, held: list[str], workspace: Path, tmp_path: Path
):
    path, mapping = tmp_path / "bieu.csv", tmp_path / "m.toml"
    path.write_text("Tỉnh;2022;;\n;Số vụ;Nạn nhân;\n;;Nam;Nữ\nQuảng Ninh;1;2;3\n", encoding="utf-8")
    mapping.write_text(
        f"""[table]
corner = "B4"
place = {{ column = "A", scheme = "34" }}
period = {{ row = 1 }}
columns = {{ row = 2, "Số vụ" = "cases_recorded", "Nạn nhân" = "victims_identified" }}
dimensions.sex = {{ row = 3, {more}"Nam" = "male", "Nữ" = "female" }}
edition_date = 2024-01-20
""",
        encoding="utf-8",
    )
    said = told("import", path, workspace, "--mapping", mapping)[1]
    assert [one["cell"] for one in said["held_cells"]] == held
    assert all('"" = "all"' in one["remedy"] for one in said["held_cells"])
