"""Check a dataclass against its own annotations, and carry it through JSON and back without losing its types."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from evalkit.errors import DeclarationError
from evalkit.languages import CODE
from evalkit.reporting.bilingual import Bilingual, is_wording


def require_fields(record: object) -> None:
    """Refuse a dataclass one of whose fields is not of its declared type.

    Parameters
    ----------
    record : dataclass instance
        The record to check; annotations may use str, bool, int, float, None, Literal, unions, tuples, named tuples and
        dataclasses.

    Raises
    ------
    DeclarationError
        Naming the class and the field, never the value.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bullets
    >>> Bullets(items=("one language only",))
    Traceback (most recent call last):
    ...
    evalkit.errors.DeclarationError: DeclarationError [exit 3]
      where  Bullets.items
      rule   the field must be tuple[Bilingual, ...]
      do     build it from the typed blocks of evalkit.reporting.blocks; there is no raw HTML
    """
    kind: Any = type(record)
    for name, fits, hint in _checks(kind):
        if not fits(getattr(record, name)):
            raise _misfit(f"{type(record).__name__}.{name}", hint)


@cache
def field_types(kind: Any) -> dict[str, Any]:
    """Return the resolved annotations of a dataclass or named tuple, in field order."""
    hints = get_type_hints(kind)
    names = (
        [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else kind._fields
    )
    return {name: hints[name] for name in names}


def encode(value: Any) -> Any:
    """Return the JSON form of a record: objects for dataclasses and named tuples, lists for tuples."""
    kind: Any = type(value)
    if isinstance(value, Bilingual):
        return value.texts
    if _is_record(kind):
        return {name: encode(getattr(value, name)) for name in field_types(kind)}
    return [encode(item) for item in value] if isinstance(value, tuple) else value


def decode(value: Any, hint: Any, *, where: str) -> Any:
    """Return the record of type ``hint`` that ``encode`` wrote; anything else, an extra key included, is refused.

    Parameters
    ----------
    value : object
        Parsed JSON.
    hint : type
        What it must be.
    where : str
        The place named in an error.

    Raises
    ------
    DeclarationError
        If the value does not fit.
    """
    try:
        return _reader(hint)(value)
    except _MisfitError as fault:
        raise _misfit(where + "".join(reversed(fault.path)), fault.hint) from None


class _MisfitError(Exception):
    """A value that does not fit; each level on its way out adds where it stands."""

    def __init__(self, hint: Any) -> None:
        self.hint, self.path = hint, list[str]()


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return the function that reads values of a type; made once, for there are thousands of cells on a page."""
    if is_wording(hint):
        return _read_wording
    if _is_record(hint):
        return _record_reader(hint)
    if get_origin(hint) is tuple:
        return _tuple_reader(get_args(hint))
    fits = _checker(hint)

    def read(value: Any) -> Any:
        if not fits(value):
            raise _MisfitError(hint)
        return value

    return read


def _read_wording(value: Any) -> Bilingual:
    if not isinstance(value, dict) or not value or not all(map(CODE.fullmatch, value)):
        raise _MisfitError(Bilingual)
    if not all(isinstance(text, str) for text in value.values()):
        raise _MisfitError(Bilingual)
    return Bilingual(**value)


def _record_reader(kind: Any) -> Callable[[Any], Any]:
    readers = {name: _reader(hint) for name, hint in field_types(kind).items()}

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.keys() != readers.keys():
            raise _MisfitError(kind)
        fields = {}
        for name, of in readers.items():
            try:
                fields[name] = of(value[name])
            except _MisfitError as fault:
                fault.path.append(f".{name}")
                raise
        return kind(**fields)

    return read


def _tuple_reader(hints: tuple[Any, ...]) -> Callable[[Any], Any]:
    every = _reader(hints[0]) if hints[-1] is Ellipsis else None
    each = [] if every else [_reader(hint) for hint in hints]

    def read(value: Any) -> Any:
        readers = [every] * len(value) if every and isinstance(value, list) else each
        if not isinstance(value, list) or len(readers) != len(value):
            raise _MisfitError(tuple)
        items = []
        for place, (of, item) in enumerate(zip(readers, value, strict=True)):
            try:
                items.append(of(item))
            except _MisfitError as fault:
                fault.path.append(f"[{place}]")
                raise
        return tuple(items)

    return read


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields"))


@cache
def _checks(kind: Any) -> tuple[tuple[str, Callable[[Any], bool], Any], ...]:
    return tuple((name, _checker(hint), hint) for name, hint in field_types(kind).items())


@cache
def _checker(hint: Any) -> Callable[[Any], bool]:
    """Return the function that tells whether a value is of a type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        options = [_checker(option) for option in inner]
        return lambda value: any(fits(value) for fits in options)
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in inner
    if origin is tuple:
        return _tuple_checker(inner)
    if hint in (int, float):
        kinds = (int,) if hint is int else (int, float)
        return lambda value: type(value) in kinds
    return _class_checker(hint)


def _class_checker(hint: Any) -> Callable[[Any], bool]:
    if is_wording(hint):
        return lambda value: isinstance(value, hint) and all(isinstance(text, str) for text in value)
    if _is_record(hint) and not dataclasses.is_dataclass(hint):
        held = _tuple_checker(tuple(field_types(hint).values()), kind=hint)
        return lambda value: isinstance(value, hint) and held(value)
    return lambda value: isinstance(value, hint)


def _tuple_checker(hints: tuple[Any, ...], *, kind: Any = tuple) -> Callable[[Any], bool]:
    if hints[-1] is Ellipsis:
        every = _checker(hints[0])
        return lambda value: type(value) is kind and all(map(every, value))
    each = [_checker(hint) for hint in hints]
    return lambda value: (
        type(value) is kind
        and len(value) == len(each)
        and all(fits(item) for fits, item in zip(each, value, strict=True))
    )


def _misfit(where: str, hint: Any) -> DeclarationError:
    name = hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)
    return DeclarationError(
        where=where,
        rule=f"the field must be {name.replace('evalkit.reporting.blocks.', '').replace('evalkit.reporting.bilingual.', '').replace('typing.', '')}",
        do="build it from the typed blocks of evalkit.reporting.blocks; there is no raw HTML",
    )
