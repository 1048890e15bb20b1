"""A page is whole, self-contained and harmless, whatever words are put into it."""

import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evalkit.errors import DeclarationError
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import (
    Bilingual,
    Bullets,
    Cell,
    Column,
    Figure,
    PageHead,
    Paragraph,
    Section,
    Table,
)
from evalkit.reporting.citations import Citations
from evalkit.reporting.display import mime_bundle
from evalkit.reporting.index_page import IndexRow, Listing, index_page
from evalkit.reporting.page import css_string, page_from_sections
from evalkit.reporting.render import phrase

B = Bilingual
PAYLOADS = [
    "<script>window.__xss=1</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><svg/onload=alert(1)>',
    "</title></style></svg></table><script>1</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "<!--",
]
HEAD = PageHead(
    title=B("Tỉnh Giả Định", "Invented Province"),
    subtitle=B("Báo cáo đánh giá", "Evaluation report"),
    slug="97-gia-dinh",
    facts=((B("Mã", "Code"), B("97", "97")),),
    invented=False,
    audience="public",
    bundle_date="2026-11-01",
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"


def words(text):
    return B(text, text)


def sections(text="x"):
    said = words(text)
    table = Table(
        "cases",
        said,
        (Column("year", said), Column("cases", said, numeric=True)),
        ((Cell(said, text), Cell(words("[c]"))), (Cell(said), Cell(words("41,0%"), 41.0))),
        (said,),
    )
    drawing = words('<svg viewBox="0 0 9 9"><path id="a" d="M 0 0 L 1 1"/></svg>')
    figure = Figure("drawing", drawing, words(f"Alt {text}"), said)
    blocks = (
        *(Paragraph(said, tone) for tone in ("plain", "finding", "caution", "gap")),
        Bullets((said,)),
        table,
        figure,
    )
    return (Section("first", said, blocks), Section("second", said, ()))


class Tags(HTMLParser):
    """All start tags with their attributes, and the text outside of style and title."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self._open = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_data(self, data):
        if self._open[-1:] != ["style"]:
            self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def attribute_names(read):
    """Return the attributes of each tag; ``class`` may differ, a longer text is set otherwise."""
    return [set(attributes) - {"class"} for _, attributes in read.tags]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_becomes_markup_whatever_block_it_stands_in(payload):
    name = words(payload)
    head = replace(HEAD, title=name, subtitle=name, facts=((name, name),), invented=True)
    resources = {"footer": [[payload, payload]]}
    hostile = page_from_sections(head, sections(payload), language="vi", resources=resources)
    plain = page_from_sections(
        replace(HEAD, facts=((words("x"), words("x")),), invented=True),
        sections(),
        language="vi",
        resources={"footer": [["x", "x"]]},
    )
    read, expected = Tags(hostile), Tags(plain)
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in expected.tags]
    assert attribute_names(read) == attribute_names(expected)
    assert read.text.count(payload) > 12


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_becomes_markup_in_the_list_or_in_the_notebook(payload):
    said = words(payload)
    row = IndexRow(said, said, words("a.html"), "some", said, payload, payload, (said,))
    rows = (row, replace(row, state="failed", region=words("x")))
    listing = index_page(Listing(rows, (said,), row), head=HEAD, language="vi")
    for html, scripts in ((listing, 1), (mime_bundle(sections(payload)[0])["text/html"], 0)):
        names = {name for _, attributes in Tags(html).tags for name in attributes}
        assert not [name for name in names if name.startswith("on")]
        assert [tag for tag, _ in Tags(html).tags].count("script") == scripts


@pytest.mark.parametrize(("language", "title"), [("vi", "Tỉnh Giả Định"), ("en", "Invented Province")])
def test_a_page_is_whole(language, title):
    html = page_from_sections(
        HEAD,
        sections(),
        language=language,
        resources={"siblings": [("en", "a.en.html")], "index": "index.html"},
    )
    read = Tags(html)
    assert read.named("html") == [{"lang": language}]
    assert re.search(r"<title>(.+?) – ", html)[1] == title
    assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in read.named("meta")
    assert f'content="{POLICY}"' in html
    assert {"name": "referrer", "content": "no-referrer"} in read.named("meta")
    assert {"name": "robots", "content": "noindex"} in read.named("meta")
    assert html.count("<h1>") == 1
    links = [link["href"] for link in read.named("a")]
    assert links == ["#page_content", "index.html", "a.en.html", "#first", "#second"]
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"first", "second", "cases", "drawing", "page_content"} <= set(ids)
    assert "Unresolved" not in html


def test_a_page_asks_nothing_of_the_outside():
    html = page_from_sections(HEAD, sections(), language="vi")
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert {"script", "link", "iframe", "img", "form", "object"}.isdisjoint(tag for tag, _ in Tags(html).tags)


def test_tables_and_figures_tell_what_they_are():
    read = Tags(page_from_sections(HEAD, sections("Số vụ"), language="vi"))
    assert (
        len(read.named("th")) == 4
    )  # what each is the head of is asked of a browser: test_pages_in_browser.py
    scroller = next(attributes for tag, attributes in read.tags if attributes.get("class") == "scroll")
    table = read.named("table")[0]["id"]
    assert (scroller["role"], scroller["tabindex"], scroller["aria-labelledby"]) == ("region", "0", table)
    assert len(read.named("caption")) == 1
    assert len(read.named("figcaption")) == 1
    assert read.named("svg")[0]["aria-labelledby"] == "drawing_title drawing_desc"


def test_a_hidden_figure_is_read_out_and_counted():
    html = page_from_sections(HEAD, sections(), language="vi")
    assert '<span aria-hidden="true">[c]</span><span class="vh">bảo mật</span>' in html
    assert "Số ô được ẩn trong bảng này: 1." in html


def test_p_values_stay_on_one_line_and_letters_are_composed():
    decomposed = unicodedata.normalize("NFD", "giảm −1.041,0% ở Đắk Lắk")
    assert phrase(decomposed) == "giảm −1.041,0% ở Đắk Lắk"
    assert phrase("(p < 0,001)") == "(p\N{NO-BREAK SPACE}&lt;\N{NO-BREAK SPACE}0,001)"
    html = page_from_sections(HEAD, sections(decomposed), language="vi")
    assert html == unicodedata.normalize("NFC", html)


def test_two_sources_of_a_figure_are_not_read_as_one_number():
    cited = Citations()
    both = cited.after(same("7 cases"), "police", "courts")
    assert re.sub("<[^>]+>", "", phrase(both.en)) == "7 cases1, 2"
    assert phrase(both.en).count("<a ") == 2


@pytest.mark.parametrize(
    ("country", "words"),
    [
        (True, "SỐ LIỆU GIẢ ĐỊNH – một quốc gia không có thật"),
        (False, "SỐ LIỆU GIẢ ĐỊNH – không phải số liệu của địa phương này"),
    ],
    ids=["an invented country", "a real place"],
)
def test_invented_and_internal_pages_say_so_on_screen_and_in_print(country: bool, words: str):  # noqa: FBT001
    plain = page_from_sections(HEAD, sections(), language="vi")
    head = replace(HEAD, invented=True, invented_places=country, audience="internal")
    marked = page_from_sections(head, sections(), language="vi")
    assert "GIẢ ĐỊNH –" not in plain
    assert "Lưu hành nội bộ" not in plain
    assert Tags(marked).named("aside")[0]["aria-label"] == words
    running = re.search(r"@top-center\{[^}]*content:\"([^\"]*)\"", marked)[1]
    assert running.startswith(words)
    assert running.endswith("Lưu hành nội bộ")
    assert 'class="watermark"' in marked


def test_a_text_cannot_leave_its_css_string():
    escaped = css_string('a"}</style>\\\n')
    assert not set('"}<>\n') & set(escaped[1:-1])


def test_two_things_of_one_name_are_refused():
    with pytest.raises(DeclarationError, match="'cases' is taken"):
        page_from_sections(HEAD, (*sections(), Section("cases", words("x"), ())), language="vi")


@pytest.mark.parametrize(
    "file", ["https://evil.test/a.html", "javascript:alert(1)", "../a.html", "a.html?x", "/a.html"]
)
def test_neighbours_are_plain_file_names(file):
    with pytest.raises(DeclarationError, match="neighbouring page"):
        page_from_sections(HEAD, sections(), language="vi", resources={"siblings": [("en", file)]})
    with pytest.raises(DeclarationError, match="neighbouring page"):
        index_page(Listing((IndexRow(words("A"), words("R"), words(file)),)), head=HEAD, language="vi")


@pytest.mark.parametrize(
    "file", ["tables/../a.xlsx", "a.xlsx", "tables/a.html", "https://evil.test/tables/a.xlsx"]
)
def test_downloads_lie_in_the_folder_of_tables(file):
    row = IndexRow(words("A"), words("R"), words("a.html"), books=words(file))
    for listing in (Listing((row,)), Listing((replace(row, books=None),), package=file)):
        with pytest.raises(DeclarationError, match="a file of the folder tables"):
            index_page(listing, head=HEAD, language="vi")


def test_the_list_keeps_the_official_order_and_tells_what_failed():
    rows = (
        IndexRow(B("Tỉnh A", "A"), B("Vùng Một", "One"), B("a.html", "a.en.html"), code="01"),
        IndexRow(B("Tỉnh B", "B"), B("Vùng Hai", "Two"), B("b.html", "b.en.html"), "failed", code="02"),
        IndexRow(B("Tỉnh C", "C"), B("Vùng Một", "One"), B("c.html", "c.en.html"), "none", code="03"),
    )
    national = IndexRow(
        B("Toàn quốc", "Nation"), B("Quốc gia", "National"), B("national.html", "national.en.html")
    )
    html = index_page(Listing(rows, (), national), head=HEAD, language="vi")
    order = [html.index(f">{name}<") for name in ("Toàn quốc", "Tỉnh A")]
    order += [html.index(text) for text in ("Tỉnh B <small>02</small>", ">Tỉnh C<")]
    assert order == sorted(order)
    assert "không có báo cáo: lần chạy này bị lỗi</td></tr>" in html
    assert "b.html" not in html
    assert "Thiếu 1 trong tổng số 3 báo cáo" in html
    assert 'href="a.en.html"' in index_page(Listing(rows, (), national), head=HEAD, language="en")
    with pytest.raises(DeclarationError, match="never empty"):
        index_page(Listing(()), head=HEAD, language="vi")


def test_the_shell_is_light():
    bare = page_from_sections(HEAD, (), language="vi")
    assert len(bare.encode()) < 18_000


def test_each_mark_is_read_out_in_words_and_explained_on_every_page():
    marks = {
        "[c]": "confidential",
        "[x]": "not available",
        "[z]": "not applicable",
        "[u]": "fewer than 20",
        "[r]": "revised",
    }
    cells = tuple((Cell(Bilingual(f"a {mark}", f"a {mark}")),) for mark in marks)
    name = Bilingual("Bảng", "Table")
    section = Section("s", name, (Table("t", name, (Column("k", name),), cells),))
    head = PageHead(name, name, "97", (), invented=False, audience="public", bundle_date="2026-11-01")
    page = page_from_sections(head, [section], language="en")
    for mark, words in marks.items():
        assert f'<span aria-hidden="true">{mark}</span><span class="vh">{words}' in page
        assert f"{mark} {words}" in page.partition("<footer>")[2]
    assert "[x] không có số liệu" in page_from_sections(head, [section], language="vi")
