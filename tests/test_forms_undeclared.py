"""Headings and labels that the mapping does not declare: what they make a part, a plan or another period of is held, plain repeats are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from evalkit.cli import app
from tests.form_workspaces import read_declarations_once

Rows = list[list[Any]]
MAPPING = """[table]
corner = "B3"
place = { column = "A", scheme = "63" }
period = { row = 1 }
measure = "cases_recorded"
edition_date = 2024-01-20
"""
VICTIMS = MAPPING.replace("cases_recorded", "victims_identified")
POPULATION = MAPPING.replace("cases_recorded", "population_average")
LITERAL = MAPPING.replace("{ row = 1 }", '"2023"')


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


def imported(rows: Rows, mapping: str, folder: Path) -> dict[str, Any]:
    workspace, path = folder / "so-lieu", folder / "bieu.xlsx"
    assert CliRunner().invoke(app, ["new", str(workspace)]).exit_code == 0
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    path.with_suffix(".toml").write_text(mapping, encoding="utf-8")
    words = ["import", str(path), str(workspace), "--mapping", str(path.with_suffix(".toml")), "--json"]
    said: dict[str, Any] = json.loads(CliRunner().invoke(app, [*words, "--take-the-rest"]).stdout)
    return said


def under(*headings: str | int | None, first: tuple[str | int, ...] = (2022, 2023)) -> Rows:
    """Return a form with one row of headings that no mapping here declares below its periods."""
    return [["Tỉnh", *first], [None, *headings], ["Hà Nội", *range(1, len(first) + 1)]]


@pytest.mark.parametrize(
    ("rows", "mapping", "held"),
    [
        (under("6 tháng", "6 tháng"), MAPPING, {"B3", "C3"}),
        (under("Tháng 6", "Tháng 6"), MAPPING, {"B3", "C3"}),
        (under("Quý I", "Cả năm"), MAPPING, {"B3"}),
        (under("2022", "Tháng 6/2023"), MAPPING, {"C3"}),
        (under("Kế hoạch", "Thực hiện"), MAPPING, {"B3"}),
        (under("Ước thực hiện", "Chỉ tiêu giao"), MAPPING, {"B3", "C3"}),
        (under("Nữ", "Nữ"), VICTIMS, {"B3", "C3"}),
        (under("Trong đó: nữ (người)", "Nạn nhân nữ"), VICTIMS, {"B3", "C3"}),
        (under("Tỷ lệ (%)", "So với cùng kỳ"), MAPPING, {"B3", "C3"}),
        (
            [["Tỉnh", "Kế hoạch", "Thực hiện"], *under(2022, 2023)[1:]],
            MAPPING.replace("row = 1", "row = 2"),
            {"B3"},
        ),
        (
            [["Tỉnh", "Nữ"], [], ["Hà Nội", 3]],
            LITERAL.replace("cases_recorded", "victims_identified"),
            {"B3"},
        ),
        (
            [["Tỉnh", "Loại", 2023], [], ["Hà Nội", "Kế hoạch", 3], ["Sơn La", "Thực hiện", 2]],
            MAPPING.replace("B3", "C3"),
            {"C3"},
        ),
    ],
)
def test_what_an_undeclared_heading_or_label_makes_another_figure_is_held(
    rows: Rows, mapping: str, held: set[str], tmp_path: Path
):
    said = imported(rows, mapping, tmp_path)
    assert {one["cell"] for one in said["held_cells"]} == held
    assert all("not declared" in one["rule"] for one in said["held_cells"])


@pytest.mark.parametrize(
    ("rows", "mapping"),
    [
        (under("Số vụ", "Vụ án"), MAPPING),
        (under("(1)", "(2)"), MAPPING),
        (under("A", "B"), MAPPING),
        (under("Thực hiện", "Cả năm"), MAPPING),
        (under("6 tháng", "Số vụ 6 tháng", first=("6 tháng đầu năm 2022", "6 tháng đầu năm 2023")), MAPPING),
        (under("Nữ", "Nữ"), VICTIMS.replace('"victims_identified"', '"victims_identified[sex=female]"')),
        (under("Dân số trung bình (người)", "Dân số trung bình"), POPULATION),
        (
            [["Chỉ tiêu", "Chỉ tiêu", "Chỉ tiêu"], [None, 2022, 2023], ["Hà Nội", 1, 2]],
            MAPPING.replace("row = 1", "row = 2"),
        ),
    ],
)
def test_headings_that_repeat_what_the_mapping_says_hold_nothing(rows: Rows, mapping: str, tmp_path: Path):
    said = imported(rows, mapping, tmp_path)
    assert (said["taken"], said["held"]) == (2, 0)


def test_the_remedy_declares_the_breakdown_or_leaves_the_column(tmp_path: Path):
    rows = under("Nữ", "Nữ")
    (remedy,) = {one["remedy"] for one in imported(rows, VICTIMS, tmp_path)["held_cells"]}
    line = 'dimensions.sex = { row = 2, "Nữ" = "female" }'
    assert remedy == f"add to the mapping: {line}"
    (tmp_path / "b").mkdir()
    assert imported(rows, f"{VICTIMS}{line}\n", tmp_path / "b")["taken"] == 2
    (tmp_path / "c").mkdir()
    rows = under("Thực hiện", "Kế hoạch")
    (held,) = imported(rows, MAPPING, tmp_path / "c")["held_cells"]
    assert 'skip = ["Kế hoạch"]' in held["remedy"]
    (tmp_path / "d").mkdir()
    said = imported(rows, f'{MAPPING}skip = ["Kế hoạch"]\n', tmp_path / "d")
    assert (said["taken"], said["held"], said["left"]) == (1, 0, 1)


TITLED = MAPPING.replace("{ row = 1 }", '{ cell = "A1" }').replace('"B3"', '"B3"\nuntil = "BZ3"')


NARROWING = [
    *["6T", "9T", "9 th", "6 tháng đầu năm", "Sáu tháng", "T.1", "Thg 1", "Tháng Giêng", "Tháng mười hai", "Tháng Chạp"],
    *["Q.I", "QI", "Quý một", "Quý nhất", "Q1/23", "Nửa năm", "Kỳ I", "Đợt 1", "Jan", "Cộng dồn", "2023/2022", "CK 2022"],
    *["So cùng kỳ", "So với cùng kỳ", "Tăng, giảm so với năm 2022", "+/-", "Tăng/giảm", "% đạt", "Tỷ lệ %", "TH/KH", "Giao"],
    *["Số vụ so với cùng kỳ", "Số vụ ước cả năm", "Dự tính", "ƯTH", "BQ", "Xếp hạng", "2021-2023"],
    *["TĐ: nữ", "Tr.đó: trẻ em", "Trong đó: người nước ngoài", "Trẻ em", "Dưới 16", "Điều 151", "Đ.151", "DTTS", "Khác"],
    *["Chưa xác định", "Số nạn nhân", "Bị can"],
]  # fmt: skip


def titled(*headings: str, title: str = "Số vụ năm 2023") -> Rows:
    """Return a form whose headings no mapping here declares, below a title with the period; all its figures are alike."""
    return [[title], ["Tỉnh", *headings], ["Hà Nội", *[5] * len(headings)]]


def test_the_lowest_headings_count_with_every_word_where_the_mapping_names_none(tmp_path: Path):
    said = imported(titled(*NARROWING, "Số vụ"), TITLED, tmp_path)
    held = {one["cell"]: one["rule"] for one in said["held_cells"]}
    assert (said["taken"], len(held)) == (1, len(NARROWING))
    assert all("not declared" in rule for rule in held.values())


@pytest.mark.parametrize(
    ("heading", "title", "measure"),
    [
        ("Điều 151", "Số vụ năm 2023", "cases_recorded[article=151]"),
        ("Trong đó: nữ", "Năm 2023", "victims_identified[sex=female]"),
        ("Dưới 16 tuổi", "Năm 2023", "victims_identified[age_group=under_16]"),
        ("6 tháng đầu năm", "Số vụ 6 tháng đầu năm 2023", "cases_recorded"),
        ("6T", "Số vụ 6 tháng đầu năm 2023", "cases_recorded"),
        ("Tháng Giêng", "Số vụ tháng 1/2023", "cases_recorded"),
        ("Q.I", "Số vụ quý I/2023", "cases_recorded"),
        ("12 tháng", "Số vụ năm 2023", "cases_recorded"),
        ("Kết quả thực hiện kế hoạch", "Số vụ năm 2023", "cases_recorded"),
        ("Thực hiện năm 2023", "Số vụ năm 2023", "cases_recorded"),
        ("Số lượng nạn nhân", "Năm 2023", "victims_identified"),
        ("Bị can", "Năm 2023", "accused_instituted"),
        ("Trường hợp", "Năm 2023", "cases_recorded"),
    ],
)
def test_a_lowest_heading_that_says_what_the_mapping_says_holds_nothing(
    heading: str, title: str, measure: str, tmp_path: Path
):
    said = imported(titled(heading, title=title), TITLED.replace("cases_recorded", measure), tmp_path)
    assert (said["taken"], said["held"]) == (1, 0)


def test_an_undeclared_label_beside_the_places_holds_its_row(tmp_path: Path):
    labels = [
        "6 tháng đầu năm",
        "6T",
        "Tháng Giêng",
        "So với cùng kỳ",
        "Tăng/giảm",
        "Trong đó: khởi tố mới",
        "Cả năm",
    ]
    places = ["Hà Nội", "Sơn La", "Lào Cai", "Yên Bái", "Lai Châu", "Cao Bằng", "Hà Giang"]
    rows = [
        ["Tỉnh", "Kỳ", "Số vụ"],
        [],
        *([place, label, 2] for place, label in zip(places, labels, strict=True)),
    ]
    said = imported(rows, LITERAL.replace("B3", "C3"), tmp_path)
    assert (said["taken"], [one["cell"] for one in said["held_cells"]]) == (
        1,
        [f"C{row}" for row in range(3, 9)],
    )


def test_a_group_of_columns_that_counts_something_else_is_held(tmp_path: Path):
    rows = [["Tỉnh", "Số vụ", "Số nạn nhân"], [None, 2022, 2023], ["Hà Nội", 5, 100]]
    said = imported(rows, MAPPING.replace("row = 1", "row = 2"), tmp_path)
    assert (said["taken"], [one["cell"] for one in said["held_cells"]]) == (1, ["C3"])


@pytest.mark.parametrize(
    ("headings", "figures", "held"),
    [
        (("Trong năm", "Lũy kế từ đầu giai đoạn"), (3, 9), {"C3"}),
        (("Lũy kế đến nay", "Số vụ trong năm"), (9, 3), {"B3"}),
        (("Kế hoạch năm", "Thực hiện năm 2023", "Cộng dồn"), (4, 3, 9), {"B3", "D3"}),
        (("Trong tháng", "Lũy kế từ đầu năm"), (3, 9), {"B3", "C3"}),
        (("6 tháng cuối năm", "Lũy kế cả năm"), (3, 9), {"B3", "C3"}),
        (("Công an cả năm", "Biên phòng cả năm"), (3, 9), {"B3", "C3"}),
    ],
)
def test_a_sum_over_years_beside_the_figure_of_the_year_is_held_alone(
    headings: tuple[str, ...], figures: tuple[int, ...], held: set[str], tmp_path: Path
):
    rows: Rows = [["Tỉnh", *[2023] * len(headings)], [None, *headings], ["Hà Nội", *figures]]
    said = imported(rows, MAPPING, tmp_path)
    assert {one["cell"] for one in said["held_cells"]} == held
    assert said["taken"] == len(figures) - len(held)


MONTHS = tuple(range(1, 13))


@pytest.mark.parametrize(
    ("headings", "figures", "held"),
    [
        (("I", "II", "III", "IV"), (5, 5, 5, 5), 4),
        (("I", "II", "III", "IV"), (5, None, None, None), 1),
        (("I", "II", "III", "IV", "Cả năm"), (5, None, None, None, 5), 1),
        (MONTHS, (5,) * 12, 12),
        (tuple(map(str, MONTHS)), (5,) * 12, 12),
        (tuple(f"{month:02d}" for month in MONTHS), (5,) * 12, 12),
        ((*MONTHS, "Cả năm"), (*[None] * 11, 5, 5), 1),
    ],
)
def test_quarters_and_months_by_number_under_one_year_are_held(
    headings: tuple[str | int, ...], figures: tuple[int | None, ...], held: int, tmp_path: Path
):
    rows: Rows = [["Số vụ năm 2023"], ["Tỉnh", *headings], ["Hà Nội", *figures]]
    said = imported(rows, f'{TITLED}blank = "leave"\n', tmp_path)
    assert (said["held"], said["taken"]) == (held, sum(one is not None for one in figures) - held)
    assert all("not declared" in one["rule"] for one in said["held_cells"])


@pytest.mark.parametrize(
    "numbers",
    [
        ("I", "II", "III", "IV"),
        ("I", "II", "III", "IV", "V"),
        MONTHS,
        tuple(map(str, MONTHS)),
        tuple(range(1, 14)),
    ],
)
def test_running_numbers_of_columns_hold_nothing(numbers: tuple[str | int, ...], tmp_path: Path):
    words = ["Số vụ", *(f"Mục {place}" for place in range(len(numbers) - 1))]
    rows: Rows = [["Số vụ năm 2023"], ["Tỉnh", *words], [None, *numbers], ["Hà Nội", *[5] * len(numbers)]]
    said = imported(rows, TITLED.replace('"B3"', '"B4"').replace("BZ3", "B4"), tmp_path)
    assert (said["taken"], said["held"]) == (1, 0)


@pytest.mark.parametrize(
    ("heading", "measure"),
    [
        (151, "cases_recorded"),
        ("151", "cases_recorded"),
        ("Giới tính nữ", "victims_identified"),
        ("Giới tính: nữ", "victims_identified"),
        ("Nạn nhân giới nữ", "victims_identified"),
    ],
)
def test_an_article_or_a_sex_in_other_words_is_held(heading: str | int, measure: str, tmp_path: Path):
    rows: Rows = [["Năm 2023"], ["Tỉnh", heading], ["Hà Nội", 5]]
    said = imported(rows, TITLED.replace("cases_recorded", measure), tmp_path)
    assert (said["taken"], said["held"]) == (0, 1)


def test_an_article_that_the_mapping_says_is_taken(tmp_path: Path):
    rows: Rows = [["Năm 2023"], ["Tỉnh", 151], ["Hà Nội", 5]]
    said = imported(rows, TITLED.replace("cases_recorded", "cases_recorded[article=151]"), tmp_path)
    assert (said["taken"], said["held"]) == (1, 0)
