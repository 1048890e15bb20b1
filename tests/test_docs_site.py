"""The documentation site: every link leads somewhere, nothing is loaded from elsewhere, what the code offers has its entry."""

from __future__ import annotations

import base64
import fcntl
import os
import re
import subprocess
import sys
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import typer
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tools.docs_site.build import RUN_ON, is_replaceable
from tools.docs_site.contents import NOTEBOOKS, PAGES_OF_FILES, STANDS_FOR
from tools.docs_site.links import turned
from tools.docs_site.notebook_page import notebook_page

import evalkit
from evalkit import records
from evalkit.cli import app
from evalkit.messages import catalogue
from evalkit.workspace import open_workspace
from tests.lengths import FULL

pytestmark = pytest.mark.xdist_group("docs_site")  # pages are read once

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/site/*.md"), ROOT / "data/README.md"]
)
LOADING = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "embed": "src",
    "object": "data",
    "link": "href",
}
LOADED_BY_STYLE = re.compile(r"@import\s+[\"']([^\"']+)|url\(\s*[\"']?([^\"')]+)")
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Reading(HTMLParser):
    """What a page holds: ids, links, addresses it loads, styles, text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.styles: list[str] = []
        self.text = ""
        self.language: str | None = None
        self._in_style = False
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.ids.update(filter(None, [named.get("id")]))
        self.links += [named["href"]] if tag == "a" and "href" in named else []
        self.loaded += [named[LOADING[tag]]] if LOADING.get(tag) in named else []
        self.loaded += [one.split()[0] for one in named.get("srcset", "").split(",") if one.strip()]
        self.styles += [named["style"]] if "style" in named else []
        self.language = named.get("lang") if tag == "html" else self.language
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.styles += [data] if self._in_style else []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the site once for all processes of a run.

    Notebooks are run only where tests go through everything: test_notebooks runs them too.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "docs_site"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.with_suffix(".whole").exists():
            words = [sys.executable, "-m", "tools.docs_site", str(folder), *([] if FULL else ["--unrun"])]
            ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
            assert ended.returncode == 0, ended.stderr
            folder.with_suffix(".whole").touch()
    return folder


@cache
def read(page: Path) -> Reading:
    return Reading(page)


def pages_of(site: Path) -> list[Path]:
    found = sorted(site.rglob("*.html"))
    assert len(found) > len(PAGES_OF_FILES)
    return found


def is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def one_line(text: str) -> str:
    return " ".join(text.split())


# ---- links


def test_every_link_of_the_site_leads_to_a_page_and_a_place_on_it(site: Path):
    broken, followed = [], 0
    for page in pages_of(site):
        for link in read(page).links:
            if is_elsewhere(link):
                continue
            parts = urlsplit(link)
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            anchor = unquote(parts.fragment)
            followed += 1
            if not target.is_file() or (anchor and anchor not in read(target).ids):
                broken.append(f"{page.name}: {link}")
    assert broken == []
    assert followed > 1000


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} +(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_of_the_repository_leads_somewhere(page: Path):
    for target, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8")):
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors_of(file), f"{target}#{anchor}"


def test_a_link_to_a_file_that_is_no_page_becomes_its_words():
    text = "[a](../src/x.py), [b](b.md#c), [d](#e), ![f](g/f.png), [h](https://example.org/i)"
    pages = {"docs/b.md": "bee"}
    assert turned(text, of="docs/a.md", pages=pages) == (
        "a, [b](bee.md#c), [d](#e), ![f](f.png), [h](https://example.org/i)"
    )


# ---- without network


def test_no_page_loads_anything_from_elsewhere(site: Path):
    loaded = [(page.name, one) for page in pages_of(site) for one in read(page).loaded]
    styles = [(page.name, style) for page in pages_of(site) for style in read(page).styles]
    styles += [(file.name, file.read_text(encoding="utf-8")) for file in site.rglob("*.css")]
    loaded += [(name, one or two) for name, style in styles for one, two in LOADED_BY_STYLE.findall(style)]
    assert len(loaded) > 100
    assert [(name, address) for name, address in loaded if is_elsewhere(address)] == []


@pytest.mark.parametrize(
    "held",
    [
        '<script src="https://example.org/a.js"></script>',
        '<link rel="stylesheet" href="//example.org/a.css">',
        '<img srcset="https://example.org/a.png 2x">',
    ],
)
def test_the_reading_would_notice_what_is_loaded(held: str, tmp_path: Path):
    (tmp_path / "page.html").write_text(held, encoding="utf-8")
    assert [is_elsewhere(address) for address in Reading(tmp_path / "page.html").loaded] == [True]


# ---- where it goes


def test_a_folder_that_holds_something_else_is_not_replaced(site: Path, tmp_path: Path):
    assert is_replaceable(site)
    assert is_replaceable(tmp_path)
    assert is_replaceable(tmp_path / "new")
    (tmp_path / "letter.txt").touch()
    assert not is_replaceable(tmp_path)
    words = [sys.executable, "-m", "tools.docs_site", str(tmp_path), "--unrun"]
    assert subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode == 2
    assert (tmp_path / "letter.txt").exists()


# ---- what is in it


def test_every_page_of_docs_and_every_notebook_to_explore_has_its_page(site: Path):
    wanted = [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/site/*.md"), *ROOT.glob(f"{NOTEBOOKS}/*.ipynb")]
    names = {path.relative_to(ROOT).as_posix() for path in wanted}
    assert names <= PAGES_OF_FILES.keys()
    assert {page for page in PAGES_OF_FILES.values() if not (site / f"{page}.html").is_file()} == set()
    assert [file for file in {**PAGES_OF_FILES, **STANDS_FOR} if not (ROOT / file).is_file()] == []


def test_the_start_pages_lead_to_each_other_and_say_their_language(site: Path):
    english, vietnamese = read(site / "index.html"), read(site / "index.vi.html")
    assert ("index.vi.html" in english.links, english.language) == (True, "en")
    assert ("index.html" in vietnamese.links, vietnamese.language) == (True, "vi")


def test_every_name_of_the_shop_window_has_its_entry(site: Path):
    names = [name for name in evalkit.__all__ if name != "__version__"]
    page = read(site / "shop-window.html")
    assert [name for name in names if f"evalkit.{name}" not in page.ids] == []
    told = one_line(page.text)
    docstrings = {name: one_line(getattr(evalkit, name).__doc__.partition("\n")[0]) for name in names}
    assert [
        name
        for name, first in docstrings.items()
        if re.sub(r":\w+:`(\w+)`", r"\1()", first).replace("`", "") not in told
    ] == []


def test_every_record_has_its_entry(site: Path):
    classes = [one.__name__ for one in records.Record.__subclasses__() if one.__module__ == records.__name__]
    assert len(classes) > 15
    ids = read(site / "records.html").ids
    assert [name for name in classes if f"evalkit.records.{name}" not in ids] == []


def test_every_message_stands_in_both_languages_beside_its_remedy(site: Path):
    page = site / "messages.html"
    told = one_line(read(page).text)
    sentences = [text for pair in catalogue().items() for text in pair]
    assert [text for text in sentences if one_line(text) not in told] == []
    rows = [
        [
            one_line(unescape(re.sub(r"<[^>]+>", "", cell)))
            for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr.*?</tr>", page.read_text(encoding="utf-8"), re.DOTALL)
    ]
    assert [
        "a count is never negative",
        "correct the value",
        "số đếm không bao giờ âm",
        "sửa giá trị",
    ] in rows


def test_every_command_stands_with_its_options(site: Path):
    told = one_line(read(site / "commands.html").text)
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        assert f"Usage: evalkit {name} " in told
        options = [option for one in command.params for option in one.opts if option.startswith("--")]
        assert [option for option in options if option not in told] == []


# ---- notebooks


def test_a_notebook_page_shows_each_cell_and_what_it_gave(tmp_path: Path):
    outputs = [
        new_output(
            "display_data", {"text/html": '<p id="x">a <a href="#y">b</a></p>\n\n<script>z()</script>'}
        ),
        new_output("display_data", {"image/png": PICTURE, "text/plain": "not this"}),
        new_output("display_data", {"text/plain": "c"}),
        new_output("display_data", {"text/plain": "<Axes at 0x7f12>"}),
        new_output("stream", text="neither this"),
    ]
    cells = [new_markdown_cell("# Head"), new_code_cell("1 + 1", outputs=outputs), new_markdown_cell("tail")]
    page = notebook_page(
        new_notebook(cells=cells),
        name="n",
        pictures=tmp_path,
        workspace=open_workspace(ROOT / "data" / "demo"),
    )
    assert page.startswith("# Head\n\n*Run on the protected figures of `data/demo`")
    assert "an **invented** country" in page
    shown = '```python\n1 + 1\n```\n\n```{raw} html\n<p id="x">a b</p>\n```\n\n![n-1](n-1.png)\n\n```text\nc\n```\n\ntail'
    assert page.endswith(shown)
    assert (tmp_path / "n-1.png").read_bytes() == base64.b64decode(PICTURE)


def test_the_notebooks_stand_in_the_site_and_say_whether_they_were_run(site: Path):
    for file, page in PAGES_OF_FILES.items():
        if file.endswith(".ipynb"):
            told = one_line(read(site / f"{page}.html").text)
            code = [
                cell.source
                for cell in nbformat.read(ROOT / file, as_version=4).cells
                if cell.cell_type == "code"
            ]
            assert [source for source in code if one_line(source) not in told] == []
            is_run = FULL and page in RUN_ON
            told_of = "Run on the protected figures of" if is_run else "Shown as it stands, without results"
            assert told_of in told
