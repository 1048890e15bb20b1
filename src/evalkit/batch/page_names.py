"""What stands around a page: its files' names, the pages it links to, and the lines on how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evalkit.batch.fingerprint import kit_version, library_versions
from evalkit.facts.audiences import INTERNAL, file_stem
from evalkit.languages import ending
from evalkit.reporting.blocks import Bilingual, Language
from evalkit.reporting.wording import say

if TYPE_CHECKING:
    from evalkit.facts.areas import About

NOTEBOOKS = "notebooks"
TABLES = "tables"
INDEX = "index"
NATIONAL = "national"
_SHORT_KEY = 12


def page_file(stem: str, language: Language) -> str:
    """Return a page's file name: the language is told for all but the workspace's first.

    Examples
    --------
    >>> page_file("22-quang-ninh", "vi"), page_file("22-quang-ninh", "en")
    ('22-quang-ninh.html', '22-quang-ninh.en.html')
    """
    return f"{stem}{ending(language)}.html"


def page_files(stem: str, languages: Sequence[Language]) -> tuple[str, ...]:
    """Return the names of a page's files in the languages wanted."""
    return tuple(page_file(stem, language) for language in languages)


def neighbours(
    stem: str, language: Language, languages: Sequence[Language], *, country: bool = False
) -> dict[str, Any]:
    """Return the pages a page links to: itself in the other languages that are made, the list of all pages and, where there is one, the country's.

    Examples
    --------
    >>> neighbours("22-quang-ninh", "vi", ("vi",), country=True)
    {'index': 'index.html', 'country': 'national.html'}
    >>> neighbours("national", "vi", ("vi",), country=True)
    {'index': 'index.html'}
    """
    others = [(other, page_file(stem, other)) for other in languages if other != language]
    audience = "internal" if stem.endswith(INTERNAL) else "public"
    index, nation = (file_stem(name, audience) for name in (INDEX, NATIONAL))
    links: dict[str, Any] = {} if stem == index else {"index": page_file(index, language)}
    if country and stem not in (index, nation):
        links["country"] = page_file(nation, language)
    return links | ({"siblings": others} if others else {})


def footer_lines(about: About, *, content_key: str, edition: str = "") -> tuple[Bilingual, ...]:
    """Return what a page says about how it was made: rules, versions, content key.

    Parameters
    ----------
    about : About
        The bundle's own description.
    content_key : str
        The page's content key; its first characters are shown. The index has none: pass "".
    edition : str
        The edition's name, where it was given one.
    """
    versions = ", ".join(f"{name} {version}" for name, version in library_versions().items())
    lines = [
        say("Edition: {name}.", name=edition) if edition else None,
        _rule(about) if about.audience == "public" else None,
        say("Custodian of the figures: {name}.", name=about.custodian) if about.custodian else None,
        say("Made with evalkit {version}; {libraries}.", version=kit_version(), libraries=versions),
        say("Content key: {key}.", key=content_key[:_SHORT_KEY]) if content_key else None,
    ]
    return tuple(line for line in lines if line is not None)


def _rule(about: About) -> Bilingual:
    return say(
        "Rule of protection: counts of persons below {k} (below {sensitive} in sensitive breakdowns) are hidden unless officially published.",
        k=str(about.k),
        sensitive=str(about.k_sensitive),
    )
