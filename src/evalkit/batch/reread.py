"""Read a page's files again as a stranger would, before anything is published, and hold them against what was computed.

HTML, CSV and XLSX are parsed anew, not by what wrote them. A refusal names the file and the rule, never the figure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import pandas as pd
from nbformat import NotebookNode
from python_calamine import CalamineWorkbook

from evalkit.batch.leaks import file_faults
from evalkit.batch.page_facts import TEXTS, Seen, read_drawing, read_page
from evalkit.batch.page_names import TABLES, page_file
from evalkit.errors import DisclosureError
from evalkit.facts.bundle import Bundle
from evalkit.languages import ending
from evalkit.messages import worded
from evalkit.reporting import formats
from evalkit.reporting.blocks import (
    CONFIDENTIAL,
    Bilingual,
    Block,
    Bullets,
    Cell,
    Figure,
    Language,
    PageHead,
    Paragraph,
    Section,
    Table,
)
from evalkit.reporting.exporter import read_notebook
from evalkit.reporting.page import about_lines
from evalkit.reporting.render import table_notes
from evalkit.reporting.wording import say
from evalkit.review.reading import cleaned
from evalkit.table import dimensions_of

Shown = float | str


def refuse_leaks(files: Mapping[str, bytes]) -> None:
    """Refuse files that tell of paths, users, machines, settings, errors or raw rows.

    Parameters
    ----------
    files : mapping of bytes by name

    Raises
    ------
    DisclosureError
        Naming the file and the rule; what was found is not repeated.
    """
    for name, rule in file_faults(files):
        raise _refusal(name, rule)


def refuse_differences(
    files: Mapping[str, bytes],
    notebook: NotebookNode,
    *,
    languages: Sequence[Language],
    footer: Sequence[Bilingual] = (),
    read: dict[int, PageHead | Section] | None = None,
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
        blocks = [block for part in parts if isinstance(part, Section) for block in part.blocks]
        tables = [block for block in blocks if isinstance(block, Table)]
        page = page_file(head.slug, language)
        seen = _readable(page, files)
        figures = [block for block in blocks if isinstance(block, Figure)]
        _require(seen.sentences == _sentences(parts, language), page)
        _require(set(seen.around) <= _around(head, parts, footer, language), page)
        _require(set(seen.tables) == {table.id for table in tables}, page)
        _require(set(seen.drawings) == {figure.id for figure in figures}, page)
        for table in tables:
            texts = [
                [column.header for column in table.columns],
                *([cell.text for cell in row] for row in table.rows),
            ]
            rows = [[cleaned(text) for text in row] for row in seen.tables[table.id]]
            _require(rows == [[cleaned(text.of(language)) for text in row] for row in texts], page)
        for figure in figures:
            drawn, _ = read_drawing(figure.svg.of(language))
            _require(cleaned(figure.alt.of(language)) in seen.heard, page)
            told = seen.drawings.get(figure.id, [])
            stamp = 1 if head.audience == "internal" else 0
            _require(told[: len(told) - stamp] == drawn, page)
        stem = f"{head.slug}{'.invented' if head.invented else ''}"
        _downloads(files, f"{TABLES}/{stem}", tables, language)


def refuse_unlike_facts(
    notebook: NotebookNode, bundle: Bundle, *, code: str, read: dict[int, PageHead | Section] | None = None
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
    for table in (block for part in parts if isinstance(part, Section) for block in part.blocks):
        if isinstance(table, Table) and table.id in told:
            for period, category, shown in _figures(table):
                _require(shown in told[table.id].get((period, category), set()), f"table {table.id}")


def _readable(page: str, files: Mapping[str, bytes]) -> Seen:
    try:
        return read_page(files[page].decode())
    except ValueError:
        raise _refusal(page, worded("every drawing of a page can be read again")) from None


def _sentences(parts: Iterable[object], language: Language) -> list[str]:
    """Return the sentences of the page's body in their order."""
    told: list[Bilingual] = []
    for part in parts:
        if isinstance(part, Section):
            told += [part.title, *(text for block in part.blocks for text in _words(block))]
    return [cleaned(text.of(language)) for text in told]


def _words(block: Block) -> tuple[Bilingual, ...]:
    if isinstance(block, Bullets):
        return block.items
    if isinstance(block, Table):
        return (block.caption, *table_notes(block))
    return (block.text,) if isinstance(block, Paragraph) else (block.caption,)


def _around(
    head: PageHead, parts: Iterable[object], footer: Iterable[Bilingual], language: Language
) -> set[str]:
    """Return all that may stand before and after the body: the page's head, its contents, how it was made."""
    told = [head.title, head.subtitle, *(text for pair in head.facts for text in pair)]
    told += [part.title for part in parts if isinstance(part, Section)]
    told += [say("About this report"), say("Contents"), *about_lines(head), *footer]
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
    plain = cleaned(text).removeprefix("'")
    try:
        return round(float(plain), 9)
    except ValueError:
        return plain


def _shown(cell: Cell, language: Language) -> Shown:
    return cell.text.of(language) if cell.value is None else cell.value


def _require(holds: bool, where: str) -> None:  # noqa: FBT001  the one thing that is asked
    if not holds:
        raise _refusal(
            where,
            worded("a published file tells what was computed from the protected facts, and nothing else"),
        )


def _refusal(where: str, rule: str) -> DisclosureError:
    return DisclosureError(
        where=where, rule=rule, do=worded("nothing was published; find out how it got there")
    )
