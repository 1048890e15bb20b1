"""Say a thing in every language of the pages: the English sentence is the key, the Vietnamese one stands in locale/vi.

Sentences are whole: nothing is glued from fragments, only names and numbers are filled in. A sentence without its
Vietnamese stops the run. Those of other languages stand in the workspace, ``locale/<language>/LC_MESSAGES/evalkit.po``, which
is read as it is; one that is missing there is said in English, and ``evalkit check`` counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from babel.messages.pofile import PoFileError

from evalkit.catalogue_file import sentences_of
from evalkit.errors import DeclarationError
from evalkit.languages import KEY, wording_of
from evalkit.messages import worded
from evalkit.reporting.bilingual import Bilingual, by_language

CATALOGUE = "locale/vi/LC_MESSAGES/evalkit.po"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def say(english: str, **names: Bilingual | str) -> Bilingual:
    """Return a sentence in every language with its names and numbers filled in.

    Parameters
    ----------
    english : str
        The English template, a literal; ``{name}`` marks what is filled in.
    **names : Bilingual or str
        What to fill in; a plain str is the same in all languages.

    Raises
    ------
    DeclarationError
        If the Vietnamese is missing, or the names given are not those of the template.

    Examples
    --------
    >>> say("Table {number}.", number="2")
    Bilingual(vi='Bảng 2.', en='Table 2.')
    """
    wanted = _gaps(english)
    if wanted != names.keys():
        raise DeclarationError(
            where=f"say({english!r})",
            rule=f"the template names {sorted(wanted)}, the call gives {sorted(names)}",
            do="give exactly the names of the template",
        )
    if not names:
        return by_language(lambda language: _fill(_sentence(english, language), {}))
    return by_language(
        lambda language: _fill(
            _sentence(english, language),
            {
                name: value.of(language) if isinstance(value, Bilingual) else value
                for name, value in names.items()
            },
        )
    )


def placeholders(template: str) -> set[str]:
    """Return the names a template leaves open.

    Examples
    --------
    >>> sorted(placeholders("{count} of {total}"))
    ['count', 'total']
    """
    return set(_gaps(template))


@lru_cache(maxsize=10_000)
def _gaps(template: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(template))


@cache
def catalogue() -> dict[str, str]:
    """Return the Vietnamese of every sentence; entries left empty or marked fuzzy do not count."""
    source = resources.files("evalkit.reporting").joinpath(CATALOGUE)
    with source.open("rb") as stream:
        return sentences_of(stream, "vi")


def own_catalogues(folder: Path, languages: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the sentences of a workspace's own catalogues, by language.

    Parameters
    ----------
    folder : Path
        The workspace's folder; a catalogue is ``locale/<language>/LC_MESSAGES/evalkit.po`` in it.
    languages : iterable of str
        The workspace's languages.

    Raises
    ------
    DeclarationError
        If a catalogue cannot be read, or a sentence has other gaps than the English one.
    """
    found = {}
    for language in languages:
        path = folder / "locale" / language / "LC_MESSAGES" / "evalkit.po"
        if path.is_file():
            found[language] = _own_catalogue(path, language)
    return found


def _own_catalogue(path: Path, language: str) -> dict[str, str]:
    try:
        with path.open("rb") as stream:
            own = sentences_of(stream, language)
    except (UnicodeDecodeError, PoFileError, ValueError) as fault:
        raise DeclarationError(
            where=str(path),
            rule=worded("a catalogue is a gettext .po file in UTF-8: {fault}", fault=fault),
            do=worded("correct the file"),
        ) from fault
    for english, text in own.items():
        if placeholders(english) != placeholders(text):
            raise DeclarationError(
                where=f"{path}, msgid {english!r}",
                rule=worded(
                    "a sentence has the gaps of the English one: {gaps}", gaps=sorted(placeholders(english))
                ),
                do=worded("write each of them once or more, in braces, and no other"),
            )
    return own


def untold(own: Mapping[str, str]) -> int:
    """Count the sentences of the pages that a workspace's own catalogue lacks."""
    return len(catalogue().keys() - own.keys())


def _sentence(english: str, language: str) -> str:
    """Return a sentence in a language: from the workspace's own catalogue, else from ours, else in English."""
    own = wording_of(language).get(english)
    if own is not None or language == KEY:
        return own or english
    return _vietnamese(english) if language == "vi" else english


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
    parts = _parts(template)
    if len(parts) == 1:
        return template
    return "".join([names[part] if place % 2 else part for place, part in enumerate(parts)])


@lru_cache(maxsize=10_000)
def _parts(template: str) -> tuple[str, ...]:
    """Return a template in parts, text and names in turn."""
    return tuple(_PLACEHOLDER.split(template))
