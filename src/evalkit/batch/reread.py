"""Read a page's files again as a stranger would, before anything is published, and hold them against what was computed.

HTML, CSV and XLSX are parsed anew, not by what wrote them. A refusal names the file and the rule, never the figure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import pandas as pd
from nbformat import NotebookNode
from python_calamine import CalamineWorkbook

from evalkit.batch.leaks import refusal
from evalkit.batch.page_facts import TEXTS, Seen, read_drawing, read_page
from evalkit.batch.page_names import TABLES, page_file
from evalkit.facts.bundle import Bundle
from evalkit.languages import ending
from evalkit.messages import worded
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import (
    CONFIDENTIAL,
    Bilingual,
    Block,
    Bullets,
    Cell,
    Content,
    Figure,
    KeyNumbers,
    Language,
    PageHead,
    Section,
    Sources,
    Table,
)
from evalkit.reporting.citations import without_marks
from evalkit.reporting.exporter import read_notebook
from evalkit.reporting.formats import typed
from evalkit.reporting.page import about_lines, as_of_words, workbook_words
from evalkit.reporting.render import folded_words, table_notes
from evalkit.reporting.said_once import as_on_page
from evalkit.reporting.wording import say
from evalkit.review import reading
from evalkit.table import dimensions_of

Shown = float | str


def cleaned(text: str) -> str:
    """Return a text as it is compared: the numbers of sources, which are links, left out."""
    return reading.cleaned(without_marks(text))


_SIZE = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')


def refuse_differences(
    files: Mapping[str, bytes],
    notebook: NotebookNode,
    *,
    languages: Sequence[Language],
    footer: Sequence[Bilingual] = (),
    read: dict[int, Content] | None = None,
) -> None:
    """Refuse files that tell something else than the computation: sentences, tables and figures of the page, CSV and XLSX.

    Parameters
    ----------
    files : mapping of bytes by name
        The page and its tables, in each language.
    notebook : NotebookNode
        The executed notebook: the typed sections that the page is made of.
    languages : sequence of {"vi", "en"}
    footer : sequence of Bilingual
        The lines below the page on how it was made.
    read : dict of PageHead or Section, optional
        What was read from this notebook before, see :func:`evalkit.reporting.exporter.read_notebook`.

    Raises
    ------
    DisclosureError
        Naming the file.
    """
    for language in languages:
        head, parts = read_notebook(notebook, language=language, read=read)
        sections = [part for part in parts if isinstance(part, Section)]
        tables = [table for section in sections for table in section.tables]
        page = page_file(head.slug, language)
        seen = _readable(page, files)
        shown = as_on_page(parts)
        on_page = [part for part in shown if isinstance(part, Section)]
        figures = [figure for section in on_page for figure in section.figures]
        _require(seen.sentences == _sentences(shown, language), page)
        _require(set(seen.around) <= _around(head, parts, footer, language), page)
        _require(set(seen.tables) == {table.id for table in tables}, page)
        beside = seen.drawings.pop("", [])
        _require(set(seen.drawings) == {figure.id for figure in figures}, page)
        _require(
            beside == [mark for table in tables for one in table.drawings for mark in read_drawing(one)[0]],
            page,
        )
        for table in (table for one in on_page for table in one.tables):
            rows = [[cleaned(text) for text in row] for row in seen.tables[table.id]]
            _require(rows == _rows(table, language), page)
        for figure in figures:
            _require(cleaned(figure.alt.of(language)) in seen.heard, page)
            _require(
                seen.drawings.get(figure.id, [])
                == _marks(figure, language, stamped=head.audience == "internal"),
                page,
            )
        stem = f"{head.slug}{'.invented' if head.invented else ''}"
        _downloads(files, f"{TABLES}/{stem}", tables, language)


def refuse_unlike_facts(
    notebook: NotebookNode, bundle: Bundle, *, code: str, read: dict[int, Content] | None = None
) -> None:
    """Refuse a table of figures by attribute that shows what the protected facts hide, or another figure than theirs.

    Parameters
    ----------
    notebook : NotebookNode
    bundle : Bundle
        The protected facts that the notebook was given.
    code : str
        The place the page is about.
    read : dict of PageHead or Section, optional
        As of :func:`refuse_differences`.

    Raises
    ------
    DisclosureError
        Naming the table.
    """
    _, parts = read_notebook(notebook, language="en", read=read)
    told = _by_attribute(bundle.facts[bundle.facts["province_code"] == code])
    for table in (table for part in parts if isinstance(part, Section) for table in part.tables):
        if table.id in told:
            for period, category, shown in _figures(table):
                _require(shown in told[table.id].get((period, category), set()), f"table {table.id}")


def _readable(page: str, files: Mapping[str, bytes]) -> Seen:
    try:
        return read_page(files[page].decode())
    except ValueError:
        raise refusal(page, worded("every drawing of a page can be read again")) from None


def _rows(table: Table, language: Language) -> list[list[str]]:
    """Return the cells that a page has of a table, an empty one for each drawing beside a row."""
    rows = [[column.header for column in table.columns], *([cell.text for cell in row] for row in table.rows)]
    texts = [[cleaned(text.of(language)) for text in row] for row in rows]
    if table.drawn is not None:
        for row, told in zip(
            texts, [cleaned(table.drawn.of(language)), *[""] * len(table.rows)], strict=True
        ):
            row.insert(table.drawn_at, told)
    return texts


def _marks(figure: Figure, language: Language, *, stamped: bool) -> list[str]:
    """Return where the marks of a figure stand: of the wide drawing, then of the one for phones, each with its stamp."""
    marks = []
    for drawing in (one.of(language) for one in (figure.svg, figure.narrow) if one is not None):
        marks += read_drawing(drawing)[0]
        if stamped:
            width, height = map(float, _SIZE.findall(drawing)[0])
            marks.append(f"{width / 2:g} {height / 2:g}")
    return marks


def _sentences(parts: Iterable[object], language: Language) -> list[str]:
    """Return the sentences of the page's body in their order."""
    told: list[Bilingual] = []
    sections = [part for part in parts if isinstance(part, Section)]
    folded = any(section.layer == "brief" for section in sections)
    for section in sections:
        if folded and section.layer == "annex":
            told += [say("Annex"), say("Everything else, collapsed; only opened sections are printed.")]
            folded = False
        told += [section.title, *(text for block in section.blocks for text in _words(block))]
    return [cleaned(text.of(language)) for text in told]


def _words(block: Block) -> tuple[Bilingual, ...]:
    if isinstance(block, Bullets | Sources):
        return block.items
    if isinstance(block, Table):
        return (block.caption, *table_notes(block))
    if isinstance(block, KeyNumbers):
        return tuple(
            text
            for item in block.items
            for text in (each("{} {}".format, item.figure, item.unit), item.label, *item.details)
        )
    if isinstance(block, Figure):
        return (
            block.caption,
            *((folded_words(block.table), *_words(block.table)) if block.table else ()),
        )
    return (block.text,)


def _around(
    head: PageHead, parts: Iterable[object], footer: Iterable[Bilingual], language: Language
) -> set[str]:
    """Return all that may stand before and after the body: the page's head, its contents, how it was made."""
    told = [head.title, head.subtitle, *(text for pair in head.facts for text in pair)]
    told += [part.title for part in parts if isinstance(part, Section)]
    told += [
        say("About this report"),
        say("Contents"),
        as_of_words(head),
        workbook_words(),
        *about_lines(head),
        *footer,
    ]
    return {cleaned(text.of(language)) for text in told}


def _by_attribute(facts: pd.DataFrame) -> dict[str, dict[tuple[str, str], set[Shown]]]:
    """Return for each table of figures by attribute what the facts tell of each period and category."""
    names = dimensions_of(facts)
    told: dict[str, dict[tuple[str, str], set[Shown]]] = {}
    rows = facts[(facts[names].to_numpy() != "all").sum(axis=1) == 1]
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


def _downloads(files: Mapping[str, bytes], stem: str, tables: Sequence[Table], language: Language) -> None:
    end = ending(language)
    if not tables:
        return
    book = f"{stem}{end}.xlsx"
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(files[book]))
    for place, table in enumerate(tables, start=1):
        wanted = [_read([_shown(cell, language) for cell in row]) for row in table.rows]
        name = f"{stem}.{table.id}{end}.csv"
        lines = list(csv.reader(files[name].decode().splitlines()))[1:]
        _require([_read(line[: len(table.columns)]) for line in lines] == wanted, name)
        rows = sheets.get_sheet_by_index(place).to_python()[-len(wanted) or None :]
        told = [_read(row[: len(table.columns)]) for row in rows] if wanted else []
        _require(told == wanted, book)


def _read(row: Sequence[object]) -> list[Shown]:
    """Return cells as numbers where they are numbers, else as plain text without the guard against formulas."""
    return [_number(str(cell)) for cell in row]


@lru_cache(maxsize=TEXTS)
def _number(text: str) -> Shown:
    plain = typed(cleaned(text)).removeprefix("'")
    try:
        return round(float(plain), 9)
    except ValueError:
        return plain


def _shown(cell: Cell, language: Language) -> Shown:
    return cell.text.of(language) if cell.value is None else cell.value


def _require(holds: bool, where: str) -> None:  # noqa: FBT001  the one thing that is asked
    if not holds:
        raise refusal(
            where,
            worded("a published file tells what was computed from the protected facts, and nothing else"),
        )
