"""Units in the words of a form: thousands without a scale, shares and other units are held for every measure they contradict, others are taken."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from evalkit.cli import app
from evalkit.facts.forms.units_said import units_beside
from tests.form_workspaces import read_declarations_once

Rows = list[list[Any]]
PLACES = """[table]
corner = "B3"
place = { column = "A", scheme = "63" }
edition_date = 2024-01-20
"""
CASES = PLACES + 'period = { row = 2 }\nmeasure = "cases_recorded"\n'
MONEY = CASES.replace("cases_recorded", "budget_spent")
PERSONS = CASES.replace("cases_recorded", "population_average")
COLUMNS = (
    PLACES
    + 'period = "2022"\ncolumns = { row = 2, "Dân số" = "population_average", "Dân số (nghìn người)" = "population_average", "Số vụ" = "cases_recorded" }\n'
)
ROWS = """[table]
corner = "B3"
place = "22"
scheme = "63"
period = { row = 2 }
rows = { column = "A", "Kinh phí" = "budget_spent", "Kinh phí (nghìn đồng)" = "budget_spent", "Số vụ" = "cases_instituted" }
edition_date = 2024-01-20
"""


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    return folder


def imported(rows: Rows, mapping: str, workspace: Path) -> dict[str, Any]:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return imported_book(book, mapping, workspace)


def imported_book(book: Workbook, mapping: str, workspace: Path) -> dict[str, Any]:
    path = workspace.parent / "bieu.xlsx"
    book.save(path)
    path.with_suffix(".toml").write_text(mapping, encoding="utf-8")
    words = ["import", str(path), str(workspace), "--mapping", str(path.with_suffix(".toml")), "--json"]
    said: dict[str, Any] = json.loads(CliRunner().invoke(app, [*words, "--take-the-rest"]).stdout)
    return said


def years(head: str, figure: float = 5000) -> Rows:
    return [[head], ["Tỉnh", 2022], ["Hà Nội", figure]]


def entries(head: str, money: str = "Kinh phí") -> Rows:
    return [[head], ["Chỉ tiêu", 2022], [money, 5000], ["Số vụ", 3]]


def columns(head: str, persons: str = "Dân số") -> Rows:
    return [[head], ["Tỉnh", persons, "Số vụ"], ["Hà Nội", 8435, 2]]


@pytest.mark.parametrize(
    ("said", "scale"),
    [
        ("Đơn vị tính: nghìn đồng", "0.001"),
        ("Đơn vị: đồng", "0.000001"),
        ("ĐVT: tỷ đồng", "1000"),
        ("Đơn vị tính: 1.000 đồng", "0.001"),
        ("ĐVT: 1000đ", "0.001"),
        ("(1.000đ)", "0.001"),
        ("Kinh phí theo địa phương (nghìn đồng)", "0.001"),
        ("Đơn vị: vụ, người; kinh phí: nghìn đồng", "0.001"),
    ],
)
def test_money_in_other_multiples_is_held_until_a_scale_is_declared(said: str, scale: str, workspace: Path):
    (held,) = imported(years(said), MONEY, workspace)["held_cells"]
    assert f"write scale = {scale}, unit_said" in held["remedy"]
    (held,) = imported(entries(said), ROWS, workspace)["held_cells"]
    assert (held["cell"], f"write scale = {scale}" in held["remedy"]) == ("B3", True)
    written = held["remedy"].removeprefix("write ").partition(";")[0].replace(" and ", ", ").split(", ")
    told = imported(years(said), MONEY + "\n".join(written) + "\n", workspace)
    assert (told["taken"], told["held"]) == (1, 0)


@pytest.mark.parametrize(
    "said",
    [
        "Đơn vị tính: Nghìn người",
        "(1000 người)",
        "ĐVT: 1.000 người",
        "Thous. persons",
        "Đơn vị: ng.người",
        "ng.người",
        "Nghìn người - Thous. pers.",
        "Average population, Unit: Thous. persons",
    ],
)
def test_thousands_of_persons_are_held_for_every_way_measures_are_named(said: str, workspace: Path):
    one = imported(years(said, 8435), PERSONS, workspace)
    assert one["taken"] == 0
    assert "write scale = 1000" in json.dumps(one)
    (held,) = imported(columns(said), COLUMNS, workspace)["held_cells"]
    assert (held["cell"], "write scale = 1000" in held["remedy"]) == ("B3", True)


def test_thousands_without_a_noun_are_those_of_the_measure(workspace: Path):
    (held,) = imported(years("Average population (thousands)", 8435), PERSONS, workspace)["held_cells"]
    assert "write scale = 1000" in held["remedy"]


def test_thousands_in_a_heading_or_label_are_of_its_figures_alone(workspace: Path):
    (held,) = imported(columns("", "Dân số (nghìn người)"), COLUMNS, workspace)["held_cells"]
    assert (held["cell"], 'unit_cell = "B2"' in held["remedy"]) == ("B3", True)
    (held,) = imported(entries("", "Kinh phí (nghìn đồng)"), ROWS, workspace)["held_cells"]
    assert (held["cell"], 'unit_cell = "A3"' in held["remedy"]) == ("B3", True)


def test_a_label_in_another_multiple_than_the_scale_of_the_table_is_held(workspace: Path):
    rows = [*entries("", "Kinh phí (nghìn đồng)"), ["Kinh phí (triệu đồng)", 5]]
    scaled = ROWS.replace('"Số vụ"', '"Kinh phí (triệu đồng)" = "budget_allocated", "Số vụ"')
    said = imported(rows, f'{scaled}scale = 0.001\nunit_said = "nghìn đồng"\n', workspace)
    assert {one["cell"] for one in said["held_cells"]} == {"B4", "B5"}
    assert all("two tables" in one["remedy"] for one in said["held_cells"])


def test_a_unit_that_the_mapping_says_itself_needs_a_scale_too(workspace: Path):
    said = imported(years("nghìn đồng"), f'{MONEY}unit_said = "nghìn đồng"\n', workspace)
    assert "write scale = 0.001" in said["held_cells"][0]["remedy"]


@pytest.mark.parametrize(
    "said",
    [
        "Đơn vị tính: %",
        "Cơ cấu số vụ (%)",
        "Số vụ trên 100.000 dân",
        "Chỉ số phát triển (Năm trước = 100)",
        "Tỷ lệ vụ án",
        "Đơn vị tính: vụ/100.000 dân",
        "Đơn vị tính: người",
        "Đơn vị tính: hồ sơ",
    ],
)
def test_shares_and_other_units_are_held_until_the_word_is_declared(said: str, workspace: Path):
    rows = years(said, 5)
    (held,) = imported(rows, CASES, workspace)["held_cells"]
    assert "is counted in vụ" in held["rule"]
    told = held["remedy"].partition("write ")[2]
    assert imported(rows, f"{CASES}{told}\n", workspace)["taken"] == 1


@pytest.mark.parametrize(
    ("rows", "mapping", "taken"),
    [
        (years("Đơn vị tính: vụ"), CASES, 1),
        (years("Đơn vị: vụ, người"), CASES, 1),
        (years("Đơn vị tính: Vụ án"), CASES, 1),
        (years("Đơn vị: Công an tỉnh"), CASES, 1),
        (years("Số vụ và tỷ lệ trên 100.000 dân"), CASES, 1),
        (years("Kết quả thực hiện (số liệu giả định)"), CASES, 1),
        (years("Đơn vị tính: triệu đồng"), MONEY, 1),
        (years("ĐVT: Tr.đồng"), MONEY, 1),
        (years("Đơn vị: người", 8435), PERSONS, 1),
        (entries("Đơn vị: vụ, người; kinh phí: triệu đồng"), ROWS, 2),
        (entries("Đơn vị: triệu đồng"), ROWS, 2),
        (columns("Đơn vị tính: người"), COLUMNS, 2),
    ],
)
def test_a_head_that_names_the_unit_of_each_measure_holds_nothing(
    rows: Rows, mapping: str, taken: int, workspace: Path
):
    said = imported(rows, mapping, workspace)
    assert (said["taken"], said["held"]) == (taken, 0)


def test_the_head_of_another_table_on_the_sheet_says_nothing_of_this_one(workspace: Path):
    rows = [
        ["ĐVT: nghìn đồng"],
        ["Tỉnh", 2022],
        ["Hà Nội", 5000],
        ["Sơn La", 70],
        ["Số vụ"],
        ["Tỉnh", 2022],
        ["Hà Nội", 2],
    ]
    second = CASES.replace("B3", "B7").replace("row = 2", "row = 6")
    assert imported(rows, second, workspace)["taken"] == 1


@pytest.mark.parametrize("said", ["Đơn vị tính: nghìn người", "Ghi chú: ĐVT: 1.000 người"])
def test_a_unit_that_is_said_below_the_table_counts_where_no_other_table_follows(said: str, workspace: Path):
    rows = [*years("", 8435), [said]]
    (held,) = imported(rows, PERSONS, workspace)["held_cells"]
    assert 'unit_cell = "A4"' in held["remedy"]
    rows += [["Tỉnh", 2023], ["Hà Nội", 7]]
    assert imported(rows, f'{PERSONS}until = "B3"\n', workspace)["taken"] == 1


def test_a_column_of_units_that_the_mapping_does_not_name_is_read_too(workspace: Path):
    rows = [[], ["Chỉ tiêu", "ĐVT", 2022], ["Kinh phí", "nghìn đồng", 5000], ["Số vụ", "vụ", 3]]
    mapping = ROWS.replace('corner = "B3"', 'corner = "C3"')
    (held,) = imported(rows, mapping, workspace)["held_cells"]
    assert (held["cell"], "nghìn đồng" in held["rule"]) == ("C3", True)
    rows[2][1] = "%"
    (held,) = imported(rows, mapping, workspace)["held_cells"]
    assert held["cell"] == "C3"
    rows[2][1] = "Tr.đồng"
    assert imported(rows, mapping, workspace)["taken"] == 2


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        (columns("Đơn vị: Nghìn người"), ["C3"]),
        (columns("Số liệu giả định", persons="Dân số (nghìn người)"), ["C3"]),
        (columns("Dân số: nghìn người; số vụ: nghìn vụ"), []),
        (columns("Số liệu giả định"), []),
    ],
)
def test_a_scale_is_that_of_the_one_unit_in_thousands_that_the_form_says(
    rows: Rows, held: list[str], workspace: Path
):
    said = imported(rows, COLUMNS + "scale = 1000\n", workspace)
    assert [one["cell"] for one in said["held_cells"]] == held
    assert said["taken"] == 2 - len(held)


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Kinh phí: đồng", (1, "đồng")),
        ("Kinh phí VNĐ", (1, "đồng")),
        ("Kinh phí nghìn đồng 2022", (1_000, "đồng")),
        ("KP (ngđ)", (1_000, "đồng")),
        ("Kinh phí (USD)", (1, "usd")),
        ("Kinh phí (1.000 USD)", (1_000, "usd")),
    ],
)
def test_money_behind_a_heading_and_foreign_money_are_units(heading: str, said: tuple[int, str]):
    found = list(units_beside(heading))
    assert said in [(one.many, one.base) for one in found]
    assert "usd" not in said or all(one.sure for one in found)


@pytest.mark.parametrize(
    "heading", ["Số hợp đồng", "Cộng đồng", "Số cuộc họp của hội đồng", "Kinh phí", "Số vụ 2022"]
)
def test_other_headings_say_no_money(heading: str):
    assert not [one for one in units_beside(heading) if one.many > 1 or one.base in ("đồng", "usd")]


@pytest.mark.parametrize(
    ("measure", "cell", "taken"),
    [
        ("victims_in_cases", "5 nạn nhân", 1),
        ("victims_in_cases", "5 người", 1),
        ("victims_in_cases", "5 bị can", 0),
        ("victims_in_cases", "5 đối tượng", 0),
        ("accused_instituted", "5 bị can", 1),
        ("accused_instituted", "5 nạn nhân", 0),
        ("persons_received", "5 nạn nhân", 1),  # who is received may be either
    ],
)
def test_persons_of_another_kind_than_a_measure_counts_are_no_unit_of_it(
    measure: str, cell: str, taken: int, workspace: Path
):
    said = imported(
        [["Số liệu"], ["Tỉnh", "2022"], ["Hà Nội", cell]],
        CASES.replace("cases_recorded", measure),
        workspace,
    )
    assert (said["taken"], said["held"]) == (taken, 1 - taken)


@pytest.mark.parametrize(
    ("title", "measure", "taken"),
    [
        ("Số bị can", "cases_recorded", 0),
        ("Tổng số nạn nhân năm 2022", "cases_recorded", 0),
        ("Số bị can", "accused_instituted", 1),
        ("Số nạn nhân", "accused_instituted", 0),
        ("Số vụ án", "victims_identified", 0),
        ("Số vụ", "cases_recorded", 1),
        ("Số vụ mua bán người", "cases_recorded", 1),
        ("Số nạn nhân trong các vụ án đã khởi tố", "cases_recorded", 1),
        ("Số người được hỗ trợ", "persons_received", 1),
        ("Nạn nhân mua bán người", "cases_recorded", 1),  # no number of anything: a subject
    ],
)
def test_a_title_that_counts_another_thing_than_the_one_measure_of_a_table_holds_it(
    title: str, measure: str, taken: int, workspace: Path
):
    said = imported(years(title, 5), CASES.replace("cases_recorded", measure), workspace)
    assert (said["taken"], said["held"]) == (taken, 1 - taken)


@pytest.mark.parametrize(
    ("title", "measure", "taken"),
    [
        ("Vụ mua bán người được ghi nhận", "suspects", 0),
        ("Bảng 2. Vụ án mua bán người đã khởi tố năm 2022", "cases_recorded", 0),
        ("Kinh phí đã chi giai đoạn 2020-2022", "persons_received", 0),
        ("Thống kê số vụ mua bán người được ghi nhận theo tỉnh", "suspects", 0),
        ("Số vụ mua bán người ghi nhận được trên địa bàn tỉnh, năm 2022", "suspects", 0),
        ("Recorded trafficking cases by province", "suspects", 0),
        ("Trafficking cases", "suspects", 1),  # fewer words than any label has
        ("Vụ mua bán người được ghi nhận năm 2022", "cases_recorded", 1),
        ("Tình hình mua bán người năm 2022", "cases_recorded", 1),
    ],
)
def test_a_title_that_is_the_name_of_another_measure_holds_the_figures(
    title: str, measure: str, taken: int, workspace: Path
):
    mapping = CASES.replace("cases_recorded", measure)
    said = imported(years(title, 5), mapping, workspace)
    assert (said["taken"], said["held"]) == (taken, 1 - taken)
    left = imported(years(title, 5), mapping.replace("[table]", '[table]\nskip = ["A1"]'), workspace)
    assert (left["taken"], left["held"]) == (1, 0)


def test_a_heading_of_cases_over_persons_in_cases_holds_them(workspace: Path):
    rows = [["Số liệu"], [None, "Thực hiện", "Số vụ"], ["Tỉnh", 2021, 2022], ["Hà Nội", 5, 6]]
    mapping = (
        CASES.replace('"B3"', '"B4"').replace("row = 2", "row = 3").replace("cases_recorded", "suspects")
    )
    said = imported(rows, mapping, workspace)
    assert [one["cell"] for one in said["held_cells"]] == ["C4"]


def test_two_figures_of_a_cell_are_told_apart_by_their_words_whatever_the_heading_says(workspace: Path):
    rows = [["Số vụ"], ["Tỉnh", "Số vụ"], ["Hà Nội", "8 vụ/22 đối tượng"]]
    split = PLACES + 'period = "2022"\nmeasure = "cases_recorded"\n'
    split += 'split = { "vụ" = "cases_recorded", "đối tượng" = "suspects" }\n'
    said = imported(rows, split, workspace)
    assert (said["taken"], said["held"]) == (1, 0)


@pytest.mark.parametrize("many", ["", "chục ", "trăm ", "nghìn ", "vạn ", "triệu ", "trăm nghìn "])
@pytest.mark.parametrize(
    ("unit", "measure"),
    [("vụ", "accused_instituted"), ("bị can", "accused_instituted"), ("người", "cases_recorded")],
)
def test_a_line_of_another_unit_or_of_many_holds_the_figures_below_a_title_that_names_the_crime(
    many: str, unit: str, measure: str, workspace: Path
):
    rows = [
        ["Tình hình mua bán người", "Tình hình mua bán người"],
        [f"Đơn vị: {many}{unit}"],
        ["Tỉnh", 2022],
        ["Hà Nội", 5],
    ]
    mapping = CASES.replace('"B3"', '"B4"').replace("row = 2", "row = 3").replace("cases_recorded", measure)
    said = imported(rows, mapping, workspace)
    assert said["taken"] == (1 if (many, unit) == ("", "bị can") else 0)
    if many and unit == "vụ":  # thousands of cases are no other word for persons
        assert ["scale = 1 if" in one["remedy"] for one in said["held_cells"]] == [True]
        told = imported(rows, mapping.replace("[table]", "[table]\nscale = 1"), workspace)
        assert (told["taken"], told["held"]) == (1, 0)


@pytest.mark.parametrize(
    ("said", "scale"),
    [("nghìn tỷ đồng", "1000000"), ("mười triệu đồng", "10"), ("trăm nghìn đồng", "0.1")],
)
@pytest.mark.parametrize("line", ["Đơn vị tính: {said}", "Kinh phí đã chi, {said}"])
def test_money_in_two_words_of_number_is_their_product(line: str, said: str, scale: str, workspace: Path):
    (held,) = imported(years(line.format(said=said)), MONEY, workspace)["held_cells"]
    assert f"write scale = {scale}, unit_said" in held["remedy"]


@pytest.mark.parametrize("merged", ["", "A1:B1"])
def test_a_title_merged_over_the_figures_is_none_of_their_headings(merged: str, workspace: Path):
    book = Workbook()
    for row in (["Hỗ trợ nạn nhân"], ["Đơn vị tính: buổi"], ["Tỉnh", 2022], ["Hà Nội", 5]):
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    mapping = CASES.replace('"B3"', '"B4"').replace("row = 2", "row = 3")
    said = imported_book(book, mapping.replace("cases_recorded", "victims_identified"), workspace)
    assert (said["taken"], said["held"]) == (0, 1)


@pytest.mark.parametrize(
    ("said", "many"),
    [
        ("chục vụ", "10"),
        ("trăm vụ", "100"),
        ("vạn vụ", "10000"),
        ("trăm nghìn vụ", "100000"),
        ("một nghìn vụ", "1000"),
        ("mười vụ", "10"),
        ("nghìn triệu vụ", "1000000000"),
        ("1.000", "1000"),
        ("hàng trăm vụ", "100"),
        ("hundred cases", "100"),
    ],
)
def test_tens_and_hundreds_are_held_until_a_scale_is_declared(said: str, many: str, workspace: Path):
    assert f"scale = {many}, unit_said" in json.dumps(
        imported(years(f"Đơn vị tính: {said}"), CASES, workspace)
    )


@pytest.mark.parametrize(
    ("head", "many", "said"),
    [
        ("Tính bằng trăm vụ", "100", "trăm vụ"),
        ("Số vụ mua bán người (tính bằng nghìn vụ)", "1000", "nghìn vụ"),
        ("Số vụ tính bằng chục vụ năm 2022", "10", "chục vụ"),
        ("Đơn vị tính bằng trăm vụ", "100", "trăm vụ"),
        ("Tính theo trăm vụ", "100", "trăm vụ"),
        ("In hundreds of cases", "100", "hundreds of cases"),
        ("Cases recorded, in hundreds", "100", "hundreds"),
        ("Figures in thousands", "1000", "thousands"),
        ("Đơn vị: tá", "12", "tá"),
        ("Đơn vị tính: tá vụ", "12", "tá vụ"),
        ("Số vụ (tá)", "12", "tá"),
        ("Đơn vị: cặp", "2", "cặp"),
        ("Đơn vị: đôi", "2", "đôi"),
        ("Unit: dozens", "12", "dozens"),
        ("Unit: pairs of cases", "2", "pairs of cases"),
        ("Unit: a hundred cases", "100", "a hundred cases"),
        ("Đơn vị: 12 vụ", "12", "12 vụ"),
        ("Đơn vị: 2 vụ", "2", "2 vụ"),
        ("Đơn vị: hai vụ", "2", "hai vụ"),
        ("Đơn vị tính: mười hai vụ", "12", "mười hai vụ"),
        ("Đơn vị: nửa vụ", "0.5", "nửa vụ"),
        ("Đơn vị: ½ vụ", "0.5", "½ vụ"),
        ("Đơn vị: 1/2 vụ", "0.5", "1/2 vụ"),
        ("Đơn vị: 1,5 vụ", "1.5", "1,5 vụ"),
        ("Đơn vị: gross", "144", "gross"),
        ("Unit: gross of cases", "144", "gross of cases"),
        ("Unit: half a dozen", "6", "half a dozen"),
        ("Đơn vị: 12 tá", "144", "12 tá"),
        ("Đơn vị: 5 nghìn vụ", "5000", "5 nghìn vụ"),
        ("Đơn vị: nửa nghìn vụ", "500", "nửa nghìn vụ"),
        ("Unit: 1,000 cases", "1000", "1,000 cases"),
        ("Đơn vị: 10³ vụ", "1000", "10³ vụ"),
        ("Đơn vị tính: 10^3", "1000", "10^3"),
        ("Đơn vị tính: 500", "500", "500"),
        ("Tính bằng 12 vụ", "12", "12 vụ"),
        ("1 đơn vị = 10 vụ", "10", "10 vụ"),
        ("In units of 12 cases", "12", "12 cases"),
        ("Đơn vị: vụ (x10)", "10", "x10"),
        ("Đơn vị: vụ × 100", "100", "× 100"),
        ("Số vụ (x 10)", "10", "x 10"),
        ("Số liệu đã chia cho 10", "10", "chia cho 10"),
        ("Số liệu đã nhân với 10", "0.1", "đã nhân với 10"),
    ],
)
def test_words_that_count_several_at_once_are_held_until_a_scale_is_declared(
    head: str, many: str, said: str, workspace: Path
):
    told = f'scale = {many}\nunit_said = "{said}"\nunit_cell = "A1"\n'
    found = json.dumps(imported(years(head), CASES, workspace), ensure_ascii=False)
    assert f"write {told.strip()}".replace("\n", ", ", 1).replace("\n", " and ") in found.replace('\\"', '"')
    scaled = imported(years(head), CASES + told, workspace)
    assert (scaled["taken"], scaled["held"]) == (1, 0)
    assert taken_values(workspace) == [int(5000 * float(many))]
    assert imported(years(head, 7), f"{CASES}scale = 1\n", workspace)["taken"] == 1


@pytest.mark.parametrize(
    ("heading", "many", "said"),
    [
        ("Số vụ (x 10)", 10, "x 10"),
        ("Số vụ (×100)", 100, "×100"),
        ("Số vụ (10 vụ)", 10, "10 vụ"),
        ("Số vụ (12 vụ)", 12, "12 vụ"),
        ("Số vụ (nhân 10)", 10, "nhân 10"),
        ("Số vụ (*10)", 10, "*10"),
        ("Số vụ (10^2)", 100, "10^2"),
        ("Số vụ (vụ x 1.000)", 1000, "x 1.000"),
        ("Số vụ x 10", 10, "x 10"),
        ("Cases (× 1,000)", 1000, "× 1,000"),
        ("Cases (in units of 10)", 10, "10"),
    ],
)
def test_a_heading_that_multiplies_its_figures_holds_them_until_a_scale_is_declared(
    heading: str, many: int, said: str, workspace: Path
):
    rows = [["Đơn vị: vụ"], ["Tỉnh", heading], ["Hà Nội", 7]]
    mapping = CASES.replace("{ row = 2 }", '"2022"')
    (held,) = imported(rows, mapping, workspace)["held_cells"]
    assert held["remedy"].startswith(f'write scale = {many}, unit_said = "{said}" and unit_cell = "B2"')
    told = f'scale = {many}\nunit_said = "{said}"\nunit_cell = "B2"\n'
    assert (imported(rows, mapping + told, workspace)["taken"], taken_values(workspace)) == (1, [7 * many])
    assert imported(rows, f"{mapping}scale = 1\n", workspace)["taken"] == 1


@pytest.mark.parametrize("label", ["Số nghìn vụ", "Số nghìn vụ mua bán người", "Số vụ (đv nghìn vụ)"])
def test_thousands_among_the_words_of_a_heading_or_label_hold_its_figures_alone(label: str, workspace: Path):
    mapping = COLUMNS.replace('"Số vụ"', f'"{label}"')
    said = imported([[""], ["Tỉnh", "Dân số", label], ["Hà Nội", 8435, 2]], mapping, workspace)
    (held,) = said["held_cells"]
    assert (held["cell"], said["taken"], "write scale = 1000" in held["remedy"]) == ("C3", 1, True)
    said = imported([*entries("")[:3], [label, 3]], ROWS.replace('"Số vụ"', f'"{label}"'), workspace)
    (held,) = said["held_cells"]
    assert (held["cell"], "write scale = 1000" in held["remedy"]) == ("B4", True)


def test_a_scale_of_one_column_is_not_that_of_the_other(workspace: Path):
    mapping = PLACES + 'period = "2022"\ncolumns = { row = 2, "Số vụ (x 10)" = "cases_recorded", '
    mapping += (
        '"Số vụ khởi tố (vụ)" = "cases_instituted" }\nscale = 10\nunit_said = "x 10"\nunit_cell = "B2"\n'
    )
    rows = [[""], ["Tỉnh", "Số vụ (x 10)", "Số vụ khởi tố (vụ)"], ["Hà Nội", 7, 9]]
    said = imported(rows, mapping, workspace)
    assert ([one["cell"] for one in said["held_cells"]], taken_values(workspace)) == (["C3"], [70])


@pytest.mark.parametrize(
    "heading", ["Số vụ (37 vụ)", "Số vụ (gross)", "Số vụ (2)", "Số vụ 3x4", "Tổng số 12 vụ"]
)
def test_a_number_in_a_heading_that_multiplies_nothing_holds_nothing(heading: str, workspace: Path):
    rows = [["Đơn vị: 12"], ["Tỉnh", heading], ["* 2 tỉnh chưa báo cáo"], ["Hà Nội", 7]]
    mapping = CASES.replace("{ row = 2 }", '"2022"').replace('"B3"', '"B4"')
    said = imported(rows, mapping, workspace)
    assert (said["taken"], said["held"]) == (1, 0)


def test_a_multiplier_that_is_said_below_the_table_holds_it(workspace: Path):
    rows = [*years("Số vụ", 7), ["Ghi chú: số liệu đã chia cho 10"]]
    (held,) = imported(rows, CASES, workspace)["held_cells"]
    assert (held["cell"], "write scale = 10, unit_said" in held["remedy"]) == ("B3", True)


def taken_values(workspace: Path) -> list[int]:
    (path,) = [file for file in (workspace / "imported").glob("*.csv") if "quarantine" not in file.name]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [int(one["value"]) for one in csv.DictReader(file)]


@pytest.mark.parametrize(
    "head",
    [
        "Số vụ tính bằng phương pháp mới",
        "Số vụ tính theo tháng",
        "Tính đến ngày 31/12/2022",
        "Làm tròn đến trăm vụ",
        "Hàng trăm vụ mua bán người được ghi nhận",
        "Đơn vị: Đội Cảnh sát hình sự",
        "Victims per province",
        "Đơn vị: vụ/đối tượng",
        "Đơn vị: vụ/năm",
    ],
)
def test_such_words_that_are_of_no_unit_hold_nothing(head: str, workspace: Path):
    said = imported(years(head), CASES, workspace)
    assert (said["taken"], said["held"]) == (1, 0)


@pytest.mark.parametrize("measure", ["cases_recorded", "suspects", "budget_spent"])
@pytest.mark.parametrize(
    "head",
    [
        "Đơn vị: Người/vụ",
        "Đơn vị tính: bị can/1 vụ",
        "Đơn vị: triệu đồng/người",
        "Đơn vị: vụ/tháng",
        "Số đối tượng (người/vụ)",
        "Số người bình quân một vụ",
        "Tính bằng phần trăm",
        "Unit: persons per case",
        "Persons per case",
        "Đơn vị: hộ",
    ],
)
def test_a_ratio_of_two_counts_is_none_of_them(head: str, measure: str, workspace: Path):
    rows = years(head, 5)
    (held,) = imported(rows, CASES.replace("cases_recorded", measure), workspace)["held_cells"]
    assert "A1 says" in held["rule"]
    assert "leave these figures by skip" in held["remedy"]


def test_persons_and_cases_in_one_cell_are_no_ratio(workspace: Path):
    split = PLACES + 'period = "2022"\nsplit = { "người" = "suspects", "vụ" = "cases_recorded" }\n'
    rows = [["Đơn vị: người/vụ"], ["Tỉnh", "Kết quả"], ["Hà Nội", "5 người/3 vụ"]]
    said = imported(rows, split, workspace)
    assert (said["taken"], said["held"], taken_values(workspace)) == (1, 0, [5, 3])


@pytest.mark.parametrize(
    ("line", "heading", "measure"),
    [
        ("Đơn vị: triệu đồng", "Số nạn nhân (người)", "victims_identified"),
        ("Đơn vị tính: vụ", "Số nạn nhân", "victims_identified"),
        ("Đơn vị: %", "Số vụ (vụ)", "cases_recorded"),
        ("Unit: persons", "Cases", "cases_recorded"),
        ("Đơn vị: nghìn đồng", "Kinh phí (triệu đồng)", "budget_spent"),
        ("Đơn vị: trăm vụ", "Số vụ (vụ)", "cases_recorded"),
    ],
)
def test_a_heading_that_the_line_of_units_contradicts_holds_its_figures(
    line: str, heading: str, measure: str, workspace: Path
):
    mapping = PLACES + f'period = "2022"\ncolumns = {{ row = 2, "{heading}" = "{measure}" }}\n'
    rows = [[line], ["Tỉnh", heading], ["Hà Nội", 5]]
    assert imported(rows, mapping, workspace)["held"] == 1
    assert imported(rows, f"{mapping}scale = 1\n", workspace)["taken"] == 1


@pytest.mark.parametrize("further", ["Kinh phí", "Số tiền phạt", "Hỗ trợ (triệu đồng)"])
def test_a_line_of_units_that_another_column_is_in_contradicts_no_heading(further: str, workspace: Path):
    mapping = PLACES + 'period = "2022"\ncolumns = { row = 2, "Số vụ" = "cases_recorded" }\n'
    rows = [["Đơn vị: triệu đồng"], ["Tỉnh", "Số vụ", further], ["Hà Nội", 5, 70]]
    left = mapping.replace("[table]", f'[table]\nskip = ["{further}"]')
    assert imported(rows, left, workspace)["taken"] == 1


def test_the_unit_below_such_a_title_does_not_undo_it(workspace: Path):
    rows = [["Số đối tượng"], ["Đơn vị tính: vụ"], ["Tỉnh", 2022], ["Hà Nội", 5]]
    mapping = CASES.replace('"B3"', '"B4"').replace("row = 2", "row = 3")
    said = imported(rows, mapping, workspace)
    assert (said["taken"], said["held"]) == (0, 1)


def test_a_title_says_nothing_of_tables_whose_headings_say_what_is_counted(workspace: Path):
    said = imported(columns("Số bị can", "Dân số"), COLUMNS, workspace)
    assert (said["taken"], said["held"]) == (2, 0)


@pytest.mark.parametrize(("cell", "letter"), [("1O", "'O'"), ("2l", "'l'"), ("3 o", "")])
def test_a_letter_typed_for_a_digit_is_told_as_that(cell: str, letter: str, workspace: Path):
    said = imported([["Số liệu"], ["Tỉnh", "2022"], ["Hà Nội", cell]], CASES, workspace)
    (held,) = said["held_cells"]
    assert (f"the letter {letter} stands among" in held["rule"]) is bool(letter)
