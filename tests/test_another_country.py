"""Another country and another programme, from TOML and CSV alone: no word of Viet Nam, of trafficking or of the shipped catalogue."""

from __future__ import annotations

import csv
import html
import re
import time
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.dates import get_month_names
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

import evalkit.reporting.every_section  # noqa: F401  how each result is shown
from evalkit.batch.prepare import make_bundle, receive
from evalkit.cli import app
from evalkit.evaluation import evaluate
from evalkit.languages import DEFAULT, speaking
from evalkit.programme.load import load_programme
from evalkit.reporting.display import plain_text, written
from evalkit.reporting.wording import catalogue
from evalkit.steps import compare_provinces, provinces_side_by_side
from evalkit.workspace import open_workspace
from tests.made_country import FIRST, Shape, made_country, names_of, write_catalogue
from tests.pseudo import plain_words, pseudo

BOUND = "\N{LEFT SQUARE BRACKET WITH QUILL}"  # around the workspace's own labels
TWO = Shape(units=17, groups=4, years=5, cases=30, monthly=True, languages=("en", "fi"))
LARGE = Shape(units=85, groups=8, years=5, cases=100_000)
VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]|viet ?nam|hanoi", re.IGNORECASE)
OF_THE_PROGRAMME = re.compile(
    r"traffick|victim|crime|police|reintegrat|Penal Code|Article \d|\bdong\b", re.IGNORECASE
)
MONTHS = set(get_month_names("wide", locale="fi").values())
ITS_OWN = {
    "English",
    "Suomi",
    "XLSX",
    "p",
    "ja",
}  # what a language calls itself, the name of a format, the sign of a p-value, "and" of a list by CLDR


class Seen(HTMLParser):
    """Every text of a page that somebody reads or hears, its style sheet's and script's left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._style = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._style = tag in ("style", "script")
        self.texts += [text for name, text in attrs if name in ("alt", "title", "aria-label") and text]

    def handle_endtag(self, tag):
        self._style = False

    def handle_data(self, data):
        self.texts += [] if self._style or not data.strip() else [data.strip()]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a country of two languages whose second is a pseudo-language: two pages of provinces and all that goes with them."""
    folder = tmp_path_factory.mktemp("country")
    made_country(folder / "norland", TWO, mark=BOUND)
    write_catalogue(folder / "norland", "fi", {english: pseudo(english) for english in catalogue()})
    assert {path.suffix for path in (folder / "norland").rglob("*.*")} == {".toml", ".csv", ".po"}
    asked = [
        "run",
        str(folder / "norland"),
        "--out",
        str(folder / "out"),
        "--province",
        "01",
        "--province",
        "05",
    ]
    with speaking(DEFAULT):
        result = CliRunner().invoke(app, [*asked, "--jobs", "1"])
    assert result.exit_code == 0, result.output
    return folder / "out"


def words_of(path: Path) -> str:
    """Return all that a file says; of a workbook the cells."""
    if path.suffix != ".xlsx":
        return html.unescape(path.read_text(encoding="utf-8"))
    book = CalamineWorkbook.from_path(path)
    return "\n".join(
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
    )


def nation_told(folder: Path, *, language: str) -> list[str]:
    """Return the sections of the national page as text, without a kernel."""
    with speaking(DEFAULT):
        nation = make_bundle(receive(open_workspace(folder)), day=date(2026, 1, 1)).nation()
        found = evaluate(nation)
        results = [nation, found.comparisons, found.trends, found.completeness, found.summary]
        results += [provinces_side_by_side(nation), compare_provinces(nation)]
        return [plain_text(written(result), language) for result in results]


@pytest.mark.end_to_end
def test_no_file_of_another_country_knows_viet_nam_or_its_programme(reports: Path):
    files = [path for path in reports.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert {".html", ".csv", ".xlsx", ".ipynb", ".json"} <= {path.suffix for path in files}
    found = {
        (path.name, match[0])
        for path in files
        for pattern in (VIETNAMESE, OF_THE_PROGRAMME)
        for match in pattern.finditer(words_of(path))
    }
    assert found == set()


@pytest.mark.end_to_end
def test_no_name_of_the_shipped_catalogue_stands_anywhere(reports: Path):
    shipped = load_programme("vn-trafficking")
    labels = {one.label.en for one in (*shipped.measures.values(), *shipped.indicators.values())} | set(
        shipped.measures
    )
    everything = "\n".join(
        words_of(path) for path in reports.rglob("*") if path.suffix in (".html", ".csv", ".ipynb")
    )
    ours = "\n".join(catalogue())  # what sentences of any page say, such as "Average population"
    assert {label for label in labels if label not in ours and label in everything} == set()
    assert "Crashes on roads" in everything


@pytest.mark.end_to_end
@pytest.mark.parametrize("page", ["01-*.fi.html", "05-*.fi.html", "index.fi.html"])
def test_no_english_is_left_on_a_page_in_another_language(reports: Path, page: str):
    (path,) = reports.glob(page)
    text = path.read_text(encoding="utf-8")
    assert '<html lang="fi">' in text
    left = [
        word
        for seen in Seen(text).texts
        for word in plain_words(_without_labels(seen))
        if word not in MONTHS | ITS_OWN
    ]
    assert left == []


def _without_labels(text: str) -> str:
    """Leave out what the workspace or the machine says in its own words: labels, names, sources, codes, marks, versions."""
    text = re.sub(f"{BOUND}[^{BOUND}]*{BOUND}", "", text)
    text = re.sub(r"\A\s*\([a-z]\)", "", text)  # the letter of a text that is told once under its table
    for own in (
        "County of ",
        "Road office, returns",
        "Road office",
        "Return 7",
        "Count of inhabitants",
        "Census office",
        "Table 1",
        "Act 1",
    ):
        text = text.replace(own, "")
    text = re.sub(r"\[[cxzurp]\]|\b[CHR]\d\b|\bG\d\b", "", text)
    text = re.sub(r"(?<=0\.1\.0; ).*|(?<=: )[0-9a-f]{12}\.", "", text)
    return re.sub(r"\b(?:\d\d )?(?:" + "|".join(names_of(TWO)) + r")\b", "", text)


@pytest.mark.end_to_end
def test_the_nations_page_in_another_language_too(tmp_path: Path):
    folder = made_country(tmp_path / "norland", TWO, mark=BOUND)
    write_catalogue(folder, "fi", {english: pseudo(english) for english in catalogue()})
    told = "\n".join(nation_told(folder, language="fi"))
    assert [word for word in plain_words(_without_labels(told)) if word not in MONTHS | ITS_OWN] == []
    assert f"{BOUND}Crashes on roads{BOUND}" in told


@pytest.mark.end_to_end
def test_numbers_and_days_are_the_languages_own(reports: Path):
    (finnish,), (english,) = (
        reports.glob("01-*.fi.html"),
        [path for path in reports.glob("01-*.html") if ".fi." not in path.name],
    )
    assert "200\N{NO-BREAK SPACE}000" in html.unescape(finnish.read_text(encoding="utf-8"))
    assert "200,000" in english.read_text(encoding="utf-8")
    assert re.search(r"\d+\. \w+kuuta \d{4}", words_of(finnish))


@pytest.mark.end_to_end
def test_sections_of_what_is_not_declared_do_not_appear(reports: Path):
    (page,) = [path for path in reports.glob("01-*.html") if ".fi." not in path.name]
    sections = re.findall(
        r'<section[^>]*? (?:aria-labelledby|id)="([a-z-]+)"', page.read_text(encoding="utf-8")
    )
    assert {"pathway", "support", "gaps", "recommendations", "breakdowns"} & set(sections) == set()
    assert {"summary", "periods", "assessment", "trends", "methods"} <= set(sections)


@pytest.mark.end_to_end
def test_nothing_is_said_of_borders_where_no_unit_of_the_registry_has_one(reports: Path):
    (page,) = [path for path in reports.glob("01-*.html") if ".fi." not in path.name]
    text = page.read_text(encoding="utf-8")
    assert "lies in the region" in text
    assert "land border" not in text


@pytest.mark.end_to_end
def test_a_large_country_with_large_counts_is_not_called_small(tmp_path: Path):
    started = time.monotonic()
    told = "\n".join(nation_told(made_country(tmp_path / "large", LARGE), language="en"))
    seconds = time.monotonic() - started
    assert "no ranking is given" in told
    assert "p of the test that all have it" in told, "a p below 0.001 stands in a table as any other does"
    for words in ("With so few cases", "too few cases", "events: it is unstable", "confidential to protect"):
        assert words not in told
    assert VIETNAMESE.findall(told) + OF_THE_PROGRAMME.findall(told) == []
    assert seconds < 120


@pytest.mark.end_to_end
def test_a_small_country_is(tmp_path: Path):
    told = "\n".join(nation_told(made_country(tmp_path / "small", Shape(6, 2, 5, 3)), language="en"))
    assert "With so few cases a ranking would mostly rank chance" in told


@pytest.mark.end_to_end
@pytest.mark.parametrize("units", [1, 2])
def test_a_country_of_one_place_or_two_has_its_pages(tmp_path: Path, units: int):
    folder = made_country(tmp_path / "norland", Shape(units, 1, 5, 20))
    asked = ["run", str(folder), "--out", str(tmp_path / "out")]
    with speaking(DEFAULT):
        result = CliRunner().invoke(app, asked)
        assert result.exit_code == 0, result.output
        assert CliRunner().invoke(app, ["verify", str(tmp_path / "out")]).exit_code == 0
    assert len(list((tmp_path / "out").glob("*.html"))) == units + 2


def test_three_hundred_indicators_are_estimated_as_one_is(tmp_path: Path):
    """297 counts of the same crashes under other names: each has the figures of the first, line by line."""
    folder = made_country(tmp_path / "norland", Shape(6, 2, 5, 40))
    file = folder / "programme" / "indicators.toml"
    text = file.read_text(encoding="utf-8")
    first = text[: text.index("[indicator.", 1)]
    plain = re.sub(r"(?m)^(trend|compare_periods) = true\n", "", first)
    copies = [
        plain.replace("[indicator.crashes]", f"[indicator.crashes_{n}]").replace('id = "C1"', f'id = "Z{n}"')
        for n in range(297)
    ]
    file.write_text(text + "\n".join(copies), encoding="utf-8")
    bundle = make_bundle(receive(open_workspace(folder)), day=date(2026, 1, 1))
    estimates = evaluate(bundle.province("01")).indicators.frame
    named = estimates.groupby("indicator")["value"].apply(list)
    assert len(named) >= 300
    assert all(named[f"crashes_{n}"] == named["crashes"] for n in range(297))


def test_the_country_has_60_months(tmp_path: Path):
    facts = (made_country(tmp_path / "norland", TWO) / "facts.csv").read_text(encoding="utf-8")
    months = {
        row["period_start"]
        for row in csv.DictReader(facts.splitlines())
        if row["period_end"][:7] == row["period_start"][:7]
    }
    assert len(months) == 60
    assert min(months) == f"{FIRST}-01-01"
