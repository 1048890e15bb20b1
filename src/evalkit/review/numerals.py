"""The numbers in a text, in the format of its language: 1.396.500 and 0,26 in Vietnamese, 1,396,500 and 0.26 in English."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from evalkit.review.reading import Language

_SIGNS = "-\u2212+"
BODY = {
    "vi": r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?",
    "en": r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?",
}
NUMERAL = {
    language: rf"(?<![\w.,/])(?<![^\W\d]-)[{_SIGNS}]?(?:{body})(?![\w])(?:\s?%)?"
    for language, body in BODY.items()
}
_FOUND = {language: re.compile(pattern) for language, pattern in NUMERAL.items()}
_TEXTS = 2**14
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Numeral(NamedTuple):
    """A number as it stands: its value with its sign, its decimals, whether a percentage, where it stands."""

    value: float
    decimals: int
    percent: bool
    signed: bool
    text: str
    start: int
    end: int

    @property
    def half(self) -> float:
        """Half a unit of its last digit: what rounding may have taken away."""
        return 0.5 * 10.0**-self.decimals + 1e-9

    @property
    def is_year(self) -> bool:
        """Whether it reads as a year."""
        return not self.percent and not self.signed and _YEAR.fullmatch(self.text) is not None


@lru_cache(maxsize=_TEXTS)
def numerals(text: str, language: Language) -> tuple[Numeral, ...]:
    """Return the numbers in a text.

    Parameters
    ----------
    text : str
    language : {"vi", "en"}
        Whose marks for thousands and decimals are meant.

    Examples
    --------
    >>> [one.value for one in numerals("từ \u22122,5% đến 1.396.500 người, COVID-19, V01", "vi")]
    [-2.5, 1396500.0]
    >>> numerals("0.26 of 1,000", "en")[0].decimals
    2
    """
    if not _DIGIT.search(text):
        return ()
    return tuple(
        Numeral(*_read(found[0], language), found[0], found.start(), found.end())
        for found in _FOUND[language].finditer(text)
    )


@lru_cache(maxsize=_TEXTS)
def _read(text: str, language: Language) -> tuple[float, int, bool, bool]:
    """Return a number's value and decimals, whether it is a percentage, and whether it has a sign."""
    body = text.rstrip("% \u00a0").lstrip(_SIGNS)
    thousands, point = (".", ",") if language == "vi" else (",", ".")
    plain = body.replace(thousands, "").replace(point, ".")
    sign = -1.0 if text[0] in "-\u2212" else 1.0
    decimals = len(plain.partition(".")[2])
    return sign * float(plain), decimals, text.endswith("%"), text[0] in _SIGNS
