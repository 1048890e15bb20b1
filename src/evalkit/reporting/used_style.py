"""The part of a style sheet that a page can use: a rule for a class or an identifier that the page does not bear is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLASS = re.compile(r'\bclass="([^"]*)"')
_ID = re.compile(r'\bid="([^"]*)"')
_STYLE = re.compile(r"(<style>)(.*?)(</style>)", re.DOTALL)
_ASKED = re.compile(r"([.#])(-?[A-Za-z_][\w-]*)")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]")
_HOLDS_RULES = ("@media", "@container", "@supports")


def with_used_style(page: str) -> str:
    """Return a page whose style sheet holds no rule that matches nothing on it.

    Parameters
    ----------
    page : str
        A whole page without script: nothing gives an element another class later.

    Examples
    --------
    >>> style = "<style>p{margin:0}.note,.gap{color:red}.gap p{top:0}@media print{.gap{top:0}}</style>"
    >>> with_used_style(style + '<p class="note">A</p>')
    '<style>p{margin:0}.note{color:red}</style><p class="note">A</p>'
    """
    body = _STYLE.sub("", page)
    there = {f".{name}" for given in _CLASS.findall(body) for name in given.split()}
    there |= {f"#{name}" for name in _ID.findall(body)}
    return _STYLE.sub(lambda found: found[1] + _used(found[2], there) + found[3], page, count=1)


def _used(style: str, there: set[str]) -> str:
    kept = []
    for head, body in _blocks(style):
        if head.startswith(_HOLDS_RULES):
            within = _used(body, there)
            kept += [f"{head}{{{within}}}"] if within.strip() else []
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            selectors = [one for one in _selectors(head) if _can_match(one, there)]
            kept += [f"{','.join(selectors)}{{{body}}}"] if selectors else []
    return "".join(kept)


def _blocks(style: str) -> Iterator[tuple[str, str]]:
    """Give each rule's head and what stands between its braces; a brace within quotation marks is none."""
    start, depth, opened, quoted = 0, 0, 0, ""
    for place, sign in enumerate(style):
        if quoted or sign in "\"'":
            quoted = ("" if sign == quoted else quoted) if quoted else sign
        elif sign == "{":
            opened = place if depth == 0 else opened
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield style[start:opened].strip(), style[opened + 1 : place]
                start = place + 1


def _selectors(head: str) -> list[str]:
    """Return the selectors of a rule, parted by the commas that no brackets hold.

    Examples
    --------
    >>> _selectors(":is(td,th):where(.n2 :nth-child(2),.n3 :nth-child(3)),.long")
    [':is(td,th):where(.n2 :nth-child(2),.n3 :nth-child(3))', '.long']
    """
    parts, depth = [""], 0
    for sign in head:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _can_match(selector: str, there: set[str]) -> bool:
    """Tell whether all classes and identifiers that a selector asks for are there; those within brackets ask for less."""
    return all(f"{kind}{name}" in there for kind, name in _ASKED.findall(_without_brackets(selector)))


def _without_brackets(selector: str) -> str:
    while (shorter := _IN_BRACKETS.sub("", selector)) != selector:
        selector = shorter
    return selector
