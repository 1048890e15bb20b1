"""Files are read again before anything is published: they tell what was computed, and nothing gets out beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from evalkit.batch import leaks
from evalkit.batch.fingerprint import file_digest
from evalkit.batch.leaks import refuse_leaks
from evalkit.batch.outcome import JobFailure, PageMade, PageOrder
from evalkit.batch.plan import facts_for, plan
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.reread import refuse_differences, refuse_unlike_facts
from evalkit.batch.run import run_batch
from evalkit.batch.worker import page_contents
from evalkit.errors import DisclosureError
from evalkit.facts.bundle import Bundle
from evalkit.kernels.private_folder import kernel_environment
from evalkit.reporting.blocks import Bilingual, Cell, Table
from evalkit.reporting.display import mime_bundle, section_of
from evalkit.reporting.every_section import page_head
from evalkit.steps import break_down, fit_trends
from tests.builders import fact
from tests.workspaces import PagesWithoutKernel, at, options, tiny_notebooks, tiny_workspace

PAGE, CSV, XLSX = (
    "01-an-thu.html",
    "tables/01-an-thu.invented.breakdown-victims-identified-sex.csv",
    "tables/01-an-thu.invented.xlsx",
)
BOTH = ("vi", "en")


def counts() -> list[dict]:
    """Return a series of cases, and victims by sex: 27 and 3 in one year, 20 and 15 in another."""
    rows = [fact("01", 20 + year % 7, year=year) for year in range(2012, 2024)]
    for year, women, men in ((2022, 27, 3), (2023, 20, 15)):
        values = {"all": women + men, "female": women, "male": men}
        rows += [
            fact("01", value, year=year, measure="victims_identified", sex=sex)
            for sex, value in values.items()
        ]
    return [{"sex": "all"} | row for row in rows]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    workspace = tiny_workspace(tmp_path_factory.mktemp("ws"), facts=counts())
    return make_bundle(receive(workspace), day=date(2026, 5, 1))


@pytest.fixture(scope="module")
def notebook(bundle: Bundle) -> NotebookNode:
    area = bundle.province("01")
    return executed(page_head(area), break_down(area), fit_trends(area))


def executed(*shown: object) -> NotebookNode:
    outputs = [new_output("display_data", data=mime_bundle(one)) for one in shown]
    return new_notebook(cells=[new_code_cell("show()", outputs=outputs, execution_count=1)])


def written(contents: dict[str, bytes], folder: Path) -> list[str]:
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return list(contents)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def stage(bundle: Bundle, notebook: NotebookNode, tmp_path: Path) -> Path:
    notebooks = tiny_notebooks(tmp_path / "notebooks")
    job = next(job for job in plan(bundle, notebooks=notebooks) if job.code == "01")
    folder = tmp_path / "stage"
    folder.mkdir()
    order = PageOrder(job, facts_for(job, bundle), "", BOTH, footer=(), keep_notebook=True)
    names = written(page_contents(notebook, order), folder)
    assert {PAGE, CSV, XLSX} <= set(names)
    return folder


def replaced(path: Path, old: str, new: str, *, after: str = "") -> None:
    before, mark, text = (
        path.read_bytes().decode().partition(after) if after else ("", "", path.read_bytes().decode())
    )
    assert old in text
    path.write_bytes((before + mark + text.replace(old, new, 1)).encode())


def test_what_is_written_tells_what_was_computed_and_hides_what_the_bundle_hides(
    stage: Path, notebook: NotebookNode, bundle: Bundle
):
    refuse_differences(files_in(stage), notebook, languages=BOTH)
    refuse_unlike_facts(notebook, bundle, code="01")
    lines = (stage / CSV).read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1:3] for line in lines[1:]] == [["[c]", "[c]"], ["20.0", "15.0"]]


def book_with_a_figure(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
        sheet = book.add_worksheet()
        for row, line in enumerate((["2022", 27, 3], ["2023", 20, 15])):
            for column, value in enumerate(line):
                sheet.write(row, column, value)


MARK = '<span aria-hidden="true">[c]</span>'
DIFFERENCES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a figure in a table of the page": (PAGE, lambda path: replaced(path, MARK, "3")),
    "a figure in a CSV": (CSV, lambda path: replaced(path, "2022,[c],[c]", "2022,[c],3")),
    "a row more in a CSV": (CSV, lambda path: replaced(path, "2023,", "2021,1,2,\r\n2023,")),
    "a figure in a workbook": (XLSX, book_with_a_figure),
    "a point in a drawing": (PAGE, lambda path: replaced(path, "<use ", '<use x="12.5" y="40"/><use ')),
    "a coordinate": (PAGE, lambda path: replaced(path, ' y="', ' y="1', after="<use")),
    "a sentence": (PAGE, lambda path: replaced(path, "</h2>", "</h2><p>Three.</p>")),
    "a figure in a sentence": (PAGE, lambda path: replaced(path, "<p>", "<p>3 ")),
    "words before a sentence": (
        PAGE,
        lambda path: replaced(path, '_title"><b>', '_title"><b>3 men. '),
    ),
    "the head of a column": (PAGE, lambda path: replaced(path, "</tr></thead>", " 3</tr></thead>")),
    "a line below the page": (
        PAGE,
        lambda path: replaced(path, "</ul>\n</footer>", "<li>3</li></ul>\n</footer>"),
    ),
    "a table more": (
        PAGE,
        lambda path: replaced(path, "</main>", '<table id="x"><tr><td>3</td></tr></table></main>'),
    ),
    "a page that is not well formed": (PAGE, lambda path: replaced(path, "</h2>", "</h2><p>")),
    "an entity of its own": (PAGE, lambda path: replaced(path, "</h2>", "&three;</h2>")),
    "a drawing that is none": (PAGE, lambda path: replaced(path, "</svg>", "<b></svg>")),
    "a drawing beside the figures": (
        PAGE,
        lambda path: replaced(path, "</main>", '<svg><text x="1">3</text></svg></main>'),
    ),
    "an alternative text": (PAGE, lambda path: replaced(path, "2012", "2O12", after="<svg")),
}


@pytest.mark.parametrize("what", list(DIFFERENCES))
def test_a_file_that_tells_something_else_is_refused(stage: Path, notebook: NotebookNode, what: str):
    name, change = DIFFERENCES[what]
    change(stage / name)
    with pytest.raises(DisclosureError) as refusal:
        refuse_differences(files_in(stage), notebook, languages=BOTH)
    assert refusal.value.where == name
    assert refusal.value.exit_code == 4


def told_wrongly(bundle: Bundle, row: int, column: int, shown: float) -> NotebookNode:
    """Return a notebook whose table of victims by sex shows another figure in one cell."""
    area = bundle.province("01")
    section = section_of(break_down(area))
    table = next(block for block in section.blocks if isinstance(block, Table))
    lines = [list(line) for line in table.rows]
    lines[row][column] = Cell(Bilingual(f"{shown:.0f}", f"{shown:.0f}"), shown)
    other = replace(table, rows=tuple(tuple(line) for line in lines))
    blocks = tuple(other if block is table else block for block in section.blocks)
    return executed(page_head(area), replace(section, blocks=blocks))


@pytest.mark.parametrize(
    ("row", "column", "shown"),
    [(0, 2, 3.0), (0, 1, 27.0), (1, 2, 14.0)],
    ids=["hidden", "complement", "other"],
)
def test_a_figure_by_attribute_that_is_not_that_of_the_bundle_is_refused(
    bundle: Bundle, row: int, column: int, shown: float
):
    """The computation itself went wrong: every file agrees, and the protected facts say otherwise."""
    with pytest.raises(DisclosureError, match="breakdown-victims-identified-sex") as refusal:
        refuse_unlike_facts(told_wrongly(bundle, row, column, shown), bundle, code="01")
    assert f"{shown:.0f}" not in str(refusal.value).replace("[exit 4]", "")


LEAKS = [
    "reception,2022-01-01,2022-12-31,victims_identified,male,3",
    "reception\\t2022-01-01\\t2022-12-31\\t3".replace("\\t", "\t"),
    "{'source_cell': 'B7'}",
    "PATH=/usr/bin",
    "'HOME': '/nowhere'",
    "Traceback (most recent call last)",
    "/home/lan/facts.csv",
]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_file_with_a_raw_row_a_setting_a_path_or_an_error_is_refused(stage: Path, leak: str):
    (stage / "tables" / "more.csv").write_text(leak, encoding="utf-8")
    with pytest.raises(DisclosureError) as refusal:
        refuse_leaks(files_in(stage))
    assert refusal.value.where == "tables/more.csv"
    assert leak not in str(refusal.value)


def test_what_is_planted_in_the_environment_of_a_kernel_is_found_wherever_it_gets_out(
    stage: Path, monkeypatch: pytest.MonkeyPatch
):
    planted = kernel_environment({}, room=stage)["EVALKIT_SENTINEL"]
    monkeypatch.setenv("A_SECRET", "không được nói: Trần Thị\nhai dòng (2) [x]")
    leaks._rules.cache_clear()
    monkeypatch.setenv("A_LONG_ONE", "0123456789" * 12_000)
    for text in (planted, "x không được nói: Trần Thị\nhai dòng (2) [x] y", "0123456789" * 12_000):
        with pytest.raises(DisclosureError, match="datapackage"):
            refuse_leaks({"datapackage.json": text.encode()})
    leaks._rules.cache_clear()


class PagesThatLeak(PagesWithoutKernel):
    """A page whose file was spoilt on the way is refused like any other page that would show too much."""

    def page(self, order: PageOrder) -> PageMade:
        made = super().page(order)
        name = f"tables/{order.job.stem}.figures.csv"
        spoilt = made.contents | {name: b"reception,2022-01-01,2022-12-31,3\n"}
        try:
            refuse_leaks(spoilt)
        except DisclosureError as refusal:
            return JobFailure(order.job.stem, order.job.code, "not_rendered", refusal=refusal)  # type: ignore[return-value]
        return made


def test_a_finding_refuses_the_publication_and_the_ledger_learns_nothing(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws")
    with pytest.raises(DisclosureError):
        run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesThatLeak())
    assert not (tmp_path / "out").exists()
    assert not (workspace.folder / "ledger.jsonl").exists()


def test_shared_files_are_read_again_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    workspace = tiny_workspace(tmp_path / "ws")
    monkeypatch.setattr(
        "evalkit.batch.publish.datapackage", lambda *_: json.dumps({"path": "/home/lan/evalkit/tables"})
    )
    with pytest.raises(DisclosureError, match="datapackage"):
        run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesWithoutKernel())
    assert not (tmp_path / "out").exists()


def test_the_manifest_bears_the_hash_of_the_protected_bundle_and_of_no_received_file(tmp_path: Path):
    """A hash of what was received would let a reader try values until it fits."""
    workspace = tiny_workspace(tmp_path / "ws", facts=counts())
    run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesWithoutKernel())
    published = (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")
    bundle = make_bundle(receive(workspace), day=date(2026, 5, 1))
    assert bundle.content_hash in published
    for path in workspace.folder.rglob("*"):
        if path.is_file() and path.name not in ("ledger.head",):
            assert file_digest(path) not in published, path.name
    open_bundle = make_bundle(receive(workspace), day=date(2026, 5, 1), audience="internal")
    assert open_bundle.content_hash not in published


def test_each_internal_page_figure_and_table_says_so_in_its_words_and_its_name(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws", facts=counts())
    bundle = make_bundle(receive(workspace), day=date(2026, 5, 1), audience="internal")
    area = bundle.province("01")
    notebook = executed(page_head(area), break_down(area), fit_trends(area))
    job = next(job for job in plan(bundle, notebooks=tiny_notebooks(tmp_path / "nb")) if job.code == "01")
    order = PageOrder(job, facts_for(job, bundle), "", BOTH, footer=(), keep_notebook=False)
    names = written(page_contents(notebook, order), tmp_path)
    assert {"luu-hanh-noi-bo" in Path(name).name for name in names} == {True}
    page = (tmp_path / names[0]).read_text(encoding="utf-8")
    drawings = page.split("<svg")[1:]
    assert drawings
    assert all("Lưu hành nội bộ" in drawing.partition("</svg>")[0] for drawing in drawings)
    for name in names:
        if name.endswith(".csv") and ".en." not in name:
            lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()[1:]
            assert all("Lưu hành nội bộ" in line for line in lines)
