"""Full names of persons, of the highlands as well: a text that is nothing but one, or several of them."""

from __future__ import annotations

import re

from evalkit.facts.forms.person_names import FAMILY_NAMES
from evalkit.places.place_names import without_diacritics

_UPLAND = frozenset(
    ["vừ", "lầu", "hờ", "lường", "hạng", "lù", "chảo", "tẩn", "phàn", "sầm", "hứa", "quách", "cứ", "mùa", "ly", "chang", "tráng"]
)  # fmt: skip
_CLANS = (
    "niê|mlô|êban|êban|êñuôl|ênuôl|ayun|byă|bya|kbuôr|buôr|ksor|rmah|r'mah|siu|nay|kpă|kpa|rahlan|rơ ?chăm|rơ ?lan|rơ ?mah|rcom|r'com|ktla|kriêng"
    "|knul|hmŏk|hđơk|hwing|adrơng|mdrang|buôn yă|buôn krông|krông|kdăm|kđăm|alêô|bdap|bkrông"
)
_HIGHLAND = re.compile(
    rf"(?<![\w'’])(?:[Yy] [^\W\d_]+(?: [^\W\d_]+)? (?i:{_CLANS})|[HK]['’] ?(?!Mông|Mong|Rê|Re|Ho|Bang|Leo|Roi)[^\W\d_]{{2,}}(?: (?i:{_CLANS}))?)(?![\w'’])"
)
_MIDDLE = ("thị", "văn", "thi", "van")
_OF_OTHER_WORDS = frozenset(
    [
        "đô",
        "siêu",
        "thành",
        "chỉ",
        "hiển",
        "cận",
        "khu",
        "công",
        "nhân",
        "hội",
        "ngữ",
        "bản",
        "anh",
        "khoa",
        "tin",
        "chánh",
        "thiên",
    ]
)  # "đô thị", "công văn"
_ALSO_WORDS = frozenset(
    [
        *["đoàn", "hồ", "đào", "lý", "dương", "lương", "vàng", "võ", "hà", "tô", "vũ", "cao", "mai", "lâm"],
        *["cứ", "mùa", "ly", "chang", "tráng", "hứa", "hạng"],
    ]
)
_NOT_PERSONS = ("hoang su phi", "tran van thoi", "ho thi ky", "le minh xuan", "nguyen binh khiem")
_LISTED = re.compile(r"\s*[;,+&/|]\s*|\s+và\s+")
_NUMBER = re.compile(r"^[-–+•]?\s*(?:[0-9]{1,2}[.)]\s*)?")


def is_full_name(text: str) -> bool:
    """Tell whether a text is a person's full name and can hardly be another: three words or more, and no word for a thing before them.

    Examples
    --------
    >>> is_full_name("Vừ A Dính"), is_full_name("H'Hen Niê"), is_full_name("Mai Sơn"), is_full_name("Hoàng Su Phì")
    (True, True, False, False)
    """
    if _HIGHLAND.fullmatch(text):
        return True
    words = text.split()[:6]
    if not 3 <= len(words) <= 5 or not all(word.isalpha() and word[:1].isupper() for word in words):
        return False
    if without_diacritics(text.casefold()).startswith(_NOT_PERSONS):
        return False
    first, second = words[0].casefold(), words[1].casefold()
    if second in _MIDDLE:
        return first not in _OF_OTHER_WORDS
    if first not in FAMILY_NAMES | _UPLAND or text.isupper():
        return False
    return first not in _ALSO_WORDS or second == "a"


def names_alone(text: str) -> bool:
    """Tell whether a text is a list of two full names or more and nothing else.

    Examples
    --------
    >>> names_alone("Vừ A Dính; Sùng Thị Mỷ"), names_alone("Vừ A Dính")
    (True, False)
    """
    parts = [_NUMBER.sub("", part) for part in _LISTED.split(text) if part.strip()]
    return len(parts) > 1 and all(map(is_full_name, parts))


def highland_names(text: str) -> list[re.Match[str]]:
    """Return the names of the highlands within a text: "Y" or "H'" with a given name, and mostly a clan's."""
    return list(_HIGHLAND.finditer(text))
