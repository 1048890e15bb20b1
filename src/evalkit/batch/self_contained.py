"""What a page may not hold: addresses a browser would fetch, script, links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from html.parser import HTMLParser

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
