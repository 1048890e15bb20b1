"""Messy files as agencies send them, each with its right answer: facts with their cells, held cells, left rows, counts.

The answers beside the files (tests/intake) were written before the import was. They name the rule of a held cell in words that are meant and
not literal: what is compared is which cells are taken and as what, which are held, and which rows are left.
"""

from __future__ import annotations

import base64
import json
import shutil
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from evalkit.batch.prepare import make_bundle, receive
from evalkit.cli import app
from evalkit.places.registry import load_registry, reference_folder
from evalkit.workspace import open_workspace
from tests.form_workspaces import read_declarations_once

CASES = Path(__file__).parent / "intake"
FILES: dict[str, dict[str, str]] = json.loads((CASES / "files.json").read_text(encoding="utf-8"))
NAMES = sorted(path.stem for path in CASES.glob("[0-9]*.json"))
COMPARED = (
    "source_cell",
    "province_code",
    "scheme",
    "measure",
    "period_start",
    "period_end",
    "status",
    "qualifier",
)


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Workspaces of the invented country and of Viet Nam, without facts of their own."""
    folders = {}
    for name, source in {"d": "demo", "v": "vn-published"}.items():
        folder = tmp_path_factory.mktemp(name) / source
        shutil.copytree(
            Path("data") / source, folder, ignore=shutil.ignore_patterns("facts.csv", "ledger*", ".evalkit")
        )
        folders[name] = folder
    return folders


def answer(name: str) -> dict[str, Any]:
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


def written(name: str, folder: Path) -> Path:
    """Write a form as its agency sent it: bytes in its own coding, or a workbook."""
    held = FILES[name]
    data = base64.b64decode(held["base64"]) if "base64" in held else held["text"].encode(held["encoding"])
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(
                f"{json.dumps(key, ensure_ascii=False)} = {toml_value(one)}" for key, one in value.items()
            )
            + " }"
        )
    return json.dumps(value, ensure_ascii=False)


def scheme_said(mapping: dict[str, Any]) -> str:
    place = mapping["place"]
    return str(mapping.get("scheme") or (place.get("scheme") if isinstance(place, dict) else "") or "d40")


def run_case(name: str, folder: Path, tmp_path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    said = answer(name)
    mapping = tmp_path / "mapping.toml"
    lines = [
        f"{key} = {toml_value(value)}" for key, value in (said["mapping"] | {"source_id": "case"}).items()
    ]
    mapping.write_text("[table]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    command = [
        "import",
        str(written(said["file"], tmp_path / "forms")),
        str(folder),
        "--mapping",
        str(mapping),
        "--json",
        *more,
    ]
    result = CliRunner().invoke(app, command)
    return result.exit_code, json.loads(result.stdout)


def fresh(settings: dict[str, Path], said: dict[str, Any], tmp_path: Path) -> Path:
    source = settings["d" if scheme_said(said["mapping"]).startswith("d") else "v"]
    return Path(shutil.copytree(source, tmp_path / source.name))


def facts_of(folder: Path) -> list[dict[str, str]]:
    file = folder / "imported" / "case.csv"
    return pd.read_csv(file, dtype=str, keep_default_na=False).to_dict("records") if file.exists() else []


def shape(fact: dict[str, Any]) -> tuple[Any, ...]:
    value = fact["value"]
    number = None if value in ("", None) else float(value)
    breakdown = [fact.get(name) or "all" for name in ("sex", "article")]
    return (*(fact[name] for name in COMPARED), number, fact.get("mark") or "", *breakdown)


@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_read_as_its_answer_says(name: str, settings: dict[str, Path], tmp_path: Path):
    said = answer(name)
    folder = fresh(settings, said, tmp_path)
    code, told = run_case(name, folder, tmp_path, "--take-the-rest")
    assert code == said["exit"]
    assert bool(told["refused"]) == bool(said["refused"])
    assert sorted(map(shape, facts_of(folder)), key=repr) == sorted(map(shape, said["taken"]), key=repr)
    assert {one["cell"] for one in told["held_cells"]} == {one["cell"] for one in said["quarantined"]}
    assert {one["row"] for one in told["rows_left"]} == {one["row"] for one in said["left"]}
    counts = said.get("figure_cells") or dict.fromkeys(("read", "taken", "quarantined", "left"), 0)
    assert [told[key] for key in ("read", "taken", "held", "left")] == [
        counts[key] for key in ("read", "taken", "quarantined", "left")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_without_being_asked_nothing_is_written_beside_held_cells(
    name: str, settings: dict[str, Path], tmp_path: Path
):
    said = answer(name)
    folder = fresh(settings, said, tmp_path)
    code, _ = run_case(name, folder, tmp_path)
    assert code == said["exit"]
    assert bool(facts_of(folder)) == (said["exit"] == 0)
    assert (folder / "imported" / "case.quarantine.csv").exists() == bool(said["quarantined"])


@pytest.mark.parametrize("name", [name for name in NAMES if answer(name)["quarantined"]])
def test_held_cells_are_listed_with_rule_and_remedy(name: str, settings: dict[str, Path], tmp_path: Path):
    said = answer(name)
    folder = fresh(settings, said, tmp_path)
    run_case(name, folder, tmp_path)
    held = pd.read_csv(folder / "imported" / "case.quarantine.csv", dtype=str)
    assert list(held) == ["file", "sheet", "cell", "rule", "remedy"]
    assert set(held["cell"]) == {one["cell"] for one in said["quarantined"]}
    assert held.notna().all(axis=None)


def test_a_refusal_names_columns_and_quotes_no_particular(settings: dict[str, Path], tmp_path: Path):
    folder = fresh(settings, answer("39-personal-columns"), tmp_path)
    _, told = run_case("39-personal-columns", folder, tmp_path)
    assert "Họ và tên" in told["refused"]
    assert "000000000000" not in json.dumps(told)
    assert not (folder / "imported").exists()


def office_workbook(path: Path) -> dict[str, float]:
    """Write a workbook in the shape of the statistics office's table V02.01; return its figures in thousands, by cell."""
    registry = load_registry(reference_folder())
    people = registry.population_frame().query("scheme == '63'")
    thousands = {
        (str(row.province_code), row.period_start.year): row.value / 1000 for row in people.itertuples()
    }
    book = Workbook()
    sheet = book.active
    sheet.title = "V02.01"
    sheet["A1"] = (
        "Diện tích, dân số và mật độ dân số phân theo địa phương chia theo Địa phương, Năm và Chỉ tiêu"
    )
    years = range(2011, 2023)
    for column, year in enumerate(years, start=2):
        sheet.cell(3, column).value = str(year)
        sheet.cell(4, column).value = "Dân số trung bình (Nghìn người)"
    lines: list[tuple[str, list[str]]] = [("CẢ NƯỚC", [unit.code for unit in registry.units("63")])]
    for region in registry.regions("63"):
        units = [unit for unit in registry.units("63") if unit.region_code == region]
        lines.append((units[0].region.root["vi"], [unit.code for unit in units]))
        lines += [(unit.name, [unit.code]) for unit in units]
    figures = {}
    for row, (label, codes) in enumerate(lines, start=5):
        sheet.cell(row, 1).value = label
        for column, year in enumerate(years, start=2):
            cell = sheet.cell(row, column)
            cell.value = round(sum(thousands[code, year] for code in codes), 2)
            figures[cell.coordinate] = cell.value
    book.save(path)
    return figures


@pytest.mark.parametrize("mapping", ["", "v0201.toml"])
def test_a_table_in_the_shape_of_the_statistics_office_is_taken_whole(
    mapping: str, settings: dict[str, Path], tmp_path: Path
):
    figures = office_workbook(tmp_path / "population.xlsx")
    folder = Path(shutil.copytree(settings["v"], tmp_path / "vn"))
    more = ["--mapping", str(CASES / mapping)] if mapping else []
    result = CliRunner().invoke(
        app, ["import", str(tmp_path / "population.xlsx"), str(folder), "--json", *more]
    )
    told = json.loads(result.stdout)
    assert (result.exit_code, told["read"], told["taken"], told["held"], told["left"]) == (0, 840, 840, 0, 0)
    facts = pd.read_csv(
        folder / "imported" / f"{told['source_ids'][0]}.csv", dtype=str, keep_default_na=False
    )
    taken = dict(zip(facts["source_cell"], facts["value"], strict=True))
    assert taken == {
        cell: str(Decimal(str(value)) * 1000).removesuffix(".0").partition(".")[0]
        for cell, value in figures.items()
    }
    assert {row["severity"] for row in told["findings"]} <= {"note", "warning"}
    (agreed,) = [row["rule"] for row in told["findings"] if "sum of its" in row["rule"]]
    assert len(agreed.partition(": ")[2].split("; ")) == 7, "six regions and the country"
    entry = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))[told["source_ids"][0]]
    known = ("?", "?", "2023-07-01") if mapping else ("Tổng cục Thống kê", "verified", "?")
    assert (entry["agency"], entry["confidence"], entry["date"]) == known


def test_a_region_that_differs_from_its_provinces_is_named_with_its_year(
    settings: dict[str, Path], tmp_path: Path
):
    path = tmp_path / "population.xlsx"
    office_workbook(path)
    book = load_workbook(path)
    region = book.active["A6"].value
    book.active["L6"] = book.active["L6"].value + 500
    book.save(path)
    folder = Path(shutil.copytree(settings["v"], tmp_path / "vn"))
    result = CliRunner().invoke(app, ["import", str(path), str(folder), "--json"])
    rules = [one["rule"] for one in json.loads(result.stdout)["findings"]]
    registry = load_registry(reference_folder())
    called = next(unit.region.root["en"] for unit in registry.units("63") if unit.region.root["vi"] == region)
    assert sum(f"the region {called} (2021)" in rule for rule in rules) == 1


def test_a_table_whose_last_year_is_preliminary_goes_through_to_the_pages(
    settings: dict[str, Path], tmp_path: Path
):
    path = tmp_path / "population.xlsx"
    office_workbook(path)
    book = load_workbook(path)
    book.active["M3"] = "2022 (*)"
    book.save(path)
    folder = Path(shutil.copytree(settings["v"], tmp_path / "vn"))
    assert CliRunner().invoke(app, ["import", str(path), str(folder)]).exit_code == 0
    sources = (folder / "sources.toml").read_text(encoding="utf-8")
    sources = sources.replace('confidence = "?"', 'confidence = "verified"').replace('"?"', '"2023-07-01"')
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    assert CliRunner().invoke(app, ["check", str(folder)]).exit_code == 0
    facts = make_bundle(receive(open_workspace(folder)), day=date(2026, 1, 1)).facts
    marked = facts[facts["mark"] == "p"].groupby("scheme")["province_code"].agg(set).to_dict()
    registry = load_registry(reference_folder())
    own = {*(unit.code for unit in registry.units("63")), *registry.regions("63")}
    assert marked == {
        "63": own,
        "34": {unit.code for unit in registry.units("34")},
        "nation": {registry.nation.code},
    }


def test_imported_facts_are_read_beside_those_of_the_workspace(settings: dict[str, Path], tmp_path: Path):
    folder = fresh(settings, answer("01-bom-semicolon-crlf-decimal-comma"), tmp_path)
    run_case("01-bom-semicolon-crlf-decimal-comma", folder, tmp_path)
    assert [file.name for file in open_workspace(folder).fact_files] == ["case.csv"]
    shutil.copy("data/demo/facts.csv", folder / "facts.csv")
    assert [file.name for file in open_workspace(folder).fact_files] == ["facts.csv", "case.csv"]


def test_an_import_replaces_what_its_source_had_and_appends_nothing(
    settings: dict[str, Path], tmp_path: Path
):
    folder = fresh(settings, answer("07-dot-groups-in-counts"), tmp_path)
    for _ in range(2):
        run_case("07-dot-groups-in-counts", folder, tmp_path, "--take-the-rest")
    assert len(facts_of(folder)) == len(answer("07-dot-groups-in-counts")["taken"])
    assert (folder / "sources.toml").read_text(encoding="utf-8").count("[case]") == 1
