"""Percentages, rates and averages of persons that are declared as measures: with their base they tell the count."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import DeclarationError
from evalkit.programme.load import load_programme, programme_folder
from evalkit.programme.models import Programme

MEASURE = """
[measure.own_figure]
label.vi = "{vi}"
label.en = "{en}"
unit = "{unit}"
strand = "victims"
place_basis = "reception"
disclosure = "activity"
definition.vi = "Theo báo cáo."
definition.en = "As reported."
"""
UNIT = """
[unit.{unit}]
label.vi = "{vi}"
label.en = "{en}"
"""
SHARE = {"vi": "Nạn nhân là nam", "en": "Victims who are men"}


def own(folder: Path, text: str) -> Programme:
    """Load a programme that adds tables to the shipped one."""
    programme = programme_folder("vn-trafficking") / "programme.toml"
    whole = programme.read_text(encoding="utf-8").replace("id = ", 'extends = "vn-trafficking"\nid = ', 1)
    (folder / "programme.toml").write_text(whole, encoding="utf-8")
    (folder / "measures.toml").write_text(text, encoding="utf-8")
    return load_programme(str(folder))


def test_a_percentage_of_a_base_that_is_shown_has_one_count():
    """13 % of 23: of all counts only 3 fits, and up to a base of 100 never two."""
    fitting = [count for count in range(24) if round(100 * count / 23) == 13]
    assert fitting == [3]
    for base in range(1, 100):
        assert len({round(100 * count / base) for count in range(base + 1)}) == base + 1


REFUSED = {
    "percent": (MEASURE + "additive = false\n", "phan_tram", {"vi": "%", "en": "%"}, SHARE),
    "of persons of the base": (
        MEASURE + 'additive = false\nof = "victims_identified"\n',
        "phan_tram",
        {"vi": "%", "en": "%"},
        SHARE,
    ),
    "by another name": (MEASURE, "diem", {"vi": "phần trăm", "en": "per cent"}, SHARE),
    "by population": (
        MEASURE + "whole = false\n",
        "muc",
        {"vi": "vụ trên 100.000 dân", "en": "cases per 100,000"},
        SHARE,
    ),
    "by its label": (
        MEASURE,
        "so",
        {"vi": "số", "en": "number"},
        {"vi": "Tỷ lệ nạn nhân được hỗ trợ", "en": "Victims supported, of all"},
    ),
    "average": (
        MEASURE + "whole = false\n",
        "trieu_dong",
        None,
        {"vi": "Số tiền hỗ trợ bình quân", "en": "Average support of a victim"},
    ),
    "persons with decimals": (MEASURE + "whole = false\n", "nguoi", None, SHARE),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_percentage_of_persons_is_no_measure(name: str, tmp_path: Path):
    measure, unit, label, said = REFUSED[name]
    text = measure.format(unit=unit, **said) + (UNIT.format(unit=unit, **label) if label else "")
    with pytest.raises(DeclarationError, match="with its base it tells the count") as refused:
        own(tmp_path, text)
    assert "measures.toml, line" in refused.value.where
    assert "indicator" in refused.value.do


def test_a_percentage_of_what_tells_of_nobody_is_one(tmp_path: Path):
    said = {"vi": "Xã có buổi truyền thông, phần trăm", "en": "Communes with a session, per cent"}
    text = MEASURE.format(unit="phan_tram", **said) + 'additive = false\nof = "communes_total"\n'
    programme = own(tmp_path, text + UNIT.format(unit="phan_tram", vi="%", en="%"))
    assert programme.measures["own_figure"].of == "communes_total"


@pytest.mark.parametrize(
    ("unit", "vi", "en"),
    [
        ("nguoi", "Dân số trung bình ở xã", "Average population of communes"),
        ("trieu_dong", "Kinh phí truyền thông", "Money spent on communication"),
        ("buoi", "Buổi truyền thông của công ty", "Sessions of corporate firms"),
    ],
)
def test_counts_and_sums_are_measures(unit: str, vi: str, en: str, tmp_path: Path):
    assert "own_figure" in own(tmp_path, MEASURE.format(unit=unit, vi=vi, en=en)).measures
