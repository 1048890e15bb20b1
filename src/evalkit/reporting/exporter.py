"""nbconvert exporter: an executed notebook becomes a page, made of its typed sections and of nothing else.

``jupyter nbconvert --to evalkit executed.ipynb`` gives the Vietnamese page, ``--EvalkitExporter.language=en`` the
English one. Code is never shown. Whatever a code cell printed or displayed that is not a section or the page head is
refused with the number of the cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Unicode, default

from evalkit.errors import DisclosureError
from evalkit.reporting.block_json import from_json
from evalkit.reporting.blocks import Language, PageHead, Section
from evalkit.reporting.display import PAGE_MIME, SECTION_MIME
from evalkit.reporting.freetext import render_markdown
from evalkit.reporting.page import page_from_sections

NOTEBOOK_ONLY = "notebook-only"
SUMMARY = "summary"


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
    nb: NotebookNode, *, language: Language, read: dict[int, PageHead | Section] | None = None
) -> tuple[PageHead, list[Section | Markup]]:
    """Return the page head and, in the order of the notebook, its sections and its free text; the summary is its first section.

    Parameters
    ----------
    nb : NotebookNode
        The executed notebook.
    language : {"vi", "en"}
        Markdown cells tagged ``lang-vi`` or ``lang-en`` belong to pages in these languages; those tagged ``notebook-only`` to none.
    read : dict of PageHead or Section, optional
        What was read from this notebook for another language; it is added to. Outputs are the same in all.

    Raises
    ------
    DisclosureError
        If a cell shows anything but typed sections, or there is not exactly one page head.
    """
    heads: list[PageHead] = []
    parts: list[Section | Markup] = []
    for place, cell in enumerate(nb.cells, start=1):
        for content in _contents(cell, place, language, {} if read is None else read):
            if isinstance(content, PageHead):
                heads.append(content)
            else:
                parts.append(content)
    if len(heads) != 1:
        raise DisclosureError(
            where="the executed notebook",
            rule=f"a page has exactly one head; this notebook shows {len(heads)}",
            do="show the page head once; if the notebook was not run, run it first",
        )
    return heads[0], _summary_first(parts)


def _summary_first(parts: list[Section | Markup]) -> list[Section | Markup]:
    """Put the summary, which is made last, before the other sections; free text above them stays above."""
    summaries = [part for part in parts if isinstance(part, Section) and part.id == SUMMARY]
    others = [part for part in parts if not (isinstance(part, Section) and part.id == SUMMARY)]
    top = next((place for place, part in enumerate(others) if isinstance(part, Section)), len(others))
    return [*others[:top], *summaries, *others[top:]]


def _contents(
    cell: NotebookNode, place: int, language: Language, read: dict[int, PageHead | Section]
) -> Iterator[PageHead | Section | Markup]:
    if cell.cell_type == "code":
        for output in cell.outputs:
            if id(output) not in read:
                read[id(output)] = _typed(output, place)
            yield read[id(output)]
    elif cell.cell_type == "markdown":
        if _is_for(cell.metadata.get("tags", []), language) and cell.source.strip():
            yield render_markdown(cell.source)
    else:
        raise _refused(place, f"a {cell.cell_type} cell")


def _is_for(tags: list[str], language: Language) -> bool:
    tied = [tag for tag in tags if tag.startswith("lang-")]
    return NOTEBOOK_ONLY not in tags and (not tied or f"lang-{language}" in tied)


def _typed(output: NotebookNode, place: int) -> PageHead | Section:
    """Return the section in an output. What else the output holds is ignored; an output without one is refused."""
    data = output.get("data", {})
    content = data.get(SECTION_MIME, data.get(PAGE_MIME))
    if output.output_type not in ("display_data", "execute_result") or content is None:
        raise _refused(place, f"an output of type {output.get('name', output.output_type)}")
    record = from_json(content)
    if not isinstance(record, PageHead | Section):
        raise _refused(place, "a block outside a section")
    return record


def _refused(place: int, what: str) -> DisclosureError:
    return DisclosureError(
        where=f"cell {place} of the notebook",
        rule=f"a page shows typed sections only; this cell has {what}",
        do="end the cell with show(...) of a result, and print nothing",
    )
