"""Columns of a registry's tables that come once a language: ``name_en``, ``region_vi``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evalkit.declaration import Declared
from evalkit.languages import CODE


def by_language(column: str, model: type[Declared]) -> tuple[str, str] | None:
    """Return the field and the language of a column such as ``region_vi``; None for any other.

    Parameters
    ----------
    column : str
    model : type of Declared
        A row whose field ``region_in`` holds the columns ``region_vi``, ``region_en`` and so on.
    """
    name, _, language = column.partition("_")
    field = f"{name}_in"
    return (field, language) if field in model.model_fields and CODE.fullmatch(language) else None


def filled_cells(header: Sequence[str], cells: Sequence[str], model: type[Declared]) -> dict[str, Any]:
    """Return the cells that are not empty by field, those by language together."""
    filled: dict[str, Any] = {}
    for column, cell in zip(header, cells, strict=True):
        found = None if column in model.model_fields else by_language(column, model)
        if cell.strip() and found is None:
            filled[column] = cell
        elif cell.strip() and found is not None:
            filled.setdefault(found[0], {})[found[1]] = cell
    return filled
