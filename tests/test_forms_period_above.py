"""A period that the mapping writes out, beside the titles of the form: what they say otherwise is told, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evalkit.cli import app
from evalkit.facts.forms.grid import Sheet, text_cell
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_above import other_period_said
from evalkit.facts.forms.period_texts import Calendar, period_of
from evalkit.facts.forms.standing_totals import kept_words
from evalkit.facts.forms.windows_said import other_windows_said
from tests.test_forms_read_right import MAPPING, Run, _declarations_are_read_once, imported, workspace

__all__ = ["_declarations_are_read_once", "workspace"]


def rules(title: str, period: str) -> list[str]:
    said = {"corner": "B3", "place": {"column": "A"}, "period": period, "measure": "cases_recorded"}
    sheet = Sheet("1", {(1, 1): text_cell(title), (2, 1): text_cell("Tỉnh"), (2, 2): text_cell("Số vụ")})
    span = period_of(text_cell(period), Calendar(), stock=True)
    assert span is not None
    found = other_period_said(TableMapping.model_validate(said), sheet, [span], Path("form.xlsx"))
    return [one.rule for one in found]


@pytest.mark.parametrize(
    ("title", "period", "said"),
    [
        ("Số vụ năm 2022", "2023", "2022"),
        ("6 tháng đầu năm 2023", "2023", "2023-01-01 to 2023-06-30"),
        ("Quý I/2023", "quý II/2023", "2023-01-01 to 2023-03-31"),
        ("So sánh số vụ năm 2021 và năm 2022", "2023", "2021, 2022"),
        ("Kế hoạch năm 2023", "2023", "plan"),
        ("Dự kiến số vụ", "2023", "plan"),
    ],
)
def test_a_title_of_another_period_or_of_a_plan_is_told(title: str, period: str, said: str):
    (rule,) = rules(title, period)
    assert said in rule


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("Số vụ năm 2023", "2023"),
        ("Số vụ năm 2023", "15/12/2022 - 14/12/2023"),
        ("Số vụ năm 2023", "quý I/2023"),
        ("Giai đoạn 2020-2024", "2023"),
        ("Số vụ mua bán người", "2023"),
        ("Hà Nội, ngày 20 tháng 01 năm 2024", "2023"),
        ("Kèm theo Công văn số 12 năm 2024", "2023"),
        ("Số vụ theo Luật Phòng, chống mua bán người năm 2011", "2023"),
        ("Kết quả thực hiện kế hoạch năm 2023", "2023"),
        ("Sở Kế hoạch và Đầu tư", "2023"),
        ("Biểu 01/2024", "2023"),
        ("Số vụ năm 2023 so với năm 2022", "2023"),
    ],
)
def test_a_title_that_agrees_or_names_no_period_of_its_own_is_not_told(title: str, period: str):
    assert rules(title, period) == []


def test_an_import_tells_of_the_title(workspace: Path):
    rows = [("Số vụ năm 2021",), ("Tỉnh", "Số vụ"), ("Hà Nội", 1)]
    run = imported(workspace, rows, MAPPING.replace('"B2"', '"B3"').replace("{ row = 1 }", '"2022"'))
    (told,) = (one for one in run.told["findings"] if "title" in one["rule"])
    assert (told["severity"], run.figures) == ("warning", {"B3": "1"})


def windows(title: str, *headings: str, note: str = "", more: str = "") -> list[str]:
    """Return what an import would tell of a title and a note beside figures in columns of periods."""
    said = {"corner": "B3", "place": {"column": "A"}, "period": {"row": 2}, "measure": "cases_recorded"}
    table = TableMapping.model_validate({**said, **({"year_starts": more} if more else {})})
    cells = {
        (1, 1): title,
        (2, 1): "Tỉnh",
        (4, 1): note,
        **{(2, k): text for k, text in enumerate(headings, 2)},
    }
    sheet = Sheet("1", {at: text_cell(text) for at, text in cells.items() if text})
    spans = {span for text in headings if (span := period_of(text_cell(text), table.calendar))}
    path = Path("form.xlsx")
    found = other_windows_said(table, sheet, spans, path) or other_period_said(table, sheet, spans, path)
    return [f"{one.rule}. {one.do}" for one in found]


@pytest.mark.parametrize(
    ("title", "headings", "note", "said"),
    [
        ("Số vụ (từ 15/11 năm trước đến 14/11 năm báo cáo)", ("2022", "2023"), "", 'year_starts = "15/11"'),
        ("Kỳ báo cáo: từ 15/12/2022 đến 14/12/2023", ("2023",), "", 'year_starts = "15/12"'),
        ("Số vụ", ("2023",), "Số liệu tính từ 15/11/2022 đến 14/11/2023", 'year_starts = "15/11"'),
        (
            "Số vụ",
            ("6 tháng đầu năm 2024", "6 tháng đầu năm 2025"),
            "Số liệu tính từ ngày 15/12/2024 đến ngày 14/6/2025",
            'year_starts = "15/12"',
        ),
        ("Số vụ", ("Quý I/2024",), "Mốc thời gian: từ 15/12/2023", 'year_starts = "15/12"'),
        ("Số vụ (từ 15/12 đến 14/6)", ("6 tháng đầu năm 2024",), "", 'year_starts = "15/12"'),
        ("Số vụ", ("6 tháng đầu năm 2024", "2023"), "Tính từ ngày 15/12 năm trước", 'year_starts = "15/12"'),
        ("Kết quả 9 tháng đầu năm 2023", ("2022", "2023"), "", "2023-01-01 to 2023-09-30"),
        ("Số liệu 6 tháng đầu năm", ("2022", "2023"), "", "6 tháng đầu năm"),
        (
            "Số vụ tính từ 15/11/2022 đến 14/11/2023",
            ("6 tháng cuối năm 2023",),
            "",
            "2022-11-15 to 2023-11-14",
        ),
        ("Số liệu 9 tháng đầu năm 2024", ("2022", "2023"), "", "2024-01-01 to 2024-09-30"),
        ("6 tháng đầu năm 2024", ("Quý I/2024", "Quý III/2024"), "", "2024-07-01"),
        ("Tháng 3/2024", ("Quý I/2024", "Quý II/2024"), "", "2024-03-01"),
        ("Cả năm 2023", ("Quý I/2024", "Quý II/2024"), "", "says 2023"),
        ("Năm 2021", ("2022", "2023"), "", "says 2021"),
        ("Cùng kỳ 2023", ("Quý I/2024", "Quý II/2024"), "", "says 2023"),
        ("Cùng kỳ 2023", ("2022", "2023"), "", "cùng kỳ"),
        ("Số vụ cùng kỳ năm trước", ("6 tháng đầu năm 2024",), "", "cùng kỳ"),
        ("Năm trước", ("Quý I/2024", "Quý II/2024"), "", "năm trước"),
        ("Kỳ trước", ("2022", "2023"), "", "kỳ trước"),
        ("So với cùng kỳ", ("Quý I/2024", "Quý II/2024"), "", "so với, cùng kỳ"),
        ("Tăng/giảm so với cùng kỳ (%)", ("2022", "2023"), "", "tăng, giảm"),
        ("Bình quân năm", ("2022", "2023"), "", "bình quân"),
        ("Luỹ kế từ đầu năm", ("Quý I/2024", "Quý II/2024"), "", "luỹ kế"),
        ("Số vụ cộng dồn từ đầu năm", ("Tháng 1/2024", "Tháng 2/2024"), "", "cộng dồn"),
        ("Lũy kế đến quý II/2024", ("Quý I/2024", "Quý II/2024"), "", "lũy kế"),
        ("Lũy kế đến 30/6/2024", ("2022", "2023"), "", "lũy kế"),
        ("Số vụ lũy kế từ năm 2021 đến nay", ("2022", "2023"), "", "says 2021"),
        ("Số vụ lũy kế từ năm 2021 đến nay", ("2021", "2022"), "", "lũy kế"),
        ("Lũy kế từ năm 2022 đến nay", ("2022",), "", "lũy kế"),
        ("Cộng dồn", ("15/3/2024 - 14/6/2024",), "", "cộng dồn"),
        ("Số vụ năm 2023 (tính đến ngày 15/11/2023)", ("2022", "2023"), "", "2023-11-15"),
        ("Số vụ nửa đầu năm 2023", ("2022", "2023"), "", "nửa đầu"),
        ("Bình quân giai đoạn 2022-2023", ("2022", "2023"), "", "bình quân"),
        ("Năm 2023 (tính đến ngày 15/11/2023)", ("2022", "Sơ bộ 2023"), "", "2023-11-15"),
        ("Năm học 2022-2023", ("2022", "2023"), "", "năm học"),
        ("Kế hoạch", ("Quý I/2024", "Quý II/2024"), "", "plan"),
        ("Kế hoạch năm 2024", ("6 tháng đầu năm 2024",), "", "plan"),
        ("Số liệu sơ bộ", ("2022", "2023"), "", "preliminary"),
        ("Số vụ", ("2022", "2023"), "Số liệu tính đến 30/9/2023", "2023-09-30"),
        ("Số vụ", ("2022", "2023 (1)"), "(1) Số liệu 9 tháng đầu năm", "9 tháng đầu năm"),
        ("Số vụ", ("2022", "2023"), "Ghi chú: số kế hoạch", "plan"),
        ("Số vụ", ("2022", "2023"), "Ghi chú: số ước thực hiện", "preliminary"),
        ("Số vụ", ("Quý I/2024", "Quý II/2024"), "* Lũy kế từ đầu năm", "lũy kế"),
        ("Số vụ", ("Quý III/2024", "Quý IV/2024"), "(a) Số liệu tháng 12", "tháng 12"),
        ("Số liệu quý III/2023", ("2022", "2023"), "", "2023-07-01 to 2023-09-30"),
        ("Số vụ", ("2022", "2023"), "* Số liệu tháng 12", "tháng 12"),
        ("Số vụ", ("2023",), "Ghi chú: số liệu 9 tháng", "9 tháng"),
        ("Số vụ", ("2023 (1)",), "(1) Chỉ có số liệu tháng 12/2023", "2023-12-01 to 2023-12-31"),
        ("Số vụ", ("2023",), "Lưu ý: mới có số liệu quý IV", "quý iv"),
        ("Số vụ", ("2023",), "Số liệu tháng 12", "tháng 12"),
        ("Số vụ", ("2023",), "(Số liệu tháng 12)", "tháng 12"),
        ("Ghi chú: số liệu tháng 12/2023", ("2023",), "", "2023-12-01 to 2023-12-31"),
        ("* Số liệu tháng 12", ("2023",), "", "tháng 12"),
        ("Cases", ("2023",), "* Data of December only", "tháng 12"),
        ("Cases", ("2023",), "Note: figures for December 2023", "tháng 12"),
        ("Cases", ("2023",), "* December only", "tháng 12"),
        ("Cases", ("2023",), "* Data for the first nine months of 2023", "9 tháng đầu"),
        ("Cases", ("2023",), "Notes: data of 9 months", "9 tháng"),
        ("Cases of the first six months", ("2022", "2023"), "", "6 tháng đầu"),
    ],
)
def test_a_title_or_note_of_another_year_or_a_part_of_it_is_told(
    title: str, headings: tuple[str, ...], note: str, said: str
):
    (told,) = windows(title, *headings, note=note)
    assert said in told


@pytest.mark.parametrize(
    ("title", "headings", "more"),
    [
        ("Số vụ năm 2023", ("2022", "2023"), ""),
        ("Số vụ năm 2021, 2022 và 6 tháng đầu năm 2023", ("2022", "6 tháng đầu năm 2023"), ""),
        ("Số vụ (từ 15/12/2022 đến 14/12/2023)", ("2023",), "15/12"),
        ("Số vụ (từ 01/01/2023 đến 31/12/2023)", ("2023",), ""),
        ("Số vụ (từ 15/12/2023 đến 14/6/2024)", ("6 tháng đầu năm 2024",), "15/12"),
        ("Số liệu tính từ ngày 01/01/2024", ("6 tháng đầu năm 2024",), ""),
        ("Theo Nghị quyết có hiệu lực từ ngày 12/6/2025", ("6 tháng cuối năm 2025",), ""),
        ("Báo cáo tháng 12/2023", ("2023",), ""),
        ("Hà Nội, ngày 15 tháng 01 năm 2023", ("2023",), ""),
        ("Số vụ 12 tháng", ("2023",), ""),
        ("Báo cáo 9 tháng năm 2024", ("Quý I/2024", "Quý II/2024", "Quý III/2024"), ""),
        ("9 tháng đầu năm", ("Quý I/2024", "Quý II/2024"), ""),
        ("6 tháng đầu năm 2024", ("2023", "6 tháng đầu năm 2024"), ""),
        ("Số liệu 6 tháng đầu năm", ("6 tháng đầu năm 2023", "6 tháng đầu năm 2024"), ""),
        ("Giai đoạn 2020-2023", ("2020", "2021", "2022", "2023"), ""),
        ("Từ năm 2021 đến nay", ("2022", "2023"), ""),
        ("Từ năm 2022 đến nay", ("2022", "2023"), ""),
        ("Số vụ năm 2023 so với cùng kỳ năm 2022", ("2022", "2023"), ""),
        ("Số vụ so với cùng kỳ", ("2022", "2023"), ""),
        ("Cùng kỳ 2023", ("6 tháng đầu năm 2023",), ""),
        ("Lũy kế từ đầu năm", ("6 tháng đầu năm 2024",), ""),
        ("Lũy kế từ đầu năm", ("Quý I/2024", "6 tháng đầu năm 2024", "2024"), ""),
        ("Số vụ lũy kế đến hết tháng 6/2024", ("6 tháng đầu năm 2024",), ""),
        ("Số liệu cập nhật đến ngày 15/01/2024", ("2022", "2023"), ""),
        ("Số vụ tồn từ năm trước chuyển sang", ("2022", "2023"), ""),
        ("Dân số trung bình phân theo địa phương", ("2022", "2023"), ""),
        ("Niên giám thống kê năm 2024", ("2022", "2023"), ""),
        ("Kết quả thực hiện kế hoạch năm 2023", ("2022", "2023"), ""),
        ("Sở Kế hoạch và Đầu tư", ("2022", "2023"), ""),
        ("Số liệu sơ bộ", ("2022", "Sơ bộ 2023"), ""),
        ("Chỉ tiêu", ("2022", "2023"), ""),
        ("Giai đoạn 2020-2024", ("2022", "2023"), ""),
        ("Báo cáo tháng 12", ("2023",), ""),
        ("Report of December 2023", ("2023",), ""),
        ("Cases, January to December 2023", ("2023",), ""),
        ("Cases in the year ended 31 December 2023", ("2023",), ""),
        ("Cases to December", ("2023",), ""),
        ("Cases in the first six months", ("6 tháng đầu năm 2023",), ""),
    ],
)
def test_a_title_that_agrees_with_the_headings_is_not_told(title: str, headings: tuple[str, ...], more: str):
    assert windows(title, *headings, more=more) == []


def test_an_import_tells_the_year_that_a_title_says(workspace: Path):
    rows = [("Số vụ (từ 15/12/2022 đến 14/12/2023)",), ("Tỉnh", "Số vụ"), ("Hà Nội", 1)]
    run = imported(workspace, rows, MAPPING.replace('"B2"', '"B3"').replace("{ row = 1 }", '"2023"'))
    (told,) = (one for one in run.told["findings"] if "year_starts" in one["do"])
    assert (told["severity"], run.figures) == ("warning", {"B3": "1"})


@pytest.mark.parametrize(
    "note",
    [
        "Ghi chú: số liệu giả định",
        "(1) Số liệu năm 2022 đã được điều chỉnh",
        "Ghi chú: số liệu đến 15/01/2024",
        "6 tháng 2023",
        "* Số liệu 12 tháng năm 2023",
        "Note: data may be revised",
        "* Data from January to December",
        "Ghi chú: báo cáo tháng 12/2023",
    ],
)
def test_a_note_of_something_else_is_not_told(note: str):
    assert windows("Số vụ", "2022", "2023", note=note) == []


def told_by(run: Run | str) -> list[str]:
    """Return what an import or a check tells of the cell of a title."""
    if isinstance(run, Run):
        return [f"{one['severity']} {one['rule']}" for one in run.told["findings"] if "A1" in one["where"]]
    return [line for line in run.splitlines() if "A1" in line and "title" in line]


def test_the_check_repeats_what_a_title_says_until_the_mapping_leaves_it(workspace: Path):
    settings = workspace / "evalkit.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"?"', '"x"'), encoding="utf-8")
    rows = [("Cùng kỳ năm trước",), ("Tỉnh", "2022", "2023"), ("Hà Nội", 1, 2)]
    mapping = MAPPING.replace('"B2"', '"B3"').replace("{ row = 1 }", "{ row = 2 }")
    run = imported(workspace, rows, mapping)
    assert told_by(run) == [
        "warning the title in A1 says cùng kỳ, năm trước, and the figures go to 2023, as the headings say"
    ]
    assert run.figures == {"B3": "1", "C3": "2"}
    sources = workspace / "sources.toml"
    answers = 'agency = "y"\ndate = "2024"\nconfidence = "verified"\n'
    sources.write_text(f'[case]\ntitle = "x"\n{answers}', encoding="utf-8")
    check = ["check", str(workspace)]
    (english,) = told_by(CliRunner().invoke(app, check).stdout)
    assert "the title in A1 says cùng kỳ, năm trước" in english
    vietnamese = CliRunner().invoke(app, check, env={"EVALKIT_LANG": "vi"}).stdout
    assert "tiêu đề ở ô A1 ghi cùng kỳ, năm trước" in vietnamese
    seen = imported(workspace, rows, f'{mapping}skip = ["A1"]\n')
    assert (told_by(seen), seen.figures) == ([], run.figures)
    assert told_by(CliRunner().invoke(app, check).stdout) == []


def test_a_title_agrees_with_a_heading_of_which_no_figure_is_taken(workspace: Path):
    rows = [("Số vụ năm 2023",), ("Tỉnh", "2022", "2023"), ("Hà Nội", 1, "?")]
    mapping = MAPPING.replace('"B2"', '"B3"').replace("{ row = 1 }", "{ row = 2 }")
    run = imported(workspace, rows, mapping)
    assert (told_by(run), run.figures) == ([], {"B3": "1"})


def test_a_record_that_somebody_has_worked_on_tells_what_is_left_of_it(tmp_path: Path):
    rule = '{ template = "{en}", gaps = { en = "Sông", vi = "Sông" } }'
    for more, number in ((f"rule = {rule}", 1), ("rule = 3", 0), ("rule = { template = 3 }", 0), ("", 0)):
        text = f'[[otherwise]]\nwhere = "x"\n{more}\ndo = "y"\n'
        (tmp_path / "s.record.toml").write_text(text, encoding="utf-8")
        assert len(kept_words(tmp_path / "s.record.toml")) == number
    (tmp_path / "s.record.toml").write_text("otherwise = [3]\n", encoding="utf-8")
    assert kept_words(tmp_path / "s.record.toml") == []


@pytest.mark.parametrize(
    ("heading", "day", "told"),
    [
        ("6 tháng đầu năm 2024", "2024-06-20", 1),
        ("6 tháng đầu năm 2024", "2024-06-30", 0),
        ("Ước 6 tháng đầu năm 2024", "2024-06-20", 0),
        ("Sơ bộ 2024", "2024-12-10", 0),
        ("2024", "2024-12-10", 1),
        ("2025", "2024-12-10", 0),  # it begins after the day, and that is told
    ],
)
def test_a_period_that_was_not_over_on_the_day_of_the_form_is_told(
    workspace: Path, heading: str, day: str, told: int
):
    rows = [("Số vụ", heading), ("Hà Nội", 1)]
    mapping = re.sub(r"edition_date = .*", f"edition_date = {day}", MAPPING)
    run = imported(workspace, rows, mapping)
    found = [one for one in run.told["findings"] if "were not over" in one["rule"]]
    assert [one["severity"] for one in found] == ["warning"] * told
