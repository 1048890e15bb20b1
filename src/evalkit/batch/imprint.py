"""What stands around a page: its files' names, the pages it links to, and the lines on how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evalkit.batch.fingerprint import kit_version, library_versions
from evalkit.facts.audiences import INTERNAL, file_stem
from evalkit.reporting.blocks import Bilingual, Language

if TYPE_CHECKING:
    from evalkit.facts.areas import About

NOTEBOOKS = "notebooks"
TABLES = "tables"
INDEX = "index"
_SUFFIX: Mapping[Language, str] = {"vi": ".html", "en": ".en.html"}
_SHORT_KEY = 12


def page_file(stem: str, language: Language) -> str:
    """Return a page's file name.

    Examples
    --------
    >>> page_file("22-quang-ninh", "vi"), page_file("22-quang-ninh", "en")
    ('22-quang-ninh.html', '22-quang-ninh.en.html')
    """
    return stem + _SUFFIX[language]


def page_files(stem: str, languages: Sequence[Language]) -> tuple[str, ...]:
    """Return the names of a page's files in the languages wanted."""
    return tuple(page_file(stem, language) for language in languages)


def neighbours(stem: str, language: Language, languages: Sequence[Language]) -> dict[str, Any]:
    """Return the pages a page links to: itself in the other language, where that is made, and the list of all pages."""
    other = next((one for one in languages if one != language), None)
    index = file_stem(INDEX, "internal" if stem.endswith(INTERNAL) else "public")
    links: dict[str, Any] = {} if stem == index else {"index": page_file(index, language)}
    return links | ({"sibling": page_file(stem, other)} if other else {})


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
    custodian = about.custodian
    lines = [
        Bilingual(f"Ấn bản: {edition}.", f"Edition: {edition}.") if edition else None,
        Bilingual(
            f"Quy tắc bảo vệ: ẩn số lượng người dưới {about.k} (dưới {about.k_sensitive} với phân tổ nhạy cảm) nếu chưa được công bố chính thức.",
            f"Rule of protection: counts of persons below {about.k} (below {about.k_sensitive} in sensitive breakdowns) are hidden unless officially published.",
        )
        if about.audience == "public"
        else None,
        Bilingual(f"Đơn vị giữ số liệu: {custodian}.", f"Custodian of the figures: {custodian}.")
        if custodian
        else None,
        Bilingual(
            f"Lập bằng evalkit {kit_version()}; {versions}.",
            f"Made with evalkit {kit_version()}; {versions}.",
        ),
        Bilingual(
            f"Mã kiểm tra nội dung: {content_key[:_SHORT_KEY]}.", f"Content key: {content_key[:_SHORT_KEY]}."
        )
        if content_key
        else None,
    ]
    return tuple(line for line in lines if line is not None)
