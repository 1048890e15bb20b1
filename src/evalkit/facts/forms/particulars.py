"""Particulars of persons in a form: told by headings and by values, named by column, never quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from evalkit.errors import FactsError
from evalkit.facts.forms.grid import At, Cell, Form, Sheet, cell_name, column_name, text_cell
from evalkit.facts.forms.person_names import like_a_name
from evalkit.facts.forms.persons_in_text import is_initials, names_a_person, tells_birth
from evalkit.facts.forms.plain_words import plain_words, same_word
from evalkit.facts.forms.records_of_persons import named_beside_figures, records_by_age
from evalkit.messages import listed, worded

_HEADINGS = re.compile(
    r"\b(ho (va )?ten|ho,? ten|ho ten dem|ten (nan nhan|nn|doi tuong|bi can|bi cao|nguoi|con|chau)|bi danh|ngay(,? thang)?(,? nam)? sinh|nam sinh|sinh nam|ngay sinh|"
    r"cccd|cmnd|cmt|can cuoc( cong dan)?|chung minh (nhan dan|thu)|so dinh danh|ho chieu|so (dien thoai|dt|dtdd)|dien thoai|sdt|dia chi|noi o|noi cu tru|cho o|que quan|"
    r"thuong tru|tam tru|ho khau|email|so ho so|ma ho so|ma nan nhan|"
    r"full name|name of (victim|person|suspect)|victim name|surname|first name|last name|given name|date of birth|birth ?date|year of birth|dob|passport|identity (card|number)|national id|phone|telephone|mobile|home address|address)\b"
)
_NOT_PERSONS = re.compile(
    r"\b(ten (dia phuong|don vi|tinh|chi tieu|co quan|bieu)|dia chi (trang|web)|cuoc goi|duong day nong|hotline|calls|ky|ghi ro|dong dau)\b"
)
_MALE_PUPILS = "nam sinh"  # without its diacritics "năm sinh", the year of birth, reads the same
_IDENTITY = re.compile(r"(?<![0-9])(0[0-9]{2})([0-9])([0-9]{2})([0-9]{6})(?![0-9])")
_SPACED = re.compile(r"(?<=[0-9])[ .\-](?=[0-9]{3})")
_PHONE = re.compile(r"(?<![0-9])(?:\+?84|0)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}(?![0-9])")
_OLD_IDENTITY = re.compile(r"(?<![0-9])[0-3][0-9]{8}(?![0-9])")
_BIRTH = re.compile(r"(?<![0-9])(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-])?(?:19[3-9][0-9]|20[01][0-9])(?![0-9])")
_ADDRESS = re.compile(r"[\w+-]@[\w-]{1,99}\.\w")
_PROVINCES = range(1, 97)
_COUNT = re.compile(r"[0-9]{1,6}|[0-9]{1,3}(?:[., ][0-9]{3})")
_SPACES = re.compile(r"[., ]")
_BIRTH_HEADINGS = re.compile(r"\b(nam sinh|sinh nam|ngay sinh|birth|dob)\b")
_ROLES = re.compile(
    r"(?:danh sach |ten )?(?:cac )?(?:danh sach|nan nhan|nn|bi can|bi cao|bi hai|doi tuong|nguoi bi hai|nguoi bi mua ban|victims?|suspects?|accused)(?: \([^()]*\))?"
)
_SHORT_HEADINGS = {
    **dict.fromkeys(("ns", "n/s", "sinh", "nam s", "ngay s"), "birth"),
    **dict.fromkeys(("dt", "di dong", "lien he", "lien lac", "lh", "mobile no", "tel"), "telephone"),
    **dict.fromkeys(("facebook", "fb", "zalo", "link facebook", "facebook/zalo", "mang xa hoi"), "link"),
    **dict.fromkeys(("bien so", "bien so xe", "bien kiem soat", "bks"), "plate"),
    **dict.fromkeys(
        ("so tai khoan", "stk", "tai khoan", "tai khoan ngan hang", "so tk", "bank account"), "account"
    ),
}  # of columns of particulars, by what must stand below them
_BELOW = {
    "telephone": re.compile(r"[35789][0-9]{8}"),  # a mobile number that a workbook took for a number
    "link": re.compile(r".*(?:\.com|\.me|/|@|[0-9]{9}).*"),
    "plate": re.compile(r"[1-9][0-9][ -]?[A-Z]{1,2}[0-9]?[ .-]*[0-9]{3}\.?[0-9]{1,2}", re.IGNORECASE),
    "account": re.compile(r"(?:[0-9][ .-]?){8,19}(?:\D.*)?"),
}
_CODE_HEADINGS = re.compile(r"\b(so ho so|ma ho so|ma nan nhan)\b")
_OLDEST, _YOUNGEST = 1900, 2100


@dataclass(frozen=True, slots=True)
class Particular:
    """A column, or a cell with a note, that holds particulars of persons."""

    sheet: str
    where: str
    heading: str


def refuse_particulars(
    path: str, form: Form, *, figures: Collection[tuple[str, At]], is_place: Callable[[str], bool]
) -> None:
    """Refuse a form that holds particulars of persons; columns are named, and nothing in them is quoted.

    Parameters
    ----------
    path : str
        For the message.
    form : Form
    figures : collection of (sheet, cell)
        The cells that are figures: they are not looked at.
    is_place : callable
        Tells whether a text names a place: the names of provinces are no persons'.

    Raises
    ------
    FactsError
        If there are any.
    """
    found = [
        one
        for sheet in form.sheets
        for one in _in_sheet(sheet, {at for name, at in figures if name == sheet.name}, is_place)
    ]
    if not found:
        return
    names = [
        worded("{where} '{heading}'", where=one.where, heading=one.heading) if one.heading else one.where
        for one in found[:12]
    ]
    raise FactsError(
        where=path,
        rule=worded("{columns} hold particulars of persons", columns=listed(names)),
        do=worded(
            "send counts, not lists: how many by province, period and, where the programme has it, sex and age; the case file stays where it is kept"
        ),
    )


def _in_sheet(sheet: Sheet, figures: Collection[At], is_place: Callable[[str], bool]) -> Iterator[Particular]:
    columns: dict[int, str] = {}
    others = {at: cell for at, cell in sheet.cells.items() if at not in figures}
    others |= {
        at: text_cell(f"{others[at].text if at in others else ''} {text}")
        for at, text in sheet.comments.items()
    }
    for at, cell in sorted(others.items()):
        is_heading = cell.kind == "text" and len(cell.text) <= 60 and _is_heading(cell.text)
        if (is_heading and not _stands_over_counts(sheet, at, figures)) or _heads_persons(
            others, at, is_place
        ):
            columns.setdefault(at[1], cell.text)
    by_values = _by_values(others, is_place) | named_beside_figures(others, sheet.cells, is_place)
    for at in sorted(by_values | records_by_age(others, is_place)):
        columns.setdefault(at[1], _heading_of(sheet, at, figures))
    for column, heading in sorted(columns.items()):
        yield Particular(
            sheet.name,
            worded("column {letters}", letters=column_name(column)),
            _words_of(heading),
        )
    for at, cell in sorted(others.items()):
        if at[1] not in columns and cell.kind == "text" and names_a_person(cell.text, is_place):
            yield Particular(sheet.name, worded("cell {name}", name=cell_name(at)), "")


def _heads_persons(others: dict[At, Cell], at: At, is_place: Callable[[str], bool]) -> bool:
    """Tell a heading by what stands below it: names or initials below "Nạn nhân", births below "NS", telephone numbers below "ĐT"."""
    cell = others[at]
    heading = plain_words(cell.text).strip(" .:") if cell.kind == "text" and len(cell.text) <= 60 else ""
    below = [one for (row, column), one in others.items() if column == at[1] and row > at[0]]
    if _ROLES.fullmatch(heading):
        return any(_is_name(one, is_place) or (one.kind == "text" and is_initials(one.text)) for one in below)
    kind = _SHORT_HEADINGS.get(heading)
    if kind is None or not below:
        return False
    if kind in _BELOW:
        return any(_BELOW[kind].fullmatch(one.text) for one in below)
    return all(one.kind == "date" or _BIRTH.fullmatch(one.text) for one in below[:3])


def _is_heading(text: str) -> bool:
    """Tell whether a text is the heading of a column of particulars."""
    plain, written = plain_words(text), same_word(text)
    if _MALE_PUPILS in written and not written.isascii():
        return False
    return (
        _HEADINGS.search(plain) is not None
        and _NOT_PERSONS.search(plain) is None
        and not re.search(r"[0-9]{3,}", plain)
        and len(plain.split()) <= 8
    )


def _stands_over_counts(sheet: Sheet, at: At, figures: Collection[At]) -> bool:
    """Tell whether a heading that could be one of particulars stands over counts: "Số CCCD đã cấp" over 5 and 12."""
    own = {one for one in figures if one[1] == at[1]}
    below = own or {one for one in sheet.cells if one[1] == at[1]}
    cells = [sheet.at(*one) for one in sorted(below) if one[0] > at[0]]
    while cells and not _COUNT.fullmatch(cells[-1].text):
        cells.pop()  # a note or a signature below
    counts = [int(_SPACES.sub("", cell.text)) for cell in cells if _COUNT.fullmatch(cell.text)]
    texts = [cell.text for cell in cells if not _COUNT.fullmatch(cell.text)]
    if not counts or any(map(str.isalnum, "".join(texts))):
        return False
    plain = plain_words(sheet.at(*at).text)
    if _BIRTH_HEADINGS.search(plain) and all(_OLDEST <= count <= _YOUNGEST for count in counts):
        return False
    running = len(counts) > 1 and counts == list(range(counts[0], counts[0] + len(counts)))
    return not (_CODE_HEADINGS.search(plain) and (running or plain.startswith("ma ")))


def _words_of(heading: str) -> str:
    """Return of a heading the words that make it one, and no others: a name may stand behind them."""
    plain, written = plain_words(heading), " ".join(heading.split())
    found = _HEADINGS.search(plain) if _is_heading(heading) else None
    if found is None or len(plain) != len(written):
        return ""
    return written[found.start() : found.end()]


def _heading_of(sheet: Sheet, at: At, figures: Collection[At]) -> str:
    """Return the text at the top of a column, if it is one that may be told."""
    top = min(
        (row for row, column in sheet.cells if column == at[1] and (row, column) not in figures), default=0
    )
    return sheet.at(top, at[1]).text


def _by_values(others: dict[At, Cell], is_place: Callable[[str], bool]) -> set[At]:
    """Return the cells whose own structure, or what stands beside them, tells a person."""
    found = {at for at, cell in others.items() if _tells_alone(cell)}
    named = {at for at, cell in others.items() if _is_name(cell, is_place)}
    by_row: dict[int, list[At]] = {}
    for at in others:
        by_row.setdefault(at[0], []).append(at)
    for at in named:
        beside = [other for other in by_row[at[0]] if other != at and _tells_beside(others[other])]
        if beside:
            found |= {at, *beside}
    columns: dict[int, list[At]] = {}
    for at in named:
        columns.setdefault(at[1], []).append(at)
    for ats in columns.values():
        if len(ats) >= 3:  # a column of names; signatures under a form are fewer
            found |= set(ats)
    return found


def _tells_alone(cell: Cell) -> bool:
    """Tell an identity number or a telephone number of valid structure, or a mail address, in a cell's text."""
    if cell.kind == "number":
        return cell.number is not None and len(cell.text) in (11, 12) and _valid_identity(cell.text.zfill(12))
    if cell.kind != "text":
        return False
    joined = _SPACED.sub("", cell.text)
    identity = any(_valid_identity(found[0]) for found in _IDENTITY.finditer(joined))
    return identity or _PHONE.search(joined) is not None or _ADDRESS.search(cell.text) is not None


def _valid_identity(digits: str) -> bool:
    """Tell whether twelve digits are built as an identity number: province, century and sex, year, serial."""
    if not re.fullmatch(r"0[0-9]{11}", digits):
        return False
    return int(digits[:3]) in _PROVINCES and digits[3] in "0123" and digits[6:] != "000000"


def _tells_beside(cell: Cell) -> bool:
    """Tell what is a particular when it stands beside a name: a day or year of birth, an old identity number, a telephone number."""
    if cell.kind == "date":
        return cell.day is not None and cell.day.year < 2020
    if cell.kind == "number":
        whole = cell.text.isdecimal()
        return whole and (1930 <= int(cell.text) <= 2019 or len(cell.text) in (9, 10))
    return cell.kind == "text" and bool(
        _BIRTH.fullmatch(cell.text)
        or _OLD_IDENTITY.search(cell.text)
        or tells_birth(cell.text)
        or _tells_alone(cell)
    )


def _is_name(cell: Cell, is_place: Callable[[str], bool]) -> bool:
    """Tell whether a cell holds a person's name and no place's."""
    return cell.kind == "text" and like_a_name(cell.text) and not is_place(cell.text)
