"""What no published file may hold: addresses a browser would fetch, script, paths, users, machines, settings, errors, raw rows."""

from __future__ import annotations

import getpass
import os
import re
import socket
import zipfile
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

_FETCHED = {
    "src",
    "srcset",
    "poster",
    "data",
    "background",
    "action",
    "formaction",
    "ping",
    "manifest",
    "longdesc",
    "cite",
}
_LINK = "href"
_GUIDE = {"a", "area"}  # their href is followed when the reader says so, never by itself
_OUTSIDE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_SAFE_SCHEMES = re.compile(r"\s*(?:https:|mailto:)", re.IGNORECASE)
_EMBEDDED = re.compile(r"\s*data:image/(?:png|svg\+xml|jpeg)[;,]", re.IGNORECASE)
_STYLE_ADDRESS = re.compile(r"url\((?!\s*['\"]?\s*(?:#|data:))|@import", re.IGNORECASE)
_POLICY = re.compile(r"""<meta[^>]+Content-Security-Policy[^>]+default-src 'none'""", re.IGNORECASE)
_ACTIVE = {"script", "iframe", "object", "embed", "applet", "frame", "base", "form", "portal"}
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


def _each(*words: str, before: str = "", after: str = "") -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return for each word itself and a pattern for it; a text without the word is not searched for the pattern.

    ``before`` names characters of which none may stand before the word, ``after`` is a pattern of what follows it.
    """
    escaped = ((word, re.escape(word)) for word in words)
    return tuple(
        (word, re.compile(f"{own}{f'(?<![{before}]{own})' if before else ''}{after}"))
        for word, own in escaped
    )


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
    "a path of a computer": (
        *_each(*(f"/{folder}/" for folder in _HOME), before=r"\w.", after=r"[\w.-]"),
        *((word, re.compile(rf"(?<=\b[A-Za-z]:)\\\\?{word}\b")) for word in ("Users", "Documents")),
        *_each("file://"),
    ),
    "a Python error": (*_each(*_ERRORS), *_each("ipykernel_", after=r"\d+")),
    "settings of the system": _each(*_SETTINGS, before=r"\w-", after=r"""['"]?\s*[=:]\s*['"]?[/~\w]"""),
    "a mark planted to see whether it gets out": _each("evalkit-sentinel-", after="[0-9a-f]"),
    "rows of the facts as they were received": (
        *_each(*_BASES, before=r"\w", after=r"[\t,;|]\s*\d{4}-\d\d-\d\d[\t,;|]\s*\d{4}-\d\d-\d\d[\t,;|]"),
        *_each("source_cell", before=r"\w", after=r"\b"),
    ),
    "the address of an object in memory": ((" object at 0x", re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")),),
}


def text_faults(text: str) -> Iterator[str]:
    """Yield each rule that a text breaks: it tells of a path, a user, a machine or an error.

    Examples
    --------
    >>> list(text_faults("saved in /home/lan/report.html"))
    ['a published file holds a path of a computer']
    """
    for what, patterns in (*_PATTERNS.items(), *_own_names()):
        if any(word in text and pattern.search(text) for word, pattern in patterns):
            yield f"a published file holds {what}"


def text_parts(path: Path) -> Iterator[tuple[str | None, str]]:
    """Yield the texts of a file: itself, or the parts of a workbook by their names."""
    if not zipfile.is_zipfile(path):
        yield None, path.read_text(encoding="utf-8", errors="replace")
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, archive.read(name).decode("utf-8", errors="replace")


def page_faults(html: str, *, neighbours: AbstractSet[str]) -> list[str]:
    """Return each rule that a page breaks, once.

    Parameters
    ----------
    html : str
        The page.
    neighbours : set of str
        The files it may link to, relative to its folder.

    Examples
    --------
    >>> page_faults('<img src="https://example.org/x.png">', neighbours=set())
    ['a page asks nothing of another address (img src)']
    >>> page_faults('<a href="https://example.org/">source</a>', neighbours=set())
    []
    """
    reader = _PageReader(neighbours)
    reader.feed(html)
    reader.close()
    return list(dict.fromkeys(reader.faults))


def has_policy(html: str) -> bool:
    """Tell whether a page forbids the browser to fetch or run anything, whatever may have got into it."""
    return _POLICY.search(html) is not None


class _PageReader(HTMLParser):
    """Collects what a browser would fetch, run or follow in vain."""

    def __init__(self, neighbours: AbstractSet[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.neighbours = neighbours
        self.faults: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag in _ACTIVE:
            self.faults.append(f"a page holds no <{tag}>")
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.faults.append("a page does not send its reader elsewhere (meta refresh)")
        for name, value in given.items():
            self._attribute(tag, name, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style and _STYLE_ADDRESS.search(data):
            self.faults.append("a page asks nothing of another address (style)")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        plain = name.rpartition(":")[2]
        if name.startswith("on"):
            self.faults.append(f"a page runs nothing ({tag} {name})")
        elif plain == _LINK and tag in _GUIDE:
            self._link(value)
        elif plain in _FETCHED or plain == _LINK:
            if value and not value.startswith("#") and not _EMBEDDED.match(value):
                self.faults.append(f"a page asks nothing of another address ({tag} {name})")
        elif _STYLE_ADDRESS.search(value):
            self.faults.append(f"a page asks nothing of another address ({tag} {name})")

    def _link(self, value: str) -> None:
        target = value.partition("#")[0]
        if _OUTSIDE.match(target):
            if not _SAFE_SCHEMES.match(target):
                self.faults.append("a link leads to a page by https and does nothing else")
        elif target and target not in self.neighbours:
            self.faults.append("a link leads to a page of the folder that is not there")


@cache
def _own_names() -> tuple[tuple[str, tuple[tuple[str, re.Pattern[str]], ...]], ...]:
    """Return what finds the names of this user and this machine, unless they are common words, and longer settings."""
    found: list[tuple[str, tuple[tuple[str, re.Pattern[str]], ...]]] = []
    for what, name in (("the name of a user", _user()), ("the name of a computer", socket.gethostname())):
        if len(name) >= _SHORTEST_NAME and name.lower() not in _GENERIC_NAMES:
            found.append((what, _each(name, before=r"\w-", after=r"(?![\w-])")))
    settings = {
        value for value in os.environ.values() if len(value) >= _SHORTEST_SETTING and not value.isalpha()
    }
    if settings:
        found.append(("a setting of the system", _each(*sorted(settings))))
    return tuple(found)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
