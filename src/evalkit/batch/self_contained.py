"""What a page may not hold: addresses a browser would fetch, script other than the list's own, links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from html.parser import HTMLParser

from evalkit.reporting.index_tools import script_hash

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
_CLOSED = "default-src 'none'"
_ACTIVE = {"script", "iframe", "object", "embed", "applet", "frame", "base", "form", "portal"}


def page_faults(html: str, *, neighbours: AbstractSet[str], script: str = "") -> list[str]:
    """Return each rule that a page breaks, once.

    Parameters
    ----------
    html : str
        The page.
    neighbours : set of str
        The files it may link to, relative to its folder.
    script : str, optional
        The hash of the one script that the page may hold; without it a page holds none.

    Examples
    --------
    >>> page_faults('<img src="https://example.org/x.png">', neighbours=set())
    ['a page asks nothing of another address (img src)']
    >>> page_faults('<a href="https://example.org/">source</a>', neighbours=set())
    []
    >>> page_faults("<script>2</script>", neighbours=set(), script=script_hash("1"))
    ['a page holds no <script> but the one of the list of pages']
    """
    reader = _read(html, neighbours, script)
    return list(dict.fromkeys(reader.faults))


def has_policy(html: str, *, script: str = "") -> bool:
    r"""Tell whether a page forbids the browser to fetch or run anything, whatever may have got into it.

    Parameters
    ----------
    html : str
    script : str, optional
        The hash of the one script that the page may hold, and that its policy may then let run.

    Examples
    --------
    >>> page = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; script-src {}\">"
    >>> has_policy(page.format("'self'")), has_policy(page.format("'sha256-x'"), script="sha256-x")
    (False, True)
    """
    allowed = {f"script-src '{script}'"} if script else set()
    policies = _read(html, set(), script).policies
    return any(_CLOSED in rules and _of_scripts(rules) <= allowed for rules in policies)


def _read(html: str, neighbours: AbstractSet[str], script: str) -> _PageReader:
    reader = _PageReader(neighbours, script)
    reader.feed(html)
    reader.close()
    reader.end_script()
    return reader


def _of_scripts(rules: AbstractSet[str]) -> set[str]:
    return {rule for rule in rules if rule.lower().startswith("script-src")}


class _PageReader(HTMLParser):
    """Collects what a browser would fetch, run or follow in vain."""

    def __init__(self, neighbours: AbstractSet[str], script: str) -> None:
        super().__init__(convert_charrefs=True)
        self.neighbours, self.allowed = neighbours, script
        self.faults: list[str] = []
        self.policies: list[set[str]] = []
        self._in_style = False
        self._script: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and self.allowed and not given:
            self._script = []
        elif tag in _ACTIVE:
            self.faults.append(f"a page holds no <{tag}>")
        if tag == "meta":
            self._meta(given)
        for name, value in given.items():
            self._attribute(tag, name, value)

    def _meta(self, given: dict[str, str]) -> None:
        equivalent = given.get("http-equiv", "").lower()
        if equivalent == "refresh":
            self.faults.append("a page does not send its reader elsewhere (meta refresh)")
        elif equivalent == "content-security-policy":
            rules = given.get("content", "").split(";")
            self.policies.append({" ".join(rule.split()) for rule in rules})

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False
        elif tag == "script":
            self.end_script()

    def end_script(self) -> None:
        """Hold a script that has ended against the one that is allowed, which is allowed once."""
        if self._script is None:
            return
        if script_hash("".join(self._script)) != self.allowed:
            self.faults.append("a page holds no <script> but the one of the list of pages")
        self._script, self.allowed = None, ""

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)
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
