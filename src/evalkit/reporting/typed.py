"""Check a dataclass against its own annotations, and carry it through JSON and back without losing its types."""

from __future__ import annotations

import dataclasses
import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from evalkit.errors import DeclarationError


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
    for name, hint in field_types(kind).items():
        if not _fits(getattr(record, name), hint):
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
    if _is_record(hint):
        return _decode_record(value, hint, where=where)
    if get_origin(hint) is tuple:
        return _decode_tuple(value, get_args(hint), where=where)
    if not _fits(value, hint):
        raise _misfit(where, hint)
    return value


def _decode_record(value: Any, kind: type, *, where: str) -> Any:
    fields = field_types(kind)
    if not isinstance(value, dict) or set(value) != set(fields):
        raise _misfit(where, kind)
    return kind(**{name: decode(value[name], hint, where=f"{where}.{name}") for name, hint in fields.items()})


def _decode_tuple(value: Any, hints: tuple[Any, ...], *, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _misfit(where, tuple)
    inner = [hints[0]] * len(value) if hints[-1] is Ellipsis else list(hints)
    if len(inner) != len(value):
        raise _misfit(where, tuple)
    return tuple(
        decode(item, hint, where=f"{where}[{place}]")
        for place, (item, hint) in enumerate(zip(value, inner, strict=True))
    )


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields"))


def _fits(value: Any, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, option) for option in inner)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin is tuple:
        return _fits_tuple(value, inner)
    if hint in (int, float):
        return type(value) in ((int,) if hint is int else (int, float))
    if _is_record(hint) and not dataclasses.is_dataclass(hint):
        return isinstance(value, hint) and all(
            _fits(getattr(value, name), of) for name, of in field_types(hint).items()
        )
    return isinstance(value, hint)


def _fits_tuple(value: Any, hints: tuple[Any, ...]) -> bool:
    if type(value) is not tuple:
        return False
    inner = [hints[0]] * len(value) if hints[-1] is Ellipsis else list(hints)
    return len(inner) == len(value) and all(
        _fits(item, hint) for item, hint in zip(value, inner, strict=True)
    )


def _misfit(where: str, hint: Any) -> DeclarationError:
    name = hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)
    return DeclarationError(
        where=where,
        rule=f"the field must be {name.replace('evalkit.reporting.blocks.', '').replace('typing.', '')}",
        do="build it from the typed blocks of evalkit.reporting.blocks; there is no raw HTML",
    )
