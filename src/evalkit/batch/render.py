"""Turn one execution into the page's files: one page per language, and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from evalkit.batch.imprint import neighbours, page_file
from evalkit.errors import DisclosureError
from evalkit.reporting.blocks import Bilingual, Language, Section
from evalkit.reporting.exporter import EvalkitExporter, read_notebook
from evalkit.reporting.tables import write_tables


def render(
    notebook: NotebookNode, *, stem: str, languages: Sequence[Language], footer: Sequence[Bilingual]
) -> dict[str, str]:
    """Return the page in each language from the one execution.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    stem : str
        What the page's files are called.
    languages : sequence of {"vi", "en"}
    footer : sequence of Bilingual
        Lines about how the report was made.

    Returns
    -------
    dict of str by file name

    Raises
    ------
    DisclosureError
        If a cell shows anything but typed sections.
    """
    pages = {}
    for language in languages:
        own = {**neighbours(stem, language, languages), "footer": [tuple(line) for line in footer]}
        exporter = EvalkitExporter(language=language)  # type: ignore[no-untyped-call]
        pages[page_file(stem, language)], _ = exporter.from_notebook_node(notebook, {"evalkit": own})
    return pages


def require_own_head(notebook: NotebookNode, *, stem: str, audience: str) -> None:
    """Refuse a page that is about another place than its files say, or for another audience.

    Raises
    ------
    DisclosureError
        If the head that the notebook shows is not that of the page being made.
    """
    head, _ = read_notebook(notebook, language="vi")
    if (head.slug, head.audience) != (stem, audience):
        raise DisclosureError(
            where="the page head",
            rule="a page is about the place and for the audience it was asked for",
            do="show the head of the bundle that the notebook was given",
        )


def write_page_tables(notebook: NotebookNode, folder: Path, *, languages: Sequence[Language]) -> list[str]:
    """Write the tables a page shows as CSV and XLSX, and return the files' names."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[str] = []
    for language in languages:
        head, parts = read_notebook(notebook, language=language)
        sections = [part for part in parts if isinstance(part, Section)]
        written += [path.name for path in write_tables(folder, head, sections, language=language)]
    return written
