"""Pages as a reader's browser shows them: nothing asked from outside, nothing run, nothing cut off on a phone."""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tools.screenshots import LOOKS, pages, pictures

from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from tests.shipped import bundle_of, evaluation_of, sections_of

ROOT = Path(__file__).parents[1]
WIDTHS = (320, 375, 1280)
PAGES = ("demo.vi.html", "demo.en.html", "vn-published.vi.html", "vn-published.en.html")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1400,900",
    ),
    "--enable-blink-features=ComputedAccessibilityInfo",
    *("--virtual-time-budget=8000", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
)
PROBE = """<!doctype html><meta charset="utf-8"><title>probe</title><body><pre id="found">waiting</pre><script>
const found = {};
function opened(page, view) {  // a link into the folded annex opens what it leads to
  const part = page.querySelector('details.part > section');
  if (!part) return null;
  const before = part.parentElement.open;
  view.location.hash = part.id;
  return [before, part.parentElement.open || part.getBoundingClientRect().height > 0];
}
async function look(width) {
  const frame = document.createElement('iframe');
  frame.style.cssText = `width:${width}px;height:900px;border:0`;
  frame.src = PAGE;
  document.body.append(frame);
  await new Promise(done => frame.onload = done);
  const page = frame.contentDocument, root = page.documentElement;
  const shown = [...page.querySelectorAll('.brief figure svg')].filter(svg => svg.getBoundingClientRect().height);
  const sizes = shown.flatMap(svg => [...svg.querySelectorAll('text')]).map(text => {
    const svg = text.closest('svg');
    return parseFloat(frame.contentWindow.getComputedStyle(text).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  });
  found[width] = {
    overflow: root.scrollWidth - root.clientWidth,
    requests: frame.contentWindow.performance.getEntriesByType('resource').map(entry => entry.name),
    ran: Boolean(frame.contentWindow.ran),
    lang: root.lang, title: page.title, text: root.innerText.length,
    figures: page.querySelectorAll('figure svg[role=img]').length,
    smallest: sizes.length ? Math.min(...sizes) : null,
    end: page.querySelector('.brief') ? page.querySelector('.brief').getBoundingClientRect().bottom : null,
    first: shown.length ? {top: shown[0].getBoundingClientRect().top, bottom: shown[0].getBoundingClientRect().bottom} : null,
    wider: [...page.querySelectorAll('.brief *')].filter(one => one.getBoundingClientRect().right > root.clientWidth + 1).length,
    open: opened(page, frame.contentWindow),
    heads: [...page.querySelectorAll('th')].map(one => [one.closest('thead') ? 'columnheader' : 'rowheader', one.computedRole]),
  };
}
(async () => { for (const width of WIDTHS) await look(width);
  document.getElementById('found').textContent = JSON.stringify(found); })();
</script>"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and keeps what was asked for."""

    asked: list[str]

    def log_message(self, *_args: object) -> None:
        self.asked.append(self.path)


@dataclass
class Site:
    folder: Path
    address: str
    chromium: str
    asked: list[str] = field(default_factory=list)

    def look(self, page: str) -> dict[str, dict]:
        """Open a page in frames of several widths and return what was found in each."""
        probe = PROBE.replace("PAGE", json.dumps(page)).replace("WIDTHS", json.dumps(WIDTHS))
        (self.folder / f"probe.{page}").write_text(probe, encoding="utf-8")
        profile = (
            self.folder / f"profile.{page}"
        )  # a browser of its own for each page: nothing comes from a cache
        dom = subprocess.run(
            [
                self.chromium,
                *FLAGS,
                f"--user-data-dir={profile}",
                "--dump-dom",
                f"{self.address}/probe.{page}",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        return json.loads(re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL).group(1))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    for name, code in (("demo", "11"), ("vn-published", "22")):
        province = bundle_of(name).province(code)
        result = evaluation_of(name, code)
        sections = sections_of(result, province)
        for language in ("vi", "en"):
            html = page_from_sections(page_head(province), sections, language=language)
            (folder / f"{name}.{language}.html").write_text(html, encoding="utf-8")
    asked: list[str] = []
    handler = functools.partial(type("Keeping", (Handler,), {"asked": asked}), directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(folder, f"http://127.0.0.1:{server.server_port}", chromium, asked)
    server.shutdown()
    server.server_close()


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_for_nothing_and_fits_every_width(site: Site, page: str):
    site.asked.clear()
    found = site.look(page)
    pages = {f"/{name}" for name in PAGES}  # an earlier test's last request may still be on its way
    probes = {f"/probe.{name}" for name in PAGES}
    assert set(site.asked) - pages - probes - {"/favicon.ico"} == set()
    for width in WIDTHS:
        seen = found[str(width)]
        assert seen["overflow"] <= 0
        assert seen["requests"] == []
        assert seen["lang"] == page.split(".")[1]
        assert seen["title"]
        assert seen["text"] > 1500
        assert seen["figures"] >= 1
        assert seen["wider"] == 0
    assert found["375"]["smallest"] >= 11


@pytest.mark.browser
def test_each_head_of_a_table_is_read_as_the_head_of_its_column_or_row(site: Site):
    """Heads say no scope: a browser tells it by where they stand. What is not drawn, such as the folded annex, has no role."""
    heads = [pair for pair in site.look(PAGES[0])["1280"]["heads"] if pair[1] not in ("", "none", None)]
    assert len(heads) > 20
    assert [pair for pair in heads if pair[0] != pair[1]] == []


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_a_brief_keeps_to_its_screens(site: Site, page: str):
    """Its end and its first drawing on a phone of 375 x 812 and a screen of 1280 x 800, the annex closed."""
    found = site.look(page)
    assert found["375"]["end"] / 812 <= 6.0
    assert found["375"]["first"]["top"] <= 1218
    assert found["1280"]["end"] / 800 <= 4.2
    assert found["1280"]["first"]["bottom"] <= 800
    assert found["1280"]["open"] == [False, True], "the annex is closed until a link leads into it"


@pytest.mark.browser
def test_the_probe_sees_a_script_an_overflow_and_a_request_where_there_are_some(site: Site):
    """The control: what the test above finds absent is found when present, and the page's policy stops the script."""
    bad = '<!doctype html><html lang="en"><title>bad</title><p style="width:2000px">x<img src="a.png"><script>ran=1</script>'
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    (site.folder / "bad.html").write_text(bad, encoding="utf-8")
    (site.folder / "tamed.html").write_text(bad.replace("<title>", policy + "<title>"), encoding="utf-8")
    seen = site.look("bad.html")["375"]
    assert "/a.png" in site.asked
    site.asked.clear()
    tamed = site.look("tamed.html")["375"]
    assert seen["ran"]
    assert seen["overflow"] > 1000
    assert len(seen["requests"]) == 1
    assert not tamed["ran"]
    assert "/a.png" not in site.asked


def test_pictures_of_two_pages_are_taken_as_screens_show_them(tmp_path: Path):
    """A page of a plain colour: the picture of each look has its size, and an empty folder of reports has no page to take."""
    assert pages(tmp_path) == []
    for folder, name in (("demo", "11-a.html"), ("vn-published", "22-b.en.html")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("<!doctype html><p>a</p>", encoding="utf-8")
    (tmp_path / "demo" / "12-c.html").write_text("<p>not asked for</p>", encoding="utf-8")
    taken = list(pictures(tmp_path))
    assert len(taken) == 2 * len(LOOKS)
    for one in taken:
        head = one.read_bytes()[:24]
        look = next(look for look in LOOKS if f".{look.name}." in one.name)
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(head[16:20], "big") == max(look.width, 500)
        assert int.from_bytes(head[20:24], "big") == look.height
