"""Read a TOML file into a frozen pydantic model; whatever is wrong is told with file, key and line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from evalkit.errors import DeclarationError, EvalkitError, together
from evalkit.input_file import read_text
from evalkit.messages import worded
from evalkit.toml_text import Key, dotted, line_of, read_toml

__all__ = [
    "Declared",
    "dotted",
    "frozen",
    "line_of",
    "nearest",
    "read_declaration",
    "read_toml",
    "rule_of",
    "validated",
]

_MOST_NAMED = 12
_KINDS = {  # of pydantic's own, which speaks to programmers
    "extra_forbidden": worded("unknown key"),
    "missing": worded("this key is required"),
    "int_": worded("the value is a whole number, without quotation marks"),
    "float_": worded("the value is a number, without quotation marks"),
    "bool_": worded("the value is true or false, without quotation marks"),
    "string_type": worded("the value is text in quotation marks"),
    "date_": worded("the value is a day, such as 2025-07-01, without quotation marks"),
    "tuple_": worded("the value is a list in square brackets"),
    "dict_type": worded("this is a table with keys of its own"),
    "model_": worded("this is a table with keys of its own"),
}
_BOUNDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "literal_error": lambda context: worded("the value is {known}", known=_choice(context["expected"])),
    "greater_than_equal": lambda context: worded(
        "the value is greater than or equal to {bound}", bound=context["ge"]
    ),
    "less_than_equal": lambda context: worded(
        "the value is less than or equal to {bound}", bound=context["le"]
    ),
    "string_too_short": lambda _: worded("the text has at least 1 character"),
    "too_short": lambda _: worded("the list has at least 1 item"),
    "string_pattern_mismatch": lambda context: worded(
        "the text follows the pattern {pattern}", pattern=context["pattern"]
    ),
}

_KIND_NAME = re.compile(
    r"(?:constrained-)?(?:str|int|float)|bool|date|[a-z-]+\[.*\]|[A-Z][A-Za-z]+"
)  # of one of several kinds a value may have


class Declared(BaseModel):
    """Base of everything declared in TOML: frozen, no unknown key, no silent conversion of text."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def __dir__(self) -> list[str]:
        """List what is declared, for Tab, without pydantic's own names."""
        beneath = set(dir(BaseModel)) - set(type(self).model_fields)
        return [name for name in super().__dir__() if name not in beneath or name.startswith("__")]


Model = TypeVar("Model", bound=BaseModel)


def read_declaration(
    path: Path,
    model: type[Model],
    *,
    error: type[EvalkitError] = DeclarationError,
    complete: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> Model:
    """Return the model declared in a TOML file, or say which key on which line is wrong.

    Parameters
    ----------
    path : Path
        The TOML file.
    model : type of BaseModel
        The pydantic model it must fit.
    error : type of EvalkitError
        What to raise.
    complete : callable, optional
        Fills in what the file inherits from elsewhere.

    Raises
    ------
    EvalkitError
        With file, line and key of the first fault, and the others beside it; for an unknown key the nearest known one is
        proposed. Types are strict: "7", 7.0 and 1 are no whole number, no whole number and no truth value.
    """
    return validated(complete(read_toml(path, error=error)), model, path=path, error=error)


def validated(
    content: Any,
    model: type[Model],
    *,
    path: Path,
    key: Key = (),
    error: type[EvalkitError] = DeclarationError,
) -> Model:
    """Return the model that a part of a TOML file declares; ``key`` says where in the file it stands.

    Raises
    ------
    EvalkitError
        As :func:`read_declaration`.
    """
    try:
        return model.model_validate(frozen(content), strict=True)
    except ValidationError as refused:
        text = read_text(path, error=error)
        faults = _by_themselves(_as_written(refused.errors(include_url=False), content))
        faults.sort(key=lambda one: one[0]["type"] != "extra_forbidden")
        raise together(
            error(
                where=f"{path}, line {line_of(text, (*key, *inside))}, key {dotted((*key, *inside))}",
                rule=rule_of(fault),
                do=_remedy(fault["type"], inside, _known_keys(model, inside)),
            )
            for fault, inside in faults
        ) from None


def _as_written(faults: list[ErrorDetails], content: Any) -> list[tuple[ErrorDetails, Key]]:
    """Return faults with the keys that the file has: of a value that may be a text or a table, those of the one that was written."""
    found: list[tuple[ErrorDetails, Key]] = []
    told: set[Key] = set()
    for fault in faults:
        key, choice, is_table = _key_written(tuple(fault["loc"]), content)
        if choice is None:
            found.append((fault, key))
            continue
        written_table = isinstance(_value_at(content, choice), dict)
        if written_table == is_table and (is_table or choice not in told):
            found.append((fault, key))
            told.add(choice)
    return found or [(fault, _key_written(tuple(fault["loc"]), content)[0]) for fault in faults[:1]]


def _key_written(key: Key, content: Any) -> tuple[Key, Key | None, bool]:
    """Return a key without pydantic's names of kinds, where such a name stood, and whether it was one of a table.

    Examples
    --------
    >>> _key_written(("period", "constrained-str"), {"period": 1})
    (('period',), ('period',), False)
    """
    written: list[str | int] = []
    choice: Key | None = None
    is_table = False
    current = content
    for part in key:
        known = part in current if isinstance(current, dict) else isinstance(part, int)
        if not known and _KIND_NAME.fullmatch(str(part)):
            choice, is_table = tuple(written), str(part)[:1].isupper() or "[" in str(part)
        elif known or part != "labels":
            written.append(part)
            current = _value_at(current, (part,))
    return tuple(written), choice, is_table


def _value_at(content: Any, key: Key) -> Any:
    """Return what stands at a key; nothing where it is not there."""
    for part in key:
        if isinstance(content, dict):
            content = content.get(part)
        elif isinstance(content, list | tuple) and isinstance(part, int) and part < len(content):
            content = content[part]
        else:
            return None
    return content


def _by_themselves(faults: list[tuple[ErrorDetails, Key]]) -> list[tuple[ErrorDetails, Key]]:
    """Leave out that a list is too short where an item of it is wrong: it is there, and was not counted."""
    return [
        (fault, key)
        for fault, key in faults
        if fault["type"] != "too_short"
        or not any(len(inside) > len(key) and inside[: len(key)] == key for _, inside in faults)
    ]


def frozen(content: Any) -> Any:
    """Return lists as tuples, as the models hold them: strict reading takes nothing else.

    Examples
    --------
    >>> frozen({"a": [1, [2]]})
    {'a': (1, (2,))}
    """
    if isinstance(content, dict):
        return {name: frozen(inner) for name, inner in content.items()}
    return tuple(map(frozen, content)) if isinstance(content, list) else content


def rule_of(fault: ErrorDetails) -> str:
    """Return the rule that a value of a model breaks: our own words where there are some, else pydantic's."""
    kind, context = fault["type"], fault.get("ctx", {})
    if isinstance(context.get("error"), ValueError):
        return _said(context["error"])
    if kind in _BOUNDS:
        return _BOUNDS[kind](context)
    words = next((rule for start, rule in _KINDS.items() if kind.startswith(start)), None)
    return words or fault["msg"].replace("Input should be", "the value is")


def _said(raised: ValueError) -> str:
    """Return what a validator said as it said it, so that a message keeps its template."""
    return raised.args[0] if raised.args and isinstance(raised.args[0], str) else str(raised)


def nearest(word: str, known: list[str]) -> str:
    """Return ``did you mean …`` for a misspelt word, or the list of known ones.

    Examples
    --------
    >>> nearest("provence", ["province", "nation"])
    'did you mean "province"?'
    """
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return worded('did you mean "{close}"?', close=close[0])
    if len(known) > _MOST_NAMED:
        known = difflib.get_close_matches(word, known, n=_MOST_NAMED, cutoff=0.0)
        return worded("known here, among others: {known}", known=", ".join(sorted(known)))
    return worded("known here: {known}", known=", ".join(sorted(known)))


def _choice(expected: str) -> str:
    """Return pydantic's list of values, "'a', 'b' or 'c'", as a message."""
    others, _, last = expected.rpartition(" or ")
    return worded("{others} or {last}", others=others, last=last) if others else last


def _known_keys(model: type[BaseModel], key: Key) -> list[str]:
    """Walk the model along a key path and list the fields allowed at its last table."""
    current: Any = model
    in_mapping = False
    for part in key[:-1]:
        if isinstance(part, int) or in_mapping:
            in_mapping = False
            continue
        field = current.model_fields.get(part) if current is not None else None
        in_mapping = field is not None and get_origin(field.annotation) is dict
        current = _inner_model(field.annotation) if field is not None else None
    return list(current.model_fields) if current is not None else []


def _inner_model(annotation: Any) -> Any:
    """Return the model inside ``tuple[Model, ...]``, ``dict[str, Model]`` or ``Model | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None


def _remedy(kind: str, key: Key, known: list[str]) -> str:
    if kind == "extra_forbidden" and known:
        return worded("remove the key or correct its name; {nearest}", nearest=nearest(str(key[-1]), known))
    if kind == "missing":
        return worded("add the key")
    return worded("correct the value")
