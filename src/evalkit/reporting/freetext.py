"""Free text of a notebook's markdown cells: rendered, then reduced to harmless elements.

Two nets. The markdown renderer writes no address and no image; what raw HTML the cell holds then passes an allow-list.
Figures do not belong in free text: there are no tables here, they come from typed blocks.
"""

from __future__ import annotations

import unicodedata

import mistune
import nh3
from markupsafe import Markup, escape

_TAGS = {
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "ol",
    "li",
    "em",
    "strong",
    "blockquote",
    "br",
    "code",
    "a",
    "sub",
    "sup",
}


class _PlainRenderer(mistune.HTMLRenderer):
    """Markdown without a way out of the page: outside addresses are written out, images become their words."""

    def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002  mistune passes a title
        """Write an anchor within the page as a link, an https address as text, and drop every other."""
        if url.startswith("#"):
            return str(Markup('<a href="{}">{}</a>').format(url, Markup(text)))  # noqa: S704  rendered text, cleaned below
        return f"{text} ({escape(url)})" if url.startswith("https://") and url != text else text

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002  same
        """Write an image as its alternative text."""
        return text

    def heading(self, text: str, level: int, **attributes: object) -> str:  # noqa: ARG002  same
        """Write a heading one level down at most to h4: the page's own title is its only h1."""
        return f"<h{max(2, min(level, 4))}>{text}</h{max(2, min(level, 4))}>\n"


def render_markdown(text: str) -> Markup:
    """Return markdown as harmless HTML.

    Parameters
    ----------
    text : str
        A markdown cell.

    Examples
    --------
    >>> render_markdown("Xem [nguồn](javascript:alert(1)) <img src=x onerror=alert(1)> **kỹ**")
    Markup('<p>Xem nguồn  <strong>kỹ</strong></p>')
    """
    render = mistune.create_markdown(renderer=_PlainRenderer(escape=False))
    html = str(render(unicodedata.normalize("NFC", text)))
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=lambda _tag, _name, value: value if value.startswith("#") else None,
        link_rel=None,
        clean_content_tags={"script", "style", "template", "iframe", "svg", "math", "title", "textarea"},
    )
    return Markup(clean.strip())  # noqa: S704  sanitised in the line above
