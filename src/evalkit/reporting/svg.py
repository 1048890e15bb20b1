"""Make a drawing safe and small enough to stand inside a page.

Only shapes and text survive: an allow-list of elements, of attributes and of the form of their values. Dates, creator,
style sheets, links, scripts and unused identifiers are dropped, coordinates are rounded to 0.1 of a displayed unit, and
the identifiers left are prefixed, so that several drawings on one page do not collide.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from xml.etree import ElementTree as ET

from evalkit.errors import DeclarationError
from evalkit.reporting.svg_sharing import share_attributes

INK = "#1b2631"
PAPER = "#ffffff"
_PAPER_VALUE = "var(--paper,#fff)"

_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?"
_LENGTH = rf"{_NUMBER}(?:px)?"
_COLOUR = r"#[0-9a-f]{3,6}|none|currentColor|var\(--[a-z]+\)|" + re.escape(_PAPER_VALUE)
_NUMBERS = rf"(?:{_NUMBER}[\s,]*)+"
_TRANSFORM = rf"(?:(?:translate|rotate|scale|matrix)\({_NUMBERS}\)\s*)+"
_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "clipPath",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "use",
        "text",
        "tspan",
    ]
)
_TEXTUAL = frozenset({"text", "tspan"})
_FORMS = {
    **dict.fromkeys(("x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry"), _LENGTH),
    **dict.fromkeys(("width", "height", "stroke-width", "stroke-dashoffset", "font-size"), _LENGTH),
    **dict.fromkeys(("opacity", "fill-opacity", "stroke-opacity"), _NUMBER),
    **dict.fromkeys(("fill", "stroke"), _COLOUR),
    **dict.fromkeys(("viewBox", "points", "stroke-dasharray"), _NUMBERS),
    "d": rf"(?:[a-zA-Z]|{_NUMBER}|[\s,])+",
    "transform": _TRANSFORM,
    "href": r"#[\w.-]+",
    "clip-path": r"url\(#[\w.-]+\)",
    "id": r"[\w.-]+",
    "text-anchor": "start|middle|end",
    "font-weight": r"normal|bold|\d{3}",
    "font-style": "normal|italic",
    "stroke-linejoin": "round|bevel",
    "stroke-linecap": "round|square",
    "fill-rule": "evenodd|nonzero",
}
_FORM = {name: re.compile(form) for name, form in _FORMS.items()}
_OPACITIES = ("opacity", "fill-opacity", "stroke-opacity")
_NUMERIC = frozenset(
    name for name, form in _FORMS.items() if form in (_LENGTH, _NUMBERS) or name in ("d", "transform")
)
_DEFAULTS = {(name, "1") for name in ("stroke-width", *_OPACITIES)} | {("stroke", "none")}
_FROM_ZERO = frozenset(("x", "y", "x1", "y1", "cx", "cy", "dx", "dy"))  # where they are not given
_IDLE_ROTATION = re.compile(r"rotate\(-?0(?:\.0*)?(?:[\s,][^)]*)?\)")


def clean_svg(text: str, *, prefix: str = "") -> str:
    """Return a drawing as a small, harmless ``<svg>`` element.

    Parameters
    ----------
    text : str
        SVG text, as from matplotlib with ``svg.fonttype: none``; cleaning twice changes nothing.
    prefix : str
        Put before every identifier.

    Raises
    ------
    DeclarationError
        If the text is not well-formed SVG with a viewBox, or declares entities.

    Examples
    --------
    >>> clean_svg('<svg viewBox="0 0 9 9"><script>1</script><path onclick="a()" d="M 0.123 4.56 L 2 2"/></svg>')
    '<svg viewBox="0 0 9 9" fill="currentColor" stroke-linejoin="round"><path d="M.1 4.6L2 2" /></svg>'
    """
    return ET.tostring(_cleaned(text, prefix), encoding="unicode")


def labelled_svg(text: str, *, name: str, title: str, description: str, label: str = "") -> str:
    """Return a cleaned drawing that a screen reader announces as one image with a title and a description.

    Without a title, what bears its identifier on the page, such as a caption, is announced; ``label`` is what it says.

    Examples
    --------
    >>> labelled_svg('<svg viewBox="0 0 9 9"><path d="M0 0"/></svg>', name="f", title="A < B", description="Two bars.")
    '<svg viewBox="0 0 9 9" fill="currentColor" stroke-linejoin="round" role="img" aria-labelledby="f_title f_desc"><title id="f_title">A &lt; B</title><desc id="f_desc">Two bars.</desc><path d="M0 0"/></svg>'
    """
    root = _named(text, name=name, named_by=name)
    if label and not title:
        root.set("aria-label", unicodedata.normalize("NFC", label))
    for tag, content in (("desc", description), ("title", title)) if title else (("desc", description),):
        words = ET.Element(tag, {"id": f"{name}_{tag}"})
        words.text = unicodedata.normalize("NFC", content)
        root.insert(0, words)
    return _written(root)


def named_svg(text: str, *, name: str, named_by: str, label: str) -> str:
    """Return a cleaned drawing that a screen reader announces by the title and description in another drawing of the page.

    Examples
    --------
    >>> named_svg('<svg viewBox="0 0 9 9"><path d="M0 0"/></svg>', name="f-n", named_by="f", label="Cases")
    '<svg viewBox="0 0 9 9" fill="currentColor" stroke-linejoin="round" role="img" aria-labelledby="f_title f_desc" aria-label="Cases"><path d="M0 0"/></svg>'
    """
    root = _named(text, name=name, named_by=named_by)
    root.set("aria-label", unicodedata.normalize("NFC", label))
    return _written(root)


def _written(root: ET.Element) -> str:
    """Write a drawing, its tags closed without a space; a sign ``>`` of a text is written as a character reference."""
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def bare_svg(text: str, *, label: str) -> str:
    """Return a cleaned drawing without words, named by the row it belongs to: what it takes its colour from is the page's style sheet.

    Examples
    --------
    >>> bare_svg('<svg viewBox="0 0 9 9"><path d="M0 0"/></svg>', label="Staff trained")
    '<svg viewBox="0 0 9 9" aria-label="Staff trained"><path d="M0 0"/></svg>'
    """
    root = _cleaned(text, "")
    share_attributes(root)
    root.attrib = {"viewBox": root.attrib["viewBox"], "aria-label": unicodedata.normalize("NFC", label)}
    return _written(root)


def _named(text: str, *, name: str, named_by: str) -> ET.Element:
    root = _cleaned(text, f"{name}_")
    share_attributes(root)
    root.set("role", "img")
    root.set("aria-labelledby", f"{named_by}_title {named_by}_desc")
    return root


def _cleaned(text: str, prefix: str) -> ET.Element:
    kept = _kept(_parsed(text))
    if kept is None or kept.tag != "svg" or "viewBox" not in kept.attrib:
        raise _refused("the drawing needs an svg element with a viewBox and something in it")
    kept.attrib = {"viewBox": kept.attrib["viewBox"], "fill": "currentColor", "stroke-linejoin": "round"}
    _drop_loose_ends(kept)
    _flatten(kept)
    _rename(kept, prefix)
    return kept


def _parsed(text: str) -> ET.Element:
    """Parse without ever expanding an entity: a document that declares one is refused."""
    if "<!ENTITY" in text or re.search(r"<!DOCTYPE[^>]*\[", text):
        raise _refused("the drawing must not declare entities")
    try:
        return ET.fromstring(unicodedata.normalize("NFC", text))  # noqa: S314  entities are refused above
    except ET.ParseError:
        raise _refused("the drawing must be well-formed SVG") from None


def _kept(element: ET.Element) -> ET.Element | None:
    """Copy an element with what is allowed of it; None where nothing is left to draw."""
    tag = _local(element.tag)
    if tag not in _ELEMENTS:
        return None
    copy = ET.Element(tag, _attributes(element))
    if tag in _TEXTUAL:
        copy.text = element.text
    for child in element:
        kept = _kept(child)
        if kept is not None:
            kept.tail = child.tail if tag in _TEXTUAL else None
            copy.append(kept)
    return None if _draws_nothing(copy) else copy


def _attributes(element: ET.Element) -> dict[str, str]:
    """Return the allowed attributes; those of ``style`` are written as attributes."""
    given = {_local(name): value for name, value in element.attrib.items()}
    style = given.pop("style", "")
    parts = (part.partition(":") for part in style.split(";"))
    given.update((name.strip(), value.strip()) for name, _, value in parts)
    tidied = {name: _allowed(name, value.strip()) for name, value in given.items() if name in _FORM}
    at_zero = _FROM_ZERO if _local(element.tag) != "tspan" else frozenset()  # which goes on where it is
    return {name: value for name, value in tidied.items() if value and not (value == "0" and name in at_zero)}


@lru_cache(
    maxsize=50_000
)  # a drawing has many of the same, and the other language's has nearly all of them again
def _allowed(name: str, value: str) -> str:
    """Return the value of one attribute, tidied; nothing where it may not be or goes without saying."""
    tidy = _tidy(name, value) if _FORM[name].fullmatch(value) else ""
    return tidy if (name, tidy) not in _DEFAULTS else ""


def _tidy(name: str, value: str) -> str:
    """Round the numbers of one attribute and shorten it."""
    if name in ("fill", "stroke"):
        return {INK: "currentColor", "#000000": "currentColor", PAPER: _PAPER_VALUE}.get(value, value)
    if name == "transform":
        value = _IDLE_ROTATION.sub("", value).strip()
    elif name not in _OPACITIES and name not in _NUMERIC:
        return value
    fine = name in _OPACITIES or "scale" in value or "matrix" in value
    value = re.sub(_NUMBER, lambda found: _short(found[0], 3 if fine else 1), value.replace("px", ""))
    return re.sub(r"\s*([a-zA-Z])\s*", r"\1", value) if name == "d" else re.sub(r"\s+", " ", value).strip()


def _short(number: str, decimals: int) -> str:
    rounded = f"{float(number):.{decimals}f}"
    rounded = rounded.rstrip("0").rstrip(".") if "." in rounded else rounded
    rounded = rounded.removeprefix("0") if rounded.startswith("0.") else rounded.replace("-0.", "-.", 1)
    return rounded if rounded not in ("", "-", "-0") else "0"


def _flatten(element: ET.Element) -> None:
    """Put the content of groups that say nothing in their place, from the inside out."""
    for child in element:
        _flatten(child)
    for child in list(element):
        if child.tag == "g" and not child.attrib:
            place = list(element).index(child)
            element[place : place + 1] = list(child)


def _draws_nothing(element: ET.Element) -> bool:
    if element.tag in ("g", "defs", "clipPath"):
        return len(element) == 0
    if element.tag in _TEXTUAL:
        return len(element) == 0 and not (element.text or "").strip()
    return element.tag in ("path", "use") and not (element.get("d") or element.get("href"))


def _drop_loose_ends(root: ET.Element) -> None:
    """Drop references to nothing, and identifiers nobody refers to."""
    known = {element.get("id") for element in root.iter()}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "use" and child.get("href", "#")[1:] not in known:
                parent.remove(child)
    used = {_target(element) for element in root.iter()} - {None}
    for element in root.iter():
        if element.get("clip-path", "url(#)")[5:-1] not in known:
            element.attrib.pop("clip-path", None)
        if element.get("id") not in used:
            element.attrib.pop("id", None)


def _target(element: ET.Element) -> str | None:
    if "href" in element.attrib:
        return element.attrib["href"][1:]
    return element.attrib["clip-path"][5:-1] if "clip-path" in element.attrib else None


def _rename(root: ET.Element, prefix: str) -> None:
    """Give the identifiers short names in order of appearance, after the prefix."""
    names: dict[str, str] = {}
    for element in root.iter():
        if "id" in element.attrib:
            names.setdefault(element.attrib["id"], f"{prefix}s{len(names) + 1}")
    for element in root.iter():
        target = _target(element)
        if "id" in element.attrib:
            element.set("id", names[element.attrib["id"]])
        if target is not None:
            attribute, form = ("href", "#{}") if "href" in element.attrib else ("clip-path", "url(#{})")
            element.set(attribute, form.format(names[target]))


def _local(name: object) -> str:
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def _refused(rule: str) -> DeclarationError:
    return DeclarationError(
        where="a figure's SVG", rule=rule, do="draw it with evalkit.reporting.drawn_figures"
    )
