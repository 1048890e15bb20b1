"""What holds of all modules together: one name each, and no circle of imports, be they deferred or for a type alone."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import evalkit

SOURCE = Path(evalkit.__file__).parent


def modules() -> dict[str, Path]:
    files = sorted(SOURCE.rglob("*.py"))
    return {".".join(file.relative_to(SOURCE.parent).with_suffix("").parts): file for file in files}


def imported(file: Path) -> Iterator[str]:
    """Give all names of ours that a file imports anywhere in it, modules or not."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_two_modules_bear_one_name():
    names = Counter(file.stem for file in modules().values() if file.name != "__init__.py")
    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) > 100


def test_no_module_imports_one_that_imports_it_back():
    """A package's own ``__init__`` is left out: the shop window imports on demand what stands behind it."""
    known = {name: file for name, file in modules().items() if file.name != "__init__.py"}
    graph = {name: known.keys() & set(imported(file)) for name, file in known.items()}
    order = list(TopologicalSorter(graph).static_order())  # a circle is a CycleError that names its modules
    assert len(order) == len(known)
    assert sum(map(len, graph.values())) > len(known)
