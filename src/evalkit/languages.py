"""The languages of the pages that a process makes: those of one workspace at a time.

A workspace names its languages; evalkit brings the sentences of its pages in English, the key of every sentence, and in
Vietnamese. What the workspace's own catalogues add travels in the bundle, and who opens a bundle speaks its languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

DEFAULT = ("vi", "en")
KEY = "en"  # sentences are looked up by their English
CODE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")  # vi, en, pt-BR, sr-Latn


@dataclass(frozen=True, slots=True)
class Speech:
    """The languages of a workspace, the first one first, and the sentences of its own catalogues by language."""

    languages: tuple[str, ...] = DEFAULT
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_SPEECH = [Speech()]


def speak(languages: Sequence[str], wordings: Mapping[str, Mapping[str, str]] | None = None) -> None:
    """Make pages in these languages from now on.

    Parameters
    ----------
    languages : sequence of str
        Of a workspace; pages in the first have the plain file names.
    wordings : mapping, optional
        The sentences of the workspace's own catalogues: language to English to wording.
    """
    _SPEECH[0] = Speech(tuple(languages), wordings or {})


@contextmanager
def speaking(
    languages: Sequence[str], wordings: Mapping[str, Mapping[str, str]] | None = None
) -> Iterator[None]:
    """Make pages in these languages for a while.

    Examples
    --------
    >>> with speaking(["fi", "en"]):
    ...     spoken(), ending("fi"), ending("en")
    (('fi', 'en'), '', '.en')
    """
    before = _SPEECH[0]
    speak(languages, wordings)
    try:
        yield
    finally:
        _SPEECH[0] = before


def spoken() -> tuple[str, ...]:
    """Return the languages of the pages.

    Examples
    --------
    >>> spoken()
    ('vi', 'en')
    """
    return _SPEECH[0].languages


def written() -> tuple[str, ...]:
    """Return the languages in which a sentence is written: those of the pages, and English, by which it is looked up."""
    languages = spoken()
    return languages if KEY in languages else (*languages, KEY)


def wording_of(language: str) -> Mapping[str, str]:
    """Return the sentences of the workspace's own catalogue of a language."""
    return _SPEECH[0].wordings.get(language, {})


def ending(language: str) -> str:
    """Return what a language adds to the name of a file, before its kind: nothing for the workspace's first."""
    return "" if language == spoken()[0] else f".{language}"
