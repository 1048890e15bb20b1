"""Rows that are of one person each, or name one beside figures: told by names, by codes with an age, and by single ages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise

from evalkit.facts.forms.full_names import is_full_name
from evalkit.facts.forms.grid import At, Cell
from evalkit.facts.forms.plain_words import plain_words

_COUNT = re.compile(r"[0-9]{1,6}|[0-9]{1,3}(?:[., ][0-9]{3})")
_NOTES = re.compile(r"(?:ghi chu|dien giai|chi tiet|thong tin|noi dung|notes?|remarks?|comments?)\b.*")
_OF_PERSONS = r"(?:nan nhan|nn|bi can|bi cao|bi hai|doi tuong|nguoi bi hai|chau|tre|victims?|suspects?)"
_AGES = re.compile(
    rf"(?:do )?tuoi(?: cua)?(?: {_OF_PERSONS})|(?:{_OF_PERSONS}'?s? )?age|age of (?:the )?{_OF_PERSONS}|(?:do )?tuoi"
)
_AGES_OF_PERSONS = re.compile(rf".*\b{_OF_PERSONS}.*")
_AGE = re.compile(r"[0-9]{1,2}(?: ?t(?:uổi)?)?")
_CODE = re.compile(
    r"(?:NN|BN|BC|BH|ĐT|DT|VIC|V|S|HS|TH|CASE)[-_./ ]?[0-9]{1,5}(?:[-/][0-9]{2,4})?", re.IGNORECASE
)
Cells = Mapping[At, Cell]


def named_beside_figures(others: Cells, cells: Cells, is_place: Callable[[str], bool]) -> set[At]:
    """Return full names in rows with numbers: two below each other, or one below a heading of notes. Signatures stand in rows without numbers.

    Parameters
    ----------
    others : mapping of cells
        Those that are looked at: no figures.
    cells : mapping of cells
        All of the sheet.
    is_place : callable
        Tells whether a text names a place.
    """
    rows = {row for (row, _), cell in cells.items() if cell.kind == "number" or _COUNT.fullmatch(cell.text)}
    columns: dict[int, list[At]] = {}
    for at, cell in others.items():
        if at[0] in rows and cell.kind == "text" and is_full_name(cell.text) and not is_place(cell.text):
            columns.setdefault(at[1], []).append(at)
    return {
        at
        for column, ats in columns.items()
        if len(ats) > 1 or any(_NOTES.fullmatch(text) for text in _above(cells, column, ats[0][0]))
        for at in ats
    }


def records_by_age(others: Cells, is_place: Callable[[str], bool]) -> set[At]:
    """Return columns of ages in years, one person a row: below "Tuổi nạn nhân" beside places, or below "Tuổi" beside codes of persons."""
    found: set[At] = set()
    for at, cell in others.items():
        heading = plain_words(cell.text) if cell.kind == "text" and len(cell.text) <= 40 else ""
        if not _AGES.fullmatch(heading):
            continue
        below = sorted(one for one in others if one[1] == at[1] and one[0] > at[0])
        ages = [one for one in below if _AGE.fullmatch(others[one].text)]
        codes = [one for one in others if one[0] in {row for row, _ in ages} and _is_code(others[one])]
        of_one = _AGES_OF_PERSONS.fullmatch(heading) and _is_of_places(others, ages, is_place)
        if codes or (of_one and len(ages) == len(below)):
            found |= {*ages, *codes}
    return found


def _above(cells: Cells, column: int, row: int) -> list[str]:
    return [plain_words(cell.text) for at, cell in cells.items() if at[1] == column and at[0] < row]


def _is_code(cell: Cell) -> bool:
    return cell.kind == "text" and _CODE.fullmatch(cell.text) is not None


def _is_of_places(others: Cells, ages: Collection[At], is_place: Callable[[str], bool]) -> bool:
    """Tell whether ages stand beside places and do not run through the years as those of a distribution do."""
    rows = {row for row, _ in ages}
    placed = {
        row
        for (row, _), cell in others.items()
        if row in rows and cell.kind == "text" and is_place(cell.text)
    }
    years = [int(re.split(r"\D", others[at].text)[0]) for at in sorted(ages)]
    running = len(years) > 2 and all(after - before == 1 for before, after in pairwise(years))
    return bool(placed) and not running
