"""A programme made of TOML alone, for another invented country of two levels, goes from facts to pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evalkit.cli import app
from evalkit.programme.load import load_programme

TOY = Path(__file__).parent / "programmes" / "toy"


def test_the_toy_holds_no_python_and_nothing_but_two_measures_three_indicators_and_a_target():
    programme = load_programme("programme", base=TOY)
    assert [len(part) for part in (programme.measures, programme.indicators, programme.targets)] == [2, 3, 1]
    assert {path.suffix for path in TOY.rglob("*") if path.is_file()} == {".toml", ".csv"}


@pytest.mark.end_to_end
def test_the_toy_runs_to_pages_that_judge_its_target(tmp_path: Path):
    toy = shutil.copytree(TOY, tmp_path / "toy")
    words = ["run", str(toy), "--out", str(tmp_path / "out"), "--lang", "en", "--jobs", "1"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "out" / "01-ardmoor.en.html").read_text(encoding="utf-8")
    assert "Wells found safe, of those tested" in page
    assert "45/50" in page  # 90 %: not over 90 %, and chance could explain the distance
    assert "not met" in page
    assert "chance alone could explain the distance" in page
    assert "25.0" in page  # 40 wells to 50
    other = (tmp_path / "out" / "02-brindle.en.html").read_text(encoding="utf-8")
    assert "0/20" in other
