"""A report notebook of one's own, with parameters of its own, typed and checked before any kernel starts; and the national page alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
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
    refused = CliRunner().invoke(app, ["run", str(tmp_path / "ws"), "-p", "years"])
    assert refused.exit_code == 3


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
