"""Which period the titles of a form name, beside the one that the mapping itself gives all figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from evalkit.facts.findings import Finding
from evalkit.facts.forms.grid import At, Cell, Sheet, cell_at, cell_name
from evalkit.facts.forms.head_rows import named_rows
from evalkit.facts.forms.mapping import PeriodAxis, TableMapping
from evalkit.facts.forms.period_texts import Calendar, Span, period_of
from evalkit.facts.forms.plain_words import plain_words, same_word
from evalkit.facts.forms.title_words import says_plan, without_laws
from evalkit.facts.period_said import period_said
from evalkit.messages import worded

_LONGEST = 400
_NO_TITLE = re.compile(
    r"so ?:|\(?(?:ban hanh|kem theo|can cu|theo (?:thong tu|quyet dinh|nghi dinh|cong van))|.*\bngay [0-9]{1,2} thang [0-9]{1,2} nam [0-9]{4}$|mau (?:so)?|bieu (?:mau )?(?:so )?[0-9][^ ]*$"
)
_YEAR = re.compile(r"(?:năm|nam|year|in|giai đoạn) (?P<year>(?:19|20)[0-9]{2})(?![0-9/.-])")
_NEAR = timedelta(days=31)  # the year of an agency begins some days before that of the calendar, or after


def other_period_said(table: TableMapping, sheet: Sheet, span: Span, path: Path) -> list[Finding]:
    """Return a warning where a title names another period than the one the mapping writes out, or calls its figures planned.

    Parameters
    ----------
    table : TableMapping
        With one period for all its figures; of evalkit's own form, whose period stands in its head, nothing is said.
    sheet : Sheet
    span : Span
        The period of the figures.
    path : Path
        The form's file.
    """
    if table.own_form or isinstance(table.period, PeriodAxis):
        return []
    for at, cell in titles(table, sheet):
        where = f"{path.name}, {cell_name(at)}"
        if says_plan(without_laws(same_word(cell.text))):
            rule = worded(
                "the title in {name} says a plan or an estimate, and its figures go in as reported for {period}",
                name=cell_name(at),
                period=period_said(span.start, span.end),
            )
            do = worded("take the table out of the mapping, unless its figures are what was counted")
            return [Finding("warning", where, rule, do)]
        if (said := _other(cell, span, table.calendar)) is not None:
            rule = worded(
                "the title in {name} says {said}, and the figures go to {period}, as the mapping says",
                name=cell_name(at),
                said=said,
                period=period_said(span.start, span.end),
            )
            do = worded(
                "correct period in the mapping and import again, unless the figures are of that period"
            )
            return [Finding("warning", where, rule, do)]
    return []


def titles(table: TableMapping, sheet: Sheet) -> Iterator[tuple[At, Cell]]:
    """Yield the texts above a table that are none of its headings, no place and day, and no document's number."""
    top, named = cell_at(table.corner)[0], named_rows(table)
    for at, cell in sorted(sheet.cells.items()):
        is_text = cell.kind == "text" and len(cell.text) <= _LONGEST and at[0] < top and at[0] not in named
        if is_text and not _NO_TITLE.match(plain_words(cell.text)):
            yield at, cell


def _other(cell: Cell, span: Span, calendar: Calendar) -> str | None:
    """Return the period of a title where it is another one; None where it names none, or that of the figures."""
    said = period_of(cell, calendar, anywhere=True)
    if said is not None:
        inside = said.start <= span.start and span.end <= said.end
        year = calendar.months(said.end.year, 1, 12)
        near = abs(said.start - span.start) <= _NEAR and abs(said.end - span.end) <= _NEAR
        near = near and (said.start, said.end) == (year.start, year.end)  # of other days windows_said tells
        return None if inside or near else period_said(said.start, said.end)
    years = {int(one["year"]) for one in _YEAR.finditer(without_laws(same_word(cell.text)))}
    if not years or years & set(range(span.start.year, span.end.year + 1)):
        return None
    return ", ".join(map(str, sorted(years)))
