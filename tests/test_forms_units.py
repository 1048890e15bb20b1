"""Forms whose rows are in units of their own: money in thousands beside counts. Nobody's figure is multiplied by another's unit."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from evalkit.cli import app
from tests.form_workspaces import read_declarations_once

HEAD = "BÁO CÁO (số liệu giả định)"
ROWS = (
    ("Số vụ khởi tố", "vụ", 4, "5 vụ"),
    ("Nạn nhân được xác định", "người", "khoảng 12", 14),
    ("Nam", "người", 3, 4),
    ("Kinh phí đã chi", "nghìn đồng", "310.500", "298.400,5"),
)
TABLE = """[table]
corner = "C5"
place = "22"
scheme = "34"
period = { row = 4 }
decimal = ","
group = "."
published = false
edition_date = 2024-03-15
"""
LABELS = """[table.rows]
column = "A"
"Số vụ khởi tố" = "cases_instituted"
"Nạn nhân được xác định" = "victims_identified"
"Nam" = "victims_identified[sex=male]"
"Kinh phí đã chi" = "budget_spent"
"""
UNITS = 'unit = "B"\n'
TRUTH = {
    ("cases_instituted", "", "2022"): Decimal(4),
    ("cases_instituted", "", "2023"): Decimal(5),
    ("victims_identified", "", "2022"): Decimal(12),
    ("victims_identified", "", "2023"): Decimal(14),
    ("victims_identified", "male", "2022"): Decimal(3),
    ("victims_identified", "male", "2023"): Decimal(4),
    ("budget_spent", "", "2022"): Decimal("310.5"),  # million, as the measure counts: 310,500 thousand
    ("budget_spent", "", "2023"): Decimal("298.4005"),
}
THOUSANDS = 'scale = 1000\nunit_said = "nghìn đồng"\n'


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    return folder


@pytest.fixture
def form(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    for line in (
        (HEAD,),
        ("Đơn vị: vụ, người; kinh phí: nghìn đồng",),
        (),
        ("Nội dung", "Đơn vị", "2022", "2023"),
    ):
        sheet.append(line)
    for row in ROWS:
        sheet.append(row)
    path = tmp_path / "bao-cao.xlsx"
    book.save(path)
    return path


def imported(form: Path, workspace: Path, mapping: str) -> tuple[int, dict[str, Any]]:
    path = form.with_suffix(".toml")
    path.write_text(mapping, encoding="utf-8")
    words = ["import", str(form), str(workspace), "--mapping", str(path), "--json", "--take-the-rest"]
    result = CliRunner().invoke(app, words)
    return result.exit_code, json.loads(result.stdout)


def said_of_held(workspace: Path) -> str:
    """Return rules and remedies of all held cells."""
    (path,) = (workspace / "imported").glob("*.quarantine.csv")
    return path.read_text(encoding="utf-8-sig")


def taken(workspace: Path) -> dict[tuple[str, str, str], Decimal]:
    (path,) = [file for file in (workspace / "imported").glob("*.csv") if "quarantine" not in file.name]
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    sexes = ["" if row.get("sex", "") in ("", "all") else row["sex"] for row in rows]
    keys = [(row["measure"], sex, row["period_start"][:4]) for row, sex in zip(rows, sexes, strict=True)]
    return dict(zip(keys, (Decimal(row["value"]) for row in rows), strict=True))


@pytest.mark.parametrize(
    "further",
    ["", THOUSANDS, 'unit_words = ["nghìn đồng"]\n', THOUSANDS + 'unit_words = ["vụ", "nghìn đồng"]\n'],
    ids=["no scale", "a scale of thousands", "words added", "both"],
)
def test_each_row_is_in_its_own_unit_whatever_the_mapping_says_of_a_scale(
    further: str, form: Path, workspace: Path
):
    """A draft once wrote scale = 1000 for such a form: 4,000 cases for 4, and no finding."""
    code, told = imported(form, workspace, TABLE + further + LABELS + UNITS)
    assert (code, told["held"]) == (0, 0)
    assert taken(workspace) == TRUTH


def test_without_the_column_of_units_nothing_is_multiplied_by_another_s_scale(form: Path, workspace: Path):
    code, told = imported(form, workspace, TABLE + THOUSANDS + LABELS)
    assert (code, told["taken"], told["held"]) == (3, 0, 8)
    assert "the scale is that of 'nghìn đồng', and cases_instituted is counted in" in said_of_held(workspace)
    assert "write scale = 0.001" in said_of_held(workspace)


def test_a_scale_below_one_is_taken_where_it_is_that_of_the_unit(form: Path, workspace: Path):
    """0.001 parts no thousands; counts beside it are held still."""
    mapping = TABLE + 'scale = 0.001\nunit_said = "nghìn đồng"\n' + LABELS
    code, told = imported(form, workspace, mapping)
    assert (code, told["taken"], told["held"]) == (3, 2, 6)
    assert taken(workspace) == {key: value for key, value in TRUTH.items() if key[0] == "budget_spent"}


def test_a_unit_of_another_kind_is_held(form: Path, workspace: Path):
    mapping = TABLE + LABELS.replace(
        '"Số vụ khởi tố" = "cases_instituted"', '"Số vụ khởi tố" = "budget_allocated"'
    )
    code, told = imported(form, workspace, mapping + UNITS)
    assert (code, told["taken"], told["held"]) == (3, 6, 2)
    assert "the row says 'vụ', and budget_allocated is counted in" in said_of_held(workspace)


def test_an_end_above_a_row_that_the_mapping_names_is_refused(form: Path, workspace: Path):
    """The row would be neither taken, held nor left."""
    code, told = imported(form, workspace, TABLE + 'until = "D7"\n' + LABELS + UNITS)
    assert code == 3
    assert "row 8 is named in rows, and lies below D7" in json.dumps(told)
    assert not list((workspace / "imported").glob("*.csv"))


def test_a_row_held_for_its_unit_is_not_said_to_lie_below_the_table(form: Path, workspace: Path):
    mapping = TABLE + LABELS.replace('"budget_spent"', '"cases_recorded"') + UNITS
    code, _ = imported(form, workspace, mapping)
    rules = said_of_held(workspace)
    assert (code, "is not part of the table" in rules) == (3, False)
    assert "the row says 'nghìn đồng', and cases_recorded is counted in" in rules


def test_a_rounding_that_an_import_wrote_goes_with_the_scale_that_made_it(form: Path, workspace: Path):
    """Else figures that contradict each other stay unseen once the mapping is right."""
    count = LABELS.replace('"budget_spent"', '"population_average"')
    people = TABLE + 'scale = 1000\nunit_said = "nghìn đồng"\n'.replace("nghìn đồng", "người") + count
    sources = workspace / "sources.toml"
    imported(form, workspace, people)
    assert "rounded_to = 1000" in sources.read_text(encoding="utf-8")
    imported(form, workspace, TABLE + LABELS + UNITS)
    assert "rounded_to" not in sources.read_text(encoding="utf-8")
    own = sources.read_text(encoding="utf-8") + "rounded_to = 10\n"
    sources.write_text(own, encoding="utf-8")
    imported(form, workspace, TABLE + LABELS + UNITS)
    assert "rounded_to = 10\n" in sources.read_text(encoding="utf-8"), "what an officer wrote stays"


def test_a_part_mapped_as_its_whole_is_held_and_told_how_it_is_written(form: Path, workspace: Path):
    """It was taken with a warning, and the facts then failed their check."""
    labels = LABELS.replace("victims_identified[sex=male]", "victims_identified")
    code, told = imported(form, workspace, TABLE + labels + UNITS)
    assert (code, told["taken"], told["held"]) == (3, 4, 4)
    held = said_of_held(workspace)
    assert "one and the same figure, and they differ" in held
    assert "'Nam'" in held
    assert "victims_identified[sex=" in held


@pytest.mark.parametrize(
    ("place", "scheme", "told"),
    [("24", "34", 1), ("24", "63", 0), ("22", "34", 0)],  # Bắc Ninh of 2025 was made of two
)
def test_figures_of_before_a_merger_under_the_merged_province_are_told_at_import(
    place: str, scheme: str, told: int, form: Path, workspace: Path
):
    table = TABLE.replace('place = "22"', f'place = "{place}"').replace('"34"', f'"{scheme}"')
    code, said = imported(form, workspace, table + LABELS + UNITS)
    early = [one for one in said["findings"] if one["rule"].startswith("figures of before 2025-07-01")]
    assert (code, len(early)) == (0, told)
    if told:
        assert "Bắc Ninh (24)" in early[0]["rule"]
        assert "the boundary set 63" in early[0]["do"]


@pytest.mark.parametrize(
    ("title", "place", "scheme"),
    [
        ("CÔNG AN TỈNH QUẢNG NINH", 'place = "22"', 'scheme = "34"'),  # of the same boundaries in both sets
        ("Tỉnh Bắc Ninh", 'place = "?"', 'scheme = "?"'),  # 27 before the merger, 24 since
        ("Tỉnh Phú Thọ", 'place = "25"', 'scheme = "?"'),  # one code for two extents
        ("Tỉnh Bắc Giang", 'place = "24"', 'scheme = "63"'),  # a former unit alone
        ("Tỉnh Quảng Ninh và tỉnh Lạng Sơn", 'place = "?"', 'scheme = "?"'),
        ("Báo cáo năm", 'place = "?"', 'scheme = "?"'),
    ],
)
def test_the_draft_proposes_the_place_that_stands_in_the_form(
    title: str, place: str, scheme: str, form: Path, workspace: Path
):
    book = load_workbook(form)
    book.active["A1"] = title
    book.save(form)
    result = CliRunner().invoke(app, ["import", str(form), str(workspace), "--suggest", "--json"])
    draft = Path(json.loads(result.stdout)["draft"]).read_text(encoding="utf-8")
    assert [line.split("  #")[0] for line in draft.splitlines() if line.startswith(("place", "scheme"))] == [
        place,
        scheme,
    ]


@pytest.mark.parametrize(
    ("title", "told"),
    [
        (
            "Tỉnh Lào Cai, năm 2022 và 2023",
            "the form names Lào Cai, and its figures go to Quảng Ninh (34 22)",
        ),
        ("LÀO CAI", "the form names Lào Cai, and its figures go to Quảng Ninh (34 22)"),
        ("Tỉnh Quảng Ninh, giáp tỉnh Lạng Sơn", ""),
        ("Thành phố Quảng Ninh", ""),
        ("Năm 2022 và 2023", ""),
    ],
)
def test_a_form_that_names_another_place_than_its_mapping_is_told(
    title: str, told: str, form: Path, workspace: Path
):
    """With a wrong code all figures went to another province, without a word."""
    book = load_workbook(form)
    book.active["A1"] = title
    book.save(form)
    _, said = imported(form, workspace, TABLE + LABELS + UNITS)
    rules = [one["rule"] for one in said["findings"]]
    assert [rule for rule in rules if rule.startswith("the form names")] == ([told] if told else [])


def test_the_draft_of_such_a_form_finds_its_first_figure_its_years_and_its_parts(form: Path, workspace: Path):
    result = CliRunner().invoke(app, ["import", str(form), str(workspace), "--suggest", "--json"])
    draft = Path(json.loads(result.stdout)["draft"]).read_text(encoding="utf-8")
    lines = draft.splitlines()
    assert any(line.startswith('corner = "C5"') for line in lines)
    assert "period = { row = 4 }" in lines
    assert not any(line.startswith(("scale", "unit_said")) for line in lines)
    assert 'unit = "B"' in lines
    marks = [line.partition("  #")[0] for line in lines if line.startswith(("decimal", "group"))]
    assert marks == ['decimal = ","', 'group = "."']
    assert '"Nam" = "victims_identified[sex=male]"' in lines
    answers = {
        'place = "?"': 'place = "22"',
        'scheme = "?"': 'scheme = "34"',
        'published = "?"': "published = false",
        'edition_date = "?"': "edition_date = 2024-03-15",
        '"Số vụ khởi tố" = "?"': '"Số vụ khởi tố" = "cases_instituted"',
    }
    for hole, answer in answers.items():
        assert hole in draft
        draft = draft.replace(hole, answer)
    code, told = imported(form, workspace, draft)
    assert (code, told["held"]) == (0, 0)
    assert taken(workspace) == TRUTH


def test_a_code_that_no_unit_has_is_told_as_a_code(form: Path, workspace: Path):
    """It was told to name the column of the places, which such a form does not have."""
    code, told = imported(form, workspace, TABLE.replace('"22"', '"98"') + LABELS + UNITS)
    assert code == 3
    assert "no unit with the code" in json.dumps(told)
    assert "column" not in told["findings"][0]["do"]


PARTED = (
    ("Số bị can bị khởi tố", "người", 9, 5),
    ("Trong đó: nữ", "người", 3, 2),
    ("Số nạn nhân được xác định", "người", 14, 10),
    ("Trong đó: nữ", "người", 13, 8),
)
PARTED_LABELS = """[table.rows]
column = "A"
"Số bị can bị khởi tố" = "accused_instituted"
"Số nạn nhân được xác định" = "victims_identified"
"Trong đó: nữ" = "{part}"
"""


@pytest.fixture
def parted(tmp_path: Path) -> Path:
    """A form in which one label is a part of two unlike rows."""
    book = Workbook()
    sheet = book.active
    for line in ((HEAD,), ("Tỉnh Quảng Ninh",), (), ("Nội dung", "Đơn vị", "2022", "2023"), *PARTED):
        sheet.append(line)
    path = tmp_path / "hai-dong-nu.xlsx"
    book.save(path)
    return path


def test_a_part_stands_for_the_row_above_it_and_its_row_can_be_left_by_its_cell(
    parted: Path, workspace: Path
):
    """The women among the accused, whom the programme does not count by sex, once went in as women among the victims."""
    labels = PARTED_LABELS.format(part="[sex=female]") + UNITS
    code, told = imported(parted, workspace, TABLE + labels)
    assert (code, told["taken"], told["held"]) == (3, 6, 2)
    assert 'skip = [""A6""]' in said_of_held(workspace)
    code, told = imported(parted, workspace, TABLE + 'skip = ["A6"]\n' + labels)
    assert (code, told["taken"], told["held"], told["left"]) == (0, 6, 0, 2)
    assert taken(workspace)["victims_identified", "female", "2022"] == 13
    assert taken(workspace)["victims_identified", "female", "2023"] == 8


def test_a_part_of_a_row_that_is_left_is_left_with_it(parted: Path, workspace: Path):
    labels = PARTED_LABELS.format(part="[sex=female]") + UNITS
    code, told = imported(parted, workspace, TABLE + 'skip = ["Số bị can bị khởi tố"]\n' + labels)
    assert (code, told["taken"], told["held"], told["left"]) == (0, 4, 0, 4)
    assert taken(workspace)["victims_identified", "female", "2022"] == 13


def test_a_part_of_a_row_that_the_mapping_does_not_know_is_held(parted: Path, workspace: Path):
    labels = PARTED_LABELS.format(part="[sex=female]").replace(
        '"Số bị can bị khởi tố" = "accused_instituted"\n', ""
    )
    code, told = imported(parted, workspace, TABLE + labels + UNITS)
    assert (code, told["taken"], told["held"]) == (3, 4, 4)
    assert "A6 is a part of a row above it that is not in the mapping" in said_of_held(workspace)


def test_one_label_for_two_unlike_figures_is_held_and_told_how_parts_are_written(
    parted: Path, workspace: Path
):
    labels = PARTED_LABELS.format(part="victims_identified[sex=female]") + UNITS
    code, told = imported(parted, workspace, TABLE + labels)
    assert (code, told["taken"], told["held"]) == (3, 4, 4)
    assert 'write the breakdown alone: ""[sex=female]""' in said_of_held(workspace)


def test_the_draft_of_a_form_with_one_label_under_several_rows_is_made(parted: Path, workspace: Path):
    """It ended with an error of the program."""
    result = CliRunner().invoke(app, ["import", str(parted), str(workspace), "--suggest", "--json"])
    assert result.exit_code == 0
    draft = Path(json.loads(result.stdout)["draft"]).read_text(encoding="utf-8")
    assert draft.count('"Trong đó: nữ" = "[sex=female]"') == 1
    assert '"Số nạn nhân được xác định" = "victims_identified"' in draft


@pytest.mark.parametrize(
    ("numbers", "told"),
    [(("3", "4", "5", "6"), 0), (("3", "4", "5", "7"), 1), (("2020", "2021", "2022", "2023"), 1)],
)
def test_running_numbers_beside_a_table_are_no_figures_left(
    numbers: tuple[str, ...], told: int, parted: Path, workspace: Path
):
    book = load_workbook(parted)
    sheet = book.active
    sheet.insert_cols(1)
    for row, number in enumerate(numbers, 5):
        sheet.cell(row, 1, int(number))
    book.save(parted)
    table = TABLE.replace('corner = "C5"', 'corner = "D5"') + 'skip = ["B6"]\n'
    labels = PARTED_LABELS.format(part="[sex=female]").replace('column = "A"', 'column = "B"')
    code, said = imported(parted, workspace, table + labels + 'unit = "C"\n')
    notes = [one for one in said["findings"] if "hold figures that the mapping does not name" in one["rule"]]
    assert (code, len(notes)) == (0, told)


@pytest.mark.parametrize(("day", "told"), [("2021-12-31", "8"), ("2022-12-31", "4"), ("2023-12-31", "")])
def test_figures_of_after_the_day_of_the_form_are_told(day: str, told: str, form: Path, workspace: Path):
    code, said = imported(form, workspace, TABLE.replace("2024-03-15", day) + LABELS + UNITS)
    later = [one["rule"] for one in said["findings"] if "begin after the day of the form" in one["rule"]]
    assert (code, [rule.partition(" ")[0] for rule in later]) == (0, [told] if told else [])


def test_a_key_of_the_table_below_its_labels_is_refused_and_told_where_it_stands(form: Path, workspace: Path):
    """A list was refused as "no text", and as a text it was read as one more label."""
    for written in ('skip = ["A8"]', 'skip = "A8"'):
        code, said = imported(form, workspace, TABLE + LABELS + UNITS + written + "\n")
        assert code == 3
        assert "skip is said of the whole table: write it right below [table]" in json.dumps(said)
