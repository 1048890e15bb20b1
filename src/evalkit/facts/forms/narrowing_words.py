"""Words of headings and labels that make a figure another than its measure and period say: a plan, a share, a part of a year, a remainder."""

from __future__ import annotations

import re

from evalkit.facts.forms.grid import text_cell
from evalkit.facts.forms.period_texts import Calendar, Span, period_of
from evalkit.facts.forms.title_words import SUMMED_UP, without_carrying_out

_YEAR = r"(?:19|20)[0-9]{2}"
_PLAN = (
    r"kế hoạch(?! hóa| hoá)|kh|chỉ tiêu|dự kiến|dự báo|dự toán|dự tính|phấn đấu|(?<!chương trình )mục tiêu|plan|planned|targets?|expected|forecast"
    r"|(?<!công )ước|ước tính|ước thực hiện|ước th|ưth|sơ bộ|preliminary|estimated?"
)
_SHARE = (
    r"tỷ lệ|tỉ lệ|tỷ trọng|tỉ trọng|cơ cấu|tốc độ|chỉ số|chênh lệch|mức tăng|mức giảm|tăng(?! cường)|giảm(?! nghèo)|so với|so sánh|so (?=cùng|kế hoạch|kh|năm)|bình quân|trung bình"
    r"|percent|per cent|rate|share|ratio|change|increase|decrease|average|trên [0-9][0-9.]* (?:dân|người)|per [0-9][0-9.,]*"
)
_OTHER_PERIOD = (
    r"cùng k[ỳì]|k[ỳì] trước|năm trước|tháng trước|quý trước|nửa (?:đầu |cuối )?năm|(?:đầu|cuối) (?:năm|k[ỳì])"
    rf"|học k[ỳì]|tuần [0-9]+|first half|second half|last year|year to date|{SUMMED_UP}"
)
_NUMBERS = {
    "giêng": 1,
    "một": 1,
    "nhất": 1,
    "hai": 2,
    "nhì": 2,
    "ba": 3,
    "tư": 4,
    "bốn": 4,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
    "mười một": 11,
    "mười hai": 12,
    "mười": 10,
    "chạp": 12,
}
_NUMBER = "|".join(_NUMBERS)
_MONTH = r"(?:tháng|thg|th|t)"
_PART_OF_A_YEAR = (
    rf"(?:[0-9]{{1,2}} ?{_MONTH}|(?:một|hai|ba|bốn|sáu|tám|chín|mười) tháng)\.?(?: ?(?:đầu năm|cuối năm|đầu|cuối|đn)(?! k[ỳì]))?"
    rf"|(?<![0-9] ){_MONTH}\.? ?[0-9]{{1,2}}|tháng (?:{_NUMBER})|(?:quý|q)\.? ?(?:iv|i{{1,3}}|[1-4])|quý (?:nhất|nhì|một|hai|ba|tư|bốn)"
    rf"|{_YEAR} ?[-–/] ?{_YEAR}"
)
_ALONE = (
    r"h[12]|nửa năm|(?:k[ỳì]|đợt|lần) (?:[0-9]{1,2}|i{1,3}|iv)|từ đầu năm|lk|sck|ck|giao|đạt|chênh|tb|bq|\+ ?/ ?-|±|(?:xếp |thứ )?hạng|điểm|định mức"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_IN_ENGLISH = re.compile(
    rf"(?<!\w)(?:(?P<month>{'|'.join(MONTHS)})|(?:the )?(?P<end>first |last )?(?P<many>[0-9]{{1,2}}|three|six|nine) months)(?: of)?(?: (?P<year>{_YEAR}))?(?!\w)"
)
_BOUND = re.compile(
    r"(?<!\w)(?:to|until|till|through|by|since|from|after|before|ended|ending|end|end of|[0-9]{1,2}|[-–]) ?$"
)
_SPELT = {"three": "3", "six": "6", "nine": "9"}
_SOME = re.compile(
    r"khác|chưa xác định|không xác định|chưa rõ|không rõ|others?|unknown|dtts|người nước ngoài|(?:trong|ngoài) nước|(?:điều |đ\.? ?|blhs )15[01]"
    r"|(?:từ đủ|từ|dưới|trên|under|over) [0-9]{2}(?: tuổi)?(?: trở lên)?"
)
_FILLING = re.compile(rf"(?<!\w)(?:so|với|năm|giao|được|đạt|lk|ck|th|từ|của|và|{_YEAR})(?!\w)")
_WORDS = re.compile(rf"(?<!\w)(?:{_PLAN}|{_SHARE}|{_OTHER_PERIOD}|lk(?= từ)|ck(?= {_YEAR}| năm))(?!\w)|[%‰]")
_PARTS = re.compile(rf"(?<!\w)(?:{_PART_OF_A_YEAR})(?!\w)")
_ALONE_SAID = re.compile(_ALONE)


def words_within(said: str) -> list[str]:
    """Return the words within a heading that say a plan, a share or another period; "thực hiện kế hoạch" says none.

    Examples
    --------
    >>> words_within("số vụ so với cùng kỳ"), words_within("kết quả thực hiện kế hoạch"), words_within("6 tháng đầu năm")
    (['so với', 'cùng kỳ'], [], [])
    """
    rest = _PARTS.sub(" ", without_carrying_out(said))
    return [found[0].strip() for found in _WORDS.finditer(rest)]


def words_alone(said: str) -> list[str]:
    """Return these words where a heading says nothing else.

    Examples
    --------
    >>> words_alone("tăng, giảm so với năm 2022"), words_alone("số vụ tăng"), words_alone("chỉ tiêu"), words_alone("+/-")
    (['tăng', 'giảm', 'so với'], [], [], ['+/-'])
    """
    if said == "chỉ tiêu":  # the heading of the column of what is counted
        return []
    if _ALONE_SAID.fullmatch(said):
        return [said]
    found = words_within(said)
    rest = _FILLING.sub(" ", _WORDS.sub(" ", said))
    return [] if re.search(r"\w", rest) else found


def says_some(said: str) -> bool:
    """Tell whether all that a heading says is that its figures are of some and not of all: a remainder, an age, an article.

    Examples
    --------
    >>> says_some("khác"), says_some("dưới 16 tuổi"), says_some("đ151"), says_some("số vụ")
    (True, True, True, False)
    """
    return _SOME.fullmatch(said) is not None


def parts_within(said: str) -> list[str]:
    """Return the words within a heading that name a part of a year, or several years.

    Examples
    --------
    >>> parts_within("số vụ 9t"), parts_within("tháng giêng"), parts_within("cả năm")
    (['9t'], ['tháng giêng'], [])
    """
    return [found[0] for found in _PARTS.finditer(said)]


def english_part(said: str) -> list[str]:
    """Return the one part of a year that a text names in English, as Vietnamese texts write it; none where it bounds a longer period.

    Examples
    --------
    >>> [english_part(text) for text in ("data of december only", "the first nine months", "cases to december 2023", "may be revised")]
    [['tháng 12'], ['9 tháng đầu'], [], []]
    """
    found = list(_IN_ENGLISH.finditer(said))
    if len(found) != 1 or _BOUND.search(said[: found[0].start()]):
        return []
    month, end, many, year = found[0].group("month", "end", "many", "year")
    if month == "may" and not year:
        return []
    behind = f" năm {year}" if year else ""
    if month:
        return [f"tháng {MONTHS.index(month) + 1}{behind}"]
    where = {"first ": " đầu", "last ": " cuối"}.get(end or "", "")
    return [f"{_SPELT.get(many, many)} tháng{where}{behind or ' năm'}".removesuffix(" năm")]


def parts_alone(said: str) -> list[str]:
    """Return the part of a year where a heading says nothing else."""
    return [said] if _PARTS.fullmatch(said) else []


def is_other_part(text: str, span: Span, calendar: Calendar) -> bool:
    """Tell whether a part of a year is another period than that of a figure.

    Examples
    --------
    >>> from datetime import date
    >>> half = Span(date(2023, 1, 1), date(2023, 6, 30))
    >>> [is_other_part(text, half, Calendar()) for text in ("6t", "6 tháng đầu năm", "quý một", "9 tháng")]
    [False, False, True, True]
    """
    named = part_named(text, span.end.year, calendar)
    return named is None or (named.start, named.end) != (span.start, span.end)


def part_named(text: str, year: int, calendar: Calendar) -> Span | None:
    """Return the days of a part of a year, or of the years that a text names itself.

    Examples
    --------
    >>> part_named("9t", 2023, Calendar()).end
    datetime.date(2023, 9, 30)
    """
    said = _in_full(text)
    return period_of(text_cell(said), calendar) or period_of(text_cell(f"{said} năm {year}"), calendar)


def _in_full(text: str) -> str:
    """Return a part of a year in the words in which periods are read."""
    said = re.sub(rf"(?<!\w)(?:{_NUMBER})(?!\w)", lambda found: str(_NUMBERS[found[0]]), text)
    said = re.sub(rf"^([0-9]{{1,2}}) ?{_MONTH}\.?(?![a-z])", r"\1 tháng", said)
    said = re.sub(rf"^{_MONTH}\.? ?([0-9]{{1,2}})$", r"tháng \1", said)
    said = re.sub(r"^q\.? ?(?=[i1-4])", "quý ", said)
    return said.removesuffix(" năm").replace(" đn", " đầu")
