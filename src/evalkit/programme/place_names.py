"""Vietnamese place names: one spelling for matching, one order for lists.

Sources write the same province in many ways: composed or decomposed letters, with or without diacritics, "Quang Ninh",
"QUẢNG-NINH", "T. Quảng Ninh", "TP. Hồ Chí Minh". All of them are read into one `Spelling`. What remains different after
that (short forms, old names) is declared in aliases.csv; nothing here guesses.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

UnitType = Literal["province", "municipality"]

_WORDS = re.compile(r"[^\W_]+")
_PREFIXES: tuple[tuple[tuple[str, ...], UnitType], ...] = (
    (("thanh", "pho"), "municipality"),
    (("t", "p"), "municipality"),
    (("tp",), "municipality"),
    (("tinh",), "province"),
    (("t",), "province"),
)
_SUFFIXES: dict[str, UnitType] = {"city": "municipality", "province": "province"}

_D = str.maketrans(
    {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"}
)  # no decomposition in Unicode; eth is a frequent slip for đ

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")  # level, grave, hook, tilde, acute, dot below


@dataclass(frozen=True, slots=True)
class Spelling:
    """A place name as it is compared.

    Attributes
    ----------
    exact : str
        Lower-case letters and digits only, diacritics kept, in composed form (NFC).
    bare : str
        The same without diacritics; đ becomes d.
    unit_type : str or None
        What the writing says the place is: "province" for "tỉnh", "T."; "municipality" for "thành phố", "TP"; None
        where it says nothing.
    """

    exact: str
    bare: str
    unit_type: UnitType | None


def read_spelling(text: str) -> Spelling:
    """Return the spelling by which a written name is compared.

    Parameters
    ----------
    text : str
        A name in any Unicode form, case and spacing, with or without "tỉnh", "thành phố", "TP.", "T.", "City" or
        "Province". A text of punctuation alone gives an empty spelling.

    Examples
    --------
    >>> read_spelling("TP. Đà-Nẵng")
    Spelling(exact='đànẵng', bare='danang', unit_type='municipality')
    >>> read_spelling("Quang Ninh province").bare == read_spelling("tỉnh QUẢNG NINH").bare
    True
    """
    words = _WORDS.findall(unicodedata.normalize("NFC", text).casefold())
    words, unit_type = _without_unit_type(words)
    exact = "".join(words)
    return Spelling(exact=exact, bare=without_diacritics(exact), unit_type=unit_type)


def without_diacritics(text: str) -> str:
    """Return a text in plain Latin letters.

    Examples
    --------
    >>> without_diacritics("Đắk Lắk")
    'Dak Lak'
    """
    letters = unicodedata.normalize("NFD", text.translate(_D))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def sort_key(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the key that puts names in Vietnamese alphabetical order.

    The letters decide first (a ă â b c d đ e ê …), the tones only between names with the same letters (level, huyền,
    hỏi, ngã, sắc, nặng): the order of CLDR for Vietnamese. Punctuation counts as a space, a space comes before any
    letter, a digit before any letter; letters of other languages come last.

    Examples
    --------
    >>> sorted(["Đồng Nai", "Điện Biên", "Đà Nẵng", "Cần Thơ", "An Giang"], key=sort_key)
    ['An Giang', 'Cần Thơ', 'Đà Nẵng', 'Điện Biên', 'Đồng Nai']
    """
    words = _WORDS.findall(unicodedata.normalize("NFC", name).casefold())
    letters = [_letter_and_tone(letter) for letter in " ".join(words)]
    return tuple(letter for letter, _ in letters), tuple(tone for _, tone in letters)


def _without_unit_type(words: list[str]) -> tuple[list[str], UnitType | None]:
    """Split off a leading or trailing word for the type of unit; a name is never emptied by it."""
    plain = [without_diacritics(word) for word in words]
    for prefix, unit_type in _PREFIXES:
        if tuple(plain[: len(prefix)]) == prefix and len(words) > len(prefix):
            return words[len(prefix) :], unit_type
    if len(words) > 1 and plain[-1] in _SUFFIXES:
        return words[:-1], _SUFFIXES[plain[-1]]
    return words, None


def _letter_and_tone(letter: str) -> tuple[int, int]:
    """Return the rank of a composed letter in the alphabet and the rank of its tone."""
    marks = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in marks[1:] if mark in _TONES), "")
    toneless = unicodedata.normalize("NFC", marks.replace(tone, "") if tone else marks)
    if toneless == " ":
        return 0, 0
    if toneless.isdecimal():
        return 1 + int(toneless), 0
    rank = _ALPHABET.find(toneless)
    return (100 + rank if rank >= 0 else 200 + ord(toneless[0])), _TONES.index(tone)
