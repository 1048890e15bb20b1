"""The words of a report notebook that no page shows: in the shipped ones a line has its Vietnamese, " · " and its English."""

from __future__ import annotations

import re
from collections.abc import Container
from copy import deepcopy

from nbformat import NotebookNode

_BOTH = re.compile(r"^(#{1,6} |.*?\s# )?(.*) · (.*)$", re.MULTILINE)


def in_languages(notebook: NotebookNode, languages: Container[str]) -> NotebookNode:
    """Return a notebook whose headings and remarks are in English alone where Vietnamese is none of the languages.

    Parameters
    ----------
    notebook : NotebookNode
    languages : container of str
        Those of the workspace.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> trends = new_notebook(cells=[new_markdown_cell("## Xu hướng · Trends", metadata={"tags": ["notebook-only"]})])
    >>> in_languages(trends, ["fi", "en"]).cells[0].source, in_languages(trends, ["vi", "en"]).cells[0].source
    ('## Trends', '## Xu hướng · Trends')
    """
    if "vi" in languages:
        return notebook
    told = deepcopy(notebook)
    for cell in told.cells:
        if {"notebook-only", "parameters"} & set(cell.metadata.get("tags", ())):
            cell.source = _BOTH.sub(r"\1\3", cell.source)
    return told
