"""Turn blocks into HTML. Every text passes through ``phrase``: normalised, escaped, and a p-value kept on one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, singledispatch
from itertools import groupby
from typing import Literal

from markupsafe import Markup, escape

from evalkit.languages import ending
from evalkit.reporting.blocks import (
    CONFIDENTIAL,
    Bilingual,
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    KeyNumber,
    KeyNumbers,
    Language,
    Paragraph,
    Section,
    Sources,
    Table,
)
from evalkit.reporting.citations import MARK, without_marks
from evalkit.reporting.column_classes import KNOWN, is_grouped, own_class, table_classes, told_of_groups
from evalkit.reporting.formats import number
from evalkit.reporting.repeated_texts import with_letters
from evalkit.reporting.svg import bare_svg, labelled_svg, named_svg
from evalkit.reporting.wording import say

_TOLD_ABOVE = Cell(Bilingual("", ""))
_Frame = Literal["scroll", "cards", "behind"]
_VIEW = re.compile(r'viewBox="([^"]+)"')
_MARK = re.compile(r"(\[[cxzurp]\])")
_SENTENCE_END = re.compile(r"(?<=[\w%)]{3}\.) ")
_UNBROKEN = re.compile(r"\bp [<>=] \d[\d.,]*\d")


@dataclass(slots=True)
class Numbering:
    """Counts the tables and figures of one page, so that both languages and the downloads give them the same numbers.

    ``stamp`` is written across each figure.
    """

    language: Language
    stamp: str = ""
    tables: int = 0
    figures: int = 0
    is_numbered: bool = True
    names: set[str] = field(default_factory=set)


def phrase(text: str) -> Markup:
    r"""Return a text as HTML: NFC, escaped, each p-value kept on one line by no-break spaces.

    Examples
    --------
    >>> phrase("giảm −41,0% <b>, p = 0,03")
    Markup('giảm −41,0% &lt;b&gt;, p\xa0=\xa00,03')
    """
    normal = unicodedata.normalize("NFC", text)
    if MARK.search(normal):
        return (
            Markup("")
            .join(
                _cited(part) if place % 2 else phrase(part) for place, part in enumerate(MARK.split(normal))
            )
            .replace("</sup><sup>", ", ")
        )
    return escape(_UNBROKEN.sub(lambda found: found[0].replace(" ", "\xa0"), normal))


def _cited(number: str) -> Markup:
    if number.startswith("#"):
        return Markup('<sup id="s{0}">{0}</sup>').format(number[1:])
    return Markup('<sup><a href="#s{0}">{0}</a></sup>').format(number)


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
    if section.layer == "brief":
        return Markup(
            '<section class="{2}" aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2>\n{3}\n</section>'
        ).format(section.id, title, section.width, render_blocks(section, numbering))
    return Markup('<section aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2>\n{2}\n</section>').format(
        section.id, title, render_blocks(section, numbering)
    )


def render_folded(section: Section, numbering: Numbering) -> Markup:
    """Return the HTML of a section of the annex: closed until it is opened, or a link leads into it."""
    return Markup(
        '<details class="part"><summary><h3>{1}</h3></summary>\n<section id="{0}" aria-label="{1}">\n{2}\n</section></details>'
    ).format(section.id, phrase(section.title.of(numbering.language)), render_blocks(section, numbering))


def render_blocks(section: Section, numbering: Numbering) -> Markup:
    """Return the HTML of a section's blocks; those of the brief bear no numbers."""
    numbering.is_numbered = section.layer == "annex"
    return Markup("\n").join(render_block(block, numbering) for block in section.blocks)


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
    if block.tone == "aside":
        return Markup('<p class="aside">{}</p>').format(text)
    label = _tone_label(block.tone).of(numbering.language)
    return Markup('<p class="note {}"><strong>{}</strong> {}</p>').format(block.tone, label, text)


@render_block.register
def _(block: Bullets, numbering: Numbering) -> Markup:
    items = Markup("").join(
        Markup("<li>{}</li>").format(phrase(item.of(numbering.language))) for item in block.items
    )
    return Markup("<ul>{}</ul>").format(items)


@render_block.register
def _(block: Sources, numbering: Numbering) -> Markup:
    items = Markup("\n").join(
        Markup('<li id="s{}">{}</li>').format(place, phrase(item.of(numbering.language)))
        for place, item in enumerate(block.items, start=1)
    )
    return Markup('<ol class="sources">{}</ol>').format(items)


@render_block.register
def _(block: KeyNumbers, numbering: Numbering) -> Markup:
    items = Markup("\n").join(_key_number(item, numbering.language) for item in block.items)
    return Markup('<ul class="numbers">{}</ul>').format(items)


def _key_number(item: KeyNumber, language: Language) -> Markup:
    details = Markup("").join(
        Markup('<p class="aside">{}</p>').format(phrase(detail.of(language))) for detail in item.details
    )
    return Markup('<li><p class="figure"><b>{}</b> {}</p><p class="label">{}</p>{}</li>').format(
        phrase(item.figure.of(language)),
        phrase(item.unit.of(language)),
        phrase(item.label.of(language)),
        details,
    )


@render_block.register
def _(block: Figure, numbering: Numbering) -> Markup:
    language, label = numbering.language, _number_label(block, numbering)
    table = Markup("")
    if block.table is not None:
        words = phrase(folded_words(block.table).of(language))
        table = Markup('<details class="data"><summary>{}</summary>{}</details>').format(
            words, _table(block.table, numbering, frame="behind" if not numbering.is_numbered else "scroll")
        )
    return Markup('<figure id="{}">{}<figcaption{}>{}{}</figcaption>{}</figure>').format(
        block.id,
        _drawings(block, numbering, label),
        Markup("") if _has_title(block, language) else Markup(' id="{}_title"').format(block.id),
        _before(label),
        phrase(block.caption.of(language)),
        table,
    )


def folded_words(table: Table) -> Bilingual:
    """Return what opens the table behind a drawing: a reader learns how long it is before it is open."""
    return say("The figures as a table ({rows} rows)", rows=str(len(table.rows)))


def _has_title(block: Figure, language: Language) -> bool:
    """Whether a drawing bears its title itself: where its caption has numbers of sources, which no name should have."""
    return MARK.search(block.caption.of(language)) is not None


def _drawings(block: Figure, numbering: Numbering, label: str) -> Markup:
    """Return the drawing, or the wide one and that for phones: only one of the two is ever displayed or heard.

    Both bear the title and the description that stand in the wide one: a name may be taken from what is not displayed.
    """
    if block.narrow is None:
        return _drawing(block, block.svg, numbering, name=block.id, label=label)
    wide = _drawing(block, block.svg, numbering, name=block.id, label=label)
    language = numbering.language
    narrow = _finished(
        named_svg(
            block.narrow.of(language),
            name=f"{block.id}-n",
            named_by=block.id,
            label=_first_sentence(block, language),
        ),
        numbering,
    )
    return Markup('<div class="on-wide">{}</div><div class="on-phone">{}</div>').format(wide, narrow)


def _drawing(block: Figure, svg: Bilingual, numbering: Numbering, *, name: str, label: str) -> Markup:
    language = numbering.language
    drawing = labelled_svg(
        svg.of(language),
        name=name,
        title=without_marks(f"{label} {block.caption.of(language)}".strip())
        if _has_title(block, language)
        else "",
        description=without_marks(block.alt.of(language)),
        label=_first_sentence(block, language),
    )
    return _finished(drawing, numbering)


def _first_sentence(block: Figure, language: Language) -> str:
    """Return what a drawing is called where no title is read: how its caption, which stands beside it, begins."""
    return _SENTENCE_END.split(without_marks(block.caption.of(language)), maxsplit=1)[0]


def _finished(drawing: str, numbering: Numbering) -> Markup:
    drawing = _stamped(drawing, numbering.stamp) if numbering.stamp else drawing
    return Markup(drawing)  # noqa: S704  cleaned by labelled_svg


def _number_label(block: Figure | Table, numbering: Numbering) -> str:
    """Return "Table 3." or "Figure 2."; nothing in the brief, whose drawings and tables bear headings."""
    if not numbering.is_numbered:
        return ""
    return _next_figure(numbering) if isinstance(block, Figure) else _next_table(numbering)


def _before(label: str) -> Markup:
    return Markup("<b>{}</b> ").format(label) if label else Markup("")


@render_block.register
def _(block: Table, numbering: Numbering) -> Markup:
    return _table(block, numbering, frame="scroll" if numbering.is_numbered else "cards")


def _table(block: Table, numbering: Numbering, *, frame: _Frame) -> Markup:
    """Return a table in its frame: it scrolls sideways, turns into cards on a phone, or stands behind a drawing."""
    language, label = numbering.language, _number_label(block, numbering)
    caption = block.caption.of(language)
    head = _with_drawing(
        [_header(column, place, language) for place, column in enumerate(block.columns)],
        block,
        Markup("<th scope=col>{}").format(phrase(block.drawn.of(language))) if block.drawn else None,
    )
    grouped = frame == "scroll" and is_grouped(block, language)
    shown, told = with_letters(block, language, beside=1 + grouped) if frame == "scroll" else (block, ())
    rows = _rows(shown, language, are_cards=frame == "cards", grouped=grouped)
    body = Markup("").join(rows)
    return Markup("{before}{table}{after}{notes}").format(
        before=_opened(block.id, frame),
        table=Markup(
            '<table id="{id}"{classes}><caption><span>{number}{caption}</span></caption>'
            "<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
        ).format(
            id=block.id,
            classes=_classes(shown, language, grouped=grouped),
            number=_before(label),
            caption=phrase(caption),
            head=head,
            body=body,
            foot=_foot(told, shown),
        ),
        after=Markup("</div>"),
        notes=_notes(block, language),
    )


def _foot(told: tuple[str, ...], table: Table) -> Markup:
    """Return what the letters in a table's cells stand for, a row for each."""
    row = Markup('<tr><td colspan="{}"><span>{}</span></tr>')
    width = len(table.columns) + (table.drawn is not None)
    rows = Markup("").join(row.format(width, phrase(text)) for text in told)
    return Markup("<tfoot>{}</tfoot>").format(rows) if told else rows


def _classes(table: Table, language: Language, *, grouped: bool) -> Markup:
    names = table_classes(table, language, grouped=grouped)
    return Markup(' class="{}"').format(names) if names else Markup("")


def _opened(table: str, frame: _Frame) -> Markup:
    """Open the frame of a table; one that scrolls can be reached, and is named as its table is: by the caption."""
    if frame != "scroll":
        return Markup('<div class="{}">').format(frame)
    return Markup('<div class="scroll" role="region" aria-labelledby="{}" tabindex="0">').format(table)


def _rows(table: Table, language: Language, *, are_cards: bool, grouped: bool) -> list[Markup]:
    """Return the rows, each with its drawing where there are some, or under the row of its group."""
    if grouped:
        groups = [[*rows] for _, rows in groupby(table.rows, lambda row: row[0].text)]
        shared = told_of_groups(table, groups)
        return [one for rows in groups for one in _group(rows, table, language, shared)]
    cells = [
        _cells(row, table.columns, language, are_labelled=are_cards and not place)
        for place, row in enumerate(table.rows)
    ]
    if table.drawn is None:
        return [Markup("<tr>{}</tr>").format(Markup("").join(row)) for row in cells]
    drawn = [
        Markup('<td class="drawn" aria-hidden="true">{}</td>').format(_of_row(one, row, language))
        for one, row in zip(table.drawings, table.rows, strict=True)
    ]
    return [
        Markup("<tr>{}</tr>").format(_with_drawing(row, table, one))
        for row, one in zip(cells, drawn, strict=True)
    ]


def _group(
    rows: list[tuple[Cell, ...]], table: Table, language: Language, shared: list[int]
) -> Iterator[Markup]:
    """Give the row that tells what the rows below it share, and these, each headed by its second cell."""
    first, last = shared[0] if shared else len(table.columns), shared[-1] if shared else 0
    told = (_leading(rows[0][place], language) if place in shared else "" for place in range(first, last + 1))
    yield Markup('<tr><th scope=rowgroup colspan="{}"><span>{}</span>{}</tr>').format(
        first,
        _leading(rows[0][0], language),
        Markup("").join(Markup("<td>{}").format(text) for text in told),
    )
    for row in rows:
        own = [_TOLD_ABOVE if place in shared else cell for place, cell in enumerate(row)]
        cells = _cells(tuple(own[1:]), table.columns[1:], language, are_labelled=False, first=1)
        yield Markup("<tr><td>{}</tr>").format(Markup("").join(cells))


def _of_row(drawing: str, row: tuple[Cell, ...], language: Language) -> Markup:
    """Return the drawing of a row, named by what the row is about."""
    return Markup(bare_svg(drawing, label=without_marks(row[0].text.of(language))))  # noqa: S704  cleaned


def _with_drawing(cells: list[Markup], table: Table, drawn: Markup | None) -> Markup:
    if drawn is not None:
        cells.insert(table.drawn_at, drawn)
    return Markup("").join(cells)


def _stamped(drawing: str, words: str) -> str:
    """Write words across a drawing: a picture cut out of its page keeps them."""
    _, _, width, height = map(float, _VIEW.findall(drawing)[0].replace(",", " ").split())
    text = Markup(
        '<text x="{}" y="{}" text-anchor="middle" font-size="22" font-weight="700" fill-opacity=".25">{}</text>'
    ).format(f"{width / 2:g}", f"{height / 2:g}", words)
    return drawing.removesuffix("</svg>") + str(text) + "</svg>"


def legend_again(table: Table) -> Bilingual:
    """Return the meaning of the mark of hidden figures where a table before it has told it in full."""
    return say("[c]: confidential; figures hidden in this table: {count}.", count=number(table.hidden))


def table_notes(table: Table) -> tuple[Bilingual, ...]:
    """Return the notes of a table; where cells are hidden, the meaning of the mark and how many there are."""
    if not table.hidden or legend_again(table) in table.notes:
        return table.notes
    legend = say(
        "[c]: confidential – a small figure, or one hidden so that a small figure cannot be worked out. "
        "Figures hidden in this table: {count}.",
        count=number(table.hidden),
    )
    return (*table.notes, legend)


def _header(column: Column, place: int, language: Language) -> Markup:
    kind = Markup(' class="num"') if column.numeric and place >= KNOWN - 1 else Markup("")
    return Markup("<th scope=col{}>{}").format(kind, phrase(column.header.of(language)))


def _cells(
    row: tuple[Cell, ...],
    columns: tuple[Column, ...],
    language: Language,
    *,
    are_labelled: bool,
    first: int = 0,
) -> list[Markup]:
    """Return the cells of a row; those of the first of the cards on a phone bear the head of their column.

    A cell ends where the next one begins or its row ends, as HTML has it: a page has a few thousand cells.
    """

    def label(column: Column) -> str:
        head = without_marks(column.header.of(language))
        return f' data-label="{escape(head)}"' if are_labelled and column.numeric else ""

    cells = [
        f"{own_class(cell, column, place, language)}{label(column)}>{_leading(cell, language)}"
        for place, (cell, column) in enumerate(zip(row, columns, strict=True), start=first)
    ]
    head, *rest = cells
    closing = "" if rest else "</th>"
    return [Markup(f"<th scope=row{head}{closing}"), *(Markup(f"<td{cell}") for cell in rest)]  # noqa: S704  as above


def _leading(cell: Cell, language: Language) -> Markup:
    """Write a cell, as a link where it leads to a page beside this one in the same language."""
    text = _cell(cell.text.of(language), language)
    if not cell.page:
        return text
    return Markup('<a href="{}{}.html">{}</a>').format(cell.page, ending(language), text)


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
        "[p]": say("preliminary"),
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
