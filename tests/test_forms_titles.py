"""Titles of forms: the period that stands in one is taken where it is the whole of what the title says of days, and refused where it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evalkit.cli import app
from evalkit.facts.forms.grid import text_cell
from evalkit.facts.forms.period_texts import Calendar, period_of
from tests.form_workspaces import read_declarations_once

MAPPING = """[table]
corner = "B3"
place = { column = "A", scheme = "63" }
period = { cell = "A1" }
measure = "cases_recorded"
edition_date = 2024-01-20
"""
REFUSED = (
    "Lũy kế đến tháng 9/2023",
    "Số liệu đến hết quý III/2023",
    "Năm học 2022-2023",
    "Số liệu vụ mùa 2022-2023",
    "Số vụ nửa đầu năm 2023",
    "Bán niên 2023",
    "Số vụ học kỳ I năm 2023",
    "Số vụ tuần 12 năm 2023",
    "10 ngày đầu năm 2023",
    "Tình hình đợt cao điểm năm 2023",
    "Số vụ từ năm 2020 đến nay",
    "Số vụ trước năm 2020",
    "Số vụ năm 2023 (tính đến ngày 15/11/2023)",
    "Số vụ năm 2023 (số liệu đến 30/9/2023)",
    "Số vụ năm 2023 (số liệu đến 30/9)",
    "Kế hoạch năm 2024",
    "Chỉ tiêu giao năm 2024",
    "Chỉ tiêu năm 2024",
    "Dự kiến năm 2024",
    "Số vụ theo Luật Phòng, chống mua bán người năm 2011",
    "Bình quân giai đoạn 2016-2020",
    "Số vụ hằng năm (2021 - 2023)",
    "Niên giám thống kê 2023",
    "Cùng kỳ năm 2022",
    "So với năm 2022",
    "Số vụ đầu năm 2023",
    "Hà Nội, ngày 15 tháng 9 năm 2023",
    "Cases, January 2023",
    "Cases in the first half of 2023",
    "Six months of 2023",
    "Number of cases since 2020",
    "Số vụ đến năm 2023",
    "Số vụ 2020 - nay",
    "2022 - 23",
    "T1-T9/2023",
    "1 - 9/2023",
    "9 và 12 tháng năm 2023",
    "Báo cáo số 09/2023",
    "Nghị định số 62 năm 2012",
    "Lũy kế năm 2023",
    "Luy ke den thang 9/2023",
    "Ke hoach nam 2024",
    "Bộ luật Hình sự 2015",
    "Số vụ theo Luật PCMBN năm 2022 và năm 2023",
    "Các tháng đầu năm 2023",
    "Kinh phí theo giá so sánh 2010",
    "Dự toán năm 2024",
    "Số vụ quý I, quý II năm 2023",
    "Mục tiêu năm 2025",
    "Phương hướng, nhiệm vụ năm 2024",
    "Target 2024",
    "Plan 2024",
    "Nhiệm kỳ 2021-2026",
    "Hết năm 2023",
    "Số vụ tính từ 2020",
    "Số vụ năm 2023 trở về trước",
    "Ngày 15/01/2024",
)
TAKEN = (
    ("Số vụ mua bán người năm 2023", "2023-01-01", "2023-12-31"),
    ("So vu mua ban nguoi nam 2023", "2023-01-01", "2023-12-31"),
    ("6 tháng đầu năm 2023", "2023-01-01", "2023-06-30"),
    ("Quý III năm 2023", "2023-07-01", "2023-09-30"),
    ("Tháng 9/2023", "2023-09-01", "2023-09-30"),
    ("Kết quả giai đoạn 2016-2020", "2016-01-01", "2020-12-31"),
    ("5 năm (2016 - 2020)", "2016-01-01", "2020-12-31"),
    ("từ 15/12/2022 đến 14/12/2023", "2022-12-15", "2023-12-14"),
    ("Số vụ tuần từ 01/3/2023 đến 07/3/2023", "2023-03-01", "2023-03-07"),
    ("Báo cáo năm 2023 (15/12/2022 - 14/12/2023)", "2022-12-15", "2023-12-14"),
    ("Báo cáo năm 2023 (ngày 15/01/2024)", "2023-01-01", "2023-12-31"),
    ("Số vụ từ đầu năm đến tháng 9 năm 2023", "2023-01-01", "2023-09-30"),
    ("Lũy kế từ đầu năm đến hết quý III/2023", "2023-01-01", "2023-09-30"),
    ("Từ đầu năm 2023 đến ngày 15/11/2023", "2023-01-01", "2023-11-15"),
    ("Lũy kế 9 tháng năm 2023", "2023-01-01", "2023-09-30"),
    ("Số vụ năm 2023 (tính đến ngày 31/12/2023)", "2023-01-01", "2023-12-31"),
    ("Số vụ năm 2023 (cập nhật đến ngày 15/01/2024)", "2023-01-01", "2023-12-31"),
    ("Số vụ năm 2023 theo Luật Phòng, chống mua bán người năm 2011", "2023-01-01", "2023-12-31"),
    ("Số vụ theo Luật Phòng, chống mua bán người năm 2011, 6 tháng đầu năm 2023", "2023-01-01", "2023-06-30"),
    ("Kết quả thi hành Luật Phòng, chống mua bán người, năm 2023", "2023-01-01", "2023-12-31"),
    ("Kết quả thi hành Luật Phòng, chống mua bán người trong năm 2023", "2023-01-01", "2023-12-31"),
    ("Kết quả thi hành Luật số 66/2011/QH12 năm 2023", "2023-01-01", "2023-12-31"),
    ("Kết quả thực hiện Kế hoạch phòng, chống mua bán người năm 2023", "2023-01-01", "2023-12-31"),
    ("Kết quả thực hiện nhiệm vụ năm 2023", "2023-01-01", "2023-12-31"),
    ("Trợ giúp pháp luật năm 2023", "2023-01-01", "2023-12-31"),
    ("Báo cáo đánh giá vốn đầu tư năm 2023", "2023-01-01", "2023-12-31"),
    ("Dân số trung bình năm 2022", "2022-01-01", "2022-12-31"),
    ("Số đợt truyền thông năm 2023", "2023-01-01", "2023-12-31"),
    ("Một số chỉ tiêu chủ yếu năm 2023", "2023-01-01", "2023-12-31"),
    ("Sở Kế hoạch và Đầu tư, năm 2023", "2023-01-01", "2023-12-31"),
    ("Số vụ 9 tháng năm 2023 so với cùng kỳ", "2023-01-01", "2023-09-30"),
    ("Biểu 3 - Năm 2023", "2023-01-01", "2023-12-31"),
    ("Cases in 2023", "2023-01-01", "2023-12-31"),
)


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.mark.parametrize("title", REFUSED)
def test_a_period_that_the_title_makes_another_one_is_none(title: str):
    assert period_of(text_cell(title), Calendar(), anywhere=True, stock=True) is None


@pytest.mark.parametrize(("title", "start", "end"), TAKEN)
def test_a_plain_title_names_its_period(title: str, start: str, end: str):
    span = period_of(text_cell(title), Calendar(), anywhere=True, stock=True)
    assert span is not None
    assert (span.start.isoformat(), span.end.isoformat()) == (start, end)


def test_the_year_of_a_form_begins_where_the_mapping_says():
    calendar = Calendar(year_starts=(12, 15))
    for title, end in (
        ("Từ đầu năm đến ngày 20/12/2022", None),
        ("Từ đầu năm 2023 đến ngày 20/12/2022", "2022-12-20"),
    ):
        span = period_of(text_cell(title), calendar, anywhere=True)
        assert (span.end.isoformat() if span else None) == end


@pytest.mark.parametrize("title", ["Kế hoạch năm 2024", "Số vụ năm 2023 (tính đến ngày 15/11/2023)"])
def test_a_title_that_is_refused_tells_to_write_the_period_by_its_days(title: str, tmp_path: Path):
    workspace, path, mapping = tmp_path / "so-lieu", tmp_path / "bieu.csv", tmp_path / "bieu.toml"
    assert CliRunner().invoke(app, ["new", str(workspace)]).exit_code == 0
    path.write_text(f"{title};\nTỉnh;Số\nHà Nội;5\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    words = ["import", str(path), str(workspace), "--mapping", str(mapping), "--json", "--take-the-rest"]
    result = CliRunner().invoke(app, words)
    said = json.loads(result.stdout)
    assert (result.exit_code, said["taken"]) == (3, 0)
    assert "a part, a plan or an average" in said["refused"]
    assert 'period = "15/12/2022 - 14/12/2023"' in said["refused"]
