"""The brief of a page as PDF: on as many A4 sheets as it may take, by whatever browser is there, and a plain refusal without one."""

import os
import re
import stat

import pytest

from evalkit.batch.options import RunOptions
from evalkit.batch.printing import BROWSER, BROWSERS, browser, printed
from evalkit.batch.run import page_settings
from evalkit.errors import BatchError, SettingsError
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from tests.shipped import evaluation_of, sections_of

SHEETS = [
    ("demo", "11", 2),
    ("demo", "22", 2),
    ("vn-published", "22", 2),
    ("vn-published", "08", 1),
    ("demo", "", 3),
    ("vn-published", "", 3),
]


def page_of(name: str, code: str, language: str) -> bytes:
    result = evaluation_of(name, code)
    ordered = sections_of(result)
    return page_from_sections(page_head(result.area), ordered, language=language).encode()


def sheets(pdf: bytes) -> int:
    return int(re.findall(rb"/Type\s*/Pages[^>]*?/Count\s+(\d+)", pdf)[0])


@pytest.mark.browser
@pytest.mark.parametrize(("name", "code", "most"), SHEETS)
def test_a_brief_prints_on_its_sheets(name: str, code: str, most: int):
    pages = {f"{language}.html": page_of(name, code, language) for language in ("vi", "en")}
    made = printed(pages | {"tables/a.csv": b"1"})
    assert made.keys() == {"vi.pdf", "en.pdf"}
    for pdf in made.values():
        assert pdf.startswith(b"%PDF")
        assert 1 <= sheets(pdf) <= most


def test_without_a_browser_the_run_is_refused_before_anything_is_computed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(BROWSER, raising=False)
    with pytest.raises(SettingsError, match="none was found"):
        browser()


def test_the_browser_named_is_taken_before_others(monkeypatch, tmp_path):
    for name in (BROWSERS[0], "own-browser"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\nexit 3\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert browser() == str(tmp_path / BROWSERS[0])
    monkeypatch.setenv(BROWSER, "own-browser")
    assert browser() == str(tmp_path / "own-browser")
    with pytest.raises(BatchError, match="did not print the page"):
        printed({"a.html": b"<html></html>"})


def test_a_run_without_pdf_keeps_the_keys_of_its_pages():
    plain, printing = RunOptions(), RunOptions(pdf=True)
    assert page_settings(plain).keys() == {"edition", "languages"}
    assert page_settings(printing) == page_settings(plain) | {"print": "pdf"}
    assert page_settings(plain, country=True) == page_settings(plain) | {"country": "linked"}
