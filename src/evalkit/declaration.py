"""Read a TOML file into a frozen pydantic model; whatever is wrong is told with file, key and line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from evalkit.errors import DeclarationError, EvalkitError

Key = tuple[str | int, ...]

_MOST_NAMED = 12
_KINDS = {  # of pydantic's own, which speaks to programmers
    "extra_forbidden": "unknown key",
    "missing": "this key is required",
    "int_": "the value is a whole number, without quotation marks",
    "float_": "the value is a number, without quotation marks",
    "bool_": "the value is true or false, without quotation marks",
    "string_type": "the value is text in quotation marks",
    "date_": "the value is a day, such as 2025-07-01, without quotation marks",
}


class Declared(BaseModel):
    """Base of everything declared in TOML: frozen, no unknown key, no silent conversion of text."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, *, error: type[EvalkitError] = DeclarationError) -> dict[str, Any]:
    """Return the content of a TOML file.

    Parameters
    ----------
    path : Path
        The file.
    error : type of EvalkitError
        What to raise; ``SettingsError`` for evalkit.toml.

    Raises
    ------
    EvalkitError
        If the file is absent, is not UTF-8 or is not TOML. The message gives the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise error(
            where=str(path), rule="the file must exist", do="create it or correct the path"
        ) from missing
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise error(
            where=str(path),
            rule=f"the file must be valid TOML in UTF-8: {fault}",
            do="correct the line named",
        ) from fault


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
        With file, line and key of the first fault; for an unknown key the nearest known one is proposed.
    """
    content = read_toml(path, error=error)
    try:
        return model.model_validate(complete(content))
    except ValidationError as faults:
        fault = min(faults.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        key = tuple(fault["loc"])
        known = _known_keys(model, key)
        place = f"{path}, line {line_of(path.read_text(encoding='utf-8'), key)}, key {dotted(key)}"
        raise error(
            where=place, rule=_rule(fault["type"], fault["msg"]), do=_remedy(fault["type"], key, known)
        ) from None


def dotted(key: Key) -> str:
    """Write a key path the way TOML users read it.

    Examples
    --------
    >>> dotted(("target", 2, "value"))
    'target[3].value'
    """
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def line_of(text: str, key: Key) -> int:
    r"""Return the 1-based line where a key stands in TOML text, or its table's line where the key is absent.

    Examples
    --------
    >>> line_of('[a]\nx = 1\n[[t]]\ny = 1\n[[t]]\ny = 2\n', ("t", 1, "y"))
    6
    """
    lines, at = text.splitlines(), 0
    for position, part in enumerate(key):
        if isinstance(part, int):
            continue
        nth = key[position + 1] if position + 1 < len(key) else 0
        found = _lines_with(lines, at, re.escape(part))
        if isinstance(nth, int) and len(found) > nth:
            at = found[nth]
        elif found:
            at = found[0]
    return at + 1


def _lines_with(lines: list[str], at: int, name: str) -> list[int]:
    """List the lines from ``at`` on that open table ``name``, or set key ``name`` in the table that ``at`` stands in."""
    header = re.compile(rf"^\s*\[+\s*(?:[\w\"-]+\.)*\"?{name}\"?\s*[\].]")
    setting = re.compile(rf"^\s*\"?{name}\"?\s*[.=]")
    following = next((i for i in range(at + 1, len(lines)) if lines[i].lstrip().startswith("[")), len(lines))
    return [
        i
        for i in range(at, len(lines))
        if header.match(lines[i]) or (i < following and setting.match(lines[i]))
    ]


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
    return words or message.removeprefix("Value error, ")


def _remedy(kind: str, key: Key, known: list[str]) -> str:
    if kind == "extra_forbidden" and known:
        return f"remove the key or correct its name; {nearest(str(key[-1]), known)}"
    if kind == "missing":
        return "add the key"
    return "correct the value"
