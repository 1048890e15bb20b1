"""Turn one execution into the page's files: one page per language, and what goes with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nbformat import NotebookNode

from evalkit.batch.page_names import TABLES, neighbours, page_file
from evalkit.batch.requested_form import form_file
from evalkit.errors import DisclosureError
from evalkit.messages import worded
from evalkit.reporting.blocks import Bilingual, Content, Language, PageHead, Section
from evalkit.reporting.exporter import read_notebook
from evalkit.reporting.page import page_from_sections
from evalkit.reporting.table_files import table_files


def render(
    notebook: NotebookNode,
    *,
    stem: str,
    languages: Sequence[Language],
    audience: str,
    footer: Sequence[Bilingual],
    country: bool = False,
    forms: Collection[str] = (),
    read: dict[int, Content] | None = None,
) -> dict[str, bytes]:
    """Return the page in each language and its tables as CSV and XLSX, from the one execution.

    The notebook is read once for all languages; :class:`evalkit.reporting.exporter.EvalkitExporter` gives the same pages.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    stem : str
        What the page's files are called; the page must be about that place.
    languages : sequence of {"vi", "en"}
    audience : "public" or "internal"
        The page must be for it.
    footer : sequence of Bilingual
        Lines about how the report was made.
    country : bool
        Whether the country's page is there to link to.
    forms : collection of str
        The files to be filled in that go with the page; it links to the one of its language.
    read : dict of PageHead or Section, optional
        What was read from the notebook is added to it, see :func:`evalkit.reporting.exporter.read_notebook`.

    Returns
    -------
    dict of bytes by file name

    Raises
    ------
    DisclosureError
        If a cell shows anything but typed sections, or the page is not the one that was asked for.
    """
    files: dict[str, bytes] = {}
    read = {} if read is None else read
    for language in languages:
        head, parts = read_notebook(notebook, language=language, read=read)
        require_own_head(head, stem=stem, audience=audience)
        own = {
            **neighbours(stem, language, languages, country=country),
            "form": next((name for name in forms if name == form_file(stem, language)), None),
            "footer": [line.texts for line in footer],
        }
        tables = _tables(head, [part for part in parts if isinstance(part, Section)], language)
        workbook = next((name for name in tables if name.endswith(".xlsx")), None)
        page = page_from_sections(head, parts, language=language, resources=own | {"workbook": workbook})
        files |= {page_file(stem, language): page.encode(), **tables}
    return files


def require_own_head(head: PageHead, *, stem: str, audience: str) -> None:
    """Refuse a page that is about another place than its files say, or for another audience.

    Raises
    ------
    DisclosureError
        If the head that the notebook shows is not that of the page being made.
    """
    if (head.slug, head.audience) != (stem, audience):
        raise DisclosureError(
            where="the page head",
            rule=worded("a page is about the place and for the audience it was asked for"),
            do=worded("show the head of the bundle that the notebook was given"),
        )


def _tables(head: PageHead, sections: Sequence[Section], language: Language) -> dict[str, bytes]:
    files = table_files(head, sections, language=language)
    return {f"{TABLES}/{name}": content for name, content in files.items()}
