"""Small inputs that once went wrong, through the command `evalkit check`: its exit code, the place and the rule told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evalkit.cli import app
from tests.builders import fact
from tests.workspaces import tiny_workspace

LEAFLETS = {"measure": "leaflets_distributed", "scheme": "new", "year": 2024, "edition_date": "2025-03-15"}
CASES = {"scheme": "new", "year": 2024, "edition_date": "2025-03-15"}
VICTIMS = CASES | {"measure": "victims_identified"}
FORMER = {"scheme": "old", "year": 2019}
RULES: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "thousands by a point": (
        [fact("01", 8000, **LEAFLETS), fact("03", 12, **LEAFLETS) | {"value": "12.000"}],
        "facts.csv, row 3, column value",
        "may part thousands",
    ),
    "an exponent": (
        [fact("01", 1, **LEAFLETS) | {"value": "1.23E+05"}],
        "facts.csv, row 2, column value",
        "an exponent is a spreadsheet's rounding",
    ),
    "more women than victims": (
        [
            fact("01", 30, **VICTIMS, sex="all"),
            fact("01", 42, **VICTIMS, sex="female"),
            fact("01", 15, **VICTIMS, sex="male"),
        ],
        "facts.csv, row 3, column value (beside row 4, 2)",
        "must not be below its parts by sex",
    ),
    "provinces above their nation": (
        [fact("01", 30, **CASES), fact("03", 22, **CASES), fact("VN", 20, **CASES | {"scheme": "nation"})],
        "first row 2, column value (beside row 3, 4)",
        "the figure of the nation must not be below those of the places inside it",
    ),
    "former units unlike their merged one": (
        [fact("02", 7, **FORMER), fact("03", 5, **FORMER), fact("03", 15, **FORMER | {"scheme": "new"})],
        "facts.csv, row 2, column value (beside row 3, 4)",
        "former units that make up a merged unit add up",
    ),
    "a half-year above its year": (
        [
            fact("01", 10, **CASES),
            fact("01", 14, **CASES, period_start="2024-01-01", period_end="2024-06-30"),
        ],
        "facts.csv, row 3, column value (beside row 2)",
        "periods inside it",
    ),
    "a year to come": (
        [fact("01", 3, scheme="new", year=2042, edition_date="2043-03-15")],
        "facts.csv, row 2, column period_start",
        "a period lies in the future",
    ),
}


def check(folder: Path) -> tuple[int, str]:
    """Return the exit code of the command and all that it prints, lines joined."""
    ran = CliRunner().invoke(app, ["check", str(folder)])
    return ran.exit_code, " ".join(ran.output.split())


@pytest.mark.parametrize("name", RULES)
def test_what_cannot_be_is_refused_with_row_and_rule(name: str, tmp_path: Path):
    rows, where, rule = RULES[name]
    tiny_workspace(tmp_path / "trial", facts=rows)
    code, told = check(tmp_path / "trial")
    assert (code, where in told, rule in told) == (3, True, True), told


def test_a_median_and_money_have_decimals(tmp_path: Path):
    median = {"measure": "days_report_to_institution", "unit": "ngay"}
    money = {"measure": "budget_allocated", "unit": "trieu_dong"}
    instituted = fact("01", 12, measure="cases_instituted")
    tiny_workspace(
        tmp_path / "trial", facts=[instituted, fact("01", 20.5, **median), fact("01", 1250.5, **money)]
    )
    code, told = check(tmp_path / "trial")
    assert code == 0, told
    assert "0 errors" in told


def test_cells_parted_by_tabs_are_told_in_one_line(tmp_path: Path):
    tiny_workspace(tmp_path / "trial")
    facts = tmp_path / "trial" / "facts.csv"
    facts.write_text(facts.read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8")
    code, told = check(tmp_path / "trial")
    assert (code, "tabs" in told, "1 error, 0 warnings" in told) == (3, True, True), told


def test_a_name_that_turns_the_sentence_round_is_refused(tmp_path: Path):
    tiny_workspace(tmp_path / "trial")
    names = tmp_path / "trial" / "names.csv"
    names.write_text(
        names.read_text(encoding="utf-8").replace("Tỉnh An", "Tỉnh \u202eAn", 1), encoding="utf-8"
    )
    code, told = check(tmp_path / "trial")
    assert (code, "names.csv, line 2, column full_name" in told, "direction of writing" in told) == (
        3,
        True,
        True,
    )
    assert "\u202e" not in told
