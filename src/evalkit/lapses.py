"""A fault costs the line it stands for, not the page: what an unexpected error took is kept as a record of its own.

A reasoned :class:`evalkit.statistics.results.NotEstimable` is an ordinary result and no lapse.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from evalkit.errors import DisclosureError
from evalkit.step_arguments import gives, refuse_others

Result = TypeVar("Result")
Record = TypeVar("Record")
Given = ParamSpec("Given")

TRACEBACK = "EVALKIT_TRACEBACK"
_NEVER_A_LAPSE = (DisclosureError, MemoryError)  # going on would show too much, or meet the same end again
_TYPE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")


@dataclass(frozen=True, slots=True)
class Lapse:
    """What an unexpected error kept from being computed or written; of the error its kind alone, for messages quote values.

    Attributes
    ----------
    step : str
        Name of the record that lacks it.
    indicator : str
        Name of the one indicator it concerns; empty where the whole step is lost.
    error : str
        Name of the error's type.
    """

    step: str
    indicator: str
    error: str


def attempt(compute: Callable[[], Result], *, step: str, indicator: str = "") -> Result | Lapse:
    """Return what a computation gives, or the lapse that an unexpected error makes of it.

    Parameters
    ----------
    compute : callable
    step, indicator : str
        As :class:`Lapse` keeps them.

    Raises
    ------
    DisclosureError, MemoryError
        These are never a line's own. With ``EVALKIT_TRACEBACK`` set every error is raised: to look for its cause.

    Examples
    --------
    >>> attempt(lambda: 1 / 0, step="Trends", indicator="cases")
    Lapse(step='Trends', indicator='cases', error='ZeroDivisionError')
    """
    try:
        return compute()
    except _NEVER_A_LAPSE:
        raise
    except Exception as fault:
        if os.environ.get(TRACEBACK):
            raise
        kind = type(fault).__name__
        return Lapse(step, indicator, kind if _TYPE_NAME.fullmatch(kind) else "error")


def one_by_one(
    names: Iterable[str], compute: Callable[[str], Result], *, step: str
) -> tuple[tuple[Result, ...], tuple[Lapse, ...]]:
    """Compute indicator by indicator, each for itself; return the results and the lapses.

    Examples
    --------
    >>> one_by_one(["a", "b"], lambda name: {"a": 1}[name], step="Trends")
    ((1,), (Lapse(step='Trends', indicator='b', error='KeyError'),))
    """
    made, lost = [], []
    for name in names:
        outcome = attempt(lambda name=name: compute(name), step=step, indicator=name)  # type: ignore[misc]
        if isinstance(outcome, Lapse):
            lost.append(outcome)
        else:
            made.append(outcome)
    return tuple(made), tuple(lost)


def table_of(
    names: Sequence[str], compute: Callable[[list[str]], pd.DataFrame], *, step: str
) -> tuple[pd.DataFrame, tuple[Lapse, ...]]:
    """Compute a table of indicators at once; where an error stands in the way, in halves, until only the broken ones are lost.

    Parameters
    ----------
    names : sequence of str
        The indicators.
    compute : callable
        Makes the table of those it is given.
    step : str

    Examples
    --------
    >>> known = {"a": 1, "b": 2}
    >>> table, lapses = table_of("axb", lambda some: pd.DataFrame({"n": [known[name] for name in some]}), step="Gaps")
    >>> table["n"].tolist(), [lapse.indicator for lapse in lapses]
    ([1, 2], ['x'])
    """
    tables, lost = _halved(list(names), compute, step=step)
    if not tables:
        return pd.DataFrame(), (Lapse(step, "", lost[0].error),)
    told = [table for table in tables if len(table)] or tables[:1]
    return (told[0] if len(tables) == 1 else pd.concat(told, ignore_index=True)), tuple(lost)


def _halved(
    names: list[str], compute: Callable[[list[str]], pd.DataFrame], *, step: str
) -> tuple[list[pd.DataFrame], list[Lapse]]:
    table = attempt(lambda: compute(names), step=step, indicator=names[0] if len(names) == 1 else "")
    if not isinstance(table, Lapse):
        return [table], []
    if len(names) < 2:
        return [], [table]
    half = len(names) // 2
    parts = [_halved(some, compute, step=step) for some in (names[:half], names[half:])]
    return [one for tables, _ in parts for one in tables], [one for _, lost in parts for one in lost]


def step(kind: type[Record]) -> Callable[[Callable[Given, Record]], Callable[Given, Record]]:
    """Let a step of an evaluation give an empty record with a lapse where an error stands in its way.

    Parameters
    ----------
    kind : type
        The record that the step gives: its first field is the area, its last the lapses. A step that is given a record
        that is wholly lost is lost with it, for nothing true could be said from it.
    """

    def isolated(compute: Callable[Given, Record]) -> Callable[Given, Record]:
        @wraps(compute)
        def attempted(*args: Given.args, **kwargs: Given.kwargs) -> Record:
            refuse_others(compute, args, kwargs)
            given = [*args, *kwargs.values()]
            before = next((lapse for one in given for lapse in lapses_of(one) if is_whole(lapse, one)), None)
            if before is None:
                outcome = attempt(lambda: compute(*args, **kwargs), step=kind.__name__)
            else:
                outcome = Lapse(kind.__name__, "", before.error)
            return _emptied(kind, given[0], outcome) if isinstance(outcome, Lapse) else outcome

        gives(compute, kind)
        return attempted

    return isolated


def names_of(lapses: tuple[Lapse, ...]) -> set[str]:
    """Return the indicators that lapses concern."""
    return {lapse.indicator for lapse in lapses}


def inherited(lapses: tuple[Lapse, ...], names: Collection[str], kind: type) -> tuple[Lapse, ...]:
    """Return the lapses of some indicators as those of a record that is made from their estimates."""
    return tuple(
        Lapse(kind.__name__, lapse.indicator, lapse.error) for lapse in lapses if lapse.indicator in names
    )


def lapses_of(record: object) -> tuple[Lapse, ...]:
    """Return the lapses of a record, none where it knows of none."""
    lapses: tuple[Lapse, ...] = getattr(record, "lapses", ())
    return lapses


def is_whole(lapse: Lapse, record: object) -> bool:
    """Tell whether a lapse took the whole of a record."""
    return not lapse.indicator and lapse.step == type(record).__name__


def _emptied(kind: type[Record], given: Any, lapse: Lapse) -> Record:
    """Return a record without content, with the area of what the step was given."""
    empty: dict[str, Any] = {"area": getattr(given, "area", given), "lapses": (lapse,)}
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in empty:
            text = str(field.type)
            empty[field.name] = pd.DataFrame() if "DataFrame" in text else () if "tuple" in text else None
    return kind(**empty)
