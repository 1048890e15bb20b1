"""Words that look like the name of a person: they are not quoted in a message."""

from __future__ import annotations

from evalkit.facts.forms.plain_words import says_number

FAMILY_NAMES = frozenset(
    [
        "nguyễn",
        "trần",
        "lê",
        "phạm",
        "hoàng",
        "huỳnh",
        "phan",
        "vũ",
        "võ",
        "đặng",
        "bùi",
        "đỗ",
        "hồ",
        "ngô",
        "dương",
        "lý",
        "đinh",
        "đoàn",
        "lâm",
        "trịnh",
        "mai",
        "đào",
        "trương",
        "hà",
        "cao",
        "tô",
        "tạ",
        "lương",
        "vương",
        "thào",
        "vàng",
        "giàng",
        "sùng",
        "lò",
        "quàng",
    ]
)
_LONGEST_QUOTED = 24


def like_a_name(text: str) -> bool:
    """Tell whether a text is built like a person's name: a family name and one to four further words, each with a capital.

    Examples
    --------
    >>> like_a_name("Lê Văn Giả"), like_a_name("Hồ sơ tiếp nhận")
    (True, False)
    """
    words = text.split()[:6]
    if not 2 <= len(words) <= 5 or words[0].casefold() not in FAMILY_NAMES:
        return False
    return all(word.isalpha() and word[:1].isupper() for word in words)


def may_be_quoted(text: str) -> bool:
    """Tell whether what stands in a figure's cell may be quoted: it is short, no figure in words, and nothing in it can be a name or a number of a person.

    Examples
    --------
    >>> may_be_quoted("không phát sinh"), may_be_quoted("Lê Văn Giả"), may_be_quoted("Thử, M.")
    (True, False, False)
    """
    words = text.split()
    if says_number(text) or len(text) > _LONGEST_QUOTED or sum(letter.isdigit() for letter in text) > 4:
        return False
    capitals = sum(word[:1].isupper() for word in words)
    return capitals < 2 and not (len(words) > 1 and words[0].casefold() in FAMILY_NAMES)
