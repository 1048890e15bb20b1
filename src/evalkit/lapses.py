"""A fault costs the line it stands for, not the page: what an unexpected error took is kept as a record of its own.

A reasoned :class:`evalkit.estimation.results.NotEstimable` is an ordinary result and no lapse.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from evalkit.errors import DisclosureError

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


def table_of_parts(
    compute: Callable[[Any], pd.DataFrame], whole: Any, parts: Mapping[str, Any], *, step: str
) -> tuple[pd.DataFrame, tuple[Lapse, ...]]:
    """Compute a table at once; where an error stands in the way, part by part, so that only the broken ones are lost.

    Parameters
    ----------
    compute : callable
        Makes the table of what it is given.
    whole : object
        All of it.
    parts : mapping
        The same, indicator by indicator.
    step : str
    """
    table = attempt(lambda: compute(whole), step=step)
    if isinstance(table, pd.DataFrame):
        return table, ()
    tables, lost = one_by_one(parts, lambda name: compute(parts[name]), step=step)
    if not tables:
        return pd.DataFrame(), (table,)
    told = [one for one in tables if len(one)] or list(tables[:1])
    return pd.concat(told, ignore_index=True), lost


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
            given = [*args, *kwargs.values()]
            before = next((lapse for one in given for lapse in lapses_of(one) if is_whole(lapse, one)), None)
            if before is None:
                outcome = attempt(lambda: compute(*args, **kwargs), step=kind.__name__)
            else:
                outcome = Lapse(kind.__name__, "", before.error)
            return _emptied(kind, given[0], outcome) if isinstance(outcome, Lapse) else outcome

        return attempted

    return isolated


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
