"""Pages stand still: those that the suite computes anyway against the digests of all pages, and a blessing without its line is refused.

All pages of both workspaces: benchmarks/back_test.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks import back_test
from benchmarks.back_test import digest_of_tables, digest_of_words, digests, frozen, mark_of, moved, words_of

from evalkit.batch.page_names import neighbours
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from evalkit.reporting.table_files import table_files
from tests.shipped import ROOT, bundle_of, evaluation_of, sections_of

# Places that other tests evaluate too.
AREAS = [("demo", ""), ("demo", "08"), ("demo", "22"), ("vn-published", ""), ("vn-published", "22")]
PAGE = "<html><head><title>A</title><style>p {}</style></head><body><p>Cases<sup>1</sup> fell</p><td>23</td><footer>Made on 1 May.</footer>"


def digests_now(name: str, code: str) -> tuple[str, dict[str, str]]:
    """Return the file name of a page made from the suite's own evaluation, and its digests."""
    result, bundle = evaluation_of(name, code), bundle_of(name)
    area = bundle.slice_for(code).province(code) if code else bundle.nation()  # as a run gives it to a kernel
    head = page_head(area)
    sections = sections_of(result, area)
    found, tables = {}, {}
    for language in ("vi", "en"):
        around = neighbours(head.slug, language, ("vi", "en"), country=True)
        found[language] = digest_of_words(
            page_from_sections(head, sections, language=language, resources=around)
        )
        tables |= table_files(head, sections, language=language)
    csv = {file: content for file, content in tables.items() if file.endswith(".csv")}
    return head.slug, found | {"tables": digest_of_tables(csv)}


@pytest.mark.parametrize(("name", "code"), AREAS)
def test_no_number_and_no_sentence_of_a_page_moves_unless_it_is_blessed(name: str, code: str):
    slug, found = digests_now(name, code)
    assert found == frozen()[name][slug], "look at what moved: benchmarks/back_test.py"


@pytest.mark.parametrize("name", ["demo", "vn-published"])
def test_every_page_of_a_shipped_workspace_is_frozen(name: str):
    stems = {place.code for place in bundle_of(name).places} | {"national", "index"}
    assert {page if page in ("national", "index") else page[:2] for page in frozen()[name]} == stems
    assert all({"vi", "en", "tables"} == set(page) for page in frozen()[name].values())


def test_digests_that_were_blessed_stand_in_the_changelog():
    mark = mark_of(back_test.FROZEN.read_bytes())
    said = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert mark in said, f"say what moved under 'Numbers that change' in CHANGELOG.md, with `{mark}`"


def test_words_are_all_that_is_read_but_the_footer():
    assert words_of(PAGE) == ["A", "Cases1 fell", "23"]
    assert digest_of_words(PAGE) == digest_of_words(PAGE.replace("1 May", "2 May"))
    assert digest_of_words(PAGE) == digest_of_words(
        PAGE.replace("Cases<sup>1</sup> fell", "Cases1\n<b>fell</b>")
    )
    assert digest_of_words(PAGE) != digest_of_words(PAGE.replace("23", "24"))


def test_what_moved_is_told_by_page_and_part(tmp_path: Path):
    (tmp_path / "tables").mkdir()
    for file in ("22.html", "22.en.html", "04.html"):
        (tmp_path / file).write_text(PAGE, encoding="utf-8")
    (tmp_path / "tables" / "22.cases.csv").write_text("cases\n23\n", encoding="utf-8")
    before = digests(tmp_path)
    assert before["22"].keys() == {"vi", "en", "tables"}
    (tmp_path / "22.en.html").write_text(PAGE.replace("fell", "rose"), encoding="utf-8")
    (tmp_path / "tables" / "22.cases.csv").write_text("cases\n24\n", encoding="utf-8")
    (tmp_path / "04.html").rename(tmp_path / "05.html")
    assert moved(before, digests(tmp_path)) == ["04: gone", "05: new", "22: en, tables"]
    assert moved(before, json.loads(json.dumps(before))) == []


def test_a_blessing_writes_what_is_read_again_and_says_its_mark(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(back_test, "FROZEN", tmp_path / "pages.json")
    found = {"demo": {"22": {"vi": "a", "tables": "b"}}, "vn-published": {}}
    back_test.bless(found)
    assert frozen() == found
    assert mark_of((tmp_path / "pages.json").read_bytes()) in capsys.readouterr().out
