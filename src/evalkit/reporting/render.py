"""Turn blocks into HTML. Every text passes through ``phrase``: normalised, escaped, and a percentage or a p-value kept on one line."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache, singledispatch

from markupsafe import Markup, escape

from evalkit.reporting.blocks import (
    CONFIDENTIAL,
    Bilingual,
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    Language,
    Paragraph,
    Section,
    Table,
)
from evalkit.reporting.formats import number
from evalkit.reporting.svg import labelled_svg
from evalkit.reporting.wording import say

_LONG = 22
_VIEW = re.compile(r'viewBox="([^"]+)"')
_MARK = re.compile(r"(\[[cxzur]\])")
_UNBROKEN = re.compile(r"[-+]?\d[\d.,]* %|\bp [<>=] \d[\d.,]*\d")


@dataclass(slots=True)
class Numbering:
    """Counts the tables and figures of one page, so that both languages and the downloads give them the same numbers.

    ``stamp`` is written across each figure.
    """

    language: Language
    stamp: str = ""
    tables: int = 0
    figures: int = 0
    names: set[str] = field(default_factory=set)


def phrase(text: str) -> Markup:
    """Return a text as HTML: NFC, escaped, each percentage and each p-value kept on one line.

    Examples
    --------
    >>> phrase("giảm -41,0 % <b>")
    Markup('giảm <span class="nb">-41,0 %</span> &lt;b&gt;')
    """
    normal = unicodedata.normalize("NFC", text)
    if "%" not in normal and "p " not in normal:  # most cells of most tables
        return escape(normal)
    parts, at = Markup(), 0
    for found in _UNBROKEN.finditer(normal):
        parts += escape(normal[at : found.start()]) + Markup('<span class="nb">{}</span>').format(found[0])
        at = found.end()
    return parts + escape(normal[at:])


def render_section(section: Section, numbering: Numbering) -> Markup:
    """Return the HTML of a section, heading included.

    Parameters
    ----------
    section : Section
        What to show.
    numbering : Numbering
        The page's counters and language; tables and figures are numbered in order.

    Examples
    --------
    >>> section = Section("cases", Bilingual("Số vụ", "Cases"), (Paragraph(Bilingual("Giảm.", "Fell.")),))
    >>> render_section(section, Numbering("en")).splitlines()[1:3]
    [Markup('<h2 id="cases">Cases</h2>'), Markup('<p>Fell.</p>')]
    """
    title = phrase(section.title.of(numbering.language))
    blocks = Markup("\n").join(render_block(block, numbering) for block in section.blocks)
    return Markup('<section aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2>\n{2}\n</section>').format(
        section.id, title, blocks
    )


@singledispatch
def render_block(block: Block, numbering: Numbering) -> Markup:
    """Return the HTML of one block.

    Raises
    ------
    TypeError
        If there is no such block: a page is made of typed blocks only.
    """
    raise TypeError(f"{type(block).__name__} is no block of a page, asked for in {numbering.language}")


@render_block.register
def _(block: Paragraph, numbering: Numbering) -> Markup:
    text = phrase(block.text.of(numbering.language))
    if block.tone == "plain":
        return Markup("<p>{}</p>").format(text)
    label = _tone_label(block.tone).of(numbering.language)
    return Markup('<p class="note {}"><strong>{}</strong> {}</p>').format(block.tone, label, text)


@render_block.register
def _(block: Bullets, numbering: Numbering) -> Markup:
    items = Markup("").join(
        Markup("<li>{}</li>").format(phrase(item.of(numbering.language))) for item in block.items
    )
    return Markup("<ul>{}</ul>").format(items)


@render_block.register
def _(block: Figure, numbering: Numbering) -> Markup:
    language, number_label = numbering.language, _next_figure(numbering)
    caption = block.caption.of(language)
    drawing = labelled_svg(
        block.svg.of(language),
        name=block.id,
        title=f"{number_label} {caption}",
        description=block.alt.of(language),
    )
    drawing = _stamped(drawing, numbering.stamp) if numbering.stamp else drawing
    return Markup('<figure id="{}">{}<figcaption><b>{}</b> {}</figcaption></figure>').format(
        block.id,
        Markup(drawing),  # noqa: S704  cleaned by labelled_svg
        number_label,
        phrase(caption),
    )


@render_block.register
def _(block: Table, numbering: Numbering) -> Markup:
    language, number_label = numbering.language, _next_table(numbering)
    caption = block.caption.of(language)
    head = Markup("").join(_header(column, language) for column in block.columns)
    body = Markup("\n").join(_row(row, block.columns, language) for row in block.rows)
    return Markup(
        '<div class="scroll" role="region" aria-label="{label}" tabindex="0">\n<table id="{id}">'
        "<caption><span><b>{number}</b> {caption}</span></caption>\n"
        "<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>{notes}"
    ).format(
        label=unicodedata.normalize("NFC", f"{number_label} {caption}"),
        id=block.id,
        number=number_label,
        caption=phrase(caption),
        head=head,
        body=body,
        notes=_notes(block, language),
    )


def _stamped(drawing: str, words: str) -> str:
    """Write words across a drawing: a picture cut out of its page keeps them."""
    _, _, width, height = map(float, _VIEW.findall(drawing)[0].replace(",", " ").split())
    text = Markup(
        '<text x="{}" y="{}" text-anchor="middle" font-size="22" font-weight="700" fill-opacity=".25">{}</text>'
    ).format(f"{width / 2:g}", f"{height / 2:g}", words)
    return drawing.removesuffix("</svg>") + str(text) + "</svg>"


def table_notes(table: Table) -> tuple[Bilingual, ...]:
    """Return the notes of a table; where cells are hidden, the meaning of the mark and how many there are."""
    if not table.hidden:
        return table.notes
    legend = say(
        "[c]: confidential – a small figure, or one hidden so that a small figure cannot be worked out. "
        "Figures hidden in this table: {count}.",
        count=number(table.hidden),
    )
    return (*table.notes, legend)


def _header(column: Column, language: Language) -> Markup:
    kind = Markup(' class="num"') if column.numeric else Markup("")
    return Markup('<th scope="col"{}>{}</th>').format(kind, phrase(column.header.of(language)))


def _row(row: tuple[Cell, ...], columns: tuple[Column, ...], language: Language) -> Markup:
    cells = [
        f"{_kind(cell, column, language)}>{_cell(cell.text.of(language), language)}"
        for cell, column in zip(row, columns, strict=True)
    ]
    rest = "".join(f"<td{cell}</td>" for cell in cells[1:])
    return Markup(f'<tr><th scope="row"{cells[0]}</th>{rest}</tr>')  # noqa: S704  made of Markup, both of each cell


def _kind(cell: Cell, column: Column, language: Language) -> str:
    """Return the class of a cell: numbers stay on one line, long texts get room to break in."""
    if len(cell.text.of(language)) > _LONG:
        return ' class="long"'
    return ' class="num"' if column.numeric else ""


@lru_cache(
    maxsize=2**14
)  # the cells of a page have few different texts, and those of the next page have them again
def _cell(text: str, language: Language) -> Markup:
    """Write a cell; a mark such as that of a hidden figure is read out in words."""
    return Markup("").join(
        _mark(part, language) if _MARK.fullmatch(part) else phrase(part) for part in _MARK.split(text)
    )


def _mark(text: str, language: Language) -> Markup:
    words = {
        CONFIDENTIAL: say("confidential"),
        "[x]": say("not available"),
        "[z]": say("not applicable"),
        "[u]": say("fewer than 20 events"),
        "[r]": say("revised"),
    }
    word = words[text].of(language)
    return Markup('<span aria-hidden="true">{}</span><span class="vh">{}</span>').format(text, word)


def _notes(table: Table, language: Language) -> Markup:
    notes = [Markup("<p>{}</p>").format(phrase(note.of(language))) for note in table_notes(table)]
    return Markup('<div class="notes">{}</div>').format(Markup("").join(notes)) if notes else Markup("")


def _next_table(numbering: Numbering) -> str:
    numbering.tables += 1
    return say("Table {number}.", number=str(numbering.tables)).of(numbering.language)


def _next_figure(numbering: Numbering) -> str:
    numbering.figures += 1
    return say("Figure {number}.", number=str(numbering.figures)).of(numbering.language)


def _tone_label(tone: str) -> Bilingual:
    if tone == "finding":
        return say("Finding.")
    if tone == "lapse":
        return say("Not computed.")
    return say("Caution.") if tone == "caution" else say("Not known.")
