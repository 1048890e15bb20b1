"""The form shown in docs/forms.md and docs/forms.vi.md does what they say; every key of a mapping and every file is named there."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from evalkit.cli import app
from evalkit.facts.forms.form_template import asked_for, form_rows
from evalkit.facts.forms.known_forms import shelf
from evalkit.facts.forms.mapping import TableMapping
from evalkit.programme.load import load_programme

PAGES = [Path("docs/forms.md"), Path("docs/forms.vi.md")]


def block(page: Path, kind: str, number: int = 0) -> str:
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return found[number]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_form_shown_gives_what_the_page_says(page: Path, tmp_path: Path):
    form, mapping = tmp_path / "form.csv", tmp_path / "mapping.toml"
    form.write_text(block(page, "csv"), encoding="utf-8")
    mapping.write_text(block(page, "toml"), encoding="utf-8")
    folder = Path(shutil.copytree("data/demo", tmp_path / "demo"))
    command = ["import", str(form), str(folder), "--mapping", str(mapping), "--json", "--take-the-rest"]
    result = CliRunner().invoke(app, command)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["read"], told["taken"], told["held"]) == (3, 12, 6, 6)
    assert [one["cell"] for one in told["held_cells"]] == ["D5", "E5", "B6", "C6", "D6", "E6"]
    assert [one["row"] for one in told["rows_left"]] == [7]
    assert "Tuyết Lĩnh (04)" in told["held_cells"][-1]["remedy"]
    facts = pd.read_csv(folder / "imported" / "police-2023.csv", dtype=str).set_index("source_cell")
    values = facts["value"].to_dict()
    assert values == {"B4": "12", "C4": "1020", "D4": "7", "E4": "0", "B5": "20", "C5": "3"}
    assert facts["preliminary"].to_dict() == {cell: str(cell in ("D4", "E4")).lower() for cell in values}
    assert facts.loc["B5", "qualifier"] == "about"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_years_over_sex_give_what_the_page_says(page: Path, tmp_path: Path):
    form, mapping = tmp_path / "form.csv", tmp_path / "mapping.toml"
    form.write_text(block(page, "csv", 1), encoding="utf-8")
    folder = tmp_path / "so-lieu"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    command = ["import", str(form), str(folder), "--mapping", str(mapping), "--json"]
    whole = block(page, "toml", 1)
    nation = whole.replace('scheme = "34"', 'scheme = "34", "Tổng cộng" = "VN"')
    bare = whole.replace('"Tổng cộng"]', '"nothing"]')
    for text, code, counts in (
        (whole, 0, (6, 0, 3)),
        (re.sub(r"skip.*\n", "", nation), 0, (9, 0, 0)),
        (re.sub(r"dimensions.*\n", "", whole), 3, (0, 6, 3)),
        (re.sub(r"skip.*\n", "", bare), 3, (6, 3, 0)),
    ):
        mapping.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(app, command)
        told = json.loads(result.stdout)
        assert (result.exit_code, (told["taken"], told["held"], told["left"])) == (code, counts)
    facts = pd.read_csv(folder / "imported" / "form.csv", dtype=str)
    assert facts["sex"].tolist() == ["all", "male", "female"] * 3


@pytest.mark.parametrize("number", [0, 1])
def test_both_pages_show_one_form_and_one_mapping(number: int):
    assert block(PAGES[0], "csv", number) == block(PAGES[1], "csv", number)
    bare = [re.sub(r"\s+#.*", "", block(page, "toml", number)) for page in PAGES]
    assert bare[0] == bare[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_an_officer_reads_for_any_task_is_short(page: Path):
    """Up to the keys for a form of one's own; what is known of forms and figures for another."""
    head, _, _ = page.read_text(encoding="utf-8").partition("| `sheet` |")
    assert len(head.split()) <= 1_100


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_say_how_many_rows_the_forms_have(page: Path):
    programme = load_programme("vn-trafficking")
    rows = [
        sum(len([*form_rows(programme, chosen, parts=parts)]) for parts in (False, True))
        for chosen in (asked_for(programme), None)
    ]
    head = page.read_text(encoding="utf-8").partition("--suggest")[0]
    assert [int(number) for number in re.findall(r"(\d+) (?:rows|dòng)", head)] == rows


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_key_of_a_mapping_is_told(page: Path):
    text = page.read_text(encoding="utf-8")
    missing = [
        key for key in TableMapping.model_fields if f"`{key}`" not in text and f"`{key} = " not in text
    ]
    assert missing == []


def test_a_mapping_on_the_shelf_is_shorter_than_fifteen_lines():
    lengths = {
        name: len([line for line in text.splitlines() if line.strip() and not line.startswith("#")])
        for name, (_, text) in shelf().items()
    }
    assert all(length <= 16 for length in lengths.values()), lengths
