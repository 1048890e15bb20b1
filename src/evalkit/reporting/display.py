"""Show results as sections: in JupyterLab at once, and on the page through the executed notebook.

Each type of result registers how it becomes a section (``section_of.register``). What has not been registered cannot be
shown: a raw table has no period, no base and no interval, and may hold what nobody is to see.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import singledispatch, wraps
from typing import Any, TypeVar, get_type_hints

from markupsafe import Markup

from evalkit.errors import DisclosureError, SettingsError
from evalkit.languages import spoken
from evalkit.languages import written as told_in
from evalkit.lapses import Lapse, attempt, is_whole, lapses_of
from evalkit.messages import worded
from evalkit.reporting.blocks import (
    Bilingual,
    Block,
    Bullets,
    Content,
    Figure,
    KeyNumbers,
    Language,
    PageHead,
    Paragraph,
    Section,
    Sections,
    Sources,
    to_json,
)
from evalkit.reporting.citations import without_marks
from evalkit.reporting.column_classes import KNOWN
from evalkit.reporting.lapsed import (
    HEADINGS,
    Heading,
    has_heading,
    is_empty,
    lines_of,
    not_written,
    section_of_lapses,
)
from evalkit.reporting.render import Numbering, phrase, render_section, table_notes

Blocks = TypeVar("Blocks", bound=Callable[..., tuple[Block, ...]])

LANGUAGE = "EVALKIT_LANG"  # set by `evalkit lab --lang`; the kernels of a batch never have it
SECTION_MIME = "application/vnd.evalkit.section.v1+json"
PAGE_MIME = "application/vnd.evalkit.page.v1+json"
_LAB_STYLE = (  # JupyterLab puts all cells to the right; white in a drawing is the notebook's own background
    Markup(
        "<style>.evalkit{max-width:47rem;--paper:var(--jp-layout-color0,#fff)}.evalkit .vh{position:absolute;clip-path:inset(50%)}"
        ".evalkit figure{margin:1rem 0}.evalkit figure svg{max-width:29rem;width:100%}"
        ".evalkit .note{border-left:4px solid;padding-left:.8rem}"
        ".evalkit :is(caption,th,td){text-align:left!important;vertical-align:top}"
        ".evalkit :is(th,td):not(.long):is(.num,:where("
    )
    + ",".join(f".n{place} :nth-child({place})" for place in range(2, KNOWN + 1))  # see column_classes
    + Markup(")){text-align:right!important}</style>")
)


@singledispatch
def section_of(result: Any) -> Section:
    """Return the section that shows a result.

    Parameters
    ----------
    result : object
        A result whose type has registered how it is shown, or a Section.

    Raises
    ------
    DisclosureError
        For everything else, a DataFrame above all.

    Examples
    --------
    >>> import pandas as pd
    >>> section_of(pd.DataFrame({"secret": [1]}))
    Traceback (most recent call last):
    ...
    evalkit.errors.DisclosureError: DisclosureError [exit 4]
      where  show(DataFrame)
      rule   only results with period, base, method and source are shown, never a raw table or value
      do     show the result of an evaluation step; to look at a table while exploring, use JupyterLab's own display
    """
    raise DisclosureError(
        where=f"show({type(result).__name__})",
        rule=worded(
            "only results with period, base, method and source are shown, never a raw table or value"
        ),
        do=worded(
            "show the result of an evaluation step; to look at a table while exploring, use JupyterLab's own display"
        ),
    )


@section_of.register
def _(result: Section) -> Section:
    return result


def headed(name: str, title: Callable[[], Bilingual]) -> Callable[[Blocks], Blocks]:
    """Register how a record is shown: under which heading, by a function that writes its blocks.

    Parameters
    ----------
    name : str
        The section's identifier on the page.
    title : callable
        Gives its heading.

    Returns
    -------
    callable
        A decorator of a function that takes the record, its first parameter annotated with the record's type, and returns
        blocks; without any, the section does not appear.
    """

    def register(write: Blocks) -> Blocks:
        @wraps(write)
        def section(result: Any) -> Section:
            return Section(name, title(), tuple(write(result)))

        kind = next(iter(get_type_hints(write).values()))
        section_of.register(kind, section)
        HEADINGS[kind.__name__] = Heading(name, title)
        return write

    return register


@singledispatch
def brief_of(_result: Any) -> tuple[Section, ...]:
    """Return the sections of the brief that a result is shown as, beside its own section; most have none."""
    return ()


def written(result: Any) -> Section:
    """Return the section of a result; what an error kept from being computed or written is a line of it.

    Parameters
    ----------
    result : object
        As for ``section_of``.

    Raises
    ------
    DisclosureError
        As ``section_of``. What is no step's record, such as a section made by hand, is not caught: a fault of the notebook.
    """
    lapses = lapses_of(result)
    if not has_heading(result):
        return section_of(result)
    if lapses and (is_empty(result) or any(is_whole(lapse, result) for lapse in lapses)):
        return section_of_lapses(result)
    section = attempt(lambda: section_of(result), step=type(result).__name__)
    if isinstance(section, Lapse):
        return not_written(result, section)
    if not lapses:
        return section
    return Section(section.id, section.title, (*section.blocks, *lines_of(result, lapses)))


def show(*results: Any, language: Language | None = None) -> None:
    """Show results, one display each; the page that is made of the notebook later takes all languages from it.

    Parameters
    ----------
    *results : object
        Results, sections, or the PageHead.
    language : str, optional
        The language to show in the notebook itself; by default that of ``evalkit lab --lang``, else the first of the workspace.

    Raises
    ------
    DisclosureError
        If one of them may not be shown; then none is.
    SettingsError
        If results are not told in that language; those there are are named.

    Examples
    --------
    >>> import contextlib, io
    >>> from evalkit.reporting.blocks import Bilingual
    >>> section = Section("cases", Bilingual("Số vụ", "Cases"), (Paragraph(Bilingual("Giảm.", "Fell.")),))
    >>> with contextlib.redirect_stdout(io.StringIO()) as displayed:  # in a notebook it appears below the cell
    ...     show(section, language="en")
    >>> "Fell." in displayed.getvalue()
    True
    """
    from IPython.display import display  # noqa: PLC0415  light import: only a notebook has IPython loaded

    shown = [one for one in map(shown_as, results) if not isinstance(one, Section) or one.blocks]
    for bundle in [mime_bundle(result, language=language) for result in shown]:
        display(bundle, raw=True)  # type: ignore[no-untyped-call]


def shown_as(result: Any) -> Content:
    """Return what is shown of a result; a section without a block does not appear: its programme declares nothing for it."""
    if isinstance(result, PageHead | Sections):
        return result
    brief = brief_of(result)
    return Sections((*brief, written(result))) if brief else written(result)


def is_shown(result: Any) -> bool:
    """Tell whether a result is one that has a section."""
    return section_of.dispatch(type(result)) is not section_of.dispatch(object)


def language_asked(language: Language | None) -> Language:
    """Return the language asked for; where none was, the one of ``evalkit lab --lang`` (EVALKIT_LANG), else the workspace's first.

    Raises
    ------
    SettingsError
        If results are not told in it.

    Examples
    --------
    >>> language_asked(None), language_asked("en")
    ('vi', 'en')
    """
    if language is not None and language not in told_in():
        raise SettingsError(
            where=f"language={language!r}",
            rule=worded("results are not told in this language"),
            do=worded("languages there are: {languages}", languages=", ".join(told_in())),
        )
    if language is not None:
        return language
    return own if (own := os.environ.get(LANGUAGE)) in spoken() else spoken()[0]


def record_text(result: Any, language: Language | None = None) -> str:
    """Return a result as its section says it, as plain text."""
    return plain_text(written(result), language_asked(language))


def mime_bundle(result: Any, *, language: Language | None = None) -> dict[str, Any]:
    """Return what a display holds: the typed JSON, HTML for the notebook, plain text for a terminal."""
    language = language_asked(language)
    if isinstance(result, PageHead):
        html = Markup("<h1>{}</h1><p>{}</p>").format(
            phrase(result.title.of(language)), phrase(result.subtitle.of(language))
        )
        plain = f"{result.title.of(language)}\n{result.subtitle.of(language)}"
        return {PAGE_MIME: to_json(result), "text/html": _LAB_STYLE + html, "text/plain": plain}
    content = result if isinstance(result, Sections) else written(result)
    sections = content.items if isinstance(content, Sections) else (content,)
    numbering = Numbering(language)
    html = Markup("\n").join(render_section(section, numbering) for section in sections)
    return {
        SECTION_MIME: to_json(content),
        "text/html": str(Markup('{}<div class="evalkit">{}</div>').format(_LAB_STYLE, html)),
        "text/plain": "\n".join(plain_text(section, language) for section in sections),
    }


def plain_text(section: Section, language: Language) -> str:
    """Return a section as text that reads well in a terminal.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual
    >>> print(plain_text(Section("cases", Bilingual("Số vụ", "Cases"), (Paragraph(Bilingual("Giảm.", "Fell.")),)), "en"))
    Cases
    =====
    Fell.
    """
    title = section.title.of(language)
    told = [title, "=" * len(title), *(_plain_block(block, language) for block in section.blocks)]
    return without_marks("\n".join(told))


def _plain_block(block: Block, language: Language) -> str:
    if isinstance(block, Paragraph):
        return block.text.of(language)
    if isinstance(block, KeyNumbers):
        return "\n".join(
            " ".join(text.of(language) for text in (item.figure, item.unit, item.label))
            for item in block.items
        )
    if isinstance(block, Bullets | Sources):
        return "\n".join(f"- {item.of(language)}" for item in block.items)
    if isinstance(block, Figure):
        return f"[{block.caption.of(language)}: {block.alt.of(language)}]"
    lines = [[column.header.of(language) for column in block.columns]]
    lines += [[cell.text.of(language) for cell in row] for row in block.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([block.caption.of(language), *rows, *(note.of(language) for note in table_notes(block))])
