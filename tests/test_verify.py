"""`evalkit verify` finds what is missing, changed, added or telling too much, and does not repeat it."""

from __future__ import annotations

import getpass
import zipfile
from pathlib import Path

import pytest

from evalkit.batch import leaks
from evalkit.batch.leaks import text_faults
from evalkit.batch.manifest import read_manifest
from evalkit.batch.run import run_batch
from evalkit.batch.self_contained import has_policy, page_faults
from evalkit.batch.verify import verify
from evalkit.errors import SettingsError
from evalkit.facts.findings import Finding
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    workspace = tiny_workspace(tmp_path / "ws")
    run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesWithoutKernel())
    return tmp_path / "out"


def told(reports: Path) -> list[tuple[str, str]]:
    return [(Path(item.where).relative_to(reports).as_posix(), item.rule) for item in verify(reports)]


def accept(reports: Path, name: str) -> None:
    """Let the manifest list a file as it is now, so that only its content is looked at."""
    manifest = read_manifest(reports)
    assert manifest is not None
    from evalkit.batch.fingerprint import file_digest  # noqa: PLC0415

    pages = {
        stem: page.model_copy(update={"files": page.files | {name: file_digest(reports / name)}})
        for stem, page in manifest.pages.items()
        if stem == "01-an-thu"
    }
    listed = manifest.model_copy(update={"pages": manifest.pages | pages})
    (reports / "manifest.json").write_text(listed.text(), encoding="utf-8")


def test_fresh_reports_are_in_order(reports: Path):
    assert verify(reports) == []


def test_missing_changed_and_added_files_are_found(reports: Path):
    (reports / "01-an-thu.html").unlink()
    (reports / "national.html").write_bytes((reports / "national.html").read_bytes() + b"\n")
    (reports / "notes.txt").write_text("for myself")
    faults = told(reports)
    assert ("01-an-thu.html", "a file that the manifest lists is missing") in faults
    assert ("national.html", "the file is not the one that was published") in faults
    assert ("notes.txt", "the manifest does not list this file") in faults
    # what links to the missing page is told as well: its other language and the list
    assert {name for name, rule in faults if "not there" in rule} == {"01-an-thu.en.html", "index.html"}
    assert len(faults) == 5


def test_a_page_without_one_of_its_languages_is_found(reports: Path):
    manifest = read_manifest(reports)
    assert manifest is not None
    page = manifest.pages["01-an-thu"]
    files = {name: sha for name, sha in page.files.items() if name != "01-an-thu.en.html"}
    pages = manifest.pages | {"01-an-thu": page.model_copy(update={"files": files})}
    (reports / "manifest.json").write_text(
        manifest.model_copy(update={"pages": pages}).text(), encoding="utf-8"
    )
    assert ("01-an-thu.en.html", "every page exists in every language of the run") in told(reports)


def test_pages_never_asked_for_are_a_note_and_no_error(tmp_path: Path):
    settings = options(tmp_path, provinces=("01",))
    run_batch(
        tiny_workspace(tmp_path / "ws"), settings, clock=at("2026-05-01"), executor=PagesWithoutKernel()
    )
    findings = verify(tmp_path / "out")
    assert [(item.severity, item.rule) for item in findings] == [
        ("note", "2 pages of the plan were never asked for")
    ]


def test_a_folder_without_a_manifest_is_a_finding_and_an_unreadable_one_is_refused(tmp_path: Path):
    assert [type(item) for item in verify(tmp_path)] == [Finding]
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(SettingsError, match="cannot be read"):
        verify(tmp_path)


FETCHING = [
    ('<img src="https://x.example/a.png">', "img src"),
    ('<img src="//x.example/a.png">', "img src"),
    ('<img src="a.png">', "img src"),
    ('<img srcset="a.png 1x, https://x.example/b.png 2x">', "img srcset"),
    ('<link rel="stylesheet" href="https://x.example/a.css">', "link href"),
    ('<svg><image xlink:href="https://x.example/a.png"/></svg>', "image xlink:href"),
    ('<svg><use href="https://x.example/a.svg#i"/></svg>', "use href"),
    ("<style>@import 'https://x.example/a.css';</style>", "style"),
    ("<style>p { background: url(https://x.example/a.png) }</style>", "style"),
    ("<style>p { background: url( 'a.png' ) }</style>", "style"),
    ('<p style="background: url(https://x.example/a.png)">', "p style"),
    ('<svg><rect fill="url(https://x.example/a.svg#g)"/></svg>', "rect fill"),
    ('<meta http-equiv="Refresh" content="0; url=https://x.example/">', "meta refresh"),
    ('<video poster="https://x.example/a.png"></video>', "video poster"),
    ("<body background=https://x.example/a.png>", "body background"),
    ('<a href="https://x.example/" ping="https://y.example/">s</a>', "a ping"),
    ('<script src="https://x.example/a.js"></script>', "<script>"),
    ("<script>1</script>", "<script>"),
    ('<iframe srcdoc="x"></iframe>', "<iframe>"),
    ('<base href="https://x.example/">', "<base>"),
    ('<img src="data:image/png;base64,AA" onerror="go()">', "img onerror"),
    ('<a href="javascript:go()">s</a>', "by https"),
    ('<a href="data:text/html,x">s</a>', "by https"),
    ('<a href="02-gone.html">s</a>', "not there"),
]


@pytest.mark.parametrize(("html", "what"), FETCHING)
def test_whatever_a_browser_would_fetch_run_or_follow_in_vain_is_found(html: str, what: str):
    faults = page_faults(html, neighbours={"index.html"})
    assert any(what in fault for fault in faults), faults
    assert "example" not in "".join(faults)


HARMLESS = [
    '<a href="https://thuvienphapluat.vn/van-ban/1">source</a>',
    '<a href="#methods">methods</a> <a href="index.html">all</a> <a href="index.html#x">x</a>',
    '<img src="data:image/png;base64,AAAA" alt="x">',
    '<svg><rect fill="url(#g)"/><use href="#i"/></svg>',
    "<style>p { background: url(data:image/png;base64,AA); fill: url( '#g' ) }</style>",
    "<p>write url(https://x.example/) and @import in plain words</p>",
]


@pytest.mark.parametrize("html", HARMLESS)
def test_links_for_the_reader_and_embedded_pictures_are_no_faults(html: str):
    assert page_faults(html, neighbours={"index.html"}) == []


def test_a_page_without_a_content_security_policy_is_found(reports: Path):
    page = (reports / "01-an-thu.html").read_text(encoding="utf-8")
    assert has_policy(page)
    assert not has_policy(page.replace("default-src 'none'", "default-src *"))
    (reports / "01-an-thu.html").write_text(
        page.replace("Content-Security-Policy", "Nothing"), encoding="utf-8"
    )
    accept(reports, "01-an-thu.html")
    assert told(reports) == [
        ("01-an-thu.html", "a page forbids its reader's browser to fetch or run anything")
    ]


LEAKS = [
    "/home/lan/evalkit/data/ws/facts.csv",
    "/Users/lan/x",
    "C:\\Users\\lan",
    "C:\\\\Users\\\\lan",
    "file:///x",
    "/var/folders/x/evalkit-abc",
    'Traceback (most recent call last):\n  File "x"',
    "\x1b[31mValueError",
    "\\u001b[31mValueError",
    "File ipykernel_12/1.py",
    "<evalkit.Bundle object at 0x7f3a2b>",
]


@pytest.mark.parametrize("leak", LEAKS)
def test_paths_and_errors_are_found_and_not_repeated(reports: Path, leak: str):
    notebook = reports / "notebooks" / "01-an-thu.ipynb"
    notebook.write_text('{"text": "' + leak + '"}', encoding="utf-8")
    accept(reports, "notebooks/01-an-thu.ipynb")
    faults = told(reports)
    assert faults
    assert {name for name, _ in faults} == {"notebooks/01-an-thu.ipynb"}
    assert leak not in str(faults)
    assert "lan" not in str(faults)


@pytest.mark.parametrize(
    "text", ["vụ/năm", "1/2", "/22-quang-ninh.html", "https://example.org/home/page", "a/tmp/b"]
)
def test_ordinary_text_with_slashes_is_no_path(text: str):
    assert list(text_faults(text)) == []


def test_the_user_s_and_the_machine_s_name_are_found_in_any_part_of_a_workbook(
    reports: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(getpass, "getuser", lambda: "nguyenlan")
    monkeypatch.setattr(leaks.socket, "gethostname", lambda: "localhost")
    leaks._rules.cache_clear()
    with zipfile.ZipFile(reports / "tables" / "x.xlsx", "w") as archive:
        archive.writestr("docProps/core.xml", "<creator>nguyenlan</creator>")
        archive.writestr("xl/sheet1.xml", "<c>nguyenlanh</c>")
    accept(reports, "tables/x.xlsx")
    faults = told(reports)
    leaks._rules.cache_clear()
    assert faults == [("tables/x.xlsx/docProps/core.xml", "a published file holds the name of a user")]


OUTSIDE = "Change -29.6%, 95% interval -20.0% to +31.3%."


def with_a_contradiction(reports: Path) -> None:
    page = reports / "01-an-thu.en.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", f"<p>{OUTSIDE}</p></main>"), "utf-8")


def test_a_page_that_contradicts_itself_is_found_with_its_sentence_and_what_to_do(reports: Path):
    with_a_contradiction(reports)
    accept(reports, "01-an-thu.en.html")
    found = [item for item in verify(reports) if OUTSIDE in item.rule]
    assert "an interval holds its estimate" in found[-1].rule
    assert {Path(item.where).name for item in found} == {"01-an-thu.en.html"}
    assert "compute both from the same figures" in found[-1].do


def test_the_sentences_of_a_page_that_was_changed_are_not_repeated(reports: Path):
    with_a_contradiction(reports)
    assert [rule for _, rule in told(reports)] == ["the file is not the one that was published"]
