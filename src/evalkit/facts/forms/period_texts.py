"""The period that a heading, a title or a pair of days names; a vague one is none."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from evalkit.facts.forms.grid import Cell
from evalkit.facts.forms.number_format import shown_number, shown_with_words
from evalkit.facts.forms.plain_words import plain_words, same_word, without_mark
from evalkit.facts.forms.title_words import Kind, says_another, without_laws
from evalkit.places.place_names import without_diacritics
from evalkit.plain_cells import FIRST_YEAR, LAST_YEAR

_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_D = r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LONGEST = 1_000
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_PRELIMINARY = re.compile(
    r"(?:^|\b)(so bo|uoc thuc hien|uoc tinh|uoc|preliminary|prel\.?|provisional)(?:\b|(?<=\.))"
)
_FURTHER = re.compile(
    r"(?:19|20)[0-9]{2}|\b(?:quy|quarter|thang)\b"
)  # what is left of a text names a period, too
_TOLD_UP_TO = re.compile(
    rf"(?:đến|den|tới|toi|until|as of|up to) (?:hết |het |ngày |ngay |thời điểm )*(?P<day>{_D})"
)
_OF = r"(?:\s*[/.-]\s*|\s+nam\s+|\s+)"
_UP_TO_A_PART = re.compile(
    rf"(?:den|toi|until|as of|up to) (?:het |cuoi )*(?:thang (?P<month>[0-9]{{1,2}})|quy (?P<quarter>iv|i{{1,3}}|[1-4])){_OF}{_YEAR}"
)
_MONTH_AND_YEAR = re.compile(
    rf"(?P<month>[0-9]{{1,2}})-{_YEAR}"
)  # by itself: in a title it is the number of a form


@dataclass(frozen=True, slots=True)
class Span:
    """A period, both days included; ``mark`` is the sign or word behind or before it: of a footnote, or by which the form calls its figures preliminary."""

    start: date
    end: date
    mark: str = ""

    @property
    def preliminary(self) -> bool:
        """Whether the form marks the figures of the period as preliminary; a numbered footnote does not.

        Examples
        --------
        >>> from datetime import date
        >>> [Span(date(2023, 1, 1), date(2023, 12, 31), mark).preliminary for mark in ("(*)", "Sơ bộ", "(p)", "(1)", "²", "")]
        [True, True, True, False, False, False]
        """
        sign = plain_words(self.mark).strip("() ")
        return sign == "p" or sign.startswith("*") or _PRELIMINARY.search(sign) is not None


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


def calls_preliminary(cell: Cell) -> bool:
    """Tell whether a text has a word for what is preliminary."""
    return cell.kind == "text" and _PRELIMINARY.search(plain_words(cell.text)) is not None


def by_its_note(span: Span, texts: Iterable[str]) -> Span:
    """Return a period whose footnote, among the texts of a form, calls its figures preliminary, as one that does; any other as it is.

    Examples
    --------
    >>> year = Span(date(2023, 1, 1), date(2023, 12, 31), "(1)")
    >>> by_its_note(year, ["(1) Số liệu sơ bộ"]).mark, by_its_note(year, ["(1) Không tính Hà Nội"]).mark
    ('sơ bộ', '(1)')
    """
    sign = span.mark.strip("() ").translate(_RAISED)
    if not sign or span.preliminary:
        return span
    note = re.compile(rf"(?:ghi chú|note)?\W*{re.escape(sign)}[\s).:]+(?P<said>.*)", re.IGNORECASE)
    for text in texts:
        found = note.fullmatch(text.translate(_RAISED))
        if found and (word := _PRELIMINARY.search(plain_words(found["said"]))):
            return replace(span, mark=same_word(found["said"])[word.start() : word.end()])
    return span


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
    said = same_word(text)
    if word := _PRELIMINARY.search(_plain(said)):
        mark = mark if mark.strip("(").startswith("*") else text[word.start() : word.end()].strip()
        said = re.sub(r"\(\s*(?:\)|$)", " ", f"{said[: word.start()]} {said[word.end() :]}")
    said = re.sub(r"\s+", " ", said).strip(" :")
    span = _searched(said, calendar) if anywhere else _read(_plain(said), calendar, stock=stock)
    return replace(span, mark=mark or cell.raised) if span else None


def _plain(said: str) -> str:
    """Return a text without diacritics, letter by letter; as it stands where that cannot be."""
    plain = without_diacritics(said)
    return plain if len(plain) == len(said) else said


def _year_number(cell: Cell, calendar: Calendar) -> Span | None:
    whole = cell.number is not None and cell.number == cell.number.to_integral_value()
    if not whole or not FIRST_YEAR <= int(cell.number or 0) <= LAST_YEAR:
        return None
    shown = shown_number(cell.format, Decimal(int(cell.number or 0)))
    if shown.scaled or shown.instead is not None:
        return None
    if shown.words or shown.signs:
        said = f"{shown.words} {int(cell.number or 0)}{shown.signs}"
        return period_of(Cell("text", said, raised=cell.raised), calendar)
    return replace(calendar.months(int(cell.number or 0), 1, 12), mark=cell.raised)


def _shown_day(cell: Cell, calendar: Calendar, *, stock: bool) -> Span | None:
    """Return the month or year that a day is shown as; the day itself for what is counted on a day."""
    if cell.day is None:
        return None
    if (words := shown_with_words(cell.day.date(), cell.format)) is not None:
        return period_of(Cell("text", words), calendar, stock=stock)
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
    if found := _MONTH_AND_YEAR.fullmatch(plain):
        return _month(found, calendar)
    day = calendar.day(plain.removeprefix("ngay ").removeprefix("tinh den ")) if stock else None
    return Span(day, day) if day else None


def _searched(said: str, calendar: Calendar) -> Span | None:
    """Return the one period that stands in a text, days of letters aside; none where it may name another as well."""
    said = without_laws(said)
    plain = _plain(said)
    for pattern, made in _PATTERNS:
        found = re.search(rf"(?<![0-9/.-]){pattern.pattern}(?![0-9/.-])", plain)
        if found and (span := _sound(made(found, calendar))):
            before, after = said[: found.start()], said[found.end() :]
            kind: Kind = "bare month" if found[0][0].isdigit() and made is _month else _KINDS[made]
            if kind != "days":
                before, after = (_without_days(text, span, calendar) for text in (before, after))
            rest = re.sub(_D, "", f"{_plain(before)} {_plain(after)}")
            another = _FURTHER.search(rest) or says_another(kind, before, after, found=found[0])
            return None if another else span
    return None


def last_day_told(said: str, calendar: Calendar) -> Iterator[date]:
    """Yield the days up to which a text says that its figures go: a day, or the last one of a month or quarter.

    Examples
    --------
    >>> [day.isoformat() for day in last_day_told("lũy kế đến hết quý ii/2024", Calendar())]
    ['2024-06-30']
    """
    for found in _TOLD_UP_TO.finditer(said):
        if (day := calendar.day(found["day"])) is not None:
            yield day
    for found in _UP_TO_A_PART.finditer(_plain(said)):
        number = _ROMAN.get(found["quarter"] or "") or int(found["quarter"] or found["month"])
        last = 3 * number if found["quarter"] else number
        if 1 <= last <= 12:
            yield calendar.months(int(found["year"]), 1, last).end


def _without_days(said: str, span: Span, calendar: Calendar) -> str:
    """Return a text without the days up to which figures are told, where these do not cut the period."""

    def kept(found: re.Match[str]) -> str:
        day = calendar.day(found["day"])
        return " " if day is not None and day >= span.end else found[0]

    return _TOLD_UP_TO.sub(kept, said)


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


def _from_its_start(found: re.Match[str], calendar: Calendar) -> Span | None:
    """Return the days from the first of a year to the end of one of its months or quarters."""
    year, quarter = int(found["year"]), found["quarter"]
    last = 3 * (_ROMAN.get(quarter) or int(quarter)) if quarter else int(found["month"])
    same = found["first"] is None or int(found["first"]) == year
    return calendar.months(year, 1, last) if same and 1 <= last <= 12 else None


def _to_a_day(found: re.Match[str], calendar: Calendar) -> Span | None:
    """Return the days from the first of a year to one of its days."""
    day = calendar.day(found["to"])
    if day is None:
        return None
    year = calendar.months(int(found["first"] or day.year), 1, 12)
    return Span(year.start, day) if year.start <= day <= year.end else None


_FROM_ITS_START = r"tu dau nam(?: (?P<first>(?:19|20)[0-9]{2}))? (?:den|toi) (?:het |cuoi )?"
_PATTERNS: tuple[tuple[re.Pattern[str], Made], ...] = tuple(
    (re.compile(pattern), made)
    for pattern, made in (
        (
            rf"(?:(?:nam )?{_YEAR} ?\()?(?:tu )?(?:ngay )?(?P<from>{_D})\s*(?:-|–|—|den|toi|to)\s*(?:het )?(?:ngay )?(?P<to>{_D})\)?",
            _days,
        ),
        (rf"{_FROM_ITS_START}(?:ngay )?(?P<to>{_D})", _to_a_day),
        (
            rf"{_FROM_ITS_START}(?:thang (?P<month>[0-9]{{1,2}})|quy (?P<quarter>iv|i{{1,3}}|[1-4])){_OF}{_YEAR}",
            _from_its_start,
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
_KINDS: dict[Made, Kind] = {
    _days: "days",
    _to_a_day: "days",
    _from_its_start: "months",
    _first_months: "months",
    _last_months: "months",
    _quarter: "quarter",
    _month: "month",
    _years: "years",
    _year: "year",
}
