"""What the titles and notes of a form say of the periods in its headings: a reporting year that begins on another day."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from evalkit.facts.findings import Finding
from evalkit.facts.forms.grid import At, Sheet, cell_name
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_above import leaves_title
from evalkit.facts.forms.period_texts import Span
from evalkit.facts.forms.plain_words import same_word
from evalkit.messages import worded

_LONGEST = 400
_SHORTEST_YEAR, _LONGEST_YEAR = 350, 380  # days
_NEAR, _NEAR_A_PART = timedelta(days=61), timedelta(days=31)
_YEAR_BEFORE = re.compile(
    r"từ (?:ngày )?(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})(?: của|,)? năm (?:trước|liền trước|trước đó)"
)
_FROM = re.compile(
    r"(?P<of>(?:tính|lấy|kể|kê|số liệu|thời gian|thời điểm|kỳ báo cáo|mốc)\W+)?từ (?:hết )?(?:ngày )?(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})(?![0-9])(?:[/.-](?P<year>[0-9]{4}))?(?P<to>\s*(?:-|–|đến|tới))?"
)
_DAYS = re.compile(
    r"(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})\s*(?:-|–|đến|tới)\s*(?:hết )?(?:ngày )?[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"
)


def other_windows_said(
    table: TableMapping, sheet: Sheet, spans: Collection[Span], path: Path
) -> list[Finding]:
    """Return a warning where a title or note says that the year of a form begins on another day.

    Parameters
    ----------
    table : TableMapping
        Of evalkit's own form, whose headings are its own, nothing is said.
    sheet : Sheet
    spans : collection of Span
        The periods of the figures.
    path : Path
        The form's file.
    """
    if table.own_form or not spans:
        return []
    for at, cell in sorted(sheet.cells.items()):
        is_read = cell.kind == "text" and len(cell.text) <= _LONGEST and not leaves_title(table, at)
        if is_read and (start := _begins(cell.text, spans)):
            return [_of_the_year(at, start, path)]
    return []


def _is_year(span: Span) -> bool:
    return _SHORTEST_YEAR <= (span.end - span.start).days <= _LONGEST_YEAR


def _begins(text: str, spans: Collection[Span]) -> str:
    """Return the day (day/month) on which a text says that the figures begin, where they were put under periods that begin near it."""
    said = same_word(text)
    starts = {(one.start.day, one.start.month) for one in spans}
    if (found := _YEAR_BEFORE.search(said)) is not None:
        day = int(found["day"]), int(found["month"])
        return "" if day in starts else f"{day[0]}/{day[1]}"
    whole = (found for found in _FROM.finditer(said) if found["of"] or found["to"])
    for found in (*whole, *_DAYS.finditer(said)):
        day = int(found["day"]), int(found["month"])
        if day not in starts and any(_near(found, one) for one in spans):
            return f"{day[0]}/{day[1]}"
    return ""


def _near(found: re.Match[str], span: Span) -> bool:
    """Tell whether a day that is written, with its year or without, is near the first day of a period."""
    years = [int(found["year"])] if found["year"] else [span.start.year - 1, span.start.year]
    near = _NEAR if _is_year(span) else _NEAR_A_PART
    for year in years:
        with suppress(ValueError):
            if abs(date(year, int(found["month"]), int(found["day"])) - span.start) <= near:
                return True
    return False


def _of_the_year(at: At, start: str, path: Path) -> Finding:
    return Finding(
        "warning",
        f"{path.name}, {cell_name(at)}",
        worded(
            "{name} says that the figures begin on {start}, and they go to periods that begin on another day",
            name=cell_name(at),
            start=start,
        ),
        worded(
            'write year_starts = "{start}" in the mapping, or the first and last day as period, and import again',
            start=start,
        ),
    )
