"""What stands in the site, in which order, and where each page comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.docs_site.api_pages import errors_page, records_page, shop_window_page
from tools.docs_site.commands_page import commands_page
from tools.docs_site.messages_page import messages_page

START = "index"
START_PAGES = {"docs/site/index.md": START, "docs/site/index.vi.md": "index.vi"}
NOTEBOOKS = "notebooks/explore"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading of the list of pages, and the pages under it in order.

    Attributes
    ----------
    heading : str
    pages : tuple of str
        Names of pages in the site, as a list of pages of Sphinx takes them: ``Title <name>`` where a page is called otherwise.
    """

    heading: str
    pages: tuple[str, ...]


PAGES_OF_FILES: Mapping[str, str] = {
    **START_PAGES,
    "docs/forms.md": "forms",
    "docs/forms.vi.md": "forms.vi",
    "docs/batch.md": "batch",
    "docs/disclosure.md": "disclosure",
    "docs/disclosure-evidence.md": "disclosure-evidence",
    "docs/pages.md": "pages",
    "docs/article.md": "article",
    "docs/additivity.md": "additivity",
    "docs/indicators.md": "indicators",
    "docs/methods.md": "methods",
    "docs/joinpoint.md": "joinpoint",
    "docs/provinces.md": "provinces",
    "data/README.md": "files",
    "CONTRIBUTING.md": "recipes",
    "GLOSSARY.md": "glossary",
    "CHANGELOG.md": "changes",
    f"{NOTEBOOKS}/01_first_look.ipynb": "first-look",
    f"{NOTEBOOKS}/02_compare_and_model.ipynb": "compare-and-model",
    f"{NOTEBOOKS}/03_from_exploration_to_batch.ipynb": "exploration-to-batch",
    f"{NOTEBOOKS}/04_own_indicator.ipynb": "own-indicator",
    f"{NOTEBOOKS}/05_did_it_make_a_difference.ipynb": "did-it-make-a-difference",
}

# Files that are no page of the site, and the page that stands for each where another page leads there.
STANDS_FOR: Mapping[str, str] = {
    "README.md": START,
    "README.vi.md": "index.vi",
    "src/evalkit/__init__.py": "shop-window",
    "src/evalkit/records.py": "records",
    "src/evalkit/errors.py": "errors",
    "src/evalkit/cli.py": "commands",
    "src/evalkit/locale/vi/LC_MESSAGES/messages.po": "messages",
}

GENERATED = {
    "shop-window": shop_window_page,
    "records": records_page,
    "errors": errors_page,
    "commands": commands_page,
    "messages": messages_page,
}

CHAPTERS = (
    Chapter("Start · Bắt đầu", ("English <self>", "Tiếng Việt <index.vi>")),
    Chapter(
        "Tutorial · Làm quen",
        (
            "first-look",
            "compare-and-model",
            "exploration-to-batch",
            "own-indicator",
            "did-it-make-a-difference",
        ),
    ),
    Chapter("How to · Cách làm", ("forms", "forms.vi", "batch", "disclosure", "recipes")),
    Chapter(
        "Reference · Tra cứu",
        (
            *("shop-window", "records", "errors", "commands", "messages", "files", "pages", "additivity"),
            *("indicators", "methods", "joinpoint", "provinces", "glossary", "changes"),
        ),
    ),
    Chapter("Why · Vì sao", ("article", "disclosure-evidence")),
)
