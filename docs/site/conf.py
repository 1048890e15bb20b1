"""Settings of Sphinx for the documentation site. tools/docs_site copies this file beside the pages it brings together."""

from __future__ import annotations

from typing import Any

from pygments.lexers.special import TextLexer

project = "evalkit"
author = "The evalkit authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
smartquotes = False  # "--out" is two hyphens
myst_heading_anchors = 6  # links to headings are those of GitHub
napoleon_google_docstring = False
autodoc_member_order = "bysource"
add_module_names = False
toc_object_entries = False
html_theme = "furo"
html_title = "evalkit"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False


def _in_its_language(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:  # noqa: ARG001  Sphinx calls it so
    """Say in a Vietnamese page that it is one: readers aloud and browsers ask."""
    if page.endswith(".vi"):
        context["language"] = "vi"


def setup(app: Any) -> None:
    """Have Sphinx ask for the language of each page, and show a csv as it is."""
    app.add_lexer("csv", TextLexer)
    app.connect("html-page-context", _in_its_language)
