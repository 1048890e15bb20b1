"""Pages of what notebooks call and get, from the docstrings."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import evalkit
from tools.docs_site.markdown import fenced

_WINDOW = """# What a notebook calls

Everything below is reached by `import evalkit as ek`: `ek.open_bundle`, `ek.evaluate` and so on. A result shows itself in JupyterLab; its `frame`
is a tidy table. What each step gives stands on the page of [records](records.md).
"""
_RECORDS = """# What the steps give

Each step of an evaluation gives a record. It holds a tidy frame or items, shows itself in JupyterLab as on a page, and says itself in words by `text`.
"""
_BUNDLE = """## An opened bundle

What `ek.open_bundle` gives, and the places in it.
"""
_OPENED = (
    "evalkit.explore.OpenBundle",
    "evalkit.facts.bundle.Bundle",
    "evalkit.facts.areas.ProvinceFacts",
    "evalkit.facts.areas.NationFacts",
)
_ERRORS = """# Refusals

What was refused says where, which rule, and what to do. Every rule with its remedy stands on the page of [messages](messages.md).
"""


def shop_window_page() -> str:
    """Return the page of the names that ``import evalkit`` gives, in their own order."""
    names = [name for name in evalkit.__all__ if name != "__version__"]
    return "\n\n".join([_WINDOW, *(f"## {name}\n\n{_entry(f'evalkit.{name}')}" for name in names)])


def records_page() -> str:
    """Return the page of the records, and of the opened bundle with its places."""
    return "\n\n".join([_RECORDS, *map(_titled, _classes("evalkit.records")), _BUNDLE, *map(_entry, _OPENED)])


def errors_page() -> str:
    """Return the page of the refusals with their exit codes."""
    return "\n\n".join([_ERRORS, *map(_titled, _classes("evalkit.errors"))])


def _classes(module: str) -> Iterable[str]:
    """Return the public classes that a module defines, as it orders them."""
    named = vars(import_module(module)).items()
    return [
        f"{module}.{name}"
        for name, one in named
        if isinstance(one, type) and one.__module__ == module and not name.startswith("_")
    ]


def _titled(path: str) -> str:
    return f"## {path.rpartition('.')[2]}\n\n{_entry(path)}"


def _entry(path: str) -> str:
    module, _, name = path.rpartition(".")
    is_class = isinstance(getattr(import_module(module), name), type)
    kind, members = ("class", "   :members:\n   :show-inheritance:\n") if is_class else ("function", "")
    return fenced(f".. auto{kind}:: {path}\n{members}", "{eval-rst}")
