"""Promises the repository makes about itself: its pages, its names, what no file of it may hold."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from evalkit.table import COLUMNS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "evalkit"
MODULES = sorted(SOURCE.rglob("*.py"))
PAGES = ["README.md", "README.vi.md", "CONTRIBUTING.md"]
CATALOGUE = SOURCE / "programme" / "catalogue" / "vn-trafficking"


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def project_files() -> dict[str, str]:
    """Return {path: text} of the files in git or about to be; files that are no text are left out."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git here to say which files belong to the project")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    files = {}
    for name in filter(None, listed):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content:
            files[name] = content.decode("utf-8")
    return files


def lines_with(pattern: str) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{name}, line {number}"
        for name, text in project_files().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if found.search(line)
    ]


# ---- what no file may hold


def test_no_file_names_a_package_registry():
    names = [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("anaconda", "org"),
    ]
    names += [
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("static", "crates", "io"),
        ("repo", "maven"),
    ]
    assert lines_with("|".join(r"\.".join(parts) for parts in names)) == []


def test_no_file_names_a_folder_of_this_machine():
    folders = {ROOT, Path(sys.prefix), Path(sys.base_prefix)} - {Path("/usr"), Path("/usr/local")}
    telling = [
        folder
        for folder in folders
        if len(folder.parts) > 1 and not folder.is_relative_to(tempfile.gettempdir())
    ]
    patterns = [rf"(?<![\w/.]){re.escape(str(folder))}(?![\w-])" for folder in telling]
    assert lines_with("|".join([*patterns, rf"(?<![\w/.]){re.escape(str(Path.home()))}/\w"])) == []


def test_no_notebook_or_page_made_by_a_run_is_in_git():
    made = [name for name in project_files() if name.startswith("reports/") and name != "reports/README.md"]
    assert made == []


# ---- what the pages say


def commands_in(page: str, program: str) -> set[str]:
    """Return the words that follow a program's name in code, at the start of a code line or of `inline code`."""
    return set(re.findall(rf"(?:^ {{4,}}|`){program} ([a-z]+)", text_of(page), re.MULTILINE))


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md", "reports/README.md", "Makefile"])
def test_every_make_command_named_on_a_page_exists(page: str):
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert {"help", "reports", "test", "lab", "check", "clean"} <= targets
    assert commands_in(page, "make") <= targets


@pytest.mark.parametrize("page", PAGES)
def test_every_evalkit_command_named_on_a_page_exists(page: str):
    if find_spec("evalkit.cli") is None:
        pytest.skip("evalkit has no command line yet")
    shown = subprocess.run(
        [sys.executable, "-m", "evalkit", "--help"], capture_output=True, check=True, text=True
    )
    assert commands_in(page, "evalkit") <= set(re.findall(r"[a-z]+", shown.stdout))


@pytest.mark.parametrize("page", ["README.md", "README.vi.md"])
def test_the_readme_shows_the_columns_of_the_facts_table(page: str):
    assert ",".join(COLUMNS) in text_of(page).replace(" ", "").splitlines()


@pytest.mark.parametrize("page", ["README.md", "README.vi.md"])
def test_a_readme_stays_readable_in_ten_minutes(page: str):
    assert len(text_of(page).splitlines()) <= 150


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md", "GLOSSARY.md", "reports/README.md"])
def test_links_between_pages_lead_somewhere(page: str):
    targets = re.findall(r"\]\(([^)#:]+)\)", text_of(page))
    assert [target for target in targets if not ((ROOT / page).parent / target).exists()] == []


def test_bare_make_lists_every_command():
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make here")
    shown = subprocess.run([make], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    commands = re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE)
    assert re.findall(r"^  ([a-z]+) ", shown, re.MULTILINE) == commands


def test_the_changelog_opens_with_the_version_and_the_numbers_that_change():
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    _, newest, *_ = re.split(r"^## ", text_of("CHANGELOG.md"), flags=re.MULTILINE)
    assert newest.split()[0] == version
    assert newest.split("\n\n")[1].startswith("**Numbers that change:**")


def test_the_tree_in_contributing_shows_every_room_and_nothing_else():
    section = text_of("CONTRIBUTING.md").partition("## Where things are")[2].partition("\n## ")[0]
    shown = re.findall(r"^ {6}(\w+(?:/|\.py)) ", section.partition("src/evalkit/\n")[2], re.MULTILINE)
    rooms = {f"{path.parent.name}/" for path in SOURCE.glob("*/__init__.py")}
    assert set(shown) == rooms | {path.name for path in SOURCE.glob("*.py")}


# ---- the glossary


def glossary_rows(first_cell: str) -> list[list[str]]:
    """Return the rows of the tables whose header starts with the cell named."""
    rows: list[list[str]] = []
    for table in re.findall(r"(?:^\|.*\n)+", text_of("GLOSSARY.md"), re.MULTILINE):
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        if cells[0][0] == first_cell:
            rows += cells[2:]
    return rows


@pytest.mark.parametrize("column", [0, 1, 2], ids=["code", "vi", "en"])
def test_the_glossary_has_one_word_per_idea(column: int):
    words = Counter(row[column].lower() for row in glossary_rows("word in code"))
    assert sum(words.values()) > 50
    assert [word for word, times in words.items() if times > 1] == []


@pytest.mark.parametrize("kind", ["unit", "measure"])
def test_the_glossary_holds_the_units_and_measures_as_declared(kind: str):
    files = [CATALOGUE / "measures.toml", *sorted(CATALOGUE.glob("measures-*.toml"))]
    declared: dict[str, dict[str, dict[str, str]]] = {}
    for file in files:
        declared |= tomllib.loads(file.read_text(encoding="utf-8")).get(kind, {})
    wanted = [[f"`{name}`", item["label"]["vi"], item["label"]["en"]] for name, item in declared.items()]
    assert glossary_rows(kind) == wanted


# ---- the modules


def test_no_module_is_named_after_nothing():
    empty = {"utils", "util", "helpers", "helper", "common", "misc", "core", "base"}
    assert [str(path.relative_to(ROOT)) for path in SOURCE.rglob("*") if path.stem.strip("_") in empty] == []
