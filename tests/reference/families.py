"""How an expected key finds its answer: by name, by a pattern, by an ending, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from evalkit.statistics.results import NotEstimable
from tests.reference.shapes import Inputs

Answer = Callable[[Inputs], Any]
Limits = Callable[[Inputs, Any], tuple[Any, Any]]
Pattern = Callable[..., Any]
Found = TypeVar("Found")

_LIMIT = re.compile(r"(?:(?P<name>.+)_)?(?P<side>lower|upper)_?(?P<level>9\d*)?")
_PART = re.compile(r"(?:(?P<before>.+)_)?(?P<end>first|last)(?P<many>\d+)(?:_(?P<after>.+))?")


class RefusedError(Exception):
    """The kit gives no estimate; the message is its reason."""


class NotBuiltError(Exception):
    """The kit has no function for what this case asks."""


@dataclass(frozen=True, slots=True)
class Family:
    """What a family can be asked.

    Attributes
    ----------
    answers : dict
        By whole name; the name "" is what ``first5`` and ``last5`` alone stand for.
    patterns : dict
        By regular expression, whose groups are handed to the answer.
    limits : dict
        Pairs of limits at a level, by the name before ``_lower``, ``_upper``, ``_lower95``, ``_upper998``; "" without one.
    declined : dict
        Regular expressions of names that the kit leaves out on purpose, with the reason.
    other_method : callable
        Tells why a whole case is of a method that is left out on purpose; "" where it is not.
    main : str
        The key whose refusal is asked by ``refused``.
    """

    answers: Mapping[str, Answer]
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=dict)
    declined: Mapping[str, str] = field(default_factory=dict)
    other_method: Callable[[Inputs], str] = lambda _: ""
    main: str = ""

    def find(self, key: str) -> Answer | None:
        """Return the answer to a key."""
        if key == "refused":
            return self._refuses
        found = self.answers.get(key) or self._limit(key) or self._pattern(key)
        return found or (None if self.reason(key) else self._part(key))

    def reason(self, key: str) -> str:
        """Return why a key is left out on purpose; "" where it is not."""
        return next((why for name, why in self.declined.items() if re.fullmatch(name, key)), "")

    def _refuses(self, i: Inputs) -> bool:
        main = self.find(self.main)
        if main is None:
            raise NotBuiltError
        try:
            main(i)
        except RefusedError:
            return True
        return False

    def _limit(self, key: str) -> Answer | None:
        told = _LIMIT.fullmatch(key)
        if told is None or (told["name"] or "") not in self.limits:
            return None
        limits, side = self.limits[told["name"] or ""], ("lower", "upper").index(told["side"])
        level = told["level"]
        return lambda i: limits(i, float(f"0.{level}") if level else i.level)[side]

    def _pattern(self, key: str) -> Answer | None:
        for expression, answer in self.patterns.items():
            told = re.fullmatch(expression, key)
            if told is not None:
                return lambda i, answer=answer, told=told: answer(i, *told.groups())
        return None

    def _part(self, key: str) -> Answer | None:
        told = _PART.fullmatch(key)
        if told is None:
            return None
        whole = self.find("_".join(part for part in (told["before"], told["after"]) if part))
        rows = int(told["many"])
        part = slice(rows) if told["end"] == "first" else slice(-rows, None)
        return None if whole is None else lambda i: list(whole(i))[part]


def estimated(found: Found | NotEstimable | None) -> Found:
    """Return an estimate, or raise the kit's reason why there is none."""
    if found is None or isinstance(found, NotEstimable):
        raise RefusedError(
            "not estimable" if found is None else f"not estimable: {found.reason} {found.detail}"
        )
    return found


def per_row(answer: Answer, *names: str) -> Answer:
    """Ask for each row by itself where one of these inputs, or the level, is a list."""

    def each(i: Inputs) -> Any:
        rows = i.by_row(*names)
        return answer(i) if rows is None else [answer(row) for row in rows]

    return each


def limits_per_row(limits: Limits, *names: str) -> Limits:
    """Ask for limits of each row by itself where one of these inputs, or the level, is a list."""

    def each(i: Inputs, level: Any) -> tuple[Any, Any]:
        rows = Inputs({**i, "conf": level}, i.data).by_row(*names)
        if rows is None:
            return limits(i, level)
        pairs = [limits(row, row.level) for row in rows]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    return each
