"""A person named within a longer text, such as a note: told by what stands before the name or behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evalkit.facts.forms.full_names import highland_names, is_full_name, names_alone
from evalkit.facts.forms.person_names import FAMILY_NAMES
from evalkit.facts.forms.plain_words import plain_words
from evalkit.places.place_names import without_diacritics

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 5
_PERSON = re.compile(
    r"\b(?:nan nhan|doi tuong|bi can|bi cao|bi hai|bi don|thu pham|nghi pham|chau be|victims?|suspects?|accused|defendants?)"
    r"(?: nu| nam)?(?: ten)?(?: la)?(?: (?:mr|mrs|ms)\.?)?\W*$"
)
_CALLED = re.compile(r"\b(?:cháu|em|vụ|vụ án|đối với)(?: tên)?(?: là)?\W*$", re.IGNORECASE)
_UPPER = "".join(letter for letter in map(chr, range(0x1F00)) if letter.isupper())
_ADDRESSED = re.compile(
    r"(?<!\w)(?i:cháu|em|chị|anh|bà|ông|cô|nạn nhân|đối tượng|bị can|bị cáo|bị hại)(?: (?i:nữ|nam))?(?P<named> (?i:tên)(?: (?i:là))?)?"
    rf" (?P<name>[{_UPPER}][\w'’]*\.?(?: [{_UPPER}][\w'’]*\.?){{0,3}})"
)
_PEOPLES = frozenset(
    ["lào", "trung quốc", "campuchia", "thái lan", "myanmar", "malaysia", "việt nam", "mông", "thái", "dao", "tày", "nùng", "khmer"]
)  # fmt: skip
_NUMBER_BEHIND = re.compile(r"[^:]{0,40}:\s?[0-9]")
_DOCUMENT = re.compile(
    r"\b(?:cmnd|cmt|cccd|can cuoc(?: cong dan)?|chung minh(?: nhan dan| thu)?|ho chieu|passport)(?: so)?\W*(?:[a-z]{1,2}[0-9]{6,8}|[0-9]{8,12})\b"
)
_BORN = re.compile(
    r"[\s,;:(.\-–]*(?:nam|nu|gioi tinh \w+)?[\s,;(.\-–]*(?:sinh (?:nam|ngay|thang)?[\s:]*[0-9]|sn[\s:.]*[0-9]|ngay sinh|nam sinh|born|aged?\b|dob\b|tru (?:tai|o)\b|thuong tru|tam tru|"
    r"hktt|que (?:quan|o)?\b|cccd|cmnd|can cuoc|ho chieu|passport)"
)
_AGE = re.compile(
    r"[\s,;:(.\-–]*(?:nam|nu)?[\s,;(.\-–]*(?:[0-9]{1,2} tuoi|(?:19[3-9]|20[01])[0-9]\s*\)|[0-9]{1,2} years old)"
)
_TITLED = re.compile(r"(?:^|[;:.\n]\s*|(?<!\w)(?:bà|ông|chị|anh|em|cháu|cô|chú|bé)\s+)$", re.IGNORECASE)
_LIVES = re.compile(
    r"[\s,(–-]*(?:(?:hiện |đang |sống |cư trú |tạm trú |trú |ngụ )*(?:ở|ngụ) (?!(?:bộ|sở|cục|vụ|viện|toà|tòa|phòng|ban|cơ quan|công an|ubnd|trung ương|đơn vị)\b)|(?:[,(–-]\s*)(?:bản|thôn|ấp|buôn|sóc) )"
)
_WITH_PERSON = r"\b(?:nan nhan|nn|doi tuong|bi can|bi cao|bi hai|nghi pham|chau|chi|em|ong|ba|co|anh|victim|suspect)\b[^.;\n]{0,60}?"
_REACHED = re.compile(
    rf"{_WITH_PERSON}\b(?:(?:so )?tai khoan|stk|account(?: no| number)?)\b\W*(?:\w+ ){{0,3}}[0-9][0-9 .]{{6,}}[0-9]"
    rf"|{_WITH_PERSON}\b(?:facebook|fb|zalo|messenger|tiktok)(?:\.com/\w|\W{{1,3}}(?:\+?[0-9][0-9 .]{{6,}}|@\w))"
    rf"|{_WITH_PERSON}\b(?:bien (?:so|kiem soat)|bks)\b\W*[1-9][0-9][ -]?[a-z]{{1,2}}[0-9]?[ .-]*[0-9]{{3}}"
    rf"|{_WITH_PERSON}(?<!\w)[1-9][0-9]-?[a-z]{{1,2}}[0-9]?[ -][0-9]{{3}}\.?[0-9]{{2}}(?!\w)"
)
_PUBLIC = re.compile(r"\b(?:kho bac|quyen gop|ung ho|quy|fanpage|trang)\b")
_COUNTED = re.compile(r"\s*[:(=]?\s*[0-9]")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]{1,2}\.\s?){1,3}[^\W\d_]\b\.?")
_MIDDLE = ("thi", "van", "a")
_DISTRICTS = (
    "hoang su phi",
    "tran van thoi",
)  # districts and communes that bear a family name and two further words
_OTHER_WORDS = frozenset(["đoàn", "hồ", "đào", "lý", "dương", "lương", "vàng", "võ", "hà", "tô", "vũ"])
_IN_ASCII = frozenset(
    without_diacritics(name)
    for name in FAMILY_NAMES
    if len(name) > 3 and name not in ("dương", "giàng", "quàng")
)


_SMALL = re.compile(rf"\b(?:{'|'.join(sorted(_IN_ASCII))}) (?:thi|van) [a-z]+(?: (?!sn\b|sinh\b)[a-z]+)?\b")
_THREE_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.\s?){2,4}[^\W\d_]?\.?(?![^\W\d_])")


def names_a_person(text: str, is_place: Callable[[str], bool]) -> bool:
    """Tell whether a text names a person with what makes it a particular: as victim or suspect, with age, birth or abode.

    Parameters
    ----------
    text : str
    is_place : callable
        Tells whether words name a place: "nạn nhân Hà Nội" names no person.

    Examples
    --------
    >>> names_a_person("Nạn nhân Lê Thị Giả đã về", lambda words: False)
    True
    >>> names_a_person("Người lập biểu: Lê Thị Giả", lambda words: False)
    False
    """
    names = any(
        _is_told(text[: found[0].start()], found, text[found[-1].end() :], is_place) for found in _runs(text)
    )
    initials = any(
        _PERSON.search(plain_words(text[: one.start()])) and _BORN.match(plain_words(text[one.end() :]))
        for one in _INITIALS.finditer(text)
    )
    return names or initials or _is_addressed(text, is_place) or _is_born(text) or _is_told_otherwise(text)


def _is_told_otherwise(text: str) -> bool:
    """Tell a list of names, a name of the highlands as victim or with its birth, and an account, a link or a number plate of a person."""
    highland = any(
        _PERSON.search(plain_words(text[: one.start()])) or tells_birth(text[one.end() :])
        for one in highland_names(text)
    )
    plain = plain_words(text)
    reached = _REACHED.search(plain) is not None and _PUBLIC.search(plain) is None
    return highland or reached or names_alone(text)


def _is_addressed(text: str, is_place: Callable[[str], bool]) -> bool:
    """Tell whether a person is called by one name, or by a letter, with age or birth, or by the word for a name: "chị Hoa, 22 tuổi", "nạn nhân tên H."."""
    return any(
        not is_place(one["name"])
        and one["name"].casefold() not in _PEOPLES
        and not _NUMBER_BEHIND.match(text[one.end() :])
        and (tells_birth(text[one.end() :]) or (one["named"] and not _COUNTED.match(text[one.end() :])))
        for one in _ADDRESSED.finditer(text)
    )


def _is_born(text: str) -> bool:
    """Tell a number of an identity document, a name in small letters as victim or with its birth, and initials with a birth."""
    plain = plain_words(text)
    small = any(
        _PERSON.search(plain[: one.start()]) or _BORN.match(plain[one.end() :])
        for one in _SMALL.finditer(plain)
    )
    initials = any(tells_birth(text[one.end() :]) for one in _THREE_INITIALS.finditer(text))
    return small or initials or _DOCUMENT.search(plain) is not None


def is_initials(text: str) -> bool:
    """Tell whether a text is no more than the initials of a name.

    Examples
    --------
    >>> is_initials("N.T.H."), is_initials("N.T.H"), is_initials("TP.")
    (True, True, False)
    """
    return _THREE_INITIALS.fullmatch(text.strip()) is not None


def tells_birth(text: str) -> bool:
    """Tell whether a text begins with the birth, the age or the abode of a person.

    Examples
    --------
    >>> tells_birth("sinh năm 2003"), tells_birth("sinh viên")
    (True, False)
    """
    plain = plain_words(text)
    return _BORN.match(plain) is not None or _AGE.match(plain) is not None


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Yield words with capitals that follow each other and begin with a family name, or have the middle word of a name."""
    words = list(_WORD.finditer(text))
    for start, word in enumerate(words):
        run = [word]
        for after in words[start + 1 : start + _LONGEST]:
            if text[run[-1].end() : after.start()] != " " or not after[0][:1].isupper():
                break
            run.append(after)
        if word[0][:1].isupper() and len(run) > 1 and (_is_family(word[0]) or _has_middle(run)):
            yield run


def _is_family(word: str) -> bool:
    return word.casefold() in FAMILY_NAMES or (word.isascii() and word.casefold() in _IN_ASCII)


def _has_middle(run: list[re.Match[str]]) -> bool:
    """Tell whether the second of three words is one that stands in the middle of names."""
    return len(run) > 2 and without_diacritics(run[1][0].casefold()) in _MIDDLE


def _is_told(before: str, run: list[re.Match[str]], after: str, is_place: Callable[[str], bool]) -> bool:
    words = [one[0] for one in run]
    if _is_named_place(words, is_place):
        return False
    behind = plain_words(after)
    if _BORN.match(behind) or _lives_there(before, words, after):
        return True
    known = _PERSON.search(plain_words(before)) is not None or _CALLED.search(before) is not None
    if _AGE.match(behind):
        return known or len(words) > 2
    all_capitals = all(one.isupper() for one in words)
    sure = _has_middle(run) if all_capitals else len(words) > 2 or _is_sure_alone(words[0])
    return known and sure and not _COUNTED.match(after)


def _lives_there(before: str, words: list[str], after: str) -> bool:
    """Tell a full name, at the beginning or behind "bà", "ông", with the place where the person lives."""
    known = is_full_name(" ".join(words)) and _TITLED.search(before) is not None
    return known and _LIVES.match(after.casefold()) is not None


def _is_sure_alone(family: str) -> bool:
    """Tell whether a family name with one further word is a person's: it is written with its diacritics, and is no other word."""
    return family.casefold() in FAMILY_NAMES - _OTHER_WORDS and not family.isascii()


def _is_named_place(words: list[str], is_place: Callable[[str], bool]) -> bool:
    """Tell whether the first words name a place."""
    if without_diacritics(" ".join(words[:3]).casefold()) in _DISTRICTS:
        return True
    return any(is_place(" ".join(words[:number])) for number in range(2, len(words) + 1))
