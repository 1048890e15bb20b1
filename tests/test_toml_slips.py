"""A slip in a TOML file is told by its line and its rule, in the user's language; the parser's words come behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.batch.new_workspace import new_workspace
from evalkit.batch.prepare import receive
from evalkit.errors import EvalkitError, FactsError, SettingsError
from evalkit.facts.forms.mapping import read_mapping
from evalkit.facts.intake import read_sources
from evalkit.messages import placed, shown, told_in
from evalkit.toml_slips import open_lines
from evalkit.toml_text import read_toml
from evalkit.workspace import open_workspace

QUOTES, CLOSING, TWICE, OPEN = "trong ngoặc kép", "thiếu dấu ngoặc kép ở cuối", "hai lần", "còn phải điền"
SLIPS = [
    ("agency = Bộ Công an", 3, QUOTES),
    ("date = 15/3/2024", 3, QUOTES),
    ("confidence = verified", 3, QUOTES),
    ('agency = "Bộ Công an', 3, CLOSING),
    ("agency = 'Bộ Công an", 3, CLOSING),
    ('agency = """Bộ Công an', 3, CLOSING),
    ('agency = "Bộ"\nagency = "Bộ Công an"', 4, "agency được ghi hai lần, lần đầu ở dòng 3"),
    ('agency = "Bộ"\n[source]', 4, "[source] được ghi hai lần, lần đầu ở dòng 1"),
    ("agency = ?", 3, OPEN),
    ("agency = ?   # cơ quan", 3, OPEN),
    ("agency = “Bộ Công an”", 3, "ngoặc kép thẳng"),
    ('agency = "Công an "Vọng Nguyệt""', 3, "sau dấu ngoặc kép cuối"),
    ("agency =", 3, "sau dấu bằng chưa có gì"),
    ("agency = # cơ quan", 3, "sau dấu bằng chưa có gì"),
    ('agency "Bộ Công an"', 3, "khóa, dấu bằng và giá trị"),
    ('agency : "Bộ Công an"', 3, "khóa, dấu bằng và giá trị"),
    ('cơ quan = "Bộ Công an"', 3, "khóa chỉ gồm chữ cái không dấu"),
    ('address = "c:\\dulieu"', 3, "viết hai lần"),
    ('tells = ["a", "b"', 4, "đóng ngoặc"),
]


def faults(path: Path, text: str) -> list[EvalkitError]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FactsError) as refused:
        read_toml(path, error=FactsError)
    return list(refused.value.every)


@pytest.mark.parametrize(("written", "line", "rule"), SLIPS, ids=[one[0][:30] for one in SLIPS])
def test_a_slip_is_told_with_its_line_and_rule_in_the_users_language(
    written: str, line: int, rule: str, tmp_path: Path
):
    path = tmp_path / "sources.toml"
    (found,) = faults(path, f'[source]\ntitle = "Báo cáo"\n{written}\nnote.vi = "x"\n')
    with told_in("vi"):
        assert shown(placed(found.where)) == f"{path}, dòng {line}"
        head, _, parser = shown(found.rule).partition(" (tệp phải đúng dạng TOML; trình đọc TOML báo: ")
        assert rule in head
        assert parser  # its own words stand behind
        assert shown(found.do) != str(found.do)


def test_what_is_none_of_the_common_slips_is_told_as_the_parser_says_it(tmp_path: Path):
    (found,) = faults(tmp_path / "a.toml", "[a.]\n")
    assert found.rule.startswith("the file must be valid TOML in UTF-8: Invalid initial character")


def test_each_question_without_quotation_marks_is_told_at_once(tmp_path: Path):
    text = '[a]\ntitle = ?\nagency = "b"  # = ?\ndate = ? # day\n'
    found = faults(tmp_path / "sources.toml", text)
    assert [one.where.rpartition(", ")[2] for one in found] == ["line 2", "line 4"]
    assert all("still to be filled in" in one.rule for one in found)


def test_the_open_title_of_a_new_workspace_is_told_with_its_line(tmp_path: Path):
    folder = tmp_path / "so-lieu"
    new_workspace(folder, programme="vn-trafficking")
    with pytest.raises(SettingsError) as refused:
        receive(open_workspace(folder))
    lines = (folder / "evalkit.toml").read_text(encoding="utf-8").splitlines()
    told = [one.where.split(", ") for one in refused.value.every]
    assert [key for _, _, key in told] == ["key title.vi"]
    assert [lines[int(line.removeprefix("line ")) - 1][:8] for _, line, _ in told] == ["title.vi"]


def test_an_open_question_in_quotation_marks_is_told_with_its_line(tmp_path: Path):
    path = tmp_path / "sources.toml"
    path.write_text('[a]\ntitle = "A"\nagency = "?"\ndate = "2024"\nconfidence = "?"\n', encoding="utf-8")
    with pytest.raises(FactsError) as refused:
        read_sources(path)
    assert [one.where.split(", ")[1] for one in refused.value.every] == ["line 3", "line 5"]
    assert all("still to be filled in" in one.rule for one in refused.value.every)
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[table]  # "?"\ncorner = "B2"\nplace = { column = "A", scheme = "?" }\nperiod = "?"\n',
        encoding="utf-8",
    )
    with pytest.raises(FactsError) as refused:
        read_mapping(mapping)
    assert refused.value.where == f"{mapping}, line 3, key table.place.scheme"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('a = "?"\n', [1]),
        ("a = ?\n\nb = '?'\n", [1, 3]),
        ('# a = "?"\na = "x" # "?"\n', []),
        ('a = { "-" = "?", b = "c" }\n', [1]),
        ('a = "really?"\nb = "a # ?"\n', []),
    ],
)
def test_the_lines_of_open_questions(text: str, lines: list[int]):
    assert open_lines(text) == lines
