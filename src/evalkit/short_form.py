"""How results stand in a terminal, how they answer a name they do not have, and when two of them are equal: by content."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

from evalkit.errors import NoSuchKeyError, NoSuchNameError
from evalkit.messages import worded

Held = TypeVar("Held")

_WORDS = "evalkit.reporting.result_words"  # loaded by name when a result is read out: results know nothing of pages
_NAMES = "evalkit.declaration"  # loaded where a name is misspelt
_LONGEST = 240
_FIRST = 5
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
    if is_dataclass(one):
        return all(
            same_content(getattr(one, field.name), getattr(other, field.name))
            for field in fields(one)
            if field.compare
        )
    if hasattr(one, "equals"):  # a frame or a series
        return bool(one.equals(other))
    if hasattr(one, "tobytes"):  # an array
        return bool(one.shape == other.shape and same_content(one.tolist(), other.tolist()))
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


class ByName(dict[str, Held]):
    """What is declared, by name: short in a terminal, and a name that is none is answered with the nearest.

    Examples
    --------
    >>> measures = ByName({"cases": 1, "victims": 2})
    >>> measures
    <2 by name: cases, victims>
    >>> measures["victim"]
    Traceback (most recent call last):
    ...
    evalkit.errors.NoSuchKeyError: FactsError [exit 3]
      where  'victim'
      rule   nothing stands here under this name
      do     did you mean "victims"?
    """

    def __repr__(self) -> str:
        """List the first names."""
        names = ", ".join(self)
        return f"<{len(self)} by name: {names[:_LONGEST]}{', ...' if len(names) > _LONGEST else ''}>"

    def __missing__(self, asked: object) -> Held:
        """Say which name is spelt most like it."""
        raise NoSuchKeyError(
            where=repr(asked),
            rule=worded("nothing stands here under this name"),
            do=import_module(_NAMES).nearest(str(asked), list(self)),
        )


class InOrder(tuple[Held, ...]):
    """What is declared or told, in its order: short in a terminal.

    Examples
    --------
    >>> InOrder(range(3)), InOrder(range(1000, 1100)), InOrder()
    (<3: 0, 1, 2>, <100: 1000, 1001, 1002, 1003, 1004, ...>, ())
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """List the first ones."""
        told = [" ".join(repr(one).split()) for one in self[:_FIRST]]
        more = [] if len(self) <= _FIRST else ["..."]
        room = _LONGEST // max(1, len(told))
        short = [one if len(one) <= room else f"{one[:room]}..." for one in told]
        return f"<{len(self)}: {', '.join([*short, *more])}>" if self else "()"


def hold_shortly(record: Any) -> None:
    """Let what a new frozen dataclass holds by name or in order be short in a terminal."""
    for field in (one for one in fields(record) if one.init):
        value = getattr(record, field.name)
        if type(value) is dict:
            object.__setattr__(record, field.name, ByName(value))
        elif type(value) is tuple:
            object.__setattr__(record, field.name, InOrder(value))


def no_such_name(holder: object, name: str) -> NoSuchNameError:
    """Return the refusal of a name that something does not have: a step is written before its place, else the nearest name is told."""
    steps = dir(import_module("evalkit"))
    known = [one for one in dir(holder) if not one.startswith("_")]
    owner = holder.__name__ if isinstance(holder, ModuleType) else type(holder).__name__
    return NoSuchNameError(
        where=f"{owner}.{name}",
        rule=worded("there is nothing of this name here"),
        do=worded("it is a function: write ek.{name}(...)", name=name)
        if name in steps
        else import_module(_NAMES).nearest(name, known),
    )


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
