"""A programme that extends another: which folders it is made of, and what its tables inherit.

A table of units, dimensions, measures or indicators that the extended programme has too inherits every key it does not set
itself; one that it alone has is added. Nothing is taken away. What is promised (targets, events, recommendations, the
pathway, the supports) is a programme's own: a file of its own stands in place of the extended one's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evalkit.declaration import read_toml

Tables = dict[str, dict[str, dict[str, Any]]]  # kind (measure, indicator, ...) to name to keys
BY_NAME = {"measures": ("unit", "dimension", "measure"), "indicators": ("indicator",)}
_LABELS = ("label", "definition", "note", "why", "caveat", "name")


def raw_tables(paths: Iterable[Path]) -> Tables:
    """Return the named tables of some files as they are written, those of the first file first."""
    found: Tables = {}
    for path in paths:
        for kind, tables in read_toml(path).items():
            if isinstance(tables, dict):
                for name, table in tables.items():
                    found.setdefault(kind, {}).setdefault(name, table)
    return found


def completed(content: Mapping[str, Any], inherited: Tables) -> dict[str, Any]:
    """Return a file's tables with the keys that they inherit.

    Parameters
    ----------
    content : mapping
        As read from TOML.
    inherited : Tables
        The tables of the extended programme.

    Examples
    --------
    >>> base = {"indicator": {"cases": {"id": "G01", "label": {"en": "Cases"}, "min_base": 10}}}
    >>> completed({"indicator": {"cases": {"label": {"fi": "Tapaukset"}, "min_base": 20}}}, base)["indicator"]["cases"]
    {'id': 'G01', 'label': {'en': 'Cases', 'fi': 'Tapaukset'}, 'min_base': 20}
    """
    whole = dict(content)
    for kind, tables in content.items():
        known = inherited.get(kind, {})
        if isinstance(tables, dict):
            whole[kind] = {
                name: _inheriting(table, known[name]) if isinstance(table, dict) and name in known else table
                for name, table in tables.items()
            }
    return whole


def without(content: Mapping[str, Any], overlaid: Tables) -> dict[str, Any]:
    """Return an extended file's tables without those that are told anew."""
    return {
        kind: {name: table for name, table in tables.items() if name not in overlaid.get(kind, {})}
        if isinstance(tables, dict)
        else tables
        for kind, tables in content.items()
    }


def _inheriting(table: Mapping[str, Any], base: Any) -> dict[str, Any]:
    """Fill in what a table does not say; a label inherits language by language."""
    if not isinstance(base, dict):
        return dict(table)
    filled = {**base, **table}
    for key in _LABELS:
        if isinstance(base.get(key), dict) and isinstance(table.get(key), dict):
            filled[key] = {**base[key], **table[key]}
    return filled
