"""Read a page's files again as a stranger would, before anything is published, and hold them against what was computed.

HTML, CSV and XLSX are parsed anew, not by what wrote them. A refusal names the file and the rule, never the figure.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
from nbformat import NotebookNode
from python_calamine import CalamineWorkbook

from evalkit.batch.imprint import TABLES, page_file
from evalkit.batch.leaks import text_faults, text_parts
from evalkit.errors import DisclosureError
from evalkit.facts.bundle import Bundle
from evalkit.facts.schema import dimensions_of
from evalkit.reporting import formats
from evalkit.reporting.blocks import CONFIDENTIAL, Cell, Figure, Language, Section, Table
from evalkit.reporting.exporter import read_notebook

Shown = float | str
_UNHEARD = "vh"
_VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}


def refuse_leaks(folder: Path, names: Iterable[str]) -> None:
    """Refuse files that tell of paths, users, machines, settings, errors or raw rows.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        The files, relative to the folder.

    Raises
    ------
    DisclosureError
        Naming the file and the rule; what was found is not repeated.
    """
    for name in names:
        for part, text in text_parts(folder / name):
            for rule in text_faults(text):
                raise _refusal(name if part is None else f"{name}, {part}", rule)


def refuse_differences(folder: Path, notebook: NotebookNode, *, languages: Sequence[Language]) -> None:
    """Refuse files that tell something else than the computation: the page, its figures and their words, CSV and XLSX.

    Parameters
    ----------
    folder : Path
        Holds the page and its tables.
    notebook : NotebookNode
        The executed notebook: the typed sections that the page is made of.
    languages : sequence of {"vi", "en"}

    Raises
    ------
    DisclosureError
        Naming the file.
    """
    for language in languages:
        head, parts = read_notebook(notebook, language=language)
        blocks = [block for part in parts if isinstance(part, Section) for block in part.blocks]
        tables = [block for block in blocks if isinstance(block, Table)]
        page = folder / page_file(head.slug, language)
        seen = _read_page(page)
        for table in tables:
            texts = [[_clean(cell.text.of(language)) for cell in row] for row in table.rows]
            rows = [[_clean(text) for text in row] for row in seen.tables.get(table.id, [])[1:]]
            _require(rows == texts, page.name)
        for figure in (block for block in blocks if isinstance(block, Figure)):
            drawn = _read_drawing(figure.svg.of(language))
            _require(_clean(figure.alt.of(language)) in seen.heard, page.name)
            told = seen.drawings.get(figure.id, [])
            stamp = 1 if head.audience == "internal" else 0
            _require(told[: len(told) - stamp] == drawn, page.name)
        stem = f"{head.slug}{'.invented' if head.invented else ''}"
        _downloads(folder / TABLES, stem, tables, language)


def refuse_unlike_facts(notebook: NotebookNode, bundle: Bundle, *, code: str) -> None:
    """Refuse a table of figures by attribute that shows what the protected facts hide, or another figure than theirs.

    Parameters
    ----------
    notebook : NotebookNode
    bundle : Bundle
        The protected facts that the notebook was given.
    code : str
        The place the page is about.

    Raises
    ------
    DisclosureError
        Naming the table.
    """
    _, parts = read_notebook(notebook, language="en")
    told = _by_attribute(bundle.facts[bundle.facts["province_code"] == code])
    for table in (block for part in parts if isinstance(part, Section) for block in part.blocks):
        if isinstance(table, Table) and table.id in told:
            for period, category, shown in _figures(table):
                _require(shown in told[table.id].get((period, category), set()), f"table {table.id}")


def _by_attribute(facts: pd.DataFrame) -> dict[str, dict[tuple[str, str], set[Shown]]]:
    """Return for each table of figures by attribute what the facts tell of each period and category."""
    names = dimensions_of(facts)
    told: dict[str, dict[tuple[str, str], set[Shown]]] = {}
    rows = facts[(facts[names] != "all").sum(axis=1) == 1]
    for row in rows.to_dict("records"):
        name = next(name for name in names if row[name] != "all")
        table = f"breakdown-{row['measure']}-{name}".replace("_", "-")
        period = formats.period(row["period_start"].date(), row["period_end"].date()).en
        shown: Shown = CONFIDENTIAL if row["status"] == "suppressed" else row["value"]
        told.setdefault(table, {}).setdefault((period, row[name]), set()).add(shown)
    return told


def _figures(table: Table) -> Iterator[tuple[str, str, Shown]]:
    """Yield period, category and what is shown of each figure; words in place of a figure are left out."""
    for row in table.rows:
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            if isinstance(cell.value, int | float) or cell.text.en == CONFIDENTIAL:
                yield row[0].text.en, column.key, _shown(cell, "en")


def _downloads(folder: Path, stem: str, tables: Sequence[Table], language: Language) -> None:
    ending = "" if language == "vi" else ".en"
    if not tables:
        return
    book = folder / f"{stem}{ending}.xlsx"
    sheets = CalamineWorkbook.from_path(str(book))
    for place, table in enumerate(tables, start=1):
        wanted = [[_shown(cell, language) for cell in row] for row in table.rows]
        path = folder / f"{stem}.{table.id}{ending}.csv"
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
        _require([_read(line[: len(table.columns)]) for line in lines] == _as_read(wanted), path.name)
        rows = sheets.get_sheet_by_index(place).to_python()[-len(wanted) or None :]
        told = [_read(row[: len(table.columns)]) for row in rows] if wanted else []
        _require(told == _as_read(wanted), book.name)


def _as_read(rows: list[list[Shown]]) -> list[list[Shown]]:
    return [_read(row) for row in rows]


def _read(row: Sequence[object]) -> list[Shown]:
    """Return cells as numbers where they are numbers, else as plain text without the guard against formulas."""
    return [_number(_clean(str(cell)).removeprefix("'")) for cell in row]


def _number(text: str) -> Shown:
    try:
        return round(float(text), 9)
    except ValueError:
        return text


def _shown(cell: Cell, language: Language) -> Shown:
    return cell.text.of(language) if cell.value is None else cell.value


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _read_page(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def _read_drawing(svg: str) -> list[str]:
    reader = _Reader()
    reader.feed(f'<figure id="x">{svg}</figure>')
    return reader.drawings["x"]


class _Reader(HTMLParser):
    """Collects what a page tells: its tables, what is read aloud for a figure, the marks and words of each drawing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: dict[str, list[list[str]]] = {}
        self.drawings: dict[str, list[str]] = {}
        self.heard: set[str] = set()
        self._rows: list[list[str]] | None = None
        self._drawing: list[str] | None = None
        self._unheard = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._rows = self.tables.setdefault(given.get("id", ""), [])
        elif tag == "figure":
            self._drawing = self.drawings.setdefault(given.get("id", ""), [])
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("th", "td") and self._rows:
            self._rows[-1].append("")
        places = (
            given.get(name, "") for name in ("d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy")
        )
        if self._drawing is not None and (place := " ".join(filter(None, places))):
            self._drawing.append(place)
        self.heard |= {_clean(given[name]) for name in ("alt", "aria-label", "title") if name in given}
        if tag not in _VOID:
            self._open.append(given.get("class", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in _VOID:
            self._open.pop()
        if tag == "table":
            self._rows = None
        elif tag == "figure":
            self._drawing = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if self._rows and self._rows[-1] and _UNHEARD not in self._open:
            self._rows[-1][-1] += data
        if self._drawing is not None:
            self.heard.add(_clean(data))


def _require(holds: bool, where: str) -> None:  # noqa: FBT001  the one thing that is asked
    if not holds:
        raise _refusal(
            where, "a published file tells what was computed from the protected facts, and nothing else"
        )


def _refusal(where: str, rule: str) -> DisclosureError:
    return DisclosureError(where=where, rule=rule, do="nothing was published; find out how it got there")
