"""What a parameter of a report notebook may be: its type, as the notebook declares it, and values of that type from text."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from evalkit.declaration import nearest
from evalkit.messages import worded

Plain = str | int | float | bool
Value = Plain | list[Plain] | None
_KINDS: Mapping[str, type[Plain]] = {"str": str, "int": int, "float": float, "bool": bool}
_DATES = ("date", "datetime.date", "'date'")
_LITERALS = ("Literal", "typing.Literal")
_OPTIONALS = ("Optional", "typing.Optional")
_LISTS = ("list", "List", "typing.List")
_TRUTH = {"true": True, "false": False}
_DIGITS = {
    "int": re.compile(r"[+-]?[0-9]+"),
    "float": re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"),
}
NO_VALUE = "none"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as a notebook declares it.

    Attributes
    ----------
    default : str, int, float, bool, list of these, or None
    kind : str
        ``str``, ``int``, ``float``, ``bool`` or ``date`` (a day written 2024-12-31): of the value, or of each of a list.
    many : bool
        It is a list.
    optional : bool
        It may have no value.
    choices : tuple
        The values it may take, from ``Literal``; none where any of its kind will do.
    """

    default: Value
    kind: str
    many: bool = False
    optional: bool = False
    choices: tuple[Plain, ...] = ()

    @property
    def type_name(self) -> str:
        """The type as an annotation gives it."""
        named = f"list[{self.kind}]" if self.many else self.kind
        return f"{named} | None" if self.optional else named


def declared(default: Value, annotation: ast.expr | None = None) -> Parameter:
    """Return the parameter that a default and its annotation declare.

    Parameters
    ----------
    default : str, int, float, bool, list of these, or None
    annotation : expression, optional
        ``str``, ``int``, ``float``, ``bool``, ``date``, a ``Literal`` of values, ``list[...]`` of one of these, each perhaps
        ``| None``. Without one, the default alone tells: it is then no ``None`` and no empty list.

    Raises
    ------
    ValueError
        If that declares nothing, or the default is not of the type.

    Examples
    --------
    >>> declared([2019, 2020]).type_name
    'list[int]'
    >>> declared(None, ast.parse("date | None", mode="eval").body).type_name
    'date | None'
    """
    parameter = _of_default(default) if annotation is None else _of_annotation(default, annotation)
    if fault_of(default, parameter):
        raise ValueError(annotation)
    return parameter


def fault_of(value: Value, parameter: Parameter) -> tuple[str, str] | None:
    """Say what is wrong with a value of a parameter, and what to do; nothing where it is of its type."""
    if value is None and parameter.optional:
        return None
    items = value if isinstance(value, list) else [value]
    if isinstance(value, list) != parameter.many or not all(_is_of(item, parameter.kind) for item in items):
        return _wrong_type(value, parameter)
    strange = [item for item in items if parameter.choices and item not in parameter.choices]
    if not strange:
        return None
    rule = worded("the value is none of those it may take")
    return rule, nearest(str(strange[0]), [str(choice) for choice in parameter.choices])


def value_of(text: str, parameter: Parameter) -> Value:
    """Return the value that a text typed on the command line stands for.

    Parameters
    ----------
    text : str
        Values of a list are separated by commas, or stand in brackets as JSON has them; ``none`` is no value.
    parameter : Parameter

    Raises
    ------
    ValueError
        If the text is no value of the type.

    Examples
    --------
    >>> value_of("2019, 2021", declared([2020]))
    [2019, 2021]
    >>> value_of("04", declared("22"))
    '04'
    """
    if parameter.optional and text.strip().lower() == NO_VALUE:
        return None
    if not parameter.many:
        return _plain(text, parameter.kind)
    if text.lstrip().startswith("["):
        return [_plain(_as_typed(item), parameter.kind) for item in json.loads(text)]
    return [_plain(item.strip(), parameter.kind) for item in text.split(",")] if text.strip() else []


def how_to_write(parameter: Parameter) -> str:
    """Say how a value of a parameter is typed on the command line."""
    if parameter.many:
        return worded(
            "separate the values by commas, such as 2019,2020; each is of type {kind}", kind=parameter.kind
        )
    ways = {
        "bool": worded("write true or false"),
        "date": worded("write the day as 2024-12-31"),
        "str": worded("write a text"),
    }
    return ways.get(parameter.kind) or worded("write a number in plain digits, such as 3 or 2.5")


def _of_default(default: Value) -> Parameter:
    first = default[0] if isinstance(default, list) and default else default
    if not isinstance(first, Plain):
        raise ValueError(default)  # noqa: TRY004  a wrong declaration, which the caller names
    return Parameter(default, type(first).__name__, many=isinstance(default, list))


def _of_annotation(default: Value, annotation: ast.expr) -> Parameter:
    """Read an annotation from outside in: no value, list, kind or choices."""
    annotation, optional = _without_none(_unquoted(annotation))
    many = isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in _LISTS
    if many and isinstance(annotation, ast.Subscript):
        annotation = annotation.slice
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in _LITERALS:
        choices = _choices(annotation)
        return Parameter(default, type(choices[0]).__name__, many, optional, choices)
    name = ast.unparse(annotation)
    kind = "date" if name in _DATES else name
    if kind != "date" and kind not in _KINDS:
        raise ValueError(name)
    return Parameter(default, kind, many, optional)


def _unquoted(annotation: ast.expr) -> ast.expr:
    """Return an annotation written as a text, such as one that names what the cell does not import, as the expression it is."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _without_none(annotation: ast.expr) -> tuple[ast.expr, bool]:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in _OPTIONALS:
        return annotation.slice, True
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        sides = [annotation.left, annotation.right]
        left = [side for side in sides if ast.unparse(side) != "None"]
        if len(left) == 1:
            return left[0], True
    return annotation, False


def _choices(annotation: ast.Subscript) -> tuple[Plain, ...]:
    listed = ast.literal_eval(annotation.slice)
    choices = listed if isinstance(listed, tuple) else (listed,)
    if len({type(choice) for choice in choices}) != 1 or not isinstance(choices[0], Plain):
        raise ValueError(choices)
    return choices


def _is_of(item: object, kind: str) -> bool:
    if kind == "date":
        return isinstance(item, str) and _is_day(item)
    return type(item) is _KINDS[kind] and not (isinstance(item, float) and not math.isfinite(item))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _plain(text: str, kind: str) -> Plain:
    value: Plain = text
    if kind == "bool":
        if text not in _TRUTH:
            raise ValueError(text)
        value = _TRUTH[text]
    elif kind in _DIGITS:
        if not _DIGITS[kind].fullmatch(text):
            raise ValueError(text)
        value = _KINDS[kind](text)
    if not _is_of(value, kind):
        raise ValueError(text)
    return value


def _as_typed(item: object) -> str:
    """Return an item of a list in brackets as it would be typed alone."""
    if isinstance(item, str | int | float):
        return json.dumps(item) if isinstance(item, bool) else str(item)
    raise ValueError(item)


def _wrong_type(value: Value, parameter: Parameter) -> tuple[str, str]:
    rule = worded(
        "its default is of type {wanted}, the value given is of type {got}",
        wanted=parameter.type_name,
        got=_type_of(value),
    )
    remedy = worded(
        'give a value of type {wanted}; codes are text and keep their zeros ("04"; with papermill: -r, not -p)',
        wanted=parameter.type_name,
    )
    return rule, remedy


def _type_of(value: Value) -> str:
    if isinstance(value, list):
        return (
            f"list[{' | '.join(dict.fromkeys(type(item).__name__ for item in value))}]" if value else "list"
        )
    return "None" if value is None else type(value).__name__
