"""Words of a form as they are compared: case, blanks and Unicode form do not matter, and what does is named."""

from __future__ import annotations

import re
import unicodedata

from evalkit.places.place_names import without_diacritics

_BLANKS = re.compile(r"\s+")
_BEHIND = re.compile(r"\s*(\(\*{1,9}\)|\*{1,9}|\((?:[0-9]|[a-z])\)|[¹²³⁴⁵⁶⁷⁸⁹⁰]{1,9})$")
NUMBER_WORDS = {
    *[
        "khong",
        "mot",
        "hai",
        "ba",
        "bon",
        "tu",
        "nam",
        "lam",
        "sau",
        "bay",
        "tam",
        "chin",
        "muoi",
        "tram",
        "nghin",
        "ngan",
        "trieu",
    ],
    *["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
}
_HEADINGS = {
    *[
        "tinh",
        "thanh pho",
        "tinh thanh",
        "tinh tp",
        "tp",
        "tinh thanh pho",
        "ten tinh",
        "dia phuong",
        "ten dia phuong",
        "don vi",
        "stt",
        "tt",
    ],
    *[
        "nam",
        "nu",
        "nam gioi",
        "nu gioi",
        "gioi tinh",
        "thanh thi",
        "nong thon",
        "khu vuc",
        "vung",
        "khac",
        "chung",
        "trong do",
    ],
    *[
        "province",
        "city",
        "locality",
        "area",
        "male",
        "female",
        "men",
        "women",
        "sex",
        "urban",
        "rural",
        "other",
    ],
    *["n a", "na", "n d", "nd", "x", "none", "null", "khong co", "chi tieu", "ghi chu", "note"],
}  # of columns, and the values of breakdowns
_NO_LETTERS = re.compile(r"[\W_]+")
_TOTALS = {"tong cong", "tong so", "tong", "cong", "total", "grand total"}


def same_word(text: str) -> str:
    """Return a label as labels are compared: composed, in small letters, single blanks, without a colon at the end.

    Examples
    --------
    >>> same_word("Trong đó:  Nữ ") == same_word("trong đó: nữ")
    True
    """
    small = unicodedata.normalize("NFC", text).casefold()
    return _BLANKS.sub(" ", small).strip().rstrip(":").rstrip()


def plain_words(text: str) -> str:
    """Return a text in small letters without diacritics, for finding words in it.

    Examples
    --------
    >>> plain_words("Quý  I/2024")
    'quy i/2024'
    """
    return without_diacritics(same_word(text))


def without_mark(text: str) -> tuple[str, str]:
    """Return a text without the sign of a footnote behind it, and that sign.

    Examples
    --------
    >>> without_mark("2019 (*)"), without_mark("Hà Nội¹"), without_mark("8 (22)")
    (('2019', '(*)'), ('Hà Nội', '¹'), ('8 (22)', ''))
    """
    found = _BEHIND.search(text)
    return (text[: found.start()], found[1]) if found and found.start() else (text, "")


def is_total(label: str) -> bool:
    """Tell whether a label says no more than that its row is a total.

    Examples
    --------
    >>> is_total("TỔNG CỘNG:"), is_total("Tổng số vụ")
    (True, False)
    """
    return plain_words(without_mark(label)[0]) in _TOTALS


def is_heading(label: str) -> bool:
    """Tell whether a label is a word of headings, the value of a breakdown or a single letter: no misspelt name of a place.

    Examples
    --------
    >>> is_heading("Tỉnh/Thành phố"), is_heading("N/A"), is_heading("B"), is_heading("Hà Tĩn")
    (True, True, True, False)
    """
    words = _NO_LETTERS.sub(" ", plain_words(label)).strip()
    return len(words) < 2 or words in _HEADINGS


def says_number(text: str) -> bool:
    """Tell whether a text is a number in words; "không" by itself also says no.

    Examples
    --------
    >>> says_number("năm mươi"), says_number("ba"), says_number("không"), says_number("năm nay")
    (True, True, False, False)
    """
    words = plain_words(text).split()
    return bool(words) and words != ["khong"] and set(words) <= NUMBER_WORDS
