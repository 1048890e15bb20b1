"""The part of a style sheet that a page can use: a rule for a class or an identifier that the page does not bear is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_CLASS = re.compile(r'\bclass="([^"]*)"')
_ID = re.compile(r'\bid="([^"]*)"')
_ASKED = re.compile(r"([.#])(-?[A-Za-z_][\w-]*)")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]")
_HOLDS_RULES = ("@media", "@container", "@supports")


def with_used_style(page: str, style: str) -> str:
    """Return a page whose style sheet holds no rule that matches nothing on it.

    Parameters
    ----------
    page : str
        A whole page without script: nothing gives an element another class later.
    style : str
        The style sheet, as it stands in the page.

    Examples
    --------
    >>> style = "p{margin:0}.note,.gap{color:red}.gap p{top:0}@media print{.gap{top:0}}"
    >>> with_used_style(f'<style>{style}</style><p class="note">A</p>', style)
    '<style>p{margin:0}.note{color:red}</style><p class="note">A</p>'
    """
    before, _, after = page.partition(style)
    there = {f".{name}" for given in set(_CLASS.findall(after)) for name in given.split()}
    there |= {f"#{name}" for name in _ID.findall(after)}
    return before + "".join(_used(_rules(style), there)) + after


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule: its selectors with what each asks for, or what stands above other rules, and its body."""

    selectors: tuple[tuple[str, frozenset[str]], ...]
    body: str
    above: str = ""
    within: tuple[_Rule, ...] = ()


def _used(rules: Iterable[_Rule], there: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.within:
            within = "".join(_used(rule.within, there))
            yield f"{rule.above}{{{within}}}" if within else ""
        elif rule.above:
            yield f"{rule.above}{{{rule.body}}}"
        elif kept := [selector for selector, asked in rule.selectors if asked <= there]:
            yield f"{','.join(kept)}{{{rule.body}}}"


@lru_cache(maxsize=8)  # a run has two style sheets: that of pages with a brief, and that of others
def _rules(style: str) -> tuple[_Rule, ...]:
    found = []
    for head, body in _blocks(style):
        if head.startswith(_HOLDS_RULES):
            found.append(_Rule((), "", head, _rules(body)))
        elif head.startswith("@"):
            found.append(_Rule((), body, head))
        else:
            found.append(_Rule(tuple((one, _asked(one)) for one in _selectors(head)), body))
    return tuple(found)


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


def _asked(selector: str) -> frozenset[str]:
    """Return the classes and identifiers that a selector asks for; those within brackets ask for less."""
    return frozenset(f"{kind}{name}" for kind, name in _ASKED.findall(_without_brackets(selector)))


def _without_brackets(selector: str) -> str:
    while (shorter := _IN_BRACKETS.sub("", selector)) != selector:
        selector = shorter
    return selector
