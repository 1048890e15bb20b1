"""Whether the words of a title can be of the periods of the figures below it: another period, a sum over several, a part, a comparison."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import timedelta

from evalkit.facts.forms.grid import Cell
from evalkit.facts.forms.narrowing_words import english_part, part_named, parts_within, words_alone
from evalkit.facts.forms.period_texts import Calendar, Span, last_day_told, period_of
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.forms.title_words import SUMMED_UP, says_part, without_laws
from evalkit.facts.period_said import period_said

_NEAR = timedelta(days=31)  # the year of an agency begins some days before that of the calendar, or after
_ABOUT_NEW_YEAR = (11, 12, 1)
_A_MONTH, _A_QUARTER, _A_YEAR = 31, 80, 350  # days
_ANY_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_YEAR = re.compile(r"(?:năm|nam|year|in|giai đoạn) (?P<year>(?:19|20)[0-9]{2})(?![0-9/.-])")
_YEARBOOK = re.compile(r"niên giám|yearbook")
_SUMMED_UP = re.compile(rf"(?<!\w)(?:{SUMMED_UP}|lk|year to date)(?!\w)")
_TO_DATE = re.compile(r"(?<!\w)(?:(?:đến|tới) nay|to date)(?!\w)")
_OF_A_SUM = re.compile(rf"(?:{_SUMMED_UP.pattern})|đầu năm")
_FROM_ITS_START = re.compile(r"(?<!\w)(?:(?:tính |kể )?từ đầu năm(?! (?:19|20)[0-9]{2}))(?!\w)")
_SINCE = re.compile(
    r"(?<!\w)(?:từ|since|from)(?: năm| ngày)*(?: [0-9/.]+[/.]| )(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
)
_OTHER_PERIOD = re.compile(
    r"(?<!so với )(?<!so )(?<!so sánh )(?<!so sánh với )(?<!\w)(?:cùng k[ỳì]|k[ỳì] trước|(?<![0-9] )(?<!từ )(?<!các )năm trước(?! chuyển)|tháng trước|quý trước|last year|previous year)(?!\w)"
)
_AVERAGE = re.compile(
    r"(?<!\w)(?:(?:bình quân|trung bình)(?= (?:[^ ]+ ){0,2}?(?:giai đoạn|thời kỳ))|average of the years)"
)
_COMPARES = re.compile(r"(?<!\w)(?:so với|so sánh|tăng|giảm|compared)(?!\w)")
Unlike = tuple[str, Span]


def unlike(
    cell: Cell,
    spans: Collection[Span],
    calendar: Calendar,
    *,
    headed: Collection[Span] = (),
    is_note: bool = False,
) -> Unlike | None:
    """Return what a title says of its period and which of the figures' periods that cannot be; None where it agrees or says none.

    Parameters
    ----------
    cell : Cell
        The title.
    spans : collection of Span
        The periods of the figures.
    calendar : Calendar
    headed : collection of Span
        Further periods in the headings, of which no figure is taken.
    is_note : bool
        Of a note, which has no month of its own: a report of December may tell the whole year, a note on December does not.

    Examples
    --------
    >>> from datetime import date
    >>> from evalkit.facts.forms.grid import text_cell
    >>> quarters = [Span(date(2024, 1, 1), date(2024, 3, 31)), Span(date(2024, 4, 1), date(2024, 6, 30))]
    >>> for title in ("9 tháng năm 2024", "Năm 2023", "Lũy kế từ đầu năm", "Cùng kỳ"):
    ...     found = unlike(text_cell(title), quarters, Calendar())
    ...     print(found and found[0])
    None
    2023
    lũy kế
    cùng kỳ
    """
    said = period_of(cell, calendar, anywhere=True)
    text = without_laws(same_word(cell.text))
    if said is None:
        found = _of_other_words(text, spans, calendar, headed, is_note=is_note)
    else:
        is_headed = any(_within(one, said, calendar) for one in headed)
        other = _outside(said, spans, calendar, is_headed=is_headed, is_note=is_note)
        found = (period_said(said.start, said.end), other) if other else None
    return (
        found or _summed_up(text, spans, calendar, dated=said is not None) or cut_off(text, spans, calendar)
    )


def cut_off(text: str, spans: Collection[Span], calendar: Calendar) -> Unlike | None:
    """Return the day up to which a text tells figures, where a period of theirs goes on after it.

    Examples
    --------
    >>> from datetime import date
    >>> year = Span(date(2023, 1, 1), date(2023, 12, 31))
    >>> [bool(cut_off(text, [year], Calendar())) for text in ("số liệu đến ngày 15/11/2023", "số liệu đến 15/01/2024")]
    [True, False]
    """
    found = (
        (day.isoformat(), one)
        for day in last_day_told(text, calendar)
        for one in spans
        if one.start <= day < one.end
    )
    return next(found, None)


def _last(spans: Collection[Span]) -> Span:
    return max(spans, key=lambda one: (one.end, one.start))


def _outside(
    said: Span,
    spans: Collection[Span],
    calendar: Calendar,
    *,
    is_headed: bool = False,
    is_note: bool = False,
) -> Span | None:
    """Return a period that a title's own does not hold: one that ends later, or the last one where it holds none.

    Earlier ones beside those that it holds are there to compare with. A report may be of the month in which a year ends, a note is not.
    """
    inside = [one for one in spans if _within(one, said, calendar)]
    if inside or is_headed:
        return next((one for one in spans if one.end > said.end and one not in inside), None)
    last = _last(spans)
    is_last_month = said.end == last.end and (said.end - said.start).days <= _A_MONTH
    is_report = not is_note and is_last_month and _from_new_year(last, calendar)
    return None if is_report or said.start == said.end else last


def _within(one: Span, said: Span, calendar: Calendar) -> bool:
    year = calendar.months(said.end.year, 1, 12)
    near = abs(said.start - one.start) <= _NEAR and abs(said.end - one.end) <= _NEAR
    if near and (said.start, said.end) == (year.start, year.end):  # of other days windows_said tells
        return True
    earlier = _NEAR if (one.end - one.start).days >= _A_QUARTER else timedelta(0)
    return said.start - earlier <= one.start and one.end <= said.end


def _of_other_words(
    text: str, spans: Collection[Span], calendar: Calendar, headed: Collection[Span], *, is_note: bool
) -> Unlike | None:
    """Return what is said by words that name no dated period, or more than one."""
    last = _last(spans)
    years = {int(found["year"]) for found in _YEAR.finditer(text)} or _years_alone(text)
    if not _SUMMED_UP.search(text):
        years |= {last.start.year for found in _SINCE.finditer(text) if int(found["year"]) <= last.start.year}
    if years and not _YEARBOOK.search(text) and not any(_touches(one, years) for one in (*spans, *headed)):
        return ", ".join(map(str, sorted(years))), last
    if (average := _AVERAGE.search(text)) is not None:
        return average[0], last
    if words := list(_relative(text, spans, years)):
        return ", ".join(words), last
    parts = english_part(text) if _ANY_YEAR.search(text) else [*parts_within(text), *english_part(text)]
    if parts:
        return _of_parts(parts, spans, calendar, is_note=is_note)
    part = says_part(text) if all(_is_long(one) for one in spans) else ""
    return (part, last) if part else None


def _years_alone(text: str) -> set[int]:
    """Return the years of a title that says nothing but of which other period it is: "cùng kỳ 2023"."""
    return {int(found[0]) for found in _ANY_YEAR.finditer(text)} if words_alone(text) else set()


def _touches(span: Span, years: set[int]) -> bool:
    return not years.isdisjoint(range(span.start.year, span.end.year + 1))


def _relative(text: str, spans: Collection[Span], years: set[int]) -> Iterator[str]:
    """Yield the words of a title for a period beside another one, or for a comparison; a part of a named year may be just that."""
    if any(_touches(one, years) and not _is_long(one) for one in spans):
        return
    summed = _SUMMED_UP.search(text)
    alone = [word for word in words_alone(text) if not (summed and _OF_A_SUM.fullmatch(word))]
    yield from alone
    if not alone and not years and not _COMPARES.search(text) and (found := _OTHER_PERIOD.search(text)):
        yield found[0]


def _of_parts(
    parts: Collection[str], spans: Collection[Span], calendar: Calendar, *, is_note: bool
) -> Unlike | None:
    """Return the first part of a year that a title says; None where the periods of the figures are in one of them."""
    last = _last(spans)
    named = [(part, part_named(part, last.end.year, calendar)) for part in parts]
    found = [
        (part, _outside(span, spans, calendar, is_note=is_note) if span else last) for part, span in named
    ]
    part, other = found[0]
    return (part, other) if other and all(one for _, one in found) else None


def _summed_up(text: str, spans: Collection[Span], calendar: Calendar, *, dated: bool) -> Unlike | None:
    """Return the words for a sum over several periods, where a period of the figures begins later than such a sum does."""
    words = _SUMMED_UP.search(text) or (None if dated else _FROM_ITS_START.search(text))
    if words is None:
        return None
    since = [int(found["year"]) for found in _SINCE.finditer(text)]
    last = _last(spans)
    if since:
        other = next(
            (one for one in spans if one.start.year > since[0]), last if _TO_DATE.search(text) else None
        )
    elif any(day > last.end for day in last_day_told(text, calendar)):
        other = last
    else:
        other = next((one for one in spans if not _from_new_year(one, calendar)), None)
    return (words[0], other) if other else None


def _from_new_year(one: Span, calendar: Calendar) -> bool:
    """Tell whether a period begins with a year: that of the form, of the calendar, or one of an agency's own days."""
    first = one.start.month, one.start.day
    return first in (calendar.year_starts, (1, 1)) or (first[1] != 1 and first[0] in _ABOUT_NEW_YEAR)


def _is_long(one: Span) -> bool:
    return (one.end - one.start).days >= _A_YEAR
