"""The form asks for its source in its head: what is written there stands in sources.toml, what is not stays a question."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.form_workspaces import read_declarations_once
from tests.test_forms_template import answered, facts, form, run, told

AGENCY, DAY, SEEN = "D4", "D5", "D6"
SOURCE = "form-34-22"
Cells = dict[str, Any]


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert run("new", folder)[0] == 0
    return folder


def sent(folder: Path, path: Path, cells: Cells) -> Path:
    """Make a form with one figure and what is given in its head, as a newcomer makes it."""
    form(folder, path, "--requests")
    book = load_workbook(path)
    for name, value in {"E8": 7, **cells}.items():
        book.worksheets[0][name] = value
    book.save(path)
    return path


def entry(folder: Path, source: str = SOURCE) -> dict[str, Any]:
    content = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))[source]
    return {name: content[name] for name in ("agency", "date", "confidence")}


def warnings(said: dict[str, Any]) -> list[dict[str, str]]:
    return [one for one in said["findings"] if one["severity"] == "warning"]


@pytest.mark.parametrize(
    ("day", "kept"),
    [
        (date(2024, 3, 15), "2024-03-15"),
        (datetime.fromisoformat("2024-03-05T14:30"), "2024-03-05"),
        ("15/3/2024", "2024-03-15"),
        ("5/3/2024", "2024-03-05"),
        ("2024-03-15", "2024-03-15"),
        ("tháng 3/2024", "2024-03"),
        (2024, "2024"),
    ],
)
def test_what_stands_in_the_head_is_the_entry_of_the_source(
    day: object, kept: str, workspace: Path, tmp_path: Path
):
    path = sent(workspace, tmp_path / "b.xlsx", {AGENCY: 'Công an tỉnh "Quảng Ninh"', DAY: day, SEEN: "có"})
    code, said = told("import", path, workspace)
    assert (code, said["taken"], warnings(said)) == (0, 1, [])
    assert entry(workspace) == {
        "agency": 'Công an tỉnh "Quảng Ninh"',
        "date": kept,
        "confidence": "verified",
    }


@pytest.mark.parametrize(
    ("answer", "kept"),
    [("có", "verified"), ("chưa", "to be checked"), ("Yes", "verified"), ("no", "to be checked")],
)
def test_whether_the_original_was_seen_is_said_in_either_language(
    answer: str, kept: str, workspace: Path, tmp_path: Path
):
    path = sent(workspace, tmp_path / "b.xlsx", {SEEN: answer})
    said = told("import", path, workspace)[1]
    assert entry(workspace) == {"agency": "?", "date": "?", "confidence": kept}
    assert [one["rule"].rpartition(": ")[2] for one in warnings(said)] == ["agency, date"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (DAY, "hôm qua"),
        (DAY, "31/02/2024"),
        (DAY, date(1905, 7, 16)),  # 2024, typed into a cell that shows days
        (DAY, 45366.5),
        (DAY, True),
        (SEEN, "có lẽ"),
        (SEEN, 1),
        (AGENCY, 12),
        (AGENCY, "Sở\u202e"),
        (AGENCY, '=HYPERLINK("http://a.invalid","Sở")'),
    ],
)
def test_what_cannot_be_read_is_told_with_its_cell_and_stays_a_question(
    cell: str, written: object, workspace: Path, tmp_path: Path
):
    whole: Cells = {AGENCY: "Sở", DAY: "2024-03-15", SEEN: "no"}
    path = sent(workspace, tmp_path / "b.xlsx", {**whole, cell: written})
    code, said = told("import", path, workspace)
    name = {AGENCY: "agency", DAY: "date", SEEN: "confidence"}[cell]
    assert code == 0
    assert [one["where"].partition(", ")[2] for one in warnings(said)][:1] == [f"Figures!{cell}"]
    assert warnings(said)[1]["rule"].endswith(f": {name}")
    assert {key for key, value in entry(workspace).items() if value == "?"} == {name}


def test_what_was_filled_in_stays_and_what_is_open_is_answered_by_the_next_import(
    workspace: Path, tmp_path: Path
):
    first = sent(workspace, tmp_path / "a.xlsx", {})
    assert told("import", first, workspace)[0] == 0
    file = workspace / "sources.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('agency = "?"', 'agency = "Sở Tư pháp"')
        + '\n[other]\ntitle = "x"\nagency = "?"\ndate = "?"\nconfidence = "?"\n',
        encoding="utf-8",
    )
    second = sent(workspace, tmp_path / "b.xlsx", {AGENCY: "SỞ TƯ  PHÁP", DAY: "15/3/2024"})
    said = told("import", second, workspace)[1]
    assert entry(workspace) == {"agency": "Sở Tư pháp", "date": "2024-03-15", "confidence": "?"}
    notes = [one["rule"] for one in said["findings"] if one["severity"] == "note"]
    assert [one for one in notes if one.endswith(": agency")]
    blank = sent(workspace, tmp_path / "c.xlsx", {})
    before = file.read_bytes()
    assert told("import", blank, workspace)[0] == 0
    assert file.read_bytes() == before
    assert tomllib.loads(before.decode())["other"]["agency"] == "?"


def replaced(said: dict[str, Any]) -> list[tuple[str, str]]:
    told_of = [one for one in said["findings"] if "were replaced" in one["rule"]]
    return [(one["severity"], one["rule"].rpartition(": ")[2]) for one in told_of]


def test_the_form_of_another_agency_replaces_nothing_and_is_a_source_of_its_own(
    workspace: Path, tmp_path: Path
):
    police = {AGENCY: "Công an tỉnh", DAY: "15/3/2024", SEEN: "có", "E9": 3, "F8": 9}
    justice = {AGENCY: "Sở Tư pháp", DAY: "20/4/2024", SEEN: "có"}
    first = sent(workspace, tmp_path / "a.xlsx", police)
    other = sent(workspace, tmp_path / "b.xlsx", justice)
    third = sent(workspace, tmp_path / "c.xlsx", {**justice, AGENCY: "Tòa án"})
    assert told("import", first, workspace)[1]["source_ids"] == [SOURCE]
    before = (workspace / "imported" / f"{SOURCE}.csv").read_bytes()
    for path, source in ((other, f"{SOURCE}-2"), (third, f"{SOURCE}-3"), (other, f"{SOURCE}-2")):
        said = told("import", path, workspace)[1]
        assert said["source_ids"] == [source]
        assert [one["where"] for one in warnings(said)] == [f"{path.name}, D4"]
        assert all(name in warnings(said)[0]["rule"] for name in (SOURCE, source))
    assert (workspace / "imported" / f"{SOURCE}.csv").read_bytes() == before
    assert entry(workspace)["agency"] == "Công an tỉnh"
    assert entry(workspace, f"{SOURCE}-2") == {
        "agency": "Sở Tư pháp",
        "date": "2024-04-20",
        "confidence": "verified",
    }
    assert entry(workspace, f"{SOURCE}-3")["agency"] == "Tòa án"
    assert facts(workspace, f"{SOURCE}-2")[["value", "source_id"]].values.tolist() == [["7", f"{SOURCE}-2"]]


def test_a_source_that_anything_stands_under_is_not_free(workspace: Path, tmp_path: Path):
    first = sent(workspace, tmp_path / "a.xlsx", {AGENCY: "Công an tỉnh"})
    assert told("import", first, workspace)[0] == 0
    (workspace / "imported" / f"{SOURCE}-2.csv").write_text("province_code\n", encoding="utf-8")
    with (workspace / "sources.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[{SOURCE}-3]\nagency = "?"\n')
    other = sent(workspace, tmp_path / "b.xlsx", {AGENCY: "Sở Tư pháp"})
    assert told("import", other, workspace)[1]["source_ids"] == [f"{SOURCE}-4"]


def test_an_agency_written_otherwise_by_case_blanks_or_diacritics_is_the_same(
    workspace: Path, tmp_path: Path
):
    for number, name in enumerate(("Công an tỉnh", "CÔNG AN  TỈNH", "Cong an tinh", None)):
        path = sent(workspace, tmp_path / f"{number}.xlsx", {AGENCY: name})
        assert told("import", path, workspace)[1]["source_ids"] == [SOURCE]


def test_figures_whose_source_cannot_be_read_are_not_replaced(workspace: Path, tmp_path: Path):
    first = sent(workspace, tmp_path / "a.xlsx", {AGENCY: "Công an tỉnh"})
    assert told("import", first, workspace)[0] == 0
    file = workspace / "sources.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[broken\n", encoding="utf-8")
    before = (workspace / "imported" / f"{SOURCE}.csv").read_bytes()
    other = sent(workspace, tmp_path / "b.xlsx", {AGENCY: "Sở Tư pháp", "E8": 8})
    code, said = told("import", other, workspace)
    assert (code, said["written"]) == (3, {})
    assert (workspace / "imported" / f"{SOURCE}.csv").read_bytes() == before


def test_how_many_earlier_figures_are_replaced_by_how_many_is_told(workspace: Path, tmp_path: Path):
    many = sent(workspace, tmp_path / "a.xlsx", {AGENCY: "Sở", "E9": 3, "F8": 9})
    few = sent(workspace, tmp_path / "b.xlsx", {AGENCY: "Sở"})
    assert replaced(told("import", many, workspace)[1]) == []
    assert replaced(told("import", many, workspace)[1]) == [("note", "3 by 3")]
    assert replaced(told("import", few, workspace)[1]) == [("warning", "3 by 1")]
    assert replaced(told("import", many, workspace)[1]) == [("note", "1 by 3")]
    held = sent(workspace, tmp_path / "c.xlsx", {AGENCY: "Sở", "E9": "ba"})
    assert replaced(told("import", held, workspace)[1]) == []  # nothing was written
    assert len(facts(workspace)) == 3


def test_a_form_may_be_made_for_a_source_of_its_own(workspace: Path, tmp_path: Path):
    path = tmp_path / "b.xlsx"
    words = ("template", workspace, "--province", "22", "--requests", "--out", path, "--source")
    assert run(*words, "../so")[0] != 0
    assert not path.exists()
    assert run(*words, "so-tu-phap")[0] == 0
    book = load_workbook(path)
    book.worksheets[0]["E8"] = 7
    book.save(path)
    assert told("import", path, workspace)[1]["source_ids"] == ["so-tu-phap"]


@pytest.mark.parametrize("elsewhere", ["", '\n[other]\ntitle = "x"\nagency = "?"\n'])
def test_the_date_of_the_head_is_that_of_the_facts_at_once(elsewhere: str, workspace: Path, tmp_path: Path):
    with (workspace / "sources.toml").open("a", encoding="utf-8") as file:
        file.write(elsewhere)
    cells = {AGENCY: "Sở", DAY: "15/3/2024", SEEN: "có", "F8": 9, "G9": "không phát sinh"}
    path = sent(workspace, tmp_path / "b.xlsx", cells)
    assert told("import", path, workspace)[1]["taken"] == 3
    assert facts(workspace)["edition_date"].tolist() == ["2024-03-15"] * 3


def test_a_date_mended_in_the_returned_form_is_that_of_the_facts(workspace: Path, tmp_path: Path):
    path = sent(workspace, tmp_path / "b.xlsx", {AGENCY: "Sở", DAY: "hôm qua", SEEN: "có", "E9": "ba"})
    said = told("import", path, workspace)[1]
    returned = Path(said["written"]["returned"][0])
    book = load_workbook(returned)
    book.worksheets[0][DAY], book.worksheets[0]["E9"] = "15/3/2024", 3
    book.save(returned)
    assert told("import", returned, workspace)[0] == 0
    assert facts(workspace)["edition_date"].tolist() == ["2024-03-15"] * 2


def test_the_date_that_somebody_wrote_into_sources_is_that_of_the_facts(workspace: Path, tmp_path: Path):
    path = sent(workspace, tmp_path / "b.xlsx", {DAY: "15/3/2024"})
    assert told("import", path, workspace)[0] == 0
    file = workspace / "sources.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"2024-03-15"', '"20/3/2024"', 1), encoding="utf-8")
    assert told("import", path, workspace)[0] == 0
    assert set(facts(workspace)["edition_date"]) == {"2024-03-20"}


def test_an_older_form_without_these_cells_imports_and_says_nothing_of_its_source(
    workspace: Path, tmp_path: Path
):
    path = sent(workspace, tmp_path / "b.xlsx", {AGENCY: "a note of somebody"})
    book = load_workbook(path)
    for sheet in book:
        sheet["A2"] = "evalkit-form 1"
    book.save(path)
    code, said = told("import", path, workspace)
    assert (code, said["taken"], len(warnings(said))) == (0, 1, 1)
    assert set(entry(workspace).values()) == {"?"}


def test_a_form_that_says_its_source_leads_to_checked_figures_of_that_day(workspace: Path, tmp_path: Path):
    path = sent(workspace, tmp_path / "b.xlsx", {AGENCY: "Sở", DAY: date(2024, 3, 15), SEEN: "có"})
    text = run("import", path, workspace)[1]
    assert text.splitlines()[-1] == f"next: evalkit run {workspace} --province 22"
    answered(workspace)
    assert run("check", workspace)[0] == 0
    assert entry(workspace)["date"] == "2024-03-15"


@pytest.mark.parametrize(("language", "choice"), [("vi", '"có,chưa"'), ("en", '"yes,no"')])
def test_the_first_sheet_asks_and_no_other(language: str, choice: str, workspace: Path, tmp_path: Path):
    path = tmp_path / "b.xlsx"
    run("--messages", language, "template", workspace, "--province", "22", "--out", path)
    book = load_workbook(path)
    first, second = book.worksheets
    lists = {str(one.sqref): one.formula1 for one in first.data_validations.dataValidation}
    assert lists[SEEN] == choice
    assert "evalkit_source" in book.defined_names
    for name in (AGENCY, DAY, SEEN):
        label = name.replace("D", "C")
        assert first[label].value
        assert second[label].value is None
        assert first[name].fill.fgColor.rgb == first["E8"].fill.fgColor.rgb
        assert (first[name].value, first[name].number_format) == (None, "@")
