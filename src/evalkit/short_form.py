"""How results stand in a terminal: their name and their plain fields in one line, whatever else they hold."""

from __future__ import annotations

from dataclasses import fields

_LONGEST = 240
_PLAIN = (str, int, float, bool)


class ShortForm:
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
