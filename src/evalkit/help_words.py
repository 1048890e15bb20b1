"""The help of the command line in the language of its user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from evalkit.messages import ENGLISH, catalogue

_ASKS = ("--help", "-h")


def asks_for_help(words: Sequence[str]) -> bool:
    """Tell whether a command line asks for help; so does an empty one.

    Examples
    --------
    >>> asks_for_help(["run", "--help"]), asks_for_help([]), asks_for_help(["check", "data/demo"])
    (True, True, False)
    """
    return not words or any(word in _ASKS for word in words)


def translate_help(command: Any, language: str) -> None:
    """Put the help of a command, of its options and of its sub-commands into a language; what has no translation stays English.

    Parameters
    ----------
    command : click.Command
    language : {"vi", "en"}
    """
    if language == ENGLISH:
        return
    known = catalogue()
    for holder, name, text in _texts(command):
        setattr(holder, name, known.get(text, text))


def help_texts(command: Any) -> set[str]:
    """Return every text of help of a command, of its options and of its sub-commands, in English."""
    return {text for _, _, text in _texts(command)}


def _texts(command: Any) -> Iterator[tuple[Any, str, str]]:
    """Yield who holds a text of help, under which name, and the text."""
    holders = [command, *command.params]
    for holder in holders:
        for name in ("help", "short_help"):
            if text := getattr(holder, name, None):
                yield holder, name, " ".join(text.split())
    for inner in getattr(command, "commands", {}).values():
        yield from _texts(inner)
