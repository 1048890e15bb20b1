"""Report notebooks say what and in which order; the package says how. The first look runs as it stands."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from evalkit.batch.parameter_types import Value
from evalkit.batch.parameters import as_declared, check_parameters, read_parameters
from evalkit.kernels.private_folder import ReportKernelManager, kernel_settings, private_room
from evalkit.reporting.exporter import EvalkitExporter
from tests.shipped import bundle_of

ROOT = Path(__file__).parents[1]
REPORTS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXPLORE = sorted((ROOT / "notebooks" / "explore").glob("*.ipynb"))
CASTLE = "05_did_it_make_a_difference"  # reads a published table of its own: tests/test_castle_notebook.py
TO_BATCH = "03_from_exploration_to_batch"
FEWEST_DRAWINGS = {"02_compare_and_model": 3, "03_from_exploration_to_batch": 0, "04_own_indicator": 1}
FORBIDDEN = (
    *(
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.If,
        ast.For,
        ast.While,
        ast.With,
        ast.Try,
    ),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp),
)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def is_parameters(cell: nbformat.NotebookNode) -> bool:
    return "parameters" in cell.metadata.get("tags", [])


def thickness(source: str) -> list[str]:
    """Return what a cell of a report notebook may not hold."""
    tree = ast.parse(source)
    faults = [type(node).__name__ for node in ast.walk(tree) if isinstance(node, FORBIDDEN)]
    faults += [f"literal {node.value!r}" for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    faults += [ast.unparse(node) for node in imports if ast.unparse(node) != "import evalkit as ek"]
    lines = [line for line in source.splitlines() if line.strip()]
    return faults + (["more than six lines"] if len(lines) > 6 else [])


@pytest.mark.parametrize("path", [*REPORTS, *EXPLORE], ids=lambda path: path.stem)
def test_notebooks_are_stored_without_outputs(path: Path):
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(path))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_report_notebooks_are_thin(path: Path):
    cells = code_cells(path)
    assert sum(is_parameters(cell) for cell in cells) == 1
    assert len(cells) <= 12
    assert {
        cell.source: thickness(cell.source)
        for cell in cells
        if not is_parameters(cell) and thickness(cell.source)
    } == {}


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_each_code_cell_follows_a_heading_for_the_notebook_alone(path: Path):
    cells = nbformat.read(path, as_version=4).cells
    for before, cell in itertools.pairwise(cells):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown"
            assert before.source.startswith("#")
            assert "notebook-only" in before.metadata["tags"]


@pytest.mark.parametrize(
    "thick", ["for x in y: z(x)", "ek.show(3)", "import pandas", "def f(): ...", "a\n" * 7]
)
def test_the_rule_would_notice_a_thick_cell(thick: str):
    assert thickness(thick)


@pytest.mark.end_to_end
@pytest.mark.parametrize("workspace", ["demo", "vn-published"])
@pytest.mark.parametrize(
    "path", [path for path in EXPLORE[1:] if path.stem != CASTLE], ids=lambda path: path.stem
)
def test_the_notebooks_to_explore_run_on_the_shipped_workspaces(path: Path, workspace: str):
    notebook = nbformat.read(path, as_version=4)
    with private_room() as room:
        bundle_of(workspace).write(room / "desk" / "bundle")
        settings = {"config": kernel_settings(room), "kernel_manager_class": ReportKernelManager}
        NotebookClient(notebook, timeout=120, **settings).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output for output in shown if output.output_type in ("error", "stream")] == []
    assert len(shown) >= 3
    drawn = [output for output in shown if "image/png" in output.get("data", {})]
    told = " ".join(str(output.get("data", {})) for output in shown)
    assert len(drawn) >= FEWEST_DRAWINGS[path.stem]
    if path.stem == "02_compare_and_model":
        shown_cases = next(one for one in notebook.cells if "estimates = bundle.estimates" in one.source)
        (table,) = (one.data["text/html"] for one in shown_cases.outputs)
        assert table.count("<td>estimated</td>") == 5, "five whole years of the country, each with its figure"
    if path.stem == TO_BATCH:
        page, _ = EvalkitExporter(language="en").from_notebook_node(notebook)
        assert "own-cases-table" in page
        assert "own-bars-figure" in page
        assert page.count(">Cases<") >= 2, "the heading of the table, and the words of the drawing"
    if path.stem == "04_own_indicator":
        assert "Leaflets distributed / " in told, "what the new indicator is made of"
        assert "['leaflets_a_session.pdf', 'leaflets_a_session_en.pdf']" in told


def test_the_notebook_for_every_province_takes_what_a_run_gives_and_uses_what_it_declares():
    path = next(one for one in EXPLORE if one.stem == TO_BATCH)
    taken = read_parameters(path)
    given: dict[str, Value] = {
        "bundle": "bundle",
        "province_code": "04",
        **as_declared({"years": "5"}, taken, where=""),
    }
    check_parameters(given, path, known=taken)
    code = "\n".join(cell.source for cell in code_cells(path) if not is_parameters(cell))
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    assert set(taken) <= used
    shown = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    assert all("notebook-only" in cell.metadata["tags"] for cell in shown)


def test_what_the_notebook_of_an_own_indicator_writes_is_ignored_by_git():
    for folder in ("explore", "notebooks/explore"):
        asked = ["git", "check-ignore", "-q", f"{folder}/own/leaflets_a_session.pdf"]
        assert subprocess.run(asked, cwd=ROOT, check=False).returncode == 0, folder


@pytest.mark.end_to_end
@pytest.mark.parametrize("workspace", ["demo", "vn-published"])
def test_the_first_look_runs_on_the_shipped_workspaces(workspace: str):
    bundle = bundle_of(workspace)
    notebook = nbformat.read(EXPLORE[0], as_version=4)
    with private_room() as room:
        bundle.write(room / "desk" / "bundle")
        settings = {"config": kernel_settings(room), "kernel_manager_class": ReportKernelManager}
        NotebookClient(notebook, timeout=120, **settings).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output for output in shown if output.output_type in ("error", "stream")] == []
    html = "".join(output.data.get("text/html", "") for output in shown if "data" in output)
    assert "So sánh chính xác hai số đếm" in html
    assert "−66,4% đến +1,2%" in re.sub(r"<[^>]+>", "", html)
