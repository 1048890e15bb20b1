"""The page of the command line, from what its ``--help`` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from evalkit.cli import app
from tools.docs_site.markdown import fenced

_HEAD = """# The command line

What `evalkit COMMAND --help` prints. Messages are in Vietnamese or English: `evalkit --messages vi`, `EVALKIT_LANG`, or the system's language.
Exit codes: 0 done, 2 an unknown command or option, 3 figures, declarations, a place or a workspace rejected, 4 refused for data protection, 5 some
provinces failed, 6 `verify` found a difference or no reports.
"""
_WIDTH = 100


def commands_page() -> str:
    """Return the page: one section a command, with its arguments and options."""
    return "\n\n".join(
        [
            _HEAD,
            *(f"## {name}\n\n{fenced(told)}" for name, told in _told(typer.main.get_command(app), "evalkit")),
        ]
    )


def _told(command: Any, name: str, above: Any = None) -> Iterator[tuple[str, str]]:
    """Yield a command's name and help, then those of the commands in it."""
    context = command.context_class(
        command, info_name=name.rsplit(maxsplit=1)[-1], parent=above, terminal_width=_WIDTH
    )
    yield name, command.get_help(context)
    for part, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from _told(inner, f"{name} {part}", context)
