"""What finds a page in the list: one script of our own, known to the browser by its hash, and filters that need none.

No other page has a script. The browser runs this one because the page's policy names the SHA-256 of the bytes between its tags;
one that was altered, or any other, does not run, and ``evalkit verify`` refuses it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources as packaged

from markupsafe import Markup


@cache
def script() -> str:
    """Return the script of the list of pages, as it stands between its tags: search, order, how many are shown."""
    return re.sub(r"\n", "", _file("index.js"))


def script_hash(text: str) -> str:
    """Return how a Content-Security-Policy names a script: SHA-256 of its bytes in base 64.

    Examples
    --------
    >>> script_hash("1")  # openssl dgst -sha256 -binary | base64
    'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def style(groups: Iterable[tuple[str, Iterable[str]]], cells: Iterable[tuple[int, int]] = ()) -> Markup:
    """Return the style of the list: its own sheet, and a rule for each choice that leaves out the rows of the others.

    Parameters
    ----------
    groups : iterable of pair
        The attribute that rows are told apart by, and its values; a value is chosen by the radio button ``<attribute>-<value>``.
    cells : iterable of pair of int
        Rows and columns of the small map in which there is a tile.

    Examples
    --------
    >>> str(style([("s", ["none"])])).splitlines()[-2]
    'main:has(#s-none:checked) tr[data-s]:not([data-s="none"]){display:none!important}'
    """
    rules = "\n".join(
        f'main:has(#{name}-{value}:checked) tr[data-{name}]:not([data-{name}="{value}"]){{display:none!important}}'
        for name, values in groups
        for value in values
    )
    sheet = re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", _file("index.css"), flags=re.DOTALL)).strip()
    places = "".join(f".t{row}-{column}{{grid-area:{row}/{column}}}" for row, column in sorted(cells))
    return Markup(f"\n{sheet}\n{places}\n@media screen{{\n{rules}\n}}")  # noqa: S704  our own sheet and names


def _file(name: str) -> str:
    return packaged.files("evalkit.reporting").joinpath(f"template/{name}").read_text(encoding="utf-8")
