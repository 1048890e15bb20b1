"""The commonest slips in a TOML file, told by line and rule: a missing quotation mark, a key twice, a question left open."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evalkit.messages import worded

_AT = re.compile(r"(.*) \(at line ([0-9]+), column ([0-9]+)\)", re.DOTALL)
_PAIR = re.compile(r"\s*(?P<key>\"[^\"]*\"|'[^']*'|[^=#\"']*?)\s*=\s*(?P<value>.*)")
_HEADER = re.compile(r"\s*\[+[^\[\]=]*\]+\s*(?:#.*)?")
_OPEN = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[\w.-]+)\s*=\s*(?:\?|"\?"|'\?')\s*(?:[#,].*)?""")
_OPEN_WITHIN = re.compile(r"""=\s*(?:"\?"|'\?')""")
_COMMENT = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'#])*""")
_TYPOGRAPHIC = re.compile("[“”„‟«»‘’]")
_PLAIN_KEY = re.compile(
    r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*"
)
Told = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip: its line (0 where none is known), and rule and remedy."""

    line: int
    rule: str
    do: str


def slips(text: str, fault: tomllib.TOMLDecodeError) -> list[Slip]:
    r"""Return what is wrong with a TOML text, in words; nothing where the fault is none of the common ones.

    Parameters
    ----------
    text : str
    fault : TOMLDecodeError
        What the parser said of it.

    Returns
    -------
    list of Slip
        Where a question was left open without quotation marks, one for each such line.

    Examples
    --------
    >>> text = 'title = "A\n'
    >>> try:
    ...     tomllib.loads(text)
    ... except tomllib.TOMLDecodeError as fault:
    ...     [(one.line, str(one.rule)) for one in slips(text, fault)]
    [(1, 'the quotation mark at the end of the text is missing')]
    """
    lines = text.splitlines()
    said, number = _said(str(fault), lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    if _is_bare_question(line):
        return [Slip(one, *_question()) for one in open_lines(text) if _is_bare_question(lines[one - 1])]
    for starts, told in _RULES:
        if said.startswith(starts):
            return [Slip(number, *found)] if (found := told(line, lines[: max(number - 1, 0)])) else []
    return []


def open_lines(text: str) -> list[int]:
    r"""Return the lines whose value is still "?", with or without quotation marks; comments do not count.

    Examples
    --------
    >>> open_lines('a = "?"  # who\nb = ?\nc = "x"  # "?"\nd = { e = "?" }\n')
    [1, 2, 4]
    """
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if _OPEN.fullmatch(line) or ((found := _COMMENT.match(line)) and _OPEN_WITHIN.search(found[0]))
    ]


def parser_words(fault: tomllib.TOMLDecodeError) -> str:
    """Return what the reader of TOML says, with its place as a message."""
    found = _AT.fullmatch(str(fault))
    if not found:
        return str(fault)
    return worded("{fault} (at line {line}, column {column})", fault=found[1], line=found[2], column=found[3])


def _said(fault: str, lines: list[str]) -> tuple[str, int]:
    """Return the parser's words and the line; where it reached the end of the file, the line whose quotation mark is open."""
    if found := _AT.fullmatch(fault):
        return found[1], int(found[2])
    return fault, next(_unclosed(lines), 0)


def _unclosed(lines: list[str]) -> Iterator[int]:
    """Yield the lines behind whose texts and comment something is left: a quotation mark that no other closes."""
    for number, line in enumerate(lines, start=1):
        rest = line[len(_COMMENT.match(line)[0]) :]  # type: ignore[index]  # it matches any text
        if rest[:1] in {'"', "'"} or line.count('"""') == 1 or line.count("'''") == 1:
            yield number


def _is_bare_question(line: str) -> bool:
    found = _PAIR.fullmatch(line)
    return found is not None and re.fullmatch(r"\?\s*(?:#.*)?", found["value"]) is not None


def _question() -> Told:
    return worded('still to be filled in: "?" stands here'), worded(
        "write the answer in its place; a text in quotation marks"
    )


def _value(line: str) -> str:
    found = _PAIR.fullmatch(line)
    return found["value"].strip() if found else ""


def _not_quoted(line: str, _: list[str]) -> Told | None:
    value = _value(line)
    if _TYPOGRAPHIC.match(value):
        return worded("quotation marks are the straight ones of the keyboard, not the curved ones"), worded(
            'write "..." around the text'
        )
    if not value or value.startswith("#"):
        return worded("nothing stands behind the equals sign"), worded(
            'write the value, a text in quotation marks, or "?" while it is open'
        )
    if value[:1] in "[{":
        return None
    return worded("a text stands in quotation marks"), worded('write "..." around the value')


def _closing(_: str, __: list[str]) -> Told:
    return worded("the quotation mark at the end of the text is missing"), worded(
        "write it at the end of the value, in the same line"
    )


def _behind(line: str, before: list[str]) -> Told | None:
    value = _value(line)
    if value[:1] in {'"', "'"}:
        return worded("something stands behind the quotation mark that ends the text"), worded(
            'write one value in a line; a quotation mark within a text is written \\"'
        )
    return _not_quoted(line, before)


def _twice(line: str, before: list[str]) -> Told:
    key = _key(line)
    same = [number for number, other in enumerate(before, start=1) if key and _key(other) == key]
    first = max(same, default=0)
    do = worded("keep one of the two lines, and remove the other")
    if not first:
        return worded("a key or a table stands twice"), do
    return worded("{key} stands twice, first in line {line}", key=key, line=first), do


def _key(line: str) -> str:
    """Return the key a line sets, or the table it opens in its brackets."""
    if _HEADER.fullmatch(line):
        return line.partition("#")[0].strip()
    found = _PAIR.fullmatch(line)
    return "".join(found["key"].split()) if found else ""


def _equals(line: str, _: list[str]) -> Told:
    found = _PAIR.fullmatch(line)
    if found and not _PLAIN_KEY.fullmatch(found["key"].strip()):
        return (
            worded("a key is letters without diacritics, digits, hyphens and underscores, without blanks"),
            worded("correct the key, or write it in quotation marks"),
        )
    return worded("a line is a key, an equals sign and a value"), worded(
        'write it as key = "value", or begin the line with # if it is a remark'
    )


def _backslash(_: str, __: list[str]) -> Told:
    return worded("a backslash within quotation marks is written twice"), worded(
        "write \\\\ for each \\, or / in a path"
    )


def _bracket(_: str, __: list[str]) -> Told:
    return worded("a bracket is not closed"), worded("write the closing bracket, and commas between items")


_RULES: tuple[tuple[tuple[str, ...], Callable[[str, list[str]], Told | None]], ...] = (
    (("Cannot overwrite", "Cannot declare", "Duplicate"), _twice),
    (("Illegal character '\\n'", "Illegal character '\\r'", "Unterminated", "Expected \"'\"", "Expected '\"'"), _closing),
    (("Invalid value",), _not_quoted),
    (("Expected newline",), _behind),
    (("Expected '=' after a key in a key/value", "Invalid statement"), _equals),
    (("Unescaped '\\'",), _backslash),
    (("Unclosed", "Expected ']'"), _bracket),
)  # fmt: skip
