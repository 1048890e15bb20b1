"""What a title says beside its period that makes it another one: a part, a plan, an average, up to a day, the year of a law."""

from __future__ import annotations

import re
from typing import Literal

from evalkit.places.place_names import without_diacritics

Kind = Literal["days", "months", "quarter", "month", "bare month", "years", "year"]

_YEAR = r"(?:19|20)[0-9]{2}"
_PLANS = (
    r"(?<!sở )(?<!bộ )(?<!phòng )(?<!vụ )(?<!ban )(?<!tài chính )(?<!tài chính - )kế hoạch(?! hóa| hoá)"
    r"|chỉ tiêu (?:được )?(?:giao|kế hoạch|phấn đấu)|giao chỉ tiêu|dự kiến|dự báo|dự toán|phấn đấu"
    r"|planned|forecasts?|projected|projections?|expected"
)
_PLANS_BEFORE = r"phương hướng.*|chỉ tiêu|(?<!chương trình )mục tiêu|(?:action )?plan|targets?"
_CARRIED_OUT = re.compile(
    r"(?:thực hiện|triển khai|thi hành|hoàn thành|quyết toán)(?: các| những| công tác| theo)? (?:kế hoạch|dự toán|chỉ tiêu|mục tiêu)"
    r"|implement\w* (?:of )?(?:the )?(?:national )?(?:action )?plan"
)
_MONTHS = (
    r"january|february|march|april|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_PARTS = (
    r"năm học|niên học|niên khóa|niên khoá|niên vụ|học k[ỳì]|vụ (?:mùa(?! bán)|đông|hè|thu|xuân|chiêm)|mùa (?:hè|đông|vụ)|nhiệm kỳ"
    r"|nửa (?:đầu|cuối|năm)|bán niên|tuần(?! tra)|cao điểm|đợt [0-9ivx]+\b|[0-9]+ ngày (?:đầu|cuối|nghỉ|tết)|ngày (?:đầu|cuối)"
    r"|(?:dịp|tết)\b|niên giám|(?:first|second|last)[ -]half|half[ -]year|semester|(?:school|academic|fiscal) year|yearbook"
    rf"|weeks? [0-9]+|(?:[0-9]+|first|last|three|six|nine) (?:days|weeks|months)|(?:{_MONTHS})\b"
    r"|h[12]\b|[0-9]{1,2}t\b|t[0-9]{1,2}\b|q[1-4i]"
)
_PARTS_BEFORE = r"đợt(?: ra quân| truy quét)?|[0-9]+ ngày|đầu|giữa|cuối|may|early|mid|late|(?:end|start|beginning) of(?: the year)?"
_BOUNDS_BEFORE = (
    r"(?:từ|kể từ|đến|tới|trước|sau|hết|so với|cùng k[ỳì]|năm gốc|theo giá|giá so sánh|giá cố định)(?: hết| cuối| đầu| giữa| thời điểm| ngày| với)*"
    r"|until|till|up to|through|since|from|before|after|as of|by|compared with|prices of"
)
_ONWARD = (
    r"(?:đến|tới) nay|trở (?:đi|về|lại)|các năm (?:trước|sau|tiếp)|trước đó|to date|onwards?|to the present"
)
_UP_TO = r"(?:đến|tới|until|as of|up to) (?:hết|cuối|ngày|tháng|quý|thời điểm|[0-9])"
SUMMED_UP = r"l[uũ][yỹ] (?:kế|tiến)|cộng dồn|cumulative"
_AVERAGES = r"bình quân|trung bình|mỗi năm|hằng năm|hàng năm|average|mean\b|per year|annual"
_AVERAGES_OF_PARTS = (
    r"(?:bình quân|trung bình|mỗi|hằng|hàng) (?:một |mỗi |1 |hằng |hàng )?(?:ngày|tuần|năm(?! ?[0-9]|$))"
)
_PART_OF_A_YEAR = re.compile(
    r"(?<!\w)(?:năm học|niên học|niên khóa|niên khoá|niên vụ|học k[ỳì]|vụ (?:mùa(?! bán)|đông|hè|thu|xuân|chiêm)|nửa (?:đầu|cuối|năm)|bán niên"
    r"|tuần [0-9]+|cao điểm|đợt [0-9ivx]+|[0-9]+ ngày (?:đầu|cuối)|(?:first|second)[ -]half|half[ -]year|semester|(?:school|academic|fiscal) year)(?!\w)"
)
_JOINED = re.compile(r"[0-9ivx] *(?:[+&]|và|hoặc)$")
_GOES_ON = re.compile(r"^ *(?:[-–—] *(?:[0-9]{2}(?![0-9])(?! \w)|(?:hiện )?nay\b|now\b)|(?:và|[&+]) *[0-9])")
_LAW = (
    r"(?<!pháp )(?<!kỷ )(?<!kỉ )\b(?:bộ luật|luật(?! sư| gia)|pháp lệnh|nghị định|nghị quyết|thông tư|hiến pháp|công ước|blhs|bltths"
    r"|(?:quyết định|chỉ thị|kế hoạch)(?= số| [0-9])|law|decree|circular|code|convention)\b"
)
_LAWS = re.compile(
    rf"{_LAW}[^();]{{0,120}}?\b[0-9]{{1,4}}/{_YEAR}/[a-zđ][\w-]*"
    rf"|\btheo (?:[^\s();]+ ){{0,8}}?{_LAW}(?:(?!quý|tháng|giai đoạn)[^();.0-9]){{0,80}}?"
    rf"(?:(?<!trong )(?<!cả )(?<!đầu )(?<!cuối )năm |(?<!năm )){_YEAR}(?![0-9/.-])(?! *(?:[-–—&+]|,(?! *(?:[0-9]{{1,2}} tháng|quý|tháng))|và|đến|so với|năm))"
)
_OF_A_LAW = re.compile(rf"{_LAW}[^;.:)]*(?:\([^)]*\)[^;.:)]*)*(?<![-–—,])$")
_NUMBERED = r"số|mẫu|biểu|no\.?"


def _both(words: str, directly: str = "") -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds words anywhere in a text, or others at its end: in a text with diacritics, and in one without any."""
    written = rf"(?<!\w)(?:{words})" if words else ""
    at_the_end = rf"(?<!\w)(?:{directly})$" if directly else ""
    pattern = "|".join(filter(None, (written, at_the_end)))
    return re.compile(pattern), re.compile(without_diacritics(pattern))


_NO_PLAN, _NO_PLAN_BEFORE = _both(_PLANS), _both(_PLANS, _PLANS_BEFORE)
_OTHER = f"{_PARTS}|{_ONWARD}|{_UP_TO}|{_AVERAGES_OF_PARTS}"
_NO_PART, _NO_PART_BEFORE = _both(_OTHER), _both(_OTHER, rf"{_PARTS_BEFORE}|{_BOUNDS_BEFORE}")
_NO_SUM, _NO_AVERAGE, _NO_NUMBER = _both(SUMMED_UP), _both(_AVERAGES), _both("", _NUMBERED)


def without_laws(said: str) -> str:
    """Return a title without the laws and decisions in it that bear their year unmistakably.

    Examples
    --------
    >>> without_laws("số vụ năm 2023 theo bộ luật hình sự năm 2015").strip()
    'số vụ năm 2023'
    >>> without_laws("thi hành luật số 66/2011/qh12 năm 2023")
    'thi hành   năm 2023'
    """
    return _LAWS.sub(" ", said)


def without_carrying_out(said: str) -> str:
    """Return a title without the words that say a plan was carried out, or its goals met.

    Examples
    --------
    >>> without_carrying_out("kết quả thực hiện kế hoạch năm 2023")
    'kết quả   năm 2023'
    """
    return _CARRIED_OUT.sub(" ", said)


def says_plan(said: str) -> bool:
    """Tell whether a title calls its figures planned or forecast; "thực hiện kế hoạch" does not.

    Examples
    --------
    >>> says_plan("kế hoạch năm 2024"), says_plan("kết quả thực hiện kế hoạch năm 2024"), says_plan("sở kế hoạch và đầu tư")
    (True, False, False)
    """
    return _found(_NO_PLAN, without_carrying_out(said))


def says_part(said: str) -> str:
    """Return the words of a title for a part of a year that is no month and no quarter, or for a year of another kind; "" where there are none.

    Examples
    --------
    >>> says_part("số vụ nửa đầu năm 2023"), says_part("số vụ năm 2023")
    ('nửa đầu', '')
    """
    found = _PART_OF_A_YEAR.search(said)
    return found[0] if found else ""


def says_another(kind: Kind, before: str, after: str, *, found: str) -> bool:
    """Tell whether what stands before and after a period makes it another one than it says by itself.

    Parameters
    ----------
    kind : str
        How the period is written.
    before, after : str
        In small letters.
    found : str
        The period as it is written, without diacritics.

    Examples
    --------
    >>> says_another("year", "kế hoạch ", "", found="nam 2024"), says_another("year", "số vụ ", "", found="nam 2024")
    (True, False)
    """
    bare = without_carrying_out(before).rstrip(" (:,–—-")
    if _found(_NO_PLAN_BEFORE, bare) or _found(_NO_PLAN, after):
        return True
    if kind == "days":
        return False
    if _found(_NO_PART_BEFORE, bare) or _found(_NO_PART, after):
        return True
    if _JOINED.search(bare) or _GOES_ON.search(after):
        return True
    return _of_a_kind(kind, before.rstrip(), f"{bare} | {after}", found=found)


def _of_a_kind(kind: Kind, before: str, beside: str, *, found: str) -> bool:
    """Tell what is said of another period for some ways of writing one alone."""
    if kind == "years":
        return _found(_NO_AVERAGE, beside)
    if kind == "month" and before[-1:].isdigit():
        return True
    if kind == "bare month" and (_found(_NO_NUMBER, before.rstrip(":")) or before[-1:] in tuple("-–—")):
        return True
    if (
        kind in ("year", "bare month")
        and not found.startswith(("trong ", "ca "))
        and _OF_A_LAW.search(before)
    ):
        return True
    return kind not in ("years", "months") and _found(_NO_SUM, beside)


def _found(patterns: tuple[re.Pattern[str], re.Pattern[str]], text: str) -> bool:
    marked, bare = patterns
    return bool((bare if text.isascii() else marked).search(text))
