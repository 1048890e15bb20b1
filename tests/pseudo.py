"""A language that nobody speaks, to see what is left unsaid in it: its letters are Cyrillic, gaps and marks stay."""

from __future__ import annotations

import re

KEPT = re.compile(r"(\{\w+\}|\[[a-z]\])")  # gaps, and the marks of figures that are no words
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHER = {ord(letter): 0x0430 + place for place, letter in enumerate(LETTERS)}
OTHER |= {ord(letter.upper()): 0x0410 + place for place, letter in enumerate(LETTERS)}


def pseudo(text: str) -> str:
    """Return a sentence of the language.

    Examples
    --------
    >>> pseudo("{n} of [c]") == "{n} " + chr(0x043E) + chr(0x0435) + " [c]"
    True
    """
    return "".join(part if KEPT.fullmatch(part) else part.translate(OTHER) for part in KEPT.split(text))


def plain_words(text: str) -> list[str]:
    """Return the words of a text in common letters: what is not of the language."""
    return [
        word
        for word in re.findall(r"[^\W\d_]+", text)
        if not any(ord(letter) in range(0x0410, 0x0450) for letter in word)
    ]
