"""What several sections of one page ask of the same place, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Of = TypeVar("Of")
Given = TypeVar("Given")


def last_asked(work: Callable[[Of], Given]) -> Callable[[Of], Given]:
    """Keep what a function gave until it is asked of another object; what is kept is not to be changed by whoever gets it.

    Examples
    --------
    >>> @last_asked
    ... def counted(place: list[int]) -> int:
    ...     print("counted anew")
    ...     return len(place)
    >>> here, there = [1, 2], [1, 2]
    >>> counted(here), counted(here), counted(there)
    counted anew
    counted anew
    (2, 2, 2)
    """
    kept: list[tuple[Of, Given]] = []

    @wraps(work)
    def asked(of: Of) -> Given:
        if not kept or kept[0][0] is not of:
            kept[:] = [(of, work(of))]
        return kept[0][1]

    return asked
