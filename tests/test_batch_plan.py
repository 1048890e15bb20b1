"""A plan names every page with all it depends on, and refuses wrong parameters before any kernel starts."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import nbformat
import pytest

from evalkit.batch.fingerprint import kit_digest, notebook_digest
from evalkit.batch.manifest import Manifest, PageRecord
from evalkit.batch.parameters import check_parameters, read_parameters
from evalkit.batch.plan import Job, facts_for, notebooks_folder, plan
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.staleness import why_made
from evalkit.errors import DeclarationError
from evalkit.facts.bundle import Bundle
from tests.builders import fact
from tests.workspaces import FACTS, tiny_notebooks, tiny_workspace, write_notebook


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    return tiny_notebooks(tmp_path / "notebooks")


def bundle_of(folder: Path, *facts: dict, day: str = "2026-05-01") -> Bundle:
    workspace = tiny_workspace(folder, facts=facts or FACTS)
    return make_bundle(receive(workspace), day=date.fromisoformat(day))


def test_every_province_and_the_nation_are_planned_with_text_codes(tmp_path: Path, notebooks: Path):
    jobs = plan(bundle_of(tmp_path / "ws"), notebooks=notebooks)
    assert [(job.kind, job.code, job.stem) for job in jobs] == [
        ("province", "01", "01-an-thu"),
        ("province", "03", "03-cao-thu"),
        ("national", "VN", "national"),
    ]
    assert jobs[1].parameters == {"bundle": "bundle", "province_code": "03"}
    assert jobs[2].parameters == {"bundle": "bundle"}


def test_the_content_key_follows_the_slice_and_not_the_day(tmp_path: Path, notebooks: Path):
    def keys(*facts: dict, day: str = "2026-05-01") -> list[str]:
        return [
            job.content_key for job in plan(bundle_of(tmp_path / "ws", *facts, day=day), notebooks=notebooks)
        ]

    before = keys()
    assert keys(day="2026-06-02") == before
    later = keys(fact("01", 7), fact("02", 4), fact("03", 5), FACTS[3])
    assert [new == old for new, old in zip(later, before, strict=True)] == [True, False, False]


def test_a_figure_of_the_nation_is_in_every_slice(tmp_path: Path, notebooks: Path):
    before = plan(bundle_of(tmp_path / "ws"), notebooks=notebooks)
    after = plan(
        bundle_of(tmp_path / "ws", *FACTS[:3], fact("VN", 17, qualifier="about")), notebooks=notebooks
    )
    assert not {job.content_key for job in before} & {job.content_key for job in after}


def test_the_content_key_follows_notebook_settings_and_evalkit_itself(
    tmp_path: Path, notebooks: Path, monkeypatch: pytest.MonkeyPatch
):
    bundle = bundle_of(tmp_path / "ws")
    first, *_ = plan(bundle, notebooks=notebooks)
    assert plan(bundle, notebooks=notebooks, settings={"edition": "May"})[0].content_key != first.content_key
    monkeypatch.setattr("evalkit.batch.plan.kit_digest", lambda: "another")
    assert plan(bundle, notebooks=notebooks)[0].content_key != first.content_key
    monkeypatch.undo()
    tiny_notebooks(notebooks, "1 + 1")
    jobs = plan(bundle, notebooks=notebooks)
    assert jobs[0].content_key != first.content_key
    assert jobs[0].ingredients["slice"] == first.ingredients["slice"]


def test_a_province_s_kernel_is_given_its_own_slice_only(tmp_path: Path, notebooks: Path):
    bundle = bundle_of(tmp_path / "ws")
    province, *_, nation = plan(bundle, notebooks=notebooks)
    assert set(facts_for(province, bundle).facts["province_code"]) == {"01", "VN"}
    assert facts_for(nation, bundle) is bundle


def test_outputs_and_counters_of_a_notebook_do_not_change_its_digest_but_a_tag_does(tmp_path: Path):
    path = write_notebook(tmp_path / "n.ipynb", "1 + 1")
    before = notebook_digest(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].execution_count = 7
    nbformat.write(notebook, path)
    assert notebook_digest(path) == before
    notebook.cells[1].metadata["tags"] = ["notebook-only"]
    nbformat.write(notebook, path)
    assert notebook_digest(path) != before


def test_the_digest_of_evalkit_covers_templates_and_wording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("evalkit.batch.fingerprint.resources.files", lambda _: tmp_path)
    digests = set()
    for name, text in (
        ("a.py", "x"),
        ("page.html.j2", "x"),
        ("page.css", "x"),
        ("vi.po", "x"),
        ("a.py", "y"),
    ):
        (tmp_path / name).write_text(text)
        digests.add(kit_digest.__wrapped__())
    assert len(digests) == 5
    (tmp_path / "note.txt").write_text("x")
    assert kit_digest.__wrapped__() in digests


WRONG_PARAMETERS = [
    ({"provence_code": "22"}, "takes no such parameter", 'did you mean "province_code"'),
    ({"province_code": 22}, "default is of type str, the value given is of type int", "keep their zeros"),
    ({"bundle": True}, "the value given is of type bool", "give a value of type str"),
]


@pytest.mark.parametrize(("given", "rule", "remedy"), WRONG_PARAMETERS)
def test_a_parameter_the_notebook_does_not_take_is_refused(
    tmp_path: Path, given: dict, rule: str, remedy: str
):
    with pytest.raises(DeclarationError) as refusal:
        check_parameters(given, write_notebook(tmp_path / "n.ipynb"))
    assert rule in refusal.value.rule
    assert remedy in refusal.value.do
    assert "n.ipynb" in refusal.value.where


def test_parameters_are_read_with_type_annotations_and_comments(tmp_path: Path):
    path = write_notebook(tmp_path / "n.ipynb", parameters='a: str = "04"  # code\nb = 3\nc = -0.5\nd = True')
    defaults = {name: parameter.default for name, parameter in read_parameters(path).items()}
    assert defaults == {"a": "04", "b": 3, "c": -0.5, "d": True}


def test_lists_days_and_values_that_may_be_missing_are_declared_by_annotation(tmp_path: Path):
    source = """years: list[int] = []
names = ["Hà", "Lan"]
since: "date" = "2024-01-31"
until: date | None = None
level: Optional[float] = 0.9
bases: list[Literal["detection", "residence"]] = ["residence"]"""
    found = read_parameters(write_notebook(tmp_path / "n.ipynb", parameters=source))
    told = {name: (parameter.type_name, parameter.default) for name, parameter in found.items()}
    assert told == {
        "years": ("list[int]", []),
        "names": ("list[str]", ["Hà", "Lan"]),
        "since": ("date", "2024-01-31"),
        "until": ("date | None", None),
        "level": ("float | None", 0.9),
        "bases": ("list[str]", ["residence"]),
    }
    assert found["bases"].choices == ("detection", "residence")


LISTED = 'province_code: Literal["02", "04", "31"] = "02"\nyears: typing.Literal[5, 10] = 5'


@pytest.mark.parametrize(
    ("given", "rule", "remedy"),
    [
        ({"province_code": "2"}, "none of those it may take", 'did you mean "02"'),
        ({"province_code": "99"}, "none of those it may take", "known here: 02, 04, 31"),
        ({"province_code": 2}, "is of type int", "keep their zeros"),
        ({"years": 7}, "none of those it may take", "known here: 10, 5"),
        ({"years": True}, "is of type bool", "give a value of type int"),
    ],
)
def test_a_value_outside_the_list_the_notebook_declares_is_refused(
    tmp_path: Path, given: dict, rule: str, remedy: str
):
    path = write_notebook(tmp_path / "n.ipynb", parameters=LISTED)
    check_parameters({"province_code": "31", "years": 10}, path)
    with pytest.raises(DeclarationError) as refusal:
        check_parameters(given, path)
    assert rule in refusal.value.rule
    assert remedy in refusal.value.do


def test_a_province_outside_the_notebook_s_list_is_refused_before_any_kernel_starts(
    tmp_path: Path, notebooks: Path
):
    listed = 'bundle = "bundle"\nprovince_code: Literal["01", "02"] = "01"'
    write_notebook(notebooks / "province_report.ipynb", parameters=listed)
    with pytest.raises(DeclarationError, match="none of those it may take"):
        plan(bundle_of(tmp_path / "ws"), notebooks=notebooks)


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "a = b",
        "a, b = 1, 2",
        "a = [1, 'x']",
        "a = [[1]]",
        "a = []",
        "a = None",
        "a = {'x': 1}",
        "a: list[int] = [1.5]",
        "a: list[int] = 1",
        "a: list[dict] = []",
        'a: date = "2024-13-01"',
        'a: date = "1/2/2024"',
        "a: float = 1e999",
        "a: int | str = 1",
        "a =",
        "a.b = 1",
        'a["x"] = 1',
        "a: str",
        'a: int = "1"',
        'a: Literal["x"] = "y"',
        'a: Literal["1", 1] = "1"',
        "a: int = None",
    ],
)
def test_a_parameters_cell_that_does_anything_else_is_refused(tmp_path: Path, source: str):
    with pytest.raises(DeclarationError, match="nothing but assignments"):
        read_parameters(write_notebook(tmp_path / "n.ipynb", parameters=source))


def test_none_or_two_parameters_cells_are_refused(tmp_path: Path):
    path = write_notebook(tmp_path / "n.ipynb", "1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)
    with pytest.raises(DeclarationError, match="this one has 2"):
        read_parameters(path)
    for cell in notebook.cells:
        cell.metadata["tags"] = []
    nbformat.write(notebook, path)
    with pytest.raises(DeclarationError, match="this one has 0"):
        read_parameters(path)


@pytest.mark.parametrize("content", [None, "not json", "{}"])
def test_a_missing_or_broken_notebook_is_a_declaration_error(tmp_path: Path, content: str | None):
    path = tmp_path / "n.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DeclarationError, match=r"n\.ipynb"):
        read_parameters(path)


def test_the_shipped_notebooks_take_the_parameters_they_are_given():
    assert read_parameters(notebooks_folder() / "province_report.ipynb").keys() == {"bundle", "province_code"}
    assert read_parameters(notebooks_folder() / "national_overview.ipynb").keys() == {"bundle"}


def published(job: Job, files: dict[str, str]) -> Manifest:
    record = PageRecord(
        code=job.code,
        content_key=job.content_key,
        ingredients=dict(job.ingredients),
        bundle_date="2026-05-01",
        hidden_cells=0,
        files=files,
    )
    fixed = {
        "workspace": "ws",
        "audience": "public",
        "scheme": "new",
        "edition": "",
        "evalkit": "1",
        "versions": {},
    }
    return Manifest(
        **fixed,
        bundle_date="2026-05-01",
        bundle_sha256="",
        languages=("vi",),
        rules={},
        pages={job.stem: record},
    )


def test_why_a_page_is_made_again(tmp_path: Path):
    job = Job(
        "province", "01", "An", "01-an", tmp_path / "n", {}, {"slice": "a", "kit": "b", "notebook": "c"}
    )
    page = tmp_path / "01-an.html"
    page.write_text("page")
    manifest = published(job, {"01-an.html": hashlib.sha256(b"page").hexdigest()})

    def why(
        job: Job = job,
        manifest: Manifest | None = manifest,
        *,
        files: tuple[str, ...] = ("01-an.html",),
        **given: bool,
    ) -> str:
        return why_made(job, manifest, tmp_path, files=files, **given)

    def changed(**ingredients: str) -> Job:
        return Job("province", "01", "An", "01-an", tmp_path / "n", {}, {**job.ingredients, **ingredients})

    assert why() == "current"
    assert why(manifest=None) == "new"
    assert why(force=True) == "forced"
    assert why(changed(slice="x")) == "slice changed"
    assert why(changed(kit="x")) == "evalkit changed"
    assert why(changed(notebook="x")) == "notebook changed"
    assert why(files=("01-an.html", "01-an.en.html")) == "output missing"
    page.write_text("another")
    assert why() == "output changed"
    page.unlink()
    assert why() == "output missing"
