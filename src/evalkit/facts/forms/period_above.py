"""Whether the titles of a form name another period than its figures are taken for, call them planned, or preliminary."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from evalkit.facts.findings import Finding
from evalkit.facts.forms.grid import At, Cell, Sheet, cell_at, cell_name
from evalkit.facts.forms.head_rows import head_rows, named_rows
from evalkit.facts.forms.mapping import PeriodAxis, TableMapping
from evalkit.facts.forms.narrowing_words import MONTHS
from evalkit.facts.forms.period_texts import Span, calls_preliminary, period_of
from evalkit.facts.forms.plain_words import plain_words, same_word
from evalkit.facts.forms.spans_unlike import cut_off, unlike
from evalkit.facts.forms.title_words import says_plan, without_laws
from evalkit.facts.period_said import period_said
from evalkit.messages import worded

_LONGEST = 400
_FIGURES = r"số liệu|data|figures"
_BEFORE = r"(?:(?:là|các|chỉ|mới|có|gồm|bao gồm|của|trong|only|the|of|for|in) )*"
_NOTE = re.compile(
    r"(?:ghi chú|chú thích|lưu ý|notes?)(?!\w)\W*(?:\(?[0-9a-z*]{1,2}\)|[0-9][.)])?\W*|(?:\([0-9a-z*]{1,2}\)|\*+|[¹²³⁴]|[0-9][.)])\W*"
    rf"|\(?(?={_BEFORE}(?:{_FIGURES})(?!\w))"
)
_ABOUT = re.compile(
    rf"{_BEFORE}(?:{_FIGURES}|số|kế hoạch|dự kiến|ước|sơ bộ|l[uũ][yỹ] kế|cùng kỳ|kỳ trước|năm trước|[0-9]{{1,2}} tháng|quý|tháng"
    rf"|(?:first |last )?(?:[0-9]{{1,2}}|three|six|nine) months|{'|'.join(MONTHS)})(?!\w)"
)
_MARKED = re.compile(r"ghi chú|notes?(?!\w)|\*")
_NO_TITLE = re.compile(
    r"so ?:|\(?(?:ban hanh|kem theo|can cu|theo (?:thong tu|quyet dinh|nghi dinh|cong van))|.*\bngay [0-9]{1,2} thang [0-9]{1,2} nam [0-9]{4}$|mau (?:so)?|bieu (?:mau )?(?:so )?[0-9][^ ]*$"
)


def other_period_said(
    table: TableMapping, sheet: Sheet, spans: Collection[Span], path: Path
) -> list[Finding]:
    """Return a warning for each title that names another period than its figures go to, sums over several, or calls them planned or preliminary.

    Parameters
    ----------
    table : TableMapping
        Of evalkit's own form, whose periods stand in its head, nothing is said.
    sheet : Sheet
    spans : collection of Span
        The periods of the figures.
    path : Path
        The form's file.
    """
    if table.own_form or not spans:
        return []
    spans = sorted(spans, key=lambda one: (one.start, one.end))
    headed = _headed(table, sheet)
    found = {
        at: _told(at, cell, table, spans, headed, is_note=_MARKED.match(same_word(cell.text)) is not None)
        for at, cell in titles(table, sheet)
    }
    found |= {at: _told_below(at, cell, table, spans) for at, cell in _below(table, sheet)}
    return [
        Finding("warning", f"{path.name}, {cell_name(at)}", *told)
        for at, told in sorted(found.items())
        if told is not None
    ]


def titles(table: TableMapping, sheet: Sheet) -> Iterator[tuple[At, Cell]]:
    """Yield the texts above a table that are none of its headings, no place and day, no document's number, and not left by the mapping."""
    top, first = cell_at(table.corner)
    rows = set(head_rows(table, sheet, range(first, sheet.columns + 1))) - named_rows(table)
    for at, cell in _texts(table, sheet):
        if at[0] < top and at[0] in rows and (at[1] < first or _is_alone(sheet, at, first)):
            yield at, cell


def _below(table: TableMapping, sheet: Sheet) -> Iterator[tuple[At, Cell]]:
    """Yield the texts left of the figures from their first row on, and below them: notes are among them."""
    top, first = cell_at(table.corner)
    named = {same_word(text) for text in (*table.skip, *table.total)}
    for at, cell in _texts(table, sheet):
        if at[0] >= top and at[1] <= first and same_word(cell.text) not in named:
            yield at, cell


def _texts(table: TableMapping, sheet: Sheet) -> Iterator[tuple[At, Cell]]:
    own = table.period.cell if isinstance(table.period, PeriodAxis) else None
    for at, cell in sorted(sheet.cells.items()):
        is_text = cell.kind == "text" and len(cell.text) <= _LONGEST and cell_name(at) != own
        if is_text and not leaves_title(table, at) and not _NO_TITLE.match(plain_words(cell.text)):
            yield at, cell


def leaves_title(table: TableMapping, at: At) -> bool:
    """Tell whether the mapping names a cell in skip: what it says is not of these figures."""
    return any(same_word(text) == same_word(cell_name(at)) for text in table.skip)


def _is_alone(sheet: Sheet, at: At, first: int) -> bool:
    """Tell whether nothing else stands over the figures in the row of a text: it is a title then, and no heading."""
    others = (other for other in sheet.cells if other[0] == at[0] and other[1] >= first)
    return all(other == at for other in others)


def _headed(table: TableMapping, sheet: Sheet) -> list[Span]:
    """Return the periods in the row of headings of a table, whether figures of theirs are taken or not."""
    if not isinstance(table.period, PeriodAxis) or table.period.row is None:
        return []
    row, columns = table.period.row, range(cell_at(table.corner)[1], sheet.columns + 1)
    found = (period_of(sheet.at(row, column), table.calendar) for column in columns)
    return [one for one in found if one is not None]


def _told(
    at: At,
    cell: Cell,
    table: TableMapping,
    spans: list[Span],
    headed: list[Span],
    *,
    is_note: bool = False,
) -> tuple[str, str] | None:
    """Return rule and remedy where a title cannot be that of the figures."""
    name, last = cell_name(at), spans[-1]
    if says_plan(without_laws(same_word(cell.text))):
        rule = worded(
            "the title in {name} says a plan or an estimate, and its figures go in as reported for {period}",
            name=name,
            period=period_said(last.start, last.end),
        )
        return rule, _unless(
            name, worded("take the table out of the mapping, unless its figures are what was counted")
        )
    if (found := unlike(cell, spans, table.calendar, headed=headed, is_note=is_note)) is not None:
        return _of_another(name, *found, table)
    if calls_preliminary(cell) and not _is_preliminary(cell, spans):
        rule = worded("the title in {name} calls its figures preliminary, and they go in as final", name=name)
        do = worded("write the word before the period, as in Sơ bộ 2023, in the headings or in the mapping")
        return rule, _unless(name, do)
    return None


def _is_preliminary(cell: Cell, spans: list[Span]) -> bool:
    """Tell whether periods are marked as preliminary as a title says: one for "sơ bộ", each for what is only estimated."""
    marked = [one.preliminary for one in spans]
    return all(marked) if "ước" in same_word(cell.text) else any(marked)


def _told_below(at: At, cell: Cell, table: TableMapping, spans: list[Span]) -> tuple[str, str] | None:
    """Return rule and remedy where a note tells figures up to a day on which their period is not over, or of a part, a plan or another period."""
    note = _NOTE.match(same_word(cell.text))
    told = Cell("text", same_word(cell.text)[note.end() :] if note else "")
    if told.text and _ABOUT.match(told.text) and not _names_one(told, table, spans):
        return _told(at, told, table, spans, [], is_note=True)
    found = cut_off(same_word(cell.text), spans, table.calendar)
    return _of_another(cell_name(at), *found, table) if found is not None else None


def _names_one(told: Cell, table: TableMapping, spans: list[Span]) -> bool:
    """Tell whether a note names one of the periods of the figures: it says something of that one alone."""
    named = period_of(told, table.calendar, anywhere=True)
    return named is not None and any((one.start, one.end) == (named.start, named.end) for one in spans)


def _of_another(name: str, said: str, span: Span, table: TableMapping) -> tuple[str, str]:
    gaps = {"name": name, "said": said, "period": period_said(span.start, span.end)}
    if isinstance(table.period, PeriodAxis):
        rule = worded(
            "the title in {name} says {said}, and the figures go to {period}, as the headings say", **gaps
        )
        do = worded("write the right period in each heading, or as period in the mapping, and import again")
    else:
        rule = worded(
            "the title in {name} says {said}, and the figures go to {period}, as the mapping says", **gaps
        )
        do = worded("correct period in the mapping and import again")
    return rule, _unless(name, do)


def _unless(name: str, do: str) -> str:
    """Return a remedy with what to write where the title is not of these figures."""
    return worded(
        '{do}; where these words are not of these figures, write skip = ["{name}"] right below [table]',
        do=do,
        name=name,
    )
