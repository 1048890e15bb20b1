"""Sources by their numbers in the tables of the annex: a title of a line's length stands in the lists of sources, once.

The numbers are those of the brief; the sources that only the annex uses follow, and bear theirs in the annex's own list. The files
beside a page have the titles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from evalkit.reporting import formats
from evalkit.reporting.bilingual import each, same
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Cell, Section, Sources, Table
from evalkit.reporting.citations import anchor, mark
from evalkit.reporting.wording import say

COLUMN, LIST = "source", "sources-table"  # the key of a column of sources, the name of the annex's list
Part = TypeVar("Part")


def with_source_numbers(parts: Iterable[Section | Part]) -> list[Section | Part]:
    r"""Return the parts of a page, its columns of sources as numbers where the brief has a list of sources to number by.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Column
    >>> from evalkit.reporting.citations import MARK
    >>> police, courts = Bilingual("Công an", "Police"), Bilingual("Tòa án", "Courts")
    >>> listed = Section("cited", police, (Sources((police,), (police,)),), layer="brief")
    >>> table = Table("t", police, (Column("source", police),), ((Cell(formats.listed([police, courts])),),))
    >>> sources = Table(LIST, police, (Column("source", police),), ((Cell(courts),), (Cell(police),)))
    >>> annex = Section("a", police, (table, sources))
    >>> tables = with_source_numbers([listed, annex])[1].tables
    >>> [MARK.sub(r"[\1]", row[0].text.en) for one in tables for row in one.rows]
    ['[1][2]', 'Courts[#2]', 'Police[1]']
    """
    given = list(parts)
    sections = [part for part in given if isinstance(part, Section)]
    cited = [
        title
        for section in sections
        for one in section.blocks
        if isinstance(one, Sources)
        for title in one.titles
    ]
    listed = [
        row[0].text for section in sections for one in section.tables if one.id == LIST for row in one.rows
    ]
    if not cited or not listed:
        return given
    titles = [*cited, *(title for title in listed if title not in cited)]
    return [_section(part, titles, len(cited)) if isinstance(part, Section) else part for part in given]


def _section(section: Section, titles: Sequence[Bilingual], cited: int) -> Section:
    blocks = tuple(_block(one, titles, cited) for one in section.blocks)
    return section if blocks == section.blocks else replace(section, blocks=blocks)


def _block(one: Block, titles: Sequence[Bilingual], cited: int) -> Block:
    """Return a table or a list with numbers for titles; anything else as it is."""
    if isinstance(one, Bullets):
        return replace(one, items=tuple(_ending(text, titles) for text in one.items))
    if not isinstance(one, Table):
        return one
    if one.id == LIST:
        return replace(one, rows=tuple((_at_home(row[0], titles, cited), *row[1:]) for row in one.rows))
    one = replace(one, notes=tuple(_noted(note, titles) for note in one.notes))
    places = [place for place, column in enumerate(one.columns) if column.key == COLUMN]
    rows = one.rows
    for place in places:
        rows = tuple((*row[:place], _by_number(row[place], titles), *row[place + 1 :]) for row in rows)
    return replace(one, rows=rows)


def told_by(sources: Bilingual) -> Bilingual:
    """Return the sentence that names the sources of what was said before it."""
    return say("Source: {sources}.", sources=sources)


def of_all_rows(sources: Bilingual) -> Bilingual:
    """Return the note that names the sources of all rows of a table."""
    return say("Source of all rows: {source}.", source=sources)


def _ending(text: Bilingual, titles: Sequence[Bilingual]) -> Bilingual:
    """Return a text whose last sentence names one source with that source's number in the place of the sentence."""
    for number, title in enumerate(titles, start=1):
        if all(text.of(one).endswith(f" {told_by(title).of(one)}") for one in text.languages):
            return each(
                lambda whole, last, at: whole.removesuffix(f" {last}") + at,
                text,
                told_by(title),
                same(mark(number)),
            )
    return text


def _noted(note: Bilingual, titles: Sequence[Bilingual]) -> Bilingual:
    """Return a note that names one source of all rows with that source's number; any other as it is."""
    return next(
        (
            told_by(same(mark(number)))
            for number, title in enumerate(titles, start=1)
            if note == of_all_rows(title)
        ),
        note,
    )


def _at_home(cell: Cell, titles: Sequence[Bilingual], cited: int) -> Cell:
    """Return a source's title in the annex's list with its number: a link into the brief, or what links lead to."""
    number = titles.index(cell.text) + 1
    return replace(
        cell, text=each("{}{}".format, cell.text, same(mark(number) if number <= cited else anchor(number)))
    )


def _by_number(cell: Cell, titles: Sequence[Bilingual]) -> Cell:
    """Return a cell that names sources with their numbers alone; one that names something else as it is."""
    language = cell.text.languages[0]
    text, found = cell.text.of(language), {}
    for title in sorted(
        titles, key=lambda one: -len(one.of(language))
    ):  # a title may be the beginning of another
        name = title.of(language)
        if name in text:
            found[text.index(name)] = title
            text = text.replace(name, "\0" * len(name), 1)
    named = [found[place] for place in sorted(found)]
    if not named or formats.listed(named).of(language) != cell.text.of(language):
        return cell
    return replace(cell, text=same("".join(mark(titles.index(title) + 1) for title in named)))
