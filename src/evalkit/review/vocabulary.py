"""The words of both languages that the reader looks for: one table, Vietnamese beside English, each a regular expression.

A wording that changes on the pages changes here too, or the rule that rests on it falls silent.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from evalkit.review.reading import Language

_TEXTS = 2**15

# each concept in Vietnamese and in English
WORDS: dict[str, tuple[str, str]] = {
    # grades of evidence (DESIGN-PAGES 5.3) and the words before them
    "more than chance": (
        (
            r"(?:giảm|tăng|thay đổi|khác biệt|khác) rõ(?! ràng)"
            r"|khó có thể chỉ do ngẫu nhiên"
            r"|lớn hơn mức mà riêng yếu tố ngẫu nhiên có thể giải thích|vượt quá mức ngẫu nhiên"
            r"|(?:tăng|giảm|nhiều) hơn mức ngẫu nhiên|xu hướng (?:giảm|tăng) một chiều|(?:giảm|tăng) theo một chiều"
        ),
        (
            r"\b(?:a )?clear(?:ly)? (?:fall|rise|change|difference|differ\w*|fell|rose)|\b(?:fall|rise|change|difference) is clear"
            r"|chance (?:alone )?hardly explains|(?:more|larger) than chance"
            r"|differ by more than chance|a monotone (?:fall|rise)"
        ),
    ),
    "could be chance": (
        (
            r"chưa (?:thể )?loại trừ (?:được )?(?:biến động )?ngẫu nhiên|(?<!khó )có thể chỉ (?:là|do) ngẫu nhiên"
            r"|chưa (?:thể )?phân biệt được với (?:biến động )?ngẫu nhiên|không phân biệt được với ngẫu nhiên"
            r"|riêng (?:yếu tố )?ngẫu nhiên cũng có thể giải thích|chưa thấy (?:xu hướng|hướng|thay đổi)"
            r"|chưa (?:thấy )?khác biệt|không khác rõ|chưa khác rõ|chưa vượt (?:ra ngoài|quá) (?:mức|biến động) ngẫu nhiên"
        ),
        (
            r"could be chance|not (?:clearly )?distinguish\w+ from chance|chance alone (?:could|can) explain|can explain how"
            r"|no (?:step|direction) told apart|no monotone trend|not told apart|not clearly different"
        ),
    ),
    "leaning": (r"có vẻ (?:giảm|tăng)", r"appears? to (?:fall|rise|have)"),
    "hangs on years": (
        r"phụ thuộc vào (?:từng|riêng|một) năm|dựa nhiều vào riêng năm|cần thận trọng khi đọc",
        r"hangs on (?:single years|a single year|one year)|rests largely on|read it with care",
    ),
    "does not hang": (
        r"không phụ thuộc vào (?:riêng )?năm nào|không đổi dù bỏ",
        r"does not hang on|stays whichever",
    ),
    "above": (r"cao hơn", r"above (?:it|the)|higher than"),
    "below": (r"thấp hơn", r"below (?:it|the)|lower than"),
    "common rate": (
        r"(?:tính )?chung(?: là| bằng|:)? (?=\d)|tỷ suất chung(?: của cả nước)? (?:là |bằng )?(?=\d)",
        r"together:? (?=\d)|the (?:common|national) rate(?: is|,)? (?=\d)",
    ),
    # verdicts
    "met": (
        r"(?<!chưa )(?<!không )(?<!phải )(?<!để )(?<!muốn )\bđạt\b(?! chỉ tiêu| được)",
        r"(?<!not )(?<!be )\bmet\b|(?<!not )\bmeets it\b",
    ),
    "not met": (r"(?:chưa|không) đạt", r"not met\b|does not meet|were not\b|misses it"),
    "no verdict": (
        r"quá ít để|đến nay|chưa đánh giá|chưa kết luận|không đánh giá|một phần kỳ|tạm tính",
        r"too few|so far|not judged|no verdict",
    ),
    # promises
    "at least": (
        r"trở lên|ít nhất|tối thiểu|không dưới|(?<!\w)từ (?=\d)",
        r"or more|at least|not under|no less",
    ),
    "over": (r"\btrên\b|lớn hơn|\bhơn\b", r"\bover\b|more than|above"),
    "at most": (
        r"trở xuống|nhiều nhất|tối đa|không quá|không vượt|không trên",
        r"or less|or fewer|at most|not over|no more",
    ),
    "under": (r"\bdưới\b|nhỏ hơn|ít hơn", r"\bunder\b|less than|fewer than|below"),
    "downwards": (r"\bgiảm\b", r"\bdown by\b"),
    # where a count lies among the provinces
    "within the spread": (
        r"trong mức chênh lệch|các tỉnh vốn rất khác nhau",
        r"within the spread|provinces differ widely",
    ),
    "unusual": (r"khác thường", r"\bunusual\b"),
    # change, interval, sources
    "change": (r"thay đổi|tăng|giảm|chênh lệch", r"change|rise|rose|fall|fell|difference"),
    "fell": (r"\bgiảm\b", r"\bfell\b"),
    "rose": (r"\btăng\b", r"\brose\b"),
    "points": (r"điểm phần trăm", r"percentage points?|points"),
    "interval": (r"khoảng (?:tin cậy )?95\s?%|khoảng tin cậy", r"95\s?% interval|confidence interval"),
    "usual range": (
        r"khoảng thường gặp|nằm ngoài",
        r"usual range|range to be expected|is outside|are outside",
    ),
    "no limit": (r"không có giới hạn trên", r"no upper limit"),
    "not exact": (r"khoảng|gần|hơn|trên|ít nhất|tối thiểu", r"about|nearly|more than|at least"),
    "sources differ": (
        r"(?:các |hai )?nguồn (?:ghi |nêu )?(?:khác nhau|không thống nhất|không khớp)|nguồn khác ghi|\d hoặc \d",
        r"sources? (?:differ|disagree|give unlike)|(?:an)?other sources?: |\d or \d",
    ),
    "source of all": (r"^Nguồn của tất cả các dòng: ", r"^Source of all rows: "),
    # what is missing
    "missing": (
        r"chưa (?:được )?công bố|chưa (?:được )?báo cáo|không có số liệu|chưa có số liệu|không có số liệu nào|được bảo mật",
        (
            r"not(?:hing)? (?:been )?published|(?:not|nothing published or) reported|no figure|confidential or not reported"
            r"|are not reported"
        ),
    ),
    "defines": (
        r"^Ký hiệu: |^\[[cuxzr]\]|là ký hiệu|có nghĩa là|được ẩn nếu",
        r"^Marks: |^\[[cuxzr]\]|\bmeans that\b|are hidden unless",
    ),
    "population": (r"dân số", r"population"),
    "by attribute": (r"\btheo ([^:;.]+)", r"\b[Bb]y ([^:;.]+?)(?= no | the |:|$)"),
    "without a figure": (r"chưa có số liệu|không có số liệu", r"without a figure|no figure"),
    # what cannot stand beside its opposite
    "no ranking": (
        r"không xếp hạng|không (?:lập|nêu|có|đưa ra) (?:bảng )?xếp hạng|xếp hạng[^.]*nên không",
        r"not a ranking|no ranking|ranking[^.]*none is given|no league table",
    ),
    "rank": (r"^(?:vị trí|thứ hạng|xếp hạng|hạng)\b", r"^(?:place, 95|rank)\b"),
    "no bend": (r"không thấy điểm đổi hướng|không đổi hướng", r"no bend (?:found|was found|shown)"),
    "bend": (r"đổi hướng (?:vào )?(?:năm|ở)", r"\bbend in\b"),
    "level": (
        r"mức (?:ý nghĩa )?\d|từ \d[\d,]* trở xuống",
        r"\b(?:at the )?level (?:of )?\d|\d level|from \d[\d.]* downwards",
    ),
    "same persons": (r"(?<!không phải là )cùng những người", r"(?<!not )(?<!not of )the same persons"),
    "fewer than five": (
        r"(?:dưới|ít hơn|chưa đến|không đủ|chưa đủ) (?:năm|5) (?:tỉnh|địa phương)(?! có số dân)",
        r"fewer than (?:five|5) provinces",
    ),
    "trend a year": (r"mỗi năm", r"\ba year\b"),
    "met of judged": (
        r"(\d+) (?:trên|trong) (\d+) chỉ tiêu[^.;:]*\bđạt\b|(?<![\d/])(\d+)/(\d+) chỉ tiêu",
        r"(\d+) of (\d+) (?:targets )?that could be judged (?:was|were) met",
    ),
    "met and not met": (
        r"(\d+) (?:chỉ tiêu )?đạt, (\d+) (?:chỉ tiêu )?(?:không|chưa) đạt",
        r"(\d+) (?:was |were )?met,? (?:and )?(\d+) (?:was |were )?not",
    ),
    "targets": (r"chỉ tiêu", r"targets?"),
    "whole interval": (r"toàn bộ khoảng tin cậy nằm về phía", r"whole interval lies on this side"),
    "other side": (r"phía bên kia", r"reaches to its other side"),
}

# figures that are no result: dates, laws, ages, numbers of tables, levels, bases of rates
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_LAWS = (
    r"\b\d+/\d{4}/[\w-]+|\b\d+/[A-ZĐ][\w-]*(?:/[\w-]+)*|\b\d+/[A-ZĐ]+\b|[A-ZĐ]{2,}\d+\w*(?:/\w+)*",
    r"\b\d{1,2}/\d{1,2}/\d{4}\b|\b\d{1,2}/\d{4}\b|\b\d{4}-\d{2}-\d{2}\b",
    r"\((?:[^()]*[^\W\d])?[^()]*\b(?:19|20)\d\d[a-z]?\)",
)
MASKS: dict[str, tuple[str, ...]] = {
    "vi": (
        *_LAWS,
        r"(?:Điều|điều|Khoản|khoản|Chương|Nghị định|Quyết định|Nghị quyết|Luật|Thông tư)(?: số)? \d+(?:(?:,| và|,? khoản) \d+)*",
        r"(?:Bảng|Hình|bảng|hình|Mục|mục|Phần|phần) \d+",
        r"liên ngành 178|Đội 178|Chỉ đạo 138|Tổng đài 111|\btrên (?:100\.000|1\.000)\b|phương pháp \d+",
        r"\b\d+ tuổi",
        r"\b(?:giới hạn|mức|độ lực)(?: trên| dưới| ý nghĩa| tin cậy)? \d[\d,]*\s?%",
    ),
    "en": (
        *_LAWS,
        rf"\b\d{{1,2}} (?:{_MONTHS}) \d{{4}}|(?:{_MONTHS}) \d{{1,2}}, \d{{4}}|\b\d{{1,2}} (?:{_MONTHS})\b",
        r"(?:Articles?|Clauses?|Decree|Decision|Resolution|Law|Circular)(?: No\.?)? \d+(?:(?:,| and|, clause) \d+)*",
        r"(?:Table|Figure|table|figure|section|Section|method) \d+",
        r"[Tt]eam 178|Committee 138|hotline 111|\bper (?:100,000|1,000)\b",
        r"\b(?:persons|victims|those|children|child\w*) (?:\w+ ){0,2}?under \d+\b(?! persons| cases| victims)",
        r"\b(?:upper|lower|plain|widened|power of|level of|at) (?:the )?\d[\d.]*\s?%(?: limits?| level)?",
    ),
}

# what a column holds, by the beginning of its head in Vietnamese and in English
HEADS: dict[str, tuple[str, str]] = {
    "item": (r"chỉ số$|mục số liệu|chỉ tiêu$|bước$|tỷ lệ$|số liệu$", r"indicator$|measure$|target$|stage$|share$|figures$"),
    "period": (r"kỳ$|năm$|thời gian$", r"period$|year$"),
    "counts": (r"số đếm", r"counts?$|n/n"),
    "value": (r"giá trị|kết quả năm|tỷ lệ$", r"value|share$|result$"),
    "interval": (r"khoảng (?:tin cậy )?95", r"95\s?% interval"),
    "verdict": (r"kết luận", r"verdict"),
    "promised": (r"mức đề ra|mức phải đạt", r"promised|promise"),
    "defined": (r"nguyên văn|hiệu lực", r"in its own words|in force"),
    "gap": (r"khoảng cách|chênh (?:lệch )?so với|cách (?:chỉ tiêu|mức)", r"gap|distance|short by"),
    "evidence": (r"bằng chứng|có thể nói gì|so với tỷ suất chung|nhận xét", r"evidence|what can be said|against the common|reading"),
    "source": (r"nguồn$", r"source$"),
    "place": (r"địa phương$|nhóm đối tượng$|tỉnh, thành phố$", r"place$|class$|province or city$"),
    "earlier": (r"kỳ trước|trước đánh giá|những người còn lại", r"earlier|before the review|others$"),
    "later": (r"kỳ sau|sau đánh giá|trong nhóm", r"later|after the review|in the group"),
    "change": (r"thay đổi|chênh lệch", r"change|difference"),
    "p": (r"p \(", r"p \("),
    "latest": (r"mới nhất|gần nhất", r"latest"),
    "required": (r"mức còn phải", r"still required"),
    "rank": (r"vị trí|thứ hạng|xếp hạng|hạng\b", r"place,|rank"),
    "without": (r"chỉ số chưa có số liệu|chưa có số liệu", r"without a figure"),
    "plain": (r"giới hạn 95\s?% thông thường", r"plain 95"),
    "wide": (r"giới hạn 95\s?% mở rộng", r"widened 95"),
    "method": (r"phương pháp", r"method"),
}  # fmt: skip


@cache
def pattern(concept: str, language: Language) -> re.Pattern[str]:
    """Return the compiled expression of a concept in a language."""
    return re.compile(WORDS[concept][0 if language == "vi" else 1], re.IGNORECASE)


@lru_cache(maxsize=_TEXTS)
def says(text: str, concept: str, language: Language) -> bool:
    """Tell whether a text says something.

    Parameters
    ----------
    text : str
    concept : str
        A key of :data:`WORDS`.
    language : {"vi", "en"}

    Examples
    --------
    >>> says("Mức giảm rõ", "more than chance", "vi"), says("could be chance", "more than chance", "en")
    (True, False)
    """
    return pattern(concept, language).search(text) is not None


@cache
def role(head: str, language: Language) -> frozenset[str]:
    """Return what a column's head says that it holds.

    Examples
    --------
    >>> sorted(role("Khoảng tin cậy 95%", "vi")), sorted(role("Change, 95% interval", "en"))
    (['interval'], ['change'])
    """
    place = 0 if language == "vi" else 1
    return frozenset(name for name, forms in HEADS.items() if re.match(forms[place], head, re.IGNORECASE))
