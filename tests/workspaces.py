"""A tiny workspace, its notebooks, and an executor that makes pages without a kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from evalkit.batch.options import RunOptions
from evalkit.batch.outcome import JobFailure, PageMade, PageOrder
from evalkit.batch.page_names import neighbours, page_file
from evalkit.disclosure.secret_key import KEY
from evalkit.reporting.blocks import Bilingual, Cell, Column, PageHead, Section, Table
from evalkit.reporting.page import page_from_sections
from evalkit.workspace import Workspace, open_workspace
from tests.builders import fact, tiny_registry, write_csv

SETTINGS = """
title.vi = "Nước thử"
title.en = "A trial country"
programme = "vn-trafficking"
scheme = "new"
places = "."
invented = true
population = false
"""
SOURCES = '[s]\ntitle = "Invented report"\nagency = "nobody"\ndate = "2021"\nconfidence = "verified"\n'
FACTS = (
    fact("01", 7),
    fact("02", 3),
    fact("03", 6),
    fact("VN", 16, qualifier="about"),
)  # so that a test may change one
PROVINCE_PARAMETERS = 'bundle = "bundle"\nprovince_code = "01"'
NATIONAL_PARAMETERS = 'bundle = "bundle"'
SHOW_PAGE = """
from evalkit.facts.audiences import file_stem
from evalkit.facts.bundle import open_bundle
from evalkit.reporting.blocks import Bilingual, Cell, Column, PageHead, Section, Table
from evalkit.reporting.display import show
opened = open_bundle(bundle)
about = opened.about
"""
PROVINCE_PAGE = (
    SHOW_PAGE
    + """
area = opened.province(province_code)
slug = file_stem(f"{area.place.code}-{area.place.slug}", about.audience)
"""
)
NATIONAL_PAGE = SHOW_PAGE + 'area, slug = opened.nation(), file_stem("national", about.audience)\n'
TABLE = """
rows = tuple(
    (Cell(Bilingual(str(start.year), str(start.year))), Cell(Bilingual(f"{value:.0f}", f"{value:.0f}"), value))
    for start, value in zip(area.facts["period_start"], area.facts["value"]) if value == value
)
head = Bilingual("Trang thử " + slug, "Trial page " + slug)
show(
    PageHead(head, head, slug, (), about.invented, about.audience, about.date),
    Section("figures", Bilingual("Số vụ", "Cases"), (
        Table("cases", Bilingual("Số vụ theo năm", "Cases by year"),
              (Column("year", Bilingual("Năm", "Year")), Column("cases", Bilingual("Số vụ", "Cases"), numeric=True)), rows),
    )),
)
"""


KEY_OF_TESTS = "0123456789abcdef" * 2 + "\n"  # so that what is hidden is the same each time


def tiny_workspace(folder: Path, *, facts: Iterable[dict[str, Any]] = FACTS, settings: str = "") -> Workspace:
    """Write and open a workspace of two provinces, one of them formed from two; an existing one is written over."""
    folder.mkdir(parents=True, exist_ok=True)
    tiny_registry(folder)
    write_csv(folder / "facts.csv", *facts)
    (folder / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (folder / "evalkit.toml").write_text(SETTINGS + settings, encoding="utf-8")
    (folder / KEY).write_text(KEY_OF_TESTS, encoding="ascii")
    return open_workspace(folder)


def write_notebook(path: Path, *cells: str, parameters: str = PROVINCE_PARAMETERS) -> Path:
    """Write a notebook whose first cell holds the parameters."""
    first = new_code_cell(parameters, id="cell-00", metadata={"tags": ["parameters"]})
    rest = [new_code_cell(source, id=f"cell-{n:02}") for n, source in enumerate(cells, start=1)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[first, *rest]), path)
    return path


def tiny_notebooks(folder: Path, *province_cells: str) -> Path:
    """Write the two report notebooks; ``province_cells`` come first in the province's."""
    write_notebook(folder / "province_report.ipynb", *province_cells, PROVINCE_PAGE, TABLE)
    write_notebook(folder / "national_overview.ipynb", NATIONAL_PAGE, TABLE, parameters=NATIONAL_PARAMETERS)
    return folder


def at(day: str) -> Callable[[], datetime]:
    """Return a clock that stands still."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return lambda: moment


class PagesWithoutKernel(Executor):
    """Makes plausible pages at once; ``trouble`` maps a province's code to the outcome or exception to give instead."""

    def __init__(self, trouble: dict[str, JobFailure | BaseException] | None = None) -> None:
        self.trouble = trouble or {}
        self.made: list[str] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        """Give what the page's order leads to; the function itself is not called."""
        future: Future = Future()
        outcome = self.trouble.get(args[0].job.code) or self.page(args[0])
        if isinstance(outcome, BaseException):
            raise outcome
        future.set_result(outcome)
        return future

    def page(self, order: PageOrder) -> PageMade:
        self.made.append(order.job.stem)
        about, stem = order.facts.about, order.job.stem
        title = Bilingual(f"Trang {stem}", f"Page {stem}")
        head = PageHead(title, title, stem, (), about.invented, about.audience, about.date)
        values = [Bilingual(str(value), str(value)) for value in order.facts.facts["value"]]
        heads = (Column("row", Bilingual("Dòng", "Row")), Column("figure", Bilingual("Số", "Figure")))
        rows = tuple((Cell(Bilingual("–", "–")), Cell(value)) for value in values)
        table = Table("figures-table", Bilingual("Các số", "All figures"), heads, rows)
        section = Section("figures", Bilingual("Số liệu", "Figures"), (table,))
        files = {}
        for language in order.languages:
            around = neighbours(stem, language, order.languages, country=order.country)
            links = {**around, "footer": order.footer}
            html = page_from_sections(head, [section], language=language, resources=links)
            files[page_file(stem, language)] = html
        if order.keep_notebook:
            files[f"notebooks/{stem}.ipynb"] = "{}\n"
        files[f"tables/{stem}.figures.csv"] = "year,value\r\n2015,7\r\n"
        return PageMade(stem, 0.5, {name: text.encode() for name, text in files.items()})


def options(folder: Path, **changes: Any) -> RunOptions:
    """Return the options of a run of the tiny workspace in a test's folder."""
    notebooks = folder / "notebooks"
    if not notebooks.exists():
        tiny_notebooks(notebooks)
    return RunOptions(**({"out": folder / "out", "notebooks": notebooks} | changes))
