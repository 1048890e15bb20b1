"""Labels of rows: merged cells stand for all their rows, blank ones for none, and a code and a name must be of one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import text_cell
from evalkit.places.registry import load_registry, reference_folder
from tests.test_forms_read_right import MAPPING, Rows, _declarations_are_read_once, book, imported, workspace

__all__ = ["_declarations_are_read_once", "workspace"]

ITEMS = [
    ("Tỉnh", "Chỉ tiêu", 2022, 2023),
    ("Hà Nội", "Số vụ", 1, 2),
    (None, "Số nạn nhân", 3, 4),
    ("Sơn La", "Số vụ", 5, 6),
    (None, "Số nạn nhân", 7, 8),
]
BY_ITEMS = MAPPING.replace('"B2"', '"C2"').replace(
    'measure = "cases_recorded"',
    'rows = { column = "B", "Số vụ" = "cases_recorded", "Số nạn nhân" = "victims_identified" }',
)
YEARS = [
    ("Năm", "Tỉnh", "Số vụ"),
    (2022, "Hà Nội", 1),
    (None, "Sơn La", 2),
    (2023, "Hà Nội", 3),
    (None, "Sơn La", 4),
]
BY_YEARS = (
    MAPPING.replace('"B2"', '"C2"')
    .replace('column = "A"', 'column = "B"')
    .replace("{ row = 1 }", '{ column = "A" }')
)


def merging(*areas: str) -> Callable[[Worksheet], None]:
    def merge(sheet: Worksheet) -> None:
        for area in areas:
            sheet.merge_cells(area)

    return merge


def test_a_place_merged_over_rows_is_the_place_of_them_all(workspace: Path):
    run = imported(workspace, book(ITEMS, merging("A2:A3", "A4:A5")), BY_ITEMS)
    assert (run.code, run.held) == (0, {})
    assert [run.facts[cell][0] for cell in ("C2", "C3", "D3", "C4", "C5")] == ["01", "01", "01", "14", "14"]


def test_a_year_merged_over_rows_is_the_year_of_them_all(workspace: Path):
    run = imported(workspace, book(YEARS, merging("A2:A3", "A4:A5")), BY_YEARS)
    assert run.facts == {
        "C2": ("01", "2022", "1"),
        "C3": ("14", "2022", "2"),
        "C4": ("01", "2023", "3"),
        "C5": ("14", "2023", "4"),
    }


def test_a_merged_place_of_rows_that_nothing_tells_apart_holds_them(workspace: Path):
    rows: Rows = [("Tỉnh", 2022), ("Hà Nội", 1), (None, 3), ("Sơn La", 5)]
    run = imported(workspace, book(rows, merging("A2:A3")))
    assert (run.figures, set(run.held)) == ({"B4": "5"}, {"B2", "B3"})
    assert "merged cell A2" in run.held["B3"]


def test_a_merged_row_of_totals_is_left_whole(workspace: Path):
    rows = [*ITEMS, ("Tổng cộng", "Số vụ", 6, 8), (None, "Số nạn nhân", 10, 12)]
    run = imported(
        workspace,
        book(rows, merging("A2:A3", "A4:A5", "A6:A7")),
        BY_ITEMS + 'total = ["Tổng cộng"]\n',
    )
    assert (run.code, len(run.facts), run.held) == (0, 8, {})
    assert not [one for one in run.told["findings"] if one["severity"] == "error"]


def test_a_row_left_by_the_cell_of_its_merged_label_is_left_with_its_neighbours(workspace: Path):
    run = imported(workspace, book(ITEMS, merging("A2:A3", "A4:A5")), BY_ITEMS + 'skip = ["A4"]\n')
    assert (set(run.facts), run.held) == ({"C2", "D2", "C3", "D3"}, {})


def test_a_blank_row_under_a_merged_label_is_no_row(workspace: Path):
    rows = [*YEARS[:2], (None, None, None, "x"), YEARS[3]]
    mapping = BY_YEARS.replace("edition_date", 'until = "C4"\nedition_date')
    run = imported(workspace, book(rows, merging("A2:A3", "B2:B3")), mapping)
    assert (set(run.facts), run.held) == ({"C2", "C4"}, {})


def test_a_blank_place_is_held_with_its_cell(workspace: Path):
    run = imported(workspace, book(ITEMS), BY_ITEMS)
    assert set(run.held) == {"C3", "D3", "C5", "D5"}
    assert "no place stands in A3" in run.held["C3"]
    assert 'skip = ["A3"]' in run.held["C3"]


CODES = MAPPING.replace('"B2"', '"C2"').replace('scheme = "63"', 'scheme = "63", by = "code"')
NAMES = MAPPING.replace('"B2"', '"C2"').replace('column = "A"', 'column = "B"')


@pytest.mark.parametrize("mapping", [CODES, NAMES], ids=["by code", "by name"])
def test_a_code_and_a_name_of_two_places_hold_their_row(mapping: str, workspace: Path):
    rows = [("Mã tỉnh", "Tỉnh", 2023), ("22", "Quảng Ninh", 5), ("49", "Quảng Ngãi", 6)]
    run = imported(workspace, rows, mapping)
    assert (run.figures, set(run.held)) == ({"C2": "5"}, {"C3"})
    assert "Quảng Nam" in run.held["C3"]
    assert "Quảng Ngãi" in run.held["C3"]
    assert "correct the code or the name" in run.held["C3"]


def test_a_code_and_a_name_above_columns_must_be_of_one_place(workspace: Path):
    rows = [("Mã tỉnh", "22", "49"), ("Tỉnh", "Quảng Ninh", "Quảng Ngãi"), (2023, 5, 6)]
    for place in ('{ row = 2, scheme = "63" }', '{ row = 1, scheme = "63", by = "code" }'):
        mapping = (
            MAPPING.replace('{ column = "A", scheme = "63" }', place)
            .replace('"B2"', '"B3"')
            .replace("period = { row = 1 }", 'period = { column = "A" }')
        )
        run = imported(workspace, rows, mapping)
        assert (run.figures, set(run.held)) == ({"B3": "5"}, {"C3"})


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        ("STT", ("01", "02", "04")),
        ("Mã số", ("01", "02", "03")),
        ("Mã tỉnh", ("22", "04", "15")),
        ("Vùng", ("Đồng bằng sông Hồng", "Trung du và miền núi phía Bắc", "")),
    ],
    ids=["running numbers", "numbers of rows", "codes of other boundaries", "regions"],
)
def test_what_is_no_code_of_another_place_holds_nothing(
    heading: str, codes: tuple[str, ...], workspace: Path
):
    names = ("Quảng Ninh", "Cao Bằng", "Lào Cai")
    rows = [(heading, "Tỉnh", 2023), *((code, name, 5) for code, name in zip(codes, names, strict=True))]
    assert imported(workspace, rows, NAMES).held == {}


def test_a_region_beside_a_code_holds_nothing(workspace: Path):
    rows = [("Mã", "Vùng", 2023), ("22", "Trung du và miền núi phía Bắc", 5), ("04", "Cao Bằng", 6)]
    assert imported(workspace, rows, CODES).held == {}


def test_a_code_of_later_boundaries_beside_a_former_name_is_held(workspace: Path):
    rows = [("Mã", "Tỉnh", 2023), ("15", "Yên Bái", 5), ("15", "Lào Cai", 6)]
    run = imported(workspace, rows, CODES.replace('"63"', '"34"'))
    assert (run.figures, set(run.held)) == ({"C3": "6"}, {"C2"})


def test_several_rows_that_one_label_leaves_are_told(workspace: Path):
    rows: Rows = [("Tỉnh", 2023), ("Hà Nội", 1), ("Khác", 2), ("Sơn La", 3), ("Khác", 4), ("Khác", None)]
    run = imported(workspace, rows, MAPPING + 'skip = ["Khác"]\n')
    assert set(run.facts) == {"B2", "B4"}
    assert "leaves 2 rows with figures: 3, 5" in run.words
    run = imported(workspace, rows[:4], MAPPING + 'skip = ["Khác"]\n')
    assert "rows with figures" not in run.words


@pytest.mark.parametrize(
    ("label", "scheme", "told"),
    [
        ("Gia Lai (cũ)", "34", "Gia Lai (64) of the boundary set 63"),
        ("Yên Bái (cũ)", "34", 'scheme = "63"'),
        ("tỉnh Lào Cai trước sáp nhập", "63", "write its name alone: Lào Cai"),
        ("Lào Cai (mới)", "63", "Lào Cai (15) of the boundary set 34"),
        ("tỉnh Hà Bắc", "63", "Hà Bắc is a former province, divided since into Bắc Giang, Bắc Ninh"),
        ("Hà Nam Ninh", "63", "Hà Nam, Nam Định, Ninh Bình"),
        ("Hà Tây (cũ)", "63", "part of Hà Nội since 2008-08-01"),
    ],
)
def test_a_former_name_is_held_as_one_with_what_became_of_it(label: str, scheme: str, told: str):
    read = FormPlaces(load_registry(reference_folder()), scheme).read(text_cell(label))
    assert isinstance(read, Held)
    assert told in f"{read.rule}. {read.do}"


def test_a_former_name_that_is_one_of_today_is_taken():
    places = FormPlaces(load_registry(reference_folder()), "34")
    assert places.read(text_cell("Gia Lai")) == Placed("52", "34")
