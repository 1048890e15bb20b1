"""Read a TOML file as strictly as a table: no hidden character, no ambiguous number, no day out of all time.

What a value must be is said by the models of :mod:`evalkit.declaration`; here is only what no value may be.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Self

from evalkit.errors import DeclarationError, EvalkitError, together
from evalkit.input_file import read_text, text_fault
from evalkit.messages import worded
from evalkit.plain_cells import FIRST_YEAR, LAST_YEAR, MOST, Fault
from evalkit.toml_slips import parser_words, slips

Key = tuple[str | int, ...]
_LONG = re.compile(r"[0-9_]{400}")
_THREE_DECIMALS = re.compile(r"[-+]?(?!0+\.)[0-9_]+\.[0-9]{3}")  # 0.001 parts no thousands


class _Written(float):
    """A number with decimals that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number


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
        If the file is absent, is not UTF-8 or is not TOML, or holds a hidden character, a number that may be thousands or
        decimals, or a day outside 1900 to 2100. The message gives the line.
    """
    text = read_text(path, error=error)
    try:
        content = tomllib.loads(text, parse_float=_Written)
        found = [
            error(where=_where(path, text, key), rule=rule, do=do) for key, (rule, do) in _faults(content, ())
        ]
    except RecursionError:
        raise error(
            where=str(path),
            rule=worded("the file must be valid TOML, and not nested this deeply"),
            do=worded("write it with fewer brackets inside each other"),
        ) from None
    except tomllib.TOMLDecodeError as fault:
        raise together(list(_slipped(path, text, fault, error))) from None
    except ValueError:
        raise error(
            where=f"{path}{_long_line(text)}",
            rule=worded("a number has too many digits to be held"),
            do=worded("correct the number"),
        ) from None
    if found:
        raise together(found)
    return content


def line_of(text: str, key: Key) -> int:
    r"""Return the 1-based line where a key stands in TOML text, or its table's line where the key is absent.

    Examples
    --------
    >>> line_of('[a]\nx = 1\n[[t]]\ny = 1\n[[t]]\ny = 2\n', ("t", 1, "y"))
    6
    >>> line_of('title.vi = "a"\ntitle.en = "b"\n', ("title", "en"))
    2
    """
    lines, at, base, above = text.splitlines(), 0, 0, ""
    for position, part in enumerate(key):
        if isinstance(part, int):
            continue
        nth = key[position + 1] if position + 1 < len(key) else 0
        found = _lines_with(lines, at, re.escape(part))
        if not found and above:  # written as one key with a point
            found = _lines_with(lines, base, rf"{above}\s*\.\s*{re.escape(part)}")
        base, above = at, re.escape(part)
        if isinstance(nth, int) and len(found) > nth:
            at = found[nth]
        elif found:
            at = found[0]
    return at + 1


def dotted(key: Key) -> str:
    """Write a key path the way TOML users read it.

    Examples
    --------
    >>> dotted(("target", 2, "value"))
    'target[3].value'
    """
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


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


def _where(path: Path, text: str, key: Key) -> str:
    named = tuple(ascii(part)[1:-1] if isinstance(part, str) and text_fault(part) else part for part in key)
    return f"{path}, line {line_of(text, key)}, key {dotted(named)}"


def _slipped(
    path: Path, text: str, fault: tomllib.TOMLDecodeError, error: type[EvalkitError]
) -> Iterator[EvalkitError]:
    """Yield what is wrong with a file that is no TOML: the slip in words, the parser's own behind it."""
    said, found = parser_words(fault), slips(text, fault)
    for one in found:
        whole = worded("{rule} (the file must be valid TOML: {fault})", rule=one.rule, fault=said)
        yield error(
            where=f"{path}, line {one.line}" if one.line else str(path),
            rule=whole if one is found[0] else one.rule,  # of the first alone has the parser spoken
            do=one.do,
        )
    if not found:
        yield error(
            where=str(path),
            rule=worded("the file must be valid TOML in UTF-8: {fault}", fault=said),
            do=worded("correct the line named"),
        )


def _long_line(text: str) -> str:
    found = _LONG.search(text)
    return f", line {1 + text.count(chr(10), 0, found.start())}" if found else ""


def _faults(value: Any, key: Key) -> Iterator[tuple[Key, Fault]]:
    """Yield what no value may be, with the key it stands under; a number is left as a plain one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if fault := text_fault(name):
                yield (*key, name), fault
            yield from _faults(inner, (*key, name))
            value[name] = _plain(inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _faults(inner, (*key, place))
            value[place] = _plain(inner)
    elif fault := _fault(value):
        yield key, fault


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, _Written) else value


def _fault(value: Any) -> Fault | None:
    if isinstance(value, str):
        return text_fault(value, lines=True)
    if isinstance(value, _Written):
        return _decimal_fault(value.text)
    if isinstance(value, int) and abs(value) > MOST:
        return worded("a number beyond 9007199254740992 (2^53) cannot be held exactly"), worded(
            "correct the number"
        )
    if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        return worded(
            "a date lies between {first_year} and {last_year}", first_year=FIRST_YEAR, last_year=LAST_YEAR
        ), worded("correct the day")
    return None


def _decimal_fault(text: str) -> Fault | None:
    if _THREE_DECIMALS.fullmatch(text):
        return (
            worded("a point before exactly three digits may part thousands, and may part decimals"),
            worded("write the number without a thousands mark, or with four decimals if you mean decimals"),
        )
    if not re.fullmatch(r"[-+]?[0-9_]+\.[0-9_]+", text):
        return worded("a number is written without an exponent, and is finite"), worded(
            "write it out in digits"
        )
    return None
