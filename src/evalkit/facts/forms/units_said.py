"""What a form says of units, in words: above its table, in a heading, behind a label."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from evalkit.facts.forms.plain_words import plain_words, same_word

SHARE = "%"
_LONGEST_UNIT = 40
_REPEATED = 1000  # "1.000 nghìn" says the same thousand twice, "12 tá" is a gross
_MANY = {
    **dict.fromkeys(("nghin", "ngan", "ng", "ngh", "thousand", "thousands", "thous"), 10**3),
    **dict.fromkeys(("trieu", "tr", "million", "millions", "mill"), 10**6),
    **dict.fromkeys(("ty", "ti", "billion", "billions", "bill"), 10**9),
}
_TIMES = _MANY | {
    **dict.fromkeys(("muoi", "chuc", "ten", "tens"), 10),
    **dict.fromkeys(("tram", "hundred", "hundreds"), 100),
    **dict.fromkeys(("ta", "lo", "dozen", "dozens"), 12),
    **dict.fromkeys(("gross",), 144),
    **dict.fromkeys(("cap", "doi", "pair", "pairs"), 2),
    "van": 10**4,
}
_SPELT = {
    **dict.fromkeys(("nửa", "một nửa", "half", "half a", "half an", "½", "1/2"), Decimal("0.5")),
    **{word: Decimal(number) for number, word in enumerate(("hai", "ba", "bốn"), 2)},
    **{word: Decimal(number) for number, word in enumerate(("sáu", "bảy", "tám", "chín"), 6)},
    **{word: Decimal(number) for number, word in enumerate(("two", "three", "four", "five", "six"), 2)},
    "mười hai": Decimal(12),
    "twelve": Decimal(12),
    "hai mươi": Decimal(20),
    "twenty": Decimal(20),
    "năm mươi": Decimal(50),
    "fifty": Decimal(50),
}  # "năm" is a year
_SPELT_OUT = "|".join(sorted(_SPELT, key=len, reverse=True))
_POWERS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
_TO_A_POWER = r"10(?:(?:\^|\*\*)[1-9]|[¹²³⁴⁵⁶⁷⁸⁹])"
_GROUPED = r"[1-9][0-9]{0,2}(?:[., ]?000){1,3}"
_DIGITS = rf"{_TO_A_POWER}|{_GROUPED}|[0-9]{{1,6}}(?:[.,][0-9]{{1,2}})?"
_NUMBER = re.compile(_DIGITS)
_TEN_TO_A_POWER = re.compile(rf"{_TO_A_POWER}|10{{1,2}}|10{{0,2}}(?:[., ]?000){{1,3}}")
_ROUND = re.compile(rf"{_TEN_TO_A_POWER.pattern}|{_GROUPED}|(?:[125]|25)0{{0,5}}|12|144|0[.,][0-9]+")
_BY = rf"(?P<by>{_DIGITS})(?![0-9])"
_MULTIPLIED = re.compile(
    rf"(?:(?:(?<!\w)x|(?<![0-9])(?<![0-9] )[×✕✖]) ?{_BY}|(?:(?:^| )\*|^nhân|nhân với|(?:to be )?multiply by|chia cho|divided by) ?{_BY.replace('<by>', '<end>')}$"
    rf"|(?P<done>đã (?:được )?nhân(?: với)?|multiplied by) ?{_BY.replace('<by>', '<was>')}$)",
    re.IGNORECASE,
)
_PARTS = re.compile(
    rf"(?:(?P<number>(?!(?:19|20)[0-9]{{2}}(?!\w))(?:{_DIGITS})|(?:{_SPELT_OUT})(?!\w))[- ]?(?:of )?)?\s*"
    r"(?P<times>(?:(?:(?:một|hàng|an?|one) )?(?:mười|chục|tá|lố|gross|cặp|đôi|trăm|vạn|nghìn|ngàn|triệu|tens?|dozens?|pairs?|hundreds?|thousands?)(?!\w) *(?:of )?)*)"
    r"(?:một )?"
    r"(?:(?P<many>nghìn|ngàn|nghin|ngan|triệu|trieu|tỷ|tỉ|thousands?|millions?|billions?|ngh?(?=\.| |đ)|thous(?=\.|\b)|mill(?=\.|\b)|tr(?=\.|đ|d| ))(?![^\W\d_đ]))?"
    r"[. ]*(?:of )?(?P<base>[^\d]*)"
)
_BASES = {
    **dict.fromkeys(("đ", "vnđ", "vnd", "dong", "dongs", "đồng vn", "đồng việt nam", "vn dong"), "đồng"),
    **dict.fromkeys(("pers", "people", "person", "inhabitants"), "persons"),
    **dict.fromkeys(("phần trăm", "phan tram", "percent", "per cent", "‰", "phần nghìn"), SHARE),
}
_NOTHING_BUT_UNITS = frozenset(
    (
        *("usd", "us$", "đô la", "đô la mỹ", "eur", "euro", "euros", "dollars", "us dollars", "nhân dân tệ"),
        *("hộ", "hộ gia đình", "gia đình", "nhóm", "vợ chồng", "households", "families", "groups", "scores"),
    )
)
_MONEY_BEHIND = re.compile(
    r"(?<!\w)(?:(?:(?:mười|chục|trăm|vạn|nghìn|ngàn) )*(?:nghìn|ngàn|triệu|tỷ|tỉ) (?:đồng|đ|vnđ|vnd|usd)|vnđ|vnd|usd|(?<=: )đồng)(?= ?(?:19|20)[0-9]{2}$|$)",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"(?<!\w)(?:(?P<sure>đơn vị tính|đvt|dvt|đv tính|units? of measure(?:ment)?)(?: là| bằng| theo)?\s*[:\-–]?|(?:đơn vị|units?)\s*[:=])\s*(?P<rest>[^:\s(].*|\(.*)",
    re.IGNORECASE,
)
_COUNTED_IN = re.compile(
    r"(?:(?<!\w)(?:tính|đo|đếm|biểu thị|thể hiện|quy đổi) (?:bằng|ra)|(?<!\w)(?:tính|đếm) theo(?= (?:(?:hàng|một) )?(?:mười|chục|tá|cặp|đôi|trăm|vạn|nghìn|ngàn|triệu|tỷ|tỉ|phần trăm|%))"
    r"|(?<!\w)units? of(?= [0-9])|(?:^|[(\[,;:–-] *|\b(?:figures|data|numbers|expressed|measured|counted|given|shown|reported|stated) )in(?= (?:tens|dozens|hundreds|(?:hundred )?thousands|millions|billions|percent|per cent)(?!\w)))"
    r"\s*:? (?P<rest>.+)",
    re.IGNORECASE,
)
_PERIOD_BEHIND = re.compile(
    r" (?:(?:trong|của|cả|in) )?(?:(?:năm|quý [ivx1-4]+[ /]|tháng [0-9]+[ /]|giai đoạn) ?)?(?:19|20)[0-9]{2}\b.*$",
    re.IGNORECASE,
)
_PERSONS = r"(?:nạn nhân|đối tượng|bị can|bị cáo|người|persons?|people|victims?|suspects?)"
_CASES = r"(?:vụ án|vụ việc|vụ|trường hợp|cases?)"
_AVERAGED = re.compile(
    rf"(?<!\w){_PERSONS} (?:(?:bình quân|trung bình) ?(?:trên |của )?(?:mỗi|một|1)?|mỗi|per|for each) {_CASES}(?!\w)"
)
_RATIO = re.compile(
    rf"{_AVERAGED.pattern}|^(?:số )?{_PERSONS} *(?:/|trên|một) *(?:1 |một |mỗi |số )?{_CASES}$"
    r"|(?:(?<!hợp )(?<!cộng )(?<!hội )đồng|(?<![^\W\d_])(?:đ|vnđ|vnd|dong|usd)) *(?:/|trên|mỗi|per) *\w"
)
_PER = re.compile(
    r"(?<=\w) per (?!year|annum|cent)|/ *(?:ngày|tuần|tháng|quý|day|week|month|quarter)(?!\w)"
)  # of a unit; "victims per province" as a title parts them
_RATE = re.compile(
    r"(?:trên|trong|per|for every|/) *(?:mỗi )?(?:10{0,2}[., ]?000|1 (?:vạn|triệu)|một (?:nghìn|vạn|triệu)|10{1,2}) *"
    r"(?:dân|người|trẻ|phụ nữ|lao động|hộ|population|persons|people|inhabitants)|/ *(?:km2|km²|ha)(?!\w)|= *100(?!\w)"
)
_SHARES = re.compile(
    r"^(?:(?:bảng|biểu|table)[\s\w.]{0,12}[.:] *)?(?:cơ cấu|tỷ lệ|tỉ lệ|tỷ trọng|tỉ trọng|chỉ số|tốc độ|percentages?|shares?|rates?)(?!\w)"
)
_LISTED = re.compile(r"[;()\[\]]|(?<![0-9]),|,(?![0-9])")
_SEPARATED = re.compile(r"&|(?<!\b1)/|/(?!2 )| [-–—] |(?<!\w)(?:và|and|hoặc|or)(?!\w)", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")


Many = int | Decimal


@dataclass(frozen=True, slots=True)
class UnitSaid:
    """A unit as a form says it: the words, of how many units they speak and of which; ``sure`` where they can be nothing but a unit."""

    said: str
    many: Many
    base: str
    sure: bool = False


def multiplied(words: str) -> Many | None:
    """Return what the figures of a form are to be multiplied by where it says that alone, without a unit; None where it does not.

    Examples
    --------
    >>> [multiplied(words) for words in ("x 10", "Số vụ × 1.000", "vụ x10", "đã chia cho 100", "đã nhân với 10", "nạn nhân 10")]
    [10, 1000, 10, 100, Decimal('0.1'), None]
    """
    found = _MULTIPLIED.search(words.strip(" ."))
    number = _value(found["by"] or found["end"] or found["was"]) if found else Decimal(0)
    if found is None or number in (0, 1) or (found["done"] and not _TEN_TO_A_POWER.fullmatch(found["was"])):
        return None
    return _whole(1 / number if found["done"] else number)


def _value(number: str) -> Decimal:
    """Return a number as a form writes one: "1.000", "0,5", "10³", "nửa"."""
    if spelt := _SPELT.get(number):
        return spelt
    if re.fullmatch(_TO_A_POWER, number):
        return Decimal(10) ** int(number[2:].translate(_POWERS).strip("^*"))
    if re.fullmatch(_GROUPED, number):
        return Decimal(re.sub(r"\D", "", number))
    return Decimal(number.replace(",", "."))


def _whole(number: Decimal) -> Many:
    return int(number) if number == int(number) else number


def unit_parts(words: str) -> tuple[Many, str]:
    """Return of how many units some words speak, and of which: "" where they name a number alone, "%" for shares and rates.

    Examples
    --------
    >>> unit_parts("1.000 đồng"), unit_parts("Tr.đ"), unit_parts("ng.người"), unit_parts("thousands"), unit_parts("vụ")
    ((1000, 'đồng'), (1000000, 'đồng'), (1000, 'người'), (1000, ''), (1, 'vụ'))
    >>> unit_parts("trăm vụ"), unit_parts("mười triệu đồng"), unit_parts("nghìn tỷ đồng"), unit_parts("hundred cases")
    ((100, 'vụ'), (10000000, 'đồng'), (1000000000000, 'đồng'), (100, 'cases'))
    >>> unit_parts("tá vụ"), unit_parts("dozens"), unit_parts("cặp"), unit_parts("đội công an")
    ((12, 'vụ'), (12, ''), (2, ''), (1, 'đội công an'))
    >>> unit_parts("12 vụ"), unit_parts("nửa vụ"), unit_parts("5 nghìn vụ"), unit_parts("12 tá"), unit_parts("x 10")
    ((12, 'vụ'), (Decimal('0.5'), 'vụ'), (5000, 'vụ'), (144, ''), (10, ''))
    """
    text = same_word(words).strip(" .")
    if by := multiplied(text):
        return by, ""
    found = _PARTS.fullmatch(text)
    number = _value(found["number"] or "1") if found else Decimal(0)
    if found is None or not number:
        return 1, _BASES.get(text, text)
    times = [_TIMES.get(word, 1) for word in plain_words(found["times"]).split()]
    many = math.prod([_MANY.get(plain_words(found["many"] or ""), 1), *times])
    base = found["base"].strip(" .")
    return (many if number == many >= _REPEATED else _whole(number * many)), _BASES.get(base, base)


def units_line(text: str) -> Iterator[UnitSaid]:
    """Yield the units of a line that says what its figures are counted in: behind the word for units, or "tính bằng".

    Examples
    --------
    >>> [(one.many, one.base) for one in units_line("Đơn vị: vụ, người; kinh phí: nghìn đồng")]
    [(1, 'vụ'), (1, 'người'), (1000, 'đồng')]
    >>> [(one.many, one.base) for said in ("Số vụ tính bằng trăm vụ", "Đơn vị: người/vụ") for one in units_line(said)]
    [(100, 'vụ'), (1, '%')]
    """
    found = _LINE.search(text) or _COUNTED_IN.search(text)
    if found is None:
        return
    if _RATE.search(same_word(found["rest"])):
        yield UnitSaid(found["rest"], 1, SHARE, sure=True)
        return
    number, sure = found["rest"].strip(" .)"), bool(found.groupdict().get("sure"))
    a_number = _NUMBER if sure or found.re is _COUNTED_IN else _TEN_TO_A_POWER
    if a_number.fullmatch(number):
        yield UnitSaid(number, _whole(_value(number)), "", sure=True)
    yield from _pieces(found["rest"], is_unit=True, sure=sure)


def units_beside(text: str) -> Iterator[UnitSaid]:
    """Yield the units that stand in brackets in a heading or label, and the thousands or shares that are all it says.

    Examples
    --------
    >>> [(one.many, one.base) for one in units_beside("Kinh phí (nghìn đồng)")]
    [(1000, 'đồng')]
    """
    if _RATE.search(same_word(text)):
        yield UnitSaid(text, 1, SHARE)
        return
    for found in _BRACKETS.finditer(text):
        pieces = _pieces(found[1] or found[2] or "", is_unit=True)
        yield from (one for one in pieces if not is_figure(one.said, _ROUND))
    if "(" not in text:
        pieces = _pieces(text)
        alone = [one for one in pieces if one.many != 1 or one.base == SHARE]
        alone = [one for one in alone if not is_figure(one.said)]
        yield from alone
        found_behind = _MONEY_BEHIND.search(text.strip()) if not alone else None
        yield from _pieces(found_behind[0], sure=True) if found_behind else ()


def is_figure(said: str, but: re.Pattern[str] = _TEN_TO_A_POWER) -> bool:
    """Tell whether the number before a unit is a figure itself, and not how many of it each figure counts; of "gross", whether it is more than net.

    Parameters
    ----------
    said : str
    but : re.Pattern
        Numbers that each figure may count: as a rule tens, hundreds and thousands.

    Examples
    --------
    >>> [is_figure(said) for said in ("37 vụ", "10 vụ", "nửa vụ", "x 12", "gross")]
    [True, False, False, False, True]
    """
    text = same_word(said)
    found = None if multiplied(text) else _PARTS.fullmatch(text)
    if found is None or not found["number"]:
        return text == "gross"
    return found["number"] not in ("1", *_SPELT) and not but.fullmatch(found["number"])


def says_shares(text: str) -> bool:
    """Tell whether a title says that all figures below it are shares, rates or indices.

    Examples
    --------
    >>> says_shares("Số vụ trên 100.000 dân"), says_shares("Số vụ và tỷ lệ trên 100.000 dân")
    (True, False)
    """
    said = same_word(text).replace("phòng, chống", "phòng chống")
    if re.search(r"[,;]|(?<!\w)(?:và|and)(?!\w)", re.sub(r"[0-9][.,][0-9]", "", said)):
        return False
    return any(one.search(said) for one in (_RATE, _SHARES, _AVERAGED))


def _pieces(text: str, *, is_unit: bool = False, sure: bool = False) -> Iterator[UnitSaid]:
    """Yield what stands between the marks that part units: "vụ/bị can" are two, "người/vụ" is a ratio."""
    for part in _LISTED.split(text):
        if _RATIO.search(same_word(part)) or (is_unit and _PER.search(same_word(part))):
            yield UnitSaid(part.strip(" ."), 1, SHARE, sure=True)
            continue
        for piece in _SEPARATED.split(part):
            said = _PERIOD_BEHIND.sub("", piece.rpartition(":")[2].strip(" ."))
            if (times := multiplied(said)) and (found := _MULTIPLIED.search(said)):
                yield UnitSaid(found[0].strip(), times, "", sure=True)
                continue
            if re.search(r"[^\W\d_]|[%‰^]", said) and len(said) <= _LONGEST_UNIT:
                many, base = unit_parts(said)
                yield UnitSaid(said, many, base, sure or base in _NOTHING_BUT_UNITS)
