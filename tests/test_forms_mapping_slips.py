"""Slips of a mapping: each is told with the key as the file has it, and in the words of mappings."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import FactsError
from evalkit.facts.forms.mapping import read_mapping

LINES = {
    "corner": '"B2"',
    "place": '{ column = "A", scheme = "63" }',
    "period": "{ row = 1 }",
    "measure": '"cases_recorded"',
}


@pytest.mark.parametrize(
    ("key", "value", "told", "rule"),
    [
        ("period", '["2022"]', "period", "text in quotation marks"),
        ("period", "2022.5", "period", "text in quotation marks"),
        ("period", '{ row = "1" }', "period.row", "whole number"),
        ("period", "{ row = 0 }", "period.row", "greater than or equal to 1"),
        ("period", "{ rows = 1 }", "period.rows", "unknown key"),
        ("period", "{}", "period", "periods stand in one row"),
        ("place", "1", "place", "text in quotation marks"),
        ("place", '{ column = "A", scheme = 63 }', "place.scheme", "text in quotation marks"),
        ("place", '{ column = "A", by = "mã" }', "place.by", "'name' or 'code'"),
        ("place", '{ column = "A", "Tổng" = 1 }', "place.Tổng", "text in quotation marks"),
        ("measure", "5", "measure", "text in quotation marks"),
        ("dimensions", "{ sex = { row = 1, Nam = 1 } }", "dimensions.sex.Nam", "text in quotation marks"),
        ("scale", "[1]", "scale", "whole number"),
        ("columns", '{ row = 1, "Số vụ" = 3 }', "columns.Số vụ", "text in quotation marks"),
    ],
)
def test_a_slip_is_told_with_its_key(key: str, value: str, told: str, rule: str, tmp_path: Path):
    lines = [f"{name} = {text}" for name, text in {**LINES, key: value}.items()]
    (tmp_path / "m.toml").write_text("\n".join(["[table]", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(FactsError) as refusal:
        read_mapping(tmp_path / "m.toml")
    assert refusal.value.where.endswith(f"key table[1].{told}")
    assert rule in refusal.value.rule
