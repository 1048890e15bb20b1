"""Let results display themselves in JupyterLab: every type that has a section shows it."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from evalkit.messages import language_of, speak
from evalkit.programme.catalogue_list import found_text
from evalkit.programme.models import IndicatorsFound
from evalkit.reporting.blocks import PageHead, Sections
from evalkit.reporting.display import mime_bundle, section_of, shown_as
from evalkit.reporting.interrupted import teach_interruptions


def teach_ipython() -> None:
    """Register every type with a section at IPython's display formatters; outside IPython nothing is done.

    The last expression of a cell then carries its typed section, as ``show`` would: such a notebook can be exported as a page.
    Refusals in a cell are told in its user's language: that of ``evalkit lab --lang``, else of the system.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return
    speak(language_of(os.environ))
    for kind in (*section_of.registry, PageHead, Sections):
        if kind is not object:
            shell.display_formatter.mimebundle_formatter.for_type(kind, _bundle)
    shell.display_formatter.formatters["text/plain"].for_type(IndicatorsFound, _found)
    teach_interruptions(shell)


def teach_figures() -> None:
    """Let JupyterLab show a drawing that no window of pyplot knows of; where pyplot has taught it already, that stands."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        shell.display_formatter.formatters["image/png"].for_type_by_name("matplotlib.figure", "Figure", _png)


def _png(drawing: Any) -> bytes:
    stream = io.BytesIO()
    drawing.savefig(stream, format="png", dpi=110)
    return stream.getvalue()


def _found(found: IndicatorsFound, printer: Any, _cycle: bool) -> None:  # noqa: FBT001  IPython's own signature
    printer.text(found_text(found))


def _bundle(result: Any, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG001  IPython's own signature
    return mime_bundle(shown_as(result))
