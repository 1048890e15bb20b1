"""Links between files of the repository, turned into links between pages of the site."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_LINK = re.compile(r"(?P<sign>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)#:\s]+)(?P<anchor>#[^)\s]*)?\)")


def turned(text: str, *, of: str, pages: Mapping[str, str]) -> str:
    """Return a page's Markdown with its links to files of the repository leading to pages of the site.

    A link to a file that is no page becomes its words: the site is read where the repository may not be. Addresses and links within the
    page stay as they are; so do pictures, which are copied beside the pages.

    Parameters
    ----------
    text : str
        Markdown.
    of : str
        The file it stands in, from the top of the repository.
    pages : mapping of str to str
        The page of the site for each file that has one.

    Examples
    --------
    >>> turned("See [forms](../docs/forms.md#keys), [the licence](../LICENSE).", of="data/README.md", pages={"docs/forms.md": "forms"})
    'See [forms](forms.md#keys), the licence.'
    """

    def page_link(link: re.Match[str]) -> str:
        words, target, anchor = link["words"], link["target"], link["anchor"] or ""
        file = os.path.normpath(Path(of).parent / target)
        if link["sign"]:
            return f"![{words}]({Path(target).name})"
        return f"[{words}]({pages[file]}.md{anchor})" if file in pages else words

    return _LINK.sub(page_link, text)
