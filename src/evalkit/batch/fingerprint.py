"""What a page depends on, as short texts that can be compared: notebook, evalkit's own files, libraries."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import evalkit
from evalkit.batch.parameters import load_notebook

LIBRARIES = (
    "babel",
    "highspy",
    "jinja2",
    "matplotlib",
    "nbconvert",
    "nh3",
    "numpy",
    "pandas",
    "papermill",
    "scipy",
    "seaborn",
    "statsmodels",
)
_SOURCES = (".py", ".j2", ".css", ".po")


def digest(content: Any) -> str:
    """Return the SHA-256 of anything JSON can hold, independent of the order of keys.

    Examples
    --------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def bytes_digest(content: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def notebook_digest(notebook: Path) -> str:
    """Return a digest of what a notebook does: its cells and their tags, not its outputs or counters."""
    return digest([[cell.kind, cell.source, sorted(cell.tags)] for cell in load_notebook(notebook)])


@cache
def kit_digest() -> str:
    """Return a digest of evalkit's own source files: code, templates, style and wording."""
    root = Path(str(resources.files("evalkit")))
    files = sorted(path for path in root.rglob("*") if path.suffix in _SOURCES)
    return digest({path.relative_to(root).as_posix(): file_digest(path) for path in files})


@cache
def library_versions() -> Mapping[str, str]:
    """Return the versions of Python and of the libraries that can change a page."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in LIBRARIES}


def kit_version() -> str:
    """Return evalkit's own version."""
    return str(evalkit.__version__)
