"""Rows of totals that a mapping declares are no facts; each is held against the sum of the rows it stands over, told where it differs."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from evalkit.errors import FactsError
from evalkit.facts.forms.declared_totals import rows_under
from evalkit.facts.forms.mapping import read_mapping
from evalkit.facts.intake import read_sources
from tests.form_workspaces import read_declarations_once
from tests.test_forms_template import facts, run, told

HEAD = [
    'corner = "B2"',
    'place = { column = "A", scheme = "34" }',
    "period = { row = 1 }",
    'source_id = "s"',
    "edition_date = 2024-01-20",
]
CASES = 'measure = "cases_recorded"'
TOTAL = 'total = ["Tổng cộng", "Cộng"]'


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert run("new", folder)[0] == 0
    return folder


def imported(workspace: Path, rows: str, *lines: str) -> tuple[int, dict[str, Any]]:
    """Import a form whose lines are parted by blanks and cells by semicolons; blanks within labels are underscores."""
    form, mapping = workspace.parent / "form.csv", workspace.parent / "m.toml"
    form.write_text(
        "\n".join(rows.replace("_", "\x00").split()).replace("\x00", " ") + "\n", encoding="utf-8"
    )
    mapping.write_text("[table]\n" + "\n".join([*HEAD, *lines]) + "\n", encoding="utf-8")
    return told("import", form, workspace, "--mapping", mapping)


def wrong(said: dict[str, Any]) -> list[dict[str, str]]:
    return [one for one in said["findings"] if "their total" in one["rule"]]


def agreeing(said: dict[str, Any]) -> list[str]:
    return [
        one["rule"].split(" in ")[-1] for one in said["findings"] if "rows of totals agree" in one["rule"]
    ]


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ("Tỉnh;2022;2023 Tổng_cộng;55;22 Quảng_Ninh;30;10 Lào_Cai;25;13", ["form.csv, at C2 (C3:C4)"]),
        ("Tỉnh;2022;2023 Quảng_Ninh;30;10 Lào_Cai;25;13 TỔNG_CỘNG:;55;22", ["form.csv, at C4 (C2:C3)"]),
        ("Tỉnh;2022 Cộng;31 Quảng_Ninh;30 Cộng;25 Lào_Cai;25", ["form.csv, at B2 (B3)"]),
        ("Tỉnh;2022 Quảng_Ninh;30 Cộng;30 Lào_Cai;25 Cộng;26", ["form.csv, at B5 (B4)"]),
        ("Tỉnh;2022 Tổng_cộng;54 Cộng;30 Quảng_Ninh;30 Cộng;25 Lào_Cai;25", ["form.csv, at B2 (B4, B6)"]),
        ("Tỉnh;2022 Tổng_cộng;55 Cộng;30 Quảng_Ninh;30 Cộng;25 Lào_Cai;25", []),
        ("Tỉnh;2022 Tổng_cộng;55 Quảng_Ninh;30 Cộng;30 Lào_Cai;25 Cộng;25", []),
    ],
)
def test_a_row_of_totals_that_differs_is_told_with_its_cells(rows: str, where: list[str], workspace: Path):
    code, said = imported(workspace, rows, CASES, TOTAL if "Cộng;" in rows else 'total = ["Tổng cộng"]')
    if "Tổng_cộng" not in rows and "Cộng;" in rows:
        code, said = imported(workspace, rows, CASES, 'total = ["Cộng"]')
    assert code == 0
    rows_named = [re.search(r"\([A-Z0-9:, ]+\)", one["rule"]) for one in wrong(said)]
    named = [found[0] if found else "" for found in rows_named]
    assert [f"{one['where']} {rows}" for one, rows in zip(wrong(said), named, strict=True)] == where
    assert said["read"] == said["taken"] + said["left"]
    assert set(facts(workspace, "s")["province_code"]) == {"22", "15"}
    assert not any(re.search(r"\b(?:22|23|31|54)\b", one["rule"]) for one in wrong(said))


def test_the_figures_of_a_published_form_are_told_and_the_cells_are_commented(workspace: Path):
    rows = "Tỉnh;2022 Tổng_cộng;60 Quảng_Ninh;30 Lào_Cai;25"
    said = imported(workspace, rows, CASES, 'total = ["Tổng cộng"]', "published = true")[1]
    assert wrong(said)[0]["rule"].endswith("less than their total: 60 against a sum of 55, off by 5")
    sheet = load_workbook(said["written"]["returned"][0]).worksheets[0]
    assert [bool(sheet[cell].comment) for cell in ("B2", "B3", "B4")] == [True, False, False]


@pytest.mark.parametrize(
    ("rows", "lines", "number"),
    [
        ("Tỉnh;2022 Tổng_cộng;60 Quảng_Ninh;30 Lào_Cay;25", (), 0),  # a cell is held: there may be more
        ("Tỉnh;2022 Tổng_cộng;20 Quảng_Ninh;30 Lào_Cay;25", (), 1),  # what is there is too much already
        ("Tỉnh;2022 Tổng_cộng;60 Quảng_Ninh;30 Khác;30", ('skip = ["Khác"]',), 0),
        ("Tỉnh;2022 Tổng_cộng;60 Quảng_Ninh;30 Lào_Cai;..", ('marks = { ".." = "not_reported" }',), 0),
        ("Tỉnh;2022 Tổng_cộng;31 Quảng_Ninh;30 Lào_Cai;-", ('marks = { "-" = "zero_reported" }',), 1),
        ("Tỉnh;2022 Tổng_cộng;60 Quảng_Ninh;khoảng_30 Lào_Cai;25", (), 0),
        ("Tỉnh;2022 Tổng_cộng;55 Quảng_Ninh;30 Lào_Cai;25", (), 0),
    ],
)
def test_what_is_not_all_there_is_told_only_where_it_is_too_much(
    rows: str, lines: tuple[str, ...], number: int, workspace: Path
):
    said = imported(workspace, rows, CASES, 'total = ["Tổng cộng"]', *lines)[1]
    assert len(wrong(said)) == number


def test_rows_of_a_breakdown_add_up_and_regions_do_not_count_twice(workspace: Path):
    rows = "Tỉnh;2022 Cộng;55 Nam;30 Nữ;25"
    lines = ['measure = "victims_identified"', 'total = ["Cộng"]']
    form, mapping = workspace.parent / "form.csv", workspace.parent / "m.toml"
    form.write_text("\n".join(rows.split()) + "\n", encoding="utf-8")
    head = [*HEAD, *lines, 'dimensions.sex = { column = "A", Nam = "male", "Nữ" = "female" }']
    head[1] = 'place = "22"\nscheme = "34"'
    head.append('rows = { column = "A", Nam = "victims_identified", "Nữ" = "victims_identified" }')
    head.remove('measure = "victims_identified"')
    mapping.write_text("[table]\n" + "\n".join(head) + "\n", encoding="utf-8")
    assert agreeing(told("import", form, workspace, "--mapping", mapping)[1]) == ["1 cells"]
    nation = "Tỉnh;2022 Tổng_cộng;55 Cả_nước;55 Quảng_Ninh;30 Lào_Cai;25"
    said = imported(workspace, nation, CASES, 'total = ["Tổng cộng"]')[1]
    assert agreeing(said) == ["1 cells"]


def test_a_total_that_stands_nowhere_is_refused(workspace: Path):
    code, said = imported(workspace, "Tỉnh;2022 Quảng_Ninh;30", CASES, 'total = ["Tổng"]')
    assert (code, said["findings"][0]["where"].endswith(", total")) == (3, True)


def numbered_form(path: Path, total: int) -> Path:
    """Write a form with a running number before each place, and a total whose label is merged over both columns."""
    book = Workbook()
    sheet = book.active
    for row in (("TT", "Địa phương", 2023), (1, "Quảng Ninh", 30), (2, "Lào Cai", 25)):
        sheet.append(row)
    sheet.append(("Tổng cộng", None, total))
    sheet.merge_cells("A4:B4")
    book.save(path)
    return path


@pytest.mark.parametrize(("total", "where"), [(55, []), (56, ["bieu.xlsx, at C4"])])
def test_a_total_whose_label_is_merged_over_two_columns_is_proposed_and_compared(
    total: int, where: list[str], workspace: Path
):
    path = numbered_form(workspace.parent / "bieu.xlsx", total)
    draft = Path(told("import", path, workspace, "--suggest")[1]["draft"])
    text = draft.read_text(encoding="utf-8")
    assert [line.partition("  #")[0] for line in text.splitlines() if line.startswith("total")] == [
        'total = ["Tổng cộng"]'
    ]
    answers = {
        "scheme": '"34"',
        "measure": '"cases_recorded"',
        "published": "false",
        "edition_date": "2024-01-20",
    }
    for name, answer in answers.items():
        text = text.replace(f'{name} = "?"', f"{name} = {answer}")
    draft.write_text(text, encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["taken"], said["left"], said["held"]) == (0, 2, 1, 0)
    assert [one["where"] for one in wrong(said)] == where
    assert facts(workspace, "bieu")["value"].tolist() == ["30", "25"]


def of_2022(text: str) -> list[str]:
    return [line for line in text.splitlines() if "2022, row Tổng cộng" in line]


def test_a_wrong_total_is_told_by_every_check_until_the_form_comes_without_it(workspace: Path):
    settings = workspace / "evalkit.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"?"', '"x"'), encoding="utf-8")
    lines = (CASES, 'total = ["Tổng cộng"]')
    rows = "Tỉnh;2022;2023 Tổng_cộng;56;22 Quảng_Ninh;30;10 Lào_Cai;25;12"
    said = imported(workspace, rows, *lines)[1]
    assert [one["severity"] for one in wrong(said)] == ["warning"]
    written(
        workspace / "sources.toml", "[s]", 'title = "x"', 'agency = "y"', 'date = "2024"', 'confidence = "có"'
    )
    code, text = run("check", workspace)
    assert (code, len(of_2022(text))) == (0, 1), text
    assert "form.csv, at B2" in text
    assert "56" not in text
    held = rows.replace("56", "55").replace("10", "mười")
    assert imported(workspace, held, *lines)[0] == 3
    assert len(of_2022(run("check", workspace)[1])) == 1, "the figures of the first import stand"
    imported(workspace, rows.replace("56", "55"), *lines)
    assert of_2022(run("check", workspace)[1]) == []


@pytest.mark.parametrize("label", ["Ghi chú thêm", None])
def test_who_reads_of_a_row_without_a_place_is_told_what_to_declare(label: str | None, workspace: Path):
    path = numbered_form(workspace.parent / "bieu.xlsx", 55)
    book = load_workbook(path)
    book.active["A4"] = label
    book.save(path)
    mapping = workspace.parent / "m.toml"
    lines = [*HEAD[2:], 'corner = "C2"', 'place = { column = "B", scheme = "34" }', CASES]
    mapping.write_text("\n".join(["[table]", *lines]) + "\n", encoding="utf-8")
    held = told("import", path, workspace, "--mapping", mapping)[1]["held_cells"]
    assert [one["cell"] for one in held] == ["C4"]
    assert "units.csv" not in held[0]["remedy"]
    assert all(key in held[0]["remedy"] for key in ("skip", "total", "until"))


@pytest.mark.parametrize(
    ("rows", "lines", "first"),
    [
        ("Tỉnh;2022 Quảng_Ninh;30 Ghi_chú_thêm;25", (CASES,), "m.toml"),
        ("Tỉnh;2022 Quảng_Ninh;30 Tổng_cộng;30", (CASES,), "m.toml"),
        ("Tỉnh;2022 Quảng_Ninh;30 Lào_Cay;ba", (CASES,), "imported/s.returned.xlsx"),
        ("Tỉnh;2022 Quảng_Ninh;ba Lào_Cai;25", (CASES,), "imported/s.returned.xlsx"),
        ("Tỉnh;Số_vụ Quảng_Ninh;30", ('columns = { row = 1, "Vụ" = "cases_recorded" }',), "m.toml"),
    ],
)
def test_what_is_to_be_corrected_next_is_the_mapping_where_that_does_not_know_a_label(
    rows: str, lines: tuple[str, ...], first: str, workspace: Path
):
    periods = ('period = "2022"',) if "Số_vụ" in rows else ()
    kept = [line for line in HEAD if not (periods and line.startswith("period"))]
    form, mapping = workspace.parent / "form.csv", workspace.parent / "m.toml"
    form.write_text("\n".join(rows.split()).replace("_", " ") + "\n", encoding="utf-8")
    mapping.write_text("\n".join(["[table]", *kept, *periods, *lines]) + "\n", encoding="utf-8")
    last = run("import", form, workspace, "--mapping", mapping)[1].splitlines()[-1]
    named = [one for one in ("m.toml", "imported/s.returned.xlsx") if one in last.partition(" then ")[0]]
    assert named == [first]
    again = form if first == "m.toml" else workspace / first
    assert last.endswith(f"evalkit import {again} {workspace} --mapping {mapping}")


@pytest.mark.parametrize("totals", [[1], [9], [1, 4], [4, 9], [1, 2, 6], [3, 8, 9]])
def test_totals_at_one_end_part_the_rows_between_them(totals: list[int]):
    parts = [row for row in range(2, 9) if row not in totals]
    found = rows_under(totals, parts)
    assert all(len(ways) == 1 for ways in found.values())
    single = [ways[0] for ways in found.values() if ways[0] != parts]
    assert sorted(row for way in single for row in way) in ([], parts)


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("said", "kept"),
    [(f'"{word}"', True) for word in ("true", "có", "Yes", "True")]
    + [(f'"{word}"', False) for word in ("false", "chưa", "NO", "không")]
    + [("true", True), ("false", False)],
)
def test_whether_figures_are_published_is_said_with_and_without_quotation_marks(
    said: str,
    kept: bool,  # noqa: FBT001
    tmp_path: Path,
):
    path = written(tmp_path / "m.toml", "[table]", *HEAD[:4], CASES, f"published = {said}")
    assert read_mapping(path).table[0].published is kept


@pytest.mark.parametrize("said", ["2024-01-15", '"2024-01-15"', '"15/1/2024"', '"15.01.2024"'])
def test_a_day_is_read_with_and_without_quotation_marks(said: str, tmp_path: Path):
    path = written(tmp_path / "m.toml", "[table]", *HEAD[:4], CASES, f"edition_date = {said}")
    assert read_mapping(path).table[0].edition_date == date(2024, 1, 15)
    entry = ("[s]", 'title = "x"', 'agency = "y"', f"date = {said}", 'confidence = "có"')
    source = read_sources(written(tmp_path / "sources.toml", *entry))["s"]
    assert (source.date, source.confidence) == ("2024-01-15", "verified")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('published = "có lẽ"', "published"),
        ('edition_date = "31/2/2024"', "edition_date"),
        ('edition_date = "tháng 1/2024"', "edition_date"),
        ("edition_date = 2024", "edition_date"),
        ("marks = 3", "marks"),
    ],
)
def test_one_wrong_key_of_a_table_is_told_and_nothing_that_follows_from_it(
    line: str, key: str, tmp_path: Path
):
    path = written(tmp_path / "m.toml", "[table]", *HEAD[:4], CASES, line)
    with pytest.raises(FactsError) as refused:
        read_mapping(path)
    assert [one.where.rpartition(".")[2] for one in refused.value.every] == [key]
    assert "line 7" in refused.value.where


def test_a_mapping_without_a_table_is_told(tmp_path: Path):
    with pytest.raises(FactsError) as refused:
        read_mapping(written(tmp_path / "m.toml", "table = []"))
    assert [one.where.rpartition(" ")[2] for one in refused.value.every] == ["table"]


SPLIT = ['split = { "vụ" = "cases_recorded", "đối tượng" = "suspects" }', 'total = ["Tổng cộng"]']


@pytest.mark.parametrize(
    ("total", "told_of", "number"),
    [
        ("55_vụ/70_đối_tượng", [], 2),
        ("60_vụ/70_đối_tượng", ["Trafficking cases recorded"], 1),
        ("55_vụ/71_đối_tượng", ["Suspects in trafficking cases"], 1),
    ],
)
def test_each_of_several_figures_in_a_total_is_held_against_its_rows(
    total: str, told_of: list[str], number: int, workspace: Path
):
    rows = f"Tỉnh;2022 Tổng_cộng;{total} Quảng_Ninh;30_vụ/40_đối_tượng Lào_Cai;25_vụ/30_đối_tượng"
    said = imported(workspace, rows, *SPLIT)[1]
    assert [one["rule"].partition(",")[0] for one in wrong(said)] == told_of
    assert agreeing(said) == [f"{number} cells"]


@pytest.mark.parametrize(
    ("rows", "lines", "cells"),
    [
        ("Tỉnh;2022;2023 Tổng_cộng;60;3 Quảng_Ninh;khoảng_30;1 Lào_Cai;25;2", (CASES,), "B2"),
        ("Tỉnh;2022;2023 Tổng_cộng;60;3 Quảng_Ninh;30;1 Khác;25;2", (CASES, 'skip = ["Khác"]'), "B2, C2"),
        ("Tỉnh;2022;2023 Tổng_cộng;gần_60;3 Quảng_Ninh;30;1 Lào_Cai;25;2", (CASES,), "B2"),
        ("Tỉnh;2022 Tổng_cộng;60 Quảng_Ninh;30_vụ Lào_Cai;25_vụ", SPLIT[:1], "B2"),
    ],
)
def test_a_total_that_could_not_be_compared_is_told_so(
    rows: str, lines: tuple[str, ...], cells: str, workspace: Path
):
    said = imported(workspace, rows, 'total = ["Tổng cộng"]', *lines)[1]
    (row,) = [one for one in said["rows_left"] if "totals" in one["why"]]
    assert f"not compared in {cells}:" in row["why"].replace("B2:C2", "B2, C2")
    assert agreeing(said) == (["1 cells"] if cells == "B2" and "2023" in rows else [])
