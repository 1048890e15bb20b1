"""Say a thing in both languages: the English sentence is the key, the Vietnamese one stands in locale/vi.

Sentences are whole: nothing is glued from fragments, only names and numbers are filled in. A sentence without its
Vietnamese stops the run.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

from babel.messages.pofile import read_po

from evalkit.errors import DeclarationError
from evalkit.reporting.blocks import Bilingual

CATALOGUE = "locale/vi/LC_MESSAGES/evalkit.po"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def say(english: str, **names: Bilingual | str) -> Bilingual:
    """Return a sentence in both languages with its names and numbers filled in.

    Parameters
    ----------
    english : str
        The English template, a literal; ``{name}`` marks what is filled in.
    **names : Bilingual or str
        What to fill in; a plain str is the same in both languages.

    Raises
    ------
    DeclarationError
        If the Vietnamese is missing, or the names given are not those of the template.

    Examples
    --------
    >>> say("Table {number}.", number="2")
    Bilingual(vi='Bảng 2.', en='Table 2.')
    """
    wanted = set(_PLACEHOLDER.findall(english))
    if wanted != set(names):
        raise DeclarationError(
            where=f"say({english!r})",
            rule=f"the template names {sorted(wanted)}, the call gives {sorted(names)}",
            do="give exactly the names of the template",
        )
    filled = {
        name: value if isinstance(value, Bilingual) else Bilingual(value, value)
        for name, value in names.items()
    }
    return Bilingual(
        vi=_fill(_vietnamese(english), {name: value.vi for name, value in filled.items()}),
        en=_fill(english, {name: value.en for name, value in filled.items()}),
    )


def placeholders(template: str) -> set[str]:
    """Return the names a template leaves open.

    Examples
    --------
    >>> sorted(placeholders("{count} of {total}"))
    ['count', 'total']
    """
    return set(_PLACEHOLDER.findall(template))


@cache
def catalogue() -> dict[str, str]:
    """Return the Vietnamese of every sentence; entries left empty or marked fuzzy do not count."""
    source = resources.files("evalkit.reporting").joinpath(CATALOGUE)
    with source.open("rb") as stream:
        messages = read_po(stream, locale="vi")
    return {
        str(message.id): unicodedata.normalize("NFC", str(message.string))
        for message in messages
        if message.id and message.string and not message.fuzzy
    }


def _vietnamese(english: str) -> str:
    try:
        return catalogue()[english]
    except KeyError:
        raise DeclarationError(
            where=f"say({english!r})",
            rule="every sentence of a page has its Vietnamese",
            do=f"add it to reporting/{CATALOGUE}",
        ) from None


def _fill(template: str, names: dict[str, str]) -> str:
    """Fill in once: what is filled in is never read as a template itself."""
    return _PLACEHOLDER.sub(lambda found: names[found[1]], template)
