"""The page of a province without figures has the form for what it asks for beside it; filled in, it imports, and the page has figures."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from evalkit.batch.manifest import read_manifest
from evalkit.batch.plan import notebooks_folder, plan
from evalkit.batch.requested_form import requested_forms
from evalkit.batch.run import run_batch
from evalkit.batch.verify import verify
from evalkit.cli import app
from evalkit.places.registry import load_registry, reference_folder
from evalkit.reporting.brief.compose import brief_sections
from evalkit.workspace import open_workspace
from tests.builders import fact
from tests.shipped import bundle_of, evaluation_of
from tests.workspaces import at, options, tiny_workspace

FIRST_ROW = 8


@pytest.fixture(scope="module")
def forms() -> dict[str, dict[str, bytes]]:
    """The forms of each page of the published workspace."""
    bundle, registry = bundle_of("vn-published"), load_registry(reference_folder())
    return {
        job.code: requested_forms(job, bundle, registry, languages=("vi", "en"))
        for job in plan(bundle, notebooks=notebooks_folder())
    }


def rows_of(content: bytes) -> list[list[str]]:
    book = load_workbook(io.BytesIO(content))
    return [
        [str(cell.value) for cell in row]
        for sheet in book
        for row in sheet.iter_rows(min_row=FIRST_ROW, max_col=4)
    ]


def test_pages_without_figures_have_a_form_in_each_language_and_no_other_has(
    forms: dict[str, dict[str, bytes]],
):
    assert forms["96"].keys() == {"forms/96-ca-mau.xlsx", "forms/96-ca-mau.en.xlsx"}
    assert not any(forms[code] for code in ("11", "14", "22", "VN"))
    assert sum(map(bool, forms.values())) == 29  # of the 34, as the list of pages counts them
    sheet = load_workbook(io.BytesIO(forms["96"]["forms/96-ca-mau.en.xlsx"])).active
    assert (sheet["B3"].value, sheet["C3"].value) == ("96", "34")
    assert [cell.value for cell in sheet[FIRST_ROW - 1]][4:] == ["2021", "2022", "2023", "2024", "2025"]


def test_a_form_asks_for_what_its_page_asks_for(forms: dict[str, dict[str, bytes]]):
    """What the page lists are requests of the programme; their measures are the rows, each of them and no other."""
    programme = bundle_of("vn-published").programme
    table = next(
        table
        for section in brief_sections(evaluation_of("vn-published", "96").summary)
        for table in section.tables
        if table.id == "requests"
    )
    asked = {row[1].text.en for row in table.rows}
    wanted = {name for one in programme.requests if one.label.en in asked for name in one.measures}
    keys = {row[0].partition("[")[0] for row in rows_of(forms["96"]["forms/96-ca-mau.xlsx"])}
    assert keys == wanted
    assert len(asked) == 10


def test_a_form_is_the_same_each_time(forms: dict[str, dict[str, bytes]]):
    bundle, registry = bundle_of("vn-published"), load_registry(reference_folder())
    job = next(one for one in plan(bundle, notebooks=notebooks_folder()) if one.code == "96")
    assert requested_forms(job, bundle, registry, languages=("vi", "en")) == forms["96"]


@pytest.mark.end_to_end
def test_filled_in_it_imports_and_the_page_has_figures_and_no_form(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws", facts=[fact("01", 7), fact("02", 3)])
    run_batch(workspace, options(tmp_path), clock=at("2026-05-01"))
    out = tmp_path / "out"
    names = {path.name for path in (out / "forms").iterdir()}
    assert names == {"03-cao-thu.xlsx", "03-cao-thu.en.xlsx"}
    assert 'href="forms/03-cao-thu.en.xlsx"' in (out / "03-cao-thu.en.html").read_text(encoding="utf-8")
    assert verify(out) == []
    filled = load_workbook(out / "forms" / "03-cao-thu.xlsx")
    sheet = filled.active
    row = next(one for one in sheet.iter_rows(min_row=FIRST_ROW) if str(one[0].value) == "cases_instituted")
    row[4].value = 4
    form = tmp_path / "filled.xlsx"
    filled.save(form)
    result = CliRunner().invoke(app, ["import", str(form), str(tmp_path / "ws"), "--take-the-rest"])
    assert result.exit_code in (0, 3), result.output
    assert len([*(tmp_path / "ws" / "imported").glob("*.csv")]) >= 1
    workspace = open_workspace(tmp_path / "ws")
    sources = tmp_path / "ws" / "sources.toml"
    text = sources.read_text(encoding="utf-8")
    for key, answer in (("date", "n.d."), ("confidence", "to be checked")):
        text = text.replace(f'{key} = "?"', f'{key} = "{answer}"')
    sources.write_text(text.replace('"?"', '"nobody"'), encoding="utf-8")
    run_batch(workspace, options(tmp_path), clock=at("2026-05-02"))
    manifest = read_manifest(out)
    assert manifest is not None
    assert not [name for name in manifest.files if name.startswith("forms/")]
    assert not (out / "forms" / "03-cao-thu.xlsx").exists()
    assert verify(out) == []
    assert date.fromisoformat(manifest.bundle_date) == date(2026, 5, 2)
