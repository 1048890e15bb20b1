"""The text cells of a report notebook: a page has evalkit's own sentences alone, and of a notebook no free text."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from evalkit.batch.parameters import NotebookCell, load_notebook
from evalkit.errors import DeclarationError
from evalkit.messages import worded

_NOTEBOOK_ONLY = "notebook-only"
_QUOTED = 60


def refuse_text_cells(notebook: Path, languages: Container[str]) -> None:
    """Refuse a report notebook with a text cell that would stand on a page.

    Parameters
    ----------
    notebook : Path
    languages : container of str
        Those of the pages: a cell tagged ``lang-fi`` alone stands on no page in others.

    Raises
    ------
    DeclarationError
        Naming the first such cell by its place and its first words, which are the notebook's own.
    """
    for place, cell in enumerate(load_notebook(notebook), start=1):
        if cell.source.strip() and _is_for_a_page(cell, languages):
            raise DeclarationError(
                where=worded(
                    "{notebook}, cell {place}, beginning {words}",
                    notebook=notebook,
                    place=place,
                    words=repr(_beginning(cell.source)),
                ),
                rule=worded("a page of a run has no free text: a text cell is for who reads the notebook"),
                do=worded("take the cell out, or make it a Markdown cell tagged notebook-only")
                if cell.kind == "raw"
                else worded(
                    "give the cell the tag notebook-only (in JupyterLab: Property Inspector, Cell Tags); words for a page stand in the title, columns and alt of ek.own_table or ek.own_figure"
                ),
            )


def _is_for_a_page(cell: NotebookCell, languages: Container[str]) -> bool:
    """Tell whether a cell would stand on a page; one that is neither code nor Markdown stands on none and is refused there, whatever its tags."""
    if cell.kind != "markdown":
        return cell.kind == "raw"
    tied = [tag.removeprefix("lang-") for tag in cell.tags if tag.startswith("lang-")]
    return _NOTEBOOK_ONLY not in cell.tags and (not tied or any(one in languages for one in tied))


def _beginning(source: str) -> str:
    first = source.strip().splitlines()[0]
    return first if len(first) <= _QUOTED else f"{first[:_QUOTED].rstrip()}…"
