"""Vietnamese place names: one spelling for matching, one order for lists.

Sources write the same province in many ways: composed or decomposed letters, with or without diacritics, "Quang Ninh",
"QUẢNG-NINH", "T. Quảng Ninh", "TP. Hồ Chí Minh". All of them are read into one `Spelling`. What remains different after
that (short forms, old names) is declared in aliases.csv; nothing here guesses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from evalkit.places.nation import UnitWords, reference_nation

_WORDS = re.compile(r"[^\W_]+")

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
        What the writing says the place is, a type of the registry: "province" for "tỉnh", "T."; "municipality" for
        "thành phố", "TP"; None where it says nothing.
    """

    exact: str
    bare: str
    unit_type: str | None


def read_spelling(text: str, types: Mapping[str, UnitWords] | None = None) -> Spelling:
    """Return the spelling by which a written name is compared.

    Parameters
    ----------
    text : str
        A name in any Unicode form, case and spacing, with or without the word for its type: "tỉnh", "TP.", "Province".
        A text of punctuation alone gives an empty spelling.
    types : mapping of UnitWords, optional
        The registry's types of unit with their words; those of the reference registry by default.

    Examples
    --------
    >>> read_spelling("TP. Đà-Nẵng")
    Spelling(exact='đànẵng', bare='danang', unit_type='municipality')
    >>> read_spelling("Quang Ninh province").bare == read_spelling("tỉnh QUẢNG NINH").bare
    True
    """
    words = _WORDS.findall(unicodedata.normalize("NFC", text).casefold())
    words, unit_type = _without_unit_type(words, reference_nation().unit_type if types is None else types)
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


def _without_unit_type(words: list[str], types: Mapping[str, UnitWords]) -> tuple[list[str], str | None]:
    """Split off a leading or trailing word for the type of unit; a name is never emptied by it."""
    plain = tuple(without_diacritics(word) for word in words)
    before, after = _words_of_types(tuple((name, one.before, one.after) for name, one in types.items()))
    for prefix, unit_type in before:
        if plain[: len(prefix)] == prefix and len(words) > len(prefix):
            return words[len(prefix) :], unit_type
    for suffix, unit_type in after:
        if plain[-len(suffix) :] == suffix and len(words) > len(suffix):
            return words[: -len(suffix)], unit_type
    return words, None


Words = list[tuple[tuple[str, ...], str]]


@lru_cache(maxsize=16)
def _words_of_types(types: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]) -> tuple[Words, Words]:
    """Return the plain words before and after a name with the type each stands for, the longest first."""
    before = [(_plain_words(text), name) for name, texts, _ in types for text in texts]
    after = [(_plain_words(text), name) for name, _, texts in types for text in texts]
    longest_first: tuple[Words, Words] = (
        sorted(before, key=lambda one: -len(one[0])),
        sorted(after, key=lambda one: -len(one[0])),
    )
    return longest_first


def _plain_words(text: str) -> tuple[str, ...]:
    found = _WORDS.findall(unicodedata.normalize("NFC", text).casefold())
    return tuple(without_diacritics(word) for word in found)


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
