"""What no published file may hold: paths, users, machines, settings, errors, raw rows."""

from __future__ import annotations

import getpass
import io
import os
import re
import socket
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from evalkit.errors import DisclosureError
from evalkit.messages import worded

_GENERIC_NAMES = {
    "localhost",
    "jovyan",
    "ubuntu",
    "debian",
    "runner",
    "administrator",
    "vagrant",
    "codespace",
    "default",
}
_SHORTEST_NAME = 5
_SHORTEST_SETTING = 20
_ENOUGH = 64  # bytes of a long setting to look for first


class _Sign(NamedTuple):
    """What gives a text away: ``word`` is in it, and ``exact`` is found; ``near`` is the start of that, for all bytes at once."""

    word: str
    near: bytes
    exact: re.Pattern[str]


def _each(*words: str, before: str = "", after: str = "", near: str = "") -> tuple[_Sign, ...]:
    """Return a sign for each word.

    ``before`` names characters of which none may stand before the word, ``after`` is a pattern of what follows it, ``near`` one
    that finds at least as much and knows no letters beyond English.
    """
    return tuple(
        _Sign(
            word,
            re.escape(word.encode(errors="surrogateescape")[:_ENOUGH]) + near.encode(),
            re.compile(f"{own}{f'(?<![{before}]{own})' if before else ''}{after}"),
        )
        for word, own in ((word, re.escape(word)) for word in words)
    )


def _folder(word: str) -> _Sign:
    """Return the sign of a folder of Windows, after a drive."""
    return _Sign(word, word.encode(), re.compile(rf"(?<=\b[A-Za-z]:)\\\\?{word}\b"))


_SETTINGS = (
    "PATH",
    "PYTHONPATH",
    "HOME",
    "USER",
    "LOGNAME",
    "HOSTNAME",
    "PWD",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
)
_HOME = ("home", "Users", "root", "tmp", "var", "opt", "srv", "mnt", "private", "workspace", "workspaces")
_ERRORS = ("Traceback (most recent call last)", "\x1b[", "<ipython-input", "\\u001b[")
_BASES = ("occurrence", "residence", "detection", "reception")
_PATTERNS = {
    worded("a path of a computer"): (
        *_each(*(f"/{folder}/" for folder in _HOME), before=r"\w.", after=r"[\w.-]"),
        *map(_folder, ("Users", "Documents")),
        *_each("file://"),
    ),
    worded("a Python error"): (*_each(*_ERRORS), *_each("ipykernel_", after=r"\d+")),
    worded("settings of the system"): _each(
        *_SETTINGS, before=r"\w-", after=r"""['"]?\s*[=:]\s*['"]?[/~\w]"""
    ),
    worded("a mark planted to see whether it gets out"): _each("evalkit-sentinel-", after="[0-9a-f]"),
    worded("rows of the facts as they were received"): (
        *_each(
            *_BASES,
            before=r"\w",
            after=r"[\t,;|]\s*\d{4}-\d\d-\d\d[\t,;|]\s*\d{4}-\d\d-\d\d[\t,;|]",
            near=r"[\t,;|][^A-Za-z]+-",
        ),
        *_each("source_cell", before=r"\w", after=r"\b"),
    ),
    worded("the address of an object in memory"): (
        _Sign(" object at 0x", b" object at 0x", re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")),
    ),
}


def file_faults(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    r"""Yield each rule that a file breaks, after the file's name; a part of a workbook bears its own name after the book's.

    All are searched for the beginnings of all signs in one pass, and only those that hold one are looked at closely.

    Examples
    --------
    >>> list(file_faults({"a.csv": b"cases\r\n3\r\n", "b.csv": b"saved in /home/lan/b.csv"}))
    [('b.csv', 'a published file holds a path of a computer')]
    """
    parts = [part for name, content in files.items() for part in _parts(name, content)]
    near = [sign.near for _, signs in _rules() for sign in signs]
    found = pc.match_substring_regex(
        pa.array([content for _, content in parts], pa.binary()), b"|".join(near)
    )
    for (name, content), suspicious in zip(parts, found.to_pylist(), strict=True):
        if suspicious:
            for rule in text_faults(content.decode("utf-8", errors="replace")):
                yield name, rule


def refuse_leaks(files: Mapping[str, bytes]) -> None:
    """Refuse files that tell of paths, users, machines, settings, errors or raw rows.

    Parameters
    ----------
    files : mapping of bytes by name

    Raises
    ------
    DisclosureError
        Naming the file and the rule; what was found is not repeated.
    """
    for name, rule in file_faults(files):
        raise refusal(name, rule)


def refusal(where: str, rule: str) -> DisclosureError:
    """Return the refusal of a file that was about to be published."""
    return DisclosureError(
        where=where, rule=rule, do=worded("nothing was published; find out how it got there")
    )


def text_faults(text: str) -> Iterator[str]:
    """Yield each rule that a text breaks: it tells of a path, a user, a machine or an error.

    Examples
    --------
    >>> list(text_faults("saved in /home/lan/report.html"))
    ['a published file holds a path of a computer']
    """
    for what, signs in _rules():
        if any(sign.word in text and sign.exact.search(text) for sign in signs):
            yield worded("a published file holds {what}", what=what)


def _parts(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file, or the parts of a workbook."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        yield name, content
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.namelist():
            yield f"{name}/{part}", archive.read(part)


@cache
def _rules() -> tuple[tuple[str, tuple[_Sign, ...]], ...]:
    """Return what a rule forbids and the signs of it; the names of this user and machine are signs too."""
    return (*_PATTERNS.items(), *_own_names())


def _own_names() -> tuple[tuple[str, tuple[_Sign, ...]], ...]:
    """Return what finds the names of this user and this machine, unless they are common words, and longer settings."""
    found: list[tuple[str, tuple[_Sign, ...]]] = []
    for what, name in (
        (worded("the name of a user"), _user()),
        (worded("the name of a computer"), socket.gethostname()),
    ):
        if len(name) >= _SHORTEST_NAME and name.lower() not in _GENERIC_NAMES:
            found.append((what, _each(name, before=r"\w-", after=r"(?![\w-])")))
    settings = {
        value for value in os.environ.values() if len(value) >= _SHORTEST_SETTING and not value.isalpha()
    }
    if settings:
        found.append((worded("a setting of the system"), _each(*sorted(settings))))
    return tuple(found)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
