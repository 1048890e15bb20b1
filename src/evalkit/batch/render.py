"""Turn one execution into the page's files: one page per language, and what goes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from evalkit.batch.fingerprint import kit_version, library_versions
from evalkit.errors import DisclosureError
from evalkit.facts.areas import About
from evalkit.reporting.blocks import Bilingual, Language, Section
from evalkit.reporting.exporter import EvalkitExporter, read_notebook
from evalkit.reporting.tables import write_tables

INDEX = "index"
_SUFFIX: Mapping[Language, str] = {"vi": ".html", "en": ".en.html"}
_SHORT_KEY = 12


def page_file(stem: str, language: Language) -> str:
    """Return a page's file name.

    Examples
    --------
    >>> page_file("22-quang-ninh", "vi"), page_file("22-quang-ninh", "en")
    ('22-quang-ninh.html', '22-quang-ninh.en.html')
    """
    return stem + _SUFFIX[language]


def page_files(stem: str, languages: Sequence[Language]) -> tuple[str, ...]:
    """Return the names of a page's files in the languages wanted."""
    return tuple(page_file(stem, language) for language in languages)


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


def neighbours(stem: str, language: Language, languages: Sequence[Language]) -> dict[str, Any]:
    """Return the pages a page links to: itself in the other language, where that is made, and the list of all pages."""
    other = next((one for one in languages if one != language), None)
    links: dict[str, Any] = {} if stem == INDEX else {"index": page_file(INDEX, language)}
    return links | ({"sibling": page_file(stem, other)} if other else {})


def footer_lines(about: About, *, content_key: str, edition: str = "") -> tuple[Bilingual, ...]:
    """Return what a page says about how it was made: rules, versions, content key.

    Parameters
    ----------
    about : About
        The bundle's own description.
    content_key : str
        The page's content key; its first characters are shown. The index has none: pass "".
    edition : str
        The edition's name, where it was given one.
    """
    versions = ", ".join(f"{name} {version}" for name, version in library_versions().items())
    custodian = about.custodian
    lines = [
        Bilingual(f"Ấn bản: {edition}.", f"Edition: {edition}.") if edition else None,
        Bilingual(
            f"Quy tắc bảo vệ: ẩn số người nhỏ hơn {about.k} (nhỏ hơn {about.k_sensitive} với phân tổ nhạy cảm).",
            f"Rule of protection: counts of persons below {about.k} (below {about.k_sensitive} in sensitive breakdowns) are hidden.",
        )
        if about.audience == "public"
        else None,
        Bilingual(f"Đơn vị giữ số liệu: {custodian}.", f"Custodian of the figures: {custodian}.")
        if custodian
        else None,
        Bilingual(
            f"Lập bằng evalkit {kit_version()}; {versions}.",
            f"Made with evalkit {kit_version()}; {versions}.",
        ),
        Bilingual(f"Khóa nội dung: {content_key[:_SHORT_KEY]}.", f"Content key: {content_key[:_SHORT_KEY]}.")
        if content_key
        else None,
    ]
    return tuple(line for line in lines if line is not None)
