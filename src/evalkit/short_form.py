"""How results stand in a terminal, their name and their plain fields in one line, and when two of them are equal: by content."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

_WORDS = "evalkit.reporting.result_words"  # loaded by name when a result is read out: results know nothing of pages
_LONGEST = 240
_PLAIN = (str, int, float, bool)


def same_content(one: Any, other: Any) -> bool:
    """Tell whether two values hold the same: frames by their figures, a missing figure like another, results field by field.

    Examples
    --------
    >>> import pandas as pd
    >>> same_content({"a": (float("nan"), pd.DataFrame({"n": [1.0]}))}, {"a": (float("nan"), pd.DataFrame({"n": [1.0]}))})
    True
    """
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if hasattr(one, "equals"):  # a frame or a series
        return bool(one.equals(other))
    if hasattr(one, "tobytes"):  # an array
        return bool(one.shape == other.shape and same_content(one.tolist(), other.tolist()))
    if is_dataclass(one):
        return all(
            same_content(getattr(one, field.name), getattr(other, field.name))
            for field in fields(one)
            if field.compare
        )
    return _same_parts(one, other)


def _same_parts(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_content(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same_content, one, other))
    missing = isinstance(one, float) and one != one and other != other  # noqa: PLR0124  not a number: unlike itself
    return bool(missing or one == other)


class ByContent:
    """Base of what holds frames and is equal to another where their content is; a dataclass of it is declared with ``eq=False``."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # as of anything that is compared by what it holds and may be changed

    def __eq__(self, other: object) -> bool:
        return same_content(self, other)


class ShortForm(ByContent):
    """Base of results that hold frames, fits and texts, and are named in one line.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(repr=False)
    ... class Found(ShortForm):
    ...     indicator: str
    ...     counts: list[int]
    >>> Found("cases", [7] * 1000)
    <Found: indicator='cases'>
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Name the result, and its fields that are a number or a short text."""
        told = []
        for field in fields(self):  # type: ignore[arg-type]  # every result is a dataclass
            value = getattr(self, field.name)
            if isinstance(value, _PLAIN) and len(str(value)) <= 60:
                told.append(f"{field.name}={value!r}")
        text = f"<{type(self).__name__}: {', '.join(told)}"
        return f"{text[:_LONGEST]}>"


class InWords(ShortForm):
    """Base of results that are no section of a page, and say in plain words what they hold."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """Return the result in plain words.

        Parameters
        ----------
        language : str, optional
            A language of the workspace; the first one by default.
        """
        words: str = import_module(_WORDS).result_text(self, language)
        return words
