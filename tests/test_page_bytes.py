"""A page is small because nothing is said twice, and tells the same: budgets of bytes, sources by number, what marks share."""

import gzip
import html
import re
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from xml.etree import ElementTree as ET

import pytest

from evalkit.reporting.blocks import Bilingual, Cell, Column, Table
from evalkit.reporting.column_classes import KNOWN
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from evalkit.reporting.render import Numbering, render_block
from evalkit.reporting.svg_sharing import share_attributes
from evalkit.reporting.table_files import table_files
from evalkit.review.reading import read
from tests.shipped import bundle_of, evaluation_of, sections_of

LANGUAGES = ("vi", "en")


@cache
def page_of(name: str, code: str, language: str) -> str:
    result = evaluation_of(name, code)
    return page_from_sections(page_head(result.area), sections_of(result), language=language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "code"), [("demo", "11"), ("demo", "01"), ("vn-published", "22")])
def test_a_page_of_a_province_keeps_to_its_bytes(name: str, code: str, language: str):
    written = page_of(name, code, language).encode()
    assert len(written) <= 200_000
    assert len(gzip.compress(written)) <= 50_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["demo", "vn-published"])
def test_a_page_of_a_nation_keeps_to_its_bytes(name: str, language: str):
    written = page_of(name, "", language).encode()
    assert len(written) <= 200_000
    assert len(gzip.compress(written)) <= 50_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_a_source_leads_to_one_place(language: str):
    page = page_of("demo", "11", language)
    asked, there = re.findall(r'href="#s(\d+)"', page), re.findall(r'id="s(\d+)"', page)
    assert len(there) == len(set(there))
    assert set(asked) == set(there) == {str(place) for place in range(1, len(there) + 1)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_finds_the_titles_behind_the_numbers(language: str):
    """What the files have as text, the page has as numbers; the page's reader has the text again."""
    told = {table.caption: table for table in read(page_of("demo", "11", language)).tables}
    seen = 0
    for table in (table for section in sections_of(evaluation_of("demo", "11")) for table in section.tables):
        if table.id in ("bases-table", "seldom-table"):
            caption = next(one for one in told if one.endswith(table.caption.of(language)))
            titles = [row[-1].text.of(language) for row in table.rows]
            found = [row[-1] for row in told[caption].rows]
            assert [re.sub(r" (?:và|and) ", ", ", title) for title in titles] == found
            seen += 1
    assert seen == 2


def test_what_the_brief_draws_is_not_drawn_again_in_the_annex():
    """The section alone keeps its drawings; on a page the counts over time stand once."""
    sections = sections_of(evaluation_of("demo", "11"))
    names = {figure.id for section in sections for figure in section.figures}
    assert {"timeline", "trend-j06", "periods-j06"} <= names
    shown = re.findall(r'<figure id="([^"]+)"', page_of("demo", "11", "en"))
    assert "timeline" in shown
    assert not {"trend-j06", "trend-v01", "periods-j06"} & set(shown)


def test_no_table_of_a_page_holds_marks_alone():
    for table in (table for section in sections_of(evaluation_of("demo", "11")) for table in section.tables):
        assert {cell.text.en for row in table.rows for cell in row[1:]} - {"[c]", "–"}, table.id


def test_the_style_sheet_knows_every_column_that_classes_name():
    text = resources.files("evalkit.reporting").joinpath("template/page.css").read_text(encoding="utf-8")
    for kind in "nl":
        known = re.findall(rf"\.{kind}(\d+) :nth-child\((\d+)\)", text)
        assert {(str(place), str(place)) for place in range(2, KNOWN + 1)} == set(known)


def test_a_column_beyond_those_known_has_its_class_at_its_cells():
    columns = tuple(Column(f"c{place}", Bilingual("x", "x"), numeric=True) for place in range(KNOWN + 2))
    row = tuple(Cell(Bilingual("1", "1")) for _ in columns)
    written = render_block(Table("wide", Bilingual("x", "x"), columns, (row,)), Numbering("en"))
    assert written.count('<td class="num">1<') >= 2
    assert f"n{KNOWN}" in written
    assert f"n{KNOWN + 1}" not in written


TAKEN_OVER = ("fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size", "font-weight")


def looks(element: ET.Element, above: dict[str, str]) -> list[tuple[str, ...]]:
    """Return every mark in its order with what it is drawn with, its own or its ancestors', as a browser finds it."""
    mine = above | {name: element.attrib[name] for name in TAKEN_OVER if name in element.attrib}
    if element.tag in ("svg", "g"):
        return [one for child in element for one in looks(child, mine)]
    asked = TAKEN_OVER if element.tag == "text" else TAKEN_OVER[:4]
    place = tuple(element.get(name, "") for name in ("x", "y", "d", "cx"))
    return [(element.tag, *place, *(mine.get(name, "") for name in asked))]


def test_sharing_attributes_changes_no_mark_and_no_order():
    text = '<text x="{}" y="1" text-anchor="{}" font-size="{}" fill="{}">a</text>'
    drawing = (
        '<svg fill="currentColor"><g stroke="#ff0000"><rect x="9" y="9" fill="none"/></g>'
        + "".join(f'<rect x="{place}" y="1" fill="#00ff00" stroke-width="2"/>' for place in range(4))
        + text.format(1, "middle", 11, "currentColor")
        + text.format(2, "middle", 11, "#0000ff")
        + text.format(3, "end", 12, "currentColor")
        + '<path d="M0 0"/></svg>'
    )
    before, after = (ET.fromstring(drawing) for _ in range(2))  # noqa: S314  our own
    share_attributes(after)
    assert looks(after, {}) == looks(before, {})
    assert len(ET.tostring(after)) < len(ET.tostring(before))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_percentage_has_no_space_and_a_negative_number_a_minus_sign(language: str):
    """As the pages' design has it, in text, tables and drawings; a promise in its own words stays as it is written."""
    page = re.sub(r"<style.*?</style>", "", page_of("demo", "11", language), flags=re.DOTALL)
    targets = bundle_of("demo").programme.targets
    own = {f"{target.id} {target.wording.of(language)}" for target in targets}
    texts = [html.unescape(text) for text in re.findall(r">([^<>]+)<", page)]
    said = [text for text in texts if text not in own]
    assert [text for text in said if re.search(r"\d\s%", text)] == []
    assert [text for text in said if re.search(r"(?<![\w.,/–-])-\d", text)] == []
    assert sum(bool(re.search(r"−\d[\d.,]*%", text)) for text in said) > 10
    assert {text for text in texts if "%" in text} & own, "what is quoted is there, byte for byte"


class Told(HTMLParser):
    """What a page says, piece by piece: cells, and the sentences of everything else; drawings, marks of sources and what is only heard left out."""

    pieces = ("td", "th", "p", "li", "dt", "dd", "summary", "h1", "h2", "h3", "h4", "caption", "figcaption")
    silent = ("style", "script", "svg", "sup")
    empty = ("br", "img", "meta", "link", "input", "hr", "col", "wbr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.told: list[str] = []
        self._tag, self._text, self._open = "", "", list[tuple[str, bool]]()
        self.feed(page)
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.empty:
            return
        self._open.append((tag, tag in self.silent or ("class", "vh") in attrs))
        if tag in self.pieces:
            self._end()
            self._tag = tag

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in self.pieces:
            self._end()

    def handle_data(self, data: str) -> None:
        if not any(is_silent for _, is_silent in self._open):
            self._text += data

    def _end(self) -> None:
        text, self._text = " ".join(self._text.split()), ""
        if text:
            self.told += [text] if self._tag in ("td", "th") else re.split(r"(?<=[.!?])\s+", text)


def share_told_before(page: str) -> float:
    """Return the share of a page's words that stand in a cell or sentence identical to an earlier one; a mark such as (a) or [c] is no word."""
    seen: set[str] = set()
    words = again = 0
    for piece in Told(page).told:
        if re.fullmatch(r"\([a-z]\)|\[[a-z]\]", piece):
            continue
        number = sum(bool(re.search(r"[^\W\d_]", word)) for word in piece.split())
        words += number
        again += number if piece in seen else 0
        seen.add(piece)
    return again / words


def test_the_share_told_before_counts_cells_whole_and_sentences_one_by_one():
    """Eleven words: "not met" and "Cases fell." stand twice."""
    page = "<table><tr><th>T1<td>not met<td>7</tr><tr><th>T2<td>not met<td>(a)</tr></table><p>Cases fell. Cases fell. <sup>2</sup>Why?"
    assert share_told_before(page) == pytest.approx(4 / 11)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "code"),
    [("demo", "11"), ("demo", ""), ("vn-published", "22"), ("vn-published", "04"), ("vn-published", "")],
)
def test_fewer_than_a_tenth_of_a_page_s_words_were_told_before(name: str, code: str, language: str):
    assert share_told_before(page_of(name, code, language)) < 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_of_a_page_have_no_minus_sign(language: str):
    files = table_files(
        page_head(bundle_of("demo").province("11")),
        sections_of(evaluation_of("demo", "11")),
        language=language,
    )
    texts = [content.decode() for name, content in files.items() if name.endswith(".csv")]
    assert not [text for text in texts if re.search(r"−\d", text)]
    assert sum(len(re.findall(r"(?<![\w-])-\d[\d.,]*%", text)) for text in texts) > 10


def test_a_style_sheet_keeps_every_rule_that_can_match_and_no_other():
    """Browsers are asked for the same in test_pages_in_browser; here every class and identifier left in the style is on the page."""
    page = page_of("demo", "11", "en")
    style, body = re.search(r"<style>(.*?)</style>(.*)", page, flags=re.DOTALL).groups()  # type: ignore[union-attr]  # every page has one
    bare = re.sub(r"\([^()]*\)|\[[^\]]*\]|\"[^\"]*\"", "", re.sub(r"\([^()]*\)", "", style))
    asked = set(re.findall(r"\.(-?[A-Za-z_][\w-]*)(?=[^{}]*\{)", bare))
    given = {name for names in re.findall(r'class="([^"]*)"', body) for name in names.split()}
    assert asked <= given
    whole = resources.files("evalkit.reporting").joinpath("template/page.css").read_text(encoding="utf-8")
    assert {name for name in given if f".{name}" in whole} <= {name for name in given if f".{name}" in style}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_head_of_a_table_says_what_it_is_the_head_of_and_every_drawing_is_named(language: str):
    page = page_of("demo", "11", language)
    heads = re.findall(r"<th\b[^>]*>", page)
    assert {head.split()[1].rstrip(">") for head in heads} == {"scope=col", "scope=row", "scope=rowgroup"}
    drawings = re.findall(r"<svg\b[^>]*>(?:<title|)", page)
    assert [one for one in drawings if "<title" not in one and "aria-label=" not in one] == []
    assert len(drawings) > 15
