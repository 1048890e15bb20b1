"""The form that evalkit gives out, a new workspace, a returned form, a draft of a mapping: the way of an officer, by the command line."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from evalkit.batch.prepare import receive
from evalkit.cli import app
from evalkit.facts.forms.form_template import CORNER, VERSION, form_rows
from evalkit.facts.forms.own_source import slug
from evalkit.programme.load import load_programme
from evalkit.table import COLUMNS
from evalkit.workspace import open_workspace
from tests.form_workspaces import read_declarations_once

FIRST = 8
SIGNS = {
    "không phát sinh": "zero_reported",
    "chưa có số liệu": "not_reported",
    "không áp dụng": "not_applicable",
}


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def told(*words: object) -> tuple[int, dict[str, Any]]:
    code, text = run(*words, "--json")
    return code, json.loads(text)


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "so-lieu"
    assert run("new", folder)[0] == 0
    return folder


def answered(folder: Path) -> None:
    """Fill in the questions of a new workspace, as its owner does."""
    settings = (folder / "evalkit.toml").read_text(encoding="utf-8")
    (folder / "evalkit.toml").write_text(settings.replace('= "?"', '= "Bộ thử"'), encoding="utf-8")
    sources = (folder / "sources.toml").read_text(encoding="utf-8")
    sources = sources.replace('confidence = "?"', 'confidence = "to be checked"').replace(
        '"?"', '"2026-01-15"'
    )
    (folder / "sources.toml").write_text(sources, encoding="utf-8")


def form(folder: Path, path: Path, *more: str) -> Path:
    assert run("template", folder, "--province", "22", "--out", path, "--years", "2020-2023", *more)[0] == 0
    return path


def fill(path: Path) -> dict[tuple[str, int], Any]:
    """Write a figure or a sign into each cell of a form but some; return what was written by key and year."""
    book, written = load_workbook(path), {}
    programme = load_programme("vn-trafficking")
    for sheet in book:
        for row in range(FIRST, sheet.max_row + 1):
            key = str(sheet.cell(row, 1).value)
            whole = programme.measures[key.partition("[")[0]].whole
            for column, year in enumerate(range(2020, 2024), start=5):
                turn = (row * 5 + column) % 7
                value: Any = [None, *SIGNS, row * 3 + column, 0, row + 100][turn]
                value = value + 0.125 * column if isinstance(value, int) and value and not whole else value
                sheet.cell(row, column).value = value
                written[key, year] = value
    book.save(path)
    return {at: value for at, value in written.items() if value is not None}


def facts(folder: Path, source: str = "form-34-22") -> pd.DataFrame:
    return pd.read_csv(folder / "imported" / f"{source}.csv", dtype=str, keep_default_na=False)


def key_of_row(row: pd.Series) -> str:
    inside = [
        f"{name}={row[name]}"
        for name in row.index
        if name not in (*COLUMNS, "preliminary", "mark") and row[name] != "all"
    ]
    return row["measure"] + (f"[{','.join(sorted(inside))}]" if inside else "")


def sorted_key(key: str) -> str:
    name, bracket, inside = key.partition("[")
    return name + (f"[{','.join(sorted(inside.rstrip(']').split(',')))}]" if bracket else "")


def test_a_filled_form_gives_back_every_measure_exactly(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    written = fill(path)
    code, said = told("import", path, workspace)
    assert (code, said["held"], said["taken"]) == (0, 0, len(written))
    found = {
        (key_of_row(row), int(row["period_start"][:4])): (row["value"], row["status"])
        for _, row in facts(workspace).iterrows()
    }
    for (key, year), value in written.items():
        got, status = found[sorted_key(key), year]
        if isinstance(value, str):
            assert status == SIGNS[value]
        else:
            assert float(got) == value
    assert {key.partition("[")[0] for key, _ in written} == set(load_programme("vn-trafficking").measures)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_a_form_filled_and_saved_by_libreoffice_gives_the_same(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    written = fill(path)
    out = tmp_path / "saved"
    command = ["soffice", "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    code, said = told("import", out / path.name, workspace)
    assert (code, said["taken"]) == (0, len(written))


@pytest.mark.parametrize(
    ("cell", "text", "rule"),
    [
        ("B3", "24", "different places"),
        ("C3", "63", "different places"),
        ("E7", "2019", "different periods"),
        ("F7", "6 tháng đầu năm 2021", "different periods"),
    ],
)
def test_sheets_that_name_different_places_or_periods_are_refused(
    cell: str, text: str, rule: str, workspace: Path, tmp_path: Path
):
    path = form(workspace, tmp_path / "form.xlsx")
    fill(path)
    book = load_workbook(path)
    book.worksheets[0][cell].value = text
    book.save(path)
    code, said = told("import", path, workspace)
    assert (code, said["taken"]) == (3, 0)
    assert cell in json.dumps(said)
    assert rule in json.dumps(said)
    for column in range(5, 9):  # a sheet without figures says nothing
        for row in range(FIRST, book.worksheets[1].max_row + 1):
            book.worksheets[1].cell(row, column).value = None
    book.save(path)
    assert told("import", path, workspace)[1]["taken"] > 0


def test_a_form_has_a_row_for_each_measure_and_no_formula(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    programme = load_programme("vn-trafficking")
    keys = [[str(row[0].value) for row in sheet.iter_rows(min_row=FIRST, max_col=1)] for sheet in book]
    assert keys == [[key for key, _, _ in form_rows(programme, None, parts=parts)] for parts in (False, True)]
    assert {sheet["A2"].value for sheet in book} == {VERSION}
    assert [book.worksheets[0][cell].value for cell in ("B3", "C3")] == ["22", "34"]
    assert {"evalkit_version", "evalkit_place", "evalkit_figures"} <= set(book.defined_names)
    assert book.worksheets[0][CORNER].value is None
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_the_form_of_the_request_list_asks_for_it_alone(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx", "--requests")
    asked = {name for one in load_programme("vn-trafficking").requests for name in one.measures}
    keys = [
        str(row[0].value)
        for sheet in load_workbook(path)
        for row in sheet.iter_rows(min_row=FIRST, max_col=1)
    ]
    assert {key.partition("[")[0] for key in keys} == asked
    apart = {key for key in keys if "[" in key and "person_class=" not in key}
    sexes = {
        f"{name}[sex={sex}]"
        for name in ("victims_identified", "persons_received")
        for sex in ("female", "male")
    }
    assert {key for key in apart if "channel=" not in key} == sexes
    apart = [key for key in keys if "person_class=" in key]
    assert len(apart) == 20, "accepting and received, of each of ten kinds of support"
    assert all(key.endswith("person_class=victim]") for key in apart), "of victims alone, as the request says"
    assert len(keys) < 60


def keys_of(path: Path) -> list[str]:
    book = load_workbook(path)
    return [str(row[0].value) for sheet in book for row in sheet.iter_rows(min_row=FIRST, max_col=1)]


def test_the_form_of_every_figure_is_made_where_nothing_else_is_said_and_the_shorter_is_named(
    workspace: Path, tmp_path: Path
):
    told_of, keys = {}, {}
    for more in ((), ("--all",), ("--requests",)):
        path = tmp_path / f"bieu{''.join(more)}.xlsx"
        told_of[more] = run("template", workspace, "--province", "22", "--out", path, *more)[1]
        keys[more] = keys_of(path)
        assert told_of[more].splitlines()[-1].endswith(f"evalkit import {path} {workspace}")
    assert keys[()] == keys["--all",]
    assert set(keys["--requests",]) < set(keys[()])
    assert [more for more, text in told_of.items() if "--requests makes the short form" in text] == [
        (),
        ("--all",),
    ]


def test_a_programme_without_a_request_list_has_one_form(workspace: Path, tmp_path: Path):
    folder = Path(
        shutil.copytree(
            "src/evalkit/programme/catalogue/vn-trafficking", workspace / "programme", symlinks=True
        )
    )
    (folder / "requests.toml").unlink()
    settings = (workspace / "evalkit.toml").read_text(encoding="utf-8")
    (workspace / "evalkit.toml").write_text(
        settings.replace('programme = "vn-trafficking"', 'programme = "programme"'), encoding="utf-8"
    )
    path = tmp_path / "bieu.xlsx"
    code, text = run("template", workspace, "--province", "22", "--requests", "--out", path)
    assert (code, "--requests" in text) == (0, False)
    programme = load_programme("vn-trafficking")
    assert keys_of(path) == [
        key for parts in (False, True) for key, _, _ in form_rows(programme, None, parts=parts)
    ]


def test_a_new_workspace_names_the_command_of_its_first_form(tmp_path: Path):
    result = CliRunner().invoke(app, ["new", str(tmp_path / "so-lieu")])
    assert f"evalkit template {tmp_path / 'so-lieu'} --province 22 --requests --out" in result.stderr
    assert all(Path(line).is_file() for line in result.stdout.splitlines())


def test_a_workspace_without_figures_names_the_command_that_brings_some(workspace: Path):
    """Not the path of a file that a workspace of forms never needs."""
    settings = workspace / "evalkit.toml"
    filled = settings.read_text(encoding="utf-8").replace('"?"', '"x"')
    settings.write_text(filled, encoding="utf-8")
    code, text = run("check", workspace)
    assert code == 3
    assert f"evalkit import FORM {workspace}" in text
    settings.write_text('facts = ["own.csv"]\n' + filled, encoding="utf-8")
    code, text = run("check", workspace)
    assert (code, "evalkit import" in text, "the facts file must exist" in text) == (3, False, True)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["--province", "Quảng Minh"], "no unit of this name"),
        (["--province", "22", "--years", "2023-2019"], "years are one year or a span"),
        (["--province", "22", "--years", "soon"], "years are one year or a span"),
        (["--province", "22", "--scheme", "35"], "no such scheme"),
    ],
)
def test_a_form_that_cannot_be_is_refused(words: list[str], rule: str, workspace: Path, tmp_path: Path):
    result = CliRunner().invoke(app, ["template", str(workspace), "--out", str(tmp_path / "x.xlsx"), *words])
    assert result.exit_code == 3
    assert rule in result.stderr
    assert not (tmp_path / "x.xlsx").exists()


def test_a_form_is_never_written_over(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    before = path.read_bytes()
    assert run("template", workspace, "--province", "22", "--out", path)[0] == 3
    assert path.read_bytes() == before


def test_a_new_workspace_asks_its_questions_until_they_are_answered(workspace: Path, tmp_path: Path):
    assert run("check", workspace)[0] == 3
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    book.worksheets[0]["E8"] = 7
    book.save(path)
    assert told("import", path, workspace)[0] == 0
    assert run("check", workspace)[0] == 3
    answered(workspace)
    code, text = run("check", workspace)
    assert (code, "rows read: 1" in text) == (0, True)


def test_a_new_workspace_is_made_in_an_empty_folder_alone(workspace: Path):
    before = {path.name: path.read_bytes() for path in workspace.iterdir()}
    assert run("new", workspace)[0] == 3
    assert {path.name: path.read_bytes() for path in workspace.iterdir()} == before
    assert "*" in before[".gitignore"].decode().splitlines()


def test_a_cell_corrected_in_the_returned_form_is_taken(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    book.worksheets[0]["E8"], book.worksheets[0]["F8"] = "12a", 5
    book.save(path)
    code, said = told("import", path, workspace)
    assert (code, said["held"], "facts" in said["written"]) == (3, 1, False)
    returned = Path(said["written"]["returned"][0])
    book = load_workbook(returned)
    assert "12a" not in str(book.worksheets[0]["E8"].comment.text)
    assert book.worksheets[0]["F8"].comment is None
    book.worksheets[0]["E8"] = 12
    book.save(returned)
    code, said = told("import", returned, workspace)
    assert (code, said["taken"], said["held"]) == (0, 2, 0)
    assert sorted(facts(workspace)["value"]) == ["12", "5"]
    assert not (workspace / "imported" / "form-34-22.quarantine.csv").exists()


def test_a_form_that_was_worked_on_is_never_written_over(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    book.worksheets[0]["E8"], book.worksheets[0]["E9"] = "12a", "3b"
    book.save(path)
    returned = Path(told("import", path, workspace)[1]["written"]["returned"][0])
    book = load_workbook(returned)
    book.worksheets[0]["E8"] = 12
    book.save(returned)
    mine = returned.read_bytes()
    second = Path(told("import", path, workspace)[1]["written"]["returned"][0])
    assert (second != returned, returned.read_bytes() == mine) == (True, True)
    third = load_workbook(Path(told("import", returned, workspace)[1]["written"]["returned"][0])).worksheets[
        0
    ]
    assert third["E8"].comment is None
    assert third["E8"].fill.fgColor.rgb != third["E9"].fill.fgColor.rgb
    assert (
        "type the figure anew" in third["E9"].comment.text.lower()
        or "gõ lại" in third["E9"].comment.text.lower()
    )


def test_a_label_to_be_left_that_stands_nowhere_is_refused(workspace: Path, tmp_path: Path):
    path, mapping = tmp_path / "form.csv", tmp_path / "mapping.toml"
    path.write_text("Tỉnh;2022\nHà Nội;1\n", encoding="utf-8")
    lines = ['corner = "B2"', 'place = { column = "A", scheme = "34" }', "period = { row = 1 }"]
    lines += ['measure = "cases_recorded"', 'skip = ["Hà Nôi 2"]']
    mapping.write_text("[table]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", mapping)
    assert (code, "skip" in said["findings"][0]["where"]) == (3, True)


def test_numbers_of_lines_are_no_places(workspace: Path, tmp_path: Path):
    path, mapping = tmp_path / "form.csv", tmp_path / "mapping.toml"
    path.write_text("STT;2022\n11;1300\n12;1200\n", encoding="utf-8")
    lines = ['corner = "B2"', 'place = { column = "A", scheme = "34" }', "period = { row = 1 }"]
    mapping.write_text(
        "[table]\n" + "\n".join([*lines, 'measure = "cases_recorded"']) + "\n", encoding="utf-8"
    )
    code, said = told("import", path, workspace, "--mapping", mapping)
    assert (code, said["taken"], said["held"]) == (3, 0, 2)


def test_a_draft_does_not_run_until_it_is_filled_in(workspace: Path, tmp_path: Path):
    path = tmp_path / "Biểu 1.csv"
    path.write_text("Tỉnh;2022;2023\nHà Nội;1;2\nQuảng Ninh;-;4\n", encoding="utf-8")
    code, said = told("import", path, workspace, "--suggest")
    draft = Path(said["draft"])
    assert (code, draft.name) == (0, f"{slug('Biểu 1')}.mapping.toml")
    assert told("import", path, workspace, "--mapping", draft)[0] == 3
    text = draft.read_text(encoding="utf-8")
    for hole, value in {
        'scheme = "?"': 'scheme = "34"',
        'measure = "?"': 'measure = "cases_recorded"',
        '"-" = "?"': '"-" = "zero_reported"',
        'published = "?"': "published = false",
        'edition_date = "?"': "edition_date = 2024-01-15",
    }.items():
        assert hole in text
        text = text.replace(hole, value)
    draft.write_text(text, encoding="utf-8")
    code, said = told("import", path, workspace, "--mapping", draft)
    assert (code, said["taken"]) == (0, 4)
    assert facts(workspace, slug(path.stem))["value"].tolist() == ["1", "2", "0", "4"]


def test_a_panel_with_a_row_of_no_place_holds_that_row_and_tells_the_region(tmp_path: Path):
    """70 rows, 30 years, semicolons, a byte order mark: the region counts persons whose province nobody knows."""
    from evalkit.places.registry import load_registry, reference_folder  # noqa: PLC0415

    registry = load_registry(reference_folder())
    lines = [["Địa phương", *map(str, range(1995, 2025))]]
    for region in registry.regions("63"):
        units = [unit for unit in registry.units("63") if unit.region_code == region]
        extra = 3 if region == "R4" else 0
        lines.append([units[0].region.root["vi"], *[str(10 * len(units) + extra)] * 30])
        lines += [[unit.name, *["10"] * 30] for unit in units]
    lines.append(["Không xác định", *["3"] * 30])
    lines[5][4] = ".."
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(lines)
    path = tmp_path / "panel.csv"
    path.write_bytes(stream.getvalue().encode("utf-8-sig"))
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[table]\ncorner = "B2"\nplace = { column = "A", scheme = "63" }\nperiod = { row = 1 }\nmeasure = "cases_recorded"\n'
        'marks = { ".." = "not_reported" }\nsource_id = "panel"\n',
        encoding="utf-8",
    )
    folder = Path(
        shutil.copytree("data/vn-published", tmp_path / "vn", ignore=shutil.ignore_patterns("ledger*"))
    )
    code, said = told("import", path, folder, "--mapping", mapping, "--take-the-rest")
    assert (code, said["read"], said["taken"], said["held"]) == (3, 2100, 2070, 30)
    assert {one["cell"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for one in said["held_cells"]} == {
        str(len(lines))
    }
    errors = [one for one in said["findings"] if one["severity"] == "error"]
    row_of_region = next(number for number, line in enumerate(lines, start=1) if line[1] == "53")
    assert len(errors) == 30
    assert all(re.search(rf"[A-Z]{row_of_region}\b", one["where"]) for one in errors)


def country(path: Path, region_above: int, nation: int) -> tuple[Path, dict[str, str]]:
    """Write a form of 63 units with 10 cases each, its six regions and the nation; return the cells of the regions and the nation."""
    from evalkit.places.registry import load_registry, reference_folder  # noqa: PLC0415

    registry = load_registry(reference_folder())
    lines, cells = [["Địa phương", "2023"], ["Cả nước", str(nation)]], {"VN": "B2"}
    for region in registry.regions("63"):
        units = [unit for unit in registry.units("63") if unit.region_code == region]
        above = region_above if region == "R2" else 0
        lines.append([units[0].region.root["vi"], str(10 * len(units) + above)])
        cells[region] = f"B{len(lines)}"
        lines += [[unit.name, "10"] for unit in units]
    path.write_text("\n".join(";".join(line) for line in lines) + "\n", encoding="utf-8")
    return path, cells


@pytest.mark.parametrize(("published", "figures"), [("true", True), ("false", False)])
def test_a_total_is_not_told_to_be_unlike_its_parts_and_equal_to_them_in_two_findings(
    *, published: str, figures: bool, workspace: Path, tmp_path: Path
):
    path, cells = country(tmp_path / "form.csv", 80, 630)
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[table]\ncorner = "B2"\nplace = { column = "A", scheme = "63" }\nperiod = { row = 1 }\n'
        f'measure = "cases_recorded"\npublished = {published}\n',
        encoding="utf-8",
    )
    said = told("import", path, workspace, "--mapping", mapping)[1]
    errors = [one for one in said["findings"] if one["severity"] == "error"]
    of_nation = [one for one in said["findings"] if "Viet Nam agrees" in one["rule"]]
    assert len(errors) == 2
    assert of_nation == [one for one in errors if one["where"].endswith(cells["VN"])]
    assert (
        "off by 80; beside its 63 units Viet Nam agrees within rounding" in of_nation[0]["rule"]
    ) == figures
    assert ("80" in of_nation[0]["rule"]) == figures
    assert of_nation[0]["do"].startswith("look at the parts named here first, then ask the source")
    (note,) = [one for one in said["findings"] if one["severity"] == "note" and " equals " in one["rule"]]
    agreed = note["rule"].partition(": ")[2].split("; ")
    assert len(agreed) == len(cells) - 2  # the regions that agree, and not the one that does not


def test_a_total_that_agrees_wherever_it_is_compared_is_a_note(workspace: Path, tmp_path: Path):
    path, cells = country(tmp_path / "form.csv", 0, 630)
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[table]\ncorner = "B2"\nplace = { column = "A", scheme = "63" }\nperiod = { row = 1 }\n'
        'measure = "cases_recorded"\n',
        encoding="utf-8",
    )
    said = told("import", path, workspace, "--mapping", mapping)[1]
    (equal,) = [one for one in said["findings"] if " equals " in one["rule"]]
    assert equal["severity"] == "note"
    assert len(equal["rule"].partition(": ")[2].split("; ")) == len(cells)


def test_years_before_the_boundary_set_began_are_told(workspace: Path, tmp_path: Path):
    runner = CliRunner()
    told_of = {}
    for province, years, scheme in (
        ("25", "2021-2025", "34"),
        ("25", "2025", "34"),
        ("22", "2019-2023", "34"),
        ("22", "2019-2023", "63"),
    ):
        words = ["template", workspace, "--province", province, "--years", years, "--scheme", scheme]
        out = tmp_path / f"{province}-{years}-{scheme}.xlsx"
        told_of[province, years, scheme] = runner.invoke(app, [*map(str, words), "--out", str(out)]).stderr
    assert "--scheme 63" in told_of.pop(("25", "2021-2025", "34"))
    assert set(told_of.values()) == {""}


def test_every_fault_of_a_mapping_is_told_at_once(workspace: Path, tmp_path: Path):
    path, mapping = tmp_path / "form.csv", tmp_path / "mapping.toml"
    path.write_text("Tỉnh;2022\nHà Nội;1\n", encoding="utf-8")
    mapping.write_text(
        '[table]\ncorner = "2B"\nplace = { column = "7", scheme = "34" }\nperiod = 2022\nmesure = "x"\n'
    )
    result = CliRunner().invoke(app, ["import", str(path), str(workspace), "--mapping", str(mapping)])
    assert result.exit_code == 3
    assert result.stderr.count("FactsError") >= 3
    assert "evalkit check" not in result.stderr


def test_cells_that_contradict_each_other_are_commented_in_the_returned_form(workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    figures = {
        "victims_identified": 20,
        "victims_identified[sex=female]": 17,
        "victims_identified[sex=male]": 5,
    }
    cells = {}
    for sheet in book:
        for row in range(FIRST, sheet.max_row + 1):
            if (key := str(sheet.cell(row, 1).value)) in figures:
                sheet.cell(row, 5).value = figures[key]
                cells[key] = (sheet.title, sheet.cell(row, 5).coordinate)
    book.save(path)
    code, said = told("import", path, workspace)
    assert (code, said["taken"], said["held"]) == (0, 3, 0)
    back = load_workbook(said["written"]["returned"][0])
    comments = {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in back
        for line in sheet.iter_rows()
        for cell in line
        if cell.comment
    }
    assert comments.keys() == set(cells.values())
    assert all("giới tính" in text for text in comments.values())
    picture = Path(said["written"]["picture"][0]).read_text(encoding="utf-8")
    assert picture.count('<td class="doubted') == 3
    error = next(one for one in said["findings"] if one["severity"] == "error")
    assert all("!".join(cell) in error["where"] for cell in cells.values())
    assert "beside" not in error["where"]


@pytest.mark.parametrize(
    ("written", "edition"),
    [('"2024-03-15"', "2024-03-15"), ('"15/3/2024"', "2024-03-15")],
)
def test_figures_bear_the_day_of_their_source_though_it_is_filled_in_after_the_import(
    written: str, edition: str, workspace: Path, tmp_path: Path
):
    path = form(workspace, tmp_path / "bieu.xlsx")
    fill(path)
    assert told("import", path, workspace)[0] == 0
    answered(workspace)
    sources = (workspace / "sources.toml").read_text(encoding="utf-8")
    (workspace / "sources.toml").write_text(
        re.sub(r'^date = "\S+"', f"date = {written}", sources, flags=re.MULTILINE), encoding="utf-8"
    )
    days = receive(open_workspace(workspace)).facts["edition_date"]
    assert {f"{day:%Y-%m-%d}" for day in days} == {edition}


@pytest.mark.parametrize("written", ["31/02/2026", "hôm qua", "3/26", "2026-13", "12.2026 (sơ bộ)"])
def test_a_day_of_a_source_that_is_none_is_refused(written: str, workspace: Path, tmp_path: Path):
    path = form(workspace, tmp_path / "bieu.xlsx")
    fill(path)
    told("import", path, workspace)
    answered(workspace)
    sources = (workspace / "sources.toml").read_text(encoding="utf-8")
    (workspace / "sources.toml").write_text(
        sources.replace('date = "2026-01-15"', f'date = "{written}"'), encoding="utf-8"
    )
    code, text = run("check", workspace)
    assert code == 3
    assert "written as 2026-03-15" in text


@pytest.mark.parametrize(
    ("written", "value"), [("412,5", "412.5"), ("488.25", "488.25"), ("298,4005", "298.4005")]
)
def test_decimals_that_excel_took_for_text_are_taken_where_they_can_be_no_thousands(
    written: str, value: str, workspace: Path, tmp_path: Path
):
    """An Excel set to the other mark keeps them as text; with one, two or four digits behind it the mark parts no thousands."""
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    row = next(row for row in range(FIRST, 400) if book.worksheets[0].cell(row, 1).value == "budget_spent")
    book.worksheets[0].cell(row, 5).value = written
    book.save(path)
    code, said = told("import", path, workspace)
    assert (code, said["held"], said["taken"]) == (0, 0, 1)
    (facts,) = [file for file in (workspace / "imported").glob("*.csv") if "quarantine" not in file.name]
    (taken,) = csv.DictReader(facts.read_text(encoding="utf-8-sig").splitlines())
    assert taken["value"] == value


@pytest.mark.parametrize(
    ("written", "name", "rule", "remedy"),
    [
        ("<5", "victims_identified", "'<5' is no figure", "ask who made the form"),
        ("dưới 5", "victims_identified", "no figure", "ask who made the form"),
        ("..", "victims_identified", "no sign of the list", 'choose "none" (a zero)'),
        ("-", "victims_identified", "no sign of the list", 'choose "none" (a zero)'),
        ("không", "victims_identified", "no sign of the list", 'choose "none" (a zero)'),
        ("412,500", "budget_spent", "text, and no number", "takes it for a number"),
        ("412.500", "budget_spent", "text, and no number", "takes it for a number"),
        ("12,5", "victims_identified", "text, and no number", "takes it for a number"),
        ("1.020", "victims_identified", "text, and no number", "takes it for a number"),
        (12.5, "victims_identified", "a whole number", "its unit stands in column C"),
        (date(2024, 3, 1), "victims_identified", "a day where a figure", "format of a plain number"),
    ],
)
def test_each_held_cell_of_the_own_form_has_its_remedy_and_none_speaks_of_a_mapping(
    written: Any, name: str, rule: str, remedy: str, workspace: Path, tmp_path: Path
):
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    row = next(row for row in range(FIRST, 400) if book.worksheets[0].cell(row, 1).value == name)
    book.worksheets[0].cell(row, 5).value = written
    book.save(path)
    code, said = told("import", path, workspace)
    assert (code, said["held"]) == (3, 1)
    held = said["held_cells"][0]
    assert rule in held["rule"]
    assert remedy in held["remedy"]
    assert "mapping" not in held["rule"] + held["remedy"]


def test_a_sheet_of_the_own_form_whose_head_is_not_whole_is_told_of_and_not_in_words_of_a_mapping(
    workspace: Path, tmp_path: Path
):
    path = form(workspace, tmp_path / "bieu.xlsx")
    book = load_workbook(path)
    first, second = book.worksheets[:2]
    for sheet in (first, second):
        sheet.cell(FIRST, 5).value = 4
    first["A2"].value = None
    book.save(path)
    code, said = told("import", path, workspace)
    assert (code, said["taken"]) == (0, 1)
    warned = [one for one in said["findings"] if "head is not that of" in one["rule"]]
    assert [(one["severity"], first.title in one["where"]) for one in warned] == [("warning", True)]
