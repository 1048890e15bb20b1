"""Let results display themselves in JupyterLab: every type that has a section shows it."""

from __future__ import annotations

import os
import sys
from typing import Any

from evalkit.languages import spoken
from evalkit.reporting.display import mime_bundle, section_of

LANGUAGE = "EVALKIT_LANG"


def teach_ipython() -> None:
    """Register every type with a section at IPython's display formatters; outside IPython nothing is done."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return
    formatters = shell.display_formatter.formatters
    for kind in section_of.registry:
        if kind is not object:
            formatters["text/html"].for_type(kind, _html)
            formatters["text/plain"].for_type(kind, _plain)


def _html(result: Any) -> str:
    return str(_bundle(result)["text/html"])


def _plain(result: Any, printer: Any, _cycle: bool) -> None:  # noqa: FBT001  IPython's own signature
    printer.text(str(_bundle(result)["text/plain"]))


def _bundle(result: Any) -> dict[str, Any]:
    return mime_bundle(result, language=own if (own := os.environ.get(LANGUAGE)) in spoken() else spoken()[0])
