"""One page that shows the sheet as it was read: what was taken, held and left, with the control totals to lay beside the paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape

from evalkit.facts.forms.control_totals import ControlTotal
from evalkit.facts.forms.form_reading import FormReading
from evalkit.facts.forms.grid import At, Form, Sheet, cell_name, column_name
from evalkit.facts.forms.table_reading import HeldCell
from evalkit.messages import shown, worded

MOST_ROWS = 400
MOST_COLUMNS = 60
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem; max-width: 80rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
.wide { overflow-x: auto; }
td, th { border: 1px solid #8888; padding: .2rem .45rem; vertical-align: top; }
th { font-weight: 600; text-align: left; }
.number { text-align: right; white-space: nowrap; }
.taken { background: #2a7f4f2e; }
.held { background: #c4511f40; font-weight: 600; }
.doubted { background: #d9a4004d; font-weight: 600; }
.left { background: #7772; text-decoration: line-through; }
.key span { display: inline-block; padding: .1rem .5rem; margin-right: .6rem; border: 1px solid #8888; }
ol.held-cells { background: none; font-weight: 400; }
"""


def picture(
    form: Form, reading: FormReading, *, title: str, language: str, names: Mapping[str, str] | None = None
) -> str:
    """Return a form as one page of HTML, without scripts and without anything from elsewhere.

    Parameters
    ----------
    form : Form
    reading : FormReading
    title : str
        The file's name.
    language : str
        The language of the messages, for the page's ``lang``.
    names : mapping of str, optional
        What measures and values of breakdowns are called; their codes stand where there is none.

    Returns
    -------
    str
        A cell of the sheet is marked as taken, held or left; each held one has its reason below. It shows every figure, and is
        for who sent the form alone.
    """
    read = {name for name, _ in (*reading.taken, *reading.left)} | {one.sheet for one in reading.held}
    sheets = [sheet for sheet in form.sheets if sheet.name in read]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{_said(_counts(reading))}</p>",
        f"<p>{_said(worded('This page shows every figure of the form as it was read. It is for those who may see the form.'))}</p>",
        _key(),
        *(_sheet(sheet, reading) for sheet in sheets),
        _reasons(worded("Held cells"), reading.held),
        _reasons(worded("Cells that cannot stand beside each other"), reading.doubted),
        _totals(reading.totals, names or {}, language),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _said(text: str) -> str:
    return escape(shown(text))


def _counts(reading: FormReading) -> str:
    return worded(
        "Figure cells read: {read}. Taken: {taken}. Held: {held}. Left: {left}.",
        read=reading.read,
        taken=len(reading.taken),
        held=len(reading.held),
        left=len(reading.left),
    )


def _key() -> str:
    names = {
        "taken": worded("taken"),
        "held": worded("held, with a reason below"),
        "doubted": worded("taken, and contradicted: see below"),
        "left": worded("left"),
    }
    spans = "".join(f'<span class="{name}">{_said(text)}</span>' for name, text in names.items())
    return f'<p class="key">{spans}</p>'


def _sheet(sheet: Sheet, reading: FormReading) -> str:
    marks: dict[At, str] = {at: "left" for name, at in reading.left if name == sheet.name}
    marks |= {at: "taken" for name, at in reading.taken if name == sheet.name}
    marks |= {one.cell: "doubted" for one in reading.doubted if one.sheet == sheet.name}
    marks |= {one.cell: "held" for one in reading.held if one.sheet == sheet.name}
    columns = range(1, min(sheet.columns, MOST_COLUMNS) + 1)
    heads = "".join(f'<th scope="col">{column_name(column)}</th>' for column in columns)
    filled = sorted({row for row, _ in sheet.cells} | {row for row, _ in marks})
    rows = "".join(_row(sheet, row, columns, marks) for row in filled[:MOST_ROWS])
    more = ""
    if len(filled) > MOST_ROWS or sheet.columns > MOST_COLUMNS:
        more = f"<p>{_said(worded('Only the first {rows} rows and {columns} columns are drawn.', rows=MOST_ROWS, columns=MOST_COLUMNS))}</p>"
    return f'<h2>{escape(sheet.name)}</h2>{more}<div class="wide" tabindex="0"><table><tr><td></td>{heads}</tr>{rows}</table></div>'


def _row(sheet: Sheet, row: int, columns: range, marks: dict[At, str]) -> str:
    cells = []
    for column in columns:
        at = (row, column)
        cell = sheet.at(*at)
        mark = marks.get(at, "")
        raised = f"<sup>{escape(cell.raised)}</sup>" if cell.raised else ""
        kinds = " ".join(filter(None, [mark, "number" if cell.kind == "number" else ""]))
        name = f' class="{kinds}" title="{cell_name(at)}"' if kinds else ""
        cells.append(f"<td{name}>{escape(cell.text)}{raised}</td>")
    return f'<tr><th scope="row">{row}</th>{"".join(cells)}</tr>'


def _reasons(head: str, cells: Sequence[HeldCell]) -> str:
    if not cells:
        return ""
    lines = "".join(
        f"<li><strong>{escape(one.sheet)}, {cell_name(one.cell)}</strong>: {_said(one.held.rule)}. {_said(one.held.do)}.</li>"
        for one in cells[:500]
    )
    return f'<h2>{_said(head)}</h2><ol class="held-cells">{lines}</ol>'


def _totals(totals: Iterable[ControlTotal], names: Mapping[str, str], language: str) -> str:
    heads = [
        worded("measure"),
        worded("breakdown"),
        worded("from"),
        worded("to"),
        worded("level"),
        worded("cells"),
        worded("sum"),
        worded("zeros"),
        worded("no figure"),
    ]
    first = "".join(f'<th scope="col">{_said(head)}</th>' for head in heads)
    rows = "".join(f"<tr>{''.join(_cells(one, names, language))}</tr>" for one in totals)
    return f'<h2>{_said(worded("Control totals"))}</h2><div class="wide" tabindex="0"><table><tr>{first}</tr>{rows}</table></div>'


def _cells(one: ControlTotal, names: Mapping[str, str], language: str) -> Iterator[str]:
    level = {"unit": worded("units"), "region": worded("regions"), "nation": worded("nation")}[one.level]
    breakdown = ", ".join(names.get(part, part) for part in one.breakdown.split(", ") if part)
    days = [f"{int(day[8:])}/{int(day[5:7])}/{day[:4]}" for day in (one.period_start, one.period_end)]
    texts = [names.get(one.measure, one.measure), breakdown, *days, shown(level)]
    yield from (f"<td>{escape(text)}</td>" for text in texts)
    numbers = [str(one.cells), _grouped(one.total, language), str(one.zeros), str(one.missing)]
    yield from (f'<td class="number">{escape(number)}</td>' for number in numbers)


def _grouped(number: Decimal, language: str) -> str:
    """Write a sum as the language of the page parts its digits.

    Examples
    --------
    >>> _grouped(Decimal("1234567.5"), "vi"), _grouped(Decimal("1234567.5"), "en")
    ('1.234.567,5', '1,234,567.5')
    """
    english = f"{number:,f}"
    return english.translate(str.maketrans(",.", ".,")) if language == "vi" else english
