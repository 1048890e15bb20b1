"""A report notebook of one's own, with parameters of its own, typed and checked before any kernel starts; and the national page alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_raw_cell
from typer.testing import CliRunner

import evalkit.batch.rerun
from evalkit.batch.options import RunOptions, RunReport
from evalkit.batch.plan import Job, plan
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.run import run_batch
from evalkit.cli import app
from evalkit.errors import DeclarationError, EvalkitError, SettingsError
from evalkit.facts.bundle import Bundle
from tests.workspaces import (
    PROVINCE_PAGE,
    PROVINCE_PARAMETERS,
    TABLE,
    PagesWithoutKernel,
    at,
    options,
    tiny_notebooks,
    tiny_workspace,
    write_notebook,
)

DAY = date(2026, 5, 1)
DECLARED = PROVINCE_PARAMETERS + '\nyears = 5\nlevel = 0.95\nheading = "short"\ndraw = True\n'


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    workspace = tiny_workspace(tmp_path_factory.mktemp("country") / "ws")
    return make_bundle(receive(workspace, day=DAY), day=DAY)


def planned(bundle: Bundle, folder: Path, /, **own: str) -> tuple[Job, ...]:
    notebook = write_notebook(folder / "own.ipynb", PROVINCE_PAGE, parameters=DECLARED)
    return plan(bundle, notebooks=tiny_notebooks(folder / "notebooks"), notebook=notebook, own=own)


def test_each_value_has_the_type_of_its_parameter_and_goes_to_the_notebook_that_takes_it(
    bundle: Bundle, tmp_path: Path
):
    jobs = planned(bundle, tmp_path, years="3", level="0.9", heading="04", draw="false")
    *provinces, nation = jobs
    for job in provinces:
        assert job.notebook.name == "own.ipynb"
        given = {name: job.parameters[name] for name in ("years", "level", "heading", "draw")}
        assert given == {"years": 3, "level": 0.9, "heading": "04", "draw": False}
        assert type(given["draw"]) is bool
    assert dict(nation.parameters) == {"bundle": "bundle"}


def test_another_value_is_another_page(bundle: Bundle, tmp_path: Path):
    three, again, four = (planned(bundle, tmp_path, years=text)[0].content_key for text in ("3", "3", "4"))
    assert three == again != four


REFUSED: list[tuple[dict[str, str], type[EvalkitError], str]] = [
    ({"years": "3.5"}, DeclarationError, "type int"),
    ({"years": "three"}, DeclarationError, "plain digits"),
    ({"draw": "yes"}, DeclarationError, "true or false"),
    ({"yaers": "3"}, SettingsError, 'did you mean "years"'),
    ({"province_code": "01"}, SettingsError, "--province"),
    ({"bundle": "/elsewhere"}, SettingsError, "a run gives this parameter itself"),
]


@pytest.mark.parametrize(("own", "kind", "told"), REFUSED)
def test_what_a_notebook_does_not_take_is_refused(
    bundle: Bundle, tmp_path: Path, own: dict[str, str], kind: type[EvalkitError], told: str
):
    with pytest.raises(kind, match=told):
        planned(bundle, tmp_path, **own)


def with_text(bundle: Bundle, folder: Path, cell: NotebookNode) -> tuple[Job, ...]:
    path = write_notebook(folder / "own.ipynb", PROVINCE_PAGE)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(1, cell)
    nbformat.write(notebook, path)
    return plan(bundle, notebooks=tiny_notebooks(folder / "notebooks"), notebook=path)


@pytest.mark.parametrize("tags", [[], ["lang-vi"]])
def test_a_text_cell_that_no_page_can_show_is_named_before_any_page_is_made(
    bundle: Bundle, tmp_path: Path, tags: list[str]
):
    cell = new_markdown_cell("## What I saw\nCases fell.", metadata={"tags": tags})
    with pytest.raises(DeclarationError, match="free text") as refused:
        with_text(bundle, tmp_path, cell)
    assert "own.ipynb, cell 2, beginning '## What I saw'" in refused.value.where
    assert "notebook-only" in refused.value.do


@pytest.mark.parametrize("tags", [["notebook-only"], ["lang-fi"]])
def test_a_text_cell_for_who_reads_the_notebook_stops_nothing(
    bundle: Bundle, tmp_path: Path, tags: list[str]
):
    jobs = with_text(bundle, tmp_path, new_markdown_cell("## What I saw", metadata={"tags": tags}))
    *provinces, _ = jobs
    assert {job.notebook.name for job in provinces} == {"own.ipynb"}


def test_a_raw_cell_is_refused_whatever_its_tags(bundle: Bundle, tmp_path: Path):
    with pytest.raises(DeclarationError, match="take the cell out"):
        with_text(bundle, tmp_path, new_raw_cell("raw", metadata={"tags": ["notebook-only"]}))


MORE = """years: list[int] = [2020]
bases: list[Literal["detection", "residence"]] = ["residence"]
since: date | None = None
names: list[str] = []
level: float | None = 0.9"""

TYPED: list[tuple[str, str, Any]] = [
    ("years", "2019, 2021", [2019, 2021]),
    ("years", "[2019, 2021]", [2019, 2021]),
    ("years", "2019", [2019]),
    ("years", "", []),
    ("bases", "detection,residence", ["detection", "residence"]),
    ("since", "2024-12-31", "2024-12-31"),
    ("since", "none", None),
    ("names", '["Hà, Lan", "04"]', ["Hà, Lan", "04"]),
    ("names", "none", ["none"]),
    ("level", "None", None),
    ("level", "1", 1.0),
]


def typed(bundle: Bundle, folder: Path, name: str, text: str) -> Any:
    source = f'bundle = "bundle"\nprovince_code = "01"\n{MORE}'
    notebook = write_notebook(folder / "own.ipynb", PROVINCE_PAGE, parameters=source)
    jobs = plan(bundle, notebooks=tiny_notebooks(folder / "notebooks"), notebook=notebook, own={name: text})
    return jobs[0].parameters[name]


@pytest.mark.parametrize(("name", "text", "value"), TYPED)
def test_lists_days_and_no_value_are_typed_as_text(
    bundle: Bundle, tmp_path: Path, name: str, text: str, value: Any
):
    found = typed(bundle, tmp_path, name, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("years", "2019,", "separate the values by commas"),
        ("years", "2019;2020", "separate the values by commas"),
        ("years", "[2019", "separate the values by commas"),
        ("years", "[[2019]]", "separate the values by commas"),
        ("years", "2_019", "separate the values by commas"),
        ("bases", "detection,home", "none of those it may take"),
        ("since", "31/12/2024", "2024-12-31"),
        ("since", "2024-02-30", "2024-12-31"),
        ("since", "", "2024-12-31"),
        ("level", "nan", "plain digits"),
        ("level", "0,9", "plain digits"),
    ],
)
def test_a_text_of_another_type_is_refused(bundle: Bundle, tmp_path: Path, name: str, text: str, told: str):
    with pytest.raises(DeclarationError, match=told):
        typed(bundle, tmp_path, name, text)


def test_names_and_values_are_given_as_papermill_takes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[RunOptions] = []

    def kept(workspace: Any, chosen: RunOptions, **_: Any) -> None:
        asked.append(chosen)

    monkeypatch.setattr(evalkit.batch.rerun, "run", kept)
    tiny_workspace(tmp_path / "ws")
    words = [
        "run",
        str(tmp_path / "ws"),
        "-p",
        "years",
        "3",
        "--parameter",
        "heading=a=b",
        "--notebook",
        "own.ipynb",
        "--nation",
    ]
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 0, ended.output
    assert asked[0].parameters == (("years", "3"), ("heading", "a=b"))
    assert (asked[0].notebook, asked[0].nation) == (Path("own.ipynb"), True)
    for wrong in (["-p", "years"], ["-p", "years", "3", "-p", "years=4"]):
        assert CliRunner().invoke(app, ["run", str(tmp_path / "ws"), *wrong]).exit_code == 3


def run(folder: Path, **changes: Any) -> RunReport:
    workspace = tiny_workspace(folder / "ws")
    executor = changes.pop("executor", None) or PagesWithoutKernel()
    return run_batch(workspace, options(folder, **changes), clock=at("2026-05-01"), executor=executor)


@pytest.mark.parametrize(("provinces", "made"), [((), ("national",)), (("03",), ("03-cao-thu", "national"))])
def test_the_national_page_is_made_alone_or_beside_provinces(
    tmp_path: Path, provinces: tuple[str, ...], made: tuple[str, ...]
):
    report = run(tmp_path, provinces=provinces, nation=True)
    assert report.made == made
    assert [path.stem for path in report.pages if path.suffix == ".html" and ".en" not in path.name] == list(
        made
    )


@pytest.mark.end_to_end
def test_the_notebook_gets_the_values_as_they_are_declared(tmp_path: Path):
    check = 'assert (years, draw, heading) == (3, False, "04"), "not what was given"'
    notebook = write_notebook(tmp_path / "own.ipynb", check, PROVINCE_PAGE, TABLE, parameters=DECLARED)
    own = (("years", "3"), ("draw", "false"), ("heading", "04"))
    workspace = tiny_workspace(tmp_path / "ws")
    chosen = options(tmp_path, provinces=("03",), notebook=notebook, parameters=own, jobs=1)
    assert run_batch(workspace, chosen, clock=at("2026-05-01")).made == ("03-cao-thu",)
