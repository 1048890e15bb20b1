"""What the command line tells is Vietnamese or English, as its user's language is: no template is without its Vietnamese."""

from __future__ import annotations

import ast
import copy
import os
import pickle
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from evalkit.cli import app
from evalkit.errors import EvalkitError, FactsError
from evalkit.help_words import help_texts
from evalkit.messages import catalogue, language_of, listed, placed, shown, told_in, worded
from tests.workspaces import tiny_workspace

SOURCE = Path("src/evalkit")
GAP = re.compile(r"\{(\w+)\}")


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of worded() in the package, with the file it stands in."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "worded":
                yield f"{path}, line {node.lineno}", node


def template(call: ast.Call) -> str:
    first = call.args[0]
    assert isinstance(first, ast.Constant), "a template is a literal: what is glued has no Vietnamese"
    return str(first.value)


def test_every_template_has_its_vietnamese_and_none_is_left_over():
    used = {template(call) for _, call in calls()}
    assert len(used) > 400
    used |= help_texts(get_command(app))
    assert used - catalogue().keys() == set()
    assert catalogue().keys() - used == set()


def test_the_vietnamese_has_the_gaps_of_the_english():
    unlike = {
        english: vietnamese
        for english, vietnamese in catalogue().items()
        if set(GAP.findall(english)) != set(GAP.findall(vietnamese))
    }
    assert unlike == {}


def test_a_call_gives_the_gaps_of_its_template():
    for where, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        if None not in given:  # gaps in a dict are seen when the message is made
            assert given == set(GAP.findall(template(call))), where


def test_no_message_is_glued_to_another():
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = (
                [node.left, node.right]
                if isinstance(node, ast.BinOp)
                else [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
                if isinstance(node, ast.JoinedStr)
                else []
            )
            glued = [
                one for one in parts if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "worded"
            ]
            assert not glued, f"{path}, line {node.lineno}"


def test_the_catalogue_has_each_template_once():
    text = (SOURCE / "locale/vi/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    again = [
        one for one, times in Counter(re.findall(r"^msgid .*$", text, re.MULTILINE)).items() if times > 1
    ]
    assert again == []


RULE = worded(
    "{part} must not exceed {base} ({said})", part="a_{base}", base="b", said=worded("a proportion")
)


def test_a_message_is_its_english_text_and_is_shown_in_the_users_language():
    assert RULE == "a_{base} must not exceed b (a proportion)"
    assert shown(RULE) == "a_{base} must not exceed b (a proportion)"
    with told_in("vi"):
        assert shown(RULE) == "a_{base} không được lớn hơn b (một tỷ lệ)"
        assert shown("a_name") == "a_name"
        assert shown(listed([worded("remove one"), "22"])) == "bỏ một trong hai dòng; 22"
    assert shown(RULE) == RULE


@pytest.mark.parametrize(
    "again",
    [lambda one: pickle.loads(pickle.dumps(one)), copy.deepcopy],  # noqa: S301  our own bytes
    ids=["pickle", "copy"],
)
def test_a_message_survives_the_way_from_a_worker(again):
    refusal = again(
        FactsError(where="facts.csv, row 3, column value", rule=RULE, do=worded("correct the value"))
    )
    assert isinstance(refusal, EvalkitError)
    with told_in("vi"):
        assert refusal.shown() == (
            "Lỗi số liệu (FactsError) [mã thoát 3]\n"
            "  vị trí    facts.csv, dòng 3, cột value\n"
            "  quy tắc   a_{base} không được lớn hơn b (một tỷ lệ)\n"
            "  cách sửa  sửa giá trị"
        )
        assert str(refusal).startswith("FactsError [exit 3]\n  where  facts.csv, row 3")


@pytest.mark.parametrize(
    ("where", "vietnamese"),
    [
        ("ws/facts.csv, row 2, column value", "ws/facts.csv, dòng 2, cột value"),
        ("a/targets.toml, line 7, key target[2].value", "a/targets.toml, dòng 7, khóa target[2].value"),
        ("f.csv, row 2, column value (beside row 3, g.csv 4 and 2 more)", "f.csv, dòng 2, cột value (cùng với dòng 3, g.csv 4 và 2 chỗ khác)"),
        ("f.csv, 3 rows, first row 17, column value", "f.csv, 3 dòng, dòng đầu tiên là 17, cột value"),
        ("province 'X', scheme 63", "tỉnh 'X', hệ đơn vị hành chính 63"),
        ("row-column/key.csv", "row-column/key.csv"),
    ],
)  # fmt: skip
def test_the_words_of_a_place_are_translated_and_no_name_is(where: str, vietnamese: str):
    assert shown(placed(where)) == where
    with told_in("vi"):
        assert shown(placed(where)) == vietnamese


@pytest.mark.parametrize(
    ("environment", "option", "language"),
    [
        ({}, "", "en"),
        ({"LANG": "vi_VN.UTF-8"}, "", "vi"),
        ({"LANG": "vi"}, "", "vi"),
        ({"LANG": "vie_unknown"}, "", "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "vi_VN"}, "", "vi"),
        ({"LANG": "vi_VN", "LC_ALL": "C.UTF-8"}, "", "en"),
        ({"LANGUAGE": "vi:en", "LANG": "en_US.UTF-8"}, "", "vi"),
        ({"LANGUAGE": "", "LANG": "vi_VN.UTF-8"}, "", "vi"),
        ({"EVALKIT_LANG": "vi", "LC_ALL": "en_US.UTF-8"}, "", "vi"),
        ({"EVALKIT_LANG": "en", "LANG": "vi_VN.UTF-8"}, "", "en"),
        ({"EVALKIT_LANG": "en"}, "vi", "vi"),
        ({"LANG": "vi_VN.UTF-8"}, "en", "en"),
    ],
)  # fmt: skip
def test_the_option_decides_then_our_variable_then_those_of_gettext(
    environment: dict[str, str], option: str, language: str
):
    assert language_of(environment, option) == language


ENGLISH_WORDS = re.compile(
    r"\b(?:the|a|is|are|of|not|and|or|row|column|line|key|error|errors|warning|warnings|note|notes|rule|do|correct|known|here)\b"
)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A workspace with a fault of its settings, of a cell and of a code."""
    folder = tiny_workspace(tmp_path / "ws").folder
    settings, facts = folder / "evalkit.toml", folder / "facts.csv"
    settings.write_text("populaton = true\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    lines = facts.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    first, second, fourth = (lines[row].split(",") for row in (1, 2, 4))
    first[header.index("value")], fourth[header.index("scheme")] = "1.234", "64"
    second[header.index("measure")] = "victims_in_case"
    facts.write_text(
        "\n".join([lines[0], ",".join(first), ",".join(second), lines[3], ",".join(fourth)]) + "\n",
        encoding="utf-8",
    )
    return folder


def told(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """What `evalkit check` says of a workspace to a user whose environment has these variables of the language alone."""
    others = ("EVALKIT_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    settings = {name: value for name, value in os.environ.items() if name not in others}
    done = subprocess.run(
        [sys.executable, "-m", "evalkit", *arguments, "check", folder.name],
        cwd=folder.parent,
        env={**settings, "PYTHONPATH": str(SOURCE.parent.resolve()), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_check_speaks_vietnamese_to_who_has_a_vietnamese_system(faulty: Path):
    code, text = told(faulty, LANG="vi_VN.UTF-8")
    assert code == FactsError.exit_code
    assert "ws/facts.csv, dòng 2, cột value\n" in text
    assert "quy tắc   dấu chấm hoặc dấu phẩy đứng trước đúng ba chữ số" in text
    assert "'victims_in_case' không phải là giá trị đã biết của measure" in text
    assert 'có phải định ghi "victims_in_cases"?' in text
    assert re.search(r"\n\d+ lỗi, \d+ cảnh báo, \d+ lưu ý\n", text)
    assert 'Việt Nam là "VN" với scheme "nation"' in text
    assert "ws/evalkit.toml, dòng 1, khóa populaton\n          quy tắc   khóa lạ\n" in text
    assert ENGLISH_WORDS.findall(text) == []


def test_check_speaks_english_to_everybody_else(faulty: Path):
    code, text = told(faulty, LANG="en_US.UTF-8")
    assert code == FactsError.exit_code
    assert "ws/facts.csv, row 2, column value\n" in text
    assert "'victims_in_case' is not a known measure" in text
    assert text.isascii()
    assert told(faulty) == (code, text)


def test_the_option_stands_above_the_environment(faulty: Path):
    assert told(faulty, "--messages", "vi", LANG="en_US.UTF-8") == told(faulty, EVALKIT_LANG="vi")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("vi", "Nhập số liệu của một biểu vào bộ số liệu"),
        ("en", "Take the figures of a form into a workspace"),
    ],
)
def test_help_is_in_the_language_of_its_user(language: str, says: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EVALKIT_LANG", language)
    for words in (["import", "--help"], ["--help"]):
        told = " ".join(CliRunner().invoke(app, words).stdout.split())
        assert says[:30] in told, words
    assert "lang" in CliRunner().invoke(app, ["run", "--help"]).stdout
