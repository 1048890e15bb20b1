"""Say once what the marks of a drawing share: children take over what a group or the drawing itself says of colour and type.

Nothing moves and nothing is drawn in another order: a run of neighbours alike is put into one group.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from xml.etree import ElementTree as ET

_TAKEN_OVER = (
    *(
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-linecap",
        "fill-opacity",
        "stroke-opacity",
    ),
    *("text-anchor", "font-size", "font-weight", "font-style"),
)
_OF_TEXT = ("text-anchor", "font-size")
_RUN = 3  # neighbours alike, from which a group is shorter


def share_attributes(root: ET.Element) -> None:
    """Write what most texts of a drawing share at the drawing, and what a run of neighbours shares at a group around it.

    Examples
    --------
    >>> mark = '<use href="#a" x="{}" fill="none" />'
    >>> root = ET.fromstring(f"<svg>{mark.format(1)}{mark.format(2)}{mark.format(3)}</svg>")
    >>> share_attributes(root)
    >>> ET.tostring(root, encoding="unicode")
    '<svg><g fill="none"><use href="#a" x="1" /><use href="#a" x="2" /><use href="#a" x="3" /></g></svg>'
    """
    _drop_the_given(root)
    for name in _OF_TEXT:
        _say_at_the_drawing(root, name)
    for parent in list(root.iter()):
        if parent.tag in ("svg", "g"):
            parent[:] = _grouped(list(parent))


def _drop_the_given(root: ET.Element) -> None:
    """Drop a colour that the drawing itself gives to what stands directly in it."""
    for child in root:
        if child.get("fill") == root.get("fill", "") and child.tag != "g":
            del child.attrib["fill"]


def _say_at_the_drawing(root: ET.Element, name: str) -> None:
    """Say at the drawing what most of its texts say, where every text says something."""
    texts = [element for element in root.iter() if element.tag == "text"]
    if not texts or not all(name in text.attrib for text in texts):
        return
    value, _ = Counter(text.attrib[name] for text in texts).most_common(1)[0]
    root.set(name, value)
    for text in texts:
        if text.attrib[name] == value:
            del text.attrib[name]


def _look(element: ET.Element) -> tuple[tuple[str, str], ...]:
    if element.tag in ("g", "defs", "title", "desc", "clipPath"):
        return ()
    return tuple((name, element.attrib[name]) for name in _TAKEN_OVER if name in element.attrib)


def _grouped(children: list[ET.Element]) -> list[ET.Element]:
    """Return children, each run of neighbours that look alike in a group."""
    found: list[ET.Element] = []
    for look, run in groupby(children, key=_look):
        alike = list(run)
        if not look or len(alike) < _RUN:
            found += alike
            continue
        group = ET.Element("g", dict(look))
        for child in alike:
            for name, _ in look:
                del child.attrib[name]
        group.extend(alike)
        found.append(group)
    return found
