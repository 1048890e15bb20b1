"""The title of a form: what stands above its table and is no letterhead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from evalkit.facts.forms.grid import Form
from evalkit.facts.forms.plain_words import plain_words

_ROWS = 20
_SHORTEST = 8
_HEAD = 6
_AGENCY = re.compile(
    r"(?:bộ|cục|tổng cục|sở|ubnd|ủy ban|uỷ ban|công an|tòa án|toà án|viện kiểm sát|ban chỉ đạo|chi cục) ",
    re.IGNORECASE,
)
_LETTERHEAD = re.compile(
    r"cong hoa xa hoi|doc lap\b.*\btu do|(?:bo|cuc|tong cuc|so|ubnd|uy ban|cong an|toa an|vien kiem sat|ban chi dao|chi cuc) "
    r"|so ?:|mau (?:so )?[0-9]|bieu (?:mau )?(?:so )?[0-9][^ ]*$|.*\bngay\b.*\bthang\b.*\bnam\b"
)
_NUMBER_OF = re.compile(r"so (?:lieu|vu|luong|nan nhan|nguoi|doi tuong|bi can|bi cao)\b")
_TITLE = re.compile(r"(?:bao cao|bieu|thong ke|tong hop|bang|danh muc|tinh hinh|ket qua|so lieu|phu luc)\b")


def form_title(form: Form) -> str:
    """Return the title of a form, nothing where none stands above its table.

    Parameters
    ----------
    form : Form
        What begins as titles do ("BÁO CÁO", "BIỂU", "THỐNG KÊ") comes first, then the first text alone in its row that is no letterhead: no
        agency, no motto, no place and day.

    Examples
    --------
    >>> from evalkit.facts.forms.grid import Form, Sheet, text_cell
    >>> head = {(1, 1): text_cell("BỘ CÔNG AN"), (1, 4): text_cell("Độc lập - Tự do"), (5, 1): text_cell("THỐNG KÊ SỐ VỤ")}
    >>> form_title(Form((Sheet("1", head),)))
    'THỐNG KÊ SỐ VỤ'
    """
    texts = list(_texts(form))
    if texts and texts[0][0] == (1, 1) and not _is_letterhead(texts[0][1]):
        return texts[0][1]
    others = [(row, text) for (row, _), text in texts if not _is_letterhead(text)]
    titles = (text for _, text in others if _TITLE.match(plain_words(text)))
    rows = Counter(row for (row, _), _ in texts)
    alone = (text for row, text in others if rows[row] == 1 and len(text) >= _SHORTEST)
    return next(titles, next(alone, ""))


def issuing_agency(form: Form) -> str:
    """Return the agency that a form's letterhead names, nothing where none stands there: below the body it is part of, the one that issued it.

    Parameters
    ----------
    form : Form

    Examples
    --------
    >>> from evalkit.facts.forms.grid import Form, Sheet, text_cell
    >>> head = {(1, 1): text_cell("BỘ CÔNG AN"), (2, 1): text_cell("CÔNG AN TỈNH A"), (3, 1): text_cell("Số: 12/BC")}
    >>> issuing_agency(Form((Sheet("1", head),)))
    'CÔNG AN TỈNH A'
    """
    named = [
        (at, text) for at, text in _texts(form) if at[0] <= _HEAD and _AGENCY.match(text) and ":" not in text
    ]
    if not named:
        return ""
    (row, column), agency = named[0]
    for (below, own_column), text in named[1:]:
        if own_column == column and below == row + 1:
            row, agency = below, text
    return agency


def _texts(form: Form) -> Iterator[tuple[tuple[int, int], str]]:
    for sheet in form.sheets[:1]:
        head = {
            at: cell
            for at, cell in sheet.cells.items()
            if at[0] <= _ROWS and cell.kind == "text" and cell.text.strip()
        }
        for at in sorted(head):
            yield at, " ".join(head[at].text.split())


def _is_letterhead(text: str) -> bool:
    plain = plain_words(text)
    return bool(_LETTERHEAD.match(plain)) and not _NUMBER_OF.match(plain)
