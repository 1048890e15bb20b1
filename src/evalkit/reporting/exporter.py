"""nbconvert exporter: an executed notebook becomes a page, made of its typed sections and of nothing else.

``jupyter nbconvert --to evalkit executed.ipynb`` gives the Vietnamese page, ``--EvalkitExporter.language=en`` the
English one. Code is never shown. Whatever a code cell printed or displayed that is not a section or the page head is
refused with the number of the cell; a drawing that pyplot shows because it was left open is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Unicode, default

from evalkit.errors import DisclosureError
from evalkit.messages import worded
from evalkit.reporting.blocks import (
    Bullets,
    Content,
    Language,
    PageHead,
    Paragraph,
    Section,
    Sections,
    from_json,
)
from evalkit.reporting.display import PAGE_MIME, SECTION_MIME
from evalkit.reporting.freetext import render_markdown
from evalkit.reporting.page import page_from_sections
from evalkit.reporting.wording import say

NOTEBOOK_ONLY = "notebook-only"
SUMMARY = "summary"
INJECTED = "injected-parameters"  # the tag of the cell in which papermill gives the parameters
FEWEST_SILENT = 2
_OPEN_DRAWING = re.compile(r"<Figure size \S+ with \d+ Axes>")


class EvalkitExporter(Exporter):
    """Export an executed notebook as one self-contained page.

    ``resources["evalkit"]`` may hold ``footer``, ``sibling`` and ``index``: see
    :func:`evalkit.reporting.page.page_from_sections`.
    """

    export_from_notebook = "evalkit report"
    output_mimetype = "text/html"
    language = Unicode("vi", help="The language of the page: vi, en, or another of the notebook's.").tag(
        config=True
    )

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the page (str) and the resources.

        Parameters
        ----------
        nb : NotebookNode
            The executed notebook.
        resources : dict, optional
            nbconvert's own, with ``evalkit`` among them.
        **kw
            Passed on to nbconvert.

        Raises
        ------
        DisclosureError
            If a cell shows anything but typed sections, or there is not exactly one page head.
        """
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        head, parts = read_notebook(nb, language=self.language)
        return page_from_sections(
            head, parts, language=self.language, resources=resources.get("evalkit")
        ), resources


def read_notebook(
    nb: NotebookNode, *, language: Language, read: dict[int, Content] | None = None
) -> tuple[PageHead, list[Section | Markup]]:
    """Return the page head and its sections and free text: the brief, which is made last, in front; the rest as in the notebook.

    Parameters
    ----------
    nb : NotebookNode
        The executed notebook.
    language : {"vi", "en"}
        Markdown cells tagged ``lang-vi`` or ``lang-en`` belong to pages in these languages; those tagged ``notebook-only`` to none.
    read : dict of PageHead, Section or Sections, optional
        What was read from this notebook for another language; it is added to. Outputs are the same in all.

    Raises
    ------
    DisclosureError
        If a cell shows anything but typed sections, or there is not exactly one page head.
    """
    heads: list[PageHead] = []
    parts: list[Section | Markup] = []
    for place, cell in _as_numbered(nb):
        for content in _contents(cell, place, language, {} if read is None else read):
            if isinstance(content, PageHead):
                heads.append(content)
            elif isinstance(content, Sections):
                parts.extend(content.items)
            else:
                parts.append(content)
    if len(heads) != 1:
        raise DisclosureError(
            where="the executed notebook",
            rule=f"a page has exactly one head; this notebook shows {len(heads)}",
            do="show the page head once; if the notebook was not run, run it first",
        )
    return heads[0], in_page_order(parts)


def _as_numbered(nb: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Yield each cell with its place as people count it: the cell that papermill puts in has that of the one before it."""
    place = 0
    for cell in nb.cells:
        place += INJECTED not in cell.metadata.get("tags", [])
        yield place, cell


def in_page_order(parts: list[Section | Markup]) -> list[Section | Markup]:
    """Put the brief in front, then how sure each of its sentences is; free text above all sections stays above."""
    first = [part for part in parts if isinstance(part, Section) and part.layer == "brief"]
    first += [part for part in parts if isinstance(part, Section) and part.id == SUMMARY]
    others = _gaps_together([part for part in parts if part not in first]) if first else parts
    top = next((place for place, part in enumerate(others) if isinstance(part, Section)), len(others))
    return [*others[:top], *first, *others[top:]]


def _gaps_together(parts: list[Section | Markup]) -> list[Section | Markup]:
    """Put the sections that only say what is not known into one, a line each, where the last of them stood."""
    silent = [part for part in parts if isinstance(part, Section) and _says_nothing(part)]
    if len(silent) < FEWEST_SILENT:
        return parts
    lines = tuple(
        say("{section}: {gap}", section=section.title, gap=block.text)
        for section in silent
        for block in section.blocks
        if isinstance(block, Paragraph)
    )
    together = Section("not-told", say("Sections without a figure"), (Bullets(lines),))
    return [together if part is silent[-1] else part for part in parts if part not in silent[:-1]]


def _says_nothing(section: Section) -> bool:
    return all(isinstance(block, Paragraph) and block.tone == "gap" for block in section.blocks)


def _contents(
    cell: NotebookNode, place: int, language: Language, read: dict[int, Content]
) -> Iterator[Content | Markup]:
    if cell.cell_type == "code":
        for output in cell.outputs:
            if is_left_open(output):
                continue
            if id(output) not in read:
                read[id(output)] = _typed(output, place)
            yield read[id(output)]
    elif cell.cell_type == "markdown":
        if _is_for(cell.metadata.get("tags", []), language) and cell.source.strip():
            yield render_markdown(cell.source)
    else:
        raise _refused(
            place, f"a {cell.cell_type} cell", do=worded("make it a markdown cell, or take it out")
        )


def is_left_open(output: NotebookNode) -> bool:
    """Tell whether an output is a drawing that pyplot showed by itself, because it was open when its cell ended.

    It goes on no page: :func:`evalkit.own_figure` puts a drawing there.
    """
    data = output.get("data", {})
    pictures = [kind for kind in data if kind.startswith("image/")]
    told = _OPEN_DRAWING.fullmatch(str(data.get("text/plain", "")))
    return output.output_type == "display_data" and bool(pictures and told) and len(data) == len(pictures) + 1


def _is_for(tags: list[str], language: Language) -> bool:
    tied = [tag for tag in tags if tag.startswith("lang-")]
    return NOTEBOOK_ONLY not in tags and (not tied or f"lang-{language}" in tied)


def _typed(output: NotebookNode, place: int) -> Content:
    """Return the section in an output. What else the output holds is ignored; an output without one is refused."""
    data = output.get("data", {})
    content = data.get(SECTION_MIME, data.get(PAGE_MIME))
    if output.output_type not in ("display_data", "execute_result") or content is None:
        raise _refused(
            place, f"an output of type {output.get('name', output.output_type)}", do=_remedy(output)
        )
    record = from_json(content)
    if not isinstance(record, Content):
        raise _refused(place, "a block outside a section", do=_remedy(output))
    return record


def _remedy(output: NotebookNode) -> str:
    if output.output_type == "execute_result":
        return worded(
            "end the cell with ; (it shows nothing then), or show it with ek.own_table or ek.own_figure"
        )
    return worded("print nothing; end the cell with a result, ek.show(...), ek.own_table or ek.own_figure")


def _refused(place: int, what: str, *, do: str) -> DisclosureError:
    return DisclosureError(
        where=f"cell {place} of the notebook",
        rule=worded("a page shows typed sections only; this cell has {what}", what=what),
        do=do,
    )
