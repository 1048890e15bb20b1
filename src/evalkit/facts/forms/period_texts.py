"""The period that a heading, a title or a pair of days names; a vague one is none."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from evalkit.facts.forms.grid import Cell
from evalkit.facts.forms.plain_words import plain_words, without_mark
from evalkit.plain_cells import FIRST_YEAR, LAST_YEAR

_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_D = r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LONGEST = 1_000
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_PRELIMINARY = re.compile(
    r"(?:^|\b)(so bo|uoc thuc hien|uoc tinh|uoc|preliminary|prel\.?|provisional)(?:\b|(?<=\.))"
)
_FURTHER = re.compile(
    r"(?:19|20)[0-9]{2}|\b(?:quy|quarter|thang)\b"
)  # what is left of a text names a period, too
_OF = r"(?:\s*/\s*|\s*-\s*|\s+nam\s+|\s+)"


@dataclass(frozen=True, slots=True)
class Span:
    """A period, both days included; ``mark`` is the sign or word by which the form calls its figures preliminary."""

    start: date
    end: date
    mark: str = ""

    @property
    def preliminary(self) -> bool:
        """Whether the form marks the figures of the period."""
        return bool(self.mark)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a form's periods are read: the order of day and month, and the first day of its year (month, day).

    A year that begins in July or later bears the number of the calendar year it ends in, as the year of the police does.
    """

    order: str = "dmy"
    year_starts: tuple[int, int] = (1, 1)

    def months(self, year: int, first: int, last: int) -> Span:
        """Return the months ``first`` to ``last`` (1 to 12) of a form's year."""
        month, day = self.year_starts
        begins = year - 1 if month >= 7 else year
        start = _month_on(date(begins, month, day), first - 1)
        return Span(start, _month_on(date(begins, month, day), last) - timedelta(days=1))

    def day(self, text: str) -> date | None:
        """Return the day a text names; None where it is none, or its year has two digits.

        Examples
        --------
        >>> Calendar().day("03/04/2023"), Calendar().day("29/02/2023"), Calendar().day("1/1/23")
        (datetime.date(2023, 4, 3), None, None)
        """
        if len(text) > _LONGEST:
            return None
        parts = [int(part) for part in re.findall(r"[0-9]+", text)]
        if len(parts) != 3:
            return None
        if re.match(r"\s*[0-9]{4}", text):
            year, month, day = parts
        elif self.order == "mdy":
            month, day, year = parts
        else:
            day, month, year = parts
        if not FIRST_YEAR <= year <= LAST_YEAR or re.search(r"[^0-9/.\- ]", text.strip()):
            return None
        try:
            return date(year, month, day)
        except ValueError:
            return None


def _month_on(day: date, months: int) -> date:
    """Return the same day some months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_of(cell: Cell, calendar: Calendar, *, anywhere: bool = False, stock: bool = False) -> Span | None:
    """Return the period that a cell names.

    Parameters
    ----------
    cell : Cell
        Text, a number that is a year, or a day whose format shows a month or a year alone.
    calendar : Calendar
    anywhere : bool
        Whether the period may stand within a longer text, such as a title; it must then be the only one.
    stock : bool
        Whether a single day is a period: figures that are counted on a day.

    Returns
    -------
    Span or None
        None where no period is named, or it is not clear which.

    Examples
    --------
    >>> from evalkit.facts.forms.grid import text_cell
    >>> period_of(text_cell("6 tháng đầu năm 2023"), Calendar()).end
    datetime.date(2023, 6, 30)
    >>> period_of(text_cell("năm 2023"), Calendar(year_starts=(12, 15))).start
    datetime.date(2022, 12, 15)
    >>> period_of(text_cell("2 năm gần đây"), Calendar()) is None
    True
    """
    if cell.kind == "number":
        return _year_number(cell, calendar)
    if cell.kind == "date":
        return _shown_day(cell, calendar, stock=stock)
    if cell.kind != "text" or len(cell.text) > _LONGEST or cell.doubt:
        return None
    text, mark = without_mark(cell.text)
    plain = plain_words(text)
    if word := _PRELIMINARY.search(plain):
        mark = mark or text[word.start() : word.end()].strip()
        plain = f"{plain[: word.start()]} {plain[word.end() :]}"
    plain = re.sub(r"\s+", " ", plain).strip(" :")
    span = _searched(plain, calendar) if anywhere else _read(plain, calendar, stock=stock)
    return replace(span, mark=mark or cell.raised) if span else None


def _year_number(cell: Cell, calendar: Calendar) -> Span | None:
    whole = cell.number is not None and cell.number == cell.number.to_integral_value()
    if not whole or not FIRST_YEAR <= int(cell.number or 0) <= LAST_YEAR:
        return None
    return replace(calendar.months(int(cell.number or 0), 1, 12), mark=cell.raised)


def _shown_day(cell: Cell, calendar: Calendar, *, stock: bool) -> Span | None:
    """Return the month or year that a day is shown as; the day itself for what is counted on a day."""
    if cell.day is None:
        return None
    shape = re.sub(r"\[[^]]*\]|\"[^\"]*\"|\\.", "", cell.format).lower()
    if "d" in shape or "y" not in shape:
        return Span(cell.day.date(), cell.day.date()) if stock else None
    if "m" in shape:
        last = monthrange(cell.day.year, cell.day.month)[1]
        return Span(cell.day.date().replace(day=1), cell.day.date().replace(day=last))
    return calendar.months(cell.day.year, 1, 12)


def _read(plain: str, calendar: Calendar, *, stock: bool) -> Span | None:
    for pattern, made in _PATTERNS:
        if found := pattern.fullmatch(plain):
            return _sound(made(found, calendar))
    day = calendar.day(plain.removeprefix("ngay ").removeprefix("tinh den ")) if stock else None
    return Span(day, day) if day else None


def _searched(plain: str, calendar: Calendar) -> Span | None:
    """Return the one period that stands in a text, days of letters aside; none where it may name another as well."""
    for pattern, made in _PATTERNS:
        found = re.search(rf"(?<![0-9/.-]){pattern.pattern}(?![0-9/.-])", plain)
        if found and (span := _sound(made(found, calendar))):
            rest = re.sub(_D, "", plain[: found.start()] + " " + plain[found.end() :])
            return None if _FURTHER.search(rest) else span
    return None


def _sound(span: Span | None) -> Span | None:
    return span if span and span.start <= span.end else None


Made = Callable[[re.Match[str], Calendar], Span | None]


def _days(found: re.Match[str], calendar: Calendar) -> Span | None:
    start, end = calendar.day(found["from"]), calendar.day(found["to"])
    return Span(start, end) if start and end else None


def _first_months(found: re.Match[str], calendar: Calendar) -> Span | None:
    number = int(found["months"])
    return calendar.months(int(found["year"]), 1, number) if 1 <= number <= 12 else None


def _last_months(found: re.Match[str], calendar: Calendar) -> Span | None:
    number = int(found["months"])
    return calendar.months(int(found["year"]), 13 - number, 12) if 1 <= number <= 12 else None


def _quarter(found: re.Match[str], calendar: Calendar) -> Span | None:
    number = _ROMAN.get(found["quarter"]) or int(found["quarter"])
    return calendar.months(int(found["year"]), 3 * number - 2, 3 * number)


def _month(found: re.Match[str], calendar: Calendar) -> Span | None:
    number = int(found["month"])
    return calendar.months(int(found["year"]), number, number) if 1 <= number <= 12 else None


def _years(found: re.Match[str], calendar: Calendar) -> Span | None:
    first, last = calendar.months(int(found["year"]), 1, 12), calendar.months(int(found["last"]), 1, 12)
    return Span(first.start, last.end) if first.start < last.start else None


def _year(found: re.Match[str], calendar: Calendar) -> Span | None:
    return calendar.months(int(found["year"]), 1, 12)


_PATTERNS: tuple[tuple[re.Pattern[str], Made], ...] = tuple(
    (re.compile(pattern), made)
    for pattern, made in (
        (
            rf"(?:(?:nam )?{_YEAR} ?\()?(?:tu )?(?:ngay )?(?P<from>{_D})\s*(?:-|–|—|den|toi|to)\s*(?:het )?(?:ngay )?(?P<to>{_D})\)?",
            _days,
        ),
        (rf"(?P<months>[0-9]{{1,2}}) thang(?: dau)?(?: cua)?(?: nam)?(?:\s+|/){_YEAR}", _first_months),
        (rf"(?P<months>[0-9]{{1,2}}) thang cuoi(?: cua)?(?: nam)? {_YEAR}", _last_months),
        (rf"(?:quy\s+|quarter\s+|q\s?)(?P<quarter>iv|i{{1,3}}|[1-4]){_OF}{_YEAR}", _quarter),
        (rf"{_YEAR}\s?-?q(?P<quarter>[1-4])", _quarter),
        (rf"(?:thang\s+|t)(?P<month>[0-9]{{1,2}}){_OF}{_YEAR}", _month),
        (rf"(?P<month>[0-9]{{1,2}})/{_YEAR}", _month),
        (rf"{_YEAR}(?P<month>0[1-9]|1[0-2])", _month),
        (
            rf"(?:giai doan |thoi ky |cac nam |nam |tu nam |trong giai doan )?{_YEAR}\s*(?:-|–|—|den nam|den)\s*(?P<last>(?:19|20)[0-9]{{2}})",
            _years,
        ),
        (rf"(?:ca |trong )?(?:nam |year )?{_YEAR}", _year),
    )
)
