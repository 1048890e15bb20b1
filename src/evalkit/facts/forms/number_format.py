"""How numbers are written: what a cell's format makes of the number it holds, and which marks part the digits of a form's texts."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

_NUMBER = re.compile(r"(?<![0-9.,])[0-9]+(?:[.,][0-9]+)+(?![0-9.,])")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<one>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<aside>[^\]]*)\]|_.|\*(?P<fill>.)'
    r"|(?P<known>General|Standard|[Ee][+-]|/[0-9]+)|(?P<bare>.)",
    re.DOTALL | re.IGNORECASE,
)  # words; colours, conditions and currencies; a blank as wide as a sign; a sign that fills; what stands for digits
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")
_PARTED = re.compile(r"[0#?](?:\x00[0#?]{3})+")  # groups of three, parted by a mark of the format's own
_GROUP_MARKS, _OF_WORDS = (".", ",", "'", "\u2019"), "./:"
_MINUS = "-\u2212\u2013"


@dataclass(slots=True)
class _Part:
    """One part of a format: for which numbers it is, what stands for their digits, and what it shows beside them."""

    condition: tuple[str, Decimal] | None = None
    digits: str = ""
    texts: list[str] = field(default_factory=list)

    def add(self, found: re.Match[str]) -> None:
        """Add the next piece of the format."""
        if (text := found["quoted"] or found["one"] or found["fill"] or "").strip():
            self._add_text(text)
        elif found["currency"]:
            self.texts += [letter for letter in found["currency"] if _strange(letter)]
        elif found["aside"] and (condition := _CONDITION.fullmatch(found["aside"].strip())):
            self.condition = condition[1], Decimal(condition[2])
        elif bare := found["known"] or found["bare"]:
            shown = len(bare) == 1 and bare not in "0#?.,%@/:" and _strange(bare)
            self.texts += [bare] if shown else []
            self.digits += "" if shown else bare.strip()

    def _add_text(self, text: str) -> None:
        if text in _GROUP_MARKS:
            self.digits += "\x00"
        else:
            self.texts.append(text)

    def applies(self, place: int, parts: int, number: Decimal) -> bool:
        """Tell whether this part, by its place among the parts, is the one for a number."""
        if self.condition is not None:
            return _COMPARED[self.condition[0]](number, self.condition[1])
        if place == 0 and parts > 1:
            return number > 0 or (parts == 2 and number == 0)
        return place != 1 or parts == 2 or number < 0


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """What a cell shows of its number.

    Attributes
    ----------
    scaled : bool
        Whether another number is shown: times a hundred as a percentage, or in thousands.
    instead : str or None
        What is shown in the number's place, nothing included; None where the number itself is shown.
    words : str
        The words beside it.
    signs : str
        Digits, brackets and other signs beside it, which make it another number or a less exact one.
    """

    scaled: bool = False
    instead: str | None = None
    words: str = ""
    signs: str = ""


def shown_number(shape: str, number: Decimal) -> ShownNumber:
    """Return what a number format shows of a number.

    Examples
    --------
    >>> shown_number("0.0%", Decimal(1)).scaled, shown_number("#,##0,", Decimal(1)).scaled
    (True, True)
    >>> shown_number(";;;", Decimal(3)).instead, shown_number('[<5]"*";0', Decimal(3)).instead
    ('', '*')
    >>> shown_number("", Decimal(2023)) == shown_number("General", Decimal(2023))  # a workbook of an older kind has no formats
    True
    >>> shown_number('[<5]"*";0', Decimal(7))
    ShownNumber(scaled=False, instead=None, words='', signs='')
    >>> shown_number('0" nghìn vụ"', Decimal(7)).words, shown_number('0"0"', Decimal(7)).signs
    ('nghìn vụ', '0')
    """
    parts = _parts(shape or "General")
    part = next((one for place, one in enumerate(parts) if one.applies(place, len(parts), number)), parts[-1])
    words = " ".join(text.strip() for text in part.texts)
    if not _shows(part, number):
        return ShownNumber(instead=words)
    digits = part.digits.replace("\x00", "")
    scaled = "%" in digits or _THOUSANDS.search(digits) is not None
    signs = "".join(letter for text in part.texts for letter in text if _strange(letter, text))
    if number < 0:
        signs = signs.strip(_MINUS) if signs != "()" else ""
    return ShownNumber(
        scaled, None, words if any(map(str.isalpha, words)) else "", signs + _marks(part, number)
    )


@lru_cache(maxsize=500)
def _parts(shape: str) -> list[_Part]:
    """Return the parts of a format that are for numbers."""
    parts = [_Part()]
    for found in _TOKEN.finditer(shape):
        if found["bare"] == ";":
            parts.append(_Part())
        else:
            parts[-1].add(found)
    return [one for one in parts[:3] if "@" not in one.digits] or [_Part(digits="@")]


def _shows(part: _Part, number: Decimal) -> bool:
    """Tell whether a part shows the number itself: of a zero, # and ? show nothing."""
    digits = part.digits.strip("\x00")
    return bool(digits.strip("#?") if number == 0 and part.texts else digits)


def _strange(letter: str, text: str = "") -> bool:
    """Tell whether a letter of a format is a digit or a sign: no part of a word, no blank and no currency."""
    if letter in _OF_WORDS and any(map(str.isalpha, text)):
        return False
    return not letter.isalpha() and not letter.isspace() and unicodedata.category(letter) not in ("Sc", "Mn")


def _marks(part: _Part, number: Decimal) -> str:
    """Return the marks of a format's own that do not part a number's digits into threes."""
    marks = part.digits.count("\x00")
    found = _PARTED.search(part.digits)
    fits = found is not None and found[0].count("\x00") == marks and abs(number) >= 1000**marks
    return "" if fits or not marks else "." * marks


_BETWEEN_PARTS = " /.,-\u00a0"  # between day, month and year
_DAY_PART = re.compile(r"y+|m+|d+", re.IGNORECASE)


def shown_with_words(day: date, shape: str) -> str | None:
    """Return what a format with words or signs of its own shows of a day; None for a format without them.

    Examples
    --------
    >>> shown_with_words(date(2024, 1, 1), '"Quý I/"yyyy;@'), shown_with_words(date(2024, 1, 1), "mm/yyyy")
    ('Quý I/2024', None)
    """
    pieces, words = [], ""
    for found in _TOKEN.finditer(shape):
        if found["bare"] == ";":
            break
        text = found["quoted"] or found["one"] or ""
        words += text
        pieces.append((text, found["bare"] or ""))
    if not words.strip(_BETWEEN_PARTS):
        return None
    return "".join(
        "".join(text for text, _ in run)
        or _DAY_PART.sub(lambda part: _shown_part(day, part[0].lower()), "".join(bare for _, bare in run))
        for _, run in ((key, list(group)) for key, group in groupby(pieces, key=lambda one: bool(one[0])))
    )


def _shown_part(day: date, part: str) -> str:
    """Return what a day, a month or a year of a date is shown as; a month's name is not known here."""
    whole = {"y": f"{day.year}", "m": f"{day.month}", "d": f"{day.day}"}[part[0]]
    if part[0] == "y":
        return whole if len(part) > 2 else whole[2:]
    return whole.zfill(len(part)) if len(part) <= 2 else part


def marks_shown(texts: Iterable[str]) -> tuple[str, str] | None:
    """Return the decimal mark and the mark between thousands that texts show beyond doubt; None where they show neither, or both ways.

    Examples
    --------
    >>> marks_shown(["1.250", "12,5 %"]), marks_shown(["1,234,567"]), marks_shown(["1.234.567,5"])
    ((',', '.'), ('.', ','), (',', '.'))
    >>> marks_shown(["1.250"]), marks_shown(["12,5", "12.5"]), marks_shown(["1.2.2023"])  # thousands, or decimals; a day
    (None, None, None)
    """
    decimals = {mark for text in texts for found in _NUMBER.findall(text) if (mark := _decimal_of(found))}
    if len(decimals) != 1:
        return None
    (decimal,) = decimals
    return decimal, "." if decimal == "," else ","


def _decimal_of(number: str) -> str:
    """Return the decimal mark of a number; empty where a single mark before three digits may be either."""
    marks, other = re.findall(r"[.,]", number), {".": ",", ",": "."}
    head, *others = re.split(r"[.,]", number)
    if len(marks) == 1:
        return marks[0] if len(others[0]) != 3 or len(head) > 3 or head == "0" else ""
    if any(len(one) != 3 for one in others[:-1]):
        return ""  # a day, or digits that are parted otherwise
    if len(set(marks)) > 1:
        return marks[-1] if {*marks[:-1]} == {other[marks[-1]]} else ""
    return other[marks[0]] if len(others[-1]) == 3 else ""
