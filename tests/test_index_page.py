"""The list of pages: what it says of each place, its one script, and that it can be searched, ordered and filtered in a browser."""

from __future__ import annotations

import atexit
import base64
import functools
import hashlib
import http.server
import json
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalkit.batch.manifest import Manifest, PageRecord
from evalkit.batch.page_names import page_file
from evalkit.batch.plan import Job
from evalkit.batch.publish import write_index
from evalkit.batch.run import run_batch
from evalkit.batch.self_contained import has_policy, page_faults
from evalkit.batch.verify import verify
from evalkit.reporting.blocks import Bilingual, KeyNumbers, PageHead
from evalkit.reporting.brief.compose import brief_sections
from evalkit.reporting.index_page import IndexRow, IndexTile, Listing, index_page
from evalkit.reporting.index_tools import script
from evalkit.review.reading import Page, read
from tests.builders import fact
from tests.shipped import bundle_of, evaluation_of
from tests.test_page_bytes import share_told_before
from tests.test_pages_in_browser import FLAGS, Handler
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

NAMES = ("demo", "vn-published")
LANGUAGES = ("vi", "en")
TOLD = ("reported", "zero_reported", "derived", "suppressed")
WORDS = {"some": "figures", "none": "no figures", "hidden": "confidential only"}
MOST_SYLLABLES, MOST_BYTES, MOST_OF_THE_SCRIPT = 650, 80_000, 1_500
HEAD = PageHead(
    title=Bilingual("Nước thử", "A trial country"),
    subtitle=Bilingual("Danh sách", "List"),
    slug="index",
    facts=(),
    invented=False,
    audience="public",
    bundle_date="2026-11-01",
)
NEW = "a page holds no <script> but the one of the list of pages"


@functools.cache
def lists(name: str) -> dict[str, str]:
    """Return the list of a shipped workspace in each language, as if every page had been made."""
    bundle = bundle_of(name)
    jobs = [
        Job("province", place.code, place.name, f"{place.code}-{place.slug}", Path("x"), {}, {})
        for place in bundle.places
    ]
    jobs.append(Job("national", bundle.about.nation, "nation", "national", Path("x"), {}, {}))
    stamp = "" if name == "vn-published" else ".invented"
    manifest = Manifest(
        workspace=name,
        audience="public",
        scheme=bundle.about.scheme,
        edition="2026-11-23",
        bundle_date="2026-11-23",
        bundle_sha256="x",
        languages=LANGUAGES,
        evalkit="1",
        versions={},
        rules={},
        pages={job.stem: _record(job, stamp) for job in jobs},
    )
    folder = Path(_folder()) / name
    folder.mkdir()
    files = write_index(folder, bundle, manifest, jobs)
    return {"en" if ".en." in file else "vi": (folder / file).read_text(encoding="utf-8") for file in files}


@functools.cache
def _folder() -> str:
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _record(job: Job, invented: str) -> PageRecord:
    files = {page_file(job.stem, language): "x" for language in LANGUAGES}
    for end in ("", ".en"):
        files |= {f"tables/{job.stem}{invented}{kind}{end}.csv": "x" for kind in (".a", ".b")}
        files[f"tables/{job.stem}{invented}{end}.xlsx"] = "x"
    return PageRecord(
        code=job.code,
        content_key=job.content_key,
        ingredients={},
        bundle_date="2026-11-23",
        hidden_cells=0,
        files=files,
    )


def as_read(name: str, language: str) -> Page:
    return read(lists(name)[language])


def between_the_tags(html: str) -> list[bytes]:
    return re.findall(rb"<script[^>]*>(.*?)</script", html.encode(), re.DOTALL)


def a_list(count: int = 3) -> str:
    said = Bilingual("Vùng", "Region")
    rows = tuple(
        IndexRow(Bilingual(f"Tỉnh {n}", f"Province {n}"), said, Bilingual("a.html", "a.html"), code=f"{n:03}")
        for n in range(count)
    )
    return index_page(Listing(rows), head=HEAD, language="vi")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_policy_names_the_one_script_by_the_hash_of_the_bytes_in_the_file(name: str, language: str):
    html = lists(name)[language]
    (code,) = between_the_tags(html)
    named = base64.b64encode(hashlib.sha256(code).digest()).decode()
    assert re.findall(r"script-src ([^;\"]*)", html) == [f"'sha256-{named}'"]
    assert len(code) <= MOST_OF_THE_SCRIPT
    assert not set(b"<&") & set(code)  # so that it reads the same as HTML and as XML
    assert not re.search(rb"fetch|XMLHttp|Storage|cookie|eval|innerHTML|navigator|location", code)
    assert not re.search(r"\son\w+=", html)
    assert has_policy(html, script=f"sha256-{named}")
    assert not has_policy(html)


def test_verify_accepts_the_script_on_the_list_alone(made: Path):
    assert verify(made) == []
    pages = sorted(made.glob("*.html"))
    assert [path.name for path in pages if between_the_tags(path.read_text())] == [
        "index.en.html",
        "index.html",
    ]
    for path in pages:
        if not path.name.startswith("index"):
            text = path.read_text(encoding="utf-8")
            assert "script" not in text
            path.write_text(text.replace("</body>", f"<script>{script()}</script></body>"), encoding="utf-8")
    found = {Path(one.where).name for one in verify(made) if one.rule == "a page holds no <script>"}
    assert found == {path.name for path in pages} - {"index.html", "index.en.html"}


SPOILT = {
    "altered": lambda html: html.replace("})()</script>", "});fetch('x')</script>"),
    "a space more": lambda html: html.replace("})()</script>", "})() </script>"),
    "another beside it": lambda html: html.replace("<body>", "<body><script>1</script>"),
    "twice": lambda html: html.replace("</body>", f"<script>{script()}</script></body>"),
    "with an address": lambda html: html.replace("<script>", '<script src="a.js">'),
    "as a module": lambda html: html.replace("<script>", '<script type="module">'),
    "cut off": lambda html: html.replace("})()</script>", ""),
}


@pytest.mark.parametrize("how", SPOILT)
def test_any_other_script_on_the_list_is_refused(made: Path, how: str):
    path = made / "index.html"
    html = path.read_text(encoding="utf-8")
    path.write_text(SPOILT[how](html), encoding="utf-8")
    rules = {one.rule for one in verify(made) if Path(one.where).name == "index.html"}
    assert rules & {NEW, "a page holds no <script>"}


@pytest.mark.parametrize("looser", ["'unsafe-inline'", "*", "'self'", "'sha256-AAAA'"])
def test_a_policy_that_lets_other_scripts_run_is_refused(made: Path, looser: str):
    for name in ("index.html", "01-an-thu.html"):
        path = made / name
        html = path.read_text(encoding="utf-8")
        policy = re.sub(r"; script-src '[^']*'", "", html).replace(
            "form-action", f"script-src {looser}; form-action", 1
        )
        path.write_text(policy, encoding="utf-8")
    rule = "a page forbids its reader's browser to fetch or run anything"
    assert {Path(one.where).name for one in verify(made) if one.rule == rule} == {
        "index.html",
        "01-an-thu.html",
    }


def test_a_page_without_leave_holds_no_script():
    assert page_faults("<script>1</script>", neighbours=set()) == ["a page holds no <script>"]


@pytest.mark.parametrize("name", NAMES)
def test_each_place_has_a_row_in_official_order_with_what_its_facts_tell(name: str):
    """The facts are gone through one by one, whichever source comes first."""
    bundle, (table,) = bundle_of(name), as_read(name, "en").tables
    assert len(table.rows) == len(bundle.places) + 1
    heads = [head.rpartition(", ") for head in table.head[2:-2]]
    labels = {str(measure.label.root["en"]): code for code, measure in bundle.programme.measures.items()}
    told: dict[str, list[dict[str, Any]]] = {}
    for row in bundle.facts.to_dict("records"):
        mine = row["scheme"] == bundle.about.scheme or row["scheme"] == "nation"
        if mine and row["status"] in TOLD and row["measure"] != bundle.programme.population:
            told.setdefault(row["province_code"], []).append(row)
    codes = [bundle.about.nation or "VN", *sorted(place.code for place in bundle.places)]
    names = {place.code: place.name_en for place in bundle.places}
    for code, (first, status, *counts, items, _) in zip(codes, table.rows, strict=True):
        facts = told.get(code, [])
        assert first.startswith(f"{names[code]} {code} " if code in names else "The nation")
        state = (
            "some" if any(row["status"] != "suppressed" for row in facts) else "hidden" if facts else "none"
        )
        assert status == f"{'●○◐'[('some', 'none', 'hidden').index(state)]}{WORDS[state]}"
        assert items == str(len({row["measure"] for row in facts}))
        for (label, _, year), count in zip(heads, counts, strict=True):
            assert count in expected(facts, labels[label], year)


def test_hidden_and_older_counts_say_so_and_the_year_is_the_newest(tmp_path: Path):
    persons = {"measure": "victims_identified", "unit": "nguoi"}
    facts = [
        *(fact("01", 2, **persons, year=2015), fact("02", 30, **persons, year=2015)),
        *(
            fact("02", 4, year=2015),
            fact("03", 5, year=2015),
            fact("02", 6, year=2014),
            fact("03", 8, year=2014),
        ),
        *(fact("VN", 20, year=2014), fact("VN", 90, **persons, year=2015)),
    ]
    workspace = tiny_workspace(tmp_path / "ws", facts=facts)
    run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesWithoutKernel())
    (table,) = read((tmp_path / "out" / "index.en.html").read_text(encoding="utf-8")).tables
    assert [head[-4:] for head in table.head[2:4]] == ["2015", "2015"]
    of_nation, of_first, of_second = ([row[1][:1], *row[2:4]] for row in table.rows)
    assert of_first == ["◐", "–", "[c]"]
    assert of_second[:2] == ["●", "9"]
    assert of_nation == ["●", "20 (2014)", "90"]


def expected(facts: list[dict[str, Any]], measure: str, year: str) -> set[str]:
    """Return how the newest whole year may be written: one way a source."""
    years: dict[int, set[str]] = {}
    for row in facts:
        start, end = row["period_start"], row["period_end"]
        whole = (end - start).days in (364, 365) and (start.month, start.day) in ((1, 1), (12, 15))
        plain = all(row[name] == "all" for name in ("sex", "age_group", "ethnicity") if name in row)
        if row["measure"] == measure and whole and plain:
            shown = "[c]" if row["status"] == "suppressed" else f"{row['value']:,.0f}"
            years.setdefault(end.year, set()).add(shown)
    if not years:
        return {"–"}
    newest = max(years)
    return {shown if str(newest) == year else f"{shown} ({newest})" for shown in years[newest]}


def test_the_list_tells_the_numbers_that_the_page_itself_begins_with():
    sections = brief_sections(evaluation_of("demo", "11").summary)
    numbers = next(block for part in sections for block in part.blocks if isinstance(block, KeyNumbers))
    row = next(row for row in as_read("demo", "en").tables[0].rows if " 11 " in row[0])
    assert row[2:4] == [item.figure.en for item in numbers.items[:2]]


@pytest.mark.parametrize("name", NAMES)
def test_the_caption_carries_the_caution_and_each_row_its_download(name: str):
    page = as_read(name, "vi")
    assert (
        "số liệu thấp không có nghĩa là tình hình tốt hơn, số liệu cao không có nghĩa là làm kém hơn"
        in page.tables[0].caption
    )
    told = [row[-1] for row in page.tables[0].rows]
    assert told == ["XLSX (2)", *(f"XLSX {place.code} (2)" for place in bundle_of(name).places)]
    html = lists(name)["vi"]
    assert html.count('href="tables/datapackage.json"') == 1
    books = re.findall(r'href="(tables/[^"]+\.xlsx)"', html)
    assert len(books) == len(set(books)) == len(bundle_of(name).places) + 1
    assert all(".invented" in book for book in books) == bundle_of(name).about.invented


@pytest.mark.parametrize("name", NAMES)
def test_the_list_keeps_to_its_budgets(name: str):
    html = lists(name)["vi"]
    main = re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")])
    assert sum(any(letter.isalpha() for letter in word) for word in main.split()) <= MOST_SYLLABLES
    assert max(len(page.encode()) for page in lists(name).values()) <= MOST_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_fewer_than_a_tenth_of_a_list_s_words_were_told_before(name: str, language: str):
    assert share_told_before(lists(name)[language]) < 0.1


def tiles(html: str) -> list[tuple[list[str], str, str]]:
    """Return the tiles of the small map: classes, file, words."""
    found = re.findall(r'<li class="([^"]+)">(?:<a href="([^"]+)" tabindex="-1">)?([^<]+)', html)
    return [(classes.split(), file, words) for classes, file, words in found]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_map_has_each_place_once_with_the_state_and_the_link_of_its_row(name: str, language: str):
    html = lists(name)[language]
    row = re.compile(r'<tr data-s="(\w+)"[^>]*><th scope="row"><a href="([^"]+)">([^<]+)')
    own = [one for one in tiles(html) if "inset" not in one[0]]
    assert [(classes[0], file, words) for classes, file, words in own] == row.findall(html)
    at = [classes[1] for classes, *_ in tiles(html)]
    assert len(set(at)) == len(at)
    assert set(at) == set(re.findall(r"\.(t\d+-\d+)\{grid-area:", html))
    assert (
        'id="map" aria-hidden="true"' in html
    )  # the list has the same links: nobody hears or reaches them twice


def test_islands_stand_on_the_map_with_their_province_and_lead_nowhere():
    insets = [
        (file, words) for classes, file, words in tiles(lists("vn-published")["vi"]) if "inset" in classes
    ]
    assert insets == [("", "QĐ. Hoàng Sa (Đà Nẵng)"), ("", "QĐ. Trường Sa (Khánh Hòa)")]


def test_a_place_without_a_page_has_no_link_on_the_map_and_a_country_without_a_grid_has_no_map():
    said = Bilingual("Vùng", "Region")
    row = IndexRow(
        Bilingual("Tỉnh A", "Province A"),
        said,
        Bilingual("a.html", "a.html"),
        state="failed",
        tiles=(IndexTile(2, 3),),
    )
    html = index_page(Listing((row,)), head=HEAD, language="en")
    assert tiles(html) == [(["failed", "t2-3"], "", "Province A")]
    assert "struck through: no report." in html
    assert 'id="map"' not in a_list()


@pytest.fixture
def made(tmp_path: Path) -> Path:
    workspace = tiny_workspace(tmp_path / "ws")
    run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesWithoutKernel())
    return tmp_path / "out"


PROBE = """<!doctype html><meta charset="utf-8"><title>probe</title><body><pre id="told">waiting</pre><script>
const told = {};
async function open(page, width, off) {
  const frame = document.createElement('iframe');
  frame.style.cssText = `width:${width}px;height:812px;border:0`;
  if (off) frame.sandbox = 'allow-same-origin';
  frame.src = page;
  document.body.append(frame);
  await new Promise(done => frame.onload = done);
  return frame.contentDocument;
}
const shown = page => [...page.querySelectorAll('#places tr')].filter(row => row.offsetHeight).map(row => row.querySelector('small').textContent);
function find(page, words) {
  const field = page.getElementById('find');
  field.value = words;
  field.dispatchEvent(new Event('input'));
  return shown(page);
}
function sort(page, key) {
  const field = page.getElementById('order');
  field.value = key;
  field.dispatchEvent(new Event('change', {bubbles: true}));
  return shown(page);
}
function pick(page, id) {
  const button = page.getElementById(id);
  button.checked = true;
  button.dispatchEvent(new Event('change', {bubbles: true}));
  return shown(page);
}
const small = page => [...page.querySelectorAll('#list a, label:has(input), summary, select, input[type=search]')]
  .filter(one => one.offsetHeight).map(one => one.getBoundingClientRect()).filter(box => Math.min(box.width, box.height) < 24).length;
(async () => { STEPS
  document.getElementById('told').textContent = JSON.stringify(told); })().catch(fault => {
  document.getElementById('told').textContent = JSON.stringify({fault: String(fault)}); });
</script>"""


class Browser:
    """Runs steps against pages in frames, and returns what they put into ``told``."""

    def __init__(self, folder: Path, address: str, chromium: str) -> None:
        self.folder, self.address, self.chromium = folder, address, chromium
        self.runs = 0

    def run(self, steps: str) -> dict[str, Any]:
        self.runs += 1  # a page and a browser of its own for each run: nothing comes from a cache
        probe = f"probe.{self.runs}.html"
        (self.folder / probe).write_text(PROBE.replace("STEPS", steps), encoding="utf-8")
        profile = f"--user-data-dir={self.folder / f'profile.{self.runs}'}"
        asked = [self.chromium, *FLAGS, profile, "--dump-dom", f"{self.address}/{probe}"]
        dom = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=True).stdout
        found = re.search(r'<pre id="told">(.*?)</pre>', dom, re.DOTALL)
        assert found is not None
        told = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        assert "fault" not in told, told
        return told


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("lists")
    for name in NAMES:
        for language in LANGUAGES:
            (folder / f"{name}.{language}.html").write_text(lists(name)[language], encoding="utf-8")
    (folder / "long.html").write_text(a_list(1_000), encoding="utf-8")
    handler = functools.partial(type("Keeping", (Handler,), {"asked": []}), directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Browser(folder, f"http://127.0.0.1:{server.server_port}", chromium)
    server.shutdown()
    server.server_close()


FOUND = {
    "quang ninh": ["22"],
    "Quảng Ninh": ["22"],
    "Qua\u0309ng Ninh": ["22"],
    "NINH quảng": ["22"],
    "quang-ninh": ["22"],
    "22": ["22"],
    "thanh pho da nang": ["48"],
    "Đà Nẵng": ["48"],
    "da nang": ["48"],
    "đồng tháp": ["82"],
    "nam bo dong 75": ["75"],
    "dong bang hong 01": ["01"],
    "  ha   noi ": ["01"],
    "nowhere": [],
}


@pytest.mark.browser
def test_a_place_is_found_with_and_without_marks_in_any_order_of_words(browser: Browser):
    told = browser.run(
        f"const page = await open('vn-published.vi.html', 1280); for (const words of {json.dumps(list(FOUND))})"
        " told[words] = [find(page, words), page.getElementById('found').textContent];"
        " told.all = find(page, '').length;"
    )
    assert told.pop("all") == 34
    assert {words: codes for words, (codes, _) in told.items()} == FOUND
    assert told["da nang"][1] == "Đang hiện 1 trong tổng số 34"


@pytest.mark.browser
def test_rows_are_put_in_order_by_code_name_and_figures(browser: Browser):
    told = browser.run(
        "const page = await open('vn-published.vi.html', 1280);"
        " for (const key of ['n', 'i', 'c']) told[key] = sort(page, key);"
    )
    places = {place.code: place.name for place in bundle_of("vn-published").places}
    assert told["c"] == sorted(places)
    by_name = [places[code] for code in told["n"]]
    assert by_name[0] == "An Giang"
    assert [name for name in by_name if name[0] in "DĐ"] == [
        "Đà Nẵng",
        "Đắk Lắk",
        "Điện Biên",
        "Đồng Nai",
        "Đồng Tháp",
    ]
    assert by_name.index("Cần Thơ") < by_name.index("Đà Nẵng") < by_name.index("Gia Lai")
    facts = bundle_of("vn-published").facts
    facts = facts[
        facts["status"].isin(TOLD) & (facts["measure"] != "population_average") & (facts["scheme"] == "34")
    ]
    items = facts.groupby("province_code")["measure"].nunique().to_dict()
    assert told["i"] == sorted(places, key=lambda code: (-items.get(code, 0), code))


@pytest.mark.browser
def test_without_script_every_row_shows_no_dead_control_does_and_filters_work(browser: Browser):
    told = browser.run(
        "const page = await open('vn-published.vi.html', 1280, true);"
        " told.all = shown(page).length; told.tools = page.getElementById('tools').offsetHeight;"
        " told.fields = [...page.querySelectorAll('input, select, button')].filter(one => one.offsetHeight && one.type !== 'radio').length;"
        " told.some = pick(page, 's-some'); told.none = pick(page, 's-none').length; pick(page, 's-all');"
        " told.region = pick(page, 'r-0'); told.back = pick(page, 'r-all').length;"
    )
    places = bundle_of("vn-published").places
    assert (told["all"], told["back"], told["tools"], told["fields"]) == (34, 34, 0, 0)
    assert len(told["some"]) + told["none"] == 34
    assert "22" in told["some"]
    first = places[0].region_code
    assert told["region"] == [place.code for place in places if place.region_code == first]


@pytest.mark.browser
def test_search_and_filter_narrow_together_and_the_count_says_so(browser: Browser):
    told = browser.run(
        "const page = await open('vn-published.en.html', 1280); find(page, 'northern'); told.before = shown(page).length;"
        " told.both = pick(page, 's-some').length; told.said = page.getElementById('found').textContent;"
        " told.live = page.getElementById('found').getAttribute('aria-live');"
    )
    assert 0 < told["both"] < told["before"] < 34
    assert (told["said"], told["live"]) == (f"Shown: {told['both']} of 34", "polite")


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_the_list_fits_every_width_and_can_be_touched(browser: Browser, name: str):
    told = browser.run(
        f"for (const width of [320, 375, 768, 1280]) {{ const page = await open('{name}.vi.html', width), root = page.documentElement;"
        " const small_ones = small(page); told[width] = [root.scrollWidth - root.clientWidth, small_ones,"
        " page.querySelector('main').getBoundingClientRect().bottom, page.querySelectorAll('#places tr').length]; }"
    )
    for overflow, too_small, _, rows in told.values():
        assert (overflow, too_small, rows) == (0, 0, 34)
    assert told["375"][2] <= 6.0 * 812
    assert told["1280"][2] <= 3.0 * 800


@pytest.mark.browser
def test_a_thousand_rows_are_searched_and_sorted(browser: Browser):
    told = browser.run(
        "const page = await open('long.html', 1280); told.found = find(page, 'tinh 77');"
        " told.all = find(page, '').length; told.first = sort(page, 'n').slice(0, 3);"
    )
    assert told == {
        "found": [f"{n:03}" for n in range(1_000) if "77" in str(n) or "77" in f"{n:03}"],
        "all": 1_000,
        "first": ["000", "001", "010"],
    }
    assert len(a_list(1_000).encode()) < 600_000
