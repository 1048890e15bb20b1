"""Read a TOML file into a frozen pydantic model; whatever is wrong is told with file, key and line."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from evalkit.errors import DeclarationError, EvalkitError, together
from evalkit.input_file import read_text
from evalkit.toml_text import Key, dotted, line_of, read_toml

__all__ = ["Declared", "dotted", "frozen", "line_of", "nearest", "read_declaration", "read_toml", "validated"]

_MOST_NAMED = 12
_KINDS = {  # of pydantic's own, which speaks to programmers
    "extra_forbidden": "unknown key",
    "missing": "this key is required",
    "int_": "the value is a whole number, without quotation marks",
    "float_": "the value is a number, without quotation marks",
    "bool_": "the value is true or false, without quotation marks",
    "string_type": "the value is text in quotation marks",
    "date_": "the value is a day, such as 2025-07-01, without quotation marks",
    "tuple_": "the value is a list in square brackets",
    "dict_type": "this is a table with keys of its own",
    "model_": "this is a table with keys of its own",
}


class Declared(BaseModel):
    """Base of everything declared in TOML: frozen, no unknown key, no silent conversion of text."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


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
        faults = [
            (fault["type"], fault["msg"], tuple(fault["loc"])) for fault in refused.errors(include_url=False)
        ]
        faults.sort(key=lambda one: one[0] != "extra_forbidden")
        raise together(
            error(
                where=f"{path}, line {line_of(text, (*key, *inside))}, key {dotted((*key, *inside))}",
                rule=_rule(kind, message),
                do=_remedy(kind, inside, _known_keys(model, inside)),
            )
            for kind, message, inside in faults
        ) from None


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


def nearest(word: str, known: list[str]) -> str:
    """Return ``did you mean …`` for a misspelt word, or the list of known ones.

    Examples
    --------
    >>> nearest("provence", ["province", "nation"])
    'did you mean "province"?'
    """
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if len(known) > _MOST_NAMED:
        known = difflib.get_close_matches(word, known, n=_MOST_NAMED, cutoff=0.0)
        return f"known here, among others: {', '.join(sorted(known))}"
    return f"known here: {', '.join(sorted(known))}"


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


def _rule(kind: str, message: str) -> str:
    words = next((rule for start, rule in _KINDS.items() if kind.startswith(start)), None)
    return words or message.removeprefix("Value error, ").replace("Input should be", "the value is")


def _remedy(kind: str, key: Key, known: list[str]) -> str:
    if kind == "extra_forbidden" and known:
        return f"remove the key or correct its name; {nearest(str(key[-1]), known)}"
    if kind == "missing":
        return "add the key"
    return "correct the value"
